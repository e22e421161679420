//! SQLite's errors in our categories: what the machine did wrong, and what the model or the data did.

use rusqlite::{ErrorCode, ffi};

use crate::error::{Category, Error};

/// An error while rows are read: the machine's for a damaged, locked or unreadable file, else the data's.
pub(crate) fn at_run(what: &str, error: rusqlite::Error) -> Error {
    let (category, way_out) = match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            return Error::new(Category::Interrupted, "interrupted");
        }
        Some(ErrorCode::DatabaseCorrupt) => (
            Category::Environment,
            "the database is damaged, or was changed by something that is not SQLite; `PRAGMA integrity_check` tells more, \
             and `sqlite3 DB .recover` saves what can be saved",
        ),
        Some(ErrorCode::NotADatabase) => {
            (Category::Environment, "the file is no SQLite database, or is encrypted")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            Category::Environment,
            "another process holds a lock on the database; try again when it has finished",
        ),
        Some(ErrorCode::DiskFull) => (
            Category::Environment,
            "the disk for temporary files is full; point `SQLITE_TMPDIR` at a larger one",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            Category::Environment,
            "the file could not be read; it may have been truncated or replaced while it was read",
        ),
        _ if has_hot_journal(&error) => (
            Category::Environment,
            "a writer was killed in mid-change, and its journal has to be rolled back first, which writes; open the \
             database once with `sqlite3` (`SELECT count(*) FROM sqlite_schema` is enough) and run again",
        ),
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory,
        ) => (Category::Environment, "see the cause below"),
        _ => (Category::Data, "see the cause below, and the SQL in the model"),
    };
    Error::new(category, format!("cannot read {what}: {way_out}")).with_source(error)
}

/// Whether a rollback journal stands in the way of somebody who only reads.
fn has_hot_journal(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_READONLY_ROLLBACK)
}

/// An error of SQLite that can only be the machine's.
pub(crate) fn environment(what: &str, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(_) => {
            let error = at_run(what, error);
            if error.category() == Category::Data {
                Error::environment(error.to_string()).with_source(error)
            } else {
                error
            }
        }
        None => Error::environment(format!("cannot read {what}")).with_source(error),
    }
}

/// SQLite's words where it is the SQL that fails over what is stored, and neither the file nor the machine.
pub(crate) fn sql_words(error: &Error) -> Option<String> {
    let source = std::error::Error::source(error)?.downcast_ref::<rusqlite::Error>()?;
    let code = source.sqlite_error()?.extended_code & 0xff;
    let is_sql = matches!(
        code,
        ffi::SQLITE_ERROR
            | ffi::SQLITE_TOOBIG
            | ffi::SQLITE_MISMATCH
            | ffi::SQLITE_RANGE
            | ffi::SQLITE_CONSTRAINT
    );
    is_sql.then(|| match source {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        other => other.to_string(),
    })
}
