//! Numbers as time: what each engine makes of seconds and milliseconds since 1970, and decimals read without rounding.

use super::bound::Rounding;
use super::calendar::Instant;
use super::meaning::{Lost, Meaning};
use crate::encode::digit;
use crate::target::{Engine, Target};

/// The unit of an epoch format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Micros,
}

impl Unit {
    /// Nanoseconds of one.
    pub(super) fn nanos(self) -> i128 {
        match self {
            Unit::Seconds => 1_000_000_000,
            Unit::Millis => 1_000_000,
            Unit::Micros => 1000,
        }
    }
}

/// How an engine reads epoch formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// Elasticsearch 2: at most 13 digits of milliseconds or 10 of seconds.
    Elastic2,
    /// Elasticsearch 5: a 64-bit integer, at most 19 or 16 characters where it is positive.
    Elastic5,
    /// Elasticsearch 6: any decimal of that length, cut to an integer, wrapped at 64 bits.
    Elastic6,
    /// java.time before negative milliseconds were understood: Elasticsearch 7 to 8.1, OpenSearch 1.
    JavaOld,
    /// java.time: Elasticsearch 8.2 and later.
    Java,
    /// As `Java` for milliseconds, as `JavaOld` for seconds: OpenSearch 2 and later.
    OpenSearch,
}

impl Reader {
    pub(super) fn of(target: &Target) -> Reader {
        match (target.engine, target.major, target.minor) {
            (Engine::OpenSearch, 1, _) => Reader::JavaOld,
            (Engine::OpenSearch, ..) => Reader::OpenSearch,
            (_, 0..=2, _) => Reader::Elastic2,
            (_, 3..=5, _) => Reader::Elastic5,
            (_, 6, _) => Reader::Elastic6,
            (_, 7, _) | (_, 8, 0..=1) => Reader::JavaOld,
            _ => Reader::Java,
        }
    }

    /// What the engine makes of the text by an epoch format; `None` where it does not take it.
    pub(super) fn read(self, unit: Unit, text: &str, rounding: Rounding) -> Option<Meaning> {
        let mut meaning = self.read_down(unit, text)?;
        if rounding == Rounding::Up && !text.contains('.') {
            meaning.instant.0 = meaning.instant.0.saturating_add(unit.nanos() - 1);
        }
        Some(meaning)
    }

    fn read_down(self, unit: Unit, text: &str) -> Option<Meaning> {
        match self {
            Reader::Elastic2 => self.read_integer(unit, text),
            Reader::Elastic5 => self.read_integer(unit, &digit::to_ascii(text)),
            Reader::Elastic6 => self.read_big(unit, &digit::to_ascii(text)),
            Reader::JavaOld | Reader::Java | Reader::OpenSearch => self.read_java(unit, text),
        }
    }

    fn read_integer(self, unit: Unit, text: &str) -> Option<Meaning> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        match self {
            Reader::Elastic2 => {
                let limit = if unit == Unit::Seconds { 10 } else { 13 };
                if digits.len() > limit || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
            }
            _ if !text.starts_with('-') && text.len() > too_long(unit) => return None,
            _ => {}
        }
        let value: i64 = text.parse().ok()?;
        let meaning = Meaning::epoch(Instant(i128::from(value) * unit.nanos()));
        Some(wrapped(meaning))
    }

    fn read_big(self, unit: Unit, text: &str) -> Option<Meaning> {
        let length = text.find('.').unwrap_or(text.len());
        if !text.starts_with('-') && length > too_long(unit) {
            return None;
        }
        cut(unit, text)
    }

    fn read_java(self, unit: Unit, text: &str) -> Option<Meaning> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let places = match unit {
            Unit::Seconds => 9,
            Unit::Millis => 6,
            Unit::Micros => 3,
        };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 19 || fraction.len() > places {
            return None;
        }
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole = i128::from(whole.parse::<i64>().ok()?) * unit.nanos();
        let part = Decimal::fraction(fraction, unit.nanos());
        let limit = if negative { SECONDS_MIN } else { SECONDS_MAX };
        if whole > limit * Unit::Seconds.nanos() {
            return None;
        }
        if !negative {
            return Some(Meaning::epoch(Instant(whole + part)));
        }
        let old = self == Reader::JavaOld || self == Reader::OpenSearch && unit == Unit::Seconds;
        if !old {
            // Behind a negative number a fraction of zeros alone is none of seconds.
            let refused = part == 0 && unsigned.contains('.') && unit == Unit::Seconds;
            return (!refused).then(|| Meaning::epoch(Instant(-whole - part)));
        }
        if whole == 0 || whole % Unit::Seconds.nanos() != 0 {
            return None;
        }
        // The fraction is added to the negative number: -1.5 becomes -0.5.
        let mut meaning = Meaning::epoch(Instant(part - whole));
        meaning.lost = (part != 0).then_some(Lost::Time);
        Some(meaning)
    }
}

