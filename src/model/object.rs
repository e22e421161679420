//! The objects of a model that have fixed keys: which keys each knows, where each stands, and typed access that tells faults.
//! Knows no file and not what the keys mean.

use serde_json::{Map, Value};

use super::json::kind;
use super::nearest::{choices, names, quoted};
use super::pointer::below;
use crate::error::Fault;

/// The kinds of objects with fixed keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Index,
    Entry,
    One,
    Many,
}

impl Kind {
    pub(super) const ALL: [Kind; 5] = [Kind::Root, Kind::Index, Kind::Entry, Kind::One, Kind::Many];

    /// Every key that the object may hold; `docs/model.schema.json` says the same, and a test compares them.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Kind::Root => &["indices", "target", "$schema"],
            Kind::Index => &[
                "table",
                "query",
                "where",
                "id",
                "type",
                "settings",
                "aliases",
                "mapping",
                "fields",
                "routing",
                "version",
                "version_type",
                "pipeline",
                "nulls",
                "timezone",
            ],
            Kind::Entry => &["column", "sql", "value", "one", "many", "from", "lossy"],
            Kind::One => &["table", "column", "key", "fields"],
            Kind::Many => &[
                "table", "through", "parent", "child", "where", "order_by", "limit", "value",
                "fields",
            ],
        }
    }

    fn title(self) -> &'static str {
        match self {
            Kind::Root => "the top level",
            Kind::Index => "an index",
            Kind::Entry => "an entry of `fields`",
            Kind::One => "`one`",
            Kind::Many => "`many`",
        }
    }
}

/// Tells a value of the wrong type.
pub(super) fn wrong_type(value: &Value, wanted: &str, pointer: &str, faults: &mut Vec<Fault>) {
    let message = format!("found {}, wanted {wanted}", kind(value));
    faults.push(Fault { pointer: pointer.to_string(), message });
}

/// The members of an object whose keys are the user's own.
pub(super) fn members<'a>(
    value: &'a Value,
    wanted: &str,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Option<&'a Map<String, Value>> {
    let map = value.as_object();
    if map.is_none() {
        wrong_type(value, wanted, pointer, faults);
    }
    map
}

/// An object with fixed keys, none of them unknown.
pub(super) struct Object<'a> {
    kind: Kind,
    map: &'a Map<String, Value>,
    pub(super) pointer: &'a str,
}

impl<'a> Object<'a> {
    /// The object that `value` is; unknown keys are told, and nothing comes back where it is no object.
    pub(super) fn open(
        value: &'a Value,
        kind: Kind,
        wanted: &str,
        pointer: &'a str,
        faults: &mut Vec<Fault>,
    ) -> Option<Object<'a>> {
        let map = members(value, wanted, pointer, faults)?;
        for key in map.keys().filter(|key| !kind.keys().contains(&key.as_str())) {
            let message = unknown_key(key, kind);
            faults.push(Fault { pointer: below(pointer, key), message });
        }
        Some(Object { kind, map, pointer })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn get(&self, key: &'static str) -> Option<&'a Value> {
        debug_assert!(self.kind.keys().contains(&key), "`{key}` is asked for but not known");
        self.map.get(key)
    }

    pub(super) fn at(&self, key: &str) -> String {
        below(self.pointer, key)
    }

    /// The string under `key`, where there is one; an empty one is a fault. `wanted` says what it is for.
    pub(super) fn text(
        &self,
        key: &'static str,
        wanted: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<String> {
        let value = self.get(key)?;
        match value.as_str() {
            Some(text) if !text.is_empty() => return Some(text.to_string()),
            Some(_) => {
                let message =
                    format!("found an empty string, wanted {wanted}; or leave `{key}` out");
                faults.push(Fault { pointer: self.at(key), message });
            }
            None => wrong_type(value, &format!("a string: {wanted}"), &self.at(key), faults),
        }
        None
    }

    /// The SQL under `key`, where there is some; blanks alone are a fault.
    pub(super) fn sql(
        &self,
        key: &'static str,
        wanted: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<String> {
        let text = self.text(key, wanted, faults)?;
        if text.trim().is_empty() {
            let message = format!("found only blanks, wanted {wanted}; or leave `{key}` out");
            self.fault_at(key, message, faults);
            return None;
        }
        Some(text)
    }

    /// The word under `key`, where there is one, which must be one of `words`.
    pub(super) fn word(
        &self,
        key: &'static str,
        words: &[&'static str],
        faults: &mut Vec<Fault>,
    ) -> Option<&'static str> {
        let value = self.get(key)?;
        let Some(text) = value.as_str() else {
            wrong_type(value, &format!("one of {}", names(words)), &self.at(key), faults);
            return None;
        };
        let word = words.iter().find(|word| **word == text);
        if word.is_none() {
            let choices = choices(text, words.iter().copied());
            let message = format!("found {}, wanted one of {choices}", quoted(text));
            faults.push(Fault { pointer: self.at(key), message });
        }
        word.copied()
    }

    /// Tells a fault of the object as a whole.
    pub(super) fn fault(&self, message: impl Into<String>, faults: &mut Vec<Fault>) {
        faults.push(Fault { pointer: self.pointer.to_string(), message: message.into() });
    }

    /// Tells a fault of what stands under `key`.
    pub(super) fn fault_at(&self, key: &str, message: impl Into<String>, faults: &mut Vec<Fault>) {
        faults.push(Fault { pointer: self.at(key), message: message.into() });
    }
}

/// What to say of a key that `kind` does not know: the nearest ones, and where a key of that name does belong.
fn unknown_key(key: &str, kind: Kind) -> String {
    let choices = choices(key, kind.keys().iter().copied());
    let mut message =
        format!("unknown key {} in {}, which takes {choices}", quoted(key), kind.title());
    let homes: Vec<&str> = Kind::ALL
        .iter()
        .filter(|other| other.keys().contains(&key))
        .map(|other| other.title())
        .collect();
    if !homes.is_empty() {
        message.push_str(&format!("; {} belongs in {}", quoted(key), homes.join(" or ")));
    }
    message
}
