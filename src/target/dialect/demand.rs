//! What a mapping cannot be without, and values of parameters that no engine takes.

use serde_json::{Map, Value};

use super::Translation;
use super::draft::{Draft, Role, truth};
use super::field::SWITCHES;
use super::text::old_index;
use crate::target::span::{ALWAYS, ES1_ES2, Span, es, es_until, os};
use crate::target::{Mapping, Property, limit};

/// A parameter that a type cannot be without: type, parameter, versions.
#[rustfmt::skip]
const REQUIRED: &[(&str, &str, &[Span])] = &[
    ("scaled_float", "scaling_factor", ALWAYS),
    ("token_count", "analyzer", ALWAYS),
    ("alias", "path", ALWAYS),
    ("constant_keyword", "value", &[os(1, 0)]),
    ("aggregate_metric_double", "metrics", ALWAYS),
    ("aggregate_metric_double", "default_metric", ALWAYS),
    ("dense_vector", "dims", &[es_until((7, 3), (8, 11))]),
];

/// Dimensions of an indexed and of any other `dense_vector`, newest first; from the documentation of the versions.
const DIMS_MAX: &[(Span, u64, u64)] = &[
    (es(8, 11), 4096, 4096),
    (es(8, 8), 2048, 2048),
    (es(8, 0), 1024, 2048),
    (es(7, 6), 2048, 2048),
    (es(7, 2), 1024, 1024),
    (es(7, 0), 500, 500),
];

/// Dimensions of a `knn_vector`.
const KNN_DIMS_MAX: u64 = 16_000;

/// Checks what the other steps do not ask about.
pub(super) fn check(t: &mut Translation<'_>, draft: &mut Draft) {
    for (kind, key, spans) in REQUIRED {
        if draft.kind == *kind && t.target.within(spans) && !draft.has(key) {
            t.fault(
                draft.place.pointer.clone(),
                format!("`{kind}` needs `{key}` on {}; add it", t.target),
            );
        }
    }
    switches(t, draft);
    index(t, draft);
    dims(t, draft);
    let chained = draft.place.role == Role::MultiField && draft.has("fields");
    if chained && t.target.within(&[es(8, 0)]) {
        t.fault(
            draft.place.at("fields"),
            format!(
                "{} takes no multi-field in a multi-field; list `fields` beside each other",
                t.target
            ),
        );
    }
}

/// 1.x and 2.x read any word as true.
fn switches(t: &mut Translation<'_>, draft: &mut Draft) {
    if t.target.within(ES1_ES2) {
        return;
    }
    for key in SWITCHES {
        if let Some(value) = draft.get(key).filter(|v| truth(v).is_none()) {
            let found = super::described(value);
            t.fault(draft.place.at(key), format!("`{key}` is `true` or `false`, found {found}"));
        }
    }
}

fn index(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(value) = draft.get("index") else { return };
    if value.as_str().and_then(old_index).is_none() && truth(value).is_none() {
        let found = super::described(value);
        let words = if t.target.within(ES1_ES2) {
            "`analyzed`, `not_analyzed` or `no`"
        } else {
            "`true` or `false`"
        };
        t.fault(
            draft.place.at("index"),
            format!("`index` is {words} on {}, found {found}", t.target),
        );
    }
}

fn dims(t: &mut Translation<'_>, draft: &mut Draft) {
    let (key, max) = match draft.kind.as_str() {
        "knn_vector" => ("dimension", KNN_DIMS_MAX),
        "dense_vector" => {
            let row = DIMS_MAX.iter().find(|(span, ..)| t.target.within(&[*span]));
            let indexed = draft.get("index").and_then(truth) == Some(true);
            (
                "dims",
                row.map_or(
                    u64::MAX,
                    |(_, indexed_max, max)| if indexed { *indexed_max } else { *max },
                ),
            )
        }
        _ => return,
    };
    // One dimension of a vector of bits is one bit.
    let bits =
        matches!(draft.text("element_type").or(draft.text("data_type")), Some("bit" | "binary"));
    let max = if bits { max.saturating_mul(8) } else { max };
    let Some(value) = draft.get(key) else { return };
    let takes_text = key == "dimension" || !t.target.within(&[es(8, 0)]);
    let text = value.as_str().filter(|_| takes_text);
    let number = value.as_u64().or_else(|| text.and_then(|s| s.parse().ok()));
    let number = number.filter(|n| !bits || n % 8 == 0);
    if number.is_none_or(|n| n == 0 || n > max) {
        let found = super::described(value);
        t.fault(
            draft.place.at(key),
            if bits {
                format!(
                    "`{key}` of bits is a multiple of 8 up to {max} on {}, found {found}",
                    t.target
                )
            } else {
                format!("`{key}` is a number from 1 to {max} on {}, found {found}", t.target)
            },
        );
    }
}

