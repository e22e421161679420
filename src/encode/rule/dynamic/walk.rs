//! The way through one document, value by value, in the order in which an engine reads it.

use std::collections::HashMap;
use std::sync::Arc;

use super::ground::Ground;
use super::grown::{Growing, Grown, ROOT};
use super::judge::{copied, mixed};
use super::sprout::{Sprout, SproutWhat};
use super::{Branch, Dynamic, DynamicRule, Misfit};
use crate::encode::json::{Kind, Node, compact};
use crate::encode::rule::object::{brings, check_name};
use crate::encode::rule::{altered, refused};
use crate::encode::scan::Scan;
use crate::target::rule::Line;

/// The way through one document.
pub(super) struct Walk<'r, 'g> {
    pub(super) rule: &'r DynamicRule,
    pub(super) grown: &'g mut Grown,
    /// Dotted path of the member.
    pub(super) path: String,
    pub(super) place: usize,
    pub(super) lossy: bool,
    /// Whether the value is not met where it stands, but copied.
    pub(super) copying: bool,
    /// The first value that the engine would alter without being allowed to.
    pub(super) altered: Option<Box<Misfit>>,
    /// Whether a verdict depends on what came before.
    pub(super) unsettled: bool,
    /// Members with a value that would have brought another type.
    pub(super) torn: Vec<usize>,
    /// Members that have got a vector.
    pub(super) vectors: Vec<usize>,
    /// How many floats new members have got.
    pub(super) floats: HashMap<usize, usize>,
    /// Values that nothing was mapped for, by their paths.
    pub(super) values: HashMap<String, Vec<String>>,
    /// Members that were met as objects below `dynamic: runtime`.
    pub(super) phantoms: Vec<usize>,
}

pub(super) type Step = Result<(), Box<Misfit>>;

impl<'r, 'g> Walk<'r, 'g> {
    pub(super) fn new(rule: &'r DynamicRule, grown: &'g mut Grown) -> Walk<'r, 'g> {
        Walk {
            rule,
            grown,
            path: String::new(),
            place: 0,
            lossy: false,
            copying: false,
            altered: None,
            unsettled: false,
            torn: Vec::new(),
            vectors: Vec::new(),
            floats: HashMap::new(),
            values: HashMap::new(),
            phantoms: Vec::new(),
        }
    }

    /// The worst that was found: what is refused, else what is altered.
    pub(super) fn document(&mut self, json: &[u8]) -> Option<Box<Misfit>> {
        let rule = self.rule;
        let mut scan = Scan::new(json);
        let done = match rule.root.spot {
            Some((place, lossy)) => {
                (self.place, self.lossy) = (place, lossy);
                self.spot(scan.take(), &rule.root, "", ROOT, 1)
            }
            None => self.way(&mut scan, &rule.root, ROOT, 1),
        };
        done.err().or(self.altered.take())
    }

    /// Through the parts of a document that the mapping names, to the spots.
    fn way(&mut self, scan: &mut Scan<'_>, branch: &'r Arc<Branch>, at: usize, depth: u64) -> Step {
        match scan.peek() {
            Some(b'{') => {
                let above = self.begin_object(branch.is_nested());
                while let Some(name) = scan.next_member() {
                    self.step(scan, branch, &name, at, depth)?;
                }
                self.end_object(above);
            }
            Some(b'[') => {
                while scan.next_element() {
                    self.way(scan, branch, at, depth)?;
                }
            }
            _ => scan.pass(),
        }
        Ok(())
    }

    /// To a member by its name, which may be a path.
    fn step(
        &mut self,
        scan: &mut Scan<'_>,
        branch: &'r Arc<Branch>,
        name: &str,
        at: usize,
        depth: u64,
    ) -> Step {
        let leading = |name: &str| branch.member(name).filter(|member| member.leads);
        if let Some(member) = leading(name) {
            return self.field(scan, member, name, at, depth);
        }
        let path = name.split_once('.');
        let found = path.and_then(|(first, rest)| Some((first, rest, leading(first)?)));
        let Some((first, rest, member)) = found else {
            scan.pass();
            return Ok(());
        };
        let above = self.enter(first);
        let at = self.mapped_at(at, first);
        let done = self.step(scan, member, rest, at, depth + 1);
        self.path.truncate(above);
        done
    }

