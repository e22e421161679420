//! The builder of a plan: what it knows, what it collects, and the objects it makes of properties. Pure.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::frame::{Frame, TableRef};
use super::order::without_ties;
use super::sequence::flattened;
use super::sql::{closes_too_much, says_limit};
use super::template::column_names;
use super::{Cursor, Kept, List, Node, Place, Rows, Split, TextPiece};
use crate::encode::rule::Spot;
use crate::encode::{Encoder, FieldOptions};
use crate::error::Fault;
use crate::model::nearest::{choices, nearest};
use crate::model::{self, Fields, Nulls, Producer};
use crate::source::{Catalog, Encoding, Table, TableKind};
use crate::target::{DERIVED, Mapping, Property, Target};

/// Tells the entries of `fields`, at any depth, that the mapping has no property for; where there are no rows to plan.
pub(super) fn unmapped(properties: &[Property], fields: &Fields, faults: &mut Vec<Fault>) {
    for entry in &fields.entries {
        faults.extend(no_property(entry, properties));
        let within = match &entry.producer {
            Some(Producer::One(one)) => &one.fields,
            Some(Producer::Many(many)) => &many.fields,
            _ => continue,
        };
        if let Some(property) = properties.iter().find(|p| p.name == entry.name) {
            // `_id` needs no mapping.
            let entries = within.entries.iter().filter(|entry| entry.name != "_id").cloned();
            unmapped(&property.properties, &Fields { entries: entries.collect() }, faults);
        }
    }
}

fn no_property(entry: &model::Field, properties: &[Property]) -> Option<Fault> {
    if properties.iter().any(|p| p.name == entry.name) {
        return None;
    }
    let names = choices(&entry.name, properties.iter().map(|p| p.name.as_str()));
    let message = format!("the mapping has no property `{}` here; properties: {names}", entry.name);
    Some(Fault { pointer: entry.pointer.clone(), message })
}

/// Everything that is known and collected while one index is planned.
pub(super) struct Builder<'a> {
    pub(super) catalog: &'a Catalog<'a>,
    pub(super) target: Target,
    pub(super) timezone: Option<String>,
    pub(super) nulls: Nulls,
    /// Full paths of the fields that `copy_to` fills.
    pub(super) copies: HashSet<String>,
    /// Whether related tables may be kept at all where they can be joined.
    pub(super) keeps: bool,
    /// Tables that turned out to be too large to keep.
    pub(super) large: &'a HashSet<String>,
    /// The table of the documents, and the columns that make their `_id`.
    pub(super) main: Option<(&'a Table, Vec<String>)>,
    pub(super) faults: Vec<Fault>,
    pub(super) kept: Vec<Kept>,
    pub(super) places: Vec<Place>,
    /// Fields whose values come as they are: below them may stand what the mapping does not name. Their places are given
    /// in the end.
    pub(super) spots: Vec<Spot>,
    /// Gets an `_id` in each object that is made from a related row.
    pub(super) mapping: &'a mut Mapping,
}

/// The cursors of one set of rows in the making: the main one, then the lists.
pub(super) struct Draft {
    pub(super) frames: Vec<Frame>,
    pub(super) lists: Vec<ListDraft>,
}

#[derive(Default)]
pub(super) struct ListDraft {
    pub(super) path: Vec<usize>,
    pub(super) outer: Vec<usize>,
    /// Columns that tell the rows apart, for lists within them.
    pub(super) identity: Vec<usize>,
    /// The rows have no key, so nothing tells them apart.
    pub(super) keyless: bool,
    pub(super) limit: Option<u64>,
}

/// The row that names mean at one place of the document.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) frame: usize,
    pub(super) item: usize,
    pub(super) table: &'a Table,
    /// The join table's place in the frame, in a list that has one.
    pub(super) through: Option<(usize, &'a Table)>,
}

/// A property in the making: where it stands, and what the model wishes for its values.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'p> {
    pub(super) property: &'p Property,
    pub(super) options: &'p FieldOptions,
    /// Where the model speaks of it, for faults.
    pub(super) pointer: &'p str,
    /// Its full name in the document.
    pub(super) path: &'p [String],
}

impl Draft {
    pub(super) fn new(frame: Frame) -> Draft {
        Draft { frames: vec![frame], lists: Vec::new() }
    }

