//! `completion`: what is suggested (`input`), how strongly (`weight`), and what 1.x and 2.x give back (`output`, `payload`).

use super::context::{self, Context};
use super::{all, altered, params, refused, worse};
use crate::encode::Outcome;
use crate::encode::digit;
use crate::encode::json::{Kind, Leaf, Node};
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// UTF-16 units of an input that are suggested, unless the mapping says otherwise.
const INPUT_LENGTH: usize = 50;

/// Characters of a word that tokenizers leave whole.
const TOKEN_LETTERS: usize = 255;

/// The parameters that decide over members.
#[derive(Clone, Debug)]
pub(crate) struct CompletionRule {
    /// `contexts` (5.x and later) or `context` (1.x, 2.x).
    contexts: Vec<Context>,
    payloads: bool,
    /// UTF-16 units of an input that are indexed.
    input_length: usize,
}

impl CompletionRule {
    pub(super) fn compile(property: &Property) -> CompletionRule {
        CompletionRule {
            contexts: Context::all(property),
            payloads: params::flag(property, "payloads").unwrap_or(false),
            input_length: params::count(property, "max_input_length").unwrap_or(INPUT_LENGTH),
        }
    }

    /// Whether the mapping keeps payloads (1.x, 2.x).
    pub(crate) fn payloads(&self) -> bool {
        self.payloads
    }

    /// UTF-16 units of an input that are indexed.
    pub(crate) fn input_length(&self) -> usize {
        self.input_length
    }

    /// Whether another field of the document may give a context.
    pub(super) fn has_paths(&self) -> bool {
        self.contexts.iter().any(|context| context.path.is_some())
    }

