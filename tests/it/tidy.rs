//! The rules of the house, checked on every file that belongs to the repository. To add one, add a line to a table.
//! Knows the sources as text only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// No file of the repository is as large as this, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Which files a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Everything that is text.
    Everywhere,
    /// Rust, tests included.
    Rust,
    /// Rust under `src/`, without its tests.
    Program,
    /// The rooms that know no file, socket, clock or thread; without their tests.
    Pure,
}

/// Rooms under `src/` in which nothing happens but computing.
const PURE: [&str; 3] = ["src/plan/", "src/target/", "src/encode/"];

/// Text that must not stand in files of a scope, but for those whose path begins with one of the exceptions; and why.
const FORBIDDEN: &[(&str, Scope, &[&str], &str)] = &[
    (".unwrap()", Scope::Program, &[], "an `expect` says why it cannot fail"),
    ("todo!(", Scope::Rust, &[], "what is not built is not merged"),
    ("unimplemented!(", Scope::Rust, &[], "what is not built is not merged"),
    ("dbg!(", Scope::Rust, &[], "it is for the desk"),
    (
        "#[ignore",
        Scope::Rust,
        &[],
        "a test that cannot run says so loudly and is required in `.ci/run`",
    ),
    ("allow(dead_code)", Scope::Rust, &[], "what nobody calls goes"),
    (
        "println!(",
        Scope::Program,
        &[],
        "the library prints nothing, and a broken pipe must not panic",
    ),
    (
        "eprintln!(",
        Scope::Program,
        &[],
        "the library prints nothing, and a broken pipe must not panic",
    ),
    ("Instant::now", Scope::Program, &["src/cli/", "src/upload/"], "the library reads no clock"),
    ("SystemTime::now", Scope::Program, &["src/cli/", "src/upload/"], "the library reads no clock"),
    ("std::fs", Scope::Pure, &[], "this room knows no file"),
    ("TcpStream", Scope::Pure, &[], "this room knows no socket"),
    ("TcpListener", Scope::Pure, &[], "this room knows no socket"),
    ("std::thread", Scope::Pure, &[], "this room knows no thread"),
    ("std::env", Scope::Pure, &[], "this room knows no environment"),
    // In two halves, so that this file does not break the rule it holds.
    (concat!("/ho", "me/"), Scope::Everywhere, &[], "a path of one machine"),
    (concat!("/ro", "ot/"), Scope::Everywhere, &[], "a path of one machine"),
    (concat!("/wo", "rk/"), Scope::Everywhere, &[], "a path of one machine"),
    (concat!("/Us", "ers/"), Scope::Everywhere, &[], "a path of one machine"),
    (
        concat!("maven", ".org"),
        Scope::Everywhere,
        &[],
        "the machine's own set-up says where packages come from",
    ),
    (
        concat!("maven.apache", ".org"),
        Scope::Everywhere,
        &[],
        "the machine's own set-up says where packages come from",
    ),
    (
        concat!("crates", ".io"),
        Scope::Everywhere,
        &["Cargo.lock"],
        "the machine's own set-up says where packages come from",
    ),
    (
        concat!("debian", ".org"),
        Scope::Everywhere,
        &[],
        "the machine's own set-up says where packages come from",
    ),
];

