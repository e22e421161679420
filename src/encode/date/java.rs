//! java.time, as Elasticsearch 7 and later and OpenSearch use it: the letters of a pattern, and what the fields read mean together.
//!
//! Facts: `DateTimeFormatterBuilder` and the strict resolver of the JDK, and the engines' own way to fill in what is missing.

use jiff::tz::TimeZone;

use super::build::{self, Builder, Program, Style};
use super::calendar::{self, Civil, Instant, WeekRule};
use super::fields::{Field, Fields};
use super::locale::Locale;
use super::meaning::{Lost, Meaning};
use super::offset::{self, Colon, LocalOffset, OffsetShape, Presence, ZoneShape};
use super::program::{self, Dialect, Part, Sign};

/// The letters that a pattern may hold.
pub(super) const LETTERS: &str = "GuyDMLQqdgYwWEecFaBhKkHmsSAnNVvzOXxZp";

/// Compiles a pattern; the fault tells what was found and what would do.
pub(super) fn compile(pattern: &str, locale: Locale) -> Result<Program, String> {
    let week = match locale {
        Locale::English => WeekRule::SUNDAY,
        Locale::Compat | Locale::Root => WeekRule::ISO,
    };
    let mut reader = PatternReader { letters: pattern.chars().collect(), at: 0, locale };
    let parts = reader.sequence(0)?;
    let reads = |field| program::reads(&parts, field);
    let bare_week_year = reads(Field::WeekYear) && !reads(Field::Week);
    Ok(Program { parts, week, style: Style::Strict, own: false, bare_week_year })
}