    fn field(
        &mut self,
        scan: &mut Scan<'_>,
        branch: &'r Arc<Branch>,
        name: &str,
        at: usize,
        depth: u64,
    ) -> Step {
        let above = self.enter(name);
        let done = match (branch.spot, branch.object) {
            (Some((place, lossy)), _) => {
                (self.place, self.lossy) = (place, lossy);
                let at = if branch.object.is_some() { self.mapped_at(at, name) } else { at };
                self.spot(scan.take(), branch, name, at, depth + 1)
            }
            (None, Some(_)) => {
                let at = self.mapped_at(at, name);
                self.way(scan, branch, at, depth + 1)
            }
            (None, None) => {
                scan.pass();
                Ok(())
            }
        };
        self.path.truncate(above);
        done
    }

    /// A value that may bring members; `at` and `depth` are those of the object, where it is one, else of the one around it.
    fn spot(
        &mut self,
        json: &[u8],
        branch: &'r Arc<Branch>,
        name: &str,
        at: usize,
        depth: u64,
    ) -> Step {
        let mut text = Vec::with_capacity(json.len());
        let Ok(structure) = compact(json, &mut text) else { return Ok(()) };
        let tape = structure.tape(&text);
        if let Some(object) = branch.object {
            self.mapped(tape.root(), &Ground::of(branch, object, depth, at))?;
        }
        if branch.is_measured {
            self.measure(at, name, tape.root())?;
        }
        self.copies(tape.root(), branch)
    }

    /// An object of the mapping, or a list of such; anything else is for the rules of its field.
    fn mapped(&mut self, node: Node<'_>, ground: &Ground) -> Step {
        match node.kind() {
            Kind::Array => node.elements().try_for_each(|element| self.mapped(element, ground)),
            Kind::Object => self.members(node, ground),
            _ => Ok(()),
        }
    }

    pub(super) fn members(&mut self, node: Node<'_>, ground: &Ground) -> Step {
        if ground.flat_names {
            return self.flat_members(node, ground, None);
        }
        let above = self.begin_object(ground.branch.as_ref().is_some_and(|b| b.is_nested()));
        let facts = &self.rule.facts;
        for (name, value) in node.members() {
            // Names in objects of the mapping are looked at where these are.
            if ground.branch.is_none() {
                let above = self.enter(&name);
                self.judge(check_name(&name, facts, brings(value)), value)?;
                self.path.truncate(above);
            }
            if facts.name_dots && name.contains('.') {
                let names: Vec<&str> = name.trim_end_matches('.').split('.').collect();
                self.member(ground, &names, value)?;
            } else {
                self.member(ground, &[&name], value)?;
            }
        }
        self.end_object(above);
        Ok(())
    }

    /// An object of a `nested` field is a document of its own: gives the vectors of the one around it.
    fn begin_object(&mut self, is_nested: bool) -> Option<Vec<usize>> {
        is_nested.then(|| std::mem::take(&mut self.vectors))
    }

    fn end_object(&mut self, above: Option<Vec<usize>>) {
        if let Some(above) = above {
            self.vectors = above;
        }
    }

    /// A member by its name, or by the names that lead to it.
    pub(super) fn member(&mut self, ground: &Ground, names: &[&str], value: Node<'_>) -> Step {
        let Some((name, rest)) = names.split_first() else { return Ok(()) };
        if ground.flat_names {
            return self.flat_member(ground, &names.join("."), value);
        }
        let above = self.enter(name);
        let known = ground.branch.as_ref().and_then(|branch| branch.member(name));
        let done = match known.map(|branch| (branch, branch.object)) {
            Some((_, Some(_))) if self.copying && rest.is_empty() => {
                self.judge(Err(copied("a field that is an object takes no copies")), value)
            }
            Some((branch, Some(object))) => {
                let at = self.mapped_at(ground.at, name);
                let inner = Ground::of(branch, object.below(ground.dynamic), ground.depth + 1, at);
                if rest.is_empty() {
                    self.mapped(value, &inner)
                } else {
                    self.member(&inner, rest, value)
                }
            }
            // On 5.x and 6.x only an object itself is passed over where it is not read.
            Some((branch, None)) if !rest.is_empty() => {
                let reads = matches!(self.rule.facts.line, Line::Es5 | Line::Es6);
                match branch.unread.filter(|_| reads) {
                    Some(object) => {
                        let at = self.mapped_at(ground.at, name);
                        let object = object.below(ground.dynamic);
                        self.member(&Ground::of(branch, object, ground.depth + 1, at), rest, value)
                    }
                    None => Ok(()),
                }
            }
            Some((branch, None)) => {
                if branch.is_measured && !self.copying {
                    self.measure(ground.at, name, value)?;
                }
                self.copies_of(value, branch)
            }
            None => self.unmapped(ground, name, rest, value),
        };
        self.path.truncate(above);
        done
    }

