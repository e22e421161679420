//! The whole way into a running engine, by the program alone: load, compare, change, swap, interrupt. Knows no room of the
//! library.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::{Engine, Setup, until, with};
use crate::cli::{Ended, litebulk, run_line};
use crate::upload::program::VARIABLES;

/// A campus of its own, whose index is called `name`.
pub(super) fn campus(name: &str, students: u32) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let ended = run_line(folder.path(), &format!("demo . --students {students} --seed 3"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    rename(folder.path(), "django", name);
    folder
}

fn rename(folder: &Path, from: &str, to: &str) {
    change_model(folder, &format!("\"{from}\": {{"), &format!("\"{to}\": {{"));
}

pub(super) fn change_model(folder: &Path, from: &str, to: &str) {
    let path = folder.join("litebulk.json");
    let model = fs::read_to_string(&path).expect("the demo writes it");
    assert!(model.contains(from), "{model}");
    fs::write(&path, model.replace(from, to)).expect("written");
}

pub(super) fn export(engine: &Engine, folder: &Path, out: &str, options: &str) {
    let target = engine.release.name;
    let line = format!(
        "export campus.sqlite3 -m litebulk.json --target {target} -o {out} --part-size 20KiB {options}"
    );
    let ended = run_line(folder, &line);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// Nothing of the tester's environment reaches the engine.
pub(super) fn cleared(command: &mut Command) -> &mut Command {
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}

pub(super) fn ended(command: &mut Command) -> Ended {
    let output = cleared(command).output().expect("it starts");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(super) fn program(engine: &Engine, folder: &Path, line: &str) -> Command {
    let mut command = litebulk(folder);
    command.args(line.split_whitespace());
    command.args(engine.urls().iter().flat_map(|url| ["--url", url]));
    command
}

/// Runs the program, which must end with `code`; gives what it told people.
pub(super) fn does(engine: &Engine, folder: &Path, line: &str, code: i32) -> String {
    let ended = ended(&mut program(engine, folder, line));
    assert_eq!(ended.code, Some(code), "{line}: {}", ended.stderr);
    ended.stderr
}

/// The records of the first part, as text: action line and source.
fn records(index: &Path) -> Vec<(String, String)> {
    let part = fs::read_to_string(index.join("part-00001.ndjson")).expect("a part");
    let lines: Vec<&str> = part.lines().collect();
    lines.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}

fn setting(engine: &Engine, index: &str, name: &str) -> Option<String> {
    let path = format!("/{index}/_settings?flat_settings=true");
    let answer = engine.client.send("GET", &path, None).ok();
    let settings = answer.as_object().and_then(|indices| indices.values().next());
    settings.and_then(|index| index["settings"][name].as_str()).map(str::to_owned)
}

/// Old engines cannot unset the interval; then it is what unset means.
fn assert_refreshing(engine: &Engine, index: &str) {
    let interval = setting(engine, index, "index.refresh_interval");
    assert!(interval.is_none() || interval.as_deref() == Some("1s"), "{interval:?}");
}

pub(super) fn an_export_is_loaded_once_and_every_difference_is_named(engine: &Engine) {
    let folder = campus("load", 150);
    let folder = folder.path();
    export(engine, folder, "o", "");
    does(engine, folder, "upload o", 0);
    assert_refreshing(engine, "load");
    let told = does(engine, folder, "upload o --create", 3);
    assert!(told.contains("exists already"), "{told}");
    assert_eq!(engine.client.count("load"), 150);
    does(engine, folder, "verify o --all", 0);

    let records = records(&folder.join("o/load"));
    let id = |action: &str| {
        let action: serde_json::Value = serde_json::from_str(action).expect("an action line");
        action["create"]["_id"].as_str().expect("an id").to_owned()
    };
    let [gone, damaged, like] = [&records[0], &records[1], &records[2]];
    let index = |action: &str| action.replacen("create", "index", 1);
    let own = format!("\"_id\":\"{}\"", id(&like.0));
    let bulk = [
        gone.0.replacen("create", "delete", 1),
        index(&damaged.0),
        damaged.1.replacen("\"age\":", "\"age\":1", 1),
        index(&like.0).replace(&own, "\"_id\":\"nobody\""),
        like.1.clone(),
    ];
    let items = engine.client.bulk((bulk.join("\n") + "\n").as_bytes()).expect("good lines");
    assert!(items.iter().all(super::Item::stored), "{items:?}");
    let told = does(engine, folder, "verify o --all", 5);
    for difference in [
        format!("document `{}` is missing", id(&gone.0)),
        format!("document `{}` is different", id(&damaged.0)),
        "document `nobody` is surplus".to_owned(),
        "1 documents are missing".to_owned(),
        "1 documents are different".to_owned(),
        "1 documents are surplus".to_owned(),
    ] {
        assert!(told.contains(&difference), "{difference}: {told}");
    }
    does(engine, folder, "upload o --recreate", 0);
    does(engine, folder, "verify o --all", 0);
}

pub(super) fn packed_parts_and_the_script_with_curl_load_the_same(engine: &Engine) {
    let folder = campus("packed", 100);
    let folder = folder.path();
    export(engine, folder, "o", "--gzip");
    does(engine, folder, "upload o", 0);
    does(engine, folder, "verify o --all", 0);
    for (from, name, options) in [("packed", "script", ""), ("script", "script-packed", "--gzip")] {
        rename(folder, from, name);
        export(engine, folder, name, options);
        let script = format!("{name}/{name}/upload.sh");
        let mut shell = Command::new("sh");
        let loads = |code: i32, shell: &mut Command| {
            let ended = ended(shell);
            assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        };
        shell.current_dir(folder).arg(&script).arg(engine.url());
        loads(0, &mut shell);
        does(engine, folder, &format!("verify {name} --all"), 0);
        loads(3, &mut shell);
        does(engine, folder, &format!("verify {name} --all"), 0);
    }
}

pub(super) fn a_delta_turns_the_old_into_the_new(engine: &Engine) {
    let folder = campus("delta", 200);
    let folder = folder.path();
    export(engine, folder, "old", "--limit 150");
    change(&folder.join("campus.sqlite3"));
    export(engine, folder, "new", "");
    let ended = run_line(folder, "delta old/delta new/delta -o d --json");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert!(["new", "changed", "gone"].iter().all(|kind| told[kind] != 0), "{told}");
    does(engine, folder, "upload old", 0);
    does(engine, folder, "verify new --all", 5);
    does(engine, folder, "upload d --append", 0);
    assert_refreshing(engine, "delta");
    does(engine, folder, "verify new --all", 0);
    does(engine, folder, "verify d --all", 0);
    // What it says is so already: nothing changes.
    does(engine, folder, "upload d --append", 0);
    does(engine, folder, "verify new --all", 0);
}

/// Some students get another name, and some leave.
fn change(database: &Path) {
    let database = rusqlite::Connection::open(database).expect("the demo's database");
    database
        .execute_batch(
            "PRAGMA foreign_keys = off;
             UPDATE core_student SET first_name = first_name || ' ü' WHERE id % 10 = 1;
             DELETE FROM core_student_courses WHERE student_id % 10 = 2;
             DELETE FROM core_student WHERE id % 10 = 2;",
        )
        .expect("the demo's tables");
}

pub(super) fn an_alias_moves_and_no_reader_sees_a_gap(engine: &Engine) {
    let folder = campus("swap", 120);
    let folder = folder.path();
    for (out, options) in [("a", "--limit 100"), ("b", "--limit 110"), ("c", "")] {
        export(engine, folder, out, options);
    }
    does(engine, folder, "upload a --alias swapped", 0);
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = Vec::new();
            while !done.load(Ordering::SeqCst) {
                let reply = engine.client.send("GET", "/swapped/_count", None);
                let count = reply.json()["count"].as_u64().filter(|_| reply.status == 200);
                seen.push(count.ok_or_else(|| format!("{} {}", reply.status, reply.body)));
            }
            seen
        });
        let swapped = ["b", "c"].map(|out| {
            ended(&mut program(engine, folder, &format!("upload {out} --alias swapped")))
        });
        done.store(true, Ordering::SeqCst);
        for ended in swapped {
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        }
        reader.join().expect("the reader ends")
    });
    assert!(seen.len() > 10, "the reader was too slow to see anything");
    for count in seen {
        assert!(matches!(count, Ok(100 | 110 | 120)), "{count:?}");
    }
    does(engine, folder, "verify c --all", 0);
    let told = does(engine, folder, "upload c --alias swapped", 0);
    assert!(told.contains("nothing was sent"), "{told}");
    // One older index stays, that of `a` does not.
    does(engine, folder, "verify b --all", 0);
    does(engine, folder, "verify a", 3);
}

