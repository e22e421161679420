//! What `check` tells of an index: field by field, how many values were seen and what the target would do with them. Knows
//! no SQLite and no file.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use super::report::IndexReport;
use super::{Compression, Durability, ExportConfig, OnError, Op};
use crate::error::{DataError, Verdict};
use crate::plan::IndexPlan;
use crate::target::Target;

/// Bad values shown for one field whatever their rules are.
const EXAMPLES_FIRST: usize = 3;
/// Bad values shown for one field where each further one breaks another rule, at most.
const EXAMPLES_MAX: usize = 10;
/// Stands for what is wrong with a document and with no field of it.
const NO_PLACE: usize = usize::MAX;

/// Everything about a check that is not the model.
#[derive(Clone, Debug)]
pub struct CheckConfig {
    /// Indices to check, all where empty.
    pub indices: Vec<String>,
    /// Overrides the model's `target`.
    pub target: Option<Target>,
    /// The bulk action that the files would ask for.
    pub op: Op,
    /// Whether every value is looked at too.
    pub values: bool,
    /// Threads that read and judge.
    pub threads: NonZeroUsize,
    /// Set by the caller to end early.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Counts documents as they are done, for whoever draws it.
    pub progress: Option<Arc<crate::progress::Progress>>,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// One for each index, in the model's order.
    pub indices: Vec<IndexCheck>,
    /// What the user should know, one line each.
    pub notices: Vec<String>,
}

/// What a check found in one index.
#[derive(Clone, Debug)]
pub struct IndexCheck {
    /// Name of the index.
    pub name: String,
    /// Documents seen, where values were looked at.
    pub documents: u64,
    /// Documents that would be rejected.
    pub rejected: u64,
    /// One for each field; empty where no values were looked at.
    pub fields: Vec<FieldCheck>,
    /// The first few documents that would be rejected for what is in no field: their size, their action line, or SQL that
    /// fails over their row.
    pub examples: Vec<DataError>,
}

/// What a check found in the values of one field.
#[derive(Clone, Debug, Default)]
pub struct FieldCheck {
    /// Dotted path of the field.
    pub field: String,
    /// Values seen.
    pub values: u64,
    /// Nulls among them.
    pub nulls: u64,
    /// Values that the target would refuse.
    pub refused: u64,
    /// Values that the target would change.
    pub altered: u64,
    /// Values that no JSON can say.
    pub unreadable: u64,
    /// The first few bad ones, and the first for each further rule, in the order in which they were met.
    pub examples: Vec<DataError>,
}

impl CheckConfig {
    /// The export that would be judged.
    pub(super) fn to_export(&self) -> ExportConfig {
        ExportConfig {
            indices: self.indices.clone(),
            target: self.target,
            op: self.op,
            part_bytes_max: u64::MAX,
            compression: Compression::Plain,
            threads: self.threads,
            on_error: OnError::Reject,
            limit: None,
            sample: None,
            shard: None,
            durability: Durability::Cached,
            cancel: self.cancel.clone(),
            progress: self.progress.clone(),
        }
    }
}

/// Counts of values by field, from all threads.
pub(super) struct Tally {
    /// The field of each place of the plan.
    fields: Vec<String>,
    counts: Mutex<Counts>,
}

/// Counts of one thread, by place.
#[derive(Default)]
pub(super) struct Counts {
    places: Vec<(u64, u64)>,
    /// Bad values by document order, so that the first are the first whatever the threads do.
    bad: Vec<(u64, usize, DataError)>,
    verdicts: BTreeMap<(usize, Verdict), u64>,
    /// What the current document has added.
    current: Vec<Counted>,
}

/// One thing that was counted.
enum Counted {
    Value { place: usize, is_null: bool },
    Bad { place: usize, verdict: Verdict, is_example: bool },
}

impl Counts {
    /// A new document begins.
    pub(super) fn begin(&mut self) {
        self.current.clear();
    }

    /// Takes back what the current document has added.
    pub(super) fn undo(&mut self) {
        for counted in std::mem::take(&mut self.current).into_iter().rev() {
            match counted {
                Counted::Value { place, is_null } => {
                    self.places[place].0 -= 1;
                    self.places[place].1 -= u64::from(is_null);
                }
                Counted::Bad { place, verdict, is_example } => {
                    if let Some(count) = self.verdicts.get_mut(&(place, verdict)) {
                        *count -= 1;
                    }
                    if is_example {
                        self.bad.pop();
                    }
                }
            }
        }
    }

    /// The values that the current document has added, as places and whether they are null.
    pub(super) fn current_values(&self) -> impl Iterator<Item = (usize, bool)> {
        self.current.iter().filter_map(|counted| match counted {
            Counted::Value { place, is_null } => Some((*place, *is_null)),
            Counted::Bad { .. } => None,
        })
    }

    pub(super) fn value(&mut self, place: usize, is_null: bool) {
        self.current.push(Counted::Value { place, is_null });
        if self.places.len() <= place {
            self.places.resize(place + 1, (0, 0));
        }
        self.places[place].0 += 1;
        self.places[place].1 += u64::from(is_null);
    }

