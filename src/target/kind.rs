//! The mapping types of every line: since when each exists, and what to map instead where it does not.
//! Knows no parameters and no values.

use super::Target;
use super::span::{ALWAYS, ES1_ES2, ES5_ON, Span, es, es_until, in_words, os};

/// A mapping type.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Versions whose default distribution (or, for [`Params::Open`], a plugin of it) has the type.
    pub(super) spans: &'static [Span],
    pub(super) params: Params,
    /// What to do on a target without it; completes "…; ".
    pub(super) instead: &'static str,
}

/// Whether the parameters of a type are all in the table of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Params {
    /// All are known: another one is refused by the engine.
    Known,
    /// Types of plugins and previews: their parameters go out as they are.
    Open,
}

const fn kind(name: &'static str, spans: &'static [Span], instead: &'static str) -> Kind {
    Kind { name, spans, params: Params::Known, instead }
}

const fn open(name: &'static str, spans: &'static [Span], instead: &'static str) -> Kind {
    Kind { name, spans, params: Params::Open, instead }
}

const NEVER: &[Span] = &[];
const ES5_2_ON: &[Span] = &[es(5, 2), os(1, 0)];
const RANGE: &str = "map an `object` with a property for each end";
const OPAQUE: &str = "map the field as `object` with `\"enabled\": false`";

/// Every mapping type known here, in the order of the documentation. Measured on the lines' engines, or, for types that the
/// measured builds leave out, from the release notes of the version named.
#[rustfmt::skip]
pub(super) const KINDS: &[Kind] = &[
    kind("object", ALWAYS, ""),
    kind("nested", ALWAYS, ""),
    kind("string", ES1_ES2, "map the field as `text` or `keyword`"),
    kind("text", ES5_ON, "map the field as `string`"),
    kind("keyword", ES5_ON, "map the field as `string` with `\"index\": \"not_analyzed\"`"),
    kind("match_only_text", &[es(7, 14), os(2, 12)], "map the field as `text`"),
    kind("search_as_you_type", &[es(7, 2), os(1, 0)], "map the field as `text`"),
    kind("constant_keyword", &[es(7, 7), os(2, 14)], "map the field as `keyword`"),
    kind("wildcard", &[es(7, 9), os(2, 15)], "map the field as `keyword`"),
    kind("version", &[es(7, 10), os(3, 2)], "map the field as `keyword`"),
    open("counted_keyword", &[es(8, 13)], "map the field as `keyword`"),
    kind("byte", ALWAYS, ""),
    kind("short", ALWAYS, ""),
    kind("integer", ALWAYS, ""),
    kind("long", ALWAYS, ""),
    kind("unsigned_long", &[es(7, 10), os(2, 8)], "map the field as `long` where every value is below 2^63, else as `keyword`"),
    kind("float", ALWAYS, ""),
    kind("double", ALWAYS, ""),
    kind("half_float", ES5_ON, "map the field as `float`"),
    kind("scaled_float", ES5_ON, "map the field as `double`"),
    kind("date", ALWAYS, ""),
    kind("date_nanos", &[es(7, 0), os(1, 0)], "map the field as `date`, which keeps milliseconds"),
    kind("boolean", ALWAYS, ""),
    kind("binary", ALWAYS, ""),
    kind("ip", ALWAYS, ""),
    kind("integer_range", ES5_2_ON, RANGE),
    kind("long_range", ES5_2_ON, RANGE),
    kind("float_range", ES5_2_ON, RANGE),
    kind("double_range", ES5_2_ON, RANGE),
    kind("date_range", ES5_2_ON, RANGE),
    kind("ip_range", &[es(5, 5), os(1, 0)], RANGE),
    kind("completion", ALWAYS, ""),
    kind("token_count", ALWAYS, ""),
    kind("geo_point", ALWAYS, ""),
    kind("geo_shape", ALWAYS, ""),
    kind("point", &[es(7, 8)], "map the field as `xy_point` (OpenSearch 2.4 and later), else an `object` with `x` and `y`"),
    kind("shape", &[es(7, 4)], "map the field as `xy_shape` (OpenSearch 2.4 and later), else as `object` with `\"enabled\": false`"),
    kind("xy_point", &[os(2, 4)], "map the field as `point` (Elasticsearch 7.8 and later), else an `object` with `x` and `y`"),
    kind("xy_shape", &[os(2, 4)], "map the field as `shape` (Elasticsearch 7.4 and later), else as `object` with `\"enabled\": false`"),
    kind("alias", &[es(6, 4), os(1, 0)], "leave the field out and search the field it points at"),
    kind("join", &[es(5, 6), os(1, 0)], "put each kind of document into an index of its own"),
    kind("flattened", &[es(7, 3)], "map the field as `flat_object` (OpenSearch 2.7 and later), else as `object`"),
    kind("flat_object", &[os(2, 7)], "map the field as `flattened` (Elasticsearch 7.3 and later), else as `object`"),
    kind("rank_feature", &[es(7, 0), os(1, 0)], "map the field as `float`"),
    kind("rank_features", &[es(7, 0), os(1, 0)], "map the field as `object`"),
    kind("dense_vector", &[es(7, 0)], "map the field as `knn_vector` (OpenSearch), else as `float` with `\"index\": false`"),
    kind("knn_vector", &[os(1, 0)], "map the field as `dense_vector` (Elasticsearch 7.0 and later), else as `float` with `\"index\": false`"),
    kind("histogram", &[es(7, 6)], OPAQUE),
    kind("aggregate_metric_double", &[es(7, 11)], "map an `object` with a `double` for each metric"),
    kind("multi_field", ES1_ES2, "write its `fields` beside the main field"),
    kind("sparse_vector", &[es_until((7, 0), (8, 0)), es(8, 11), os(3, 3)], "map the field as `rank_features` (Elasticsearch 7.0 and later, OpenSearch), else as `object`"),
    open("rank_vectors", &[es(8, 18)], OPAQUE),
    open("semantic_text", &[es(8, 15)], "map the field as `text`"),
    open("semantic", &[os(3, 1)], "map the field as `text`"),
    kind("passthrough", &[es(8, 15)], "map the field as `object`"),
    kind("percolator", ES5_ON, "on 1.x and 2.x queries are documents of the type `.percolator`; map the field as `object` with `\"enabled\": false`"),
    open("murmur3", ALWAYS, ""),
    open("annotated_text", &[es(6, 5), os(1, 0)], "map the field as `text`"),
    open("icu_collation_keyword", &[es(5, 5), os(1, 0)], "map the field as `keyword`"),
    open("attachment", &[es_until((1, 0), (6, 0))], "map the field as `binary`, and let an ingest pipeline read it"),
    open("derived", NEVER, "write it under `derived` beside `properties` (OpenSearch 2.15 and later)"),
    open("star_tree", NEVER, "write it under `composite` beside `properties` (OpenSearch 2.18 and later)"),
];

