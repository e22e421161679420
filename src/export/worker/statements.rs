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

/// How many documents a range should have at least, where SQLite reads a whole table to find the rows of each range, as for
/// a list whose table has no index on the key that points at us; else 0. A row takes about an eighth of the time to be read
/// that it takes to be sorted and written, so that with `n` documents and `s` such rows `2 + 2n/s` ranges take at most a
/// quarter more time in all than one.
pub(in crate::export) fn documents_at_least(rows: &Rows, connection: &Connection) -> Result<u64> {
    let cursors = std::iter::once(&rows.cursor).chain(rows.lists.iter().map(|list| &list.cursor));
    let mut scanned: u64 = 0;
    for cursor in cursors {
        let is_scanned = scans(connection, &cursor.sql(true, true));
        if is_scanned.map_err(|e| at_run(&cursor.what, e))? {
            let counts = cursor.counts().map(|sql| count(connection, &sql));
            scanned = scanned.saturating_add(counts.max().unwrap_or(0));
        }
    }
    let Some(sql) = rows.cursor.counts().next().filter(|_| scanned > 0) else { return Ok(0) };
    let documents = count(connection, &sql);
    let (n, s) = (u128::from(documents), u128::from(scanned));
    Ok(u64::try_from(n * s / (2 * s + 2 * n)).unwrap_or(u64::MAX) + 1)
}

/// None where it cannot be told: who reads the rows tells why.
fn count(connection: &Connection, sql: &str) -> u64 {
    let count = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    count.map_or(0, i64::unsigned_abs)
}

/// Whether a query reads a whole table, and once: not for each row of another. So does a search by another column than the
/// key, which shows in that all rows are sorted, and not those of one key alone.
fn scans(connection: &Connection, sql: &str) -> rusqlite::Result<bool> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut steps = plan.raw_query();
    while let Some(step) = steps.next()? {
        let is_outermost = step.get::<_, i64>("parent")? == 0;
        let detail = step.get_ref("detail")?.as_str()?;
        let is_whole = detail.starts_with("SCAN ") || detail == "USE TEMP B-TREE FOR ORDER BY";
        if is_outermost && is_whole {
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::export::Op;
    use crate::export::range::Ranges;
    use crate::model::Model;
    use crate::plan::{Choice, plan};
    use crate::source::Catalog;

    const TABLES: &str = "
        CREATE TABLE main (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
        CREATE TABLE bare (id INTEGER PRIMARY KEY, main_id INTEGER REFERENCES main);
        CREATE VIEW seen AS SELECT * FROM bare WHERE id > 0;
        CREATE TABLE fast (id INTEGER PRIMARY KEY, main_id INTEGER REFERENCES main);
        CREATE INDEX fast_main ON fast (main_id);
        CREATE TABLE topic (id INTEGER PRIMARY KEY);
        CREATE TABLE link (main_name TEXT REFERENCES main (name), topic_id INTEGER REFERENCES topic);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO main SELECT i, 'n' || i FROM n;
        INSERT INTO bare SELECT id, id % 100 + 1 FROM main;
        INSERT INTO bare SELECT id + 20000, id % 100 + 1 FROM main;
        INSERT INTO fast SELECT * FROM bare;
        INSERT INTO topic VALUES (1);
        INSERT INTO link VALUES ('n1', 1);";

    /// How many ranges there are, each of 10 bytes a document.
    fn ranges(connection: &Connection, id: &str, many: &str) -> usize {
        let fields = format!("\"list\": {{ \"many\": {{ {many}, \"value\": \"{{id}}\" }} }}");
        let text = format!(
            r#"{{ "indices": {{ "i": {{ "table": "main", "id": "{id}", "fields": {{ {fields} }},
                 "mapping": {{ "properties": {{ "list": {{ "type": "long" }} }} }} }} }} }}"#
        );
        let model = Model::from_json(&text, "m", None).unwrap();
        let catalog = Catalog::read(connection).unwrap();
        let choice = Choice { indices: &[], target: None, op: Op::Create, keeps: true };
        let plan = plan(&model, &catalog, &choice, &HashSet::new()).unwrap();
        let rows = &plan.indices[0].rows;
        let documents_min = documents_at_least(rows, connection).unwrap();
        let mut ranges = Ranges::new(rows, false, documents_min);
        let mut count = 0;
        while ranges.next(connection).unwrap().is_some() {
            count += 1;
        }
        count
    }

    #[test]
    fn a_table_that_is_read_whole_for_each_range_makes_few_of_them() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        let topics = r#""table": "topic", "through": "link""#;
        for (id, many, least, most) in [
            ("id", r#""table": "bare""#, 3, 4),
            ("id", r#""table": "bare", "order_by": "id DESC""#, 3, 4),
            ("name", r#""table": "bare""#, 3, 4),
            ("id", r#""table": "seen", "parent": "main_id""#, 3, 4),
            ("id", r#""table": "bare", "where": "id > 0""#, 3, 4),
            ("id", r#""table": "fast", "where": "id > 0""#, 15, 45),
            ("id", r#""table": "fast", "order_by": "id % 7""#, 15, 45),
            ("id", r#""table": "fast""#, 15, 45),
            ("name", topics, 15, 45),
        ] {
            let count = ranges(&connection, id, many);
            assert!((least..=most).contains(&count), "{id}, {many}: {count} ranges");
        }
        connection.execute_batch("INSERT INTO link SELECT name, 1 FROM main").unwrap();
        let count = ranges(&connection, "name", topics);
        assert!((4..=6).contains(&count), "{count} ranges");
    }
}
