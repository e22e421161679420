//! The order in which an index keeps its documents. Knows the settings and the fields that they name.

use serde_json::Value;

use super::Faults;
use super::settings::Setting;
use crate::target::dialect::truth;
use crate::target::span::{ALWAYS, Span, es, es_until, os, os_until};
use crate::target::{Mapping, Property, Target};

/// Versions that sort no index with `nested` fields.
const NO_NESTED_SORT: &[Span] = &[es_until((6, 0), (8, 0)), os_until((1, 0), (3, 0))];

/// Types that an index can be sorted by, each where it is. A `half_float` and a `scaled_float` are compared in a way of their own,
/// which no index keeps. Measured on 6.8 to 9.2, OpenSearch 2.19 and 3.8; `unsigned_long` and `version` of Elasticsearch by its source.
const SORTED: &[(&str, &[Span])] = &[
    ("keyword", ALWAYS),
    ("boolean", ALWAYS),
    ("date", ALWAYS),
    ("date_nanos", ALWAYS),
    ("byte", ALWAYS),
    ("short", ALWAYS),
    ("integer", ALWAYS),
    ("long", ALWAYS),
    ("unsigned_long", &[es(7, 0)]),
    ("float", ALWAYS),
    ("double", ALWAYS),
    ("ip", ALWAYS),
    ("token_count", ALWAYS),
    ("version", ALWAYS),
    ("flattened", ALWAYS),
    ("flat_object", ALWAYS),
];

/// Why documents cannot be kept in the order of this field.
fn unsorted(field: &str, mapping: &Mapping, target: &Target) -> Option<String> {
    let nested = |list: &[Property]| {
        let mut any = false;
        super::each(list, &mut |property| any |= property.kind == "nested");
        any
    };
    if nested(&mapping.properties) && target.within(NO_NESTED_SORT) {
        return Some(format!("{target} sorts no index that has `nested` fields"));
    }
    let mut list = mapping.properties.as_slice();
    let mut rest = field;
    loop {
        let is_on_the_way = |p: &&Property| {
            rest == p.name || rest.strip_prefix(&p.name).is_some_and(|r| r.starts_with('.'))
        };
        let Some(found) = list.iter().find(is_on_the_way) else {
            return Some(format!("there is no field `{field}` in the mapping"));
        };
        if rest == found.name {
            let unkept = found.params.get("doc_values").and_then(truth) == Some(false);
            let is_sorted =
                |(kind, spans): &(&str, &[Span])| *kind == found.kind && target.within(spans);
            return if unkept {
                Some(format!("`{field}` is a `{}` without doc values to sort by", found.kind))
            } else if SORTED.iter().any(is_sorted) {
                None
            } else {
                Some(format!("`{field}` is a `{}`, which is no field to sort by", found.kind))
            };
        }
        if found.kind == "nested" {
            return Some(format!("`{field}` is inside a `nested` object"));
        }
        rest = &rest[found.name.len() + 1..];
        list = if found.properties.is_empty() { &found.multi_fields } else { &found.properties };
    }
}

/// As many orders, modes and defaults as fields that documents are sorted by.
pub(super) fn check(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    if !target.within(&[es(6, 0), os(1, 0)]) {
        return;
    }
    if let Some(setting) = settings.iter().find(|setting| setting.name == "sort.field") {
        let fields =
            setting.value.as_array().map_or(std::slice::from_ref(setting.value), Vec::as_slice);
        let names = fields.iter().filter(|field| !field.is_null()).map(as_text);
        let why =
            names.filter(|name| !name.is_empty()).find_map(|name| unsorted(&name, mapping, target));
        if let Some(why) = why {
            let message = format!(
                "{why}, and `index.sort.field` wants one on {target}; name another field, or remove it"
            );
            faults.push(format!("{pointer}{}", setting.pointer), message);
        }
    }
    let count = |name: &str| {
        let setting = settings.iter().find(|setting| setting.name == name)?;
        // Null and an empty text are empty lists there, and no default.
        let one = usize::from(!setting.value.is_null() && setting.value != "");
        let count = setting.value.as_array().map_or(one, Vec::len);
        Some((count, format!("{pointer}{}", setting.pointer)))
    };
    let fields = count("sort.field").map_or(0, |(count, _)| count);
    for name in ["sort.order", "sort.mode", "sort.missing"] {
        if let Some((found, pointer)) = count(name).filter(|(found, _)| *found != fields) {
            let message = format!(
                "`index.{name}` has {found} entries for {fields} fields of `index.sort.field`; give each field one"
            );
            faults.push(pointer, message);
        }
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
