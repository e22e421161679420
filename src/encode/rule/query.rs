//! `percolator`: which queries an engine reads, as far as it can be seen without it: their names, that each stands alone, and
//! whether the fields that they ask for are there. What stands inside a query is the engine's own to read.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{all, refused};
use crate::encode::Outcome;
use crate::encode::json::{Kind, Node};
use crate::target::rule::{Facts, Line};
use crate::target::span::{ALWAYS, ES1_ES2, Span, es, es_until, os, os_until};
use crate::target::{NUMBERS, Property, QUERIED, Target};

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

/// Queries whose one key is the field that they ask for, and what stands behind it.
const OF_A_FIELD: &[(&str, Asked)] = &[
    ("match", Asked::Value),
    ("match_phrase", Asked::Value),
    ("match_phrase_prefix", Asked::Value),
    ("match_bool_prefix", Asked::Value),
    ("term", Asked::Value),
    ("terms", Asked::List),
    ("range", Asked::Bounds),
    ("prefix", Asked::Value),
    ("wildcard", Asked::Value),
    ("fuzzy", Asked::Value),
    ("regexp", Asked::Value),
    ("span_term", Asked::Value),
    ("terms_set", Asked::Bounds),
    ("common", Asked::Value),
];

/// What a query asks of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// A value, or an object that holds it.
    Value,
    /// A list, or an object that says where one is.
    List,
    /// An object.
    Bounds,
}

/// What may stand beside the field.
const BESIDE: &[&str] = &["boost", "_name"];

/// Where other queries stand in a query: one, or a list of them.
const INSIDE: &[(&str, &[&str])] = &[
    ("bool", &["must", "must_not", "filter", "should"]),
    ("constant_score", &["filter"]),
    ("dis_max", &["queries"]),
    ("nested", &["query"]),
    ("function_score", &["query"]),
    ("boosting", &["positive", "negative"]),
    ("span_near", &["clauses"]),
    ("span_or", &["clauses"]),
    ("span_first", &["match"]),
    ("span_not", &["include", "exclude"]),
    ("span_multi", &["match"]),
];

/// What a query must hold: measured on 6.8 and OpenSearch 2.19.
const WANTED: &[(&str, &[&str])] = &[
    ("constant_score", &["filter"]),
    ("dis_max", &["queries"]),
    ("nested", &["path", "query"]),
    ("exists", &["field"]),
    ("boosting", &["positive", "negative"]),
];

/// An object below which documents may bring fields.
const OPEN: &str = "(open object)";

/// Queries that ask for words of text, and types besides numbers that have none.
const OF_WORDS: &[&str] = &["prefix", "wildcard", "regexp", "fuzzy"];
const WORDLESS: &[&str] = &["boolean", "date", "ip"];

/// Queries with a list of the fields that they ask for.
const OF_FIELDS: &[&str] =
    &["multi_match", "query_string", "simple_query_string", "more_like_this"];

/// The fields that a `percolator` has beside itself.
const BESIDE_ITSELF: &[&str] = &[
    "query_builder_field",
    "extracted_terms",
    "extraction_result",
    "range_field",
    "minimum_should_match_field",
];

/// Types besides numbers that have no fields below them but their multi-fields.
const SINGLE: &[&str] = &[
    "keyword",
    "unsigned_long",
    "boolean",
    "date",
    "date_nanos",
    "ip",
    "binary",
    "geo_point",
    "geo_shape",
    "object",
];

fn is_of(types: &[&str], kind: &str) -> bool {
    NUMBERS.contains(&kind) || types.contains(&kind)
}

/// What is known of the queries of one field.
#[derive(Clone, Debug)]
pub(crate) struct QueryRule {
    names: Vec<&'static str>,
    /// The types of all fields by their full names; `None` where they are not known.
    fields: Option<HashMap<String, String>>,
}

impl QueryRule {
    pub(super) fn compile(property: &Property, target: &Target) -> QueryRule {
        let is_old = target.within(ES1_ES2);
        let lists = NAMES.iter().filter(|(spans, _)| !is_old && target.within(spans));
        let fields = property.params.get(QUERIED).and_then(Json::as_object);
        let kind = |(name, kind): (&String, &Json)| {
            let kind = if *kind == true { OPEN } else { kind.as_str().unwrap_or_default() };
            (name.clone(), kind.to_owned())
        };
        QueryRule {
            names: lists.flat_map(|(_, names)| names.split_whitespace()).collect(),
            fields: fields.map(|fields| fields.iter().map(kind).collect()),
        }
    }

