//! Zones in texts: abbreviations, regions, and offsets beside them, as the engines that were measured read them.

use super::*;

fn verdict(name: &str, format: &str, text: &str) -> Result<(), Verdict> {
    let found = rule(Some(format), Resolution::Millis, name).check_text(text);
    found.map_err(|refusal| refusal.verdict)
}

const ALTERED: Result<(), Verdict> = Err(Verdict::Altered);
const REFUSED: Result<(), Verdict> = Err(Verdict::Refused);

#[test]
fn an_abbreviation_out_of_its_season_is_altered() {
    let cases = [
        ("2024-01-15 12:00 PST", Ok(())),
        ("2024-07-15 12:00 PST", ALTERED),
        ("2024-07-15 12:00 PDT", Ok(())),
        ("2024-01-15 12:00 PDT", ALTERED),
        ("2024-07-15 12:00 UTC", Ok(())),
    ];
    for name in ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os2"] {
        for (text, wanted) in cases {
            assert_eq!(verdict(name, "yyyy-MM-dd HH:mm z", text), wanted, "{name} {text}");
        }
    }
    let rule = rule(Some("yyyy-MM-dd HH:mm z"), Resolution::Millis, "es9");
    let refusal = rule.check_text("2024-07-15 12:00 PST").expect_err("altered");
    assert!(refusal.rule.contains("the offset that is indexed"), "{}", refusal.rule);
    assert!(refusal.way_out.contains("`+01:00`"), "{}", refusal.way_out);
}

#[test]
fn abbreviations_that_every_java_reads_alike_are_taken() {
    for name in ["es7", "es8", "es9", "os2"] {
        for (text, hour) in [("CET", 11), ("JST", 3), ("MSK", 9), ("NZDT", -1), ("HST", 22)] {
            let day = 1_705_276_800_000_000_000_i128;
            let found = nanos("yyyy-MM-dd HH:mm z", name, &format!("2024-01-15 12:00 {text}"));
            assert_eq!(found, Some(day + hour * 3_600_000_000_000), "{name} {text}");
        }
        // Another region on another Java, or one that few readers mean.
        for text in ["BST", "IST", "ACST", "GST"] {
            let text = format!("2024-01-15 12:00 {text}");
            assert_eq!(verdict(name, "yyyy-MM-dd HH:mm z", &text), ALTERED, "{name} {text}");
        }
        // `VV` reads no abbreviation that is no region.
        assert_eq!(verdict(name, "yyyy-MM-dd HH:mm VV", "2024-01-15 12:00 JST"), REFUSED, "{name}");
        assert_eq!(verdict(name, "yyyy-MM-dd HH:mm VV", "2024-01-15 12:00 GMT0"), Ok(()), "{name}");
    }
    // Joda-Time knows those of the United States.
    assert_eq!(verdict("es6", "yyyy-MM-dd HH:mm z", "2024-01-15 12:00 CET"), REFUSED);
    assert_eq!(verdict("os3", "yyyy-MM-dd HH:mm z", "2024-01-15 12:00 PST"), ALTERED);
    assert_eq!(verdict("os3", "yyyy-MM-dd HH:mm z", "2024-01-15 12:00 EST"), Ok(()));
}

#[test]
fn full_names_of_zones_are_left_to_the_java_below() {
    let text = "2024-01-15 12:00 Pacific Standard Time";
    for name in ["es7", "es8", "es9", "os2", "os3"] {
        assert_eq!(verdict(name, "yyyy-MM-dd HH:mm zzzz", text), ALTERED, "{name}");
        assert_eq!(verdict(name, "yyyy-MM-dd HH:mm zzzz", "2024-01-15 12:00"), REFUSED, "{name}");
        assert_eq!(verdict(name, "yyyy-MM-dd HH:mm zzzz", "2024-01-15 12:00 1"), REFUSED, "{name}");
        let region = "2024-01-15 12:00 Europe/Berlin";
        assert_eq!(verdict(name, "yyyy-MM-dd HH:mm zzzz", region), Ok(()), "{name}");
    }
    // Joda-Time writes them, and reads nothing by such a pattern.
    for name in ["es1", "es2", "es5", "es6"] {
        for text in [text, "2024-01-15 12:00 PST", "2024-01-15 12:00 UTC"] {
            assert_eq!(verdict(name, "yyyy-MM-dd HH:mm zzzz", text), REFUSED, "{name}");
        }
    }
}

#[test]
fn regions_that_the_names_of_old_java_lack_are_not_judged() {
    let format = "yyyy-MM-dd HH:mm z";
    for (text, es8, es9) in [
        ("2024-01-15 12:00 Etc/GMT+5", ALTERED, Ok(())),
        ("2024-01-15 12:00 Europe/Kyiv", ALTERED, Ok(())),
        ("2024-01-15 12:00 Europe/Kiev", Ok(()), Ok(())),
    ] {
        assert_eq!(verdict("es8", format, text), es8, "{text}");
        assert_eq!(verdict("es9", format, text), es9, "{text}");
    }
    let letters = "yyyy-MM-dd HH:mm VV";
    assert_eq!(verdict("es8", letters, "2024-01-15 12:00 Etc/GMT+5"), Ok(()));
}

