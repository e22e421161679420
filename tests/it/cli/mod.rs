//! The program as its users meet it: exit codes, and who hears what. Knows no room of the library.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) mod about;
mod check;
mod delta;
mod demo;
mod export;
mod pipe;
#[cfg(unix)]
mod signal;
#[cfg(target_os = "linux")]
mod terminal;
mod usage;

/// How a run of the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program in a folder, with nothing of the tester's environment that could change what it says.
pub(crate) fn litebulk(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_litebulk"));
    command.current_dir(folder).stdin(Stdio::null());
    command.env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    command
}

pub(crate) fn run<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Ended {
    let output = litebulk(folder).args(args).output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The words of `line` as arguments.
pub(crate) fn run_line(folder: &Path, line: &str) -> Ended {
    run(folder, line.split_whitespace())
}

/// A folder with a campus of 40 students in `campus`, and a model and a database of the same names beside it.
pub(crate) fn campus() -> TempDir {
    let folder = TempDir::new().unwrap();
    let ended = run_line(folder.path(), "demo . --students 40 --seed 3");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    folder
}

/// Every file below a folder by its path there, with its bytes, sorted.
pub(crate) fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_string();
                files.push((name, fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}
