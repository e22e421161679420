//! What the model and the mapping may wish for: `from`, `lossy`, parameters, multi-fields, templates, members.

use serde_json::{Value as Json, json};

use super::{encoder, property, target};
use crate::encode::{Encoder, FieldOptions, From, Member, Refusal, Value};
use crate::error::Verdict;

fn encode(encoder: &Encoder, value: Value<'_>) -> Result<String, Refusal> {
    let mut out = b"kept".to_vec();
    let outcome = encoder.encode(value, &mut out);
    let written = String::from_utf8(out.split_off(4)).unwrap();
    assert_eq!(out, b"kept");
    match outcome {
        Ok(()) => Ok(written),
        Err(refusal) => {
            assert_eq!(written, "", "a refusal leaves nothing behind");
            Err(refusal)
        }
    }
}

/// What is written, or the verdict's word.
fn word(encoder: &Encoder, value: Value<'_>) -> String {
    encode(encoder, value).unwrap_or_else(|refusal| refusal.verdict.as_str().into())
}

fn word_json(encoder: &Encoder, json: &str) -> String {
    let mut out = Vec::new();
    match encoder.encode_json(json.as_bytes(), &mut out) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(refusal) => refusal.verdict.as_str().into(),
    }
}

fn from(from: From) -> FieldOptions {
    FieldOptions { from: Some(from), ..FieldOptions::default() }
}

fn plain(mapping: &Json, target: &str) -> Encoder {
    encoder(mapping, target, &FieldOptions::default())
}

