//! Takes encoded blocks from many threads and makes the files of an index of them, or compares, or hands them on. It knows
//! no SQLite, no mapping and no value.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::compare::Difference;
use super::folder::Staging;
use super::lane::{Filling, Job, Lanes};
use super::manifest::{
    Action, FORMAT, MANIFEST_FILE, MAPPING_FILE, Manifest, MappingFile, PartFile, Selection,
};
use super::order::{Sequence, Stopped, Turn};
use super::part::{Packer, Pool, sha256};
use super::reject::{Destination, Rejected, Rejects};
use super::report::{IndexReport, Report};
use super::store::{Content, PartWriter, Store, Stored};
use super::{Block, Compression, Durability, ExportConfig, Output};
use crate::error::{Category, Error, Result};
use crate::target::Target;

/// Bytes of blocks that wait for their turn, for each thread.
const QUEUED_BYTES_MAX: usize = 4 << 20;
/// Bytes of records that wait to be written, for each thread: a part, so that each can pack one, unless parts are large.
const UNWRITTEN_BYTES_MAX: u64 = 16 << 20;

/// What is known of an index before its first row.
#[derive(Clone, Debug)]
pub(crate) struct IndexHead {
    pub(crate) name: String,
    /// Typed targets only.
    pub(crate) type_name: Option<String>,
    pub(crate) target: Target,
    /// The target as the manifest names it.
    pub(crate) target_name: String,
    pub(crate) action: Action,
    /// SHA-256 of the model, in lower-case hex.
    pub(crate) model_sha256: String,
    /// The bytes of `mapping.json`.
    pub(crate) mapping: Vec<u8>,
}

/// The files of one run; dropping it before [`Export::publish`] leaves everything as it was.
pub(crate) struct Export<'w> {
    heads: Vec<IndexHead>,
    place: Place<'w>,
    knobs: Knobs,
}

/// Where the files of a run are made.
enum Place<'w> {
    Folder(Staging),
    Check(PathBuf),
    /// Taken by the one index.
    Writer(Mutex<Option<&'w mut (dyn Write + Send)>>),
}

/// What of the configuration concerns files.
#[derive(Clone, Debug)]
pub(super) struct Knobs {
    part_bytes_max: u64,
    pub(super) compression: Compression,
    threads: usize,
    selection: Option<Selection>,
    pub(super) durability: Durability,
    pub(super) cancel: Option<Arc<AtomicBool>>,
}

