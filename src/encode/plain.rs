//! The short way: values that the target takes as they are, known before the rows are read. Never knows more than the rules.

use std::ops::RangeInclusive;

use super::json::Leaf;
use super::rule::{Rule, What};
use super::{FieldOptions, Value, number, text};

/// What of one field can be written without asking its rules, which is nearly everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Plain {
    /// Text of so many bytes at most, if JSON needs nothing in it escaped.
    text_bytes_max: Option<usize>,
    integers: Option<RangeInclusive<i64>>,
    /// Every finite float.
    floats: bool,
    /// 0 and 1, which become false and true.
    booleans: bool,
}

impl Plain {
    pub(super) fn of(rule: &Rule, options: &FieldOptions) -> Plain {
        if options.from.is_some() || !rule.multi.is_empty() {
            return Plain::default();
        }
        let all = Some(i64::MIN..=i64::MAX);
        let none = Plain::default();
        match &rule.what {
            What::Text(text) if text.is_free() => {
                Plain { text_bytes_max: Some(text.bytes_max), integers: all, ..none }
            }
            // Only length, control characters and emptiness can be wrong, and the last two are not plain.
            What::Input { length } => Plain { text_bytes_max: Some(*length), ..none },
            // Text in an object that is only kept may be JSON.
            What::Any if matches!(&*rule.kind, "object" | "nested") => {
                Plain { integers: all, floats: true, ..none }
            }
            What::Any => {
                Plain { text_bytes_max: Some(usize::MAX), integers: all, floats: true, ..none }
            }
            What::Integer(integer) => {
                let least = i64::try_from(integer.min).unwrap_or(i64::MIN);
                let most = i64::try_from(integer.max).unwrap_or(i64::MAX);
                Plain { integers: Some(least..=most), ..none }
            }
            What::Real(real) => Plain { floats: real.takes_every_double(), ..none },
            What::Boolean => {
                let taken = |value| rule.check_leaf(&Leaf::Bool(value)).is_ok();
                Plain { booleans: taken(false) && taken(true), ..none }
            }
            _ => none,
        }
    }

    /// Appends a plain value; `false`, and nothing, for any other.
    #[inline]
    pub(super) fn write(&self, value: Value<'_>, out: &mut Vec<u8>) -> bool {
        match value {
            Value::Text(bytes) => {
                self.text_bytes_max.is_some_and(|max| bytes.len() <= max)
                    && text::push_plain(bytes, out)
            }
            Value::Integer(number) => {
                if self.integers.as_ref().is_some_and(|range| range.contains(&number)) {
                    number::push_i64(number, out);
                    return true;
                }
                self.booleans && write_bool(number, out)
            }
            Value::Real(number) if self.floats && number.is_finite() => {
                number::push_f64(number, out);
                true
            }
            _ => false,
        }
    }
}

fn write_bool(number: i64, out: &mut Vec<u8>) -> bool {
    match number {
        0 => out.extend_from_slice(b"false"),
        1 => out.extend_from_slice(b"true"),
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::encode::Encoder;
    use crate::encode::tests::property;
    use crate::target::Target;

    /// Every kind of value, at the borders of every kind of field.
    fn values() -> Vec<Value<'static>> {
        let integers = [0, 1, 2, -1, 127, 128, -129, 32_767, 32_768, 1 << 31, (1 << 53) + 1];
        let extremes = [i64::MIN, i64::MAX];
        let floats = [0.0, -0.0, 1.0, 0.5, 1e300, 1e-300, f64::INFINITY, f64::NAN, 9e15, 65_520.0];
        let texts =
            ["", "a", "{}", "plain text of some length", "line\nbreak", "naïve", "1", "true"];
        let long: &'static str = "a".repeat(40_000).leak();
        integers
            .into_iter()
            .chain(extremes)
            .map(Value::Integer)
            .chain(floats.map(Value::Real))
            .chain(texts.iter().chain([&long]).map(|text| Value::Text(text.as_bytes())))
            .chain([Value::Null, Value::Blob(b"x")])
            .collect()
    }

    #[test]
    fn the_short_way_writes_what_the_rules_would_and_nothing_that_they_refuse() {
        let mut short = 0;
        for target in ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os1", "os2", "os3"] {
            let target = Target::parse(target).unwrap();
            for kind in [
                "keyword",
                "text",
                "string",
                "boolean",
                "byte",
                "short",
                "integer",
                "long",
                "unsigned_long",
                "half_float",
                "float",
                "double",
                "scaled_float",
                "date",
                "ip",
                "object",
                "nested",
                "completion",
                "binary",
                "wildcard",
                "version",
                "rank_feature",
            ] {
                let property = property(&json!({ "type": kind, "scaling_factor": 100 }));
                let options = FieldOptions::default();
                let Ok(encoder) = Encoder::new(&property, &target, &options) else { continue };
                for value in values() {
                    let (mut plain, mut whole) = (Vec::new(), Vec::new());
                    if encoder.plain.write(value, &mut plain) {
                        short += 1;
                        let outcome = encoder.encode_slowly(value, &mut whole);
                        assert_eq!(outcome, Ok(()), "{target:?} {kind} {value:?}");
                        assert_eq!(plain, whole, "{target:?} {kind} {value:?}");
                    } else {
                        assert!(plain.is_empty(), "{target:?} {kind} {value:?}");
                    }
                }
            }
        }
        assert!(short > 1000, "only {short} values went the short way");
    }
}
