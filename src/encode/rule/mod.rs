//! What an engine does with a JSON value, mapping type by mapping type: taken unchanged, taken and altered, or refused.
//! Owns the verdicts; knows nothing of SQLite, files or documents. What differs by version stands in `target::rule`.
//!
//! # What counts as altered
//! * A whole number that the type cannot hold exactly (16,777,217 in `float`, 9,007,199,254,740,993 in `double`).
//!   A number with a fraction or an exponent is rounded to the type's precision; that is what `float`,
//!   `half_float` and `scaled_float` mean, and `_source` keeps it. It is altered when it becomes infinite, is clamped,
//!   or becomes zero without being zero (in `scaled_float`, rounding to zero is rounding).
//! * A fraction cut off, a byte wrapped, the sign of `-0.0` lost in a type without it.
//! * A value that is taken but not indexed (empty text in numbers, what `ignore_malformed` drops), unless the mapping says
//!   so itself: `ignore_above`, `index: false`, `enabled: false`, `dynamic: false`.
//! * Not altered: another spelling of the same value (an address in canonical form, a third coordinate that
//!   `ignore_z_value` leaves to `_source`, the tokens of a `token_count`).

mod boolean;
mod completion;
mod context;
mod copies;
mod document;
mod dynamic;
mod features;
mod geo_point;
mod geo_shape;
mod geometry;
mod integer;
mod ip;
mod joined;
mod nested;
mod object;
mod once;
mod params;
mod plane;
mod query;
mod range;
mod real;
mod ring;
mod shaped;
mod shared;
mod spare;
mod string;
mod suggested;
mod term;
mod vector;

use std::borrow::Cow;

use serde_json::Value as Json;

use super::date::{DateRule, Resolution};
use super::json::{Kind, Leaf, Node};
use super::{Outcome, Refusal};
use crate::error::{Fault, Verdict};
use crate::target::rule::Facts;
use crate::target::{DERIVED, Property, TIMED, Target};

pub(crate) use completion::CompletionRule;
pub(crate) use document::DocumentRule;
pub(crate) use dynamic::{DynamicRule, Grown, Spot};
pub(crate) use features::ChildRule;
pub(crate) use integer::IntegerRule;
pub(crate) use nested::NestedRule;
pub(crate) use object::ObjectRule;
pub(crate) use once::OnceRule;
pub(crate) use real::{RealRule, ScaledRule};
use shared::Shared;
use spare::Spared;
pub(crate) use string::TextRule;
pub(crate) use suggested::SuggestedRule;
pub(crate) use vector::VectorRule;

/// Lists in lists that OpenSearch takes.
const LIST_LEVELS_MAX: usize = 20;

/// The rules of one mapped field on one target.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The mapping type, for messages.
    pub(crate) kind: Cow<'static, str>,
    pub(crate) what: What,
    /// Multi-fields: the same value must pass them all.
    pub(crate) multi: Vec<Rule>,
    /// Filled by `copy_to`, not a multi-field.
    copied: bool,
    /// Malformed values are kept in `_source` and not indexed.
    spared: Spared,
    /// The time of a document, which has one and no more.
    timed: bool,
    /// What of a value `copy_to` does not copy.
    shared: Shared,
    facts: Facts,
}

/// The rules by family of types.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// `byte`, `short`, `integer`, `long`, `unsigned_long`.
    Integer(IntegerRule),
    /// `half_float`, `float`, `double`, `rank_feature`.
    Real(RealRule),
    /// `scaled_float`.
    Scaled(ScaledRule),
    /// `boolean`.
    Boolean,
    /// `string`, `text`, `keyword` and their kin.
    Text(TextRule),
    /// `binary`; whether the engine decodes it.
    Binary {
        decoded: bool,
    },
    /// `ip`.
    Ip,
    /// `date`, `date_nanos`.
    Date(Box<DateRule>),
    /// The six range types.
    Range(range::RangeRule),
    /// `object`, `nested`, `passthrough`.
    Object(Box<ObjectRule>),
    /// `flattened`, `flat_object`.
    Flat(object::FlatRule),
    /// `completion`.
    Completion(completion::CompletionRule),
    /// The `input` of a completion, of which so many UTF-16 units are indexed, and its `weight`.
    Input {
        length: usize,
    },
    Weight,
    /// `geo_point`.
    GeoPoint(geo_point::PointRule),
    /// Text that a `geo_point` fills: as a multi-field of its `own` by the point's short name, else by `copy_to`.
    PointText {
        own: bool,
    },
    /// `geo_shape`.
    Shape(geo_shape::ShapeRule),
    /// `point`, `shape`, `xy_point`, `xy_shape`.
    Plane {
        shape: bool,
    },
    /// `dense_vector`, `knn_vector`.
    Vector(VectorRule),
    /// `rank_features`, `sparse_vector`.
    Features(features::FeaturesRule),
    /// `join`.
    Join(features::JoinRule),
    /// `histogram`.
    Histogram,
    /// `aggregate_metric_double`.
    Metrics(Vec<String>),
    /// `percolator`: a query.
    Query(query::QueryRule),
    /// `enabled: false`, what is not mapped, and types this table does not know: taken as they are.
    Any,
    /// `alias`: never a value.
    Never,
}

