//! The database file: journals, locks, names, and what is no database at all.

use super::*;

/// One row, and a model for it.
fn small() -> Scene {
    Scene::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a')",
        &json!({"table": "t"}),
        &json!({"name": {"type": "keyword"}}),
    )
}

#[test]
fn what_is_no_database_is_exit_code_3_and_named() {
    let scene = small();
    fs::write(scene.path("empty"), "").unwrap();
    fs::write(scene.path("short"), "SQLite format 3\0").unwrap();
    fs::write(scene.path("garbage"), "id,name\n1,a\n".repeat(1000)).unwrap();
    let noise: Vec<u8> =
        (0..65_536_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(scene.path("encrypted"), &noise).unwrap();
    let mut headed = b"SQLite format 3\0".to_vec();
    headed.extend_from_slice(&noise);
    fs::write(scene.path("headed"), headed).unwrap();
    fs::create_dir(scene.path("folder")).unwrap();
    for (name, wanted) in [
        ("gone", "there is no database"),
        ("none/gone", "there is no database"),
        ("empty", "empty"),
        ("short", "not a SQLite database"),
        ("garbage", "not a SQLite database"),
        ("encrypted", "encrypted"),
        ("headed", "`headed`"),
        ("folder", "is a folder"),
    ] {
        let before = tree(scene.folder());
        for words in [&["export", name][..], &["export", name, "--stdout"], &["check", name]] {
            let ended = run(scene.folder(), words);
            check_failure(&ended, 3, &[&format!("`{name}`"), wanted]);
            assert_eq!(ended.stdout, "");
        }
        assert!(tree(scene.folder()) == before, "{name}");
        assert!(!scene.path("out").exists(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_database_and_is_not_waited_for() {
    let scene = small();
    assert!(Command::new("mkfifo").arg(scene.path("pipe")).status().unwrap().success());
    let child = litebulk(scene.folder())
        .args(["export", "pipe"])
        .stderr(std::process::Stdio::piped())
        .spawn();
    check_failure(&ended(wait(child.unwrap())), 3, &["`pipe`", "not a plain file"]);
}

#[test]
fn file_names_are_taken_as_they_are() {
    let scene = small();
    for name in [
        "file:db",
        "file:db?mode=memory",
        "a?b",
        "100%",
        "%41",
        "a#b",
        "two words",
        "ü.db",
        ":memory:",
        "-x",
    ] {
        fs::copy(scene.path(DB), scene.path(name)).unwrap();
        let ended = run(scene.folder(), ["export", "--stdout", "-q", "--", name]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{name}");
        assert_eq!(records(ended.stdout.as_bytes()).len(), 1, "{name}");
    }
    let gone = run(scene.folder(), ["export", "--", "file:gone?mode=memory"]);
    check_failure(&gone, 3, &["`file:gone?mode=memory`"]);
    assert!(!scene.path("gone").exists() && !scene.path("file:gone").exists());
}

#[test]
fn rows_in_a_wal_are_read_whether_or_not_somebody_has_it_open() {
    let scene = small();
    let writer = scene.open();
    writer
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (2, 'b')")
        .unwrap();
    assert_eq!(scene.records().len(), 2, "open elsewhere");
    // As a killed writer leaves it: a WAL with rows, and nobody there.
    for name in [DB, "db.sqlite3-wal"] {
        fs::copy(scene.path(name), scene.path(&format!("left-{name}"))).unwrap();
    }
    fs::rename(scene.path("left-db.sqlite3-wal"), scene.path("left.sqlite3-wal")).unwrap();
    fs::rename(scene.path("left-db.sqlite3"), scene.path("left.sqlite3")).unwrap();
    let before = fs::read(scene.path("left.sqlite3")).unwrap();
    let left = run(scene.folder(), ["export", "left.sqlite3", "--stdout"]);
    assert_eq!(records(left.stdout.as_bytes()).len(), 2, "{}", left.stderr);
    assert!(fs::read(scene.path("left.sqlite3")).unwrap() == before, "the database was written");
    writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(writer);
    assert_eq!(scene.records().len(), 2, "clean");
}

#[test]
fn a_database_is_never_written() {
    for mode in ["DELETE", "WAL"] {
        let scene = Scene::of_rows(20_000);
        scene.sql(&format!("PRAGMA journal_mode = {mode}"));
        let before = fs::read(scene.path(DB)).unwrap();
        scene.files("--threads 3");
        assert!(fs::read(scene.path(DB)).unwrap() == before, "{mode}");
    }
}

/// The program without the rights that let root write everywhere; `None` where they cannot be given up.
#[cfg(target_os = "linux")]
fn without_privileges(scene: &Scene, what: &str) -> Option<Command> {
    use std::os::unix::fs::PermissionsExt;
    let drop_all = ["--bounding-set=-dac_override,-dac_read_search", "--"];
    let mut probe = Command::new("setpriv");
    let is_able = probe.args(drop_all).arg("true").output().is_ok_and(|o| o.status.success());
    let mut command = if is_able {
        let mut command = Command::new("setpriv");
        command.args(drop_all).arg(env!("CARGO_BIN_EXE_litebulk"));
        command.current_dir(scene.folder());
        command
    } else {
        litebulk(scene.folder())
    };
    let out = TempDir::new().unwrap();
    fs::create_dir(scene.path("out")).unwrap();
    drop(out);
    fs::set_permissions(scene.folder(), fs::Permissions::from_mode(0o555)).unwrap();
    if !is_able && fs::write(scene.path("probe"), "").is_ok() {
        skip(what, "this user may write everywhere, and `setpriv` cannot change that");
        return None;
    }
    command.args(["export", DB]);
    Some(command)
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_enough_unless_a_wal_holds_rows() {
    for (mode, threads) in [("DELETE", "1"), ("DELETE", "3"), ("WAL", "1"), ("WAL", "3")] {
        let scene = Scene::of_rows(20_000);
        scene.sql(&format!("PRAGMA journal_mode = {mode}"));
        let Some(mut command) = without_privileges(&scene, "a read-only folder") else { return };
        let ended = ended(command.args(["--threads", threads]).output().unwrap());
        assert_eq!(ended.code, Some(0), "{mode}: {}", ended.stderr);
        assert_eq!(scene.exported().len(), 20_000);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn rows_in_a_wal_that_cannot_be_read_are_exit_code_3() {
    let full = small();
    let writer = full.open();
    writer
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (2, 'b')")
        .unwrap();
    let scene = small();
    for name in [DB, "db.sqlite3-wal"] {
        fs::copy(full.path(name), scene.path(name)).unwrap();
    }
    let Some(mut command) = without_privileges(&scene, "a WAL in a read-only folder") else {
        return;
    };
    let found = ended(command.output().unwrap());
    check_failure(&found, 3, &["`db.sqlite3`", "WAL", "wal_checkpoint"]);
    assert_eq!(tree(&scene.path("out")), []);
}

#[cfg(target_os = "linux")]
#[test]
fn a_database_that_may_not_be_read_is_exit_code_3() {
    use std::os::unix::fs::PermissionsExt;
    let scene = small();
    fs::set_permissions(scene.path(DB), fs::Permissions::from_mode(0o000)).unwrap();
    let Some(mut command) = without_privileges(&scene, "a database without read permission") else {
        return;
    };
    let found = ended(command.output().unwrap());
    check_failure(&found, 3, &["`db.sqlite3`", "ermission denied"]);
}

#[test]
fn a_hot_journal_is_exit_code_3_that_says_how_to_roll_back() {
    let full = Scene::of_rows(5_000);
    let writer = full.open();
    writer.execute_batch("PRAGMA cache_size = 5; BEGIN; UPDATE t SET name = 'half'").unwrap();
    let scene = small();
    for name in [DB, "db.sqlite3-journal"] {
        fs::copy(full.path(name), scene.path(name)).unwrap();
    }
    let before = tree(scene.folder());
    scene.fails("", 3, &["`db.sqlite3`", "journal", "roll"]);
    assert!(tree(scene.folder()) == before, "the database or its journal was touched");
    drop(writer);
}

#[test]
fn a_lock_that_is_given_back_is_waited_for() {
    let scene = small();
    let writer = scene.open();
    writer.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2, 'b')").unwrap();
    let child = scene.command("--stdout").stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    writer.execute_batch("COMMIT").unwrap();
    let output = wait(child);
    assert_eq!((output.status.code(), records(&output.stdout).len()), (Some(0), 2));
}

#[test]
fn a_lock_that_is_never_given_back_is_exit_code_3_in_the_end() {
    let scene = small();
    scene.files("");
    let writer = scene.open();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    scene.fails("", 3, &["`db.sqlite3`", "another process holds a lock"]);
}

#[cfg(unix)]
#[test]
fn a_wait_for_a_lock_ends_at_the_first_signal() {
    let scene = small();
    let writer = scene.open();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let child = scene.command("").stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    kill::send("INT", &child);
    check_failure(&ended(wait(child)), 130, &["interrupted"]);
}
