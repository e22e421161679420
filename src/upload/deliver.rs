//! One body, until each of its records is stored or rejected, or the run cannot go on.
//!
//! An answer leads one of five ways: done, again (the same records, later), halve (too large), narrow (a record in it is
//! refused), end. Records that leave a body for one of these ways form a new batch; a stack of batches is all the state.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Result};

use super::answer::{self, Answer, Exception, Refusal};
use super::body::{Body, Verb};
use super::connection::{Connection, Content};
use super::documents::{Found, Reader};
use super::reject::Rejected;
use super::response::Response;
use super::retry::{Backoff, retry_after};
use super::state::Tally;
use super::unanswered::Unanswered;

/// Asks for as little as the comparison needs.
const PATH: &str = "/_bulk?filter_path=errors,items.*._id,items.*.status,items.*.error";
/// After so many unknown outcomes the body may be too large for the way, so it is halved.
const UNKNOWN_BEFORE_HALVING: u32 = 2;

/// Sends bodies to one index.
pub(super) struct Delivery<'a> {
    pub(super) connection: &'a Connection,
    pub(super) reader: Reader<'a>,
    /// Bytes of one request that the nodes take, where they tell.
    pub(super) content_bytes_max: Option<u64>,
    /// Whether the index was empty when the run began and nobody else is known to write to it.
    pub(super) is_own_index: bool,
    /// Parts that an interrupted run may have stored a piece of.
    pub(super) unsure: Vec<usize>,
    /// Whether bodies are packed; turned off when a node does not take them.
    pub(super) packing: AtomicBool,
}

/// What became of a body.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) tally: Tally,
    pub(super) rejected: Vec<Rejected>,
    /// The rejected records, joined.
    pub(super) rejected_records: Vec<u8>,
}

/// Records that go out together.
#[derive(Clone, Debug)]
struct Batch {
    /// Positions in the body, rising.
    records: Vec<usize>,
    backoff: Backoff,
    /// Unknown outcomes so far.
    unknown: u32,
}

/// Where an answer leads.
enum Way {
    Items(Answer),
    Again { least: Duration, unknown: bool, is_closed: bool, reason: String },
    Halve(Refusal),
    Narrow(Refusal),
}

impl Way {
    /// Nobody knows what became of the request.
    fn again(reason: String) -> Way {
        Way::Again { least: Duration::ZERO, unknown: true, is_closed: false, reason }
    }
}

