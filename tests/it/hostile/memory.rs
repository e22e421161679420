//! Memory is bounded by the options, not by the rows.

use std::process::Stdio;

use super::*;

/// Bytes that an export may hold at its peak, whatever the rows: the program, SQLite's caches, parts and blocks of two threads.
const PEAK_BYTES_MAX: u64 = 160 << 20;

/// Peak of the export's own memory, in bytes: the mapped database belongs to the system's cache.
fn peak(scene: &Scene, words: &str) -> u64 {
    peak_of(&mut scene.command(words))
}

/// Peak of a program's own (anonymous) memory, in bytes; it must end well.
pub(crate) fn peak_of(command: &mut Command) -> u64 {
    peak_until(command, 0)
}

/// The same for a program that must end with `code`.
pub(crate) fn peak_until(command: &mut Command, code: i32) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let found = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(found.unwrap_or(0) << 10);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(child.wait().unwrap().code(), Some(code), "{command:?}");
    peak
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    let (small, large) = (Scene::of_rows(75_000), Scene::of_rows(300_000));
    for words in ["--threads 2", "--threads 2 --gzip=1 --part-size 1MiB", "--threads 2 --stdout"] {
        let (low, high) = (peak(&small, words), peak(&large, words));
        assert!(high < PEAK_BYTES_MAX, "{words}: {high} bytes");
        assert!(high < low + low / 2 + (16 << 20), "{words}: {low} bytes became {high}");
    }
}

#[test]
fn memory_does_not_grow_with_the_rejects() {
    let (small, large) = (Scene::of_rows(50_000), Scene::of_rows(200_000));
    // Every row has the same id, or every row has a bad value.
    let models = [
        (json!({"query": "SELECT name, 7 AS n FROM t", "id": "n"}), "keyword"),
        (json!({"table": "t"}), "boolean"),
    ];
    for (index, kind) in models {
        for scene in [&small, &large] {
            scene.model(&index, &json!({"name": {"type": kind}}));
        }
        let words = "--on-error reject --threads 2";
        let of = |scene: &Scene| peak_until(&mut scene.command(words), 4);
        let (low, high) = (of(&small), of(&large));
        assert!(high < low + (8 << 20), "{index}: {low} bytes became {high}");
    }
}

#[test]
fn a_record_that_grows_too_long_is_rejected_before_it_is_whole() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY);
         CREATE TABLE big (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE t_bigs (t INTEGER REFERENCES t, big INTEGER REFERENCES big);
         CREATE INDEX i ON t_bigs (t);
         INSERT INTO t VALUES (1), (2), (3), (4);
         INSERT INTO big VALUES (1, printf('%01048576d', 7)), (2, 'small');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO t_bigs SELECT CASE WHEN i <= 3 THEN 1 WHEN i <= 104 THEN 2 ELSE 3 END, 1 FROM n;
         INSERT INTO t_bigs VALUES (4, 2), (4, 2)";
    let big = json!({"type": "object", "properties": {"name": {"type": "text"}}});
    let scene = Scene::new(sql, &json!({"table": "t"}), &json!({"bigs": big}));
    let peak = peak_until(&mut scene.command("--threads 2 --on-error reject"), 4);
    assert!(peak < 600 << 20, "{peak} bytes");
    let read = |name: &str| fs::read(scene.path("out/i").join(name)).unwrap();
    let rejected: Value = serde_json::from_slice(&read("rejected.json")).unwrap();
    let told = |number: usize| {
        let document = &rejected["documents"][number];
        (document["id"].as_str().unwrap(), document["value"].as_str().unwrap())
    };
    assert_eq!(rejected["rejected"], 2);
    assert_eq!(told(0), ("2", "a record of 105908243 bytes"));
    assert_eq!(told(1), ("3", "a record of more than 134217728 bytes"));
    // Only what could be held is set aside.
    assert_eq!(read("rejected.ndjson").len(), 105_908_243);
    let part = read("part-00001.ndjson");
    let small = r#"{"_id":2,"name":"small"}"#;
    let last = format!(
        "{{\"create\":{{\"_index\":\"i\",\"_id\":\"4\"}}}}\n{{\"bigs\":[{small},{small}]}}\n"
    );
    assert!(part.ends_with(last.as_bytes()));
}

#[test]
fn lists_in_lists_of_one_document_take_no_memory_for_rows_that_are_not_wanted() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY);
         CREATE TABLE a (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t);
         CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a, n INTEGER);
         CREATE INDEX ia ON a (t); CREATE INDEX ib ON b (a);
         INSERT INTO t VALUES (1), (2);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO a SELECT i, 1 + (i = 200) FROM n;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
         INSERT INTO b SELECT i, 1 + i % 200, i FROM n";
    let rows = json!({"many": {"table": "b", "limit": 2, "fields": {"x": {"sql": "printf('%02500d', n)"}}}});
    let index = json!({"table": "t", "fields": {"a": {"many": {"table": "a", "limit": 2, "fields": {"b": rows}}}}});
    let b = json!({"type": "object", "properties": {"x": {"type": "keyword"}}});
    let a = json!({"type": "object", "properties": {"b": b}});
    let scene = Scene::new(sql, &index, &json!({"a": a}));
    let peak = peak(&scene, "--threads 1");
    assert!(peak < 120 << 20, "{peak} bytes");
    let part = fs::read_to_string(scene.path("out/i/part-00001.ndjson")).unwrap();
    let documents: Vec<Value> =
        part.lines().skip(1).step_by(2).map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |id: u64| json!({"_id": id, "x": format!("{id:02500}")});
    let one = json!([{"_id": 1, "b": [row(200), row(400)]}, {"_id": 2, "b": [row(1), row(201)]}]);
    assert_eq!(documents[0]["a"], one);
    assert_eq!(documents[1]["a"], json!([{"_id": 200, "b": [row(199), row(399)]}]));
}
