//! What the root of a mapping says besides its fields: meta-fields, detection, dynamic templates. Knows no field.

use serde_json::{Map, Value};

use super::Faults;
use crate::target::dialect::{LISTS, described, escape, truth};
use crate::target::pattern::is_broken;
use crate::target::span::{ALWAYS, ES1_ES2, ES5_ON, Span, es, es_until, in_words, os};
use crate::target::{Mapping, Target};

/// A name, and the versions that know it.
type Member = (&'static str, &'static [Span]);

/// 2.x and 5.x.
pub(in crate::target) const ES2_ES5: &[Span] = &[es_until((2, 0), (6, 0))];

/// A key of the root that is an object: its members, and the versions that know them.
#[rustfmt::skip]
pub(in crate::target) const META_FIELDS: &[(&str, &[Member])] = &[
    ("_source", &[("enabled", ALWAYS), ("includes", ALWAYS), ("excludes", ALWAYS), ("mode", &[es(8, 4)])]),
    ("_routing", &[("required", ALWAYS)]),
    ("_field_names", &[("enabled", ALWAYS)]),
    ("_timestamp", &[("enabled", ES1_ES2), ("format", ES1_ES2), ("default", ES1_ES2), ("ignore_missing", ES1_ES2)]),
    ("_ttl", &[("enabled", ES1_ES2), ("default", ES1_ES2)]),
    ("_all", &[
        ("enabled", ALWAYS), ("store", ES2_ES5), ("index", ES2_ES5), ("analyzer", ES2_ES5), ("search_analyzer", ES2_ES5),
        ("term_vector", ES2_ES5), ("norms", ES2_ES5), ("omit_norms", ES2_ES5), ("similarity", ES2_ES5),
        ("boost", ES2_ES5), ("index_options", ES2_ES5), ("store_term_vectors", ES2_ES5), ("fielddata", ES1_ES2),
    ]),
    ("_parent", &[("type", ALWAYS), ("fielddata", ES2_ES5)]),
    ("_meta", &[]),
];
/// Versions that ignore members of these that they do not know.
const FORGIVING: &[Span] = &[es_until((1, 0), (2, 0))];
/// Versions that take `true` and `false` alone.
const STRICT: &[Span] = &[es(6, 0), os(1, 0)];

/// Keys of a dynamic template.
#[rustfmt::skip]
const TEMPLATE_KEYS: &[Member] = &[
    ("match", ALWAYS),
    ("unmatch", ALWAYS),
    ("path_match", ALWAYS),
    ("path_unmatch", ALWAYS),
    ("match_mapping_type", ALWAYS),
    ("unmatch_mapping_type", LISTS),
    ("match_pattern", ALWAYS),
    ("mapping", ALWAYS),
    ("runtime", &[es(7, 11)]),
];
/// Whether some version knows the key.
pub(in crate::target) fn is_template_key(key: &str) -> bool {
    TEMPLATE_KEYS.iter().any(|(known, _)| *known == key)
}

/// Those that are lists where the target knows lists.
const LISTED: &[&str] = &[
    "match",
    "unmatch",
    "path_match",
    "path_unmatch",
    "match_mapping_type",
    "unmatch_mapping_type",
];
/// What `match_mapping_type` is.
const MATCHED: &[&str] = &["*", "object", "string", "long", "double", "boolean", "date", "binary"];
/// Versions that take a template which matches by nothing.
const UNMATCHED: &[Span] = &[es(7, 0)];