impl Delivery<'_> {
    /// Sends `body`, beginning at the node of `worker`.
    pub(super) fn deliver(&self, body: &Body, worker: usize) -> Result<Delivered> {
        let mut delivered = Delivered::default();
        let retries = self.connection.config().retries;
        let whole = Batch {
            records: (0..body.len()).collect(),
            backoff: Backoff::new(retries),
            unknown: 0,
        };
        let mut batches = vec![whole];
        while let Some(batch) = batches.pop() {
            let way = self.attempt(body, &batch, worker)?;
            match way {
                Way::Items(answer) => {
                    let later = self.settle(body, batch, answer, &mut delivered)?;
                    batches.extend(later);
                }
                Way::Again { least, unknown, is_closed, reason } => {
                    let mut batch = batch;
                    batch.backoff.forgive(is_closed);
                    batches.extend(self.again(body, batch, least, unknown, &reason)?);
                }
                Way::Halve(refusal) if batch.records.len() == 1 => {
                    delivered.reject(body, batch.records[0], refusal);
                }
                Way::Halve(_) => batches.extend(halved(batch)),
                Way::Narrow(refusal) => {
                    batches.extend(self.narrow(body, batch, refusal, &mut delivered)?)
                }
            }
        }
        Ok(delivered)
    }

    fn attempt(&self, body: &Body, batch: &Batch, worker: usize) -> Result<Way> {
        let joined = Joined::of(body, &batch.records);
        let bytes = joined.bytes();
        if self.content_bytes_max.is_some_and(|max| bytes.len() as u64 > max) {
            return Ok(Way::Halve(too_large(&format!(
                "{} bytes, and the nodes take {} in one request (`http.max_content_length`)",
                bytes.len(),
                self.content_bytes_max.unwrap_or_default()
            ))));
        }
        let packs = self.packing.load(Ordering::Relaxed) && batch.unknown == 0;
        let packed = if packs { Some(pack(bytes)?) } else { None };
        let content = Content {
            kind: "application/x-ndjson",
            bytes: packed.as_deref().unwrap_or(bytes),
            gzip: packs,
        };
        let node = self.connection.pick(worker);
        match self.connection.send_once(node, "POST", PATH, content) {
            Err(Unanswered { words, is_final: true, .. }) => Err(Error::environment(words)),
            Err(Unanswered { words: reason, is_closed, .. }) => {
                Ok(Way::Again { least: Duration::ZERO, unknown: true, is_closed, reason })
            }
            Ok(response) => self.way(body, batch, node, &response, packs),
        }
    }

    fn way(
        &self,
        body: &Body,
        batch: &Batch,
        node: usize,
        response: &Response,
        packed: bool,
    ) -> Result<Way> {
        let reason = || {
            format!(
                "{}: status {}: {}",
                self.connection.address(node),
                response.status,
                response.excerpt()
            )
        };
        if let Some(error) = self.connection.end_of_run(node, response) {
            return Err(error);
        }
        let refusal = || {
            let error = response
                .json()
                .map(|value| value["error"].clone())
                .filter(|error| !error.is_null());
            let read = Refusal::read(response.status, error.as_ref());
            if error.is_some() { read } else { Refusal { reason: response.excerpt(), ..read } }
        };
        Ok(match response.status {
            200 => match answer::check(&response.body, body, &batch.records) {
                Ok(answer) => Way::Items(answer),
                Err(reason) => {
                    let reason = self.connection.quoted(reason);
                    let reason = format!("{}: {reason}", self.connection.address(node));
                    Way::again(reason)
                }
            },
            429 | 502..=504 => {
                let least = retry_after(response.header("retry-after"), SystemTime::now());
                let unknown = response.status != 429;
                Way::Again { least, unknown, is_closed: false, reason: reason() }
            }
            413 => {
                // What is left of the body would be read as the next request (Elasticsearch 5 and 6).
                self.connection.renew(node);
                Way::Halve(refusal())
            }
            400 | 406 | 415 if packed => {
                self.packing.store(false, Ordering::Relaxed);
                Way::again(reason())
            }
            400 => Way::Narrow(refusal()),
            408 | 500 | 520..=599 => Way::again(reason()),
            _ => {
                return Err(Error::environment(format!(
                    "no bulk request is taken there: {}",
                    reason()
                )));
            }
        })
    }

    /// Waits, and gives the batch back, in halves where its size may be what the way does not take.
    fn again(
        &self,
        body: &Body,
        mut batch: Batch,
        least: Duration,
        unknown: bool,
        reason: &str,
    ) -> Result<Vec<Batch>> {
        let first =
            body.action(batch.records[0]).map(|action| action.id.into_owned()).unwrap_or_default();
        let what = format!("POST /_bulk ({} records from `{first}` on)", batch.records.len());
        self.connection.wait(&mut batch.backoff, least, &what, reason)?;
        batch.unknown += u32::from(unknown);
        if unknown && batch.unknown >= UNKNOWN_BEFORE_HALVING && batch.records.len() > 1 {
            return Ok(halved(batch));
        }
        Ok(vec![batch])
    }

    /// A request was refused as a whole: finds what it stored nevertheless, and the record that is to blame.
    fn narrow(
        &self,
        body: &Body,
        batch: Batch,
        refusal: Refusal,
        delivered: &mut Delivered,
    ) -> Result<Vec<Batch>> {
        let found = self.reader.look(body, &batch.records)?;
        let mut left = Vec::new();
        for (at, found) in batch.records.iter().zip(found) {
            match found {
                Found::Equal => delivered.perhaps(body, *at),
                Found::Hidden if self.is_own_index => delivered.perhaps(body, *at),
                _ => left.push(*at),
            }
        }
        let stored_some = left.len() < batch.records.len();
        self.advance(body, &batch.records, &left);
        let rest = Batch { records: left, ..batch };
        match rest.records.as_slice() {
            [] => Ok(Vec::new()),
            [one] => {
                delivered.reject(body, *one, refusal);
                self.advance(body, &rest.records, &[]);
                Ok(Vec::new())
            }
            _ if stored_some => Ok(vec![rest]),
            _ => Ok(halved(rest)),
        }
    }

    /// Takes a whole answer apart; what is not settled by it comes back as batches.
    fn settle(
        &self,
        body: &Body,
        batch: Batch,
        answer: Answer,
        delivered: &mut Delivered,
    ) -> Result<Vec<Batch>> {
        let sure = batch.unknown == 0 && !self.unsure.contains(&body.part);
        delivered.tally.take(&answer, sure);
        let mut conflicts = Vec::new();
        let mut busy = Vec::new();
        let mut last_busy = None;
        for (position, exception) in answer.exceptions {
            let exception = exception.map(|refusal| self.quoted(refusal));
            let at = batch.records[position];
            match exception {
                Exception::Conflict(refusal) => conflicts.push((at, refusal)),
                Exception::Busy(refusal) => {
                    busy.push(at);
                    last_busy = Some(refusal);
                }
                Exception::Refused(refusal) => delivered.reject(body, at, refusal),
                Exception::Ending(refusal) => {
                    return Err(Error::environment(format!(
                        "the cluster does not let documents in (status {}, `{}`): {}",
                        refusal.status, refusal.kind, refusal.reason
                    )));
                }
            }
        }
        busy.extend(self.compare(body, conflicts, sure, delivered)?);
        busy.sort_unstable();
        self.advance(body, &batch.records, &busy);
        if busy.is_empty() {
            return Ok(Vec::new());
        }
        let mut backoff = batch.backoff;
        if busy.len() < batch.records.len() {
            backoff.progressed();
        }
        let reason =
            last_busy.map_or("a document that came and went".into(), |refusal: Refusal| {
                format!("status {} for {} records: {}", refusal.status, busy.len(), refusal.reason)
            });
        let again = Batch { records: busy, backoff, unknown: batch.unknown };
        self.again(body, again, Duration::ZERO, false, &reason)
    }

    /// Without the secrets that an engine may repeat: it goes into files and messages.
    fn quoted(&self, refusal: Refusal) -> Refusal {
        Refusal { reason: self.connection.quoted(refusal.reason), ..refusal }
    }

    /// Looks at what stands in the records' places; what went away meanwhile must be sent again.
    fn compare(
        &self,
        body: &Body,
        conflicts: Vec<(usize, Refusal)>,
        sure: bool,
        delivered: &mut Delivered,
    ) -> Result<Vec<usize>> {
        if conflicts.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<usize> = conflicts.iter().map(|(at, _)| *at).collect();
        let found = self.reader.look(body, &places)?;
        let mut again = Vec::new();
        for ((at, mut refusal), found) in conflicts.into_iter().zip(found) {
            match found {
                Found::Equal => delivered.perhaps(body, at),
                Found::Hidden if self.is_own_index || !sure => delivered.perhaps(body, at),
                Found::Missing => again.push(at),
                Found::Different | Found::Hidden => {
                    refusal.reason.push_str(match found {
                        Found::Hidden => "; whether the document that is there came from this record cannot be seen",
                        _ => "; the document that is there is not the one of the export",
                    });
                    delivered.reject(body, at, refusal);
                }
            }
        }
        Ok(again)
    }

    /// Tells how many of `records` are done; those in `left` (a part of them, rising) are not.
    fn advance(&self, body: &Body, records: &[usize], left: &[usize]) {
        let Some(progress) = &self.connection.config().progress else { return };
        let bytes =
            |records: &[usize]| records.iter().map(|at| body.record(*at).len() as u64).sum::<u64>();
        progress.advance((records.len() - left.len()) as u64, bytes(records) - bytes(left));
    }
}

