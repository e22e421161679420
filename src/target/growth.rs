//! What a mapping says of members that it does not name: which types they get, by which templates, and how many there may
//! be. Knows no value.

use serde_json::{Map, Value};

use super::dialect::truth;
use super::pattern::Pattern;
use super::rule::Line;
use super::span::{Span, es, os};
use super::{Mapping, Property, Target, assume, limit};

/// Versions that leave out what is beyond the limit of fields where the settings say so.
const SURPLUS_IGNORED: &[Span] = &[es(8, 14)];
/// Versions that limit fields and levels at all.
const LIMITED: &[Span] = &[es(5, 0), os(1, 0)];

/// What becomes of the members of an index that its mapping does not name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Growth {
    /// `dynamic` of the root.
    pub(crate) dynamic: Option<Value>,
    /// `subobjects: false` of the root.
    pub(crate) flat_names: bool,
    /// Formats by which text is taken for a date; none where `date_detection` is off.
    pub(crate) date_formats: Vec<String>,
    /// Whether these are the engine's own, of dates that begin with a year.
    pub(crate) default_formats: bool,
    /// `numeric_detection`.
    pub(crate) numbers_in_text: bool,
    pub(crate) templates: Vec<Template>,
    /// Names under `runtime`.
    pub(crate) runtime: Vec<String>,
    /// Fields of the mapping itself, and how many an index may have; `None` where there is no limit.
    pub(crate) fields: u64,
    pub(crate) fields_max: Option<u64>,
    /// Whether a value beyond the limit is left out of the index instead of being refused.
    pub(crate) surplus_ignored: bool,
    /// Levels of objects, the root counted.
    pub(crate) depth_max: Option<u64>,
    /// What the settings say of parameters that a mapping leaves out.
    assumed: Vec<(&'static str, Value, &'static [&'static str])>,
}

/// A dynamic template.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    name_matches: Vec<Like>,
    name_unmatches: Vec<Like>,
    path_matches: Vec<Like>,
    path_unmatches: Vec<Like>,
    types: Vec<String>,
    not_types: Vec<String>,
    /// `None` where it makes a runtime field, which takes anything.
    pub(crate) mapping: Option<Value>,
}

/// What a name or a path is held against.
#[derive(Clone, Debug)]
enum Like {
    /// Each `*` stands for any characters.
    Stars(String),
    /// `match_pattern: regex`; `None` where only the engine can read it.
    Regex(Option<Pattern>),
}

/// Whether a template is the one for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matched {
    No,
    Yes,
    /// Only the engine knows.
    Unknown,
}

impl Growth {
    /// What `mapping` and the settings of its index say.
    /// `None` where the engine reads no document at all.
    pub(crate) fn of(
        mapping: &Mapping,
        settings: Option<&Value>,
        target: &Target,
    ) -> Option<Growth> {
        let body = &mapping.body;
        let flag = |name: &str| body.get(name).and_then(truth);
        if flag("enabled") == Some(false) {
            return None;
        }
        let number =
            |name: &str| settings.and_then(|s| limit::setting(s, name)).and_then(limit::as_number);
        let limited = target.within(LIMITED);
        let surplus = settings
            .and_then(|s| limit::setting(s, "mapping.total_fields.ignore_dynamic_beyond_limit"));
        Some(Growth {
            dynamic: body.get("dynamic").cloned(),
            flat_names: flag("subobjects") == Some(false),
            date_formats: match flag("date_detection") {
                Some(false) => Vec::new(),
                _ => date_formats(body, target),
            },
            default_formats: !FORMAT_KEYS.iter().any(|key| body.contains_key(*key)),
            numbers_in_text: flag("numeric_detection") == Some(true),
            templates: templates(body),
            runtime: super::runtime_names(body).map(str::to_owned).collect(),
            fields: limit::fields(body, target),
            fields_max: limited
                .then(|| number("mapping.total_fields.limit").unwrap_or(limit::FIELDS_MAX)),
            surplus_ignored: target.within(SURPLUS_IGNORED)
                && surplus.and_then(truth) == Some(true),
            depth_max: limited.then(|| number("mapping.depth.limit").unwrap_or(limit::DEPTH_MAX)),
            assumed: mapping.assumed.clone(),
        })
    }

