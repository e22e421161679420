//! Puts the parts of a format together: numbers without a separator between them share their digits.

use super::calendar::WeekRule;
use super::fields::Field;
use super::offset::{OffsetShape, ZoneShape};
use super::program::{Dialect, Fraction, Number, Part, Sign};
use super::region::Database;

/// Names of months, each list with the number of the month.
pub(super) static MONTHS_SHORT: [(&str, i64); 12] = [
    ("Jan", 1),
    ("Feb", 2),
    ("Mar", 3),
    ("Apr", 4),
    ("May", 5),
    ("Jun", 6),
    ("Jul", 7),
    ("Aug", 8),
    ("Sep", 9),
    ("Oct", 10),
    ("Nov", 11),
    ("Dec", 12),
];
pub(super) static MONTHS_FULL: [(&str, i64); 12] = [
    ("January", 1),
    ("February", 2),
    ("March", 3),
    ("April", 4),
    ("May", 5),
    ("June", 6),
    ("July", 7),
    ("August", 8),
    ("September", 9),
    ("October", 10),
    ("November", 11),
    ("December", 12),
];
pub(super) static DAYS_SHORT: [(&str, i64); 7] =
    [("Mon", 1), ("Tue", 2), ("Wed", 3), ("Thu", 4), ("Fri", 5), ("Sat", 6), ("Sun", 7)];
pub(super) static DAYS_FULL: [(&str, i64); 7] = [
    ("Monday", 1),
    ("Tuesday", 2),
    ("Wednesday", 3),
    ("Thursday", 4),
    ("Friday", 5),
    ("Saturday", 6),
    ("Sunday", 7),
];
pub(super) static HALF_DAYS: [(&str, i64); 2] = [("AM", 0), ("PM", 1)];
pub(super) static QUARTERS_SHORT: [(&str, i64); 4] = [("Q1", 1), ("Q2", 2), ("Q3", 3), ("Q4", 4)];
/// What stands alone without a language (measured on OpenSearch 3.8 and Elasticsearch 9.2).
pub(super) static QUARTERS_ROOT: [(&str, i64); 4] = [("1", 1), ("2", 2), ("3", 3), ("4", 4)];
pub(super) static QUARTERS_FULL: [(&str, i64); 4] =
    [("1st quarter", 1), ("2nd quarter", 2), ("3rd quarter", 3), ("4th quarter", 4)];
/// What OpenSearch 3 reads for every length of an era.
pub(super) static ERAS_ROOT: [(&str, i64); 2] = [("BCE", 0), ("CE", 1)];
pub(super) static ERAS_SHORT: [(&str, i64); 2] = [("BC", 0), ("AD", 1)];
/// What Joda-Time reads in English.
pub(super) static ERAS_JODA: [(&str, i64); 4] = [("BC", 0), ("AD", 1), ("BCE", 0), ("CE", 1)];
pub(super) static ERAS_FULL: [(&str, i64); 2] = [("Before Christ", 0), ("Anno Domini", 1)];
pub(super) static ERAS_NARROW: [(&str, i64); 2] = [("B", 0), ("A", 1)];

/// One way to read a text: the parts, and the week rule that week-years in it follow.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    pub(super) parts: Box<[Part]>,
    pub(super) week: WeekRule,
    pub(super) style: Style,
    /// Read by a parser of Elasticsearch's own, not by java.time.
    pub(super) own: bool,
    /// A pattern with the year of a week and no week: whoever writes `YYYY` means the year.
    pub(super) bare_week_year: bool,
    /// The time zone database of the engine, where it is not that of its Java.
    pub(super) database: Option<Database>,
}

/// How java.time resolves a day that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Refuses it.
    Strict,
    /// Takes up to the 31st as the last day of the month, and 24:00 as the end of the day.
    Smart,
    /// Counts on into the next month.
    Lenient,
}

/// Collects parts; knows which number is still open for those that follow without a separator.
#[derive(Debug)]
pub(super) struct Builder {
    parts: Vec<Part>,
    open: Option<usize>,
    dialect: Dialect,
}

impl Builder {
    pub(super) fn new(dialect: Dialect) -> Builder {
        Builder { parts: Vec::new(), open: None, dialect }
    }

    pub(super) fn finish(self) -> Box<[Part]> {
        self.parts.into_boxed_slice()
    }

    pub(super) fn push(&mut self, part: Part) {
        self.open = None;
        self.parts.push(part);
    }

    pub(super) fn literal(&mut self, text: &str, fold: bool) {
        self.open = None;
        if let Some(Part::Literal { text: last, fold: last_fold }) = self.parts.last_mut()
            && *last_fold == fold
        {
            *last = format!("{last}{text}").into_boxed_str();
            return;
        }
        self.parts.push(Part::Literal { text: text.into(), fold });
    }

