//! Stands in for rooms that are not here yet: their signatures, and an error that says so.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::{DataError, Error, Result, Verdict};
use crate::export::{ExportConfig, Output};
use crate::model::Model;
use crate::target::{Engine, Target};

/// Where the rows come from.
#[derive(Clone, Copy, Debug)]
pub enum Database<'a> {
    /// A database file.
    Path(&'a Path),
}

/// What an export did.
#[derive(Clone, Debug)]
pub struct Report {
    /// One for each index, in the model's order.
    pub indices: Vec<IndexReport>,
    /// What the user should know, one line each.
    pub notices: Vec<String>,
}

/// What an export did for one index.
#[derive(Clone, Debug)]
pub struct IndexReport {
    /// Name of the index.
    pub name: String,
    /// Documents in the parts.
    pub documents: u64,
    /// Documents in the rejects file.
    pub rejected: u64,
    /// Number of parts.
    pub parts: u64,
    /// Bytes of the parts as they lie there.
    pub bytes: u64,
    /// Bytes before compression.
    pub raw_bytes: u64,
    /// Folder of the index; `None` for records that went to a writer.
    pub folder: Option<PathBuf>,
    /// Why documents were rejected.
    pub reasons: Vec<Reason>,
}

/// One rule that rejected documents broke.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The rule in the engine's terms.
    pub rule: String,
    /// How the target would treat the value.
    pub verdict: Verdict,
    /// How many documents.
    pub count: u64,
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
    pub fn load(path: &Path) -> Result<Model> {
        std::fs::read(path).map_err(|cause| {
            Error::environment(format!("`{}` cannot be read", path.display())).with_source(cause)
        })?;
        Err(Error::environment("models cannot be read yet"))
    }
}

/// Exports into files.
///
/// # Errors
///
/// Always, for now.
pub fn export(_: Database<'_>, _: &Model, _: &ExportConfig, _: &Output) -> Result<Report> {
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
) -> Result<Report> {
    Err(Error::environment("exports cannot be made yet"))
}

/// Finds every fault of the model.
///
/// # Errors
///
/// Always, for now.
pub fn check(_: Database<'_>, _: &Model, _: &CheckConfig) -> Result<CheckReport> {
    Err(Error::environment("models cannot be checked yet"))
}

/// The JSON Schema of the model.
pub fn model_schema() -> &'static str {
    "{}\n"
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(name: &str) -> Result<Target> {
        let (engine, major) = match name {
            "es1" => (Engine::Elasticsearch, 1),
            "es9" => (Engine::Elasticsearch, 9),
            _ => return Err(Error::usage(format!("no target `{name}`; there are es1, es9"))),
        };
        Ok(Target { engine, major, minor: 0, serverless: false })
    }
}
