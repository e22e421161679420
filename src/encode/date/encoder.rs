//! From a stored value to the JSON of a date field: spelled so that the target's format takes it, or refused.

use std::str;

use jiff::tz::TimeZone;

use super::calendar::Instant;
use super::epoch::{self, Decimal, Unit};
use super::iso::{self, OffsetText, Plain, Text};
use super::meaning::Meaning;
use super::offset::{self, LocalOffset};
use super::{DateRule, Kind, spell};
use crate::encode::{FieldOptions, From, Refusal, Value};
use crate::error::Verdict;

/// Writes the values of one date field.
#[derive(Clone, Debug)]
pub(crate) struct DateEncoder {
    rule: DateRule,
    from: Option<TimeFrom>,
    lossy: bool,
    zone: Option<Zone>,
}

/// How stored numbers mean time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeFrom {
    Unix(Unit),
    Julian,
}

/// What the model's `timezone` says.
#[derive(Clone, Debug)]
struct Zone {
    /// As the model writes it.
    name: Box<str>,
    zone: TimeZone,
}

impl DateEncoder {
    /// Joins a rule with the model's wishes.
    ///
    /// # Errors
    /// In words: a `from` that does not mean time, or a `timezone` that is no offset, `UTC` or IANA name.
    pub(crate) fn new(rule: DateRule, options: &FieldOptions) -> Result<DateEncoder, String> {
        let from = match options.from {
            None => None,
            Some(From::Unix) => Some(TimeFrom::Unix(Unit::Seconds)),
            Some(From::UnixMs) => Some(TimeFrom::Unix(Unit::Millis)),
            Some(From::UnixUs) => Some(TimeFrom::Unix(Unit::Micros)),
            Some(From::Julian) => Some(TimeFrom::Julian),
            Some(From::F32 | From::Json | From::Uuid | From::Hex | From::Base64) => {
                return Err("this `from` does not mean time; a date takes `unix`, `unixms`, `unixus` or `julian`".to_string());
            }
        };
        let zone = options.timezone.as_deref().map(Zone::parse).transpose()?;
        Ok(DateEncoder { rule, from, lossy: options.lossy, zone })
    }

