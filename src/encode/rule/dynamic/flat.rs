//! Members of an object with `subobjects: false`: those of an object in it are its own, with both names. Measured on 8.19 and
//! 9.2.

use super::ground::Ground;
use super::grown::Growing;
use super::judge::{copied, mixed};
use super::sprout::SproutWhat;
use super::walk::{Step, Walk};
use super::{Branch, Dynamic};
use crate::encode::json::{Kind, Node};
use crate::encode::rule::joined::{has_objects, takes_objects};
use crate::encode::rule::object::{brings, check_name};
use crate::encode::rule::refused;
use crate::target::name_below;

impl Walk<'_, '_> {
    /// The members of `node`, an object; `above` is the name that theirs begin with, where it is one in another.
    pub(super) fn flat_members(
        &mut self,
        node: Node<'_>,
        ground: &Ground,
        above: Option<&str>,
    ) -> Step {
        for (name, value) in node.members() {
            if let Some(above) = above {
                self.flat_member(ground, &format!("{above}.{name}"), value)?;
                continue;
            }
            // Those of an object of the mapping are looked at where it is.
            if ground.branch.is_none() && name.trim().is_empty() {
                self.judge(check_name(&name, &self.rule.facts, true), value)?;
            }
            self.flat_member(ground, &name, value)?;
        }
        Ok(())
    }

    pub(super) fn flat_member(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Step {
        let above = self.enter(name);
        let done = self.flat_value(ground, name, value);
        self.path.truncate(above);
        done
    }

    fn flat_value(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Step {
        let known = ground.branch.as_ref().and_then(|branch| branch.member(name));
        if let Some(known) = known {
            let takes_objects = takes_objects(&known.kind);
            if known.is_measured && value.kind() != Kind::Object && !self.copying {
                self.measure(ground.at, name, value)?;
            }
            return match value.kind() {
                Kind::Array if !takes_objects && has_objects(value) => {
                    value.elements().try_for_each(|element| self.flat_value(ground, name, element))
                }
                Kind::Object if !takes_objects => self.below_name(ground, name, value),
                _ => self.copies_of(value, known),
            };
        }
        // Such a name is one of its keys, and no field.
        let is_key = |branch: &Branch| {
            let mut members = branch.members.iter();
            members.any(|(known, member)| {
                member.kind == "flattened" && name_below(name, known).is_some()
            })
        };
        if !has_objects(value) && ground.branch.as_deref().is_some_and(is_key) {
            return Ok(());
        }
        if self.copying
            && let Some(refusal) = self.copy_refused(ground, name, &[], value)
        {
            return self.judge(Err(refusal), value);
        }
        if let Some(done) = self.vector(ground, name, value) {
            return done;
        }
        match value.kind() {
            _ if !ground.dynamic.maps() => Ok(()),
            Kind::Null => Ok(()),
            _ if !has_objects(value) && brings(value) && is_above_copies(ground, name) => {
                let refusal = refused(
                    "below `subobjects: false` the name of a field with `copy_to` begins with that of this unmapped one",
                    self.map_it("the type that all its values have"),
                );
                self.judge(Err(refusal), value)
            }
            Kind::Array if has_objects(value) => {
                value.elements().try_for_each(|element| self.flat_value(ground, name, element))
            }
            Kind::Array => self.list(ground, name, value),
            Kind::Object => self.flat_object(ground, name, value),
            _ => self.leaf(ground, name, value),
        }
    }

    /// An object where nothing is mapped: that is a value only for a type that an earlier document or a template brought.
    fn flat_object(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Step {
        if self.copying {
            return self.judge(Err(copied("an object cannot be copied")), value);
        }
        // Templates are not asked for objects there (Elasticsearch 9.2).
        let (sprout, by_template) = self.rule.nursery.object(name, &self.path);
        let by_template = by_template && ground.dynamic != Dynamic::Runtime;
        if let Some(known) = self.grown.find(ground.at, name) {
            return match self.grown.what(known).clone() {
                Growing::Sprout(first) => match &first.what {
                    SproutWhat::Leaf(rule) if takes_objects(&rule.kind) => {
                        self.judge_known(rule, value)
                    }
                    _ if by_template
                        && self.grown.is_fresh(known)
                        && matches!(sprout.what, SproutWhat::Leaf(_))
                        && first.kind() != sprout.kind() =>
                    {
                        self.judge(Err(mixed(&first, sprout.kind())), value)
                    }
                    _ => self.below_name(ground, name, value),
                },
                Growing::Mapped => self.below_name(ground, name, value),
            };
        }
        match &sprout.what {
            _ if !by_template => self.below_name(ground, name, value),
            SproutWhat::Leaf(rule) => {
                if !self.is_allowed(ground, by_template, name, value)?
                    || self.add(ground, name, &sprout, value)?.is_none()
                {
                    return Ok(());
                }
                if takes_objects(&rule.kind) {
                    self.judge_fresh(&sprout, rule, value)
                } else {
                    self.below_name(ground, name, value)
                }
            }
            _ if sprout.kind() == "nested" => {
                let refusal = refused(
                    "a dynamic template cannot bring a `nested` field below `subobjects: false`",
                    self.map_it("another type"),
                );
                self.judge(Err(refusal), value)
            }
            _ => self.below_name(ground, name, value),
        }
    }

    /// The members of an object by their names that begin with its own; the path is that of the object above again.
    fn below_name(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Step {
        let path = self.path.clone();
        let above = path.len() - name.len();
        self.path.truncate(above.saturating_sub(1));
        let done = self.flat_members(value, ground, Some(name));
        self.path = path;
        done
    }
}

/// Whether a field of the mapping whose values are copied would be taken for a multi-field of `name`.
fn is_above_copies(ground: &Ground, name: &str) -> bool {
    let Some(branch) = ground.branch.as_deref().filter(|_| ground.dynamic != Dynamic::Runtime)
    else {
        return false;
    };
    branch.members.iter().any(|(known, member)| {
        member.is_copied && name_below(known, name).is_some_and(|rest| !rest.contains('.'))
    })
}
