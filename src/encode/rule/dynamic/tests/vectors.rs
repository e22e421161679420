//! Vectors that lists of unmapped fields become on Elasticsearch 8.11 and later, as 9.2 answered.

use serde_json::json;

use super::{are, open};

#[test]
fn a_vector_that_a_list_makes_is_read_as_one_at_once() {
    let list = |value: &str, count: usize| {
        format!(r#"{{"o":{{"v":[{}]}}}}"#, vec![value; count].join(","))
    };
    let vector = list("0.5", 128);
    for none in ["0.0", "1e30", "1e300", "[0.5]"] {
        are(&open(), &[&list(none, 128)], &[("es8 es9", "R")]);
    }
    let nested = vector.replace("[", "[[").replace("]", "]]");
    are(&open(), &[&nested], &[("es8 es9", "R"), ("es7 os3", ".")]);
    let [empty, null] = ["[]", "[null]"].map(|value| format!(r#"{{"o":{{"v":{value}}}}}"#));
    are(
        &open(),
        &[&empty, &null, &vector, &empty, &null],
        &[("es8 es9", "...RR"), ("es7 os3", ".....")],
    );
    // A null brings nothing, but is no number of a vector.
    let with_null = |count| list("0.5", count).replacen("[", "[null,", 1);
    are(&open(), &[&with_null(127), &list("0.5", 5)], &[("es8 es9", "..")]);
    are(&open(), &[&with_null(128)], &[("es8 es9", "R")]);
}

#[test]
fn templates_and_what_numbers_are_read_as_decide_whether_a_list_makes_a_vector() {
    let lists = |value: &str| {
        [128, 127].map(|count| format!(r#"{{"o":{{"v":[{}]}}}}"#, vec![value; count].join(",")))
    };
    let [long, short] = lists("0.5");
    for mapping in [
        json!({"dynamic": "runtime", "properties": {"o": {"type": "object"}}}),
        json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [{"d": {"match_mapping_type": "double", "mapping": {"type": "double"}}}]}),
        json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [{"d": {"match_mapping_type": "double", "runtime": {}}}]}),
    ] {
        are(&mapping, &[&long, &short], &[("es8 es9", "..")]);
    }
    let by_name = json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [{"d": {"match": "v", "mapping": {"type": "float"}}}]});
    let [whole, shorter] = lists("1");
    are(&by_name, &[&whole, &shorter], &[("es8 es9", ".R")]);
    let [text, _] = lists(r#""0.5""#);
    are(
        &json!({"properties": {"o": {"type": "object"}}, "numeric_detection": true}),
        &[&text],
        &[("es8 es9", "R"), ("es7", ".")],
    );
}

#[test]
fn below_subobjects_false_a_vector_reads_lists_of_objects_and_leaves_objects_alone() {
    let vector = format!(r#"{{"s":{{"v":[{}]}}}}"#, vec!["0.5"; 128].join(","));
    let documents = [
        &*vector,
        r#"{"s":{"v":{"a":1}}}"#,
        r#"{"s":{"v":[{"a":1}]}}"#,
        r#"{"s":{"v":[[1]]}}"#,
        r#"{"s":{"v":null}}"#,
    ];
    let flat = json!({"properties": {"s": {"type": "object", "subobjects": false}}});
    are(&flat, &documents, &[("es8 es9", "..RR.")]);
    let measured = json!({"properties": {"s": {"type": "object", "subobjects": false,
        "properties": {"v": {"type": "dense_vector"}}}}});
    let documents = [r#"{"s":{"v":{"a":1}}}"#, r#"{"s":{"v":[1,2]}}"#, r#"{"s":{"v":[1,2,3]}}"#];
    are(&measured, &documents, &[("es8 es9", "..R")]);
}

#[test]
fn a_document_holds_one_vector_of_an_unmapped_field() {
    let list = |count: usize| format!("[{}]", vec!["0.5"; count].join(","));
    let both = |one: &str, other: &str| format!(r#"{{"o":[{{"v":{one}}},{{"v":{other}}}]}}"#);
    let vector = list(128);
    let nested = json!({"properties": {"o": {"type": "nested"}}});
    for (other, wanted) in [(&*vector, "R"), ("null", "R"), ("[]", "R"), ("{}", "R")] {
        are(&open(), &[&both(&vector, other)], &[("es8 es9", wanted)]);
        let first = format!(r#"{{"o":{{"v":{vector}}}}}"#);
        are(&open(), &[&first, &both(&vector, other)], &[("es8 es9", ".R")]);
    }
    for (other, wanted) in [(&*vector, ".."), ("null", "..")] {
        let first = format!(r#"{{"o":{{"v":{vector}}}}}"#);
        are(&nested, &[&first, &both(&vector, other)], &[("es8 es9", wanted)]);
    }
    // Floats of one document make a vector wherever they stand.
    are(&open(), &[&both("0.5", &vector)], &[("es8 es9", "R"), ("es7", ".")]);
    are(&open(), &[&both(&list(100), &list(28))], &[("es8 es9", "R"), ("es7", ".")]);
    are(&open(), &[&both(&list(100), &list(27))], &[("es8 es9", ".")]);
    are(&open(), &[&both(&list(127), "0.5")], &[("es8 es9", ".")]);
}
