//! Completions whose contexts come from another field of the document, by `path`: whether that field gives one where the
//! value brings none. Reads the finished JSON of a document, wherever its parts come from; knows no row.

use serde_json::Value as Json;

use super::completion::{self, CompletionRule};
use super::{is_set, params, refused};
use crate::encode::Refusal;
use crate::encode::json::{Kind, Node, compact};
use crate::target::rule::{Facts, Line};
use crate::target::{Property, Target};

/// The completions of a mapping that other fields may give contexts.
#[derive(Clone, Debug)]
pub(crate) struct SuggestedRule {
    completions: Vec<Completion>,
    facts: Facts,
}

/// One completion, or a multi-field that is one.
#[derive(Clone, Debug)]
struct Completion {
    path: Vec<String>,
    /// The place of the field in messages.
    place: usize,
    rule: CompletionRule,
    /// What each `path` names, by the name of the context.
    sources: Vec<(String, Source)>,
}

/// The field that gives contexts.
#[derive(Clone, Debug)]
struct Source {
    path: Vec<String>,
    /// What of its values the engine finds again.
    gives: Gives,
    /// Null stands for a value.
    gives_null: bool,
    /// UTF-16 units above which a value is left out of the index.
    ignore_above: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gives {
    Nothing,
    /// Texts, numbers and booleans.
    Words,
    /// Whatever is a point.
    Points,
}

impl SuggestedRule {
    /// `place` gives the place of a field by its path; `None` where no document can lack a context for its `path`.
    /// Fields of `nested` objects are left to the engine: each object is a document of its own.
    pub(crate) fn compile(
        properties: &[Property],
        target: &Target,
        mut place: impl FnMut(&[String]) -> usize,
    ) -> Option<SuggestedRule> {
        let facts = Facts::of(target);
        if !facts.completion_contexts_required && !facts.completion_payload {
            return None;
        }
        let mut rule = SuggestedRule { completions: Vec::new(), facts };
        rule.grow(properties, properties, &mut Vec::new(), &mut place);
        (!rule.completions.is_empty()).then_some(rule)
    }

    fn grow(
        &mut self,
        all: &[Property],
        properties: &[Property],
        path: &mut Vec<String>,
        place: &mut impl FnMut(&[String]) -> usize,
    ) {
        for property in properties {
            if property.kind == "nested" || params::flag(property, "enabled") == Some(false) {
                continue;
            }
            path.push(property.name.clone());
            let own = format!("{}/fields/", property.pointer);
            let copies =
                property.multi_fields.iter().filter(|field| field.pointer.starts_with(&own));
            for field in std::iter::once(property).chain(copies) {
                if field.kind != "completion" {
                    continue;
                }
                let rule = CompletionRule::compile(field);
                if rule.has_paths() {
                    let sources = rule
                        .paths()
                        .map(|(name, path)| (name.to_owned(), Source::of(path, all, &self.facts)));
                    let sources = sources.collect();
                    let path = path.clone();
                    self.completions.push(Completion { place: place(&path), path, rule, sources });
                }
            }
            self.grow(all, &property.properties, path, place);
            path.pop();
        }
    }

    /// The first completion in `document`, which is JSON, that lacks a context, and its place; `None` where none does.
    pub(crate) fn lacking(&self, document: &[u8]) -> Option<(Refusal, usize)> {
        let mut json = Vec::with_capacity(document.len());
        let structure = compact(document, &mut json).ok()?;
        let tape = structure.tape(&json);
        let root = tape.root();
        self.completions.iter().find_map(|completion| {
            let refusal = completion.check(root, &self.facts)?;
            Some((refusal, completion.place))
        })
    }
}

impl Completion {
    fn check(&self, document: Node<'_>, facts: &Facts) -> Option<Refusal> {
        let mut refusal = None;
        visit(document, &self.path, &mut |value| {
            if refusal.is_none() {
                refusal = self.check_value(document, value, facts);
            }
        });
        refusal
    }

