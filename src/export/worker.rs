//! One thread of an export: takes chunks, steps their rows, and hands over blocks of records. Knows no file.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::check::{Counts, Tally};
use super::document::{Documents, Seen};
use super::identity::{IdHash, Ids};
use super::index::IndexWriter;
use super::kept::KeptTable;
use super::list::{Merged, check_order, compare_keys};
use super::order::Stopped;
use super::part::BLOCK_BYTES;
use super::range::{Chunk, Ranges};
use super::record::{Renderer, Unfinished};
use super::row::{RowBuffer, RowRef};
use super::{Block, ExportConfig, OnError, Op, Reject};
use crate::encode::text::{push_plain, push_string};
use crate::error::{Error, Result, Verdict};
use crate::plan::{IndexPlan, Uniqueness};
use crate::source::{Encoding, Values, at_run, sql_words};

mod careful;
mod id;
mod statements;

use statements::Statements;
pub(super) use statements::{begins_anew, documents_at_least, has_step};

/// Bytes of a record, at most: the default `http.max_content_length` of every engine.
const RECORD_BYTES_MAX: usize = 100 << 20;
/// Bytes up to which a record is written at all: one that is too long goes among the rejects while it can be held.
const RECORD_BYTES_BUILT_MAX: usize = 128 << 20;
/// What all threads of one index share.
pub(super) struct Shared<'p, 'w> {
    pub(super) plan: &'p IndexPlan,
    pub(super) kept: &'p [KeptTable],
    pub(super) config: &'p ExportConfig,
    pub(super) writer: &'p IndexWriter<'w>,
    pub(super) ranges: Mutex<Ranges<'p>>,
    pub(super) ids: &'p Ids,
    /// Ids that are known to be repeated; then one thread does all.
    pub(super) repeated: &'p HashSet<IdHash>,
    pub(super) documents: &'p Documents<'p>,
    pub(super) encoding: Encoding,
    /// Where a check counts values.
    pub(super) tally: Option<&'p Tally>,
}

/// Lets the other threads end where this one panics.
struct Alarm<'a, 'w>(&'a IndexWriter<'w>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}

