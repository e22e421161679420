//! One cursor in the making: what it selects, from where, in which order. Knows no field and no mapping.

use super::{Cursor, KeyColumn};
use crate::source::{Encoding, Table, TableKind, quoted};

/// Names that mean the rowid where no column has them.
const ROWID_NAMES: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A table as it stands in a `FROM`, with the user's SQL over its rows kept in a scope of its own, where nothing but its
/// columns can be meant.
#[derive(Clone, Debug)]
pub(super) struct TableRef {
    pub(super) alias: String,
    /// The table's name in quotes, or a query in parentheses.
    source: String,
    /// It is no view, query or virtual table.
    is_stored: bool,
    /// The name by which the rowid can be asked for, which a wrapped table must hand on.
    rowid: Option<&'static str>,
    /// What the names of our own columns begin with, so that the table has none of that name: `_`, or more of them.
    prefix: String,
    /// All names that mean the rowid.
    rowid_names: Vec<&'static str>,
    /// Expressions of the model, selected as `_sql1`, `_sql2`, ….
    expressions: Vec<String>,
    filter: Option<String>,
    /// The filter as a column `_where`, for a row that may be missing.
    filter_column: Option<String>,
    /// The filter of the rows that a list's rows belong to, which leave out what they do not meet anyway.
    outer_filter: Option<String>,
    /// The order as a column `_order`.
    order_column: Option<String>,
    /// What tells its rows apart, where something does: the rowid, or the primary key of a table without one.
    identity: Vec<String>,
    /// The rows that are ranked, where not all are.
    ranked: Option<String>,
    /// The columns' names, for a table that hides them.
    columns: Vec<String>,
    /// Those of them that no column of a subquery has: SQLite takes `true` and `false` for no names there.
    masked: Vec<String>,
    /// Its columns go by names of ours, so that none of the user's SQL beside it can mean them by accident.
    hidden: bool,
}

/// A `SELECT` in the making.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    items: Vec<Item>,
    select: Vec<String>,
    pub(super) key: Vec<KeyColumn>,
    pub(super) conditions: Vec<String>,
    /// Terms of `ORDER BY` after the key.
    pub(super) order: Vec<String>,
    pub(super) what: String,
    /// An `order_by` of the model stands in `order` as it is, and speaks of the first table.
    is_ordered_by_model: bool,
    /// Expressions of columns that were hidden since, the longest first, and how they are written now.
    renamed: Vec<(String, String)>,
    /// How the database stores text.
    encoding: Encoding,
}

#[derive(Clone, Debug)]
struct Item {
    table: TableRef,
    /// `JOIN`, `LEFT JOIN`, or nothing for the first.
    join: &'static str,
    on: String,
    /// The table that `on` speaks of; the first one is its own.
    parent: usize,
}

impl TableRef {
    pub(super) fn new(table: &Table, alias: impl Into<String>) -> TableRef {
        let source = if table.kind == TableKind::Query {
            format!("({}\n)", table.name)
        } else {
            quoted(&table.name).into_owned()
        };
        let identity: Vec<String> = match (table.rowid_name, table.kind) {
            (Some(rowid), TableKind::Table) => vec![rowid.to_string()],
            (_, TableKind::WithoutRowid) => {
                table.primary_key.iter().map(|&c| table.columns[c].name.clone()).collect()
            }
            _ => Vec::new(),
        };
        let mut prefix = "_".to_string();
        while table.columns.iter().any(|c| is_own_name(&c.name, &prefix)) {
            prefix.push('_');
        }
        TableRef {
            alias: alias.into(),
            source,
            is_stored: matches!(table.kind, TableKind::Table | TableKind::WithoutRowid),
            prefix,
            rowid: table.rowid_name,
            rowid_names: ROWID_NAMES.into_iter().filter(|n| table.column(n).is_none()).collect(),
            expressions: Vec::new(),
            filter: None,
            filter_column: None,
            outer_filter: None,
            order_column: None,
            identity,
            ranked: None,
            columns: table.columns.iter().map(|c| c.name.clone()).collect(),
            masked: table
                .columns
                .iter()
                .filter(|c| ["true", "false"].iter().any(|word| c.name.eq_ignore_ascii_case(word)))
                .map(|c| c.name.clone())
                .collect(),
            hidden: false,
        }
    }

