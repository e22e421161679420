//! Which mappings and stored values every engine is asked about: the enumerated table, and random ones from a seed.

use std::collections::BTreeSet;
use std::io::Read as _;

use rusqlite::types::Value as Stored;
use serde_json::{Value as Json, json};

use super::engine::Engine;
use super::judge::Field;

const MEASURED: &[u8] = include_bytes!("../../../fixtures/engines/values.json.gz");
const ENGINES: [&str; 9] = ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os2", "os3"];

/// Where the types of whole numbers, years, seconds and milliseconds end.
const WHOLE: [i64; 36] = [
    0,
    1,
    -1,
    2,
    7,
    127,
    128,
    -128,
    -129,
    200,
    255,
    256,
    2024,
    9999,
    10_000,
    -9999,
    32_767,
    32_768,
    -32_768,
    -32_769,
    65_504,
    65_519,
    65_520,
    16_777_216,
    16_777_217,
    2_147_483_647,
    2_147_483_648,
    -2_147_483_648,
    -2_147_483_649,
    1_704_153_600,
    1_704_153_600_000,
    -1_704_153_600_000,
    9_007_199_254_740_992,
    9_007_199_254_740_993,
    i64::MAX,
    i64::MIN,
];

const REAL: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    1.5,
    -1.9,
    0.1,
    0.004,
    127.9,
    128.0,
    200.5,
    65_504.0,
    65_520.0,
    16_777_217.0,
    1e-46,
    5e-324,
    1e18,
    1e19,
    3.402_823_5e38,
    3.5e38,
    1e300,
    9_007_199_254_740_993.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

const TEXT: [&str; 90] = [
    " 1 ",
    "+5",
    ".5",
    "5.",
    "1d",
    "1F",
    "0x1p3",
    "0x10",
    "0x1.8p1d",
    "1e400",
    "1e-400",
    "-0",
    "-0.0",
    "1_000",
    "１２",
    "-٣",
    "127",
    "128",
    "-129",
    "-32769",
    "2147483648",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "9007199254740993.0",
    "0.1",
    "65519.99",
    "-0.4",
    "1,2",
    "91,181",
    "u4pruydqqvj82",
    "POINT(1 2)",
    "[]",
    "{}",
    "[1,2]",
    "[[1]]",
    "{\"a\":1}",
    "true ",
    "１０.0.0.1",
    "::ffff:1.2.3.4",
    "1.2.3.256",
    "2024-01-02T03:04:05+02:00",
    "2024-1-2",
    "20240102",
    "+12024-01-02",
    "12:30",
    "",
    " ",
    "a",
    "a b",
    "ü",
    "😀",
    "\u{0}",
    "a\u{0}b",
    "\u{1f}",
    "\u{2028}",
    "\"\\/\n\t",
    "true",
    "false",
    "True",
    "no",
    "null",
    "0",
    "1",
    "-1",
    "007",
    "1.0",
    "1.5",
    "1e2",
    "200",
    "32768",
    "9007199254740993",
    "9223372036854775808",
    "1e39",
    "NaN",
    "Infinity",
    "2024-01-02",
    "2024-01-02 03:04:05",
    "2024-01-02 03:04:05.123456",
    "2024-01-02T03:04:05Z",
    "2024-02-30",
    "2024",
    "24:00:00",
    "1704153600000",
    "10.0.0.1",
    "::1",
    "fe80::1%eth0",
    "10.0.0.0/8",
    "1.2.3",
    "YWJj",
];

/// Properties beside the measured ones: dates, multi-fields, copies, wishes.
fn more_mappings() -> Vec<(String, Json)> {
    let mappings = [
        json!({ "type": "date" }),
        json!({ "type": "date", "format": "yyyy-MM-dd HH:mm:ss" }),
        json!({ "type": "date", "format": "yyyy-MM-dd" }),
        json!({ "type": "date", "format": "epoch_millis" }),
        json!({ "type": "date", "format": "epoch_second" }),
        json!({ "type": "date", "format": "strict_date_optional_time||epoch_millis" }),
        json!({ "type": "date", "ignore_malformed": true }),
        json!({ "type": "date_nanos" }),
        json!({ "type": "text", "fields": { "n": { "type": "integer" } } }),
        json!({ "type": "keyword", "fields": { "d": { "type": "date" }, "b": { "type": "boolean" } } }),
        json!({ "type": "integer", "null_value": 5, "fields": { "t": { "type": "keyword" } } }),
        json!({ "type": "short", "coerce": true, "ignore_malformed": true }),
        json!({ "type": "double", "ignore_malformed": true, "index": false }),
        json!({ "type": "boolean", "null_value": true, "store": true }),
        json!({ "type": "keyword", "copy_to": "f0" }),
        json!({ "type": "text", "copy_to": ["f1"] }),
    ];
    mappings.into_iter().map(|mapping| (mapping.to_string(), mapping)).collect()
}

