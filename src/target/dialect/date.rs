//! Date formats: the letters of Joda (Elasticsearch 1.x to 6.x) against those of java.time, and names that changed.

use serde_json::Value;

use super::Translation;
use super::draft::Draft;
use crate::target::span::{Span, es, es_until, os};

/// Versions that read a pattern by the letters of java.time.
const JAVA_TIME: &[Span] = &[es(7, 0), os(1, 0)];
/// Versions that take a pattern marked by a leading `8` for one of java.time.
const MARKED: &[Span] = &[es(6, 7), os(1, 0)];
/// Versions that know names in camel case.
const CAMEL: &[Span] = &[es_until((1, 0), (8, 0)), os(1, 0)];
/// Versions without `strict_` and `epoch_` names.
const NO_STRICT: &[Span] = &[es_until((1, 0), (2, 0))];

/// The format of a date, nanosecond date or date range.
pub(super) fn formats(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["date", "date_nanos", "date_range"]) {
        return;
    }
    let Some(format) = draft.text("format").map(str::to_string) else { return };
    let counted = format.split("||").find_map(|choice| match choice {
        "epoch_second" => Some("seconds"),
        // What numbers are without a word; it is said where no format beside it reads digits otherwise.
        "epoch_millis" if !snake(&format).contains("optional_time") => Some("milliseconds"),
        _ => None,
    });
    if let Some(unit) = counted.filter(|_| t.target.within(NO_STRICT)) {
        draft.set("numeric_resolution", unit);
    }
    let translated = translated(t, &format);
    two_digits(t, draft, &translated);
    if translated == format {
        return;
    }
    if translated.is_empty() {
        draft.take("format");
    } else {
        draft.set("format", translated.as_str());
    }
    let now =
        if translated.is_empty() { "the default".to_string() } else { format!("`{translated}`") };
    let target = t.target;
    t.notice(draft, format!("the date format `{format}` becomes {now} for {target}"));
}

/// The century of a year of two digits is the engine's to guess, and lines guess otherwise: measured on 1.7 to 7.17.
fn two_digits(t: &mut Translation<'_>, draft: &Draft, formats: &str) {
    let has_two_digits = formats.split("||").filter(|format| !is_name(format)).any(|format| {
        let is_short = |run: &Run<'_>| matches!(run, Run::Letters('y' | 'u' | 'Y', 2));
        runs(format).iter().any(is_short)
    });
    if !has_two_digits {
        return;
    }
    let (target, others) = (t.target, "write years of four digits where that is not meant");
    let message = match target.within(JAVA_TIME) {
        true => format!(
            "a year of two digits is one from 2000 to 2099 for {target}, and one of the last 80 years or the next 19 for Elasticsearch before 7.0; {others}"
        ),
        false => format!(
            "a year of two digits is one of the last 80 years or the next 19 for {target}, and one from 2000 to 2099 for Elasticsearch 7.0 and later; {others}"
        ),
    };
    t.notice(draft, message);
}

/// The formats by which a root mapping finds dates in text.
pub(super) fn dynamic_formats(t: &mut Translation<'_>, draft: &mut Draft) {
    let Some(Value::Array(list)) = draft.get("dynamic_date_formats").cloned() else { return };
    let target = t.target;
    let mut new = Vec::with_capacity(list.len());
    for format in list {
        let Some(text) = format.as_str() else {
            new.push(format);
            continue;
        };
        let translated = translated(t, text);
        two_digits(t, draft, &translated);
        if translated != text {
            t.notice(
                draft,
                format!("the date format `{text}` becomes `{translated}` for {target}"),
            );
        }
        new.push(Value::from(translated));
    }
    draft.set("dynamic_date_formats", new);
}

/// Every format between `||`, each for itself; empty where nothing but the default is left.
fn translated(t: &Translation<'_>, formats: &str) -> String {
    let mut list: Vec<String> = Vec::new();
    for format in formats.split("||") {
        let format = one(t, format);
        if !format.is_empty() && !list.contains(&format) {
            list.push(format);
        }
    }
    list.join("||")
}