    /// The same table as it stands in the model's SQL, where no column goes by another name.
    pub(super) fn unmasked(self) -> TableRef {
        TableRef { masked: Vec::new(), ..self }
    }

    /// What a column of the wrapped table is called.
    fn name_inside(&self, name: &str) -> String {
        let is_masked = self.masked.iter().any(|masked| masked.eq_ignore_ascii_case(name));
        if is_masked { format!("{}column_{name}", self.prefix) } else { name.to_string() }
    }

    pub(super) fn column(&self, name: &str) -> String {
        let is_rowid = self.rowid_names.iter().any(|r| r.eq_ignore_ascii_case(name));
        let name = self.rowid.filter(|_| is_rowid).unwrap_or(name);
        if self.hidden {
            return format!("{}.{}", quoted(&self.alias), quoted(&hidden_name(name)));
        }
        format!("{}.{}", quoted(&self.alias), quoted(&self.name_inside(name)))
    }

    /// Whether the model's SQL can stand beside it and say its columns, where it is alone.
    pub(super) fn says_its_columns(&self) -> bool {
        self.masked.is_empty()
    }

    /// Whether it gives every row of a stored table.
    fn is_whole(&self) -> bool {
        self.is_stored && self.filter.is_none()
    }

    /// A column of ours, which the table gets beside its own: `sql1`, `where`, `order`.
    pub(super) fn own_column(&self, name: &str) -> String {
        self.column(&format!("{}{name}", self.prefix))
    }

    /// The names that the columns go by inside, the rowid's last.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str).chain(self.rowid)
    }

    /// The same table, its columns known to nobody else.
    pub(super) fn hide(self, alias: String) -> TableRef {
        TableRef { alias, hidden: true, ..self }
    }

    fn hidden_text(&self) -> String {
        let expressions =
            (1..=self.expressions.len()).map(|number| format!("{}sql{number}", self.prefix));
        let columns: Vec<String> = self
            .names()
            .map(str::to_string)
            .chain(expressions)
            .map(|name| {
                format!("{} AS {}", quoted(&self.name_inside(&name)), quoted(&hidden_name(&name)))
            })
            .collect();
        let inside = TableRef { hidden: false, ..self.clone() };
        format!("(SELECT {} FROM {}) AS {}", columns.join(", "), inside.text(), quoted(&self.alias))
    }

    fn text(&self) -> String {
        if self.hidden {
            return self.hidden_text();
        }
        let alias = quoted(&self.alias);
        let plain = self.expressions.is_empty()
            && self.filter.is_none()
            && self.filter_column.is_none()
            && self.order_column.is_none()
            && self.masked.is_empty();
        if plain {
            return if self.source == alias {
                self.source.clone()
            } else {
                format!("{} AS {alias}", self.source)
            };
        }
        let mut text = String::from("(SELECT *");
        let prefix = &self.prefix;
        if let Some(rowid) = self.rowid {
            text.push_str(&format!(", {rowid} AS {rowid}"));
        }
        for name in &self.masked {
            text.push_str(&format!(", {} AS {}", quoted(name), quoted(&self.name_inside(name))));
        }
        for (number, expression) in self.expressions.iter().enumerate() {
            text.push_str(&format!(", ({expression}\n) AS \"{prefix}sql{}\"", number + 1));
        }
        if let Some(filter) = &self.filter_column {
            text.push_str(&format!(", ({filter}\n) AS \"{prefix}where\""));
        }
        if let Some(order) = &self.order_column {
            text.push_str(&format!(", rank() OVER (ORDER BY {order}\n) AS \"{prefix}order\""));
        }
        // Inside, the table goes by its own name, so that the user's SQL may say it.
        text.push_str(&format!(" FROM {}", self.source));
        if self.source.starts_with('(') {
            text.push_str(" AS \"query\"");
        }
        let conditions: Vec<String> = self
            .ranked
            .iter()
            .cloned()
            .chain(self.filter.iter().map(|filter| format!("({filter}\n)")))
            .collect();
        if !conditions.is_empty() {
            text.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        text.push_str(&format!(") AS {alias}"));
        text
    }
}

