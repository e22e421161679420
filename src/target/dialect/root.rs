//! The root of a mapping: the wrapper that names its type, the meta-fields, and what holds for every field below.

use serde_json::{Map, Value};

use super::draft::{Draft, Place, Role, truth};
use super::{Translation, described, field, properties};
use crate::target::Mapping;
use crate::target::span::{ALWAYS, ES1_ES2, Span, es, es_until, in_words, os};

/// `dynamic: runtime`, and runtime fields.
pub(super) const RUNTIME: &[Span] = &[es(7, 11)];
/// `dynamic: strict_allow_templates`.
pub(super) const STRICT_ALLOW_TEMPLATES: &[Span] = &[os(2, 8)];
/// `dynamic: false_allow_templates`.
pub(super) const FALSE_ALLOW_TEMPLATES: &[Span] = &[os(3, 3)];

const ES1: &[Span] = &[es_until((1, 0), (2, 0))];

/// The type whose mapping all others began with, up to 6.x.
const EVERY_TYPE: &str = "_default_";
/// Keys of an index template that say nothing of an index.
const OF_TEMPLATES: &[&str] = &["template", "index_patterns", "order", "version"];

/// A key of the root mapping.
struct RootKey {
    name: &'static str,
    spans: &'static [Span],
    absent: Absent,
}

