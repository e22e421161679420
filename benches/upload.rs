//! The upload benchmark: litebulk against a loop of `curl` with as many workers, opensearch-py's `parallel_bulk` and
//! elasticdump, all with the same documents into the same engine. Owns the order of the runs and who is compared.
//!
//! ```sh
//! cargo bench --bench upload -- --url http://localhost:9200 --target os3
//! ```
//!
//! | variable | meaning |
//! |---|---|
//! | `LITEBULK_BENCH_PYTHON` | a Python that has `opensearchpy`; else one is installed (`venv`, `pip`) beside the data |
//! | `LITEBULK_BENCH_ELASTICDUMP` | an `elasticdump`; else one is installed (`npm`) beside the data |
//!
//! A peer that cannot be installed is left out, loudly; `--peers none` leaves out both.
//!
//! The engine is the caller's, and the index `litebulk-bench` in it is deleted again and again. Sides run in turn, and the best
//! run of each counts. litebulk's time is all of it: hashes, index, load, refresh, count and mapping; the others' is load and
//! refresh alone.

#[path = "export/measure.rs"]
mod measure;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;

use measure::{Measured, measure};

/// The index that all sides load.
const INDEX: &str = "litebulk-bench";
/// Time of a side by litebulk's, at least: the goals.
const GOALS: [(Side, f64); 3] = [(Side::Curl, 0.95), (Side::Python, 1.6), (Side::Elasticdump, 1.6)];
/// Documents of a request of the peers that count documents, not bytes, with which they are fastest here.
const CHUNK: &str = "5000";

/// `$1` URL, `$2` workers; the parts' names come in on standard input.
const CURL: &str = r#"
xargs -P "$2" -I{} curl --silent --show-error --fail --output /dev/null --header 'Content-Type: application/x-ndjson' \
    --header 'Expect:' --data-binary '@{}' "$1/_bulk" &&
curl --silent --show-error --fail --output /dev/null --request POST "$1/litebulk-bench/_refresh""#;

/// Arguments: URL, workers, documents a request (or nothing), folder.
const PYTHON: &str = r"
import glob, json, sys
from opensearchpy import OpenSearch, helpers
url, jobs, chunk, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
chunk = {'chunk_size': int(chunk)} if chunk else {}
def actions():
    for path in sorted(glob.glob(folder + '/part-*.ndjson')):
        with open(path, encoding='utf-8') as part:
            for line in part:
                (verb, meta), = json.loads(line).items()
                yield {'_op_type': verb, **meta, '_source': json.loads(next(part))}
client = OpenSearch(url, timeout=60)
for ok, item in helpers.parallel_bulk(client, actions(), thread_count=jobs, **chunk):
    assert ok, item
client.indices.refresh(index='litebulk-bench')
";

/// The peers that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Peers {
    /// All that there are, or that can be installed, with requests as large as they like best.
    All,
    /// The same with requests of the size that they have when nobody says another.
    AsTheyCome,
    /// The loop of curl alone.
    None,
}

