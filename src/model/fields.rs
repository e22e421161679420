//! The `fields` of an index, of a `one` and of a `many`: where the value of each field comes from. Knows no mapping and no schema.

use serde_json::Value;

use super::json::kind;
use super::nearest::{names, quoted};
use super::object::{Kind, Object, members, wrong_type};
use super::pointer::below;
use super::template::Join;
use super::{Field, Fields, Many, Node, One, Producer};
use crate::encode::From;
use crate::error::Fault;

/// The spellings of `from`.
pub(super) const FROM: [(&str, From); 9] = [
    ("unix", From::Unix),
    ("unixms", From::UnixMs),
    ("unixus", From::UnixUs),
    ("julian", From::Julian),
    ("f32", From::F32),
    ("json", From::Json),
    ("uuid", From::Uuid),
    ("hex", From::Hex),
    ("base64", From::Base64),
];

/// The keys of an entry that say where the value comes from: at most one of them.
const PRODUCERS: [&str; 5] = ["column", "sql", "value", "one", "many"];

/// The `fields` of `parent`, empty where it has none; `join` says whether `{through.column}` can be named in them.
pub(super) fn read(parent: &Object<'_>, join: Join, faults: &mut Vec<Fault>) -> Fields {
    let pointer = parent.at("fields");
    let mut entries = Vec::new();
    if let Some(value) = parent.get("fields") {
        let wanted = "an object with an entry for each field";
        for (name, value) in members(value, wanted, &pointer, faults).into_iter().flatten() {
            entries.extend(field(name, value, join, &below(&pointer, name), faults));
        }
    }
    Fields { entries }
}

fn field(
    name: &str,
    value: &Value,
    join: Join,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Option<Field> {
    let done = |at: Option<String>, producer, from, lossy| {
        let (name, pointer) = (name.to_string(), pointer.to_string());
        Some(Field {
            name,
            at: at.unwrap_or_else(|| pointer.clone()),
            pointer,
            producer,
            from,
            lossy,
        })
    };
    if let Value::String(column) = value {
        if column.is_empty() {
            let message =
                "found an empty string, wanted the name of a column; or leave the entry out";
            faults.push(Fault { pointer: pointer.to_string(), message: message.to_string() });
        }
        return done(None, Some(Producer::Column(column.clone())), None, false);
    }
    let wanted = "the name of a column, or an object";
    let entry = Object::open(value, Kind::Entry, wanted, pointer, faults)?;
    if entry.is_empty() {
        let message = format!("found an empty object, wanted one of {}", names(&PRODUCERS));
        entry.fault(message, faults);
    }
    let from = from(&entry, faults);
    let lossy = lossy(&entry, faults);
    let producer = producer(&entry, join, faults);
    let at = PRODUCERS.into_iter().find(|key| entry.has(key)).map(|key| entry.at(key));
    done(at, producer, from, lossy)
}

/// Reads every producer of the entry, so that the faults of all are told, and gives the only one.
fn producer(entry: &Object<'_>, join: Join, faults: &mut Vec<Fault>) -> Option<Producer> {
    let found: Vec<&str> = PRODUCERS.into_iter().filter(|key| entry.has(key)).collect();
    if found.len() > 1 {
        let message = format!("found {} together, wanted only one of them", names(&found));
        entry.fault(message, faults);
    }
    let column = entry.text("column", "the name of a column", faults).map(Producer::Column);
    let sql = entry.sql("sql", "an SQL expression over the row", faults).map(Producer::Sql);
    let value = value(entry, join, faults);
    let one = entry.get("one").and_then(|value| one(value, &entry.at("one"), faults));
    let many = entry.get("many").and_then(|value| many(value, &entry.at("many"), faults));
    column.or(sql).or(value).or(one.map(Producer::One)).or(many.map(Producer::Many))
}

/// A `value` that is nothing but a column of the row is read as `column` is, so that both are one case later on.
fn value(entry: &Object<'_>, join: Join, faults: &mut Vec<Fault>) -> Option<Producer> {
    let node = Node::read(entry.get("value")?, join, &entry.at("value"), faults);
    Some(match node {
        Node::Column(column) if !column.through => Producer::Column(column.name),
        node => Producer::Value(node),
    })
}

fn from(entry: &Object<'_>, faults: &mut Vec<Fault>) -> Option<From> {
    let word = entry.word("from", &FROM.map(|(word, _)| word), faults)?;
    // A list of values is one stored value each.
    let is_list = entry.get("many").is_some_and(|many| many.get("value").is_some());
    let relations = ["one", "many"].into_iter().filter(|key| entry.has(key));
    for relation in relations.filter(|key| *key == "one" || !is_list) {
        let message = format!(
            "found `from` beside `{relation}`, wanted it beside what gives one stored value; put it on an entry of the `fields` of `{relation}`"
        );
        entry.fault_at("from", message, faults);
    }
    FROM.into_iter().find(|(known, _)| *known == word).map(|(_, from)| from)
}

fn lossy(entry: &Object<'_>, faults: &mut Vec<Fault>) -> bool {
    let Some(value) = entry.get("lossy") else { return false };
    let lossy = value.as_bool();
    if lossy.is_none() {
        wrong_type(value, "`true` or `false`", &entry.at("lossy"), faults);
    }
    lossy.unwrap_or(false)
}

fn one(value: &Value, pointer: &str, faults: &mut Vec<Fault>) -> Option<One> {
    let wanted = "an object that names the related row";
    let one = Object::open(value, Kind::One, wanted, pointer, faults)?;
    Some(One {
        table: one.text("table", "the name of the related table", faults),
        column: one.text("column", "our column that points at the related row", faults),
        key: one.text("key", "the related table's column that is pointed at", faults),
        fields: read(&one, Join::Absent, faults),
    })
}

fn many(value: &Value, pointer: &str, faults: &mut Vec<Fault>) -> Option<Many> {
    let wanted = "an object that names the related rows";
    let many = Object::open(value, Kind::Many, wanted, pointer, faults)?;
    let join = if many.has("through") { Join::Present } else { Join::Absent };
    let value = many.get("value").map(|value| Node::read(value, join, &many.at("value"), faults));
    if value.is_some() && many.has("fields") {
        let message = "found `value` and `fields` together, wanted `value` for a list of values or `fields` for a list of objects";
        many.fault(message, faults);
    }
    if many.has("child") && join == Join::Absent {
        let message = "found `child` without `through`, wanted the join table that holds this column; name it in `through`, or say `parent` for the child table's column that points here";
        many.fault_at("child", message, faults);
    }
    Some(Many {
        table: many.text("table", "the name of the related table", faults),
        through: many.text("through", "the name of the join table", faults),
        parent: many.text("parent", "the column that points here", faults),
        child: many.text("child", "the join table's column that points at the related row", faults),
        filter: many.sql("where", "an SQL condition over the related rows", faults),
        order_by: many.sql("order_by", "SQL terms to sort the related rows by", faults),
        limit: limit(&many, faults),
        value,
        fields: read(&many, join, faults),
    })
}

/// SQLite counts rows with 64 bits and a sign.
fn limit(many: &Object<'_>, faults: &mut Vec<Fault>) -> Option<u64> {
    let value = many.get("limit")?;
    let limit = value.as_u64().filter(|limit| *limit <= i64::MAX as u64);
    if limit.is_none() {
        let found = match value {
            Value::Number(number) => quoted(&number.to_string()),
            other => kind(other).to_string(),
        };
        let message = format!("found {found}, wanted a whole number of rows such as `10`");
        many.fault_at("limit", message, faults);
    }
    limit
}
