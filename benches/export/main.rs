//! The export benchmark: litebulk against the `sqlite3` shell's JSON route, against DuckDB where there is one, and against the
//! floor, which is stepping the rows and reading the columns. Owns the order of the runs and who is compared with whom.
//!
//! ```sh
//! cargo bench --bench export                                     # all shapes, a million students
//! cargo bench --bench export -- --shape campus --size 4000000    # its memory at four times the rows
//! cargo bench --bench export -- --record benches/runs/2026-01-31-two-cores.md
//! ```
//!
//! Sides run in turn, and the best run of each counts, so that what else the machine does matters little. Take the
//! ratios, not the seconds.

mod duckdb;
mod measure;
mod report;
mod shape;
mod side;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;

use duckdb::DuckDb;
use measure::{Measured, measure};
use report::{Report, ShapeReport};
use shape::{Built, SHAPES, Shape};

/// Compares exports: prints ratios and whether they reach the goals
#[derive(Parser)]
struct Args {
    /// Students of the campus; other shapes have a fraction as many documents
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    size: u64,
    /// These shapes alone
    #[arg(long, value_name = "NAME")]
    shape: Vec<String>,
    /// Runs of each side
    #[arg(long, value_name = "K", default_value_t = 3)]
    runs: usize,
    /// Write the report into this file too
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Where databases are built, and found again [default: below cargo's target folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The litebulk to measure [default: the one that cargo built]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Be the floor of the one shape on this database
    #[arg(long, value_name = "DB", hide = true)]
    floor: Option<PathBuf>,
    /// Cargo says it to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is run and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Shell,
    TwoThreads,
    OneThread,
    Gzip,
    DuckDb,
    Floor,
}

/// What all runs share.
struct Bench {
    program: PathBuf,
    data: PathBuf,
    duckdb: Option<DuckDb>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let shapes = wanted(&args.shape)?;
    if let Some(database) = &args.floor {
        for shape in shapes {
            shape.floor(database)?;
        }
        return Ok(());
    }
    if !side::has_shell() {
        return Err("there is no `sqlite3` on the path to compare with; install it".into());
    }
    let bench = Bench {
        program: args.program.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_litebulk").into()),
        data: args
            .data
            .clone()
            .unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench")),
        duckdb: DuckDb::find(),
    };
    if bench.duckdb.is_none() {
        writeln!(io::stderr(), "bench: DUCKDB IS SKIPPED: {}", duckdb::HOW_TO_GET_IT)?;
    }
    // Made before the long runs, so that a wrong path fails early.
    let record = args.record.as_ref().map(fs::File::create).transpose()?;
    let mut report = Report::new(args.size, args.runs);
    for shape in shapes {
        writeln!(io::stderr(), "bench: {} …", shape.name)?;
        report.shapes.push(bench.compare(shape, args.size, args.runs.max(1))?);
    }
    let text = report.text();
    io::stdout().write_all(text.as_bytes())?;
    if let Some(mut record) = record {
        record.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn wanted(names: &[String]) -> Result<Vec<&'static Shape>, Box<dyn Error>> {
    let find = |name: &String| {
        let known = || SHAPES.iter().map(|shape| shape.name).collect::<Vec<_>>().join(", ");
        let found = SHAPES.iter().find(|shape| shape.name == *name);
        found.ok_or_else(|| format!("no shape `{name}`; there are {}", known()).into())
    };
    if names.is_empty() { Ok(SHAPES.iter().collect()) } else { names.iter().map(find).collect() }
}

impl Bench {
    /// Runs all sides of a shape in turn, as often as asked for.
    fn compare(
        &self,
        shape: &Shape,
        size: u64,
        runs: usize,
    ) -> Result<ShapeReport, Box<dyn Error>> {
        let built = shape.build(&self.data, size)?;
        let mut sides = vec![Side::Shell, Side::OneThread, Side::TwoThreads, Side::Floor];
        if shape.name == "campus" {
            sides.push(Side::Gzip);
            sides.extend(self.duckdb.as_ref().map(|_| Side::DuckDb));
        }
        let mut report = ShapeReport::new(shape.name, built.documents);
        for _ in 0..runs {
            for &side in &sides {
                let (measured, bytes) = self.one(side, shape, &built)?;
                report.add(side, measured, bytes);
            }
        }
        Ok(report)
    }

    /// One run of a side, which leaves nothing behind; what it took, and how many bytes it wrote.
    fn one(
        &self,
        side: Side,
        shape: &Shape,
        built: &Built,
    ) -> Result<(Measured, u64), Box<dyn Error>> {
        let output = self.data.join("output");
        clear(&output)?;
        let file = output.join("shell.ndjson");
        let litebulk = |threads| side::litebulk(&self.program, shape, built, &output, threads);
        let mut command = match side {
            Side::Shell => side::shell(shape, built),
            Side::TwoThreads => litebulk(2),
            Side::OneThread => litebulk(1),
            Side::Gzip => litebulk(2),
            Side::DuckDb => match &self.duckdb {
                Some(duckdb) => duckdb.command(&built.database, &file),
                None => return Err("DuckDB is not there".into()),
            },
            Side::Floor => floor(shape, built)?,
        };
        match side {
            Side::Shell => drop(command.stdout(fs::File::create(&file)?)),
            Side::Gzip => drop(command.arg("--gzip")),
            _ => {}
        }
        let measured = measure(command)?;
        let bytes = bytes_below(&output)?;
        clear(&output)?;
        Ok((measured, bytes))
    }
}

/// This program as the floor: a process of its own, so that it is measured as the others are.
fn floor(shape: &Shape, built: &Built) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--shape", shape.name, "--floor"]).arg(&built.database).stdin(Stdio::null());
    Ok(command)
}

fn clear(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_below(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
