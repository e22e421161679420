//! Rules of a whole document, which no single value can break: what is counted over it, and what one field owes another.
//! Read in the finished JSON, wherever its parts come from.

use super::{ChildRule, NestedRule, OnceRule, SuggestedRule};
use crate::encode::Refusal;

/// The rules of the documents of one index.
#[derive(Clone, Debug)]
pub(crate) struct DocumentRule {
    /// Where the mapping has `nested` fields, and the target takes so many objects of them in a document.
    pub(crate) nested: Option<NestedRule>,
    /// Where fields that hold one value a document may get more.
    pub(crate) once: Option<OnceRule>,
    /// Where other fields give completions their contexts.
    pub(crate) suggested: Option<SuggestedRule>,
    /// Where documents may be children of others: asked of those without routing alone.
    pub(crate) children: Option<ChildRule>,
}

/// What is wrong with a document.
pub(crate) struct Objection {
    pub(crate) refusal: Refusal,
    /// The place of the field in messages.
    pub(crate) place: usize,
    /// How many there are, where that is what is wrong.
    pub(crate) count: Option<u64>,
}

impl DocumentRule {
    /// What is wrong with `document`, which is JSON without white space.
    #[inline]
    pub(crate) fn objection(&self, document: &[u8]) -> Option<Objection> {
        let asks = self.nested.is_some() || self.once.is_some() || self.suggested.is_some();
        if asks { self.found(document) } else { None }
    }

    #[inline(never)]
    fn found(&self, document: &[u8]) -> Option<Objection> {
        if let Some(nested) = &self.nested
            && let Some((count, place)) = nested.exceeded(document)
        {
            return Some(Objection { refusal: nested.refusal(), place, count: Some(count) });
        }
        let once = || self.once.as_ref()?.exceeded(document);
        let suggested = || self.suggested.as_ref()?.lacking(document);
        let (refusal, place) = once().or_else(suggested)?;
        Some(Objection { refusal, place, count: None })
    }
}