impl Knobs {
    fn new(config: &ExportConfig) -> Knobs {
        Knobs {
            part_bytes_max: config.part_bytes_max,
            compression: config.compression,
            threads: config.threads.get(),
            selection: Selection::of(config),
            durability: config.durability,
            cancel: config.cancel.clone(),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

impl<'w> Export<'w> {
    /// Prepares the output before any row is read, so that what cannot be written fails at once.
    ///
    /// # Errors
    /// [`Category::Environment`] where the folder cannot be written, holds something that is no export, or (to be
    /// compared) holds none.
    pub(crate) fn begin(
        output: &Output,
        heads: Vec<IndexHead>,
        config: &ExportConfig,
    ) -> Result<Export<'static>> {
        let names: Vec<&str> = heads.iter().map(|head| head.name.as_str()).collect();
        let place = match output {
            Output::Folder(out) => Place::Folder(Staging::begin(out, &names, config.durability)?),
            Output::Check(out) => {
                names.iter().try_for_each(|name| check_comparable(&out.join(name)))?;
                Place::Check(out.clone())
            }
        };
        Ok(Export { heads, place, knobs: Knobs::new(config) })
    }

    /// The records of one index go to `writer`, in document order, and no file is made.
    pub(crate) fn to_writer(
        writer: &'w mut (dyn Write + Send),
        head: IndexHead,
        config: &ExportConfig,
    ) -> Export<'w> {
        let place = Place::Writer(Mutex::new(Some(writer)));
        Export { heads: vec![head], place, knobs: Knobs::new(config) }
    }

    /// Begins index number `number` of the heads; each at most once.
    pub(crate) fn index(&self, number: usize) -> IndexWriter<'_> {
        let head = &self.heads[number];
        let (store, rejects) = match &self.place {
            Place::Folder(staging) => {
                let folder = staging.folder(&head.name);
                let documents = staging.scratch(&head.name);
                let published = staging.published(&head.name);
                let rejects = Destination::Files {
                    folder: folder.clone(),
                    documents,
                    published: published.clone(),
                };
                (Store::Folder { folder, published }, rejects)
            }
            Place::Check(out) => {
                let folder = out.join(&head.name);
                // A manifest that cannot be read is reported as a difference in the end.
                let recorded =
                    Manifest::read(&folder).map(Manifest::into_hashes).unwrap_or_default();
                (Store::Check { folder: folder.clone(), recorded }, Destination::Compared(folder))
            }
            Place::Writer(_) => (Store::Nothing, Destination::Counted),
        };
        let writer = match &self.place {
            Place::Writer(writer) => {
                lock(writer).take().map(|writer| Packer::new(self.knobs.compression, writer as _))
            }
            Place::Folder(_) | Place::Check(_) => None,
        };
        let filling = match store {
            Store::Check { .. } => Filling::Whole,
            Store::Folder { .. } | Store::Nothing => Filling::Piecewise,
        };
        let lanes = Lanes::new(self.knobs.part_bytes_max, filling);
        let state = State {
            sequence: Sequence::new(QUEUED_BYTES_MAX * self.knobs.threads),
            records: Records { writer, lanes, documents: 0, raw_bytes: 0 },
            rejects: Rejects::new(rejects),
            written: BTreeMap::new(),
            differences: Vec::new(),
        };
        IndexWriter {
            head,
            knobs: &self.knobs,
            store,
            pool: Pool::default(),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Puts all indices under their final names; `indices` are the reports of all of them.
    pub(crate) fn publish(self, indices: Vec<IndexReport>) -> Result<Report> {
        assert_eq!(
            indices.len(),
            self.heads.len(),
            "every index is finished before they are published"
        );
        if self.knobs.is_cancelled() {
            return Err(interrupted());
        }
        if let Place::Folder(staging) = self.place {
            let names: Vec<&str> = self.heads.iter().map(|head| head.name.as_str()).collect();
            staging.publish(&names)?;
        }
        Ok(Report { indices, notices: Vec::new() })
    }
}

/// Whether there is an export to compare with.
fn check_comparable(folder: &Path) -> Result<()> {
    if folder.join(MANIFEST_FILE).is_file() {
        return Ok(());
    }
    Err(Error::environment(format!(
        "`{}` holds no export to compare with (no `{MANIFEST_FILE}`); export without `--check` first, or name its folder with `-o`",
        folder.display()
    )))
}

/// One index in the making, shared by the threads that read and encode.
///
/// A thread takes chunks by number (0, 1, 2, … in document order), calls [`push`](Self::push) for each of its blocks, then
/// [`finish_chunk`](Self::finish_chunk) or [`fail`](Self::fail). Every number that was taken must end in one of these.
pub(crate) struct IndexWriter<'e> {
    head: &'e IndexHead,
    knobs: &'e Knobs,
    store: Store,
    pool: Pool,
    state: Mutex<State<'e>>,
    /// The head moved, the run ended, or there are records for somebody to write.
    changed: Condvar,
}

struct State<'e> {
    sequence: Sequence,
    records: Records<'e>,
    rejects: Rejects,
    written: BTreeMap<u64, PartFile>,
    differences: Vec<Difference>,
}

/// Records in document order, on their way out.
struct Records<'e> {
    writer: Option<Packer<&'e mut (dyn Write + Send)>>,
    lanes: Lanes<PartWriter>,
    documents: u64,
    raw_bytes: u64,
}

impl<'e> IndexWriter<'e> {
    /// An empty block, with the memory of an earlier one where there is any.
    pub(crate) fn take_block(&self) -> Block {
        self.pool.take()
    }

