//! Analysis that plugins bring: their names, and what is to be said of an index that uses them. Knows no version.

use serde_json::Value;

use super::analysis::{NAMED, Names, Part, listed};
use super::each;
use crate::target::{Mapping, Property};

/// What the plugins of Elastic and OpenSearch bring, by the name that `elasticsearch-plugin install` has for them, and what others
/// offer, by none. Which version came with which is not told apart.
#[rustfmt::skip]
const BROUGHT: &[(Option<&str>, Part, &str)] = &[
    (Some("analysis-icu"), Part::Analyzer, "icu_analyzer"),
    (Some("analysis-icu"), Part::Tokenizer, "icu_tokenizer"),
    (Some("analysis-icu"), Part::CharFilter, "icu_normalizer"),
    (Some("analysis-icu"), Part::Filter, "icu_normalizer icu_folding icu_collation icu_transform"),
    (Some("analysis-kuromoji"), Part::Analyzer, "kuromoji kuromoji_completion"),
    (Some("analysis-kuromoji"), Part::Tokenizer, "kuromoji_tokenizer"),
    (Some("analysis-kuromoji"), Part::CharFilter, "kuromoji_iteration_mark"),
    (Some("analysis-kuromoji"), Part::Filter, "kuromoji_baseform kuromoji_part_of_speech kuromoji_readingform kuromoji_stemmer \
        kuromoji_number kuromoji_completion ja_stop hiragana_uppercase katakana_uppercase"),
    (Some("analysis-nori"), Part::Analyzer, "nori"),
    (Some("analysis-nori"), Part::Tokenizer, "nori_tokenizer"),
    (Some("analysis-nori"), Part::Filter, "nori_part_of_speech nori_readingform nori_number"),
    (Some("analysis-smartcn"), Part::Analyzer, "smartcn"),
    (Some("analysis-smartcn"), Part::Tokenizer, "smartcn_tokenizer smartcn_sentence"),
    (Some("analysis-smartcn"), Part::Filter, "smartcn_stop smartcn_word"),
    (Some("analysis-stempel"), Part::Analyzer, "polish"),
    (Some("analysis-stempel"), Part::Filter, "polish_stem polish_stop"),
    (Some("analysis-ukrainian"), Part::Analyzer, "ukrainian"),
    (Some("analysis-ukrainian"), Part::Filter, "ukrainian_stem"),
    (Some("analysis-phonetic"), Part::Filter, "phonetic"),
    (None, Part::Analyzer, "ik_smart ik_max_word pinyin hanlp mmseg_maxword jieba_index jieba_search vi_analyzer paoding hebrew \
        openkoreantext-analyzer stconvert lowercase_pinyin"),
    (None, Part::Tokenizer, "ik_smart ik_max_word pinyin hanlp jieba_index jieba_search vi_tokenizer stconvert"),
    (None, Part::CharFilter, "stconvert"),
    (None, Part::Filter, "pinyin stconvert hanlp vi_stop jieba_stop"),
];

/// The names of a part that plugins bring.
pub(super) fn names<'n>(part: Part) -> impl Iterator<Item = &'n str> {
    let rows = BROUGHT.iter().filter(move |(_, brought, _)| *brought == part);
    rows.flat_map(|(.., names)| names.split_whitespace())
}

/// What is used of plugins, by definitions and by fields, each plugin once.
pub(super) fn notices(names: &Names<'_>, mapping: &Mapping) -> Vec<String> {
    let mut used = Used { names, plugins: Vec::new(), notices: Vec::new() };
    for definition in &names.defined {
        used.add(definition.part, definition.text("type").unwrap_or_default());
        for (key, part) in PARTS {
            listed(definition, key).iter().for_each(|name| used.add_name(*part, name));
        }
    }
    let mut field = |property: &Property| {
        for (key, part) in NAMED {
            let name = property.params.get(*key).and_then(Value::as_str);
            used.add_name(*part, name.unwrap_or_default());
        }
    };
    each(&mapping.properties, &mut field);
    each(&mapping.template_fields, &mut field);
    used.notices
}

/// Parameters of an analyzer or a normalizer that list its parts.
const PARTS: &[(&str, Part)] =
    &[("tokenizer", Part::Tokenizer), ("filter", Part::Filter), ("char_filter", Part::CharFilter)];

struct Used<'n> {
    names: &'n Names<'n>,
    plugins: Vec<Option<&'static str>>,
    notices: Vec<String>,
}

impl Used<'_> {
    /// A name that is used, which the settings may define.
    fn add_name(&mut self, part: Part, name: &str) {
        if !self.names.is_defined(part, name) {
            self.add(part, name);
        }
    }

    /// A name that is used as it is, or the type of a definition.
    fn add(&mut self, part: Part, name: &str) {
        let is = |words: &str| words.split_whitespace().any(|word| word == name);
        let found = BROUGHT.iter().find(|(_, brought, words)| *brought == part && is(words));
        let Some((plugin, ..)) = found.filter(|(plugin, ..)| !self.plugins.contains(plugin)) else {
            return;
        };
        self.plugins.push(*plugin);
        let plugin = plugin.map_or("a plugin".to_string(), |name| format!("the plugin `{name}`"));
        self.notices.push(format!(
            "the {} `{name}` comes with {plugin}, without which {} refuses the index",
            part.name(),
            self.names.target
        ));
    }
}
