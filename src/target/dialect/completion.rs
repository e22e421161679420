//! The `completion` type: payloads and outputs of 1.x and 2.x, and their `context` against `contexts`.

use serde_json::{Map, Value, json};

use super::Translation;
use super::draft::{Draft, truth};
use crate::target::Property;
use crate::target::span::{ALWAYS, ES1_ES2, Span, es, es_until};

/// Keys of a completion's value that only 1.x and 2.x know.
const OLD_KEYS: &[&str] = &["output", "payload"];

/// Letters of a geohash that a geo context keeps, unless the mapping says otherwise (5.x and later).
const GEO_PRECISION: u8 = 6;

/// `payloads` ended with 2.x, and with it `output` and `payload` in the values.
pub(super) fn payloads(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["completion"]) || t.target.within(ES1_ES2) {
        return;
    }
    let target = t.target;
    let payloads = draft.take("payloads");
    if payloads.is_none() && !t.legacy {
        return;
    }
    draft.dropped_keys = OLD_KEYS;
    let word = if payloads.is_some() {
        "`payloads` of the `completion` is left out"
    } else {
        "a `completion` has no payloads"
    };
    t.notice(
        draft,
        format!("{word} for {target}, and so are `output` and `payload` of its values"),
    );
}

/// 1.x also took `max_input_len`.
pub(super) fn input_length(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["completion"]) {
        return;
    }
    for old in ["max_input_len"] {
        if let Some(value) = draft.get(old).cloned() {
            draft.rename(old, "max_input_length", value);
            t.notice(draft, format!("`{old}` is written as `max_input_length`"));
        }
    }
}

/// `context`, an object by name, against `contexts`, a list; the values' key changes with it.
pub(super) fn contexts(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["completion"]) {
        return;
    }
    if t.target.within(ES1_ES2) {
        contexts_become_context(t, draft);
        whole_defaults(t, draft);
    } else {
        context_becomes_contexts(t, draft);
    }
}

fn context_becomes_contexts(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(Value::Object(old)) = draft.get("context").cloned() else { return };
    let mut list = Vec::with_capacity(old.len());
    for (name, context) in &old {
        let mut new = Map::new();
        new.insert("name".to_string(), json!(name));
        for (key, value) in context.as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                ("neighbors", _) => {}
                ("default", Value::Array(list)) if list.is_empty() => {}
                ("default", _) => t.fault(
                    draft.place.at("context"),
                    format!(
                        "the `default` of the context `{name}` cannot be said for {}; remove it, and give every value \
                         of `{}` its context",
                        t.target, draft.place.path
                    ),
                ),
                ("precision", Value::Array(list)) if list.len() == 1 => {
                    new.insert(key.clone(), list[0].clone());
                }
                ("precision", Value::Array(list)) => t.fault(
                    draft.place.at("context"),
                    format!(
                        "{} takes one `precision` for the context `{name}`, found {}; write a context for each",
                        t.target,
                        list.len()
                    ),
                ),
                _ => drop(new.insert(key.clone(), value.clone())),
            }
        }
        list.push(Value::Object(new));
    }
    if list.is_empty() {
        draft.take("context");
    } else {
        draft.rename("context", "contexts", list);
    }
    draft.renamed_keys = &[("context", "contexts")];
    let target = t.target;
    t.notice(draft, format!("`context` becomes `contexts` for {target}, in the values too"));
}

fn contexts_become_context(t: &mut Translation<'_>, draft: &mut Draft) {
    let list = match draft.get("contexts").cloned() {
        Some(Value::Array(list)) => list,
        Some(one @ Value::Object(_)) => vec![one],
        _ => return,
    };
    let mut named = Map::new();
    for context in list {
        let Value::Object(mut context) = context else { continue };
        // 1.x and 2.x want what later lines assume.
        if context.get("type").and_then(Value::as_str) == Some("geo") {
            context.entry("precision").or_insert(json!(GEO_PRECISION));
        }
        match context.shift_remove("name") {
            Some(Value::String(name)) => drop(named.insert(name, Value::Object(context))),
            _ => t.fault(
                draft.place.at("contexts"),
                "a context needs a `name`, found none".to_string(),
            ),
        }
    }
    draft.rename("contexts", "context", named);
    draft.renamed_keys = &[("contexts", "context")];
    let target = t.target;
    t.notice(draft, format!("`contexts` becomes `context` for {target}, in the values too"));
}

/// The coordinates of a `default` are fractions there: 1.7 and 2.4 refuse the index for whole ones.
fn whole_defaults(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(Value::Object(contexts)) = draft.entries.get_mut("context") else { return };
    let mut changed = false;
    for context in contexts.values_mut() {
        for key in ["lat", "lon"] {
            let Some(degrees) = context.get_mut("default").and_then(|place| place.get_mut(key))
            else {
                continue;
            };
            if let Some(whole) = degrees.as_i64().filter(|whole| whole.abs() <= 180) {
                *degrees = json!(whole as f64);
                changed = true;
            }
        }
    }
    if changed {
        let target = t.target;
        t.notice(draft, format!("whole degrees in the `default` of a context are written with a fraction for {target}, which reads no others"));
    }
}

