//! What an export must give, made the slow way: a query for each row and relation, in SQLite's own order. Shares nothing
//! with the program but the contract.

use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value as Json};

use super::database::{Link, Table, World};
use super::model::{Id, Item, Made, Many, Member, Piece, Shape, Source, Template};

/// A document, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Document {
        id: String,
        source: Json,
    },
    Bad {
        id: String,
        table: String,
        key: String,
    },
    /// The rules leave open whether a dangling key beyond a list's limit counts.
    Open {
        id: String,
    },
}

pub(super) struct Naive<'a> {
    pub(super) connection: &'a Connection,
    pub(super) world: &'a World,
    pub(super) shape: &'a Shape,
}

#[derive(Clone, Debug)]
struct Row {
    table: usize,
    /// Every column, then what tells rows apart.
    values: Vec<Value>,
    identity: Vec<Value>,
}

enum Fault {
    Dangling { table: String, key: String },
    Open,
}

type Made_ = Result<Json, Fault>;

impl Naive<'_> {
    pub(super) fn outcomes(&self) -> rusqlite::Result<Vec<Outcome>> {
        let mut seen = HashSet::new();
        let mut outcomes = Vec::new();
        for row in self.main_rows()? {
            let text = self.id(&row);
            let bad = |id: &str| Outcome::Bad {
                id: id.to_string(),
                table: self.shown_table(),
                key: self.key_text(&row),
            };
            let Some(text) = text.filter(|t| !t.is_empty() && t.len() <= 512) else {
                outcomes.push(bad(""));
                continue;
            };
            if !seen.insert(text.clone()) {
                outcomes.push(bad(&text));
                continue;
            }
            outcomes.push(match self.object(&self.shape.members, &row, None, None) {
                Ok(source) => Outcome::Document { id: text, source },
                Err(Fault::Dangling { table, key }) => Outcome::Bad { id: text, table, key },
                Err(Fault::Open) => Outcome::Open { id: text },
            });
        }
        Ok(outcomes)
    }

    fn shown_table(&self) -> String {
        match self.shape.source {
            Source::Table => self.world.tables[self.shape.table].name.clone(),
            Source::View => "the_view".to_string(),
            Source::Query => "query".to_string(),
        }
    }

    fn main_rows(&self) -> rusqlite::Result<Vec<Row>> {
        let table = &self.world.tables[self.shape.table];
        let filter = self
            .shape
            .filter
            .as_ref()
            .map_or(String::new(), |f| format!("WHERE ({}\n)", f.replace('@', "r_.")));
        let names: Vec<String> = match &self.shape.id {
            Id::Key => table.key.clone(),
            Id::Column(name) if name == "row_id" => vec!["rowid".to_string()],
            Id::Column(name) => vec![name.clone()],
            Id::Template(pieces) => pieces
                .iter()
                .filter_map(|p| match p {
                    Piece::Column { name, .. } => Some(name.clone()),
                    Piece::Text(_) => None,
                })
                .collect(),
        };
        let named = |names: &[String], collate: &str| -> Vec<String> {
            names.iter().map(|c| format!("r_.\"{c}\"{collate}")).collect()
        };
        let mut order = named(&names, "");
        // Rows of a view that its columns' collations take for equal.
        if self.shape.source != Source::Table {
            order.extend(named(&names, " COLLATE BINARY"));
        }
        order.extend(named(&table.key, ""));
        order.extend(named(&table.identity(), ""));
        let sql = format!(
            "SELECT {} FROM \"{}\" AS r_ {filter} ORDER BY {}",
            selected(table, "r_"),
            table.name,
            order.join(", ")
        );
        self.rows(self.shape.table, &sql, &[])
    }

    fn rows(&self, table: usize, sql: &str, bound: &[&Value]) -> rusqlite::Result<Vec<Row>> {
        let own = &self.world.tables[table];
        let (columns, identity) = (own.columns.len(), own.identity().len());
        let mut statement = self.connection.prepare_cached(sql)?;
        statement
            .query_map(params_from_iter(bound), |row| {
                Ok(Row {
                    table,
                    values: (0..columns).map(|c| row.get(c)).collect::<rusqlite::Result<_>>()?,
                    identity: (columns..columns + identity)
                        .map(|c| row.get(c))
                        .collect::<rusqlite::Result<_>>()?,
                })
            })?
            .collect()
    }

    fn get<'r>(&self, row: &'r Row, name: &str) -> &'r Value {
        let table = &self.world.tables[row.table];
        match table.columns.iter().position(|c| c.name == name) {
            Some(column) => &row.values[column],
            None => &row.identity[0],
        }
    }

    fn id(&self, row: &Row) -> Option<String> {
        let table = &self.world.tables[row.table];
        match &self.shape.id {
            Id::Key => self.joined(row, &table.key),
            Id::Column(name) => stored(self.get(row, name)),
            Id::Template(pieces) => self.text(pieces, row, None),
        }
    }

    fn joined(&self, row: &Row, names: &[String]) -> Option<String> {
        let parts: Option<Vec<String>> = names.iter().map(|k| stored(self.get(row, k))).collect();
        parts.map(|p| p.join("-"))
    }

    fn key_text(&self, row: &Row) -> String {
        let table = &self.world.tables[row.table];
        table
            .key
            .iter()
            .map(|k| stored(self.get(row, k)).unwrap_or_else(|| "null".to_string()))
            .collect::<Vec<_>>()
            .join("-")
    }

    fn text(&self, pieces: &[Piece], row: &Row, through: Option<&Row>) -> Option<String> {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => Some(text.clone()),
                Piece::Column { through: true, name } => stored(self.get(through?, name)),
                Piece::Column { name, .. } => stored(self.get(row, name)),
            })
            .collect()
    }

    fn template(&self, template: &Template, row: &Row, through: Option<&Row>) -> Json {
        match template {
            Template::Typed { through: true, name } => {
                through.map_or(Json::Null, |through| json(self.get(through, name)))
            }
            Template::Typed { name, .. } => json(self.get(row, name)),
            Template::Text(pieces) => {
                self.text(pieces, row, through).map_or(Json::Null, Json::String)
            }
            Template::Object(members) => Json::Object(
                members
                    .iter()
                    .map(|(key, member)| (key.clone(), self.template(member, row, through)))
                    .filter(|(_, value)| !(self.shape.omit_nulls && value.is_null()))
                    .collect(),
            ),
            Template::List(items) => items.iter().map(|i| self.template(i, row, through)).collect(),
        }
    }

    /// `known_by` are the columns that a related row is known by where its table has no key, none for the main row.
    fn object(
        &self,
        members: &[Member],
        row: &Row,
        through: Option<&Row>,
        known_by: Option<&[String]>,
    ) -> Made_ {
        let mut object = Map::new();
        if let Some(known_by) = known_by {
            let table = &self.world.tables[row.table];
            let keyless = table.key == ["rowid"] && known_by.len() == 1;
            let id = match if keyless { known_by } else { &table.key[..] } {
                [key] => json(self.get(row, key)),
                keys => self.joined(row, keys).map_or(Json::Null, Json::String),
            };
            object.insert("_id".to_string(), id);
        }
        for member in members {
            let value = match &member.made {
                Made::Column(column) => json(self.get(row, column)),
                Made::Sql(sql) => self.sql(sql, row),
                Made::Value(template) => self.template(template, row, through),
                Made::One { link, members, .. } => self.one(link, members, row)?,
                Made::Many(many) => self.many(many, row)?,
            };
            object.insert(member.name.clone(), value);
        }
        if self.shape.omit_nulls {
            object.retain(|_, value| !value.is_null());
        }
        Ok(Json::Object(object))
    }

    fn sql(&self, sql: &str, row: &Row) -> Json {
        let table = &self.world.tables[row.table];
        let sql = format!(
            "SELECT {}\n FROM \"{}\" AS r_ WHERE {}",
            sql.replace('@', "r_."),
            table.name,
            identified(table, "r_")
        );
        let mut statement = self.connection.prepare_cached(&sql).unwrap();
        json(&statement.query_row(params_from_iter(&row.identity), |row| row.get(0)).unwrap())
    }

    fn dangling(&self, row: &Row) -> Fault {
        let is_main = row.table == self.shape.table && self.shape.source != Source::Table;
        if is_main {
            return Fault::Dangling { table: String::new(), key: String::new() };
        }
        Fault::Dangling {
            table: self.world.tables[row.table].name.clone(),
            key: self.key_text(row),
        }
    }

    fn one(&self, link: &Link, members: &[Member], row: &Row) -> Made_ {
        let values: Vec<&Value> = link.from.iter().map(|c| self.get(row, c)).collect();
        if values.iter().any(|v| **v == Value::Null) {
            return Ok(Json::Null);
        }
        match self.related(link, &values).first() {
            None => Err(self.dangling(row)),
            Some(found) => self.object(members, found, None, Some(&link.to)),
        }
    }

    /// The rows that a foreign key with these values means.
    fn related(&self, link: &Link, values: &[&Value]) -> Vec<Row> {
        let table = &self.world.tables[link.table];
        let on: Vec<String> = link.to.iter().map(|k| format!("r_.\"{k}\" = ?")).collect();
        let sql = format!(
            "SELECT {} FROM \"{}\" AS r_ WHERE {}",
            selected(table, "r_"),
            table.name,
            on.join(" AND ")
        );
        self.rows(link.table, &sql, values).unwrap()
    }

    fn many(&self, many: &Many, row: &Row) -> Made_ {
        let ours = &self.world.tables[row.table];
        let from = many.through.as_ref().map_or(many.table, |(join, _)| *join);
        let on = equal(
            "p_",
            &many.parent.to,
            if many.through.is_some() { "j_" } else { "r_" },
            &many.parent.from,
        );
        let start = format!(
            "FROM \"{}\" AS p_ CROSS JOIN \"{}\" AS",
            ours.name, self.world.tables[from].name
        );
        let of_us = identified(ours, "p_");
        let theirs = &self.world.tables[many.table];
        let mut order = order_of(many, theirs);
        let filter = many.filter.as_ref().map(|f| f.replace('@', "r_.").replace('#', "j_."));
        let bound: Vec<&Value> = row.identity.iter().collect();
        let limit = many.limit.unwrap_or(usize::MAX);
        let Some((join, child)) = &many.through else {
            order.extend(theirs.identity().iter().map(|k| format!("r_.\"{k}\"")));
            let filter = filter.map_or(String::new(), |f| format!("AND ({f}\n)"));
            let sql = format!(
                "SELECT {} {start} r_ ON {on} WHERE {of_us} {filter} ORDER BY {}",
                selected(theirs, "r_"),
                order.join(", ")
            );
            let rows = self.rows(many.table, &sql, &bound).unwrap();
            return rows.iter().take(limit).map(|r| self.item(&many.item, r, None, &[])).collect();
        };
        let join_table = &self.world.tables[*join];
        order.extend(
            join_table.key.iter().chain(&join_table.identity()).map(|k| format!("j_.\"{k}\"")),
        );
        let found = equal("r_", &child.to, "j_", &child.from);
        let set: Vec<String> =
            child.from.iter().map(|c| format!("j_.\"{c}\" IS NOT NULL")).collect();
        let key = format!("r_.\"{}\"", child.to[0]);
        // A key that points at nothing is told, unless what is said of the join table leaves it out.
        let filter = match filter {
            None => String::new(),
            Some(f) if f.contains("j_.") => format!("AND ifnull(({f}\n), {key} IS NULL)"),
            Some(f) => format!("AND ({key} IS NULL OR ({f}\n))"),
        };
        let tail = format!(
            "{start} j_ ON {on} LEFT JOIN \"{}\" AS r_ ON {found} WHERE {of_us} AND {} {filter} ORDER BY {}",
            theirs.name,
            set.join(" AND "),
            order.join(", ")
        );
        let joins = self
            .rows(*join, &format!("SELECT {} {tail}", selected(join_table, "j_")), &bound)
            .unwrap();
        let pairs: Vec<(&Row, Option<Row>)> = joins
            .iter()
            .map(|joined| {
                let values: Vec<&Value> = child.from.iter().map(|c| self.get(joined, c)).collect();
                (joined, self.related(child, &values).pop())
            })
            .collect();
        if pairs.iter().any(|(_, related)| related.is_none()) {
            let nowhere = Fault::Dangling { table: String::new(), key: String::new() };
            // What of several faults in one list is named first is not said anywhere.
            return Err(if many.limit.is_some() { Fault::Open } else { nowhere });
        }
        pairs
            .iter()
            .take(limit)
            .filter_map(|(joined, related)| {
                Some(self.item(&many.item, related.as_ref()?, Some(joined), &child.to))
            })
            .collect()
    }

    fn item(&self, item: &Item, row: &Row, through: Option<&Row>, known_by: &[String]) -> Made_ {
        match item {
            Item::Value(template) => Ok(self.template(template, row, through)),
            Item::Object(members) => self.object(members, row, through, Some(known_by)),
        }
    }
}

