//! The files beside the parts that machines read: `manifest.json` and `rejected.json`, written down here as they are on
//! the disk. It knows nothing of how an export is made.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::part::Hashed;
use super::{ExportConfig, Op};
use crate::error::{DataError, Error, Result};

/// Version of the files' layout; a reader refuses any other.
pub(crate) const FORMAT: u64 = 1;
/// Name of the manifest inside an index folder.
pub(crate) const MANIFEST_FILE: &str = "manifest.json";
/// Name of the create-index body inside an index folder.
pub(crate) const MAPPING_FILE: &str = "mapping.json";
/// Name of the generated loader inside an index folder.
pub(crate) const SCRIPT_FILE: &str = "upload.sh";
/// Name of the list of reasons inside an index folder.
pub(crate) const REJECTED_FILE: &str = "rejected.json";
/// Name of the records that are not in the parts, inside an index folder.
pub(crate) const REJECTED_RECORDS_FILE: &str = "rejected.ndjson";

/// What an upload keeps in an index folder while it goes on, and what an interrupted one leaves there: its state, which knows the
/// settings to set back, and records that were refused.
pub(crate) const UPLOAD_FILES: [&str; 2] =
    ["upload-state.ndjson", "rejected-upload.ndjson.unfinished"];
/// What a whole upload leaves in an index folder, of that very export.
pub(crate) const UPLOADED_FILES: [&str; 2] = ["rejected-upload.ndjson", "rejected-upload.json"];

/// Keeps every other upload of an index folder out, and every export that would replace it, for as long as it lives, and no
/// longer than its process.
///
/// The manifest is what is locked, because it is there and nobody writes it. A file system without locks is not an error.
#[derive(Debug)]
pub(crate) struct Claim {
    _manifest: Option<File>,
}

impl Claim {
    /// None where somebody else has claimed the folder.
    pub(crate) fn of(folder: &Path) -> io::Result<Option<Claim>> {
        let manifest = File::open(folder.join(MANIFEST_FILE))?;
        Ok(match manifest.try_lock() {
            Ok(()) => Some(Claim { _manifest: Some(manifest) }),
            Err(TryLockError::Error(_)) => Some(Claim { _manifest: None }),
            Err(TryLockError::WouldBlock) => None,
        })
    }
}

/// `manifest.json`: what an export holds. Keys in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u64,
    /// Version of the program that wrote it.
    pub(crate) litebulk: String,
    pub(crate) index: String,
    /// Typed targets only.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(crate) type_name: Option<String>,
    pub(crate) target: String,
    pub(crate) op: Action,
    pub(crate) documents: u64,
    /// The parts as they lie there.
    pub(crate) bytes: u64,
    /// The parts before compression.
    pub(crate) raw_bytes: u64,
    pub(crate) rejected: u64,
    /// Only where rows were left out by options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) selection: Option<Selection>,
    pub(crate) model_sha256: String,
    pub(crate) mapping: MappingFile,
    pub(crate) parts: Vec<PartFile>,
}

/// The options by which an export leaves out rows that are there; one of them at least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Selection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sample: Option<f64>,
    /// `I/N`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<String>,
}

impl Selection {
    /// What `config` leaves out; `None` where it is nothing.
    pub(crate) fn of(config: &ExportConfig) -> Option<Selection> {
        let selection = Selection {
            limit: config.limit,
            sample: config.sample.filter(|sample| *sample < 1.0),
            shard: config
                .shard
                .filter(|shard| shard.count > 1)
                .map(|shard| format!("{}/{}", shard.number, shard.count)),
        };
        (selection != Selection { limit: None, sample: None, shard: None }).then_some(selection)
    }
}

/// The create-index body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MappingFile {
    pub(crate) file: String,
    pub(crate) sha256: String,
}

/// One part: one `_bulk` body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartFile {
    pub(crate) file: String,
    pub(crate) documents: u64,
    pub(crate) bytes: u64,
    pub(crate) raw_bytes: u64,
    /// Of the file as it lies there.
    pub(crate) sha256: String,
}

/// What the action lines of an export ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Create,
    Index,
    Update,
    Delete,
    /// `index` and `delete`, record by record: what `litebulk delta` writes.
    Delta,
}

impl From<Op> for Action {
    fn from(op: Op) -> Action {
        match op {
            Op::Create => Action::Create,
            Op::Index => Action::Index,
            Op::Update => Action::Update,
            Op::Delete => Action::Delete,
        }
    }
}