/// Each dependency and the rooms that may name it outside of tests; an empty list means all.
const OWNERS: &[(&str, &[&str])] = &[
    ("base64", &["src/encode/", "src/upload/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("clap_complete", &["src/cli/"]),
    ("clap_mangen", &["src/cli/"]),
    ("fastrand", &["src/demo/", "src/upload/"]),
    ("flate2", &["src/export/", "src/upload/", "src/delta/"]),
    ("indicatif", &["src/cli/"]),
    ("itoa", &["src/encode/", "src/export/"]),
    ("jiff", &["src/encode/", "src/target/", "src/model/", "src/upload/"]),
    ("memchr", &[]),
    // Rows are stepped and read in the loop of the export; connections are opened in `src/source/` alone.
    ("regex", &["src/target/"]),
    ("rusqlite", &["src/source/", "src/demo/", "src/export/", "src/lib.rs", "src/error.rs"]),
    ("rustls", &["src/upload/"]),
    ("serde", &[]),
    ("serde_json", &[]),
    ("sha2", &["src/model/", "src/export/", "src/upload/", "src/delta/"]),
    ("signal_hook", &["src/cli/", "src/main.rs"]),
    ("strsim", &["src/cli/", "src/encode/", "src/model/", "src/plan/", "src/target/"]),
    ("tempfile", &["src/demo/", "src/export/", "src/upload/", "src/delta/"]),
    ("ureq", &["src/upload/"]),
    ("zmij", &["src/encode/"]),
];

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let files = files();
    assert!(files.contains("Cargo.toml") && files.contains("src/lib.rs"), "{files:?}");
    let mut broken = Vec::new();
    for path in &files {
        let bytes = fs::read(root().join(path)).expect("the repository's own files can be read");
        if bytes.len() as u64 >= FILE_BYTES_MAX {
            broken.push(format!("{path}: {} bytes, and files are below 1 MiB", bytes.len()));
        }
        // This file has to say what it forbids.
        if let Ok(text) = str::from_utf8(&bytes)
            && path != "tests/it/tidy.rs"
        {
            broken.extend(faults(path, text));
        }
    }
    assert!(broken.is_empty(), "{} rules broken:\n{}", broken.len(), broken.join("\n"));
}

/// What in a file breaks a rule, as `path:line: text: why`.
fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if path.ends_with(".rs") && !text.starts_with("//!") {
        faults.push(format!(
            "{path}:1: no `//!` that says what the file owns, and what it must not know"
        ));
    }
    let program_lines = program_lines(path, text);
    for (number, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", number + 1);
        let of_program = number < program_lines;
        for (needle, scope, exceptions, why) in FORBIDDEN {
            let concerned = concerns(*scope, path, of_program) && !begins_with(path, exceptions);
            if concerned && names(line, needle) {
                faults.push(format!("{place}: `{needle}`: {why}"));
            }
        }
        for (dependency, rooms) in OWNERS {
            let foreign = of_program && !rooms.is_empty() && !begins_with(path, rooms);
            if foreign && names(line, &format!("{dependency}::")) {
                faults.push(format!("{place}: `{dependency}` belongs to {}", rooms.join(", ")));
            }
        }
    }
    faults
}

/// How many lines at the head of a file belong to the program, its tests not counted.
fn program_lines(path: &str, text: &str) -> usize {
    let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
    if !path.starts_with("src/") || !path.ends_with(".rs") || tests {
        return 0;
    }
    let lines: Vec<&str> = text.lines().collect();
    let module =
        |pair: &[&str]| pair[0].trim() == "#[cfg(test)]" && pair[1].starts_with("mod tests {");
    lines.windows(2).position(module).unwrap_or(lines.len())
}

fn concerns(scope: Scope, path: &str, of_program: bool) -> bool {
    match scope {
        Scope::Everywhere => true,
        Scope::Rust => path.ends_with(".rs"),
        Scope::Program => of_program,
        Scope::Pure => of_program && begins_with(path, &PURE),
    }
}

fn begins_with(path: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| path.starts_with(beginning))
}

/// Whether `needle` stands in `line`, not as the tail of a longer word.
fn names(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let joined = |before: char| before.is_alphanumeric() || before == '_' || before == '.';
        needle.starts_with('.') || !before.is_some_and(joined)
    })
}

#[test]
fn each_rule_can_be_broken() {
    for (needle, scope, exceptions, why) in FORBIDDEN {
        let path = if *scope == Scope::Pure { "src/target/mod.rs" } else { "src/model/mod.rs" };
        let found = faults(path, &format!("//! Text.\nlet x = y {needle};\n"));
        assert_eq!(found, [format!("{path}:2: `{needle}`: {why}")]);
        for exception in *exceptions {
            assert_eq!(faults(exception, &format!("//! Text.\n{needle}\n")), [""; 0]);
        }
    }
    for (dependency, rooms) in OWNERS.iter().filter(|(_, rooms)| !rooms.is_empty()) {
        let text = format!("//! Text.\nuse {dependency}::Thing;\n");
        assert_eq!(faults("src/nobody/mod.rs", &text).len(), 1);
        assert_eq!(faults(rooms[0], &text).len(), 0);
        let tests =
            format!("//! Text.\n#[cfg(test)]\nmod tests {{\n    use {dependency}::Thing;\n}}\n");
        assert_eq!(faults("src/nobody/mod.rs", &tests).len(), 0);
    }
    assert_eq!(faults("src/model/mod.rs", "// Text.\n").len(), 1);
    assert_eq!(faults("docs/notes.md", "network/home/x and x.unwrap()\n").len(), 0);
}

