//! Opening a database, and one snapshot of it for several readers. Knows neither schema nor rows.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::environment;
use crate::error::{Error, Result};

/// How long SQLite waits for a lock that another process holds, before we look whether the caller still wants to.
const BUSY_WAIT: Duration = Duration::from_millis(50);
/// How often the first reader waits so: ten seconds in all. Further readers wait once: a writer may itself be waiting for
/// the first one, so more would be in vain.
const BUSY_ATTEMPTS: u32 = 200;
/// How often several readers try to begin without a commit between them, before one reader has to do.
const ATTEMPTS: u32 = 50;
/// Bytes of a file that are mapped, at most; SQLite's own bound is just below 2 GiB.
const MAPPED_BYTES_MAX: i64 = 1 << 31;
/// Virtual machine steps between two looks at the caller's wish to stop.
const STEPS_PER_LOOK: i32 = 20_000;

/// How pages come into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Each is read when it is needed.
    Read,
    /// The file is mapped.
    Map,
}

/// Readers that all see the same state of the database, for as long as they live.
pub(crate) struct Snapshot {
    /// At least one, each in a read transaction.
    pub(crate) readers: Vec<Connection>,
    path: PathBuf,
    before: Identity,
    /// A WAL holds rows, so that a checkpoint may rewrite the file beneath us; else nobody honest may.
    wal_has_rows: bool,
}

/// What tells a file from another one, and from itself after a change.
#[derive(Clone, PartialEq, Eq)]
struct Identity {
    file: (u64, u64),
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Snapshot {
    /// Opens `path` for up to `readers` readers; fewer where somebody commits all the time.
    pub(crate) fn open(
        path: &Path,
        access: Access,
        readers: usize,
        cancel: Option<&Arc<AtomicBool>>,
    ) -> Result<Snapshot> {
        let wal = read_header(path)?;
        let mut identity = Identity::of(path)?;
        let opener = Opener::find(path, wal, access, cancel)?;
        let mut connections = vec![opener.open()?];
        if readers > 1 {
            for _ in 1..readers {
                connections.push(opener.open()?);
            }
            let probe = opener.open()?;
            for attempt in 1.. {
                identity = Identity::of(path)?;
                if begin_together(&connections, &probe, &opener)?
                    && identity.same_file(&Identity::of(path)?)
                {
                    break;
                }
                for connection in &connections {
                    end(connection);
                }
                if attempt == ATTEMPTS {
                    connections.truncate(1);
                    opener.begin(&connections[0]).map_err(|e| environment(&name(path), e))?;
                    break;
                }
            }
        } else {
            opener.begin(&connections[0]).map_err(|e| environment(&name(path), e))?;
        }
        // Readers that began with an empty WAL read the file alone, and SQLite lets no checkpoint write it under them.
        let wal_has_rows = wal && wal_may_hold_rows(path);
        if !wal_has_rows {
            identity = Identity::of(path)?;
            check_whole(&connections[0], path, identity.bytes)?;
        }
        Ok(Snapshot { readers: connections, path: path.to_owned(), before: identity, wal_has_rows })
    }

    /// Whether the file under the readers is still the one they began with: SQLite's own locks keep every honest writer
    /// from changing it, so a difference means that what was read cannot be trusted.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        let Ok(now) = Identity::of(&self.path) else { return Ok(()) };
        let sound = match (now.file == self.before.file, self.wal_has_rows) {
            // Replaced by a rename: the readers still hold the old file, whole.
            (false, _) => true,
            // A checkpoint may rewrite pages that no reader needs, and never cuts the file under a reader.
            (true, true) => now.bytes >= self.before.bytes,
            (true, false) => now == self.before,
        };
        if sound {
            return Ok(());
        }
        Err(Error::environment(format!(
            "{} was changed by something that is not SQLite while it was read, so nothing of this run can be trusted; \
             run again when nothing copies over it",
            name(&self.path)
        )))
    }
}

impl Identity {
    fn of(path: &Path) -> Result<Identity> {
        let data = fs::metadata(path).map_err(|e| {
            Error::environment(format!("cannot read {}", name(path))).with_source(e)
        })?;
        Ok(Identity { file: file_number(&data), bytes: data.len(), modified: data.modified().ok() })
    }

    fn same_file(&self, other: &Identity) -> bool {
        self.file == other.file
    }
}

#[cfg(unix)]
fn file_number(data: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino())
}

#[cfg(not(unix))]
fn file_number(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}

/// How the file can be opened, found out once.
struct Opener<'a> {
    target: PathBuf,
    flags: OpenFlags,
    access: Access,
    cancel: Option<&'a Arc<AtomicBool>>,
    path: &'a Path,
}

