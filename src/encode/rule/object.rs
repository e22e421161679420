//! Objects: `object`, `nested`, `flattened`, `flat_object`, and what stands unmapped below `dynamic: true`.

use super::string::TERM_BYTES_MAX;
use super::{Rule, all, altered, params, refused, worse};
use crate::encode::json::{Kind, Node};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};
use crate::error::Fault;
use crate::target::rule::{Facts, Line};
use crate::target::{Property, Target};

/// Levels of objects below the root that 5.x and later take (`index.mapping.depth.limit` is 20, the root included).
const OBJECT_LEVELS_MAX: usize = 20;

/// The members of a mapped object, and what becomes of others.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRule {
    members: Vec<(String, Rule)>,
    dynamic: Dynamic,
    /// Objects on the way from the root to this one, itself included.
    depth: usize,
    /// `passthrough`, `subobjects: false`: names with dots are names.
    flat_names: bool,
}

/// What becomes of members that the mapping does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dynamic {
    Mapped,
    Kept,
    Refused,
}

/// `flattened` and `flat_object`: one field for every leaf below.
#[derive(Clone, Debug)]
pub(crate) struct FlatRule {
    ignore_above: Option<usize>,
    levels_max: usize,
    /// Bytes that stand before a value in its term: for `flat_object` the field's name too.
    prefix: usize,
    open_search: bool,
}

impl ObjectRule {
    pub(super) fn compile(property: &Property, target: &Target) -> Result<ObjectRule, Fault> {
        let dynamic = match property.params.get("dynamic") {
            Some(serde_json::Value::String(text)) if text.starts_with("strict") => Dynamic::Refused,
            _ if params::flag(property, "dynamic") == Some(false) => Dynamic::Kept,
            _ => Dynamic::Mapped,
        };
        let mut members = Vec::with_capacity(property.properties.len());
        for child in &property.properties {
            let child = inheriting(child, property, target);
            members.push((child.name.clone(), Rule::compile(&child, target)?));
        }
        let flat_names =
            property.kind == "passthrough" || params::flag(property, "subobjects") == Some(false);
        let depth = property.pointer.matches("/properties/").count().max(1);
        Ok(ObjectRule { members, dynamic, depth, flat_names })
    }

    /// The rules of a member; `None` where the object takes it without any.
    pub(crate) fn member(&self, name: &str) -> Result<Option<&Rule>, Refusal> {
        match self.members.iter().find(|(known, _)| known == name) {
            Some((_, rule)) => Ok(Some(rule)),
            None if self.dynamic == Dynamic::Refused => Err(strict(name)),
            None => Ok(None),
        }
    }

