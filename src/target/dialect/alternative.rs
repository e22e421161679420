//! Lists of patterns and types in a dynamic template, and types that it is not for: since Elasticsearch 8.9, and said by
//! templates with one of each elsewhere. Knows no field.

use serde_json::{Map, Value};

use crate::target::Target;
use crate::target::span::{Span, es};

/// Versions that read lists, and `unmatch_mapping_type`. Others take a list for the text that Java prints of it, or refuse
/// it: measured on 1.7 to 7.17, OpenSearch 2.19 and 3.8.
pub(in crate::target) const LISTS: &[Span] = &[es(8, 9)];

/// One of each must fit.
const WANTED: [&str; 3] = ["match", "path_match", "match_mapping_type"];
/// None of each may fit.
const UNWANTED: [&str; 2] = ["unmatch", "path_unmatch"];
/// What `match_mapping_type` tells apart.
const KINDS: [&str; 7] = ["object", "string", "long", "double", "boolean", "date", "binary"];
/// Templates that one may become.
const TEMPLATES_MAX: usize = 64;

/// The templates with one of each that together say what `template` says, in their order; itself where the target reads it,
/// or where they would be too many.
pub(super) fn split(template: &Map<String, Value>, target: &Target) -> Vec<Map<String, Value>> {
    let is_listed =
        WANTED.iter().chain(&UNWANTED).any(|key| template.get(*key).is_some_and(Value::is_array));
    if target.within(LISTS) || !(is_listed || template.contains_key("unmatch_mapping_type")) {
        return vec![template.clone()];
    }
    parts(template).unwrap_or_else(|| vec![template.clone()])
}

fn parts(template: &Map<String, Value>) -> Option<Vec<Map<String, Value>>> {
    let mut template = template.clone();
    wanted_types(&mut template)?;
    unwanted_patterns(&mut template)?;
    let mut parts = vec![template.clone()];
    for key in WANTED {
        // An empty list asks for nothing; of types, one is left for none.
        if !template.get(key).is_some_and(Value::is_array) {
            continue;
        }
        let list = texts(template.get(key)?)?;
        if list.is_empty() && key != "match_mapping_type" {
            parts[0].shift_remove(key);
            continue;
        }
        if list.len() * parts.len() > TEMPLATES_MAX {
            return None;
        }
        let with = |part: &Map<String, Value>, one: &String| {
            let mut part = part.clone();
            part.insert(key.to_owned(), one.as_str().into());
            part
        };
        parts = parts.iter().flat_map(|part| list.iter().map(move |one| with(part, one))).collect();
    }
    Some(parts)
}

/// Says by `match_mapping_type` alone which types the template is for. `None` where a word is no type.
fn wanted_types(template: &mut Map<String, Value>) -> Option<()> {
    let wanted = template.get("match_mapping_type").map(texts);
    let wanted = match wanted {
        Some(wanted) => Some(wanted?)
            .filter(|wanted| !wanted.is_empty() && !wanted.iter().any(|kind| kind == "*")),
        None => None,
    };
    let is_all = wanted.is_none();
    let mut wanted = wanted.unwrap_or_else(|| KINDS.map(str::to_owned).to_vec());
    let Some(unwanted) = template.get("unmatch_mapping_type").map(texts) else {
        if is_all && template.contains_key("match_mapping_type") {
            template.insert("match_mapping_type".to_owned(), "*".into());
        }
        return Some(());
    };
    let unwanted = unwanted?;
    if !unwanted.iter().all(|kind| KINDS.contains(&kind.as_str())) {
        return None;
    }
    wanted.retain(|kind| !unwanted.contains(kind));
    replace(template, "unmatch_mapping_type", "match_mapping_type", wanted.into());
    Some(())
}

/// Says by one regular expression each what several patterns say.
fn unwanted_patterns(template: &mut Map<String, Value>) -> Option<()> {
    let mut unwanted = Vec::new();
    for key in UNWANTED {
        let Some(value) = template.get(key) else { continue };
        let list = texts(value)?;
        match list.as_slice() {
            [] => drop(template.shift_remove(key)),
            [one] => drop(template.insert(key.to_owned(), one.as_str().into())),
            _ => unwanted.push((key, list)),
        }
    }
    if unwanted.is_empty() {
        return Some(());
    }
    if template.get("match_pattern").and_then(Value::as_str) != Some("regex") {
        for key in WANTED[..2].iter().chain(&UNWANTED) {
            let Some(value) = template.get(*key) else { continue };
            let list: Vec<Value> = texts(value)?.iter().map(|one| regex(one).into()).collect();
            let regexes = if value.is_array() { list.into() } else { list.first()?.clone() };
            template.insert((*key).to_owned(), regexes);
        }
        template.insert("match_pattern".to_owned(), "regex".into());
    }
    for (key, _) in unwanted {
        let list = texts(template.get(key)?)?;
        template.insert(key.to_owned(), format!("(?:{})", list.join(")|(?:")).into());
    }
    Some(())
}

