//! Java's regular expressions, as far as they mean the same everywhere. Knows no mapping.

use regex::{Error, Regex};

/// What `.` is not, for Java.
const ANY: &str = "[^\\n\\r\\u{85}\\u{2028}\\u{2029}]";

/// A pattern that a whole text is held against.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

/// Whether nothing can read the pattern, such as one that begins with a star.
pub(super) fn is_broken(pattern: &str) -> bool {
    let escapes = pattern.len() - pattern.trim_end_matches('\\').len();
    // The last of them escapes nothing.
    if escapes % 2 == 1 && !pattern.contains("\\Q") {
        return true;
    }
    if is_open(pattern) {
        return true;
    }
    let read = translated(pattern).map(|pattern| Regex::new(&pattern));
    matches!(read, Some(Err(Error::Syntax(_))))
}

/// Whether a set of characters has no end. Sets may stand in sets, and a bracket right at the beginning of one is a character.
fn is_open(pattern: &str) -> bool {
    let (mut depth, mut at_start) = (0, false);
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.next() == Some('Q') => return false,
            '[' => {
                letters.next_if_eq(&'^');
                depth += 1;
                at_start = true;
                continue;
            }
            ']' if depth > 0 && !at_start => depth -= 1,
            _ => {}
        }
        at_start = false;
    }
    depth > 0
}

/// Whether Lucene's own reader of patterns cannot read one: a group without an end, or a backslash before nothing.
pub(super) fn is_broken_for_lucene(pattern: &str) -> bool {
    let (mut depth, mut in_quotes) = (0, false);
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '\\' if letters.next().is_none() => return true,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

/// Whether a pattern has a letter behind a backslash that is no class of characters for Lucene.
pub(super) fn escapes_letters_for_lucene(pattern: &str) -> bool {
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        let escaped = (letter == '\\').then(|| letters.next()).flatten();
        if escaped.is_some_and(|c| c.is_ascii_alphabetic() && !"dDsSwW".contains(c)) {
            return true;
        }
    }
    false
}

impl Pattern {
    /// `None` where Java may read the pattern otherwise, or not at all.
    pub(super) fn java(pattern: &str) -> Option<Pattern> {
        Regex::new(&format!("^(?:{})$", translated(pattern)?)).ok().map(Pattern)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// A pattern that is looked for in a text.
#[derive(Clone, Debug)]
pub(crate) struct Search(Regex);

impl Search {
    /// `None` where Java may read the pattern otherwise, or not at all.
    pub(crate) fn java(pattern: &str) -> Option<Search> {
        // Java's `$` is also before the last end of a line.
        let translated = translated(pattern).filter(|_| !pattern.contains('$'))?;
        Regex::new(&translated).ok().map(Search)
    }

    /// What stands between the matches.
    pub(crate) fn parts<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.split(text)
    }

    /// What is in one group of each match; 0 is the whole.
    pub(crate) fn groups<'t>(&self, text: &'t str, group: usize) -> impl Iterator<Item = &'t str> {
        self.0.captures_iter(text).filter_map(move |found| Some(found.get(group)?.as_str()))
    }

    /// The text with all matches, or the first, replaced.
    pub(crate) fn replaced(&self, text: &str, by: &str, all: bool) -> String {
        let limit = usize::from(!all);
        self.0.replacen(text, limit, regex::NoExpand(by)).into_owned()
    }
}

/// The pattern without what the two read in two ways: Java's classes know ASCII alone, `*+` is possessive there, and
/// `&&`, `--` or a bracket in brackets combine sets, each in one of them.
fn translated(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    let mut behind_quantifier = false;
    while let Some(c) = rest.next() {
        let quantifies = matches!(c, '*' | '+' | '?' | '}');
        if c == '+' && behind_quantifier {
            return None;
        }
        // A third one has no meaning.
        behind_quantifier = quantifies && !behind_quantifier;
        match c {
            '.' => out.push_str(ANY),
            '\\' => out.push_str(&escaped(rest.next()?, false)?),
            '(' => {
                out.push(c);
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                    out.push_str("?:");
                }
            }
            '[' => out.push_str(&class(&mut rest)?),
            ']' => return None,
            '{' => {
                out.push(c);
                rest.peek().filter(|c| c.is_ascii_digit())?;
            }
            c if is_plain(c)
                || matches!(c, '*' | '+' | '?' | '|' | ')' | '^' | '$' | '}' | ',') =>
            {
                out.push(c);
            }
            _ => return None,
        }
    }
    Some(out)
}

