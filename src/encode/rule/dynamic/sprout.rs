//! The type that a member without a mapping gets with its first value: by what the value looks like, and by dynamic
//! templates. Knows no document.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::Branch;
use super::glance::Glance;
use crate::encode::date::{DateRule, Resolution};
use crate::encode::json::{Kind, Node};
use crate::encode::rule::{Rule, What};
use crate::encode::{digit, number};
use crate::error::Verdict;
use crate::target::rule::{Facts, Line};
use crate::target::{Growth, Matched, Property, Target};

/// What a member became.
#[derive(Debug)]
pub(super) struct Sprout {
    /// Its mapping: two members have the same type where this is the same.
    pub(super) mapping: Json,
    pub(super) what: SproutWhat,
    /// The values that need no second look.
    pub(super) glance: Glance,
    /// How many fields it is for the limit on them.
    pub(super) fields: u64,
}

#[derive(Debug)]
pub(super) enum SproutWhat {
    Leaf(Box<Rule>),
    /// An object, with the rules of the template that it comes from.
    Object(Option<Box<(Rule, Arc<Branch>)>>),
    /// An object that is not read.
    Unread,
    /// A runtime field, or what only the engine can tell: it takes anything.
    Free,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Long,
    Double,
    Boolean,
    String,
    /// By the format of that number.
    Date(usize),
    Object,
}

/// Gives members their types.
#[derive(Debug)]
pub(super) struct Nursery {
    pub(super) growth: Growth,
    /// Whether templates make runtime fields.
    pub(super) has_runtime: bool,
    target: Target,
    facts: Facts,
    dates: Vec<DateRule>,
    plain: Vec<(Look, Arc<Sprout>)>,
    /// By number of the template; those that hold the member's name are made when they are met.
    templated: Vec<(usize, Look, Arc<Sprout>)>,
}

impl Nursery {
    pub(super) fn new(growth: Growth, target: Target) -> Nursery {
        let formats = growth.date_formats.iter();
        let dates = formats
            .filter_map(|format| {
                DateRule::compile(Some(format), None, Resolution::Millis, &target).ok()
            })
            .collect();
        let facts = Facts::of(&target);
        let has_runtime = growth.templates.iter().any(|template| template.is_runtime());
        let mut nursery = Nursery {
            growth,
            has_runtime,
            target,
            facts,
            dates,
            plain: Vec::new(),
            templated: Vec::new(),
        };
        let dates = (0..nursery.dates.len()).map(Look::Date);
        let looks: Vec<Look> =
            [Look::Long, Look::Double, Look::Boolean, Look::String, Look::Object]
                .into_iter()
                .chain(dates)
                .collect();
        for &look in &looks {
            let sprout = Arc::new(nursery.sprout("", look, nursery.plain_mapping(look)));
            nursery.plain.push((look, sprout));
        }
        for number in 0..nursery.growth.templates.len() {
            if nursery.growth.templates[number].names() {
                continue;
            }
            for &look in &looks {
                let sprout = Arc::new(nursery.templated_sprout(number, "", look));
                nursery.templated.push((number, look, sprout));
            }
        }
        nursery
    }

    /// What `name` at `path` becomes with `value`, and whether a template says so.
    pub(super) fn grow(&self, name: &str, path: &str, value: Node<'_>) -> (Arc<Sprout>, bool) {
        let look = self.look(value);
        match self.by_template(name, path, look) {
            Some(sprout) => (sprout, true),
            None => (self.plain(look), false),
        }
    }

    /// What `name` at `path` becomes with an object, and whether a template says so.
    pub(super) fn object(&self, name: &str, path: &str) -> (Arc<Sprout>, bool) {
        match self.by_template(name, path, Look::Object) {
            Some(sprout) => (sprout, true),
            None => (self.plain(Look::Object), false),
        }
    }

    /// A list of so many fractions, where the line makes a vector of it.
    pub(super) fn vector(&self, name: &str, dims: usize) -> Arc<Sprout> {
        Arc::new(self.sprout(name, Look::Double, json!({"type": "dense_vector", "dims": dims})))
    }