    /// Appends `value` as JSON. On a refusal `out` is as it was before.
    ///
    /// # Errors
    /// The target would refuse the value or change it, or nothing says what time it means.
    pub(crate) fn encode(&self, value: Value<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Blob(_) => {
                return Err(unreadable("a BLOB is no date", "store the date as text or a number"));
            }
            Value::Text(bytes) => return self.encode_text(bytes, out),
            Value::Integer(number) => {
                let mut buffer = itoa::Buffer::new();
                let digits = buffer.format(number);
                return match self.from {
                    Some(from) => self.encode_from(from, digits, out),
                    None => self.encode_number(digits, out),
                };
            }
            Value::Real(number) => return self.encode_real(number, out),
        }
        Ok(())
    }

    fn encode_text(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.from.is_none() && self.rule.iso {
            match iso::plain(bytes, self.rule.resolution) {
                Plain::DateTime { has_offset: false, .. } if self.zone.is_some() => {}
                Plain::Other => {}
                Plain::DateTime { spaced: true, .. } => {
                    out.push(b'"');
                    out.extend_from_slice(&bytes[..10]);
                    out.push(b'T');
                    out.extend_from_slice(&bytes[11..]);
                    out.push(b'"');
                    return Ok(());
                }
                Plain::Date | Plain::DateTime { .. } => {
                    out.push(b'"');
                    out.extend_from_slice(bytes);
                    out.push(b'"');
                    return Ok(());
                }
            }
        }
        let text = str::from_utf8(bytes).map_err(|_| {
            unreadable("the text is not valid UTF-8", "repair the text, or leave it out by `where`")
        })?;
        match self.from {
            Some(from) if text.is_empty() => Err(not_a_number(from)),
            Some(from) => self.encode_from(from, text, out),
            None => self.encode_stored(text, out),
        }
    }

    /// Text without `from`: as it is stored where the format takes that, else the nearest ISO spelling.
    fn encode_stored(&self, text: &str, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if text.is_empty() {
            return Err(Refusal {
                verdict: Verdict::Refused,
                rule: "an empty text is no date".into(),
                way_out: "store NULL, or make it NULL by `sql`, such as `nullif(column, '')`"
                    .into(),
            });
        }
        let number = epoch::is_number_like(text);
        match self.rule.judge(self.rule.answer(text, false), number) {
            Ok(meaning) if self.needs_offset(&meaning) && !number => {
                self.encode_zoned(text, &meaning, out)
            }
            Ok(_) => {
                push_json(text, out);
                Ok(())
            }
            Err(refusal) if refusal.verdict == Verdict::Altered => {
                self.alter(refusal, |out| push_json(text, out), out)
            }
            Err(refusal) => match self.respell(text)? {
                Some(spelling) => {
                    push_json(spelling.as_str(), out);
                    Ok(())
                }
                None => Err(refusal),
            },
        }
    }

    fn needs_offset(&self, meaning: &Meaning) -> bool {
        self.zone.is_some() && meaning.has_time && !meaning.has_offset
    }

    /// The other spellings of a day and a time that the format may take; all say the same instant.
    fn respell(&self, text: &str) -> Result<Option<Text>, Refusal> {
        let Some(stored) = iso::stored(text) else { return Ok(None) };
        let offset = match (stored.offset, &self.zone) {
            (Some(offset), _) => Some(offset),
            (None, Some(zone)) => Some(zone.offset_at(stored.local)?),
            (None, None) => None,
        };
        let wanted = shifted(stored.local, offset.unwrap_or(0));
        let found = [
            ('T', OffsetText::Extended),
            ('T', OffsetText::Basic),
            (' ', OffsetText::Extended),
            (' ', OffsetText::Basic),
        ]
        .into_iter()
        .find_map(|(separator, how)| {
            let mut out = Text::new();
            let mut buffer = [0; 4];
            let fits = out.push(stored.date)
                && out.push(separator.encode_utf8(&mut buffer))
                && out.push(stored.time)
                && offset.is_none_or(|offset| iso::push_offset(&mut out, offset, how));
            (fits && self.says(out.as_str(), wanted)).then_some(out)
        });
        if found.is_some() || offset != Some(0) {
            return Ok(found);
        }
        // A format without an offset is read at UTC, which is what the text says.
        Ok([' ', 'T'].into_iter().find_map(|separator| {
            let mut out = Text::new();
            let mut buffer = [0; 4];
            let fits = out.push(stored.date)
                && out.push(separator.encode_utf8(&mut buffer))
                && out.push(stored.time);
            (fits && self.says(out.as_str(), wanted)).then_some(out)
        }))
    }

    /// A text that the format takes and that lacks the offset which the model's `timezone` gives.
    fn encode_zoned(
        &self,
        text: &str,
        meaning: &Meaning,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let Some(zone) = &self.zone else {
            push_json(text, out);
            return Ok(());
        };
        let (days, second) = meaning.local;
        let offset = zone.offset_at(Instant::new(days, second, 0, 0))?;
        if let Some(spelling) = self.respell(text)? {
            push_json(spelling.as_str(), out);
            return Ok(());
        }
        let wanted = shifted(meaning.instant, offset);
        let tails = [
            ("", OffsetText::Extended),
            ("", OffsetText::Basic),
            (" ", OffsetText::Extended),
            (" ", OffsetText::Basic),
        ];
        for (space, how) in tails {
            let mut tail = Text::new();
            if !tail.push(space) || !iso::push_offset(&mut tail, offset, how) {
                continue;
            }
            let whole = [text, tail.as_str()].concat();
            if self.says(&whole, wanted) {
                push_json(&whole, out);
                return Ok(());
            }
        }
        if offset == 0 {
            push_json(text, out);
            return Ok(());
        }
        Err(Refusal {
            verdict: Verdict::Altered,
            rule: format!(
                "the format `{}` takes no offset, so the engine reads the time at UTC and not in `{}`",
                self.rule.format, zone.name
            )
            .into(),
            way_out: "add a pattern with an offset (`XXX`, or `Z` before 7) to the mapping's `format`, or remove `timezone`".into(),
        })
    }

    /// Whether the engine reads exactly this instant out of the text.
    fn says(&self, text: &str, wanted: Instant) -> bool {
        self.rule.meaning(text).is_some_and(|meaning| meaning.instant == wanted)
    }

    fn encode_real(&self, number: f64, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if !number.is_finite() {
            return Err(unreadable("JSON has no infinity", "store NULL instead"));
        }
        if self.from == Some(TimeFrom::Julian) {
            return self.encode_julian(number, out);
        }
        // Rust writes a float as the shortest decimal that reads back, and never with an exponent.
        let digits = number.to_string();
        match self.from {
            Some(from) => self.encode_from(from, &digits, out),
            None => self.encode_number(&digits, out),
        }
    }

    /// A bare number: only a format that settles what it means takes it.
    fn encode_number(&self, digits: &str, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let refusal = match self.rule.check_number(digits) {
            Ok(()) => {
                out.extend_from_slice(digits.as_bytes());
                return Ok(());
            }
            Err(refusal) => refusal,
        };
        // Elasticsearch 1 reads a JSON number as milliseconds whatever the format; the same digits as text are read by the format.
        if self.rule.settles_numbers && self.rule.check_text(digits).is_ok() {
            push_json(digits, out);
            return Ok(());
        }
        if refusal.verdict == Verdict::Altered {
            return self.alter(refusal, |out| out.extend_from_slice(digits.as_bytes()), out);
        }
        if !self.rule.settles_numbers {
            return Err(Refusal { verdict: Verdict::Refused, ..self.rule.bare_number() });
        }
        Err(refusal)
    }

    /// `lossy` lets the engine alter a value.
    fn alter(
        &self,
        refusal: Refusal,
        write: impl FnOnce(&mut Vec<u8>),
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        if !self.lossy {
            return Err(refusal);
        }
        write(out);
        Ok(())
    }

    fn encode_from(&self, from: TimeFrom, digits: &str, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if !epoch::is_number_like(digits) {
            return Err(not_a_number(from));
        }
        let unit = match from {
            TimeFrom::Unix(unit) => unit,
            TimeFrom::Julian => {
                let number = digits.parse().map_err(|_| not_a_number(from))?;
                return self.encode_julian(number, out);
            }
        };
        match Decimal::parse(digits).and_then(|decimal| decimal.scaled(unit.nanos())) {
            Some(nanos) => self.encode_instant(Instant(nanos), out),
            None => Err(Refusal {
                verdict: Verdict::Altered,
                rule: "a time holds nanoseconds, and the number is finer than that or out of every range".into(),
                way_out: "round the number by `sql`, or check which unit `from` should name".into(),
            }),
        }
    }

    /// SQLite's own reading of a Julian day: rounded to the millisecond, from -4713 to 9999.
    fn encode_julian(&self, days: f64, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if !(0.0..5_373_484.5).contains(&days) {
            return Err(Refusal {
                verdict: Verdict::Refused,
                rule: "a Julian day in SQLite is from 0 to 5373484.5, which is the end of the year 9999".into(),
                way_out: "check whether `from` should be `unix` or `unixms`".into(),
            });
        }
        let millis = (days * 86_400_000.0 + 0.5) as i64 - 210_866_760_000_000;
        self.encode_instant(Instant(i128::from(millis) * 1_000_000), out)
    }

    /// Spells an instant: as ISO text at UTC where the format takes that, else as a number or by one of the format's patterns.
    fn encode_instant(&self, instant: Instant, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if let Some(text) = self.iso_text(instant) {
            out.push(b'"');
            out.extend_from_slice(text.as_str().as_bytes());
            out.push(b'"');
            return Ok(());
        }
        for choice in &self.rule.choices {
            match &choice.kind {
                Kind::Epoch(unit) => {
                    let digits = decimal_text(instant, *unit);
                    let meaning = self.rule.meaning_of_number(&digits);
                    if meaning.is_some_and(|meaning| meaning.instant == instant) {
                        out.extend_from_slice(digits.as_bytes());
                        return Ok(());
                    }
                }
                Kind::Programs(programs) => {
                    let text = programs
                        .iter()
                        .filter_map(|program| spell::spell(&program.parts, program.week, instant))
                        .find(|text| self.says(text.as_str(), instant));
                    if let Some(text) = text {
                        push_json(text.as_str(), out);
                        return Ok(());
                    }
                }
            }
        }
        Err(self.no_spelling(instant))
    }

    fn iso_text(&self, instant: Instant) -> Option<Text> {
        let civil = instant.civil()?;
        let mut text = Text::new();
        if !iso::push_date_time(&mut text, &civil) {
            return None;
        }
        let mut zoned = text;
        if zoned.push("Z") {
            let bytes = zoned.as_str().as_bytes();
            let plain = self.rule.iso && iso::is_plain(bytes, self.rule.resolution);
            if plain || self.says(zoned.as_str(), instant) {
                return Some(zoned);
            }
        }
        self.says(text.as_str(), instant).then_some(text)
    }

    fn no_spelling(&self, instant: Instant) -> Refusal {
        let probe = Meaning::epoch(instant);
        if !self.rule.holds(&probe) {
            return self.rule.out_of_range();
        }
        Refusal {
            verdict: Verdict::Refused,
            rule: format!(
                "the format `{}` has no spelling for that instant that loses nothing of it",
                self.rule.format
            )
            .into(),
            way_out: "add `strict_date_optional_time` to the mapping's `format` with `||`".into(),
        }
    }
}

