//! The `_id` of a document, whether it is wanted and good, and what else its action line says.

use super::super::identity;
use super::super::record::{Built, Unfinished, build_text, no_text_here};
use super::super::row::RowRef;
use super::{ChunkWriter, Wanted};
use crate::encode::text::push_string;
use crate::encode::{Refusal, Value};
use crate::error::Verdict;
use crate::plan::{ActionForm, Uniqueness};

/// Bytes of an `_id`, at most (Elasticsearch 5 and later, OpenSearch).
const ID_BYTES_MAX: usize = 512;

impl ChunkWriter<'_, '_, '_, '_> {
    /// Builds `_id`, and decides whether the document is wanted.
    pub(super) fn id(
        &mut self,
        row: RowRef<'_>,
        id: &mut Vec<u8>,
    ) -> std::result::Result<Wanted, Unfinished> {
        let plan = &self.shared.plan.id;
        let built = build_text(&plan.pieces, row, id);
        let is_sound = !id.is_empty()
            && id.len() <= ID_BYTES_MAX
            && (id.is_ascii() || std::str::from_utf8(id).is_ok());
        if is_sound && matches!(built, Built::Text) {
            return self.unique(row, id);
        }
        self.refuse_built(built, row, id)?;
        Ok(Wanted::Yes)
    }

    /// Says what is wrong with an id.
    fn refuse_built(
        &mut self,
        built: Built,
        row: RowRef<'_>,
        id: &mut Vec<u8>,
    ) -> std::result::Result<(), Unfinished> {
        if !matches!(built, Built::Text) {
            // What stands before a value without text is no part of an id.
            id.clear();
        }
        let (value, verdict, rule, way_out) = match built {
            Built::Unsayable(column) => {
                let value = row.get(column);
                return self.refuse_id(no_text_here(value), Some(column), row, value);
            }
            Built::Null => (
                Value::Null,
                Verdict::Unreadable,
                "`_id` must not be null",
                "leave such rows out with `where`, or name another `id`",
            ),
            Built::Text if id.is_empty() => (
                Value::Text(b""),
                Verdict::Refused,
                "`_id` must not be empty",
                "leave such rows out with `where`, or name another `id`",
            ),
            Built::Text if id.len() > ID_BYTES_MAX => (
                Value::Text(id),
                Verdict::Refused,
                "`_id` has 512 bytes at most",
                "name a shorter column or template as `id`",
            ),
            Built::Text => (
                Value::Text(id),
                Verdict::Unreadable,
                "text must be valid UTF-8",
                "mend the stored text, or leave the row out with `where`",
            ),
        };
        let refusal = Refusal { verdict, rule: rule.into(), way_out: way_out.into() };
        match value {
            Value::Text(id) if std::str::from_utf8(id).is_ok() => self.note_id(refusal, row, value),
            _ => self.refuse_id(refusal, None, row, value),
        }
    }

    /// Whether the document is in the sample and shard, and its id not seen before.
    fn unique(&mut self, row: RowRef<'_>, id: &[u8]) -> std::result::Result<Wanted, Unfinished> {
        let config = self.shared.config;
        let plan = &self.shared.plan.id;
        let chooses = config.sample.is_some() || config.shard.is_some();
        let dashes = plan.pieces.len() / 2;
        let suspicious = match plan.uniqueness {
            Uniqueness::Declared => false,
            Uniqueness::JoinedTuple => memchr::memchr_iter(b'-', id).nth(dashes).is_some(),
            Uniqueness::Unknown => true,
        };
        if !chooses && !suspicious {
            return Ok(Wanted::Yes);
        }
        let hash = identity::hash(id);
        if config.sample.is_some_and(|sample| identity::fraction(hash) >= sample) {
            return Ok(Wanted::No);
        }
        if let Some(shard) = config.shard
            && hash % u128::from(shard.count) + 1 != u128::from(shard.number)
        {
            return Ok(Wanted::No);
        }
        if suspicious {
            self.hashes.push(hash);
            let is_repeated = self.shared.repeated.contains(&hash);
            if is_repeated && self.seen.ids.insert(hash) {
                self.brought = Some(hash);
            } else if is_repeated {
                let refusal = Refusal {
                    verdict: Verdict::Refused,
                    rule: "`_id` must be unique in the index; an earlier row has this one already"
                        .into(),
                    way_out: "name unique columns as `id`, or leave the row out with `where`"
                        .into(),
                };
                self.note_id(refusal, row, Value::Text(id))?;
            }
        }
        Ok(Wanted::Yes)
    }

