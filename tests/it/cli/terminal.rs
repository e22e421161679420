//! What a terminal gets and a pipe does not: progress and colors. The terminal is a pseudo-terminal of our own.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

use super::litebulk;

/// Runs with a terminal as stderr; answers the exit code and what the terminal got.
fn on_a_terminal(mut command: Command) -> (Option<i32>, String) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
    let terminal = OpenOptions::new().read(true).write(true).open(name).unwrap();
    command.env("TERM", "xterm").stderr(terminal);
    let mut child = command.spawn().unwrap();
    // The command holds the terminal's other end until it is dropped; then the last reader's end is an error, not a zero.
    drop(command);
    let mut shown = Vec::new();
    let mut buffer = [0; 4_096];
    let mut screen = File::from(OwnedFd::from(controller));
    while let Ok(length @ 1..) = screen.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
    }
    (child.wait().unwrap().code(), String::from_utf8_lossy(&shown).into_owned())
}

fn failing(folder: &TempDir) -> Command {
    let mut command = litebulk(folder.path());
    command.args(["export", "db", "-m", "gone.json"]);
    command
}

#[test]
fn errors_are_colored_on_a_terminal_unless_no_color_is_set_to_something() {
    let folder = TempDir::new().unwrap();
    for (no_color, colored) in [(None, true), (Some("1"), false), (Some(""), true)] {
        let mut command = failing(&folder);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        let (code, shown) = on_a_terminal(command);
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("error:"), "{shown}");
        assert_eq!(shown.contains('\x1b'), colored, "NO_COLOR={no_color:?}: {shown:?}");
    }
}

#[test]
fn errors_have_no_colors_in_a_pipe() {
    let folder = TempDir::new().unwrap();
    let stderr = failing(&folder).output().unwrap().stderr;
    assert!(stderr.starts_with(b"error: "), "{}", String::from_utf8_lossy(&stderr));
    assert!(!stderr.contains(&b'\x1b'));
}

/// Enough students for a few redraws, on any machine.
fn slow_demo(folder: &TempDir, more: &[&str]) -> Command {
    let mut command = litebulk(folder.path());
    command.args(["demo", ".", "--students", "60000"]).args(more);
    command
}

#[test]
fn progress_is_drawn_on_a_terminal_and_gone_at_the_end() {
    let folder = TempDir::new().unwrap();
    let (_, shown) = on_a_terminal(slow_demo(&folder, &[]));
    assert!(shown.contains("students ["), "{shown:?}");
    let end = shown.split("built ").nth(1).unwrap();
    assert!(!end.contains("students ["), "{shown:?}");
}

#[test]
fn progress_is_not_drawn_in_quiet() {
    let folder = TempDir::new().unwrap();
    let (_, shown) = on_a_terminal(slow_demo(&folder, &["-q"]));
    assert!(!shown.contains("students"), "{shown:?}");
}

#[test]
fn progress_is_not_drawn_in_a_pipe() {
    let folder = TempDir::new().unwrap();
    let stderr = slow_demo(&folder, &[]).output().unwrap().stderr;
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(stderr.contains("60,000 students"), "{stderr}");
    assert!(!stderr.contains("students [") && !stderr.contains('\r'), "{stderr:?}");
}
