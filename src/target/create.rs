//! The body that creates an index: settings, aliases, mapping. Knows no documents.

use serde_json::{Map, Value, json};

use super::limit::{check_counts, setting};
use super::name::alias_name_fault;
use super::span::{Span, es, os};
use super::{Engine, Mapping, Target, valid};
use crate::error::Fault;

/// Settings about shards and replicas, which serverless does not let anyone choose; without `index.`.
const SHARDING: &[&str] = &[
    "number_of_shards",
    "number_of_replicas",
    "auto_expand_replicas",
    "number_of_routing_shards",
    "routing_partition_size",
];

/// Versions that refuse an alias of an index with the index's own name: measured on 1.7, which takes it, and on 2.4 and later.
const NO_OWN_ALIAS: &[Span] = &[es(2, 0), os(1, 0)];

/// What the user wrote beside the mapping, with the pointer of the index it stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    /// The name of the index.
    pub(crate) name: &'a str,
    pub(crate) pointer: &'a str,
    pub(crate) settings: Option<&'a Value>,
    pub(crate) aliases: Option<&'a Value>,
    /// The type's name; without effect where there are no types.
    pub(crate) type_name: Option<&'a str>,
}

/// The create-index body (`settings`, `aliases`, `mappings`, in this order) and what was changed in the settings.
pub(crate) fn create_index_body(
    around: Around<'_>,
    mapping: &Mapping,
    target: &Target,
    faults: &mut Vec<Fault>,
) -> (Map<String, Value>, Vec<String>) {
    let mut notices = Vec::new();
    let mut body = Map::new();
    let settings = settings(around, mapping, target, &mut notices, faults);
    let mapping_pointer = format!("{}/mapping", around.pointer);
    check_counts(&mapping.body, settings.as_ref(), target, &mapping_pointer, faults);
    let settings_pointer = format!("{}/settings", around.pointer);
    notices.append(&mut valid::check_settings(
        settings.as_ref(),
        mapping,
        &settings_pointer,
        target,
        faults,
    ));
    if let Some(settings) = settings {
        body.insert("settings".to_string(), settings);
    }
    if let Some(aliases) = aliases(around, target, faults) {
        body.insert("aliases".to_string(), aliases);
    }
    let mappings = match target.default_type() {
        Some(default) => {
            let name = around.type_name.or(mapping.type_name.as_deref()).unwrap_or(default);
            Value::Object(Map::from_iter([(name.to_string(), Value::Object(mapping.body.clone()))]))
        }
        None => Value::Object(mapping.body.clone()),
    };
    body.insert("mappings".to_string(), mappings);
    (body, notices)
}

fn settings(
    around: Around<'_>,
    mapping: &Mapping,
    target: &Target,
    notices: &mut Vec<String>,
    faults: &mut Vec<Fault>,
) -> Option<Value> {
    let mut settings = around.settings.cloned();
    if settings.as_ref().is_some_and(|s| !s.is_object()) {
        let pointer = format!("{}/settings", around.pointer);
        faults.push(Fault { pointer, message: "`settings` must be an object".to_string() });
        settings = None;
    }
    if target.serverless
        && let Some(settings) = &mut settings
    {
        for name in SHARDING {
            if remove(settings, &format!("index.{name}")) | remove(settings, name) {
                notices.push(format!(
                    "the setting `{name}` is left out for {target}, which chooses it itself"
                ));
            }
        }
    }
    if let Some(settings) = &mut settings {
        leave_out_needless(settings, target, notices);
    }
    for (name, value) in &mapping.settings {
        let short = name.trim_start_matches("index.");
        let found = settings.as_ref().and_then(|s| setting(s, short));
        if found.is_none() {
            let settings = settings.get_or_insert_with(|| json!({}));
            if let Value::Object(settings) = settings {
                settings.insert(name.clone(), value.clone());
                notices.push(format!("the setting `{name}: {value}` is added for {target}, which wants it for the mapping"));
            }
        }
    }
    settings.filter(|s| {
        around.settings.is_none_or(|before| before == s)
            || s.as_object().is_some_and(|s| !s.is_empty())
    })
}

