//! Formats: every name, the letters, the faults.

use super::*;

/// 2024-01-02T03:04:05Z, a Tuesday in week 1.
const INSTANT: i128 = 1_704_164_645_000_000_000;
const DAY: i128 = 1_704_153_600_000_000_000;
/// 03:04:05 of 1970-01-01.
const TIME: i128 = 11_045_000_000_000;
const HALF: i128 = 500_000_000;

/// Every name without its `strict_`, a text for it, and the instant that any engine reads.
const NAMES: [(&str, &str, i128); 43] = [
    ("basic_date", "20240102", DAY),
    ("basic_date_time", "20240102T030405.5Z", INSTANT + HALF),
    ("basic_date_time_no_millis", "20240102T030405Z", INSTANT),
    ("basic_ordinal_date", "2024002", DAY),
    ("basic_ordinal_date_time", "2024002T030405.5Z", INSTANT + HALF),
    ("basic_ordinal_date_time_no_millis", "2024002T030405Z", INSTANT),
    ("basic_time", "030405.5Z", TIME + HALF),
    ("basic_time_no_millis", "030405Z", TIME),
    ("basic_t_time", "T030405.5Z", TIME + HALF),
    ("basic_t_time_no_millis", "T030405Z", TIME),
    ("basic_week_date", "2024W012", DAY),
    ("basic_week_date_time", "2024W012T030405.5Z", INSTANT + HALF),
    ("basic_week_date_time_no_millis", "2024W012T030405Z", INSTANT),
    ("date", "2024-01-02", DAY),
    ("date_hour", "2024-01-02T03", DAY + 3 * 3_600_000_000_000),
    ("date_hour_minute", "2024-01-02T03:04", INSTANT - 5_000_000_000),
    ("date_hour_minute_second", "2024-01-02T03:04:05", INSTANT),
    ("date_hour_minute_second_fraction", "2024-01-02T03:04:05.5", INSTANT + HALF),
    ("date_hour_minute_second_millis", "2024-01-02T03:04:05.500", INSTANT + HALF),
    ("date_optional_time", "2024-01-02T03:04:05.5Z", INSTANT + HALF),
    ("date_time", "2024-01-02T03:04:05.5+00:00", INSTANT + HALF),
    ("date_time_no_millis", "2024-01-02T04:04:05+01:00", INSTANT),
    ("hour", "03", 3 * 3_600_000_000_000),
    ("hour_minute", "03:04", TIME - 5_000_000_000),
    ("hour_minute_second", "03:04:05", TIME),
    ("hour_minute_second_fraction", "03:04:05.5", TIME + HALF),
    ("hour_minute_second_millis", "03:04:05.500", TIME + HALF),
    ("ordinal_date", "2024-002", DAY),
    ("ordinal_date_time", "2024-002T03:04:05.5Z", INSTANT + HALF),
    ("ordinal_date_time_no_millis", "2024-002T03:04:05Z", INSTANT),
    ("time", "03:04:05.5Z", TIME + HALF),
    ("time_no_millis", "03:04:05Z", TIME),
    ("t_time", "T03:04:05.5Z", TIME + HALF),
    ("t_time_no_millis", "T03:04:05Z", TIME),
    ("week_date", "2024-W01-2", DAY),
    ("week_date_time", "2024-W01-2T03:04:05.5Z", INSTANT + HALF),
    ("week_date_time_no_millis", "2024-W01-2T03:04:05Z", INSTANT),
    ("weekyear", "2024", DAY - 86_400_000_000_000),
    ("weekyear_week", "2024-W01", DAY - 86_400_000_000_000),
    ("weekyear_week_day", "2024-W01-2", DAY),
    ("year", "2024", DAY - 86_400_000_000_000),
    ("year_month", "2024-01", DAY - 86_400_000_000_000),
    ("year_month_day", "2024-01-02", DAY),
];

