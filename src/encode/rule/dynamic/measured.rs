//! Vectors of fields whose mapping names no `dims`: the first one of all documents says how long they are.

use std::sync::Arc;

use super::grown::Growing;
use super::sprout::measured;
use super::walk::{Step, Walk};
use crate::encode::json::{Kind, Node};
use crate::encode::rule::refused;

impl Walk<'_, '_> {
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
