//! Random models over a random database: what an object is made of, and the model file that says so. Knows no values.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use super::database::{Holds, Link, Table, World};

/// One index of a model.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) table: usize,
    pub(super) source: Source,
    /// A condition; `@` stands for the table.
    pub(super) filter: Option<String>,
    /// Columns that order the documents, and the text of `_id`.
    pub(super) id: Id,
    pub(super) omit_nulls: bool,
    pub(super) members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Table,
    View,
    Query,
}

#[derive(Debug)]
pub(super) enum Id {
    /// The table's own key.
    Key,
    Column(String),
    Template(Vec<Piece>),
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Column { through: bool, name: String },
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) mapped: &'static str,
    pub(super) made: Made,
}

#[derive(Debug)]
pub(super) enum Made {
    Column(String),
    /// An expression; `@` stands for the table.
    Sql(String),
    Value(Template),
    One {
        link: Link,
        members: Vec<Member>,
        told: bool,
    },
    Many(Box<Many>),
}

#[derive(Clone, Debug)]
pub(super) enum Template {
    Typed { through: bool, name: String },
    Text(Vec<Piece>),
    Object(Vec<(String, Template)>),
    List(Vec<Template>),
}

#[derive(Debug)]
pub(super) struct Many {
    /// The related rows.
    pub(super) table: usize,
    /// In the child table, or in the join table: what points at us.
    pub(super) parent: Link,
    /// The join table, and what in it points at the related rows.
    pub(super) through: Option<(usize, Link)>,
    pub(super) filter: Option<String>,
    /// Terms; `@` stands for the related row, `#` for the join table's.
    pub(super) order: Option<String>,
    pub(super) limit: Option<usize>,
    pub(super) item: Item,
    /// Whether the model has an entry, or leaves all to the name.
    told: bool,
}

#[derive(Debug)]
pub(super) enum Item {
    Value(Template),
    Object(Vec<Member>),
}

impl Shape {
    pub(super) fn new(rng: &mut Rng, world: &World) -> Shape {
        let tables = if rng.u8(..8) == 0 { world.tables.len() } else { world.entities };
        let table = rng.usize(..tables);
        let own = &world.tables[table];
        let source = match rng.u8(..10) {
            0 => Source::View,
            1 => Source::Query,
            _ => Source::Table,
        };
        let id = if source == Source::Table { table_id(rng, own) } else { made_id(own) };
        let by_rowid = match &id {
            Id::Key => source == Source::Table,
            Id::Column(name) => name == "rowid",
            Id::Template(_) => false,
        };
        let mut maker = Maker { rng, world, budget: 10, by_rowid };
        let filter = maker.filter(own, None);
        let mut members = maker.members(table, 0, None, source != Source::Table, false);
        if members.is_empty() {
            members.push(Member {
                name: "v1".to_string(),
                mapped: "keyword",
                made: Made::Column("v1".to_string()),
            });
        }
        Shape { table, source, filter, id, omit_nulls: rng.u8(..4) == 0, members }
    }

    /// The model file.
    pub(super) fn model(&self, world: &World) -> Json {
        let table = &world.tables[self.table];
        let mut index = Map::new();
        match self.source {
            Source::Table => index.insert("table".to_string(), json!(table.name)),
            Source::View => index.insert("table".to_string(), json!("the_view")),
            Source::Query => index.insert("query".to_string(), json!(query_of(table))),
        };
        match &self.id {
            Id::Key if self.source == Source::Table && table.key != ["rowid"] => {}
            Id::Key => {
                index.insert("id".to_string(), json!(table.key[0]));
            }
            Id::Column(name) => {
                index.insert("id".to_string(), json!(name));
            }
            Id::Template(pieces) => {
                index.insert("id".to_string(), json!(text_of(pieces)));
            }
        }
        if let Some(filter) = &self.filter {
            index.insert("where".to_string(), json!(filter.replace('@', "")));
        }
        if self.omit_nulls {
            index.insert("nulls".to_string(), json!("omit"));
        }
        index.insert("mapping".to_string(), json!({"properties": mapped(&self.members)}));
        let fields = fields(world, &self.members);
        if !fields.is_empty() {
            index.insert("fields".to_string(), Json::Object(fields));
        }
        json!({"indices": {"made": index}})
    }
}

