//! The command line: one file per command with its arguments, their one conversion to a library config, and its call.
//!
//! Nothing below this room sees a clap type, and nothing in it knows how the work is done.

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use litebulk::Model;

pub(crate) mod about;
pub(crate) mod check;
mod connect;
mod console;
pub(crate) mod delta;
pub(crate) mod demo;
pub(crate) mod export;
mod failure;
mod mapped;
mod progress;
mod quantity;
mod report;
mod signal;
mod table;
pub(crate) mod upload;
pub(crate) mod verify;

pub(crate) use console::{Console, Voice};
use failure::Failure;
use report::FailureReport;

/// SQLite databases to bulk files for Elasticsearch and OpenSearch: nothing lost, nothing changed silently
#[derive(Debug, Parser)]
#[command(name = "litebulk", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) voice: Voice,
}

const AFTER_HELP: &str = "\
Example:
  litebulk demo campus
  litebulk export app.sqlite3 -m litebulk.json -o out --target es8

Exit codes:
  0    done, nothing lost
  1    the model or the data is wrong
  2    wrong usage
  3    environment: file, SQLite, disk, network, credentials
  4    finished, but documents were rejected; they are all in a rejects file
  5    a comparison found a difference
  130  interrupted by SIGINT
  143  interrupted by SIGTERM";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a mapping file and bulk parts for each index of the model
    Export(export::ExportArgs),
    /// Find every fault of the model, and with --values of the data, writing no export
    Check(check::CheckArgs),
    /// Load exports into a cluster, verify them, and report
    Upload(upload::UploadArgs),
    /// Compare what a cluster holds with exports
    Verify(verify::VerifyArgs),
    /// Write what changed between two exports of one index
    Delta(delta::DeltaArgs),
    /// Build a campus database with made-up students, and export it
    Demo(demo::DemoArgs),
    /// Print the JSON Schema of the model
    #[command(after_help = "Example:\n  litebulk schema > litebulk.schema.json")]
    Schema,
    /// Print completions for a shell
    Completions(about::CompletionsArgs),
    /// Print the manual page
    #[command(after_help = "Example:\n  litebulk man > litebulk.1 && man ./litebulk.1")]
    Man,
}

/// How a command ended that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing is lost.
    Done,
    /// The data is wrong, as the report says.
    Faulty,
    /// Documents are in a rejects file.
    Rejected,
    /// A comparison found a difference.
    Different,
}

/// Where the model is looked for when `-m` is not given.
const MODEL: &str = "litebulk.json";

impl Args {
    /// What the program was called with; where that is wrong, or only asks for help, it ends here.
    pub(crate) fn read() -> Args {
        Args::try_parse().unwrap_or_else(|error| end(&error))
    }
}

/// Ends the program as clap does for what it finds itself.
fn wrong_usage(kind: clap::error::ErrorKind, message: &str) -> ! {
    use clap::CommandFactory;
    end(&Args::command().error(kind, message))
}

fn end(error: &clap::Error) -> ! {
    if error.use_stderr() && wants_report(std::env::args_os().skip(1)) {
        let failure = Failure::Arguments(in_one_line(&error.render().to_string()));
        // A report that cannot be printed changes nothing: what is wrong is told on stderr.
        let _ = console::print_report(&FailureReport::new(&failure));
    }
    error.exit()
}

/// Whether a report is asked for, as far as can be told of arguments that are wrong. Records on stdout are none.
fn wants_report(args: impl Iterator<Item = std::ffi::OsString>) -> bool {
    let args: Vec<_> = args.take_while(|arg| arg != "--").collect();
    args.iter().any(|arg| arg == "--json") && !args.iter().any(|arg| arg == "--stdout")
}

/// What clap tells, up to how the program is used.
fn in_one_line(told: &str) -> String {
    let told = told.strip_prefix("error: ").unwrap_or(told);
    let told = told.split("\n\nUsage:").next().unwrap_or(told);
    let told = told.split("\n\nFor more information").next().unwrap_or(told);
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn model_of(file: Option<&Path>) -> Result<Model, Failure> {
    Ok(Model::load_with_faults(file.unwrap_or(Path::new(MODEL)))?)
}

impl End {
    fn exit_code(self) -> u8 {
        match self {
            End::Done => 0,
            End::Faulty => 1,
            End::Rejected => 4,
            End::Different => 5,
        }
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> ExitCode {
        ExitCode::from(end.exit_code())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_of_every_command_agree_with_each_other() {
        Args::command().debug_assert();
    }
}
