//! Takes encoded blocks from many threads and makes the files of an index of them, or compares, or hands them on. It knows
//! no SQLite, no mapping and no value.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::compare::{self, Difference};
use super::folder::Staging;
use super::manifest::{
    Action, FORMAT, MANIFEST_FILE, MAPPING_FILE, Manifest, MappingFile, PartFile, REJECTED_FILE,
    REJECTED_RECORDS_FILE, SCRIPT_FILE,
};
use super::order::{Sequence, Stopped, Turn};
use super::part::{self, Hashed, Packer, Part, Pool, Splitter, sha256};
use super::reject::{Destination, Rejected, Rejects};
use super::report::{IndexReport, Report};
use super::{Block, Compression, Durability, ExportConfig, Output, script};
use crate::error::{Category, Error, Result};
use crate::target::Target;

/// Bytes of blocks that wait for their turn, for each thread.
const QUEUED_BYTES_MAX: usize = 4 << 20;

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
struct Knobs {
    part_bytes_max: u64,
    compression: Compression,
    threads: usize,
    durability: Durability,
    cancel: Option<Arc<AtomicBool>>,
}

impl Knobs {
    fn new(config: &ExportConfig) -> Knobs {
        Knobs {
            part_bytes_max: config.part_bytes_max,
            compression: config.compression,
            threads: config.threads.get(),
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
        let state = State {
            sequence: Sequence::new(QUEUED_BYTES_MAX * self.knobs.threads),
            records: Records::new(writer, self.knobs.part_bytes_max),
            rejects: Rejects::new(rejects),
            unwritten: 0,
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
    /// The head moved, the run ended, or a part became full.
    changed: Condvar,
}

/// What is done with a full part.
enum Store {
    Folder {
        folder: PathBuf,
        published: PathBuf,
    },
    /// `recorded`: the hashes that the folder's own manifest has for its files.
    Check {
        folder: PathBuf,
        recorded: BTreeMap<String, String>,
    },
    Nothing,
}

struct State<'e> {
    sequence: Sequence,
    records: Records<'e>,
    rejects: Rejects,
    /// Full parts that are not yet on the disk: those in `records.full` and those that threads are at.
    unwritten: usize,
    written: BTreeMap<u64, PartFile>,
    differences: Vec<Difference>,
}

/// Records in document order, on their way out.
struct Records<'e> {
    writer: Option<Packer<&'e mut (dyn Write + Send)>>,
    splitter: Splitter,
    full: VecDeque<Part>,
    documents: u64,
    raw_bytes: u64,
}

impl<'e> IndexWriter<'e> {
    /// An empty block, with the memory of an earlier one where there is any.
    pub(crate) fn take_block(&self) -> Block {
        self.pool.take()
    }