fn one(t: &Translation<'_>, format: &str) -> String {
    let target = t.target;
    if is_name(format) {
        let strict = format.strip_prefix("strict").filter(|_| target.within(NO_STRICT));
        return match (format, strict) {
            ("epoch_millis" | "epoch_second", _) if target.within(NO_STRICT) => String::new(),
            (_, Some(rest)) => decapitalised(rest.trim_start_matches('_')),
            _ if target.within(CAMEL) => format.to_string(),
            _ => snake(format),
        };
    }
    let (marked, pattern) = match format.strip_prefix('8') {
        Some(rest) => (true, rest),
        None => (false, format),
    };
    if target.within(JAVA_TIME) {
        return if marked { format.to_string() } else { joda_to_java(pattern, t.legacy) };
    }
    match (marked, target.within(MARKED)) {
        (true, true) => format.to_string(),
        (true, false) => java_to_joda(pattern),
        // Before 7.0 an unmarked pattern is Joda's; letters that Joda lacks betray one of java.time.
        (false, _) => java_to_joda(pattern),
    }
}

/// Names of formats in snake case, without the `strict_` that most can carry.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "iso8601", "rfc3339_lenient", "epoch_millis", "epoch_second", "date_optional_time", "date_optional_time_nanos",
    "basic_date", "basic_date_time", "basic_date_time_no_millis", "basic_ordinal_date", "basic_ordinal_date_time",
    "basic_ordinal_date_time_no_millis", "basic_time", "basic_time_no_millis", "basic_t_time", "basic_t_time_no_millis",
    "basic_week_date", "basic_week_date_time", "basic_week_date_time_no_millis", "date", "date_hour", "date_hour_minute",
    "date_hour_minute_second", "date_hour_minute_second_fraction", "date_hour_minute_second_millis", "date_time",
    "date_time_no_millis", "hour", "hour_minute", "hour_minute_second", "hour_minute_second_fraction",
    "hour_minute_second_millis", "ordinal_date", "ordinal_date_time", "ordinal_date_time_no_millis", "time",
    "time_no_millis", "t_time", "t_time_no_millis", "week_date", "week_date_time", "week_date_time_no_millis", "week_year",
    "weekyear", "weekyear_week", "weekyear_week_day", "year", "year_month", "year_month_day",
];

/// Whether a format is one of the names, in snake or camel case, and no pattern.
fn is_name(format: &str) -> bool {
    let snake = snake(format);
    let name = snake.strip_prefix("strict_").unwrap_or(&snake);
    NAMES.contains(&name)
}

fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn decapitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |c| c.to_ascii_lowercase().to_string() + chars.as_str())
}

/// A run of one letter, or anything else, of a pattern.
enum Run<'p> {
    Letters(char, usize),
    Literal(&'p str),
}

/// Cuts a pattern into runs; quoted text is literal.
fn runs(pattern: &str) -> Vec<Run<'_>> {
    let mut list = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let end = if first == '\'' {
            rest[1..].find('\'').map_or(rest.len(), |i| i + 2)
        } else if first.is_ascii_alphabetic() {
            rest.find(|c| c != first).unwrap_or(rest.len())
        } else {
            rest.find(|c: char| c.is_ascii_alphabetic() || c == '\'').unwrap_or(rest.len())
        };
        list.push(if first.is_ascii_alphabetic() {
            Run::Letters(first, end)
        } else {
            Run::Literal(&rest[..end])
        });
        rest = &rest[end..];
    }
    list
}

fn rewritten(pattern: &str, mut letter: impl FnMut(char, usize) -> String) -> String {
    runs(pattern)
        .into_iter()
        .map(|run| match run {
            Run::Letters(c, n) => letter(c, n),
            Run::Literal(text) => text.to_string(),
        })
        .collect()
}

fn has_letter(pattern: &str, letter: char) -> bool {
    runs(pattern).iter().any(|r| matches!(r, Run::Letters(c, _) if *c == letter))
}

