//! The output folder: index folders are built beside their final names and appear at once and whole. It knows no content,
//! only that a folder with our manifest is an export.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Durability;
use super::manifest::{
    Claim, MANIFEST_FILE, MAPPING_FILE, REJECTED_FILE, REJECTED_RECORDS_FILE, SCRIPT_FILE,
    UPLOAD_FILES, UPLOADED_FILES, is_plain_name,
};
use super::part::is_file_name;
use crate::error::{Error, Result};

/// What an index folder holds besides its parts.
const EXPORT_FILES: [&str; 5] =
    [MANIFEST_FILE, MAPPING_FILE, REJECTED_FILE, REJECTED_RECORDS_FILE, SCRIPT_FILE];
/// What the folders that runs build in begin with.
const STAGING_PREFIX: &str = ".litebulk-";
/// Held locked inside such a folder while its run is alive.
const LOCK_FILE: &str = "lock";
/// Inside such a folder: the index folders to be published.
const INDICES_FOLDER: &str = "indices";
/// Inside such a folder: what is never published.
const SCRATCH_FOLDER: &str = "scratch";

/// A folder beside the final ones, on the same file system. Dropping it removes what was not published.
#[derive(Debug)]
pub(crate) struct Staging {
    out: PathBuf,
    durability: Durability,
    // Dropped in this order: what was built, the sign of life, then the output folder where this run made it.
    temp: TempDir,
    _lock: File,
    created: Created,
}

/// Folders that this run made, the outermost first; removed again where they stay empty.
#[derive(Debug, Default)]
struct Created(Vec<PathBuf>);

impl Drop for Created {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // One that is not empty is somebody's by now.
            let _kept = fs::remove_dir(folder);
        }
    }
}

impl Staging {
    /// Makes the output folder where it is missing, looks whether every index may be published there, and removes what killed
    /// runs left.
    pub(crate) fn begin(out: &Path, names: &[&str], durability: Durability) -> Result<Staging> {
        let created = create(out)?;
        for name in names {
            if check_replaceable(out, name)? {
                claim(&out.join(name))?;
            }
        }
        let unwritable = |error: io::Error| {
            let what = format!(
                "cannot write into `{}`; name another folder with `-o`, or change its permissions",
                out.display()
            );
            Error::environment(what).with_source(error)
        };
        // Two runs that begin at once must not take each other's new folder for a dead one. Where the system cannot
        // lock a folder, nothing is removed that may be alive.
        let gate = File::open(out).ok().filter(|gate| gate.lock().is_ok());
        remove_leftovers(out, gate.is_some());
        let temp =
            tempfile::Builder::new().prefix(STAGING_PREFIX).tempdir_in(out).map_err(unwritable)?;
        let lock = File::create_new(temp.path().join(LOCK_FILE)).map_err(unwritable)?;
        // A file system without locks leaves the folder unlocked, and the next run will take it for a dead one.
        let _locked = lock.try_lock();
        fs::create_dir(temp.path().join(SCRATCH_FOLDER)).map_err(unwritable)?;
        let indices = temp.path().join(INDICES_FOLDER);
        fs::create_dir(&indices).map_err(unwritable)?;
        for name in names {
            fs::create_dir(indices.join(name)).map_err(unwritable)?;
        }
        Ok(Staging { out: out.to_path_buf(), durability, temp, _lock: lock, created })
    }

