//! The settings of an index: the names that each line knows, and the values that it takes. Knows no mapping.

use serde_json::Value;

use super::spelt::{
    bytes, is_expansion, is_list_with_nulls, is_size, is_switch, is_time, millis, number,
};
use super::{Faults, early, names};
use crate::target::dialect::{described, escape};
use crate::target::span::{ES1_ES2, ES5_ON, Span, es, es_until, os};
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

/// The same, which one line or another still takes. Measured on 6.8, 7.17, OpenSearch 2.19 and 3.8.
const LATER_PRIVATE: &[(&str, &[Span])] = &[
    ("search.throttled", &[es(6, 6), os(1, 0)]),
    ("allocation.existing_shards_allocator", &[es(7, 0), os(1, 0)]),
    ("routing.allocation.disk.watermark.ignore", &[es(7, 0)]),
    ("shard_limit.group", &[es(7, 0)]),
    ("remote_store.enabled", &[os(2, 0)]),
];

/// Whether the engine alone writes the setting of this name (without `index.`).
pub(in crate::target) fn is_private(name: &str, target: &Target) -> bool {
    target.within(ES5_ON) && PRIVATE.contains(&name)
        || LATER_PRIVATE.iter().any(|(n, spans)| *n == name && target.within(spans))
}

/// Words that a setting takes.
#[rustfmt::skip]
const WORDS: &[(&str, &[Span], &[&str])] = &[
    ("codec", &[os(3, 0)], &["default", "lz4", "best_compression", "zlib", "zstd", "zstd_no_dict", "qat_lz4", "qat_deflate", "qat_zstd", "lucene_default"]),
    ("codec", &[os(2, 0)], &["default", "lz4", "best_compression", "zlib", "zstd", "zstd_no_dict", "qat_lz4", "qat_deflate", "lucene_default"]),
    ("codec", &[es(8, 0)], &["default", "best_compression", "lucene_default", "legacy_default", "legacy_best_compression"]),
    ("codec", &[es(5, 0), os(1, 0)], &["default", "best_compression", "lucene_default"]),
    ("recovery.initial_shards", &[es_until((5, 0), (6, 0))], &["quorum", "quorum-1", "half", "one", "full", "full-1", "all", "all-1"]),
    ("merge.policy.type", &[es(8, 0)], &["unset", "tiered", "time_based"]),
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
    "merge.policy.type",
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

/// Versions that take no null for the number of shards. Measured on 1.7 to 7.17 and OpenSearch 2.19.
const NO_NULL_SHARDS: &[Span] = &[es(7, 0), os(1, 0)];
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
    ("merge.policy.expunge_deletes_allowed", ES5_ON, 0.0, 100.0),
    ("merge.policy.deletes_pct_allowed", &[es_until((6, 0), (8, 0))], 20.0, 50.0),
    ("merge.policy.deletes_pct_allowed", ES5_ON, 5.0, 50.0),
    ("routing.allocation.total_shards_per_node", ES5_ON, -1.0, f64::MAX),
];

/// Whole numbers of 64 bits; all others have 32.
const LONG: &[&str] = &[
    "mapping.nested_objects.limit",
    "mapping.nested_fields.limit",
    "mapping.total_fields.limit",
    "mapping.dimension_fields.limit",
    "mapping.depth.limit",
    "mapping.field_name_length.limit",
    "soft_deletes.retention.operations",
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
    for setting in settings {
        if let Some(message) = fault(setting, target) {
            faults.push(format!("{pointer}{}", setting.pointer), message);
        }
    }
    time_series(settings, pointer, target, faults);
    active_shards(settings, pointer, target, faults);
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
    let is_needed = matches!(name, "number_of_shards" | "number_of_replicas" | "index");
    // Null is the default, of what the engine knows.
    if value.is_null() && !is_needed {
        let is_known = names::known(name, target).is_some_and(|(spans, _)| target.within(spans));
        let is_free = target.within(ES1_ES2) || is_known || names::is_open(name, target);
        return if is_free { None } else { names::unknown(name, target) };
    }
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
    let known = names::known(name, target).filter(|(spans, _)| target.within(spans));
    let Some((_, kind)) = known else {
        return if names::is_open(name, target) { None } else { names::unknown(name, target) };
    };
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
    let is_beyond = number(value).is_some_and(|n| n > i64::from(i32::MAX));
    if is_beyond && matches!(kind, "n" | "z" | "p") && !LONG.contains(&name) {
        return wrong("a whole number up to 2147483647");
    }
    if let Some(wanted) = bounds(name, value, target) {
        return wrong(&wanted);
    }
    let kind = if name.contains(".slowlog.threshold.") { "t" } else { kind };
    match kind {
        "b" if !is_switch(value, target) => wrong("`true` or `false`"),
        "i" if number(value).is_none_or(|n| i32::try_from(n).is_err()) => wrong("a whole number"),
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
    ("blocks.read_only_allow_delete", ES5_ON),
];
const BLOCKED: &[Span] = &[es(2, 0), os(1, 0)];
/// Versions that have tiers of nodes; elsewhere no node has the attribute that these settings ask for.
const TIERS: &[Span] = &[es(7, 10)];

/// Why an index with this setting, which the engine takes, takes no document.
fn shut(name: &str, value: &Value, target: &Target) -> Option<String> {
    let is_on = is_on(value, target);
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
    let never =
        target.within(ES1_ES2) && name == "routing.allocation.disable_new_allocation" && is_on
            || name == "routing.allocation.enable" && is_word(value, "none");
    if never {
        return Some(format!(
            "the setting `index.{name}` lets no shard of a new index start on {target}, and no document is taken without; remove it, and set it once the documents are there"
        ));
    }
    let asks_for_tier = ["include", "require"].iter().any(|rule| {
        let below =
            name.strip_prefix("routing.allocation.").and_then(|name| name.strip_prefix(rule));
        below.is_some_and(|name| name.starts_with("._tier"))
    });
    // Since 8.0 no node has the attribute of this name; `_tier_preference` is another thing.
    let is_gone = name.ends_with("._tier") && target.within(&[es(8, 0)]);
    (asks_for_tier && (is_gone || !target.within(TIERS))).then(|| {
        format!("{target} has no such tiers of nodes, and `index.{name}` would let no node take the index; remove it")
    })
}

/// Whether a switch is on: on 1.x and 2.x by anything but the words for off.
fn is_on(value: &Value, target: &Target) -> bool {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if target.within(ES1_ES2) {
        return !matches!(text.as_str(), "false" | "0" | "off" | "no");
    }
    text == "true"
        || target.within(&[es_until((5, 0), (6, 0))]) && matches!(text.as_str(), "1" | "on" | "yes")
}

fn is_word(value: &Value, word: &str) -> bool {
    value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(word))
}

