//! `litebulk export` and `check` as commands: what goes where, and the exit codes. What stands in the files is not asked here.

use std::fs;
use std::io::Read;
use std::path::Path;

use rusqlite::Connection;

use super::{campus, litebulk, run_line, tree};

fn change(folder: &Path, sql: &str) {
    Connection::open(folder.join("campus.sqlite3")).unwrap().execute_batch(sql).unwrap();
}

/// A second index beside the first, `courses`.
fn add_an_index(folder: &Path) {
    let model = fs::read(folder.join("litebulk.json")).unwrap();
    let mut model: serde_json::Value = serde_json::from_slice(&model).unwrap();
    model["indices"]["courses"] = serde_json::json!({
        "table": "core_course",
        "mapping": { "properties": { "name": { "type": "keyword" } } }
    });
    fs::write(folder.join("two.json"), model.to_string()).unwrap();
}

#[test]
fn an_export_tells_people_alone_what_it_wrote() {
    let folder = campus();
    let ended = run_line(folder.path(), "export campus.sqlite3");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
    let row = ended.stderr.lines().find(|line| line.starts_with("django ")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!((cells[1], cells[2], cells[3], cells[6]), ("40", "0", "1", "out/django"), "{row}");
    assert!(!ended.stderr.contains('\x1b'), "{}", ended.stderr);
    let quiet = run_line(folder.path(), "export campus.sqlite3 -q");
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn notes_name_their_index_where_there_are_several() {
    let folder = campus();
    add_an_index(folder.path());
    for (words, named) in [("", true), (" --index django", false)] {
        let ended = run_line(folder.path(), &format!("export campus.sqlite3 -m two.json{words}"));
        let notes: Vec<&str> =
            ended.stderr.lines().filter_map(|line| line.strip_prefix("note: ")).collect();
        assert!(!notes.is_empty(), "{}", ended.stderr);
        let name_it = notes.iter().filter(|note| note.starts_with("index `django`: ")).count();
        assert_eq!(name_it, if named { notes.len() } else { 0 }, "{}", ended.stderr);
    }
}

#[test]
fn json_is_one_report_and_nothing_else_on_stdout() {
    let folder = campus();
    for line in ["export campus.sqlite3 --json", "--json export campus.sqlite3 -q", "demo . --json"]
    {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
        assert_eq!(ended.stdout.lines().count(), 1, "{line}: {}", ended.stdout);
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(report["exit_code"], 0);
        let index = &report["indices"][0];
        assert_eq!(
            (&index["index"], &index["rejected"], &index["parts"]),
            (&"django".into(), &0.into(), &1.into())
        );
        let part = folder.path().join(index["folder"].as_str().unwrap()).join("part-00001.ndjson");
        assert_eq!(index["bytes"], fs::metadata(part).unwrap().len());
    }
}

#[test]
fn records_go_to_stdout_as_they_go_to_the_part() {
    let folder = campus();
    let before = tree(folder.path());
    let ended = run_line(folder.path(), "export campus.sqlite3 --stdout");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let part = fs::read_to_string(folder.path().join("out/django/part-00001.ndjson")).unwrap();
    assert!(ended.stdout == part);
    assert!(ended.stderr.contains("40 documents"), "{}", ended.stderr);
    assert!(tree(folder.path()) == before);
    let quiet = run_line(folder.path(), "export campus.sqlite3 --stdout -q");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
}

#[test]
fn records_go_to_stdout_packed_where_that_is_asked_for() {
    let folder = campus();
    let plain = run_line(folder.path(), "export campus.sqlite3 --stdout").stdout;
    let output =
        litebulk(folder.path()).args(["export", "campus.sqlite3", "--stdout", "--gzip"]).output();
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&output.unwrap().stdout[..])
        .read_to_string(&mut unpacked)
        .unwrap();
    assert!(plain == unpacked);
}

#[test]
fn stdout_takes_one_index() {
    let folder = campus();
    add_an_index(folder.path());
    let both = run_line(folder.path(), "export campus.sqlite3 -m two.json --stdout");
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""), "{}", both.stderr);
    assert!(both.stderr.contains("django") && both.stderr.contains("courses"), "{}", both.stderr);
    let one = run_line(
        folder.path(),
        "export campus.sqlite3 -m two.json --stdout --index courses --limit 3",
    );
    assert_eq!((one.code, one.stdout.lines().count()), (Some(0), 6), "{}", one.stderr);
}

#[test]
fn indices_are_named_in_every_usual_way() {
    let folder = campus();
    add_an_index(folder.path());
    for (line, wanted) in [
        ("export campus.sqlite3 -m two.json -o o1", &["courses", "django"][..]),
        ("export campus.sqlite3 -m two.json -o o2 --index courses", &["courses"]),
        (
            "export campus.sqlite3 -m two.json -o o3 --index courses --index django",
            &["courses", "django"],
        ),
        ("export campus.sqlite3 -m two.json -o o4 --index courses django", &["courses", "django"]),
        ("export campus.sqlite3 -m two.json -o o5 --index courses,django", &["courses", "django"]),
        ("export -m two.json -o o6 --index courses campus.sqlite3", &["courses"]),
    ] {
        let ended = run_line(folder.path(), line);
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
        let output = line.split(" -o ").nth(1).unwrap().split(' ').next().unwrap();
        let entries = fs::read_dir(folder.path().join(output)).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, wanted, "{line}");
    }
}

