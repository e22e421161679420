//! Members of the meta-fields of a root mapping, which some lines configure and others refuse. Knows no field.

use serde_json::{Map, Value};

use super::Translation;
use super::draft::{Draft, truth};
use crate::target::span::{ES1_ES2, Span, es_until};
use crate::target::valid::root::{ES2_ES5, META_FIELDS};

/// What a meta-field of 1.x was configured by: all of it says how the field is kept and found, none what a document holds.
#[rustfmt::skip]
const FORMER: &[&str] = &[
    "enabled", "store", "index", "path", "type", "format", "default", "ignore_missing", "required", "doc_values", "fielddata",
    "precision_step", "term_vector", "store_term_vectors", "analyzer", "index_analyzer", "search_analyzer", "auto_boost",
    "norms", "omit_norms", "boost", "similarity", "index_options", "index_name", "postings_format", "doc_values_format",
    "compress", "compress_threshold",
];

/// Versions that ignore every member that they do not know.
const FORGIVING: &[Span] = &[es_until((1, 0), (2, 0))];

/// Leaves out what the target refuses in a meta-field and what changes no document. Which members a line
/// knows was measured on 2.4, 5.6, 7.17, 8.19 and 9.2: each of [`FORMER`] in each meta-field.
pub(super) fn members(t: &mut Translation<'_>, draft: &mut Draft) {
    if t.target.within(FORGIVING) {
        return;
    }
    all_analyzers(t, draft);
    for (key, known) in META_FIELDS.iter().filter(|(_, known)| !known.is_empty()) {
        let Some(Value::Object(mut members)) = draft.get(key).cloned() else { continue };
        if *key == "_timestamp" {
            timestamp_path(t, draft, &members);
        }
        let target = t.target;
        let is_known =
            |name: &str| known.iter().any(|(n, spans)| *n == name && target.within(spans));
        let gone: Vec<String> = members
            .keys()
            .filter(|name| FORMER.contains(&name.as_str()) && !is_known(name))
            .cloned()
            .collect();
        for name in gone {
            members.shift_remove(&name);
            let message =
                format!("`{key}.{name}` is left out for {target}: it cannot be configured");
            t.notice(draft, message);
        }
        draft.set(key, members);
    }
}

/// `_timestamp.path` took the time from the document, which 2.x does not: it would keep the time of the load.
fn timestamp_path(t: &mut Translation<'_>, draft: &Draft, members: &Map<String, Value>) {
    let is_on = members.get("enabled").and_then(truth) == Some(true);
    if let Some(path) = members.get("path").and_then(Value::as_str).filter(|_| is_on)
        && t.target.within(ES1_ES2)
    {
        let target = t.target;
        t.fault(
            format!("{}/path", draft.place.at("_timestamp")),
            format!("{target} takes no `_timestamp` from a field and would keep the time of the load; remove `_timestamp`, and ask for `{path}` itself"),
        );
    }
}