#[test]
fn every_dependency_has_owners() {
    let manifest = read("Cargo.toml");
    let table = manifest.split("[dependencies]\n").nth(1).expect("the crate has dependencies");
    let table = table.split("\n[").next().unwrap_or_default();
    let names = table.lines().filter_map(|line| line.split_once([' ', '=', '.']));
    let named: BTreeSet<String> = names.map(|(name, _)| name.replace('-', "_")).collect();
    let owned: BTreeSet<String> = OWNERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(named, owned);
}

#[test]
fn the_architecture_names_every_room_and_no_other() {
    let text = read("ARCHITECTURE.md");
    let rooms: BTreeSet<String> = files()
        .iter()
        .filter_map(|path| {
            path.strip_prefix("src/")?.split_once('/').map(|(room, _)| room.to_owned())
        })
        .collect();
    let unnamed: Vec<_> =
        rooms.iter().filter(|room| !text.contains(&format!("src/{room}/"))).collect();
    assert!(unnamed.is_empty(), "ARCHITECTURE.md does not name `src/…/` of {unnamed:?}");
    for piece in text.split("src/").skip(1) {
        let name: String =
            piece.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        let folder = piece[name.len()..].starts_with('/') && !name.is_empty();
        assert!(
            !folder || rooms.contains(&name),
            "ARCHITECTURE.md names `src/{name}/`, which is not there"
        );
    }
}

#[test]
fn the_readme_holds_a_command_to_see_it_work_and_one_to_test_it() {
    let commands = commands(&read("README.md"));
    let first = commands.first().expect("README.md has a command in a fenced block");
    assert!(
        first.starts_with("cargo run") && first.contains("demo"),
        "the first command is `{first}`"
    );
    assert!(commands.iter().any(|command| command.starts_with("cargo test")), "{commands:?}");
}

/// The lines in fenced blocks of shell; a prompt is no part of the command.
fn commands(markdown: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut shell = false;
    for line in markdown.lines() {
        if let Some(language) = line.strip_prefix("```") {
            shell = ["sh", "bash", "console", "shell"].contains(&language.trim());
        } else if shell && !line.trim().is_empty() {
            commands.push(line.trim().trim_start_matches("$ ").to_owned());
        }
    }
    commands
}

#[test]
fn the_changelog_tells_of_this_version() {
    let manifest = read("Cargo.toml");
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    let version = version.expect("the crate has a version");
    let changelog = read("CHANGELOG.md");
    let head = changelog.lines().find(|line| line.starts_with("## ")).unwrap_or_default();
    assert!(head.contains("Unreleased") || head.contains(version), "the first entry is `{head}`");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of the repository, and those that are about to be: what git tracks or does not ignore; without git,
/// what lies in the folders that belong to it.
fn files() -> BTreeSet<String> {
    let git = Command::new("git")
        .current_dir(root())
        // The checkout may belong to another user.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"])
        .output();
    let mut files = BTreeSet::new();
    match git {
        Ok(output) if output.status.success() => {
            let paths =
                String::from_utf8(output.stdout).expect("paths of the repository are UTF-8");
            files.extend(paths.split_terminator('\0').map(str::to_owned));
        }
        _ => {
            let folders = ["src", "tests", "benches", "docs", "fixtures", ".ci"];
            folders.iter().for_each(|folder| walk(&root().join(folder), &mut files));
            let single =
                ["Cargo.toml", "Cargo.lock", "README.md", "ARCHITECTURE.md", "CHANGELOG.md"];
            files.extend(single.map(str::to_owned));
        }
    }
    // A file that was deleted but not yet committed is still listed.
    files.retain(|path| root().join(path).is_file());
    files
}

fn walk(folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path: PathBuf = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else if let Ok(inside) = path.strip_prefix(root()) {
            files.insert(inside.display().to_string());
        }
    }
}
