//! The state of an upload: one journal in the export's folder, a line for each thing that became certain. No secrets.
//!
//! Lines are only appended, so that a killed run leaves at worst a last line without its end, which is not read. What a line
//! means to a run that takes over is decided here and nowhere else.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::export::manifest::UPLOAD_FILES;

use super::reject::{Reasons, Rejected};
use super::shown;

/// Name of the journal inside an index folder.
pub(super) const STATE_FILE: &str = UPLOAD_FILES[0];
const STATE_BESIDE: &str = "upload-state.ndjson.unfinished";
const FORMAT: u64 = 2;

/// Who an upload is for and what it does, decided before the cluster is touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) format: u64,
    pub(super) litebulk: String,
    pub(super) manifest_sha256: String,
    pub(super) cluster: String,
    pub(super) index: String,
    pub(super) mode: ModeName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    /// With an alias: older indices that stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keep: Option<usize>,
}

/// The four ways with an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ModeName {
    Create,
    Recreate,
    Append,
    Alias,
}

/// The settings that loading changes, as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    /// As the cluster has it; null where it is not set.
    pub(super) refresh_interval: Value,
    pub(super) number_of_replicas: Value,
    /// Whether replicas follow the number of nodes, and are therefore left alone.
    pub(super) auto_expanded: bool,
}

/// The index as it was when loading began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ready {
    pub(super) uuid: String,
    pub(super) found: Found,
    /// Documents that were there.
    pub(super) count: u64,
}

/// An index whose settings a run changed and did not set back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owed {
    pub(super) index: String,
    pub(super) uuid: String,
    pub(super) found: Found,
}

/// What became of records, in numbers; those that may have been written by an earlier try are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Records done, `delete` and rejected ones left out.
    pub(super) written: u64,
    /// Of those, documents that surely were not there before.
    pub(super) created: u64,
    /// Of those, documents that this run or another may have created.
    pub(super) perhaps_created: u64,
    /// Records of `delete`, done.
    pub(super) deletes: u64,
    /// Of those, documents that surely were there.
    pub(super) deleted: u64,
    /// Of those, documents that this run may have deleted.
    pub(super) perhaps_deleted: u64,
    pub(super) rejected: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Tally) {
        self.written += other.written;
        self.created += other.created;
        self.perhaps_created += other.perhaps_created;
        self.deletes += other.deletes;
        self.deleted += other.deleted;
        self.perhaps_deleted += other.perhaps_deleted;
        self.rejected += other.rejected;
    }

    /// The least and the greatest number of documents after these records went to an index of `before` documents.
    pub(super) fn expected(&self, before: u64) -> (u64, u64) {
        let least = (before + self.created).saturating_sub(self.deleted + self.perhaps_deleted);
        let most = (before + self.created + self.perhaps_created).saturating_sub(self.deleted);
        (least, most)
    }
}

/// A part whose every record is stored or rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) file: String,
    pub(super) tally: Tally,
    /// Length of the file of rejected records after this part.
    pub(super) rejects_bytes: u64,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    Begun(Begun),
    /// What the run before this one left to be set back, until this one takes it over or makes the index anew.
    Owed(Owed),
    Ready(Ready),
    Sent {
        file: String,
    },
    /// Some of the rejected records of the part that is stored next; without that line they are as if they had not been written.
    Rejected {
        list: Vec<Rejected>,
    },
    Stored(Stored),
    /// The settings were set back.
    Restored {},
    /// The settings are changed next.
    Tuned {},
}

/// What a journal says, put together.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) begun: Begun,
    pub(super) ready: Option<Ready>,
    pub(super) stored: Vec<String>,
    pub(super) tally: Tally,
    pub(super) rejects_bytes: u64,
    pub(super) reasons: Reasons,
    /// Of the part that is stored next.
    next_reasons: Reasons,
    /// Parts that were begun; those that are not in `stored` may be stored in part.
    pub(super) sent: Vec<String>,
    /// Whether the settings may be other than they were found.
    pub(super) tuned: bool,
    owed: Option<Owed>,
}