impl Frame {
    pub(super) fn new(table: TableRef, encoding: Encoding, what: &str) -> Frame {
        Frame {
            items: vec![Item { table, join: "", on: String::new(), parent: 0 }],
            select: Vec::new(),
            key: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            what: what.to_string(),
            is_ordered_by_model: false,
            renamed: Vec::new(),
            encoding,
        }
    }

    /// An alias for a table that is hidden.
    pub(super) fn hidden_alias(&self) -> String {
        let mut number = self.items.len();
        while self.has_alias(&hidden_name(&number.to_string())) {
            number += 1;
        }
        hidden_name(&number.to_string())
    }

    /// Whether SQL of the model stands among the tables, so that they have to be hidden from it.
    pub(super) fn hides(&self) -> bool {
        self.is_ordered_by_model || self.items.iter().any(|item| item.table.hidden)
    }

    /// Orders the rows of the only table by SQL of the model.
    pub(super) fn order_by_model(&mut self, order: &str) {
        self.is_ordered_by_model = true;
        self.order.push(format!("{order}\n"));
    }

    /// Hides every table that is here, before anything is selected from it.
    pub(super) fn hide(&mut self) {
        for position in 0..self.items.len() {
            if self.items[position].table.hidden {
                continue;
            }
            let alias = self.hidden_alias();
            let table = &mut self.items[position].table;
            let hidden = table.clone().hide(alias);
            let pairs = table.names().map(|name| (table.column(name), hidden.column(name)));
            self.renamed.extend(pairs);
            *table = hidden;
        }
        // A name with quotes in it begins with the whole of a shorter one.
        self.renamed.sort_by_key(|(old, _)| std::cmp::Reverse(old.len()));
        for position in 0..self.items.len() {
            self.items[position].on = self.renamed(&self.items[position].on);
        }
        for position in 0..self.key.len() {
            self.key[position].expression = self.renamed(&self.key[position].expression);
        }
    }

    /// An expression of a frame that this one was made from, as it is written here.
    pub(super) fn renamed(&self, expression: &str) -> String {
        self.renamed.iter().fold(expression.to_string(), |text, (old, new)| text.replace(old, new))
    }

    /// Joins a further table to the one at `parent`; the answer is its position among the tables.
    pub(super) fn join(
        &mut self,
        join: &'static str,
        table: TableRef,
        parent: usize,
        on: String,
    ) -> usize {
        self.items.push(Item { table, join, on, parent });
        self.items.len() - 1
    }

    pub(super) fn table(&self, item: usize) -> &TableRef {
        &self.items[item].table
    }

    /// The expression at a position of the selected ones.
    pub(super) fn expression(&self, position: usize) -> String {
        self.select[position].clone()
    }

    /// The name of a table, unless another goes by it here already.
    pub(super) fn alias_for(&self, name: &str) -> String {
        if self.has_alias(name) { self.other_alias() } else { name.to_string() }
    }

    /// An alias that is no table's name here.
    pub(super) fn other_alias(&self) -> String {
        let mut number = self.items.len();
        let alias = |number: usize| format!("_t{number}");
        while self.has_alias(&alias(number)) {
            number += 1;
        }
        alias(number)
    }

    fn has_alias(&self, alias: &str) -> bool {
        self.items.iter().any(|item| item.table.alias.eq_ignore_ascii_case(alias))
    }

    pub(super) fn tables(&self) -> usize {
        self.items.len()
    }

    /// Statements that count the rows of each table.
    pub(super) fn counts(&self) -> impl Iterator<Item = String> {
        self.items.iter().map(|item| format!("SELECT count(*) FROM {}", item.table.source))
    }

    pub(super) fn set_filter(&mut self, item: usize, filter: &str) {
        self.items[item].table.filter = Some(filter.to_string());
    }

    pub(super) fn set_filter_column(&mut self, item: usize, filter: &str) {
        self.items[item].table.filter_column = Some(filter.to_string());
    }

    pub(super) fn set_order_column(&mut self, item: usize, order: &str) {
        self.items[item].table.order_column = Some(order.to_string());
    }

    /// The position of an expression among the selected ones.
    pub(super) fn select(&mut self, expression: String) -> usize {
        if let Some(position) = self.select.iter().position(|e| *e == expression) {
            return position;
        }
        self.select.push(expression);
        self.select.len() - 1
    }

