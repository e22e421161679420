//! Documents one after the other, as every line was measured: `.` is taken, `R` refused, `A` altered.

mod flat;
mod vectors;

use serde_json::{Value as Json, json};

use super::{DynamicRule, Grown, Spot};
use crate::error::Verdict;
use crate::target::{Growth, Mapping, Target};

fn rule(body: &Json, settings: Option<&Json>, target: &str) -> DynamicRule {
    let target = Target::parse(target).unwrap();
    let mapping = Mapping::translate(body, "", &target, &mut Vec::new());
    let growth = Growth::of(&mapping, settings, &target).unwrap();
    let names = mapping.properties.iter().map(|property| property.name.clone());
    let spots = names.map(|name| Spot { path: vec![name], column: None, lossy: false }).collect();
    DynamicRule::compile(&mapping.properties, growth, spots, &target, |_| 0).unwrap()
}

/// One letter for each document, the documents in their order.
fn letters(rule: &DynamicRule, documents: &[&str]) -> String {
    let mut grown = Grown::default();
    let letter = |document: &&str| match rule.check(document.as_bytes(), &mut grown, true) {
        Ok(()) => '.',
        Err(misfit) if misfit.refusal.verdict == Verdict::Altered => 'A',
        Err(_) => 'R',
    };
    documents.iter().map(letter).collect()
}

fn open() -> Json {
    json!({"properties": {"o": {"type": "object"}}})
}

#[track_caller]
fn are(body: &Json, documents: &[&str], wanted: &[(&str, &str)]) {
    for (targets, wanted) in wanted {
        for target in targets.split(' ') {
            assert_eq!(letters(&rule(body, None, target), documents), *wanted, "{target} {body}");
        }
    }
}

const ALL: &str = "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3";

#[test]
fn values_of_one_document_are_of_one_type() {
    let documents = [
        r#"{"o":{"a":[1,"x"]}}"#,
        r#"{"o":{"b":["x",1]}}"#,
        r#"{"o":[{"c":1},{"c":"y"}]}"#,
        r#"{"o":{"d":[{"k":1},1]}}"#,
        r#"{"o":{"e":[1,{"k":1}]}}"#,
        r#"{"o":{"f":["2024-01-02","x"]}}"#,
        r#"{"o":{"g":["2024-01-02","2024-01-03",null]}}"#,
        r#"{"o":{"h":["2024-01-02","2024/01/02"]}}"#,
        r#"{"o":{"i":[1,1.5]}}"#,
        r#"{"o":{"j":[true,"true"]}}"#,
        r#"{"o":{"l":[[1],[[2,null]],[]]}}"#,
    ];
    are(
        &open(),
        &documents,
        &[
            ("es1", "R.RRRR.RA.."),
            ("es2 es7 es8 es9 os1 os2 os3", "RRRRRR.RRR."),
            ("es5 es6", "RRRRRR.RAR."),
        ],
    );
}

#[test]
fn mapped_names_with_dots_lead_to_objects_that_grow() {
    let grows = json!({"dynamic": true, "properties": {"k": {"type": "long"}}});
    let body = json!({"dynamic": false, "properties": {
        "q": {"properties": {"x.y": grows}}, "r.s": {"dynamic": true, "properties": {}}}});
    let documents = [
        r#"{"q":{"x.y":{"t":[1,"a"]}}}"#,
        r#"{"q":{"x":{"y":{"u":[1,"a"]}}}}"#,
        r#"{"q":{"x":{"t":[1,"a"]}}}"#,
        r#"{"r.s":{"t":[1,"a"]}}"#,
    ];
    are(&body, &documents, &[("es5 es6 es7 es8 es9 os1 os2 os3", "RR.R")]);
}

