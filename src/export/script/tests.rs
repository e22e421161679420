//! Runs the script with the system's `sh` and `curl` against a server that plays an engine.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use flate2::read::GzDecoder;
use tempfile::TempDir;

use super::*;
use crate::export::Compression;
use crate::export::manifest::{MappingFile, PartFile};
use crate::export::part::{file_name, sha256};

/// What the server was asked.
#[derive(Clone, Debug)]
struct Asked {
    /// `METHOD /path?query`.
    line: String,
    /// Lower-case names.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

type Answer = (u16, String);

/// An engine that answers by `play`; it ends with the process.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    fn start(play: impl Fn(&Asked) -> Answer + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&stream);
                let (status, body) = play(&request);
                log.lock().unwrap().push(request);
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nlocation: http://elsewhere/\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Server { address, asked }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

fn read_request(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let line = line.rsplit_once(' ').unwrap().0.to_string();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_string()));
    }
    let mut asked = Asked { line, headers, body: Vec::new() };
    let length: usize = asked.header("content-length").map_or(0, |n| n.parse().unwrap());
    asked.body = vec![0; length];
    reader.read_exact(&mut asked.body).unwrap();
    asked
}

/// An engine without the index that takes everything, and counts `count`.
fn engine(count: u64) -> impl Fn(&Asked) -> Answer + Send {
    move |asked| answer(asked, 404, count)
}