impl Rule {
    /// Compiles the rules of `property` and all it holds.
    pub(crate) fn compile(property: &Property, target: &Target) -> Result<Rule, Fault> {
        let facts = Facts::of(target);
        let timed = property.params.contains_key(TIMED);
        let mut rule = Rule {
            kind: property.kind.clone().into(),
            what: compile_what(property, target, &facts)?,
            multi: Vec::new(),
            copied: false,
            // What it spares is no time.
            spared: if timed { Spared::default() } else { Spared::of(property, &facts) },
            timed,
            shared: Shared::default(),
            facts,
        };
        for field in &property.multi_fields {
            let mut copy = Rule::compile(field, target)?;
            let own = field.pointer.starts_with(&format!("{}/fields/", property.pointer));
            copy.copied = !own;
            let is_choosy = matches!(&*copy.kind, "constant_keyword" | "version");
            if let (What::GeoPoint(_), What::Text(_), false) = (&rule.what, &copy.what, is_choosy) {
                copy.what = What::PointText { own };
            }
            rule.multi.push(copy);
        }
        rule.order_multi(property);
        rule.shared = Shared::of(property, &rule, target);
        Ok(rule)
    }

    /// A part of this field's rules that has no property of its own.
    pub(crate) fn part(&self, kind: &'static str, what: What) -> Rule {
        Rule {
            kind: kind.into(),
            what,
            multi: Vec::new(),
            copied: false,
            spared: Spared::default(),
            timed: false,
            shared: Shared::default(),
            facts: self.facts,
        }
    }

    /// Whether no document is without a value.
    pub(crate) fn is_wanted(&self) -> bool {
        self.timed || self.is_old_query()
    }

    /// Whether it is the `query` of the type `.percolator` on 1.x and 2.x.
    fn is_old_query(&self) -> bool {
        matches!(&self.what, What::Query(rule) if rule.is_wanted())
    }

    /// The target's column of the facts.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What becomes of a value, and of the same value in the multi-fields.
    pub(crate) fn check(&self, node: Node<'_>) -> Outcome {
        if self.timed && times(node) != 1 {
            return Err(not_one_time(&self.kind));
        }
        let own = worse(self.check_own(node), || self.check_shared(node));
        if self.multi.is_empty() {
            return own;
        }
        worse(own, || self.check_beside(node))
    }

    /// What becomes of a value that holds no other, and of the same value in the multi-fields.
    pub(crate) fn check_leaf(&self, leaf: &Leaf<'_>) -> Outcome {
        if self.timed && matches!(leaf, Leaf::Null) {
            return Err(not_one_time(&self.kind));
        }
        let own = self.check_own_leaf(leaf);
        if self.multi.is_empty() {
            return own;
        }
        worse(own, || self.check_multi(leaf))
    }

    /// Whether the target takes lists in lists as deep as they are: OpenSearch reads 20.
    pub(crate) fn check_lists(&self, levels: usize) -> Outcome {
        // What is passed over as a whole may hold any lists, but not be one.
        if matches!(self.what, What::Any) { Ok(()) } else { self.check_list_levels(levels) }
    }

    fn check_list_levels(&self, levels: usize) -> Outcome {
        if levels <= LIST_LEVELS_MAX || !self.facts.array_depth_limited {
            return Ok(());
        }
        Err(refused(
            format!("{} takes {LIST_LEVELS_MAX} lists in lists", self.facts.line.name()),
            "map the field with `enabled: false`",
        ))
    }

