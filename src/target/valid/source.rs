//! A `_source` that is made anew from the index, whether the mapping or the settings say so. Knows no value.

use serde_json::Value;

use super::Faults;
use super::settings::Setting;
use super::shut::is_word;
use crate::target::span::es;
use crate::target::{Mapping, Target};

/// Refuses what does not go with it (measured on Elasticsearch 8.19 and 9.2), and says what becomes of documents (by a
/// document there).
pub(super) fn check(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) -> Option<String> {
    let source = mapping.body.get("_source");
    let said = |key: &str| source.and_then(|source| source.get(key));
    let is_synthetic = |value: &Value| is_word(value, "synthetic");
    let setting = settings
        .iter()
        .find(|s| s.name == "mapping.source.mode" && is_synthetic(s.value))
        .filter(|_| target.within(&[es(8, 0)]));
    // 9.2 reads no `mode` in the mapping.
    let by_mapping = target.within(&[es(8, 4)]) && target.major == 8;
    // A mode of the mapping does not count, and other modes of the index have a source of this kind.
    let is_mode = |s: &&Setting<'_>| s.name == "mode" && !is_word(s.value, "standard");
    let recovers = settings
        .iter()
        .find(|s| s.name == "recovery.use_synthetic_source" && is_switched_on(s.value))
        .filter(|_| setting.is_none() && !settings.iter().any(|s| is_mode(&s)))
        .filter(|_| target.within(&[es(8, 0)]));
    if let Some(recovers) = recovers {
        let message = format!(
            "the setting `index.recovery.use_synthetic_source` wants `index.mapping.source.mode: synthetic` beside it on {target}; add that, or remove this one"
        );
        faults.push(format!("{pointer}{}", recovers.pointer), message);
    }
    if setting.is_none() && !(by_mapping && said("mode").is_some_and(is_synthetic)) {
        return None;
    }
    let filters = |key: &str| said(key).is_some_and(|list| *list != Value::Array(Vec::new()));
    if let Some(setting) = setting.filter(|_| filters("includes") || filters("excludes")) {
        let message = format!(
            "{target} makes a synthetic `_source` anew and leaves nothing out of it; remove `includes` and `excludes` of `_source`, or this setting"
        );
        faults.push(format!("{pointer}{}", setting.pointer), message);
    }
    Some(format!(
        "`_source` is synthetic: {target} shows documents as they are indexed, with lists sorted, text that stands twice in a list once, and names in another order"
    ))
}

fn is_switched_on(value: &Value) -> bool {
    value == &Value::Bool(true) || value == "true"
}
