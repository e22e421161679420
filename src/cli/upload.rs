//! `litebulk upload`: its arguments, their conversion to an [`UploadConfig`], the call, and the report of it.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use litebulk::upload::{
    IndexReport, Mode, Outcome, Packing, Stage, Start, Tune, UploadConfig, UploadReport,
};
use serde::Serialize;

use super::connect::{ConnectArgs, Watch};
use super::failure::Failure;
use super::signal::Interruption;
use super::table::{aligned, bytes, counted, grouped};
use super::{Console, End, quantity};

const AFTER_HELP: &str = "\
Credentials come from LITEBULK_USER with LITEBULK_PASSWORD or --password-file, from LITEBULK_API_KEY, or from
LITEBULK_TOKEN.

Examples:
  litebulk upload out
  litebulk upload out --url https://search.example:9200 --ca-cert ca.pem --alias students
  litebulk upload out --resume";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct UploadArgs {
    /// Index folders of an export, or folders of them
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    connect: ConnectArgs,
    /// Make the index; one that exists is exit code 3 [default]
    #[arg(long, group = "mode")]
    create: bool,
    /// Delete the index if it exists, and make it
    #[arg(long, group = "mode")]
    recreate: bool,
    /// Add to an index, which must exist
    #[arg(long, group = "mode")]
    append: bool,
    /// Load into a new index named after the content, and move this alias to it once it is verified
    #[arg(long, value_name = "ALIAS", group = "mode")]
    alias: Option<String>,
    /// With --alias: how many older indices stay
    #[arg(long, value_name = "N", default_value_t = 1)]
    keep: usize,
    /// Go on with an interrupted upload: send only what is not known to be stored
    #[arg(long)]
    resume: bool,
    /// Leave refresh and replicas alone while loading
    #[arg(long)]
    no_tune: bool,
    /// Bulk requests under way at once
    #[arg(long, value_name = "N", default_value = "4", value_parser = quantity::some)]
    jobs: NonZeroUsize,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told<'a> {
    exit_code: u8,
    #[serde(flatten)]
    report: &'a UploadReport,
}

pub(crate) fn run(args: &UploadArgs, console: &Console) -> Result<End, Failure> {
    let interruption = Interruption::listen()?;
    let watch = Watch::begin(console);
    let config = UploadConfig {
        connection: args.connect.config(&interruption, watch.clone())?,
        mode: args.mode(),
        start: if args.resume { Start::Resume } else { Start::Fresh },
        tune: if args.no_tune { Tune::Never } else { Tune::Loading },
        jobs: args.jobs,
        packing: Packing::Auto,
    };
    let outcome = litebulk::upload::upload(&args.folders, &config);
    watch.end();
    let go_on = "`--resume` goes on from here";
    let report = outcome.map_err(|error| interruption.explain(error, go_on))?;
    let end = end_of(report.outcome());
    tell(&report, console);
    console.report(&Told { exit_code: end.exit_code(), report: &report })?;
    Ok(end)
}

pub(super) fn end_of(outcome: Outcome) -> End {
    match outcome {
        Outcome::Whole => End::Done,
        Outcome::Rejected => End::Rejected,
        Outcome::Different => End::Different,
    }
}

impl UploadArgs {
    fn mode(&self) -> Mode {
        match (&self.alias, self.recreate, self.append) {
            (Some(name), _, _) => Mode::Alias { name: name.clone(), keep: self.keep },
            (None, true, _) => Mode::Recreate,
            (None, false, true) => Mode::Append,
            (None, false, false) => Mode::Create,
        }
    }
}

fn tell(report: &UploadReport, console: &Console) {
    let rows: Vec<Vec<String>> = report.indices.iter().map(row).collect();
    let headings = [
        "index",
        ">documents",
        ">stored",
        ">rejected",
        ">bytes",
        ">retries",
        ">docs/s",
        ">prepare",
        ">load",
        ">verify",
    ];
    console.say(aligned(&headings, &rows));
    for index in &report.indices {
        if index.already_there {
            console.say(format_args!(
                "{}: the same content was there already; nothing was sent",
                index.index
            ));
        }
        if let Some(alias) = &index.alias {
            console.say(format_args!("the alias {alias} points at {}", index.index));
        }
        if index.rejected > 0 {
            let count = counted(index.rejected, "document");
            console.warn(format_args!(
                "{}: {count} rejected; they are in rejected-upload.ndjson, the reasons in rejected-upload.json",
                index.index
            ));
        }
        for reason in &index.reasons {
            let count = grouped(reason.count);
            console.warn(format_args!(
                "  {count} × {} {}: {}",
                reason.status, reason.kind, reason.example
            ));
        }
        for difference in &index.differences {
            console.warn(difference);
        }
    }
}

fn row(index: &IndexReport) -> Vec<String> {
    let seconds = |wanted: Stage| {
        let time =
            index.seconds.iter().find(|(stage, _)| *stage == wanted).map_or(0.0, |(_, time)| *time);
        format!("{time:.1} s")
    };
    vec![
        index.index.clone(),
        grouped(index.documents),
        grouped(index.stored),
        grouped(index.rejected),
        bytes(index.bytes),
        grouped(index.retries),
        format!("{:.0}", index.documents_per_second),
        seconds(Stage::Prepare),
        seconds(Stage::Load),
        seconds(Stage::Verify),
    ]
}