    fn check_own(&self, node: Node<'_>) -> Outcome {
        let facts = &self.facts;
        match &self.what {
            What::Any if node.kind() == Kind::Array => self.check_list_levels(list_levels(node)),
            What::Any => Ok(()),
            What::Object(rule) => rule.check(&self.kind, node, facts),
            What::Flat(rule) => self.malformed(rule.check(&self.kind, node), node.kind()),
            What::Range(rule) => rule.check(&self.kind, node, facts, self.spared),
            What::Completion(rule) => rule.check(node, facts),
            What::GeoPoint(rule) => rule.check(node, facts),
            What::Shape(rule) if node.kind() == Kind::Array => {
                let elements = all(node.elements().map(|element| self.check_own(element)));
                worse(elements, || rule.check_list(node, facts))
            }
            What::Shape(rule) => self.malformed(rule.check(node, facts), node.kind()),
            What::Plane { shape } => plane::check(&self.kind, *shape, node),
            What::PointText { own } => geo_point::check_copy(*own, node.kind(), facts),
            What::Vector(rule) => rule.check(&self.kind, node),
            What::Features(rule) => rule.check(&self.kind, node),
            What::Join(rule) => rule.check(node),
            What::Histogram => features::check_histogram(node),
            What::Metrics(names) => features::check_metrics(names, node),
            What::Query(_) if self.is_old_query() => query::QueryRule::check_old(node, facts),
            _ => self.check_leaves(node),
        }
    }

    /// Types of single values take lists of them, in lists, as if they stood side by side.
    fn check_leaves(&self, node: Node<'_>) -> Outcome {
        match node.kind() {
            Kind::Array => {
                match &self.what {
                    What::Real(rule) => self.malformed(rule.check_count(node), Kind::Array)?,
                    What::Query(_) => query::check_count(node)?,
                    _ => {}
                }
                all(node.elements().map(|element| match element.kind() {
                    Kind::Object if self.passes_objects_in_lists() => {
                        self.check_object_in_list(element)
                    }
                    _ => self.check_leaves(element),
                }))
            }
            Kind::Object => self.malformed(self.check_object(node), Kind::Object),
            kind => {
                let outcome = self.check_own_leaf(&leaf_of(node));
                match outcome {
                    Ok(()) if kind == Kind::String && self.is_indexed() && node.string().1 => {
                        Err(lone_surrogate())
                    }
                    other => other,
                }
            }
        }
    }

    /// Whether anything but `_source` keeps the value.
    fn is_indexed(&self) -> bool {
        !matches!(&self.what, What::Text(rule) if !rule.indexed)
    }

    fn check_own_leaf(&self, leaf: &Leaf<'_>) -> Outcome {
        let facts = &self.facts;
        let outcome = match (&self.what, leaf) {
            (What::Never, _) => {
                Err(refused(format!("`{}` takes no value", self.kind), "leave the field out"))
            }
            (What::Query(_), _) if self.is_old_query() => Err(query::QueryRule::no_query()),
            (What::Query(_), Leaf::Null) => {
                Err(refused("`percolator` takes a query, not null", "set `\"nulls\": \"omit\"`"))
            }
            (What::Query(_), _) => {
                Err(refused("`percolator` takes a query object", "store the query as JSON text"))
            }
            (What::Text(rule), _) => rule.check(&self.kind, leaf),
            (_, Leaf::Null) => self.check_null(),
            (What::Integer(rule), _) => rule.check(&self.kind, leaf, facts),
            (What::Real(rule), _) => rule.check(&self.kind, leaf, facts),
            (What::Scaled(rule), _) => rule.check(leaf),
            (What::Boolean, _) => boolean::check(leaf, facts),
            (What::Binary { decoded }, _) => string::check_binary(*decoded, leaf, facts),
            (What::Ip, _) => ip::check(leaf, facts),
            (What::Date(rule), Leaf::Text(text)) => rule.check_text(text),
            (What::Date(rule), Leaf::Number(literal)) => rule.check_number(literal),
            (What::Date(_), _) => {
                Err(refused(format!("`{}` takes no boolean", self.kind), "map it as `boolean`"))
            }
            // One input of several may be empty: the others are suggested all the same.
            (What::Input { .. }, Leaf::Text(text))
                if text.is_empty() && facts.completion_payload =>
            {
                Ok(())
            }
            (What::Input { length }, _) => completion::check_input(leaf, *length, facts),
            (What::Weight, _) => completion::check_weight(leaf, facts),
            (_, Leaf::Text(text)) => self.check_text_leaf(text),
            (What::GeoPoint(rule), _) => rule.check_stray(facts),
            _ => self.check_stray(),
        };
        self.malformed(outcome, leaf_kind(leaf))
    }