    /// The object at a member, which may come with this value; `None` where nothing grows in it. `node` is the object itself,
    /// where it is not only a name with dots that leads through it.
    pub(super) fn object(
        &mut self,
        ground: &Ground,
        name: &str,
        node: Option<Node<'_>>,
        value: Node<'_>,
    ) -> Result<Option<Ground>, Box<Misfit>> {
        let Some(known) = self.grown.find(ground.at, name) else {
            return self.new_object(ground, name, node, value);
        };
        let Growing::Sprout(sprout) = self.grown.what(known).clone() else {
            let phantom = ground.dynamic == Dynamic::Runtime;
            self.phantoms.push(known);
            return Ok(Some(Ground { phantom, ..ground.below(None, known) }));
        };
        match &sprout.what {
            SproutWhat::Leaf(rule) => {
                let Some(node) = node else {
                    return self.judge(Err(mixed(&sprout, "object")), value).map(|()| None);
                };
                if self.is_decided_anew(known) {
                    let (other, _) = self.rule.nursery.grow(name, &self.path, node);
                    if other.mapping != sprout.mapping {
                        return self.judge(Err(mixed(&sprout, other.kind())), node).map(|()| None);
                    }
                }
                self.judge_known(rule, node).map(|()| None)
            }
            what => self.below(ground, known, what, name, node, value),
        }
    }

    /// The ground below a member that takes objects; none where nothing below it is mapped.
    fn below(
        &mut self,
        ground: &Ground,
        at: usize,
        what: &SproutWhat,
        name: &str,
        node: Option<Node<'_>>,
        value: Node<'_>,
    ) -> Result<Option<Ground>, Box<Misfit>> {
        match what {
            SproutWhat::Unread if node.is_none() && !self.spells_out() => {
                Ok(Some(ground.below(None, at)))
            }
            SproutWhat::Object(template) => {
                self.judge_object(template.as_deref(), name, node, value)?;
                Ok(Some(ground.below(template.as_deref(), at)))
            }
            SproutWhat::Free | SproutWhat::Unread | SproutWhat::Leaf(_) => Ok(None),
        }
    }

    fn new_object(
        &mut self,
        ground: &Ground,
        name: &str,
        node: Option<Node<'_>>,
        value: Node<'_>,
    ) -> Result<Option<Ground>, Box<Misfit>> {
        let (sprout, by_template) = self.rule.nursery.object(name, &self.path);
        // Templates are not asked for objects there (Elasticsearch 8.19 and 9.2).
        let is_phantom = ground.dynamic == Dynamic::Runtime;
        if is_phantom || !self.is_allowed(ground, by_template, name, value)? {
            if !is_phantom {
                return Ok(None);
            }
            let at = self.mapped_at(ground.at, name);
            self.phantoms.push(at);
            return Ok(Some(Ground { phantom: true, ..ground.below(None, at) }));
        }
        let depth = ground.depth + 1;
        let nests = matches!(sprout.what, SproutWhat::Object(_));
        if let Some(max) = self.rule.nursery.growth.depth_max
            && nests
            && depth > max
        {
            let refusal = refused(
                format!("objects nest {max} levels at most, the document itself counted"),
                "raise `index.mapping.depth.limit` in `settings`, or map the field as `flattened` or with `enabled: false`",
            );
            return self.judge(Err(refusal), value).map(|()| None);
        }
        let Some(at) = self.add(ground, name, &sprout, value)? else { return Ok(None) };
        if self.values.contains_key(&self.path) {
            let refusal = mixed(&sprout, "value");
            return self.judge(Err(refusal), value).map(|()| None);
        }
        match &sprout.what {
            SproutWhat::Leaf(rule) => match node {
                Some(node) => self.judge_fresh(&sprout, rule, node).map(|()| None),
                None => self.judge(Err(mixed(&sprout, "object")), value).map(|()| None),
            },
            what => self.below(ground, at, what, name, node, value),
        }
    }

