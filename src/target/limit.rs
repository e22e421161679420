//! What one index takes: names of fields, and how many and how deep they are. Knows no values.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::span::{Span, es, es_until, os, os_until};
use super::{Mapping, Property, Target};
use crate::error::Fault;

/// Names that a document's root may not hold: they belong to the engine. Inside an object all of them are free.
/// Measured; each was sent as a field of a document to every line.
#[rustfmt::skip]
const ROOT_NAMES: &[(&str, &[Span])] = &[
    // 1.x takes an `_id` that equals the action line's and refuses any other.
    ("_id", &[es(1, 0), os(1, 0)]),
    ("_index", &[es(2, 0), os(1, 0)]),
    ("_routing", &[es(2, 0), os(1, 0)]),
    ("_source", &[es(2, 0), os(1, 0)]),
    ("_version", &[es(2, 0), os(1, 0)]),
    ("_field_names", &[es(2, 0), os(1, 0)]),
    ("_type", &[es_until((2, 0), (8, 0)), os_until((1, 0), (2, 0))]),
    ("_uid", &[es_until((2, 0), (7, 0))]),
    ("_all", &[es_until((2, 0), (7, 0))]),
    ("_parent", &[es_until((2, 0), (7, 0))]),
    ("_timestamp", &[es_until((2, 0), (7, 0))]),
    ("_ttl", &[es_until((2, 0), (7, 0))]),
    ("_size", &[es_until((2, 0), (7, 0))]),
    ("_seq_no", &[es(6, 0), os(1, 0)]),
    ("_primary_term", &[es(6, 0), os(1, 0)]),
    ("_ignored", &[es(6, 4), os(1, 0)]),
    ("_tier", &[es(7, 10)]),
    ("_nested_path", &[es(8, 0), os(1, 0)]),
    ("_data_stream_timestamp", &[es(8, 0), os(1, 0)]),
    ("_ignored_source", &[es(8, 15)]),
    ("_index_mode", &[es(8, 16)]),
    ("_feature", &[es_until((7, 0), (8, 0)), os(1, 0)]),
    ("_doc_count", &[es(7, 11), os(1, 2)]),
];

/// Of these, names that are no fields of a document which an alias could point at.
const NO_FIELDS: &[&str] = &["_primary_term", "_size", "_timestamp", "_ttl"];

/// Whether the engine gives every document a field of this name, which an alias may point at.
pub(super) fn is_own_field(name: &str, target: &Target) -> bool {
    let has = |(n, spans): &(&str, &[Span])| *n == name && target.within(spans);
    !NO_FIELDS.contains(&name) && ROOT_NAMES.iter().any(has)
}

const ES1: &[Span] = &[es_until((1, 0), (2, 0))];
const ES2: &[Span] = &[es_until((2, 0), (5, 0))];
/// Versions that take an empty name.
const EMPTY: &[Span] = &[es_until((1, 0), (5, 0))];
/// Versions that take no multi-field with an empty name; that of blanks alone is taken everywhere.
const NO_EMPTY_MULTI_FIELD: &[Span] = &[es_until((5, 0), (7, 0))];
/// Versions that refuse a name of blanks alone.
const NO_BLANKS: &[Span] = &[es_until((5, 0), (6, 0)), es(8, 0)];
/// Versions whose index of field names holds them as terms.
const NAMES_ARE_TERMS: &[Span] = &[es_until((1, 0), (6, 0))];
/// Bytes of a term.
const TERM_BYTES_MAX: usize = 32_766;
/// Characters of a field name on OpenSearch 3.
const OS3_NAME_MAX: usize = 50_000;

/// Checks the names of fields.
pub(super) fn check_names(mapping: &Mapping, target: &Target, faults: &mut Vec<Fault>) {
    for property in &mapping.properties {
        if ROOT_NAMES.iter().any(|(n, spans)| *n == property.name && target.within(spans)) {
            let name = &property.name;
            faults.push(Fault {
                pointer: property.pointer.clone(),
                message: format!(
                    "{target} keeps the name `{name}` for itself at the root of a document; rename the field and give \
                     it `\"column\": \"{name}\"` under `fields`"
                ),
            });
        }
    }
    walk_names(&mapping.properties, 0, target, faults);
}