/// The query, and the view, over a table: with its rowid as a column, where it has one.
pub(super) fn query_of(table: &Table) -> String {
    if table.without_rowid {
        format!("SELECT * FROM \"{}\"", table.name)
    } else {
        format!("SELECT rowid AS row_id, * FROM \"{}\"", table.name)
    }
}

fn table_id(rng: &mut Rng, table: &Table) -> Id {
    let column = |name: &str| Piece::Column { through: false, name: name.to_string() };
    match (rng.u8(..8), &table.code) {
        (0, _) if !table.without_rowid => Id::Column("rowid".to_string()),
        (1 | 2, Some(code)) => Id::Column(code.clone()),
        (3, Some(code)) => Id::Template(vec![Piece::Text("x{".to_string()), column(code)]),
        (4, _) => {
            let mut pieces = vec![column("v1"), Piece::Text("/".to_string())];
            for key in &table.key {
                pieces.extend([column(key), Piece::Text("|".to_string())]);
            }
            Id::Template(pieces)
        }
        (5, _) => Id::Template(vec![column(&table.key[0])]),
        _ => Id::Key,
    }
}

/// An id that is unique without being declared so.
fn made_id(table: &Table) -> Id {
    let column = |name: &str| Piece::Column { through: false, name: name.to_string() };
    if !table.without_rowid {
        return Id::Column("row_id".to_string());
    }
    let mut pieces = Vec::new();
    for key in &table.key {
        pieces.extend([column(key), Piece::Text("|".to_string())]);
    }
    Id::Template(pieces)
}

struct Maker<'a> {
    rng: &'a mut Rng,
    world: &'a World,
    /// Members that may still be made.
    budget: usize,
    /// Whether the rowid makes `_id`, where the main table has no key.
    by_rowid: bool,
}

