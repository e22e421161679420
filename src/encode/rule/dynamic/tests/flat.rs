//! Objects with `subobjects: false`, and runtime fields, documents one after the other: measured on 7.17, 8.19 and 9.2.

use super::*;

#[test]
fn below_subobjects_false_an_object_gives_its_name_to_its_members() {
    let body = json!({"properties": {"s": {"type": "object", "subobjects": false, "properties": {
        "k": {"type": "keyword"}, "f": {"type": "flattened"}}}}});
    let documents = [
        r#"{"s":{"a":{"b":1}}}"#,
        r#"{"s":{"a":1}}"#,
        r#"{"s":{"a":{"b":"x"}}}"#,
        r#"{"s":{"a.b":"x"}}"#,
        r#"{"s":{"a":{"b":{"c":true}}}}"#,
        r#"{"s":{"a":[{"b":3},{"b":"q"}]}}"#,
        r#"{"s":{"a":[1,{"b":4}]}}"#,
        r#"{"s":{"k":{"n":1}}}"#,
        r#"{"s":{"k":{"n":"x"}}}"#,
        r#"{"s":{"f":{"n":[1,"x"]},"f.n":[1,"x"]}}"#,
        r#"{"s":{"z":[{"b":1},{"b":1.5}]}}"#,
    ];
    are(&body, &documents, &[("es8.10 es8 es9", "..RR.R..R.R")]);
    let root =
        json!({"subobjects": false, "properties": {"s": {"properties": {"k": {"type": "long"}}}}});
    let documents = [
        r#"{"s":{"a":{"b":1}}}"#,
        r#"{"s":{"a.b":2,"a":"x","k":1}}"#,
        r#"{"s.a":{"b":"x"}}"#,
        r#"{"s":{"a":1}}"#,
    ];
    are(&root, &documents, &[("es8 es9", "..R.")]);
}

#[test]
fn an_unmapped_field_is_not_taken_for_the_field_of_a_copied_multi_field() {
    let body = json!({"properties": {"s": {"type": "object", "subobjects": false, "properties": {
        "a.b": {"type": "keyword", "copy_to": "c"}}}}});
    let documents = [r#"{"s":{"a":[]}}"#, r#"{"s":{"a":1}}"#, r#"{"s":{"a":{"c":1}}}"#];
    are(&body, &documents, &[("es8 es9", ".R.")]);
}

#[test]
fn templates_bring_no_objects_below_subobjects_false() {
    let body = |mapping: Json| {
        json!({"properties": {"s": {"type": "object", "subobjects": false}},
        "dynamic_templates": [{"t": {"match_mapping_type": "object", "mapping": mapping}}]})
    };
    let documents = [
        r#"{"s":{"a.b":1}}"#,
        r#"{"s":{"a":{"b":1}}}"#,
        r#"{"s":{"a":{"b":"x"}}}"#,
        r#"{"s":{"a":1}}"#,
    ];
    are(&body(json!({"type": "nested"})), &documents, &[("es8 es9", ".RR.")]);
    are(&body(json!({"type": "object", "dynamic": "strict"})), &documents, &[("es8 es9", "..R.")]);
    are(&body(json!({"type": "flattened"})), &documents, &[("es8 es9", "...R")]);
}

#[test]
fn runtime_fields_take_anything_and_count() {
    let body = json!({"properties": {"o": {"type": "object", "dynamic": "runtime"}}});
    let documents = [
        r#"{"o":{"a":1}}"#,
        r#"{"o":{"a":[true,"x"],"b":"x"}}"#,
        r#"{"o":{"a":{"b":1}}}"#,
        r#"{"o":{"a":2,"b":{}}}"#,
    ];
    let limit = json!({"index.mapping.total_fields.limit": 3});
    for (target, wanted) in [("es7", "...."), ("es8", "..R."), ("es9", "..R.")] {
        assert_eq!(letters(&rule(&body, Some(&limit), target), &documents), wanted, "{target}");
    }
    // What is refused leaves none behind.
    let refused = [
        r#"{"o":{"a":1,"b":1,"c":1}}"#,
        r#"{"o":{"a":1}}"#,
        r#"{"o":{"b":1}}"#,
        r#"{"o":{"c":1}}"#,
    ];
    let rule_of_9 = rule(&body, Some(&limit), "es9");
    assert_eq!(letters(&rule_of_9, &refused), "R..R");
    // Stretches together have as many as both.
    let mut all = Grown::default();
    let agree = ["a", "b", "a", "c"].map(|name| {
        let mut grown = Grown::default();
        let document = format!(r#"{{"o":{{"{name}":1}}}}"#);
        rule_of_9.check(document.as_bytes(), &mut grown, false).unwrap();
        all.agrees(&grown, rule_of_9.fields_max())
    });
    assert_eq!(agree, [true, true, true, false]);
    let named = json!({"runtime": {"o.r": {"type": "long"}},
        "properties": {"o": {"type": "object"}, "k": {"type": "keyword", "copy_to": "o.r"}}});
    let documents = [
        r#"{"o":{"r":1}}"#,
        r#"{"o":{"r":["x",true]}}"#,
        r#"{"k":"x"}"#,
        r#"{"o":{"r":1}}"#,
        r#"{"o":{"r":{"b":1}}}"#,
        r#"{"o":{"r":1}}"#,
    ];
    are(&named, &documents, &[("es7", "....R."), ("es8 es9", ".....R")]);
}