    /// Names of contexts, and the fields that give them.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, &str)> {
        self.contexts.iter().filter_map(|context| Some((&*context.name, context.path.as_deref()?)))
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
                Kind::String if is_skipped(element, facts) && node.elements().count() > 1 => Ok(()),
                Kind::String | Kind::Object => self.check_entry(element, facts),
                Kind::Array if facts.completion_payload => self.check_old_list(element, facts),
                _ => Err(not_an_input()),
            })),
            _ => self.check_entry(node, facts),
        }
    }

    /// 1.x and 2.x read lists in lists as one list.
    fn check_old_list(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        all(node.elements().map(|element| match element.kind() {
            Kind::Array => self.check_old_list(element, facts),
            Kind::String if is_skipped(element, facts) => Ok(()),
            _ => self.check_entry(element, facts),
        }))
    }

    fn check_entry(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::String => {
                let (text, lone_surrogate) = node.string();
                worse(self.check_text(&text, facts), || {
                    if lone_surrogate { Err(super::lone_surrogate()) } else { Ok(()) }
                })
            }
            Kind::Object => self.check_object(node, facts),
            _ => Err(not_an_input()),
        }
    }

    /// Text alone: one input without weight.
    pub(super) fn check_text(&self, text: &str, facts: &Facts) -> Outcome {
        worse(check_input(&Leaf::Text(text.into()), self.input_length, facts), || {
            if is_nothing(text, facts) {
                return Ok(());
            }
            worse(self.check_given(None, facts), || self.check_text_behind(text, None, facts))
        })
    }

    fn check_object(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let members = all(node.members().map(|(key, value)| self.check_member(&key, value, facts)));
        worse(members, || {
            let Some(input) = node.member("input") else {
                return Err(without_input());
            };
            // Where there are contexts, a template's inputs that are null are taken out before it is seen as a whole.
            let is_empty = input.kind() == Kind::Array && input.elements().next().is_none();
            if is_empty && !self.has_contexts() {
                return Err(without_input());
            }
            let contexts = node.member(self.key(facts));
            let mut texts = texts_of(input).filter(|text| !is_nothing(text, facts)).peekable();
            if texts.peek().is_none() {
                return Ok(());
            }
            worse(self.check_given(contexts, facts), || {
                all(texts.map(|text| self.check_text_behind(&text, contexts, facts)))
            })
        })
    }

    pub(super) fn key(&self, facts: &Facts) -> &'static str {
        if facts.completion_payload { "context" } else { "contexts" }
    }

    fn check_member(&self, key: &str, value: Node<'_>, facts: &Facts) -> Outcome {
        match key {
            "input" => check_inputs(value, self.input_length, facts),
            "weight" => match value.leaf() {
                Some(leaf) => check_weight(&leaf, facts),
                None if facts.completion_payload && value.kind() == Kind::Array => Ok(()),
                None => Err(not_a_weight()),
            },
            "output" if facts.completion_payload && holds_object(value, facts) => Err(refused(
                "a completion's `output` is text",
                "make it text, and put the object into `payload`",
            )),
            "output" if facts.completion_payload => Ok(()),
            "payload" if facts.completion_payload => self.check_payload(value),
            "contexts" if !facts.completion_payload && self.has_contexts() => {
                self.check_context_values(value, facts)
            }
            "context"
                if facts.completion_payload && (self.has_contexts() || value.text() == "{}") =>
            {
                self.check_context_values(value, facts)
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

    fn check_context_values(&self, value: Node<'_>, facts: &Facts) -> Outcome {
        if value.kind() != Kind::Object {
            return Err(refused("a completion's contexts are an object", "make it an object"));
        }
        all(value.members().map(|(name, value)| {
            match self.contexts.iter().find(|context| context.name == name) {
                Some(context) => context.check(value, facts),
                None => Err(refused(
                    "a completion's contexts are those of the mapping",
                    format!("add `{name}` to the mapping"),
                )),
            }
        }))
    }

    /// Whether a value with something to suggest brings the contexts that the line asks for, or another field of the
    /// document may.
    fn check_given(&self, contexts: Option<Node<'_>>, facts: &Facts) -> Outcome {
        match self.lacking(contexts, facts) {
            Some(lacking) if lacking.iter().all(|context| context.path.is_none()) => {
                Err(no_contexts())
            }
            _ => Ok(()),
        }
    }

    /// The contexts that the value lacks: one of them is wanted from 7.x on, and each of them before 5.x; `None` where
    /// nothing is.
    pub(super) fn lacking(
        &self,
        contexts: Option<Node<'_>>,
        facts: &Facts,
    ) -> Option<Vec<&Context>> {
        let value = |context: &Context| contexts.and_then(|node| node.member(&context.name));
        let mut lacking = self.contexts.iter().filter(|one| !Context::is_given(value(one)));
        if facts.completion_payload {
            let lacking: Vec<_> = lacking.filter(|context| !context.has_own()).collect();
            // One that nothing can give decides.
            let hopeless = lacking.iter().position(|context| context.path.is_none());
            return match hopeless {
                Some(at) => Some(vec![lacking[at]]),
                None => (!lacking.is_empty()).then_some(lacking),
            };
        }
        let required = facts.completion_contexts_required && !self.contexts.is_empty();
        let all: Vec<_> = lacking.by_ref().collect();
        (required && all.len() == self.contexts.len()).then_some(all)
    }

    /// What stands behind contexts: no separator, and not too long in all.
    fn check_text_behind(&self, text: &str, contexts: Option<Node<'_>>, facts: &Facts) -> Outcome {
        let values = || contexts.into_iter().flat_map(Node::members).map(|(_, value)| value);
        if self.has_contexts()
            && !facts.completion_payload
            && (text.contains(context::SEPARATOR) || values().any(Context::has_separator))
        {
            return Err(refused(
                "`completion` with contexts takes no U+001D, which it uses itself",
                "take it out with `sql`",
            ));
        }
        let most = bytes_max(facts);
        if self.input_length < most / 4 && contexts.is_none() {
            return Ok(());
        }
        let longest = values().map(Context::longest).max();
        let bytes = longest.map_or(0, |bytes| bytes + 2) + indexed_bytes(text, self.input_length);
        if bytes <= most {
            return Ok(());
        }
        Err(refused(
            format!(
                "`completion` on {} takes inputs and contexts of {most} bytes together",
                facts.line.name()
            ),
            format!("these have {bytes}: set a smaller `max_input_length`, or shorten the context"),
        ))
    }
}

/// What is said of a value without contexts.
pub(super) fn no_contexts() -> crate::encode::Refusal {
    refused(
        "a completion field with contexts wants some in every value",
        "add `contexts` to the value",
    )
}

/// Bytes of a context and an input together. Lucene 7 and 8 refuse an automaton of more than 1,000 states, that of 6.x ends
/// the whole node of Elasticsearch 5 at some 7,500; elsewhere the length of a term is the limit.
fn bytes_max(facts: &Facts) -> usize {
    match facts.line {
        Line::Es5 => 5_000,
        Line::Es6 | Line::Es7 | Line::Os1 => 999,
        _ => super::string::TERM_BYTES_MAX,
    }
}

/// Bytes of the first `length` UTF-16 units, and one for each cut that a tokenizer makes in a long word.
fn indexed_bytes(text: &str, length: usize) -> usize {
    let (mut units, mut letters) = (0, 0_usize);
    let bytes: usize = text
        .chars()
        .take_while(|letter| {
            units += letter.len_utf16();
            units <= length
        })
        .inspect(|_| letters += 1)
        .map(char::len_utf8)
        .sum();
    bytes + letters.saturating_sub(1) / TOKEN_LETTERS
}

/// Texts of `input`.
pub(super) fn texts_of<'a>(input: Node<'a>) -> impl Iterator<Item = std::borrow::Cow<'a, str>> {
    let alone = (input.kind() == Kind::String).then(|| input.string().0);
    let listed = input.elements().filter(|element| element.kind() == Kind::String);
    alone.into_iter().chain(listed.map(|element| element.string().0))
}