    /// The rules of all members.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.members.iter().map(|(_, rule)| rule)
    }

    /// Whether members without rules get a mapping of their own.
    pub(crate) fn maps_dynamically(&self) -> bool {
        self.dynamic == Dynamic::Mapped
    }

    /// Objects on the way from the root to this one.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn check(&self, kind: &str, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::Array => all(node.elements().map(|element| self.check(kind, element, facts))),
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
        if !self.flat_names && facts.name_dots && name.contains('.') {
            return self.check_path(name, value, facts);
        }
        match self.member(name)? {
            Some(rule) => rule.check(value),
            None if self.flat_names && !name.trim().is_empty() => {
                if self.maps_dynamically() {
                    check_dynamic(value, self.depth, facts)
                } else {
                    Ok(())
                }
            }
            None => {
                check_name(name, facts, self.maps_dynamically())?;
                if self.maps_dynamically() {
                    check_dynamic(value, self.depth, facts)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// A name with dots is a path: through mapped objects where there are any.
    fn check_path(&self, name: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        // Java's `split` forgets empty parts at the end.
        let named = name.trim_end_matches('.');
        if let Some((_, rule)) = self.members.iter().find(|(known, _)| known == named) {
            return rule.check(value);
        }
        check_name(name, facts, self.maps_dynamically())?;
        let Some((first, rest)) = name.split_once('.') else { return Ok(()) };
        match self.member(first)? {
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
            Some(rule) => Err(refused(
                format!("a key with a dot names a member of `{first}`, which is a `{}`", rule.kind),
                format!("rename the key `{name}`"),
            )),
            None if self.maps_dynamically() => {
                check_dynamic(value, self.depth + name.matches('.').count(), facts)
            }
            None => Ok(()),
        }
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
    }
    child
}

fn strict(name: &str) -> Refusal {
    refused(
        "`dynamic: strict` takes no key that the mapping does not name",
        format!("add `{name}` to the mapping"),
    )
}

/// Field names by version (facts of 1.x to 9.x).
fn check_name(name: &str, facts: &Facts, mapped: bool) -> Outcome {
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
    let last = name.strip_suffix('.').filter(|_| !mapped).unwrap_or(name);
    if last.split('.').any(|part| part.trim().is_empty()) {
        refuse("with an empty part between dots")
    } else {
        Ok(())
    }
}

/// A value that the engine maps by itself, at the end of `depth` objects.
pub(super) fn check_dynamic(node: Node<'_>, depth: usize, facts: &Facts) -> Outcome {
    match node.kind() {
        Kind::Null | Kind::True | Kind::False => Ok(()),
        Kind::String if node.string().1 => Err(super::lone_surrogate()),
        Kind::String => Ok(()),
        Kind::Number => check_dynamic_number(node.text(), facts),
        Kind::Array => check_dynamic_list(node, depth, facts),
        Kind::Object if facts.depth_limited && depth + 1 >= OBJECT_LEVELS_MAX => Err(refused(
            format!("objects nest {OBJECT_LEVELS_MAX} levels at most"),
            "map the field as `flattened`, or with `enabled: false`",
        )),
        Kind::Object => all(node.members().map(|(name, value)| {
            check_name(&name, facts, true)?;
            check_dynamic(value, depth + 1, facts)
        })),
    }
}

pub(super) fn check_dynamic_number(literal: &str, facts: &Facts) -> Outcome {
    if number::is_integer_literal(literal) {
        return match literal.parse::<i64>() {
            Ok(_) => Ok(()),
            Err(_) => Err(refused(
                "an unmapped whole number becomes `long`, which takes 64 bits",
                "map the field",
            )),
        };
    }
    let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
    let held = if facts.dynamic_float { f64::from(value as f32) } else { value };
    let kind = if facts.dynamic_float { "float" } else { "double" };
    if held.is_infinite() {
        let rule = format!(
            "an unmapped number with a fraction becomes `{kind}`, for which this one is too large"
        );
        return Err(if facts.float_overflows {
            altered(rule, "map the field")
        } else {
            refused(rule, "map the field")
        });
    }
    if held == 0.0 && number::exact(literal) != number::Exact::Integer(0) {
        let rule = format!(
            "an unmapped number with a fraction becomes `{kind}`, which indexes this one as 0"
        );
        return Err(altered(rule, "map the field"));
    }
    Ok(())
}

/// The first value of a list decides the type for the others.
fn check_dynamic_list(node: Node<'_>, depth: usize, facts: &Facts) -> Outcome {
    let mut values =
        node.elements().filter(|element| !matches!(element.kind(), Kind::Null | Kind::Array));
    let first = values.next();
    let inner = all(node.elements().map(|element| match element.kind() {
        Kind::Array => check_dynamic_list(element, depth, facts),
        _ => check_dynamic(element, depth, facts),
    }));
    let Some(first) = first else { return inner };
    worse(inner, || all(values.map(|value| check_company(first, value, facts))))
}

/// Whether a value may stand behind `first` in a list that the engine maps by itself.
fn check_company(first: Node<'_>, value: Node<'_>, facts: &Facts) -> Outcome {
    let whole = |node: Node<'_>| number::is_integer_literal(node.text());
    let fits = match (first.kind(), value.kind()) {
        (Kind::Object, Kind::Object) => true,
        (Kind::Object, _) | (_, Kind::Object) => false,
        (Kind::String, _) => true,
        (Kind::Number, Kind::Number) => {
            return check_numbers_mixed(whole(first), whole(value), facts);
        }
        (Kind::Number, Kind::String) => number::java_double(&value.string().0).is_some(),
        (Kind::True | Kind::False, Kind::String) => matches!(&*value.string().0, "true" | "false"),
        (Kind::True | Kind::False, Kind::True | Kind::False) => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(refused(
        "an unmapped list takes its type from its first value, which another one does not fit",
        "map the field",
    ))
}

fn check_numbers_mixed(first_whole: bool, whole: bool, facts: &Facts) -> Outcome {
    if first_whole == whole || (facts.line == Line::Es1 && !first_whole) {
        return Ok(());
    }
    if facts.dynamic_mixed_refused {
        return Err(refused(
            "an unmapped list takes whole numbers or fractions, not both",
            "map the field as `double`",
        ));
    }
    Err(altered(
        "an unmapped list with whole numbers becomes `long`, which cuts fractions off",
        "map the field as `double`",
    ))
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
            prefix: if open_search { property.name.len() + 1 } else { 0 },
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

    /// `path` is the length of the keys on the way, dots included.
    fn check_value(&self, kind: &str, node: Node<'_>, path: usize, level: usize) -> Outcome {
        match node.kind() {
            Kind::Object if level > self.levels_max => Err(refused(
                format!("`{kind}` takes {} levels of objects", self.levels_max),
                "raise `depth_limit` in the mapping",
            )),
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
            Kind::String => self.check_term(kind, node, path),
            _ => Ok(()),
        }
    }

    fn check_term(&self, kind: &str, node: Node<'_>, path: usize) -> Outcome {
        let (text, lone) = node.string();
        let ignored = self.ignore_above.is_some_and(|max| text.encode_utf16().count() > max);
        if !ignored && self.prefix + path + text.len() > TERM_BYTES_MAX {
            return Err(refused(
                format!("`{kind}` takes values of at most {TERM_BYTES_MAX} bytes, keys included"),
                "set `ignore_above` in the mapping",
            ));
        }
        if lone { Err(super::lone_surrogate()) } else { Ok(()) }
    }
}
