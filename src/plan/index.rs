//! The plan of one index: its rows and their order, `_id`, the action line, the documents. Pure.

use std::borrow::Cow;
use std::collections::HashSet;

use super::build::{
    Builder, Draft, Scope, changing_notice, described, is_rowid, key_names, shown_name, unmapped,
};
use super::frame::{Frame, TableRef};
use super::order::{Terms, is_unique, uniqueness};
use super::{ActionForm, ActionPart, IdPlan, IndexPlan, Node, TextPiece, Uniqueness};
use crate::encode::rule::{
    ChildRule, DocumentRule, DynamicRule, NestedRule, OnceRule, SuggestedRule,
};
use crate::error::Fault;
use crate::export::Op;
use crate::model::nearest::choices;
use crate::model::{Fields, Id, Index, Piece, Source, Template};
use crate::source::{Catalog, Table, TableKind, quoted};
use crate::target::span::{ES1_ES2, es_until};
use crate::target::{
    Around, Growth, Mapping, Meta, Property, Target, action_key, create_index_body,
    index_name_fault, type_name_fault, version_type_fault,
};

/// What all indices of a run are planned against.
pub(super) struct Scene<'a> {
    pub(super) catalog: &'a Catalog<'a>,
    pub(super) target: Target,
    pub(super) op: Op,
    pub(super) keeps: bool,
    pub(super) large: &'a HashSet<String>,
}

/// The faults of an index.
#[derive(Default)]
pub(super) struct Found {
    /// Of the mapping, and of what stands beside it.
    pub(super) around: Vec<Fault>,
    /// Of where values come from.
    pub(super) rows: Vec<Fault>,
}

/// Plans one index, or adds every fault it finds to `found`.
pub(super) fn plan_index(
    index: &Index,
    scene: &Scene<'_>,
    found: &mut Found,
    notices: &mut Vec<String>,
) -> Option<IndexPlan> {
    let Found { around: faults, rows: of_rows } = found;
    let Scene { catalog, target, op, keeps, large } = *scene;
    let mut mapping = Mapping::translate(&index.mapping, &index.mapping_pointer, &target, faults);
    let index = &*sayable(index, mapping.properties.is_empty() && !faults.is_empty());
    mapping.follow_settings(index.settings.as_ref(), &target);
    super::null::check(&mapping, &index.mapping_pointer, &target, faults);
    if index.routing.is_none() {
        mapping.leave_unrouted();
    }
    hold_queries(index, &mut mapping, &target, faults);
    let query;
    let table = match &index.source {
        Source::Table(name) => {
            find_table(catalog, name, &format!("{}/table", index.pointer), of_rows)
        }
        Source::Query(sql) => {
            let pointer = format!("{}/query", index.pointer);
            query = query_table(catalog, sql, &pointer, of_rows);
            notices.extend(changing_notice(catalog, sql, sql, &pointer));
            query.as_ref()
        }
    };
    let copies = copies_of(&mapping.properties);
    name_faults(index, &mapping, &target, faults);
    let properties = mapping.properties.clone();
    let Some(table) = table else {
        unmapped(&properties, &index.fields, of_rows);
        create_index_body(around(index), &mapping, &target, faults);
        return None;
    };
    let mut builder = Builder {
        catalog,
        target,
        timezone: index.timezone.clone(),
        nulls: index.nulls,
        copies,
        keeps,
        large,
        main: None,
        faults: Vec::new(),
        kept: Vec::new(),
        places: Vec::new(),
        spots: Vec::new(),
        mapping: &mut mapping,
    };
    let planned = builder.index(index, op, table, &properties);
    let Builder { faults: mut of_builder, kept, places, .. } = builder;
    of_rows.append(&mut of_builder);
    let (body, mut translated) = create_index_body(around(index), &mapping, &target, faults);
    notices.append(&mut mapping.notices);
    notices.append(&mut translated);
    let Planned { id, action, rows, document, dynamic } = planned?;
    let type_name = target.default_type().map(|default| {
        index.type_name.as_deref().or(mapping.type_name.as_deref()).unwrap_or(default).to_string()
    });
    (faults.is_empty() && of_rows.is_empty()).then(|| IndexPlan {
        name: index.name.clone(),
        action_head: action_head(&index.name, type_name.as_deref(), op),
        type_name,
        body: pretty(&body),
        id,
        action,
        rows,
        kept,
        places,
        nulls: index.nulls,
        document,
        dynamic,
    })
}