fn walk_names(list: &[Property], above: usize, target: &Target, faults: &mut Vec<Fault>) {
    for property in list {
        if let Some(message) = name_fault(&property.name, above, target) {
            faults.push(Fault { pointer: property.pointer.clone(), message });
        }
        let bytes = above + property.name.len() + 1;
        walk_multi_fields(&property.multi_fields, bytes, target, faults);
        walk_names(&property.properties, bytes, target, faults);
    }
}

/// A multi-field may have a name of blanks alone.
fn walk_multi_fields(list: &[Property], above: usize, target: &Target, faults: &mut Vec<Fault>) {
    for field in list {
        let message = match field.name.trim() {
            "" if field.name.is_empty() && target.within(NO_EMPTY_MULTI_FIELD) => {
                Some(format!("{target} takes no multi-field with an empty name; rename it"))
            }
            "" => None,
            _ => name_fault(&field.name, above, target),
        };
        if let Some(message) = message {
            faults.push(Fault { pointer: field.pointer.clone(), message });
        }
        walk_multi_fields(&field.multi_fields, above + field.name.len() + 1, target, faults);
    }
}

/// Why `target` does not take a field of this name; `above` is the length of the names above it, dots included.
fn name_fault(name: &str, above: usize, target: &Target) -> Option<String> {
    let rename = "rename the field and give it its `column` under `fields`";
    if name.is_empty() {
        return (!target.within(EMPTY))
            .then(|| format!("{target} takes no empty field name; {rename}"));
    }
    if target.within(NO_BLANKS) && name.trim().is_empty() {
        return Some(format!(
            "{target} takes no field name of blanks alone, found `{}`; {rename}",
            name.escape_debug()
        ));
    }
    let dots = || format!("{target} takes no field name with dots like `{name}`; {rename}");
    if name.contains('.') && target.within(ES2) {
        return Some(dots());
    }
    if name.contains('.') && !target.within(ES1) {
        // A final dot alone is forgiven; an empty or blank part anywhere else is not.
        let parts = name.strip_suffix('.').unwrap_or(name);
        if parts.is_empty() || parts.split('.').any(|p| p.trim().is_empty()) {
            return Some(dots());
        }
    }
    let too_long = |max: usize, unit: &str, found: usize| {
        Some(format!("{target} takes field names of at most {max} {unit}, found {found}; {rename}"))
    };
    if target.within(NAMES_ARE_TERMS) && above + name.len() > TERM_BYTES_MAX {
        return too_long(TERM_BYTES_MAX, "bytes with those above", above + name.len());
    }
    let characters = name.chars().count();
    if target.within(&[os(3, 0)]) && characters > OS3_NAME_MAX {
        return too_long(OS3_NAME_MAX, "characters", characters);
    }
    None
}

/// A limit on the mapping of one index, which a setting can raise.
struct Limit {
    setting: &'static str,
    default: u64,
    what: &'static str,
    spans: &'static [Span],
    measure: fn(&Counts) -> u64,
}

/// What the limits are about.
#[derive(Default)]
struct Counts {
    fields: u64,
    nested: u64,
    /// Objects one in another, the root counted.
    depth: u64,
}

/// Fields of an index, and levels of objects, the root counted, where the settings say nothing.
pub(super) const FIELDS_MAX: u64 = 1000;
pub(super) const DEPTH_MAX: u64 = 20;

/// Measured: fields and depth on every line, nested fields on 2.4 and 5.6.
#[rustfmt::skip]
const LIMITS: &[Limit] = &[
    Limit { setting: "mapping.total_fields.limit", default: FIELDS_MAX, what: "fields, objects and multi-fields", spans: &[es(5, 0), os(1, 0)], measure: |c| c.fields },
    Limit { setting: "mapping.depth.limit", default: DEPTH_MAX, what: "levels of objects", spans: &[es(5, 0), os(1, 0)], measure: |c| c.depth },
    Limit { setting: "mapping.nested_fields.limit", default: 50, what: "`nested` fields", spans: &[es(2, 0), os(1, 0)], measure: |c| c.nested },
];