/// Works until no chunk is left.
pub(super) fn work(shared: &Shared<'_, '_>, connection: &Connection) {
    let _alarm = Alarm(shared.writer);
    let mut sets: [Option<Statements<'_>>; 4] = [None, None, None, None];
    let mut seen = Seen::default();
    loop {
        let chunk = {
            let mut ranges = shared.ranges.lock().unwrap_or_else(PoisonError::into_inner);
            ranges.next(connection)
        };
        let chunk = match chunk {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => {
                shared.writer.fail(u64::MAX - 1, error);
                break;
            }
        };
        let number = chunk.number;
        if shared.writer.is_stopped(number) {
            break;
        }
        let done = one_chunk(shared, connection, &mut sets, &chunk, &mut seen);
        let ended = match done {
            Ok((documents, bytes)) => {
                let mut ranges = shared.ranges.lock().unwrap_or_else(PoisonError::into_inner);
                ranges.learn(documents, bytes);
                drop(ranges);
                shared.writer.finish_chunk(number).is_err()
            }
            Err(End::Stopped) => true,
            Err(End::Error(error)) => {
                shared.writer.fail(number, error);
                true
            }
        };
        if ended {
            break;
        }
    }
    shared.documents.end(seen.grown);
    shared.writer.help();
}

enum End {
    Stopped,
    Error(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        End::Error(error)
    }
}

impl From<rusqlite::Error> for End {
    fn from(error: rusqlite::Error) -> Self {
        End::Error(at_run("a row", error))
    }
}

impl From<Stopped> for End {
    fn from(_: Stopped) -> Self {
        End::Stopped
    }
}

fn one_chunk<'c>(
    shared: &Shared<'_, '_>,
    connection: &'c Connection,
    sets: &mut [Option<Statements<'c>>; 4],
    chunk: &Chunk,
    seen: &mut Seen,
) -> std::result::Result<(u64, u64), End> {
    let (lower, upper) = (chunk.lower.is_some(), chunk.upper.is_some());
    let set = &mut sets[usize::from(lower) + 2 * usize::from(upper)];
    let set = match set {
        Some(set) => set,
        None => {
            let tells_all = shared.tally.is_some();
            set.insert(Statements::prepare(shared.plan, connection, (lower, upper), tells_all)?)
        }
    };
    let mut state = State {
        block: shared.writer.take_block(),
        counts: shared.tally.map(|_| (Counts::default(), chunk.number)),
        ..State::default()
    };
    let ended = match stretch(shared, set, connection, chunk, seen, &mut state) {
        Err(Ok((done, error))) => {
            careful::go_on(shared, connection, chunk, seen, &mut state, done, error)
        }
        Err(Err(end)) => Err(end),
        Ok(()) => Ok(()),
    };
    if let Err(end) = ended {
        shared.writer.push_last(chunk.number, state.block);
        return Err(end);
    }
    ChunkWriter::with(shared, Vec::new(), chunk.number, seen, &mut state).finish()
}

/// What a chunk holds from one stretch of its rows to the next.
#[derive(Default)]
struct State {
    block: Block,
    hashes: Vec<IdHash>,
    documents: u64,
    bytes: u64,
    counts: Option<(Counts, u64)>,
}

/// Where SQL failed: the key of the last document that is done (empty where none is), and SQLite's error.
type Failed = (Values, Error);

/// Writes the rows between the bounds of `chunk`, up to the first where the model's SQL fails.
fn stretch(
    shared: &Shared<'_, '_>,
    set: &mut Statements<'_>,
    connection: &Connection,
    chunk: &Chunk,
    seen: &mut Seen,
    state: &mut State,
) -> std::result::Result<(), std::result::Result<Failed, End>> {
    let plan = &shared.plan.rows;
    let fail = |error: Error, done: &Values| match sql_words(&error) {
        Some(_) => Ok((done.clone(), error)),
        None => Err(End::Error(error)),
    };
    let mut last = Values::default();
    set.main.bind(&plan.cursor, chunk).map_err(|e| Err(e.into()))?;
    let end = chunk.upper.as_ref().filter(|_| set.main.is_open);
    let mut lists = Vec::with_capacity(set.lists.len());
    for (list, range) in plan.lists.iter().zip(&mut set.lists) {
        range.bind(&list.cursor, chunk).map_err(|e| Err(e.into()))?;
        let columns = range.statement.column_count();
        let rows = range.statement.raw_query();
        let merged = Merged::new(list, rows, columns, shared.encoding, connection);
        let mut merged = merged.map_err(|e| fail(e, &last))?;
        merged.is_lean = range.is_lean;
        lists.push(merged);
    }
    let mut chunk_writer = ChunkWriter::with(shared, lists, chunk.number, seen, state);
    let mut rows = set.main.statement.raw_query();
    let what = &plan.cursor.what;
    let mut buffer = RowBuffer::default();
    let ended = loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(()),
            Err(error) => break Err(fail(at_run(what, error), &chunk_writer.renderer.main)),
        };
        let document = buffer.read(row, &plan.cursor.used, |row| {
            std::mem::swap(&mut chunk_writer.renderer.main, &mut last);
            chunk_writer.next_key(row, &last)?;
            let main = &chunk_writer.renderer.main;
            let is_beyond =
                |end| compare_keys(main, &plan.cursor, end, shared.encoding) != Ordering::Less;
            if end.is_some_and(is_beyond) { Ok(false) } else { chunk_writer.document(row) }
        });
        match document {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(End::Error(error)) => match fail(error, &last) {
                Ok(failed) => {
                    chunk_writer.forget();
                    break Err(Ok(failed));
                }
                Err(end) => {
                    // Up to here no id may repeat either.
                    if let Err(error) = shared.ids.add(&mut chunk_writer.hashes) {
                        break Err(Err(error.into()));
                    }
                    break Err(Err(end));
                }
            },
            Err(end) => break Err(Err(end)),
        }
    };
    chunk_writer.keep(state);
    ended
}

