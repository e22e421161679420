//! `percolator`: which queries an engine reads, as far as it can be seen without it: their names, that each stands alone, and
//! whether the fields that they ask for are there. What stands inside a query is the engine's own to read.

use serde_json::Value as Json;

use super::{all, refused};
use crate::encode::Outcome;
use crate::encode::json::{Kind, Node};
use crate::target::rule::{Facts, Line};
use crate::target::span::{ALWAYS, Span, es, es_until, os, os_until};
use crate::target::{Property, QUERIED, Target};

const ES5: &[Span] = &[es_until((5, 0), (6, 0))];
const ES7_ON: &[Span] = &[es(7, 0), os(1, 0)];
const ES8_ON: &[Span] = &[es(8, 0)];

/// Names of queries: measured on 5.6 to 9.2, OpenSearch 2.19 and 3.8; those of modules that the builds lack, and of plugins,
/// by their documentation.
const NAMES: &[(&[Span], &str)] = &[
    (
        ALWAYS,
        "match match_phrase match_phrase_prefix multi_match nested has_child has_parent parent_id dis_max ids match_all \
         match_none query_string simple_query_string boosting bool term terms fuzzy regexp range prefix wildcard \
         constant_score span_term span_not span_within span_containing field_masking_span span_first span_near span_or \
         span_multi more_like_this wrapper function_score script geo_distance geo_bounding_box geo_polygon geo_shape exists \
         percolate sltr",
    ),
    (
        ES5,
        "mlt in indices template geo_distance_range geo_bbox geohash_cell match_fuzzy fuzzy_match",
    ),
    (&[es_until((5, 0), (8, 0)), os(1, 0)], "common"),
    (&[es_until((5, 0), (8, 0)), os_until((1, 0), (2, 0))], "type"),
    (&[es(6, 0), os(1, 0)], "terms_set span_gap feature"),
    (
        ES7_ON,
        "match_bool_prefix span_field_masking script_score intervals distance_feature rank_feature combined_fields shape \
         xy_shape pinned knn",
    ),
    (
        ES8_ON,
        "sparse_vector text_expansion weighted_tokens exact_knn geo_grid rule rule_query semantic",
    ),
    (&[os(1, 0)], "template neural neural_sparse hybrid agentic"),
];

/// Queries whose one key is the field that they ask for.
const OF_A_FIELD: &[&str] = &[
    "match",
    "match_phrase",
    "match_phrase_prefix",
    "term",
    "terms",
    "range",
    "prefix",
    "wildcard",
    "fuzzy",
    "regexp",
    "span_term",
    "terms_set",
];

/// What may stand beside the field.
const BESIDE: &[&str] = &["boost", "_name"];

/// Where other queries stand in a query: one, or a list of them.
const INSIDE: &[(&str, &[&str])] = &[
    ("bool", &["must", "must_not", "filter", "should"]),
    ("constant_score", &["filter"]),
    ("dis_max", &["queries"]),
    ("nested", &["query"]),
];

/// What is known of the queries of one field.
#[derive(Clone, Debug)]
pub(crate) struct QueryRule {
    names: Vec<&'static str>,
    /// First parts of the names of all fields that there are, or may become; `None` where that is not known.
    fields: Option<Vec<String>>,
}

