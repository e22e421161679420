//! Fields that hold one value a document, as 5.6 to 9.2, OpenSearch 2.19 and 3.8 answered.

use serde_json::{Value as Json, json};

use super::{property, target};
use crate::encode::rule::OnceRule;

/// Whether the rule of `mapping` finds a value too many in `document`.
fn exceeds(mapping: &Json, engine: &str, document: &str) -> bool {
    let rule = OnceRule::compile(&property(mapping).properties, &target(engine), |_| 7);
    let found = rule.and_then(|rule| rule.exceeded(document.as_bytes()));
    found.inspect(|(_, place)| assert_eq!(*place, 7)).is_some()
}

fn below(kind: &str, field: &Json) -> Json {
    json!({"properties": {"o": {"type": kind, "properties": {"v": field}}}})
}

fn both(one: &str, other: &str) -> String {
    format!(r#"{{"o":[{{"v":{one}}},{{"v":{other}}}]}}"#)
}

#[test]
fn a_list_of_objects_brings_a_field_more_values_than_it_holds() {
    let vector = json!({"type": "dense_vector", "dims": 2});
    let feature = json!({"type": "rank_feature"});
    let many = json!({"type": "rank_features"});
    let query = json!({"type": "percolator"});
    let shape = json!({"type": "geo_shape"});
    let histogram = json!({"type": "histogram"});
    let text = json!({"type": "text", "fields": {"r": feature}});
    for (engines, field, one, other, wanted) in [
        ("es8 es9", &vector, "[1,2]", "[1,2]", true),
        ("es8 es9", &vector, "[1,2]", "null", true),
        ("es8 es9", &vector, "null", "[1,2]", false),
        ("es7 es8 es9 os2 os3", &feature, "1.5", "2", true),
        ("es7 es8 es9 os2 os3", &feature, "1.5", "null", false),
        ("es7 es8 es9 os2 os3", &feature, "[null]", "[1.5]", false),
        ("es7 os2 os3", &text, r#""1""#, r#""1""#, true),
        ("es7 os2 os3", &many, r#"{"a":1}"#, r#"{"a":1}"#, true),
        ("es7 os2 os3", &many, r#"{"a":1}"#, r#"{"b":1,"a":null}"#, false),
        ("es5 es6 es7 es8 es9 os2 os3", &query, "{}", "{}", true),
        ("os2 os3", &shape, r#""POINT(1 2)""#, r#""POINT(1 2)""#, true),
        ("os2 os3", &shape, r#""POINT(1 2)""#, "null", false),
        ("es1 es2 es5 es6 es7 es8 es9", &shape, r#""POINT(1 2)""#, r#""POINT(1 2)""#, false),
        ("es8 es9", &histogram, "{}", "{}", true),
        ("es1 es9 os3", &json!({"type": "long"}), "1", "2", false),
    ] {
        for engine in engines.split(' ') {
            let mapping = below("object", field);
            let document = both(one, other);
            assert_eq!(exceeds(&mapping, engine, &document), wanted, "{engine} {field} {document}");
            // Each is a document of its own.
            assert!(!exceeds(&below("nested", field), engine, &document), "{engine} {field}");
        }
    }
}

#[test]
fn values_come_by_names_with_dots_through_objects_of_nested_ones_and_by_copies() {
    let feature = json!({"type": "rank_feature"});
    let mapping =
        json!({"properties": {"o": {"properties": {"p.q": feature, "k": {"type": "long"}}}}});
    for (document, wanted) in [
        (r#"{"o":{"p":{"q":1},"p.q":2}}"#, true),
        (r#"{"o.p":{"q":1},"o":{"p":[{},{"q":null}],"k":[1,2]}}"#, false),
        (r#"{"o.p.q":1,"o":{"p":[[{"q":1}]]}}"#, true),
    ] {
        assert_eq!(exceeds(&mapping, "os3", document), wanted, "{document}");
    }
    let inner = below("object", &feature)["properties"].clone();
    let mapping = json!({"properties": {"n": {"type": "nested", "properties": inner}}});
    let once = r#"{"o":[{"v":1}]}"#;
    assert!(!exceeds(&mapping, "os3", &format!(r#"{{"n":[{once},{once}]}}"#)));
    assert!(exceeds(&mapping, "os3", &format!(r#"{{"n":[{once},{}]}}"#, both("1", "2"))));
    // Without an object on the way one value comes at most, and nothing is read.
    let single = property(&json!({"properties": {"v": feature}}));
    assert!(OnceRule::compile(&single.properties, &target("os3"), |_| 7).is_none());
}

#[test]
fn two_fields_copied_to_one_are_two_values() {
    let mut copied = property(&json!({"properties": {"a": {"type": "long"}, "b": {"type": "long"},
        "r": {"type": "rank_feature"}}}));
    let target_field = copied.properties[2].clone();
    copied.properties[..2].iter_mut().for_each(|p| p.multi_fields.push(target_field.clone()));
    let rule = OnceRule::compile(&copied.properties, &target("os3"), |_| 0).unwrap();
    assert!(rule.exceeded(br#"{"a":1,"b":2}"#).is_some());
    assert!(rule.exceeded(br#"{"a":1,"b":null,"r":2}"#).is_some());
    assert!(rule.exceeded(br#"{"a":1,"b":null}"#).is_none());
}