#[test]
fn blobs_are_read_as_the_model_says() {
    let uuid = b"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x01\x23\x45\x67\x89\xab\xcd\xef";
    let dashed = r#""12345678-9abc-def0-0123-456789abcdef""#;
    let keyword = json!({"type": "keyword"});
    for (how, mapping, value, wanted) in [
        (From::Uuid, &keyword, Value::Blob(uuid), dashed),
        (From::Uuid, &keyword, Value::Blob(&uuid[1..]), "unreadable"),
        (
            From::Uuid,
            &keyword,
            Value::Text(b"123456789ABCDEF00123456789abcdef"),
            r#""12345678-9ABC-DEF0-0123-456789abcdef""#,
        ),
        (From::Uuid, &keyword, Value::Text(b"12345678-9abc-def0-0123-456789abcdef"), dashed),
        (From::Uuid, &keyword, Value::Text(b"not a uuid"), "unreadable"),
        (
            From::Uuid,
            &keyword,
            Value::Text("é2345678-9abc-def0-0123-456789abcde".as_bytes()),
            "unreadable",
        ),
        (From::Hex, &keyword, Value::Blob(b"\x00\xffA"), r#""00ff41""#),
        (From::Hex, &keyword, Value::Text(b"as it is"), r#""as it is""#),
        (From::Base64, &keyword, Value::Blob(b"hello"), r#""aGVsbG8=""#),
        (
            From::Base64,
            &json!({"type": "binary", "doc_values": true}),
            Value::Blob(b"hello"),
            r#""aGVsbG8=""#,
        ),
        (From::Json, &keyword, Value::Blob(b" [\"a\", \"b\" ]"), r#"["a","b"]"#),
        (From::Json, &keyword, Value::Text(b"{\"a\":1}"), "refused"),
        (From::Json, &json!({"type": "long"}), Value::Text(b"[1, 2]"), "[1,2]"),
        (From::Json, &json!({"type": "long"}), Value::Text(b"[1, 2.5]"), "altered"),
        (From::Json, &json!({"type": "long"}), Value::Integer(5), "5"),
        (From::Json, &json!({"type": "unknown"}), Value::Text(b"{ \"a\" : 1 }"), r#"{"a":1}"#),
        (
            From::F32,
            &json!({"type": "float"}),
            Value::Blob(b"\x00\x00\x80\x3f\xcd\xcc\xcc\x3d"),
            "[1.0,0.1]",
        ),
        (From::F32, &json!({"type": "float"}), Value::Blob(b"\x00\x00\x80"), "unreadable"),
        (From::F32, &json!({"type": "float"}), Value::Blob(b"\x00\x00\x80\x7f"), "unreadable"),
        (
            From::F32,
            &json!({"type": "dense_vector", "dims": 2}),
            Value::Blob(b"\x00\x00\x80\x3f"),
            "refused",
        ),
    ] {
        assert_eq!(word(&encoder(mapping, "es9", &from(how)), value), wanted, "{how:?} {value:?}");
    }
}

#[test]
fn times_are_for_dates_alone() {
    for how in [From::Unix, From::UnixMs, From::UnixUs, From::Julian] {
        let fault = Encoder::new(&property(&json!({"type": "long"})), &target("es9"), &from(how))
            .unwrap_err();
        assert_eq!(fault.pointer, "/mapping/properties/f");
        assert!(fault.message.contains(how.name()), "{}", fault.message);
    }
}

#[test]
fn lossy_lets_the_engine_alter_and_never_sends_what_is_refused() {
    let lossy = FieldOptions { lossy: true, ..FieldOptions::default() };
    for (mapping, target, value, wanted) in [
        (json!({"type": "long"}), "es9", Value::Real(1.5), "1.5"),
        (json!({"type": "long"}), "es9", Value::Text(b""), "\"\""),
        (json!({"type": "long"}), "es9", Value::Text(b"abc"), "refused"),
        (json!({"type": "byte"}), "es1", Value::Integer(200), "200"),
        (json!({"type": "byte"}), "es9", Value::Integer(200), "refused"),
        (json!({"type": "long", "coerce": false}), "es9", Value::Real(1.5), "refused"),
        (json!({"type": "double"}), "es9", Value::Real(f64::INFINITY), "unreadable"),
        (json!({"type": "keyword"}), "es9", Value::Blob(b"x"), "unreadable"),
        (json!({"type": "boolean"}), "es5", Value::Text(b"yes"), "\"yes\""),
        (
            json!({"type": "object", "properties": {"a": {"type": "long"}}}),
            "es9",
            Value::Text(br#"{"a": 1.5}"#),
            r#"{"a":1.5}"#,
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "long"}}}),
            "es9",
            Value::Text(br#"{"a":1.5,"a":2}"#),
            "refused",
        ),
        (
            json!({"type": "keyword", "fields": {"n": {"type": "long"}}}),
            "es9",
            Value::Text(b"1.5"),
            "\"1.5\"",
        ),
    ] {
        assert_eq!(
            word(&encoder(&mapping, target, &lossy), value),
            wanted,
            "{mapping} {target} {value:?}"
        );
    }
}

#[test]
fn text_is_utf8_and_terms_have_a_limit() {
    let long = "é".repeat(16_383);
    let longer = format!("{long}ab");
    for (mapping, target, text, wanted) in [
        (json!({"type": "keyword"}), "es9", &long, true),
        (json!({"type": "keyword"}), "es9", &longer, false),
        (json!({"type": "keyword", "ignore_above": 256}), "es9", &longer, true),
        (json!({"type": "keyword", "ignore_above": 20_000}), "es9", &longer, false),
        (json!({"type": "keyword", "index": false, "doc_values": false}), "es9", &longer, true),
        (json!({"type": "text"}), "es9", &longer, true),
        (json!({"type": "text", "fields": {"raw": {"type": "keyword"}}}), "es9", &longer, false),
        (
            json!({"type": "text", "fields": {"raw": {"type": "keyword", "ignore_above": 9}}}),
            "es9",
            &longer,
            true,
        ),
        (json!({"type": "string"}), "es1", &longer, true),
        (json!({"type": "string", "index": "not_analyzed"}), "es1", &longer, false),
        (json!({"type": "string", "index": "no"}), "es1", &longer, true),
        (json!({"type": "string", "analyzer": "keyword"}), "es2", &longer, false),
    ] {
        let outcome = encode(&plain(&mapping, target), Value::Text(text.as_bytes()));
        assert_eq!(outcome.is_ok(), wanted, "{mapping} {target} {:?}", outcome.err());
    }
    for kind in ["text", "keyword", "long", "object", "date"] {
        let refusal = encode(&plain(&json!({ "type": kind }), "es9"), Value::Text(b"a\xff"));
        if kind != "date" {
            assert_eq!(refusal.unwrap_err().verdict, Verdict::Unreadable, "{kind}");
        }
    }
}

#[test]
fn multi_fields_judge_the_same_value() {
    let mapping =
        json!({"type": "text", "fields": {"n": {"type": "integer"}, "ip": {"type": "ip"}}});
    let encoder = plain(&mapping, "es9");
    assert_eq!(word(&encoder, Value::Text(b"1.2.3.4")), "refused", "no integer");
    assert_eq!(word(&encoder, Value::Integer(5)), "refused", "no address");
    let mapping = json!({"type": "text", "fields": {"n": {"type": "byte"}}});
    let encoder = plain(&mapping, "es9");
    assert_eq!(word(&encoder, Value::Integer(5)), "5");
    assert_eq!(word(&encoder, Value::Integer(500)), "refused");
    assert_eq!(word(&encoder, Value::Real(1.5)), "altered");
    assert_eq!(word(&encoder, Value::Text(b"5")), "\"5\"");
}

#[test]
fn json_text_goes_where_objects_belong() {
    let mapping = json!({"type": "object", "properties": {
        "a": {"type": "long"}, "b": {"type": "object", "dynamic": "strict", "properties": {"c": {"type": "keyword"}}}}});
    let encoder = plain(&mapping, "es9");
    for (text, wanted) in [
        (
            r#" { "a" : 12345678901234567 , "x" : [ 1.10 , 2.0 ] , "y" : "é\u00e9" } "#,
            r#"{"a":12345678901234567,"x":[1.10,2.0],"y":"é\u00e9"}"#,
        ),
        (r#"[{"a":1},{"a":2},null]"#, r#"[{"a":1},{"a":2},null]"#),
        (r#"{"b":{"c":"x"}}"#, r#"{"b":{"c":"x"}}"#),
        (r#"{"b":{"d":"x"}}"#, "refused"),
        (r#"{"b.d":1}"#, "refused"),
        (r#"{"a":"x"}"#, "refused"),
        (r#"{"a":1.5}"#, "altered"),
        (r#"{"a":1.5,"b":1}"#, "refused"),
        (r#"{"a":1,"\u0061":2}"#, "refused"),
        ("{\"a\":1", "refused"),
        ("plain", "refused"),
        ("", "refused"),
        ("5", "refused"),
    ] {
        assert_eq!(word(&encoder, Value::Text(text.as_bytes())), wanted, "{text}");
    }
    assert_eq!(word(&encoder, Value::Text(b"{\"a\":\"\xff\"}")), "unreadable");
}

#[test]
fn what_is_not_read_may_be_as_deep_as_it_likes() {
    let nested = r#"{"a":"#.repeat(50) + "1" + &"}".repeat(50);
    let disabled = json!({"type": "object", "enabled": false});
    assert_eq!(word(&plain(&disabled, "es9"), Value::Text(nested.as_bytes())), nested);
    // Beyond what is read at all it is no text all the same.
    let deep = r#"{"a":"#.repeat(1_001) + "1" + &"}".repeat(1_001);
    assert_eq!(word(&plain(&disabled, "es9"), Value::Text(deep.as_bytes())), "refused");
}

#[test]
fn deep_json_is_judged_without_running_out_of_stack() {
    let lists = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let objects = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
    let kinds = [
        "keyword",
        "long",
        "object",
        "nested",
        "flattened",
        "completion",
        "geo_point",
        "geo_shape",
        "date_range",
    ];
    for kind in kinds {
        for target in ["es1", "es9", "os2"] {
            let encoder = plain(&json!({ "type": kind, "depth_limit": 5_000 }), target);
            for json in [lists(1_000), objects(1_000), lists(1_001), objects(100_000)] {
                word_json(&encoder, &json);
            }
        }
    }
    let keyword = json!({"type": "keyword"});
    assert_eq!(word_json(&plain(&keyword, "es9"), &lists(1_000)), lists(1_000));
    assert_eq!(word_json(&plain(&keyword, "es9"), &lists(1_001)), "refused");
    assert_eq!(word_json(&plain(&keyword, "os2"), &lists(20)), lists(20));
    assert_eq!(word_json(&plain(&keyword, "os2"), &lists(21)), "refused");
}

/// The encoder of a member.
fn member(encoder: &Encoder, key: &str) -> Encoder {
    match encoder.member(key) {
        Member::Encoder(encoder) => *encoder,
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn members_of_a_completion_have_encoders_of_their_own() {
    let mapping = json!({"type": "completion", "analyzer": "simple", "payloads": true});
    let es1 = plain(&mapping, "es1");
    assert_eq!(word(&member(&es1, "input"), Value::Text(b"Ann")), "\"Ann\"");
    assert_eq!(word(&member(&es1, "input"), Value::Text(b"A\x1fB")), "refused");
    assert_eq!(word(&member(&es1, "input"), Value::Text(b"")), "\"\"");
    assert_eq!(word(&member(&es1, "output"), Value::Text(b"Ann B")), "\"Ann B\"");
    assert_eq!(word(&member(&es1, "weight"), Value::Integer(7)), "7");
    assert_eq!(word(&member(&es1, "weight"), Value::Text(b"7")), "7");
    assert_eq!(word(&member(&es1, "weight"), Value::Integer(-1)), "refused");
    assert_eq!(word(&member(&es1, "weight"), Value::Integer(2_147_483_648)), "refused");
    assert_eq!(word(&member(&member(&es1, "payload"), "pk"), Value::Integer(7)), "7");
    assert!(matches!(member(&es1, "input").element(), Member::Encoder(_)));
    assert!(matches!(es1.member("zzz"), Member::Refused(_)));
    let es9 = plain(&json!({"type": "completion"}), "es9");
    assert_eq!(word(&member(&es9, "input"), Value::Text(b"")), "\"\"");
    let short = plain(&json!({"type": "completion", "max_input_length": 2}), "es9");
    assert_eq!(word(&member(&short, "input"), Value::Text("éé".as_bytes())), "\"éé\"");
    assert_eq!(word(&member(&short, "input"), Value::Text(b"abc")), "altered");
    for key in ["output", "payload", "zzz"] {
        assert!(matches!(es9.member(key), Member::Refused(_)), "{key}");
    }
    let contexts = json!({"type": "completion", "contexts": [{"name": "c", "type": "category"}]});
    assert!(matches!(plain(&contexts, "es9").member("input"), Member::Whole));
}

#[test]
fn what_a_completion_does_not_suggest_is_altered() {
    let fifty = "a".repeat(50);
    let pairs = "😀".repeat(25);
    for target in ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os2", "os3"] {
        let encoder = plain(&json!({"type": "completion"}), target);
        for (text, fits) in [
            (fifty.clone(), true),
            (format!("{fifty}a"), false),
            (pairs.clone(), true),
            (format!("{pairs}a"), false),
            (format!(r#"["b","{fifty}"]"#), true),
            (format!(r#"["b","{fifty}a"]"#), false),
            (format!(r#"{{"input":["b","{fifty}a"]}}"#), false),
            (format!(r#"{{"input":"{fifty}","weight":1}}"#), true),
            ("{}".into(), false),
            ("[{}]".into(), false),
            (r#"{"input":[]}"#.into(), false),
            (r#"{"weight":1}"#.into(), false),
            ("[]".into(), true),
        ] {
            let word = word(&encoder, Value::Text(text.as_bytes()));
            assert_eq!(word == "altered", !fits, "{target} {text} {word}");
        }
        let longer = plain(&json!({"type": "completion", "max_input_length": 51}), target);
        let text = format!("{fifty}a");
        assert_eq!(word(&longer, Value::Text(text.as_bytes())), format!("\"{text}\""), "{target}");
    }
}

#[test]
fn members_that_the_target_no_longer_knows_are_left_out_of_json_text() {
    let mut property = property(&json!({"type": "completion"}));
    property.dropped_keys = &["output", "payload"];
    let encoder = Encoder::new(&property, &target("es9"), &FieldOptions::default()).unwrap();
    for (text, wanted) in [
        (
            r#"{"input":["a"],"output":"A","payload":{"pk":1},"weight":3}"#,
            r#"{"input":["a"],"weight":3}"#,
        ),
        (r#"[{"outp\u0075t":"A","input":"a"}, "b"]"#, r#"[{"input":"a"},"b"]"#),
        (r#"{"input":"a","zzz":1}"#, "refused"),
        ("output", "\"output\""),
    ] {
        assert_eq!(word(&encoder, Value::Text(text.as_bytes())), wanted, "{text}");
    }
}

#[test]
fn json_text_is_rewritten_wherever_the_mapping_has_such_a_field() {
    let mapping = json!({"type": "nested", "properties": {
        "c": {"type": "completion", "contexts": [{"name": "x", "type": "category"}]},
        "k": {"type": "keyword"}}});
    let mut property = property(&mapping);
    property.properties[0].dropped_keys = &["output"];
    property.properties[0].renamed_keys = &[("context", "contexts")];
    let encoder = Encoder::new(&property, &target("es9"), &FieldOptions::default()).unwrap();
    for (text, wanted) in [
        (
            r#"{"k": "output", "c": [{"output": 1, "input": "a", "context": {"x": ["y"]}}, {"input": ""}], "z": [{"output": 2}]}"#,
            r#"{"k":"output","c":[{"input":"a","contexts":{"x":["y"]}},{"input":""}],"z":[{"output":2}]}"#,
        ),
        (r#"[{"c": {"output": 1, "input": []}}]"#, r#"[{"c":{"input":[]}}]"#),
        (r#"{"c": {"input": "a", "context": {"x": "y"}, "contexts": {"x": "y"}}}"#, "refused"),
    ] {
        let encoded = word(&encoder, Value::Text(text.as_bytes()));
        assert_eq!(encoded, wanted, "{text}");
    }
}

#[test]
fn members_of_objects_follow_the_mapping() {
    let mapping = json!({"type": "nested", "dynamic": "strict", "properties": {
        "_id": {"type": "integer"}, "o": {"type": "object", "properties": {"k": {"type": "keyword"}}}}});
    let encoder = plain(&mapping, "es9");
    assert_eq!(word(&member(&encoder, "_id"), Value::Integer(1 << 40)), "refused");
    assert_eq!(word(&member(&member(&encoder, "o"), "k"), Value::Text(b"x")), "\"x\"");
    assert!(matches!(encoder.member("x"), Member::Refused(_)));
    assert!(
        matches!(member(&encoder, "o").member("x"), Member::Refused(_)),
        "`dynamic` is inherited"
    );
    assert!(matches!(encoder.element(), Member::Encoder(_)));
    for kind in ["geo_point", "integer_range", "dense_vector"] {
        let mapping = json!({"type": kind, "dims": 3});
        assert!(matches!(plain(&mapping, "es9").member("lat"), Member::Whole), "{kind}");
    }
}

#[test]
fn shapes_of_values_by_type() {
    for (mapping, target, json, wanted) in [
        (json!({"type": "geo_point"}), "es9", r#"{"lat":91,"lon":0}"#, "refused"),
        (json!({"type": "geo_point"}), "es1", r#"{"lat":91,"lon":0}"#, "altered"),
        (json!({"type": "geo_point", "ignore_z_value": false}), "es9", "[1,2,3]", "refused"),
        (json!({"type": "integer_range"}), "es9", r#"{"gt":1,"lt":2}"#, "refused"),
        (json!({"type": "float_range"}), "es9", r#"{"gt":1,"lt":2}"#, r#"{"gt":1,"lt":2}"#),
        (json!({"type": "ip_range"}), "es9", r#""10.0.0.0/8""#, r#""10.0.0.0/8""#),
        (json!({"type": "ip_range"}), "es5", r#""10.0.0.0/8""#, "refused"),
        (json!({"type": "ip"}), "es2", r#""::1""#, "refused"),
        (json!({"type": "ip"}), "es7", r#""fe80::1%eth0""#, "altered"),
    ] {
        assert_eq!(word_json(&plain(&mapping, target), json), wanted, "{mapping} {target} {json}");
    }
}

#[test]
fn types_of_numbers_in_objects_and_lists() {
    for (mapping, target, json, wanted) in [
        (json!({"type": "unsigned_long"}), "es7", "2.0", "refused"),
        (json!({"type": "unsigned_long"}), "es9", "2.0", "2.0"),
        (json!({"type": "unsigned_long"}), "es9", "2.5", "refused"),
        (json!({"type": "unsigned_long"}), "es9", r#""2.5""#, "refused"),
        (json!({"type": "unsigned_long"}), "os3", "2.5", "altered"),
        (json!({"type": "dense_vector", "dims": 3}), "es9", "[1,2]", "refused"),
        (json!({"type": "dense_vector", "dims": 3}), "es9", "[0,0,0]", "refused"),
        (json!({"type": "dense_vector", "dims": 3, "index": false}), "es9", "[0,0,0]", "[0,0,0]"),
        (json!({"type": "dense_vector", "dims": 2}), "es9", "[1e-23,0]", "refused"),
        (json!({"type": "dense_vector", "dims": 2}), "es9", "[1e-22,0]", "[1e-22,0]"),
        (json!({"type": "dense_vector", "dims": 2, "index": false}), "es9", "[1e20,0]", "refused"),
        (json!({"type": "dense_vector", "dims": 2, "index": false}), "es9", "[1e19,0]", "[1e19,0]"),
        (
            json!({"type": "dense_vector", "dims": 2, "element_type": "byte"}),
            "es9",
            r#""0000""#,
            "refused",
        ),
        (
            json!({"type": "dense_vector", "dims": 2, "element_type": "byte"}),
            "es9",
            r#""0001""#,
            r#""0001""#,
        ),
        (
            json!({"type": "dense_vector", "dims": 2, "similarity": "dot_product"}),
            "es9",
            "[0.6,0.8]",
            "[0.6,0.8]",
        ),
        (
            json!({"type": "dense_vector", "dims": 2, "similarity": "dot_product"}),
            "es9",
            "[1,1]",
            "refused",
        ),
        (json!({"type": "knn_vector", "dimension": 3}), "os2", "[0,0,0]", "[0,0,0]"),
        (
            json!({"type": "histogram"}),
            "es9",
            r#"{"values":[1,2],"counts":[3,4]}"#,
            r#"{"values":[1,2],"counts":[3,4]}"#,
        ),
        (json!({"type": "histogram"}), "es9", r#"{"values":[2,1],"counts":[3,4]}"#, "refused"),
        (json!({"type": "histogram"}), "es9", "[1,2]", "refused"),
        (json!({"type": "histogram"}), "es9", r#"["values","counts"]"#, "refused"),
        (
            json!({"type": "aggregate_metric_double", "metrics": ["min", "max"]}),
            "es9",
            r#"{"min":1,"max":2}"#,
            r#"{"min":1,"max":2}"#,
        ),
        (
            json!({"type": "aggregate_metric_double", "metrics": ["min", "max"]}),
            "es9",
            r#"{"min":1}"#,
            "refused",
        ),
    ] {
        assert_eq!(word_json(&plain(&mapping, target), json), wanted, "{mapping} {target} {json}");
    }
}

#[test]
fn types_with_words_of_their_own() {
    for (mapping, target, json, wanted) in [
        (
            json!({"type": "flattened", "depth_limit": 2}),
            "es9",
            r#"{"a":{"b":{"c":1}}}"#,
            "refused",
        ),
        (json!({"type": "flattened"}), "es9", r#"{"a":{"b":{"c":1}}}"#, r#"{"a":{"b":{"c":1}}}"#),
        (json!({"type": "xy_point"}), "os3", r#""500,-700.5""#, r#""500,-700.5""#),
        (json!({"type": "xy_point"}), "os3", r#"{"x":500}"#, "refused"),
        (
            json!({"type": "shape"}),
            "es9",
            r#""POLYGON ((0 0, 9 0, 9 9, 0 0))""#,
            r#""POLYGON ((0 0, 9 0, 9 9, 0 0))""#,
        ),
        (json!({"type": "constant_keyword", "value": "a"}), "es9", r#""b""#, "refused"),
        (json!({"type": "version"}), "es9", r#""v1""#, r#""v1""#),
        (json!({"type": "version"}), "os3", r#""v1""#, "refused"),
        (json!({"type": "rank_feature"}), "es9", "0", "refused"),
        (
            json!({"type": "join", "relations": {"q": ["a", "b"]}}),
            "es9",
            r#"{"name":"b","parent":"1"}"#,
            r#"{"name":"b","parent":"1"}"#,
        ),
        (
            json!({"type": "join", "relations": {"q": ["a", "b"]}}),
            "es9",
            r#"{"name":"b"}"#,
            "refused",
        ),
    ] {
        assert_eq!(word_json(&plain(&mapping, target), json), wanted, "{mapping} {target} {json}");
    }
}

#[test]
fn parameters_that_make_no_sense_are_faults_at_their_pointer() {
    for (mapping, pointer) in [
        (json!({"type": "scaled_float"}), "/mapping/properties/f/scaling_factor"),
        (
            json!({"type": "scaled_float", "scaling_factor": 0}),
            "/mapping/properties/f/scaling_factor",
        ),
        (json!({"type": "dense_vector", "dims": "many"}), "/mapping/properties/f/dims"),
        (
            json!({"type": "object", "properties": {"s": {"type": "scaled_float"}}}),
            "/mapping/properties/f/properties/s/scaling_factor",
        ),
    ] {
        let fault = Encoder::new(&property(&mapping), &target("es9"), &FieldOptions::default())
            .unwrap_err();
        assert_eq!(fault.pointer, pointer, "{}", fault.message);
    }
}

#[test]
fn refusals_say_the_rule_and_the_way_out() {
    for (mapping, target, value, rule, way_out) in [
        (
            json!({"type": "byte"}),
            "es9",
            Value::Integer(200),
            "`byte` takes -128 to 127",
            "map it as `short`, `integer` or `long`",
        ),
        (
            json!({"type": "byte"}),
            "es1",
            Value::Integer(200),
            "`byte` takes -128 to 127, and Elasticsearch 1 wraps others round",
            "-56 would be indexed: map it as `short`, or set `\"lossy\": true` on the field",
        ),
        (
            json!({"type": "long"}),
            "es9",
            Value::Real(1.5),
            "`long` holds whole numbers; the value is indexed as another one",
            "1 would be indexed: map it as `double`, or set `\"lossy\": true` on the field",
        ),
        (
            json!({"type": "keyword"}),
            "es9",
            Value::Blob(b"x"),
            "a BLOB has no form of its own in JSON",
            "name how it is to be read with `from` (`f32`, `json`, `uuid`, `hex`, `base64`)",
        ),
    ] {
        let refusal = encode(&plain(&mapping, target), value).unwrap_err();
        assert_eq!((&*refusal.rule, &*refusal.way_out), (rule, way_out));
    }
}

#[test]
fn a_rule_says_the_same_of_every_value_that_breaks_it() {
    for (mapping, target, one, other) in [
        (json!({"type": "byte"}), "es9", "1.5", "2.5"),
        (json!({"type": "byte"}), "es1", "200", "201"),
        (json!({"type": "object", "dynamic": "strict"}), "es9", r#"{"a":1}"#, r#"{"b":1}"#),
        (json!({"type": "integer_range"}), "es9", r#"{"a":1}"#, r#"{"b":1}"#),
        (json!({"type": "completion"}), "es9", r#"{"a":1}"#, r#"{"b":1}"#),
        (json!({"type": "rank_features"}), "es9", r#"{"a":0}"#, r#"{"b":0}"#),
        (json!({"type": "flattened"}), "es9", r#"{"a":1,"a":2}"#, r#"{"b":1,"b":2}"#),
        (json!({"type": "flattened"}), "es9", "{", "{]"),
    ] {
        let encoder = plain(&mapping, target);
        let rule = |json: &str| {
            encoder.encode_json(json.as_bytes(), &mut Vec::new()).expect_err(json).rule
        };
        assert_eq!(rule(one), rule(other), "{mapping}");
    }
}

#[test]
fn json_that_is_refused_is_put_aside_as_it_is_stored() {
    let json = Some(From::Json);
    for (kind, from, stored, wanted) in [
        ("long", json, "2.50", Some("2.50")),
        ("long", json, r#" {"a" : 1} "#, Some(r#"{"a":1}"#)),
        ("long", json, r#" "x" "#, Some(r#""x""#)),
        ("byte", json, r#""300""#, Some(r#""300""#)),
        ("boolean", json, r#""yes""#, Some(r#""yes""#)),
        ("date", json, r#""2024-13-01 00:00:00""#, Some(r#""2024-13-01 00:00:00""#)),
        ("long", json, "{", None),
        ("long", None, "2.50", None),
    ] {
        let options = FieldOptions { from, ..FieldOptions::default() };
        let encoder = encoder(&json!({ "type": kind }), "es9", &options);
        assert!(encoder.encode(Value::Text(stored.as_bytes()), &mut Vec::new()).is_err(), "{kind}");
        let mut out = Vec::new();
        let is_put = encoder.push_refused_json(Value::Text(stored.as_bytes()), &mut out);
        let found = is_put.then(|| String::from_utf8(out.clone()).unwrap());
        assert_eq!(found.as_deref(), wanted, "{kind}");
        assert!(is_put || out.is_empty());
    }
}

#[test]
fn a_zone_is_refused_where_the_engine_may_refuse_it_in_spite_of_ignore_malformed() {
    let mapping = json!({"type": "ip", "ignore_malformed": true});
    for (target, lossy, wanted) in [
        ("es9", false, Some(Verdict::Refused)),
        ("es9", true, Some(Verdict::Refused)),
        ("es6", false, Some(Verdict::Altered)),
        ("es6", true, None),
        ("es8", false, Some(Verdict::Altered)),
    ] {
        let options = FieldOptions { lossy, ..FieldOptions::default() };
        let encoder = encoder(&mapping, target, &options);
        let outcome = encoder.encode(Value::Text(b"fe80::1%eth0"), &mut Vec::new());
        assert_eq!(outcome.err().map(|refusal| refusal.verdict), wanted, "{target} {lossy}");
    }
}
