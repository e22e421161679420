//! Where unpacked engines lie, and how they get there (Maven). A cached engine is never written again.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::release::{Module, RECIPE, Release};

/// Javassist, which gives one JDK class the method that Elasticsearch 1.x calls and Java 9 took away.
pub(crate) const JAVASSIST: &str = "javassist-3.30.2-GA.jar";
const JAVASSIST_COORDINATES: &str = "org.javassist:javassist:3.30.2-GA:jar";

/// The folder of all engines: `$LITEBULK_ENGINES`, else the user's cache; for root the system's, as engines run as
/// another user, who cannot look into root's home.
pub(crate) fn folder() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("LITEBULK_ENGINES") {
        return folder;
    }
    let cache = if rustix::process::geteuid().is_root() {
        PathBuf::from("/var/cache")
    } else {
        set("XDG_CACHE_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".cache")))
            .unwrap_or_default()
    };
    cache.join("litebulk/engines")
}

/// The unpacked `release`, if it is there.
pub(crate) fn find(release: &Release) -> Option<PathBuf> {
    Some(place(release)).filter(|home| home.is_dir())
}

fn place(release: &Release) -> PathBuf {
    folder().join(format!("{}-{}-r{RECIPE}", release.name, release.version))
}

/// The unpacked `release`, downloaded where it is missing. One process downloads at a time, the others wait.
pub(crate) fn fetch(release: &Release) -> io::Result<PathBuf> {
    fs::create_dir_all(folder())?;
    let lock = File::create(folder().join("lock"))?;
    lock.lock()?;
    let home = place(release);
    if home.is_dir() {
        return Ok(home);
    }
    super::say(&format!("fetching {} {}", release.name, release.version));
    let workshop = tempfile::tempdir_in(folder())?;
    let unpacked = unpack(release, workshop.path())?;
    for module in release.modules {
        add_module(release, module, &unpacked)?;
    }
    if release.name == "es1" {
        copy(JAVASSIST_COORDINATES, &unpacked.join("patch"))?;
    }
    // 2.x wants to see a folder for plugins, and its own would be the run's user's to make.
    fs::create_dir_all(unpacked.join("plugins"))?;
    run(Command::new("chmod").args(["-R", "a+rX"]).arg(&unpacked))?;
    fs::rename(&unpacked, &home)?;
    Ok(home)
}

/// Downloads and unpacks the zip; returns the one folder in it.
fn unpack(release: &Release, workshop: &Path) -> io::Result<PathBuf> {
    let (zips, unpacked) = (workshop.join("zip"), workshop.join("unpacked"));
    copy(&format!("{}:{}:zip", release.artifact, release.version), &zips)?;
    run(Command::new("unzip").arg("-q").arg(only_entry(&zips)?).arg("-d").arg(&unpacked))?;
    only_entry(&unpacked)
}

fn add_module(release: &Release, module: &Module, home: &Path) -> io::Result<()> {
    let folder = home.join("modules").join(module.name);
    copy(&format!("{}:{}:jar", module.artifact, release.version), &folder)?;
    describe_module(release, module.name, module.class, &folder)
}

/// Writes what makes an engine take the jar in `folder` for a module of its own.
pub(crate) fn describe_module(
    release: &Release,
    name: &str,
    class: &str,
    folder: &Path,
) -> io::Result<()> {
    let version = release.version;
    let java = if release.opensearch() { "11" } else { "1.8" };
    let descriptor = format!(
        "description={name}\nversion={version}\nname={name}\nclassname={class}\njava.version={java}\n\
         {}.version={version}\nextended.plugins=\nhas.native.controller=false\n",
        release.product()
    );
    fs::write(folder.join("plugin-descriptor.properties"), descriptor)
}

/// Has Maven copy one artifact into `folder`, from whichever repository the machine is set up for.
fn copy(coordinates: &str, folder: &Path) -> io::Result<()> {
    let mut output = OsStr::new("-DoutputDirectory=").to_owned();
    output.push(folder);
    run(Command::new("mvn")
        .args(["-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"])
        .arg(format!("-Dartifact={coordinates}"))
        .arg(output))
}

fn only_entry(folder: &Path) -> io::Result<PathBuf> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    match (entries.pop(), entries.is_empty()) {
        (Some(entry), true) => Ok(entry.path()),
        _ => Err(io::Error::other(format!(
            "`{}` holds more or less than one entry",
            folder.display()
        ))),
    }
}

/// Runs `command` to its end; its output is the error's text.
pub(crate) fn run(command: &mut Command) -> io::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let told = |what: String| io::Error::other(format!("`{program}`: {what}"));
    let output = command.stdin(Stdio::null()).output().map_err(|error| told(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(told(format!("{}: {}", output.status, String::from_utf8_lossy(&text))))
}

/// The first folder on the way to `path` that other users cannot enter.
pub(crate) fn closed_to_others(path: &Path) -> Option<PathBuf> {
    let closed = |folder: &&Path| {
        fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & 0o001 == 0)
    };
    path.ancestors().filter(closed).last().map(Path::to_owned)
}
