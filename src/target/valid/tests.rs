//! Mappings that an engine refuses, and those that are near them and taken, as each was measured.

use serde_json::{Value, json};

use super::*;

fn faults(properties: &str, target: &str) -> Vec<String> {
    let properties: Value = serde_json::from_str(properties).unwrap();
    let mut faults = Vec::new();
    let target = Target::parse(target).unwrap();
    Mapping::translate(&json!({ "properties": properties }), "", &target, &mut faults);
    faults.into_iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect()
}

/// Properties, the targets that refuse them, the pointer of the fault below `/properties`. All other lines with these types
/// and parameters take them.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str)] = &[
    (r#"{"f":{"type":"keyword","ignore_above":-1}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/f/ignore_above"),
    (r#"{"f":{"type":"keyword","ignore_above":"x"}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/ignore_above"),
    (r#"{"f":{"type":"keyword","ignore_above":"10"}}"#, "", ""),
    (r#"{"f":{"type":"keyword","ignore_above":10.0}}"#, "", ""),
    (r#"{"f":{"type":"geo_point","fields":{"r":{"type":"geo_point"}}}}"#, "es5 es6 os1 os2 os3", "/f/fields/r"),
    (r#"{"f":{"type":"dense_vector","dims":3,"copy_to":"g"},"g":{"type":"text"}}"#, "es7 es8 es9", "/f/copy_to"),
    (r#"{"f":{"type":""}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/type"),
    (r#"{"f":{"type":"flattened"},"a":{"type":"alias","path":"f.key"}}"#, "", ""),
    (r#"{"f":{"type":"text"},"a":{"type":"alias","path":"f.key"}}"#, "es6 es7 es8 es9 os1 os2 os3", "/a/path"),
    (r#"{"a":{"type":"alias","path":"_source"}}"#, "", ""),
    (r#"{"a":{"type":"alias","path":"_primary_term"}}"#, "es6 es7 es8 es9 os1 os2 os3", "/a/path"),
    (r#"{"f":{"type":"text","fields":{"":{"type":"keyword"}}}}"#, "es5 es6", "/f/fields/"),
    (r#"{"f":{"type":"text","fields":{" ":{"type":"keyword"}}}}"#, "", ""),
    (r#"{"f":{"type":"text","index_prefixes":{},"fields":{"_index_prefix":{"type":"keyword"}}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/fields/_index_prefix"),
    (r#"{"a.b":{"type":"long"},"a":{"properties":{"b":{"type":"keyword"}}}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/a/properties/b"),
    (r#"{"a.b":{"type":"long"},"a":{"properties":{"b":{"type":"long"}}}}"#, "", ""),
    (r#"{"a":{"type":"object","enabled":false},"a.b":{"type":"long"}}"#, "os1 os2 os3", "/a.b"),
    (r#"{"a":{"type":"object","dynamic":"strict"},"a.b":{"type":"long"}}"#, "", ""),
    (r#"{"_index_mode":{"type":"long"}}"#, "es8 es9", "/_index_mode"),
    (r#"{"_size":{"type":"long"}}"#, "es2 es5 es6", "/_size"),
    (r#"{"_type":{"type":"long"}}"#, "es2 es5 es6 es7 os1", "/_type"),
    (r#"{"f":{"type":"completion","zzz":1}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/zzz"),
    (r#"{"f":{"type":"object","path":"g","properties":{}}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/path"),
    (r#"{"f":{"type":"text","fielddata":{"format":"doc_values"}}}"#, "es1 es2", "/f/fielddata"),
    (r#"{"f":{"type":"keyword","fielddata":{"format":"doc_values"}}}"#, "", ""),
    (r#"{"f":{"type":"geo_point","geohash":true,"geohash_precision":"1km"}}"#, "", ""),
    (r#"{"f":{"type":"string","omit_term_freq_and_positions":true}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/omit_term_freq_and_positions"),
    (r#"{"f":{"type":"search_as_you_type","max_shingle_size":"3"}}"#, "", ""),
    (r#"{"f":{"type":"search_as_you_type","max_shingle_size":5}}"#, "es7 es8 es9 os1 os2 os3", "/f/max_shingle_size"),
    (r#"{"f":{"type":"search_as_you_type","fields":{"r":{"type":"long"}}}}"#, "es7 os1", "/f/fields"),
    (r#"{"f":{"type":"geo_shape","fields":{"r":{"type":"keyword"}}}}"#, "es7 es8 es9 os1 os2 os3", "/f/fields"),
    (r#"{"f":{"type":"integer","script":{"source":"emit(1)"}},"g":{"type":"long","script":{"source":"emit(1)"}}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/script"),
    (r#"{"f":{"type":"keyword","index_options":"positions"}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/f/index_options"),
    (r#"{"f":{"type":"text","index_options":"positions"}}"#, "", ""),
    (r#"{"f":{"type":"text","index_prefixes":{"min_chars":3,"max_chars":20}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/index_prefixes"),
    (r#"{"f":{"type":"text","index_prefixes":{"min_chars":"1","max_chars":19}}}"#, "", ""),
    (r#"{"f":{"type":"text","index":false,"position_increment_gap":5}}"#, "es8 es9", "/f/position_increment_gap"),
    (r#"{"f":{"type":"text","index":false,"position_increment_gap":100}}"#, "", ""),
    (r#"{"f":{"type":"text","position_increment_gap":-1}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/position_increment_gap"),
    (r#"{"f":{"type":"text","term_vector":true}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/term_vector"),
    (r#"{"f":{"type":"keyword","boost":"x"}}"#, "es1 es2 es5 es6 es7 os1 os2 os3", "/f/boost"),
    (r#"{"f":{"type":"long","meta":{"a":1}}}"#, "es7 es8 es9 os1 os2 os3", "/f/meta"),
    (r#"{"f":{"type":"long","meta":{"a":"b","b":"b","c":"b","d":"b","e":"b","f":"b"}}}"#, "es7 es8 es9 os1 os2", "/f/meta"),
    (r#"{"f":{"type":"date","locale":"x1"}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/locale"),
    (r#"{"f":{"type":"date","locale":"de_DE_x_y"}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/locale"),
    (r#"{"f":{"type":"date","locale":"en-US"}}"#, "", ""),
    (r#"{"f":{"type":"completion","contexts":[{"name":"c","type":"zz"}]}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/contexts"),
    (r#"{"f":{"type":"completion","max_input_length":"x"}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/max_input_length"),
    (r#"{"f":{"type":"long","store":null,"fields":[]}}"#, "", ""),
    (r#"{"j":{"type":"join","relations":{"q":"a","r":"a"}}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/j/relations"),
    (r#"{"j":{"type":"join","relations":{"q":"a"}},"k":{"type":"join","relations":{"r":"b"}}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/k"),
    (r#"{"o":{"properties":{"j":{"type":"join","relations":{"q":"a"}}}}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/o/properties/j"),
    (r#"{"f":{"type":"long","copy_to":"o"},"o":{"properties":{"x":{"type":"long"}}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"g.r"},"g":{"type":"long","fields":{"r":{"type":"long"}}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"g.y"},"g":{"type":"long"}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"f.y.z"}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"g.y"},"g":{"type":"flattened"}}"#, "es7 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"a..b"}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":".a"}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"a."}}"#, "es2 es5 es6 es7 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"o."},"o":{"type":"object"}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":" "}}"#, "es5 es8 es9", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"o. "}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"f":{"type":"long","copy_to":"n.x"},"n":{"type":"nested","properties":{"x":{"type":"long"}}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/copy_to"),
    (r#"{"n":{"type":"nested","properties":{"x":{"type":"long","copy_to":"r"}}},"r":{"type":"long"}}"#, "", ""),
    (r#"{"f":{"type":"long","copy_to":["all","o.z"]},"o":{"properties":{"x":{"type":"long"}}}}"#, "", ""),
    (r#"{"f":{"type":"long","fields":{"r":{"type":"long","copy_to":"g"}}}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/fields/r/copy_to"),
    (r#"{"f":{"type":"long","fields":{"r":{"type":"nested"}}}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/f/fields/r"),
    (r#"{"g":{"type":"long"},"f":{"type":"long","fields":{"r":{"type":"alias","path":"g"}}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/fields/r"),
    (r#"{"f":{"type":"long","fields":{"r.s":{"type":"long"}}}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/f/fields/r.s"),
    (r#"{"a":{"type":"alias","path":"n.x"},"n":{"type":"nested","properties":{"x":{"type":"long"}}}}"#, "es6 es7 es8 es9 os1 os2 os3", "/a/path"),
    (r#"{"n":{"type":"nested","properties":{"x":{"type":"long"},"a":{"type":"alias","path":"n.x"}}}}"#, "", ""),
    (r#"{"a":{"type":"alias","path":"_id"}}"#, "", ""),
    (r#"{"a.b":{"type":"long"},"a":{"type":"long"}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/a"),
    (r#"{"a":{"type":"nested"},"a.b":{"type":"long"}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/a.b"),
    (r#"{"a":{"type":"object"},"a.b":{"type":"long"}}"#, "", ""),
    (r#"{"o":{"type":"object","subobjects":false,"properties":{"n":{"type":"nested"}}}}"#, "es8 es9", "/o/properties/n"),
    (r#"{"o":{"type":"object","subobjects":false,"properties":{"a":{"type":"long"},"a.b":{"type":"long"}}}}"#, "", ""),
    (r#"{"o":{"subobjects":false,"properties":{"a":{"type":"long"},"a.b":{"type":"keyword","copy_to":"c"}}}}"#, "es8 es9", "/o/properties/a.b"),
    (r#"{"o":{"subobjects":false,"properties":{"a":{"type":"long"},"a.b.c":{"type":"keyword","copy_to":"c"}}}}"#, "", ""),
    (r#"{"o":{"subobjects":false,"properties":{"a":{"dynamic":"strict","properties":{"b":{"type":"long"}}}}}}"#, "es8 es9", "/o/properties/a"),
    (r#"{"o":{"subobjects":false,"properties":{"a":{"properties":{"q":{"dynamic":false,"properties":{"b":{"type":"long"}}}}}}}}"#, "es8 es9", "/o/properties/a/properties/q"),
    (r#"{"o":{"dynamic":"strict","subobjects":false,"properties":{"a":{"dynamic":true,"properties":{"b":{"type":"long"}}}}}}"#, "es8 es9", "/o/properties/a"),
    (r#"{"o":{"dynamic":"strict","subobjects":false,"properties":{"a":{"dynamic":"strict","properties":{"b":{"type":"long"}}}}}}"#, "", ""),
    (r#"{"o":{"subobjects":false,"properties":{"a":{"dynamic":true,"properties":{"b":{"type":"long"}}}}}}"#, "", ""),
    (r#"{"f":{"type":"text","index":false,"fielddata":true}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/f/fielddata"),
    (r#"{"f":{"type":"text","index_options":"docs","index_phrases":true}}"#, "es6 es7 es8 es9 os1 os2 os3", "/f/index_phrases"),
    (r#"{"f":{"type":"text","index_options":"freqs","position_increment_gap":5}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/f/position_increment_gap"),
    (r#"{"f":{"type":"text","index_prefixes":{},"term_vector":"with_offsets"}}"#, "es6", "/f/term_vector"),
    (r#"{"f":{"type":"text","index_prefixes":{},"term_vector":"with_positions_offsets"}}"#, "es6", "/f/term_vector"),
    (r#"{"f":{"type":"text","index_prefixes":{},"term_vector":"with_positions"}}"#, "", ""),
    (r#"{"f":{"type":"string","boost":2,"norms":{"enabled":false}}}"#, "es1 es2", "/f/boost"),
    (r#"{"f":{"type":"string","boost":2,"omit_norms":true}}"#, "es1 es2", "/f/boost"),
    (r#"{"f":{"type":"string","boost":1.0,"omit_norms":true}}"#, "", ""),
    (r#"{"f":{"type":"string","boost":2}}"#, "", ""),
    (r#"{"f":{"type":"boolean","boost":2}}"#, "es1 es2", "/f/boost"),
    (r#"{"f":{"type":"ip","boost":"2"}}"#, "es2", "/f/boost"),
    (r#"{"f":{"type":"long","boost":2}}"#, "", ""),
    (r#"{"f":{"type":"geo_point","store":true,"index":"no"}}"#, "es2", "/f/store"),
    (r#"{"f":{"type":"geo_point","index":"no"}}"#, "", ""),
    (r#"{"f":{"type":"keyword","time_series_dimension":true,"index":false}}"#, "es7 es8 es9", "/f/time_series_dimension"),
    (r#"{"f":{"type":"dense_vector","dims":3,"index":false,"similarity":"cosine"}}"#, "es8 es9", "/f/similarity"),
    (r#"{"s":{"type":"completion","contexts":[{"name":"c","type":"category","path":"k"}]},"k":{"type":"boolean"}}"#, "es5 es6 es7 es8 es9", "/s/contexts"),
    (r#"{"s":{"type":"completion","contexts":[{"name":"c","type":"category","path":"k"}]},"k":{"type":"long_range"}}"#, "es5 es6 es7 es8 es9 os1 os2 os3", "/s/contexts"),
    (r#"{"f":{"type":"dense_vector","dims":"3"}}"#, "es8 es9", "/f/dims"),
];

#[test]
fn what_an_engine_refuses_is_one_fault_and_what_it_takes_is_none() {
    for (properties, refused, pointer) in REFUSED {
        for target in Target::ALL {
            let name = target.name();
            let found = faults(properties, &name);
            let others = [" has no ", " has it", "with dots like"];
            let lacking = |fault: &&String| others.iter().any(|other| fault.contains(other));
            if found.iter().any(|fault| lacking(&fault)) {
                continue;
            }
            let wanted = usize::from(refused.split(' ').any(|r| r == name));
            assert_eq!(found.len(), wanted, "{name} {properties} {found:?}");
            // What has another name on the target is told at the field.
            let field = pointer.rsplit_once('/').map_or("", |(field, _)| field);
            let at = [format!("/properties{pointer}: "), format!("/properties{field}: ")];
            let is_there = |fault: &String| at.iter().any(|start| fault.starts_with(start));
            assert!(found.iter().all(is_there), "{name} {found:?}");
        }
    }
}

#[test]
fn a_fault_says_what_is_taken_and_what_was_found() {
    for (properties, target, message) in [
        (
            r#"{"f":{"type":"keyword","index_options":"offsets"}}"#,
            "es9",
            "/properties/f/index_options: `index_options` of a `keyword` must be one of `docs`, `freqs` on es9, found `\"offsets\"`",
        ),
        (
            r#"{"f":{"type":"text","index":false,"index_prefixes":{}}}"#,
            "os3",
            "/properties/f/index_prefixes: os3 takes no `text` with `index_prefixes` and `index: false`; remove one of them",
        ),
    ] {
        assert_eq!(faults(properties, target), [message]);
    }
}

#[test]
fn a_completion_has_ten_contexts_since_8() {
    let contexts = |count: usize| {
        let list: Vec<Value> =
            (0..count).map(|n| json!({ "name": format!("c{n}"), "type": "category" })).collect();
        json!({ "s": { "type": "completion", "contexts": list } }).to_string()
    };
    for (target, eleven) in [("es6", 0), ("es7", 0), ("es8", 1), ("es9", 1), ("os3", 0)] {
        assert_eq!(faults(&contexts(11), target).len(), eleven, "{target}");
        assert_eq!(faults(&contexts(10), target), [""; 0], "{target}");
    }
}

fn settings_faults(settings: &str, properties: &str, target: &str) -> Vec<String> {
    let settings: Value = serde_json::from_str(settings).unwrap();
    let properties: Value = serde_json::from_str(properties).unwrap();
    let target = Target::parse(target).unwrap();
    let mut faults = Vec::new();
    let mapping =
        Mapping::translate(&json!({ "properties": properties }), "", &target, &mut faults);
    check_settings(Some(&settings), &mapping, "/settings", &target, &mut faults);
    faults.into_iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect()
}

const ALL: &str = "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3";
const ES5_ON: &str = "es5 es6 es7 es8 es9 os1 os2 os3";
/// Lines without lists in dynamic templates.
const BEFORE_LISTS: &str = "es1 es2 es5 es6 es7 os1 os2 os3";
const ES6_ON: &str = "es6 es7 es8 es9 os1 os2 os3";
const ES7_ON: &str = "es7 es8 es9 os1 os2 os3";
const TEXT: &str = r#"{"f":{"type":"text","analyzer":"x"}}"#;
const LONG: &str = r#"{"f":{"type":"long"}}"#;

/// Settings, properties, the targets that refuse the two, and the pointer of the fault.
#[rustfmt::skip]
const SETTINGS_REFUSED: &[(&str, &str, &str, &str)] = &[
    (r#"{"mode":"logsdb"}"#, LONG, ES5_ON, "/settings/mode"),
    (r#"{"index.mode":"logsdb"}"#, r#"{"@timestamp":{"type":"date"}}"#, "es5 es6 es7 os1 os2 os3", "/settings/index.mode"),
    (r#"{"number_of_shards":"3","index":{"number_of_replicas":0},"index.refresh_interval":"-1"}"#, LONG, "", ""),
    (r#"{"number_of_shards":0}"#, LONG, ALL, "/settings/number_of_shards"),
    (r#"{"index":{"number_of_replicas":"x"}}"#, LONG, ALL, "/settings/index/number_of_replicas"),
    (r#"{"number_of_shards":1025}"#, LONG, ES5_ON, "/settings/number_of_shards"),
    (r#"{"refresh_interval":"x"}"#, LONG, ALL, "/settings/refresh_interval"),
    (r#"{"refresh_interval":"5"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/refresh_interval"),
    (r#"{"codec":"best"}"#, LONG, ALL, "/settings/codec"),
    (r#"{"index.zzz":1}"#, LONG, ES5_ON, "/settings/index.zzz"),
    (r#"{"mapper":{"dynamic":false}}"#, LONG, "es8 es9 os1 os2", "/settings/mapper/dynamic"),
    (r#"{"translog.interval":"5s"}"#, LONG, ES5_ON, "/settings/translog.interval"),
    (r#"{"blocks.write":"yes"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/blocks.write"),
    (r#"{"max_result_window":0}"#, LONG, ES5_ON, "/settings/max_result_window"),
    (r#"{"routing.allocation.require.zone":"a","analysis":{"zzz":{}},"auto_expand_replicas":"0-all"}"#, LONG, "", ""),
    (r#"{"analysis":{"char_filter":{"h":{"type":"htmlStrip"}}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/char_filter/h/type"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","char_filter":["htmlStrip"]}}}}"#, LONG, "es7 es8 es9 os1 os2 os3", "/settings/analysis/analyzer/x/char_filter"),
    (r#"{"blocks.write":true}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/blocks.write"),
    (r#"{"index":{"blocks":{"read_only":"true"}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/index/blocks/read_only"),
    (r#"{"blocks.write":false,"blocks.read_only":"false"}"#, LONG, "", ""),
    (r#"{"routing.allocation.include._tier_preference":"data_content"}"#, LONG, "es1 es2 es5 es6", "/settings/routing.allocation.include._tier_preference"),
    (r#"{"sort.field":["f"]}"#, LONG, "es5", "/settings/sort.field"),
    (r#"{"sort.order":["desc","asc"]}"#, LONG, ES5_ON, "/settings/sort.order"),
    (r#"{"sort.field":"g"}"#, LONG, ES5_ON, "/settings/sort.field"),
    (r#"{"sort.field":"f"}"#, r#"{"f":{"type":"half_float"}}"#, ES5_ON, "/settings/sort.field"),
    (r#"{"sort.field":"f"}"#, r#"{"f":{"type":"scaled_float","scaling_factor":10}}"#, ES5_ON, "/settings/sort.field"),
    (r#"{"sort.field":"f"}"#, r#"{"f":{"type":"token_count","analyzer":"standard"}}"#, "es5", "/settings/sort.field"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["lowercase","mine"]}},"filter":{"mine":{"type":"stop"}}}}"#, TEXT, "", ""),
    (r#"{"index.analysis.analyzer.x.type":"custom","index.analysis.analyzer.x.tokenizer":"standard"}"#, TEXT, "", ""),
    (r#"{"analysis":{"analyzer":{"y":{"tokenizer":"standard"}}}}"#, TEXT, ALL, "/properties/f/analyzer"),
    (r#"{"index":{"analysis":{"analyzer":{"x":{"tokenizer":"zzz"}}}}}"#, TEXT, ALL, "/settings/index/analysis/analyzer/x/tokenizer"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":"zzz"}}}}"#, TEXT, ALL, "/settings/analysis/analyzer/x/filter"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","char_filter":["mapping"]}}}}"#, TEXT, ALL, "/settings/analysis/analyzer/x/char_filter"),
    (r#"{"analysis":{"analyzer":{"x":{"filter":["lowercase"]}}}}"#, TEXT, ALL, "/settings/analysis/analyzer/x/filter"),
    (r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["standard"]}}}}"#, TEXT, ES7_ON, "/settings/analysis/analyzer/x/filter"),
    (r#"{"analysis":{"filter":{"n":{"min_gram":1}}}}"#, LONG, ALL, "/settings/analysis/filter/n/min_gram"),
    (r#"{"analysis":{"filter":{"n":{"type":"nGram"}}}}"#, LONG, "es7 es8 es9", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"edgeNGram"}}}}"#, LONG, "es8 es9 os3", "/settings/analysis/tokenizer/n/type"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","min_gram":1,"max_gram":"5"}}}}"#, LONG, ES7_ON, "/settings/analysis/tokenizer/n/max_gram"),
    (r#"{"analysis":{"filter":{"n":{"type":"shingle","max_shingle_size":5}}}}"#, LONG, ES7_ON, "/settings/analysis/filter/n/max_shingle_size"),
    (r#"{"analysis":{"filter":{"n":{"type":"shingle","max_shingle_size":4},"e":{"type":"edge_ngram","min_gram":1,"max_gram":20}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["stop"]}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["lowercase","asciifolding"]}}}}"#, r#"{"f":{"type":"keyword","normalizer":"n"}}"#, "", ""),
    (r#"{"similarity":{"my":{"type":"BM25"}}}"#, r#"{"f":{"type":"text","similarity":"my"}}"#, "", ""),
    (r#"{}"#, r#"{"f":{"type":"text","similarity":"bm25"}}"#, ALL, "/properties/f/similarity"),
    (r#"{"similarity":{"my":{"type":"BM25","b":2}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/similarity/my/b"),
    (r#"{"similarity":{"my":{"type":"BM25","zz":2}}}"#, LONG, ES7_ON, "/settings/similarity/my/zz"),
    (r#"{"similarity":{"my":{"type":"DFR"}}}"#, LONG, ALL, "/settings/similarity/my/type"),
    (r#"{"similarity":{"my":{"type":"DFR","basic_model":"be","after_effect":"l","normalization":"h1"}}}"#, LONG, ES7_ON, "/settings/similarity/my/basic_model"),
    // 1.x and 2.x read these when a shard starts, and take no document where they cannot.
    (r#"{"codec":"default"}"#, LONG, "", ""),
    (r#"{"codec":"best_compression"}"#, LONG, "es1", "/settings/codec"),
    (r#"{"index.codec":"best_speed"}"#, LONG, ALL, "/settings/index.codec"),
    (r#"{"refresh_interval":30}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/refresh_interval"),
    (r#"{"refresh_interval":"30s","gc_deletes":0}"#, LONG, "", ""),
    (r#"{"translog":{"flush_threshold_size":100}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/translog/flush_threshold_size"),
    (r#"{"merge.policy.max_merge_at_once":1}"#, LONG, ALL, "/settings/merge.policy.max_merge_at_once"),
    (r#"{"merge.policy.segments_per_tier":1}"#, LONG, ALL, "/settings/merge.policy.segments_per_tier"),
    (r#"{"store.type":"memory"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/store.type"),
    (r#"{"store.type":"hybridfs"}"#, LONG, "es1 es2 es5", "/settings/store.type"),
    (r#"{"store.type":"default"}"#, LONG, "es6 es7 es8 es9 os1 os2 os3", "/settings/store.type"),
    (r#"{"query.default_field":["f"]}"#, LONG, "es5", "/settings/query.default_field"),
    (r#"{"query.default_field":"f"}"#, LONG, "", ""),
    (r#"{"store.preload":["nvd"]}"#, LONG, "", ""),
    (r#"{"translog.sync_interval":"10ms"}"#, LONG, ES5_ON, "/settings/translog.sync_interval"),
    (r#"{"translog.sync_interval":"100ms"}"#, LONG, "", ""),
    (r#"{"mapping.synthetic_source_keep":"all"}"#, LONG, ES5_ON, "/settings/mapping.synthetic_source_keep"),
    (r#"{"merge.scheduler.max_merge_count":0}"#, LONG, "es5 es6 es7 es8 es9 os1 os2 os3", "/settings/merge.scheduler.max_merge_count"),
    (r#"{"mapping.nested_fields.limit":-1}"#, LONG, ES5_ON, "/settings/mapping.nested_fields.limit"),
    (r#"{"mapping.depth.limit":0}"#, LONG, ES5_ON, "/settings/mapping.depth.limit"),
    (r#"{"translog.fs.type":"x"}"#, LONG, ALL, "/settings/translog.fs.type"),
    (r#"{"compound_format":2}"#, LONG, ALL, "/settings/compound_format"),
    (r#"{"compound_format":"0.1"}"#, LONG, "", ""),
    (r#"{"store.fs.fs_lock":"x"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/store.fs.fs_lock"),
    (r#"{"merge.policy.floor_segment":0}"#, LONG, ALL, "/settings/merge.policy.floor_segment"),
    (r#"{"translog.flush_threshold_size":"0"}"#, LONG, ES6_ON, "/settings/translog.flush_threshold_size"),
    (r#"{"routing.allocation.total_shards_per_node":2.5}"#, LONG, ALL, "/settings/routing.allocation.total_shards_per_node"),
    (r#"{"merge.policy.max_merge_at_once_explicit":1}"#, LONG, ALL, "/settings/merge.policy.max_merge_at_once_explicit"),
    (r#"{"format":6}"#, LONG, "", ""),
    (r#"{"max_shingle_diff":0}"#, LONG, "es5 es7 es8 es9", "/settings/max_shingle_diff"),
    (r#"{"format":"x"}"#, LONG, ES5_ON, "/settings/format"),
    (r#"{"max_slices_per_scroll":3000000000}"#, LONG, ES5_ON, "/settings/max_slices_per_scroll"),
    (r#"{"mapping.total_fields.limit":3000000000}"#, LONG, "", ""),
    (r#"{"number_of_shards":null}"#, LONG, ES7_ON, "/settings/number_of_shards"),
    (r#"{"soft_deletes.retention_lease.period":-1}"#, LONG, ES5_ON, "/settings/soft_deletes.retention_lease.period"),
    (r#"{"zzz":null}"#, LONG, ES5_ON, "/settings/zzz"),
    (r#"{"refresh_interval":null}"#, LONG, "", ""),
    (r#"{"routing.allocation.enable":"None"}"#, LONG, ALL, "/settings/routing.allocation.enable"),
    (r#"{"routing.allocation.disable_new_allocation":"x"}"#, LONG, ALL, "/settings/routing.allocation.disable_new_allocation"),
    (r#"{"routing.allocation.exclude._tier_preference":"data_hot"}"#, LONG, "", ""),
    (r#"{"routing.allocation.require._tier":"data_hot"}"#, LONG, "es1 es2 es5 es6 es8 es9", "/settings/routing.allocation.require._tier"),
    (r#"{"translog.type":"fs"}"#, LONG, ALL, "/settings/translog.type"),
    (r#"{"merge.policy.type":"x"}"#, LONG, "es1 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/merge.policy.type"),
    (r#"{"legacy.routing.hash.type":"x"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/legacy.routing.hash.type"),
    (r#"{"max_adjacency_matrix_filters":1}"#, LONG, ES5_ON, "/settings/max_adjacency_matrix_filters"),
    (r#"{"merge.policy.max_merged_segment":"-1"}"#, LONG, ALL, "/settings/merge.policy.max_merged_segment"),
    (r#"{"merge.policy.floor_segment":"0b"}"#, LONG, ALL, "/settings/merge.policy.floor_segment"),
    (r#"{"recovery.initial_shards":"x"}"#, LONG, ES5_ON, "/settings/recovery.initial_shards"),
    (r#"{"routing_partition_size":0}"#, LONG, ES5_ON, "/settings/routing_partition_size"),
    (r#"{"sort.field":1}"#, LONG, ES5_ON, "/settings/sort.field"),
    (r#"{"write.wait_for_active_shards":3}"#, LONG, ES5_ON, "/settings/write.wait_for_active_shards"),
    (r#"{"write.wait_for_active_shards":3,"number_of_replicas":2}"#, LONG, "", ""),
    (r#"{"blocks.read_only_allow_delete":true}"#, LONG, ES5_ON, "/settings/blocks.read_only_allow_delete"),
    (r#"{"codec":"lucene_default"}"#, LONG, "es1", "/settings/codec"),
    (r#"{"search.idle.after":-1}"#, LONG, ES5_ON, "/settings/search.idle.after"),
    (r#"{"query.string.lenient":true}"#, LONG, ES5_ON, "/settings/query.string.lenient"),
    (r#"{"query.bool.max_clause_count":5}"#, LONG, ES5_ON, "/settings/query.bool.max_clause_count"),
    (r#"{"append_only.enabled":true}"#, LONG, ES5_ON, "/settings/append_only.enabled"),
    (r#"{"append_only.enabled":false}"#, LONG, "es5 es6 es7 es8 es9 os1", "/settings/append_only.enabled"),
    (r#"{"similarity":{"my":{"type":"IB","distribution":"ll","lambda":"df","normalization":"h2"}}}"#, LONG, "", ""),
    (r#"{"similarity":{"my":{"type":"DFI","independence_measure":"standardized"}}}"#, LONG, "es1", "/settings/similarity/my/type"),
    (r#"{"similarity":{"my":{"type":"LMJelinekMercer","lambda":2}}}"#, LONG, ES7_ON, "/settings/similarity/my/lambda"),
    (r#"{"similarity":{"BM25":{"type":"BM25"}}}"#, LONG, ES5_ON, "/settings/similarity/BM25/type"),
    (r#"{"similarity":{"default":{"type":"BM25","k1":"1.3"}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms":["a => b"]},"m":{"type":"keyword_marker","keywords":["a"]}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms_set":"s"}}}}"#, LONG, "es1 es2 es5 es6 es7 os1 os2 os3", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"("}}}}"#, LONG, ALL, "/settings/analysis/filter/n/pattern"),
    (r#"{"analysis":{"filter":{"n":{"type":"edge_ngram","min_gram":3,"max_gram":2}}}}"#, LONG, ALL, "/settings/analysis/filter/n/min_gram"),
    (r#"{"analysis":{"filter":{"n":{"type":"length","min":"x"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/min"),
    (r#"{"analysis":{"char_filter":{"n":{"type":"mapping","mappings":["ab"]}}}}"#, LONG, ALL, "/settings/analysis/char_filter/n/mappings"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","token_chars":["letter","x"]}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/token_chars"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"path_hierarchy","delimiter":"--"}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/delimiter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["truncate"]}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["t"]}},"filter":{"t":{"type":"truncate","length":9}}}}"#, LONG, "es5 es6 es7 es8 es9 os1 os2", "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"filter":["trim"]}}}}"#, LONG, "es5", "/settings/analysis/normalizer/n/filter"),
    (r#"{"analysis":{"normalizer":{"n":{"char_filter":["html_strip"]}}}}"#, LONG, ES5_ON, "/settings/analysis/normalizer/n/char_filter"),
    (r#"{"analysis":{"filter":{"n":{"type":"stop","ignore_case":"x"}}}}"#, LONG, ES5_ON, "/settings/analysis/filter/n/ignore_case"),
    (r#"{"analysis":{"filter":{"n":{"type":"word_delimiter","catenate_all":"yes"}}}}"#, LONG, ES6_ON, "/settings/analysis/filter/n/catenate_all"),
    (r#"{"analysis":{"filter":{"n":{"type":"word_delimiter","type_table":["$ => digit"]}}}}"#, LONG, ALL, "/settings/analysis/filter/n/type_table"),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer","language":"klingon"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/language"),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer","language":"English"},"m":{"type":"snowball","language":"german"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer","name":"lovins"}}}}"#, LONG, "os3", "/settings/analysis/filter/n/name"),
    (r#"{"analysis":{"analyzer":{"n":{"type":"snowball","language":"german"}}}}"#, LONG, ALL, "/settings/analysis/analyzer/n/language"),
    (r#"{"analysis":{"filter":{"n":{"type":"lowercase","language":"Greek"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"stemmer_override","rules":["a => b => c"]}}}}"#, LONG, ALL, "/settings/analysis/filter/n/rules"),
    (r#"{"analysis":{"filter":{"n":{"type":"keyword_marker","keywords":[]}}}}"#, LONG, "es1 es2 es5", "/settings/analysis/filter/n/type"),
    (r#"{"analysis":{"filter":{"n":{"type":"stop","enable_position_increments":true}}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/filter/n/enable_position_increments"),
    (r#"{"analysis":{"filter":{"n":{"type":"keep","keep_words":["a"],"keep_words_path":"a.txt"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/keep_words_path"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"standard","max_token_length":1048577}}}}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/analysis/tokenizer/n/max_token_length"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"ngram","token_chars":["custom"]}}}}"#, LONG, "es1 es2 es5 es6", "/settings/analysis/tokenizer/n/token_chars"),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"letter","max_token_length":"x"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"char_filter":{"n":{"type":"pattern_replace","pattern":"a","flags":"X"}}}}"#, LONG, ES5_ON, "/settings/analysis/char_filter/n/flags"),
    (r#"{"analysis":{"filter":{"n":{"type":"pattern_replace","pattern":"(?:a)[(]","replacement":"$1"}}}}"#, LONG, ALL, "/settings/analysis/filter/n/replacement"),
    (r#"{"analysis":{"char_filter":{"n":{"type":"pattern_replace","pattern":"(?<x>a)","replacement":"\\$5$12"}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"tokenizer":{"n":{"type":"pattern","group":1}}}}"#, LONG, ALL, "/settings/analysis/tokenizer/n/group"),
    (r#"{"analysis":{"char_filter":{"n":{"type":"mapping","mappings":["a=>b","a => c"]}}}}"#, LONG, ALL, "/settings/analysis/char_filter/n/mappings"),
    (r#"{"analysis":{"filter":{"n":{"type":"synonym","synonyms":["a, , b"]}}}}"#, LONG, ALL, "/settings/analysis/filter/n/synonyms"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["a,b"]}},"analyzer":{"n":{"tokenizer":"standard","filter":["lowercase","shingle","s"]}}}}"#, LONG, ES7_ON, "/settings/analysis/analyzer/n/filter"),
    (r#"{"analysis":{"filter":{"s":{"type":"synonym","synonyms":["a,b"]}},"analyzer":{"n":{"tokenizer":"standard","filter":["stop","s","shingle"]}}}}"#, LONG, "", ""),
    (r#"{"analysis":{"filter":{"n":{"type":"ngram","preserve_original":"x"}}}}"#, LONG, ES7_ON, "/settings/analysis/filter/n/preserve_original"),
    (r##"{"analysis":{"char_filter":{"n":{"type":"mapping","mappings":["# a","a=>b"]}}}}"##, LONG, "es1 es2 es5 es6 es7 es8 es9", "/settings/analysis/char_filter/n/mappings"),
    (r#"{"analysis":{"analyzer":{"n":{"type":"classic"}}}}"#, LONG, ALL, "/settings/analysis/analyzer/n/type"),
    (r#"{"analysis":{"analyzer":{"n":{"tokenizer":"pathHierarchy","filter":["cjkWidth"]}}}}"#, LONG, ES5_ON, "/settings/analysis/analyzer/n/tokenizer"),
    (r#"{"max_slices_per_scroll":0}"#, LONG, ES5_ON, "/settings/max_slices_per_scroll"),
    (r#"{"translog.flush_threshold_size":"512"}"#, LONG, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/settings/translog.flush_threshold_size"),
    (r#"{"translog.flush_threshold_size":"512mb","translog.durability":"Async","write.wait_for_active_shards":"all","indexing.slowlog.source":true}"#, LONG, "", ""),
    (r#"{"merge.policy.expunge_deletes_allowed":200}"#, LONG, ALL, "/settings/merge.policy.expunge_deletes_allowed"),
    (r#"{"search.slowlog.threshold.query.warn":"x"}"#, LONG, ALL, "/settings/search.slowlog.threshold.query.warn"),
    (r#"{"search.slowlog.threshold.query.warn":"10s","indexing.slowlog.threshold.index.info":-1}"#, LONG, "", ""),
    (r#"{"routing.allocation.enable":"x"}"#, LONG, ALL, "/settings/routing.allocation.enable"),
    (r#"{"query.default_field":["f",null]}"#, LONG, ES5_ON, "/settings/query.default_field"),
    (r#"{"number_of_replicas":null}"#, LONG, "es7 es8 es9", "/settings/number_of_replicas"),
    (r#"{"optimize_auto_generated_id":true}"#, LONG, ES7_ON, "/settings/optimize_auto_generated_id"),
    (r#"{"search.slowlog.level":"info"}"#, LONG, "es8 es9", "/settings/search.slowlog.level"),
    (r#"{"similarity.x":"a"}"#, LONG, ES5_ON, "/settings/similarity.x"),
    (r#"{"recovery.type":"x"}"#, LONG, ES5_ON, "/settings/recovery.type"),
    (r#"{"codec":[]}"#, LONG, ES6_ON, "/settings/codec"),
    (r#"{"zzz":[]}"#, LONG, ES6_ON, "/settings/zzz"),
    (r#"{"compound_format":"True"}"#, LONG, "", ""),
    (r#"{"refreshInterval":"x"}"#, LONG, ALL, "/settings/refreshInterval"),
    (r#"{"refreshInterval":"5s"}"#, LONG, ES5_ON, "/settings/refreshInterval"),
    (r#"{"compound_format":"yes"}"#, LONG, ALL, "/settings/compound_format"),
    (r#"{"store.stats_refresh_interval":"-1s"}"#, LONG, "", "/settings/store.stats_refresh_interval"),
    (r#"{"unassigned.node_left.delayed_timeout":-1}"#, LONG, "es7 es8 es9 os1 os2 os3", "/settings/unassigned.node_left.delayed_timeout"),
    (r#"{"number_of_replicas":2147483648}"#, LONG, ALL, "/settings/number_of_replicas"),
    (r#"{"indexing.slowlog.source":2147483648}"#, LONG, ES6_ON, "/settings/indexing.slowlog.source"),
    (r#"{"default_pipeline":""}"#, LONG, ES5_ON, "/settings/default_pipeline"),
    (r#"{"store.throttle.type":"x"}"#, LONG, ALL, "/settings/store.throttle.type"),
    (r#"{"store.throttle.type":"NONE"}"#, LONG, ES6_ON, "/settings/store.throttle.type"),
    (r#"{"routing.allocation.include._tier_preference":"data_hot,x"}"#, LONG, "es1 es2 es5 es6 es7 es8 es9", "/settings/routing.allocation.include._tier_preference"),
    (r#"{"routing.allocation.include._tier_preference":"data_hot,data_cold"}"#, LONG, "es1 es2 es5 es6", "/settings/routing.allocation.include._tier_preference"),
    (r#"{"routing.allocation.exclude._tier_preference":"x","routing.allocation.include._tier_preference":""}"#, LONG, "", ""),
    (r#"{"mode":"time_series"}"#, LONG, "es5 es6 es7 es8 es9 os1 os2 os3", "/settings/mode"),
    (r#"{}"#, r#"{"f":{"type":"text","analyzer":"english"}}"#, "", ""),
];

#[test]
fn settings_and_names_that_an_engine_refuses_are_one_fault() {
    for (settings, properties, refused, pointer) in SETTINGS_REFUSED {
        for target in Target::ALL {
            let name = target.name();
            let found = settings_faults(settings, properties, &name);
            let lacking = ["has no parameter", "has no mapping type"];
            if found.iter().any(|fault| lacking.iter().any(|words| fault.contains(words))) {
                continue;
            }
            let wanted = usize::from(refused.split(' ').any(|r| r == name));
            assert_eq!(found.len(), wanted, "{name} {settings} {properties} {found:?}");
            let start = format!("{pointer}: ");
            assert!(found.iter().all(|fault| fault.starts_with(&start)), "{name} {found:?}");
        }
    }
}

#[test]
fn time_series_make_ids_of_their_own() {
    let series = r#"{"mode":"time_series","routing_path":["f"]}"#;
    let dimension = r#"{"f":{"type":"keyword","time_series_dimension":true}}"#;
    for target in ["es8", "es9"] {
        let found = settings_faults(series, dimension, target);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("/settings/mode: "), "{found:?}");
        assert!(found[0].contains("makes the ids of its documents itself"), "{found:?}");
    }
}

#[test]
fn logs_have_a_time() {
    let faults = |properties: &str| settings_faults(r#"{"mode":"logsdb"}"#, properties, "es9");
    assert_eq!(faults(r#"{"@timestamp":{"type":"date_nanos"}}"#), [""; 0]);
    for (time, pointer) in [
        (r#"{"type":"keyword"}"#, "type"),
        (r#"{"type":"date","null_value":"2024-01-01"}"#, "null_value"),
        (r#"{"type":"date","doc_values":false}"#, "doc_values"),
        (r#"{"type":"date","index":false}"#, "index"),
    ] {
        let found = faults(&format!(r#"{{"@timestamp":{time}}}"#));
        assert_eq!(found.len(), 1, "{time}: {found:?}");
        assert!(found[0].contains(&format!("/properties/@timestamp/{pointer}: ")), "{found:?}");
    }
}

/// Root mappings, the targets that refuse them, and the pointer of the fault.
#[rustfmt::skip]
const ROOTS_REFUSED: &[(&str, &str, &str)] = &[
    (r#"{"runtime":{"r":{"type":"long"},"d":{"type":"date","format":"yyyy"}}}"#, "", ""),
    (r#"{"runtime":{"r":{"type":"integer"}}}"#, "es7 es8 es9", "/runtime/r/type"),
    (r#"{"runtime":{"r":{}}}"#, "es7 es8 es9", "/runtime/r"),
    (r#"{"runtime":{"r":{"type":"ip","zz":1}}}"#, "es7 es8 es9", "/runtime/r/zz"),
    (r#"{"runtime":{"r":{"type":"composite","fields":{}}}}"#, "es7 es8 es9", "/runtime/r"),
    (r#"{"runtime":{"r":{"type":"lookup","target_index":"x","input_field":"a","target_field":"b","fetch_fields":["c"]}}}"#, "es7", "/runtime/r/type"),
    (r#"{"runtime":{"r":{"type":"long","on_script_error":"continue"}}}"#, "es7 es8 es9", "/runtime/r/on_script_error"),
    (r#"{"runtime":{"r":{"type":"long","on_script_error":"fail"}}}"#, "es7", "/runtime/r/on_script_error"),
    (r#"{"runtime":{"r":{"type":"long","on_script_error":"x","script":"emit(1)"}}}"#, "es7 es8 es9", "/runtime/r/on_script_error"),
    (r#"{"runtime":{"r":{"type":"long","meta":{"a":1}}}}"#, "es8 es9", "/runtime/r/meta"),
    (r#"{"runtime":[]}"#, "es7 es8 es9", "/runtime"),
    (r#"{"subobjects":"auto"}"#, "es8 es9", "/subobjects"),
    (r#"{"_source":{"excludes":"f"}}"#, ALL, "/_source/excludes"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"type":"text","analyzer":"zz"}}}]}"#, ALL, "/dynamic_templates/0/a/mapping/analyzer"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"type":"text","analyzer":"{name}"}}}]}"#, "", ""),
    (r#"{"dynamic_templates":[{"a":{"match":"x","runtime":{}}}]}"#, "es1 es2 es5 es6 os1 os2 os3", "/dynamic_templates/0/a"),
    (r#"{"dynamic_templates":[{"a":{"match_mapping_type":"object","runtime":{}}}]}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/dynamic_templates/0/a"),
    (r#"{"dynamic_templates":[{"a":{"match_mapping_type":"binary","runtime":{}}}]}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/dynamic_templates/0/a"),
    (r#"{"dynamic_templates":[{"a":{"match_mapping_type":"string","runtime":{}}}]}"#, "es1 es2 es5 es6 os1 os2 os3", "/dynamic_templates/0/a"),
];

#[test]
fn a_root_that_an_engine_refuses_is_one_fault() {
    for (root, refused, pointer) in ROOTS_REFUSED {
        for target in Target::ALL {
            let mut body: Value = serde_json::from_str(root).unwrap();
            body["properties"] = json!({"f": {"type": "long"}});
            let mut faults = Vec::new();
            let mapping = Mapping::translate(&body, "", &target, &mut faults);
            check_settings(None, &mapping, "/settings", &target, &mut faults);
            if faults.iter().any(|fault| fault.message.contains(" has no `")) {
                continue;
            }
            let wanted = usize::from(refused.split(' ').any(|r| r == target.name()));
            assert_eq!(faults.len(), wanted, "{target} {root} {faults:?}");
            assert!(faults.iter().all(|f| f.pointer.starts_with(pointer)), "{target} {faults:?}");
        }
    }
}

#[test]
fn a_source_that_is_made_anew_is_told_and_leaves_nothing_out() {
    let synthetic = r#"{"index.mapping.source.mode":"synthetic"}"#;
    for (settings, source, name, told, refused) in [
        (synthetic, "{}", "es9", true, false),
        (synthetic, r#"{"excludes":["a"]}"#, "es9", true, true),
        (synthetic, r#"{"excludes":[]}"#, "es8", true, false),
        ("{}", r#"{"mode":"synthetic"}"#, "es8", true, false),
        ("{}", r#"{"mode":"synthetic"}"#, "es9", false, false),
        (r#"{"index.mapping.source.mode":"stored"}"#, r#"{"excludes":["a"]}"#, "es9", false, false),
    ] {
        let target = Target::parse(name).unwrap();
        let mut faults = Vec::new();
        let [settings, source]: [Value; 2] =
            [settings, source].map(|text| serde_json::from_str(text).unwrap());
        let body = json!({"_source": source, "properties": {"f": {"type": "long"}}});
        let mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
        let notices = check_settings(Some(&settings), &mapping, "/settings", &target, &mut faults);
        let case = format!("{settings} {source} {name}: {notices:?} {faults:?}");
        assert_eq!(notices.iter().any(|n| n.contains("`_source` is synthetic")), told, "{case}");
        assert_eq!(faults.len(), usize::from(refused), "{case}");
    }
}

/// Root mappings of 8.x and 9.x, as 8.19 and 9.2 answered: which of them refuses, and the pointer of the fault.
#[rustfmt::skip]
const NEW_ROOTS_REFUSED: &[(&str, &str, &str)] = &[
    (r#"{"runtime":{"r":{"type":"lookup","target_index":"x","input_field":"a","target_field":"b","fetch_fields":[]}}}"#, "es8 es9", "/runtime/r"),
    (r#"{"_source":{"mode":"synthetic","excludes":["a"]}}"#, "es8", "/_source/mode"),
    (r#"{"properties":{"a":{"type":"passthrough","priority":1},"b":{"type":"passthrough","priority":"2"}}}"#, "", ""),
    (r#"{"properties":{"a":{"type":"passthrough"}}}"#, "es8 es9", "/properties/a"),
    (r#"{"properties":{"a":{"type":"passthrough","priority":-1}}}"#, "es8 es9", "/properties/a/priority"),
    (r#"{"properties":{"a":{"type":"passthrough","priority":1},"b":{"type":"passthrough","priority":1}}}"#, "es8 es9", "/properties/b/priority"),
    (r#"{"properties":{"a":{"type":"passthrough","priority":1,"subobjects":false}}}"#, "es8 es9", "/properties/a/subobjects"),
];

#[test]
fn what_only_new_lines_know_is_refused_as_they_refuse_it() {
    for (root, refused, pointer) in NEW_ROOTS_REFUSED {
        for name in ["es8", "es9"] {
            let target = Target::parse(name).unwrap();
            let mut faults = Vec::new();
            let mut body: Value = serde_json::from_str(root).unwrap();
            body["properties"]["f"] = json!({"type": "long"});
            Mapping::translate(&body, "", &target, &mut faults);
            let found: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            let wanted = if refused.contains(name) { vec![*pointer] } else { Vec::new() };
            assert_eq!(found, wanted, "{name} {root} {faults:?}");
        }
    }
}

#[test]
fn a_name_that_is_not_there_tells_the_nearest_and_where_to_define_it() {
    let found = settings_faults("{}", r#"{"f":{"type":"text","analyzer":"standrad"}}"#, "es9");
    assert_eq!(
        found,
        [
            "/properties/f/analyzer: es9 has no analyzer `standrad`; the nearest is `standard`; define it under \
          `analysis.analyzer` in `settings`, with the `type` of its plugin where it comes from one"
        ]
    );
    let analysis =
        r#"{"analysis":{"analyzer":{"x":{"tokenizer":"standard","filter":["standard"]}}}}"#;
    let found = settings_faults(analysis, LONG, "es7");
    assert!(found[0].ends_with("remove it, for it never did anything"), "{found:?}");
    let analysis =
        r#"{"analysis":{"filter":{"n":{"type":"multiplexer","filters":["lowercase, zzz"]}}}}"#;
    let found = settings_faults(analysis, LONG, "es6");
    assert!(found[0].starts_with("/settings/analysis/filter/n/filters: "), "{found:?}");
    let found = settings_faults(r#"{"numbr_of_shards":1}"#, LONG, "os3");
    assert_eq!(
        found,
        [
            "/settings/numbr_of_shards: os3 has no setting `index.numbr_of_shards`; the nearest is `index.number_of_shards`; \
          remove it"
        ]
    );
}

/// Members of the root mapping beside its fields, the targets that refuse them, and the pointer of the fault.
#[rustfmt::skip]
const ROOT_REFUSED: &[(&str, &str, &str)] = &[
    (r#"{"_source":{"enabled":"no"},"_routing":{"required":1},"date_detection":"yes","_meta":{"a":1}}"#, "", ""),
    (r#"{"_source":null,"_meta":null,"date_detection":null,"_routing":{"required":null}}"#, "", ""),
    (r#"{"_source":{"enabled":"x"}}"#, ES6_ON, "/_source/enabled"),
    (r#"{"_source":{"include":["a"]}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/_source/include"),
    (r#"{"_source":{"includes":"a"}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3", "/_source/includes"),
    (r#"{"_source":{"mode":"zzz"}}"#, "es8 es9", "/_source/mode"),
    (r#"{"_source":[]}"#, ALL, "/_source"),
    (r#"{"_routing":{"zzz":1}}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/_routing/zzz"),
    (r#"{"_meta":[]}"#, ALL, "/_meta"),
    (r#"{"numeric_detection":"x"}"#, ES5_ON, "/numeric_detection"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"type":"long"}}}]}"#, "", ""),
    (r#"{"_timestamp":{"enabled":true,"ignore_missing":false}}"#, "es1 es2", "/_timestamp/ignore_missing"),
    (r#"{"_timestamp":{"enabled":false,"ignore_missing":false}}"#, "", ""),
    (r#"{"_timestamp":{"enabled":true,"ignore_missing":false,"default":"now"}}"#, "es1 es2", "/_timestamp/ignore_missing"),
    (r#"{"_timestamp":{"enabled":true,"ignore_missing":true}}"#, "", ""),
    (r#"{"dynamic_templates":[{}]}"#, ALL, "/dynamic_templates/0"),
    (r#"{"dynamic_templates":[{"a":{"match":"x"}}]}"#, ALL, "/dynamic_templates/0/a"),
    (r#"{"dynamic_templates":[{"a":{"mapping":{"type":"long"}}}]}"#, "es1 es2 es5 es6 os1 os2 os3", "/dynamic_templates/0/a"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","zzz":1,"mapping":{"type":"long"}}}]}"#, ES5_ON, "/dynamic_templates/0/a/zzz"),
    (r#"{"dynamic_templates":[{"a":{"match_mapping_type":"integer","mapping":{"type":"long"}}}]}"#, ES6_ON, "/dynamic_templates/0/a/match_mapping_type"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","match_pattern":"zzz","mapping":{"type":"long"}}}]}"#, ALL, "/dynamic_templates/0/a/match_pattern"),
    (r#"{"dynamic_templates":[{"a":{"match":"*a","match_pattern":"regex","mapping":{"type":"long"}}}]}"#, ES6_ON, "/dynamic_templates/0/a/match"),
    (r#"{"dynamic_templates":[{"a":{"match":"a","path_unmatch":"a(b","match_pattern":"regex","mapping":{"type":"long"}}}]}"#, ES6_ON, "/dynamic_templates/0/a/path_unmatch"),
    (r#"{"dynamic_templates":[{"a":{"match":["a","*b"],"match_pattern":"regex","mapping":{"type":"long"}}}]}"#, ES6_ON, "/dynamic_templates/0/a/match"),
    (r#"{"dynamic_templates":[{"x":{"match":["a*","b*"],"mapping":{"type":"long"}}},{"a":{"match":"a","match_pattern":"zzz","mapping":{"type":"long"}}}]}"#, ALL, "/dynamic_templates/1/a/match_pattern"),
    (r#"{"dynamic_templates":[{"a":{"match":["a",5],"mapping":{"type":"long"}}}]}"#, ALL, "/dynamic_templates/0/a/match"),
    (r#"{"dynamic_templates":[{"a":{"unmatch_mapping_type":"text","mapping":{"type":"long"}}}]}"#, BEFORE_LISTS, "/dynamic_templates/0/a/unmatch_mapping_type"),
    (r#"{"dynamic_templates":[{"a":{"unmatch_mapping_type":"string","unmatch":["a*","b"],"mapping":{"type":"long"}}}]}"#, "", ""),
    (r#"{"dynamic_templates":[{"a":{"match":"^a.*+","match_pattern":"regex","mapping":{"type":"long"}}}]}"#, "", ""),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"type":"date","locale":"de_DE_x_y"}}}]}"#, ALL, "/dynamic_templates/0/a/mapping/locale"),
];

#[test]
fn what_the_root_says_is_checked_member_by_member() {
    for (root, refused, pointer) in ROOT_REFUSED {
        for target in Target::ALL {
            let mut body: Value = serde_json::from_str(root).unwrap();
            body["properties"] = json!({"f": {"type": "long"}});
            let mut found = Vec::new();
            Mapping::translate(&body, "", &target, &mut found);
            let name = target.name();
            let wanted = usize::from(refused.split(' ').any(|r| r == name));
            assert_eq!(found.len(), wanted, "{name} {root} {found:?}");
            assert!(found.iter().all(|fault| fault.pointer == *pointer), "{name} {found:?}");
        }
    }
}

#[test]
fn the_time_of_1_is_read_by_the_format_of_the_timestamp() {
    let target = Target::parse("es1").unwrap();
    for (timestamp, field, fits) in [
        (json!({"enabled": true, "path": "d"}), json!({"type": "date"}), true),
        (
            json!({"enabled": true, "path": "d"}),
            json!({"type": "date", "format": "date_optional_time"}),
            true,
        ),
        (
            json!({"enabled": true, "path": "d"}),
            json!({"type": "date", "format": "yyyy/MM/dd"}),
            false,
        ),
        (
            json!({"enabled": true, "path": "d", "format": "yyyy/MM/dd"}),
            json!({"type": "date", "format": "yyyy/MM/dd"}),
            true,
        ),
        (
            json!({"enabled": false, "path": "d"}),
            json!({"type": "date", "format": "yyyy/MM/dd"}),
            true,
        ),
    ] {
        let body = json!({"_timestamp": timestamp, "properties": {"d": field}});
        let mut found = Vec::new();
        Mapping::translate(&body, "", &target, &mut found);
        let pointers: Vec<&str> = found.iter().map(|fault| fault.pointer.as_str()).collect();
        let wanted: &[&str] = if fits { &[] } else { &["/_timestamp/path"] };
        assert_eq!(pointers, wanted, "{body}");
    }
}

#[test]
fn vectors_are_indexed_in_the_ways_that_there_are() {
    for (options, dims, element, target, fits) in [
        (json!({"type": "int4_hnsw", "m": "16"}), 64, "float", "es9", true),
        (json!({"type": "int4_hnsw"}), 65, "float", "es9", false),
        (json!({"type": "int4_hnsw"}), 64, "float", "es8.14", false),
        (json!({"type": "int8_hnsw"}), 64, "byte", "es8", false),
        (json!({"type": "hnsw"}), 64, "bit", "es8", true),
        (json!({"type": "bbq_flat"}), 63, "float", "es9", false),
        (json!({"type": "bbq_disk"}), 63, "float", "es8", false),
        (json!({"type": "bbq_disk"}), 63, "float", "es9", true),
        (json!({"type": "flat", "m": 16}), 64, "float", "es9", false),
        (json!({"type": "hnsw", "m": 513}), 64, "float", "es9", false),
        (
            json!({"type": "bbq_hnsw", "rescore_vector": {"oversample": 11}}),
            64,
            "float",
            "es9",
            false,
        ),
        (
            json!({"type": "bbq_hnsw", "rescore_vector": {"oversample": 3}}),
            64,
            "float",
            "es9",
            true,
        ),
        (json!({"m": 16}), 64, "float", "es9", false),
        (json!("hnsw"), 64, "float", "es9", false),
    ] {
        let field = json!({"f": {"type": "dense_vector", "dims": dims, "element_type": element, "index_options": options}});
        let found = faults(&field.to_string(), target);
        assert_eq!(found.is_empty(), fits, "{target} {field} {found:?}");
    }
    for (element, similarity, fits) in [
        ("float", "cosine", true),
        ("byte", "max_inner_product", true),
        ("bit", "l2_norm", true),
        ("bit", "cosine", false),
        ("float", "l2", false),
    ] {
        let field = json!({"f": {"type": "dense_vector", "dims": 64, "element_type": element, "similarity": similarity}});
        assert_eq!(faults(&field.to_string(), "es9").is_empty(), fits, "{field}");
    }
}
