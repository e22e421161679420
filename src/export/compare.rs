//! `--check`: compares what an export would write with what lies on the disk, and changes nothing. It knows no thread.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use flate2::read::MultiGzDecoder;
use memchr::memchr;

use super::Compression;
use super::manifest::{PartFile, REJECTED_FILE, REJECTED_RECORDS_FILE, hash_file};
use super::part::{self, Hashed, Part, sha256};
use crate::error::{Error, Result};

/// Buffer of a file that is compared.
const READ_BYTES: usize = 256 << 10;

/// A file that is not what the export would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the file in the index folder.
    pub file: String,
    /// In which way it differs.
    pub kind: DifferenceKind,
    /// First line that differs, from 1; for a document the line of its action.
    pub line: Option<u64>,
    /// `_id` of the first document that differs, as the export would write it.
    pub id: Option<String>,
}

/// In which way a file differs from what the export would write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// It is not there.
    Missing,
    /// It is there, and the export would not write it.
    Surplus,
    /// It is as it was written, and the export would write other bytes now.
    Changed,
    /// It is no longer what its manifest says was written.
    Damaged,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.kind {
            DifferenceKind::Missing => "is missing",
            DifferenceKind::Surplus => "is not part of the export",
            DifferenceKind::Changed => "differs",
            DifferenceKind::Damaged => "is damaged: its hash is not the one in the manifest",
        };
        write!(f, "`{}` {how}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", first in line {line}")?;
        }
        if let Some(id) = &self.id {
            write!(f, ", `_id` `{id}`")?;
        }
        Ok(())
    }
}

/// A sink that compares what is written to it with what another source holds.
pub(crate) struct Comparer {
    disk: Option<Box<dyn Read + Send>>,
    position: u64,
    differs_at: Option<u64>,
    buffer: Vec<u8>,
}

/// How a comparison ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    Equal,
    Missing,
    /// The first byte that differs; the end of the shorter one where only the lengths do.
    Differs(u64),
}

impl Comparer {
    /// Compares with a file; one that is not there is a result, not an error.
    pub(crate) fn file(path: &Path) -> Result<Comparer> {
        match File::open(path) {
            Ok(file) => Ok(Comparer::new(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Comparer { disk: None, position: 0, differs_at: None, buffer: Vec::new() })
            }
            Err(error) => Err(unreadable(path, error)),
        }
    }

    pub(crate) fn new(disk: impl Read + Send + 'static) -> Comparer {
        Comparer { disk: Some(Box::new(disk)), position: 0, differs_at: None, buffer: Vec::new() }
    }

    /// The result; whatever the source still holds is a difference too.
    pub(crate) fn finish(mut self) -> Compared {
        if self.differs_at.is_none()
            && let Some(disk) = &mut self.disk
            && !matches!(disk.read(&mut [0]), Ok(0))
        {
            self.differs_at = Some(self.position);
        }
        match (self.disk, self.differs_at) {
            (None, _) => Compared::Missing,
            (Some(_), Some(at)) => Compared::Differs(at),
            (Some(_), None) => Compared::Equal,
        }
    }
}

impl Write for Comparer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = &bytes[..bytes.len().min(READ_BYTES)];
        let Some(disk) = &mut self.disk else { return Ok(bytes.len()) };
        if self.differs_at.is_some() {
            return Ok(bytes.len());
        }
        self.buffer.clear();
        // A source that ends early, or cannot be read or unpacked any further, differs from there on.
        let _ended = disk.take(bytes.len() as u64).read_to_end(&mut self.buffer);
        let equal = self.buffer.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        if equal < bytes.len() {
            self.differs_at = Some(self.position + equal as u64);
        }
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Compares a part with its file in `folder`. `recorded` is the hash that the folder's own manifest has for it.
pub(crate) fn part(
    part: &Part,
    folder: &Path,
    compression: Compression,
    cancel: Option<&AtomicBool>,
    recorded: Option<&str>,
) -> Result<(PartFile, Option<Difference>)> {
    let name = part::file_name(part.number, compression);
    let path = folder.join(&name);
    let unfinished = |error| unreadable(&path, error);
    let hashed = Hashed::new(Comparer::file(&path)?);
    let hashed = part::write(part, compression, cancel, hashed).map_err(unfinished)?;
    let bytes = hashed.bytes;
    let (sha256, comparer) = hashed.finish();
    let difference = match comparer.finish() {
        Compared::Equal => None,
        Compared::Missing => Some(Difference::of(&name, DifferenceKind::Missing)),
        Compared::Differs(at) => {
            let found = hash_file(&path).map_err(unfinished)?;
            let mut difference = Difference::of(&name, kind(&found, recorded));
            let at = match compression {
                Compression::Plain => Some(at),
                Compression::Gzip(_) => first_raw_difference(part, &path, cancel)?,
            };
            (difference.line, difference.id) = at.map_or((None, None), |at| locate(part, at));
            Some(difference)
        }
    };
    let (documents, raw_bytes) = (part.documents, part.raw_bytes);
    Ok((PartFile { file: name, documents, bytes, raw_bytes, sha256 }, difference))
}

