//! One row becomes one record: the plan's nodes over the values of a row, its lists and its kept relations. Knows no
//! thread and no file.

use std::borrow::Cow;

use super::OnError;
use super::check::Counts;
use super::kept::{Bad, KeptTable};
use super::list::Merged;
use super::row::RowRef;
use crate::encode::text::push_few;
use crate::encode::{Encoder, Refusal, Value};
use crate::error::{DataError, Error, Result, Verdict};
use crate::model::Nulls;
use crate::plan::{Node, Place, TextPiece};
use crate::source::{Values, at_run};

mod many;
mod stored;

pub(super) use self::stored::{Built, build_text, no_text_here, push_stored, shown};
use self::stored::{no_text, push_key, write_stored};

/// Bytes of a value before which it is asked whether there is room for it.
const LONG_BYTES: usize = 1 << 16;

/// Why a record is not finished.
pub(super) enum Unfinished {
    /// A value that the target would not take unchanged.
    Data(Box<DataError>),
    /// More bytes than it may have; the rest was not written.
    TooLong,
    /// The run cannot go on.
    Fatal(Error),
}

impl From<rusqlite::Error> for Unfinished {
    fn from(error: rusqlite::Error) -> Self {
        Unfinished::Fatal(at_run("a row", error))
    }
}

impl From<Error> for Unfinished {
    fn from(error: Error) -> Self {
        Unfinished::Fatal(error)
    }
}

/// A piece of a record is written, or the record is not finished.
pub(super) type Step = std::result::Result<(), Unfinished>;

/// Writes the documents of one set of rows.
pub(super) struct Renderer<'p, 's> {
    places: &'p [Place],
    kept: &'p [KeptTable],
    /// Taken out while their rows are written.
    lists: Vec<Option<Merged<'p, 's>>>,
    nulls: Nulls,
    on_error: OnError,
    /// The main key of the current document.
    pub(super) main: Values,
    /// Number of the current document, from 1.
    document: u64,
    /// Where it begins.
    start: usize,
    /// Bytes up to which it is written.
    bytes_max: usize,
    /// The worst data error of the current document, of equals the first, where bad values are written as stored.
    pub(super) bad: Option<Box<DataError>>,
    /// Its other fields that hold such a value, the first of each.
    also: Vec<DataError>,
    /// Whether the current document could be written at all, bad values as stored.
    pub(super) writable: bool,
    text: Vec<u8>,
    /// Counts for a check, and the chunk they are of.
    pub(super) counts: Option<(Counts, u64)>,
}

impl<'p, 's> Renderer<'p, 's> {
    pub(super) fn new(
        places: &'p [Place],
        kept: &'p [KeptTable],
        lists: Vec<Merged<'p, 's>>,
        nulls: Nulls,
        on_error: OnError,
        bytes_max: usize,
    ) -> Self {
        Renderer {
            places,
            kept,
            lists: lists.into_iter().map(Some).collect(),
            nulls,
            on_error,
            main: Values::default(),
            document: 0,
            start: 0,
            bytes_max,
            bad: None,
            also: Vec::new(),
            writable: true,
            text: Vec::new(),
            counts: None,
        }
    }

    /// A new document begins at `start`; its main key is in `main` already.
    pub(super) fn begin(&mut self, start: usize) {
        self.document += 1;
        self.start = start;
        self.bad = None;
        self.also.clear();
        self.writable = true;
        if let Some((counts, _)) = &mut self.counts {
            counts.begin();
        }
    }

    pub(super) fn node(&mut self, node: &'p Node, row: RowRef<'_>, out: &mut Vec<u8>) -> Step {
        match node {
            Node::Scalar { column, encoder, place } => {
                self.encoded(row.get(*column), encoder, *place, row, out)
            }
            Node::Sequence { parts, tail } => {
                for (constant, node) in parts {
                    push_few(constant, out);
                    match node {
                        Node::Scalar { column, encoder, place } => {
                            self.encoded(row.get(*column), encoder, *place, row, out)?
                        }
                        node => self.compound(node, row, out)?,
                    }
                }
                push_few(tail, out);
                Ok(())
            }
            node => self.compound(node, row, out),
        }
    }