#[test]
fn every_name_reads_its_text_on_every_target_that_knows_it() {
    let mut read = 0;
    for name in ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os1", "os2", "os3"] {
        let to = target(name);
        let dialect = if is_java(&to) { Dialect::Java } else { Dialect::Joda };
        for known in names::known(&to, dialect) {
            let plain = known.strip_prefix("strict_").unwrap_or(&known);
            let Some((_, text, instant)) = NAMES.iter().find(|(row, ..)| *row == plain) else {
                let other = [
                    "iso8601",
                    "rfc3339_lenient",
                    "week_year",
                    "epoch_millis",
                    "epoch_second",
                    "epoch_micros",
                    "date_optional_time_nanos",
                ];
                assert!(other.contains(&plain), "{name} knows `{known}`, and no row tests it");
                continue;
            };
            for spelling in [known.clone(), names::camel_case(&known)] {
                let Some(_) = names::named(&spelling, &to, dialect) else { continue };
                assert_eq!(
                    nanos(&spelling, name, text),
                    Some(*instant),
                    "{name} {spelling} {text}"
                );
                read += 1;
            }
        }
    }
    assert!(read > 900, "only {read} names");
}

#[test]
fn names_come_and_go_with_the_versions() {
    let knows = |name: &str, format: &str| {
        DateRule::compile(Some(format), None, Resolution::Millis, &target(name)).is_ok()
    };
    for name in ["es1", "es2", "es5", "es6", "es7", "os1", "os2", "os3"] {
        assert!(knows(name, "dateOptionalTime"), "{name}");
    }
    for name in ["es8", "es9"] {
        assert!(!knows(name, "dateOptionalTime"), "{name}");
        assert!(!knows(name, "week_year"), "{name}");
    }
    assert!(!knows("es1", "strict_date_optional_time") && !knows("es1", "epoch_millis"));
    assert!(knows("es2", "strict_date_optional_time") && knows("es2", "epoch_millis"));
    assert!(knows("es7", "strict_date_optional_time_nanos"));
    assert!(!knows("es6", "strict_date_optional_time_nanos"));
    assert!(knows("os3", "epoch_micros") && !knows("os2", "epoch_micros"));
    assert!(knows("os2", "rfc3339_lenient") && !knows("os1", "rfc3339_lenient"));
    assert!(knows("es5", "basic_t_Time") && !knows("es6", "basic_t_Time"));
}

#[test]
fn faults_name_the_letter_or_the_nearest_name() {
    let fault = |name: &str, format: &str| {
        DateRule::compile(Some(format), None, Resolution::Millis, &target(name)).expect_err(format)
    };
    let text = fault("es9", "strict_dat_optional_time||epoch_millis");
    assert!(text.contains("nearest: `strict_date_optional_time`"), "{text}");
    let text = fault("es9", "dateOptionalTime");
    assert!(text.contains("nearest: `date_optional_time`"), "{text}");
    let text = fault("es9", "yyyy-MM-dd T HH");
    assert!(text.contains("`T`") && text.contains("quotes"), "{text}");
    let text = fault("es6", "yyyy-MM-ddTHH");
    assert!(text.contains("`T`"), "{text}");
    assert!(fault("es9", "yyyy-MMMMMM").contains("`M`"));
    assert!(fault("es9", "HHH").contains("3 times"));
    assert!(fault("es9", "yyyy-MM-dd'T").contains("not closed"));
    assert!(fault("es9", "yyyy]").contains("`]`"));
    assert!(fault("es9", "yyyy{MM}").contains("reserved"));
    assert!(fault("es9", "yyyy||").contains("empty"));
}

#[test]
fn week_years_for_years_are_altered_from_7_on() {
    for (name, verdict) in [
        ("es1", None),
        ("es6", None),
        ("es7", Some(Verdict::Altered)),
        ("es9", Some(Verdict::Altered)),
        ("os3", Some(Verdict::Altered)),
    ] {
        let rule = rule(Some("YYYY-MM-dd"), Resolution::Millis, name);
        let found = rule.check_text("2024-05-06");
        assert_eq!(found.as_ref().err().map(|refusal| refusal.verdict), verdict, "{name}");
        if let Err(refusal) = found {
            assert!(refusal.way_out.contains("`yyyy`"), "{}", refusal.way_out);
        }
    }
    let weeks = rule(Some("YYYY-'W'ww-e"), Resolution::Millis, "es7");
    assert_eq!(weeks.check_text("2024-W19-1"), Ok(()));
}

