//! The formats that engines know by name: one row a name, in a notation of our own.
//!
//! Read off the parsers of Elasticsearch 1.7.6, 2.4.6, 5.6.16, 6.8.23, 7.17.28, 8.19.0, 9.2.0 and OpenSearch 2.19.4, 3.8.0.
//! Notation: `u` year, `y` year of era, `M` month, `d` day, `D` day of year, `x` week-year, `w` week, `e` day of week, `H` hour,
//! `m` minute, `s` second, each with `{digits}` or `{min,max}` and `n` for a sign or `e` for a sign where digits exceed the least;
//! `.{min,max}` a fraction with its point, `f i h` fractions of second, minute, hour without one; `[]` optional, `(|)` the
//! furthest; `z k` zone or offset, `o O R F j` offsets; anything else stands for itself. Capitals in front of that: see `expand`.

use super::build::{Program, Style, from_notation};
use super::calendar::WeekRule;
use super::program::Dialect;
use crate::target::{Engine, Target};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Named {
    /// Read by the first of these that fits.
    Programs(Vec<Program>),
    EpochMillis,
    EpochSecond,
    EpochMicros,
}

/// Formats of java.time. Where a row ends in `Z` or `X` there are two parsers, and four for `V`.
const JAVA: [(&str, &str); 79] = [
    ("iso8601", "A[T[H{2}[:m{2}[:s{2}[.{1,9}][,f{1,9}]]]][z][o]]"),
    ("basic_date", "u{1,4n}M{1,2}d{1,2}"),
    ("basic_date_time", "CTN.{1,9}Z"),
    ("basic_date_time_no_millis", "CTNZ"),
    ("basic_ordinal_date", "u{4,19e}D{3}"),
    ("basic_ordinal_date_time", "y{4,19e}D{3}TN.{1,9}Z"),
    ("basic_ordinal_date_time_no_millis", "u{4,19e}D{3}TNZ"),
    ("basic_time", "N.{1,9}Z"),
    ("basic_time_no_millis", "NZ"),
    ("basic_t_time", "TN.{1,9}Z"),
    ("basic_t_time_no_millis", "TNZ"),
    ("basic_week_date", "xWw{1,2}e"),
    ("basic_week_date_time", "xWw{1,2}eTN.{1,9}Z"),
    ("basic_week_date_time_no_millis", "xWw{1,2}eTNZ"),
    ("date", "B"),
    ("date_hour", "BTH{1,2}"),
    ("date_hour_minute", "BTH{1,2}:m{1,2}"),
    ("date_hour_minute_second", "BTQ"),
    ("date_hour_minute_second_fraction", "BTQ.{1,9}"),
    ("date_hour_minute_second_millis", "BTQ.{1,3}"),
    ("date_optional_time", "B[T[H{1,2}[:m{1,2}[:s{1,2}][.{1,9}][,f{1,9}][z][o]]]]"),
    ("date_time", "BTH{1,2}:m{1,2}[:s{1,2}.{1,9}]X"),
    ("date_time_no_millis", "BTH{1,2}:m{1,2}[:s{1,2}]V"),
    ("hour", "H{1,2}"),
    ("hour_minute", "H{1,2}:m{1,2}"),
    ("hour_minute_second", "Q"),
    ("hour_minute_second_fraction", "Q.{1,9}"),
    ("hour_minute_second_millis", "Q.{1,3}"),
    ("ordinal_date", "u{4,10e}-D{1,3}"),
    ("ordinal_date_time", "u{4,10e}-D{1,3}TH{1,2}:m{1,2}[:s{1,2}.{1,9}]Z"),
    ("ordinal_date_time_no_millis", "u{4,10e}-D{1,3}TQZ"),
    ("time", "Q.{1,9}Z"),
    ("time_no_millis", "QZ"),
    ("t_time", "TQ.{1,9}Z"),
    ("t_time_no_millis", "TQZ"),
    ("week_date", "x{4,10e}-Ww{1,2}-e{1}"),
    ("week_date_time", "x{4,10e}-Ww{1,2}-e{1}TQ.{1,9}Z"),
    ("week_date_time_no_millis", "x{4,10e}-Ww{1,2}-e{1}TQZ"),
    ("week_year", "x"),
    ("weekyear", "x"),
    ("weekyear_week", "x-Ww"),
    ("weekyear_week_day", "x-Ww-e"),
    ("year", "u"),
    ("year_month", "u-M"),
    ("year_month_day", "u-M-d"),
    ("strict_basic_week_date", "x{4}Ww{1,2}e"),
    ("strict_basic_week_date_time", "x{4}Ww{1,2}eTN.{1,9}Z"),
    ("strict_basic_week_date_time_no_millis", "Gw{2}eTNZ"),
    ("strict_date", "u{4,10e}-M{2}-d{2}"),
    ("strict_date_hour", "u{4,19e}-M{2}-d{2}TH{2}"),
    ("strict_date_hour_minute", "u{4,19e}-M{2}-d{2}TH{2}:m{2}"),
    ("strict_date_hour_minute_second", "u{4,19e}-M{2}-d{2}TP"),
    ("strict_date_hour_minute_second_fraction", "ATP.{1,9}"),
    ("strict_date_hour_minute_second_millis", "ATP.{1,9}"),
    ("strict_date_optional_time", "A[T[H{2}[:m{2}[:s{2}[.{1,9}][,f{1,9}]]][z][o]]]"),
    ("strict_date_optional_time_nanos", "A[TP[.{1,9}][,f{1,9}][z][o]]"),
    ("strict_date_time", "ATP[.{1,9}]Z"),
    ("strict_date_time_no_millis", "ATPZ"),
    ("strict_hour", "H{2}"),
    ("strict_hour_minute", "H{2}:m{2}"),
    ("strict_hour_minute_second", "P"),
    ("strict_hour_minute_second_fraction", "P.{1,9}"),
    ("strict_hour_minute_second_millis", "P.{1,9}"),
    ("strict_ordinal_date", "Y-D{3}"),
    ("strict_ordinal_date_time", "Y-D{3}TH{2}:m{2}[:s{2}.{1,9}]Z"),
    ("strict_ordinal_date_time_no_millis", "Y-D{3}TPZ"),
    ("strict_time", "P.{1,9}Z"),
    ("strict_time_no_millis", "PZ"),
    ("strict_t_time", "TP.{1,9}Z"),
    ("strict_t_time_no_millis", "TPZ"),
    ("strict_week_date", "x{4,10e}Kw{2}-e{1}"),
    ("strict_week_date_time", "x{4,10e}Kw{2}-e{1}TP.{1,9}Z"),
    ("strict_week_date_time_no_millis", "x{4,10e}Kw{2}-e{1}TPZ"),
    ("strict_weekyear", "x{4,10e}"),
    ("strict_weekyear_week", "x{4,10e}-Ww{2}"),
    ("strict_weekyear_week_day", "x{4,10e}-Ww{2}-e"),
    ("strict_year", "Y"),
    ("strict_year_month", "Y-M{2}"),
    ("strict_year_month_day", "A"),
];

