//! The settings of an index: the names that each line knows, and the values that it takes. Knows no mapping.

use serde_json::Value;

use super::spelt::{is_expansion, is_list_with_nulls, is_size, is_switch, is_time, millis, number};
use super::{Faults, early};
use crate::target::dialect::{described, escape};
use crate::target::span::{ES1_ES2, ES5_ON, Span, es, es_until, os, os_until};
use crate::target::{Mapping, Target};

/// A setting as it stands: its full name without `index.`, its value, and its pointer below `settings`.
pub(in crate::target) struct Setting<'v> {
    pub(in crate::target) name: String,
    pub(in crate::target) value: &'v Value,
    pub(in crate::target) pointer: String,
}

/// Every setting, however it is written: dotted, nested, or both.
pub(in crate::target) fn flat(settings: &Value) -> Vec<Setting<'_>> {
    let mut list = Vec::new();
    flatten(settings, "", "", &mut list);
    for setting in &mut list {
        if let Some(name) = setting.name.strip_prefix("index.") {
            setting.name = name.to_string();
        }
    }
    list
}

fn flatten<'v>(value: &'v Value, above: &str, pointer: &str, list: &mut Vec<Setting<'v>>) {
    let Value::Object(members) = value else {
        return list.push(Setting { name: above.into(), value, pointer: pointer.into() });
    };
    for (key, value) in members {
        let name = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        flatten(value, &name, &format!("{pointer}/{}", escape(key)), list);
    }
}

/// Settings that the engine writes itself, and that stand in what it shows of an index.
const PRIVATE: &[&str] = &[
    "uuid",
    "creation_date",
    "provided_name",
    "version.created",
    "version.upgraded",
    "history.uuid",
    "frozen",
];

/// The same, which one line or another still takes. Measured on 7.17, OpenSearch 2.19 and 3.8.
const LATER_PRIVATE: &[(&str, &[Span])] =
    &[("search.throttled", &[es(7, 0), os(1, 0)]), ("remote_store.enabled", &[os(2, 0)])];

/// Whether the engine alone writes the setting of this name (without `index.`).
pub(in crate::target) fn is_private(name: &str, target: &Target) -> bool {
    target.within(ES5_ON) && PRIVATE.contains(&name)
        || LATER_PRIVATE.iter().any(|(n, spans)| *n == name && target.within(spans))
}

/// Groups of settings whose members are anybody's: what they hold is checked elsewhere, or by a plugin.
#[rustfmt::skip]
const OPEN: &[(&str, &[Span])] = &[
    ("analysis.", ES5_ON),
    ("similarity.", ES5_ON),
    ("routing.allocation.require.", ES5_ON),
    ("routing.allocation.include.", ES5_ON),
    ("routing.allocation.exclude.", ES5_ON),
    ("routing.allocation.initial_recovery.", ES5_ON),
    ("xpack.", &[es(5, 0)]),
    ("lifecycle.", &[es(6, 6)]),
    ("rollup.", &[es(7, 0)]),
    ("store.snapshot.", &[es(7, 10)]),
    ("time_series.", &[es(8, 0)]),
    ("look_ahead_time", &[es(8, 0)]),
    ("look_back_time", &[es(8, 0)]),
    ("downsample.", &[es(8, 0)]),
    ("knn", &[os(1, 0)]),
    ("neural_search.", &[os(1, 0)]),
    ("opendistro.", &[os(1, 0)]),
    ("plugins.", &[os(1, 0)]),
    ("remote_store.", &[os(2, 0)]),
    ("ingestion_source.", &[os(3, 0)]),
];

