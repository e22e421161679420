//! Members of objects that the mapping does not name, and what `copy_to` brings to such: an engine maps them by itself
//! with the first document that has them, so that a later document, or a later value of the same, may not fit. One rule of
//! whole documents, in their order. Knows no row.
//!
//! Measured on every line: within the document that brings a member each of its values gets a type by itself, and all must
//! be of one (on 1.x the first value decides at once); every later document is read by that type. A document that is
//! refused leaves nothing behind.

mod carried;
mod flat;
mod glance;
mod ground;
mod grown;
mod judge;
mod measured;
mod sprout;
#[cfg(test)]
mod tests;
mod unmapped;
mod walk;

use std::sync::Arc;

pub(crate) use grown::Grown;

use sprout::Nursery;
use walk::Walk;

use super::joined::joined;
use super::object::{has_flat_names, unfolded};
use super::params;
use crate::encode::Refusal;
use crate::target::rule::{Facts, Line};
use crate::target::{Growth, INHERITED, Property, Target};

/// What becomes of members that the mapping does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dynamic {
    Mapped,
    /// As fields that are read when they are asked for.
    Runtime,
    Kept,
    Refused,
    /// Mapped where a dynamic template is for them, else kept or refused.
    TemplatesOrKept,
    TemplatesOrRefused,
    /// As in the object above.
    Inherited,
}

impl Dynamic {
    pub(super) fn of(property: &Property) -> Option<Dynamic> {
        Dynamic::read(property.params.get("dynamic")?, params::flag(property, "dynamic"))
    }

    fn read(value: &serde_json::Value, flag: Option<bool>) -> Option<Dynamic> {
        Some(match (value.as_str(), flag) {
            (Some("strict"), _) => Dynamic::Refused,
            (Some("strict_allow_templates"), _) => Dynamic::TemplatesOrRefused,
            (Some("false_allow_templates"), _) => Dynamic::TemplatesOrKept,
            (Some("runtime"), _) => Dynamic::Runtime,
            (_, Some(false)) => Dynamic::Kept,
            (_, Some(true)) => Dynamic::Mapped,
            _ if value.is_null() => return None,
            _ => Dynamic::Mapped,
        })
    }

    /// Whether members may get a type.
    pub(super) fn maps(self) -> bool {
        !matches!(self, Dynamic::Kept | Dynamic::Refused)
    }
}

/// A field of the mapping below which members may stand that it does not name.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) path: Vec<String>,
    /// Column (or `sql`, `value`) of the main row that it comes from.
    pub(crate) column: Option<String>,
    /// Whether the engine may alter what stands there.
    pub(crate) lossy: bool,
}

/// What members without a mapping ask of a document.
#[derive(Debug)]
pub(crate) struct DynamicRule {
    root: Arc<Branch>,
    nursery: Nursery,
    facts: Facts,
}

/// A value that does not fit.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) refusal: Refusal,
    pub(crate) place: usize,
    /// The value as it stands in the document.
    pub(crate) value: String,
}

/// A field of the mapping, seen from above.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// `None` where nothing below can grow.
    object: Option<Object>,
    /// The same, of an object that is not read.
    unread: Option<Object>,
    /// The mapping type.
    kind: String,
    /// Whether it has `copy_to`.
    is_copied: bool,
    members: Vec<(String, Arc<Branch>)>,
    /// Whether a spot is here, or on the way from here.
    leads: bool,
    spot: Option<(usize, bool)>,
    /// Full paths that the value is copied to, where no field is mapped.
    copies: Vec<Vec<String>>,
    /// Whether it holds vectors of which the first says how long all are.
    is_measured: bool,
}

#[derive(Clone, Copy, Debug)]
struct Object {
    dynamic: Dynamic,
    /// Whether that is what an object above says.
    inherits: bool,
    /// Names with dots are names.
    flat_names: bool,
}

