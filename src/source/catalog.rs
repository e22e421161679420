//! What the plan may ask of a database: its schema, the columns of a query, whether SQLite takes a piece of SQL, and how
//! many rows a table has at most. Knows no model and no engine.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::Connection;

use super::schema::{Collation, Schema, Table, TableKind, quoted};

/// A schema with a connection to ask.
pub(crate) struct Catalog<'a> {
    connection: &'a Connection,
    pub(crate) schema: Schema,
    counts: RefCell<HashMap<String, u64>>,
}

impl<'a> Catalog<'a> {
    pub(crate) fn read(connection: &'a Connection) -> rusqlite::Result<Catalog<'a>> {
        Ok(Catalog { connection, schema: Schema::read(connection)?, counts: RefCell::default() })
    }

    /// The names of the columns that `sql` gives, or SQLite's words where it refuses, or where `sql` would write.
    pub(crate) fn columns(&self, sql: &str) -> Result<Vec<String>, String> {
        let statement = self.connection.prepare(sql).map_err(|e| words(&e))?;
        if !statement.readonly() {
            return Err("the statement would write".to_string());
        }
        if statement.parameter_count() > 0 {
            return Err("there are parameters (`?`, `:name`), and nothing gives them values; write the values themselves".to_string());
        }
        if statement.column_count() == 0 {
            return Err("the statement gives no rows".to_string());
        }
        Ok(statement.column_names().map(str::to_string).collect())
    }

    /// The table and the column that each column of `sql` is, views and all; `None` where it is computed.
    pub(crate) fn origins(&self, sql: &str) -> Vec<Option<(String, String)>> {
        let Ok(statement) = self.connection.prepare(sql) else { return Vec::new() };
        let origin = |column: rusqlite::ColumnMetadata<'_>| {
            Some((column.table_name()?.to_string(), column.origin_name()?.to_string()))
        };
        statement.columns_with_metadata().map(origin).collect()
    }

    /// The collation by which SQLite compares a column of a view or a query: that of the column it shows, or what its
    /// expression says. Nothing tells it, but it goes over to a text that stands in the same column.
    pub(crate) fn collation(&self, table: &Table, column: &str) -> Collation {
        if table.column(column).is_none() {
            return Collation::Binary;
        }
        let (column, from) = (
            quoted(column),
            match table.kind {
                TableKind::Query => format!("({}\n)", table.name),
                _ => quoted(&table.name).into_owned(),
            },
        );
        let sql = format!(
            "SELECT x = 'A ', x = 'a' FROM (SELECT x FROM (SELECT {column} AS x FROM {from} LIMIT 0) UNION ALL SELECT 'a ')"
        );
        match self.connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))) {
            Ok((true, _)) => Collation::NoCase,
            Ok((_, true)) => Collation::RTrim,
            _ => Collation::Binary,
        }
    }

    /// The functions that `sql` calls, views and all, as SQLite's own program for it names them; none where it has none.
    pub(crate) fn functions(&self, sql: &str) -> Vec<String> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut program = self.connection.prepare(&format!("EXPLAIN {sql}"))?;
            let mut steps = program.raw_query();
            let mut names = Vec::new();
            while let Some(step) = steps.next()? {
                let opcode: String = step.get("opcode")?;
                let operand: Option<String> = step.get("p4")?;
                if matches!(opcode.as_str(), "Function" | "PureFunc")
                    && let Some((name, _)) = operand.unwrap_or_default().split_once('(')
                {
                    names.push(name.to_ascii_lowercase());
                }
            }
            names.sort();
            names.dedup();
            Ok(names)
        };
        read().unwrap_or_default()
    }

    /// The number of rows of `table`, or `limit` where there are at least so many.
    pub(crate) fn rows_at_most(&self, table: &Table, limit: u64) -> u64 {
        if table.kind == TableKind::Query || table.kind == TableKind::View {
            return limit;
        }
        if let Some(&count) = self.counts.borrow().get(&table.name) {
            return count.min(limit);
        }
        let sql =
            format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {limit})", quoted(&table.name));
        let count =
            self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap_or(i64::MAX);
        let count = u64::try_from(count).unwrap_or(limit);
        self.counts.borrow_mut().insert(table.name.clone(), count);
        count
    }
}

/// SQLite's message without the statement around it.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::MultipleStatement => "more than one statement".to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_where_they_come_from() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "CREATE TABLE t (a INTEGER PRIMARY KEY, b); CREATE VIEW v AS SELECT b AS a, a AS c, a + 1 AS d FROM t;
                   CREATE VIEW w AS SELECT c AS e, a, d FROM v";
        connection.execute_batch(sql).unwrap();
        let catalog = Catalog::read(&connection).unwrap();
        let of = |table: &str, column: &str| Some((table.to_string(), column.to_string()));
        assert_eq!(catalog.origins("SELECT * FROM w"), [of("t", "a"), of("t", "b"), None]);
        assert!(catalog.origins("no statement").is_empty());
    }

    #[test]
    fn a_view_compares_a_column_as_what_it_shows_is_compared() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "CREATE TABLE t (a COLLATE NOCASE, r TEXT COLLATE RTRIM, n INT, b TEXT);
            CREATE VIEW v AS SELECT a, r, n, b, lower(a) AS l, b COLLATE NOCASE AS c, cast(r AS TEXT) AS d FROM t;
            CREATE VIEW u AS SELECT b AS x, a AS y FROM t UNION SELECT a, b FROM t;
            CREATE VIEW w AS SELECT DISTINCT a AS x, max(r) OVER () AS y FROM v ORDER BY 2;
            INSERT INTO t VALUES ('x', 'y', 1, 'z');";
        connection.execute_batch(sql).unwrap();
        let catalog = Catalog::read(&connection).unwrap();
        use Collation::{Binary, NoCase, RTrim};
        for (table, wanted) in [
            ("t", &[NoCase, RTrim, Binary, Binary][..]),
            ("v", &[NoCase, RTrim, Binary, Binary, Binary, NoCase, RTrim]),
            ("u", &[Binary, NoCase]),
            ("w", &[NoCase, Binary]),
        ] {
            let table = catalog.schema.table(table).unwrap();
            let of = |column: &super::super::schema::Column| catalog.collation(table, &column.name);
            assert_eq!(table.columns.iter().map(of).collect::<Vec<_>>(), wanted, "{}", table.name);
        }
        let mut query = Table::empty("SELECT a FROM t -- all".to_string(), TableKind::Query);
        query.columns.push(super::super::schema::Column::untyped("a".to_string()));
        assert_eq!(catalog.collation(&query, "A"), NoCase);
        assert_eq!(catalog.collation(&query, "rowid"), Binary);
    }

    #[test]
    fn functions_are_known_by_name_wherever_they_are_called() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "CREATE TABLE t (a); CREATE VIEW v AS SELECT random() AS r, a FROM t";
        connection.execute_batch(sql).unwrap();
        let catalog = Catalog::read(&connection).unwrap();
        let sql = "SELECT r, CURRENT_TIMESTAMP, Date('now') FROM v WHERE abs(a) > 1";
        let wanted = ["abs", "current_timestamp", "date", "random"];
        assert_eq!(catalog.functions(sql), wanted);
        assert!(catalog.functions("no statement").is_empty());
    }
}