/// Types that come with a plugin of this name, on these versions.
const PLUGINS: &[(&str, &str, &[Span])] = &[
    ("murmur3", "mapper-murmur3", &[es(2, 0), os(1, 0)]),
    ("annotated_text", "mapper-annotated-text", ALWAYS),
    ("icu_collation_keyword", "analysis-icu", ALWAYS),
    ("attachment", "mapper-attachments", ALWAYS),
];

/// The plugin without which `target` has no such type.
pub(super) fn plugin(name: &str, target: &Target) -> Option<&'static str> {
    let row = PLUGINS.iter().find(|(kind, _, spans)| *kind == name && target.within(spans));
    row.map(|(_, plugin, _)| *plugin)
}

/// The type of that name, where it is known here.
pub(super) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}

/// The known type that is spelt most like `name`, where one is near enough to be meant.
pub(super) fn nearest(name: &str, target: &Target) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    KINDS
        .iter()
        .filter(|k| target.within(k.spans))
        .map(|k| (strsim::jaro_winkler(&lower, k.name), k.name))
        .filter(|(score, _)| *score > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

impl Kind {
    /// Why `target` has no such type, and what to do.
    pub(super) fn missing(&self, target: &Target) -> String {
        let name = self.name;
        if self.spans.is_empty() {
            return format!("`{name}` is no type of a field on any target; {}", self.instead);
        }
        format!(
            "{target} has no mapping type `{name}` ({} has it); {}",
            in_words(self.spans),
            self.instead
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_row_and_a_way_out_where_a_target_lacks_it() {
        for (i, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[..i].iter().all(|k| k.name != kind.name), "{} twice", kind.name);
            let everywhere = Target::ALL.iter().all(|t| t.within(kind.spans));
            assert_eq!(kind.instead.is_empty(), everywhere, "{}", kind.name);
        }
    }

    #[test]
    fn types_that_came_in_a_minor_are_missing_before_it() {
        for (name, before, since) in [
            ("wildcard", "es7.8", "es7.9"),
            ("flattened", "es7.2", "es7.3"),
            ("unsigned_long", "es7.9", "es7.10"),
            ("integer_range", "es5.1", "es5.2"),
            ("sparse_vector", "es8.10", "es8.11"),
            ("flat_object", "os2.6", "os2.7"),
            ("xy_point", "os2.3", "os2.4"),
        ] {
            let kind = find(name).unwrap();
            let has = |t: &str| Target::parse(t).unwrap().within(kind.spans);
            assert!(!has(before) && has(since), "{name}");
        }
    }
}
