//! The records that an engine refused: `rejected-upload.ndjson` (loadable) and `rejected-upload.json` (why).
//!
//! Records are written beside and renamed at the end, so that an interrupted run leaves nothing half-written under the name.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;

use crate::error::{Error, Result};
use crate::export::manifest::{UPLOAD_FILES, UPLOADED_FILES};

use super::report::Reason;
use super::shown;

/// The refused records, ready to be posted again.
const RECORDS_FILE: &str = UPLOADED_FILES[0];
/// Why they were refused.
const REASONS_FILE: &str = UPLOADED_FILES[1];
const RECORDS_BESIDE: &str = UPLOAD_FILES[1];
const REASONS_BESIDE: &str = "rejected-upload.json.unfinished";

/// Bytes of what is refused of a part that stay in memory.
const WAITING_BYTES_MAX: usize = 256 << 10;
/// Refused records listed in one line of the state.
const PIECE: usize = 256;

/// One refused record.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) id: String,
    pub(super) status: u16,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) reason: String,
}

/// The refused records of a run while it goes on.
#[derive(Debug)]
pub(super) struct Rejects {
    folder: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl Rejects {
    /// Begins with the first `bytes` of what an interrupted run left, or with nothing.
    pub(super) fn open(folder: &Path, bytes: u64) -> Result<Rejects> {
        let mut rejects = Rejects { folder: folder.to_path_buf(), file: None, bytes };
        if bytes == 0 {
            for name in [RECORDS_FILE, REASONS_FILE, RECORDS_BESIDE, REASONS_BESIDE] {
                remove(&folder.join(name))?;
            }
            return Ok(rejects);
        }
        let path = folder.join(RECORDS_BESIDE);
        let named = folder.join(RECORDS_FILE);
        if !path.exists() && named.exists() {
            // The interrupted run had only its state left to remove.
            std::fs::rename(&named, &path).map_err(|error| cannot_write(&path, error))?;
        }
        let file = OpenOptions::new()
            .write(true)
            .open(&path)
            .map_err(|error| cannot_write(&path, error))?;
        let lies_there = file.metadata().map_err(|error| cannot_write(&path, error))?.len();
        if lies_there < bytes {
            return Err(Error::environment(format!(
                "`{}` is shorter than the state says; load again without `--resume`",
                shown(&path)
            )));
        }
        file.set_len(bytes).map_err(|error| cannot_write(&path, error))?;
        drop(file);
        rejects.file = Some(append(&path)?);
        Ok(rejects)
    }

    /// Adds the records of one part; gives the length of the file after them.
    pub(super) fn add(&mut self, mut records: impl Read) -> Result<u64> {
        let path = self.folder.join(RECORDS_BESIDE);
        if self.file.is_none() {
            self.file = Some(append(&path)?);
        }
        if let Some(file) = &mut self.file {
            let copied = std::io::copy(&mut records, file);
            self.bytes += copied.map_err(|error| cannot_write(&path, error))?;
        }
        Ok(self.bytes)
    }

    /// Length of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A place for what is refused of a part that is still under way.
    pub(super) fn waiting(&self) -> Waiting {
        let spooled = || tempfile::spooled_tempfile_in(WAITING_BYTES_MAX, &self.folder);
        Waiting { folder: self.folder.clone(), records: spooled(), rejected: spooled() }
    }

    /// Gives the files their names, where anything was refused.
    pub(super) fn finish(
        self,
        rejected: impl Iterator<Item = Result<Rejected>>,
        reasons: &Reasons,
    ) -> Result<()> {
        if self.bytes == 0 {
            return Ok(());
        }
        let beside = self.folder.join(REASONS_BESIDE);
        let written = write_reasons(&beside, rejected, reasons)?;
        written.map_err(|error| cannot_write(&beside, error))?;
        for (from, to) in [(RECORDS_BESIDE, RECORDS_FILE), (REASONS_BESIDE, REASONS_FILE)] {
            let to = self.folder.join(to);
            std::fs::rename(self.folder.join(from), &to)
                .map_err(|error| cannot_write(&to, error))?;
        }
        Ok(())
    }
}

/// What was refused of one part while it is under way: a little in memory, more in files that have no name. Parts end in any
/// order, and each is written down as one.
#[derive(Debug)]
pub(super) struct Waiting {
    folder: PathBuf,
    records: SpooledTempFile,
    /// A line for each.
    rejected: SpooledTempFile,
}

impl Waiting {
    pub(super) fn add(&mut self, records: &[u8], rejected: &[Rejected]) -> Result<()> {
        let mut lines = Vec::new();
        let written = rejected
            .iter()
            .try_for_each(|rejected| {
                serde_json::to_writer(&mut lines, rejected)?;
                lines.write_all(b"\n")
            })
            .and_then(|()| self.rejected.write_all(&lines))
            .and_then(|()| self.records.write_all(records));
        written.map_err(|error| cannot_write(&self.folder.join(RECORDS_BESIDE), error))
    }

