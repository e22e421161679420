//! A way through finished JSON, which has no white space between its tokens. Knows no mapping.

use std::borrow::Cow;

use super::json::unescape;

/// Where the reader stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    /// Begins at the first byte of a value.
    pub(crate) fn new(json: &'a [u8]) -> Scan<'a> {
        Scan { json, at: 0 }
    }

    /// The next byte.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    /// At an object, or behind the value of a member: the name of the next member, whose value comes next; `None` at the
    /// end of the object, which is then behind.
    pub(crate) fn next_member(&mut self) -> Option<Cow<'a, str>> {
        let name = self.next_name()?;
        Some(unescape(str::from_utf8(name).unwrap_or_default()).0)
    }

    /// The same, with its escapes.
    pub(crate) fn next_name(&mut self) -> Option<&'a [u8]> {
        while let Some(b'{' | b',') = self.peek() {
            self.at += 1;
            if self.peek() == Some(b'"') {
                let name = self.take_string();
                // The colon.
                self.at += 1;
                return Some(name);
            }
        }
        self.at += 1;
        None
    }

    /// At a list, or behind one of its elements: whether an element comes next; else the list is behind. An empty list has
    /// one element, which is nothing.
    pub(crate) fn next_element(&mut self) -> bool {
        let more = matches!(self.peek(), Some(b'[' | b','));
        self.at += 1;
        more
    }

    /// Passes over a value.
    pub(crate) fn pass(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' | b'[' => depth += 1,
                b',' | b'}' | b']' if depth == 0 => return,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            if byte == b'"' { self.pass_string() } else { self.at += 1 }
        }
    }

    /// Passes over a value, and gives it.
    pub(crate) fn take(&mut self) -> &'a [u8] {
        let start = self.at;
        self.pass();
        &self.json[start..self.at]
    }

    /// Passes over a string, and gives what stands between its quotes.
    pub(crate) fn take_string(&mut self) -> &'a [u8] {
        let start = self.at + 1;
        self.pass_string();
        self.json.get(start..self.at - 1).unwrap_or_default()
    }

    fn pass_string(&mut self) {
        self.at += 1;
        while let Some(rest) = self.json.get(self.at..)
            && let Some(length) = memchr::memchr2(b'"', b'\\', rest)
        {
            let is_end = rest[length] == b'"';
            self.at += length + if is_end { 1 } else { 2 };
            if is_end {
                return;
            }
        }
        self.at = self.json.len();
    }
}
