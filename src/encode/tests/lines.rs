//! Where the lines differ: one row a value, one letter an engine, as the engines themselves answered.

use serde_json::{Value as Json, json};

use super::{encoder, property, target};
use crate::encode::{Encoder, FieldOptions, Value};
use crate::error::Verdict;
use crate::target::Property;

const LINES: [&str; 9] = ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os2", "os3"];

/// `.` taken unchanged, `A` altered, `X` refused, line by line.
pub(super) fn letters(property: &Property, value: &str) -> String {
    let letter = |line: &&str| {
        let mut out = Vec::new();
        let encoder = Encoder::new(property, &target(line), &FieldOptions::default()).unwrap();
        match encoder.encode_json(value.as_bytes(), &mut out).map_err(|refusal| refusal.verdict) {
            Ok(()) => '.',
            Err(Verdict::Altered) => 'A',
            Err(Verdict::Refused | Verdict::Unreadable) => 'X',
        }
    };
    LINES.iter().map(letter).collect()
}

fn check(mapping: &Json, rows: &[(&str, &str)]) {
    for (value, wanted) in rows {
        assert_eq!(letters(&property(mapping), value), *wanted, "{mapping} {value}");
    }
}

#[test]
fn points_are_read_as_each_line_reads_them() {
    check(
        &json!({ "type": "geo_point" }),
        &[
            (r#""u4pruydqqvj80""#, "........."),
            (r#""u4pruydqqvj82""#, ".XX......"),
            (r#""000000000000000000000000000001""#, ".AA......"),
            (r#""u4pruydqqvjz!""#, "XXXAAAAAA"),
            (r#""NaN,1""#, "AAXXXXXXX"),
            (r#""91,1""#, "AXXXXXXXX"),
            (r#"[1,"2"]"#, "........."),
            (r#"[["1","2"]]"#, "XXXXXXXXX"),
            (r#"{"lat":"NaN","lon":1}"#, "XXXXXXXXX"),
            (r#"{"lat":1,"lon":2,"z":"3"}"#, "XXXXX..XX"),
            (r#"{"lat":1,"lon":2,"z":"a"}"#, "XXXXXXXXX"),
            (r#"{"lat":1,"lon":2,"z":null}"#, "XXXXXXXXX"),
            (r#"{"lat":1,"lon":2,"type":"a","z":3}"#, "XXXXX..XX"),
            (r#"{"lat":1,"lon":2,"type":null}"#, "XXXXXXXXX"),
            (r#"{"type":"Point","coordinates":[2,1],"z":3}"#, "XXXXX..XX"),
        ],
    );
}

#[test]
fn broken_points_are_spared_where_the_line_spares_them() {
    check(
        &json!({ "type": "geo_point", "ignore_malformed": true }),
        &[
            (r#""91,1""#, "AAAAAAAAA"),
            (r#""x,y""#, "XXXAAAAAA"),
            (r#""1,""#, "XXXXAAAAA"),
            (r#""::,""#, "XXXAAAAAA"),
            (r#""a""#, "XAAAAAAAA"),
            ("[1]", "XXXXXXXAA"),
            ("[1e400,1]", "AAXXXXXAA"),
            ("[[1,2],[1]]", "AAXAAAAAA"),
            (r#"[1,{"a":1}]"#, "XXXXXXXXX"),
            (r#"{"lat":1}"#, "XXAAAAAAA"),
            (r#"{"lat":1,"lon":2,"x":1}"#, "XXXAAAAAA"),
            (r#"[{"a":1},"1,2"]"#, "XXAAAAAAA"),
            ("true", "XXAAAAAAA"),
        ],
    );
}

#[test]
fn points_in_text_fields_are_copied_as_text_alone() {
    let multi = json!({ "type": "geo_point", "fields": { "t": { "type": "keyword" } } });
    check(&multi, &[("[1,2]", "A........"), (r#""1,2""#, ".........")]);
}

#[test]
fn a_mapped_name_with_dots_is_a_path() {
    let mapping = |dynamic: Json| {
        json!({ "type": "object", "dynamic": dynamic, "properties": {
            "x.y": { "type": "long" }, "p.q": { "properties": { "k": { "type": "long" } } } } })
    };
    check(
        &mapping(json!(false)),
        &[
            (r#"{"x":{"y":"abc"}}"#, "..XXXXXXX"),
            (r#"{"p":[{"q":{"k":"abc"}}]}"#, "..XXXXXXX"),
            (r#"{"p.q":{"k":"abc"}}"#, "XXXXXXXXX"),
            (r#"{"p":{"q.k":"abc"}}"#, "..XXXXXXX"),
        ],
    );
    check(
        &mapping(json!("strict")),
        &[
            (r#"{"x":{"y":5}}"#, "XX......."),
            (r#"{"x":{"z":1}}"#, "XXXXXXXXX"),
            (r#"{"x":{"z":null}}"#, "XX...XX.."),
            (r#"{"x.z":null}"#, "XXXXXXXXX"),
            (r#"{"p.q.k":5}"#, "XX......."),
        ],
    );
    let inherits = json!({ "type": "object", "dynamic": "strict", "properties": {
        "o": { "type": "object", "properties": {} } } });
    check(
        &inherits,
        &[
            (r#"{"o":{"z":null}}"#, ".....XX.."),
            (r#"{"o":{"":null}}"#, "..XXXXXXX"),
            (r#"{"o":{"a..b":null}}"#, "..XXXXXXX"),
        ],
    );
}

#[test]
fn fields_for_points_alone_take_no_other_shape() {
    let mapping = json!({ "type": "geo_shape", "points_only": true });
    check(
        &mapping,
        &[
            (r#"{"type":"point","coordinates":[1,2]}"#, "........."),
            (r#"{"type":"multipoint","coordinates":[[1,2],[3,4]]}"#, ".XX......"),
            (r#"{"type":"linestring","coordinates":[[1,2],[3,4]]}"#, ".XXXXXXXX"),
            (r#"{"type":"envelope","coordinates":[[0,1],[1,0]]}"#, ".XXXXXXXX"),
            (
                r#"{"type":"geometrycollection","geometries":[{"type":"point","coordinates":[1,2]}]}"#,
                ".........",
            ),
            (r#""GEOMETRYCOLLECTION (POINT (1 2), POINT (3 4))""#, "XXXXXXXXX"),
            (r#""MULTIPOINT (1 2)""#, "XXX......"),
            (r#""LINESTRING (1 2, 3 4)""#, "XXXXXXXXX"),
            (
                r#"[{"type":"point","coordinates":[1,2]},{"type":"point","coordinates":[3,4]}]"#,
                ".........",
            ),
        ],
    );
    let line = r#"{"type":"linestring","coordinates":[[1,2],[3,4]]}"#;
    check(&json!({ "type": "geo_shape", "strategy": "term" }), &[(line, "...XXXXXX")]);
    let spares = json!({ "type": "geo_shape", "points_only": true, "ignore_malformed": true });
    check(&spares, &[(line, ".XXAAAAAA")]);
}

#[test]
fn shapes_kept_as_a_tree_of_cells_are_read_as_they_were_before_6() {
    let polygon = r#"{"type":"polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4]]]}"#;
    let high = r#"{"type":"point","coordinates":[1,2,3]}"#;
    let tree =
        |more: (&str, bool)| json!({ "type": "geo_shape", "tree": "quadtree", more.0: more.1 });
    check(
        &tree(("points_only", false)),
        &[
            (r#"{"type":"circle","coordinates":[1,2],"radius":"5 km"}"#, "........."),
            (r#"{"type":"circle","coordinates":[1,2],"radius":"x"}"#, "XXXXXXXXX"),
            (r#"{"type":"linestring","coordinates":[[1,2],[1,2]]}"#, "XXXXXXXXX"),
            (r#"{"type":"envelope","coordinates":[[0,0],[4,4]]}"#, "...XXXXXX"),
            (r#"{"type":"envelope","coordinates":[[0,4],[0,0]]}"#, "........."),
            (r#"{"type":"point","coordinates":[181,2]}"#, "XXXXXXXXX"),
            (r#""MULTIPOINT ((1 2), (3 4))""#, "XXX......"),
            (r#""GEOMETRYCOLLECTION EMPTY""#, "XXX......"),
            (r#""POINT (1 2) x""#, "XXXXXXXXX"),
            (
                r#"{"type":"polygon","coordinates":[[[0,0],[4,0],[4,4],[2,0],[0,4],[0,0]]]}"#,
                "XXXXXXXXX",
            ),
        ],
    );
    check(
        &tree(("points_only", false)),
        &[
            (
                r#"{"type":"polygon","coordinates":[[[-180,0],[180,0],[180,4],[-180,4],[-180,0]]]}"#,
                ".........",
            ),
            (
                r#"{"type":"polygon","coordinates":[[[0,0],[360,0],[360,4],[0,4],[0,0]]]}"#,
                "XXXXXXXXX",
            ),
            (
                r#"{"type":"geometrycollection","geometries":[{"type":"point","coordinates":[1,2]},{"type":"geometrycollection","geometries":[]}]}"#,
                "XXXXXXXXX",
            ),
            (
                r#"{"type":"geometrycollection","geometries":[{"type":"geometrycollection","geometries":[]}]}"#,
                "X........",
            ),
            (r#""GEOMETRYCOLLECTION (GEOMETRYCOLLECTION EMPTY)""#, "XXXXXXXXX"),
        ],
    );
    check(
        &tree(("points_only", true)),
        &[
            (r#""LINESTRING EMPTY""#, "XXX......"),
            (r#""MULTILINESTRING EMPTY""#, "XXX....XX"),
            (r#""LINESTRING (1 2, 3 4)""#, "XXXXXXXXX"),
        ],
    );
    check(&tree(("coerce", true)), &[(polygon, "....XXXXX")]);
    check(&tree(("ignore_z_value", false)), &[(high, "XXXX.....")]);
    let plain = json!({ "type": "geo_shape" });
    check(&plain, &[(r#""LINESTRING EMPTY""#, "XXX.XXXXX"), (polygon, "XXXXXXXXX")]);
}

/// Measured on 1.7.6, which alone reads numbers by `numeric_resolution` from the mapping as it stands here.
#[test]
fn numbers_in_a_date_of_1_are_what_the_mapping_says_they_count() {
    let date = |resolution: &str, format: &str| {
        let mut date = json!({ "type": "date", "numeric_resolution": resolution });
        if !format.is_empty() {
            date["format"] = json!(format);
        }
        date
    };
    for (mapping, wanted) in [
        (date("seconds", ""), "..AAAX"),
        (date("milliseconds", ""), "....AX"),
        (date("MILLISECONDS", "yyyy-MM-dd"), ".....X"),
        (date("seconds", "date_optional_time"), "AAAAAX"),
    ] {
        let values = [
            "1704153600",
            r#""1704153600""#,
            "1704153600.5",
            "9223372036854776",
            r#""2024""#,
            "9.3e18",
        ];
        let said = values.map(|value| letters(&property(&mapping), value).remove(0));
        assert_eq!(String::from_iter(said), wanted, "{mapping}");
    }
}

#[test]
fn lists_in_lists_of_a_completion_are_looked_into() {
    check(
        &json!({ "type": "completion" }),
        &[
            (r#"[["a",["b"]]]"#, "..XXXXXXX"),
            (r#"[["a\u001eb"]]"#, "XXXXXXXXX"),
            (r#"[["a\ud800"]]"#, "AAXXXXXXX"),
            (r#"[[""]]"#, "..XXXXXXX"),
            (r#"[[{"input":"a"}]]"#, "..XXXXXXX"),
            (r#"{"input":[["a"]]}"#, ".XXXXXXXX"),
            (r#"{"input":[["a\u001d"]]}"#, "XXXXXXXXX"),
            (r#"{"input":"a","output":[["b",1]]}"#, "..XXXXXXX"),
            (r#"{"input":"a","output":{}}"#, ".XXXXXXXX"),
            (r#"{"input":"a","output":[{"a":1}]}"#, "XXXXXXXXX"),
        ],
    );
}

#[test]
fn a_half_float_is_a_float_before() {
    let rows = [("65519.99", "........."), ("65519.99999", "AAAXXXXXX")];
    check(&json!({ "type": "half_float" }), &rows);
}

#[test]
fn dots_at_the_end_of_a_key_are_forgotten() {
    let object = json!({ "type": "object", "properties": { "x": { "type": "long" } } });
    check(
        &json!({ "type": "object", "properties": { "o": object, "m": { "type": "long" } } }),
        &[
            (r#"{"a.":1}"#, ".X......."),
            (r#"{"a..":{"b":1}}"#, ".X......."),
            (r#"{"a..b":1}"#, ".XXXXXXXX"),
            (r#"{"..":1}"#, ".XXXXXXXX"),
            (r#"{"m..":3}"#, ".X......."),
            (r#"{"m.":"bad"}"#, ".XXXXXXXX"),
            (r#"{"o.x.":"1"}"#, ".X......."),
            (r#"{"o.":{"y":1}}"#, ".XXXX..XX"),
        ],
    );
}

#[test]
fn digits_of_other_scripts_are_read_by_some() {
    check(&json!({ "type": "long" }), &[(r#""١٢""#, "........."), (r#""１.５""#, "XXXAAAAAA")]);
    check(&json!({ "type": "byte" }), &[(r#""١٢""#, "..XXXXXXX"), (r#""٢٠٢""#, "AAXXXXXXX")]);
    check(&json!({ "type": "double" }), &[(r#""١٢""#, "XXXXXXXXX")]);
    check(
        &json!({ "type": "ip" }),
        &[
            (r#""１０.0.0.1""#, ".....XX.."),
            (r#""::１""#, "XX....X.."),
            (r#""::ａ""#, "XX....X.."),
            (r#""::2:3:4:5:6:7:8""#, "XX....X.."),
            (r#""02001:00db8::1""#, "XX......."),
            (r#""0012345::1""#, "XXXXXXXXX"),
        ],
    );
    check(&json!({ "type": "completion" }), &[(r#"{"input":"a","weight":"１２"}"#, ".........")]);
}

#[test]
fn numbers_are_spared_once_they_are_read() {
    check(
        &json!({ "type": "byte", "ignore_malformed": true }),
        &[("1240442", "XXAAAAAAA"), ("12404420000", "XXXXAAAAA")],
    );
    check(&json!({ "type": "date", "ignore_malformed": true }), &[("1e400", "XAAAAAAAA")]);
}

#[test]
fn a_float_is_remembered_by_the_fields_behind_it() {
    let with = |kind: &str| json!({ "type": "float", "fields": { "m": { "type": kind } } });
    check(&with("double"), &[("2344.219", "....AAAAA"), ("1.5", "........."), ("7", ".........")]);
    check(&with("long"), &[("1.5", "AAAAXXXXX"), ("1.0", "....XXXXX"), ("7", ".........")]);
    check(&with("long"), &[("[7,1.5]", "AAAAXXXXX")]);
    let huge = "18446744073709551616";
    check(&with("double"), &[(huge, ".....AAAA")]);
    check(&with("long"), &[(huge, "XXXXXAAAA")]);
    let before = json!({ "type": "keyword",
        "fields": { "b": { "type": "float" }, "a": { "type": "double" } } });
    check(&before, &[("2344.219", ".........")]);
}

#[test]
fn text_for_two_keywords_has_no_short_escapes_where_they_are_misread() {
    let twice = json!({ "type": "keyword", "fields": { "k": { "type": "keyword" } } });
    let once = json!({ "type": "text", "fields": { "k": { "type": "keyword" } } });
    let inside = json!({ "properties": { "f": twice } });
    let text = r#"a"b\c/d"#;
    for (mapping, line, wanted) in [
        (&twice, "es8", r#""a\u0022b\u005cc/d""#),
        (&twice, "es9", r#""a\"b\\c/d""#),
        (&once, "es8", r#""a\"b\\c/d""#),
    ] {
        let mut out = Vec::new();
        let encoder = encoder(mapping, line, &FieldOptions::default());
        encoder.encode(Value::Text(text.as_bytes()), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), wanted, "{line} {mapping}");
    }
    let mut out = Vec::new();
    let encoder = encoder(&inside, "es8", &FieldOptions::default());
    encoder.encode(Value::Text(r#"{"f": ["\n\\", "\/é"]}"#.as_bytes()), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), r#"{"f":["\n\u005c","/é"]}"#);
}

#[test]
fn closed_objects_take_names_with_dots_and_hand_their_word_down() {
    let members = json!({ "a": { "type": "integer" }, "b": { "properties": { "c": { "type": "keyword" } } } });
    let strict = json!({ "type": "object", "dynamic": "strict", "properties": members });
    check(
        &strict,
        &[
            (r#"{"b.c":"x"}"#, "XX......."),
            (r#"{"b.d":"x"}"#, "XXXXXXXXX"),
            (r#"{"a.":1}"#, "XX......."),
            (r#"{"d":1}"#, "XXXXXXXXX"),
            // Before 5.x an object asks the root, which says nothing here.
            (r#"{"b":{"d":1}}"#, "..XXXXXXX"),
        ],
    );
}

#[test]
fn no_key_with_a_dot_leads_through_nested_objects_before_8() {
    let nested = json!({ "type": "nested", "properties": { "k": { "type": "integer" } } });
    let mapping = json!({ "properties": { "n": nested, "o": { "properties": { "n": nested } } } });
    check(
        &mapping,
        &[
            (r#"{"n.k":1}"#, ".XXXX..XX"),
            (r#"{"o.n.k":1}"#, ".XXXX..XX"),
            (r#"{"o.n":[{"k":1}]}"#, ".X......."),
            (r#"{"n":{"k":1}}"#, "........."),
        ],
    );
}

#[test]
fn what_is_not_looked_at_must_not_be_too_many_lists_itself() {
    let lists = ["[".repeat(21), "]".repeat(21)].concat();
    let inside = format!("{{\"a\":{lists}}}");
    let off = json!({ "type": "object", "enabled": false });
    check(&off, &[(&lists, ".......XX"), (&lists[1..41], "........."), (&inside, ".........")]);
}

#[test]
fn shapes_without_doc_values_may_be_several_and_empty_on_opensearch() {
    let rows = [
        (r#""LINESTRING EMPTY""#, 'A'),
        (r#""POLYGON EMPTY""#, 'A'),
        (r#""MULTIPOINT EMPTY""#, 'A'),
        (r#""MULTILINESTRING EMPTY""#, 'A'),
        (r#""MULTIPOLYGON EMPTY""#, 'A'),
        (r#""GEOMETRYCOLLECTION EMPTY""#, 'A'),
        (r#"["POINT (1 1)", "POINT (2 2)"]"#, '.'),
        (r#"{"type":"linestring","coordinates":[]}"#, 'X'),
    ];
    let [bare, kept] =
        [false, true].map(|stored| property(&json!({ "type": "geo_shape", "doc_values": stored })));
    for (value, wanted) in rows {
        assert_eq!(letters(&bare, value)[7..], wanted.to_string().repeat(2), "{value}");
        assert_eq!(letters(&kept, value)[7..], *"XX", "{value}");
    }
}

#[test]
fn names_with_dots_lead_into_flattened_objects_since_8() {
    let mapping = json!({ "type": "object", "properties": {
        "b": { "type": "flattened", "depth_limit": 3 } } });
    for (value, wanted) in [
        (r#"{"b.a":1}"#, "X.."),
        (r#"{"b.a":{"c":1}}"#, "X.."),
        (r#"{"b.a.c.d":1}"#, "X.."),
        (r#"{"b.a.c.d.e":1}"#, "XXX"),
    ] {
        assert_eq!(letters(&property(&mapping), value)[4..7], *wanted, "{value}");
    }
}

#[test]
fn opensearch_spares_whatever_a_type_refuses_as_it_reads_it() {
    let spared = |mut mapping: Json| {
        mapping[crate::target::SPARED] = json!(true);
        mapping
    };
    let broken = r#"{"a":{"b":[1]}}"#;
    for kind in ["boolean", "keyword", "text", "rank_feature"] {
        check_os(&spared(json!({ "type": kind })), &[(broken, "AA")]);
    }
    check_os(&spared(json!({ "type": "boolean" })), &[("5", "AA"), ("true", "..")]);
    check_os(&spared(json!({ "type": "flat_object" })), &[("5", "AA")]);
    let binary = spared(json!({ "type": "binary", "doc_values": true }));
    check_os(&binary, &[("5", "AA"), (r#""q""#, "XX")]);
    let long = format!("\"{}\"", "k".repeat(32_767));
    check_os(&spared(json!({ "type": "keyword" })), &[(&long, "XX")]);
    let scaled = json!({ "type": "scaled_float", "scaling_factor": 10 });
    check_os(&spared(scaled), &[(broken, "AA")]);
    let own = json!({ "type": "scaled_float", "scaling_factor": 10, "ignore_malformed": true });
    check_os(&spared(own), &[(broken, "XX")]);
}

#[test]
fn a_range_is_spared_where_it_is_read_to_its_end() {
    let range = |kind: &str| json!({ "type": kind, "ignore_malformed": true });
    check_os(
        &range("integer_range"),
        &[
            (r#"{"gte":"x","lte":5}"#, "AA"),
            (r#"{"gte":1e30}"#, "XX"),
            (r#"{"gte":true}"#, "XX"),
            (r#"{"gte":"x","zz":5}"#, "XX"),
            (r#"{"gte":5,"lte":2}"#, "XA"),
            (r#""x""#, "XA"),
        ],
    );
    check_os(&range("float_range"), &[(r#"{"gte":1e39}"#, "AA")]);
    check_os(&range("date_range"), &[(r#"{"gte":"x"}"#, "XX")]);
    check_os(
        &range("ip_range"),
        &[(r#"{"gte":true}"#, "AA"), (r#"{"gt":"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}"#, "XX")],
    );
}

/// The last two letters: OpenSearch 2 and 3.
fn check_os(mapping: &Json, rows: &[(&str, &str)]) {
    for (value, wanted) in rows {
        assert_eq!(&letters(&property(mapping), value)[7..], *wanted, "{mapping} {value:.60}");
    }
}
