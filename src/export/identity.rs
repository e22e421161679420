//! Whether ids are unique, in bounded memory: hashes of the ids that could collide, sorted in runs on the disk where they
//! are many. Knows no SQLite and no JSON.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Hashes in memory before a run of them is written: 8 MiB.
const RUN_LENGTH: usize = 1 << 19;

/// 128 bits of an id's SHA-256.
pub(super) type IdHash = u128;

pub(super) fn hash(id: &[u8]) -> IdHash {
    let digest = Sha256::digest(id);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(bytes)
}

/// Where in the interval from 0 to 1 an id lies, for `--sample` and `--shard`: the same on each machine and in each version.
pub(super) fn fraction(hash: IdHash) -> f64 {
    // 53 bits are taken, which a double holds exactly.
    let bits = (hash >> 75) as u64 as f64;
    bits / 9_007_199_254_740_992.0
}

/// The hashes of one index, from all threads.
#[derive(Default)]
pub(super) struct Ids(Mutex<Runs>);

#[derive(Default)]
struct Runs {
    hashes: Vec<IdHash>,
    files: Vec<File>,
}

impl Ids {
    /// Takes the hashes that a thread has collected, and empties its list.
    pub(super) fn add(&self, hashes: &mut Vec<IdHash>) -> Result<()> {
        if hashes.is_empty() {
            return Ok(());
        }
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.hashes.append(hashes);
        if runs.hashes.len() >= RUN_LENGTH {
            runs.spill().map_err(|e| {
                Error::environment("cannot write a temporary file for the check that ids are unique; make room in the temporary folder (`TMPDIR`)").with_source(e)
            })?;
        }
        Ok(())
    }

    /// The hashes that more than one id has.
    pub(super) fn repeated(self) -> Result<HashSet<IdHash>> {
        let mut runs = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        runs.hashes.sort_unstable();
        runs.merge().map_err(|e| {
            Error::environment("cannot read a temporary file of the check that ids are unique")
                .with_source(e)
        })
    }
}

impl Runs {
    fn spill(&mut self) -> std::io::Result<()> {
        self.hashes.sort_unstable();
        let mut file = tempfile::tempfile()?;
        let mut writer = BufWriter::new(&mut file);
        for hash in self.hashes.drain(..) {
            writer.write_all(&hash.to_be_bytes())?;
        }
        writer.flush()?;
        drop(writer);
        file.seek(SeekFrom::Start(0))?;
        self.files.push(file);
        Ok(())
    }

    fn merge(self) -> std::io::Result<HashSet<IdHash>> {
        let mut sources: Vec<Source> =
            self.files.into_iter().map(|file| Source::File(BufReader::new(file))).collect();
        sources.push(Source::Memory(self.hashes.into_iter()));
        let mut heap = BinaryHeap::new();
        for (number, source) in sources.iter_mut().enumerate() {
            if let Some(hash) = source.next()? {
                heap.push(Reverse((hash, number)));
            }
        }
        let mut repeated = HashSet::new();
        let mut last = None;
        while let Some(Reverse((hash, number))) = heap.pop() {
            if last == Some(hash) {
                repeated.insert(hash);
            }
            last = Some(hash);
            if let Some(next) = sources[number].next()? {
                heap.push(Reverse((next, number)));
            }
        }
        Ok(repeated)
    }
}

enum Source {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<IdHash>),
}

impl Source {
    fn next(&mut self) -> std::io::Result<Option<IdHash>> {
        match self {
            Source::Memory(hashes) => Ok(hashes.next()),
            Source::File(file) => {
                let mut bytes = [0; 16];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(u128::from_be_bytes(bytes))),
                    Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(e) => Err(e),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_id_is_found_in_memory_and_across_runs_on_disk() {
        for count in [10_u64, 1_200_000] {
            let ids = Ids::default();
            let mut list: Vec<IdHash> = Vec::new();
            for number in 0..count {
                list.push(hash(&number.to_be_bytes()));
                if list.len() == 100_000 {
                    ids.add(&mut list).unwrap();
                }
            }
            list.push(hash(&3_u64.to_be_bytes()));
            ids.add(&mut list).unwrap();
            assert_eq!(ids.repeated().unwrap(), HashSet::from([hash(&3_u64.to_be_bytes())]));
        }
    }

    #[test]
    fn fractions_fill_the_interval() {
        let inside = (0..10_000_u32).filter(|n| fraction(hash(&n.to_be_bytes())) < 0.25).count();
        assert!((2300..2700).contains(&inside), "{inside}");
    }
}