    /// An `_id` that is wrong and still can be written: the record is built, and goes aside.
    #[cold]
    fn note_id(
        &mut self,
        refusal: Refusal,
        row: RowRef<'_>,
        value: Value<'_>,
    ) -> std::result::Result<(), Unfinished> {
        self.renderer.refused(refusal, self.shared.plan.id.place, row, value, &mut Vec::new())
    }

    /// A document whose `_id` no JSON can say cannot be written at all.
    fn refuse_id(
        &mut self,
        refusal: Refusal,
        column: Option<usize>,
        row: RowRef<'_>,
        value: Value<'_>,
    ) -> std::result::Result<(), Unfinished> {
        let place = (self.shared.plan.id.place, column);
        self.renderer.refused_at(refusal, place, row, value, &mut Vec::new())?;
        let error = self.renderer.bad.take().expect("a refusal that does not stop is noted");
        Err(Unfinished::Data(error))
    }

    /// What the model adds to the action line; what comes back is the place of a routing that this record does not have.
    pub(super) fn action(
        &mut self,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> std::result::Result<Option<usize>, Unfinished> {
        let mut text = Vec::new();
        let mut unrouted = None;
        for part in &self.shared.plan.action {
            let built = build_text(&part.pieces, row, &mut text);
            let valid = std::str::from_utf8(&text).ok();
            match (built, part.form, valid) {
                (Built::Null, ActionForm::Routing { is_required }, _) => {
                    unrouted = Some(part.place);
                    if is_required {
                        self.refuse_unrouted(REQUIRED, part.place, row, Value::Null)?;
                    }
                }
                (Built::Text, ActionForm::Routing { is_required }, Some("")) => {
                    unrouted = Some(part.place);
                    if is_required {
                        self.refuse_unrouted(REQUIRED, part.place, row, Value::Text(b""))?;
                    }
                }
                (Built::Null, ActionForm::Text, _) => {}
                (Built::Text, ActionForm::Text | ActionForm::Routing { .. }, Some(valid)) => {
                    out.extend_from_slice(&part.key);
                    push_string(valid, out);
                }
                (Built::Text, ActionForm::Version, Some(valid)) if is_version(valid) => {
                    out.extend_from_slice(&part.key);
                    out.extend_from_slice(&text);
                }
                (built, form, _) => {
                    let (value, column, refusal) = match built {
                        Built::Unsayable(column) => {
                            (row.get(column), Some(column), no_text_here(row.get(column)))
                        }
                        Built::Null => (Value::Null, None, bad_action(form)),
                        Built::Text => (Value::Text(&text), None, bad_action(form)),
                    };
                    let place = (part.place, column);
                    self.renderer.refused_at(refusal, place, row, value, &mut Vec::new())?;
                    self.renderer.writable = false;
                }
            }
        }
        Ok(unrouted)
    }

    /// Looks whether a document without routing is one that wants it.
    #[cold]
    pub(super) fn check_unrouted(
        &mut self,
        document: &[u8],
        place: usize,
        row: RowRef<'_>,
    ) -> std::result::Result<(), Unfinished> {
        let children = self.shared.plan.document.children.as_ref();
        if self.renderer.bad.is_none() && children.is_some_and(|rule| rule.is_child(document)) {
            self.refuse_unrouted(CHILD, place, row, Value::Null)?;
        }
        Ok(())
    }

    /// The record can be written even so, and loaded once it has its routing.
    #[cold]
    fn refuse_unrouted(
        &mut self,
        rule: &'static str,
        place: usize,
        row: RowRef<'_>,
        value: Value<'_>,
    ) -> std::result::Result<(), Unfinished> {
        let refusal = Refusal {
            verdict: Verdict::Refused,
            rule: rule.into(),
            way_out: "give such rows a routing, or leave them out with `where`".into(),
        };
        self.renderer.refused(refusal, place, row, value, &mut Vec::new())
    }
}

/// Measured on every line from 1.7 on: an empty routing is none.
const REQUIRED: &str = "the mapping requires a `routing` that is not null and not empty";
const CHILD: &str = "a child in a `join` wants the routing of its parent";

fn is_version(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|version| version >= 0)
        && text.bytes().all(|b| b.is_ascii_digit())
}

fn bad_action(form: ActionForm) -> Refusal {
    match form {
        ActionForm::Version => Refusal {
            verdict: Verdict::Refused,
            rule: "`version` takes whole numbers from 0 to 9223372036854775807".into(),
            way_out: "name a column with such numbers, or leave the row out with `where`".into(),
        },
        ActionForm::Text | ActionForm::Routing { .. } => Refusal {
            verdict: Verdict::Unreadable,
            rule: "text must be valid UTF-8".into(),
            way_out: "mend the stored text, or leave the row out with `where`".into(),
        },
    }
}
