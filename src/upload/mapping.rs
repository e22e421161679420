//! The mapping that a cluster holds against the one of an export. Pure: knows no cluster.
//!
//! Engines do not give a mapping back as it was sent: they leave defaults out, add what they assumed, and spell values in their
//! own way. So a parameter counts as different where the cluster gives another value, or where it gives none and leaving it
//! out cannot mean the value that was asked for.

use serde_json::{Map, Value};

/// What the cluster may hold beyond the export's mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    /// Other fields: the index has other documents too.
    Allowed,
    /// No other field at the root: the export's documents hold none.
    Different,
}

/// The root mapping inside the create-index body `body`.
pub(super) fn of_create_body<'a>(
    body: &'a Map<String, Value>,
    type_name: Option<&str>,
) -> &'a Value {
    let mappings = body.get("mappings").unwrap_or(&Value::Null);
    match type_name {
        Some(type_name) => &mappings[type_name],
        None => mappings,
    }
}

/// Whether an index of this create-index body shows documents as they were sent: no pipeline of its own, the whole source.
pub(super) fn shows_as_sent(body: &Map<String, Value>, type_name: Option<&str>) -> bool {
    let is_whole = |(key, value): (&String, &Value)| {
        key == "enabled" && (value == true || value == "true") || key == "compress"
    };
    let source = &of_create_body(body, type_name)["_source"];
    source.as_object().is_none_or(|source| source.iter().all(is_whole))
        && !body.get("settings").is_some_and(changes_documents)
}

/// Settings can be nested, or have dots in their names, or both.
fn changes_documents(settings: &Value) -> bool {
    let is_one = |name: &str, value: &Value| match name.rsplit('.').next() {
        Some("default_pipeline" | "final_pipeline") => value != "_none" && !value.is_null(),
        Some("mode") => value == "synthetic",
        _ => false,
    };
    settings.as_object().is_some_and(|settings| {
        settings.iter().any(|(name, value)| is_one(name, value) || changes_documents(value))
    })
}

/// Paths of the vectors in a root mapping.
pub(super) fn vectors(mapping: &Value) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (name, property) in mapping["properties"].as_object().into_iter().flatten() {
        if matches!(property["type"].as_str(), Some("dense_vector" | "rank_vectors")) {
            found.push(vec![name.clone()]);
        }
        found.extend(vectors(property).into_iter().map(|mut path| {
            path.insert(0, name.clone());
            path
        }));
    }
    found
}

/// What is different, one line each.
pub(super) fn differences(wanted: &Value, found: &Value, extra: Extra) -> Vec<String> {
    let empty = Map::new();
    let wanted = wanted.as_object().unwrap_or(&empty);
    let found = found.as_object().unwrap_or(&empty);
    let mut lines = Vec::new();
    compare_property("", wanted, found, &mut lines);
    if extra == Extra::Different {
        surplus(wanted, found, &mut lines);
    }
    lines
}

fn compare_property(
    path: &str,
    wanted: &Map<String, Value>,
    found: &Map<String, Value>,
    lines: &mut Vec<String>,
) {
    let place =
        if path.is_empty() { "the mapping's root".to_string() } else { format!("field `{path}`") };
    let (kind, found_kind) = (kind(wanted), kind(found));
    // Elasticsearch 5 stores `string` as one of the two.
    let rewritten = kind == "string" && matches!(found_kind, "text" | "keyword");
    if kind != found_kind && !rewritten {
        lines.push(format!("{place} is `{found_kind}` in the cluster and `{kind}` in the export"));
        return;
    }
    for (name, value) in wanted {
        match name.as_str() {
            "properties" => compare_children(path, value, found.get(name), lines),
            "fields" => compare_children(path, value, found.get(name), lines),
            "type" => {}
            _ if rewritten => {}
            _ => match found.get(name) {
                Some(other) if is_same(value, other) => {}
                Some(other) => lines.push(format!(
                    "{place} has `{name}` {other} in the cluster and {value} in the export"
                )),
                None if may_be_left_out(kind, name, value) => {}
                None => lines.push(format!(
                    "{place} has no `{name}` in the cluster and {value} in the export"
                )),
            },
        }
    }
}

