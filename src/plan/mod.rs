//! Schema × model × target → a checked plan: every name resolved to a position, every rule compiled, every statement written.
//! The last place where a name can be wrong. Knows no file, socket, clock or thread.

mod build;
mod frame;
mod index;
mod link;
mod list;
mod null;
mod order;
mod relation;
mod sequence;
mod sql;
mod template;

use std::collections::HashSet;

use crate::encode::Encoder;
use crate::encode::rule::{DocumentRule, DynamicRule};
use crate::error::{Error, Fault, Result};
use crate::export::Op;
use crate::model::nearest::quoted;
use crate::model::{Index, Model, Nulls};
use crate::source::{Affinity, Catalog, Collation};
use crate::target::Target;

/// Checks the model against the database and the target, and writes down what an export does.
///
/// `wanted` are the indices to plan, all where it is empty; `large` the tables that proved too large to keep.
///
/// # Errors
/// Every fault of the model at once; an index in `wanted` that the model does not have is a usage error.
pub(crate) fn plan(
    model: &Model,
    catalog: &Catalog<'_>,
    choice: &Choice<'_>,
    large: &HashSet<String>,
) -> Result<Plan> {
    for name in choice.indices {
        if !model.indices.iter().any(|index| index.name == *name) {
            let names =
                crate::model::nearest::choices(name, model.indices.iter().map(|i| i.name.as_str()));
            return Err(Error::usage(format!("the model has no index `{name}`; it has {names}")));
        }
    }
    let mut faults: Vec<Fault> = model.faults.clone();
    let mut notices = Vec::new();
    let target = match (choice.target, &model.target) {
        (Some(target), _) => target,
        (None, None) => Target::DEFAULT,
        (None, Some(name)) => Target::parse(name).unwrap_or_else(|message| {
            faults.push(Fault { pointer: "/target".to_string(), message });
            Target::DEFAULT
        }),
    };
    let mut indices = Vec::new();
    let is_chosen =
        |index: &&Index| choice.indices.is_empty() || choice.indices.contains(&index.name);
    let is_alone = model.indices.iter().filter(is_chosen).count() == 1;
    for index in model.indices.iter().filter(is_chosen) {
        let scene = index::Scene { catalog, target, op: choice.op, keeps: choice.keeps, large };
        let (mut found, mut told) = (index::Found::default(), Vec::new());
        indices.extend(index::plan_index(index, &scene, &mut found, &mut told));
        let index::Found { around, rows } = found;
        let around = around.into_iter().filter(|fault| !model.explains_mapping(index, fault));
        faults.extend(around);
        faults.extend(rows.into_iter().filter(|fault| !model.explains(index, fault)));
        let name = quoted(&index.name);
        let of_index = |told| if is_alone { told } else { format!("index {name}: {told}") };
        notices.extend(told.into_iter().map(of_index));
    }
    if !faults.is_empty() {
        return Err(Error::model(&model.name, faults));
    }
    Ok(Plan { target, indices, notices })
}

/// What of an export's options concerns the plan.
pub(crate) struct Choice<'a> {
    pub(crate) indices: &'a [String],
    pub(crate) target: Option<Target>,
    pub(crate) op: Op,
    /// Whether small related tables may be made into JSON once; a check, which counts every value, wants them read row by row.
    pub(crate) keeps: bool,
}

/// What an export does, index by index.
pub(crate) struct Plan {
    pub(crate) target: Target,
    pub(crate) indices: Vec<IndexPlan>,
    /// What the user should read once: translations, types that are unknown.
    pub(crate) notices: Vec<String>,
}

/// One index: its rows, its action lines, its documents.
pub(crate) struct IndexPlan {
    pub(crate) name: String,
    pub(crate) type_name: Option<String>,
    /// `mapping.json`.
    pub(crate) body: Vec<u8>,
    pub(crate) id: IdPlan,
    /// The action line up to the id.
    pub(crate) action_head: Vec<u8>,
    /// The action line after the id.
    pub(crate) action: Vec<ActionPart>,
    pub(crate) rows: Rows,
    /// Related tables that are read once, in the order in which they can be read.
    pub(crate) kept: Vec<Kept>,
    /// Where values come from, for messages.
    pub(crate) places: Vec<Place>,
    pub(crate) nulls: Nulls,
    /// What no value alone can break.
    pub(crate) document: DocumentRule,
    /// Where documents may bring members that the mapping does not name.
    pub(crate) dynamic: Option<DynamicRule>,
}

/// How `_id` is made from the main row.
pub(crate) struct IdPlan {
    pub(crate) pieces: Vec<TextPiece>,
    pub(crate) place: usize,
    pub(crate) uniqueness: Uniqueness,
}

/// What is known of the uniqueness of ids before the rows are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uniqueness {
    /// SQLite itself keeps them unique.
    Declared,
    /// Unique as a tuple; joined by `-` they are unique unless a part holds a `-` itself.
    JoinedTuple,
    /// Nothing is known.
    Unknown,
}

