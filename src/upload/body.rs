//! Parts to bulk bodies: records kept whole, below a limit, with the index renamed on the way. It reads files of an export and
//! must not know who takes the bodies.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use memchr::memchr;
use serde::Deserialize;

use crate::error::{Error, Result};

use super::folder::{Part, Stamp};
use super::{BODIES_A_JOB_MIN, BODY_BYTES_MAX, BODY_BYTES_MIN, shown};

/// Bytes read from a part at once.
const READ_BYTES: usize = 1 << 20;

/// Records of a body, at most: an engine can refuse each with a thousand characters of its own.
const RECORDS_MAX: usize = 10_000;

/// What a record asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Index,
    Update,
    Delete,
}

/// An action line, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Action<'a> {
    pub(crate) verb: Verb,
    pub(crate) id: Cow<'a, str>,
    pub(crate) routing: Option<Cow<'a, str>>,
    pub(crate) has_pipeline: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line<'a> {
    Create(#[serde(borrow)] Meta<'a>),
    Index(#[serde(borrow)] Meta<'a>),
    Update(#[serde(borrow)] Meta<'a>),
    Delete(#[serde(borrow)] Meta<'a>),
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "_id")]
    id: Cow<'a, str>,
    #[serde(borrow, default, alias = "_routing")]
    routing: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pipeline: Option<Cow<'a, str>>,
}

impl Action<'_> {
    /// Reads an action line; none where it is not one that an export writes.
    pub(crate) fn parse(line: &[u8]) -> Option<Action<'_>> {
        let (verb, meta) = match serde_json::from_slice(line).ok()? {
            Line::Create(meta) => (Verb::Create, meta),
            Line::Index(meta) => (Verb::Index, meta),
            Line::Update(meta) => (Verb::Update, meta),
            Line::Delete(meta) => (Verb::Delete, meta),
        };
        let has_pipeline = meta.pipeline.is_some_and(|name| name != "_none");
        Some(Action { verb, id: meta.id, routing: meta.routing, has_pipeline })
    }
}

/// Where one record lies in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    start: usize,
    source: usize,
    end: usize,
}

/// Some records of one part, ready to be sent.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// Number of the part, from 0.
    pub(crate) part: usize,
    bytes: Vec<u8>,
    places: Vec<Place>,
}

impl Body {
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Bytes of the records `range`.
    pub(crate) fn slice(&self, range: Range<usize>) -> &[u8] {
        match (self.places.get(range.start), self.places[range].last()) {
            (Some(first), Some(last)) => &self.bytes[first.start..last.end],
            _ => &[],
        }
    }

    pub(crate) fn record(&self, at: usize) -> &[u8] {
        &self.bytes[self.places[at].start..self.places[at].end]
    }

    pub(crate) fn action_line(&self, at: usize) -> &[u8] {
        &self.bytes[self.places[at].start..self.places[at].source - 1]
    }

    /// The source line without its line feed; none for a `delete`.
    pub(crate) fn source(&self, at: usize) -> Option<&[u8]> {
        let place = self.places[at];
        (place.source < place.end).then(|| &self.bytes[place.source..place.end - 1])
    }

    pub(crate) fn action(&self, at: usize) -> Option<Action<'_>> {
        Action::parse(self.action_line(at))
    }
}

/// Finds the record that begins at `start`; none where `bytes` end before it does.
fn place(bytes: &[u8], start: usize) -> Option<Place> {
    let source = start + memchr(b'\n', &bytes[start..])? + 1;
    let end = if bytes[start..].starts_with(b"{\"delete\"") {
        source
    } else {
        source + memchr(b'\n', &bytes[source..])? + 1
    };
    Some(Place { start, source, end })
}

/// Sends an export's records to an index of another name.
#[derive(Clone, Debug)]
pub(crate) struct Rename {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Rename {
    pub(crate) fn new(from: &str, to: &str) -> Rename {
        let member =
            |name: &str| format!("\"_index\":{}", serde_json::Value::from(name)).into_bytes();
        Rename { from: member(from), to: member(to) }
    }

