//! Row to record bytes. Pure: knows no file, socket, clock or thread.
//!
//! `Encoder` is built once per field from the mapping in the target's dialect; after that nothing is looked up by name.

pub(crate) mod date;
mod digit;
pub(crate) mod json;
pub(crate) mod number;
mod plain;
mod rewrite;
pub(crate) mod rule;
mod scan;
pub(crate) mod text;
mod value;

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Fault, Verdict};
use crate::target::{Property, Target};
use date::{DateEncoder, DateRule};
use json::Leaf;
use plain::Plain;
use rewrite::Rewrite;
use rule::{Rule, What};

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

/// What becomes of a value: written, or the reason why not.
pub(crate) type Outcome = Result<(), Refusal>;

/// Writes the values of one mapped field as JSON the target takes unchanged.
#[derive(Clone, Debug)]
pub(crate) struct Encoder {
    rule: Rule,
    /// Where the mapping type is a date, the one who writes it.
    date: Option<Box<DateEncoder>>,
    /// Whether the target takes null here, asked once.
    null_taken: bool,
    /// What can be written without asking the rules, which is nearly everything.
    plain: Plain,
    /// Whether characters that need an escape are written by their numbers, see [`Rule::reads_twice`].
    numbered_escapes: bool,
    /// Members that JSON text loses, or calls otherwise, on its way to the target.
    rewrite: Option<Arc<Rewrite>>,
    options: FieldOptions,
}

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
        let rule = Rule::compile(property, target)?;
        if let Some(from) = options.from
            && from.is_time()
            && !matches!(rule.what, What::Date(_))
        {
            let message = format!(
                "`from: {}` is for date fields, this one is a `{}`",
                from.name(),
                property.kind
            );
            return Err(Fault { pointer: property.pointer.clone(), message });
        }
        let encoder = Encoder::with_rule(rule, options.clone())
            .map_err(|message| Fault { pointer: property.pointer.clone(), message })?;
        Ok(Encoder { rewrite: Rewrite::of(property).map(Arc::new), ..encoder })
    }

    fn with_rule(rule: Rule, options: FieldOptions) -> Result<Encoder, String> {
        let date = match &rule.what {
            What::Date(date) => {
                let from = options.from.filter(|from| from.is_time());
                let options = FieldOptions { from, ..options.clone() };
                Some(Box::new(DateEncoder::new(DateRule::clone(date), &options)?))
            }
            _ => None,
        };
        let null_taken = rule.check_leaf(&Leaf::Null).is_ok();
        let plain = Plain::of(&rule, &options);
        let numbered_escapes = rule.reads_twice();
        Ok(Encoder { rule, date, null_taken, plain, numbered_escapes, rewrite: None, options })
    }

    /// Appends `value` as JSON. On a refusal `out` is as it was before.
    #[inline]
    pub(crate) fn encode(&self, value: Value<'_>, out: &mut Vec<u8>) -> Outcome {
        if self.plain.write(value, out) {
            return Ok(());
        }
        self.encode_slowly(value, out)
    }

    fn encode_slowly(&self, value: Value<'_>, out: &mut Vec<u8>) -> Outcome {
        let start = out.len();
        let outcome = self.write(value, out);
        self.settle(outcome, start, out)
    }

    /// Appends `json` (JSON text, not trusted to be valid) without white space between its tokens and everything else as
    /// it stands, after the same verdict on every leaf. On a refusal `out` is as it was before.
    pub(crate) fn encode_json(&self, json: &[u8], out: &mut Vec<u8>) -> Outcome {
        let start = out.len();
        let outcome = self.write_json(json, out);
        self.settle(outcome, start, out)
    }

    /// For a record that is put aside: appends the object or list that a value was refused as, or what JSON is stored where
    /// the model says that it is some; `false`, and nothing appended, where it is none.
    pub(crate) fn push_refused_json(&self, value: Value<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let _refused_before = self.write(value, out);
        let written = &out[start..];
        let is_json = matches!(written.first(), Some(b'{' | b'['))
            && json::compact(written, &mut Vec::new()).is_ok();
        if is_json {
            return true;
        }
        out.truncate(start);
        // A single value may have been written in the words of its type, and is put aside as it is stored.
        let (Some(From::Json), Value::Text(stored) | Value::Blob(stored)) =
            (self.options.from, value)
        else {
            return false;
        };
        let is_json = json::compact(stored, out).is_ok();
        if !is_json {
            out.truncate(start);
        }
        is_json
    }

    /// What was written stays where it is taken unchanged, or altered as the user wishes.
    fn settle(&self, outcome: Outcome, start: usize, out: &mut Vec<u8>) -> Outcome {
        if self.numbered_escapes {
            number_escapes(start, out);
        }
        match outcome {
            Ok(()) => Ok(()),
            Err(refusal)
                if self.options.lossy
                    && refusal.verdict == Verdict::Altered
                    && out.len() > start =>
            {
                Ok(())
            }
            Err(refusal) => {
                out.truncate(start);
                Err(refusal)
            }
        }
    }

    /// How member `key` of a templated object in this field is encoded.
    pub(crate) fn member(&self, key: &str) -> Member {
        match &self.rule.what {
            What::Object(object) => match object.member(key) {
                Err(refusal) => Member::Refused(refusal),
                Ok(Some(rule)) => self.part(rule.clone()),
                Ok(None) => self.part(self.rule.part("unmapped", What::Any)),
            },
            What::Completion(completion) if !completion.has_contexts() => {
                self.completion_member(key, completion)
            }
            What::Any => self.part(self.rule.part("unmapped", What::Any)),
            _ => Member::Whole,
        }
    }

    /// How the elements of a templated list in this field are encoded.
    pub(crate) fn element(&self) -> Member {
        match &self.rule.what {
            // What a list means as a whole is seen on the whole list alone.
            What::Vector(_)
            | What::GeoPoint(_)
            | What::Shape(_)
            | What::Plane { .. }
            | What::Join(_) => Member::Whole,
            What::Real(_) if self.rule.kind == "rank_feature" => Member::Whole,
            _ => Member::Encoder(Box::new(self.clone())),
        }
    }

    /// Whether no document is without a value, so that null is not left out either.
    pub(crate) fn is_wanted(&self) -> bool {
        self.rule.is_wanted()
    }

    /// Whether empty text in a list of inputs is left out as null is: it suggests nothing on any line, and 5.x refuses
    /// the whole document for it.
    pub(crate) fn drops_empty(&self) -> bool {
        matches!(self.rule.what, What::Input { .. } | What::Completion(_))
            && self.rule.facts().completion_empty_refused
    }

    fn completion_member(&self, key: &str, completion: &rule::CompletionRule) -> Member {
        let facts = self.rule.facts();
        match key {
            "input" => {
                let length = completion.input_length();
                self.part(self.rule.part("completion", What::Input { length }))
            }
            "weight" => self.part(self.rule.part("completion", What::Weight)),
            "output" if facts.completion_payload => self.part(self.rule.part("output", What::Any)),
            "payload" if facts.completion_payload && completion.payloads() => {
                self.part(self.rule.part("payload", What::Any))
            }
            "payload" if facts.completion_payload => Member::Refused(rule::refused(
                "`completion` takes a `payload` only with `payloads: true`",
                "set it in the mapping",
            )),
            _ => Member::Refused(rule::refused(
                format!("`completion` on {} knows no `{key}`", facts.line.name()),
                "take it out of `value`",
            )),
        }
    }

    fn part(&self, rule: Rule) -> Member {
        let options = FieldOptions { from: None, ..self.options.clone() };
        match Encoder::with_rule(rule, options) {
            Ok(encoder) => Member::Encoder(Box::new(encoder)),
            Err(message) => Member::Refused(rule::refused(message, "mend `timezone` in the model")),
        }
    }
}

/// Writes `\"`, `\\` and `\/` of what was appended since `start` as `\u0022`, `\u005c` and `/`.
fn number_escapes(start: usize, out: &mut Vec<u8>) {
    if !out[start..].contains(&b'\\') {
        return;
    }
    let written = out.split_off(start);
    let mut bytes = written.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'"') => out.extend_from_slice(b"\\u0022"),
            Some(b'\\') => out.extend_from_slice(b"\\u005c"),
            Some(b'/') => out.push(b'/'),
            Some(&other) => out.extend_from_slice(&[byte, other]),
            None => out.push(byte),
        }
    }
}

impl From {
    /// Whether a number is read as a time.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, From::Unix | From::UnixMs | From::UnixUs | From::Julian)
    }

    /// The word in the model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            From::Unix => "unix",
            From::UnixMs => "unixms",
            From::UnixUs => "unixus",
            From::Julian => "julian",
            From::F32 => "f32",
            From::Json => "json",
            From::Uuid => "uuid",
            From::Hex => "hex",
            From::Base64 => "base64",
        }
    }
}

#[cfg(test)]
mod tests;
