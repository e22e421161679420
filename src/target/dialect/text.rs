//! `string` against `text` and `keyword`, and the parameters that changed their spelling with them.

use serde_json::{Map, Value, json};

use super::Translation;
use super::draft::{Draft, truth};
use super::field::{keep_values, wants_values};
use crate::target::span::{ES1_ES2, Span, es, es_until, os};

const ANALYZED: &[&str] = &[
    "string",
    "text",
    "search_as_you_type",
    "match_only_text",
    "annotated_text",
    "token_count",
    "completion",
];

/// `string` of 1.x and 2.x becomes `text` or `keyword`.
pub(super) fn string_becomes_text_or_keyword(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["string"]) || t.target.within(ES1_ES2) {
        return;
    }
    let target = t.target;
    let index = draft.get("index").cloned();
    match index.as_ref().and_then(Value::as_str) {
        Some("not_analyzed") => {
            t.notice(
                draft,
                format!("`string` with `index: not_analyzed` becomes `keyword` for {target}"),
            );
            draft.take("index");
            draft.become_kind("keyword");
        }
        Some("no") | Some("false") => never_indexed(t, draft),
        _ if index.as_ref().and_then(truth) == Some(false) => never_indexed(t, draft),
        _ => {
            t.notice(draft, format!("`string` becomes `text` for {target}"));
            draft.take("index");
            draft.become_kind("text");
        }
    }
    if draft.is(&["keyword"]) {
        leave_out_what_only_analysis_needs(t, draft);
    } else if draft.has("ignore_above") {
        draft.take("ignore_above");
        let target = t.target;
        t.notice(draft, format!("`ignore_above` is left out for {target}: `text` has none and indexes values of any length"));
    }
}

/// A string that is only stored has no limit on its length; doc values, the default of `keyword`, would bring one, and so
/// would on 8.x and 9.x a `keyword` that is stored.
fn never_indexed(t: &mut Translation<'_>, draft: &mut Draft) {
    let target = t.target;
    let is_stored = draft.get("store").and_then(truth) == Some(true);
    if is_stored && target.within(&[es(8, 0)]) {
        t.notice(
            draft,
            format!("`string` with `index: no` becomes `text` with `index: false` for {target}"),
        );
        draft.set("index", false);
        draft.take("doc_values");
        draft.become_kind("text");
        return;
    }
    t.notice(
        draft,
        format!("`string` with `index: no` becomes `keyword` with `index: false`, `doc_values: false` for {target}"),
    );
    draft.set("index", false);
    draft.become_kind("keyword");
    if draft.get("doc_values").and_then(truth) != Some(true) {
        draft.set("doc_values", false);
    }
}

fn leave_out_what_only_analysis_needs(t: &mut Translation<'_>, draft: &mut Draft) {
    for key in [
        "analyzer",
        "index_analyzer",
        "search_analyzer",
        "search_quote_analyzer",
        "term_vector",
        "position_increment_gap",
        "position_offset_gap",
    ] {
        if draft.take(key).is_some() {
            let target = t.target;
            t.notice(
                draft,
                format!("`{key}` is left out for {target}: a `keyword` is not analyzed"),
            );
        }
    }
}

