//! A bulk answer against the body it answers, item by item. Pure: knows no socket.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

use super::body::{Body, Verb};
use super::response::{shortened, without_lone_surrogates};

/// Why an engine refused a record, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) reason: String,
}

/// What became of a record that was not simply written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Exception {
    /// 409: something is in its place; only a look at it can tell whether it is this record.
    Conflict(Refusal),
    /// The engine was too busy for it.
    Busy(Refusal),
    /// No record of this run can be written.
    Ending(Refusal),
    /// The engine refuses this record.
    Refused(Refusal),
}

impl Exception {
    /// The same with what `change` makes of the refusal.
    pub(super) fn map(self, change: impl FnOnce(Refusal) -> Refusal) -> Exception {
        match self {
            Exception::Conflict(refusal) => Exception::Conflict(change(refusal)),
            Exception::Busy(refusal) => Exception::Busy(change(refusal)),
            Exception::Ending(refusal) => Exception::Ending(change(refusal)),
            Exception::Refused(refusal) => Exception::Refused(change(refusal)),
        }
    }
}

/// What a whole, well-formed answer says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// Records written that were not there before (status 201), in number.
    pub(super) created: u64,
    /// Records written over others, or nothing to do (status 200).
    pub(super) updated: u64,
    /// Records of `delete` whose document was there.
    pub(super) deleted: u64,
    /// Records of `delete` whose document was not there.
    pub(super) absent: u64,
    /// Everything else, by position in the request.
    pub(super) exceptions: Vec<(usize, Exception)>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    items: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow, rename = "_id", default)]
    id: Option<Cow<'a, str>>,
    status: u16,
    #[serde(default)]
    error: Option<Told>,
}

/// What of an item's error is kept: its name and its reason, where it tells them.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Value")]
struct Told {
    kind: String,
    reason: String,
}

struct Item<'a>(Outcome<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneMember;
        impl<'de> Visitor<'de> for OneMember {
            type Value = Item<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the action as its only member")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item<'de>, A::Error> {
                use serde::de::Error as _;
                let _: Option<Cow<'de, str>> = map.next_key()?;
                let outcome = map.next_value()?;
                match map.next_key::<Cow<'de, str>>()? {
                    None => Ok(Item(outcome)),
                    Some(_) => Err(A::Error::custom("an item has two members")),
                }
            }
        }
        deserializer.deserialize_map(OneMember)
    }
}

/// Compares the answer `bytes` with the records `sent` of `body`, in their order.
///
/// The error says why the answer proves nothing, so that the outcome of the whole request is unknown.
pub(super) fn check(bytes: &[u8], body: &Body, sent: &[usize]) -> Result<Answer, String> {
    let bytes = without_lone_surrogates(bytes);
    let wire: Wire<'_> = serde_json::from_slice(&bytes)
        .map_err(|error| format!("an answer that is no bulk answer: {error}"))?;
    if wire.items.len() != sent.len() {
        return Err(format!(
            "an answer with {} items for {} records",
            wire.items.len(),
            sent.len()
        ));
    }
    let mut answer = Answer::default();
    for (position, (Item(item), at)) in wire.items.into_iter().zip(sent).enumerate() {
        let action = body.action(*at).ok_or("a record without an action line")?;
        let found = item.id.as_deref();
        if found != Some(&*action.id) {
            return Err(format!(
                "an answer out of order: item {position} is for `{}` instead of `{}`",
                found.map_or("nothing".into(), shortened),
                shortened(&action.id)
            ));
        }
        answer.take(position, action.verb, item.status, item.error);
    }
    Ok(answer)
}

impl Answer {
    fn take(&mut self, position: usize, verb: Verb, status: u16, error: Option<Told>) {
        match (verb, status, error) {
            (Verb::Delete, 200..=299, None) => self.deleted += 1,
            (Verb::Delete, 404, None) => self.absent += 1,
            (_, 201, None) => self.created += 1,
            (_, 200..=299, None) => self.updated += 1,
            (_, _, error) => {
                self.exceptions.push((position, exception(verb, Refusal::of(status, error))));
            }
        }
    }
}