/// What `order_by` says, then the key of the related rows.
fn order_of(many: &Many, theirs: &Table) -> Vec<String> {
    let mut order: Vec<String> = many
        .order
        .iter()
        .map(|o| format!("{}\n", o.replace('@', "r_.").replace('#', "j_.")))
        .collect();
    let keyless = many.through.as_ref().filter(|_| theirs.key == ["rowid"]);
    let key = keyless.map_or(&theirs.key, |(_, child)| &child.to);
    order.extend(key.iter().map(|k| format!("r_.\"{k}\"")));
    order
}

/// A foreign key's comparison: the key's affinity and collation decide, so the other side has none.
fn equal(keys: &str, to: &[String], ours: &str, from: &[String]) -> String {
    let terms: Vec<String> =
        to.iter().zip(from).map(|(k, c)| format!("{keys}.\"{k}\" = +{ours}.\"{c}\"")).collect();
    terms.join(" AND ")
}

fn selected(table: &Table, alias: &str) -> String {
    let names: Vec<String> =
        table.columns.iter().map(|c| c.name.clone()).chain(table.identity()).collect();
    names.iter().map(|n| format!("{alias}.\"{n}\"")).collect::<Vec<_>>().join(", ")
}

fn identified(table: &Table, alias: &str) -> String {
    table
        .identity()
        .iter()
        .map(|k| format!("{alias}.\"{k}\" = ?"))
        .collect::<Vec<_>>()
        .join(" AND ")
}

fn stored(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(format!("{number:?}")),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(_) => unreachable!("no BLOBs are made"),
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Blob(_) => unreachable!("no BLOBs are made"),
    }
}
