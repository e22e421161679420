//! Fields that searches compute. They get no value of a document. Knows the root of a mapping and no field under `properties`.

use serde_json::{Map, Value};

use super::{Faults, parameter};
use crate::target::Target;
use crate::target::dialect::{described, escape};
use crate::target::span::{Span, es};

const SCRIPTED: &[&str] = &["script", "meta"];
const SINCE: &[Span] = &[es(7, 11)];
/// Where the next three were measured: 8.19 and 9.2.
const STRICT: &[Span] = &[es(8, 0)];
/// What a lookup cannot do without.
const LOOKUP: &[&str] = &["target_index", "input_field", "target_field", "fetch_fields"];

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
    ("lookup", &[es(8, 2)], LOOKUP),
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
pub(super) fn fault(name: &str, field: &Value, target: &Target) -> Option<(String, String)> {
    // A null takes a field away.
    if field.is_null() && target.within(STRICT) {
        return None;
    }
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
    if let Some(locale) = params.get("locale").filter(|said| *kind == "date" && !said.is_null())
        && let Err(wanted) = parameter::locale(locale)
    {
        let message = format!(
            "`locale` of a runtime field must {wanted} on {target}, found {}",
            described(locale)
        );
        return Some(("/locale".to_owned(), message));
    }
    if target.within(STRICT)
        && let Some(found) = strictly(name, kind, params)
    {
        return Some(found);
    }
    let is_scripted = *kind != "lookup";
    // 7.17 does not know what is done where a script fails.
    let is_new = |key: &str| key == "on_script_error" && target.within(STRICT);
    let shared = |key: &str| is_scripted && (is_new(key) || SCRIPTED.contains(&key));
    let knows = |key: &str| key == "type" || shared(key) || own.contains(&key);
    let stray = params.keys().find(|key| !knows(key)).filter(|_| !target.is_beyond_measured())?;
    let message =
        format!("a runtime field of the type `{kind}` has no `{stray}` on {target}; remove it");
    Some((format!("/{}", escape(stray)), message))
}

/// What a type needs, and what scripts and notes may be.
fn strictly(name: &str, kind: &str, params: &Map<String, Value>) -> Option<(String, String)> {
    if kind == "lookup" {
        let is_empty = |key: &&&str| match params.get(**key) {
            Some(Value::Array(fields)) => fields.is_empty(),
            found => found.is_none_or(Value::is_null),
        };
        return LOOKUP.iter().find(is_empty).map(|lacking| {
            let message =
                format!("the runtime field `{name}` is a lookup and needs `{lacking}`; add it");
            (String::new(), message)
        });
    }
    if let Some(meta) = params.get("meta").and_then(Value::as_object)
        && let Some(value) = meta.values().find(|value| !value.is_string())
    {
        let message = format!("`meta` must be an object of texts, found {}", described(value));
        return Some(("/meta".to_owned(), message));
    }
    if params.get("script") == Some(&Value::Null) {
        let message = "`script` must be a script, found `null`; remove it".to_owned();
        return Some(("/script".to_owned(), message));
    }
    let on_error = params.get("on_script_error").filter(|said| !said.is_null())?;
    if !matches!(on_error.as_str(), Some("fail" | "continue")) {
        let found = described(on_error);
        let message = format!("`on_script_error` is `fail` or `continue`, found {found}");
        return Some(("/on_script_error".to_owned(), message));
    }
    // The default may be said without one.
    (on_error == "continue" && !params.contains_key("script")).then(|| {
        let message =
            "`on_script_error: continue` says nothing without a `script`; remove it".to_owned();
        ("/on_script_error".to_owned(), message)
    })
}