/// A further member of the action line.
pub(crate) struct ActionPart {
    /// `,"routing":` and the like.
    pub(crate) key: Vec<u8>,
    pub(crate) pieces: Vec<TextPiece>,
    pub(crate) form: ActionForm,
    pub(crate) place: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActionForm {
    /// A JSON string; left out where it is null.
    Text,
    /// The same, and a record without it, or with an empty one, is without routing: a data error where the target wants one.
    Routing { is_required: bool },
    /// A whole number; null is a data error.
    Version,
}

/// A cursor, what hangs on its rows, and what is written for each of them.
pub(crate) struct Rows {
    pub(crate) cursor: Cursor,
    pub(crate) lists: Vec<List>,
    pub(crate) node: Node,
    pub(crate) split: Split,
}

/// How the rows of the main cursor can be read in ranges by several threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// One stretch, one thread; the statements sort all rows, and are for those behind a row at which SQL fails.
    None(Option<Probes>),
    /// By numbers of an `INTEGER PRIMARY KEY` or rowid.
    Integer { probe: String },
    /// By values of the key's columns, found by stepping through an index.
    Values(Probes),
}

/// Statements that find keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probes {
    /// The key so many rows behind another one.
    pub(crate) next: String,
    /// The key so many rows behind the first.
    pub(crate) first: String,
    /// Whether there are keys with a null, or of several rows of a view or a query.
    pub(crate) unfit: Option<String>,
}

/// An ordered `SELECT`; its first `key.len()` columns are the main row's key.
pub(crate) struct Cursor {
    /// Up to the place for conditions on the key; `WHERE` is written already where there are others.
    pub(crate) head: String,
    pub(crate) has_condition: bool,
    /// Every row of its table is one of its rows, so that the next one is never far.
    pub(crate) is_dense: bool,
    /// Expressions of the key's columns, for conditions on ranges.
    pub(crate) key: Vec<KeyColumn>,
    /// From `ORDER BY` on.
    pub(crate) tail: String,
    /// The table (or `query`), for messages.
    pub(crate) what: String,
    /// The columns that are written or compared with, in order; the others are only for messages.
    pub(crate) used: Vec<usize>,
    /// What the statement is made from, to try it piece by piece where SQLite fails at a row.
    parts: Box<frame::Frame>,
}

/// One column of the key that orders the documents.
#[derive(Clone, Debug)]
pub(crate) struct KeyColumn {
    pub(crate) expression: String,
    pub(crate) affinity: Affinity,
    pub(crate) collation: Collation,
}

/// Rows of a one-to-many relation, merged by the main row's key.
pub(crate) struct List {
    pub(crate) cursor: Cursor,
    /// The same without the columns that only messages need, where there are such.
    pub(crate) lean: Option<Cursor>,
    /// Columns that say to which row of the enclosing list a row belongs; empty in the main row's own lists.
    pub(crate) path: Vec<usize>,
    /// The columns of the enclosing list's rows that `path` is compared with.
    pub(crate) outer: Vec<usize>,
    pub(crate) limit: Option<u64>,
}

/// A related table whose rows are made into JSON once and kept.
pub(crate) struct Kept {
    pub(crate) rows: Rows,
    /// How its keys compare with what refers to them.
    pub(crate) key: Vec<KeyColumn>,
    pub(crate) table: String,
}

/// What is written for a row. Columns are positions in the row of the cursor that the node hangs on.
pub(crate) enum Node {
    /// JSON that is ready.
    Literal(Vec<u8>),
    /// A column through the encoder of its field.
    Scalar {
        column: usize,
        encoder: Box<Encoder>,
        place: usize,
    },
    /// A template with text around columns.
    Text {
        pieces: Vec<TextPiece>,
        encoder: Box<Encoder>,
        place: usize,
    },
    /// Nodes one after the other, each behind JSON that is ready, and what comes last.
    Sequence {
        parts: Vec<(Vec<u8>, Node)>,
        tail: Vec<u8>,
    },
    /// Members in order, their keys written ahead with quotes and colon.
    Object(Vec<(Vec<u8>, Node)>),
    List {
        items: Vec<Node>,
        drop_nulls: bool,
    },
    /// Rendered by storage class, then checked whole.
    Whole {
        node: Box<Node>,
        encoder: Box<Encoder>,
        place: usize,
    },
    /// A related row that is kept; null where a column of the key is null.
    Kept {
        kept: usize,
        columns: Vec<usize>,
        place: usize,
    },
    /// A related row that the cursor has joined.
    Joined {
        columns: Vec<usize>,
        present: usize,
        node: Box<Node>,
        place: usize,
    },
    /// The rows of a list that belong here.
    Many {
        list: usize,
        node: Box<Node>,
    },
}

