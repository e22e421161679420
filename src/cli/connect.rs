//! Arguments and variables that say how to reach a cluster, for `upload` and `verify` alike, and who watches the work there.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::error::ErrorKind;
use indicatif::{ProgressBar, ProgressDrawTarget};
use litebulk::upload::{
    ClientCertificate, ConnectionConfig, Credentials, Progress, Secret, Stage, Trust,
};

use super::console::Printable;
use super::failure::Failure;
use super::signal::Interruption;
use super::{Console, progress, quantity, wrong_usage};

const URL: &str = "http://localhost:9200";

#[derive(Args, Debug)]
pub(super) struct ConnectArgs {
    /// A node, with a path prefix where it has one; several spread the work [default: $LITEBULK_URL, or
    /// http://localhost:9200]
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
    /// The password of $LITEBULK_USER; one final newline is dropped [default: $LITEBULK_PASSWORD]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca_cert: Option<PathBuf>,
    /// The certificate that the client shows (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_cert: Option<PathBuf>,
    /// The private key of --client-cert (PEM)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
    /// Check no certificate: whoever sits between can read and change everything
    #[arg(long)]
    insecure: bool,
    /// Longest stall of a connection, a request or an answer
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = quantity::time)]
    timeout: Duration,
    /// How often a request is sent again
    #[arg(long, value_name = "N", default_value_t = 8)]
    retries: u32,
}

impl ConnectArgs {
    pub(super) fn config(
        &self,
        interruption: &Interruption,
        watch: Arc<dyn Progress>,
    ) -> Result<ConnectionConfig, Failure> {
        let client_certificate = self
            .client_cert
            .clone()
            .zip(self.client_key.clone())
            .map(|(certificate, key)| ClientCertificate { certificate, key });
        let trust = match (&self.ca_cert, self.insecure) {
            (Some(file), _) => Trust::File(file.clone()),
            (None, true) => Trust::Anything,
            (None, false) => Trust::Public,
        };
        Ok(ConnectionConfig {
            urls: self.urls(),
            credentials: self.credentials()?,
            trust,
            client_certificate,
            timeout: self.timeout,
            retries: self.retries,
            cancel: Some(interruption.cancel()),
            progress: Some(watch),
        })
    }

    fn urls(&self) -> Vec<String> {
        match (self.url.is_empty(), variable("LITEBULK_URL")) {
            (false, _) => self.url.clone(),
            (true, Some(url)) => vec![url],
            (true, None) => vec![URL.to_string()],
        }
    }

    fn credentials(&self) -> Result<Credentials, Failure> {
        let user = variable("LITEBULK_USER");
        let password = match &self.password_file {
            Some(file) => Some(password(file)?),
            None => variable("LITEBULK_PASSWORD"),
        };
        let mut given = Vec::new();
        match (user, password) {
            (Some(user), Some(password)) => {
                given.push(Credentials::Basic { user, password: Secret::new(password) })
            }
            (None, None) => {}
            (Some(_), None) => wrong_usage(
                ErrorKind::MissingRequiredArgument,
                "LITEBULK_USER is set, and no password is given",
            ),
            (None, Some(_)) => wrong_usage(
                ErrorKind::MissingRequiredArgument,
                "a password is given, and LITEBULK_USER is not set",
            ),
        }
        given.extend(variable("LITEBULK_API_KEY").map(|key| Credentials::ApiKey(Secret::new(key))));
        given.extend(
            variable("LITEBULK_TOKEN").map(|token| Credentials::Bearer(Secret::new(token))),
        );
        if given.len() > 1 {
            wrong_usage(
                ErrorKind::ArgumentConflict,
                "more than one kind of credentials is given; give only one",
            );
        }
        Ok(given.pop().unwrap_or(Credentials::Anonymous))
    }
}

/// An empty variable is as good as none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn password(file: &Path) -> Result<String, Failure> {
    let cannot = |cause: io::Error| Failure::PasswordFile(file.to_path_buf(), cause);
    let text = std::fs::read_to_string(file).map_err(cannot)?;
    // Some editors begin every file of UTF-8 with a mark that nobody types into a password.
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// Draws a bar on a terminal, and tells warnings anywhere.
#[derive(Debug)]
pub(super) struct Watch {
    bar: ProgressBar,
    retries: std::sync::atomic::AtomicU64,
    bytes: std::sync::atomic::AtomicU64,
}

impl Watch {
    pub(super) fn begin(console: &Console) -> Arc<Watch> {
        let target = if console.is_quiet() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        Arc::new(Watch { bar, retries: 0.into(), bytes: 0.into() })
    }

    /// Leaves no trace on the terminal.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn tell(&self) {
        use std::sync::atomic::Ordering::Relaxed;
        let bytes = super::table::bytes(self.bytes.load(Relaxed));
        self.bar.set_message(format!("{bytes}, {} retries", self.retries.load(Relaxed)));
    }
}

impl Progress for Watch {
    fn stage(&self, index: &str, stage: Stage, documents: u64, _bytes: u64) {
        let word = match stage {
            Stage::Prepare => "preparing",
            Stage::Load => "loading",
            Stage::Verify => "verifying",
        };
        let template = match documents {
            0 => "{prefix}",
            _ => "{prefix} [{bar:30}] {human_pos} of {human_len}, {msg}, {rate}, {eta} left",
        };
        if let Ok(style) = progress::style(template) {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(format!("{word} {}", Printable(index)));
        self.bar.reset();
        self.bar.set_length(documents);
        self.bytes.store(0, std::sync::atomic::Ordering::Relaxed);
        self.tell();
    }

    fn advance(&self, documents: u64, bytes: u64) {
        self.bytes.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
        self.bar.inc(documents);
        self.tell();
    }

    fn retry(&self, _reason: &str) {
        self.retries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.tell();
    }

    fn warn(&self, message: &str) {
        self.bar.suspend(|| super::console::warn(message));
    }
}
