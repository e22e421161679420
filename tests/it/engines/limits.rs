//! Engines that take little at once: what fits is stored, what never fits is rejected, and nothing is lost between the two.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use super::judge::json_of;
use super::load::{campus, change_model, cleared, does, ended, export, program};
use super::{Engine, Item, Setup, with};
use crate::cli::run_line;

/// Of all engines: 16 KiB of one request.
const LIMIT: &str = "http.max_content_length: 16kb";
/// Rows, of which every fiftieth makes a document that no request can hold.
const NOTES: u64 = 400;
const LARGE: u64 = 8;

#[test]
fn records_over_the_limit_are_rejected_and_the_rest_is_stored_es1() {
    records_over_the_limit("es1", false);
}

#[test]
fn records_over_the_limit_are_rejected_and_the_rest_is_stored_es2() {
    records_over_the_limit("es2", false);
}

#[test]
fn records_over_the_limit_are_rejected_and_the_rest_is_stored_es5() {
    with("es5", &Setup::with(&[LIMIT]), |engine| {
        rejects_the_large(engine, true);
        odd_values_are_warned_of_and_stored(engine);
    });
}

/// 5.x takes any text for true, and sends a header for each that it has not seen before: more than an HTTP client counts.
fn odd_values_are_warned_of_and_stored(engine: &Engine) {
    let folder = TempDir::new().expect("a folder");
    let folder = folder.path();
    let database = rusqlite::Connection::open(folder.join("odd.sqlite3")).expect("a file");
    database
        .execute_batch(
            "CREATE TABLE odd (id INTEGER PRIMARY KEY, flag TEXT);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
             INSERT INTO odd SELECT i, 'odd ' || i FROM n;",
        )
        .expect("good statements");
    drop(database);
    let model = r#"{"indices":{"odd":{"table":"odd","settings":{"number_of_shards":1},"mapping":{"properties":{"flag":{"type":"boolean"}}},
        "fields":{"flag":{"column":"flag","lossy":true}}}}}"#;
    fs::write(folder.join("litebulk.json"), model).expect("written");
    let ended = run_line(folder, "export odd.sqlite3 --target es5 -o o");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let told = does(engine, folder, "upload o --retries 0", 0);
    assert!(told.contains("200"), "{told}");
    does(engine, folder, "verify o --all", 0);
}

#[test]
fn records_over_the_limit_are_rejected_and_the_rest_is_stored_es6() {
    records_over_the_limit("es6", true);
}

#[test]
fn records_over_the_limit_are_rejected_and_the_rest_is_stored_es7() {
    records_over_the_limit("es7", true);
}

/// From 5.x on an engine answers what is too large with 413; older ones close the connection without a word, so there only
/// what the node tells of its limit can help.
fn records_over_the_limit(name: &str, answers: bool) {
    with(name, &Setup::with(&[LIMIT]), |engine| rejects_the_large(engine, answers));
}

fn rejects_the_large(engine: &Engine, answers: bool) {
    let folder = notes(engine);
    let folder = folder.path();
    is_rejected(engine, folder, &format!("upload o --json --url {}", engine.url()));
    if answers {
        let relay = relay_that_hides_the_limit(engine.url());
        is_rejected(engine, folder, &format!("upload o --json --recreate --url {relay}"));
    }
}

fn is_rejected(engine: &Engine, folder: &Path, line: &str) {
    let mut command = crate::cli::litebulk(folder);
    let ended = ended(cleared(&mut command).args(line.split_whitespace()));
    assert_eq!(ended.code, Some(4), "{line}: {}\n{}", ended.stderr, engine.output());
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let index = &report["indices"][0];
    assert_eq!((&index["stored"], &index["rejected"]), (&(NOTES - LARGE).into(), &LARGE.into()));
    assert_eq!(index["reasons"][0]["status"], 413, "{index}");
    assert_eq!(engine.client.count("notes"), NOTES - LARGE);
    let records = fs::read_to_string(folder.join("o/notes/rejected-upload.ndjson"));
    assert_eq!(records.expect("the rejects").lines().count() as u64, 2 * LARGE);
    let told = does(engine, folder, "verify o --all", 5);
    assert!(told.contains(&format!("{LARGE} documents are missing")), "{told}");
    assert!(!told.contains("is different") && !told.contains("is surplus"), "{told}");
}

/// An export in one part that is many times the limit.
fn notes(engine: &Engine) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let database = rusqlite::Connection::open(folder.path().join("notes.sqlite3")).expect("a file");
    database
        .execute_batch(&format!(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {NOTES})
             INSERT INTO notes SELECT i, replace(hex(zeroblob(iif(i % 50 = 0, 9000, 150))), '00', 'x ') FROM n;"
        ))
        .expect("good statements");
    drop(database);
    let model = r#"{"indices":{"notes":{"table":"notes","mapping":{"properties":{"text":{"type":"text"}}}}}}"#;
    fs::write(folder.path().join("litebulk.json"), model).expect("written");
    let line = format!("export notes.sqlite3 --target {} -o o", engine.release.name);
    let ended = run_line(folder.path(), &line);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    folder
}

