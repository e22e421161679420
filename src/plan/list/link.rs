//! Which tables a one-to-many relation leads through: a child table, or a join table and the table behind it.

use super::super::build::{Builder, Wanted, described};
use super::super::frame::TableRef;
use super::super::link::Link;
use super::super::sql::names_through;
use super::uses_through;
use crate::model::Many;
use crate::model::nearest::choices;
use crate::source::{Table, TableKind, quoted};
use crate::target::Property;

/// A one-to-many relation, resolved.
pub(super) struct ManyLink<'a> {
    pub(super) table: &'a Table,
    /// From the child table, or from the join table, to us.
    pub(super) parent: Link,
    /// The join table, and its link to the related rows.
    pub(super) through: Option<(&'a Table, Link)>,
}
impl<'a> Builder<'a> {
    /// The join table `<table>_<p>`, or the child table `p`, with a foreign key to us.
    pub(super) fn named_relation(
        &self,
        ours: &Table,
        property: &Property,
    ) -> Option<(&'a Table, bool)> {
        let catalog = self.catalog;
        let join = catalog.schema.table(&format!("{}_{}", ours.name, property.name));
        if let Some(join) = join.filter(|t| !self.links(t, ours).is_empty()) {
            return Some((join, true));
        }
        let child = catalog.schema.table(&property.name)?;
        (!self.links(child, ours).is_empty()).then_some((child, false))
    }
    pub(super) fn many_link(
        &mut self,
        ours: &'a Table,
        property: &Property,
        many: &Many,
        pointer: &str,
    ) -> Option<ManyLink<'a>> {
        let through = many.through.as_ref();
        let through = through.map(|name| self.named_table(name, &format!("{pointer}/through")));
        let table = many.table.as_ref();
        let table = table.map(|name| self.named_table(name, &format!("{pointer}/table")));
        let (Some(table), Some(through)) = (known(table), known(through)) else {
            // Columns of a table that is there can be wrong all the same.
            let from = if many.through.is_some() { through.flatten() } else { table.flatten() };
            if let Some(from) = from {
                self.check_columns(from, many, pointer);
            }
            return None;
        };
        let (table, through) = match (table, through, self.named_relation(ours, property)) {
            (None, None, Some((join, true))) => (None, Some(join)),
            (None, None, Some((child, false))) => (Some(child), None),
            (None, None, None) => {
                let more = self.relations_that_exist(ours);
                self.fault(pointer, format!("nothing says which rows are meant; name `table`, and `through` where there is a join table{more}"));
                return None;
            }
            (table, through, _) => (table, through),
        };
        let Some(join) = through else {
            let table = table?;
            let parent = self.link_to_us(table, ours, many.parent.as_deref(), None, pointer)?;
            return Some(ManyLink { table, parent, through: None });
        };
        let (parent, child) = (many.parent.as_deref(), many.child.as_deref());
        let Some(parent) = self.link_to_us(join, ours, parent, child, pointer) else {
            if let Some(child) = child {
                self.named_column(join, child, &format!("{pointer}/child"));
            }
            return None;
        };
        let (table, child) = self.link_to_them(join, table, &parent, child, pointer)?;
        Some(ManyLink { table, parent, through: Some((join, child)) })
    }

    /// The faults of the columns that a `many` names in `from`, its child or join table.
    fn check_columns(&mut self, from: &Table, many: &Many, pointer: &str) {
        for (key, name) in [("parent", &many.parent), ("child", &many.child)] {
            if let Some(name) = name {
                self.named_column(from, name, &format!("{pointer}/{key}"));
            }
        }
    }

    /// The faults of what the rows of a list hold, where the way to them is not known: nothing of it can be written, and
    /// all of it can be wrong.
    pub(super) fn check_rows(&mut self, wanted: Wanted<'_>, many: &Many) {
        let catalog = self.catalog;
        let table = |name: &Option<String>| {
            let table = name.as_ref().and_then(|name| catalog.schema.table(name));
            table.filter(|table| table.broken.is_none())
        };
        let (Some(related), join) = (table(&many.table), table(&many.through)) else { return };
        let (mut draft, mut scope, _) = self.kept_draft(related, &[]);
        if let Some(join) = join {
            let frame = &mut draft.frames[0];
            let other = TableRef::new(join, frame.other_alias());
            scope.through = Some((frame.join("JOIN", other, 0, "1".to_string()), join));
        }
        let pointer = wanted.pointer;
        let is_told = join.is_some() || !uses_through(many);
        for (key, sql) in [("where", &many.filter), ("order_by", &many.order_by)] {
            let Some(sql) = sql else { continue };
            let pointer = format!("{pointer}/{key}");
            if !names_through(sql) && key == "where" {
                self.check_expression(scope, sql, &pointer);
            } else if !names_through(sql) {
                self.check_order(scope, sql, &pointer);
            } else if join.is_some() {
                self.with_join_table(&draft, scope, sql, &pointer);
            }
        }
        let is_object = matches!(wanted.property.kind.as_str(), "object" | "nested");
        if is_told && (is_object || many.value.is_some()) {
            self.element(&mut draft, scope, wanted, many, &[]);
        }
    }

    /// The columns of `from` (a child or join table) that point at us.
    fn link_to_us(
        &mut self,
        from: &'a Table,
        ours: &'a Table,
        parent: Option<&str>,
        child: Option<&str>,
        pointer: &str,
    ) -> Option<Link> {
        let mut links = self.links(from, ours);
        if let Some(parent) = parent {
            let column = self.named_column(from, parent, &format!("{pointer}/parent"))?;
            if let Some(link) = links.into_iter().find(|l| l.from == [column.clone()]) {
                return Some(link);
            }
            if let Some(key) = self.declared_key(from, &column, ours, &format!("{pointer}/parent"))
            {
                return Some(Link { from: vec![column], to: vec![key] });
            }
            let [key] = &self.key_of(ours)[..] else {
                self.fault(&format!("{pointer}/parent"), format!("{} has no key of one column that `{parent}` could hold, and no foreign key is declared; take the table itself, or declare the foreign key", described(ours)));
                return None;
            };
            return Some(Link { from: vec![column], to: vec![key.clone()] });
        }
        links.retain(|l| child.is_none_or(|c| !l.from.iter().any(|f| f.eq_ignore_ascii_case(c))));
        match &links[..] {
            [only] => Some(only.clone()),
            [] => {
                let columns = choices(&ours.name, from.columns.iter().map(|c| c.name.as_str()));
                self.fault(pointer, format!("{} has no declared foreign key to {}; name the column that points at it with `parent`; columns: {columns}", described(from), described(ours)));
                None
            }
            several => {
                let names: Vec<String> =
                    several.iter().map(|l| format!("`{}`", l.from.join(", "))).collect();
                self.fault(
                    pointer,
                    format!(
                        "several foreign keys of {} point at {}: {}; name one with `parent`",
                        described(from),
                        described(ours),
                        names.join(", ")
                    ),
                );
                None
            }
        }
    }

    /// The column of a view or a query that is what `column` points at in another table, by its foreign key: the `_id` may be
    /// another one.
    fn declared_key(
        &mut self,
        from: &Table,
        column: &str,
        ours: &Table,
        pointer: &str,
    ) -> Option<String> {
        if !matches!(ours.kind, TableKind::View | TableKind::Query) {
            return None;
        }
        let declared = self.keys_in_column(from, column);
        let [(table, Link { to, .. })] = &declared[..] else { return None };
        let [name] = &to[..] else { return None };
        let sql = match ours.kind {
            TableKind::Query => ours.name.clone(),
            _ => format!("SELECT * FROM {}", quoted(&ours.name)),
        };
        let is_meant = |origin: &Option<(String, String)>| {
            origin.as_ref().is_some_and(|(of, column)| {
                of.eq_ignore_ascii_case(&table.name) && column.eq_ignore_ascii_case(name)
            })
        };
        let origins = self.catalog.origins(&sql);
        let columns = ours.columns.iter().zip(&origins);
        let meant: Vec<&String> = columns
            .filter(|(_, origin)| is_meant(origin))
            .map(|(column, _)| &column.name)
            .collect();
        let own = self.key_of(ours);
        let is_own = |key: &&&String| own == [key.as_str()];
        let key = meant.iter().find(is_own).or(meant.first())?.to_string();
        if own != [key.as_str()] {
            self.mapping.notices.push(format!(
                "`{pointer}`: `{column}` points at `{name}` of {}, so it is compared with column `{key}` of {}, not with its `_id`",
                described(table),
                described(ours)
            ));
        }
        Some(key)
    }

    /// The join table's columns that point at the related rows.
    fn link_to_them(
        &mut self,
        join: &'a Table,
        table: Option<&'a Table>,
        parent: &Link,
        child: Option<&str>,
        pointer: &str,
    ) -> Option<(&'a Table, Link)> {
        let mut links: Vec<(&'a Table, Link)> = join
            .foreign_keys
            .iter()
            .filter_map(|key| self.resolved(join, key))
            .filter(|(other, link)| link != parent && table.is_none_or(|t| t.name == other.name))
            .collect();
        if let Some(child) = child {
            let column = self.named_column(join, child, &format!("{pointer}/child"))?;
            if let Some(found) = links.iter().find(|(_, l)| l.from == [column.clone()]) {
                return Some(found.clone());
            }
            let key = table.map(|t| (t, self.key_of(t)));
            let Some((table, [key])) = key.as_ref().map(|(t, k)| (*t, &k[..])) else {
                let message = match table {
                    None => "no foreign key is declared for this column; name the `table` it points at, one with a key of one column".to_owned(),
                    Some(table) => format!(
                        "no foreign key is declared for this column, and {} has no key of one column; make a list of {} itself (`table`, `parent`), and in it a `one` with `table`, `column` and `key`",
                        described(table),
                        described(join)
                    ),
                };
                self.fault(&format!("{pointer}/child"), message);
                return None;
            };
            return Some((table, Link { from: vec![column], to: vec![key.clone()] }));
        }
        if links.len() == 1 {
            return links.pop();
        }
        let (what, names) = if links.is_empty() {
            let columns = choices("", join.columns.iter().map(|c| c.name.as_str()));
            ("no declared foreign key", format!("columns: {columns}"))
        } else {
            let names: Vec<String> = links
                .iter()
                .map(|(t, l)| format!("`{}` → `{}`", l.from.join(", "), t.name))
                .collect();
            ("several foreign keys", names.join(", "))
        };
        self.fault(pointer, format!("{what} of join table `{}` could point at the related rows; name the column with `child`, and the `table`; {names}", join.name));
        None
    }
}

/// A table that was named and found, or not named; `None` where it was not found.
#[expect(
    clippy::option_option,
    reason = "whether a table was named, and whether it is there, are two things"
)]
fn known(named: Option<Option<&Table>>) -> Option<Option<&Table>> {
    match named {
        Some(None) => None,
        Some(Some(table)) => Some(Some(table)),
        None => Some(None),
    }
}
