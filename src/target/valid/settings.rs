//! The settings of an index: the names that each line knows, and the values that it takes. Knows no mapping.

use serde_json::Value;

use super::shut::{is_word, shut};
use super::spelt::{
    bytes, is_expansion, is_list_of_others, is_negative, is_size, is_switch, is_time, millis,
    number, real,
};
use super::{Faults, early, names, values};
use crate::target::dialect::{described, escape, underscored};
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

/// Those of 1.x and 2.x, which take them and make an index of another version, or with the identity of another one.
const PRIVATE_EARLY: &[&str] = &["uuid", "creation_date", "version.created"];

/// The same, which one line or another still takes. Measured on 6.8 to 9.2, OpenSearch 2.19 and 3.8.
const LATER_PRIVATE: &[(&str, &[Span])] = &[
    ("context.created_version", &[os(2, 0)]),
    ("context.current_version", &[os(2, 0)]),
    ("remote_store.segment.repository", &[os(2, 0)]),
    ("remote_store.translog.repository", &[os(2, 0)]),
    ("tiering.state", &[os(3, 0)]),
    ("search.throttled", &[es(6, 6), os(1, 0)]),
    ("allocation.existing_shards_allocator", &[es(7, 0), os(1, 0)]),
    ("routing.allocation.disk.watermark.ignore", &[es(7, 0)]),
    ("shard_limit.group", &[es(7, 0)]),
    ("remote_store.enabled", &[os(2, 0)]),
    ("downsample.source.name", &[es(8, 0)]),
    ("downsample.source.uuid", &[es(8, 0)]),
    ("downsample.origin.name", &[es(8, 0)]),
    ("downsample.origin.uuid", &[es(8, 0)]),
    ("downsample.status", &[es(8, 0)]),
    ("rollup.source.name", &[es(7, 0)]),
    ("rollup.source.uuid", &[es(7, 0)]),
    ("logsdb.add_host_name_field", &[es(8, 0)]),
    ("logsdb.sort_on_host_name", &[es(8, 0)]),
    ("dimensions", &[es(9, 0)]),
];

/// Whether the engine alone writes the setting of this name (without `index.`).
pub(in crate::target) fn is_private(name: &str, target: &Target) -> bool {
    let early = target.within(ES1_ES2);
    PRIVATE.contains(&name) && (!early || PRIVATE_EARLY.contains(&name))
        || LATER_PRIVATE.iter().any(|(n, spans)| *n == name && target.within(spans))
}

/// Versions that take no null for the number of shards. Measured on 1.7 to 7.17 and OpenSearch 2.19.
const NO_NULL_SHARDS: &[Span] = &[es(7, 0), os(1, 0)];
const ES5: &[Span] = &[es_until((5, 0), (6, 0))];
/// Versions that take no null for the number of replicas.
const NO_NULL_REPLICAS: &[Span] = &[es(7, 0)];
/// Versions that take no null in a list.
const STRICT_LISTS: &[Span] = &[es(6, 0), os(1, 0)];

/// Versions whose compound files may end at a size (Elasticsearch 8.7, #92659; measured on 8.19).
const SIZED_COMPOUNDS: &[Span] = &[es(8, 7)];

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
    compression(settings, pointer, target, faults);
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
    let series = get("mode").filter(|mode| is_word(mode.value, "time_series"));
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
    // 1.x and 2.x read `refreshInterval` where there is no `refresh_interval`.
    let early = target.within(ES1_ES2).then(|| underscored(&setting.name)).flatten();
    let (name, value) = (early.as_deref().unwrap_or(&setting.name), setting.value);
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
    // 5.x reads the entries of a list as settings of their own, and there are none.
    if target.within(ES5) && value.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    if let Some(message) = shut(name, value, target) {
        return Some(message);
    }
    let similarity = name.strip_prefix("similarity.").filter(|_| target.within(ES5_ON));
    if similarity.is_some_and(|rest| !rest.contains('.')) && !value.is_array() {
        return wrong("an object with a `type`");
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
    if let Some(fits) = values::words(name, value, target) {
        return fits.err().and_then(|words| wrong(&words));
    }
    if let Some(wanted) = values::wanted(name, value, kind, target) {
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
        "T" if !is_time(value, false) && number(value) != Some(0) => {
            wrong("a time with its unit such as `1s`, or 0")
        }
        _ => None,
    }
}

