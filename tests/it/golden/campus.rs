//! The campus that Django made: what the reference system answers for it, and a table with a column of every Django kind.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::{Files, compare, found, rewrite};
use crate::cli::{Ended, litebulk, tree};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Exports the campus with a model of `fixtures/`; the folder holds `out`.
pub(super) fn export(model: &str, args: &[&str]) -> (TempDir, Ended) {
    let place = TempDir::new().unwrap();
    let mut command = litebulk(place.path());
    command.args(["export".as_ref(), fixtures().join("campus/campus.sqlite3").as_os_str()]);
    command.arg("-m").arg(fixtures().join(model)).args(args);
    let output = command.output().unwrap();
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    (place, ended)
}

/// The lines of all parts of an index in their order.
pub(super) fn lines(folder: &Path) -> Vec<String> {
    let parts = tree(folder).into_iter().filter(|(name, _)| name.ends_with(".ndjson"));
    parts
        .flat_map(|(_, bytes)| {
            let text = String::from_utf8(bytes).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// What the reference system answers, with `_id` as text.
fn expected() -> Vec<Value> {
    let text = fs::read_to_string(fixtures().join("campus/campus.expected.ndjson")).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for action in lines.iter_mut().filter_map(|line| line.get_mut("create")) {
        let id = action["_id"].to_string();
        action["_id"] = id.into();
    }
    lines
}

fn exported(target: &str) -> Vec<Value> {
    let (place, ended) = export("model/campus.json", &["--target", target]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines = lines(&place.path().join("out/django"));
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn assert_equal(found: &[Value], expected: &[Value]) {
    assert_eq!((found.len(), expected.len()), (588, 588));
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        let in_order =
            |value: &Value| value.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        assert_eq!(found, expected, "line {}", number + 1);
        assert_eq!(in_order(found), in_order(expected), "line {}", number + 1);
    }
}

#[test]
fn the_campus_is_exported_for_es1_as_the_reference_system_does_it() {
    assert_equal(&exported("es1"), &expected());
}

#[test]
fn the_campus_is_exported_for_es9_without_types_and_payloads() {
    let mut lines = expected();
    for line in &mut lines {
        let object: &mut Map<String, Value> = line.as_object_mut().unwrap();
        if let Some(action) = object.get_mut("create") {
            action.as_object_mut().unwrap().shift_remove("_type").unwrap();
        } else {
            let complete = object["name_complete"].as_object_mut().unwrap();
            complete.shift_remove("output").unwrap();
            complete.shift_remove("payload").unwrap();
        }
    }
    assert_equal(&exported("es9"), &lines);
}

#[test]
fn every_kind_of_django_column_has_a_field_it_fits() {
    let (place, ended) = export("campus/kitchen.json", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let found = found(&ended, place.path(), |_| false);
    let folder = fixtures().join("campus/kitchen");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        rewrite(&folder, &found);
    }
    let expected: Files = tree(&folder).into_iter().collect();
    compare("kitchen", &expected, &found);
}
