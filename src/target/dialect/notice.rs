//! What was translated, for the user to read once: the same translation of many fields is one line. Knows no mapping.

/// Translations in the order they happened, each with the fields it happened to.
#[derive(Debug, Default)]
pub(super) struct Notices(Vec<(String, Vec<String>)>);

/// Fields that one line names; the rest is a number.
const PATHS_MAX: usize = 12;

impl Notices {
    /// `path` is the dotted path of the field, empty for the root of the mapping.
    pub(super) fn push(&mut self, path: &str, message: impl Into<String>) {
        let message = message.into();
        match self.0.iter_mut().find(|(m, _)| *m == message) {
            Some((_, paths)) if paths.iter().any(|p| p == path) => {}
            Some((_, paths)) => paths.push(path.to_string()),
            None => self.0.push((message, vec![path.to_string()])),
        }
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.0.into_iter().map(|(message, paths)| line(&message, &paths)).collect()
    }
}

fn line(message: &str, paths: &[String]) -> String {
    let named: Vec<String> = paths
        .iter()
        .take(PATHS_MAX)
        .map(|p| if p.is_empty() { "the mapping".to_string() } else { format!("`{p}`") })
        .collect();
    let rest = paths.len().saturating_sub(PATHS_MAX);
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("{}{more}: {message}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_translation_of_many_fields_is_one_line() {
        let mut notices = Notices::default();
        notices.push("a", "x");
        notices.push("", "y");
        notices.push("b.c", "x");
        notices.push("a", "x");
        assert_eq!(notices.into_lines(), ["`a`, `b.c`: x", "the mapping: y"]);
    }

    #[test]
    fn a_line_names_twelve_fields_and_counts_the_rest() {
        let mut notices = Notices::default();
        for i in 0..15 {
            notices.push(&format!("f{i}"), "x");
        }
        let lines = notices.into_lines();
        assert!(
            lines[0].starts_with("`f0`, `f1`, ") && lines[0].ends_with("`f11` and 3 more: x"),
            "{lines:?}"
        );
    }
}
