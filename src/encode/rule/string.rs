//! Text: `string`, `text`, `keyword` and their kin, and `binary`, which is text in base64.

use serde_json::Value as Json;

use super::term::{Length, Terms};
use super::{altered, params, refused};
use crate::encode::json::Leaf;
use crate::encode::{Outcome, Refusal};
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// Bytes of a single term in Lucene, at most.
pub(super) const TERM_BYTES_MAX: usize = 32_766;

/// How text of one type is limited.
#[derive(Clone, Debug)]
pub(crate) struct TextRule {
    /// Bytes of UTF-8, where the value is indexed as one term.
    pub(crate) bytes_max: usize,
    /// The same for what the text becomes.
    term_bytes_max: usize,
    /// Characters above which the mapping itself wants the value left out: UTF-16 units, on 8.19 code points.
    ignore_above: Option<usize>,
    counts_points: bool,
    /// What is done to the text before it is a term.
    terms: Terms,
    /// `constant_keyword` with a value.
    constant: Option<String>,
    /// `constant_keyword`, `wildcard` of some lines, `version` have words of their own.
    shape: Shape,
    /// Whether anything but `_source` keeps the value.
    pub(super) indexed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Free,
    Constant,
    SemanticVersion,
}

impl TextRule {
    pub(super) fn compile(property: &Property, facts: &Facts) -> TextRule {
        let one_term = match property.kind.as_str() {
            "keyword" => is_kept(property) || is_stored_as_term(property, facts),
            "constant_keyword" | "version" | "counted_keyword" | "icu_collation_keyword" => {
                is_kept(property)
            }
            "string" => is_one_term(property, facts),
            "wildcard" => facts.wildcard_limited,
            "text" | "search_as_you_type" => is_long_terms(property) && is_indexed(property),
            _ => false,
        };
        let terms = Terms::of(property).unwrap_or_default();
        // The shingles of a single token have fillers between the words that they lack.
        let fillers = match property.kind.as_str() {
            // Another size is a fault, which is told where the mapping is checked.
            "search_as_you_type" => {
                params::count(property, "max_shingle_size").unwrap_or(3).clamp(2, 4) - 1
            }
            _ => 0,
        };
        let shape = match property.kind.as_str() {
            "constant_keyword" => Shape::Constant,
            "version" if facts.version_semantic => Shape::SemanticVersion,
            _ => Shape::Free,
        };
        let constant = match property.params.get("value") {
            Some(Json::String(value)) => Some(value.clone()),
            Some(value @ (Json::Number(_) | Json::Bool(_))) => Some(value.to_string()),
            _ => None,
        };
        TextRule {
            bytes_max: match one_term {
                false => usize::MAX,
                true => (TERM_BYTES_MAX - fillers) / terms.growth(),
            },
            term_bytes_max: TERM_BYTES_MAX - fillers,
            ignore_above: params::count(property, "ignore_above"),
            // A multi-field gets the text from the field that has read it.
            counts_points: property.kind == "keyword"
                && !property.pointer.contains("/fields/")
                && facts.line == Line::Es8
                && facts.minor >= 19,
            terms,
            constant: constant.filter(|_| shape == Shape::Constant),
            shape,
            indexed: property.kind != "keyword" || is_kept(property),
        }
    }

    /// Whether the type asks nothing of text but its length in bytes.
    pub(crate) fn is_free(&self) -> bool {
        self.shape == Shape::Free
    }

    pub(super) fn check(&self, kind: &str, leaf: &Leaf<'_>) -> Outcome {
        match leaf {
            Leaf::Null if self.shape == Shape::Constant => Err(refused(
                "`constant_keyword` takes no null",
                "set `\"nulls\": \"omit\"` on the index",
            )),
            Leaf::Null => Ok(()),
            Leaf::Bool(true) => self.check_text(kind, "true"),
            Leaf::Bool(false) => self.check_text(kind, "false"),
            Leaf::Number(literal) => self.check_text(kind, literal),
            Leaf::Text(text) => self.check_text(kind, text),
        }
    }

    pub(crate) fn check_text(&self, kind: &str, text: &str) -> Outcome {
        if text.len() > self.bytes_max && !self.is_ignored(text) {
            let Length { least, most } = self.terms.length(text, self.bytes_max);
            if least > self.term_bytes_max {
                return Err(self.too_long(kind, least));
            }
            if most > self.term_bytes_max {
                return Err(self.maybe_too_long(kind));
            }
        }
        match self.shape {
            Shape::Free => Ok(()),
            Shape::Constant => self.check_constant(text),
            Shape::SemanticVersion if is_semantic_version(text) => Ok(()),
            Shape::SemanticVersion if is_semantic_version(text.trim_matches(|c| c <= ' ')) => {
                Err(altered("`version` leaves blanks round the value out", "take them out"))
            }
            Shape::SemanticVersion => Err(refused(
                "`version` takes `major.minor.patch` with optional `-pre` and `+build`",
                "map it as `keyword`",
            )),
        }
    }

    fn too_long(&self, kind: &str, bytes: usize) -> Refusal {
        let way_out = match kind {
            "text" | "search_as_you_type" => "give it an analyzer that parts it".to_owned(),
            _ => "map it as `text`, or set `ignore_above` in the mapping".to_owned(),
        };
        refused(
            format!("`{kind}` takes terms of at most {} bytes", self.term_bytes_max),
            format!("this one has {bytes}: {way_out}"),
        )
    }

