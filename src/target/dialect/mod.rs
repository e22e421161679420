//! A mapping written for any line, read and written again in the target's dialect. Knows no file and no value.

mod alternative;
mod camel;
mod completion;
mod date;
mod demand;
mod draft;
mod field;
mod ignored;
mod meta;
mod notice;
mod parameter;
mod root;
mod template;
mod text;
mod vector;

use serde_json::{Map, Value};

pub(in crate::target) use self::alternative::LISTS;
pub(in crate::target) use self::camel::underscored;
pub(in crate::target) use self::draft::escape;
pub(crate) use self::draft::truth;
use self::draft::{Draft, Place, Role};
use self::notice::Notices;
pub(in crate::target) use self::parameter::has_parameter;
use super::{Mapping, Property, Target, kind, limit, valid};
use crate::error::Fault;

/// One translation step: looks whether it applies, and changes the draft.
type Rule = fn(&mut Translation<'_>, &mut Draft);

/// Every step, in order: names of types first, then what belongs to one type, then switches that many share.
const RULES: &[Rule] = &[
    field::nulls,
    field::multi_field,
    text::string_becomes_text_or_keyword,
    text::text_and_keyword_become_string,
    field::other_names,
    vector::parameters,
    text::analyzers,
    text::ended_analyzers,
    text::position_gap,
    text::norms,
    text::similarity,
    text::fielddata,
    completion::payloads,
    completion::input_length,
    completion::contexts,
    completion::limits,
    field::numeric_resolution,
    date::formats,
    field::index_switch,
    field::switches,
    field::dynamic,
    field::path_of_names,
    field::join_needs_single_type,
    field::copies_that_are_dropped,
    ignored::analyzers,
    text::normalizer,
    demand::doc_values_of_text,
    demand::check,
];

/// The type of a dynamic template that takes the type of the value.
pub(super) const DYNAMIC_TYPE: &str = "{dynamic_type}";

/// What a translation knows and gathers.
struct Translation<'a> {
    target: &'a Target,
    faults: &'a mut Vec<Fault>,
    notices: Notices,
    /// Whether the mapping shows that it was written for 1.x or 2.x.
    legacy: bool,
    /// Analyzers that a root mapping of 1.x gives to fields without one.
    defaults: Map<String, Value>,
    /// Index settings without which the translated mapping does not work.
    settings: Map<String, Value>,
    /// What the dynamic templates map.
    template_fields: Vec<Property>,
}

impl Translation<'_> {
    fn fault(&mut self, pointer: String, message: String) {
        self.faults.push(Fault { pointer, message });
    }

    fn notice(&mut self, draft: &Draft, message: String) {
        self.notices.push(&draft.place.path, message);
    }
}

/// See [`Mapping::translate`].
pub(super) fn translate(
    body: &Value,
    pointer: &str,
    target: &Target,
    faults: &mut Vec<Fault>,
) -> Mapping {
    let mut t = Translation {
        target,
        faults,
        notices: Notices::default(),
        legacy: is_legacy(body),
        defaults: Map::new(),
        settings: Map::new(),
        template_fields: Vec::new(),
    };
    let Some((map, pointer, type_name)) = root::unwrap(&mut t, body, pointer) else {
        return Mapping::default();
    };
    let place = Place { path: String::new(), pointer: pointer.clone(), role: Role::Property };
    let mut mapping = root::translate(&mut t, map, place);
    mapping.type_name = type_name;
    demand::alias_paths(&mut t, &mapping);
    completion::context_paths(&mut t, &mapping.properties);
    limit::check_names(&mapping, target, t.faults);
    valid::check(&mapping, &pointer, target, t.faults);
    mapping.notices = t.notices.into_lines();
    mapping.settings = t.settings;
    mapping.pointer = pointer;
    mapping
}

/// Every property under `key` of an object's mapping, in order.
fn properties(
    t: &mut Translation<'_>,
    value: &Value,
    place: &Place,
    key: &str,
    role: Role,
) -> (Value, Vec<Property>) {
    // Every engine takes an empty list for no fields.
    let Value::Object(map) = value else {
        if value.as_array().is_some_and(Vec::is_empty) {
            return (Value::Object(Map::new()), Vec::new());
        }
        t.fault(
            place.at(key),
            format!("`{key}` must be an object of fields, found {}", described(value)),
        );
        return (value.clone(), Vec::new());
    };
    let mut bodies = Map::with_capacity(map.len());
    let mut list = Vec::with_capacity(map.len());
    for (name, value) in map {
        let place = place.child(key, name, role);
        if let Some((body, property)) = property(t, name, value, place) {
            bodies.insert(name.clone(), body);
            list.push(property);
        }
    }
    (Value::Object(bodies), list)
}

