//! Members that the mapping does not name: a value of one, or a list of such.

use super::Dynamic;
use super::ground::Ground;
use super::grown::Growing;
use super::sprout::{Sprout, SproutWhat};
use super::walk::{Step, Walk};
use crate::encode::json::{Kind, Node, compact};
use crate::encode::rule::joined::takes_objects;
use crate::encode::rule::object::brings;
use crate::encode::text::push_string;
use crate::target::rule::Line;

impl Walk<'_, '_> {
    /// A member by its name, or by that and the names that lead on from it.
    pub(super) fn unmapped(
        &mut self,
        ground: &Ground,
        name: &str,
        rest: &[&str],
        value: Node<'_>,
    ) -> Step {
        if self.copying
            && let Some(refusal) = self.copy_refused(ground, name, rest, value)
        {
            return self.judge(Err(refusal), value);
        }
        if !ground.dynamic.maps() {
            return Ok(());
        }
        if rest.is_empty()
            && let Some(done) = self.vector(ground, name, value)
        {
            return done;
        }
        if ground.inherits && value.kind() == Kind::Null && rest.is_empty() {
            return Ok(());
        }
        if ground.dynamic == Dynamic::TemplatesOrRefused
            && !brings(value)
            && self.grown.find(ground.at, name).is_none()
        {
            return self.is_allowed(ground, false, name, value).map(drop);
        }
        if !self.leads_on(rest, value) {
            return Ok(());
        }
        if rest.is_empty() {
            return self.value(ground, name, value);
        }
        if self.spells_out() && self.reads_objects(ground, name) {
            let mut json = Vec::new();
            spell_out(rest, value, &mut json);
            let mut text = Vec::with_capacity(json.len());
            let Ok(structure) = compact(&json, &mut text) else { return Ok(()) };
            let tape = structure.tape(&text);
            return self.value(ground, name, tape.root());
        }
        match self.object(ground, name, None, value)? {
            Some(inner) => self.member(&inner, rest, value),
            None => Ok(()),
        }
    }

    /// Whether a member is, or becomes with an object, a type that reads objects itself.
    fn reads_objects(&self, ground: &Ground, name: &str) -> bool {
        let reads = |sprout: &Sprout| match &sprout.what {
            SproutWhat::Leaf(rule) => takes_objects(&rule.kind),
            _ => false,
        };
        match self.grown.find(ground.at, name).map(|known| self.grown.what(known)) {
            Some(Growing::Sprout(sprout)) => reads(sprout),
            Some(Growing::Mapped) => false,
            None => {
                ground.dynamic != Dynamic::Runtime
                    && reads(&self.rule.nursery.object(name, &self.path).0)
            }
        }
    }

    /// Whether a value means anything to a member that nothing has mapped. A name with dots makes its objects for an empty
    /// list too, and on 8.x and 9.x, where it is read as these objects, for a null.
    fn leads_on(&self, rest: &[&str], value: Node<'_>) -> bool {
        brings(value) || !rest.is_empty() && (self.spells_out() || value.kind() != Kind::Null)
    }

    /// Whether a name with dots is read as the objects that it stands for.
    pub(super) fn spells_out(&self) -> bool {
        matches!(self.rule.facts.line, Line::Es8 | Line::Es9)
    }

    /// A value of a member without a mapping.
    fn value(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Step {
        match value.kind() {
            Kind::Null => Ok(()),
            Kind::Array => self.list(ground, name, value),
            Kind::Object => match self.object(ground, name, Some(value), value)? {
                Some(inner) => self.members(value, &inner),
                None => Ok(()),
            },
            _ => self.leaf(ground, name, value),
        }
    }

    pub(super) fn list(&mut self, ground: &Ground, name: &str, list: Node<'_>) -> Step {
        match self.grown.find(ground.at, name) {
            // A type of its own may say what a list means as a whole.
            Some(known) if !self.grown.is_fresh(known) => {
                if let Growing::Sprout(sprout) = self.grown.what(known).clone()
                    && let SproutWhat::Leaf(rule) = &sprout.what
                {
                    self.compare(known, &sprout, name, list);
                    return self.judge_known(rule, list);
                }
            }
            None => {
                if let Some(done) = self.new_vector(ground, name, list) {
                    return done;
                }
            }
            Some(_) => {}
        }
        if !self.may_become_runtime(ground) {
            list.elements().try_for_each(|element| self.value(ground, name, element))?;
            return self.judge_floats(ground, name, list);
        }
        // A value that would be a runtime field is read as what the others of its list become.
        let (last, first): (Vec<Node<'_>>, Vec<Node<'_>>) =
            list.elements().partition(|element| self.becomes_runtime(ground, name, *element));
        first.into_iter().chain(last).try_for_each(|element| self.value(ground, name, element))?;
        self.judge_floats(ground, name, list)
    }

    /// Whether there are values that become runtime fields.
    fn may_become_runtime(&self, ground: &Ground) -> bool {
        ground.dynamic == Dynamic::Runtime || self.rule.nursery.has_runtime
    }

    /// Whether a value of its own would become a runtime field.
    pub(super) fn becomes_runtime(&self, ground: &Ground, name: &str, value: Node<'_>) -> bool {
        if value.leaf().is_none() || !self.may_become_runtime(ground) {
            return false;
        }
        let (sprout, by_template) = self.rule.nursery.grow(name, &self.path, value);
        sprout.is_runtime() || ground.dynamic == Dynamic::Runtime && !by_template
    }
}

/// The objects that a name with dots stands for.
fn spell_out(names: &[&str], value: Node<'_>, out: &mut Vec<u8>) {
    for name in names {
        out.push(b'{');
        push_string(name, out);
        out.push(b':');
    }
    out.extend_from_slice(value.text().as_bytes());
    out.extend(names.iter().map(|_| b'}'));
}