/// What an engine shows of an index has settings that no one may give it; and those of OpenSearch's vectors mean nothing where
/// vectors have no settings.
fn leave_out_needless(settings: &mut Value, target: &Target, notices: &mut Vec<String>) {
    let why = |name: &str| {
        let of_vectors = name == "knn" || name.starts_with("knn.");
        if valid::settings::is_private(name, target) {
            Some("writes it itself")
        } else if of_vectors && target.engine == Engine::Elasticsearch {
            Some("has vectors without it")
        } else {
            None
        }
    };
    let flat = valid::settings::flat(settings);
    let needless = flat.into_iter().filter_map(|setting| Some((why(&setting.name)?, setting.name)));
    for (why, name) in needless.collect::<Vec<_>>() {
        if remove(settings, &format!("index.{name}")) | remove(settings, &name) {
            notices
                .push(format!("the setting `index.{name}` is left out for {target}, which {why}"));
        }
    }
}

/// Takes a setting out, however it is written, and the objects that are empty without it.
fn remove(settings: &mut Value, name: &str) -> bool {
    let Value::Object(map) = settings else { return false };
    if map.shift_remove(name).is_some() {
        return true;
    }
    let inside = map.iter_mut().find_map(|(key, inner)| {
        let rest = name.strip_prefix(key.as_str())?.strip_prefix('.')?;
        remove(inner, rest).then(|| (key.clone(), inner.as_object().is_some_and(Map::is_empty)))
    });
    match inside {
        Some((key, true)) => {
            map.shift_remove(&key);
            true
        }
        Some(_) => true,
        None => false,
    }
}

fn aliases(around: Around<'_>, target: &Target, faults: &mut Vec<Fault>) -> Option<Value> {
    let aliases = around.aliases?;
    let pointer = format!("{}/aliases", around.pointer);
    let Value::Object(map) = aliases else {
        let message =
            "`aliases` must be an object with a member for each alias, such as `{\"name\": {}}`"
                .to_string();
        faults.push(Fault { pointer, message });
        return None;
    };
    for (name, alias) in map {
        let pointer = format!("{pointer}/{}", super::dialect::escape(name));
        if let Some(message) = alias_name_fault(name, target) {
            faults.push(Fault { pointer: pointer.clone(), message });
        }
        if name == around.name && target.within(NO_OWN_ALIAS) {
            let message = format!(
                "the alias `{name}` has the name of its index, which {target} refuses; leave it out, for an index goes by its own name anyway"
            );
            faults.push(Fault { pointer: pointer.clone(), message });
        }
        match alias {
            Value::Object(members) => check_alias(members, &pointer, target, faults),
            _ => faults.push(Fault {
                pointer,
                message: format!("the alias `{name}` must be an object, `{{}}` at least"),
            }),
        }
    }
    Some(aliases.clone())
}

/// What an alias may hold, and what it must be; an engine forgets anything else without a word, a filter too. Several
/// routings to write by it refuses. Measured on 5.6 and 6.8; the code that reads an alias is the same in the others.
fn check_alias(
    members: &Map<String, Value>,
    pointer: &str,
    target: &Target,
    faults: &mut Vec<Fault>,
) {
    let mut fault = |key: &str, message: String| {
        faults
            .push(Fault { pointer: format!("{pointer}/{}", super::dialect::escape(key)), message });
    };
    for (key, value) in members {
        let (fits, wanted) = match key.as_str() {
            "filter" => (value.is_object(), "an object that holds a query"),
            "routing" | "index_routing" | "search_routing" => (value.is_string(), "a string"),
            "is_write_index" | "is_hidden" => (value.is_boolean(), "`true` or `false`"),
            _ => {
                fault(
                    key,
                    format!(
                        "{target} forgets this without a word, for an alias takes {ALIAS_KEYS}; remove it"
                    ),
                );
                continue;
            }
        };
        if !fits && !value.is_null() {
            fault(key, format!("must be {wanted}: {target} forgets anything else without a word"));
        }
    }
    let key = if members.contains_key("index_routing") { "index_routing" } else { "routing" };
    if members.get(key).and_then(Value::as_str).is_some_and(|routing| routing.contains(',')) {
        fault(
            key,
            format!(
                "{target} writes by one routing, and reads a comma as several; give one, and several in `search_routing`"
            ),
        );
    }
}

/// What an alias of any version may hold.
const ALIAS_KEYS: &str =
    "`filter`, `routing`, `index_routing`, `search_routing`, `is_write_index` and `is_hidden`";