    fn check_value(&self, document: Node<'_>, value: Node<'_>, facts: &Facts) -> Option<Refusal> {
        if value.kind() == Kind::Array {
            return value.elements().find_map(|one| self.check_value(document, one, facts));
        }
        let (input, contexts) = match value.kind() {
            Kind::String => (value, None),
            Kind::Object => (value.member("input")?, value.member(self.rule.key(facts))),
            _ => return None,
        };
        if completion::texts_of(input).all(|text| completion::is_nothing(&text, facts)) {
            return None;
        }
        let lacking = self.rule.lacking(contexts, facts)?;
        let source = |name: &str| self.sources.iter().find(|(known, _)| known == name);
        let mut paths = lacking.iter().filter_map(|context| source(&context.name));
        let given = |(_, source): &(String, Source)| source.is_given(document);
        let first = paths.clone().next()?.1.path.join(".");
        let enough = if facts.completion_payload { paths.all(given) } else { paths.any(given) };
        (!enough).then(|| {
            refused(
                "a completion field with contexts wants some in every value, or in the field that `path` names",
                format!("give `{first}` a value, or add contexts to this one"),
            )
        })
    }
}

impl Source {
    fn of(path: &str, all: &[Property], facts: &Facts) -> Source {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let (names, property) = match find(all, &path) {
            Some((depth, property)) => (path[..depth].to_vec(), Some(property)),
            None => (path.clone(), None),
        };
        Source {
            path: names,
            gives: property.map_or(Gives::Nothing, |property| gives(property, facts)),
            gives_null: property.is_some_and(|property| is_set(property, "null_value")),
            ignore_above: property
                .and_then(|property| params::count(property, "ignore_above"))
                .unwrap_or(usize::MAX),
        }
    }

    fn is_given(&self, document: Node<'_>) -> bool {
        let mut given = false;
        visit(document, &self.path, &mut |value| given |= self.is_given_by(value));
        given
    }

    fn is_given_by(&self, value: Node<'_>) -> bool {
        if self.gives == Gives::Nothing {
            return false;
        }
        match value.kind() {
            Kind::Null => self.gives_null,
            Kind::Array => value.elements().any(|one| self.is_given_by(one)),
            Kind::Object => self.gives == Gives::Points,
            Kind::String => {
                let text = value.string().0;
                self.ignore_above == usize::MAX || text.encode_utf16().count() <= self.ignore_above
            }
            _ => true,
        }
    }
}

/// What a field leaves behind in which the engine looks for contexts (measured on 7.17, 8.19, 9.2 and OpenSearch 2.19, 3.8).
fn gives(property: &Property, facts: &Facts) -> Gives {
    let flag = |name: &str, otherwise: bool| params::flag(property, name).unwrap_or(otherwise);
    let indexed = property.params.get("index") != Some(&Json::from("no")) && flag("index", true);
    let stored = flag("store", false);
    let doc_values = flag("doc_values", true);
    let is_new_elastic = matches!(facts.line, Line::Es8 | Line::Es9);
    let kept = match property.kind.as_str() {
        _ if facts.completion_payload => indexed || stored,
        "geo_point" => indexed || stored || doc_values || facts.line > Line::Es9,
        "keyword" => indexed || stored || is_new_elastic && doc_values,
        _ => indexed || stored,
    };
    match property.kind.as_str() {
        _ if !kept => Gives::Nothing,
        "geo_point" => Gives::Points,
        _ => Gives::Words,
    }
}

/// The field at `path`, multi-fields too, and how many names of the path lead to its values.
fn find<'a>(properties: &'a [Property], path: &[String]) -> Option<(usize, &'a Property)> {
    (1..=path.len()).rev().find_map(|length| {
        let name = path[..length].join(".");
        let property = properties.iter().find(|property| property.name == name)?;
        let rest = &path[length..];
        if rest.is_empty() {
            return Some((length, property));
        }
        if let Some((depth, below)) = find(&property.properties, rest) {
            return Some((length + depth, below));
        }
        let copy = property.multi_fields.iter().find(|field| field.name == rest.join("."))?;
        Some((length, copy))
    })
}

/// Calls `found` for every value at `path`, through lists and through names with dots.
fn visit<'a>(value: Node<'a>, path: &[String], found: &mut impl FnMut(Node<'a>)) {
    if path.is_empty() {
        return found(value);
    }
    match value.kind() {
        Kind::Array => value.elements().for_each(|one| visit(one, path, found)),
        Kind::Object => {
            for (name, member) in value.members() {
                let parts = name.split('.').count();
                if parts <= path.len()
                    && path[..parts].iter().map(String::as_str).eq(name.split('.'))
                {
                    visit(member, &path[parts..], found);
                }
            }
        }
        _ => {}
    }
}