impl<'a> Opener<'a> {
    fn find(
        path: &'a Path,
        wal: bool,
        access: Access,
        cancel: Option<&'a Arc<AtomicBool>>,
    ) -> Result<Opener<'a>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let plain = Opener { target: plain_name(path), flags, access, cancel, path };
        let Err(error) = plain.try_open().and_then(|c| plain.patiently(|| touch(&c))) else {
            return Ok(plain);
        };
        let cannot_open = matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
        );
        if !(wal && cannot_open) {
            return Err(environment(&name(path), error));
        }
        if wal_may_hold_rows(path) {
            let unreadable = fs::File::open(wal_of(path)).err();
            let denied = unreadable.filter(|e| e.kind() == std::io::ErrorKind::PermissionDenied);
            let mend = match denied {
                Some(_) => "make that file readable",
                None => "make its folder writable",
            };
            return Err(Error::environment(format!(
                "{} has a WAL file that may hold rows and cannot be read here; {mend}, or run \
                 `PRAGMA wal_checkpoint(TRUNCATE)` where it is",
                name(path)
            ))
            .with_source(error));
        }
        let target = immutable_uri(path).ok_or_else(|| {
            Error::environment(format!("cannot open {}: its path is not UTF-8", name(path)))
        })?;
        Ok(Opener { target, flags: flags | OpenFlags::SQLITE_OPEN_URI, access, cancel, path })
    }

    fn open(&self) -> Result<Connection> {
        self.try_open().map_err(|e| environment(&name(self.path), e))
    }

    fn try_open(&self) -> rusqlite::Result<Connection> {
        let mut connection = Connection::open_with_flags(&self.target, self.flags)?;
        if self.access == Access::Map {
            connection.pragma_update(None, "mmap_size", MAPPED_BYTES_MAX)?;
        }
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.pragma_update(None, "query_only", true)?;
        if let Some(cancel) = self.cancel {
            let cancel = Arc::clone(cancel);
            connection
                .progress_handler(STEPS_PER_LOOK, Some(move || cancel.load(Ordering::Relaxed)))?;
        }
        Ok(connection)
    }

    /// Tries again while another process holds a lock, until that takes too long or the caller wants to stop.
    fn patiently<T>(&self, mut act: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        for _ in 1..BUSY_ATTEMPTS {
            match act() {
                Err(e) if is_busy(&e) => {}
                done => return done,
            }
            if self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                let interrupted = ffi::Error::new(ffi::SQLITE_INTERRUPT);
                return Err(rusqlite::Error::SqliteFailure(interrupted, None));
            }
        }
        act()
    }

    /// Begins a transaction and reads, since only the first read takes the snapshot.
    fn begin(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch("BEGIN")?;
        self.patiently(|| touch(connection))
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Checks what stands at `path` before SQLite sees it; the answer is whether it is in WAL mode.
fn read_header(path: &Path) -> Result<bool> {
    let what = name(path);
    let data = match fs::metadata(path) {
        Ok(data) => data,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::environment(format!(
                "there is no database {what}; name an existing SQLite file"
            ))
            .with_source(e));
        }
        Err(e) => return Err(Error::environment(format!("cannot read {what}")).with_source(e)),
    };
    if data.is_dir() {
        return Err(Error::environment(format!("{what} is a folder; name the SQLite file in it")));
    }
    if !data.is_file() {
        return Err(Error::environment(format!("{what} is not a plain file; name a SQLite file")));
    }
    let mut header = Vec::with_capacity(100);
    File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut header))
        .map_err(|e| Error::environment(format!("cannot read {what}")).with_source(e))?;
    if header.is_empty() {
        return Err(Error::environment(format!(
            "{what} is empty (0 bytes), so it holds no tables; name a filled SQLite file"
        )));
    }
    if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") {
        return Err(Error::environment(format!(
            "{what} is not a SQLite database (or is encrypted): it does not begin with `SQLite format 3`"
        )));
    }
    Ok(header[18] == 2 || header[19] == 2)
}

/// Whether a file of so many bytes holds all its pages: SQLite reads what is missing of the last one as zeros.
fn check_whole(connection: &Connection, path: &Path, bytes: u64) -> Result<()> {
    let ask = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let size = ask("PRAGMA page_count").and_then(|pages| Ok(pages * ask("PRAGMA page_size")?));
    let wanted = size.map_err(|e| environment(&name(path), e))?;
    if u64::try_from(wanted).is_ok_and(|wanted| bytes >= wanted) {
        return Ok(());
    }
    Err(Error::environment(format!(
        "{} is damaged: it has {bytes} of its {wanted} bytes, as where a copy did not end; copy it again, or see what `PRAGMA integrity_check` tells",
        name(path)
    )))
}

/// Takes all readers into one transaction each, and tells whether nothing was committed meanwhile.
fn begin_together(readers: &[Connection], probe: &Connection, opener: &Opener<'_>) -> Result<bool> {
    let fail = |e| environment(&name(opener.path), e);
    let version = || probe.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0));
    let before = opener.patiently(version).map_err(fail)?;
    let (first, others) = readers.split_first().expect("a snapshot has a reader");
    let mut begun = opener.begin(first);
    for reader in others {
        begun = begun.and_then(|()| reader.execute_batch("BEGIN")).and_then(|()| touch(reader));
    }
    match begun.and_then(|()| version()) {
        Ok(after) => Ok(before == after),
        Err(e) if is_busy(&e) => Ok(false),
        Err(e) => Err(fail(e)),
    }
}

fn touch(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

fn end(connection: &Connection) {
    if !connection.is_autocommit() {
        // A read transaction that cannot be rolled back is gone already.
        let _ = connection.execute_batch("ROLLBACK");
    }
}

/// `file:` at the start of a relative path would be taken for a URI.
fn plain_name(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

fn wal_may_hold_rows(path: &Path) -> bool {
    match fs::metadata(wal_of(path)) {
        Ok(data) => data.len() > 0,
        Err(e) => e.kind() != std::io::ErrorKind::NotFound,
    }
}

/// The WAL file of a database, whether it is there or not.
fn wal_of(path: &Path) -> PathBuf {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut wal = real.into_os_string();
    wal.push("-wal");
    wal.into()
}

fn immutable_uri(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let mut uri = String::from("file:");
    for byte in absolute.to_str()?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    Some(uri.into())
}

fn name(path: &Path) -> String {
    format!("`{}`", path.display())
}
