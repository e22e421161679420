//! From an export on the disk to documents in a cluster, with nothing lost between the two. It owns every socket of the
//! crate and must not know SQLite.
//!
//! The one promise: when a run ends, the index holds the export less what lies in `rejected-upload.ndjson`, or the run says
//! that it did not end well. Everything else follows from what engines do (measured on nine of them):
//!
//! - An answer of 200 proves nothing. Each answer is compared with its body item by item (`answer`), and the index is
//!   counted at the end (`verify`).
//! - Whether a request took effect can be unknown. Every record carries its `_id`, so it may be sent again; what a `create`
//!   then finds in its place is read back and compared (`documents`). Engines replay writes themselves when a node dies, so
//!   the same comparison settles every 409.
//! - A refused request may have stored a part of itself (Elasticsearch 9). After a 400 the ids are looked up before anything
//!   is called rejected, and bodies stay below the size at which this starts (`BODY_BYTES_MAX`).
//! - The bulk loop (`deliver`) therefore knows five ways out of an answer: done, send again, halve, narrow down, end the run.
//!   It ends in a decision for each record: stored, or rejected with the engine's reason. There is no third.
//! - What must be set back, and which parts are stored, lies in a journal beside the parts (`state`) before the cluster is
//!   touched, so that a killed run can be taken up.
//!
//! Rooms, in the order of the data: `address`, `credentials`, `pem`, `proxy`, `transport`, `heads`, `response`,
//! `unanswered`, `identity`, `connection` (requests), `cluster` (who answers), `index` (its life and its
//! settings), `alias`, `plan` (what is to be done), `body` (parts to bodies), `answer` and `retry` (pure), `wait`, `deliver` (one
//! body), `load` (all of them, by threads), `documents` and `deep` (reading back), `reject`, `state`, `mapping` (pure comparison), `verify`, `report`.

mod address;
mod alias;
mod answer;
pub(crate) mod body;
mod cluster;
mod connection;
mod credentials;
mod deep;
mod deliver;
mod documents;
pub(crate) mod folder;
mod heads;
mod identity;
mod index;
mod load;
mod mapping;
mod pem;
mod plan;
mod proxy;
mod reject;
mod report;
mod response;
mod retry;
mod run;
mod state;
mod transport;
mod unanswered;
mod verify;
mod wait;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::Result;

pub use report::{
    IndexReport, Outcome, Reason, Stage, UploadReport, VerifyIndexReport, VerifyReport,
};

/// Bytes of a bulk body before compression, at most, unless one record alone is larger.
///
/// Elasticsearch 9 begins to run a body when about 24 MB of it have arrived (with 512 MiB of heap) and nothing of 10 MB, so a
/// body of this size is taken or refused as a whole.
pub(crate) const BODY_BYTES_MAX: usize = 10 << 20;
/// Smaller bodies cost more in requests than they gain.
pub(crate) const BODY_BYTES_MIN: usize = 1 << 20;
/// Bodies for each worker, at least, as long as they stay above [`BODY_BYTES_MIN`].
pub(crate) const BODIES_A_JOB_MIN: usize = 8;

/// A text that is never shown: passwords, keys, tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// How to prove who is asking. User info in a URL counts as [`Credentials::Basic`].
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Nothing is sent.
    Anonymous,
    /// User and password.
    Basic {
        /// Name of the user.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// An API key, as `id:key` or as the Base64 of that.
    ApiKey(Secret),
    /// A bearer token.
    Bearer(Secret),
}

/// Which certificates of a server are trusted.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Mozilla's roots.
    Public,
    /// Those in this PEM file, and no others.
    File(PathBuf),
    /// Any: whoever sits between can read and change everything.
    Anything,
}

/// A certificate that the client shows, with its private key; both PEM.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// How to reach a cluster.
#[derive(Clone)]
pub struct ConnectionConfig {
    /// Nodes (`http://host:9200/prefix`); work spreads over them and leaves a dead one.
    pub urls: Vec<String>,
    /// Who is asking.
    pub credentials: Credentials,
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// What the client shows.
    pub client_certificate: Option<ClientCertificate>,
    /// Longest stall of a connection, a send or an answer.
    pub timeout: Duration,
    /// How often a request is sent again.
    pub retries: u32,
    /// Set by the caller to end early.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Told what happens.
    pub progress: Option<Arc<dyn Progress>>,
}

/// Without what the addresses hold of users and passwords.
impl fmt::Debug for ConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionConfig")
            .field("nodes", &self.urls.len())
            .field("credentials", &self.credentials)
            .field("trust", &self.trust)
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// What becomes of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is made; one that exists is an error.
    Create,
    /// One that exists is deleted first.
    Recreate,
    /// It must exist; documents are added.
    Append,
    /// A new index named after the content is made, and the alias moved to it.
    Alias {
        /// Name of the alias.
        name: String,
        /// Older indices of the same export that stay.
        keep: usize,
    },
}

/// Where a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the first part.
    Fresh,
    /// After what an interrupted run is known to have stored; fresh where there was none.
    Resume,
}

/// Whether the settings of the index are changed while it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tune {
    /// No refresh, and on a single data node no replicas; set back afterwards.
    Loading,
    /// Left alone.
    Never,
}

/// When bodies are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Where a node is not on this machine and the engine takes it.
    Auto,
    /// Wherever the engine takes it.
    Always,
    /// Never.
    Never,
}

/// Everything about an upload that is not the export.
#[derive(Clone, Debug)]
pub struct UploadConfig {
    /// How to reach the cluster.
    pub connection: ConnectionConfig,
    /// What becomes of the index.
    pub mode: Mode,
    /// Where the run begins.
    pub start: Start,
    /// Whether settings are changed while loading.
    pub tune: Tune,
    /// Bulk requests under way at once.
    pub jobs: NonZeroUsize,
    /// When bodies are packed.
    pub packing: Packing,
}

/// How much is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The number of documents, and the mapping.
    Count,
    /// Every document as well.
    Documents,
}

/// Everything about a comparison that is not the export.
#[derive(Clone, Debug)]
pub struct VerifyConfig {
    /// How to reach the cluster.
    pub connection: ConnectionConfig,
    /// How much is compared.
    pub depth: Depth,
}

/// Told what happens, from any thread; must not block.
pub trait Progress: fmt::Debug + Send + Sync {
    /// An index begins a stage of so many documents and bytes (0 where it has none).
    fn stage(&self, index: &str, stage: Stage, documents: u64, bytes: u64);
    /// So many documents and bytes (before compression) are done.
    fn advance(&self, documents: u64, bytes: u64);
    /// A request is sent again, and why.
    fn retry(&self, reason: &str);
    /// Something a person should read.
    fn warn(&self, message: &str);
}

/// Loads the exports in `folders` (index folders, or folders of them), verifies them, and reports.
///
/// Rejected documents and differences are in the report ([`UploadReport::outcome`]).
///
/// # Errors
///
/// A damaged export, a cluster that cannot be reached or does not fit, an index that exists (or does not), retries used up, an
/// interruption. Whatever was begun can be taken up with [`Start::Resume`], and the settings are set back.
pub fn upload(folders: &[PathBuf], config: &UploadConfig) -> Result<UploadReport> {
    run::upload(folders, config)
}

/// Compares the exports in `folders` with what a cluster holds.
///
/// Differences are in the report ([`VerifyReport::outcome`]).
///
/// # Errors
///
/// A damaged export, a cluster that cannot be reached or does not fit, an index that does not exist.
pub fn verify(folders: &[PathBuf], config: &VerifyConfig) -> Result<VerifyReport> {
    verify::verify(folders, config)
}

/// A path as messages show it.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}