/// A pattern in which each star stands for any characters, as a regular expression.
fn regex(pattern: &str) -> String {
    let mut out = String::new();
    for c in pattern.chars() {
        match c {
            '*' => out.push_str(".*"),
            c => {
                if c.is_ascii_punctuation() && c != '_' {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out
}

/// One text, or a list of them.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(list) => list.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// Puts `value` under `new`, where that stands, else where `old` does, which goes.
fn replace(template: &mut Map<String, Value>, old: &str, new: &str, value: Value) {
    if template.contains_key(new) {
        template.shift_remove(old);
        template.insert(new.to_owned(), value);
        return;
    }
    let entries = std::mem::take(template).into_iter();
    template.extend(entries.map(|(key, kept)| match key == old {
        true => (new.to_owned(), value.clone()),
        false => (key, kept),
    }));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(template: Value, target: &str) -> Value {
        let target = Target::parse(target).unwrap();
        split(template.as_object().unwrap(), &target).into()
    }

    #[test]
    fn a_list_of_patterns_or_types_is_a_template_for_each_where_there_are_no_lists() {
        let listed =
            json!({"match": ["a*", "b*"], "match_mapping_type": ["string", "long"], "mapping": {}});
        for target in ["es1", "es2", "es7", "elasticsearch-8.8", "os2", "os3"] {
            assert_eq!(
                said(listed.clone(), target),
                json!([
                    {"match": "a*", "match_mapping_type": "string", "mapping": {}},
                    {"match": "a*", "match_mapping_type": "long", "mapping": {}},
                    {"match": "b*", "match_mapping_type": "string", "mapping": {}},
                    {"match": "b*", "match_mapping_type": "long", "mapping": {}},
                ]),
                "{target}"
            );
        }
        for target in ["elasticsearch-8.9", "es8", "es9"] {
            assert_eq!(said(listed.clone(), target), json!([listed]), "{target}");
        }
    }

    #[test]
    fn types_that_a_template_is_not_for_are_those_that_it_is_for() {
        for (template, wanted) in [
            (
                json!({"match_mapping_type": ["string", "long"], "unmatch_mapping_type": "string"}),
                json!([{"match_mapping_type": "long"}]),
            ),
            (
                json!({"unmatch_mapping_type": ["object", "string", "long", "double", "binary"], "mapping": {}}),
                json!([{"match_mapping_type": "boolean", "mapping": {}}, {"match_mapping_type": "date", "mapping": {}}]),
            ),
            (json!({"match_mapping_type": "long", "unmatch_mapping_type": "long"}), json!([])),
            (json!({"match_mapping_type": ["*", "long"]}), json!([{"match_mapping_type": "*"}])),
            (
                json!({"match": [], "path_match": "a", "match_mapping_type": []}),
                json!([{"path_match": "a", "match_mapping_type": "*"}]),
            ),
        ] {
            assert_eq!(said(template.clone(), "es2"), wanted, "{template}");
        }
        let others = said(json!({"match": "a", "unmatch_mapping_type": "string"}), "os3");
        assert_eq!(others.as_array().unwrap().len(), 6);
    }

    #[test]
    fn several_patterns_that_must_not_fit_are_one_regular_expression() {
        for (template, wanted) in [
            (
                json!({"match": ["a*", "b.$x"], "unmatch": ["*_t", "*ü"], "path_unmatch": "o.*"}),
                json!([
                    {"match": "a.*", "unmatch": "(?:.*_t)|(?:.*ü)", "path_unmatch": r"o\..*", "match_pattern": "regex"},
                    {"match": r"b\.\$x", "unmatch": "(?:.*_t)|(?:.*ü)", "path_unmatch": r"o\..*", "match_pattern": "regex"},
                ]),
            ),
            (
                json!({"match_pattern": "regex", "match": "a.*", "unmatch": ["b|c", "d"]}),
                json!([{"match_pattern": "regex", "match": "a.*", "unmatch": "(?:b|c)|(?:d)"}]),
            ),
            (
                json!({"match": ["a*"], "unmatch": ["b*"], "path_unmatch": []}),
                json!([{"match": "a*", "unmatch": "b*"}]),
            ),
        ] {
            assert_eq!(said(template.clone(), "es5"), wanted, "{template}");
        }
    }

    #[test]
    fn what_cannot_be_said_stays() {
        let many: Vec<String> = (0..100).map(|at| format!("a{at}")).collect();
        for template in [
            json!({"match": ["a", 1]}),
            json!({"match": "a", "unmatch_mapping_type": "text"}),
            json!({"match": many}),
        ] {
            assert_eq!(said(template.clone(), "es2"), json!([template]));
        }
    }
}
