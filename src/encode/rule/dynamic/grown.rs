//! The members that documents have brought, each with the type that it got. Knows no JSON.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::sprout::Sprout;

/// Members that are remembered at most where the engine sets no limit.
const MEMBERS_MAX: usize = 100_000;

/// What one stretch of documents has brought. One document is tried at a time: what it brought is kept or forgotten.
#[derive(Debug)]
pub(crate) struct Grown {
    members: Vec<Member>,
    /// The first member that came with the current document.
    mark: usize,
    /// Fields among the members, as the limit on them counts, and of those before the current document.
    fields: u64,
    fields_before: u64,
    /// The full names of runtime fields, and those of the current document: they are none of the members, for an object may
    /// have the name of one too.
    runtime: HashSet<String>,
    runtime_new: Vec<String>,
    /// Objects that nothing has mapped and that became something else with the current document.
    replaced: Vec<usize>,
    /// Something was met whose verdict depends on what came before, while others read what came before.
    unsettled: bool,
}

#[derive(Debug)]
struct Member {
    above: usize,
    name: String,
    what: Growing,
    members: HashMap<String, usize>,
    /// The same in the order in which they came, and its own place among those above.
    in_order: Vec<usize>,
    place: usize,
    /// Whether a later value would have brought another type, had it come first.
    torn: bool,
}

/// What stands at a place.
#[derive(Clone, Debug)]
pub(super) enum Growing {
    /// An object of the mapping.
    Mapped,
    Sprout(Arc<Sprout>),
}

/// The root of all.
pub(super) const ROOT: usize = 0;

impl Default for Grown {
    fn default() -> Grown {
        let root = Member {
            above: ROOT,
            name: String::new(),
            what: Growing::Mapped,
            members: HashMap::new(),
            in_order: Vec::new(),
            place: 0,
            torn: false,
        };
        Grown {
            members: vec![root],
            mark: 1,
            fields: 0,
            fields_before: 0,
            runtime: HashSet::new(),
            runtime_new: Vec::new(),
            replaced: Vec::new(),
            unsettled: false,
        }
    }
}

impl Grown {
    /// A document begins.
    pub(super) fn begin(&mut self) {
        self.mark = self.members.len();
        self.fields_before = self.fields;
        self.runtime_new.clear();
        self.replaced.clear();
    }

    /// What the current document brought is forgotten.
    pub(super) fn forget(&mut self) {
        for member in self.replaced.drain(..) {
            self.members[member].what = Growing::Mapped;
        }
        while self.members.len() > self.mark {
            if let Some(Member { above, name, .. }) = self.members.pop() {
                let above = &mut self.members[above];
                above.members.remove(&name);
                above.in_order.pop();
            }
        }
        self.fields = self.fields_before;
        for path in self.runtime_new.drain(..) {
            self.runtime.remove(&path);
        }
    }

    /// Whether a document before the current one has brought that runtime field.
    pub(super) fn is_runtime(&self, path: &str) -> bool {
        self.has_runtime(path) && !self.runtime_new.iter().any(|new| new == path)
    }

    /// The same, the current document included.
    pub(super) fn has_runtime(&self, path: &str) -> bool {
        self.runtime.contains(path)
    }

    /// A runtime field is one for the limit on fields.
    pub(super) fn add_runtime(&mut self, path: &str) {
        if self.runtime.insert(path.to_owned()) {
            self.runtime_new.push(path.to_owned());
            self.fields += 1;
        }
    }

    pub(super) fn fields(&self) -> u64 {
        self.fields
    }

    pub(super) fn find(&self, above: usize, name: &str) -> Option<usize> {
        self.members[above].members.get(name).copied()
    }

    /// As [`Grown::find`], at once where the name is that of member number `next`, which becomes the one behind.
    pub(super) fn find_bytes(&self, above: usize, name: &[u8], next: &mut usize) -> Option<usize> {
        let above = &self.members[above];
        let found = match above.in_order.get(*next) {
            Some(&guess) if self.members[guess].name.as_bytes() == name => guess,
            _ => *above.members.get(str::from_utf8(name).ok()?)?,
        };
        *next = self.members[found].place + 1;
        Some(found)
    }

