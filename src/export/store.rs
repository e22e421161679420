//! What becomes of records in the end: files are made of them, or they are compared with files. It knows no thread, no lock
//! and no order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::compare::{self, Difference};
use super::index::{IndexHead, Knobs};
use super::manifest::{
    MANIFEST_FILE, MAPPING_FILE, Manifest, PartFile, REJECTED_FILE, REJECTED_RECORDS_FILE,
    SCRIPT_FILE,
};
use super::part::{self, Hashed, Packer, Part};
use super::reject::Rejected;
use super::report::IndexReport;
use super::{Durability, script};
use crate::error::{Error, Result};

/// What becomes of the records of an index.
pub(super) enum Store {
    /// Files in `folder`, which is called `published` in the end.
    Folder { folder: PathBuf, published: PathBuf },
    /// They are compared with the files in `folder`. `recorded`: the hashes that the folder's own manifest has for its files.
    Check { folder: PathBuf, recorded: BTreeMap<String, String> },
    /// They are handed on, and no file is made.
    Nothing,
}

/// The file of a part, while it is written.
pub(super) type PartWriter = Packer<Hashed<BufWriter<File>>>;

/// What came of records that were stored.
pub(super) enum Stored {
    /// The file to go on with.
    Open(PartWriter),
    /// The part is complete.
    Complete(PartFile, Option<Difference>),
}

impl Store {
    /// Writes or compares the records of a job.
    pub(super) fn take(
        &self,
        part: &Part,
        file: Option<PartWriter>,
        is_last: bool,
        knobs: &Knobs,
    ) -> Result<Stored> {
        let name = part::file_name(part.number, knobs.compression);
        match self {
            Store::Folder { folder, published } => {
                write_part(part, file, is_last, &folder.join(&name), knobs)
                    .map_err(|error| unwritable(&name, published, error))
            }
            Store::Check { folder, recorded } => {
                let recorded = recorded.get(&name).map(String::as_str);
                let (compression, cancel) = (knobs.compression, knobs.cancel.as_deref());
                compare::part(part, folder, compression, cancel, recorded)
                    .map(|(file, difference)| Stored::Complete(file, difference))
            }
            Store::Nothing => unreachable!("records for a writer are not cut into parts"),
        }
    }
}

/// Everything about a complete index, before the files beside the parts are made.
pub(super) struct Content<'e> {
    pub(super) head: &'e IndexHead,
    pub(super) knobs: &'e Knobs,
    pub(super) manifest: Manifest,
}

impl Content<'_> {
    pub(super) fn complete(
        self,
        store: Store,
        rejected: Rejected,
        mut differences: Vec<Difference>,
    ) -> Result<IndexReport> {
        let mut found = None;
        match store {
            Store::Folder { folder, published } => {
                self.write(&folder, &published)?;
                found = Some(published);
            }
            Store::Check { folder, recorded } => {
                differences.extend(rejected.differences);
                differences.extend(self.compare(&folder, &recorded)?);
                differences.sort_by(|a, b| a.file.cmp(&b.file));
                found = Some(folder);
            }
            Store::Nothing => {}
        }
        Ok(IndexReport {
            name: self.manifest.index,
            documents: self.manifest.documents,
            rejected: rejected.count,
            parts: self.manifest.parts.len() as u64,
            bytes: self.manifest.bytes,
            raw_bytes: self.manifest.raw_bytes,
            folder: found,
            reasons: rejected.reasons,
            examples: rejected.examples,
            differences,
        })
    }

    /// The files beside the parts; the manifest is the last, for without it there is no export.
    fn small_files(&self) -> [(&'static str, Vec<u8>); 3] {
        let script = script::render(&self.manifest, &self.head.target);
        [
            (MAPPING_FILE, self.head.mapping.clone()),
            (SCRIPT_FILE, script),
            (MANIFEST_FILE, self.manifest.to_bytes()),
        ]
    }

    fn write(&self, folder: &Path, published: &Path) -> Result<()> {
        for (name, bytes) in self.small_files() {
            let written = File::create_new(folder.join(name)).and_then(|mut file| {
                file.write_all(&bytes)?;
                sync(&file, self.knobs.durability)
            });
            written.map_err(|error| unwritable(name, published, error))?;
        }
        if self.manifest.rejected > 0 {
            for name in [REJECTED_FILE, REJECTED_RECORDS_FILE] {
                File::open(folder.join(name))
                    .and_then(|file| sync(&file, self.knobs.durability))
                    .map_err(|error| unwritable(name, published, error))?;
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        folder: &Path,
        recorded: &BTreeMap<String, String>,
    ) -> Result<Vec<Difference>> {
        let mut differences = Vec::new();
        for (name, bytes) in self.small_files() {
            let hash = recorded.get(name).map(String::as_str);
            differences.extend(compare::small_file(folder, name, &bytes, hash)?);
        }
        let mut expected: Vec<&str> = self.manifest.parts.iter().map(|p| p.file.as_str()).collect();
        if self.manifest.rejected > 0 {
            expected.extend([REJECTED_FILE, REJECTED_RECORDS_FILE]);
        }
        differences.extend(compare::surplus(folder, &expected)?);
        Ok(differences)
    }
}

/// Writes records of a part to its file, hashing it on the way; with the last ones it is complete.
fn write_part(
    part: &Part,
    file: Option<PartWriter>,
    is_last: bool,
    path: &Path,
    knobs: &Knobs,
) -> io::Result<Stored> {
    let mut file = match file {
        Some(file) => file,
        None => {
            let file = File::create_new(path)?;
            // Only gathers what comes in small pieces: larger ones pass.
            let sink = Hashed::new(BufWriter::with_capacity(64 << 10, file));
            Packer::new(knobs.compression, sink)
        }
    };
    part::write_records(part, knobs.cancel.as_deref(), &mut file)?;
    if !is_last {
        return Ok(Stored::Open(file));
    }
    let hashed = file.finish()?;
    let bytes = hashed.bytes;
    let (sha256, buffered) = hashed.finish();
    let file = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
    sync(&file, knobs.durability)?;
    let (documents, raw_bytes) = (part.documents, part.raw_bytes);
    let name = part::file_name(part.number, knobs.compression);
    let file = PartFile { file: name, documents, bytes, raw_bytes, sha256 };
    Ok(Stored::Complete(file, None))
}

fn sync(file: &File, durability: Durability) -> io::Result<()> {
    match durability {
        Durability::Cached => Ok(()),
        Durability::Synced => file.sync_all(),
    }
}

fn unwritable(name: &str, published: &Path, error: io::Error) -> Error {
    Error::environment(format!(
        "cannot write `{name}` for `{}`; free space there, or name another folder with `-o`",
        published.display()
    ))
    .with_source(error)
}
