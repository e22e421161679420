//! Names in camel case, which 1.x and 2.x read like those with underscores.

use serde_json::{Map, Value};

use super::draft::Draft;
use super::{Translation, parameter, root};
use crate::target::kind;

/// `geoPoint` and `Long` for `geo_point` and `long`: measured on 1.7 and 2.4.
pub(super) fn kind(t: &mut Translation<'_>, draft: &mut Draft) {
    let known = underscored(&draft.kind).filter(|name| kind::find(name).is_some());
    let Some(name) = known.filter(|_| kind::find(&draft.kind).is_none()) else { return };
    let message =
        format!("the type `{}` is written `{name}`, which is how 1.x and 2.x read it", draft.kind);
    t.notice(draft, message);
    draft.become_kind(&name);
}

/// `ignoreAbove` for `ignore_above`: measured on 1.7 and 2.4, which follow it and give it back with underscores; 5.0 ended it.
pub(super) fn parameters(t: &mut Translation<'_>, draft: &mut Draft) {
    if super::is_closed(&draft.kind) {
        rename(t, draft, parameter::is_name);
    }
}

/// The same for the keys of the root.
pub(super) fn root_keys(t: &mut Translation<'_>, draft: &mut Draft) {
    rename(t, draft, root::is_root_key);
}

/// The same for the keys of a dynamic template, which no notice needs: they are the engine's own way to write it.
pub(super) fn template_keys(template: &mut Map<String, Value>) {
    let entries = std::mem::take(template);
    template.extend(entries.into_iter().map(|(key, value)| match underscored(&key) {
        Some(name) => (name, value),
        None => (key, value),
    }));
}

fn rename(t: &mut Translation<'_>, draft: &mut Draft, is_known: fn(&str) -> bool) {
    let keys: Vec<String> = draft.entries.keys().cloned().collect();
    for key in keys {
        let Some(name) = underscored(&key).filter(|name| is_known(name) && !draft.has(name)) else {
            continue;
        };
        let value = draft.get(&key).cloned().unwrap_or_default();
        draft.rename(&key, &name, value);
        t.notice(draft, format!("`{key}` is written `{name}`, which is how 1.x and 2.x read it"));
    }
}

/// The name with underscores; `None` where it has no capital.
pub(in crate::target) fn underscored(name: &str) -> Option<String> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut text = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::target::{Mapping, Target};

    #[test]
    fn names_in_camel_case_are_those_with_underscores() {
        let mapping = json!({
            "dateDetection": false,
            "dynamicTemplates": [{"a": {"pathMatch": "x.*", "matchMappingType": "long", "mapping": {"type": "long", "nullValue": 1}}}],
            "properties": {
                "f": {"type": "long", "ignoreMalformed": true, "nullValue": 7, "copyTo": "g"},
                "g": {"type": "long"}
            }
        });
        let wanted = json!({
            "date_detection": false,
            "dynamic_templates": [{"a": {"path_match": "x.*", "match_mapping_type": "long", "mapping": {"type": "long", "null_value": 1}}}],
            "properties": {
                "f": {"type": "long", "ignore_malformed": true, "null_value": 7, "copy_to": "g"},
                "g": {"type": "long"}
            }
        });
        for target in Target::ALL {
            let mut faults = Vec::new();
            let mapping = Mapping::translate(&mapping, "", &target, &mut faults);
            assert_eq!(faults, [], "{target}");
            assert_eq!(
                serde_json::to_string(&mapping.body).unwrap(),
                wanted.to_string(),
                "{target}"
            );
            assert_eq!(
                mapping.notices[0],
                "the mapping: `dateDetection` is written `date_detection`, which is how 1.x and 2.x read it"
            );
        }
    }

    #[test]
    fn types_in_camel_case_are_those_with_underscores() {
        let mapping = json!({"properties": {
            "p": {"type": "geoPoint"}, "n": {"type": "Long"}, "x": {"type": "myType"}}});
        let wanted = json!({"properties": {
            "p": {"type": "geo_point"}, "n": {"type": "long"}, "x": {"type": "myType"}}});
        for target in Target::ALL {
            let mut faults = Vec::new();
            let mapping = Mapping::translate(&mapping, "", &target, &mut faults);
            assert_eq!(faults, [], "{target}");
            let body = serde_json::to_string(&mapping.body).unwrap();
            assert_eq!(body, wanted.to_string(), "{target}");
            assert_eq!(mapping.properties[0].kind, "geo_point");
        }
    }

    #[test]
    fn what_is_the_name_of_nothing_stays() {
        let mapping = json!({"properties": {"f": {"type": "long", "myParameter": 1}}});
        let mut faults = Vec::new();
        Mapping::translate(&mapping, "", &Target::parse("es2").unwrap(), &mut faults);
        assert_eq!(faults[0].pointer, "/properties/f/myParameter");
    }
}