    pub(super) fn names(
        &mut self,
        field: Field,
        names: &'static [(&'static str, i64)],
        fold: bool,
    ) {
        self.push(Part::Names { field, names, fold });
    }

    pub(super) fn optional(&mut self, parts: Box<[Part]>) {
        self.push(Part::Optional(parts));
    }

    pub(super) fn number(&mut self, field: Field, digits: (u8, u8), sign: Sign) {
        let (digits_min, digits_max) = digits;
        let number = Number { field, digits_min, digits_max, sign, reserve: 0 };
        let fixed = digits_min == digits_max && sign == Sign::Never;
        self.adjacent(Part::Number(number), fixed, digits_max);
    }

    pub(super) fn two_digits(&mut self, field: Field, base: i64, lenient: bool) {
        let open = self.open;
        self.reserve(2);
        self.push(Part::TwoDigits { field, base, lenient });
        // Two digits never take more than two, so a number before them stays open.
        self.open = open;
    }

    pub(super) fn fraction(&mut self, field: Field, digits: (u8, u8), point: bool) {
        let (digits_min, digits_max) = digits;
        let fixed = digits_min == digits_max && !point;
        let part = Part::Fraction(Fraction { field, digits_min, digits_max, point });
        if fixed {
            self.adjacent(part, true, digits_max);
        } else {
            self.push(part);
        }
    }

    /// java.time lets a number of free width leave digits to the fixed ones behind it; Joda-Time does not.
    fn adjacent(&mut self, part: Part, fixed: bool, width: u8) {
        if self.dialect == Dialect::Joda {
            self.parts.push(part);
            return;
        }
        if fixed && self.open.is_some() {
            self.reserve(width);
            self.parts.push(part);
            return;
        }
        let numeric = matches!(part, Part::Number(_));
        self.parts.push(part);
        self.open = numeric.then(|| self.parts.len() - 1);
    }

    fn reserve(&mut self, width: u8) {
        if let Some(Part::Number(number)) = self.open.and_then(|open| self.parts.get_mut(open)) {
            number.reserve += width;
        }
    }
}

/// Compiles the notation that the table of named formats is written in (see [`super::names`]).
///
/// The notation is ours and fixed, so a mistake in it is a mistake in this crate; tests compile every row.
pub(super) fn from_notation(notation: &str, dialect: Dialect) -> Box<[Part]> {
    let mut reader = NotationReader { rest: notation, dialect };
    reader.sequence()
}

struct NotationReader<'a> {
    rest: &'a str,
    dialect: Dialect,
}

impl NotationReader<'_> {
    fn next(&mut self) -> Option<char> {
        let first = self.rest.chars().next()?;
        self.rest = &self.rest[first.len_utf8()..];
        Some(first)
    }

    fn sequence(&mut self) -> Box<[Part]> {
        let mut builder = Builder::new(self.dialect);
        let fold = self.dialect == Dialect::Joda;
        while let Some(letter) = self.rest.chars().next() {
            if matches!(letter, ']' | '|' | ')') {
                break;
            }
            self.next();
            match letter {
                '[' => {
                    let inner = self.sequence();
                    self.next();
                    builder.optional(inner);
                }
                '(' => {
                    let choices = self.choices();
                    builder.push(Part::OneOf(choices));
                }
                '.' if self.rest.starts_with('{') => {
                    let (digits, _) = self.digits();
                    builder.fraction(Field::Nano, digits, true);
                }
                'f' | 'i' | 'h' => {
                    let (digits, _) = self.digits();
                    let field = match letter {
                        'f' => Field::Nano,
                        'i' => Field::NanoOfMinute,
                        _ => Field::NanoOfHour,
                    };
                    builder.fraction(field, digits, false);
                }
                'z' => builder.push(Part::Zone(ZoneShape::RegionOrOffset)),
                'k' => builder.push(Part::Zone(ZoneShape::Iso)),
                'o' => builder.push(Part::Offset(OffsetShape::SHORT)),
                'O' => builder.push(Part::Offset(OffsetShape::COLON)),
                'R' => builder.push(Part::Offset(OffsetShape::LONG)),
                'F' => builder.push(Part::Offset(OffsetShape::RFC_3339)),
                'j' => builder.push(Part::Offset(OffsetShape::JODA)),
                _ => match number_field(letter) {
                    Some(field) => {
                        let (digits, sign) = self.digits();
                        builder.number(field, digits, sign);
                    }
                    None => builder.literal(letter.encode_utf8(&mut [0; 4]), fold),
                },
            }
        }
        builder.finish()
    }

    fn choices(&mut self) -> Box<[Box<[Part]>]> {
        let mut choices = Vec::new();
        loop {
            choices.push(self.sequence());
            if self.next() != Some('|') {
                return choices.into_boxed_slice();
            }
        }
    }

    /// `{min,max}` or `{both}`, with `n` or `e` for the sign; nothing stands for any number of digits.
    fn digits(&mut self) -> ((u8, u8), Sign) {
        let plain = match self.dialect {
            Dialect::Java => Sign::Minus,
            Dialect::Joda => Sign::Either,
        };
        if !self.rest.starts_with('{') {
            return ((1, 19), plain);
        }
        self.next();
        let mut numbers = [0u8; 2];
        let mut count = 0;
        let mut sign = Sign::Never;
        while let Some(letter) = self.next() {
            match letter {
                '}' => break,
                ',' => count = 1,
                'n' => sign = plain,
                'e' => sign = Sign::Exceeds,
                digit => {
                    let digit = digit.to_digit(10).unwrap_or(0) as u8;
                    numbers[count] = numbers[count] * 10 + digit;
                }
            }
        }
        if count == 0 {
            numbers[1] = numbers[0];
        }
        ((numbers[0], numbers[1]), sign)
    }
}

fn number_field(letter: char) -> Option<Field> {
    Some(match letter {
        'u' => Field::Year,
        'y' => Field::YearOfEra,
        'D' => Field::DayOfYear,
        'M' => Field::Month,
        'd' => Field::Day,
        'H' => Field::Hour,
        'm' => Field::Minute,
        's' => Field::Second,
        'x' => Field::WeekYear,
        'w' => Field::Week,
        'e' => Field::Weekday,
        _ => return None,
    })
}
