//! What `copy_to` carries to where nothing is mapped: a value that is met at the root, and not where it stands.

use super::ground::Ground;
use super::grown::ROOT;
use super::judge::copied;
use super::walk::{Step, Walk};
use super::{Branch, Dynamic};
use crate::encode::Refusal;
use crate::encode::json::{Kind, Node};
use crate::target::rule::Line;

impl Walk<'_, '_> {
    /// Those of a field inside of a value; copies are not copied on.
    pub(super) fn copies_of(&mut self, node: Node<'_>, branch: &Branch) -> Step {
        if self.copying { Ok(()) } else { self.copies(node, branch) }
    }

    /// Values that are copied to where nothing is mapped.
    pub(super) fn copies(&mut self, node: Node<'_>, branch: &Branch) -> Step {
        if branch.copies.is_empty() {
            return Ok(());
        }
        if node.kind() == Kind::Array {
            return node.elements().try_for_each(|element| self.copies(element, branch));
        }
        let rule = self.rule;
        let Some(object) = rule.root.object else { return Ok(()) };
        let above = std::mem::take(&mut self.path);
        self.copying = true;
        let ground = Ground::of(&rule.root, object, 1, ROOT);
        for path in &branch.copies {
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            self.member(&ground, &names, node)?;
        }
        self.copying = false;
        self.path = above;
        Ok(())
    }

    /// Why a value cannot be copied to where nothing is mapped.
    pub(super) fn copy_refused(
        &self,
        ground: &Ground,
        name: &str,
        rest: &[&str],
        value: Node<'_>,
    ) -> Option<Refusal> {
        let facts = &self.rule.facts;
        match ground.dynamic {
            Dynamic::Refused => {
                Some(copied("`dynamic: strict` takes no copies to a field that is not mapped"))
            }
            // The engine waits for a mapping that never comes.
            Dynamic::Runtime if facts.line == Line::Es7 => Some(copied(
                "Elasticsearch 7 takes no copies to a field that is not mapped below `dynamic: runtime`",
            )),
            Dynamic::Kept | Dynamic::Runtime => None,
            _ if facts.line == Line::Es1 && !rest.is_empty() => {
                Some(copied("Elasticsearch 1 takes no copies to an object that is not mapped"))
            }
            _ if value.kind() == Kind::Null
                && facts.copied_null_refused
                && self.is_new(ground, name) =>
            {
                Some(copied("a null cannot be copied to a field that nothing has mapped before"))
            }
            _ => None,
        }
    }

    /// Whether no document before this one has mapped a member; 1.x counts what this one brought, too (measured on 1.7, 2.4, 5.6,
    /// 6.8, OpenSearch 2.19).
    fn is_new(&self, ground: &Ground, name: &str) -> bool {
        let is_fresh = |found| self.rule.facts.line != Line::Es1 && self.grown.is_fresh(found);
        self.grown.find(ground.at, name).is_none_or(is_fresh)
    }
}
