//! What the parameters of a mapping may say, and how fields go together: what an engine refuses when the index is created,
//! or takes and does not follow. Knows no spelling of other lines, which is translated before, and no value of a document.

mod analysis;
mod component;
mod derived;
mod early;
mod grams;
mod length;
mod logs;
mod names;
pub(super) mod parameter;
mod passthrough;
mod piece;
mod plugin;
pub(super) mod root;
mod runtime;
pub(super) mod settings;
mod shut;
mod sorting;
mod source;
mod spelt;
mod structure;
mod synonyms;
mod template;
mod together;
mod values;
mod vector;

use serde_json::Value;

use super::{Mapping, Property, Target};
use crate::error::Fault;

/// Faults of one mapping; the first at each place is the one that is told.
struct Faults<'a>(&'a mut Vec<Fault>);

impl Faults<'_> {
    fn push(&mut self, pointer: String, message: String) {
        if !self.0.iter().any(|fault| fault.pointer == pointer) {
            self.0.push(Fault { pointer, message });
        }
    }
}

/// Checks what no field says alone: parameters that do not go together, and fields that do not.
///
/// The root mapping stands at `pointer`.
pub(super) fn check(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Vec<Fault>) {
    let mut faults = Faults(faults);
    root::check(mapping, pointer, target, &mut faults);
    runtime::check(&mapping.body, pointer, target, &mut faults);
    derived::check(mapping, pointer, target, &mut faults);
    each(&mapping.properties, &mut |property| {
        together::check(property, target, &mut faults);
        vector::check(property, target, &mut faults);
    });
    each(&mapping.template_fields, &mut |field| {
        together::check(field, target, &mut faults);
        vector::check(field, target, &mut faults);
    });
    passthrough::check(&mapping.properties, target, &mut faults);
    structure::check(mapping, target, &mut faults);
}

/// Checks the settings, and the names in the fields that settings define; gives what the user should read once.
pub(super) fn check_settings(
    settings: Option<&Value>,
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Vec<Fault>,
) -> Vec<String> {
    let mut faults = Faults(faults);
    let flat = settings.map(settings::flat).unwrap_or_default();
    settings::check(&flat, mapping, pointer, target, &mut faults);
    logs::check(&flat, mapping, pointer, target, &mut faults);
    length::names(&flat, mapping, pointer, target, &mut faults);
    length::lookup(&flat, pointer, target, &mut faults);
    let mut notices = settings::notices(&flat, target);
    notices.extend(source::check(&flat, mapping, pointer, target, &mut faults));
    notices.append(&mut analysis::check(&flat, mapping, pointer, target, &mut faults));
    notices
}

/// Calls `f` with every property and multi-field, at any depth.
fn each(properties: &[Property], f: &mut impl FnMut(&Property)) {
    for property in properties {
        f(property);
        each(&property.multi_fields, f);
        each(&property.properties, f);
    }
}

#[cfg(test)]
mod tests;
