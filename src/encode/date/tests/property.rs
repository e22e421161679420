//! Random date-times against jiff, which shares no code with the arithmetic or the formats here.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::super::iso::{self, Text};
use super::super::{calendar, spell};
use super::*;
use crate::encode::{FieldOptions, From, Value};

const TARGETS: [&str; 10] = ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os1", "os2", "os3"];

fn seeded() -> (u64, fastrand::Rng) {
    let seed = fastrand::u64(..);
    (seed, fastrand::Rng::with_seed(seed))
}

fn random_date_time(rng: &mut fastrand::Rng) -> DateTime {
    loop {
        let found = DateTime::new(
            rng.i16(1..=9998),
            rng.i8(1..=12),
            rng.i8(1..=31),
            rng.i8(0..=23),
            rng.i8(0..=59),
            rng.i8(0..=59),
            rng.i32(0..=999) * [1, 1000, 1_000_000][rng.usize(..3)],
        );
        if let Ok(date_time) = found {
            return date_time;
        }
    }
}

#[test]
fn iso_texts_of_random_times_mean_what_jiff_says() {
    let (seed, mut rng) = seeded();
    let rules = TARGETS.map(|name| {
        let format = if name == "es1" { "date_optional_time" } else { "strict_date_optional_time" };
        let named = rule(Some(format), Resolution::Millis, name);
        (name, named, rule(None, Resolution::Millis, name))
    });
    for _ in 0..20_000 {
        let local = random_date_time(&mut rng);
        let minutes = rng.i32(-17 * 60..=17 * 60);
        let offset = Offset::from_seconds(minutes * 60).expect("below 25 hours");
        let wanted = offset.to_timestamp(local).expect("in range").as_nanosecond();
        let sign = if minutes < 0 { '-' } else { '+' };
        let text = format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        let (name, named, default) = &rules[rng.usize(..rules.len())];
        let found = named.meaning(&text).map(|meaning| meaning.instant.0);
        assert_eq!(found, Some(wanted), "{name} {text}, seed {seed}");
        assert_eq!(default.check_text(&text), Ok(()), "{name} {text}, seed {seed}");
    }
}

#[test]
fn the_calendar_agrees_with_jiff() {
    let (seed, mut rng) = seeded();
    for _ in 0..20_000 {
        let date = random_date_time(&mut rng).date();
        let (year, month, day) = (date.year().into(), date.month().into(), date.day().into());
        let days = calendar::days_of(year, month, day);
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        let wanted = Offset::UTC.to_timestamp(midnight).expect("in range").as_second();
        assert_eq!(days * calendar::DAY_SECONDS, wanted, "{date}, seed {seed}");
        assert_eq!(calendar::date_of(days), (year, month, day), "{date}, seed {seed}");
        let week = date.iso_week_date();
        let iso = calendar::WeekRule::ISO;
        assert_eq!(iso.week_year(days), i64::from(week.year()), "{date}, seed {seed}");
        let number = (days - iso.year_start(week.year().into())) / 7 + 1;
        assert_eq!(number, i64::from(week.week()), "{date}, seed {seed}");
        let weekday = i64::from(week.weekday().to_monday_one_offset());
        assert_eq!(calendar::weekday_of(days), weekday, "{date}, seed {seed}");
    }
}

#[test]
fn what_a_named_format_spells_it_reads_back() {
    let (seed, mut rng) = seeded();
    let mut read = 0;
    for name in TARGETS {
        let to = target(name);
        let dialect = if is_java(&to) { Dialect::Java } else { Dialect::Joda };
        for format in names::known(&to, dialect) {
            let Some(Named::Programs(programs)) = names::named(&format, &to, dialect) else {
                continue;
            };
            let rule = rule(Some(&format), Resolution::Millis, name);
            for _ in 0..20 {
                let local = random_date_time(&mut rng);
                let wanted = Offset::UTC.to_timestamp(local).expect("in range").as_nanosecond();
                let instant = calendar::Instant(wanted);
                let program = &programs[rng.usize(..programs.len())];
                let Some(text) = spell::spell(&program.parts, program.week, instant) else {
                    continue;
                };
                let Some(found) = rule.meaning(text.as_str()) else {
                    panic!(
                        "{name} {format} does not read its own `{}`, seed {seed}",
                        text.as_str()
                    );
                };
                assert_same_fields(found.instant.0, wanted, &format, text.as_str(), seed);
                read += 1;
            }
        }
    }
    assert!(read > 5000, "only {read}");
}