/// Whether the target has a setting of this name.
fn is_there(name: &str, target: &Target) -> bool {
    names::known(name, target).is_some_and(|(spans, _)| target.within(spans))
}

/// What settings want whose values are of no common kind; `None` for all others.
fn by_name(name: &str, value: &Value, target: &Target) -> Option<Result<(), &'static str>> {
    // 1.x and 2.x read the entries of a list as settings of their own, which nobody asks for.
    let is_early_list = target.within(ES1_ES2) && value.is_array();
    let (fits, wanted) = match name {
        "number_of_shards" => {
            let max = if target.within(ES1_ES2) { i64::from(i32::MAX) } else { SHARDS_MAX };
            let by_default = value.is_null() && !target.within(NO_NULL_SHARDS);
            let fits = by_default || number(value).is_some_and(|n| (1..=max).contains(&n));
            (fits || is_early_list, "a whole number from 1 to 1024")
        }
        // Null is taken for the default but by 7.0 and later of Elasticsearch.
        "number_of_replicas" => {
            let by_default = value.is_null() && !target.within(NO_NULL_REPLICAS);
            // The copies of a shard, which are one more, are counted in 32 bits.
            let fits = number(value).is_some_and(|n| (0..i64::from(i32::MAX)).contains(&n));
            (by_default || fits || is_early_list, "a whole number from 0")
        }
        _ if target.within(ES1_ES2) => return None,
        "auto_expand_replicas" | "auto_expand_search_replicas" if is_there(name, target) => {
            (is_expansion(value, target), "`false`, or a range such as `0-1` or `0-all`")
        }
        _ if is_list_of_others(value) && target.within(STRICT_LISTS) => {
            (false, "one value, or a list of values that are no `null`, object or list")
        }
        _ => measure(name, value, target).or_else(|| other(name, value, target))?,
    };
    Some(if fits { Ok(()) } else { Err(wanted) })
}

/// The same for times and sizes.
fn measure(name: &str, value: &Value, target: &Target) -> Option<(bool, &'static str)> {
    let is_negative = is_negative(value, target);
    let from = |least: f64| is_time(value, false) && millis(value).is_some_and(|ms| ms >= least);
    let is_below = |least: f64| bytes(value).is_some_and(|size| size < least);
    Some(match name {
        // Since 8.0 any unit may follow -1; measured on 7.17, 8.19 and 9.2.
        "refresh_interval" => {
            let fits = is_time(value, true) || is_negative && target.within(&[es(8, 0)]);
            (fits, "a time with its unit such as `1s`, or -1")
        }
        "translog.flush_threshold_age" if is_there(name, target) => {
            let is_below = millis(value).is_some_and(|ms| ms <= 3_600_000.0);
            (from(1_000.0) && is_below, "a time from `1s` to `1h`")
        }
        "soft_deletes.retention_lease.period" | "search.idle.after" if is_negative => {
            (false, "a time with its unit such as `1s`, or 0")
        }
        "unassigned.node_left.delayed_timeout" if is_negative => {
            (target.within(&[es_until((5, 0), (7, 0))]), "a time with its unit such as `1s`, or 0")
        }
        "store.stats_refresh_interval" if is_negative => {
            (true, "a time with its unit such as `1s`, or -1")
        }
        "merge_on_flush.max_full_flush_merge_wait_time" if is_there(name, target) => {
            (from(1.0), "a time from `1ms`")
        }
        "segment_replication.publish_referenced_segments_interval" if is_there(name, target) => {
            (from(1_000.0), "a time from `1s`")
        }
        "translog.sync_interval" => (from(100.0), "a time from `100ms`"),
        "merge.policy.floor_segment" if bytes(value).is_some_and(|size| size <= 0.0) => {
            (false, "a size above 0")
        }
        "merge.policy.max_merged_segment" | "flush_after_merge" if is_below(0.0) => {
            (false, "a size from 0")
        }
        "translog.flush_threshold_size" | "translog.generation_threshold_size"
            if is_below(56.0) && target.within(&[es(6, 0), os(1, 0)]) =>
        {
            (false, "a size from `56b`")
        }
        _ => return None,
    })
}