/// Formats of Joda-Time; the row of a `strict_` name is made from the same row with every width fixed.
const JODA: [(&str, &str); 45] = [
    ("basic_date", "u{1,4n}M{2}d{2}"),
    ("basic_date_time", "u{1,4n}M{2}d{2}TN.{1,9}j"),
    ("basic_date_time_no_millis", "u{1,4n}M{2}d{2}TNj"),
    ("basic_ordinal_date", "u{1,4n}D{3}"),
    ("basic_ordinal_date_time", "u{1,4n}D{3}TN.{1,9}j"),
    ("basic_ordinal_date_time_no_millis", "u{1,4n}D{3}TNj"),
    ("basic_time", "N.{1,9}j"),
    ("basic_time_no_millis", "Nj"),
    ("basic_t_time", "TN.{1,9}j"),
    ("basic_t_time_no_millis", "TNj"),
    ("basic_week_date", "x{1,4n}Ww{2}e{1}"),
    ("basic_week_date_time", "x{1,4n}Ww{2}e{1}TN.{1,9}j"),
    ("basic_week_date_time_no_millis", "x{1,4n}Ww{2}e{1}TNj"),
    ("date", "u{1,9n}-M{1,2}-d{1,2}"),
    ("date_hour", "u{1,9n}-M{1,2}-d{1,2}TH{1,2}"),
    ("date_hour_minute", "u{1,9n}-M{1,2}-d{1,2}TH{1,2}:m{1,2}"),
    ("date_hour_minute_second", "u{1,9n}-M{1,2}-d{1,2}TQ"),
    ("date_hour_minute_second_fraction", "u{1,9n}-M{1,2}-d{1,2}TQ.{1,9}"),
    ("date_hour_minute_second_millis", "u{1,9n}-M{1,2}-d{1,2}TQ.{1,3}"),
    (
        "date_optional_time",
        "(u{1,9n}(-M{1,2}(-d{1,2}|)|)|x{1,9n}-Ww{1,2}(-e{1}|)|u{1,9n}-D{1,3})(T(H{1,2}(:m{1,2}(:s{1,2}((.|,)f{1,9}|)|(.|,)i{1,9}|)|(.|,)h{1,9}|)|)(j|)|)",
    ),
    ("date_time", "u{1,9n}-M{1,2}-d{1,2}TQ.{1,9}j"),
    ("date_time_no_millis", "u{1,9n}-M{1,2}-d{1,2}TQj"),
    ("hour", "H{1,2}"),
    ("hour_minute", "H{1,2}:m{1,2}"),
    ("hour_minute_second", "Q"),
    ("hour_minute_second_fraction", "Q.{1,9}"),
    ("hour_minute_second_millis", "Q.{1,3}"),
    ("ordinal_date", "u{1,9n}-D{1,3}"),
    ("ordinal_date_time", "u{1,9n}-D{1,3}TQ.{1,9}j"),
    ("ordinal_date_time_no_millis", "u{1,9n}-D{1,3}TQj"),
    ("time", "Q.{1,9}j"),
    ("time_no_millis", "Qj"),
    ("t_time", "TQ.{1,9}j"),
    ("t_time_no_millis", "TQj"),
    ("week_date", "x{1,9n}-Ww{1,2}-e{1}"),
    ("week_date_time", "x{1,9n}-Ww{1,2}-e{1}TQ.{1,9}j"),
    ("week_date_time_no_millis", "x{1,9n}-Ww{1,2}-e{1}TQj"),
    ("week_year", "x{1,9n}"),
    ("weekyear", "x{1,9n}"),
    ("weekyear_week", "x{1,9n}-Ww{1,2}"),
    ("weekyear_week_day", "x{1,9n}-Ww{1,2}-e{1}"),
    ("year", "u{1,9n}"),
    ("year_month", "u{1,9n}-M{1,2}"),
    ("year_month_day", "u{1,9n}-M{1,2}-d{1,2}"),
    ("epoch_second", ""),
];