/// Documents of the type `.percolator` of 1.x and 2.x are queries.
fn hold_queries(index: &Index, mapping: &mut Mapping, target: &Target, faults: &mut Vec<Fault>) {
    let type_name = index.type_name.as_deref().or(mapping.type_name.as_deref());
    if type_name == Some(".percolator") && target.within(ES1_ES2) && !mapping.hold_queries() {
        faults.push(Fault {
            pointer: index.mapping_pointer.clone(),
            message: format!(
                "{target} refuses documents of the type `.percolator` without `query`; map it as `object` with `\"enabled\": false`"
            ),
        });
    }
}

/// Nothing can be said of entries in `fields` where the mapping's own fields are unknown; of the rest of the index it can.
fn sayable(index: &Index, is_unknown: bool) -> Cow<'_, Index> {
    if is_unknown {
        Cow::Owned(Index { fields: Fields::default(), ..index.clone() })
    } else {
        Cow::Borrowed(index)
    }
}

/// What stands beside the mapping.
fn around(index: &Index) -> Around<'_> {
    Around {
        name: &index.name,
        pointer: &index.pointer,
        settings: index.settings.as_ref(),
        aliases: index.aliases.as_ref(),
        type_name: index.type_name.as_deref(),
    }
}

/// Faults of the names around a mapping, and of a routing that it requires.
fn name_faults(index: &Index, mapping: &Mapping, target: &Target, faults: &mut Vec<Fault>) {
    let mut fault = |pointer: String, message: String| faults.push(Fault { pointer, message });
    if let Some(message) = index_name_fault(&index.name, target) {
        fault(index.pointer.clone(), message);
    }
    if let Some(name) = index.type_name.as_deref().or(mapping.type_name.as_deref())
        && target.typed()
        && let Some(message) = type_name_fault(name, target)
    {
        fault(format!("{}/type", index.pointer), message);
    }
    if mapping.routing_required && index.routing.is_none() {
        let message =
            "the mapping requires a routing for each document; give its template in `routing`";
        fault(index.pointer.clone(), message.to_string());
    }
    if let (Some(path), Some(routing)) = (mapping.routing_path(target), &index.routing)
        && !matches!(&routing.pieces[..], [Piece::Column(column)] if column.name == path)
    {
        let message = format!(
            "{target} takes the routing from the field `{path}` (`_routing.path`) and refuses a body that names another; write `\"routing\": \"{{{path}}}\"`, or remove `path`"
        );
        fault(routing.pointer.clone(), message);
    }
}

/// `{"create":{"_index":"…","_type":"…","_id":`
fn action_head(name: &str, type_name: Option<&str>, op: Op) -> Vec<u8> {
    let verb = match op {
        Op::Create => "create",
        Op::Index => "index",
        Op::Update => "update",
        Op::Delete => "delete",
    };
    let mut head = format!("{{\"{verb}\":{{\"_index\":{}", serde_json::Value::from(name));
    if let Some(type_name) = type_name {
        head.push_str(&format!(",\"_type\":{}", serde_json::Value::from(type_name)));
    }
    head.push_str(",\"_id\":");
    head.into_bytes()
}

/// `mapping.json`: two spaces, a newline at the end.
fn pretty(body: &serde_json::Map<String, serde_json::Value>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(body).expect("a map of JSON values is JSON");
    bytes.push(b'\n');
    bytes
}

/// What a builder makes of one index.
struct Planned {
    id: IdPlan,
    action: Vec<ActionPart>,
    rows: super::Rows,
    document: DocumentRule,
    dynamic: Option<DynamicRule>,
}

impl<'a> Builder<'a> {
    fn index(
        &mut self,
        index: &Index,
        op: Op,
        table: &'a Table,
        properties: &[Property],
    ) -> Option<Planned> {
        let mut frame = Frame::new(
            TableRef::new(table, shown_name(table)),
            self.catalog.schema.encoding,
            &described(table),
        );
        let id_columns = self.id_columns(index, table);
        self.main = id_columns.clone().map(|columns| (table, columns));
        let mut ordered = id_columns.clone().unwrap_or_default();
        if !is_unique(table, &ordered) {
            ordered.extend(
                key_names(table)
                    .into_iter()
                    .filter(|k| !id_columns.iter().flatten().any(|c| c == k)),
            );
        }
        let terms = Terms::of(self.catalog, table, &ordered);
        frame.key = terms.key(frame.table(0), table);
        for column in frame.key.clone() {
            frame.select(column.expression);
        }
        if let Some(filter) = &index.filter {
            frame.set_filter(0, filter);
        }
        let split = terms.split(table, &frame.key);
        let mut draft = Draft::new(frame);
        let scope = Scope { frame: 0, item: 0, table, through: None };
        if let Some(filter) = &index.filter {
            self.check_expression(scope, filter, &format!("{}/where", index.pointer));
        }
        let members = self.members(&mut draft, scope, properties, &index.fields, &[]);
        let nested_max = self.mapping.nested_max(index.settings.as_ref(), &self.target);
        let nested = nested_max.and_then(|max| {
            NestedRule::compile(properties, max, |path| self.place(&mut draft, scope, None, path))
        });
        let target = self.target;
        let suggested = SuggestedRule::compile(properties, &target, |path| {
            self.place(&mut draft, scope, None, path)
        });
        let once = OnceRule::compile(properties, &target, |path| {
            self.place(&mut draft, scope, None, path)
        });
        let children = ChildRule::compile(properties);
        let document = DocumentRule { nested, once, suggested, children };
        let dynamic = self.dynamic(&mut draft, scope, index, properties);
        let action = self.action(&mut draft, scope, index, op);
        let id = id_columns.and_then(|columns| self.id(&mut draft, scope, index, &columns));
        let mut more: Vec<usize> =
            id.iter().flat_map(|id| &id.pieces).filter_map(TextPiece::column).collect();
        more.extend(action.iter().flat_map(|part| &part.pieces).filter_map(TextPiece::column));
        let rows = draft.finish(Node::Object(members), split, self.nulls, &more);
        if self.faults.is_empty()
            && let Err(words) = self.catalog.columns(&rows.cursor.sql(false, false))
        {
            self.fault(
                &index.pointer,
                format!("SQLite refuses the statement for this index: {words}"),
            );
        }
        Some(Planned { id: id?, action, rows, document, dynamic })
    }

