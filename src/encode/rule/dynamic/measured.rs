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
            return Some(added.and_then(|added| match (&sprout.what, added) {
                (SproutWhat::Leaf(rule), Some(added)) => {
                    self.vectors.push(added);
                    self.judge_fresh(&sprout, rule, list)
                }
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
        self.float_count(name, list).filter(|_| self.reads_lists(ground, name, list))
    }

    /// Whether values of a list are mapped: below `dynamic: runtime` by templates alone.
    fn reads_lists(&self, ground: &Ground, name: &str, list: Node<'_>) -> bool {
        let by_template = || {
            let first = list.elements().find(|element| element.leaf().is_some());
            first.is_some_and(|first| self.rule.nursery.grow(name, &self.path, first).1)
        };
        let is_mapped = ground.dynamic != Dynamic::Runtime || by_template();
        !self.copying && ground.dynamic.maps() && is_mapped
    }

    /// How many floats a list would bring, where it brings nothing else: text counts where it is read as numbers, and nulls
    /// bring nothing. By a template a float is none, but below other objects, where its path is looked for by its name alone
    /// (`DocumentParser.postProcessDynamicArrayMapping`).
    pub(super) fn float_count(&self, name: &str, list: Node<'_>) -> Option<usize> {
        if !self.makes_vectors() || list.elements().count() < *VECTOR_DIMS.start() {
            return None;
        }
        let bringing = || list.elements().filter(|element| element.kind() != Kind::Null);
        let count = bringing().count();
        (VECTOR_DIMS.contains(&count) && bringing().all(|element| self.is_float(name, element)))
            .then_some(count)
    }

    /// A value of a member that a list has made a vector, read as one; `None` where the member is none. A document holds one
    /// vector of a field, and behind it not even a null.
    pub(super) fn vector(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Option<Step> {
        let known = self.grown.find(ground.at, name)?;
        let Growing::Sprout(sprout) = self.grown.what(known) else { return None };
        if sprout.mapping["type"] != "dense_vector" || value.kind() == Kind::Object {
            return None;
        }
        if self.vectors.contains(&known) {
            let refusal = refused(
                "this unmapped field became `dense_vector`, which takes one value a document",
                self.map_it("the type that all its values have"),
            );
            return Some(self.judge(Err(refusal), value));
        }
        if value.kind() != Kind::Array {
            return None;
        }
        self.vectors.push(known);
        Some(self.list(ground, name, value))
    }

    /// A float that an unmapped member got with this document: so many of them, wherever they stand, make a vector with the
    /// next list that ends, which cannot be read as such then.
    pub(super) fn count_float(&mut self, member: usize, name: &str, value: Node<'_>) {
        if self.makes_vectors() && self.is_float(name, value) {
            *self.floats.entry(member).or_default() += 1;
        }
    }

    /// Whether the floats of a member make a vector with the end of `list`, of which they are not all.
    pub(super) fn judge_floats(&mut self, ground: &Ground, name: &str, list: Node<'_>) -> Step {
        let found = self.grown.find(ground.at, name).and_then(|member| self.floats.get(&member));
        let is_many = found.is_some_and(|count| VECTOR_DIMS.contains(count));
        if !is_many || !self.reads_lists(ground, name, list) {
            return Ok(());
        }
        let refusal = refused(
            format!(
                "{} fractions or more of an unmapped field become `dense_vector`, which takes one list of numbers",
                VECTOR_DIMS.start()
            ),
            self.map_it("float"),
        );
        self.judge(Err(refusal), list)
    }

    fn makes_vectors(&self) -> bool {
        let facts = &self.rule.facts;
        facts.line == Line::Es9 || (facts.line == Line::Es8 && facts.minor >= 11)
    }

    fn is_float(&self, name: &str, node: Node<'_>) -> bool {
        let (sprout, by_template) = self.rule.nursery.grow(name, &self.path, node);
        node.leaf().is_some()
            && !sprout.is_runtime()
            && sprout.mapping["type"] == "float"
            && !(by_template && self.path == name)
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
