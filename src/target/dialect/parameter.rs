//! The parameters of mapping types: which types have each, since when, and what becomes of it elsewhere.
//! What only changed its spelling was translated before this table is asked.

use super::Translation;
use super::draft::Draft;
use crate::target::kind::{self, Params};
use crate::target::span::{ALWAYS, ES1_ES2, ES5_ON, Span, es, es_until, in_words, os};

/// A parameter for some types.
struct Parameter {
    name: &'static str,
    kinds: Kinds,
    spans: &'static [Span],
    absent: Absent,
}

#[derive(Clone, Copy)]
enum Kinds {
    /// Every type that holds values: all but objects and `alias`.
    Leaf,
    These(&'static [&'static [&'static str]]),
}

/// What becomes of a parameter that the target does not know for that type.
#[derive(Clone, Copy)]
enum Absent {
    /// Left out, with this said: no value is refused or read otherwise without it.
    Drop(&'static str),
    /// A fault with this way out.
    Fault(&'static str),
}

use Absent::{Drop, Fault};
use Kinds::{Leaf, These};

const INTEGERS: &[&str] = &["byte", "short", "integer", "long"];
const FLOATS: &[&str] = &["half_float", "float", "double", "scaled_float"];
const UNSIGNED: &[&str] = &["unsigned_long"];
const DATES: &[&str] = &["date", "date_nanos"];
const BOOLEAN: &[&str] = &["boolean"];
const IP: &[&str] = &["ip"];
const RANGES: &[&str] =
    &["integer_range", "long_range", "float_range", "double_range", "date_range", "ip_range"];
const DATE_RANGE: &[&str] = &["date_range"];
const STRING: &[&str] = &["string"];
const TEXT: &[&str] = &["text"];
const KEYWORD: &[&str] = &["keyword"];
const SAYT: &[&str] = &["search_as_you_type"];
const LEAN_TEXT: &[&str] = &["match_only_text"];
const WILDCARD: &[&str] = &["wildcard"];
const CONSTANT: &[&str] = &["constant_keyword"];
const VERSION: &[&str] = &["version"];
const BINARY: &[&str] = &["binary"];
const COUNT: &[&str] = &["token_count"];
const COMPLETION: &[&str] = &["completion"];
const GEO_POINT: &[&str] = &["geo_point"];
const GEO_SHAPE: &[&str] = &["geo_shape"];
const POINT: &[&str] = &["point", "xy_point"];
const SHAPE: &[&str] = &["shape", "xy_shape"];
const OBJECTS: &[&str] = &["object", "nested"];
const NESTED: &[&str] = &["nested"];
const FLATTENED: &[&str] = &["flattened"];
const FLAT: &[&str] = &["flat_object"];
const DENSE: &[&str] = &["dense_vector"];
const KNN: &[&str] = &["knn_vector"];
const RANKS: &[&str] = &["rank_feature", "rank_features"];
const JOIN: &[&str] = &["join"];
const ALIAS: &[&str] = &["alias"];
const HISTOGRAM: &[&str] = &["histogram"];
const AGGREGATE: &[&str] = &["aggregate_metric_double"];
/// What 1.x and 2.x let all plain types share.
const PLAIN: Kinds = These(&[
    INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, STRING, TEXT, KEYWORD, BINARY, COUNT,
    GEO_POINT, GEO_SHAPE,
]);

const ES1: &[Span] = &[es_until((1, 0), (2, 0))];
const ES2_ON: &[Span] = &[es(2, 0), os(1, 0)];
const ES7_ON: &[Span] = &[es(7, 0), os(1, 0)];
const UP_TO_ES7: &[Span] = &[es_until((1, 0), (8, 0)), os(1, 0)];
const NO_ALL: Absent = Drop("there is no `_all` any more");
const TUNING: Absent = Drop("it changed only how the index is kept");
const TREE: Absent = Drop("shapes are indexed as they are, without a prefix tree");
const SEARCHING: Absent = Drop("searches answer the same without it");
const REMOVE: Absent = Fault("remove it");

const fn param(
    name: &'static str,
    kinds: Kinds,
    spans: &'static [Span],
    absent: Absent,
) -> Parameter {
    Parameter { name, kinds, spans, absent }
}

/// Every parameter, one row for each set of types that has it since the same version. Measured on the lines' engines; what
/// the measured builds leave out, from the documentation of the version named.
#[rustfmt::skip]
const PARAMETERS: &[Parameter] = &[
    param("copy_to", Leaf, ALWAYS, REMOVE),
    param("fields", Leaf, ALWAYS, REMOVE),
    param("meta", Leaf, &[es(7, 6), os(1, 0)], SEARCHING),
    param("index", These(&[STRING, TEXT, KEYWORD, SAYT, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, RANGES, COUNT, FLATTENED]), ALWAYS, REMOVE),
    param("index", These(&[GEO_POINT]), &[es_until((1, 0), (5, 0)), es(7, 14), os(1, 0)], TUNING),
    param("index", These(&[GEO_SHAPE, SHAPE]), &[es(7, 4), os(1, 0)], TUNING),
    param("index", These(&[BINARY]), ES1_ES2, TUNING),
    param("index", These(&[DENSE]), &[es(8, 0)], Drop("vectors are not indexed there")),
    param("index", These(&[KNN]), ALWAYS, REMOVE),
    param("store", These(&[STRING, TEXT, KEYWORD, SAYT, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, RANGES, COUNT, BINARY, GEO_POINT]), ALWAYS, REMOVE),
    param("store", These(&[GEO_SHAPE, SHAPE]), &[es_until((1, 0), (2, 0)), es(8, 0), os(1, 0)], Drop("the source holds the value")),
    param("store", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], Drop("the source holds the value")),
    param("store", These(&[LEAN_TEXT, KNN, FLAT]), &[os(1, 0)], Drop("the source holds the value")),
    param("doc_values", These(&[KEYWORD, STRING, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, RANGES, COUNT, BINARY, GEO_POINT, FLATTENED]), ALWAYS, REMOVE),
    param("doc_values", These(&[GEO_SHAPE, SHAPE]), &[es(7, 8), os(1, 0)], TUNING),
    param("doc_values", These(&[WILDCARD, KNN]), &[os(1, 0)], TUNING),
    param("doc_values", These(&[TEXT, SAYT, LEAN_TEXT]), &[], Drop("text has no doc values")),
    param("null_value", These(&[STRING, KEYWORD, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, COUNT, WILDCARD, FLATTENED, POINT]), ALWAYS, REMOVE),
    param("null_value", These(&[GEO_POINT]), &[es(6, 4), os(1, 0)], Fault("remove it and write the point into the rows")),
    param("null_value", These(&[TEXT]), &[], Fault("remove it, or map the field as `keyword`")),
    param("ignore_above", These(&[STRING, KEYWORD, FLATTENED, WILDCARD]), ALWAYS, REMOVE),
    param("ignore_above", These(&[TEXT]), &[], Fault("remove it, or put it on a multi-field of the type `keyword`")),
    param("ignore_malformed", These(&[INTEGERS, FLOATS, UNSIGNED, DATES, IP, COUNT]), ALWAYS, REMOVE),
    param("ignore_malformed", These(&[GEO_POINT]), ES2_ON, Drop("it is not known there")),
    param("ignore_malformed", These(&[GEO_SHAPE]), &[es(6, 1), os(1, 0)], Drop("it is not known there")),
    param("ignore_malformed", These(&[POINT, SHAPE, HISTOGRAM, AGGREGATE]), ALWAYS, REMOVE),
    param("ignore_malformed", These(&[BOOLEAN]), &[es(8, 0)], Drop("it is not known there")),
    param("ignore_z_value", These(&[GEO_POINT, GEO_SHAPE, POINT, SHAPE]), &[es(6, 3), os(1, 0)], Drop("it is not known there")),
    param("coerce", These(&[INTEGERS, FLOATS, RANGES, SHAPE, HISTOGRAM]), ALWAYS, REMOVE),
    param("coerce", These(&[GEO_SHAPE]), &[es(5, 0), os(1, 0)], Drop("it is not known there")),
    param("coerce", These(&[GEO_POINT]), ES1_ES2, Drop("it is not known there")),
    param("format", These(&[DATES, DATE_RANGE]), ALWAYS, REMOVE),
    param("locale", These(&[DATES, DATE_RANGE]), ALWAYS, REMOVE),
    param("precision_step", These(&[INTEGERS, FLOATS, DATES, IP, COUNT]), ES1_ES2, TUNING),
    param("numeric_resolution", These(&[DATES]), ES1_ES2, REMOVE),
    param("fielddata", These(&[TEXT, STRING]), ALWAYS, TUNING),
    param("fielddata", PLAIN, ES1_ES2, TUNING),
    param("fielddata_frequency_filter", These(&[TEXT]), ES5_ON, TUNING),
    param("boost", PLAIN, UP_TO_ES7, Drop("boosts are given by the query")),
    param("boost", These(&[RANGES, SAYT, LEAN_TEXT, WILDCARD]), &[es_until((5, 0), (8, 0)), os(1, 0)], Drop("boosts are given by the query")),
    param("include_in_all", PLAIN, &[es_until((1, 0), (6, 0))], NO_ALL),
    param("include_in_all", These(&[OBJECTS, COMPLETION, RANGES]), &[es_until((1, 0), (6, 0))], NO_ALL),
    param("norms", These(&[STRING, TEXT, KEYWORD, SAYT]), ALWAYS, REMOVE),
    param("norms", PLAIN, ES1_ES2, TUNING),
    param("norms", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("similarity", These(&[STRING, TEXT, KEYWORD, SAYT]), ALWAYS, REMOVE),
    param("similarity", PLAIN, UP_TO_ES7, Drop("it says nothing about such a field")),
    param("similarity", These(&[DENSE]), &[es(8, 0)], Drop("vectors are not indexed there")),
    param("similarity", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("index_options", These(&[STRING, TEXT, KEYWORD, SAYT]), ALWAYS, REMOVE),
    param("index_options", PLAIN, UP_TO_ES7, Drop("it says nothing about such a field")),
    param("index_options", These(&[DENSE]), &[es(8, 0)], Drop("vectors are not indexed there")),
    param("index_options", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("index_name", PLAIN, ES1, Fault("map an `alias` (Elasticsearch 6.4 and later, OpenSearch), or rename the field")),
    param("postings_format", PLAIN, ES1, TUNING),
    param("doc_values_format", PLAIN, ES1, TUNING),
    param("analyzer", These(&[STRING, TEXT, SAYT, COMPLETION, COUNT]), ALWAYS, REMOVE),
    param("analyzer", These(&[LEAN_TEXT]), &[es(9, 1), os(2, 12)], Fault("map the field as `text`")),
    param("index_analyzer", These(&[STRING, COMPLETION]), ES1, Fault("write `analyzer`")),
    param("search_analyzer", These(&[STRING, TEXT, SAYT, COMPLETION]), ALWAYS, REMOVE),
    param("search_analyzer", These(&[LEAN_TEXT]), &[es(9, 1), os(2, 12)], Fault("map the field as `text`")),
    param("search_quote_analyzer", These(&[STRING, TEXT, SAYT]), ALWAYS, REMOVE),
    param("search_quote_analyzer", These(&[LEAN_TEXT]), &[es(9, 1), os(2, 12)], Fault("map the field as `text`")),
    param("normalizer", These(&[KEYWORD]), &[es(5, 2), os(1, 0)], Fault("remove it, or analyze the field")),
    param("normalizer", These(&[STRING]), &[], Fault("remove it, or map the field as `text` with an `analyzer`")),
    param("normalizer", These(&[WILDCARD]), &[os(2, 15)], Fault("map the field as `keyword`")),
    param("position_increment_gap", These(&[STRING, TEXT, SAYT]), ES2_ON, REMOVE),
    param("position_increment_gap", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("position_offset_gap", These(&[STRING]), ES1, REMOVE),
    param("term_vector", These(&[STRING, TEXT, SAYT]), ALWAYS, REMOVE),
    param("term_vector", PLAIN, ES1_ES2, TUNING),
    param("eager_global_ordinals", These(&[TEXT, KEYWORD, FLATTENED, JOIN]), ES5_ON, TUNING),
    param("index_phrases", These(&[TEXT, LEAN_TEXT]), &[es(6, 4), os(1, 0)], SEARCHING),
    param("index_prefixes", These(&[TEXT, LEAN_TEXT]), &[es(6, 3), os(1, 0)], SEARCHING),
    param("index_phrases", These(&[STRING]), &[], SEARCHING),
    param("index_prefixes", These(&[STRING]), &[], SEARCHING),
    param("split_queries_on_whitespace", These(&[KEYWORD, FLATTENED]), &[es(6, 4), os(1, 0)], Drop("queries are not split there")),
    param("split_queries_on_whitespace", These(&[STRING]), &[], Drop("queries are not split there")),
    param("use_similarity", These(&[KEYWORD]), &[os(2, 19)], Drop("it is not known there")),
    param("skip_list", These(&[INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, KEYWORD]), &[os(3, 2)], TUNING),
    param("script", These(&[INTEGERS, FLOATS, DATES, BOOLEAN, KEYWORD, IP, GEO_POINT]), &[es(7, 13)], Fault("remove it and fill the field from the rows")),
    param("on_script_error", These(&[INTEGERS, FLOATS, DATES, BOOLEAN, KEYWORD, IP, GEO_POINT]), &[es(7, 13)], Drop("there are no scripts in mappings")),
    param("time_series_dimension", These(&[INTEGERS, FLOATS, UNSIGNED, BOOLEAN, KEYWORD, IP, FLATTENED]), &[es(7, 15)], Drop("there are no time series")),
    param("time_series_dimensions", These(&[FLATTENED]), &[es(8, 13)], Drop("there are no time series")),
    param("time_series_metric", These(&[INTEGERS, FLOATS, UNSIGNED, HISTOGRAM, AGGREGATE, GEO_POINT]), &[es(7, 16)], Drop("there are no time series")),
    param("synthetic_source_keep", Leaf, &[es(8, 16)], Drop("the source is kept as it was sent")),
    param("synthetic_source_keep", These(&[OBJECTS]), &[es(8, 16)], Drop("the source is kept as it was sent")),
    param("scaling_factor", These(&[&["scaled_float"]]), ALWAYS, REMOVE),
    param("enable_position_increments", These(&[COUNT]), &[es(6, 0), os(1, 0)], Drop("it is not known there")),
    param("max_shingle_size", These(&[SAYT]), ALWAYS, REMOVE),
    param("value", These(&[CONSTANT]), ALWAYS, REMOVE),
    param("depth_limit", These(&[FLATTENED]), ALWAYS, REMOVE),
    param("depth_limit", These(&[FLAT]), &[], Drop("it has no limit of its own there")),
    param("similarity", These(&[FLATTENED]), ALWAYS, REMOVE),
    param("index_options", These(&[FLATTENED]), ALWAYS, REMOVE),
    param("compress", These(&[BINARY]), ES1, TUNING),
    param("compress_threshold", These(&[BINARY]), ES1, TUNING),
    param("payloads", These(&[COMPLETION]), ES1_ES2, REMOVE),
    param("preserve_separators", These(&[COMPLETION]), ALWAYS, REMOVE),
    param("preserve_position_increments", These(&[COMPLETION]), ALWAYS, REMOVE),
    param("max_input_length", These(&[COMPLETION]), ALWAYS, REMOVE),
    param("context", These(&[COMPLETION]), ES1_ES2, REMOVE),
    param("contexts", These(&[COMPLETION]), ES5_ON, REMOVE),
    param("lat_lon", These(&[GEO_POINT]), ES1_ES2, SEARCHING),
    param("geohash", These(&[GEO_POINT]), ES1_ES2, SEARCHING),
    param("geohash_prefix", These(&[GEO_POINT]), ES1_ES2, SEARCHING),
    param("geohash_precision", These(&[GEO_POINT]), ES1_ES2, SEARCHING),
    param("validate", These(&[GEO_POINT]), ES1, Drop("points out of range are refused")),
    param("validate_lat", These(&[GEO_POINT]), ES1, Drop("points out of range are refused")),
    param("validate_lon", These(&[GEO_POINT]), ES1, Drop("points out of range are refused")),
    param("normalize", These(&[GEO_POINT]), ES1, Drop("points out of range are refused")),
    param("normalize_lat", These(&[GEO_POINT]), ES1, Drop("points out of range are refused")),
    param("normalize_lon", These(&[GEO_POINT]), ES1, Drop("points out of range are refused")),
    param("tree", These(&[GEO_SHAPE]), UP_TO_ES7, TREE),
    param("precision", These(&[GEO_SHAPE]), UP_TO_ES7, TREE),
    param("tree_levels", These(&[GEO_SHAPE]), UP_TO_ES7, TREE),
    param("strategy", These(&[GEO_SHAPE]), UP_TO_ES7, TREE),
    param("distance_error_pct", These(&[GEO_SHAPE]), UP_TO_ES7, TREE),
    param("points_only", These(&[GEO_SHAPE]), UP_TO_ES7, TREE),
    param("orientation", These(&[GEO_SHAPE, SHAPE]), ALWAYS, REMOVE),
    param("properties", These(&[OBJECTS]), ALWAYS, REMOVE),
    param("dynamic", These(&[OBJECTS]), ALWAYS, REMOVE),
    param("enabled", These(&[OBJECTS]), ALWAYS, REMOVE),
    param("subobjects", These(&[&["object"]]), &[es(8, 3)], REMOVE),
    param("path", These(&[OBJECTS]), ES1, REMOVE),
    param("path", These(&[ALIAS]), ALWAYS, REMOVE),
    param("include_in_parent", These(&[NESTED]), ALWAYS, REMOVE),
    param("include_in_root", These(&[NESTED]), ALWAYS, REMOVE),
    param("dims", These(&[DENSE]), ALWAYS, REMOVE),
    param("element_type", These(&[DENSE]), &[es(8, 6)], Fault("remove it: vectors are `float` there")),
    param("dimension", These(&[KNN]), ALWAYS, REMOVE),
    param("method", These(&[KNN]), ALWAYS, REMOVE),
    param("model_id", These(&[KNN]), ALWAYS, REMOVE),
    param("space_type", These(&[KNN]), &[os(2, 17)], Fault("write it into `method`")),
    param("data_type", These(&[KNN]), &[os(2, 9)], Fault("remove it: vectors are `float` there")),
    param("mode", These(&[KNN]), &[os(2, 17)], TUNING),
    param("compression_level", These(&[KNN]), &[os(2, 17)], TUNING),
    param("engine", These(&[KNN]), &[os(3, 0)], TUNING),
    param("positive_score_impact", These(&[RANKS]), ALWAYS, REMOVE),
    param("index", These(&[RANKS]), &[], REMOVE),
    param("relations", These(&[JOIN]), ALWAYS, REMOVE),
    param("metrics", These(&[AGGREGATE]), ALWAYS, REMOVE),
    param("default_metric", These(&[AGGREGATE]), ALWAYS, REMOVE),
    param("meta", These(&[OBJECTS, ALIAS]), &[], SEARCHING),
    param("ignore_above", These(&[VERSION]), &[], REMOVE),
];

impl Kinds {
    fn has(self, kind: &str) -> bool {
        match self {
            Kinds::Leaf => !OBJECTS.contains(&kind) && !ALIAS.contains(&kind),
            Kinds::These(groups) => groups.iter().any(|g| g.contains(&kind)),
        }
    }
}

/// Every parameter must be one that the target knows for that type.
pub(super) fn check(t: &mut Translation<'_>, draft: &mut Draft) {
    let known = kind::find(&draft.kind);
    if known.is_none_or(|k| k.params == Params::Open || !t.target.within(k.spans)) {
        return;
    }
    let keys: Vec<String> = draft.entries.keys().filter(|k| *k != "type").cloned().collect();
    for key in keys {
        check_one(t, draft, &key);
    }
}

fn check_one(t: &mut Translation<'_>, draft: &mut Draft, key: &str) {
    let target = t.target;
    let rows: Vec<&Parameter> =
        PARAMETERS.iter().filter(|p| p.name == key && p.kinds.has(&draft.kind)).collect();
    if rows.iter().any(|p| target.within(p.spans)) {
        return;
    }
    let pointer = draft.place.at(key);
    match rows.first() {
        None if target.within(ES1) => {
            let kind = draft.kind.clone();
            t.notice(draft, format!("`{key}` says nothing about a `{kind}`: {target} ignores it"));
        }
        None => {
            let near = nearest(&draft.kind, key, t)
                .map_or(String::new(), |n| format!(", the nearest is `{n}`"));
            let message =
                format!("`{}` has no parameter `{key}` on {target}{near}; remove it", draft.kind);
            t.fault(pointer, message);
        }
        Some(row) => match row.absent {
            Drop(why) => {
                draft.take(key);
                t.notice(draft, format!("`{key}` is left out for {target}: {why}"));
            }
            Fault(way_out) => {
                let since = if row.spans.is_empty() {
                    String::new()
                } else {
                    format!(" ({} has it)", in_words(row.spans))
                };
                let message = format!(
                    "`{}` has no parameter `{key}` on {target}{since}; {way_out}",
                    draft.kind
                );
                t.fault(pointer, message);
            }
        },
    }
}

fn nearest(kind: &str, key: &str, t: &Translation<'_>) -> Option<&'static str> {
    PARAMETERS
        .iter()
        .filter(|p| p.kinds.has(kind) && t.target.within(p.spans))
        .map(|p| (strsim::jaro_winkler(key, p.name), p.name))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
