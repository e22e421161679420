//! `_id` inside an object that is made from a related row, mapped explicitly. Knows no rows.

use serde_json::{Map, Value, json};

use super::span::ES1_ES2;
use super::{Mapping, Property, Target};

/// What the keys of the related rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdKind {
    /// Integers.
    Number,
    /// Text, or compound keys joined to text.
    Text,
}

impl Mapping {
    /// Maps `_id` in the object at `path` (names from the root on), first among its properties, and gives the property by
    /// which its values are encoded.
    ///
    /// An `_id` that the user mapped stays as it is. Nothing is written into an object that is not parsed
    /// (`"enabled": false`, there or above). `None` where there is no object at `path`.
    pub(crate) fn map_object_id(
        &mut self,
        path: &[&str],
        kind: IdKind,
        target: &Target,
    ) -> Option<Property> {
        let (object, enabled) = find(&self.properties, path, true)?;
        if let Some(own) = object.properties.iter().find(|p| p.name == "_id") {
            return Some(own.clone());
        }
        let mapping = match kind {
            IdKind::Number => json!({"type": "long"}),
            IdKind::Text if target.within(ES1_ES2) => {
                json!({"type": "string", "index": "not_analyzed"})
            }
            IdKind::Text => json!({"type": "keyword"}),
        };
        let property = property(&mapping, &object.pointer);
        if enabled && insert_first(&mut self.body, path, mapping) {
            let kind = &property.kind;
            self.notices.push(format!(
                "`{}._id`: the key of the related row is mapped as `{kind}`",
                path.join(".")
            ));
        }
        Some(property)
    }
}

fn find<'p>(list: &'p [Property], path: &[&str], enabled: bool) -> Option<(&'p Property, bool)> {
    let (first, rest) = path.split_first()?;
    let property = list.iter().find(|p| p.name == *first)?;
    let enabled = enabled && property.params.get("enabled") != Some(&Value::Bool(false));
    if rest.is_empty() {
        Some((property, enabled))
    } else {
        find(&property.properties, rest, enabled)
    }
}

fn property(mapping: &Value, object_pointer: &str) -> Property {
    let mut params = mapping.as_object().cloned().unwrap_or_default();
    let kind = params.shift_remove("type");
    Property {
        name: "_id".to_string(),
        pointer: object_pointer.to_string(),
        kind: kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_string(),
        params,
        multi_fields: Vec::new(),
        properties: Vec::new(),
        dropped_keys: &[],
        renamed_keys: &[],
    }
}

fn insert_first(body: &mut Map<String, Value>, path: &[&str], mapping: Value) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    let object =
        body.get_mut("properties").and_then(|p| p.get_mut(*first)).and_then(Value::as_object_mut);
    let Some(object) = object else { return false };
    if !rest.is_empty() {
        return insert_first(object, rest, mapping);
    }
    let members = object.entry("properties").or_insert_with(|| json!({}));
    let Value::Object(members) = members else { return false };
    members.shift_insert(0, "_id".to_string(), mapping);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(
        body: Value,
        target: &str,
        path: &[&str],
        kind: IdKind,
    ) -> (String, Option<Property>) {
        let target = Target::parse(target).unwrap();
        let mut faults = Vec::new();
        let mut mapping = Mapping::translate(&body, "", &target, &mut faults);
        let property = mapping.map_object_id(path, kind, &target);
        (serde_json::to_string(&mapping.body).unwrap(), property)
    }

    #[test]
    fn the_key_stands_first_in_the_objects_mapping() {
        let body = json!({"properties": {"u": {"type": "object", "properties": {"name": {"type": "long"}}}}});
        for (target, kind, wanted) in [
            ("es1", IdKind::Number, r#"{"type":"long"}"#),
            ("es1", IdKind::Text, r#"{"type":"string","index":"not_analyzed"}"#),
            ("es5", IdKind::Text, r#"{"type":"keyword"}"#),
            ("os3", IdKind::Number, r#"{"type":"long"}"#),
        ] {
            let (body, property) = mapped(body.clone(), target, &["u"], kind);
            let inner = format!(r#"{{"_id":{wanted},"name":{{"type":"long"}}}}"#);
            assert_eq!(
                body,
                format!(r#"{{"properties":{{"u":{{"type":"object","properties":{inner}}}}}}}"#)
            );
            assert_eq!(property.unwrap().name, "_id");
        }
    }

    #[test]
    fn an_object_without_properties_gets_them_and_one_that_is_not_parsed_does_not() {
        let (body, _) =
            mapped(json!({"properties": {"o": {"type": "object"}}}), "es9", &["o"], IdKind::Text);
        assert_eq!(
            body,
            r#"{"properties":{"o":{"type":"object","properties":{"_id":{"type":"keyword"}}}}}"#
        );
        let off = json!({"properties": {"o": {"type": "object", "enabled": false}}});
        let (body, property) = mapped(off, "es9", &["o"], IdKind::Text);
        assert_eq!(body, r#"{"properties":{"o":{"type":"object","enabled":false}}}"#);
        assert_eq!(property.unwrap().kind, "keyword");
    }

    #[test]
    fn the_users_own_mapping_of_the_key_stays() {
        let body = json!({"properties": {"o": {"properties": {"p": {"type": "nested", "properties": {"_id": {"type": "integer"}}}}}}});
        let text = body.to_string();
        let (body, property) = mapped(body, "es9", &["o", "p"], IdKind::Text);
        assert_eq!((body, property.unwrap().kind.as_str()), (text, "integer"));
        assert!(mapped(json!({}), "es9", &["o"], IdKind::Text).1.is_none());
    }
}
