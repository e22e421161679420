//! What multi-fields and copies get of a value that its field has read as a whole. Most engines hand them the reader where
//! the field left it, behind the value; some hand them text of their own making. Measured on every line with each type as
//! a multi-field of each type, and as its copy. Knows no rule of a single type.

use super::{Rule, What, all, altered, completion, refused, worse};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::{Outcome, Refusal};
use crate::target::rule::Line;

impl Rule {
    /// The verdict of multi-fields and copies alone.
    pub(super) fn check_beside(&self, node: Node<'_>) -> Outcome {
        match node.leaf() {
            Some(leaf) => self.check_multi(&leaf),
            None if node.kind() == Kind::Array && !self.reads_lists() => {
                let elements = all(node.elements().map(|element| self.check_beside(element)));
                worse(elements, || all(self.multi.iter().map(|field| field.check_number_of(node))))
            }
            None => all(self.multi.iter().map(|field| self.check_parts(field, node))),
        }
    }

    /// Types that take one value alone.
    fn check_number_of(&self, node: Node<'_>) -> Outcome {
        match &self.what {
            What::Real(rule) => rule.check_count(node),
            _ => Ok(()),
        }
    }

    /// Whether a list is one value to the field, and not each of its elements.
    fn reads_lists(&self) -> bool {
        matches!(self.what, What::GeoPoint(_) | What::Completion(_) | What::Vector(_))
    }

    /// What `field` makes of text that this field has read before it; `None` where it reads it as any other.
    pub(super) fn check_reread(&self, field: &Rule, text: &str) -> Option<Outcome> {
        match &self.what {
            What::Binary { decoded: true } if !text.is_empty() => {
                Some(worse(field.check_leaf(&Leaf::Text("".into())), || {
                    Err(altered(
                        format!(
                            "a `binary` that the engine decodes leaves empty text for its multi-fields and copies, here for `{}`",
                            field.kind
                        ),
                        "fill a field of its own by `fields` of the model",
                    ))
                }))
            }
            What::GeoPoint(_) if !field.copied && self.facts.line != Line::Es1 => {
                let reads = match &field.what {
                    What::PointText { .. } | What::Completion(_) => true,
                    What::GeoPoint(_) => self.hands_points(),
                    _ => false,
                };
                (!reads).then(|| self.refuse_name(field))
            }
            What::Completion(_) if !field.copied && self.hands_inputs() => {
                self.refuse_input(field).map(Err)
            }
            _ => None,
        }
    }

    /// What `field` makes of an object, or of a list that is one value, which this field has read before it.
    fn check_parts(&self, field: &Rule, node: Node<'_>) -> Outcome {
        let line = self.facts.line;
        match &self.what {
            What::GeoPoint(_) if line == Line::Es1 && is_list_of_text(node) => {
                all(node.elements().map(|element| field.check(element)))
            }
            What::GeoPoint(_) if !field.copied && is_empty_list(node) => Ok(()),
            What::GeoPoint(_) if !field.copied => match &field.what {
                What::PointText { .. } => {
                    worse(field.check(node), || self.check_names(field, node))
                }
                What::GeoPoint(_) if self.hands_points() => Ok(()),
                // The name of the point is an input, without contexts.
                What::Completion(_) if line >= Line::Es6 => {
                    field.check_leaf(&Leaf::Text("s00000000000".into()))
                }
                What::Completion(_) if is_list_of_text(node) => field.check(node),
                _ => self.refuse_name(field),
            },
            What::Completion(_) if !field.copied => self.check_inputs(field, node),
            What::GeoPoint(_)
            | What::Completion(_)
            | What::Range(_)
            | What::Shape(_)
            | What::Vector(_)
            | What::Features(_) => {
                let again = field.copied && self.facts.copies_read_again();
                if again && (node.kind() != Kind::Array || field.reads_lists()) {
                    return field.check(node);
                }
                self.refuse_parts(field)
            }
            _ => field.check(node),
        }
    }

