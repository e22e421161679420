//! What a document is asked as a whole, once it is written: what no value of it can break alone, and whether what its mapping
//! does not name fits the documents before it. Knows no SQLite.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::identity::IdHash;
use super::record::{Renderer, Step};
use super::row::RowRef;
use crate::encode::Value;
use crate::encode::json::unescape;
use crate::encode::number::is_integer_literal;
use crate::encode::rule::Grown;
use crate::plan::IndexPlan;

/// What a thread has seen of the documents before.
#[derive(Default)]
pub(super) struct Seen {
    /// Those of repeated ids.
    pub(super) ids: HashSet<IdHash>,
    pub(super) grown: Grown,
}

/// The whole documents of one pass over an index.
pub(super) struct Documents<'p> {
    plan: &'p IndexPlan,
    /// Whether one thread sees all documents in their order.
    in_order: bool,
    /// What the threads that have ended brought, and whether they agree.
    ended: Mutex<Option<(Grown, bool)>>,
}

impl<'p> Documents<'p> {
    pub(super) fn new(plan: &'p IndexPlan, in_order: bool) -> Documents<'p> {
        Documents { plan, in_order, ended: Mutex::new(None) }
    }

    /// Checks a document as it is written; `grown` is what the thread has seen of those before it.
    pub(super) fn check(
        &self,
        json: &[u8],
        renderer: &mut Renderer<'_, '_>,
        row: RowRef<'_>,
        grown: &mut Grown,
    ) -> Step {
        // Seen in what is written, for each part of a document may be right and all of them together wrong.
        if let Some(wrong) = self.plan.document.objection(json) {
            let count = |count: u64| Value::Integer(count.try_into().unwrap_or(i64::MAX));
            let value = wrong.count.map_or(Value::Null, count);
            renderer.refused(wrong.refusal, wrong.place, row, value, &mut Vec::new())?;
        }
        // A document that is not sent brings nothing.
        if renderer.bad.is_none()
            && let Some(dynamic) = &self.plan.dynamic
            && let Err(misfit) = dynamic.check(json, grown, self.in_order)
        {
            let json = misfit.value.as_str();
            let text = json.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let text = text.map_or(json.into(), |inside| unescape(inside).0);
            let value = match (json.parse(), json.parse()) {
                (Ok(whole), _) => Value::Integer(whole),
                (_, Ok(real)) if !is_integer_literal(json) => Value::Real(real),
                _ => Value::Text(text.as_bytes()),
            };
            renderer.refused(misfit.refusal, misfit.place, row, value, &mut Vec::new())?;
        }
        Ok(())
    }

    /// A thread has seen its last document.
    pub(super) fn end(&self, grown: Grown) {
        let Some(dynamic) = &self.plan.dynamic else { return };
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        *ended = Some(match ended.take() {
            None => {
                let mut all = Grown::default();
                let agree = all.agrees(&grown, dynamic.fields_max());
                (all, agree)
            }
            Some((mut all, agree)) => {
                let agree = all.agrees(&grown, dynamic.fields_max()) && agree;
                (all, agree)
            }
        });
    }

    /// What becomes of the pass, once every thread has ended.
    pub(super) fn outcome(self) -> Outcome {
        let ended = self.ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Some((_, false)) if !self.in_order => Outcome::OrderMatters,
            Some((grown, _)) => {
                let mut torn: Vec<String> = grown.torn().collect();
                torn.sort_unstable();
                Outcome::Done { torn }
            }
            None => Outcome::Done { torn: Vec::new() },
        }
    }
}

/// How a pass over the documents of an index has ended.
pub(super) enum Outcome {
    /// The order of the documents matters, and several threads have seen them in another.
    OrderMatters,
    /// `torn` are the paths of unmapped members whose type depends on which document comes first.
    Done { torn: Vec<String> },
}
