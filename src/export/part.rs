//! Cuts records into parts, and turns a part into the bytes of its file. It knows no folder and no other thread.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::GzBuilder;
use sha2::{Digest, Sha256};

use super::{Block, Compression};

/// Bytes that are written, hashed or compressed in one step, at most.
const STEP_BYTES_MAX: usize = 1 << 20;

/// Bytes that the compressor gets in one step, exactly: what it makes depends on where its input is cut, and blocks are cut
/// differently by different numbers of threads.
const GZIP_STEP_BYTES: usize = 64 << 10;

/// RFC 1952: unknown, so that the header tells nothing about the machine.
const GZIP_SYSTEM_UNKNOWN: u8 = 255;

/// Bytes of free buffers that are kept for the next blocks, at most.
const FREE_BYTES_MAX: usize = 32 << 20;

/// Records that go into one file.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) documents: u64,
    pub(crate) raw_bytes: u64,
    pub(crate) segments: Vec<Segment>,
}

/// A stretch of a block; the block itself is shared by the two parts it may belong to.
#[derive(Debug)]
pub(crate) struct Segment {
    block: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Segment {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.block[self.range.clone()]
    }
}

/// Cuts records into parts of at most `part_bytes_max` bytes; where the cuts are depends on the records alone.
#[derive(Debug)]
pub(crate) struct Splitter {
    part_bytes_max: u64,
    open: Part,
}

impl Splitter {
    pub(crate) fn new(part_bytes_max: u64) -> Splitter {
        Splitter { part_bytes_max, open: Part { number: 1, ..Part::default() } }
    }

    /// Takes the records of a block that end at `ends`; parts that became full go to `full`.
    pub(crate) fn push(&mut self, block: &Arc<Vec<u8>>, ends: &[usize], full: &mut Vec<Part>) {
        debug_assert_eq!(ends.last().copied().unwrap_or(0), block.len(), "bytes without a record");
        let mut rest = ends;
        let mut start = 0;
        while !rest.is_empty() {
            let room = self.part_bytes_max.saturating_sub(self.open.raw_bytes);
            let mut count = rest.partition_point(|end| (end - start) as u64 <= room);
            if count == 0 && self.open.documents > 0 {
                full.extend(self.finish());
                continue;
            }
            // A record that is larger than a part gets one of its own.
            count = count.max(1);
            let end = rest[count - 1];
            self.open.documents += count as u64;
            self.open.raw_bytes += (end - start) as u64;
            self.open.segments.push(Segment { block: Arc::clone(block), range: start..end });
            rest = &rest[count..];
            start = end;
        }
    }

    /// The last part, where it holds anything; the next one is numbered after it.
    pub(crate) fn finish(&mut self) -> Option<Part> {
        if self.open.documents == 0 {
            return None;
        }
        let next = Part { number: self.open.number + 1, ..Part::default() };
        Some(std::mem::replace(&mut self.open, next))
    }
}

/// Name of a part's file; numbers longer than five digits just get longer.
pub(crate) fn file_name(number: u64, compression: Compression) -> String {
    let suffix = match compression {
        Compression::Plain => "ndjson",
        Compression::Gzip(_) => "ndjson.gz",
    };
    format!("part-{number:05}.{suffix}")
}

/// Whether a file name is one that a part would have.
pub(crate) fn is_file_name(name: &str) -> bool {
    let stem = name.strip_prefix("part-").unwrap_or("");
    let number = stem.strip_suffix(".gz").unwrap_or(stem).strip_suffix(".ndjson").unwrap_or("");
    number.len() >= 5 && number.bytes().all(|b| b.is_ascii_digit())
}

/// Writes the bytes of a part's file to `sink`, and gives the sink back. Same records, same bytes, whatever the blocks.
pub(crate) fn write<W: Write>(
    part: &Part,
    compression: Compression,
    cancel: Option<&AtomicBool>,
    sink: W,
) -> io::Result<W> {
    match compression {
        Compression::Plain => write_plain(part, cancel, sink),
        Compression::Gzip(level) => {
            let gzip = GzBuilder::new()
                .mtime(0)
                .operating_system(GZIP_SYSTEM_UNKNOWN)
                .write(sink, flate2::Compression::new(level));
            let mut steps = Steps { sink: gzip, held: Vec::with_capacity(GZIP_STEP_BYTES) };
            steps = write_plain(part, cancel, steps)?;
            let Steps { mut sink, held } = steps;
            sink.write_all(&held)?;
            sink.finish()
        }
    }
}

fn write_plain<W: Write>(part: &Part, cancel: Option<&AtomicBool>, mut sink: W) -> io::Result<W> {
    for segment in &part.segments {
        for step in segment.bytes().chunks(STEP_BYTES_MAX) {
            if cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                return Err(io::Error::other("interrupted"));
            }
            sink.write_all(step)?;
        }
    }
    Ok(sink)
}

/// Hands on its input in steps of exactly [`GZIP_STEP_BYTES`].
struct Steps<W> {
    sink: W,
    held: Vec<u8>,
}

impl<W: Write> Write for Steps<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(GZIP_STEP_BYTES - self.held.len());
        self.held.extend_from_slice(&bytes[..taken]);
        if self.held.len() == GZIP_STEP_BYTES {
            self.sink.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts and hashes what passes.
pub(crate) struct Hashed<W> {
    pub(crate) sink: W,
    pub(crate) bytes: u64,
    hasher: Sha256,
}

impl<W: Write> Hashed<W> {
    pub(crate) fn new(sink: W) -> Hashed<W> {
        Hashed { sink, bytes: 0, hasher: Sha256::new() }
    }

    /// SHA-256 of everything that passed, in lower-case hex, and the sink.
    pub(crate) fn finish(self) -> (String, W) {
        (hex(&self.hasher.finalize()), self.sink)
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// SHA-256 of `bytes` in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pairs = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    pairs.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Buffers of blocks that were written, kept for the next ones so that the row path gets memory that is mapped already.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    free: Mutex<Free>,
}

#[derive(Debug, Default)]
struct Free {
    buffers: Vec<Vec<u8>>,
    ends: Vec<Vec<usize>>,
    bytes: usize,
}

impl Pool {
    /// An empty block, with the memory of an earlier one where there is any.
    pub(crate) fn take(&self) -> Block {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = free.buffers.pop().unwrap_or_default();
        free.bytes -= bytes.capacity();
        Block { bytes, ends: free.ends.pop().unwrap_or_default(), rejects: Vec::new() }
    }

    /// Takes back the blocks of a part that is done; one shared with another part comes back with the last of them.
    pub(crate) fn give_part(&self, part: Part) {
        let buffers = part.segments.into_iter().filter_map(|s| Arc::into_inner(s.block));
        buffers.for_each(|buffer| self.give(buffer, Vec::new()));
    }

    pub(crate) fn give(&self, mut bytes: Vec<u8>, mut ends: Vec<usize>) {
        bytes.clear();
        ends.clear();
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.capacity() > 0 && free.bytes + bytes.capacity() <= FREE_BYTES_MAX {
            free.bytes += bytes.capacity();
            free.buffers.push(bytes);
        }
        if ends.capacity() > 0 && free.ends.len() < 64 {
            free.ends.push(ends);
        }
    }
}
