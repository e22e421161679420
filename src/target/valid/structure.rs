//! How the fields of a mapping go together: copies, aliases, multi-fields, joins, names with dots. Knows no parameter that
//! concerns its own field alone.

use serde_json::{Value, json};

use super::Faults;
use crate::target::dialect::truth;
use crate::target::span::{ES5_ON, Span, es, es_until, os};
use crate::target::{Mapping, Property, Target, name_below};

/// Versions that check where `copy_to` leads when the index is created.
const COPIES: &[Span] = &[es(6, 0), os(1, 0)];
/// Versions that make the copy to a name below a field a member of what that field reads, which few types take.
const COPIES_INTO: &[Span] = &[es(8, 0)];
const INTO: &[&str] = &["flattened", "rank_features", "sparse_vector"];
/// Versions that pay no heed to dots at the end of what `copy_to` names.
const ENDS_IN_DOTS: &[Span] = &[es(8, 0)];
/// Versions that take no copy to a name of blanks alone; below an object none takes it since 5.0.
const NO_BLANK: &[Span] = &[es_until((5, 0), (6, 0)), es(8, 0)];
const ES2_ON: &[Span] = &[es(2, 0), os(1, 0)];
const ES6_ON: &[Span] = &[es(6, 0), os(1, 0)];
const ES7: &[Span] = &[es(7, 0)];
const ES7_OS: &[Span] = &[es(7, 0), os(1, 0)];
/// Versions that keep one of the two where a field is mapped twice, once with a dot in its name, as two types; the others refuse.
const KEEPS_ONE: &[Span] = &[es(8, 0)];
/// Versions that refuse a name with dots below an object that is mapped with `enabled: false`.
const NONE_BELOW_DISABLED: &[Span] = &[os(1, 0)];
/// Contexts of a `completion`, at most, and the versions that count them.
const CONTEXTS_MAX: usize = 10;
const FEW_CONTEXTS: &[Span] = &[es(8, 0)];
/// What such an object is here.
const DISABLED: &str = "object with enabled: false";
/// Versions that make an object below `subobjects: false` into names with dots.
const FLATTENS: &[Span] = &[es(8, 10)];

/// Types that no multi-field can be of.
#[rustfmt::skip]
const NO_MULTI_FIELD: &[(&str, &[Span])] = &[
    ("object", ES2_ON),
    ("nested", ES2_ON),
    ("passthrough", ES7),
    ("alias", ES6_ON),
    ("join", ES5_ON),
    ("percolator", ES7),
    ("dense_vector", &[es(8, 0)]),
    ("sparse_vector", &[es(8, 11)]),
    ("rank_vectors", ES7),
    ("semantic_text", ES7),
];

/// Versions on which a point has no second one as a multi-field: measured on 5.6, 6.8, OpenSearch 2.19 and 3.8.
const ONE_POINT: &[Span] = &[es_until((5, 0), (7, 0)), os(1, 0)];

/// Names of fields that the engine makes of one with this parameter.
const RESERVED: &[(&str, &str)] =
    &[("_index_prefix", "index_prefixes"), ("_index_phrase", "index_phrases")];

/// A field with its full path.
struct Field<'p> {
    path: String,
    property: &'p Property,
    /// Paths of the `nested` fields that it lies in, outermost first.
    nested: Vec<String>,
    /// Whether it is a field of its own, and no multi-field.
    own: bool,
}

/// Checks what the fields of `mapping` say of each other.
pub(super) fn check(mapping: &Mapping, target: &Target, faults: &mut Faults<'_>) {
    let mut fields = Vec::new();
    gather(&mapping.properties, "", &[], true, &mut fields);
    multi_fields(&mapping.properties, target, faults);
    multi_fields(&mapping.template_fields, target, faults);
    copies(&fields, target, faults);
    alias_scopes(&fields, target, faults);
    contexts(&fields, target, faults);
    joins(&fields, target, faults);
    let flat = mapping.body.get("subobjects").and_then(truth) == Some(false);
    subobjects(&mapping.properties, flat, &dynamic(mapping.body.get("dynamic")), target, faults);
    if !flat && target.within(ES5_ON) {
        let mut seen = Vec::new();
        dots(&mapping.properties, "", &mut seen, target, faults);
    }
}

fn is_object(property: &Property) -> bool {
    matches!(property.kind.as_str(), "object" | "nested" | "passthrough")
}

fn joined(above: &str, name: &str) -> String {
    if above.is_empty() { name.to_string() } else { format!("{above}.{name}") }
}

