//! Switches, languages and rules in the parameters of analysis parts, type by type. Knows one definition and nothing beside it.
//!
//! Measured on 1.7, 2.4, 5.6, 6.8 and OpenSearch 3.8, each with an index of that definition and a document through it; for 7.x and
//! later of Elasticsearch, whose module has the same reader as OpenSearch's, by that.

use serde_json::Value;

use super::analysis::{Definition, Part};
use super::spelt::is_switch;
use crate::target::Target;
use crate::target::dialect::described;
use crate::target::span::{ALWAYS, ES5_ON, Span, es, es_until, os, os_until};

/// Parameters that are switches. 1.x and 2.x take any word for one.
#[rustfmt::skip]
const SWITCHES: &[(Part, &[&str], &[&str])] = &[
    (Part::Filter, &["asciifolding", "multiplexer", "pattern_capture"], &["preserve_original"]),
    (Part::Filter, &["cjk_bigram"], &["output_unigrams"]),
    (Part::Filter, &["shingle"], &["output_unigrams", "output_unigrams_if_no_shingles"]),
    (Part::Filter, &["common_grams"], &["query_mode", "ignore_case"]),
    (Part::Filter, &["dictionary_decompounder", "hyphenation_decompounder"], &["only_longest_match"]),
    (Part::Filter, &["elision"], &["articles_case"]),
    (Part::Filter, &["keep"], &["keep_words_case"]),
    (Part::Filter, &["keyword_marker"], &["ignore_case"]),
    (Part::Filter, &["limit"], &["consume_all_tokens"]),
    (Part::Filter, &["pattern_replace"], &["all"]),
    (Part::Filter, &["stop"], &["ignore_case", "remove_trailing"]),
    (Part::Filter, &["synonym", "synonym_graph"], &["expand"]),
    (Part::Filter, &["unique"], &["only_on_same_position"]),
    (Part::Filter, &["word_delimiter", "word_delimiter_graph"], &["generate_word_parts", "generate_number_parts", "catenate_words",
        "catenate_numbers", "catenate_all", "split_on_case_change", "preserve_original", "split_on_numerics", "stem_english_possessive"]),
    (Part::Tokenizer, &["path_hierarchy", "PathHierarchy"], &["reverse"]),
    (Part::Analyzer, &["pattern"], &["lowercase"]),
];

/// The same, which came with 7.x.
#[rustfmt::skip]
const LATER_SWITCHES: &[(Part, &[&str], &[&str])] = &[
    (Part::Filter, &["ngram", "nGram", "edge_ngram", "edgeNGram"], &["preserve_original"]),
    (Part::Filter, &["word_delimiter_graph"], &["adjust_offsets", "ignore_keywords"]),
];

/// What is wrong with the parameters of a definition of the type `kind`, and with which of them.
pub(super) fn fault(
    definition: &Definition<'_>,
    kind: &str,
    target: &Target,
) -> Option<(String, String)> {
    let concerns = |part: &Part, kinds: &[&str]| *part == definition.part && kinds.contains(&kind);
    let later = target.within(&[es(7, 0), os(1, 0)]).then_some(LATER_SWITCHES);
    let switch = SWITCHES
        .iter()
        .chain(later.into_iter().flatten())
        .filter(|(part, kinds, _)| concerns(part, kinds) && target.within(ES5_ON))
        .flat_map(|(.., names)| names.iter())
        .find_map(|name| {
            let (_, value, _) = definition.get(name)?;
            let fits = value.is_null() || is_switch(value, target);
            (!fits).then(|| (name.to_string(), format!("`true` or `false` for `{name}`"), *value))
        });
    let rule = || {
        RULES.iter().filter(|(part, kinds, ..)| concerns(part, kinds)).find_map(
            |(.., spans, name, rule)| {
                let (_, value, _) = definition.get(name).filter(|_| target.within(spans))?;
                let stray = texts(value).into_iter().find(|text| !(rule.fits)(text))?;
                Some((name.to_string(), format!("{} in `{name}`", rule.wanted), stray))
            },
        )
    };
    let what = format!("the {} `{}` of the type `{kind}`", definition.part.name(), definition.name);
    let said =
        |wanted: &str, found: String| format!("{what} wants {wanted} on {target}, found {found}");
    if let Some((name, wanted, value)) = switch {
        return Some((name, said(&wanted, described(value))));
    }
    if let Some((name, wanted, stray)) = rule() {
        return Some((name, said(&wanted, format!("`{stray}`"))));
    }
    if let Some((name, wanted)) = together(definition, kind, target) {
        return Some((name.to_string(), format!("{what} {wanted} on {target}")));
    }
    let (name, found) = language(definition, kind, target)?;
    let message = format!("{target} has no language `{found}` for {what}; name another one");
    Some((name, message))
}