impl Branch {
    /// `above` is what holds for an object that does not say.
    fn of(property: &Property, above: Dynamic, target: &Target) -> Branch {
        let is_read = params::flag(property, "enabled") != Some(false);
        let is_object = matches!(property.kind.as_str(), "object" | "nested" | "passthrough");
        // On 1.x and 2.x the root's holds for all, and stands among the parameters then.
        let above = if Line::of(target) <= Line::Es2 { Dynamic::Mapped } else { above };
        let dynamic = Dynamic::of(property).unwrap_or(above);
        let object = is_object.then(|| Object {
            dynamic,
            inherits: Dynamic::of(property).is_none() || property.params.contains_key(INHERITED),
            flat_names: has_flat_names(property),
        });
        let is_flat = object.is_some_and(|object| object.flat_names);
        let members = Branch::all(&property.properties, is_flat, dynamic, target);
        let copies = match property.params.get("copy_to") {
            Some(serde_json::Value::Array(paths)) => paths.clone(),
            Some(path) => vec![path.clone()],
            None => Vec::new(),
        };
        let is_copied = !copies.is_empty();
        let copies = copies.iter().filter_map(serde_json::Value::as_str);
        let copies = copies.map(|path| path.split('.').map(str::to_owned).collect()).collect();
        let (object, unread) = if is_read { (object, None) } else { (None, object) };
        Branch {
            object,
            unread,
            kind: property.kind.clone(),
            is_copied,
            members,
            leads: false,
            spot: None,
            copies,
            is_measured: property.is_measured(),
        }
    }

    /// Those of all members; names with dots are paths, but in a flat object.
    fn all(
        properties: &[Property],
        is_flat: bool,
        above: Dynamic,
        target: &Target,
    ) -> Vec<(String, Arc<Branch>)> {
        let branch =
            |child: &Property| (child.name.clone(), Arc::new(Branch::of(child, above, target)));
        if is_flat {
            return joined(properties).iter().map(branch).collect();
        }
        if !Facts::of(target).name_dots {
            return properties.iter().map(branch).collect();
        }
        unfolded(properties).iter().map(branch).collect()
    }

    /// A path of properties as one of members.
    fn spelled(&self, path: &[String]) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(path.len());
        let mut at = Some(self);
        for (depth, name) in path.iter().enumerate() {
            // What lies deeper than a field in a flat object is looked for from that object on.
            if at.is_some_and(Branch::is_flat) {
                let name = path[depth..].join(".");
                names.extend(at.and_then(|branch| branch.member(&name)).map(|_| name));
                break;
            }
            let whole = std::slice::from_ref(name);
            let parts: Vec<String> = match at.is_some_and(|branch| branch.member(name).is_some()) {
                true => whole.to_vec(),
                false => name.split('.').map(str::to_owned).collect(),
            };
            at = at.and_then(|branch| branch.find(&parts));
            names.extend(parts);
        }
        names
    }

    /// Forgets the copies that come to mapped fields, whose rules hold for them, and those that come to nothing.
    fn keep_open_copies(&mut self, root: &Branch) {
        self.copies.retain(|path| root.is_open(path));
        for (_, member) in &mut self.members {
            Arc::make_mut(member).keep_open_copies(root);
        }
    }

    /// Whether no mapped field is to take what comes to `path`.
    fn is_open(&self, path: &[String]) -> bool {
        let Some((object, (name, rest))) = self.object.zip(path.split_first()) else {
            return self.object.is_some();
        };
        if object.flat_names {
            return self.member(&path.join(".")).is_none() && object.dynamic != Dynamic::Kept;
        }
        match self.member(name) {
            Some(member) => member.is_open(rest),
            None => object.dynamic != Dynamic::Kept,
        }
    }

    fn member(&self, name: &str) -> Option<&Arc<Branch>> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, member)| member)
    }

    fn is_nested(&self) -> bool {
        self.kind == "nested"
    }

    fn is_flat(&self) -> bool {
        self.object.is_some_and(|object| object.flat_names)
    }

    /// Whether something grows here or below.
    fn grows(&self) -> bool {
        !self.copies.is_empty()
            || self.is_measured
            || self.object.is_some_and(|object| object.dynamic.maps())
            || self.members.iter().any(|(_, member)| member.grows())
    }

    fn find(&self, path: &[String]) -> Option<&Branch> {
        path.iter().try_fold(self, |branch, name| branch.member(name).map(Arc::as_ref))
    }

    fn mark(&mut self, path: &[String], spot: (usize, bool)) {
        self.leads = true;
        match path.split_first() {
            None => self.spot = Some(spot),
            Some((name, rest)) => {
                let mut members = self.members.iter_mut();
                if let Some((_, member)) = members.find(|(known, _)| known == name) {
                    Arc::make_mut(member).mark(rest, spot);
                }
            }
        }
    }
}

