//! Rows on their way into a table, many a statement. Knows no campus.
//!
//! Each statement on a table with `AUTOINCREMENT` looks for the table in `sqlite_sequence` and writes it back, which takes
//! longer than the row.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Statement, params_from_iter};

/// Rows of a full statement: beyond this nothing gets faster.
const ROWS: usize = 128;

/// A value that lives as long as the program.
pub(super) type Cell = ToSqlOutput<'static>;

/// Rows that wait until there are enough for a statement.
pub(super) struct Batch<'c> {
    connection: &'c Connection,
    /// `table (column, …)`.
    target: &'static str,
    columns: usize,
    full: Statement<'c>,
    cells: Vec<Cell>,
}

impl<'c> Batch<'c> {
    pub(super) fn into(
        connection: &'c Connection,
        target: &'static str,
        columns: usize,
    ) -> rusqlite::Result<Batch<'c>> {
        let full = connection.prepare(&insert(target, columns, ROWS))?;
        let cells = Vec::with_capacity(columns * ROWS);
        Ok(Batch { connection, target, columns, full, cells })
    }

    /// Adds a row of as many cells as the table has columns here.
    pub(super) fn push<const N: usize>(&mut self, row: [Cell; N]) -> rusqlite::Result<()> {
        debug_assert_eq!(N, self.columns, "{}", self.target);
        self.cells.extend(row);
        if self.cells.len() == self.columns * ROWS {
            self.full.execute(params_from_iter(&self.cells))?;
            self.cells.clear();
        }
        Ok(())
    }

    /// Adds the rows that still wait.
    pub(super) fn finish(self) -> rusqlite::Result<()> {
        if self.cells.is_empty() {
            return Ok(());
        }
        let rows = self.cells.len() / self.columns;
        let sql = insert(self.target, self.columns, rows);
        self.connection.execute(&sql, params_from_iter(&self.cells)).map(drop)
    }
}

fn insert(target: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("INSERT INTO {target} VALUES {}", vec![row; rows].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_arrives_once_and_in_order_whatever_their_number() {
        for count in [0, 1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS] {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch("CREATE TABLE t (a, b)").unwrap();
            let mut batch = Batch::into(&connection, "t (a, b)", 2).unwrap();
            for number in 0..count as i64 {
                batch.push([Cell::from(number), Cell::from(-number)]).unwrap();
            }
            batch.finish().unwrap();
            let mut statement = connection.prepare("SELECT a, b FROM t ORDER BY rowid").unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            let rows: Vec<(i64, i64)> = rows.map(|row| row.unwrap()).collect();
            let wanted: Vec<(i64, i64)> = (0..count as i64).map(|n| (n, -n)).collect();
            assert_eq!(rows, wanted);
        }
    }
}