    /// Writes `body` again with the index's name replaced in every action line.
    fn apply(&self, body: &Body) -> Option<Body> {
        let grown = self.to.len().saturating_sub(self.from.len()) * body.len();
        let mut bytes = Vec::with_capacity(body.bytes.len() + grown);
        let mut places = Vec::with_capacity(body.len());
        for place in &body.places {
            let record = &body.bytes[place.start..place.end];
            // `{"create":{` stands before it: the name of the index comes first in every action line.
            let at = memchr(b':', record)? + 2;
            let rest = record.get(at..)?.strip_prefix(self.from.as_slice())?;
            let start = bytes.len();
            bytes.extend_from_slice(&record[..at]);
            bytes.extend_from_slice(&self.to);
            bytes.extend_from_slice(rest);
            let end = bytes.len();
            places.push(Place { start, source: end - (place.end - place.source), end });
        }
        Some(Body { part: body.part, bytes, places })
    }
}

/// Reads the records of one part in pieces of bounded size.
pub(crate) struct PartReader {
    source: Part,
    /// The file itself, and its stamp when reading began.
    file: File,
    opened: Stamp,
    records: Box<dyn Read + Send>,
    part: usize,
    /// Read, and not yet given away.
    pending: Vec<u8>,
    ended: bool,
}

impl PartReader {
    /// Reads `source`, which is the part `part`, as long as it is the file that was checked.
    pub(crate) fn open(source: &Part, part: usize) -> Result<PartReader> {
        let failed = |error| cannot_read(&source.path).with_source(error);
        let file = source.open()?;
        let opened = Stamp::of(&file).map_err(failed)?;
        let read = file.try_clone().map_err(failed)?;
        let packed = source.path.extension().is_some_and(|extension| extension == "gz");
        let records: Box<dyn Read + Send> =
            if packed { Box::new(MultiGzDecoder::new(read)) } else { Box::new(read) };
        let source = source.clone();
        Ok(PartReader { source, file, opened, records, part, pending: Vec::new(), ended: false })
    }

    /// As many records as fit into `limit` bytes and into a body, at least one; none at the end of the part.
    pub(crate) fn next(&mut self, limit: usize) -> Result<Option<Body>> {
        let mut places: Vec<Place> = Vec::new();
        let mut end = 0;
        loop {
            while let Some(place) = place(&self.pending, end) {
                if (place.end > limit || places.len() == RECORDS_MAX) && !places.is_empty() {
                    return Ok(Some(self.cut(places, end)));
                }
                end = place.end;
                places.push(place);
            }
            if self.pending.len() > limit && !places.is_empty() {
                return Ok(Some(self.cut(places, end)));
            }
            if self.ended {
                break;
            }
            self.read_more(limit)?;
            if self.ended {
                self.check_end()?;
            }
        }
        if end < self.pending.len() {
            let path = shown(&self.source.path);
            return Err(Error::environment(format!("`{path}` ends within a record; export again")));
        }
        Ok((!places.is_empty()).then(|| self.cut(places, end)))
    }

    /// Whoever wrote into the file meanwhile must be noticed before its end is taken for one.
    fn check_end(&mut self) -> Result<()> {
        let now = Stamp::of(&self.file)
            .map_err(|error| cannot_read(&self.source.path).with_source(error))?;
        if now == self.opened { Ok(()) } else { self.source.check_again(&mut self.file) }
    }

    fn read_more(&mut self, limit: usize) -> Result<()> {
        let want = READ_BYTES.max((limit + 1).saturating_sub(self.pending.len()));
        // Else the buffer of each body grows to twice its size.
        self.pending.reserve_exact(want);
        let read = self
            .records
            .by_ref()
            .take(want as u64)
            .read_to_end(&mut self.pending)
            .map_err(|error| cannot_read(&self.source.path).with_source(error))?;
        self.ended = read == 0;
        Ok(())
    }