    /// A bad value at `place`, met in chunk `chunk`.
    pub(super) fn bad(&mut self, place: usize, chunk: u64, error: &DataError) {
        *self.verdicts.entry((place, error.verdict)).or_insert(0) += 1;
        let shown = self.bad.iter().filter(|(_, p, _)| *p == place).map(|(_, _, shown)| shown);
        // What is first here may not be first in the end, and leaves room for as many.
        let is_example = tells_more(shown, error, EXAMPLES_MAX + EXAMPLES_FIRST);
        if is_example {
            self.bad.push((chunk, place, error.clone()));
        }
        self.current.push(Counted::Bad { place, verdict: error.verdict, is_example });
    }

    /// The document met in chunk `chunk` is bad, and no field of it.
    pub(super) fn bad_document(&mut self, chunk: u64, error: &DataError) {
        self.bad(NO_PLACE, chunk, error);
    }

    /// Whether the current document has added a bad value.
    pub(super) fn has_bad(&self) -> bool {
        self.current.iter().any(|counted| matches!(counted, Counted::Bad { .. }))
    }
}

/// Whether `error` is worth being shown beside the bad values that are: the first few are, then what breaks another rule.
fn tells_more<'e>(
    shown: impl Iterator<Item = &'e DataError>,
    error: &DataError,
    max: usize,
) -> bool {
    let (mut count, mut is_new) = (0, true);
    for shown in shown {
        count += 1;
        is_new &= shown.rule != error.rule;
    }
    count < EXAMPLES_FIRST || (is_new && count < max)
}

/// The bad values that are shown, of such in document order.
fn shown(bad: impl Iterator<Item = DataError>) -> Vec<DataError> {
    let mut shown: Vec<DataError> = Vec::new();
    for error in bad {
        if tells_more(shown.iter(), &error, EXAMPLES_MAX) {
            shown.push(error);
        }
    }
    shown
}

impl Tally {
    pub(super) fn new(plan: &IndexPlan) -> Tally {
        let fields =
            plan.places.iter().map(|place| place.field.clone().unwrap_or_default()).collect();
        Tally { fields, counts: Mutex::default() }
    }

    pub(super) fn clear(&self) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner) = Counts::default();
    }

    /// Adds what a thread has counted in a chunk.
    pub(super) fn add(&self, counts: Counts) {
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if all.places.len() < counts.places.len() {
            all.places.resize(counts.places.len(), (0, 0));
        }
        for (total, one) in all.places.iter_mut().zip(&counts.places) {
            total.0 += one.0;
            total.1 += one.1;
        }
        for (key, count) in counts.verdicts {
            *all.verdicts.entry(key).or_insert(0) += count;
        }
        all.bad.extend(counts.bad);
        all.bad.sort_by_key(|(chunk, place, _)| (*place, *chunk));
        let mut kept: Vec<(u64, usize, DataError)> = Vec::with_capacity(all.bad.len());
        let mut first = 0;
        for (chunk, place, error) in all.bad.drain(..) {
            if kept.last().is_none_or(|(_, last, _)| *last != place) {
                first = kept.len();
            }
            let shown = kept[first..].iter().map(|(_, _, shown)| shown);
            if tells_more(shown, &error, EXAMPLES_MAX) {
                kept.push((chunk, place, error));
            }
        }
        all.bad = kept;
    }

    /// The findings, fields in the order of the plan; `report` where values were looked at.
    pub(super) fn into_check(self, plan: &IndexPlan, report: Option<IndexReport>) -> IndexCheck {
        let name = plan.name.clone();
        let Some(report) = report else {
            let (fields, examples) = (Vec::new(), Vec::new());
            return IndexCheck { name, documents: 0, rejected: 0, fields, examples };
        };
        let counts = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut fields: Vec<FieldCheck> = Vec::new();
        for (place, field) in self.fields.iter().enumerate() {
            let seen = counts.places.get(place).copied().unwrap_or_default();
            let of = |verdict| counts.verdicts.get(&(place, verdict)).copied().unwrap_or(0);
            let bad = of(Verdict::Refused) + of(Verdict::Altered) + of(Verdict::Unreadable);
            if field.is_empty() || (seen.0 == 0 && bad == 0) {
                continue;
            }
            let known = fields.iter().position(|f| f.field == *field).unwrap_or_else(|| {
                fields.push(FieldCheck { field: field.clone(), ..FieldCheck::default() });
                fields.len() - 1
            });
            let check = &mut fields[known];
            check.values += seen.0;
            check.nulls += seen.1;
            check.refused += of(Verdict::Refused);
            check.altered += of(Verdict::Altered);
            check.unreadable += of(Verdict::Unreadable);
            let more = counts.bad.iter().filter(|(_, p, _)| *p == place).map(|(_, _, e)| e);
            let all = std::mem::take(&mut check.examples).into_iter().chain(more.cloned());
            check.examples = shown(all);
        }
        let is_of_no_field = |place: usize| self.fields.get(place).is_none_or(String::is_empty);
        let mut others: Vec<&(u64, usize, DataError)> =
            counts.bad.iter().filter(|(_, place, _)| is_of_no_field(*place)).collect();
        others.sort_by_key(|(chunk, ..)| *chunk);
        let examples = shown(others.into_iter().map(|(_, _, error)| error.clone()));
        IndexCheck {
            name,
            documents: report.documents + report.rejected,
            rejected: report.rejected,
            fields,
            examples,
        }
    }
}
