//! Names of indices, aliases and types. Knows no mapping.

use super::Target;
use super::span::{Span, es, es_until, os};

/// Characters that no engine takes in the name of an index or an alias.
const FORBIDDEN: &[char] = &['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#'];
/// Versions that take a `:`.
const COLON: &[Span] = &[es_until((1, 0), (7, 0))];
/// Versions that refuse a leading `-` or `+`.
const NO_SIGN: &[Span] = &[es(5, 0), os(1, 0)];
/// Bytes of an index name.
const NAME_BYTES_MAX: usize = 255;

/// Why `target` takes no index of this name, and what to do. Names that could leave the output folder, and control
/// characters, are refused for every target.
pub(crate) fn index_name_fault(name: &str, target: &Target) -> Option<String> {
    if name.to_lowercase() != name {
        return Some(format!(
            "the index name `{}` has upper-case letters, which {target} refuses; write `{}`",
            name.escape_debug(),
            mended(name, target).escape_debug()
        ));
    }
    common_fault("index", name, target)
}

/// Why `target` takes no alias of this name, and what to do.
pub(crate) fn alias_name_fault(name: &str, target: &Target) -> Option<String> {
    common_fault("alias", name, target)
}

fn common_fault(what: &str, name: &str, target: &Target) -> Option<String> {
    let shown = name.escape_debug();
    if name.is_empty() {
        return Some(format!("the {what} name is empty; give it at least one letter"));
    }
    if name == "." || name == ".." {
        return Some(format!("the {what} name `{name}` is that of a folder; choose another"));
    }
    let way_out = format!("write `{}`", mended(name, target).escape_debug());
    if let Some(bad) = name.chars().find(|c| FORBIDDEN.contains(c) || c.is_control()) {
        return Some(format!(
            "the {what} name `{shown}` holds `{}`, which is refused; {way_out}",
            bad.escape_debug()
        ));
    }
    if name.contains(':') && !target.within(COLON) {
        return Some(format!(
            "the {what} name `{shown}` holds `:`, which {target} refuses; {way_out}"
        ));
    }
    let first =
        name.chars().next().filter(|c| *c == '_' || target.within(NO_SIGN) && "-+".contains(*c));
    if let Some(first) = first {
        return Some(format!(
            "the {what} name `{shown}` begins with `{first}`, which {target} refuses; {way_out}"
        ));
    }
    let bytes = name.len();
    (bytes > NAME_BYTES_MAX).then(|| {
        format!(
            "the {what} name has {bytes} bytes, {target} takes at most {NAME_BYTES_MAX}; shorten it"
        )
    })
}

/// A name like `name` that nothing is wrong with.
fn mended(name: &str, target: &Target) -> String {
    let is_bad =
        |c: char| FORBIDDEN.contains(&c) || c.is_control() || c == ':' && !target.within(COLON);
    let name: String =
        name.to_lowercase().chars().map(|c| if is_bad(c) { '_' } else { c }).collect();
    let mut name = name.trim_start_matches(['_', '-', '+']).trim_end_matches('_');
    if name.len() > NAME_BYTES_MAX {
        name = &name[..name.floor_char_boundary(NAME_BYTES_MAX)];
    }
    match name {
        "" | "." | ".." => "index".to_owned(),
        name => name.to_owned(),
    }
}

