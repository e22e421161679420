//! `completion`: what is suggested (`input`), how strongly (`weight`), and what 1.x and 2.x give back (`output`, `payload`).

use super::{all, altered, params, refused};
use crate::encode::Outcome;
use crate::encode::digit;
use crate::encode::json::{Kind, Leaf, Node};
use crate::target::Property;
use crate::target::rule::Facts;

/// The parameters that decide over members.
#[derive(Clone, Debug)]
pub(crate) struct CompletionRule {
    /// Names of `contexts` (5.x and later) or `context` (1.x, 2.x).
    contexts: Vec<String>,
    payloads: bool,
}

impl CompletionRule {
    pub(super) fn compile(property: &Property) -> CompletionRule {
        let contexts = match (property.params.get("contexts"), property.params.get("context")) {
            (Some(serde_json::Value::Array(list)), _) => {
                list.iter().filter_map(|c| c.get("name")?.as_str().map(String::from)).collect()
            }
            (Some(one @ serde_json::Value::Object(_)), _) => one
                .get("name")
                .and_then(|name| name.as_str())
                .map(String::from)
                .into_iter()
                .collect(),
            (_, Some(serde_json::Value::Object(map))) => map.keys().cloned().collect(),
            _ => Vec::new(),
        };
        CompletionRule { contexts, payloads: params::flag(property, "payloads").unwrap_or(false) }
    }

    /// Whether the mapping keeps payloads (1.x, 2.x).
    pub(crate) fn payloads(&self) -> bool {
        self.payloads
    }

    /// Whether every value must bring contexts.
    pub(crate) fn has_contexts(&self) -> bool {
        !self.contexts.is_empty()
    }

    pub(super) fn check(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null if facts.completion_null => Ok(()),
            Kind::Null => Err(super::null_refused("completion", facts)),
            Kind::Array => all(node.elements().map(|element| match element.kind() {
                // Beside other texts an empty one is skipped there.
                Kind::String
                    if facts.completion_payload
                        && element.text() == "\"\""
                        && node.elements().count() > 1 =>
                {
                    Ok(())
                }
                Kind::String | Kind::Object => self.check_entry(element, facts),
                Kind::Array if facts.completion_payload => self.check_old_list(element),
                _ => Err(not_an_input()),
            })),
            _ => self.check_entry(node, facts),
        }
    }

    /// 1.x and 2.x read lists in lists of texts as one list.
    fn check_old_list(&self, node: Node<'_>) -> Outcome {
        if node.elements().all(|element| element.kind() == Kind::String) {
            Ok(())
        } else {
            Err(not_an_input())
        }
    }

    fn check_entry(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::String => self.check_text(&node.string().0, facts),
            Kind::Object => self.check_object(node, facts),
            _ => Err(not_an_input()),
        }
    }

    /// Text alone: one input without weight.
    pub(super) fn check_text(&self, text: &str, facts: &Facts) -> Outcome {
        super::worse(check_input(&Leaf::Text(text.into()), facts), || {
            self.check_contexts(None, is_blank(text), facts)
        })
    }

    fn check_object(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let members = all(node.members().map(|(key, value)| self.check_member(&key, value, facts)));
        super::worse(members, || {
            let input = node.member("input");
            if input.is_none() && node.elements().next().is_some() {
                return Err(altered(
                    "a completion without `input` is taken and never suggested",
                    "add `input`",
                ));
            }
            self.check_contexts(node.member("contexts"), input.is_none_or(is_empty_input), facts)
        })
    }

    fn check_member(&self, key: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        match key {
            "input" => check_inputs(value, facts),
            "weight" => match value.leaf() {
                Some(leaf) => check_weight(&leaf, facts),
                None if facts.completion_payload && value.kind() == Kind::Array => Ok(()),
                None => Err(not_a_weight()),
            },
            "output" if facts.completion_payload => Ok(()),
            "payload" if facts.completion_payload => self.check_payload(value),
            "contexts" if !facts.completion_payload && self.has_contexts() => {
                self.check_context_names(value)
            }
            "context" if facts.completion_payload && self.has_contexts() => {
                self.check_context_names(value)
            }
            _ => Err(refused(
                format!("`completion` on {} knows other keys alone", facts.line.name()),
                format!("take `{key}` out of the value"),
            )),
        }
    }

    fn check_payload(&self, value: Node<'_>) -> Outcome {
        if !self.payloads {
            return Err(refused(
                "`completion` takes a `payload` only with `payloads: true`",
                "set it in the mapping",
            ));
        }
        match value.kind() {
            Kind::Null | Kind::Array => Err(refused(
                "a completion's `payload` is an object or one value",
                "make it an object",
            )),
            _ => Ok(()),
        }
    }

    fn check_context_names(&self, value: Node<'_>) -> Outcome {
        if value.kind() != Kind::Object {
            return Err(refused("a completion's contexts are an object", "make it an object"));
        }
        match value.members().find(|(name, _)| !self.contexts.iter().any(|known| known == name)) {
            Some((name, _)) => Err(refused(
                "a completion's contexts are those of the mapping",
                format!("add `{name}` to the mapping"),
            )),
            None => Ok(()),
        }
    }

    fn check_contexts(
        &self,
        contexts: Option<Node<'_>>,
        nothing_to_suggest: bool,
        facts: &Facts,
    ) -> Outcome {
        let given = contexts.is_some_and(|node| node.members().next().is_some());
        if !self.has_contexts()
            || given
            || nothing_to_suggest
            || !facts.completion_contexts_required
        {
            return Ok(());
        }
        Err(refused(
            "a completion field with contexts wants some in every value",
            "add `contexts` to the value",
        ))
    }
}

