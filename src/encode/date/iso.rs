//! ISO 8601 texts by their shape alone: the fast path of the default formats, and the spellings of databases that come near it.

use super::Resolution;
use super::calendar::{self, Civil, Instant};

/// Bytes of the longest text that is put together here: a year of twelve digits, nine of fraction, and an offset.
const TEXT_MAX: usize = 64;

/// A short text on the stack, so that the row path allocates nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    bytes: [u8; TEXT_MAX],
    length: usize,
}

impl Text {
    pub(super) fn new() -> Text {
        Text { bytes: [0; TEXT_MAX], length: 0 }
    }

    /// Appends; false, and nothing done, where it does not fit any more.
    pub(super) fn push(&mut self, text: &str) -> bool {
        let end = self.length + text.len();
        let Some(room) = self.bytes.get_mut(self.length..end) else { return false };
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        true
    }

    pub(super) fn as_str(&self) -> &str {
        // Only whole texts are pushed, so this never falls back.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    /// Appends a number with at least `width` digits.
    pub(super) fn number(&mut self, value: i64, width: usize) -> bool {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(value.unsigned_abs());
        let zeros = "0000000000000000000";
        let padding = width.saturating_sub(digits.len()).min(zeros.len());
        (value >= 0 || self.push("-")) && self.push(&zeros[..padding]) && self.push(digits)
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0u32, |sum, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| sum * 10 + u32::from(digit))
    })
}

/// The date at the start of a text, if it is a day from year 1 to 9999, written as `2024-01-02`.
fn plain_date(bytes: &[u8]) -> Option<(i64, i64, i64)> {
    let date: &[u8; 10] = bytes.first_chunk()?;
    if date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let year = i64::from(digits(&date[..4])?);
    let month = i64::from(digits(&date[5..7])?);
    let day = i64::from(digits(&date[8..])?);
    (year >= 1 && calendar::is_date(year, month, day)).then_some((year, month, day))
}

/// Where `03:04:05` with up to nine digits of fraction ends, as the length of it.
fn plain_time(bytes: &[u8]) -> Option<usize> {
    let time: &[u8; 8] = bytes.first_chunk()?;
    if time[2] != b':' || time[5] != b':' {
        return None;
    }
    let fits = digits(&time[..2])? < 24 && digits(&time[3..5])? < 60 && digits(&time[6..])? < 60;
    if !fits {
        return None;
    }
    if bytes.get(8) != Some(&b'.') {
        return Some(8);
    }
    let fraction = bytes[9..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=9).contains(&fraction).then_some(9 + fraction)
}

fn plain_offset(bytes: &[u8]) -> bool {
    match bytes {
        [] | [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            let hours = digits(&[*h1, *h2]).is_some_and(|hours| hours < 18);
            hours && digits(&[*m1, *m2]).is_some_and(|minutes| minutes < 60)
        }
        _ => false,
    }
}

/// What the fast path tells of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// A day alone.
    Date,
    /// A day and a time; `spaced` where a space stands between them, which no named format takes.
    DateTime { spaced: bool, has_offset: bool },
    /// Anything else: ask the format.
    Other,
}

/// Looks at the shape of a text. Every format with an optional time, on every engine, takes what is not [`Plain::Other`], once
/// the space is a `T`.
pub(super) fn plain(bytes: &[u8], resolution: Resolution) -> Plain {
    let Some((year, _, _)) = plain_date(bytes) else { return Plain::Other };
    // A year of room on either side, for the offset.
    if resolution == Resolution::Nanos && !(1971..=2261).contains(&year) {
        return Plain::Other;
    }
    let Some(separator) = bytes.get(10) else { return Plain::Date };
    if !matches!(separator, b'T' | b' ') {
        return Plain::Other;
    }
    let Some(length) = plain_time(&bytes[11..]) else { return Plain::Other };
    let rest = &bytes[11 + length..];
    if !plain_offset(rest) {
        return Plain::Other;
    }
    Plain::DateTime { spaced: *separator == b' ', has_offset: !rest.is_empty() }
}

/// Whether a format with an optional time takes the text as it is.
pub(super) fn is_plain(bytes: &[u8], resolution: Resolution) -> bool {
    matches!(plain(bytes, resolution), Plain::Date | Plain::DateTime { spaced: false, .. })
}

