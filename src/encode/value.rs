//! From a stored value to JSON, by storage class and mapping type. Writes first and asks the rules about what was written,
//! so that a value that is only altered can go out where the user wants it.
//!
//! # The table
//! | stored | numbers | `boolean` | text types | `date` | objects, ranges, vectors | geo, `completion`, `join` | `binary` |
//! |---|---|---|---|---|---|---|---|
//! | NULL | `null` everywhere the target takes it | | | | | | |
//! | INTEGER | number | 0 and 1 become false and true | number | the date room | refused | refused | altered |
//! | REAL | number, shortest form | 0.0 and 1.0 become false and true | number | the date room | refused | refused | altered |
//! | TEXT | number where JSON spells it so, else as text | `true` `false` `1` `0` become booleans | text | the date room | JSON | JSON or text | text, must be base64 |
//! | BLOB | by `from` | by `from` | by `from` | by `from` | vectors: f32 | by `from` | base64 |
//!
//! Text that is a number in another spelling (`007`, `+5`, ` 5`) goes out as it is stored where the target reads that
//! spelling as a number, and is refused elsewhere: a converted number could not be told from the stored text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::json::{self, Kind, Leaf, Unread};
use super::number::Exact;
use super::rule::{What, refused, worse};
use super::{Encoder, From, Outcome, Refusal, Value, number, text};
use crate::error::Verdict;

impl Encoder {
    /// Appends `value`, then gives the verdict on what was appended.
    pub(super) fn write(&self, value: Value<'_>, out: &mut Vec<u8>) -> Outcome {
        match (self.options.from, value) {
            (_, Value::Null) => {
                out.extend_from_slice(b"null");
                if self.null_taken {
                    return Ok(());
                }
                self.rule.check_leaf(&Leaf::Null)
            }
            (Some(from), Value::Text(_) | Value::Blob(_)) if !from.is_time() => {
                self.write_from(from, value, out)
            }
            _ if self.date.is_some() => self.write_date(value, out),
            (_, Value::Integer(value)) => self.write_integer(value, out),
            (_, Value::Real(value)) => self.write_real(value, out),
            (_, Value::Text(bytes)) => self.write_text(utf8(bytes)?, out),
            (_, Value::Blob(bytes)) => self.write_blob(bytes, out),
        }
    }

    fn write_integer(&self, value: i64, out: &mut Vec<u8>) -> Outcome {
        let rule = &self.rule;
        if let (What::Boolean, 0 | 1) = (&rule.what, value) {
            return self.write_bool(value == 1, out);
        }
        let start = out.len();
        number::push_i64(value, out);
        let own = match &rule.what {
            What::Integer(integer) => integer.check_integer(&rule.kind, value.into(), rule.facts()),
            What::Real(real) => real.check_integer(&rule.kind, value, rule.facts()),
            What::Scaled(scaled) => {
                scaled.check_value(value as f64, Some(Exact::Integer(value.into())))
            }
            What::Text(text) if text.is_free() => Ok(()),
            What::Any => Ok(()),
            _ => return rule.check_leaf(&Leaf::Number(written(out, start))),
        };
        self.and_multi(own, start, out)
    }

    fn write_real(&self, value: f64, out: &mut Vec<u8>) -> Outcome {
        if !value.is_finite() {
            return Err(Refusal {
                verdict: Verdict::Unreadable,
                rule: "JSON has no infinity".into(),
                way_out: "make it NULL with `sql`".into(),
            });
        }
        let rule = &self.rule;
        if matches!(rule.what, What::Boolean)
            && (value == 0.0 || value == 1.0)
            && value.is_sign_positive()
        {
            return self.write_bool(value == 1.0, out);
        }
        let start = out.len();
        number::push_f64(value, out);
        let own = match &rule.what {
            What::Real(real) => real.check_float(&rule.kind, value, rule.facts()),
            What::Scaled(scaled) => scaled.check_value(value, None),
            What::Integer(integer) if is_whole(value) && integer.reads_floats() => {
                integer.check_integer(&rule.kind, value as i128, rule.facts())
            }
            What::Text(text) if text.is_free() => Ok(()),
            What::Any => Ok(()),
            _ => return rule.check_leaf(&Leaf::Number(written(out, start))),
        };
        self.and_multi(own, start, out)
    }

    fn write_bool(&self, value: bool, out: &mut Vec<u8>) -> Outcome {
        out.extend_from_slice(if value { b"true" } else { b"false" });
        self.rule.check_leaf(&Leaf::Bool(value))
    }

