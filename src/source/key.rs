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

    #[inline]
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
#[inline]
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
        Collation::NoCase => {
            // SQLite's own comparison ends at a zero byte, and then goes by length.
            let least = a.len().min(b.len());
            let seen =
                |text: &[u8]| memchr::memchr(0, &text[..least]).map_or(least, |zero| zero + 1);
            let folded = |text: &[u8]| text[..seen(text)].to_ascii_lowercase();
            folded(a).cmp(&folded(b)).then(a.len().cmp(&b.len()))
        }
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
        Value::Real(number) if affinity == Affinity::Text => {
            push_text(real_text(number).as_bytes(), collation, out)
        }
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
        Collation::NoCase => {
            let end = memchr::memchr(0, text).unwrap_or(text.len());
            push_bytes(&text[..end].to_ascii_lowercase(), out);
            out.extend_from_slice(&(text.len() as u64).to_be_bytes());
        }
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

/// The text that a column of text affinity makes of a real, in SQLite's own spelling: 15 digits, or 17 where those say less.
fn real_text(number: f64) -> String {
    if number == 0.0 {
        return "0.0".to_string();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Inf" } else { "-Inf" }.to_string();
    }
    let short = format!("{number:.14e}");
    let (scientific, last) = match short.parse::<f64>() {
        Ok(same) if same == number => (short, 14),
        _ => (format!("{number:.16e}"), 16),
    };
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let with_point = |digits: &str| {
        let digits = digits.trim_end_matches('0');
        if digits.ends_with('.') { format!("{digits}0") } else { digits.to_string() }
    };
    if (-4..17).contains(&exponent) {
        let decimals = usize::try_from(last - exponent).unwrap_or(0).max(1);
        with_point(&format!("{number:.decimals$}"))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", with_point(digits), exponent.abs())
    }
}

