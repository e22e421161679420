//! JSON text: read once without recursion, white space dropped, everything else as it stands, the structure kept as a flat
//! list. Owns syntax, UTF-8, duplicate keys and nesting; knows no mapping and no target.

use std::borrow::Cow;

use super::number;

/// Levels of nesting that are read at all. Engines die or refuse far below (facts of 5.x to 9.x), so nothing is lost.
pub(crate) const DEPTH_MAX: usize = 1_000;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    True,
    False,
    Number,
    String,
    Array,
    Object,
}

/// One value: where it stands in the compact text, and where the list goes on behind it and all it holds.
#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: Kind,
    start: usize,
    end: usize,
    after: usize,
}

/// A JSON value in compact form with its structure.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    entries: Vec<Entry>,
}

/// Why a text is no JSON value that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Not JSON; the byte where it went wrong.
    Syntax(usize),
    /// Not UTF-8.
    Encoding,
    /// The same key twice in one object.
    Duplicate(String),
    /// More than [`DEPTH_MAX`] levels.
    Depth,
}

/// A value inside a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    tape: &'a Tape<'a>,
    index: usize,
}

/// A value that holds no other, as rules see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaf<'a> {
    Null,
    Bool(bool),
    /// The literal.
    Number(&'a str),
    /// The text, without quotes and escapes.
    Text(Cow<'a, str>),
}

/// Appends `json` without white space between its tokens; the list of its values is given back.
///
/// On an error what was appended is not removed.
pub(crate) fn compact(json: &[u8], out: &mut Vec<u8>) -> Result<Structure, Unread> {
    let text = std::str::from_utf8(json).map_err(|_| Unread::Encoding)?;
    let base = out.len();
    // Most entries take four bytes or more, quotes and commas counted.
    let entries = Vec::with_capacity(text.len() / 4 + 1);
    let mut reader = Reader { text: text.as_bytes(), at: 0, base, out, entries, lists: 0 };
    reader.document()?;
    Ok(Structure { base, lists: reader.lists, entries: reader.entries })
}

/// The structure of what [`compact`] appended, before it is looked at.
#[derive(Debug)]
pub(crate) struct Structure {
    base: usize,
    /// Lists directly in lists, at most.
    pub(crate) lists: usize,
    entries: Vec<Entry>,
}

impl Structure {
    /// Joins the structure with the bytes that [`compact`] appended to `out`.
    pub(crate) fn tape(self, out: &[u8]) -> Tape<'_> {
        let text = std::str::from_utf8(&out[self.base..]).unwrap_or_default();
        Tape { text, entries: self.entries }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    base: usize,
    out: &'a mut Vec<u8>,
    entries: Vec<Entry>,
    lists: usize,
}

/// Where the reader stands between two tokens.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Value,
    /// Behind `[`: a value or `]`.
    FirstElement,
    /// Behind `{`: a key or `}`.
    FirstKey,
    /// Behind `,` in an object.
    Key,
    /// Behind a value inside a container, or at the end.
    Behind,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Unread> {
        let mut open: Vec<usize> = Vec::new();
        let mut place = Place::Value;
        loop {
            self.skip_space();
            place = match place {
                Place::FirstElement if self.peek() == Some(b']') => self.close(&mut open)?,
                Place::FirstKey if self.peek() == Some(b'}') => self.close(&mut open)?,
                Place::FirstKey | Place::Key => self.key()?,
                Place::Value | Place::FirstElement => self.value(&mut open)?,
                Place::Behind => match (open.last(), self.peek()) {
                    (None, None) => return Ok(()),
                    (Some(&container), Some(byte)) => self.behind(container, byte, &mut open)?,
                    _ => return Err(Unread::Syntax(self.at)),
                },
            };
        }
    }

    /// What may follow a value inside the container.
    fn behind(
        &mut self,
        container: usize,
        byte: u8,
        open: &mut Vec<usize>,
    ) -> Result<Place, Unread> {
        match (self.entries[container].kind, byte) {
            (Kind::Array, b',') => {
                self.take(1);
                Ok(Place::Value)
            }
            (Kind::Object, b',') => {
                self.take(1);
                Ok(Place::Key)
            }
            (Kind::Array, b']') | (Kind::Object, b'}') => self.close(open),
            _ => Err(Unread::Syntax(self.at)),
        }
    }

    fn value(&mut self, open: &mut Vec<usize>) -> Result<Place, Unread> {
        match self.peek() {
            Some(b'{') => self.open(Kind::Object, Place::FirstKey, open),
            Some(b'[') => self.open(Kind::Array, Place::FirstElement, open),
            Some(b'"') => {
                let length = self.string_len()?;
                self.leaf(Kind::String, length)
            }
            Some(b't') => self.word(b"true", Kind::True),
            Some(b'f') => self.word(b"false", Kind::False),
            Some(b'n') => self.word(b"null", Kind::Null),
            _ => match number::json_number_len(&self.text[self.at..]) {
                0 => Err(Unread::Syntax(self.at)),
                length => self.leaf(Kind::Number, length),
            },
        }
    }

    fn key(&mut self) -> Result<Place, Unread> {
        if self.peek() != Some(b'"') {
            return Err(Unread::Syntax(self.at));
        }
        let length = self.string_len()?;
        self.leaf(Kind::String, length)?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(Unread::Syntax(self.at));
        }
        self.take(1);
        Ok(Place::Value)
    }

    fn open(&mut self, kind: Kind, place: Place, open: &mut Vec<usize>) -> Result<Place, Unread> {
        if open.len() == DEPTH_MAX {
            return Err(Unread::Depth);
        }
        if kind == Kind::Array {
            let outer = open.iter().rev().take_while(|&&at| self.entries[at].kind == kind);
            self.lists = self.lists.max(outer.count() + 1);
        }
        open.push(self.entries.len());
        let start = self.out.len() - self.base;
        self.entries.push(Entry { kind, start, end: start, after: 0 });
        self.take(1);
        Ok(place)
    }

    fn close(&mut self, open: &mut Vec<usize>) -> Result<Place, Unread> {
        let Some(container) = open.pop() else { return Err(Unread::Syntax(self.at)) };
        self.take(1);
        let (end, after) = (self.out.len() - self.base, self.entries.len());
        self.entries[container].end = end;
        self.entries[container].after = after;
        if self.entries[container].kind == Kind::Object {
            self.refuse_duplicates(container)?;
        }
        Ok(Place::Behind)
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Place, Unread> {
        if self.text[self.at..].starts_with(word) {
            self.leaf(kind, word.len())
        } else {
            Err(Unread::Syntax(self.at))
        }
    }

    fn leaf(&mut self, kind: Kind, length: usize) -> Result<Place, Unread> {
        let start = self.out.len() - self.base;
        self.take(length);
        let after = self.entries.len() + 1;
        self.entries.push(Entry { kind, start, end: start + length, after });
        Ok(Place::Behind)
    }

    /// Length of the string that begins here, quotes included.
    fn string_len(&self) -> Result<usize, Unread> {
        let text = &self.text[self.at..];
        let mut at = 1;
        loop {
            match text.get(at) {
                Some(b'"') => return Ok(at + 1),
                Some(b'\\') => match text.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    Some(b'u')
                        if text.len() >= at + 6
                            && text[at + 2..at + 6].iter().all(u8::is_ascii_hexdigit) =>
                    {
                        at += 6;
                    }
                    _ => return Err(Unread::Syntax(self.at + at)),
                },
                Some(0x20..) => at += 1,
                _ => return Err(Unread::Syntax(self.at + at)),
            }
        }
    }

    /// Compares all keys of a finished object: as bytes where none is escaped, decoded otherwise.
    fn refuse_duplicates(&self, container: usize) -> Result<(), Unread> {
        let text = std::str::from_utf8(&self.out[self.base..]).unwrap_or_default();
        let end = self.entries[container].after;
        let mut keys: Vec<Cow<'_, str>> = Vec::new();
        let mut at = container + 1;
        while at < end {
            let entry = self.entries[at];
            keys.push(unescape(&text[entry.start + 1..entry.end - 1]).0);
            at = self.entries[at + 1].after;
        }
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Unread::Duplicate(pair[0].to_string())),
            None => Ok(()),
        }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, length: usize) {
        self.out.extend_from_slice(&self.text[self.at..self.at + length]);
        self.at += length;
    }
}

