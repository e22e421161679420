//! The words, numbers and sizes that settings take from 5.0 on, setting by setting. Knows no kind of value that many share.

use serde_json::Value;

use super::spelt::{is_size, number, real};
use crate::target::Target;
use crate::target::span::{ES5_ON, Span, es, es_until, os};

/// Words that a setting takes.
#[rustfmt::skip]
const WORDS: &[(&str, &[Span], &[&str])] = &[
    ("codec", &[os(3, 0)], &["default", "lz4", "best_compression", "zlib", "zstd", "zstd_no_dict", "qat_lz4", "qat_deflate", "qat_zstd", "lucene_default"]),
    ("codec", &[os(2, 0)], &["default", "lz4", "best_compression", "zlib", "zstd", "zstd_no_dict", "qat_lz4", "qat_deflate", "lucene_default"]),
    ("codec", &[es(8, 0)], &["default", "best_compression", "lucene_default", "legacy_default", "legacy_best_compression"]),
    ("codec", &[es(5, 0), os(1, 0)], &["default", "best_compression", "lucene_default"]),
    ("composite_store.type", &[os(3, 0)], &["default", ""]),
    // An index of another type takes what it pulls, and no documents that are sent.
    ("ingestion_source.type", &[os(3, 0)], &["none"]),
    ("ingestion_source.mapper_type", &[os(3, 0)], &["default", "raw_payload", "field_mapping"]),
    ("ingestion_source.pointer.init.reset", &[os(3, 0)], &["earliest", "latest", "reset_by_offset", "reset_by_timestamp"]),
    ("composite_index.star_tree.field.default.date_intervals", &[os(2, 0)], STAR_TREE_INTERVALS),
    ("ingestion_source.error_strategy", &[os(3, 0)], &["drop", "block"]),
    ("store.factory", &[os(3, 0)], &[""]),
    ("store.data_locality", &[os(3, 0)], &["full", "partial"]),
    ("searchable_snapshot.shard_path_type", &[os(2, 0)], &["fixed", "hashed_prefix", "hashed_infix"]),
    ("merge_on_flush.policy", &[os(2, 0)], &["default", "merge-on-flush", ""]),
    ("search.concurrent_segment_search.mode", &[os(2, 0)], &["all", "none", "auto"]),
    ("tiered.storage.slowlog.level", &[os(3, 0)], SLOW_LEVELS),
    ("blocks.search_only", &[os(3, 0)], &["false"]),
    ("bulk.adaptive_shard_selection.enabled", &[os(3, 0)], &["false"]),
    ("context_aware.enabled", &[os(3, 0)], &["false"]),
    ("pluggable.dataformat.enabled", &[os(3, 0)], &["false"]),
    ("recovery.initial_shards", &[es_until((5, 0), (6, 0))], &["quorum", "quorum-1", "half", "one", "full", "full-1", "all", "all-1"]),
    ("merge.policy.type", &[es(8, 0)], &["unset", "tiered", "time_based"]),
    ("translog.durability", ES5_ON, &["request", "async"]),
    ("mode", &[es(8, 0)], &["standard", "time_series", "logsdb", "lookup"]),
    ("sort.order", &[es(6, 0), os(1, 0)], &["asc", "desc"]),
    ("sort.mode", &[es(6, 0), os(1, 0)], &["min", "max"]),
    ("sort.missing", &[es(6, 0), os(1, 0)], &["_first", "_last"]),
    ("soft_deletes.enabled", &[es(8, 0), os(2, 0)], &["true"]),
    ("store.type", &[es_until((5, 0), (6, 0))], &["fs", "niofs", "mmapfs", "simplefs", "default", "smb_mmap_fs", "smb_simple_fs"]),
    ("store.type", &[os(2, 0)], &["fs", "niofs", "mmapfs", "simplefs", "hybridfs", "remote_snapshot", "smb_mmap_fs", "smb_simple_fs", "smb_nio_fs"]),
    ("store.type", &[es(7, 10)], &["fs", "niofs", "mmapfs", "simplefs", "hybridfs", "snapshot", "smb_mmap_fs", "smb_simple_fs", "smb_nio_fs"]),
    ("store.type", &[es(6, 0), os(1, 0)], &["fs", "niofs", "mmapfs", "simplefs", "hybridfs", "smb_mmap_fs", "smb_simple_fs", "smb_nio_fs"]),
    ("search.slowlog.level", ES5_ON, SLOW_LEVELS),
    ("indexing.slowlog.level", ES5_ON, SLOW_LEVELS),
    ("routing.allocation.enable", ES5_ON, &["all", "primaries", "new_primaries", "none"]),
    ("routing.rebalance.enable", ES5_ON, &["all", "primaries", "replicas", "none"]),
    ("fielddata.cache", ES5_ON, &["node", "none"]),
    ("dense_vector.hnsw_filter_heuristic", &[es(9, 0)], &["acorn", "fanout"]),
    ("seq_no.index_options", &[es(9, 0)], &["points_and_doc_values", "doc_values_only"]),
    ("fast_refresh", &[es(8, 0)], &["false"]),
    ("mapping.source.mode", &[es(8, 0)], &["stored", "synthetic", "disabled"]),
    ("mapping.synthetic_source_keep", &[es(8, 0)], &["none", "arrays"]),
    ("store.fs.fs_lock", ES5_ON, &["native", "simple"]),
    ("replication.type", &[os(2, 0)], &["document", "segment"]),
    ("merge.policy", &[os(2, 0)], &["tiered", "log_byte_size", "default"]),
    ("store.throttle.type", &[es_until((5, 0), (6, 0))], &["none", "merge", "node", "all"]),
    ("shard.check_on_startup", &[es_until((5, 0), (7, 0))], &["true", "false", "checksum", "fix"]),
    ("shard.check_on_startup", &[es(7, 0), os(1, 0)], &["true", "false", "checksum"]),
];

