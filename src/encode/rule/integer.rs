//! Whole numbers: `byte`, `short`, `integer`, `long`, `unsigned_long`.

use super::{altered, params, refused};
use crate::encode::digit;
use crate::encode::json::Leaf;
use crate::encode::number::{self, Exact};
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::Property;
use crate::target::rule::{Facts, IntegerText, Line};

/// What is said of a fraction where the mapping wants none to be cut off.
const NO_FRACTION: &str = "with `coerce: false` takes no fraction";

/// What is said of a number that no `int` holds in a `byte`.
const NO_INT: &str = ", and this number has more than 32 bits";

/// Whether 1.x to 6.x have read the number when they refuse it: for its fraction alone, or since 5.x as a byte that is
/// an `int`.
pub(super) fn is_read(rule: &IntegerRule, refusal: &Refusal, facts: &Facts) -> bool {
    let is_int = rule.size == Size::Byte && !refusal.rule.ends_with(NO_INT);
    refusal.rule.ends_with(NO_FRACTION) || is_int && facts.line >= Line::Es5
}

/// Range and habits of one integer type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IntegerRule {
    pub(crate) min: i128,
    pub(crate) max: i128,
    size: Size,
    /// `false`: text and fractions are refused.
    coerce: bool,
    /// Whether a literal with a point or an exponent is read at all.
    reads_floats: bool,
    /// Whether fractions are cut off; refused otherwise.
    cuts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Byte,
    Short,
    Integer,
    Long,
    Unsigned,
}

impl IntegerRule {
    pub(super) fn compile(property: &Property, facts: &Facts) -> IntegerRule {
        let (size, min, max) = match property.kind.as_str() {
            "byte" => (Size::Byte, i128::from(i8::MIN), i128::from(i8::MAX)),
            "short" => (Size::Short, i128::from(i16::MIN), i128::from(i16::MAX)),
            "integer" => (Size::Integer, i128::from(i32::MIN), i128::from(i32::MAX)),
            "unsigned_long" => (Size::Unsigned, 0, i128::from(u64::MAX)),
            _ => (Size::Long, i128::from(i64::MIN), i128::from(i64::MAX)),
        };
        let elastic_unsigned = size == Size::Unsigned && !facts.unsigned_cuts;
        IntegerRule {
            min,
            max,
            size,
            coerce: params::flag(property, "coerce").unwrap_or(true),
            reads_floats: !elastic_unsigned || facts.unsigned_reads_floats(),
            cuts: !elastic_unsigned,
        }
    }

    /// The rule of a bound of `long_range` or `integer_range`.
    pub(super) fn of_bound(is_long: bool, coerce: bool) -> IntegerRule {
        let (size, min, max) = if is_long {
            (Size::Long, i64::MIN, i64::MAX)
        } else {
            (Size::Integer, i64::from(i32::MIN), i64::from(i32::MAX))
        };
        IntegerRule {
            min: min.into(),
            max: max.into(),
            size,
            coerce,
            reads_floats: true,
            cuts: true,
        }
    }

    /// A whole number, as most rows have it.
    pub(crate) fn check_integer(&self, kind: &str, value: i128, facts: &Facts) -> Outcome {
        if (self.min..=self.max).contains(&value) {
            Ok(())
        } else {
            Err(self.out_of_range(kind, value, facts))
        }
    }

    pub(super) fn check(&self, kind: &str, leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
        match leaf {
            Leaf::Null => Ok(()),
            Leaf::Bool(_) => {
                Err(refused(format!("`{kind}` takes no boolean"), "map the field as `boolean`"))
            }
            Leaf::Number(literal) => self.check_number(kind, literal, facts),
            Leaf::Text(text) => self.check_text(kind, text, facts),
        }
    }

    fn check_number(&self, kind: &str, literal: &str, facts: &Facts) -> Outcome {
        if number::is_integer_literal(literal) {
            return match literal.parse::<i128>() {
                Ok(value) => self.check_integer(kind, value, facts),
                Err(_) => Err(self.unread(kind)),
            };
        }
        self.check_decimal(kind, literal, facts)
    }

    /// Whether a whole number may be written with a point.
    pub(crate) fn reads_floats(&self) -> bool {
        self.reads_floats
    }

    /// A literal with a point or an exponent: read as a double, cut to a whole number.
    fn check_decimal(&self, kind: &str, literal: &str, facts: &Facts) -> Outcome {
        let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
        // OpenSearch looks at the fraction first there.
        if self.size == Size::Unsigned && self.cuts && !self.coerce && value.fract() != 0.0 {
            return Err(refused(format!("`{kind}` {NO_FRACTION}"), "map it as `double`"));
        }
        if !self.double_fits(value) {
            return Err(self.unread(kind));
        }
        if !self.reads_floats || (!self.cuts && value.fract() != 0.0) {
            return Err(refused(
                format!("`{kind}` takes no number with a fraction or an exponent"),
                "map it as `double`, or make it an integer with `sql`",
            ));
        }
        let whole =
            if self.size == Size::Unsigned { exact_whole(literal) } else { value as i64 as i128 };
        let range = self.check_integer(kind, whole, facts);
        if range.as_ref().is_err_and(|refusal| refusal.verdict == Verdict::Refused) {
            return range;
        }
        if !self.coerce && value.fract() != 0.0 {
            return Err(refused(format!("`{kind}` {NO_FRACTION}"), "map it as `double`"));
        }
        range?;
        if number::exact(literal) == Exact::Integer(whole)
            && !(value == 0.0 && value.is_sign_negative())
        {
            Ok(())
        } else {
            Err(cut(kind, whole))
        }
    }