/// What becomes of a root key that the target does not know.
#[derive(Clone, Copy)]
enum Absent {
    /// Left out, with this said.
    Drop(&'static str),
    /// Left out where it is switched off, else a fault with this way out.
    FaultUnlessOff(&'static str),
    /// A fault with this way out.
    Fault(&'static str),
}

const fn root(name: &'static str, spans: &'static [Span], absent: Absent) -> RootKey {
    RootKey { name, spans, absent }
}

const EVERYWHERE: Absent = Absent::Fault("remove it");

/// Every key that a root mapping can have. Measured on the lines' engines.
#[rustfmt::skip]
const ROOT_KEYS: &[RootKey] = &[
    root("properties", ALWAYS, EVERYWHERE),
    root("dynamic", ALWAYS, EVERYWHERE),
    root("dynamic_templates", ALWAYS, EVERYWHERE),
    root("date_detection", ALWAYS, EVERYWHERE),
    root("numeric_detection", ALWAYS, EVERYWHERE),
    root("dynamic_date_formats", ALWAYS, EVERYWHERE),
    root("date_formats", &[es_until((1, 0), (5, 0))], Absent::Drop("it is `dynamic_date_formats` there")),
    root("enabled", ALWAYS, EVERYWHERE),
    root("_source", ALWAYS, EVERYWHERE),
    root("_routing", ALWAYS, EVERYWHERE),
    root("_meta", ALWAYS, EVERYWHERE),
    root("_size", ALWAYS, EVERYWHERE),
    root("_field_names", &[es_until((1, 0), (8, 0)), os(1, 0)], Absent::Drop("the field of names needs no switch any more")),
    root("_all", &[es_until((1, 0), (6, 0))], Absent::Drop("there is no `_all` any more; collect fields by `copy_to`")),
    root("include_in_all", &[es_until((1, 0), (6, 0))], Absent::Drop("there is no `_all` any more")),
    root("_timestamp", ES1_ES2, Absent::Drop("there is no `_timestamp` any more; map a `date` field and fill it")),
    root("_ttl", ES1_ES2, Absent::FaultUnlessOff("documents would never expire: remove it, and delete old documents by a query on a date")),
    root("_parent", &[es_until((1, 0), (6, 0))], Absent::Fault("map a `join` field (Elasticsearch 5.6 and later, OpenSearch)")),
    root("_boost", ES1, Absent::Drop("boosts are given by the query")),
    root("_analyzer", ES1, Absent::Fault("name the `analyzer` of each field")),
    root("_id", ES1, Absent::Drop("the action line carries the `_id`")),
    root("_type", ES1, Absent::Drop("it cannot be configured")),
    root("_index", ES1, Absent::Drop("it cannot be configured")),
    root("_uid", ES1, Absent::Drop("it cannot be configured")),
    root("_version", ES1, Absent::Drop("it cannot be configured")),
    root("analyzer", ES1, Absent::Drop("it is given to each analyzed field")),
    root("index_analyzer", ES1, Absent::Drop("it is given to each analyzed field")),
    root("search_analyzer", ES1, Absent::Drop("it is given to each analyzed field")),
    root("transform", ES1_ES2, Absent::Fault("let an ingest pipeline change the documents")),
    root("runtime", RUNTIME, Absent::Fault("map the fields under `properties`")),
    root("derived", &[os(2, 15)], Absent::Fault("map the fields under `properties`")),
    root("composite", &[os(2, 18)], Absent::Fault("remove it")),
    root("subobjects", &[es(8, 3)], Absent::Fault("remove it")),
    root("_data_stream_timestamp", &[es(8, 0), os(1, 0)], Absent::Fault("remove it")),
];

/// Takes off the wrappers `{"mappings": …}` and `{"<type>": …}`; gives the mapping, its pointer and the type's name.
pub(super) fn unwrap<'v>(
    t: &mut Translation<'_>,
    body: &'v Value,
    pointer: &str,
) -> Option<(&'v Map<String, Value>, String, Option<String>)> {
    let Value::Object(map) = body else {
        t.fault(
            pointer.to_string(),
            format!("a mapping must be an object, found {}", described(body)),
        );
        return None;
    };
    let mut map = map;
    let mut pointer = pointer.to_string();
    let mut type_name = None;
    if let Some((key, inner)) = outer_wrapper(map) {
        let shown = key.escape_debug();
        t.notices.push("", format!("the wrapper `{shown}` is taken off"));
        pointer = format!("{pointer}/{}", super::draft::escape(key));
        map = inner;
    }
    if let Some(Value::Object(inner)) = map.get("mappings") {
        for (key, _) in map.iter().filter(|(k, _)| *k != "mappings") {
            beside_mappings(t, key, &pointer);
        }
        t.notices.push("", "the wrapper `mappings` is taken off");
        pointer.push_str("/mappings");
        map = inner;
    }
    if let Some((name, inner)) = type_wrapper(map) {
        pointer = format!("{pointer}/{}", super::draft::escape(name));
        if name == EVERY_TYPE {
            t.notices
                .push("", format!("the wrapper `{name}`, which stands for any type, is taken off"));
        } else {
            t.notices.push("", format!("the wrapper with the type's name `{name}` is taken off"));
            type_name = Some(name.to_string());
        }
        map = inner;
    } else if map.len() > 1
        && map.values().all(looks_like_a_mapping)
        && !map.keys().any(|k| is_root_key(k))
    {
        let names: Vec<String> = map.keys().map(|k| format!("`{k}`")).collect();
        let way_out = match map.contains_key(EVERY_TYPE) {
            true => {
                "write what `_default_` says into the type's own mapping, and an index of each type"
            }
            false => "make an index of each",
        };
        let message =
            format!("found the types {}: an index here has one; {way_out}", names.join(", "));
        t.fault(pointer, message);
        return None;
    }
    Some((map, pointer, type_name))
}

/// The mapping of an index template beside its `index_patterns`, and that of an index below the index's name, as an engine
/// shows them.
fn outer_wrapper(map: &Map<String, Value>) -> Option<(&str, &Map<String, Value>)> {
    let holds_mappings = |value: &Value| value.get("mappings").is_some_and(Value::is_object);
    let template = map.get_key_value("template").filter(|_| map.contains_key("index_patterns"));
    let (key, inner) = template.or_else(|| map.iter().next().filter(|_| map.len() == 1))?;
    let inner = inner.as_object().filter(|_| !is_root_key(key) && holds_mappings(&map[key]))?;
    Some((key, inner))
}

/// What stands beside `mappings`: a template says there which indices it is for, which says nothing of one that has a name.
fn beside_mappings(t: &mut Translation<'_>, key: &str, pointer: &str) {
    if OF_TEMPLATES.contains(&key) {
        let message = format!(
            "`{key}` beside `mappings` is left out: it says which indices a template is for, and how it is kept"
        );
        return t.notices.push("", message);
    }
    let way_out = match key {
        "settings" | "aliases" => "write it beside `mapping` in the index",
        _ => "remove it",
    };
    t.fault(
        format!("{pointer}/{}", super::draft::escape(key)),
        format!("found `{key}` beside `mappings` in a mapping; {way_out}"),
    );
}

fn type_wrapper(map: &Map<String, Value>) -> Option<(&str, &Map<String, Value>)> {
    let (name, inner) = map.iter().next().filter(|_| map.len() == 1)?;
    let inner_map = inner.as_object()?;
    (!is_root_key(name) && looks_like_a_mapping(inner)).then_some((name.as_str(), inner_map))
}

pub(super) fn is_root_key(name: &str) -> bool {
    ROOT_KEYS.iter().any(|k| k.name == name)
}

fn looks_like_a_mapping(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|map| map.keys().any(|k| is_root_key(k)) && !map.contains_key("type"))
}

/// The root mapping in the target's dialect.
pub(super) fn translate(
    t: &mut Translation<'_>,
    map: &Map<String, Value>,
    place: Place,
) -> Mapping {
    let mut draft = Draft {
        kind: "object".to_string(),
        entries: map.clone(),
        place: place.clone(),
        dropped_keys: &[],
        renamed_keys: &[],
    };
    super::camel::root_keys(t, &mut draft);
    nulls(t, &mut draft);
    default_analyzers(t, &draft);
    old_names(t, &mut draft);
    routing(t, &mut draft);
    source(t, &mut draft);
    let keys: Vec<String> = draft.entries.keys().cloned().collect();
    for key in keys {
        check_key(t, &mut draft, &key);
    }
    super::meta::members(t, &mut draft);
    switches(t, &mut draft);
    field::dynamic(t, &mut draft);
    super::date::dynamic_formats(t, &mut draft);
    let templates = super::template::all(t, &mut draft);
    let mut list = Vec::new();
    match draft.get("properties").cloned() {
        Some(value) => {
            let (body, properties) = properties(t, &value, &place, "properties", Role::Property);
            draft.set("properties", body);
            list = properties;
        }
        None => t.fault(
            place.pointer,
            "the mapping has no `properties`, and documents would have no fields; list them there"
                .to_string(),
        ),
    }
    // Lines that know `_parent` route each document of the type by it.
    let has_parent = draft.get("_parent").and_then(|parent| parent.get("type")).is_some();
    if has_parent {
        let says = "documents below a `_parent` are routed and get no parent, which an action line of the model cannot \
                    name: `has_child` and `has_parent` find none; keep the parent's id in a field of its own";
        t.notice(&draft, says.to_string());
    }
    let analyzed_by = draft.get("_analyzer").filter(|_| t.target.within(ES1));
    if let Some(path) = analyzed_by.and_then(|a| a.get("path")).and_then(Value::as_str) {
        let says = format!(
            "`_analyzer.path` takes the name of an analyzer from `{path}`, which no check follows: {} refuses each document that has none of the index there",
            t.target
        );
        t.notice(&draft, says);
    }
    let routing_required = has_parent
        || draft.get("_routing").and_then(|r| r.get("required")).and_then(truth).unwrap_or(false);
    Mapping {
        body: draft.entries,
        properties: list,
        templates,
        template_fields: std::mem::take(&mut t.template_fields),
        routing_required,
        ..Mapping::default()
    }
}

fn check_key(t: &mut Translation<'_>, draft: &mut Draft, key: &str) {
    let target = t.target;
    let Some(value) = draft.get(key).cloned() else { return };
    let Some(known) = ROOT_KEYS.iter().find(|k| k.name == key) else {
        let near = nearest(key).map_or(String::new(), |n| format!("; the nearest is `{n}`"));
        return t.fault(
            draft.place.at(key),
            format!("a mapping has no `{key}`{near}; fields are listed under `properties`"),
        );
    };
    // 6.x still takes `_all` where it is switched off, which is its default.
    if target.within(known.spans)
        || (key == "_all" && is_off(&value) && target.within(&[es_until((6, 0), (7, 0))]))
    {
        if key == "_size" && !target.within(ES1) {
            let message = format!(
                "`_size` comes with the plugin `mapper-size`, without which {target} refuses the index"
            );
            t.notice(draft, message);
        }
        return;
    }
    let missing = format!("`{key}` ({})", in_words(known.spans));
    match known.absent {
        Absent::Drop(_) if key == "date_formats" => {}
        Absent::Drop(why) => {
            draft.take(key);
            t.notice(draft, format!("{missing} is left out for {target}: {why}"));
        }
        Absent::FaultUnlessOff(_) if is_off(&value) => {
            draft.take(key);
            t.notice(draft, format!("{missing} is left out for {target}: it is switched off"));
        }
        Absent::FaultUnlessOff(way_out) | Absent::Fault(way_out) => {
            t.fault(draft.place.at(key), format!("{target} has no {missing}; {way_out}"));
        }
    }
}

fn is_off(value: &Value) -> bool {
    value.get("enabled").and_then(truth) == Some(false)
}

fn nearest(key: &str) -> Option<&'static str> {
    ROOT_KEYS
        .iter()
        .map(|k| (strsim::jaro_winkler(key, k.name), k.name))
        .filter(|(score, _)| *score > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Keys and members that are null say what leaving them out says.
fn nulls(t: &mut Translation<'_>, draft: &mut Draft) {
    let keys: Vec<String> =
        draft.entries.keys().filter(|key| *key != "properties").cloned().collect();
    for key in keys {
        match draft.entries.get_mut(&key) {
            Some(Value::Null) => {
                draft.take(&key);
                t.notice(draft, format!("`{key}: null` is left out: it says nothing"));
            }
            Some(Value::Object(members)) if key.starts_with('_') && key != "_meta" => {
                let before = members.len();
                members.retain(|_, value| !value.is_null());
                if members.len() < before {
                    t.notice(
                        draft,
                        format!("what is null in `{key}` is left out: it says nothing"),
                    );
                }
            }
            _ => {}
        }
    }
}

/// `yes`, `no`, 1 and 0 become `true` and `false`, at the root and in its meta-fields.
fn switches(t: &mut Translation<'_>, draft: &mut Draft) {
    if t.target.within(ES1_ES2) {
        return;
    }
    let plain = ["date_detection", "numeric_detection", "enabled"].map(|key| (key, ""));
    let members = [("_source", "enabled"), ("_routing", "required"), ("_field_names", "enabled")];
    for (key, member) in plain.into_iter().chain(members) {
        let Some(value) = draft.entries.get_mut(key) else { continue };
        let value = if member.is_empty() { Some(value) } else { value.get_mut(member) };
        let Some(value) = value else { continue };
        let strict = value.is_boolean() || matches!(value.as_str(), Some("true" | "false"));
        if let Some(switch) = truth(value).filter(|_| !strict) {
            let name = if member.is_empty() { key.to_string() } else { format!("{key}.{member}") };
            let message = format!("`{name}: {value}` becomes `{name}: {switch}` for {}", t.target);
            *value = switch.into();
            t.notice(draft, message);
        }
    }
}

/// 1.x spelt `dynamic_date_formats` without its first word, too.
fn old_names(t: &mut Translation<'_>, draft: &mut Draft) {
    if t.target.within(ES1_ES2) {
        return;
    }
    if let Some(value) = draft.get("date_formats").cloned() {
        draft.rename("date_formats", "dynamic_date_formats", value);
        let target = t.target;
        t.notice(draft, format!("`date_formats` becomes `dynamic_date_formats` for {target}"));
    }
}

/// `_routing.path` and `_routing.store` ended with 1.x.
fn routing(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(Value::Object(mut routing)) = draft.get("_routing").cloned() else { return };
    if t.target.within(ES1) {
        return;
    }
    let target = t.target;
    if let Some(path) = routing.shift_remove("path") {
        let column = path.as_str().unwrap_or("column").to_string();
        t.fault(
            format!("{}/path", draft.place.at("_routing")),
            format!("{target} takes no routing from a field; remove `path` and write `\"routing\": \"{{{column}}}\"` in the index"),
        );
    }
    for key in ["store", "index"] {
        if routing.shift_remove(key).is_some() {
            t.notice(
                draft,
                format!("`_routing.{key}` is left out for {target}: it cannot be configured"),
            );
        }
    }
    draft.set("_routing", routing);
}

/// `_source.compress` and its like ended with 1.x.
fn source(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(Value::Object(mut source)) = draft.get("_source").cloned() else { return };
    let target = t.target;
    for key in ["compress", "compress_threshold", "format"] {
        if !target.within(ES1) && source.shift_remove(key).is_some() {
            t.notice(
                draft,
                format!("`_source.{key}` is left out for {target}: it cannot be configured"),
            );
        }
    }
    if source.contains_key("mode") && !target.within(&[es(8, 4)]) {
        source.shift_remove("mode");
        t.notice(
            draft,
            format!(
                "`_source.mode` is left out for {target}, which keeps the source as it was sent"
            ),
        );
    }
    // 9.2 takes it in the mapping, and passes over it.
    let is_mode = |mode: &Value| matches!(mode.as_str(), Some("stored" | "synthetic" | "disabled"));
    if target.within(&[es(9, 0)])
        && let Some(mode) = source.get("mode").filter(|mode| is_mode(mode)).cloned()
    {
        source.shift_remove("mode");
        t.settings.insert("index.mapping.source.mode".to_string(), mode);
        t.notice(
            draft,
            format!("`_source.mode` becomes the setting `index.mapping.source.mode` for {target}"),
        );
    }
    draft.set("_source", source);
}

/// Analyzers of the root, which 1.x gives to every analyzed field without one.
fn default_analyzers(t: &mut Translation<'_>, draft: &Draft) {
    if t.target.within(ES1) {
        return;
    }
    for key in ["analyzer", "index_analyzer", "search_analyzer"] {
        if let Some(value) = draft.get(key) {
            t.defaults.insert(key.to_string(), value.clone());
        }
    }
}

/// Gives a field the analyzers of the root.
pub(super) fn give_default_analyzers(t: &mut Translation<'_>, draft: &mut Draft) {
    if t.defaults.is_empty() || !draft.is(&["string", "text"]) {
        return;
    }
    let analyzed = !matches!(draft.text("index"), Some("no" | "not_analyzed"));
    let own = ["analyzer", "index_analyzer", "search_analyzer"].iter().any(|k| draft.has(k));
    if analyzed && !own {
        for (key, value) in t.defaults.clone() {
            draft.set(&key, value);
        }
    }
}
