//! Output folders with all that may lie in them.

use super::*;
use crate::error::Category;

const MANIFEST: &str = r#"{"format":1,"litebulk":"0.1.0","index":"i"}"#;

fn begin(out: &Path) -> Result<Staging> {
    Staging::begin(out, &["i"], Durability::Cached)
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_killed_runs_left_is_removed_and_a_living_run_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let out = folder.path();
    // Killed while it was building, before it locked, and while it was being removed.
    fs::create_dir_all(out.join(".litebulk-aaaaaa/indices/i")).unwrap();
    fs::write(out.join(".litebulk-aaaaaa/indices/i/part-00001.ndjson"), "x").unwrap();
    fs::write(out.join(".litebulk-aaaaaa/lock"), "").unwrap();
    fs::create_dir(out.join(".litebulk-bbbbbb")).unwrap();
    fs::create_dir_all(out.join(".litebulk-cccccc/scratch")).unwrap();
    // Not ours, whatever the name says.
    fs::create_dir(out.join(".litebulk-notes")).unwrap();
    fs::write(out.join(".litebulk-notes/todo.txt"), "x").unwrap();
    fs::write(out.join(".litebulk-notes/lock"), "x").unwrap();
    fs::create_dir(out.join(".litebulk-index")).unwrap();
    fs::write(out.join(".litebulk-index/manifest.json"), MANIFEST).unwrap();
    fs::write(out.join(".litebulk-file"), "x").unwrap();

    let living = begin(out).unwrap();
    let second = begin(out).unwrap();
    assert!(living.folder("i").is_dir() && second.folder("i").is_dir());
    drop(second);
    assert!(living.folder("i").is_dir());
    drop(living);
    assert_eq!(entries(out), [".litebulk-file", ".litebulk-index", ".litebulk-notes"]);
}

#[test]
fn only_an_export_or_an_empty_folder_is_ever_replaced() {
    // What lies there, how it came there, and what is said against it.
    type Case = (&'static str, fn(&Path), Option<&'static str>);
    let cases: [Case; 8] = [
        ("nothing", |_| {}, None),
        ("an empty folder", |place| fs::create_dir(place).unwrap(), None),
        ("an export", |place| folder_with(place, "manifest.json", MANIFEST), None),
        (
            "a folder of texts",
            |place| folder_with(place, "a.txt", "x"),
            Some("is a folder without a `manifest.json` of litebulk"),
        ),
        (
            "a browser extension",
            |place| folder_with(place, "manifest.json", r#"{"format":1,"name":"x"}"#),
            Some("is a folder without"),
        ),
        (
            "a broken manifest",
            |place| folder_with(place, "manifest.json", "{"),
            Some("is a folder without"),
        ),
        ("a file", |place| fs::write(place, "x").unwrap(), Some("is a file")),
        ("a dangling link", dangling_link, Some("is a symbolic link")),
    ];
    for (name, make, refusal) in cases {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("i");
        make(&place);
        match (begin(folder.path()), refusal) {
            (Ok(staging), None) => {
                fs::write(staging.folder("i").join("new"), "x").unwrap();
                staging.publish(&["i"]).unwrap();
                assert_eq!(entries(&place), ["new"], "{name}");
                assert_eq!(entries(folder.path()), ["i"], "{name}");
            }
            (Err(error), Some(refusal)) => {
                assert_eq!(error.category(), Category::Environment, "{name}");
                assert!(error.to_string().contains(refusal), "{name}: {error}");
                assert_eq!(entries(folder.path()), ["i"], "{name}");
            }
            (result, _) => panic!("{name}: {result:?}"),
        }
    }
}

fn folder_with(place: &Path, name: &str, text: &str) {
    fs::create_dir(place).unwrap();
    fs::write(place.join(name), text).unwrap();
}

#[cfg(unix)]
fn dangling_link(place: &Path) {
    std::os::unix::fs::symlink("nowhere", place).unwrap();
}

#[cfg(not(unix))]
fn dangling_link(place: &Path) {
    fs::write(place, "is a symbolic link").unwrap();
}

#[test]
fn an_output_path_that_is_a_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("out");
    fs::write(&file, "x").unwrap();
    for out in [file.clone(), file.join("below")] {
        assert_eq!(begin(&out).unwrap_err().category(), Category::Environment);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "x");
}

