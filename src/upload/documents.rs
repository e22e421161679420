//! Documents read back by id and compared with records, as JSON values: order of keys aside, numbers digit for digit.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

use super::address::path_segment;
use super::body::{Action, Body, Verb};
use super::connection::Connection;
use super::deep;
use super::response::{Response, without_lone_surrogates};

/// Documents asked for at once, at most.
const DOCUMENTS_MAX: usize = 1000;
/// Bytes of the records asked for at once, at most, unless one record alone is larger.
const BYTES_MAX: usize = 4 << 20;

/// What the index holds in a record's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No document of that id.
    Missing,
    /// What the record asks for.
    Equal,
    /// A document that is not the record's.
    Different,
    /// A document that the index does not show as it was sent, and does not have to: a pipeline may have changed it, or the
    /// index keeps less than the source.
    Hidden,
}

/// Where and how to look.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    pub(super) connection: &'a Connection,
    pub(super) index: &'a str,
    /// Typed targets only.
    pub(super) type_name: Option<&'a str>,
    /// Paths of vectors, where the engine keeps them as 32-bit numbers alone and shows them only when asked (Elasticsearch 9.2
    /// and later); none elsewhere.
    pub(super) vectors: Vec<Vec<String>>,
    pub(super) preferred: usize,
    /// Whether the index shows a document as it was sent; else one that differs may be the record's nevertheless.
    pub(super) shows_as_sent: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

#[derive(Deserialize)]
struct Wire {
    docs: Vec<Document>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    found: Option<bool>,
    #[serde(rename = "_source", default)]
    source: Option<Box<RawValue>>,
    #[serde(default)]
    error: Option<Value>,
}

impl Reader<'_> {
    /// What the index holds for each of the records `wanted` of `body`.
    pub(super) fn look(&self, body: &Body, wanted: &[usize]) -> Result<Vec<Found>> {
        let mut found = Vec::with_capacity(wanted.len());
        let mut rest = wanted;
        while !rest.is_empty() {
            let mut bytes = 0;
            let count = rest
                .iter()
                .take(DOCUMENTS_MAX)
                .take_while(|at| {
                    bytes += body.record(**at).len();
                    bytes <= BYTES_MAX
                })
                .count()
                .max(1);
            let (batch, later) = rest.split_at(count);
            self.look_batch(body, batch, &mut found)?;
            rest = later;
        }
        Ok(found)
    }

    fn look_batch(&self, body: &Body, batch: &[usize], found: &mut Vec<Found>) -> Result<()> {
        let actions: Vec<Action<'_>> = batch.iter().filter_map(|at| body.action(*at)).collect();
        if actions.len() != batch.len() {
            return Err(Error::environment(
                "a part holds a record without an action line; export again",
            ));
        }
        let asked: Vec<Value> = actions.iter().map(|action| self.ask(action)).collect();
        let vectors = if self.vectors.is_empty() { "" } else { "?_source_exclude_vectors=false" };
        let path = format!("/{}/_mget{vectors}", path_segment(self.index));
        let request = json!({ "docs": asked }).to_string();
        let documents = self.read(&path, request.as_bytes(), &actions)?;
        for ((document, action), at) in documents.into_iter().zip(&actions).zip(batch) {
            found.push(match compare(action, body.source(*at), document, &self.vectors)? {
                Found::Different if !self.shows_as_sent && action.verb != Verb::Delete => {
                    Found::Hidden
                }
                found => found,
            });
        }
        Ok(())
    }

    fn ask(&self, action: &Action<'_>) -> Value {
        let mut asked = Map::new();
        if let Some(type_name) = self.type_name {
            asked.insert("_type".into(), type_name.into());
        }
        asked.insert("_id".into(), Value::from(action.id.as_ref()));
        if let Some(routing) = &action.routing {
            asked.insert("routing".into(), Value::from(routing.as_ref()));
        }
        asked.into()
    }

    /// Answers that are cut off or do not fit are asked for again, like answers that never came.
    fn read(&self, path: &str, request: &[u8], actions: &[Action<'_>]) -> Result<Vec<Document>> {
        let mut backoff = super::retry::Backoff::new(self.connection.config().retries);
        loop {
            let response =
                self.connection.call_from(self.preferred, "POST", path, Some(request))?;
            let reason = match documents(&response, actions) {
                Ok(documents) => return Ok(documents),
                Err(reason) if response.status == 404 || response.status == 400 => {
                    let index = self.index;
                    return Err(Error::environment(format!(
                        "the index `{index}` cannot be read: {reason}"
                    )));
                }
                Err(reason) => reason,
            };
            self.connection.wait(&mut backoff, std::time::Duration::ZERO, "POST _mget", &reason)?;
        }
    }
}

