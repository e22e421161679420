//! Small exports for tests of loading, written as `litebulk export` would. Knows the layout of an index folder and no more.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One export in a folder of its own.
pub(crate) struct Exported {
    _folder: tempfile::TempDir,
    /// The index folder.
    pub(crate) path: PathBuf,
    /// Every document, by id.
    pub(crate) documents: Vec<(String, Value)>,
}

pub(crate) const INDEX: &str = "pupils";

impl Exported {
    /// `count` documents in parts of `per_part`.
    pub(crate) fn new(count: usize, per_part: usize) -> Exported {
        Exported::of(
            count,
            per_part,
            |at| json!({"n": at, "name": format!("pupil ü {at}"), "exact": 9_007_199_254_740_993_u64}),
        )
    }

    pub(crate) fn of(count: usize, per_part: usize, document: impl Fn(usize) -> Value) -> Exported {
        Exported::named(INDEX, count, per_part, document)
    }

    pub(crate) fn named(
        index: &str,
        count: usize,
        per_part: usize,
        document: impl Fn(usize) -> Value,
    ) -> Exported {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(index);
        std::fs::create_dir(&path).expect("a folder");
        let documents: Vec<_> = (0..count).map(|at| (format!("k{at}"), document(at))).collect();
        let records: Vec<String> = documents
            .iter()
            .map(|(id, source)| {
                format!("{}\n{source}\n", json!({"create": {"_index": index, "_id": id}}))
            })
            .collect();
        write(&path, &records, per_part);
        Exported { _folder: folder, path, documents }
    }

    /// `count` documents of `source`, each made anew for its part, so that the test holds none of them.
    pub(crate) fn large(parts: &[usize], source: impl Fn(usize) -> String) -> Exported {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(INDEX);
        std::fs::create_dir(&path).expect("a folder");
        let mut writer = Writer::new(&path);
        let mut at = 0;
        for count in parts {
            let records: String = (at..at + count)
                .map(|at| {
                    format!(
                        "{{\"create\":{{\"_index\":\"{INDEX}\",\"_id\":\"k{at}\"}}}}\n{}\n",
                        source(at)
                    )
                })
                .collect();
            at += count;
            writer.part(*count, &records);
        }
        writer.finish();
        Exported { _folder: folder, path, documents: Vec::new() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn write(path: &Path, records: &[String], per_part: usize) {
    let mut writer = Writer::new(path);
    for records_of_part in records.chunks(per_part) {
        writer.part(records_of_part.len(), &records_of_part.concat());
    }
    writer.finish();
}

/// Writes an index folder, part by part.
struct Writer<'a> {
    path: &'a Path,
    mapping: String,
    parts: Vec<Value>,
    documents: usize,
    bytes: usize,
}

impl Writer<'_> {
    fn new(path: &Path) -> Writer<'_> {
        let mapping = json!({
            "settings": {"number_of_replicas": 2, "refresh_interval": "7s"},
            "mappings": {"properties": {"n": {"type": "long"}, "name": {"type": "keyword"}, "exact": {"type": "long"}}},
        })
        .to_string();
        std::fs::write(path.join("mapping.json"), &mapping).expect("written");
        Writer { path, mapping, parts: Vec::new(), documents: 0, bytes: 0 }
    }

    fn part(&mut self, documents: usize, records: &str) {
        let file = format!("part-{:05}.ndjson", self.parts.len() + 1);
        std::fs::write(self.path.join(&file), records).expect("written");
        self.parts.push(json!({
            "file": file, "documents": documents, "bytes": records.len(), "raw_bytes": records.len(),
            "sha256": sha256(records.as_bytes()),
        }));
        self.documents += documents;
        self.bytes += records.len();
    }

    fn finish(self) {
        let manifest = json!({
            "format": 1, "litebulk": "0.1.0", "index": self.path.file_name().and_then(|name| name.to_str()), "target": "es9", "op": "create",
            "documents": self.documents, "bytes": self.bytes, "raw_bytes": self.bytes, "rejected": 0,
            "model_sha256": sha256(b""),
            "mapping": {"file": "mapping.json", "sha256": sha256(self.mapping.as_bytes())}, "parts": self.parts,
        });
        std::fs::write(self.path.join("manifest.json"), manifest.to_string()).expect("written");
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