#[test]
fn parts_that_the_engine_drops_are_altered() {
    let cases = [
        ("es9", "yyyy-MM-dd hh:mm:ss", "2024-01-02 11:04:05"),
        ("es9", "yyyy-mm-dd", "2024-05-06"),
        ("es9", "yyyy HH", "2024 03"),
        ("es7", "strict_date", "2024-02-30"),
        ("es7", "strict_date_hour", "2023-02-29T03"),
        ("es6", "EEE, dd MMM yyyy", "Mon, 02 Jan 2024"),
        ("es8", "strict_date_optional_time", "2024T03"),
    ];
    for (name, format, text) in cases {
        let found = rule(Some(format), Resolution::Millis, name).check_text(text);
        let verdict = found.map_err(|refusal| refusal.verdict);
        assert_eq!(verdict, Err(Verdict::Altered), "{name} {format} {text}");
    }
}

#[test]
fn patterns_read_what_their_letters_say() {
    let cases = [
        ("uuuu-MM-dd'T'HH:mm:ssXXX", "2024-01-02T05:04:05+02:00", INSTANT),
        ("yyyy-MM-dd HH:mm:ss[.SSSSSS]", "2024-01-02 03:04:05.500000", INSTANT + HALF),
        ("yyyy-MM-dd HH:mm:ss[.SSSSSS]", "2024-01-02 03:04:05", INSTANT),
        ("d MMM yyyy", "2 Jan 2024", DAY),
        ("EEEE, d MMMM uuuu", "Tuesday, 2 January 2024", DAY),
        ("yyyyMMddHHmmssSSS", "20240102030405500", INSTANT + HALF),
        ("yy-MM-dd", "24-01-02", DAY),
        ("h:mm:ss a d/M/uuuu", "3:04:05 AM 2/1/2024", INSTANT),
        ("uuuu-MM-dd HH:mm:ss VV", "2024-01-02 04:04:05 Europe/Berlin", INSTANT),
        ("uuuu-MM-dd HH:mm:ss z", "2024-01-01 19:04:05 America/Los_Angeles", INSTANT),
        ("uuuu-MM-dd HH:mm:ss Z", "2024-01-01 19:04:05 -0800", INSTANT),
        ("uuuu-DDD", "2024-002", DAY),
        ("8uuuu-MM-dd", "2024-01-02", DAY),
        ("yyyy'''y'", "2024'y", DAY - 86_400_000_000_000),
    ];
    for (format, text, instant) in cases {
        assert_eq!(nanos(format, "es9", text), Some(instant), "{format} {text}");
    }
    let joda = [
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2024-01-02T03:04:05.5+0000", INSTANT + HALF),
        ("yyyy-MM-dd'T'HH:mm:ssZZ", "2024-01-02t05:04:05+02:00", INSTANT),
        ("dd/MMM/yyyy:HH:mm:ss Z", "02/jan/2024:03:04:05 z", INSTANT),
        ("yyyy-MM-dd HH:mm ZZZ", "2024-01-02 04:04 Europe/Berlin", INSTANT - 5_000_000_000),
        ("YYYY-MM-dd", "2024-1-2", DAY),
        ("xxxx-'W'ww-e", "2024-W1-2", DAY),
    ];
    for (format, text, instant) in joda {
        assert_eq!(nanos(format, "es6", text), Some(instant), "{format} {text}");
    }
    let zones = [
        // A letter for names takes offsets too; the JDK has no region of three letters.
        ("es9", "uuuu-MM-dd HH:mm:ss z", "2024-01-02 05:04:05 +02:00", true),
        ("es7", "uuuu-MM-dd HH:mm:ss zzzz", "2024-01-02 03:04:05 Z", true),
        ("os3", "uuuu-MM-dd HH:mm:ss z", "2024-01-02 05:04:05 GMT+02:00", true),
        ("es8", "uuuu-MM-dd HH:mm:ss z", "2024-01-01 22:04:05 EST5EDT", true),
        ("es8", "uuuu-MM-dd HH:mm:ss z", "2024-01-01 22:04:05 EST", true),
        ("os3", "uuuu-MM-dd HH:mm:ss z", "2024-01-01 19:04:05 PST", false),
        ("es8", "uuuu-MM-dd HH:mm:ss zzzz", "2024-01-01 22:04:05 EST", false),
        ("es9", "uuuu-MM-dd HH:mm:ss VV", "2024-01-01 22:04:05 EST", false),
        ("es9", "uuuu-MM-dd HH:mm:ss VV", "2024-01-01 17:04:05 HST", false),
        ("es6", "yyyy-MM-dd HH:mm:ss ZZZ", "2024-01-01 22:04:05 EST", true),
    ];
    for (name, format, text, taken) in zones {
        assert_eq!(nanos(format, name, text), taken.then_some(INSTANT), "{name} {format} {text}");
    }
    assert_eq!(nanos("yyyy-MM-dd", "es9", "2024-1-2"), None);
    assert_eq!(nanos("d MMM yyyy", "es9", "2 jan 2024"), None);
    assert_eq!(nanos("d MMMM yyyy", "os3", "2 January 2024"), None);
}

