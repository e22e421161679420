//! Values as they are stored: the text that a template makes of them, and how a message or a rejected record shows them.

use std::borrow::Cow;

use super::super::row::RowRef;
use crate::encode::number::{push_f64, push_i64};
use crate::encode::text::push_string;
use crate::encode::{Refusal, Value};
use crate::error::{Result, Verdict};
use crate::plan::TextPiece;

/// Characters of a stored value in a message, at most.
const VALUE_SHOWN_MAX: usize = 100;

/// What a text template gave.
pub(in crate::export) enum Built {
    Text,
    Null,
    /// A BLOB has no text, and no JSON says infinity.
    Unsayable(usize),
}

/// Puts a template's text into `text`, which is emptied first.
pub(in crate::export) fn build_text(
    pieces: &[TextPiece],
    row: RowRef<'_>,
    text: &mut Vec<u8>,
) -> Built {
    text.clear();
    for piece in pieces {
        match piece {
            TextPiece::Literal(literal) => text.extend_from_slice(literal.as_bytes()),
            TextPiece::Column(column) => match row.get(*column) {
                Value::Null => return Built::Null,
                value if is_unsayable(value) => return Built::Unsayable(*column),
                value => push_stored(value, text),
            },
        }
    }
    Built::Text
}

fn is_unsayable(value: Value<'_>) -> bool {
    matches!(value, Value::Blob(_)) || matches!(value, Value::Real(number) if !number.is_finite())
}

/// What is wrong with a value that has no text.
pub(in crate::export) fn no_text(value: Value<'_>) -> Refusal {
    let (rule, way_out) = match value {
        Value::Real(_) => ("JSON has no infinity", "store NULL instead"),
        _ => (
            "a BLOB has no text",
            "give its text with `sql`, such as `hex(column)`, or take another column",
        ),
    };
    Refusal {
        verdict: Verdict::Unreadable,
        rule: Cow::Borrowed(rule),
        way_out: Cow::Borrowed(way_out),
    }
}

/// The same in an id or an action line, which know no `sql`.
pub(in crate::export) fn no_text_here(value: Value<'_>) -> Refusal {
    let refusal = no_text(value);
    match value {
        Value::Blob(_) => Refusal {
            way_out: Cow::Borrowed(
                "give its text in a `query`, such as `SELECT *, hex(column) AS text FROM …`, or take another column",
            ),
            ..refusal
        },
        _ => refusal,
    }
}

/// The stored text of a value; nothing for null.
pub(in crate::export) fn push_stored(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Integer(number) => push_i64(number, out),
        Value::Real(number) => push_f64(number, out),
        Value::Text(bytes) | Value::Blob(bytes) => out.extend_from_slice(bytes),
    }
}

/// The key of a row for a message, its parts joined by `-`.
pub(super) fn push_key(columns: &[usize], row: RowRef<'_>, out: &mut Vec<u8>) -> Result<()> {
    for (number, &column) in columns.iter().enumerate() {
        if number > 0 {
            out.push(b'-');
        }
        match row.get_any(column)? {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Blob(bytes) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                out.extend_from_slice(format!("x'{hex}'").as_bytes());
            }
            Value::Real(number) if !number.is_finite() => {
                out.extend_from_slice(number.to_string().as_bytes());
            }
            value => push_stored(value, out),
        }
    }
    Ok(())
}

/// The value by storage class; `false` where JSON cannot say it, and null goes out instead.
pub(super) fn write_stored(value: Value<'_>, out: &mut Vec<u8>) -> bool {
    match value {
        Value::Integer(number) => push_i64(number, out),
        Value::Real(number) if number.is_finite() => push_f64(number, out),
        Value::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => push_string(text, out),
            Err(_) => {
                out.extend_from_slice(b"null");
                return false;
            }
        },
        Value::Null => out.extend_from_slice(b"null"),
        Value::Real(_) | Value::Blob(_) => {
            out.extend_from_slice(b"null");
            return false;
        }
    }
    true
}

/// A value for a message: short, on one line, and telling text from numbers.
pub(in crate::export) fn shown(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => {
            let mut text = Vec::new();
            if number.is_finite() {
                push_f64(number, &mut text);
                String::from_utf8_lossy(&text).into_owned()
            } else {
                number.to_string()
            }
        }
        Value::Text(bytes) => {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * VALUE_SHOWN_MAX)]);
            let escaped: String = text
                .chars()
                .take(VALUE_SHOWN_MAX)
                .flat_map(|c| {
                    if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }
                })
                .collect();
            let more = if text.chars().count() > VALUE_SHOWN_MAX { "…" } else { "" };
            format!("\"{escaped}{more}\"")
        }
        Value::Blob(bytes) => {
            let hex: String = bytes.iter().take(16).map(|b| format!("{b:02x}")).collect();
            let more = if bytes.len() > 16 { "…" } else { "" };
            let unit = if bytes.len() == 1 { "byte" } else { "bytes" };
            format!("x'{hex}{more}' ({} {unit})", bytes.len())
        }
    }
}
