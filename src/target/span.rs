//! Since when, and until when, an engine knows a thing: the columns of every table in this room. Knows no mapping.

use super::{Engine, Target};

/// Versions of one engine, from `from` up to but without `before`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    engine: Engine,
    from: (u16, u16),
    before: (u16, u16),
}

const END: (u16, u16) = (u16::MAX, u16::MAX);

/// Elasticsearch from this version on.
pub(crate) const fn es(major: u16, minor: u16) -> Span {
    Span { engine: Engine::Elasticsearch, from: (major, minor), before: END }
}

/// OpenSearch from this version on.
pub(crate) const fn os(major: u16, minor: u16) -> Span {
    Span { engine: Engine::OpenSearch, from: (major, minor), before: END }
}

/// Elasticsearch from `from` on, no longer in `before`.
pub(crate) const fn es_until(from: (u16, u16), before: (u16, u16)) -> Span {
    Span { engine: Engine::Elasticsearch, from, before }
}

/// OpenSearch from `from` on, no longer in `before`.
pub(crate) const fn os_until(from: (u16, u16), before: (u16, u16)) -> Span {
    Span { engine: Engine::OpenSearch, from, before }
}

/// Every version of both engines.
pub(crate) const ALWAYS: &[Span] = &[es(1, 0), os(1, 0)];

/// Elasticsearch 1.x and 2.x, before the great renaming.
pub(crate) const ES1_ES2: &[Span] = &[es_until((1, 0), (5, 0))];

/// From the great renaming on.
pub(crate) const ES5_ON: &[Span] = &[es(5, 0), os(1, 0)];

impl Target {
    /// Whether one of `spans` holds this version.
    pub(crate) fn within(&self, spans: &[Span]) -> bool {
        let version = (self.major, self.minor);
        spans.iter().any(|s| s.engine == self.engine && s.from <= version && version < s.before)
    }
}

/// The spans as a person says them: "Elasticsearch 7.9 and later, OpenSearch 2.15 and later".
pub(crate) fn in_words(spans: &[Span]) -> String {
    let words: Vec<String> = spans.iter().map(|s| span_in_words(*s)).collect();
    words.join(", ")
}

fn span_in_words(span: Span) -> String {
    let name = span.engine.long_name();
    let (major, minor) = span.from;
    let (end_major, end_minor) = span.before;
    match (span.from == (1, 0), span.before == END) {
        (true, true) => format!("every {name}"),
        (false, true) => format!("{name} {major}.{minor} and later"),
        (true, false) => format!("{name} before {end_major}.{end_minor}"),
        (false, false) => {
            format!("{name} {major}.{minor} and later, before {end_major}.{end_minor}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_holds_its_first_version_and_not_the_one_after_its_last() {
        let span = [es_until((5, 2), (7, 0)), os(2, 4)];
        let holds = |name: &str| Target::parse(name).unwrap().within(&span);
        assert!(!holds("es5.1") && holds("es5.2") && holds("es6") && !holds("es7.0"));
        assert!(!holds("os1") && !holds("os2.3") && holds("os2.4") && holds("os3"));
    }

    #[test]
    fn spans_read_as_a_person_says_them() {
        assert_eq!(in_words(ALWAYS), "every Elasticsearch, every OpenSearch");
        assert_eq!(in_words(ES1_ES2), "Elasticsearch before 5.0");
        assert_eq!(
            in_words(&[es_until((5, 2), (7, 0)), os(2, 4)]),
            "Elasticsearch 5.2 and later, before 7.0, OpenSearch 2.4 and later"
        );
    }
}
