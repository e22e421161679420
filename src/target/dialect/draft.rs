//! A property while it is being translated: its parameters in the user's order, its path and its pointer.

use serde_json::{Map, Value};

/// Where a property stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Dotted path of the field, for people.
    pub(super) path: String,
    /// JSON pointer of the property's mapping.
    pub(super) pointer: String,
    /// Whether this is a property of an object, a multi-field, or the mapping in a dynamic template.
    pub(super) role: Role,
}

/// What a mapping is the mapping of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Property,
    MultiField,
    Template,
}

impl Place {
    /// The place of `name` under `key` (`properties` or `fields`) of this one.
    pub(super) fn child(&self, key: &str, name: &str, role: Role) -> Place {
        let path =
            if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) };
        Place { path, pointer: format!("{}/{key}/{}", self.pointer, escape(name)), role }
    }

    /// The pointer of a member of this place's mapping.
    pub(super) fn at(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, escape(key))
    }
}

/// A name as one token of a JSON pointer (RFC 6901).
pub(in crate::target) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A property being translated.
#[derive(Debug)]
pub(super) struct Draft {
    /// Mapping type; `object` where there are `properties` and no type.
    pub(super) kind: String,
    /// Everything that stands in the mapping, `type`, `fields` and `properties` too, in the user's order.
    pub(super) entries: Map<String, Value>,
    pub(super) place: Place,
    pub(super) dropped_keys: &'static [&'static str],
    pub(super) renamed_keys: &'static [(&'static str, &'static str)],
}

impl Draft {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.entries.get(key).and_then(Value::as_str)
    }

    /// Sets `key` where it stands, or at the end.
    pub(super) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.entries.insert(key.to_string(), value.into());
    }

    /// Takes `key` out; the others keep their order.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.entries.shift_remove(key)
    }

    /// Puts `new` with `value` where `old` stands. A `new` that already stands elsewhere is replaced.
    pub(super) fn rename(&mut self, old: &str, new: &str, value: impl Into<Value>) {
        let mut value = Some(value.into());
        let mut entries = Map::with_capacity(self.entries.len());
        for (key, kept) in std::mem::take(&mut self.entries) {
            if key == old {
                if let Some(value) = value.take() {
                    entries.insert(new.to_string(), value);
                }
            } else if key != new {
                entries.insert(key, kept);
            }
        }
        self.entries = entries;
    }

    /// Changes the mapping type.
    pub(super) fn become_kind(&mut self, kind: &str) {
        self.kind = kind.to_string();
        self.set("type", kind);
    }

    pub(super) fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind.as_str())
    }
}

/// What a mapping's boolean means: JSON booleans, and the words and numbers that old engines took for one.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Number(n) => match n.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(s) => match s.as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
