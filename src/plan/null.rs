//! The value that a mapping gives for null: it must be one that the field itself takes. Knows no rows.

use serde_json::{Map, Value};

use crate::encode::{Encoder, FieldOptions};
use crate::error::{Fault, Verdict};
use crate::target::{Mapping, Property, Target};

/// Types whose `null_value` is read as one of another type: parts of the value are made of it, or it is counted.
const READ_AS: &[(&str, &str)] = &[
    ("token_count", "integer"),
    ("scaled_float", "double"),
    ("flattened", "keyword"),
    ("wildcard", "keyword"),
];

/// Parameters by which a field takes more values than its `null_value` can be.
const LENIENT: &[&str] = &["null_value", "ignore_malformed", "ignore_above", "coerce"];

/// Faults of the values and formats in a mapping that the rules of values judge.
pub(super) fn check(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Vec<Fault>) {
    check_null_values(&mapping.properties, target, faults);
    check_null_values(&mapping.template_fields, target, faults);
    check_template_dates(&mapping.template_fields, target, faults);
    check_date_formats(mapping, pointer, target, faults);
    check_runtime_dates(mapping, pointer, target, faults);
}

/// Faults of every `null_value`, those of multi-fields too. Engines refuse the index, or (7.x and OpenSearch for dates and
/// addresses) take a value that they cannot read and leave every null out, or (6.x and older for dates) refuse each null.
fn check_null_values(properties: &[Property], target: &Target, faults: &mut Vec<Fault>) {
    for property in properties {
        if let Some(value) = property.params.get("null_value")
            && let Some(message) = fault(property, value, target)
        {
            faults.push(Fault { pointer: format!("{}/null_value", property.pointer), message });
        }
        let own = |field: &&Property| field.pointer.starts_with(&property.pointer);
        for field in property.multi_fields.iter().filter(own) {
            check_null_values(std::slice::from_ref(field), target, faults);
        }
        check_null_values(&property.properties, target, faults);
    }
}

/// Faults of the formats by which a mapping finds dates in text, which no field has.
fn check_date_formats(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Vec<Fault>) {
    let Some(formats) = mapping.body.get("dynamic_date_formats") else { return };
    let list = formats.as_array().map_or(std::slice::from_ref(formats), Vec::as_slice);
    for format in list.iter().filter(|format| *format != "none") {
        let pointer = format!("{pointer}/dynamic_date_formats");
        let date = Property {
            name: String::new(),
            pointer: pointer.clone(),
            kind: "date".to_string(),
            params: Map::from_iter([("format".to_string(), format.clone())]),
            multi_fields: Vec::new(),
            properties: Vec::new(),
            dropped_keys: &[],
            renamed_keys: &[],
        };
        let message = match Encoder::new(&date, target, &FieldOptions::default()) {
            _ if !format.is_string() => {
                format!("`dynamic_date_formats` must be a list of formats, found `{format}`")
            }
            Err(fault) => fault.message,
            // Refused in a list from 2.x on: `Epoch [epoch_millis] is not supported as dynamic date format`.
            Ok(_) => match format.as_str() {
                Some(text) if formats.is_array() && text.starts_with("epoch_") => format!(
                    "{target} takes no `{text}` among its `dynamic_date_formats`, for text of digits is no date there; remove it, and map the fields that hold such numbers as `date` with that `format`"
                ),
                _ => continue,
            },
        };
        faults.push(Fault { pointer, message });
    }
}

/// Faults of the formats of dates in dynamic templates: 8.19 and 9.2 refuse the index, older ones the documents that meet them.
fn check_template_dates(fields: &[Property], target: &Target, faults: &mut Vec<Fault>) {
    let is_date =
        |field: &&Property| matches!(field.kind.as_str(), "date" | "date_nanos" | "date_range");
    for field in fields.iter().filter(is_date) {
        if let Err(fault) = Encoder::new(field, target, &FieldOptions::default()) {
            faults.push(fault);
        }
    }
}

/// Faults of the formats of runtime fields: 8.19 and 9.2 refuse the index.
fn check_runtime_dates(mapping: &Mapping, pointer: &str, target: &Target, faults: &mut Vec<Fault>) {
    let runtime = mapping.body.get("runtime").and_then(Value::as_object);
    for (name, field) in runtime.into_iter().flatten() {
        let Some(params) =
            field.as_object().filter(|params| params.get("type") == Some(&"date".into()))
        else {
            continue;
        };
        let kept = params.iter().filter(|(key, _)| matches!(key.as_str(), "format" | "locale"));
        let date = Property {
            name: name.clone(),
            pointer: format!("{pointer}/runtime/{}", name.replace('~', "~0").replace('/', "~1")),
            kind: "date".to_string(),
            params: kept.map(|(key, value)| (key.clone(), value.clone())).collect(),
            multi_fields: Vec::new(),
            properties: Vec::new(),
            dropped_keys: &[],
            renamed_keys: &[],
        };
        if let Err(fault) = Encoder::new(&date, target, &FieldOptions::default()) {
            faults.push(fault);
        }
    }
}

fn fault(property: &Property, value: &Value, target: &Target) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let mut plain =
        Property { multi_fields: Vec::new(), properties: Vec::new(), ..property.clone() };
    if let Some((_, other)) = READ_AS.iter().find(|(kind, _)| *kind == property.kind) {
        plain.kind = (*other).to_string();
    }
    for key in LENIENT {
        plain.params.shift_remove(*key);
    }
    // What is wrong with the field itself is told where its values are planned.
    let encoder = Encoder::new(&plain, target, &FieldOptions::default()).ok()?;
    let text = value.to_string();
    if value.is_array() && property.kind != "geo_point" {
        return Some("`null_value` must be one value of the field, found a list".into());
    }
    // A list is one point here, and no list of points as it would be in a document.
    let is_number = |v: &Value| {
        !v.is_null() && v.as_str().is_none_or(|text| text.trim().parse::<f64>().is_ok())
    };
    if value.as_array().is_some_and(|list| list.len() < 2 || !list.iter().all(is_number)) {
        return Some(format!(
            "`null_value` of a `geo_point` is one point such as `[lon,lat]`, found `{text}`"
        ));
    }
    let refusal = match encoder.encode_json(text.as_bytes(), &mut Vec::new()) {
        // Empty text is no boolean here, though it is one in a document.
        Ok(()) if property.kind == "boolean" && value == "" => {
            return Some(
                "`null_value` of a `boolean` is `true` or `false`, found empty text".into(),
            );
        }
        Ok(()) => return None,
        Err(refusal) => refusal,
    };
    // A number in a date field means what it always means there.
    let is_date = matches!(property.kind.as_str(), "date" | "date_nanos");
    if is_date && refusal.verdict == Verdict::Altered {
        return None;
    }
    Some(format!(
        "`null_value` must be a value of the field, found `{text}`: {}; write another, or remove it",
        refusal.rule
    ))
}
