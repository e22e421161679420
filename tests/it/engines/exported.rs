//! Whole exports on every engine: what the program has written is created, loaded and counted.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;

use super::engine::Engine;
use super::judge::{json_of, parts};
use crate::cli::run;

/// Golden cases that need more than the engine has: an ingest pipeline; types of modules that are not published. Also queries of
/// 2.x, which it does not count among the documents.
const NOT_ALONE: &[&str] = &[
    "a_document_of_queries_without_one_is_a_data_error",
    "action_lines_hold_routing_version_and_pipeline",
    "values_at_the_edges_of_their_types_stay_exact",
];

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
}

/// Creates the index of an export and loads its parts; what went wrong.
fn load(engine: &Engine, folder: &Path) -> Result<u64, String> {
    let client = &engine.client;
    let manifest = json_of(&folder.join("manifest.json"));
    let index = manifest["index"].as_str().expect("a name");
    client.delete_index(index);
    let created = client.create(index, &json_of(&folder.join("mapping.json")));
    if created.status != 200 {
        return Err(format!("mapping: {} {}", created.status, created.body));
    }
    for part in parts(folder) {
        let body = fs::read(&part).expect("the manifest names it");
        let items = client.bulk(&body).map_err(|reply| format!("{reply:?}"))?;
        let deletes = manifest["op"] == "delete";
        if let Some(item) = items.iter().find(|item| !item.stored() && !deletes) {
            return Err(format!("{item:?}"));
        }
    }
    client.refresh(index);
    let (count, wanted) = (client.count(index), manifest["documents"].as_u64().unwrap_or(0));
    client.delete_index(index);
    if count == wanted || manifest["op"] == "delete" {
        Ok(wanted)
    } else {
        Err(format!("{count} documents of {wanted}"))
    }
}

/// The campus of the contract, with its nameless students, and the one that `demo` makes up.
pub(super) fn the_campus_is_taken_whole(engine: &Engine) {
    let place = TempDir::new().expect("a folder");
    let model = fixtures().join("model/campus.json");
    campus(engine, place.path(), &fixtures().join("campus/campus.sqlite3"), &model, "django");
    let made = place.path().join("made");
    let ended = run(place.path(), ["demo", "made", "--students", "300"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    // On 1.x a name must not be used twice.
    let text = fs::read_to_string(made.join("litebulk.json")).expect("the demo's model");
    let model = made.join("demo.json");
    fs::write(&model, text.replace("\"django\"", "\"demo\"")).expect("a file");
    campus(engine, &made, &made.join("campus.sqlite3"), &model, "demo");
}

fn campus(engine: &Engine, place: &Path, database: &Path, model: &Path, index: &str) {
    let [database, model] = [database, model].map(|path| path.to_str().expect("UTF-8"));
    let args = ["export", database, "-m", model, "-o", "loaded", "--target", engine.release.name];
    let ended = run(place, args);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let folder = place.join("loaded").join(index);
    let documents = load(engine, &folder).unwrap_or_else(|e| panic!("{index}: {e}"));
    assert!(documents > 0, "the campus has students");
}

/// Every golden export that was made for this engine's line.
pub(super) fn golden_exports_are_taken_whole(engine: &Engine) {
    let mut wrong = Vec::new();
    let mut cases: Vec<_> =
        fs::read_dir(fixtures().join("golden")).expect("a folder").flatten().collect();
    cases.sort_by_key(std::fs::DirEntry::path);
    for case in cases {
        let name = case.file_name().to_string_lossy().into_owned();
        let Ok(indices) = fs::read_dir(case.path().join("expected")) else { continue };
        for folder in indices.flatten().map(|index| index.path()) {
            if NOT_ALONE.contains(&name.as_str()) || !folder.join("manifest.json").is_file() {
                continue;
            }
            let manifest: Json = json_of(&folder.join("manifest.json"));
            if manifest["target"] != engine.release.name {
                continue;
            }
            if let Err(error) = load(engine, &folder) {
                wrong.push(format!("{name}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