impl Known {
    fn new(begun: Begun) -> Known {
        Known {
            begun,
            ready: None,
            stored: Vec::new(),
            tally: Tally::default(),
            rejects_bytes: 0,
            reasons: Reasons::default(),
            next_reasons: Reasons::default(),
            sent: Vec::new(),
            tuned: false,
            owed: None,
        }
    }

    /// What is still to be set back.
    pub(super) fn debt(&self) -> Option<Owed> {
        match &self.ready {
            None => self.owed.clone(),
            Some(ready) => self.tuned.then(|| Owed {
                index: self.begun.index.clone(),
                uuid: ready.uuid.clone(),
                found: ready.found.clone(),
            }),
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Begun(begun) => *self = Known::new(begun),
            Event::Owed(owed) => self.owed = Some(owed),
            Event::Ready(ready) => {
                self.tuned = self.owed.take().is_some_and(|owed| owed.uuid == ready.uuid);
                self.ready = Some(ready);
            }
            Event::Sent { file } => self.sent.push(file),
            Event::Stored(stored) => {
                self.tally.add(&stored.tally);
                self.rejects_bytes = stored.rejects_bytes;
                self.reasons.add(std::mem::take(&mut self.next_reasons));
                self.stored.push(stored.file);
            }
            Event::Rejected { list } => {
                list.iter().for_each(|rejected| self.next_reasons.count(rejected));
            }
            Event::Restored {} => self.tuned = false,
            Event::Tuned {} => self.tuned = true,
        }
    }
}

/// The journal of one folder, open for writing.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins anew, at once in place of what lies there, of which `owed` is taken over.
    pub(super) fn begin(folder: &Path, begun: Begun, owed: Option<Owed>) -> Result<Journal> {
        let beside = folder.join(STATE_BESIDE);
        let file = File::create(&beside).map_err(|error| cannot_write(&beside, error))?;
        let mut journal = Journal { path: beside, file };
        journal.append(&Event::Begun(begun))?;
        owed.map_or(Ok(()), |owed| journal.append(&Event::Owed(owed)))?;
        let path = folder.join(STATE_FILE);
        std::fs::rename(&journal.path, &path).map_err(|error| cannot_write(&path, error))?;
        Ok(Journal { path, ..journal })
    }

    /// Goes on after the last whole line that counts.
    pub(super) fn resume(folder: &Path) -> Result<Journal> {
        let path = folder.join(STATE_FILE);
        let length = settled_length(&path)?;
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|error| cannot_write(&path, error))?;
        file.set_len(length).map_err(|error| cannot_write(&path, error))?;
        Ok(Journal { path, file })
    }

    /// Writes one line; it survives the death of this process, though not of the machine.
    pub(super) fn append(&mut self, event: &Event) -> Result<()> {
        let mut line = serde_json::to_vec(event).map_err(|error| {
            Error::environment("the state cannot be written as JSON").with_source(error)
        })?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|error| cannot_write(&self.path, error))
    }

    /// Nothing is left to take up.
    pub(super) fn remove(self) -> Result<()> {
        // A run that was killed as it began may have left it.
        let _none = std::fs::remove_file(self.path.with_file_name(STATE_BESIDE));
        std::fs::remove_file(&self.path).map_err(|error| cannot_write(&self.path, error))
    }
}

/// What lies in `folder`; none where no run was interrupted.
pub(super) fn known(folder: &Path) -> Result<Option<Known>> {
    let mut known: Option<Known> = None;
    for event in events(folder)? {
        match (event?, &mut known) {
            (event, Some(known)) => known.take(event),
            (Event::Begun(begun), None) => known = Some(Known::new(begun)),
            (_, None) => return Err(damaged(&folder.join(STATE_FILE))),
        }
    }
    match known {
        Some(known) if known.begun.format != FORMAT => Err(Error::environment(format!(
            "`{}` was written by another version of litebulk; load again without `--resume`",
            shown(&folder.join(STATE_FILE))
        ))),
        known => Ok(known),
    }
}

/// What lies in `folder` up to where it is damaged: enough for a run that begins anew.
pub(super) fn left(folder: &Path) -> Option<Known> {
    let mut events = events(folder).ok()?.map_while(Result::ok);
    let Some(Event::Begun(begun)) = events.next() else { return None };
    let mut known = Known::new(begun);
    events.for_each(|event| known.take(event));
    Some(known)
}