/// Names of Joda-Time that have no strict twin.
const JODA_ONLY_LENIENT: [&str; 12] = [
    "basic_date",
    "basic_date_time",
    "basic_date_time_no_millis",
    "basic_ordinal_date",
    "basic_ordinal_date_time",
    "basic_ordinal_date_time_no_millis",
    "basic_time",
    "basic_time_no_millis",
    "basic_t_time",
    "basic_t_time_no_millis",
    "week_year",
    "epoch_second",
];

/// Whether names are also taken in camel case (Elasticsearch before 8, OpenSearch).
fn takes_camel_case(target: &Target) -> bool {
    target.engine == Engine::OpenSearch || target.major < 8
}

/// What the name stands for on the target; `None` where the target does not know the name.
pub(super) fn named(name: &str, target: &Target, dialect: Dialect) -> Option<Named> {
    let snake = known(target, dialect)
        .find(|snake| is_snake(snake, name, target) || is_camel(snake, name, target))?;
    match snake.as_str() {
        "epoch_millis" => return Some(Named::EpochMillis),
        "epoch_second" => return Some(Named::EpochSecond),
        "epoch_micros" => return Some(Named::EpochMicros),
        _ => {}
    }
    let programs = match dialect {
        Dialect::Java => java_notations(&snake, target),
        Dialect::Joda => vec![joda_notation(&snake)],
    };
    let style = style_of(&snake, target);
    let own = dialect == Dialect::Java && iso_notation(&snake, target).is_some();
    let program = |notation: &String| Program {
        parts: from_notation(notation, dialect),
        week: WeekRule::ISO,
        style,
        own,
        bare_week_year: false,
        database: None,
    };
    Some(Named::Programs(programs.iter().map(program).collect()))
}

