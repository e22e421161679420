//! litebulk turns a SQLite database into files that Elasticsearch or OpenSearch can load.

pub(crate) mod encode;
pub mod error;
pub(crate) mod export;
pub(crate) mod model;
pub(crate) mod target;
pub mod upload;

pub use error::{Category, DataError, Error, Fault, Result, Verdict};
pub use export::{Compression, Durability, ExportConfig, OnError, Op, Output, Shard};
pub use export::{Difference, DifferenceKind, IndexReport, Reason, Report};
pub use model::Model;
pub use target::Target;
