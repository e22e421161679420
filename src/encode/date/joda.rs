//! Joda-Time, as Elasticsearch 1 to 6 use it: the letters of a pattern, and what the fields read mean together.
//!
//! Every field that was read is put into 1970-01-01T00:00Z, from the largest to the smallest; each must fit where it is put.

use super::build::{self, Builder, Program, Style};
use super::calendar::{self, DAY_SECONDS, Instant, WeekRule};
use super::fields::{Field, Fields, ZoneField};
use super::locale::JodaNames;
use super::meaning::{Lost, Meaning};
use super::offset::{self, LocalOffset, OffsetShape, ZoneShape};
use super::program::{Dialect, Part, Sign};
use super::region::Database;
use super::resolved::Outcome;

/// The letters that a pattern may hold.
pub(super) const LETTERS: &str = "GCYxweEyDMdaKhHkmsSzZ";

/// Years that two digits can mean: engines count from 80 years before the current one, so this is right for the 2020s.
const TWO_DIGITS_FROM: i64 = 1946;

/// The last year; not all of it fits 64 bits of milliseconds.
const YEAR_MAX: i64 = 292_278_994;

/// Compiles a pattern; the fault tells what was found and what would do.
pub(super) fn compile(
    pattern: &str,
    names: JodaNames,
    database: Option<Database>,
) -> Result<Program, String> {
    let tokens = tokens(pattern)?;
    let mut builder = Builder::new(Dialect::Joda);
    let full_zone = tokens.iter().any(|token| matches!(token, Token::Letters('z', 4..)));
    if full_zone && tokens.len() > 1 {
        // A full name of a zone is only written: the engine takes the pattern, and reads nothing by it.
        builder.push(Part::OneOf(Box::new([])));
    }
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(text) => builder.literal(text, true),
            Token::Letters(letter, count) => {
                let next = tokens.get(index + 1);
                push_letter(
                    &mut builder,
                    *letter,
                    *count,
                    next.is_some_and(Token::is_numeric),
                    names,
                )?;
            }
        }
    }
    Ok(Program {
        parts: builder.finish(),
        week: WeekRule::ISO,
        style: Style::Strict,
        own: false,
        bare_week_year: false,
        database,
    })
}

enum Token {
    Text(String),
    Letters(char, usize),
}

impl Token {
    /// Whether digits follow at once, so that a year before must not take them.
    fn is_numeric(&self) -> bool {
        match self {
            Token::Text(_) => false,
            Token::Letters('M', count) => *count <= 2,
            Token::Letters(letter, _) => "cCxyYdhHmsSewDFkK".contains(*letter),
        }
    }
}

/// Letters in runs; everything else is text, quoted or not.
fn tokens(pattern: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut text = String::new();
    let mut letters = pattern.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        if letter == '\'' {
            if letters.next_if_eq(&'\'').is_some() {
                text.push('\'');
            } else {
                quoted = !quoted;
            }
        } else if quoted || !letter.is_ascii_alphabetic() {
            text.push(letter);
        } else {
            if !text.is_empty() {
                tokens.push(Token::Text(std::mem::take(&mut text)));
            }
            let mut count = 1;
            while letters.next_if_eq(&letter).is_some() {
                count += 1;
            }
            tokens.push(Token::Letters(letter, count));
        }
    }
    if !text.is_empty() {
        tokens.push(Token::Text(text));
    }
    Ok(tokens)
}

fn push_letter(
    builder: &mut Builder,
    letter: char,
    count: usize,
    digits_follow: bool,
    names: JodaNames,
) -> Result<(), String> {
    let width = u8::try_from(count).unwrap_or(u8::MAX);
    match letter {
        'x' | 'y' | 'Y' => push_year(builder, letter, width, digits_follow),
        'C' => builder.number(Field::Century, (1, width), Sign::Never),
        'M' if count >= 3 => push_names(builder, Field::Month, names),
        'E' => push_names(builder, Field::Weekday, names),
        'a' => builder.names(Field::HalfDay, &build::HALF_DAYS, true),
        'G' if names == JodaNames::Short => builder.names(Field::Era, &build::ERAS_ROOT, true),
        'G' => builder.names(Field::Era, &build::ERAS_JODA, true),
        'S' => builder.fraction(Field::Nano, (1, width.min(18)), false),
        'D' => builder.number(Field::DayOfYear, (1, width.max(3)), Sign::Never),
        'e' => builder.number(Field::Weekday, (1, width), Sign::Never),
        'z' => builder.push(Part::Zone(ZoneShape::JodaName)),
        'Z' if count >= 3 => builder.push(Part::Zone(ZoneShape::JodaRegion)),
        'Z' => builder.push(Part::Offset(OffsetShape::JODA)),
        _ => {
            let field = plain_field(letter).ok_or_else(|| {
                format!("unknown pattern letter `{letter}`; this engine knows `{LETTERS}`, and text stands in quotes")
            })?;
            builder.number(field, (1, width.max(2)), Sign::Never);
        }
    }
    Ok(())
}