/// Every setting by the versions that have it, each with the kind of its value: `b` a boolean, `n` a whole number from -1, `z`
/// from 0, `p` from 1, `t` a time. Measured: what each engine shows with `include_defaults`.
#[rustfmt::skip]
const NAMES: &[(&[Span], &str)] = &[
    (&[es_until((5, 0), (8, 0)), os(3, 0)], "mapper.dynamic:b"),
    (&[es_until((5, 0), (8, 0)), os(1, 0)], "indexing.slowlog.level search.slowlog.level"),
    (&[es_until((5, 0), (7, 0))], "optimize_auto_generated_id:b"),
    (&[es_until((6, 0), (8, 0)), os(1, 0)], "translog.retention.age:t translog.retention.size"),
    (&[es(5, 0), os(1, 0)], "allocation.max_retries:n auto_expand_replicas blocks.metadata:b blocks.read:b blocks.read_only:b \
        blocks.read_only_allow_delete:b blocks.write:b codec compound_format data_path fielddata.cache format gc_deletes:t \
        indexing.slowlog.reformat:b indexing.slowlog.source \
        indexing.slowlog.threshold.index.debug indexing.slowlog.threshold.index.info \
        indexing.slowlog.threshold.index.trace indexing.slowlog.threshold.index.warn \
        load_fixed_bitset_filters_eagerly:b mapping.coerce:b mapping.depth.limit:n \
        mapping.ignore_malformed:b mapping.nested_fields.limit:n mapping.total_fields.limit:n \
        max_refresh_listeners:n max_rescore_window:n max_result_window:p \
        max_slices_per_scroll:n merge.policy.expunge_deletes_allowed merge.policy.floor_segment \
        merge.policy.max_merge_at_once:n merge.policy.max_merged_segment merge.policy.segments_per_tier \
        merge.scheduler.auto_throttle:b merge.scheduler.max_merge_count:n merge.scheduler.max_thread_count:n \
        number_of_replicas number_of_shards priority:z queries.cache.enabled:b \
        query.default_field query.parse.allow_unmapped_fields:b query_string.lenient:b refresh_interval:t \
        requests.cache.enable:b routing.allocation.enable routing.allocation.total_shards_per_node:n \
        routing.rebalance.enable routing_partition_size:n search.slowlog.threshold.fetch.debug \
        search.slowlog.threshold.fetch.info search.slowlog.threshold.fetch.trace search.slowlog.threshold.fetch.warn \
        search.slowlog.threshold.query.debug search.slowlog.threshold.query.info \
        search.slowlog.threshold.query.trace search.slowlog.threshold.query.warn shard.check_on_startup \
        store.fs.fs_lock store.preload store.stats_refresh_interval:t store.type translog.durability translog.flush_threshold_size \
        translog.sync_interval:t unassigned.node_left.delayed_timeout:t warmer.enabled:b \
        write.wait_for_active_shards"),
    (&[os(3, 0)], "aggregation.streaming.min_segment_size:n auto_expand_search_replicas:b auto_force_merge.enabled:b \
        blocks.search_only:b bulk.adaptive_shard_selection.enabled:b composite_store.type context_aware.enabled:b \
        context_aware.max_retry_on_lookup_map_acquisition_exception:n derived_source.enabled:b \
        derived_source.translog.enabled:b ingestion_source.all_active:b ingestion_source.error_strategy \
        ingestion_source.internal_queue_size:n ingestion_source.mapper_type ingestion_source.num_processor_threads:n \
        ingestion_source.pointer.init.reset ingestion_source.pointer.init.reset.value \
        ingestion_source.pointer_based_lag_update_interval:t ingestion_source.poll.max_batch_size:n \
        ingestion_source.poll.timeout:n ingestion_source.type ingestion_source.warmup.lag_threshold:n \
        ingestion_source.warmup.timeout mapping.dynamic_properties.lucene_field.limit:n \
        merge.scheduler.max_force_merge_mb_per_sec number_of_search_replicas:n number_of_virtual_shards \
        periodic_flush_interval pluggable.dataformat pluggable.dataformat.enabled:b \
        routing.allocation.total_primary_shards_per_node \
        routing.allocation.total_remote_capable_primary_shards_per_node \
        routing.allocation.total_remote_capable_shards_per_node search.star_tree_index.enabled:b \
        segment_replication.publish_referenced_segments_interval:t store.data_locality store.factory \
        tiered.storage.slowlog.enabled:b tiered.storage.slowlog.level tiered.storage.slowlog.threshold.fetch.debug:t \
        tiered.storage.slowlog.threshold.fetch.info:t tiered.storage.slowlog.threshold.fetch.trace:t \
        tiered.storage.slowlog.threshold.fetch.warn:t tiered.storage.slowlog.threshold.query.debug:t \
        tiered.storage.slowlog.threshold.query.info:t tiered.storage.slowlog.threshold.query.trace:t \
        tiered.storage.slowlog.threshold.query.warn:t tiering.state translog.read_forward:b warm:b"),
    (&[os(2, 0)], "append_only.enabled:b check_pending_flush.enabled:b codec.compression_level:n composite_index:b \
        composite_index.star_tree.default.max_leaf_docs:n composite_index.star_tree.field.default.date_intervals \
        composite_index.star_tree.field.default.metrics composite_index.star_tree.field.max_base_metrics:n \
        composite_index.star_tree.field.max_date_intervals:n composite_index.star_tree.field.max_dimensions:n \
        composite_index.star_tree.max_fields:n context.created_version:n context.current_version:n \
        max_slices_per_pit:n merge.log_byte_size_policy.max_merge_segment \
        merge.log_byte_size_policy.max_merge_segment_forced_merge merge.log_byte_size_policy.max_merged_docs:n \
        merge.log_byte_size_policy.merge_factor:n merge.log_byte_size_policy.min_merge \
        merge.log_byte_size_policy.no_cfs_ratio merge.policy merge_on_flush.enabled:b \
        merge_on_flush.max_full_flush_merge_wait_time:t merge_on_flush.policy \
        optimize_doc_id_lookup.fuzzy_set.enabled:b optimize_doc_id_lookup.fuzzy_set.false_positive_probability \
        query.derived_field.enabled:b query.max_nested_depth:n remote_store.enabled:b \
        remote_store.segment.repository remote_store.translog.buffer_interval:t \
        remote_store.translog.keep_extra_gen:n remote_store.translog.repository replication.type \
        search.concurrent.max_slice_count:n search.concurrent_segment_search.enabled:b \
        search.concurrent_segment_search.mode search.default_pipeline searchable_snapshot.index.id \
        searchable_snapshot.repository searchable_snapshot.shard_path_type searchable_snapshot.snapshot_id.name \
        searchable_snapshot.snapshot_id.uuid store.hybrid.nio.extensions unreferenced_file_cleanup.enabled:b \
        use_compound_file:b"),
    (&[es(8, 0)], "bloom_filter_for_id_field.enabled:b failure_store.version:n fast_refresh:b \
        highlight.weight_matches_mode.enabled:b indexing.slowlog.include.user:b logsdb.add_host_name_field:b \
        logsdb.route_on_sort_fields:b logsdb.sort_on_host_name:b mapping.ignore_above:n \
        mapping.semantic_text.use_legacy_format:b mapping.source.mode \
        mapping.synthetic_source.skip_ignored_source_read:b mapping.synthetic_source.skip_ignored_source_write:b \
        mapping.synthetic_source_keep mapping.total_fields.ignore_dynamic_beyond_limit:b merge.policy.merge_factor:n \
        merge.policy.type mode recovery.use_synthetic_source:b routing_path search.slowlog.include.user:b \
        translog.flush_threshold_age:t"),
    (&[es(6, 0), os(1, 0)], "default_pipeline highlight.max_analyzed_offset:n max_docvalue_fields_search:n max_inner_result_window:n \
        max_ngram_diff:n max_regex_length:n max_script_fields:n max_shingle_diff:n max_terms_count:n \
        merge.policy.deletes_pct_allowed number_of_routing_shards:n soft_deletes.enabled:b \
        soft_deletes.retention.operations:n soft_deletes.retention_lease.period:t sort.field sort.missing sort.mode \
        sort.order translog.generation_threshold_size"),
    (&[es(7, 0), os(1, 0)], "allocation.existing_shards_allocator analyze.max_token_count:n final_pipeline flush_after_merge \
        force_memory_term_dictionary:b hidden:b mapping.field_name_length.limit:n mapping.nested_objects.limit:n \
        recovery.type search.idle.after:t"),
    (&[es_until((5, 0), (6, 0))], "mapping.single_type:b queries.cache.everything:b queries.cache.term_queries:b recovery.initial_shards \
        shadow_replicas:b shared_filesystem:b shared_filesystem.recover_on_any_node:b \
        store.throttle.max_bytes_per_sec store.throttle.type"),
    (&[es(9, 0)], "dense_vector.hnsw_enable_early_termination:b dense_vector.hnsw_filter_heuristic dimensions \
        dimensions_tsid_strategy_enabled:b mapping.exclude_source_vectors:b seq_no.index_options"),
    (&[es(7, 0)], "mapping.dimension_fields.limit:n routing.allocation.disk.watermark.ignore:b shard_limit.group"),
    (&[es_until((5, 0), (7, 0))], "percolator.map_unmapped_fields_as_string:b ttl.disable_purge:b"),
    (&[es(5, 0)], "merge.policy.max_merge_at_once_explicit:n"),
    (&[es_until((5, 0), (7, 0)), os(1, 0)], "merge.policy.reclaim_deletes_weight"),
    // On 8 and 9 by their documentation: the builds measured lack the module.
    (&[es(6, 0), os(1, 0)], "percolator.map_unmapped_fields_as_text:b"),
    (&[es_until((7, 0), (8, 0))], "routing.allocation.exclude._tier"),
    (&[es_until((6, 0), (9, 0)), os(1, 0)], "search.throttled:b"),
    (&[es_until((5, 0), (8, 0)), os(1, 0)], "max_adjacency_matrix_filters:n"),
    (&[os_until((2, 0), (3, 0))], "store.hybrid.mmap.extensions"),];

