//! Parts while they are being filled: their records go to their files as they come, so that they are hashed while they are
//! near, and memory does not grow with the size of a part. Knows no lock: its owner holds it, and does the jobs without it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::part::{Part, Splitter};

/// The parts that are not complete, in their order. `F` is a file in the making.
#[derive(Debug)]
pub(crate) struct Lanes<F> {
    splitter: Splitter,
    lanes: VecDeque<Lane<F>>,
    /// Bytes of records that nobody has taken.
    waiting_bytes: usize,
    filling: Filling,
}

/// When the records of a part are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filling {
    /// As they come.
    Piecewise,
    /// All together, when there are no further ones.
    Whole,
}

#[derive(Debug)]
struct Lane<F> {
    /// With the records that nobody has taken, and the counts of all.
    part: Part,
    is_full: bool,
    file: Place<F>,
}

/// Where the file of a part is.
#[derive(Debug)]
enum Place<F> {
    Unopened,
    Here(F),
    /// With the one thread that writes to it.
    Away,
}

/// Records of one part, to be written by one thread.
#[derive(Debug)]
pub(crate) struct Job<F> {
    /// The counts are those of the whole part where `is_last`.
    pub(crate) part: Part,
    /// `None` where nothing was written yet.
    pub(crate) file: Option<F>,
    /// Whether the part ends with these records.
    pub(crate) is_last: bool,
}

impl<F> Lanes<F> {
    pub(crate) fn new(part_bytes_max: u64, filling: Filling) -> Lanes<F> {
        Lanes {
            splitter: Splitter::new(part_bytes_max),
            lanes: VecDeque::new(),
            waiting_bytes: 0,
            filling,
        }
    }

    /// Takes the records of a block that end at `ends`.
    pub(crate) fn push(&mut self, block: &Arc<Vec<u8>>, ends: &[usize]) {
        let lanes = &mut self.lanes;
        self.splitter.push(block, ends, |number, documents, segment| {
            if lanes.back().is_none_or(|lane| lane.part.number != number) {
                lanes.iter_mut().for_each(|lane| lane.is_full = true);
                let part = Part { number, ..Part::default() };
                lanes.push_back(Lane { part, is_full: false, file: Place::Unopened });
            }
            let Some(Lane { part, .. }) = lanes.back_mut() else { return };
            part.documents += documents;
            part.raw_bytes += segment.bytes().len() as u64;
            self.waiting_bytes += segment.bytes().len();
            part.segments.push(segment);
        });
    }

    /// No further records will come.
    pub(crate) fn close(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.is_full = true);
    }

    /// Something for a thread to do, of the first part that has any; [`give_back`](Self::give_back) must follow.
    pub(crate) fn take(&mut self) -> Option<Job<F>> {
        let filling = self.filling;
        let lane = self.lanes.iter_mut().find(|lane| lane.has_job(filling))?;
        let file = match std::mem::replace(&mut lane.file, Place::Away) {
            Place::Here(file) => Some(file),
            Place::Unopened | Place::Away => None,
        };
        let segments = std::mem::take(&mut lane.part.segments);
        self.waiting_bytes -= segments.iter().map(|s| s.bytes().len()).sum::<usize>();
        let Part { number, documents, raw_bytes, .. } = lane.part;
        let part = Part { number, documents, raw_bytes, segments };
        Some(Job { part, file, is_last: lane.is_full })
    }

    /// Ends a job: `file` is the one to go on with, and none where the part is complete.
    pub(crate) fn give_back(&mut self, number: u64, file: Option<F>) {
        let Some(at) = self.lanes.iter().position(|lane| lane.part.number == number) else {
            return;
        };
        match file {
            Some(file) => self.lanes[at].file = Place::Here(file),
            None => drop(self.lanes.remove(at)),
        }
    }

    pub(crate) fn has_job(&self) -> bool {
        self.lanes.iter().any(|lane| lane.has_job(self.filling))
    }

    /// Whether so much waits that whoever makes more had better wait for those who write.
    pub(crate) fn is_behind(&self, waiting_bytes_max: usize) -> bool {
        self.waiting_bytes > waiting_bytes_max
            && self.lanes.iter().any(|lane| matches!(lane.file, Place::Away))
    }

    /// Lets go of everything: nothing will be written any more.
    pub(crate) fn clear(&mut self) {
        self.lanes.clear();
        self.waiting_bytes = 0;
    }
}

