//! One related row: which foreign key is meant, and whether the related table is kept or joined. Pure.

use super::build::{
    Builder, Draft, Scope, Wanted, described, key_bytes, key_names, shown_name, untyped,
};
use super::frame::{Frame, TableRef};
use super::link::{Link, condition, is_unique, key_columns};
use super::{Kept, KeyColumn, Node, Split, TextPiece};
use crate::encode::FieldOptions;
use crate::model::nearest::choices;
use crate::model::{self, Fields, One};
use crate::source::{Affinity, Table, TableKind};
use crate::target::{IdKind, Property};

/// Rows of a related table that may be kept, at most.
const KEPT_ROWS_MAX: u64 = 250_000;
/// Rows that are kept even where fewer rows refer to them.
const KEPT_ROWS_ALWAYS: u64 = 1_000;

impl<'a> Builder<'a> {
    /// Rule 3, one row: the foreign key in `column`, which is `p` or `p_id`. The outer `None`: there is none.
    #[expect(
        clippy::option_option,
        reason = "whether the rule applies, and whether it gave a node, are two things"
    )]
    pub(super) fn inferred_one(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        property: &Property,
        column: &str,
        path: &[String],
    ) -> Option<Option<Node>> {
        let found = self.keys_in_column(scope.table, column);
        let [(table, link)] = &found[..] else {
            if !found.is_empty() {
                self.fault(
                    &property.pointer,
                    format!(
                        "several foreign keys fit property `{}`: {}; name one in `fields`, as `{{\"one\": {{\"table\": …}}}}`",
                        path.join("."),
                        choices_of(&found)
                    ),
                );
            }
            return (!found.is_empty()).then_some(None);
        };
        Some(self.related(draft, scope, property, &no_fields(), (table, link), path))
    }

    /// An explicit `one`.
    pub(super) fn one(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        wanted: Wanted<'_>,
        one: &One,
    ) -> Option<Node> {
        let Wanted { property, path, .. } = wanted;
        let pointer = format!("{}/one", wanted.pointer);
        let found = self.one_link(scope.table, property, one, &pointer);
        let is_object = matches!(property.kind.as_str(), "object" | "nested");
        if !is_object {
            self.fault(
                &pointer,
                format!("`one` makes an object, but property `{}` is mapped as `{}`; map it as `object` with `properties`", path.join("."), property.kind),
            );
        }
        let Some((table, link)) = found.filter(|_| is_object) else {
            if is_object {
                self.check_related(property, one, path);
            }
            return None;
        };
        self.related(draft, scope, property, &one.fields, (table, &link), path)
    }

    /// The faults of what a related row holds, where the way to it is not known.
    fn check_related(&mut self, property: &Property, one: &One, path: &[String]) {
        let catalog = self.catalog;
        let table = one.table.as_ref().and_then(|name| catalog.schema.table(name));
        if let Some(table) = table.filter(|table| table.broken.is_none()) {
            let (mut draft, scope, _) = self.kept_draft(table, &[]);
            self.related_members(&mut draft, scope, property, &one.fields, (&[], path));
        }
    }

    /// The one declared key whose column is named after the property.
    fn key_by_name(
        &self,
        ours: &Table,
        property: &Property,
        declared: &[(&'a Table, Link)],
    ) -> Option<(&'a Table, Link)> {
        let by_id = format!("{}_id", property.name);
        [&property.name, &by_id].into_iter().find_map(|column| {
            let mut found = self.keys_in_column(ours, column);
            found.retain(|(t, l)| {
                declared.iter().any(|(table, link)| table.name == t.name && link == l)
            });
            if let [only] = &found[..] { Some(only.clone()) } else { None }
        })
    }

    fn one_link(
        &mut self,
        ours: &'a Table,
        property: &Property,
        one: &One,
        pointer: &str,
    ) -> Option<(&'a Table, Link)> {
        let named = match &one.table {
            Some(name) => {
                let table = self.named_table(name, &format!("{pointer}/table"));
                if let (None, Some(column)) = (table, &one.column) {
                    self.named_column(ours, column, &format!("{pointer}/column"));
                }
                Some(table?)
            }
            None => None,
        };
        let declared: Vec<(&'a Table, Link)> = ours
            .foreign_keys
            .iter()
            .filter_map(|key| self.resolved(ours, key))
            .filter(|(table, _)| named.is_none_or(|t| t.name == table.name))
            .filter(|(_, link)| match &one.column {
                Some(column) => link.from.len() == 1 && link.from[0].eq_ignore_ascii_case(column),
                None => true,
            })
            .filter(|(_, link)| {
                one.key
                    .as_ref()
                    .is_none_or(|k| link.to.len() == 1 && link.to[0].eq_ignore_ascii_case(k))
            })
            .collect();
        let by_name = self.key_by_name(ours, property, &declared);
        let found = match (&one.column, by_name, &declared[..]) {
            (None, Some(found), _) => Some(found),
            (_, _, [only]) => Some(only.clone()),
            (None, None, [_, _, ..]) => {
                let names = choices_of(&declared);
                let differ = declared.iter().any(|(_, link)| link.from != declared[0].1.from);
                let way = if differ { "column" } else { "table" };
                self.fault(
                    pointer,
                    format!("several foreign keys fit: {names}; name one with `{way}`"),
                );
                return None;
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        self.undeclared_one(ours, named, one, pointer)
    }

    /// Without a declared foreign key, `table` and `column` must be named, and `key` is the table's own unless named too.
    fn undeclared_one(
        &mut self,
        ours: &'a Table,
        named: Option<&'a Table>,
        one: &One,
        pointer: &str,
    ) -> Option<(&'a Table, Link)> {
        let (Some(table), Some(column)) = (named, &one.column) else {
            let more = self.relations_that_exist(ours);
            self.fault(pointer, format!("no declared foreign key says which row is meant; name `table`, `column` (ours) and `key` (theirs){more}"));
            return None;
        };
        let from = self.named_column(ours, column, &format!("{pointer}/column"));
        let to = match &one.key {
            Some(key) => self.named_column(table, key, &format!("{pointer}/key"))?,
            None => match &self.key_of(table)[..] {
                [key] => key.clone(),
                _ => {
                    let columns = choices(column, table.columns.iter().map(|c| c.name.as_str()));
                    self.fault(pointer, format!("{} has no key of one column; name theirs with `key`; columns: {columns}", described(table)));
                    return None;
                }
            },
        };
        Some((table, Link { from: vec![from?], to: vec![to] }))
    }

    /// The object of one related row.
    fn related(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        property: &Property,
        fields: &Fields,
        (table, link): (&'a Table, &Link),
        path: &[String],
    ) -> Option<Node> {
        let place = self.place(draft, scope, Some(&link.from.join(", ")), path);
        let columns = draft.select_all(scope, &link.from);
        let unique = is_unique(table, &link.to);
        if !unique && self.is_too_large(table, &link.to, &property.pointer) {
            return None;
        }
        if self.can_keep(table, scope.table) || !unique {
            let kept = self.keep(property, fields, table, &link.to, path)?;
            return Some(Node::Kept { kept, columns, place });
        }
        let frame = &mut draft.frames[scope.frame];
        let other = TableRef::new(table, frame.other_alias());
        let other = if frame.hides() { other.hide(frame.hidden_alias()) } else { other };
        let from = (frame.table(scope.item), scope.table);
        let on = condition(from, &link.from, (&other, table), &link.to);
        let item = frame.join("LEFT JOIN", other, scope.item, on);
        let present = frame.select_column(item, &link.to[0]);
        let inner = Scope { frame: scope.frame, item, table, through: None };
        let members = self.related_members(draft, inner, property, fields, (&link.to, path));
        Some(Node::Joined { columns, present, node: Box::new(Node::Object(members)), place })
    }

    /// `_id`, then the listed properties; `known_by` are the columns that others know the rows by.
    pub(super) fn related_members(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        property: &Property,
        fields: &Fields,
        (known_by, path): (&[String], &[String]),
    ) -> Vec<(Vec<u8>, Node)> {
        // `_id` needs no mapping, so its entry is not asked for one.
        let (own, entries): (Vec<_>, Vec<_>) =
            fields.entries.iter().cloned().partition(|entry| entry.name == "_id");
        let fields = &Fields { entries };
        let mut members: Vec<(Vec<u8>, Node)> =
            self.related_id(draft, scope, (known_by, own.first()), path).into_iter().collect();
        let listed: Vec<Property> =
            property.properties.iter().filter(|p| p.name != "_id").cloned().collect();
        members.extend(self.members(draft, scope, &listed, fields, path));
        members
    }

    /// `_id` of a related row: its primary key; without one, the one column that others know it by, else the rowid. A row of
    /// a view has a key only where one column is what others point at.
    fn related_id(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        (known_by, entry): (&[String], Option<&model::Field>),
        path: &[String],
    ) -> Option<(Vec<u8>, Node)> {
        let table = scope.table;
        let is_keyless = key_names(table).is_empty();
        if is_keyless && scope.frame > 0 {
            return None;
        }
        let (columns, names) = match known_by {
            [only] if table.primary_key.is_empty() && !is_keyless => {
                (draft.select_all(scope, known_by), vec![only.clone()])
            }
            _ => (self.row_key(draft, scope), key_names(table)),
        };
        let mut id_path = path.to_vec();
        id_path.push("_id".to_string());
        let place = self.place(draft, scope, Some(&names.join(", ")), &id_path);
        let is_number = match &names[..] {
            [only] => {
                table.column(only).is_none_or(|c| table.columns[c].affinity == Affinity::Integer)
            }
            _ => false,
        };
        let kind = if is_number { IdKind::Number } else { IdKind::Text };
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let target = self.target;
        let mapped = self.mapping.map_object_id(&names, kind, &target).unwrap_or_else(untyped);
        if let Some(entry) = entry.filter(|entry| entry.producer.is_some()) {
            let node = self.property(draft, scope, &mapped, Some(entry), &id_path)?;
            return Some((key_bytes("_id"), node));
        }
        let from = entry.and_then(|entry| entry.from);
        let lossy = entry.is_some_and(|entry| entry.lossy);
        let encoder = self.encoder(&mapped, &FieldOptions { from, lossy, timezone: None })?;
        let node = match columns[..] {
            [column] => Node::Scalar { column, encoder, place },
            _ => Node::Text { pieces: TextPiece::key(columns), encoder, place },
        };
        Some((key_bytes("_id"), node))
    }

    /// Plans a related table whose rows are made into JSON once.
    fn keep(
        &mut self,
        property: &Property,
        fields: &Fields,
        table: &'a Table,
        known_by: &[String],
        path: &[String],
    ) -> Option<usize> {
        let (mut draft, scope, key) = self.kept_draft(table, known_by);
        let members = self.related_members(&mut draft, scope, property, fields, (known_by, path));
        Some(self.add_kept(draft, Node::Object(members), key, table))
    }

    pub(super) fn kept_draft(
        &mut self,
        table: &'a Table,
        key: &[String],
    ) -> (Draft, Scope<'a>, Vec<KeyColumn>) {
        let reference = TableRef::new(table, shown_name(table));
        let mut frame = Frame::new(reference, self.catalog.schema.encoding, &described(table));
        frame.key = key_columns(frame.table(0), table, key);
        for column in frame.key.clone() {
            frame.select(column.expression);
        }
        let key = frame.key.clone();
        (Draft::new(frame), Scope { frame: 0, item: 0, table, through: None }, key)
    }

    pub(super) fn add_kept(
        &mut self,
        draft: Draft,
        node: Node,
        key: Vec<KeyColumn>,
        table: &Table,
    ) -> usize {
        self.kept.push(Kept {
            rows: draft.finish(node, Split::None(None), self.nulls, &[]),
            key,
            table: table.name.clone(),
        });
        self.kept.len() - 1
    }

    /// Rows that are not told apart by SQLite itself can only be kept; where they proved too many, that is a fault.
    pub(super) fn is_too_large(&mut self, table: &Table, key: &[String], pointer: &str) -> bool {
        let large = self.large.contains(&table.name);
        if large {
            let message = format!(
                "the rows of {} are too many to be kept in memory, and SQLite does not keep `{}` unique there; create a unique index on it, or a table of the view with one",
                described(table),
                key.join("`, `")
            );
            self.fault(pointer, message);
        }
        large
    }

    pub(super) fn can_keep(&self, table: &Table, referring: &Table) -> bool {
        let large = self.large.contains(&table.name);
        if !self.keeps || large || table.kind == TableKind::View {
            return false;
        }
        let rows = self.catalog.rows_at_most(table, KEPT_ROWS_MAX + 1);
        rows <= KEPT_ROWS_ALWAYS
            || (rows <= KEPT_ROWS_MAX
                && rows <= self.catalog.rows_at_most(referring, KEPT_ROWS_MAX + 1))
    }
}

pub(super) fn no_fields() -> Fields {
    Fields { entries: Vec::new() }
}

/// Foreign keys to choose from, for a fault.
fn choices_of(keys: &[(&Table, Link)]) -> String {
    let names: Vec<String> = keys
        .iter()
        .map(|(table, link)| format!("`{}` → `{}`", link.from.join("`, `"), table.name))
        .collect();
    names.join(", ")
}