    /// Hands over the next block of `chunk`. May wait for earlier chunks, and may use the wait to write full parts.
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
            state = match state.records.full.pop_front() {
                Some(part) => self.store(state, part),
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
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

    /// Writes the parts that are full. A thread without further chunks calls this before it ends, so that the last parts
    /// are not left to one thread.
    pub(crate) fn help(&self) {
        let mut state = self.lock();
        while let Some(part) = state.records.full.pop_front() {
            state = self.store(state, part);
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
            let last = state.records.splitter.finish();
            state.unwritten += usize::from(last.is_some());
            state.records.full.extend(last);
            if state.sequence.is_stopped(u64::MAX) {
                // There is an error to tell, so no file is needed any more.
                state.unwritten -= state.records.full.len();
                state.records.full.clear();
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
        let content = Content { head, knobs, manifest: manifest(head, &records, &rejected, parts) };
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
        state.unwritten -= state.records.full.len();
        state.records.full.clear();
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
        let Block { bytes, ends, rejects } = block;
        rejects.into_iter().try_for_each(|reject| state.rejects.push(reject))?;
        let waiting = state.records.full.len();
        let left = state.records.push(bytes, &ends)?;
        self.pool.give(left, ends);
        let full = state.records.full.len() - waiting;
        state.unwritten += full;
        if full > 0 {
            self.changed.notify_all();
        }
        Ok(())
    }

    /// Writes full parts until there are fewer than threads: that bounds the memory, and leaves some to threads that wait.
    fn relieve<'s>(
        &'s self,
        mut state: MutexGuard<'s, State<'e>>,
        chunk: u64,
    ) -> std::result::Result<(), Stopped> {
        while state.unwritten >= self.knobs.threads
            && let Some(part) = state.records.full.pop_front()
        {
            state = self.store(state, part);
        }
        if state.sequence.is_stopped(chunk) { Err(Stopped) } else { Ok(()) }
    }

    /// Writes or compares one part, without the lock.
    fn store<'s>(
        &'s self,
        state: MutexGuard<'s, State<'e>>,
        part: Part,
    ) -> MutexGuard<'s, State<'e>> {
        drop(state);
        let number = part.number;
        let stored = self.store_part(&part);
        self.pool.give_part(part);
        let mut state = self.lock();
        state.unwritten -= 1;
        match stored {
            Ok((file, difference)) => {
                state.written.insert(number, file);
                state.differences.extend(difference);
            }
            Err(_) if self.knobs.is_cancelled() => self.stop(&mut state, interrupted()),
            Err(error) => self.stop(&mut state, error),
        }
        state
    }

    fn store_part(&self, part: &Part) -> Result<(PartFile, Option<Difference>)> {
        let (compression, cancel) = (self.knobs.compression, self.knobs.cancel.as_deref());
        match &self.store {
            Store::Folder { folder, published } => {
                let name = part::file_name(part.number, compression);
                let file = write_part(part, folder, &name, self.knobs);
                Ok((file.map_err(|error| unwritable(&name, published, error))?, None))
            }
            Store::Check { folder, recorded } => {
                let name = part::file_name(part.number, compression);
                let recorded = recorded.get(&name).map(String::as_str);
                compare::part(part, folder, compression, cancel, recorded)
            }
            Store::Nothing => unreachable!("records for a writer are not cut into parts"),
        }
    }
}

impl<'e> Records<'e> {
    fn new(writer: Option<Packer<&'e mut (dyn Write + Send)>>, part_bytes_max: u64) -> Records<'e> {
        let splitter = Splitter::new(part_bytes_max);
        Records { writer, splitter, full: VecDeque::new(), documents: 0, raw_bytes: 0 }
    }

    /// Takes the records of a block, and gives the memory back where it is free again.
    fn push(&mut self, bytes: Vec<u8>, ends: &[usize]) -> Result<Vec<u8>> {
        self.documents += ends.len() as u64;
        self.raw_bytes += bytes.len() as u64;
        if let Some(writer) = &mut self.writer {
            writer.write_all(&bytes).map_err(unwritable_stream)?;
            return Ok(bytes);
        }
        let bytes = Arc::new(bytes);
        let mut full = Vec::new();
        self.splitter.push(&bytes, ends, &mut full);
        self.full.extend(full);
        Ok(Arc::into_inner(bytes).unwrap_or_default())
    }

    /// Ends the stream, where there is one.
    fn finish(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.finish().and_then(|sink| sink.flush()).map_err(unwritable_stream)
    }
}

/// Everything about a complete index, before the files beside the parts are made.
struct Content<'e> {
    head: &'e IndexHead,
    knobs: &'e Knobs,
    manifest: Manifest,
}

impl Content<'_> {
    fn complete(
        self,
        store: Store,
        rejected: Rejected,
        mut differences: Vec<Difference>,
    ) -> Result<IndexReport> {
        let mut found = None;
        match store {
            Store::Folder { folder, published } => {
                self.write(&folder, &published)?;
                found = Some(published);
            }
            Store::Check { folder, recorded } => {
                differences.extend(rejected.differences);
                differences.extend(self.compare(&folder, &recorded)?);
                differences.sort_by(|a, b| a.file.cmp(&b.file));
                found = Some(folder);
            }
            Store::Nothing => {}
        }
        Ok(IndexReport {
            name: self.manifest.index,
            documents: self.manifest.documents,
            rejected: rejected.count,
            parts: self.manifest.parts.len() as u64,
            bytes: self.manifest.bytes,
            raw_bytes: self.manifest.raw_bytes,
            folder: found,
            reasons: rejected.reasons,
            examples: rejected.examples,
            differences,
        })
    }