/// A JSON string's inside without its escapes, and whether it held a lone surrogate (which becomes U+FFFD).
pub(crate) fn unescape(inside: &str) -> (Cow<'_, str>, bool) {
    if !inside.contains('\\') {
        return (Cow::Borrowed(inside), false);
    }
    let mut text = String::with_capacity(inside.len());
    let mut lone = false;
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let bytes = rest.as_bytes();
        let mut length = 2;
        match bytes[at + 1] {
            b'b' => text.push('\u{8}'),
            b'f' => text.push('\u{c}'),
            b'n' => text.push('\n'),
            b'r' => text.push('\r'),
            b't' => text.push('\t'),
            b'u' => {
                let (character, consumed) = unicode(&rest[at..]);
                lone |= character.is_none();
                text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
                length = consumed;
            }
            other => text.push(char::from(other)),
        }
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    (Cow::Owned(text), lone)
}

/// The character of a `\uXXXX` (or a pair of them), and how many bytes it takes; none for a lone surrogate.
fn unicode(text: &str) -> (Option<char>, usize) {
    let unit = |from: usize| {
        text.get(from..from + 6)
            .and_then(|t| t.strip_prefix("\\u"))
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
    };
    match (unit(0), unit(6)) {
        (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
            (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
        }
        (Some(code), _) => (char::from_u32(code), 6),
        (None, _) => (None, 6),
    }
}

impl Tape<'_> {
    /// The whole value.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { tape: self, index: 0 }
    }
}

