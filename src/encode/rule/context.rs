//! The contexts of a `completion`: what a suggestion is looked up by beside its text, one value each or several.
//! Owns the verdicts on single values; which value lacks a context is for `completion` to say, and for `suggested`, where
//! another field of the document may give it.

use serde_json::Value as Json;

use super::geo_point::{self, PointRule};
use super::{all, altered, lone_surrogate, refused};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// What the engine puts between a context and an input (5.x and later).
pub(super) const SEPARATOR: char = '\u{1d}';

/// One context of the mapping.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(super) name: String,
    pub(super) is_geo: bool,
    /// The field that gives the context where the value does not.
    pub(super) path: Option<String>,
    /// `default` of 1.x and 2.x.
    has_default: bool,
}

impl Context {
    /// `contexts` (5.x and later) or `context` (1.x, 2.x) of a completion.
    pub(super) fn all(property: &Property) -> Vec<Context> {
        match (property.params.get("contexts"), property.params.get("context")) {
            (Some(Json::Array(list)), _) => list
                .iter()
                .filter_map(|one| Some(Context::new(one.get("name")?.as_str()?, one)))
                .collect(),
            (Some(one @ Json::Object(_)), _) => one
                .get("name")
                .and_then(Json::as_str)
                .map(|name| Context::new(name, one))
                .into_iter()
                .collect(),
            (_, Some(Json::Object(named))) => {
                named.iter().map(|(name, one)| Context::new(name, one)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn new(name: &str, parameters: &Json) -> Context {
        let text = |key: &str| parameters.get(key).and_then(Json::as_str);
        let has_default = match parameters.get("default") {
            None | Some(Json::Null) => false,
            Some(Json::Array(list)) => !list.is_empty(),
            Some(_) => true,
        };
        Context {
            name: name.to_owned(),
            is_geo: text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("geo")),
            path: text("path").map(str::to_owned),
            has_default,
        }
    }

    /// Whether the value, which is taken, names a context.
    pub(super) fn is_given(value: Option<Node<'_>>) -> bool {
        value.is_some_and(|value| match value.kind() {
            Kind::Null => false,
            Kind::Array => value.elements().next().is_some(),
            _ => true,
        })
    }

    /// Whether 1.x and 2.x need no value: they have a default, or take the document's type as the category.
    pub(super) fn has_own(&self) -> bool {
        self.has_default || !self.is_geo && self.path.is_none()
    }

    pub(super) fn check(&self, value: Node<'_>, facts: &Facts) -> Outcome {
        match (self.is_geo, facts.completion_payload) {
            (true, _) => self.check_places(value, facts),
            (false, true) => self.check_old_categories(value, facts),
            (false, false) => self.check_categories(value),
        }
    }

    fn check_categories(&self, value: Node<'_>) -> Outcome {
        let one = |value: Node<'_>| match value.kind() {
            Kind::Null | Kind::Array | Kind::Object => Err(self.no_category()),
            _ => check_surrogates(value),
        };
        if value.kind() == Kind::Array { all(value.elements().map(one)) } else { one(value) }
    }

    /// 1.x reads whatever stands in a list as text, brackets and `null` too.
    fn check_old_categories(&self, value: Node<'_>, facts: &Facts) -> Outcome {
        match value.kind() {
            Kind::Null => Ok(()),
            Kind::Object => Err(self.no_category()),
            Kind::Array if value.elements().next().is_none() => Err(refused(
                format!("the context `{}` on {} takes no empty list", self.name, facts.line.name()),
                "leave the context out, or give it null",
            )),
            Kind::Array => all(value.elements().map(|element| match element.kind() {
                Kind::Null | Kind::Object if facts.line == Line::Es1 => Err(altered(
                    format!("the context `{}` takes what is no category as text", self.name),
                    "take it out of the list",
                )),
                Kind::Null | Kind::Object | Kind::Array => Err(self.no_category()),
                _ => check_surrogates(element),
            })),
            _ => check_surrogates(value),
        }
    }

    fn no_category(&self) -> Refusal {
        refused(
            format!(
                "the context `{}` takes text, numbers and booleans, or a list of them",
                self.name
            ),
            "leave the context out of the value where there is none",
        )
    }

    /// One place or a list of them; text of its own is the beginning of a geohash from 5.x on, whatever it says.
    fn check_places(&self, value: Node<'_>, facts: &Facts) -> Outcome {
        if self.path.is_some() && facts.line == Line::Es5 {
            return Err(refused(
                format!(
                    "the context `{}` has a `path`, and Elasticsearch 5 takes no other places for it",
                    self.name
                ),
                "take the context out of the value",
            ));
        }
        match value.kind() {
            Kind::String if !facts.completion_payload => self.check_geohash(value),
            Kind::Null if facts.completion_payload => Ok(()),
            Kind::Array => match value.elements().next().map(Node::kind) {
                Some(Kind::Number) => {
                    let numbers = || value.elements().all(|one| one.kind() == Kind::Number);
                    if value.elements().count() == 2 && numbers() {
                        self.check_place(value, facts)
                    } else {
                        Err(self.no_place())
                    }
                }
                _ => all(value.elements().map(|one| self.check_place(one, facts))),
            },
            _ => self.check_place(value, facts),
        }
    }

    fn check_geohash(&self, value: Node<'_>) -> Outcome {
        if geo_point::begins_geohash(&value.string().0) {
            return Ok(());
        }
        Err(altered(
            format!(
                "the context `{}` takes text for a geohash, and nothing is found by this one",
                self.name
            ),
            "give the place as `{\"lat\":…,\"lon\":…}`, `[lon,lat]` or a geohash",
        ))
    }

    /// One place, by the reader of points, which most lines let off the globe here.
    fn check_place(&self, value: Node<'_>, facts: &Facts) -> Outcome {
        let outcome = match value.kind() {
            Kind::Null => Err(self.no_place()),
            Kind::Array if value.elements().count() != 2 => self.check_count(value, facts),
            // The twelve characters that 5.x reads.
            Kind::String if facts.line == Line::Es5 && is_long_hash(&value.string().0) => {
                Err(self.no_place())
            }
            _ => PointRule::bare().check_element(value, facts),
        };
        match outcome {
            Err(refusal) if geo_point::is_off_globe(&refusal) => Err(self.off_globe(facts)),
            Err(refusal) if refusal.verdict != Verdict::Refused => Err(refusal),
            Err(_) if facts.line == Line::Es2 && has_hash_alone(value) => Err(altered(
                format!(
                    "the context `{}` makes up a place from text that is no geohash",
                    self.name
                ),
                "mend the place",
            )),
            Err(_) if facts.array_depth_limited && has_no_number(value) => {
                Err(self.off_globe(facts))
            }
            Err(_) => Err(self.no_place()),
            Ok(()) => Ok(()),
        }
    }

    /// A list of other than two numbers; most lines make up the coordinates that are missing.
    fn check_count(&self, value: Node<'_>, facts: &Facts) -> Outcome {
        let makes_up = facts.line <= Line::Es9 && !matches!(facts.line, Line::Es5 | Line::Es6);
        let is_short = value.elements().count() < 2;
        if makes_up && is_short && value.elements().all(|one| one.kind() == Kind::Number) {
            return Err(altered(
                format!("the context `{}` makes up the coordinates that are missing", self.name),
                "give two of them",
            ));
        }
        Err(self.no_place())
    }

    fn off_globe(&self, facts: &Facts) -> Refusal {
        let rule = format!(
            "the context `{}` takes latitudes from -90 to 90 and longitudes from -180 to 180",
            self.name
        );
        if matches!(facts.line, Line::Es5 | Line::Es6) {
            return refused(rule, "mend them with `sql`; are they swapped?");
        }
        altered(format!("{rule}; {} makes a geohash of others too", facts.line.name()), "mend them")
    }

    fn no_place(&self) -> Refusal {
        refused(
            format!(
                "the context `{}` takes places: `{{\"lat\":…,\"lon\":…}}`, `[lon,lat]`, a geohash, or a list of them",
                self.name
            ),
            "leave the context out of the value where there is none",
        )
    }

    /// Bytes of the longest text in a value.
    pub(super) fn longest(value: Node<'_>) -> usize {
        match value.kind() {
            Kind::Array => value.elements().map(Context::longest).max().unwrap_or(0),
            Kind::String => value.string().0.len(),
            _ => 0,
        }
    }

    /// Whether a text in a value holds what the engine puts behind contexts itself.
    pub(super) fn has_separator(value: Node<'_>) -> bool {
        match value.kind() {
            Kind::Array => value.elements().any(Context::has_separator),
            Kind::String => value.string().0.contains(SEPARATOR),
            _ => false,
        }
    }
}

fn is_long_hash(text: &str) -> bool {
    text.len() > 12 && geo_point::begins_geohash(text)
}

/// Text without a comma behind something, or an object of a `geohash`.
fn has_hash_alone(value: Node<'_>) -> bool {
    let is_hash = |value: Node<'_>| {
        let text = value.text();
        value.kind() == Kind::String && (!text.contains(',') || text.starts_with("\","))
    };
    match value.kind() {
        Kind::String => is_hash(value),
        Kind::Object => {
            value.members().count() == 1 && value.member("geohash").is_some_and(is_hash)
        }
        _ => false,
    }
}

/// A point with `NaN` in text, which OpenSearch takes.
fn has_no_number(value: Node<'_>) -> bool {
    if value.kind() != Kind::Object {
        return false;
    }
    let degrees = |key: &str| value.member(key).and_then(Node::leaf);
    let number = |leaf: Option<Leaf<'_>>| match leaf? {
        Leaf::Number(literal) => literal.parse().ok(),
        Leaf::Text(text) => crate::encode::number::java_double(&text).map(|(value, _)| value),
        _ => None,
    };
    match (number(degrees("lat")), number(degrees("lon"))) {
        (Some(lat), Some(lon)) => f64::is_nan(lat + lon) && value.members().count() == 2,
        _ => false,
    }
}

fn check_surrogates(value: Node<'_>) -> Outcome {
    if value.kind() == Kind::String && value.string().1 { Err(lone_surrogate()) } else { Ok(()) }
}
