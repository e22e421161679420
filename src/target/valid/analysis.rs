//! Names of analyzers, normalizers, similarities and their parts: built in, of a known plugin, or defined in the settings.
//! Knows no text.

use serde_json::{Map, Value};

use super::settings::Setting;
use super::{Faults, component, each, grams, plugin, synonyms};
use crate::target::dialect::{described, truth, underscored};
use crate::target::span::{ALWAYS, ES1_ES2, ES5_ON, Span, es, es_until, os, os_until};
use crate::target::{Mapping, Property, Target};

/// What a name can be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Analyzer,
    Normalizer,
    Tokenizer,
    Filter,
    CharFilter,
    Similarity,
}

/// What is built in, with the versions that have it. Measured on 1.7, 2.4, 5.6, 6.8, OpenSearch 2.19 and 3.8; for 7.x and later
/// of Elasticsearch from the source of its module `analysis-common`. Names of plugins stand for every version (see [`plugin`]).
#[rustfmt::skip]
const BUILT_IN: &[(Part, &[Span], &str)] = &[
    (Part::Analyzer, ALWAYS, "standard simple stop whitespace keyword default classic pattern snowball chinese arabic armenian basque \
        brazilian bulgarian catalan cjk czech danish dutch english finnish french galician german greek hindi hungarian indonesian \
        irish italian latvian norwegian persian portuguese romanian russian sorani spanish swedish thai turkish"),
    (Part::Analyzer, &[es_until((1, 0), (7, 0))], "standard_html_strip"),
    (Part::Analyzer, &[es(2, 0), os(1, 0)], "lithuanian"),
    (Part::Analyzer, ES5_ON, "fingerprint"),
    (Part::Analyzer, &[es_until((5, 0), (7, 0))], "default_search"),
    (Part::Analyzer, &[es(6, 0), os(1, 0)], "bengali"),
    (Part::Analyzer, &[es(7, 0), os(1, 0)], "estonian"),
    (Part::Analyzer, &[es(8, 0)], "serbian"),
    (Part::Normalizer, &[es(7, 0), os(1, 0)], "lowercase"),
    (Part::Normalizer, &[os(1, 0)], "default"),
    (Part::Tokenizer, ALWAYS, "standard letter lowercase whitespace uax_url_email pattern classic thai path_hierarchy \
        ngram edge_ngram keyword"),
    (Part::Tokenizer, &[es_until((1, 0), (8, 0)), os_until((1, 0), (3, 0))], "nGram edgeNGram"),
    (Part::Tokenizer, &[es(2, 0), os(1, 0)], "PathHierarchy"),
    (Part::Tokenizer, &[es(6, 0), os(1, 0)], "char_group simple_pattern simple_pattern_split"),
    (Part::CharFilter, ALWAYS, "html_strip mapping pattern_replace"),
    (Part::CharFilter, &[es_until((1, 0), (7, 0))], "htmlStrip"),
    (Part::Filter, ALWAYS, "apostrophe arabic_normalization arabic_stem asciifolding brazilian_stem cjk_bigram cjk_width classic \
        common_grams czech_stem dictionary_decompounder dutch_stem edge_ngram elision french_stem german_normalization german_stem \
        hindi_normalization hunspell hyphenation_decompounder indic_normalization keep keep_types keyword_marker keyword_repeat kstem \
        length limit lowercase ngram pattern_capture pattern_replace persian_normalization porter_stem reverse russian_stem \
        scandinavian_folding scandinavian_normalization shingle snowball sorani_normalization stemmer stemmer_override stop synonym \
        trim truncate type_as_payload unique uppercase word_delimiter"),
    (Part::Filter, &[es_until((1, 0), (7, 0))], "standard delimited_payload_filter nGram edgeNGram"),
    (Part::Filter, &[es_until((1, 0), (5, 0))], "porterStem"),
    (Part::Filter, &[es(2, 0), os(1, 0)], "decimal_digit serbian_normalization"),
    (Part::Filter, ES5_ON, "fingerprint flatten_graph min_hash word_delimiter_graph synonym_graph"),
    (Part::Filter, &[es(6, 0), os(1, 0)], "bengali_normalization delimited_payload multiplexer remove_duplicates condition predicate_token_filter"),
    (Part::Filter, &[es(8, 0), os(1, 0)], "persian_stem"),
    (Part::Filter, &[os(1, 0)], "concatenate_graph delimited_term_freq"),
    (Part::Similarity, &[es_until((1, 0), (5, 0))], "default"),
    (Part::Similarity, &[es_until((5, 0), (7, 0))], "classic"),
    (Part::Similarity, &[es(5, 4), os(1, 0)], "boolean"),
    (Part::Similarity, ALWAYS, "BM25"),
];