/// 9.2 leaves vectors out of what it shows unless asked; the first engines with pipelines have a processor to change by.
pub(super) fn what_an_engine_hides_or_changes_is_no_difference(engine: &Engine) {
    let (is_stripped, has_vectors, has_pipelines) = match engine.release.name {
        "es8" | "es9" => (true, true, true),
        "es7" | "os2" => (true, false, true),
        "es1" | "es2" => (false, false, false),
        _ => (false, false, true),
    };
    let folder = TempDir::new().expect("a folder");
    let folder = folder.path();
    let database = rusqlite::Connection::open(folder.join("v.sqlite3")).expect("a file");
    database
        .execute_batch(
            "CREATE TABLE odd (id INTEGER PRIMARY KEY, name TEXT, v TEXT);
             INSERT INTO odd VALUES (1, 'a', '[1,2.5,-3]'), (2, 'b', '[0.1,0,1]');",
        )
        .expect("good statements");
    drop(database);
    let vector = if has_vectors { r#","v":{"type":"dense_vector","dims":3}"# } else { "" };
    let pipeline = if has_pipelines { r#""pipeline":"odd","# } else { "" };
    let model = format!(
        r#"{{"indices":{{"odd":{{"table":"odd",{pipeline}"mapping":{{"properties":{{"name":{{"type":"text"}}{vector}}}}}}}}}}}"#
    );
    fs::write(folder.join("litebulk.json"), model).expect("written");
    if has_pipelines {
        // The stripped builds have no processor at all; there the pipeline changes nothing.
        let set = serde_json::json!([{ "set": { "field": "seen", "value": "yes" } }]);
        let processors = if is_stripped { serde_json::json!([]) } else { set };
        let body = serde_json::json!({ "processors": processors });
        engine.client.send("PUT", "/_ingest/pipeline/odd", Some(&body)).ok();
    }
    let line = format!("export v.sqlite3 --target {} -o o", engine.release.name);
    assert_eq!(run_line(folder, &line).code, Some(0));
    does(engine, folder, "upload o", 0);
    let told = does(engine, folder, "verify o --all", 0);
    let changes = has_pipelines && !is_stripped;
    assert_eq!(told.contains("2 documents of the index `odd` are there and could not be"), changes);
    // The engine says 409 to each, and the documents are read back; what a pipeline changed cannot be known again.
    does(engine, folder, "upload o --append", if changes { 4 } else { 0 });
}

#[test]
fn three_nodes_with_one_killed_in_mid_load_lose_nothing_es8() {
    a_node_dies_in_mid_load("es8");
}

#[test]
fn three_nodes_with_one_killed_in_mid_load_lose_nothing_os3() {
    a_node_dies_in_mid_load("os3");
}

/// Every shard has a copy, and one of three nodes goes as if the power had gone.
fn a_node_dies_in_mid_load(name: &str) {
    with(name, &Setup { nodes: 3, ..Setup::plain() }, |engine| {
        let folder = campus("mortal", 6000);
        let folder = folder.path();
        let shards =
            "\"mortal\": { \"settings\": { \"number_of_shards\": 3, \"number_of_replicas\": 1 },";
        change_model(folder, "\"mortal\": {", shards);
        export(engine, folder, "o", "");
        let state = folder.join("o/mortal/upload-state.ndjson");
        let mut command = program(engine, folder, "upload o --jobs 6 --json");
        let child = cleared(&mut command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("it starts");
        assert!(
            until(Duration::from_secs(120), || parts_stored(&state) >= 10
                || child.try_wait().is_ok_and(|ended| ended.is_some())),
            "no part is stored\n{}",
            engine.output()
        );
        engine.kill_node(2);
        let output = child.wait_with_output().expect("its end");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}\n{}", engine.output());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_ne!(report["indices"][0]["retries"], 0, "nobody met the dead node: {report}");
        assert_refreshing(engine, "mortal");
        assert_eq!(setting(engine, "mortal", "index.number_of_replicas").as_deref(), Some("1"));
        assert!(engine.client.ready(2), "two of three are no cluster\n{}", engine.output());
        does(engine, folder, "verify o --all", 0);
    });
}

/// Parts that the journal of an upload names as stored.
fn parts_stored(state: &Path) -> usize {
    fs::read_to_string(state).unwrap_or_default().matches("{\"stored\"").count()
}

#[test]
fn a_killed_upload_is_taken_up_and_the_settings_are_set_back() {
    with("os3", &Setup::plain(), |engine| {
        let folder = campus("killed", 3000);
        let folder = folder.path();
        export(engine, folder, "o", "");
        let state = folder.join("o/killed/upload-state.ndjson");
        let mut command = program(engine, folder, "upload o --jobs 1");
        let mut child = cleared(&mut command).stderr(Stdio::null()).spawn().expect("it starts");
        assert!(until(Duration::from_secs(60), || parts_stored(&state) >= 3));
        child.kill().expect("it was running");
        child.wait().expect("its end");
        assert!(state.exists(), "it was done before it was killed");
        let interval = setting(engine, "killed", "index.refresh_interval");
        assert_eq!(interval.as_deref(), Some("-1"));
        does(engine, folder, "upload o", 3);
        does(engine, folder, "upload o --resume", 0);
        assert_refreshing(engine, "killed");
        assert_eq!(setting(engine, "killed", "index.number_of_replicas").as_deref(), Some("1"));
        assert!(!state.exists());
        does(engine, folder, "verify o --all", 0);
    });
}

#[test]
fn loading_shows_certificates_and_credentials_to_es8_and_to_nobody_else() {
    credentials_of_every_kind("es8");
}

#[test]
fn loading_shows_certificates_and_credentials_to_es9_and_to_nobody_else() {
    credentials_of_every_kind("es9");
}

/// A password that is text like any other, to shells, headers and files too.
const PASSWORD: &str = "a password: ü'\"";

fn credentials_of_every_kind(name: &str) {
    let client_must_show = "xpack.security.http.ssl.client_authentication: required";
    let setup = Setup { password: Some(PASSWORD.to_owned()), ..Setup::with(&[client_must_show]) };
    with(name, &setup, |engine| {
        assert!(engine.url().starts_with("https://127.0.0.1:"));
        super::two_documents_come_back_as_sent(engine);
        let folder = campus("login", 100);
        export(engine, folder.path(), "o", "");
        certificates_are_asked_for(engine, folder.path());
        every_credential_opens_what_it_may(engine, folder.path());
        the_script_takes_them_too(engine, folder.path());
    });
}

/// Runs the program with these variables; gives what it told, in which no secret may be.
fn known_as(
    engine: &Engine,
    folder: &Path,
    line: &str,
    variables: &[(&str, &str)],
    code: i32,
) -> String {
    let [certificate, key, _] = engine.client_certificate();
    let mut command = program(engine, folder, line);
    cleared(&mut command).envs(variables.iter().copied());
    command.arg("--ca-cert").arg(engine.ca_certificate());
    command.arg("--client-cert").arg(certificate).arg("--client-key").arg(key);
    let output = command.output().expect("it starts");
    let mut told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(code), "{line}: {told}");
    for file in fs::read_dir(folder.join("o/login")).expect("the export") {
        told += &fs::read_to_string(file.expect("a file").path()).expect("text");
    }
    for (_, secret) in variables.iter().filter(|(name, _)| *name != "LITEBULK_USER") {
        assert!(!told.contains(secret), "{told}");
    }
    told
}

fn certificates_are_asked_for(engine: &Engine, folder: &Path) {
    let [certificate, key, old] = engine.client_certificate();
    let authority = engine.ca_certificate();
    let trusted = ("--ca-cert", authority.as_path());
    let with_key = ("--client-key", key.as_path());
    let shown: [(&[(&str, &Path)], &str); 4] = [
        (
            &[("--client-cert", &certificate), with_key],
            "nobody who is trusted vouches for its certificate",
        ),
        (&[trusted], "give one with `--client-cert`"),
        (&[trusted, ("--client-cert", &old), with_key], "of version 3"),
        (&[trusted, ("--client-cert", &authority), with_key], "the key that it was made for"),
    ];
    for (arguments, part) in shown {
        let mut command = program(engine, folder, "upload o -v --retries 1");
        cleared(&mut command).env("LITEBULK_USER", "elastic").env("LITEBULK_PASSWORD", PASSWORD);
        for (name, path) in arguments {
            command.arg(name).arg(path);
        }
        let ended = command.output().expect("it starts");
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(3), "{told}");
        assert!(!told.contains(PASSWORD) && told.contains(part), "{part}: {told}");
    }
}