/// `_all.index_analyzer` is its `analyzer` since 2.0, which wants one beside a `search_analyzer`.
fn all_analyzers(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(Value::Object(mut all)) = draft.get("_all").cloned() else { return };
    if !t.target.within(ES2_ES5) || all.contains_key("analyzer") {
        return;
    }
    let target = t.target;
    let message = if let Some(analyzer) = all.shift_remove("index_analyzer") {
        all.insert("analyzer".to_string(), analyzer);
        all.entry("search_analyzer").or_insert_with(|| "default".into());
        format!("`_all.index_analyzer` becomes `_all.analyzer` for {target}")
    } else if all.contains_key("search_analyzer") {
        all.insert("analyzer".to_string(), "default".into());
        format!(
            "`_all.analyzer: default` is written beside `_all.search_analyzer` for {target}, which wants both"
        )
    } else {
        return;
    };
    t.notice(draft, message);
    draft.set("_all", all);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::error::Fault;
    use crate::target::{Mapping, Target};

    /// The root, without its fields, as `target` gets it, what is said of it, and its faults.
    fn root(mut body: serde_json::Value, target: &str) -> (String, Vec<String>, Vec<Fault>) {
        body["properties"] = json!({});
        let mut faults = Vec::new();
        let target = Target::parse(target).unwrap();
        let mut mapping = Mapping::translate(&body, "", &target, &mut faults);
        mapping.body.shift_remove("properties");
        (serde_json::to_string(&mapping.body).unwrap(), mapping.notices, faults)
    }

    #[test]
    fn what_2_and_later_refuse_in_a_meta_field_is_left_out() {
        for (written, target, wanted) in [
            (
                json!({"_timestamp": {"enabled": true, "store": "yes", "format": "YYYY-MM-dd", "index": "no"}}),
                "es2",
                json!({"_timestamp": {"enabled": true, "format": "YYYY-MM-dd"}}),
            ),
            (
                json!({"_timestamp": {"enabled": false, "path": "a"}}),
                "es2",
                json!({"_timestamp": {"enabled": false}}),
            ),
            (
                json!({"_ttl": {"enabled": true, "store": true, "default": "5m"}}),
                "es2",
                json!({"_ttl": {"enabled": true, "default": "5m"}}),
            ),
            (
                json!({"_all": {"store": true, "auto_boost": true, "fielddata": {"loading": "eager"}}}),
                "es5",
                json!({"_all": {"store": true}}),
            ),
            (
                json!({"_all": {"index_analyzer": "simple", "doc_values": false}}),
                "es2",
                json!({"_all": {"analyzer": "simple", "search_analyzer": "default"}}),
            ),
            (
                json!({"_all": {"search_analyzer": "simple"}}),
                "es5",
                json!({"_all": {"search_analyzer": "simple", "analyzer": "default"}}),
            ),
            (
                json!({"_all": {"enabled": false, "omit_norms": true}}),
                "es6",
                json!({"_all": {"enabled": false}}),
            ),
            (
                json!({"_parent": {"type": "p", "store": true, "fielddata": {"loading": "lazy"}}}),
                "es5",
                json!({"_parent": {"type": "p", "fielddata": {"loading": "lazy"}}}),
            ),
            (
                json!({"_source": {"excludes": ["a"], "type": "x"}, "_routing": {"doc_values": true, "required": false}}),
                "es9",
                json!({"_source": {"excludes": ["a"]}, "_routing": {"required": false}}),
            ),
        ] {
            let (body, notices, faults) = root(written.clone(), target);
            assert_eq!(faults, [], "{target} {written}");
            assert_eq!(body, wanted.to_string(), "{target} {written}");
            assert!(!notices.is_empty(), "{target} {written}");
            let (verbatim, mut notices, faults) = root(written.clone(), "es1");
            notices.retain(|notice| !notice.contains("get no parent"));
            assert_eq!((verbatim, notices.len()), (written.to_string(), 0), "{faults:?}");
        }
    }

    #[test]
    fn a_time_that_was_taken_from_a_field_is_not_replaced_by_that_of_the_load() {
        let written = json!({"_timestamp": {"enabled": true, "path": "seen"}});
        let (_, _, faults) = root(written.clone(), "es2");
        assert_eq!(faults[0].pointer, "/_timestamp/path");
        assert!(faults[0].message.ends_with("ask for `seen` itself"), "{}", faults[0].message);
        assert_eq!(root(written.clone(), "es1").2, []);
        assert_eq!(root(written, "es9").2, []);
    }

    #[test]
    fn what_no_line_knows_in_a_meta_field_is_a_fault() {
        for (written, pointer) in [
            (json!({"_timestamp": {"enabled": true, "zone": "UTC"}}), "/_timestamp/zone"),
            (json!({"_ttl": true}), "/_ttl"),
            (json!({"_all": false}), "/_all"),
            (json!({"_all": {"enable": false}}), "/_all/enable"),
        ] {
            let (_, _, faults) = root(written, "es2");
            assert_eq!(faults[0].pointer, pointer);
        }
    }
}
