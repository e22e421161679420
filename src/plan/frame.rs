//! One cursor in the making: what it selects, from where, in which order. Knows no field and no mapping.

use super::{Cursor, KeyColumn};
use crate::source::{Table, TableKind, quoted};

/// Names that mean the rowid where no column has them.
const ROWID_NAMES: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A table as it stands in a `FROM`, with the user's SQL over its rows kept in a scope of its own, where nothing but its
/// columns can be meant.
#[derive(Clone, Debug)]
pub(super) struct TableRef {
    pub(super) alias: String,
    /// The table's name in quotes, or a query in parentheses.
    source: String,
    /// The name by which the rowid can be asked for, which a wrapped table must hand on.
    rowid: Option<&'static str>,
    /// All names that mean the rowid.
    rowid_names: Vec<&'static str>,
    /// Expressions of the model, selected as `_sql1`, `_sql2`, ….
    expressions: Vec<String>,
    filter: Option<String>,
    /// The filter as a column `_where`, for a row that may be missing.
    filter_column: Option<String>,
    /// The order as a column `_order`.
    order_column: Option<String>,
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
        TableRef {
            alias: alias.into(),
            source,
            rowid: table.rowid_name,
            rowid_names: ROWID_NAMES.into_iter().filter(|n| table.column(n).is_none()).collect(),
            expressions: Vec::new(),
            filter: None,
            filter_column: None,
            order_column: None,
        }
    }

    pub(super) fn column(&self, name: &str) -> String {
        let is_rowid = self.rowid_names.iter().any(|r| r.eq_ignore_ascii_case(name));
        let name = self.rowid.filter(|_| is_rowid).unwrap_or(name);
        format!("{}.{}", quoted(&self.alias), quoted(name))
    }

    fn text(&self) -> String {
        let alias = quoted(&self.alias);
        let plain = self.expressions.is_empty()
            && self.filter.is_none()
            && self.filter_column.is_none()
            && self.order_column.is_none();
        if plain {
            return if self.source == alias {
                self.source.clone()
            } else {
                format!("{} AS {alias}", self.source)
            };
        }
        let mut text = String::from("(SELECT *");
        if let Some(rowid) = self.rowid {
            text.push_str(&format!(", {rowid} AS {rowid}"));
        }
        for (number, expression) in self.expressions.iter().enumerate() {
            text.push_str(&format!(", ({expression}\n) AS \"_sql{}\"", number + 1));
        }
        if let Some(filter) = &self.filter_column {
            text.push_str(&format!(", ({filter}\n) AS \"_where\""));
        }
        if let Some(order) = &self.order_column {
            text.push_str(&format!(", rank() OVER (ORDER BY {order}\n) AS \"_order\""));
        }
        // Inside, the table goes by its own name, so that the user's SQL may say it.
        text.push_str(&format!(" FROM {}", self.source));
        if self.source.starts_with('(') {
            text.push_str(" AS \"query\"");
        }
        if let Some(filter) = &self.filter {
            text.push_str(&format!(" WHERE ({filter}\n)"));
        }
        text.push_str(&format!(") AS {alias}"));
        text
    }
}

impl Frame {
    pub(super) fn new(table: TableRef, what: &str) -> Frame {
        Frame {
            items: vec![Item { table, join: "", on: String::new(), parent: 0 }],
            select: Vec::new(),
            key: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            what: what.to_string(),
        }
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

    pub(super) fn has_alias(&self, alias: &str) -> bool {
        self.items.iter().any(|item| item.table.alias.eq_ignore_ascii_case(alias))
    }

    pub(super) fn tables(&self) -> usize {
        self.items.len()
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
        self.select(expression)
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
        let expression = table.column(&format!("_sql{number}"));
        self.select(expression)
    }

    /// The tables that lead to `item`, it being the last, without anything of the user's on them, to hang a list on: whatever the user's conditions
    /// leave out here is never asked for there.
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
            item.table.expressions.clear();
            item.table.filter = None;
            item.table.filter_column = None;
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
        }
    }

    /// The finished cursor.
    pub(super) fn finish(self) -> Cursor {
        let mut head = format!("SELECT {}\nFROM ", self.select.join(", "));
        for item in &self.items {
            if item.join.is_empty() {
                head.push_str(&item.table.text());
            } else {
                head.push_str(&format!("\n{} {} ON {}", item.join, item.table.text(), item.on));
            }
        }
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
            head,
            has_condition: !self.conditions.is_empty(),
            key: self.key,
            tail,
            what: self.what,
        }
    }
}