impl Zone {
    fn parse(name: &str) -> Result<Zone, String> {
        let zone = match name {
            "UTC" | "Z" | "utc" => Some(TimeZone::UTC),
            _ if name.starts_with(['+', '-']) => fixed(name),
            _ => TimeZone::get(name).ok(),
        };
        match zone {
            Some(zone) => Ok(Zone { name: name.into(), zone }),
            None => Err(format!(
                "`timezone` `{name}` is not known; give an offset such as `+02:00`, `UTC`, or an IANA name such as `Europe/Berlin`"
            )),
        }
    }

    /// The offset at a local time, in seconds east of UTC; a time that the clocks skip or show twice has none.
    fn offset_at(&self, local: Instant) -> Result<i64, Refusal> {
        let found = local.civil().map(|civil| offset::local_offset(&self.zone, &civil));
        let (what, before, after) = match found {
            Some(LocalOffset::One(offset)) if offset % 60 != 0 => {
                return Err(self.has_seconds(offset));
            }
            Some(LocalOffset::One(offset)) => return Ok(i64::from(offset)),
            Some(LocalOffset::Skipped(before, after)) => ("never happened", before, after),
            Some(LocalOffset::Twice(before, after)) => ("happened twice", before, after),
            Some(LocalOffset::Unknown) | None => {
                return Err(Refusal {
                    verdict: Verdict::Altered,
                    rule: format!("`{}` has no known offset that far from today", self.name).into(),
                    way_out: "store the time with its offset".into(),
                });
            }
        };
        let mut offsets = [Text::new(), Text::new()];
        for (text, seconds) in offsets.iter_mut().zip([before, after]) {
            iso::push_offset(text, i64::from(seconds), OffsetText::ExtendedZero);
        }
        Err(Refusal {
            verdict: Verdict::Altered,
            rule: format!(
                "a local time that {what} in `{}`, where the clocks change, has no one offset",
                self.name
            )
            .into(),
            way_out: format!(
                "store the time with its offset, `{}` or `{}`, or at UTC",
                offsets[0].as_str(),
                offsets[1].as_str()
            )
            .into(),
        })
    }
}

