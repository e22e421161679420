//! Faults that only follow from others: what could not be read of a model is missing where it is used. Knows nothing but
//! pointers and words.

use super::nearest::{like, nearest};
use super::object::Kind;
use super::pointer::below;
use super::{Index, Model};
use crate::error::Fault;

impl Model {
    /// Whether `fault`, which the use of `index` told, may come of nothing but a fault of the model itself. It is told next time,
    /// if it is still one.
    pub(crate) fn explains(&self, index: &Index, fault: &Fault) -> bool {
        self.faults
            .iter()
            .any(|own| own.pointer == fault.pointer || is_of_index(&own.pointer, index, fault))
    }

    /// The same for a fault of the mapping and of what stands beside it, which nothing in `fields` has a part in.
    pub(crate) fn explains_mapping(&self, index: &Index, fault: &Fault) -> bool {
        let fields = below(&index.pointer, "fields");
        self.faults.iter().any(|own| {
            own.pointer == fault.pointer
                || (!holds(&fields, &own.pointer) && is_of_index(&own.pointer, index, fault))
        })
    }
}

/// Whether a fault of the model at `own` may be why the use of `index` told `fault`.
fn is_of_index(own: &str, index: &Index, fault: &Fault) -> bool {
    let Some(rest) = rest(own, &index.pointer) else { return false };
    let mut keys = rest.split('/').skip(1);
    let Some(key) = keys.next() else { return true };
    if key == "fields" && keys.next().is_some() {
        return is_of_entry(own, index, fault);
    }
    if holds(own, &fault.pointer) {
        return true;
    }
    let known = Kind::Index.keys();
    let meant = known.iter().find(|known| **known == key).copied();
    match meant.or_else(|| nearest(key, known.iter().copied()).first().copied()) {
        Some("fields") => true,
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
        Some("mapping") if !rest[1..].contains('/') => {
            holds(&below(&index.pointer, "settings"), &fault.pointer)
        }
        // Without its rows the index would not be here.
        Some(_) => false,
        None => true,
    }
}

/// The same where `own` lies in an entry of `fields`. Only the innermost entry that holds it is concerned, with its property.
fn is_of_entry(own: &str, index: &Index, fault: &Fault) -> bool {
    let Some(place) = Place::of(own, &index.pointer) else { return true };
    let of_property = is_property(&place.names, index, fault);
    let is = |key: &str| fault.pointer == below(place.entry, key);
    let within = |key: &str| holds(&below(place.entry, key), &fault.pointer);
    let Some((relation, kind)) = place.relation else {
        if place.key == Some("value") {
            return of_property
                || fault.pointer == place.entry
                || (within("value") && !is_other_text(own, fault));
        }
        // What hangs on the related row, or on the list of them, has pointers of its own.
        let producers = ["column", "sql", "value"];
        let is_of_wish =
            matches!(place.key.and_then(|key| meant(key, Kind::Entry)), Some("from" | "lossy"));
        return of_property
            || fault.pointer == place.entry
            || within("value")
            || producers.into_iter().any(is)
            || (!is_of_wish && (is("one") || is("many")));
    };
    let of_relation = |key: &str| holds(&below(relation, key), &fault.pointer);
    match place.key.and_then(|key| meant(key, kind)) {
        // Nothing hangs on which of the rows are taken, nor on their order.
        Some("where" | "order_by" | "limit") => false,
        Some("value") => {
            of_property
                || fault.pointer == relation
                || (of_relation("value") && !is_other_text(own, fault))
        }
        Some("fields") => of_property || fault.pointer == relation || of_relation("fields"),
        // Which table it is: everything hangs on that.
        Some(_) => of_property || holds(relation, &fault.pointer),
        None => of_property || fault.pointer == relation,
    }
}

/// Where in `fields` a pointer leads to.
struct Place<'p> {
    /// The innermost entry.
    entry: &'p str,
    /// The names of the entries on the way, as they stand in pointers.
    names: Vec<&'p str>,
    /// The `one` or `many` of that entry, where the pointer leads into it.
    relation: Option<(&'p str, Kind)>,
    /// The key of the entry, or of the relation, that it leads to.
    key: Option<&'p str>,
}

impl<'p> Place<'p> {
    /// `None` where no entry is on the way.
    fn of(pointer: &'p str, index: &str) -> Option<Place<'p>> {
        let mut at = index.len();
        let mut next = || {
            let key = pointer.get(at..)?.strip_prefix('/')?;
            let key = key.split('/').next()?;
            at += 1 + key.len();
            Some((key, &pointer[..at]))
        };
        let mut place: Option<Place<'p>> = None;
        while let Some(("fields", _)) = next() {
            let Some((name, entry)) = next() else { break };
            let mut names = place.map(|place| place.names).unwrap_or_default();
            names.push(name);
            let mut found = Place { entry, names, relation: None, key: None };
            let Some((key, relation)) = next() else { return Some(found) };
            let kind = match key {
                "one" => Kind::One,
                "many" => Kind::Many,
                _ => {
                    found.key = Some(key);
                    return Some(found);
                }
            };
            // What is wrong with it as a whole is a matter of the entry.
            let Some((inner, _)) = peek(pointer, relation) else {
                found.key = Some(key);
                return Some(found);
            };
            found.relation = Some((relation, kind));
            found.key = Some(inner);
            place = Some(found);
        }
        place
    }
}

/// The key behind `start` in `pointer`, and what comes behind that.
fn peek<'p>(pointer: &'p str, start: &str) -> Option<(&'p str, &'p str)> {
    let behind = rest(pointer, start)?.strip_prefix('/')?;
    Some(behind.split_once('/').unwrap_or((behind, "")))
}

/// What a key is, or what was meant by an unknown one.
fn meant(key: &str, kind: Kind) -> Option<&'static str> {
    let known = kind.keys().iter().copied();
    known.clone().find(|known| *known == key).or_else(|| like(key, known))
}

/// Whether a fault is of another text of the same templated value.
fn is_other_text(own: &str, fault: &Fault) -> bool {
    let value = own.rfind("/value/").map(|at| &own[..at + "/value".len()]);
    value.is_some_and(|value| {
        fault.pointer != value && holds(value, &fault.pointer) && !holds(own, &fault.pointer)
    })
}

/// What is left of `pointer` behind `start`, which it is or lies below.
fn rest<'p>(pointer: &'p str, start: &str) -> Option<&'p str> {
    pointer.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether `inner` is `outer`, or lies below it.
fn holds(outer: &str, inner: &str) -> bool {
    rest(inner, outer).is_some()
}

/// Whether a fault is of the property of that path, or of what lies below it; `names` as they stand in pointers.
fn is_property(names: &[&str], index: &Index, fault: &Fault) -> bool {
    let Some(rest) = rest(&fault.pointer, &index.mapping_pointer) else { return false };
    let mut keys = rest.split('/').skip_while(|key| *key != "properties");
    names.iter().all(|name| keys.next() == Some("properties") && keys.next() == Some(name))
}
