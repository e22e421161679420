//! The benchmark at a small size, so that it cannot rot, and so that both sides are known to write the same documents.
//! Knows no time.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

#[path = "../../benches/export/shape/mod.rs"]
mod shape;
#[path = "../../benches/export/side.rs"]
mod side;

/// Students of the campus; other shapes have fewer documents.
const SIZE: u64 = 2_000;

#[test]
fn every_shape_of_the_benchmark_gives_the_documents_that_the_shell_gives() {
    if !side::has_shell() {
        assert!(
            std::env::var_os("LITEBULK_ENGINES_REQUIRED").is_none_or(|value| value != "1"),
            "there is no `sqlite3` on the path to compare with"
        );
        // Past the capture of the test's output: nobody shall think that this was tested.
        let skip = "\nSKIPPED: there is no `sqlite3` on the path to compare the benchmark's documents with\n";
        std::io::stderr().write_all(skip.as_bytes()).unwrap();
        return;
    }
    let folder = TempDir::new().unwrap();
    for shape in shape::SHAPES {
        let built = shape.build(folder.path(), SIZE).unwrap();
        assert!(shape.floor(&built.database).unwrap() > built.documents, "{}", shape.name);
        let expected = lines(&output(&mut side::shell(shape, &built)));
        let found = lines(&exported(folder.path(), shape, &built));
        assert_eq!(found.len() as u64, 2 * built.documents, "{}", shape.name);
        assert_eq!(found.len(), expected.len(), "{}", shape.name);
        for (found, expected) in found.iter().zip(&expected) {
            assert!(are_equal(found, expected), "{}: {found} is not {expected}", shape.name);
        }
    }
}

/// All parts in a row; there are several, from several threads.
fn exported(folder: &Path, shape: &shape::Shape, built: &shape::Built) -> Vec<u8> {
    let out = folder.join("out");
    let program = Path::new(env!("CARGO_BIN_EXE_litebulk"));
    output(side::litebulk(program, shape, built, &out, 2).args(["--part-size", "30KiB"]));
    let index = fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
    let paths = fs::read_dir(index).unwrap().map(|entry| entry.unwrap().path());
    let mut parts: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "ndjson")).collect();
    assert!(parts.len() > 1, "{}: {parts:?}", shape.name);
    parts.sort();
    let bytes = parts.iter().flat_map(|part| fs::read(part).unwrap()).collect();
    fs::remove_dir_all(out).unwrap();
    bytes
}

fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn lines(ndjson: &[u8]) -> Vec<Value> {
    let lines = ndjson.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n');
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// As parsed values: integers digit for digit, other numbers as the doubles that they stand for.
fn are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((key, one), (other_key, other))| {
                    key == other_key && are_equal(one, other)
                })
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(one, other)| are_equal(one, other))
        }
        (Value::Number(left), Value::Number(right)) => {
            let is_whole = |number: &serde_json::Number| !number.as_str().contains(['.', 'e', 'E']);
            left == right
                || (!is_whole(left) && !is_whole(right) && left.as_f64() == right.as_f64())
        }
        _ => left == right,
    }
}

#[test]
fn a_difference_of_one_digit_or_one_member_is_a_difference() {
    let cases = [
        (r#"{"a":[1.50]}"#, r#"{"a":[1.5]}"#, true),
        (r#"{"a":[1.5]}"#, r#"{"a":[1.6]}"#, false),
        (r#"{"a":1}"#, r#"{"a":1.0}"#, false),
        ("9007199254740993", "9007199254740992", false),
        (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
        (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, false),
        ("[1]", "[1,1]", false),
        (r#""1""#, "1", false),
        ("null", "false", false),
    ];
    for (left, right, expected) in cases {
        let parsed = |text| serde_json::from_str(text).unwrap();
        assert_eq!(are_equal(&parsed(left), &parsed(right)), expected, "{left} {right}");
    }
}
