//! The six range types.

mod address;
mod number;
#[cfg(test)]
mod tests;

use super::{IntegerRule, RealRule, Spared, all, altered, ip, params, refused, worse};
use crate::encode::date::{DateRule, Resolution, Rounding};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::{Outcome, Refusal};
use crate::error::{Fault, Verdict};
use crate::target::rule::{Facts, Line};
use crate::target::{Property, Target};

/// What the bounds of one range type are.
#[derive(Clone, Debug)]
pub(crate) struct RangeRule {
    bound: Bound,
}

#[derive(Clone, Debug)]
enum Bound {
    Integer(IntegerRule),
    Long(IntegerRule),
    Float(RealRule),
    Double(RealRule),
    Date(Box<DateRule>),
    Ip,
}

/// A bound as far as it can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    /// A whole number, or the milliseconds of a date.
    Whole(i128),
    Real(f64),
    Address(u128),
    Unknown,
}

/// What a key says: which side of the range, and whether the bound itself belongs to it.
#[derive(Clone, Copy, Debug)]
struct Key {
    low: bool,
    inclusive: bool,
}

/// One side of a range.
struct Side {
    value: Value,
    key: Key,
}

impl RangeRule {
    pub(super) fn compile(property: &Property, target: &Target) -> Result<RangeRule, Fault> {
        let coerce = params::flag(property, "coerce").unwrap_or(true);
        let bound = match property.kind.as_str() {
            "integer_range" => Bound::Integer(IntegerRule::of_bound(false, coerce)),
            "long_range" => Bound::Long(IntegerRule::of_bound(true, coerce)),
            "float_range" => Bound::Float(RealRule::of_bound(false, coerce)),
            "double_range" => Bound::Double(RealRule::of_bound(true, coerce)),
            "ip_range" => Bound::Ip,
            _ => {
                let rule = DateRule::compile(
                    params::text(property, "format"),
                    params::text(property, "locale"),
                    Resolution::Millis,
                    target,
                )
                .map_err(|message| params::fault(property, "format", message))?;
                Bound::Date(Box::new(rule))
            }
        };
        Ok(RangeRule { bound })
    }

    pub(super) fn check(
        &self,
        kind: &str,
        node: Node<'_>,
        facts: &Facts,
        spared: Spared,
    ) -> Outcome {
        match node.kind() {
            Kind::Null if facts.range_null => Ok(()),
            Kind::Null => Err(super::null_refused(kind, facts)),
            Kind::Array => {
                all(node.elements().map(|element| self.check(kind, element, facts, spared)))
            }
            Kind::String => self.check_text(kind, &node.string().0, facts, spared),
            Kind::Object => self.check_object(kind, node, facts, spared),
            _ => Err(spared.by_all(not_a_range(kind))),
        }
    }

    /// Text alone: an address with a prefix length.
    pub(super) fn check_text(
        &self,
        kind: &str,
        text: &str,
        facts: &Facts,
        spared: Spared,
    ) -> Outcome {
        if matches!(self.bound, Bound::Ip) && facts.ip_range_cidr {
            let outcome = address::check_network(kind, text, facts);
            return outcome.map_err(|refusal| spared.by_all(spared.by_type(refusal)));
        }
        Err(spared.by_all(not_a_range(kind)))
    }

    /// What breaks off inside the object is spared by nobody: the engine reads on where it stopped.
    fn check_object(&self, kind: &str, node: Node<'_>, facts: &Facts, spared: Spared) -> Outcome {
        let (mut low, mut high): (Option<Side>, Option<Side>) = (None, None);
        let mut worst = Ok(());
        let mut is_left_out = false;
        for (key, value) in node.members() {
            let means = match &*key {
                "gt" => Key { low: true, inclusive: false },
                "gte" => Key { low: true, inclusive: true },
                "lt" => Key { low: false, inclusive: false },
                "lte" => Key { low: false, inclusive: true },
                // What the key means is asked behind the null.
                _ if value.kind() == Kind::Null && facts.line == Line::Os3 => continue,
                _ => {
                    return Err(refused(
                        format!("`{kind}` knows only gt, gte, lt and lte"),
                        format!("rename the key `{key}`"),
                    ));
                }
            };
            let side = if means.low { &mut low } else { &mut high };
            if side.is_some() {
                worst = worse(worst, || Err(two_bounds(kind, facts)));
            }
            let was_refused = |refusal: &Refusal| refusal.verdict == Verdict::Refused;
            let (value, outcome) = match self.read(kind, value, means, facts) {
                Ok((_, Err(refusal))) | Err(refusal)
                    if was_refused(&refusal) && spared.own && self.spares_bound(value) =>
                {
                    is_left_out = true;
                    (None, Err(spared.by_type(refusal)))
                }
                read => read?,
            };
            worst = worse(worst, || outcome);
            *side = value.map(|value| Side { value, key: means });
        }
        if is_left_out {
            return worst;
        }
        worse(worst, || self.check_order(kind, low, high, spared))
    }

    /// Whether `ignore_malformed` covers such a bound (OpenSearch 2.19 and 3.8): what is read as text and is no number or
    /// address, and numbers that no `float` holds.
    fn spares_bound(&self, node: Node<'_>) -> bool {
        match self.bound {
            Bound::Integer(_) | Bound::Long(_) => node.kind() == Kind::String,
            Bound::Float(_) | Bound::Double(_) => {
                matches!(node.kind(), Kind::String | Kind::Number)
            }
            Bound::Ip => !matches!(node.kind(), Kind::Array | Kind::Object),
            Bound::Date(_) => false,
        }
    }

