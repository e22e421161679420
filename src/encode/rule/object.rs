//! Objects: `object`, `nested`, `flattened`, `flat_object`. What stands unmapped in them is for `dynamic`, which sees
//! whole documents.

use std::borrow::Cow;

use super::dynamic::Dynamic;
use super::joined::{has_objects, joined};
use super::string::TERM_BYTES_MAX;
use super::{Rule, all, altered, params, refused};
use crate::encode::json::{Kind, Node};
use crate::encode::{Outcome, Refusal};
use crate::error::Fault;
use crate::target::rule::{Facts, Line};
use crate::target::{BELOW_FLAT_ROOT, INHERITED, Property, RUNTIME, Target};

/// The members of a mapped object, and what becomes of others.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRule {
    members: Vec<(String, Rule)>,
    pub(super) dynamic: Dynamic,
    /// Whether that is what an object above says.
    inherits: bool,
    /// Names of members that are runtime fields.
    pub(super) runtime: Vec<String>,
    /// Members that are not read, and are `dynamic: strict` all the same for a name with dots that leads through them.
    unread_strict: Vec<String>,
    /// `passthrough`, `subobjects: false`: names with dots are names, and those of its members have such.
    pub(super) flat_names: bool,
    /// Its own name is one that the members' begin with.
    pub(super) below_flat_root: bool,
    /// Names with dots are paths.
    unfolds: bool,
}

/// `flattened` and `flat_object`: one field for every leaf below.
#[derive(Clone, Debug)]
pub(crate) struct FlatRule {
    ignore_above: Option<usize>,
    levels_max: usize,
    /// Bytes that stand before a value in its longest term: for `flat_object` the field's full name, twice (measured on
    /// OpenSearch 2.19 and 3.8).
    prefix: usize,
    /// Nothing but `_source` keeps the values.
    unlimited: bool,
    open_search: bool,
}

impl ObjectRule {
    pub(super) fn compile(property: &Property, target: &Target) -> Result<ObjectRule, Fault> {
        let dynamic = Dynamic::of(property).unwrap_or(Dynamic::Mapped);
        let flat_names = has_flat_names(property);
        let below_flat_root = property.params.contains_key(BELOW_FLAT_ROOT);
        let unfolds = !flat_names && Facts::of(target).name_dots;
        let children = match unfolds {
            true => Cow::Owned(unfolded(&property.properties)),
            false if flat_names => Cow::Owned(joined(&property.properties)),
            false => Cow::Borrowed(&property.properties),
        };
        let mut members = Vec::with_capacity(children.len());
        let mut unread_strict = Vec::new();
        for child in children.iter() {
            let child = inheriting(child, property, target);
            let is_unread = params::flag(&child, "enabled") == Some(false);
            if is_unread && Dynamic::of(&child) == Some(Dynamic::Refused) {
                unread_strict.push(child.name.clone());
            }
            members.push((child.name.clone(), Rule::compile(&child, target)?));
        }
        let inherits = property.params.contains_key(INHERITED);
        let runtime = property.params.get(RUNTIME).and_then(serde_json::Value::as_array);
        let runtime = runtime.into_iter().flatten().filter_map(serde_json::Value::as_str);
        let runtime = runtime.map(str::to_owned).collect();
        Ok(ObjectRule {
            members,
            dynamic,
            inherits,
            runtime,
            unread_strict,
            flat_names,
            below_flat_root,
            unfolds,
        })
    }

    /// The rules of a member; `None` where the object takes it without any.
    pub(crate) fn member(&self, name: &str) -> Result<Option<&Rule>, Refusal> {
        match self.mapped(name) {
            Some(rule) => Ok(Some(rule)),
            None if self.dynamic == Dynamic::Refused => Err(strict(name)),
            None => Ok(None),
        }
    }

    /// The rules of the member that a name means, which may be a path.
    fn mapped(&self, name: &str) -> Option<&Rule> {
        if let Some(rule) = self.named(name) {
            return Some(rule);
        }
        let (first, rest) = name.split_once('.').filter(|_| self.unfolds)?;
        match &self.named(first)?.what {
            super::What::Object(object) => object.mapped(rest),
            _ => None,
        }
    }