/// A class, its `[` taken.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut out = String::from("[");
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let start = out.len();
    loop {
        match rest.next()? {
            ']' if out.len() > start => break,
            '\\' => out.push_str(&escaped(rest.next()?, true)?),
            '-' if rest.peek() == Some(&'-') => return None,
            c if is_plain(c)
                || matches!(c, '.' | '*' | '+' | '?' | '$' | '(' | ')' | '|' | ',') =>
            {
                out.push(c);
            }
            _ => return None,
        }
    }
    out.push(']');
    Some(out)
}

/// What stands behind a backslash.
fn escaped(c: char, in_class: bool) -> Option<String> {
    Some(match c {
        'd' if in_class => "0-9".to_owned(),
        'd' => "[0-9]".to_owned(),
        'D' if !in_class => "[^0-9]".to_owned(),
        'w' if in_class => "A-Za-z0-9_".to_owned(),
        'w' => "[A-Za-z0-9_]".to_owned(),
        'W' if !in_class => "[^A-Za-z0-9_]".to_owned(),
        's' if in_class => r" \t\n\x0b\f\r".to_owned(),
        's' => r"[ \t\n\x0b\f\r]".to_owned(),
        'S' if !in_class => r"[^ \t\n\x0b\f\r]".to_owned(),
        't' | 'n' | 'r' | 'f' => format!("\\{c}"),
        c if c.is_ascii_punctuation() => format!("\\{c}"),
        _ => return None,
    })
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(
            c,
            '_' | '-'
                | ' '
                | ':'
                | ';'
                | '@'
                | '/'
                | '<'
                | '>'
                | '='
                | '!'
                | '"'
                | '\''
                | '%'
                | '#'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lucene_reads_patterns_in_its_own_way() {
        for broken in ["(", "a\\", "((a)"] {
            assert!(is_broken_for_lucene(broken), "{broken}");
        }
        for read in ["(a)", "\\(", "\"(\"", "[0-9]+"] {
            assert!(!is_broken_for_lucene(read), "{read}");
        }
        assert!(escapes_letters_for_lucene("\\t") && !escapes_letters_for_lucene("\\d\\\\t"));
    }

    #[test]
    fn a_pattern_is_held_against_the_whole_text() {
        for (pattern, text, matches) in [
            ("^a.*", "abc", true),
            ("a", "ab", false),
            ("a|bc", "bc", true),
            ("a|bc", "abc", false),
            ("(?:n|m)_[0-9]{2,}", "m_12", true),
            (r"\d+", "12", true),
            (r"\d+", "١٢", false),
            (r"\w*", "grün", false),
            (".*", "a\u{2028}", false),
            ("[^a-c.]+$", "xyz", true),
            (r"a\.b", "a.b", true),
            (r"[\w.-]+?", "a-b.c", true),
            ("ü+", "üü", true),
            (r"\s+\S", " \t\u{b}ü", true),
            (r"[\s;]", "\u{a0}", false),
            (r"\W\D", "é-", true),
        ] {
            assert_eq!(Pattern::java(pattern).unwrap().matches(text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_not_read() {
        for pattern in [
            "a*+", "a?+", "a{2}+", "(?i)a", "(?=a)", r"\b", r"[\W]", r"\p{L}", r"(a)\1", "[a&&b]",
            "[a--b]", "[[a]]", "[]a]", "*a", "a{", "(", r"\Qa", "a{,2}", "~",
        ] {
            assert!(Pattern::java(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn what_nothing_can_read_is_told_from_what_only_java_reads() {
        for broken in ["*a", "+", "a|?b", "a(b", "a)", "[b-a]", "a{2,1}"] {
            assert!(is_broken(broken), "{broken}");
        }
        for sound in ["a*", "a*+", "(?i)a", r"\p{L}", "[a&&b]", "", ".*", "a{2000}{2000}"] {
            assert!(!is_broken(sound), "{sound}");
        }
    }
}