const ES2: &[Span] = &[es_until((2, 0), (5, 0))];
/// Names that stand for a part only when it is defined: without its parameters it does nothing.
#[rustfmt::skip]
const DEFINED_ONLY: &[(Part, &str)] = &[
    (Part::Filter, "dictionary_decompounder hunspell hyphenation_decompounder keep keep_types keyword_marker pattern_capture \
        pattern_replace stemmer_override synonym synonym_graph condition predicate_token_filter"),
    (Part::CharFilter, "mapping pattern_replace"),
];

/// Types of a definition that are no names.
const TYPES: &[(Part, &[Span], &str)] = &[
    (Part::Analyzer, ALWAYS, "custom"),
    (Part::Normalizer, ALWAYS, "custom"),
    (Part::Tokenizer, &[es_until((1, 0), (2, 0))], "PathHierarchy"),
    (Part::Filter, &[es_until((1, 0), (2, 0))], "delimited_payload"),
    (Part::Filter, &[os(1, 0)], "nGram"),
    (Part::Filter, &[os_until((1, 0), (3, 0))], "edgeNGram"),
    (Part::Similarity, ALWAYS, "DFR IB LMDirichlet LMJelinekMercer"),
    (Part::Similarity, &[es(2, 0), os(1, 0)], "DFI"),
    (Part::Similarity, &[es(6, 0), os(1, 0)], "scripted"),
];

/// Filters that a normalizer may have: those that look at one character at a time.
const NORMALIZING: &str = "arabic_normalization asciifolding bengali_normalization cjk_width decimal_digit elision \
    german_normalization hindi_normalization indic_normalization lowercase persian_normalization scandinavian_folding \
    serbian_normalization sorani_normalization uppercase scandinavian_normalization icu_normalizer icu_folding \
    icu_transform telugu_normalization";
/// More of them, and since when: measured on 5.6, 6.8 and OpenSearch 2.19; `pattern_replace` from the release notes.
const NORMALIZING_SINCE: &[(&str, &[Span])] =
    &[("trim", &[es(6, 0), os(1, 0)]), ("pattern_replace", &[es(8, 9)])];
/// The same where the settings define them: the built-in one of the name is none (OpenSearch 3.4, #19779; measured on 3.8).
const NORMALIZING_DEFINED: &[(&str, &[Span])] = &[("truncate", &[os(3, 4)])];
/// Character filters that a normalizer may have.
const NORMALIZING_CHARACTERS: &str =
    "mapping pattern_replace icu_normalizer kuromoji_iteration_mark";

impl Part {
    const ALL: &[Part] = &[
        Part::Analyzer,
        Part::Normalizer,
        Part::Tokenizer,
        Part::Filter,
        Part::CharFilter,
        Part::Similarity,
    ];

    /// Where the settings define such a part.
    fn section(self) -> &'static str {
        match self {
            Part::Analyzer => "analysis.analyzer",
            Part::Normalizer => "analysis.normalizer",
            Part::Tokenizer => "analysis.tokenizer",
            Part::Filter => "analysis.filter",
            Part::CharFilter => "analysis.char_filter",
            Part::Similarity => "similarity",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Analyzer => "analyzer",
            Part::Normalizer => "normalizer",
            Part::Tokenizer => "tokenizer",
            Part::Filter => "token filter",
            Part::CharFilter => "character filter",
            Part::Similarity => "similarity",
        }
    }
}

/// A part that the settings define.
pub(super) struct Definition<'v> {
    pub(super) part: Part,
    pub(super) name: String,
    /// Its parameters, nested ones by their dotted names, with their pointers.
    pub(super) params: Vec<(String, &'v Value, String)>,
}

impl<'v> Definition<'v> {
    /// A parameter that says something: null is the same as nothing.
    pub(super) fn get(&self, key: &str) -> Option<&(String, &'v Value, String)> {
        self.params.iter().find(|(name, value, _)| name == key && !value.is_null())
    }

