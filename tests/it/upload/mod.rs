//! Loading against a server that misbehaves. The same holds after every fault: the index is the export less the rejects
//! file, the settings are as they should be, and the outcome says what happened.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use litebulk::upload::{
    ConnectionConfig, Credentials, Depth, Mode, Outcome, Packing, Secret, Start, Trust, Tune,
    UploadConfig, UploadReport, VerifyConfig, upload, verify,
};
use litebulk::{Category, Error};
use serde_json::Value;

mod aliases;
mod ends;
mod exported;
mod faults;
mod left;
#[cfg(target_os = "linux")]
mod memory;
mod nodes;
mod pretend;
pub(crate) mod program;
mod resume;
mod settings;
mod tunnel;
mod wire;

use exported::{Exported, INDEX};
use pretend::Pretend;

fn connection(url: &str) -> ConnectionConfig {
    ConnectionConfig {
        urls: vec![url.to_string()],
        credentials: Credentials::Anonymous,
        trust: Trust::Public,
        client_certificate: None,
        timeout: Duration::from_secs(20),
        retries: 8,
        cancel: None,
        progress: None,
    }
}

fn config(pretend: &Pretend) -> UploadConfig {
    UploadConfig {
        connection: connection(&pretend.server.url),
        mode: Mode::Create,
        start: Start::Fresh,
        tune: Tune::Loading,
        jobs: 2.try_into().expect("not zero"),
        packing: Packing::Never,
    }
}

fn run(exported: &Exported, config: &UploadConfig) -> Result<UploadReport, Error> {
    upload(std::slice::from_ref(&exported.path), config)
}

/// The records of the rejects file: their ids.
fn rejected_ids(exported: &Exported) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(exported.file("rejected-upload.ndjson")) else {
        return Vec::new();
    };
    let action = |line: &str| -> Value { serde_json::from_str(line).expect("a loadable record") };
    text.lines()
        .step_by(2)
        .map(|line| action(line)["create"]["_id"].as_str().expect("an id").to_string())
        .collect()
}

/// The one assertion: index = export − rejects file, settings restored, nothing left to take up.
fn assert_nothing_lost(pretend: &Pretend, exported: &Exported, report: &UploadReport) {
    let rejected = rejected_ids(exported);
    let wanted =
        exported.documents.iter().filter(|(id, _)| !rejected.contains(id)).cloned().collect();
    assert_eq!(pretend.documents(INDEX), wanted);
    assert_eq!(report.indices[0].rejected, rejected.len() as u64);
    assert_eq!(report.indices[0].stored, (exported.documents.len() - rejected.len()) as u64);
    assert_settings_restored(pretend);
    let outcome = if rejected.is_empty() { Outcome::Whole } else { Outcome::Rejected };
    assert_eq!(report.outcome(), outcome, "{:?}", report.indices[0].differences);
    assert!(!exported.file("upload-state.ndjson").exists());
    assert_eq!(exported.file("rejected-upload.json").exists(), !rejected.is_empty());
    assert_eq!(pretend.server.unmet(), 0, "a fault that nobody met");
}

fn assert_settings_restored(pretend: &Pretend) {
    assert_eq!(pretend.setting(INDEX, "index.refresh_interval").as_deref(), Some("7s"));
    assert_eq!(pretend.setting(INDEX, "index.number_of_replicas").as_deref(), Some("2"));
}
