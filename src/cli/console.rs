//! Who hears what: stdout for machines alone, stderr for people. The only room that writes to either.

use std::fmt::{self, Display};
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
            to_stderr(format_args!("{}", Printable(line)));
        }
    }

    /// A line for people who want to know more.
    pub(super) fn detail(&self, line: impl Display) {
        if self.level >= Level::Verbose {
            to_stderr(format_args!("{}", Printable(line)));
        }
    }

    /// A line about something lost; quiet does not silence it.
    pub(super) fn warn(&self, line: impl Display) {
        let word = self.colored(BOLD_YELLOW, "warning:");
        to_stderr(format_args!("{word} {}", Printable(line)));
    }

    /// What a machine asked for.
    pub(super) fn result(&self, bytes: &[u8]) -> Result<(), Failure> {
        to_stdout(bytes)
    }

    /// The one JSON report, where it was asked for.
    pub(super) fn report(&self, report: &impl Serialize) -> Result<(), Failure> {
        if self.json { print_report(report) } else { Ok(()) }
    }

    /// Tells the whole chain of causes, each once, and the exit code.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        let word = self.colored(BOLD_RED, "error:");
        to_stderr(format_args!("{word} {}", Printable(failure)));
        for cause in failure.causes() {
            to_stderr(format_args!("caused by: {}", Printable(cause)));
        }
        // A report that cannot be printed changes nothing: the failure has been told already.
        let _ = self.report(&FailureReport::new(failure));
        ExitCode::from(failure.exit_code())
    }

    fn colored(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{PLAIN}") } else { text.to_string() }
    }
}

/// One JSON report, in a line.
pub(super) fn print_report(report: &impl Serialize) -> Result<(), Failure> {
    let mut bytes = serde_json::to_vec(report).map_err(|cause| cannot_write(cause.into()))?;
    bytes.push(b'\n');
    to_stdout(&bytes)
}

fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(cannot_write(cause)),
        _ => Ok(()),
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
    to_stderr(format_args!("{word} {}", Printable(line)));
}

/// Text from wherever, in which nothing can give orders to a terminal: control characters are spelled out, but for line feeds
/// and tabs.
pub(super) struct Printable<T>(pub(super) T);

impl<T: Display> Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_fmt(&mut Spelled(f), format_args!("{}", self.0))
    }
}

struct Spelled<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Spelled<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_order = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        for piece in text.split_inclusive(is_order) {
            match piece.char_indices().next_back().filter(|(_, last)| is_order(*last)) {
                Some((at, last)) => write!(self.0, "{}{}", &piece[..at], last.escape_unicode())?,
                None => self.0.write_str(piece)?,
            }
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_orders_from_what_is_quoted() {
        for (text, shown) in [
            ("plain ü\n\tline", "plain ü\n\tline"),
            ("\x1b[31mred\x07", "\\u{1b}[31mred\\u{7}"),
            ("a\r\u{9b}2J\u{7f}", "a\\u{d}\\u{9b}2J\\u{7f}"),
            ("", ""),
        ] {
            assert_eq!(Printable(text).to_string(), shown);
        }
    }
}