    /// The position of a column of the table at `item`.
    pub(super) fn select_column(&mut self, item: usize, name: &str) -> usize {
        let expression = self.items[item].table.column(name);
        self.select(legible(expression, self.encoding))
    }

    /// The position of an SQL expression of the model over the table at `item`.
    pub(super) fn select_sql(&mut self, item: usize, sql: &str) -> usize {
        let table = &mut self.items[item].table;
        let number = match table.expressions.iter().position(|e| e == sql) {
            Some(position) => position + 1,
            None => {
                table.expressions.push(sql.to_string());
                table.expressions.len()
            }
        };
        let expression = table.own_column(&format!("sql{number}"));
        self.select(legible(expression, self.encoding))
    }

    /// The tables that lead to `item`, it being the last, with nothing of the user's that is asked there, to hang a list on:
    /// what the user's conditions leave out here is never looked for there.
    pub(super) fn bare(&self, item: usize, what: &str) -> Frame {
        let mut chain = vec![item];
        while let Some(&last) = chain.last().filter(|&&last| last > 0) {
            chain.push(self.items[last].parent);
        }
        chain.reverse();
        let mut items: Vec<Item> = chain.iter().map(|&i| self.items[i].clone()).collect();
        for (position, item) in items.iter_mut().enumerate() {
            item.parent = position.saturating_sub(1);
        }
        for item in &mut items {
            let table = &mut item.table;
            let own = table.filter.take().or(table.filter_column.take());
            table.outer_filter = table.outer_filter.take().or(own);
            item.table.expressions.clear();
            item.table.order_column = None;
            if item.join == "LEFT JOIN" {
                item.join = "JOIN";
            }
        }
        Frame {
            items,
            select: Vec::new(),
            key: self.key.clone(),
            conditions: Vec::new(),
            order: Vec::new(),
            what: what.to_string(),
            is_ordered_by_model: false,
            renamed: Vec::new(),
            encoding: self.encoding,
        }
    }

    /// The same with nothing of the model's SQL but what the column at `position` needs; `filters` keeps the conditions.
    pub(super) fn stripped(&self, position: Option<usize>, filters: bool) -> Frame {
        let mut frame = self.clone();
        let wanted = position.map(|position| self.select[position].clone());
        for item in &mut frame.items {
            let table = &mut item.table;
            for number in 0..table.expressions.len() {
                let own = table.own_column(&format!("sql{}", number + 1));
                if !wanted.as_ref().is_some_and(|wanted| wanted.contains(&own)) {
                    table.expressions[number] = "NULL".to_string();
                }
            }
            table.order_column = table.order_column.as_ref().map(|_| "1".to_string());
            if !filters {
                table.filter = None;
                table.outer_filter = None;
                table.filter_column = table.filter_column.as_ref().map(|_| "1".to_string());
            }
        }
        if !filters {
            frame.conditions.clear();
        }
        frame.order.clear();
        if let Some(wanted) = wanted {
            frame.select = vec![wanted];
        }
        frame
    }

    /// The rows of the table at `item` that lead to main rows for which `bounds` holds, as a condition on that table.
    fn led_to(&self, item: usize, bounds: &str) -> Option<String> {
        let identity = &self.items[item].table.identity;
        if identity.is_empty() {
            return None;
        }
        let mut way = self.bare(item, "");
        let last = way.tables() - 1;
        for name in identity {
            way.select(way.table(last).column(name));
        }
        let mut way = way.guarded(bounds);
        way.conditions.push(bounds.to_string());
        let names: Vec<_> = identity.iter().map(|name| quoted(name)).collect();
        Some(format!("({}) IN ({})", names.join(", "), way.finish().head))
    }