/// What parameters say only with each other.
fn together(
    definition: &Definition<'_>,
    kind: &str,
    target: &Target,
) -> Option<(&'static str, String)> {
    let given = |name: &str| definition.get(name).map(|(_, value, _)| *value);
    let text = |name: &str| given(name).and_then(Value::as_str);
    match (definition.part, kind) {
        (Part::Filter | Part::CharFilter, "pattern_replace") => {
            let groups = groups(text("pattern")?);
            let group = referred(text("replacement")?).find(|group| *group > groups)?;
            let wanted =
                format!("has {groups} groups in `pattern`, and `replacement` names `${group}`");
            Some(("replacement", wanted))
        }
        (Part::Tokenizer, "pattern") => {
            let groups = groups(text("pattern").unwrap_or_default());
            let group = super::spelt::number(given("group")?)?;
            let wanted = || format!("has {groups} groups in `pattern`, and `group` is {group}");
            (group > groups as i64).then(|| ("group", wanted()))
        }
        (Part::CharFilter, "mapping") => {
            let rules = texts(given("mappings")?);
            let mut seen: Vec<&str> = Vec::new();
            for rule in &rules {
                let from = rule.rsplit_once("=>")?.0.trim();
                if seen.contains(&from) {
                    return Some(("mappings", format!("takes one rule for `{from}`")));
                }
                seen.push(from);
            }
            None
        }
        (Part::Filter, "synonym" | "synonym_graph") => {
            let rules = texts(given("synonyms")?);
            if text("format") == Some("wordnet") {
                let stray = rules.iter().find(|rule| !rule.starts_with("s("))?;
                return Some((
                    "synonyms",
                    format!("reads WordNet's `s(…)` alone, found `{stray}`"),
                ));
            }
            let spares = target.within(LENIENT)
                && given("lenient").and_then(crate::target::dialect::truth) == Some(true);
            // The first and the last may be missing.
            let is_gap = |rule: &&String| {
                let terms: Vec<&str> =
                    rule.rsplit("=>").next().unwrap_or_default().split(',').collect();
                let inner = terms.get(1..terms.len().saturating_sub(1)).unwrap_or_default();
                !rule.starts_with('#') && inner.iter().any(|term| term.trim().is_empty())
            };
            let stray = rules.iter().filter(|_| !spares).find(is_gap)?;
            Some(("synonyms", format!("takes no term of nothing between commas, found `{stray}`")))
        }
        _ => None,
    }
}

/// Versions that may leave out rules which they cannot read; the first by the release notes.
const LENIENT: &[Span] = &[es(6, 4), os(1, 0)];

/// How many groups a regular expression captures.
fn groups(pattern: &str) -> usize {
    let bytes = pattern.as_bytes();
    let (mut count, mut at, mut in_class) = (0, 0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if pattern[at..].starts_with("\\Q") => {
                at += pattern[at..].find("\\E").unwrap_or(bytes.len() - at);
            }
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => {
                let rest = &bytes[at + 1..];
                let is_named = rest.starts_with(b"?<") && !matches!(rest.get(2), Some(b'=' | b'!'));
                count += usize::from(!rest.starts_with(b"?") || is_named);
            }
            _ => {}
        }
        at += 1;
    }
    count
}

/// The groups that a replacement names, by their first digit, for Java takes more only where there are such groups.
fn referred(replacement: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    let mut found = Vec::new();
    for (at, letter) in replacement.char_indices() {
        if letter == '$' && before != '\\' {
            let next = replacement[at + 1..].chars().next();
            found.extend(next.and_then(|digit| digit.to_digit(10)).map(|digit| digit as usize));
        }
        before = if before == '\\' { ' ' } else { letter };
    }
    found.into_iter()
}

/// What each text of a parameter must be.
struct Rule {
    wanted: &'static str,
    fits: fn(&str) -> bool,
}

/// A rule for one parameter of some types, and the versions that hold it.
type Ruled = (Part, &'static [&'static str], &'static [Span], &'static str, Rule);