/// Joda's `Y` is the year; in java.time it is the year of the week, and makes every date the first day of one. Other letters
/// that differ are translated only where the mapping shows its age, for the same letters may be meant as they stand.
fn joda_to_java(pattern: &str, legacy: bool) -> String {
    let weeks = has_letter(pattern, 'w');
    rewritten(pattern, |c, n| match c {
        'Y' if !weeks => "y".repeat(n),
        'x' if weeks => "Y".repeat(n),
        'Z' if legacy => match n {
            1 => "XX".to_string(),
            2 => "XXX".to_string(),
            _ => "VV".to_string(),
        },
        c => c.to_string().repeat(n),
    })
}

/// Letters of java.time that Joda lacks.
fn java_to_joda(pattern: &str) -> String {
    let weeks = has_letter(pattern, 'w');
    rewritten(pattern, |c, n| match c {
        'u' => "y".repeat(n),
        'Y' if weeks => "x".repeat(n),
        'X' if n == 3 => "ZZ".to_string(),
        'X' => "Z".to_string(),
        'x' if !weeks && n == 3 => "ZZ".to_string(),
        'x' if !weeks => "Z".to_string(),
        'V' => "ZZZ".to_string(),
        c => c.to_string().repeat(n),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::target::{Mapping, Target};

    #[test]
    fn a_year_in_joda_letters_is_a_year_in_java_letters() {
        assert_eq!(joda_to_java("YYYY-MM-dd", false), "yyyy-MM-dd");
        assert_eq!(joda_to_java("YYYY-MM-dd'T'HH:mm:ssZZ", true), "yyyy-MM-dd'T'HH:mm:ssXXX");
        assert_eq!(joda_to_java("yyyy-MM-dd'YYYY'", true), "yyyy-MM-dd'YYYY'");
        assert_eq!(joda_to_java("xxxx-'W'ww-e", false), "YYYY-'W'ww-e");
        assert_eq!(joda_to_java("YYYY-'W'ww-e", false), "YYYY-'W'ww-e");
        assert_eq!(joda_to_java("yyyy-MM-dd HH:mm:ss.SSSZ", false), "yyyy-MM-dd HH:mm:ss.SSSZ");
    }

    #[test]
    fn java_letters_that_joda_lacks_are_said_in_its_own() {
        assert_eq!(java_to_joda("uuuu-MM-dd'T'HH:mm:ssXXX"), "yyyy-MM-dd'T'HH:mm:ssZZ");
        assert_eq!(java_to_joda("YYYY-'W'ww-e"), "xxxx-'W'ww-e");
        assert_eq!(java_to_joda("yyyy-MM-dd HH:mm:ss"), "yyyy-MM-dd HH:mm:ss");
    }

    #[test]
    fn the_century_of_a_year_of_two_digits_is_told() {
        for (format, target, says) in [
            ("yy-MM-dd", "es7", Some("from 2000 to 2099 for es7")),
            ("yyyy||M/d/uu", "os3", Some("from 2000 to 2099 for os3")),
            ("yy-MM-dd", "es2", Some("the last 80 years or the next 19 for es2")),
            ("uu-MM-dd", "es5", Some("the last 80 years or the next 19 for es5")),
            ("yyyy-MM-dd'yy'", "es7", None),
            ("y-MM-dd", "es9", None),
            ("basic_week_date", "es9", None),
        ] {
            let body = json!({"properties": {"f": {"type": "date", "format": format}}});
            let target = Target::parse(target).unwrap();
            let notices = Mapping::translate(&body, "", &target, &mut Vec::new()).notices;
            let told: Vec<&String> = notices.iter().filter(|n| n.contains("two digits")).collect();
            assert_eq!(told.len(), usize::from(says.is_some()), "{format} {notices:?}");
            assert!(says.is_none_or(|says| told[0].contains(says)), "{told:?}");
        }
    }

    #[test]
    fn names_are_told_from_patterns() {
        for name in [
            "dateOptionalTime",
            "date_optional_time",
            "epoch_millis",
            "basicDate",
            "strict_year",
            "tTime",
            "weekyear",
        ] {
            assert!(is_name(name), "{name}");
        }
        for pattern in ["yyyy", "yyyyMMdd", "YYYY", "HHmmss", "yyyy-MM-dd", "8yyyy", "'date'"] {
            assert!(!is_name(pattern), "{pattern}");
        }
        assert_eq!(snake("strictDateOptionalTime"), "strict_date_optional_time");
    }
}