    pub(super) fn text(&self, key: &str) -> Option<&'v str> {
        self.get(key).and_then(|(_, value, _)| value.as_str())
    }

    /// The pointer of a parameter, or of the first one that there is.
    pub(super) fn at(&self, key: &str) -> String {
        let found = self.get(key).or(self.params.first());
        found.map(|(.., pointer)| pointer.clone()).unwrap_or_default()
    }
}

fn definitions<'v>(settings: &[Setting<'v>]) -> Vec<Definition<'v>> {
    let mut list: Vec<Definition<'v>> = Vec::new();
    for setting in settings {
        let Some((part, rest)) = Part::ALL.iter().find_map(|part| {
            let rest = setting.name.strip_prefix(part.section())?.strip_prefix('.')?;
            Some((*part, rest))
        }) else {
            continue;
        };
        let Some((name, key)) = rest.split_once('.') else { continue };
        let param = (key.to_string(), setting.value, setting.pointer.clone());
        match list.iter_mut().find(|d| d.part == part && d.name == name) {
            Some(definition) => definition.params.push(param),
            None => list.push(Definition { part, name: name.to_string(), params: vec![param] }),
        }
    }
    list
}

/// Names as an index with these settings has them.
pub(super) struct Names<'a> {
    pub(super) defined: Vec<Definition<'a>>,
    pub(super) target: &'a Target,
}

impl Names<'_> {
    /// Whether the target has such a part built in, as a name or (`typed`) as the type of a definition; `None` where no
    /// version of any engine has it.
    pub(super) fn built_in(&self, part: Part, name: &str, typed: bool) -> Option<bool> {
        let is = |p: &Part, words: &str| *p == part && words.split_whitespace().any(|w| w == name);
        let is_type =
            |(p, spans, words): &(Part, &[Span], &str)| is(p, words) && self.target.within(spans);
        if typed && TYPES.iter().any(is_type) {
            return Some(true);
        }
        // 1.x and 2.x know their own names in camel case too.
        let spans = if name.starts_with(char::is_uppercase) { ES2 } else { ES1_ES2 };
        let camel = (!typed && self.target.within(spans)).then(|| underscored(name)).flatten();
        if camel.is_some_and(|name| self.built_in(part, &name, false) == Some(true)) {
            return Some(true);
        }
        let rows = BUILT_IN.iter().filter(|(p, _, words)| is(p, words));
        let mut spans: Vec<&[Span]> = rows.map(|(_, spans, _)| *spans).collect();
        if plugin::names(part).any(|known| known == name) {
            spans.push(ALWAYS);
        }
        let named = typed || !DEFINED_ONLY.iter().any(|(p, words)| is(p, words));
        let elsewhere = typed && TYPES.iter().any(|(p, _, words)| is(p, words));
        (elsewhere || !spans.is_empty())
            .then(|| named && spans.iter().any(|spans| self.target.within(spans)))
    }

    fn is_known(&self, part: Part, name: &str) -> bool {
        self.is_defined(part, name) || self.built_in(part, name, false) == Some(true)
    }

    pub(super) fn is_defined(&self, part: Part, name: &str) -> bool {
        self.defined.iter().any(|d| d.part == part && d.name == name)
    }

    /// The filter of an analyzer that may change while the index is there, and so is one for queries alone.
    fn updateable(&self, analyzer: &str) -> Option<String> {
        let find = |part: Part, name: &str| {
            self.defined.iter().find(move |d| d.part == part && d.name == name)
        };
        let is_updateable = |name: &String| {
            let given = find(Part::Filter, name).and_then(|d| d.get("updateable"));
            given.is_some_and(|(_, value, _)| truth(value) == Some(true))
        };
        if !self.target.within(UPDATEABLE) {
            return None;
        }
        listed(find(Part::Analyzer, analyzer)?, "filter").into_iter().find(is_updateable)
    }

    fn unknown(&self, part: Part, name: &str) -> String {
        let (what, target) = (part.name(), self.target);
        // It changed nothing, and is gone since Elasticsearch 7.0.
        if (part, name) == (Part::Filter, "standard") {
            return format!(
                "{target} has no {what} `{name}`; remove it, for it never did anything"
            );
        }
        let defined = self.defined.iter().filter(|d| d.part == part).map(|d| d.name.as_str());
        let built_in = BUILT_IN.iter().filter(|(p, spans, _)| *p == part && target.within(spans));
        let built_in = built_in.flat_map(|(.., words)| words.split_whitespace());
        let near = defined
            .chain(built_in)
            .chain(plugin::names(part))
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(score, _)| *score > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(String::new(), |(_, near)| format!("; the nearest is `{near}`"));
        format!(
            "{target} has no {what} `{name}`{near}; define it under `{}` in `settings`, with the `type` of its plugin where it comes from one",
            part.section()
        )
    }
}