    /// What is asked of members that the mapping does not name.
    fn dynamic(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        index: &Index,
        properties: &[Property],
    ) -> Option<DynamicRule> {
        let growth = Growth::of(self.mapping, index.settings.as_ref(), &self.target)?;
        let spots = std::mem::take(&mut self.spots);
        let target = self.target;
        DynamicRule::compile(properties, growth, spots, &target, |spot| {
            self.place(draft, scope, spot.column.as_deref(), &spot.path)
        })
    }

    /// The columns that make `_id`, in the order in which they order the documents.
    fn id_columns(&mut self, index: &Index, table: &Table) -> Option<Vec<String>> {
        let pointer = format!("{}/id", index.pointer);
        let names: Vec<String> = match &index.id {
            Some(Id::Column(name)) => vec![name.clone()],
            Some(Id::Template(template)) => template_columns(template),
            None if !table.primary_key.is_empty() => key_names(table),
            None => {
                let columns = choices("id", table.columns.iter().map(|c| c.name.as_str()));
                let rowid = if table.has_rowid() { ", or name `rowid`" } else { "" };
                self.fault(
                    &index.pointer,
                    format!("{} has no primary key, so `id` must name a column or a template{rowid}; columns: {columns}", described(table)),
                );
                return None;
            }
        };
        if names.is_empty() {
            self.fault(&pointer, "the template names no column, so every document would have the same `_id`; put a `{column}` in it");
            return None;
        }
        let mut found = Vec::new();
        for name in names {
            match table.column(&name) {
                Some(column) => found.push(table.columns[column].name.clone()),
                None if is_rowid(table, &name) => found.push(name),
                None => {
                    let columns = choices(&name, table.columns.iter().map(|c| c.name.as_str()));
                    self.fault(
                        &pointer,
                        format!("{} has no column `{name}`; columns: {columns}", described(table)),
                    );
                    return None;
                }
            }
        }
        found.dedup();
        Some(found)
    }

    fn id(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        index: &Index,
        columns: &[String],
    ) -> Option<IdPlan> {
        let place = self.place(draft, scope, Some(&columns.join(", ")), &["_id".to_string()]);
        let at = |name: &String| (draft.frames[0].select_column(0, name), name.clone());
        self.places[place].columns = columns.iter().map(at).collect();
        let (pieces, uniqueness) = match &index.id {
            Some(Id::Template(template)) => {
                (self.pieces(draft, scope, template)?, Uniqueness::Unknown)
            }
            _ => {
                let names = columns.iter();
                let key = names.map(|name| draft.frames[0].select_column(0, name)).collect();
                (TextPiece::key(key), uniqueness(scope.table, columns))
            }
        };
        Some(IdPlan { pieces, place, uniqueness })
    }