fn documents(
    response: &Response,
    actions: &[Action<'_>],
) -> std::result::Result<Vec<Document>, String> {
    if response.status != 200 {
        return Err(format!("status {}: {}", response.status, response.excerpt()));
    }
    let wire: Wire = serde_json::from_slice(&without_lone_surrogates(&response.body))
        .map_err(|error| format!("an answer that holds no documents: {error}"))?;
    let fits = wire.docs.len() == actions.len()
        && wire.docs.iter().zip(actions).all(|(document, action)| document.id == action.id);
    if !fits {
        return Err("an answer with other documents than those asked for".into());
    }
    match wire.docs.iter().find_map(|document| document.error.as_ref()) {
        Some(error) => Err(format!("a document that cannot be read: {error}")),
        None => Ok(wire.docs),
    }
}

fn compare(
    action: &Action<'_>,
    source: Option<&[u8]>,
    document: Document,
    vectors: &[Vec<String>],
) -> Result<Found> {
    let there = document.found.unwrap_or(false);
    if action.verb == Verb::Delete {
        return Ok(if there { Found::Different } else { Found::Equal });
    }
    if !there {
        return Ok(Found::Missing);
    }
    let Some(stored) = document.source else { return Ok(Found::Hidden) };
    let sent = without_lone_surrogates(source.unwrap_or_default());
    let stored = stored.get().as_bytes();
    let levels = deep::levels(&sent).max(deep::levels(stored));
    let equal = deep::with_room(levels, || is_same(action.verb, &sent, stored, vectors))?;
    let equal = equal.map_err(|error| {
        Error::environment(format!(
            "the record `{}` cannot be compared as JSON; export again",
            action.id
        ))
        .with_source(error)
    })?;
    Ok(match (equal, action.has_pipeline) {
        (true, _) => Found::Equal,
        (false, true) => Found::Hidden,
        (false, false) => Found::Different,
    })
}

/// Whether the index holds what was sent to it.
fn is_same(
    verb: Verb,
    sent: &[u8],
    stored: &[u8],
    vectors: &[Vec<String>],
) -> serde_json::Result<bool> {
    let (mut sent, mut stored) = (deep::parse(sent)?, deep::parse(stored)?);
    for path in vectors {
        round(if verb == Verb::Update { &mut sent["doc"] } else { &mut sent }, path);
        round(&mut stored, path);
    }
    Ok(match verb {
        Verb::Update => is_within(&sent["doc"], &stored),
        _ => is_equal(&sent, &stored),
    })
}

/// Writes the numbers of the vector at `path` as the 32-bit numbers that they are in the index.
fn round(value: &mut Value, path: &[String]) {
    match (value, path) {
        (Value::Array(values), _) => values.iter_mut().for_each(|value| round(value, path)),
        (Value::Object(members), [name, rest @ ..]) => {
            // It does not come back as it was: no vector, or null for none.
            if rest.is_empty() && members.get(name).is_some_and(Value::is_null) {
                members.shift_remove(name);
            }
            if let Some(value) = members.get_mut(name) {
                round(value, rest);
            }
        }
        (Value::Number(number), []) => {
            let near = number.to_string().parse::<f32>().ok().map(f64::from);
            if let Some(near) = near.and_then(serde_json::Number::from_f64) {
                *number = near;
            }
        }
        _ => {}
    }
}

/// Whether two documents are the same: numbers by their digits, objects whatever the order of their keys.
pub(super) fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| is_equal(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| is_equal(left, right))
        }
        (Value::Number(left), Value::Number(right)) => left.to_string() == right.to_string(),
        _ => left == right,
    }
}