/// Parameters of a field that name a part.
pub(super) const NAMED: &[(&str, Part)] = &[
    ("analyzer", Part::Analyzer),
    ("index_analyzer", Part::Analyzer),
    ("search_analyzer", Part::Analyzer),
    ("search_quote_analyzer", Part::Analyzer),
    ("normalizer", Part::Normalizer),
    ("similarity", Part::Similarity),
];
/// Those of them that name what documents are analyzed with.
const INDEXING: &[&str] = &["analyzer", "index_analyzer"];
/// Versions with token filters for queries alone. Measured on OpenSearch 2.19; the first one of Elasticsearch by its release notes.
const UPDATEABLE: &[Span] = &[es(7, 3), os(1, 0)];
/// Types that follow the `similarity` that they name on every version.
const SCORED: &[&str] =
    &["string", "text", "match_only_text", "search_as_you_type", "keyword", "flattened"];
/// Versions on which every type has a similarity.
const ALL_SCORED: &[Span] = &[es_until((1, 0), (7, 0))];

/// Checks every name in `settings` (which stand at `pointer`) and in the fields; gives types that nobody knows, and
/// what the nodes of the cluster must have, for notices.
pub(super) fn check(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) -> Vec<String> {
    let names = Names { defined: definitions(settings), target };
    let mut notices = Vec::new();
    let read = |d: &&Definition<'_>| d.part != Part::Normalizer || target.within(ES5_ON);
    for definition in names.defined.iter().filter(read) {
        let kind = definition.text("type").unwrap_or_default();
        let fault = define(definition, &names, &mut notices)
            .map(|(key, message)| (key.to_string(), message))
            .or_else(|| component::fault(definition, kind, target));
        if let Some((key, message)) = fault {
            faults.push(format!("{pointer}{}", definition.at(&key)), message);
        }
        notices.extend(on_the_nodes(definition, kind, target));
    }
    grams::check(&names, settings, pointer, faults);
    each(&mapping.properties, &mut |property| fields(property, &names, faults));
    templates(mapping, &names, faults);
    notices.extend(plugin::notices(&names, mapping));
    notices
}

/// What a definition takes from files that only the nodes of the cluster have.
fn on_the_nodes(definition: &Definition<'_>, kind: &str, target: &Target) -> Option<String> {
    let (what, name) = (definition.part.name(), &definition.name);
    let is_path =
        |(key, value, _): &&(String, &Value, String)| key.ends_with("_path") && value.is_string();
    let path = definition.params.iter().find(is_path);
    let file = match path {
        Some((key, value, _)) => format!("the file {} of its `{key}`", described(value)),
        None if (definition.part, kind) == (Part::Filter, "hunspell") => {
            "its dictionary".to_string()
        }
        None => return None,
    };
    Some(format!(
        "the {what} `{name}` reads {file} on each node of the cluster, and {target} refuses the index where it is missing"
    ))
}

/// What is wrong with the name of a definition, whatever it defines.
fn misnamed(definition: &Definition<'_>, names: &Names<'_>) -> Option<(&'static str, String)> {
    let Definition { part, name, .. } = definition;
    let target = names.target;
    if *part == Part::Analyzer && name == "default_index" && target.within(ES5_ON) {
        return Some((
            "type",
            format!("{target} has no analyzer `default_index`; call it `default`"),
        ));
    }
    let aliased = *part == Part::Analyzer && definition.get("alias").is_some();
    if aliased && target.within(&[es_until((5, 0), (7, 0))]) {
        return Some((
            "alias",
            format!("{target} takes no `alias` of an analyzer; define it twice"),
        ));
    }
    if *part == Part::Similarity
        && target.within(ES5_ON)
        && names.built_in(*part, name, false) == Some(true)
    {
        let message =
            format!("{target} lets nobody define the similarity `{name}` anew; rename it");
        return Some(("type", message));
    }
    if *part == Part::Analyzer && name.starts_with('_') {
        return Some((
            "type",
            format!(
                "{target} takes no analyzer whose name begins with `_`, found `{name}`; rename it"
            ),
        ));
    }
    None
}

