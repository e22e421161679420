//! Loading by the program: exit codes, who hears what, credentials, proxies, signals.

use std::process::{Command, Output, Stdio};

use super::*;
use crate::cli::litebulk;
use crate::faulty::{Answer, Ending, Fault, Reading};

/// What a tester may have set, and a test must not see.
pub(crate) const VARIABLES: [&str; 13] = [
    "LITEBULK_URL",
    "LITEBULK_USER",
    "LITEBULK_PASSWORD",
    "LITEBULK_API_KEY",
    "LITEBULK_TOKEN",
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

pub(super) fn program(exported: &Exported, arguments: &[&str]) -> Command {
    let mut command = litebulk(exported.path.parent().expect("a folder"));
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.arg(arguments[0]).arg(INDEX).args(&arguments[1..]);
    command
}

fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program");
    (
        status.code(),
        String::from_utf8(stdout).expect("UTF-8"),
        String::from_utf8(stderr).expect("UTF-8"),
    )
}

#[test]
fn each_end_has_its_exit_code() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let url = pretend.server.url.clone();
    let code = |arguments: &[&str]| {
        let (code, _, stderr) = ended(program(&exported, arguments).env("LITEBULK_URL", &url));
        (code.expect("no signal"), stderr)
    };
    assert_eq!(code(&["upload"]).0, 0);
    assert_eq!(code(&["upload"]).0, 3);
    assert_eq!(code(&["verify", "--all"]).0, 0);
    assert_eq!(code(&["upload", "--create", "--append"]).0, 2);
    pretend.state().refused = vec!["k3".into()];
    let (rejected, stderr) = code(&["upload", "--recreate"]);
    assert_eq!(rejected, 4);
    assert!(stderr.contains("document_parsing_exception"), "{stderr}");
    let (different, stderr) = code(&["verify", "--all"]);
    assert_eq!(different, 5);
    assert!(stderr.contains("document `k3` is missing"), "{stderr}");
    assert_eq!(code(&["upload", "--url", "ftp://x"]).0, 2);
}

#[test]
fn machines_hear_one_report_on_stdout() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let (code, stdout, _) =
        ended(program(&exported, &["upload", "--json", "--url", &pretend.server.url]).arg("-q"));
    assert_eq!(code, Some(0));
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&report["exit_code"], &report["indices"][0]["stored"]), (&0.into(), &20.into()));
    let (_, stdout, stderr) =
        ended(&mut program(&exported, &["verify", "--url", &pretend.server.url]));
    assert!(stdout.is_empty() && stderr.contains("in the cluster"), "{stdout}{stderr}");
}

#[test]
fn no_credential_is_ever_shown() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    std::fs::write(exported.file("password"), "geheim\n").expect("written");
    let with_user = pretend.server.url.replace("http://", "http://me:geheim@");
    let redirect = Answer::empty(301).with("location", "https://me:geheim@elsewhere/?geheim");
    let echo = Answer::empty(404).with_body(b"<html>Basic bWU6Z2VoZWlt is me:geheim".to_vec());
    for (arguments, variables) in [
        (vec!["upload", "--recreate", "-v", "--json", "--url", with_user.as_str()], vec![]),
        (
            vec!["upload", "--recreate", "--password-file", "pupils/password"],
            vec![("LITEBULK_USER", "me")],
        ),
        (
            vec!["upload", "--recreate"],
            vec![("LITEBULK_USER", "me"), ("LITEBULK_PASSWORD", "geheim")],
        ),
        (
            vec!["upload", "--recreate"],
            vec![("LITEBULK_TOKEN", "geheim"), ("LITEBULK_API_KEY", "a:geheim")],
        ),
        (
            vec!["upload", "--recreate", "--url", with_user.as_str()],
            vec![("LITEBULK_TOKEN", "geheim")],
        ),
        (vec!["verify", "--url", "http://me:geheim@[::zz]:1"], vec![]),
    ] {
        for fault in [None, Some(redirect.clone()), Some(echo.clone())] {
            if let Some(answer) = &fault {
                pretend.server.plant("POST /_bulk", Fault::answer(answer.clone()));
            }
            let mut command = program(&exported, &arguments);
            command.env("LITEBULK_URL", &pretend.server.url).envs(variables.iter().copied());
            let (_, stdout, stderr) = ended(&mut command);
            let state =
                std::fs::read_to_string(exported.file("upload-state.ndjson")).unwrap_or_default();
            let told = stdout + &stderr + &state;
            assert!(
                !told.contains("geheim") && !told.contains("bWU6Z2VoZWlt"),
                "{arguments:?}: {told}"
            );
        }
    }
    assert!(
        pretend
            .server
            .requests()
            .iter()
            .any(|r| r.header("authorization") == Some("Basic bWU6Z2VoZWlt"))
    );
}

#[test]
fn a_proxy_is_told_the_whole_address_and_exceptions_are_honoured() {
    let pretend = Pretend::start();
    let exported = Exported::new(200, 10);
    let proxy = pretend.proxy("http://search.test:9200");
    let with_user = proxy.url.replace("http://", "http://p:q@");
    let mut command = program(&exported, &["upload", "--url", "http://search.test:9200"]);
    let (code, _, stderr) = ended(command.env("http_proxy", with_user));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(pretend.documents(INDEX).len(), 200);
    assert_eq!(proxy.requests()[0].header("proxy-authorization"), Some("Basic cDpx"));
    assert_eq!(proxy.requests()[0].header("host"), Some("search.test:9200"));
    let before = proxy.requests().len();
    let mut command = program(&exported, &["verify", "--url", &pretend.server.url]);
    let (code, _, stderr) =
        ended(command.env("http_proxy", &proxy.url).env("no_proxy", "127.0.0.1"));
    assert_eq!((code, proxy.requests().len()), (Some(0), before), "{stderr}");
}