/// What `copy_to` above fills: fields by the names `f0` and `f1`, without values of their own.
fn copied() -> Vec<Field> {
    let field = |kind: &str| Field {
        label: format!("copied {kind}"),
        mapping: json!({ "type": kind }),
        stored: Vec::new(),
        json: false,
    };
    ["integer", "boolean"].map(field).to_vec()
}

/// JSON in fields that are read `from: json`: what a column of its own storage class cannot hold.
const JSON: [&str; 46] = [
    "null",
    "true",
    "false",
    "\"\"",
    "\"a\"",
    "\"1\"",
    "1",
    "-1",
    "1.5",
    "1.0",
    "1e2",
    "-0.0",
    "200",
    "12345678901234567890",
    "1e400",
    "[]",
    "[null]",
    "[[]]",
    "[1]",
    "[1,2]",
    "[1,[2,[3]]]",
    "[1,null]",
    "[1,\"a\"]",
    "[\"1\",2]",
    "[1.5,200]",
    "[true,false]",
    "[true,1]",
    "[\"\"]",
    "[\"2024-01-02\",\"2024-01-03\"]",
    "[\"2024-01-02\",\"x\"]",
    "[{}]",
    "[{\"a\":1},1]",
    "[1,{\"a\":1}]",
    "{}",
    "{\"value\":1}",
    "{\"value\":\"a\"}",
    "{\"value\":null}",
    "{\"value\":[1]}",
    "{\"a\":1}",
    "{\"a\":{\"b\":[1,{\"c\":null}]}}",
    "{\"a.b\":1}",
    "{\"\":1}",
    "{\" \":1}",
    "{\"gte\":1,\"lte\":2}",
    "{\"lat\":1,\"lon\":2}",
    "{\"input\":[\"a\",\"\"],\"weight\":1}",
];

/// Objects whose members are named, whatever else a document brings.
fn closed_objects() -> Vec<(String, Json)> {
    let members = json!({ "a": { "type": "integer" }, "b": { "properties": { "c": { "type": "keyword" } } } });
    let mappings = [
        json!({ "type": "object", "dynamic": "strict", "properties": members }),
        json!({ "type": "object", "dynamic": false, "properties": members }),
        json!({ "type": "nested", "dynamic": "strict", "properties": members }),
        json!({ "type": "nested", "dynamic": false, "properties": members }),
        json!({ "type": "object", "enabled": false }),
    ];
    mappings.into_iter().map(|mapping| (mapping.to_string(), mapping)).collect()
}

/// JSON for objects with members `a` and `b`: unknown names, other kinds, names with dots, depth.
fn object_texts() -> Vec<Stored> {
    const OBJECTS: [&str; 24] = [
        r#"{"a":200,"b":{"c":"x"}}"#,
        r#"{"a":"1","b":{"c":1}}"#,
        r#"{"a":"x"}"#,
        r#"{"a":[1,2]}"#,
        r#"{"a":[1,"x"]}"#,
        r#"{"a":{"b":1}}"#,
        r#"{"a":1.5}"#,
        r#"{"b":1}"#,
        r#"{"b":null}"#,
        r#"{"b":[]}"#,
        r#"{"b":[{"c":"x"},{"c":null}]}"#,
        r#"{"b":[{"c":"x"},1]}"#,
        r#"{"b":{"d":1}}"#,
        r#"{"b":{"c":{"d":1}}}"#,
        r#"{"b.c":"x"}"#,
        r#"{"b.d":1}"#,
        r#"{"a.b":1}"#,
        r#"{"d":1}"#,
        r#"{"d":{"e":[[1]]}}"#,
        r#"{".a":1}"#,
        r#"{"a.":1}"#,
        r#"{"d..e":1}"#,
        r#"[{"a":1},{"a":2}]"#,
        r#"[[{"a":1}],null]"#,
    ];
    let deep = |open: &str, inner: &str, close: &str, levels: usize| {
        Stored::Text(format!("{}{inner}{}", open.repeat(levels), close.repeat(levels)))
    };
    let plain = OBJECTS.iter().map(|json| Stored::Text((*json).to_owned()));
    let nested = [18, 19, 20, 21, 25].into_iter().flat_map(|levels| {
        let lists = deep("[", "1", "]", levels);
        let Stored::Text(lists_text) = &lists else { unreachable!("it was just made") };
        [deep("{\"d\":", "1", "}", levels), Stored::Text(format!("{{\"a\":{lists_text}}}")), lists]
    });
    plain.chain(nested).chain(json_texts()).collect()
}

