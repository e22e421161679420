//! Offsets and zones as formats read them: which spellings each letter takes, and what offset a zone has at a local time.
//!
//! The zones and their rules are those of the bundled time zone database; nothing is read from the machine.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::calendar::Civil;
use super::fields::{Fields, ZoneField};
use super::program::count_digits;
use super::region;

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
    /// As RFC 3339 writes it: with a colon, `Z` in either case, up to 18:00, and no `-00:00`.
    Rfc3339,
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
    /// `+HH:MM`, `Z` or `z`.
    pub(super) const RFC_3339: OffsetShape =
        OffsetShape::new("Z", Colon::Rfc3339, Presence::Required, Presence::Never);
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
    /// The same, and abbreviations.
    Name(ZoneNames),
    /// The same as `RegionOrOffset`: full names come from the engine's Java.
    FullName(ZoneNames),
    /// Joda-Time's: a region or `UTC`.
    JodaRegion,
    /// Joda-Time's: abbreviations alone.
    JodaName,
}

/// Where the names of zones that a letter of java.time reads come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneNames {
    /// The JDK's own names: Elasticsearch 7 and 8, OpenSearch 1 and 2, as long as the Java below has them.
    Compat,
    /// Those of CLDR in English.
    Cldr,
    /// Those of CLDR in no language: OpenSearch 3 without a `locale`.
    Root,
    /// Those of another language.
    Foreign,
}

/// An abbreviation that means one offset to a reader. Engines take it for the region, whatever the time of the year.
struct Abbreviation {
    name: &'static str,
    region: &'static str,
    /// What it means, in minutes east of UTC.
    minutes: i32,
    /// Who knows it.
    known: Known,
    /// The year from which on all of them mean the same region by it.
    since: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Joda-Time and java.time in English.
    Both,
    /// java.time in English: the same region by the names of the JDK and by CLDR.
    Java,
    /// The same, and java.time in no language.
    Root,
    /// Joda-Time, and java.time in any language.
    All,
}

const fn row(
    name: &'static str,
    region: &'static str,
    minutes: i32,
    known: Known,
    since: i64,
) -> Abbreviation {
    Abbreviation { name, region, minutes, known, since }
}

const ALWAYS: i64 = i64::MIN;

/// Measured on Elasticsearch 1.7.6 to 9.2.0 and OpenSearch 2.19.4, 3.8.0, on Java 17 and 25. Those that mean several offsets to
/// a reader (`BST`, `IST`, `AST`, `SST`), or another region from one Java to the next (`ACST`, `WAT`), stand in no row.
const ABBREVIATIONS: [Abbreviation; 39] = [
    row("UTC", "UTC", 0, Known::All, ALWAYS),
    row("GMT", "UTC", 0, Known::All, ALWAYS),
    row("UT", "UTC", 0, Known::All, ALWAYS),
    row("EST", "America/New_York", -300, Known::All, ALWAYS),
    row("EDT", "America/New_York", -240, Known::All, ALWAYS),
    row("CST", "America/Chicago", -360, Known::Both, ALWAYS),
    row("CDT", "America/Chicago", -300, Known::Both, ALWAYS),
    row("MST", "America/Denver", -420, Known::Both, ALWAYS),
    row("MDT", "America/Denver", -360, Known::Both, ALWAYS),
    row("PST", "America/Los_Angeles", -480, Known::Both, ALWAYS),
    row("PDT", "America/Los_Angeles", -420, Known::Both, ALWAYS),
    row("AKST", "America/Anchorage", -540, Known::Java, 1984),
    row("AKDT", "America/Anchorage", -480, Known::Java, 1984),
    row("HST", "Pacific/Honolulu", -600, Known::Java, 1970),
    row("NST", "America/St_Johns", -210, Known::Java, 1970),
    row("NDT", "America/St_Johns", -150, Known::Java, 1970),
    row("WET", "WET", 0, Known::Root, 1997),
    row("WEST", "WET", 60, Known::Java, 1997),
    row("CET", "CET", 60, Known::Root, 1977),
    row("CEST", "CET", 120, Known::Java, 1977),
    row("MET", "MET", 60, Known::Root, 1977),
    row("EET", "EET", 120, Known::Root, 2018),
    row("EEST", "EET", 180, Known::Root, 2018),
    row("MSK", "Europe/Moscow", 180, Known::Root, 1993),
    row("SAST", "Africa/Johannesburg", 120, Known::Java, 1970),
    row("CAT", "Africa/Maputo", 120, Known::Java, 1970),
    row("EAT", "Africa/Nairobi", 180, Known::Java, 1970),
    row("PKT", "Asia/Karachi", 300, Known::Java, 1970),
    row("WIB", "Asia/Jakarta", 420, Known::Java, 1970),
    row("WITA", "Asia/Makassar", 480, Known::Java, 1970),
    row("WIT", "Asia/Jayapura", 540, Known::Java, 1970),
    row("AWST", "Australia/Perth", 480, Known::Java, 1970),
    row("HKT", "Asia/Hong_Kong", 480, Known::Java, 1970),
    row("JST", "Asia/Tokyo", 540, Known::Java, 1970),
    row("KST", "Asia/Seoul", 540, Known::Java, 1970),
    row("AEST", "Australia/Sydney", 600, Known::Java, 1970),
    row("AEDT", "Australia/Sydney", 660, Known::Java, 1970),
    row("NZST", "Pacific/Auckland", 720, Known::Java, 1970),
    row("NZDT", "Pacific/Auckland", 780, Known::Java, 1970),
];