/// Checks the root of the mapping, which stands at `pointer`.
pub(super) fn check(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Faults<'_>) {
    let body = &mapping.body;
    for (key, members) in META_FIELDS {
        if let Some(value) = body.get(*key) {
            meta_field(key, value, members, &format!("{pointer}/{key}"), target, faults);
        }
    }
    timestamp(body, pointer, target, faults);
    timestamp_path(mapping, pointer, target, faults);
    for key in ["date_detection", "numeric_detection", "enabled"] {
        if let Some(value) = body.get(key)
            && target.within(ES5_ON)
            && truth(value).is_none()
        {
            let message = format!("`{key}` is `true` or `false`, found {}", described(value));
            faults.push(format!("{pointer}/{key}"), message);
        }
    }
    if let Some(value) = body.get("subobjects").filter(|value| !is_switch(value)) {
        let message = format!("`subobjects` is `true` or `false`, found {}", described(value));
        faults.push(format!("{pointer}/subobjects"), message);
    }
    // Measured on OpenSearch 3.8; 2.19 takes none without a switch of its nodes, which was not tried.
    if body.contains_key("composite") && target.within(&[os(3, 0)]) {
        let message = format!(
            "a star tree wants `index.append_only.enabled` on {target}, and such an index refuses documents that have their ids, as the records here do; remove `composite`"
        );
        faults.push(format!("{pointer}/composite"), message);
    }
    for (entry, pointer) in mapping.templates() {
        let named = entry.as_object().filter(|named| named.len() == 1);
        match named.and_then(|named| named.values().next()) {
            Some(template) => {
                if let Some((key, message)) = template_fault(template, target) {
                    faults.push(format!("{pointer}{key}"), message);
                }
            }
            None => {
                let message =
                    "a dynamic template is an object with its name as the only key".to_string();
                faults.push(pointer.to_owned(), message);
            }
        }
    }
}

fn is_switch(value: &Value) -> bool {
    value.is_boolean() || matches!(value.as_str(), Some("true" | "false"))
}

fn meta_field(
    key: &str,
    value: &Value,
    members: &[Member],
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let Value::Object(object) = value else {
        let message = format!("`{key}` must be an object, found {}", described(value));
        return faults.push(pointer.to_string(), message);
    };
    if members.is_empty() {
        return;
    }
    for (name, value) in object {
        // 1.x fails on text where a list is wanted.
        let is_list = matches!(name.as_str(), "includes" | "excludes");
        if target.within(FORGIVING) && !is_list {
            continue;
        }
        let at = format!("{pointer}/{}", escape(name));
        let known = members.iter().any(|(n, spans)| n == name && target.within(spans));
        let found = described(value);
        let wrong = match name.as_str() {
            _ if !known => {
                let known = members.iter().filter(|(_, spans)| target.within(spans));
                let known: Vec<String> = known.map(|(name, _)| format!("`{name}`")).collect();
                Some(format!("`{key}` has no `{name}` on {target}; it has {}", known.join(", ")))
            }
            "enabled" | "required" => {
                let fits = truth(value).is_some() || !target.within(STRICT);
                (!fits).then(|| format!("`{name}` is `true` or `false`, found {found}"))
            }
            "includes" | "excludes" => value
                .as_array()
                .is_none_or(|names| names.contains(&Value::Null))
                .then(|| format!("`{name}` must be a list of names, found {found}")),
            "mode" => {
                let fits = matches!(value.as_str(), Some("stored" | "synthetic" | "disabled"));
                let both = object.contains_key("enabled");
                let lists = ["includes", "excludes"].map(|key| object.get(key));
                let filters =
                    lists.into_iter().flatten().any(|list| *list != Value::Array(Vec::new()));
                match (fits, both) {
                    // Measured on 8.19; 9.2 reads no `mode` here.
                    _ if value == "synthetic" && filters && target.major == 8 => Some(format!(
                        "{target} makes a synthetic `_source` anew and leaves nothing out of it; remove `includes` and `excludes`"
                    )),
                    (false, _) => Some(format!(
                        "`mode` is `stored`, `synthetic` or `disabled`, found {found}"
                    )),
                    (true, true) => Some(format!(
                        "{target} takes no `mode` beside `enabled` in `_source`; remove one of them"
                    )),
                    (true, false) => None,
                }
            }
            _ => None,
        };
        if let Some(message) = wrong {
            faults.push(at, message);
        }
    }
}