    /// What is no single column.
    fn compound(&mut self, node: &'p Node, row: RowRef<'_>, out: &mut Vec<u8>) -> Step {
        match node {
            Node::Kept { kept, columns, place } => self.kept(*kept, columns, *place, row, out),
            Node::Many { list, node } => self.many(*list, node, row, out),
            Node::Text { pieces, encoder, place } => self.text(pieces, encoder, *place, row, out),
            Node::Joined { columns, present, node, place } => {
                if any_null(columns, row) {
                    out.extend_from_slice(b"null");
                    Ok(())
                } else if row.get(*present) == Value::Null {
                    self.points_wrong(dangling(), *place, columns, row, out)
                } else {
                    self.node(node, row, out)
                }
            }
            Node::List { items, drop_nulls } => self.list(items, *drop_nulls, row, out),
            Node::Object(members) => self.object(members, row, out),
            Node::Whole { node, encoder, place } => self.whole(node, encoder, *place, row, out),
            Node::Literal(json) => {
                out.extend_from_slice(json);
                Ok(())
            }
            Node::Scalar { .. } | Node::Sequence { .. } => self.node(node, row, out),
        }
    }

    fn list(
        &mut self,
        items: &'p [Node],
        drop_nulls: bool,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        out.push(b'[');
        let mut first = true;
        for item in items {
            if !(drop_nulls && is_dropped(item, row)) {
                comma(&mut first, out);
                self.node(item, row, out)?;
            }
        }
        out.push(b']');
        Ok(())
    }

