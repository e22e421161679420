//! Stored values and the JSON that comes out of them.

use super::*;
use crate::encode::{FieldOptions, From, Value};

fn options(from: Option<From>, timezone: Option<&str>) -> FieldOptions {
    FieldOptions { from, lossy: false, timezone: timezone.map(str::to_string) }
}

fn encoder(format: Option<&str>, name: &str, options: &FieldOptions) -> DateEncoder {
    DateEncoder::new(rule(format, Resolution::Millis, name), options).expect("options that fit")
}

fn encode(encoder: &DateEncoder, value: Value<'_>) -> Result<String, Refusal> {
    let mut out = b"before".to_vec();
    match encoder.encode(value, &mut out) {
        Ok(()) => Ok(String::from_utf8(out.split_off(6)).expect("UTF-8")),
        Err(refusal) => {
            assert_eq!(out, b"before", "a refusal leaves the buffer as it was");
            Err(refusal)
        }
    }
}

fn text(
    format: Option<&str>,
    name: &str,
    zone: Option<&str>,
    stored: &str,
) -> Result<String, Verdict> {
    encode(&encoder(format, name, &options(None, zone)), Value::Text(stored.as_bytes()))
        .map_err(|refusal| refusal.verdict)
}

fn from(kind: From, format: Option<&str>, name: &str, value: Value<'_>) -> Result<String, Verdict> {
    encode(&encoder(format, name, &options(Some(kind), None)), value)
        .map_err(|refusal| refusal.verdict)
}

const ALL: [&str; 10] = ["es1", "es2", "es5", "es6", "es7", "es8", "es9", "os1", "os2", "os3"];

#[test]
fn null_is_null_and_a_blob_is_unreadable() {
    let encoder = encoder(None, "es9", &options(None, None));
    assert_eq!(encode(&encoder, Value::Null).as_deref(), Ok("null"));
    let refusal = encode(&encoder, Value::Blob(b"2024-01-02")).expect_err("a BLOB");
    assert_eq!(refusal.verdict, Verdict::Unreadable);
    let refusal = encode(&encoder, Value::Text(b"2024-\xff")).expect_err("no UTF-8");
    assert_eq!(refusal.verdict, Verdict::Unreadable);
}