    /// Where an index is built.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.temp.path().join(INDICES_FOLDER).join(name)
    }

    /// Where it will be.
    pub(crate) fn published(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// A path for something that will not be published.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.temp.path().join(SCRATCH_FOLDER).join(name)
    }

    /// Puts every index under its final name. Where one fails, those before it are put back.
    pub(crate) fn publish(mut self, names: &[&str]) -> Result<()> {
        if self.durability == Durability::Synced {
            for name in names {
                sync_folder(&self.folder(name)).map_err(|error| self.unpublishable(name, error))?;
            }
            sync_folder(self.temp.path()).map_err(|error| self.unpublishable("", error))?;
        }
        let mut done = Vec::new();
        for name in names {
            match self.swap(name) {
                Ok(swapped) => done.push((*name, swapped)),
                Err(error) => {
                    done.into_iter()
                        .rev()
                        .for_each(|(name, swapped)| self.put_back(name, &swapped));
                    return Err(error);
                }
            }
        }
        self.created.0.clear();
        if self.durability == Durability::Synced {
            sync_folder(&self.out).map_err(|error| self.unpublishable("", error))?;
            let parent = self.out.parent().filter(|parent| !parent.as_os_str().is_empty());
            sync_folder(parent.unwrap_or(Path::new(".")))
                .map_err(|error| self.unpublishable("", error))?;
        }
        Ok(())
    }

    fn swap(&self, name: &str) -> Result<Swapped> {
        let (new, place) = (self.folder(name), self.published(name));
        let failed = |error| self.unpublishable(name, error);
        if !check_replaceable(&self.out, name)? {
            fs::rename(&new, &place).map_err(failed)?;
            return Ok(Swapped::Fresh);
        }
        let _claim = claim(&place)?;
        keep_upload(&place, &new).map_err(failed)?;
        keep_foreign(&place, &new).map_err(failed)?;
        match exchange(&new, &place) {
            Ok(()) => Ok(Swapped::Exchanged),
            Err(error) if is_unsupported(&error) => {
                let aside = self.scratch(name);
                fs::rename(&place, &aside).map_err(failed)?;
                if let Err(error) = fs::rename(&new, &place) {
                    fs::rename(&aside, &place).map_err(failed)?;
                    return Err(failed(error));
                }
                Ok(Swapped::Aside(aside))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Best effort: the error that led here is the one to tell.
    fn put_back(&self, name: &str, swapped: &Swapped) {
        let (new, place) = (self.folder(name), self.published(name));
        let _tried = match swapped {
            Swapped::Fresh => fs::rename(&place, &new),
            Swapped::Exchanged => exchange(&new, &place),
            Swapped::Aside(aside) => {
                fs::rename(&place, &new).and_then(|()| fs::rename(aside, &place))
            }
        };
    }

    fn unpublishable(&self, name: &str, error: io::Error) -> Error {
        let what = format!(
            "cannot put the export under its name `{}`; the older one is as it was",
            self.published(name).display()
        );
        Error::environment(what).with_source(error)
    }
}

/// How an index came under its final name.
#[derive(Debug)]
enum Swapped {
    Fresh,
    Exchanged,
    /// The older export was moved here first.
    Aside(PathBuf),
}

/// Makes `out` and the folders above it, and tells which.
fn create(out: &Path) -> Result<Created> {
    let failed = |error: io::Error| {
        let what = format!("cannot make the folder `{}`; name another with `-o`", out.display());
        Error::environment(what).with_source(error)
    };
    match fs::metadata(out) {
        Ok(found) if found.is_dir() => return Ok(Created::default()),
        Ok(_) => {
            return Err(Error::environment(format!(
                "`{}` is a file, and the export needs a folder; name another with `-o`",
                out.display()
            )));
        }
        Err(_) if out.is_symlink() => {
            return Err(Error::environment(format!(
                "`{}` is a link that leads nowhere; mend it, or name another folder with `-o`",
                out.display()
            )));
        }
        Err(_) => {}
    }
    let above = out.ancestors().filter(|folder| !folder.as_os_str().is_empty());
    let mut missing: Vec<&Path> = above.take_while(|folder| !folder.exists()).collect();
    missing.reverse();
    let mut created = Created::default();
    for folder in missing {
        match fs::create_dir(folder) {
            Ok(()) => created.0.push(folder.to_path_buf()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(created)
}

/// Whether an older export (or an empty folder) must give way.
///
/// # Errors
/// Where what lies there is neither: it is never replaced.
fn check_replaceable(out: &Path, name: &str) -> Result<bool> {
    if !is_plain_name(name) {
        return Err(Error::environment(format!(
            "the index name `{name}` leads out of `{}`; name it otherwise",
            out.display()
        )));
    }
    let place = out.join(name);
    let shown = place.display();
    match fs::symlink_metadata(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            Err(Error::environment(format!("cannot look at `{shown}`; check its permissions"))
                .with_source(error))
        }
        Ok(found) if found.is_dir() && (is_export(&place) || is_empty(&place)) => Ok(true),
        Ok(found) => {
            let what = if found.is_dir() {
                format!("is a folder without a `{MANIFEST_FILE}` of litebulk")
            } else if found.is_symlink() {
                "is a symbolic link".to_string()
            } else {
                "is a file".to_string()
            };
            Err(Error::environment(format!(
                "`{shown}` {what}, and only an older export is ever replaced; move it away, or name another folder with `-o`"
            )))
        }
    }
}

/// Keeps uploads of an older export out while it is replaced.
///
/// # Errors
/// Where one is under way: what it sends must stay what it has checked.
fn claim(place: &Path) -> Result<Option<Claim>> {
    match Claim::of(place) {
        Ok(Some(claim)) => Ok(Some(claim)),
        Ok(None) => Err(Error::environment(format!(
            "`{}` is being loaded by `litebulk upload`, or replaced by another export, and is left as it is; wait for its end, or name another folder with `-o`",
            place.display()
        ))),
        // An empty folder, or a manifest that may be replaced and not be read.
        Err(_) => Ok(None),
    }
}

/// Takes along what an interrupted upload must know to set things back; and what it refused, where the export is the same.
fn keep_upload(old: &Path, new: &Path) -> io::Result<()> {
    let manifest = |folder: &Path| fs::read(folder.join(MANIFEST_FILE)).ok();
    let is_same = manifest(old) == manifest(new);
    let of_same = if is_same { &UPLOADED_FILES[..] } else { &[] };
    for name in UPLOAD_FILES.iter().chain(of_same) {
        match fs::copy(old.join(name), new.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Takes along what somebody else has put into the folder of an export.
fn keep_foreign(old: &Path, new: &Path) -> io::Result<()> {
    let ours = |name: &OsStr| {
        name.to_str().is_some_and(|name| {
            EXPORT_FILES.contains(&name)
                || UPLOAD_FILES.contains(&name)
                || UPLOADED_FILES.contains(&name)
                || is_file_name(name)
        })
    };
    for entry in fs::read_dir(old)? {
        let name = entry?.file_name();
        if !ours(&name) {
            keep(&old.join(&name), &new.join(&name))?;
        }
    }
    Ok(())
}

/// The same file, link or folder under a second name: the first may go then, and until then nothing is missing.
fn keep(old: &Path, new: &Path) -> io::Result<()> {
    let data = fs::symlink_metadata(old)?;
    if !data.is_dir() {
        let copied = || fs::copy(old, new).map(|_| ());
        return fs::hard_link(old, new).or_else(|_| copied());
    }
    fs::create_dir(new)?;
    for entry in fs::read_dir(old)? {
        let name = entry?.file_name();
        keep(&old.join(&name), &new.join(&name))?;
    }
    fs::set_permissions(new, data.permissions())
}

/// Whether a folder holds a manifest of ours, of whatever version.
fn is_export(folder: &Path) -> bool {
    let manifest = fs::read(folder.join(MANIFEST_FILE)).ok();
    let manifest =
        manifest.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    manifest.is_some_and(|m| {
        m["format"].is_u64() && m["litebulk"].is_string() && m["index"].is_string()
    })
}

/// Whether a folder holds nothing but what a run builds with.
fn is_staging(folder: &Path) -> bool {
    let ours = |name: &OsStr| name == INDICES_FOLDER || name == SCRATCH_FOLDER || name == LOCK_FILE;
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().all(|e| ours(&e.file_name())))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Removes folders of runs that are no longer alive; `gated`: none can be beginning just now. Best effort.
fn remove_leftovers(out: &Path, gated: bool) {
    let Ok(entries) = fs::read_dir(out) else { return };
    for entry in entries.flatten() {
        let named_so = entry.file_name().to_str().is_some_and(|n| n.starts_with(STAGING_PREFIX));
        // An index or a folder of the user may be named so too.
        let is_folder = entry.file_type().is_ok_and(|found| found.is_dir());
        if !named_so || !is_folder || !is_staging(&entry.path()) {
            continue;
        }
        let dead = match File::open(entry.path().join(LOCK_FILE)) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
            },
            // Killed before it was locked, or while it was being removed.
            Err(error) => gated && error.kind() == io::ErrorKind::NotFound,
        };
        if dead {
            let _kept = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_new: &Path, _old: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the file system cannot exchange two names at all.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// Syncs the names in a folder.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // Windows opens no folders, and keeps their names itself.
        Err(_) if cfg!(windows) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
