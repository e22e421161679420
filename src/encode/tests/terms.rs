//! How long a term may be, as every line was measured: 32,766 bytes of what the field makes of its text.

use serde_json::{Value as Json, json};

use super::*;
use crate::error::Verdict;
use crate::target::TERMS;

const MAX: usize = 32_766;

/// `.` where the text is taken, `R` where it is refused, `?` where only the engine knows.
fn letters(mapping: &Json, target: &str, texts: &[String]) -> String {
    let encoder = encoder(mapping, target, &FieldOptions::default());
    let letter = |text: &String| match encoder.encode(Value::Text(text.as_bytes()), &mut Vec::new())
    {
        Ok(()) => '.',
        Err(refusal) if refusal.verdict == Verdict::Altered => '?',
        Err(_) => 'R',
    };
    texts.iter().map(letter).collect()
}

#[track_caller]
fn are(mapping: &Json, texts: &[String], wanted: &[(&str, &str)]) {
    for (targets, wanted) in wanted {
        for target in targets.split(' ') {
            assert_eq!(letters(mapping, target, texts), *wanted, "{target} {mapping}");
        }
    }
}

fn text(character: &str, count: usize) -> String {
    character.repeat(count)
}

fn with_terms(kind: &str, terms: Json) -> Json {
    json!({"type": kind, TERMS: terms})
}

#[test]
fn what_is_only_stored_is_limited_on_8_and_9() {
    let lengths = [text("a", MAX), text("a", MAX + 1)];
    let stored = json!({"type": "keyword", "index": false, "doc_values": false, "store": true});
    are(&stored, &lengths, &[("es5 es6 es7 os2 os3", ".."), ("es8 es9", ".R")]);
    let nothing = json!({"type": "keyword", "index": false, "doc_values": false});
    are(&nothing, &lengths, &[("es5 es9 os3", "..")]);
    let old = json!({"type": "string", "index": "no", "doc_values": true});
    are(&old, &lengths, &[("es1 es2", ".R")]);
}

#[test]
fn ignore_above_counts_utf_16_and_on_8_19_code_points() {
    let faces = [text("😀", 8192), text("😀", 8193), text("😀", 16384), text("😀", 16385)];
    let mapping = json!({"type": "keyword", "ignore_above": 16384});
    are(&mapping, &faces, &[("es5 es6 es7 es9 os2 os3", "R..."), ("es8", "RRR.")]);
}

#[test]
fn the_term_is_what_the_analyzer_makes_of_the_text() {
    let lengths = [text("a", MAX), text("a", MAX + 1)];
    let spaced = [format!(" {} ", text("a", MAX)), text("a b ", 20_000), text("é", 40_000)];
    for kind in ["text", "keyword"] {
        are(&with_terms(kind, json!([])), &lengths, &[("es5 es9 os3", ".R")]);
    }
    are(&with_terms("string", json!([])), &lengths, &[("es1 es2", ".R")]);
    are(&with_terms("text", json!([["short"]])), &lengths, &[("es6 os3", "..")]);
    are(&with_terms("text", json!([["trim"]])), &spaced, &[("es6 os3", ".RR")]);
    let words = with_terms("text", json!([["apart", r"\W+"]]));
    are(&words, &lengths, &[("es6 os3", ".R")]);
    are(&words, &spaced, &[("es6 os3", "...")]);
    are(
        &json!({"type": "text", "analyzer": "keyword", "index": false}),
        &lengths,
        &[("es9 os3", "..")],
    );
}

#[test]
fn a_term_in_another_case_may_be_longer_or_shorter() {
    let texts = [
        text("a", MAX),
        text("a", MAX + 1),
        text("Ⱥ", 16383),
        text("Ⱥ", 10922),
        text("Ⱥ", 10923),
        text("İ", 16384),
        text("İ", 32766),
        text("İ", 32767),
    ];
    are(
        &with_terms("keyword", json!([["lowercase"]])),
        &texts,
        &[("es5 es6 es7 es8 es9 os2 os3", ".RR.R..R")],
    );
}