impl Maker<'_> {
    /// Members over a row of `table`; `plain` ones need no entry in `fields`.
    fn members(
        &mut self,
        table: usize,
        depth: usize,
        through: Option<usize>,
        is_view: bool,
        plain: bool,
    ) -> Vec<Member> {
        let world = self.world;
        let own = &world.tables[table];
        let mut members: Vec<Member> = Vec::new();
        for _ in 0..self.rng.usize(1..=4) {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let number = members.len();
            let member = match self.rng.u8(..10) {
                0..=3 if depth < 3 => self.relation(table, depth, number, is_view, plain),
                4 if !plain => Some(Member {
                    name: format!("p{number}"),
                    mapped: "keyword",
                    made: Made::Sql(
                        ["coalesce(@v2, 'none')", "@v1 + 1 -- more", "upper(@v2) || 'x'"]
                            [self.rng.usize(..3)]
                        .replace("@v2", if own.column("v2").is_some() { "@v2" } else { "@w2" }),
                    ),
                }),
                5 if !plain => Some(self.value(own, through, number)),
                _ => Some(self.column(own, number, plain)),
            };
            if let Some(member) = member
                && !members.iter().any(|m| m.name == member.name)
            {
                members.push(member);
            }
        }
        members
    }

    fn column(&mut self, own: &Table, number: usize, plain: bool) -> Member {
        let column = &own.columns[self.rng.usize(..own.columns.len())];
        let mapped = match column.holds {
            Holds::Integers if self.rng.bool() => "long",
            Holds::Reals if self.rng.bool() => "double",
            _ => "keyword",
        };
        if !plain && !column.name.starts_with('l') && own.key == ["rowid"] && self.rng.u8(..4) == 0
        {
            // A view hands the rowid on under another name.
            return Member {
                name: format!("p{number}"),
                mapped: "keyword",
                made: Made::Column(column.name.clone()),
            };
        }
        let name =
            if plain || self.rng.bool() { column.name.clone() } else { format!("p{number}") };
        Member { name, mapped, made: Made::Column(column.name.clone()) }
    }

    fn value(&mut self, own: &Table, through: Option<usize>, number: usize) -> Member {
        let name = format!("p{number}");
        if self.rng.bool() {
            let template = self.leaf(own, through);
            return Member { name, mapped: "keyword", made: Made::Value(template) };
        }
        Member { name, mapped: "object", made: Made::Value(self.object_template(own, through)) }
    }

    fn object_template(&mut self, own: &Table, through: Option<usize>) -> Template {
        Template::Object(vec![
            ("a".to_string(), self.leaf(own, through)),
            (
                "b".to_string(),
                Template::List(vec![self.leaf(own, through), self.leaf(own, through)]),
            ),
        ])
    }

    fn leaf(&mut self, own: &Table, through: Option<usize>) -> Template {
        let column = self.reference(own, through);
        if self.rng.bool() {
            let Piece::Column { through, name } = column else {
                unreachable!("a reference is a column")
            };
            return Template::Typed { through, name };
        }
        let mut pieces = vec![Piece::Text("<{".to_string()), column];
        if self.rng.bool() {
            pieces.extend([Piece::Text("}-é".to_string()), self.reference(own, through)]);
        }
        Template::Text(pieces)
    }

    fn reference(&mut self, own: &Table, through: Option<usize>) -> Piece {
        if let Some(join) = through
            && self.rng.u8(..3) == 0
        {
            let join = &self.world.tables[join];
            let name = join.columns[self.rng.usize(..join.columns.len())].name.clone();
            return Piece::Column { through: true, name };
        }
        Piece::Column {
            through: false,
            name: own.columns[self.rng.usize(..own.columns.len())].name.clone(),
        }
    }

    fn relation(
        &mut self,
        table: usize,
        depth: usize,
        number: usize,
        is_view: bool,
        plain: bool,
    ) -> Option<Member> {
        if self.rng.u8(..5) < 2 {
            self.one(table, depth, number, is_view, plain)
        } else if is_view {
            None
        } else {
            self.many(table, depth, number, plain)
        }
    }

    fn one(
        &mut self,
        table: usize,
        depth: usize,
        number: usize,
        is_view: bool,
        plain: bool,
    ) -> Option<Member> {
        let links = &self.world.tables[table].links;
        let link = links.get(self.rng.usize(..links.len().max(1)))?.clone();
        let by_name = link.declared && link.from.len() == 1 && !is_view;
        let told = !(by_name && (plain || self.rng.bool()));
        let mut link = link;
        if told && (plain || link.from.len() > 1 || is_view && link.to.len() > 1) {
            return None;
        }
        if is_view {
            link.declared = false;
        }
        let name = if told {
            format!("p{number}")
        } else {
            link.from[0].trim_end_matches("_id").to_string()
        };
        let members = self.members(link.table, depth + 1, None, false, !told);
        Some(Member { name, mapped: "object", made: Made::One { link, members, told } })
    }

    /// What points at a table without a key is known only where the rowid makes the `_id`.
    fn is_known(&self, link: &Link, depth: usize) -> bool {
        link.to != ["rowid"] || depth == 0 && self.by_rowid
    }

    fn many(&mut self, table: usize, depth: usize, number: usize, plain: bool) -> Option<Member> {
        let world = self.world;
        let points_here: Vec<(usize, &Link)> = world
            .tables
            .iter()
            .enumerate()
            .flat_map(|(t, other)| other.links.iter().map(move |l| (t, l)))
            .filter(|(_, l)| l.table == table)
            .collect();
        let (from, parent) = *points_here.get(self.rng.usize(..points_here.len().max(1)))?;
        let only = |l: &Link| {
            world.tables[from].links.iter().filter(|o| o.table == l.table && o.declared).count()
                == 1
        };
        if parent.from.len() > 1 && !(parent.declared && only(parent)) {
            return None;
        }
        let join = &world.tables[from];
        let child = (from >= world.entities || self.rng.u8(..4) == 0)
            .then(|| join.links.iter().find(|l| l.from != parent.from))
            .flatten()
            .filter(|l| l.from.len() == 1 || (l.declared && only(l)))
            .cloned();
        let is_odd = |c: &Link| c.from.len() > 1 && c.table == table;
        let is_known = |l: &Link| l.table == table && self.is_known(l, depth);
        let is_lost = |c: &Link| c.to == ["rowid"] && !is_known(c);
        if !is_known(parent) || child.as_ref().is_some_and(|c| is_odd(c) || is_lost(c)) {
            return None;
        }
        let related = child.as_ref().map_or(from, |l| l.table);
        let all_declared = parent.declared
            && only(parent)
            && child.as_ref().is_none_or(|c| c.declared && only(c) && c.table != table);
        let named = match &child {
            Some(_) => join
                .name
                .strip_prefix(&format!("{}_", world.tables[table].name))
                .filter(|_| join.links.len() == 2),
            None => Some(join.name.as_str()),
        };
        let told = !(all_declared && named.is_some() && (plain || self.rng.u8(..3) == 0));
        if told && plain {
            return None;
        }
        let name = if told { format!("p{number}") } else { named?.to_string() };
        let through = child.map(|link| (from, link));
        let through_table = through.as_ref().map(|_| from);
        let own = &world.tables[related];
        let (filter, order, limit) =
            if told { self.chosen(own, through_table) } else { (None, None, None) };
        let (mapped, item) = if !told {
            ("object", Item::Object(self.members(related, depth + 1, None, false, true)))
        } else {
            match self.rng.u8(..4) {
                0 => ("keyword", Item::Value(self.leaf(own, through_table))),
                1 => ("object", Item::Value(self.object_template(own, through_table))),
                _ => ("nested", Item::Object(self.members(related, depth + 1, None, false, false))),
            }
        };
        let many = Many {
            table: related,
            parent: parent.clone(),
            through,
            filter,
            order,
            limit,
            item,
            told,
        };
        Some(Member { name, mapped, made: Made::Many(Box::new(many)) })
    }

    /// `where`, `order_by` and `limit` of a list.
    fn chosen(
        &mut self,
        own: &Table,
        through: Option<usize>,
    ) -> (Option<String>, Option<String>, Option<usize>) {
        let (filter, order) = (self.filter(own, through), self.order(own, through));
        (filter, order, (self.rng.u8(..4) == 0).then(|| self.rng.usize(..4)))
    }

    fn filter(&mut self, own: &Table, through: Option<usize>) -> Option<String> {
        let text = if own.column("v2").is_some() { "@v2" } else { "@w2" };
        let choices = [
            "@v1 > 0 OR @v1 IS NULL",
            "@T LIKE '%a%'",
            "length(@T) % 2 = 0 -- even",
            "@v1",
            "@v1 IN (SELECT v1 FROM t0)",
            "@v1 % 2 = 0",
        ];
        match self.rng.u8(..6) {
            0 | 1 => Some(choices[self.rng.usize(..choices.len())].replace("@T", text)),
            2 if through.is_some() => {
                Some(["#v1 > 0 OR #v1 IS NULL", "#w2 < 'b'"][self.rng.usize(..2)].to_string())
            }
            _ => None,
        }
        .filter(|f| !f.contains('#') || self.is_join(through))
    }

    fn order(&mut self, own: &Table, through: Option<usize>) -> Option<String> {
        let text = if own.column("v2").is_some() { "@v2" } else { "@w2" };
        let choices = [
            "@v1",
            "@v1 DESC",
            "@T COLLATE NOCASE, @v1",
            "length(@T) DESC, @T",
            "abs(@v1 % 100) -- size",
        ];
        match self.rng.u8(..6) {
            0 | 1 => Some(choices[self.rng.usize(..choices.len())].replace("@T", text)),
            2 if through.is_some() => {
                Some(["#v1 DESC, #w2", "#w2"][self.rng.usize(..2)].to_string())
            }
            _ => None,
        }
        .filter(|f| !f.contains('#') || self.is_join(through))
    }

    fn is_join(&self, through: Option<usize>) -> bool {
        through.is_some_and(|t| t >= self.world.entities)
    }
}

