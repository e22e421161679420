//! Names in messages: which of those that exist was probably meant, and how names are shown. Knows nothing but text.

/// Names listed in one message at most; the others are counted.
pub(crate) const NAMES_SHOWN_MAX: usize = 8;

/// Characters of one name shown in a message at most.
const NAME_CHARS_MAX: usize = 100;

/// The names that exist, the most similar to `wanted` first; equally similar ones stay in the order given.
pub(crate) fn nearest<'a>(
    wanted: &str,
    existing: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let wanted = Folded::new(wanted);
    let mut scored: Vec<(f64, &str)> =
        existing.into_iter().map(|name| (wanted.similarity(&Folded::new(name)), name)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().map(|(_, name)| name).collect()
}

/// The name that exists and was surely meant, being half the same at least.
pub(super) fn like<'a>(
    wanted: &str,
    existing: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let first = nearest(wanted, existing).first().copied()?;
    (Folded::new(wanted).similarity(&Folded::new(first)) >= 0.5).then_some(first)
}

/// Names for a message: "`a`, `b`, `c` (and 12 more)"; "nothing" where there is none.
pub(crate) fn names(list: &[&str]) -> String {
    if list.is_empty() {
        return "nothing".to_string();
    }
    let shown: Vec<String> = list.iter().take(NAMES_SHOWN_MAX).map(|name| quoted(name)).collect();
    let mut text = shown.join(", ");
    if list.len() > NAMES_SHOWN_MAX {
        text.push_str(&format!(" (and {} more)", list.len() - NAMES_SHOWN_MAX));
    }
    text
}

/// What exists, nearest to `wanted` first, as text for a message.
pub(crate) fn choices<'a>(wanted: &str, existing: impl IntoIterator<Item = &'a str>) -> String {
    names(&nearest(wanted, existing))
}

/// A name between backticks, fit for one line of a terminal: shortened, control characters escaped.
pub(crate) fn quoted(name: &str) -> String {
    let mut text = String::from("`");
    for (count, c) in name.chars().enumerate() {
        if count == NAME_CHARS_MAX {
            text.push('…');
            break;
        }
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text.push('`');
    text
}

/// A name without what people get wrong first: upper and lower case, `_`, `-` and blanks.
struct Folded(String);

impl Folded {
    fn new(name: &str) -> Folded {
        let letters = name.chars().take(NAME_CHARS_MAX).filter(|c| c.is_alphanumeric());
        Folded(letters.flat_map(char::to_lowercase).collect())
    }

    /// 1 for the same, 0 for nothing in common. A name inside the other counts like half a typo more than a typo.
    fn similarity(&self, other: &Folded) -> f64 {
        let (a, b) = (&self.0, &other.0);
        let edits = strsim::normalized_damerau_levenshtein(a, b);
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        if short.len() < 2 || !long.contains(short.as_str()) {
            return edits;
        }
        let share = short.chars().count() as f64 / long.chars().count() as f64;
        edits.max(0.5 + share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_probably_meant_comes_first() {
        let columns = ["id", "first_name", "last_name", "age", "year_in_school", "university_id"];
        for (wanted, meant) in [
            ("firstname", "first_name"),
            ("firstName", "first_name"),
            ("lats_name", "last_name"),
            ("university", "university_id"),
            ("year", "year_in_school"),
            ("AGE", "age"),
            ("Id", "id"),
        ] {
            assert_eq!(nearest(wanted, columns).first(), Some(&meant), "{wanted}");
        }
    }

    #[test]
    fn equally_similar_names_keep_their_order() {
        assert_eq!(nearest("zz", ["b", "a", "c"]), ["b", "a", "c"]);
    }

    #[test]
    fn long_lists_end_with_a_count() {
        let list = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert_eq!(names(&list), "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` (and 2 more)");
        assert_eq!(names(&list[..2]), "`a`, `b`");
        assert_eq!(names(&[]), "nothing");
    }

    #[test]
    fn a_name_never_breaks_the_line() {
        assert_eq!(quoted("a\nb\u{1b}[31m"), "`a\\nb\\u{1b}[31m`");
        assert_eq!(quoted(&"x".repeat(101)), format!("`{}…`", "x".repeat(100)));
        assert_eq!(quoted(&"x".repeat(100)), format!("`{}`", "x".repeat(100)));
    }
}