/// Whether there is nothing to suggest in a text: before 6.x blanks are something.
pub(super) fn is_nothing(text: &str, facts: &Facts) -> bool {
    if facts.completion_null { is_blank(text) } else { text.is_empty() }
}

fn check_inputs(value: Node<'_>, length: usize, facts: &Facts) -> Outcome {
    let old = facts.completion_payload;
    match value.kind() {
        Kind::String => check_input_text(value, length, facts),
        Kind::Array if old && holds_only_empty(value) => Err(never_suggested()),
        Kind::Array => all(value.elements().map(|element| match element.kind() {
            Kind::String if is_skipped(element, facts) => Ok(()),
            Kind::String => check_input_text(element, length, facts),
            Kind::Number | Kind::True | Kind::False if old => Ok(()),
            Kind::Null if facts.name_any_dots => Ok(()),
            Kind::Array if facts.name_any_dots => check_inputs(element, length, facts),
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

/// Whether there is an object anywhere, but for an empty one, which 1.x passes over.
fn holds_object(value: Node<'_>, facts: &Facts) -> bool {
    match value.kind() {
        Kind::Array => value.elements().any(|element| holds_object(element, facts)),
        Kind::Object => facts.line != Line::Es1 || value.members().next().is_some(),
        _ => false,
    }
}

/// Empty text, which 1.x and 2.x pass over in a list.
fn is_skipped(element: Node<'_>, facts: &Facts) -> bool {
    facts.completion_payload && element.text() == "\"\""
}

fn check_input_text(value: Node<'_>, length: usize, facts: &Facts) -> Outcome {
    let (text, lone_surrogate) = value.string();
    worse(check_input(&Leaf::Text(text), length, facts), || {
        if lone_surrogate { Err(super::lone_surrogate()) } else { Ok(()) }
    })
}

/// One text of `input`, of which the field suggests by the first `length` UTF-16 units.
pub(super) fn check_input(leaf: &Leaf<'_>, length: usize, facts: &Facts) -> Outcome {
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
        return Err(never_suggested());
    }
    let skipped = facts.completion_null && is_blank(text);
    let separates = facts.completion_payload && text.contains(context::SEPARATOR);
    if !skipped && (separates || text.contains(['\0', '\u{1e}', '\u{1f}'])) {
        return Err(refused(
            "`completion` takes no U+0000, U+001E and U+001F, and before 5.x no U+001D, which it uses itself",
            "take them out with `sql`",
        ));
    }
    if text.len() > length && !skipped && text.encode_utf16().count() > length {
        return Err(altered(
            format!("a completion's input is cut to {length} UTF-16 units, its `max_input_length`"),
            "set a larger `max_input_length`, or shorten it with `sql`",
        ));
    }
    Ok(())
}

/// Empty text without other texts beside it.
fn holds_only_empty(list: Node<'_>) -> bool {
    let texts = || list.elements().filter(|element| element.kind() != Kind::Null);
    texts().next().is_some() && texts().all(|element| element.text() == "\"\"")
}

fn never_suggested() -> crate::encode::Refusal {
    altered("empty text in a completion is taken and never suggested", "store NULL")
}

fn without_input() -> crate::encode::Refusal {
    altered(
        "a completion without `input` is taken and never suggested",
        "add `input`, or store NULL",
    )
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

fn not_an_input() -> crate::encode::Refusal {
    refused(
        "`completion` takes text, lists of text, and objects with `input`",
        "make it text with `sql`",
    )
}

fn not_a_weight() -> crate::encode::Refusal {
    refused("a completion's `weight` is a whole number from 0 to 2147483647", "mend it with `sql`")
}
