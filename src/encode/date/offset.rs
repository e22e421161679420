//! Offsets and zones as formats read them: which spellings each letter takes, and what offset a zone has at a local time.
//!
//! The zones and their rules are those of the bundled time zone database; nothing is read from the machine.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::calendar::Civil;
use super::fields::Fields;
use super::program::count_digits;

/// A spelling of an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetShape {
    /// What stands for no offset, `""` for nothing of its own.
    pub(super) zero: &'static str,
    pub(super) minutes: Presence,
    pub(super) seconds: Presence,
    pub(super) colon: Colon,
}

/// Whether a part of an offset must stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Never,
    Optional,
    Required,
}

/// Whether colons separate the parts of an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colon {
    Never,
    Required,
    /// With colons, and an hour of one digit or two.
    ShortHour,
    /// Joda-Time: with or without; `Z` in either case; up to 23:59, with seconds and milliseconds.
    Joda,
}

impl OffsetShape {
    pub(super) const fn new(
        zero: &'static str,
        colon: Colon,
        minutes: Presence,
        seconds: Presence,
    ) -> OffsetShape {
        OffsetShape { zero, minutes, seconds, colon }
    }

    /// `+HHmm`, `Z`.
    pub(super) const SHORT: OffsetShape =
        OffsetShape::new("Z", Colon::Never, Presence::Optional, Presence::Never);
    /// `+HH:MM`, `Z`.
    pub(super) const COLON: OffsetShape =
        OffsetShape::new("Z", Colon::Required, Presence::Required, Presence::Never);
    /// `+HH:MM:ss`, `Z`.
    pub(super) const LONG: OffsetShape =
        OffsetShape::new("Z", Colon::Required, Presence::Required, Presence::Optional);
    /// Joda-Time's, with `Z` for none.
    pub(super) const JODA: OffsetShape =
        OffsetShape::new("Z", Colon::Joda, Presence::Optional, Presence::Optional);
}

/// Which names of zones are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneShape {
    /// A region, `UTC`, `GMT`, `UT` (each with an offset), an offset, or `Z`.
    RegionOrOffset,
    /// The same with every offset that `ZoneId` knows: `+HHmm` and `+HHmmss` too.
    Iso,
    /// The same, and the abbreviations that both libraries know by heart.
    Name,
    /// The same as `RegionOrOffset`: full names and those of OpenSearch 3 come from the engine's Java.
    FullName,
    /// Joda-Time's: a region or `UTC`.
    JodaRegion,
    /// Joda-Time's: abbreviations alone.
    JodaName,
}

