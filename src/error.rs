//! The one error of the crate: its texts, its places and its categories. It knows no other module.

use std::fmt;

/// What every fallible function of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of litebulk: a category, a message that tells the way out, and the cause it came from.
pub struct Error(Box<Repr>);

struct Repr {
    category: Category,
    message: String,
    faults: Vec<Fault>,
    data: Option<DataError>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Why a run did not end well; each is one exit code of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// The model or the data is wrong (exit code 1).
    Data,
    /// The call is wrong: an unknown index or target, options that exclude each other (exit code 2).
    Usage,
    /// A file, SQLite, the disk, the network or a credential (exit code 3).
    Environment,
    /// A comparison found a difference (exit code 5).
    Difference,
    /// The caller asked to stop (exit code 130 or 143, by signal).
    Interrupted,
}

/// One fault of a model file: where it stands, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the model file, `""` for the whole file.
    pub pointer: String,
    /// What was found, what exists, and the way out; lower case, no final period.
    pub message: String,
}

/// How a target would treat a value that is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The engine would refuse the document.
    Refused,
    /// The engine would take the document and change the value, or index something else.
    Altered,
    /// No JSON can say the value (invalid UTF-8, an infinity, a BLOB without `from`).
    Unreadable,
}

/// One value, key or document that was not written, with everything needed to find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    /// `_id` of the document, where it is known.
    pub id: Option<String>,
    /// Table, view, or `query` that the value comes from.
    pub table: String,
    /// Key of the row in that table, as text.
    pub key: String,
    /// Column (or `sql`, `value`), where one is to blame.
    pub column: Option<String>,
    /// Dotted path of the field in the mapping, where one is to blame.
    pub field: Option<String>,
    /// The stored value, shortened to 100 characters; text stands in double quotes.
    pub value: String,
    /// The rule that was broken, in the engine's terms.
    pub rule: String,
    /// How the target would treat the value.
    pub verdict: Verdict,
    /// What the user can do.
    pub way_out: String,
}

impl Error {
    /// The category, which is also the exit code of the command line.
    pub fn category(&self) -> Category {
        self.0.category
    }

    /// Every fault of the model, where the model is what is wrong.
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// The row and the value, where the data is what is wrong.
    pub fn data(&self) -> Option<&DataError> {
        self.0.data.as_ref()
    }

    pub(crate) fn new(category: Category, message: impl Into<String>) -> Error {
        Error(Box::new(Repr {
            category,
            message: message.into(),
            faults: Vec::new(),
            data: None,
            source: None,
        }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Error {
        Error::new(Category::Usage, message)
    }

    pub(crate) fn environment(message: impl Into<String>) -> Error {
        Error::new(Category::Environment, message)
    }

    /// All faults of one model; `name` is the model file as the user wrote it.
    pub(crate) fn model(name: &str, faults: Vec<Fault>) -> Error {
        let count = if faults.len() == 1 {
            "1 fault".to_string()
        } else {
            format!("{} faults", faults.len())
        };
        let mut error = Error::new(Category::Data, format!("the model `{name}` has {count}"));
        error.0.faults = faults;
        error
    }

    pub(crate) fn from_data(data: DataError) -> Error {
        let mut error = Error::new(Category::Data, data.to_string());
        error.0.data = Some(data);
        error
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.0.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for fault in &self.0.faults {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("category", &self.0.category)
            .field("message", &self.to_string())
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "(root)" } else { &self.pointer };
        write!(f, "{place}: {}", self.message)
    }
}

impl Verdict {
    /// The word used in `rejected.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Refused => "refused",
            Verdict::Altered => "altered",
            Verdict::Unreadable => "unreadable",
        }
    }
}

/// Characters of a key in a message, at most.
const KEY_SHOWN_MAX: usize = 100;

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A message is one line that a person reads; the whole key stands among the rejects.
        let end = self.key.char_indices().nth(KEY_SHOWN_MAX).map(|(end, _)| end);
        let (key, more) = (&self.key[..end.unwrap_or(self.key.len())], end.map_or("", |_| "…"));
        write!(f, "table `{}`, key `{key}{more}`", self.table)?;
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", field `{field}`")?;
        }
        write!(
            f,
            ", value `{}`: {} ({}); {}",
            self.value,
            self.rule,
            self.verdict.as_str(),
            self.way_out
        )
    }
}
