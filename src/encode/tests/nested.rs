//! The count of nested objects against the plainest one over a JSON tree.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use super::property;
use crate::encode::rule::NestedRule;

/// Nested in the root, in objects, in each other, behind names with dots, and where nobody looks.
fn mapping() -> Json {
    let inner = json!({ "type": "nested", "properties": { "a": { "type": "nested" }, "k": { "type": "long" } } });
    json!({ "properties": {
        "a": inner,
        "b": { "type": "object", "properties": { "a": inner, "b.c": inner, "k": { "type": "keyword" } } },
        "c": { "type": "nested", "include_in_parent": true, "include_in_root": true, "dynamic": false },
        "d": { "type": "object", "enabled": false, "properties": { "a": inner } },
        "e": { "type": "nested", "enabled": false, "properties": { "a": inner } },
        "f": { "type": "flattened" },
        "é\"": { "type": "nested" },
    } })
}

/// A rule whose places are the positions in the list of the fields' paths.
fn rule(max: u64) -> (NestedRule, Vec<String>) {
    let mut paths = Vec::new();
    let place = |path: &[String]| {
        paths.push(path.join("."));
        paths.len() - 1
    };
    let rule = NestedRule::compile(&property(&mapping()).properties, max, place).unwrap();
    (rule, paths)
}

/// The `nested` fields of the objects in `value`, in the order in which they stand there.
fn naive(value: &Json, path: &str, paths: &[String], found: &mut Vec<usize>) {
    match value {
        Json::Array(elements) => elements.iter().for_each(|e| naive(e, path, paths, found)),
        Json::Object(members) => {
            found.extend(paths.iter().position(|known| known == path));
            for (name, value) in members {
                step(value, path, name, paths, found);
            }
        }
        _ => {}
    }
}

/// A name with dots is the object that it would be, written out.
fn step(value: &Json, path: &str, name: &str, paths: &[String], found: &mut Vec<usize>) {
    let name = name.trim_end_matches('.');
    let (first, rest) = name.split_once('.').map_or((name, None), |(f, r)| (f, Some(r)));
    let path = if path.is_empty() { first.to_owned() } else { format!("{path}.{first}") };
    if ["d", "e"].contains(&path.as_str()) {
        return;
    }
    match rest {
        None => naive(value, &path, paths, found),
        Some(rest) => {
            found.extend(paths.iter().position(|known| *known == path));
            step(value, &path, rest, paths, found);
        }
    }
}

fn random(rng: &mut Rng, depth: usize) -> Json {
    match rng.usize(..if depth == 0 { 4 } else { 12 }) {
        0 => Json::Null,
        1 => json!(rng.i8(..)),
        2 => json!("{\"a\":[{},{}]}\\"),
        3 => json!({}),
        4..=8 => (0..rng.usize(..8)).map(|_| random(rng, depth - 1)).collect(),
        _ => Json::Object(members(rng, depth)),
    }
}

fn members(rng: &mut Rng, depth: usize) -> Map<String, Json> {
    const NAMES: &[&str] =
        &["a", "b", "c", "d", "e", "f", "k", "é\"", "b.a", "b.b", "a.a", "a.", "b.b.c.a"];
    let name = |rng: &mut Rng| (*rng.choice(NAMES).unwrap()).to_owned();
    (0..rng.usize(..6)).map(|_| (name(rng), random(rng, depth - 1))).collect()
}

#[test]
fn objects_are_counted_as_in_a_tree_and_the_field_that_has_one_too_many_is_named() {
    let mut rng = Rng::with_seed(7);
    let mut most = 0;
    for round in 0..2_000 {
        let (paths, mut found) = (rule(0).1, Vec::new());
        let document = Json::Object(members(&mut rng, 6));
        naive(&document, "", &paths, &mut found);
        let text = document.to_string();
        // A name may be written with escapes.
        let text = if round % 2 == 0 { text } else { text.replace("\"a\":", "\"\\u0061\":") };
        let count = found.len() as u64;
        most = most.max(count);
        for max in [0, 1, count / 2, count.saturating_sub(1), count, count + 1] {
            let wanted = found.get(usize::try_from(max).unwrap()).map(|&place| (count, place));
            assert_eq!(rule(max).0.exceeded(text.as_bytes()), wanted, "{max} in {text}");
        }
    }
    assert!(most > 50, "the documents hold {most} objects at most");
}

#[test]
fn the_smallest_objects_are_counted_too() {
    let three = rule(3).0;
    for (text, wanted) in [
        (r#"{"c":[{},{},{}]}"#, None),
        (r#"{"c":[{},{},{},{}]}"#, Some(4)),
        (r#"{"a.a":1,"a.a":1,"a.a":1,"a.a":1}"#, Some(4)),
        (r#"{"c":[[{},[{}]],null,[],{}],"a":{}}"#, Some(4)),
    ] {
        assert_eq!(three.exceeded(text.as_bytes()).map(|(count, _)| count), wanted, "{text}");
    }
    let list = |count| format!(r#"{{"c":[{}]}}"#, vec!["{}"; count].join(","));
    assert!(rule(100).0.exceeded(list(100).as_bytes()).is_none());
    assert_eq!(rule(100).0.exceeded(list(101).as_bytes()), Some((101, 6)));
    // Two bytes for each, and none can be had for less.
    let deep = (0..19).fold(
        json!({ "type": "nested" }),
        |inner, _| json!({ "type": "nested", "properties": { "a": inner } }),
    );
    let deep = property(&json!({ "properties": { "a": deep } })).properties;
    let deep = NestedRule::compile(&deep, 18, |path| path.len()).unwrap();
    assert_eq!(deep.exceeded(format!(r#"{{"a{}":1}}"#, ".a".repeat(18)).as_bytes()), None);
    assert_eq!(
        deep.exceeded(format!(r#"{{"a{}":1}}"#, ".a".repeat(19)).as_bytes()),
        Some((19, 19))
    );
    // Where the text ends too early the count does, too.
    let text = r#"{"c":[{},{"k":"\"}"},{},{"a":[1]}]}"#;
    (0..text.len()).for_each(|end| _ = three.exceeded(&text.as_bytes()[..end]));
}

#[test]
fn a_mapping_without_nested_fields_counts_nothing() {
    let mapping = json!({ "properties": {
        "a": { "type": "object", "properties": { "b": { "type": "keyword" } } },
        "d": { "type": "object", "enabled": false, "properties": { "a": { "type": "nested" } } },
    } });
    assert!(NestedRule::compile(&property(&mapping).properties, 0, |_| 0).is_none());
}