fn text_of(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
            Piece::Column { through: true, name } => format!("{{through.{name}}}"),
            Piece::Column { through: false, name } => format!("{{{name}}}"),
        })
        .collect()
}

fn template_of(template: &Template) -> Json {
    match template {
        Template::Typed { through: true, name } => json!(format!("{{through.{name}}}")),
        Template::Typed { through: false, name } => json!(format!("{{{name}}}")),
        Template::Text(pieces) => json!(text_of(pieces)),
        Template::Object(members) => {
            Json::Object(members.iter().map(|(k, t)| (k.clone(), template_of(t))).collect())
        }
        Template::List(items) => items.iter().map(template_of).collect(),
    }
}

fn mapped(members: &[Member]) -> Map<String, Json> {
    members
        .iter()
        .map(|member| {
            let inner = match &member.made {
                Made::One { members, .. } => mapped(members),
                Made::Many(many) => match &many.item {
                    Item::Object(members) => mapped(members),
                    Item::Value(template) => template_mapped(template),
                },
                Made::Value(template) => template_mapped(template),
                Made::Column(_) | Made::Sql(_) => Map::new(),
            };
            let mut body = json!({"type": member.mapped});
            if matches!(member.mapped, "object" | "nested") {
                body["properties"] = Json::Object(inner);
            }
            (member.name.clone(), body)
        })
        .collect()
}

