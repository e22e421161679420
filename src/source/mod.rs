//! What SQLite has: opening and one snapshot for all readers, the schema, ordered cursors. Knows no mapping and no engine.
//! Nothing here ever writes: connections are read-only, and `immutable` only where no WAL file can hold rows.

mod catalog;
mod fault;
mod key;
mod schema;
mod snapshot;

pub(crate) use catalog::Catalog;
pub(crate) use fault::{at_run, environment, sql_words};
pub(crate) use key::{Values, as_integer, compare, push_comparable, value_at};
pub(crate) use schema::{
    Affinity, Collation, Column, Encoding, ForeignKey, Table, TableKind, quoted,
};
pub(crate) use snapshot::{Access, Snapshot};

use std::path::{Path, PathBuf};

use rusqlite::Connection;

/// Where the rows come from.
#[derive(Debug)]
pub enum Database<'a> {
    /// A database file; it is opened read-only.
    Path(PathBuf),
    /// The same, read through a memory map: up to twice as fast where rows lie far apart, for a page that is needed is not
    /// copied. Something that is not SQLite cutting the file short while it is read then raises SIGBUS, which the caller
    /// has to expect; with [`Database::Path`] it is an error.
    Mapped(PathBuf),
    /// A connection of the caller, such as one to a database in memory. It is read by one thread, in a transaction of its
    /// own unless one is open already.
    Connection(&'a Connection),
}

impl From<&Path> for Database<'_> {
    fn from(path: &Path) -> Self {
        Database::Path(path.to_owned())
    }
}

impl From<&PathBuf> for Database<'_> {
    fn from(path: &PathBuf) -> Self {
        Database::Path(path.clone())
    }
}

impl From<PathBuf> for Database<'_> {
    fn from(path: PathBuf) -> Self {
        Database::Path(path)
    }
}

impl From<&str> for Database<'_> {
    fn from(path: &str) -> Self {
        Database::Path(path.into())
    }
}

impl<'a> From<&'a Connection> for Database<'a> {
    fn from(connection: &'a Connection) -> Self {
        Database::Connection(connection)
    }
}
