//! Mapping parameters as rules read them: engines of all lines take booleans and numbers as text too.

use serde_json::Value as Json;

use crate::error::Fault;
use crate::target::Property;

/// A yes or no.
pub(super) fn flag(property: &Property, name: &str) -> Option<bool> {
    match property.params.get(name)? {
        Json::Bool(flag) => Some(*flag),
        Json::String(text) => match text.as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Text.
pub(super) fn text<'a>(property: &'a Property, name: &str) -> Option<&'a str> {
    property.params.get(name)?.as_str()
}

/// A number, as number or as text.
pub(super) fn number(property: &Property, name: &str) -> Option<f64> {
    match property.params.get(name)? {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A count, as number or as text.
pub(super) fn count(property: &Property, name: &str) -> Option<usize> {
    match property.params.get(name)? {
        Json::Number(number) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A list of texts; a single text is a list of one.
pub(super) fn list(property: &Property, name: &str) -> Vec<String> {
    match property.params.get(name) {
        Some(Json::Array(values)) => {
            values.iter().filter_map(|v| v.as_str().map(String::from)).collect()
        }
        Some(Json::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// A fault at one parameter of the property.
pub(super) fn fault(property: &Property, name: &str, message: impl Into<String>) -> Fault {
    Fault { pointer: format!("{}/{name}", property.pointer), message: message.into() }
}
