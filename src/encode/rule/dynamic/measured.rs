//! Vectors whose mapping does not name their `dims`: the first one of all documents says how long they are. Also those that lists
//! of an unmapped field become.

use std::sync::Arc;

use super::Dynamic;
use super::ground::Ground;
use super::grown::Growing;
use super::sprout::{SproutWhat, measured};
use super::walk::{Step, Walk};
use crate::encode::json::{Kind, Node};
use crate::encode::rule::refused;
use crate::target::rule::Line;

/// Floats in one list that make a vector of an unmapped field (measured on Elasticsearch 8.19 and 9.2).
const VECTOR_DIMS: std::ops::RangeInclusive<usize> = 128..=4096;

impl Walk<'_, '_> {
    /// A list without a field that makes a vector, itself or by a list in it; the outer one is what is read for it then.
    pub(super) fn new_vector(
        &mut self,
        ground: &Ground,
        name: &str,
        list: Node<'_>,
    ) -> Option<Step> {
        if let Some(dims) = self.vector_dims(ground, name, list) {
            let sprout = self.rule.nursery.vector(name, dims);
            let added = self.add(ground, name, &sprout, list);
            return Some(added.and_then(|added| match &sprout.what {
                SproutWhat::Leaf(rule) if added.is_some() => self.judge_fresh(&sprout, rule, list),
                _ => Ok(()),
            }));
        }
        let mut inner = list.elements().filter(|inner| inner.kind() == Kind::Array);
        let dims = inner.find_map(|inner| self.vector_dims(ground, name, inner))?;
        let sprout = self.rule.nursery.vector(name, dims);
        match &sprout.what {
            SproutWhat::Leaf(rule) => Some(self.judge_fresh(&sprout, rule, list)),
            _ => None,
        }
    }

    /// How many dimensions the vector has that a list of an unmapped member becomes; `None` where it becomes none.
    fn vector_dims(&self, ground: &Ground, name: &str, list: Node<'_>) -> Option<usize> {
        let is_read = !self.copying && ground.dynamic.maps() && ground.dynamic != Dynamic::Runtime;
        self.float_count(name, list).filter(|_| is_read)
    }

    /// How many floats a list would bring, where it brings nothing else: text counts where it is read as numbers, and nulls
    /// bring nothing. By a template a float is none, but below other objects, where its path is looked for by its name alone
    /// (`DocumentParser.postProcessDynamicArrayMapping`).
    pub(super) fn float_count(&self, name: &str, list: Node<'_>) -> Option<usize> {
        let facts = &self.rule.facts;
        let makes_vectors =
            facts.line == Line::Es9 || (facts.line == Line::Es8 && facts.minor >= 11);
        if !makes_vectors || list.elements().count() < *VECTOR_DIMS.start() {
            return None;
        }
        let is_float = |node: Node<'_>| {
            let (sprout, by_template) = self.rule.nursery.grow(name, &self.path, node);
            node.leaf().is_some()
                && !sprout.is_runtime()
                && sprout.mapping["type"] == "float"
                && !(by_template && self.path == name)
        };
        let bringing = || list.elements().filter(|element| element.kind() != Kind::Null);
        let count = bringing().count();
        (VECTOR_DIMS.contains(&count) && bringing().all(is_float)).then_some(count)
    }

    /// Whether a value is a list where a list has made a vector of the member: that reads what brings nothing, too.
    pub(super) fn is_vector(&self, ground: &Ground, name: &str, value: Node<'_>) -> bool {
        let known = || self.grown.find(ground.at, name).map(|known| self.grown.what(known));
        value.kind() == Kind::Array
            && matches!(known(), Some(Growing::Sprout(sprout)) if sprout.mapping["type"] == "dense_vector")
    }

    /// The first vector of a field says how many dimensions all have (measured on Elasticsearch 8.19 and 9.2); text is bytes in
    /// hexadecimal digits.
    pub(super) fn measure(&mut self, at: usize, name: &str, vector: Node<'_>) -> Step {
        let dims = match vector.kind() {
            Kind::Array => vector.elements().count(),
            Kind::String => vector.string().0.len() / 2,
            _ => 0,
        };
        let known = match self.grown.find(at, name) {
            Some(known) => known,
            None if dims > 0 => {
                self.grown.add(at, name, Growing::Sprout(Arc::new(measured(dims))));
                return Ok(());
            }
            None => return Ok(()),
        };
        match self.grown.what(known) {
            Growing::Sprout(first) if dims > 0 && first.mapping["dims"] != dims => {
                let rule = format!(
                    "the first vector of `{}` has {} dimensions, and so must all, for its mapping has no `dims`",
                    self.path, first.mapping["dims"]
                );
                self.judge(
                    Err(refused(rule, "write the `dims` that are right into the mapping")),
                    vector,
                )
            }
            _ => Ok(()),
        }
    }
}
