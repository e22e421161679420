//! Values of settings on 1.x and 2.x, which take any name and any value at creation and read most of them when a shard starts:
//! where that fails, the index is there, and each of its documents waits for a shard and is refused. Knows no mapping.

use serde_json::Value;

use super::spelt::real;
use crate::target::Target;
use crate::target::span::{ES1_ES2, Span, es_until};

/// What the engine reads a value as.
#[derive(Clone, Copy)]
enum Kind {
    /// A number with a unit of time; 2.x wants the unit.
    Time,
    /// A number with a unit of size, of so many bytes at least; 2.x wants the unit.
    Size(f64),
    /// The same, or a percentage of the memory.
    Share,
    /// A whole number from this on.
    Whole(i64),
    /// A number from this on.
    Number(f64),
    /// A switch, or a number from 0 to 1.
    Ratio,
    Words(&'static [&'static str]),
    /// Nothing: the setting is one of lines before.
    Gone,
}

const ES1: &[Span] = &[es_until((1, 0), (2, 0))];
const ES2: &[Span] = &[es_until((2, 0), (5, 0))];
/// No size is below.
const ANY_SIZE: f64 = f64::MIN;

/// Every setting whose value can keep a shard from starting, by the versions that read it. Measured on 1.7 and 2.4: the index
/// created with each value, and a document sent; the `smb` stores are a plugin's, by its documentation.
#[rustfmt::skip]
const SETTINGS: &[(&str, &[Span], Kind)] = &[
    ("codec", ES1, Kind::Words(&["default"])),
    ("codec", ES2, Kind::Words(&["default", "best_compression", "lucene_default"])),
    ("store.type", ES1, Kind::Words(&["fs", "niofs", "mmapfs", "simplefs", "default", "memory", "ram"])),
    ("store.type", ES2, Kind::Words(&["fs", "niofs", "mmapfs", "simplefs", "default", "smb_mmap_fs", "smb_simple_fs"])),
    ("refresh_interval", ES1_ES2, Kind::Time),
    ("gc_deletes", ES1_ES2, Kind::Time),
    ("store.stats_refresh_interval", ES1_ES2, Kind::Time),
    ("translog.interval", ES1_ES2, Kind::Time),
    ("translog.flush_threshold_period", ES1_ES2, Kind::Time),
    ("translog.sync_interval", ES2, Kind::Time),
    ("translog.flush_threshold_size", ES1_ES2, Kind::Size(ANY_SIZE)),
    ("translog.fs.buffer_size", ES1_ES2, Kind::Size(0.0)),
    ("translog.fs.transient_buffer_size", ES1, Kind::Size(ANY_SIZE)),
    ("translog.flush_threshold_ops", ES1_ES2, Kind::Whole(i64::MIN)),
    ("store.throttle.max_bytes_per_sec", ES1_ES2, Kind::Size(ANY_SIZE)),
    ("version_map_size", ES1_ES2, Kind::Share),
    ("priority", ES1_ES2, Kind::Whole(i64::MIN)),
    ("routing.allocation.total_shards_per_node", ES1_ES2, Kind::Whole(i64::MIN)),
    ("merge.policy.max_merged_segment", ES1_ES2, Kind::Size(0.0)),
    ("merge.policy.floor_segment", ES1_ES2, Kind::Size(1.0)),
    ("merge.policy.max_merge_at_once", ES1_ES2, Kind::Whole(2)),
    ("merge.policy.max_merge_at_once_explicit", ES1_ES2, Kind::Whole(2)),
    ("merge.policy.segments_per_tier", ES1_ES2, Kind::Number(2.0)),
    ("merge.policy.expunge_deletes_allowed", ES1_ES2, Kind::Number(0.0)),
    ("merge.policy.reclaim_deletes_weight", ES1_ES2, Kind::Number(0.0)),
    ("merge.scheduler.max_thread_count", ES1, Kind::Whole(1)),
    ("merge.scheduler.max_merge_count", ES1, Kind::Whole(0)),
    ("merge.scheduler.max_thread_count", ES2, Kind::Whole(i64::MIN)),
    ("merge.scheduler.max_merge_count", ES2, Kind::Whole(i64::MIN)),
    ("index_concurrency", ES1, Kind::Whole(1)),
    ("mapping.nested_fields.limit", ES2, Kind::Whole(i64::MIN)),
    ("compound_format", ES1_ES2, Kind::Ratio),
    ("translog.fs.type", ES1_ES2, Kind::Words(&["buffered", "simple"])),
    ("store.throttle.type", ES1_ES2, Kind::Words(&["none", "NONE", "merge", "MERGE", "node", "NODE", "all", "ALL"])),
    ("queries.cache.type", ES2, Kind::Words(&["index", "none"])),
    ("translog.type", ES2, Kind::Gone),
    ("translog.type", ES1, Kind::Words(&["org.elasticsearch.index.translog.fs.FsTranslog"])),
    ("merge.policy.type", ES1, Kind::Words(&["tiered", "log_byte_size", "log_doc"])),
    ("merge.scheduler.type", ES1, Kind::Words(&["concurrent", "serial"])),
    ("merge.async_interval", ES1, Kind::Time),
    ("store.distributor", ES1, Kind::Words(&["least_used", "random"])),
    ("cache.filter.type", ES1, Kind::Words(&["weighted", "none"])),
    ("gateway.type", ES1, Kind::Words(&["local", "none"])),
    ("legacy.routing.hash.type", ES2, Kind::Words(&[
        "org.elasticsearch.cluster.routing.DjbHashFunction",
        "org.elasticsearch.cluster.routing.SimpleHashFunction",
        "org.elasticsearch.cluster.routing.Murmur3HashFunction",
    ])),
    ("store.fs.fs_lock", ES2, Kind::Words(&["simple", "native"])),
    ("store.fs.lock", ES2, Kind::Words(&["simple", "native"])),
];