fn answer(asked: &Asked, exists: u16, count: u64) -> Answer {
    let (method, path) = asked.line.split_once(' ').unwrap();
    match method {
        "HEAD" => (exists, String::new()),
        "PUT" => (200, r#"{"acknowledged":true}"#.to_string()),
        _ if path.starts_with("/_bulk") => (200, bulk_answer(&vec![OK; records(asked)])),
        _ if path.ends_with("/_refresh") => (200, SHARDS.to_string()),
        _ => (
            200,
            format!(r#"{{"count":{count},"_shards":{{"total":1,"successful":1,"failed":0}}}}"#),
        ),
    }
}

const SHARDS: &str = r#"{"_shards":{"total":1,"successful":1,"failed":0}}"#;
const OK: &str = r#"{"create":{"status":201}}"#;
/// The reason quotes an item that would be fine.
const TRICKY: &str = r#"{"create":{"status":400,"error":{"type":"x","reason":"near \\\"{\"status\":201}},{\"create\":{\"status\":201","caused_by":{"type":"y","reason":"why"}}}}"#;
const CONFLICT: &str = r#"{"create":{"error":{"type":"version_conflict_engine_exception","reason":"exists"},"status":409}}"#;
/// Elasticsearch 1 says its errors as text.
const OLD: &str = r#"{"create":{"_id":"1","status":400,"error":"MapperParsingException[failed]"}}"#;

fn bulk_answer(items: &[&str]) -> String {
    let errors = items.iter().any(|item| *item != OK);
    format!(r#"{{"errors":{errors},"items":[{}]}}"#, items.join(","))
}

fn body(asked: &Asked) -> Vec<u8> {
    if asked.header("content-encoding") != Some("gzip") {
        return asked.body.clone();
    }
    let mut raw = Vec::new();
    GzDecoder::new(&asked.body[..]).read_to_end(&mut raw).unwrap();
    raw
}

fn records(asked: &Asked) -> usize {
    body(asked).iter().filter(|byte| **byte == b'\n').count() / 2
}

/// An export of parts with 2 and 1 documents.
struct Made {
    folder: TempDir,
    parts: Vec<Vec<u8>>,
}

const MAPPING: &[u8] = b"{\"mappings\":{}}\n";

fn made(index: &str, action: Action, compression: Compression, major: u16) -> Made {
    let folder = TempDir::with_prefix("with space ").unwrap();
    let record =
        |id| format!("{{\"create\":{{\"_index\":\"i\",\"_id\":\"{id}\"}}}}\n{{\"a\":{id}}}\n");
    let parts = vec![(record(1) + &record(2)).into_bytes(), record(3).into_bytes()];
    let mut files = Vec::new();
    for (number, raw) in (1..).zip(&parts) {
        let mut bytes = raw.clone();
        if let Compression::Gzip(level) = compression {
            let mut gzip =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
            gzip.write_all(raw).unwrap();
            bytes = gzip.finish().unwrap();
        }
        let file = file_name(number, compression);
        fs::write(folder.path().join(&file), &bytes).unwrap();
        let documents = raw.iter().filter(|byte| **byte == b'\n').count() as u64 / 2;
        let (raw_bytes, length) = (raw.len() as u64, bytes.len() as u64);
        files.push(PartFile { file, documents, bytes: length, raw_bytes, sha256: sha256(&bytes) });
    }
    fs::write(folder.path().join("mapping.json"), MAPPING).unwrap();
    let manifest = Manifest {
        format: 1,
        litebulk: "0".to_string(),
        index: index.to_string(),
        type_name: None,
        target: format!("es{major}"),
        op: action,
        documents: 3,
        bytes: 0,
        raw_bytes: 0,
        rejected: 0,
        selection: None,
        model_sha256: "0".to_string(),
        mapping: MappingFile { file: "mapping.json".to_string(), sha256: sha256(MAPPING) },
        parts: files,
    };
    let target = Target { engine: Engine::Elasticsearch, major, minor: 0, serverless: false };
    fs::write(folder.path().join("upload.sh"), render(&manifest, &target)).unwrap();
    Made { folder, parts }
}

fn plain() -> Made {
    made("i", Action::Create, Compression::Plain, 9)
}

/// `sh upload.sh URL` with nothing but `variables` in its environment, and a `curl` that writes down its arguments.
fn run(made: &Made, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = made.folder.path();
    let tools = folder.join("tools");
    let path = std::env::var("PATH").unwrap();
    if !tools.exists() {
        fs::create_dir(&tools).unwrap();
        let wrapper =
            "#!/bin/sh\nprintf '%s\\n' \"$@\" >>\"$ARGUMENTS\"\nPATH=$REAL_PATH exec curl \"$@\"\n";
        executable(&tools.join("curl"), wrapper);
    }
    Command::new("sh")
        .arg(folder.join("upload.sh"))
        .args(arguments)
        .env_clear()
        .env("PATH", format!("{}:{path}", tools.display()))
        .env("REAL_PATH", path)
        .env("ARGUMENTS", arguments_file(made))
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn arguments_file(made: &Made) -> PathBuf {
    made.folder.path().join("arguments.txt")
}

fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn said(output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "everything for people goes to stderr");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn assert_ends(output: &Output, code: i32, text: &str) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(text), "{said}");
}

#[test]
fn the_script_creates_loads_and_counts() {
    let (made, server) = (plain(), Server::start(engine(3)));
    let output = run(&made, &[&server.address], &[]);
    assert_ends(&output, 0, "i: 3 documents loaded");
    let bulk = "POST /_bulk?filter_path=errors,items.*.status,items.*.error";
    assert_eq!(
        server.lines(),
        ["HEAD /i", "PUT /i", bulk, bulk, "POST /i/_refresh", "GET /i/_count"]
    );
    let asked = server.asked();
    assert_eq!(asked[1].body, MAPPING);
    assert_eq!(asked[1].header("content-type"), Some("application/json"));
    for (asked, part) in asked[2..4].iter().zip(&made.parts) {
        assert_eq!(&asked.body, part);
        assert_eq!(asked.header("content-type"), Some("application/x-ndjson"));
        assert_eq!(asked.header("content-encoding"), None);
    }
}

#[test]
fn the_address_may_come_from_the_environment_with_a_prefix_and_options_reach_curl() {
    let (made, server) = (plain(), Server::start(engine(3)));
    let url = format!("http://{}/prefix/", server.address);
    let variables = [("LITEBULK_URL", url.as_str()), ("CURL_OPTS", "--user-agent *")];
    // The play knows `/_bulk` at the root only, so the prefix shows in what it is asked.
    let output = run(&made, &[], &variables);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(server.lines()[..2], ["HEAD /prefix/i", "PUT /prefix/i"]);
    assert_eq!(server.asked()[0].header("user-agent"), Some("*"));
}

#[test]
fn an_index_that_exists_is_left_alone() {
    let (made, server) = (plain(), Server::start(|asked| answer(asked, 200, 3)));
    assert_ends(&run(&made, &[&server.address], &[]), 3, "the index `i` exists");
    assert_eq!(server.lines(), ["HEAD /i"]);
}

#[test]
fn refused_documents_are_named_and_the_rest_is_loaded() {
    let cases = [
        (vec![TRICKY, OK], 2, 4, "part-00001.ndjson, line 1: refused with status 400 near "),
        (vec![OK, TRICKY], 2, 4, "part-00001.ndjson, line 3: refused with status 400 near "),
        (vec![OK, OLD], 2, 4, "line 3: refused with status 400 MapperParsingException[failed]\n"),
        (vec![CONFLICT, OK], 2, 4, "line 1: refused with status 409 exists\n"),
        (vec![CONFLICT, OK], 3, 4, "1 of 3 documents were refused"),
        (vec![TRICKY, OK], 3, 5, "holds 3 documents, and 2 were loaded"),
    ];
    for (items, count, code, text) in cases {
        let given = bulk_answer(&items);
        let server = Server::start(move |asked| match records(asked) {
            2 if asked.line.contains("_bulk") => (200, given.clone()),
            _ => answer(asked, 404, count),
        });
        assert_ends(&run(&plain(), &[&server.address], &[]), code, text);
        assert_eq!(server.lines().len(), 6, "the second part is loaded too");
    }
}

#[test]
fn an_answer_that_is_none_is_never_a_success() {
    let cases = [
        (200, bulk_answer(&[OK]), "tells of 1 documents, and 2 were sent"),
        (200, bulk_answer(&[OK, OK, OK]), "tells of 3 documents, and 2 were sent"),
        (200, String::new(), "is no answer of a bulk request"),
        (200, "<html>ok</html>".to_string(), "is no answer of a bulk request: <html>ok"),
        (200, r#"{"acknowledged":true}"#.to_string(), "is no answer of a bulk request"),
        (
            200,
            r#"{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":201}}]}"#
                .to_string(),
            "is no answer",
        ),
        (
            200,
            r#"{"items":[{"create":{"status":201}},{"create":{"status":201}}]}"#.to_string(),
            "is no answer",
        ),
        (
            200,
            r#"{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}"#
                .to_string(),
            "is no answer",
        ),
        (400, r#"{"error":"bad","status":400}"#.to_string(), "answers 400"),
        (429, r#"{"error":"busy","status":429}"#.to_string(), "answers 429"),
        (413, String::new(), "answers 413"),
        (503, "<html>down</html>".to_string(), "answers 503: <html>down"),
        (401, String::new(), "check the credentials"),
        (302, String::new(), "redirect (302)"),
    ];
    for (status, given, text) in cases {
        let server = Server::start(move |asked| match asked.line.contains("_bulk") {
            true => (status, given.clone()),
            false => answer(asked, 404, 3),
        });
        assert_ends(&run(&plain(), &[&server.address], &[]), 3, text);
        assert_eq!(server.lines().len(), 3, "nothing is asked after the fault");
    }
}

#[test]
fn a_count_or_a_shard_that_is_wrong_is_told() {
    let server = Server::start(engine(2));
    assert_ends(&run(&plain(), &[&server.address], &[]), 5, "holds 2 documents, and 3 were loaded");
    let server = Server::start(|asked| match asked.line.ends_with("_refresh") {
        true => (200, SHARDS.replace("\"failed\":0", "\"failed\" : 1")),
        false => answer(asked, 404, 3),
    });
    assert_ends(&run(&plain(), &[&server.address], &[]), 3, "shards of `i` failed");
}

#[test]
fn a_damaged_or_missing_file_is_found_before_anything_is_sent() {
    for (file, text) in [
        ("part-00002.ndjson", Some("x")),
        ("mapping.json", Some("{}")),
        ("part-00001.ndjson", None),
    ] {
        let (made, server) = (plain(), Server::start(engine(3)));
        let path = made.folder.path().join(file);
        match text {
            Some(text) => fs::write(path, text).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        assert_ends(&run(&made, &[&server.address], &[]), 3, file);
        assert_eq!(server.lines(), Vec::<String>::new());
    }
}

#[test]
fn credentials_reach_the_engine_and_nobody_else() {
    let secret = "pa\"ss\\wo rd";
    let basic = "Basic dTpwYSJzc1x3byByZA==";
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("LITEBULK_USER", "u"), ("LITEBULK_PASSWORD", secret)], basic),
        (&[("LITEBULK_API_KEY", "aWQ6a2V5")], "ApiKey aWQ6a2V5"),
        (&[("LITEBULK_API_KEY", "id:key")], "ApiKey aWQ6a2V5"),
        (&[("LITEBULK_TOKEN", "tok-en")], "Bearer tok-en"),
    ];
    for (variables, authorization) in cases {
        let (made, server) = (plain(), Server::start(engine(3)));
        let output = run(&made, &[&server.address], variables);
        assert_ends(&output, 0, "3 documents loaded");
        assert!(server.asked().iter().all(|a| a.header("authorization") == Some(authorization)));
        let shown = said(&output) + &fs::read_to_string(arguments_file(&made)).unwrap();
        for (_, value) in variables.iter().filter(|(_, value)| value.len() > 1) {
            assert!(!shown.contains(value) && !shown.contains("aWQ6a2V5"), "{shown}");
        }
    }
}

#[test]
fn user_info_in_a_url_is_used_and_never_shown() {
    let (made, server) = (plain(), Server::start(|_: &Asked| (500, String::new())));
    let url = format!("http://someone:hush@{}", server.address);
    let output = run(&made, &[], &[("LITEBULK_URL", &url)]);
    assert_ends(&output, 3, &format!("http://{} answers 500", server.address));
    assert_eq!(server.asked()[0].header("authorization"), Some("Basic c29tZW9uZTpodXNo"));
    let shown = said(&output) + &fs::read_to_string(arguments_file(&made)).unwrap();
    assert!(!shown.contains("hush") && !shown.contains("someone"), "{shown}");
}

#[test]
fn what_a_server_says_is_shown_without_secrets_and_orders_to_a_terminal() {
    let echo = "<b>\u{1b}[31m Bearer tok-en, Basic c29tZW9uZTpodXNoLWh1c2g=, hush-hush,\u{9b} aWQ6a2V5 id:key ü\r\n";
    for variables in [
        &[("LITEBULK_TOKEN", "tok-en")][..],
        &[("LITEBULK_USER", "someone"), ("LITEBULK_PASSWORD", "hush-hush")],
        &[("LITEBULK_API_KEY", "id:key")],
        &[("URL_USER", "someone:hush-hush@")],
    ] {
        let secrets: &[&str] = match variables[0].0 {
            "LITEBULK_TOKEN" => &["tok-en"],
            "LITEBULK_API_KEY" => &["id:key", "aWQ6a2V5"],
            _ => &["hush-hush", "c29tZW9uZTpodXNoLWh1c2g="],
        };
        for refused in [false, true] {
            let server = Server::start(move |asked| match (refused, records(asked)) {
                (true, 2) => {
                    let item = r#"{"create":{"status":400,"error":{"type":"x","reason":"ECHO"}}}"#;
                    (200, bulk_answer(&[item, OK]).replace("ECHO", echo.trim_end()))
                }
                (false, _) if asked.line.starts_with("PUT") => (500, echo.to_string()),
                _ => answer(asked, 404, 2),
            });
            let user = variables.iter().find(|(name, _)| *name == "URL_USER").map_or("", |it| it.1);
            let url = format!("http://{user}{}", server.address);
            let output = run(&plain(), &[&url], variables);
            let said = said(&output);
            assert!(said.contains("Bearer") && said.contains('ü'), "{said}");
            assert!(!secrets.iter().any(|secret| said.contains(secret)), "{said}");
            assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
        }
    }
}

#[test]
fn wrong_usage_sends_nothing() {
    let server = Server::start(engine(3));
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 9] = [
        (&["a", "b"], &[], "usage"),
        (&[], &[("LITEBULK_USER", "u")], "LITEBULK_PASSWORD is not"),
        (&[], &[("LITEBULK_TOKEN", "hush\r")], "another control character"),
        (&[], &[("LITEBULK_API_KEY", "hush\x1b")], "another control character"),
        (&[], &[("LITEBULK_USER", "u"), ("LITEBULK_PASSWORD", "hush\n")], "a line end"),
        (&[], &[("LITEBULK_TOKEN", "t"), ("LITEBULK_USER", "u")], "more than one kind"),
        (&["http://u:p@127.0.0.1"], &[("LITEBULK_API_KEY", "k")], "more than one kind"),
        (&[], &[("LITEBULK_PASSWORD", "p")], "LITEBULK_USER is not"),
        (&["http://u:12/hush@127.0.0.1"], &[], "behind its host"),
    ];
    for (arguments, variables, text) in cases {
        let mut variables = variables.to_vec();
        variables.push(("LITEBULK_URL", &server.address));
        let output = run(&plain(), arguments, &variables);
        assert_ends(&output, 2, text);
        assert!(!said(&output).contains("hush"), "{}", said(&output));
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn nobody_listening_is_an_environment_error() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert_ends(&run(&plain(), &[&address], &[]), 3, "no answer from");
}

#[test]
fn gzip_parts_are_unpacked_for_engines_that_refuse_gzip() {
    for (major, encoding) in [(1, None), (2, None), (5, Some("gzip")), (9, Some("gzip"))] {
        let made = made("i", Action::Create, Compression::Gzip(6), major);
        let server = Server::start(engine(3));
        assert_ends(&run(&made, &[&server.address], &[]), 0, "3 documents loaded");
        for (asked, part) in server.asked()[2..4].iter().zip(&made.parts) {
            assert_eq!(asked.header("content-encoding"), encoding);
            assert_eq!(&body(asked), part);
        }
    }
}

#[test]
fn an_index_may_have_any_name() {
    let made = made("it's $HOME-ü", Action::Index, Compression::Plain, 9);
    let server = Server::start(engine(3));
    assert_ends(&run(&made, &[&server.address], &[]), 0, "it's $HOME-ü: 3 documents loaded");
    assert_eq!(server.lines()[1], "PUT /it%27s%20%24HOME-%C3%BC");
}

#[test]
fn what_changes_an_index_is_not_counted_and_only_updates_make_one() {
    for action in [Action::Update, Action::Delete, Action::Delta] {
        let made = made("i", action, Compression::Plain, 9);
        let missing = Server::start(engine(3));
        let ended = run(&made, &[&missing.address], &[]);
        if action == Action::Update {
            assert_ends(&ended, 0, "3 documents loaded");
            assert!(missing.lines().contains(&"PUT /i".to_string()));
            assert!(missing.lines().contains(&"GET /i/_count".to_string()));
        } else {
            assert_ends(&ended, 3, "there is no index `i`");
            assert_eq!(missing.lines(), ["HEAD /i"]);
        }
        // A document that is gone already is no error.
        let gone =
            r#"{"errors":false,"items":[{"delete":{"status":404}},{"delete":{"status":200}}]}"#;
        let there = Server::start(move |asked| match records(asked) {
            2 => (200, gone.to_string()),
            _ => answer(asked, 200, 0),
        });
        assert_ends(&run(&made, &[&there.address], &[]), 0, "3 documents loaded");
        assert_eq!(there.lines().len(), 4);
    }
}