/// What settings want whose values are of no common kind; `None` for all others.
fn by_name(name: &str, value: &Value, target: &Target) -> Option<Result<(), &'static str>> {
    let from = |min: i64| number(value).is_some_and(|n| n >= min);
    // 1.x and 2.x read the entries of a list as settings of their own, which nobody asks for.
    let is_early_list = target.within(ES1_ES2) && value.is_array();
    let (fits, wanted) = match name {
        "number_of_shards" => {
            let max = if target.within(ES1_ES2) { i64::MAX } else { SHARDS_MAX };
            let by_default = value.is_null() && !target.within(NO_NULL_SHARDS);
            let fits = by_default || number(value).is_some_and(|n| (1..=max).contains(&n));
            (fits || is_early_list, "a whole number from 1 to 1024")
        }
        // Null is taken for the default but by 7.0 and later of Elasticsearch.
        "number_of_replicas" => {
            let by_default = value.is_null() && !target.within(NO_NULL_REPLICAS);
            (by_default || from(0) || is_early_list, "a whole number from 0")
        }
        _ if target.within(ES1_ES2) => return None,
        "refresh_interval" => (is_time(value, true), "a time with its unit such as `1s`, or -1"),
        "auto_expand_replicas" => {
            (is_expansion(value, target), "`false`, or a range such as `0-1` or `0-all`")
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
            if number(value) == Some(-1) && target.within(&[es(6, 0), os(1, 0)]) =>
        {
            (false, "a time with its unit such as `1s`, or 0")
        }
        "merge.policy.floor_segment" if bytes(value).is_some_and(|size| size <= 0.0) => {
            (false, "a size above 0")
        }
        "merge.policy.max_merged_segment" | "flush_after_merge"
            if bytes(value).is_some_and(|size| size < 0.0) =>
        {
            (false, "a size from 0")
        }
        "translog.flush_threshold_size" | "translog.generation_threshold_size"
            if bytes(value).is_some_and(|size| size < 56.0)
                && target.within(&[es(6, 0), os(1, 0)]) =>
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
            let any = target.within(&[es_until((5, 0), (6, 0))]) && !value.is_array();
            let fits = any || is_switch(value, target) || number(value).is_some();
            (fits, "`true`, `false` or a whole number")
        }
        _ => return None,
    };
    Some(if fits { Ok(()) } else { Err(wanted) })
}

/// An index waits for no more copies of a shard than it has. Measured on 6.8 and 7.17; 5.6 takes the index.
fn active_shards(
    settings: &[Setting<'_>],
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let get = |name: &str| settings.iter().find(|s| s.name == name && !s.value.is_null());
    let Some(setting) = get("write.wait_for_active_shards") else { return };
    let replicas = get("number_of_replicas").map_or(Some(1), |s| number(s.value));
    let (Some(wanted), Some(replicas)) = (number(setting.value), replicas) else { return };
    if wanted > replicas + 1 && target.within(&[es(6, 0), os(1, 0)]) {
        let message = format!(
            "`index.write.wait_for_active_shards` is at most the copies of a shard on {target}, which are {} with `index.number_of_replicas: {replicas}`, found `{wanted}`",
            replicas + 1
        );
        faults.push(format!("{pointer}{}", setting.pointer), message);
    }
}

/// What settings say that only the cluster can answer.
pub(super) fn notices(settings: &[Setting<'_>], target: &Target) -> Vec<String> {
    let runs = |setting: &&Setting<'_>| {
        let spans =
            PIPELINES.iter().find(|(name, _)| *name == setting.name).map(|(_, spans)| *spans);
        let named = !setting.value.is_null() && setting.value != "_none";
        named && spans.is_some_and(|spans| target.within(spans))
    };
    let notice = |setting: &Setting<'_>| {
        format!(
            "the setting `index.{}` sends each document through a pipeline of the cluster, which may change it, and {target} refuses every document where that pipeline is missing; write `_none` to load the documents as they are",
            setting.name
        )
    };
    settings.iter().filter(runs).map(notice).collect()
}

/// Settings that name an ingest pipeline for each document. Measured on 6.8 and 7.17; the first versions by the release notes.
const PIPELINES: &[(&str, &[Span])] =
    &[("default_pipeline", &[es(6, 5), os(1, 0)]), ("final_pipeline", &[es(7, 5), os(1, 0)])];

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