/// Checks the body of a mapping against the limits that hold with these settings.
pub(super) fn check_counts(
    body: &Map<String, Value>,
    settings: Option<&Value>,
    target: &Target,
    pointer: &str,
    faults: &mut Vec<Fault>,
) {
    let counts = counts(body, target);
    for limit in LIMITS.iter().filter(|l| target.within(l.spans)) {
        let max = settings
            .and_then(|s| setting(s, limit.setting))
            .and_then(as_number)
            .unwrap_or(limit.default);
        let found = (limit.measure)(&counts);
        if found > max {
            faults.push(Fault {
                pointer: pointer.to_string(),
                message: format!(
                    "{target} takes {max} {} in an index, found {found}; raise `index.{}` in `settings`, or map less",
                    limit.what, limit.setting
                ),
            });
        }
    }
}

fn counts(body: &Map<String, Value>, target: &Target) -> Counts {
    let mut counts = Counts { depth: 1, ..Counts::default() };
    count(body, 2, target, &mut counts);
    count_runtime(body, target, &mut counts);
    count_derived(body, &mut counts);
    if target.within(&[es_until((5, 0), (6, 0))]) {
        counts.fields += ES5_OWN_FIELDS;
    }
    counts
}

/// How many fields the body of a mapping has, as the limit on them counts.
pub(super) fn fields(body: &Map<String, Value>, target: &Target) -> u64 {
    counts(body, target).fields
}

/// 5.x counts its own fields (`_all`, `_id`, …) too: 5.6.16 takes 988 of the user's.
const ES5_OWN_FIELDS: u64 = 12;

fn count(object: &Map<String, Value>, depth: u64, target: &Target, counts: &mut Counts) {
    let passes = object.get("type").is_some_and(|kind| kind == "passthrough");
    let is_flat = passes || object.get("subobjects").and_then(super::dialect::truth) == Some(false);
    count_members(object, is_flat, depth, target, counts);
}

/// `is_flat`: no object counts, and no dot makes one (measured on 8.19 and 9.2).
fn count_members(
    object: &Map<String, Value>,
    is_flat: bool,
    depth: u64,
    target: &Target,
    counts: &mut Counts,
) {
    let properties = object.get("properties");
    let mut above: Vec<&str> = Vec::new();
    for (name, mapping) in properties.and_then(Value::as_object).into_iter().flatten() {
        let is_object = match mapping.get("type").and_then(Value::as_str) {
            Some(kind) => matches!(kind, "object" | "nested" | "passthrough"),
            None => true,
        };
        if is_object && is_flat {
            if let Some(mapping) = mapping.as_object() {
                count_members(mapping, true, depth, target, counts);
            }
            continue;
        }
        counts.fields += 1 + own_fields(mapping, target);
        // Each part of a name before a dot is an object, however many names share it.
        for (end, _) in name.match_indices('.').filter(|_| !is_flat) {
            let object = &name[..end];
            let mapped = properties.is_some_and(|properties| properties.get(object).is_some());
            if !mapped && !above.contains(&object) {
                above.push(object);
                counts.fields += 1;
            }
        }
        if mapping.get("type").and_then(Value::as_str) == Some("nested") {
            counts.nested += 1;
        }
        count_multi_fields(mapping, counts);
        let dots = if is_flat { 0 } else { name.matches('.').count() as u64 };
        if is_object {
            counts.depth = counts.depth.max(depth + dots);
            mapping.as_object().into_iter().for_each(|mapping| {
                count(mapping, depth + dots + 1, target, counts);
            });
        } else if dots > 0 {
            counts.depth = counts.depth.max(depth + dots - 1);
        }
    }
}

/// Versions of Elasticsearch that count what 7.0 no longer does.
const COUNTS_ALL: &[Span] = &[es_until((5, 0), (7, 0)), os(1, 0)];

/// Fields that an engine makes of one of this type and counts beside it. Measured on 5.6 to 7.17, OpenSearch 2.19 and 3.8.
fn own_fields(mapping: &Value, target: &Target) -> u64 {
    let says = |key: &str| mapping.get(key).is_some();
    let all = u64::from(target.within(COUNTS_ALL));
    match mapping.get("type").and_then(Value::as_str) {
        Some("join") => {
            let relations = mapping.get("relations").and_then(Value::as_object);
            relations.map_or(0, |relations| relations.len() as u64) + all
        }
        Some("search_as_you_type") => {
            mapping.get("max_shingle_size").and_then(as_number).unwrap_or(3)
        }
        Some("percolator") if target.within(&[es_until((5, 0), (6, 0))]) => 3,
        Some("percolator") => 5,
        Some("text") if target.within(&[es(6, 3), os(1, 0)]) => {
            let phrases = mapping.get("index_phrases").and_then(super::dialect::truth);
            all * (u64::from(says("index_prefixes")) + u64::from(phrases == Some(true)))
        }
        _ => 0,
    }
}