    /// The property `name` that gets `mapping`, which is in the target's dialect.
    pub(crate) fn property(&self, name: &str, mapping: &Value) -> Property {
        let mut property = [property(name, "", mapping)];
        for (parameter, value, kinds) in &self.assumed {
            assume(&mut property, parameter, value, kinds);
        }
        let [property] = property;
        property
    }
}

/// What names these formats; the second on 1.x.
const FORMAT_KEYS: [&str; 2] = ["dynamic_date_formats", "date_formats"];

/// Formats of text that becomes a date without being mapped (measured on every line).
fn date_formats(body: &Map<String, Value>, target: &Target) -> Vec<String> {
    match FORMAT_KEYS.iter().find_map(|key| body.get(*key)) {
        Some(Value::Array(formats)) => {
            return formats.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        Some(Value::String(format)) => return vec![format.clone()],
        _ => {}
    }
    let formats = match Line::of(target) {
        Line::Es1 => ["dateOptionalTime", "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd"],
        _ => [
            "strict_date_optional_time||epoch_millis",
            "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis",
        ],
    };
    formats.map(str::to_owned).to_vec()
}

fn templates(body: &Map<String, Value>) -> Vec<Template> {
    let list = body.get("dynamic_templates").and_then(Value::as_array);
    let named = list.into_iter().flatten().filter_map(Value::as_object);
    named.flat_map(Map::values).filter_map(Value::as_object).map(Template::of).collect()
}

impl Template {
    fn of(template: &Map<String, Value>) -> Template {
        let list = |key: &str| match template.get(key) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => {
                many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        let is_regex = template.get("match_pattern").and_then(Value::as_str) == Some("regex");
        let likes = |key: &str| -> Vec<Like> {
            let like = |pattern: String| match is_regex {
                true => Like::Regex(Pattern::java(&pattern)),
                false => Like::Stars(pattern),
            };
            list(key).into_iter().map(like).collect()
        };
        let mapping = template.get("mapping").cloned();
        Template {
            name_matches: likes("match"),
            name_unmatches: likes("unmatch"),
            path_matches: likes("path_match"),
            path_unmatches: likes("path_unmatch"),
            types: list("match_mapping_type"),
            not_types: list("unmatch_mapping_type"),
            mapping: match template.contains_key("runtime") {
                true => None,
                false => Some(mapping.unwrap_or_else(|| Value::Object(Map::new()))),
            },
        }
    }

    /// Whether it is for the member `name` at the full `path`, whose value is of `kind` (`string`, `long`, `double`, …).
    pub(crate) fn matches(&self, name: &str, path: &str, kind: &str) -> Matched {
        let any = |patterns: &[String], text: &str| patterns.iter().any(|p| is_like(p, text));
        let wanted = |patterns: &[String], text: &str| patterns.is_empty() || any(patterns, text);
        if !wanted(&self.types, kind) || any(&self.not_types, kind) {
            return Matched::No;
        }
        let held = [
            (&self.name_matches, name, true),
            (&self.path_matches, path, true),
            (&self.name_unmatches, name, false),
            (&self.path_unmatches, path, false),
        ];
        let held = held.into_iter().filter(|(likes, ..)| !likes.is_empty());
        // One that does not fit settles it, whatever the others say.
        held.fold(Matched::Yes, |so_far, (likes, text, wanted)| {
            match (so_far, is_like_any(likes, text)) {
                (Matched::No, _) => Matched::No,
                (_, Some(is_like)) if is_like != wanted => Matched::No,
                (_, None) => Matched::Unknown,
                (so_far, Some(_)) => so_far,
            }
        })
    }

    /// Whether members become runtime fields by it; objects never do, and later templates are for them.
    pub(crate) fn is_runtime(&self) -> bool {
        self.mapping.is_none()
    }

    /// Whether the member's name stands in what it gets.
    pub(crate) fn names(&self) -> bool {
        self.mapping.as_ref().is_some_and(|mapping| mapping.to_string().contains("{name}"))
    }

    /// What a member `name` gets, whose value would be of the mapping type `kind`; `None` for a runtime field.
    pub(crate) fn mapping(&self, name: &str, kind: &str) -> Option<Value> {
        let mut mapping = filled(self.mapping.as_ref()?, name, kind);
        if let Value::Object(mapping) = &mut mapping
            && !mapping.contains_key("type")
            && !mapping.contains_key("properties")
        {
            mapping.insert("type".to_owned(), kind.into());
        }
        Some(mapping)
    }
}

/// `{name}` and `{dynamic_type}` replaced in all keys and texts.
fn filled(value: &Value, name: &str, kind: &str) -> Value {
    let fill = |text: &str| {
        text.replace("{name}", name).replace("{dynamic_type}", kind).replace("{dynamicType}", kind)
    };
    match value {
        Value::String(text) => fill(text).into(),
        Value::Array(values) => values.iter().map(|value| filled(value, name, kind)).collect(),
        Value::Object(map) => Value::Object(
            map.iter().map(|(key, value)| (fill(key), filled(value, name, kind))).collect(),
        ),
        other => other.clone(),
    }
}

/// `None` where only the engine knows.
fn is_like_any(likes: &[Like], text: &str) -> Option<bool> {
    let mut all_read = true;
    for like in likes {
        let is_like = match like {
            Like::Stars(pattern) => Some(is_like(pattern, text)),
            Like::Regex(pattern) => pattern.as_ref().map(|pattern| pattern.matches(text)),
        };
        match is_like {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_read = false,
        }
    }
    all_read.then_some(false)
}

/// Whether `text` is like `pattern`, in which each `*` stands for any characters.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    let mut starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.any(|at| is_like(rest, &text[at..]))
}

/// A property as its finished mapping tells it.
fn property(name: &str, above: &str, mapping: &Value) -> Property {
    let pointer = format!("{above}/properties/{}", super::dialect::escape(name));
    let mut params = mapping.as_object().cloned().unwrap_or_default();
    let kind = match params.shift_remove("type") {
        Some(Value::String(kind)) => kind,
        _ => "object".to_owned(),
    };
    let mut members = |key: &str| -> Vec<Property> {
        let members = params.shift_remove(key);
        let members = members.as_ref().and_then(Value::as_object).into_iter().flatten();
        members.map(|(name, mapping)| property(name, &pointer, mapping)).collect()
    };
    let (multi_fields, properties) = (members("fields"), members("properties"));
    Property {
        name: name.to_owned(),
        pointer,
        kind,
        params,
        multi_fields,
        properties,
        dropped_keys: &[],
        renamed_keys: &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text, like) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c*", "abcd", true),
            ("a*d*c", "abcd", false),
            ("a", "ab", false),
            ("*ü*", "grün", true),
        ] {
            assert_eq!(is_like(pattern, text), like, "{pattern} {text}");
        }
    }

    fn template(json: Value) -> Template {
        Template::of(json.as_object().unwrap())
    }

    #[test]
    fn a_template_is_for_the_names_paths_and_types_it_tells() {
        let one = template(json!({"match": "n_*", "unmatch": "*_t", "path_match": "o.*",
            "match_mapping_type": ["long", "double"], "mapping": {"type": "keyword"}}));
        for (name, path, kind, matched) in [
            ("n_1", "o.n_1", "long", Matched::Yes),
            ("n_1", "o.n_1", "string", Matched::No),
            ("n_t", "o.n_t", "long", Matched::No),
            ("m", "o.m", "long", Matched::No),
            ("n_1", "p.n_1", "long", Matched::No),
        ] {
            assert_eq!(one.matches(name, path, kind), matched, "{path} {kind}");
        }
        let regex = json!({"match_pattern": "regex", "match": "^n.*", "path_unmatch": r"o\.\w+"});
        let regex = template(regex);
        for (name, path, matched) in [
            ("n1", "n1", Matched::Yes),
            ("n1", "p.n1", Matched::Yes),
            ("n1", "o.n1", Matched::No),
            ("x", "x", Matched::No),
        ] {
            assert_eq!(regex.matches(name, path, "long"), matched, "{path}");
        }
        let unread = template(json!({"match_pattern": "regex", "match": "(?i)n", "unmatch": "x"}));
        assert_eq!(unread.matches("n", "n", "long"), Matched::Unknown);
        assert_eq!(unread.matches("x", "x", "long"), Matched::No);
    }

    #[test]
    fn names_and_types_are_filled_in() {
        let one = template(json!({"mapping": {"type": "{dynamic_type}", "copy_to": "{name}_all"}}));
        assert_eq!(one.mapping("a", "long"), Some(json!({"type": "long", "copy_to": "a_all"})));
        assert_eq!(
            template(json!({"mapping": {}})).mapping("a", "text"),
            Some(json!({"type": "text"}))
        );
        assert_eq!(template(json!({"runtime": {}})).mapping("a", "text"), None);
        assert!(one.names() && !template(json!({"mapping": {}})).names());
    }
}