    /// Hands over the next block of `chunk`. May wait for earlier chunks, and may use the wait to write records.
    ///
    /// # Errors
    /// [`Stopped`] where the run has ended for this chunk; the thread then only has to return.
    pub(crate) fn push(&self, chunk: u64, mut block: Block) -> std::result::Result<(), Stopped> {
        let mut state = self.lock();
        loop {
            self.stop_if_cancelled(&mut state);
            match state.sequence.offer(chunk, block) {
                Turn::Stopped => return Err(Stopped),
                Turn::Queued => return Ok(()),
                Turn::Now(block) => {
                    self.accept(&mut state, [block]);
                    return self.relieve(state, chunk);
                }
                Turn::Wait(back) => block = back,
            }
            state = match state.records.lanes.take() {
                Some(job) => self.store(state, job),
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Hands over what is complete of the block in which `chunk` fails: on a stream, all documents before the first error
    /// are there, wherever chunks and blocks are cut.
    pub(crate) fn push_last(&self, chunk: u64, mut block: Block) {
        if matches!(self.store, Store::Nothing) {
            block.bytes.truncate(block.ends.last().copied().unwrap_or(0));
            // Where the run has ended already, so does this chunk.
            let _ = self.push(chunk, block);
        }
    }

    /// `chunk` is complete.
    ///
    /// # Errors
    /// [`Stopped`] where the run has ended for this chunk.
    pub(crate) fn finish_chunk(&self, chunk: u64) -> std::result::Result<(), Stopped> {
        let mut state = self.lock();
        self.stop_if_cancelled(&mut state);
        let mut due = Vec::new();
        state.sequence.finish(chunk, &mut due)?;
        self.accept(&mut state, due);
        self.changed.notify_all();
        self.relieve(state, chunk)
    }

    /// `chunk` ends with `error`. The first error in document order is the one that [`finish`](Self::finish) returns,
    /// whatever the scheduling; chunks before this one go on until they are complete.
    pub(crate) fn fail(&self, chunk: u64, error: Error) {
        self.lock().sequence.fail(chunk, error);
        self.changed.notify_all();
    }

    /// Ends the run, because a thread panicked: the others would wait for its chunk forever.
    pub(crate) fn abandon(&self) {
        let error = Error::environment(
            "a thread of the export panicked, which is a bug of litebulk; please report it",
        );
        self.stop(&mut self.lock(), error);
    }

    /// Whether no chunk from `chunk` on can change the result any more.
    pub(crate) fn is_stopped(&self, chunk: u64) -> bool {
        let mut state = self.lock();
        self.stop_if_cancelled(&mut state);
        state.sequence.is_stopped(chunk)
    }

    /// Writes what waits. A thread without further chunks calls this before it ends, so that the last parts are not left to
    /// one thread.
    pub(crate) fn help(&self) {
        let mut state = self.lock();
        while let Some(job) = state.records.lanes.take() {
            state = self.store(state, job);
        }
    }

    /// Completes the index, once no thread works on it any more: the last part, the mapping, the rejects, the loader, the
    /// manifest.
    ///
    /// # Errors
    /// What ended the run everywhere, else the first error in document order.
    pub(crate) fn finish(self) -> Result<IndexReport> {
        {
            let mut state = self.lock();
            self.stop_if_cancelled(&mut state);
            state.records.lanes.close();
            if state.sequence.is_stopped(u64::MAX) {
                // There is an error to tell, so no file is needed any more.
                state.records.lanes.clear();
            }
        }
        self.help();
        let IndexWriter { head, knobs, store, state, .. } = self;
        let State { sequence, mut records, rejects, written, differences, .. } =
            state.into_inner().unwrap_or_else(PoisonError::into_inner);
        sequence.into_result()?;
        records.finish()?;
        let rejected = rejects.finish()?;
        let parts: Vec<PartFile> = written.into_values().collect();
        let selection = knobs.selection.clone();
        let manifest = manifest(head, selection, &records, &rejected, parts);
        let content = Content { head, knobs, manifest };
        content.complete(store, rejected, differences)
    }

    fn lock(&self) -> MutexGuard<'_, State<'e>> {
        lock(&self.state)
    }

    fn stop_if_cancelled(&self, state: &mut State<'_>) {
        if self.knobs.is_cancelled() {
            self.stop(state, interrupted());
        }
    }

    fn stop(&self, state: &mut State<'_>, error: Error) {
        state.sequence.stop(error);
        state.records.lanes.clear();
        self.changed.notify_all();
    }

    /// Takes blocks that are next in document order. Under the lock, so nothing here is slow.
    fn accept(&self, state: &mut State<'_>, blocks: impl IntoIterator<Item = Block>) {
        for block in blocks {
            if let Err(error) = self.accept_block(state, block) {
                return self.stop(state, error);
            }
        }
    }

    fn accept_block(&self, state: &mut State<'_>, block: Block) -> Result<()> {
        let Block { bytes, ends, rejects, rejects_bytes: _ } = block;
        rejects.into_iter().try_for_each(|reject| state.rejects.push(reject))?;
        let left = state.records.push(bytes, &ends)?;
        self.pool.give(left, ends);
        if state.records.lanes.has_job() {
            self.changed.notify_all();
        }
        Ok(())
    }

    /// Writes what waits, while it is near; where others are at it and too much waits, waits for them.
    fn relieve<'s>(
        &'s self,
        mut state: MutexGuard<'s, State<'e>>,
        chunk: u64,
    ) -> std::result::Result<(), Stopped> {
        let each = self.knobs.part_bytes_max.min(UNWRITTEN_BYTES_MAX);
        let waiting_bytes_max = usize::try_from(each).unwrap_or(usize::MAX) * self.knobs.threads;
        loop {
            state = match state.records.lanes.take() {
                Some(job) => self.store(state, job),
                None if state.records.lanes.is_behind(waiting_bytes_max) => {
                    self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
                }
                None => break,
            };
        }
        if state.sequence.is_stopped(chunk) { Err(Stopped) } else { Ok(()) }
    }

    /// Writes or compares records of one part, without the lock.
    fn store<'s>(
        &'s self,
        state: MutexGuard<'s, State<'e>>,
        job: Job<PartWriter>,
    ) -> MutexGuard<'s, State<'e>> {
        drop(state);
        let Job { part, file, is_last } = job;
        let number = part.number;
        let stored = self.store.take(&part, file, is_last, self.knobs);
        self.pool.give_part(part);
        let mut state = self.lock();
        match stored {
            Ok(Stored::Open(file)) => state.records.lanes.give_back(number, Some(file)),
            Ok(Stored::Complete(file, difference)) => {
                state.records.lanes.give_back(number, None);
                state.written.insert(number, file);
                state.differences.extend(difference);
            }
            Err(_) if self.knobs.is_cancelled() => self.stop(&mut state, interrupted()),
            Err(error) => self.stop(&mut state, error),
        }
        self.changed.notify_all();
        state
    }
}

impl Records<'_> {
    /// Takes the records of a block, and gives the memory back where it is free again.
    fn push(&mut self, bytes: Vec<u8>, ends: &[usize]) -> Result<Vec<u8>> {
        self.documents += ends.len() as u64;
        self.raw_bytes += bytes.len() as u64;
        if let Some(writer) = &mut self.writer {
            writer.write_all(&bytes).map_err(unwritable_stream)?;
            return Ok(bytes);
        }
        let bytes = Arc::new(bytes);
        self.lanes.push(&bytes, ends);
        Ok(Arc::into_inner(bytes).unwrap_or_default())
    }

