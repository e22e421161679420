//! litebulk turns a SQLite database into files that Elasticsearch or OpenSearch can load.

pub mod delta;
pub(crate) mod demo;
pub(crate) mod encode;
pub mod error;
pub(crate) mod export;
pub(crate) mod model;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod source;
pub(crate) mod target;
pub mod upload;

pub use demo::{DemoConfig, DemoFiles, demo};
pub use error::{Category, DataError, Error, Fault, Result, Verdict};
pub use export::{CheckConfig, CheckReport, FieldCheck, IndexCheck, check, export, export_to};
pub use export::{Compression, Durability, ExportConfig, OnError, Op, Output, Shard};
pub use export::{Difference, DifferenceKind, IndexReport, Reason, Report};
pub use model::Model;
pub use progress::Progress;
pub use source::Database;
pub use target::Target;
