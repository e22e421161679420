//! The `locale` of a date field: which names of months and days a pattern reads, and from which day it counts weeks.
//!
//! Measured on Elasticsearch 1.7.6 to 9.2.0 and OpenSearch 2.19.4, 3.8.0. Names of other languages than English come from the
//! Java that the engine runs on (`Mär` or `März`, `Sep` or `Sept`), which no mapping tells.

use super::fields::Field;
use super::offset::ZoneNames;
use super::program::{self, Dialect, Part};
use crate::target::{Engine, Target};

/// Which names and weeks the engine's locale has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locale {
    /// English names, weeks by ISO: Elasticsearch 7 to 8.15, OpenSearch 1 and 2 without a `locale`.
    Compat,
    /// English names, weeks from Sunday: Elasticsearch 8.16 and later, and English where the mapping names it.
    English,
    /// Short English names for every length, weeks by ISO: OpenSearch 3 without a `locale`.
    Root,
    /// The same names, weeks from Sunday: Elasticsearch 6 without a `locale`, where its Java is later than 8, and 9 with none of
    /// a language.
    RootFromSunday,
}

/// The locale by which java.time reads a pattern; another language stands with the default, and is not judged.
pub(super) fn of(name: Option<&str>, target: &Target) -> Locale {
    if name.is_some_and(is_english) {
        return Locale::English;
    }
    let root = name.is_some_and(is_root);
    match (target.engine, target.major, target.minor) {
        (Engine::OpenSearch, 3.., _) => Locale::Root,
        (Engine::Elasticsearch, 9.., _) if root => Locale::RootFromSunday,
        (Engine::Elasticsearch, 8, _) if root => Locale::Compat,
        (Engine::Elasticsearch, ..=6, _) => Locale::RootFromSunday,
        (Engine::Elasticsearch, 8, 16..) | (Engine::Elasticsearch, 9.., _) => Locale::English,
        _ => Locale::Compat,
    }
}

/// Where the names of zones come from that java.time reads.
pub(super) fn zones(name: Option<&str>, target: &Target) -> ZoneNames {
    if name.is_some_and(|name| !is_root(name) && !is_english(name)) {
        return ZoneNames::Foreign;
    }
    match (target.engine, target.major) {
        (Engine::OpenSearch, 3..) if name.is_none_or(is_root) => ZoneNames::Root,
        (Engine::Elasticsearch, 9..) if name.is_some_and(is_root) => ZoneNames::Root,
        (Engine::OpenSearch, 3..) | (Engine::Elasticsearch, 9..) => ZoneNames::Cldr,
        (Engine::Elasticsearch, ..=6) => ZoneNames::Foreign,
        _ => ZoneNames::Compat,
    }
}

/// Which English names Joda-Time reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JodaNames {
    /// Those of no language on Java 9 and later: short ones, and `CE` for the era.
    Short,
    /// Short and full ones: English, and no language on Java 7 and 8.
    Full,
}

impl JodaNames {
    /// What every Java reads.
    pub(super) fn of(name: Option<&str>) -> JodaNames {
        if name.is_some_and(is_english) { JodaNames::Full } else { JodaNames::Short }
    }
}

/// English of the United States; in Britain September and the half of the day have other names.
fn is_english(name: &str) -> bool {
    ["en", "en_us", "en-us"].iter().any(|english| name.eq_ignore_ascii_case(english))
}

/// No language, by name.
fn is_root(name: &str) -> bool {
    name.is_empty() || name.eq_ignore_ascii_case("root")
}

/// What of a pattern only the locale knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    No,
    /// Names: a text with a letter in it may hold one.
    Names,
    /// Weeks.
    Weeks,
}

impl Foreign {
    pub(super) fn of(
        parts: &[Part],
        dialect: Dialect,
        locale: Option<&str>,
        target: &Target,
    ) -> Foreign {
        let Some(name) = locale.filter(|name| !name.is_empty()) else { return Foreign::No };
        // Elasticsearch 1 to 5 know no hyphen in a locale, and make a language of the whole.
        let old = target.engine == Engine::Elasticsearch && target.major < 6;
        if is_english(name) && !(old && name.contains('-')) || is_root(name) {
            return Foreign::No;
        }
        let reads = |fields: &[Field]| fields.iter().any(|field| program::reads(parts, *field));
        let weeks = [Field::WeekYear, Field::Week, Field::WeekOfMonth, Field::LocalWeekday];
        if dialect == Dialect::Java && reads(&weeks) {
            Foreign::Weeks
        } else if has_names(parts) {
            Foreign::Names
        } else {
            Foreign::No
        }
    }

    /// Whether the pattern may read the text in a way that is not judged here.
    pub(super) fn may_read(self, text: &str) -> bool {
        match self {
            Foreign::No => false,
            Foreign::Names => text.chars().any(char::is_alphabetic),
            Foreign::Weeks => true,
        }
    }
}

fn has_names(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Names { .. } => true,
        Part::Optional(parts) => has_names(parts),
        Part::OneOf(choices) => choices.iter().any(|parts| has_names(parts)),
        _ => false,
    })
}