/// Why `target` takes no type of this name, and what to do. Where there are no types, no name is wrong.
pub(crate) fn type_name_fault(name: &str, target: &Target) -> Option<String> {
    let default = target.default_type()?;
    let shown = name.escape_debug();
    let way_out = format!("write another, or leave `type` out for `{default}`");
    if name.is_empty() {
        return Some(format!("the type's name is empty; {way_out}"));
    }
    if name.starts_with('_') && !(name == "_doc" && default == "_doc") {
        return Some(format!(
            "the type's name `{shown}` begins with `_`, which {target} refuses; {way_out}"
        ));
    }
    if let Some(bad) = name.chars().find(|c| matches!(c, '#' | ',') || c.is_control()) {
        return Some(format!(
            "the type's name `{shown}` holds `{}`, which {target} refuses; {way_out}",
            bad.escape_debug()
        ));
    }
    let es2_on = target.within(&[es(2, 0)]);
    if name == "properties" {
        return Some(format!(
            "a type called `properties` is read as fields by {target}, which refuses the index; {way_out}"
        ));
    }
    if name == ".percolator" && target.within(&[es(5, 0)]) {
        return Some(format!(
            "{target} has no type `.percolator` any more; map a field of the type `percolator`, put the query into it, and leave `type` out for `{default}`"
        ));
    }
    if es2_on && name.starts_with('.') && name != ".percolator" {
        return Some(format!(
            "the type's name `{shown}` begins with a dot, which {target} refuses; {way_out}"
        ));
    }
    (es2_on && name.len() > NAME_BYTES_MAX).then(|| {
        format!(
            "the type's name has {} bytes, {target} takes at most {NAME_BYTES_MAX}; {way_out}",
            name.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> Vec<String> {
        Target::ALL
            .iter()
            .filter(|t| index_name_fault(name, t).is_some())
            .map(Target::name)
            .collect()
    }

    #[test]
    fn index_names_are_refused_as_each_line_was_measured() {
        let all: Vec<String> = Target::ALL.iter().map(Target::name).collect();
        let long = "x".repeat(256);
        let umlauts = "é".repeat(128);
        for name in [
            "",
            "Abc",
            "İ",
            "aǅ",
            "a\\b",
            "a/b",
            "a*",
            "a?",
            "a\"b",
            "a<b",
            "a>b",
            "a|b",
            "a b",
            "a,b",
            "a#b",
            "_a",
            ".",
            "..",
            "../x",
            "a\u{0}b",
            "a\tb",
            "a\u{7f}",
            "<a-{now/d}>",
            &long,
            &umlauts,
        ] {
            assert_eq!(refused(name), all, "{name:?}");
        }
        for name in [
            "a",
            "a_b-c+d.e",
            "123",
            "é",
            "日本",
            ".dot",
            ".kibana-x",
            "a%b",
            "a&b",
            "a=b",
            "a;b",
            "a'b",
            "a@b",
            "a!b",
            "a(b)",
            "a[b]",
            "a{b}",
            "a~b",
            "a^b",
            "a$b",
            "a`b",
            &long[1..],
        ] {
            assert_eq!(refused(name), [""; 0], "{name:?}");
        }
        assert_eq!(refused("a:b"), ["es7", "es8", "es9", "os1", "os2", "os3"]);
        for name in ["-a", "+a"] {
            assert_eq!(refused(name), all[2..], "{name:?}");
        }
    }

    #[test]
    fn the_name_that_a_fault_offers_has_no_fault() {
        let long = "X".repeat(300);
        for name in
            ["B <ad>", "A:b", "-_+X", "***", "İ #", "É".repeat(200).as_str(), &long, "a\u{0}b"]
        {
            for target in Target::ALL {
                let offered = mended(name, &target);
                assert_eq!(
                    index_name_fault(&offered, &target),
                    None,
                    "{name:?} {offered:?} {target}"
                );
                let fault = index_name_fault(name, &target);
                assert!(
                    fault.is_none_or(
                        |f| f.contains(&format!("write `{offered}`")) || f.contains("bytes")
                    ),
                    "{name:?} {target}"
                );
            }
        }
    }

    #[test]
    fn an_alias_may_have_upper_case_letters() {
        assert_eq!(alias_name_fault("Abc", &Target::DEFAULT), None);
        assert!(alias_name_fault("a b", &Target::DEFAULT).is_some());
    }

    #[test]
    fn types_begin_with_an_underscore_only_where_doc_is_one() {
        let fault = |name: &str, target: &str| {
            type_name_fault(name, &Target::parse(target).unwrap()).is_some()
        };
        for target in ["es1", "es2", "es5", "es6.0", "es6.1"] {
            assert!(
                fault("_doc", target) && !fault("doc", target) && !fault("student", target),
                "{target}"
            );
        }
        assert!(!fault("_doc", "es6") && fault("_other", "es6") && fault("_default_", "es6"));
        assert!(fault("a,b", "es6") && fault("a#b", "es1") && fault("", "es5"));
        assert!(fault(".a", "es2") && !fault(".a", "es1"));
        assert!(fault(".percolator", "es5") && fault(".percolator", "es6"));
        assert!(!fault(".percolator", "es1") && !fault(".percolator", "es2"));
        assert!(fault("properties", "es1") && fault("properties", "es6"));
        for target in ["es7", "es9", "os1", "serverless"] {
            assert!(!fault("_doc", target) && !fault("", target), "{target}");
        }
    }
}
