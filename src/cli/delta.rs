//! `litebulk delta`: its arguments, their conversion to a [`DeltaConfig`], the call, and the report of it.

use std::path::PathBuf;

use clap::Args;
use litebulk::delta::{DeltaConfig, DeltaReport};
use litebulk::{Compression, Durability};
use serde::Serialize;

use super::failure::Failure;
use super::signal::{Interruption, NOTHING_LEFT};
use super::table::{aligned, counted, grouped};
use super::{Console, End, quantity};

const AFTER_HELP: &str = "\
Example:
  litebulk delta yesterday/students out/students -o delta

To apply it, load the folder with upload, as an addition to the index.";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct DeltaArgs {
    /// The index folder of the older export
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The index folder of the newer export
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// The folder that gets the folder of the index
    #[arg(short, long, value_name = "DIR", default_value = "delta")]
    output: PathBuf,
    /// Bytes of a part before compression, at most; a larger record gets a part of its own
    #[arg(long, value_name = "SIZE", default_value = "10MiB", value_parser = quantity::size)]
    part_size: u64,
    /// Compress parts; LEVEL is 0 to 9
    #[arg(
        long, value_name = "LEVEL", num_args = 0..=1, require_equals = true, default_missing_value = "3",
        value_parser = clap::value_parser!(u32).range(0..=9)
    )]
    gzip: Option<u32>,
    /// Survive a power cut; without it a damaged part is found by its hash
    #[arg(long)]
    fsync: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told<'a> {
    exit_code: u8,
    #[serde(flatten)]
    report: &'a DeltaReport,
}

pub(crate) fn run(args: &DeltaArgs, console: &Console) -> Result<End, Failure> {
    let interruption = Interruption::listen()?;
    let config = DeltaConfig {
        part_bytes_max: args.part_size,
        compression: args.gzip.map_or(Compression::Plain, Compression::Gzip),
        durability: if args.fsync { Durability::Synced } else { Durability::Cached },
        cancel: Some(interruption.cancel()),
    };
    let report = litebulk::delta::delta(&args.old, &args.new, &args.output, &config)
        .map_err(|error| interruption.explain(error, NOTHING_LEFT))?;
    let counts = [report.new, report.changed, report.gone, report.unchanged].map(grouped);
    let row: Vec<String> = [report.index.clone()].into_iter().chain(counts).collect();
    console.say(aligned(&["index", ">new", ">changed", ">gone", ">unchanged"], &[row]));
    if report.rejected > 0 && report.gone > 0 {
        console.warn(format_args!(
            "{} rejected {} (see its `rejected.json`); where the older export holds such a document, this deletes it",
            args.new.display(),
            counted(report.rejected, "row")
        ));
    }
    if let Some(options) = report.left_out.as_ref().filter(|_| report.gone > 0) {
        console.warn(format_args!(
            "{} holds only what `{options}` left of the rows; where the older export holds others, this deletes them, though they \
             may still be in the database",
            args.new.display()
        ));
    }
    console.say(format_args!("written to {}", report.folder.display()));
    console.report(&Told { exit_code: 0, report: &report })?;
    Ok(End::Done)
}
