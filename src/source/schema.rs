//! The schema of a database: tables, columns, keys, indexes and declared foreign keys, as SQLite itself reports them.
//! Knows no model and no engine.

use std::borrow::Cow;

use rusqlite::Connection;

/// Everything that names in a model can mean.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// In the order of creation.
    pub(crate) tables: Vec<Table>,
    pub(crate) encoding: Encoding,
}

/// How the database stores text; it decides how SQLite orders it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A table, view, or the result of a query, seen as a table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) kind: TableKind,
    pub(crate) columns: Vec<Column>,
    /// Columns of the primary key, in its order.
    pub(crate) primary_key: Vec<usize>,
    /// The `INTEGER PRIMARY KEY` column, which is the rowid.
    pub(crate) rowid_alias: Option<usize>,
    /// A name by which the rowid can be asked for, where the table has one and no column hides all its names.
    pub(crate) rowid_name: Option<&'static str>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// Why SQLite could not describe it (a view over a missing table, a module that is not there).
    pub(crate) broken: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableKind {
    Table,
    WithoutRowid,
    View,
    Virtual,
    /// A virtual table's own storage.
    Shadow,
    /// The result of a `query` of the model.
    Query,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) affinity: Affinity,
    pub(crate) collation: Collation,
    pub(crate) not_null: bool,
}

/// Column affinity by SQLite's rules (<https://sqlite.org/datatype3.html>, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affinity {
    Integer,
    Real,
    Numeric,
    Text,
    Blob,
}

/// A collating sequence; those that SQLite has built in can be compared here too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collation {
    Binary,
    NoCase,
    RTrim,
    /// Defined by an application: SQLite itself cannot use it here.
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) unique: bool,
    pub(crate) partial: bool,
    /// Every column of the index; `None` for an expression. The rowid or key that SQLite adds is not among them.
    pub(crate) columns: Vec<IndexColumn>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexColumn {
    pub(crate) column: Option<usize>,
    pub(crate) collation: Collation,
    pub(crate) descending: bool,
}

/// A declared foreign key.
#[derive(Clone, Debug)]
pub(crate) struct ForeignKey {
    /// Name of the referenced table, as declared.
    pub(crate) table: String,
    /// Our columns.
    pub(crate) from: Vec<usize>,
    /// Their columns; empty where the declaration leaves them to the primary key.
    pub(crate) to: Vec<String>,
}

impl Schema {
    /// The table or view of that name, in SQLite's sense (ASCII case aside).
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name.eq_ignore_ascii_case(name))
    }

    /// Reads the schema of `main`.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Schema> {
        let encoding: String = connection.query_row("PRAGMA encoding", [], |row| row.get(0))?;
        let encoding = match encoding.as_str() {
            "UTF-16le" => Encoding::Utf16Le,
            "UTF-16be" => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        let mut names = connection.prepare(
            "SELECT l.name, l.type, l.wr, l.strict FROM pragma_table_list AS l JOIN sqlite_schema AS s ON s.name = l.name \
             WHERE l.schema = 'main' AND s.type IN ('table', 'view') ORDER BY s.rowid",
        )?;
        let rows = names
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<rusqlite::Result<Vec<(String, String, bool, bool)>>>()?;
        let tables = rows
            .into_iter()
            .map(|(name, kind, without_rowid, strict)| {
                let kind = match (kind.as_str(), without_rowid) {
                    ("view", _) => TableKind::View,
                    ("virtual", _) => TableKind::Virtual,
                    ("shadow", _) => TableKind::Shadow,
                    (_, true) => TableKind::WithoutRowid,
                    _ => TableKind::Table,
                };
                Table::read(connection, name, kind, strict)
            })
            .collect::<rusqlite::Result<Vec<Table>>>()?;
        Ok(Schema { tables, encoding })
    }
}

impl Table {
    /// A table without columns yet; also what stands for a query.
    pub(crate) fn empty(name: String, kind: TableKind) -> Table {
        Table {
            name,
            kind,
            columns: Vec::new(),
            primary_key: Vec::new(),
            rowid_alias: None,
            rowid_name: None,
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            broken: None,
        }
    }

    fn read(
        connection: &Connection,
        name: String,
        kind: TableKind,
        strict: bool,
    ) -> rusqlite::Result<Table> {
        let mut table = Table::empty(name, kind);
        match table.read_columns(connection, strict) {
            Ok(()) => {}
            // A broken view or a missing module is a fault only where the model names it.
            Err(error)
                if matches!(kind, TableKind::View | TableKind::Virtual | TableKind::Shadow) =>
            {
                table.columns.clear();
                table.broken = Some(error.to_string());
                return Ok(table);
            }
            Err(error) => return Err(error),
        }
        if matches!(kind, TableKind::Table | TableKind::WithoutRowid | TableKind::Shadow) {
            table.read_indexes(connection)?;
            table.read_foreign_keys(connection)?;
        }
        if matches!(kind, TableKind::Table | TableKind::Virtual | TableKind::Shadow) {
            table.rowid_name =
                ["rowid", "_rowid_", "oid"].into_iter().find(|name| table.column(name).is_none());
            table.rowid_alias = table.find_rowid_alias(connection)?;
        }
        Ok(table)
    }

