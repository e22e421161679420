//! The terms that an analyzer or a normalizer makes of a text, as far as their length can be known. Knows no settings: the
//! steps are those of `target::terms`.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::target::{Property, Search, TERMS};

/// What is done to a text before its terms are in the index.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Trim,
    Lower,
    Upper,
    /// `asciifolding`; whether what it was stays beside.
    Fold(bool),
    /// Cut to so many UTF-16 units.
    Truncate(usize),
    /// Left out above so many units.
    Length(usize),
    Replace(Search, String, bool),
    /// What comes in the place of which text, the longest first.
    Map(Vec<(String, String)>),
    Html,
    /// Parted by a pattern.
    Apart(Search),
    /// A group of each match.
    Group(Search, usize),
    /// Parted by blanks, and after so many units.
    Blank(usize),
    /// Parted into words by Unicode's rules, and after so many units; longer ones may be left out.
    Standard(usize, bool),
    /// Parts of so many units at most, nobody says which.
    Some(usize),
    /// Tokens put together, so many at most.
    Shingle(usize),
    /// In another case, by the rules of a language.
    Recased,
    /// A few letters at an end.
    Stem,
    /// Does nothing to ASCII.
    Ascii,
    Short,
    Unknown,
}

/// Bytes of the longest term, at least and at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) least: usize,
    pub(super) most: usize,
}

/// A token: its text where that is known, else how many bytes it has.
#[derive(Clone, Debug)]
enum Token<'t> {
    Known(Cow<'t, str>),
    Between(Length),
}

impl Terms {
    /// `None` where the settings say nothing.
    pub(super) fn of(property: &Property) -> Option<Terms> {
        let steps = property.params.get(TERMS)?.as_array()?;
        Some(Terms { steps: steps.iter().map(read).collect() })
    }

    /// Whether no term can be long.
    pub(super) fn are_short(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Short))
    }

    /// How many times as long as the text a term may be.
    pub(super) fn growth(&self) -> usize {
        let times = |step: &Step| match step {
            // A character may have three bytes in one case and one in the other.
            Step::Lower | Step::Upper => 3,
            Step::Fold(_) | Step::Ascii | Step::Recased | Step::Shingle(_) => 2,
            Step::Replace(_, by, _) => by.len() + 1,
            Step::Map(pairs) => pairs
                .iter()
                .map(|(from, to)| to.len().div_ceil(from.len().max(1)))
                .max()
                .unwrap_or(1)
                .max(1),
            _ => 1,
        };
        self.steps.iter().map(times).fold(1, usize::saturating_mul)
    }

    /// Of the longest term of `text`; a part of `free` bytes can become none that counts.
    pub(super) fn length(&self, text: &str, free: usize) -> Length {
        let mut tokens = vec![Token::Known(Cow::Borrowed(text))];
        for step in &self.steps {
            tokens = tokens.into_iter().flat_map(|token| step.take(token)).collect();
            tokens.retain(|token| token.length().most > free);
            if let Step::Shingle(count) = step {
                join(&mut tokens, *count, text.len());
            }
        }
        let lengths = tokens.iter().map(Token::length);
        let none = Length { least: 0, most: 0 };
        lengths.fold(none, |a, b| Length { least: a.least.max(b.least), most: a.most.max(b.most) })
    }
}

/// A single token has nothing beside it.
fn join(tokens: &mut Vec<Token<'_>>, count: usize, bytes: usize) {
    if tokens.len() > 1 || tokens.iter().any(|token| matches!(token, Token::Between(_))) {
        let longest = tokens.iter().map(|token| token.length().most).max().unwrap_or(0);
        let most = (longest.saturating_mul(count) + count).min(2 * bytes);
        tokens.push(Token::Between(Length { least: 0, most }));
    }
}

impl Token<'_> {
    fn length(&self) -> Length {
        match self {
            Token::Known(text) => Length { least: text.len(), most: text.len() },
            Token::Between(length) => *length,
        }
    }
}

