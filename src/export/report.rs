//! What an export tells its caller when it is done. Plain data.

use std::path::PathBuf;

use super::compare::Difference;
use super::manifest::Reason;
use crate::error::DataError;

/// What an export did, index by index.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order of the model.
    pub indices: Vec<IndexReport>,
    /// What the user should read once: translations of the mapping, types that are unknown.
    pub notices: Vec<String>,
}

/// What was written, or compared, for one index.
#[derive(Clone, Debug, Default)]
pub struct IndexReport {
    /// Name of the index.
    pub name: String,
    /// Documents in the parts.
    pub documents: u64,
    /// Documents that are not in the parts.
    pub rejected: u64,
    /// Number of part files.
    pub parts: u64,
    /// Bytes of the parts as they lie there.
    pub bytes: u64,
    /// Bytes of the parts before compression.
    pub raw_bytes: u64,
    /// Where the files are, or were compared; `None` where the records went to a writer.
    pub folder: Option<PathBuf>,
    /// Why documents were rejected, the most frequent reason first.
    pub reasons: Vec<Reason>,
    /// The first rejected documents in document order, 20 at most.
    pub examples: Vec<DataError>,
    /// What a comparison found, by file; empty where all is equal, or nothing was compared.
    pub differences: Vec<Difference>,
}

impl Report {
    /// Rejected documents of all indices: exit code 4 of the command line where there are any.
    pub fn rejected(&self) -> u64 {
        self.indices.iter().map(|index| index.rejected).sum()
    }

    /// Whether a comparison found a difference: exit code 5 of the command line.
    pub fn differs(&self) -> bool {
        self.indices.iter().any(|index| !index.differences.is_empty())
    }
}
