//! The rows of one document in a list inside a list, by the row of the enclosing list that they belong to. Each comes out of
//! the cursor once and is kept as few bytes. Knows no JSON and no SQL.

use std::hash::{DefaultHasher, Hasher};

use rusqlite::Row;

use super::row::RowRef;
use crate::encode::Value;
use crate::source::{Affinity, Collation, Values, push_comparable, value_at};

/// Bytes that the rows of a document may take, where any of them can be asked for again.
pub(super) const GROUP_BYTES_MAX: usize = 48 << 20;
/// The same where SQLite would rank or index a whole table each time that some are asked for.
pub(super) const GROUP_BYTES_MAX_COSTLY: usize = 128 << 20;

/// How a value lies in memory; what follows the byte is said beside it.
const NULL: u8 = 0;
/// A number of up to ten bytes.
const INTEGER: u8 = 1;
/// Eight bytes.
const REAL: u8 = 2;
/// Length and bytes.
const TEXT: u8 = 3;
/// Length and bytes.
const BLOB: u8 = 4;
/// The column of the main key has the very value of the main row.
const SAME: u8 = 5;

/// Rows of one document.
#[derive(Default)]
pub(super) struct Group {
    /// The document that the rows are of.
    document: u64,
    /// Its key.
    main: Values,
    /// They were too many, and are asked for where they are wanted.
    pub(super) is_given_up: bool,
    /// One row after the other, each value with its kind ahead.
    bytes: Vec<u8>,
    /// For each row a hash of its path above where it begins, so that rows of a path stay in the order of the cursor.
    index: Vec<u64>,
    path: Vec<u8>,
}

impl Group {
    /// Whether the rows are those of document number `document`.
    pub(super) fn is_of(&self, document: u64) -> bool {
        self.document == document
    }

    /// Begins with the rows of document number `document`, which has the key `main`.
    pub(super) fn begin(&mut self, document: u64, main: &Values) {
        self.document = document;
        self.main.clone_from(main);
        self.is_given_up = false;
        self.empty();
    }

    fn empty(&mut self) {
        self.bytes.clear();
        self.index.clear();
    }

    /// Leaves the rows to be asked for.
    pub(super) fn give_up(&mut self) {
        self.empty();
        self.is_given_up = true;
    }

    /// Bytes that the rows take.
    fn size(&self) -> usize {
        self.bytes.len() + self.index.len() * size_of::<u64>()
    }

