//! Objects and lists that a field reads as one value: most engines cannot copy them, wherever `copy_to` leads, which may be to a
//! field that no mapping names. Knows no rule of a single type.

use super::{Rule, What, refused};
use crate::encode::Outcome;
use crate::encode::json::{Kind, Node};
use crate::target::span::{Span, es, os, os_until};
use crate::target::{Property, Target};

/// Versions that copy no value that is not one token. OpenSearch 3.8 does, 2.19 does not.
const COPIES_TOKENS: &[Span] = &[es(2, 0), os_until((1, 0), (3, 0))];
const OS3: &[Span] = &[os(3, 0)];

/// What of a value goes to no second field. Measured on the nine engines: every type that reads objects or lists.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shared {
    /// `copy_to` takes neither objects nor lists.
    copied: bool,
    /// `copy_to` takes no list.
    copied_lists: bool,
}

impl Shared {
    /// `rule` is that of `property`, its multi-fields and copies compiled.
    pub(super) fn of(property: &Property, rule: &Rule, target: &Target) -> Shared {
        if matches!(rule.what, What::Object(_) | What::Any | What::Query(_) | What::Never) {
            return Shared::default();
        }
        let has_copies = property
            .params
            .get("copy_to")
            .is_some_and(|to| !(to.is_null() || to.as_array().is_some_and(Vec::is_empty)));
        let own = format!("{}/fields/", property.pointer);
        let suggests = matches!(rule.what, What::Completion(_));
        let mut copies = property.multi_fields.iter().filter(|f| !f.pointer.starts_with(&own));
        let has_text = copies.any(|field| field.kind == "text");
        Shared {
            copied: has_copies && target.within(COPIES_TOKENS),
            copied_lists: has_copies && suggests && has_text && target.within(OS3),
        }
    }
}

impl Rule {
    /// Whether the value can go to the fields beside this one at all.
    pub(super) fn check_shared(&self, node: Node<'_>) -> Outcome {
        let Shared { copied, copied_lists } = self.shared;
        if !(copied || copied_lists && node.kind() == Kind::Array) || !self.is_whole(node) {
            return Ok(());
        }
        let line = self.facts.line.name();
        Err(refused(
            format!(
                "{line} copies no object and no list that a `{}` reads as one value",
                self.kind
            ),
            "remove `copy_to`, and fill the other field by `fields` of the model",
        ))
    }

    /// Whether the field reads an object, or a list as one value.
    fn is_whole(&self, node: Node<'_>) -> bool {
        match (node.kind(), &self.what) {
            (Kind::Object, _) => true,
            (Kind::Array, What::GeoPoint(_) | What::Completion(_) | What::Vector(_)) => true,
            (Kind::Array, _) => node.elements().any(|element| self.is_whole(element)),
            _ => false,
        }
    }
}
