//! The parameters of mapping types: which types have each, since when, and what becomes of it elsewhere.
//! What only changed its spelling was translated before this table is asked.

use super::draft::Draft;
use super::{Translation, ignored};
use crate::target::Target;
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
    /// Every type that holds values and shares what all of them share.
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

pub(super) const INTEGERS: &[&str] = &["byte", "short", "integer", "long"];
pub(super) const FLOATS: &[&str] = &["half_float", "float", "double", "scaled_float"];
pub(super) const UNSIGNED: &[&str] = &["unsigned_long"];
pub(super) const DATES: &[&str] = &["date", "date_nanos"];
pub(super) const BOOLEAN: &[&str] = &["boolean"];
pub(super) const IP: &[&str] = &["ip"];
pub(super) const RANGES: &[&str] =
    &["integer_range", "long_range", "float_range", "double_range", "date_range", "ip_range"];
const DATE_RANGE: &[&str] = &["date_range"];
const STRING: &[&str] = &["string"];
const TEXT: &[&str] = &["text"];
const KEYWORD: &[&str] = &["keyword"];
pub(super) const SAYT: &[&str] = &["search_as_you_type"];
pub(super) const LEAN_TEXT: &[&str] = &["match_only_text"];
pub(super) const WILDCARD: &[&str] = &["wildcard"];
const CONSTANT: &[&str] = &["constant_keyword"];
pub(super) const VERSION: &[&str] = &["version"];
pub(super) const BINARY: &[&str] = &["binary"];
pub(super) const COUNT: &[&str] = &["token_count"];
pub(super) const COMPLETION: &[&str] = &["completion"];
pub(super) const GEO_POINT: &[&str] = &["geo_point"];
pub(super) const GEO_SHAPE: &[&str] = &["geo_shape"];
const POINT: &[&str] = &["point", "xy_point"];
const SHAPE: &[&str] = &["shape", "xy_shape"];
const OBJECTS: &[&str] = &["object", "nested"];
pub(super) const FLATTENED: &[&str] = &["flattened"];
const FLAT: &[&str] = &["flat_object"];
const DENSE: &[&str] = &["dense_vector"];
const KNN: &[&str] = &["knn_vector"];
pub(super) const RANKS: &[&str] = &["rank_feature", "rank_features"];
pub(super) const JOIN: &[&str] = &["join"];
const ALIAS: &[&str] = &["alias"];
const HISTOGRAM: &[&str] = &["histogram"];
const AGGREGATE: &[&str] = &["aggregate_metric_double"];
const SPARSE: &[&str] = &["sparse_vector"];
const PASSTHROUGH: &[&str] = &["passthrough"];
/// It takes no parameter at all (measured on 5.6 to 7.17, OpenSearch 2.19 and 3.8).
const PERCOLATOR: &[&str] = &["percolator"];
/// What 1.x and 2.x let all plain types share.
const PLAIN: Kinds = These(&[
    INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, STRING, TEXT, KEYWORD, BINARY, COUNT, GEO_POINT,
]);

/// Types without what all others share.
const PLAINER: &[&[&str]] = &[
    OBJECTS,
    PASSTHROUGH,
    PERCOLATOR,
    ALIAS,
    JOIN,
    CONSTANT,
    FLAT,
    GEO_SHAPE,
    COMPLETION,
    BINARY,
    FLATTENED,
];
/// Of numbers, `long` and `double` alone.
const SCRIPTED: Kinds = These(&[&["long", "double"], DATES, BOOLEAN, KEYWORD, IP, GEO_POINT]);
/// Types that OpenSearch reads with the parameters that all types shared in Elasticsearch 7.
const SHARED_ON_OS: Kinds = These(&[RANKS, VERSION, WILDCARD]);

