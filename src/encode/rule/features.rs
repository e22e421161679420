//! Types whose values are small objects of numbers or names: `rank_features`, `sparse_vector`, `join`, `histogram`,
//! `aggregate_metric_double`.

use super::string::TERM_BYTES_MAX;
use super::{all, params, real, refused};
use crate::encode::json::{Kind, Leaf, Node, compact};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};
use crate::target::{Property, UNROUTED};

/// Names and positive weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FeaturesRule {
    /// Zero and negative weights are refused everywhere; a name twice in a list is, too, but by `rank_features` alone.
    names_once: bool,
    /// `positive_score_impact: false`: the inverse of a weight is what is kept.
    inverse: bool,
}

/// The names a join field knows.
#[derive(Clone, Debug)]
pub(crate) struct JoinRule {
    parents: Vec<String>,
    children: Vec<String>,
    /// The index gives its documents no routing, without which every line refuses children.
    unrouted: bool,
}

impl FeaturesRule {
    pub(super) fn compile(property: &Property) -> FeaturesRule {
        FeaturesRule {
            names_once: property.kind == "rank_features",
            inverse: params::flag(property, "positive_score_impact") == Some(false),
        }
    }

    /// Whether it takes each name once a document.
    pub(super) fn is_single(self) -> bool {
        self.names_once
    }

    pub(super) fn check(self, kind: &str, node: Node<'_>) -> Outcome {
        match node.kind() {
            Kind::Object => self.check_object(kind, node),
            Kind::Array => self.check_list(kind, node),
            _ => Err(refused(
                format!("`{kind}` takes an object of numbers"),
                "store it as JSON text, or set `\"nulls\": \"omit\"`",
            )),
        }
    }

    fn check_list(self, kind: &str, node: Node<'_>) -> Outcome {
        let mut names = Vec::new();
        let worst = all(node.elements().map(|element| match element.kind() {
            Kind::Object => {
                names.extend(element.members().map(|(name, _)| name));
                self.check_object(kind, element)
            }
            Kind::Array => self.check_list(kind, element),
            _ => Err(refused(
                format!("`{kind}` takes an object of numbers"),
                "store it as JSON text",
            )),
        }));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        if worst.is_ok() && self.names_once && names.len() < count {
            return Err(refused(format!("`{kind}` takes each name once"), "add the weights up"));
        }
        worst
    }

    fn check_object(self, kind: &str, node: Node<'_>) -> Outcome {
        all(node.members().map(|(name, value)| {
            if name.len() > TERM_BYTES_MAX && value.kind() != Kind::Null {
                return Err(refused(
                    format!("`{kind}` takes names of at most {TERM_BYTES_MAX} bytes"),
                    "shorten it in the JSON text",
                ));
            }
            let weight = match value.leaf() {
                Some(Leaf::Null) => return Ok(()),
                Some(Leaf::Number(literal)) => literal.parse().unwrap_or(f64::INFINITY),
                Some(Leaf::Text(text)) => {
                    number::java_double(&text).map_or(f64::NAN, |(value, _)| value)
                }
                _ => f64::NAN,
            };
            if name.len() > TERM_BYTES_MAX {
                return Err(refused(
                    format!("`{kind}` takes names of at most {TERM_BYTES_MAX} bytes"),
                    format!("this one has {}: shorten it", name.len()),
                ));
            }
            if real::is_weight(weight, self.inverse) {
                return Ok(());
            }
            Err(refused(
                format!("`{kind}` takes numbers above 0"),
                format!("leave the name `{name}` out"),
            ))
        }))
    }
}

impl JoinRule {
    pub(super) fn compile(property: &Property) -> JoinRule {
        let (mut parents, mut children) = (Vec::new(), Vec::new());
        if let Some(serde_json::Value::Object(relations)) = property.params.get("relations") {
            for (parent, names) in relations {
                parents.push(parent.clone());
                match names {
                    serde_json::Value::String(name) => children.push(name.clone()),
                    serde_json::Value::Array(names) => {
                        children.extend(
                            names.iter().filter_map(|name| name.as_str().map(String::from)),
                        );
                    }
                    _ => {}
                }
            }
        }
        JoinRule { parents, children, unrouted: property.params.contains_key(UNROUTED) }
    }

    pub(super) fn check(&self, node: Node<'_>) -> Outcome {
        match node.kind() {
            Kind::String => self.check_name(&node.string().0),
            Kind::Object => self.check_object(node),
            Kind::Array if node.elements().count() > 1 => Err(refused(
                "`join` takes one relation a document",
                "make it one name, or an object of `name` and `parent`",
            )),
            Kind::Array => all(node.elements().map(|element| self.check(element))),
            _ => Err(not_a_join()),
        }
    }

