//! How far a run has come: counted by the library, drawn by whoever called it. Knows no terminal and no clock.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts documents while a run is under way; shared between the run and the one who draws.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Documents that are done, written or rejected.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Documents there will be in all, or `None` while that is not known.
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|&total| total > 0)
    }

    /// Counts `documents` as done.
    pub(crate) fn add(&self, documents: u64) {
        self.done.fetch_add(documents, Ordering::Relaxed);
    }

    /// Says how many more documents there will be.
    pub(crate) fn expect(&self, documents: u64) {
        self.total.fetch_add(documents, Ordering::Relaxed);
    }
}
