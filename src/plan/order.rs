//! The order of the main rows: by which terms SQLite sorts them, whether it keeps these unique, and how the rows can be read in
//! ranges of them. Pure.

use super::build::is_rowid;
use super::frame::TableRef;
use super::link::BINARY;
use super::{KeyColumn, Probes, Split, Uniqueness};
use crate::source::{Affinity, Catalog, Collation, Table, TableKind, quoted};

/// The columns that order the main rows, and how each is compared.
pub(super) struct Terms {
    names: Vec<String>,
    terms: Vec<Term>,
    is_stored: bool,
}

struct Term {
    name: String,
    /// ` COLLATE …`, where SQLite is not left to the column's own.
    collate: &'static str,
    collation: Collation,
}

impl Terms {
    /// A column of a stored table is compared by its own collation, and so is one of a view or a query; there it is written
    /// out, and rows that are equal so are told apart byte for byte at last, for nothing else may tell them apart.
    pub(super) fn of(catalog: &Catalog<'_>, table: &Table, names: &[String]) -> Terms {
        let is_stored = matches!(table.kind, TableKind::Table | TableKind::WithoutRowid);
        let (mut terms, mut ties) = (Vec::new(), Vec::new());
        for name in names {
            let term = |collate, collation| Term { name: name.clone(), collate, collation };
            let own = table.column(name).map(|c| table.columns[c].collation);
            let own = own.unwrap_or(Collation::Binary);
            if is_stored && own != Collation::Other {
                terms.push(term("", own));
                continue;
            }
            let shown = if is_stored { own } else { catalog.collation(table, name) };
            match shown {
                Collation::NoCase => terms.push(term(NOCASE, shown)),
                Collation::RTrim => terms.push(term(RTRIM, shown)),
                Collation::Binary | Collation::Other => {
                    terms.push(term(BINARY, Collation::Binary));
                    continue;
                }
            }
            ties.push(term(BINARY, Collation::Binary));
        }
        terms.extend(ties);
        Terms { names: names.to_vec(), terms, is_stored }
    }

    /// The terms as the key of a cursor over `reference`.
    pub(super) fn key(&self, reference: &TableRef, table: &Table) -> Vec<KeyColumn> {
        let key = |term: &Term| {
            let expression = format!("{}{}", reference.column(&term.name), term.collate);
            let affinity = table.column(&term.name).map(|c| table.columns[c].affinity);
            let affinity = affinity.unwrap_or(Affinity::Integer);
            KeyColumn { expression, affinity, collation: term.collation }
        };
        self.terms.iter().map(key).collect()
    }

    /// How the main rows can be read in ranges of their key.
    pub(super) fn split(&self, table: &Table, key: &[KeyColumn]) -> Split {
        let is_rowid_key = |name: &str| {
            is_rowid(table, name)
                || table.rowid_alias.is_some_and(|c| table.column(name) == Some(c))
        };
        if let [name] = &self.names[..]
            && self.is_stored
            && is_rowid_key(name)
        {
            let (column, from) = (quoted(name), quoted(&table.name));
            return Split::Integer {
                probe: format!(
                    "SELECT {column} FROM {from} WHERE {column} >= ?1 ORDER BY {column} LIMIT 1 OFFSET ?2"
                ),
            };
        }
        if self.is_stored && has_ordered_index(table, key, &self.names) {
            return Split::Values(self.probes(table));
        }
        Split::None((!self.names.is_empty()).then(|| self.probes(table)))
    }

    fn probes(&self, table: &Table) -> Probes {
        let from = match table.kind {
            TableKind::Query => format!("FROM ({}\n) AS \"query\"", table.name),
            _ => format!("FROM {}", quoted(&table.name)),
        };
        let columns: Vec<String> = self
            .terms
            .iter()
            .map(|term| format!("{}{}", quoted(&term.name), term.collate))
            .collect();
        let list = columns.join(", ");
        let marks: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let bound = if columns.len() == 1 {
            format!("{list} >= ?1")
        } else {
            format!("({list}) >= ({})", marks.join(", "))
        };
        let offset = columns.len() + 1;
        let may_be_null = |name: &&String| match table.column(name) {
            Some(c) => {
                !self.is_stored || (!table.columns[c].not_null && table.rowid_alias != Some(c))
            }
            None => false,
        };
        let mut unfit: Vec<String> = self
            .names
            .iter()
            .filter(may_be_null)
            .map(|n| format!("EXISTS (SELECT 1 {from} WHERE {} IS NULL)", quoted(n)))
            .collect();
        if !self.is_stored {
            unfit.push(format!("EXISTS (SELECT 1 {from} GROUP BY {list} HAVING count(*) > 1)"));
        }
        Probes {
            next: format!(
                "SELECT {list} {from} WHERE {bound} ORDER BY {list} LIMIT 1 OFFSET ?{offset}"
            ),
            first: format!("SELECT {list} {from} ORDER BY {list} LIMIT 1 OFFSET ?1"),
            unfit: (!unfit.is_empty()).then(|| format!("SELECT {}", unfit.join(" OR "))),
        }
    }
}

/// The expressions of a key that tell its row, without those that only tell apart what a collation takes for equal.
pub(super) fn without_ties(key: &[KeyColumn]) -> Vec<String> {
    let is_tie = |at: &usize| {
        let own = key[*at].expression.strip_suffix(BINARY);
        own.is_some_and(|own| {
            let shown = [NOCASE, RTRIM].map(|collate| format!("{own}{collate}"));
            key[..*at].iter().any(|other| shown.contains(&other.expression))
        })
    };
    let told = (0..key.len()).filter(|at| !is_tie(at));
    told.map(|at| key[at].expression.clone()).collect()
}

const NOCASE: &str = " COLLATE NOCASE";
const RTRIM: &str = " COLLATE RTRIM";

pub(super) fn is_unique(table: &Table, names: &[String]) -> bool {
    if let [name] = names
        && is_rowid(table, name)
    {
        return true;
    }
    let columns: Option<Vec<usize>> = names.iter().map(|n| table.column(n)).collect();
    columns.is_some_and(|columns| table.is_unique(&columns))
}

pub(super) fn uniqueness(table: &Table, names: &[String]) -> Uniqueness {
    let is_typed = |name: &String| {
        table.column(name).is_none_or(|c| table.columns[c].affinity != Affinity::Blob)
    };
    if !is_unique(table, names) || !names.iter().all(is_typed) {
        Uniqueness::Unknown
    } else if names.len() == 1 {
        Uniqueness::Declared
    } else {
        Uniqueness::JoinedTuple
    }
}

/// Whether an index gives the rows in the order of the key without a sort.
fn has_ordered_index(table: &Table, key: &[KeyColumn], names: &[String]) -> bool {
    let columns: Vec<Option<usize>> = names.iter().map(|n| table.column(n)).collect();
    let clustered = table.kind == TableKind::WithoutRowid
        && columns.iter().copied().eq(table.primary_key.iter().map(|&c| Some(c)));
    clustered
        || table.indexes.iter().any(|index| {
            !index.partial
                && index.columns.len() == columns.len()
                && index.columns.iter().zip(&columns).zip(key).all(|((i, c), k)| {
                    c.is_some() && i.column == *c && !i.descending && i.collation == k.collation
                })
        })
}
