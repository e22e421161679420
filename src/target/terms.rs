//! What an analyzer or a normalizer makes of a whole text: one term, whose length Lucene limits, or many short ones. Reads the
//! settings of an index; knows no value.

use serde_json::{Map, Value};

use super::{Property, TERMS};

/// Tells every field how its text becomes terms, where that is not the target's own default for its type.
pub(super) fn resolve(properties: &mut [Property], settings: Option<&Value>) {
    for property in properties {
        if let Some(terms) = terms(property, settings) {
            property.params.insert(TERMS.to_owned(), terms.into());
        }
        resolve(&mut property.properties, settings);
        resolve(&mut property.multi_fields, settings);
    }
}

/// In words: `whole` for one term, `word` for runs of letters and digits, `split` for short ones; behind `whole`, what else
/// is done to it: `trim`, `lowercase`, `uppercase`.
fn terms(property: &Property, settings: Option<&Value>) -> Option<String> {
    let text = |name: &str| property.params.get(name).and_then(Value::as_str);
    match property.kind.as_str() {
        "text" | "string" | "search_as_you_type" | "match_only_text" => {
            let named = text("index_analyzer").or_else(|| text("analyzer"));
            of_analyzer(named.unwrap_or("default"), settings)
        }
        "keyword" => {
            let name = text("normalizer")?;
            match definition("normalizer", name, settings) {
                Some(defined) => filters(&defined, settings).map(|done| format!("whole {done}")),
                // It is built in since 7.0, and defined by the translation before.
                None if name == "lowercase" => Some("whole lowercase".to_owned()),
                None => None,
            }
        }
        _ => None,
    }
}

fn of_analyzer(name: &str, settings: Option<&Value>) -> Option<String> {
    let Some(defined) = definition("analyzer", name, settings) else {
        return match name {
            "keyword" => Some("whole".to_owned()),
            "pattern" => Some("word".to_owned()),
            _ => None,
        };
    };
    let kind = defined.get("type").and_then(Value::as_str).unwrap_or("custom");
    match kind {
        "keyword" => Some("whole".to_owned()),
        "pattern" if is_plain_pattern(&defined) => Some("word".to_owned()),
        "custom" => of_custom(&defined, settings),
        _ => Some("split".to_owned()),
    }
}

fn of_custom(defined: &Value, settings: Option<&Value>) -> Option<String> {
    let split = Some("split".to_owned());
    let Some(name) = defined.get("tokenizer").and_then(Value::as_str) else { return split };
    let tokenizer = definition("tokenizer", name, settings);
    let kind = tokenizer.as_ref().and_then(|t| t.get("type")).and_then(Value::as_str);
    let kind = kind.unwrap_or(name);
    let begins = match kind {
        "keyword" => "whole",
        // Each of its terms begins at the front, and the last is the whole.
        "path_hierarchy" | "PathHierarchy"
            if tokenizer
                .as_ref()
                .is_none_or(|t| t.get("skip").is_none() && t.get("replacement").is_none()) =>
        {
            "whole"
        }
        "pattern" if tokenizer.as_ref().is_none_or(is_plain_pattern) => "word",
        _ => return split,
    };
    let replaces = defined.get("char_filter").is_some_and(|f| *f != Value::Array(Vec::new()));
    // What else is done to it may make it short, and is for the engine to know.
    match filters(defined, settings).filter(|_| !replaces) {
        Some(done) => Some(format!("{begins} {done}")),
        None => split,
    }
}

/// What the filters do to a term, where they leave it one and whole.
fn filters(defined: &Value, settings: Option<&Value>) -> Option<String> {
    let list = match defined.get("filter") {
        Some(Value::Array(list)) => list.clone(),
        Some(one @ Value::String(_)) => vec![one.clone()],
        _ => Vec::new(),
    };
    let mut done = Vec::new();
    for filter in &list {
        let name = filter.as_str()?;
        let filter = definition("filter", name, settings);
        let kind = filter.as_ref().and_then(|f| f.get("type")).and_then(Value::as_str);
        match kind.unwrap_or(name) {
            _ if filter.as_ref().is_some_and(|f| f.get("language").is_some()) => return None,
            kind @ ("trim" | "lowercase" | "uppercase") => done.push(kind.to_owned()),
            "unique" => {}
            _ => return None,
        }
    }
    Some(done.join(" "))
}