fn template_mapped(template: &Template) -> Map<String, Json> {
    match template {
        Template::Object(members) => {
            members.iter().map(|(key, _)| (key.clone(), json!({"type": "keyword"}))).collect()
        }
        _ => Map::new(),
    }
}

fn fields(world: &World, members: &[Member]) -> Map<String, Json> {
    let mut fields = Map::new();
    for member in members {
        let entry = match &member.made {
            Made::Column(column) if *column == member.name => continue,
            Made::Column(column) => json!(column),
            Made::Sql(sql) => json!({"sql": sql.replace('@', "")}),
            Made::Value(template) => json!({"value": template_of(template)}),
            Made::One { told: false, .. } => continue,
            Made::One { link, members, .. } => {
                let mut one = json!({
                    "table": world.tables[link.table].name, "column": link.from[0], "key": link.to[0],
                });
                let inner = self::fields(world, members);
                if !inner.is_empty() {
                    one["fields"] = Json::Object(inner);
                }
                json!({"one": one})
            }
            Made::Many(many) if !many.told => continue,
            Made::Many(many) => json!({"many": many_entry(world, many)}),
        };
        fields.insert(member.name.clone(), entry);
    }
    fields
}

fn many_entry(world: &World, many: &Many) -> Json {
    let mut entry = json!({"table": world.tables[many.table].name});
    if many.parent.from.len() == 1 {
        entry["parent"] = json!(many.parent.from[0]);
    }
    if let Some((join, child)) = &many.through {
        entry["through"] = json!(world.tables[*join].name);
        if child.from.len() == 1 {
            entry["child"] = json!(child.from[0]);
        }
    }
    if let Some(filter) = &many.filter {
        entry["where"] = json!(filter.replace('@', "").replace('#', "through."));
    }
    if let Some(order) = &many.order {
        entry["order_by"] = json!(order.replace('@', "").replace('#', "through."));
    }
    if let Some(limit) = many.limit {
        entry["limit"] = json!(limit);
    }
    match &many.item {
        Item::Value(template) => entry["value"] = template_of(template),
        Item::Object(members) => {
            let inner = fields(world, members);
            if !inner.is_empty() {
                entry["fields"] = Json::Object(inner);
            }
        }
    }
    entry
}
