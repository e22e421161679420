//! Fields that hold one value a document: lists of objects, names with dots and copies bring several, of which each alone is
//! right. Counts in the finished JSON of a document, wherever its parts come from; knows no row.

use std::collections::HashSet;

use super::{Rule, What, altered, params, refused};
use crate::encode::Refusal;
use crate::encode::scan::Scan;
use crate::target::{Property, Target};

/// The fields of a mapping that hold one value a document, where more than one can come to them.
///
/// An object of a `nested` field is a document of its own. Measured on 5.6 to 9.2, OpenSearch 2.19 and 3.8; vectors of
/// 7.x and of OpenSearch, `rank_vectors`, `histogram` and `aggregate_metric_double` by the engines' sources.
#[derive(Clone, Debug)]
pub(crate) struct OnceRule {
    root: Branch,
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    pointer: String,
    path: String,
    /// The place of the field in messages.
    place: usize,
    kind: String,
    once: Once,
    /// Whether what is too many is left out of the index.
    is_spared: bool,
    /// Whether more than one value can come to it: through a list of objects, or from other fields too.
    is_open: bool,
}

/// What there is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Once {
    /// Values that are not null.
    Value,
    /// Vectors; behind one, not even a null is taken.
    Vector,
    /// Values by each name.
    Name,
}

/// A field that holds one value or fills such a field, or leads to one.
#[derive(Clone, Debug, Default)]
struct Branch {
    /// Those that the values of this one come to.
    fields: Vec<usize>,
    /// Those of which each object of this one, which is `nested`, has its own.
    own: Vec<usize>,
    members: Vec<(String, Branch)>,
}

/// The way to a property.
#[derive(Default)]
struct Way {
    path: Vec<String>,
    /// Names that lead to the `nested` field around it.
    nested: usize,
}

impl Way {
    /// Whether objects stand between it and its document, lists of which bring many values.
    fn is_long(&self) -> bool {
        self.path.len() > self.nested + 1
    }
}

impl OnceRule {
    /// `place` gives the place of a field by its path; `None` where no field can get a value too many.
    pub(crate) fn compile(
        properties: &[Property],
        target: &Target,
        mut place: impl FnMut(&[String]) -> usize,
    ) -> Option<OnceRule> {
        let mut rule = OnceRule { root: Branch::default(), fields: Vec::new() };
        let mut add = |rule: &mut OnceRule, property: &Property, way: &Way| {
            for field in std::iter::once(property).chain(own_fields(property)) {
                rule.add(field, target, way, &mut place);
            }
        };
        each(properties, &mut Way::default(), &mut |property, way| add(&mut rule, property, way));
        each(properties, &mut Way::default(), &mut |property, way| rule.copy(property, way));
        let OnceRule { root, fields } = &mut rule;
        root.keep_open(fields);
        (!root.members.is_empty()).then_some(rule)
    }

    /// Adds `field`, which stands at the end of `way`, where it holds one value.
    fn add(
        &mut self,
        field: &Property,
        target: &Target,
        way: &Way,
        place: &mut impl FnMut(&[String]) -> usize,
    ) {
        let Some((once, is_spared)) = once(field, target) else { return };
        let number = self.fields.len();
        self.fields.push(Field {
            pointer: field.pointer.clone(),
            path: way.path.join("."),
            place: place(&way.path),
            kind: field.kind.clone(),
            once,
            is_spared,
            is_open: way.is_long(),
        });
        self.root.reach(&way.path).fields.push(number);
        if way.nested > 0 {
            self.root.reach(&way.path[..way.nested]).own.push(number);
        }
    }

    /// What `property` is copied to may be full already.
    fn copy(&mut self, property: &Property, way: &Way) {
        for copy in &property.multi_fields {
            let number = self.fields.iter().position(|field| field.pointer == copy.pointer);
            let Some(number) = number else { continue };
            let branch = self.root.reach(&way.path);
            if !branch.fields.contains(&number) {
                branch.fields.push(number);
                self.fields[number].is_open = true;
            }
        }
    }

    /// The first field that `document`, JSON without white space, brings a value too many for: what is said of it, and its
    /// place.
    pub(crate) fn exceeded(&self, document: &[u8]) -> Option<(Refusal, usize)> {
        let held = self.fields.iter().map(|_| Held::default()).collect();
        let mut count = Count { rule: self, scan: Scan::new(document), held, exceeded: None };
        count.value(&self.root);
        let field = &self.fields[count.exceeded?];
        Some((field.refusal(), field.place))
    }
}

/// Calls `found` with each property that is read.
fn each(properties: &[Property], way: &mut Way, found: &mut dyn FnMut(&Property, &Way)) {
    for property in properties {
        if params::flag(property, "enabled") == Some(false) {
            continue;
        }
        way.path.extend(parts(&property.name).map(str::to_owned));
        found(property, way);
        let above = way.nested;
        if property.kind == "nested" {
            way.nested = way.path.len();
        }
        each(&property.properties, way, found);
        way.nested = above;
        way.path.truncate(way.path.len() - parts(&property.name).count());
    }
}

fn own_fields(property: &Property) -> impl Iterator<Item = &Property> {
    let own = format!("{}/fields/", property.pointer);
    property.multi_fields.iter().filter(move |field| field.pointer.starts_with(&own))
}