/// What a completion cannot have: a limit of zero.
pub(super) fn limits(t: &mut Translation<'_>, draft: &mut Draft) {
    let zero = |v: &Value| truth(v) == Some(false) || v.as_i64().is_some_and(|n| n <= 0);
    if draft.is(&["completion"]) && draft.get("max_input_length").is_some_and(zero) {
        t.fault(
            draft.place.at("max_input_length"),
            "`max_input_length` must be above 0; the default is 50".to_string(),
        );
    }
}

/// Types whose values no category can be taken from: a document with one is refused (measured from 5.6 on).
#[rustfmt::skip]
const NO_CATEGORY: &[(&str, &[Span])] = &[
    ("byte", ALWAYS),
    ("short", ALWAYS),
    ("integer", ALWAYS),
    ("long", ALWAYS),
    ("unsigned_long", ALWAYS),
    ("half_float", ALWAYS),
    ("float", ALWAYS),
    ("double", ALWAYS),
    ("scaled_float", ALWAYS),
    ("date", ALWAYS),
    ("date_nanos", ALWAYS),
    ("ip", ALWAYS),
    ("geo_point", ALWAYS),
    ("token_count", ALWAYS),
    ("integer_range", ALWAYS),
    ("long_range", ALWAYS),
    ("float_range", ALWAYS),
    ("double_range", ALWAYS),
    ("date_range", ALWAYS),
    ("ip_range", ALWAYS),
    ("boolean", &[es(5, 0)]),
    ("completion", &[es_until((5, 0), (7, 0))]),
    ("flattened", &[es(7, 0)]),
];

/// The `path` of a context names a field that can give one: 7.x and later create no index where a place comes from
/// another field than a `geo_point`, and those before refuse the documents that give one, themselves or by such a field (measured
/// on 1.7, 2.4 and 6.8); from 5.x on documents are refused where a category comes from a number.
pub(super) fn context_paths(t: &mut Translation<'_>, properties: &[Property]) {
    let (mut kinds, mut completions) = (Vec::new(), Vec::new());
    gather(properties, "", &mut kinds, &mut completions);
    for completion in completions {
        if let Some(contexts) = completion.params.get("context").and_then(Value::as_object) {
            old_context_paths(t, completion, contexts, &kinds);
            continue;
        }
        let list = match completion.params.get("contexts") {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => continue,
        };
        for context in list {
            let text = |key: &str| context.get(key).and_then(Value::as_str);
            let (Some(path), Some(kind)) = (text("path"), text("type")) else { continue };
            let found = kinds.iter().find(|(known, _)| known == path).map(|(_, kind)| *kind);
            let name = text("name").unwrap_or_default();
            if let Some(message) = path_fault(t, name, kind, path, found) {
                t.fault(format!("{}/contexts", completion.pointer), message);
            }
        }
    }
}

fn old_context_paths(
    t: &mut Translation<'_>,
    completion: &Property,
    contexts: &Map<String, Value>,
    kinds: &[(String, &str)],
) {
    for (name, context) in contexts {
        let text = |key: &str| context.get(key).and_then(Value::as_str);
        let (Some(path), Some("geo")) = (text("path"), text("type")) else { continue };
        let found = kinds.iter().find(|(known, _)| known == path).map(|(_, kind)| *kind);
        if let Some(message) = path_fault(t, name, "geo", path, found) {
            t.fault(format!("{}/context", completion.pointer), message);
        }
    }
}

fn path_fault(
    t: &Translation<'_>,
    name: &str,
    kind: &str,
    path: &str,
    found: Option<&str>,
) -> Option<String> {
    let target = t.target;
    if kind.eq_ignore_ascii_case("geo") {
        return match found {
            Some("geo_point") => None,
            found => Some(format!(
                "{target} takes the context `{name}` from a `geo_point` alone, and `{path}` is {}; map it as `geo_point`, \
                 or leave `path` out and give every value its context",
                found.map_or("not mapped".to_string(), |kind| format!("a `{kind}`"))
            )),
        };
    }
    let is_none = |(none, spans): &(&str, &[Span])| Some(*none) == found && target.within(spans);
    let kind = NO_CATEGORY.iter().find(|none| is_none(none))?.0;
    Some(format!(
        "{target} takes the context `{name}` from a `keyword` or text alone, and `{path}` is a `{kind}`; give it a \
         multi-field of type `keyword` and name that in `path`"
    ))
}

/// Every field's path and type, multi-fields too, and the completions among them.
fn gather<'p>(
    list: &'p [Property],
    above: &str,
    kinds: &mut Vec<(String, &'p str)>,
    completions: &mut Vec<&'p Property>,
) {
    for property in list {
        let path = if above.is_empty() {
            property.name.clone()
        } else {
            format!("{above}.{}", property.name)
        };
        gather(&property.properties, &path, kinds, completions);
        gather(&property.multi_fields, &path, kinds, completions);
        if property.kind == "completion" {
            completions.push(property);
        }
        kinds.push((path, &property.kind));
    }
}