/// Every `alias` must point at a field with values, or at a key below a `flattened` one: no object, no other alias.
pub(super) fn alias_paths(t: &mut Translation<'_>, mapping: &Mapping) {
    let (mut fields, mut aliases, mut keyed) = (Vec::new(), Vec::new(), Vec::new());
    gather(&mapping.properties, "", &mut fields, &mut aliases, &mut keyed);
    let computed = ["runtime", "derived"].map(|key| mapping.body.get(key));
    let computed = computed.into_iter().flatten().filter_map(Value::as_object);
    fields.extend(computed.flat_map(Map::keys).cloned());
    for alias in aliases {
        let Some(path) = alias.params.get("path").and_then(Value::as_str) else { continue };
        let is_key = keyed.iter().any(|above: &String| {
            path.strip_prefix(above.as_str()).is_some_and(|key| key.starts_with('.'))
        });
        if !fields.iter().any(|f| f == path) && !is_key && !limit::is_own_field(path, t.target) {
            let near = fields
                .iter()
                .max_by(|a, b| {
                    strsim::jaro_winkler(path, a).total_cmp(&strsim::jaro_winkler(path, b))
                })
                .map_or(String::new(), |f| format!("; the nearest is `{f}`"));
            t.fault(
                format!("{}/path", alias.pointer),
                format!(
                    "the alias points at `{path}`, and no field with values has this path{near}"
                ),
            );
        }
    }
}

/// Fields that the engine makes of one of this type.
fn own_parts(kind: &str, path: &str, property: &Property) -> Vec<String> {
    let parts: Vec<String> = match kind {
        "search_as_you_type" => {
            let shingles = (2..=4).map(|size| format!("._{size}gram"));
            shingles.chain(["._index_prefix".to_string()]).collect()
        }
        "join" => {
            let relations = property.params.get("relations").and_then(Value::as_object);
            relations.into_iter().flat_map(Map::keys).map(|parent| format!("#{parent}")).collect()
        }
        _ => Vec::new(),
    };
    parts.into_iter().map(|part| format!("{path}{part}")).collect()
}

fn gather<'p>(
    list: &'p [Property],
    above: &str,
    fields: &mut Vec<String>,
    aliases: &mut Vec<&'p Property>,
    keyed: &mut Vec<String>,
) {
    for property in list {
        let path = if above.is_empty() {
            property.name.clone()
        } else {
            format!("{above}.{}", property.name)
        };
        gather(&property.properties, &path, fields, aliases, keyed);
        gather(&property.multi_fields, &path, fields, aliases, keyed);
        match property.kind.as_str() {
            "alias" => aliases.push(property),
            "object" | "nested" => {}
            kind => {
                if matches!(kind, "flattened" | "flat_object") {
                    keyed.push(path.clone());
                }
                fields.extend(own_parts(kind, &path, property));
                fields.push(path);
            }
        }
    }
}

/// Doc values belong to strings that are not analyzed.
pub(super) fn doc_values_of_text(t: &mut Translation<'_>, draft: &mut Draft) {
    let analyzed =
        draft.is(&["string"]) && !matches!(draft.text("index"), Some("not_analyzed" | "no"));
    if analyzed
        && t.target.within(ES1_ES2)
        && draft.get("doc_values").is_some_and(|v: &Value| truth(v) != Some(false))
    {
        draft.take("doc_values");
        t.notice(
            draft,
            format!("`doc_values` is left out for {}: an analyzed `string` has none", t.target),
        );
    }
}
