//! Numbers as people write them on a command line: sizes, shares, levels. Knows no command.

use std::num::NonZeroUsize;
use std::time::Duration;

use litebulk::Shard;

/// A day; whoever says more means for ever.
const MAX_SECONDS: u64 = 24 * 60 * 60;

/// Bytes: a whole number above 0, alone or with a unit.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text[digits.len()..].trim_start();
    let number = whole(digits).ok_or(
        "a size is a whole number with or without a unit, such as 10MiB, 512KiB or 1000000",
    )?;
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err(format!("no unit `{unit}`; there are KiB, MiB, GiB, kB, MB, GB")),
    };
    match number.checked_mul(factor) {
        None => Err("a size is less than 2^64 bytes".to_string()),
        Some(0) => Err("a size is at least 1 byte".to_string()),
        Some(bytes) => Ok(bytes),
    }
}

/// A time: a whole number above 0, in seconds or with a unit.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number = whole(digits).filter(|number| *number > 0);
    let number = number.ok_or("a time is a whole number above 0, such as 60s, 500ms or 2m")?;
    match text[digits.len()..].trim_start() {
        "" | "s" => Ok(Duration::from_secs(number.min(MAX_SECONDS))),
        "ms" => Ok(Duration::from_millis(number.min(MAX_SECONDS * 1000))),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60).min(MAX_SECONDS))),
        unit => Err(format!("no unit `{unit}`; there are ms, s, m")),
    }
}

/// A number of documents.
pub(super) fn count(text: &str) -> Result<u64, String> {
    whole(text).ok_or("a count is a whole number from 0, such as 1000".to_string())
}

/// A number of things that there must be one of.
pub(super) fn some(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it takes a whole number from 1, such as 4".to_string())
}

/// A share of all documents: above 0 and at most 1.
pub(super) fn fraction(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("a fraction is above 0 and at most 1, such as 0.01".to_string()),
    }
}

/// One share of several, `I/N`.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let numbers =
        text.split_once('/').and_then(|(number, count)| Some((whole(number)?, whole(count)?)));
    match numbers {
        Some((number, count)) if 1 <= number && number <= count => Ok(Shard { number, count }),
        _ => Err("a shard is I/N with 1 <= I <= N, such as 2/8".to_string()),
    }
}

/// Digits alone: no sign, no blank, no point.
fn whole(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_with_every_unit() {
        let sizes = [
            ("1", 1),
            ("17", 17),
            ("17B", 17),
            ("512KiB", 512 << 10),
            ("10MiB", 10 << 20),
            ("10 MiB", 10 << 20),
            ("10mib", 10 << 20),
            ("2M", 2 << 20),
            ("1GiB", 1 << 30),
            ("1kB", 1_000),
            ("1MB", 1_000_000),
            ("3GB", 3_000_000_000),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, bytes) in sizes {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_the_way_out() {
        let refusals = [
            ("0", "at least 1"),
            ("0MiB", "at least 1"),
            ("", "whole number"),
            ("MiB", "whole number"),
            ("-1", "whole number"),
            ("+1", "whole number"),
            ("1.5MiB", "whole number"),
            ("1e6", "whole number"),
            ("10 parsecs", "no unit `parsecs`"),
            ("10MiBs", "no unit `MiBs`"),
            ("17179869184GiB", "less than 2^64"),
        ];
        for (text, wanted) in refusals {
            let refusal = size(text).unwrap_err();
            assert!(refusal.contains(wanted), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_time_is_read_with_every_unit() {
        for (text, millis) in
            [("60", 60_000), ("60s", 60_000), ("500ms", 500), ("2m", 120_000), ("2 m", 120_000)]
        {
            assert_eq!(time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["0", "", "s", "-1s", "1.5s", "1h", "1S"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fraction_is_above_0_and_at_most_1() {
        for (text, share) in [("1", 1.0), ("0.25", 0.25), ("1e-9", 1e-9), (".5", 0.5)] {
            assert_eq!(fraction(text), Ok(share), "{text}");
        }
        for text in ["0", "-0.1", "1.0001", "nan", "inf", "", "half", "0,5"] {
            assert!(fraction(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_shard_is_one_of_as_many_as_there_are() {
        assert_eq!(shard("1/1"), Ok(Shard { number: 1, count: 1 }));
        assert_eq!(shard("3/8"), Ok(Shard { number: 3, count: 8 }));
        for text in
            ["0/3", "4/3", "1/0", "0/0", "1", "/", "1/", "/1", "-1/3", "1/3/5", " 1/3", "a/b"]
        {
            assert!(shard(text).is_err(), "{text}");
        }
    }
}
