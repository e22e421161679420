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
    /// What stands where a zone is named.
    pub(super) zone: Option<ZoneField>,
    /// Whether what stands where a zone is named may be a name that only the engine's Java knows.
    pub(super) foreign_zone: bool,
}

/// A zone that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneField {
    /// An offset, in seconds east of UTC.
    Offset(i32),
    /// Where in the text its name stands.
    Name(usize, usize),
}

impl Fields {
    pub(super) fn new() -> Fields {
        Fields {
            values: [0; FIELD_COUNT],
            present: 0,
            offset: None,
            zone: None,
            foreign_zone: false,
        }
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

    /// Forgets what was read since `before`, but not that a zone may have been named.
    pub(super) fn take_back(&mut self, before: Fields) {
        let foreign_zone = self.foreign_zone;
        *self = Fields { foreign_zone, ..before };
    }

    /// Sets a field that may have been set before; false where the two values differ.
    pub(super) fn agree(&mut self, field: Field, value: i64) -> bool {
        let fits = self.get(field).is_none_or(|old| old == value);
        self.set(field, value);
        fits
    }
}
