//! Objects with `subobjects: false`, and members that are runtime fields, as Elasticsearch 7.17, 8.19 and 9.2 judge them.

use serde_json::{Value as Json, json};

use crate::encode::{Encoder, FieldOptions, Value};
use crate::error::Verdict;
use crate::target::{Mapping, Target};

/// `.` for what is taken, `R` for what is refused, `A` for what is altered.
fn letters(body: &Json, target: &str, values: &[&str]) -> String {
    let target = Target::parse(target).unwrap();
    let mapping = Mapping::translate(body, "", &target, &mut Vec::new());
    let encoder = Encoder::new(&mapping.properties[0], &target, &FieldOptions::default()).unwrap();
    let letter = |value: &&str| match encoder.encode(Value::Text(value.as_bytes()), &mut Vec::new())
    {
        Ok(()) => '.',
        Err(refusal) if refusal.verdict == Verdict::Altered => 'A',
        Err(_) => 'R',
    };
    values.iter().map(letter).collect()
}

fn flat(dynamic: Json, properties: Json) -> Json {
    json!({"properties": {"s": {
        "type": "object", "subobjects": false, "dynamic": dynamic, "properties": properties}}})
}

#[test]
fn an_object_is_the_names_of_its_members() {
    let properties = json!({"a": {"type": "keyword"}, "a.b": {"type": "long"},
        "r": {"type": "integer_range"}, "v": {"type": "dense_vector", "dims": 2},
        "c": {"type": "keyword", "copy_to": "x"}, "q": {"properties": {"n": {"type": "long"}}}});
    let values = [
        r#"{"a":{"b":1}}"#,
        r#"{"a":{"b":"x"}}"#,
        r#"{"a":[{"b":2},"k",{"b":{"c":1}}]}"#,
        r#"{"a":["k",{"b":"x"}]}"#,
        r#"{"q":{"n":"x"}}"#,
        r#"{"q.n":"x"}"#,
        r#"{"r":{"gte":1}}"#,
        r#"{"r":{"b":1}}"#,
        r#"{"v":{"b":1}}"#,
        r#"{"v":[{"b":1}]}"#,
        r#"{"c":{"b":1}}"#,
        r#"{"":1}"#,
        r#"{" ":{"a":1}}"#,
        r#"{"z":{"":1," ":{".":2}},"..":1}"#,
    ];
    for target in ["es8.10", "es8", "es9"] {
        let told = letters(&flat(json!(true), properties.clone()), target, &values);
        assert_eq!(told, ".R.RRR.R.RRRR.", "{target}");
    }
    assert_eq!(letters(&flat(json!(true), json!({})), "es8.9", &[r#"{"a":{"b":1}}"#]), "R");
}

#[test]
fn strict_asks_for_each_name_and_false_passes_lists_over() {
    let properties =
        json!({"a": {"type": "keyword"}, "a.b": {"type": "long"}, "d.e": {"type": "long"}});
    let values = [
        r#"{"a":[{"b":1}]}"#,
        r#"{"a":{"c":null}}"#,
        r#"{"a":{"b":{}}}"#,
        r#"{"d":{"e":1}}"#,
        r#"{"d":null}"#,
        r#"{"d":{"e":"x"}}"#,
        r#"{"d":[{"e":"x"}]}"#,
        r#"{"n":{"":[{"e":"x"}]}}"#,
    ];
    for target in ["es8", "es9"] {
        let told = |dynamic| letters(&flat(dynamic, properties.clone()), target, &values);
        assert_eq!(told(json!("strict")), ".R.RRRRR", "{target}");
        assert_eq!(told(json!(false)), ".....RA.", "{target}");
        assert_eq!(told(json!("runtime")), ".....RR.", "{target}");
    }
}

#[test]
fn a_strict_object_takes_its_runtime_fields() {
    let body = json!({"runtime": {"o.r": {"type": "long"}, "o.p.q": {"type": "long"}},
        "properties": {"o": {"type": "object", "dynamic": "strict"}}});
    let values = [
        r#"{"r":1}"#,
        r#"{"r":[1,"x",null]}"#,
        r#"{"r":null}"#,
        r#"{"p":{"q":1}}"#,
        r#"{"r":{"b":1}}"#,
        r#"{"r":[{"b":1}]}"#,
        r#"{"z":1}"#,
    ];
    for target in ["es7", "es8", "es9"] {
        assert_eq!(letters(&body, target, &values), "...RRRR", "{target}");
    }
    let mut body = flat(json!("strict"), json!({}));
    body["runtime"] = json!({"s.a.b": {"type": "long"}});
    let values = [r#"{"a.b":["x",1]}"#, r#"{"a.b":{"c":1}}"#, r#"{"a":1}"#];
    for target in ["es8", "es9"] {
        assert_eq!(letters(&body, target, &values), ".RR", "{target}");
    }
}
