//! Stdout that ends early: a reader that has gone is no fault, a full disk is one.

use std::fs::OpenOptions;
use std::io;
use std::process::Command;

use tempfile::TempDir;

use super::{campus, litebulk};

/// Runs with a stdout whose reader has gone before the start; answers exit code and stderr.
fn without_reader(mut command: Command) -> (Option<i32>, String) {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_reader_that_has_gone_is_success_without_a_word() {
    let folder = TempDir::new().unwrap();
    for line in ["--help", "export --help", "man", "schema", "completions bash"] {
        let mut command = litebulk(folder.path());
        command.args(line.split(' '));
        assert_eq!(without_reader(command), (Some(0), String::new()), "{line}");
    }
}

#[test]
fn a_reader_that_leaves_an_export_to_stdout_is_success_without_a_word() {
    let folder = campus();
    let mut command = litebulk(folder.path());
    command.args(["export", "campus.sqlite3", "--stdout"]);
    assert_eq!(without_reader(command), (Some(0), String::new()));
}

#[test]
fn a_report_that_nobody_reads_changes_nothing() {
    let folder = campus();
    let mut command = litebulk(folder.path());
    command.args(["export", "campus.sqlite3", "--json", "-q", "-o", "again"]);
    assert_eq!(without_reader(command), (Some(0), String::new()));
    assert!(folder.path().join("again/django/manifest.json").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_exit_code_3() {
    let folder = campus();
    for line in
        ["man", "completions bash", "export campus.sqlite3 --stdout", "check campus.sqlite3 --json"]
    {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = litebulk(folder.path());
        let output = command.args(line.split(' ')).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{line}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("error: ") && stderr.contains("No space left"), "{line}: {stderr}");
    }
}
