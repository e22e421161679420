//! Faults that only follow from others: what could not be read of a model is missing where it is used. Knows nothing but
//! pointers and words.

use super::nearest::nearest;
use super::object::Kind;
use super::pointer::below;
use super::{Index, Model};
use crate::error::Fault;

impl Model {
    /// Whether `fault`, which the use of `index` told, may come of nothing but a fault of the model itself. It is told next time,
    /// if it is still one.
    pub(crate) fn explains(&self, index: &Index, fault: &Fault) -> bool {
        self.faults.iter().any(|own| {
            if holds(&own.pointer, &fault.pointer) || own.pointer == fault.pointer {
                return true;
            }
            let Some(rest) = rest(&own.pointer, &index.pointer) else { return false };
            if stands_alone(&own.pointer, &fault.pointer) {
                return false;
            }
            let mut keys = rest.split('/').skip(1);
            let Some(key) = keys.next() else { return true };
            let known = Kind::Index.keys();
            let meant = if known.contains(&key) {
                Some(key)
            } else {
                nearest(key, known.iter().copied()).first().copied()
            };
            match meant {
                Some("fields") => match keys.next().filter(|_| key == "fields") {
                    Some(name) => {
                        let entry = format!("{}/fields/{name}", index.pointer);
                        holds(&entry, &fault.pointer) || is_property(name, index, fault)
                    }
                    None => true,
                },
                Some("id") => {
                    fault.pointer == index.pointer || fault.pointer == below(&index.pointer, "id")
                }
                Some("routing") => fault.message.contains("routing"),
                Some("type") => fault.message.contains("type"),
                // Analyzers, and limits of the index.
                Some("settings") => ["analy", "normalizer", "similarity", "settings", "at most"]
                    .iter()
                    .any(|word| fault.message.contains(word)),
                // Settings name fields.
                Some("mapping") if keys.next().is_none() => {
                    holds(&below(&index.pointer, "settings"), &fault.pointer)
                }
                // Without its rows the index would not be here.
                Some(_) => false,
                None => true,
            }
        })
    }
}

/// Whether a fault of the model has nothing to do with another one of the same entry: nothing hangs on the number of rows of
/// a list, nor on another text of the same templated value.
fn stands_alone(own: &str, other: &str) -> bool {
    let of_one_value = || {
        let value = own.rfind("/value/").map(|at| &own[..at + "/value".len()]);
        value.is_some_and(|value| other != value && holds(value, other))
    };
    own.ends_with("/many/limit") || of_one_value()
}

/// What is left of `pointer` behind `start`, which it is or lies below.
fn rest<'p>(pointer: &'p str, start: &str) -> Option<&'p str> {
    pointer.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether `inner` is `outer`, or lies below it.
fn holds(outer: &str, inner: &str) -> bool {
    rest(inner, outer).is_some()
}

/// Whether a fault is of the property of that name at the top of the mapping, or of what lies below it; `name` as it stands in pointers.
fn is_property(name: &str, index: &Index, fault: &Fault) -> bool {
    let Some(rest) = rest(&fault.pointer, &index.mapping_pointer) else { return false };
    let mut keys = rest.split('/').skip_while(|key| *key != "properties").skip(1);
    keys.next() == Some(name)
}