/// `ignore_missing: false` asks each document for a time, which action lines of ours do not give. Measured on 1.7 and 2.4: the
/// whole body is refused.
fn timestamp(body: &Map<String, Value>, pointer: &str, target: &Target, faults: &mut Faults<'_>) {
    let Some(Value::Object(timestamp)) = body.get("_timestamp") else { return };
    let says = |key: &str, wanted: bool| timestamp.get(key).and_then(truth) == Some(wanted);
    let is_no = timestamp.get("ignore_missing").is_some_and(|value| value == "no");
    if !target.within(ES1_ES2) || !says("ignore_missing", false) || is_no {
        return;
    }
    let at = format!("{pointer}/_timestamp/ignore_missing");
    if timestamp.contains_key("default") {
        let message = format!(
            "{target} takes no `default` beside `ignore_missing: false`; remove one of them"
        );
        faults.push(at, message);
    } else if says("enabled", true) && !timestamp.contains_key("path") {
        let message = format!(
            "`ignore_missing: false` lets {target} refuse every document, for the export gives none a timestamp; remove it, and map a `date` field for the time"
        );
        faults.push(at, message);
    }
}

/// 1.x reads the time of `_timestamp.path` by the format of `_timestamp`, whatever that of the field is, and refuses a document
/// where it cannot. Measured on 1.7.6.
fn timestamp_path(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Faults<'_>) {
    let Some(Value::Object(timestamp)) = mapping.body.get("_timestamp") else { return };
    let is_on = timestamp.get("enabled").and_then(truth) == Some(true);
    let path = timestamp.get("path").and_then(Value::as_str);
    let Some(path) = path.filter(|_| is_on && target.within(FORGIVING)) else { return };
    let field = mapping.properties.iter().find(|property| property.name == path);
    let Some(field) = field.filter(|field| field.kind == "date") else { return };
    let default = Value::from("dateOptionalTime");
    let read = timestamp.get("format").unwrap_or(&default);
    let written = field.params.get("format").unwrap_or(&default);
    let name = |format: &Value| format.as_str().unwrap_or_default().replace('_', "").to_lowercase();
    if name(read) != name(written) {
        faults.push(
            format!("{pointer}/_timestamp/path"),
            format!(
                "{target} reads the time that `_timestamp.path` names by the format {}, and `{path}` has {}; write the same `format` into `_timestamp`",
                described(read),
                described(written)
            ),
        );
    }
}