#[test]
fn the_default_format_of_every_target_takes_the_spellings_of_databases() {
    let cases = [
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05"),
        ("2024-01-02 03:04:05.1", "2024-01-02T03:04:05.1"),
        ("2024-01-02 03:04:05.123456", "2024-01-02T03:04:05.123456"),
        ("2024-01-02 03:04:05+00:00", "2024-01-02T03:04:05+00:00"),
        ("2024-01-02 03:04:05.123456-08:30", "2024-01-02T03:04:05.123456-08:30"),
        ("2024-01-02 03:04:05+00", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05 +00:00", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05.5+0530", "2024-01-02T03:04:05.5+05:30"),
        ("2024-01-02 03:04", "2024-01-02T03:04"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05.123456789+01:00", "2024-01-02T03:04:05.123456789+01:00"),
        ("2024-01-02", "2024-01-02"),
        ("2024-01", "2024-01"),
        ("1582-10-10", "1582-10-10"),
        ("-0044-03-15", "-0044-03-15"),
    ];
    for name in ALL {
        for (stored, wanted) in cases {
            assert_eq!(
                text(None, name, None, stored),
                Ok(format!("\"{wanted}\"")),
                "{name} {stored}"
            );
        }
    }
}

#[test]
fn what_no_default_format_takes_is_refused_on_every_target() {
    let cases = [
        "",
        " ",
        "abc",
        "2024-02-30",
        "2024-02-30 01:02:03",
        "2024-13-01",
        "2024-01-02 24:00:00",
        "2024-01-02 03:60:00",
        "2024-12-31 23:59:60",
        "02/01/2024",
        "2024-01-02 03:04:05.1234567890",
        "2024-01-02  03:04:05",
        "2024-01-02 03:04:05 PM",
        "03:04:05",
        "now",
        "0000-00-00",
    ];
    for name in ALL {
        for stored in cases {
            assert_eq!(text(None, name, None, stored), Err(Verdict::Refused), "{name} {stored}");
        }
    }
}

#[test]
fn a_stored_spelling_that_the_format_takes_goes_out_as_it_is() {
    let spaced = "yyyy-MM-dd HH:mm:ss||yyyy-MM-dd HH:mm:ss.SSSSSS||strict_date_optional_time";
    for name in ALL.iter().filter(|name| **name != "es1") {
        for stored in ["2024-01-02 03:04:05", "2024-01-02 03:04:05.123456", "2024-01-02T03:04:05Z"]
        {
            assert_eq!(
                text(Some(spaced), name, None, stored),
                Ok(format!("\"{stored}\"")),
                "{name}"
            );
        }
        let iso = text(Some(spaced), name, None, "2024-01-02 03:04:05+02");
        assert_eq!(iso.as_deref(), Ok("\"2024-01-02T03:04:05+02:00\""), "{name}");
    }
    let quoted = text(Some("yyyy-MM-dd '\"'HH"), "es9", None, "2024-01-02 \"03");
    assert_eq!(quoted.as_deref(), Ok("\"2024-01-02 \\\"03\""));
}

#[test]
fn an_offset_of_nothing_may_go_where_the_format_has_none() {
    let format = Some("yyyy-MM-dd HH:mm:ss");
    let zero = text(format, "es9", None, "2024-01-02T03:04:05Z");
    assert_eq!(zero.as_deref(), Ok("\"2024-01-02 03:04:05\""));
    assert_eq!(text(format, "es9", None, "2024-01-02T03:04:05+01:00"), Err(Verdict::Refused));
}

#[test]
fn a_bare_number_needs_from_or_a_format_that_settles_it() {
    for name in ALL {
        let plain = encoder(None, name, &options(None, None));
        for number in [0, 7, 2024, 20_240_102, 1_704_164_645, 1_704_164_645_000] {
            let refusal = encode(&plain, Value::Integer(number)).expect_err(name);
            assert_eq!(refusal.verdict, Verdict::Altered, "{name} {number}");
            assert!(refusal.way_out.contains("`unixms`"), "{}", refusal.way_out);
            let digits = number.to_string();
            assert_eq!(text(None, name, None, &digits), Err(Verdict::Altered), "{name} {digits}");
        }
        let refusal = encode(&plain, Value::Real(1_704_164_645.5)).expect_err(name);
        assert!(refusal.way_out.contains("`unix`"), "{name}: {}", refusal.way_out);
    }
    let settled = [
        ("epoch_millis", 1_704_164_645_000, "1704164645000"),
        ("epoch_second", 1_704_164_645, "1704164645"),
        ("epoch_second", 2024, "2024"),
        ("yyyyMMdd", 20_240_102, "20240102"),
        ("basic_date", 20_240_102, "20240102"),
        ("yyyy", 2024, "2024"),
        ("year", 2024, "2024"),
        ("yyyyMMdd||yyyy-MM-dd", 20_240_102, "20240102"),
    ];
    for (format, number, wanted) in settled {
        let encoder = encoder(Some(format), "es9", &options(None, None));
        assert_eq!(encode(&encoder, Value::Integer(number)).as_deref(), Ok(wanted), "{format}");
        let stored = text(Some(format), "es9", None, wanted);
        assert_eq!(stored, Ok(format!("\"{wanted}\"")), "{format}");
    }
    for format in ["epoch_millis||epoch_second", "yyyy||epoch_millis", "strict_date_optional_time"]
    {
        let encoder = encoder(Some(format), "es9", &options(None, None));
        let refusal = encode(&encoder, Value::Integer(2024)).expect_err(format);
        assert_eq!(refusal.verdict, Verdict::Altered, "{format}");
    }
}

#[test]
fn elasticsearch_1_gets_a_number_as_text_because_it_reads_numbers_as_milliseconds() {
    let encoder = encoder(Some("yyyyMMdd"), "es1", &options(None, None));
    assert_eq!(encode(&encoder, Value::Integer(20_240_102)).as_deref(), Ok("\"20240102\""));
}

#[test]
fn lossy_sends_what_would_be_altered_and_never_what_would_be_refused() {
    let lossy = FieldOptions { lossy: true, ..FieldOptions::default() };
    let plain = encoder(None, "es9", &lossy);
    assert_eq!(encode(&plain, Value::Integer(2024)).as_deref(), Ok("2024"));
    assert_eq!(encode(&plain, Value::Text(b"2024")).as_deref(), Ok("\"2024\""));
    assert!(encode(&plain, Value::Text(b"2024-02-30")).is_err());
    assert!(encode(&plain, Value::Text(b"")).is_err());
    let week = encoder(Some("YYYY-MM-dd"), "es9", &lossy);
    assert_eq!(encode(&week, Value::Text(b"2024-05-06")).as_deref(), Ok("\"2024-05-06\""));
}

#[test]
fn unix_times_become_iso_at_utc_without_a_digit_lost() {
    let cases = [
        (From::Unix, Value::Integer(1_704_164_645), "2024-01-02T03:04:05Z"),
        (From::Unix, Value::Integer(0), "1970-01-01T00:00:00Z"),
        (From::Unix, Value::Integer(-1), "1969-12-31T23:59:59Z"),
        (From::Unix, Value::Real(1_700_000_000.123), "2023-11-14T22:13:20.123Z"),
        (From::Unix, Value::Real(-0.5), "1969-12-31T23:59:59.5Z"),
        (From::Unix, Value::Real(1_704_164_645.0), "2024-01-02T03:04:05Z"),
        (From::Unix, Value::Text(b"1700000000"), "2023-11-14T22:13:20Z"),
        (From::Unix, Value::Text(b"1.7e9"), "2023-11-14T22:13:20Z"),
        (From::UnixMs, Value::Integer(1_704_164_645_123), "2024-01-02T03:04:05.123Z"),
        (From::UnixMs, Value::Real(1.5), "1970-01-01T00:00:00.0015Z"),
        (From::UnixUs, Value::Integer(1_704_164_645_123_456), "2024-01-02T03:04:05.123456Z"),
        (From::UnixUs, Value::Integer(-1), "1969-12-31T23:59:59.999999Z"),
        (From::Julian, Value::Real(2_440_587.5), "1970-01-01T00:00:00Z"),
        (From::Julian, Value::Integer(2_440_588), "1970-01-01T12:00:00Z"),
        (From::Julian, Value::Real(2_460_311.627_835_648), "2024-01-02T03:04:05Z"),
        (From::Julian, Value::Text(b"2440587.5"), "1970-01-01T00:00:00Z"),
    ];
    for name in ALL {
        for (kind, value, wanted) in cases {
            let found = from(kind, None, name, value);
            assert_eq!(found, Ok(format!("\"{wanted}\"")), "{name} {kind:?} {value:?}");
        }
    }
}

#[test]
fn from_finds_a_spelling_that_the_mapping_takes() {
    let cases = [
        ("epoch_millis", "1704164645000"),
        ("epoch_second", "1704164645"),
        ("yyyy-MM-dd HH:mm:ss", "\"2024-01-02 03:04:05\""),
        ("dd.MM.yyyy HH:mm:ss||epoch_second", "\"02.01.2024 03:04:05\""),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "\"2024-01-02T03:04:05.000+0000\""),
        ("EEE, dd MMM yyyy HH:mm:ss Z", "\"Tue, 02 Jan 2024 03:04:05 +0000\""),
        ("MM/dd/yyyy hh:mm:ss a", "\"01/02/2024 03:04:05 AM\""),
        ("strict_date_hour_minute_second", "\"2024-01-02T03:04:05\""),
        ("basic_date_time_no_millis", "\"20240102T030405Z\""),
        ("date_time", "\"2024-01-02T03:04:05.0Z\""),
        ("yyyyMMddHHmmss", "\"20240102030405\""),
    ];
    for (format, wanted) in cases {
        let found = from(From::Unix, Some(format), "es9", Value::Integer(1_704_164_645));
        assert_eq!(found.as_deref(), Ok(wanted), "{format}");
    }
    for format in ["yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"] {
        let found = from(From::UnixMs, Some(format), "es9", Value::Integer(1_704_164_645_500));
        assert_eq!(found, Err(Verdict::Refused), "{format} would lose the half second");
    }
    let whole = from(From::Unix, Some("yyyy-MM-dd"), "es9", Value::Integer(1_704_153_600));
    assert_eq!(whole.as_deref(), Ok("\"2024-01-02\""));
    let fraction = from(From::Unix, Some("epoch_second"), "es9", Value::Real(1.5));
    assert_eq!(fraction.as_deref(), Ok("1.5"));
    let cut = from(From::Unix, Some("epoch_second"), "es6", Value::Real(1.5));
    assert_eq!(cut, Err(Verdict::Refused), "Elasticsearch 6 cuts seconds");
}

