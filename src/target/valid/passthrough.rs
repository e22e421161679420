//! `passthrough` objects, whose members are searched without their name. Knows the objects of a mapping and no value.

use serde_json::Value;

use super::Faults;
use crate::target::span::{Span, es};
use crate::target::{Property, Target};

/// Since when the type is there.
const SINCE: &[Span] = &[es(8, 15)];

/// Each needs a `priority` that no other has, and takes no `subobjects`: measured on Elasticsearch 8.19 and 9.2.
pub(super) fn check(properties: &[Property], target: &Target, faults: &mut Faults<'_>) {
    if target.within(SINCE) {
        below(properties, target, &mut Vec::new(), faults);
    }
}

fn below(
    properties: &[Property],
    target: &Target,
    taken: &mut Vec<(i64, String)>,
    faults: &mut Faults<'_>,
) {
    for property in properties {
        if property.kind == "passthrough" {
            one(property, target, taken, faults);
        }
        below(&property.properties, target, taken, faults);
    }
}

fn one(
    property: &Property,
    target: &Target,
    taken: &mut Vec<(i64, String)>,
    faults: &mut Faults<'_>,
) {
    let at = |key: &str| format!("{}/{key}", property.pointer);
    if property.params.contains_key("subobjects") {
        let message =
            format!("a `passthrough` object takes no `subobjects` on {target}; remove it");
        faults.push(at("subobjects"), message);
    }
    let said = property.params.get("priority");
    let number = said.and_then(|said| said.as_i64().or_else(|| said.as_str()?.parse().ok()));
    let Some(priority) = number.filter(|number| (0..=i64::from(i32::MAX)).contains(number)) else {
        let message = format!(
            "a `passthrough` object needs a `priority` on {target}, a whole number from 0 on; {}",
            if said.is_some_and(|said| *said != Value::Null) { "mend it" } else { "add it" }
        );
        let place = if said.is_some() { at("priority") } else { property.pointer.clone() };
        return faults.push(place, message);
    };
    if let Some((_, other)) = taken.iter().find(|(known, _)| *known == priority) {
        let message = format!(
            "two `passthrough` objects cannot have one `priority`, and `{other}` has {priority}; give it another number"
        );
        return faults.push(at("priority"), message);
    }
    taken.push((priority, property.name.clone()));
}
