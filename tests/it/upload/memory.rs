//! Memory of loading and comparing is bounded by jobs × part size, whatever the documents; that of a delta by 64 bytes a document.

use std::io::Write;
use std::process::Command;

use serde_json::json;

use super::program::VARIABLES;
use super::*;
use crate::cli::litebulk;
use crate::faulty::{Answer, Request, Server};
use crate::hostile::memory::{peak_of, peak_until};

const MIB: u64 = 1 << 20;
/// Bytes of a document here.
const DOCUMENT: usize = 4096;
/// Documents of a part of 10 MiB.
const PER_PART: usize = 10 * (1 << 20) / (DOCUMENT + 60);
const JOBS: u64 = 4;

fn source(at: usize) -> String {
    format!("{{\"n\":{at},\"name\":\"{}\"}}", "x".repeat(DOCUMENT))
}

/// An engine that has taken everything, and keeps nothing: what it shows of a document follows from its id.
fn bottomless(documents: usize) -> Server {
    bottomless_but(documents, taken)
}

/// The same with another answer to what is sent.
fn bottomless_but(documents: usize, sent: fn(&Request) -> String) -> Server {
    let made = AtomicBool::new(false);
    let server = Server::start(move |request| {
        let path = request.path.split('?').next().unwrap_or_default();
        let (settings, status) = match made.load(Ordering::SeqCst) {
            true => (json!({INDEX: {"settings": {"index.uuid": "u"}}}), 200),
            false => (json!({}), 404),
        };
        made.fetch_or(request.method == "PUT", Ordering::SeqCst);
        let shards = json!({"total": 1, "successful": 1, "failed": 0});
        let last = path.rsplit('/').next().unwrap_or_default();
        Answer::json(
            if last == "_settings" && request.method == "GET" { status } else { 200 },
            match (request.method.as_str(), last) {
                ("GET", "") => {
                    json!({"cluster_uuid": "u", "version": {"number": "9.2.0"}}).to_string()
                }
                ("POST", "_bulk") => sent(request),
                ("POST", "_mget") => shown(request),
                ("GET", "_count") => json!({"count": documents, "_shards": shards}).to_string(),
                ("POST", "_refresh") => json!({"_shards": shards}).to_string(),
                ("GET", "_mapping") => mapping(),
                ("GET", "_settings") => settings.to_string(),
                _ => json!({}).to_string(),
            },
        )
    });
    server.forget_bodies();
    server
}

fn taken(request: &Request) -> String {
    let text = std::str::from_utf8(&request.body).expect("UTF-8");
    let items: Vec<String> = text
        .split('\n')
        .step_by(2)
        .filter_map(|line| line.split('"').rev().nth(1))
        .map(|id| format!("{{\"create\":{{\"_id\":\"{id}\",\"status\":201}}}}"))
        .collect();
    format!("{{\"errors\":false,\"items\":[{}]}}", items.join(","))
}

fn shown(request: &Request) -> String {
    let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
    let shown: Vec<String> = asked["docs"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|document| document["_id"].as_str())
        .map(|id| {
            let source = source(id[1..].parse().expect("a number"));
            format!("{{\"_id\":\"{id}\",\"found\":true,\"_source\":{source}}}")
        })
        .collect();
    format!("{{\"docs\":[{}]}}", shown.join(","))
}

fn mapping() -> String {
    let properties =
        json!({"n": {"type": "long"}, "name": {"type": "keyword"}, "exact": {"type": "long"}});
    json!({INDEX: {"mappings": {"properties": properties}}}).to_string()
}

fn program(exported: &Exported, line: &str, server: Option<&Server>) -> Command {
    let mut command = litebulk(exported.path.parent().expect("a folder"));
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.args(line.split_whitespace());
    if let Some(server) = server {
        command.args(["--url", &server.url]);
    }
    command
}

#[test]
fn loading_and_comparing_hold_jobs_times_the_part_size_whatever_the_documents() {
    let small = Exported::large(&[PER_PART; 6], source);
    let large = Exported::large(&[PER_PART; 30], source);
    let lopsided = Exported::large(&[PER_PART, 6 * PER_PART, PER_PART], source);
    for (exported, parts) in [(&small, 6), (&large, 30), (&lopsided, 8)] {
        let server = bottomless(parts * PER_PART);
        let load = format!("upload {INDEX} -q --create --jobs {JOBS}");
        let peak = peak_of(&mut program(exported, &load, Some(&server)));
        say(&format!("{parts} parts loaded with {} MiB", peak / MIB));
        assert!(peak < (JOBS + 2) * 11 * MIB + 16 * MIB, "{parts} parts: {peak} bytes");
        let peak =
            peak_of(&mut program(exported, &format!("verify {INDEX} -q --all"), Some(&server)));
        say(&format!("{parts} parts compared with {} MiB", peak / MIB));
        assert!(peak < 64 * MIB, "{parts} parts: {peak} bytes");
    }
}

#[test]
fn what_is_refused_is_not_held_in_memory() {
    const REFUSED: usize = 60_000;
    let short = |at: usize| format!("{{\"n\":{at}}}");
    let exported = Exported::large(&[REFUSED / 2; 2], short);
    let server = bottomless_but(0, |request| {
        let text = std::str::from_utf8(&request.body).expect("UTF-8");
        let reason = "failed to parse field [n] of type [long] in a document ".repeat(8);
        let refused = |id: &str| {
            format!(
                "{{\"create\":{{\"_id\":\"{id}\",\"status\":400,\"error\":{{\"type\":\"t\",\"reason\":\"{reason}{id}\"}}}}}}"
            )
        };
        let items: Vec<String> = text
            .split('\n')
            .step_by(2)
            .filter_map(|line| line.split('"').rev().nth(1))
            .map(refused)
            .collect();
        format!("{{\"errors\":true,\"items\":[{}]}}", items.join(","))
    });
    let load = format!("upload {INDEX} -q --create --jobs {JOBS}");
    let peak = peak_until(&mut program(&exported, &load, Some(&server)), 4);
    say(&format!("{REFUSED} documents refused with {} MiB", peak / MIB));
    assert!(peak < 80 * MIB, "{peak} bytes");
    let records = std::fs::read(exported.file("rejected-upload.ndjson")).expect("records");
    assert_eq!(records.iter().filter(|byte| **byte == b'\n').count(), 2 * REFUSED);
    let reasons = std::fs::File::open(exported.file("rejected-upload.json")).expect("reasons");
    let reasons: Value =
        serde_json::from_reader(std::io::BufReader::new(reasons)).expect("whole JSON");
    assert_eq!(reasons["documents"].as_array().map(Vec::len), Some(REFUSED));
}

#[test]
fn a_delta_holds_64_bytes_a_document_at_most() {
    let (few, many) = (20_000, 420_000);
    let short = |at: usize| format!("{{\"n\":{at}}}");
    let peaks = [few, many].map(|count| {
        let [old, new] = [(); 2].map(|()| Exported::large(&[count / 2; 2], short));
        let line = format!("delta {} {} -o d", old.path.display(), new.path.display());
        peak_of(&mut program(&old, &line, None))
    });
    let each = peaks[1].saturating_sub(peaks[0]) as f64 / (many - few) as f64;
    say(&format!("a delta held {each:.1} bytes a document"));
    assert!(each > 20.0, "the peak was missed: {peaks:?}");
    assert!(each <= 64.0, "{each} bytes a document: {peaks:?}");
}

/// Figures that are worth a look, in the output of a test.
fn say(line: &str) {
    // Nobody listens when this fails, and no test depends on it.
    let _ = writeln!(std::io::stderr(), "memory: {line}");
}
