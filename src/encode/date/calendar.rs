//! The calendar: days, week-years and instants as whole numbers. It knows no format, no engine and no time zone.

/// Seconds of a day.
pub(super) const DAY_SECONDS: i64 = 86_400;
/// Nanoseconds of a second.
pub(super) const SECOND_NANOS: i64 = 1_000_000_000;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, wide enough for every year an engine parses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant(pub(super) i128);

/// A day of the proleptic Gregorian calendar with a time of day, without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nano: i64,
}

impl Instant {
    /// The instant of a local day and time in an offset of `offset` seconds east of UTC.
    pub(super) fn new(days: i64, second_of_day: i64, nano: i64, offset: i64) -> Instant {
        let seconds =
            i128::from(days) * i128::from(DAY_SECONDS) + i128::from(second_of_day - offset);
        Instant(seconds * i128::from(SECOND_NANOS) + i128::from(nano))
    }

    /// Whole milliseconds since the epoch, rounded down as every engine does; `None` where 64 bits do not hold them.
    pub(super) fn millis(self) -> Option<i64> {
        i64::try_from(self.0.div_euclid(1_000_000)).ok()
    }

    /// The day and time at UTC; `None` beyond the years that the arithmetic here holds.
    pub(super) fn civil(self) -> Option<Civil> {
        let seconds = i64::try_from(self.0.div_euclid(i128::from(SECOND_NANOS))).ok()?;
        let nano = self.0.rem_euclid(i128::from(SECOND_NANOS)) as i64;
        let (year, month, day) = date_of(seconds.div_euclid(DAY_SECONDS));
        let second_of_day = seconds.rem_euclid(DAY_SECONDS);
        Some(Civil {
            year,
            month,
            day,
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
            nano,
        })
    }
}

impl Civil {
    /// The instant at UTC.
    pub(super) fn instant(&self) -> Instant {
        let second = self.hour * 3600 + self.minute * 60 + self.second;
        Instant::new(days_of(self.year, self.month, self.day), second, self.nano, 0)
    }
}

/// Days from 1970-01-01 to a day that exists; the arithmetic holds for years of up to twelve digits.
pub(super) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Whether the year has a 29th of February.
pub(super) fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// The number of days of a month from 1 to 12.
pub(super) fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether the day exists.
pub(super) fn is_date(year: i64, month: i64, day: i64) -> bool {
    (1..=12).contains(&month) && day >= 1 && day <= month_days(year, month)
}

/// Day of the week of a number of days since 1970-01-01: 1 is Monday, 7 is Sunday.
pub(super) fn weekday_of(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// How weeks are counted: the first day of a week (1 is Monday), and how many days of the year the first week must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WeekRule {
    pub(super) first_day: i64,
    pub(super) minimal_days: i64,
}

impl WeekRule {
    /// ISO 8601: from Monday, the first week holds the 4th of January.
    pub(super) const ISO: WeekRule = WeekRule { first_day: 1, minimal_days: 4 };
    /// As in the United States: from Sunday, the first week holds the 1st of January.
    pub(super) const SUNDAY: WeekRule = WeekRule { first_day: 7, minimal_days: 1 };

    /// The first day of week 1 of a week-year, in days since 1970-01-01.
    pub(super) fn year_start(self, week_year: i64) -> i64 {
        // The day `minimal_days` of January always lies in week 1.
        let inside = days_of(week_year, 1, self.minimal_days);
        inside - (weekday_of(inside) - self.first_day).rem_euclid(7)
    }

    /// The number of weeks of a week-year: 52 or 53.
    pub(super) fn weeks(self, week_year: i64) -> i64 {
        (self.year_start(week_year + 1) - self.year_start(week_year)) / 7
    }

    /// The week-year that a day lies in.
    pub(super) fn week_year(self, days: i64) -> i64 {
        let (year, _, _) = date_of(days);
        if days >= self.year_start(year + 1) {
            year + 1
        } else if days < self.year_start(year) {
            year - 1
        } else {
            year
        }
    }
}
