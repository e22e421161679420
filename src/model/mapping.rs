//! The mapping of an index: the root mapping as it stands in the model, or in a file of its own. Knows no engine.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::{Map, Value};

use super::json::{self, kind};
use super::nearest::{names, quoted};
use super::object::Object;
use super::pointer::below;
use crate::error::Fault;

/// Bytes of a model file or mapping file at most; a larger one is another file named by mistake.
pub(super) const FILE_BYTES_MAX: u64 = 64 << 20;

/// A root mapping and where it stands.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) mapping: Value,
    /// A pointer into the model, or the file's path as the model writes it, `#`, and a pointer into that file.
    pub(super) pointer: String,
    /// Bytes of the file, where there is one.
    pub(super) bytes: Option<Vec<u8>>,
}

/// The mapping of `index`; a path is relative to `folder`.
pub(super) fn read(
    index: &Object<'_>,
    folder: Option<&Path>,
    faults: &mut Vec<Fault>,
) -> Option<Found> {
    let pointer = index.at("mapping");
    match index.get("mapping") {
        Some(mapping @ Value::Object(_)) => {
            Some(Found { mapping: mapping.clone(), pointer, bytes: None })
        }
        Some(Value::String(path)) => match file(path, folder, faults) {
            Ok(found) => Some(found),
            Err(message) => {
                faults.push(Fault { pointer, message });
                None
            }
        },
        Some(other) => {
            let message = format!(
                "found {}, wanted an object (the root mapping) or a string (the path of a file that holds one)",
                kind(other)
            );
            faults.push(Fault { pointer, message });
            None
        }
        None => {
            let message = "`mapping` is missing, wanted the root mapping or the path of a file that holds one";
            index.fault(message, faults);
            None
        }
    }
}

fn file(path: &str, folder: Option<&Path>, faults: &mut Vec<Fault>) -> Result<Found, String> {
    let shown = quoted(path);
    if path.is_empty() {
        return Err("found an empty string, wanted the path of a mapping file".to_string());
    }
    let folder = folder.ok_or_else(|| {
        format!("found the path {shown} in a model that is no file; write the mapping here instead")
    })?;
    let bytes = bytes(&folder.join(path)).map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "does not exist".to_string(),
            io::ErrorKind::IsADirectory => "is a folder".to_string(),
            io::ErrorKind::FileTooLarge => format!("is larger than {FILE_BYTES_MAX} bytes"),
            _ => format!("cannot be read ({error})"),
        };
        format!("the mapping file {shown} {reason}; its path counts from the model's folder")
    })?;
    let start = format!("{path}#");
    let value = json::read(&bytes, &start, faults).map_err(|error| format!("{shown}: {error}"))?;
    let (mapping, pointer) = root(value, start).map_err(|error| format!("{shown}: {error}"))?;
    Ok(Found { mapping: Value::Object(mapping), pointer, bytes: Some(bytes) })
}

/// Reads a whole file, if it is one and of a size that makes sense.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The root mapping in a file: the whole of it, or what a create-index body holds under `mappings`.
fn root(value: Value, pointer: String) -> Result<(Map<String, Value>, String), String> {
    let wanted = "a root mapping, or an index body with `mappings`";
    let Value::Object(mut map) = value else {
        return Err(format!("found {}, wanted {wanted}", kind(&value)));
    };
    if map.contains_key("properties") || !map.contains_key("mappings") {
        return Ok((map, pointer));
    }
    let others: Vec<&str> =
        map.keys().map(String::as_str).filter(|key| *key != "mappings").collect();
    if !others.is_empty() {
        return Err(format!(
            "found {} beside `mappings`, wanted {wanted} and nothing else; move them into the model",
            names(&others)
        ));
    }
    match map.shift_remove("mappings") {
        Some(Value::Object(inner)) => Ok((inner, below(&pointer, "mappings"))),
        other => Err(format!(
            "found {} under `mappings`, wanted an object",
            other.as_ref().map_or("nothing", kind)
        )),
    }
}
