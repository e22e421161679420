//! The decision table, cell by cell, and the engines' own answers.

mod acceptance;
mod table;
mod wishes;

use serde_json::{Value as Json, json};

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
    }
}

/// The target of a short name.
pub(super) fn target(name: &str) -> Target {
    let engine = if name.starts_with("es") { Engine::Elasticsearch } else { Engine::OpenSearch };
    Target { engine, major: name[2..].parse().unwrap(), minor: 0, serverless: false }
}

pub(super) fn encoder(mapping: &Json, target_name: &str, options: &FieldOptions) -> Encoder {
    Encoder::new(&property(mapping), &target(target_name), options).unwrap()
}
