//! What an analyzer or a normalizer makes of a whole text, step by step: Lucene limits the length of each term that comes out.
//! Reads the settings of an index; knows no value.

use serde_json::{Map, Value, json};

use super::{Property, TERMS};

/// Tells every field how its text becomes terms, where that is not the target's own default for its type.
pub(super) fn resolve(properties: &mut [Property], settings: Option<&Value>) {
    for property in properties {
        if let Some(terms) = terms(property, settings) {
            property.params.insert(TERMS.to_owned(), Value::Array(terms));
        }
        resolve(&mut property.properties, settings);
        resolve(&mut property.multi_fields, settings);
    }
}

/// Steps in their order, each a list of its name and what it needs to know; `encode::rule::term` reads them.
type Steps = Vec<Value>;

fn terms(property: &Property, settings: Option<&Value>) -> Option<Steps> {
    let text = |name: &str| property.params.get(name).and_then(Value::as_str);
    match property.kind.as_str() {
        "text" | "string" | "search_as_you_type" | "match_only_text" => {
            let named = text("index_analyzer").or_else(|| text("analyzer"));
            of_analyzer(named.unwrap_or("default"), settings)
        }
        "keyword" => {
            let name = text("normalizer")?;
            match definition("normalizer", name, settings) {
                Some(defined) => Some(of_parts(&Value::Object(defined), Vec::new(), settings)),
                // It is built in since 7.0, and defined by the translation before.
                None if name == "lowercase" => Some(vec![json!(["lowercase"])]),
                None => None,
            }
        }
        _ => None,
    }
}

fn of_analyzer(name: &str, settings: Option<&Value>) -> Option<Steps> {
    let Some(defined) = definition("analyzer", name, settings) else {
        return match name {
            "keyword" => Some(Vec::new()),
            "pattern" => Some(vec![json!(["apart", r"\W+"]), json!(["lowercase"])]),
            _ => None,
        };
    };
    let defined = Value::Object(defined);
    let kind = defined.get("type").and_then(Value::as_str).unwrap_or("custom");
    Some(match kind {
        "keyword" => Vec::new(),
        "pattern" => {
            let mut steps = vec![apart(&defined)];
            if defined.get("lowercase").and_then(super::truth) != Some(false) {
                steps.push(json!(["lowercase"]));
            }
            steps
        }
        "standard" => vec![standard("standard", &defined), json!(["lowercase"])],
        // All of its tokens in one, or none.
        "fingerprint" => match count(&defined, "max_output_size").unwrap_or(255) {
            most if most <= SHORT => vec![json!(["short"])],
            most => vec![json!(["some", most])],
        },
        "custom" => {
            let Some(name) = defined.get("tokenizer").and_then(Value::as_str) else {
                return Some(vec![json!(["short"])]);
            };
            let tokenizer = definition("tokenizer", name, settings).map(Value::Object);
            let cut = of_tokenizer(name, &tokenizer.unwrap_or(Value::Null));
            of_parts(&defined, cut, settings)
        }
        _ => vec![json!(["short"])],
    })
}

/// Characters that are short whatever bytes they have and whatever filters make of them.
const SHORT: u64 = 2048;

/// Those that are not named here part texts into words, or cut them after 255 characters.
fn of_tokenizer(name: &str, defined: &Value) -> Steps {
    let kind = defined.get("type").and_then(Value::as_str).unwrap_or(name);
    let pattern = || defined.get("pattern").and_then(Value::as_str).unwrap_or_default();
    // Lucene's own expressions: what they share with Java's.
    let is_shared = |pattern: &str| {
        !pattern.contains(['\\', '|', '.', '#', '@', '&', '<', '>', '~', '"', '$', '^'])
    };
    let most = |default| count(defined, "max_token_length").unwrap_or(default);
    match kind {
        "keyword" => Vec::new(),
        "standard" | "classic" | "uax_url_email" => vec![standard(kind, defined)],
        "whitespace" if most(255) > SHORT => vec![json!(["blank", most(255)])],
        "char_group" if most(255) > SHORT => vec![json!(["some", most(255)])],
        "pattern" => vec![apart(defined)],
        "simple_pattern" if is_shared(pattern()) => vec![json!(["group", pattern(), 0])],
        "simple_pattern_split" if is_shared(pattern()) => vec![json!(["apart", pattern()])],
        "simple_pattern" | "simple_pattern_split" => vec![json!(["unknown"])],
        // Each of its terms begins at one end, and the last is the whole.
        "path_hierarchy" | "PathHierarchy" => {
            let text = |name| defined.get(name).and_then(Value::as_str);
            let delimiter = text("delimiter").unwrap_or("/");
            let skips = count(defined, "skip").unwrap_or(0) > 0;
            let replacement = text("replacement").unwrap_or(delimiter);
            let mut steps = vec![json!(["map", [[delimiter, replacement]]])];
            if skips {
                steps.push(json!(["unknown"]));
            }
            steps
        }
        "ngram" | "nGram" | "edge_ngram" | "edgeNGram" => {
            match count(defined, "max_gram").unwrap_or(2) {
                most if most > SHORT => vec![json!(["some", most])],
                _ => vec![json!(["short"])],
            }
        }
        _ => vec![json!(["short"])],
    }
}

