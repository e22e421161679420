//! Row to record bytes. Pure: knows no file, socket, clock or thread.
//!
//! `Encoder` is built once per field from the mapping in the target's dialect; after that nothing is looked up by name.

pub(crate) mod date;

use std::borrow::Cow;

use crate::error::{Fault, Verdict};
use crate::target::{Property, Target};

/// A value as SQLite stores it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    /// Text as stored; not yet known to be UTF-8.
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// How a stored value is to be read before the mapping's type applies (`from` in the model).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Unix,
    UnixMs,
    UnixUs,
    Julian,
    F32,
    Json,
    Uuid,
    Hex,
    Base64,
}

/// The model's wishes for one field.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldOptions {
    pub(crate) from: Option<From>,
    /// Send the stored value and let the engine alter it; never lets a refused value through.
    pub(crate) lossy: bool,
    /// An offset (`+02:00`), `UTC` or an IANA name; appended to date-times that carry none.
    pub(crate) timezone: Option<String>,
}

/// Why a value is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) verdict: Verdict,
    /// The rule in the engine's terms, such as "`byte` takes -128 to 127".
    pub(crate) rule: Cow<'static, str>,
    /// What the user can do, such as "map the field as `short`".
    pub(crate) way_out: Cow<'static, str>,
}

/// Writes the values of one mapped field as JSON the target takes unchanged.
#[derive(Clone, Debug)]
pub(crate) struct Encoder {}

/// How the parts of a templated object or list are encoded.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    /// Each value by an encoder of its own.
    Encoder(Box<Encoder>),
    /// The object or list is rendered whole by storage class and then given to [`Encoder::encode_json`].
    Whole,
    /// The target never takes such a member.
    Refused(Refusal),
}

impl Encoder {
    /// Compiles the rules of `property` on `target`; a parameter that makes no sense is a fault at its pointer.
    pub(crate) fn new(
        property: &Property,
        target: &Target,
        options: &FieldOptions,
    ) -> Result<Encoder, Fault> {
        let _ = (property, target, options);
        Ok(Encoder {})
    }

    /// Appends `value` as JSON. On a refusal `out` is as it was before.
    pub(crate) fn encode(&self, value: Value<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let _ = (value, out);
        Ok(())
    }

    /// Appends `json` (JSON text, not trusted to be valid) without white space between its tokens and everything else as
    /// it stands, after the same verdict on every leaf. On a refusal `out` is as it was before.
    pub(crate) fn encode_json(&self, json: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        let _ = (json, out);
        Ok(())
    }

    /// How member `key` of a templated object in this field is encoded.
    pub(crate) fn member(&self, key: &str) -> Member {
        let _ = key;
        Member::Whole
    }

    /// How the elements of a templated list in this field are encoded.
    pub(crate) fn element(&self) -> Member {
        Member::Whole
    }
}
