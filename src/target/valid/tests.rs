//! Mappings that an engine refuses, and those that are near them and taken, as each was measured.

use serde_json::{Value, json};

use super::*;

mod roots;
mod settings;

fn faults(properties: &str, target: &str) -> Vec<String> {
    let properties: Value = serde_json::from_str(properties).unwrap();
    let mut faults = Vec::new();
    let target = Target::parse(target).unwrap();
    Mapping::translate(&json!({ "properties": properties }), "", &target, &mut faults);
    faults.into_iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect()
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
    (r#"{"f":{"type":"flattened","time_series_dimensions":true}}"#, "es8 es9", "/f/time_series_dimensions"),
    (r#"{"f":{"type":"flattened","time_series_dimensions":["a"]}}"#, "", ""),
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
    (r#"{"o":{"dynamic":"strict","subobjects":false,"properties":{"a":{"dynamic":"strict","properties":{"b":{"type":"long"}}}}}}"#, "es8 es9", "/o/properties/a"),
    (r#"{"o":{"dynamic":"strict","subobjects":false,"properties":{"a":{"properties":{"b":{"type":"long"}}}}}}"#, "es8 es9", "/o/properties/a"),
    (r#"{"o":{"dynamic":"strict","subobjects":false,"properties":{"a.b":{"type":"long"}}}}"#, "", ""),
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

const ALL: &str = "es1 es2 es5 es6 es7 es8 es9 os1 os2 os3";
const ES5_ON: &str = "es5 es6 es7 es8 es9 os1 os2 os3";
/// Lines without lists in dynamic templates.
const ES6_ON: &str = "es6 es7 es8 es9 os1 os2 os3";
const ES7_ON: &str = "es7 es8 es9 os1 os2 os3";
const TEXT: &str = r#"{"f":{"type":"text","analyzer":"x"}}"#;
const LONG: &str = r#"{"f":{"type":"long"}}"#;

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