/// Names of the time zone database that the JDK leaves out: it has them as abbreviations alone, or not at all.
const NO_REGIONS: [&str; 4] = ["EST", "MST", "HST", "ROC"];

/// Regions of Joda-Time that have one offset, in hours, and are abbreviations elsewhere.
const JODA_FIXED: [(&str, i32); 3] = [("EST", -5), ("MST", -7), ("HST", -10)];

/// Regions that older Java lacks.
const NEWEST: [&str; 1] = ["America/Coyhaique"];

/// Regions that the letters for names read on one Java and not on another: the JDK's own names lack them.
const NAMELESS: [&str; 3] = ["Asia/Atyrau", "Europe/Kyiv", "Pacific/Kanton"];

fn two_digits(bytes: &[u8], at: usize) -> Option<i32> {
    (count_digits(bytes, at, 2) == 2)
        .then(|| i32::from(bytes[at] - b'0') * 10 + i32::from(bytes[at + 1] - b'0'))
}

/// Reads an offset; seconds east of UTC, and where it ends.
pub(super) fn read_offset(shape: OffsetShape, bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    match shape.colon {
        Colon::Joda => return read_joda(bytes, at),
        Colon::Rfc3339 => return read_rfc_3339(bytes, at),
        Colon::Never | Colon::Required | Colon::ShortHour => {}
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

fn read_rfc_3339(bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    if bytes.get(at).is_some_and(|first| first.eq_ignore_ascii_case(&b'Z')) {
        return Some((0, at + 1));
    }
    let found = read_offset(OffsetShape { zero: "", ..OffsetShape::COLON }, bytes, at)?;
    (bytes.get(at) == Some(&b'+') || found.0 != 0).then_some(found)
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
        let next = match (colon, bytes.get(end)) {
            (true, Some(b':')) => end + 1,
            (true, _) => break,
            (false, _) => end,
        };
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

/// Reads a zone: an offset, or the place of its name.
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
            fields.zone = Some(ZoneField::Offset(seconds));
            return Some(end);
        }
        if rest.starts_with("GMT0") {
            fields.zone = Some(ZoneField::Offset(0));
            return Some(at + 4);
        }
        if let Some(prefix) = ["UTC", "GMT", "UT"].into_iter().find(|p| rest.starts_with(p)) {
            let at = at + prefix.len();
            let (seconds, end) = read_prefixed(shape, text.as_bytes(), at);
            fields.zone = Some(ZoneField::Offset(seconds));
            return Some(end);
        }
    }
    if matches!(shape, ZoneShape::Name(_) | ZoneShape::FullName(_)) {
        fields.foreign_zone |= rest.starts_with(char::is_alphabetic);
    }
    if let Some(length) = abbreviation_length(shape, rest).max(name_length(shape, rest)) {
        if NEWEST.contains(&&rest[..length]) {
            fields.foreign_zone = true;
            return None;
        }
        let fixed = JODA_FIXED.iter().find(|(name, _)| *name == &rest[..length]);
        fields.zone = Some(match (shape, fixed) {
            (ZoneShape::JodaRegion, Some((_, hours))) => ZoneField::Offset(hours * 3600),
            _ => ZoneField::Name(at, at + length),
        });
        return Some(at + length);
    }
    if rest.starts_with('Z') && is_java {
        fields.zone = Some(ZoneField::Offset(0));
        return Some(at + 1);
    }
    None
}