fn json_texts() -> Vec<Stored> {
    JSON.iter().map(|json| Stored::Text((*json).to_owned())).collect()
}

fn measured() -> Json {
    let mut text = String::new();
    flate2::read::GzDecoder::new(MEASURED).read_to_string(&mut text).expect("a gzip file");
    serde_json::from_str(&text).expect("JSON")
}

/// How a measured JSON value lies in SQLite: by its storage class where there is one, else as JSON text.
fn stored(json: &str) -> Option<Stored> {
    match serde_json::from_str::<Json>(json) {
        Ok(Json::String(text)) => Some(Stored::Text(text)),
        Ok(Json::Number(number)) => Some(match (json.parse::<i64>(), number.as_f64()) {
            (Ok(whole), _) => Stored::Integer(whole),
            (_, Some(real)) if !json.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                Stored::Real(real)
            }
            _ => Stored::Text(json.to_owned()),
        }),
        Ok(Json::Array(_) | Json::Object(_)) => Some(Stored::Text(json.to_owned())),
        Ok(Json::Bool(_) | Json::Null) | Err(_) => None,
    }
}

/// Awkward values of every storage class.
fn of_every_class() -> Vec<Stored> {
    let whole = WHOLE.into_iter().map(Stored::Integer);
    let real = REAL.into_iter().map(Stored::Real);
    let text = TEXT.into_iter().map(|text| Stored::Text(text.to_owned()));
    let blobs = [&b""[..], b"\x00\x00\x80\x3f", b"abc"].map(|blob| Stored::Blob(blob.to_vec()));
    whole.chain(real).chain(text).chain(blobs).collect()
}

/// Whether one value decides what the next may be: unmapped members get their types from the first document.
fn depends_on_others(mapping: &Json) -> bool {
    let objects = ["object", "nested", "passthrough"];
    let is_object = mapping["type"].as_str().is_none_or(|kind| objects.contains(&kind));
    is_object && mapping["enabled"] != false && mapping["dynamic"].is_null()
}

/// Queries are the engine's own to read, and children need a routing that a value does not have.
fn reads_json(mapping: &Json) -> bool {
    mapping["type"] == "percolator" || mapping["type"] == "join"
}

/// Every measured mapping that the engine has, and some more, by values of every storage class and those that were
/// measured for it.
pub(super) fn enumerated(engine: &Engine) -> Vec<Field> {
    let measured = measured();
    let place = ENGINES.iter().position(|name| *name == engine.release.name);
    let place = place.expect("one of the nine");
    let values = measured["values"].as_array().expect("a list");
    let mut fields = copied();
    for kind in measured["types"].as_array().expect("a list") {
        let name = kind["name"].as_str().expect("a name");
        let rows = kind["rows"].as_array().expect("a list");
        let letter = |row: &Json| row[1].as_str().and_then(|letters| letters.chars().nth(place));
        let translated = ["string", "text", "keyword", "completion"];
        let there = rows.iter().any(|row| letter(row) != Some('-'));
        if !(there || translated.iter().any(|prefix| name.starts_with(prefix))) {
            continue;
        }
        let mapping = kind["mapping"].clone();
        let mut stored_values = of_every_class();
        for row in rows {
            let json = row[0].as_u64().and_then(|at| values[at as usize].as_str());
            let value = json.and_then(stored).filter(|value| !stored_values.contains(value));
            stored_values.extend(value);
        }
        if reads_json(&mapping) {
            stored_values
                .retain(|value| !matches!(value, Stored::Text(text) if text.contains(['{', '['])));
        }
        if depends_on_others(&mapping) {
            stored_values
                .retain(|value| !matches!(value, Stored::Text(text) if text.contains('{')));
        }
        if !depends_on_others(&mapping) && !reads_json(&mapping) {
            let label = format!("{name} from JSON");
            fields.push(Field {
                label,
                mapping: mapping.clone(),
                stored: json_texts(),
                json: true,
            });
        }
        if mapping["type"] == "geo_shape" {
            let mapping = json!({ "type": "geo_shape", "tree": "quadtree", "tree_levels": 5 });
            let (label, stored) = (mapping.to_string(), stored_values.clone());
            fields.push(Field { label, mapping, stored, json: false });
        }
        fields.push(Field { label: name.to_owned(), mapping, stored: stored_values, json: false });
    }
    for (label, mapping) in closed_objects() {
        fields.push(Field { label, mapping, stored: object_texts(), json: false });
    }
    for (label, mapping) in more_mappings() {
        let stored = of_every_class();
        fields.push(Field { label, mapping, stored, json: false });
    }
    fields
}

