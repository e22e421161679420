//! The `completion` type: payloads and outputs of 1.x and 2.x, and their `context` against `contexts`.

use serde_json::{Map, Value, json};

use super::Translation;
use super::draft::{Draft, truth};
use crate::target::span::ES1_ES2;

/// Keys of a completion's value that only 1.x and 2.x know.
const OLD_KEYS: &[&str] = &["output", "payload"];

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
