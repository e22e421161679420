//! The programs that are compared, as command lines. Knows no clock.

use std::path::Path;
use std::process::{Command, Stdio};

use super::shape::{Built, Shape};

/// litebulk, into the folder `out`.
pub(crate) fn litebulk(
    program: &Path,
    shape: &Shape,
    built: &Built,
    out: &Path,
    threads: usize,
) -> Command {
    let mut command = Command::new(program);
    command.arg("export").arg(&built.database).arg("--model").arg(&built.model);
    command.args(["--quiet", "--target", shape.target, "--threads", &threads.to_string()]);
    command.arg("--output").arg(out).stdin(Stdio::null());
    command
}

/// The shell's JSON route, to stdout: one query. No settings of the user's own take part.
pub(crate) fn shell(shape: &Shape, built: &Built) -> Command {
    let mut command = Command::new("sqlite3");
    command.args(["-init", "/dev/null", "-batch", "-readonly", "-list", "-noheader"]);
    command.arg(&built.database).arg(shape.query).stdin(Stdio::null());
    command
}

/// Whether there is a shell to compare with.
pub(crate) fn has_shell() -> bool {
    let mut command = Command::new("sqlite3");
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