    fn action(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        index: &Index,
        op: Op,
    ) -> Vec<ActionPart> {
        let is_required = self.mapping.routing_required && deletes_want_routing(op, &self.target);
        let wanted = [
            ("routing", Meta::Routing, &index.routing, ActionForm::Routing { is_required }),
            ("version", Meta::Version, &index.version, ActionForm::Version),
            ("pipeline", Meta::Pipeline, &index.pipeline, ActionForm::Text),
        ];
        let mut parts = Vec::new();
        for (name, meta, template, form) in wanted {
            let Some(template) = template else { continue };
            let Some(key) = self.action_key(meta, op, &format!("{}/{name}", index.pointer)) else {
                continue;
            };
            let pieces = self.pieces(draft, scope, template);
            let known = pieces.as_deref().unwrap_or_default();
            let place = self.template_place(draft, scope, (template, known), name, &[]);
            if let Some(pieces) = pieces {
                parts.push(ActionPart { key, pieces, form, place });
            }
            if meta != Meta::Version {
                continue;
            }
            let pointer = format!("{}/version_type", index.pointer);
            if let Some(message) = version_type_fault(index.version_type.as_deref(), &self.target) {
                self.fault(
                    if index.version_type.is_some() { &pointer } else { &index.pointer },
                    message,
                );
            } else if let Some(kind) = &index.version_type
                && let Some(key) = self.action_key(Meta::VersionType, op, &pointer)
            {
                let pieces = vec![TextPiece::Literal(kind.clone())];
                parts.push(ActionPart { key, pieces, form: ActionForm::Text, place });
            }
        }
        parts
    }

    /// A key of the action line with comma, quotes and colon.
    fn action_key(&mut self, meta: Meta, op: Op, pointer: &str) -> Option<Vec<u8>> {
        match action_key(meta, op, &self.target) {
            Ok(key) => Some(format!(",\"{key}\":").into_bytes()),
            Err(message) => {
                self.fault(pointer, message);
                None
            }
        }
    }
}

/// A `delete` without the routing that its mapping requires is refused since 2.0; 1.7 asks every shard.
fn deletes_want_routing(op: Op, target: &Target) -> bool {
    op != Op::Delete || !target.within(&[es_until((1, 0), (2, 0))])
}

fn template_columns(template: &Template) -> Vec<String> {
    let mut names = Vec::new();
    for piece in &template.pieces {
        if let Piece::Column(column) = piece
            && !names.contains(&column.name)
        {
            names.push(column.name.clone());
        }
    }
    names
}

fn find_table<'a>(
    catalog: &'a Catalog<'_>,
    name: &str,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Option<&'a Table> {
    let message = match catalog.schema.table(name) {
        Some(Table { broken: None, .. }) => return catalog.schema.table(name),
        Some(table) => format!(
            "SQLite cannot read {}: {}",
            described(table),
            table.broken.as_deref().unwrap_or("")
        ),
        None => {
            let names = choices(name, catalog.schema.tables.iter().map(|t| t.name.as_str()));
            format!("there is no table or view `{name}`; the database has {names}")
        }
    };
    faults.push(Fault { pointer: pointer.to_string(), message });
    None
}

/// The result of a query, seen as a table.
fn query_table(
    catalog: &Catalog<'_>,
    sql: &str,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Option<Table> {
    let sql = super::sql::statement(sql);
    // Within parentheses SQLite renames the second of two columns of one name, so the query itself is asked for names.
    let names = catalog.columns(&format!("SELECT * FROM ({sql}\n)"));
    match names.and_then(|names| Ok((names, catalog.columns(sql)?))) {
        Ok((names, own)) => {
            if let Some(name) = repeated(&own) {
                let name = quoted(name);
                let message = format!(
                    "two columns of the result are called {name}, so that the name could mean either; give one another name with `AS`, or leave it out"
                );
                faults.push(Fault { pointer: pointer.to_string(), message });
                return None;
            }
            let mut table = Table::empty(sql.to_string(), TableKind::Query);
            table.columns = names.into_iter().map(crate::source::Column::untyped).collect();
            Some(table)
        }
        Err(words) => {
            let message = format!("SQLite does not take this as a single `SELECT`: {words}");
            faults.push(Fault { pointer: pointer.to_string(), message });
            None
        }
    }
}

/// The first name that a later one repeats; SQLite tells no large letters from small ones.
fn repeated(names: &[String]) -> Option<&str> {
    let is_repeated =
        |at: usize| names[at + 1..].iter().any(|name| name.eq_ignore_ascii_case(&names[at]));
    (0..names.len()).find(|&at| is_repeated(at)).map(|at| names[at].as_str())
}

/// Full paths of the fields that some `copy_to` fills.
fn copies_of(properties: &[Property]) -> HashSet<String> {
    let mut copies = HashSet::new();
    collect_copies(properties, &mut copies);
    copies
}

fn collect_copies(properties: &[Property], copies: &mut HashSet<String>) {
    for property in properties {
        match property.params.get("copy_to") {
            Some(serde_json::Value::String(name)) => {
                copies.insert(name.clone());
            }
            Some(serde_json::Value::Array(names)) => {
                copies.extend(names.iter().filter_map(|n| n.as_str().map(str::to_string)));
            }
            _ => {}
        }
        collect_copies(&property.properties, copies);
    }
}