fn gather<'p>(
    list: &'p [Property],
    above: &str,
    nested: &[String],
    own: bool,
    fields: &mut Vec<Field<'p>>,
) {
    for property in list {
        let path = joined(above, &property.name);
        fields.push(Field { path: path.clone(), property, nested: nested.to_vec(), own });
        let mut scopes = nested.to_vec();
        if property.kind == "nested" {
            scopes.push(path.clone());
        }
        gather(&property.multi_fields, &path, nested, false, fields);
        gather(&property.properties, &path, &scopes, true, fields);
    }
}

/// Types and names that a multi-field cannot have, and copies from it.
fn multi_fields(list: &[Property], target: &Target, faults: &mut Faults<'_>) {
    for property in list {
        for field in &property.multi_fields {
            let (name, kind) = (&field.name, &field.kind);
            let refused = NO_MULTI_FIELD.iter().any(|(k, spans)| k == kind && target.within(spans));
            if refused {
                let message = format!(
                    "{target} takes no multi-field of the type `{kind}`; list it under `properties`"
                );
                faults.push(field.pointer.clone(), message);
            }
            if name.contains('.') && target.within(ES5_ON) {
                let message = format!(
                    "{target} takes no dot in the name of a multi-field, found `{name}`; rename it"
                );
                faults.push(field.pointer.clone(), message);
            }
            let twice = kind == "geo_point" && property.kind == "geo_point";
            if twice && target.within(ONE_POINT) {
                let message = format!(
                    "{target} refuses every value of a `geo_point` with a multi-field of the same type; list it under `properties`"
                );
                faults.push(field.pointer.clone(), message);
            }
            let is_own =
                RESERVED.iter().any(|(n, key)| n == name && property.params.contains_key(*key));
            if is_own {
                let message = format!(
                    "{target} keeps the name `{name}` beside such a field for itself; rename the multi-field"
                );
                faults.push(field.pointer.clone(), message);
            }
            if field.params.contains_key("copy_to") && target.within(ES2_ON) {
                let message = format!(
                    "{target} takes no `copy_to` of a multi-field; write it into the field itself"
                );
                faults.push(format!("{}/copy_to", field.pointer), message);
            }
        }
        multi_fields(&property.multi_fields, target, faults);
        multi_fields(&property.properties, target, faults);
    }
}

/// Every `copy_to` must lead to a field of its own, in the same `nested` object or one around it. Where it cannot, versions
/// that do not check it refuse each document.
fn copies(fields: &[Field<'_>], target: &Target, faults: &mut Faults<'_>) {
    for field in fields.iter().filter(|field| field.own) {
        let copied = field.property.params.get("copy_to").is_some_and(|to| to != &json!([]));
        if copied && field.property.kind == "dense_vector" && target.within(COPIES) {
            let message = format!(
                "{target} copies no vector; remove `copy_to`, and fill the other field by `fields` of the model"
            );
            faults.push(format!("{}/copy_to", field.property.pointer), message);
            continue;
        }
        let targets = match field.property.params.get("copy_to") {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one.as_str()],
            _ => Vec::new(),
        };
        for to in targets {
            if let Some(why) = copy_fault(field, to, fields, target) {
                let message = format!(
                    "{target} copies no value to `{to}`, {why}; copy to another field, or fill it by `fields` of the model"
                );
                faults.push(format!("{}/copy_to", field.property.pointer), message);
            }
        }
    }
}

fn copy_fault(
    field: &Field<'_>,
    to: &str,
    fields: &[Field<'_>],
    target: &Target,
) -> Option<&'static str> {
    let found = fields.iter().find(|f| f.path == to);
    if is_no_name(to, fields, target) {
        return Some("which is no name");
    }
    let name = significant(to, target);
    let above =
        |field: &&Field<'_>| name.strip_prefix(&field.path).is_some_and(|r| r.starts_with('.'));
    let takes_none = |field: &Field<'_>| {
        let takes_some = target.within(COPIES_INTO) && reads_objects(field.property);
        !is_object(field.property) && !takes_some
    };
    if found.is_none() && fields.iter().filter(above).any(takes_none) {
        return Some("which lies below a field that is no object");
    }
    if !target.within(COPIES) {
        return None;
    }
    if let Some(found) = found {
        if is_object(found.property) {
            return Some("which is an object");
        }
        if !found.own {
            return Some("which is a multi-field");
        }
    }
    let scope = scope_of(to, fields);
    let around = scope.is_none_or(|scope| field.nested.iter().any(|nested| nested == scope));
    (!around).then_some("which lies in a `nested` object that the field is not in")
}

