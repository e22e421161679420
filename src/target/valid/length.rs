//! Settings that a mapping must fit: the longest name of a field, and the one shard of an index that others look up.

use serde_json::Value;

use super::settings::Setting;
use super::spelt::number;
use super::{Faults, each};
use crate::target::span::{Span, es};
use crate::target::{Mapping, Target};

/// Versions whose own fields have names of 22 letters (`_data_stream_timestamp`); those before have 12 (`_field_names`).
/// Measured on 7.17, 8.19 and 9.2.
const LONG_OWN_NAMES: &[Span] = &[es(8, 0)];

/// `mapping.field_name_length.limit` counts UTF-16 units of each name between dots: of fields, objects, multi-fields, aliases,
/// and of the engine's own.
pub(super) fn names(
    settings: &[Setting<'_>],
    mapping: &Mapping,
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let Some(setting) = settings.iter().find(|s| s.name == "mapping.field_name_length.limit")
    else {
        return;
    };
    let Some(limit) = number(setting.value).filter(|limit| *limit > 0) else { return };
    let units = |name: &str| name.encode_utf16().count() as i64;
    let own = if target.within(LONG_OWN_NAMES) { 22 } else { 12 };
    if limit < own {
        let message = format!(
            "the setting `index.mapping.field_name_length.limit` must be at least {own} on {target}, whose own fields have such names, found `{limit}`"
        );
        return faults.push(format!("{pointer}{}", setting.pointer), message);
    }
    each(&mapping.properties, &mut |property| {
        if let Some(long) = property.name.split('.').find(|name| units(name) > limit) {
            let message = format!(
                "the name `{long}` has {} letters, and `index.mapping.field_name_length.limit` is {limit}; raise it, or rename the field",
                units(long)
            );
            faults.push(property.pointer.clone(), message);
        }
    });
}

/// An index that others look up has one shard. Measured on 8.19 and 9.2.
pub(super) fn lookup(
    settings: &[Setting<'_>],
    pointer: &str,
    target: &Target,
    faults: &mut Faults<'_>,
) {
    let get = |name: &str| settings.iter().find(|s| s.name == name).filter(|s| !s.value.is_null());
    let looked_up =
        |mode: &Value| mode.as_str().is_some_and(|mode| mode.eq_ignore_ascii_case("lookup"));
    if !get("mode").is_some_and(|mode| looked_up(mode.value)) {
        return;
    }
    if let Some(shards) = get("number_of_shards").filter(|s| number(s.value) != Some(1)) {
        let message = format!(
            "an index with `index.mode: lookup` has one shard on {target}; write `1`, or remove the setting"
        );
        faults.push(format!("{pointer}{}", shards.pointer), message);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::error::Fault;
    use crate::target::{Around, Mapping, Target, create_index_body};

    fn faults(settings: &Value, properties: &Value, target: &str) -> Vec<Fault> {
        let target = Target::parse(target).unwrap();
        let mut faults = Vec::new();
        let body = json!({ "properties": properties });
        let mapping = Mapping::translate(&body, "/i/mapping", &target, &mut faults);
        let around = Around {
            name: "x",
            pointer: "/i",
            settings: Some(settings),
            aliases: None,
            type_name: None,
        };
        create_index_body(around, &mapping, &target, &mut faults);
        faults
    }

    #[test]
    fn names_are_as_long_as_the_setting_lets_them_be() {
        let limit = |n: i64| json!({"index.mapping.field_name_length.limit": n});
        let short = json!({"a": {"type": "long"}});
        for (n, targets) in
            [(0, "es7 es8 es9"), (11, "es7 es8 es9"), (12, "es8 es9"), (21, "es8 es9"), (22, "")]
        {
            for target in ["es7", "es8", "es9"] {
                let found = faults(&limit(n), &short, target);
                assert_eq!(
                    found.len(),
                    usize::from(targets.contains(target)),
                    "{target} {n} {found:?}"
                );
            }
        }
        let name = |name: &str| json!({ name: {"type": "keyword"} });
        for (properties, pointer) in [
            (name(&"x".repeat(24)), Some("/".to_string() + &"x".repeat(24))),
            (name(&"é".repeat(23)), None),
            (name(&"😀".repeat(12)), Some("/".to_string() + &"😀".repeat(12))),
            (name(&format!("{0}.{0}", "x".repeat(12))), None),
            (
                json!({"a": {"type": "keyword", "fields": name(&"x".repeat(24))}}),
                Some(format!("/a/fields/{}", "x".repeat(24))),
            ),
        ] {
            let found = faults(&limit(23), &properties, "es9");
            let found: Vec<&str> = found.iter().map(|fault| fault.pointer.as_str()).collect();
            let wanted: Vec<String> =
                pointer.into_iter().map(|at| format!("/i/mapping/properties{at}")).collect();
            assert_eq!(found, wanted, "{properties}");
        }
    }

    #[test]
    fn an_index_that_others_look_up_has_one_shard() {
        for (settings, wanted) in [
            (json!({"index.mode": "lookup"}), None),
            (json!({"index.mode": "LOOKUP", "number_of_shards": "1"}), None),
            (
                json!({"index.mode": "lookup", "number_of_shards": 2}),
                Some("/i/settings/number_of_shards"),
            ),
            (json!({"index.mode": "standard", "number_of_shards": 2}), None),
        ] {
            let found = faults(&settings, &json!({}), "es9");
            assert_eq!(found.first().map(|f| f.pointer.as_str()), wanted, "{settings} {found:?}");
        }
    }

    #[test]
    fn limits_of_a_mapping_have_a_least_value() {
        for (name, least) in [
            ("field_name_length", 22),
            ("dimension_fields", 0),
            ("nested_fields", 0),
            ("depth", 1),
            ("total_fields", 0),
        ] {
            let settings = |n: i64| json!({ format!("index.mapping.{name}.limit"): n });
            let found = faults(&settings(least), &json!({}), "es9");
            assert_eq!(found, [], "{name}");
            let found = faults(&settings(least - 1), &json!({}), "es9");
            assert!(!found.is_empty(), "{name}");
        }
    }
}