/// Words that a setting takes.
#[rustfmt::skip]
const WORDS: &[(&str, &[Span], &[&str])] = &[
    ("codec", &[os(3, 0)], &["default", "lz4", "best_compression", "zlib", "zstd", "zstd_no_dict", "qat_lz4", "qat_deflate", "qat_zstd"]),
    ("codec", &[os(2, 0)], &["default", "lz4", "best_compression", "zlib", "zstd", "zstd_no_dict", "qat_lz4", "qat_deflate"]),
    ("codec", &[es(8, 0)], &["default", "best_compression", "legacy_default", "legacy_best_compression"]),
    ("codec", &[es(5, 0), os(1, 0)], &["default", "best_compression"]),
    ("translog.durability", ES5_ON, &["request", "async"]),
    ("mode", &[es(8, 0)], &["standard", "time_series", "logsdb", "lookup"]),
    ("sort.order", &[es(6, 0), os(1, 0)], &["asc", "desc"]),
    ("sort.mode", &[es(6, 0), os(1, 0)], &["min", "max"]),
    ("sort.missing", &[es(6, 0), os(1, 0)], &["_first", "_last"]),
    ("soft_deletes.enabled", &[es(8, 0), os(2, 0)], &["true"]),
    ("store.type", &[es_until((5, 0), (6, 0))], &["fs", "niofs", "mmapfs", "simplefs", "default", "smb_mmap_fs", "smb_simple_fs"]),
    ("store.type", &[es(6, 0), os(1, 0)], &["fs", "niofs", "mmapfs", "simplefs", "hybridfs", "snapshot", "remote_snapshot", "smb_mmap_fs", "smb_simple_fs", "smb_nio_fs"]),
    ("search.slowlog.level", ES5_ON, SLOW_LEVELS),
    ("indexing.slowlog.level", ES5_ON, SLOW_LEVELS),
    ("routing.allocation.enable", ES5_ON, &["all", "primaries", "new_primaries", "none"]),
    ("routing.rebalance.enable", ES5_ON, &["all", "primaries", "replicas", "none"]),
    ("fielddata.cache", ES5_ON, &["node", "none"]),
    ("mapping.source.mode", &[es(8, 0)], &["stored", "synthetic", "disabled"]),
    ("mapping.synthetic_source_keep", &[es(8, 0)], &["none", "arrays"]),
    ("store.fs.fs_lock", ES5_ON, &["native", "simple"]),
    ("replication.type", &[os(2, 0)], &["document", "segment"]),
    ("merge.policy", &[os(2, 0)], &["tiered", "log_byte_size", "default"]),
    ("shard.check_on_startup", &[es_until((5, 0), (7, 0))], &["true", "false", "checksum", "fix"]),
    ("shard.check_on_startup", &[es(7, 0), os(1, 0)], &["true", "false", "checksum"]),
];

