//! What the program says to those who call it wrongly: exit code 2, and what is wrong.

use std::fs;

use tempfile::TempDir;

use super::{run_line, tree};

/// A command line, and a part of the answer.
const WRONG: &[(&str, &str)] = &[
    ("", "Usage: litebulk"),
    ("exprot db", "similar subcommand exists: 'export'"),
    ("export", "<DB>"),
    ("export --index students", "the database <DB> is missing"),
    ("export db --traget es9", "similar argument exists: '--target'"),
    ("export db --target es99", "`es9`"),
    ("export db --target", "a value is required for '--target"),
    ("export db --part-size 0", "at least 1 byte"),
    ("export db --part-size tenMiB", "whole number"),
    ("export db --part-size 10parsecs", "no unit `parsecs`"),
    ("export db --part-size -1", "a size is a whole number"),
    ("export db --gzip=10", "10 is not in 0..=9"),
    ("export db --gzip=best", "invalid value 'best'"),
    ("export db --threads 0", "invalid value '0'"),
    ("export db --threads many", "invalid value 'many'"),
    ("export db --limit -1", "a whole number from 0"),
    ("export db --limit 1.5", "a whole number from 0"),
    ("export db --sample 0", "above 0 and at most 1"),
    ("export db --sample 1.01", "above 0 and at most 1"),
    ("export db --sample nan", "above 0 and at most 1"),
    ("export db --shard 0/3", "1 <= I <= N"),
    ("export db --shard 4/3", "1 <= I <= N"),
    ("export db --shard 2", "1 <= I <= N"),
    ("export db --op upsert", "possible values: create, index, update, delete"),
    ("export db --on-error skip", "possible values: stop, reject"),
    ("export db --stdout -o out", "cannot be used with"),
    ("export db --stdout --check", "cannot be used with"),
    ("export db --stdout --fsync", "cannot be used with"),
    ("export db --stdout --part-size 1MiB", "cannot be used with"),
    ("export db --stdout --json", "cannot be used with"),
    ("export db --stdout --on-error reject", "leave --stdout out"),
    ("export db -q -v", "cannot be used with"),
    ("export db other", "unexpected argument 'other'"),
    ("check", "<DB>"),
    ("check db --target es99", "`es9`"),
    ("check db --gzip", "unexpected argument '--gzip'"),
    ("demo a b", "unexpected argument 'b'"),
    ("demo --students few", "invalid value 'few'"),
    ("demo --students 9223372036854775808", "is not in"),
    ("demo --seed -1", "invalid value '-1' for '--seed"),
    ("completions", "<SHELL>"),
    ("completions tcsh", "possible values"),
    ("schema now", "unexpected argument 'now'"),
];

#[test]
fn wrong_usage_is_exit_code_2_told_on_stderr_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("db"), b"").unwrap();
    for (line, wanted) in WRONG {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(2), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains(wanted), "{line}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{line}");
        assert_eq!(tree(folder.path()).len(), 1, "{line}");
    }
}

#[test]
fn wrong_usage_is_told_to_machines_too() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("db"), b"").unwrap();
    for (line, wanted) in [
        ("--json", "litebulk"),
        (
            "--json exprot db",
            "unrecognized subcommand 'exprot' tip: a similar subcommand exists: 'export'",
        ),
        ("export db --traget es9 --json", "unexpected argument '--traget' found tip:"),
        ("export db --json --target es99", "invalid value 'es99' for '--target"),
        ("export --json --index students", "the database <DB> is missing"),
        ("upload --json", "the following required arguments were not provided: <DIR>..."),
    ] {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(2), "{line}: {}", ended.stderr);
        assert_ne!(ended.stderr, "", "{line}");
        assert_eq!(ended.stdout.lines().count(), 1, "{line}: {}", ended.stdout);
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(
            (&report["exit_code"], &report["error"]["category"]),
            (&2.into(), &"usage".into())
        );
        let message = report["error"]["message"].as_str().unwrap();
        assert!(message.contains(wanted) && !message.contains("Usage:"), "{line}: {message}");
    }
    assert_eq!(run_line(folder.path(), "export --json --help").code, Some(0));
    assert_eq!(run_line(folder.path(), "export db -- --json --x").stdout, "");
}

#[test]
fn a_missing_model_is_exit_code_3_and_names_the_file_that_was_looked_for() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("db"), b"").unwrap();
    for (line, file) in [
        ("export db -m shop.json", "shop.json"),
        ("check db -m models/shop.json", "models/shop.json"),
        ("export db -m shop.json --stdout", "shop.json"),
    ] {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(3), "{line}: {}", ended.stderr);
        assert!(ended.stderr.starts_with("error: "), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains(&format!("`{file}`")), "{line}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{line}");
    }
}

#[test]
fn a_failure_is_told_to_people_and_to_machines() {
    let folder = TempDir::new().unwrap();
    let ended = run_line(folder.path(), "export db -m shop.json --json");
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["exit_code"], 3);
    assert_eq!(report["error"]["category"], "environment");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(ended.stderr.contains(message), "{message}");
}

#[test]
fn each_cause_of_a_failure_is_told_once() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), b"").unwrap();
    let ended = run_line(folder.path(), "demo file/campus");
    assert_eq!(ended.code, Some(3));
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.stderr);
    assert!(lines[0].starts_with("error: folder `file/campus` cannot be made"), "{}", lines[0]);
    assert!(lines[1].starts_with("caused by: "), "{}", lines[1]);
}

#[test]
fn what_stands_in_the_place_of_a_folder_is_named() {
    let folder = TempDir::new().unwrap();
    rusqlite::Connection::open(folder.path().join("db"))
        .unwrap()
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 1)")
        .unwrap();
    let model = r#"{ "indices": { "i": { "table": "t", "mapping": { "properties": { "n": { "type": "long" } } } } } }"#;
    fs::write(folder.path().join("litebulk.json"), model).unwrap();
    let told = |line: &str, words: &str| {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(3), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{line}: {}", ended.stderr);
    };
    told("delta db db", "`db` is a file, and an export is a folder");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        told("export db -o link", "`link` is a link that leads nowhere");
    }
}
