//! Fields that searches compute. They get no value of a document. Knows the root of a mapping and no field under `properties`.

use serde_json::{Map, Value};

use super::Faults;
use crate::target::Target;
use crate::target::dialect::{described, escape};
use crate::target::span::{Span, es};

const SCRIPTED: &[&str] = &["script", "on_script_error", "meta"];
const SINCE: &[Span] = &[es(7, 11)];

/// A type of such a field: its versions, and its parameters beside those that all share.
type Kind = (&'static str, &'static [Span], &'static [&'static str]);

/// Measured on 7.17, 8.19 and 9.2; since when the last two are there, from the release notes.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    ("boolean", SINCE, &[]),
    ("date", SINCE, &["format", "locale"]),
    ("double", SINCE, &[]),
    ("geo_point", SINCE, &[]),
    ("ip", SINCE, &[]),
    ("keyword", SINCE, &[]),
    ("long", SINCE, &[]),
    ("composite", &[es(7, 15)], &["fields"]),
    ("lookup", &[es(8, 2)], &["target_index", "input_field", "target_field", "fetch_fields"]),
];

/// Checks the fields under `runtime` of the root mapping `body`, which stands at `pointer`.
pub(super) fn check(
    body: &Map<String, Value>,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let Some(runtime) = body.get("runtime").filter(|_| target.within(SINCE)) else { return };
    let pointer = format!("{pointer}/runtime");
    let Value::Object(fields) = runtime else {
        let message =
            format!("`runtime` must be an object of fields, found {}", described(runtime));
        return faults.push(pointer, message);
    };
    for (name, field) in fields {
        if let Some((key, message)) = fault(name, field, target) {
            faults.push(format!("{pointer}/{}{key}", escape(name)), message);
        }
    }
}

/// What is wrong with a field, and below which of its keys.
fn fault(name: &str, field: &Value, target: &Target) -> Option<(String, String)> {
    let Value::Object(params) = field else {
        let found = described(field);
        return Some((String::new(), format!("a runtime field must be an object, found {found}")));
    };
    let known = || KINDS.iter().filter(|(_, spans, _)| target.within(spans));
    let Some(kind) = params.get("type") else {
        let message = format!("the runtime field `{name}` has no `type`; add it");
        return Some((String::new(), message));
    };
    let Some((kind, _, own)) = known().find(|(known, ..)| kind == *known) else {
        let words: Vec<String> = known().map(|(known, ..)| format!("`{known}`")).collect();
        let message = format!(
            "the `type` of a runtime field is one of {} on {target}, found {}",
            words.join(", "),
            described(kind)
        );
        return Some(("/type".to_string(), message));
    };
    if *kind == "composite" && !params.contains_key("script") {
        return Some((
            String::new(),
            format!("the runtime field `{name}` needs a `script`; add it"),
        ));
    }
    let knows = |key: &str| key == "type" || SCRIPTED.contains(&key) || own.contains(&key);
    let stray = params.keys().find(|key| !knows(key)).filter(|_| !target.is_beyond_measured())?;
    let message =
        format!("a runtime field of the type `{kind}` has no `{stray}` on {target}; remove it");
    Some((format!("/{}", escape(stray)), message))
}
