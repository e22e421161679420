//! Exports as they lie in folders: which there are, and that none is damaged. It reads and hashes; it must not know a cluster.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::error::{Category, Error, Result};
use crate::export::manifest::{Claim, MANIFEST_FILE, Manifest};
use crate::export::part::sha256;

use super::shown;

/// Bytes hashed at once.
const STEP_BYTES: usize = 1 << 20;

/// One index folder.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    /// SHA-256 of `manifest.json`, which names the content of every other file.
    pub(crate) manifest_sha256: String,
    /// The create-index body.
    pub(crate) mapping: serde_json::Map<String, serde_json::Value>,
    /// Those of the manifest, in its order.
    pub(crate) parts: Vec<Part>,
}

/// One part, as it was when its hash was checked.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) path: PathBuf,
    sha256: String,
    checked: Stamp,
}

/// What tells a file from another one, and from itself before it was written to, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device, number, and time of the last change of any kind.
    identity: [i128; 4],
}

impl Stamp {
    pub(crate) fn of(file: &File) -> std::io::Result<Stamp> {
        let found = file.metadata()?;
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            [
                found.dev().into(),
                found.ino().into(),
                found.ctime().into(),
                found.ctime_nsec().into(),
            ]
        };
        #[cfg(not(unix))]
        let identity = [0; 4];
        Ok(Stamp { bytes: found.len(), modified: found.modified().ok(), identity })
    }
}

impl Part {
    /// Opens the part that was checked: one that may be another is hashed first.
    pub(crate) fn open(&self) -> Result<File> {
        let failed = |error| cannot_read(&self.path, error);
        let mut file = File::open(&self.path).map_err(failed)?;
        if Stamp::of(&file).map_err(failed)? != self.checked {
            self.check_again(&mut file)?;
            file.rewind().map_err(failed)?;
        }
        Ok(file)
    }

    /// Whether what was read of `file` is what was checked, where it has not the same stamp any more.
    pub(crate) fn check_again(&self, file: &mut File) -> Result<()> {
        let failed = |error| cannot_read(&self.path, error);
        file.rewind().map_err(failed)?;
        if hash(file, &self.path, &|| false)? == self.sha256 {
            return Ok(());
        }
        Err(Error::environment(format!(
            "`{}` is not what it was when its hash was checked: its folder was exported anew or changed meanwhile; begin again",
            shown(&self.path)
        )))
    }

    /// A part that nobody has checked.
    #[cfg(test)]
    pub(crate) fn unchecked(path: &Path) -> Part {
        let mut file = File::open(path).expect("a file");
        let checked = Stamp::of(&file).expect("a file");
        let sha256 = hash(&mut file, path, &|| false).expect("a file");
        Part { path: path.to_path_buf(), sha256, checked }
    }
}

/// The exports in `folders`, each an index folder or a folder of them, in order of name; all of them whole.
pub(crate) fn exports(folders: &[PathBuf], is_cancelled: &dyn Fn() -> bool) -> Result<Vec<Export>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in folders {
        for export in index_folders(folder)? {
            if !found.contains(&export) {
                found.push(export);
            }
        }
    }
    let exports: Vec<_> = found.iter().map(|folder| open(folder)).collect::<Result<_>>()?;
    for (at, export) in exports.iter().enumerate() {
        let name = &export.manifest.index;
        if let Some(other) = exports[..at].iter().find(|other| other.manifest.index == *name) {
            return Err(Error::usage(format!(
                "`{}` and `{}` both hold the index `{name}`; load them one after the other",
                shown(&other.folder),
                shown(&export.folder)
            )));
        }
    }
    exports.into_iter().map(|export| checked(export, is_cancelled)).collect()
}

/// The export in the index folder `folder`, whole.
pub(crate) fn export(folder: &Path, is_cancelled: &dyn Fn() -> bool) -> Result<Export> {
    checked(open(folder)?, is_cancelled)
}