#[rustfmt::skip]
const RULES: &[Ruled] = &[
    (Part::Filter, &["stop"], &[es_until((1, 0), (2, 0))], "enable_position_increments", Rule { wanted: "`true`", fits: |text| text == "true" }),
    (Part::Tokenizer, &["edge_ngram", "edgeNGram"], &[es_until((1, 0), (5, 0))], "side", Rule { wanted: "`front`", fits: |side| {
        !side.eq_ignore_ascii_case("back")
    } }),
    (Part::Filter, &["keep_types"], &[es(6, 0), os(1, 0)], "mode", Rule { wanted: "`include` or `exclude`", fits: |mode| {
        ["include", "exclude"].contains(&mode.to_ascii_lowercase().as_str())
    } }),
    (Part::Filter, &["edge_ngram", "edgeNGram"], &[es(2, 0), os(1, 0)], "side", Rule { wanted: "`front` or `back`", fits: |side| {
        ["front", "back"].contains(&side.to_ascii_lowercase().as_str())
    } }),
    (Part::Filter, &["stemmer_override"], ALWAYS, "rules", Rule { wanted: "rules such as `a => b`", fits: |rule| {
        let sides: Vec<&str> = rule.split("=>").map(str::trim).collect();
        matches!(sides.as_slice(), [from, to] if !from.is_empty() && !to.is_empty())
    } }),
    (Part::Filter, &["word_delimiter", "word_delimiter_graph"], ALWAYS, "type_table", Rule {
        wanted: "rules such as `$ => DIGIT`, with LOWER, UPPER, ALPHA, DIGIT, ALPHANUM or SUBWORD_DELIM", fits: is_typed,
    }),
    (Part::Filter, &["synonym", "synonym_graph"], ALWAYS, "synonyms", Rule { wanted: "one `=>` at most in each rule", fits: |rule| {
        rule.starts_with('#') || rule.matches("=>").count() <= 1
    } }),
    (Part::CharFilter, &["mapping"], ALWAYS, "mappings", Rule { wanted: "something before the arrow of each rule", fits: |rule| {
        !rule.trim_start().starts_with("=>")
    } }),
    (Part::Filter, &["keyword_marker"], ALWAYS, "keywords", SOMETHING),
    (Part::CharFilter, &["pattern_replace"], ALWAYS, "pattern", SOMETHING),
    (Part::Filter, &["delimited_payload", "delimited_payload_filter"], ALWAYS, "delimiter", SOMETHING),
    (Part::Filter, &["fingerprint"], ES5_ON, "separator", ONE_CHARACTER),
    (Part::Analyzer, &["fingerprint"], ES5_ON, "separator", ONE_CHARACTER),
    (Part::Filter, &["pattern_replace"], ALWAYS, "flags", FLAGS),
    (Part::CharFilter, &["pattern_replace"], ES5_ON, "flags", FLAGS),
    (Part::Tokenizer, &["pattern"], ALWAYS, "flags", FLAGS),
    (Part::Analyzer, &["pattern"], ALWAYS, "flags", FLAGS),
    (Part::Filter, &["keyword_marker"], &[es(5, 0), os(1, 0)], "keywords_pattern", EXPRESSION),
    (Part::Filter, &["pattern_capture"], ALWAYS, "patterns", EXPRESSION),
    (Part::Tokenizer, &["char_group"], ALWAYS, "tokenize_on_chars", Rule {
        wanted: "characters, or `whitespace`, `letter`, `digit`, `punctuation`, `symbol`", fits: is_group,
    }),
];

const SOMETHING: Rule = Rule { wanted: "a text that is not empty", fits: |text| !text.is_empty() };
const ONE_CHARACTER: Rule =
    Rule { wanted: "one character", fits: |text| text.encode_utf16().count() == 1 };
const EXPRESSION: Rule =
    Rule { wanted: "a regular expression", fits: |text| !crate::target::pattern::is_broken(text) };
const FLAGS: Rule = Rule {
    wanted: "flags of Java such as `CASE_INSENSITIVE|COMMENTS`",
    fits: |flags| {
        const KNOWN: &[&str] = &[
            "CASE_INSENSITIVE",
            "MULTILINE",
            "DOTALL",
            "UNICODE_CASE",
            "CANON_EQ",
            "UNIX_LINES",
            "LITERAL",
            "COMMENTS",
            "UNICODE_CHAR_CLASS",
            "UNICODE_CHARACTER_CLASS",
        ];
        let is_known = |flag: &str| {
            flag.is_empty() || KNOWN.contains(&flag.trim().to_ascii_uppercase().as_str())
        };
        flags.split('|').all(is_known)
    },
};