const SLOW_LEVELS: &[&str] = &["trace", "debug", "info", "warn"];
/// Settings whose words may be large or small.
const ANY_CASE: &[&str] = &[
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
];

/// Versions that take no null for the number of replicas.
const NO_NULL_REPLICAS: &[Span] = &[es(7, 0)];
/// Versions that take no null in a list.
const STRICT_LISTS: &[Span] = &[es(6, 0), os(1, 0)];

/// The least of numbers, and their most where they have one. Measured on 5.6 to 9.2, OpenSearch 2.19 and 3.8; the limits of a
/// mapping, `max_merge_count`, `max_merge_at_once_explicit` and `reclaim_deletes_weight` on 5.6, 7.17 and OpenSearch 3.8 where
/// these have them.
#[rustfmt::skip]
const BOUNDS: &[(&str, &[Span], f64, f64)] = &[
    ("mapping.nested_objects.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.nested_fields.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.total_fields.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.dimension_fields.limit", ES5_ON, 0.0, f64::MAX),
    ("mapping.depth.limit", ES5_ON, 1.0, f64::MAX),
    ("mapping.field_name_length.limit", ES5_ON, 1.0, f64::MAX),
    ("max_ngram_diff", ES5_ON, 0.0, f64::MAX),
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
    ("merge.policy.segments_per_tier", ES5_ON, 2.0, f64::MAX),
    ("merge.policy.max_merge_at_once", ES5_ON, 2.0, f64::MAX),
    ("merge.policy.expunge_deletes_allowed", ES5_ON, 0.0, 100.0),
    ("merge.policy.deletes_pct_allowed", &[es_until((6, 0), (8, 0))], 20.0, 50.0),
    ("merge.policy.deletes_pct_allowed", ES5_ON, 5.0, 50.0),
    ("routing.allocation.total_shards_per_node", ES5_ON, -1.0, f64::MAX),
];