    /// The rules of the member of that very name.
    pub(super) fn named(&self, name: &str) -> Option<&Rule> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, rule)| rule)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Rule)> {
        self.members.iter().map(|(name, rule)| (name.as_str(), rule))
    }

    /// The rules of all members.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.members.iter().map(|(_, rule)| rule)
    }

    pub(super) fn check(&self, kind: &str, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::Array => all(node.elements().map(|element| self.check(kind, element, facts))),
            Kind::Object if self.flat_names => self.check_flat(None, node, facts),
            Kind::Object => {
                all(node.members().map(|(name, value)| self.check_member(&name, value, facts)))
            }
            _ => Err(refused(
                format!("`{kind}` takes a JSON object"),
                "map the field as the type of its values",
            )),
        }
    }

    fn check_member(&self, name: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        if self.flat_names {
            return self.check_flat_member(name, value, facts);
        }
        let is_null = value.kind() == Kind::Null;
        let is_spared = is_null && self.inherits && facts.strict_null_inherited;
        if is_spared && self.dynamic == Dynamic::Refused && !self.leads_to(name) {
            return check_name(name, facts, false);
        }
        if facts.name_dots && name.contains('.') {
            return self.check_path(name, value, facts);
        }
        match self.named(name) {
            Some(rule) => rule.check(value),
            None if self.is_runtime(name, value) => Ok(()),
            None if self.dynamic == Dynamic::Refused => Err(strict(name)),
            None => check_name(name, facts, self.dynamic.maps() && brings(value)),
        }
    }

    /// Whether a value is one of a runtime field: an object is none.
    pub(super) fn is_runtime(&self, name: &str, value: Node<'_>) -> bool {
        self.runtime.iter().any(|known| known == name) && !has_objects(value)
    }

    /// Whether a name, or the first part of one with dots, is that of a member.
    fn leads_to(&self, name: &str) -> bool {
        let first = name.split_once('.').map_or(name, |(first, _)| first);
        self.named(name).is_some() || self.named(first).is_some()
    }

    /// Whether a value brings members that would be added to the mapping.
    fn gets_new(&self, value: Node<'_>) -> bool {
        let is_new = |name: &str, member| self.mapped(name).is_none() && brings(member);
        self.dynamic.maps()
            && value.kind() == Kind::Object
            && value.members().any(|(name, member)| is_new(&name, member))
    }

    /// A name with dots is a path: through mapped objects where there are any.
    fn check_path(&self, name: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        let named = name.trim_end_matches('.');
        if let Some(rule) = self.named(named) {
            // Measured on 5.6, 6.8, 7.17, OpenSearch 2.19 and 3.8.
            if named != name
                && !matches!(facts.line, Line::Es8 | Line::Es9)
                && let super::What::Object(object) = &rule.what
                && object.gets_new(value)
            {
                return Err(refused(
                    "below a key that ends with a dot nothing can be added to the mapping",
                    format!("write `{named}` for `{name}`"),
                ));
            }
            return rule.check(value);
        }
        check_name(name, facts, self.dynamic.maps() && brings(value))?;
        let Some((first, rest)) = name.split_once('.') else { return Ok(()) };
        let member = match value.kind() {
            // Such lines ask the object that has the key, whatever stands on its path.
            Kind::Null if facts.strict_null_inherited && self.mapped(named).is_none() => {
                let is_strict = self.dynamic == Dynamic::Refused && !self.inherits;
                match self.mapped(first) {
                    Some(rule) if rule.kind == "nested" => Some(rule),
                    _ if is_strict => return Err(strict(named)),
                    _ => return Ok(()),
                }
            }
            _ => self.member(first)?,
        };
        match member {
            // Measured on 5.6, 6.8, 7.17, OpenSearch 2.19 and 3.8.
            Some(rule) if rule.kind == "nested" && !matches!(facts.line, Line::Es8 | Line::Es9) => {
                Err(refused(
                    format!("a key with a dot cannot lead through `{first}`, which is `nested`"),
                    format!("write `{name}` as an object in `{first}`"),
                ))
            }
            Some(Rule { what: super::What::Object(object), .. }) => {
                object.check_member(rest, value, facts)
            }
            Some(Rule { what: super::What::Any, kind, .. }) if is_object(kind) => {
                let leads_through = matches!(facts.line, Line::Es5 | Line::Es6);
                let is_strict = self.unread_strict.iter().any(|name| name == first);
                if is_strict && leads_through { Err(strict(rest)) } else { Ok(()) }
            }
            // Measured on 8.19 and 9.2, which make an object of such a name first.
            Some(Rule { what: super::What::Flat(flat), kind, .. })
                if matches!(facts.line, Line::Es8 | Line::Es9) =>
            {
                flat.check_member(kind, rest, value)
            }
            Some(rule) => Err(refused(
                format!("a key with a dot names a member of `{first}`, which is a `{}`", rule.kind),
                format!("rename the key `{name}`"),
            )),
            None => Ok(()),
        }
    }
}

