//! Translations between dialects, both ways. They know tables and JSON, no engine that runs.

use serde_json::json;

use super::*;

/// The mapping of the reference system, written for 1.x.
fn campus() -> Value {
    json!({
        "properties": {
            "university": { "type": "object", "properties": { "name": { "type": "string", "index": "not_analyzed" } } },
            "first_name": { "type": "string", "index": "not_analyzed" },
            "last_name": { "type": "string", "index": "not_analyzed" },
            "age": { "type": "short" },
            "year_in_school": { "type": "string" },
            "name_complete": { "type": "completion", "analyzer": "simple", "payloads": true, "preserve_separators": true,
                               "preserve_position_increments": true, "max_input_length": 50 },
            "course_names": { "type": "string", "store": "yes", "index": "not_analyzed" }
        }
    })
}

fn translated(body: &Value, target: &str) -> (Mapping, Vec<Fault>) {
    let mut faults = Vec::new();
    let target = Target::parse(target).unwrap();
    let mapping = Mapping::translate(body, "/m", &target, &mut faults);
    (mapping, faults)
}

fn clean(body: &Value, target: &str) -> Mapping {
    let (mapping, faults) = translated(body, target);
    assert_eq!(faults, [], "{target} {body}");
    mapping
}

#[test]
fn the_campus_mapping_stands_verbatim_for_1_and_2() {
    for target in ["es1", "es2"] {
        let mapping = clean(&campus(), target);
        assert_eq!(serde_json::to_string(&mapping.body).unwrap(), campus().to_string(), "{target}");
        assert_eq!(mapping.notices, [""; 0], "{target}");
    }
}

#[test]
fn the_campus_mapping_comes_out_modern_for_every_later_target() {
    let wanted = json!({
        "properties": {
            "university": { "type": "object", "properties": { "name": { "type": "keyword" } } },
            "first_name": { "type": "keyword" },
            "last_name": { "type": "keyword" },
            "age": { "type": "short" },
            "year_in_school": { "type": "text" },
            "name_complete": { "type": "completion", "analyzer": "simple", "preserve_separators": true,
                               "preserve_position_increments": true, "max_input_length": 50 },
            "course_names": { "type": "keyword", "store": true }
        }
    });
    for target in ["es5", "es6", "es7", "es8", "es9", "os1", "os2", "os3", "serverless"] {
        let mapping = clean(&campus(), target);
        assert_eq!(serde_json::to_string(&mapping.body).unwrap(), wanted.to_string(), "{target}");
        assert_eq!(mapping.notices.len(), 4, "{target} {:?}", mapping.notices);
        let completion = &mapping.properties[5];
        assert_eq!(completion.dropped_keys, ["output", "payload"]);
        assert_eq!(
            mapping.properties[0].properties[0].pointer,
            "/m/properties/university/properties/name"
        );
        assert_eq!(mapping.properties[6].params, *json!({"store": true}).as_object().unwrap());
    }
}

/// One field `f` with this mapping, translated; its mapping in the body.
fn field(mapping: Value, target: &str) -> String {
    let mapping = clean(&json!({"properties": {"f": mapping}}), target);
    serde_json::to_string(&mapping.body["properties"]["f"]).unwrap()
}

fn field_faults(mapping: Value, target: &str) -> Vec<String> {
    let (_, faults) = translated(&json!({"properties": {"f": mapping}}), target);
    faults.into_iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect()
}

