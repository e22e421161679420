//! The decision table, cell by cell, and the engines' own answers.

mod acceptance;
mod flat;
mod lines;
mod nested;
mod once;
mod shaped;
mod shapes;
mod suggested;
mod table;
mod terms;
mod wishes;

use serde_json::Value as Json;

use super::*;
use crate::target::Engine;

/// A property as the mapping translation makes it.
pub(super) fn property(mapping: &Json) -> Property {
    named("f", mapping, "/mapping/properties/f")
}

fn named(name: &str, mapping: &Json, pointer: &str) -> Property {
    let mut params = mapping.as_object().cloned().unwrap_or_default();
    let children = |key: &str, value: Option<Json>| -> Vec<Property> {
        let Some(Json::Object(map)) = value else { return Vec::new() };
        map.iter()
            .map(|(name, child)| named(name, child, &format!("{pointer}/{key}/{name}")))
            .collect()
    };
    let kind = params.remove("type").and_then(|kind| kind.as_str().map(String::from));
    let properties = children("properties", params.remove("properties"));
    let multi_fields = children("fields", params.remove("fields"));
    Property {
        name: name.into(),
        pointer: pointer.into(),
        kind: kind.unwrap_or_else(|| "object".into()),
        params,
        multi_fields,
        properties,
        dropped_keys: &[],
        renamed_keys: &[],
    }
}

/// The target of a short name, with the minor version that was measured.
pub(super) fn target(name: &str) -> Target {
    let (engine, major, minor) = match name {
        "es1" => (Engine::Elasticsearch, 1, 7),
        "es2" => (Engine::Elasticsearch, 2, 4),
        "es5" => (Engine::Elasticsearch, 5, 6),
        "es6" => (Engine::Elasticsearch, 6, 8),
        "es7" => (Engine::Elasticsearch, 7, 17),
        "es8" => (Engine::Elasticsearch, 8, 19),
        "es9" => (Engine::Elasticsearch, 9, 2),
        "os2" => (Engine::OpenSearch, 2, 19),
        "os3" => (Engine::OpenSearch, 3, 8),
        other => panic!("no target `{other}`"),
    };
    Target { engine, major, minor, serverless: false }
}

pub(super) fn encoder(mapping: &Json, target_name: &str, options: &FieldOptions) -> Encoder {
    Encoder::new(&property(mapping), &target(target_name), options).unwrap()
}