impl QueryRule {
    pub(super) fn compile(property: &Property, target: &Target) -> QueryRule {
        let lists = NAMES.iter().filter(|(spans, _)| target.within(spans));
        let fields = property.params.get(QUERIED).and_then(Json::as_array);
        QueryRule {
            names: lists.flat_map(|(_, names)| names.split_whitespace()).collect(),
            fields: fields
                .map(|list| list.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
        }
    }

    /// One query: an object with its name alone.
    pub(super) fn check(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let mut members = node.members();
        let Some((name, body)) = members.next() else {
            return Err(malformed("an empty object is no query"));
        };
        if !self.names.contains(&&*name) {
            return Err(refused(
                format!("{} knows no query `{name}`", facts.line.name()),
                "store the query as it stands in a search under `query`",
            ));
        }
        if matches!(&*name, "has_child" | "has_parent") {
            return Err(refused(
                format!("`percolator` takes no query `{name}`"),
                "ask for fields of the document itself",
            ));
        }
        if body.kind() != Kind::Object {
            return Err(malformed("what stands behind a query's name is an object"));
        }
        if members.next().is_some() {
            return Err(malformed("a query stands alone in its object"));
        }
        if OF_A_FIELD.contains(&&*name) {
            return self.check_field(body);
        }
        let Some((_, keys)) = INSIDE.iter().find(|(outer, _)| *outer == name) else {
            return Ok(());
        };
        all(body.members().filter(|(key, _)| keys.contains(&&**key)).map(|(_, inner)| match inner
            .kind()
        {
            Kind::Object => self.check_inside(inner, facts),
            Kind::Array => {
                let objects = inner.elements().filter(|node| node.kind() == Kind::Object);
                all(objects.map(|node| self.check_inside(node, facts)))
            }
            _ => Ok(()),
        }))
    }

    /// A query in another one, which 5.x passes over where it is empty.
    fn check_inside(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        if facts.line == Line::Es5 && node.members().next().is_none() {
            return Ok(());
        }
        self.check(node, facts)
    }

    fn check_field(&self, body: Node<'_>) -> Outcome {
        let Some(fields) = &self.fields else { return Ok(()) };
        let named = body.members().map(|(key, _)| key).find(|key| !BESIDE.contains(&&**key));
        let Some(field) = named else { return Ok(()) };
        let first = field.split('.').next().unwrap_or_default();
        let is_there = fields.iter().any(|known| known == first);
        // Names of the engine itself, and of what it makes beside fields.
        if is_there || first.starts_with('_') || first.contains(['#', '*']) {
            return Ok(());
        }
        Err(refused(
            format!("`percolator` takes queries for fields of the mapping, which has no `{field}`"),
            "map the field, or set `index.percolator.map_unmapped_fields_as_text` (`…_as_string` on 5.x)",
        ))
    }
}

/// One query a document.
pub(super) fn check_count(node: Node<'_>) -> Outcome {
    let queries = node.elements().filter(|element| element.kind() == Kind::Object);
    match queries.count() {
        0 | 1 => Ok(()),
        _ => Err(refused(
            "`percolator` takes one query a document",
            "join them as `should` of a `bool`",
        )),
    }
}

fn malformed(rule: &'static str) -> crate::encode::Refusal {
    refused(rule, "store the query as it stands in a search under `query`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::encode::tests::property;
    use crate::encode::{Encoder, FieldOptions};

    /// What each engine answered; `es5 es6 os3` were asked, and 7 to 9 go with them.
    #[test]
    fn queries_have_names_stand_alone_and_ask_for_fields_of_the_mapping() {
        let mut field = property(&json!({"type": "percolator"}));
        field.params.insert(QUERIED.to_owned(), json!(["a", "o", "t"]));
        for (query, refused) in [
            (r#"{"match_all":{}}"#, ""),
            (r#"{"match_all":null}"#, "es5 es6 es9 os3"),
            (r#"{"match_all":{},"bool":{}}"#, "es5 es6 es9 os3"),
            (r#"{"bool":{}}"#, ""),
            (r#"{"bool":{"must":[{"foo":{}}]}}"#, "es5 es6 es9 os3"),
            (r#"{"bool":{"must":{"match":{"a":1}}}}"#, ""),
            (r#"{"bool":{"must":[{}]}}"#, "es6 es9 os3"),
            (r#"{"term":{"boost":2,"a":1}}"#, ""),
            (r#"{"term":{"zz":1}}"#, "es5 es6 es9 os3"),
            (r#"{"match":{"zz":1}}"#, "es5 es6 es9 os3"),
            (r#"{"terms":{"zz":[1]}}"#, "es5 es6 es9 os3"),
            (r#"{"bool":{"must":[{"term":{"zz":1}}]}}"#, "es5 es6 es9 os3"),
            (r#"{"constant_score":{"filter":{"term":{"zz":1}}}}"#, "es5 es6 es9 os3"),
            (r#"{"dis_max":{"queries":[{"term":{"zz":1}}]}}"#, "es5 es6 es9 os3"),
            (r#"{"match":{"o.a":1}}"#, ""),
            (r#"{"match":{"t.k":1}}"#, ""),
            (r#"{"match":{"_id":"x"}}"#, ""),
            (r#"{"foo":{}}"#, "es5 es6 es9 os3"),
            ("{}", "es5 es6 es9 os3"),
            (r#"{"match":"a"}"#, "es5 es6 es9 os3"),
            (r#"{"query":{"match_all":{}}}"#, "es5 es6 es9 os3"),
            (r#"{"has_child":{"type":"c","query":{"match_all":{}}}}"#, "es5 es6 es9 os3"),
            (r#"{"ids":{"values":["1"]}}"#, ""),
            (r#"{"type":{"value":"t"}}"#, "es9 os3"),
            (r#"{"span_term":{"zz":"x"}}"#, "es5 es6 es9 os3"),
            (r#"{"common":{"a":{"query":"x"}}}"#, "es9"),
            (r#"{"intervals":{"a":{}}}"#, "es5 es6"),
            (r#"[{"match_all":{}}]"#, ""),
            (r#"[{"match_all":{}},{"match_all":{}}]"#, "es5 es6 es9 os3"),
            ("[]", ""),
        ] {
            for name in ["es5", "es6", "es9", "os3"] {
                let target = Target::parse(name).unwrap();
                let encoder = Encoder::new(&field, &target, &FieldOptions::default()).unwrap();
                let taken = encoder.encode_json(query.as_bytes(), &mut Vec::new()).is_ok();
                assert_eq!(!taken, refused.split(' ').any(|r| r == name), "{name} {query}");
            }
        }
    }
}
