//! What may be replaced in the demo's folder, and how: only what a demo made, by a rename.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::NamedTempFile;

use super::DemoFiles;
use crate::error::{Error, Result};

/// SQLite's mark of the application that made a file: `LBdm` in ASCII.
pub(super) const APPLICATION_ID: u32 = 0x4c42_646d;

/// The model of the campus, as every demo writes it.
pub(super) const MODEL: &str = include_str!("campus.json");

/// Length of the head of a SQLite file, and where in it the application's mark stands (file format, section 1.3).
const HEAD_BYTES: usize = 100;
const APPLICATION_ID_AT: usize = 68;

/// Makes the folder, and fails where it holds something that a demo did not make.
pub(super) fn prepare(folder: &Path, files: &DemoFiles) -> Result<()> {
    fs::create_dir_all(folder).map_err(|cause| {
        environment(format!("folder `{}` cannot be made", folder.display()), cause)
    })?;
    match head_of(&files.database)? {
        Some(head) if is_campus(&head) => refuse_a_database_at_work(&files.database)?,
        Some(_) => return Err(foreign(&files.database, "is not a demo's database")),
        None if exists(&files.output.join("django")) => {
            return Err(foreign(&files.output.join("django"), "is not a demo's export"));
        }
        None => {}
    }
    match fs::read(&files.model) {
        Ok(bytes) if bytes == MODEL.as_bytes() => {}
        Ok(_) => return Err(foreign(&files.model, "is not the demo's model")),
        Err(cause) if cause.kind() == ErrorKind::NotFound => {}
        Err(cause) => return Err(unreadable(&files.model, cause)),
    }
    remove_leftovers(folder, &files.database);
    remove_leftovers(folder, &files.model);
    Ok(())
}

/// An empty file in the same folder, which removes itself unless it is renamed.
pub(super) fn file_beside(folder: &Path, name: &Path) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    let prefix = prefix_beside(name);
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        // As any other program's files: readable by whom the umask allows, not by their owner alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|cause| {
        environment(format!("folder `{}` cannot be written", folder.display()), cause)
    })
}

pub(super) fn write_model(file: &NamedTempFile) -> Result<()> {
    file.as_file().write_all(MODEL.as_bytes()).map_err(|cause| {
        environment(format!("`{}` cannot be written", file.path().display()), cause)
    })
}

pub(super) fn rename(file: NamedTempFile, name: &Path) -> Result<()> {
    file.persist(name).map(drop).map_err(|failure| {
        environment(format!("`{}` cannot be replaced", name.display()), failure.error)
    })
}

fn prefix_beside(name: &Path) -> String {
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}-")
}

/// The first bytes of a file, or `None` where there is no such file.
fn head_of(path: &Path) -> Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(unreadable(path, cause)),
    };
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|cause| unreadable(path, cause))?;
    Ok(Some(head))
}

fn is_campus(head: &[u8]) -> bool {
    head.len() == HEAD_BYTES
        && head.starts_with(b"SQLite format 3\0")
        && head[APPLICATION_ID_AT..].starts_with(&APPLICATION_ID.to_be_bytes())
}

/// A log that another program left beside an old database would be replayed into the new one.
fn refuse_a_database_at_work(database: &Path) -> Result<()> {
    for suffix in ["-wal", "-journal"] {
        let log = with_suffix(database, suffix);
        if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            return Err(Error::environment(format!(
                "`{}` holds changes of a program that uses the database; close that program, or give another folder",
                log.display()
            )));
        }
    }
    Ok(())
}

/// Removes what killed runs left beside the file. A database that a living run builds is locked, and stays.
fn remove_leftovers(folder: &Path, name: &Path) {
    let prefix = prefix_beside(name);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&prefix) && !is_locked(&path) {
            // One that cannot be removed does no harm to the new campus.
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_locked(path: &Path) -> bool {
    let outcome = Connection::open(path).and_then(|connection| {
        connection.busy_timeout(std::time::Duration::ZERO)?;
        connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK")
    });
    let code = outcome.err().and_then(|failure| failure.sqlite_error_code());
    code == Some(rusqlite::ErrorCode::DatabaseBusy)
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn foreign(path: &Path, what: &str) -> Error {
    Error::environment(format!(
        "`{}` {what} and stays as it is; give another folder, or move it away",
        path.display()
    ))
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    environment(format!("`{}` cannot be read", path.display()), cause)
}

fn environment(message: String, cause: std::io::Error) -> Error {
    Error::environment(message).with_source(cause)
}
