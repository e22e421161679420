//! Dynamic templates: the mapping inside each is a mapping like any other. Knows no field.

use serde_json::{Map, Value};

use super::draft::{Draft, Place, Role, escape};
use super::{DYNAMIC_TYPE, Translation, alternative, camel, described, property};
use crate::target::Target;
use crate::target::span::{ES1_ES2, Span, es, os};
use crate::target::valid::root::is_template_key;

/// Words that templates of 1.x and 2.x match by, as those of Logstash do, and that no value of a JSON document ever was.
/// Measured on 1.7 and 2.4.
const NEVER_MATCHED: &[&str] = &["byte", "short", "integer", "float", "geo_point", "ip"];
/// Versions that refuse such words.
const STRICT_WORDS: &[Span] = &[es(6, 0), os(1, 0)];

/// Translates every template; the JSON pointer of each that goes out.
pub(super) fn all(t: &mut Translation<'_>, draft: &mut Draft) -> Vec<String> {
    let Some(value) = draft.get("dynamic_templates").cloned() else { return Vec::new() };
    let pointer = draft.place.at("dynamic_templates");
    let Value::Array(list) = value else {
        t.fault(
            pointer,
            format!("`dynamic_templates` must be a list, found {}", described(&value)),
        );
        return Vec::new();
    };
    let named = list.iter().filter_map(Value::as_object).flat_map(Map::keys);
    let mut written = Written { taken: named.cloned().collect(), ..Written::default() };
    for (i, entry) in list.into_iter().enumerate() {
        let at = format!("{pointer}/{i}");
        match entry {
            Value::Object(named) if named.len() == 1 => {
                for (name, template) in named {
                    let at = format!("{at}/{}", escape(&name));
                    match template {
                        Value::Object(template) => {
                            for (name, template) in
                                translated(t, draft, &name, template, &at, &written.taken)
                            {
                                written.push(name, template.into(), &at);
                            }
                        }
                        other => written.push(name, other, &at),
                    }
                }
            }
            Value::Object(named) => {
                written.list.push(named.into());
                written.pointers.push(at);
            }
            _ => {
                t.fault(at, "a dynamic template must be an object with its name as key".to_string())
            }
        }
    }
    draft.set("dynamic_templates", written.list);
    written.pointers
}

/// The templates that go out, and where each stands in the model.
#[derive(Default)]
struct Written {
    list: Vec<Value>,
    pointers: Vec<String>,
    /// Names that the model gives.
    taken: Vec<String>,
}

impl Written {
    fn push(&mut self, name: String, template: Value, pointer: &str) {
        self.list.push(Value::Object([(name, template)].into_iter().collect()));
        self.pointers.push(pointer.to_owned());
    }
}

/// What one template becomes, each with a name of its own.
fn translated(
    t: &mut Translation<'_>,
    draft: &Draft,
    name: &str,
    mut template: Map<String, Value>,
    at: &str,
    taken: &[String],
) -> Vec<(String, Map<String, Value>)> {
    camel::template_keys(&mut template);
    ignored_keys(t, draft, name, &template);
    let parts = alternative::split(&template, t.target);
    if parts.as_slice() != std::slice::from_ref(&template) {
        let target = t.target;
        let message = match parts.len() {
            0 => format!("the dynamic template `{name}` is left out: it is for no type"),
            1 => format!(
                "the dynamic template `{name}` says by one pattern and one type what {target} reads in no list"
            ),
            n => format!(
                "the dynamic template `{name}` becomes {n} for {target}, where each has one pattern and one type"
            ),
        };
        t.notice(draft, message);
    }
    let mut list = Vec::new();
    // What is wrong with the mapping is told once.
    let mut told = None;
    let free = (2..).map(|n| format!("{name} {n}")).filter(|name| !taken.contains(name));
    let names = std::iter::once(name.to_owned()).chain(free);
    for (mut part, own_name) in parts.into_iter().zip(names) {
        if is_left_out(t, draft, name, &part) {
            continue;
        }
        if let Some(own) = of_text(&part, t.target) {
            if part.get("match_mapping_type").and_then(Value::as_str) == Some("string") {
                part = own;
            } else {
                // A template for all values is two.
                let own = one(t, own, name, at);
                list.push((format!("{own_name} for text"), own));
            }
        }
        list.push((own_name, one(t, part, name, at)));
        t.faults.truncate(*told.get_or_insert(t.faults.len()));
    }
    list
}

/// 1.x and 2.x ignore keys that they do not know.
fn ignored_keys(t: &mut Translation<'_>, draft: &Draft, name: &str, template: &Map<String, Value>) {
    if !t.target.within(ES1_ES2) {
        return;
    }
    for key in template.keys().filter(|key| !is_template_key(key)) {
        let message = format!(
            "`{key}` says nothing in the dynamic template `{name}`: {} ignores it",
            t.target
        );
        t.notice(draft, message);
    }
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
    if let Some((body, field)) = property(t, &path, &mapping, place) {
        t.template_fields.push(field);
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
