//! Goes on behind rows at which the model's SQL fails, for SQLite ends a statement there: the rest of a chunk is read in
//! stretches that are halved down to the one document that fails. All of this is cold.

use std::cmp::Ordering;

use rusqlite::{Connection, params_from_iter};

use super::super::document::Seen;
use super::super::list::compare_keys;
use super::super::part::BLOCK_BYTES;
use super::super::range::{Chunk, Ranges, key_behind};
use super::super::record::Unfinished;
use super::super::row::{RowBuffer, RowRef};
use super::{ChunkWriter, End, Shared, State, Statements, Wanted, stretch};
use crate::error::{DataError, Error, Result, Verdict};
use crate::plan::{Cursor, IndexPlan, Node, Split, TextPiece};
use crate::source::{Values, at_run, sql_words, value_at};

/// Documents of a stretch, at most.
const DOCUMENTS_MAX: u64 = 4096;

/// The piece of SQL that fails.
struct Culprit {
    /// `sql`, or the clause.
    column: &'static str,
    place: Option<usize>,
    /// The table whose row it fails over, as messages name it.
    what: String,
    words: String,
}

/// Writes what `chunk` holds behind the key `done` (all of it where that is empty), after SQL failed with `error`.
#[cold]
pub(super) fn go_on(
    shared: &Shared<'_, '_>,
    connection: &Connection,
    chunk: &Chunk,
    seen: &mut Seen,
    state: &mut State,
    mut done: Values,
    error: Error,
) -> std::result::Result<(), End> {
    let rows = &shared.plan.rows;
    // Nothing is sorted by an index there, so SQLite may well fail over a row before it gives the first key.
    let is_sorted = matches!(rows.split, Split::None(_));
    let ends = |why| End::from(alone(shared.plan, &error, why));
    match Ranges::has_unfit_keys(rows, connection) {
        Ok(false) if rows.split != Split::None(None) => {}
        Ok(_) => return Err(ends(NO_KEY)),
        Err(_) if is_sorted => return Err(ends(NO_WAY)),
        Err(error) => return Err(error.into()),
    }
    let is_before = |a: &Values, b: &Values| {
        compare_keys(a, &rows.cursor, b, shared.encoding) == Ordering::Less
    };
    let behind = |from: Option<&Values>, offset| -> Result<Option<Values>> {
        let found = key_behind(&rows.split, from, offset, connection);
        let found = found.map_err(|e| match is_sorted {
            true => alone(shared.plan, &error, NO_WAY),
            false => at_run(&rows.cursor.what, e),
        })?;
        Ok(found.filter(|key| chunk.upper.as_ref().is_none_or(|end| is_before(key, end))))
    };
    let mut sets: [Option<Statements<'_>>; 2] = [None, None];
    let mut wanted = 1;
    let mut next = match (done.len(), &chunk.lower) {
        (0, lower) => behind(lower.as_ref(), 0)?,
        _ => behind(Some(&done), 1)?,
    };
    if let Some(key) = &next
        && fails_over_none(shared.plan, connection, key, chunk.number)?
    {
        return Err(ends(NO_WAY));
    }
    while let Some(lower) = next {
        if shared.config.limit.is_some_and(|limit| state.documents >= limit) {
            break;
        }
        let within = behind(Some(&lower), wanted)?;
        let upper = within.clone().or_else(|| chunk.upper.clone());
        let set = &mut sets[usize::from(upper.is_some())];
        let set = match set {
            Some(set) => set,
            None => set.insert(Statements::closed(shared.plan, connection, upper.is_some())?),
        };
        let piece = Chunk { number: chunk.number, lower: Some(lower), upper };
        let failed = match stretch(shared, set, connection, &piece, seen, state) {
            Ok(()) => {
                wanted = (wanted * 2).min(DOCUMENTS_MAX);
                next = within;
                continue;
            }
            Err(failed) => failed?,
        };
        let error;
        (done, error) = failed;
        next = if done.len() > 0 { behind(Some(&done), 1)? } else { piece.lower.clone() };
        if wanted > 1 {
            wanted /= 2;
        } else if done.len() == 0 {
            let mut writer = ChunkWriter::with(shared, Vec::new(), chunk.number, seen, state);
            let ended = reject(&mut writer, connection, &piece, &error);
            writer.keep(state);
            ended?;
            next = within;
        }
    }
    Ok(())
}

/// Rejects the one document between the bounds of `piece`, unless it is not wanted anyway.
fn reject(
    writer: &mut ChunkWriter<'_, '_, '_, '_>,
    connection: &Connection,
    piece: &Chunk,
    error: &Error,
) -> std::result::Result<(), End> {
    let cursor = &writer.shared.plan.rows.cursor;
    let upper = piece.upper.is_some();
    let fails = |sql: &str| failure(connection, cursor, sql, piece);
    let mut found = fails(&cursor.bare_sql_of(&[], true, upper))?.map(|words| Culprit {
        column: "where",
        place: None,
        what: cursor.what.clone(),
        words,
    });
    let mut sql = cursor.bare_sql(found.is_none(), upper);
    if found.is_none() {
        found = culprit(writer.shared, connection, piece)?;
    }
    let culprit = found.unwrap_or_else(|| Culprit {
        column: "sql",
        place: None,
        what: cursor.what.clone(),
        words: sql_words(error).unwrap_or_else(|| error.to_string()),
    });
    if fails(&sql)?.is_some() {
        // Even a plain column fails, as one that is generated can.
        let pieces = &writer.shared.plan.id.pieces;
        let columns: Vec<usize> = pieces.iter().filter_map(TextPiece::column).collect();
        sql = cursor.bare_sql_of(&columns, false, upper);
    }
    if fails(&sql)?.is_some() {
        // So does what makes `_id`: only the key is known.
        let key = piece.lower.clone().unwrap_or_default();
        return rejected(writer, &culprit, &key);
    }
    let mut statement = connection.prepare(&sql).map_err(|e| at_run(&cursor.what, e))?;
    let mut rows = statement.query(params_from_iter(bounds(piece)))?;
    let Some(row) = rows.next()? else { return Ok(()) };
    let mut key = Values::default();
    key.push_row(row, cursor.key.len())?;
    RowBuffer::default().read(row, &cursor.used, |row: RowRef<'_>| {
        let start = writer.block.bytes.len();
        writer.renderer.begin(start);
        writer.before = (start, writer.hashes.len());
        let mut id = std::mem::take(&mut writer.id);
        let built = writer.id(row, &mut id);
        writer.id = id;
        match built {
            Ok(Wanted::No) => Ok(()),
            Ok(Wanted::Yes) => rejected(writer, &culprit, &key),
            Err(Unfinished::Fatal(error)) => Err(error.into()),
            Err(Unfinished::TooLong) => rejected(writer, &culprit, &key),
            Err(Unfinished::Data(error)) => {
                writer.renderer.bad = Some(error);
                writer.renderer.writable = false;
                writer.documents += 1;
                writer.close(writer.block.bytes.len())
            }
        }
    })
}