    fn object(
        &mut self,
        members: &'p [(Vec<u8>, Node)],
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        out.push(b'{');
        let mut first = true;
        for (key, node) in members {
            if self.nulls == Nulls::Omit && is_null(node, row) && !is_wanted(node) {
                continue;
            }
            comma(&mut first, out);
            out.extend_from_slice(key);
            self.node(node, row, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn text(
        &mut self,
        pieces: &[TextPiece],
        encoder: &Encoder,
        place: usize,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let mut text = std::mem::take(&mut self.text);
        let built = build_text(pieces, row, &mut text);
        let result = match built {
            Built::Text => self.encoded(Value::Text(&text), encoder, place, row, out),
            Built::Null => self.encoded(Value::Null, encoder, place, row, out),
            Built::Unsayable(column) => {
                let value = row.get(column);
                self.refused_at(no_text(value), (place, Some(column)), row, value, out)
            }
        };
        self.text = text;
        result
    }

    #[inline]
    fn encoded(
        &mut self,
        value: Value<'_>,
        encoder: &Encoder,
        place: usize,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        if let Some((counts, _)) = &mut self.counts {
            counts.value(place, value == Value::Null);
        }
        if let Value::Text(bytes) | Value::Blob(bytes) = value
            && bytes.len() > LONG_BYTES
        {
            self.check_room(bytes.len(), out)?;
        }
        match encoder.encode(value, out) {
            Ok(()) => Ok(()),
            Err(refusal) => self.refused_by(encoder, refusal, place, row, value, out),
        }
    }

    /// Ends a document that has become too long, lest what cannot be written takes all memory.
    #[inline]
    fn check_length(&self, out: &[u8]) -> Step {
        if out.len() - self.start > self.bytes_max { Err(Unfinished::TooLong) } else { Ok(()) }
    }

    /// The same ahead of so many bytes.
    #[cold]
    fn check_room(&self, bytes: usize, out: &[u8]) -> Step {
        let room = (self.bytes_max + self.start).saturating_sub(out.len());
        if bytes > room { Err(Unfinished::TooLong) } else { Ok(()) }
    }

    /// A value that its field would not take: JSON goes aside as the JSON it is, anything else as it is stored.
    #[cold]
    fn refused_by(
        &mut self,
        encoder: &Encoder,
        refusal: Refusal,
        place: usize,
        row: RowRef<'_>,
        value: Value<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let start = out.len();
        let writable = self.writable;
        self.refused(refusal, place, row, value, out)?;
        let stored = out.split_off(start);
        if encoder.push_refused_json(value, out) {
            self.writable = writable;
        } else {
            out.extend_from_slice(&stored);
        }
        Ok(())
    }

    fn whole(
        &mut self,
        node: &'p Node,
        encoder: &Encoder,
        place: usize,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let start = out.len();
        self.node(node, row, out)?;
        let json = out.split_off(start);
        if let Err(refusal) = encoder.encode_json(&json, out) {
            self.refused(refusal, place, row, Value::Text(&json), &mut Vec::new())?;
            out.truncate(start);
            out.extend_from_slice(&json);
        }
        Ok(())
    }

    fn kept(
        &mut self,
        kept: usize,
        columns: &[usize],
        place: usize,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let table = &self.kept[kept];
        let found = match columns {
            [column] => match row.get(*column) {
                Value::Null => {
                    out.extend_from_slice(b"null");
                    return Ok(());
                }
                Value::Integer(number) => table.find_integer(number),
                other => table.find([other].into_iter()),
            },
            _ if any_null(columns, row) => {
                out.extend_from_slice(b"null");
                return Ok(());
            }
            _ => {
                let values: Vec<Value<'_>> = columns.iter().map(|&c| row.get(c)).collect();
                table.find(values.into_iter())
            }
        };
        let Some(number) = found else {
            return self.points_wrong(dangling(), place, columns, row, out);
        };
        // The row was rendered once for all documents; a check counts it in each that holds it.
        if let Some((counts, _)) = &mut self.counts {
            let values = table.values(number).unwrap_or_default();
            values.iter().for_each(|&(place, is_null)| counts.value(place, is_null));
        }
        match table.row(number) {
            Ok(json) => {
                push_few(json, out);
                Ok(())
            }
            Err(Bad { error: Some(error), also, record }) => {
                let at = self.places.iter().position(|p| p.field == error.field).unwrap_or(place);
                if let Some((counts, chunk)) = &mut self.counts {
                    counts.bad(at, *chunk, error);
                }
                self.data((**error).clone(), record.is_some())?;
                also.iter().for_each(|error| self.blame(error.clone()));
                out.extend_from_slice(record.as_deref().unwrap_or(b"null"));
                Ok(())
            }
            Err(Bad { error: None, .. }) => {
                self.points_wrong(several_rows(), place, columns, row, out)
            }
        }
    }

    /// A key that points at no row, or at several.
    fn points_wrong(
        &mut self,
        refusal: Refusal,
        place: usize,
        columns: &[usize],
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let mut joined = Vec::new();
        let value = match columns {
            [column] => row.get(*column),
            _ => {
                push_key(columns, row, &mut joined)?;
                Value::Text(&joined)
            }
        };
        self.refused(refusal, place, row, value, &mut Vec::new())?;
        out.extend_from_slice(b"null");
        self.writable = false;
        Ok(())
    }

    /// A value that the target would not take: the end of the document, or a note while the stored value goes out.
    pub(super) fn refused(
        &mut self,
        refusal: Refusal,
        place: usize,
        row: RowRef<'_>,
        value: Value<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        self.refused_at(refusal, (place, None), row, value, out)
    }

    /// The same, where one column of several is to blame.
    pub(super) fn refused_at(
        &mut self,
        refusal: Refusal,
        (place, column): (usize, Option<usize>),
        row: RowRef<'_>,
        value: Value<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let written = write_stored(value, out);
        let is_told =
            self.is_worse(refusal.verdict) || self.is_further(self.places[place].field.as_deref());
        if !is_told && self.counts.is_none() {
            // Nobody asks for a second one of a field; its key may have to be looked for among all rows before it.
            self.writable &= written;
            return Ok(());
        }
        let number = place;
        let place = &self.places[place];
        let mut key = Vec::new();
        self.push_key(&place.key, row, &mut key)?;
        let error = DataError {
            id: None,
            table: place.table.clone(),
            key: String::from_utf8_lossy(&key).into_owned(),
            column: place.column_at(column).map(str::to_owned),
            field: place.field.clone(),
            value: shown(value),
            rule: refusal.rule.into_owned(),
            verdict: refusal.verdict,
            way_out: refusal.way_out.into_owned(),
        };
        if let Some((counts, chunk)) = &mut self.counts {
            counts.bad(number, *chunk, &error);
        }
        self.data(error, written)
    }

    /// The key of a row for a message.
    fn push_key(&self, columns: &[usize], row: RowRef<'_>, out: &mut Vec<u8>) -> Result<()> {
        match row.whole(&self.main)? {
            Some(whole) if whole.len() > 0 => {
                let values: Vec<Value<'_>> = whole.iter().collect();
                push_key(columns, RowRef::copied(&values), out)
            }
            _ => push_key(columns, row, out),
        }
    }

    fn data(&mut self, error: DataError, written: bool) -> Step {
        if self.on_error == OnError::Stop {
            return Err(Unfinished::Data(Box::new(error)));
        }
        self.blame(error);
        self.writable &= written;
        Ok(())
    }

    /// Notes why the document goes aside: what the target would refuse before what it would alter, else the first; and what
    /// is wrong with its other fields.
    pub(super) fn blame(&mut self, error: DataError) {
        if self.is_worse(error.verdict) {
            let field = error.field.clone();
            let before = self.bad.replace(Box::new(error));
            self.also.retain(|other| other.field != field);
            if let Some(before) = before.filter(|before| before.field != field) {
                self.also.insert(0, *before);
            }
        } else if self.is_further(error.field.as_deref()) {
            self.also.push(error);
        }
    }

    /// Whether nothing was noted of a field yet, or of the document as a whole.
    fn is_further(&self, field: Option<&str>) -> bool {
        let mut noted = self.bad.iter().map(AsRef::as_ref).chain(&self.also);
        noted.all(|noted| noted.field.as_deref() != field)
    }

    /// What was noted besides the worst.
    pub(super) fn take_also(&mut self) -> Vec<DataError> {
        std::mem::take(&mut self.also)
    }

    /// Whether the target's answer to the document would be another one for a value with this verdict.
    pub(super) fn is_worse(&self, verdict: Verdict) -> bool {
        let is_altered = |bad: &DataError| bad.verdict == Verdict::Altered;
        self.bad.as_deref().is_none_or(|bad| is_altered(bad) && verdict != Verdict::Altered)
    }
}

fn any_null(columns: &[usize], row: RowRef<'_>) -> bool {
    columns.iter().any(|&column| row.get(column) == Value::Null)
}

fn is_null(node: &Node, row: RowRef<'_>) -> bool {
    match node {
        Node::Literal(json) => json == b"null",
        Node::Scalar { column, .. } => row.get(*column) == Value::Null,
        Node::Text { pieces, .. } => {
            pieces.iter().filter_map(TextPiece::column).any(|column| row.get(column) == Value::Null)
        }
        Node::Kept { columns, .. } | Node::Joined { columns, .. } => any_null(columns, row),
        Node::Whole { node, .. } => is_null(node, row),
        Node::Sequence { .. } | Node::Object(_) | Node::List { .. } | Node::Many { .. } => false,
    }
}

fn is_wanted(node: &Node) -> bool {
    matches!(node, Node::Scalar { encoder, .. } if encoder.is_wanted())
}

/// What says nothing in a list of inputs: null, and empty text where the target would refuse the document for it.
fn is_dropped(node: &Node, row: RowRef<'_>) -> bool {
    let is_empty = |column: usize| row.get(column) == Value::Text(b"");
    let says_nothing = match node {
        Node::Scalar { column, encoder, .. } => encoder.drops_empty() && is_empty(*column),
        Node::Text { pieces, encoder, .. } => {
            encoder.drops_empty() && pieces.iter().all(|piece| piece.column().is_some_and(is_empty))
        }
        _ => false,
    };
    says_nothing || is_null(node, row)
}

fn dangling() -> Refusal {
    Refusal {
        verdict: Verdict::Unreadable,
        rule: Cow::Borrowed("the key points at no row"),
        way_out: Cow::Borrowed(
            "add the missing row, set the key to null, or leave such rows out with `where`",
        ),
    }
}

fn several_rows() -> Refusal {
    Refusal {
        verdict: Verdict::Unreadable,
        rule: Cow::Borrowed("the key points at several rows"),
        way_out: Cow::Borrowed("name a unique column as `key`, or map a list of them with `many`"),
    }
}

fn comma(first: &mut bool, out: &mut Vec<u8>) {
    if *first {
        *first = false;
    } else {
        out.push(b',');
    }
}
