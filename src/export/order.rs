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
            self.queued_bytes += block.memory();
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
                self.queued_bytes -= later.blocks.iter().map(Block::memory).sum::<usize>();
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
        self.queued_bytes -= later.blocks.iter().map(Block::memory).sum::<usize>();
        due.append(&mut later.blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(mark: u8) -> Block {
        Block { bytes: vec![mark; 8], ..Block::default() }
    }

    fn error(text: &str) -> Error {
        Error::new(Category::Data, text)
    }

    fn marks(blocks: &[Block]) -> Vec<u8> {
        blocks.iter().map(|block| block.bytes[0]).collect()
    }

    #[test]
    fn blocks_of_later_chunks_come_out_when_the_chunks_before_are_complete() {
        let mut sequence = Sequence::new(100);
        let mut due = Vec::new();
        assert!(matches!(sequence.offer(2, block(5)), Turn::Queued));
        assert!(matches!(sequence.offer(1, block(3)), Turn::Queued));
        assert!(matches!(sequence.offer(1, block(4)), Turn::Queued));
        assert!(matches!(sequence.offer(0, block(1)), Turn::Now(_)));
        sequence.finish(1, &mut due).unwrap();
        assert!(due.is_empty());
        sequence.finish(0, &mut due).unwrap();
        assert_eq!(marks(&due), [3, 4, 5]);
        assert!(matches!(sequence.offer(2, block(6)), Turn::Now(_)));
        sequence.finish(2, &mut due).unwrap();
        sequence.into_result().unwrap();
    }

    #[test]
    fn a_full_queue_holds_later_chunks_back_and_never_the_head() {
        let mut sequence = Sequence::new(16);
        let mut due = Vec::new();
        assert!(matches!(sequence.offer(1, block(1)), Turn::Queued));
        assert!(matches!(sequence.offer(2, block(2)), Turn::Queued));
        assert!(matches!(sequence.offer(1, block(3)), Turn::Wait(_)));
        assert!(matches!(sequence.offer(0, block(4)), Turn::Now(_)));
        sequence.finish(0, &mut due).unwrap();
        assert!(matches!(sequence.offer(2, block(5)), Turn::Queued), "there is room again");
        assert!(matches!(sequence.offer(2, block(6)), Turn::Wait(_)));
        assert!(matches!(sequence.offer(1, block(7)), Turn::Now(_)));
        sequence.fail(1, error("x"));
        assert_eq!(sequence.queued_bytes, 0, "what is behind an error is let go");
    }

    #[test]
    fn an_error_stops_what_is_behind_it_and_gives_way_to_one_before_it() {
        let mut sequence = Sequence::new(16);
        sequence.fail(3, error("three"));
        sequence.fail(5, error("five"));
        assert!(!sequence.is_stopped(2) && sequence.is_stopped(3) && sequence.is_stopped(4));
        assert!(matches!(sequence.offer(4, block(1)), Turn::Stopped));
        assert_eq!(sequence.finish(4, &mut Vec::new()), Err(Stopped));
        sequence.fail(1, error("one"));
        assert!(!sequence.is_stopped(0) && sequence.is_stopped(2));
        assert_eq!(sequence.into_result().unwrap_err().to_string(), "one");
    }

    #[test]
    fn what_ends_the_run_everywhere_wins_over_a_document() {
        for fatal in [Category::Environment, Category::Interrupted] {
            let mut sequence = Sequence::new(16);
            sequence.fail(0, error("data"));
            match fatal {
                Category::Interrupted => sequence.fail(7, Error::new(fatal, "stop")),
                _ => sequence.stop(Error::new(fatal, "stop")),
            }
            sequence.stop(error("later"));
            assert!(sequence.is_stopped(0));
            assert_eq!(sequence.into_result().unwrap_err().to_string(), "stop");
        }
    }
}
