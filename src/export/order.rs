//! Puts the blocks of many threads into document order, and decides which error wins. It knows no file, part or thread:
//! its owner holds the lock and does the waiting.

use std::collections::BTreeMap;

use super::Block;
use crate::error::{Category, Error};

/// The run has ended for this chunk; why is told by [`super::index::IndexWriter::finish`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// What becomes of a block that is offered.
#[derive(Debug)]
pub(crate) enum Turn {
    /// It is the next in document order.
    Now(Block),
    /// It was taken and comes later.
    Queued,
    /// The queue is full: offer it again when something has changed.
    Wait(Block),
    /// It is behind an error.
    Stopped,
}

/// Chunks in document order, numbered from 0; the first that is not complete is the head.
///
/// Only blocks of the head pass at once. The head never waits, so there is always progress.
#[derive(Debug)]
pub(crate) struct Sequence {
    head: u64,
    later: BTreeMap<u64, Later>,
    queued_bytes: usize,
    queued_bytes_max: usize,
    /// The lowest chunk that failed, and how. Chunks before it go on, for one of them may fail too.
    failed: Option<(u64, Error)>,
    /// What ends the run wherever it happens: a full disk, a caller that asks to stop.
    fatal: Option<Error>,
}

/// What has arrived of a chunk that is not the head.
#[derive(Debug, Default)]
struct Later {
    blocks: Vec<Block>,
    finished: bool,
}

impl Sequence {
    pub(crate) fn new(queued_bytes_max: usize) -> Sequence {
        Sequence {
            head: 0,
            later: BTreeMap::new(),
            queued_bytes: 0,
            queued_bytes_max,
            failed: None,
            fatal: None,
        }
    }

    /// A block of `chunk`; blocks of one chunk are offered in document order.
    pub(crate) fn offer(&mut self, chunk: u64, block: Block) -> Turn {
        debug_assert!(chunk >= self.head, "chunk {chunk} was finished before this block came");
        if self.is_stopped(chunk) {
            Turn::Stopped
        } else if chunk == self.head {
            Turn::Now(block)
        } else if self.queued_bytes < self.queued_bytes_max {
            self.queued_bytes += memory(&block);
            self.later.entry(chunk).or_default().blocks.push(block);
            Turn::Queued
        } else {
            Turn::Wait(block)
        }
    }

    /// No block of `chunk` will come any more. Appends to `due` the blocks that are next in document order now.
    pub(crate) fn finish(&mut self, chunk: u64, due: &mut Vec<Block>) -> Result<(), Stopped> {
        if self.is_stopped(chunk) {
            return Err(Stopped);
        }
        if chunk != self.head {
            self.later.entry(chunk).or_default().finished = true;
            return Ok(());
        }
        loop {
            self.head += 1;
            let Some(mut next) = self.later.remove(&self.head) else { return Ok(()) };
            self.release(&mut next, due);
            if !next.finished {
                return Ok(());
            }
        }
    }

    /// `chunk` ends with `error`, after the blocks that were offered. Chunks before it go on, chunks after it are stopped.
    pub(crate) fn fail(&mut self, chunk: u64, error: Error) {
        if error.category() == Category::Interrupted {
            return self.stop(error);
        }
        if self.failed.as_ref().is_none_or(|(first, _)| chunk < *first) {
            self.failed = Some((chunk, error));
            // What is queued behind the error will never be written.
            for (_, later) in self.later.split_off(&(chunk + 1)) {
                self.queued_bytes -= later.blocks.iter().map(memory).sum::<usize>();
            }
        }
    }

    /// Ends all chunks; the first such error wins.
    pub(crate) fn stop(&mut self, error: Error) {
        self.fatal.get_or_insert(error);
        self.later.clear();
        self.queued_bytes = 0;
    }

    /// Whether work on `chunk` is in vain.
    pub(crate) fn is_stopped(&self, chunk: u64) -> bool {
        self.fatal.is_some() || self.failed.as_ref().is_some_and(|(first, _)| chunk >= *first)
    }

    /// The error that wins: what ended the run everywhere, else the first in document order.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        let first = self.failed.map(|(_, error)| error);
        if let Some(error) = self.fatal.or(first) {
            return Err(error);
        }
        assert!(self.later.is_empty(), "chunk {} was never finished", self.head);
        Ok(())
    }

    fn release(&mut self, later: &mut Later, due: &mut Vec<Block>) {
        self.queued_bytes -= later.blocks.iter().map(memory).sum::<usize>();
        due.append(&mut later.blocks);
    }
}

/// What a queued block holds of the memory, used or not.
fn memory(block: &Block) -> usize {
    block.bytes.capacity() + block.ends.capacity() * size_of::<usize>()
}