impl Step {
    fn take<'t>(&self, token: Token<'t>) -> Vec<Token<'t>> {
        match token {
            Token::Known(Cow::Borrowed(text)) => self.take_text(text),
            Token::Known(Cow::Owned(text)) => {
                let own = |token| match token {
                    Token::Known(text) => Token::Known(Cow::Owned(text.into_owned())),
                    Token::Between(length) => Token::Between(length),
                };
                self.take_text(&text).into_iter().map(own).collect()
            }
            Token::Between(length) => vec![Token::Between(self.take_length(length))],
        }
    }

    fn take_text<'t>(&self, text: &'t str) -> Vec<Token<'t>> {
        let known = |text: String| vec![Token::Known(Cow::Owned(text))];
        let part = |text: &'t str| Token::Known(Cow::Borrowed(text));
        let between = |least, most| vec![Token::Between(Length { least, most })];
        match self {
            Step::Trim => vec![part(text.trim_matches(|c: char| c <= ' ' || c.is_whitespace()))],
            // Java changes the case of characters one by one.
            Step::Lower => known(text.chars().map(|c| one(c.to_lowercase(), c)).collect()),
            Step::Upper => known(text.chars().map(|c| one(c.to_uppercase(), c)).collect()),
            Step::Fold(keeps) => {
                let Length { least, most } = folded(text);
                let kept = if *keeps { text.len() } else { 0 };
                between(least.max(kept), most.max(kept))
            }
            Step::Truncate(units) => vec![part(first(text, *units))],
            Step::Length(units) if first(text, *units).len() < text.len() => Vec::new(),
            Step::Length(_) => vec![part(text)],
            Step::Replace(pattern, by, all) => known(pattern.replaced(text, by, *all)),
            Step::Map(pairs) => known(mapped(text, pairs)),
            Step::Html if text.contains(['<', '&']) => between(0, text.len()),
            Step::Ascii if !text.is_ascii() => between(0, 2 * text.len()),
            Step::Recased => between(0, 2 * text.len()),
            Step::Html | Step::Ascii => vec![part(text)],
            Step::Apart(pattern) => pattern.parts(text).map(part).collect(),
            Step::Group(pattern, group) => pattern.groups(text, *group).map(part).collect(),
            Step::Blank(units) => {
                let runs = text.split(is_java_blank);
                runs.flat_map(|run| pieces(run, *units)).map(part).collect()
            }
            Step::Standard(units, drops) => {
                let runs = text.split(char::is_whitespace);
                let most = runs.map(|run| first(run, *units).len()).max().unwrap_or(0);
                let is_kept = |run: &&str| !drops || first(run, *units).len() == run.len();
                let runs = text.split(|c| !is_letter(c) || *drops && c == '_').filter(is_kept);
                between(runs.map(|run| first(run, *units).len()).max().unwrap_or(0), most)
            }
            Step::Some(units) => between(0, text.len().min(units.saturating_mul(3))),
            Step::Shingle(_) => vec![part(text)],
            Step::Stem => between(text.len().saturating_sub(STEM), text.len()),
            Step::Short => Vec::new(),
            Step::Unknown => between(0, text.len()),
        }
    }

    /// A token of which only the length is known.
    fn take_length(&self, Length { least, most }: Length) -> Length {
        match self {
            Step::Truncate(units) => {
                Length { least: least.min(*units), most: most.min(units.saturating_mul(3)) }
            }
            Step::Length(units) => Length { least: 0, most: most.min(units.saturating_mul(3)) },
            Step::Lower | Step::Upper | Step::Recased | Step::Fold(_) | Step::Ascii => {
                Length { least: least / 4, most: most.saturating_mul(2) }
            }
            Step::Replace(_, by, _) => Length {
                least: 0,
                most: most.saturating_mul(by.len() + 1).saturating_add(by.len()),
            },
            Step::Stem => Length { least: least.saturating_sub(STEM), most },
            Step::Shingle(_) => Length { least, most },
            Step::Short => Length { least: 0, most: 0 },
            _ => Length { least: 0, most },
        }
    }
}

