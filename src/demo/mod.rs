//! The campus: a database of made-up students, and the model that exports it. Knows no target and no export.
//!
//! The bytes of both files depend on the number of students, the seed and the linked SQLite alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::Result;
use crate::progress::Progress;

mod build;
mod folder;
mod names;
mod random;

/// Which campus to make.
#[derive(Clone, Debug)]
pub struct DemoConfig {
    /// How many students; 0 makes a campus of universities and courses alone.
    pub students: u64,
    /// The same seed gives the same data on every machine; a larger campus begins with the students of a smaller one.
    pub seed: u64,
    /// Set by the caller to end early; the run then fails with [`crate::Category::Interrupted`].
    pub cancel: Option<Arc<AtomicBool>>,
    /// Counts students as they are made, for whoever draws it.
    pub progress: Option<Arc<Progress>>,
}

/// What [`demo`] made, and where its export belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoFiles {
    /// The database, `campus.sqlite3`.
    pub database: PathBuf,
    /// The model, `litebulk.json`.
    pub model: PathBuf,
    /// Where an export of the two belongs, `out`; not made here.
    pub output: PathBuf,
}

/// Makes the campus database and its model in `folder`, which is made where it is missing.
///
/// Both files are written beside and renamed. An earlier campus in the folder is replaced.
///
/// # Errors
///
/// [`crate::Category::Environment`] where the folder cannot be written, or holds a file of one of the names that is no
/// campus of [`demo`]: nothing is overwritten then. [`crate::Category::Interrupted`] where `config.cancel` was set.
pub fn demo(folder: &Path, config: &DemoConfig) -> Result<DemoFiles> {
    let files = DemoFiles {
        database: folder.join("campus.sqlite3"),
        model: folder.join("litebulk.json"),
        output: folder.join("out"),
    };
    folder::prepare(folder, &files)?;
    let database = folder::file_beside(folder, &files.database)?;
    build::campus(database.path(), config)?;
    let model = folder::file_beside(folder, &files.model)?;
    folder::write_model(&model)?;
    folder::rename(model, &files.model)?;
    folder::rename(database, &files.database)?;
    Ok(files)
}

#[cfg(test)]
mod tests;
