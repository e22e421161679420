//! The rules of synonyms, which are read through what stands before them in an analyzer. Knows no field.

use serde_json::Value;

use super::analysis::{Definition, Names, Part, listed};
use crate::target::span::{es, os};

/// Filters through which no rules of synonyms are read: since 7.0. Measured on OpenSearch 3.8, which has it from there.
const NO_SYNONYMS_BEHIND: &str = "word_delimiter word_delimiter_graph ngram nGram edge_ngram edgeNGram shingle multiplexer \
    fingerprint common_grams";

/// What is wrong with the synonyms of an analyzer.
pub(super) fn fault(definition: &Definition<'_>, names: &Names<'_>) -> Option<String> {
    let target = names.target;
    if let Some((before, filter)) = unread(definition, names) {
        return Some(format!(
            "{target} reads the rules of `{filter}` through the filters before it, and the token filter `{before}` is none for that; put `{filter}` before it"
        ));
    }
    let (filter, term) = eliminated(definition, names)?;
    Some(format!(
        "{target} reads the rules of `{filter}` through the tokenizer `standard`, which leaves nothing of `{term}`; remove that term, or write `lenient` into the filter"
    ))
}

/// A filter of synonyms, and a term of its rules that is no token for the tokenizer before it. Measured on 6.8 and OpenSearch 2.19.
fn eliminated(definition: &Definition<'_>, names: &Names<'_>) -> Option<(String, String)> {
    let is_there = names.target.within(&[es(6, 8), os(1, 0)]);
    if !is_there || definition.text("tokenizer") != Some("standard") {
        return None;
    }
    let find =
        |name: &String| names.defined.iter().find(|d| d.part == Part::Filter && d.name == *name);
    listed(definition, "filter").iter().filter_map(find).find_map(|filter| {
        let is_synonym = filter.text("type").is_some_and(|kind| kind.starts_with("synonym"));
        let says = |key: &str| filter.get(key).is_some();
        if !is_synonym || ["lenient", "format", "tokenizer"].into_iter().any(says) {
            return None;
        }
        let rules = listed_rules(filter.get("synonyms")?.1);
        let term = rules.iter().find_map(|rule| {
            rule.split("=>")
                .flat_map(|side| side.split(','))
                .map(str::trim)
                .find(|term| is_mark(term))
        })?;
        Some((filter.name.clone(), term.to_owned()))
    })
}

fn listed_rules(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Whether a term is nothing but marks, as far as all agree on them.
fn is_mark(term: &str) -> bool {
    let is_mark = |byte: u8| byte.is_ascii_punctuation() && byte != b'_';
    !term.is_empty() && !term.starts_with('#') && term.bytes().all(is_mark)
}

/// A filter, and one with synonyms behind it that is not to be read through it.
fn unread(definition: &Definition<'_>, names: &Names<'_>) -> Option<(String, String)> {
    if !names.target.within(&[es(7, 0), os(1, 0)]) {
        return None;
    }
    let kind = |name: &str| {
        let defined = names.defined.iter().find(|d| d.part == Part::Filter && d.name == name);
        defined.and_then(|d| d.text("type")).unwrap_or(name).to_owned()
    };
    let filters = listed(definition, "filter");
    let at = filters.iter().position(|name| kind(name).starts_with("synonym"))?;
    let is_none =
        |name: &&String| NO_SYNONYMS_BEHIND.split_whitespace().any(|word| word == kind(name));
    let before = filters[..at].iter().find(is_none)?;
    Some((before.clone(), filters[at].clone()))
}