    /// The positions of columns of the table in `scope`.
    pub(super) fn select_all(&mut self, scope: Scope<'_>, names: &[String]) -> Vec<usize> {
        let frame = &mut self.frames[scope.frame];
        names.iter().map(|name| frame.select_column(scope.item, name)).collect()
    }

    /// `more` are columns of the main row that are needed besides those of `node`.
    pub(super) fn finish(self, node: Node, split: Split, nulls: Nulls, more: &[usize]) -> Rows {
        let node = flattened(node, nulls);
        let mut used: Vec<Vec<usize>> = vec![Vec::new(); self.frames.len()];
        used[0].extend(0..self.frames[0].key.len());
        used[0].extend_from_slice(more);
        node.collect_used(0, &self.lists, &mut used);
        for columns in &mut used {
            columns.sort_unstable();
            columns.dedup();
        }
        let finish = |(frame, used)| Cursor { used, ..Frame::finish(frame) };
        let mut frames = self.frames.into_iter().zip(used);
        let cursor = frames.next().map(finish).expect("a draft begins with its main cursor");
        let lists = frames.zip(self.lists).map(|((frame, used), list)| {
            // Rows of a list in a list are copied whole, and found again by their keys.
            let lean = if list.path.is_empty() { frame.lean(&used) } else { None };
            let lean = lean.map(|lean| finish((lean, used.clone())));
            let cursor = finish((frame, used));
            let ListDraft { path, outer, limit, .. } = list;
            List { cursor, lean, path, outer, limit }
        });
        Rows { cursor, lists: lists.collect(), node, split }
    }
}

impl Node {
    /// The columns that a node needs of the row it hangs on, by frame.
    fn collect_used(&self, frame: usize, lists: &[ListDraft], used: &mut [Vec<usize>]) {
        match self {
            Node::Literal(_) => {}
            Node::Scalar { column, .. } => used[frame].push(*column),
            Node::Text { pieces, .. } => {
                used[frame].extend(pieces.iter().filter_map(TextPiece::column))
            }
            Node::Object(members) | Node::Sequence { parts: members, .. } => {
                members.iter().for_each(|(_, node)| node.collect_used(frame, lists, used))
            }
            Node::List { items, .. } => {
                items.iter().for_each(|node| node.collect_used(frame, lists, used))
            }
            Node::Whole { node, .. } => node.collect_used(frame, lists, used),
            Node::Kept { columns, .. } => used[frame].extend_from_slice(columns),
            Node::Joined { columns, present, node, .. } => {
                used[frame].extend_from_slice(columns);
                used[frame].push(*present);
                node.collect_used(frame, lists, used);
            }
            Node::Many { list, node } => {
                used[frame].extend_from_slice(&lists[*list].outer);
                node.collect_used(*list + 1, lists, used);
            }
        }
    }
}