/// Of what a field holds one, if it does, and whether the engine leaves out what is too many.
fn once(field: &Property, target: &Target) -> Option<(Once, bool)> {
    let rule = Rule::compile(field, target).ok()?;
    let once = match &rule.what {
        What::Real(real) if real.is_single() => Once::Value,
        What::Query(_) | What::Histogram | What::Metrics(_) => Once::Value,
        What::Shape(shape) if shape.is_single(&rule.facts) => Once::Value,
        What::Vector(_) if field.kind == "knn_vector" => Once::Value,
        What::Vector(_) => Once::Vector,
        What::Any if field.kind == "rank_vectors" => Once::Vector,
        What::Features(features) if features.is_single() => Once::Name,
        _ => return None,
    };
    let spares = matches!(rule.what, What::Histogram | What::Metrics(_)) && rule.spared.own;
    Some((once, spares || rule.spared.by_all))
}

impl Field {
    fn refusal(&self) -> Refusal {
        let Field { path, kind, .. } = self;
        let rule = match self.once {
            Once::Name => format!("`{kind}` takes each name once a document"),
            _ => format!("`{kind}` takes one value a document"),
        };
        let way_out = match path.rsplit_once('.') {
            Some((object, _)) => {
                format!("map `{object}` as `nested`, whose objects are documents of their own")
            }
            None => format!("copy one field alone to `{path}`"),
        };
        if self.is_spared {
            let rule = format!("{rule}; `ignore_malformed` leaves the others out of the index");
            return altered(rule, way_out);
        }
        refused(rule, way_out)
    }
}

impl Branch {
    fn reach(&mut self, path: &[String]) -> &mut Branch {
        path.iter().fold(self, |branch, name| {
            let known = branch.members.iter().position(|(known, _)| known == name);
            let at = known.unwrap_or_else(|| {
                branch.members.push((name.clone(), Branch::default()));
                branch.members.len() - 1
            });
            &mut branch.members[at].1
        })
    }

    fn member(&self, name: &str) -> Option<&Branch> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, member)| member)
    }

    /// Forgets fields that get one value at most.
    fn keep_open(&mut self, fields: &[Field]) {
        self.fields.retain(|number| fields[*number].is_open);
        self.members.retain_mut(|(_, member)| {
            member.keep_open(fields);
            !member.fields.is_empty() || !member.members.is_empty()
        });
    }
}

/// A name with dots is a path; Java's `split` forgets empty parts at the end.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.trim_end_matches('.').split('.')
}

/// What has come to a field.
#[derive(Clone, Debug, Default)]
struct Held {
    is_full: bool,
    names: HashSet<Vec<u8>>,
}

/// A count on its way through a document.
struct Count<'a> {
    rule: &'a OnceRule,
    scan: Scan<'a>,
    held: Vec<Held>,
    /// The first field with a value too many.
    exceeded: Option<usize>,
}

impl Count<'_> {
    fn value(&mut self, branch: &Branch) {
        if self.exceeded.is_some() {
            return;
        }
        if !branch.fields.is_empty() {
            let mut ahead = self.scan;
            let value = ahead.take();
            for &number in &branch.fields {
                if self.brings_too_many(number, value) {
                    self.exceeded = Some(number);
                }
            }
        }
        match self.scan.peek() {
            _ if branch.members.is_empty() => self.scan.pass(),
            Some(b'{') => self.object(branch),
            Some(b'[') => {
                while self.scan.next_element() {
                    self.value(branch);
                }
            }
            _ => self.scan.pass(),
        }
    }

    fn object(&mut self, branch: &Branch) {
        let own = |held: &mut Vec<Held>, number: &usize| std::mem::take(&mut held[*number]);
        let above: Vec<Held> =
            branch.own.iter().map(|number| own(&mut self.held, number)).collect();
        while let Some(name) = self.scan.next_member() {
            match parts(&name).try_fold(branch, |branch, name| branch.member(name)) {
                Some(member) => self.value(member),
                None => self.scan.pass(),
            }
        }
        for (&number, held) in branch.own.iter().zip(above) {
            self.held[number] = held;
        }
    }

    /// Whether a field has no room for `value`. That it holds too many itself is for the rules of its type.
    fn brings_too_many(&mut self, number: usize, value: &[u8]) -> bool {
        let held = &mut self.held[number];
        let was_full = held.is_full;
        match self.rule.fields[number].once {
            Once::Vector if value == b"null" => was_full,
            // Below `subobjects: false` an object is none.
            Once::Vector if value.starts_with(b"{") => false,
            Once::Vector => std::mem::replace(&mut held.is_full, true),
            Once::Value => {
                let brings = brings(&mut Scan::new(value));
                held.is_full |= brings;
                was_full && brings
            }
            Once::Name => {
                let mut names = HashSet::new();
                gather(&mut Scan::new(value), &mut names);
                let is_new = names.is_disjoint(&held.names);
                held.names.extend(names);
                !is_new
            }
        }
    }
}

/// Whether there is anything but null in a value.
fn brings(scan: &mut Scan<'_>) -> bool {
    if scan.peek() != Some(b'[') {
        return !matches!(scan.take(), b"null" | b"");
    }
    let mut found = false;
    while scan.next_element() {
        found |= brings(scan);
    }
    found
}

/// The names of objects whose values are not null.
fn gather(scan: &mut Scan<'_>, names: &mut HashSet<Vec<u8>>) {
    match scan.peek() {
        Some(b'{') => {
            while let Some(name) = scan.next_member() {
                if scan.take() != b"null" {
                    names.insert(name.as_bytes().to_vec());
                }
            }
        }
        Some(b'[') => {
            while scan.next_element() {
                gather(scan, names);
            }
        }
        _ => scan.pass(),
    }
}