/// What is wrong with a definition, and with which of its parameters.
fn define(
    definition: &Definition<'_>,
    names: &Names<'_>,
    notices: &mut Vec<String>,
) -> Option<(&'static str, String)> {
    let Definition { part, name, .. } = definition;
    let (what, target) = (part.name(), names.target);
    if let Some(found) = misnamed(definition, names) {
        return Some(found);
    }
    if let Some((_, value, _)) = definition.get("type").filter(|(_, value, _)| !value.is_string()) {
        let found = described(value);
        return Some((
            "type",
            format!("the `type` of the {what} `{name}` must be text, found {found}"),
        ));
    }
    let custom = matches!(part, Part::Analyzer | Part::Normalizer);
    let kind = match definition.text("type") {
        Some(kind) => kind,
        None if custom => "custom",
        None => {
            let message = format!("the {what} `{name}` needs a `type` on {target}; add it");
            return Some(("type", message));
        }
    };
    // Some names are ones to use, and no types to define others by: measured on 2.4 to 6.8 and OpenSearch 3.8.
    let is_type = match (part, kind) {
        (Part::CharFilter, "htmlStrip") => target.within(&[es_until((1, 0), (2, 0))]),
        (Part::Analyzer, "classic" | "default_search") | (Part::Filter, "keyword_repeat") => false,
        (Part::Filter, "cjk_width") => target.within(&[es(2, 0), os(1, 0)]),
        (Part::Filter, "type_as_payload") => target.within(&[es_until((2, 0), (6, 0))]),
        _ => true,
    };
    match names.built_in(*part, kind, true).map(|known| known && is_type) {
        Some(true) => {}
        Some(false) => {
            let message = format!(
                "{target} has no {what} of the type `{kind}`{}",
                renamed(kind).map_or("; define it in another way".to_string(), |new| format!("; write `{new}`"))
            );
            return Some(("type", message));
        }
        None => notices.push(format!(
            "the {what} `{name}` has the type `{kind}`, which is not known here: {target} refuses the index unless a plugin brings it"
        )),
    }
    match kind {
        "custom" if custom => parts(definition, names),
        // Filters that hand on to others, which each may be several with commas between.
        "multiplexer" => handed_on(definition, "filters", names),
        "condition" => handed_on(definition, "filter", names),
        _ => None,
    }
}

fn handed_on(
    definition: &Definition<'_>,
    key: &'static str,
    names: &Names<'_>,
) -> Option<(&'static str, String)> {
    let listed = listed(definition, key);
    let mut named = listed.iter().flat_map(|entry| entry.split(',')).map(str::trim);
    let unknown = named.find(|name| !name.is_empty() && !names.is_known(Part::Filter, name))?;
    Some((key, lacks(names, Part::Filter, unknown)))
}

/// Names that ended, and what they are called now.
fn renamed(old: &str) -> Option<&'static str> {
    match old {
        "nGram" => Some("ngram"),
        "edgeNGram" => Some("edge_ngram"),
        "delimited_payload_filter" => Some("delimited_payload"),
        "porterStem" => Some("porter_stem"),
        "htmlStrip" => Some("html_strip"),
        _ => None,
    }
}

