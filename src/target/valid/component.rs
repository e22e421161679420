//! What a part of the analysis, or a similarity, cannot be without, and the values that its parameters take. Knows one
//! definition and nothing beside it.

use serde_json::Value;

use super::analysis::{Definition, Part};
use super::piece;
use crate::target::Target;
use crate::target::dialect::described;
use crate::target::pattern::is_broken;
use crate::target::span::{ALWAYS, ES1_ES2, ES5_ON, Span, es, es_until, os};

/// What one type of a part wants.
struct Need {
    part: Part,
    kinds: &'static [&'static str],
    spans: &'static [Span],
    wants: Wants,
}

#[derive(Clone, Copy)]
enum Wants {
    /// One of these parameters.
    OneOf(&'static [&'static str]),
    /// A parameter that is one of these words.
    Word(&'static str, &'static [&'static str]),
    /// A list, each of which is one of these words, where it is given.
    Words(&'static str, &'static [&'static str]),
    /// A whole number from this one on, where it is given.
    From(&'static str, i64),
    /// A number in these bounds, where it is given.
    Within(&'static str, f64, f64),
    /// The first not above the second, each with its default.
    Ordered(&'static str, i64, &'static str, i64),
    /// A regular expression, where it is given.
    Pattern(&'static str),
    /// Rules with an arrow, where they are given.
    Arrows(&'static str),
    /// No other parameter than these.
    Only(&'static [&'static str]),
    /// No such parameter.
    Without(&'static str),
    /// Not both.
    Either(&'static str, &'static str),
}

use Wants::{Arrows, Either, From, OneOf, Only, Ordered, Pattern, Within, Without, Word, Words};

const fn need(
    part: Part,
    kinds: &'static [&'static str],
    spans: &'static [Span],
    wants: Wants,
) -> Need {
    Need { part, kinds, spans, wants }
}

const ES7_ON: &[Span] = &[es(7, 0), os(1, 0)];
const BEFORE_7: &[Span] = &[es_until((1, 0), (7, 0))];
const ES6_ON: &[Span] = &[es(6, 0), os(1, 0)];
const DECOMPOUNDERS: &[&str] = &["dictionary_decompounder", "hyphenation_decompounder"];
/// Characters of the longest token.
const TOKEN_MAX: f64 = 1_048_576.0;
const ES2_ON: &[Span] = &[es(2, 0), os(1, 0)];
const GRAMS: &[&str] = &["ngram", "edge_ngram", "nGram", "edgeNGram"];
const NORMALIZATIONS: &[&str] = &["no", "h1", "h2", "h3", "z"];
/// Kinds of characters, as Java counts them, and five that join some.
const CHARACTERS: &[&str] = &[
    "custom",
    "letter",
    "digit",
    "whitespace",
    "punctuation",
    "symbol",
    "unassigned",
    "uppercase_letter",
    "lowercase_letter",
    "titlecase_letter",
    "modifier_letter",
    "other_letter",
    "non_spacing_mark",
    "enclosing_mark",
    "combining_spacing_mark",
    "decimal_digit_number",
    "letter_number",
    "other_number",
    "space_separator",
    "line_separator",
    "paragraph_separator",
    "control",
    "format",
    "private_use",
    "surrogate",
    "dash_punctuation",
    "start_punctuation",
    "end_punctuation",
    "connector_punctuation",
    "other_punctuation",
    "math_symbol",
    "currency_symbol",
    "modifier_symbol",
    "other_symbol",
    "initial_quote_punctuation",
    "final_quote_punctuation",
];

/// Measured on 1.7, 2.4, 5.6, 6.8, OpenSearch 2.19 and 3.8, similarities and what 7.17 to 9.2 have built in on them too. Grams and
/// shingles whose sizes are the wrong way round fail on 1.x to 6.x with the first document.
#[rustfmt::skip]
const NEEDS: &[Need] = &[
    need(Part::Filter, &["synonym", "synonym_graph"], &[es(8, 10)], OneOf(&["synonyms", "synonyms_path", "synonyms_set"])),
    need(Part::Filter, &["synonym", "synonym_graph"], &[es_until((1, 0), (8, 10)), os(1, 0)], OneOf(&["synonyms", "synonyms_path"])),
    need(Part::Filter, &["keyword_marker"], ES5_ON, OneOf(&["keywords", "keywords_path", "keywords_pattern"])),
    need(Part::Filter, &["keyword_marker"], ES1_ES2, OneOf(&["keywords", "keywords_path"])),
    need(Part::Filter, &["keyword_marker"], ES6_ON, Either("keywords", "keywords_pattern")),
    need(Part::Filter, &["keep"], ALWAYS, Either("keep_words", "keep_words_path")),
    need(Part::Filter, &["keep"], ALWAYS, Without("enable_position_increments")),
    need(Part::Filter, &["stop"], ES2_ON, Without("enable_position_increments")),
    need(Part::Analyzer, &["custom", ""], &[es_until((2, 0), (6, 0))], Without("position_offset_gap")),
    need(Part::Filter, &["keep_types"], ALWAYS, OneOf(&["types"])),
    need(Part::Filter, &["hyphenation_decompounder"], ALWAYS, OneOf(&["word_list", "word_list_path"])),
    need(Part::Filter, &["hyphenation_decompounder"], ALWAYS, OneOf(&["hyphenation_patterns_path"])),
    need(Part::Filter, &["condition", "predicate_token_filter"], ES6_ON, OneOf(&["script.source", "script.id"])),
    need(Part::Filter, &["condition"], ES6_ON, OneOf(&["filter"])),
    need(Part::Filter, DECOMPOUNDERS, ALWAYS, From("min_word_size", 0)),
    need(Part::Filter, DECOMPOUNDERS, ALWAYS, From("min_subword_size", 0)),
    need(Part::Filter, DECOMPOUNDERS, ALWAYS, From("max_subword_size", 0)),
    need(Part::Filter, &["min_hash"], ES5_ON, From("hash_count", 1)),
    need(Part::Filter, &["min_hash"], ES5_ON, From("bucket_count", 1)),
    need(Part::Filter, &["min_hash"], ES5_ON, From("hash_set_size", 1)),
    need(Part::Filter, &["keep"], ALWAYS, OneOf(&["keep_words", "keep_words_path"])),
    need(Part::Filter, &["pattern_replace"], ALWAYS, OneOf(&["pattern"])),
    need(Part::Filter, &["pattern_capture"], ALWAYS, OneOf(&["patterns"])),
    need(Part::Filter, &["common_grams"], ALWAYS, OneOf(&["common_words", "common_words_path"])),
    need(Part::Filter, &["stemmer_override"], ALWAYS, OneOf(&["rules", "rules_path"])),
    need(Part::Filter, &["dictionary_decompounder"], ALWAYS, OneOf(&["word_list", "word_list_path"])),
    need(Part::Filter, &["elision"], ES6_ON, OneOf(&["articles", "articles_path"])),
    need(Part::Filter, &["truncate"], ALWAYS, OneOf(&["length"])),
    need(Part::Filter, &["truncate"], ALWAYS, From("length", 1)),
    need(Part::Filter, &["limit"], ALWAYS, From("max_token_count", 1)),
    need(Part::Filter, &["length"], ALWAYS, From("min", 0)),
    need(Part::Filter, &["length"], ALWAYS, Ordered("min", 0, "max", i64::MAX)),
    need(Part::Filter, GRAMS, ALWAYS, Ordered("min_gram", 1, "max_gram", 2)),
    need(Part::Filter, GRAMS, ALWAYS, From("min_gram", 1)),
    need(Part::Filter, &["shingle"], ALWAYS, Ordered("min_shingle_size", 2, "max_shingle_size", 2)),
    need(Part::Filter, &["shingle"], ALWAYS, From("min_shingle_size", 2)),
    need(Part::Filter, &["pattern_replace"], ALWAYS, Pattern("pattern")),
    need(Part::CharFilter, &["mapping"], ALWAYS, OneOf(&["mappings", "mappings_path"])),
    need(Part::CharFilter, &["mapping"], ALWAYS, Arrows("mappings")),
    need(Part::CharFilter, &["pattern_replace"], ALWAYS, OneOf(&["pattern"])),
    need(Part::CharFilter, &["pattern_replace"], ALWAYS, Pattern("pattern")),
    need(Part::Tokenizer, GRAMS, ALWAYS, Ordered("min_gram", 1, "max_gram", 2)),
    need(Part::Tokenizer, GRAMS, ALWAYS, From("min_gram", 1)),
    need(Part::Tokenizer, GRAMS, ES7_ON, Words("token_chars", CHARACTERS)),
    need(Part::Tokenizer, GRAMS, BEFORE_7, Words("token_chars", CHARACTERS.split_at(1).1)),
    need(Part::Tokenizer, &["pattern"], ALWAYS, Pattern("pattern")),
    need(Part::Tokenizer, &["path_hierarchy", "PathHierarchy"], ALWAYS, From("buffer_size", 0)),
    need(Part::Filter, &["hunspell"], ALWAYS, OneOf(&["locale", "language", "lang"])),
    need(Part::Tokenizer, &["path_hierarchy", "PathHierarchy"], ALWAYS, From("skip", 0)),
    need(Part::Tokenizer, &["standard", "classic", "uax_url_email"], ALWAYS, From("max_token_length", 1)),
    need(Part::Tokenizer, &["char_group"], ES7_ON, From("max_token_length", 1)),
    need(Part::Tokenizer, &["standard"], ES2_ON, Within("max_token_length", 1.0, TOKEN_MAX)),
    need(Part::Tokenizer, &["uax_url_email"], ES5_ON, Within("max_token_length", 1.0, TOKEN_MAX)),
    need(Part::Tokenizer, &["whitespace"], ES6_ON, Within("max_token_length", 1.0, TOKEN_MAX)),
    need(Part::Tokenizer, &["keyword"], ALWAYS, From("buffer_size", 1)),
    need(Part::Analyzer, &["standard"], ALWAYS, From("max_token_length", 1)),
    need(Part::Analyzer, &["standard"], ES2_ON, Within("max_token_length", 1.0, TOKEN_MAX)),
    need(Part::Analyzer, &["pattern"], ALWAYS, Pattern("pattern")),
    need(Part::Similarity, &["BM25"], ES2_ON, Within("b", 0.0, 1.0)),
    need(Part::Similarity, &["BM25"], ES2_ON, Within("k1", 0.0, f64::MAX)),
    need(Part::Similarity, &["BM25"], ES7_ON, Only(&["k1", "b", "discount_overlaps"])),
    need(Part::Similarity, &["DFR"], BEFORE_7, Word("basic_model", &["be", "d", "g", "if", "in", "ine", "p"])),
    need(Part::Similarity, &["DFR"], ES7_ON, Word("basic_model", &["g", "if", "in", "ine"])),
    need(Part::Similarity, &["DFR"], BEFORE_7, Word("after_effect", &["no", "b", "l"])),
    need(Part::Similarity, &["DFR"], ES7_ON, Word("after_effect", &["b", "l"])),
    need(Part::Similarity, &["DFR", "IB"], ALWAYS, Word("normalization", NORMALIZATIONS)),
    need(Part::Similarity, &["IB"], ALWAYS, Word("distribution", &["ll", "spl"])),
    need(Part::Similarity, &["IB"], ALWAYS, Word("lambda", &["df", "ttf"])),
    need(Part::Similarity, &["DFI"], ES2_ON, Word("independence_measure", &["standardized", "saturated", "chisquared"])),
    need(Part::Similarity, &["LMDirichlet"], BEFORE_7, Within("mu", f64::MIN, f64::MAX)),
    need(Part::Similarity, &["LMDirichlet"], ES7_ON, Within("mu", 0.0, f64::MAX)),
    need(Part::Similarity, &["LMDirichlet"], ES7_ON, Only(&["mu"])),
    need(Part::Similarity, &["LMJelinekMercer"], ES7_ON, Only(&["lambda"])),
    need(Part::Similarity, &["boolean"], ES7_ON, Only(&[])),
    need(Part::Similarity, &["LMJelinekMercer"], BEFORE_7, Within("lambda", f64::MIN, f64::MAX)),
    need(Part::Similarity, &["LMJelinekMercer"], ES7_ON, Within("lambda", f64::MIN_POSITIVE, 1.0)),
    need(Part::Similarity, &["scripted"], ALWAYS, OneOf(&["script", "script.source", "script.id"])),
];

/// Parameters that are whole numbers wherever they stand.
const WHOLE: &[&str] = &[
    "max_token_length",
    "min_gram",
    "max_gram",
    "min_shingle_size",
    "max_shingle_size",
    "length",
    "max_token_count",
    "group",
    "min",
    "max",
    "min_word_size",
    "min_subword_size",
    "max_subword_size",
    "hash_count",
    "bucket_count",
    "hash_set_size",
    "max_output_size",
    "buffer_size",
    "skip",
    "position_increment_gap",
    "max_graph_expansions",
];

/// Lists of which an empty text is none at all. Measured on 6.8 and OpenSearch 2.19; others want the parameter alone.
const NO_BLANKS: &[&str] = &["types", "keep_words", "word_list", "synonyms"];

/// Whole numbers that some types alone read.
#[rustfmt::skip]
const READ_BY: &[(&str, &[&str], &[Span])] = &[
    ("max_token_length", &["standard", "classic", "uax_url_email"], ALWAYS),
    ("max_token_length", &["char_group"], ES7_ON),
    ("max_token_length", &["whitespace"], ES6_ON),
    ("buffer_size", &["keyword", "path_hierarchy", "PathHierarchy"], ALWAYS),
    ("position_increment_gap", &["custom", ""], ES2_ON),
];

/// What is wrong with the parameters of a definition of the type `kind`, and with which of them.
pub(super) fn fault(
    definition: &Definition<'_>,
    kind: &str,
    target: &Target,
) -> Option<(String, String)> {
    let what = format!("the {} `{}`", definition.part.name(), definition.name);
    let is_read = |key: &str| {
        let mut rows = READ_BY.iter().filter(|(name, ..)| *name == key).peekable();
        rows.peek().is_none()
            || rows.any(|(_, kinds, spans)| kinds.contains(&kind) && target.within(spans))
    };
    let no_number = |key: &&&str| {
        is_read(key)
            && definition
                .get(key)
                .is_some_and(|(_, value, _)| !value.is_null() && whole(value).is_none())
    };
    if let Some(key) = WHOLE.iter().find(no_number) {
        let found = definition.get(key).map(|(_, value, _)| described(value)).unwrap_or_default();
        let message = format!("`{key}` of {what} must be a whole number, found {found}");
        return Some((key.to_string(), message));
    }
    let concerns = |need: &&Need| {
        need.part == definition.part && need.kinds.contains(&kind) && target.within(need.spans)
    };
    NEEDS
        .iter()
        .filter(concerns)
        .find_map(|need| {
            let (key, wanted) = need.wants.misses(definition, target)?;
            Some((key, format!("{what} of the type `{kind}` {wanted} on {target}")))
        })
        .or_else(|| piece::fault(definition, kind, target))
}

impl Wants {
    /// The parameter that is wrong, and what is wanted of the definition: "wants …".
    fn misses(self, definition: &Definition<'_>, target: &Target) -> Option<(String, String)> {
        let given = |key: &str| definition.get(key).map(|(_, value, _)| *value);
        let wrong = |key: &str, wanted: String| Some((key.to_string(), wanted));
        let found = |key: &str| given(key).map_or("none".to_string(), described);
        match self {
            OneOf(keys) => {
                let says = |key: &&str| given(key).is_some_and(|v| is_something(key, v, target));
                let is_there = keys.iter().any(says);
                if is_there { None } else { wrong("type", format!("wants {}", in_words(keys))) }
            }
            Word(key, words) => {
                let fits = given(key).and_then(Value::as_str).is_some_and(|w| words.contains(&w));
                let wanted =
                    || format!("wants `{key}` to be {}, found {}", in_words(words), found(key));
                if fits { None } else { wrong(key, wanted()) }
            }
            Words(key, words) => {
                let stray = listed(given(key)?)
                    .into_iter()
                    .find(|w| !w.is_empty() && !words.contains(&w.to_ascii_lowercase().as_str()))?;
                wrong(
                    key,
                    format!(
                        "takes no `{stray}` in `{key}`, which holds kinds of characters such as `letter`"
                    ),
                )
            }
            Without(key) => {
                given(key)?;
                wrong(key, format!("takes no `{key}` any more; remove it"))
            }
            Either(one, other) => {
                given(one)?;
                given(other)?;
                wrong(other, format!("takes `{one}` or `{other}`, and not both"))
            }
            From(..) | Within(..) | Ordered(..) => self.misses_number(definition),
            Pattern(key) => {
                let broken = given(key)?.as_str().is_some_and(is_broken);
                if broken {
                    wrong(
                        key,
                        format!("wants a regular expression for `{key}`, found {}", found(key)),
                    )
                } else {
                    None
                }
            }
            Arrows(key) => {
                // OpenSearch reads comments there.
                let is_comment = |rule: &str| rule.starts_with('#') && target.within(&[os(1, 0)]);
                let is_none = |rule: &String| !rule.contains("=>") && !is_comment(rule);
                let rule = listed(given(key)?).into_iter().find(is_none)?;
                wrong(key, format!("wants rules such as `a => b` in `{key}`, found `{rule}`"))
            }
            Only(keys) => {
                let stray = definition
                    .params
                    .iter()
                    .map(|(key, ..)| key.as_str())
                    .find(|key| *key != "type" && !keys.contains(key))?;
                wrong(stray, format!("has no `{stray}`; it has {}", in_words(keys)))
            }
        }
    }

    /// The same, where numbers are wanted.
    fn misses_number(self, definition: &Definition<'_>) -> Option<(String, String)> {
        let given = |key: &str| definition.get(key).map(|(_, value, _)| *value);
        let wrong = |key: &str, wanted: String| Some((key.to_string(), wanted));
        let found = |key: &str| given(key).map_or("none".to_string(), described);
        match self {
            From(key, min) => {
                let fits = whole(given(key)?).is_none_or(|number| number >= min);
                if fits {
                    None
                } else {
                    wrong(key, format!("wants `{key}` from {min}, found {}", found(key)))
                }
            }
            Within(key, min, max) => {
                let fits = real(given(key)?).is_some_and(|number| (min..=max).contains(&number));
                let wanted = match (min, max) {
                    (f64::MIN, _) => "wants a number".to_string(),
                    (_, f64::MAX) => "wants a number from 0".to_string(),
                    (f64::MIN_POSITIVE, _) => "wants a number above 0 up to 1".to_string(),
                    _ => format!("wants a number from {min} to {max}"),
                };
                if fits {
                    None
                } else {
                    wrong(key, format!("{wanted} for `{key}`, found {}", found(key)))
                }
            }
            Ordered(low, low_default, high, high_default) => {
                let number = |key, default| given(key).map_or(Some(default), whole);
                let (min, max) = number(low, low_default).zip(number(high, high_default))?;
                if min <= max {
                    None
                } else {
                    wrong(low, format!("wants `{low}` not above `{high}`, found {min} and {max}"))
                }
            }
            _ => None,
        }
    }
}

/// Whether a parameter says something. Before 6.0 the entries of a list are settings of their own, and there may be none.
fn is_something(key: &str, value: &Value, target: &Target) -> bool {
    let is_empty = value.as_array().is_some_and(Vec::is_empty);
    let is_blank = value == "" && NO_BLANKS.contains(&key);
    if target.within(ES6_ON) { !is_blank } else { !is_empty }
}

fn in_words(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(" or ")
}

/// A whole number of 32 bits.
fn whole(value: &Value) -> Option<i64> {
    let number: i64 = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    i32::try_from(number).is_ok().then_some(number)
}

fn real(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn listed(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(listed).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Number(_) | Value::Bool(_) => vec![value.to_string()],
        _ => Vec::new(),
    }
}
