//! Completions whose contexts another field of the document gives.

use serde_json::{Value as Json, json};

use super::{property, target};
use crate::encode::rule::SuggestedRule;

/// Whether a document lacks a context, by a mapping in which `x` gives it.
fn lacks(source: &Json, context: &Json, engine: &str, document: &str) -> bool {
    let completion = match engine {
        "es1" | "es2" => json!({ "type": "completion", "context": { "k": context } }),
        _ => {
            let mut context = context.clone();
            context["name"] = json!("k");
            json!({ "type": "completion", "contexts": [context] })
        }
    };
    let mapping =
        json!({ "properties": { "x": source, "o": { "properties": { "c": completion } } } });
    SuggestedRule::compile(&property(&mapping).properties, &target(engine), |path| {
        assert_eq!(path, ["o", "c"]);
        7
    })
    .is_some_and(|rule| {
        let found = rule.lacking(document.as_bytes());
        found.inspect(|(_, place)| assert_eq!(*place, 7)).is_some()
    })
}

#[test]
fn another_field_gives_a_completion_its_context() {
    let category = json!({ "type": "category", "path": "x" });
    let keyword = json!({ "type": "keyword" });
    for (document, wanted) in [
        (r#"{"x":"v","o":{"c":"a"}}"#, false),
        (r#"{"x":["v"],"o":{"c":["a","b"]}}"#, false),
        (r#"{"x":5,"o":{"c":"a"}}"#, false),
        (r#"{"x":null,"o":{"c":"a"}}"#, true),
        (r#"{"x":[],"o":{"c":"a"}}"#, true),
        (r#"{"o":{"c":"a"}}"#, true),
        (r#"{"o":{"c":" "}}"#, false),
        (r#"{"o":{"c":null}}"#, false),
        (r#"{"o":{}}"#, false),
        (r#"{"o":{"c":{"input":[]}}}"#, false),
        (r#"{"o":{"c":{"input":["","a"]}}}"#, true),
        (r#"{"o":{"c":{"input":"a","contexts":{"k":"v"}}}}"#, false),
        (r#"{"o":{"c":{"input":"a","contexts":{"k":[]}}}}"#, true),
        (r#"{"o":[{"c":{"input":"a","contexts":{"k":"v"}}},{"c":"b"}]}"#, true),
    ] {
        for engine in ["es7", "es8", "es9", "os2", "os3"] {
            assert_eq!(lacks(&keyword, &category, engine, document), wanted, "{engine} {document}");
        }
        // 5.x and 6.x take values without any context.
        assert!(!lacks(&keyword, &category, "es6", document), "{document}");
    }
}

#[test]
fn a_field_gives_what_the_engine_finds_of_it() {
    let category = json!({ "type": "category", "path": "x" });
    let raw = json!({ "type": "category", "path": "x.raw" });
    let geo = json!({ "type": "geo", "precision": 4, "path": "x" });
    let given = r#"{"x":"v","o":{"c":"a"}}"#;
    let (null, place) = (r#"{"x":null,"o":{"c":"a"}}"#, r#"{"x":{"lat":1,"lon":2},"o":{"c":"a"}}"#);
    let hidden = json!({ "type": "keyword", "index": false });
    for (source, context, engine, document, wanted) in [
        (json!({ "type": "keyword", "ignore_above": 0 }), &category, "es9", given, true),
        (json!({ "type": "keyword", "null_value": "n" }), &category, "os3", null, false),
        (hidden.clone(), &category, "es7", given, true),
        (hidden.clone(), &category, "es8", given, false),
        (hidden, &category, "os2", given, true),
        (json!({ "type": "text", "index": false, "store": true }), &category, "es9", given, false),
        (
            json!({ "type": "long", "fields": { "raw": { "type": "keyword" } } }),
            &raw,
            "es9",
            given,
            false,
        ),
        (json!({ "type": "long" }), &raw, "es9", given, true),
        (json!({ "type": "geo_point" }), &geo, "es8", place, false),
        (json!({ "type": "geo_point" }), &geo, "es8", null, true),
        (json!({ "type": "string" }), &category, "es1", given, false),
        (json!({ "type": "string" }), &category, "es1", null, true),
        (json!({ "type": "string", "index": "no" }), &category, "es2", given, true),
    ] {
        assert_eq!(
            lacks(&source, context, engine, document),
            wanted,
            "{engine} {source} {document}"
        );
    }
}

#[test]
fn old_lines_want_each_of_the_contexts() {
    let completion = json!({ "type": "completion", "context": {
        "k": { "type": "category", "path": "x" }, "j": { "type": "category", "path": "y" } } });
    let text = json!({ "type": "string" });
    let mapping = json!({ "properties": { "x": text, "y": text, "c": completion } });
    let rule =
        SuggestedRule::compile(&property(&mapping).properties, &target("es2"), |_| 0).unwrap();
    for (document, wanted) in [
        (r#"{"x":"v","c":{"input":"a"}}"#, true),
        (r#"{"x":"v","y":"w","c":{"input":"a"}}"#, false),
        (r#"{"x":"v","c":{"input":"a","context":{"j":"q"}}}"#, false),
    ] {
        assert_eq!(rule.lacking(document.as_bytes()).is_some(), wanted, "{document}");
    }
}
