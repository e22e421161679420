//! Ranges as engines take them: `.` taken, `A` taken and altered, `R` refused; measured on every engine named.

use serde_json::{Value as Json, json};

use crate::encode::tests::{encoder, target};
use crate::encode::{Encoder, FieldOptions};
use crate::error::Verdict;
use crate::target::Target;

fn verdict(encoder: &Encoder, range: &str) -> char {
    match encoder.encode_json(range.as_bytes(), &mut Vec::new()).map_err(|r| r.verdict) {
        Ok(()) => '.',
        Err(Verdict::Altered) => 'A',
        Err(_) => 'R',
    }
}

/// Rows of a range and one letter for each engine, or one letter for all.
fn check(mapping: Json, engines: &[&str], rows: &[(&str, &str)]) {
    for (place, engine) in engines.iter().enumerate() {
        let encoder = encoder(&mapping, engine, &FieldOptions::default());
        for (range, letters) in rows {
            let wanted = letters.chars().nth(place).or(letters.chars().next());
            assert_eq!(Some(verdict(&encoder, range)), wanted, "{engine} {mapping} {range}");
        }
    }
}

const ALL: [&str; 7] = ["es5", "es6", "es7", "es8", "es9", "os2", "os3"];

#[test]
fn dates_are_compared_as_instants() {
    let rows = [
        (r#"{"gte":"2024-01-01T02:00-01:00","lte":"2024-01-01T01:00-05:00"}"#, "."),
        (r#"{"gte":"2024-01-01T02:00:00-05:00","lte":"2024-01-01T03:00:00-01:00"}"#, "R"),
        (r#"{"gte":"2024-01-02","lte":"2024-01-01T23:00"}"#, "R"),
        (r#"{"gt":"2024-01-01","lt":"2024-01-01"}"#, "R"),
        (r#"{"gte":"2024-01-01","lt":"2024-01-01"}"#, "R"),
        (r#"{"gt":"2024-01-01T02:03:04.000","lt":"2024-01-01T02:03:04.001"}"#, "R"),
        (r#"{"gt":"2024-01-01T02:03:04.000","lt":"2024-01-01T02:03:04.002"}"#, "."),
        // The last moment of the first day is none before the second.
        (r#"{"gt":"2024-01-01","lt":"2024-01-02"}"#, "...RR.."),
        (r#"{"gt":"2024-01-01","lte":"2024-01-01"}"#, "R"),
        (r#"{"gte":"2024-01-01T12:00","lte":"2024-01-01"}"#, "RRR..RR"),
        (r#"{"gte":"2024-01-01T12:00","lte":"2024-01"}"#, "RRR..RR"),
        (r#"{"gte":"2024-01-02","lte":"2024-01"}"#, "R"),
    ];
    check(json!({"type": "date_range"}), &ALL, &rows);
    let rows = [
        (r#"{"gte":"02012024","lte":"01022024"}"#, "."),
        (r#"{"gte":"01022024","lte":"02012024"}"#, "R"),
    ];
    check(json!({"type": "date_range", "format": "ddMMyyyy"}), &ALL, &rows);
    let rows = [(r#"{"gte":9,"lte":10}"#, "."), (r#"{"gte":"10","lte":"9"}"#, "R")];
    check(json!({"type": "date_range", "format": "epoch_millis"}), &ALL, &rows);
    let rows = [
        (r#"{"gte":1.5,"lte":1}"#, "RAR..RR"),
        (r#"{"gt":1,"lt":2}"#, "...RR.."),
        (r#"{"gt":9223372036854775,"lte":9223372036854776}"#, "AARRRRR"),
    ];
    check(json!({"type": "date_range", "format": "epoch_second"}), &ALL, &rows);
}

#[test]
fn bounds_are_rounded_up_since_8_16_only() {
    let range = r#"{"gt":"2024-01-01","lt":"2024-01-02"}"#;
    for (minor, letter) in [(15, '.'), (16, 'R')] {
        let target = Target { minor, ..target("es8") };
        let property = crate::encode::tests::property(&json!({"type": "date_range"}));
        let encoder = Encoder::new(&property, &target, &FieldOptions::default()).unwrap();
        assert_eq!(verdict(&encoder, range), letter, "8.{minor}");
    }
}

#[test]
fn filling_up_resolves_by_half_days_and_last_days() {
    // 31 February is the 29th, and three o'clock without a half is in the afternoon.
    let rows = [(r#"{"lte":"2024-02-31"}"#, "RRRAARR"), (r#"{"gte":"2024-02-31"}"#, "R")];
    check(json!({"type": "date_range", "format": "yyyy-MM-dd"}), &ALL, &rows);
    let rows = [(r#"{"lte":"2024-01-01 03:00"}"#, "..AAAAA")];
    check(json!({"type": "date_range", "format": "yyyy-MM-dd hh:mm"}), &ALL, &rows);
    // The hour that is filled in contradicts the one that is there.
    let rows = [(r#"{"lte":"2024-01-01 03"}"#, "...RR.."), (r#"{"gte":"2024-01-01 03"}"#, ".")];
    check(json!({"type": "date_range", "format": "yyyy-MM-dd kk"}), &ALL, &rows);
}

#[test]
fn date_math_is_computed_and_now_is_refused() {
    let rows = [
        (r#"{"gte":"2024-01-01||+1d","lte":"2024-01-02||"}"#, "."),
        (r#"{"gte":"2024-01-01||+2d","lte":"2024-01-02||"}"#, "R"),
        (r#"{"gte":"2024-01-31||+1M","lte":"2024-02-29||"}"#, "."),
        (r#"{"gte":"2024-01-31||+1M+1s","lte":"2024-02-29||"}"#, "R"),
        (r#"{"gte":"2024-01-02||","lte":"2024-01-15||/M"}"#, "RRR..RR"),
        (r#"{"gte":"2024-01-01||","lte":"2024-01-03||/w"}"#, "."),
        (r#"{"gte":"2023-12-31||","lte":"2024-02-29||-1y/y"}"#, "RRR..RR"),
        (r#"{"gte":"2024-01-03||+1w-2y+3H/m"}"#, "."),
        (r#"{"gte":"now"}"#, "R"),
        (r#"{"lte":"now+1d"}"#, "R"),
        (r#"{"gte":"2024-01-01||+1x"}"#, "R"),
        (r#"{"gte":"2024-01-01||/2d"}"#, "R"),
        (r#"{"gte":"2024-01-01||+1"}"#, "R"),
        (r#"{"gte":"2024-01-01||+400000000y"}"#, "R"),
        (r#"{"gte":"2024-01-01||+99999999999d"}"#, "R"),
        (r#"{"gte":"||+1d"}"#, "R"),
    ];
    check(json!({"type": "date_range"}), &ALL, &rows);
}

#[test]
fn numbers_are_rounded_before_they_are_compared() {
    let rows = [
        (r#"{"gt":1.0000000001,"lt":1.0000000002}"#, "R"),
        (r#"{"gte":1.0000000002,"lte":1.0000000001}"#, "."),
        (r#"{"gt":1,"lt":1.0000001}"#, "R"),
        (r#"{"gte":16777217}"#, "A"),
        (r#"{"gte":"1d"}"#, "A"),
        (r#"{"gte":"1e39"}"#, "ARRRRRR"),
        (r#"{"gte":"NaN"}"#, "R"),
        (r#"{"gte":""}"#, "R"),
        (r#"{"gte":"2d","lte":1}"#, "R"),
    ];
    check(json!({"type": "float_range"}), &ALL, &rows);
    let rows = [
        (r#"{"gt":1,"lt":1.0000001}"#, "."),
        (r#"{"gte":1.0000000002,"lte":1.0000000001}"#, "R"),
        (r#"{"gte":1e39}"#, "."),
    ];
    check(json!({"type": "double_range"}), &ALL, &rows);
}

#[test]
fn whole_bounds_are_read_as_their_type_is() {
    let rows = [
        (r#"{"gt":9223372036854775807}"#, "A"),
        (r#"{"lt":-9223372036854775808}"#, "A"),
        (r#"{"gte":" 1 "}"#, ".RRRRRR"),
        (r#"{"gte":"1d"}"#, "ARRRRRR"),
        (r#"{"gte":"1.0","lte":"1."}"#, "."),
        (r#"{"gte":2.5,"lte":1}"#, "R"),
        (r#"{"gte":"9223372036854775808"}"#, "ARRRRRR"),
        (r#"{"gte":""}"#, "R"),
    ];
    check(json!({"type": "long_range"}), &ALL, &rows);
    let rows = [
        (r#"{"gte":" 1 "}"#, "."),
        (r#"{"gte":"1d"}"#, "A"),
        (r#"{"gt":2147483646.0}"#, "."),
        (r#"{"gt":2147483647.0}"#, "A"),
        (r#"{"gte":2147483648}"#, "R"),
        (r#"{"gte":"2147483648","lte":5}"#, "R"),
    ];
    check(json!({"type": "integer_range"}), &ALL, &rows);
    let rows = [(r#"{"gte":"1"}"#, "R"), (r#"{"gte":1.5}"#, "R"), (r#"{"gte":1.0}"#, ".")];
    check(json!({"type": "integer_range", "coerce": false}), &ALL, &rows);
}

#[test]
fn addresses_end_where_there_is_no_next() {
    let rows = [
        (r#"{"gt":"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}"#, "R"),
        (r#"{"lt":"::"}"#, "R"),
        (r#"{"lt":"0.0.0.0"}"#, "."),
        (r#"{"gt":"255.255.255.255","lte":"::1:0:0:0"}"#, "."),
        (r#"{"gt":"255.255.255.255","lt":"::1:0:0:0"}"#, "R"),
        (r#"{"gte":"10.0.0.1","lte":"::1"}"#, "R"),
        (r#"{"gt":"10.0.0.1","lte":"::ffff:10.0.0.1"}"#, "R"),
        (r#"{"gte":"١.1.1.2","lte":"1.1.1.1"}"#, "R"),
        (r#"{"gte":"fe80::2%eth0","lte":"fe80::1"}"#, "R"),
        (r#"{"gte":"02001:00db8::1"}"#, "."),
        (r#"{"gte":"::0fffff"}"#, "R"),
        (r#"{"gte":"::00002","lte":"::1"}"#, "R"),
    ];
    check(json!({"type": "ip_range"}), &ALL, &rows);
    let networks = [
        (r#""10.0.0.1/8""#, "R......"),
        (r#""10.0.0.0/+8""#, "R......"),
        (r#""10.0.0.0/008""#, "R......"),
        (r#""10.0.0.0/٨""#, "R......"),
        (r#""10.0.0.0/33""#, "R"),
        (r#""10.0.0.0/-1""#, "R"),
        (r#""10.0.0.0/ 8""#, "R"),
        (r#""10.0.0.0/""#, "R"),
        (r#""10.0.0.0""#, "R"),
        (r#""::ffff:10.0.0.0/104""#, "R"),
        (r#""::2:3:4:5:6:7:8/64""#, "R......"),
        (r#""02001:db8::/32""#, "R......"),
        (r#""0012345::/32""#, "R"),
        (r#""fe80::1%eth0/64""#, "RRAAAAA"),
        (r#""١.0.0.0/8""#, "R..RR.."),
    ];
    check(json!({"type": "ip_range"}), &ALL, &networks);
}
