//! Mapping type by storage class: what is written, and what is not. One line a type, one cell a stored value.

use serde_json::{Value as Json, json};

use super::encoder;
use crate::encode::{FieldOptions, Value};
use crate::error::Verdict;

/// The stored values, in the order of the cells.
const STORED: [Value<'static>; 12] = [
    Value::Null,
    Value::Integer(1),
    Value::Integer(300),
    Value::Integer(9_007_199_254_740_993),
    Value::Real(2.0),
    Value::Real(1.5),
    Value::Text(b"7"),
    Value::Text(b"007"),
    Value::Text(b"true"),
    Value::Text(b"a\"b"),
    Value::Text(b""),
    Value::Blob(b"\x00\x00\x80\x3f"),
];

/// The mapping types of a line of the table, with the parameters they need.
fn mapping(kind: &str) -> Json {
    match kind {
        "string=" => json!({"type": "string", "index": "not_analyzed"}),
        "scaled_float" => json!({"type": "scaled_float", "scaling_factor": 100}),
        "vector" => json!({"type": "dense_vector", "dims": 1}),
        "knn_vector" => json!({"type": "knn_vector", "dimension": 1}),
        "disabled" => json!({"type": "object", "enabled": false}),
        "join" => json!({"type": "join", "relations": {"true": "child"}}),
        kind => json!({ "type": kind }),
    }
}

/// `X` refused, `A` altered, `U` unreadable, else what is written; blanks are left out of the table's cells.
fn cell(kind: &str, target: &str, value: Value<'_>) -> String {
    let mut out = Vec::new();
    match encoder(&mapping(kind), target, &FieldOptions::default()).encode(value, &mut out) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(refusal) => {
            assert!(out.is_empty(), "{kind}: a refusal leaves nothing behind");
            match refusal.verdict {
                Verdict::Refused => "X".into(),
                Verdict::Altered => "A".into(),
                Verdict::Unreadable => "U".into(),
            }
        }
    }
}

fn rows(target: &str, table: &str) -> String {
    let mut made = String::new();
    for line in table.trim().lines() {
        let kind = line.split_whitespace().next().unwrap();
        made.push_str(kind);
        for value in STORED {
            made.push(' ');
            made.push_str(&cell(kind, target, value));
        }
        made.push('\n');
    }
    made
}

fn check(target: &str, table: &str) {
    let wanted: String = table
        .trim()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    assert_eq!(rows(target, table), wanted, "on {target}");
}

#[test]
fn each_type_writes_each_storage_class_on_the_newest_elasticsearch() {
    check(
        "es9",
        r#"
        boolean          null true X   X                X   X   X   X     true   X      A  U
        byte             null 1    X   X                2.0 A   7   "007" X      X      A  U
        short            null 1    300 X                2.0 A   7   "007" X      X      A  U
        integer          null 1    300 X                2.0 A   7   "007" X      X      A  U
        long             null 1    300 9007199254740993 2.0 A   7   "007" X      X      A  U
        unsigned_long    null 1    300 9007199254740993 2.0 X   7   "007" X      X      A  U
        half_float       null 1    300 X                2.0 1.5 7   "007" X      X      A  U
        float            null 1    300 A                2.0 1.5 7   "007" X      X      A  U
        double           null 1    300 A                2.0 1.5 7   "007" X      X      A  U
        scaled_float     null 1    300 A                2.0 1.5 7   "007" X      X      A  U
        text             null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        keyword          null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        wildcard         null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        constant_keyword X    1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        version          null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        token_count      null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        binary           null A    A   A                A   A   A   A     "true" A      "" "AACAPw=="
        ip               null X    X   X                X   X   X   X     X      X      X  U
        integer_range    null X    X   X                X   X   X   X     X      X      X  U
        ip_range         null X    X   X                X   X   X   X     X      X      X  U
        object           null X    X   X                X   X   X   X     X      X      X  U
        nested           null X    X   X                X   X   X   X     X      X      X  U
        flattened        null X    X   X                X   X   X   X     X      X      X  U
        disabled         null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        completion       null X    X   X                X   X   "7" "007" "true" "a\"b" "" U
        geo_point        null X    X   X                X   X   "7" "007" "true" X      X  U
        geo_shape        null X    X   X                X   X   X   X     X      X      X  U
        vector           null X    X   X                X   X   X   X     X      X      X  [1.0]
        rank_feature     null 1    300 9007199254740993 2.0 1.5 7   "007" X      X      X  U
        rank_features    X    X    X   X                X   X   X   X     X      X      X  U
        join             X    X    X   X                X   X   X   X     "true" X      X  U
        histogram        null X    X   X                X   X   X   X     X      X      X  U
        percolator       X    X    X   X                X   X   X   X     X      X      X  U
        alias            X    X    X   X                X   X   X   X     X      X      X  U
        unknown          null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        "#,
    );
}