/// Every rejected record that the journal of `folder` knows, in order; of one that is open and that no part is under way of.
pub(super) fn rejected(folder: &Path) -> Result<impl Iterator<Item = Result<Rejected>>> {
    let list = |event| match event {
        Ok(Event::Rejected { list }) => list.into_iter().map(Ok).collect(),
        Ok(_) => Vec::new(),
        Err(error) => vec![Err(error)],
    };
    Ok(events(folder)?.flat_map(list))
}

fn events(folder: &Path) -> Result<impl Iterator<Item = Result<Event>>> {
    let path = folder.join(STATE_FILE);
    let reader = match File::open(&path) {
        Ok(file) => Some(BufReader::new(file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(cannot_read(&path, error)),
    };
    let lines = reader.into_iter().flat_map(|reader| reader.split(b'\n'));
    let end = whole_length(&path)?;
    let mut at = 0;
    Ok(lines.map_while(move |line| match line {
        Err(error) => Some(Err(cannot_read(&path, error))),
        Ok(line) => {
            at += line.len() as u64 + 1;
            (at <= end).then(|| serde_json::from_slice(&line).map_err(|_| damaged(&path)))
        }
    }))
}

/// Bytes up to the last line feed.
fn whole_length(path: &Path) -> Result<u64> {
    let mut reader = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(cannot_read(path, error)),
    };
    let (mut whole, mut at) = (0, 0);
    loop {
        let bytes = reader.fill_buf().map_err(|error| cannot_read(path, error))?;
        if bytes.is_empty() {
            return Ok(whole);
        }
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            whole = at + last as u64 + 1;
        }
        let length = bytes.len();
        at += length as u64;
        reader.consume(length);
    }
}

/// Bytes up to the last line that needs no other one after it to count.
fn settled_length(path: &Path) -> Result<u64> {
    let whole = whole_length(path)?;
    let file = File::open(path).map_err(|error| cannot_read(path, error))?;
    let (mut settled, mut at) = (0, 0);
    for line in BufReader::new(file.take(whole)).split(b'\n') {
        let line = line.map_err(|error| cannot_read(path, error))?;
        at += line.len() as u64 + 1;
        if !line.starts_with(b"{\"rejected\"") {
            settled = at;
        }
    }
    Ok(settled)
}

impl Begun {
    pub(super) fn new(
        manifest_sha256: &str,
        cluster: &str,
        index: &str,
        mode: ModeName,
        alias: Option<(&str, Option<usize>)>,
    ) -> Begun {
        Begun {
            format: FORMAT,
            litebulk: env!("CARGO_PKG_VERSION").into(),
            manifest_sha256: manifest_sha256.into(),
            cluster: cluster.into(),
            index: index.into(),
            mode,
            alias: alias.map(|(name, _)| name.into()),
            keep: alias.and_then(|(_, keep)| keep),
        }
    }
}

fn damaged(path: &Path) -> Error {
    Error::environment(format!(
        "`{}` is damaged; delete it, and load again without `--resume`",
        shown(path)
    ))
}

fn cannot_read(path: &Path, error: std::io::Error) -> Error {
    Error::environment(format!("`{}` cannot be read", shown(path))).with_source(error)
}