fn count_multi_fields(mapping: &Value, counts: &mut Counts) {
    for field in mapping.get("fields").and_then(Value::as_object).into_iter().flat_map(Map::values)
    {
        counts.fields += 1;
        count_multi_fields(field, counts);
    }
}

/// Measured on 7.17, which does not count them, 8.19 and 9.2.
const COUNTS_RUNTIME: &[Span] = &[es(8, 0)];

fn count_runtime(body: &Map<String, Value>, target: &Target, counts: &mut Counts) {
    if target.within(COUNTS_RUNTIME) {
        counts.fields += super::runtime_names(body).count() as u64;
    }
}

/// Measured on OpenSearch 3.8: the objects on the way to a derived field count too.
fn count_derived(body: &Map<String, Value>, counts: &mut Counts) {
    let Some(derived) = body.get("derived").and_then(Value::as_object) else { return };
    let mut objects = HashSet::new();
    for name in derived.keys() {
        counts.fields += 1;
        let above = name.match_indices('.').map(|(dot, _)| &name[..dot]);
        let new =
            above.filter(|above| !is_mapped(body, above) && objects.insert(above.to_string()));
        counts.fields += new.count() as u64;
    }
}

/// Whether an object stands at that path; names may have dots themselves.
fn is_mapped(body: &Map<String, Value>, path: &str) -> bool {
    let properties = body.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().any(|(name, property)| {
        let below = super::name_below(path, name).zip(property.as_object());
        name == path
            || super::name_below(name, path).is_some()
            || below.is_some_and(|(rest, object)| is_mapped(object, rest))
    })
}

/// A setting by its name without `index.`, however it is written: dotted, nested, or both.
pub(super) fn setting<'v>(settings: &'v Value, name: &str) -> Option<&'v Value> {
    lookup(settings, name).or_else(|| lookup(settings, &format!("index.{name}")))
}

fn lookup<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    if let Some(found) = object.get(name) {
        return Some(found);
    }
    object.iter().find_map(|(key, inner)| {
        // A setting that is an object may be written by its members.
        if key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')) {
            return Some(inner);
        }
        let rest = name.strip_prefix(key.as_str())?.strip_prefix('.')?;
        lookup(inner, rest)
    })
}