/// Calendar intervals of a star tree, by their names and their numbers. Measured on OpenSearch 2.19 and 3.8; the numbers from the source.
#[rustfmt::skip]
const STAR_TREE_INTERVALS: &[&str] = &["second", "minute", "quarter-hour", "half-hour", "hour", "day", "week", "month", "quarter",
    "year", "1s", "1m", "1h", "1d", "1w", "1M", "1q", "1y", ""];
const SLOW_LEVELS: &[&str] = &["trace", "debug", "info", "warn"];
/// Beginnings of the names of settings that are lists of words.
const LISTS: &[&str] = &["sort.", "composite_index.star_tree.field.default.date_intervals"];

/// Settings whose words may be large or small.
const ANY_CASE: &[&str] = &[
    "merge.policy.type",
    "dense_vector.hnsw_filter_heuristic",
    "seq_no.index_options",
    "mode",
    "translog.durability",
    "sort.order",
    "sort.mode",
    "search.slowlog.level",
    "indexing.slowlog.level",
    "routing.allocation.enable",
    "routing.rebalance.enable",
    "mapping.source.mode",
    "mapping.synthetic_source_keep",
    "replication.type",
    "searchable_snapshot.shard_path_type",
    "ingestion_source.error_strategy",
    "ingestion_source.mapper_type",
    "ingestion_source.pointer.init.reset",
    "store.data_locality",
    "store.throttle.type",
    "merge_on_flush.policy",
    "tiered.storage.slowlog.level",
];

