//! Others at the database while it is read: honest writers, and those who copy over it.

use std::io::Read;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// Lets the writer end, also where the test fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Commits all the time that `act` takes: two rows of `t`, far apart, and the row of `c` always hold the same number.
fn beside_a_writer(scene: &Scene, pause: Duration, act: impl FnOnce()) -> u64 {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let connection = scene.open();
            connection.busy_timeout(Duration::from_secs(30)).unwrap();
            // Without syncs commits come so fast that some fall between the beginnings of two readers.
            connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
            let mut begin = connection.prepare("BEGIN IMMEDIATE").unwrap();
            let mut rows =
                connection.prepare("UPDATE t SET n = n + 1 WHERE id IN (1, 10000, 20000)").unwrap();
            let mut child = connection.prepare("UPDATE c SET n = n + 1").unwrap();
            let mut commit = connection.prepare("COMMIT").unwrap();
            let mut commits = 0;
            while !done.load(Ordering::Relaxed) {
                for statement in [&mut begin, &mut rows, &mut child, &mut commit] {
                    statement.execute([]).unwrap();
                }
                commits += 1;
                std::thread::sleep(pause);
            }
            commits
        });
        let end = End(&done);
        act();
        drop(end);
        writer.join().unwrap()
    })
}

#[test]
fn an_export_beside_a_busy_writer_sees_one_state() {
    for (mode, pause) in [("WAL", 0), ("WAL", 1), ("DELETE", 1)] {
        let sql = format!(
            "PRAGMA journal_mode = {mode};
             CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, name TEXT);
             CREATE TABLE c (id INTEGER PRIMARY KEY, t INT REFERENCES t (id), n INT);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO t SELECT i, 0, printf('%060d', i) FROM n;
             INSERT INTO c VALUES (1, 10000, 0)"
        );
        let index =
            json!({"table": "t", "fields": {"c": {"many": {"table": "c", "value": "{n}"}}}});
        let long = json!({"type": "long"});
        let scene = Scene::new(&sql, &index, &json!({"n": long, "c": long}));
        let mut seen = std::collections::BTreeSet::new();
        let commits = beside_a_writer(&scene, Duration::from_millis(pause), || {
            for threads in [1, 2, 7, 7, 7, 7, 7, 7] {
                scene.files(&format!("--threads {threads}"));
                let mut numbers = std::collections::BTreeSet::new();
                for (id, source) in scene.exported() {
                    let source: Value = serde_json::from_str(&source).unwrap();
                    if ["1", "10000", "20000"].contains(&id.as_str()) {
                        numbers.insert(source["n"].as_u64().unwrap());
                        numbers.extend(
                            source["c"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()),
                        );
                    }
                }
                assert_eq!(numbers.len(), 1, "{mode}, {threads} threads: more than one state");
                seen.extend(numbers);
            }
        });
        assert!(
            commits > 3 && seen.len() > 1,
            "{mode}: the writer stood still: {commits}, {seen:?}"
        );
    }
}

/// Begins an export to stdout that nobody reads after its first byte, does something, and reads the rest.
fn in_the_middle(scene: &Scene, words: &str, act: impl FnOnce()) -> Ended {
    let mut command = scene.command(words);
    let mut child =
        command.arg("--stdout").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut read = vec![0];
    stdout.read_exact(&mut read).unwrap();
    act();
    stdout.read_to_end(&mut read).unwrap();
    let output = wait(child);
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(read).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Large enough that neither the pipe nor the program's own memory takes it.
const MANY: u64 = 150_000;

#[test]
fn a_database_that_is_replaced_while_it_is_read_is_read_to_its_end_as_it_was() {
    let scene = Scene::of_rows(MANY);
    let whole = scene.export("--stdout -q").stdout;
    for threads in ["1", "3"] {
        let other = Scene::of_rows(10);
        fs::copy(scene.path(DB), scene.path("kept")).unwrap();
        let ended = in_the_middle(&scene, &format!("--threads {threads}"), || {
            fs::copy(other.path(DB), scene.path("new")).unwrap();
            fs::rename(scene.path("new"), scene.path(DB)).unwrap();
        });
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stdout[1..] == whole[1..]);
        fs::rename(scene.path("kept"), scene.path(DB)).unwrap();
    }
}

/// What somebody may do to a database file with no regard to SQLite; the second path is another database of the same size.
type Harm = fn(&Path, &Path);

const HARMS: [(&str, Harm); 5] = [
    ("cut to nothing", |path, _| {
        fs::File::options().write(true).open(path).unwrap().set_len(0).unwrap();
    }),
    ("cut in half", |path, _| {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_len(file.metadata().unwrap().len() / 8192 * 4096).unwrap();
    }),
    ("another one copied over it", |path, other| {
        fs::write(path, fs::read(other).unwrap()).unwrap();
    }),
    ("a small one copied over it", |path, _| {
        let other = Scene::of_rows(3_000);
        fs::write(path, fs::read(other.path(DB)).unwrap()).unwrap();
    }),
    ("pages written over", |path, _| {
        let file = fs::File::options().write(true).open(path).unwrap();
        let pages = file.metadata().unwrap().len() / 4096;
        for page in pages / 2..pages {
            use std::io::{Seek, SeekFrom, Write};
            (&file).seek(SeekFrom::Start(page * 4096)).unwrap();
            (&file).write_all(&[0xa5; 4096]).unwrap();
        }
    }),
];

