//! `litebulk export`: its arguments, their conversion to an [`ExportConfig`], and the call.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use litebulk::{
    Compression, Database, Durability, ExportConfig, Model, OnError, Op, Output, Progress, Report,
    Shard, Target,
};

use super::console::RecordPipe;
use super::failure::Failure;
use super::progress::Bar;
use super::report::{self, ExportReport};
use super::signal::{Interruption, NOTHING_LEFT};
use super::{Console, End, mapped, quantity, wrong_usage};

const AFTER_HELP: &str = "\
Examples:
  litebulk export app.sqlite3
  litebulk export app.sqlite3 -m shop.json -o out --target os2 --gzip --on-error reject
  litebulk export app.sqlite3 --index products --stdout | head -2";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
#[command(override_usage = "litebulk export [OPTIONS] <DB>")]
pub(crate) struct ExportArgs {
    /// The SQLite database; it is never written
    #[arg(value_name = "DB", required_unless_present = "index")]
    db: Option<PathBuf>,
    /// The model [default: litebulk.json]
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The folder that gets one folder per index
    #[arg(short, long, value_name = "DIR", default_value = "out")]
    output: PathBuf,
    /// Export these indices of the model alone
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    index: Vec<String>,
    /// Engine and version to write for: es1 es2 es5 es6 es7 es8 es9 os1 os2 os3, or a long name such as
    /// elasticsearch-8.19 [default: the model's, or es9]
    #[arg(long, value_name = "TARGET", value_parser = Target::parse)]
    target: Option<Target>,
    /// What each record asks for; update writes doc with doc_as_upsert
    #[arg(long, value_enum, default_value_t = OpArg::Create)]
    op: OpArg,
    /// Bytes of a part before compression, at most; a larger record gets a part of its own
    #[arg(long, value_name = "SIZE", default_value = "10MiB", value_parser = quantity::size)]
    part_size: u64,
    /// Compress parts; LEVEL is 0 to 9, 3 where none is named
    #[arg(
        long, value_name = "LEVEL", num_args = 0..=1, require_equals = true, default_missing_value = "3",
        value_parser = clap::value_parser!(u32).range(0..=9)
    )]
    gzip: Option<u32>,
    /// Threads that read and encode; the files are the same for any number [default: cores]
    #[arg(long, value_name = "N", value_parser = quantity::some)]
    threads: Option<NonZeroUsize>,
    /// At a document that the target would refuse or alter: end, or write it to the rejects file and go on
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnErrorArg::Stop)]
    on_error: OnErrorArg,
    /// Write at most N documents of each index
    #[arg(long, value_name = "N", value_parser = quantity::count)]
    limit: Option<u64>,
    /// Write this share of the documents, above 0 and at most 1; a hash of the key decides
    #[arg(long, value_name = "FRACTION", value_parser = quantity::fraction)]
    sample: Option<f64>,
    /// Write share I of N; together all shares are the whole
    #[arg(long, value_name = "I/N", value_parser = quantity::shard)]
    shard: Option<Shard>,
    /// Write the records of one index to stdout, and no file
    #[arg(long, conflicts_with_all = ["output", "check", "part_size", "fsync", "json"])]
    stdout: bool,
    /// Compare with the export that is there, and write nothing; a difference is exit code 5
    #[arg(long)]
    check: bool,
    /// Survive a power cut; without it a damaged part is found by its hash
    #[arg(long)]
    fsync: bool,
}

// Variants have no texts of their own, because clap would print each on a line of the help.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OpArg {
    Create,
    Index,
    Update,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnErrorArg {
    Stop,
    Reject,
}

pub(crate) fn run(mut args: ExportArgs, console: &Console) -> Result<End, Failure> {
    let db = args.take_db();
    let database = mapped::database(&db, console);
    if args.stdout {
        return to_stdout(&args, database, console);
    }
    let model = super::model_of(args.model.as_deref())?;
    let folder = args.output.clone();
    let output = if args.check { Output::Check(folder) } else { Output::Folder(folder) };
    into_files(database, &model, args.config(), &output, &Interruption::listen()?, console)
}

/// The export itself, and the report of it; `demo` ends here too.
pub(super) fn into_files(
    database: Database<'_>,
    model: &Model,
    mut config: ExportConfig,
    output: &Output,
    interruption: &Interruption,
    console: &Console,
) -> Result<End, Failure> {
    let progress = Arc::new(Progress::default());
    config.cancel = Some(interruption.cancel());
    config.progress = Some(progress.clone());
    let start = Instant::now();
    let bar = Bar::draw(console, "documents", progress);
    let outcome = litebulk::export(database, model, &config, output);
    drop(bar);
    let report = outcome.map_err(|error| interruption.explain(error, NOTHING_LEFT))?;
    let end = end_of(&report);
    report::tell_export(&report, output, console);
    console.detail(format_args!("took {:.1?}", start.elapsed()));
    console.report(&ExportReport::new(&report, end))?;
    Ok(end)
}

fn to_stdout(args: &ExportArgs, database: Database<'_>, console: &Console) -> Result<End, Failure> {
    if args.on_error == OnErrorArg::Reject {
        wrong_usage(
            ErrorKind::ArgumentConflict,
            "--on-error reject needs files for what is rejected; leave --stdout out",
        );
    }
    Interruption::end_at_once()?;
    let model = super::model_of(args.model.as_deref())?;
    let mut pipe = RecordPipe::open();
    let outcome = litebulk::export_to(database, &model, &args.config(), &mut pipe);
    if !pipe.is_broken() && outcome.is_ok() {
        pipe.finish()?;
    }
    if pipe.is_broken() {
        return Ok(End::Done);
    }
    let report = outcome?;
    report::tell_records(&report, console);
    Ok(end_of(&report))
}

/// What a comparison would reject it has found rejected the last time too, so a difference tells more.
fn end_of(report: &Report) -> End {
    match (report.differs(), report.rejected()) {
        (true, _) => End::Different,
        (false, 0) => End::Done,
        (false, _) => End::Rejected,
    }
}

impl ExportArgs {
    /// `--index` takes as many names as follow, so in `export --index a DB` the last of them is the database.
    fn take_db(&mut self) -> PathBuf {
        if let Some(db) = self.db.take() {
            return db;
        }
        match self.index.pop() {
            Some(last) if !self.index.is_empty() => PathBuf::from(last),
            _ => wrong_usage(ErrorKind::MissingRequiredArgument, "the database <DB> is missing"),
        }
    }

    fn config(&self) -> ExportConfig {
        ExportConfig {
            indices: self.index.clone(),
            target: self.target,
            op: self.op.into(),
            part_bytes_max: self.part_size,
            compression: self.gzip.map_or(Compression::Plain, Compression::Gzip),
            threads: self.threads.unwrap_or_else(cores),
            on_error: match self.on_error {
                OnErrorArg::Stop => OnError::Stop,
                OnErrorArg::Reject => OnError::Reject,
            },
            limit: self.limit,
            sample: self.sample,
            shard: self.shard,
            durability: if self.fsync { Durability::Synced } else { Durability::Cached },
            cancel: None,
            progress: None,
        }
    }
}

impl From<OpArg> for Op {
    fn from(op: OpArg) -> Op {
        match op {
            OpArg::Create => Op::Create,
            OpArg::Index => Op::Index,
            OpArg::Update => Op::Update,
            OpArg::Delete => Op::Delete,
        }
    }
}

/// As many threads as the machine gives us; one where it does not say.
pub(super) fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