#[test]
fn what_a_proxy_repeats_of_its_credentials_is_not_shown() {
    let exported = Exported::new(20, 10);
    let echo = "<html>Basic c29tZW9uZTpnZWhlaW0= is someone:geheim\u{1b}[2J\u{9b}2J";
    for (scheme, variable) in [("http", "http_proxy"), ("https", "https_proxy")] {
        let proxy = crate::faulty::Server::start(move |_| {
            Answer::empty(404).with_body(echo.as_bytes().to_vec())
        });
        let with_user = proxy.url.replace("http://", "http://someone:geheim@");
        let url = format!("{scheme}://search.test:9200");
        let mut command = program(&exported, &["upload", "--url", &url]);
        let (code, stdout, stderr) = ended(command.env(variable, with_user));
        assert_eq!(code, Some(3), "{stderr}");
        let told = stdout + &stderr;
        assert!(!told.contains("geheim") && !told.contains("c29tZW9uZTpnZWhlaW0"), "{told}");
        assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
        assert!(!proxy.requests().is_empty());
        if scheme == "https" {
            assert!(told.contains("the proxy refused to connect (status 404)"), "{told}");
        }
    }
}

#[test]
fn a_reason_that_repeats_a_credential_is_written_down_without_it() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 20);
    let items: Vec<String> = (0..20)
        .map(|at| {
            format!(r#"{{"create":{{"_id":"k{at}","status":400,"error":{{"type":"t","reason":"me:geheim\u001b[2J"}}}}}}"#)
        })
        .collect();
    let body = format!(r#"{{"errors":true,"items":[{}]}}"#, items.join(","));
    pretend.server.plant("POST /_bulk", Fault::answer(Answer::json(200, body)));
    let mut command = program(&exported, &["upload", "--json", "--url", &pretend.server.url]);
    let (code, stdout, stderr) =
        ended(command.env("LITEBULK_USER", "me").env("LITEBULK_PASSWORD", "geheim"));
    assert_eq!(code, Some(4), "{stderr}");
    let file = std::fs::read_to_string(exported.file("rejected-upload.json")).expect("reasons");
    assert!(stderr.contains("me:***\\u{1b}[2J"), "{stderr:?}");
    assert!(!(stdout + &stderr + &file).contains("geheim"));
}

#[test]
fn a_password_file_of_any_form_is_read_and_one_that_cannot_be_is_named() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let file = exported.file("password");
    for text in ["geheim", "geheim\n", "geheim\r\n", "\u{feff}geheim\r\n"] {
        std::fs::write(&file, text).expect("written");
        let url = pretend.server.url.as_str();
        let mut command = program(
            &exported,
            &["upload", "--recreate", "--url", url, "--password-file", "pupils/password"],
        );
        let (code, _, stderr) = ended(command.env("LITEBULK_USER", "me"));
        assert_eq!(code, Some(0), "{text:?}: {stderr}");
        let last = pretend.server.requests().pop().expect("a request");
        assert_eq!(last.header("authorization"), Some("Basic bWU6Z2VoZWlt"), "{text:?}");
    }
    std::fs::write(exported.file("binary"), b"\xff\xfe").expect("written");
    for name in ["pupils/none", "pupils", "pupils/binary"] {
        let mut command = program(&exported, &["upload", "--password-file", name]);
        let (code, _, stderr) = ended(command.env("LITEBULK_USER", "me"));
        assert_eq!(code, Some(3), "{stderr}");
        let told = format!("the password file `{name}` cannot be read as text");
        assert!(stderr.contains(&told), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn folders_and_parts_may_be_links() {
    use std::os::unix::fs::symlink;
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let part = exported.file("part-00002.ndjson");
    let moved = elsewhere.path().join("moved");
    std::fs::rename(&part, &moved).expect("moved");
    symlink(&moved, &part).expect("a link");
    let link = elsewhere.path().join("link");
    symlink(&exported.path, &link).expect("a link");
    let report = upload(&[link], &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_program_within_seconds_with_its_code() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let pretend = Pretend::start();
        let exported = Exported::new(20, 10);
        for _ in 0..2 {
            pretend.server.plant("POST /_bulk", Fault::silence(Reading::Whole, Ending::Stall));
        }
        let start = std::time::Instant::now();
        let mut command = program(&exported, &["upload", "--url", &pretend.server.url]);
        let child = command.stderr(Stdio::piped()).spawn().expect("the program");
        while pretend.server.requests_to("POST /_bulk").len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        let killed =
            Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(killed.success());
        let Output { status, stderr, .. } = child.wait_with_output().expect("its end");
        assert_eq!(status.code(), Some(code));
        let stderr = String::from_utf8(stderr).expect("UTF-8");
        assert_eq!(stderr, "error: interrupted; `--resume` goes on from here\n");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert_settings_restored(&pretend);
        let (code, _, stderr) =
            ended(&mut program(&exported, &["upload", "--resume", "--url", &pretend.server.url]));
        assert_eq!(code, Some(0), "{stderr}");
        assert_eq!(pretend.documents(INDEX), exported.documents.iter().cloned().collect());
    }
}