    /// The multi-fields see the number that was written.
    fn and_multi(&self, own: Outcome, start: usize, out: &[u8]) -> Outcome {
        let own = self.rule.malformed(own, Kind::Number);
        if self.rule.multi.is_empty() {
            return own;
        }
        worse(own, || self.rule.check_multi(&Leaf::Number(written(out, start))))
    }

    fn write_text(&self, value: &str, out: &mut Vec<u8>) -> Outcome {
        match &self.rule.what {
            What::Text(rule)
                if rule.is_free()
                    && value.len() <= rule.bytes_max
                    && self.rule.multi.is_empty() =>
            {
                text::push_string(value, out);
                Ok(())
            }
            What::Integer(_) | What::Real(_) | What::Scaled(_) | What::Weight => {
                self.write_numeric_text(value, out)
            }
            What::Boolean => match value {
                "true" | "1" => self.write_bool(true, out),
                "false" | "0" => self.write_bool(false, out),
                _ => self.write_string(value, out),
            },
            What::Object(_)
            | What::Flat(_)
            | What::Features(_)
            | What::Histogram
            | What::Metrics(_)
            | What::Query(_) => self.write_json(value.as_bytes(), out),
            What::Range(_)
            | What::Vector(_)
            | What::GeoPoint(_)
            | What::Shape(_)
            | What::Plane { .. }
            | What::Join(_)
                if looks_like_json(value) =>
            {
                self.write_json(value.as_bytes(), out)
            }
            What::Completion(_) if looks_like_json(value) => self.write_json_or_text(value, out),
            What::Any if self.rule.kind == "object" || self.rule.kind == "nested" => {
                self.write_json_or_text(value, out)
            }
            _ => self.write_string(value, out),
        }
    }

    /// Text in a numeric field: a number where JSON spells it so, else the text itself where the target reads it.
    fn write_numeric_text(&self, value: &str, out: &mut Vec<u8>) -> Outcome {
        if number::is_json_number(value.as_bytes()) {
            out.extend_from_slice(value.as_bytes());
            return self.rule.check_leaf(&Leaf::Number(value));
        }
        text::push_string(value, out);
        self.rule.check_leaf(&Leaf::Text(value.into()))?;
        if number::java_double(value).is_some_and(|(read, _)| !read.is_finite()) {
            return Err(refused(
                format!("`{}` takes finite numbers, the text is none", self.rule.kind),
                "make it NULL with `sql`",
            ));
        }
        Ok(())
    }

    fn write_string(&self, value: &str, out: &mut Vec<u8>) -> Outcome {
        text::push_string(value, out);
        self.rule.check_leaf(&Leaf::Text(value.into()))
    }

    /// JSON where the text is an object or a list, text where it is not.
    fn write_json_or_text(&self, value: &str, out: &mut Vec<u8>) -> Outcome {
        let start = out.len();
        if looks_like_json(value) {
            match self.compact(value.as_bytes(), out) {
                Ok(structure) => return self.rule.check(structure.tape(out).root()),
                // It is JSON, and no text.
                Err(error @ Unread::Depth) => {
                    out.truncate(start);
                    return Err(unread(&error));
                }
                Err(_) => {}
            }
        }
        out.truncate(start);
        self.write_string(value, out)
    }

    /// Appends JSON in compact form, with the verdict on every value in it.
    pub(super) fn write_json(&self, value: &[u8], out: &mut Vec<u8>) -> Outcome {
        let start = out.len();
        match self.compact(value, out) {
            Ok(structure) => {
                self.rule.check_lists(structure.lists)?;
                self.rule.check(structure.tape(out).root())
            }
            Err(error) => {
                out.truncate(start);
                Err(unread(&error))
            }
        }
    }

    /// Reads JSON text, and leaves out the members that the target no longer knows.
    fn compact(&self, value: &[u8], out: &mut Vec<u8>) -> Result<json::Structure, Unread> {
        let start = out.len();
        let structure = json::compact(value, out)?;
        let Some(rewrite) = &self.rewrite else { return Ok(structure) };
        let mut kept = Vec::with_capacity(out.len() - start);
        rewrite.push(structure.tape(out).root(), &mut kept);
        out.truncate(start);
        json::compact(&kept, out)
    }

