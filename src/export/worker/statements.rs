//! The statements of a stretch of rows, with the bounds it has. Knows no record and no thread.

use rusqlite::{Connection, Statement};

use super::super::range::Chunk;
use crate::error::Result;
use crate::plan::{Cursor, IndexPlan, List, Rows};
use crate::source::{Values, at_run};

/// Statements of the main cursor and the lists, for ranges with and without bounds.
pub(super) struct Statements<'c> {
    pub(super) main: RangeStatement<'c>,
    pub(super) lists: Vec<RangeStatement<'c>>,
}

pub(super) struct RangeStatement<'c> {
    pub(super) statement: Statement<'c>,
    /// It has no upper bound, for we see the end ourselves, and SQLite need not compare every row with it. Only where rows
    /// come in order as they are read, and the next one is never far: else a row beyond the end may cost a long search.
    pub(super) is_open: bool,
    /// It leaves out the columns that only messages need.
    pub(super) is_lean: bool,
}

impl<'c> Statements<'c> {
    /// `tells_all`: every bad value is told, not just the first of a document, so that the columns for it are at hand.
    pub(super) fn prepare(
        plan: &IndexPlan,
        connection: &'c Connection,
        (lower, upper): (bool, bool),
        tells_all: bool,
    ) -> Result<Statements<'c>> {
        let prepare = |cursor: &Cursor| RangeStatement::prepare(cursor, connection, lower, upper);
        // A row of rows that are sorted first is not to be had again without sorting them all.
        let is_lean = |lean: &Cursor| {
            let sorted = is_sorted_first(connection, &lean.sql(lower, upper));
            sorted.map(|sorted| !sorted).map_err(|e| at_run(&lean.what, e))
        };
        let list = |list: &List| match &list.lean {
            Some(lean) if !tells_all && is_lean(lean)? => {
                Ok(RangeStatement { is_lean: true, ..prepare(lean)? })
            }
            _ => prepare(&list.cursor),
        };
        Self::made(plan, prepare, list)
    }

    /// Statements that read no row beyond their bounds.
    pub(super) fn closed(
        plan: &IndexPlan,
        connection: &'c Connection,
        upper: bool,
    ) -> Result<Statements<'c>> {
        let prepare = |cursor: &Cursor| {
            let statement = connection.prepare(&cursor.guarded_sql(upper));
            let statement = statement.map_err(|e| at_run(&cursor.what, e))?;
            Ok(RangeStatement { statement, is_open: false, is_lean: false })
        };
        Self::made(plan, prepare, |list| prepare(&list.cursor))
    }

    fn made(
        plan: &IndexPlan,
        main: impl Fn(&Cursor) -> Result<RangeStatement<'c>>,
        list: impl Fn(&List) -> Result<RangeStatement<'c>>,
    ) -> Result<Statements<'c>> {
        Ok(Statements {
            main: main(&plan.rows.cursor)?,
            lists: plan.rows.lists.iter().map(list).collect::<Result<_>>()?,
        })
    }
}

impl<'c> RangeStatement<'c> {
    fn prepare(
        cursor: &Cursor,
        connection: &'c Connection,
        lower: bool,
        upper: bool,
    ) -> Result<RangeStatement<'c>> {
        let fail = |e| at_run(&cursor.what, e);
        let open = cursor.sql(lower, false);
        let is_open =
            upper && cursor.is_dense && !is_sorted_first(connection, &open).map_err(fail)?;
        let sql = if is_open { open } else { cursor.sql(lower, upper) };
        let statement = connection.prepare(&sql).map_err(fail)?;
        Ok(RangeStatement { statement, is_open, is_lean: false })
    }

    pub(super) fn bind(&mut self, cursor: &Cursor, chunk: &Chunk) -> Result<()> {
        let upper = chunk.upper.iter().filter(|_| !self.is_open);
        let bounds = chunk.lower.iter().chain(upper).flat_map(Values::iter);
        for (position, value) in bounds.enumerate() {
            self.statement
                .raw_bind_parameter(position + 1, value)
                .map_err(|e| at_run(&cursor.what, e))?;
        }
        Ok(())
    }
}

/// Whether SQLite has to read all rows and sort them before it gives the first.
fn is_sorted_first(connection: &Connection, sql: &str) -> rusqlite::Result<bool> {
    has_step(connection, sql, &["TEMP B-TREE"])
}

/// Whether SQLite would do work on a whole related table for each range: build an index on it, or rank its rows. One range
/// does it once.
pub(in crate::export) fn begins_anew(rows: &Rows, connection: &Connection) -> Result<bool> {
    let cursors = std::iter::once(&rows.cursor).chain(rows.lists.iter().map(|list| &list.cursor));
    for cursor in cursors {
        let steps = ["AUTOMATIC", "MATERIALIZE", "CO-ROUTINE"];
        if has_step(connection, &cursor.sql(true, true), &steps)
            .map_err(|e| at_run(&cursor.what, e))?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a step of SQLite's plan for a query names one of these.
pub(in crate::export) fn has_step(
    connection: &Connection,
    sql: &str,
    names: &[&str],
) -> rusqlite::Result<bool> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut steps = plan.raw_query();
    while let Some(step) = steps.next()? {
        let detail = step.get_ref("detail")?.as_str()?;
        if names.iter().any(|name| detail.contains(name)) {
            return Ok(true);
        }
    }
    Ok(false)
}
