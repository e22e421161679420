//! Who hears what: stdout for machines alone, stderr for people. The only room that writes to either.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::report::FailureReport;

/// How much is said, and in which form.
#[derive(Args, Debug)]
pub(crate) struct Voice {
    /// Say nothing but errors and rejected documents
    #[arg(short, long, global = true, display_order = 900, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: the first rejected documents, and how long it took
    #[arg(short, long, global = true, display_order = 901)]
    verbose: bool,
    /// Print one JSON report to stdout
    #[arg(long, global = true, display_order = 902)]
    json: bool,
}

/// Both outputs of the program.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    level: Level,
    json: bool,
    color: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Quiet,
    Normal,
    Verbose,
}

/// Escape sequences of a terminal (ECMA-48).
const BOLD_RED: &str = "\x1b[1;31m";
const BOLD_YELLOW: &str = "\x1b[1;33m";
const PLAIN: &str = "\x1b[0m";

impl Console {
    pub(crate) fn new(voice: &Voice) -> Console {
        let level = match (voice.quiet, voice.verbose) {
            (true, _) => Level::Quiet,
            (false, false) => Level::Normal,
            (false, true) => Level::Verbose,
        };
        Console { level, json: voice.json, color: wants_color() }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.level == Level::Quiet
    }

    /// A line for people, unless they want quiet.
    pub(super) fn say(&self, line: impl Display) {
        if self.level >= Level::Normal {
            to_stderr(format_args!("{line}"));
        }
    }

    /// A line for people who want to know more.
    pub(super) fn detail(&self, line: impl Display) {
        if self.level >= Level::Verbose {
            to_stderr(format_args!("{line}"));
        }
    }

    /// A line about something lost; quiet does not silence it.
    pub(super) fn warn(&self, line: impl Display) {
        to_stderr(format_args!("{} {line}", self.colored(BOLD_YELLOW, "warning:")));
    }

    /// What a machine asked for.
    pub(super) fn result(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(cannot_write(cause)),
            _ => Ok(()),
        }
    }

    /// The one JSON report, where it was asked for.
    pub(super) fn report(&self, report: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut bytes = serde_json::to_vec(report).map_err(|cause| cannot_write(cause.into()))?;
        bytes.push(b'\n');
        self.result(&bytes)
    }

    /// Tells the whole chain of causes, each once, and the exit code.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        to_stderr(format_args!("{} {failure}", self.colored(BOLD_RED, "error:")));
        for cause in failure.causes() {
            to_stderr(format_args!("caused by: {cause}"));
        }
        // A report that cannot be printed changes nothing: the failure has been told already.
        let _ = self.report(&FailureReport::new(failure));
        ExitCode::from(failure.exit_code())
    }

    fn colored(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{PLAIN}") } else { text.to_string() }
    }
}

/// Stdout for records. It remembers that its reader has gone, which is the reader's right.
pub(super) struct RecordPipe {
    stdout: BufWriter<io::Stdout>,
    is_broken: bool,
}

impl RecordPipe {
    pub(super) fn open() -> RecordPipe {
        RecordPipe { stdout: BufWriter::new(io::stdout()), is_broken: false }
    }

    /// Whether the reader has gone, so that a failure to write is none.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Writes what is still in memory; ask [`RecordPipe::is_broken`] after this too.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        match self.flush() {
            Err(cause) if !self.is_broken => Err(cannot_write(cause)),
            _ => Ok(()),
        }
    }

    fn noting<T>(&mut self, outcome: io::Result<T>) -> io::Result<T> {
        self.is_broken |= outcome.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe);
        outcome
    }
}

impl Write for RecordPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let outcome = self.stdout.write(bytes);
        self.noting(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.stdout.flush();
        self.noting(outcome)
    }
}

fn cannot_write(cause: io::Error) -> Failure {
    Failure::Environment("the result cannot be written to stdout", cause)
}

/// A warning from a thread that has no console.
pub(super) fn warn(line: impl Display) {
    let word = if wants_color() {
        format!("{BOLD_YELLOW}warning:{PLAIN}")
    } else {
        "warning:".to_string()
    };
    to_stderr(format_args!("{word} {line}"));
}

/// Nobody is left to tell when stderr is gone.
fn to_stderr(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Colors are for terminals, and for people who have not set `NO_COLOR` (no-color.org: to anything but nothing).
fn wants_color() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}
