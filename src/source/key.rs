//! Values as SQLite orders and compares them, and rows copied out of a cursor. Knows no model and no engine.

use std::cmp::Ordering;

use rusqlite::Row;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use super::schema::{Affinity, Collation, Encoding};
use crate::encode::Value;

/// Values copied out of rows, in memory that is used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(usize, usize),
    Blob(usize, usize),
}

impl Values {
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.bytes.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn push(&mut self, value: Value<'_>) {
        let cell = match value {
            Value::Null => Cell::Null,
            Value::Integer(number) => Cell::Integer(number),
            Value::Real(number) => Cell::Real(number),
            Value::Text(bytes) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(bytes);
                Cell::Text(start, self.bytes.len())
            }
            Value::Blob(bytes) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(bytes);
                Cell::Blob(start, self.bytes.len())
            }
        };
        self.cells.push(cell);
    }

    /// Copies columns `0..count` of a row.
    pub(crate) fn push_row(&mut self, row: &Row<'_>, count: usize) -> rusqlite::Result<()> {
        for column in 0..count {
            self.push(value_at(row, column)?);
        }
        Ok(())
    }

    pub(crate) fn get(&self, position: usize) -> Value<'_> {
        match self.cells[position] {
            Cell::Null => Value::Null,
            Cell::Integer(number) => Value::Integer(number),
            Cell::Real(number) => Value::Real(number),
            Cell::Text(start, end) => Value::Text(&self.bytes[start..end]),
            Cell::Blob(start, end) => Value::Blob(&self.bytes[start..end]),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Value<'_>> {
        (0..self.len()).map(|position| self.get(position))
    }
}

/// A column of a row as a value.
pub(crate) fn value_at<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Value<'r>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(bytes),
        ValueRef::Blob(bytes) => Value::Blob(bytes),
    })
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Real(number) => ValueRef::Real(number),
            Value::Text(bytes) => ValueRef::Text(bytes),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The order of `ORDER BY`: nulls, numbers by value, text by collation, BLOBs by byte.
pub(crate) fn compare(
    a: Value<'_>,
    b: Value<'_>,
    collation: Collation,
    encoding: Encoding,
) -> Ordering {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(&b),
        (Value::Text(a), Value::Text(b)) => compare_text(a, b, collation, encoding),
        (Value::Real(a), Value::Real(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Value::Integer(a), Value::Real(b)) => compare_mixed(a, b),
        (Value::Real(a), Value::Integer(b)) => compare_mixed(b, a).reverse(),
        (Value::Blob(a), Value::Blob(b)) => a.cmp(b),
        (a, b) => class(a).cmp(&class(b)),
    }
}

fn class(value: Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    }
}

/// An integer against a real, exactly.
fn compare_mixed(a: i64, b: f64) -> Ordering {
    if b.is_nan() {
        return Ordering::Greater;
    }
    if b >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    if b < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked, and the fraction is compared after"
    )]
    let whole = b.trunc() as i64;
    a.cmp(&whole).then_with(|| 0.0_f64.partial_cmp(&b.fract()).unwrap_or(Ordering::Equal))
}

fn compare_text(a: &[u8], b: &[u8], collation: Collation, encoding: Encoding) -> Ordering {
    match collation {
        Collation::Binary | Collation::Other => match encoding {
            Encoding::Utf8 => a.cmp(b),
            // SQLite compares the bytes of the stored encoding, not the characters.
            Encoding::Utf16Le => {
                utf16(a).flat_map(u16::to_le_bytes).cmp(utf16(b).flat_map(u16::to_le_bytes))
            }
            Encoding::Utf16Be => {
                utf16(a).flat_map(u16::to_be_bytes).cmp(utf16(b).flat_map(u16::to_be_bytes))
            }
        },
        Collation::NoCase => without_case(a).cmp(without_case(b)).then(a.len().cmp(&b.len())),
        Collation::RTrim => trimmed(a).cmp(trimmed(b)),
    }
}

fn utf16(text: &[u8]) -> impl Iterator<Item = u16> {
    String::from_utf8_lossy(text).into_owned().chars().collect::<Vec<char>>().into_iter().flat_map(
        |c| {
            let mut units = [0; 2];
            let count = c.encode_utf16(&mut units).len();
            units.into_iter().take(count)
        },
    )
}