    /// The files beside the parts; the manifest is the last, for without it there is no export.
    fn small_files(&self) -> [(&'static str, Vec<u8>); 3] {
        let script = script::render(&self.manifest, &self.head.target);
        [
            (MAPPING_FILE, self.head.mapping.clone()),
            (SCRIPT_FILE, script),
            (MANIFEST_FILE, self.manifest.to_bytes()),
        ]
    }

    fn write(&self, folder: &Path, published: &Path) -> Result<()> {
        for (name, bytes) in self.small_files() {
            let written = File::create_new(folder.join(name)).and_then(|mut file| {
                file.write_all(&bytes)?;
                sync(&file, self.knobs.durability)
            });
            written.map_err(|error| unwritable(name, published, error))?;
        }
        if self.manifest.rejected > 0 {
            for name in [REJECTED_FILE, REJECTED_RECORDS_FILE] {
                File::open(folder.join(name))
                    .and_then(|file| sync(&file, self.knobs.durability))
                    .map_err(|error| unwritable(name, published, error))?;
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        folder: &Path,
        recorded: &BTreeMap<String, String>,
    ) -> Result<Vec<Difference>> {
        let mut differences = Vec::new();
        for (name, bytes) in self.small_files() {
            let hash = recorded.get(name).map(String::as_str);
            differences.extend(compare::small_file(folder, name, &bytes, hash)?);
        }
        let mut expected: Vec<&str> = self.manifest.parts.iter().map(|p| p.file.as_str()).collect();
        if self.manifest.rejected > 0 {
            expected.extend([REJECTED_FILE, REJECTED_RECORDS_FILE]);
        }
        differences.extend(compare::surplus(folder, &expected)?);
        Ok(differences)
    }
}

fn manifest(
    head: &IndexHead,
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
        model_sha256: head.model_sha256.clone(),
        mapping,
        parts,
    }
}

/// Writes a part's file, hashing it on the way.
fn write_part(part: &Part, folder: &Path, name: &str, knobs: &Knobs) -> io::Result<PartFile> {
    let file = File::create_new(folder.join(name))?;
    // Only gathers what comes in small pieces: larger ones pass.
    let sink = Hashed::new(BufWriter::with_capacity(64 << 10, file));
    let hashed = part::write(part, knobs.compression, knobs.cancel.as_deref(), sink)?;
    let bytes = hashed.bytes;
    let (sha256, buffered) = hashed.finish();
    let file = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
    sync(&file, knobs.durability)?;
    let (documents, raw_bytes) = (part.documents, part.raw_bytes);
    Ok(PartFile { file: name.to_string(), documents, bytes, raw_bytes, sha256 })
}

fn sync(file: &File, durability: Durability) -> io::Result<()> {
    match durability {
        Durability::Cached => Ok(()),
        Durability::Synced => file.sync_all(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked takes the run down with it when it is joined.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn interrupted() -> Error {
    Error::new(Category::Interrupted, "interrupted; nothing was written under a final name")
}

fn unwritable(name: &str, published: &Path, error: io::Error) -> Error {
    Error::environment(format!(
        "cannot write `{name}` for `{}`; free space there, or name another folder with `-o`",
        published.display()
    ))
    .with_source(error)
}

/// A reader that went away is told by the source: an [`io::Error`] of kind [`io::ErrorKind::BrokenPipe`].
fn unwritable_stream(error: io::Error) -> Error {
    Error::environment("cannot write the records; check where the output goes").with_source(error)
}

#[cfg(test)]
mod tests;