    fn write_blob(&self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome {
        match &self.rule.what {
            What::Binary { .. } => {
                let made = self.write_ascii(out, |out| push_base64(bytes, out));
                // The field itself takes what was just made.
                match self.rule.multi.is_empty() {
                    true => Ok(()),
                    false => self.rule.check_multi(&Leaf::Text(made.into())),
                }
            }
            What::Vector(rule) => rule.write_blob(&self.rule.kind, bytes, out),
            _ => Err(Refusal {
                verdict: Verdict::Unreadable,
                rule: "a BLOB has no form of its own in JSON".into(),
                way_out:
                    "name how it is to be read with `from` (`f32`, `json`, `uuid`, `hex`, `base64`)"
                        .into(),
            }),
        }
    }

    /// Text that needs no escapes, made by `push`; gives back what was made.
    fn write_ascii<'a>(&self, out: &'a mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) -> &'a str {
        out.push(b'"');
        let start = out.len();
        push(out);
        let end = out.len();
        out.push(b'"');
        std::str::from_utf8(&out[start..end]).unwrap_or_default()
    }

    /// A value that the model says how to read.
    fn write_from(&self, from: From, value: Value<'_>, out: &mut Vec<u8>) -> Outcome {
        let made = match (from, value) {
            (From::Json, Value::Text(bytes)) => return self.write_json(bytes, out),
            (From::Json, Value::Blob(bytes)) => {
                return self.write_json(bytes, out).map_err(named_jsonb);
            }
            (From::F32, Value::Blob(bytes)) => return self.write_f32(bytes, out),
            (From::Uuid, Value::Blob(bytes)) if bytes.len() == 16 => {
                let mut digits = Vec::with_capacity(32);
                push_hex(bytes, &mut digits);
                self.write_ascii(out, |out| push_uuid(&digits, out))
            }
            (From::Uuid, Value::Blob(bytes)) => {
                return Err(misread_blob(from, "a BLOB of 16 bytes", bytes.len()));
            }
            (From::Uuid, Value::Text(bytes)) => match uuid_digits(bytes) {
                Some(digits) => self.write_ascii(out, |out| push_uuid(&digits, out)),
                None => return Err(misread(from, "32 hex digits".into())),
            },
            (From::Hex, Value::Blob(bytes)) => self.write_ascii(out, |out| push_hex(bytes, out)),
            (From::Base64, Value::Blob(bytes)) => {
                self.write_ascii(out, |out| push_base64(bytes, out))
            }
            // Text where a BLOB was meant: it has a form of its own, which the type judges.
            (_, Value::Text(bytes)) if self.date.is_none() => {
                return self.write_text(utf8(bytes)?, out);
            }
            _ => return self.write_date(value, out),
        };
        self.rule.check_leaf(&Leaf::Text(made.into()))
    }

    fn write_f32(&self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome {
        let start = out.len();
        push_f32_list(bytes, out)?;
        if let What::Vector(rule) = &self.rule.what {
            return rule.check_floats(&self.rule.kind, bytes);
        }
        let list = out.split_off(start);
        self.write_json(&list, out)
    }

    /// Dates have a room of their own; the multi-fields see what it wrote.
    fn write_date(&self, value: Value<'_>, out: &mut Vec<u8>) -> Outcome {
        let Some(date) = &self.date else { return Ok(()) };
        let start = out.len();
        if let Err(refusal) = date.encode(value, out) {
            return self.malformed_date(refusal, value, start, out);
        }
        if self.rule.multi.is_empty() {
            return Ok(());
        }
        match written(out, start).strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(inside) => self.rule.check_multi(&Leaf::Text(json::unescape(inside).0)),
            None => self.rule.check_multi(&Leaf::Number(written(out, start))),
        }
    }

    /// What `ignore_malformed` keeps goes out as it is stored, where the user wants that.
    fn malformed_date(
        &self,
        refusal: Refusal,
        value: Value<'_>,
        start: usize,
        out: &mut Vec<u8>,
    ) -> Outcome {
        let was = refusal.verdict;
        let kind = if matches!(value, Value::Text(_)) { Kind::String } else { Kind::Number };
        let outcome = self.rule.malformed(Err(refusal), kind);
        if outcome.as_ref().is_err_and(|now| now.verdict != was) && out.len() == start {
            match value {
                Value::Integer(number) => number::push_i64(number, out),
                Value::Real(number) if number.is_finite() => number::push_f64(number, out),
                Value::Text(bytes) => text::push_string(utf8(bytes)?, out),
                Value::Real(_) | Value::Blob(_) | Value::Null => {}
            }
        }
        outcome
    }
}