#[test]
fn a_number_that_is_no_time_is_refused_and_never_a_panic() {
    let values = [
        Value::Integer(i64::MAX),
        Value::Integer(i64::MIN),
        Value::Real(1e300),
        Value::Real(-1e300),
        Value::Real(f64::MAX),
        Value::Real(f64::INFINITY),
        Value::Real(f64::NAN),
        Value::Text(b""),
        Value::Text(b"abc"),
        Value::Text(b"2024-01-02"),
        Value::Text(b"1e999999999"),
        Value::Text(b"1e-400"),
        Value::Text(b"123456789012345678901234567890123456789012345678901234567890"),
    ];
    for name in ALL {
        for kind in [From::Unix, From::Julian] {
            for value in values {
                // As a float, 1e-400 is zero, and zero is a Julian day.
                let zero = kind == From::Julian && value == Value::Text(b"1e-400");
                let found = from(kind, None, name, value);
                assert_eq!(found.is_err(), !zero, "{name} {kind:?} {value:?} {found:?}");
            }
        }
        for kind in [From::UnixMs, From::UnixUs] {
            for value in values {
                let _ = from(kind, None, name, value);
            }
        }
    }
    let finer = from(From::Unix, None, "es9", Value::Real(1e-10));
    assert_eq!(finer, Err(Verdict::Altered), "finer than a nanosecond");
}