/// Settings that are a size with its unit.
const SIZES: &[&str] = &[
    "translog.flush_threshold_size",
    "translog.generation_threshold_size",
    "translog.retention.size",
    "store.throttle.max_bytes_per_sec",
    "merge.policy.max_merged_segment",
    "merge.policy.floor_segment",
];

/// What a setting must be instead, where its value is out of its bounds.
fn bounds(name: &str, value: &Value, target: &Target) -> Option<String> {
    if SIZES.contains(&name) && target.within(ES5_ON) {
        return (!is_size(value)).then(|| "a size with its unit such as `512mb`".to_string());
    }
    let has = |(n, spans, ..): &&(&str, &[Span], f64, f64)| *n == name && target.within(spans);
    let (.., min, max) = BOUNDS.iter().find(has)?;
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let fits = number.is_some_and(|number| (*min..=*max).contains(&number));
    (!fits).then(|| match *max {
        f64::MAX => format!("a number from {min}"),
        max => format!("a number from {min} to {max}"),
    })
}

/// Most shards that one index takes.
const SHARDS_MAX: i64 = 1024;

/// Checks the names and values of `settings`, which stand at `pointer`.
pub(super) fn check(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let is_needed =
        |name: &str| matches!(name, "number_of_shards" | "number_of_replicas" | "index");
    let says = |setting: &&Setting<'_>| !setting.value.is_null() || is_needed(&setting.name);
    for setting in settings.iter().filter(says) {
        if let Some(message) = fault(setting, target) {
            faults.push(format!("{pointer}{}", setting.pointer), message);
        }
    }
    time_series(settings, pointer, target, faults);
    super::sorting::check(settings, mapping, pointer, target, faults);
    partition(settings, mapping, pointer, target, faults);
}