#[cfg(test)]
mod tests {
    use super::*;

    fn created(
        target: &str,
        settings: Option<Value>,
        type_name: Option<&str>,
        mapping: Value,
    ) -> (String, Vec<String>, Vec<Fault>) {
        let target = Target::parse(target).unwrap();
        let mut faults = Vec::new();
        let mapping = Mapping::translate(&mapping, "/indices/x/mapping", &target, &mut faults);
        let aliases = json!({"a": {}});
        let around = Around {
            name: "x",
            pointer: "/indices/x",
            settings: settings.as_ref(),
            aliases: Some(&aliases),
            type_name,
        };
        let (body, notices) = create_index_body(around, &mapping, &target, &mut faults);
        (serde_json::to_string(&body).unwrap(), notices, faults)
    }

    #[test]
    fn the_mode_of_the_source_is_a_setting_since_9() {
        let mapping = json!({"_source": {"mode": "synthetic"}, "properties": {}});
        let (body, notices, faults) = created("es9", None, None, mapping.clone());
        assert!(body.contains(r#""settings":{"index.mapping.source.mode":"synthetic"}"#), "{body}");
        assert!(!body.contains("_source\":{\"mode"), "{body}");
        assert!(notices.iter().any(|n| n.contains("`_source` is synthetic")), "{notices:?}");
        assert_eq!(faults, []);
        let (body, notices, _) = created("es8", None, None, mapping);
        assert!(body.contains(r#""_source":{"mode":"synthetic"}"#), "{body}");
        assert!(notices.iter().any(|n| n.contains("`_source` is synthetic")), "{notices:?}");
    }

    #[test]
    fn what_an_engine_would_forget_of_an_alias_is_a_fault() {
        let long = r#"{"term":{"n":1}}"#;
        for (alias, key) in [
            (json!({}), ""),
            (json!({"filter": {"term": {"n": 1}}, "routing": "a", "search_routing": "a,b"}), ""),
            (json!({"filter": null, "is_write_index": true, "is_hidden": false}), ""),
            (json!({"routing": "a,b", "index_routing": "a"}), ""),
            (json!({"filter": 5}), "filter"),
            (json!({"filter": long}), "filter"),
            (json!({"filter": []}), "filter"),
            (json!({"routing": 5}), "routing"),
            (json!({"search_routing": ["a"]}), "search_routing"),
            (json!({"is_write_index": "true"}), "is_write_index"),
            (json!({"is_hidden": 1}), "is_hidden"),
            (json!({"fliter": {}}), "fliter"),
            (json!({"routing": "a,b"}), "routing"),
            (json!({"index_routing": "a,b"}), "index_routing"),
        ] {
            let aliases = json!({ "y": alias });
            let mut faults = Vec::new();
            let around = Around {
                name: "x",
                pointer: "/i",
                settings: None,
                aliases: Some(&aliases),
                type_name: None,
            };
            super::aliases(around, &Target::DEFAULT, &mut faults);
            let found: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            let wanted = format!("/i/aliases/y/{key}");
            let wanted = if key.is_empty() { vec![] } else { vec![wanted.as_str()] };
            assert_eq!(found, wanted, "{aliases}");
        }
    }

    #[test]
    fn an_index_has_no_alias_of_its_own_name_since_2() {
        let aliases = json!({"x": {}, "y": {}});
        for target in Target::ALL {
            let mut faults = Vec::new();
            let around = Around {
                name: "x",
                pointer: "/indices/x",
                settings: None,
                aliases: Some(&aliases),
                type_name: None,
            };
            super::aliases(around, &target, &mut faults);
            let pointers: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
            let wanted: &[&str] =
                if target.name() == "es1" { &[] } else { &["/indices/x/aliases/x"] };
            assert_eq!(pointers, wanted, "{target}");
        }
    }

    #[test]
    fn settings_aliases_and_mappings_stand_in_this_order_with_the_type_where_there_are_types() {
        let mapping = json!({"properties": {"a": {"type": "long"}}});
        for (target, type_name, wanted) in [
            ("es1", Some("student"), r#"{"student":{"properties":{"a":{"type":"long"}}}}"#),
            ("es5", None, r#"{"doc":{"properties":{"a":{"type":"long"}}}}"#),
            ("es6.1", None, r#"{"doc":{"properties":{"a":{"type":"long"}}}}"#),
            ("es6", None, r#"{"_doc":{"properties":{"a":{"type":"long"}}}}"#),
            ("es7", Some("student"), r#"{"properties":{"a":{"type":"long"}}}"#),
            ("os3", None, r#"{"properties":{"a":{"type":"long"}}}"#),
        ] {
            let settings = json!({"number_of_shards": 1});
            let (body, notices, faults) =
                created(target, Some(settings), type_name, mapping.clone());
            assert_eq!(
                body,
                format!(
                    r#"{{"settings":{{"number_of_shards":1}},"aliases":{{"a":{{}}}},"mappings":{wanted}}}"#
                )
            );
            assert_eq!((notices.len(), faults.len()), (0, 0), "{target}");
        }
    }

    #[test]
    fn the_name_in_a_wrapped_mapping_is_the_types_name() {
        let mapping = json!({"student": {"properties": {"a": {"type": "long"}}}});
        let (body, _, faults) = created("es2", None, None, mapping.clone());
        assert!(
            body.ends_with(r#""mappings":{"student":{"properties":{"a":{"type":"long"}}}}}"#),
            "{body}"
        );
        assert_eq!(faults, []);
        let (body, _, _) = created("es9", None, None, mapping);
        assert!(body.ends_with(r#""mappings":{"properties":{"a":{"type":"long"}}}}"#), "{body}");
    }

    #[test]
    fn serverless_chooses_shards_itself() {
        for settings in [
            json!({"number_of_shards": 1, "index.number_of_replicas": 0, "refresh_interval": "5s"}),
            json!({"index": {"number_of_shards": 1, "number_of_replicas": 0}, "refresh_interval": "5s"}),
        ] {
            let (body, notices, _) =
                created("serverless", Some(settings), None, json!({"properties": {}}));
            assert!(body.starts_with(r#"{"settings":{"refresh_interval":"5s"},"#), "{body}");
            assert_eq!(notices.len(), 2, "{notices:?}");
        }
        let (body, _, _) = created(
            "serverless",
            Some(json!({"index": {"number_of_shards": 1}})),
            None,
            json!({"properties": {}}),
        );
        assert!(body.starts_with(r#"{"aliases""#), "{body}");
    }

    #[test]
    fn settings_of_vectors_stay_on_the_engine_that_has_them() {
        let settings = json!({"index": {"knn": true, "knn.algo_param": {"ef_search": 100}, "refresh_interval": "5s"}});
        let vector = json!({"properties": {"v": {"type": "knn_vector", "dimension": 3}}});
        let (body, notices, faults) = created("es9", Some(settings.clone()), None, vector.clone());
        assert!(body.starts_with(r#"{"settings":{"index":{"refresh_interval":"5s"}},"#), "{body}");
        assert_eq!(notices.iter().filter(|n| n.contains("has vectors without it")).count(), 2);
        assert_eq!(faults, []);
        let (body, _, _) = created("os3", Some(settings), None, vector);
        assert!(body.contains(r#""knn":true"#), "{body}");
    }

    #[test]
    fn what_is_no_object_is_a_fault_at_its_pointer() {
        let (_, _, faults) = created("es9", Some(json!([])), None, json!({"properties": {}}));
        assert_eq!(faults[0].pointer, "/indices/x/settings");
    }

    #[test]
    fn a_join_brings_the_setting_that_5_wants() {
        let mapping = json!({"properties": {"j": {"type": "join", "relations": {"q": "a"}}}});
        let (body, _, faults) = created("es5", None, None, mapping.clone());
        assert!(body.contains(r#""index.mapping.single_type":true"#), "{body}");
        assert!(faults.is_empty(), "{faults:?}");
        let (body, _, _) = created("es6", None, None, mapping);
        assert!(!body.contains("single_type"), "{body}");
    }

    #[test]
    fn vectors_bring_the_setting_that_opensearch_wants() {
        let mapping = json!({"properties": {"v": {"type": "dense_vector", "dims": 3, "index": true, "similarity": "cosine"}}});
        let (body, notices, faults) = created("os2", None, None, mapping);
        assert!(body.starts_with(r#"{"settings":{"index.knn":true},"#), "{body}");
        assert_eq!((notices.len(), faults.len()), (1, 0));
    }
}