/// The length of the abbreviation at the start of a text, where the shape reads it.
fn abbreviation_length(shape: ZoneShape, rest: &str) -> Option<usize> {
    use ZoneNames::{Cldr, Compat, Root};
    let reads = |known| match shape {
        ZoneShape::JodaName => matches!(known, Known::All | Known::Both),
        ZoneShape::Name(Compat | Cldr) => true,
        ZoneShape::Name(Root) => matches!(known, Known::All | Known::Root),
        _ => false,
    };
    let known = ABBREVIATIONS.iter().filter(|row| reads(row.known));
    known.map(|row| row.name).filter(|name| rest.starts_with(name)).map(str::len).max()
}

/// The length of the name of a region at the start of a text, where the shape reads it.
fn name_length(shape: ZoneShape, rest: &str) -> Option<usize> {
    let length = match shape {
        ZoneShape::JodaName => None,
        ZoneShape::JodaRegion => region_length(rest, &[]),
        _ => region_length(rest, &NO_REGIONS),
    }?;
    let name = &rest[..length];
    let nameless = name.starts_with("Etc/GMT") || NAMELESS.contains(&name);
    let unsure = match shape {
        ZoneShape::Name(ZoneNames::Compat | ZoneNames::Foreign)
        | ZoneShape::FullName(ZoneNames::Compat | ZoneNames::Foreign) => nameless,
        ZoneShape::Name(ZoneNames::Root) => name.starts_with("Etc/GMT"),
        // Cities have a full name there, which is that of another region.
        ZoneShape::FullName(ZoneNames::Root) => name.starts_with("Etc/GMT") || !name.contains('/'),
        _ => false,
    };
    (!unsure).then_some(length)
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

/// What offset the name of a zone that [`read_zone`] found stands for at a local time, and the one that a reader takes it for,
/// in seconds.
pub(super) fn named_offset(name: &str, local: &Civil) -> Option<(LocalOffset, Option<i32>)> {
    let row = ABBREVIATIONS.iter().find(|row| row.name == name);
    let zone = TimeZone::get(row.map_or(name, |row| row.region)).ok()?;
    let unsettled = region::is_unsettled(name, local.year);
    let offset = match row {
        Some(row) if local.year < row.since => LocalOffset::Unknown,
        None if unsettled => LocalOffset::Unknown,
        _ => local_offset(&zone, local),
    };
    Some((offset, row.map(|row| row.minutes * 60)))
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
    /// Engines do not agree, or the database says nothing about that year.
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
    // The calendar repeats itself every 400 years, and the rules of a zone every year.
    let year = match local.year {
        9000.. => 8000 + local.year % 400,
        year => year,
    };
    DateTime::new(
        i16::try_from(year).ok()?,
        narrow(local.month)?,
        narrow(local.day)?,
        narrow(local.hour)?,
        narrow(local.minute)?,
        narrow(local.second)?,
        i32::try_from(local.nano).ok()?,
    )
    .ok()
}
