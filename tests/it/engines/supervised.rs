//! A process group that ends with the test process, however that ends. Knows nothing about engines.
//!
//! A small shell stands between: it starts the program in a session of its own and reads from a pipe whose other end
//! only the test process holds. When the pipe closes (drop, panic, exit, SIGKILL) it kills the group and removes the
//! folder. It leads a process group of its own, so that an interrupt from the terminal does not end it first.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// User and group `nobody`: engines refuse to run as root.
const NOBODY: u32 = 65534;

/// `$1` is the folder, the rest the program; `out` and `pid` appear in the folder.
///
/// A line on the pipe kills the program alone, as if it had died. Zombies of the group may stay where nobody reaps
/// them, hence the bounded wait.
const WATCHDOG: &str = r#"
cd "$1" || exit 1
folder=$1
shift
exec 3<&0
setsid "$@" >out 2>&1 </dev/null 3<&- &
program=$!
echo "$program" >pid
{
    while read -r _; do kill -s KILL -- "-$program"; done
    kill -s KILL -- "-$program"
    kill -s KILL "$program"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -s 0 -- "-$program" || break
        sleep 0.1
    done
    cd /
    rm -rf "$folder"
} <&3 3<&- 2>/dev/null &
exec 3<&-
wait "$program"
"#;

/// A folder for a process to run in, owned by the user that it will run as.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// A new, empty one in the system's folder for temporary files.
    pub(crate) fn new() -> io::Result<Folder> {
        Ok(Folder(tempfile::Builder::new().prefix("litebulk-engine-").tempdir()?))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What the process wrote to its standard output and error.
    pub(crate) fn output(&self) -> String {
        fs::read(self.path().join("out")).map_or_else(
            |error| error.to_string(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    /// A command that will run in this folder, as its user (`nobody` for root), with nothing inherited but `PATH`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> io::Result<Command> {
        let mut command = Command::new(program);
        if rustix::process::geteuid().is_root() {
            give(self.path())?;
            command.uid(NOBODY).gid(NOBODY);
        }
        command.current_dir(self.path()).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        // Java before 18 reads and names files by the locale; an engine must not depend on who starts it.
        command.env("LC_ALL", "C.UTF-8");
        command.env("HOME", self.path()).env("TMPDIR", self.path());
        Ok(command)
    }
}

fn give(path: &Path) -> io::Result<()> {
    chown(path, Some(NOBODY), Some(NOBODY))?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path())?;
        }
    }
    Ok(())
}

/// The running process group.
pub(crate) struct Supervised {
    watchdog: Child,
    pub(crate) folder: Folder,
}

impl Supervised {
    /// Starts `program` in `folder`.
    pub(crate) fn start(
        folder: Folder,
        program: &[impl AsRef<OsStr>],
        environment: &[(&str, PathBuf)],
    ) -> io::Result<Supervised> {
        let mut shell = folder.command("sh")?;
        shell.args(["-c", WATCHDOG, "watchdog"]).arg(folder.path()).args(program);
        shell.envs(environment.iter().map(|(name, value)| (name, value)));
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Ok(Supervised { watchdog: shell.spawn()?, folder })
    }

    /// Whether the program still runs.
    pub(crate) fn running(&mut self) -> bool {
        matches!(self.watchdog.try_wait(), Ok(None))
    }

    /// Kills the group with SIGKILL, keeps the folder, and returns when it is dead.
    pub(crate) fn kill(&mut self) {
        if let Some(pipe) = &mut self.watchdog.stdin {
            pipe.write_all(b"kill\n").expect("the watchdog reads for as long as we live");
        }
        let _ = self.watchdog_ended();
    }

    fn watchdog_ended(&mut self) -> bool {
        until(Duration::from_secs(20), || !self.running())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        self.watchdog_ended();
        // The folder goes last: when it is gone the whole group is dead.
        until(Duration::from_secs(20), || !self.folder.path().exists());
    }
}

/// Waits for `done`, at most for `limit`; tells whether it came.
pub(crate) fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if done() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::{BufRead, BufReader};

    use super::*;

    const CHILD: &str = "LITEBULK_TEST_SUPERVISED";

    /// A program with a child of its own, as the launchers of engines have.
    fn two_processes() -> Supervised {
        let program = ["sh", "-c", "sleep 1000 & echo $! >child; wait"];
        let supervised = Supervised::start(Folder::new().unwrap(), &program, &[]).unwrap();
        let told = |name| {
            fs::read_to_string(supervised.folder.path().join(name))
                .is_ok_and(|id| id.ends_with('\n'))
        };
        assert!(until(Duration::from_secs(10), || told("pid") && told("child")));
        supervised
    }

    fn id(folder: &Path, name: &str) -> String {
        fs::read_to_string(folder.join(name)).unwrap().trim().to_owned()
    }

    /// Whether a process runs; a zombie does not.
    fn alive(id: &str) -> bool {
        let state = if Path::new("/proc/self/stat").exists() {
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            stat.rsplit(") ").next().unwrap_or_default().to_owned()
        } else {
            let output = Command::new("ps").args(["-o", "stat=", "-p", id]).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        !(state.is_empty() || state.starts_with('Z'))
    }

    #[test]
    fn a_dropped_process_is_gone_with_its_children_and_its_folder() {
        let supervised = two_processes();
        let folder = supervised.folder.path().to_owned();
        let ids = [id(&folder, "pid"), id(&folder, "child")];
        assert!(ids.iter().all(|id| alive(id)));
        drop(supervised);
        assert!(!ids.iter().any(|id| alive(id)));
        assert!(!folder.exists());
    }

    #[test]
    fn a_killed_process_leaves_its_folder_until_the_drop() {
        let mut supervised = two_processes();
        let folder = supervised.folder.path().to_owned();
        supervised.kill();
        assert!(!supervised.running() && !alive(&id(&folder, "child")));
        drop(supervised);
        assert!(!folder.exists());
    }

    #[test]
    fn a_process_ends_when_the_test_process_is_killed() {
        if env::var_os(CHILD).is_some() {
            let supervised = two_processes();
            writeln!(io::stderr(), "folder={}", supervised.folder.path().display()).unwrap();
            thread::sleep(Duration::from_secs(600));
        }
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "engines::supervised::tests::a_process_ends_when_the_test_process_is_killed",
            ])
            .env(CHILD, "1")
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let folder =
            lines.find_map(|line| Some(PathBuf::from(line.strip_prefix("folder=")?))).unwrap();
        let ids = [id(&folder, "pid"), id(&folder, "child")];
        assert!(ids.iter().all(|id| alive(id)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(until(Duration::from_secs(20), || !folder.exists()));
        assert!(!ids.iter().any(|id| alive(id)));
    }
}