/// Elasticsearch 1 misspells or lacks a few names in snake case, 2 and 5 one.
fn is_snake(snake: &str, name: &str, target: &Target) -> bool {
    let elastic = target.engine == Engine::Elasticsearch;
    match snake {
        "basic_t_time" if elastic && target.major < 6 => name == "basic_t_Time",
        "weekyear_week" if elastic && target.major < 2 => false,
        _ => snake == name,
    }
}

fn is_camel(snake: &str, name: &str, target: &Target) -> bool {
    let has_twin =
        !snake.starts_with("epoch_") && !matches!(snake, "week_year" | "rfc3339_lenient");
    takes_camel_case(target) && has_twin && name == camel_case(snake)
}

/// Most names resolve strictly; these were left with another style by the engines.
fn style_of(snake: &str, target: &Target) -> Style {
    let iso_parser = target.engine == Engine::Elasticsearch && target.major >= 9;
    match snake {
        "strict_date" => Style::Lenient,
        "strict_date_hour_minute_second" if iso_parser => Style::Strict,
        "strict_date_hour" | "strict_date_hour_minute" | "strict_date_hour_minute_second" => {
            Style::Smart
        }
        "strict_hour" | "strict_hour_minute" => Style::Smart,
        _ => Style::Strict,
    }
}

/// Every name that the target knows, in snake case.
pub(super) fn known(target: &Target, dialect: Dialect) -> impl Iterator<Item = String> {
    let java = JAVA.iter().map(|(name, _)| (*name).to_string());
    let joda = JODA.iter().flat_map(|(name, _)| {
        let strict = (!JODA_ONLY_LENIENT.contains(name)).then(|| format!("strict_{name}"));
        std::iter::once((*name).to_string()).chain(strict)
    });
    let epochs = ["epoch_millis", "epoch_second", "epoch_micros", "rfc3339_lenient"];
    let all: Vec<String> = match dialect {
        Dialect::Java => java.chain(epochs.map(str::to_string)).collect(),
        Dialect::Joda => joda.chain(["epoch_millis".to_string()]).collect(),
    };
    let target = *target;
    all.into_iter().filter(move |name| exists(name, &target))
}

fn exists(name: &str, target: &Target) -> bool {
    let os = target.engine == Engine::OpenSearch;
    match name {
        "epoch_micros" => os && target.major >= 3,
        "rfc3339_lenient" => os && (target.major, target.minor) >= (2, 12),
        "epoch_millis" | "epoch_second" => os || target.major >= 2,
        "week_year" => takes_camel_case(target),
        "time_no_millis" | "week_date_time_no_millis" | "weekyear_week_day" => {
            os || target.major >= 2
        }
        _ if name.starts_with("strict_") => os || target.major >= 2,
        _ => true,
    }
}