impl Manifest {
    /// The manifest of the index folder `folder`.
    ///
    /// # Errors
    /// [`crate::Category::Environment`] where there is none, or one that this version cannot read.
    pub(crate) fn read(folder: &Path) -> Result<Manifest> {
        let shown = folder.display();
        let bytes = std::fs::read(folder.join(MANIFEST_FILE)).map_err(|error| {
            let what = if error.kind() == io::ErrorKind::NotFound {
                format!("`{shown}` is no export: it has no `{MANIFEST_FILE}`; name the folder of an index, such as `out/INDEX`")
            } else if folder.is_file() {
                format!("`{shown}` is a file, and an export is a folder; name the folder of an index, such as `out/INDEX`")
            } else {
                format!("cannot read `{MANIFEST_FILE}` in `{shown}`; check its permissions")
            };
            Error::environment(what).with_source(error)
        })?;
        Manifest::parse(&bytes, &folder.join(MANIFEST_FILE))
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Manifest> {
        #[derive(Deserialize)]
        struct Version {
            format: u64,
        }
        let damaged = |error: serde_json::Error| {
            let what = format!(
                "`{}` is no manifest of litebulk, or damaged; export again",
                path.display()
            );
            Error::environment(what).with_source(error)
        };
        let version: Version = serde_json::from_slice(bytes).map_err(damaged)?;
        if version.format != FORMAT {
            return Err(Error::environment(format!(
                "`{}` has format {}, this litebulk reads format {FORMAT}; use the litebulk that wrote it, or export again",
                path.display(),
                version.format
            )));
        }
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(damaged)?;
        manifest.check_sums(path)?;
        Ok(manifest)
    }

    /// Whether the totals are those of the parts, and no name leads out of the folder.
    fn check_sums(&self, path: &Path) -> Result<()> {
        let sum = |of: fn(&PartFile) -> u64| {
            self.parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(of(part)))
        };
        let names = self.parts.iter().map(|part| &part.file).chain([&self.mapping.file]);
        let inside = names.clone().all(|name| is_plain_name(name));
        if inside
            && sum(|part| part.documents) == Some(self.documents)
            && sum(|part| part.bytes) == Some(self.bytes)
            && sum(|part| part.raw_bytes) == Some(self.raw_bytes)
        {
            return Ok(());
        }
        Err(Error::environment(format!(
            "`{}` contradicts itself: its totals are not those of its parts, or a name leads out of its folder; export again",
            path.display()
        )))
    }

    /// Compares the size and hash of the mapping file and of each part with what lies in `folder`.
    ///
    /// # Errors
    /// [`crate::Category::Environment`], naming the first file that is missing or damaged.
    #[cfg(test)]
    pub(crate) fn verify_files(&self, folder: &Path) -> Result<()> {
        verify_file(folder, &self.mapping.file, &self.mapping.sha256)?;
        self.parts.iter().try_for_each(|part| verify_file(folder, &part.file, &part.sha256))
    }

    /// The hash of each file that has one, by name.
    pub(crate) fn into_hashes(self) -> BTreeMap<String, String> {
        let parts = self.parts.into_iter().map(|part| (part.file, part.sha256));
        parts.chain([(self.mapping.file, self.mapping.sha256)]).collect()
    }

    /// The bytes of `manifest.json`.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        pretty(self)
    }
}

/// Whether a name stays in its folder.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

#[cfg(test)]
fn verify_file(folder: &Path, name: &str, sha256: &str) -> Result<()> {
    let shown = folder.display();
    let found = hash_file(&folder.join(name)).map_err(|error| {
        Error::environment(format!(
            "cannot read `{name}` in `{shown}`, which its manifest names; export again"
        ))
        .with_source(error)
    })?;
    if found == sha256 {
        return Ok(());
    }
    Err(Error::environment(format!(
        "`{name}` in `{shown}` is damaged: its SHA-256 is {found}, the manifest says {sha256}; export again"
    )))
}

/// SHA-256 of a file, in lower-case hex, read in steps.
pub(crate) fn hash_file(path: &Path) -> io::Result<String> {
    let mut hashed = Hashed::new(io::sink());
    io::copy(&mut io::BufReader::with_capacity(1 << 18, File::open(path)?), &mut hashed)?;
    Ok(hashed.finish().0)
}

/// The head of `rejected.json`; the documents follow, one a line, because there may be more of them than memory.
#[derive(Debug, Serialize)]
pub(crate) struct RejectedHead<'a> {
    pub(crate) rejected: u64,
    pub(crate) reasons: &'a [Reason],
}

/// Why documents were rejected, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The rule in the engine's terms.
    pub rule: String,
    /// `refused`, `altered` or `unreadable`.
    pub verdict: &'static str,
    /// Documents that broke it.
    pub count: u64,
}

/// One line of the documents in `rejected.json`.
#[derive(Debug, Serialize)]
pub(crate) struct RejectedDocument<'a> {
    id: Option<&'a str>,
    #[serde(flatten)]
    field: RejectedField<'a>,
    /// Only where other fields of the document hold such values, too: the first of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<RejectedField<'a>>,
}

/// A value for which a document is rejected.
#[derive(Debug, Serialize)]
struct RejectedField<'a> {
    table: &'a str,
    key: &'a str,
    column: Option<&'a str>,
    field: Option<&'a str>,
    value: &'a str,
    rule: &'a str,
    verdict: &'static str,
}