#[test]
fn negative_milliseconds_follow_the_version() {
    let takes = |name: &str, text: &str| nanos("epoch_millis", name, text).is_some();
    for name in ["es2", "es6", "es8", "es9", "os2", "os3"] {
        assert!(takes(name, "-1"), "{name}");
    }
    assert!(!takes("es7", "-1") && takes("es7", "-1000"));
    let old = Target { engine: Engine::Elasticsearch, major: 8, minor: 1, serverless: false };
    let rule =
        DateRule::compile(Some("epoch_millis"), None, Resolution::Millis, &old).expect("compiles");
    assert!(rule.check_number("-1").is_err());
}

#[test]
fn numbers_of_any_size_are_altered_where_the_engine_keeps_their_lowest_bits() {
    // Elasticsearch 6.8.23 indexes 1e35 as the year 99,397,941 and -1e400 as 1970.
    for format in ["epoch_millis", "epoch_second"] {
        for text in ["1e30", "1e35", "-1e35", "1e38", "-1e400", "-123456789012345678901234567890"] {
            let found = rule(Some(format), Resolution::Millis, "es6").check_number(text);
            let verdict = found.map_err(|refusal| refusal.verdict);
            assert_eq!(verdict, Err(Verdict::Altered), "{format} {text}");
        }
    }
}

#[test]
fn the_first_format_that_fits_decides_and_joda_asks_no_other_after_it() {
    let format = "dd/MM/yyyy||MM/dd/yyyy";
    assert_eq!(nanos(format, "es9", "02/01/2024"), Some(DAY));
    // The first pattern fits the text; that there is no month 13 ends it on both, each for its own reason.
    assert_eq!(nanos(format, "es6", "01/13/2024"), None);
    assert_eq!(
        nanos("dd/MM/uuuu||MM/dd/uuuu", "es9", "01/13/2024"),
        Some(DAY + 11 * 86_400_000_000_000)
    );
}