/// `$ => DIGIT`: one character, or its escape, and one of the kinds.
fn is_typed(rule: &str) -> bool {
    let Some((from, to)) = rule.rsplit_once("=>") else { return false };
    let from = from.trim();
    let one = from.encode_utf16().count() == 1
        || from.starts_with('\\') && matches!(from.chars().count(), 2 | 6);
    let kinds = ["LOWER", "UPPER", "ALPHA", "DIGIT", "ALPHANUM", "SUBWORD_DELIM"];
    one && kinds.contains(&to.trim())
}

fn is_group(text: &str) -> bool {
    let kinds = ["letter", "digit", "whitespace", "punctuation", "symbol"];
    text.encode_utf16().count() == 1
        || text.starts_with('\\') && text.len() > 1
        || kinds.contains(&text)
}

/// The texts of a parameter; entries that are none are the engine's to print.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// Stemmers by their names in `language`, and since when.
#[rustfmt::skip]
const STEMMERS: &[(&[Span], &str)] = &[
    (ALWAYS, "arabic armenian basque brazilian bulgarian catalan czech danish dutch english finnish french galician german \
        german2 greek hindi hungarian indonesian irish italian kstem latvian norwegian porter porter2 portuguese romanian \
        russian sorani spanish swedish turkish minimal_english possessive_english light_english light_finish light_finnish \
        light_french minimal_french light_german minimal_german light_hungarian light_italian light_norwegian \
        minimal_norwegian light_nynorsk minimal_nynorsk light_portuguese minimal_portuguese portuguese_rslp light_russian \
        light_spanish light_swedish minimal_galician"),
    (BEFORE_LUCENE_10, "kp dutch_kp dutchkp lovins"),
    (&[es(2, 0), os(1, 0)], "lithuanian"),
    (&[es(6, 0), os(1, 0)], "bengali"),
    (&[es(7, 0), os(1, 0)], "estonian"),
    (&[es(8, 0), os(1, 0)], "persian"),
];

/// Lucene 10 has no Snowball stemmers of these any more; Elasticsearch 9 keeps the names.
const BEFORE_LUCENE_10: &[Span] = &[es(1, 0), os_until((1, 0), (3, 0))];

/// Names of Snowball's stemmers, with a capital. Those of Lucene 8 and later came one after the other.
#[rustfmt::skip]
const SNOWBALL: &[(&[Span], &str)] = &[
    (ALWAYS, "Armenian Basque Catalan Danish Dutch English Finnish French German German2 Hungarian Irish Italian Norwegian Porter \
        Portuguese Romanian Russian Spanish Swedish Turkish"),
    (BEFORE_LUCENE_10, "Kp Lovins"),
    (&[es(2, 0), os(1, 0)], "Lithuanian"),
    (&[es(6, 0), os(1, 0)], "Arabic"),
    (&[es(7, 0), os(1, 0)], "Estonian Greek Hindi Indonesian Nepali Serbian Tamil Yiddish"),
];

/// Languages whose letters become small in another way, in capitals or not.
const LOWERED: &[(&[Span], &str)] = &[(ALWAYS, "greek irish turkish")];

/// The language of a stemmer that the target lacks, and the parameter that names it.
fn language(definition: &Definition<'_>, kind: &str, target: &Target) -> Option<(String, String)> {
    let known = |table: &[(&[Span], &str)], name: &str| {
        table.iter().any(|(spans, words)| {
            target.within(spans) && words.split_whitespace().any(|word| word == name)
        })
    };
    let key = match (definition.part, kind) {
        (Part::Filter, "stemmer") if definition.get("language").is_none() => "name",
        (Part::Filter, "stemmer" | "snowball" | "lowercase") | (Part::Analyzer, "snowball") => {
            "language"
        }
        _ => return None,
    };
    let name = texts(definition.get(key)?.1).pop()?;
    let mut capital = name.clone();
    if let Some(first) = capital.get_mut(..1).filter(|_| definition.part == Part::Filter) {
        first.make_ascii_uppercase();
    }
    let fits = match kind {
        "lowercase" => known(LOWERED, &name.to_ascii_lowercase()),
        "stemmer" => known(STEMMERS, &name.to_ascii_lowercase()) || known(SNOWBALL, &capital),
        _ => known(SNOWBALL, &capital),
    };
    (!fits).then(|| (key.to_string(), name))
}
