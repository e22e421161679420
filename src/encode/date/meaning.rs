//! What an engine makes of a text: the instant it indexes, and whether that is what the text says.

use super::calendar::{self, Instant, WeekRule};
use super::fields::{Field, Fields};

/// The instant that an engine indexes for a text, and what of the text did not get into it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    pub(super) instant: Instant,
    /// Whether the text names a time of day.
    pub(super) has_time: bool,
    /// Whether the text names an offset or a zone.
    pub(super) has_offset: bool,
    /// The local day (since 1970-01-01) and second of the day.
    pub(super) local: (i64, i64),
    /// A field of the text that the instant does not show.
    pub(super) lost: Option<Lost>,
}

/// What the engine dropped or turned into something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    Year,
    Month,
    Week,
    Day,
    Time,
    Weekday,
    Offset,
}

impl Lost {
    /// The word for it in a message.
    pub(super) fn word(self) -> &'static str {
        match self {
            Lost::Year => "year",
            Lost::Month => "month",
            Lost::Week => "week",
            Lost::Day => "day",
            Lost::Time => "time of day",
            Lost::Weekday => "day of the week",
            Lost::Offset => "offset",
        }
    }
}

impl Meaning {
    pub(super) fn new(
        instant: Instant,
        days: i64,
        second: i64,
        nano: i64,
        fields: &Fields,
    ) -> Meaning {
        let time = [
            Field::Hour,
            Field::ClockHour,
            Field::HourOfHalf,
            Field::ClockHourOfHalf,
            Field::Minute,
            Field::Second,
            Field::MilliOfDay,
            Field::NanoOfDay,
        ];
        Meaning {
            instant,
            has_time: time.iter().any(|field| fields.has(*field)),
            has_offset: fields.offset.is_some() || fields.zone.is_some(),
            local: (days, second),
            lost: lost(days, second, nano, fields),
        }
    }

    /// An instant that needs no calendar: seconds or milliseconds since the epoch.
    pub(super) fn epoch(instant: Instant) -> Meaning {
        Meaning { instant, has_time: true, has_offset: true, local: (0, 0), lost: None }
    }
}

/// Compares what was read with what came out. The year of a week-year counts as the year that the reader means as long as no
/// week stands beside it.
fn lost(days: i64, second: i64, nano: i64, fields: &Fields) -> Option<Lost> {
    let (year, month, day) = calendar::date_of(days);
    let differs = |field: Field, value: i64| fields.get(field).is_some_and(|found| found != value);
    let bare_week_year = fields.has(Field::WeekYear)
        && !fields.has(Field::Week)
        && (fields.has(Field::Month) || fields.has(Field::Day) || fields.has(Field::DayOfYear));
    let of_era = if year > 0 || !fields.has(Field::Era) { year } else { 1 - year };
    if differs(Field::Year, year)
        || differs(Field::YearOfEra, of_era)
        || bare_week_year && differs(Field::WeekYear, year)
    {
        return Some(Lost::Year);
    }
    if differs(Field::Month, month) {
        return Some(Lost::Month);
    }
    let day_of_year = days - calendar::days_of(year, 1, 1) + 1;
    if differs(Field::Day, day) || differs(Field::DayOfYear, day_of_year) {
        return Some(Lost::Day);
    }
    if let Some(lost) = lost_week(days, month, fields) {
        return Some(lost);
    }
    let hour = second / 3600;
    let time_lost = differs(Field::Hour, hour)
        || fields.get(Field::ClockHour).is_some_and(|found| found % 24 != hour)
        || fields.get(Field::ClockHourOfHalf).is_some_and(|found| found % 12 != hour % 12)
        || differs(Field::HourOfHalf, hour % 12)
        || differs(Field::HalfDay, hour / 12)
        || differs(Field::Minute, second / 60 % 60)
        || differs(Field::Second, second % 60)
        || differs(Field::Nano, nano);
    time_lost.then_some(Lost::Time)
}

/// Quarters, weeks and days of the week say something only where no day does. A week means what ISO 8601 says: the engines that
/// count it from Sunday index another day, and those that find a year beside it drop it.
fn lost_week(days: i64, month: i64, fields: &Fields) -> Option<Lost> {
    if fields.has(Field::Day) && fields.has(Field::Month) || fields.has(Field::DayOfYear) {
        return None;
    }
    let differs = |field: Field, value: i64| fields.get(field).is_some_and(|found| found != value);
    if !fields.has(Field::Month) && differs(Field::Quarter, (month + 2) / 3) {
        return Some(Lost::Month);
    }
    let iso = WeekRule::ISO;
    let week_year = iso.week_year(days);
    let week = (days - iso.year_start(week_year)) / 7 + 1;
    // A week beside a plain year, or of another year by its own count.
    let year_differs = fields.has(Field::Week) && differs(Field::WeekYear, week_year);
    if year_differs || differs(Field::Week, week) {
        return Some(Lost::Week);
    }
    let weekday = calendar::weekday_of(days);
    if differs(Field::Weekday, weekday) || differs(Field::LocalWeekday, weekday) {
        return Some(Lost::Weekday);
    }
    let dropped = differs(Field::WeekOfMonth, 1) || differs(Field::WeekdayInMonth, 1);
    dropped.then_some(Lost::Day)
}