/// Whether writing `part` into `whole`, as an update does, would change nothing.
fn is_within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|other| is_within(value, other))),
        _ => is_equal(part, whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn documents_are_compared_by_value_and_numbers_by_digits() {
        for (left, right, equal) in [
            (r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1,2],"a":1}"#, true),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, false),
            (r#"{"a":1}"#, r#"{"a":1.0}"#, false),
            (r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#, false),
            (r#"{"a":0.1000000000000000055}"#, r#"{"a":0.1}"#, false),
            (r#"{"a":null}"#, r#"{}"#, false),
            (r#"{"a":"1"}"#, r#"{"a":1}"#, false),
            ("{\"a\":\"\\u00e9\"}", "{\"a\":\"é\"}", true),
            (r#"{"a":{"x":1,"y":{}}}"#, r#"{"a":{"y":{},"x":1}}"#, true),
        ] {
            assert_eq!(is_equal(&json(left), &json(right)), equal, "{left} {right}");
        }
    }

    fn found(verb: Verb, source: &str, document: &str) -> Found {
        let action = Action { verb, id: "1".into(), routing: None, has_pipeline: false };
        let document: Document = serde_json::from_str(document).expect("a document");
        compare(&action, Some(source.as_bytes()), document, &[]).expect("a comparison")
    }

    #[test]
    fn documents_of_any_depth_that_an_engine_takes_are_compared() {
        let nested = |levels: usize, inner: &str| {
            format!("{{\"a\":{}{inner}{}}}", "[".repeat(levels), "]".repeat(levels))
        };
        let shown = |source: &str| format!(r#"{{"_id":"1","found":true,"_source":{source}}}"#);
        for levels in [100, 127, 128, 3000] {
            let (one, other) = (nested(levels, "1"), nested(levels, "2"));
            assert_eq!(found(Verb::Create, &one, &shown(&one)), Found::Equal, "{levels}");
            assert_eq!(found(Verb::Create, &one, &shown(&other)), Found::Different, "{levels}");
        }
        let update = format!("{{\"doc\":{},\"doc_as_upsert\":true}}", nested(200, "1"));
        assert_eq!(found(Verb::Update, &update, &shown(&nested(200, "1"))), Found::Equal);
    }

    #[test]
    fn vectors_are_compared_as_the_numbers_that_the_index_keeps() {
        let stored =
            r#"{"_id":"1","found":true,"_source":{"o":[{"v":[0.1,1.2345679E8,1.0]}],"n":1}}"#;
        let judged = |source: &str| {
            let action =
                Action { verb: Verb::Create, id: "1".into(), routing: None, has_pipeline: false };
            let document = serde_json::from_str(stored).expect("a document");
            let path = vec!["o".to_owned(), "v".to_owned()];
            compare(&action, Some(source.as_bytes()), document, &[path]).expect("a comparison")
        };
        for (source, found) in [
            (r#"{"n":1,"o":[{"v":[0.1,123456789,1]}]}"#, Found::Equal),
            (r#"{"n":1,"o":[{"v":[0.1,123456789,1]}],"o.v":null}"#, Found::Different),
            (r#"{"n":1,"o":[{"v":[0.1,123456780,1]}]}"#, Found::Different),
            (r#"{"n":1.0,"o":[{"v":[0.1,123456789,1]}]}"#, Found::Different),
            (r#"{"n":1,"o":[{"v":[0.1,123456789]}]}"#, Found::Different),
            (r#"{"n":1,"o":[{"v":null}]}"#, Found::Different),
        ] {
            assert_eq!(judged(source), found, "{source}");
        }
    }

    #[test]
    fn what_is_found_is_judged_by_what_was_asked() {
        let one = r#"{"_id":"1","found":true,"_source":{"a":1,"b":2}}"#;
        let none = r#"{"_id":"1","found":false}"#;
        assert_eq!(found(Verb::Create, r#"{"b":2,"a":1}"#, one), Found::Equal);
        assert_eq!(found(Verb::Create, r#"{"a":1}"#, one), Found::Different);
        let half = r#"{"_id":"1","found":true,"_source":{"a":"\\ud800"}}"#;
        assert_eq!(found(Verb::Create, r#"{"a":"\ud800"}"#, half), Found::Equal);
        assert_eq!(found(Verb::Create, r#"{"a":"\ud801"}"#, half), Found::Different);
        assert_eq!(found(Verb::Index, r#"{"a":1}"#, none), Found::Missing);
        assert_eq!(
            found(Verb::Update, r#"{"doc":{"a":1},"doc_as_upsert":true}"#, one),
            Found::Equal
        );
        assert_eq!(
            found(Verb::Update, r#"{"doc":{"a":2},"doc_as_upsert":true}"#, one),
            Found::Different
        );
        let piped = |source: &str| {
            let action =
                Action { verb: Verb::Create, id: "1".into(), routing: None, has_pipeline: true };
            let document = serde_json::from_str(one).expect("a document");
            compare(&action, Some(source.as_bytes()), document, &[]).expect("a comparison")
        };
        assert_eq!(piped(r#"{"a":1}"#), Found::Hidden);
        assert_eq!(piped(r#"{"a":1,"b":2}"#), Found::Equal);
        assert_eq!(found(Verb::Delete, "", one), Found::Different);
        assert_eq!(found(Verb::Delete, "", none), Found::Equal);
        assert_eq!(found(Verb::Create, "{}", r#"{"_id":"1","found":true}"#), Found::Hidden);
    }
}
