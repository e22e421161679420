//! The names of settings that each line knows from 5.0 on. Knows no value.

use crate::target::Target;
use crate::target::span::{ES5_ON, Span, es, es_until, os, os_until};

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

/// Every setting by the versions that have it, each with the kind of its value: `b` a boolean, `i` a whole number, `n`
/// one from -1, `z` from 0, `p` from 1, `t` a time or -1, `T` a time. Measured: what each engine shows with `include_defaults`.
#[rustfmt::skip]
const NAMES: &[(&[Span], &str)] = &[
    (&[es_until((5, 0), (8, 0)), os(3, 0)], "mapper.dynamic:b"),
    (&[es_until((5, 0), (8, 0)), os(1, 0)], "indexing.slowlog.level search.slowlog.level"),
    (&[es_until((5, 0), (7, 0))], "optimize_auto_generated_id:b"),
    (&[es_until((6, 0), (8, 0)), os(1, 0)], "translog.retention.age:t translog.retention.size"),
    (&[es(5, 0), os(1, 0)], "allocation.max_retries:n auto_expand_replicas blocks.metadata:b blocks.read:b blocks.read_only:b \
        blocks.read_only_allow_delete:b blocks.write:b codec compound_format data_path fielddata.cache format:i gc_deletes:t \
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
        routing.rebalance.enable routing_partition_size:p search.slowlog.threshold.fetch.debug \
        search.slowlog.threshold.fetch.info search.slowlog.threshold.fetch.trace search.slowlog.threshold.fetch.warn \
        search.slowlog.threshold.query.debug search.slowlog.threshold.query.info \
        search.slowlog.threshold.query.trace search.slowlog.threshold.query.warn shard.check_on_startup \
        store.fs.fs_lock store.preload store.stats_refresh_interval:t store.type translog.durability translog.flush_threshold_size \
        translog.sync_interval:t unassigned.node_left.delayed_timeout:t warmer.enabled:b \
        write.wait_for_active_shards"),
    (&[os(3, 0)], "aggregation.streaming.min_segment_size:n auto_expand_search_replicas auto_force_merge.enabled:b \
        blocks.search_only:b bulk.adaptive_shard_selection.enabled:b composite_store.type context_aware.enabled:b \
        context_aware.max_retry_on_lookup_map_acquisition_exception:n derived_source.enabled:b \
        derived_source.translog.enabled:b ingestion_source.all_active:b ingestion_source.error_strategy \
        ingestion_source.internal_queue_size:n ingestion_source.mapper_type ingestion_source.num_processor_threads:n \
        ingestion_source.pointer.init.reset ingestion_source.pointer.init.reset.value \
        ingestion_source.pointer_based_lag_update_interval:T ingestion_source.poll.max_batch_size:n \
        ingestion_source.poll.timeout:n ingestion_source.type ingestion_source.warmup.lag_threshold:n \
        ingestion_source.warmup.timeout:t mapping.dynamic_properties.lucene_field.limit:n \
        merge.scheduler.max_force_merge_mb_per_sec number_of_search_replicas:n number_of_virtual_shards:n \
        periodic_flush_interval:t pluggable.dataformat pluggable.dataformat.enabled:b \
        routing.allocation.total_primary_shards_per_node \
        routing.allocation.total_remote_capable_primary_shards_per_node \
        routing.allocation.total_remote_capable_shards_per_node search.star_tree_index.enabled:b \
        segment_replication.publish_referenced_segments_interval:T store.data_locality store.factory \
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
        merge.log_byte_size_policy.max_merge_segment_forced_merge merge.log_byte_size_policy.max_merged_docs:i \
        merge.log_byte_size_policy.merge_factor:n merge.log_byte_size_policy.min_merge \
        merge.log_byte_size_policy.no_cfs_ratio merge.policy merge_on_flush.enabled:b \
        merge_on_flush.max_full_flush_merge_wait_time:T merge_on_flush.policy \
        optimize_doc_id_lookup.fuzzy_set.enabled:b optimize_doc_id_lookup.fuzzy_set.false_positive_probability \
        query.derived_field.enabled:b query.max_nested_depth:n remote_store.enabled:b \
        remote_store.segment.repository remote_store.translog.buffer_interval:T \
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
        lifecycle.origination_date:n lifecycle.parse_origination_date:b lifecycle.prefer_ilm:b \
        time_series.es87tsdb_codec.enabled:b merge.policy.type mode recovery.use_synthetic_source:b routing_path search.slowlog.include.user:b \
        translog.flush_threshold_age:t"),
    (&[es(6, 0), os(1, 0)], "default_pipeline highlight.max_analyzed_offset:n max_docvalue_fields_search:n max_inner_result_window:n \
        max_ngram_diff:n max_regex_length:n max_script_fields:n max_shingle_diff:n max_terms_count:n \
        merge.policy.deletes_pct_allowed number_of_routing_shards:p soft_deletes.enabled:b \
        soft_deletes.retention.operations:z soft_deletes.retention_lease.period:t sort.field sort.missing sort.mode \
        sort.order translog.generation_threshold_size"),
    (&[es(7, 0), os(1, 0)], "allocation.existing_shards_allocator analyze.max_token_count:n final_pipeline flush_after_merge \
        hidden:b mapping.field_name_length.limit:n mapping.nested_objects.limit:n \
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
    (&[es_until((7, 0), (8, 0)), os(1, 0)], "force_memory_term_dictionary:b"),
    (&[es_until((6, 0), (9, 0)), os(1, 0)], "search.throttled:b"),
    (&[es_until((5, 0), (8, 0)), os(1, 0)], "max_adjacency_matrix_filters:n"),
    (&[os_until((2, 0), (3, 0))], "store.hybrid.mmap.extensions"),
];

/// Whether the members of such a group may be anybody's.
pub(super) fn is_open(name: &str, target: &Target) -> bool {
    OPEN.iter().any(|(prefix, spans)| name.starts_with(prefix) && target.within(spans))
}

/// The versions that have a setting, those of the target first, and the kind of its value.
pub(super) fn known(name: &str, target: &Target) -> Option<(&'static [Span], &'static str)> {
    let rows = NAMES.iter().filter_map(|(spans, names)| {
        let entries =
            names.split_whitespace().map(|entry| entry.split_once(':').unwrap_or((entry, "")));
        entries.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| (*spans, kind))
    });
    rows.max_by_key(|(spans, _)| target.within(spans))
}

pub(super) fn unknown(name: &str, target: &Target) -> Option<String> {
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
