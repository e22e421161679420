//! SIGINT and SIGTERM: the exit codes, and nothing half-written.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{campus, litebulk};

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Waits until there is something in the folder, while the program runs.
fn wait_for_a_file(folder: &Path, child: &mut Child) {
    while fs::read_dir(folder).unwrap().next().is_none() {
        assert!(child.try_wait().unwrap().is_none(), "ended before it wrote anything");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupted_demo_ends_with_the_signals_code_and_leaves_nothing() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let folder = TempDir::new().unwrap();
        let mut command = litebulk(folder.path());
        command.args(["demo", ".", "--students", "1000000000", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for_a_file(folder.path(), &mut child);
        // The file is there before the students are: the signal arrives while they are being made.
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "SIG{signal}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr, "error: interrupted; nothing half-written is left\n");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&report["exit_code"], &report["error"]["category"]),
            (&code.into(), &"interrupted".into())
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn an_export_to_a_reader_that_does_not_read_ends_at_the_first_signal() {
    let folder = campus();
    let grown = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
                 INSERT INTO core_student (first_name, last_name, age, year_in_school) \
                 SELECT 'Ana' || i, 'Silva', 20, 'SO' FROM n";
    let database = rusqlite::Connection::open(folder.path().join("campus.sqlite3")).unwrap();
    database.execute_batch(grown).unwrap();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut command = litebulk(folder.path());
        command.args(["export", "campus.sqlite3", "--stdout"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // One byte is there, so the program writes; the pipe takes 64 KiB of a few MiB, so it waits.
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(code), "SIG{signal}");
    }
}