#[test]
fn an_unknown_index_is_wrong_usage_and_the_nearest_is_named() {
    let folder = campus();
    let before = tree(folder.path());
    let ended = run_line(folder.path(), "export campus.sqlite3 --index djagno");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("`djagno`") && ended.stderr.contains("`django`"),
        "{}",
        ended.stderr
    );
    assert!(tree(folder.path()) == before);
}

#[test]
fn a_comparison_is_exit_code_5_as_soon_as_one_row_differs() {
    let folder = campus();
    let equal = run_line(folder.path(), "export campus.sqlite3 --check");
    assert_eq!((equal.code, equal.stdout.as_str()), (Some(0), ""), "{}", equal.stderr);
    change(folder.path(), "UPDATE core_student SET last_name = 'Other' WHERE id = 17");
    let before = tree(folder.path());
    let changed = run_line(folder.path(), "export campus.sqlite3 --check --json");
    assert_eq!(changed.code, Some(5), "{}", changed.stderr);
    assert!(changed.stderr.contains("part-00001.ndjson"), "{}", changed.stderr);
    let report: serde_json::Value = serde_json::from_str(&changed.stdout).unwrap();
    assert_eq!(report["exit_code"], 5);
    assert!(tree(folder.path()) == before);
}

#[test]
fn a_bad_value_ends_the_export_or_is_rejected_as_asked() {
    let folder = campus();
    change(folder.path(), "UPDATE core_student SET age = 99999 WHERE id = 23");
    let before = tree(folder.path());
    let stopped = run_line(folder.path(), "export campus.sqlite3 --json");
    assert_eq!(stopped.code, Some(1), "{}", stopped.stderr);
    for wanted in ["`core_student`", "`23`", "`age`", "99999"] {
        assert!(stopped.stderr.contains(wanted), "{wanted}: {}", stopped.stderr);
    }
    let report: serde_json::Value = serde_json::from_str(&stopped.stdout).unwrap();
    assert_eq!((&report["exit_code"], &report["error"]["data"]["key"]), (&1.into(), &"23".into()));
    assert!(tree(folder.path()) == before);

    let rejected = run_line(folder.path(), "export campus.sqlite3 --on-error reject --json -q");
    assert_eq!(rejected.code, Some(4), "{}", rejected.stderr);
    assert!(
        rejected.stderr.contains("1 document of index `django` rejected"),
        "{}",
        rejected.stderr
    );
    assert!(rejected.stderr.contains("rejected.json"), "{}", rejected.stderr);
    let report: serde_json::Value = serde_json::from_str(&rejected.stdout).unwrap();
    let index = &report["indices"][0];
    assert_eq!((&index["documents"], &index["rejected"]), (&39.into(), &1.into()));
    assert_eq!(index["reasons"][0]["count"], 1);
    assert!(folder.path().join("out/django/rejected.ndjson").exists());
}

#[test]
fn a_missing_database_is_exit_code_3() {
    let folder = campus();
    for line in ["export gone.sqlite3", "export gone.sqlite3 --stdout", "check gone.sqlite3"] {
        let ended = run_line(folder.path(), line);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains("gone.sqlite3"), "{line}: {}", ended.stderr);
        assert!(!folder.path().join("gone.sqlite3").exists());
    }
}

#[test]
fn a_check_finds_faults_of_the_model_and_with_values_bad_values() {
    let folder = campus();
    let before = tree(folder.path());
    for line in ["check campus.sqlite3", "check campus.sqlite3 --values --target es1"] {
        let ended = run_line(folder.path(), line);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{line}: {}", ended.stderr);
    }
    assert!(tree(folder.path()) == before);
    change(folder.path(), "UPDATE core_student SET age = 99999 WHERE id = 23");
    assert_eq!(run_line(folder.path(), "check campus.sqlite3").code, Some(0));
    let values = run_line(folder.path(), "check campus.sqlite3 --values --json");
    assert_eq!(values.code, Some(1), "{}", values.stderr);
    assert!(values.stderr.contains("99999"), "{}", values.stderr);
    let report: serde_json::Value = serde_json::from_str(&values.stdout).unwrap();
    assert_eq!(report["exit_code"], 1);

    fs::write(folder.path().join("bad.json"), r#"{"indices": {"a": {"tabel": "core_student"}}}"#)
        .unwrap();
    let faulty = run_line(folder.path(), "check campus.sqlite3 -m bad.json --json");
    assert_eq!(faulty.code, Some(1), "{}", faulty.stderr);
    assert!(faulty.stderr.contains("tabel"), "{}", faulty.stderr);
    let report: serde_json::Value = serde_json::from_str(&faulty.stdout).unwrap();
    assert!(!report["error"]["faults"].as_array().unwrap().is_empty(), "{report}");
}
