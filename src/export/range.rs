//! Cuts the main rows into chunks of neighbouring keys that threads take in turn. What is cut where never shows in the
//! output. Knows no JSON and no file.

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::encode::Value;
use crate::error::Result;
use crate::plan::{Probes, Rows, Split};
use crate::source::{Values, at_run};

/// Bytes of output that a chunk should give: less makes threads wait for the lock, more makes them wait for their turn.
const CHUNK_BYTES: u64 = 1 << 20;
/// Documents of the first chunks, while nothing is known of their size.
const CHUNK_DOCUMENTS_FIRST: u64 = 512;
/// Documents of a chunk, at most, unless each costs more than they do.
const CHUNK_DOCUMENTS_MAX: u64 = 16 << 10;

/// A stretch of main rows: from `lower` (with it) to `upper` (without it), each where there is one.
pub(super) struct Chunk {
    pub(super) number: u64,
    pub(super) lower: Option<Values>,
    pub(super) upper: Option<Values>,
}

/// Hands out chunks in document order.
pub(super) struct Ranges<'p> {
    split: &'p Split,
    what: &'p str,
    next: u64,
    lower: Option<Values>,
    done: bool,
    documents: u64,
    bytes: u64,
    documents_min: u64,
    /// Keys are far apart, so that ranges of numbers would be nearly empty.
    sparse: bool,
}

impl<'p> Ranges<'p> {
    /// `one` asks for a single chunk of all rows, `documents_min` for so many documents in each but the last.
    pub(super) fn new(rows: &'p Rows, one: bool, documents_min: u64) -> Ranges<'p> {
        let split = if one { &Split::None(None) } else { &rows.split };
        Ranges {
            split,
            what: &rows.cursor.what,
            next: 0,
            lower: None,
            done: false,
            documents: 0,
            bytes: 0,
            documents_min,
            // A range of numbers holds no known number of documents.
            sparse: documents_min > 0,
        }
    }

    /// Whether rows with a null in their key forbid ranges, for those would be in none of them; or several with one key.
    pub(super) fn has_unfit_keys(rows: &Rows, connection: &Connection) -> Result<bool> {
        match &rows.split {
            Split::Values(Probes { unfit: Some(sql), .. })
            | Split::None(Some(Probes { unfit: Some(sql), .. })) => connection
                .query_row(sql, [], |row| row.get(0))
                .map_err(|e| at_run(&rows.cursor.what, e)),
            _ => Ok(false),
        }
    }

    /// The next chunk; `None` where all rows are given out.
    pub(super) fn next(&mut self, connection: &Connection) -> Result<Option<Chunk>> {
        if self.done {
            return Ok(None);
        }
        let upper = match self.split {
            Split::None(_) => None,
            Split::Integer { probe } => self.next_integer(probe, connection)?,
            Split::Values(probes) => self.next_values(probes, connection)?,
        };
        let lower = std::mem::replace(&mut self.lower, upper.clone());
        self.done = upper.is_none();
        let number = self.next;
        self.next += 1;
        Ok(Some(Chunk { number, lower, upper }))
    }

    /// What a finished chunk held, so that later ones get a good size.
    pub(super) fn learn(&mut self, documents: u64, bytes: u64) {
        self.documents += documents;
        self.bytes += bytes;
        if documents < 64 && !self.done {
            self.sparse = true;
        }
    }

    fn documents_wanted(&self) -> u64 {
        if self.documents == 0 {
            return CHUNK_DOCUMENTS_FIRST.max(self.documents_min);
        }
        let each = (self.bytes / self.documents).max(1);
        (CHUNK_BYTES / each).clamp(16, CHUNK_DOCUMENTS_MAX).max(self.documents_min)
    }

    fn next_integer(&mut self, probe: &str, connection: &Connection) -> Result<Option<Values>> {
        let wanted = self.documents_wanted();
        let ask = |from: i64, offset: u64| -> Result<Option<i64>> {
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            connection
                .prepare_cached(probe)
                .and_then(|mut s| s.query_row([from, offset], |row| row.get(0)).optional())
                .map_err(|e| at_run(self.what, e))
        };
        let lower = match &self.lower {
            Some(values) => match values.get(0) {
                Value::Integer(number) => number,
                _ => i64::MIN,
            },
            None => match ask(i64::MIN, 0)? {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let found = if self.sparse {
            ask(lower, wanted)?
        } else {
            let step = i64::try_from(2 * wanted).unwrap_or(i64::MAX);
            match lower.checked_add(step) {
                Some(upper) => ask(upper, 0)?,
                None => None,
            }
        };
        Ok(found.map(|number| {
            let mut values = Values::default();
            values.push(Value::Integer(number));
            values
        }))
    }

    fn next_values(&mut self, probes: &Probes, connection: &Connection) -> Result<Option<Values>> {
        let offset = Value::Integer(i64::try_from(self.documents_wanted()).unwrap_or(i64::MAX));
        let sql = if self.lower.is_some() { &probes.next } else { &probes.first };
        let bound = self.lower.iter().flat_map(Values::iter).chain([offset]);
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| {
                let columns = statement.column_count();
                statement
                    .query_row(params_from_iter(bound), |row| {
                        let mut values = Values::default();
                        values.push_row(row, columns)?;
                        Ok(values)
                    })
                    .optional()
            })
            .map_err(|e| at_run(self.what, e))
    }
}

/// The key `offset` rows behind `from` (or behind the first row), whatever the model's conditions say.
pub(super) fn key_behind(
    split: &Split,
    from: Option<&Values>,
    offset: u64,
    connection: &Connection,
) -> rusqlite::Result<Option<Values>> {
    let offset = Value::Integer(i64::try_from(offset).unwrap_or(i64::MAX));
    let (sql, first) = match (split, from) {
        (Split::None(None), _) => return Ok(None),
        (Split::Integer { probe }, Some(_)) => (probe, None),
        (Split::Integer { probe }, None) => (probe, Some(Value::Integer(i64::MIN))),
        (Split::Values(probes) | Split::None(Some(probes)), Some(_)) => (&probes.next, None),
        (Split::Values(probes) | Split::None(Some(probes)), None) => (&probes.first, None),
    };
    let bound = from.into_iter().flat_map(Values::iter).chain(first).chain([offset]);
    let mut statement = connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let found = statement.query_row(params_from_iter(bound), |row| {
        let mut values = Values::default();
        values.push_row(row, columns)?;
        Ok(values)
    });
    found.optional()
}