#[test]
fn weeks_mean_what_iso_8601_says() {
    let cases = [
        // Elasticsearch counts the weeks of a pattern from Sunday since 8.16; its named formats count from Monday.
        ("es8", "YYYY-'W'ww-e", "2024-W02-1", false),
        ("es9", "YYYY-'W'ww", "2024-W02", false),
        ("es9", "YYYY-'W'ww-EEE", "2024-W02-Mon", true),
        ("es9", "YYYY-'W'ww-EEE", "2024-W02-Sun", false),
        ("es9", "week_date", "2024-W02-1", true),
        ("es9", "weekyear", "2023", true),
        ("es7", "YYYY-'W'ww-e", "2024-W02-1", true),
        ("os3", "YYYY-'W'ww", "2024-W02", true),
        ("es6", "xxxx-'W'ww-e", "2024-W02-7", true),
        // A year that is none of weeks hides the week.
        ("es7", "yyyy-'W'ww-e", "2024-W02-1", false),
        ("es9", "yyyy-'W'ww-e", "2024-W01-0", false),
        ("es9", "yyyy-'W'ww", "2024-W01", true),
        ("es6", "yyyy-'W'ww-e", "2024-W02-1", true),
        ("es9", "yyyy-MM-dd ww", "2024-01-07 02", true),
        // The year of a week is rarely the year from its first day.
        ("es7", "YYYY", "2024", true),
        ("es7", "YYYY", "2023", false),
        ("es9", "YYYY", "2024", false),
        ("es9", "yyyy QQ", "2024 03", false),
        ("es9", "yyyy QQ", "2024 01", true),
        ("es9", "yyyy-MM EEE", "2024-01 Tue", false),
    ];
    for (name, format, text, taken) in cases {
        let found = rule(Some(format), Resolution::Millis, name).check_text(text);
        let wanted = if taken { Ok(()) } else { Err(Verdict::Altered) };
        assert_eq!(found.map_err(|refusal| refusal.verdict), wanted, "{name} {format} {text}");
    }
}

#[test]
fn a_locale_changes_names_and_weeks() {
    let verdict = |name: &str, format: &str, locale: &str, text: &str| {
        DateRule::compile(Some(format), Some(locale), Resolution::Millis, &target(name))
            .expect("compiles")
            .check_text(text)
            .map_err(|refusal| refusal.verdict)
    };
    let (altered, refused) = (Err(Verdict::Altered), Err(Verdict::Refused));
    for name in ["es2", "es6", "es7", "es9", "os2", "os3"] {
        assert_eq!(verdict(name, "d MMMM yyyy", "en", "5 March 2024"), Ok(()), "{name}");
        // `Mär`, `Mär.` or `März`: the engine's Java decides.
        assert_eq!(verdict(name, "d MMM yyyy", "de", "5 März 2024"), altered, "{name}");
        assert_eq!(verdict(name, "d MMM yyyy", "de", "5 3 2024"), refused, "{name}");
        assert_eq!(verdict(name, "d MMM yyyy||yyyy-MM-dd", "de", "2024-03-05"), Ok(()), "{name}");
        assert_eq!(verdict(name, "dd.MM.yyyy", "de", "05.03.2024"), Ok(()), "{name}");
    }
    // Without a language Joda-Time reads full names on Java 8 and none on later ones.
    for name in ["es1", "es2", "es5", "es6"] {
        for text in ["5 March 2024", "5 march 2024"] {
            assert_eq!(verdict(name, "d MMM yyyy", "", text), altered, "{name}");
        }
        assert_eq!(verdict(name, "d MMMM yyyy", "", "5 Mar 2024"), Ok(()), "{name}");
        assert_eq!(verdict(name, "G yyyy", "", "AD 2024"), altered, "{name}");
        assert_eq!(verdict(name, "G yyyy", "en", "AD 2024"), Ok(()), "{name}");
        assert_eq!(verdict(name, "d MMM yyyy", "", "5 Mae 2024"), refused, "{name}");
    }
    assert_eq!(verdict("es5", "d MMMM yyyy", "en-US", "5 March 2024"), altered);
    assert_eq!(verdict("es6", "d MMMM yyyy", "en-US", "5 March 2024"), Ok(()));
    // Named English, a pattern counts weeks from Sunday also where the default counts them from Monday.
    assert_eq!(verdict("es7", "YYYY-'W'ww-e", "en", "2024-W02-1"), altered);
    assert_eq!(verdict("os3", "YYYY-'W'ww-e", "en-GB", "2024-W02-1"), altered);
    assert_eq!(verdict("es6", "xxxx-'W'ww-e", "en_GB", "2024-W02-1"), Ok(()));
    assert_eq!(verdict("es7", "week_date", "en", "2024-W02-1"), Ok(()));
}

