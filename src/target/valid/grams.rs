//! How many sizes of grams and shingles one filter or tokenizer may make. Knows no field.

use serde_json::Value;

use super::Faults;
use super::analysis::Names;
use super::settings::Setting;
use crate::target::dialect::truth;
use crate::target::span::{es, os};

/// Grams and shingles: the types, their two sizes with defaults, and the setting that says how far these may be apart.
#[rustfmt::skip]
const GRAMS: &[(&str, [(&str, i64); 3])] = &[
    ("ngram", [("min_gram", 1), ("max_gram", 2), ("max_ngram_diff", 1)]),
    ("nGram", [("min_gram", 1), ("max_gram", 2), ("max_ngram_diff", 1)]),
    ("shingle", [("min_shingle_size", 2), ("max_shingle_size", 2), ("max_shingle_diff", 3)]),
];

/// 7.0 and later refuse grams and shingles of more sizes than the settings say.
pub(super) fn check(
    names: &Names<'_>,
    settings: &[Setting<'_>],
    pointer: &str,
    faults: &mut Faults<'_>,
) {
    if !names.target.within(&[es(7, 0), os(1, 0)]) {
        return;
    }
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    for definition in &names.defined {
        let Some(kind) = definition.text("type") else { continue };
        let Some((_, [min, max, limit])) = GRAMS.iter().find(|(k, _)| *k == kind) else { continue };
        let size = |(key, default): (&str, i64)| {
            definition.get(key).map_or(Some(default), |(_, value, _)| number(value))
        };
        let allowed = settings.iter().find(|setting| setting.name == limit.0);
        let allowed = allowed.and_then(|setting| number(setting.value)).unwrap_or(limit.1);
        // Single words, which a shingle filter keeps unless told otherwise, are one size more.
        let alone = definition.get("output_unigrams").map(|(_, value, _)| *value);
        let alone = kind == "shingle" && alone.is_none_or(|value| truth(value) != Some(false));
        if let Some((low, high)) = size(*min).zip(size(*max))
            && high - low + i64::from(alone) > allowed
        {
            let message = format!(
                "`{}` is {} above `{}` in `{}`, and {} takes {}; raise `index.{}` in `settings`, or bring them nearer",
                max.0,
                high - low,
                min.0,
                definition.name,
                names.target,
                allowed - i64::from(alone),
                limit.0
            );
            faults.push(format!("{pointer}{}", definition.at(max.0)), message);
        }
    }
}