    /// Text in a type whose values have parts.
    fn check_text_leaf(&self, text: &str) -> Outcome {
        let facts = &self.facts;
        match &self.what {
            What::GeoPoint(rule) => rule.check_text(text, facts),
            What::Shape(rule) => rule.check_text(text, facts),
            What::Plane { shape } => plane::check_text(&self.kind, *shape, text),
            What::Range(rule) => rule.check_text(&self.kind, text, facts, self.spared),
            What::Completion(rule) => rule.check_text(text, facts),
            What::Join(rule) => rule.check_name(text),
            What::Vector(rule) => rule.check_hex(&self.kind, text),
            What::Any | What::PointText { .. } => Ok(()),
            _ => self.check_stray(),
        }
    }

    /// A number, a boolean or text where something with parts belongs.
    fn check_stray(&self) -> Outcome {
        match &self.what {
            What::Any | What::PointText { .. } => Ok(()),
            What::Object(_) | What::Flat(_) => Err(refused(
                format!("`{}` takes a JSON object", self.kind),
                "map the field as the type of its values",
            )),
            _ => Err(refused(
                format!("`{}` takes no single value", self.kind),
                "store it as JSON text, or map another type",
            )),
        }
    }

    fn check_null(&self) -> Outcome {
        let taken = match &self.what {
            What::Completion(_) | What::Input { .. } => self.facts.completion_null,
            What::Range(_) => self.facts.range_null,
            What::Features(_) | What::Join(_) => false,
            _ => true,
        };
        if taken { Ok(()) } else { Err(null_refused(&self.kind, &self.facts)) }
    }
}

/// The family of a mapping type, with its parameters.
fn compile_what(property: &Property, target: &Target, facts: &Facts) -> Result<What, Fault> {
    if params::flag(property, "enabled") == Some(false) {
        return Ok(What::Any);
    }
    let date = |resolution| {
        DateRule::compile(
            params::text(property, "format"),
            params::text(property, "locale"),
            resolution,
            target,
        )
        .map(|rule| {
            let resolution = params::text(property, "numeric_resolution");
            rule.counted(resolution, property.params.contains_key("format"))
        })
        .map(|rule| What::Date(Box::new(rule)))
        .map_err(|message| params::fault(property, "format", message))
    };
    Ok(match property.kind.as_str() {
        "byte" | "short" | "integer" | "long" | "unsigned_long" => {
            What::Integer(IntegerRule::compile(property, facts))
        }
        "half_float" | "float" | "double" | "rank_feature" => {
            What::Real(RealRule::compile(property))
        }
        "scaled_float" => What::Scaled(ScaledRule::compile(property)?),
        "boolean" => What::Boolean,
        "string"
        | "text"
        | "keyword"
        | "wildcard"
        | "constant_keyword"
        | "version"
        | "search_as_you_type"
        | "token_count"
        | "match_only_text"
        | "annotated_text"
        | "semantic_text"
        | "semantic"
        | "murmur3"
        | "counted_keyword"
        | "icu_collation_keyword" => What::Text(TextRule::compile(property, facts)),
        "binary" => What::Binary { decoded: string::is_decoded(property) },
        "ip" => What::Ip,
        "date" => date(Resolution::Millis)?,
        "date_nanos" => date(Resolution::Nanos)?,
        "integer_range" | "long_range" | "float_range" | "double_range" | "date_range"
        | "ip_range" => What::Range(range::RangeRule::compile(property, target)?),
        "object" | "nested" | "passthrough" => {
            What::Object(Box::new(ObjectRule::compile(property, target)?))
        }
        "flattened" | "flat_object" => What::Flat(object::FlatRule::compile(property)),
        "completion" => What::Completion(completion::CompletionRule::compile(property)),
        "geo_point" => What::GeoPoint(geo_point::PointRule::compile(property, facts)),
        "geo_shape" => What::Shape(geo_shape::ShapeRule::compile(property, facts)),
        "point" | "xy_point" => What::Plane { shape: false },
        "shape" | "xy_shape" => What::Plane { shape: true },
        "dense_vector" | "knn_vector" => What::Vector(VectorRule::compile(property, facts)?),
        "rank_features" | "sparse_vector" => {
            What::Features(features::FeaturesRule::compile(property))
        }
        "join" => What::Join(features::JoinRule::compile(property)),
        "histogram" => What::Histogram,
        "aggregate_metric_double" => What::Metrics(params::list(property, "metrics")),
        "percolator" => What::Query(query::QueryRule::compile(property, target)),
        "alias" | DERIVED => What::Never,
        _ => What::Any,
    })
}

