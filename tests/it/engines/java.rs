//! The Java installations of this machine, and which of them runs which engine. Installs nothing.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::release::Java;

/// Folders in which systems keep one Java home per entry.
const SHELVES: [&str; 5] = [
    "/usr/lib/jvm",
    "/usr/lib64/jvm",
    "/usr/java",
    "/opt/java",
    "/Library/Java/JavaVirtualMachines",
];

/// The home of an installed Java (with a compiler) that can run engines which need `java`: the oldest for the old
/// ones, the newest for the new ones.
pub(crate) fn home(java: Java) -> Option<PathBuf> {
    let mut homes: Vec<(u32, PathBuf)> =
        candidates().into_iter().filter_map(|home| Some((version(&home)?, home))).collect();
    homes.sort();
    match java {
        Java::Older => homes.into_iter().find(|(version, _)| (17..=23).contains(version)),
        Java::Newer => homes.into_iter().rfind(|(version, _)| *version >= 21),
    }
    .map(|(_, home)| home)
}

fn candidates() -> BTreeSet<PathBuf> {
    let mut homes = BTreeSet::new();
    let named = |name: &str| {
        name == "JAVA_HOME"
            || name.starts_with("JAVA_HOME_")
            || (name.starts_with("JAVA") && name.ends_with("_HOME"))
    };
    homes.extend(
        env::vars_os()
            .filter(|(name, _)| name.to_str().is_some_and(named))
            .map(|(_, home)| home.into()),
    );
    for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
        let java = fs::canonicalize(folder.join("java")).ok();
        homes.extend(
            java.as_deref().and_then(Path::parent).and_then(Path::parent).map(Path::to_owned),
        );
    }
    for shelf in SHELVES.map(fs::read_dir).into_iter().flatten() {
        for entry in shelf.flatten() {
            homes.extend([entry.path(), entry.path().join("Contents/Home")]);
        }
    }
    homes.iter().filter_map(|home| fs::canonicalize(home).ok()).collect()
}

/// Major version of the Java at `home`, from the `release` file that every Java since 7 carries.
fn version(home: &Path) -> Option<u32> {
    if !home.join("bin/java").exists() || !home.join("bin/javac").exists() {
        return None;
    }
    let release = fs::read_to_string(home.join("release")).ok()?;
    let version = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
    version.split(['.', '-', '+', '"']).next()?.parse().ok()
}