/// Compares a small file with what it should hold.
pub(crate) fn small_file(
    folder: &Path,
    name: &str,
    expected: &[u8],
    recorded: Option<&str>,
) -> Result<Option<Difference>> {
    let path = folder.join(name);
    let found = match std::fs::read(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some(Difference::of(name, DifferenceKind::Missing)));
        }
        Err(error) => return Err(unreadable(&path, error)),
    };
    if found == expected {
        return Ok(None);
    }
    let equal = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let lines = expected[..equal].iter().filter(|byte| **byte == b'\n').count() as u64;
    let kind = recorded.map_or(DifferenceKind::Changed, |hash| kind(&sha256(&found), Some(hash)));
    Ok(Some(Difference { line: Some(lines + 1), ..Difference::of(name, kind) }))
}

/// Files in `folder` that only an export writes, and that are not `expected`. Files of users and of `upload` are their own.
pub(crate) fn surplus(folder: &Path, expected: &[&str]) -> Result<Vec<Difference>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        names.extend(entry.file_name().into_string());
    }
    names.retain(|name| {
        let ours =
            part::is_file_name(name) || name == REJECTED_FILE || name == REJECTED_RECORDS_FILE;
        ours && !expected.contains(&name.as_str())
    });
    names.sort();
    Ok(names.iter().map(|name| Difference::of(name, DifferenceKind::Surplus)).collect())
}

/// The head of a `rejected.json` up to its documents, and a comparer that stands on the first of them.
pub(crate) fn rejected_documents(path: &Path) -> Result<(Vec<u8>, Comparer)> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Vec::new(), Comparer::file(path)?));
        }
        Err(error) => return Err(unreadable(path, error)),
    };
    let mut reader = BufReader::with_capacity(READ_BYTES, file);
    let mut head = Vec::new();
    // The line end belongs to the first document.
    while !head.ends_with(b"\n  \"documents\": [\n") {
        let read = reader.by_ref().take(READ_BYTES as u64).read_until(b'\n', &mut head);
        if read.map_err(|error| unreadable(path, error))? == 0 {
            return Ok((head, Comparer::new(io::empty())));
        }
    }
    head.pop();
    Ok((head, Comparer::new(io::Cursor::new(b"\n").chain(reader))))
}

impl Difference {
    pub(crate) fn of(file: &str, kind: DifferenceKind) -> Difference {
        Difference { file: file.to_string(), kind, line: None, id: None }
    }
}

fn kind(found: &str, recorded: Option<&str>) -> DifferenceKind {
    if recorded.is_some_and(|hash| hash != found) {
        DifferenceKind::Damaged
    } else {
        DifferenceKind::Changed
    }
}

/// Where the unpacked file first differs from the part; `None` where only the packing does.
fn first_raw_difference(
    part: &Part,
    path: &Path,
    cancel: Option<&AtomicBool>,
) -> Result<Option<u64>> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let unpacked = Comparer::new(MultiGzDecoder::new(BufReader::with_capacity(READ_BYTES, file)));
    let unpacked = part::write(part, Compression::Plain, cancel, unpacked)
        .map_err(|error| unreadable(path, error))?;
    match unpacked.finish() {
        Compared::Differs(at) => Ok(Some(at)),
        Compared::Equal | Compared::Missing => Ok(None),
    }
}

/// Line of the action, and `_id`, of the record that holds byte `at`; the line after the last where all records are equal.
fn locate(part: &Part, at: u64) -> (Option<u64>, Option<String>) {
    let bytes: Vec<u8> = part.segments.iter().flat_map(|s| s.bytes()).copied().collect();
    let line_end =
        |from: usize| memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |n| from + n + 1);
    let (mut start, mut line) = (0, 1);
    while start < bytes.len() {
        let action = &bytes[start..line_end(start)];
        let mut end = start + action.len();
        let mut lines = 1;
        if !action.starts_with(b"{\"delete\"") {
            end = line_end(end);
            lines = 2;
        }
        if at < end as u64 {
            return (Some(line), id_of(action));
        }
        start = end;
        line += lines;
    }
    (Some(line), None)
}

fn id_of(action: &[u8]) -> Option<String> {
    let action: serde_json::Value = serde_json::from_slice(action).ok()?;
    let (_, target) = action.as_object()?.iter().next()?;
    target.get("_id")?.as_str().map(str::to_string)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let what = format!("cannot compare with `{}`; check that it can be read", path.display());
    Error::environment(what).with_source(error)
}