#[test]
fn a_database_that_is_cut_or_written_over_while_it_is_read_is_exit_code_3() {
    let sound = Scene::of_rows(MANY);
    for mode in ["DELETE", "WAL"] {
        sound.sql(&format!("PRAGMA journal_mode = {mode}"));
        fs::copy(sound.path(DB), sound.path("other")).unwrap();
        let other = Connection::open(sound.path("other")).unwrap();
        other.execute_batch("UPDATE t SET name = replace(name, '0', '9')").unwrap();
        other.close().unwrap();
        for (what, harm) in HARMS {
            for threads in ["1", "3"] {
                let scene = Scene::of_rows(1);
                fs::copy(sound.path(DB), scene.path(DB)).unwrap();
                let ended = in_the_middle(&scene, &format!("--threads {threads}"), || {
                    harm(&scene.path(DB), &sound.path("other"));
                });
                assert_eq!(ended.code, Some(3), "{mode}, {what}, {threads}: {}", ended.stderr);
                let named = ended.stderr.contains(DB) || ended.stderr.contains("table `t`");
                assert!(named, "{mode}, {what}: {}", ended.stderr);
            }
        }
    }
}

#[test]
fn an_older_export_stays_where_the_database_is_cut_or_written_over() {
    let sound = Scene::of_rows(MANY);
    fs::copy(sound.path(DB), sound.path("other")).unwrap();
    let other = Connection::open(sound.path("other")).unwrap();
    other.execute_batch("UPDATE t SET name = replace(name, '0', '9')").unwrap();
    other.close().unwrap();
    for (what, harm) in HARMS {
        let scene = Scene::of_rows(1);
        fs::copy(sound.path(DB), scene.path(DB)).unwrap();
        let before = scene.files("--limit 10");
        let mut command = scene.command("--threads 2");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Rows have been read as soon as the first part is begun.
        let begun = || {
            let mut folders = fs::read_dir(scene.path("out")).unwrap().flatten();
            folders.any(|folder| folder.path().join("indices/i/part-00001.ndjson").exists())
        };
        while child.try_wait().unwrap().is_none() && !begun() {
            std::thread::sleep(Duration::from_millis(1));
        }
        harm(&scene.path(DB), &sound.path("other"));
        let output = wait(child);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{what}: {stderr}");
        assert!(scene.output() == Some(before), "{what}: touched, or something is left");
    }
}

#[test]
fn a_page_that_is_damaged_is_exit_code_3_and_the_older_export_stays() {
    for fill in [0x00, 0xa5, 0xff] {
        for threads in [1, 3] {
            let scene = Scene::of_rows(20_000);
            scene.files("");
            let mut bytes = fs::read(scene.path(DB)).unwrap();
            let page = bytes.len() / 8192 * 4096;
            bytes[page..page + 4096].fill(fill);
            fs::write(scene.path(DB), bytes).unwrap();
            scene.fails(
                &format!("--threads {threads}"),
                3,
                &["table `t`", "damaged", "integrity_check"],
            );
        }
    }
}

#[test]
fn a_leaf_that_reads_as_zeros_is_exit_code_3() {
    /// Where the first leaf of a table begins.
    fn leaf(bytes: &[u8]) -> usize {
        let mut pages = (4096..bytes.len()).step_by(4096);
        pages.find(|page| bytes[*page] == 0x0d).unwrap()
    }
    type Harm = fn(&mut Vec<u8>);
    let harms: [(u64, Harm, &str); 3] = [
        // The first rows lie at the end of a page: all have the key 0 then.
        (
            20_000,
            |bytes| {
                let at = leaf(bytes);
                bytes[at + 2048..at + 4096].fill(0)
            },
            "repeat a key",
        ),
        (
            20_000,
            |bytes| {
                let at = bytes.len() - 4096;
                bytes[at + 2048..].fill(0)
            },
            "damaged",
        ),
        (1, |bytes| bytes.truncate(5000), "it has 5000 of its 8192 bytes"),
    ];
    for (count, harm, says) in harms {
        for threads in [1, 3] {
            let scene = Scene::of_rows(count);
            scene.files("");
            let mut bytes = fs::read(scene.path(DB)).unwrap();
            harm(&mut bytes);
            fs::write(scene.path(DB), bytes).unwrap();
            scene.fails(&format!("--threads {threads}"), 3, &["damaged", "integrity_check", says]);
        }
    }
}
