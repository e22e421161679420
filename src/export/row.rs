//! The columns of one row, each read once. Knows no node and no JSON.

use super::whole::Whole;
use crate::encode::Value;
use crate::error::Result;
use crate::source::{Values, at_run, value_at};

/// Columns of rows that are read onto the stack.
const NARROW: usize = 4;
const WIDE: usize = 12;

/// A row whose columns nodes name by position.
#[derive(Clone, Copy)]
pub(super) struct RowRef<'r> {
    /// By position; null where the column is only for messages.
    values: &'r [Value<'r>],
    /// The row itself, where it is still under the cursor.
    live: Option<&'r rusqlite::Row<'r>>,
    /// Where the cursor leaves out what is only for messages.
    whole: Option<Whole<'r>>,
}

impl<'r> RowRef<'r> {
    /// A row whose columns are all in `values`.
    pub(super) fn copied(values: &'r [Value<'r>]) -> RowRef<'r> {
        RowRef { values, live: None, whole: None }
    }

    /// The same row, of which the cursor may give only what is written.
    pub(super) fn with_whole(self, whole: Option<Whole<'r>>) -> RowRef<'r> {
        RowRef { whole, ..self }
    }

    /// The whole row, of the document with the key `main`, where the cursor gives less.
    pub(super) fn whole(self, main: &Values) -> Result<Option<Values>> {
        self.whole.map(|whole| whole.read(main)).transpose()
    }

    pub(super) fn get(self, column: usize) -> Value<'r> {
        self.values[column]
    }

    /// Any column, also one that is only for messages.
    pub(super) fn get_any(self, column: usize) -> Result<Value<'r>> {
        match self.live {
            Some(row) => value_at(row, column).map_err(|e| at_run("a row", e)),
            None => Ok(self.values[column]),
        }
    }
}

/// Memory for the columns of a row, used again for the next.
#[derive(Default)]
pub(super) struct RowBuffer(Vec<Value<'static>>);

impl RowBuffer {
    /// Reads the columns in `used` of a row with `width` columns, and shows them to `act`.
    pub(super) fn read<T, E: From<rusqlite::Error>>(
        &mut self,
        row: &rusqlite::Row<'_>,
        used: &[usize],
        act: impl FnOnce(RowRef<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let width = used.last().map_or(0, |last| last + 1);
        if width <= NARROW {
            return on_stack::<NARROW, T, E>(row, used, act);
        }
        if width <= WIDE {
            return on_stack::<WIDE, T, E>(row, used, act);
        }
        let mut values = recycled(std::mem::take(&mut self.0));
        values.resize(width, Value::Null);
        for &column in used {
            values[column] = value_at(row, column)?;
        }
        let result = act(RowRef { values: &values, live: Some(row), whole: None });
        self.0 = recycled(values);
        result
    }
}

/// Reads a row with at most `WIDTH` columns; the compiler writes one for each width.
fn on_stack<const WIDTH: usize, T, E: From<rusqlite::Error>>(
    row: &rusqlite::Row<'_>,
    used: &[usize],
    act: impl FnOnce(RowRef<'_>) -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    let mut values = [Value::Null; WIDTH];
    for &column in used {
        values[column] = value_at(row, column)?;
    }
    act(RowRef { values: &values, live: Some(row), whole: None })
}

/// The memory of an emptied list, for values that live otherwise long: collecting an empty list into one of the same layout
/// keeps its allocation.
fn recycled<'b>(mut values: Vec<Value<'_>>) -> Vec<Value<'b>> {
    values.clear();
    values.into_iter().map(|_| Value::Null).collect()
}