    pub(super) fn what(&self, member: usize) -> &Growing {
        &self.members[member].what
    }

    pub(super) fn is_sprout(&self, member: usize) -> bool {
        matches!(self.what(member), Growing::Sprout(_))
    }

    /// Whether it came with the current document.
    pub(super) fn is_fresh(&self, member: usize) -> bool {
        member >= self.mark || self.replaced.contains(&member)
    }

    /// Whether no more is remembered, where the engine itself would take any number.
    pub(super) fn is_full(&self) -> bool {
        self.members.len() + self.runtime.len() >= MEMBERS_MAX
    }

    /// Adds a member.
    pub(super) fn add(&mut self, above: usize, name: &str, what: Growing) -> usize {
        if let Growing::Sprout(sprout) = &what {
            self.fields += sprout.fields;
        }
        let number = self.members.len();
        self.members[above].members.insert(name.to_owned(), number);
        let place = self.members[above].in_order.len();
        self.members[above].in_order.push(number);
        let (name, members, in_order) = (name.to_owned(), HashMap::new(), Vec::new());
        self.members.push(Member { above, name, what, members, in_order, place, torn: false });
        number
    }

    /// A member that was an object which nothing has mapped becomes `what`.
    pub(super) fn replace(&mut self, member: usize, what: Growing) {
        if let Growing::Sprout(sprout) = &what {
            self.fields += sprout.fields;
        }
        self.members[member].what = what;
        self.replaced.push(member);
    }

    pub(super) fn is_torn(&self, member: usize) -> bool {
        self.members[member].torn
    }

    pub(super) fn tear(&mut self, member: usize) {
        self.members[member].torn = true;
    }

    /// The dotted paths of members whose type depends on which document comes first.
    pub(crate) fn torn(&self) -> impl Iterator<Item = String> {
        (1..self.members.len()).filter(|&member| self.is_torn(member)).map(|member| {
            let above = |at: &usize| Some(self.members[*at].above).filter(|above| *above != ROOT);
            let way = std::iter::successors(Some(member), above);
            let mut names: Vec<&str> = way.map(|at| self.members[at].name.as_str()).collect();
            names.reverse();
            names.join(".")
        })
    }

    /// Something depends on what came before.
    pub(super) fn unsettle(&mut self) {
        self.unsettled = true;
    }

    /// All that is remembered, to be compared.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> (Vec<String>, u64, bool) {
        let members = self.members.iter().map(|member| {
            let Member { above, name, what, torn, .. } = member;
            let what = match what {
                Growing::Mapped => String::new(),
                Growing::Sprout(sprout) => sprout.mapping.to_string(),
            };
            format!("{above} {name} {what} {torn}")
        });
        let mut runtime: Vec<String> = self.runtime.iter().cloned().collect();
        runtime.sort_unstable();
        (members.chain(runtime).collect(), self.fields, self.unsettled)
    }

    /// Takes over what another stretch of the same documents has brought; whether all agree, and are not more than
    /// `fields_max`, so that in one stretch each would have been what it is here.
    pub(crate) fn agrees(&mut self, other: &Grown, fields_max: Option<u64>) -> bool {
        let mut agree = !self.unsettled && !other.unsettled;
        let mut places = vec![ROOT];
        for member in &other.members[1..] {
            let above = places[member.above];
            let place = match self.find(above, &member.name) {
                Some(known) => {
                    agree &= is_same(self.what(known), &member.what);
                    known
                }
                None => self.add(above, &member.name, member.what.clone()),
            };
            self.members[place].torn |= member.torn;
            places.push(place);
        }
        other.runtime.iter().for_each(|path| self.add_runtime(path));
        agree && fields_max.is_none_or(|max| self.fields <= max)
    }
}

fn is_same(one: &Growing, other: &Growing) -> bool {
    match (one, other) {
        (Growing::Mapped, Growing::Mapped) => true,
        (Growing::Sprout(one), Growing::Sprout(other)) => one.mapping == other.mapping,
        _ => false,
    }
}
