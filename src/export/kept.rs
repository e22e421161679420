//! Related tables that are read once and kept as JSON, found by key. Knows no thread and no file.

use std::collections::HashMap;

use rusqlite::Connection;

use super::OnError;
use super::list::Merged;
use super::record::{Renderer, Unfinished};
use super::row::RowBuffer;
use crate::encode::Value;
use crate::error::{DataError, Result};
use crate::model::Nulls;
use crate::plan::{Kept, KeyColumn, Place};
use crate::source::{Affinity, Encoding, as_integer, at_run, push_comparable, sql_words, value_at};

/// Bytes that one kept table may take.
const KEPT_BYTES_MAX: usize = 12 << 20;

/// A table's rows as JSON.
pub(super) struct KeptTable {
    json: Vec<u8>,
    /// Where the JSON of each row lies; the bad rows' numbers are in `bad`.
    spans: Vec<(u32, u32)>,
    bad: HashMap<u32, Bad>,
    index: Index,
    key: Vec<KeyColumn>,
    /// For a check: the values that each row holds, as places and whether they are null.
    values: Option<Vec<Vec<(usize, bool)>>>,
}

/// A row that the target would not take; it matters only where something points at it.
pub(super) struct Bad {
    /// `None` where several rows have the same key, which is for the row that points at them to tell.
    pub(super) error: Option<Box<DataError>>,
    /// What is wrong with its other fields.
    pub(super) also: Vec<DataError>,
    /// The row with its stored values, where JSON can say them.
    pub(super) record: Option<Vec<u8>>,
}

/// From key to row number.
enum Index {
    /// Row number plus one, at key minus the first key.
    Dense {
        first: i64,
        rows: Vec<u32>,
    },
    Integers(HashMap<i64, u32>),
    /// By the comparable form of the key's values.
    Other(HashMap<Vec<u8>, u32>),
}

/// What reading a table into memory gave.
pub(super) enum Loaded {
    Table(Box<KeptTable>),
    /// It is joined instead: it has too many rows, or the model's SQL fails at one, which only matters where a document
    /// points at that row.
    Joined,
}

impl KeptTable {
    /// Reads a related table, whose own relations are in `kept` already; `counts` where its values are to be counted.
    pub(super) fn load(
        plan: &Kept,
        connection: &Connection,
        places: &[Place],
        kept: &[KeptTable],
        (nulls, encoding): (Nulls, Encoding),
        counts: bool,
    ) -> Result<Loaded> {
        match Self::read(plan, connection, places, kept, (nulls, encoding), counts) {
            Err(error) if sql_words(&error).is_some() => Ok(Loaded::Joined),
            read => read,
        }
    }

    fn read(
        plan: &Kept,
        connection: &Connection,
        places: &[Place],
        kept: &[KeptTable],
        (nulls, encoding): (Nulls, Encoding),
        counts: bool,
    ) -> Result<Loaded> {
        let what = &plan.rows.cursor.what;
        let fail = |e| at_run(what, e);
        let mut main = connection.prepare(&plan.rows.cursor.sql(false, false)).map_err(fail)?;
        let mut statements = plan
            .rows
            .lists
            .iter()
            .map(|list| connection.prepare(&list.cursor.sql(false, false)).map_err(fail))
            .collect::<Result<Vec<_>>>()?;
        let mut lists = Vec::new();
        for (list, statement) in plan.rows.lists.iter().zip(&mut statements) {
            let columns = statement.column_count();
            lists.push(Merged::new(list, statement.raw_query(), columns, encoding, connection)?);
        }
        let mut renderer =
            Renderer::new(places, kept, lists, nulls, OnError::Reject, KEPT_BYTES_MAX);
        renderer.counts = counts.then(Default::default);
        let mut table = KeptTable {
            json: Vec::new(),
            spans: Vec::new(),
            bad: HashMap::new(),
            index: Index::Integers(HashMap::new()),
            key: plan.key.clone(),
            values: counts.then(Vec::new),
        };
        let mut keys = Keys::default();
        let mut buffer = RowBuffer::default();
        let mut rows = main.raw_query();
        while let Some(row) = rows.next().map_err(fail)? {
            renderer.main.clear();
            renderer.main.push_row(row, plan.key.len()).map_err(fail)?;
            let start = table.json.len();
            renderer.begin(start);
            let used = &plan.rows.cursor.used;
            match buffer.read(row, used, |row| renderer.node(&plan.rows.node, row, &mut table.json))
            {
                Ok(()) => {}
                Err(Unfinished::Fatal(error)) => return Err(error),
                Err(Unfinished::Data(error)) => renderer.bad = Some(error),
                Err(Unfinished::TooLong) => return Ok(Loaded::Joined),
            }
            if !keys.push(row, plan, &table.key).map_err(fail)? {
                table.json.truncate(start);
                continue;
            }
            table.close_row(&mut renderer, start);
            if table.json.len() + table.spans.len() * 24 + keys.bytes > KEPT_BYTES_MAX {
                return Ok(Loaded::Joined);
            }
        }
        table.index = keys.into_index(&mut table.bad);
        Ok(Loaded::Table(Box::new(table)))
    }