/// Whether a field makes something of an object that is copied into it.
fn reads_objects(property: &Property) -> bool {
    INTO.contains(&property.kind.as_str())
}

/// What of a name is read.
fn significant<'t>(to: &'t str, target: &Target) -> &'t str {
    if target.within(ENDS_IN_DOTS) { to.trim_end_matches('.') } else { to }
}

/// Whether no field can have this name. Measured on every line.
fn is_no_name(to: &str, fields: &[Field<'_>], target: &Target) -> bool {
    if to.is_empty() {
        return target.within(COPIES);
    }
    let name = significant(to, target);
    let parts: Vec<&str> = name.split('.').collect();
    let is_bad = |part: &&str| {
        let is_blank = part.trim().is_empty()
            && target.within(if parts.len() > 1 { ES5_ON } else { NO_BLANK });
        is_blank || part.is_empty() && target.within(ES2_ON)
    };
    let takes_objects = |f: &Field<'_>| is_object(f.property) || reads_objects(f.property);
    let is_object_with_dots =
        || name != to && fields.iter().any(|f| f.path == name && takes_objects(f));
    parts.iter().any(is_bad) || is_object_with_dots()
}

/// The innermost `nested` object that a path lies in.
fn scope_of<'f>(path: &str, fields: &'f [Field<'_>]) -> Option<&'f str> {
    let nested = fields.iter().filter(|f| f.property.kind == "nested");
    let around = nested.filter(|f| path.strip_prefix(&f.path).is_some_and(|r| r.starts_with('.')));
    around.map(|f| f.path.as_str()).max_by_key(|path| path.len())
}

/// An alias lies in the same `nested` object as the field it points at.
fn alias_scopes(fields: &[Field<'_>], target: &Target, faults: &mut Faults<'_>) {
    for alias in fields.iter().filter(|field| field.property.kind == "alias") {
        let Some(path) = alias.property.params.get("path").and_then(Value::as_str) else {
            continue;
        };
        let Some(found) = fields.iter().find(|f| f.path == path) else { continue };
        if found.nested != alias.nested {
            let message = format!(
                "{target} wants an alias in the same `nested` object as its field, and `{path}` is in {}; move the alias there, or remove it",
                found.nested.last().map_or("none".to_string(), |nested| format!("`{nested}`"))
            );
            faults.push(format!("{}/path", alias.property.pointer), message);
        }
    }
}

/// A `geo` context of a completion that takes its places from another field takes them from a `geo_point`.
fn contexts(fields: &[Field<'_>], target: &Target, faults: &mut Faults<'_>) {
    if !target.within(ES7_OS) {
        return;
    }
    for field in fields.iter().filter(|field| field.property.kind == "completion") {
        let list = match field.property.params.get("contexts") {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        if list.len() > CONTEXTS_MAX && target.within(FEW_CONTEXTS) {
            let message = format!(
                "{target} takes {CONTEXTS_MAX} contexts in a `completion`, found {}; remove the others",
                list.len()
            );
            faults.push(format!("{}/contexts", field.property.pointer), message);
        }
        for context in list.iter().filter(|context| context["type"] == "geo") {
            let Some(path) = context["path"].as_str() else { continue };
            let found = fields.iter().find(|f| f.path == path);
            let kind = found.map_or("no field", |found| found.property.kind.as_str());
            if kind != "geo_point" {
                let message = format!(
                    "{target} wants a `geo_point` at the `path` of a `geo` context, and `{path}` is `{kind}`; name another field"
                );
                faults.push(format!("{}/contexts", field.property.pointer), message);
            }
        }
    }
}

/// One `join` an index, at the root.
fn joins(fields: &[Field<'_>], target: &Target, faults: &mut Faults<'_>) {
    let mut joins = fields.iter().filter(|field| field.property.kind == "join");
    let first = joins.next();
    for (is_first, join) in first.map(|f| (true, f)).into_iter().chain(joins.map(|f| (false, f))) {
        let pointer = join.property.pointer.clone();
        if join.path != join.property.name || !join.own {
            let message = format!(
                "{target} takes a `join` at the root of the mapping alone; move `{}` there",
                join.path
            );
            faults.push(pointer, message);
        } else if !is_first {
            let message = format!(
                "{target} takes one `join` in an index; put all `relations` into the first"
            );
            faults.push(pointer, message);
        }
    }
}

/// Below `subobjects: false` names have dots, and nothing is an object. Versions that make such names of an object take
/// none that says something of its own, and no document that holds one where `dynamic` is strict (measured on 8.19 and 9.2):
/// `above` is what holds of `dynamic` around it.
fn subobjects(
    list: &[Property],
    flat: bool,
    above: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    for property in list {
        let said = |key: &str| property.params.get(key).filter(|said| !said.is_null());
        let own = said("dynamic").map_or_else(|| above.to_owned(), |said| dynamic(Some(said)));
        if flat && is_object(property) {
            let flattens = property.kind == "object" && target.within(FLATTENS);
            let switched = [
                ("enabled", said("enabled").and_then(truth) == Some(false)),
                ("subobjects", said("subobjects").and_then(truth) == Some(true)),
                ("synthetic_source_keep", said("synthetic_source_keep").is_some()),
                ("dynamic", own != above),
            ];
            let ways = "write its fields with dots in their names, or remove `subobjects`";
            let message = match switched.iter().find(|(_, switched)| *switched) {
                _ if !flattens => {
                    let kind = &property.kind;
                    Some(format!("{target} takes no `{kind}` below `subobjects: false`; {ways}"))
                }
                Some((key, _)) => Some(format!(
                    "below `subobjects: false` {target} takes no object with a `{key}` of its own; remove it, or {ways}"
                )),
                // Null and empty lists, too.
                None if above == "strict" => Some(format!(
                    "below `subobjects: false` with `dynamic: strict` {target} refuses every document with a key `{}`, which is no field there; {ways}, or `dynamic`",
                    property.name
                )),
                None => None,
            };
            if let Some(message) = message {
                faults.push(property.pointer.clone(), message);
            }
        }
        let outer = list.iter().find(|outer| {
            let rest = name_below(&property.name, &outer.name);
            !is_object(outer) && rest.is_some_and(|rest| !rest.contains('.'))
        });
        // Taken for a multi-field.
        if let Some(outer) = outer.filter(|_| flat && said("copy_to").is_some()) {
            let message = format!(
                "below `subobjects: false` {target} takes no `copy_to` of `{}` beside a field `{}`; rename one of them, or remove `copy_to`",
                property.name, outer.name
            );
            faults.push(property.pointer.clone(), message);
        }
        let flat = flat || property.has_flat_names();
        subobjects(&property.properties, flat, &own, target, faults);
    }
}

/// The word for what `dynamic` says.
fn dynamic(said: Option<&Value>) -> String {
    match said {
        Some(Value::String(word)) => word.to_lowercase(),
        Some(Value::Bool(switch)) => switch.to_string(),
        _ => "true".to_owned(),
    }
}

/// A dot in a name makes an object: no field can lie in one that holds values, or be of two types.
fn dots(
    list: &[Property],
    above: &str,
    seen: &mut Vec<(String, String)>,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    for property in list {
        let path = joined(above, &property.name);
        for (end, _) in property.name.match_indices('.') {
            let object = joined(above, &property.name[..end]);
            meet(&object, "object", property, seen, target, faults);
        }
        let is_off = property.params.get("enabled").and_then(truth) == Some(false);
        let kind = match property.kind.as_str() {
            "object" if is_off && target.within(NONE_BELOW_DISABLED) => DISABLED,
            "passthrough" => "object",
            kind => kind,
        };
        meet(&path, kind, property, seen, target, faults);
        if !property.has_flat_names() {
            dots(&property.properties, &path, seen, target, faults);
        }
    }
}

/// Adds what `property` makes of `path`, which may be there already.
fn meet(
    path: &str,
    kind: &str,
    property: &Property,
    seen: &mut Vec<(String, String)>,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let Some((_, other)) = seen.iter().find(|(p, _)| p == path) else {
        seen.push((path.to_string(), kind.to_string()));
        return;
    };
    if other != kind {
        let is_object = |kind: &str| matches!(kind, "object" | "nested" | DISABLED);
        let keeps_one = !is_object(kind) && !is_object(other) && target.within(KEEPS_ONE);
        let becomes =
            if keeps_one { "of which {target} keeps one" } else { "which {target} refuses" };
        let becomes = becomes.replace("{target}", &target.to_string());
        let message = format!(
            "a name with dots makes objects, and `{path}` would be both `{other}` and `{kind}`, {becomes}; rename one of them"
        );
        faults.push(property.pointer.clone(), message);
    }
}