    fn cut(&mut self, places: Vec<Place>, end: usize) -> Body {
        let rest = self.pending[end..].to_vec();
        let mut bytes = std::mem::replace(&mut self.pending, rest);
        bytes.truncate(end);
        Body { part: self.part, bytes, places }
    }
}

fn cannot_read(path: &Path) -> Error {
    Error::environment(format!("`{}` cannot be read", shown(path)))
}

/// All bodies of an export, part by part.
pub(crate) struct Bodies {
    /// Number of each part still to come, and the part.
    parts: std::vec::IntoIter<(usize, Part)>,
    open: Option<PartReader>,
    limit: usize,
    rename: Option<Rename>,
}

/// What comes next.
pub(crate) enum Next {
    Body(Body),
    /// No more of this part.
    PartEnd(usize),
    End,
}

impl Bodies {
    pub(crate) fn new(parts: Vec<(usize, Part)>, limit: usize, rename: Option<Rename>) -> Bodies {
        Bodies { parts: parts.into_iter(), open: None, limit, rename }
    }

    /// After an error nothing comes any more: the end of a part that was not read must not be taken for the end of all of it.
    pub(crate) fn next(&mut self) -> Result<Next> {
        let next = self.read_next();
        if next.is_err() {
            self.open = None;
            self.parts = Vec::new().into_iter();
        }
        next
    }

