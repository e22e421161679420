//! Multi-fields and copies of values that their field reads as a whole, as the engines themselves answered.

use serde_json::{Value as Json, json};

use super::lines::letters;
use super::{encoder, named, property};
use crate::encode::{FieldOptions, Value};

/// Mappings of a field and of what it fills, a value, and what each line makes of it.
type Row = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const MULTI_FIELDS: &[Row] = &[
    // A name of the point, which OpenSearch makes one text of where there are several.
    ("geo_point", "keyword", r#""1,2""#, "........."),
    ("geo_point", "keyword", "[1,2]", "A........"),
    ("geo_point", "keyword", r#"["1,2","3,4"]"#, ".......AA"),
    ("geo_point", "keyword", "[[1,2],[3,4]]", "A......AA"),
    ("geo_point", "keyword", "[[1,2]]", "A........"),
    ("geo_point", "text", "[[1,2],[3,4]]", "A........"),
    ("geo_point", "long", r#""128""#, ".XXXXXXXX"),
    ("geo_point", "long", "[1,2]", "XXXXXXXXX"),
    ("geo_point", "geo_point", "[1,2]", "X.XX...XX"),
    ("geo_point", "geo_point", r#"{"lat":1,"lon":2}"#, "X.XX...XX"),
    ("geo_point", "completion", r#""1,2""#, "........."),
    ("geo_point", "completion", r#"["1,2","3,4"]"#, "........."),
    ("geo_point", "completion", "[1,2]", "XXX......"),
    ("completion", "keyword", r#""a""#, "........."),
    ("completion", "keyword", r#"["a","b"]"#, "..X......"),
    ("completion", "keyword", r#"{"input":["a","b"],"weight":2}"#, "AAX......"),
    ("completion", "keyword", r#"["a",{"input":"b"}]"#, "AAX......"),
    ("completion", "long", r#"{"input":"12"}"#, "AAX.XXX.."),
    ("completion", "long", r#"{"input":"a"}"#, "AAXXXXXXX"),
    ("completion", "date", r#"{"input":"2024-01-02"}"#, "AAX...X.."),
    ("completion", "boolean", r#""true""#, "...XXXXXX"),
    ("long", "geo_point", "[1,2]", "XXXXXXXXX"),
    ("binary", "keyword", r#""AAAA""#, "AAAAAAAAA"),
    ("binary", "keyword", r#"["AAAA"]"#, "AAAAAAAAA"),
    ("long_range", "keyword", r#"{"gte":1}"#, "XXXXXXXXX"),
    ("long_range", "long_range", r#"{"gte":1}"#, "XXXXXXXXX"),
    ("ip_range", "keyword", r#""1.2.3.0/24""#, "XXX......"),
];

#[rustfmt::skip]
const COPIES: &[Row] = &[
    ("geo_point", "geo_point", r#""1,2""#, "........."),
    ("geo_point", "geo_point", "[1,2]", "XXXXXXXX."),
    ("geo_point", "geo_point", r#"[{"lat":1,"lon":2}]"#, "XXXXXXXX."),
    ("geo_point", "keyword", "[1,2]", "XXXXXXXXX"),
    ("geo_point", "long", "[1,2]", "XXXXXXXXX"),
    ("completion", "completion", r#"["a","b"]"#, "XXXXXXXX."),
    ("completion", "keyword", r#"["a","b"]"#, "XXXXXXXXX"),
    ("long_range", "long_range", r#"{"gte":1}"#, "XXXXXXXX."),
    ("long_range", "long_range", r#"[{"gte":1}]"#, "XXXXXXXX."),
    ("long", "geo_point", "[1,2]", "XXXXXXXXX"),
    ("long", "keyword", "[1,2]", "........."),
    ("dense_vector", "keyword", "[1,2]", "XXXXXXXXX"),
    ("binary", "keyword", r#""AAAA""#, "AAAAAAAAA"),
];

fn mapping(kind: &str) -> Json {
    match kind {
        "binary" => json!({ "type": kind, "doc_values": true }),
        _ => json!({ "type": kind }),
    }
}

#[test]
fn multi_fields_get_what_is_left_of_a_value() {
    for (own, other, value, wanted) in MULTI_FIELDS {
        let mut property = property(&mapping(own));
        property.multi_fields.push(named("t", &mapping(other), "/mapping/properties/f/fields/t"));
        assert_eq!(letters(&property, value), *wanted, "{own} {other} {value}");
    }
}

#[test]
fn the_name_of_a_point_has_no_contexts() {
    let contexts = json!([{ "name": "c", "type": "category" }]);
    let completion = json!({ "type": "completion", "contexts": contexts });
    let mapping = json!({ "type": "geo_point", "fields": { "t": completion } });
    assert_eq!(letters(&property(&mapping), "[1,2]"), "XXX.XXXXX");
}

#[test]
fn copies_get_what_is_left_of_a_value() {
    for (own, other, value, wanted) in COPIES {
        let mut property = property(&mapping(own));
        property.multi_fields.push(named("t", &mapping(other), "/mapping/properties/t"));
        assert_eq!(letters(&property, value), *wanted, "{own} {other} {value}");
    }
}

#[test]
fn a_blob_is_text_for_the_multi_fields_of_a_binary() {
    let number = json!({ "type": "binary", "fields": { "n": { "type": "integer" } } });
    let word = json!({ "type": "binary", "fields": { "w": { "type": "keyword" } } });
    let check = |mapping: &Json, length: usize| {
        let mut out = Vec::new();
        let encoder = encoder(mapping, "es9", &FieldOptions::default());
        encoder.encode(Value::Blob(&vec![0x55; length]), &mut out).is_ok()
    };
    assert!(!check(&number, 4) && check(&word, 24_000));
    // 24,576 bytes are 32,768 letters of base64, more than a term holds.
    assert!(!check(&word, 24_576));
}

#[test]
fn vectors_of_bytes_and_bits_are_read_as_hex() {
    let told = |mapping: &Json, text: &str| {
        let mut out = Vec::new();
        let encoder = encoder(mapping, "es9", &FieldOptions::default());
        match encoder.encode(Value::Text(text.as_bytes()), &mut out) {
            Ok(()) => String::from_utf8(out).unwrap(),
            Err(refusal) => refusal.verdict.as_str().to_owned(),
        }
    };
    let cases = [
        ("01ff", true),
        ("01FF", true),
        ("0000", true),
        ("01f", false),
        ("zzzz", false),
        ("01ff01", false),
        ("AQI=", false),
    ];
    for (element, dims) in [("byte", 2), ("bit", 16)] {
        let mapping = json!({"type": "dense_vector", "element_type": element, "dims": dims, "similarity": "l2_norm"});
        for (text, taken) in cases {
            let told = told(&mapping, text);
            let wanted = if taken { format!("\"{text}\"") } else { "refused".to_owned() };
            assert_eq!(told, wanted, "{element} {text}");
        }
    }
    let floats = json!({"type": "dense_vector", "dims": 2});
    assert_eq!(told(&floats, "01ff"), "refused");
}
