//! All bodies of an export, by several workers, each part's end written to the journal. Threads and the end of a run live here.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::error::{Category, Error, Result};

use super::body::{Bodies, Body, Next};
use super::connection::{AtEnd, GRACE, WATCH_STEP, interrupted};
use super::deliver::{Delivered, Delivery};
use super::reject::{Reasons, Rejects, Waiting};
use super::state::{Event, Journal, Stored, Tally};

/// What a load writes to while it goes on, and its sums.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) journal: Journal,
    pub(super) rejects: Rejects,
    pub(super) reasons: Reasons,
    pub(super) tally: Tally,
    /// Bytes of records that are done.
    pub(super) bytes: u64,
}

/// A part of which something was sent.
struct OpenPart {
    part: usize,
    under_way: usize,
    all_read: bool,
    tally: Tally,
    /// Where anything was refused.
    waiting: Option<Waiting>,
}

impl OpenPart {
    fn new(part: usize) -> OpenPart {
        OpenPart { part, under_way: 0, all_read: false, tally: Tally::default(), waiting: None }
    }
}

struct Shared<'a> {
    bodies: Bodies,
    /// File names of all parts of the manifest.
    files: &'a [String],
    open: Vec<OpenPart>,
    ledger: &'a mut Ledger,
    error: Option<Error>,
}

/// Loads all `bodies` by `jobs` workers; what is certain is in the ledger even when this fails.
pub(super) fn load(
    delivery: &Delivery<'_>,
    bodies: Bodies,
    files: &[String],
    jobs: usize,
    ledger: &mut Ledger,
) -> Result<()> {
    let shared = Mutex::new(Shared { bodies, files, open: Vec::new(), ledger, error: None });
    let stop = AtomicBool::new(false);
    let running = AtomicUsize::new(jobs);
    thread::scope(|scope| {
        for worker in 0..jobs {
            let (shared, stop, running) = (&shared, &stop, &running);
            let job = move || {
                let _gone = AtEnd(|| {
                    running.fetch_sub(1, Ordering::SeqCst);
                });
                if let Err(error) = work(delivery, worker, shared, stop) {
                    stop.store(true, Ordering::SeqCst);
                    delivery.connection.stop_waiting();
                    let mut shared = shared.lock().unwrap_or_else(|e| e.into_inner());
                    shared.keep(error);
                }
            };
            // Where the system gives no more threads, those that are there do all.
            if let Err(error) = thread::Builder::new().spawn_scoped(scope, job) {
                running.fetch_sub(jobs - worker, Ordering::SeqCst);
                if worker == 0 {
                    let none = Error::environment("no thread can be started to send anything");
                    let error = none.with_source(error);
                    shared.lock().unwrap_or_else(|e| e.into_inner()).keep(error);
                }
                break;
            }
        }
        watch(delivery, &stop, &running);
    });
    delivery.connection.wait_again();
    let error = shared.into_inner().unwrap_or_else(|e| e.into_inner()).error;
    match error {
        Some(error) => Err(error),
        None if delivery.connection.is_cancelled() => Err(interrupted()),
        None => Ok(()),
    }
}

/// Cuts what is still under way some time after one worker failed for good.
fn watch(delivery: &Delivery<'_>, stop: &AtomicBool, running: &AtomicUsize) {
    let mut since: Option<Instant> = None;
    while running.load(Ordering::SeqCst) > 0 {
        thread::sleep(WATCH_STEP);
        let late =
            stop.load(Ordering::SeqCst) && since.get_or_insert_with(Instant::now).elapsed() > GRACE;
        if late && !delivery.connection.is_hurried() {
            delivery.connection.hurry();
        }
    }
}

fn work(
    delivery: &Delivery<'_>,
    worker: usize,
    shared: &Mutex<Shared<'_>>,
    stop: &AtomicBool,
) -> Result<()> {
    let lock = || shared.lock().unwrap_or_else(|e| e.into_inner());
    loop {
        if stop.load(Ordering::SeqCst) || delivery.connection.is_cancelled() {
            return Ok(());
        }
        let Some(body) = lock().next()? else { return Ok(()) };
        let delivered = delivery.deliver(&body, worker)?;
        lock().done(&body, delivered)?;
    }
}

impl Shared<'_> {
    fn next(&mut self) -> Result<Option<Body>> {
        loop {
            match self.bodies.next()? {
                Next::End => return Ok(None),
                Next::PartEnd(part) => {
                    self.opened(part)?.all_read = true;
                    self.close(part)?;
                }
                Next::Body(body) => {
                    self.opened(body.part)?.under_way += 1;
                    return Ok(Some(body));
                }
            }
        }
    }

    fn opened(&mut self, part: usize) -> Result<&mut OpenPart> {
        let at = match self.open.iter().position(|open| open.part == part) {
            Some(at) => at,
            None => {
                self.ledger.journal.append(&Event::Sent { file: self.files[part].clone() })?;
                self.open.push(OpenPart::new(part));
                self.open.len() - 1
            }
        };
        Ok(&mut self.open[at])
    }

    fn done(&mut self, body: &Body, delivered: Delivered) -> Result<()> {
        self.ledger.bytes += body.slice(0..body.len()).len() as u64;
        let new = (!delivered.rejected.is_empty()).then(|| self.ledger.rejects.waiting());
        let open = self.opened(body.part)?;
        open.under_way -= 1;
        open.tally.add(&delivered.tally);
        if let Some(new) = new {
            let waiting = open.waiting.get_or_insert(new);
            waiting.add(&delivered.rejected_records, &delivered.rejected)?;
        }
        self.close(body.part)
    }

    /// Writes the end of a part down, once all of it is read and answered.
    fn close(&mut self, part: usize) -> Result<()> {
        let ended = |open: &OpenPart| open.part == part && open.all_read && open.under_way == 0;
        let Some(at) = self.open.iter().position(ended) else { return Ok(()) };
        let OpenPart { tally, waiting, .. } = self.open.swap_remove(at);
        if let Some(waiting) = waiting {
            let (records, rejected) = waiting.read()?;
            self.ledger.rejects.add(records)?;
            for list in rejected {
                let list = list?;
                list.iter().for_each(|rejected| self.ledger.reasons.count(rejected));
                self.ledger.journal.append(&Event::Rejected { list })?;
            }
        }
        self.ledger.tally.add(&tally);
        let file = self.files[part].clone();
        let rejects_bytes = self.ledger.rejects.bytes();
        self.ledger.journal.append(&Event::Stored(Stored { file, tally, rejects_bytes }))
    }

    /// The first error tells; an interruption that only follows from another error does not.
    fn keep(&mut self, error: Error) {
        match &self.error {
            Some(kept) if kept.category() != Category::Interrupted => {}
            Some(_) if error.category() == Category::Interrupted => {}
            _ => self.error = Some(error),
        }
    }
}
