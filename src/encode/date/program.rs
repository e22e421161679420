//! A compiled format: the parts in the order they are read, and the reader of a text by them.
//!
//! It knows how both generations of engines read digits, text and offsets; it does not know what the fields mean together.

use super::fields::{Field, Fields};
use super::offset::{self, OffsetShape, ZoneShape};

/// One part of a format.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// A text that stands there as it is; `fold` takes it in either case.
    Literal {
        text: Box<str>,
        fold: bool,
    },
    Number(Number),
    /// A year of two digits: the year of a hundred from `base` on. `lenient` also takes any other number of digits as a year.
    TwoDigits {
        field: Field,
        base: i64,
        lenient: bool,
    },
    Fraction(Fraction),
    /// One of a list of names.
    Names {
        field: Field,
        names: &'static [(&'static str, i64)],
        fold: bool,
    },
    Offset(OffsetShape),
    Zone(ZoneShape),
    /// Read if it can be read, else skipped; never taken back later.
    Optional(Box<[Part]>),
    /// The one that reads furthest.
    OneOf(Box<[Box<[Part]>]>),
}

/// What may stand before the digits of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Never,
    /// A minus.
    Minus,
    /// A minus, and a plus exactly when there are more digits than the least number of them.
    Exceeds,
    /// A minus or a plus.
    Either,
}

/// A run of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) field: Field,
    pub(super) digits_min: u8,
    pub(super) digits_max: u8,
    pub(super) sign: Sign,
    /// Digits that belong to the numbers of fixed width right behind this one.
    pub(super) reserve: u8,
}

/// A decimal fraction of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) field: Field,
    pub(super) digits_min: u8,
    pub(super) digits_max: u8,
    /// Whether a point belongs to it.
    pub(super) point: bool,
}

/// How the two generations of engines differ in reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Joda-Time: Elasticsearch 1 to 6. A field that is read twice takes the last value.
    Joda,
    /// java.time: Elasticsearch 7 and later, OpenSearch. A field that is read twice must agree with itself.
    Java,
}

impl Dialect {
    fn put(self, fields: &mut Fields, field: Field, value: i64) -> bool {
        let fits = fields.agree(field, value);
        fits || self == Dialect::Joda
    }
}

/// Why a text was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Something does not fit, or is left over.
    Unfit,
    /// The same, where a zone is named by letters that the engine's Java may know.
    ForeignZone,
}

/// Reads the whole of `text` by `parts`.
pub(super) fn read(parts: &[Part], text: &str, dialect: Dialect) -> Result<Fields, Unread> {
    let mut fields = Fields::new();
    match run(parts, text, 0, &mut fields, dialect) {
        Some(end) if end == text.len() => Ok(fields),
        _ if fields.foreign_zone => Err(Unread::ForeignZone),
        _ => Err(Unread::Unfit),
    }
}

fn run(
    parts: &[Part],
    text: &str,
    mut at: usize,
    fields: &mut Fields,
    dialect: Dialect,
) -> Option<usize> {
    for part in parts {
        at = step(part, text, at, fields, dialect)?;
    }
    Some(at)
}

fn step(
    part: &Part,
    text: &str,
    at: usize,
    fields: &mut Fields,
    dialect: Dialect,
) -> Option<usize> {
    let bytes = text.as_bytes();
    match part {
        Part::Literal { text: literal, fold } => {
            starts_with(bytes, at, literal, *fold).then(|| at + literal.len())
        }
        Part::Number(number) => read_number(number, bytes, at, fields, dialect),
        Part::TwoDigits { field, base, lenient } => {
            let (value, end) = read_two_digits(bytes, at, *base, *lenient)?;
            dialect.put(fields, *field, value).then_some(end)
        }
        Part::Fraction(fraction) => read_fraction(fraction, bytes, at, fields, dialect),
        Part::Names { field, names, fold } => {
            let (name, value) = names
                .iter()
                .filter(|(name, _)| starts_with_name(bytes, at, name, *fold))
                .max_by_key(|(name, _)| name.len())?;
            dialect.put(fields, *field, *value).then_some(at + name.len())
        }
        Part::Offset(shape) => {
            let (seconds, end) = offset::read_offset(*shape, bytes, at)?;
            let fits = fields.offset.is_none_or(|old| old == seconds) || dialect == Dialect::Joda;
            fields.offset = Some(seconds);
            fits.then_some(end)
        }
        Part::Zone(shape) => offset::read_zone(*shape, text, at, fields),
        Part::Optional(parts) => {
            let before = *fields;
            match run(parts, text, at, fields, dialect) {
                Some(end) => Some(end),
                None => {
                    fields.take_back(before);
                    Some(at)
                }
            }
        }
        Part::OneOf(choices) => read_furthest(choices, text, at, fields, dialect),
    }
}

/// Whether any part, optional or not, reads the field.
pub(super) fn reads(parts: &[Part], wanted: Field) -> bool {
    parts.iter().any(|part| match part {
        Part::Number(number) => number.field == wanted,
        Part::TwoDigits { field, .. } | Part::Names { field, .. } => *field == wanted,
        Part::Fraction(fraction) => fraction.field == wanted,
        Part::Optional(parts) => reads(parts, wanted),
        Part::OneOf(choices) => choices.iter().any(|parts| reads(parts, wanted)),
        Part::Literal { .. } | Part::Offset(_) | Part::Zone(_) => false,
    })
}