/// Text that looks like a number, as a column of numeric affinity would store it.
fn numeric(text: &[u8]) -> Option<Value<'static>> {
    let text = std::str::from_utf8(text)
        .ok()?
        .trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    if let Ok(number) = text.parse() {
        return Some(Value::Integer(number));
    }
    let plain =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.then(|| text.parse().ok().map(Value::Real)).flatten()
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use rusqlite::Connection;
    use rusqlite::types::Value as Stored;

    use super::*;

    const ENCODINGS: [(&str, Encoding); 3] = [
        ("UTF-8", Encoding::Utf8),
        ("UTF-16le", Encoding::Utf16Le),
        ("UTF-16be", Encoding::Utf16Be),
    ];
    const COLLATIONS: [(&str, Collation); 3] =
        [("BINARY", Collation::Binary), ("NOCASE", Collation::NoCase), ("RTRIM", Collation::RTrim)];

    fn text(rng: &mut Rng) -> String {
        const PIECES: [&str; 18] = [
            "a",
            "A",
            "b",
            "z",
            "Z",
            "_",
            "[",
            " ",
            "\0",
            "1",
            "0",
            ".",
            "e",
            "-",
            "\u{e9}",
            "\u{ffee}",
            "\u{1f600}",
            "\u{7ff}",
        ];
        (0..rng.usize(0..4)).map(|_| PIECES[rng.usize(..PIECES.len())]).collect()
    }

    fn stored(rng: &mut Rng) -> Stored {
        const NUMBERS: [f64; 10] = [
            0.0,
            -0.0,
            0.5,
            1.0,
            9_007_199_254_740_992.0,
            9_223_372_036_854_775_808.0,
            -9_223_372_036_854_775_808.0,
            1e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        match rng.u8(..8) {
            0 => Stored::Null,
            1 => Stored::Integer(rng.i64(-3..4)),
            2 => Stored::Integer([i64::MAX, i64::MIN, 9_007_199_254_740_993][rng.usize(..3)]),
            3 => Stored::Real(NUMBERS[rng.usize(..NUMBERS.len())]),
            4 => Stored::Blob(text(rng).into_bytes()),
            _ => Stored::Text(text(rng)),
        }
    }

    fn value(stored: &Stored) -> Value<'_> {
        match stored {
            Stored::Null => Value::Null,
            Stored::Integer(number) => Value::Integer(*number),
            Stored::Real(number) => Value::Real(*number),
            Stored::Text(text) => Value::Text(text.as_bytes()),
            Stored::Blob(bytes) => Value::Blob(bytes),
        }
    }

    #[test]
    fn values_order_as_sqlite_orders_them_in_each_collation_and_encoding() {
        let mut rng = Rng::with_seed(5);
        for (pragma, encoding) in ENCODINGS {
            for (name, collation) in COLLATIONS {
                let connection = Connection::open_in_memory().unwrap();
                connection
                    .execute_batch(&format!(
                        "PRAGMA encoding = '{pragma}'; CREATE TABLE t (v COLLATE {name})"
                    ))
                    .unwrap();
                for _ in 0..600 {
                    connection.execute("INSERT INTO t VALUES (?1)", [stored(&mut rng)]).unwrap();
                }
                let mut ordered = connection
                    .prepare("SELECT v, dense_rank() OVER (ORDER BY v) FROM t ORDER BY v")
                    .unwrap();
                let ordered: Vec<(Stored, i64)> = ordered
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap()
                    .collect::<rusqlite::Result<_>>()
                    .unwrap();
                for pair in ordered.windows(2) {
                    let got = compare(value(&pair[0].0), value(&pair[1].0), collation, encoding);
                    assert_eq!(got, pair[0].1.cmp(&pair[1].1), "{name} {pragma} {pair:?}");
                }
            }
        }
    }

    #[test]
    fn comparable_forms_are_the_same_where_sqlite_finds_a_value_equal_to_a_key() {
        const TYPES: [(&str, Affinity); 4] = [
            ("INTEGER", Affinity::Integer),
            ("TEXT", Affinity::Text),
            ("", Affinity::Blob),
            ("NUMERIC", Affinity::Numeric),
        ];
        const TEXTS: [&str; 12] =
            ["1", "01", "1.0", " 1", "1 ", "\u{b}1", "1e0", "+1", "5e-1", ".5", "0x1", "a"];
        let mut rng = Rng::with_seed(6);
        for (declared, affinity) in TYPES {
            for (name, collation) in COLLATIONS {
                let connection = Connection::open_in_memory().unwrap();
                connection
                    .execute_batch(&format!("CREATE TABLE t (v {declared} COLLATE {name})"))
                    .unwrap();
                let mut some: Vec<Stored> =
                    (0..60).map(|_| stored(&mut rng)).filter(|v| *v != Stored::Null).collect();
                some.extend(TEXTS.map(|t| Stored::Text(t.to_string())));
                some.extend([
                    Stored::Real(100.0),
                    Stored::Real(0.1),
                    Stored::Real(1e15),
                    Stored::Real(1e16),
                    Stored::Real(1e17),
                    Stored::Real(1e-5),
                    Stored::Real(123_456_789.123_456_79),
                    Stored::Real(-1.5e-7),
                ]);
                for value in &some {
                    connection.execute("INSERT INTO t VALUES (?1)", [value]).unwrap();
                }
                let mut keys = connection.prepare("SELECT v, v = ?1 FROM t").unwrap();
                for other in &some {
                    let rows =
                        keys.query_map([other], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
                    // Behind a zero byte SQLite reads no digits, and what it then makes of a number is not followed here.
                    if affinity.is_numeric()
                        && matches!(other, Stored::Text(text) if text.contains('\0'))
                    {
                        continue;
                    }
                    for row in rows {
                        let (key, equal): (Stored, bool) = row.unwrap();
                        let (mut a, mut b) = (Vec::new(), Vec::new());
                        push_comparable(value(&key), affinity, collation, &mut a);
                        push_comparable(value(other), affinity, collation, &mut b);
                        assert_eq!(
                            a == b,
                            equal,
                            "{declared} {name}: key {key:?}, value {other:?}"
                        );
                    }
                }
            }
        }
    }
}
