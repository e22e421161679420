//! Mappings and settings that some engine refuses: a fault before the export where it does, and none where it does not.

use std::fs;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::Engine;
use super::client::TYPE;
use super::judge::json_of;
use crate::cli::run_line;

/// Settings and a root mapping in the words of later lines. What an engine takes only to read it as something else is a
/// fault too, and stands in the tests of the tables instead.
#[rustfmt::skip]
const BODIES: &[(&str, &str)] = &[
    ("{}", r#"{"properties":{"f":{"type":"keyword","ignore_above":"x"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"keyword","index_options":"positions"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"text","term_vector":true}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"date","locale":"de_DE_x_y"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"date","locale":"x1"},"g":{"type":"date","locale":"en_US"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"completion","max_input_length":"x"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","store":null,"fields":[],"null_value":"7"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","null_value":"x"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","copy_to":"o"},"o":{"properties":{"x":{"type":"long"}}}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","copy_to":"g.r"},"g":{"type":"long","fields":{"r":{"type":"long"}}}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","copy_to":"n.x"},"n":{"type":"nested","properties":{"x":{"type":"long","copy_to":"r"}}},"r":{"type":"long"}}}"#),
    ("{}", r#"{"properties":{"n":{"type":"nested","properties":{"x":{"type":"long","copy_to":"r"}}},"r":{"type":"long"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","fields":{"r":{"type":"nested"}}}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","fields":{"r.s":{"type":"long"}}}}}"#),
    ("{}", r#"{"properties":{"a":{"type":"alias","path":"n.x"},"n":{"type":"nested","properties":{"x":{"type":"long"}}}}}"#),
    ("{}", r#"{"properties":{"n":{"type":"nested","properties":{"x":{"type":"long"},"a":{"type":"alias","path":"n.x"}}}}}"#),
    ("{}", r#"{"properties":{"j":{"type":"join","relations":{"q":"a"}},"k":{"type":"join","relations":{"r":"b"}}}}"#),
    ("{}", r#"{"properties":{"a.b":{"type":"long"},"a":{"type":"long"}}}"#),
    ("{}", r#"{"properties":{"a":{"type":"nested"},"a.b":{"type":"long"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"text","index_options":"docs","index_phrases":true}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"text","index_options":"freqs","position_increment_gap":5}}}"#),
    ("{}", r#"{"runtime":{"r":{"type":"date","format":"zzz{"}},"properties":{}}"#),
    ("{}", r#"{"runtime":{"r":{"type":"date","locale":"x1"}},"properties":{}}"#),
    ("{}", r#"{"runtime":{"r":{"type":"date","locale":"de"}},"properties":{}}"#),
    ("{}", r#"{"runtime":{"r":{"type":"long","on_script_error":"fail"}},"properties":{}}"#),
    ("{}", r#"{"runtime":{"r":{"type":"long","on_script_error":"continue"}},"properties":{}}"#),
    ("{}", r#"{"properties":{"f":{"type":"dense_vector","dims":65,"index_options":{"type":"int4_hnsw"}}}}"#),
    ("{}", r#"{"derived":{"d":{"type":"keyword"}},"properties":{"f":{"type":"long"},"a":{"type":"alias","path":"d"}}}"#),
    ("{}", r#"{"derived":{"d":{"type":"integer"}},"properties":{"f":{"type":"long"}}}"#),
    ("{}", r#"{"derived":{"f":{"type":"keyword"}},"properties":{"f":{"type":"long"}}}"#),
    ("{}", r#"{"derived":{"f.x":{"type":"keyword"}},"properties":{"f":{"type":"long"}}}"#),
    (r#"{"index.mapping.total_fields.limit":2}"#, r#"{"derived":{"d.e":{"type":"keyword"}},"properties":{"f":{"type":"long"}}}"#),
    (r#"{"number_of_shards":0}"#, r#"{"properties":{}}"#),
    (r#"{"index":{"number_of_replicas":"x"}}"#, r#"{"properties":{}}"#),
    (r#"{"refresh_interval":"5"}"#, r#"{"properties":{}}"#),
    (r#"{"index.codec":"best"}"#, r#"{"properties":{}}"#),
    (r#"{"zzz":1}"#, r#"{"properties":{}}"#),
    (r#"{"mapper.dynamic":false}"#, r#"{"properties":{}}"#),
    (r#"{"translog":{"interval":"5s"}}"#, r#"{"properties":{}}"#),
    (r#"{"blocks.write":"yes"}"#, r#"{"properties":{}}"#),
    (r#"{"uuid":"abc","provided_name":"x"}"#, r#"{"properties":{}}"#),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["lowercase","mine"]}},"filter":{"mine":{"type":"stop"}}}}"#, r#"{"properties":{"f":{"type":"text","analyzer":"x"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"text","analyzer":"x"}}}"#),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"zzz"}}}}"#, r#"{"properties":{}}"#),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["zzz"]}}}}"#, r#"{"properties":{}}"#),
    (r#"{"analysis":{"filter":{"s":{"type":"shingle","max_shingle_size":5}}}}"#, r#"{"properties":{}}"#),
    (r#"{"sort.field":"g"}"#, r#"{"properties":{"g":{"type":"text"}}}"#),
    (r#"{"sort.field":"g"}"#, r#"{"properties":{"g":{"type":"half_float"}}}"#),
    (r#"{"sort.field":"g"}"#, r#"{"properties":{"g":{"type":"flattened"}}}"#),
    ("{}", r#"{"_source":{"enabled":"x"},"properties":{}}"#),
    ("{}", r#"{"_source":{"mode":"synthetic"},"properties":{}}"#),
    ("{}", r#"{"_source":null,"_routing":{"required":null},"date_detection":null,"properties":{}}"#),
    ("{}", r#"{"_meta":[],"properties":{}}"#),
    ("{}", r#"{"dynamic_templates":[{"a":{"match":"x"}}],"properties":{}}"#),
    ("{}", r#"{"dynamic_templates":[{"a":{"match":"x","zzz":1,"mapping":{"type":"long"}}}],"properties":{}}"#),
    ("{}", r#"{"dynamic_templates":[{"a":{"match_mapping_type":"integer","mapping":{"type":"long"}}}],"properties":{}}"#),
    ("{}", r#"{"dynamic_templates":[{"a":{"match":"x","runtime":{}}}],"properties":{}}"#),
    ("{}", r#"{"runtime":{"r":{"type":"integer"}},"properties":{}}"#),
    ("{}", r#"{"properties":{"f":{"type":"long","nullValue":5,"copyTo":"g"},"g":{"type":"long"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"completion","zzz":5}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"text","fields":{"":{"type":"keyword"}}}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"flattened"},"a":{"type":"alias","path":"f.key"}}}"#),
    ("{}", r#"{"properties":{"a":{"type":"object","enabled":false},"a.b":{"type":"long"}}}"#),
    ("{}", r#"{"properties":{"f":{"type":"binary","index":"not_analyzed"},"g":{"type":"geo_point","index":false}}}"#),
    (r#"{"similarity":{"my":{"type":"DFR"}}}"#, r#"{"properties":{"f":{"type":"text","similarity":"my"}}}"#),
    (r#"{"similarity":{"my":{"type":"DFI","independence_measure":"standardized"}}}"#, r#"{"properties":{"f":{"type":"text","similarity":"my"}}}"#),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym"}},"analyzer":{"x":{"tokenizer":"standard","filter":["s"]}}}}"#, r#"{"properties":{"f":{"type":"text","analyzer":"x"}}}"#),
    (r#"{"max_slices_per_scroll":0}"#, r#"{"properties":{}}"#),
    (r#"{"mode":"time_series"}"#, r#"{"properties":{}}"#),
    (r#"{"translog.flush_threshold_size":"512"}"#, r#"{"properties":{}}"#),
    (r#"{"analysis":{"filter":{"s":{"type":"stop","ignore_case":"yes"}},"analyzer":{"x":{"tokenizer":"standard","filter":["s"]}}}}"#, r#"{"properties":{"f":{"type":"text","analyzer":"x"}}}"#),
    (r#"{"analysis":{"filter":{"s":{"type":"stop","enable_position_increments":true}},"analyzer":{"x":{"tokenizer":"standard","filter":["s"]}}}}"#, r#"{"properties":{"f":{"type":"text","analyzer":"x"}}}"#),
    (r#"{"recovery.type":"x"}"#, r#"{"properties":{}}"#),
    (r#"{"compound_format":"True"}"#, r#"{"properties":{}}"#),
    (r#"{"codec":[]}"#, r#"{"properties":{}}"#),
    (r#"{"number_of_replicas":2147483648}"#, r#"{"properties":{}}"#),
    (r#"{"store.stats_refresh_interval":"-1s"}"#, r#"{"properties":{}}"#),
    (r#"{"refresh_interval":"1M"}"#, r#"{"properties":{}}"#),
    (r#"{"refresh_interval":"-1s"}"#, r#"{"properties":{}}"#),
    (r#"{"compound_format":"512mb"}"#, r#"{"properties":{}}"#),
    (r#"{"codec.compression_level":3}"#, r#"{"properties":{}}"#),
    (r#"{"mapping.depth.limit":2147483648}"#, r#"{"properties":{}}"#),
    (r#"{"recovery.use_synthetic_source":true}"#, r#"{"properties":{}}"#),
    (r#"{"similarity":{"my":{"type":"LMDirichlet","mu":-1}}}"#, r#"{"properties":{"f":{"type":"text","similarity":"my"}}}"#),
    ("{}", r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"zzz":1}}}],"properties":{}}"#),
    ("{}", r#"{"dynamic_templates":[{"a":{"match":"[x","match_pattern":"regex","mapping":{"type":"long"}}}],"properties":{}}"#),
    (r#"{"routing.allocation.include._tier_preference":"data_x"}"#, r#"{"properties":{}}"#),
];

/// Types of modules that the builds of Elasticsearch 8 and 9 lack.
const LACKING: &[(&str, &[&str])] =
    &[("\"join\"", &["es8", "es9"]), ("dense_vector", &["es7", "os2", "os3"])];

/// What is a fault is refused as it stands, and what is exported is taken.
pub(super) fn what_is_refused_is_a_fault(engine: &Engine) {
    let name = engine.release.name;
    let bodies: Vec<(String, Value, Value)> = BODIES
        .iter()
        .enumerate()
        .filter(|(_, (_, mapping))| {
            !LACKING.iter().any(|(part, on)| mapping.contains(part) && on.contains(&name))
        })
        .map(|(at, (settings, mapping))| {
            let json = |text: &str| serde_json::from_str(text).expect("JSON");
            (format!("bodies-{at}"), json(settings), json(mapping))
        })
        .collect();
    let folder = TempDir::new().expect("a folder");
    let faulty = faulty(&folder, &bodies, name);
    let chosen = bodies.iter().filter(|(index, ..)| !faulty.contains(index));
    let chosen: Vec<String> = chosen.map(|(index, ..)| format!("--index {index}")).collect();
    let line = format!("export b.sqlite3 --target {name} -o o {}", chosen.join(" "));
    let ended = run_line(folder.path(), &line);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut wrong = Vec::new();
    for (index, settings, mapping) in &bodies {
        let is_faulty = faulty.contains(index);
        let body = if is_faulty {
            as_it_stands(engine, settings, mapping)
        } else {
            json_of(&folder.path().join("o").join(index).join("mapping.json"))
        };
        let reply = engine.client.create(index, &body);
        let is_taken = reply.status == 200 && (!is_faulty || lets_in(engine, index));
        engine.client.delete_index(index);
        if is_taken == is_faulty {
            let said = if is_faulty { "a fault" } else { "no fault" };
            wrong.push(format!("{said}, and {} {}: {body}", reply.status, reply.body));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

/// Whether a new index takes a document: 1.x and 2.x read most settings no sooner than its shards start, and a block is one
/// from then on.
fn lets_in(engine: &Engine, index: &str) -> bool {
    let kind = if engine.release.typed() { TYPE } else { "_doc" };
    let path = format!("/{index}/{kind}/1?routing=1&timeout=5s");
    (200..300).contains(&engine.client.send("PUT", &path, Some(&json!({}))).status)
}

/// The indices with a fault; every one of them is checked at once.
fn faulty(folder: &TempDir, bodies: &[(String, Value, Value)], target: &str) -> Vec<String> {
    let folder = folder.path();
    let database = rusqlite::Connection::open(folder.join("b.sqlite3")).expect("a file");
    let names = "f, g, o, n, r, j, k, a, \"a.b\"";
    let table = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {names})");
    database.execute_batch(&table).expect("a good statement");
    let indices = bodies.iter().map(|(index, settings, mapping)| {
        (
            index.clone(),
            json!({"table": "t", "settings": settings, "mapping": mapping, "routing": "{id}"}),
        )
    });
    let model = json!({ "indices": Map::from_iter(indices) });
    fs::write(folder.join("litebulk.json"), model.to_string()).expect("a file");
    let ended = run_line(folder, &format!("check b.sqlite3 --target {target}"));
    let lines = ended.stderr.lines().filter_map(|line| line.trim().strip_prefix("/indices/"));
    lines.filter_map(|line| Some(line.split(['/', ':']).next()?.to_owned())).collect()
}

/// The body as the model has it, in the engine's words for text.
fn as_it_stands(engine: &Engine, settings: &Value, mapping: &Value) -> Value {
    let mut text = mapping.to_string();
    if ["es1", "es2"].contains(&engine.release.name) {
        text = text.replace(r#""type":"text""#, r#""type":"string""#);
        let keyword = r#""type":"string","index":"not_analyzed""#;
        text = text.replace(r#""type":"keyword""#, keyword);
    }
    let mut body = engine.client.index_body(&serde_json::from_str(&text).expect("JSON"));
    if settings.as_object().is_some_and(|settings| !settings.is_empty()) {
        body["settings"] = settings.clone();
    }
    body
}