fn is_text_or_texts(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

/// A fault of a dynamic template: below which of its keys, and what it is.
type TemplateFault = (String, String);

/// What is wrong with a dynamic template.
fn template_fault(template: &Value, target: &Target) -> Option<TemplateFault> {
    let Value::Object(template) = template else {
        let found = described(template);
        return Some((String::new(), format!("a dynamic template is an object, found {found}")));
    };
    template
        .iter()
        .find_map(|(key, value)| template_key_fault(key, value, target))
        .or_else(|| template_type_fault(template, target))
        .or_else(|| template_pattern_fault(template, target))
        .or_else(|| template_mapping_fault(template, target))
        .or_else(|| super::template::fault(template, target))
}

/// What is wrong with one of its members.
fn template_key_fault(key: &str, value: &Value, target: &Target) -> Option<TemplateFault> {
    let at = format!("/{}", escape(key));
    let known = TEMPLATE_KEYS.iter().find(|(k, _)| *k == key);
    match known {
        Some((_, spans)) if target.within(spans) => {}
        // 1.x and 2.x ignore what they do not know.
        None if !target.within(ES5_ON) => {}
        Some((_, spans)) if key != "runtime" => {
            let message = format!(
                "a dynamic template has no `{key}` on {target} ({} has it); write a template for each type that it is for",
                in_words(spans)
            );
            return Some((at, message));
        }
        Some(_) if !target.within(ES5_ON) => {}
        _ => {
            let message = format!("a dynamic template has no `{key}` on {target}; remove it");
            return Some((at, message));
        }
    }
    let is_listed = LISTED.contains(&key);
    if is_listed && value.is_array() && !target.within(LISTS) {
        let message = format!(
            "`{key}` of a dynamic template is one text on {target} ({} has lists); write a template for each",
            in_words(LISTS)
        );
        return Some((at, message));
    }
    if matches!(key, "mapping" | "runtime") && !value.is_object() {
        let found = described(value);
        let message = format!("`{key}` of a dynamic template is an object, found {found}");
        return Some((at, message));
    }
    if value.is_null() {
        return Some((at, format!("`{key}` says nothing, found `null`; remove it")));
    }
    if is_listed && target.within(LISTS) && !is_text_or_texts(value) {
        let message = format!(
            "`{key}` of a dynamic template is text or a list of texts, found {}",
            described(value)
        );
        return Some((at, message));
    }
    None
}

fn template_type_fault(template: &Map<String, Value>, target: &Target) -> Option<TemplateFault> {
    for key in ["match_mapping_type", "unmatch_mapping_type"] {
        let Some(value) = template.get(key).filter(|_| target.within(STRICT)) else { continue };
        // Every type is there to be matched, and never to be left out.
        let words = if key == "match_mapping_type" { MATCHED } else { &MATCHED[1..] };
        let listed = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        if !listed.iter().all(|one| one.as_str().is_some_and(|word| words.contains(&word))) {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let message =
                format!("`{key}` is {} on {target}, found {}", words.join(", "), described(value));
            return Some((format!("/{key}"), message));
        }
    }
    None
}

fn template_pattern_fault(template: &Map<String, Value>, target: &Target) -> Option<TemplateFault> {
    if let Some(value) = template.get("match_pattern")
        && !matches!(value.as_str(), Some("simple" | "regex"))
    {
        let message = format!("`match_pattern` is `simple` or `regex`, found {}", described(value));
        return Some(("/match_pattern".to_string(), message));
    }
    if template.get("match_pattern").and_then(Value::as_str) == Some("regex")
        && target.within(STRICT)
    {
        for key in ["match", "unmatch", "path_match", "path_unmatch"] {
            let patterns = match template.get(key) {
                Some(Value::Array(list)) => list.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            if let Some(pattern) =
                patterns.iter().filter_map(Value::as_str).find(|pattern| is_broken(pattern))
            {
                let message = format!(
                    "`{pattern}` is no regular expression, as `match_pattern: regex` wants; write one, such as `.*_text`, or remove `match_pattern`"
                );
                return Some((format!("/{key}"), message));
            }
        }
    }
    None
}

fn template_mapping_fault(template: &Map<String, Value>, target: &Target) -> Option<TemplateFault> {
    let runtime = template.contains_key("runtime") && target.within(&[es(7, 11)]);
    let mapping = template.contains_key("mapping");
    let matched = template.get("match_mapping_type").and_then(Value::as_str);
    if let Some(kind @ ("object" | "binary")) = matched.filter(|_| runtime) {
        let message =
            format!("{target} has no runtime field for what is `{kind}`; write a `mapping`");
        return Some(("/runtime".to_string(), message));
    }
    if mapping == runtime {
        let message = format!(
            "a dynamic template has one `mapping` on {target}; write it, and no `runtime` beside it"
        );
        return Some((String::new(), message));
    }
    let matches = ["match", "path_match", "match_mapping_type"];
    let matched = matches.iter().any(|key| template.contains_key(*key));
    (!matched && !target.within(UNMATCHED)).then(|| {
        let message = format!("a dynamic template needs `match`, `path_match` or `match_mapping_type` on {target}; add one");
        (String::new(), message)
    })
}