/// Compares loading: prints times, CPU times and whether the goal is reached
#[derive(Parser)]
pub(crate) struct Args {
    /// A node of the engine
    #[arg(long, value_name = "URL", default_value = "http://localhost:9200")]
    url: String,
    /// What the engine is, as `export --target` names it
    #[arg(long, value_name = "T", default_value = "es9")]
    target: String,
    /// Students to load
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    size: u64,
    /// Workers of each side
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: usize,
    /// Runs of each side
    #[arg(long, value_name = "K", default_value_t = 3)]
    runs: usize,
    /// Who is compared besides the loop of curl
    #[arg(long, value_enum, default_value = "all")]
    peers: Peers,
    /// Where the export is built [default: below cargo's target folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The litebulk to measure [default: the one that cargo built]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Cargo says it to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// What loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Curl,
    Litebulk,
    Python,
    Elasticdump,
}

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run(&Args::parse(), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Outcome<()> {
    let bench = Bench::new(args)?;
    let mut sides = vec![Side::Curl, Side::Litebulk];
    sides.extend(bench.python.as_ref().map(|_| Side::Python));
    sides.extend(bench.elasticdump.as_ref().map(|_| Side::Elasticdump));
    let mut best: Vec<(Side, Option<Measured>)> = sides.iter().map(|side| (*side, None)).collect();
    for _ in 0..args.runs.max(1) {
        for (side, best) in &mut best {
            let measured = bench.one(*side)?;
            if best.is_none_or(|best| measured.wall < best.wall) {
                *best = Some(measured);
            }
        }
    }
    writeln!(out, "{} documents, {} workers, best of {}", args.size, args.jobs, args.runs)?;
    let of = |side: Side| best.iter().find_map(|(at, best)| best.filter(|_| *at == side));
    for (side, _) in &best {
        let Some(Measured { wall, cpu, memory }) = of(*side) else { continue };
        let cpu = cpu.map_or("?".into(), |cpu| format!("{:.2}", cpu.as_secs_f64()));
        let memory = memory.unwrap_or(0) >> 20;
        writeln!(out, "{side:?}: {:.2} s, client CPU {cpu} s, {memory} MiB", wall.as_secs_f64())?;
    }
    let Some(ours) = of(Side::Litebulk) else { return Ok(()) };
    for (side, goal) in GOALS {
        let Some(other) = of(side) else { continue };
        let ratio = other.wall.as_secs_f64() / ours.wall.as_secs_f64();
        let verdict = if ratio >= goal { "reached" } else { "missed" };
        let cpu = match (other.cpu, ours.cpu) {
            (Some(other), Some(ours)) => other.as_secs_f64() / ours.as_secs_f64().max(0.01),
            _ => f64::NAN,
        };
        writeln!(
            out,
            "{side:?} / Litebulk: time {ratio:.2}, goal {goal}: {verdict}; client CPU {cpu:.2}"
        )?;
    }
    Ok(())
}

/// A program of a peer: the one that `variable` names, else the one that `install` makes; none where that fails.
fn peer(name: &str, variable: &str, installed: PathBuf, install: &str) -> Option<PathBuf> {
    if let Some(given) = std::env::var_os(variable).filter(|given| !given.is_empty()) {
        return Some(given.into());
    }
    let mut shell = Command::new("sh");
    shell.args(["-ec", install, name]).arg(installed.parent().and_then(Path::parent)?);
    if quiet(&mut shell) && installed.exists() {
        return Some(installed);
    }
    let line = format!("bench: {name} IS LEFT OUT: it cannot be installed; set {variable}");
    // Nobody is left to tell when this fails.
    let _ = writeln!(io::stderr(), "{line}");
    None
}

struct Bench<'a> {
    args: &'a Args,
    program: PathBuf,
    /// The folder of the index folder.
    export: PathBuf,
    python: Option<PathBuf>,
    elasticdump: Option<PathBuf>,
}