    /// The same with its conditions and ranks asked of the rows alone for which `bounds` holds, and of those that are joined
    /// to them: SQLite is free in the order of conditions, but not within a `CASE`.
    pub(super) fn guarded(mut self, bounds: &str) -> Frame {
        for item in 0..self.items.len() {
            if self.items[item].table.order_column.is_some() {
                self.items[item].table.ranked = self.led_to(item, bounds);
            }
        }
        let mut terms = Vec::new();
        let mut guards = vec![bounds.to_string()];
        let mut is_needed = false;
        for item in &mut self.items {
            if item.join == "JOIN" {
                guards.push(item.on.clone());
            }
            let table = &mut item.table;
            if table.hidden {
                continue;
            }
            let own = table.own_column("where");
            if let Some(filter) = table.outer_filter.take() {
                table.filter_column = Some(filter);
                guards.push(own);
                is_needed = true;
            } else if let Some(filter) = table.filter.take() {
                table.filter_column = Some(filter);
                terms.push(own);
            }
        }
        terms.append(&mut self.conditions);
        if is_needed || !terms.is_empty() {
            terms.push("1".to_string());
            let (guards, terms) = (guards.join(" AND "), terms.join(" AND "));
            self.conditions.push(format!("CASE WHEN {guards} THEN {terms} END"));
        }
        self
    }

    /// The same with null for the columns that are not in `used`; `None` where there is none such.
    pub(super) fn lean(&self, used: &[usize]) -> Option<Frame> {
        let mut frame = self.clone();
        let mut changed = false;
        for position in (self.key.len()..self.select.len()).filter(|p| !used.contains(p)) {
            frame.select[position] = "NULL".to_string();
            changed = true;
        }
        changed.then_some(frame)
    }

    /// How many columns are selected.
    pub(super) fn width(&self) -> usize {
        self.select.len()
    }

    /// The finished cursor.
    pub(super) fn finish(self) -> Cursor {
        let parts = Box::new(self.clone());
        let mut head = format!("SELECT {}\nFROM ", self.select.join(", "));
        for item in &self.items {
            if item.join.is_empty() {
                head.push_str(&item.table.text());
            } else {
                head.push_str(&format!("\n{} {} ON {}", item.join, item.table.text(), item.on));
            }
        }
        let is_dense = self.conditions.is_empty()
            && self.items[0].table.is_whole()
            && self.items.iter().all(|item| item.join != "JOIN");
        if !self.conditions.is_empty() {
            head.push_str(&format!("\nWHERE {}", self.conditions.join(" AND ")));
        }
        let order: Vec<&str> = self
            .key
            .iter()
            .map(|k| k.expression.as_str())
            .chain(self.order.iter().map(String::as_str))
            .collect();
        let tail =
            if order.is_empty() { String::new() } else { format!("ORDER BY {}", order.join(", ")) };
        Cursor {
            used: Vec::new(),
            parts,
            head,
            has_condition: !self.conditions.is_empty(),
            is_dense,
            key: self.key,
            tail,
            what: self.what,
        }
    }
}

/// A value as SQLite gives it. Of UTF-16 it makes UTF-8 unasked, and where half a surrogate pair stands it takes what is next
/// for the other half (SQLite, `READ_UTF16LE`): a letter that is none of the text. Such text gets a half at its end, which is
/// no UTF-8 and refused as such. The way back tells it, which also loses U+FFFE and U+FFFF; those are no fault.
fn legible(expression: String, encoding: Encoding) -> String {
    let (half, none, first, second) = match encoding {
        Encoding::Utf8 => return expression,
        Encoding::Utf16Le => ("200000D8", "FDFF", "FEFF", "FFFF"),
        Encoding::Utf16Be => ("0020D800", "FFFD", "FFFE", "FFFF"),
    };
    let stored = format!("CAST({expression} AS BLOB)");
    let again = format!("CAST(replace({expression}, ' ', ' ') AS BLOB)");
    let told = |bytes: &str| {
        format!("replace(replace(hex({bytes}), '{second}', '{none}'), '{first}', '{none}')")
    };
    format!(
        "CASE WHEN typeof({expression}) = 'text' AND {stored} <> {again} AND {} <> {} THEN {expression} || CAST(x'{half}' AS TEXT) ELSE {expression} END",
        told(&stored),
        told(&again)
    )
}

/// A name that no SQL of a model uses.
fn hidden_name(name: &str) -> String {
    format!("_hidden_{name}")
}

/// Whether a column of a table has a name that a column of ours might get.
fn is_own_name(name: &str, prefix: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.strip_prefix(prefix).is_some_and(|rest| {
        ["sql", "where", "order", "column"].iter().any(|own| rest.starts_with(own))
    })
}
