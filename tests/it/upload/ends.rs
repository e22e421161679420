//! What ends a run, and what it must leave behind: nothing rejected that is not the documents' fault, and a way to go on.

use super::*;
use crate::faulty::{Answer, Fault};

/// Loads while every bulk request from the second on meets `answer`; gives the error.
fn ends_with(answer: &Answer) -> (Pretend, Exported, Error) {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    pretend.server.plant(
        "POST /_bulk",
        Fault::on_the_way(crate::faulty::Sending::Whole, crate::faulty::Ending::KeepAlive),
    );
    for _ in 0..5 {
        pretend.server.plant("POST /_bulk", Fault::answer(answer.clone()));
    }
    let mut config = config(&pretend);
    config.connection.retries = 2;
    config.jobs = std::num::NonZeroUsize::MIN;
    let error = run(&exported, &config).expect_err("the end of the run");
    assert_eq!(error.category(), Category::Environment, "{error}");
    assert!(rejected_ids(&exported).is_empty());
    assert_settings_restored(&pretend);
    (pretend, exported, error)
}

#[test]
fn what_is_not_the_documents_fault_ends_the_run_which_can_be_taken_up() {
    for (answer, part) in [
        (Answer::json(401, r#"{"error":{"reason":"no"}}"#), "does not accept the credentials"),
        (Answer::json(403, r#"{"error":{"reason":"read only"}}"#), "does not allow this"),
        (
            Answer::empty(302).with("location", "http://a:geheim@other:9200/x?token=geheim"),
            "redirects to `http://other:9200/x`",
        ),
        (Answer::empty(503), "failed 3 times"),
        (
            Answer::json(
                200,
                r#"{"items":[{"create":{"_id":"k10","status":403,"error":{"type":"security_exception","reason":"r"}}}]}"#,
            ),
            "failed 3 times",
        ),
        (Answer::empty(404), "no bulk request is taken there"),
    ] {
        let (pretend, exported, error) = ends_with(&answer);
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("geheim"), "{error}");
        while pretend.server.unmet() > 0 {
            let _ = std::net::TcpStream::connect(pretend.server.url.trim_start_matches("http://"));
            drain(&pretend);
        }
        let config = UploadConfig { start: Start::Resume, ..config(&pretend) };
        let report = run(&exported, &config).expect("the rest of the load");
        assert_nothing_lost(&pretend, &exported, &report);
    }
}

/// Meets the faults that were left over.
fn drain(pretend: &Pretend) {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build(),
    );
    let _ = agent.post(format!("{}/_bulk", pretend.server.url)).send("\n");
}

#[test]
fn an_index_that_exists_is_not_touched() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    run(&exported, &config(&pretend)).expect("a whole load");
    let before = pretend.server.requests().len();
    let error = run(&exported, &config(&pretend)).expect_err("an index that exists");
    assert_eq!(error.category(), Category::Environment);
    assert!(error.to_string().contains("exists already"), "{error}");
    assert!(pretend.server.requests()[before..].iter().all(|request| request.method == "GET"));
    assert!(!exported.file("upload-state.ndjson").exists());
}

#[test]
fn an_index_to_append_to_must_exist() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let error = run(&exported, &UploadConfig { mode: Mode::Append, ..config(&pretend) })
        .expect_err("no index");
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[test]
fn a_damaged_part_is_found_before_anything_is_sent() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let path = exported.file("part-00002.ndjson");
    let text = std::fs::read_to_string(&path).expect("a part").replace("pupil", "pupiL");
    std::fs::write(&path, text).expect("written");
    let error = run(&exported, &config(&pretend)).expect_err("damage");
    assert!(error.to_string().contains("part-00002.ndjson` is damaged"), "{error}");
    assert!(pretend.server.requests().is_empty());
}