/// Objects of JSON text, of a list and of a kept row, none of them too many alone: 10,000 are stored, and one more is what
/// the export has put aside, for the engine refuses it.
pub(super) fn nested_objects_are_counted_over_the_whole_document(engine: &Engine) {
    let folder = TempDir::new().expect("a folder");
    let folder = folder.path();
    let database = rusqlite::Connection::open(folder.join("nested.sqlite3")).expect("a file");
    database.execute_batch(NESTED).expect("good statements");
    drop(database);
    fs::write(folder.join("litebulk.json"), NESTED_MODEL).expect("written");
    let counts = !["es1", "es2", "es5", "es6"].contains(&engine.release.name);
    let line =
        format!("export nested.sqlite3 --target {} --on-error reject -o o", engine.release.name);
    let ended = run_line(folder, &line);
    assert_eq!(ended.code, Some(if counts { 4 } else { 0 }), "{}", ended.stderr);
    let out = folder.join("o/nested");
    let client = &engine.client;
    client.create("nested", &json_of(&out.join("mapping.json"))).ok();
    let body = fs::read(out.join("part-00001.ndjson")).expect("a part");
    let items = client.bulk(&body).expect("a body that is read");
    assert_eq!(items.len(), if counts { 2 } else { 4 });
    assert!(items.iter().all(Item::stored), "{items:?}");
    if counts {
        let body = fs::read(out.join("rejected.ndjson")).expect("the rejects");
        let items = client.bulk(&body).expect("a body that is read");
        let is_refused = |item: &Item| {
            item.error.as_ref().is_some_and(|e| e.contains("number of nested documents"))
        };
        assert!(items.len() == 2 && items.iter().all(is_refused), "{items:?}");
    }
    client.delete_index("nested");
}

/// Each element of the text is three objects; an empty list, a null, and what the engine does not read are none.
const NESTED: &str = r#"
    CREATE TABLE room (id INTEGER PRIMARY KEY);
    CREATE TABLE chair (id INTEGER PRIMARY KEY, room_id INTEGER REFERENCES room(id));
    CREATE TABLE course (id INTEGER PRIMARY KEY, notes TEXT, room_id INTEGER REFERENCES room(id));
    CREATE TABLE visit (id INTEGER PRIMARY KEY, course_id INTEGER REFERENCES course(id));
    INSERT INTO room VALUES (1), (2);
    INSERT INTO chair VALUES (1, 1), (2, 2), (3, 2);
    CREATE TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) SELECT i FROM n;
    INSERT INTO course SELECT column1, notes, column2 FROM (VALUES (1, 1), (2, 2), (3, 1), (4, NULL)),
        (SELECT json_group_array(json('{"a":[{},[{}],null],"b":[],"off":[{}]}')) AS notes FROM n WHERE i <= 2000);
    INSERT INTO visit SELECT NULL, course.id FROM course, n WHERE course.id > 2 OR n.i < 4000;"#;

const NESTED_MODEL: &str = r#"{"indices":{"nested":{"table":"course","mapping":{"properties":{
    "notes":{"type":"nested","properties":{"a":{"type":"nested"},"b":{"type":"nested"},"off":{"type":"object","enabled":false}}},
    "visit":{"type":"nested"},
    "room":{"properties":{"chair":{"type":"nested"}}}}}}}}"#;

/// A way to the engine at `url` on which it does not tell how large a request may be: its own refusals are what comes back.
fn relay_that_hides_the_limit(url: &str) -> String {
    let engine = url.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(node) = TcpStream::connect(&engine) else { continue };
            let (from, to) = (client.try_clone(), node.try_clone());
            thread::spawn(move || pass(from.expect("a socket"), to.expect("a socket")));
            thread::spawn(move || pass(node, client));
        }
    });
    format!("http://{address}")
}

/// Hands on whatever comes, save for the question after the limit.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = vec![0; 64 << 10];
    let mut step = || -> io::Result<bool> {
        let count = from.read(&mut bytes)?;
        let question = b"/_nodes/_local/http?";
        if bytes[..count].starts_with(b"GET ") && bytes[4..].starts_with(question) {
            bytes[4..4 + question.len()].copy_from_slice(b"/_nodes/_local/none?");
        }
        to.write_all(&bytes[..count])?;
        Ok(count > 0)
    };
    while step().unwrap_or(false) {}
    // Whoever is gone already is gone.
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

#[test]
fn a_small_limit_and_a_short_queue_lose_nothing() {
    let lines = [LIMIT, "thread_pool.write.size: 1", "thread_pool.write.queue_size: 1"];
    with("os3", &Setup::with(&lines), |engine| {
        rejects_the_large(engine, true);
        let folder = campus("narrow", 2000);
        let folder = folder.path();
        // Many shards make many entries of the queue from one body.
        let shards = "\"narrow\": { \"settings\": { \"number_of_shards\": 8 },";
        change_model(folder, "\"narrow\": {", shards);
        export(engine, folder, "o", "");
        let ended = ended(&mut program(engine, folder, "upload o --jobs 16 --json"));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert_ne!(told["indices"][0]["retries"], 0, "the queue was never full: {told}");
        does(engine, folder, "verify o --all", 0);
    });
}
