//! Exports as they lie in folders: which there are, and that none is damaged. It reads and hashes; it must not know a cluster.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    for export in &exports {
        check_files(export, is_cancelled)?;
    }
    Ok(exports)
}

/// The export in the index folder `folder`, whole.
pub(crate) fn export(folder: &Path, is_cancelled: &dyn Fn() -> bool) -> Result<Export> {
    let export = open(folder)?;
    check_files(&export, is_cancelled)?;
    Ok(export)
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
    Ok(Export { folder: folder.to_path_buf(), manifest, manifest_sha256, mapping })
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

fn check_files(export: &Export, is_cancelled: &dyn Fn() -> bool) -> Result<()> {
    let mut step = vec![0; STEP_BYTES];
    for part in &export.manifest.parts {
        let path = export.folder.join(&part.file);
        let mut file = File::open(&path).map_err(|error| cannot_read(&path, error))?;
        let mut hasher = Sha256::new();
        loop {
            if is_cancelled() {
                return Err(Error::new(
                    Category::Interrupted,
                    "interrupted before anything was sent",
                ));
            }
            match file.read(&mut step).map_err(|error| cannot_read(&path, error))? {
                0 => break,
                read => hasher.update(&step[..read]),
            }
        }
        let found: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if found != part.sha256 {
            return Err(damaged(&path));
        }
    }
    Ok(())
}
