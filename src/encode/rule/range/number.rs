//! Bounds of the four ranges of numbers: what the engine makes of a bound, and what it is worth.

use super::{Bound, Value, not_a_bound};
use crate::encode::json::Leaf;
use crate::encode::number::{self, Exact};
use crate::encode::rule::{IntegerRule, RealRule, altered, refused};
use crate::encode::{Outcome, Refusal, digit};
use crate::error::Verdict;
use crate::target::rule::Facts;

/// A bound of `integer_range` or `long_range`: read as a number of that type is.
pub(super) fn read_whole(
    rule: &IntegerRule,
    kind: &str,
    leaf: &Leaf<'_>,
    facts: &Facts,
) -> Result<(Value, Outcome), Refusal> {
    if matches!(leaf, Leaf::Text(text) if text.is_empty()) {
        return Err(not_a_bound(kind));
    }
    let outcome = rule.check(kind, leaf, facts).map_err(|refusal| about_a_bound(refusal, kind));
    let value = match leaf {
        Leaf::Text(text) => whole_of_text(text),
        Leaf::Number(literal) => whole_of(literal),
        Leaf::Null | Leaf::Bool(_) => None,
    };
    // 5.x turns a text beyond the type into the nearest number of it.
    let value = value.map_or(Value::Unknown, |value| Value::Whole(value.clamp(rule.min, rule.max)));
    kept(value, outcome)
}

/// A bound of `float_range` or `double_range`, rounded to the type before anything is compared.
pub(super) fn read_real(
    rule: &RealRule,
    bound: &Bound,
    kind: &str,
    leaf: &Leaf<'_>,
    facts: &Facts,
) -> Result<(Value, Outcome), Refusal> {
    let value = match leaf {
        Leaf::Text(text) if text.is_empty() => None,
        Leaf::Text(text) => number::java_double(text).map(|(value, _)| value),
        Leaf::Number(literal) => literal.parse::<f64>().ok(),
        Leaf::Null | Leaf::Bool(_) => None,
    };
    let Some(value) = value.filter(|value| !value.is_nan()) else {
        return Err(not_a_bound(kind));
    };
    let outcome = rule.check(kind, leaf, facts).map_err(|refusal| about_a_bound(refusal, kind));
    let value = match bound {
        Bound::Float(_) => f64::from(single(leaf, value)),
        _ => value,
    };
    kept(Value::Real(value), outcome)
}

/// A refused bound ends the range; an altered one still has a value.
fn kept(value: Value, outcome: Outcome) -> Result<(Value, Outcome), Refusal> {
    match outcome {
        Err(refusal) if refusal.verdict != Verdict::Altered => Err(refusal),
        outcome => Ok((value, outcome)),
    }
}

/// Text becomes a single at once, a number by way of a double.
fn single(leaf: &Leaf<'_>, value: f64) -> f32 {
    match leaf {
        Leaf::Text(text) => text.trim_matches(|c: char| c <= ' ').parse().unwrap_or(value as f32),
        _ => value as f32,
    }
}

fn whole_of(literal: &str) -> Option<i128> {
    match number::exact(literal) {
        Exact::Integer(whole) => Some(whole),
        Exact::Fraction | Exact::Huge => literal.parse::<f64>().ok().map(|value| value as i128),
    }
}

fn whole_of_text(text: &str) -> Option<i128> {
    if let Some(whole) = digit::whole(text) {
        return Some(whole);
    }
    let (value, plain) = number::java_double(text)?;
    let exact = match number::exact(text.trim_matches(|c: char| c <= ' ')) {
        Exact::Integer(whole) if plain => Some(whole),
        _ => None,
    };
    Some(exact.unwrap_or(value as i128))
}

/// The rules of numbers know the way out of a field, not of a bound.
fn about_a_bound(refusal: Refusal, kind: &str) -> Refusal {
    let larger = match kind {
        "integer_range" => "map it as `long_range` or `double_range`, or leave the bound out",
        "long_range" | "float_range" => "map it as `double_range`, or leave the bound out",
        _ => "leave the bound out",
    };
    match refusal.verdict {
        Verdict::Altered => altered(refusal.rule, larger),
        _ if refusal.rule.contains("takes numbers, this text is none") => not_a_bound(kind),
        _ => refused(refusal.rule, larger),
    }
}