pub(super) fn as_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names_refused(names: &[&str], target: &str) -> Vec<bool> {
        let target = Target::parse(target).unwrap();
        names.iter().map(|n| name_fault(n, 0, &target).is_some()).collect()
    }

    #[test]
    fn names_are_refused_as_each_line_was_measured() {
        let names = [
            "", " ", ".", "..", ".a", "a..b", "a. .b", "a.b", "a.", " a", "a ", "\u{0}", "*", "\n",
            "é",
        ];
        let (t, f) = (true, false);
        for (target, refused) in [
            ("es1", [f, f, f, f, f, f, f, f, f, f, f, f, f, f, f]),
            ("es2", [f, f, t, t, t, t, t, t, t, f, f, f, f, f, f]),
            ("es5", [t, t, t, t, t, t, t, f, f, f, f, f, f, t, f]),
            ("es6", [t, f, t, t, t, t, t, f, f, f, f, f, f, f, f]),
            ("es7", [t, f, t, t, t, t, t, f, f, f, f, f, f, f, f]),
            ("es8", [t, t, t, t, t, t, t, f, f, f, f, f, f, t, f]),
            ("es9", [t, t, t, t, t, t, t, f, f, f, f, f, f, t, f]),
            ("os2", [t, f, t, t, t, t, t, f, f, f, f, f, f, f, f]),
            ("os3", [t, f, t, t, t, t, t, f, f, f, f, f, f, f, f]),
        ] {
            assert_eq!(names_refused(&names, target), refused, "{target}");
        }
    }

    #[test]
    fn names_that_the_engine_keeps_are_refused_at_the_root_and_free_inside_an_object() {
        let body = json!({"properties": {
            "_id": {"type": "long"}, "_seq_no": {"type": "long"}, "_uid": {"type": "long"}, "_a": {"type": "long"},
            "o": {"properties": {"_id": {"type": "long"}, "_source": {"type": "long"}}}
        }});
        for (target, wanted) in [
            ("es1", vec!["/properties/_id"]),
            ("es2", vec!["/properties/_id", "/properties/_uid"]),
            ("es6", vec!["/properties/_id", "/properties/_seq_no", "/properties/_uid"]),
            ("es9", vec!["/properties/_id", "/properties/_seq_no"]),
        ] {
            let mut faults = Vec::new();
            Mapping::translate(&body, "", &Target::parse(target).unwrap(), &mut faults);
            let found: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
            assert_eq!(found, wanted, "{target}");
        }
    }

    fn counted(body: &Value, settings: Value, target: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let body = body.as_object().unwrap();
        check_counts(body, Some(&settings), &Target::parse(target).unwrap(), "/x", &mut faults);
        faults.into_iter().map(|f| f.message).collect()
    }

    fn fields(n: usize) -> Value {
        let properties: Map<String, Value> =
            (0..n).map(|i| (format!("f{i}"), json!({"type": "long"}))).collect();
        json!({ "properties": properties })
    }

    #[test]
    fn nested_objects_are_limited_from_7_on_as_the_settings_say() {
        let read = json!({"properties": {"n": {"type": "nested"}}});
        let unread = json!({"enabled": false, "properties": {"n": {"type": "nested"}}});
        let ours = json!({"index.mapping": {"nested_objects.limit": "5"}});
        for (body, settings, target, wanted) in [
            (&read, None, "es9", Some(10_000)),
            (&read, None, "es7", Some(10_000)),
            (&read, None, "os1", Some(10_000)),
            (&read, Some(&ours), "os3", Some(5)),
            (&read, Some(&ours), "es6", None),
            (&unread, Some(&ours), "es9", None),
        ] {
            let target = Target::parse(target).unwrap();
            let mapping = Mapping::translate(body, "", &target, &mut Vec::new());
            assert_eq!(mapping.nested_max(settings, &target), wanted, "{target} {body}");
        }
    }

    #[test]
    fn a_thousand_fields_fit_and_one_more_does_not() {
        for target in ["es6", "es7", "es8", "es9", "os1", "os2", "os3"] {
            assert_eq!(counted(&fields(1000), json!({}), target), [""; 0], "{target}");
            let faults = counted(&fields(1001), json!({}), target);
            assert!(faults[0].contains("found 1001"), "{target} {faults:?}");
        }
        assert_eq!(counted(&fields(5000), json!({}), "es2"), [""; 0]);
        assert_eq!(
            (
                counted(&fields(988), json!({}), "es5").len(),
                counted(&fields(989), json!({}), "es5").len()
            ),
            (0, 1)
        );
    }

    #[test]
    fn some_fields_count_for_more_than_one() {
        // What each counts on 5.6, 6.8, 7.17 and OpenSearch 3.8; 0 where it was not asked.
        for (field, counts) in [
            (
                json!({"j": {"type": "join", "relations": {"q": "a", "r": ["b", "c"]}}}),
                [0, 4, 3, 4],
            ),
            (json!({"s": {"type": "search_as_you_type"}}), [0, 0, 4, 4]),
            (json!({"s": {"type": "search_as_you_type", "max_shingle_size": 4}}), [0, 0, 5, 5]),
            (json!({"p": {"type": "percolator"}}), [4, 6, 6, 6]),
            (
                json!({"t": {"type": "text", "index_phrases": true, "index_prefixes": {}}}),
                [0, 3, 1, 3],
            ),
            (json!({"o.x": {"type": "long"}, "o.y": {"type": "long"}}), [3, 3, 3, 3]),
            (json!({"o": {"type": "nested", "properties": {"x": {"type": "long"}}}}), [2, 2, 2, 2]),
        ] {
            let body = json!({ "properties": field });
            for (target, count) in ["es5", "es6", "es7", "os3"].into_iter().zip(counts) {
                let own = if target == "es5" { ES5_OWN_FIELDS } else { 0 };
                let limit = |max: u64| json!({"mapping.total_fields.limit": max});
                let fits = |max| counted(&body, limit(max), target).is_empty();
                assert!(
                    count == 0 || fits(own + count) && !fits(own + count - 1),
                    "{target} {body}"
                );
            }
        }
    }

    #[test]
    fn the_settings_raise_a_limit_however_they_are_written() {
        for settings in [
            json!({"index.mapping.total_fields.limit": 1001}),
            json!({"mapping.total_fields.limit": "1001"}),
            json!({"index": {"mapping": {"total_fields": {"limit": 1001}}}}),
            json!({"index": {"mapping.total_fields.limit": 1001}}),
        ] {
            assert_eq!(counted(&fields(1001), settings.clone(), "es9"), [""; 0], "{settings}");
        }
    }

    #[test]
    fn names_with_dots_are_as_deep_as_they_have_parts() {
        let limited = |body: Value, depth: u64| {
            counted(&body, json!({"index.mapping.depth.limit": depth}), "os3").is_empty()
        };
        let inside = json!({"properties": {"a": {"properties": {"b.c": {"type": "long"}}}}});
        assert!(limited(inside.clone(), 3) && !limited(inside, 2));
        let object = json!({"properties": {"a.b.c": {"properties": {}}}});
        assert!(limited(object.clone(), 4) && !limited(object, 3));
        let flat = json!({"properties": {"a": {
            "subobjects": false, "properties": {"b.c.d": {"type": "long"}}}}});
        let settings = json!({"index.mapping.depth.limit": 2});
        assert_eq!(counted(&flat, settings, "es9"), [""; 0]);
    }

    #[test]
    fn objects_below_subobjects_false_do_not_count_and_runtime_fields_do_since_8() {
        let least = |body: Value, target: &str| {
            let fits = |n: &u64| {
                counted(&body, json!({"index.mapping.total_fields.limit": n}), target).is_empty()
            };
            (0..10).find(fits).unwrap()
        };
        let long = json!({"type": "long"});
        for (object, wanted) in [
            (json!({"subobjects": false, "properties": {"b.c.d": long, "b.c.e": long}}), 3),
            (
                json!({"subobjects": false, "properties": {"b.c.d": long, "b.c": long, "b": long}}),
                4,
            ),
            (
                json!({"subobjects": false, "properties": {
                "a": {"properties": {"b": long, "c": {"properties": {"x.y": long}}}}}}),
                3,
            ),
            (json!({"type": "passthrough", "priority": 1, "properties": {"a.b": long}}), 2),
        ] {
            for target in ["es8", "es9"] {
                let body = json!({"properties": {"s": object}});
                assert_eq!(least(body, target), wanted, "{target} {object}");
            }
        }
        let body = json!({"subobjects": false, "properties": {"a": {"properties": {"b": long}}}});
        assert_eq!(least(body, "es9"), 1);
        let runtime = json!({"runtime": {"a.r": long, "b": long}, "properties": {"a": long}});
        for (target, wanted) in [("es7", 1), ("es8", 3), ("es9", 3)] {
            assert_eq!(least(runtime.clone(), target), wanted, "{target}");
        }
    }

    #[test]
    fn nineteen_objects_may_lie_in_each_other_and_fifty_be_nested() {
        let leaf = || json!({"type": "long"});
        let deep = |n: usize| (0..n).fold(leaf(), |m, _| json!({"properties": {"a": m}}));
        // The root is one of them.
        assert_eq!(counted(&deep(20), json!({}), "es9"), [""; 0]);
        assert!(counted(&deep(21), json!({}), "es9")[0].contains("levels"));
        let nested = |n: usize| {
            let properties: Map<String, Value> =
                (0..n).map(|i| (format!("f{i}"), json!({"type": "nested"}))).collect();
            json!({ "properties": properties })
        };
        for target in ["es2", "es9"] {
            assert_eq!(counted(&nested(50), json!({}), target), [""; 0]);
            assert!(counted(&nested(51), json!({}), target)[0].contains("nested"));
        }
        assert_eq!(counted(&nested(51), json!({}), "es1"), [""; 0]);
    }
}