fn rejected(
    writer: &mut ChunkWriter<'_, '_, '_, '_>,
    culprit: &Culprit,
    key: &Values,
) -> std::result::Result<(), End> {
    let plan = writer.shared.plan;
    let mut text = Vec::new();
    // The order of the rows may take more columns than tell them apart.
    let own = &plan.places[plan.id.place].key;
    let columns = match own.iter().all(|&column| column < key.len()) {
        true => own.clone(),
        false => (0..key.len()).collect(),
    };
    for (number, &column) in columns.iter().enumerate() {
        if number > 0 {
            text.push(b'-');
        }
        super::super::record::push_stored(key.get(column), &mut text);
    }
    let over = match culprit.place {
        Some(place) => format!("`{}`", plan.places[place].table),
        None => culprit.what.clone(),
    };
    // A generated column fails under its own name.
    let column = culprit.place.filter(|_| culprit.column == "sql");
    let column = column.and_then(|place| plan.places[place].column.clone());
    let error = DataError {
        id: None,
        table: plan.places[plan.id.place].table.clone(),
        key: String::from_utf8_lossy(&text).into_owned(),
        column: Some(column.unwrap_or_else(|| culprit.column.to_string())),
        field: culprit.place.and_then(|place| plan.places[place].field.clone()),
        value: "no value".to_string(),
        rule: format!("SQLite fails over a row of {over}: {}", culprit.words),
        verdict: Verdict::Unreadable,
        way_out: WAY_OUT.to_string(),
    };
    if let (Some(place), Some((counts, chunk))) = (culprit.place, &mut writer.renderer.counts) {
        counts.bad(place, *chunk, &error);
    }
    writer.renderer.bad = Some(Box::new(error));
    writer.renderer.writable = false;
    writer.documents += 1;
    writer.close(writer.block.bytes.len())?;
    if writer.block.rejects_bytes >= BLOCK_BYTES {
        writer.hand_over()?;
    }
    Ok(())
}

const WAY_OUT: &str =
    "mend the stored value, or guard the SQL, such as `CASE WHEN json_valid(x) THEN … END`";