/// The types that an engine was measured to have; what all lines write as `text` or `keyword` is there everywhere.
fn known_types(engine: &Engine) -> BTreeSet<String> {
    let place = ENGINES.iter().position(|name| *name == engine.release.name);
    let place = place.expect("one of the nine");
    let letter = |row: &Json| row[1].as_str().and_then(|letters| letters.chars().nth(place));
    let measured = measured();
    let kinds = measured["types"].as_array().expect("a list");
    let known = kinds.iter().filter(|kind| {
        let rows = kind["rows"].as_array().expect("a list");
        rows.iter().any(|row| letter(row) != Some('-'))
    });
    let names = known.filter_map(|kind| kind["mapping"]["type"].as_str().map(str::to_owned));
    names.chain(["text", "keyword"].map(str::to_owned)).collect()
}

const NUMBERS: [&str; 9] = [
    "byte",
    "short",
    "integer",
    "long",
    "float",
    "double",
    "half_float",
    "scaled_float",
    "unsigned_long",
];

/// A mapping of one of these types with what it must have.
fn bare_mapping(random: &mut fastrand::Rng, known: &BTreeSet<String>) -> Json {
    const OTHERS: [&str; 20] = [
        "boolean",
        "boolean",
        "date",
        "date",
        "date_nanos",
        "ip",
        "ip",
        "binary",
        "geo_point",
        "geo_point",
        "geo_shape",
        "completion",
        "integer_range",
        "long_range",
        "ip_range",
        "token_count",
        "wildcard",
        "flattened",
        "keyword",
        "text",
    ];
    loop {
        let kind = match random.u8(0..9) {
            0..4 => NUMBERS[random.usize(0..NUMBERS.len())],
            _ => OTHERS[random.usize(0..OTHERS.len())],
        };
        if known.contains(kind) {
            let mut mapping = json!({ "type": kind });
            match kind {
                "scaled_float" => mapping["scaling_factor"] = json!(random.u16(1..1000)),
                "token_count" => mapping["analyzer"] = json!("standard"),
                _ => {}
            }
            return mapping;
        }
    }
}

/// Types with the parameters that change what is taken, by the engines that have them.
fn random_mapping(random: &mut fastrand::Rng, known: &BTreeSet<String>) -> Json {
    const FORMATS: [&str; 11] = [
        "YYYY-MM-dd",
        "strict_date_optional_time||yyyy/MM/dd",
        "uuuu-MM-dd||yyyy-MM-dd HH:mm:ss.SSSSSS",
        "epoch_millis",
        "epoch_second",
        "yyyy-MM-dd",
        "yyyy-MM-dd HH:mm:ss||yyyy-MM-dd",
        "yyyy-MM-dd HH:mm:ss||epoch_millis",
        "date_optional_time",
        "basic_date||epoch_second",
        "yyyy/MM/dd||date_time_no_millis",
    ];
    const COPIES: [&str; 7] = ["integer", "long", "double", "boolean", "date", "keyword", "ip"];
    let mut mapping = bare_mapping(random, known);
    let kind = mapping["type"].as_str().expect("it was just set").to_owned();
    let number = NUMBERS.contains(&kind.as_str());
    let format = FORMATS[random.usize(0..FORMATS.len())];
    let above = random.u8(0..40);
    let copy = COPIES[random.usize(0..COPIES.len())];
    let mut set = |name: &str, value: Json, one_in: u8| {
        if random.u8(0..one_in) == 0 {
            mapping[name] = value;
        }
    };
    let old = !known.contains("half_float");
    if kind.starts_with("date") && !(old && format.contains("epoch")) {
        set("format", json!(format), 2);
    }
    let spares = matches!(kind.as_str(), "date" | "date_nanos" | "geo_point" | "geo_shape" | "ip");
    if number || spares && !(old && kind == "ip") {
        set("ignore_malformed", json!(true), 3);
    }
    if number {
        set("coerce", json!(false), 3);
        set("null_value", json!(1), 4);
    }
    match kind.as_str() {
        "keyword" => {
            set("ignore_above", json!(above), 2);
            set("null_value", json!("none"), 4);
        }
        "boolean" => set("null_value", json!(true), 4),
        "ip" => set("null_value", json!("127.0.0.1"), 4),
        "binary" => set("doc_values", json!(true), 2),
        "flattened" => set("depth_limit", json!(2), 2),
        "geo_point" if !old => set("ignore_z_value", json!(false), 4),
        "long_range" | "integer_range" => set("coerce", json!(false), 3),
        _ => {}
    }
    if number || matches!(kind.as_str(), "boolean" | "date" | "keyword" | "text" | "ip") {
        set("fields", json!({ "m": { "type": copy } }), 4);
    }
    mapping
}

