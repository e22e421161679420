//! What a dynamic template maps, held against the types of values that it is for. Knows no field and no pattern.

use serde_json::{Map, Value};

use crate::target::Target;
use crate::target::dialect::{DYNAMIC_TYPE, escape, has_parameter};
use crate::target::span::{Span, es};

/// Versions that try each template with every type that it is for, and refuse the index where none will do. Measured on 8.19 and
/// 9.2; those before refuse the documents that meet such a template.
const TRIED: &[Span] = &[es(8, 0)];
/// What `match_mapping_type` tells apart, the mapping type of each, and that of its runtime field.
const BECOMES: &[(&str, &str, Option<&str>)] = &[
    ("string", "text", Some("keyword")),
    ("long", "long", Some("long")),
    ("double", "double", Some("double")),
    ("boolean", "boolean", Some("boolean")),
    ("date", "date", Some("date")),
    ("object", "object", None),
    ("binary", "binary", None),
];

/// What no type that the template is for would take, where it names none itself; below which of its keys.
pub(super) fn fault(template: &Map<String, Value>, target: &Target) -> Option<(String, String)> {
    if !target.within(TRIED) {
        return None;
    }
    let listed = |key: &str| match template.get(key) {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let has = |list: &[Value], word: &str| list.iter().any(|one| one == word || one == "*");
    let (wanted, unwanted) = (listed("match_mapping_type"), listed("unmatch_mapping_type"));
    let kinds = BECOMES
        .iter()
        .filter(|(word, ..)| (wanted.is_empty() || has(wanted, word)) && !has(unwanted, word));
    let is_open =
        |params: &Map<String, Value>| params.get("type").is_none_or(|kind| kind == DYNAMIC_TYPE);
    if let Some(Value::Object(runtime)) = template.get("runtime") {
        let refusal = |kind: &str| {
            let mut field = runtime.clone();
            if is_open(runtime) {
                field.insert("type".to_owned(), kind.into());
            }
            super::runtime::fault("{name}", &field.into(), target)
        };
        let refusals: Option<Vec<_>> = kinds.filter_map(|(.., kind)| *kind).map(refusal).collect();
        let (key, message) = refusals?.into_iter().next()?;
        return Some((format!("/runtime{key}"), message));
    }
    let Some(Value::Object(mapping)) = template.get("mapping") else { return None };
    if !is_open(mapping) {
        return None;
    }
    let stray = |kind: &str| {
        let mut keys = mapping.keys().filter(|key| *key != "type");
        keys.find(|key| !has_parameter(kind, key, target))
    };
    let strays: Option<Vec<&String>> = kinds.map(|(_, kind, _)| stray(kind)).collect();
    let key = strays?.into_iter().next()?;
    let message = format!(
        "no type that this dynamic template is for has the parameter `{key}` on {target}; remove it, or name the `type`"
    );
    Some((format!("/mapping/{}", escape(key)), message))
}