#[test]
fn a_zone_hides_an_offset_beside_it() {
    let format = "uuuu-MM-dd'T'HH:mm:ssXXX'['VV']'";
    for name in ["es7", "es8", "es9", "os2", "os3"] {
        for (text, wanted) in [
            ("2024-01-02T03:04:05+01:00[Europe/Berlin]", Ok(())),
            ("2024-01-02T03:04:05Z[UTC]", Ok(())),
            ("2024-01-02T03:04:05Z[Europe/Berlin]", ALTERED),
            ("2024-07-02T03:04:05+01:00[Europe/Berlin]", ALTERED),
        ] {
            assert_eq!(verdict(name, format, text), wanted, "{name} {text}");
        }
    }
}

#[test]
fn abbreviations_of_other_times_are_not_judged() {
    for (text, wanted) in [
        ("1985-01-15 12:00 MSK", ALTERED),
        ("1995-01-15 12:00 MSK", Ok(())),
        ("1995-01-15 12:00 EET", ALTERED),
        ("2019-01-15 12:00 EET", Ok(())),
        ("1950-01-15 12:00 JST", ALTERED),
        ("1950-01-15 12:00 EST", Ok(())),
    ] {
        assert_eq!(verdict("es9", "yyyy-MM-dd HH:mm z", text), wanted, "{text}");
    }
}

#[test]
fn zones_of_distant_years_follow_the_rules_of_ours() {
    let hour = 3_600_000_000_000;
    let zoned = nanos("uuuuu-MM-dd HH:mm VV", "es9", "22023-07-01 12:00 Europe/Berlin");
    let plain = nanos("uuuuu-MM-dd HH:mm VV", "es9", "22023-07-01 12:00 UTC");
    assert_eq!(zoned.map(|at| at + 2 * hour), plain);
    assert!(plain.is_some());
}

#[test]
fn offsets_of_joda_keep_to_colons_once_there_is_one() {
    for (text, wanted) in [
        ("2024-01-15 12:00 +01:00:30", Ok(())),
        ("2024-01-15 12:00 +010030", Ok(())),
        ("2024-01-15 12:00 +01:0030", REFUSED),
        ("2024-01-15 12:00 +0100:30", REFUSED),
    ] {
        assert_eq!(verdict("es6", "yyyy-MM-dd HH:mm Z", text), wanted, "{text}");
    }
}

#[test]
fn regions_that_an_old_database_knows_otherwise_are_not_judged() {
    let format = "yyyy-MM-dd HH:mm ZZZ";
    for (name, text, wanted) in [
        ("es1", "2019-05-01 12:00 Europe/Istanbul", ALTERED),
        ("es6", "2019-05-01 12:00 Europe/Istanbul", Ok(())),
        ("es6", "2024-05-01 12:00 Europe/Kyiv", ALTERED),
        ("es1", "2024-05-01 12:00 Europe/Berlin", Ok(())),
        ("es1", "1930-05-01 12:00 Europe/Berlin", ALTERED),
        ("es1", "2024-07-01 12:00 EST", Ok(())),
        ("es1", "2024-07-01 12:00 Etc/GMT+5", Ok(())),
    ] {
        assert_eq!(verdict(name, format, text), wanted, "{name} {text}");
    }
    let five = 5 * 3_600_000_000_000;
    let utc = nanos(format, "es1", "2024-07-01 12:00 UTC");
    assert_eq!(nanos(format, "es1", "2024-07-01 12:00 EST"), utc.map(|at| at + five));
}

#[test]
fn clocks_that_were_changed_lately_are_not_judged() {
    for name in ["es6", "es7", "es9", "os3"] {
        let format = if name == "es6" { "yyyy-MM-dd HH:mm ZZZ" } else { "yyyy-MM-dd HH:mm VV" };
        let vancouver = "2030-01-15 12:00 America/Vancouver";
        assert_eq!(verdict(name, format, vancouver), ALTERED, "{name}");
        let before = "2020-01-15 12:00 America/Vancouver";
        assert_eq!(verdict(name, format, before), Ok(()), "{name}");
    }
}

#[test]
fn a_locale_without_a_language_has_the_names_of_the_java_below() {
    let verdict = |name: &str, format: &str, locale: &str, text: &str| {
        DateRule::compile(Some(format), Some(locale), Resolution::Millis, &target(name))
            .expect("compiles")
            .check_text(text)
            .map_err(|refusal| refusal.verdict)
    };
    for locale in ["", "ROOT"] {
        assert_eq!(verdict("es9", "d MMM uuuu", locale, "2 Jan 2024"), Ok(()), "{locale}");
        assert_eq!(verdict("es9", "d MMMM uuuu", locale, "2 January 2024"), ALTERED, "{locale}");
        assert_eq!(verdict("es9", "YYYY-'W'ww-e", locale, "2024-W02-1"), ALTERED, "{locale}");
        assert_eq!(verdict("es7", "d MMMM uuuu", locale, "2 January 2024"), Ok(()), "{locale}");
    }
    for locale in ["EN", "en_us"] {
        assert_eq!(verdict("es9", "d MMMM uuuu", locale, "2 January 2024"), Ok(()), "{locale}");
    }
}