fn is_object(kind: &str) -> bool {
    matches!(kind, "object" | "nested")
}

/// Whether names with dots are names in an object.
pub(super) fn has_flat_names(property: &Property) -> bool {
    property.has_flat_names() || property.params.contains_key(BELOW_FLAT_ROOT)
}

/// Names with dots as the objects that they stand for.
pub(super) fn unfolded(properties: &[Property]) -> Vec<Property> {
    let mut list: Vec<Property> = Vec::with_capacity(properties.len());
    for property in properties {
        let folded = property.name.split_once('.').filter(|(a, b)| !a.is_empty() && !b.is_empty());
        let (name, inner) = match folded {
            Some((first, rest)) => (first, Some(rest)),
            None => (&*property.name, None),
        };
        let known = list.iter().position(|known| known.name == name);
        match (inner, known) {
            (None, None) => list.push(property.clone()),
            (None, Some(at)) => {
                let inside = std::mem::take(&mut list[at].properties);
                list[at] = property.clone();
                list[at].properties.extend(inside);
            }
            (Some(rest), _) => {
                let inside = Property { name: rest.to_owned(), ..property.clone() };
                let at = known.unwrap_or_else(|| {
                    list.push(Property {
                        name: name.to_owned(),
                        kind: "object".to_owned(),
                        params: Default::default(),
                        multi_fields: Vec::new(),
                        properties: Vec::new(),
                        ..property.clone()
                    });
                    list.len() - 1
                });
                list[at].properties.push(inside);
            }
        }
    }
    list
}

/// Whether a value makes an engine map the member: nulls do not.
pub(super) fn brings(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null => false,
        Kind::Array => value.elements().any(brings),
        _ => true,
    }
}

/// A child takes its parent's `dynamic` where it has none; on 1.x and 2.x the root's, which it has then.
fn inheriting(child: &Property, parent: &Property, target: &Target) -> Property {
    let mut child = child.clone();
    if Line::of(target) <= Line::Es2 {
        return child;
    }
    if let Some(dynamic) = parent.params.get("dynamic")
        && !super::is_set(&child, "dynamic")
    {
        child.params.insert("dynamic".into(), dynamic.clone());
        child.params.insert(INHERITED.into(), true.into());
    }
    child
}

pub(super) fn strict(name: &str) -> Refusal {
    refused(
        "`dynamic: strict` takes no key that the mapping does not name",
        format!("add `{name}` to the mapping"),
    )
}

/// Field names by version (facts of 1.x to 9.x).
pub(super) fn check_name(name: &str, facts: &Facts, mapped: bool) -> Outcome {
    let blank = name.chars().all(char::is_whitespace);
    let refuse = |why: &str| {
        Err(refused(
            format!("{} takes no field name {why}", facts.line.name()),
            "rename the key, or map the object with `enabled: false`",
        ))
    };
    if name.is_empty() {
        return if facts.name_empty { Ok(()) } else { refuse("that is empty") };
    }
    if blank && (facts.name_blank_refused || (mapped && !facts.name_empty)) {
        return refuse("of blanks alone");
    }
    if !name.contains('.') || facts.name_any_dots {
        return Ok(());
    }
    if !facts.name_dots {
        return if mapped { refuse("with a dot") } else { Ok(()) };
    }
    // Java's `split` forgets empty parts at the end.
    if name.trim_end_matches('.').split('.').any(|part| part.trim().is_empty()) {
        refuse("with an empty part between dots")
    } else {
        Ok(())
    }
}

