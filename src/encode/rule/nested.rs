//! How many objects of `nested` fields a document holds, which engines limit. Counts in the finished JSON of a document,
//! wherever its parts come from; knows no row.

use super::{params, refused};
use crate::encode::Refusal;
use crate::encode::scan::Scan;
use crate::target::Property;

/// The `nested` fields of a mapping, and how many objects they hold in a document at most, all together.
///
/// An engine makes a document of its own of each such object and counts them: in objects and in each other, in lists and
/// in lists of lists, but no null, nothing below `enabled: false`, and nothing twice for `include_in_parent`. Measured on
/// 7.17, 8.19, 9.2 and OpenSearch 3.8.
#[derive(Clone, Debug)]
pub(crate) struct NestedRule {
    max: u64,
    root: Branch,
}

/// A field that is `nested`, or has such fields below it.
#[derive(Clone, Debug, Default)]
struct Branch {
    /// The place of a `nested` field in messages.
    place: Option<usize>,
    members: Vec<(String, Branch)>,
}

impl NestedRule {
    /// `place` gives the place of a field by its path; `None` where no field is `nested`.
    pub(crate) fn compile(
        properties: &[Property],
        max: u64,
        mut place: impl FnMut(&[String]) -> usize,
    ) -> Option<NestedRule> {
        let mut root = Branch::default();
        root.grow(properties, &mut Vec::new(), &mut place);
        (!root.members.is_empty()).then_some(NestedRule { max, root })
    }

    /// The number of objects in `document`, which is JSON without white space, and the place of the field in which they
    /// become too many; `None` where they are not.
    #[inline]
    pub(crate) fn exceeded(&self, document: &[u8]) -> Option<(u64, usize)> {
        // An object takes two bytes at least, so that most documents are too short to hold too many.
        if document.len() as u64 / 2 <= self.max {
            return None;
        }
        let scan = Scan::new(document);
        let mut count = Count { scan, max: self.max, objects: 0, exceeded: None };
        count.value(&self.root);
        count.exceeded.map(|place| (count.objects, place))
    }

    pub(crate) fn refusal(&self) -> Refusal {
        refused(
            format!("a document takes {} nested objects", self.max),
            "raise `index.mapping.nested_objects.limit` in `settings`, `limit` a list of rows, or map a field as `object`",
        )
    }
}

impl Branch {
    /// Adds the `nested` fields among `properties` and below them; `path` leads from the root, which this is, to them.
    fn grow(
        &mut self,
        properties: &[Property],
        path: &mut Vec<String>,
        place: &mut impl FnMut(&[String]) -> usize,
    ) {
        for property in properties {
            if params::flag(property, "enabled") == Some(false) {
                continue;
            }
            path.push(property.name.clone());
            if property.kind == "nested" {
                let names = path.iter().flat_map(|name| parts(name));
                names.fold(&mut *self, Branch::member_mut).place = Some(place(path));
            }
            self.grow(&property.properties, path, place);
            path.pop();
        }
    }

    fn member_mut(&mut self, name: &str) -> &mut Branch {
        let at = self.members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.members.push((name.to_owned(), Branch::default()));
            self.members.len() - 1
        });
        &mut self.members[at].1
    }

    fn member(&self, name: &str) -> Option<&Branch> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, member)| member)
    }
}

/// A name with dots is a path; Java's `split` forgets empty parts at the end.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.trim_end_matches('.').split('.')
}

/// A count on its way through a document.
struct Count<'a> {
    scan: Scan<'a>,
    max: u64,
    objects: u64,
    exceeded: Option<usize>,
}

impl Count<'_> {
    fn value(&mut self, branch: &Branch) {
        match self.scan.peek() {
            Some(b'{') => {
                self.object(branch);
                while let Some(name) = self.scan.next_member() {
                    self.member(branch, &name);
                }
            }
            Some(b'[') => {
                while self.scan.next_element() {
                    self.value(branch);
                }
            }
            _ => self.scan.pass(),
        }
    }

    fn object(&mut self, branch: &Branch) {
        if branch.place.is_some() {
            self.objects += 1;
            if self.objects > self.max {
                self.exceeded = self.exceeded.or(branch.place);
            }
        }
    }

    /// The objects that a name with dots leads through count as if they were written out (8.x and later; before, none of
    /// them may be `nested`).
    fn member(&mut self, branch: &Branch, name: &str) {
        let mut names = parts(name);
        let mut member = names.next().and_then(|name| branch.member(name));
        for name in names {
            if let Some(branch) = member {
                self.object(branch);
                member = branch.member(name);
            }
        }
        match member {
            Some(branch) => self.value(branch),
            None => self.scan.pass(),
        }
    }
}
