//! Which tables a one-to-many relation leads through: a child table, or a join table and the table behind it.

use super::super::build::{Builder, described};
use super::super::link::Link;
use crate::model::Many;
use crate::model::nearest::choices;
use crate::source::Table;
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
        let through = match &many.through {
            Some(name) => Some(self.named_table(name, &format!("{pointer}/through"))?),
            None => None,
        };
        let table = match &many.table {
            Some(name) => Some(self.named_table(name, &format!("{pointer}/table"))?),
            None => None,
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
        let parent =
            self.link_to_us(join, ours, many.parent.as_deref(), many.child.as_deref(), pointer)?;
        let (table, child) =
            self.link_to_them(join, table, &parent, many.child.as_deref(), pointer)?;
        Some(ManyLink { table, parent, through: Some((join, child)) })
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
