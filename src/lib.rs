//! litebulk turns a SQLite database into files that Elasticsearch or OpenSearch can load.

pub(crate) mod demo;
pub(crate) mod encode;
pub mod error;
pub(crate) mod export;
pub(crate) mod model;
pub(crate) mod progress;
mod stub;
pub(crate) mod target;

pub use demo::{DemoConfig, DemoFiles, demo};
pub use error::{Category, DataError, Error, Fault, Result, Verdict};
pub use export::{Compression, Durability, ExportConfig, OnError, Op, Output, Shard};
pub use model::Model;
pub use progress::Progress;
pub use stub::{
    CheckConfig, CheckReport, Database, Difference, FieldCheck, IndexCheck, IndexReport, Reason,
    Report, check, export, export_to,
};
pub use target::Target;
