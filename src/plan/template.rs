//! Templates of `value`, of ids and of the action line: names become positions, constants become ready JSON. Pure.

use super::build::{Builder, Draft, Scope, key_bytes};
use super::{Node, TextPiece};
use crate::encode::{Encoder, Member, Refusal, Value};
use crate::error::Fault;
use crate::model::nearest::choices;
use crate::model::{self, ColumnRef, Piece, Template};
use crate::target::Property;

/// Where in a templated value the builder stands.
struct Spot<'p> {
    property: &'p Property,
    path: &'p [String],
    /// Inside what a completion takes as input, nulls are left out.
    drops_nulls: bool,
    /// At the property's own value, or an element of its own list: where keys may have to be dropped.
    top: bool,
}

impl<'a> Builder<'a> {
    /// The node of a `value`.
    pub(super) fn template(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        property: &Property,
        node: &model::Node,
        encoder: Box<Encoder>,
        path: &[String],
    ) -> Option<Node> {
        let spot = Spot { property, path, drops_nulls: property.kind == "completion", top: true };
        self.value(draft, scope, node, encoder, &spot)
    }

    fn value(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        node: &model::Node,
        encoder: Box<Encoder>,
        spot: &Spot<'_>,
    ) -> Option<Node> {
        match node {
            model::Node::Column(reference) => {
                let (column, place) = self.reference(draft, scope, reference, spot.path)?;
                Some(Node::Scalar { column, encoder, place })
            }
            model::Node::Text(template) => self.text(draft, scope, template, encoder, spot),
            model::Node::Null => self.constant(&encoder, Value::Null, spot),
            model::Node::Bool(flag) => {
                self.constant_json(&encoder, if *flag { b"true" } else { b"false" }, spot)
            }
            model::Node::Number(digits) => self.constant_json(&encoder, digits.as_bytes(), spot),
            model::Node::List(items) => self.template_list(draft, scope, items, encoder, spot),
            model::Node::Object(members) => {
                self.template_object(draft, scope, members, encoder, spot)
            }
        }
    }

    fn text(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        template: &Template,
        encoder: Box<Encoder>,
        spot: &Spot<'_>,
    ) -> Option<Node> {
        let pieces = self.pieces(draft, scope, template)?;
        if let [] | [TextPiece::Literal(_)] = &pieces[..] {
            let text = match pieces.first() {
                Some(TextPiece::Literal(text)) => text.as_str(),
                _ => "",
            };
            return self.constant(&encoder, Value::Text(text.as_bytes()), spot);
        }
        let place = self.template_place(draft, scope, (template, &pieces), "value", spot.path);
        Some(Node::Text { pieces, encoder, place })
    }

    /// The place of a template's text: where its columns are, or `otherwise` where it has none.
    pub(super) fn template_place(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        (template, pieces): (&Template, &[TextPiece]),
        otherwise: &str,
        path: &[String],
    ) -> usize {
        let mut columns: Vec<(usize, String)> = Vec::new();
        let mut is_through = true;
        for (piece, written) in template.pieces.iter().zip(pieces) {
            if let (Piece::Column(reference), Some(position)) = (piece, written.column()) {
                is_through &= reference.through;
                if columns.iter().all(|(known, _)| *known != position) {
                    columns.push((position, reference.name.clone()));
                }
            }
        }
        let scope = match scope.through {
            Some((item, table)) if is_through && !columns.is_empty() => {
                Scope { item, table, ..scope }
            }
            _ => scope,
        };
        let names: Vec<&str> = columns.iter().map(|(_, name)| name.as_str()).collect();
        let names = if names.is_empty() { otherwise.to_string() } else { names.join(", ") };
        let place = self.place(draft, scope, Some(&names), path);
        self.places[place].columns = columns;
        place
    }

