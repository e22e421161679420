//! Ratios and goals, as Markdown: what a recorded run looks like. Names cores and memory of the machine, nothing else.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use super::Side;
use super::measure::Measured;

/// What no export may take of its own memory, in MiB.
const MEMORY_MIB_MAX: f64 = 64.0;

/// Everything that a call of the benchmark found.
pub(crate) struct Report {
    size: u64,
    runs: usize,
    pub(crate) shapes: Vec<ShapeReport>,
}

/// All runs of a shape.
pub(crate) struct ShapeReport {
    name: &'static str,
    documents: u64,
    runs: Vec<(Side, Measured, u64)>,
}

/// A ratio and what it should be.
struct Goal {
    name: &'static str,
    found: Option<f64>,
    wanted: Wanted,
}

#[derive(Clone, Copy)]
enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    pub(crate) fn new(size: u64, runs: usize) -> Report {
        Report { size, runs, shapes: Vec::new() }
    }

    /// The whole of it, ended by a line feed.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        writeln!(text, "# Export, {date}\n")?;
        writeln!(text, "- litebulk {}, {}", env!("CARGO_PKG_VERSION"), machine())?;
        writeln!(text, "- `cargo bench --bench export -- {}`", arguments())?;
        writeln!(
            text,
            "- size {}, {} rounds of one run of each side; a ratio is the median of the rounds' ratios",
            self.size, self.runs
        )?;
        writeln!(text, "\n## Ratios\n")?;
        writeln!(text, "| shape | what | found | goal | |\n|---|---|---|---|---|")?;
        for shape in &self.shapes {
            for goal in shape.goals() {
                goal.write(shape.name, text)?;
            }
        }
        writeln!(text, "\n## Runs\n")?;
        writeln!(
            text,
            "| shape | documents | side | best s | median s | CPU s | own memory MiB | written MB |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        self.shapes.iter().try_for_each(|shape| shape.write_runs(text))
    }
}

impl ShapeReport {
    pub(crate) fn new(name: &'static str, documents: u64) -> ShapeReport {
        ShapeReport { name, documents, runs: Vec::new() }
    }

    pub(crate) fn add(&mut self, side: Side, measured: Measured, bytes: u64) {
        self.runs.push((side, measured, bytes));
    }

    fn goals(&self) -> Vec<Goal> {
        use Wanted::{AtLeast, AtMost};
        let is_campus = self.name == "campus";
        let two = Side::TwoThreads;
        let shell = if is_campus { 5.0 } else { 3.0 };
        let mut goals = vec![
            Goal::new("× faster than the shell", self.faster(two, Side::Shell), AtLeast(shell)),
            Goal::new("MiB of its own", self.memory(two).map(mebibytes), AtMost(MEMORY_MIB_MAX)),
        ];
        if is_campus {
            goals.extend([
                Goal::new("× the floor's CPU", self.cpu_ratio(two, Side::Floor), AtMost(2.2)),
                Goal::new(
                    "× the plain time with `--gzip`",
                    self.faster(two, Side::Gzip),
                    AtMost(2.5),
                ),
            ]);
        }
        if self.best(Side::DuckDb).is_some() {
            let memory = self.memory(Side::DuckDb).zip(self.memory(two));
            let fraction = memory.map(|(theirs, ours)| theirs as f64 / ours as f64);
            goals.extend([
                Goal::new("× faster than DuckDB", self.faster(two, Side::DuckDb), AtLeast(6.0)),
                Goal::new("× less memory than DuckDB", fraction, AtLeast(15.0)),
            ]);
        }
        if self.name.ends_with("-keys") {
            goals.push(Goal::new(
                "× faster than one thread",
                self.faster(two, Side::OneThread),
                AtLeast(1.2),
            ));
        }
        goals
    }

    fn of(&self, side: Side) -> impl Iterator<Item = &Measured> {
        self.runs.iter().filter(move |(of, _, _)| *of == side).map(|(_, measured, _)| measured)
    }

    fn best(&self, side: Side) -> Option<Duration> {
        self.of(side).map(|measured| measured.wall).min()
    }