/// What `NOCASE` compares: it knows no letters but ASCII, and looks no further than a zero byte, the lengths aside.
fn without_case(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut ended = false;
    text.iter().map(u8::to_ascii_lowercase).map(move |byte| {
        let seen = if ended { 0 } else { byte };
        ended |= byte == 0;
        seen
    })
}

fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&b| b != b' ').map_or(0, |last| last + 1);
    &text[..end]
}

/// A value in the form in which equal values, compared with a key column of that affinity and collation, have the same bytes.
pub(crate) fn push_comparable(
    value: Value<'_>,
    affinity: Affinity,
    collation: Collation,
    out: &mut Vec<u8>,
) {
    match value {
        Value::Null => out.push(0),
        Value::Integer(number) if affinity == Affinity::Text => {
            push_text(number.to_string().as_bytes(), collation, out)
        }
        Value::Integer(number) => push_integer(number, out),
        Value::Real(number) => match as_integer(number) {
            Some(integer) => push_integer(integer, out),
            None => {
                out.push(2);
                out.extend_from_slice(&number.to_be_bytes());
            }
        },
        Value::Text(text) => match if affinity.is_numeric() { numeric(text) } else { None } {
            Some(number) => push_comparable(number, Affinity::Blob, collation, out),
            None => push_text(text, collation, out),
        },
        Value::Blob(bytes) => {
            out.push(4);
            push_bytes(bytes, out);
        }
    }
}

fn push_integer(number: i64, out: &mut Vec<u8>) {
    out.push(1);
    out.extend_from_slice(&number.to_be_bytes());
}

fn push_text(text: &[u8], collation: Collation, out: &mut Vec<u8>) {
    out.push(3);
    match collation {
        Collation::NoCase => push_bytes(&without_case(text).collect::<Vec<u8>>(), out),
        Collation::RTrim => push_bytes(trimmed(text), out),
        Collation::Binary | Collation::Other => push_bytes(text, out),
    }
}

/// With the length ahead, so that several values beside each other stay apart.
fn push_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// The integer that a real is equal to.
pub(crate) fn as_integer(number: f64) -> Option<i64> {
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "range and fraction are checked")]
    (in_range && number.fract() == 0.0).then_some(number as i64)
}

/// Text that looks like a number, as a column of numeric affinity would store it.
fn numeric(text: &[u8]) -> Option<Value<'static>> {
    let text = std::str::from_utf8(text).ok()?.trim_matches(|c: char| c.is_ascii_whitespace());
    if let Ok(number) = text.parse() {
        return Some(Value::Integer(number));
    }
    let plain =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.then(|| text.parse().ok().map(Value::Real)).flatten()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn text_is_ordered_as_sqlite_orders_it() {
        let connection = Connection::open_in_memory().expect("memory is enough");
        let texts: [&[u8]; 14] = [
            b"",
            b" ",
            b"a",
            b"A",
            b"a ",
            b"a  ",
            b"ab",
            b"aB",
            b"a\0b",
            b"A\0c",
            b"a\0",
            b"a\0bb",
            b"[",
            "ä".as_bytes(),
        ];
        for (collation, name) in [
            (Collation::Binary, "BINARY"),
            (Collation::NoCase, "NOCASE"),
            (Collation::RTrim, "RTRIM"),
        ] {
            let sql = format!("SELECT (?1 COLLATE {name} > ?2) - (?1 COLLATE {name} < ?2)");
            let mut statement = connection.prepare(&sql).expect("the statement is a constant");
            for a in texts.map(Value::Text) {
                for b in texts.map(Value::Text) {
                    let wanted: i64 = statement.query_row([a, b], |row| row.get(0)).expect("a row");
                    let found = compare(a, b, collation, Encoding::Utf8);
                    assert_eq!(found, wanted.cmp(&0), "{name}: {a:?}, {b:?}");
                    let form = |value| {
                        let mut bytes = Vec::new();
                        push_comparable(value, Affinity::Text, collation, &mut bytes);
                        bytes
                    };
                    assert_eq!(form(a) == form(b), wanted == 0, "{name}: {a:?}, {b:?}");
                }
            }
        }
    }
}
