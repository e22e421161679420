//! Streams what is rejected to `rejected.ndjson` and `rejected.json`, in document order, in bounded memory. It knows no
//! thread and no part.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Reject;
use super::compare::{self, Compared, Comparer, Difference, DifferenceKind};
use super::manifest::{
    REJECTED_FILE, REJECTED_RECORDS_FILE, REJECTED_TAIL, Reason, RejectedDocument, RejectedHead,
    rejected_head,
};
use crate::error::{DataError, Error, Result, Verdict};

/// Rules that are counted one by one, at most; a rule that quotes values must not fill the memory.
const REASONS_MAX: usize = 1_000;
/// What all rules beyond [`REASONS_MAX`] are counted as.
const OTHER_RULES: &str = "other rules, named with each document";
/// Rejected documents that the report repeats.
const EXAMPLES_MAX: usize = 20;

/// Where rejects go.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// Into files in `folder`; `documents` is a path for what `rejected.json` will hold, until its head is known, and
    /// `published` where the folder will be, for messages.
    Files { folder: PathBuf, documents: PathBuf, published: PathBuf },
    /// Compared with the files in this folder.
    Compared(PathBuf),
    /// Counted only.
    Counted,
}

/// What was rejected so far.
pub(crate) struct Rejects {
    destination: Destination,
    rejected: u64,
    reasons: BTreeMap<(String, Verdict), u64>,
    examples: Vec<DataError>,
    streams: Option<Streams>,
}

/// Opened with the first reject: without one there are no files.
enum Streams {
    Files { records: BufWriter<File>, documents: BufWriter<File> },
    Compared { records: Comparer, documents: Comparer, head: Vec<u8> },
}

/// What was rejected in the end.
#[derive(Debug, Default)]
pub(crate) struct Rejected {
    pub(crate) count: u64,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) examples: Vec<DataError>,
    pub(crate) differences: Vec<Difference>,
}

impl Rejects {
    pub(crate) fn new(destination: Destination) -> Rejects {
        let reasons = BTreeMap::new();
        Rejects { destination, rejected: 0, reasons, examples: Vec::new(), streams: None }
    }

    /// Takes one document; in document order.
    pub(crate) fn push(&mut self, reject: Reject) -> Result<()> {
        let first = self.rejected == 0;
        self.rejected += 1;
        self.count(&reject.error);
        if first {
            self.streams = Streams::open(&self.destination)?;
        }
        if let Some(streams) = &mut self.streams {
            let written = streams.push(&reject, first);
            written.map_err(|error| unwritable(&self.destination, error))?;
        }
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(reject.error);
        }
        Ok(())
    }

    fn count(&mut self, error: &DataError) {
        let mut reason = (error.rule.clone(), error.verdict);
        if self.reasons.len() >= REASONS_MAX && !self.reasons.contains_key(&reason) {
            reason.0 = OTHER_RULES.to_string();
        }
        *self.reasons.entry(reason).or_default() += 1;
    }

    /// Completes the files, or the comparison.
    pub(crate) fn finish(self) -> Result<Rejected> {
        let mut reasons: Vec<Reason> = self
            .reasons
            .into_iter()
            .map(|((rule, verdict), count)| Reason { rule, verdict: verdict.as_str(), count })
            .collect();
        // Stable, so that rules stay in their own order where they are equally frequent.
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        let head = rejected_head(&RejectedHead { rejected: self.rejected, reasons: &reasons });
        let differences = match self.streams {
            None => Vec::new(),
            Some(streams) => streams
                .finish(&head, &self.destination)
                .map_err(|error| unwritable(&self.destination, error))?,
        };
        Ok(Rejected { count: self.rejected, reasons, examples: self.examples, differences })
    }
}

impl Streams {
    fn open(destination: &Destination) -> Result<Option<Streams>> {
        let create = |path: &Path| {
            let file = File::create_new(path).map_err(|error| unwritable(destination, error))?;
            Ok::<_, Error>(BufWriter::with_capacity(64 << 10, file))
        };
        Ok(match destination {
            Destination::Files { folder, documents, .. } => Some(Streams::Files {
                records: create(&folder.join(REJECTED_RECORDS_FILE))?,
                documents: create(documents)?,
            }),
            Destination::Compared(folder) => {
                let records = Comparer::file(&folder.join(REJECTED_RECORDS_FILE))?;
                let (head, documents) = compare::rejected_documents(&folder.join(REJECTED_FILE))?;
                Some(Streams::Compared { records, documents, head })
            }
            Destination::Counted => None,
        })
    }

    fn push(&mut self, reject: &Reject, first: bool) -> io::Result<()> {
        let (records, documents): (&mut dyn Write, &mut dyn Write) = match self {
            Streams::Files { records, documents } => (records, documents),
            Streams::Compared { records, documents, .. } => (records, documents),
        };
        if let Some(record) = &reject.record {
            records.write_all(record)?;
        }
        let mut line = if first { b"\n    ".to_vec() } else { b",\n    ".to_vec() };
        serde_json::to_writer(&mut line, &RejectedDocument::new(&reject.error, &reject.also))?;
        documents.write_all(&line)
    }

    fn finish(self, head: &[u8], destination: &Destination) -> io::Result<Vec<Difference>> {
        match (self, destination) {
            (
                Streams::Files { mut records, mut documents },
                Destination::Files { folder, documents: path, .. },
            ) => {
                records.flush()?;
                documents.flush()?;
                let mut whole = BufWriter::new(File::create_new(folder.join(REJECTED_FILE))?);
                whole.write_all(head)?;
                io::copy(&mut File::open(path)?, &mut whole)?;
                whole.write_all(REJECTED_TAIL)?;
                whole.flush()?;
                std::fs::remove_file(path)?;
                Ok(Vec::new())
            }
            (Streams::Compared { records, mut documents, head: found }, _) => {
                documents.write_all(REJECTED_TAIL)?;
                let mut documents = documents.finish();
                if documents == Compared::Equal && found != head {
                    documents = Compared::Differs(0);
                }
                let files = [(REJECTED_RECORDS_FILE, records.finish()), (REJECTED_FILE, documents)];
                Ok(files
                    .into_iter()
                    .filter_map(|(file, compared)| difference(file, &compared))
                    .collect())
            }
            (Streams::Files { .. }, _) => {
                unreachable!("files are only opened for that destination")
            }
        }
    }
}

fn difference(file: &str, compared: &Compared) -> Option<Difference> {
    match compared {
        Compared::Equal => None,
        Compared::Missing => Some(Difference::of(file, DifferenceKind::Missing)),
        Compared::Differs(_) => Some(Difference::of(file, DifferenceKind::Changed)),
    }
}

fn unwritable(destination: &Destination, error: io::Error) -> Error {
    let what = match destination {
        Destination::Files { published, .. } => format!(
            "cannot write the rejected documents for `{}`; free space there, or name another folder with `-o`",
            published.display()
        ),
        Destination::Compared(folder) => format!(
            "cannot compare the rejected documents of `{}`; check that they can be read",
            folder.display()
        ),
        Destination::Counted => "cannot count the rejected documents".to_string(),
    };
    Error::environment(what).with_source(error)
}