fn cannot_write(path: &Path, error: std::io::Error) -> Error {
    Error::environment(format!("`{}` cannot be written", shown(path))).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Begun {
        Begun::new("abc", "c", "django", ModeName::Create, None)
    }

    fn ready() -> Ready {
        Ready { uuid: "u".into(), found: Found::default(), count: 7 }
    }

    fn stored(file: &str, rejected: u64) -> Event {
        let tally =
            Tally { written: 3, created: 2, perhaps_created: 1, rejected, ..Tally::default() };
        Event::Stored(Stored { file: file.into(), tally, rejects_bytes: 10 })
    }

    fn rejected_of(ids: &[&str]) -> Event {
        let rejected = |id: &&str| Rejected {
            id: (*id).into(),
            status: 400,
            kind: "k".into(),
            reason: "r".into(),
        };
        Event::Rejected { list: ids.iter().map(rejected).collect() }
    }

    #[test]
    fn a_run_takes_up_what_the_journal_knows() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(known(folder.path()).expect("no journal").is_none());
        let mut journal = Journal::begin(folder.path(), begun(), None).expect("a journal");
        journal.append(&Event::Ready(ready())).expect("written");
        journal.append(&Event::Sent { file: "p1".into() }).expect("written");
        journal.append(&rejected_of(&["4"])).expect("written");
        journal.append(&stored("p1", 1)).expect("written");
        // Killed before the part was written down as stored.
        journal.append(&rejected_of(&["5", "6"])).expect("written");
        assert_eq!(known(folder.path()).expect("read").expect("a run").reasons.total(), 1);
        let mut journal = Journal::resume(folder.path()).expect("a journal");
        journal.append(&rejected_of(&["8"])).expect("written");
        journal.append(&rejected_of(&["9"])).expect("written");
        journal.append(&stored("p2", 2)).expect("written");
        let known = known(folder.path()).expect("read").expect("a run");
        assert_eq!((known.begun, known.ready), (begun(), Some(ready())));
        assert_eq!(known.stored, ["p1", "p2"]);
        assert_eq!((known.tally.written, known.tally.rejected, known.reasons.total()), (6, 3, 3));
        assert_eq!(known.rejects_bytes, 10);
        let ids: Vec<String> =
            rejected(folder.path()).expect("read").map(|r| r.expect("whole").id).collect();
        assert_eq!(ids, ["4", "8", "9"]);
    }

    #[test]
    fn a_line_that_was_cut_is_as_if_it_had_not_been_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::begin(folder.path(), begun(), None).expect("a journal");
        journal.append(&stored("p1", 0)).expect("written");
        let path = folder.path().join(STATE_FILE);
        let whole = std::fs::read(&path).expect("read");
        let first_line = memchr::memchr(b'\n', &whole).expect("a line") + 1;
        for cut in first_line..whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("written");
            assert!(
                known(folder.path()).expect("read").expect("a run").stored.is_empty(),
                "cut at {cut}"
            );
            Journal::resume(folder.path())
                .expect("a journal")
                .append(&stored("p2", 0))
                .expect("written");
            assert_eq!(
                known(folder.path()).expect("read").expect("a run").stored,
                ["p2"],
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn what_is_owed_outlives_the_state_that_said_so_until_it_is_paid_or_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let debt = || left(folder.path()).expect("a run").debt();
        let owed = Owed { index: "django".into(), uuid: "u".into(), found: Found::default() };
        let mut journal = Journal::begin(folder.path(), begun(), None).expect("a journal");
        journal.append(&Event::Ready(ready())).expect("written");
        assert_eq!(debt(), None);
        journal.append(&Event::Tuned {}).expect("written");
        assert_eq!(debt(), Some(owed.clone()));
        let mut journal = Journal::begin(folder.path(), begun(), debt()).expect("a journal");
        assert_eq!(debt(), Some(owed.clone()));
        journal.append(&Event::Ready(ready())).expect("written");
        assert_eq!(debt(), Some(owed.clone()));
        journal.append(&Event::Restored {}).expect("written");
        assert_eq!(debt(), None);
        let mut journal = Journal::begin(folder.path(), begun(), Some(owed)).expect("a journal");
        journal.append(&Event::Ready(Ready { uuid: "v".into(), ..ready() })).expect("written");
        assert_eq!(debt(), None, "the index was made anew");
    }

    #[test]
    fn a_damaged_journal_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(STATE_FILE), "{\"nonsense\":1}\n").expect("written");
        assert!(known(folder.path()).expect_err("damage").to_string().contains("is damaged"));
    }

    #[test]
    fn the_expected_count_is_as_narrow_as_what_is_known() {
        let tally = Tally {
            created: 10,
            perhaps_created: 2,
            deleted: 3,
            perhaps_deleted: 1,
            ..Tally::default()
        };
        assert_eq!(tally.expected(100), (106, 109));
        assert_eq!(Tally { deleted: 5, ..Tally::default() }.expected(5), (0, 0));
    }
}
