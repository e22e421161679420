//! Memory is bounded by the options, not by the rows.

use std::process::Stdio;

use super::*;

/// Bytes that an export may hold at its peak, whatever the rows: the program, SQLite's caches, parts and blocks of two threads.
const PEAK_BYTES_MAX: u64 = 160 << 20;

/// Peak of the export's own memory, in bytes: the mapped database belongs to the system's cache.
fn peak(scene: &Scene, words: &str) -> u64 {
    peak_of(&mut scene.command(words))
}

/// Peak of a program's own (anonymous) memory, in bytes; it must end well.
pub(crate) fn peak_of(command: &mut Command) -> u64 {
    peak_until(command, 0)
}

/// The same for a program that must end with `code`.
pub(crate) fn peak_until(command: &mut Command, code: i32) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let found = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(found.unwrap_or(0) << 10);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(child.wait().unwrap().code(), Some(code), "{command:?}");
    peak
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    let (small, large) = (Scene::of_rows(75_000), Scene::of_rows(300_000));
    for words in ["--threads 2", "--threads 2 --gzip=1 --part-size 1MiB", "--threads 2 --stdout"] {
        let (low, high) = (peak(&small, words), peak(&large, words));
        assert!(high < PEAK_BYTES_MAX, "{words}: {high} bytes");
        assert!(high < low + low / 2 + (16 << 20), "{words}: {low} bytes became {high}");
    }
}
