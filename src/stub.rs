//! Stands in for rooms that are not here yet: their signatures, and an error that says so.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::{DataError, Error};
use crate::export::{ExportConfig, Output};
use crate::model::Model;
use crate::target::{Engine, Target};

/// Where the rows come from.
#[derive(Clone, Copy, Debug)]
pub enum Database<'a> {
    /// A database file.
    Path(&'a Path),
}

/// What an export did, index by index.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order of the model.
    pub indices: Vec<IndexReport>,
    /// What the user should know, one line each.
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

/// Why documents were rejected, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The rule in the engine's terms.
    pub rule: String,
    /// `refused`, `altered` or `unreadable`.
    pub verdict: &'static str,
    /// Documents that broke it.
    pub count: u64,
}

/// A file that is not what the export would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the file in the index folder.
    pub file: String,
    /// First line that differs, from 1; for a document the line of its action.
    pub line: Option<u64>,
    /// `_id` of the first document that differs, as the export would write it.
    pub id: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` differs", self.file)
    }
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

/// Everything about a check that is not the model.
#[derive(Clone, Debug)]
pub struct CheckConfig {
    /// Overrides the model's `target`.
    pub target: Option<Target>,
    /// Whether every value is looked at too.
    pub values: bool,
    /// Set by the caller to end early.
    pub cancel: Option<Arc<AtomicBool>>,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// One for each index, in the model's order.
    pub indices: Vec<IndexCheck>,
    /// What the user should know, one line each.
    pub notices: Vec<String>,
}

/// What a check found in one index.
#[derive(Clone, Debug)]
pub struct IndexCheck {
    /// Name of the index.
    pub name: String,
    /// One for each field; empty where no values were looked at.
    pub fields: Vec<FieldCheck>,
}

/// What a check found in the values of one field.
#[derive(Clone, Debug)]
pub struct FieldCheck {
    /// Dotted path of the field.
    pub field: String,
    /// Values seen.
    pub values: u64,
    /// Nulls among them.
    pub nulls: u64,
    /// Values that the target would refuse.
    pub refused: u64,
    /// Values that the target would change.
    pub altered: u64,
    /// Values that no JSON can say.
    pub unreadable: u64,
    /// The first few bad ones.
    pub examples: Vec<DataError>,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// Always, for now.
    pub fn load(path: &Path) -> crate::Result<Model> {
        std::fs::read(path).map_err(|cause| {
            Error::environment(format!("`{}` cannot be read", path.display())).with_source(cause)
        })?;
        Err(Error::environment("models cannot be read yet"))
    }

    /// The JSON Schema of a model file.
    pub fn schema() -> &'static str {
        "{}\n"
    }
}

/// Exports into files.
///
/// # Errors
///
/// Always, for now.
pub fn export(_: Database<'_>, _: &Model, _: &ExportConfig, _: &Output) -> crate::Result<Report> {
    Err(Error::environment("exports cannot be made yet"))
}

/// Exports one index into a writer.
///
/// # Errors
///
/// Always, for now.
pub fn export_to(
    _: Database<'_>,
    _: &Model,
    _: &ExportConfig,
    _: &mut dyn Write,
) -> crate::Result<Report> {
    Err(Error::environment("exports cannot be made yet"))
}

/// Finds every fault of the model.
///
/// # Errors
///
/// Always, for now.
pub fn check(_: Database<'_>, _: &Model, _: &CheckConfig) -> crate::Result<CheckReport> {
    Err(Error::environment("models cannot be checked yet"))
}

impl Target {
    /// Reads `es9` and its like.
    ///
    /// # Errors
    /// A message that names the nearest target and all there are.
    pub fn parse(name: &str) -> Result<Target, String> {
        let (engine, major) = match name {
            "es1" => (Engine::Elasticsearch, 1),
            "es9" => (Engine::Elasticsearch, 9),
            _ => return Err(format!("there is no target `{name}`; the nearest is `es9`")),
        };
        Ok(Target { engine, major, minor: 0, serverless: false })
    }
}