/// Whether any part, optional or not, reads the names of zones.
pub(super) fn names_zones(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Zone(shape) => !matches!(shape, ZoneShape::RegionOrOffset | ZoneShape::Iso),
        Part::Optional(parts) => names_zones(parts),
        Part::OneOf(choices) => choices.iter().any(|parts| names_zones(parts)),
        _ => false,
    })
}

fn read_furthest(
    choices: &[Box<[Part]>],
    text: &str,
    at: usize,
    fields: &mut Fields,
    dialect: Dialect,
) -> Option<usize> {
    let before = *fields;
    let mut best: Option<(usize, Fields)> = None;
    for choice in choices {
        let mut tried = before;
        if let Some(end) = run(choice, text, at, &mut tried, dialect)
            && best.as_ref().is_none_or(|(furthest, _)| end > *furthest)
        {
            best = Some((end, tried));
        }
    }
    let (end, tried) = best?;
    *fields = tried;
    Some(end)
}

fn starts_with(bytes: &[u8], at: usize, literal: &str, fold: bool) -> bool {
    let Some(found) = bytes.get(at..at + literal.len()) else { return false };
    if fold { found.eq_ignore_ascii_case(literal.as_bytes()) } else { found == literal.as_bytes() }
}

/// Joda-Time knows each name as it is written, in lower case and in upper case, and no mixture.
fn starts_with_name(bytes: &[u8], at: usize, name: &str, fold: bool) -> bool {
    let Some(found) = bytes.get(at..at + name.len()) else { return false };
    found == name.as_bytes()
        || fold
            && found.eq_ignore_ascii_case(name.as_bytes())
            && (found.iter().all(|b| !b.is_ascii_lowercase())
                || found.iter().all(|b| !b.is_ascii_uppercase()))
}

/// The number of digits from `at` on, at most `limit`.
pub(super) fn count_digits(bytes: &[u8], at: usize, limit: usize) -> usize {
    bytes[at.min(bytes.len())..].iter().take(limit).take_while(|b| b.is_ascii_digit()).count()
}

fn value_of(digits: &[u8]) -> i64 {
    // At most 19 digits: a value over 64 bits saturates, and no field takes a value that large.
    digits
        .iter()
        .fold(0i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')))
}

fn read_number(
    number: &Number,
    bytes: &[u8],
    at: usize,
    fields: &mut Fields,
    dialect: Dialect,
) -> Option<usize> {
    let sign = match bytes.get(at) {
        Some(b'-') if number.sign != Sign::Never => Some(b'-'),
        Some(b'+') if matches!(number.sign, Sign::Exceeds | Sign::Either) => Some(b'+'),
        _ => None,
    };
    let start = at + usize::from(sign.is_some());
    let min = usize::from(number.digits_min);
    let max = usize::from(number.digits_max);
    let mut length = count_digits(bytes, start, max + usize::from(number.reserve));
    if number.reserve > 0 {
        length = min.max(length.saturating_sub(usize::from(number.reserve))).min(length);
    }
    // The strict formats of Joda-Time count a sign as one of the digits, or do not.
    let signed_width = dialect == Dialect::Joda && min == max && sign.is_some();
    if length < min - usize::from(signed_width) || length == 0 {
        return None;
    }
    let value = value_of(&bytes[start..start + length]);
    if number.sign == Sign::Exceeds {
        let exceeds = length > min;
        let fits = match sign {
            Some(b'+') => exceeds,
            Some(_) => true,
            None => !exceeds,
        };
        if !fits {
            return None;
        }
    }
    let negative = sign == Some(b'-');
    if negative && value == 0 && dialect == Dialect::Java {
        return None;
    }
    let value = if negative { -value } else { value };
    dialect.put(fields, number.field, value).then_some(start + length)
}

fn read_two_digits(bytes: &[u8], at: usize, base: i64, lenient: bool) -> Option<(i64, usize)> {
    if !lenient {
        if count_digits(bytes, at, 2) < 2 {
            return None;
        }
        return Some((within_hundred(value_of(&bytes[at..at + 2]), base), at + 2));
    }
    let signed = matches!(bytes.get(at), Some(b'-' | b'+'));
    let start = at + usize::from(signed);
    let length = count_digits(bytes, start, 9);
    if length == 0 {
        return None;
    }
    let value = value_of(&bytes[start..start + length]);
    let end = start + length;
    if signed || length != 2 {
        return Some((if bytes[at] == b'-' { -value } else { value }, end));
    }
    Some((within_hundred(value, base), end))
}

/// The year that ends in `two` among the hundred years from `base` on.
fn within_hundred(two: i64, base: i64) -> i64 {
    base + (two - base).rem_euclid(100)
}

fn read_fraction(
    fraction: &Fraction,
    bytes: &[u8],
    at: usize,
    fields: &mut Fields,
    dialect: Dialect,
) -> Option<usize> {
    let mut start = at;
    if fraction.point {
        if bytes.get(at) != Some(&b'.') {
            return (fraction.digits_min == 0).then_some(at);
        }
        start += 1;
    }
    let length = count_digits(bytes, start, usize::from(fraction.digits_max));
    if length < usize::from(fraction.digits_min) {
        return None;
    }
    let digits = value_of(&bytes[start..start + length]);
    let unit: i128 = match fraction.field {
        Field::NanoOfHour => 3_600_000_000_000,
        Field::NanoOfMinute => 60_000_000_000,
        _ => 1_000_000_000,
    };
    let value = i128::from(digits) * unit / 10i128.pow(length as u32);
    dialect.put(fields, fraction.field, value as i64).then_some(start + length)
}
