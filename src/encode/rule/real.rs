//! Numbers with a fraction: `half_float`, `float`, `double`, `scaled_float`, and `rank_feature`, which is a positive float.

use super::{Rule, What, altered, params, refused};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number::{self, Exact};
use crate::encode::{Outcome, Refusal};
use crate::error::Fault;
use crate::target::Property;
use crate::target::rule::Facts;

/// Precision and habits of one float type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealRule {
    pub(crate) size: Size,
    coerce: bool,
    /// `rank_feature`: one number above the smallest normal float.
    positive: bool,
    /// `positive_score_impact: false`: its inverse is what is kept.
    inverse: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Half,
    Single,
    Double,
}

/// `scaled_float`: a long that counts steps of `1 / factor`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScaledRule {
    factor: f64,
    coerce: bool,
}

impl RealRule {
    pub(super) fn compile(property: &Property) -> RealRule {
        let size = match property.kind.as_str() {
            "half_float" => Size::Half,
            "double" => Size::Double,
            _ => Size::Single,
        };
        let coerce = params::flag(property, "coerce").unwrap_or(true);
        RealRule {
            size,
            coerce,
            positive: property.kind == "rank_feature",
            inverse: params::flag(property, "positive_score_impact") == Some(false),
        }
    }

    /// The rule of a bound of `double_range` or `float_range`.
    pub(super) fn of_bound(is_double: bool, coerce: bool) -> RealRule {
        let size = if is_double { Size::Double } else { Size::Single };
        RealRule { size, coerce, positive: false, inverse: false }
    }

    pub(super) fn check(&self, kind: &str, leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
        match leaf {
            Leaf::Null => Ok(()),
            Leaf::Bool(_) => {
                Err(refused(format!("`{kind}` takes no boolean"), "map the field as `boolean`"))
            }
            Leaf::Number(literal) => self.check_literal(kind, literal, facts),
            Leaf::Text(text) => self.check_text(kind, text, facts),
        }
    }

    /// Whether it takes one value a document.
    pub(super) fn is_single(&self) -> bool {
        self.positive
    }

    /// `rank_feature` takes one value a document.
    pub(super) fn check_count(&self, node: Node<'_>) -> Outcome {
        if self.positive
            && node.elements().filter(|element| element.kind() != Kind::Null).count() > 1
        {
            return Err(refused(
                "`rank_feature` takes one value a document",
                "map it as `rank_features` or `float`",
            ));
        }
        Ok(())
    }

    /// A whole number, as most rows have it.
    pub(crate) fn check_integer(&self, kind: &str, value: i64, facts: &Facts) -> Outcome {
        if !self.positive
            && number::significant_bits(value.unsigned_abs().into()) <= self.bits()
            && self.size != Size::Half
        {
            return Ok(());
        }
        self.check_size(kind, value as f64, value != 0, facts)?;
        self.check_whole(kind, Exact::Integer(value.into()))
    }

    /// Whether no finite double can be wrong here.
    pub(crate) fn takes_every_double(&self) -> bool {
        self.size == Size::Double && !self.positive
    }

    /// A float, which is rounded to the type's precision.
    pub(crate) fn check_float(&self, kind: &str, value: f64, facts: &Facts) -> Outcome {
        if self.takes_every_double() {
            return Ok(());
        }
        self.check_size(kind, value, value != 0.0, facts)
    }

    fn check_literal(&self, kind: &str, literal: &str, facts: &Facts) -> Outcome {
        let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
        let exact = number::exact(literal);
        self.check_size(kind, value, exact != Exact::Integer(0), facts)?;
        if number::is_integer_literal(literal) { self.check_whole(kind, exact) } else { Ok(()) }
    }

    /// Whole numbers must survive; `rank_feature` is a weight, for which nearly is enough.
    fn check_whole(&self, kind: &str, exact: Exact) -> Outcome {
        let survives = match exact {
            Exact::Integer(value) => number::significant_bits(value.unsigned_abs()) <= self.bits(),
            Exact::Fraction | Exact::Huge => false,
        };
        if survives || self.positive {
            return Ok(());
        }
        let way_out = if self.size == Size::Double {
            "map it as `long` or `keyword`"
        } else {
            "map it as `long` or `double`"
        };
        Err(altered(
            format!(
                "`{kind}` holds whole numbers of {} binary digits; this one is rounded",
                self.bits()
            ),
            way_out,
        ))
    }