/// A number as Java, C or people may write it.
fn spelled(random: &mut fastrand::Rng) -> String {
    const BEFORE: [&str; 6] = ["", " ", "+", "-", "0", "0x"];
    const MIDDLE: [&str; 5] = ["", ".", ".0", ".5", "e2"];
    const BEHIND: [&str; 7] = ["", " ", "d", "f", "L", "e-3", "p2"];
    let one =
        |random: &mut fastrand::Rng, words: &[&'static str]| words[random.usize(0..words.len())];
    let digits = random.u64(..) >> random.u32(0..64);
    [one(random, &BEFORE), &digits.to_string(), one(random, &MIDDLE), one(random, &BEHIND)].concat()
}

/// Ends of what types hold, and their neighbours.
fn at_an_end(random: &mut fastrand::Rng) -> i64 {
    let power = 1i64 << random.u32(0..63);
    let sign = if random.bool() { 1 } else { -1 };
    sign * (power + i64::from(random.i8(-2..=2)))
}

fn random_value(random: &mut fastrand::Rng) -> Stored {
    let whole = |random: &mut fastrand::Rng| {
        let bits = random.u32(1..64);
        let value = (random.u64(..) >> bits) as i64;
        if random.bool() { value } else { -value }
    };
    match random.u8(0..10) {
        0 => Stored::Integer(at_an_end(random)),
        1..3 => Stored::Integer(whole(random)),
        3 => Stored::Real(whole(random) as f64 / 8.0),
        4 => Stored::Real(f64::from_bits(random.u64(..))),
        5 => Stored::Text(whole(random).to_string()),
        6 => match random.u8(0..4) {
            0 => Stored::Text(spelled(random)),
            1 => of_every_class().swap_remove(random.usize(0..100)),
            2 => json_texts().swap_remove(random.usize(0..JSON.len())),
            _ => Stored::Text(format!("{}.{}", whole(random), random.u8(..))),
        },
        7 => {
            let (year, month, day) = (random.u16(1..9999), random.u8(0..14), random.u8(0..33));
            const TIMES: [&str; 9] = [
                "",
                "",
                " 03:04:05",
                "T03:04",
                " 23:59:59.999999",
                "T03:04:05.5Z",
                "T24:00:00",
                "T03:04:05+05:30",
                " 3:4:5",
            ];
            let time = TIMES[random.usize(0..TIMES.len())];
            let separator = if random.u8(0..8) == 0 { "/" } else { "-" };
            Stored::Text(format!("{year:04}{separator}{month:02}{separator}{day:02}{time}"))
        }
        8 => {
            const LETTERS: &[u8] = b"0123456789+-.,:eE xtrufalsNn%/\\\"";
            let length = random.usize(0..6);
            let letter = |_| char::from(LETTERS[random.usize(0..LETTERS.len())]);
            Stored::Text((0..length).map(letter).collect())
        }
        _ => Stored::Blob((0..random.usize(0..9)).map(|_| random.u8(..)).collect()),
    }
}

/// Mappings and values that nobody chose.
pub(super) fn random(engine: &Engine, seed: u64) -> Vec<Field> {
    let mut random = fastrand::Rng::with_seed(seed);
    let known = known_types(engine);
    (0..60)
        .map(|_| {
            let mapping = random_mapping(&mut random, &known);
            let json = random.u8(0..4) == 0;
            let mut stored: Vec<Stored> = (0..60).map(|_| random_value(&mut random)).collect();
            if json {
                stored = stored.iter().filter_map(as_json).chain(json_texts()).collect();
            }
            Field { label: mapping.to_string(), mapping, stored, json }
        })
        .collect()
}

/// A value of its own storage class as JSON text.
fn as_json(value: &Stored) -> Option<Stored> {
    let json = match value {
        Stored::Integer(number) => number.to_string(),
        Stored::Real(number) => serde_json::to_string(number).ok()?,
        Stored::Text(text) => Json::from(text.as_str()).to_string(),
        Stored::Null | Stored::Blob(_) => return None,
    };
    Some(Stored::Text(json))
}