/// Whether a setting of words has one of its own; else what it must be. `None` where it takes no words.
pub(super) fn words(name: &str, value: &Value, target: &Target) -> Option<Result<(), String>> {
    let has = |(n, spans, _): &&(&str, &[Span], &[&str])| *n == name && target.within(spans);
    let (.., words) = WORDS.iter().find(has)?;
    let listed = match value {
        Value::Array(list) if LISTS.iter().any(|start| name.starts_with(start)) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let fits = |value: &Value| {
        // A list in one text, and there is nothing in it.
        if value == "" && name.starts_with("sort.") {
            return true;
        }
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let lower = word.to_ascii_lowercase();
        let any_case = ANY_CASE.contains(&name) && words.contains(&lower.as_str());
        any_case || words.contains(&word.as_str())
    };
    if listed.iter().all(fits) {
        return Some(Ok(()));
    }
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let one_of = if words.len() == 1 { "" } else { "one of " };
    Some(Err(format!("{one_of}{}", words.join(", "))))
}

/// The least of numbers, and their most where they have one. Measured on 5.6 to 9.2, OpenSearch 2.19 and 3.8; the limits of a
/// mapping, `max_merge_count`, `max_merge_at_once_explicit` and `reclaim_deletes_weight` on 5.6, 7.17 and OpenSearch 3.8 where
/// these have them.
#[rustfmt::skip]
const BOUNDS: &[(&str, &[Span], f64, f64)] = &[
    ("mapping.nested_objects.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.nested_fields.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.total_fields.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.dimension_fields.limit", ES5_ON, 0.0, f64::MAX),
    // The depth to which the engine reads JSON at all.
    ("mapping.depth.limit", &[os(3, 0)], 1.0, 1000.0),
    ("mapping.ignore_above", &[es(8, 0)], 0.0, f64::MAX),
    ("lifecycle.origination_date", &[es(8, 0)], -1.0, f64::MAX),
    ("mapping.depth.limit", ES5_ON, 1.0, f64::MAX),
    // The longest name that the engine reads in JSON at all.
    ("mapping.field_name_length.limit", &[os(3, 0)], 1.0, 50_000.0),
    ("mapping.field_name_length.limit", ES5_ON, 1.0, f64::MAX),
    ("max_ngram_diff", ES5_ON, 0.0, f64::MAX),
    ("max_shingle_diff", &[es(7, 0)], 1.0, f64::MAX),
    ("max_shingle_diff", ES5_ON, 0.0, f64::MAX),
    ("max_script_fields", ES5_ON, 0.0, f64::MAX),
    ("max_docvalue_fields_search", ES5_ON, 0.0, f64::MAX),
    ("max_refresh_listeners", ES5_ON, 0.0, f64::MAX),
    ("allocation.max_retries", ES5_ON, 0.0, f64::MAX),
    ("max_regex_length", ES5_ON, 1.0, f64::MAX),
    ("max_terms_count", ES5_ON, 1.0, f64::MAX),
    ("max_inner_result_window", ES5_ON, 1.0, f64::MAX),
    ("max_rescore_window", ES5_ON, 1.0, f64::MAX),
    ("max_slices_per_scroll", ES5_ON, 1.0, f64::MAX),
    ("highlight.max_analyzed_offset", &[es(7, 0), os(1, 0)], 1.0, f64::MAX),
    ("analyze.max_token_count", ES5_ON, 1.0, f64::MAX),
    ("merge.scheduler.max_thread_count", ES5_ON, 1.0, f64::MAX),
    ("merge.scheduler.max_merge_count", ES5_ON, 1.0, f64::MAX),
    ("merge.policy.reclaim_deletes_weight", ES5_ON, 0.0, f64::MAX),
    ("merge.policy.max_merge_at_once_explicit", ES5_ON, 2.0, f64::MAX),
    ("max_adjacency_matrix_filters", ES5_ON, 2.0, f64::MAX),
    ("merge.policy.segments_per_tier", ES5_ON, 2.0, f64::MAX),
    ("merge.policy.max_merge_at_once", ES5_ON, 2.0, f64::MAX),
    ("merge.policy.merge_factor", &[es(8, 0)], 2.0, f64::MAX),
    ("merge.policy.expunge_deletes_allowed", ES5_ON, 0.0, 100.0),
    ("merge.policy.deletes_pct_allowed", &[es_until((6, 0), (8, 0))], 20.0, 50.0),
    ("merge.policy.deletes_pct_allowed", ES5_ON, 5.0, 50.0),
    ("routing.allocation.total_shards_per_node", ES5_ON, -1.0, f64::MAX),
    ("aggregation.streaming.min_segment_size", ES5_ON, 1.0, f64::MAX),
    ("composite_index.star_tree.default.max_leaf_docs", ES5_ON, 1.0, f64::MAX),
    ("composite_index.star_tree.field.max_base_metrics", ES5_ON, 4.0, 100.0),
    ("composite_index.star_tree.field.max_date_intervals", ES5_ON, 1.0, 3.0),
    ("composite_index.star_tree.field.max_dimensions", ES5_ON, 2.0, 10.0),
    ("composite_index.star_tree.max_fields", ES5_ON, 1.0, 1.0),
    ("context_aware.max_retry_on_lookup_map_acquisition_exception", ES5_ON, 5.0, 100.0),
    ("ingestion_source.internal_queue_size", ES5_ON, 1.0, 100_000.0),
    ("ingestion_source.num_processor_threads", ES5_ON, 1.0, f64::MAX),
    ("ingestion_source.poll.max_batch_size", ES5_ON, 0.0, f64::MAX),
    ("ingestion_source.poll.timeout", ES5_ON, 0.0, f64::MAX),
    ("ingestion_source.warmup.lag_threshold", ES5_ON, 0.0, f64::MAX),
    ("mapping.dynamic_properties.lucene_field.limit", ES5_ON, 0.0, f64::MAX),
    ("max_slices_per_pit", ES5_ON, 1.0, f64::MAX),
    ("merge.log_byte_size_policy.merge_factor", ES5_ON, 2.0, f64::MAX),
    ("merge.scheduler.max_force_merge_mb_per_sec", ES5_ON, 0.0, f64::MAX),
    ("optimize_doc_id_lookup.fuzzy_set.false_positive_probability", ES5_ON, 0.01, 0.5),
    ("query.max_nested_depth", ES5_ON, 1.0, f64::MAX),
    ("remote_store.translog.keep_extra_gen", ES5_ON, 0.0, f64::MAX),
    ("search.concurrent.max_slice_count", ES5_ON, 0.0, f64::MAX),
    // Others want a cluster that keeps its shards in a remote store.
    ("number_of_search_replicas", ES5_ON, 0.0, 0.0),
    ("routing.allocation.total_primary_shards_per_node", ES5_ON, -1.0, -1.0),
    ("routing.allocation.total_remote_capable_primary_shards_per_node", ES5_ON, -1.0, -1.0),
    ("routing.allocation.total_remote_capable_shards_per_node", ES5_ON, -1.0, INT_MAX),
    ("codec.compression_level", &[os(2, 0)], 1.0, 6.0),
];

const INT_MAX: f64 = i32::MAX as f64;

/// The same, which have 32 bits on these versions. Measured on OpenSearch 2.19.
const LONG_ELSEWHERE: &[(&str, &[Span])] =
    &[("mapping.depth.limit", &[os(1, 0)]), ("mapping.field_name_length.limit", &[os(1, 0)])];

/// Whole numbers of 64 bits; all others have 32.
const LONG: &[&str] = &[
    "mapping.nested_objects.limit",
    "mapping.nested_fields.limit",
    "mapping.total_fields.limit",
    "mapping.dimension_fields.limit",
    "mapping.depth.limit",
    "mapping.field_name_length.limit",
    "soft_deletes.retention.operations",
    "lifecycle.origination_date",
    "ingestion_source.poll.max_batch_size",
    "ingestion_source.warmup.lag_threshold",
    "mapping.dynamic_properties.lucene_field.limit",
];

/// Settings that are a size with its unit.
const SIZES: &[&str] = &[
    "translog.flush_threshold_size",
    "translog.generation_threshold_size",
    "translog.retention.size",
    "store.throttle.max_bytes_per_sec",
    "merge.policy.max_merged_segment",
    "merge.policy.floor_segment",
    "flush_after_merge",
    "merge.log_byte_size_policy.max_merge_segment",
    "merge.log_byte_size_policy.max_merge_segment_forced_merge",
    "merge.log_byte_size_policy.min_merge",
];

/// What a setting must be instead, where its value is out of its bounds.
pub(super) fn wanted(name: &str, value: &Value, kind: &str, target: &Target) -> Option<String> {
    let is_beyond = number(value).is_some_and(|n| n > i64::from(i32::MAX));
    let is_short = |(n, spans): &(&str, &[Span])| *n == name && target.within(spans);
    let is_long = LONG.contains(&name) && !LONG_ELSEWHERE.iter().any(is_short);
    if is_beyond && matches!(kind, "n" | "z" | "p") && !is_long {
        return Some("a whole number up to 2147483647".to_string());
    }
    if SIZES.contains(&name) {
        return (!is_size(value, target))
            .then(|| "a size with its unit such as `512mb`".to_string());
    }
    let has = |(n, spans, ..): &&(&str, &[Span], f64, f64)| *n == name && target.within(spans);
    let (.., min, max) = BOUNDS.iter().find(has)?;
    let fits = real(value).is_some_and(|number| (*min..=*max).contains(&number));
    (!fits).then(|| match *max {
        f64::MAX => format!("a number from {min}"),
        max if max == *min => format!("{min}"),
        max => format!("a number from {min} to {max}"),
    })
}
