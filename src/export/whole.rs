//! The columns of a list's row that only messages name: the cursor leaves them out, and they are read when there is
//! something to tell. All of this is cold.

use rusqlite::{Connection, params_from_iter};

use crate::error::Result;
use crate::plan::List;
use crate::source::{Values, at_run};

/// Where the whole of a row is to be had.
#[derive(Clone, Copy)]
pub(super) struct Whole<'r> {
    pub(super) list: &'r List,
    pub(super) connection: &'r Connection,
    /// Rows of the same document before it.
    pub(super) number: usize,
}

impl Whole<'_> {
    /// All columns of the row, which belongs to the document with the key `main`.
    #[cold]
    pub(super) fn read(self, main: &Values) -> Result<Values> {
        let cursor = &self.list.cursor;
        let read = || -> rusqlite::Result<Values> {
            let mut statement = self.connection.prepare_cached(&cursor.sql(true, false))?;
            let columns = statement.column_count();
            let mut rows = statement.query(params_from_iter(main.iter()))?;
            let mut values = Values::default();
            for _ in 0..self.number {
                rows.next()?;
            }
            if let Some(row) = rows.next()? {
                values.push_row(row, columns)?;
            }
            Ok(values)
        };
        read().map_err(|e| at_run(&cursor.what, e))
    }
}
