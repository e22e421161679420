//! Model text to model: the top level and the indices. Every fault is told at once, and what can be read is read.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::mapping;
use super::nearest::quoted;
use super::object::{Kind, Object, members};
use super::pointer::below;
use super::template::Join;
use super::{Id, Index, Model, Nulls, Source, Template, fields, json, timezone};
use crate::error::Fault;

/// How a document that exists already is treated, by its version; `force` is known to Elasticsearch up to 5.x.
pub(super) const VERSION_TYPES: [&str; 5] =
    ["internal", "external", "external_gt", "external_gte", "force"];

/// What becomes of null properties.
pub(super) const NULLS: [&str; 2] = ["keep", "omit"];

/// Reads a model, or what can be read of it; see [`Model::from_json`].
pub(super) fn read(bytes: &[u8], name: &str, folder: Option<&Path>) -> Model {
    let mut reader = Reader { folder, hash: Sha256::new_with_prefix(bytes), faults: Vec::new() };
    let parsed = match json::read(bytes, "", &mut reader.faults) {
        Ok(value) => reader.root(&value),
        Err(message) => {
            reader.faults.push(Fault { pointer: String::new(), message });
            None
        }
    };
    let (indices, target) = parsed.unwrap_or_default();
    let sha256 = reader.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Model { name: name.to_string(), indices, target, sha256, faults: reader.faults }
}

struct Reader<'a> {
    folder: Option<&'a Path>,
    /// Over the model file, and the mapping files in the order in which it names them.
    hash: Sha256,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn root(&mut self, value: &Value) -> Option<(Vec<Index>, Option<String>)> {
        let wanted = "an object with `indices`";
        let root = Object::open(value, Kind::Root, wanted, "", &mut self.faults)?;
        root.text("$schema", "the address of the model's JSON Schema", &mut self.faults);
        let target = root.text("target", "an engine and version such as `es9`", &mut self.faults);
        let Some(indices) = root.get("indices") else {
            root.fault(
                "`indices` is missing, wanted an object with one member for each index",
                &mut self.faults,
            );
            return None;
        };
        let pointer = root.at("indices");
        let wanted = "an object with one member for each index";
        let map = members(indices, wanted, &pointer, &mut self.faults)?;
        if map.is_empty() {
            root.fault_at(
                "indices",
                format!("found an empty object, wanted {wanted}"),
                &mut self.faults,
            );
        }
        let indices = map.iter().filter_map(|(name, value)| {
            let pointer = below(&pointer, name);
            self.index(name, value, &pointer)
        });
        Some((indices.collect(), target))
    }

    fn index(&mut self, name: &str, value: &Value, pointer: &str) -> Option<Index> {
        let wanted = "an object with `table` or `query`, and `mapping`";
        let index = Object::open(value, Kind::Index, wanted, pointer, &mut self.faults)?;
        if name.is_empty() {
            index.fault("found an empty name, wanted the name of the index", &mut self.faults);
        }
        let found = mapping::read(&index, self.folder, &mut self.faults);
        if let Some(bytes) = found.as_ref().and_then(|found| found.bytes.as_ref()) {
            self.hash.update(bytes);
        }
        let faults = &mut self.faults;
        let source = source(&index, faults);
        let mut fields = fields::read(&index, Join::Absent, faults);
        if found.is_none() {
            // Nothing can be said of them without the mapping; of the rest of the index it can.
            fields.entries.clear();
        }
        // What may be missing comes last, so that the faults of everything else are told before the way out.
        Some(Index {
            name: name.to_string(),
            pointer: pointer.to_string(),
            filter: index.sql("where", "an SQL condition over the row", faults),
            id: id(&index, faults),
            type_name: index.text("type", "the name of the documents' type", faults),
            settings: verbatim(&index, "settings", faults),
            aliases: verbatim(&index, "aliases", faults),
            fields,
            routing: template(&index, "routing", faults),
            version_type: version_type(&index, faults),
            version: version(&index, faults),
            pipeline: template(&index, "pipeline", faults),
            nulls: nulls(&index, faults),
            timezone: zone(&index, faults),
            source: source?,
            mapping_pointer: found
                .as_ref()
                .map_or_else(|| index.at("mapping"), |f| f.pointer.clone()),
            mapping: found.map_or_else(|| serde_json::json!({ "properties": {} }), |f| f.mapping),
        })
    }
}