/// A decimal that is cut to an integer, which is multiplied without looking.
pub(super) fn cut(unit: Unit, text: &str) -> Option<Meaning> {
    if !is_number_like(text) {
        return None;
    }
    let meaning = match Decimal::parse(text) {
        Some(decimal) => {
            let exact = decimal.scaled(unit.nanos());
            let cut = decimal.truncated().and_then(|whole| whole.checked_mul(unit.nanos()));
            let cut = cut.map(Instant);
            let kept = cut.and_then(Instant::millis);
            let wanted = exact.and_then(|nanos| Instant(nanos).millis());
            // A fraction of a millisecond may go, a fraction of a second may not.
            let altered = kept.is_none() || kept != wanted && unit == Unit::Seconds;
            let mut meaning = Meaning::epoch(cut.unwrap_or(Instant(i128::MAX)));
            meaning.lost = altered.then_some(Lost::Time);
            meaning
        }
        None => Meaning { lost: Some(Lost::Time), ..Meaning::epoch(Instant(i128::MAX)) },
    };
    Some(wrapped(meaning))
}

fn too_long(unit: Unit) -> usize {
    if unit == Unit::Seconds { 16 } else { 19 }
}

/// Joda's engines multiply seconds without looking: over 64 bits the milliseconds wrap around.
fn wrapped(mut meaning: Meaning) -> Meaning {
    if meaning.instant.millis().is_none() {
        meaning.lost = Some(Lost::Time);
    }
    meaning
}

/// Whether the text is a number and nothing else: sign, digits, fraction, exponent.
pub(super) fn is_number_like(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        }
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) || whole.is_empty() && fraction.is_some_and(digits))
        && fraction.is_none_or(|part| part.is_empty() || digits(part))
        && exponent.is_none_or(digits)
}

/// The last second of the year 999999999, which is the last that java.time knows.
const SECONDS_MAX: i128 = 31_556_889_832_780_799;
/// The first second of the year -999999999, before 1970.
const SECONDS_MIN: i128 = 31_557_014_135_596_800;

/// A decimal without rounding: `digits` times ten to the `exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    exponent: i32,
}

/// More digits than any time needs; beyond it a number is refused, never rounded.
const DIGITS_MAX: usize = 36;

impl Decimal {
    /// Reads a number-like text; `None` where it has more digits or a larger exponent than any time has.
    pub(super) fn parse(text: &str) -> Option<Decimal> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let mut digits: i128 = 0;
        let mut count = 0;
        let mut after_point = 0;
        let mut point = false;
        for byte in mantissa.bytes() {
            match byte {
                b'0'..=b'9' => {
                    digits = digits * 10 + i128::from(byte - b'0');
                    count += usize::from(digits != 0);
                    after_point += i32::from(point);
                }
                b'.' => point = true,
                _ => {}
            }
            if count > DIGITS_MAX {
                return None;
            }
        }
        let digits = if negative { -digits } else { digits };
        Some(Decimal { digits, exponent: exponent.checked_sub(after_point)? })
    }

    /// The fraction that stands behind a point, times a power of ten that is at least as long.
    fn fraction(digits: &str, unit: i128) -> i128 {
        let value = digits.bytes().fold(0i128, |sum, b| sum * 10 + i128::from(b - b'0'));
        value * unit / 10i128.pow(digits.len() as u32)
    }

    /// Times a power of ten, where the result is whole and fits.
    pub(super) fn scaled(self, unit: i128) -> Option<i128> {
        let mut digits = self.digits.checked_mul(unit)?;
        if digits == 0 {
            return Some(0);
        }
        let mut exponent = self.exponent;
        while exponent > 0 {
            digits = digits.checked_mul(10)?;
            exponent -= 1;
        }
        while exponent < 0 {
            if digits % 10 != 0 {
                return None;
            }
            digits /= 10;
            exponent += 1;
        }
        Some(digits)
    }

    fn truncated(self) -> Option<i128> {
        let mut digits = self.digits;
        for _ in 0..self.exponent.max(0) {
            digits = digits.checked_mul(10)?;
            if digits == 0 {
                break;
            }
        }
        for _ in 0..(-self.exponent).max(0) {
            digits /= 10;
            if digits == 0 {
                break;
            }
        }
        Some(digits)
    }
}