/// Target, a field of any line, and the same field for the target.
#[rustfmt::skip]
const SAID: &[(&str, &str, &str)] = &[
    ("es9", r#"{"type":"string","index":"no"}"#, r#"{"type":"keyword","index":false,"doc_values":false}"#),
    ("es5", r#"{"type":"string","store":"no"}"#, r#"{"type":"text","store":false}"#),
    ("es5", r#"{"type":"long","store":"no"}"#, r#"{"type":"long","store":false}"#),
    ("es2", r#"{"type":"long","store":"no"}"#, r#"{"type":"long","store":"no"}"#),
    ("es9", r#"{"type":"string","index":"analyzed","analyzer":"simple"}"#, r#"{"type":"text","analyzer":"simple"}"#),
    ("es9", r#"{"type":"string","index":"not_analyzed","analyzer":"simple"}"#, r#"{"type":"keyword"}"#),
    ("es9", r#"{"type":"string","norms":{"enabled":false}}"#, r#"{"type":"text","norms":false}"#),
    ("es9", r#"{"type":"string","norms":{"loading":"eager"}}"#, r#"{"type":"text"}"#),
    ("es9", r#"{"type":"string","omit_norms":true}"#, r#"{"type":"text","norms":false}"#),
    ("es1", r#"{"type":"text","norms":false}"#, r#"{"type":"string","norms":{"enabled":false}}"#),
    ("es2", r#"{"type":"text"}"#, r#"{"type":"string"}"#),
    ("es2", r#"{"type":"text","index":false}"#, r#"{"type":"string","index":"no"}"#),
    ("es1", r#"{"type":"keyword","ignore_above":9}"#, r#"{"type":"string","index":"not_analyzed","ignore_above":9}"#),
    ("es1", r#"{"type":"keyword","index":false}"#, r#"{"type":"string","index":"no","doc_values":true}"#),
    ("es2", r#"{"type":"keyword","index":false,"doc_values":false}"#, r#"{"type":"string","index":"no","doc_values":false}"#),
    ("es1", r#"{"type":"text","fields":{"raw":{"type":"keyword"}}}"#, r#"{"type":"string","fields":{"raw":{"type":"string","index":"not_analyzed"}}}"#),
    ("es8", r#"{"type":"string","index_analyzer":"a","search_analyzer":"b"}"#, r#"{"type":"text","analyzer":"a","search_analyzer":"b"}"#),
    ("es2", r#"{"type":"string","index_analyzer":"a"}"#, r#"{"type":"string","analyzer":"a","search_analyzer":"default"}"#),
    ("es6", r#"{"type":"text","search_analyzer":"b"}"#, r#"{"type":"text","search_analyzer":"b","analyzer":"default"}"#),
    ("es7", r#"{"type":"text","search_analyzer":"b"}"#, r#"{"type":"text","search_analyzer":"b"}"#),
    ("es1", r#"{"type":"text","analyzer":"a","search_analyzer":"b"}"#, r#"{"type":"string","index_analyzer":"a","search_analyzer":"b"}"#),
    ("es2", r#"{"type":"string","position_offset_gap":5}"#, r#"{"type":"string","position_increment_gap":5}"#),
    ("es1", r#"{"type":"text","position_increment_gap":5}"#, r#"{"type":"string","position_offset_gap":5}"#),
    ("es6", r#"{"type":"string","similarity":"default"}"#, r#"{"type":"text","similarity":"classic"}"#),
    ("es7", r#"{"type":"string","similarity":"default"}"#, r#"{"type":"text"}"#),
    ("es2", r#"{"type":"text","similarity":"classic"}"#, r#"{"type":"string","similarity":"default"}"#),
    ("os2", r#"{"type":"text","similarity":"BM25"}"#, r#"{"type":"text","similarity":"BM25"}"#),
    ("es9", r#"{"type":"string","fielddata":{"format":"disabled"}}"#, r#"{"type":"text","fielddata":false}"#),
    ("es5", r#"{"type":"string","fielddata":{"loading":"eager_global_ordinals"}}"#, r#"{"type":"text","fielddata":true,"eager_global_ordinals":true}"#),
    ("es9", r#"{"type":"long","fielddata":{"format":"doc_values"}}"#, r#"{"type":"long"}"#),
    ("es2", r#"{"type":"keyword","eager_global_ordinals":true}"#, r#"{"type":"string","index":"not_analyzed","fielddata":{"loading":"eager_global_ordinals"}}"#),
    ("es6", r#"{"type":"string","include_in_all":false,"boost":2.0}"#, r#"{"type":"text","boost":2.0}"#),
    ("es8", r#"{"type":"string","include_in_all":false,"boost":2.0}"#, r#"{"type":"text"}"#),
    ("es5", r#"{"type":"integer","precision_step":4,"index":"no"}"#, r#"{"type":"integer","index":false}"#),
    ("es1", r#"{"type":"integer","index":false}"#, r#"{"type":"integer","index":"no","doc_values":true}"#),
    ("es2", r#"{"type":"date","index":"false","doc_values":"true","store":true}"#, r#"{"type":"date","index":"no","doc_values":true,"store":true}"#),
    ("es2", r#"{"type":"ip","index":false,"doc_values":false}"#, r#"{"type":"ip","index":"no","doc_values":false}"#),
    ("es2", r#"{"type":"long","index":"no"}"#, r#"{"type":"long","index":"no"}"#),
    ("es1", r#"{"type":"boolean","index":false}"#, r#"{"type":"boolean"}"#),
    ("es2", r#"{"type":"boolean","index":false,"doc_values":false}"#, r#"{"type":"boolean","index":"no","doc_values":false}"#),
    ("es2", r#"{"type":"boolean","index":"no","doc_values":true}"#, r#"{"type":"boolean","doc_values":true}"#),
    ("es2", r#"{"type":"boolean","index":"no"}"#, r#"{"type":"boolean","index":"no"}"#),
    ("es1", r#"{"type":"geo_point","index":false}"#, r#"{"type":"geo_point","index":"no","doc_values":true}"#),
    ("es1", r#"{"type":"geo_point","index":"no","store":true}"#, r#"{"type":"geo_point","index":"no","store":true}"#),
    ("es2", r#"{"type":"geo_point","index":false}"#, r#"{"type":"geo_point"}"#),
    ("es2", r#"{"type":"geo_point","index":"no"}"#, r#"{"type":"geo_point","index":"no"}"#),
    ("es2", r#"{"type":"integer","index":true}"#, r#"{"type":"integer","index":"not_analyzed"}"#),
    ("es6", r#"{"type":"boolean","index":"not_analyzed","store":"yes"}"#, r#"{"type":"boolean","index":true,"store":true}"#),
    ("es5", r#"{"type":"date","numeric_resolution":"seconds"}"#, r#"{"type":"date","format":"epoch_second||date_optional_time"}"#),
    ("es9", r#"{"type":"date","format":"YYYY-MM-dd"}"#, r#"{"type":"date","format":"yyyy-MM-dd"}"#),
    ("os1", r#"{"type":"date","format":"YYYY-MM-dd"}"#, r#"{"type":"date","format":"yyyy-MM-dd"}"#),
    ("es6", r#"{"type":"date","format":"YYYY-MM-dd"}"#, r#"{"type":"date","format":"YYYY-MM-dd"}"#),
    ("es8", r#"{"type":"date","format":"dateOptionalTime"}"#, r#"{"type":"date","format":"date_optional_time"}"#),
    ("es7", r#"{"type":"date","format":"dateOptionalTime"}"#, r#"{"type":"date","format":"dateOptionalTime"}"#),
    ("es1", r#"{"type":"date","format":"strict_date_optional_time||epoch_millis"}"#, r#"{"type":"date","format":"date_optional_time"}"#),
    ("es1", r#"{"type":"date","format":"epoch_millis"}"#, r#"{"type":"date","numeric_resolution":"milliseconds"}"#),
    ("es1", r#"{"type":"date","format":"uuuu-MM-dd"}"#, r#"{"type":"date","format":"yyyy-MM-dd"}"#),
    ("es9", r#"{"type":"geo_point","lat_lon":true,"geohash":true,"validate":true}"#, r#"{"type":"geo_point"}"#),
    ("es1", r#"{"type":"geo_point","ignore_malformed":true}"#, r#"{"type":"geo_point"}"#),
    ("es8", r#"{"type":"geo_shape","tree":"quadtree","precision":"1m"}"#, r#"{"type":"geo_shape"}"#),
    ("es9", r#"{"type":"multi_field","fields":{"f":{"type":"string"},"raw":{"type":"string","index":"not_analyzed"}}}"#, r#"{"type":"text","fields":{"raw":{"type":"keyword"}}}"#),
    ("es1", r#"{"type":"multi_field","fields":{"f":{"type":"string"}}}"#, r#"{"type":"string"}"#),
    ("es1", r#"{"type":"multi_field","path":"just_name","fields":{"f":{"type":"string"},"raw":{"type":"string"}}}"#, r#"{"type":"string","fields":{"raw":{"type":"string"}},"path":"just_name"}"#),
    ("es9", r#"{"type":"multi_field","path":"just_name","fields":{"f":{"type":"string"}}}"#, r#"{"type":"text"}"#),
    ("es2", r#"{"type":"string","path":"full","fields":{"raw":{"type":"string"}}}"#, r#"{"type":"string","fields":{"raw":{"type":"string"}}}"#),
    ("es7", r#"{"type":"completion","context":{"c":{"type":"category","path":"g"}}}"#, r#"{"type":"completion","contexts":[{"name":"c","type":"category","path":"g"}]}"#),
    ("es2", r#"{"type":"completion","contexts":[{"name":"c","type":"geo"}]}"#, r#"{"type":"completion","context":{"c":{"type":"geo","precision":6}}}"#),
    ("es2", r#"{"type":"completion","contexts":[{"name":"c","type":"geo","precision":4}]}"#, r#"{"type":"completion","context":{"c":{"type":"geo","precision":4}}}"#),
    ("es1", r#"{"type":"completion","context":{"c":{"type":"geo","precision":4,"default":{"lat":1,"lon":2.5}}}}"#, r#"{"type":"completion","context":{"c":{"type":"geo","precision":4,"default":{"lat":1.0,"lon":2.5}}}}"#),
    ("es6", r#"{"type":"string","analyzer":"default_index"}"#, r#"{"type":"text","analyzer":"default"}"#),
    ("os2", r#"{"type":"flattened","depth_limit":3,"index":true}"#, r#"{"type":"flat_object"}"#),
    ("os2", r#"{"type":"flattened"}"#, r#"{"type":"flat_object"}"#),
    ("es9", r#"{"type":"flat_object"}"#, r#"{"type":"flattened"}"#),
    ("os3", r#"{"type":"point"}"#, r#"{"type":"xy_point"}"#),
    ("es8", r#"{"type":"xy_shape"}"#, r#"{"type":"shape"}"#),
    ("os3", r#"{"type":"dense_vector","dims":3,"index":false}"#, r#"{"type":"knn_vector","dimension":3}"#),
    ("es9", r#"{"type":"knn_vector","dimension":3,"method":{"name":"hnsw","space_type":"cosinesimil","parameters":{"m":8}}}"#, r#"{"type":"dense_vector","dims":3,"index":true,"similarity":"cosine","index_options":{"m":8,"type":"hnsw","ef_construction":100}}"#),
    ("es7", r#"{"type":"knn_vector","dimension":3}"#, r#"{"type":"dense_vector","dims":3}"#),
    ("es8.4", r#"{"type":"dense_vector","dims":3,"similarity":"cosine"}"#, r#"{"type":"dense_vector","dims":3,"similarity":"cosine","index":true}"#),
    ("es9", r#"{"type":"object","dynamic":"yes","include_in_all":false}"#, r#"{"type":"object","dynamic":true}"#),
    ("os2", r#"{"type":"object","dynamic":"runtime"}"#, r#"{"type":"object","dynamic":true}"#),
    ("es2", r#"{"type":"text","index_phrases":true,"meta":{"a":"b"}}"#, r#"{"type":"string"}"#),
];

#[test]
fn a_field_of_one_line_is_said_in_the_words_of_another() {
    for (target, written, wanted) in SAID {
        let found = field(serde_json::from_str(written).unwrap(), target);
        assert_eq!(found, *wanted, "{target} {written}");
    }
}

#[test]
fn what_cannot_be_said_names_the_target_and_the_way_out() {
    for (target, written, parts) in [
        ("es5", json!({"type": "wildcard"}), ["es5", "Elasticsearch 7.9", "`keyword`"]),
        ("es6", json!({"type": "unsigned_long"}), ["es6", "Elasticsearch 7.10", "`long`"]),
        ("es2", json!({"type": "ip_range"}), ["es2", "Elasticsearch 5.5", "`object`"]),
        ("es6", json!({"type": "flattened"}), ["es6", "Elasticsearch 7.3", "`object`"]),
        ("es2", json!({"type": "keyword", "normalizer": "n"}), ["es2", "normalizer", "`text`"]),
        ("es9", json!({"type": "string", "null_value": "x"}), ["es9", "null_value", "`keyword`"]),
        ("es9", json!({"type": "string", "index_name": "x"}), ["es9", "index_name", "`alias`"]),
        ("es9", json!({"type": "text", "zzz": 1}), ["es9", "zzz", "remove it"]),
        ("es9", json!({"type": "text", "analyser": "x"}), ["es9", "`analyzer`", "remove it"]),
        ("es9", json!({"type": "object", "path": "just_name"}), ["es9", "`path`", "full names"]),
        (
            "es2",
            json!({"type": "multi_field", "path": "just_name", "fields": {"f": {"type": "string"}, "raw": {"type": "string"}}}),
            ["es2", "`path`", "full names, such as `field.raw`"],
        ),
        ("es6", json!({"type": "sparse_vector"}), ["es6", "Elasticsearch 7.0", "`object`"]),
        ("os2", json!({"type": "derived"}), ["derived", "any target", "`properties`"]),
        ("es9", json!({}), ["neither", "`type`", "`properties`"]),
        ("es9", json!({"type": 1}), ["/type", "found `1`", "name of a mapping type"]),
        ("es9", json!("text"), ["must be an object", "found", "`\"text\"`"]),
        ("es9", json!({"properties": [1]}), ["/properties", "found a list", "object"]),
        (
            "es9",
            json!({"type": "completion", "max_input_length": 0}),
            ["max_input_length", "above 0", "50"],
        ),
        (
            "es9",
            json!({"type": "completion", "context": {"c": {"type": "category", "default": ["x"]}}}),
            ["es9", "default", "context"],
        ),
        (
            "es9",
            json!({"type": "object", "dynamic": "perhaps"}),
            ["dynamic", "perhaps", "`strict`"],
        ),
    ] {
        let faults = field_faults(written.clone(), target);
        assert_eq!(faults.len(), 1, "{target} {written} {faults:?}");
        for part in parts {
            assert!(faults[0].contains(part), "{part}: {faults:?}");
        }
    }
}

#[test]
fn a_type_that_nobody_knows_is_let_through_with_a_notice() {
    let mapping = clean(&json!({"properties": {"f": {"type": "keywrd", "whatever": 1}}}), "es9");
    assert_eq!(
        serde_json::to_string(&mapping.body).unwrap(),
        r#"{"properties":{"f":{"type":"keywrd","whatever":1}}}"#
    );
    assert!(
        mapping.notices[0].contains("the nearest known one is `keyword`"),
        "{:?}",
        mapping.notices
    );
}

#[test]
fn what_comes_with_a_plugin_is_let_through_with_a_notice() {
    for (target, body, plugin) in [
        ("es1", json!({"properties": {"f": {"type": "murmur3"}}}), None),
        ("es2", json!({"properties": {"f": {"type": "murmur3"}}}), Some("`mapper-murmur3`")),
        (
            "os3",
            json!({"properties": {"f": {"type": "annotated_text"}}}),
            Some("`mapper-annotated-text`"),
        ),
        ("es1", json!({"properties": {"f": {"type": "attachment"}}}), Some("`mapper-attachments`")),
        ("es1", json!({"_size": {"enabled": true}, "properties": {}}), None),
        ("es5", json!({"_size": {"enabled": true}, "properties": {}}), Some("`mapper-size`")),
    ] {
        let notices = clean(&body, target).notices;
        let named = plugin.is_none_or(|plugin| notices[0].contains(plugin));
        assert!(notices.len() == usize::from(plugin.is_some()) && named, "{target} {notices:?}");
    }
}

#[test]
fn every_object_takes_dynamic_from_the_one_around_it() {
    let inner = json!({"properties": {"c": {"properties": {}}}});
    let mut open = inner.clone();
    open["dynamic"] = json!(false);
    let body =
        json!({"dynamic": "strict", "properties": {"a": {"properties": {"b": inner}}, "d": open}});
    for (target, below) in [("es2", "strict"), ("es5", "false"), ("es9", "false"), ("os3", "false")]
    {
        let (mapping, _) = translated(&body, target);
        let [a, d] = mapping.properties.as_slice() else { panic!("two") };
        let (b, c) = (&a.properties[0], &d.properties[0]);
        for (object, wanted) in
            [(a, "strict"), (b, "strict"), (&b.properties[0], "strict"), (c, below)]
        {
            let dynamic = object.params["dynamic"].to_string().replace('"', "");
            assert_eq!(dynamic, wanted, "{target} {}", object.pointer);
        }
    }
}

#[test]
fn multi_fields_that_a_target_never_fills_are_faults() {
    let cases = [
        (json!({"type": "geo_shape"}), "es7 es8 es9 os1 os2 os3"),
        (json!({"type": "rank_features"}), "es7 es8 es9 os1 os2 os3"),
        (json!({"type": "dense_vector", "dims": 2}), "es7 es8 es9"),
        (json!({"type": "boolean"}), "es1"),
    ];
    for (mut field, targets) in cases {
        for target in targets.split(' ') {
            field["fields"] = json!({"w": {"type": "keyword"}});
            let faults = field_faults(field.clone(), target);
            assert_eq!(faults.len(), 1, "{target} {field} {faults:?}");
            assert!(faults[0].starts_with("/m/properties/f/fields: "), "{faults:?}");
            assert!(faults[0].contains("forgets `fields`"), "{faults:?}");
            field["fields"] = json!({});
            assert_eq!(field_faults(field.clone(), target), [""; 0], "{target} {field}");
        }
    }
}

#[test]
fn types_of_the_default_distribution_are_taken() {
    for (target, kind) in [
        ("es7", "wildcard"),
        ("es7", "flattened"),
        ("es7", "geo_shape"),
        ("es8", "version"),
        ("es9", "unsigned_long"),
        ("es9", "geo_shape"),
        ("es8", "shape"),
        ("es8", "histogram"),
        ("os2", "xy_point"),
        ("os2", "version"),
    ] {
        let (_, faults) = translated(&json!({"properties": {"f": {"type": kind}}}), target);
        assert_eq!(
            faults.is_empty(),
            (target, kind) != ("os2", "version"),
            "{target} {kind} {faults:?}"
        );
    }
}

#[test]
fn the_root_of_a_mapping_is_translated_too() {
    let old = json!({
        "_all": {"enabled": false}, "_timestamp": {"enabled": true}, "_ttl": {"enabled": false}, "_boost": {"name": "b"},
        "_id": {"path": "f"}, "include_in_all": false, "index_analyzer": "simple", "dynamic": "strict",
        "date_formats": ["YYYY-MM-dd"],
        "dynamic_templates": [{"t": {"match_mapping_type": "string", "mapping": {"type": "string", "index": "not_analyzed"}}}],
        "properties": {"f": {"type": "string"}, "g": {"type": "string", "index": "not_analyzed"}, "h": {"type": "string", "analyzer": "stop"}}
    });
    let mapping = clean(&old, "es9");
    let wanted = json!({
        "dynamic": "strict",
        "dynamic_date_formats": ["yyyy-MM-dd"],
        "dynamic_templates": [{"t": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}],
        "properties": {
            "f": {"type": "text", "analyzer": "simple", "search_analyzer": "default"},
            "g": {"type": "keyword"},
            "h": {"type": "text", "analyzer": "stop"}
        }
    });
    assert_eq!(serde_json::to_string(&mapping.body).unwrap(), wanted.to_string());
    let verbatim = clean(&old, "es1");
    assert_eq!(serde_json::to_string(&verbatim.body).unwrap(), old.to_string());
}

#[test]
fn root_keys_that_cannot_be_said_are_faults() {
    for (target, body, part) in [
        ("es9", json!({"_parent": {"type": "p"}, "properties": {}}), "`join`"),
        ("es5", json!({"_ttl": {"enabled": true}, "properties": {}}), "expire"),
        (
            "es2",
            json!({"_routing": {"required": true, "path": "g"}, "properties": {}}),
            "\"routing\": \"{g}\"",
        ),
        ("es5", json!({"transform": {"script": "x"}, "properties": {}}), "pipeline"),
        ("os2", json!({"runtime": {}, "properties": {}}), "`properties`"),
        ("es9", json!({"zzz": 1, "properties": {}}), "`properties`"),
        ("es9", json!({"propertes": {}, "properties": {}}), "the nearest is `properties`"),
        ("es9", json!({}), "would have no fields"),
        ("es9", json!([]), "found a list"),
        ("es9", json!({"properties": 1}), "found `1`"),
        ("es6", json!({"a": {"properties": {}}, "b": {"properties": {}}}), "an index of each"),
    ] {
        let (_, faults) = translated(&body, target);
        assert_eq!(faults.len(), 1, "{target} {body} {faults:?}");
        assert!(faults[0].message.contains(part), "{faults:?}");
    }
}

#[test]
fn wrappers_are_taken_off_and_the_types_name_is_kept() {
    for body in [
        json!({"student": {"properties": {"a": {"type": "long"}}}}),
        json!({"mappings": {"student": {"properties": {"a": {"type": "long"}}}}}),
    ] {
        let mapping = clean(&body, "es9");
        assert_eq!(mapping.type_name.as_deref(), Some("student"));
        assert_eq!(
            serde_json::to_string(&mapping.body).unwrap(),
            r#"{"properties":{"a":{"type":"long"}}}"#
        );
        assert!(mapping.properties[0].pointer.ends_with("/student/properties/a"));
        assert!(!mapping.notices.is_empty());
    }
}

#[test]
fn the_keys_of_a_completion_are_dropped_only_where_the_mapping_is_an_old_one() {
    let keys = |body: Value, target: &str| clean(&body, target).properties[0].dropped_keys.len();
    let modern = json!({"properties": {"c": {"type": "completion"}}});
    let payloads = json!({"properties": {"c": {"type": "completion", "payloads": true}}});
    let old = json!({"properties": {"c": {"type": "completion"}, "s": {"type": "string"}}});
    assert_eq!(
        (keys(modern.clone(), "es9"), keys(payloads.clone(), "es9"), keys(old.clone(), "es5")),
        (0, 2, 2)
    );
    assert_eq!((keys(payloads, "es1"), keys(old, "es2")), (0, 0));
    let contexts =
        clean(&json!({"properties": {"c": {"type": "completion", "context": {}}}}), "es9");
    assert_eq!(contexts.properties[0].renamed_keys, [("context", "contexts")]);
}

#[test]
fn translating_twice_changes_nothing_more() {
    for target in Target::ALL {
        let once = clean(&campus(), &target.name());
        let body = Value::Object(once.body);
        let twice = clean(&body, &target.name());
        assert_eq!(Value::Object(twice.body), body, "{target}");
        assert_eq!(twice.notices, [""; 0], "{target}");
    }
}

#[test]
fn dynamic_templates_are_translated_with_and_without_a_type() {
    let template = |mapping: Value, target: &str| {
        let template = json!({"match_mapping_type": "string", "mapping": mapping});
        let body = json!({"dynamic_templates": [{"t": template}], "properties": {}});
        clean(&body, target).body["dynamic_templates"][0]["t"]["mapping"].to_string()
    };
    for (target, written, wanted) in [
        ("es9", r#"{"index":"not_analyzed"}"#, r#"{"type":"keyword"}"#),
        (
            "es9",
            r#"{"type":"{dynamic_type}","index":"no","norms":{"enabled":false}}"#,
            r#"{"type":"{dynamic_type}","index":false,"norms":false}"#,
        ),
        (
            "es9",
            r#"{"type":"string","fields":{"raw":{"type":"string","index":"not_analyzed"}}}"#,
            r#"{"type":"text","fields":{"raw":{"type":"keyword"}}}"#,
        ),
        ("es2", r#"{"type":"keyword"}"#, r#"{"type":"string","index":"not_analyzed"}"#),
        (
            "es9",
            r#"{"type":"multi_field","fields":{"{name}":{"type":"string"},"raw":{"type":"string","index":"not_analyzed"}}}"#,
            r#"{"type":"text","fields":{"raw":{"type":"keyword"}}}"#,
        ),
        (
            "es1",
            r#"{"type":"multi_field","fields":{"raw":{"type":"string","index":"not_analyzed"},"{name}":{"type":"string"}}}"#,
            r#"{"type":"string","fields":{"raw":{"type":"string","index":"not_analyzed"}}}"#,
        ),
    ] {
        assert_eq!(
            template(serde_json::from_str(written).unwrap(), target),
            wanted,
            "{target} {written}"
        );
    }
    let (_, faults) = translated(
        &json!({"dynamic_templates": [{"t": {"mapping": {"type": "wildcard"}}}], "properties": {}}),
        "es5",
    );
    assert_eq!(faults[0].pointer, "/m/dynamic_templates/0/t/mapping/type");
}

#[test]
fn text_of_the_type_of_the_value_that_is_not_analyzed_is_a_keyword() {
    let templates = |template: Value, target: &str| {
        let body = json!({"dynamic_templates": [{"t": template}], "properties": {}});
        clean(&body, target).body["dynamic_templates"].clone()
    };
    let fields = json!({"type": "{dynamic_type}", "index": "analyzed", "fields": {
        "raw": {"type": "{dynamic_type}", "index": "not_analyzed", "ignore_above": 256}}});
    let text = json!({"type": "text", "fields": {"raw": {"type": "keyword", "ignore_above": 256}}});
    for target in ["es5", "es9", "os3"] {
        let told = templates(json!({"match_mapping_type": "string", "mapping": fields}), target);
        assert_eq!(told, json!([{"t": {"match_mapping_type": "string", "mapping": text}}]));
        let plain =
            json!({"match": "*_x", "mapping": {"type": "{dynamic_type}", "index": "not_analyzed"}});
        assert_eq!(
            templates(plain.clone(), target),
            json!([
                {"t for text": {"match": "*_x", "mapping": {"type": "keyword"}, "match_mapping_type": "string"}},
                {"t": {"match": "*_x", "mapping": {"type": "{dynamic_type}", "index": true}}}
            ]),
        );
        assert_eq!(templates(plain, "es1")[0]["t"]["mapping"]["index"], "not_analyzed");
    }
}

#[test]
fn a_child_of_the_old_kind_wants_a_routing() {
    let body = json!({"_parent": {"type": "p"}, "properties": {"f": {"type": "long"}}});
    let plain = json!({"properties": {"f": {"type": "long"}}});
    for target in ["es1", "es2", "es5"] {
        let target = Target::parse(target).unwrap();
        let mapping = |body| Mapping::translate(body, "", &target, &mut Vec::new());
        assert!(mapping(&body).routing_required && !mapping(&plain).routing_required, "{target}");
        let says = |body| mapping(body).notices.iter().any(|line| line.contains("get no parent"));
        assert!(says(&body) && !says(&plain), "{target}");
    }
}

#[test]
fn a_multi_field_in_a_template_is_the_field_by_the_name_that_stands_for_it() {
    let body = json!({"properties": {"f": {"type": "long"}}, "dynamic_templates": [{"strings": {
        "match": "*", "match_mapping_type": "string", "mapping": {"type": "multi_field", "fields": {
            "{name}": {"type": "string", "index": "analyzed"},
            "raw": {"type": "string", "index": "not_analyzed"}}}}}]});
    for (target, text, raw) in [
        ("es1", json!("string"), json!({"type": "string", "index": "not_analyzed"})),
        ("es9", json!("text"), json!({"type": "keyword"})),
    ] {
        let target = Target::parse(target).unwrap();
        let mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
        let field = &mapping.body["dynamic_templates"][0]["strings"]["mapping"];
        assert_eq!((&field["type"], &field["index"] == "no"), (&text, false), "{target} {field}");
        assert_eq!(field["fields"], json!({ "raw": raw }), "{target}");
    }
}

#[test]
fn the_path_of_a_context_names_a_field_that_can_give_one() {
    let context = |kind: &str, path: &str, source: Value| {
        let contexts = json!([{ "name": "c", "type": kind, "path": path }]);
        json!({ "properties": { "c": { "type": "completion", "contexts": contexts }, "x": source } })
    };
    let (keyword, point, long) =
        (json!({ "type": "keyword" }), json!({ "type": "geo_point" }), json!({ "type": "long" }));
    let raw = json!({ "type": "long", "fields": { "raw": { "type": "keyword" } } });
    for (kind, path, source, target, is_wrong) in [
        ("geo", "x", &point, "es9", false),
        ("geo", "x", &keyword, "es9", true),
        ("geo", "x", &keyword, "es6", true),
        ("geo", "y", &point, "os2", true),
        ("geo", "y", &point, "es6", true),
        ("geo", "x", &point, "es2", false),
        ("geo", "x", &keyword, "es2", true),
        ("geo", "y", &point, "es1", true),
        ("category", "x", &long, "es2", false),
        ("category", "x", &keyword, "es9", false),
        ("category", "y", &keyword, "es9", false),
        ("category", "x", &long, "es5", true),
        ("category", "x.raw", &raw, "es9", false),
    ] {
        let (_, faults) = translated(&context(kind, path, source.clone()), target);
        assert_eq!(!faults.is_empty(), is_wrong, "{kind} {path} {source} {target}");
        let pointer = "/m/properties/c/context";
        assert!(faults.iter().all(|fault| fault.pointer.trim_end_matches('s') == pointer));
    }
}

#[test]
fn a_template_of_logstash_is_a_mapping_once_its_wrappers_are_off() {
    let mapping = json!({
        "_default_": {
            "_all": {"enabled": true, "omit_norms": true},
            "dynamic_templates": [
                {"message_field": {"path_match": "message", "match_mapping_type": "string", "mapping": {
                    "type": "string", "index": "analyzed", "omit_norms": true, "fielddata": {"format": "disabled"}}}},
                {"float_fields": {"match": "*", "match_mapping_type": "float", "mapping": {"type": "float", "doc_values": true}}},
                {"long_fields": {"match": "*", "match_mapping_type": "long", "mapping": {"type": "long", "doc_values": true}}}
            ],
            "properties": {"geoip": {"dynamic": true, "properties": {"location": {"type": "geo_point", "doc_values": true}}}}
        }
    });
    let template = json!({"template": "logstash-*", "order": 0, "version": 1, "mappings": mapping});
    let mapping = clean(&template, "es9");
    let wanted = json!({
        "dynamic_templates": [
            {"message_field": {"path_match": "message", "match_mapping_type": "string", "mapping": {"type": "text", "norms": false, "fielddata": false}}},
            {"long_fields": {"match": "*", "match_mapping_type": "long", "mapping": {"type": "long", "doc_values": true}}}
        ],
        "properties": {"geoip": {"dynamic": true, "properties": {"location": {"type": "geo_point", "doc_values": true}}}}
    });
    assert_eq!(serde_json::to_string(&mapping.body).unwrap(), wanted.to_string());
    assert_eq!(mapping.type_name, None);
    let dropped = mapping
        .notices
        .iter()
        .filter(|n| n.contains("no JSON value is of `match_mapping_type: float`"));
    assert_eq!(dropped.count(), 1, "{:?}", mapping.notices);
    // 2.x takes such a template, which does nothing there.
    let old = clean(&template, "es2");
    assert_eq!(old.body["dynamic_templates"].as_array().map(Vec::len), Some(3));
    assert_eq!(old.type_name, None);
}

#[test]
fn mappings_are_found_where_engines_show_them() {
    let fields = json!({"properties": {"f": {"type": "long"}}});
    for body in [
        json!({"index_patterns": ["a-*"], "template": {"mappings": fields}}),
        json!({"index-1": {"mappings": fields}}),
        json!({"index-1": {"mappings": {"student": fields}}}),
        json!({"index_patterns": ["a-*"], "mappings": {"_default_": fields}}),
    ] {
        let mapping = clean(&body, "os3");
        assert_eq!(Value::Object(mapping.body), fields, "{body}");
    }
    let (_, faults) = translated(&json!({"_default_": fields, "student": fields}), "es2");
    assert!(faults[0].message.contains("what `_default_` says"), "{faults:?}");
    let (_, faults) =
        translated(&json!({"settings": {}, "mappings": {"_default_": fields}}), "es2");
    assert_eq!((faults.len(), faults[0].pointer.as_str()), (1, "/m/settings"));
}
