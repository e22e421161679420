//! Members of JSON text that a target calls otherwise, or no longer knows: left out and renamed wherever the mapping has
//! such a field. Knows the names from the mapping's translation, and no rule.

use super::json::{Kind, Node};
use crate::target::Property;

/// What becomes of the members of one field's values, and of the fields inside it.
#[derive(Clone, Debug)]
pub(crate) struct Rewrite {
    dropped: &'static [&'static str],
    /// The old name first.
    renamed: &'static [(&'static str, &'static str)],
    members: Vec<(Box<str>, Rewrite)>,
}

impl Rewrite {
    /// What is to be done with values of `property`; none for most.
    pub(crate) fn of(property: &Property) -> Option<Rewrite> {
        let members: Vec<_> = property
            .properties
            .iter()
            .filter_map(|child| Some((child.name.as_str().into(), Rewrite::of(child)?)))
            .collect();
        let (dropped, renamed) = (property.dropped_keys, property.renamed_keys);
        let nothing = dropped.is_empty() && renamed.is_empty() && members.is_empty();
        (!nothing).then_some(Rewrite { dropped, renamed, members })
    }

    /// Appends `node` as the target knows it: itself or, where it is a list, its elements.
    pub(crate) fn push(&self, node: Node<'_>, out: &mut Vec<u8>) {
        match node.kind() {
            Kind::Object => self.push_object(node, out),
            Kind::Array => {
                out.push(b'[');
                let start = out.len();
                for element in node.elements() {
                    if out.len() > start {
                        out.push(b',');
                    }
                    self.push(element, out);
                }
                out.push(b']');
            }
            _ => out.extend_from_slice(node.text().as_bytes()),
        }
    }

    fn push_object(&self, node: Node<'_>, out: &mut Vec<u8>) {
        out.push(b'{');
        let start = out.len();
        let mut nodes = node.elements();
        while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
            let name = key.string().0;
            if self.dropped.contains(&&*name) {
                continue;
            }
            if out.len() > start {
                out.push(b',');
            }
            match self.renamed.iter().find(|(old, _)| *old == name) {
                Some((_, new)) => out.extend_from_slice(format!("\"{new}\"").as_bytes()),
                None => out.extend_from_slice(key.text().as_bytes()),
            }
            out.push(b':');
            match self.members.iter().find(|(member, _)| **member == *name) {
                Some((_, inner)) => inner.push(value, out),
                None => out.extend_from_slice(value.text().as_bytes()),
            }
        }
        out.push(b'}');
    }
}