#[test]
fn rfc3339_lenient_wants_an_offset_behind_a_time() {
    for name in ["os2", "os3"] {
        let takes = |text: &str| nanos("rfc3339_lenient", name, text);
        for text in [
            "2024-01-02T03:04:05Z",
            "2024-01-02t03:04:05z",
            "2024-01-02 05:04:05+02:00",
            "2024-01-02T03:04:05,000000Z",
        ] {
            assert_eq!(takes(text), Some(INSTANT), "{name} {text}");
        }
        assert_eq!(takes("2024-01-02T03:04:05.5Z"), Some(INSTANT + HALF), "{name}");
        assert_eq!(takes("2024-01-02T03:04Z"), Some(INSTANT - 5_000_000_000), "{name}");
        for text in ["2024", "2024-01", "2024-01-02"] {
            assert!(takes(text).is_some(), "{name} {text}");
        }
        for text in [
            "2024-01-02T03:04:05",
            "2024-01-02T03:04:05.123",
            "2024-01-02T03:04",
            "2024-01-02T03:04:05-00:00",
            "2024-01-02T03:04:05+0100",
            "2024-01-02T03:04:05+18:01",
            "2024-01-02T03:04:5Z",
            "2024-1-2",
            "24-01-02",
            "12024-01-02",
            "2024-02-30",
        ] {
            assert_eq!(takes(text), None, "{name} {text}");
        }
    }
}

#[test]
fn strict_names_of_joda_take_signs_within_the_width_or_beside_it() {
    for name in ["es2", "es6"] {
        let takes = |format: &str, text: &str| nanos(format, name, text);
        let midnight = Some(DAY);
        for text in ["2024-+1-02", "2024-01-+2", "2024-+01-+02", "+2024-01-02"] {
            assert_eq!(takes("strict_date", text), midnight, "{name} {text}");
        }
        assert_eq!(takes("strict_hour", "+3"), Some(3 * 3_600_000_000_000), "{name}");
        assert!(takes("strict_year", "-024").is_some(), "{name}");
        assert_eq!(takes("strict_date", "2024-1-02"), None, "{name}");
        assert_eq!(takes("strict_date", "2024-+001-02"), None, "{name}");
        // The sign belongs to the hour, and is none of an offset.
        let text = "2024-01-02T+03:04";
        let hour = Some(INSTANT - 5_000_000_000);
        assert_eq!(takes("strict_date_optional_time", text), hour, "{name}");
        assert_eq!(takes("HHH:mmm", "003:004"), Some(11_040_000_000_000), "{name}");
    }
}

#[test]
fn java_patterns_on_6_count_weeks_from_sunday_and_know_short_names() {
    let verdict = |format: &str, text: &str| {
        let found = rule(Some(format), Resolution::Millis, "es6").check_text(text);
        found.map_err(|refusal| refusal.verdict)
    };
    assert_eq!(verdict("8YYYY-'W'ww-e", "2019-W35-6"), Err(Verdict::Altered));
    assert_eq!(verdict("8dd MMM uuuu", "02 Jan 2024"), Ok(()));
    // Full names on Java 8, short ones on later ones.
    assert_eq!(verdict("8dd MMMM uuuu", "02 January 2024"), Err(Verdict::Altered));
    assert_eq!(verdict("8G yyyy-MM-dd", "AD 2024-01-02"), Err(Verdict::Altered));
}

#[test]
fn an_era_or_a_century_alone_is_its_first_year_on_joda() {
    for name in ["es1", "es2", "es5", "es6"] {
        assert_eq!(nanos("CC'th'", name, "19th"), nanos("yyyy-", name, "1900-"), "{name}");
        assert_eq!(nanos("G HH", name, "CE 00"), nanos("yyyy-", name, "0001-"), "{name}");
    }
}

#[test]
fn a_quarter_that_stands_alone_is_a_digit_where_no_language_names_it() {
    for (name, format, text, is_taken) in [
        ("es9", "qqq yyyy", "Q1 2024", true),
        ("es9", "qqq yyyy", "1 2024", false),
        ("os3", "qqq yyyy", "Q1 2024", false),
        ("os3", "qqq yyyy", "1 2024", true),
        ("os3", "QQQ yyyy", "Q1 2024", true),
        ("os3", "qqqq yyyy", "Q1 2024", true),
    ] {
        assert_eq!(nanos(format, name, text).is_some(), is_taken, "{name} {format} {text}");
    }
}