    /// Whether the engine's reader takes a double for this type at all.
    fn double_fits(&self, value: f64) -> bool {
        match self.size {
            Size::Long => value.abs() <= 2f64.powi(63),
            Size::Unsigned => value > -1.0 && value < 2f64.powi(64),
            _ => (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value),
        }
    }

    fn check_text(&self, kind: &str, text: &str, facts: &Facts) -> Outcome {
        if text.is_empty() && (self.coerce || facts.integer_text_digits) {
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
        let digits = digit::whole(text);
        match facts.integer_text() {
            IntegerText::Digits => match digits {
                Some(value) => self.check_integer(kind, value, facts),
                None => Err(no_number(kind)),
            },
            _ if matches!(self.size, Size::Long | Size::Unsigned)
                && digits.is_some_and(|v| self.contains(v)) =>
            {
                Ok(())
            }
            IntegerText::Clamped => self.check_clamped(kind, text),
            IntegerText::Decimal if matches!(self.size, Size::Long | Size::Unsigned) => {
                let text = digit::to_ascii(text);
                let bare = text.strip_prefix(['+', '-']).unwrap_or(&text);
                if number::is_loose_decimal(bare) {
                    self.check_loose(kind, &text)
                } else {
                    Err(no_number(kind))
                }
            }
            IntegerText::Decimal => self.check_java_double(kind, text),
        }
    }

    fn contains(&self, value: i128) -> bool {
        (self.min..=self.max).contains(&value)
    }

    /// Text for `long` and `unsigned_long`: an exact decimal, cut to a whole number.
    fn check_loose(&self, kind: &str, text: &str) -> Outcome {
        match number::exact(text) {
            Exact::Integer(value) if self.contains(value) => Ok(()),
            Exact::Fraction
                if self.cuts && self.double_fits(text.parse().unwrap_or(f64::INFINITY)) =>
            {
                Err(cut(kind, exact_whole(text)))
            }
            _ => Err(self.range_refused(kind)),
        }
    }

    /// Text for the smaller types: a double, cut to a whole number.
    fn check_java_double(&self, kind: &str, text: &str) -> Outcome {
        let Some((value, plain)) = number::java_double(text) else { return Err(no_number(kind)) };
        if value.is_nan() {
            return Err(altered(
                format!("the text `NaN` in `{kind}` is indexed as 0"),
                "store NULL",
            ));
        }
        let whole = value as i64;
        if !self.double_fits(value) || !self.contains(i128::from(whole)) {
            return Err(self.range_refused(kind));
        }
        let exact = plain
            && number::exact(text.trim_matches(|c: char| c <= ' '))
                == Exact::Integer(i128::from(whole));
        if exact { Ok(()) } else { Err(cut(kind, i128::from(whole))) }
    }

    /// 5.x: as a double, the nearest value of the type where it does not fit; only `byte` refuses.
    fn check_clamped(&self, kind: &str, text: &str) -> Outcome {
        let Some((value, plain)) = number::java_double(text) else { return Err(no_number(kind)) };
        let whole = value as i64;
        let fits = self.contains(i128::from(whole)) && value.abs() < 2f64.powi(63);
        match (fits || value.is_nan(), self.size) {
            (false, Size::Byte) => Err(self.range_refused(kind)),
            (false, _) => Err(altered(
                format!(
                    "`{kind}` turns text beyond {} to {} into another number on Elasticsearch 5",
                    self.min, self.max
                ),
                "map a larger type",
            )),
            (true, _)
                if plain
                    && number::exact(text.trim_matches(|c: char| c <= ' '))
                        == Exact::Integer(i128::from(whole)) =>
            {
                Ok(())
            }
            (true, _) => Err(cut(kind, i128::from(whole))),
        }
    }

    fn out_of_range(&self, kind: &str, value: i128, facts: &Facts) -> Refusal {
        let wraps = self.size == Size::Byte && facts.byte_wraps && i16::try_from(value).is_ok();
        if wraps {
            return altered(
                format!("`byte` takes -128 to 127, and {} wraps others round", facts.line.name()),
                format!("{} would be indexed: map it as `short`", value as i8),
            );
        }
        if i32::try_from(value).is_ok() { self.range_refused(kind) } else { self.unread(kind) }
    }

    /// A number that is too large before it is asked whether it is.
    fn unread(&self, kind: &str) -> Refusal {
        let refusal = self.range_refused(kind);
        match self.size {
            Size::Byte => Refusal { rule: format!("{}{NO_INT}", refusal.rule).into(), ..refusal },
            _ => refusal,
        }
    }

    fn range_refused(&self, kind: &str) -> Refusal {
        let way_out = match self.size {
            Size::Byte => "map it as `short`, `integer` or `long`",
            Size::Short => "map it as `integer` or `long`",
            Size::Integer => "map it as `long`",
            Size::Long => "map it as `unsigned_long`, `double` or `keyword`",
            Size::Unsigned => "map it as `long`, `double` or `keyword`",
        };
        refused(format!("`{kind}` takes {} to {}", self.min, self.max), way_out)
    }
}

/// The whole part of a decimal literal of less than 38 digits.
fn exact_whole(literal: &str) -> i128 {
    match number::exact(literal) {
        Exact::Integer(value) => value,
        Exact::Fraction | Exact::Huge => literal.parse::<f64>().map_or(0, |value| value as i128),
    }
}

fn cut(kind: &str, whole: i128) -> Refusal {
    altered(
        format!("`{kind}` holds whole numbers; the value is indexed as another one"),
        format!("{whole} would be indexed: map it as `double`"),
    )
}

fn no_number(kind: &str) -> Refusal {
    refused(
        format!("`{kind}` takes numbers, this text is none"),
        "map the field as `keyword`, or mend the text with `sql`",
    )
}