    fn read_columns(&mut self, connection: &Connection, strict: bool) -> rusqlite::Result<()> {
        let mut statement = connection.prepare(
            "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid",
        )?;
        let mut rows = statement.query([&self.name])?;
        let mut key = Vec::new();
        while let Some(row) = rows.next()? {
            let (name, declared): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            let (not_null, pk, hidden): (bool, i64, i64) = (row.get(2)?, row.get(3)?, row.get(4)?);
            if hidden == 1 {
                continue;
            }
            if pk > 0 {
                key.push((pk, self.columns.len()));
            }
            let affinity = match declared.as_deref().unwrap_or("") {
                any if strict && any.eq_ignore_ascii_case("any") => Affinity::Blob,
                declared => Affinity::of(declared),
            };
            let collation = self.collation(connection, &name);
            self.columns.push(Column { name, affinity, collation, not_null });
        }
        key.sort_unstable();
        self.primary_key = key.into_iter().map(|(_, column)| column).collect();
        Ok(())
    }

    fn collation(&self, connection: &Connection, column: &str) -> Collation {
        if !matches!(self.kind, TableKind::Table | TableKind::WithoutRowid) {
            return Collation::Binary;
        }
        match connection.column_metadata(Some("main"), self.name.as_str(), column) {
            Ok((_, Some(name), ..)) => Collation::named(&name.to_string_lossy()),
            _ => Collation::Binary,
        }
    }

    fn read_indexes(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut list = connection
            .prepare("SELECT name, \"unique\", partial FROM pragma_index_list(?1) ORDER BY seq")?;
        let indexes = list
            .query_map([&self.name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<Vec<(String, bool, bool)>>>()?;
        for (name, unique, partial) in indexes {
            let mut info = connection
                .prepare("SELECT name, cid, coll, \"desc\" FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno")?;
            let mut rows = info.query([&name])?;
            let mut columns = Vec::new();
            while let Some(row) = rows.next()? {
                let (column, collation): (Option<String>, Option<String>) =
                    (row.get(0)?, row.get(2)?);
                columns.push(IndexColumn {
                    column: column.and_then(|c| self.column(&c)),
                    collation: collation.as_deref().map_or(Collation::Binary, Collation::named),
                    descending: row.get(3)?,
                });
            }
            self.indexes.push(Index { unique, partial, columns });
        }
        Ok(())
    }

    fn read_foreign_keys(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut list = connection
            .prepare("SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id DESC, seq")?;
        let mut rows = list.query([&self.name])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let (id, table): (i64, String) = (row.get(0)?, row.get(1)?);
            let (from, to): (String, Option<String>) = (row.get(2)?, row.get(3)?);
            let Some(from) = self.column(&from) else { continue };
            if last != Some(id) {
                self.foreign_keys.push(ForeignKey { table, from: Vec::new(), to: Vec::new() });
                last = Some(id);
            }
            if let Some(key) = self.foreign_keys.last_mut() {
                key.from.push(from);
                key.to.extend(to);
            }
        }
        Ok(())
    }

    /// `INTEGER PRIMARY KEY` is the rowid, unless declared `DESC`: then SQLite gives it an index of its own.
    fn find_rowid_alias(&self, connection: &Connection) -> rusqlite::Result<Option<usize>> {
        let [column] = self.primary_key[..] else { return Ok(None) };
        let declared: Option<String> = connection.query_row(
            "SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2",
            [&self.name, &self.columns[column].name],
            |row| row.get(0),
        )?;
        let is_integer = declared.is_some_and(|d| d.eq_ignore_ascii_case("integer"));
        let indexed = self
            .indexes
            .iter()
            .any(|i| i.unique && i.columns.iter().map(|c| c.column).eq([Some(column)]));
        let has_own_index = indexed
            && connection.query_row(
                "SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'pk'",
                [&self.name],
                |row| row.get::<_, i64>(0),
            )? > 0;
        Ok((is_integer && !has_own_index).then_some(column))
    }

    /// Position of the column of that name (ASCII case aside).
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name))
    }

    /// Whether `columns` together are declared unique: the primary key or a unique, whole index over just these.
    pub(crate) fn is_unique(&self, columns: &[usize]) -> bool {
        let same =
            |key: &[usize]| key.len() == columns.len() && columns.iter().all(|c| key.contains(c));
        (!self.primary_key.is_empty() && same(&self.primary_key))
            || self.indexes.iter().any(|index| {
                let key: Option<Vec<usize>> = index.columns.iter().map(|c| c.column).collect();
                index.unique && !index.partial && key.is_some_and(|key| same(&key))
            })
    }

    /// Whether the rows can be read by the rowid under some name.
    pub(crate) fn has_rowid(&self) -> bool {
        self.rowid_name.is_some()
    }
}

impl Affinity {
    fn of(declared: &str) -> Affinity {
        let declared = declared.to_ascii_uppercase();
        let has = |word: &str| declared.contains(word);
        if has("INT") {
            Affinity::Integer
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Affinity::Text
        } else if has("BLOB") || declared.is_empty() {
            Affinity::Blob
        } else if has("REAL") || has("FLOA") || has("DOUB") {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }

    /// Whether numbers stored in such a column compare with numbers without conversion of text.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Affinity::Integer | Affinity::Real | Affinity::Numeric)
    }
}

impl Collation {
    fn named(name: &str) -> Collation {
        match name.to_ascii_uppercase().as_str() {
            "BINARY" => Collation::Binary,
            "NOCASE" => Collation::NoCase,
            "RTRIM" => Collation::RTrim,
            _ => Collation::Other,
        }
    }
}

/// `name` as an SQL identifier, whatever characters it has.
pub(crate) fn quoted(name: &str) -> Cow<'static, str> {
    Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
}

impl Column {
    /// A column of which nothing but the name is known.
    pub(crate) fn untyped(name: String) -> Column {
        Column { name, affinity: Affinity::Blob, collation: Collation::Binary, not_null: false }
    }
}
