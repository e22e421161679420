//! From a checked plan to files: threads, parts, gzip, rejects, manifest, atomic folder.

mod check;
pub(crate) mod compare;
mod document;
pub(crate) mod folder;
mod group;
mod identity;
pub(crate) mod index;
mod kept;
mod lane;
mod list;
pub(crate) mod manifest;
pub(crate) mod order;
pub(crate) mod part;
mod range;
mod record;
pub(crate) mod reject;
pub(crate) mod report;
mod row;
mod run;
pub(crate) mod script;
mod store;
mod whole;
mod worker;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::DataError;
use crate::target::Target;

pub use check::{CheckConfig, CheckReport, FieldCheck, IndexCheck};
pub use compare::{Difference, DifferenceKind};
pub use manifest::Reason;
pub use report::{IndexReport, Report};
pub use run::{check, export, export_to};

/// The bulk action that each record asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Fails where the document exists; the default of the command line.
    Create,
    /// Replaces what exists.
    Index,
    /// Writes the source as `doc` with `doc_as_upsert`.
    Update,
    /// Action lines alone.
    Delete,
}

/// What becomes of a document that the target would refuse or alter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// The first in document order ends the export; nothing is left under a final name.
    Stop,
    /// All go to `rejected.ndjson` and `rejected.json`, the rest is written.
    Reject,
}

/// How parts lie on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// As they are.
    Plain,
    /// One gzip member a part, without name and time; level 0 to 9.
    Gzip(u32),
}

/// Whether an export must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The system writes when it likes; a damaged part is found by its hash.
    Cached,
    /// Every file and folder is synced before the final rename.
    Synced,
}

/// One of `count` disjoint, complete shares of the documents, by a hash of the key; `1 <= number <= count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which share.
    pub number: u64,
    /// Of how many.
    pub count: u64,
}

/// Everything about an export that is not the model.
#[derive(Clone, Debug)]
pub struct ExportConfig {
    /// Indices to make, all where empty.
    pub indices: Vec<String>,
    /// Overrides the model's `target`; `es9` where neither names one.
    pub target: Option<Target>,
    /// The bulk action.
    pub op: Op,
    /// Bytes of a part before compression, at most; a larger record gets a part of its own.
    pub part_bytes_max: u64,
    /// How parts lie on the disk.
    pub compression: Compression,
    /// Threads that read and encode.
    pub threads: NonZeroUsize,
    /// What becomes of bad values.
    pub on_error: OnError,
    /// At most so many documents an index.
    pub limit: Option<u64>,
    /// Share of the documents, above 0 and at most 1, decided by a hash of the key.
    pub sample: Option<f64>,
    /// One share of the documents.
    pub shard: Option<Shard>,
    /// Whether to sync.
    pub durability: Durability,
    /// Set by the caller to end early; the run then fails with [`crate::Category::Interrupted`].
    pub cancel: Option<Arc<AtomicBool>>,
    /// Counts documents as they are done, for whoever draws it.
    pub progress: Option<Arc<crate::progress::Progress>>,
}

/// Where the documents go.
#[derive(Clone, Debug)]
pub enum Output {
    /// `<folder>/<index>/` for each index, each replaced at once and whole.
    Folder(PathBuf),
    /// Nothing is written: what would be is compared with what lies in the folder.
    Check(PathBuf),
}

/// Records of one stretch of an index, in document order.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Action lines and sources, each record ended by `\n`.
    pub(crate) bytes: Vec<u8>,
    /// Where each record ends in `bytes`.
    pub(crate) ends: Vec<usize>,
    /// What was rejected in this stretch, in document order.
    pub(crate) rejects: Vec<Reject>,
    /// About what these hold of the memory.
    pub(crate) rejects_bytes: usize,
}

impl Block {
    /// Adds a reject behind the records.
    pub(crate) fn reject(&mut self, reject: Reject) {
        // The error, its texts, and what the allocator adds.
        const ERROR_BYTES: usize = 768;
        let errors = std::iter::once(&reject.error).chain(&reject.also);
        self.rejects_bytes += errors.map(|error| ERROR_BYTES + error.value.len()).sum::<usize>()
            + reject.record.as_ref().map_or(0, Vec::len);
        self.rejects.push(reject);
    }

    /// What it holds of the memory, in use or not.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>() + self.rejects_bytes
    }
}

/// A document that is not in the parts.
#[derive(Debug)]
pub(crate) struct Reject {
    pub(crate) error: DataError,
    /// What is wrong with other fields of the document.
    pub(crate) also: Vec<DataError>,
    /// The record with the stored value, where JSON can say it.
    pub(crate) record: Option<Vec<u8>>,
}