fn every_credential_opens_what_it_may(engine: &Engine, folder: &Path) {
    let as_elastic = |password| [("LITEBULK_USER", "elastic"), ("LITEBULK_PASSWORD", password)];
    let told = known_as(engine, folder, "upload o -v", &as_elastic("not the password"), 3);
    assert!(told.contains("does not accept the credentials"), "{told}");
    known_as(engine, folder, "upload o -v --json", &as_elastic(PASSWORD), 0);
    known_as(engine, folder, "verify o --all", &as_elastic(PASSWORD), 0);

    let (id, key) = api_key(engine, &["all"]);
    let pair = format!("{id}:{key}");
    let packed = {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.encode(&pair)
    };
    let token = bearer_token(engine);
    for (variable, secret) in [
        ("LITEBULK_API_KEY", pair.as_str()),
        ("LITEBULK_API_KEY", packed.as_str()),
        ("LITEBULK_TOKEN", token.as_str()),
    ] {
        known_as(engine, folder, "upload o -v --json --recreate", &[(variable, secret)], 0);
        known_as(engine, folder, "verify o --all", &[(variable, secret)], 0);
        let wrong = format!("x{secret}");
        known_as(engine, folder, "upload o -v --recreate", &[(variable, wrong.as_str())], 3);
    }

    // It may send bulk requests, and delete by them: each document that it creates is forbidden for itself.
    let (id, key) = api_key(engine, &["read", "manage", "delete"]);
    let pair = format!("{id}:{key}");
    let reader = [("LITEBULK_API_KEY", pair.as_str())];
    let told = known_as(engine, folder, "upload o --recreate", &reader, 3);
    assert!(told.contains("does not let documents in") && told.contains("unauthorized"), "{told}");
    assert!(!folder.join("o/login/rejected-upload.ndjson").exists());
    known_as(engine, folder, "upload o --resume", &as_elastic(PASSWORD), 0);
    known_as(engine, folder, "verify o --all", &reader, 0);
}