    /// Copies a row of `columns` columns, of which those in `path` say where it belongs; `false`, and nothing is copied, where
    /// the rows would take more than `bytes_max`.
    pub(super) fn push(
        &mut self,
        row: &Row<'_>,
        columns: usize,
        path: &[usize],
        bytes_max: usize,
    ) -> rusqlite::Result<bool> {
        self.path.clear();
        for &column in path {
            push_part(value_at(row, column)?, &mut self.path);
        }
        let start = self.bytes.len();
        self.index.push(u64::from(hash(&self.path)) << 32 | start as u64);
        for column in 0..columns {
            let value = value_at(row, column)?;
            if column < self.main.len() && is_same(value, self.main.get(column)) {
                self.bytes.push(SAME);
            } else if self.size() + length(value) <= bytes_max {
                push(value, &mut self.bytes);
            } else {
                self.index.pop();
                self.bytes.truncate(start);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All rows are here.
    pub(super) fn end(&mut self) {
        self.index.sort_unstable();
    }

    /// Where the rows begin that may belong to the row with that path: those of a few others have the same hash.
    pub(super) fn rows_of(&self, path: &[u8]) -> impl Iterator<Item = usize> {
        let hash = u64::from(hash(path));
        let start = self.index.partition_point(|row| row >> 32 < hash);
        let rows = self.index[start..].iter().take_while(move |&row| row >> 32 == hash);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is a position")]
        rows.map(|&row| row as u32 as usize)
    }

    /// Puts the values of the row that begins at `start` into `values`, which is emptied first.
    pub(super) fn read<'v>(&'v self, start: usize, columns: usize, values: &mut Vec<Value<'v>>) {
        values.clear();
        let mut rest = &self.bytes[start..];
        values.extend((0..columns).map(|column| match take(&mut rest) {
            Some(value) => value,
            None => self.main.get(column),
        }));
    }
}

/// The path of a row of the enclosing list: the columns in `outer` of its row.
pub(super) fn path_of(outer: &[usize], row: RowRef<'_>, path: &mut Vec<u8>) {
    path.clear();
    outer.iter().for_each(|&column| push_part(row.get(column), path));
}

fn push_part(value: Value<'_>, path: &mut Vec<u8>) {
    push_comparable(value, Affinity::Blob, Collation::Binary, path);
}

fn hash(path: &[u8]) -> u32 {
    let mut hasher = DefaultHasher::new();
    hasher.write(path);
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is one too")]
    let half = hasher.finish() as u32;
    half
}

/// Whether two values are stored alike, not only equal.
fn is_same(a: Value<'_>, b: Value<'_>) -> bool {
    match (a, b) {
        (Value::Real(a), Value::Real(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

fn length(value: Value<'_>) -> usize {
    match value {
        Value::Text(bytes) | Value::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

fn push(value: Value<'_>, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => bytes.push(NULL),
        Value::Integer(number) => {
            bytes.push(INTEGER);
            // Small numbers of either sign take few bytes.
            push_number(((number << 1) ^ (number >> 63)).cast_unsigned(), bytes);
        }
        Value::Real(number) => {
            bytes.push(REAL);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        Value::Text(text) => push_run(TEXT, text, bytes),
        Value::Blob(blob) => push_run(BLOB, blob, bytes),
    }
}

fn push_run(kind: u8, run: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(kind);
    push_number(run.len() as u64, bytes);
    bytes.extend_from_slice(run);
}

/// Seven bits a byte, the lowest first; all but the last have the eighth.
fn push_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// The next value; `None` where it is the main row's.
fn take<'v>(rest: &mut &'v [u8]) -> Option<Value<'v>> {
    Some(match take_run(rest, 1)[0] {
        SAME => return None,
        INTEGER => {
            let number = take_number(rest);
            Value::Integer((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
        }
        REAL => {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(take_run(rest, 8));
            Value::Real(f64::from_le_bytes(bytes))
        }
        TEXT => Value::Text(take_counted(rest)),
        BLOB => Value::Blob(take_counted(rest)),
        _ => Value::Null,
    })
}

fn take_run<'v>(rest: &mut &'v [u8], length: usize) -> &'v [u8] {
    let (run, behind) = rest.split_at(length);
    *rest = behind;
    run
}

fn take_counted<'v>(rest: &mut &'v [u8]) -> &'v [u8] {
    let length = take_number(rest);
    #[expect(clippy::cast_possible_truncation, reason = "it was the length of something in memory")]
    take_run(rest, length as usize)
}

fn take_number(rest: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take_run(rest, 1)[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn values_come_out_as_they_went_in() {
        let values = [
            Value::Null,
            Value::Integer(0),
            Value::Integer(-1),
            Value::Integer(63),
            Value::Integer(64),
            Value::Integer(i64::MAX),
            Value::Integer(i64::MIN),
            Value::Real(-0.0),
            Value::Real(0.1),
            Value::Text(b""),
            Value::Text(&[b'x'; 300]),
            Value::Blob(b"\0\xff"),
        ];
        let mut bytes = Vec::new();
        values.iter().for_each(|&value| push(value, &mut bytes));
        let mut rest = bytes.as_slice();
        for value in values {
            let found = take(&mut rest).unwrap();
            assert!(is_same(found, value), "{found:?} {value:?}");
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn rows_are_found_by_their_path_in_the_order_of_the_cursor_and_take_few_bytes() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "WITH n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 60000)
            SELECT 7, x % 100, x, 'row ' || x FROM n";
        let mut statement = connection.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut main = Values::default();
        main.push(Value::Integer(7));
        let mut group = Group::default();
        group.begin(1, &main);
        while let Some(row) = rows.next().unwrap() {
            assert!(group.push(row, 4, &[1], 60_000 * 32).unwrap());
        }
        group.end();
        let (mut path, mut values) = (Vec::new(), Vec::new());
        push_part(Value::Integer(42), &mut path);
        let found: Vec<i64> = group
            .rows_of(&path)
            .map(|start| {
                group.read(start, 4, &mut values);
                assert_eq!(values[..2], [Value::Integer(7), Value::Integer(42)]);
                let Value::Integer(number) = values[2] else { panic!("{values:?}") };
                assert_eq!(values[3], Value::Text(format!("row {number}").as_bytes()));
                number
            })
            .collect();
        assert_eq!(found, (0..600).map(|n| 42 + n * 100).collect::<Vec<i64>>());
    }
}
