//! Why a command did not run to its end, and the exit code that says so. Knows no command.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::PathBuf;

use litebulk::Category;

/// What stops a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library says so.
    Library(litebulk::Error),
    /// The library stopped because this signal's exit code was asked for; then how things stand.
    Interrupted(u8, &'static str),
    /// The machine refuses something that the program itself needs; first what.
    Environment(&'static str, io::Error),
    /// The file that was named for the password cannot be read as text.
    PasswordFile(PathBuf, io::Error),
    /// A page of the database that was there is gone.
    Cut(PathBuf),
    /// The arguments are wrong, as clap says.
    Arguments(String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Failure::Library(error) => match error.category() {
                Category::Data => 1,
                Category::Usage => 2,
                Category::Environment => 3,
                Category::Difference => 5,
                Category::Interrupted => 130,
            },
            Failure::Interrupted(code, _) => *code,
            Failure::Arguments(_) => 2,
            Failure::Environment(..) | Failure::PasswordFile(..) | Failure::Cut(_) => 3,
        }
    }

    /// The word for the exit code in a JSON report.
    pub(super) fn category(&self) -> &'static str {
        match self.exit_code() {
            1 => "data",
            2 => "usage",
            5 => "difference",
            130 | 143 => "interrupted",
            _ => "environment",
        }
    }

    /// What led to it, nearest cause first; a cause that its effect has told already is left out.
    pub(super) fn causes(&self) -> Vec<String> {
        let mut told = self.to_string();
        let mut causes = Vec::new();
        let mut next = match self {
            Failure::Library(error) => error.source(),
            Failure::Environment(_, cause) | Failure::PasswordFile(_, cause) => Some(cause as _),
            Failure::Interrupted(..) | Failure::Cut(_) | Failure::Arguments(_) => None,
        };
        while let Some(cause) = next {
            let text = cause.to_string();
            if !told.contains(&text) {
                told.clone_from(&text);
                causes.push(text);
            }
            next = cause.source();
        }
        causes
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Library(error) => error.fmt(f),
            Failure::Interrupted(_, left) => write!(f, "interrupted; {left}"),
            Failure::Environment(what, _) => f.write_str(what),
            Failure::Arguments(words) => f.write_str(words),
            Failure::PasswordFile(path, _) => write!(
                f,
                "the password file `{}` cannot be read as text; name another with `--password-file`, or set LITEBULK_PASSWORD",
                path.display()
            ),
            Failure::Cut(path) => write!(
                f,
                "`{}` was cut short by something that is not SQLite, or its disk failed, while it was read, so nothing of this \
                 run can be trusted; run again when nothing copies over it",
                path.display()
            ),
        }
    }
}

impl From<litebulk::Error> for Failure {
    fn from(error: litebulk::Error) -> Failure {
        Failure::Library(error)
    }
}