#[test]
fn each_type_writes_each_storage_class_on_the_oldest_elasticsearch() {
    check(
        "es1",
        r#"
        boolean    null true A   X                A   A   A   A     true   A      A  U
        byte       null 1    A   X                2.0 A   7   "007" X      X      A  U
        short      null 1    300 X                2.0 A   7   "007" X      X      A  U
        integer    null 1    300 X                2.0 A   7   "007" X      X      A  U
        long       null 1    300 9007199254740993 2.0 A   7   "007" X      X      A  U
        float      null 1    300 A                2.0 1.5 7   "007" X      X      A  U
        double     null 1    300 A                2.0 1.5 7   "007" X      X      A  U
        string     null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        string=    null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        binary     null A    A   A                A   A   A   A     "true" A      "" "AACAPw=="
        ip         null X    X   X                X   X   X   X     X      X      X  U
        object     null X    X   X                X   X   X   X     X      X      X  U
        nested     null X    X   X                X   X   X   X     X      X      X  U
        disabled   null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        completion X    X    X   X                X   X   "7" "007" "true" "a\"b" A  U
        geo_point  null X    X   X                X   X   "7" "007" "true" X      A  U
        geo_shape  null X    X   X                X   X   X   X     X      X      X  U
        murmur3    null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        unknown    null 1    300 9007199254740993 2.0 1.5 "7" "007" "true" "a\"b" "" U
        "#,
    );
}

#[test]
fn types_of_opensearch_write_each_storage_class() {
    check(
        "os3",
        r#"
        unsigned_long null 1 300 9007199254740993 2.0 A 7 "007" X X A U
        knn_vector    null X X   X                X   X X X     X X X [1.0]
        flat_object   null X X   X                X   X X X     X X X U
        xy_point      null X X   X                X   X X X     X X X U
        xy_shape      null X X   X                X   X X X     X X X U
        version       null X X   X                X   X X X     X X X U
        "#,
    );
}

#[test]
fn integers_are_taken_up_to_the_ends_of_their_type() {
    for (kind, min, max) in [
        ("byte", -128, 127),
        ("short", -32_768, 32_767),
        ("integer", i64::from(i32::MIN), i64::from(i32::MAX)),
        ("long", i64::MIN, i64::MAX),
        ("unsigned_long", 0, i64::MAX),
    ] {
        for target in ["es2", "es9", "os3"] {
            assert_eq!(cell(kind, target, Value::Integer(min)), min.to_string());
            assert_eq!(cell(kind, target, Value::Integer(max)), max.to_string());
            for beyond in [min.checked_sub(1), max.checked_add(1)].into_iter().flatten() {
                if kind == "unsigned_long" && beyond > 0 {
                    continue;
                }
                let wanted = if kind == "byte" && target == "es2" { "A" } else { "X" };
                assert_eq!(
                    cell(kind, target, Value::Integer(beyond)),
                    wanted,
                    "{kind} {beyond} {target}"
                );
            }
        }
    }
    assert_eq!(
        cell("unsigned_long", "es9", Value::Text(b"18446744073709551615")),
        "18446744073709551615"
    );
    assert_eq!(cell("unsigned_long", "es9", Value::Text(b"18446744073709551616")), "X");
    assert_eq!(cell("long", "es9", Value::Text(b"9223372036854775807")), "9223372036854775807");
}

#[test]
fn reals_go_out_shortest_and_infinities_not_at_all() {
    for (kind, value, wanted) in [
        ("double", 1e308, "1e308"),
        ("double", -0.0, "-0.0"),
        ("double", 5e-324, "5e-324"),
        ("double", 0.1, "0.1"),
        ("double", f64::INFINITY, "U"),
        ("text", f64::NEG_INFINITY, "U"),
        ("float", 0.1, "0.1"),
        ("float", 1e39, "X"),
        ("float", 1e-46, "A"),
        ("half_float", 65_519.0, "65519.0"),
        ("half_float", 65_520.0, "X"),
        ("long", 1e18, "1e18"),
        ("long", 1e19, "X"),
        ("long", -0.0, "A"),
        ("integer", 2_147_483_647.0, "2147483647.0"),
        ("integer", 2_147_483_648.0, "X"),
        ("scaled_float", 1e18, "A"),
        ("keyword", 1.5, "1.5"),
        ("boolean", 1.0, "true"),
    ] {
        assert_eq!(cell(kind, "es9", Value::Real(value)), wanted, "{kind} {value}");
    }
    assert_eq!(cell("float", "es5", Value::Real(1e39)), "A", "5.x indexes an infinity");
}

#[test]
fn numeric_text_is_a_number_where_json_spells_it_so() {
    for (kind, target, text, wanted) in [
        ("integer", "es9", "-5", "-5"),
        ("double", "es9", "1.50", "1.50"),
        ("double", "es9", "1e2", "1e2"),
        ("integer", "es9", "+5", "\"+5\""),
        ("integer", "es9", " 5", "\" 5\""),
        ("integer", "es2", " 5", "X"),
        ("long", "es9", " 5", "X"),
        ("integer", "es9", "5.", "\"5.\""),
        ("integer", "es9", "0x10", "X"),
        ("integer", "es9", "1_000", "X"),
        ("integer", "es9", "1,5", "X"),
        ("integer", "es9", "NaN", "A"),
        ("double", "es1", "Infinity", "X"),
        ("double", "es9", "1e400", "X"),
        ("double", "es9", "9007199254740993", "A"),
        ("double", "es9", "0.1", "0.1"),
        ("long", "es9", "1.5", "A"),
        ("integer", "es9", "[1,2]", "X"),
        ("keyword", "es9", "[1,2]", "\"[1,2]\""),
    ] {
        assert_eq!(
            cell(kind, target, Value::Text(text.as_bytes())),
            wanted,
            "{kind} {target} {text}"
        );
    }
}
