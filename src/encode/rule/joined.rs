//! Objects below `subobjects: false`, where nothing is an object: one gives its name to those of its members. So since
//! Elasticsearch 8.10, before which an object is refused there (8.10's notes; measured on 8.19 and 9.2).

use super::dynamic::Dynamic;
use super::object::{ObjectRule, check_name, strict};
use super::{What, all, altered, refused};
use crate::encode::Outcome;
use crate::encode::json::{Kind, Node};
use crate::target::rule::{Facts, Line};
use crate::target::{Property, name_below};

/// The minor version of 8 that takes objects.
const JOINS_SINCE: u16 = 10;

impl ObjectRule {
    /// The members of `node`, an object; `above` is the name that theirs begin with, where it is one in another.
    pub(super) fn check_flat(&self, above: Option<&str>, node: Node<'_>, facts: &Facts) -> Outcome {
        all(node.members().map(|(name, value)| match above {
            None if self.below_flat_root => self.check_joined(&name, value, facts),
            None => self.check_flat_member(&name, value, facts),
            Some(above) => self.check_joined(&format!("{above}.{name}"), value, facts),
        }))
    }

    /// A member of the object itself: such names alone are looked at.
    pub(super) fn check_flat_member(&self, name: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        if name.trim().is_empty() {
            check_name(name, facts, true)?;
        }
        self.check_joined(name, value, facts)
    }

    fn check_joined(&self, name: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        let Some(rule) = self.named(name) else {
            return match value.kind() {
                _ if self.is_runtime(name, value) => Ok(()),
                _ if !has_objects(value) && self.is_key(name) => Err(altered(
                    "below `subobjects: false` a key with dots that a `flattened` field would have is not indexed",
                    format!("rename `{name}`, or the `flattened` field"),
                )),
                _ if self.dynamic == Dynamic::Refused => Err(strict(name)),
                Kind::Array if self.dynamic.maps() => {
                    all(value.elements().map(|element| self.check_joined(name, element, facts)))
                }
                Kind::Array if has_objects(value) && self.has_below(name) => Err(altered(
                    "below `dynamic: false` a list of objects is not indexed where `subobjects` is `false`",
                    "remove one of the two from the mapping",
                )),
                Kind::Object if self.dynamic.maps() && !joins(facts) => Err(refused(
                    format!("{} takes no objects below `subobjects: false`", facts.line.name()),
                    format!("write the members of `{name}` as keys with dots"),
                )),
                Kind::Object => self.check_flat(Some(name), value, facts),
                _ => Ok(()),
            };
        };
        if takes_objects(&rule.kind) || !joins(facts) || !has_objects(value) {
            return rule.check(value);
        }
        match value.kind() {
            // Vectors read the whole list.
            Kind::Array if matches!(rule.what, What::Vector(_)) => rule.check(value),
            Kind::Array => {
                all(value.elements().map(|element| self.check_joined(name, element, facts)))
            }
            _ => {
                rule.check_shared(value)?;
                self.check_flat(Some(name), value, facts)
            }
        }
    }

    /// Whether a name is that of a key in a `flattened` field.
    fn is_key(&self, name: &str) -> bool {
        self.members().any(|(known, rule)| {
            matches!(rule.what, What::Flat(_)) && name_below(name, known).is_some()
        })
    }

    /// Whether a member has a name below `name`.
    fn has_below(&self, name: &str) -> bool {
        self.members().any(|(known, _)| name_below(known, name).is_some())
    }
}

/// Whether a type reads a JSON object itself, if only to refuse it (measured on 8.19 and 9.2; those of plugins by Elasticsearch's
/// source). A type that is not known here may.
pub(super) fn takes_objects(kind: &str) -> bool {
    let is_text = matches!(
        kind,
        "text"
            | "keyword"
            | "constant_keyword"
            | "counted_keyword"
            | "wildcard"
            | "version"
            | "match_only_text"
    );
    let is_number = matches!(
        kind,
        "byte"
            | "short"
            | "integer"
            | "long"
            | "unsigned_long"
            | "half_float"
            | "float"
            | "double"
            | "scaled_float"
    );
    let is_other = matches!(
        kind,
        "boolean"
            | "date"
            | "date_nanos"
            | "ip"
            | "binary"
            | "dense_vector"
            | "token_count"
            | "search_as_you_type"
            | "rank_feature"
            | "murmur3"
            | "annotated_text"
            | "icu_collation_keyword"
    );
    !(is_text || is_number || is_other)
}

fn joins(facts: &Facts) -> bool {
    facts.line != Line::Es8 || facts.minor >= JOINS_SINCE
}

/// Whether a value is an object, or a list with one.
pub(super) fn has_objects(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Array => value.elements().any(has_objects),
        kind => kind == Kind::Object,
    }
}

/// The fields of an object below which nothing is one, by their names with dots.
pub(super) fn joined(properties: &[Property]) -> Vec<Property> {
    let mut list = Vec::with_capacity(properties.len());
    for property in properties {
        let is_read = super::params::flag(property, "enabled") != Some(false);
        if property.kind != "object" || !is_read {
            list.push(property.clone());
            continue;
        }
        for mut inner in joined(&property.properties) {
            inner.name = format!("{}.{}", property.name, inner.name);
            list.push(inner);
        }
    }
    list
}