#[test]
fn the_first_document_gives_later_ones_their_types() {
    let documents = [
        r#"{"o":{"n":1,"s":"x","d":"2024-01-02","p":{"k":1},"f":1.5,"nothing":null}}"#,
        r#"{"o":{"n":"x"}}"#,
        r#"{"o":{"n":"7"}}"#,
        r#"{"o":{"n":1.5}}"#,
        r#"{"o":{"s":1}}"#,
        r#"{"o":{"s":{"k":1}}}"#,
        r#"{"o":{"d":"x"}}"#,
        r#"{"o":{"d":"2024-01-03"}}"#,
        r#"{"o":{"p":1}}"#,
        r#"{"o":{"p":{"k":"x"}}}"#,
        r#"{"o":{"f":1}}"#,
        r#"{"o":{"nothing":"x"}}"#,
        r#"{"o":{"nothing":"2024-01-02"}}"#,
        r#"{"o":{"s":["x",1,null]}}"#,
    ];
    are(&open(), &documents, &[(ALL, ".R.A.RR.RR....")]);
}

#[test]
fn a_document_that_is_refused_leaves_nothing_behind() {
    let documents = [
        r#"{"o":{"a":1,"b":[1,"x"]}}"#,
        r#"{"o":{"a":"x"}}"#,
        r#"{"o":{"a":1}}"#,
        r#"{"o":{"b":"y"}}"#,
    ];
    are(&open(), &documents, &[("es2 es5 es9 os3", "R...")]);
}

#[test]
fn numbers_must_fit_the_type_that_they_bring() {
    let documents = [
        r#"{"o":{"a":9223372036854775808}}"#,
        r#"{"o":{"b":1e39}}"#,
        r#"{"o":{"c":9223372036854775807,"d":1e38}}"#,
        r#"{"o":{"s":"x"}}"#,
        r#"{"o":{"s":9223372036854775808}}"#,
    ];
    are(&open(), &documents, &[("es6 es7 es8 es9 os1 os2 os3", "RR..."), ("es1 es2", "R....")]);
}

#[test]
fn detection_follows_the_root() {
    let on = |extra: Json| {
        let mut body = open();
        for (key, value) in extra.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    };
    let pairs = [
        r#"{"o":{"a":"5"}}"#,
        r#"{"o":{"a":"x"}}"#,
        r#"{"o":{"b":"2024-01-02"}}"#,
        r#"{"o":{"b":"x"}}"#,
    ];
    are(&on(json!({"numeric_detection": true})), &pairs, &[(ALL, ".R.R")]);
    are(&on(json!({"date_detection": false})), &pairs, &[(ALL, "....")]);
    are(
        &on(json!({"dynamic_date_formats": ["dd-MM-yyyy"]})),
        &pairs,
        &[("es2 es7 es9 os3", "....")],
    );
    // What is a number is no date, and on 1.x to 5.x a date has two separators.
    let odd = [r#"{"o":{"a":"2024-01"}}"#, r#"{"o":{"a":"x"}}"#];
    are(&open(), &odd, &[("es1 es2 es5", ".."), ("es6 es7 es8 es9 os2 os3", ".R")]);
}

#[test]
fn templates_give_types() {
    let body = json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [
        {"off": {"match": "off", "match_mapping_type": "object", "mapping": {"type": "object", "enabled": false}}},
        {"text": {"match_mapping_type": "long", "path_match": "o.t*", "mapping": {"type": "keyword"}}},
        {"date": {"match_mapping_type": "date", "mapping": {"type": "keyword"}}},
        {"shut": {"match": "shut", "match_mapping_type": "object", "mapping": {"type": "object", "dynamic": "strict",
            "properties": {"k": {"type": "long"}}}}}
    ]});
    let documents = [
        r#"{"o":{"off":{"a":[1,"x"],"":1}}}"#,
        r#"{"o":{"t1":1,"u":1}}"#,
        r#"{"o":{"t1":"x"}}"#,
        r#"{"o":{"u":"x"}}"#,
        r#"{"o":{"d":"2024-01-02"}}"#,
        r#"{"o":{"d":"x"}}"#,
        r#"{"o":{"shut":{"k":1}}}"#,
        r#"{"o":{"shut":{"k":"x"}}}"#,
        r#"{"o":{"shut":{"j":1}}}"#,
    ];
    are(&body, &documents, &[("es5 es6 es7 es8 es9 os1 os2 os3", "...R...RR")]);
}