/// A piece of a template, its column a position.
#[derive(Clone, Debug)]
pub(crate) enum TextPiece {
    Literal(String),
    Column(usize),
}

/// Where a value stands, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) table: String,
    /// Positions of the key of that table's row.
    pub(crate) key: Vec<usize>,
    pub(crate) column: Option<String>,
    /// The columns of a template by position, to name the one that is to blame.
    pub(crate) columns: Vec<(usize, String)>,
    pub(crate) field: Option<String>,
}

impl Place {
    /// The name of the template's column at a position, else of all that are to blame.
    pub(crate) fn column_at(&self, position: Option<usize>) -> Option<&str> {
        let known = self.columns.iter().find(|(column, _)| Some(*column) == position);
        known.map(|(_, name)| name.as_str()).or(self.column.as_deref())
    }
}

impl Cursor {
    /// The statement between bounds without the model's SQL, its columns where they are: null for each expression.
    pub(crate) fn bare_sql(&self, filters: bool, upper: bool) -> String {
        self.guarded(self.parts.stripped(None, filters), upper)
    }

    /// The same with null for all columns but the key and these.
    pub(crate) fn bare_sql_of(&self, columns: &[usize], filters: bool, upper: bool) -> String {
        let bare = self.parts.stripped(None, filters);
        self.guarded(bare.lean(columns).unwrap_or(bare), upper)
    }

    /// The statement between bounds, the model's conditions evaluated for the rows between them alone, however SQLite gets there.
    pub(crate) fn guarded_sql(&self, upper: bool) -> String {
        self.guarded((*self.parts).clone(), upper)
    }

    fn guarded(&self, frame: frame::Frame, upper: bool) -> String {
        frame.guarded(&self.bounds(true, upper).join(" AND ")).finish().sql(true, upper)
    }

    /// Statements that each evaluate one selected column alone.
    pub(crate) fn columns_alone(&self, upper: bool) -> impl Iterator<Item = String> {
        (0..self.parts.width())
            .map(move |position| self.guarded(self.parts.stripped(Some(position), true), upper))
    }

    /// The rows of one main row for one row of the enclosing list: its key is bound from `?1` on, then what the columns at
    /// `path` must be.
    pub(crate) fn sql_of_path(&self, path: &[usize]) -> String {
        let keys = self.key.iter().map(|key| key.expression.clone());
        let columns = path.iter().map(|&column| self.parts.expression(column));
        let conditions: Vec<String> = keys
            .chain(columns)
            .enumerate()
            .map(|(number, expression)| format!("{expression} IS ?{}", number + 1))
            .collect();
        let begin = if self.has_condition { "\n AND" } else { "\nWHERE" };
        format!("{}{begin} {}\n{}", self.head, conditions.join(" AND "), self.tail)
    }

    /// Statements that count the rows of each table or view that it reads, the one that its rows begin with first.
    pub(crate) fn counts(&self) -> impl Iterator<Item = String> {
        self.parts.counts()
    }

    /// The statement with as many bounds as asked for: `lower` is inclusive, `upper` exclusive, both bound from `?1` on.
    pub(crate) fn sql(&self, lower: bool, upper: bool) -> String {
        let mut sql = self.head.clone();
        let mut condition = self.has_condition;
        for bound in self.bounds(lower, upper) {
            sql.push_str(if condition { "\n AND " } else { "\nWHERE " });
            condition = true;
            sql.push_str(&bound);
        }
        sql.push('\n');
        sql.push_str(&self.tail);
        sql
    }

    /// Conditions on the key.
    fn bounds(&self, lower: bool, upper: bool) -> Vec<String> {
        let mut bounds = Vec::new();
        let mut parameter = 0;
        let names: Vec<&str> = self.key.iter().map(|k| k.expression.as_str()).collect();
        for (wanted, operator) in [(lower, ">="), (upper, "<")] {
            if !wanted {
                continue;
            }
            let marks: Vec<String> = names
                .iter()
                .map(|_| {
                    parameter += 1;
                    format!("?{parameter}")
                })
                .collect();
            if names.len() == 1 {
                bounds.push(format!("{} {operator} {}", names[0], marks[0]));
            } else {
                bounds.push(format!("({}) {operator} ({})", names.join(", "), marks.join(", ")));
            }
        }
        bounds
    }
}

impl TextPiece {
    /// The parts of a key, joined by `-`.
    pub(crate) fn key(columns: Vec<usize>) -> Vec<TextPiece> {
        let mut pieces = Vec::new();
        for column in columns {
            if !pieces.is_empty() {
                pieces.push(TextPiece::Literal("-".to_string()));
            }
            pieces.push(TextPiece::Column(column));
        }
        pieces
    }

    /// The column, where the piece is one.
    pub(crate) fn column(&self) -> Option<usize> {
        match self {
            TextPiece::Column(column) => Some(*column),
            TextPiece::Literal(_) => None,
        }
    }
}
