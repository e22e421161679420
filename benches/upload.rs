//! The upload benchmark: litebulk against a loop of `curl` with as many workers, and against opensearch-py's `parallel_bulk`
//! where there is one, all with the same parts into the same engine. Owns the order of the runs and who is compared.
//!
//! ```sh
//! cargo bench --bench upload -- --url http://localhost:9200 --target es9
//! ```
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
use std::time::Duration;

use clap::Parser;

use measure::{Measured, measure};

/// The index that all sides load.
const INDEX: &str = "litebulk-bench";
/// litebulk may take so much longer than the loop of curl, at most.
const RATIO_MIN: f64 = 0.95;

/// `$1` URL, `$2` workers; the parts' names come in on standard input.
const CURL: &str = r#"
xargs -P "$2" -I{} curl --silent --show-error --fail --output /dev/null --header 'Content-Type: application/x-ndjson' \
    --header 'Expect:' --data-binary '@{}' "$1/_bulk" &&
curl --silent --show-error --fail --output /dev/null --request POST "$1/litebulk-bench/_refresh""#;

/// Arguments: URL, workers, folder.
const PYTHON: &str = r"
import glob, json, sys
from opensearchpy import OpenSearch, helpers
url, jobs, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
def actions():
    for path in sorted(glob.glob(folder + '/part-*.ndjson')):
        with open(path, encoding='utf-8') as part:
            for line in part:
                (verb, meta), = json.loads(line).items()
                yield {'_op_type': verb, **meta, '_source': json.loads(next(part))}
client = OpenSearch(url, timeout=60)
for ok, item in helpers.parallel_bulk(client, actions(), thread_count=jobs, chunk_size=5000):
    assert ok, item
client.indices.refresh(index='litebulk-bench')
";

/// Compares loading: prints times, CPU times and whether the goal is reached
#[derive(Parser)]
struct Args {
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
}

type Outcome<T> = Result<T, Box<dyn Error>>;

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

fn run(args: &Args) -> Outcome<()> {
    let bench = Bench::new(args)?;
    let mut sides = vec![Side::Curl, Side::Litebulk];
    if quiet(Command::new("python3").args(["-c", "import opensearchpy"])) {
        sides.push(Side::Python);
    } else {
        writeln!(
            io::stderr(),
            "bench: OPENSEARCH-PY IS SKIPPED: `python3 -c 'import opensearchpy'` fails"
        )?;
    }
    let mut best: Vec<Option<Measured>> = vec![None; sides.len()];
    for _ in 0..args.runs.max(1) {
        for (side, best) in sides.iter().zip(&mut best) {
            let measured = bench.one(*side)?;
            if best.is_none_or(|best| measured.wall < best.wall) {
                *best = Some(measured);
            }
        }
    }
    let mut out = io::stdout();
    let seconds = |time: Option<Duration>| {
        time.map_or("?".into(), |time| format!("{:.2}", time.as_secs_f64()))
    };
    writeln!(out, "{} documents, {} workers, best of {}", args.size, args.jobs, args.runs)?;
    let wall = |at: usize| best[at].map_or(0.0, |best: Measured| best.wall.as_secs_f64());
    for (at, (side, best)) in sides.iter().zip(&best).enumerate() {
        let cpu = seconds(best.and_then(|best| best.cpu));
        let memory = best.and_then(|best| best.memory).unwrap_or(0) >> 20;
        writeln!(out, "{side:?}: {:.2} s, client CPU {cpu} s, {memory} MiB", wall(at))?;
    }
    let ratio = wall(0) / wall(1);
    let verdict = if ratio >= RATIO_MIN { "reached" } else { "missed" };
    writeln!(out, "curl's time / litebulk's: {ratio:.2}, goal {RATIO_MIN}: {verdict}")?;
    Ok(())
}

struct Bench<'a> {
    args: &'a Args,
    program: PathBuf,
    /// The folder of the index folder.
    export: PathBuf,
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
        Ok(Bench { args, program, export: data.join("load") })
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
        let mut command = match side {
            Side::Curl => Command::new("sh"),
            Side::Litebulk => Command::new(&self.program),
            Side::Python => Command::new("python3"),
        };
        match side {
            Side::Curl => command.args(["-c", CURL, "curl", url, &jobs]).stdin(self.parts()?),
            Side::Litebulk => {
                command.args(["upload", "-q", "--url", url, "--jobs", &jobs]).arg(&folder)
            }
            Side::Python => command.args(["-c", PYTHON, url, &jobs]).arg(&folder),
        };
        let measured = measure(quietly_but_errors(command))?;
        let mut verify = Command::new(&self.program);
        verify.args(["verify", "-q", "--url", url]).arg(&folder);
        measure(quietly_but_errors(verify))?;
        Ok(measured)
    }

    /// A file with the parts' names, one a line.
    fn parts(&self) -> Outcome<fs::File> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.export.join(INDEX))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "ndjson") {
                names.push(path.display().to_string());
            }
        }
        names.sort();
        let path = self.export.with_extension("parts");
        fs::write(&path, names.join("\n") + "\n")?;
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
