//! How the values of settings are spelt from 5.0 on: numbers, switches, times, sizes, ranges. Knows no setting's name.

use serde_json::Value;

use crate::target::Target;
use crate::target::span::{es_until, os};

pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

pub(super) fn is_switch(value: &Value, target: &Target) -> bool {
    let es5 = target.within(&[es_until((5, 0), (6, 0))]);
    match value {
        Value::Bool(_) => true,
        Value::String(text) => {
            matches!(text.as_str(), "true" | "false")
                || es5 && matches!(text.as_str(), "on" | "off" | "yes" | "no" | "1" | "0")
        }
        Value::Number(number) => es5 && matches!(number.as_i64(), Some(0 | 1)),
        _ => false,
    }
}

/// A number as Java reads a double: `0.5`, `1d`, ` 2.0f`.
pub(super) fn real(value: &Value) -> Option<f64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = text.trim();
    let bare = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    bare.ends_with(|last: char| last.is_ascii_digit() || last == '.').then(|| bare.parse().ok())?
}

const TIME_UNITS: &[&str] = &["nanos", "micros", "ms", "s", "m", "h", "d"];

/// `1s`, `500ms`, and where there may be none (`bare`) -1 and 0 without a unit, and -1 of units up to milliseconds.
pub(super) fn is_time(value: &Value, bare: bool) -> bool {
    let Some((number, unit)) = time(value) else { return false };
    match unit.as_str() {
        "" => bare && matches!(number.as_str(), "-1" | "0"),
        "ms" | "micros" | "nanos" if bare && number == "-1" => true,
        _ => !number.starts_with('-') && TIME_UNITS.contains(&unit.as_str()),
    }
}

/// A time below nothing that can be read: -1, `-1s`, and on 5.x any other number with its unit. Measured on 5.6 to 7.17.
pub(super) fn is_negative(value: &Value, target: &Target) -> bool {
    let es5 = target.within(&[es_until((5, 0), (6, 0))]);
    time(value).is_some_and(|(number, unit)| {
        let is_unit = TIME_UNITS.contains(&unit.as_str());
        number == "-1" && (is_unit || unit.is_empty()) || es5 && is_unit && number.starts_with('-')
    })
}

/// The number, which has digits, and the unit of a time. Units may be large or small, but `1M` would be a month.
fn time(value: &Value) -> Option<(String, String)> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = text.trim();
    if text.ends_with('M') {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - sign);
    let (number, unit) = text.split_at(sign + digits);
    (digits > 0).then(|| (number.to_owned(), unit.trim().to_owned()))
}

/// The milliseconds of a time with its unit.
pub(super) fn millis(value: &Value) -> Option<f64> {
    const IN_MILLIS: &[(&str, f64)] = &[
        ("nanos", 1e-6),
        ("micros", 1e-3),
        ("ms", 1.0),
        ("s", 1_000.0),
        ("m", 60_000.0),
        ("h", 3_600_000.0),
        ("d", 86_400_000.0),
    ];
    let (number, unit) = time(value)?;
    let (_, each) = IN_MILLIS.iter().find(|(name, _)| *name == unit)?;
    Some(number.parse::<f64>().ok()? * each)
}

/// `512mb`, and -1 and 0 without a unit. OpenSearch takes no fraction of one; measured on 2.19 and 3.8.
pub(super) fn is_size(value: &Value, target: &Target) -> bool {
    let is_whole = !value.as_str().unwrap_or_default().contains('.');
    let fits = bytes(value).is_some_and(|size| size < BYTES_MAX);
    fits && (is_whole || !target.within(&[os(1, 0)]))
}

/// No size has more than the 63 bits that count its bytes.
const BYTES_MAX: f64 = 9_223_372_036_854_775_808.0;

/// The bytes that a size is.
pub(super) fn bytes(value: &Value) -> Option<f64> {
    const UNITS: &[(&str, i32)] = &[
        ("b", 0),
        ("k", 1),
        ("kb", 1),
        ("m", 2),
        ("mb", 2),
        ("g", 3),
        ("gb", 3),
        ("t", 4),
        ("tb", 4),
        ("p", 5),
        ("pb", 5),
    ];
    let text = match value {
        Value::String(text) => text.trim().to_ascii_lowercase(),
        other => other.to_string(),
    };
    let digits = text.find(|c: char| !matches!(c, '0'..='9' | '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    match text.as_str() {
        "-1" | "-1b" => return Some(-1.0),
        "0" => return Some(0.0),
        _ => {}
    }
    let (_, power) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    Some(number.parse::<f64>().ok()? * 1024_f64.powi(*power))
}

pub(super) fn is_expansion(value: &Value, target: &Target) -> bool {
    let off = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words = ["0", "no", "off"];
    if words.contains(&off.as_str()) && target.within(&[es_until((5, 0), (6, 0))]) {
        return true;
    }
    let Some(text) = value.as_str() else { return value == &Value::Bool(false) };
    if text == "false" {
        return true;
    }
    let Some((min, max)) = text.split_once('-') else { return false };
    let min = min.parse::<u32>().ok();
    min.is_some_and(|min| max == "all" || max.parse::<u32>().is_ok_and(|max| min <= max))
}

/// Whether a value is a list of anything but single values.
pub(super) fn is_list_of_others(value: &Value) -> bool {
    let is_other = |v: &Value| v.is_null() || v.is_object() || v.is_array();
    value.as_array().is_some_and(|list| list.iter().any(is_other))
}