    /// A bound's value (`None`: open), and what becomes of it.
    fn read(
        &self,
        kind: &str,
        node: Node<'_>,
        key: Key,
        facts: &Facts,
    ) -> Result<(Option<Value>, Outcome), Refusal> {
        let leaf = match node.leaf() {
            Some(Leaf::Null) => return Ok((None, Ok(()))),
            Some(Leaf::Bool(_)) | None => return Err(not_a_bound(kind)),
            Some(leaf) => leaf,
        };
        let (value, outcome) = match (&self.bound, &leaf) {
            (Bound::Integer(rule) | Bound::Long(rule), _) => {
                number::read_whole(rule, kind, &leaf, facts)?
            }
            (Bound::Float(rule) | Bound::Double(rule), _) => {
                number::read_real(rule, &self.bound, kind, &leaf, facts)?
            }
            (Bound::Date(rule), Leaf::Text(text)) => read_date(rule, text, false, key, facts),
            (Bound::Date(rule), Leaf::Number(digits)) => read_date(rule, digits, true, key, facts),
            (Bound::Ip, Leaf::Text(text)) => {
                let value = address::number(text, facts).map_or(Value::Unknown, Value::Address);
                (value, ip::check_text(text, facts))
            }
            (Bound::Date(_) | Bound::Ip, _) => return Err(not_a_bound(kind)),
        };
        Ok((Some(value), outcome))
    }

    /// The lower bound must not be above the upper one, after open bounds have moved by one step.
    fn check_order(
        &self,
        kind: &str,
        low: Option<Side>,
        high: Option<Side>,
        spared: Spared,
    ) -> Outcome {
        let mut wraps = Ok(());
        let mut step = |side: Option<Side>| -> Result<Option<Value>, Refusal> {
            match side.map(|side| self.step(kind, side)) {
                None => Ok(None),
                Some(Stepped::To(value)) => Ok(Some(value)),
                Some(Stepped::Wraps) => {
                    wraps = Err(wrapped(kind));
                    Ok(None)
                }
                Some(Stepped::Refused(refusal)) => Err(refusal),
            }
        };
        let (from, to) = (step(low)?, step(high)?);
        let reversed = match (from, to) {
            (Some(Value::Whole(from)), Some(Value::Whole(to))) => from > to,
            (Some(Value::Real(from)), Some(Value::Real(to))) => from > to,
            (Some(Value::Address(from)), Some(Value::Address(to))) => from > to,
            _ => false,
        };
        if reversed {
            return Err(spared.by_all(refused(
                format!("`{kind}` takes no range whose lower bound is above the upper one"),
                "mend the bounds",
            )));
        }
        wraps
    }

    /// The first value inside: engines turn open bounds into closed ones.
    fn step(&self, kind: &str, side: Side) -> Stepped {
        let Key { low, inclusive } = side.key;
        if inclusive {
            return Stepped::To(side.value);
        }
        match (side.value, &self.bound) {
            (Value::Whole(value), bound) => {
                let next = if low { value + 1 } else { value - 1 };
                let fits = match bound {
                    Bound::Integer(_) => i32::try_from(next).is_ok(),
                    _ => i64::try_from(next).is_ok(),
                };
                if fits { Stepped::To(Value::Whole(next)) } else { Stepped::Wraps }
            }
            (Value::Address(value), _) => {
                let next = if low { value.checked_add(1) } else { value.checked_sub(1) };
                match next {
                    Some(next) => Stepped::To(Value::Address(next)),
                    None => Stepped::Refused(no_address(kind, low)),
                }
            }
            (Value::Real(value), Bound::Float(_)) => {
                let value = value as f32;
                let next = if low { value.next_up() } else { value.next_down() };
                Stepped::To(Value::Real(f64::from(next)))
            }
            (Value::Real(value), _) => {
                Stepped::To(Value::Real(if low { value.next_up() } else { value.next_down() }))
            }
            (Value::Unknown, _) => Stepped::To(Value::Unknown),
        }
    }
}

/// Where an open bound lands.
enum Stepped {
    To(Value),
    /// At the other end of the numbers.
    Wraps,
    Refused(Refusal),
}

/// A date as its milliseconds.
fn read_date(
    rule: &DateRule,
    text: &str,
    number: bool,
    key: Key,
    facts: &Facts,
) -> (Value, Outcome) {
    let up = key.low != key.inclusive && facts.date_range_rounds_up();
    let rounding = if up { Rounding::Up } else { Rounding::Down };
    let (millis, outcome) = rule.check_bound(text, number, rounding);
    (millis.map_or(Value::Unknown, |millis| Value::Whole(millis.into())), outcome)
}

fn wrapped(kind: &str) -> Refusal {
    altered(
        format!("`{kind}` wraps an open bound at the end of its numbers round"),
        "leave the bound out",
    )
}

fn no_address(kind: &str, low: bool) -> Refusal {
    let rule = if low {
        format!("`{kind}` takes no `gt` of the last address")
    } else {
        format!("`{kind}` takes no `lt` of the first address")
    };
    refused(rule, "leave the range out: no address lies in it")
}

fn two_bounds(kind: &str, facts: &Facts) -> Refusal {
    if facts.range_two_bounds_refused {
        return refused(format!("`{kind}` takes one bound a side"), "take one of them out");
    }
    altered(format!("`{kind}` uses the last of two bounds on one side"), "take one of them out")
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