impl<F> Lane<F> {
    fn has_job(&self, filling: Filling) -> bool {
        let has_records = filling == Filling::Piecewise && !self.part.segments.is_empty();
        !matches!(self.file, Place::Away) && (self.is_full || has_records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(part_bytes_max: u64, filling: Filling) -> Lanes<&'static str> {
        Lanes::new(part_bytes_max, filling)
    }

    fn push(lanes: &mut Lanes<&'static str>, lengths: &[usize]) {
        let ends: Vec<usize> = lengths
            .iter()
            .scan(0, |end, length| {
                *end += length;
                Some(*end)
            })
            .collect();
        let block = Arc::new(vec![0; ends.last().copied().unwrap_or(0)]);
        lanes.push(&block, &ends);
    }

    /// Number, bytes that are taken, documents of the part so far, its file, whether it ends.
    type Told = (u64, usize, u64, Option<&'static str>, bool);

    fn told(job: Option<Job<&'static str>>) -> Option<Told> {
        let Job { part, file, is_last } = job?;
        let bytes = part.segments.iter().map(|s| s.bytes().len()).sum();
        Some((part.number, bytes, part.documents, file, is_last))
    }

    #[test]
    fn a_part_is_written_by_one_thread_at_a_time_and_goes_on_where_it_was() {
        let mut lanes = lanes(10, Filling::Piecewise);
        assert_eq!(told(lanes.take()), None);
        push(&mut lanes, &[4]);
        assert_eq!(told(lanes.take()), Some((1, 4, 1, None, false)));
        push(&mut lanes, &[5]);
        assert_eq!(told(lanes.take()), None, "another thread is at it");
        push(&mut lanes, &[2]);
        assert_eq!(told(lanes.take()), Some((2, 2, 1, None, false)), "the next part can be begun");
        lanes.give_back(1, Some("one"));
        assert_eq!(told(lanes.take()), Some((1, 5, 2, Some("one"), true)));
        lanes.give_back(2, Some("two"));
        lanes.give_back(1, None);
        assert!(!lanes.has_job());
        lanes.close();
        assert_eq!(told(lanes.take()), Some((2, 0, 1, Some("two"), true)), "nothing but its end");
        lanes.give_back(2, None);
        assert_eq!(told(lanes.take()), None);
    }

    #[test]
    fn a_part_that_is_wanted_whole_is_taken_when_it_is_full() {
        let mut lanes = lanes(10, Filling::Whole);
        push(&mut lanes, &[4, 4]);
        assert!(!lanes.has_job());
        push(&mut lanes, &[4]);
        assert_eq!(told(lanes.take()), Some((1, 8, 2, None, true)));
        lanes.close();
        assert_eq!(told(lanes.take()), Some((2, 4, 1, None, true)));
    }

    #[test]
    fn whoever_makes_too_much_waits_only_where_somebody_else_writes() {
        let mut lanes = lanes(100, Filling::Piecewise);
        push(&mut lanes, &[4]);
        assert!(!lanes.is_behind(3), "it can be written at once");
        lanes.take().unwrap();
        push(&mut lanes, &[4]);
        assert!(lanes.is_behind(3) && !lanes.is_behind(4));
        lanes.give_back(1, Some("one"));
        assert!(!lanes.is_behind(3));
        lanes.take().unwrap();
        push(&mut lanes, &[4]);
        lanes.clear();
        lanes.give_back(1, Some("one"));
        assert!(!lanes.is_behind(0) && !lanes.has_job(), "after the end nothing is kept");
    }
}
