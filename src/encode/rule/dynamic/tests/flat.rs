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

#[test]
fn what_a_template_makes_a_runtime_field_is_read_as_what_the_rest_of_its_list_becomes() {
    let with = |dynamic: Json, templates: Json| json!({"dynamic": dynamic, "properties": {"o": {"type": "object"}}, "dynamic_templates": templates});
    let doubles = json!([{"d": {"match_mapping_type": "double", "runtime": {}}}]);
    let list = |value: &str| format!(r#"{{"o":{{"v":{value}}}}}"#);
    for (value, wanted) in [
        ("[1,0.5]", "A"),
        ("[0.5,1]", "A"),
        ("[0.5,0.7]", "."),
        (r#"["x",0.5]"#, "."),
        ("[0.5,99999999999999999999]", "R"),
        (r#"[0.5,{"w":1}]"#, "R"),
    ] {
        let mapping = with(json!(true), doubles.clone());
        are(&mapping, &[&list(value)], &[("es8 es9", wanted)]);
    }
    // Objects pass it over.
    let named = json!([{"d": {"match": "v", "runtime": {}}}]);
    let documents = [list(r#"{"w":1}"#), list(r#""x""#)];
    let documents = documents.each_ref().map(String::as_str);
    are(&with(json!(true), named.clone()), &documents, &[("es8 es9", ".R")]);
    are(&with(json!("runtime"), named), &documents, &[("es8 es9", "..")]);
    let nested = json!([{"n": {"match_mapping_type": "object", "mapping": {"type": "nested"}}}]);
    are(&with(json!("runtime"), nested), &documents, &[("es8 es9", "..")]);
    let long = json!([{"l": {"match_mapping_type": "long", "mapping": {"type": "integer"}}}]);
    are(&with(json!("runtime"), long), &[&list("[true,1]")], &[("es8 es9", "R")]);
}

#[test]
fn what_a_template_maps_below_dynamic_runtime_is_no_object_any_more() {
    let body = json!({"properties": {"o": {"type": "object", "dynamic": "runtime"}},
        "dynamic_templates": [{"t": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}]});
    let documents = [
        r#"{"o":{"v":{"a":1}}}"#,
        r#"{"o":{"v":"x"}}"#,
        r#"{"o":{"v":{"a":1}}}"#,
        r#"{"o":[{"w":{"a":1}},{"w":"x"}]}"#,
        r#"{"o":{"w":["x",{"a":1}]}}"#,
        r#"{"o":{"w":{"a":1}}}"#,
    ];
    are(&body, &documents, &[("es7 es8 es9", "..RRR.")]);
    // What is refused leaves the object.
    let documents = [documents[0], r#"{"o":{"v":"x","z":{"b":"x"}}}"#, documents[0]];
    are(&body, &documents, &[("es8 es9", ".R.")]);
    // Whoever has seen only the text does not know of the object.
    let rule_of_9 = rule(&body, None, "es9");
    let grown = |documents: &[&str]| {
        let mut grown = Grown::default();
        let mut check = |document: &&str| rule_of_9.check(document.as_bytes(), &mut grown, false);
        documents.iter().for_each(|document| check(document).unwrap());
        grown
    };
    let both = [r#"{"o":{"v":{"a":1}}}"#, r#"{"o":{"v":"x"}}"#];
    for (one, other) in [(&both[..1], &both[1..]), (&both[1..], &both[..])] {
        assert!(!grown(one).agrees(&grown(other), None));
    }
}

#[test]
fn a_runtime_field_of_the_same_document_is_read_as_what_a_later_value_brings() {
    let body = json!({"properties": {"o": {"type": "object"}},
        "dynamic_templates": [{"s": {"match_mapping_type": "string", "runtime": {}}}]});
    let documents = [
        r#"{"o":{"a":"x","a.b":1}}"#,
        r#"{"o":[{"c":"x"},{"c":0.5}]}"#,
        r#"{"o":[{"c":"1"},{"c":0.5}]}"#,
        r#"{"o":{"d":"x"}}"#,
        r#"{"o":{"d":{"b":1}}}"#,
    ];
    are(&body, &documents, &[("es8 es9", "RR...")]);
}

#[test]
fn a_key_with_dots_is_an_object_for_the_type_that_a_template_brings() {
    let body = json!({"properties": {"o": {"type": "object"}},
        "dynamic_templates": [{"t": {"match": "v", "mapping": {"type": "flattened"}}}]});
    let documents = [r#"{"o":{"v.a":[1,2]}}"#, r#"{"o":{"v.b":{"c":1}}}"#, r#"{"o":{"v":1}}"#];
    are(&body, &documents, &[("es8 es9", "..R")]);
}

#[test]
fn a_value_beyond_the_limit_keeps_its_name_from_becoming_an_object() {
    let body = json!({"properties": {"o": {"type": "object"}}});
    let limit =
        json!({"index.mapping.total_fields": {"limit": 3, "ignore_dynamic_beyond_limit": true}});
    let documents = [
        r#"{"o":{"b":1,"a":"x","a.c":true}}"#,
        r#"{"o":{"b":1,"a":"x"}}"#,
        r#"{"o":{"c":1,"a":"x","a.c":true}}"#,
    ];
    assert_eq!(letters(&rule(&body, Some(&limit), "es9"), &documents), "R..");
    // A runtime field counts once.
    let body = json!({"properties": {"o": {"type": "object", "dynamic": "runtime"}}});
    let limit = json!({"index.mapping.total_fields.limit": 2});
    assert_eq!(letters(&rule(&body, Some(&limit), "es9"), &[r#"{"o":{"c":[1,2]}}"#]), ".");
}