/// A refusal: the engine would not take the document.
pub(crate) fn refused(
    rule: impl Into<Cow<'static, str>>,
    way_out: impl Into<Cow<'static, str>>,
) -> Refusal {
    Refusal { verdict: Verdict::Refused, rule: rule.into(), way_out: way_out.into() }
}

/// An alteration: the engine would take the document and change the value.
pub(crate) fn altered(
    rule: impl Into<Cow<'static, str>>,
    way_out: impl Into<Cow<'static, str>>,
) -> Refusal {
    let way_out = way_out.into();
    let way_out = if way_out.is_empty() {
        "set `\"lossy\": true` on the field to let the engine do that".into()
    } else {
        format!("{way_out}, or set `\"lossy\": true` on the field").into()
    };
    Refusal { verdict: Verdict::Altered, rule: rule.into(), way_out }
}

/// Values that are not null, in lists too.
fn times(node: Node<'_>) -> usize {
    match node.kind() {
        Kind::Null => 0,
        Kind::Array => node.elements().map(times).sum(),
        _ => 1,
    }
}

fn not_one_time(kind: &str) -> Refusal {
    refused(
        format!(
            "an index with `index.mode: logsdb` takes one `{kind}` a document, no more and no less"
        ),
        "leave the row out with `where`, or make one time with `sql`",
    )
}

fn null_refused(kind: &str, facts: &Facts) -> Refusal {
    refused(
        format!("`{kind}` takes no null on {}", facts.line.name()),
        "set `\"nulls\": \"omit\"` on the index",
    )
}

fn lone_surrogate() -> Refusal {
    altered("a lone surrogate is indexed as U+FFFD or `?`", "")
}

/// The worse of two outcomes; the second is asked for only where it matters.
pub(crate) fn worse(first: Outcome, second: impl FnOnce() -> Outcome) -> Outcome {
    match first {
        Err(refusal) if refusal.verdict != Verdict::Altered => Err(refusal),
        Err(alteration) => match second() {
            Err(refusal) if refusal.verdict != Verdict::Altered => Err(refusal),
            _ => Err(alteration),
        },
        Ok(()) => second(),
    }
}

/// The worst of many outcomes: the first refusal, else the first alteration.
pub(crate) fn all(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    let mut worst = Ok(());
    for outcome in outcomes {
        worst = worse(worst, || outcome);
        if worst.as_ref().is_err_and(|refusal| refusal.verdict != Verdict::Altered) {
            break;
        }
    }
    worst
}

/// Lists directly in lists, the value itself the first.
fn list_levels(node: Node<'_>) -> usize {
    match node.kind() {
        Kind::Array => 1 + node.elements().map(list_levels).max().unwrap_or(0),
        _ => 0,
    }
}

/// The leaf of a node that is known to be one.
fn leaf_of(node: Node<'_>) -> Leaf<'_> {
    node.leaf().unwrap_or(Leaf::Null)
}

fn leaf_kind(leaf: &Leaf<'_>) -> Kind {
    match leaf {
        Leaf::Null => Kind::Null,
        Leaf::Bool(true) => Kind::True,
        Leaf::Bool(false) => Kind::False,
        Leaf::Number(_) => Kind::Number,
        Leaf::Text(_) => Kind::String,
    }
}

/// Whether a mapping parameter holds a value other than null.
fn is_set(property: &Property, name: &str) -> bool {
    property.params.get(name).is_some_and(|value| *value != Json::Null)
}