/// Bytes that a stemmer takes from a word, at most.
const STEM: usize = 64;

fn read(step: &Json) -> Step {
    let text = |at: usize| step[at].as_str().unwrap_or_default();
    let count = |at: usize| {
        step[at].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX)
    };
    let is = |at: usize| step[at] == true;
    let search = |make: fn(Search) -> Step| Search::java(text(1)).map_or(Step::Unknown, make);
    match text(0) {
        "trim" => Step::Trim,
        "lowercase" => Step::Lower,
        "uppercase" => Step::Upper,
        "fold" => Step::Fold(is(1)),
        "truncate" => Step::Truncate(count(1)),
        "length" => Step::Length(count(1)),
        "replace" => match Search::java(text(1)) {
            Some(search) => Step::Replace(search, text(2).to_owned(), is(3)),
            None => Step::Unknown,
        },
        "map" => {
            let pairs = step[1].as_array().into_iter().flatten();
            let text = |pair: &Json, at: usize| pair[at].as_str().unwrap_or_default().to_owned();
            let mut pairs: Vec<(String, String)> =
                pairs.map(|pair| (text(pair, 0), text(pair, 1))).collect();
            pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
            Step::Map(pairs)
        }
        "html" => Step::Html,
        "apart" => search(Step::Apart),
        "group" => match Search::java(text(1)) {
            Some(search) => Step::Group(search, count(2)),
            None => Step::Unknown,
        },
        "blank" => Step::Blank(count(1)),
        "standard" => Step::Standard(count(1), is(2)),
        "some" => Step::Some(count(1)),
        "shingle" => Step::Shingle(count(1)),
        "recased" => Step::Recased,
        "stem" => Step::Stem,
        "ascii" => Step::Ascii,
        "short" => Step::Short,
        _ => Step::Unknown,
    }
}

/// A character in another case; one that becomes several stays, but `İ`, which becomes `i`.
fn one(mut changed: impl Iterator<Item = char>, character: char) -> char {
    match (changed.next(), changed.next()) {
        (Some(changed), None) => changed,
        _ if character == 'İ' => 'i',
        _ => character,
    }
}

/// The first so many UTF-16 units.
fn first(text: &str, units: usize) -> &str {
    if text.len() <= units {
        return text;
    }
    let mut left = units;
    for (at, c) in text.char_indices() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => return &text[..at],
        }
    }
    text
}

/// The text in pieces of so many units.
fn pieces(text: &str, units: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let piece = first(rest, units);
        rest = &rest[piece.len()..];
        (!piece.is_empty()).then_some(piece)
    })
}

/// Java's white space has no spaces that must not break a line.
fn is_java_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}')
        || matches!(c, '\u{1c}'..='\u{1f}')
}

/// A letter, digit or underscore that is never parted from the next.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || matches!(c, 'À'..='ӿ') && c.is_alphabetic()
}

/// What the longest of the texts that begin a rest becomes, one after another.
fn mapped(text: &str, pairs: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = pairs.iter().find(|(from, _)| !from.is_empty() && rest.starts_with(&**from));
        match found {
            Some((from, to)) => {
                out.push_str(to);
                rest = &rest[from.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// Letters with marks become one of ASCII, those of two letters two; other scripts stay, and of the rest nothing is said.
fn folded(text: &str) -> Length {
    text.chars().fold(Length { least: 0, most: 0 }, |sum, c| {
        let (least, most) = match c {
            '\0'..='\u{7f}' => (1, 1),
            'Æ' | 'æ' | 'ß' | 'Þ' | 'þ' | 'Œ' | 'œ' | 'Ĳ' | 'ĳ' => (2, 2),
            '×' | '÷' => (2, 2),
            'À'..='ž' => (1, 1),
            '\u{370}'..='\u{1cff}' | '\u{3000}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' => {
                (c.len_utf8(), c.len_utf8())
            }
            '\u{10000}'.. => (4, 4),
            _ => (1, c.len_utf8().max(4)),
        };
        Length { least: sum.least + least, most: sum.most + most }
    })
}