impl<'a> Node<'a> {
    /// What the value is.
    pub(crate) fn kind(self) -> Kind {
        self.entry().kind
    }

    /// The value as it stands in the compact text.
    pub(crate) fn text(self) -> &'a str {
        let entry = self.entry();
        &self.tape.text[entry.start..entry.end]
    }

    /// The value, if it is neither array nor object; a lone surrogate reads as U+FFFD.
    pub(crate) fn leaf(self) -> Option<Leaf<'a>> {
        Some(match self.kind() {
            Kind::Null => Leaf::Null,
            Kind::True => Leaf::Bool(true),
            Kind::False => Leaf::Bool(false),
            Kind::Number => Leaf::Number(self.text()),
            Kind::String => Leaf::Text(self.string().0),
            Kind::Array | Kind::Object => return None,
        })
    }

    /// A string without quotes and escapes, and whether it holds a lone surrogate.
    pub(crate) fn string(self) -> (Cow<'a, str>, bool) {
        let text = self.text();
        unescape(&text[1..text.len() - 1])
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> impl Iterator<Item = Node<'a>> {
        let end = self.entry().after;
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let node = Node { tape: self.tape, index: at };
                at = node.entry().after;
                node
            })
        })
    }

    /// The members of an object, keys decoded; anything else has none.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> {
        let is_object = self.kind() == Kind::Object;
        let mut nodes = self.elements().take_while(move |_| is_object);
        std::iter::from_fn(move || Some((nodes.next()?.string().0, nodes.next()?)))
    }

    /// The member of that name.
    pub(crate) fn member(self, key: &str) -> Option<Node<'a>> {
        self.members().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    fn entry(self) -> Entry {
        self.tape.entries[self.index]
    }
}

#[cfg(test)]
mod tests;
