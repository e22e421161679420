//! `litebulk verify`: its arguments, their conversion to a [`VerifyConfig`], the call, and the report of it.

use std::path::PathBuf;

use clap::Args;
use litebulk::upload::{Depth, VerifyConfig, VerifyReport};
use serde::Serialize;

use super::connect::{ConnectArgs, Watch};
use super::failure::Failure;
use super::signal::Interruption;
use super::table::{aligned, grouped};
use super::upload::end_of;
use super::{Console, End};

const AFTER_HELP: &str = "\
Credentials come from the same variables as for upload.

Examples:
  litebulk verify out
  litebulk verify out/students --all --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct VerifyArgs {
    /// Index folders of an export, or folders of them
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    connect: ConnectArgs,
    /// Read every document back and compare it, besides count and mapping; of one that a pipeline changes, or whose source
    /// the index does not keep, only that it is there
    #[arg(long)]
    all: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told<'a> {
    exit_code: u8,
    #[serde(flatten)]
    report: &'a VerifyReport,
}

pub(crate) fn run(args: &VerifyArgs, console: &Console) -> Result<End, Failure> {
    let interruption = Interruption::listen()?;
    let watch = Watch::begin(console);
    let config = VerifyConfig {
        connection: args.connect.config(&interruption, watch.clone())?,
        depth: if args.all { Depth::Documents } else { Depth::Count },
    };
    let outcome = litebulk::upload::verify(&args.folders, &config);
    watch.end();
    let report = outcome.map_err(|error| interruption.explain(error, "the index is as it was"))?;
    let end = end_of(report.outcome());
    tell(&report, args.all, console);
    console.report(&Told { exit_code: end.exit_code(), report: &report })?;
    Ok(end)
}

fn tell(report: &VerifyReport, all: bool, console: &Console) {
    let row = |index: &litebulk::upload::VerifyIndexReport| {
        let mut row = vec![index.index.clone(), grouped(index.documents), grouped(index.count)];
        if all {
            row.extend(
                [index.compared, index.missing, index.surplus, index.different].map(grouped),
            );
        }
        row
    };
    let rows: Vec<Vec<String>> = report.indices.iter().map(row).collect();
    let headings = [
        "index",
        ">in the export",
        ">in the cluster",
        ">compared",
        ">missing",
        ">surplus",
        ">different",
    ];
    console.say(aligned(&headings[..if all { 7 } else { 3 }], &rows));
    for difference in report.indices.iter().flat_map(|index| &index.differences) {
        console.warn(difference);
    }
}