#[test]
fn a_run_that_ends_early_takes_away_the_folders_it_made_and_no_others() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    drop(begin(&folder.path().join("a/b/c")).unwrap());
    assert_eq!(entries(folder.path()), ["a"]);
    assert_eq!(entries(&folder.path().join("a")), Vec::<String>::new());

    let staging = begin(&folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/other"), "somebody else's").unwrap();
    drop(staging);
    assert_eq!(entries(&folder.path().join("a/b")), ["other"]);
}

#[test]
fn an_index_name_never_leaves_the_output_folder() {
    for name in ["", ".", "..", "../x", "a/b", "/tmp/x", "a\\b", "a\0b"] {
        let folder = TempDir::new().unwrap();
        let error = Staging::begin(folder.path(), &[name], Durability::Cached).unwrap_err();
        assert!(error.to_string().contains("leads out of"), "{name}: {error}");
        assert_eq!(entries(folder.path()), Vec::<String>::new());
    }
}

#[test]
fn indices_published_before_a_failure_are_put_back() {
    let folder = TempDir::new().unwrap();
    let out = folder.path();
    folder_with(&out.join("old"), "manifest.json", MANIFEST);
    let names = ["old", "fresh", "taken"];
    let staging = Staging::begin(out, &names, Durability::Cached).unwrap();
    for name in names {
        fs::write(staging.folder(name).join("new"), "x").unwrap();
    }
    folder_with(&out.join("taken"), "meanwhile.txt", "x");
    let error = staging.publish(&names).unwrap_err();
    assert!(error.to_string().contains("taken"), "{error}");
    assert_eq!(entries(out), ["old", "taken"]);
    assert_eq!(entries(&out.join("old")), ["manifest.json"]);
    assert_eq!(entries(&out.join("taken")), ["meanwhile.txt"]);
}

#[test]
fn an_export_that_is_being_loaded_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("i");
    folder_with(&place, "manifest.json", MANIFEST);
    let early = begin(folder.path()).unwrap();
    let upload = Claim::of(&place).unwrap().unwrap();
    for error in [begin(folder.path()).unwrap_err(), early.publish(&["i"]).unwrap_err()] {
        assert_eq!(error.category(), Category::Environment);
        assert!(error.to_string().contains("is being loaded by `litebulk upload`"), "{error}");
    }
    assert_eq!(entries(&place), ["manifest.json"]);
    drop(upload);
    begin(folder.path()).unwrap().publish(&["i"]).unwrap();
}

#[test]
fn what_an_interrupted_upload_must_set_back_outlives_its_export() {
    for (manifest, kept) in [
        (MANIFEST.to_string(), vec!["rejected-upload.json", "upload-state.ndjson"]),
        (MANIFEST.replace("0.1.0", "0.2.0"), vec!["upload-state.ndjson"]),
    ] {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("i");
        folder_with(&place, "manifest.json", MANIFEST);
        for name in ["part-00001.ndjson", "rejected-upload.json", "upload-state.ndjson"] {
            fs::write(place.join(name), name).unwrap();
        }
        let staging = begin(folder.path()).unwrap();
        fs::write(staging.folder("i").join("manifest.json"), &manifest).unwrap();
        staging.publish(&["i"]).unwrap();
        assert_eq!(entries(&place)[1..], kept);
        assert_eq!(fs::read(place.join("manifest.json")).unwrap(), manifest.as_bytes());
    }
}

#[test]
fn what_somebody_else_put_into_an_export_stays_and_its_own_files_go() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("i");
    folder_with(&place, "manifest.json", MANIFEST);
    let own = ["mapping.json", "part-00009.ndjson.gz", "rejected.json", "upload.sh"];
    own.into_iter().for_each(|name| fs::write(place.join(name), "old").unwrap());
    fs::write(place.join("shop.db"), "rows").unwrap();
    fs::create_dir_all(place.join("notes/deep")).unwrap();
    fs::write(place.join("notes/deep/a.txt"), "a").unwrap();
    let staging = begin(folder.path()).unwrap();
    fs::write(staging.folder("i").join("manifest.json"), MANIFEST).unwrap();
    staging.publish(&["i"]).unwrap();
    assert_eq!(entries(&place), ["manifest.json", "notes", "shop.db"]);
    assert_eq!(fs::read_to_string(place.join("shop.db")).unwrap(), "rows");
    assert_eq!(fs::read_to_string(place.join("notes/deep/a.txt")).unwrap(), "a");
    assert_eq!(entries(folder.path()), ["i"]);
}