impl Zone {
    /// Before there were zones, clocks went by the sun over their town.
    fn has_seconds(&self, offset: i32) -> Refusal {
        let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        Refusal {
            verdict: Verdict::Altered,
            rule: format!(
                "the clocks of `{}` were {sign}{hours:02}:{minutes:02}:{:02} from UTC then, and no offset is written with seconds",
                self.name,
                seconds % 60
            )
            .into(),
            way_out: "store the time at UTC, with a `Z` behind it".into(),
        }
    }
}

/// `+02:00`, `+0200` or `+02`.
fn fixed(name: &str) -> Option<TimeZone> {
    let probe = ["2000-01-01T00:00", name].concat();
    let seconds = iso::stored(&probe)?.offset?;
    let offset = jiff::tz::Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?;
    (seconds.abs() <= 18 * 3600).then(|| TimeZone::fixed(offset))
}

/// The instant of a local time in an offset.
fn shifted(local: Instant, offset: i64) -> Instant {
    Instant(local.0 - i128::from(offset) * 1_000_000_000)
}

/// An instant as a plain decimal of a unit, as short as it can be without a loss.
fn decimal_text(instant: Instant, unit: Unit) -> String {
    let magnitude = instant.0.unsigned_abs();
    let nanos = unit.nanos().unsigned_abs();
    let (whole, rest) = (magnitude / nanos, magnitude % nanos);
    let places = nanos.ilog10() as usize;
    let mut text = if instant.0 < 0 { "-".to_string() } else { String::new() };
    text.push_str(&whole.to_string());
    if rest != 0 {
        let digits = (rest + nanos).to_string();
        text.push('.');
        text.push_str(digits[1..=places].trim_end_matches('0'));
    }
    text
}

/// Writes a text as a JSON string. Date texts rarely need an escape, but a pattern may hold any literal.
fn push_json(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn unreadable(rule: &'static str, way_out: &'static str) -> Refusal {
    Refusal { verdict: Verdict::Unreadable, rule: rule.into(), way_out: way_out.into() }
}

fn not_a_number(from: TimeFrom) -> Refusal {
    let name = match from {
        TimeFrom::Unix(Unit::Seconds) => "unix",
        TimeFrom::Unix(Unit::Millis) => "unixms",
        TimeFrom::Unix(Unit::Micros) => "unixus",
        TimeFrom::Julian => "julian",
    };
    Refusal {
        verdict: Verdict::Refused,
        rule: format!("`from`: `{name}` reads numbers, and this is none").into(),
        way_out: "store a number or NULL, or remove `from` where the column holds dates as text"
            .into(),
    }
}
