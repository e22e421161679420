//! Deltas between small exports, applied to a map in place of an index.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::export::part::sha256;

type Documents = BTreeMap<String, Value>;

fn export_of(
    folder: &Path,
    index: &str,
    documents: &[(&str, Option<&str>, Value)],
    mapping: &Value,
) -> PathBuf {
    let path = folder.join(index);
    std::fs::create_dir_all(&path).expect("a folder");
    let mapping = mapping.to_string();
    std::fs::write(path.join("mapping.json"), &mapping).expect("written");
    let mut bytes = String::new();
    for (id, routing, source) in documents {
        let mut meta = json!({"_index": index, "_id": id});
        if let Some(routing) = routing {
            meta["routing"] = (*routing).into();
        }
        bytes += &format!("{}\n{source}\n", json!({"create": meta}));
    }
    std::fs::write(path.join("part-00001.ndjson"), &bytes).expect("written");
    let manifest = json!({
        "format": 1, "litebulk": "0", "index": index, "target": "es9", "op": "create", "documents": documents.len(),
        "bytes": bytes.len(), "raw_bytes": bytes.len(), "rejected": 0, "model_sha256": sha256(b""),
        "mapping": {"file": "mapping.json", "sha256": sha256(mapping.as_bytes())},
        "parts": [{"file": "part-00001.ndjson", "documents": documents.len(), "bytes": bytes.len(),
                   "raw_bytes": bytes.len(), "sha256": sha256(bytes.as_bytes())}],
    });
    std::fs::write(path.join("manifest.json"), manifest.to_string()).expect("written");
    path
}

fn config(part_bytes_max: u64) -> DeltaConfig {
    DeltaConfig {
        part_bytes_max,
        compression: Compression::Plain,
        durability: Durability::Cached,
        cancel: None,
    }
}

/// What an index that holds `before` holds after the delta.
fn applied(delta: &Path, mut documents: Documents) -> Documents {
    let manifest = Manifest::read(delta).expect("a manifest");
    assert_eq!(manifest.op, Op::Delta);
    let mut records = 0;
    let parts = export(delta, &|| false).expect("a whole export").parts;
    for (number, part) in parts.iter().enumerate() {
        let mut reader = PartReader::open(part, number).expect("a part");
        while let Some(body) = reader.next(1).expect("a record") {
            let action = body.action(0).expect("an action");
            records += 1;
            match body.source(0) {
                Some(source) => documents
                    .insert(action.id.to_string(), serde_json::from_slice(source).expect("JSON")),
                None => documents.remove(action.id.as_ref()),
            };
        }
    }
    assert_eq!(records, manifest.documents);
    documents
}

fn as_map(documents: &[(&str, Option<&str>, Value)]) -> Documents {
    documents.iter().map(|(id, _, source)| ((*id).to_string(), source.clone())).collect()
}