fn standard(kind: &str, defined: &Value) -> Value {
    match count(defined, "max_token_length").unwrap_or(255) {
        most if most > SHORT => json!(["standard", most, kind == "classic"]),
        _ => json!(["short"]),
    }
}

/// The tokenizer and the analyzer `pattern`.
fn apart(defined: &Value) -> Value {
    let pattern = defined.get("pattern").and_then(Value::as_str).unwrap_or(r"\W+");
    let is_flagged = defined.get("flags").and_then(Value::as_str).is_some_and(|f| !f.is_empty());
    match defined.get("group").and_then(as_number) {
        _ if is_flagged => json!(["unknown"]),
        None | Some(-1) => json!(["apart", pattern]),
        Some(group) => json!(["group", pattern, group]),
    }
}

/// Character filters, then what cuts the text, then the filters.
fn of_parts(defined: &Value, cut: Steps, settings: Option<&Value>) -> Steps {
    let mut steps = Vec::new();
    for (kind, read) in
        [("char_filter", of_char_filter as fn(&str, &Value) -> Value), ("filter", of_filter)]
    {
        for name in names(defined, kind) {
            let filter = definition(kind, &name, settings).map_or(Value::Null, Value::Object);
            let named = filter.get("type").and_then(Value::as_str).unwrap_or(&name);
            steps.push(read(named, &filter));
        }
        if kind == "char_filter" {
            steps.extend(cut.iter().cloned());
        }
    }
    steps.retain(|step| *step != json!(["same"]));
    steps
}

