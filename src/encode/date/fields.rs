//! What a format reads from a text before it means anything: one slot per calendar field, the offset and the zone.

/// A field that a format letter or a named format reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    /// Proleptic year: 0 is 1 BCE.
    Year,
    YearOfEra,
    /// 0 before, 1 since the common era.
    Era,
    Century,
    Quarter,
    Month,
    Day,
    DayOfYear,
    /// Week-year, week and day of the week by the format's own week rule.
    WeekYear,
    Week,
    WeekOfMonth,
    /// 1 is Monday.
    Weekday,
    /// 1 is the first day of the week by the format's own week rule.
    LocalWeekday,
    /// 0 is before noon.
    HalfDay,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    ClockHour,
    /// 0 to 11.
    HourOfHalf,
    /// 1 to 12.
    ClockHourOfHalf,
    Minute,
    Second,
    /// Nanoseconds within the second.
    Nano,
    /// Nanoseconds within the minute or hour, from a fraction of one.
    NanoOfMinute,
    NanoOfHour,
    MilliOfDay,
    NanoOfDay,
    /// Day of the week within the month; parsed, never used.
    WeekdayInMonth,
}

const FIELD_COUNT: usize = Field::WeekdayInMonth as usize + 1;

/// The fields that were read so far. Cheap to copy, so that an optional part can be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    values: [i64; FIELD_COUNT],
    present: u32,
    /// Seconds east of UTC.
    pub(super) offset: Option<i32>,
    /// Where in the text the name of a region zone stands.
    pub(super) zone: Option<(usize, usize)>,
}

impl Fields {
    pub(super) fn new() -> Fields {
        Fields { values: [0; FIELD_COUNT], present: 0, offset: None, zone: None }
    }

    pub(super) fn get(&self, field: Field) -> Option<i64> {
        self.has(field).then(|| self.values[field as usize])
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.present & (1 << field as u32) != 0
    }

    pub(super) fn set(&mut self, field: Field, value: i64) {
        self.values[field as usize] = value;
        self.present |= 1 << field as u32;
    }

    /// Sets a field that may have been set before; false where the two values differ.
    pub(super) fn agree(&mut self, field: Field, value: i64) -> bool {
        let fits = self.get(field).is_none_or(|old| old == value);
        self.set(field, value);
        fits
    }
}