/// Makes the blocks of one chunk.
struct ChunkWriter<'a, 'p, 'w, 's> {
    shared: &'a Shared<'p, 'w>,
    renderer: Renderer<'p, 's>,
    number: u64,
    block: Block,
    id: Vec<u8>,
    hashes: Vec<IdHash>,
    seen: &'a mut Seen,
    /// Where the block and the hashes stood before the current document.
    before: (usize, usize),
    /// The id that the current document brought into `seen`.
    brought: Option<IdHash>,
    documents: u64,
    bytes: u64,
}

impl<'a, 'p, 'w, 's> ChunkWriter<'a, 'p, 'w, 's> {
    /// Goes on from `state`.
    fn with(
        shared: &'a Shared<'p, 'w>,
        lists: Vec<Merged<'p, 's>>,
        number: u64,
        seen: &'a mut Seen,
        state: &mut State,
    ) -> Self {
        let plan = shared.plan;
        let on_error = shared.config.on_error;
        let mut renderer = Renderer::new(
            &plan.places,
            shared.kept,
            lists,
            plan.nulls,
            on_error,
            RECORD_BYTES_BUILT_MAX,
        );
        let State { block, hashes, documents, bytes, counts } = std::mem::take(state);
        renderer.counts = counts;
        ChunkWriter {
            shared,
            renderer,
            number,
            before: (block.bytes.len(), hashes.len()),
            block,
            id: Vec::new(),
            hashes,
            seen,
            brought: None,
            documents,
            bytes,
        }
    }

    /// Leaves to `state` what the next stretch goes on from.
    fn keep(self, state: &mut State) {
        let ChunkWriter { block, hashes, documents, bytes, renderer, .. } = self;
        *state = State { block, hashes, documents, bytes, counts: renderer.counts };
    }

    /// Undoes what the current document has left, for it is begun anew.
    #[cold]
    fn forget(&mut self) {
        let (bytes, hashes) = self.before;
        self.block.bytes.truncate(bytes);
        self.hashes.truncate(hashes);
        if let Some(hash) = self.brought.take() {
            self.seen.ids.remove(&hash);
        }
        if let Some((counts, _)) = &mut self.renderer.counts {
            counts.undo();
        }
    }

    /// Takes the key of the next row, which must come after `last`, if there is one.
    fn next_key(&mut self, row: RowRef<'_>, last: &Values) -> Result<()> {
        let cursor = &self.shared.plan.rows.cursor;
        let main = &mut self.renderer.main;
        main.clear();
        (0..cursor.key.len()).for_each(|column| main.push(row.get(column)));
        if last.len() == 0 {
            return Ok(());
        }
        let unique = self.shared.plan.id.uniqueness != Uniqueness::Unknown;
        check_order(cursor, last, main, self.shared.encoding, unique)
    }

    /// Writes one document; `false` where no further one is wanted.
    fn document(&mut self, row: RowRef<'_>) -> std::result::Result<bool, End> {
        let config = self.shared.config;
        if config.limit.is_some_and(|limit| self.documents >= limit) {
            return Ok(false);
        }
        let start = self.block.bytes.len();
        self.renderer.begin(start);
        self.before = (start, self.hashes.len());
        self.brought = None;
        let mut out = std::mem::take(&mut self.block.bytes);
        let result = self.record(row, &mut out);
        self.block.bytes = out;
        match result {
            Ok(Wanted::Yes) => {}
            Ok(Wanted::No) => {
                self.block.bytes.truncate(start);
                return Ok(true);
            }
            Err(Unfinished::Fatal(error)) => return Err(error.into()),
            Err(Unfinished::Data(error)) => {
                self.renderer.bad = Some(error);
                self.renderer.writable = false;
            }
            Err(Unfinished::TooLong) => {
                let more = format!("more than {RECORD_BYTES_BUILT_MAX}");
                let error = self.too_long(&more);
                self.renderer.blame(error);
                self.renderer.writable = false;
            }
        }
        self.documents += 1;
        self.close(start)?;
        if self.block.bytes.len() + self.block.rejects_bytes >= BLOCK_BYTES {
            self.hand_over()?;
        }
        Ok(true)
    }