    /// What becomes of a number by its size: infinite, zero, or what it is.
    fn check_size(&self, kind: &str, value: f64, is_not_zero: bool, facts: &Facts) -> Outcome {
        let held = match self.size {
            Size::Half => number::half_size(value),
            Size::Single => f64::from(value.abs() as f32),
            Size::Double => value.abs(),
        };
        if self.positive {
            return self.check_positive(value);
        }
        if held.is_infinite() {
            return Err(self.overflow(kind, facts));
        }
        if held == 0.0 && is_not_zero {
            return Err(altered(format!("`{kind}` indexes so small a number as 0"), self.larger()));
        }
        Ok(())
    }

    fn check_positive(&self, value: f64) -> Outcome {
        if is_weight(value, self.inverse) {
            return Ok(());
        }
        let range = if self.inverse {
            "2.938736e-39 to 8.507059e37"
        } else {
            "1.17549435e-38 to 3.4028235e38"
        };
        Err(refused(format!("`rank_feature` takes numbers from {range}"), "map it as `float`"))
    }

    fn check_text(&self, kind: &str, text: &str, facts: &Facts) -> Outcome {
        if text.is_empty() && !self.positive && (self.coerce || facts.integer_text_digits) {
            return Err(altered(
                format!("empty text in `{kind}` is taken and not indexed"),
                "store NULL",
            ));
        }
        if !self.coerce {
            return Err(refused(
                format!("`{kind}` with `coerce: false` takes no text"),
                "store a number",
            ));
        }
        let Some((value, plain)) = number::java_double(text) else {
            return Err(refused(
                format!("`{kind}` takes numbers, this text is none"),
                "map the field as `keyword`, or mend the text with `sql`",
            ));
        };
        if !value.is_finite() && !text.contains(|c: char| c.is_ascii_digit()) {
            return if facts.float_overflows { Ok(()) } else { Err(self.overflow(kind, facts)) };
        }
        let trimmed = text.trim_matches(|c: char| c <= ' ');
        if !plain {
            self.check_size(kind, value, value != 0.0, facts)?;
            if self.positive {
                return Ok(());
            }
            return Err(altered(
                format!(
                    "`{kind}` reads the text as Java writes numbers, with a suffix or in hexadecimal"
                ),
                "map the field as `keyword`",
            ));
        }
        let exact = number::exact(trimmed);
        self.check_size(kind, value, exact != Exact::Integer(0), facts)?;
        if trimmed.contains(['.', 'e', 'E']) { Ok(()) } else { self.check_whole(kind, exact) }
    }

    fn overflow(&self, kind: &str, facts: &Facts) -> Refusal {
        let max = match self.size {
            Size::Half => "65504",
            Size::Single => "3.4028235e38",
            Size::Double => "1.7976931348623157e308",
        };
        if facts.float_overflows {
            let rule = format!(
                "`{kind}` takes numbers up to {max}; {} indexes larger ones as Infinity",
                facts.line.name()
            );
            return altered(rule, self.larger());
        }
        refused(format!("`{kind}` takes numbers up to {max}"), self.larger())
    }

    fn larger(&self) -> &'static str {
        match self.size {
            Size::Half => "map it as `float` or `double`",
            Size::Single => "map it as `double`",
            Size::Double => "map it as `keyword`",
        }
    }

    fn bits(&self) -> u32 {
        match self.size {
            Size::Half => 11,
            Size::Single => 24,
            Size::Double => 53,
        }
    }
}

/// Whether Lucene keeps a weight: the single, or its inverse, is a normal number above 0.
pub(super) fn is_weight(value: f64, inverse: bool) -> bool {
    let single = value as f32;
    let kept = if inverse { 1.0 / single } else { single };
    single > 0.0 && single.is_finite() && kept >= f32::MIN_POSITIVE && kept.is_finite()
}