/// A format of part of a time says nothing of the rest: what it says must be the same.
fn assert_same_fields(found: i128, wanted: i128, format: &str, text: &str, seed: u64) {
    let day: i128 = 86_400_000_000_000;
    let unit = match () {
        () if format.contains("fraction")
            || format.contains("millis") && !format.contains("no_millis") =>
        {
            1
        }
        () if format.contains("second") || format.contains("time") => 1_000_000_000,
        () if format.ends_with("minute") => 60_000_000_000,
        () if format.ends_with("hour") => 3_600_000_000_000,
        () => day,
    };
    let date_too = ![
        "hour",
        "strict_hour",
        "time",
        "strict_time",
        "t_time",
        "strict_t_time",
        "basic_time",
        "basic_t_time",
    ]
    .iter()
    .any(|prefix| format.starts_with(prefix));
    let short = ["year", "month", "week"].iter().any(|suffix| format.ends_with(suffix));
    if short {
        return;
    }
    let cut = |nanos: i128| if date_too { nanos } else { nanos.rem_euclid(day) };
    assert_eq!(
        cut(found).div_euclid(unit),
        cut(wanted).div_euclid(unit),
        "{format} {text}, seed {seed}"
    );
}

#[test]
fn random_numbers_with_from_come_back_whole() {
    let (seed, mut rng) = seeded();
    let formats =
        [None, Some("epoch_millis"), Some("yyyy-MM-dd HH:mm:ss.SSSSSS"), Some("date_time")];
    let formats = formats.map(|format| (format, rule(format, Resolution::Millis, "es9")));
    let kinds = [(From::Unix, 1_000_000_000), (From::UnixMs, 1_000_000), (From::UnixUs, 1000)];
    for _ in 0..5_000 {
        let (kind, unit) = kinds[rng.usize(..3)];
        let nanos_since = i128::from(rng.i64(-60_000_000_000..=200_000_000_000)) * 1_000_000_000;
        let number = i64::try_from(nanos_since / unit).expect("64 bits") + rng.i64(-999..=999);
        let wanted = i128::from(number) * unit;
        let (format, rule) = &formats[rng.usize(..formats.len())];
        let options = FieldOptions { from: Some(kind), ..FieldOptions::default() };
        let encoder = DateEncoder::new(rule.clone(), &options).expect("fits");
        let mut out = Vec::new();
        encoder.encode(Value::Integer(number), &mut out).unwrap_or_else(|refusal| {
            panic!("{kind:?} {number} {format:?} {refusal:?}, seed {seed}")
        });
        let text = String::from_utf8(out).expect("UTF-8");
        let text = text.trim_matches('"');
        let found = rule.meaning(text).map(|meaning| meaning.instant.0);
        assert_eq!(found, Some(wanted), "{kind:?} {number} {text}, seed {seed}");
        if let (None, Ok(jiff)) = (format, text.parse::<Timestamp>()) {
            assert_eq!(jiff.as_nanosecond(), wanted, "{kind:?} {number} {text}, seed {seed}");
        }
    }
}

#[test]
fn no_text_makes_a_format_panic() {
    let (seed, mut rng) = seeded();
    let alphabet: Vec<char> = "0123456789-+:.,TZ WeE€'[]UTCGMTJanAM/".chars().collect();
    let formats = [
        "strict_date_optional_time||epoch_millis",
        "date_optional_time",
        "yyyy-MM-dd HH:mm:ss[.SSS][XXX]",
        "EEE, dd MMM yyyy HH:mm:ss z",
        "epoch_second",
        "week_date_time",
        "uuuu-DDD",
        "hh:mm a",
        "YYYY-ww",
    ];
    let rules: Vec<DateRule> = TARGETS
        .iter()
        .flat_map(|name| formats.iter().map(|format| (target(name), *format)))
        .filter_map(|(to, format)| {
            DateRule::compile(Some(format), None, Resolution::Nanos, &to).ok()
        })
        .collect();
    for _ in 0..20_000 {
        let text: String =
            (0..rng.usize(..30)).map(|_| alphabet[rng.usize(..alphabet.len())]).collect();
        let rule = &rules[rng.usize(..rules.len())];
        let found = (rule.check_text(&text).is_ok(), rule.meaning(&text).is_some());
        assert!(!found.0 || found.1, "`{text}` is taken and means nothing, seed {seed}");
        let _ = rule.check_number(&text);
    }
    let mut short = Text::new();
    assert!(iso::push_date_time(&mut short, &calendar::Instant(0).civil().expect("in range")));
    assert_eq!(short.as_str(), "1970-01-01T00:00:00");
}