impl<'a> RejectedDocument<'a> {
    pub(crate) fn new(error: &'a DataError, also: &'a [DataError]) -> RejectedDocument<'a> {
        RejectedDocument {
            id: error.id.as_deref(),
            field: RejectedField::new(error),
            also: also.iter().map(RejectedField::new).collect(),
        }
    }
}

impl<'a> RejectedField<'a> {
    fn new(error: &'a DataError) -> RejectedField<'a> {
        RejectedField {
            table: &error.table,
            key: &error.key,
            column: error.column.as_deref(),
            field: error.field.as_deref(),
            value: &error.value,
            rule: &error.rule,
            verdict: error.verdict.as_str(),
        }
    }
}

/// The bytes of `rejected.json` before its documents.
pub(crate) fn rejected_head(head: &RejectedHead<'_>) -> Vec<u8> {
    let mut bytes = pretty(head);
    // The closing brace gives way to one more member.
    bytes.truncate(bytes.len() - "\n}\n".len());
    bytes.extend_from_slice(REJECTED_DOCUMENTS);
    bytes
}

/// Where the documents of `rejected.json` begin; no string of JSON can hold these bytes, for they hold line ends.
pub(crate) const REJECTED_DOCUMENTS: &[u8] = b",\n  \"documents\": [";
/// What follows the documents of `rejected.json`.
pub(crate) const REJECTED_TAIL: &[u8] = b"\n  ]\n}\n";

/// Two spaces a level, and a final line end.
fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes =
        serde_json::to_vec_pretty(value).expect("plain structs with text keys are always JSON");
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Category;
    use crate::export::part::sha256;

    /// A folder with an export of one part.
    fn folder() -> (tempfile::TempDir, Manifest) {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join(MAPPING_FILE), "{}").unwrap();
        std::fs::write(folder.path().join("part-00001.ndjson"), "abc").unwrap();
        let part = PartFile {
            file: "part-00001.ndjson".to_string(),
            documents: 1,
            bytes: 3,
            raw_bytes: 3,
            sha256: sha256(b"abc"),
        };
        let manifest = Manifest {
            format: FORMAT,
            litebulk: "0.1.0".to_string(),
            index: "i".to_string(),
            type_name: None,
            target: "es9".to_string(),
            op: Action::Create,
            documents: 1,
            bytes: 3,
            raw_bytes: 3,
            rejected: 0,
            selection: None,
            model_sha256: String::new(),
            mapping: MappingFile { file: MAPPING_FILE.to_string(), sha256: sha256(b"{}") },
            parts: vec![part],
        };
        std::fs::write(folder.path().join(MANIFEST_FILE), manifest.to_bytes()).unwrap();
        (folder, manifest)
    }

    #[test]
    fn a_manifest_reads_back_and_its_files_are_verified() {
        let (folder, manifest) = folder();
        let found = Manifest::read(folder.path()).unwrap();
        assert_eq!(found, manifest);
        found.verify_files(folder.path()).unwrap();
        for (name, text) in [
            (MAPPING_FILE, Some("{ }")),
            ("part-00001.ndjson", Some("abd")),
            ("part-00001.ndjson", None),
        ] {
            let (folder, manifest) = self::folder();
            let path = folder.path().join(name);
            match text {
                Some(text) => std::fs::write(path, text).unwrap(),
                None => std::fs::remove_file(path).unwrap(),
            }
            let error = manifest.verify_files(folder.path()).unwrap_err();
            assert_eq!(error.category(), Category::Environment);
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn a_folder_without_a_manifest_is_no_export() {
        let folder = tempfile::TempDir::new().unwrap();
        let error = Manifest::read(folder.path()).unwrap_err();
        assert_eq!(error.category(), Category::Environment);
        assert!(error.to_string().contains("is no export: it has no `manifest.json`"), "{error}");
    }

    #[test]
    fn a_manifest_that_lies_or_is_of_another_format_is_refused() {
        let cases: [(&str, &str, &str); 8] = [
            ("\"format\": 1", "\"format\": 2", "has format 2, this litebulk reads format 1"),
            ("\"format\": 1,", "", "is no manifest of litebulk, or damaged"),
            ("\"index\": \"i\",", "", "is no manifest of litebulk, or damaged"),
            ("\"op\": \"create\"", "\"op\": \"upsert\"", "is no manifest of litebulk, or damaged"),
            ("\"documents\": 1", "\"documents\": 2", "contradicts itself"),
            ("\"raw_bytes\": 3", "\"raw_bytes\": 18446744073709551615", "contradicts itself"),
            ("part-00001.ndjson", "../part-00001.ndjson", "contradicts itself"),
            ("mapping.json", "/etc/passwd", "contradicts itself"),
        ];
        for (from, to, expected) in cases {
            let (folder, manifest) = folder();
            let text = String::from_utf8(manifest.to_bytes()).unwrap().replacen(from, to, 1);
            std::fs::write(folder.path().join(MANIFEST_FILE), text).unwrap();
            let error = Manifest::read(folder.path()).unwrap_err();
            assert_eq!(error.category(), Category::Environment);
            assert!(error.to_string().contains(expected), "{to}: {error}");
        }
    }
}
