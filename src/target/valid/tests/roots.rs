//! What stands in a root mapping beside its fields.

use super::*;

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
    (r#"{"runtime":{"r":{"type":"date","locale":"zz"}}}"#, "es7 es8 es9", "/runtime/r/locale"),
    (r#"{"runtime":{"r":{"type":"date","locale":"de_DE_x_y"}}}"#, "es7 es8 es9", "/runtime/r/locale"),
    (r#"{"runtime":{"r":{"type":"date","locale":"de_DE"},"s":{"type":"date","locale":null}}}"#, "", ""),
    (r#"{"composite":{}}"#, "es1 es2 es5 es6 es7 es8 es9 os1 os3", "/composite"),
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

/// Root mappings of 8.x and 9.x, as 8.19 and 9.2 answered: which of them refuses, and the pointer of the fault.
#[rustfmt::skip]
const NEW_ROOTS_REFUSED: &[(&str, &str, &str)] = &[
    (r#"{"runtime":{"r":{"type":"lookup","target_index":"x","input_field":"a","target_field":"b","fetch_fields":[]}}}"#, "es8 es9", "/runtime/r"),
    (r#"{"runtime":{"r":{"type":"long","script":null}}}"#, "es8 es9", "/runtime/r/script"),
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
    (r#"{"dynamic_templates":[{"a":{"unmatch_mapping_type":"text","mapping":{"type":"long"}}}]}"#, ALL, "/dynamic_templates/0/a/unmatch_mapping_type"),
    (r#"{"dynamic_templates":[{"a":{"unmatch_mapping_type":"string","unmatch":["a*","b"],"mapping":{"type":"long"}}}]}"#, "", ""),
    (r#"{"dynamic_templates":[{"a":{"match":"^a.*+","match_pattern":"regex","mapping":{"type":"long"}}}]}"#, "", ""),
    (r#"{"_source":{"excludes":[null]}}"#, ALL, "/_source/excludes"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":[]}}]}"#, ALL, "/dynamic_templates/0/a/mapping"),
    (r#"{"dynamic_templates":[{"a":{"match":"[x","match_pattern":"regex","mapping":{"type":"long"}}}]}"#, ES6_ON, "/dynamic_templates/0/a/match"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"zzz":1}}}]}"#, "es8 es9", "/dynamic_templates/0/a/mapping/zzz"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"type":"{dynamic_type}","doc_values":false}}}]}"#, "", ""),
    (r#"{"dynamic_templates":[{"a":{"match_mapping_type":"boolean","mapping":{"ignore_above":5}}}]}"#, "es8 es9", "/dynamic_templates/0/a/mapping/ignore_above"),
    (r#"{"dynamic_templates":[{"a":{"match":"x","mapping":{"type":"long","fields":{"r":{"type":"object"}}}}}]}"#, "es2 es5 es6 es7 es8 es9 os1 os2 os3", "/dynamic_templates/0/a/mapping/fields/r"),
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

/// Derived fields beside a keyword `a` and an object `o` of a keyword `a`, as OpenSearch 3.8 answered, and the pointer of the
/// fault; copies are refused document by document.
#[rustfmt::skip]
const DERIVED_REFUSED: &[(&str, &str)] = &[
    (r#"{"d":{"type":"keyword","script":{"source":"emit(1)"}},"o.b":{"type":"text"},"e":[]}"#, ""),
    (r#"{"d":{"type":"object","script":"emit(1)","properties":{"x":"keyword"},"prefilter_field":"a"}}"#, ""),
    (r#"{"d":{"type":"date","format":"zzz{","ignore_malformed":"true"}}"#, ""),
    (r#"{"d":{"type":"integer"}}"#, "/derived/d/type"),
    (r#"{"d":{"script":"emit(1)"}}"#, "/derived/d"),
    (r#"{"d":null}"#, "/derived/d"),
    (r#"{"d":{"type":"long","zz":1}}"#, "/derived/d/zz"),
    (r#"{"d":{"type":"long","script":{}}}"#, "/derived/d/script"),
    (r#"{"d":{"type":"long","script":null}}"#, "/derived/d/script"),
    (r#"{"d":{"type":"long","format":null}}"#, "/derived/d/format"),
    (r#"{"d":{"type":"long","ignore_malformed":"x"}}"#, "/derived/d/ignore_malformed"),
    (r#"{"d":{"type":"object","properties":{"x":{"type":"keyword"}}}}"#, "/derived/d/properties"),
    (r#"{"a":{"type":"long"}}"#, "/derived/a"),
    (r#"{"o":{"type":"long"}}"#, "/derived/o"),
    (r#"{"a.b":{"type":"long"}}"#, "/derived/a.b"),
    (r#"{"o.a":{"type":"long"}}"#, "/derived/o.a"),
    (r#"{"d":{"type":"long"},"d.e":{"type":"long"}}"#, "/derived/d.e"),
    (r#"{"c":{"type":"long"}}"#, "/properties/k/copy_to"),
    ("null", ""),
    ("[]", ""),
];

#[test]
fn a_derived_field_that_an_engine_refuses_is_one_fault() {
    let target = Target::parse("os3").unwrap();
    for (derived, pointer) in DERIVED_REFUSED {
        let derived: Value = serde_json::from_str(derived).unwrap();
        let keyword = json!({"type": "keyword"});
        let body = json!({"derived": derived, "properties": {"a": keyword,
            "o": {"properties": {"a": keyword}}, "k": {"type": "keyword", "copy_to": "c"}}});
        let mut faults = Vec::new();
        Mapping::translate(&body, "", &target, &mut faults);
        let found: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        let wanted: Vec<&str> = Some(*pointer).filter(|p| !p.is_empty()).into_iter().collect();
        assert_eq!(found, wanted, "{derived} {faults:?}");
    }
}