    /// OpenSearch makes one text of the names of several points.
    fn check_names(&self, field: &Rule, node: Node<'_>) -> Outcome {
        let is_list = node.kind() == Kind::Array && node.elements().count() > 1;
        let is_point = node.elements().all(|element| element.kind() == Kind::Number);
        let is_whole = matches!(&*field.kind, "keyword" | "wildcard");
        if self.facts.line < Line::Os1 || !is_list || is_point || !is_whole {
            return Ok(());
        }
        Err(altered(
            format!(
                "{} indexes several points in a `{}` of a `geo_point` as one text",
                self.facts.line.name(),
                field.kind
            ),
            "fill a field of its own by `fields` of the model",
        ))
    }

    /// Whether the name of a point is a point again.
    fn hands_points(&self) -> bool {
        matches!(self.facts.line, Line::Es2 | Line::Es7 | Line::Es8 | Line::Es9)
    }

    /// Whether multi-fields of a completion get each of its inputs as text.
    fn hands_inputs(&self) -> bool {
        self.facts.completion_null
    }

    fn check_inputs(&self, field: &Rule, node: Node<'_>) -> Outcome {
        if self.hands_inputs() {
            let inputs = |entry: Node<'_>| match entry.kind() {
                Kind::Object => all(entry
                    .member("input")
                    .into_iter()
                    .flat_map(completion::texts_of)
                    .map(|text| self.check_input_of(field, text.as_ref()))),
                Kind::String => self.check_input_of(field, entry.string().0.as_ref()),
                _ => Ok(()),
            };
            return match node.kind() {
                Kind::Array => all(node.elements().map(inputs)),
                _ => inputs(node),
            };
        }
        if !self.facts.completion_payload {
            return self.refuse_parts(field);
        }
        match node.kind() {
            Kind::Array => all(node.elements().map(|entry| self.check_inputs(field, entry))),
            Kind::Object => Err(altered(
                "multi-fields of a `completion` get nothing of an object",
                "send the input as text, or fill a field of its own by `fields` of the model",
            )),
            _ => field.check(node),
        }
    }

    fn check_input_of(&self, field: &Rule, text: &str) -> Outcome {
        match self.refuse_input(field) {
            Some(refusal) => Err(refusal),
            None => field.check_leaf(&Leaf::Text(text.into())),
        }
    }

    /// Types that read their value themselves do not see the text that a completion hands them.
    fn refuse_input(&self, field: &Rule) -> Option<Refusal> {
        let line = self.facts.line;
        let reads = match field.what {
            What::Text(_) | What::Ip | What::Completion(_) => true,
            What::Date(_) => line != Line::Es9,
            What::Integer(_) | What::Real(_) | What::Scaled(_) => {
                !matches!(line, Line::Es7 | Line::Es8 | Line::Es9)
            }
            _ => false,
        };
        (!reads).then(|| {
            refused(
                format!(
                    "{} gives a `{}` nothing that it can read as a multi-field of a `completion`",
                    self.facts.line.name(),
                    field.kind
                ),
                "fill a field of its own by `fields` of the model",
            )
        })
    }

    fn refuse_name(&self, field: &Rule) -> Outcome {
        Err(refused(
            format!(
                "a multi-field of a `geo_point` gets the name of the point, which `{}` does not take",
                field.kind
            ),
            "fill a field of its own by `fields` of the model",
        ))
    }

    fn refuse_parts(&self, field: &Rule) -> Outcome {
        let (place, kind) = (if field.copied { "copy" } else { "multi-field" }, &self.kind);
        Err(refused(
            format!(
                "{} hands no list and no object of a `{kind}` on to its {place} `{}`",
                self.facts.line.name(),
                field.kind
            ),
            "remove it, and fill a field of its own by `fields` of the model",
        ))
    }
}

fn is_empty_list(node: Node<'_>) -> bool {
    node.kind() == Kind::Array && node.elements().next().is_none()
}

fn is_list_of_text(node: Node<'_>) -> bool {
    node.kind() == Kind::Array && node.elements().all(|element| element.kind() == Kind::String)
}