fn source(index: &Object<'_>, faults: &mut Vec<Fault>) -> Option<Source> {
    match (index.has("table"), index.has("query")) {
        (true, true) => {
            index.fault("found `table` and `query` together, wanted only one of them", faults);
        }
        (false, false) => {
            index.fault("found neither `table` nor `query`, wanted one of them", faults);
        }
        _ => {}
    }
    let table = index.text("table", "the name of a table or a view", faults).map(Source::Table);
    let query = index.sql("query", "a single `SELECT`", faults).map(Source::Query);
    table.or(query)
}

/// Text without braces is the name of a column; so is text that is only a place for one.
fn id(index: &Object<'_>, faults: &mut Vec<Fault>) -> Option<Id> {
    let text = index.text("id", "a column, or a template such as `{a}-{b}`", faults)?;
    if !text.contains(['{', '}']) {
        return Some(Id::Column(text));
    }
    let faults_before = faults.len();
    let template = Template::read(&text, Join::Absent, &index.at("id"), faults);
    if template.only_text().is_some() && faults.len() == faults_before {
        let found = quoted(&text);
        let message = format!(
            "found {found}, which is the same for every row, wanted a template that names a column"
        );
        index.fault_at("id", message, faults);
    }
    Some(match template.only_column() {
        Some(column) => Id::Column(column.name.clone()),
        None => Id::Template(template),
    })
}

/// A template of the action line; text without braces stands for itself.
fn template(index: &Object<'_>, key: &'static str, faults: &mut Vec<Fault>) -> Option<Template> {
    let text = index.text(key, "a template such as `{column}`", faults)?;
    Some(Template::read(&text, Join::Absent, &index.at(key), faults))
}

/// A template like the others, but what stands for itself must be a number.
fn version(index: &Object<'_>, faults: &mut Vec<Fault>) -> Option<Template> {
    let faults_before = faults.len();
    let version = template(index, "version", faults)?;
    let is_number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok();
    if let Some(text) = version.only_text().filter(|text| !is_number(text))
        && faults.len() == faults_before
    {
        let message = format!(
            "found {found}, wanted a whole number or a template; write `{{{text}}}` for the column {found}",
            found = quoted(text)
        );
        index.fault_at("version", message, faults);
    }
    Some(version)
}

fn version_type(index: &Object<'_>, faults: &mut Vec<Fault>) -> Option<String> {
    if index.has("version_type") && !index.has("version") {
        let message = "found `version_type` without `version`, wanted both; add a `version` such as `{column}`";
        index.fault_at("version_type", message, faults);
    }
    index.word("version_type", &VERSION_TYPES, faults).map(str::to_string)
}

/// An object that goes into the mapping file as it stands.
fn verbatim(index: &Object<'_>, key: &'static str, faults: &mut Vec<Fault>) -> Option<Value> {
    let value = index.get(key)?;
    members(value, "an object", &index.at(key), faults)?;
    Some(value.clone())
}

fn nulls(index: &Object<'_>, faults: &mut Vec<Fault>) -> Nulls {
    match index.word("nulls", &NULLS, faults) {
        Some("omit") => Nulls::Omit,
        _ => Nulls::Keep,
    }
}

fn zone(index: &Object<'_>, faults: &mut Vec<Fault>) -> Option<String> {
    let wanted = "an offset such as `+02:00`, `UTC`, or an IANA name";
    let text = index.text("timezone", wanted, faults)?;
    match timezone::read(&text) {
        Ok(zone) => Some(zone),
        Err(message) => {
            index.fault_at("timezone", message, faults);
            None
        }
    }
}
