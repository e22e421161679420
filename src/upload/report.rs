//! What a run has to tell: written down as it goes to machines (`--json`). It knows no terminal.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A stage of the work on one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Making the index, or finding it.
    Prepare,
    /// Sending the parts.
    Load,
    /// Refreshing, counting, comparing.
    Verify,
}

/// How a run ended that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing lost (exit code 0).
    Whole,
    /// Documents were rejected; they are all in the rejects file (exit code 4).
    Rejected,
    /// A comparison found a difference (exit code 5).
    Different,
}

/// Why an engine refused documents, and how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// HTTP status of the item.
    pub status: u16,
    /// The engine's name for the error.
    #[serde(rename = "type")]
    pub kind: String,
    /// Documents refused for it.
    pub count: u64,
    /// What the engine said for one of them.
    pub example: String,
}

/// What was done for one index.
#[derive(Clone, Debug, Serialize)]
pub struct IndexReport {
    /// The index as the cluster names it.
    pub index: String,
    /// The alias that points at it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether the same content was there already, so that nothing was sent.
    pub already_there: bool,
    /// Records in the export.
    pub documents: u64,
    /// Records known to be stored, by this run and the interrupted ones before it.
    pub stored: u64,
    /// Records that the engine refused.
    pub rejected: u64,
    /// Why, the most frequent first.
    pub reasons: Vec<Reason>,
    /// Documents that the index holds.
    pub count: u64,
    /// Bytes of the records sent by this run, before compression, repetitions left out.
    pub bytes: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Documents a second while loading.
    pub documents_per_second: f64,
    /// Seconds spent, by stage.
    pub seconds: Vec<(Stage, f64)>,
    /// What the comparison at the end found.
    pub differences: Vec<String>,
}

/// What an upload did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UploadReport {
    /// One for each index, in the order of the work.
    pub indices: Vec<IndexReport>,
}

impl UploadReport {
    /// How the run ended: a difference outweighs rejects.
    pub fn outcome(&self) -> Outcome {
        if self.indices.iter().any(|index| !index.differences.is_empty()) {
            Outcome::Different
        } else if self.indices.iter().any(|index| index.rejected > 0) {
            Outcome::Rejected
        } else {
            Outcome::Whole
        }
    }
}

/// What a comparison of one index found.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyIndexReport {
    /// The index as the cluster names it.
    pub index: String,
    /// Documents that the export says there are.
    pub documents: u64,
    /// Documents that the index holds.
    pub count: u64,
    /// Documents read back and compared.
    pub compared: u64,
    /// Documents that should be there and are not.
    pub missing: u64,
    /// Documents that are there and should not be.
    pub surplus: u64,
    /// Documents that are not what the export says.
    pub different: u64,
    /// Documents that are there, and that the index does not show as they were sent because it was told to: the record goes
    /// through a pipeline, or the mapping keeps less than the source. No difference.
    pub hidden: u64,
    /// The first of them, and differences of count and mapping, one line each.
    pub differences: Vec<String>,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifyReport {
    /// One for each index.
    pub indices: Vec<VerifyIndexReport>,
}

impl VerifyReport {
    /// How the comparison ended.
    pub fn outcome(&self) -> Outcome {
        if self.indices.iter().any(|index| !index.differences.is_empty()) {
            Outcome::Different
        } else {
            Outcome::Whole
        }
    }
}

/// Documents a second; 0 where no time passed.
pub(super) fn rate(documents: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 { (documents as f64 / seconds).round() } else { 0.0 }
}