fn exception(verb: Verb, refusal: Refusal) -> Exception {
    match refusal.status {
        // A conflict of an update is a race between two writers, which the engine asks to repeat.
        409 if verb == Verb::Update => Exception::Busy(refusal),
        409 => Exception::Conflict(refusal),
        429 | 502..=504 => Exception::Busy(refusal),
        401 | 403 => Exception::Ending(refusal),
        _ if is_without_index(&refusal) => Exception::Ending(refusal),
        _ => Exception::Refused(refusal),
    }
}

/// The index went away or was closed: not the record's fault.
fn is_without_index(refusal: &Refusal) -> bool {
    matches!(
        refusal.kind.as_str(),
        "index_not_found_exception"
            | "index_closed_exception"
            | "IndexMissingException"
            | "IndexClosedException"
    )
}

impl Refusal {
    /// Reads the error of an answer or of an item.
    pub(super) fn read(status: u16, error: Option<&Value>) -> Refusal {
        Refusal::of(status, error.map(Told::read))
    }

    fn of(status: u16, told: Option<Told>) -> Refusal {
        let Told { kind, reason } = told.unwrap_or_default();
        let kind = if kind.is_empty() { format!("status_{status}") } else { kind };
        let reason = if reason.is_empty() { format!("status {status}") } else { reason };
        Refusal { status, kind, reason }
    }
}

impl From<Value> for Told {
    fn from(error: Value) -> Told {
        Told::read(&error)
    }
}

