//! Parameters that an engine takes and does not follow: they are left out, and said once. Knows no value.

use super::Translation;
use super::draft::Draft;
use super::parameter::{
    BINARY, BOOLEAN, COMPLETION, COUNT, DATES, FLATTENED, FLOATS, GEO_POINT, GEO_SHAPE, INTEGERS,
    IP, JOIN, LEAN_TEXT, RANGES, RANKS, SAYT, UNSIGNED, VERSION, WILDCARD,
};
use crate::target::Target;
use crate::target::span::{Span, es, es_until, os};

/// Parameters that do nothing for these types on these versions.
struct Ignored {
    names: &'static [&'static str],
    kinds: &'static [&'static [&'static str]],
    spans: &'static [Span],
    why: &'static str,
}

const fn ignored(
    names: &'static [&'static str],
    kinds: &'static [&'static [&'static str]],
    spans: &'static [Span],
    why: &'static str,
) -> Ignored {
    Ignored { names, kinds, spans, why }
}

/// Since 7.12 every type reads its own parameters, and what all shared before is taken without effect.
const DEPRECATED: &[Span] = &[es_until((7, 12), (8, 0)), os(1, 0)];
const OS: &[Span] = &[os(1, 0)];
const ES1: &[Span] = &[es_until((1, 0), (2, 0))];
const NOTHING: &str = "it says nothing about such a field";
const STORED: &str = "the source holds the value";

/// Measured on the nine engines: each parameter that one of them took for a type of ours, against what it then shows of the
/// field with `include_defaults`.
#[rustfmt::skip]
const IGNORED: &[Ignored] = &[
    ignored(&["boost"], &[INTEGERS, FLOATS, UNSIGNED, IP, BINARY, COUNT, COMPLETION, SAYT, LEAN_TEXT, WILDCARD, VERSION, RANKS, FLATTENED, GEO_POINT, GEO_SHAPE], DEPRECATED, "boosts are given by the query"),
    ignored(&["similarity", "index_options"], &[INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, RANGES, COUNT, BINARY, COMPLETION, GEO_POINT, GEO_SHAPE, RANKS, VERSION, WILDCARD], DEPRECATED, NOTHING),
    ignored(&["norms", "index_options", "doc_values"], &[LEAN_TEXT], OS, "all such fields are indexed in the same way"),
    ignored(&["doc_values"], &[COMPLETION], DEPRECATED, NOTHING),
    ignored(&["doc_values"], &[RANKS], OS, NOTHING),
    ignored(&["index"], &[COMPLETION], DEPRECATED, "such a field is always indexed"),
    ignored(&["index"], &[GEO_POINT, GEO_SHAPE, RANKS, WILDCARD], OS, "such a field is always indexed"),
    ignored(&["index"], &[BINARY], &[es_until((2, 0), (5, 0)), os(1, 0)], "such a field is never indexed"),
    ignored(&["store"], &[COMPLETION, FLATTENED], DEPRECATED, STORED),
    ignored(&["store"], &[RANKS, WILDCARD], OS, STORED),
    ignored(&["store"], &[GEO_SHAPE], ES1, STORED),
    ignored(&["locale"], &[&["integer_range", "long_range", "float_range", "double_range", "ip_range"]], &[es(5, 2), os(1, 0)], NOTHING),
    ignored(&["meta"], &[JOIN], &[es_until((7, 6), (8, 0))], NOTHING),
    ignored(&["include_in_parent", "include_in_root"], &[&["object"]], &[es_until((1, 0), (7, 0)), os(1, 0)], "it says nothing about an `object`"),
    ignored(&["include_in_all"], &[BOOLEAN, BINARY, GEO_POINT], &[es_until((1, 0), (6, 0))], NOTHING),
    ignored(&["include_in_all"], &[COUNT], &[es_until((5, 0), (6, 0))], NOTHING),
    ignored(&["null_value"], &[COUNT], &[es_until((5, 0), (7, 0))], "it is forgotten when the mapping is read again"),
    ignored(&["boost", "similarity", "norms", "index_options", "term_vector"], &[BINARY], ES1, NOTHING),
];

/// Why the parameter `key` of a `kind` does nothing on `target`.
pub(super) fn why(kind: &str, key: &str, target: &Target) -> Option<&'static str> {
    let row = IGNORED.iter().find(|row| {
        row.names.contains(&key)
            && row.kinds.iter().any(|kinds| kinds.contains(&kind))
            && target.within(row.spans)
    });
    row.map(|row| row.why)
}

/// Analyzers of a string that is not analyzed: 2.x takes them and forgets them.
pub(super) fn analyzers(t: &mut Translation<'_>, draft: &mut Draft) {
    let is_whole =
        draft.is(&["string"]) && matches!(draft.text("index"), Some("not_analyzed" | "no"));
    if !is_whole || !t.target.within(&[es_until((2, 0), (5, 0))]) {
        return;
    }
    let target = t.target;
    for key in ["analyzer", "search_analyzer", "search_quote_analyzer"] {
        if draft.take(key).is_some() {
            let message = format!(
                "`{key}` is left out for {target}, where it does nothing: such a `string` is not analyzed"
            );
            t.notice(draft, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::target::{Mapping, Target};

    /// What becomes of one field, and what is said of it.
    fn left(field: serde_json::Value, target: &str) -> (String, Vec<String>) {
        let mut faults = Vec::new();
        let body = json!({ "properties": { "f": field } });
        let mapping = Mapping::translate(&body, "", &Target::parse(target).unwrap(), &mut faults);
        assert_eq!(faults, [], "{target} {body}");
        (mapping.body["properties"]["f"].to_string(), mapping.notices)
    }

    #[test]
    fn what_an_engine_ignores_is_left_out_and_said() {
        let boosted = json!({"type": "long", "boost": 2});
        assert_eq!(left(boosted.clone(), "es6"), (boosted.to_string(), vec![]));
        for target in ["es7", "os1", "os3"] {
            let (field, notices) = left(boosted.clone(), target);
            assert_eq!(field, r#"{"type":"long"}"#);
            assert_eq!(
                notices,
                [format!(
                    "`f`: `boost` is left out for {target}, where it does nothing: boosts are given by the query"
                )]
            );
        }
        for (field, target, wanted) in [
            (json!({"type": "geo_point", "index": false}), "os2", r#"{"type":"geo_point"}"#),
            (
                json!({"type": "geo_point", "index": false}),
                "es9",
                r#"{"type":"geo_point","index":false}"#,
            ),
            (json!({"type": "binary", "index": "not_analyzed"}), "es2", r#"{"type":"binary"}"#),
            (json!({"type": "binary", "index": "no"}), "os3", r#"{"type":"binary"}"#),
            (json!({"type": "object", "include_in_root": true}), "es5", r#"{"type":"object"}"#),
            (json!({"type": "ip_range", "locale": "de"}), "es9", r#"{"type":"ip_range"}"#),
            (
                json!({"type": "keyword", "index": true, "store": true}),
                "os3",
                r#"{"type":"keyword","index":true,"store":true}"#,
            ),
            (
                json!({"type": "string", "index": "not_analyzed", "analyzer": "simple"}),
                "es2",
                r#"{"type":"string","index":"not_analyzed"}"#,
            ),
        ] {
            let sent = field.to_string();
            let (found, notices) = left(field, target);
            assert_eq!(found, wanted, "{target}");
            assert_eq!(notices.len(), usize::from(found != sent), "{target} {notices:?}");
        }
    }
}