/// What a setting must be instead, where no shard starts with its value.
pub(super) fn wanted(name: &str, value: &Value, target: &Target) -> Option<String> {
    // The entries of a list are settings of their own, which nobody asks for.
    if value.is_array() {
        return None;
    }
    if name == "routing.allocation.enable" {
        let word = value.as_str().map(str::to_ascii_lowercase).unwrap_or_default();
        let words = ["all", "primaries", "new_primaries", "none"];
        return (!words.contains(&word.as_str()))
            .then(|| "one of `all`, `primaries`, `new_primaries`, `none`".into());
    }
    // Java's own numbers end there; measured on 2.4.
    let is_wide = value.as_number().is_some_and(|number| {
        number.as_i64().is_none() && !number.to_string().contains(['.', 'e', 'E'])
    });
    if is_wide && target.within(ES2) {
        return Some("a number of at most 64 bits".into());
    }
    let kind = if name.contains(".slowlog.threshold.") {
        Kind::Time
    } else {
        let has = |(n, spans, _): &&(&str, &[Span], Kind)| *n == name && target.within(spans);
        SETTINGS.iter().find(has)?.2
    };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let bare = target.within(ES1);
    match kind {
        Kind::Time => (!is_time(&text, bare)).then(|| "a time with its unit such as `1s`".into()),
        Kind::Size(min) => {
            let bytes = bytes(&text, bare);
            (bytes.is_none_or(|bytes| bytes < min))
                .then(|| "a size with its unit such as `512mb`".into())
        }
        Kind::Share => {
            let percent = text.strip_suffix('%').is_some_and(|n| n.parse::<f64>().is_ok());
            (!percent && bytes(&text, bare).is_none())
                .then(|| "a size with its unit such as `25mb`, or a percentage".into())
        }
        Kind::Whole(min) => {
            let is_long = name == "mapping.nested_fields.limit";
            let bits = |n: &i64| is_long || i32::try_from(*n).is_ok();
            let fits = text.parse().ok().filter(bits).is_some_and(|n: i64| n >= min);
            let from = if min == i64::MIN { String::new() } else { format!(" from {min}") };
            (!fits).then(|| format!("a whole number{from}"))
        }
        Kind::Number(min) => {
            let max = if name == "merge.policy.expunge_deletes_allowed" { 100.0 } else { f64::MAX };
            let fits = real(value).is_some_and(|n| (min..=max).contains(&n));
            (!fits).then(|| format!("a number from {min}"))
        }
        Kind::Ratio => {
            let part = real(value).is_some_and(|part| (0.0..=1.0).contains(&part));
            let switch = matches!(text.to_ascii_lowercase().as_str(), "true" | "false");
            (!part && !switch).then(|| "`true`, `false`, or a number from 0 to 1".into())
        }
        Kind::Gone => Some("left out".into()),
        Kind::Words(words) => {
            let listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let wanted = if words.len() == 1 { "" } else { "one of " };
            (!words.contains(&text.as_str())).then(|| format!("{wanted}{}", listed.join(", ")))
        }
    }
}

/// `1.5s`, `5 S`, -1 and 0; any number where `bare`, which are milliseconds.
fn is_time(text: &str, bare: bool) -> bool {
    number_and_unit(text).is_some_and(|(number, unit)| match unit.as_str() {
        "" => bare || number == 0.0 || number == -1.0,
        unit => ["ms", "s", "m", "h", "d", "w"].contains(&unit),
    })
}

/// The bytes that `512mb` are; any number where `bare`, which are bytes.
fn bytes(text: &str, bare: bool) -> Option<f64> {
    let (number, unit) = number_and_unit(text)?;
    let power = match unit.as_str() {
        "" if bare || number == 0.0 || number == -1.0 => 0,
        "b" => 0,
        "k" | "kb" => 1,
        "m" | "mb" => 2,
        "g" | "gb" => 3,
        "t" | "tb" => 4,
        "p" | "pb" => 5,
        _ => return None,
    };
    Some(number * 1024_f64.powi(power))
}

fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let digits = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim().to_ascii_lowercase()))
}