const ES1: &[Span] = &[es_until((1, 0), (2, 0))];
const ES2_ON: &[Span] = &[es(2, 0), os(1, 0)];
const ES7_ON: &[Span] = &[es(7, 0), os(1, 0)];
const UP_TO_ES7: &[Span] = &[es_until((1, 0), (8, 0)), os(1, 0)];
const NO_ALL: Absent = Drop("there is no `_all` any more");
const TUNING: Absent = Drop("it changed only how the index is kept");
const TREE: Absent = Drop("shapes are indexed as they are, without a prefix tree");
const SEARCHING: Absent = Drop("searches answer the same without it");
const GEOHASH: Absent = Drop(
    "searches by its field `geohash`, as those of `geohash_cell`, want a `keyword` with the geohash beside the point",
);
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
    param("copy_to", These(&[BINARY]), ALWAYS, REMOVE),
    param("copy_to", These(&[CONSTANT]), &[es(7, 7)], REMOVE),
    param("copy_to", These(&[GEO_SHAPE, COMPLETION]), ES7_ON, REMOVE),
    param("fields", Leaf, ALWAYS, REMOVE),
    param("fields", These(&[COMPLETION]), ALWAYS, REMOVE),
    param("fields", These(&[CONSTANT]), &[es(7, 7)], REMOVE),
    param("fields", These(&[BINARY]), ES5_ON, REMOVE),
    param("fields", These(&[GEO_SHAPE]), ES7_ON, REMOVE),
    param("meta", These(&[GEO_SHAPE, COMPLETION, BINARY, FLATTENED]), &[es(7, 6), os(1, 0)], SEARCHING),
    param("meta", These(&[JOIN]), &[es(7, 6)], SEARCHING),
    param("meta", These(&[CONSTANT]), &[es(7, 7)], SEARCHING),
    param("meta", Leaf, &[es(7, 6), os(1, 0)], SEARCHING),
    param("index", These(&[STRING, TEXT, KEYWORD, SAYT, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, RANGES, COUNT, FLATTENED]), ALWAYS, REMOVE),
    param("index", These(&[GEO_POINT]), &[es_until((1, 0), (7, 0)), es(7, 14), os(1, 0)], TUNING),
    param("index", These(&[GEO_SHAPE, SHAPE]), &[es(7, 4), os(1, 0)], TUNING),
    param("index", These(&[BINARY]), &[es_until((1, 0), (5, 0)), os(1, 0)], TUNING),
    param("index", SHARED_ON_OS, &[os(1, 0)], TUNING),
    param("index", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], TUNING),
    param("index", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("index", These(&[DENSE]), &[es(8, 0)], Drop("vectors are not indexed there")),
    param("index", These(&[KNN]), ALWAYS, REMOVE),
    param("store", These(&[STRING, TEXT, KEYWORD, SAYT, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, RANGES, COUNT, BINARY, GEO_POINT]), ALWAYS, REMOVE),
    param("store", These(&[GEO_SHAPE, SHAPE]), &[es_until((1, 0), (2, 0)), es(8, 0), os(1, 0)], Drop("the source holds the value")),
    param("store", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], Drop("the source holds the value")),
    param("store", SHARED_ON_OS, &[os(1, 0)], Drop("the source holds the value")),
    param("store", These(&[LEAN_TEXT, KNN]), &[os(1, 0)], Drop("the source holds the value")),
    param("doc_values", These(&[KEYWORD, STRING, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, COUNT, BINARY, GEO_POINT, FLATTENED]), ALWAYS, REMOVE),
    param("doc_values", These(&[RANGES]), ES7_ON, TUNING),
    param("doc_values", SHARED_ON_OS, &[os(1, 0)], TUNING),
    param("doc_values", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], TUNING),
    param("doc_values", These(&[GEO_SHAPE, SHAPE]), &[es(7, 8), os(1, 0)], TUNING),
    param("doc_values", These(&[WILDCARD, KNN]), &[os(1, 0)], TUNING),
    param("doc_values", These(&[LEAN_TEXT]), &[os(2, 12)], Drop("text has no doc values")),
    param("doc_values", These(&[TEXT, SAYT]), &[], Drop("text has no doc values")),
    param("null_value", These(&[STRING, KEYWORD, INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, COUNT, WILDCARD, FLATTENED, POINT]), ALWAYS, REMOVE),
    param("null_value", These(&[GEO_POINT]), &[es(6, 4), os(1, 0)], Fault("remove it and write the point into the rows")),
    param("null_value", These(&[TEXT]), &[], Fault("remove it, or map the field as `keyword`")),
    param("ignore_above", These(&[STRING, KEYWORD, FLATTENED, WILDCARD]), ALWAYS, REMOVE),
    param("ignore_above", These(&[TEXT]), &[], Fault("remove it, or put it on a multi-field of the type `keyword`")),
    param("ignore_malformed", These(&[INTEGERS, FLOATS, UNSIGNED, DATES, IP]), ALWAYS, REMOVE),
    param("ignore_malformed", These(&[COUNT]), ES1_ES2, Drop("it is not known there")),
    param("ignore_malformed", These(&[RANGES]), &[os(1, 0)], Drop("it is not known there")),
    param("ignore_malformed", These(&[GEO_POINT]), ES2_ON, Drop("it is not known there")),
    param("ignore_malformed", These(&[GEO_SHAPE]), &[es(6, 1), os(1, 0)], Drop("it is not known there")),
    param("ignore_malformed", These(&[POINT, SHAPE, HISTOGRAM, AGGREGATE]), ALWAYS, REMOVE),
    param("ignore_malformed", These(&[BOOLEAN]), &[es(8, 0)], Drop("it is not known there")),
    param("ignore_z_value", These(&[GEO_POINT, GEO_SHAPE, POINT, SHAPE]), &[es(6, 3), os(1, 0)], Drop("it is not known there")),
    param("coerce", These(&[INTEGERS, FLOATS, RANGES, SHAPE, HISTOGRAM]), ALWAYS, REMOVE),
    param("coerce", These(&[DATES, IP, COUNT]), ES1_ES2, Drop("it says nothing about such a field")),
    param("coerce", These(&[UNSIGNED]), &[os(2, 8)], Drop("it is not known there")),
    param("coerce", These(&[GEO_SHAPE]), &[es(2, 0), os(1, 0)], Drop("it is not known there")),
    param("coerce", These(&[GEO_POINT]), ES1, Drop("it is not known there")),
    param("format", These(&[DATES, DATE_RANGE]), ALWAYS, REMOVE),
    param("locale", These(&[DATES, DATE_RANGE]), ALWAYS, REMOVE),
    param("locale", These(&[RANGES]), &[es(5, 2), os(1, 0)], Drop("it says nothing about such a field")),
    param("precision_step", These(&[INTEGERS, FLOATS, DATES, IP, COUNT, GEO_POINT]), ES1_ES2, TUNING),
    param("numeric_resolution", These(&[DATES]), ES1_ES2, REMOVE),
    param("fielddata", These(&[TEXT, STRING]), ALWAYS, TUNING),
    param("fielddata", PLAIN, ES1_ES2, TUNING),
    param("fielddata", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("fielddata_frequency_filter", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("fielddata_frequency_filter", These(&[TEXT]), ES5_ON, TUNING),
    param("boost", PLAIN, UP_TO_ES7, Drop("boosts are given by the query")),
    param("boost", These(&[RANGES, SAYT, LEAN_TEXT, WILDCARD]), &[es_until((5, 0), (8, 0)), os(1, 0)], Drop("boosts are given by the query")),
    param("boost", These(&[FLATTENED]), &[es_until((7, 3), (8, 0))], Drop("boosts are given by the query")),
    param("store", These(&[FLATTENED]), &[es_until((7, 3), (8, 0))], Drop("the source holds the value")),
    param("include_in_all", PLAIN, &[es_until((1, 0), (6, 0))], NO_ALL),
    param("include_in_all", These(&[OBJECTS, RANGES]), &[es_until((1, 0), (6, 0))], NO_ALL),
    param("norms", These(&[STRING, TEXT, KEYWORD, SAYT]), ALWAYS, REMOVE),
    param("norms", PLAIN, ES1_ES2, TUNING),
    param("norms", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("similarity", These(&[STRING, TEXT, KEYWORD, SAYT]), ALWAYS, REMOVE),
    param("similarity", PLAIN, UP_TO_ES7, Drop("it says nothing about such a field")),
    param("boost", SHARED_ON_OS, &[os(1, 0)], Drop("boosts are given by the query")),
    param("boost", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], Drop("boosts are given by the query")),
    param("boost", These(&[GEO_SHAPE]), &[os(1, 0)], Drop("boosts are given by the query")),
    param("similarity", These(&[RANGES]), &[es_until((5, 2), (8, 0)), os(1, 0)], Drop("it says nothing about such a field")),
    param("similarity", These(&[GEO_SHAPE]), &[os(1, 0)], Drop("it says nothing about such a field")),
    param("similarity", SHARED_ON_OS, &[os(1, 0)], Drop("it says nothing about such a field")),
    param("similarity", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], Drop("it says nothing about such a field")),
    param("similarity", These(&[DENSE]), &[es(8, 0)], Drop("vectors are not indexed there")),
    param("similarity", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("index_options", These(&[STRING, TEXT, KEYWORD, SAYT]), ALWAYS, REMOVE),
    param("index_options", These(&[INTEGERS, FLOATS, UNSIGNED, DATES, BOOLEAN, IP, COUNT, GEO_POINT]), UP_TO_ES7, Drop("it says nothing about such a field")),
    // 5.x and 6.x take it, and then refuse every change of the mapping.
    param("index_options", These(&[BINARY]), &[es_until((1, 0), (5, 0)), es_until((7, 0), (8, 0)), os(1, 0)], Drop("it says nothing about such a field")),
    param("index_options", These(&[RANGES]), &[es_until((5, 2), (8, 0)), os(1, 0)], Drop("it says nothing about such a field")),
    param("index_options", These(&[GEO_SHAPE]), &[os(1, 0)], Drop("it says nothing about such a field")),
    param("index_options", SHARED_ON_OS, &[os(1, 0)], Drop("it says nothing about such a field")),
    param("index_options", These(&[COMPLETION]), &[es_until((7, 0), (8, 0)), os(1, 0)], Drop("it says nothing about such a field")),
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
    param("position_increment_gap", These(&[STRING, TEXT]), ES2_ON, REMOVE),
    param("position_increment_gap", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("position_offset_gap", These(&[STRING]), ES1, REMOVE),
    param("term_vector", These(&[STRING, TEXT, SAYT]), ALWAYS, REMOVE),
    param("term_vector", PLAIN, ES1, TUNING),
    param("term_vector", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("eager_global_ordinals", These(&[LEAN_TEXT]), &[os(2, 12)], TUNING),
    param("eager_global_ordinals", These(&[TEXT, KEYWORD, FLATTENED, JOIN]), ES5_ON, TUNING),
    param("omit_term_freq_and_positions", PLAIN, &[], Fault("write `index_options: docs`")),
    param("index_phrases", These(&[TEXT]), &[es(6, 4), os(1, 0)], SEARCHING),
    param("index_prefixes", These(&[TEXT]), &[es(6, 3), os(1, 0)], SEARCHING),
    param("index_phrases", These(&[STRING]), &[], SEARCHING),
    param("index_prefixes", These(&[STRING]), &[], SEARCHING),
    param("split_queries_on_whitespace", These(&[KEYWORD, FLATTENED]), &[es(6, 4), os(1, 0)], Drop("queries are not split there")),
    param("split_queries_on_whitespace", These(&[STRING]), &[], Drop("queries are not split there")),
    param("use_similarity", These(&[KEYWORD]), &[os(3, 0)], Drop("it is not known there")),
    param("skip_list", These(&[INTEGERS, FLOATS, UNSIGNED, DATES, COUNT]), &[os(3, 2)], TUNING),
    param("script", SCRIPTED, &[es(7, 13)], Fault("remove it and fill the field from the rows")),
    param("on_script_error", SCRIPTED, &[es(7, 13)], Drop("there are no scripts in mappings")),
    param("time_series_dimension", These(&[BOOLEAN, GEO_POINT]), &[es(8, 0)], Drop("there are no time series")),
    param("time_series_dimension", These(&[INTEGERS, &["half_float", "float", "double"], UNSIGNED, KEYWORD, IP]), &[es(7, 15)], Drop("there are no time series")),
    param("time_series_dimensions", These(&[FLATTENED]), &[es(8, 13)], Drop("there are no time series")),
    param("time_series_metric", These(&[INTEGERS, FLOATS, UNSIGNED, HISTOGRAM, AGGREGATE]), &[es(7, 16)], Drop("there are no time series")),
    param("time_series_metric", These(&[GEO_POINT]), &[es(8, 0)], Drop("there are no time series")),
    param("synthetic_source_keep", Leaf, &[es(8, 16)], Drop("the source is kept as it was sent")),
    param("synthetic_source_keep", These(&[OBJECTS, PASSTHROUGH, BINARY, COMPLETION, GEO_SHAPE, FLATTENED, CONSTANT]), &[es(8, 16)], Drop("the source is kept as it was sent")),
    param("scaling_factor", These(&[&["scaled_float"]]), ALWAYS, REMOVE),
    param("enable_position_increments", These(&[COUNT]), ES5_ON, Drop("it is not known there")),
    param("max_shingle_size", These(&[SAYT]), ALWAYS, REMOVE),
    param("value", These(&[CONSTANT]), ALWAYS, REMOVE),
    param("depth_limit", These(&[FLATTENED]), ALWAYS, REMOVE),
    param("index", These(&[FLAT]), &[], SEARCHING),
    param("doc_values", These(&[FLAT]), &[], TUNING),
    param("eager_global_ordinals", These(&[FLAT]), &[], TUNING),
    param("split_queries_on_whitespace", These(&[FLAT]), &[], Drop("queries are not split there")),
    param("meta", These(&[FLAT]), &[], SEARCHING),
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
    param("lat_lon", These(&[GEO_POINT]), ES1_ES2, Drop("geo queries need it no more, and searches by its fields `lat` and `lon` want fields of that kind beside the point")),
    param("geohash", These(&[GEO_POINT]), ES1_ES2, GEOHASH),
    param("geohash_prefix", These(&[GEO_POINT]), ES1_ES2, GEOHASH),
    param("geohash_precision", These(&[GEO_POINT]), ES1_ES2, GEOHASH),
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
    param("properties", These(&[OBJECTS, PASSTHROUGH]), ALWAYS, REMOVE),
    param("dynamic", These(&[OBJECTS, PASSTHROUGH]), ALWAYS, REMOVE),
    param("enabled", These(&[OBJECTS, PASSTHROUGH]), ALWAYS, REMOVE),
    param("subobjects", These(&[&["object"]]), &[es(8, 3)], REMOVE),
    // That it may not be there is told with all that is asked of such an object.
    param("subobjects", These(&[PASSTHROUGH]), ALWAYS, REMOVE),
    param("priority", These(&[PASSTHROUGH]), ALWAYS, REMOVE),
    param("time_series_dimension", These(&[PASSTHROUGH]), ALWAYS, REMOVE),
    param("path", These(&[OBJECTS]), ES1, Fault("remove it and search the fields by their full names")),
    param("path", PLAIN, ES1, Fault("remove it and search the multi-fields by their full names, such as `field.raw`")),
    param("path", These(&[ALIAS]), ALWAYS, REMOVE),
    param("include_in_parent", These(&[&["nested"]]), ALWAYS, REMOVE),
    param("include_in_parent", These(&[&["object"]]), &[es_until((1, 0), (7, 0)), os(1, 0)], Drop("it says nothing about an `object`")),
    param("include_in_root", These(&[&["nested"]]), ALWAYS, REMOVE),
    param("include_in_root", These(&[&["object"]]), &[es_until((1, 0), (7, 0)), os(1, 0)], Drop("it says nothing about an `object`")),
    param("dims", These(&[DENSE]), &[es(7, 3)], Drop("it takes a vector of any number of dimensions")),
    param("element_type", These(&[DENSE]), &[es(8, 6)], Fault("remove it: vectors are `float` there")),
    param("dimension", These(&[KNN]), ALWAYS, REMOVE),
    param("method", These(&[KNN]), ALWAYS, REMOVE),
    param("model_id", These(&[KNN]), ALWAYS, REMOVE),
    param("space_type", These(&[KNN]), &[os(2, 17)], Fault("write it into `method`")),
    param("data_type", These(&[KNN]), &[os(2, 9)], Fault("remove it: vectors are `float` there")),
    param("mode", These(&[KNN]), &[os(2, 17)], TUNING),
    param("compression_level", These(&[KNN]), &[os(2, 17)], TUNING),
    param("engine", These(&[KNN]), &[os(3, 0)], TUNING),
    param("store", These(&[SPARSE]), &[es(8, 11), os(3, 3)], Drop("the source holds the value")),
    param("index_options", These(&[SPARSE]), &[es_until((8, 19), (9, 0)), es(9, 1)], TUNING),
    // Of OpenSearch by the source of its plugin `neural-search`.
    param("method", These(&[SPARSE]), &[os(3, 3)], TUNING),
    param("doc_values", These(&[SPARSE]), &[os(3, 3)], TUNING),
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
            Kinds::Leaf => !PLAINER.iter().any(|g| g.contains(&kind)),
            Kinds::These(groups) => groups.iter().any(|g| g.contains(&kind)),
        }
    }
}

/// Whether some type of some version has a parameter of this name, or had it under it.
pub(super) fn is_name(name: &str) -> bool {
    const TRANSLATED: &[&str] = &["omit_norms", "max_input_len"];
    PARAMETERS.iter().any(|p| p.name == name) || TRANSLATED.contains(&name)
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

/// Whether a `kind` has the parameter on `target`.
pub(in crate::target) fn has_parameter(kind: &str, key: &str, target: &Target) -> bool {
    matches!(verdict(kind, key, target), Verdict::Known)
}

/// What the table says of a parameter.
enum Verdict {
    Known,
    /// Known for that type on other versions, or left out wherever it stands.
    Absent(&'static Parameter),
    /// Known for that type nowhere.
    Unknown,
}

fn verdict(kind: &str, key: &str, target: &Target) -> Verdict {
    let mut rows = PARAMETERS.iter().filter(|p| p.name == key && p.kinds.has(kind)).peekable();
    let first = rows.peek().copied();
    if rows.any(|p| target.within(p.spans)) {
        return Verdict::Known;
    }
    first.map_or(Verdict::Unknown, Verdict::Absent)
}

fn check_one(t: &mut Translation<'_>, draft: &mut Draft, key: &str) {
    let target = t.target;
    let pointer = draft.place.at(key);
    let kind = draft.kind.clone();
    match verdict(&kind, key, target) {
        Verdict::Known => {
            if let Some(why) = ignored::why(&kind, key, target) {
                draft.take(key);
                let message =
                    format!("`{key}` is left out for {target}, where it does nothing: {why}");
                t.notice(draft, message);
            }
        }
        // The one type of 1.x that refuses what it does not know.
        Verdict::Unknown if target.within(ES1) && kind != "completion" => {
            t.notice(draft, format!("`{key}` says nothing about a `{kind}`: {target} ignores it"));
        }
        Verdict::Unknown => {
            let near =
                nearest(&kind, key, t).map_or(String::new(), |n| format!(", the nearest is `{n}`"));
            t.fault(
                pointer,
                format!("`{kind}` has no parameter `{key}` on {target}{near}; remove it"),
            );
        }
        Verdict::Absent(row) => match row.absent {
            Drop(why) => {
                draft.take(key);
                t.notice(draft, format!("`{key}` is left out for {target}: {why}"));
            }
            Fault(way_out) => {
                let since = match row.spans {
                    [] => String::new(),
                    spans => format!(" ({} has it)", in_words(spans)),
                };
                t.fault(
                    pointer,
                    format!("`{kind}` has no parameter `{key}` on {target}{since}; {way_out}"),
                );
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

#[cfg(test)]
mod tests;
