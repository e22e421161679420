//! How two tables refer to each other: foreign keys, their columns, and how those compare. Pure.

use serde_json::{Value as Json, json};

use super::KeyColumn;
use super::build::{Builder, described, key_names};
use super::frame::TableRef;
use crate::model::nearest::{choices, nearest};
use crate::source::{Affinity, Collation, Table, TableKind};

/// Columns of one table that hold the values of columns of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// In the table that refers.
    pub(super) from: Vec<String>,
    /// In the table referred to.
    pub(super) to: Vec<String>,
}

impl<'a> Builder<'a> {
    /// The foreign keys in which a column stands, of those with the fewest columns.
    pub(super) fn keys_in_column(&self, table: &Table, name: &str) -> Vec<(&'a Table, Link)> {
        let Some(column) = table.column(name) else { return Vec::new() };
        let keys = table.foreign_keys.iter().filter(|key| key.from.contains(&column));
        let mut found: Vec<_> = keys.filter_map(|key| self.resolved(table, key)).collect();
        let fewest = found.iter().map(|(_, link)| link.from.len()).min();
        found.retain(|(_, link)| Some(link.from.len()) == fewest);
        // Declared twice, a key is still one.
        let mut seen: Vec<(&'a Table, Link)> = Vec::new();
        for (other, link) in found {
            if !seen.iter().any(|(table, known)| std::ptr::eq(*table, other) && *known == link) {
                seen.push((other, link));
            }
        }
        seen
    }

    pub(super) fn resolved(
        &self,
        table: &Table,
        key: &crate::source::ForeignKey,
    ) -> Option<(&'a Table, Link)> {
        let catalog = self.catalog;
        let other = catalog.schema.table(&key.table)?;
        let to = if key.to.is_empty() { key_names(other) } else { key.to.clone() };
        let from: Vec<String> = key.from.iter().map(|&c| table.columns[c].name.clone()).collect();
        (from.len() == to.len() && to.iter().all(|c| other.column(c).is_some()))
            .then_some((other, Link { from, to }))
    }

    /// Every declared foreign key of `from` that points at `to`.
    pub(super) fn links(&self, from: &Table, to: &Table) -> Vec<Link> {
        from.foreign_keys
            .iter()
            .filter_map(|key| self.resolved(from, key))
            .filter(|(table, _)| {
                std::ptr::eq(*table, to) || table.name.eq_ignore_ascii_case(&to.name)
            })
            .map(|(_, link)| link)
            .collect()
    }

    /// The columns by which others know the rows of a table, where no foreign key says so: the primary key; without one,
    /// what makes the `_id` of the index over it. The rowid counts only where it is named: a table without a key that has
    /// a column for it, as imports make them, is known by that column.
    pub(super) fn key_of(&self, table: &Table) -> Vec<String> {
        match &self.main {
            _ if !table.primary_key.is_empty() => key_names(table),
            Some((main, id)) if std::ptr::eq(*main, table) => id.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn named_table(&mut self, name: &str, pointer: &str) -> Option<&'a Table> {
        let catalog = self.catalog;
        let Some(table) = catalog.schema.table(name) else {
            let names = choices(name, catalog.schema.tables.iter().map(|t| t.name.as_str()));
            self.fault(
                pointer,
                format!("there is no table or view `{name}`; the database has {names}"),
            );
            return None;
        };
        if let Some(words) = &table.broken {
            self.fault(pointer, format!("SQLite cannot read {}: {words}", described(table)));
            return None;
        }
        Some(table)
    }

    pub(super) fn named_column(
        &mut self,
        table: &Table,
        name: &str,
        pointer: &str,
    ) -> Option<String> {
        match table.column(name) {
            Some(column) => Some(table.columns[column].name.clone()),
            None if super::build::is_rowid(table, name) => Some(name.to_string()),
            None => {
                let columns = choices(name, table.columns.iter().map(|c| c.name.as_str()));
                self.fault(
                    pointer,
                    format!("{} has no column `{name}`; columns: {columns}", described(table)),
                );
                None
            }
        }
    }

    /// For a fault: how an entry in `fields` names the relation that `property` was probably meant to be, if there is any.
    pub(super) fn relation_entry(&self, table: &Table, property: &str) -> Option<Json> {
        let mut entries: Vec<(&str, Json)> = Vec::new();
        for key in &table.foreign_keys {
            let Some((other, link)) = self.resolved(table, key) else { continue };
            let [column] = &link.from[..] else { continue };
            let entry = json!({ "one": { "column": column } });
            let ours = &table.columns[key.from[0]].name;
            entries.extend([(&**ours, entry.clone()), (&*other.name, entry)]);
        }
        for other in &self.catalog.schema.tables {
            let [link] = &self.links(other, table)[..] else { continue };
            entries.push((&other.name, json!({ "many": { "table": other.name } })));
            for key in &other.foreign_keys {
                if let Some((third, far)) = self.resolved(other, key).filter(|(_, l)| l != link)
                    && self.links(other, third).len() == 1
                    && far.from != link.from
                {
                    let entry = json!({ "many": { "table": third.name, "through": other.name } });
                    entries.push((&third.name, entry));
                }
            }
        }
        let meant = *nearest(property, entries.iter().map(|(name, _)| *name)).first()?;
        entries.into_iter().find(|(name, _)| *name == meant).map(|(_, entry)| entry)
    }

    /// For a fault: which relations the database declares for a table.
    pub(super) fn relations_that_exist(&self, table: &Table) -> String {
        let mut found: Vec<String> = Vec::new();
        for key in &table.foreign_keys {
            if let Some((other, link)) = self.resolved(table, key) {
                found.push(format!("`{}` → `{}`", link.from.join(", "), other.name));
            } else if self.catalog.schema.table(&key.table).is_none() {
                let names: Vec<&str> =
                    key.from.iter().map(|&c| table.columns[c].name.as_str()).collect();
                found.push(format!("`{}` → `{}`, which is not there", names.join(", "), key.table));
            }
        }
        for other in &self.catalog.schema.tables {
            if !std::ptr::eq(other, table) {
                let links = self.links(other, table);
                found.extend(
                    links
                        .iter()
                        .map(|l| format!("`{}`.`{}` points here", other.name, l.from.join(", "))),
                );
            }
        }
        if found.is_empty() {
            return "; no foreign key is declared to or from it".to_string();
        }
        found.truncate(8);
        format!("; relations: {}", found.join(", "))
    }
}

/// Columns that tell the rows of a table apart: its key, with the rowid where the key may be null; none where nothing does.
pub(super) fn identity_names(table: &Table) -> Vec<String> {
    let mut names = key_names(table);
    let nullable =
        |&column: &usize| !table.columns[column].not_null && table.rowid_alias != Some(column);
    if table.primary_key.iter().any(nullable) {
        names.extend(table.rowid_name.map(str::to_string));
    }
    names
}

/// What puts the rows of a list in order: their key, or all they hold where they have none.
pub(super) fn ordering(reference: &TableRef, table: &Table) -> Vec<String> {
    let mut names = identity_names(table);
    if names.is_empty() {
        names = table.columns.iter().map(|c| c.name.clone()).collect();
    }
    key_columns(reference, table, &names).into_iter().map(|key| key.expression).collect()
}

/// `key = column AND …`, compared as SQLite compares a foreign key: in the collation and with the affinity of the key, whatever
/// the column's own are.
pub(super) fn condition(
    (from, from_table): (&TableRef, &Table),
    columns: &[String],
    (to, to_table): (&TableRef, &Table),
    keys: &[String],
) -> String {
    let ours = key_columns(from, from_table, columns);
    let theirs = key_columns(to, to_table, keys);
    let terms: Vec<String> = ours
        .iter()
        .zip(&theirs)
        .map(|(column, key)| {
            // The sign takes the affinity away, and with it every use of an index on the column. What a view or a query
            // gives may have another one than it is declared with.
            let is_declared = !matches!(from_table.kind, TableKind::View | TableKind::Query);
            let alike = is_declared && converts_alike(column.affinity, key.affinity);
            let sign = if alike { "" } else { "+" };
            format!("{} = {sign}{}", key.expression, column.expression)
        })
        .collect();
    terms.join(" AND ")
}

/// The columns named, as key columns of the table. A collation that only the program knows that made the table is not here
/// to compare with, so such a column is compared byte for byte.
pub(super) fn key_columns(reference: &TableRef, table: &Table, names: &[String]) -> Vec<KeyColumn> {
    names
        .iter()
        .map(|name| {
            let column = table.column(name).map(|c| &table.columns[c]);
            let mut key = KeyColumn {
                expression: reference.column(name),
                affinity: column.map_or(Affinity::Integer, |c| c.affinity),
                collation: column.map_or(Collation::Binary, |c| c.collation),
            };
            if key.collation == Collation::Other {
                key.expression.push_str(BINARY);
                key.collation = Collation::Binary;
            }
            key
        })
        .collect()
}

/// What compares byte for byte, whatever collation a column has.
pub(super) const BINARY: &str = " COLLATE BINARY";

/// Whether two columns order the same values in the same way.
pub(super) fn compares_alike(a: &KeyColumn, b: &KeyColumn) -> bool {
    converts_alike(a.affinity, b.affinity)
        && a.collation == b.collation
        && a.collation != Collation::Other
}

/// Whether columns of both affinities hold the same values for the same input, as far as comparisons can tell.
pub(super) fn converts_alike(a: Affinity, b: Affinity) -> bool {
    a == b || (a.is_numeric() && b.is_numeric())
}

pub(super) fn is_unique(table: &Table, names: &[String]) -> bool {
    let columns: Option<Vec<usize>> = names.iter().map(|n| table.column(n)).collect();
    match columns {
        Some(columns) => table.is_unique(&columns),
        // The rowid is no column, and unique.
        None => true,
    }
}