    /// Text alone: a document without a parent.
    pub(super) fn check_name(&self, name: &str) -> Outcome {
        if self.children.iter().any(|child| child == name) {
            return Err(refused(
                format!("`{name}` is a child in this `join`, which wants a `parent` and routing"),
                "make it with `value`",
            ));
        }
        if self.parents.iter().any(|parent| parent == name) { Ok(()) } else { Err(not_a_join()) }
    }

    fn check_object(&self, node: Node<'_>) -> Outcome {
        if let Some((key, _)) = node.members().find(|(key, _)| key != "name" && key != "parent") {
            return Err(refused(
                "`join` knows only `name` and `parent`",
                format!("take `{key}` out"),
            ));
        }
        let Some(Leaf::Text(name)) = node.member("name").and_then(Node::leaf) else {
            return Err(not_a_join());
        };
        let parent = node.member("parent").and_then(Node::leaf);
        if self.children.iter().any(|child| *child == name)
            && matches!(parent, Some(Leaf::Text(_) | Leaf::Number(_)))
        {
            if self.unrouted {
                return Err(refused(
                    "a child in a `join` wants the routing of its parent",
                    "give its template in `routing` of the index",
                ));
            }
            return Ok(());
        }
        self.check_name(&name)
    }
}

/// The `join` of a mapping, to find out which documents are children: they want the routing of their parent.
#[derive(Clone, Debug)]
pub(crate) struct ChildRule {
    name: String,
    children: Vec<String>,
}

impl ChildRule {
    /// A mapping has one `join` at most, and that at its root. `None` where no document can be a child.
    pub(crate) fn compile(properties: &[Property]) -> Option<ChildRule> {
        let join = properties.iter().find(|property| property.kind == "join")?;
        let JoinRule { children, .. } = JoinRule::compile(join);
        (!children.is_empty()).then(|| ChildRule { name: join.name.clone(), children })
    }

    /// Whether `document`, which is JSON, is a child.
    #[cold]
    pub(crate) fn is_child(&self, document: &[u8]) -> bool {
        let mut json = Vec::with_capacity(document.len());
        let Ok(structure) = compact(document, &mut json) else { return false };
        let tape = structure.tape(&json);
        tape.root().member(&self.name).is_some_and(|value| self.names_child(value))
    }

    fn names_child(&self, value: Node<'_>) -> bool {
        let name = match value.kind() {
            Kind::Array => return value.elements().any(|one| self.names_child(one)),
            Kind::Object => value.member("name").and_then(Node::leaf),
            _ => value.leaf(),
        };
        matches!(name, Some(Leaf::Text(name)) if self.children.iter().any(|child| *child == name))
    }
}

/// Values in ascending order with as many counts, none negative.
pub(super) fn check_histogram(node: Node<'_>) -> Outcome {
    if node.kind() == Kind::Null {
        return Ok(());
    }
    let numbers = |key: &str| -> Option<Vec<f64>> {
        let list = node.member(key).filter(|list| list.kind() == Kind::Array)?;
        list.elements()
            .map(|e| (e.kind() == Kind::Number).then(|| e.text().parse().unwrap_or(f64::INFINITY)))
            .collect()
    };
    let (Some(values), Some(counts)) = (numbers("values"), numbers("counts")) else {
        return Err(not_a_histogram());
    };
    let ascending = values.is_sorted();
    let counted = values.len() == counts.len()
        && counts.iter().all(|count| *count >= 0.0 && count.fract() == 0.0);
    let known = node.members().all(|(key, _)| matches!(&*key, "values" | "counts"));
    if ascending && counted && known { Ok(()) } else { Err(not_a_histogram()) }
}

/// An object of exactly the mapping's metrics.
pub(super) fn check_metrics(names: &[String], node: Node<'_>) -> Outcome {
    if node.kind() == Kind::Null {
        return Ok(());
    }
    let known = node.kind() == Kind::Object
        && node.members().all(|(key, value)| {
            names.iter().any(|name| *name == key) && value.kind() == Kind::Number
        })
        && node.members().count() == names.len();
    if known {
        return Ok(());
    }
    Err(refused(
        format!("`aggregate_metric_double` takes an object of the numbers {}", names.join(", ")),
        "store it as JSON text, or make it with `value`",
    ))
}

fn not_a_join() -> Refusal {
    refused(
        "`join` takes the name of a relation, or an object of `name` and `parent`",
        "mend it with `sql`",
    )
}

fn not_a_histogram() -> Refusal {
    refused(
        "`histogram` takes `values` in ascending order and as many `counts`",
        "mend it in the JSON text",
    )
}
