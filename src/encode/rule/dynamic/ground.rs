//! Where members are met on the way through a document, and what holds for them there.

use std::sync::Arc;

use super::{Branch, Dynamic, Object};
use crate::encode::rule::Rule;

/// Where members are met: in an object of the mapping, of a template, or in one that came by itself.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) branch: Option<Arc<Branch>>,
    pub(super) dynamic: Dynamic,
    /// Whether an object above says what becomes of members.
    pub(super) inherits: bool,
    /// Names with dots are names.
    pub(super) flat_names: bool,
    /// Objects on the way from the root, the root counted.
    pub(super) depth: u64,
    /// Where its members are remembered.
    pub(super) at: usize,
    /// An object that `dynamic: runtime` has not mapped.
    pub(super) phantom: bool,
}

impl Ground {
    pub(super) fn of(branch: &Arc<Branch>, object: Object, depth: u64, at: usize) -> Ground {
        let Object { dynamic, inherits, flat_names } = object;
        let branch = Some(Arc::clone(branch));
        Ground { branch, dynamic, inherits, flat_names, depth, at, phantom: false }
    }

    /// In an object that came by itself, or with the rules of a template.
    pub(super) fn below(&self, template: Option<&(Rule, Arc<Branch>)>, at: usize) -> Ground {
        let depth = self.depth + 1;
        match template.and_then(|(_, branch)| Some((branch, branch.object?))) {
            Some((branch, object)) => Ground::of(branch, object.below(self.dynamic), depth, at),
            None => Ground { branch: None, inherits: true, depth, at, ..self.clone() },
        }
    }
}

impl Object {
    /// An object of a template may leave it to the one above what becomes of its members.
    pub(super) fn below(self, above: Dynamic) -> Object {
        let dynamic = if self.dynamic == Dynamic::Inherited { above } else { self.dynamic };
        Object { dynamic, ..self }
    }
}