    /// The pieces of a template with columns as positions.
    pub(super) fn pieces(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        template: &Template,
    ) -> Option<Vec<TextPiece>> {
        let pieces: Vec<Option<TextPiece>> = template
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(TextPiece::Literal(text.clone())),
                Piece::Column(reference) => {
                    self.reference(draft, scope, reference, &[]).map(|(c, _)| TextPiece::Column(c))
                }
            })
            .collect();
        pieces.into_iter().collect()
    }

    fn reference(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        reference: &ColumnRef,
        path: &[String],
    ) -> Option<(usize, usize)> {
        let scope = match (reference.through, scope.through) {
            (true, Some((item, table))) => Scope { item, table, ..scope },
            (true, None) => {
                let columns =
                    choices(&reference.name, scope.table.columns.iter().map(|c| c.name.as_str()));
                self.fault(
                    &reference.pointer,
                    format!(
                        "`{{through.{}}}` stands where there is no join table; columns: {columns}",
                        reference.name
                    ),
                );
                return None;
            }
            (false, _) => scope,
        };
        let (column, shown) = self.resolve(draft, scope, &reference.name, &reference.pointer)?;
        let place = self.place(draft, scope, Some(&shown), path);
        Some((column, place))
    }

    fn template_list(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        items: &[model::Node],
        encoder: Box<Encoder>,
        spot: &Spot<'_>,
    ) -> Option<Node> {
        let element = match encoder.element() {
            Member::Encoder(element) => element,
            Member::Whole => {
                return self.whole(draft, scope, &model::Node::List(items.to_vec()), encoder, spot);
            }
            Member::Refused(refusal) => return self.refused(&refusal, spot),
        };
        let nodes: Vec<Option<Node>> = items
            .iter()
            .map(|item| self.value(draft, scope, item, element.clone(), spot))
            .collect();
        let items: Vec<Node> = nodes.into_iter().collect::<Option<_>>()?;
        let drops_empty = spot.drops_nulls && element.drops_empty();
        if drops_empty {
            let notice = format!(
                "field `{}`: {} takes no empty text in a completion's input; it is left out as null is",
                spot.path.join("."),
                self.target
            );
            self.mapping.notices.push(notice);
        }
        let drop_nulls = drops_empty
            || spot.drops_nulls && items.iter().any(|node| self.may_be_null(draft, scope, node));
        Some(Node::List { items, drop_nulls })
    }

    /// Whether a node can write null; only columns that are declared `NOT NULL` cannot.
    fn may_be_null(&self, draft: &Draft, scope: Scope<'a>, node: &Node) -> bool {
        let never = |column: usize| {
            let expression = draft.frames[scope.frame].expression(column);
            let table = draft.frames[scope.frame].table(scope.item);
            scope.table.columns.iter().any(|c| c.not_null && table.column(&c.name) == expression)
        };
        match node {
            Node::Scalar { column, .. } => !never(*column),
            Node::Text { pieces, .. } => !pieces.iter().filter_map(TextPiece::column).all(never),
            Node::Literal(json) => json == b"null",
            _ => true,
        }
    }

    fn template_object(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        members: &[(String, model::Node)],
        encoder: Box<Encoder>,
        spot: &Spot<'_>,
    ) -> Option<Node> {
        let dropped = if spot.top { spot.property.dropped_keys } else { &[] };
        let renamed = if spot.top { spot.property.renamed_keys } else { &[] };
        let members: Vec<(&str, &model::Node)> = members
            .iter()
            .filter(|(key, _)| !dropped.contains(&key.as_str()))
            .map(|(key, node)| {
                (
                    renamed.iter().find(|(old, _)| old == key).map_or(key.as_str(), |(_, new)| new),
                    node,
                )
            })
            .collect();
        let encoders: Vec<Member> = members.iter().map(|(key, _)| encoder.member(key)).collect();
        if encoders.iter().any(|m| matches!(m, Member::Whole)) {
            let members =
                members.into_iter().map(|(key, node)| (key.to_string(), node.clone())).collect();
            return self.whole(draft, scope, &model::Node::Object(members), encoder, spot);
        }
        let mut nodes = Vec::new();
        for ((key, node), member) in members.into_iter().zip(encoders) {
            let inner = Spot {
                property: spot.property,
                path: spot.path,
                drops_nulls: spot.top && spot.drops_nulls && key == "input",
                top: false,
            };
            nodes.push(match member {
                Member::Encoder(encoder) => {
                    self.value(draft, scope, node, encoder, &inner).map(|n| (key_bytes(key), n))
                }
                Member::Whole => None,
                Member::Refused(refusal) => {
                    self.refused(&refusal, &inner).map(|n| (key_bytes(key), n))
                }
            });
        }
        Some(Node::Object(nodes.into_iter().collect::<Option<_>>()?))
    }

    /// A value that can only be judged as a whole.
    fn whole(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        node: &model::Node,
        encoder: Box<Encoder>,
        spot: &Spot<'_>,
    ) -> Option<Node> {
        let stored = self.stored_encoder()?;
        let inner = Spot {
            property: spot.property,
            path: spot.path,
            drops_nulls: spot.drops_nulls,
            top: false,
        };
        let names = column_names(node);
        let node = Box::new(self.raw(draft, scope, node, &stored, &inner)?);
        let place = self.place(draft, scope, Some(&names), spot.path);
        Some(Node::Whole { node, encoder, place })
    }

    /// A template written by storage class, without the rules of any field.
    fn raw(
        &mut self,
        draft: &mut Draft,
        scope: Scope<'a>,
        node: &model::Node,
        stored: &Encoder,
        spot: &Spot<'_>,
    ) -> Option<Node> {
        match node {
            model::Node::List(items) => {
                let nodes: Vec<Option<Node>> =
                    items.iter().map(|item| self.raw(draft, scope, item, stored, spot)).collect();
                Some(Node::List {
                    items: nodes.into_iter().collect::<Option<_>>()?,
                    drop_nulls: spot.drops_nulls,
                })
            }
            model::Node::Object(members) => {
                let nodes: Vec<Option<(Vec<u8>, Node)>> = members
                    .iter()
                    .map(|(key, node)| {
                        let drops_nulls = spot.drops_nulls && key == "input";
                        let inner = Spot {
                            property: spot.property,
                            path: spot.path,
                            drops_nulls,
                            top: false,
                        };
                        Some((key_bytes(key), self.raw(draft, scope, node, stored, &inner)?))
                    })
                    .collect();
                Some(Node::Object(nodes.into_iter().collect::<Option<_>>()?))
            }
            leaf => self.value(draft, scope, leaf, Box::new(stored.clone()), spot),
        }
    }

    fn constant(&mut self, encoder: &Encoder, value: Value<'_>, spot: &Spot<'_>) -> Option<Node> {
        let mut json = Vec::new();
        match encoder.encode(value, &mut json) {
            Ok(()) => Some(Node::Literal(json)),
            Err(refusal) => self.refused(&refusal, spot),
        }
    }

    fn constant_json(&mut self, encoder: &Encoder, text: &[u8], spot: &Spot<'_>) -> Option<Node> {
        let mut json = Vec::new();
        match encoder.encode_json(text, &mut json) {
            Ok(()) => Some(Node::Literal(json)),
            Err(refusal) => self.refused(&refusal, spot),
        }
    }

    /// A constant of the model that no document could carry is a fault of the model.
    fn refused(&mut self, refusal: &Refusal, spot: &Spot<'_>) -> Option<Node> {
        self.faults.push(Fault {
            pointer: spot.property.pointer.clone(),
            message: format!(
                "field `{}`: {}; {}",
                spot.path.join("."),
                refusal.rule,
                refusal.way_out
            ),
        });
        None
    }
}

/// The columns that a templated value names, for messages; `value` where it names none.
pub(super) fn column_names(node: &model::Node) -> String {
    let mut names = Vec::new();
    collect_names(node, &mut names);
    if names.is_empty() { "value".to_string() } else { names.join(", ") }
}

fn collect_names<'n>(node: &'n model::Node, names: &mut Vec<&'n str>) {
    let mut add = |reference: &'n ColumnRef| {
        if !names.contains(&reference.name.as_str()) {
            names.push(&reference.name);
        }
    };
    match node {
        model::Node::Column(reference) => add(reference),
        model::Node::Text(template) => template.pieces.iter().for_each(|piece| {
            if let Piece::Column(reference) = piece {
                add(reference);
            }
        }),
        model::Node::List(items) => items.iter().for_each(|item| collect_names(item, names)),
        model::Node::Object(members) => {
            members.iter().for_each(|(_, member)| collect_names(member, names));
        }
        model::Node::Null | model::Node::Bool(_) | model::Node::Number(_) => {}
    }
}