/// What was appended since `start`: numbers and text, UTF-8 by construction.
fn written(out: &[u8], start: usize) -> &str {
    std::str::from_utf8(&out[start..]).unwrap_or_default()
}

/// Whether a float is a whole number that every reader sees as one: exactly held, and not -0.0.
fn is_whole(value: f64) -> bool {
    value.fract() == 0.0 && value.abs() <= 9e15 && !(value == 0.0 && value.is_sign_negative())
}

fn looks_like_json(value: &str) -> bool {
    value.trim_start().starts_with(['{', '['])
}

/// Stored text as UTF-8.
fn utf8(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_err(|_| unread(&Unread::Encoding))
}

const NOT_JSON: &str = "the text is not JSON";

/// A BLOB that is no JSON may be what SQLite makes of it for itself.
fn named_jsonb(refusal: Refusal) -> Refusal {
    if refusal.rule != NOT_JSON {
        return refusal;
    }
    let way_out = format!("{}; JSONB is made JSON with `sql`: `json(…)`", refusal.way_out);
    Refusal { way_out: way_out.into(), ..refusal }
}

fn unread(error: &Unread) -> Refusal {
    match error {
        Unread::Encoding => Refusal {
            verdict: Verdict::Unreadable,
            rule: "text must be UTF-8".into(),
            way_out:
                "store it as UTF-8, or send it as a BLOB with `from`: `CAST(… AS BLOB)` in `sql`"
                    .into(),
        },
        Unread::Syntax(at) => refused(
            NOT_JSON,
            format!("from byte {at} on; mend the text, or map the field as `text` or `keyword`"),
        ),
        Unread::Duplicate(key) => refused(
            "the JSON text has a key twice in one object",
            format!("the key is `{key}`; mend the text, with `sql` if need be"),
        ),
        Unread::Depth => refused(
            format!("JSON may nest {} levels", json::DEPTH_MAX),
            "send it as text, with the field mapped as `text`",
        ),
    }
}

fn misread(from: From, wanted: String) -> Refusal {
    Refusal {
        verdict: Verdict::Unreadable,
        rule: format!("`from: {}` wants {wanted}", from.name()).into(),
        way_out: "name how the value is stored with another `from`, or mend it with `sql`".into(),
    }
}

fn misread_blob(from: From, wanted: &str, length: usize) -> Refusal {
    let refusal = misread(from, wanted.into());
    Refusal { way_out: format!("this one has {length}; {}", refusal.way_out).into(), ..refusal }
}

fn push_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, b'=');
    // The room is exactly what base64 with padding takes, so this cannot fail.
    let length = STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + length);
}

fn push_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

/// Appends 32 digits in the groups of a UUID.
fn push_uuid(digits: &[u8], out: &mut Vec<u8>) {
    for (part, range) in [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().enumerate() {
        if part > 0 {
            out.push(b'-');
        }
        out.extend_from_slice(&digits[range]);
    }
}

/// The 32 hex digits of a text, as they are written; the dashes may be there already.
fn uuid_digits(text: &[u8]) -> Option<[u8; 32]> {
    let dashed = text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| text[at] == b'-');
    if text.len() != 32 && !dashed {
        return None;
    }
    let mut found =
        text.iter().enumerate().filter(|(at, _)| !(dashed && matches!(at, 8 | 13 | 18 | 23)));
    let mut digits = [0; 32];
    for digit in &mut digits {
        *digit = found.next().map(|(_, byte)| *byte).filter(u8::is_ascii_hexdigit)?;
    }
    Some(digits)
}

/// Appends little-endian singles as a list of numbers.
pub(super) fn push_f32_list(bytes: &[u8], out: &mut Vec<u8>) -> Outcome {
    if bytes.is_empty() || !bytes.len().is_multiple_of(4) {
        return Err(misread_blob(From::F32, "a BLOB of 4 bytes a number", bytes.len()));
    }
    out.push(b'[');
    for (place, value) in f32_values(bytes).enumerate() {
        if !value.is_finite() {
            return Err(Refusal {
                verdict: Verdict::Unreadable,
                rule: "JSON has no infinity and no NaN".into(),
                way_out: format!("element {place} is one; make the vector anew").into(),
            });
        }
        if place > 0 {
            out.push(b',');
        }
        number::push_f32(value, out);
    }
    out.push(b']');
    Ok(())
}

/// The little-endian singles of a BLOB.
pub(super) fn f32_values(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk))
}
