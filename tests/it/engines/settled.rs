//! Values under whole mappings and settings: what is refused is refused, and what is exported, or only altered, is taken.

use std::fs;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::Engine;
use super::client::{Item, TYPE};
use super::judge::json_of;
use crate::cli::run_line;

/// Engines that a case is for, its settings, its root mapping, and what comes into its field `f` (or `@timestamp`, where it has
/// that), as JSON, document by document.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (OS, SPARING, r#"{"properties":{"f":{"type":"boolean"}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"keyword","fields":{"l":{"type":"long"}}}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"text"}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"unsigned_long"}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"flat_object"}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"binary","doc_values":true}}}"#, &["1", "true", "{}", "[{\"a\":1}]", "\"q\""]),
    (OS, SPARING, r#"{"properties":{"f":{"type":"rank_feature"}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"scaled_float","scaling_factor":10}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"integer_range"}}}"#, BOUNDS),
    (OS, SPARING, r#"{"properties":{"f":{"type":"date_range"}}}"#, BOUNDS),
    (OS, SPARING, r#"{"properties":{"f":{"type":"ip_range"}}}"#, BOUNDS),
    (OS, SPARING, r#"{"properties":{"f":{"type":"long","ignore_malformed":false}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"scaled_float","scaling_factor":10,"ignore_malformed":false}}}"#, MALFORMED),
    (OS, SPARING, r#"{"properties":{"f":{"type":"float_range","ignore_malformed":false}}}"#, BOUNDS),
    (OS, "{}", r#"{"properties":{"f":{"type":"long","ignore_malformed":true}}}"#, MALFORMED),
    (OS, "{}", r#"{"properties":{"f":{"type":"long_range","ignore_malformed":true}}}"#, BOUNDS),
    (OS, "{}", r#"{"properties":{"f":{"type":"ip_range","ignore_malformed":true}}}"#, BOUNDS),
    (ES6_ON, SPARING, r#"{"properties":{"f":{"type":"boolean"}}}"#, MALFORMED),
    (ES6_ON, SPARING, r#"{"properties":{"f":{"type":"ip"}}}"#, MALFORMED),
    (WITH_ANALYSIS, r#"{"analysis":{"analyzer":{"x":{"tokenizer":"t"}},"tokenizer":{"t":{"type":"pattern","pattern":","}}}}"#, ANALYZED, LONG),
    (WITH_ANALYSIS, r#"{"analysis":{"analyzer":{"x":{"tokenizer":"t"}},"tokenizer":{"t":{"type":"whitespace","max_token_length":100000}}}}"#, ANALYZED, LONG),
    (WITH_ANALYSIS, r#"{"analysis":{"analyzer":{"x":{"tokenizer":"keyword","filter":["reverse","f"]}},"filter":{"f":{"type":"truncate","length":20000}}}}"#, ANALYZED, LONG),
    (WITH_ANALYSIS, r#"{"analysis":{"analyzer":{"x":{"tokenizer":"keyword","char_filter":"c"}},"char_filter":{"c":{"type":"mapping","mappings":["a => b","中=>xxxx"]}}}}"#, ANALYZED, LONG),
    (WITH_ANALYSIS, r#"{"analysis":{"normalizer":{"n":{"filter":["asciifolding"]}}}}"#, r#"{"properties":{"f":{"type":"keyword","normalizer":"n"}}}"#, LONG),
    (WITH_ANALYSIS, r#"{"analysis":{"analyzer":{"x":{"tokenizer":"keyword","filter":["f"]}},"filter":{"f":{"type":"pattern_replace","pattern":"a+","replacement":""}}}}"#, ANALYZED, LONG),
    ("os3", r#"{"analysis":{"normalizer":{"n":{"filter":["f"]}},"filter":{"f":{"type":"truncate","length":20000}}}}"#, r#"{"properties":{"f":{"type":"keyword","normalizer":"n"}}}"#, LONG),
    ("es8 es9", "{}", OBJECT, &["#127 0.5", "#128 0.5"]),
    ("es8 es9", "{}", OBJECT, &["#128 0.0", "#128 1e30", "#128 1e300", "[{\"v\":[]},{\"v\":[null]}]", "#128 0.5", "#127 0.5", "{\"v\":[]}", "{\"v\":[null]}", "{\"v\":null}", "{\"v\":0.5}"]),
    ("es8 es9", "{}", r#"{"numeric_detection":true,"properties":{"f":{"type":"object"}}}"#, &["#128 \"0.5\"", "#128 0.5"]),
    ("es8 es9", "{}", r#"{"dynamic":"runtime","properties":{"f":{"type":"object"}}}"#, &["#128 0.5", "#127 0.5", "#128 0.0"]),
    ("es8 es9", "{}", r#"{"dynamic_templates":[{"d":{"match_mapping_type":"double","mapping":{"type":"double"}}}],"properties":{"f":{"type":"object"}}}"#, &["#128 0.5", "#127 0.5"]),
    ("es8 es9", "{}", r#"{"dynamic_templates":[{"d":{"match":"v","mapping":{"type":"float"}}}],"properties":{"f":{"type":"object"}}}"#, &["#128 1", "#127 1"]),
    ("es8 es9", "{}", RUNTIME_DOUBLES, &[r#"{"v":[0.5,99999999999999999999]}"#, r#"{"v":[0.5,{"w":1}]}"#, r#"{"v":[1,0.5]}"#]),
    ("es8 es9", "{}", r#"{"dynamic":"runtime","dynamic_templates":[{"n":{"match_mapping_type":"object","mapping":{"type":"nested"}}}],"properties":{"f":{"type":"object"}}}"#, &[r#"{"v":{"w":1}}"#, r#"{"v":"x"}"#]),
    ("es8 es9", "{}", r#"{"properties":{"f":{"type":"object","subobjects":false}}}"#, &["#128 0.5", r#"{"v":{"a":1}}"#, r#"{"v":[{"a":1}]}"#, r#"{"v":[[1]]}"#]),
    ("es8 es9", "{}", r#"{"properties":{"f":{"type":"object","subobjects":false,"properties":{"v":{"type":"dense_vector"}}}}}"#, &[r#"{"v":{"a":1}}"#, r#"{"v":[1,2]}"#, r#"{"v":[1,2,3]}"#]),
    ("es7 es8 es9", "{}", RUNTIME_TEXT, &[r#"{"v":{"a":1}}"#, r#"{"v":"x"}"#, r#"{"v":{"a":1}}"#, r#"{"w":[{"a":1},"x"]}"#]),
    ("es8 es9", "{}", r#"{"properties":{"f":{"properties":{"v":{"type":"dense_vector","dims":2}}}}}"#, &[r#"[{"v":[1,2]},{"v":[1,2]}]"#, r#"[{"v":[1,2]},{"v":null}]"#, r#"[{"v":null},{"v":[1,2]}]"#]),
    ("es7 os2 os3", "{}", r#"{"properties":{"f":{"properties":{"v":{"type":"rank_feature"}}}}}"#, TWICE),
    ("es7 os2 os3", "{}", r#"{"properties":{"f":{"properties":{"v":{"type":"rank_features"}}}}}"#, &[r#"[{"v":{"a":1}},{"v":{"a":1}}]"#, r#"[{"v":{"a":1}},{"v":{"b":1}}]"#]),
    ("es5 es6 es7 os2 os3", "{}", r#"{"properties":{"f":{"properties":{"v":{"type":"percolator"}}}}}"#, &[r#"[{"v":{"match_all":{}}},{"v":{"match_all":{}}}]"#, r#"[{"v":{"match_all":{}}},{}]"#]),
    ("es2 es5 es6 os3", "{}", r#"{"properties":{"f":{"type":"geo_shape","tree":"quadtree","precision":"500km"}}}"#, CELLS),
    ("es5 es6 es7 os2 os3", "{}", r#"{"properties":{"f":{"type":"percolator"}}}"#, QUERIES),
    ("os3", "{}", r#"{"derived":{"f.d":{"type":"keyword"}},"properties":{"f":{"properties":{"a":{"type":"keyword"}}}}}"#, &[r#"{"d":"x"}"#, r#"{"d":null}"#, r#"{"d":[]}"#, r#"{"d":{}}"#, r#"{"a":"x"}"#]),
    (OS, "{}", r#"{"properties":{"f":{"properties":{"v":{"type":"geo_shape"}}}}}"#, &[r#"[{"v":"POINT(1 2)"},{"v":"POINT(1 2)"}]"#, r#"[{"v":"POINT(1 2)"},{"v":null}]"#]),
    ("es8 es9", r#"{"index.mode":"logsdb"}"#, r#"{"properties":{"@timestamp":{"type":"date"}}}"#, TIMES),
    ("es8 es9", r#"{"index.mode":"logsdb"}"#, r#"{"properties":{"@timestamp":{"type":"date","ignore_malformed":true}}}"#, TIMES),
    ("es8 es9", r#"{"index.mode":"LogsDB"}"#, r#"{"properties":{"@timestamp":{"type":"date_nanos"}}}"#, TIMES),
];

const RUNTIME_DOUBLES: &str = r#"{"dynamic_templates":[{"d":{"match_mapping_type":"double","runtime":{}}}],"properties":{"f":{"type":"object"}}}"#;
const RUNTIME_TEXT: &str = r#"{"dynamic":"runtime","dynamic_templates":[{"s":{"match_mapping_type":"string","mapping":{"type":"keyword"}}}],"properties":{"f":{"type":"object"}}}"#;
const TWICE: &[&str] = &[r#"[{"v":1.5},{"v":1.5}]"#, r#"[{"v":1.5},{"v":null}]"#, r#"[{"v":1.5}]"#];
const CELLS: &[&str] = &[
    r#"{"type":"polygon","coordinates":[[[-180,0],[180,0],[180,4],[-180,4],[-180,0]]]}"#,
    r#"{"type":"polygon","coordinates":[[[0,0],[360,0],[360,4],[0,4],[0,0]]]}"#,
    r#"{"type":"geometrycollection","geometries":[{"type":"point","coordinates":[1,2]},{"type":"geometrycollection","geometries":[]}]}"#,
    r#"{"type":"geometrycollection","geometries":[{"type":"geometrycollection","geometries":[]}]}"#,
];
const QUERIES: &[&str] = &[
    r#"{"match":{"f":"x"}}"#,
    r#"{"range":{"f":{"gte":1}}}"#,
    r#"{"prefix":{"f.x":"x"}}"#,
    r#"{"term":{"f.extracted_terms":"x"}}"#,
    r#"{"exists":{"field":"f"}}"#,
    r#"{"exists":{"field":"z"}}"#,
    r#"{"exists":{}}"#,
    r#"{"term":{"f.extracted_terms":null}}"#,
    r#"{"terms":{"f.extracted_terms":["x",null]}}"#,
    r#"{"bool":{"must":["x"]}}"#,
    r#"{"dis_max":{"queries":[]}}"#,
    r#"{"nested":{"path":"f","query":{"match_all":{}}}}"#,
    r#"{"span_or":{"clauses":[{"span_term":{"z":"x"}}]}}"#,
    r#"{"query_string":{"query":"x","fields":["f"]}}"#,
    r#"{"multi_match":{"query":"x","fields":["f"]}}"#,
];
const OBJECT: &str = r#"{"properties":{"f":{"type":"object"}}}"#;
/// The others lack the module.
const WITH_ANALYSIS: &str = "es6 os2 os3";
const ANALYZED: &str = r#"{"properties":{"f":{"type":"text","analyzer":"x"}}}"#;
/// Text that is repeated so often.
const LONG: &[&str] =
    &["*33000 a", "*14000 ab,", "*14000 ab ", "*17000 é", "*30000 é", "*12000 中", "*32766 b"];
/// The field of a case.
fn field(case: &Case) -> &'static str {
    if case.2.contains("@timestamp") { "@timestamp" } else { "f" }
}

const OS: &str = "os2 os3";
const ES6_ON: &str = "es6 es7 es8 es9";
const SPARING: &str = r#"{"index.mapping.ignore_malformed":true}"#;
const MALFORMED: &[&str] = &[
    "1",
    "1.5",
    "1e400",
    "true",
    "null",
    r#""x""#,
    r#""true""#,
    r#""""#,
    "{}",
    r#"{"a":{"b":[1]}}"#,
    r#"[1,"x"]"#,
    r#"["x",{"a":1},true]"#,
];
const TIMES: &[&str] = &[
    r#""2024-01-01""#,
    "null",
    "[]",
    "[null]",
    "[[]]",
    r#"["2024-01-01"]"#,
    r#"["2024-01-01",null]"#,
    r#"[["2024-01-01"],"2024-01-01"]"#,
    r#""x""#,
    r#"["x","2024-01-01"]"#,
    r#"["x",null]"#,
    "true",
];
const BOUNDS: &[&str] = &[
    r#"{"gte":1}"#,
    r#"{"gte":"x"}"#,
    r#"{"gte":true}"#,
    r#"{"gte":1e30}"#,
    r#"{"gte":"1e39"}"#,
    r#"{"gte":[1]}"#,
    r#"{"gte":"x","lte":{"a":1}}"#,
    r#"{"gte":5,"lte":2}"#,
    r#"{"gt":5,"lt":6}"#,
    r#"{"zz":1}"#,
    r#"{"gte":1,"zz":1}"#,
    r#""x""#,
    "5",
    "true",
    r#""1.2.3.4/33""#,
    r#"{"gte":"1.2.3.4","lte":"1.2.3.1"}"#,
    r#"{"gt":"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}"#,
];

/// Each case in an index of its own.
pub(super) fn values_are_taken_and_refused_as_is_said(engine: &Engine) {
    let name = engine.release.name;
    let is_for = |case: &&Case| case.0.split(' ').any(|engine| engine == name);
    let cases: Vec<(String, &Case)> = CASES
        .iter()
        .filter(is_for)
        .enumerate()
        .map(|(at, case)| (format!("settled-{at}"), case))
        .collect();
    if cases.is_empty() {
        return;
    }
    let folder = exported(&cases, name);
    let wrong: Vec<String> =
        cases.iter().flat_map(|(index, case)| differences(engine, &folder, index, case)).collect();
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

/// Every case exported, with what is refused or altered put aside.
fn exported(cases: &[(String, &Case)], target: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let database = rusqlite::Connection::open(folder.path().join("s.sqlite3")).expect("a file");
    let mut indices = Map::new();
    for (at, (index, case)) in cases.iter().enumerate() {
        let (_, settings, mapping, values) = case;
        let table = format!("CREATE TABLE t{at} (id INTEGER PRIMARY KEY, f TEXT)");
        database.execute_batch(&table).expect("a good statement");
        for value in *values {
            let value = &written(value);
            database.execute(&format!("INSERT INTO t{at} (f) VALUES (?)"), [value]).expect("a row");
        }
        let [settings, mapping]: [Value; 2] =
            [settings, mapping].map(|text| serde_json::from_str(text).expect("JSON"));
        let mut entry = json!({"table": format!("t{at}"), "settings": settings, "mapping": mapping,
            "fields": {field(case): {"column": "f", "from": "json"}}});
        if ["es1", "es2", "es5", "es6"].contains(&target) {
            entry["type"] = TYPE.into();
        }
        indices.insert(index.clone(), entry);
    }
    let model = json!({ "indices": indices });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).expect("a file");
    let line = format!("export s.sqlite3 --target {target} --on-error reject -o o");
    let ended = run_line(folder.path(), &line);
    assert!(matches!(ended.code, Some(0 | 4)), "{}", ended.stderr);
    folder
}

/// A value as JSON; `*3 ab` stands for `"ababab"`, and `#2 1` for `{"v":[1,1]}`.
fn written(value: &str) -> String {
    let Some((times, repeated)) = value[1..].split_once(' ') else { return value.to_owned() };
    let times = || times.parse().expect("a number");
    match value.as_bytes()[0] {
        b'*' => format!("\"{}\"", repeated.repeat(times())),
        b'#' => format!("{{\"v\":[{}]}}", vec![repeated; times()].join(",")),
        _ => value.to_owned(),
    }
}

/// Documents that are refused come last, so that nothing of them is there for the others.
fn differences(engine: &Engine, folder: &TempDir, index: &str, case: &Case) -> Vec<String> {
    let out = folder.path().join("o").join(index);
    let created = engine.client.create(index, &json_of(&out.join("mapping.json")));
    assert_eq!(created.status, 200, "{case:?}: {}", created.body);
    let refused = refused(&out);
    let taken: Vec<usize> = (1..=case.3.len()).filter(|key| !refused.contains(key)).collect();
    let order = [taken, refused.clone()].concat();
    let mut body = String::new();
    for key in &order {
        body += &engine.client.action("create", index, &key.to_string());
        body += &format!("{{\"{}\":{}}}\n", field(case), written(case.3[key - 1]));
    }
    let items =
        engine.client.bulk(body.as_bytes()).unwrap_or_else(|reply| panic!("{case:?}: {reply:?}"));
    engine.client.delete_index(index);
    let differs = |(key, item): (usize, Item)| {
        let is_refused = refused.contains(&key);
        let said = if is_refused { "refused" } else { "taken" };
        let told =
            || format!("said to be {said}: {} {} {}: {item:?}", case.1, case.2, case.3[key - 1]);
        (item.stored() == is_refused).then(told)
    };
    order.into_iter().zip(items).filter_map(differs).collect()
}

/// The keys of the documents that the target is said to refuse.
fn refused(out: &std::path::Path) -> Vec<usize> {
    if !out.join("rejected.json").exists() {
        return Vec::new();
    }
    let told = json_of(&out.join("rejected.json"));
    let documents = told["documents"].as_array().expect("a list");
    let refused = documents.iter().filter(|document| document["verdict"] != "altered");
    refused
        .map(|document| document["key"].as_str().expect("a key").parse().expect("a number"))
        .collect()
}