fn compare_children(path: &str, wanted: &Value, found: Option<&Value>, lines: &mut Vec<String>) {
    let Some(wanted) = wanted.as_object() else { return };
    for (name, property) in wanted {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let other = found.and_then(|found| found.get(name)).and_then(Value::as_object);
        match (property.as_object(), other) {
            (Some(property), Some(other)) => compare_property(&path, property, other, lines),
            (Some(_), None) => {
                lines.push(format!("field `{path}` is not in the cluster's mapping"))
            }
            (None, _) => {}
        }
    }
}

fn kind(property: &Map<String, Value>) -> &str {
    property.get("type").and_then(Value::as_str).unwrap_or("object")
}

/// Whether an engine that does not give `name` back may have taken `value` for it.
fn may_be_left_out(kind: &str, name: &str, value: &Value) -> bool {
    let is = |text: &str| is_same(value, &Value::from(text));
    match name {
        "enabled" => is("true"),
        "store" => is("false"),
        "index" if kind == "string" => is("analyzed"),
        "index" => !is("false"),
        "doc_values" => is("true") || kind == "text" || kind == "string",
        "null_value" => value.is_null(),
        "ignore_above" => false,
        _ => true,
    }
}

/// Whether two spellings mean the same value.
fn is_same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(key, value)| found.get(key).is_none_or(|other| is_same(value, other))),
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(left, right)| is_same(left, right))
        }
        (Value::Array(list), one) | (one, Value::Array(list)) => {
            list.len() == 1 && is_same(&list[0], one)
        }
        (Value::Null, _) | (_, Value::Null) | (Value::Object(_), _) | (_, Value::Object(_)) => {
            wanted == found
        }
        _ => {
            let (left, right) = (spelling(wanted), spelling(found));
            left == right
                || left
                    .parse::<f64>()
                    .ok()
                    .zip(right.parse::<f64>().ok())
                    .is_some_and(|(l, r)| l == r)
        }
    }
}

/// One spelling for the many of booleans, numbers as text, and names in camel or snake case.
fn spelling(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    match text.as_str() {
        "yes" | "on" => "true".into(),
        "no" | "off" => "false".into(),
        _ if text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'|')) =>
        {
            text.replace('_', "").to_ascii_lowercase()
        }
        _ => text,
    }
}

fn surplus(wanted: &Map<String, Value>, found: &Map<String, Value>, lines: &mut Vec<String>) {
    let mut copied = Vec::new();
    copy_targets(&Value::Object(wanted.clone()), &mut copied);
    let known = wanted.get("properties").and_then(Value::as_object);
    let Some(properties) = found.get("properties").and_then(Value::as_object) else { return };
    for name in properties.keys() {
        let is_target = copied.iter().any(|target| target.split('.').next() == Some(name));
        if !known.is_some_and(|known| known.contains_key(name)) && !is_target {
            lines.push(format!(
                "field `{name}` is in the cluster's mapping and not in the export's"
            ));
        }
    }
}

