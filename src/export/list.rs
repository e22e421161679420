//! Cursors of one-to-many relations, merged with the main rows by the main key: never a query a row. Knows no JSON.

use std::cmp::Ordering;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::{Connection, Row, Rows, params_from_iter};

use super::group::{GROUP_BYTES_MAX, GROUP_BYTES_MAX_COSTLY, Group};
use super::row::{RowBuffer, RowRef};
use super::whole::Whole;
use super::worker::has_step;
use crate::encode::Value;
use crate::error::{Error, Result};
use crate::plan::{Cursor, List};
use crate::source::{Encoding, Values, at_run, compare, value_at};

/// An open cursor of a list.
pub(super) struct Merged<'p, 's> {
    pub(super) plan: &'p List,
    pub(super) rows: Rows<'s>,
    pub(super) columns: usize,
    encoding: Encoding,
    connection: &'s Connection,
    /// The cursor leaves out the columns that only messages need.
    pub(super) is_lean: bool,
    /// Key of the row under the cursor.
    key: Position,
    /// Memory for keys that are no single integer.
    values: Values,
    /// Memory for the columns of a row.
    pub(super) buffer: RowBuffer,
    /// The rows of the current document, where they belong to rows of an enclosing list.
    pub(super) group: Group,
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

impl<'p, 's> Merged<'p, 's> {
    pub(super) fn new(
        plan: &'p List,
        rows: Rows<'s>,
        columns: usize,
        encoding: Encoding,
        connection: &'s Connection,
    ) -> Result<Self> {
        let mut merged = Merged {
            plan,
            rows,
            columns,
            encoding,
            connection,
            is_lean: false,
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
        let number = usize::try_from(number).ok().filter(|_| self.is_lean)?;
        Some(Whole { list: self.plan, connection: self.connection, number })
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

    /// Copies the rows of document number `document` out of the cursor, once; too many are left to [`Merged::ask`].
    pub(super) fn load(&mut self, document: u64, main: &Values) -> Result<()> {
        if self.group.is_of(document) {
            return Ok(());
        }
        self.group.begin(document, main);
        let mut bytes_max = GROUP_BYTES_MAX;
        while self.find(main)? {
            let Some(row) = self.rows.get() else { break };
            let path = &self.plan.path;
            let copied = self.group.push(row, self.columns, path, bytes_max);
            if copied.map_err(|e| at_run(&self.plan.cursor.what, e))? {
                self.advance()?;
            } else if bytes_max == GROUP_BYTES_MAX && self.is_costly_to_ask()? {
                bytes_max = GROUP_BYTES_MAX_COSTLY;
            } else {
                self.group.give_up();
                break;
            }
        }
        self.group.end();
        Ok(())
    }

    /// Whether SQLite would read, rank or index a whole table each time that it is asked for some rows of a document.
    fn is_costly_to_ask(&self) -> Result<bool> {
        let sql = self.plan.cursor.sql_of_path(&self.plan.path);
        let steps = ["SCAN", "AUTOMATIC", "MATERIALIZE", "CO-ROUTINE"];
        has_step(self.connection, &sql, &steps).map_err(|e| at_run(&self.plan.cursor.what, e))
    }

    /// The rows of the document with the key `main` that may belong to `outer`, a row of the enclosing list. This is for
    /// documents of which most rows are not wanted, or that are too long anyway.
    #[cold]
    pub(super) fn ask<E: From<Error>>(
        &self,
        main: &Values,
        outer: RowRef<'_>,
        mut act: impl FnMut(&Row<'_>) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        let fail = |e| E::from(at_run(&self.plan.cursor.what, e));
        let sql = self.plan.cursor.sql_of_path(&self.plan.path);
        let mut statement = self.connection.prepare_cached(&sql).map_err(fail)?;
        let path = self.plan.outer.iter().map(|&column| outer.get(column));
        let mut rows = statement.query(params_from_iter(main.iter().chain(path))).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            if !act(row)? {
                break;
            }
        }
        Ok(())
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

/// Whether `next` comes after `last` in the order of the cursor; anything else means that the file is damaged. So do equal
/// keys where SQLite keeps them `unique`, but for NULLs, of which it takes any number.
pub(super) fn check_order(
    cursor: &Cursor,
    last: &Values,
    next: &Values,
    encoding: Encoding,
    unique: bool,
) -> Result<()> {
    let mut repeats = unique;
    let mut fault = None;
    for (position, column) in cursor.key.iter().enumerate() {
        let value = next.get(position);
        match compare(last.get(position), value, column.collation, encoding) {
            Ordering::Less => return Ok(()),
            Ordering::Equal => repeats &= value != Value::Null,
            Ordering::Greater => {
                fault = Some("are out of order");
                break;
            }
        }
    }
    match fault.or(repeats.then_some("repeat a key that is unique")) {
        None => Ok(()),
        Some(fault) => {
            let texts = next.iter().any(|value| matches!(value, Value::Text(_)));
            let why = if texts && encoding != Encoding::Utf8 {
                "; SQLite reads a key with half a surrogate pair as another text than the one it is ordered by: mend such keys, or \
                 leave their rows out with `where`; where there are none, the database is damaged, and `PRAGMA integrity_check` tells more"
            } else {
                ", so the database is damaged; `PRAGMA integrity_check` tells more"
            };
            Err(Error::environment(format!("the rows of {} {fault}{why}", cursor.what)))
        }
    }
}
