//! Fields that OpenSearch computes in searches. They get no value of a document. Knows the root of a mapping, and of the fields
//! under `properties` only where they stand.

use serde_json::{Map, Value};

use super::Faults;
use crate::target::dialect::{described, escape, truth};
use crate::target::span::{Span, os};
use crate::target::{Mapping, Property, Target, name_below};

const SINCE: &[Span] = &[os(2, 15)];

/// Measured on OpenSearch 3.8; 2.15 to 3.7 go with it.
const KINDS: &[&str] =
    &["boolean", "date", "double", "float", "geo_point", "ip", "keyword", "long", "object", "text"];
const PARAMS: &[&str] =
    &["type", "script", "format", "properties", "prefilter_field", "ignore_malformed", "meta"];

/// Checks the fields under `derived` of the root mapping, which stands at `pointer`.
pub(super) fn check(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Faults<'_>) {
    let Some(derived) = mapping.body.get("derived").filter(|_| target.within(SINCE)) else {
        return;
    };
    let pointer = format!("{pointer}/derived");
    let fields = match derived {
        Value::Object(fields) => fields,
        Value::Array(list) if list.is_empty() => return,
        _ => {
            let found = described(derived);
            let message = format!("`derived` must be an object of fields, found {found}");
            return faults.push(pointer, message);
        }
    };
    for (name, field) in fields {
        let fault = place_fault(name, &mapping.properties, fields)
            .map(|message| (String::new(), message))
            .or_else(|| fault(name, field, target));
        if let Some((key, message)) = fault {
            faults.push(format!("{pointer}/{}{key}", escape(name)), message);
        }
    }
    let is_derived = |name: &str| fields.contains_key(name);
    super::each(&mapping.properties, &mut |property| {
        let copies = match property.params.get("copy_to") {
            Some(Value::Array(list)) => list.clone(),
            copy => copy.cloned().into_iter().collect(),
        };
        let full = copies.iter().filter_map(Value::as_str).find(|copy| is_derived(copy));
        if let Some(name) = full {
            let message = format!("the derived field `{name}` takes no copies; map another field");
            faults.push(format!("{}/copy_to", property.pointer), message);
        }
    });
}

/// What is wrong with a field, and below which of its keys.
fn fault(name: &str, field: &Value, target: &Target) -> Option<(String, String)> {
    let at_itself = |message: String| Some((String::new(), message));
    let Value::Object(params) = field else {
        // An empty list takes a field away.
        let is_nothing = field.as_array().is_some_and(Vec::is_empty);
        let message = format!("a derived field must be an object, found {}", described(field));
        return if is_nothing { None } else { at_itself(message) };
    };
    if name.is_empty() {
        return at_itself("the name of a derived field is empty; name it".to_owned());
    }
    if name.starts_with('_') && ["_id", "_source", "_index", "_routing"].contains(&name) {
        return at_itself(format!("`{name}` is a field of the engine's own; name it otherwise"));
    }
    let kind = params.get("type");
    if !kind.and_then(Value::as_str).is_some_and(|kind| KINDS.contains(&kind)) {
        let found = kind.map_or("none".to_owned(), described);
        let words: Vec<String> = KINDS.iter().map(|kind| format!("`{kind}`")).collect();
        let message =
            format!("the `type` of a derived field is one of {}, found {found}", words.join(", "));
        return Some((if kind.is_some() { "/type" } else { "" }.to_owned(), message));
    }
    for (key, value) in params {
        let wanted = match key.as_str() {
            _ if !PARAMS.contains(&key.as_str()) => {
                let is_measured = !target.is_beyond_measured();
                let message = format!("a derived field has no `{key}` on {target}; remove it");
                if is_measured {
                    return Some((format!("/{}", escape(key)), message));
                }
                continue;
            }
            "script" => is_script(value).then_some(()).ok_or("text, or an object with `source`"),
            "properties" => are_properties(value).then_some(()).ok_or("an object of type names"),
            "ignore_malformed" => truth(value).map(|_| ()).ok_or("`true` or `false`"),
            _ => (!value.is_null()).then_some(()).ok_or("anything but null"),
        };
        if let Err(wanted) = wanted {
            let message =
                format!("`{key}` of a derived field is {wanted}, found {}", described(value));
            return Some((format!("/{key}"), message));
        }
    }
    None
}

fn is_script(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Object(script) => script.contains_key("source") || script.contains_key("id"),
        _ => false,
    }
}

fn are_properties(value: &Value) -> bool {
    value.as_object().is_some_and(|kinds| kinds.values().all(Value::is_string))
}

/// Why a derived field cannot stand where its name puts it: that is no place of a field, nor below one that is no object.
fn place_fault(name: &str, properties: &[Property], fields: &Map<String, Value>) -> Option<String> {
    if let Some(above) = fields.keys().find(|above| name_below(name, above).is_some()) {
        return Some(format!("`{name}` would be a part of the derived field `{above}`; rename it"));
    }
    for property in properties {
        if property.name == name || name_below(&property.name, name).is_some() {
            return Some(format!(
                "`{name}` is mapped under `properties` too; rename the derived field"
            ));
        }
        let Some(rest) = name_below(name, &property.name) else { continue };
        let is_read = property.params.get("enabled").and_then(truth) != Some(false);
        if property.kind != "object" || !is_read {
            let message = format!(
                "a derived field cannot stand in `{}`, which is no object that is read; rename it",
                property.name
            );
            return Some(message);
        }
        return place_fault(rest, &property.properties, &Map::new());
    }
    None
}
