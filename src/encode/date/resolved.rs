//! What fields that java.time read mean together.
//!
//! Facts: the resolvers of the JDK, and the engines' own way to fill in what is missing.

use super::build::{Program, Style};
use super::calendar::{self, Instant, WeekRule};
use super::fields::{Field, Fields, ZoneField};
use super::meaning::{Lost, Meaning};
use super::offset::{self, LocalOffset};
use super::program::{self, Part};

/// How reading by a program ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The formatter itself takes it, and the engine makes this of it.
    Means(Meaning),
    /// The formatter does not take it; the next one may.
    Passed,
    /// The formatter takes it, and the engine then fails on it: no other is asked.
    Failed,
    /// Only the engine's Java knows whether the formatter takes it.
    Unjudged,
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
    let zone = match fields.zone {
        Some(ZoneField::Offset(offset)) => Some(offset),
        _ => None,
    };
    if [fields.offset, zone].into_iter().flatten().any(|offset| offset.abs() > 18 * 3600) {
        return Outcome::Passed;
    }
    let date = match date_of(fields, week, style) {
        Ok(date) => date,
        Err(outcome) => return outcome,
    };
    let date_is_whole = date.is_some();
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
    if let Some(outcome) = of_letter_f(fields, date_is_whole, days) {
        return outcome;
    }
    match offset_at(fields, text, days, second, nano) {
        At::One(offset, kept) => {
            let instant = Instant::new(days, second, nano, offset);
            let mut meaning = Meaning::new(instant, days, second, nano, fields);
            let new_year = fields.get(Field::WeekYear).map(|year| calendar::days_of(year, 1, 1));
            if program.bare_week_year && new_year.is_some_and(|first| first != days) {
                meaning.lost = meaning.lost.or(Some(Lost::Day));
            }
            if !kept {
                meaning.lost = meaning.lost.or(Some(Lost::Offset));
            }
            Outcome::Means(meaning)
        }
        At::Unknown => Outcome::Unjudged,
        At::Nothing => Outcome::Failed,
    }
}

/// The letter `F` is the day of the week within the month up to Java 18, the week of the month from 19 on.
fn of_letter_f(fields: &Fields, date_is_whole: bool, days: i64) -> Option<Outcome> {
    let found = fields.get(Field::WeekdayInMonth)?;
    let (_, _, day) = calendar::date_of(days);
    let agrees =
        |most: i64, is: i64| (1..=most).contains(&found) && (!date_is_whole || found == is);
    match (agrees(7, (day - 1) % 7 + 1), agrees(5, (day - 1) / 7 + 1)) {
        (true, true) => None,
        (false, false) => Some(Outcome::Passed),
        _ => Some(Outcome::Unjudged),
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

/// The offset at a local time.
enum At {
    /// In seconds, and whether it is what the text says: a zone hides an offset beside it.
    One(i64, bool),
    /// Engines do not agree.
    Unknown,
    /// There is no such zone.
    Nothing,
}

fn offset_at(fields: &Fields, text: &str, days: i64, second: i64, nano: i64) -> At {
    let (offset, meant) = match fields.zone {
        None => return At::One(i64::from(fields.offset.unwrap_or(0)), true),
        Some(ZoneField::Offset(offset)) => (offset, None),
        Some(ZoneField::Name(start, end)) => {
            let local = Instant::new(days, second, nano, 0).civil();
            let name = text.get(start..end);
            match name.zip(local).and_then(|(name, local)| offset::named_offset(name, &local)) {
                // java.time moves a skipped time forward by the gap, and takes the earlier of two.
                Some((
                    LocalOffset::One(offset)
                    | LocalOffset::Skipped(offset, _)
                    | LocalOffset::Twice(offset, _),
                    meant,
                )) => (offset, meant),
                Some((LocalOffset::Unknown, _)) => return At::Unknown,
                None => return At::Nothing,
            }
        }
    };
    let says = |said: Option<i32>| said.is_none_or(|said| said == offset);
    At::One(i64::from(offset), says(meant) && says(fields.offset))
}