    fn plain(&self, look: Look) -> Arc<Sprout> {
        let known = self.plain.iter().find(|(known, _)| *known == look);
        known.map_or_else(|| Arc::new(free(Json::Null)), |(_, sprout)| Arc::clone(sprout))
    }

    fn by_template(&self, name: &str, path: &str, look: Look) -> Option<Arc<Sprout>> {
        for (number, template) in self.growth.templates.iter().enumerate() {
            if look == Look::Object && template.is_runtime() {
                continue;
            }
            match template.matches(name, path, look.word()) {
                Matched::No => {}
                Matched::Unknown => return Some(Arc::new(free(Json::Null))),
                Matched::Yes => {
                    let ready = self.templated.iter().find(|(n, l, _)| (*n, *l) == (number, look));
                    return Some(match ready {
                        Some((_, _, sprout)) => Arc::clone(sprout),
                        None => Arc::new(self.templated_sprout(number, name, look)),
                    });
                }
            }
        }
        None
    }

    fn templated_sprout(&self, number: usize, name: &str, look: Look) -> Sprout {
        let plain = self.plain_mapping(look);
        let kind = plain["type"].as_str().unwrap_or("object");
        let Some(mut mapping) = self.growth.templates[number].mapping(name, kind) else {
            return free(json!({"runtime": number}));
        };
        // A date without a format takes the one that it was recognized by, but on 1.x.
        if mapping["type"] == "date"
            && self.facts.line != Line::Es1
            && let Json::Object(mapping) = &mut mapping
            && !mapping.contains_key("format")
            && let Some(format) = plain.get("format")
        {
            mapping.insert("format".to_owned(), format.clone());
        }
        self.sprout(name, look, mapping)
    }

