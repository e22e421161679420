//! What a program needs: time, CPU time, memory of its own. Knows no program.

use std::error::Error;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often a program's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) wall: Duration,
    /// User and system time of all its threads; only Linux tells.
    pub(crate) cpu: Option<Duration>,
    /// The largest sum of pages that are no file's, in bytes; only Linux tells. Shorter than a look may be missed.
    pub(crate) memory: Option<u64>,
}

/// Runs a program to its end; one that fails is an error.
pub(crate) fn measure(mut command: Command) -> Result<Measured, Box<dyn Error>> {
    let before = children_cpu();
    let start = Instant::now();
    let mut child = command.spawn().map_err(|cause| format!("{command:?}: {cause}"))?;
    let ended = AtomicBool::new(false);
    let status = format!("/proc/{}/status", child.id());
    let (outcome, wall, memory) = thread::scope(|scope| {
        let looks = scope.spawn(|| largest_memory(&status, &ended));
        let outcome = child.wait();
        let wall = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        (outcome, wall, looks.join().unwrap_or(None))
    });
    let outcome = outcome?;
    if !outcome.success() {
        return Err(format!("{command:?} ended with {outcome}").into());
    }
    let cpu = children_cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok(Measured { wall, cpu, memory })
}

fn largest_memory(status: &str, ended: &AtomicBool) -> Option<u64> {
    let mut largest = None;
    while !ended.load(Ordering::Relaxed) {
        largest = largest.max(anonymous_bytes(status));
        thread::sleep(LOOK_EVERY);
    }
    largest
}

fn anonymous_bytes(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// CPU time of all children that have ended so far.
fn children_cpu() -> Option<Duration> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in parentheses and may hold blanks; `cutime` and `cstime` are the 16th and
    // 17th (proc(5)).
    let (_, fields) = text.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    let ticks: u64 = ticks.sum::<Result<u64, _>>().ok()?;
    // Linux tells programs hundredths of a second on every machine (`USER_HZ`).
    Some(Duration::from_millis(ticks * 10))
}