    /// Only the engine knows.
    fn maybe_too_long(&self, kind: &str) -> Refusal {
        altered(
            format!(
                "`{kind}` takes terms of at most {} bytes, and only the engine knows how its analysis parts this text",
                self.term_bytes_max
            ),
            "make it shorter with `sql`",
        )
    }

    fn check_constant(&self, text: &str) -> Outcome {
        match &self.constant {
            Some(constant) if constant != text => Err(refused(
                format!("`constant_keyword` takes `{constant}` alone"),
                "map it as `keyword`",
            )),
            _ => Ok(()),
        }
    }

    fn is_ignored(&self, text: &str) -> bool {
        self.ignore_above.is_some_and(|max| {
            let count =
                if self.counts_points { text.chars().count() } else { text.encode_utf16().count() };
            count > max
        })
    }
}

/// `string` of 1.x and 2.x (and 5.x, which rewrites it): one term where it is not analyzed, or by its analyzer.
fn is_one_term(property: &Property, facts: &Facts) -> bool {
    match params::text(property, "index") {
        Some("not_analyzed") => true,
        Some("no") => !facts.value_objects || params::flag(property, "doc_values") == Some(true),
        _ => is_long_terms(property),
    }
}

/// Whether an analyzer leaves terms as long as they are.
fn is_long_terms(property: &Property) -> bool {
    let analyzer = params::text(property, "analyzer");
    match Terms::of(property) {
        Some(terms) => !terms.are_short(),
        None => analyzer == Some("keyword"),
    }
}

/// What is only stored is held to the limit of terms by 8.x and 9.x (measured on 8.19 and 9.2).
fn is_stored_as_term(property: &Property, facts: &Facts) -> bool {
    params::flag(property, "store") == Some(true) && matches!(facts.line, Line::Es8 | Line::Es9)
}

fn is_indexed(property: &Property) -> bool {
    params::flag(property, "index") != Some(false)
}

/// Whether a keyword leaves anything behind that the term limit applies to.
fn is_kept(property: &Property) -> bool {
    is_indexed(property) || params::flag(property, "doc_values") != Some(false)
}

/// `1.2.3`, without leading zeros, with optional `-pre.release` and `+build`; the three are Java's `int`s.
fn is_semantic_version(text: &str) -> bool {
    let (rest, build) =
        text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let identifiers = |part: Option<&str>| {
        part.is_none_or(|part| {
            part.split('.').all(|id| {
                !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
        })
    };
    let leads_with_zero = |part: &str| digits(part) && part != "0" && part.starts_with('0');
    let number = |part: &str| digits(part) && !leads_with_zero(part) && part.parse::<i32>().is_ok();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3
        && numbers.iter().all(|part| number(part))
        && identifiers(pre)
        && !pre.is_some_and(|pre| pre.split('.').any(leads_with_zero))
        && identifiers(build)
}

/// Whether an engine decodes a `binary` field at all: only to keep it apart from `_source`.
pub(super) fn is_decoded(property: &Property) -> bool {
    params::flag(property, "doc_values") == Some(true)
        || params::flag(property, "store") == Some(true)
}

/// Base64 with the standard alphabet and padding; blanks and line ends between the groups pass.
pub(super) fn check_binary(decoded: bool, leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
    let valid = match leaf {
        Leaf::Null => true,
        Leaf::Text(text) => is_base64(text),
        Leaf::Bool(_) | Leaf::Number(_) => false,
    };
    if valid {
        return Ok(());
    }
    let way_out = "store a BLOB, name how it is stored with `from`, or map the field as `keyword`";
    if decoded {
        return Err(refused(
            "`binary` takes base64 with the standard alphabet and padding",
            way_out,
        ));
    }
    Err(altered(
        format!(
            "`binary` is base64; {} takes anything here and never decodes it",
            facts.line.name()
        ),
        way_out,
    ))
}

fn is_base64(text: &str) -> bool {
    let mut symbols = 0usize;
    let mut padding = 0usize;
    for byte in text.bytes() {
        match byte {
            // Jackson takes white space and control characters between groups of four alone.
            0..=b' ' if (symbols + padding).is_multiple_of(4) => {}
            b'=' if (symbols + padding) % 4 >= 2 => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => symbols += 1,
            _ => return false,
        }
    }
    (symbols + padding).is_multiple_of(4) && padding <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_told_from_other_text() {
        for yes in ["", "aGVsbG8=", "YQ==", "a+/b", "aGVs bG8=", "aGVs\r\nbG8=", "true"] {
            assert!(is_base64(yes), "{yes:?}");
        }
        for no in
            ["a", "=", "aGVsbG8", "aGVsbG8==", "a-_b", "!!!!", "a b", "YQ=", "YQ==YQ==", "é", "abc"]
        {
            assert!(!is_base64(no), "{no:?}");
        }
    }

    #[test]
    fn semantic_versions_have_three_numbers() {
        for yes in ["1.2.3", "0.0.0", "1.2.3-rc1", "1.2.3-rc.1+b-7", "10.20.30+x"] {
            assert!(is_semantic_version(yes), "{yes}");
        }
        for no in [
            "2147483648.0.0",
            "1.2.3-rc.01",
            "1.2",
            "v1.2.3",
            "01.2.3",
            "1.2.3-",
            "1.2.3+",
            "1.2.3.4",
            "",
            "1.2.x",
        ] {
            assert!(!is_semantic_version(no), "{no}");
        }
    }
}