/// Bytes of the full name of a field.
fn path_bytes(property: &Property) -> usize {
    let names = property.pointer.split("/properties/").skip(1);
    let bytes =
        names.map(|name| name.replace("~1", "/").replace("~0", "~").len() + 1).sum::<usize>();
    bytes.max(property.name.len() + 1) - 1
}

impl FlatRule {
    pub(super) fn compile(property: &Property) -> FlatRule {
        let open_search = property.kind == "flat_object";
        FlatRule {
            ignore_above: params::count(property, "ignore_above"),
            levels_max: if open_search {
                usize::MAX
            } else {
                params::count(property, "depth_limit").unwrap_or(20)
            },
            prefix: if open_search { 2 * (path_bytes(property) + 1) } else { 0 },
            unlimited: !open_search
                && params::flag(property, "index") == Some(false)
                && params::flag(property, "doc_values") == Some(false),
            open_search,
        }
    }

    pub(super) fn check(&self, kind: &str, node: Node<'_>) -> Outcome {
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::Array => all(node.elements().map(|element| self.check(kind, element))),
            Kind::Object => self.check_value(kind, node, 0, 1),
            _ => Err(refused(
                format!("`{kind}` takes a JSON object"),
                "map the field as the type of its values",
            )),
        }
    }

    /// A value that is met below a name with dots, of which `rest` leads to it.
    fn check_member(&self, kind: &str, rest: &str, node: Node<'_>) -> Outcome {
        let levels = 1 + rest.matches('.').count();
        if levels > self.levels_max {
            return Err(self.too_deep(kind));
        }
        self.check_value(kind, node, rest.len() + 1, levels + 1)
    }

    fn too_deep(&self, kind: &str) -> Refusal {
        refused(
            format!("`{kind}` takes {} levels of objects", self.levels_max),
            "raise `depth_limit` in the mapping",
        )
    }

    /// `path` is the length of the keys on the way, dots included.
    fn check_value(&self, kind: &str, node: Node<'_>, path: usize, level: usize) -> Outcome {
        match node.kind() {
            Kind::Object if level > self.levels_max => Err(self.too_deep(kind)),
            Kind::Object => all(node.members().map(|(key, value)| {
                if !self.open_search && key.contains('\0') {
                    return Err(refused(
                        format!("`{kind}` takes no U+0000 in a key"),
                        "rename the key",
                    ));
                }
                if self.open_search && !key.is_empty() && key.bytes().all(|byte| byte == b'.') {
                    return Err(altered(
                        format!("`{kind}` does not index a key of dots alone"),
                        "rename the key",
                    ));
                }
                self.check_value(kind, value, path + key.len() + 1, level + 1)
            })),
            Kind::Array => {
                all(node.elements().map(|element| self.check_value(kind, element, path, level)))
            }
            Kind::Null => Ok(()),
            _ => self.check_term(kind, node, path),
        }
    }

    fn check_term(&self, kind: &str, node: Node<'_>, path: usize) -> Outcome {
        let (text, lone) = match node.kind() {
            Kind::String => node.string(),
            _ => (node.text().into(), false),
        };
        let ignored = self.ignore_above.is_some_and(|max| text.encode_utf16().count() > max);
        if !ignored && !self.unlimited && self.prefix + path + text.len() > TERM_BYTES_MAX {
            return Err(refused(
                format!("`{kind}` takes values of at most {TERM_BYTES_MAX} bytes, keys included"),
                "set `ignore_above` in the mapping",
            ));
        }
        if lone { Err(super::lone_surrogate()) } else { Ok(()) }
    }
}