/// One name or a list of them; what is no name stands for something unknown.
fn names(defined: &Value, kind: &str) -> Vec<String> {
    match defined.get(kind) {
        Some(Value::Array(list)) => {
            list.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
        }
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn of_char_filter(kind: &str, defined: &Value) -> Value {
    match kind {
        "html_strip" => json!(["html"]),
        "mapping" => {
            let rules = defined.get("mappings").and_then(Value::as_array);
            let pairs: Option<Vec<Value>> =
                rules.and_then(|rules| rules.iter().map(mapped).collect());
            pairs.map_or_else(|| json!(["unknown"]), |pairs| json!(["map", pairs]))
        }
        "pattern_replace" => replace(defined),
        _ => json!(["unknown"]),
    }
}

/// `from => to`, without escapes.
fn mapped(rule: &Value) -> Option<Value> {
    let (from, to) = rule.as_str().filter(|rule| !rule.contains('\\'))?.split_once("=>")?;
    Some(json!([from.trim(), to.trim()]))
}

fn replace(defined: &Value) -> Value {
    let text = |name| defined.get(name).and_then(Value::as_str);
    let replacement = text("replacement").unwrap_or_default();
    let is_plain = !replacement.contains(['$', '\\']) && text("flags").is_none_or(str::is_empty);
    let all = defined.get("all").and_then(super::truth) != Some(false);
    match text("pattern").filter(|_| is_plain) {
        Some(pattern) => json!(["replace", pattern, replacement, all]),
        None => json!(["unknown"]),
    }
}

/// What a filter does to a long token (by the documentation of Elasticsearch 8 and OpenSearch 2; measured on 3.8).
fn of_filter(kind: &str, defined: &Value) -> Value {
    let is_on = |name| defined.get(name).and_then(super::truth) == Some(true);
    match kind {
        "lowercase" if defined.get("language").is_some() => json!(["recased"]),
        "trim" | "lowercase" | "uppercase" => json!([kind]),
        "asciifolding" => json!(["fold", is_on("preserve_original")]),
        "truncate" => json!(["truncate", count(defined, "length").unwrap_or(10)]),
        "length" => json!(["length", count(defined, "max").unwrap_or(u64::from(u32::MAX))]),
        "ngram" | "nGram" | "edge_ngram" | "edgeNGram" if !is_on("preserve_original") => {
            json!(["truncate", count(defined, "max_gram").unwrap_or(2)])
        }
        "fingerprint" => json!(["length", count(defined, "max_output_size").unwrap_or(255)]),
        "keep" if defined.get("keep_words").is_some() => json!(["truncate", SHORT]),
        "min_hash" => json!(["truncate", SHORT]),
        "pattern_replace" => replace(defined),
        "shingle" if defined.get("output_unigrams").and_then(super::truth) != Some(false) => {
            json!(["shingle", count(defined, "max_shingle_size").unwrap_or(2)])
        }
        "pattern_capture"
            if defined.get("preserve_original").and_then(super::truth) != Some(false) =>
        {
            json!(["same"])
        }
        // None of these touches a token that is no word.
        "reverse" | "unique" | "stop" | "limit" | "keyword_marker" | "keyword_repeat"
        | "remove_duplicates" | "flatten_graph" | "common_grams" | "synonym" | "synonym_graph"
        | "kstem" | "ngram" | "nGram" | "edge_ngram" | "edgeNGram" => json!(["same"]),
        "porter_stem" | "porterStem" | "snowball" | "stemmer" | "elision" => json!(["stem"]),
        "decimal_digit"
        | "cjk_width"
        | "cjk_bigram"
        | "icu_folding"
        | "icu_normalizer"
        | "arabic_normalization"
        | "persian_normalization"
        | "hindi_normalization"
        | "indic_normalization"
        | "bengali_normalization"
        | "sorani_normalization" => {
            json!(["ascii"])
        }
        _ => json!(["unknown"]),
    }
}

/// A number, as one or as text.
fn as_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn count(defined: &Value, name: &str) -> Option<u64> {
    defined.get(name).and_then(as_number).and_then(|number| u64::try_from(number).ok())
}

/// What the settings define under that name, however they are written.
fn definition(what: &str, name: &str, settings: Option<&Value>) -> Option<Map<String, Value>> {
    let name = format!("analysis.{what}.{name}");
    let mut defined = Map::new();
    for name in [format!("index.{name}"), name] {
        gather(settings?, &name, &mut defined);
    }
    (!defined.is_empty()).then_some(defined)
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
        Some(terms.to_string().replace(['[', ']', '"'], ""))
    }

    #[test]
    fn analyzers_are_followed_to_what_they_do() {
        let custom = |tokenizer: &str, filter: Value| {
            json!({"analysis": {"analyzer": {"x": {"tokenizer": tokenizer, "filter": filter}},
            "tokenizer": {"mine": {"type": "keyword"}, "split": {"type": "pattern", "pattern": ","},
                "long": {"type": "standard", "max_token_length": "40000"}},
            "filter": {"short": {"type": "truncate", "length": 5}, "small": {"type": "lowercase"}}}})
        };
        let x = json!({"type": "text", "analyzer": "x"});
        for (settings, wanted) in [
            (custom("keyword", json!([])), ""),
            (custom("mine", json!(["trim", "small"])), "trim,lowercase"),
            (custom("keyword", json!(["short"])), "truncate,5"),
            (custom("path_hierarchy", json!([])), "map,/,/"),
            (custom("pattern", json!(["uppercase"])), r"apart,\\W+,uppercase"),
            (custom("split", json!("zzz")), "apart,,,unknown"),
            (custom("standard", json!([])), "short"),
            (custom("long", json!([])), "standard,40000,false"),
            (json!({"analysis.analyzer.x.type": "keyword"}), ""),
            (
                json!({"index": {"analysis": {"analyzer": {"x": {"type": "standard"}}}}}),
                "short,lowercase",
            ),
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
        assert_eq!(told(keyword.clone(), json!({}), "es9").as_deref(), Some(""));
        let redefined = json!({"analysis": {"analyzer": {"keyword": {"type": "standard"}}}});
        assert_eq!(told(keyword, redefined, "es9").as_deref(), Some("short,lowercase"));
        let default = json!({"analysis": {"analyzer": {"default": {"type": "keyword"}}}});
        assert_eq!(told(json!({"type": "text"}), default, "es6").as_deref(), Some(""));
        assert_eq!(told(json!({"type": "text"}), json!({}), "es6"), None);
    }

    #[test]
    fn normalizers_leave_a_term_whole() {
        let field = json!({"type": "keyword", "normalizer": "n"});
        let settings = json!({"analysis": {"normalizer": {"n": {"type": "custom", "filter": ["lowercase"],
            "char_filter": "c"}}, "char_filter": {"c": {"type": "mapping", "mappings": ["a => bc", "d=>"]}}}});
        assert_eq!(told(field, settings, "es6").as_deref(), Some("map,a,bc,d,,lowercase"));
        let field = json!({"type": "keyword", "normalizer": "lowercase"});
        for target in ["es6", "es9"] {
            let told = told(field.clone(), json!({}), target);
            assert_eq!(told.as_deref(), Some("lowercase"), "{target}");
        }
    }
}