/// The first selected column that fails, in the main rows or in a list.
fn culprit(
    shared: &Shared<'_, '_>,
    connection: &Connection,
    piece: &Chunk,
) -> Result<Option<Culprit>> {
    let rows = &shared.plan.rows;
    let upper = piece.upper.is_some();
    let cursors = std::iter::once(&rows.cursor).chain(rows.lists.iter().map(|l| &l.cursor));
    for (number, cursor) in cursors.enumerate() {
        let found = |column, place, words| {
            let what = cursor.what.clone();
            Ok(Some(Culprit { column, place, what, words }))
        };
        let list = number.checked_sub(1);
        let bare = cursor.bare_sql_of(&[], true, upper);
        if let Some(words) = failure(connection, cursor, &bare, piece)? {
            let place = list.and_then(|list| place_of(&rows.node, None, Some(list), None));
            return found("where", place, words);
        }
        for (position, sql) in cursor.columns_alone(upper).enumerate() {
            if let Some(words) = failure(connection, cursor, &sql, piece)? {
                return found("sql", place_of(&rows.node, None, list, Some(position)), words);
            }
        }
        if let Some(words) = failure(connection, cursor, &cursor.guarded_sql(upper), piece)? {
            let place = list.and_then(|list| place_of(&rows.node, None, Some(list), None));
            return found(if list.is_some() { "order_by" } else { "sql" }, place, words);
        }
    }
    Ok(None)
}

/// The place of a column of `wanted` (the main row, or a list), or of anything in it.
fn place_of(
    node: &Node,
    here: Option<usize>,
    wanted: Option<usize>,
    column: Option<usize>,
) -> Option<usize> {
    let within = |node: &Node| place_of(node, here, wanted, column);
    match node {
        Node::Literal(_) => None,
        Node::Scalar { column: own, place, .. } => {
            (here == wanted && column.is_none_or(|c| c == *own)).then_some(*place)
        }
        Node::Text { pieces, place, .. } => {
            let names = |c| pieces.iter().any(|piece| piece.column() == Some(c));
            (here == wanted && column.is_none_or(names)).then_some(*place)
        }
        Node::Kept { columns, place, .. } => {
            (here == wanted && column.is_none_or(|c| columns.contains(&c))).then_some(*place)
        }
        Node::Object(members) | Node::Sequence { parts: members, .. } => {
            members.iter().find_map(|(_, node)| within(node))
        }
        Node::List { items, .. } => items.iter().find_map(within),
        Node::Whole { node, .. } | Node::Joined { node, .. } => within(node),
        Node::Many { list, node } => place_of(node, Some(*list), wanted, column),
    }
}

/// SQLite's words, where a statement fails over the rows between the bounds.
fn failure(
    connection: &Connection,
    cursor: &Cursor,
    sql: &str,
    piece: &Chunk,
) -> Result<Option<String>> {
    let read = || -> rusqlite::Result<()> {
        let mut statement = connection.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(bounds(piece)))?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                value_at(row, column)?;
            }
        }
        Ok(())
    };
    let Err(error) = read() else { return Ok(None) };
    let error = at_run(&cursor.what, error);
    sql_words(&error).map(Some).ok_or(error)
}

fn bounds(piece: &Chunk) -> impl Iterator<Item = crate::encode::Value<'_>> {
    piece.lower.iter().chain(&piece.upper).flat_map(Values::iter)
}

/// Whether SQL fails also where no document is asked for.
fn fails_over_none(
    plan: &IndexPlan,
    connection: &Connection,
    key: &Values,
    number: u64,
) -> Result<bool> {
    let empty = Chunk { number, lower: Some(key.clone()), upper: Some(key.clone()) };
    let lists = plan.rows.lists.iter().map(|list| &list.cursor);
    for cursor in std::iter::once(&plan.rows.cursor).chain(lists) {
        if failure(connection, cursor, &cursor.guarded_sql(true), &empty)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

const NO_KEY: &str = "some rows have no `_id` or that of another, so none can be read behind it";
const NO_WAY: &str =
    "SQLite reads it whichever documents are asked for, so none can be read without it";

/// A row at which SQL fails, and that no key of its own leads to: the run ends.
fn alone(plan: &IndexPlan, error: &Error, why: &str) -> Error {
    Error::from_data(DataError {
        id: None,
        table: plan.places[plan.id.place].table.clone(),
        key: "unknown".to_string(),
        column: None,
        field: None,
        value: "no value".to_string(),
        rule: format!(
            "SQLite fails over a row of {}: {}; {why}",
            plan.rows.cursor.what,
            sql_words(error).unwrap_or_else(|| error.to_string())
        ),
        verdict: Verdict::Unreadable,
        way_out: WAY_OUT.to_string(),
    })
}