/// A key that has these rights on the index, and may ask who the cluster is.
fn api_key(engine: &Engine, rights: &[&str]) -> (String, String) {
    let role = serde_json::json!({
        "cluster": ["monitor"],
        "indices": [{ "names": ["login"], "privileges": rights }],
    });
    let asked = serde_json::json!({ "name": "of a test", "role_descriptors": { "role": role } });
    // The index that keeps it comes into being now, and is not there at once.
    let mut made = engine.client.send("POST", "/_security/api_key", Some(&asked));
    until(Duration::from_secs(60), || {
        let again = matches!(made.status, 429 | 503);
        if again {
            made = engine.client.send("POST", "/_security/api_key", Some(&asked));
        }
        !again
    });
    let made = made.ok();
    let text = |name: &str| made[name].as_str().expect("a key").to_owned();
    (text("id"), text("api_key"))
}

fn bearer_token(engine: &Engine) -> String {
    let asked = serde_json::json!({
        "grant_type": "password", "username": "elastic", "password": PASSWORD,
    });
    let made = engine.client.send("POST", "/_security/oauth2/token", Some(&asked)).ok();
    made["access_token"].as_str().expect("a token").to_owned()
}

fn the_script_takes_them_too(engine: &Engine, folder: &Path) {
    rename(folder, "login", "login-script");
    export(engine, folder, "s", "");
    let [certificate, key, _] = engine.client_certificate();
    let mut shell = Command::new("sh");
    cleared(shell.current_dir(folder)).arg("s/login-script/upload.sh").arg(engine.url());
    shell.env("LITEBULK_USER", "elastic").env("LITEBULK_PASSWORD", PASSWORD);
    let files = [engine.ca_certificate(), certificate, key].map(|path| path.display().to_string());
    let [authority, certificate, key] = files;
    shell.env("CURL_OPTS", format!("--cacert {authority} --cert {certificate} --key {key}"));
    let output = shell.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let as_elastic = [("LITEBULK_USER", "elastic"), ("LITEBULK_PASSWORD", PASSWORD)];
    known_as(engine, folder, "verify s --all", &as_elastic, 0);
}
