//! Hashes of every document of an export: which ids there are, what they hold, and which were asked for. 37 bytes each.

use sha2::{Digest, Sha256};

/// One document. No field needs alignment, so nothing is lost between entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    id: [u8; 16],
    content: [u8; 16],
    routing: [u8; 4],
    seen: bool,
}

/// What the table knows of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Unknown,
    Equal,
    Different,
    /// The same id with another routing.
    Rerouted,
}

/// All documents of an export, sorted by the hash of their ids.
#[derive(Debug)]
pub(super) struct Table(Vec<Entry>);

impl Entry {
    pub(super) fn new(id: &[u8], routing: Option<&[u8]>, meta: &[u8], source: &[u8]) -> Entry {
        // Neither holds a line feed, so the two cannot run into each other.
        let content = hash(&[meta, b"\n", source]);
        let routing = routing.map_or([0; 16], |routing| hash(&[b"r", routing]));
        let short = [routing[0], routing[1], routing[2], routing[3]];
        Entry { id: hash(&[id]), content, routing: short, seen: false }
    }
}

fn hash(pieces: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize()[..16]);
    short
}

impl Table {
    pub(super) fn with_capacity(documents: u64) -> Table {
        Table(Vec::with_capacity(usize::try_from(documents).unwrap_or(0)))
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// Must be called between the last `push` and the first question.
    pub(super) fn sort(&mut self) {
        self.0.sort_unstable();
    }

    /// Compares a document of the other export, and remembers that it was asked for.
    pub(super) fn see(&mut self, entry: &Entry) -> Seen {
        let Some(known) = self.find(entry).and_then(|at| self.0.get_mut(at)) else {
            return Seen::Unknown;
        };
        known.seen = true;
        if known.routing != entry.routing {
            Seen::Rerouted
        } else if known.content == entry.content {
            Seen::Equal
        } else {
            Seen::Different
        }
    }

    pub(super) fn is_seen(&self, entry: &Entry) -> bool {
        self.find(entry).is_some_and(|at| self.0[at].seen)
    }

    fn find(&self, entry: &Entry) -> Option<usize> {
        self.0.binary_search_by_key(&entry.id, |known| known.id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_at_most_64_bytes() {
        assert_eq!(size_of::<Entry>(), 37);
    }

    #[test]
    fn documents_are_found_by_id_and_compared_by_content() {
        let entry = |id: &str, routing: Option<&str>, source: &str| {
            Entry::new(id.as_bytes(), routing.map(str::as_bytes), b"m", source.as_bytes())
        };
        let mut table = Table::with_capacity(3);
        for (id, routing) in [("10", None), ("2", None), ("1", Some("a"))] {
            table.push(entry(id, routing, "x"));
        }
        table.sort();
        assert_eq!(table.see(&entry("2", None, "x")), Seen::Equal);
        assert_eq!(table.see(&entry("10", None, "y")), Seen::Different);
        assert_eq!(table.see(&entry("1", Some("b"), "x")), Seen::Rerouted);
        assert_eq!(table.see(&entry("3", None, "x")), Seen::Unknown);
        assert!(table.is_seen(&entry("2", None, "")) && !table.is_seen(&entry("4", None, "")));
    }
}