/// The parts that a custom analyzer or normalizer names.
fn parts(definition: &Definition<'_>, names: &Names<'_>) -> Option<(&'static str, String)> {
    let (what, name, target) = (definition.part.name(), &definition.name, names.target);
    let normalizer = definition.part == Part::Normalizer;
    match (definition.text("tokenizer"), normalizer) {
        _ if normalizer && definition.get("tokenizer").is_some() => {
            return Some((
                "tokenizer",
                format!("the normalizer `{name}` has no `tokenizer` on {target}; remove it"),
            ));
        }
        (None, false) => {
            return Some(("type", format!("the {what} `{name}` needs a `tokenizer`; add it")));
        }
        (Some(tokenizer), false) if !names.is_known(Part::Tokenizer, tokenizer) => {
            return Some(("tokenizer", lacks(names, Part::Tokenizer, tokenizer)));
        }
        _ => {}
    }
    if let Some(message) = synonyms::fault(definition, names) {
        return Some(("filter", message));
    }
    for (key, part) in [("filter", Part::Filter), ("char_filter", Part::CharFilter)] {
        for named in listed(definition, key) {
            if !names.is_known(part, &named) {
                return Some((key, lacks(names, part, &named)));
            }
            let defined = names.defined.iter().find(|d| d.part == part && d.name == named);
            let kind = defined.and_then(|d| d.text("type")).unwrap_or(&named);
            let known = names.built_in(part, kind, true).is_some();
            let words = if part == Part::Filter { NORMALIZING } else { NORMALIZING_CHARACTERS };
            let holds = |rows: &[(&str, &[Span])]| {
                rows.iter().any(|(word, spans)| *word == kind && target.within(spans))
            };
            let since = holds(NORMALIZING_SINCE) || defined.is_some() && holds(NORMALIZING_DEFINED);
            let fits = since || words.split_whitespace().any(|word| word == kind);
            if normalizer && known && !fits {
                return Some((
                    key,
                    format!(
                        "the normalizer `{name}` may not use the {} `{named}` on {target}; remove it, or analyze the field",
                        part.name()
                    ),
                ));
            }
        }
    }
    None
}

fn lacks(names: &Names<'_>, part: Part, name: &str) -> String {
    match renamed(name).filter(|new| names.is_known(part, new)) {
        Some(new) => format!("{} has no {} `{name}`; write `{new}`", names.target, part.name()),
        None => names.unknown(part, name),
    }
}

/// The names of a parameter: a list, or text with commas between. A number or a switch is read as a name too.
pub(super) fn listed(definition: &Definition<'_>, key: &str) -> Vec<String> {
    let as_name = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match definition.get(key).map(|(_, value, _)| *value) {
        Some(Value::Array(list)) => list.iter().filter_map(as_name).collect(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => vec![value.to_string()],
        Some(Value::String(text)) => {
            text.split(',').map(|name| name.trim().to_string()).filter(|n| !n.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// The names in the mappings of dynamic templates: 8.0 and later refuse the index, older ones the documents that meet them.
fn templates(mapping: &Mapping, names: &Names<'_>, faults: &mut Faults<'_>) {
    for (template, pointer) in mapping.templates() {
        for template in template.as_object().into_iter().flat_map(Map::values) {
            let Some(Value::Object(params)) = template.get("mapping") else { continue };
            let kind = params.get("type").and_then(Value::as_str).unwrap_or_default();
            named(kind, params, &format!("{pointer}/mapping"), names, faults);
        }
    }
}

/// The names in one field.
fn fields(property: &Property, names: &Names<'_>, faults: &mut Faults<'_>) {
    named(&property.kind, &property.params, &property.pointer, names, faults);
}

/// The names in the parameters of a field of the type `kind`, which stand at `pointer`.
fn named(
    kind: &str,
    params: &Map<String, Value>,
    pointer: &str,
    names: &Names<'_>,
    faults: &mut Faults<'_>,
) {
    for (key, part) in NAMED {
        let Some(name) = params.get(*key).and_then(Value::as_str) else { continue };
        if let Some(filter) = names.updateable(name).filter(|_| INDEXING.contains(key)) {
            let message = format!(
                "{} analyzes no documents with `{name}`, whose token filter `{filter}` is `updateable`; name it as `search_analyzer`, and another one here",
                names.target
            );
            faults.push(format!("{pointer}/{key}"), message);
            continue;
        }
        let scored = SCORED.contains(&kind) || names.target.within(ALL_SCORED);
        // `{name}` in a dynamic template is that of the field.
        let is_open = name.contains('{') || names.is_known(*part, name);
        if *part == Part::Similarity && !scored || is_open {
            continue;
        }
        if *part == Part::Similarity && matches!(kind, "dense_vector" | "knn_vector") {
            continue;
        }
        faults.push(format!("{pointer}/{key}"), lacks(names, *part, name));
    }
}
