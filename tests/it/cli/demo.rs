//! `litebulk demo` as a newcomer meets it.

use std::fs;

use tempfile::TempDir;

use super::{run_line, tree};

#[test]
fn the_demo_builds_a_campus_exports_it_and_says_what_to_do_next() {
    let folder = TempDir::new().unwrap();
    let ended = run_line(folder.path(), "demo");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    let names: Vec<String> = tree(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "campus/campus.sqlite3",
            "campus/litebulk.json",
            "campus/out/django/manifest.json",
            "campus/out/django/mapping.json",
            "campus/out/django/part-00001.ndjson",
            "campus/out/django/upload.sh",
        ]
    );
    for wanted in ["1,000 students", "campus/out/django", "sh campus/out/django/upload.sh http://"]
    {
        assert!(ended.stderr.contains(wanted), "{wanted}: {}", ended.stderr);
    }
    let manifest = fs::read(folder.path().join("campus/out/django/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!((&manifest["documents"], &manifest["rejected"]), (&1_000.into(), &0.into()));
}

#[test]
fn every_step_that_the_demo_names_works() {
    let folder = TempDir::new().unwrap();
    let ended = run_line(folder.path(), "demo my --students 3");
    let steps = ended.stderr.split("next:\n").nth(1).unwrap().lines().map(str::trim);
    let (own, others): (Vec<&str>, Vec<&str>) = steps.partition(|step| step.contains(" export "));
    assert_eq!(own.len(), 1, "{}", ended.stderr);
    let again = run_line(folder.path(), own[0].split_once("litebulk ").unwrap().1);
    assert_eq!(again.code, Some(0), "{}: {}", own[0], again.stderr);
    for step in others {
        let mut files = step.split(' ').filter(|word| word.starts_with("my/"));
        assert!(files.all(|file| folder.path().join(file).exists()), "{step}");
    }
}

#[test]
fn the_demo_gives_the_same_bytes_for_the_same_seed() {
    let folder = TempDir::new().unwrap();
    for (name, seed) in [("a", 7), ("b", 7), ("c", 8)] {
        let ended = run_line(folder.path(), &format!("demo {name} --students 200 --seed {seed}"));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
    let [a, b, c] = ["a", "b", "c"].map(|name| tree(&folder.path().join(name)));
    assert_eq!(a.len(), 6);
    assert!(a == b, "the same seed gave other bytes");
    assert!(a != c, "another seed gave the same bytes");
}

#[test]
fn a_demo_without_students_has_an_export_without_parts() {
    let folder = TempDir::new().unwrap();
    let ended = run_line(folder.path(), "demo d --students 0");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!folder.path().join("d/out/django/part-00001.ndjson").exists());
    assert!(folder.path().join("d/out/django/manifest.json").exists());
    assert!(!ended.stderr.contains("part-00001"), "{}", ended.stderr);
}

#[test]
fn the_demo_replaces_its_own_campus() {
    let folder = TempDir::new().unwrap();
    assert_eq!(run_line(folder.path(), "demo d --students 30").code, Some(0));
    assert_eq!(run_line(folder.path(), "demo d --students 20").code, Some(0));
    assert_eq!(run_line(folder.path(), "demo e --students 20").code, Some(0));
    assert!(tree(&folder.path().join("d")) == tree(&folder.path().join("e")));
}

#[test]
fn the_demo_never_replaces_what_it_did_not_make() {
    for name in ["campus.sqlite3", "litebulk.json", "out/django/notes.txt"] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "mine").unwrap();
        let ended = run_line(folder.path(), "demo .");
        assert_eq!(ended.code, Some(3), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains("give another folder"), "{name}: {}", ended.stderr);
        assert_eq!(tree(folder.path()), [(name.to_string(), b"mine".to_vec())]);
    }
}

#[test]
fn a_quiet_demo_says_nothing() {
    let folder = TempDir::new().unwrap();
    let ended = run_line(folder.path(), "demo -q --students 10");
    assert_eq!((ended.code, ended.stderr.as_str(), ended.stdout.as_str()), (Some(0), "", ""));
}