/// What a later field makes of a number that an earlier one read as a `float`.
pub(super) fn check_remembered(field: &Rule, literal: &str) -> Outcome {
    let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
    match &field.what {
        What::Integer(_) => Err(refused(
            format!("`{}` takes no number with a point behind a `float`", field.kind),
            "map the first of the two fields as `double`",
        )),
        // What the first field spares or drops is infinite for the second, which refuses it.
        What::Real(_) | What::Scaled(_) if (value as f32).is_infinite() => Err(refused(
            format!("`{}` behind a `float` takes numbers up to 3.4028235e38", field.kind),
            "map the first of the two fields as `double`",
        )),
        What::Real(rule) if rule.size == Size::Double && f64::from(value as f32) != value => {
            Err(altered(
                format!("`{}` behind a `float` gets what the `float` holds", field.kind),
                "map the first of the two fields as `double`",
            ))
        }
        _ => Ok(()),
    }
}

impl ScaledRule {
    pub(super) fn compile(property: &Property) -> Result<ScaledRule, Fault> {
        let factor = params::number(property, "scaling_factor")
            .filter(|factor| *factor > 0.0 && factor.is_finite());
        match factor {
            Some(factor) => {
                Ok(ScaledRule { factor, coerce: params::flag(property, "coerce").unwrap_or(true) })
            }
            None => Err(params::fault(
                property,
                "scaling_factor",
                "`scaled_float` wants a `scaling_factor` above 0",
            )),
        }
    }

    pub(super) fn check(&self, leaf: &Leaf<'_>) -> Outcome {
        match leaf {
            Leaf::Null => Ok(()),
            Leaf::Bool(_) => {
                Err(refused("`scaled_float` takes no boolean", "map the field as `boolean`"))
            }
            Leaf::Number(literal) => {
                let whole = number::is_integer_literal(literal).then(|| number::exact(literal));
                self.check_value(literal.parse().unwrap_or(f64::INFINITY), whole)
            }
            Leaf::Text(text) => self.check_text(text),
        }
    }

    /// A number; `whole` is its exact value where it is written without point and exponent.
    pub(crate) fn check_value(&self, value: f64, whole: Option<Exact>) -> Outcome {
        if !value.is_finite() {
            return Err(refused("`scaled_float` takes finite numbers", "map it as `double`"));
        }
        if (value * self.factor).abs() >= 2f64.powi(63) {
            let max = 2f64.powi(63) / self.factor;
            return Err(altered(
                format!("`scaled_float` with factor {} clamps numbers beyond {max:e}", self.factor),
                "map it as `double`",
            ));
        }
        if value == 0.0 && value.is_sign_negative() {
            return Err(altered("`scaled_float` loses the sign of -0.0", "map it as `double`"));
        }
        match whole {
            Some(Exact::Integer(whole)) if number::significant_bits(whole.unsigned_abs()) <= 53 => {
                Ok(())
            }
            Some(_) => Err(altered(
                "`scaled_float` rounds whole numbers of more than 53 binary digits",
                "map it as `long`",
            )),
            None => Ok(()),
        }
    }

    fn check_text(&self, text: &str) -> Outcome {
        if text.is_empty() && self.coerce {
            return Err(altered(
                "empty text in `scaled_float` is taken and not indexed",
                "store NULL",
            ));
        }
        if !self.coerce {
            return Err(refused(
                "`scaled_float` with `coerce: false` takes no text",
                "store a number",
            ));
        }
        let Some((value, plain)) = number::java_double(text) else {
            return Err(refused(
                "`scaled_float` takes numbers, this text is none",
                "map the field as `keyword`",
            ));
        };
        let trimmed = text.trim_matches(|c: char| c <= ' ');
        let whole = (plain && !trimmed.contains(['.', 'e', 'E'])).then(|| number::exact(trimmed));
        self.check_value(value, whole)?;
        if plain {
            Ok(())
        } else {
            Err(altered(
                "`scaled_float` reads the text as Java writes numbers, with a suffix or in hexadecimal",
                "map the field as `keyword`",
            ))
        }
    }
}