/// `text` and `keyword` become `string`, for 1.x and 2.x.
pub(super) fn text_and_keyword_become_string(t: &mut Translation<'_>, draft: &mut Draft) {
    if !t.target.within(ES1_ES2) || !draft.is(&["text", "keyword"]) {
        return;
    }
    let target = t.target;
    let indexed = draft.get("index").and_then(|v| v.as_str().and_then(old_index).or(truth(v)));
    let keyword = draft.is(&["keyword"]);
    let index = match (keyword, indexed) {
        (_, Some(false)) => Some("no"),
        (true, _) => Some("not_analyzed"),
        (false, _) => None,
    };
    let from = draft.kind.clone();
    match index {
        Some(index) => {
            let missing = !draft.has("index");
            draft.set("index", index);
            if missing {
                put_after_type(draft, "index");
            }
            let kept = match keyword && index == "no" && wants_values(draft) {
                true => keep_values(draft),
                false => "",
            };
            t.notice(
                draft,
                format!("`{from}` becomes `string` with `index: {index}`{kept} for {target}"),
            );
        }
        None => {
            draft.take("index");
            t.notice(draft, format!("`{from}` becomes `string` for {target}"));
        }
    }
    draft.become_kind("string");
    let fielddata_is_a_switch = draft.get("fielddata").and_then(truth).is_some();
    if fielddata_is_a_switch && draft.take("fielddata").and_then(|v| truth(&v)) == Some(false) {
        draft.set("fielddata", json!({"format": "disabled"}));
    }
}

