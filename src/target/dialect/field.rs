//! Parameters that many types share: switches, and types that have another name elsewhere.

use serde_json::{Map, Value, json};

use super::Translation;
use super::draft::{Draft, Role, truth};
use super::text::old_index;
use crate::target::kind;
use crate::target::span::{ES1_ES2, Span, es, es_until, os, os_until};

/// Types that one engine calls so and another otherwise; each holds the other's values.
const RENAMES: &[(&str, &str)] = &[
    ("flattened", "flat_object"),
    ("point", "xy_point"),
    ("shape", "xy_shape"),
    ("dense_vector", "knn_vector"),
];

const ES1: &[Span] = &[es_until((1, 0), (2, 0))];

/// Parameters that are `true` or `false` and nothing else since 6.0; 5.x reads `store: "no"` as true.
pub(super) const SWITCHES: &[&str] = &[
    "store",
    "doc_values",
    "enabled",
    "coerce",
    "ignore_malformed",
    "ignore_z_value",
    "include_in_all",
    "include_in_parent",
    "include_in_root",
    "preserve_separators",
    "preserve_position_increments",
    "eager_global_ordinals",
    "index_phrases",
    "points_only",
    "fielddata",
    "norms",
    "split_queries_on_whitespace",
    "time_series_dimension",
    "positive_score_impact",
    "enable_position_increments",
    "use_similarity",
    "skip_list",
];

/// Versions that take a `null_value` of null.
const NULL_TAKEN: &[Span] = &[es(7, 0), os(1, 0)];

/// A parameter that is null says what leaving it out says, and most engines refuse it.
pub(super) fn nulls(t: &mut Translation<'_>, draft: &mut Draft) {
    if !super::is_closed(&draft.kind) {
        return;
    }
    let keys: Vec<String> =
        draft.entries.iter().filter(|(_, v)| v.is_null()).map(|(key, _)| key.clone()).collect();
    for key in keys {
        if key != "null_value" || !t.target.within(NULL_TAKEN) {
            draft.take(&key);
            t.notice(draft, format!("`{key}: null` is left out: it says nothing"));
        }
    }
}

/// `multi_field` ended with 1.x: its namesake among the `fields` is the field itself.
pub(super) fn multi_field(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["multi_field"]) {
        return;
    }
    let Some(Value::Object(mut fields)) = draft.get("fields").cloned() else {
        return t.fault(draft.place.pointer.clone(), "a `multi_field` needs `fields`".to_string());
    };
    // In a dynamic template the field's name stands as `{name}`.
    let name = match draft.place.role {
        Role::Template => "{name}",
        _ => draft.place.path.rsplit('.').next().unwrap_or_default(),
    };
    let mut entries = match fields.shift_remove(name) {
        Some(Value::Object(main)) => main,
        _ => [("type", "string"), ("index", "no")]
            .map(|(k, v)| (k.to_string(), Value::from(v)))
            .into_iter()
            .collect::<Map<_, _>>(),
    };
    if !fields.is_empty() {
        entries.insert("fields".to_string(), Value::Object(fields));
        // Such multi-fields are searched by their own names.
        if let Some(path) = draft.take("path").filter(|path| path != "full") {
            entries.insert("path".to_string(), path);
        }
    }
    draft.kind = entries.get("type").and_then(Value::as_str).unwrap_or("string").to_string();
    draft.entries = entries;
    t.notice(draft, "`multi_field` becomes the field itself with `fields`".to_string());
}

/// `flattened`, `point`, `shape` and `dense_vector` have other names on the other engine.
pub(super) fn other_names(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(known) = kind::find(&draft.kind) else { return };
    if t.target.within(known.spans) {
        return;
    }
    let other = RENAMES.iter().find_map(|(a, b)| match draft.kind.as_str() {
        kind if kind == *a => Some(*b),
        kind if kind == *b => Some(*a),
        _ => None,
    });
    let Some(other) = other else { return };
    if kind::find(other).is_some_and(|k| t.target.within(k.spans)) {
        let (from, target) = (draft.kind.clone(), t.target);
        draft.become_kind(other);
        t.notice(draft, format!("`{from}` becomes `{other}` for {target}"));
    }
}