/// Abbreviations, and the region that each stands for.
const ABBREVIATIONS: [(&str, &str); 11] = [
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("UT", "UTC"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
];

/// Names of the time zone database that the JDK leaves out: it has them as abbreviations alone, or not at all.
const NO_REGIONS: [&str; 4] = ["EST", "MST", "HST", "ROC"];

fn two_digits(bytes: &[u8], at: usize) -> Option<i32> {
    (count_digits(bytes, at, 2) == 2)
        .then(|| i32::from(bytes[at] - b'0') * 10 + i32::from(bytes[at + 1] - b'0'))
}

/// Reads an offset; seconds east of UTC, and where it ends.
pub(super) fn read_offset(shape: OffsetShape, bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    if shape.colon == Colon::Joda {
        return read_joda(bytes, at);
    }
    let zero = bytes.get(at..at + shape.zero.len()).is_some_and(|b| b == shape.zero.as_bytes());
    let negative = match bytes.get(at) {
        Some(b'+') => false,
        Some(b'-') => true,
        _ => return (zero && !shape.zero.is_empty()).then(|| (0, at + shape.zero.len())),
    };
    let (hours, mut end) = match count_digits(bytes, at + 1, 2) {
        1 if shape.colon == Colon::ShortHour => (i32::from(bytes[at + 1] - b'0'), at + 2),
        _ => (two_digits(bytes, at + 1)?, at + 3),
    };
    let colon = matches!(shape.colon, Colon::Required | Colon::ShortHour);
    let mut seconds = hours * 3600;
    for (presence, unit) in [(shape.minutes, 60), (shape.seconds, 1)] {
        let found = match presence {
            Presence::Never => break,
            _ if !colon => two_digits(bytes, end),
            _ if bytes.get(end) == Some(&b':') => two_digits(bytes, end + 1),
            _ => None,
        };
        let Some(found) = found.filter(|found| *found <= 59) else {
            if presence == Presence::Required {
                return None;
            }
            break;
        };
        seconds += found * unit;
        end += 2 + usize::from(colon);
    }
    Some((if negative { -seconds } else { seconds }, end))
}

fn read_joda(bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    let first = *bytes.get(at)?;
    if first.eq_ignore_ascii_case(&b'Z') {
        return Some((0, at + 1));
    }
    let negative = match first {
        b'+' => false,
        b'-' => true,
        _ => return None,
    };
    let hours = two_digits(bytes, at + 1).filter(|hours| *hours <= 23)?;
    let mut seconds = hours * 3600;
    let mut end = at + 3;
    let colon = bytes.get(end) == Some(&b':');
    for unit in [60, 1] {
        let next = if colon && bytes.get(end) == Some(&b':') { end + 1 } else { end };
        match count_digits(bytes, next, 2) {
            2 => {
                seconds += two_digits(bytes, next).filter(|part| *part <= 59)? * unit;
                end = next + 2;
            }
            0 if next == end => break,
            _ => return None,
        }
    }
    Some((if negative { -seconds } else { seconds }, end))
}

/// Reads a zone: an offset goes into the fields at once, a region as the place of its name.
pub(super) fn read_zone(
    shape: ZoneShape,
    text: &str,
    at: usize,
    fields: &mut Fields,
) -> Option<usize> {
    let rest = text.get(at..)?;
    let is_java = !matches!(shape, ZoneShape::JodaRegion | ZoneShape::JodaName);
    if is_java {
        if rest.starts_with(['+', '-']) {
            let (seconds, end) = read_zone_offset(shape, text.as_bytes(), at)?;
            fields.offset = Some(seconds);
            return Some(end);
        }
        if let Some(prefix) = ["UTC", "GMT", "UT"].into_iter().find(|p| rest.starts_with(p)) {
            let at = at + prefix.len();
            let (seconds, end) = read_prefixed(shape, text.as_bytes(), at);
            fields.offset = Some(seconds);
            return Some(end);
        }
    }
    let short = match shape {
        ZoneShape::Name | ZoneShape::JodaName => ABBREVIATIONS
            .iter()
            .find(|(name, _)| rest.starts_with(name))
            .map(|(name, _)| name.len()),
        _ => None,
    };
    let region = match shape {
        ZoneShape::JodaName => None,
        ZoneShape::Name | ZoneShape::JodaRegion => region_length(rest, &[]),
        _ => region_length(rest, &NO_REGIONS),
    };
    if let Some(length) = short.max(region) {
        fields.zone = Some((at, at + length));
        return Some(at + length);
    }
    if rest.starts_with('Z') && is_java {
        fields.offset = Some(0);
        return Some(at + 1);
    }
    None
}

fn read_zone_offset(shape: ZoneShape, bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    let long = read_offset(OffsetShape { zero: "", ..OffsetShape::LONG }, bytes, at);
    if shape != ZoneShape::Iso {
        return long;
    }
    let plain = OffsetShape::new("", Colon::Never, Presence::Optional, Presence::Optional);
    long.or_else(|| read_offset(plain, bytes, at))
}

/// `UTC+01:00`: what follows the prefix, if anything of an offset does.
fn read_prefixed(shape: ZoneShape, bytes: &[u8], at: usize) -> (i32, usize) {
    let short = OffsetShape::new("", Colon::ShortHour, Presence::Never, Presence::Never);
    let found = read_zone_offset(shape, bytes, at);
    let found = match shape {
        ZoneShape::Iso => found.or_else(|| read_offset(short, bytes, at)),
        _ => found,
    };
    found.unwrap_or((0, at))
}

/// The length of the longest name of a region at the start of a text.
fn region_length(rest: &str, excluded: &[&str]) -> Option<usize> {
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+')))
        .unwrap_or(rest.len());
    (1..=end).rev().find(|length| {
        let name = &rest[..*length];
        !excluded.contains(&name)
            && TimeZone::get(name).is_ok_and(|zone| zone.iana_name() == Some(name))
    })
}

/// The zone that a name of [`read_zone`] stands for.
pub(super) fn zone_named(name: &str) -> Option<TimeZone> {
    let region = ABBREVIATIONS.iter().find(|(short, _)| *short == name).map_or(name, |(_, to)| to);
    TimeZone::get(region).ok()
}

/// What offset a zone has at a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalOffset {
    /// Exactly one, in seconds east of UTC.
    One(i32),
    /// The clocks jumped over the local time; the offsets before and after.
    Skipped(i32, i32),
    /// The clocks showed the local time twice; the offsets before and after.
    Twice(i32, i32),
    /// The database says nothing about that year.
    Unknown,
}

/// Looks up the offset of a zone at a local time.
pub(super) fn local_offset(zone: &TimeZone, local: &Civil) -> LocalOffset {
    if let Ok(offset) = zone.to_fixed_offset() {
        return LocalOffset::One(offset.seconds());
    }
    let Some(at) = local_date_time(local) else { return LocalOffset::Unknown };
    match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => LocalOffset::One(offset.seconds()),
        AmbiguousOffset::Gap { before, after } => {
            LocalOffset::Skipped(before.seconds(), after.seconds())
        }
        AmbiguousOffset::Fold { before, after } => {
            LocalOffset::Twice(before.seconds(), after.seconds())
        }
    }
}

fn local_date_time(local: &Civil) -> Option<DateTime> {
    let narrow = |value: i64| i8::try_from(value).ok();
    DateTime::new(
        i16::try_from(local.year).ok()?,
        narrow(local.month)?,
        narrow(local.day)?,
        narrow(local.hour)?,
        narrow(local.minute)?,
        narrow(local.second)?,
        i32::try_from(local.nano).ok()?,
    )
    .ok()
}