fn plain_field(letter: char) -> Option<Field> {
    Some(match letter {
        'M' => Field::Month,
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

/// Both lengths of a name are read, whatever the number of letters.
fn push_names(builder: &mut Builder, field: Field, names: JodaNames) {
    let names: [&'static [(&'static str, i64)]; 2] = match (field, names) {
        (Field::Month, JodaNames::Full) => [&build::MONTHS_FULL, &build::MONTHS_SHORT],
        (_, JodaNames::Full) => [&build::DAYS_FULL, &build::DAYS_SHORT],
        (Field::Month, JodaNames::Short) => {
            return builder.names(field, &build::MONTHS_SHORT, true);
        }
        (_, JodaNames::Short) => return builder.names(field, &build::DAYS_SHORT, true),
    };
    let choice = |names| -> Box<[Part]> { Box::new([Part::Names { field, names, fold: true }]) };
    builder.push(Part::OneOf(names.map(choice).into()));
}

fn push_year(builder: &mut Builder, letter: char, width: u8, digits_follow: bool) {
    let field = match letter {
        'x' => Field::WeekYear,
        'y' => Field::Year,
        _ => Field::YearOfEra,
    };
    if width == 2 {
        // `YY` is no year of era: Joda-Time reads two digits as a plain year.
        let field = if letter == 'x' { field } else { Field::Year };
        builder.two_digits(field, TWO_DIGITS_FROM, !digits_follow);
        return;
    }
    let sign = if letter == 'Y' { Sign::Never } else { Sign::Either };
    builder.number(field, (1, if digits_follow { width } else { width.max(9) }), sign);
}

/// What the engine makes of the fields. Joda-Time settles on the format by the text alone; a day that does not exist asks no
/// other.
pub(super) fn resolve(fields: &Fields, program: &Program, text: &str) -> Outcome {
    let Some((days, (second, nano))) = date_of(fields).zip(time_of(fields)) else {
        return Outcome::Failed;
    };
    let (offset, meant) = match (fields.offset, fields.zone) {
        (Some(offset), _) | (None, Some(ZoneField::Offset(offset))) => (offset, None),
        (None, None) => (0, None),
        (None, Some(ZoneField::Name(start, end))) => {
            let local = Instant::new(days, second, nano, 0).civil();
            let name = text.get(start..end);
            let differs = |database: Database| match (name, local) {
                (Some(name), Some(local)) => database.differs(name, local.year),
                _ => false,
            };
            if program.database.is_some_and(differs) {
                return Outcome::Unjudged;
            }
            match name.zip(local).and_then(|(name, local)| offset::named_offset(name, &local)) {
                Some((LocalOffset::One(offset) | LocalOffset::Twice(offset, _), meant)) => {
                    (offset, meant)
                }
                Some((LocalOffset::Unknown, _)) => return Outcome::Unjudged,
                Some((LocalOffset::Skipped(..), _)) | None => return Outcome::Failed,
            }
        }
    };
    let instant = Instant::new(days, second, nano, i64::from(offset));
    let mut meaning = Meaning::new(instant, days, second, nano, fields);
    if meant.is_some_and(|meant| meant != offset) {
        meaning.lost = meaning.lost.or(Some(Lost::Offset));
    }
    let date = [Field::Year, Field::YearOfEra, Field::WeekYear, Field::Month, Field::Day];
    if fields.has(Field::Weekday) && !date.iter().any(|field| fields.has(*field)) {
        // A day of the week alone lands in a week that nobody named.
        meaning.lost = Some(Lost::Weekday);
    }
    Outcome::Means(meaning)
}

fn date_of(fields: &Fields) -> Option<i64> {
    // What is read is put into 1970, and cut to the first of it: an era alone is its first year.
    let mut year = match (fields.get(Field::Century), fields.get(Field::Era)) {
        (Some(century), _) => century * 100,
        (None, Some(1)) => 1,
        (None, _) => 1970,
    };
    if let Some(of_era) = fields.get(Field::YearOfEra) {
        if of_era < 1 {
            return None;
        }
        year = if fields.get(Field::Era) == Some(0) { 1 - of_era } else { of_era };
    }
    if let Some(plain) = fields.get(Field::Year) {
        year = plain;
    }
    if year.abs() > YEAR_MAX {
        return None;
    }
    let (mut month, mut day) = (1, 1);
    if let Some(day_of_year) = fields.get(Field::DayOfYear) {
        if day_of_year < 1 || day_of_year > 365 + i64::from(calendar::is_leap(year)) {
            return None;
        }
        (year, month, day) = calendar::date_of(calendar::days_of(year, 1, 1) + day_of_year - 1);
    }
    if let Some(found) = fields.get(Field::Month) {
        month = found;
        day = if fields.has(Field::DayOfYear) { day.min(28) } else { 1 };
    }
    day = fields.get(Field::Day).unwrap_or(day);
    if !calendar::is_date(year, month, day) {
        return None;
    }
    let days = calendar::days_of(year, month, day);
    with_week(fields, days)
}

/// Puts week-year, week and day of the week into a day.
fn with_week(fields: &Fields, days: i64) -> Option<i64> {
    let week_fields = [Field::WeekYear, Field::Week, Field::Weekday];
    if !week_fields.iter().any(|field| fields.has(*field)) {
        return Some(days);
    }
    let iso = WeekRule::ISO;
    let year = fields.get(Field::WeekYear).unwrap_or_else(|| iso.week_year(days));
    if year.abs() > YEAR_MAX {
        return None;
    }
    let default_week =
        if fields.has(Field::WeekYear) { 1 } else { (days - iso.year_start(year)) / 7 + 1 };
    let week = fields.get(Field::Week).unwrap_or(default_week);
    let default_day = if fields.has(Field::WeekYear) || fields.has(Field::Week) {
        1
    } else {
        calendar::weekday_of(days)
    };
    let weekday = fields.get(Field::Weekday).unwrap_or(default_day);
    if !(1..=iso.weeks(year)).contains(&week) || !(1..=7).contains(&weekday) {
        return None;
    }
    Some(iso.year_start(year) + (week - 1) * 7 + weekday - 1)
}

/// Seconds and nanoseconds of the day; what is missing is zero.
fn time_of(fields: &Fields) -> Option<(i64, i64)> {
    let within = |field: Field, low: i64, high: i64| {
        fields.get(field).is_none_or(|value| (low..=high).contains(&value))
    };
    let fits = within(Field::ClockHour, 1, 24)
        && within(Field::HourOfHalf, 0, 11)
        && within(Field::ClockHourOfHalf, 1, 12)
        && within(Field::Hour, 0, 23)
        && within(Field::Minute, 0, 59)
        && within(Field::Second, 0, 59);
    if !fits {
        return None;
    }
    let half = fields.get(Field::ClockHourOfHalf).map(|clock| clock % 12);
    let half = half.or(fields.get(Field::HourOfHalf));
    let by_half = match (half, fields.get(Field::HalfDay)) {
        (None, None) => None,
        (half, noon) => Some(half.unwrap_or(0) + noon.unwrap_or(0) * 12),
    };
    let clock = fields.get(Field::ClockHour).map(|clock| clock % 24);
    let hour = fields.get(Field::Hour).or(clock).or(by_half).unwrap_or(0);
    let minute = fields.get(Field::Minute).unwrap_or(0);
    let second = fields.get(Field::Second).unwrap_or(0);
    let nano = fields.get(Field::Nano).unwrap_or(0)
        + fields.get(Field::NanoOfMinute).unwrap_or(0)
        + fields.get(Field::NanoOfHour).unwrap_or(0);
    let seconds = hour * 3600 + minute * 60 + second + nano / 1_000_000_000;
    debug_assert!(seconds < DAY_SECONDS, "a fraction of an hour or minute stays below it");
    Some((seconds, nano % 1_000_000_000))
}
