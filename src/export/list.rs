//! Cursors of one-to-many relations, merged with the main rows by the main key: never a query a row. Knows no JSON.

use std::cmp::Ordering;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::{Connection, Rows};

use super::row::RowBuffer;
use super::whole::Whole;
use crate::encode::Value;
use crate::error::{Error, Result};
use crate::plan::{Cursor, List};
use crate::source::{Affinity, Collation};
use crate::source::{Encoding, Values, at_run, compare, push_comparable, value_at};

/// An open cursor of a list.
pub(super) struct Merged<'p, 's> {
    pub(super) plan: &'p List,
    pub(super) rows: Rows<'s>,
    columns: usize,
    encoding: Encoding,
    /// Where the columns are to be had that the cursor leaves out.
    pub(super) connection: Option<&'s Connection>,
    /// Key of the row under the cursor.
    key: Position,
    /// Memory for keys that are no single integer.
    values: Values,
    /// Memory for the columns of a row.
    pub(super) buffer: RowBuffer,
    /// The rows of the current document, where they belong to rows of an enclosing list.
    group: Group,
}

/// What is known of the key of the row under the cursor.
#[derive(Clone, Copy)]
enum Position {
    /// There is no row any more.
    End,
    /// One integer: the common case, without any memory.
    Integer(i64),
    /// In `values`.
    Values,
}

/// Rows of one document by the row of the enclosing list that they belong to.
#[derive(Default)]
pub(super) struct Group {
    /// The document that the rows are of.
    document: u64,
    rows: Vec<Values>,
    used: usize,
    /// Path and row, in the order of the cursor within a path.
    index: Vec<(Vec<u8>, usize)>,
}

impl<'p, 's> Merged<'p, 's> {
    pub(super) fn new(
        plan: &'p List,
        rows: Rows<'s>,
        columns: usize,
        encoding: Encoding,
    ) -> Result<Self> {
        let mut merged = Merged {
            plan,
            rows,
            columns,
            encoding,
            connection: None,
            key: Position::End,
            values: Values::default(),
            buffer: RowBuffer::default(),
            group: Group::default(),
        };
        merged.advance()?;
        Ok(merged)
    }

    /// Moves to the next row of the document with the key `main`; `false` where there is none (any more).
    #[inline]
    pub(super) fn find(&mut self, main: &Values) -> Result<bool> {
        match (self.key, main.get(0)) {
            (Position::End, _) => Ok(false),
            // The row under the cursor nearly always belongs to this document or to the next.
            (Position::Integer(number), Value::Integer(main)) if number >= main => {
                Ok(number == main)
            }
            _ => self.find_onward(main),
        }
    }

    fn find_onward(&mut self, main: &Values) -> Result<bool> {
        loop {
            let order = match (self.key, main.get(0)) {
                (Position::End, _) => return Ok(false),
                (Position::Integer(number), Value::Integer(main)) => number.cmp(&main),
                (Position::Integer(number), other) => {
                    let column = &self.plan.cursor.key[0];
                    compare(Value::Integer(number), other, column.collation, self.encoding)
                }
                (Position::Values, _) => {
                    compare_keys(&self.values, &self.plan.cursor, main, self.encoding)
                }
            };
            match order {
                Ordering::Equal => return Ok(true),
                Ordering::Greater => return Ok(false),
                // Rows of a document that is not exported, or of none at all.
                Ordering::Less => self.advance()?,
            }
        }
    }

    /// Where the whole of the row under the cursor is to be had, the one behind `number` others of its document.
    pub(super) fn whole(&self, number: u64) -> Option<Whole<'_>> {
        let connection = self.connection?;
        Some(Whole { list: self.plan, connection, number: usize::try_from(number).ok()? })
    }

    /// Leaves the current row.
    pub(super) fn advance(&mut self) -> Result<()> {
        let fail = |e| at_run(&self.plan.cursor.what, e);
        self.rows.advance().map_err(fail)?;
        let Some(row) = self.rows.get() else {
            self.key = Position::End;
            return Ok(());
        };
        let width = self.plan.cursor.key.len();
        if width == 1
            && let Value::Integer(number) = value_at(row, 0).map_err(fail)?
        {
            self.key = Position::Integer(number);
            return Ok(());
        }
        self.key = Position::Values;
        self.values.clear();
        self.values.push_row(row, width).map_err(fail)
    }

    /// Copies the rows of document number `document` out of the cursor, once.
    pub(super) fn load(&mut self, document: u64, main: &Values) -> Result<()> {
        if self.group.document == document {
            return Ok(());
        }
        self.group.document = document;
        self.group.used = 0;
        self.group.index.clear();
        while self.find(main)? {
            let Some(row) = self.rows.get() else { break };
            let mut path = Vec::new();
            for &column in &self.plan.path {
                let value = value_at(row, column).map_err(|e| at_run(&self.plan.cursor.what, e))?;
                push_comparable(value, Affinity::Blob, Collation::Binary, &mut path);
            }
            if self.group.used == self.group.rows.len() {
                self.group.rows.push(Values::default());
            }
            let copy = &mut self.group.rows[self.group.used];
            copy.clear();
            copy.push_row(row, self.columns).map_err(|e| at_run(&self.plan.cursor.what, e))?;
            self.group.index.push((path, self.group.used));
            self.group.used += 1;
            self.advance()?;
        }
        self.group.index.sort();
        Ok(())
    }

    /// The loaded rows that belong to the row with that path.
    pub(super) fn rows_of(&self, path: &[u8]) -> impl Iterator<Item = &Values> {
        let start = self.group.index.partition_point(|(p, _)| p.as_slice() < path);
        self.group.index[start..]
            .iter()
            .take_while(move |(p, _)| p.as_slice() == path)
            .map(|(_, row)| &self.group.rows[*row])
    }
}

/// The key of a row against the main key, or against the end of a range.
pub(super) fn compare_keys(
    key: &Values,
    cursor: &Cursor,
    main: &Values,
    encoding: Encoding,
) -> Ordering {
    for (position, column) in cursor.key.iter().enumerate() {
        let order = compare(key.get(position), main.get(position), column.collation, encoding);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Whether `next` comes after `last` in the order of the cursor; anything else means that the file is damaged.
pub(super) fn check_order(
    cursor: &Cursor,
    last: &Values,
    next: &Values,
    encoding: Encoding,
) -> Result<()> {
    for (position, column) in cursor.key.iter().enumerate() {
        match compare(last.get(position), next.get(position), column.collation, encoding) {
            Ordering::Less => return Ok(()),
            Ordering::Equal => {}
            Ordering::Greater => {
                return Err(Error::environment(format!(
                    "the rows of {} are out of order, so the database is damaged; `PRAGMA integrity_check` tells more",
                    cursor.what
                )));
            }
        }
    }
    Ok(())
}