struct PatternReader {
    letters: Vec<char>,
    at: usize,
    locale: Locale,
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
                    push_letter(&mut builder, letter, count, self.locale)?;
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
    locale: Locale,
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
        'V' | 'v' | 'z' | 'O' | 'X' | 'x' | 'Z' => push_zone(builder, letter, width, locale)?,
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
        (Locale::Root, 'G', 1..=5) => {
            builder.names(Era, &build::ERAS_ROOT, false);
            return Ok(());
        }
        (Locale::Root, _, 4) => 3,
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

fn push_zone(builder: &mut Builder, letter: char, width: u8, locale: Locale) -> Result<(), String> {
    use Presence::{Never, Optional, Required};
    let shape = match (letter, width) {
        ('V', 2) => {
            builder.push(Part::Zone(ZoneShape::RegionOrOffset));
            return Ok(());
        }
        ('V', _) => return Err("the letter `V` must stand there twice".to_string()),
        ('z', 1..=4) | ('v', 1 | 4) => {
            let short = width < 4 && locale != Locale::Root;
            let shape = if short { ZoneShape::Name } else { ZoneShape::FullName };
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

/// How reading by a program ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The formatter itself takes it, and the engine makes this of it.
    Means(Meaning),
    /// The formatter does not take it; the next one may.
    Passed,
    /// The formatter takes it, and the engine then fails on it: no other is asked.
    Failed,
}

/// Fills in what a text leaves out with the last moment of what it names. Month and day are the first where no week and no day
/// of the year can be read; the half of the day is the second.
pub(super) fn fill_up(fields: &mut Fields, parts: &[Part]) {
    use Field::{ClockHourOfHalf, HalfDay, HourOfHalf, WeekYear};
    let knows = |field| program::reads(parts, field);
    let mut default = |field, value| {
        if !fields.has(field) {
            fields.set(field, value);
        }
    };
    if knows(Field::DayOfYear) {
        default(Field::DayOfYear, 1);
    } else if !knows(WeekYear) && !knows(Field::Week) {
        default(Field::Month, 1);
        default(Field::Day, 1);
    }
    match [ClockHourOfHalf, HourOfHalf].into_iter().find(|field| knows(*field)) {
        Some(half) => {
            default(half, 11);
            default(HalfDay, 1);
        }
        None => default(Field::Hour, 23),
    }
    default(Field::Minute, 59);
    default(Field::Second, 59);
    default(Field::Nano, 999_999_999);
}

/// What the engine makes of the fields; `text` is what they were read from.
pub(super) fn resolve(fields: &Fields, program: &Program, style: Style, text: &str) -> Outcome {
    let week = program.week;
    let Some(time) = time_of(fields, style) else { return Outcome::Passed };
    if fields.offset.is_some_and(|offset| offset.abs() > 18 * 3600) {
        return Outcome::Passed;
    }
    let date = match date_of(fields, week, style) {
        Ok(date) => date,
        Err(outcome) => return outcome,
    };
    let (days, time) = match (date, time) {
        (Some(days), time) => (days, time),
        (None, Some(time)) => match date_beside_time(fields, week) {
            // 24:00 without a date is the start of the day: the day it belongs to is lost.
            Some(days) => (days, Some((time.0 % calendar::DAY_SECONDS, time.1))),
            None => return Outcome::Failed,
        },
        (None, None) => match date_alone(fields, week) {
            Some(days) => (days, None),
            None => return Outcome::Failed,
        },
    };
    let (second, nano) = time.unwrap_or((0, 0));
    match offset_at(fields, text, days, second, nano) {
        Some(offset) => {
            let instant = Instant::new(days, second, nano, offset);
            let mut meaning = Meaning::new(instant, days, second, nano, fields);
            let new_year = fields.get(Field::WeekYear).map(|year| calendar::days_of(year, 1, 1));
            if program.bare_week_year && new_year.is_some_and(|first| first != days) {
                meaning.lost = meaning.lost.or(Some(Lost::Day));
            }
            Outcome::Means(meaning)
        }
        None => Outcome::Failed,
    }
}

/// Seconds and nanoseconds of the day; the outer `None` where a field is out of its range or two contradict each other, the
/// inner one where there is no complete time.
#[allow(clippy::option_option)]
fn time_of(fields: &Fields, style: Style) -> Option<Option<(i64, i64)>> {
    let within = |field: Field, low: i64, high: i64| {
        fields.get(field).is_none_or(|value| (low..=high).contains(&value))
    };
    let midnight = style == Style::Smart
        && fields.get(Field::Hour) == Some(24)
        && within(Field::Minute, 0, 0)
        && within(Field::Second, 0, 0);
    let least = i64::from(style != Style::Smart);
    let fits = within(Field::ClockHour, least, 24)
        && within(Field::HourOfHalf, 0, 11)
        && within(Field::ClockHourOfHalf, least, 12)
        && (within(Field::Hour, 0, 23) || midnight)
        && within(Field::Minute, 0, 59)
        && within(Field::Second, 0, 59)
        && within(Field::Nano, 0, 999_999_999)
        && within(Field::MilliOfDay, 0, 86_399_999)
        && within(Field::NanoOfDay, 0, 86_399_999_999_999);
    if !fits {
        return None;
    }
    let mut hour = fields.get(Field::Hour);
    let mut agree = |found: i64| match hour {
        Some(old) => old == found,
        None => {
            hour = Some(found);
            true
        }
    };
    let clock = fields.get(Field::ClockHour).map(|clock| clock % 24);
    let half = fields.get(Field::ClockHourOfHalf).map(|clock| clock % 12);
    let half = half.or(fields.get(Field::HourOfHalf));
    let whole = fields.get(Field::HalfDay).zip(half).map(|(noon, hour)| noon * 12 + hour);
    if !clock.is_none_or(&mut agree) || !whole.is_none_or(&mut agree) {
        return None;
    }
    let of_day = match (fields.get(Field::NanoOfDay), fields.get(Field::MilliOfDay)) {
        (Some(nanos), _) => Some((nanos / 1_000_000_000, nanos % 1_000_000_000)),
        (None, Some(millis)) => Some((millis / 1000, millis % 1000 * 1_000_000)),
        (None, None) => None,
    };
    if let Some((seconds, nano)) = of_day {
        let is = |field: Field, value: i64| fields.get(field).is_none_or(|found| found == value);
        let agrees = hour.is_none_or(|hour| hour == seconds / 3600)
            && is(Field::Minute, seconds / 60 % 60)
            && is(Field::Second, seconds % 60)
            && is(Field::Nano, nano);
        return agrees.then_some(Some((seconds, nano)));
    }
    let (minute, second, nano) =
        (fields.get(Field::Minute), fields.get(Field::Second), fields.get(Field::Nano));
    // A finer field without the next coarser one is left alone, and with it the whole time.
    let hole = minute.is_none() && (second.is_some() || nano.is_some())
        || second.is_none() && minute.is_some() && nano.is_some();
    Some(match hour {
        Some(hour) if !hole => {
            Some((hour * 3600 + minute.unwrap_or(0) * 60 + second.unwrap_or(0), nano.unwrap_or(0)))
        }
        _ => None,
    })
}

/// The proleptic year, where the year of era does not hide it: only the strict resolver wants an era beside it.
fn year_of(fields: &Fields, style: Style) -> Option<i64> {
    let of_era = fields.get(Field::YearOfEra);
    match (fields.get(Field::Year), of_era, fields.get(Field::Era)) {
        (Some(year), _, _) => Some(year),
        (None, Some(year @ 1..), Some(1)) => Some(year),
        (None, Some(year @ 1..), Some(_)) => Some(1 - year),
        (None, Some(year @ 1..), None) if style == Style::Smart => Some(year),
        _ => None,
    }
}

/// The day that lies `month - 1` months and `day - 1` days behind the first of January.
fn count_on(year: i64, month: i64, day: i64) -> i64 {
    let months = month - 1;
    calendar::days_of(year + months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day - 1
}

const YEAR_MAX: i64 = 999_999_999;

/// The day that the fields name completely, in days since 1970-01-01.
fn date_of(fields: &Fields, week: WeekRule, style: Style) -> Result<Option<i64>, Outcome> {
    let in_range = |field: Field, low: i64, high: i64| {
        fields.get(field).is_none_or(|value| (low..=high).contains(&value))
    };
    let week_fits = in_range(Field::Week, 1, 53)
        && in_range(Field::Weekday, 1, 7)
        && in_range(Field::LocalWeekday, 1, 7);
    let (month, day) = (fields.get(Field::Month), fields.get(Field::Day));
    if let Some(year) = year_of(fields, style) {
        if let (Style::Lenient, Some(month), Some(day)) = (style, month, day) {
            return Ok(Some(count_on(year, month, day)));
        }
        let last = |year, month| calendar::month_days(year, month);
        let day = match (style, month, day) {
            (Style::Smart, Some(month @ 1..=12), Some(day @ 29..=31)) => {
                Some(day.min(last(year, month)))
            }
            (_, _, day) => day,
        };
        let complete = month.is_some() && day.is_some() || fields.has(Field::DayOfYear);
        if complete
            && (!in_range(Field::Month, 1, 12)
                || !in_range(Field::Day, 1, 31)
                || !in_range(Field::DayOfYear, 1, 366)
                || year.abs() > YEAR_MAX)
        {
            return Err(Outcome::Passed);
        }
        let found = match (month, day, fields.get(Field::DayOfYear)) {
            (Some(month), Some(day), _) if !calendar::is_date(year, month, day) => {
                return Err(Outcome::Passed);
            }
            (Some(month), Some(day), _) => Some(calendar::days_of(year, month, day)),
            (_, _, Some(day)) if day == 366 && !calendar::is_leap(year) => {
                return Err(Outcome::Passed);
            }
            (_, _, Some(day)) => Some(calendar::days_of(year, 1, 1) + day - 1),
            _ => None,
        };
        if let Some(days) = found {
            // What became the last day of the month has been asked for.
            let mut fields = *fields;
            day.into_iter().for_each(|day| fields.set(Field::Day, day));
            return if agrees(&fields, week, days) { Ok(Some(days)) } else { Err(Outcome::Passed) };
        }
        return Ok(None);
    }
    if let Some(year) = fields.get(Field::WeekYear) {
        if !week_fits || year.abs() > YEAR_MAX {
            return Err(Outcome::Passed);
        }
        let weekday = fields.get(Field::Weekday).map(|day| (day - week.first_day).rem_euclid(7));
        let local = fields.get(Field::LocalWeekday).map(|day| day - 1);
        if let (Some(number), Some(day)) = (fields.get(Field::Week), weekday.or(local)) {
            if number > week.weeks(year) {
                return Err(Outcome::Passed);
            }
            let days = week.year_start(year) + (number - 1) * 7 + day;
            return if agrees(fields, week, days) { Ok(Some(days)) } else { Err(Outcome::Passed) };
        }
    }
    of_era_date(fields)
}

/// A year of era without an era is not resolved by the strict resolver; the engine itself makes a day of it, and does not ask
/// the next format when there is no such day.
fn of_era_date(fields: &Fields) -> Result<Option<i64>, Outcome> {
    let Some(year) = fields.get(Field::YearOfEra) else { return Ok(None) };
    if year < 1 {
        return Err(Outcome::Passed);
    }
    let found = match (fields.get(Field::Month), fields.get(Field::Day)) {
        (Some(month), Some(day)) => {
            if !calendar::is_date(year, month, day) || year.abs() > YEAR_MAX {
                return Err(Outcome::Failed);
            }
            Some(calendar::days_of(year, month, day))
        }
        _ => match fields.get(Field::DayOfYear) {
            Some(day) if day < 1 || day > 365 + i64::from(calendar::is_leap(year)) => {
                return Err(Outcome::Failed);
            }
            Some(day) => Some(calendar::days_of(year, 1, 1) + day - 1),
            None => None,
        },
    };
    Ok(found)
}

/// Whether every other field of a date agrees with the day: the strict resolver checks them against each other.
fn agrees(fields: &Fields, week: WeekRule, days: i64) -> bool {
    let (year, month, day) = calendar::date_of(days);
    let is = |field: Field, value: i64| fields.get(field).is_none_or(|found| found == value);
    is(Field::Year, year)
        && is(Field::Month, month)
        && is(Field::Day, day)
        && is(Field::DayOfYear, days - calendar::days_of(year, 1, 1) + 1)
        && is(Field::Weekday, calendar::weekday_of(days))
        && is(Field::Quarter, (month + 2) / 3)
        && is(Field::LocalWeekday, (calendar::weekday_of(days) - week.first_day).rem_euclid(7) + 1)
        && is(Field::WeekYear, week.week_year(days))
}

/// The day that the engine takes for a time without a complete date.
fn date_beside_time(fields: &Fields, week: WeekRule) -> Option<i64> {
    if fields.has(Field::WeekYear) {
        return first_of_week(fields, week);
    }
    match fields.get(Field::Month) {
        Some(month) => {
            let year =
                year_of(fields, Style::Strict).or(fields.get(Field::YearOfEra)).unwrap_or(1970);
            day_or_none(year, month, fields.get(Field::Day).unwrap_or(1))
        }
        None => Some(0),
    }
}

/// The day that the engine takes for an incomplete date without a time.
fn date_alone(fields: &Fields, week: WeekRule) -> Option<i64> {
    let year = year_of(fields, Style::Strict).or(fields.get(Field::YearOfEra));
    match (year, fields.get(Field::Month)) {
        (Some(year), month) => day_or_none(year, month.unwrap_or(1), 1),
        (None, _) if fields.has(Field::WeekYear) => first_of_week(fields, week),
        (None, Some(month)) => day_or_none(1970, month, fields.get(Field::Day).unwrap_or(1)),
        (None, None) => None,
    }
}

fn day_or_none(year: i64, month: i64, day: i64) -> Option<i64> {
    (year.abs() <= YEAR_MAX && calendar::is_date(year, month, day))
        .then(|| calendar::days_of(year, month, day))
}

/// The first day of the week, or of the first week of the week-year: what a pattern with `YYYY` for the year ends in.
fn first_of_week(fields: &Fields, week: WeekRule) -> Option<i64> {
    let year = fields.get(Field::WeekYear).filter(|year| year.abs() <= YEAR_MAX)?;
    let number = fields.get(Field::Week).unwrap_or(1);
    // A 53rd week of a year that has 52 is the first of the next year.
    (1..=53).contains(&number).then(|| week.year_start(year) + (number - 1) * 7)
}

fn offset_at(fields: &Fields, text: &str, days: i64, second: i64, nano: i64) -> Option<i64> {
    if let Some(offset) = fields.offset {
        return Some(i64::from(offset));
    }
    let Some((start, end)) = fields.zone else { return Some(0) };
    let zone: TimeZone = offset::zone_named(text.get(start..end)?)?;
    let local: Civil = Instant::new(days, second, nano, 0).civil()?;
    match offset::local_offset(&zone, &local) {
        // java.time moves a skipped time forward by the gap, and takes the earlier of two.
        LocalOffset::One(offset)
        | LocalOffset::Skipped(offset, _)
        | LocalOffset::Twice(offset, _) => Some(i64::from(offset)),
        LocalOffset::Unknown => None,
    }
}