    fn read_next(&mut self) -> Result<Next> {
        if self.open.is_none() {
            let Some((number, part)) = self.parts.next() else { return Ok(Next::End) };
            self.open = Some(PartReader::open(&part, number)?);
        }
        let Some(reader) = &mut self.open else { return Ok(Next::End) };
        let Some(body) = reader.next(self.limit)? else {
            let part = reader.part;
            self.open = None;
            return Ok(Next::PartEnd(part));
        };
        let Some(rename) = &self.rename else { return Ok(Next::Body(body)) };
        let renamed = rename.apply(&body).ok_or_else(|| {
            let path = shown(&reader.source.path);
            Error::environment(format!(
                "`{path}` holds an action line that does not begin with the index of its manifest"
            ))
        })?;
        Ok(Next::Body(renamed))
    }
}

/// Bytes of a body, at most, where `bytes` are to be sent by so many workers: small enough that none waits long for another's
/// last one, and never more than the engine says it takes.
pub(super) fn body_bytes(bytes: u64, jobs: usize, content_bytes_max: Option<u64>) -> usize {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let share = size(bytes) / jobs.saturating_mul(BODIES_A_JOB_MIN);
    let most = content_bytes_max.map_or(usize::MAX, size);
    share.clamp(BODY_BYTES_MIN, BODY_BYTES_MAX).min(most)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const RECORDS: &str = "{\"create\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"x\":1}\n{\"delete\":{\"_index\":\"a\",\"_id\":\"2\",\"routing\":\"r\"}}\n\
                           {\"index\":{\"_index\":\"a\",\"_id\":\"\\u00e9\",\"pipeline\":\"p\"}}\n{\"x\":\"_index\"}\n";

    fn written(content: &[u8], name: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        (folder, path)
    }

    fn bodies(path: &Path, limit: usize, rename: Option<Rename>) -> Vec<Body> {
        let mut bodies = Bodies::new(vec![(0, Part::unchecked(path))], limit, rename);
        let mut all = Vec::new();
        loop {
            match bodies.next().expect("a body") {
                Next::Body(body) => all.push(body),
                Next::PartEnd(part) => assert_eq!(part, 0),
                Next::End => return all,
            }
        }
    }

    #[test]
    fn bodies_are_small_enough_to_share_and_no_larger_than_the_engine_takes() {
        const MIB: usize = 1 << 20;
        assert_eq!(body_bytes(0, 4, None), MIB);
        assert_eq!(body_bytes(64 << 20, 4, None), 2 * MIB);
        assert_eq!(body_bytes(1 << 40, 4, None), 10 * MIB);
        assert_eq!(body_bytes(1 << 40, 4, Some(5 << 20)), 5 * MIB);
        assert_eq!(body_bytes(0, usize::MAX, Some(1000)), 1000);
    }

    #[test]
    fn bodies_of_any_limit_join_to_the_part_and_split_no_record() {
        let (_folder, path) = written(RECORDS.as_bytes(), "p.ndjson");
        for limit in 1..RECORDS.len() + 2 {
            let all = bodies(&path, limit, None);
            let joined: Vec<u8> =
                all.iter().flat_map(|body| body.slice(0..body.len()).to_vec()).collect();
            assert_eq!(joined, RECORDS.as_bytes(), "limit {limit}");
            assert!(
                all.iter().all(|body| body.len() == 1 || body.bytes.len() <= limit),
                "limit {limit}"
            );
            assert_eq!(all.iter().map(Body::len).sum::<usize>(), 3);
        }
    }

    #[test]
    fn a_body_holds_no_more_records_than_answers_have_room() {
        let records = "{\"delete\":{\"_id\":\"1\"}}\n".repeat(2 * RECORDS_MAX + 1);
        let (_folder, path) = written(records.as_bytes(), "p.ndjson");
        let all = bodies(&path, 1 << 30, None);
        assert_eq!(all.iter().map(Body::len).collect::<Vec<_>>(), [RECORDS_MAX, RECORDS_MAX, 1]);
        let joined: Vec<u8> =
            all.iter().flat_map(|body| body.slice(0..body.len()).to_vec()).collect();
        assert_eq!(joined, records.as_bytes());
    }

    #[test]
    fn records_give_their_action_and_source() {
        let (_folder, path) = written(RECORDS.as_bytes(), "p.ndjson");
        let body = bodies(&path, 10_000, None).pop().expect("one body");
        let first = body.action(0).expect("an action");
        assert_eq!((first.verb, first.id.as_ref(), first.routing), (Verb::Create, "1", None));
        assert_eq!(body.source(0), Some(&b"{\"x\":1}"[..]));
        let second = body.action(1).expect("an action");
        assert_eq!((second.verb, second.routing.as_deref()), (Verb::Delete, Some("r")));
        assert_eq!(body.source(1), None);
        let third = body.action(2).expect("an action");
        assert_eq!((third.id.as_ref(), third.has_pipeline), ("é", true));
    }

    #[test]
    fn renaming_touches_only_the_index_of_the_action_line() {
        let (_folder, path) = written(RECORDS.as_bytes(), "p.ndjson");
        let body = bodies(&path, 10_000, Some(Rename::new("a", "a-12"))).pop().expect("one body");
        let expected = RECORDS.replace("\"_index\":\"a\"", "\"_index\":\"a-12\"");
        assert_eq!(body.slice(0..3), expected.as_bytes());
        assert_eq!(body.source(2), Some(&b"{\"x\":\"_index\"}"[..]));
    }

    #[test]
    fn after_an_error_no_part_comes_to_its_end() {
        let (_folder, path) = written(RECORDS.as_bytes(), "p.ndjson");
        let parts = vec![(0, Part::unchecked(&path)), (1, Part::unchecked(&path))];
        let mut bodies = Bodies::new(parts, 10_000, Some(Rename::new("other", "a-12")));
        assert!(bodies.next().is_err());
        assert!(matches!(bodies.next(), Ok(Next::End)));
    }

    #[test]
    fn a_packed_part_is_unpacked() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packer, RECORDS.as_bytes()).expect("memory");
        let (_folder, path) = written(&packer.finish().expect("memory"), "p.ndjson.gz");
        let body = bodies(&path, 10_000, None).pop().expect("one body");
        assert_eq!(body.slice(0..3), RECORDS.as_bytes());
    }

    #[test]
    fn a_part_that_ends_within_a_record_is_an_error() {
        let (_folder, path) = written(&RECORDS.as_bytes()[..RECORDS.len() - 1], "p.ndjson");
        let mut reader = PartReader::open(&Part::unchecked(&path), 0).expect("a part");
        let error = reader.next(10_000).expect_err("a torn record").to_string();
        assert!(error.contains("ends within a record"), "{error}");
    }
}
