//! How a database file is read: through a memory map, where a file that is cut short meanwhile cannot kill the program
//! without a word. Knows no command and no SQLite.
//!
//! Touching a page that is gone raises SIGBUS. The Rust runtime installs a handler for it that puts the default back, so
//! whatever is registered later may come too late as soon as there are two threads. It leaves the signal alone where it is
//! ignored from the start; so the program starts itself again so, once, by a shell that ignores it. Where that does not
//! work the file is read page by page, which is slower and safe.

use std::io::{self, Read as _};
use std::path::Path;

use litebulk::Database;

use super::Console;
use super::failure::Failure;

/// Below this, pages fit into SQLite's cache, and a map gains nothing.
const MAPPED_BYTES_MIN: u64 = 8 << 20;

/// The database at `path`, ready to be read in the best way there is here. Comes before anything that must not happen twice.
pub(super) fn database(path: &Path, console: &Console) -> Database<'static> {
    let large = std::fs::metadata(path).is_ok_and(|data| data.len() >= MAPPED_BYTES_MIN);
    if large && is_ready() && watch(path, console).is_ok() {
        return Database::Mapped(path.to_owned());
    }
    Database::Path(path.to_owned())
}

/// Whether SIGBUS is ours alone.
#[cfg(target_os = "linux")]
fn is_ready() -> bool {
    is_ignored().unwrap_or(false) || start_again()
}

#[cfg(not(target_os = "linux"))]
fn is_ready() -> bool {
    false
}

/// Whether the kernel says that this program ignores SIGBUS.
#[cfg(target_os = "linux")]
fn is_ignored() -> Option<bool> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    Some(mask >> (signal_hook::consts::SIGBUS - 1) & 1 == 1)
}

/// Becomes the same program with the same arguments, SIGBUS ignored; `false` where that cannot be.
#[cfg(target_os = "linux")]
fn start_again() -> bool {
    use std::os::unix::process::CommandExt as _;

    // Set for the second start, so that there is no third one.
    const MARK: &str = "LITEBULK_SIGBUS_IGNORED";
    let Ok(program) = std::env::current_exe() else { return false };
    if std::env::var_os(MARK).is_some() || !program.is_file() {
        return false;
    }
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", "trap '' BUS; exec \"$0\" \"$@\""]).arg(program);
    shell.args(std::env::args_os().skip(1)).env(MARK, "1");
    // It comes back only with an error.
    let _ = shell.exec();
    false
}

/// From now on SIGBUS ends the program with a message and exit code 3. The thread that touched the page tries again and
/// again meanwhile; it holds no lock that the message needs, for it is inside SQLite.
fn watch(path: &Path, console: &Console) -> io::Result<()> {
    let (mut signals, write_end) = io::pipe()?;
    signal_hook::low_level::pipe::register(signal_hook::consts::SIGBUS, write_end)?;
    let failure = Failure::Cut(path.to_owned());
    let console = console.clone();
    std::thread::Builder::new().name("watch".to_string()).spawn(move || {
        if signals.read_exact(&mut [0]).is_ok() {
            remove_staging();
            console.fail(&failure);
            signal_hook::low_level::exit(i32::from(failure.exit_code()));
        }
    })?;
    Ok(())
}

/// Removes the folder that this run builds in: the thread that would do so is inside SQLite for good. It is found by the
/// lock that this process holds in it.
fn remove_staging() {
    for open in std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
        let Ok(path) = std::fs::read_link(open.path()) else { continue };
        let Some(folder) = path.parent().filter(|_| path.ends_with("lock")) else { continue };
        let name = folder.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(".litebulk-")) {
            // What stays is removed by the next run.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