/// `mode: time_series` takes no document with an id that is not its own hash of the dimensions, and every record has one;
/// without it there is no `routing_path`. Measured on 8.19 and 9.2.
fn time_series(settings: &[Setting<'_>], pointer: &str, target: &Target, faults: &mut Faults<'_>) {
    if !target.within(&[es(8, 1)]) {
        return;
    }
    let get = |name: &str| settings.iter().find(|s| s.name == name && !s.value.is_null());
    let series = get("mode").filter(|mode| mode.value == "time_series");
    let (setting, message) = match (series, get("routing_path")) {
        (Some(mode), _) => (
            mode,
            format!(
                "an index with `index.mode: time_series` makes the ids of its documents itself on {target} and refuses those \
                 that the records here have; remove the setting, or load into a data stream by other means"
            ),
        ),
        (None, Some(path)) => (
            path,
            format!(
                "the setting `index.routing_path` wants `index.mode: time_series` beside it on {target}"
            ),
        ),
        (None, None) => return,
    };
    faults.push(format!("{pointer}{}", setting.pointer), message);
}

fn fault(setting: &Setting<'_>, target: &Target) -> Option<String> {
    let (name, value) = (setting.name.as_str(), setting.value);
    let wrong = |wanted: &str| {
        let found = described(value);
        Some(format!("the setting `index.{name}` must be {wanted} on {target}, found {found}"))
    };
    if let Some(message) = shut(name, value, target) {
        return Some(message);
    }
    let below = |min: i64| number(value).is_none_or(|n| n < min);
    match by_name(name, value, target) {
        Some(Ok(())) => return None,
        Some(Err(wanted)) => return wrong(wanted),
        None => {}
    }
    if target.within(ES1_ES2) {
        return early::wanted(name, value, target).and_then(|wanted| wrong(&wanted));
    }
    let is_open =
        OPEN.iter().any(|(prefix, spans)| name.starts_with(prefix) && target.within(spans));
    let Some((spans, kind)) = known(name, target) else {
        return if is_open { None } else { unknown(name, target) };
    };
    if !target.within(spans) {
        return if is_open { None } else { unknown(name, target) };
    }
    let words = WORDS.iter().find(|(n, spans, _)| *n == name && target.within(spans));
    if let Some((.., words)) = words {
        let listed = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let fits = |value: &Value| {
            let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let lower = word.to_ascii_lowercase();
            let any_case = ANY_CASE.contains(&name) && words.contains(&lower.as_str());
            any_case || words.contains(&word.as_str())
        };
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        return if listed.iter().all(fits) {
            None
        } else {
            wrong(&format!("one of {}", words.join(", ")))
        };
    }
    if let Some(wanted) = bounds(name, value, target) {
        return wrong(&wanted);
    }
    let kind = if name.contains(".slowlog.threshold.") { "t" } else { kind };
    match kind {
        "b" if !is_switch(value, target) => wrong("`true` or `false`"),
        "n" if below(-1) => wrong("a whole number"),
        "z" if below(0) => wrong("a whole number from 0"),
        "p" if below(1) => wrong("a whole number from 1"),
        "t" if !is_time(value, true) => wrong("a time with its unit such as `1s`"),
        _ => None,
    }
}

/// Blocks that let no document into a new index: each is answered 403. Measured on 2.4 to 9.2; 1.7 heeds none at creation, and
/// `blocks.metadata` hinders no document.
const BLOCKS: &[(&str, &[Span])] = &[
    ("blocks.write", BLOCKED),
    ("blocks.read_only", BLOCKED),
    ("blocks.read_only_allow_delete", &[es(6, 0), os(1, 0)]),
];
const BLOCKED: &[Span] = &[es(2, 0), os(1, 0)];
/// Versions that have tiers of nodes; elsewhere no node has the attribute that these settings ask for.
const TIERS: &[Span] = &[es(7, 10)];

/// Why an index with this setting, which the engine takes, takes no document.
fn shut(name: &str, value: &Value, target: &Target) -> Option<String> {
    let is_on = value == true || value == "true";
    if is_on && BLOCKS.iter().any(|(block, spans)| *block == name && target.within(spans)) {
        return Some(format!(
            "the setting `index.{name}` lets no document into the index on {target}; remove it, and set it once the documents are there"
        ));
    }
    if is_on && name == "append_only.enabled" && target.within(&[os(2, 0)]) {
        return Some(format!(
            "an index with `index.append_only.enabled` refuses documents that have their ids on {target}, as the records here do; remove the setting"
        ));
    }
    let asks_for_tier = name.starts_with("routing.allocation.") && name.contains("._tier");
    (asks_for_tier && !target.within(TIERS)).then(|| {
        format!("{target} has no tiers of nodes, and `index.{name}` would let no node take the index; remove it")
    })
}

/// What settings want whose values are of no common kind; `None` for all others.
fn by_name(name: &str, value: &Value, target: &Target) -> Option<Result<(), &'static str>> {
    let from = |min: i64| number(value).is_some_and(|n| n >= min);
    let (fits, wanted) = match name {
        "number_of_shards" => {
            let max = if target.within(ES1_ES2) { i64::MAX } else { SHARDS_MAX };
            let fits = number(value).is_some_and(|n| (1..=max).contains(&n));
            (fits, "a whole number from 1 to 1024")
        }
        // Null is taken for the default but by 7.0 and later of Elasticsearch.
        "number_of_replicas" => {
            let by_default = value.is_null() && !target.within(NO_NULL_REPLICAS);
            (by_default || from(0), "a whole number from 0")
        }
        _ if target.within(ES1_ES2) => return None,
        "refresh_interval" => (is_time(value, true), "a time with its unit such as `1s`, or -1"),
        "auto_expand_replicas" => {
            (is_expansion(value), "`false`, or a range such as `0-1` or `0-all`")
        }
        _ if is_list_with_nulls(value) && target.within(STRICT_LISTS) => {
            (false, "a list of values without `null`")
        }
        "compound_format" => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let share = text.parse().is_ok_and(|share| (0.0..=1.0).contains(&share));
            (share || is_switch(value, target), "`true`, `false`, or a number from 0 to 1")
        }
        "soft_deletes.retention_lease.period"
        | "search.idle.after"
        | "unassigned.node_left.delayed_timeout"
            if number(value) == Some(-1) && target.within(&[es(7, 0), os(1, 0)]) =>
        {
            (false, "a time with its unit such as `1s`, or 0")
        }
        "merge.policy.floor_segment" if number(value) == Some(0) => (false, "a size above 0"),
        "translog.flush_threshold_size" | "translog.generation_threshold_size"
            if number(value) == Some(0) && target.within(&[es(7, 0), os(1, 0)]) =>
        {
            (false, "a size from `56b`")
        }
        // A list is read as settings of its own there, which it does not know.
        "query.default_field" if target.within(&[es_until((5, 0), (6, 0))]) => {
            (!value.is_array(), "the name of one field, or `*`")
        }
        "translog.sync_interval" => (
            is_time(value, false) && millis(value).is_none_or(|ms| ms >= 100),
            "a time from `100ms`",
        ),
        "write.wait_for_active_shards" => (value == "all" || from(0), "`all` or a whole number"),
        "indexing.slowlog.source" => {
            let any = target.within(&[es_until((5, 0), (6, 0))]);
            let fits = any || is_switch(value, target) || number(value).is_some();
            (fits, "`true`, `false` or a whole number")
        }
        _ => return None,
    };
    Some(if fits { Ok(()) } else { Err(wanted) })
}

