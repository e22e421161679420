//! Same content, same bytes: whatever the threads, the folder, and the way that the keys are cut into ranges.

use super::*;

/// What stands between `CREATE TABLE t (` and `, name TEXT`, what stands after it, the key over `i`, and the order of the
/// documents.
const KEYS: [(&str, &str, &str, &str); 12] = [
    ("id INTEGER PRIMARY KEY", ")", "i", "id"),
    ("id INTEGER PRIMARY KEY", ")", "i * 1000003 - 4000000000", "id"),
    (
        "id INTEGER PRIMARY KEY",
        ")",
        "CASE i WHEN 1 THEN -9223372036854775807 - 1 WHEN 2 THEN 9223372036854775807 WHEN 3 THEN 9223372036854775806 \
         ELSE (i - 4500) * 2049638230412172 END",
        "id",
    ),
    ("id TEXT PRIMARY KEY", ")", "printf('%x', i * 48271 % 2147483647) || char(32 + i % 90)", "id"),
    (
        "id TEXT COLLATE NOCASE PRIMARY KEY",
        ")",
        "char(65 + i % 58) || printf('%x', i * 48271 % 2147483647)",
        "id",
    ),
    (
        "id TEXT COLLATE RTRIM PRIMARY KEY",
        ")",
        "printf('%x', i * 48271 % 2147483647) || substr('    ', 1, i % 4)",
        "id",
    ),
    ("id TEXT", ", UNIQUE (id COLLATE NOCASE))", "'x' || i", "id"),
    ("id REAL PRIMARY KEY", ")", "(i - 5000) / 7.0", "id"),
    (
        "id NUMERIC PRIMARY KEY",
        ")",
        "CASE i % 3 WHEN 0 THEN i WHEN 1 THEN i + 0.5 ELSE 'x' || i END",
        "id",
    ),
    ("id INT, b TEXT DEFAULT 'x'", ", PRIMARY KEY (id, b))", "i / 3", "id, b"),
    ("id INT, b TEXT DEFAULT 'x'", ", PRIMARY KEY (b, id)) WITHOUT ROWID", "i", "b, id"),
    ("id INT, b TEXT DEFAULT 'x'", ", PRIMARY KEY (id DESC, b)) WITHOUT ROWID", "i", "id, b"),
];

/// A database of more than 1 MiB, so that several threads are worth it, with that key.
fn keyed(columns: &str, end: &str, key: &str) -> Scene {
    let sql = format!(
        "CREATE TABLE t ({columns}, name TEXT{end};
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
         INSERT OR IGNORE INTO t (id, name) SELECT {key}, printf('%0120d', i * 7919 % 100003) FROM n ORDER BY i * 7919 % 10007;
         CREATE TABLE filler (bytes); INSERT INTO filler VALUES (zeroblob(2000000))"
    );
    let id = if end.contains("UNIQUE") {
        json!({"table": "t", "id": "id"})
    } else {
        json!({"table": "t"})
    };
    Scene::new(&sql, &id, &json!({"name": {"type": "keyword"}}))
}

#[test]
fn the_number_of_threads_never_shows() {
    for (columns, end, key, order) in KEYS {
        let scene = keyed(columns, end, key);
        assert!(fs::metadata(scene.path(DB)).unwrap().len() > 1 << 20);
        let one = scene.files("--threads 1 --part-size 100KiB");
        for threads in [2, 7] {
            let many = scene.files(&format!("--threads {threads} --part-size 100KiB"));
            assert!(many == one, "{columns}, {key}: {threads} threads");
        }
        let connection = scene.open();
        let mut statement =
            connection.prepare(&format!("SELECT name FROM t ORDER BY {order}")).unwrap();
        let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let wanted: Vec<String> =
            names.map(|name| format!("{{\"name\":\"{}\"}}", name.unwrap())).collect();
        let found: Vec<String> = scene.exported().into_iter().map(|(_, source)| source).collect();
        assert!(found.len() >= 3000 && found == wanted, "{columns}, {key}: order");
    }
}

#[test]
fn the_time_the_folder_and_the_page_layout_never_show_packed_or_not() {
    let scene = Scene::of_rows(15_000);
    for pack in ["", "--gzip", "--gzip=1"] {
        let first = scene.files(&format!("{pack} --part-size 200KiB --threads 2"));
        assert!(scene.files(&format!("{pack} --part-size 200KiB --threads 7")) == first);
        let other = TempDir::new().unwrap();
        let folder = other.path().join("other folder");
        fs::create_dir(&folder).unwrap();
        for name in [DB, "litebulk.json"] {
            fs::copy(scene.path(name), folder.join(name)).unwrap();
        }
        let copy = Connection::open(folder.join(DB)).unwrap();
        copy.execute_batch("PRAGMA page_size = 1024; VACUUM").unwrap();
        let mut command = litebulk(&folder);
        command.args(["export", DB, "--part-size", "200KiB"]).args(pack.split_whitespace());
        assert!(command.output().unwrap().status.success());
        assert!(tree(&folder.join("out")) == first, "{pack}");
    }
}

#[test]
fn a_stream_holds_all_documents_before_the_first_error_for_any_number_of_threads() {
    let scene = Scene::of_rows(15_000);
    scene.sql("UPDATE t SET name = x'00' WHERE id IN (9876, 12345)");
    for threads in [1, 2, 7] {
        let ended = scene.export(&format!("--stdout --threads {threads}"));
        check_failure(&ended, 1, &["9876"]);
        let ids: Vec<String> = records(ended.stdout.as_bytes()).into_iter().map(|r| r.0).collect();
        let wanted: Vec<String> = (1..9876).map(|id| id.to_string()).collect();
        assert!(ids == wanted, "{threads} threads: {} documents", ids.len());
    }
}

#[test]
fn a_check_says_equal_for_any_number_of_threads_and_notices_one_changed_row() {
    for pack in ["", "--gzip"] {
        let scene = Scene::of_rows(15_000);
        scene.sql("UPDATE t SET id = -id WHERE id % 2");
        let written = scene.files(&format!("--part-size 200KiB {pack}"));
        for threads in [1, 2, 7] {
            let words = format!("--check --part-size 200KiB --threads {threads} {pack}");
            let equal = scene.export(&words);
            assert_eq!(equal.code, Some(0), "{words}: {}", equal.stderr);
        }
        scene.sql("UPDATE t SET name = '1' || substr(name, 2) WHERE id = 7000");
        for threads in [1, 2, 7] {
            let words = format!("--check --part-size 200KiB --threads {threads} {pack}");
            let changed = scene.export(&words);
            check_failure(&changed, 5, &["part-000"]);
            assert_eq!(changed.stderr.matches("part-000").count(), 1, "{}", changed.stderr);
        }
        assert!(tree(&scene.path("out")) == written, "a comparison wrote");
    }
}

#[test]
fn shards_are_disjoint_and_complete_and_a_sample_is_stable() {
    let scene = Scene::of_rows(12_000);
    let whole = scene.records();
    let mut found = Vec::new();
    for number in 1..=3 {
        let shard = scene.export(&format!("--stdout --shard {number}/3 --threads 3"));
        found.extend(records(shard.stdout.as_bytes()));
    }
    found.sort_by_key(|(id, _)| id.parse::<u64>().unwrap());
    assert!(found == whole);
    let sample = scene.export("--stdout --sample 0.2 --threads 1").stdout;
    assert!(scene.export("--stdout --sample 0.2 --threads 7").stdout == sample);
    assert!((2_000..2_800).contains(&records(sample.as_bytes()).len()));
}