    fn close_row(&mut self, renderer: &mut Renderer<'_, '_>, start: usize) {
        let number = position(self.spans.len());
        if let Some(error) = renderer.bad.take() {
            let record = renderer.writable.then(|| self.json[start..].to_vec());
            self.json.truncate(start);
            let also = renderer.take_also();
            self.bad.insert(number, Bad { error: Some(error), also, record });
        }
        self.spans.push((position(start), position(self.json.len())));
        if let (Some(values), Some((counts, _))) = (&mut self.values, &renderer.counts) {
            values.push(counts.current_values().collect());
        }
    }

    /// The number of the row with an integer key.
    #[inline]
    pub(super) fn find_integer(&self, key: i64) -> Option<u32> {
        match &self.index {
            Index::Dense { first, rows } => {
                let place = usize::try_from(key.checked_sub(*first)?).ok()?;
                rows.get(place)?.checked_sub(1)
            }
            Index::Integers(rows) => rows.get(&key).copied(),
            Index::Other(_) => self.find([Value::Integer(key)].into_iter()),
        }
    }

    /// The number of the row with that key, compared as SQLite compares a foreign key.
    pub(super) fn find<'v>(&self, values: impl Iterator<Item = Value<'v>>) -> Option<u32> {
        let mut key = Vec::new();
        for (value, column) in values.zip(&self.key) {
            push_comparable(value, column.affinity, column.collation, &mut key);
        }
        match &self.index {
            Index::Other(rows) => rows.get(&key).copied(),
            _ => {
                let (tag, digits) = key.split_first()?;
                let number = i64::from_be_bytes(digits.try_into().ok()?);
                if *tag == 1 { self.find_integer(number) } else { None }
            }
        }
    }

    /// The values of a row, where they are counted.
    pub(super) fn values(&self, row: u32) -> Option<&[(usize, bool)]> {
        self.values.as_ref().map(|values| values[row as usize].as_slice())
    }

    /// A row as JSON.
    #[inline]
    pub(super) fn row(&self, row: u32) -> std::result::Result<&[u8], &Bad> {
        if !self.bad.is_empty()
            && let Some(bad) = self.bad.get(&row)
        {
            return Err(bad);
        }
        let (start, end) = self.spans[row as usize];
        Ok(&self.json[start as usize..end as usize])
    }
}

/// Keys as they are read, until the best index for them is known.
#[derive(Default)]
struct Keys {
    integers: Vec<i64>,
    other: Vec<Vec<u8>>,
    bytes: usize,
}

impl Keys {
    /// Notes the key of the next row; `false` where it is null, so that nothing can point at the row.
    fn push(
        &mut self,
        row: &rusqlite::Row<'_>,
        plan: &Kept,
        key: &[KeyColumn],
    ) -> rusqlite::Result<bool> {
        let plain = key.len() == 1 && self.other.is_empty() && key[0].affinity != Affinity::Text;
        if plain {
            match value_at(row, 0)? {
                Value::Null => return Ok(false),
                Value::Integer(number) => {
                    self.integers.push(number);
                    return Ok(true);
                }
                Value::Real(number) if as_integer(number).is_some() => {
                    self.integers.extend(as_integer(number));
                    return Ok(true);
                }
                _ => self.integers_to_other(),
            }
        }
        let mut bytes = Vec::new();
        for (column, key) in plan.key.iter().enumerate() {
            let value = value_at(row, column)?;
            if value == Value::Null {
                return Ok(false);
            }
            push_comparable(value, key.affinity, key.collation, &mut bytes);
        }
        self.bytes += bytes.len() + 48;
        self.other.push(bytes);
        Ok(true)
    }

    fn integers_to_other(&mut self) {
        for number in std::mem::take(&mut self.integers) {
            let mut bytes = Vec::new();
            push_comparable(
                Value::Integer(number),
                Affinity::Blob,
                crate::source::Collation::Binary,
                &mut bytes,
            );
            self.bytes += bytes.len() + 48;
            self.other.push(bytes);
        }
    }

    /// The best index for the keys; a row whose key others have, too, goes to the bad ones.
    fn into_index(self, bad: &mut HashMap<u32, Bad>) -> Index {
        let mut repeated = |row: u32| {
            bad.insert(row, Bad { error: None, also: Vec::new(), record: None });
        };
        if !self.other.is_empty() {
            let mut rows = HashMap::with_capacity(self.other.len());
            for (row, key) in self.other.into_iter().enumerate() {
                if rows.insert(key, position(row)).is_some() {
                    repeated(position(row));
                }
            }
            return Index::Other(rows);
        }
        for (row, pair) in self.integers.windows(2).enumerate() {
            if pair[0] == pair[1] {
                repeated(position(row + 1));
            }
        }
        let (first, last) = (
            self.integers.first().copied().unwrap_or(0),
            self.integers.last().copied().unwrap_or(0),
        );
        let span = last.checked_sub(first).and_then(|s| usize::try_from(s).ok());
        match span {
            Some(span) if span < self.integers.len() * 4 + 1024 => {
                let mut rows = vec![0; span + 1];
                for (row, key) in self.integers.iter().enumerate() {
                    let place = usize::try_from(key - first).expect("keys are read in order");
                    rows[place] = position(row) + 1;
                }
                Index::Dense { first, rows }
            }
            _ => Index::Integers(
                self.integers.iter().enumerate().map(|(row, &key)| (key, position(row))).collect(),
            ),
        }
    }
}

fn position(number: usize) -> u32 {
    u32::try_from(number).expect("a kept table is far smaller than 4 GiB")
}
