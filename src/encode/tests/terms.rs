//! How long a term may be, as every line was measured: 32,766 bytes of what the field makes of its text.

use serde_json::{Value as Json, json};

use super::*;
use crate::target::TERMS;

const MAX: usize = 32_766;

/// `.` where the text is taken, `R` where it is refused.
fn letters(mapping: &Json, target: &str, texts: &[String]) -> String {
    let encoder = encoder(mapping, target, &FieldOptions::default());
    let letter = |text: &String| match encoder.encode(Value::Text(text.as_bytes()), &mut Vec::new())
    {
        Ok(()) => '.',
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

fn with_terms(kind: &str, terms: &str) -> Json {
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
        are(&with_terms(kind, "whole "), &lengths, &[("es5 es9 os3", ".R")]);
    }
    are(&with_terms("string", "whole "), &lengths, &[("es1 es2", ".R")]);
    are(&with_terms("text", "split"), &lengths, &[("es6 os3", "..")]);
    are(&with_terms("text", "whole trim"), &spaced, &[("es6 os3", ".RR")]);
    are(&with_terms("text", "word "), &lengths, &[("es6 os3", ".R")]);
    are(&with_terms("text", "word "), &spaced, &[("es6 os3", "...")]);
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
        &with_terms("keyword", "whole lowercase"),
        &texts,
        &[("es5 es6 es7 es8 es9 os2 os3", ".RR.R..R")],
    );
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