fn copy_targets(value: &Value, targets: &mut Vec<String>) {
    let Some(object) = value.as_object() else { return };
    for (name, value) in object {
        match (name.as_str(), value) {
            ("copy_to", Value::String(target)) => targets.push(target.clone()),
            ("copy_to", Value::Array(list)) => {
                targets.extend(list.iter().filter_map(Value::as_str).map(str::to_string));
            }
            _ => copy_targets(value, targets),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(wanted: Value, found: Value) -> Vec<String> {
        let root = |field: Value| json!({ "properties": { "f": field } });
        differences(&root(wanted), &root(found), Extra::Different)
    }

    #[test]
    fn an_index_that_changes_documents_or_keeps_less_is_known_by_its_body() {
        for (body, shows) in [
            (json!({}), true),
            (json!({"mappings": {"_source": {"enabled": true}}}), true),
            (json!({"mappings": {"_source": {"enabled": false}}}), false),
            (json!({"mappings": {"_source": {"excludes": ["a"]}}}), false),
            (json!({"mappings": {"_source": {"mode": "synthetic"}}}), false),
            (
                json!({"settings": {"number_of_shards": 3, "index": {"sort": {"mode": "min"}}}}),
                true,
            ),
            (json!({"settings": {"index.default_pipeline": "p"}}), false),
            (json!({"settings": {"default_pipeline": "_none"}}), true),
            (json!({"settings": {"index": {"final_pipeline": "p"}}}), false),
            (json!({"settings": {"index": {"mapping.source": {"mode": "synthetic"}}}}), false),
        ] {
            let found = shows_as_sent(body.as_object().expect("an object"), None);
            assert_eq!(found, shows, "{body}");
        }
        let typed = json!({"mappings": {"t": {"_source": {"enabled": false}}}});
        assert!(!shows_as_sent(typed.as_object().expect("an object"), Some("t")));
    }

    #[test]
    fn what_an_engine_leaves_out_or_spells_in_its_way_is_no_difference() {
        for (wanted, found) in [
            (
                json!({"type":"keyword","index":true,"store":false,"doc_values":true}),
                json!({"type":"keyword"}),
            ),
            (
                json!({"type":"string","store":"yes","index":"not_analyzed"}),
                json!({"type":"string","store":true,"index":"not_analyzed"}),
            ),
            (json!({"type":"string","index":"analyzed"}), json!({"type":"string"})),
            (json!({"type":"string"}), json!({"type":"text"})),
            (
                json!({"properties":{"x":{"type":"long"}}}),
                json!({"type":"object","properties":{"x":{"type":"long"}}}),
            ),
            (
                json!({"type":"scaled_float","scaling_factor":100}),
                json!({"type":"scaled_float","scaling_factor":100.0}),
            ),
            (json!({"type":"text","copy_to":"all"}), json!({"type":"text","copy_to":["all"]})),
            (
                json!({"type":"date","format":"dateOptionalTime"}),
                json!({"type":"date","format":"date_optional_time"}),
            ),
            (
                json!({"type":"completion","max_input_length":"50"}),
                json!({"type":"completion","max_input_length":50,"analyzer":"simple"}),
            ),
        ] {
            assert_eq!(
                lines(wanted.clone(), found.clone()),
                Vec::<String>::new(),
                "{wanted} {found}"
            );
        }
    }

    #[test]
    fn what_is_another_mapping_is_a_difference() {
        for (wanted, found, part) in [
            (
                json!({"type":"keyword"}),
                json!({"type":"text"}),
                "is `text` in the cluster and `keyword`",
            ),
            (json!({"type":"keyword","index":false}), json!({"type":"keyword"}), "has no `index`"),
            (
                json!({"type":"keyword","ignore_above":256}),
                json!({"type":"keyword","ignore_above":10}),
                "has `ignore_above` 10",
            ),
            (
                json!({"type":"keyword","ignore_above":256}),
                json!({"type":"keyword"}),
                "has no `ignore_above`",
            ),
            (json!({"type":"keyword","store":true}), json!({"type":"keyword"}), "has no `store`"),
            (
                json!({"type":"string","index":"not_analyzed"}),
                json!({"type":"string"}),
                "has no `index`",
            ),
            (
                json!({"type":"date","format":"yyyy"}),
                json!({"type":"date","format":"epoch_millis"}),
                "has `format`",
            ),
            (
                json!({"properties":{"x":{"type":"long"}}}),
                json!({"properties":{}}),
                "field `f.x` is not in",
            ),
            (
                json!({"type":"text","fields":{"k":{"type":"keyword"}}}),
                json!({"type":"text"}),
                "field `f.k` is not in",
            ),
        ] {
            let lines = lines(wanted.clone(), found.clone());
            assert!(lines.len() == 1 && lines[0].contains(part), "{wanted} {found}: {lines:?}");
        }
    }

    #[test]
    fn a_field_that_only_the_cluster_has_is_a_difference_unless_it_is_copied_to() {
        let wanted = json!({"properties":{"a":{"type":"text","copy_to":["all"]}}});
        let found = json!({"properties":{"a":{"type":"text","copy_to":["all"]},"all":{"type":"text"},"b":{"type":"long"}}});
        assert_eq!(differences(&wanted, &found, Extra::Different).len(), 1);
        assert!(differences(&wanted, &found, Extra::Allowed).is_empty());
    }

    #[test]
    fn a_mapping_that_is_not_there_at_all_names_every_field() {
        let wanted = json!({"properties":{"a":{"type":"text"},"b":{"type":"long"}}});
        assert_eq!(differences(&wanted, &Value::Null, Extra::Different).len(), 2);
    }
}