/// The versions that have a setting, those of the target first, and the kind of its value.
fn known(name: &str, target: &Target) -> Option<(&'static [Span], &'static str)> {
    let rows = NAMES.iter().filter_map(|(spans, names)| {
        let entries =
            names.split_whitespace().map(|entry| entry.split_once(':').unwrap_or((entry, "")));
        entries.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| (*spans, kind))
    });
    rows.max_by_key(|(spans, _)| target.within(spans))
}

fn unknown(name: &str, target: &Target) -> Option<String> {
    // A later minor than the one that was measured may have more.
    if target.is_beyond_measured() {
        return None;
    }
    let names = NAMES.iter().filter(|(spans, _)| target.within(spans));
    let names = names.flat_map(|(_, names)| names.split_whitespace());
    let near = names
        .map(|entry| entry.split_once(':').map_or(entry, |(name, _)| name))
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(score, _)| *score > 0.9)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(String::new(), |(_, near)| format!("; the nearest is `index.{near}`"));
    Some(format!("{target} has no setting `index.{name}`{near}; remove it"))
}

/// An index that spreads each routing over several shards wants a routing with each document, and more shards than that.
fn partition(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let get = |name: &str| settings.iter().find(|setting| setting.name == name);
    let count = |name: &str, default| get(name).and_then(|s| number(s.value)).unwrap_or(default);
    let shards =
        count("number_of_shards", if target.within(&[es_until((1, 0), (7, 0))]) { 5 } else { 1 });
    if target.within(ES1_ES2) {
        return;
    }
    if let Some(setting) = get("number_of_routing_shards") {
        let routing = number(setting.value).unwrap_or(shards);
        if shards > 0 && routing % shards != 0 {
            let message = format!(
                "`index.number_of_routing_shards` must be a multiple of the {shards} shards, found `{routing}`"
            );
            faults.push(format!("{pointer}{}", setting.pointer), message);
        }
    }
    let Some(setting) = get("routing_partition_size") else { return };
    if number(setting.value).is_none_or(|size| size <= 1) {
        return;
    }
    let message = if number(setting.value).is_some_and(|size| size >= shards) {
        format!(
            "`index.routing_partition_size` must be below the number of shards, which is {shards}; give the index more shards"
        )
    } else if !mapping.routing_required {
        format!(
            "`index.routing_partition_size` wants a routing with each document on {target}; write `\"_routing\": {{\"required\": true}}` into the mapping"
        )
    } else {
        return;
    };
    faults.push(format!("{pointer}{}", setting.pointer), message);
}
