//! Dynamic templates: the mapping inside each is a mapping like any other. Knows no field.

use serde_json::{Map, Value};

use super::draft::{Draft, Place, Role, escape};
use super::{DYNAMIC_TYPE, Translation, camel, described, property};
use crate::target::Target;
use crate::target::span::{ES1_ES2, Span, es, os};

/// Words that templates of 1.x and 2.x match by, as those of Logstash do, and that no value of a JSON document ever was.
/// Measured on 1.7 and 2.4.
const NEVER_MATCHED: &[&str] = &["byte", "short", "integer", "float", "geo_point", "ip"];
/// Versions that refuse such words.
const STRICT_WORDS: &[Span] = &[es(6, 0), os(1, 0)];

pub(super) fn all(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(value) = draft.get("dynamic_templates").cloned() else { return };
    let pointer = draft.place.at("dynamic_templates");
    let Value::Array(list) = value else {
        return t.fault(
            pointer,
            format!("`dynamic_templates` must be a list, found {}", described(&value)),
        );
    };
    let mut translated = Vec::with_capacity(list.len());
    for (i, entry) in list.into_iter().enumerate() {
        let Value::Object(named) = entry else {
            t.fault(
                format!("{pointer}/{i}"),
                "a dynamic template must be an object with its name as key".to_string(),
            );
            continue;
        };
        let (is_empty, mut kept) = (named.is_empty(), Map::new());
        for (name, template) in named {
            let at = format!("{pointer}/{i}/{}", escape(&name));
            let Value::Object(mut template) = template else {
                kept.insert(name, template);
                continue;
            };
            camel::template_keys(&mut template);
            if is_left_out(t, draft, &name, &template) {
                continue;
            }
            if let Some(own) = of_text(&template, t.target) {
                if template.get("match_mapping_type").and_then(Value::as_str) == Some("string") {
                    template = own;
                } else {
                    // A template for all values is two.
                    let own = one(t, own, &name, &at);
                    let name = format!("{name} for text");
                    translated.push(Value::Object([(name, own.into())].into_iter().collect()));
                }
            }
            let template = one(t, template, &name, &at);
            kept.insert(name, template.into());
        }
        if is_empty || !kept.is_empty() {
            translated.push(Value::Object(kept));
        }
    }
    draft.set("dynamic_templates", translated);
}

/// Whether a template goes, since it matches nothing and the target refuses it.
fn is_left_out(
    t: &mut Translation<'_>,
    draft: &Draft,
    name: &str,
    template: &Map<String, Value>,
) -> bool {
    let word = template.get("match_mapping_type").and_then(Value::as_str);
    let word = word.filter(|word| NEVER_MATCHED.contains(word));
    let Some(word) = word.filter(|_| t.legacy && t.target.within(STRICT_WORDS)) else {
        return false;
    };
    let message = format!(
        "the dynamic template `{name}` is left out for {}: no JSON value is of `match_mapping_type: {word}` on any line, whole numbers are `long` and others `double`",
        t.target
    );
    t.notice(draft, message);
    true
}

fn one(
    t: &mut Translation<'_>,
    mut template: Map<String, Value>,
    name: &str,
    pointer: &str,
) -> Map<String, Value> {
    let Some(mapping) = template.get("mapping").filter(|m| m.is_object()).cloned() else {
        return template;
    };
    let path = format!("dynamic template {name}");
    let place =
        Place { path: path.clone(), pointer: format!("{pointer}/mapping"), role: Role::Template };
    if let Some((body, _)) = property(t, &path, &mapping, place) {
        template.insert("mapping".to_string(), body);
    }
    template
}

/// A template whose mapping has text of any type that is not analyzed, as that of text alone, which has types of its own since
/// 5.0: `None` where there is no such text, or the target knows it as it is written.
fn of_text(template: &Map<String, Value>, target: &Target) -> Option<Map<String, Value>> {
    let kind = template.get("match_mapping_type").and_then(Value::as_str);
    if target.within(ES1_ES2) || !matches!(kind, None | Some("string" | "*")) {
        return None;
    }
    let mut mapping = template.get("mapping")?.clone();
    if !call_string(&mut mapping) {
        return None;
    }
    let mut own = template.clone();
    own.insert("match_mapping_type".to_owned(), "string".into());
    own.insert("mapping".to_owned(), mapping);
    Some(own)
}

/// Gives the type `string` to what is written as such and has that of the value; whether it is ever not analyzed.
fn call_string(mapping: &mut Value) -> bool {
    let Value::Object(mapping) = mapping else { return false };
    let kind = mapping.get("type").and_then(Value::as_str);
    let is_open = kind.is_none_or(|kind| kind == DYNAMIC_TYPE);
    let index = mapping.get("index").and_then(Value::as_str);
    let word = index.is_some_and(|word| matches!(word, "not_analyzed" | "analyzed" | "no"));
    let mut found = is_open && index == Some("not_analyzed");
    if is_open && word {
        mapping.insert("type".to_owned(), "string".into());
    }
    if let Some(Value::Object(fields)) = mapping.get_mut("fields") {
        for field in fields.values_mut() {
            found |= call_string(field);
        }
    }
    found
}
