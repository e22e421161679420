//! The lists of a document. Knows no thread and no file.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;

use super::super::group::path_of;
use super::super::list::Merged;
use super::super::row::{RowBuffer, RowRef};
use super::{Renderer, Step, Unfinished, comma};
use crate::encode::Value;
use crate::encode::text::push_few;
use crate::plan::Node;
use crate::source::value_at;

impl<'p, 's> Renderer<'p, 's> {
    /// The rows of a list that belong to the current document, or to `row` of the enclosing list.
    pub(super) fn many(
        &mut self,
        list: usize,
        node: &'p Node,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        let mut merged = self.lists[list].take().expect("a list is not inside itself");
        let result = if merged.plan.path.is_empty() {
            self.own_rows(&mut merged, node, out)
        } else {
            self.rows_within(&mut merged, node, row, out)
        };
        self.lists[list] = Some(merged);
        result
    }

    fn own_rows(&mut self, merged: &mut Merged<'p, 's>, node: &'p Node, out: &mut Vec<u8>) -> Step {
        let limit = merged.plan.limit.unwrap_or(u64::MAX);
        let mut count = 0;
        let mut buffer = std::mem::take(&mut merged.buffer);
        out.push(b'[');
        let mut first = true;
        while merged.find(&self.main)? {
            if count < limit
                && let Some(row) = merged.rows.get()
            {
                comma(&mut first, out);
                if !self.ready(node, row, out)? {
                    let used = &merged.plan.cursor.used;
                    let whole = merged.whole(count);
                    buffer.read(row, used, |row| self.node(node, row.with_whole(whole), out))?;
                }
                self.check_length(out)?;
                count += 1;
            }
            merged.advance()?;
        }
        merged.buffer = buffer;
        out.push(b']');
        Ok(())
    }

    /// The short way for a row that only points at a kept one; `false`, and nothing written, for any other.
    #[inline]
    fn ready(
        &self,
        node: &Node,
        row: &rusqlite::Row<'_>,
        out: &mut Vec<u8>,
    ) -> rusqlite::Result<bool> {
        if let Node::Kept { kept, columns, .. } = node
            && let [column] = columns[..]
            && let Value::Integer(key) = value_at(row, column)?
            && self.counts.is_none()
            && let Some(number) = self.kept[*kept].find_integer(key)
            && let Ok(json) = self.kept[*kept].row(number)
        {
            push_few(json, out);
            return Ok(true);
        }
        Ok(false)
    }

    fn rows_within(
        &mut self,
        merged: &mut Merged<'p, 's>,
        node: &'p Node,
        row: RowRef<'_>,
        out: &mut Vec<u8>,
    ) -> Step {
        merged.load(self.document, &self.main)?;
        let mut path = Vec::new();
        path_of(&merged.plan.outer, row, &mut path);
        let limit = merged.plan.limit.unwrap_or(u64::MAX);
        out.push(b'[');
        if merged.group.is_given_up {
            self.rows_asked_for(merged, node, row, &path, limit, out)?;
        } else {
            self.rows_at_hand(merged, node, &path, limit, out)?;
        }
        out.push(b']');
        Ok(())
    }

    fn rows_at_hand(
        &mut self,
        merged: &Merged<'p, 's>,
        node: &'p Node,
        path: &[u8],
        limit: u64,
        out: &mut Vec<u8>,
    ) -> Step {
        let (mut values, mut found) = (Vec::new(), Vec::new());
        let mut count = 0;
        for start in merged.group.rows_of(path) {
            if count == limit {
                break;
            }
            merged.group.read(start, merged.columns, &mut values);
            let row = RowRef::copied(&values);
            path_of(&merged.plan.path, row, &mut found);
            if found == path {
                self.element(node, row, &mut count, out)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn rows_asked_for(
        &mut self,
        merged: &Merged<'p, 's>,
        node: &'p Node,
        row: RowRef<'_>,
        path: &[u8],
        limit: u64,
        out: &mut Vec<u8>,
    ) -> Step {
        let main = self.main.clone();
        let (mut buffer, mut found) = (RowBuffer::default(), Vec::new());
        let mut count = 0;
        let columns: Vec<usize> = (0..merged.columns).collect();
        merged.ask(&main, row, |row| {
            buffer.read(row, &columns, |row| {
                path_of(&merged.plan.path, row, &mut found);
                if found == path && count < limit {
                    self.element(node, row, &mut count, out)?;
                }
                Ok::<bool, Unfinished>(count < limit)
            })
        })
    }

    /// One more row of a list in a list.
    fn element(
        &mut self,
        node: &'p Node,
        row: RowRef<'_>,
        count: &mut u64,
        out: &mut Vec<u8>,
    ) -> Step {
        if *count > 0 {
            out.push(b',');
        }
        *count += 1;
        self.node(node, row, out)?;
        self.check_length(out)
    }
}