    fn median(&self, side: Side) -> Option<Duration> {
        let mut walls: Vec<Duration> = self.of(side).map(|measured| measured.wall).collect();
        walls.sort();
        walls.get(walls.len() / 2).copied()
    }

    fn cpu(&self, side: Side) -> Option<Duration> {
        self.of(side).filter_map(|measured| measured.cpu).min()
    }

    fn memory(&self, side: Side) -> Option<u64> {
        self.of(side).filter_map(|measured| measured.memory).max()
    }

    /// How many times the time of `side` fits into the other's.
    fn faster(&self, side: Side, other: Side) -> Option<f64> {
        self.ratio(other, side, |measured| Some(measured.wall))
    }

    fn cpu_ratio(&self, side: Side, other: Side) -> Option<f64> {
        self.ratio(side, other, |measured| measured.cpu)
    }

    /// The median of the rounds, each of which runs both sides within seconds: a machine that is busy for a while slows down
    /// both, where the best run of a long program meets fewer calm moments than that of a short one.
    fn ratio(
        &self,
        side: Side,
        other: Side,
        of: impl Fn(&Measured) -> Option<Duration>,
    ) -> Option<f64> {
        let mut ratios: Vec<f64> = self
            .of(side)
            .zip(self.of(other))
            .filter_map(|(one, two)| Some(of(one)?.as_secs_f64() / of(two)?.as_secs_f64()))
            .collect();
        ratios.sort_by(f64::total_cmp);
        let middle = ratios.len() / 2;
        match ratios.len() % 2 {
            0 => Some((ratios.get(middle.checked_sub(1)?)? + ratios[middle]) / 2.0),
            _ => Some(ratios[middle]),
        }
    }

    fn write_runs(&self, text: &mut String) -> std::fmt::Result {
        let mut told = Vec::new();
        for &(side, _, bytes) in &self.runs {
            if told.contains(&side) {
                continue;
            }
            told.push(side);
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                self.name,
                self.documents,
                label(side),
                cell(self.best(side).map(|time| time.as_secs_f64()), 2),
                cell(self.median(side).map(|time| time.as_secs_f64()), 2),
                cell(self.cpu(side).map(|time| time.as_secs_f64()), 2),
                cell(self.memory(side).map(mebibytes), 1),
                cell(Some(bytes as f64 / 1e6), 0),
            )?;
        }
        Ok(())
    }
}

impl Goal {
    fn new(name: &'static str, found: Option<f64>, wanted: Wanted) -> Goal {
        Goal { name, found, wanted }
    }

    fn write(&self, shape: &str, text: &mut String) -> std::fmt::Result {
        let (words, wanted, reached) = match self.wanted {
            Wanted::AtLeast(least) => ("at least", least, self.found.map(|found| found >= least)),
            Wanted::AtMost(most) => ("at most", most, self.found.map(|found| found <= most)),
        };
        let verdict = match reached {
            Some(true) => "reached",
            Some(false) => "MISSED",
            None => "not measured",
        };
        writeln!(
            text,
            "| {shape} | {} | {} | {words} {wanted} | {verdict} |",
            self.name,
            cell(self.found, 2)
        )
    }
}

fn label(side: Side) -> &'static str {
    match side {
        Side::Shell => "`sqlite3` shell",
        Side::TwoThreads => "litebulk, two threads",
        Side::OneThread => "litebulk, one thread",
        Side::Gzip => "litebulk, two threads, `--gzip`",
        Side::DuckDb => "DuckDB, two threads, no action lines",
        Side::Floor => "floor",
    }
}

fn cell(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "?".to_string(), |number| format!("{number:.digits$}"))
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Cores and memory.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    });
    format!(
        "{cores} cores, {} GiB of memory",
        cell(memory.map(|kibibytes| kibibytes / f64::from(1 << 20)), 0)
    )
}

/// What this program was called with, but for what names a place on the machine and what cargo adds.
fn arguments() -> String {
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or_default();
        if ["--record", "--data", "--program"].contains(&name) {
            if name == argument {
                arguments.next();
            }
        } else if name != "--bench" {
            words.push(argument);
        }
    }
    words.join(" ")
}
