//! The six range types.

use super::{all, altered, ip, params, refused, worse};
use crate::encode::date::{DateRule, Resolution};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number::{self, Exact};
use crate::encode::{Outcome, Refusal};
use crate::error::Fault;
use crate::target::rule::{Facts, Line};
use crate::target::{Property, Target};

/// What the bounds of one range type are.
#[derive(Clone, Debug)]
pub(crate) struct RangeRule {
    bound: Bound,
    coerce: bool,
}

#[derive(Clone, Debug)]
enum Bound {
    Integer,
    Long,
    Float,
    Double,
    Date(Box<DateRule>),
    Ip,
}

/// A bound as far as it can be compared.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Whole(i128),
    Real(f64),
    Address(u128),
    /// A date as text, comparable with one of the same shape.
    Text(String),
    Unknown,
}

/// One side of a range.
struct Side {
    value: Value,
    inclusive: bool,
}

impl RangeRule {
    pub(super) fn compile(property: &Property, target: &Target) -> Result<RangeRule, Fault> {
        let bound = match property.kind.as_str() {
            "integer_range" => Bound::Integer,
            "long_range" => Bound::Long,
            "float_range" => Bound::Float,
            "double_range" => Bound::Double,
            "ip_range" => Bound::Ip,
            _ => {
                let rule =
                    DateRule::compile(params::text(property, "format"), Resolution::Millis, target)
                        .map_err(|message| params::fault(property, "format", message))?;
                Bound::Date(Box::new(rule))
            }
        };
        Ok(RangeRule { bound, coerce: params::flag(property, "coerce").unwrap_or(true) })
    }

