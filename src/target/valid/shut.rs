//! Settings that the engine takes for an index which then lets no document in, or whose shards no node starts. Knows no
//! mapping.

use serde_json::Value;

use crate::target::Target;
use crate::target::dialect::described;
use crate::target::span::{ES1_ES2, ES5_ON, Span, es, es_until, os};

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
pub(super) fn shut(name: &str, value: &Value, target: &Target) -> Option<String> {
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
    tier(name, value, target)
}

/// Tiers of nodes, which OpenSearch passes over. Measured on 5.6 to 9.2, OpenSearch 2.19 and 3.8.
fn tier(name: &str, value: &Value, target: &Target) -> Option<String> {
    let rule = name.strip_prefix("routing.allocation.")?;
    let (rule, attribute) = rule.split_once('.')?;
    if !attribute.starts_with("_tier")
        || target.within(&[os(1, 0)])
        || value.as_str().is_some_and(|text| text.trim().is_empty())
    {
        return None;
    }
    // Since 8.0 no node has the attribute `_tier`; `_tier_preference` is another thing.
    let is_gone = attribute == "_tier" && target.within(&[es(8, 0)]);
    if matches!(rule, "include" | "require") && (is_gone || !target.within(TIERS)) {
        return Some(format!(
            "{target} has no such tiers of nodes, and `index.{name}` would let no node take the index; remove it"
        ));
    }
    let is_preference = rule == "include" && attribute == "_tier_preference";
    let is_read = is_preference || attribute == "_tier" && !is_gone;
    let fits = value.as_str().is_some_and(|text| {
        text.trim_end_matches(',').split(',').all(|tier| TIER_NAMES.contains(&tier))
    });
    (is_read && !fits && target.within(TIERS)).then(|| {
        format!(
            "`index.{name}` names tiers of nodes on {target}, with commas and without blanks between: `data_content`, `data_hot`, `data_warm`, `data_cold`; found {}",
            described(value)
        )
    })
}

/// Tiers that take an index of documents; `data_frozen` is one for snapshots.
const TIER_NAMES: &[&str] = &["data_content", "data_hot", "data_warm", "data_cold"];

/// Whether a switch is on: on 1.x and 2.x by anything but the words for off.
fn is_on(value: &Value, target: &Target) -> bool {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if target.within(ES1_ES2) {
        return !value.is_array() && !matches!(text.as_str(), "false" | "0" | "off" | "no");
    }
    text == "true"
        || target.within(&[es_until((5, 0), (6, 0))]) && matches!(text.as_str(), "1" | "on" | "yes")
}

pub(super) fn is_word(value: &Value, word: &str) -> bool {
    value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(word))
}
