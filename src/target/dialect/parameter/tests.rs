//! The table of parameters against what the engines took.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::*;
use crate::target::{Mapping, Property};

#[derive(serde::Deserialize)]
pub(super) struct Probes {
    /// Type → parameter → engines that took it.
    parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// Type → engines that have it.
    types: BTreeMap<String, String>,
    /// The value that each parameter was sent with, and another for 1.x and 2.x.
    values: Map<String, Value>,
    values_before_5: Map<String, Value>,
    /// What a type cannot be without.
    always: Map<String, Value>,
}

fn probes() -> Probes {
    let text = include_str!("../../../../fixtures/engines/parameters.json");
    serde_json::from_str(text).unwrap()
}

/// Taken by an engine without effect, and left out with a notice; or translated before the table is asked.
const LEFT_OUT: &[(&str, &str)] = &[
    ("text", "doc_values"),
    // 5.x and 6.x take it, and then refuse every change of the mapping.
    ("binary", "index"),
    ("binary", "index_options"),
    ("object", "include_in_all"),
    ("nested", "include_in_all"),
    ("completion", "max_input_len"),
];

#[test]
fn every_parameter_of_every_type_is_known_where_the_engine_took_it() {
    let probes = probes();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (kind, parameters) in &probes.parameters {
        let engines = &probes.types[kind];
        for (key, took) in parameters {
            for engine in engines.split(' ') {
                let target = Target::parse(engine).unwrap();
                let known = matches!(verdict(kind, key, &target), Verdict::Known);
                let took = took.split(' ').any(|e| e == engine);
                // 1.x takes whatever it does not know, and ignores it.
                let left_out = LEFT_OUT.iter().any(|(k, p)| *k == kind && *p == key);
                let right =
                    if engine == "es1" || left_out { took || !known } else { took == known };
                compared += 1;
                if !right {
                    wrong.push(format!("{engine} {kind} {key}: took {took}, known {known}"));
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
    assert_eq!(wrong, [""; 0], "{} of {compared}", wrong.len());
}

/// Every field that some engine took, in the words of that engine. What 1.x took only to ignore it is no example.
fn corpus(probes: &Probes) -> Vec<Value> {
    let es1 = Target::parse("es1").unwrap();
    let mut list = Vec::new();
    for (kind, parameters) in &probes.parameters {
        for (key, took) in parameters {
            let old = ["es1", "es2"].iter().any(|e| took.contains(e));
            let meant = took != "es1" || matches!(verdict(kind, key, &es1), Verdict::Known);
            let new = took.split(' ').any(|e| e > "es2");
            let values = [(old && meant, probes.values_before_5.get(key)), (new, None)];
            for (_, value) in values.into_iter().filter(|(taken, _)| *taken) {
                let Some(value) = value.or(probes.values.get(key)) else { continue };
                let mut field = Map::from_iter([("type".to_string(), Value::from(kind.as_str()))]);
                field.extend(
                    probes.always.get(kind).and_then(Value::as_object).cloned().unwrap_or_default(),
                );
                field.insert(key.clone(), value.clone());
                list.push(Value::Object(field));
            }
        }
    }
    list
}

/// What of a translated field the engine did not take, as far as it was asked.
fn refused(property: &Property, engine: &str, probes: &Probes) -> Vec<String> {
    let has = |engines: Option<&String>| engines.is_some_and(|e| e.split(' ').any(|e| e == engine));
    if !has(probes.types.get(&property.kind)) {
        return Vec::new();
    }
    let parameters = &probes.parameters[&property.kind];
    property
        .params
        .keys()
        .filter(|key| parameters.contains_key(*key) && !has(parameters.get(*key)))
        .map(|key| format!("{engine} {} {key}", property.kind))
        .collect()
}

#[test]
fn what_a_point_had_fields_of_its_own_for_is_told_with_what_takes_their_place() {
    let body =
        json!({"properties": {"f": {"type": "geo_point", "lat_lon": true, "geohash": true}}});
    for target in ["es5", "es9", "os3"] {
        let target = Target::parse(target).unwrap();
        let notices = Mapping::translate(&body, "", &target, &mut Vec::new()).notices;
        assert!(notices[0].contains("`lat` and `lon`"), "{notices:?}");
        assert!(notices[1].contains("a `keyword` with the geohash"), "{notices:?}");
    }
}

#[test]
fn types_of_one_purpose_take_their_own_parameters_and_no_others() {
    let cases = [
        ("es9", json!({"type": "sparse_vector", "index_options": {}, "store": true}), [0, 0]),
        ("es9", json!({"type": "sparse_vector", "method": {}}), [0, 1]),
        ("os3", json!({"type": "sparse_vector", "method": {}}), [0, 0]),
        ("es9", json!({"type": "sparse_vector", "dims": 3}), [1, 0]),
        ("es9", json!({"type": "passthrough", "priority": 1, "dynamic": true}), [0, 0]),
        ("es9", json!({"type": "passthrough", "priority": 1, "store": true}), [1, 0]),
        ("os3", json!({"type": "percolator"}), [0, 0]),
        ("os3", json!({"type": "percolator", "meta": {}}), [1, 0]),
        ("es6", json!({"type": "percolator", "copy_to": "o"}), [1, 0]),
    ];
    for (target, field, wanted) in cases {
        let body = json!({"properties": {"f": field}});
        let (target, mut faults) = (Target::parse(target).unwrap(), Vec::new());
        let notices = Mapping::translate(&body, "", &target, &mut faults).notices;
        assert_eq!(
            [faults.len(), notices.len()],
            wanted,
            "{target} {body}: {faults:?} {notices:?}"
        );
    }
}

#[test]
fn fielddata_that_a_pattern_filters_is_a_fault_where_nothing_says_it() {
    let body = json!({"properties": {"f": {"type": "string", "fielddata": {"filter": {"regex": {"pattern": "^#.*"}}}}}});
    for (target, faults) in [("es1", 0), ("es2", 0), ("es5", 1), ("es9", 1)] {
        let mut found = Vec::new();
        Mapping::translate(&body, "", &Target::parse(target).unwrap(), &mut found);
        assert_eq!(found.len(), faults, "{target} {found:?}");
        assert!(found.iter().all(|fault| fault.pointer == "/properties/f/fielddata"));
    }
}

#[test]
fn what_any_engine_took_is_translated_to_what_each_other_one_took_or_is_a_fault() {
    let probes = probes();
    let corpus = corpus(&probes);
    assert!(corpus.len() > 400, "{}", corpus.len());
    let (mut compared, mut wrong) = (0, Vec::new());
    for target in Target::ALL.iter().filter(|t| t.name() != "os1") {
        for field in &corpus {
            let body = json!({"properties": {"g": {"type": "long"}, "f": field}});
            let mut faults = Vec::new();
            let mapping = Mapping::translate(&body, "", target, &mut faults);
            if faults.is_empty() {
                compared += 1;
                wrong.extend(refused(&mapping.properties[1], &target.name(), &probes));
            }
        }
    }
    assert!(compared > 2000, "{compared}");
    assert_eq!(wrong, [""; 0]);
}
