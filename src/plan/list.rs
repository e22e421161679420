//! One-to-many relations: the cursor that is merged with the main one, and what a row of it writes; `link` knows which tables
//! they lead through. Pure.

mod link;

use self::link::ManyLink;
use super::build::{Builder, Draft, ListDraft, Scope, Wanted, described, key_names};
use super::frame::{Frame, TableRef};
use super::link::{
    Link, compares_alike, condition, identity_names, is_unique, key_columns, ordering,
};
use super::relation::no_fields;
use super::sql::{names_through, with_through};
use super::{KeyColumn, Node};
use crate::encode::{FieldOptions, Member};
use crate::model::nearest::choices;
use crate::model::{self, Fields, Many};
use crate::source::Table;
use crate::target::Property;

impl<'a> Builder<'a> {
    /// Rule 3, many rows: a join table `<table>_<p>`, or a child table `p`. The outer `None`: there is neither.
    #[expect(
        clippy::option_option,
        reason = "whether the rule applies, and whether it gave a node, are two things"
    )]
    pub(super) fn inferred_many(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        property: &Property,
        path: &[String],
    ) -> Option<Option<Node>> {
        let pointer = property.pointer.clone();
        let many = Many {
            table: None,
            through: None,
            parent: None,
            child: None,
            filter: None,
            order_by: None,
            limit: None,
            value: None,
            fields: no_fields(),
        };
        self.named_relation(scope.table, property)?;
        let Some(link) = self.many_link(scope.table, property, &many, &pointer) else {
            return Some(None);
        };
        let options = FieldOptions::default();
        let wanted = Wanted { property, options: &options, pointer: &pointer, path };
        Some(self.list(draft, scope, wanted, &many, link))
    }

    /// An explicit `many`.
    pub(super) fn many(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        wanted: Wanted<'_>,
        many: &Many,
    ) -> Option<Node> {
        let pointer = format!("{}/many", wanted.pointer);
        let link = self.many_link(scope.table, wanted.property, many, &pointer);
        let wanted = Wanted { pointer: &pointer, ..wanted };
        let Some(link) = link else {
            self.check_kind(wanted, many);
            self.check_rows(wanted, many);
            return None;
        };
        self.list(draft, scope, wanted, many, link)
    }

    /// A list: its cursor, merged by the main key, and the node of its elements.
    fn list(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        wanted: Wanted<'_>,
        many: &Many,
        link: ManyLink<'a>,
    ) -> Option<Node> {
        let pointer = wanted.pointer;
        if !self.check_kind(wanted, many) {
            self.check_rows(wanted, many);
            return None;
        }
        if scope.frame > 0 && draft.lists[scope.frame - 1].keyless {
            let message = "the rows that this list would belong to have no key, so nothing tells them apart; take them from the table that the view is made from";
            self.fault(pointer, message);
            return None;
        }
        let list = draft.frames.len() - 1;
        // SQL over the related rows that speaks of the join table, too, stands beside all tables on the way.
        let hidden = link.through.is_some() && mentions_through(many);
        let rows = link.through.as_ref().map_or(link.table, |(join, _)| join);
        let (mut frame, item) = self.list_frame(draft, scope, rows, &link.parent, hidden);
        for column in frame.key.clone() {
            frame.select(column.expression);
        }
        let outer = if scope.frame == 0 {
            Vec::new()
        } else {
            draft.lists[scope.frame - 1].identity.clone()
        };
        // Rows that belong together come together, which is the order in which SQLite steps through the tables anyway.
        let within: Vec<usize> = outer
            .iter()
            .map(|&column| {
                let expression = frame.renamed(&draft.frames[scope.frame].expression(column));
                frame.order.push(expression.clone());
                frame.select(expression)
            })
            .collect();
        draft.frames.push(frame);
        draft.lists.push(ListDraft {
            identity: within.clone(),
            path: within,
            outer,
            keyless: key_names(rows).is_empty(),
            limit: many.limit,
        });
        let row = Scope { frame: list + 1, item, table: link.table, through: None };
        let node = match &link.through {
            None => self.child_rows(draft, row, wanted, many),
            Some((join, child)) => {
                let join = Scope { table: join, ..row };
                self.through_rows(draft, join, (link.table, child), wanted, many)
            }
        };
        self.check_list(draft, list + 1, pointer);
        Some(Node::Many { list, node: Box::new(node?) })
    }

    /// Whether a list without a `value` belongs to a property that holds objects; a fault otherwise.
    fn check_kind(&mut self, wanted: Wanted<'_>, many: &Many) -> bool {
        let Wanted { property, pointer, path, .. } = wanted;
        let is_object = matches!(property.kind.as_str(), "object" | "nested");
        if many.value.is_none() && !is_object {
            self.fault(pointer, format!("property `{}` is mapped as `{}`, so its list needs a `value`, such as `\"{{name}}\"`", path.join("."), property.kind));
        }
        many.value.is_some() || is_object
    }

    /// The cursor that a list begins with: the child (or join) table alone where it holds the main key itself, else the
    /// way from the main rows to it.
    fn list_frame(
        &self,
        draft: &Draft,
        scope: Scope<'a>,
        table: &'a Table,
        link: &Link,
        hidden: bool,
    ) -> (Frame, usize) {
        let outer = &draft.frames[scope.frame];
        let what = described(table);
        let is_main = scope.frame == 0 && scope.item == 0;
        let ours: Vec<KeyColumn> = key_columns(outer.table(scope.item), scope.table, &link.to);
        let same_order = is_main
            && ours.len() == outer.key.len()
            && ours.iter().zip(&outer.key).all(|(a, b)| a.expression == b.expression)
            && ours
                .iter()
                .zip(key_columns(outer.table(0), table, &link.from))
                .all(|(a, b)| compares_alike(a, &b));
        if same_order {
            let mut frame =
                Frame::new(TableRef::new(table, &table.name), self.catalog.schema.encoding, &what);
            if hidden {
                frame.hide();
            }
            frame.key = key_columns(frame.table(0), table, &link.from);
            return (frame, 0);
        }
        let mut frame = outer.bare(scope.item, &what);
        let parent = frame.tables() - 1;
        if hidden {
            frame.hide();
        }
        let other = if hidden {
            TableRef::new(table, "").hide(frame.hidden_alias())
        } else {
            TableRef::new(table, frame.alias_for(&table.name))
        };
        let to = (frame.table(parent), scope.table);
        let on = condition((&other, table), &link.from, to, &link.to);
        let item = frame.join("JOIN", other, parent, on);
        (frame, item)
    }

    /// Rows of a child table.
    fn child_rows(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        wanted: Wanted<'_>,
        many: &Many,
    ) -> Option<Node> {
        let pointer = wanted.pointer;
        let frame = &mut draft.frames[scope.frame];
        if let Some(filter) = &many.filter {
            frame.set_filter(scope.item, filter);
            self.check_expression(scope, filter, &format!("{pointer}/where"));
        }
        if let Some(order) = &many.order_by {
            self.order_rows(draft, scope, order, &format!("{pointer}/order_by"));
        }
        let frame = &mut draft.frames[scope.frame];
        let order = ordering(frame.table(scope.item), scope.table);
        frame.order.extend(order);
        let own = draft.select_all(scope, &identity_names(scope.table));
        draft.lists[scope.frame - 1].identity.extend(own);
        self.element(draft, scope, wanted, many, &[])
    }

    /// Rows of a join table, with the related rows kept or joined.
    fn through_rows(
        &mut self,
        draft: &mut Draft,
        join: Scope<'a>,
        (related, child): (&'a Table, &Link),
        wanted: Wanted<'_>,
        many: &Many,
    ) -> Option<Node> {
        let place = self.place(draft, join, Some(&child.from.join(", ")), wanted.path);
        let columns = draft.select_all(join, &child.from);
        let frame = &mut draft.frames[join.frame];
        let nullable = |name: &&String| {
            join.table.column(name).is_none_or(|c| !join.table.columns[c].not_null)
        };
        for name in child.from.iter().filter(nullable) {
            let column = frame.table(join.item).column(name);
            frame.conditions.push(format!("{column} IS NOT NULL"));
        }
        let ours = key_columns(frame.table(join.item), join.table, &child.from);
        let in_key_order = is_in_key_order(frame, join, related, child);
        let plain =
            many.filter.is_none() && many.order_by.is_none() && !uses_through(many) && in_key_order;
        let unique = is_unique(related, &child.to);
        if !unique && self.is_too_large(related, &child.to, wanted.pointer) {
            return None;
        }
        if plain && (self.can_keep(related, join.table) || !unique) {
            let order: Vec<String> = ours.into_iter().map(|k| k.expression).collect();
            draft.frames[join.frame].order.extend(order);
            let (mut kept_draft, scope, key) = self.kept_draft(related, &child.to);
            let node = self.element(&mut kept_draft, scope, wanted, many, &child.to)?;
            let kept = self.add_kept(kept_draft, node, key, related);
            return Some(Node::Kept { kept, columns, place });
        }
        self.joined_through(draft, join, (related, child), wanted, many, (columns, place))
    }

    fn joined_through(
        &mut self,
        draft: &mut Draft,
        join: Scope<'a>,
        (related, child): (&'a Table, &Link),
        wanted: Wanted<'_>,
        many: &Many,
        (columns, place): (Vec<usize>, usize),
    ) -> Option<Node> {
        let frame = &mut draft.frames[join.frame];
        let other = TableRef::new(related, frame.alias_for(&related.name));
        // The model's SQL stands beside it then.
        let other = if mentions_through(many) { other.unmasked() } else { other };
        let from = (frame.table(join.item), join.table);
        let on = condition(from, &child.from, (&other, related), &child.to);
        let item = frame.join("LEFT JOIN", other, join.item, on);
        let present = frame.select_column(item, &child.to[0]);
        let scope = Scope {
            frame: join.frame,
            item,
            table: related,
            through: Some((join.item, join.table)),
        };
        self.filter_through(draft, scope, many, child, wanted.pointer);
        self.order_through(draft, scope, many, wanted.pointer);
        let frame = &mut draft.frames[join.frame];
        // The join table's own columns say the same, and for keys that point at nothing too.
        let keys = if is_in_key_order(frame, join, related, child) {
            key_columns(frame.table(join.item), join.table, &child.from)
        } else if is_keyless(related) {
            key_columns(frame.table(item), related, &child.to)
        } else {
            Vec::new()
        };
        let theirs = match keys.is_empty() {
            true => ordering(frame.table(item), related),
            false => keys.into_iter().map(|key| key.expression).collect(),
        };
        let rows = ordering(frame.table(join.item), join.table);
        frame.order.extend(theirs);
        frame.order.extend(rows);
        let own = draft.select_all(join, &identity_names(join.table));
        draft.lists[join.frame - 1].identity.extend(own);
        let node = self.element(draft, scope, wanted, many, &child.to)?;
        Some(Node::Joined { columns, present, node: Box::new(node), place })
    }

    /// Leaves out what `where` does not want; a dangling key stays, to be told.
    fn filter_through(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        many: &Many,
        child: &Link,
        pointer: &str,
    ) {
        let Some(filter) = &many.filter else { return };
        let pointer = format!("{pointer}/where");
        let frame = &mut draft.frames[scope.frame];
        let found = frame.table(scope.item).column(&child.to[0]);
        if !names_through(filter) {
            frame.set_filter_column(scope.item, filter);
            let column = frame.table(scope.item).own_column("where");
            frame.conditions.push(format!("({found} IS NULL OR {column})"));
            self.check_expression(scope, filter, &pointer);
        } else if let Some(filter) = self.with_join_table(draft, scope, filter, &pointer) {
            // What it says of the join table's own columns holds for such a key, too.
            let condition = format!("ifnull(({filter}\n), {found} IS NULL)");
            draft.frames[scope.frame].conditions.push(condition);
        }
    }

    fn order_through(&mut self, draft: &mut Draft, scope: Scope<'a>, many: &Many, pointer: &str) {
        let Some(order) = &many.order_by else { return };
        let pointer = format!("{pointer}/order_by");
        if !names_through(order) {
            self.order_rows(draft, scope, order, &pointer);
        } else if let Some(order) = self.with_join_table(draft, scope, order, &pointer) {
            draft.frames[scope.frame].order.push(format!("{order}\n"));
        }
    }

    /// SQL with each `through.column` as the join table's hidden column.
    fn with_join_table(
        &mut self,
        draft: &Draft,
        scope: Scope<'a>,
        sql: &str,
        pointer: &str,
    ) -> Option<String> {
        let (item, join) = scope.through?;
        let reference = draft.frames[scope.frame].table(item);
        let column = |name: &str| {
            let name = match join.column(name) {
                Some(column) => join.columns[column].name.as_str(),
                None => join.rowid_name.filter(|_| super::build::is_rowid(join, name))?,
            };
            Some(reference.column(name))
        };
        match with_through(sql, column) {
            Ok(replaced) => {
                self.check_beside(scope, reference.clone(), &replaced, sql, pointer);
                Some(replaced)
            }
            Err(name) => {
                let columns = choices(&name, join.columns.iter().map(|c| c.name.as_str()));
                self.fault(
                    pointer,
                    format!(
                        "join table `{}` has no column `{name}`; columns: {columns}",
                        join.name
                    ),
                );
                None
            }
        }
    }

    /// Orders rows by the model's `order_by`: within the table's own scope where other tables stand beside it.
    fn order_rows(&mut self, draft: &mut Draft, scope: Scope<'a>, order: &str, pointer: &str) {
        self.check_order(scope, order, pointer);
        let frame = &mut draft.frames[scope.frame];
        if frame.tables() == 1 && frame.table(0).says_its_columns() {
            frame.order_by_model(order);
        } else {
            frame.set_order_column(scope.item, order);
            let column = frame.table(scope.item).own_column("order");
            frame.order.push(column);
        }
    }

    /// What one row of a list writes: a templated value, or an object of the related row.
    fn element(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        wanted: Wanted<'_>,
        many: &Many,
        known_by: &[String],
    ) -> Option<Node> {
        let Wanted { property, path, .. } = wanted;
        let Some(value) = &many.value else {
            return Some(Node::Object(self.related_members(
                draft,
                scope,
                property,
                &many.fields,
                (known_by, path),
            )));
        };
        let encoder = self.encoder(property, wanted.options)?;
        let element = match encoder.element() {
            Member::Encoder(element) => element,
            // A list of such values is judged element by element, for each of them is a value of the field.
            Member::Whole | Member::Refused(_) => encoder,
        };
        self.template(draft, scope, property, value, element, path)
    }

    /// A last look at a list's cursor, whose SQL holds pieces of the model that only make sense together.
    fn check_list(&mut self, draft: &Draft, frame: usize, pointer: &str) {
        let cursor = draft.frames[frame].clone().finish();
        if !self.faults.is_empty() {
            return;
        }
        if let Err(words) = self.catalog.columns(&cursor.sql(false, false)) {
            self.fault(
                pointer,
                format!("SQLite refuses `where`, `order_by` or a field of this list: {words}"),
            );
        }
    }
}

/// Whether a join table's columns put the rows in the order of the related rows' key.
fn is_in_key_order(frame: &Frame, join: Scope<'_>, related: &Table, child: &Link) -> bool {
    let ours = key_columns(frame.table(join.item), join.table, &child.from);
    let theirs = key_columns(frame.table(join.item), related, &child.to);
    (is_keyless(related) || child.to == key_names(related))
        && ours.iter().zip(&theirs).all(|(a, b)| compares_alike(a, b))
}

/// Whether a table has no primary key; its rows are known by what the join table holds of them.
fn is_keyless(related: &Table) -> bool {
    related.primary_key.is_empty() && !key_names(related).is_empty()
}

/// Whether a `many` speaks of the join table's columns in its values.
fn uses_through(many: &Many) -> bool {
    mentions_through(many)
        || many.value.as_ref().is_some_and(node_uses_through)
        || fields_use_through(&many.fields)
}

/// Whether the SQL of a `many` speaks of the join table as `through`.
fn mentions_through(many: &Many) -> bool {
    [&many.filter, &many.order_by].into_iter().flatten().any(|sql| names_through(sql))
}

fn fields_use_through(fields: &Fields) -> bool {
    fields.entries.iter().any(
        |f| matches!(&f.producer, Some(model::Producer::Value(node)) if node_uses_through(node)),
    )
}

fn node_uses_through(node: &model::Node) -> bool {
    match node {
        model::Node::Column(column) => column.through,
        model::Node::Text(template) => template
            .pieces
            .iter()
            .any(|p| matches!(p, model::Piece::Column(column) if column.through)),
        model::Node::List(items) => items.iter().any(node_uses_through),
        model::Node::Object(members) => members.iter().any(|(_, node)| node_uses_through(node)),
        model::Node::Null | model::Node::Bool(_) | model::Node::Number(_) => false,
    }
}