    /// Ends the stream, where there is one.
    fn finish(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.finish().and_then(|sink| sink.flush()).map_err(unwritable_stream)
    }
}

fn manifest(
    head: &IndexHead,
    selection: Option<Selection>,
    records: &Records<'_>,
    rejected: &Rejected,
    parts: Vec<PartFile>,
) -> Manifest {
    let mapping = MappingFile { file: MAPPING_FILE.to_string(), sha256: sha256(&head.mapping) };
    Manifest {
        format: FORMAT,
        litebulk: env!("CARGO_PKG_VERSION").to_string(),
        index: head.name.clone(),
        type_name: head.type_name.clone(),
        target: head.target_name.clone(),
        op: head.action,
        documents: records.documents,
        bytes: parts.iter().map(|part| part.bytes).sum(),
        raw_bytes: records.raw_bytes,
        rejected: rejected.count,
        selection,
        model_sha256: head.model_sha256.clone(),
        mapping,
        parts,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked takes the run down with it when it is joined.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn interrupted() -> Error {
    Error::new(Category::Interrupted, "interrupted; nothing was written under a final name")
}

/// A reader that went away is told by the source: an [`io::Error`] of kind [`io::ErrorKind::BrokenPipe`].
fn unwritable_stream(error: io::Error) -> Error {
    Error::environment("cannot write the records; check where the output goes").with_source(error)
}

#[cfg(test)]
mod tests;