#[test]
fn a_from_that_means_no_time_is_a_fault() {
    for kind in [From::F32, From::Json, From::Uuid, From::Hex, From::Base64] {
        let rule = rule(None, Resolution::Millis, "es9");
        let fault = DateEncoder::new(rule, &options(Some(kind), None)).expect_err("a fault");
        assert!(fault.contains("`julian`"), "{fault}");
    }
}

#[test]
fn timezone_appends_the_offset_to_a_time_that_has_none() {
    let cases = [
        ("+01:00", "2024-01-02 03:04:05", "2024-01-02T03:04:05+01:00"),
        ("UTC", "2024-01-02 03:04:05", "2024-01-02T03:04:05Z"),
        ("Europe/Berlin", "2024-01-02 03:04:05", "2024-01-02T03:04:05+01:00"),
        ("Europe/Berlin", "2024-07-02 03:04:05.5", "2024-07-02T03:04:05.5+02:00"),
        ("Europe/Berlin", "2024-07-02T03:04:05", "2024-07-02T03:04:05+02:00"),
        ("Europe/Berlin", "2024-07-02T03:04:05Z", "2024-07-02T03:04:05Z"),
        ("Europe/Berlin", "2024-07-02 03:04:05+00", "2024-07-02T03:04:05Z"),
        ("Europe/Berlin", "2024-07-02", "2024-07-02"),
        ("America/New_York", "2024-07-02 03:04", "2024-07-02T03:04-04:00"),
        ("-0330", "2024-07-02 03:04:05", "2024-07-02T03:04:05-03:30"),
    ];
    for name in ALL {
        for (zone, stored, wanted) in cases {
            let found = text(None, name, Some(zone), stored);
            assert_eq!(found, Ok(format!("\"{wanted}\"")), "{name} {zone} {stored}");
        }
    }
}