/// A day and a time as databases write them: `2024-01-02 03:04:05.123456 +00`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stored<'a> {
    pub(super) date: &'a str,
    pub(super) time: &'a str,
    /// The offset in seconds east of UTC, where one stands there.
    pub(super) offset: Option<i64>,
    /// The local instant, as if at UTC.
    pub(super) local: Instant,
}

/// Takes a text apart that is a day and a time, whatever stands between them and however the offset is written.
pub(super) fn stored(text: &str) -> Option<Stored<'_>> {
    let bytes = text.as_bytes();
    let (year, month, day) = plain_date(bytes)?;
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let after = text.get(11..)?;
    let end = after
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
        .unwrap_or(after.len());
    let (time, rest) = after.split_at(end);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = clock.split(':');
    let mut part = |limit: u32| -> Option<i64> {
        let part = parts.next()?;
        let value = (part.len() == 2).then(|| digits(part.as_bytes())).flatten()?;
        (value < limit).then_some(i64::from(value))
    };
    let (hour, minute) = (part(24)?, part(60)?);
    let second = if clock.len() > 5 { part(60)? } else { 0 };
    let point = time.len() != clock.len();
    if clock.len() != 5 && clock.len() != 8 || point && (clock.len() != 8 || fraction.is_empty()) {
        return None;
    }
    let nano = match fraction.len() {
        0 => 0,
        1..=9 => i64::from(digits(fraction.as_bytes())?) * 10i64.pow(9 - fraction.len() as u32),
        _ => return None,
    };
    let days = calendar::days_of(year, month, day);
    let local = Instant::new(days, hour * 3600 + minute * 60 + second, nano, 0);
    Some(Stored { date: &text[..10], time, offset: stored_offset(rest)?, local })
}

/// The outer `None` where what stands there is no offset.
#[allow(clippy::option_option)]
fn stored_offset(text: &str) -> Option<Option<i64>> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    if text.is_empty() {
        return Some(None);
    }
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(Some(0));
    }
    let (sign, rest) = match text.as_bytes()[0] {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at_checked(2)?,
        5 => rest.split_once(':')?,
        _ => return None,
    };
    let hours = i64::from((hours.len() == 2).then(|| digits(hours.as_bytes())).flatten()?);
    let minutes = i64::from((minutes.len() == 2).then(|| digits(minutes.as_bytes())).flatten()?);
    (hours < 24 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetText {
    /// `+01:00`, `Z` for none.
    Extended,
    /// `+01:00`, `+00:00` for none.
    ExtendedZero,
    /// `+0100`.
    Basic,
}

/// Appends an offset; false where it is no whole number of minutes or does not fit.
pub(super) fn push_offset(out: &mut Text, seconds: i64, how: OffsetText) -> bool {
    if seconds == 0 && how == OffsetText::Extended {
        return out.push("Z");
    }
    let minutes = seconds.abs() / 60;
    seconds % 60 == 0
        && out.push(if seconds < 0 { "-" } else { "+" })
        && out.number(minutes / 60, 2)
        && (how == OffsetText::Basic || out.push(":"))
        && out.number(minutes % 60, 2)
}

/// Appends `2024-01-02T03:04:05.123`; the fraction as short as it can be without a loss.
pub(super) fn push_date_time(out: &mut Text, civil: &Civil) -> bool {
    let plus = civil.year <= 9999 || out.push("+");
    plus && out.number(civil.year, 4)
        && out.push("-")
        && out.number(civil.month, 2)
        && out.push("-")
        && out.number(civil.day, 2)
        && out.push("T")
        && out.number(civil.hour, 2)
        && out.push(":")
        && out.number(civil.minute, 2)
        && out.push(":")
        && out.number(civil.second, 2)
        && (civil.nano == 0 || out.push(".") && push_fraction(out, civil.nano, 1, 9))
}

/// Appends the digits behind the point, at least `min` of them; false where `max` are too few.
pub(super) fn push_fraction(out: &mut Text, nano: i64, min: usize, max: usize) -> bool {
    let (mut value, mut width) = (nano, 9);
    while width > min && value % 10 == 0 {
        value /= 10;
        width -= 1;
    }
    let zeros = min.saturating_sub(9);
    width <= max
        && out.number(value, width)
        && (zeros == 0 || out.push(&"000000000"[..zeros.min(9)]))
}
