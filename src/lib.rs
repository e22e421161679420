//! litebulk turns a SQLite database into files that Elasticsearch or OpenSearch can load: a mapping file and bulk-format
//! NDJSON parts. Nothing is lost or changed silently: every row is written, or it is an error (or a reject) that names table,
//! key, column, field, value and the engine's rule.
//!
//! [`export`] writes a folder for each index, [`export_to`] the records of one index into any `Write`, [`check`] finds what
//! is wrong without writing anything. [`upload::upload`] loads such folders, and is the only part that opens a socket. The
//! library prints nothing; [`Error::category`] is the exit code of the command line.
//!
//! ```
//! use std::num::NonZeroUsize;
//!
//! use litebulk::{Compression, Durability, ExportConfig, Model, OnError, Op};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let database = rusqlite::Connection::open_in_memory()?;
//! database.execute_batch(
//!     "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
//!      CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT, author_id INTEGER REFERENCES author);
//!      INSERT INTO author VALUES (1, 'Ursula K. Le Guin');
//!      INSERT INTO book VALUES (7, 'The Dispossessed', 1);",
//! )?;
//! let model = Model::from_json(
//!     r#"{"indices": {"books": {
//!         "table": "book",
//!         "mapping": {"properties": {
//!             "title": {"type": "text"},
//!             "author": {"type": "object", "properties": {"name": {"type": "keyword"}}}
//!         }}
//!     }}}"#,
//!     "books.json",
//!     None,
//! )?;
//! let config = ExportConfig {
//!     indices: Vec::new(),
//!     target: None,
//!     op: Op::Create,
//!     part_bytes_max: 10 << 20,
//!     compression: Compression::Plain,
//!     threads: NonZeroUsize::MIN,
//!     on_error: OnError::Stop,
//!     limit: None,
//!     sample: None,
//!     shard: None,
//!     durability: Durability::Cached,
//!     cancel: None,
//!     progress: None,
//! };
//! let mut records = Vec::new();
//! let report = litebulk::export_to(&database, &model, &config, &mut records)?;
//! assert_eq!(report.indices[0].documents, 1);
//! assert_eq!(
//!     String::from_utf8(records)?,
//!     r#"{"create":{"_index":"books","_id":"7"}}
//! {"title":"The Dispossessed","author":{"_id":1,"name":"Ursula K. Le Guin"}}
//! "#
//! );
//! # Ok(())
//! # }
//! ```

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