/// One property; `None` after a fault that leaves nothing to go on with.
fn property(
    t: &mut Translation<'_>,
    name: &str,
    value: &Value,
    place: Place,
) -> Option<(Value, Property)> {
    let pointer = place.pointer.clone();
    let mut draft = draft(t, value, place)?;
    for rule in RULES {
        rule(t, &mut draft);
    }
    check_kind(t, &draft);
    parameter::check(t, &mut draft);
    check_values(t, &draft, value);
    let (multi_fields, members) = children(t, &mut draft);
    let mut params = draft.entries.clone();
    for key in ["type", "fields", "properties"] {
        params.shift_remove(key);
    }
    let property = Property {
        name: name.to_string(),
        pointer,
        kind: draft.kind,
        params,
        multi_fields,
        properties: members,
        dropped_keys: draft.dropped_keys,
        renamed_keys: draft.renamed_keys,
    };
    Some((Value::Object(draft.entries), property))
}

fn draft(t: &mut Translation<'_>, value: &Value, place: Place) -> Option<Draft> {
    let Value::Object(map) = value else {
        t.fault(
            place.pointer,
            format!("a field's mapping must be an object, found {}", described(value)),
        );
        return None;
    };
    let kind = match map.get("type") {
        Some(Value::String(kind)) if !kind.is_empty() => kind.clone(),
        Some(other) => {
            t.fault(
                place.at("type"),
                format!("`type` must be the name of a mapping type, found {}", described(other)),
            );
            return None;
        }
        None if place.role == Role::Template => DYNAMIC_TYPE.to_string(),
        None if map.contains_key("properties") || is_switch_of_object(map) => "object".to_string(),
        None if map.contains_key("fields") => "multi_field".to_string(),
        None => {
            t.fault(
                place.pointer,
                format!("`{}` has neither `type` nor `properties`; give it a `type`", place.path),
            );
            return None;
        }
    };
    let entries = map.clone();
    let mut draft = Draft { kind, entries, place, dropped_keys: &[], renamed_keys: &[] };
    camel::kind(t, &mut draft);
    camel::parameters(t, &mut draft);
    root::give_default_analyzers(t, &mut draft);
    Some(draft)
}

/// `{"enabled": false}` alone is an object too.
fn is_switch_of_object(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.contains_key("enabled")
}

fn children(t: &mut Translation<'_>, draft: &mut Draft) -> (Vec<Property>, Vec<Property>) {
    let place = draft.place.clone();
    let mut multi_fields = Vec::new();
    if let Some(fields) = draft.get("fields").cloned() {
        let (body, list) = properties(t, &fields, &place, "fields", Role::MultiField);
        draft.set("fields", body);
        multi_fields = list;
    }
    let mut members = Vec::new();
    if let Some(properties_body) = draft.get("properties").cloned() {
        let (body, list) = properties(t, &properties_body, &place, "properties", Role::Property);
        draft.set("properties", body);
        members = list;
    }
    (multi_fields, members)
}

/// The type must be one that the target has; a type that nobody knows is the user's own business.
fn check_kind(t: &mut Translation<'_>, draft: &Draft) {
    let target = t.target;
    if draft.kind == DYNAMIC_TYPE {
        return;
    }
    match kind::find(&draft.kind) {
        Some(known) if target.within(known.spans) => {
            if let Some(plugin) = kind::plugin(known.name, target) {
                let kind = known.name;
                t.notice(
                    draft,
                    format!("the mapping type `{kind}` comes with the plugin `{plugin}`, without which {target} refuses the index"),
                );
            }
        }
        Some(known) => t.fault(draft.place.at("type"), known.missing(target)),
        None => {
            let near = kind::nearest(&draft.kind, target)
                .map_or(String::new(), |n| format!("; the nearest known one is `{n}`"));
            t.notice(
                draft,
                format!(
                    "the mapping type `{}` is not known here, and {target} refuses the index unless a plugin brings it; its values go out as they are stored{near}",
                    draft.kind
                ),
            );
        }
    }
}

/// Every parameter must say what the target takes; one fault is enough for each.
fn check_values(t: &mut Translation<'_>, draft: &Draft, written: &Value) {
    if !is_closed(&draft.kind) {
        return;
    }
    for (key, value) in &draft.entries {
        // What has another name in the model is told at the field.
        let stands = written.get(key).is_some();
        let pointer = if stands { draft.place.at(key) } else { draft.place.pointer.clone() };
        if let Some(message) = valid::parameter::fault(&draft.kind, key, value, t.target)
            && !t.faults.iter().any(|fault| fault.pointer == pointer)
        {
            t.fault(pointer, message);
        }
    }
}

/// Whether everything about a type is known here, or it is that of the value in a dynamic template.
fn is_closed(kind: &str) -> bool {
    kind == DYNAMIC_TYPE || kind::find(kind).is_some_and(|k| k.params == kind::Params::Known)
}

/// Whether something in a mapping belongs to 1.x or 2.x alone.
fn is_legacy(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            matches!(map.get("type").and_then(Value::as_str), Some("string" | "multi_field"))
                || matches!(
                    map.get("index").and_then(Value::as_str),
                    Some("not_analyzed" | "analyzed" | "no")
                )
                || map.values().any(is_legacy)
        }
        Value::Array(list) => list.iter().any(is_legacy),
        _ => false,
    }
}

/// A JSON value for a message, shortened.
pub(in crate::target) fn described(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_string(),
        Value::Array(_) => "a list".to_string(),
        other => {
            let text = other.to_string();
            let short: String = text.chars().take(40).collect();
            if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
        }
    }
}

#[cfg(test)]
mod tests;