#[test]
fn templates_may_be_regular_expressions() {
    let body = |pattern: &str, kind: &str| {
        json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [
            {"r": {"match_pattern": "regex", "match": pattern, "mapping": {"type": kind}}}]})
    };
    let documents = [r#"{"o":{"ab":1,"cab":1}}"#, r#"{"o":{"ab":"x"}}"#, r#"{"o":{"cab":"x"}}"#];
    are(&body("^a.*", "boolean"), &documents, &[("es6 es7 os2 os3", "RR."), ("es5", ".AR")]);
    are(&body("[a-c]{3}", "boolean"), &documents, &[("es6 es7 os2 os3", "R.R"), ("es5", ".RA")]);
    // What only the engine can read gives no verdict.
    are(&body("(?i)a.*", "boolean"), &documents[1..2], &[("es9 os3", ".")]);
}

#[test]
fn runtime_fields_take_anything() {
    let mut body = open();
    body["dynamic"] = "runtime".into();
    let documents = [
        r#"{"o":{"a":[1,"x",{"k":1}]}}"#,
        r#"{"o":{"a":{"b":1},"c":9223372036854775808}}"#,
        r#"{"o":{"d":{"":1}}}"#,
    ];
    are(&body, &documents, &[("es7 es8 es9", "..R")]);
    body["dynamic_templates"] = json!([{"k": {"match": "k", "mapping": {"type": "keyword"}}}]);
    are(&body, &[r#"{"o":{"k":"x"}}"#, r#"{"o":{"p":{"k":"x"}}}"#], &[("es7 es8 es9", ".R")]);
}

#[test]
fn open_search_lets_templates_alone_map() {
    let templates = json!([{"k": {"match": "k", "mapping": {"type": "long"}}}]);
    let documents = [
        r#"{"o":{"k":1}}"#,
        r#"{"o":{"k":"x"}}"#,
        r#"{"o":{"a":1}}"#,
        r#"{"o":{"a":null}}"#,
        r#"{"o":{"a":{"k":1}}}"#,
    ];
    for (dynamic, wanted) in
        [("strict_allow_templates", ".RRRR"), ("false_allow_templates", ".R...")]
    {
        let body = json!({"properties": {"o": {"type": "object", "dynamic": dynamic}}, "dynamic_templates": templates});
        are(&body, &documents, &[("os3", wanted)]);
    }
}

#[test]
fn fields_and_levels_are_limited_as_the_settings_say() {
    let settings = json!({"index.mapping.total_fields.limit": 5, "index.mapping.depth.limit": 3});
    // Text brings two fields, an object one.
    let documents = [r#"{"o":{"a":1,"b":1,"c":1,"d":1}}"#, r#"{"o":{"e":1}}"#, r#"{"o":{"a":2}}"#];
    let text = [r#"{"o":{"a":"x","b":"y"}}"#, r#"{"o":{"c":1}}"#];
    let deep = [r#"{"o":{"a":{"b":1}}}"#, r#"{"o":{"a":{"b":{"c":1}}}}"#, r#"{"o":{"x.y.z":1}}"#];
    for target in ["es6", "es7", "es8", "es9", "os2", "os3"] {
        let rule = rule(&open(), Some(&settings), target);
        assert_eq!(letters(&rule, &documents), ".R.", "{target}");
        assert_eq!(letters(&rule, &text), ".R", "{target}");
        assert_eq!(letters(&rule, &deep), ".RR", "{target}");
    }
    let ignored =
        json!({"index.mapping.total_fields": {"limit": 5, "ignore_dynamic_beyond_limit": true}});
    assert_eq!(letters(&rule(&open(), Some(&ignored), "es9"), &documents), "...");
    let nested =
        |levels: usize| format!(r#"{{"o":{}1{}}}"#, r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert_eq!(letters(&rule(&open(), None, "es9"), &[&nested(19), &nested(20)]), ".R");
    assert_eq!(letters(&rule(&open(), None, "es2"), &[&nested(25)]), ".");
}

#[test]
fn names_are_refused_below_what_came_by_itself() {
    let documents = [
        r#"{"o":{"a":{"":1}}}"#,
        r#"{"o":{"a":{"b..c":1}}}"#,
        r#"{"o":{"a.b":1}}"#,
        r#"{"o":{"a":{"b":"x"}}}"#,
    ];
    are(&open(), &documents, &[("es5 es7 es9 os3", "RR.R")]);
    let nested = json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [
        {"n": {"match_mapping_type": "object", "mapping": {"type": "nested"}}}]});
    are(&nested, &[r#"{"o":{"a.b":1}}"#], &[("es5 es6 es7 os1 os2 os3", "R"), ("es8 es9", ".")]);
}

#[test]
fn a_long_list_of_fractions_becomes_a_vector() {
    let list = |count: usize| format!(r#"{{"o":{{"v":[{}]}}}}"#, vec!["0.5"; count].join(","));
    are(&open(), &[&list(128), &list(127), &list(128)], &[("es8 es9", ".R."), ("es7 os3", "...")]);
    are(&open(), &[&list(127), &list(128)], &[("es8 es9", "..")]);
}

#[test]
fn the_first_vector_of_a_field_without_dims_says_how_long_all_are() {
    let body = json!({"properties": {"v": {"type": "dense_vector"},
        "o": {"properties": {"w": {"type": "dense_vector", "element_type": "byte"}}},
        "x": {"type": "dense_vector", "dims": 2}}});
    let documents = [
        r#"{"v":null}"#,
        r#"{"v":[1,2,3]}"#,
        r#"{"v":[1,2]}"#,
        r#"{"v":[3,2,1],"o":{"w":"01ff"},"x":[1,2]}"#,
        r#"{"v":null,"o":{"w":[1,2]}}"#,
        r#"{"o":{"w":[1,2,3]}}"#,
    ];
    are(&body, &documents, &[("es8 es9", "..R..R")]);
}

#[test]
fn copies_bring_fields_too() {
    let body = |dynamic: Json| {
        json!({"dynamic": dynamic, "properties": {
            "f": {"type": "keyword", "copy_to": "x"}, "g": {"type": "long", "copy_to": ["x", "f"]}}})
    };
    let documents = [
        r#"{"f":null}"#,
        r#"{"f":"a","g":1}"#,
        r#"{"g":1}"#,
        r#"{"f":"a"}"#,
        r#"{"f":["2","3"]}"#,
        r#"{"f":null,"g":null}"#,
    ];
    are(
        &body(json!(true)),
        &documents,
        &[("es5 es6 os1 os2 os3", "RR.R.."), ("es7 es8 es9", ".R.R..")],
    );
    are(&body(json!("strict")), &documents, &[(ALL, "RRRRRR")]);
    // What this document brings is not mapped yet.
    let documents =
        [r#"{"g":[1,null]}"#, r#"{"f":"1","g":null}"#, r#"{"g":1}"#, r#"{"g":[1,null]}"#];
    let to_x = json!({"properties": {
        "f": {"type": "keyword", "copy_to": "x"}, "g": {"type": "long", "copy_to": "x"}}});
    are(&to_x, &documents, &[("es2 es5 es6 os2 os3", "RR.."), ("es1 es7 es8 es9", "....")]);
    let path = json!({"properties": {"f": {"type": "keyword", "copy_to": "p.q"}}});
    are(&path, &[r#"{"f":"a"}"#], &[("es1", "R"), ("es2 es5 es9 os3", ".")]);
    let inner = json!({"properties": {"n": {"type": "nested", "properties": {"f": {"type": "keyword", "copy_to": "x"}}},
        "o": {"type": "object"}}});
    let documents = [r#"{"n":[{"f":"2024-01-02"},{"f":"x"}]}"#, r#"{"n":{"f":"1"},"o":{"x":1}}"#];
    are(&inner, &documents, &[("es2 es7 es9 os3", "R.")]);
}

#[test]
fn stretches_agree_where_their_order_does_not_matter() {
    let rule = rule(&open(), None, "es9");
    let stretch = |documents: &[&str]| {
        let mut grown = Grown::default();
        for document in documents {
            rule.check(document.as_bytes(), &mut grown, false).unwrap();
        }
        grown
    };
    let agree = |one: &[&str], other: &[&str], max: Option<u64>| {
        let (mut all, mut agree) = (Grown::default(), true);
        for grown in [stretch(one), stretch(other)] {
            agree &= all.agrees(&grown, max);
        }
        agree
    };
    let (number, text) = (r#"{"o":{"a":1,"b":{"k":1}}}"#, r#"{"o":{"a":"x"}}"#);
    assert!(agree(&[number, number], &[r#"{"o":{"b":{"k":2,"j":"x"}}}"#], None));
    assert!(!agree(&[number], &[text], None), "the type depends on which is first");
    assert!(!agree(&[number, text], &[], None), "one of the two is refused");
    assert!(!agree(&[r#"{"o":{"a":[1,"x"]}}"#], &[], None), "it may be known from elsewhere");
    assert!(!agree(&[number], &[r#"{"o":{"c":1}}"#], Some(3)), "both together are too many");
    assert!(agree(&[number], &[r#"{"o":{"c":1}}"#], Some(4)));
}

#[test]
fn a_misfit_tells_its_value_and_the_way_out() {
    let rule = rule(&open(), None, "es9");
    let mut grown = Grown::default();
    rule.check(br#"{"o":{"a":{"b":1}}}"#, &mut grown, true).unwrap();
    let misfit = rule.check(br#"{"o":{"a":{"b":"x"}}}"#, &mut grown, true).unwrap_err();
    assert_eq!(misfit.value, "\"x\"");
    assert!(
        misfit
            .refusal
            .rule
            .starts_with("this unmapped field became `long` with an earlier value; ")
    );
    assert_eq!(misfit.refusal.way_out, "map `o.a.b` as the type that all its values have");
}

#[test]
fn names_with_dots_lead_through_objects_that_come_with_them() {
    let documents = [r#"{"o":{"a.b":null}}"#, r#"{"o":{"a":"x"}}"#];
    are(&open(), &documents, &[("es5 es6 es7 os1 os2 os3", ".."), ("es8 es9", ".R")]);
    let empty =
        [r#"{"o":{"a.b":[]}}"#, r#"{"o":{"a":"x"}}"#, r#"{"o":{"c":[]}}"#, r#"{"o":{"c":"x"}}"#];
    are(&open(), &empty, &[("es5 es6 es7 es8 es9 os1 os2 os3", ".R..")]);
}

#[test]
fn an_object_that_a_template_leaves_unread_is_an_object_all_the_same() {
    let body = json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [
        {"off": {"match_mapping_type": "object", "mapping": {"type": "object", "enabled": false}}}]});
    let documents =
        [r#"{"o":{"a":[{"b":[1,"x"]},1]}}"#, r#"{"o":{"a":{"b":[1,"x"]}}}"#, r#"{"o":{"a":1}}"#];
    are(&body, &documents, &[("es5 es6 es7 es8 es9 os2 os3", "R..")]);
}

#[test]
fn names_with_dots_lead_through_what_is_not_read_on_older_lines() {
    let body = json!({"properties": {"o": {"type": "object", "properties": {"a": {"type": "object", "enabled": false}}}},
        "dynamic_templates": [{"t": {"match": "t", "match_mapping_type": "object",
            "mapping": {"type": "object", "enabled": false}}}]});
    let documents =
        [r#"{"o":{"a":{"b":[1,"x"]}}}"#, r#"{"o":{"a.b":[1,"x"]}}"#, r#"{"o":{"t.b":[1,"x"]}}"#];
    are(&body, &documents, &[("es5 es6", ".RR"), ("es7 os1 os2 os3", "..R"), ("es8 es9", "...")]);
}

#[test]
fn members_whose_first_value_decides_are_told() {
    let documents = [
        r#"{"o":{"a":1.5,"b":"x","c":"2024-01-02","d":1,"e":true,"f":{"k":"x"},"g":null,"h":[1,2],"i":"x","j":1.5}}"#,
        r#"{"o":{"a":2,"b":"y","c":"2024-01-03","d":2,"e":false,"f":{"k":"2024-01-02"},"g":1,"h":3,"i":[1,"y"]}}"#,
        r#"{"o":{"a":3,"b":"-","d":null,"h":[4,null],"g":2}}"#,
        // What is refused is not sent.
        r#"{"o":{"j":7,"d":"x"}}"#,
    ];
    let torn = |settings: Json| {
        let mut body = open();
        for (key, value) in settings.as_object().unwrap() {
            body[key] = value.clone();
        }
        let rule = rule(&body, None, "es9");
        let mut grown = Grown::default();
        for document in documents {
            let _ = rule.check(document.as_bytes(), &mut grown, true);
        }
        grown.torn().collect::<Vec<_>>()
    };
    assert_eq!(torn(json!({})), ["o.a", "o.f.k", "o.i"]);
    assert_eq!(torn(json!({"date_detection": false})), ["o.a", "o.i"]);
    let doubles = json!({"numbers": {"match_mapping_type": "long", "mapping": {"type": "float"}}});
    assert_eq!(torn(json!({"dynamic_templates": [doubles]})), ["o.f.k", "o.i"]);
    let words = json!({"words": {"match": "i", "mapping": {"type": "keyword"}}});
    let words = torn(json!({"dynamic_templates": [words]}));
    assert_eq!(words, ["o.a", "o.f.k"]);
}

#[test]
fn fields_inside_of_a_value_are_copied_too() {
    let body = json!({"properties": {"o": {"type": "object", "properties": {
        "k": {"type": "keyword", "copy_to": "c"}}}}});
    let documents = [r#"{"o":{"k":1}}"#, r#"{"o":[{"k":2},{"k":"x"}]}"#, r#"{"o":{"k":"3"}}"#];
    are(&body, &documents, &[("es7 es8 es9 os2 os3", ".R.")]);
}

#[test]
fn text_with_slashes_is_a_date_only_as_each_line_sees_it() {
    let documents = [
        r#"{"o":{"a":"2024/1/1"}}"#,
        r#"{"o":{"a":"x"}}"#,
        r#"{"o":{"b":"2024/13/01"}}"#,
        r#"{"o":{"b":"2024/02/30 10:00:00"}}"#,
        r#"{"o":{"b":"2024/02/30 25:00:00"}}"#,
        r#"{"o":{"c":"2024/01/31"}}"#,
        r#"{"o":{"c":"x"}}"#,
    ];
    let lines = [("es2 es5 es6 es8 es9", "......R"), ("es7 os1 os2 os3", "..RR..R")];
    are(&open(), &documents, &lines);
    let body =
        json!({"dynamic_date_formats": ["dd.MM.yyyy"], "properties": {"o": {"type": "object"}}});
    let documents =
        [r#"{"o":{"a":"32.01.2024"}}"#, r#"{"o":{"a":"31.01.2024"}}"#, r#"{"o":{"a":"x"}}"#];
    are(&body, &documents, &[("es8 es9", "..."), ("es7 os2 os3", "R.R")]);
}

/// A value as they stand in JSON columns, now and then one that needs a second look.
fn value(rng: &mut fastrand::Rng, depth: usize) -> String {
    let plain = [
        "1",
        "0",
        "-0",
        "12345678",
        "16777217",
        "-7",
        "123456789012345678",
        "9223372036854775808",
        "1.5",
        "-0.0",
        "0.1",
        "1e3",
        "123456.789012345",
        "1.5.5",
        "true",
        "false",
        "null",
        "\"x\"",
        "\"\"",
        "\"2024-01-02\"",
        "\"2024-13-02\"",
        "\"2024/01/02\"",
        "\"7\"",
        "\"a\\u0062\"",
        "\"\\ud800\"",
        "\"é\"",
        "[]",
        "{}",
        "[null]",
        "[[1]]",
    ];
    match rng.usize(..if depth > 2 { 10 } else { 14 }) {
        // Mostly the first, so that most documents look alike.
        0..5 => plain[[0, 8, 14, 17, 19][rng.usize(..5)]].to_owned(),
        5..9 => plain[rng.usize(..plain.len())].to_owned(),
        9 => format!("\"{}\"", "x".repeat([300, 9_000, 33_000][rng.usize(..3)])),
        10 | 11 => object(rng, depth + 1),
        _ => {
            let items: Vec<String> = (0..rng.usize(..4)).map(|_| value(rng, depth + 1)).collect();
            format!("[{}]", items.join(","))
        }
    }
}

fn object(rng: &mut fastrand::Rng, depth: usize) -> String {
    let names = ["a", "b", "c", "d", "e", "a.b", "m", "k", "", " ", "a\\u0062", "é"];
    let mut members = Vec::new();
    for name in names {
        if rng.usize(..names.len()) < if name.len() == 1 { 7 } else { 1 } {
            members.push(format!("\"{name}\":{}", value(rng, depth)));
        }
    }
    format!("{{{}}}", members.join(","))
}

#[test]
fn what_passes_at_a_glance_passes_on_the_long_way_and_leaves_the_same_behind() {
    let bodies = [
        open(),
        json!({"properties": {"o": {"type": "object", "properties": {
            "m": {"type": "object"}, "k": {"type": "keyword"}
        }}}}),
        json!({"dynamic": "strict", "properties": {"o": {"type": "nested", "dynamic": true}}}),
        json!({"properties": {"o": {"type": "object"}}, "dynamic_templates": [
            {"s": {"match": "d", "match_mapping_type": "string", "mapping": {"type": "keyword"}}},
            {"f": {"match": "e", "mapping": {"type": "float"}}},
            {"k": {"match": "b", "match_mapping_type": "long", "mapping": {"type": "integer"}}},
        ]}),
    ];
    let seed = fastrand::u64(..);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut at_a_glance = 0;
    for target in ALL.split(' ') {
        for body in &bodies {
            let rule = rule(body, None, target);
            for in_order in [true, false] {
                for _ in 0..2 {
                    let (mut short, mut long) = (Grown::default(), Grown::default());
                    for _ in 0..40 {
                        let few = rng.bool();
                        let document = match few {
                            true => format!("{{\"o\":{{\"a\":{}}},\"z\":1}}", value(&mut rng, 2)),
                            false => format!("{{\"o\":{}}}", object(&mut rng, 0)),
                        };
                        let json = document.as_bytes();
                        at_a_glance += u32::from(rule.fits_at_a_glance(json, &short));
                        let told = |found: Result<(), Box<super::Misfit>>| {
                            found.map_err(|misfit| (misfit.refusal.rule, misfit.value))
                        };
                        let quick = told(rule.check(json, &mut short, in_order));
                        let slow = told(rule.judge(json, &mut long, in_order));
                        assert_eq!(quick, slow, "seed {seed}: {target} {body} {document}");
                        assert_eq!(
                            short.remembered(),
                            long.remembered(),
                            "seed {seed}: {target} {document}"
                        );
                    }
                }
            }
        }
    }
    assert!(at_a_glance > 200, "{at_a_glance} documents took the short way");
}