/// `index: no|not_analyzed|analyzed` of 1.x and 2.x against `index: true|false`.
pub(super) fn index_switch(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(value) = draft.get("index").cloned() else { return };
    let old = t.target.within(ES1_ES2);
    // Since 5.0 a `binary` has none, which the table of parameters says.
    if draft.is(&["object", "nested"]) || draft.is(&["binary"]) && !old {
        return;
    }
    let word = value.as_str().and_then(old_index);
    let Some(indexed) = word.or_else(|| truth(&value)) else { return };
    let target = t.target;
    let said = value.to_string();
    if old {
        if !indexed && left_indexed(t, draft, word.is_some()) {
            return;
        }
        let tokens = draft.is(&["boolean"]) && value == "analyzed";
        if word.is_none() || tokens {
            let index = match (indexed, draft.is(&["string"])) {
                (false, _) => "no",
                (true, true) => "analyzed",
                (true, false) => "not_analyzed",
            };
            draft.set("index", index);
            let kept = if !indexed && keeps_values(t, draft) { keep_values(draft) } else { "" };
            t.notice(draft, format!("`index: {said}` becomes `index: {index}`{kept} for {target}"));
        }
    } else if !strict(&value) {
        draft.set("index", indexed);
        t.notice(draft, format!("`index: {said}` becomes `index: {indexed}` for {target}"));
    }
}

/// Types whose doc values 1.x and 2.x keep although they are not indexed, where they are asked for. Strings are asked as
/// keywords. Measured on 1.7 and 2.4.
const VALUED: &[&str] =
    &["byte", "short", "integer", "long", "float", "double", "date", "ip", "token_count"];

/// Whether a field that is not indexed keeps doc values by default in the words of 5.0 and later, as the target can.
fn keeps_values(t: &Translation<'_>, draft: &Draft) -> bool {
    let is_valued = draft.is(VALUED) || draft.is(&["geo_point"]) && t.target.within(ES1);
    is_valued && wants_values(draft)
}

/// Whether the mapping leaves the doc values on.
pub(super) fn wants_values(draft: &Draft) -> bool {
    draft.get("doc_values").and_then(truth) != Some(false)
}

/// Asks for the doc values that `index: no` takes away on 1.x and 2.x; what a notice says of it.
pub(super) fn keep_values(draft: &mut Draft) -> &'static str {
    draft.set("doc_values", true);
    ", `doc_values: true`"
}

/// Whether `index` goes, since the target cannot keep the doc values alone: 1.7 forgets those of a `boolean`, and 2.4 refuses
/// each document with one that is not stored; it forgets those of a `geo_point`, and refuses one that is only stored.
/// In a dynamic template of any type, the values may be such.
fn left_indexed(t: &mut Translation<'_>, draft: &mut Draft, is_old_word: bool) -> bool {
    let is_on = |key: &str| draft.get(key).and_then(truth) == Some(true);
    let es1 = t.target.within(ES1);
    let goes = match draft.kind.as_str() {
        "boolean" if is_old_word => is_on("doc_values") && (es1 || !is_on("store")),
        "geo_point" if es1 => false,
        "geo_point" if is_old_word => is_on("doc_values") && !is_on("store"),
        "geo_point" => wants_values(draft) || is_on("store"),
        "boolean" | super::DYNAMIC_TYPE => !is_old_word && wants_values(draft),
        _ => false,
    };
    if goes && let Some(said) = draft.take("index") {
        let message = format!(
            "`index: {said}` is left out for {}, which keeps no doc values of such a field that is not indexed",
            t.target
        );
        t.notice(draft, message);
    }
    goes
}

/// `yes`, `no`, `on`, `off`, 1 and 0 become `true` and `false`. 1.x and 2.x read `no` as true save for `store`.
pub(super) fn switches(t: &mut Translation<'_>, draft: &mut Draft) {
    let target = t.target;
    let old = target.within(ES1_ES2);
    for key in SWITCHES {
        let Some(value) = draft.get(key).cloned() else { continue };
        match truth(&value) {
            Some(_) if old && (*key == "store" || value != "no") => {}
            Some(switch) if !strict(&value) => {
                draft.set(key, switch);
                t.notice(draft, format!("`{key}: {value}` becomes `{key}: {switch}` for {target}"));
            }
            _ => {}
        }
    }
}

/// What every engine since 6.0 reads as a boolean.
fn strict(value: &Value) -> bool {
    matches!(value, Value::Bool(_)) || matches!(value.as_str(), Some("true" | "false"))
}

