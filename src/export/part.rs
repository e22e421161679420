//! Cuts records into parts, and turns a part into the bytes of its file. It knows no folder and no other thread.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::GzBuilder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::{Block, Compression};

/// Bytes after which a block is handed over: few enough to stay near the core that makes, writes and hashes them.
pub(crate) const BLOCK_BYTES: usize = 256 << 10;
/// Bytes that are written, hashed or compressed in one step, at most.
const STEP_BYTES_MAX: usize = 128 << 10;

/// Bytes that the compressor gets in one step, exactly: what it makes depends on where its input is cut, and blocks are cut
/// differently by different numbers of threads.
const GZIP_STEP_BYTES: usize = 64 << 10;

/// RFC 1952: unknown, so that the header tells nothing about the machine.
const GZIP_SYSTEM_UNKNOWN: u8 = 255;

/// Bytes of free buffers that are kept for the next blocks, at most.
const FREE_BYTES_MAX: usize = 32 << 20;

/// Records that go into one file, or those of them that are to be written next.
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
    /// Number of the part that takes the next record, if it fits.
    number: u64,
    /// Bytes that it has already.
    bytes: u64,
}

impl Splitter {
    pub(crate) fn new(part_bytes_max: u64) -> Splitter {
        Splitter { part_bytes_max, number: 1, bytes: 0 }
    }

    /// Takes the records of a block that end at `ends`, and hands on which part gets how many of them, and which.
    pub(crate) fn push(
        &mut self,
        block: &Arc<Vec<u8>>,
        ends: &[usize],
        mut to: impl FnMut(u64, u64, Segment),
    ) {
        debug_assert_eq!(ends.last().copied().unwrap_or(0), block.len(), "bytes without a record");
        let mut rest = ends;
        let mut start = 0;
        while !rest.is_empty() {
            let room = self.part_bytes_max.saturating_sub(self.bytes);
            let mut count = rest.partition_point(|end| (end - start) as u64 <= room);
            if count == 0 && self.bytes > 0 {
                self.number += 1;
                self.bytes = 0;
                continue;
            }
            // A record that is larger than a part gets one of its own.
            count = count.max(1);
            let end = rest[count - 1];
            self.bytes += (end - start) as u64;
            to(self.number, count as u64, Segment { block: Arc::clone(block), range: start..end });
            rest = &rest[count..];
            start = end;
        }
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
    let mut packer = Packer::new(compression, sink);
    write_records(part, cancel, &mut packer)?;
    packer.finish()
}

/// Records on their way into a file or a stream, packed as the configuration says: gzip is one member.
pub(crate) enum Packer<W: Write> {
    Plain(W),
    Gzip(Box<Steps<Valve<W>>>),
}

impl<W: Write> Packer<W> {
    pub(crate) fn new(compression: Compression, sink: W) -> Packer<W> {
        match compression {
            Compression::Plain => Packer::Plain(sink),
            Compression::Gzip(level) => {
                let gzip = GzBuilder::new()
                    .mtime(0)
                    .operating_system(GZIP_SYSTEM_UNKNOWN)
                    .write(Tap { sink: Some(sink) }, flate2::Compression::new(level));
                Packer::Gzip(Box::new(Steps {
                    sink: Valve(gzip),
                    held: Vec::with_capacity(GZIP_STEP_BYTES),
                }))
            }
        }
    }

    /// Ends the gzip member; one that is dropped instead stays visibly cut off.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Packer::Plain(sink) => Ok(sink),
            Packer::Gzip(steps) => {
                let Steps { mut sink, held } = *steps;
                sink.0.write_all(&held)?;
                sink.0.try_finish()?;
                Ok(sink.0.get_mut().sink.take().expect("only this and the end of life take it"))
            }
        }
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packer::Plain(sink) => sink.write(bytes),
            Packer::Gzip(steps) => steps.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packer::Plain(sink) => sink.flush(),
            Packer::Gzip(steps) => steps.flush(),
        }
    }
}

/// The compressor. It would end its member when it is dropped, and make half an export look whole.
pub(crate) struct Valve<W: Write>(GzEncoder<Tap<W>>);

impl<W: Write> Drop for Valve<W> {
    fn drop(&mut self) {
        self.0.get_mut().sink = None;
    }
}

impl<W: Write> Write for Valve<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A sink that can be taken away.
struct Tap<W> {
    sink: Option<W>,
}

impl<W: Write> Write for Tap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.as_mut().map_or(Ok(bytes.len()), |sink| sink.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Writes the records themselves.
pub(crate) fn write_records(
    part: &Part,
    cancel: Option<&AtomicBool>,
    sink: &mut impl Write,
) -> io::Result<()> {
    for segment in &part.segments {
        for step in segment.bytes().chunks(STEP_BYTES_MAX) {
            if cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                return Err(io::Error::other("interrupted"));
            }
            sink.write_all(step)?;
        }
    }
    Ok(())
}