    fn plain_mapping(&self, look: Look) -> Json {
        let old = self.facts.line <= Line::Es2;
        match look {
            Look::Long => json!({"type": "long"}),
            Look::Double if self.facts.dynamic_float => json!({"type": "float"}),
            Look::Double => json!({"type": "double"}),
            Look::Boolean => json!({"type": "boolean"}),
            Look::String if old => json!({"type": "string"}),
            Look::String => {
                json!({"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}})
            }
            Look::Date(number) => {
                json!({"type": "date", "format": self.growth.date_formats[number]})
            }
            Look::Object => json!({"type": "object"}),
        }
    }

    fn sprout(&self, name: &str, look: Look, mapping: Json) -> Sprout {
        let property = self.growth.property(name, &mapping);
        let fields = fields(&property);
        let Ok(rule) = Rule::compile(&property, &self.target) else {
            return Sprout { fields, ..free(mapping) };
        };
        let what = match rule.what {
            What::Any if property.kind == "object" || property.kind == "nested" => {
                SproutWhat::Unread
            }
            What::Any => SproutWhat::Free,
            What::Object(_) if mapping == json!({"type": "object"}) => SproutWhat::Object(None),
            What::Object(_) => {
                let branch = Branch::of(&property, super::Dynamic::Inherited, &self.target);
                SproutWhat::Object(Some(Box::new((rule, Arc::new(branch)))))
            }
            _ => SproutWhat::Leaf(Box::new(rule)),
        };
        Sprout { mapping, glance: Glance::of(&what, look), what, fields }
    }

    /// Whether text, without its escapes, looks like no number and no date; the engine's own formats begin with a year.
    pub(super) fn is_plain(&self, text: &[u8]) -> bool {
        let begins = || matches!(text.first(), Some(b'0'..=b'9' | b'+' | b'-'));
        let growth = &self.growth;
        if !growth.numbers_in_text && (self.dates.is_empty() || growth.default_formats && !begins())
        {
            return true;
        }
        str::from_utf8(text).is_ok_and(|text| self.look_of_text(text) == Look::String)
    }

    fn look(&self, value: Node<'_>) -> Look {
        match value.kind() {
            Kind::Number if number::is_integer_literal(value.text()) => Look::Long,
            Kind::Number => Look::Double,
            Kind::True | Kind::False => Look::Boolean,
            Kind::Object => Look::Object,
            Kind::String | Kind::Null | Kind::Array => self.look_of_text(&value.string().0),
        }
    }

    /// Numbers first, and what is a number is never a date; on 1.x to 5.x dates first, which must have two separators
    /// alike.
    pub(super) fn look_of_text(&self, text: &str) -> Look {
        let date = || {
            let mut dates = self.dates.iter().enumerate();
            dates.find(|(number, date)| {
                self.may_be(*number, text) && is_taken(date, text) || self.seems(date, text)
            })
        };
        let date = || date().map(|(number, _)| Look::Date(number));
        let is_long = is_java_long(text);
        let is_double = is_long || number::java_double(text).is_some();
        let number = match (is_long, is_double) {
            _ if !self.growth.numbers_in_text => None,
            (true, _) => Some(Look::Long),
            (false, is_double) => is_double.then_some(Look::Double),
        };
        let twice = |separator| text.matches(separator).count() > 1;
        let found = if self.facts.line <= Line::Es5 {
            let looks_like_one = [':', '-', '/'].into_iter().any(twice);
            looks_like_one.then(date).flatten().or(number)
        } else {
            number.or_else(|| if is_double { None } else { date() })
        };
        found.unwrap_or(Look::String)
    }
}

impl Nursery {
    /// Whether text may be a date by the format of that number: the engine's own with slashes wants every digit there, which
    /// later values of the field may lack. Measured on 2.4, 5.6 and 6.8; a format that the mapping names is read as it is.
    fn may_be(&self, format: usize, text: &str) -> bool {
        let line = self.facts.line;
        let is_strict = self.growth.default_formats && line >= Line::Es2 && line <= Line::Es6;
        !is_strict || format == 0 || is_spelt_out(text)
    }
}

impl Nursery {
    /// Whether text is taken for a date that it is not: `2024/02/30` and `2024/13/01`, which are refused as dates then. Measured
    /// on 7.17, OpenSearch 2.19 and 3.8; 8.19 and 9.2 take such for text.
    fn seems(&self, date: &DateRule, text: &str) -> bool {
        let lines = [Line::Es7, Line::Os1, Line::Os2, Line::Os3];
        lines.contains(&self.facts.line) && date.reads_no_date(text)
    }
}

impl Sprout {
    /// Whether a template makes a runtime field of it.
    pub(super) fn is_runtime(&self) -> bool {
        self.mapping.get("runtime").is_some()
    }

    /// The mapping type, for messages.
    pub(super) fn kind(&self) -> &str {
        self.mapping.get("type").and_then(Json::as_str).unwrap_or("object")
    }
}

impl Look {
    /// The word for `match_mapping_type`.
    fn word(self) -> &'static str {
        match self {
            Look::Long => "long",
            Look::Double => "double",
            Look::Boolean => "boolean",
            Look::String => "string",
            Look::Date(_) => "date",
            Look::Object => "object",
        }
    }
}

/// What a field that is mapped becomes with its first vector.
pub(super) fn measured(dims: usize) -> Sprout {
    Sprout { fields: 0, ..free(json!({ "dims": dims })) }
}

fn free(mapping: Json) -> Sprout {
    Sprout { mapping, what: SproutWhat::Free, glance: Glance::nothing(), fields: 1 }
}

fn fields(property: &Property) -> u64 {
    let below = property.multi_fields.iter().chain(&property.properties);
    1 + below.map(fields).sum::<u64>()
}

fn is_taken(date: &DateRule, text: &str) -> bool {
    date.check_text(text).err().is_none_or(|refusal| refusal.verdict == Verdict::Altered)
}

/// `2024/01/31`, also with ` 12:00:00`.
fn is_spelt_out(text: &str) -> bool {
    let shape = b"0000/00/00 00:00:00";
    let fits = |(byte, wanted): (u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        wanted => byte == *wanted,
    };
    [10, shape.len()].contains(&text.len()) && text.bytes().zip(shape).all(fits)
}

/// As Java's `Long.parseLong`: a sign and digits of any script.
fn is_java_long(text: &str) -> bool {
    digit::whole(text).is_some_and(|number| i64::try_from(number).is_ok())
}