/// `true` for a value of `index` in the words of 1.x that means "searchable".
pub(super) fn old_index(word: &str) -> Option<bool> {
    match word {
        "analyzed" | "not_analyzed" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn put_after_type(draft: &mut Draft, key: &str) {
    let Some(value) = draft.take(key) else { return };
    let mut entries = Map::with_capacity(draft.entries.len() + 1);
    for (name, kept) in std::mem::take(&mut draft.entries) {
        let is_type = name == "type";
        entries.insert(name, kept);
        if is_type {
            entries.insert(key.to_string(), value.clone());
        }
    }
    draft.entries = entries;
}

/// `index_analyzer` is a word of 1.x; 2.x to 6.x want an `analyzer` beside every `search_analyzer`.
pub(super) fn analyzers(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(ANALYZED) {
        return;
    }
    let target = t.target;
    let default = if draft.is(&["completion"]) { "simple" } else { "default" };
    if target.within(&[es_until((1, 0), (2, 0))]) {
        return analyzers_of_1(t, draft);
    }
    if let Some(index_analyzer) = draft.get("index_analyzer").cloned() {
        let search = draft.get("search_analyzer").or(draft.get("analyzer")).cloned();
        draft.rename("index_analyzer", "analyzer", index_analyzer.clone());
        let search = search.unwrap_or_else(|| default.into());
        if search != index_analyzer {
            draft.set("search_analyzer", search);
        }
        t.notice(draft, format!("`index_analyzer` becomes `analyzer` for {target}"));
    }
    let wants_all = target.within(&[es_until((5, 0), (7, 0))]);
    if wants_all && draft.has("search_quote_analyzer") && !draft.has("search_analyzer") {
        let analyzer = draft.get("analyzer").cloned().unwrap_or_else(|| default.into());
        draft.set("search_analyzer", analyzer);
        t.notice(
            draft,
            format!("`search_analyzer` is written beside `search_quote_analyzer` for {target}, which wants both"),
        );
    }
    let wants_both = target.within(&[es_until((2, 0), (7, 0))]);
    if wants_both && draft.has("search_analyzer") && !draft.has("analyzer") {
        draft.set("analyzer", default);
        t.notice(draft, format!("`analyzer: {default}` is written beside `search_analyzer` for {target}, which wants both"));
    }
}

/// Analyzers that ended: name, first version without it, the name to use instead.
const ENDED_ANALYZERS: &[(&str, Span, Option<&str>)] =
    &[("default_index", es(5, 0), Some("default")), ("standard_html_strip", es(7, 0), None)];

/// Names of built-in analyzers that the target no longer has.
pub(super) fn ended_analyzers(t: &mut Translation<'_>, draft: &mut Draft) {
    for key in ["analyzer", "search_analyzer", "search_quote_analyzer"] {
        let Some(name) = draft.text(key) else { continue };
        let ended = ENDED_ANALYZERS
            .iter()
            .find(|(n, span, _)| *n == name && t.target.within(&[*span, os(1, 0)]));
        let target = t.target;
        match ended {
            None => {}
            Some((old, _, Some(new))) => {
                draft.set(key, *new);
                t.notice(draft, format!("the analyzer `{old}` is called `{new}` for {target}"));
            }
            Some((old, _, None)) => t.fault(
                draft.place.at(key),
                format!(
                    "{target} has no analyzer `{old}`; define one in `settings` with the `standard` tokenizer and the \
                     `html_strip` character filter under another name"
                ),
            ),
        }
    }
}

/// 1.x lets `analyzer` overwrite a `search_analyzer` that it meets first, and fails on a lonely `search_quote_analyzer`.
fn analyzers_of_1(t: &mut Translation<'_>, draft: &mut Draft) {
    let target = t.target;
    let both =
        draft.has("analyzer") && draft.has("search_analyzer") && !draft.has("index_analyzer");
    if both && !draft.is(&["token_count"]) {
        let analyzer = draft.get("analyzer").cloned().unwrap_or_default();
        draft.rename("analyzer", "index_analyzer", analyzer);
        t.notice(
            draft,
            format!("`analyzer` beside `search_analyzer` becomes `index_analyzer` for {target}"),
        );
    }
    let searched = draft.has("analyzer") || draft.has("search_analyzer");
    if draft.has("search_quote_analyzer") && !searched {
        t.fault(
            draft.place.at("search_quote_analyzer"),
            format!("{target} fails on a `search_quote_analyzer` alone; write the `search_analyzer` beside it"),
        );
    }
}

/// 1.x called the gap between values `position_offset_gap`.
pub(super) fn position_gap(t: &mut Translation<'_>, draft: &mut Draft) {
    let (old, new) = ("position_offset_gap", "position_increment_gap");
    let (from, to) =
        if t.target.within(&[es_until((1, 0), (2, 0))]) { (new, old) } else { (old, new) };
    if let Some(value) = draft.get(from).cloned() {
        draft.rename(from, to, value);
        let target = t.target;
        t.notice(draft, format!("`{from}` becomes `{to}` for {target}"));
    }
}

/// `norms: {"enabled": …}` and `omit_norms` against `norms: true|false`.
pub(super) fn norms(t: &mut Translation<'_>, draft: &mut Draft) {
    let target = t.target;
    if let Some(omitted) = draft.get("omit_norms").and_then(truth) {
        draft.rename("omit_norms", "norms", !omitted);
        t.notice(draft, format!("`omit_norms: {omitted}` becomes `norms` for {target}"));
    }
    let Some(norms) = draft.get("norms").cloned() else { return };
    let old = target.within(ES1_ES2);
    match (old, &norms) {
        (true, value) if truth(value).is_some() => {
            draft.set("norms", json!({"enabled": truth(value)}));
            t.notice(draft, format!("`norms` is written as `{{\"enabled\": …}}` for {target}"));
        }
        (false, Value::Object(object)) => {
            match object.get("enabled").and_then(truth) {
                Some(enabled) => draft.set("norms", enabled),
                None => drop(draft.take("norms")),
            }
            t.notice(
                draft,
                format!(
                    "`norms` is written as `true` or `false` for {target}, `loading` is left out"
                ),
            );
        }
        _ => {}
    }
}

/// The classic similarity was called `default` in 1.x and 2.x and ended with 6.x.
pub(super) fn similarity(t: &mut Translation<'_>, draft: &mut Draft) {
    if draft.is(&["dense_vector", "knn_vector", "rank_vectors"]) {
        return;
    }
    let Some(name @ ("default" | "classic" | "boolean")) = draft.text("similarity") else { return };
    let name = name.to_string();
    let target = t.target;
    let wanted = match name.as_str() {
        "boolean" if target.within(&[es(5, 4), os(1, 0)]) => return,
        "boolean" => None,
        _ if target.within(ES1_ES2) => Some("default"),
        _ if target.within(&[es_until((5, 0), (7, 0))]) => Some("classic"),
        _ => None,
    };
    match wanted {
        Some(wanted) if wanted == name => {}
        Some(wanted) => {
            draft.set("similarity", wanted);
            t.notice(draft, format!("`similarity: {name}` is called `{wanted}` for {target}"));
        }
        None => {
            draft.take("similarity");
            let default = if target.within(ES1_ES2) { "its default" } else { "`BM25`" };
            t.notice(draft, format!("`similarity: {name}` is left out for {target}, which has none: scores follow {default}"));
        }
    }
}

/// `fielddata` of 1.x and 2.x is an object about memory; later it is a switch of `text`.
pub(super) fn fielddata(t: &mut Translation<'_>, draft: &mut Draft) {
    let target = t.target;
    if target.within(ES1_ES2) {
        return modern_to_old_fielddata(t, draft);
    }
    let Some(Value::Object(old)) = draft.get("fielddata").cloned() else { return };
    let eager = old.get("loading").and_then(Value::as_str) == Some("eager_global_ordinals");
    let disabled = old.get("format").and_then(Value::as_str) == Some("disabled");
    if !disabled
        && draft.is(&["text", "keyword"])
        && old.get("filter").is_some_and(|f| f.get("regex").is_some())
    {
        let message = format!(
            "{target} cannot keep terms out of `fielddata` by a `regex`; remove it, and let an `analyzer` with a `pattern_replace` or `keep` filter take them out of a multi-field"
        );
        t.fault(draft.place.at("fielddata"), message);
    }
    match draft.kind.as_str() {
        "text" if disabled => draft.set("fielddata", false),
        "text" => {
            draft.set("fielddata", true);
            if let Some(filter) = old.get("filter").and_then(|f| f.get("frequency")) {
                draft.set("fielddata_frequency_filter", filter.clone());
            }
        }
        _ => drop(draft.take("fielddata")),
    }
    if eager && draft.is(&["text", "keyword"]) {
        draft.set("eager_global_ordinals", true);
    }
    t.notice(draft, format!("`fielddata` with its memory settings is said the way of {target}"));
}

fn modern_to_old_fielddata(t: &mut Translation<'_>, draft: &mut Draft) {
    if !draft.is(&["string"]) {
        return;
    }
    let target = t.target;
    let of_doc_values = draft.get("fielddata").is_some_and(|f| f["format"] == "doc_values");
    if of_doc_values && !matches!(draft.text("index"), Some("not_analyzed" | "no")) {
        t.fault(
            draft.place.at("fielddata"),
            format!("{target} keeps no doc values of an analyzed `string`; remove `format: doc_values`, or write `\"index\": \"not_analyzed\"`"),
        );
    }
    if let Some(eager) = draft.take("eager_global_ordinals") {
        if truth(&eager) == Some(true) {
            draft.set("fielddata", json!({"loading": "eager_global_ordinals"}));
        }
        t.notice(draft, format!("`eager_global_ordinals` is said by `fielddata` for {target}"));
    }
    if let Some(filter) = draft.take("fielddata_frequency_filter") {
        let mut fielddata = match draft.take("fielddata") {
            Some(Value::Object(object)) => object,
            _ => Map::new(),
        };
        fielddata.insert("filter".to_string(), json!({"frequency": filter}));
        draft.set("fielddata", fielddata);
        t.notice(
            draft,
            format!("`fielddata_frequency_filter` is said by `fielddata` for {target}"),
        );
    }
}

/// The normalizer `lowercase` is built in since 7.0; before, the settings must define it.
pub(super) fn normalizer(t: &mut Translation<'_>, draft: &mut Draft) {
    let older = t.target.within(&[es_until((5, 2), (7, 0))]);
    if older && draft.text("normalizer") == Some("lowercase") {
        let definition = json!({"type": "custom", "filter": ["lowercase"]});
        t.settings.insert("index.analysis.normalizer.lowercase".to_string(), definition);
    }
}
