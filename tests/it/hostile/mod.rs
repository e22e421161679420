//! The program against the world as it is: odd databases, odd values, and everything that goes wrong while it runs. Knows
//! the program from outside alone.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{Ended, litebulk, run, tree};

#[cfg(target_os = "linux")]
mod disk;
mod file;
#[cfg(unix)]
mod kill;
mod library;
#[cfg(target_os = "linux")]
pub(crate) mod memory;
mod same;
mod schema;
mod value;
mod writer;

/// The database of a scene.
const DB: &str = "db.sqlite3";

/// A folder with a database and a model.
struct Scene(TempDir);

impl Scene {
    /// A database of `sql`, and a model with the index `i` of `index`, which lacks its mapping: `properties` is it.
    fn new(sql: &str, index: &Value, properties: &Value) -> Scene {
        let scene = Scene(TempDir::new().unwrap());
        scene.sql(sql);
        scene.model(index, properties);
        scene
    }

    /// A table `t` of the columns `id` and `name`, with `rows` rows, which takes about 100 bytes each.
    fn of_rows(rows: u64) -> Scene {
        let sql = format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO t SELECT i, printf('%080d', i * 7919 % 100003) FROM n"
        );
        Scene::new(&sql, &json!({"table": "t"}), &json!({"name": {"type": "keyword"}}))
    }

    fn model(&self, index: &Value, properties: &Value) {
        let mut index = index.clone();
        index["mapping"] = json!({ "properties": properties });
        let model = json!({"indices": {"i": index}});
        fs::write(self.path("litebulk.json"), model.to_string()).unwrap();
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self) -> Connection {
        Connection::open(self.path(DB)).unwrap()
    }

    fn sql(&self, sql: &str) {
        self.open().execute_batch(sql).unwrap();
    }

    /// `litebulk export db.sqlite3` with further words.
    fn command(&self, words: &str) -> Command {
        let mut command = litebulk(self.folder());
        command.args(["export", DB]).args(words.split_whitespace());
        command
    }

    fn export(&self, words: &str) -> Ended {
        ended(self.command(words).output().unwrap())
    }

    /// Exports, which must go well, and gives the files.
    fn files(&self, words: &str) -> Vec<(String, Vec<u8>)> {
        let ended = self.export(words);
        assert_eq!(ended.code, Some(0), "{words}: {}", ended.stderr);
        tree(&self.path("out"))
    }

    /// The records on stdout, which must go well: ids and sources as text.
    fn records(&self) -> Vec<(String, String)> {
        let ended = self.export("--stdout");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        records(ended.stdout.as_bytes())
    }

    /// The records in the parts of an export.
    fn exported(&self) -> Vec<(String, String)> {
        let parts = tree(&self.path("out/i")).into_iter();
        let parts = parts.filter(|(name, _)| name.starts_with("part-"));
        parts.flat_map(|(_, bytes)| records(&bytes)).collect()
    }

    /// Exports, which must fail: nothing is left in the output folder, and all of `wanted` is told.
    fn fails(&self, words: &str, code: i32, wanted: &[&str]) {
        let before = self.output();
        let ended = self.export(words);
        check_failure(&ended, code, wanted);
        assert!(self.output() == before, "an older export was touched, or something is left");
    }

    /// Every file in the output folder, hidden ones too; `None` where there is no such folder.
    fn output(&self) -> Option<Vec<(String, Vec<u8>)>> {
        let out = self.path("out");
        out.exists().then(|| tree(&out))
    }
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn check_failure(ended: &Ended, code: i32, wanted: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    for word in wanted {
        assert!(ended.stderr.contains(word), "`{word}` is not told: {}", ended.stderr);
    }
}

/// Ids and sources of a bulk body with `create` actions.
fn records(bytes: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.split_terminator('\n').collect();
    let pairs = lines.chunks(2).map(|pair| {
        let action: Value = serde_json::from_str(pair[0]).unwrap();
        (action["create"]["_id"].as_str().unwrap().to_string(), pair[1].to_string())
    });
    pairs.collect()
}

/// Every export in an output folder is what its manifest says; the answer is how many there are.
fn check_manifests(out: &Path) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(out).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.file_name().to_str().unwrap().starts_with('.') {
            continue;
        }
        count += 1;
        let folder = entry.path();
        let manifest = fs::read(folder.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let mut documents = 0;
        for part in manifest["parts"].as_array().unwrap() {
            let bytes = fs::read(folder.join(part["file"].as_str().unwrap())).unwrap();
            assert_eq!(part["sha256"], sha256(&bytes), "{}", part["file"]);
            documents += part["documents"].as_u64().unwrap();
        }
        assert_eq!(manifest["documents"], documents);
    }
    count
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The exit of a child; one that does not end would let the test hang, so it is killed after two minutes.
fn wait(mut child: Child) -> Output {
    for _ in 0..12_000 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("the program did not end");
}

/// Says loudly that something cannot be tested here; where `LITEBULK_HOSTILE_REQUIRED=1` this is a failure.
#[cfg(target_os = "linux")]
fn skip(what: &str, why: &str) {
    use std::io::Write;
    let required = std::env::var_os("LITEBULK_HOSTILE_REQUIRED").is_some_and(|value| value == "1");
    assert!(!required, "{what} cannot be tested here: {why}");
    // Past the capture of the test harness, so that nobody overlooks it.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what} is not tested here: {why}");
}