    /// Ends a record: into the block, or among the rejects.
    fn close(&mut self, start: usize) -> std::result::Result<(), End> {
        let length = self.block.bytes.len() - start;
        if length > RECORD_BYTES_MAX && self.renderer.is_worse(Verdict::Refused) {
            self.renderer.blame(self.too_long(&length.to_string()));
        }
        let Some(mut error) = self.renderer.bad.take() else {
            self.block.ends.push(self.block.bytes.len());
            return Ok(());
        };
        error.id = (!self.id.is_empty()).then(|| String::from_utf8_lossy(&self.id).into_owned());
        if self.shared.config.on_error == OnError::Stop {
            return Err(Error::from_data(*error).into());
        }
        if let Some((counts, chunk)) = &mut self.renderer.counts
            && !counts.has_bad()
        {
            counts.bad_document(*chunk, &error);
        }
        let record =
            (self.renderer.writable && length > 0).then(|| self.block.bytes[start..].to_vec());
        self.block.bytes.truncate(start);
        let also = self.renderer.take_also();
        self.block.reject(Reject { error: *error, also, record });
        Ok(())
    }

    fn too_long(&self, length: &str) -> crate::error::DataError {
        crate::error::DataError {
            id: None,
            table: self.shared.plan.places[self.shared.plan.id.place].table.clone(),
            key: String::from_utf8_lossy(&self.id).into_owned(),
            column: None,
            field: None,
            value: format!("a record of {length} bytes"),
            rule: format!("a bulk request takes {RECORD_BYTES_MAX} bytes at most (`http.max_content_length`)"),
            verdict: Verdict::Refused,
            way_out: "leave the long column out, shorten it with `sql`, or leave the row out with `where`".to_string(),
        }
    }

    fn hand_over(&mut self) -> std::result::Result<(), End> {
        self.shared.ids.add(&mut self.hashes)?;
        self.bytes += self.block.bytes.len() as u64;
        if let Some(progress) = &self.shared.config.progress {
            progress.add((self.block.ends.len() + self.block.rejects.len()) as u64);
        }
        let block = std::mem::replace(&mut self.block, self.shared.writer.take_block());
        Ok(self.shared.writer.push(self.number, block)?)
    }

    fn finish(mut self) -> std::result::Result<(u64, u64), End> {
        self.hand_over()?;
        if let (Some(tally), Some((counts, _))) = (self.shared.tally, self.renderer.counts.take()) {
            tally.add(counts);
        }
        Ok((self.documents, self.bytes))
    }

    /// The action line and the source line of one row.
    fn record(
        &mut self,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> std::result::Result<Wanted, Unfinished> {
        let plan = self.shared.plan;
        let mut id = std::mem::take(&mut self.id);
        let built = self.id(row, &mut id);
        self.id = id;
        if let Wanted::No = built? {
            return Ok(Wanted::No);
        }
        out.extend_from_slice(&plan.action_head);
        if !push_plain(&self.id, out) {
            let text = std::str::from_utf8(&self.id).expect("ids were checked to be UTF-8");
            push_string(text, out);
        }
        let unrouted = self.action(row, out)?;
        out.extend_from_slice(b"}}\n");
        let (before, behind): (&[u8], &[u8]) = match self.shared.config.op {
            Op::Create | Op::Index => (b"", b"\n"),
            Op::Update => (b"{\"doc\":", b",\"doc_as_upsert\":true}\n"),
            Op::Delete => return Ok(Wanted::Yes),
        };
        out.extend_from_slice(before);
        let start = out.len();
        self.renderer.node(&plan.rows.node, row, out)?;
        if let Some(place) = unrouted {
            self.check_unrouted(&out[start..], place, row)?;
        }
        let grown = &mut self.seen.grown;
        self.shared.documents.check(&out[start..], &mut self.renderer, row, grown)?;
        out.extend_from_slice(behind);
        Ok(Wanted::Yes)
    }
}

enum Wanted {
    Yes,
    No,
}