    /// The records, and the list of them in pieces of some length, both in the order in which they came.
    pub(super) fn read(
        mut self,
    ) -> Result<(impl Read, impl Iterator<Item = Result<Vec<Rejected>>>)> {
        let path = self.folder.join(RECORDS_BESIDE);
        let rewound = self.records.rewind().and_then(|()| self.rejected.rewind());
        rewound.map_err(|error| cannot_write(&path, error))?;
        let mut lines = BufReader::new(self.rejected).split(b'\n');
        let pieces = std::iter::from_fn(move || {
            let piece: std::io::Result<Vec<Rejected>> = lines
                .by_ref()
                .take(PIECE)
                .map(|line| serde_json::from_slice(&line?).map_err(std::io::Error::from))
                .collect();
            match piece {
                Ok(piece) => (!piece.is_empty()).then_some(Ok(piece)),
                Err(error) => Some(Err(cannot_write(&path, error))),
            }
        });
        Ok((self.records, pieces))
    }
}

/// How many records were refused for which reason.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons(BTreeMap<(u16, String), (u64, String)>);

impl Reasons {
    pub(super) fn count(&mut self, rejected: &Rejected) {
        let entry = self.0.entry((rejected.status, rejected.kind.clone()));
        entry.or_insert_with(|| (0, rejected.reason.clone())).0 += 1;
    }

    pub(super) fn add(&mut self, other: Reasons) {
        for (key, (count, example)) in other.0 {
            self.0.entry(key).or_insert((0, example)).0 += count;
        }
    }

    /// Of the rejects that the last whole upload of `folder` left; none where it left none.
    pub(super) fn of_folder(folder: &Path) -> Result<Option<Reasons>> {
        #[derive(Deserialize)]
        struct Summary {
            reasons: Vec<Reason>,
        }
        let path = folder.join(REASONS_FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let message = format!("`{}` cannot be read", shown(&path));
                return Err(Error::environment(message).with_source(error));
            }
        };
        let summary: Summary = serde_json::from_slice(&text).map_err(|error| {
            Error::environment(format!("`{}` is damaged; delete it", shown(&path)))
                .with_source(error)
        })?;
        let counted = |it: Reason| ((it.status, it.kind), (it.count, it.example));
        Ok(Some(Reasons(summary.reasons.into_iter().map(counted).collect())))
    }

    pub(super) fn total(&self) -> u64 {
        self.0.values().map(|(count, _)| count).sum()
    }

    /// The most frequent first.
    pub(super) fn list(&self) -> Vec<Reason> {
        let mut list: Vec<Reason> = self
            .0
            .iter()
            .map(|((status, kind), (count, example))| Reason {
                status: *status,
                kind: kind.clone(),
                count: *count,
                example: example.clone(),
            })
            .collect();
        list.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        list
    }
}

/// Written member by member, because the list can be longer than memory should be.
fn write_reasons(
    path: &Path,
    rejected: impl Iterator<Item = Result<Rejected>>,
    reasons: &Reasons,
) -> Result<std::io::Result<()>> {
    let file = match File::create(path) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let mut out = std::io::BufWriter::new(file);
    let head = (|| {
        write!(out, "{{\"rejected\":{},\"reasons\":", reasons.total())?;
        serde_json::to_writer(&mut out, &reasons.list())?;
        out.write_all(b",\"documents\":[")
    })();
    if head.is_err() {
        return Ok(head);
    }
    for (at, rejected) in rejected.enumerate() {
        let rejected = rejected?;
        let line = (|| {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut out, &rejected).map_err(std::io::Error::from)
        })();
        if line.is_err() {
            return Ok(line);
        }
    }
    Ok(out.write_all(b"\n]}\n").and_then(|()| out.flush()))
}

fn append(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| cannot_write(path, error))
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(cannot_write(path, error))
        }
        _ => Ok(()),
    }
}

fn cannot_write(path: &Path, error: std::io::Error) -> Error {
    Error::environment(format!("`{}` cannot be written", shown(path))).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(id: &str, kind: &str) -> Rejected {
        Rejected { id: id.into(), status: 400, kind: kind.into(), reason: format!("why {id}") }
    }

    #[test]
    fn refused_records_get_their_names_at_the_end_with_their_reasons() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rejects = Rejects::open(folder.path(), 0).expect("rejects");
        assert_eq!(rejects.add(&b"a\nb\n"[..]).expect("written"), 4);
        assert!(!folder.path().join(RECORDS_FILE).exists());
        let all = [rejected("1", "x"), rejected("2", "y"), rejected("3", "y")];
        let mut reasons = Reasons::default();
        all.iter().for_each(|rejected| reasons.count(rejected));
        rejects.finish(all.into_iter().map(Ok), &reasons).expect("finished");
        assert_eq!(std::fs::read(folder.path().join(RECORDS_FILE)).expect("records"), b"a\nb\n");
        let text = std::fs::read(folder.path().join(REASONS_FILE)).expect("reasons");
        let value: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        assert_eq!(value["rejected"], 3);
        assert_eq!(value["reasons"][0]["type"], "y");
        assert_eq!(value["reasons"][0]["count"], 2);
        assert_eq!(value["documents"][2]["id"], "3");
    }

    #[test]
    fn what_an_interrupted_run_left_is_cut_to_what_the_state_knows() {
        let folder = tempfile::tempdir().expect("a folder");
        Rejects::open(folder.path(), 0)
            .expect("rejects")
            .add(&b"known\nunknown\n"[..])
            .expect("written");
        let mut again = Rejects::open(folder.path(), 6).expect("rejects");
        assert_eq!(again.add(&b"next\n"[..]).expect("written"), 11);
        assert_eq!(
            std::fs::read(folder.path().join(RECORDS_BESIDE)).expect("records"),
            b"known\nnext\n"
        );
    }

    #[test]
    fn a_new_run_leaves_no_rejects_of_an_older_one() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(RECORDS_FILE), "old").expect("written");
        let rejects = Rejects::open(folder.path(), 0).expect("rejects");
        rejects.finish(std::iter::empty(), &Reasons::default()).expect("finished");
        assert!(!folder.path().join(RECORDS_FILE).exists());
    }
}