/// As OpenSearch 3.8 and Elasticsearch 6.8 answered.
#[test]
fn each_step_of_an_analysis_counts() {
    let texts = [
        text("a", 33_000),
        text("ab,", 14_000),
        text("ab ", 14_000),
        text("é", 30_000),
        format!("<b>{}", text("a", 33_000)),
        text("a_", 20_000),
        text("中", 11_000),
    ];
    for (steps, wanted) in [
        (json!([["apart", ","]]), "R.RRRRR"),
        (json!([["apart", r"\s+"]]), "RR.RRRR"),
        (json!([["apart", "(?=,)"]]), "???????"),
        (json!([["group", "[^,]+", 0]]), "R.RRRRR"),
        (json!([["blank", 100_000]]), "RR.RRRR"),
        (json!([["standard", 100_000, false]]), "R?.RRR?"),
        (json!([["standard", 100_000, true]]), "R?.RR??"),
        (json!([["some", 100_000]]), "???????"),
        (json!([["truncate", 20_000]]), "...R..R"),
        (json!([["length", 32_000]]), "...R..R"),
        (json!([["fold", false]]), "RRR.RRR"),
        (json!([["fold", true]]), "RRRRRRR"),
        (json!([["replace", "a+", "", true]]), "...R..R"),
        (json!([["replace", "a", "bb", false]]), "RRRRRRR"),
        (json!([["map", [["ab", "a"], ["中", "xxxx"]]]]), "R..RRRR"),
        (json!([["html"]]), "RRRR?RR"),
        (json!([["ascii"]]), "RRR?RR?"),
        (json!([["apart", ","], ["shingle", 2]]), "R.RRRRR"),
        (json!([["stem"]]), "RRRRRRR"),
        (json!([["unknown"], ["truncate", 100]]), "......."),
    ] {
        are(&with_terms("text", steps), &texts, &[("es6 os3", wanted)]);
    }
    let grown = [text("b", 17_000), text("a", 16_000), text("ß", 16_000)];
    for (steps, wanted) in [
        (json!([["replace", "b", "xx", true]]), "R.."),
        (json!([["map", [["b", "xx"]]]]), "R.."),
        (json!([["recased"]]), "?.?"),
    ] {
        are(&with_terms("keyword", steps), &grown, &[("es6 os3", wanted)]);
    }
}

#[test]
fn shingles_of_a_single_token_have_fillers() {
    let lengths: Vec<String> = (0..5).map(|less| text("a", MAX - less)).collect();
    for (size, wanted) in [(2, "R...."), (3, "RR..."), (4, "RRR..")] {
        let mapping =
            json!({"type": "search_as_you_type", "analyzer": "keyword", "max_shingle_size": size});
        are(&mapping, &lengths, &[("es7 os2 os3", wanted)]);
    }
}

#[test]
fn a_flat_object_has_the_fields_name_twice_in_its_terms() {
    let lengths: Vec<String> =
        (4..8).map(|less| format!(r#"{{"k":"{}"}}"#, text("a", MAX - less))).collect();
    are(&json!({"type": "flat_object"}), &lengths, &[("os2 os3", "RR..")]);
    let numbers: Vec<String> =
        (1..8).map(|less| format!(r#"{{"{}":1}}"#, text("a", MAX - less))).collect();
    are(&json!({"type": "flat_object"}), &numbers, &[("os2 os3", "RRRRR..")]);
    are(&json!({"type": "flattened"}), &numbers, &[("es7 es8 es9", "R......")]);
    let unindexed = json!({"type": "flattened", "index": false, "doc_values": false});
    are(&unindexed, &[format!(r#"{{"k":"{}"}}"#, text("a", MAX))], &[("es7 es8 es9", ".")]);
}

#[test]
fn names_of_features_are_terms() {
    let names = [0, 1].map(|more| format!(r#"{{"{}":1}}"#, text("a", MAX + more)));
    are(&json!({"type": "rank_features"}), &names, &[("es7 os2 os3", ".R")]);
    are(&json!({"type": "sparse_vector"}), &names, &[("es8 es9", ".R")]);
}