/// `strict_date_optional_time` as `strictDateOptionalTime`.
pub(super) fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut camel = words.next().unwrap_or_default().to_string();
    for word in words {
        let (first, rest) = word.split_at(1.min(word.len()));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

fn java_notations(name: &str, target: &Target) -> Vec<String> {
    if name == "rfc3339_lenient" {
        // A parser of OpenSearch's own: a time needs its offset.
        let lenient =
            "(u{4}-M{2}-d{2}(T|t| )H{2}:m{2}[:s{2}[(.|,)f{1,9}]]F|u{4}-M{2}-d{2}|u{4}-M{2}|u{4})";
        return vec![lenient.to_string()];
    }
    if let Some(notation) = iso_notation(name, target) {
        return vec![expand(notation, target)];
    }
    let row = JAVA.iter().find(|(row, _)| *row == name).map_or("", |(_, notation)| notation);
    let body = expand(row.trim_end_matches(['Z', 'X', 'V']), target);
    let endings: &[&str] = match row.chars().last() {
        Some('Z') => &["z", "o"],
        Some('X') => &["O", "o"],
        Some('V') => &["O", "o", "[z]", "[o]"],
        _ => &[""],
    };
    endings.iter().map(|ending| format!("{body}{ending}")).collect()
}

/// Elasticsearch 8 reads these names by a parser of its own first, 9 by it alone: zones as `ZoneId` knows them (`k`), and in 9
/// no time without a day.
fn iso_notation(name: &str, target: &Target) -> Option<&'static str> {
    if target.engine == Engine::OpenSearch || target.major < 8 {
        return None;
    }
    Some(match (name, target.major) {
        ("strict_date_optional_time", 8) => "A[T[H{2}[:m{2}[:s{2}[.{1,9}][,f{1,9}]]][k]]]",
        ("iso8601", 8) => "A[T[H{2}[:m{2}[:s{2}[.{1,9}][,f{1,9}]]]][k]]",
        ("strict_date_optional_time" | "iso8601", _) => {
            "Y[-M{2}[-d{2}[T[H{2}[:m{2}[:s{2}[.{1,9}][,f{1,9}]]][k]]]]]"
        }
        ("strict_date_optional_time_nanos", 8) => "A[TP[.{1,9}][,f{1,9}][k]]",
        ("strict_date_optional_time_nanos", _) => "Y[-M{2}[-d{2}[TP[.{1,9}][,f{1,9}][k]]]]",
        ("strict_date_time", 8) => "ATP[.{1,9}]k",
        ("strict_date_time", _) => "Y-M{2}-d{2}TP[.{1,9}]k",
        ("strict_date_time_no_millis", 8) => "ATPk",
        ("strict_date_time_no_millis", _) => "Y-M{2}-d{2}TPk",
        ("strict_date_hour_minute_second", 9..) => "Y-M{2}-d{2}TP",
        (
            "strict_date_hour_minute_second_fraction" | "strict_date_hour_minute_second_millis",
            9..,
        ) => "Y-M{2}-d{2}TP.{1,9}",
        _ => return None,
    })
}

/// Writes the capitals of the table out: `Y` year of strict formats, `A` their date, `B` the lenient date, `C` the basic date,
/// `P` `Q` `N` the strict, lenient and basic time, `G` and `K` the week-year and the `-W` of two odd rows.
fn expand(notation: &str, target: &Target) -> String {
    let os = target.engine == Engine::OpenSearch;
    let strict = if os { "u{4,10e}" } else { "u{4,4e}" };
    let lenient = if os { "u{1,5n}" } else { "u{1,9n}" };
    let mut out = String::with_capacity(notation.len() * 3);
    for letter in notation.chars() {
        match letter {
            'Y' => out.push_str(strict),
            'A' => {
                out.push_str(strict);
                out.push_str("[-M{2}[-d{2}]]");
            }
            'B' => {
                out.push_str(lenient);
                out.push_str("[-M{1,2}[-d{1,2}]]");
            }
            'C' => out.push_str("u{4,4n}M{2}d{2}"),
            'P' => out.push_str("H{2}:m{2}:s{2}"),
            'Q' => out.push_str("H{1,2}:m{1,2}:s{1,2}"),
            'N' => out.push_str("H{2}m{2}s{2}"),
            'G' => out.push_str(if os { "x{4}W" } else { "x{4,10n}W" }),
            'K' => out.push_str("-W"),
            other => out.push(other),
        }
    }
    out
}

fn joda_notation(name: &str) -> String {
    let (lenient, strict) = match name.strip_prefix("strict_") {
        Some(rest) => (rest, true),
        None => (name, false),
    };
    let row = JODA.iter().find(|(row, _)| *row == lenient).map_or("", |(_, notation)| notation);
    let row = row.replace('Q', "H{1,2}:m{1,2}:s{1,2}").replace('N', "H{2}m{2}s{2}");
    if !strict {
        return row;
    }
    // Of a strict format any number may have a sign.
    row.replace("u{1,9n}", "u{4n}")
        .replace("x{1,9n}", "x{4n}")
        .replace("x{1,4n}", "x{4n}")
        .replace("D{1,3}", "D{3n}")
        .replace("M{1,2}", "M{2n}")
        .replace("d{1,2}", "d{2n}")
        .replace("w{1,2}", "w{2n}")
        .replace("H{1,2}", "H{2n}")
        .replace("m{1,2}", "m{2n}")
        .replace("s{1,2}", "s{2n}")
}