    pub(super) fn check(&self, kind: &str, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null if facts.range_null => Ok(()),
            Kind::Null => Err(super::null_refused(kind, facts)),
            Kind::Array => all(node.elements().map(|element| self.check(kind, element, facts))),
            Kind::String => self.check_text(kind, &node.string().0, facts),
            Kind::Object => self.check_object(kind, node, facts),
            _ => Err(not_a_range(kind)),
        }
    }

    /// Text alone: an address with a prefix length.
    pub(super) fn check_text(&self, kind: &str, text: &str, facts: &Facts) -> Outcome {
        if matches!(self.bound, Bound::Ip) && facts.ip_range_cidr && ip::is_network(text) {
            return Ok(());
        }
        Err(not_a_range(kind))
    }

    fn check_object(&self, kind: &str, node: Node<'_>, facts: &Facts) -> Outcome {
        let (mut low, mut high): (Option<Side>, Option<Side>) = (None, None);
        let mut worst = Ok(());
        for (key, value) in node.members() {
            let (side, inclusive) = match &*key {
                "gt" => (&mut low, false),
                "gte" => (&mut low, true),
                "lt" => (&mut high, false),
                "lte" => (&mut high, true),
                // What the key means is asked behind the null.
                _ if value.kind() == Kind::Null && facts.line == Line::Os3 => continue,
                _ => {
                    return Err(refused(
                        format!("`{kind}` knows only gt, gte, lt and lte"),
                        format!("rename the key `{key}`"),
                    ));
                }
            };
            if side.is_some() {
                worst = worse(worst, || Err(two_bounds(kind, facts)));
            }
            let (value, outcome) = self.read(kind, value, facts)?;
            worst = worse(worst, || outcome);
            *side = value.map(|value| Side { value, inclusive });
        }
        worse(worst, || self.check_order(kind, low, high))
    }

    /// A bound's value (`None`: open), and what becomes of it.
    fn read(
        &self,
        kind: &str,
        node: Node<'_>,
        facts: &Facts,
    ) -> Result<(Option<Value>, Outcome), Refusal> {
        let leaf = match node.leaf() {
            Some(Leaf::Null) => return Ok((None, Ok(()))),
            Some(Leaf::Bool(_)) | None => return Err(not_a_bound(kind)),
            Some(leaf) => leaf,
        };
        match (&self.bound, &leaf) {
            (Bound::Ip, Leaf::Text(text)) => {
                let outcome = ip::check_text(text, facts);
                Ok((Some(ip::number(text).map_or(Value::Unknown, Value::Address)), outcome))
            }
            (Bound::Ip, _) => Err(not_a_bound(kind)),
            (Bound::Date(rule), Leaf::Text(text)) => {
                Ok((Some(Value::Text(text.to_string())), rule.check_text(text)))
            }
            (Bound::Date(rule), Leaf::Number(literal)) => Ok((
                Some(literal.parse().map_or(Value::Unknown, Value::Real)),
                rule.check_number(literal),
            )),
            (_, Leaf::Number(literal)) => self.read_number(kind, literal, facts),
            (_, Leaf::Text(text)) if self.coerce => match number::java_double(text) {
                Some(_) => self.read_number(kind, text.trim(), facts),
                None => Err(not_a_bound(kind)),
            },
            _ => Err(not_a_bound(kind)),
        }
    }

    fn read_number(
        &self,
        kind: &str,
        literal: &str,
        facts: &Facts,
    ) -> Result<(Option<Value>, Outcome), Refusal> {
        let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
        let (min, max) = match self.bound {
            Bound::Integer => (i128::from(i32::MIN), i128::from(i32::MAX)),
            Bound::Long => (i128::from(i64::MIN), i128::from(i64::MAX)),
            Bound::Float if !(value as f32).is_finite() => return overflow(kind, facts),
            _ if !value.is_finite() => return overflow(kind, facts),
            _ => return Ok((Some(Value::Real(value)), Ok(()))),
        };
        let (whole, outcome) = match number::exact(literal) {
            Exact::Integer(whole) => (whole, Ok(())),
            Exact::Fraction if self.coerce => (
                value as i128,
                Err(altered(
                    format!("`{kind}` cuts the fraction of a bound off"),
                    "map it as `double_range`",
                )),
            ),
            Exact::Fraction | Exact::Huge => return Err(not_a_bound(kind)),
        };
        if (min..=max).contains(&whole) {
            return Ok((Some(Value::Whole(whole)), outcome));
        }
        Err(refused(
            format!("`{kind}` takes bounds from {min} to {max}"),
            "map a larger range type, or leave the bound out",
        ))
    }

    /// The lower bound must not be above the upper one, after open bounds have moved by one step.
    fn check_order(&self, kind: &str, low: Option<Side>, high: Option<Side>) -> Outcome {
        let (from, to) =
            (low.map(|side| self.step(side, true)), high.map(|side| self.step(side, false)));
        let limits = match self.bound {
            Bound::Integer => Some((i128::from(i32::MIN), i128::from(i32::MAX))),
            Bound::Long => Some((i128::from(i64::MIN), i128::from(i64::MAX))),
            _ => None,
        };
        if let Some((min, max)) = limits
            && [from.as_ref(), to.as_ref()]
                .into_iter()
                .flatten()
                .any(|value| matches!(value, Value::Whole(whole) if !(min..=max).contains(whole)))
        {
            return Err(altered(
                format!("`{kind}` wraps an open bound at the end of its numbers round"),
                "leave the bound out",
            ));
        }
        let reversed = match (from, to) {
            (Some(Value::Whole(from)), Some(Value::Whole(to))) => from > to,
            (Some(Value::Real(from)), Some(Value::Real(to))) => from > to,
            (Some(Value::Address(from)), Some(Value::Address(to))) => from > to,
            (Some(Value::Text(from)), Some(Value::Text(to))) => same_shape(&from, &to) && from > to,
            _ => false,
        };
        if reversed {
            return Err(refused(
                format!("`{kind}` takes no range whose lower bound is above the upper one"),
                "mend the bounds",
            ));
        }
        Ok(())
    }

    /// The first value inside: engines turn open bounds into closed ones.
    fn step(&self, side: Side, low: bool) -> Value {
        if side.inclusive {
            return side.value;
        }
        match (side.value, &self.bound) {
            (Value::Whole(value), _) => Value::Whole(if low { value + 1 } else { value - 1 }),
            (Value::Address(value), _) => {
                Value::Address(if low { value.saturating_add(1) } else { value.saturating_sub(1) })
            }
            (Value::Real(value), Bound::Float) => {
                let value = value as f32;
                Value::Real(f64::from(if low { value.next_up() } else { value.next_down() }))
            }
            (Value::Real(value), Bound::Double) => {
                Value::Real(if low { value.next_up() } else { value.next_down() })
            }
            (Value::Real(value), _) => Value::Real(if low { value + 1.0 } else { value - 1.0 }),
            (other, _) => other,
        }
    }
}

/// Two dates of the same length, digits in the same places, year first: their order is the order of their text.
fn same_shape(one: &str, other: &str) -> bool {
    let starts_with_year =
        |text: &str| text.len() >= 4 && text.bytes().take(4).all(|b| b.is_ascii_digit());
    one.len() == other.len()
        && starts_with_year(one)
        && !one[4..].contains('+')
        && one
            .bytes()
            .zip(other.bytes())
            .all(|(a, b)| a == b || (a.is_ascii_digit() && b.is_ascii_digit()))
}

fn two_bounds(kind: &str, facts: &Facts) -> Refusal {
    if facts.range_two_bounds_refused {
        return refused(format!("`{kind}` takes one bound a side"), "take one of them out");
    }
    altered(format!("`{kind}` uses the last of two bounds on one side"), "take one of them out")
}

fn overflow(kind: &str, facts: &Facts) -> Result<(Option<Value>, Outcome), Refusal> {
    let rule = format!("`{kind}` takes finite bounds, this one is too large");
    if facts.float_overflows {
        return Ok((Some(Value::Unknown), Err(altered(rule, "leave the bound out"))));
    }
    Err(refused(rule, "leave the bound out, or map it as `double_range`"))
}

fn not_a_range(kind: &str) -> Refusal {
    refused(
        format!("`{kind}` takes an object with gt, gte, lt or lte"),
        "store it as JSON text, or make it with `value`",
    )
}

fn not_a_bound(kind: &str) -> Refusal {
    refused(format!("a bound of `{kind}` is one value of its type, or null"), "mend the bound")
}