#[test]
fn another_document_shape_is_refused_before_anything_is_changed() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    pretend.server.plant("GET / ", Fault::answer(Answer::empty(404)));
    pretend
        .server
        .plant("GET /", Fault::answer(Answer::json(200, r#"{"version":{"number":"6.8.23"}}"#)));
    let error = run(&exported, &config(&pretend)).expect_err("another shape");
    assert!(
        error.to_string().contains("Elasticsearch 6.8")
            && error.to_string().contains("--target es6"),
        "{error}"
    );
    assert!(pretend.server.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn a_wrong_count_is_a_difference() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let wrong = Answer::json(200, r#"{"count":9,"_shards":{"total":1,"successful":1,"failed":0}}"#);
    pretend.server.plant("_count", Fault::answer(wrong));
    let report = run(&exported, &config(&pretend)).expect("a load");
    assert_eq!(report.outcome(), Outcome::Different);
}

#[test]
fn failed_shards_end_the_run() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let failed = Answer::json(200, r#"{"_shards":{"total":2,"successful":1,"failed":1}}"#);
    pretend.server.plant("_refresh", Fault::answer(failed));
    let error = run(&exported, &config(&pretend)).expect_err("failed shards");
    assert!(error.to_string().contains("1 of 2 shards"), "{error}");
    let config = UploadConfig { start: Start::Resume, ..config(&pretend) };
    let report = run(&exported, &config).expect("the rest");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn two_kinds_of_credentials_are_wrong_usage() {
    let pretend = Pretend::start();
    let exported = Exported::new(1, 1);
    let mut config = config(&pretend);
    config.connection.urls = vec![pretend.server.url.replace("http://", "http://user:geheim@")];
    config.connection.credentials = Credentials::ApiKey(Secret::new("id:geheim"));
    let error = run(&exported, &config).expect_err("two kinds");
    assert_eq!(error.category(), Category::Usage);
    assert!(!format!("{error} {error:?} {config:?}").contains("geheim"));
}

#[test]
fn credentials_reach_the_server_and_nothing_else() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    pretend.state().refused = vec!["k1".into()];
    for (credentials, header) in [
        (
            Credentials::Basic { user: "u".into(), password: Secret::new("geheim") },
            "Basic dTpnZWhlaW0=",
        ),
        (Credentials::ApiKey(Secret::new("i:geheim")), "ApiKey aTpnZWhlaW0="),
        (Credentials::ApiKey(Secret::new("aTpnZWhlaW0=")), "ApiKey aTpnZWhlaW0="),
        (Credentials::Bearer(Secret::new("geheim")), "Bearer geheim"),
    ] {
        let mut config = UploadConfig { mode: Mode::Recreate, ..config(&pretend) };
        config.connection.credentials = credentials;
        let report = run(&exported, &config).expect("a load");
        let last = pretend.server.requests().pop().expect("a request");
        assert_eq!(last.header("authorization"), Some(header));
        let mut texts = format!("{report:?}{}", serde_json::to_string(&report).expect("JSON"));
        for file in std::fs::read_dir(&exported.path).expect("a folder") {
            texts += &std::fs::read_to_string(file.expect("a file").path()).expect("text");
        }
        assert!(!texts.contains("geheim") && !texts.contains("dTpnZWhlaW0"), "a secret is shown");
    }
}

#[test]
fn a_comparison_names_what_is_missing_different_and_surplus() {
    let pretend = Pretend::start();
    let exported = Exported::new(30, 10);
    run(&exported, &config(&pretend)).expect("a whole load");
    let of = |depth| VerifyConfig { connection: connection(&pretend.server.url), depth };
    let folders: Vec<PathBuf> = vec![exported.path.clone()];
    let report = verify(&folders, &of(Depth::Documents)).expect("a comparison");
    assert_eq!((report.outcome(), report.indices[0].compared), (Outcome::Whole, 30));
    {
        let mut state = pretend.state();
        let documents = &mut state.indices.get_mut(INDEX).expect("loaded").documents;
        documents.remove("k3");
        documents.insert("k4".into(), serde_json::json!({"n": 4}));
        documents.insert("other".into(), serde_json::json!({}));
    }
    // The count alone cannot tell: one is missing, one too many.
    assert_eq!(
        verify(&folders, &of(Depth::Count)).expect("a comparison").outcome(),
        Outcome::Whole
    );
    let report = verify(&folders, &of(Depth::Documents)).expect("a comparison");
    let index = &report.indices[0];
    assert_eq!((index.missing, index.different, index.surplus), (1, 1, 1));
    for line in
        ["document `k3` is missing", "document `k4` is different", "document `other` is surplus"]
    {
        assert!(
            index.differences.iter().any(|found| found == line),
            "{line}: {:?}",
            index.differences
        );
    }
    assert_eq!(report.outcome(), Outcome::Different);
}

#[test]
fn an_interrupted_run_sets_the_settings_back_within_seconds() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    pretend.server.plant(
        "POST /_bulk",
        Fault::silence(crate::faulty::Reading::Whole, crate::faulty::Ending::Stall),
    );
    let cancel = Arc::new(AtomicBool::new(false));
    let mut config = config(&pretend);
    config.jobs = std::num::NonZeroUsize::MIN;
    config.connection.cancel = Some(Arc::clone(&cancel));
    let start = std::time::Instant::now();
    let error = std::thread::scope(|scope| {
        let run = scope.spawn(|| run(&exported, &config).expect_err("an interruption"));
        while pretend.server.requests_to("POST /_bulk").is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        cancel.store(true, Ordering::SeqCst);
        run.join().expect("no panic")
    });
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(error.category(), Category::Interrupted);
    assert_settings_restored(&pretend);
    config.connection.cancel = None;
    config.start = Start::Resume;
    let report = run(&exported, &config).expect("the rest");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn an_interruption_is_heard_outside_of_the_load_too() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    pretend.server.plant(
        "_refresh",
        Fault::silence(crate::faulty::Reading::Whole, crate::faulty::Ending::Stall),
    );
    let cancel = Arc::new(AtomicBool::new(false));
    let mut config = config(&pretend);
    config.connection.cancel = Some(Arc::clone(&cancel));
    let start = std::time::Instant::now();
    let error = std::thread::scope(|scope| {
        let run = scope.spawn(|| run(&exported, &config).expect_err("an interruption"));
        while pretend.server.requests_to("_refresh").is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        cancel.store(true, Ordering::SeqCst);
        run.join().expect("no panic")
    });
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(error.category(), Category::Interrupted);
}
