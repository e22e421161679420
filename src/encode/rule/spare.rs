//! What lines take although it is none of the type: objects where single values belong, and what `ignore_malformed` spares.
//! Which values are malformed is for each type to say.

use super::{Rule, What, altered, integer, ip, params, refused, worse};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::rule::{Facts, Line};
use crate::target::{Property, SPARED};

/// Who keeps a malformed value in `_source` without indexing it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spared {
    /// The type itself, by its `ignore_malformed`.
    pub(super) own: bool,
    /// What stands round every type on OpenSearch since 2.4, and catches whatever it refuses as it reads: by the index's
    /// setting, and since 3.2 by what the field says, where its type knows the parameter (`FieldMapper.parse`).
    pub(super) by_all: bool,
}

impl Spared {
    pub(super) fn of(property: &Property, facts: &Facts) -> Spared {
        let says = |name| params::flag(property, name).unwrap_or(false);
        let own = says("ignore_malformed");
        Spared { own, by_all: says(SPARED) || (own && facts.spares_whatever_is_read()) }
    }

    /// A refusal by the type itself, of what it has read to its end.
    pub(super) fn by_type(self, refusal: Refusal) -> Refusal {
        if self.own { left_out(refusal) } else { refusal }
    }

    /// A refusal of a value as a whole.
    pub(super) fn by_all(self, refusal: Refusal) -> Refusal {
        if self.by_all { left_out(refusal) } else { refusal }
    }
}

/// A refusal turned into an alteration: the value stays in `_source` and is not indexed.
fn left_out(refusal: Refusal) -> Refusal {
    if refusal.verdict != Verdict::Refused {
        return refusal;
    }
    altered(
        format!("{}; `ignore_malformed` leaves it out of the index", refusal.rule),
        refusal.way_out,
    )
}

impl Rule {
    /// An object where single values belong.
    pub(super) fn check_object(&self, node: Node<'_>) -> Outcome {
        if let What::Query(rule) = &self.what {
            return rule.check(node, &self.facts);
        }
        let facts = &self.facts;
        let passed = |what: &str| {
            Err(altered(
                format!(
                    "{} takes an object in a `{}` field and indexes {what}",
                    facts.line.name(),
                    self.kind
                ),
                "send the value itself, or map the field as `object`",
            ))
        };
        match &self.what {
            What::Boolean | What::Ip | What::Binary { .. } => {}
            _ if !facts.value_objects || !self.multi.is_empty() => {}
            _ if node.members().all(|(key, value)| key == "value" && value.leaf().is_some()) => {
                return match node.member("value").and_then(Node::leaf) {
                    Some(value) => {
                        worse(self.check_value_in_object(&value), || passed("its `value` alone"))
                    }
                    None => passed("nothing of it"),
                };
            }
            What::Text(_) if facts.line == Line::Es1 && has_only_list(node) => {
                return passed("a bracket");
            }
            _ => {}
        }
        Err(refused(format!("`{}` takes no object", self.kind), "map the field as `object`"))
    }

    pub(super) fn passes_objects_in_lists(&self) -> bool {
        match &self.what {
            What::Binary { decoded } => !decoded,
            What::Scaled(_) => self.spared.own && self.facts.array_depth_limited,
            _ => false,
        }
    }

    /// An object in a list of `binary`, which nobody decodes and most lines pass over.
    pub(super) fn check_object_in_list(&self, node: Node<'_>) -> Outcome {
        let is_flat = node.members().all(|(_, value)| value.leaf().is_some());
        let passes = match self.facts.line {
            Line::Es1 | Line::Es2 => false,
            Line::Es5 | Line::Es6 => node.members().next().is_none(),
            _ => is_flat,
        };
        if !passes {
            return self.check_object(node);
        }
        Err(altered(
            format!(
                "{} passes over an object in a list of `{}`",
                self.facts.line.name(),
                self.kind
            ),
            "take the object out",
        ))
    }

    /// `{"value": v}` of 1.x and 2.x: 2.x loses its place in a document whose value it spares.
    pub(super) fn check_value_in_object(&self, value: &Leaf<'_>) -> Outcome {
        let own = self.spared.own && self.facts.line == Line::Es1;
        Rule { spared: Spared { own, ..self.spared }, multi: Vec::new(), ..self.clone() }
            .check_own_leaf(value)
    }

    /// `ignore_malformed` turns a refusal into an alteration: the value stays in `_source` and is not indexed.
    pub(crate) fn malformed(&self, outcome: Outcome, kind: Kind) -> Outcome {
        outcome.map_err(|refusal| {
            if refusal.rule == ip::ZONE_FAILS {
                return refusal;
            }
            let by_type = self.spared.own
                && (self.spares(kind) || self.spares_read(&refusal, kind))
                || self.spared.by_all && self.is_caught(kind);
            if by_type { left_out(refusal) } else { refusal }
        })
    }

    /// Whether what stands round every type gets to see the refusal of such a value, and the document goes on behind it:
    /// not where Lucene refuses a term, nor where the type has read a part of the value or none of it.
    fn is_caught(&self, kind: Kind) -> bool {
        match &self.what {
            What::Text(rule) => matches!(kind, Kind::Array | Kind::Object) || !rule.is_free(),
            What::Flat(_) => kind != Kind::Object,
            // It leaves objects to what comes behind it, where it spares them itself.
            What::Scaled(_) => kind != Kind::Object || !self.spared.own,
            // Behind text that is no base64 it reads on where decoding stopped.
            What::Binary { decoded } => *decoded && kind != Kind::String,
            What::Integer(_) | What::Real(_) | What::Boolean | What::Ip | What::Date(_) => true,
            What::Shape(_) => true,
            _ => false,
        }
    }

    /// Old engines spare a number too when they have read it and only then find it too large, or with a fraction.
    pub(super) fn spares_read(&self, refusal: &Refusal, kind: Kind) -> bool {
        match &self.what {
            _ if kind != Kind::Number => false,
            What::Real(_) => self.kind != "rank_feature",
            What::Scaled(_) => true,
            What::Integer(rule) => integer::is_read(rule, refusal, &self.facts),
            _ => false,
        }
    }

    /// Whether `ignore_malformed` covers a malformed value of that kind.
    pub(super) fn spares(&self, kind: Kind) -> bool {
        let facts = &self.facts;
        match (&self.what, kind) {
            (What::Scaled(_), Kind::Object) => false,
            (What::Scaled(_), Kind::True | Kind::False) if facts.line == Line::Es7 => false,
            // It spares what it can itself.
            (What::GeoPoint(_), _) => false,
            (What::Shape(_), _) => facts.malformed_geo_ignored,
            (_, Kind::String) => true,
            (What::Integer(_), Kind::Number)
                if self.kind == "unsigned_long" && facts.line <= Line::Os2 =>
            {
                facts.line <= Line::Es9 && facts.malformed_numbers_ignored
            }
            (What::Date(_), Kind::Number) => facts.line != Line::Es1,
            (What::Date(_), Kind::True | Kind::False) => true,
            (_, Kind::Array | Kind::Object) => facts.spares_whatever_is_read(),
            (What::Ip, _) => true,
            _ => facts.malformed_numbers_ignored,
        }
    }
}

/// Whether an object holds a `value` that is a list, and nothing else.
fn has_only_list(node: Node<'_>) -> bool {
    node.members().all(|(key, value)| key == "value" && value.kind() == Kind::Array)
}
