//! Writes an instant the way a compiled format reads it. Whether the engine then reads the same instant is the caller's to ask.

use super::calendar::{self, Civil, Instant, WeekRule};
use super::fields::Field;
use super::iso::{self, OffsetText, Text};
use super::offset::{Colon, OffsetShape, Presence, ZoneShape};
use super::program::{Fraction, Number, Part, Sign};

/// Writes the instant, at UTC, by the parts of a format; `None` where the format cannot say it.
pub(super) fn spell(parts: &[Part], week: WeekRule, instant: Instant) -> Option<Text> {
    let civil = instant.civil()?;
    let mut speller = Speller {
        out: Text::new(),
        days: calendar::days_of(civil.year, civil.month, civil.day),
        civil,
        week,
        fraction_done: false,
    };
    speller.parts(parts).then_some(speller.out)
}

struct Speller {
    out: Text,
    days: i64,
    civil: Civil,
    week: WeekRule,
    fraction_done: bool,
}

impl Speller {
    fn parts(&mut self, parts: &[Part]) -> bool {
        parts.iter().all(|part| self.part(part))
    }

    fn part(&mut self, part: &Part) -> bool {
        match part {
            Part::Literal { text, .. } => self.out.push(text),
            Part::Number(number) => self.number(number),
            Part::TwoDigits { field, .. } => {
                let value = self.value(*field).map(|year| year.rem_euclid(100));
                value.is_some_and(|value| self.out.number(value, 2))
            }
            Part::Fraction(fraction) => self.fraction(fraction),
            Part::Names { field, names, .. } => {
                let value = self.value(*field);
                let name = names.iter().find(|(_, number)| Some(*number) == value);
                name.is_some_and(|(name, _)| self.out.push(name))
            }
            Part::Offset(shape) => self.offset(*shape),
            Part::Zone(ZoneShape::RegionOrOffset | ZoneShape::Iso) => self.out.push("Z"),
            Part::Zone(_) => self.out.push("UTC"),
            Part::Optional(parts) => self.optional(parts),
            Part::OneOf(choices) => choices.first().is_some_and(|parts| self.parts(parts)),
        }
    }

    /// An optional part is written where it says something, and left out where it cannot be written.
    fn optional(&mut self, parts: &[Part]) -> bool {
        let fraction = parts.iter().any(|part| matches!(part, Part::Fraction(_)));
        let number = parts.iter().any(|part| matches!(part, Part::Number(_)));
        if fraction && !number && (self.fraction_done || self.civil.nano == 0) {
            return true;
        }
        let (out, done) = (self.out, self.fraction_done);
        if !self.parts(parts) {
            (self.out, self.fraction_done) = (out, done);
        }
        true
    }

    fn number(&mut self, number: &Number) -> bool {
        let Some(value) = self.value(number.field) else { return false };
        let digits = value.unsigned_abs().to_string().len();
        if digits > usize::from(number.digits_max) || value < 0 && number.sign == Sign::Never {
            return false;
        }
        let plus =
            number.sign == Sign::Exceeds && value >= 0 && digits > usize::from(number.digits_min);
        let width = usize::from(number.digits_min.max(usual_width(number)));
        (!plus || self.out.push("+")) && self.out.number(value, width)
    }

    fn fraction(&mut self, fraction: &Fraction) -> bool {
        self.fraction_done = true;
        let min = usize::from(fraction.digits_min.max(1));
        fraction.field == Field::Nano
            && (!fraction.point || self.out.push("."))
            && iso::push_fraction(
                &mut self.out,
                self.civil.nano,
                min,
                usize::from(fraction.digits_max),
            )
    }

    fn offset(&mut self, shape: OffsetShape) -> bool {
        let zero = match (shape.zero, shape.colon) {
            ("Z", _) => return self.out.push("Z"),
            (_, Colon::Required | Colon::ShortHour) => OffsetText::ExtendedZero,
            (_, Colon::Never) if shape.minutes == Presence::Never => return self.out.push("+00"),
            _ => OffsetText::Basic,
        };
        iso::push_offset(&mut self.out, 0, zero)
    }

    fn value(&self, field: Field) -> Option<i64> {
        let civil = &self.civil;
        let week_year = || self.week.week_year(self.days);
        Some(match field {
            Field::Year => civil.year,
            Field::YearOfEra if civil.year >= 1 => civil.year,
            Field::YearOfEra => 1 - civil.year,
            Field::Era => i64::from(civil.year >= 1),
            Field::Quarter => (civil.month + 2) / 3,
            Field::Month => civil.month,
            Field::Day => civil.day,
            Field::DayOfYear => self.days - calendar::days_of(civil.year, 1, 1) + 1,
            Field::WeekYear => week_year(),
            Field::Week => (self.days - self.week.year_start(week_year())) / 7 + 1,
            Field::Weekday => calendar::weekday_of(self.days),
            Field::LocalWeekday => {
                (calendar::weekday_of(self.days) - self.week.first_day).rem_euclid(7) + 1
            }
            Field::HalfDay => civil.hour / 12,
            Field::Hour => civil.hour,
            Field::ClockHour => (civil.hour + 23) % 24 + 1,
            Field::HourOfHalf => civil.hour % 12,
            Field::ClockHourOfHalf => (civil.hour + 11) % 12 + 1,
            Field::Minute => civil.minute,
            Field::Second => civil.second,
            Field::Nano => civil.nano,
            Field::Century
            | Field::WeekOfMonth
            | Field::WeekdayInMonth
            | Field::NanoOfMinute
            | Field::NanoOfHour
            | Field::MilliOfDay
            | Field::NanoOfDay => return None,
        })
    }
}

/// Joda-Time reads one digit where it writes two; a reader expects two.
fn usual_width(number: &Number) -> u8 {
    let width = match number.field {
        Field::Year | Field::YearOfEra | Field::WeekYear => 4,
        Field::DayOfYear => 3,
        Field::Weekday | Field::LocalWeekday => 1,
        _ => 2,
    };
    if number.digits_max < width || number.digits_max > 10 { number.digits_min } else { width }
}