#[test]
fn a_delta_applied_to_the_old_export_gives_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mapping = json!({"mappings": {"properties": {}}});
    let old = [
        ("2", None, json!({"a": 1})),
        ("10", None, json!({"a": 2})),
        ("ü", Some("r"), json!({"a": 3})),
        ("x", None, json!({})),
    ];
    let new = [
        ("1", None, json!({"a": 0})),
        ("2", None, json!({"a": 1})),
        ("10", None, json!({"a": 3})),
        ("y", Some("r"), json!({})),
    ];
    let (from, to) = (
        export_of(&folder.path().join("old"), "i", &old, &mapping),
        export_of(&folder.path().join("new"), "i", &new, &mapping),
    );
    for part_bytes_max in [1, 100, 1 << 20] {
        let out = folder.path().join(format!("out{part_bytes_max}"));
        let report = delta(&from, &to, &out, &config(part_bytes_max)).expect("a delta");
        assert_eq!((report.new, report.changed, report.gone, report.unchanged), (2, 1, 2, 1));
        assert_eq!(applied(&report.folder, as_map(&old)), as_map(&new));
        assert!(report.folder.join("upload.sh").is_file());
    }
    let text = std::fs::read_to_string(folder.path().join("out1048576/i/part-00001.ndjson"))
        .expect("a part");
    assert!(text.contains(r#"{"delete":{"_index":"i","_id":"ü","routing":"r"}}"#), "{text}");
    assert!(text.contains("{\"index\":{\"_index\":\"i\",\"_id\":\"10\"}}\n{\"a\":3}\n"), "{text}");
}

#[test]
fn equal_exports_give_an_empty_delta() {
    let folder = tempfile::tempdir().expect("a folder");
    let documents = [("1", None, json!({}))];
    let path = export_of(folder.path(), "i", &documents, &json!({}));
    let report = delta(&path, &path, &folder.path().join("out"), &config(100)).expect("a delta");
    assert_eq!((report.new, report.changed, report.gone, report.unchanged), (0, 0, 0, 1));
    assert!(Manifest::read(&report.folder).expect("a manifest").parts.is_empty());
}

#[test]
fn what_no_delta_can_do_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let mapping = json!({"mappings": {"properties": {"a": {"type": "long"}}}});
    let old = export_of(&place("old"), "i", &[("1", Some("a"), json!({}))], &mapping);
    let routing = export_of(&place("routing"), "i", &[("1", Some("b"), json!({}))], &mapping);
    let other = export_of(&place("other"), "j", &[], &mapping);
    let changed = export_of(&place("changed"), "i", &[], &json!({"mappings": {}}));
    for (new, category, part) in [
        (&routing, Category::Environment, "another routing"),
        (&other, Category::Usage, "two exports of one index"),
        (&changed, Category::Environment, "the mapping of `i` changed"),
    ] {
        let error = delta(&old, new, &place("out"), &config(100)).expect_err(part);
        assert_eq!(error.category(), category);
        assert!(error.to_string().contains(part), "{error}");
        assert!(!place("out").join("i").exists());
    }
    let settings = json!({"settings": {"number_of_shards": 3}, "mappings": {"properties": {"a": {"type": "long"}}}});
    let same = export_of(&place("same"), "i", &[("1", Some("a"), json!({}))], &settings);
    assert_eq!(delta(&old, &same, &place("out"), &config(100)).expect("a delta").unchanged, 1);
}

#[test]
fn options_by_which_the_new_export_left_rows_out_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let two = [("1", None, json!({})), ("2", None, json!({}))];
    let select = |name: &str, selection: Value, documents: &[(&str, Option<&str>, Value)]| {
        let path = export_of(&place(name), "i", documents, &json!({}));
        let file = path.join("manifest.json");
        let text = std::fs::read(&file).expect("a manifest");
        let mut manifest: Value = serde_json::from_slice(&text).expect("JSON");
        if !selection.is_null() {
            manifest["selection"] = selection;
        }
        std::fs::write(file, manifest.to_string()).expect("written");
        path
    };
    for (number, (before, after, words)) in [
        (json!(null), json!({"limit": 1}), Some("--limit 1")),
        (json!({"limit": 1}), json!({"limit": 1}), Some("--limit 1")),
        (json!(null), json!({"limit": 2}), None),
        (json!(null), json!({"sample": 0.5}), Some("--sample 0.5")),
        (json!({"sample": 0.5}), json!({"sample": 0.25}), Some("--sample 0.25")),
        (json!({"sample": 0.25}), json!({"sample": 0.25}), None),
        (json!({"sample": 0.25}), json!({"sample": 0.5}), None),
        (json!(null), json!({"shard": "1/2"}), Some("--shard 1/2")),
        (json!({"shard": "2/2"}), json!({"shard": "1/2"}), Some("--shard 1/2")),
        (json!({"shard": "1/2"}), json!({"shard": "1/2"}), None),
        (json!({"shard": "1/2"}), json!(null), None),
        (json!(null), json!({"shard": "1/2", "limit": 1}), Some("--limit 1 --shard 1/2")),
    ]
    .into_iter()
    .enumerate()
    {
        let old = select(&format!("old{number}"), before, &two);
        let new = select(&format!("new{number}"), after.clone(), &two[..1]);
        let out = place(&format!("out{number}"));
        let told = delta(&old, &new, &out, &config(100)).expect("a delta");
        assert_eq!((told.gone, told.left_out.as_deref()), (1, words), "{number}");
    }
}

#[test]
fn a_delta_never_takes_the_place_of_what_it_is_made_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let old = export_of(&place("old"), "i", &[("1", None, json!({}))], &json!({}));
    let new = export_of(&place("new"), "i", &[("2", None, json!({}))], &json!({}));
    let manifests = || [&old, &new].map(|path| std::fs::read(path.join("manifest.json")).ok());
    let before = manifests();
    for out in [place("old"), place("new"), place("new/../new")] {
        let error = delta(&old, &new, &out, &config(100)).expect_err("the place of an export");
        assert_eq!(error.category(), Category::Environment);
        assert!(error.to_string().contains("one of the exports that it is made of"), "{error}");
        assert_eq!(manifests(), before);
    }
}
