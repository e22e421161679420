//! java.time, as Elasticsearch 7 and later and OpenSearch use it: the letters of a pattern.
//!
//! Facts: `DateTimeFormatterBuilder` of the JDK. What the fields mean together: [`super::resolved`].

use super::build::{self, Builder, Program, Style};
use super::calendar::WeekRule;
use super::fields::Field;
use super::locale::Locale;
use super::offset::{Colon, OffsetShape, Presence, ZoneNames, ZoneShape};
use super::program::{self, Dialect, Part, Sign};

/// The letters that a pattern may hold.
pub(super) const LETTERS: &str = "GuyDMLQqdgYwWEecFaBhKkHmsSAnNVvzOXxZp";

/// Compiles a pattern; the fault tells what was found and what would do.
pub(super) fn compile(pattern: &str, locale: Locale, zones: ZoneNames) -> Result<Program, String> {
    let week = match locale {
        Locale::English | Locale::RootFromSunday => WeekRule::SUNDAY,
        Locale::Compat | Locale::Root => WeekRule::ISO,
    };
    let mut reader = PatternReader { letters: pattern.chars().collect(), at: 0, locale, zones };
    let parts = reader.sequence(0)?;
    let reads = |field| program::reads(&parts, field);
    let bare_week_year = reads(Field::WeekYear) && !reads(Field::Week);
    Ok(Program { parts, week, style: Style::Strict, own: false, bare_week_year, database: None })
}

struct PatternReader {
    letters: Vec<char>,
    at: usize,
    locale: Locale,
    zones: ZoneNames,
}

impl PatternReader {
    fn sequence(&mut self, depth: usize) -> Result<Box<[Part]>, String> {
        let mut builder = Builder::new(Dialect::Java);
        while let Some(&letter) = self.letters.get(self.at) {
            match letter {
                '[' => {
                    self.at += 1;
                    let inner = self.sequence(depth + 1)?;
                    builder.optional(inner);
                }
                ']' => {
                    if depth == 0 {
                        return Err("it closes with `]` what no `[` opened".to_string());
                    }
                    self.at += 1;
                    return Ok(builder.finish());
                }
                '{' | '}' | '#' => {
                    return Err(format!("`{letter}` is reserved; quote it: `'{letter}'`"));
                }
                '\'' => self.quoted(&mut builder)?,
                letter if letter.is_ascii_alphabetic() => {
                    let count = self.count(letter);
                    push_letter(&mut builder, letter, count, (self.locale, self.zones))?;
                }
                other => {
                    builder.literal(other.encode_utf8(&mut [0; 4]), false);
                    self.at += 1;
                }
            }
        }
        // A bracket that is never closed ends with the pattern, as in java.time.
        Ok(builder.finish())
    }

    fn count(&mut self, letter: char) -> usize {
        let start = self.at;
        while self.letters.get(self.at) == Some(&letter) {
            self.at += 1;
        }
        self.at - start
    }

    fn quoted(&mut self, builder: &mut Builder) -> Result<(), String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            match self.letters.get(self.at) {
                None => return Err("a quote `'` is not closed; a quote itself is `''`".to_string()),
                Some('\'') if self.letters.get(self.at + 1) == Some(&'\'') => {
                    text.push('\'');
                    self.at += 2;
                }
                Some('\'') => {
                    self.at += 1;
                    break;
                }
                Some(other) => {
                    text.push(*other);
                    self.at += 1;
                }
            }
        }
        builder.literal(if text.is_empty() { "'" } else { &text }, false);
        Ok(())
    }
}

fn push_letter(
    builder: &mut Builder,
    letter: char,
    count: usize,
    (locale, zones): (Locale, ZoneNames),
) -> Result<(), String> {
    let width = u8::try_from(count)
        .ok()
        .filter(|width| *width <= 19)
        .ok_or_else(|| too_many(letter, count))?;
    match letter {
        'u' | 'y' | 'Y' => push_year(builder, letter, width),
        'M' | 'L' | 'Q' | 'q' | 'E' | 'e' | 'c' | 'a' | 'G' => {
            push_named(builder, letter, width, locale)?
        }
        'V' | 'v' | 'z' | 'O' | 'X' | 'x' | 'Z' => push_zone(builder, letter, width, zones)?,
        'S' if width <= 9 => builder.fraction(Field::Nano, (width, width), false),
        'n' => builder.number(Field::Nano, (width, 19), Sign::Never),
        'A' => builder.number(Field::MilliOfDay, (width, 19), Sign::Never),
        'N' => builder.number(Field::NanoOfDay, (width, 19), Sign::Never),
        'D' if width == 2 => builder.number(Field::DayOfYear, (2, 3), Sign::Never),
        'D' if width == 3 => builder.number(Field::DayOfYear, (3, 3), Sign::Never),
        'W' if width == 1 => builder.number(Field::WeekOfMonth, (1, 1), Sign::Never),
        'F' if width == 1 => builder.number(Field::WeekdayInMonth, (1, 1), Sign::Never),
        'g' | 'p' | 'B' => {
            return Err(format!(
                "the letter `{letter}` is not supported here; write the pattern without it"
            ));
        }
        _ => {
            let field = plain_field(letter).ok_or_else(|| unknown(letter))?;
            match width {
                1 => builder.number(field, (1, 19), Sign::Minus),
                2 if letter != 'D' => builder.number(field, (2, 2), Sign::Never),
                _ => return Err(too_many(letter, count)),
            }
        }
    }
    Ok(())
}

fn plain_field(letter: char) -> Option<Field> {
    Some(match letter {
        'D' => Field::DayOfYear,
        'd' => Field::Day,
        'w' => Field::Week,
        'h' => Field::ClockHourOfHalf,
        'K' => Field::HourOfHalf,
        'k' => Field::ClockHour,
        'H' => Field::Hour,
        'm' => Field::Minute,
        's' => Field::Second,
        _ => return None,
    })
}