impl Told {
    /// An object from 2.0 on, a text before.
    fn read(error: &Value) -> Told {
        if let Value::String(text) = error {
            let kind = text.split(['[', ':', ';']).next().unwrap_or_default();
            // 1.x names the remote wrapper first; what it wraps says why.
            let inner = text.rsplit("nested: ").next().unwrap_or(text);
            let inner_kind = inner.split(['[', ':', ';']).next().unwrap_or(kind);
            let named = if kind.starts_with("RemoteTransport") { inner_kind } else { kind };
            return Told { kind: named.to_string(), reason: shortened_more(text) };
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let mut reason = text(&error["reason"]);
        if let Some(because) = error["caused_by"]["reason"].as_str() {
            reason = format!("{reason}: {because}");
        }
        Told { kind: text(&error["type"]), reason: shortened_more(&reason) }
    }
}

/// Reasons may quote the whole document; 1,000 characters tell enough.
fn shortened_more(reason: &str) -> String {
    match reason.char_indices().nth(1000) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::body::{Bodies, Next};
    use super::super::folder::Part;
    use super::*;

    fn body(records: &str) -> Body {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.ndjson");
        std::fs::write(&path, records).expect("a file");
        match Bodies::new(vec![(0, Part::unchecked(&path))], 1 << 20, None).next().expect("a body")
        {
            Next::Body(body) => body,
            _ => panic!("no body"),
        }
    }

    fn two() -> Body {
        body(
            "{\"create\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n{\"create\":{\"_index\":\"a\",\"_id\":\"2\"}}\n{}\n",
        )
    }

    #[test]
    fn an_answer_for_every_record_is_counted() {
        let answer = r#"{"took":1,"errors":false,"items":[{"create":{"_id":"1","status":201}},{"create":{"_id":"2","status":200}}]}"#;
        let answer = check(answer.as_bytes(), &two(), &[0, 1]).expect("a good answer");
        assert_eq!(answer, Answer { created: 1, updated: 1, ..Answer::default() });
    }

    #[test]
    fn an_answer_that_is_short_long_out_of_order_or_no_json_proves_nothing() {
        for (answer, part) in [
            (r#"{"items":[{"create":{"_id":"1","status":201}}]}"#, "1 items for 2 records"),
            (
                r#"{"items":[{"create":{"_id":"2","status":201}},{"create":{"_id":"1","status":201}}]}"#,
                "out of order",
            ),
            (r#"{"items":[{"create":{"status":201}},{"create":{"status":201}}]}"#, "out of order"),
            (
                r#"{"items":[{"create":{"_id":"1","status":201}},{"create":{"_id":"2"}}]}"#,
                "no bulk answer",
            ),
            (r#"{"items":[{"create":{"_id":"1","stat"#, "no bulk answer"),
            ("<html>", "no bulk answer"),
            ("{}", "no bulk answer"),
            ("", "no bulk answer"),
        ] {
            let error = check(answer.as_bytes(), &two(), &[0, 1]).expect_err(answer);
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_reason_that_quotes_half_a_surrogate_pair_is_a_reason() {
        let answer = r#"{"items":[{"create":{"_id":"1","status":400,"error":{"type":"t","reason":"value: 'x\uD800y'"}}},{"create":{"_id":"2","status":201}}]}"#;
        let answer = check(answer.as_bytes(), &two(), &[0, 1]).expect("an answer");
        assert_eq!(answer.created, 1);
        let [(0, Exception::Refused(refusal))] = &answer.exceptions[..] else {
            panic!("no refusal: {answer:?}");
        };
        assert!(format!("{refusal:?}").contains("ud800y"), "{refusal:?}");
    }

    #[test]
    fn every_status_has_its_consequence() {
        use Exception::{Busy, Conflict, Ending, Refused};
        let told = |status: u16, verb: Verb, error: &str| {
            let error: Value = serde_json::from_str(error).expect("JSON");
            exception(verb, Refusal::read(status, Some(&error)))
        };
        let object = r#"{"type":"t","reason":"r"}"#;
        assert!(matches!(told(409, Verb::Create, object), Conflict(_)));
        assert!(matches!(told(409, Verb::Index, object), Conflict(_)));
        assert!(matches!(told(409, Verb::Update, object), Busy(_)));
        for status in [429, 502, 503, 504] {
            assert!(matches!(told(status, Verb::Create, object), Busy(_)), "{status}");
        }
        for status in [401, 403] {
            assert!(matches!(told(status, Verb::Create, object), Ending(_)), "{status}");
        }
        for status in [400, 404, 413, 500] {
            assert!(matches!(told(status, Verb::Create, object), Refused(_)), "{status}");
        }
        assert!(matches!(
            told(404, Verb::Create, r#"{"type":"index_not_found_exception"}"#),
            Ending(_)
        ));
        assert!(matches!(
            told(404, Verb::Create, r#""IndexMissingException[[a] missing]""#),
            Ending(_)
        ));
    }

    #[test]
    fn a_delete_of_what_is_not_there_is_done() {
        let body = body("{\"delete\":{\"_index\":\"a\",\"_id\":\"1\"}}\n");
        let answer = check(br#"{"items":[{"delete":{"_id":"1","status":404}}]}"#, &body, &[0])
            .expect("an answer");
        assert_eq!(answer, Answer { absent: 1, ..Answer::default() });
    }

    #[test]
    fn reasons_of_old_and_new_engines_are_read() {
        let read = |error: &str| {
            let error: Value = serde_json::from_str(error).expect("JSON");
            let refusal = Refusal::read(400, Some(&error));
            (refusal.kind, refusal.reason)
        };
        assert_eq!(
            read(
                r#"{"type":"mapper_parsing_exception","reason":"failed","caused_by":{"type":"x","reason":"why"}}"#
            ),
            ("mapper_parsing_exception".into(), "failed: why".into())
        );
        assert_eq!(
            read(r#""MapperParsingException[failed to parse [age]]; nested: X[y]; ""#).0,
            "MapperParsingException"
        );
        assert_eq!(
            read(r#""RemoteTransportException[[n][inet]]; nested: MapperParsingException[no]; ""#)
                .0,
            "MapperParsingException"
        );
    }
}