#[test]
fn an_offset_with_seconds_is_named() {
    let encoder = encoder(None, "es9", &options(None, Some("America/New_York")));
    let refusal = encode(&encoder, Value::Text(b"1800-01-01 00:00:00")).unwrap_err();
    assert_eq!(refusal.verdict, Verdict::Altered);
    assert!(
        refusal.rule.contains("`America/New_York` were -04:56:02 from UTC then"),
        "{}",
        refusal.rule
    );
    assert!(encode(&encoder, Value::Text(b"1900-01-01 00:00:00")).is_ok());
}

#[test]
fn a_local_time_that_never_was_or_was_twice_names_both_offsets() {
    let encoder = encoder(None, "es9", &options(None, Some("Europe/Berlin")));
    for (stored, word) in [("2024-03-31 02:30:00", "never"), ("2024-10-27 02:30:00", "twice")] {
        let refusal = encode(&encoder, Value::Text(stored.as_bytes())).expect_err(stored);
        assert!(refusal.rule.contains(word), "{}", refusal.rule);
        assert!(
            refusal.way_out.contains("`+01:00`") && refusal.way_out.contains("`+02:00`"),
            "{}",
            refusal.way_out
        );
    }
    let known = text(None, "es9", Some("Europe/Berlin"), "2024-10-27 02:30:00+02:00");
    assert_eq!(known.as_deref(), Ok("\"2024-10-27T02:30:00+02:00\""));
}

#[test]
fn a_timezone_where_the_format_has_no_offset_is_a_data_error_unless_it_is_utc() {
    let format = Some("yyyy-MM-dd HH:mm:ss||yyyy-MM-dd");
    let stored = "2024-01-02 03:04:05";
    assert_eq!(text(format, "es9", Some("+01:00"), stored), Err(Verdict::Altered));
    assert_eq!(text(format, "es9", Some("UTC"), stored), Ok(format!("\"{stored}\"")));
    assert_eq!(text(format, "es9", Some("+01:00"), "2024-01-02").as_deref(), Ok("\"2024-01-02\""));
    let with = text(Some("dd.MM.yyyy HH:mm[ XXX]"), "es9", Some("+01:00"), "02.01.2024 03:04");
    assert_eq!(with.as_deref(), Ok("\"02.01.2024 03:04 +01:00\""));
}

#[test]
fn an_unknown_timezone_is_a_fault() {
    for zone in ["Mars/Olympus", "+25:00", "+19:00", "1", "CEST!"] {
        let rule = rule(None, Resolution::Millis, "es9");
        let fault = DateEncoder::new(rule, &options(None, Some(zone))).expect_err(zone);
        assert!(fault.contains(zone) && fault.contains("Europe/Berlin"), "{fault}");
    }
}

#[test]
fn date_nanos_keeps_nine_digits_and_ends_in_2262() {
    let encoder = DateEncoder::new(rule(None, Resolution::Nanos, "es9"), &FieldOptions::default())
        .expect("fits");
    let taken = ["2024-01-02T03:04:05.123456789Z", "1970-01-01", "2262-04-11T23:47:16.854775807Z"];
    for stored in taken {
        let found = encode(&encoder, Value::Text(stored.as_bytes()));
        assert_eq!(found, Ok(format!("\"{stored}\"")));
    }
    let refused = [
        "2024-01-02T03:04:05.1234567890Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00+01:00",
        "2262-04-11T23:47:16.854775808Z",
        "9999-12-31",
    ];
    for stored in refused {
        let refusal = encode(&encoder, Value::Text(stored.as_bytes())).expect_err(stored);
        assert_eq!(refusal.verdict, Verdict::Refused, "{stored}");
    }
    let spaced = encode(&encoder, Value::Text(b"2024-01-02 03:04:05.123456789"));
    assert_eq!(spaced.as_deref(), Ok("\"2024-01-02T03:04:05.123456789\""));
}
