//! What the user wants: the model file, read whole, with every fault at its JSON pointer. Knows no SQLite and no engine.

mod fields;
mod follow;
mod json;
mod mapping;
pub(crate) mod nearest;
mod object;
pub(crate) mod pointer;
mod read;
mod template;
#[cfg(test)]
mod tests;
mod timezone;

use std::io;
use std::path::Path;

use serde_json::Value;

use crate::encode::From;
use crate::error::{Error, Fault, Result};

/// A model: the indices to make, and how their documents come from the database.
///
/// The file is one JSON object, described by [`Model::schema`]; nothing in it is ignored.
///
/// ```
/// use litebulk::Model;
///
/// let text = r#"{"indices": {"people": {"table": "person", "mapping": {"properties": {"name": {"type": "text"}}}}}}"#;
/// assert!(Model::from_json(text, "people.json", None).is_ok());
///
/// let error = Model::from_json(&text.replace("table", "tabel"), "people.json", None).unwrap_err();
/// assert_eq!(error.faults()[0].pointer, "/indices/people/tabel");
/// assert!(error.faults()[0].message.contains("`table`"));
/// ```
#[derive(Clone, Debug)]
pub struct Model {
    /// Name of the file as the user wrote it, for messages.
    pub(crate) name: String,
    /// Indices in the order of the file.
    pub(crate) indices: Vec<Index>,
    /// `target`, where the model names one (not yet known to exist); its pointer is `/target`.
    pub(crate) target: Option<String>,
    /// SHA-256 of the model file's bytes, and of mapping files it names, in lower-case hex.
    pub(crate) sha256: String,
    /// What is wrong with its text; only what could be read is here then.
    pub(crate) faults: Vec<Fault>,
}

impl Model {
    /// Reads a model file; the mapping files that it names lie relative to its folder.
    ///
    /// # Errors
    /// [`Category::Environment`](crate::Category::Environment) where the file does not exist or cannot be read, otherwise
    /// as [`Model::from_json`].
    pub fn load(path: &Path) -> Result<Model> {
        Model::load_with_faults(path)?.without_faults()
    }

    /// As [`Model::load`], but the faults of the model's text are told by its use ([`export`](crate::export),
    /// [`export_to`](crate::export_to), [`check`](crate::check)), together with those that only the database and the target can tell.
    ///
    /// # Errors
    /// [`Category::Environment`](crate::Category::Environment) where the file does not exist or cannot be read.
    pub fn load_with_faults(path: &Path) -> Result<Model> {
        let name = path.display().to_string();
        let bytes = mapping::bytes(path).map_err(|error| unreadable(&name, error))?;
        Ok(read::read(&bytes, &name, Some(path.parent().unwrap_or(Path::new("")))))
    }

    /// Reads the text of a model. `name` stands in messages; the mapping files that the model names lie relative to `folder`,
    /// and without one it can name none.
    ///
    /// # Errors
    /// [`Category::Data`](crate::Category::Data) with every fault of the model at once, see
    /// [`Error::faults`](crate::Error::faults). What only the database or the target can tell (names of tables and columns,
    /// mapping types) is checked when the model is used.
    pub fn from_json(text: &str, name: &str, folder: Option<&Path>) -> Result<Model> {
        read::read(text.as_bytes(), name, folder).without_faults()
    }

    fn without_faults(self) -> Result<Model> {
        if self.faults.is_empty() { Ok(self) } else { Err(Error::model(&self.name, self.faults)) }
    }

    /// The JSON Schema (draft 2020-12) of a model file, for editors and other tools.
    pub fn schema() -> &'static str {
        include_str!("../../docs/model.schema.json")
    }
}

fn unreadable(name: &str, error: io::Error) -> Error {
    let name = nearest::quoted(name);
    let message = match error.kind() {
        io::ErrorKind::NotFound => {
            format!(
                "the model {name} does not exist; name one with `-m`, or run `litebulk demo` to see one"
            )
        }
        io::ErrorKind::IsADirectory => {
            return Error::environment(format!(
                "the model {name} is a folder; name the file in it"
            ));
        }
        io::ErrorKind::FileTooLarge => {
            let max = mapping::FILE_BYTES_MAX;
            return Error::environment(format!(
                "the model {name} is larger than {max} bytes; is it the right file?"
            ));
        }
        _ => format!(
            "the model {name} cannot be read; check its permissions, or name another with `-m`"
        ),
    };
    Error::environment(message).with_source(error)
}

/// One index of the model. `pointer` members are JSON pointers into the model file.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) pointer: String,
    pub(crate) source: Source,
    pub(crate) filter: Option<String>,
    pub(crate) id: Option<Id>,
    pub(crate) type_name: Option<String>,
    pub(crate) settings: Option<Value>,
    pub(crate) aliases: Option<Value>,
    /// The root mapping, verbatim.
    pub(crate) mapping: Value,
    /// Where the mapping stands: a pointer into the model, or `mapping.json#` for a file of its own.
    pub(crate) mapping_pointer: String,
    pub(crate) fields: Fields,
    pub(crate) routing: Option<Template>,
    pub(crate) version: Option<Template>,
    pub(crate) version_type: Option<String>,
    pub(crate) pipeline: Option<Template>,
    pub(crate) nulls: Nulls,
    pub(crate) timezone: Option<String>,
}

/// Where the rows of an index come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A table or a view.
    Table(String),
    /// A single `SELECT`.
    Query(String),
}

/// How `_id` is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    Column(String),
    Template(Template),
}

/// What becomes of properties whose value is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nulls {
    Keep,
    Omit,
}

/// Overrides by property name, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) entries: Vec<Field>,
}

/// One override.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// Where the producer stands: in the entry, or the entry itself where that is all of it.
    pub(crate) at: String,
    /// `None`: whatever the rules for a property without an entry give.
    pub(crate) producer: Option<Producer>,
    pub(crate) from: Option<From>,
    pub(crate) lossy: bool,
}

/// Where the value of a field comes from.
#[derive(Clone, Debug)]
pub(crate) enum Producer {
    Column(String),
    Sql(String),
    Value(Node),
    One(One),
    Many(Many),
}

/// One related row as an object. What is `None` is taken from the declared foreign keys.
#[derive(Clone, Debug)]
pub(crate) struct One {
    pub(crate) table: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) fields: Fields,
}

/// Many related rows as a list. What is `None` is taken from the declared foreign keys.
#[derive(Clone, Debug)]
pub(crate) struct Many {
    pub(crate) table: Option<String>,
    pub(crate) through: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) child: Option<String>,
    pub(crate) filter: Option<String>,
    pub(crate) order_by: Option<String>,
    pub(crate) limit: Option<u64>,
    pub(crate) value: Option<Node>,
    pub(crate) fields: Fields,
}

/// Any JSON of a `value`, its templates read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// A number, digit for digit.
    Number(String),
    /// A string that is exactly `"{column}"`: the column's typed value.
    Column(ColumnRef),
    /// Any other string; one without braces is a single literal piece.
    Text(Template),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A string with `{column}` places; `pointer` is where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) pointer: String,
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Column(ColumnRef),
}

/// A column named in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnRef {
    /// `{through.column}`: a column of the join table.
    pub(crate) through: bool,
    pub(crate) name: String,
    pub(crate) pointer: String,
}