fn check_inputs(value: Node<'_>, facts: &Facts) -> Outcome {
    let old = facts.completion_payload;
    match value.kind() {
        Kind::String => check_input(&Leaf::Text(value.string().0), facts),
        Kind::Array => all(value.elements().map(|element| match element.kind() {
            Kind::String => {
                let text = element.string().0;
                if old && text.is_empty() { Ok(()) } else { check_input(&Leaf::Text(text), facts) }
            }
            Kind::Number | Kind::True | Kind::False if old => Ok(()),
            Kind::Null | Kind::Array if facts.name_any_dots => Ok(()),
            _ => Err(not_an_input()),
        })),
        Kind::Null if old => Ok(()),
        Kind::Number | Kind::True | Kind::False if old => Err(altered(
            "a completion's `input` that is no text is taken and never suggested",
            "make it text",
        )),
        _ => Err(not_an_input()),
    }
}

/// One text of `input`.
pub(super) fn check_input(leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
    let text = match leaf {
        Leaf::Text(text) => text,
        Leaf::Null if facts.completion_null => return Ok(()),
        Leaf::Number(_) | Leaf::Bool(_) if facts.completion_payload => return Ok(()),
        _ => return Err(not_an_input()),
    };
    if text.is_empty() && facts.completion_empty_refused {
        return Err(refused(
            "`completion` on Elasticsearch 5 takes no empty text",
            "store NULL, or set `\"nulls\": \"omit\"`",
        ));
    }
    if text.is_empty() && facts.completion_payload {
        return Err(altered(
            "empty text in a completion is taken and never suggested",
            "store NULL",
        ));
    }
    let skipped = facts.completion_null && is_blank(text);
    if !skipped && text.contains(['\0', '\u{1e}', '\u{1f}']) {
        return Err(refused(
            "`completion` takes no U+0000, U+001E and U+001F, which it uses itself",
            "take them out with `sql`",
        ));
    }
    Ok(())
}

/// A whole number from 0 to 2,147,483,647, as number or as text.
pub(super) fn check_weight(leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
    let text: &str = match leaf {
        Leaf::Number(literal) => literal,
        Leaf::Text(text) => text,
        Leaf::Null | Leaf::Bool(_) if facts.completion_payload => return Ok(()),
        Leaf::Null | Leaf::Bool(_) => return Err(not_a_weight()),
    };
    match digit::whole(text) {
        Some(0..=0x7fff_ffff) => Ok(()),
        _ => Err(not_a_weight()),
    }
}

/// Java's `trim`: what engines from 6.x on skip.
fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte <= b' ')
}

fn is_empty_input(input: Node<'_>) -> bool {
    match input.kind() {
        Kind::String => is_blank(&input.string().0),
        Kind::Array => input
            .elements()
            .all(|element| element.kind() == Kind::String && is_blank(&element.string().0)),
        _ => false,
    }
}

fn not_an_input() -> crate::encode::Refusal {
    refused(
        "`completion` takes text, lists of text, and objects with `input`",
        "make it text with `sql`",
    )
}

fn not_a_weight() -> crate::encode::Refusal {
    refused("a completion's `weight` is a whole number from 0 to 2147483647", "mend it with `sql`")
}
