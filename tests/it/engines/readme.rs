//! The README's loading section, run as it stands by a shell: only the address of the engine is another.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::Engine;
use super::load::cleared;
use crate::cli::{Ended, run};

const README: &str = include_str!("../../../README.md");
const URL: &str = "http://localhost:9200";

/// The blocks of shell commands in the section, in order: each begins with an engine that holds nothing of the demo.
fn blocks() -> Vec<&'static str> {
    let section = README.split("\n## Loading\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let section = section.expect("the section");
    section.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The README is for the newest engines, whose exports the demo writes.
pub(super) fn loading_works_as_told(engine: &Engine) {
    if !matches!(engine.release.name, "es9" | "os3") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let demo = run(folder.path(), ["demo"]);
    assert_eq!(demo.code, Some(0), "{}", demo.stderr);
    let [script, curl, program] = blocks()[..] else { panic!("{} blocks", blocks().len()) };
    assert!(script.contains(URL) && curl.contains(URL));

    let told = shell(engine, folder.path(), script);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    is_whole(engine, folder.path());

    engine.client.delete_index("django");
    let told = shell(engine, folder.path(), curl);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let parts = folder.path().join("campus/out/django").read_dir().expect("the export");
    let is_part = |name: &str| name.starts_with("part-");
    let parts =
        parts.filter(|it| it.as_ref().is_ok_and(|it| it.file_name().to_str().is_some_and(is_part)));
    assert_eq!(
        told.stdout.matches("{\"errors\":false}\n").count(),
        parts.count(),
        "{}",
        told.stdout
    );
    assert!(!told.stdout.contains("\"errors\":true"), "{}", told.stdout);
    is_whole(engine, folder.path());

    engine.client.delete_index("django");
    let told = shell(engine, folder.path(), program);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    is_whole(engine, folder.path());
    engine.client.refresh("students");
    assert_eq!(engine.client.count("students"), engine.client.count("django"));
    engine.client.delete_index("django");
}

/// As a reader would: the program is on the path.
fn shell(engine: &Engine, folder: &Path, commands: &str) -> Ended {
    let mut shell = Command::new("sh");
    shell.args(["-ec", &commands.replace(URL, engine.url())]).current_dir(folder);
    let program = Path::new(env!("CARGO_BIN_EXE_litebulk")).parent().expect("a folder");
    let mut path = program.as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    // Without the variable the program would ask the address that the README names.
    let output = cleared(&mut shell).env("PATH", path).env("LITEBULK_URL", engine.url()).output();
    let output = output.expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn is_whole(engine: &Engine, folder: &Path) {
    let told = shell(engine, folder, "litebulk verify campus/out --all");
    assert_eq!(told.code, Some(0), "{}", told.stderr);
}