fn unknown(letter: char) -> String {
    format!(
        "unknown pattern letter `{letter}`; this engine knows `{LETTERS}`, and text stands in quotes"
    )
}

fn too_many(letter: char, count: usize) -> String {
    format!("too many pattern letters: `{letter}` stands there {count} times")
}

fn push_year(builder: &mut Builder, letter: char, width: u8) {
    let field = match letter {
        'u' => Field::Year,
        'y' => Field::YearOfEra,
        _ => Field::WeekYear,
    };
    match width {
        2 => builder.two_digits(field, 2000, false),
        1..4 => builder.number(field, (width, 19), Sign::Minus),
        _ => builder.number(field, (width, 19), Sign::Exceeds),
    }
}

fn push_named(
    builder: &mut Builder,
    letter: char,
    width: u8,
    locale: Locale,
) -> Result<(), String> {
    use Field::{Era, HalfDay, LocalWeekday, Month, Quarter, Weekday};
    let width = match (locale, letter, width) {
        (Locale::RootFromSunday, 'G', 1..=5) => {
            // One Java reads `AD` there, another `CE`.
            builder.names(Era, &[], false);
            return Ok(());
        }
        (Locale::Root, 'G', 1..=5) => {
            builder.names(Era, &build::ERAS_ROOT, false);
            return Ok(());
        }
        (Locale::Root | Locale::RootFromSunday, 'q', 3) => {
            builder.names(Quarter, &build::QUARTERS_ROOT, false);
            return Ok(());
        }
        (Locale::Root | Locale::RootFromSunday, _, 4) => 3,
        (_, _, width) => width,
    };
    match (letter, width) {
        ('M' | 'L', 1) => builder.number(Month, (1, 19), Sign::Minus),
        ('M' | 'L', 2) => builder.number(Month, (2, 2), Sign::Never),
        ('M' | 'L', 3) => builder.names(Month, &build::MONTHS_SHORT, false),
        ('M' | 'L', 4) => builder.names(Month, &build::MONTHS_FULL, false),
        ('Q' | 'q', 1) => builder.number(Quarter, (1, 19), Sign::Minus),
        ('Q' | 'q', 2) => builder.number(Quarter, (2, 2), Sign::Never),
        ('Q' | 'q', 3) => builder.names(Quarter, &build::QUARTERS_SHORT, false),
        ('Q' | 'q', 4) => builder.names(Quarter, &build::QUARTERS_FULL, false),
        ('e' | 'c', 1) => builder.number(LocalWeekday, (1, 1), Sign::Never),
        ('e', 2) => builder.number(LocalWeekday, (2, 2), Sign::Never),
        ('E', 1..=3) | ('e' | 'c', 3) => builder.names(Weekday, &build::DAYS_SHORT, false),
        ('E' | 'e' | 'c', 4) => builder.names(Weekday, &build::DAYS_FULL, false),
        ('a', 1) => builder.names(HalfDay, &build::HALF_DAYS, false),
        ('G', 1..=3) => builder.names(Era, &build::ERAS_SHORT, false),
        ('G', 4) => builder.names(Era, &build::ERAS_FULL, false),
        ('G', 5) => builder.names(Era, &build::ERAS_NARROW, false),
        ('M' | 'L' | 'E' | 'Q' | 'q' | 'e' | 'c', 5) => {
            return Err(format!(
                "`{letter}` five times is one letter for several months or days; use fewer"
            ));
        }
        _ => return Err(too_many(letter, usize::from(width))),
    }
    Ok(())
}

fn push_zone(
    builder: &mut Builder,
    letter: char,
    width: u8,
    zones: ZoneNames,
) -> Result<(), String> {
    use Presence::{Never, Optional, Required};
    let shape = match (letter, width) {
        ('V', 2) => {
            builder.push(Part::Zone(ZoneShape::RegionOrOffset));
            return Ok(());
        }
        ('V', _) => return Err("the letter `V` must stand there twice".to_string()),
        ('z', 1..=4) | ('v', 1 | 4) => {
            let shape = if width < 4 { ZoneShape::Name(zones) } else { ZoneShape::FullName(zones) };
            builder.push(Part::Zone(shape));
            return Ok(());
        }
        ('O', 1 | 4) | ('Z', 4) => {
            builder.literal("GMT", false);
            let shape = match letter {
                'O' if width == 1 => OffsetShape::new("", Colon::ShortHour, Optional, Optional),
                _ => OffsetShape::new("", Colon::Required, Required, Optional),
            };
            builder.optional(Box::new([Part::Offset(shape)]));
            return Ok(());
        }
        ('X', 1) => OffsetShape::SHORT,
        ('X', 2) => OffsetShape::new("Z", Colon::Never, Required, Never),
        ('X', 3) => OffsetShape::COLON,
        ('X', 4) => OffsetShape::new("Z", Colon::Never, Required, Optional),
        ('X', 5) | ('Z', 5) => OffsetShape::LONG,
        ('x', 1) => OffsetShape::new("+00", Colon::Never, Optional, Never),
        ('x', 2) | ('Z', 1..=3) => OffsetShape::new("+0000", Colon::Never, Required, Never),
        ('x', 3) => OffsetShape::new("+00:00", Colon::Required, Required, Never),
        ('x', 4) => OffsetShape::new("+0000", Colon::Never, Required, Optional),
        ('x', 5) => OffsetShape::new("+00:00", Colon::Required, Required, Optional),
        _ => return Err(too_many(letter, usize::from(width))),
    };
    builder.push(Part::Offset(shape));
    Ok(())
}