    /// A text, a number or a boolean.
    pub(super) fn leaf(&mut self, ground: &Ground, name: &str, value: Node<'_>) -> Step {
        let known = self.grown.find(ground.at, name);
        let Some(known) = known.filter(|known| self.grown.is_sprout(*known)) else {
            if self.is_runtime() {
                self.pass_over(ground, value);
                return Ok(());
            }
            let (sprout, by_template) = self.rule.nursery.grow(name, &self.path, value);
            if sprout.is_runtime() || ground.dynamic == Dynamic::Runtime && !by_template {
                self.pass_over(ground, value);
                return self.add_runtime(value);
            }
            if !self.is_allowed(ground, by_template, name, value)? {
                return Ok(());
            }
            if let Some(phantom) = known {
                return self.replace(phantom, &sprout, value);
            }
            let Some(added) = self.add(ground, name, &sprout, value)? else {
                self.pass_over(ground, value);
                return Ok(());
            };
            self.count_float(added, name, value);
            return self.judge_new(&sprout, value);
        };
        let Growing::Sprout(sprout) = self.grown.what(known).clone() else { return Ok(()) };
        match &sprout.what {
            SproutWhat::Unread if self.is_decided_anew(known) => {
                self.judge(Err(mixed(&sprout, "value")), value)
            }
            SproutWhat::Free | SproutWhat::Unread => Ok(()),
            SproutWhat::Object(_) => self.judge(Err(mixed(&sprout, "value")), value),
            SproutWhat::Leaf(rule) if self.is_decided_anew(known) => {
                let (other, _) = self.rule.nursery.grow(name, &self.path, value);
                if other.mapping == sprout.mapping || self.becomes_runtime(ground, name, value) {
                    self.count_float(known, name, value);
                    return self.judge_fresh(&sprout, rule, value);
                }
                let both = [sprout.kind(), other.kind()];
                let numbers = both == ["long", "float"] || both == ["float", "long"];
                let refusal = if numbers && self.rule.facts.dynamic_numbers_merge {
                    altered(
                        "an unmapped field takes one type in a document, and whole numbers and fractions are indexed as each other",
                        self.map_it("double"),
                    )
                } else {
                    mixed(&sprout, other.kind())
                };
                self.judge(Err(refusal), value)
            }
            SproutWhat::Leaf(rule) => {
                self.compare(known, &sprout, name, value);
                self.judge_known(rule, value)
            }
        }
    }

    /// What a template makes of a member that was only an object which nothing has mapped: that is no object any more, neither for
    /// this document nor for those behind it (measured on Elasticsearch 7.17, 8.19 and 9.2).
    fn replace(&mut self, phantom: usize, sprout: &Arc<Sprout>, value: Node<'_>) -> Step {
        self.unsettled = true;
        if self.phantoms.contains(&phantom) {
            return self.judge(Err(mixed(sprout, "object")), value);
        }
        if !self.has_room(sprout.fields, value)? {
            return Ok(());
        }
        self.grown.replace(phantom, Growing::Sprout(Arc::clone(sprout)));
        self.judge_new(sprout, value)
    }

    /// A value in what it brings, and those before it of the same document that would have been a runtime field.
    fn judge_new(&mut self, sprout: &Sprout, value: Node<'_>) -> Step {
        let SproutWhat::Leaf(rule) = &sprout.what else {
            return match &sprout.what {
                SproutWhat::Object(_) => self.judge(Err(mixed(sprout, "value")), value),
                _ => Ok(()),
            };
        };
        for json in self.values.remove(&self.path).unwrap_or_default() {
            let mut text = Vec::with_capacity(json.len());
            if let Ok(structure) = compact(json.as_bytes(), &mut text) {
                self.judge_fresh(sprout, rule, structure.tape(&text).root())?;
            }
        }
        self.judge_fresh(sprout, rule, value)
    }

    /// Whether the member is a runtime field, which takes anything.
    fn is_runtime(&self) -> bool {
        let growth = &self.rule.nursery.growth;
        let is_named = || growth.runtime.contains(&self.path);
        // 7.x maps what is copied there.
        let copies = self.copying && self.rule.facts.line == Line::Es7;
        self.grown.is_runtime(&self.path) || !copies && is_named()
    }

    /// A value that is not mapped, for a runtime field or beyond the limit on fields, unless one behind it brings its name a
    /// type or an object.
    fn pass_over(&mut self, ground: &Ground, value: Node<'_>) {
        let may_be_mapped =
            ground.dynamic != Dynamic::Runtime || !self.rule.nursery.growth.templates.is_empty();
        if may_be_mapped && !self.copying {
            self.values.entry(self.path.clone()).or_default().push(value.text().to_owned());
        }
    }