/// The same for what is no measure.
fn other(name: &str, value: &Value, target: &Target) -> Option<(bool, &'static str)> {
    let count = number(value).and_then(|n| i32::try_from(n).ok());
    Some(match name {
        "compound_format" | "merge.log_byte_size_policy.no_cfs_ratio" if is_there(name, target) => {
            let share = real(value).is_some_and(|share| (0.0..=1.0).contains(&share));
            let switch = value.is_boolean() || is_word(value, "true") || is_word(value, "false");
            let size = target.within(SIZED_COMPOUNDS) && is_size(value, target);
            (share || switch || size, "`true`, `false`, or a number from 0 to 1")
        }
        "recovery.initial_shards" if target.within(ES5) && count.is_some() => {
            (true, "a whole number")
        }
        // It names how a plugin restores the index; none that is made of documents is restored.
        "recovery.type" if target.within(&[es(7, 0), os(1, 0)]) => (value == "", "left out"),
        "default_pipeline" | "final_pipeline"
            if value == "" && target.within(&[es(6, 5), os(1, 0)]) =>
        {
            (false, "`_none`, or the name of a pipeline")
        }
        // A list is read as settings of its own there, which it does not know.
        "query.default_field" if target.within(ES5) => {
            (!value.is_array(), "the name of one field, or `*`")
        }
        "write.wait_for_active_shards" => {
            let fits = value == "all" || number(value).is_some_and(|n| n >= 0);
            (fits, "`all` or a whole number")
        }
        "indexing.slowlog.source" => {
            let any = target.within(ES5) && !value.is_array();
            let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
            let fits = any || is_switch(value, target) || count.is_some() || is_blank;
            (fits, "`true`, `false` or a whole number")
        }
        _ => return None,
    })
}

/// An index waits for no more copies of a shard than it has. Measured on 5.6 to 7.17.
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
    if wanted > replicas + 1 && target.within(ES5_ON) {
        let message = format!(
            "`index.write.wait_for_active_shards` is at most the copies of a shard on {target}, which are {} with `index.number_of_replicas: {replicas}`, found `{wanted}`",
            replicas + 1
        );
        faults.push(format!("{pointer}{}", setting.pointer), message);
    }
}

/// A level of compression goes with a codec that has levels. Measured on OpenSearch 2.19 and 3.8, which have none of them without
/// the plugin that all their distributions bring.
fn compression(settings: &[Setting<'_>], pointer: &str, target: &Target, faults: &mut Faults<'_>) {
    let get = |name: &str| settings.iter().find(|s| s.name == name);
    let Some(level) = get("codec.compression_level").filter(|_| target.within(&[os(2, 0)])) else {
        return;
    };
    let is_levelled = |codec: &&str| codec.starts_with("zstd") || codec.starts_with("qat_");
    let codec = get("codec").and_then(|setting| setting.value.as_str());
    if codec.filter(is_levelled).is_none() {
        let message = format!(
            "the setting `index.codec.compression_level` wants an `index.codec` that has levels on {target}, such as `zstd`; name one, or remove it"
        );
        faults.push(format!("{pointer}{}", level.pointer), message);
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
    let virtual_shards = get("number_of_virtual_shards").filter(|_| target.within(&[os(3, 0)]));
    if let Some((setting, count)) = virtual_shards.and_then(|s| Some((s, number(s.value)?)))
        && shards > 0
        && count != -1
        && (count < shards || count % shards != 0)
    {
        let message = format!(
            "`index.number_of_virtual_shards` must be -1, or a multiple of the {shards} shards, found `{count}`"
        );
        faults.push(format!("{pointer}{}", setting.pointer), message);
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
