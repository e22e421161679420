//! `litebulk delta` as a command: what it says beside the parts that it writes.

use std::fs;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::run_line;

/// A folder with a database of three rows and its model.
fn three_rows() -> (TempDir, Connection) {
    let folder = TempDir::new().unwrap();
    let database = Connection::open(folder.path().join("db.sqlite3")).unwrap();
    database
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);")
        .unwrap();
    let model = json!({ "indices": { "i": { "table": "t", "mapping": { "properties": {
        "n": { "type": "long" } } } } } });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
    (folder, database)
}

#[test]
fn documents_that_go_because_they_were_rejected_are_told_even_in_quiet() {
    let (folder, database) = three_rows();
    let run = |line: &str, code: i32| {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(code), "{line}: {}", ended.stderr);
        ended.stderr
    };
    run("export db.sqlite3 -o old -q", 0);
    database.execute_batch("DELETE FROM t WHERE id = 1").unwrap();
    run("export db.sqlite3 -o gone -q", 0);
    assert_eq!(run("delta old/i gone/i -q", 0), "");
    database.execute_batch("UPDATE t SET n = 'x' WHERE id = 2").unwrap();
    run("export db.sqlite3 -o new -q --on-error reject", 4);
    let told = run("delta old/i new/i -q", 0);
    assert!(told.starts_with("warning: new/i rejected 1 row ("), "{told}");
    let parts = fs::read_to_string(folder.path().join("delta/i/part-00001.ndjson")).unwrap();
    assert_eq!(parts.matches("\"delete\"").count(), 2);
}

#[test]
fn documents_that_go_because_an_option_left_them_out_are_told_even_in_quiet() {
    let (folder, _database) = three_rows();
    let run = |line: &str| {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
        ended.stderr
    };
    run("export db.sqlite3 -o old -q");
    run("export db.sqlite3 -o same -q --limit 4");
    assert_eq!(run("delta old/i same/i -q"), "");
    run("export db.sqlite3 -o less -q --limit 1");
    let told = run("delta old/i less/i -q");
    assert!(
        told.starts_with("warning: less/i holds only what `--limit 1` left of the rows"),
        "{told}"
    );
    assert_eq!(run("delta less/i old/i -q"), "");
}