impl Export {
    /// Whether the folder still holds what was opened: an export may have taken its place.
    pub(crate) fn is_unchanged(&self) -> bool {
        std::fs::read(self.folder.join(MANIFEST_FILE))
            .is_ok_and(|manifest| sha256(&manifest) == self.manifest_sha256)
    }

    /// Claims the folder for an upload: two at once would write one journal, and take each other's documents for conflicts.
    pub(crate) fn claim(&self) -> Result<Claim> {
        let path = self.folder.join(MANIFEST_FILE);
        let claim = Claim::of(&self.folder).map_err(|error| cannot_read(&path, error))?;
        let claim = claim.ok_or_else(|| {
            Error::environment(format!(
                "`{}` is being loaded by another `litebulk upload`; wait for its end, or stop it and go on with `--resume`",
                shown(&self.folder)
            ))
        })?;
        if self.is_unchanged() { Ok(claim) } else { Err(self.replaced("nothing was sent")) }
    }

    /// Another export has taken the place of this one; `so` says what that means.
    pub(crate) fn replaced(&self, so: &str) -> Error {
        let folder = shown(&self.folder);
        Error::environment(format!("`{folder}` was exported anew while it was loaded: {so}"))
    }
}

fn index_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if folder.join(MANIFEST_FILE).is_file() {
        return Ok(vec![folder.to_path_buf()]);
    }
    let cannot = |error: std::io::Error| {
        Error::environment(format!("`{}` cannot be read as a folder", shown(folder)))
            .with_source(error)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.join(MANIFEST_FILE).is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(Error::environment(format!(
            "`{}` holds no export: no `{MANIFEST_FILE}` there or one folder below; run `litebulk export` first",
            shown(folder)
        )));
    }
    found.sort();
    Ok(found)
}

fn open(folder: &Path) -> Result<Export> {
    let manifest = Manifest::read(folder)?;
    let manifest_sha256 = sha256(&read(&folder.join(MANIFEST_FILE))?);
    let mapping_path = folder.join(&manifest.mapping.file);
    let mapping_bytes = read(&mapping_path)?;
    if sha256(&mapping_bytes) != manifest.mapping.sha256 {
        return Err(damaged(&mapping_path));
    }
    let mapping = serde_json::from_slice(&mapping_bytes).map_err(|_| damaged(&mapping_path))?;
    let parts = Vec::new();
    Ok(Export { folder: folder.to_path_buf(), manifest, manifest_sha256, mapping, parts })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| cannot_read(path, error))
}

fn cannot_read(path: &Path, error: std::io::Error) -> Error {
    Error::environment(format!("`{}` cannot be read; export again", shown(path))).with_source(error)
}

fn damaged(path: &Path) -> Error {
    Error::environment(format!(
        "`{}` is damaged: its SHA-256 is not that of the manifest; export again",
        shown(path)
    ))
}

/// The export once each part has the hash that the manifest says.
fn checked(mut export: Export, is_cancelled: &dyn Fn() -> bool) -> Result<Export> {
    for part in &export.manifest.parts {
        let path = export.folder.join(&part.file);
        let failed = |error| cannot_read(&path, error);
        let mut file = File::open(&path).map_err(failed)?;
        let checked = Stamp::of(&file).map_err(failed)?;
        if hash(&mut file, &path, is_cancelled)? != part.sha256 {
            return Err(damaged(&path));
        }
        export.parts.push(Part { path, sha256: part.sha256.clone(), checked });
    }
    Ok(export)
}

fn hash(file: &mut File, path: &Path, is_cancelled: &dyn Fn() -> bool) -> Result<String> {
    let mut step = vec![0; STEP_BYTES];
    let mut hasher = Sha256::new();
    loop {
        if is_cancelled() {
            return Err(Error::new(Category::Interrupted, "interrupted before anything was sent"));
        }
        match file.read(&mut step).map_err(|error| cannot_read(path, error))? {
            0 => break,
            read => hasher.update(&step[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