    /// A value that becomes a runtime field, which counts since 8.0 (measured on 7.17, 8.19 and 9.2).
    fn add_runtime(&mut self, value: Node<'_>) -> Step {
        if !self.spells_out() || self.grown.has_runtime(&self.path) {
            return Ok(());
        }
        if self.has_room(1, value)? {
            let path = &self.path;
            self.grown.add_runtime(path);
        }
        Ok(())
    }

    /// Notes whether a member that is known would have got another type from `value`.
    pub(super) fn compare(&mut self, known: usize, sprout: &Sprout, name: &str, value: Node<'_>) {
        if self.grown.is_torn(known) || self.torn.contains(&known) {
            return;
        }
        match value.kind() {
            Kind::Null | Kind::Object => {}
            Kind::Array => match self.float_count(name, value) {
                Some(dims) => {
                    let vector = self.rule.nursery.vector(name, dims);
                    if vector.mapping != sprout.mapping {
                        self.torn.push(known);
                    }
                }
                None => {
                    value.elements().for_each(|element| self.compare(known, sprout, name, element));
                }
            },
            _ if self.rule.nursery.grow(name, &self.path, value).0.mapping == sprout.mapping => {}
            _ => self.torn.push(known),
        }
    }

    /// Whether each value of the document that brings a member decides for itself.
    fn is_decided_anew(&self, member: usize) -> bool {
        self.grown.is_fresh(member) && !self.rule.facts.dynamic_at_once
    }

    /// Whether a member may get the type that was found for it.
    pub(super) fn is_allowed(
        &mut self,
        ground: &Ground,
        by_template: bool,
        name: &str,
        value: Node<'_>,
    ) -> Result<bool, Box<Misfit>> {
        match ground.dynamic {
            Dynamic::Mapped | Dynamic::Inherited => Ok(true),
            // Measured on Elasticsearch 7.17, 8.19 and 9.2.
            _ if by_template && ground.phantom => {
                let refusal = refused(
                    "a dynamic template maps nothing in an object that `dynamic: runtime` leaves unmapped",
                    "map the object",
                );
                self.judge(Err(refusal), value).map(|()| false)
            }
            _ if by_template => Ok(true),
            Dynamic::TemplatesOrRefused => {
                let refusal = refused(
                    "`dynamic: strict_allow_templates` takes no key that neither the mapping names nor a template matches",
                    format!("add `{name}` to the mapping"),
                );
                self.judge(Err(refusal), value).map(|()| false)
            }
            Dynamic::Runtime | Dynamic::TemplatesOrKept | Dynamic::Kept | Dynamic::Refused => {
                Ok(false)
            }
        }
    }

    /// Remembers a member; `None` where the index does not take it, or no more are remembered.
    pub(super) fn add(
        &mut self,
        ground: &Ground,
        name: &str,
        sprout: &Arc<Sprout>,
        value: Node<'_>,
    ) -> Result<Option<usize>, Box<Misfit>> {
        if !self.has_room(sprout.fields, value)? {
            return Ok(None);
        }
        Ok(Some(self.grown.add(ground.at, name, Growing::Sprout(Arc::clone(sprout)))))
    }

    /// Whether the index takes so many fields more, and they can be remembered.
    fn has_room(&mut self, fields: u64, value: Node<'_>) -> Result<bool, Box<Misfit>> {
        let growth = &self.rule.nursery.growth;
        let fields = growth.fields + self.grown.fields() + fields;
        match growth.fields_max {
            Some(max) if fields > max && growth.surplus_ignored => Ok(false),
            Some(max) if fields > max => {
                let refusal = refused(
                    format!("an index takes {max} fields, and this unmapped one would be beyond"),
                    "raise `index.mapping.total_fields.limit` in `settings`, or map the object as `flattened` or with `dynamic: false`",
                );
                self.judge(Err(refusal), value).map(|()| false)
            }
            None => Ok(!self.grown.is_full()),
            _ => Ok(true),
        }
    }

    fn mapped_at(&mut self, above: usize, name: &str) -> usize {
        let known = self.grown.find(above, name);
        known.unwrap_or_else(|| self.grown.add(above, name, Growing::Mapped))
    }

    /// Goes on to a member; gives the length of the path above.
    pub(super) fn enter(&mut self, name: &str) -> usize {
        let above = self.path.len();
        if above > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        above
    }
}
