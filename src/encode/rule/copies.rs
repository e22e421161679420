//! Multi-fields and what `copy_to` fills: the same value read again, in order, by parsers that remember how it was read
//! before. Knows no rule of a single type.

use std::iter;

use super::{Rule, What, all, altered, real, worse};
use crate::encode::json::Leaf;
use crate::encode::{Outcome, number};
use crate::target::Property;
use crate::target::rule::Line;

impl Rule {
    /// Multi-fields are filled in the order of their names, and then the fields that `copy_to` names.
    pub(super) fn order_multi(&mut self, property: &Property) {
        let own = format!("{}/fields/", property.pointer);
        let key = |field: &Property| match field.pointer.strip_prefix(&own) {
            Some(name) => (0, name.to_owned()),
            None => (1, String::new()),
        };
        let mut places: Vec<usize> = (0..self.multi.len()).collect();
        places.sort_by_key(|place| key(&property.multi_fields[*place]));
        self.multi = places.into_iter().map(|place| self.multi[place].clone()).collect();
    }

    /// Whether a text goes into two `keyword` fields, here or below: Elasticsearch 8.19 reads it once without its
    /// escapes, and then with those that are a backslash and the character itself.
    pub(crate) fn reads_twice(&self) -> bool {
        if self.facts.line != Line::Es8 || self.facts.minor < 19 {
            return false;
        }
        if let What::Object(object) = &self.what {
            return object.rules().any(Rule::reads_twice);
        }
        iter::once(self).chain(&self.multi).filter(|field| field.kind == "keyword").count() > 1
    }

    /// The verdict of the multi-fields alone.
    pub(crate) fn check_multi(&self, leaf: &Leaf<'_>) -> Outcome {
        let copies = all(self.multi.iter().map(|field| match (&field.what, leaf) {
            (What::Integer(_) | What::Real(_) | What::Scaled(_), Leaf::Number(literal))
                if self.forgets(literal) =>
            {
                Err(altered(
                    format!("`{}` behind a `float` turns so large a number into 0", field.kind),
                    "map the first of the two fields as `double`",
                ))
            }
            (_, Leaf::Text(text)) => {
                self.check_reread(field, text).unwrap_or_else(|| field.check_leaf(leaf))
            }
            _ => field.check_leaf(leaf),
        }));
        worse(copies, || self.check_float(leaf))
    }

    /// What a number that was read as a `float` means to the fields that read it later.
    pub(super) fn check_float(&self, leaf: &Leaf<'_>) -> Outcome {
        let Leaf::Number(literal) = leaf else { return Ok(()) };
        if !self.facts.floats_remembered || number::is_integer_literal(literal) {
            return Ok(());
        }
        let fields = iter::once(self).chain(&self.multi);
        let mut later = fields.skip_while(|field| !field.is_float()).skip(1);
        all(later.by_ref().map(|field| real::check_remembered(field, literal)))
    }

    /// A whole number of more than 64 bits that was read as a `float` is 0 for the fields behind it, but for 7.x.
    fn forgets(&self, literal: &str) -> bool {
        self.is_float()
            && self.facts.floats_remembered
            && self.facts.line != Line::Es7
            && number::is_integer_literal(literal)
            && literal.parse::<i64>().is_err()
    }

    pub(super) fn is_float(&self) -> bool {
        matches!(&self.what, What::Real(rule) if rule.size != real::Size::Double && self.kind != "rank_feature")
    }
}