/// Whether a pattern is the default: everything that is no ASCII letter, digit or underscore parts the terms.
fn is_plain_pattern(defined: &Value) -> bool {
    let pattern = defined.get("pattern").and_then(Value::as_str);
    pattern.is_none_or(|pattern| pattern == r"\W+")
        && ["flags", "group", "stopwords"].iter().all(|key| defined.get(key).is_none())
}

/// What the settings define under that name, however they are written.
fn definition(what: &str, name: &str, settings: Option<&Value>) -> Option<Value> {
    let name = format!("analysis.{what}.{name}");
    let mut defined = Map::new();
    for name in [format!("index.{name}"), name] {
        gather(settings?, &name, &mut defined);
    }
    (!defined.is_empty()).then_some(Value::Object(defined))
}

/// Adds the members of the object `name`, which may be written with dots.
fn gather(value: &Value, name: &str, members: &mut Map<String, Value>) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        let behind = |long: &str, short: &str| {
            long.strip_prefix(short).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned)
        };
        if key == name {
            members.extend(inner.as_object().cloned().unwrap_or_default());
        } else if let Some(member) = behind(key, name) {
            members.insert(member, inner.clone());
        } else if let Some(rest) = behind(name, key) {
            gather(inner, &rest, members);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::target::{Mapping, Target};

    fn told(field: Value, settings: Value, target: &str) -> Option<String> {
        let target = Target::parse(target).unwrap();
        let body = json!({"properties": {"f": field}});
        let mut mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
        mapping.follow_settings(Some(&settings), &target);
        let terms = mapping.properties[0].params.get(TERMS)?;
        terms.as_str().map(|text| text.trim_end().to_owned())
    }

    #[test]
    fn analyzers_are_followed_to_what_they_do() {
        let custom = |tokenizer: &str, filter: Value| {
            json!({"analysis": {"analyzer": {"x": {"tokenizer": tokenizer, "filter": filter}},
            "tokenizer": {"mine": {"type": "keyword"}, "split": {"type": "pattern", "pattern": ","}},
            "filter": {"short": {"type": "truncate", "length": 5}, "small": {"type": "lowercase"}}}})
        };
        let x = json!({"type": "text", "analyzer": "x"});
        for (settings, wanted) in [
            (custom("keyword", json!([])), "whole"),
            (custom("mine", json!(["trim", "small"])), "whole trim lowercase"),
            (custom("keyword", json!(["short"])), "split"),
            (custom("path_hierarchy", json!([])), "whole"),
            (custom("pattern", json!(["uppercase"])), "word uppercase"),
            (custom("split", json!([])), "split"),
            (custom("standard", json!([])), "split"),
            (json!({"analysis.analyzer.x.type": "keyword"}), "whole"),
            (json!({"index": {"analysis": {"analyzer": {"x": {"type": "standard"}}}}}), "split"),
        ] {
            assert_eq!(
                told(x.clone(), settings.clone(), "os3").as_deref(),
                Some(wanted),
                "{settings}"
            );
        }
    }

    #[test]
    fn a_built_in_analyzer_may_be_defined_otherwise() {
        let keyword = json!({"type": "text", "analyzer": "keyword"});
        assert_eq!(told(keyword.clone(), json!({}), "es9").as_deref(), Some("whole"));
        let redefined = json!({"analysis": {"analyzer": {"keyword": {"type": "standard"}}}});
        assert_eq!(told(keyword, redefined, "es9").as_deref(), Some("split"));
        let default = json!({"analysis": {"analyzer": {"default": {"type": "keyword"}}}});
        assert_eq!(told(json!({"type": "text"}), default, "es6").as_deref(), Some("whole"));
        assert_eq!(told(json!({"type": "text"}), json!({}), "es6"), None);
    }

    #[test]
    fn normalizers_leave_a_term_whole() {
        let field = json!({"type": "keyword", "normalizer": "n"});
        let settings =
            json!({"analysis": {"normalizer": {"n": {"type": "custom", "filter": ["lowercase"]}}}});
        assert_eq!(told(field, settings, "es6").as_deref(), Some("whole lowercase"));
        let field = json!({"type": "keyword", "normalizer": "lowercase"});
        for target in ["es6", "es9"] {
            let told = told(field.clone(), json!({}), target);
            assert_eq!(told.as_deref(), Some("whole lowercase"), "{target}");
        }
    }
}