/// Hands on its input in steps of exactly [`GZIP_STEP_BYTES`].
pub(crate) struct Steps<W> {
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
        let bytes = free.buffers.pop().map_or_else(
            // Room for the record that fills it, so that it hardly ever has to grow.
            || Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 8),
            |bytes| {
                free.bytes -= bytes.capacity();

                bytes
            },
        );
        Block { bytes, ends: free.ends.pop().unwrap_or_default(), ..Block::default() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_filled_to_the_last_byte_and_records_are_never_split() {
        let cases: [(&[usize], u64, &[u64]); 7] = [
            (&[], 10, &[]),
            (&[4, 6, 4, 6], 10, &[10, 10]),
            (&[4, 7, 3], 10, &[4, 10]),
            (&[11], 10, &[11]),
            (&[3, 11, 3], 10, &[3, 11, 3]),
            (&[11, 12], 10, &[11, 12]),
            (&[1, 1, 1], 1, &[1, 1, 1]),
        ];
        for (lengths, part_bytes_max, expected) in cases {
            let mut splitter = Splitter::new(part_bytes_max);
            let mut parts: Vec<(u64, u64, u64)> = Vec::new();
            let ends: Vec<usize> = lengths
                .iter()
                .scan(0, |end, length| {
                    *end += length;
                    Some(*end)
                })
                .collect();
            // In two blocks, for a part does not end with a block.
            let (first, second) = ends.split_at(ends.len() / 2);
            let middle = first.last().copied().unwrap_or(0);
            let second: Vec<usize> = second.iter().map(|end| end - middle).collect();
            for ends in [first, &second] {
                let block = Arc::new(vec![0; ends.last().copied().unwrap_or(0)]);
                splitter.push(&block, ends, |number, documents, segment| {
                    let bytes = segment.bytes().len() as u64;
                    match parts.last_mut().filter(|part| part.0 == number) {
                        Some(part) => *part = (number, part.1 + documents, part.2 + bytes),
                        None => parts.push((number, documents, bytes)),
                    }
                });
            }
            let found: Vec<u64> = parts.iter().map(|part| part.2).collect();
            assert_eq!(found, expected, "{lengths:?} in {part_bytes_max}");
            let documents: u64 = parts.iter().map(|part| part.1).sum();
            assert_eq!(documents, lengths.len() as u64);
            assert!(parts.iter().zip(1..).all(|(part, number)| part.0 == number));
        }
    }

    #[test]
    fn file_names_have_five_digits_or_more_and_are_recognised() {
        let gzip = Compression::Gzip(1);
        for (number, compression, name) in [
            (1, Compression::Plain, "part-00001.ndjson"),
            (99_999, gzip, "part-99999.ndjson.gz"),
            (100_000, Compression::Plain, "part-100000.ndjson"),
        ] {
            assert_eq!(file_name(number, compression), name);
            assert!(is_file_name(name));
        }
        for name in [
            "part-1.ndjson",
            "part-0000a.ndjson",
            "part-00001.json",
            "part-00001.ndjson.bz2",
            "00001.ndjson",
            "part-00001.gz",
        ] {
            assert!(!is_file_name(name), "{name}");
        }
    }

    #[test]
    fn buffers_of_parts_come_back_and_only_so_many_are_kept() {
        let pool = Pool::default();
        let mut splitter = Splitter::new(10);
        let mut parts = Vec::new();
        let block = Arc::new(Vec::from([7; 15]));
        let place = block.as_ptr();
        splitter.push(&block, &[5, 10, 15], |_, _, segment| {
            parts.push(Part { segments: vec![segment], ..Part::default() });
        });
        drop(block);
        let [first, second] = <[Part; 2]>::try_from(parts).unwrap();
        pool.give_part(first);
        assert_ne!(pool.take().bytes.as_ptr(), place, "the second part still needs it");
        pool.give_part(second);
        let block = pool.take();
        assert_eq!((block.bytes.as_ptr(), block.bytes.len()), (place, 0));
        pool.give(Vec::with_capacity(FREE_BYTES_MAX + 1), Vec::new());
        assert!(pool.take().bytes.capacity() < FREE_BYTES_MAX);
        let mut largest = Vec::with_capacity(FREE_BYTES_MAX);
        for _ in 0..2 {
            let place = largest.as_ptr();
            pool.give(largest, Vec::new());
            largest = pool.take().bytes;
            assert_eq!(largest.as_ptr(), place, "what was taken makes room again");
        }
    }
}