impl Tally {
    fn take(&mut self, answer: &Answer, sure: bool) {
        self.written += answer.created + answer.updated;
        self.created += answer.created;
        self.deletes += answer.deleted + answer.absent;
        self.deleted += answer.deleted;
        // An earlier try may have done what this one found done.
        if !sure {
            self.perhaps_created += answer.updated;
            self.perhaps_deleted += answer.absent;
        }
    }
}

impl Delivered {
    fn reject(&mut self, body: &Body, at: usize, refusal: Refusal) {
        let id = body.action(at).map(|action| action.id.into_owned()).unwrap_or_default();
        self.rejected_records.extend_from_slice(body.record(at));
        self.rejected.push(Rejected {
            id,
            status: refusal.status,
            kind: refusal.kind,
            reason: refusal.reason,
        });
        self.tally.rejected += 1;
    }

    /// The index holds what the record asks for, and it is not known since when.
    fn perhaps(&mut self, body: &Body, at: usize) {
        if body.action(at).is_some_and(|action| action.verb == Verb::Delete) {
            self.tally.deletes += 1;
            self.tally.perhaps_deleted += 1;
        } else {
            self.tally.written += 1;
            self.tally.perhaps_created += 1;
        }
    }
}

fn too_large(reason: &str) -> Refusal {
    Refusal { status: 413, kind: "too_large".into(), reason: reason.into() }
}

fn halved(mut batch: Batch) -> Vec<Batch> {
    let second = batch.records.split_off(batch.records.len() / 2);
    let second = Batch { records: second, ..batch.clone() };
    // The last of the list goes out first.
    vec![second, batch]
}

/// The bytes of some records of a body, copied only where they do not lie side by side.
enum Joined<'a> {
    Slice(&'a [u8]),
    Copied(Vec<u8>),
}

impl<'a> Joined<'a> {
    fn of(body: &'a Body, records: &[usize]) -> Joined<'a> {
        match records {
            [first, .., last] if last - first + 1 == records.len() => {
                Joined::Slice(body.slice(*first..last + 1))
            }
            _ => Joined::Copied(records.iter().flat_map(|at| body.record(*at)).copied().collect()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Joined::Slice(bytes) => bytes,
            Joined::Copied(bytes) => bytes,
        }
    }
}

fn pack(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    packer
        .write_all(bytes)
        .and_then(|()| packer.finish())
        .map_err(|error| Error::environment("a body cannot be packed").with_source(error))
}