impl DynamicRule {
    /// `place` gives the place of a field in messages; `None` where no value can bring a member.
    pub(crate) fn compile(
        properties: &[Property],
        growth: Growth,
        spots: Vec<Spot>,
        target: &Target,
        mut place: impl FnMut(&Spot) -> usize,
    ) -> Option<DynamicRule> {
        let dynamic = growth.dynamic.as_ref();
        let dynamic = dynamic.and_then(|value| Dynamic::read(value, crate::target::truth(value)));
        let dynamic = dynamic.unwrap_or(Dynamic::Mapped);
        let mut root = Branch {
            object: Some(Object { dynamic, inherits: false, flat_names: growth.flat_names }),
            unread: None,
            kind: "object".to_owned(),
            is_copied: false,
            members: Branch::all(properties, growth.flat_names, dynamic, target),
            leads: true,
            spot: None,
            copies: Vec::new(),
            is_measured: false,
        };
        let all = root.clone();
        root.keep_open_copies(&all);
        let mut marked = false;
        for spot in spots {
            let path = root.spelled(&spot.path);
            if root.find(&path).is_some_and(Branch::grows) {
                root.mark(&path, (place(&spot), spot.lossy));
                marked = true;
            }
        }
        let facts = Facts::of(target);
        let root = Arc::new(root);
        marked.then(|| DynamicRule { root, nursery: Nursery::new(growth, *target), facts })
    }

    /// Fields that the index takes beyond those of its mapping; `None` where it takes any number.
    pub(crate) fn fields_max(&self) -> Option<u64> {
        let growth = &self.nursery.growth;
        let is_limited = !growth.surplus_ignored;
        growth.fields_max.filter(|_| is_limited).map(|max| max.saturating_sub(growth.fields))
    }

    /// The first member of `document` (JSON without white space) that does not fit what came before it; what the document
    /// brings is remembered in `grown` where there is none.
    ///
    /// Where the documents are not met in their order (`in_order` is false), nothing is refused that another order
    /// might let pass: [`Grown::agrees`] tells then whether the order matters.
    pub(crate) fn check(
        &self,
        document: &[u8],
        grown: &mut Grown,
        in_order: bool,
    ) -> Result<(), Box<Misfit>> {
        if self.fits_at_a_glance(document, grown) {
            return Ok(());
        }
        self.judge(document, grown, in_order)
    }

    /// The same, the long way.
    fn judge(&self, document: &[u8], grown: &mut Grown, in_order: bool) -> Result<(), Box<Misfit>> {
        grown.begin();
        let mut walk = Walk::new(self, grown);
        let found = walk.document(document);
        let unsettled = walk.unsettled || found.is_some();
        let torn = std::mem::take(&mut walk.torn);
        match found {
            Some(_) => grown.forget(),
            None => torn.into_iter().for_each(|member| grown.tear(member)),
        }
        if in_order {
            return found.map_or(Ok(()), Err);
        }
        if unsettled {
            grown.unsettle();
        }
        Ok(())
    }
}