impl Bench<'_> {
    /// Builds the export that all sides load.
    fn new(args: &Args) -> Outcome<Bench<'_>> {
        let data = args.data.clone();
        let data =
            data.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-upload"));
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(&data)?;
        let program = args.program.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_litebulk").into());
        let size = args.size.to_string();
        let litebulk = |line: &[&str]| {
            let mut command = Command::new(&program);
            command.current_dir(&data).args(line);
            measure(quietly(command))
        };
        litebulk(&["demo", ".", "--students", &size])?;
        let model = data.join("litebulk.json");
        let text = fs::read_to_string(&model)?;
        fs::write(&model, text.replacen("\"django\"", &format!("\"{INDEX}\""), 1))?;
        litebulk(&["export", "campus.sqlite3", "-o", "load", "--target", &args.target])?;
        let export = data.join("load");
        if args.peers == Peers::None {
            return Ok(Bench { args, program, export, python: None, elasticdump: None });
        }
        let python = peer(
            "opensearch-py",
            "LITEBULK_BENCH_PYTHON",
            data.join("python/bin/python"),
            r#"python3 -m venv "$1" && "$1/bin/pip" install opensearch-py"#,
        );
        let elasticdump = peer(
            "elasticdump",
            "LITEBULK_BENCH_ELASTICDUMP",
            data.join("node_modules/.bin/elasticdump"),
            r#"npm install --prefix "$1/.." elasticdump"#,
        );
        let bench = Bench { args, program, export, python, elasticdump };
        if bench.elasticdump.is_some() {
            bench.write_dump()?;
        }
        Ok(bench)
    }

    /// The documents as elasticdump reads them: one file, a line each.
    fn write_dump(&self) -> Outcome<()> {
        let mut out = io::BufWriter::new(fs::File::create(self.dump())?);
        for part in self.part_paths()? {
            let text = fs::read_to_string(part)?;
            let mut lines = text.lines();
            while let (Some(action), Some(source)) = (lines.next(), lines.next()) {
                let meta = action.split_once(":{").and_then(|(_, rest)| rest.strip_suffix("}}"));
                let meta = meta.ok_or("a line that is no action line")?;
                writeln!(out, "{{{meta},\"_source\":{source}}}")?;
            }
        }
        Ok(out.flush()?)
    }

    fn dump(&self) -> PathBuf {
        self.export.with_extension("dump")
    }

    /// One load of a side into an index that is not there before, or empty.
    fn one(&self, side: Side) -> Outcome<Measured> {
        let folder = self.export.join(INDEX);
        let (url, jobs) = (self.args.url.trim_end_matches('/'), self.args.jobs.to_string());
        let index = format!("{url}/{INDEX}");
        let made = format!("@{}", folder.join("mapping.json").display());
        let mut curl = Command::new("curl");
        // It may not be there.
        quiet(curl.args(["--request", "DELETE", "--fail", &index]));
        let json = "Content-Type: application/json";
        if side != Side::Litebulk {
            let put = |path: &str, body: &str| {
                let mut command = Command::new("curl");
                command.args(["--request", "PUT", "--fail", "--header", json]);
                command.args(["--data-binary", body]).arg(format!("{index}{path}"));
                measure(quietly(command))
            };
            put("", &made)?;
            put("/_settings", r#"{"index":{"refresh_interval":"-1","number_of_replicas":"0"}}"#)?;
        }
        let chunk = if self.args.peers == Peers::AsTheyCome { "" } else { CHUNK };
        let mut command = match side {
            Side::Curl => Command::new("sh"),
            Side::Litebulk => Command::new(&self.program),
            Side::Python => Command::new(self.python.as_ref().ok_or("no Python")?),
            Side::Elasticdump => Command::new(self.elasticdump.as_ref().ok_or("no elasticdump")?),
        };
        match side {
            Side::Curl => command.args(["-c", CURL, "curl", url, &jobs]).stdin(self.parts()?),
            Side::Litebulk => {
                command.args(["upload", "-q", "--url", url, "--jobs", &jobs]).arg(&folder)
            }
            Side::Python => command.args(["-c", PYTHON, url, &jobs, chunk]).arg(&folder),
            Side::Elasticdump => command
                .arg(format!("--input={}", self.dump().display()))
                .arg(format!("--output={url}/{INDEX}"))
                .args(["--type=data", "--noRefresh", "--concurrency", &jobs])
                .args(
                    [chunk].iter().filter(|chunk| !chunk.is_empty()).flat_map(|n| ["--limit", n]),
                ),
        };
        let mut measured = measure(quietly_but_errors(command))?;
        if side == Side::Elasticdump {
            // It has told the engine not to refresh for each request; once in the end counts for it as for the others.
            let mut refresh = Command::new("curl");
            refresh.args(["--request", "POST", "--fail"]).arg(format!("{index}/_refresh"));
            measured.wall += measure(quietly(refresh))?.wall;
        }
        let mut verify = Command::new(&self.program);
        verify.args(["verify", "-q", "--url", url]).arg(&folder);
        measure(quietly_but_errors(verify))?;
        Ok(measured)
    }

    fn part_paths(&self) -> Outcome<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(self.export.join(INDEX))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "ndjson") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// A file with the parts' names, one a line.
    fn parts(&self) -> Outcome<fs::File> {
        let names: Vec<_> =
            self.part_paths()?.iter().map(|path| format!("{}\n", path.display())).collect();
        let path = self.export.with_extension("parts");
        fs::write(&path, names.concat())?;
        Ok(fs::File::open(path)?)
    }
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn quietly(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What goes wrong is worth a line.
fn quietly_but_errors(mut command: Command) -> Command {
    command.stdout(Stdio::null());
    command
}