/// `dynamic`: 1.x to 5.x take any word for true; `runtime` and `strict_allow_templates` belong to one engine each.
pub(super) fn dynamic(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(value) = draft.get("dynamic").cloned() else { return };
    let target = t.target;
    match value.as_str() {
        Some("true" | "false" | "strict") => {}
        None if value.is_boolean() => {}
        Some("runtime") if target.within(super::root::RUNTIME) => {}
        Some("strict_allow_templates") if target.within(super::root::STRICT_ALLOW_TEMPLATES) => {}
        Some("false_allow_templates") if target.within(super::root::FALSE_ALLOW_TEMPLATES) => {}
        Some("runtime") => {
            draft.set("dynamic", true);
            t.notice(draft, format!("`dynamic: runtime` becomes `dynamic: true` for {target}"));
        }
        Some(word @ ("strict_allow_templates" | "false_allow_templates")) => t.fault(
            draft.place.at("dynamic"),
            format!("{target} has no `dynamic: {word}`; write `strict`, `false` or `true`"),
        ),
        _ => match truth(&value) {
            Some(switch) => {
                draft.set("dynamic", switch);
                let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                t.notice(draft, format!("`dynamic: {said}` becomes `dynamic: {switch}`"));
            }
            None => {
                let found = super::described(&value);
                let message = format!("`dynamic` is `true`, `false` or `strict`, found {found}");
                t.fault(draft.place.at("dynamic"), message);
            }
        },
    }
}

/// Numbers of a date field that count seconds, said by `numeric_resolution` in 1.x and 2.x, by `format` later.
pub(super) fn numeric_resolution(t: &mut Translation<'_>, draft: &mut Draft) {
    let target = t.target;
    if !draft.is(&["date"]) || target.within(ES1_ES2) {
        return;
    }
    let Some(resolution) = draft.take("numeric_resolution") else { return };
    let seconds = resolution.as_str().is_some_and(|r| r.eq_ignore_ascii_case("seconds"));
    if seconds {
        let format = draft.text("format").unwrap_or("date_optional_time").to_string();
        draft.set("format", format!("epoch_second||{format}"));
    }
    t.notice(draft, format!("`numeric_resolution: {resolution}` is said by `format` for {target}"));
}

/// `path: full` is all that there is since 2.0.
pub(super) fn path_of_names(t: &mut Translation<'_>, draft: &mut Draft) {
    let es1 = t.target.within(ES1);
    if !draft.is(&["alias"]) && !es1 && draft.text("path") == Some("full") {
        draft.take("path");
        t.notice(draft, format!("`path: full` is left out for {}, which knows no other", t.target));
    }
}

/// 5.6 has `join` only in an index that promises to hold one type.
pub(super) fn join_needs_single_type(t: &mut Translation<'_>, draft: &mut Draft) {
    if draft.kind == "join" && t.target.within(&[es_until((5, 0), (6, 0))]) {
        t.settings.insert("index.mapping.single_type".to_string(), json!(true));
        t.notice(
            draft,
            format!("`join` wants the setting `index.mapping.single_type` for {}", t.target),
        );
    }
}

/// Types that take multi-fields or copies and forget them without a word. Measured on 1.7, 7.17 to 9.2, OpenSearch 2.19 and
/// 3.8, from which Elasticsearch reads shapes no otherwise; when `search_as_you_type` came to keep its multi-fields, from the
/// release notes; of types that the measured builds lack, from the engine's issues.
#[rustfmt::skip]
const FORGOTTEN: &[(&str, &str, &[Span])] = &[
    ("boolean", "fields", &[es_until((1, 0), (2, 0))]),
    ("geo_point", "copy_to", &[es_until((1, 0), (2, 0))]),
    ("dense_vector", "fields", &[es(7, 0)]),
    ("geo_shape", "fields", &[es(7, 0), os(1, 0)]),
    ("rank_features", "fields", &[es(7, 0), os(1, 0)]),
    ("search_as_you_type", "fields", &[es_until((7, 2), (8, 1)), os_until((1, 0), (2, 18))]),
    ("constant_keyword", "fields", &[es(7, 7)]),
    ("aggregate_metric_double", "fields", &[es(7, 11)]),
];

/// A multi-field or a copy that the engine forgets would never get a value.
pub(super) fn copies_that_are_dropped(t: &mut Translation<'_>, draft: &mut Draft) {
    for (kind, key, spans) in FORGOTTEN {
        let is_asked = draft.get(key).is_some_and(|value| !is_empty(value));
        if is_asked && draft.is(&[kind]) && t.target.within(spans) {
            let message = format!(
                "{} forgets `{key}` of a `{kind}`; remove it and fill a field of its own by `fields` of the model",
                t.target
            );
            t.fault(draft.place.at(key), message);
        }
    }
}

/// No multi-field, and no copy.
fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}