    /// On 1.x and 2.x a query stands in `query` of every document of the type `.percolator`.
    pub(super) fn is_wanted(&self) -> bool {
        self.names.is_empty()
    }

    /// The `query` of a document of the type `.percolator`: the engine reads it with whatever queries it knows (measured on
    /// 1.7 and 2.4).
    pub(super) fn check_old(node: Node<'_>, facts: &Facts) -> Outcome {
        let name = |name: (_, Node<'_>)| name.1.kind();
        match (node.kind(), node.members().next().map(name)) {
            (Kind::Object, Some(Kind::Null)) => {
                Err(malformed("what stands behind a query's name is an object"))
            }
            (Kind::Object, None) if facts.line == Line::Es1 => {
                Err(malformed("an empty object is no query"))
            }
            (Kind::Object, _) => Ok(()),
            _ => Err(QueryRule::no_query()),
        }
    }

    pub(super) fn no_query() -> crate::encode::Refusal {
        refused(
            "a document of the type `.percolator` wants a query in `query`, which is an object",
            "leave the row out with `where`, or store the query as JSON text",
        )
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
        if let Some((_, asked)) = OF_A_FIELD.iter().find(|(known, _)| *known == name) {
            return self.check_field(&name, *asked, body, facts);
        }
        let wanted = WANTED.iter().filter(|(outer, _)| *outer == name).flat_map(|(_, keys)| *keys);
        for key in wanted {
            let brings = |value: &Node<'_>| !matches!(value.kind(), Kind::Null);
            if body.member(key).filter(brings).is_none() {
                return Err(refused(format!("`{name}` wants `{key}`"), "mend the query"));
            }
        }
        self.check_named(&name, body, facts)?;
        let Some((_, keys)) = INSIDE.iter().find(|(outer, _)| *outer == name) else {
            return Ok(());
        };
        all(body.members().filter(|(key, _)| keys.contains(&&**key)).map(|(_, inner)| match inner
            .kind()
        {
            Kind::Object => self.check_inside(inner, facts),
            Kind::Array => all(inner.elements().map(|node| match node.kind() {
                Kind::Object => self.check_inside(node, facts),
                _ => Err(malformed("a query is an object")),
            })),
            Kind::Null => Ok(()),
            _ => Err(malformed("a query is an object")),
        }))
    }

    /// A query in another one, which 5.x passes over where it is empty.
    fn check_inside(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        if facts.line == Line::Es5 && node.members().next().is_none() {
            return Ok(());
        }
        self.check(node, facts)
    }

    /// The one field that a query asks for, and what it asks of it.
    fn check_field(&self, name: &str, asked: Asked, body: Node<'_>, facts: &Facts) -> Outcome {
        let mut fields = body.members().filter(|(key, _)| !BESIDE.contains(&&**key));
        let Some((field, value)) = fields.next() else {
            return Err(malformed("a query of a field wants its name"));
        };
        if fields.next().is_some() {
            return Err(malformed("a query asks for one field"));
        }
        let fits = match (value.kind(), asked) {
            (Kind::Null, _) => false,
            (Kind::Object, Asked::Bounds) => true,
            (Kind::Object, _) => value.members().next().is_some(),
            (Kind::Array, Asked::List) => value.elements().all(|term| term.kind() != Kind::Null),
            (Kind::Array, _) => false,
            (_, asked) => asked == Asked::Value,
        };
        if !fits {
            let wanted = match asked {
                Asked::Value => "a value, or an object that holds it",
                Asked::List => "a list of values without null",
                Asked::Bounds => "an object",
            };
            return Err(refused(
                format!("`{name}` wants {wanted} behind its field"),
                "mend the query",
            ));
        }
        // Only that line's older neighbours take it for no query of the field itself.
        let is_prefix =
            name == "match_phrase_prefix" && matches!(facts.line, Line::Es5 | Line::Es6);
        self.check_asked(&field, !is_prefix && name != "common")?;
        let kind = self.fields.as_ref().and_then(|fields| fields.get(&*field));
        match kind {
            Some(kind) if OF_WORDS.contains(&name) && is_of(WORDLESS, kind) => Err(refused(
                format!("`{name}` asks for words, which `{field}` of the type `{kind}` has not"),
                "ask for a `keyword` or `text` field",
            )),
            _ => Ok(()),
        }
    }

    /// Fields that a query names otherwise.
    fn check_named(&self, name: &str, body: Node<'_>, facts: &Facts) -> Outcome {
        let text = |key| body.member(key).filter(|node| node.kind() == Kind::String);
        match name {
            // Elasticsearch finds nothing where there is none.
            "exists" if facts.line >= Line::Os1 => match text("field") {
                Some(field) => self.check_there(&field.string().0),
                None => Ok(()),
            },
            "dis_max" if body.member("queries").is_some_and(is_empty_list) => {
                Err(malformed("`dis_max` wants a query"))
            }
            "percolate" => {
                text("field").map_or(Ok(()), |field| self.check_there(&field.string().0))
            }
            _ if OF_FIELDS.contains(&name) => {
                let list = body.member("fields").filter(|list| list.kind() == Kind::Array);
                let names = list.into_iter().flat_map(Node::elements).chain(text("default_field"));
                let names = names.filter(|name| name.kind() == Kind::String);
                // 5.x searches nothing there.
                let is_searched = facts.line != Line::Es5 || name == "multi_match";
                all(names.map(|field| {
                    let field = field.string().0;
                    self.check_asked(field.split('^').next().unwrap_or_default(), is_searched)
                }))
            }
            "nested" if body.member("ignore_unmapped").is_none() => {
                let Some((path, fields)) = text("path").zip(self.fields.as_ref()) else {
                    return Ok(());
                };
                let path = path.string().0;
                match fields.get(&*path).map(String::as_str) {
                    Some("nested") => Ok(()),
                    None if self.may_be(&path) => Ok(()),
                    _ => Err(refused(
                        format!("`nested` wants a field of that type, which `{path}` is not"),
                        "mend the `path` of the query",
                    )),
                }
            }
            _ => Ok(()),
        }
    }

    /// A field that is searched: not `percolator` itself, where that is refused, and no object.
    fn check_asked(&self, field: &str, is_searched: bool) -> Outcome {
        let Some(fields) = &self.fields else { return Ok(()) };
        match fields.get(field).map(String::as_str) {
            Some("percolator") if is_searched => Err(refused(
                format!("`{field}` is a `percolator`, which no query but `percolate` asks for"),
                "ask for another field",
            )),
            Some("object" | "nested" | OPEN) => Err(missing(field)),
            _ => self.check_there(field),
        }
    }

    fn check_there(&self, field: &str) -> Outcome {
        let Some(fields) = &self.fields else { return Ok(()) };
        if fields.contains_key(field) || self.may_be(field) { Ok(()) } else { Err(missing(field)) }
    }

    /// Whether there may be a field of that name which the mapping does not hold.
    fn may_be(&self, field: &str) -> bool {
        // Names of the engine itself, and of what it makes beside fields.
        if field.starts_with('_') || field.contains(['#', '*']) {
            return true;
        }
        let Some(fields) = &self.fields else { return true };
        let mut above = field.match_indices('.').map(|(dot, _)| field.split_at(dot)).rev();
        let Some((above, rest)) = above.find(|(above, _)| fields.contains_key(*above)) else {
            return false;
        };
        let rest = &rest[1..];
        match &*fields[above] {
            "percolator" => BESIDE_ITSELF.contains(&rest),
            "text" => rest.starts_with('_'),
            kind => !is_of(SINGLE, kind),
        }
    }
}

fn is_empty_list(node: Node<'_>) -> bool {
    node.kind() == Kind::Array && node.elements().next().is_none()
}

fn missing(field: &str) -> crate::encode::Refusal {
    refused(
        format!("`percolator` takes queries for fields of the mapping, which has no `{field}`"),
        "map the field, or set `index.percolator.map_unmapped_fields_as_text` (`…_as_string` on 5.x)",
    )
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

    /// Queries, and who refuses them: `es5 es6 os3` were asked, and 7 to 9 go with them.
    const ANSWERS: &[(&str, &str)] = &[
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
        (r#"{"match":{"o":1}}"#, "es5 es6 es9 os3"),
        (r#"{"match":{"t.z":1}}"#, "es5 es6 es9 os3"),
        (r#"{"match":{"c.z":1}}"#, "es5 es6 es9 os3"),
        (r#"{"match":{"q":1}}"#, "es5 es6 es9 os3"),
        (r#"{"range":{"q":{"gte":1}}}"#, "es5 es6 es9 os3"),
        (r#"{"match_phrase_prefix":{"q":"x"}}"#, "es9 os3"),
        (r#"{"term":{"q.extracted_terms":"x"}}"#, ""),
        (r#"{"exists":{"field":"q"}}"#, ""),
        (r#"{"exists":{"field":"zz"}}"#, "os3"),
        (r#"{"exists":{}}"#, "es5 es6 es9 os3"),
        (r#"{"term":{"a":null}}"#, "es5 es6 es9 os3"),
        (r#"{"term":{"a":[1]}}"#, "es5 es6 es9 os3"),
        (r#"{"term":{"a":{}}}"#, "es5 es6 es9 os3"),
        (r#"{"term":{}}"#, "es5 es6 es9 os3"),
        (r#"{"term":{"a":1,"t":2}}"#, "es5 es6 es9 os3"),
        (r#"{"terms":{"a":[]}}"#, ""),
        (r#"{"terms":{"a":[null]}}"#, "es5 es6 es9 os3"),
        (r#"{"terms":{"a":1}}"#, "es5 es6 es9 os3"),
        (r#"{"range":{"a":{}}}"#, ""),
        (r#"{"range":{"a":1}}"#, "es5 es6 es9 os3"),
        (r#"{"prefix":{"a":"1"}}"#, "es5 es6 es9 os3"),
        (r#"{"prefix":{"t.k":"1"}}"#, ""),
        (r#"{"bool":{"must":[null]}}"#, "es5 es6 es9 os3"),
        (r#"{"bool":{"must":null}}"#, ""),
        (r#"{"bool":{"must":"x"}}"#, "es5 es6 es9 os3"),
        (r#"{"dis_max":{"queries":[]}}"#, "es5 es6 es9 os3"),
        (r#"{"constant_score":{}}"#, "es5 es6 es9 os3"),
        (r#"{"nested":{"path":"n","query":{"match_all":{}}}}"#, ""),
        (r#"{"nested":{"path":"a","query":{"match_all":{}}}}"#, "es5 es6 es9 os3"),
        (r#"{"nested":{"path":"z","ignore_unmapped":true,"query":{"match_all":{}}}}"#, ""),
        (r#"{"span_near":{"clauses":[{"span_term":{"zz":"x"}}],"slop":1}}"#, "es5 es6 es9 os3"),
        (r#"{"function_score":{"query":{"match":{"zz":"x"}}}}"#, "es5 es6 es9 os3"),
        (r#"{"multi_match":{"query":"x","fields":["t^2","t.k"]}}"#, ""),
        (r#"{"multi_match":{"query":"x","fields":["zz"]}}"#, "es5 es6 es9 os3"),
        (r#"{"query_string":{"query":"x","fields":["q"]}}"#, "es6 es9 os3"),
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
    ];

    #[test]
    fn queries_have_names_stand_alone_and_ask_for_fields_of_the_mapping() {
        let mut field = property(&json!({"type": "percolator"}));
        field.params.insert(
            QUERIED.to_owned(),
            json!({"a": "long", "o": true, "t": "text", "t.k": "keyword", "q": "percolator", "n": "nested", "c": "object"}),
        );
        for (query, refused) in ANSWERS {
            for name in ["es5", "es6", "es9", "os3"] {
                let target = Target::parse(name).unwrap();
                let encoder = Encoder::new(&field, &target, &FieldOptions::default()).unwrap();
                let taken = encoder.encode_json(query.as_bytes(), &mut Vec::new()).is_ok();
                assert_eq!(!taken, refused.split(' ').any(|r| r == name), "{name} {query}");
            }
        }
    }
}