impl<'a> Builder<'a> {
    pub(super) fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.faults.push(Fault { pointer: pointer.to_string(), message: message.into() });
    }

    /// The members of an object over the row in `scope`, in the mapping's order.
    pub(super) fn members(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        properties: &[Property],
        fields: &Fields,
        path: &[String],
    ) -> Vec<(Vec<u8>, Node)> {
        fields.entries.iter().for_each(|entry| self.faults.extend(no_property(entry, properties)));
        let mut members = Vec::new();
        for property in properties {
            let mut path = path.to_vec();
            path.push(property.name.clone());
            let entry = fields.entries.iter().find(|f| f.name == property.name);
            if let Some(node) = self.property(draft, scope, property, entry, &path) {
                members.push((key_bytes(&property.name), node));
            }
        }
        members
    }

    /// What a property writes; `None` where it gets no value, or where a fault was found.
    pub(super) fn property(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        property: &Property,
        entry: Option<&model::Field>,
        path: &[String],
    ) -> Option<Node> {
        if matches!(property.kind.as_str(), "alias" | DERIVED) {
            if let Some(entry) = entry {
                self.fault(
                    &entry.pointer,
                    format!(
                        "the type `{}` holds no value of its own; remove this entry",
                        property.kind
                    ),
                );
            }
            return None;
        }
        self.note_spot(scope, property, entry, path);
        let options = FieldOptions {
            from: entry.and_then(|e| e.from),
            lossy: entry.is_some_and(|e| e.lossy),
            timezone: self.timezone.clone(),
        };
        let pointer = entry.map_or(&property.pointer, |e| &e.pointer);
        let at = entry.map_or(&property.pointer, |e| &e.at);
        let wanted = Wanted { property, options: &options, pointer, path };
        match entry.and_then(|e| e.producer.as_ref()) {
            Some(Producer::Column(name)) => {
                self.column(draft, scope, Wanted { pointer: at, ..wanted }, name)
            }
            Some(Producer::Sql(sql)) => {
                self.check_expression(scope, sql, at);
                let column = draft.frames[scope.frame].select_sql(scope.item, sql);
                let place = self.place(draft, scope, Some("sql"), path);
                Some(Node::Scalar { column, encoder: self.encoder(property, &options)?, place })
            }
            Some(Producer::Value(node)) => {
                let encoder = self.encoder(property, &options)?;
                self.template(draft, scope, property, node, encoder, path)
            }
            Some(Producer::One(one)) => self.one(draft, scope, wanted, one),
            Some(Producer::Many(many)) => self.many(draft, scope, wanted, many),
            None => self.by_name(draft, scope, Wanted { pointer: &property.pointer, ..wanted }),
        }
    }

    /// Notes a field whose value is not put together of mapped fields alone.
    fn note_spot(
        &mut self,
        scope: Scope<'a>,
        property: &Property,
        entry: Option<&model::Field>,
        path: &[String],
    ) {
        let is_object = matches!(property.kind.as_str(), "object" | "nested" | "passthrough");
        let is_whole = match entry.and_then(|e| e.producer.as_ref()) {
            Some(Producer::Column(_) | Producer::Sql(_) | Producer::Value(_)) => true,
            // Without a column of its name it is a related row, or a list of them.
            None => scope.table.column(&property.name).is_some(),
            Some(Producer::Many(many)) => many.value.is_some(),
            Some(Producer::One(_)) => false,
        };
        let brings = is_object || property.is_measured() || property.params.contains_key("copy_to");
        if is_whole && brings {
            let lossy = entry.is_some_and(|e| e.lossy);
            let column = match entry.and_then(|e| e.producer.as_ref()) {
                Some(Producer::Column(name)) => Some(name.clone()),
                Some(Producer::Sql(_)) => Some("sql".to_owned()),
                Some(Producer::Value(node)) => Some(column_names(node)),
                Some(_) => Some("value".to_owned()),
                None => scope.table.column(&property.name).map(|_| property.name.clone()),
            };
            let column = column.filter(|_| path.len() == 1);
            self.spots.push(Spot { path: path.to_vec(), column, lossy });
        }
    }

    /// Rules 2 to 4: a column of the property's name, a relation of its name, or a fault.
    fn by_name(&mut self, draft: &mut Draft, scope: Scope<'a>, wanted: Wanted<'_>) -> Option<Node> {
        let Wanted { property, path, .. } = wanted;
        let is_object = matches!(property.kind.as_str(), "object" | "nested");
        if is_object
            && let Some(node) = self.inferred_one(draft, scope, property, &property.name, path)
        {
            return node;
        }
        if scope.table.column(&property.name).is_some() {
            return self.column(draft, scope, wanted, &property.name);
        }
        let by_id = format!("{}_id", property.name);
        if is_object && let Some(node) = self.inferred_one(draft, scope, property, &by_id, path) {
            return node;
        }
        if is_object && let Some(node) = self.inferred_many(draft, scope, property, path) {
            return node;
        }
        if self.copies.contains(&path.join(".")) {
            return None;
        }
        let columns = choices(&property.name, scope.table.columns.iter().map(|c| c.name.as_str()));
        let (more, entry) = if is_object {
            let entry = self.relation_entry(scope.table, &property.name);
            (self.relations_that_exist(scope.table), entry)
        } else {
            let names = scope.table.columns.iter().map(|c| c.name.as_str());
            (String::new(), nearest(&property.name, names).first().map(|name| Json::from(*name)))
        };
        let such =
            entry.map(|entry| format!(", such as `{}: {entry}`", Json::from(&*property.name)));
        self.fault(
            &property.pointer,
            format!(
                "property `{}` has no entry in `fields`, and {} has no column of that name; columns: {columns}{more}; say in `fields` where it comes from{}",
                path.join("."),
                described(scope.table),
                such.unwrap_or_default()
            ),
        );
        None
    }

    fn column(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        wanted: Wanted<'_>,
        name: &str,
    ) -> Option<Node> {
        let (column, shown) = self.resolve(draft, scope, name, wanted.pointer)?;
        let place = self.place(draft, scope, Some(&shown), wanted.path);
        let encoder = self.encoder(wanted.property, wanted.options)?;
        Some(Node::Scalar { column, encoder, place })
    }

    /// The position of a column by name, and the name as the table has it; the rowid counts as a column.
    pub(super) fn resolve(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        name: &str,
        pointer: &str,
    ) -> Option<(usize, String)> {
        let name = match scope.table.column(name) {
            Some(column) => scope.table.columns[column].name.clone(),
            None if is_rowid(scope.table, name) => name.to_string(),
            None => {
                let columns = choices(name, scope.table.columns.iter().map(|c| c.name.as_str()));
                let more = through(name).map(told_through).unwrap_or_default();
                self.fault(
                    pointer,
                    format!(
                        "{} has no column `{name}`; columns: {columns}{more}",
                        described(scope.table)
                    ),
                );
                return None;
            }
        };
        Some((draft.frames[scope.frame].select_column(scope.item, &name), name))
    }

    pub(super) fn encoder(
        &mut self,
        property: &Property,
        options: &FieldOptions,
    ) -> Option<Box<Encoder>> {
        match Encoder::new(property, &self.target, options) {
            Ok(encoder) => Some(Box::new(encoder)),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// An encoder that writes by storage class alone.
    pub(super) fn stored_encoder(&mut self) -> Option<Box<Encoder>> {
        self.encoder(&untyped(), &FieldOptions::default())
    }

    /// A place for messages about values of the row in `scope`.
    pub(super) fn place(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        column: Option<&str>,
        path: &[String],
    ) -> usize {
        let key = self.row_key(draft, scope);
        self.places.push(Place {
            table: shown_name(scope.table),
            key,
            column: column.map(str::to_string),
            columns: Vec::new(),
            field: (!path.is_empty()).then(|| path.join(".")),
        });
        self.places.len() - 1
    }

    /// Positions of the key of the row in `scope`; for a row without one, of the main key.
    pub(super) fn row_key(&mut self, draft: &mut Draft, scope: Scope<'a>) -> Vec<usize> {
        let frame = &mut draft.frames[scope.frame];
        let names = key_names(scope.table);
        if names.is_empty() {
            let main = without_ties(&frame.key);
            return main.into_iter().map(|expression| frame.select(expression)).collect();
        }
        names.iter().map(|name| frame.select_column(scope.item, name)).collect()
    }

    /// Whether SQLite takes `sql` as an expression over one row of the table. It is tried in a `WHERE`, where SQLite
    /// refuses aggregates and window functions: they would merge or depend on other rows.
    pub(super) fn check_expression(&mut self, scope: Scope<'a>, sql: &str, pointer: &str) {
        let mut probe = own_frame(scope.table);
        probe.conditions.push(format!("({sql}\n)"));
        self.check_probe(probe, scope, sql, pointer);
    }

    /// Whether SQLite takes `sql` as terms to sort the rows of the table by.
    pub(super) fn check_order(&mut self, scope: Scope<'a>, sql: &str, pointer: &str) {
        if says_limit(sql) {
            let message = format!(
                "`{}` holds a `LIMIT`; the number of rows stands in a key of its own, `limit`",
                shortened(sql)
            );
            return self.fault(pointer, message);
        }
        let mut probe = own_frame(scope.table);
        probe.order.push(format!("{sql}\n"));
        self.check_probe(probe, scope, sql, pointer);
    }

    /// The same for terms that speak of the join table beside it; `sql` is what the model says.
    pub(super) fn check_beside(
        &mut self,
        scope: Scope<'a>,
        join: TableRef,
        terms: &str,
        sql: &str,
        pointer: &str,
    ) {
        let mut probe = own_frame(scope.table);
        probe.join("JOIN", join, 0, "1".to_string());
        probe.order.push(format!("{terms}\n"));
        self.check_probe(probe, scope, sql, pointer);
    }

    fn check_probe(&mut self, probe: Frame, scope: Scope<'a>, sql: &str, pointer: &str) {
        if closes_too_much(sql) {
            let message = format!("`{}` closes a bracket that it does not open", shortened(sql));
            return self.fault(pointer, message);
        }
        let probe = probe.finish().sql(false, false);
        match self.catalog.columns(&probe) {
            Ok(_) => {
                self.mapping.notices.extend(changing_notice(self.catalog, &probe, sql, pointer))
            }
            Err(words) => self.sql_fault(pointer, sql, &words, scope),
        }
    }

    fn sql_fault(&mut self, pointer: &str, sql: &str, words: &str, scope: Scope<'_>) {
        let table = scope.table;
        let mut message = format!("SQLite refuses `{}`: {words}", shortened(sql));
        if let Some(name) = words.strip_prefix("no such column: ") {
            let columns = choices(name, table.columns.iter().map(|c| c.name.as_str()));
            message.push_str(&format!("; columns of {}: {columns}", described(table)));
            if let Some(column) = through(name).filter(|_| pointer.ends_with("/sql")) {
                message.push_str(&told_through(column));
            } else if let Some((_, join)) = scope.through {
                let last = name.rsplit('.').next().unwrap_or(name);
                let column = join.column(last).map_or("column", |c| &join.columns[c].name);
                message.push_str(&format!(
                    "; those of join table `{}` are named as `through.{column}`",
                    join.name
                ));
            }
            message.push_str("; text literals stand in single quotes");
        }
        self.fault(pointer, message);
    }
}

/// The column that is asked for as one of a join table.
fn through(name: &str) -> Option<&str> {
    name.strip_prefix("through.")
}

/// The way to a column of the join table where its row is not in reach.
fn told_through(column: &str) -> String {
    format!("; a column of the join table is taken with `\"value\": \"{{through.{column}}}\"`")
}

/// What to tell of SQL that answers otherwise in another run; `statement` holds it where SQLite takes it.
pub(super) fn changing_notice(
    catalog: &Catalog<'_>,
    statement: &str,
    sql: &str,
    pointer: &str,
) -> Option<String> {
    let functions = catalog.functions(statement);
    let changing = super::sql::changing(sql, &functions);
    (!changing.is_empty()).then(|| {
        let names: Vec<String> = changing.iter().map(|name| format!("`{name}`")).collect();
        format!(
            "`{pointer}`: {} answers otherwise in each run, so the same database gives other bytes; store the value instead",
            names.join(", ")
        )
    })
}

/// A frame of one table by its own name, as the model's SQL over its rows may call it.
fn own_frame(table: &Table) -> Frame {
    let name = if table.kind == TableKind::Query { "query" } else { &table.name };
    let mut frame = Frame::new(TableRef::new(table, name).unmasked(), Encoding::Utf8, "");
    frame.select("1".to_string());
    frame
}

/// A property without a type: values go out by storage class.
pub(super) fn untyped() -> Property {
    Property {
        name: String::new(),
        pointer: String::new(),
        kind: String::new(),
        params: Map::new(),
        multi_fields: Vec::new(),
        properties: Vec::new(),
        dropped_keys: &[],
        renamed_keys: &[],
    }
}

/// A member's key with quotes and colon.
pub(super) fn key_bytes(name: &str) -> Vec<u8> {
    let mut key = serde_json::Value::from(name).to_string().into_bytes();
    key.push(b':');
    key
}

/// The names of the columns that make up a table's key: the primary key, else the rowid, else none.
pub(super) fn key_names(table: &Table) -> Vec<String> {
    if !table.primary_key.is_empty() {
        return table.primary_key.iter().map(|&c| table.columns[c].name.clone()).collect();
    }
    table.rowid_name.map(str::to_string).into_iter().collect()
}

pub(super) fn is_rowid(table: &Table, name: &str) -> bool {
    table.has_rowid()
        && table.column(name).is_none()
        && ["rowid", "_rowid_", "oid"].iter().any(|r| r.eq_ignore_ascii_case(name))
}

/// A table's name in messages; a query has none.
pub(super) fn shown_name(table: &Table) -> String {
    if table.kind == TableKind::Query { "query".to_string() } else { table.name.clone() }
}

/// "table `x`", "view `x`", "the query".
pub(super) fn described(table: &Table) -> String {
    match table.kind {
        TableKind::Query => "the query".to_string(),
        TableKind::View => format!("view `{}`", table.name),
        _ => format!("table `{}`", table.name),
    }
}

fn shortened(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 80 {
        line
    } else {
        format!("{}…", line.chars().take(80).collect::<String>())
    }
}
