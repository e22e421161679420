//! One fault each: what a server, a proxy or a network can do to a bulk request.

use std::sync::Mutex;

use litebulk::upload::{Progress, Stage};

use super::*;
use crate::faulty::{Answer, Ending, Fault, Reading, Sending};

/// Loads 40 documents while the first bulk request meets `fault`.
fn survives(fault: Fault, settings: impl Fn(&mut UploadConfig)) -> (Pretend, UploadReport) {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    pretend.server.plant("POST /_bulk", fault);
    let mut config = config(&pretend);
    settings(&mut config);
    let report = run(&exported, &config).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    (pretend, report)
}

#[test]
fn a_load_without_faults_is_whole() {
    let pretend = Pretend::start();
    let exported = Exported::new(1000, 100);
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    assert_eq!((report.indices[0].retries, report.indices[0].count), (0, 1000));
}

#[test]
fn a_busy_or_failing_server_is_asked_again() {
    for status in [429, 502, 503, 504, 500] {
        let answer =
            Answer::empty(status).with_body(b"<html><body>Bad Gateway</body></html>".to_vec());
        let (_, report) = survives(Fault::answer(answer), |_| {});
        assert_eq!(report.indices[0].retries, 1, "status {status}");
    }
}

#[test]
fn retry_after_is_waited_for() {
    let start = std::time::Instant::now();
    survives(Fault::answer(Answer::empty(429).with("retry-after", "1")), |_| {});
    assert!(start.elapsed() >= Duration::from_secs(1));
}

/// Writes down what a person should read, and asks to stop at the first.
#[derive(Debug, Default)]
struct Told {
    words: Mutex<Vec<String>>,
    cancel: Arc<AtomicBool>,
}

impl Progress for Told {
    fn stage(&self, _: &str, _: Stage, _: u64, _: u64) {}
    fn advance(&self, _: u64, _: u64) {}
    fn retry(&self, _: &str) {}
    fn warn(&self, message: &str) {
        self.words.lock().expect("no poison").push(message.to_string());
        self.cancel.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_long_wait_is_told_before_it_begins() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    let busy = Answer::empty(429).with("retry-after", "300");
    pretend.server.plant("POST /_bulk", Fault::answer(busy));
    let told = Arc::new(Told::default());
    let mut config = config(&pretend);
    config.connection.cancel = Some(Arc::clone(&told.cancel));
    config.connection.progress = Some(Arc::clone(&told) as _);
    let error = run(&exported, &config).expect_err("asked to stop");
    assert_eq!(error.category(), Category::Interrupted);
    let words = told.words.lock().unwrap().clone();
    let [line] = &words[..] else { panic!("one line, not {words:?}") };
    assert!(line.starts_with("waiting 5 min, until 2"), "{line}");
    assert!(
        line.contains(" UTC, as `Retry-After` asks: http") && line.contains(": status 429"),
        "{line}"
    );
}

#[test]
fn who_asks_for_too_long_a_wait_ends_a_load_that_can_be_taken_up() {
    for wait in ["601", "100000", "18446744073709551615", "Fri, 31 Dec 2100 23:59:59 GMT"] {
        let pretend = Pretend::start();
        let exported = Exported::new(40, 10);
        let busy = Answer::empty(503).with("retry-after", wait);
        pretend.server.plant("POST /_bulk", Fault::answer(busy));
        let error = run(&exported, &config(&pretend)).expect_err("too long");
        assert_eq!(error.category(), Category::Environment);
        let words = error.to_string();
        assert!(words.contains("(`Retry-After`), and no wait is longer than 10 min"), "{words}");
        assert!(words.contains("`--resume`"), "{words}");
        assert_settings_restored(&pretend);
        let report = run(&exported, &UploadConfig { start: Start::Resume, ..config(&pretend) });
        assert_nothing_lost(&pretend, &exported, &report.expect("a whole load"));
    }
}

#[test]
fn an_answer_that_never_came_is_settled_by_reading_back() {
    for (fault, name) in [
        (Fault::silence(Reading::Bytes(10), Ending::Reset), "reset before the request took effect"),
        (Fault::silence(Reading::Whole, Ending::Close), "closed before the request took effect"),
        (Fault::on_the_way(Sending::Nothing, Ending::Reset), "reset after the request took effect"),
        (
            Fault::on_the_way(Sending::Nothing, Ending::Close),
            "closed after the request took effect",
        ),
        (Fault::on_the_way(Sending::Cut(30), Ending::CloseUnannounced), "answer cut off"),
        (Fault::on_the_way(Sending::Cut(30), Ending::Reset), "answer cut off by a reset"),
    ] {
        let (_, report) = survives(fault, |_| {});
        assert!(report.indices[0].retries >= 1, "{name}");
    }
}

#[test]
fn an_answer_with_a_warning_for_each_value_is_read_like_any_other() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    let text = "299 Elasticsearch-5.6.16 \"odd value\" ".repeat(30);
    for (count, sending) in [
        (129, Sending::Whole),
        (2000, Sending::Whole),
        (2000, Sending::Trickle(1009, Duration::ZERO)),
        (150, Sending::Trickle(1, Duration::ZERO)),
    ] {
        let text = if count == 150 { &text[..40] } else { &text };
        let headers = (0..count).map(|at| ("Warning".to_owned(), format!("{text}{at}"))).collect();
        let fault = Fault { headers, ..Fault::on_the_way(sending, Ending::KeepAlive) };
        pretend.server.plant("POST /_bulk", fault);
        let config = UploadConfig { mode: Mode::Recreate, ..config(&pretend) };
        let report = run(&exported, &config).expect("a whole load");
        assert_nothing_lost(&pretend, &exported, &report);
        assert_eq!(report.indices[0].retries, 0, "{count} headers");
    }
}

#[test]
fn a_stall_ends_at_the_time_limit() {
    for fault in [
        Fault::on_the_way(Sending::Nothing, Ending::Stall),
        Fault::on_the_way(Sending::Cut(30), Ending::Stall),
        Fault::silence(Reading::Bytes(0), Ending::Stall),
    ] {
        survives(fault, |config| config.connection.timeout = Duration::from_millis(300));
    }
}

#[test]
fn a_slow_answer_is_awaited_as_long_as_it_moves() {
    let fault =
        Fault::on_the_way(Sending::Trickle(200, Duration::from_millis(5)), Ending::KeepAlive);
    let (_, report) = survives(fault, |config| config.connection.timeout = Duration::from_secs(2));
    assert_eq!(report.indices[0].retries, 0);
}

#[test]
fn an_answer_that_does_not_fit_its_request_proves_nothing() {
    let item = |id: &str| format!(r#"{{"create":{{"_id":"{id}","status":201}}}}"#);
    let short: Vec<String> = (0..9).map(|at| item(&format!("k{at}"))).collect();
    let turned: Vec<String> = (0..10).rev().map(|at| item(&format!("k{at}"))).collect();
    for items in [short.join(","), turned.join(",")] {
        let body = format!(r#"{{"errors":false,"items":[{items}]}}"#);
        survives(Fault::answer(Answer::json(200, body)), |config| {
            config.jobs = std::num::NonZeroUsize::MIN
        });
    }
    survives(Fault::answer(Answer::empty(200).with_body(b"<html>welcome</html>".to_vec())), |_| {});
    survives(Fault::answer(Answer::json(200, r#"{"errors":false}"#)), |_| {});
}

#[test]
fn a_body_that_is_too_large_is_halved_on_a_new_connection() {
    let pretend = Pretend::start();
    let exported = Exported::new(100, 100);
    pretend.state().bytes_max = Some(2000);
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    let requests = pretend.server.requests_to("POST /_bulk");
    assert!(requests[0].body.len() > 2000 && requests.last().expect("some").body.len() <= 2000);
    assert_ne!(requests[0].connection, requests[1].connection);
}

#[test]
fn an_answer_of_413_is_heard_while_the_body_is_still_being_sent() {
    let pretend = Pretend::start();
    let exported =
        Exported::of(40, 40, |at| serde_json::json!({"n": at, "name": "x".repeat(200_000)}));
    for _ in 0..3 {
        let fault = Fault {
            reading: Reading::Bytes(0),
            ending: Ending::Reset,
            ..Fault::answer(Answer::empty(413))
        };
        pretend.server.plant("POST /_bulk", fault);
    }
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn a_single_record_that_is_too_large_is_rejected() {
    for tells in [false, true] {
        let pretend = Pretend::start();
        let exported = Exported::of(
            20,
            20,
            |at| serde_json::json!({"n": at, "name": "x".repeat(if at == 7 { 5000 } else { 5 })}),
        );
        pretend.state().bytes_max = Some(2000);
        pretend.state().tells_bytes_max = tells;
        let report = run(&exported, &config(&pretend)).expect("a load");
        assert_eq!(rejected_ids(&exported), ["k7"]);
        assert_eq!(report.indices[0].reasons[0].status, 413);
        assert_nothing_lost(&pretend, &exported, &report);
    }
}

#[test]
fn refused_documents_are_rejected_with_the_engines_reason() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    pretend.state().refused = vec!["k3".into(), "k27".into()];
    let report = run(&exported, &config(&pretend)).expect("a load");
    let mut rejected = rejected_ids(&exported);
    rejected.sort();
    assert_eq!(rejected, ["k27", "k3"]);
    let reason = &report.indices[0].reasons[0];
    assert_eq!((reason.kind.as_str(), reason.count), ("document_parsing_exception", 2));
    let text = std::fs::read(exported.file("rejected-upload.json")).expect("reasons");
    let reasons: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(reasons["rejected"], 2);
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn single_busy_items_are_sent_again_alone() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    pretend.state().busy.insert("k4".into(), 2);
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    let requests = pretend.server.requests_to("POST /_bulk");
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1].text().lines().count(), 2);
}

#[test]
fn a_request_refused_as_a_whole_is_narrowed_down_to_the_record() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 40);
    pretend.state().poison = Some("pupil ü 17\"".into());
    let report = run(&exported, &config(&pretend)).expect("a load");
    assert_eq!(rejected_ids(&exported), ["k17"]);
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn what_a_refused_request_stored_is_found_by_id() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let fault = Fault {
        effect: crate::faulty::Effect::Taken,
        ..Fault::answer(Answer::json(400, r#"{"error":"late"}"#))
    };
    pretend.server.plant("POST /_bulk", fault);
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    assert_eq!(pretend.server.requests_to("POST /_bulk").len(), 1);
}

#[test]
fn a_409_with_another_document_in_its_place_is_rejected() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let mut config = config(&pretend);
    run(&exported, &config).expect("a whole load");
    config.mode = Mode::Append;
    let changed = serde_json::json!({"n": 1});
    pretend
        .state()
        .indices
        .get_mut(INDEX)
        .expect("loaded")
        .documents
        .insert("k5".into(), changed.clone());
    let report = run(&exported, &config).expect("a load");
    assert_eq!(rejected_ids(&exported), ["k5"]);
    assert_eq!(report.outcome(), Outcome::Rejected);
    assert_eq!(pretend.documents(INDEX)["k5"], changed);
    assert_settings_restored(&pretend);
}

#[test]
fn packed_bodies_are_sent_plain_where_they_are_not_taken() {
    for (fault, name) in [
        (Fault::silence(Reading::Bytes(5), Ending::Reset), "closed"),
        (Fault::answer(Answer::json(400, r#"{"error":"no gzip"}"#)), "refused"),
        (Fault::answer(Answer::empty(415)), "not known"),
    ] {
        let (pretend, _) = survives(fault, |config| {
            config.packing = Packing::Always;
            config.jobs = std::num::NonZeroUsize::MIN;
        });
        let requests = pretend.server.requests_to("POST /_bulk");
        assert_eq!(requests[0].header("content-encoding"), Some("gzip"), "{name}");
        assert_eq!(requests[1].header("content-encoding"), None, "{name}");
    }
}

#[test]
fn a_dead_node_is_left_for_another() {
    let pretend = Pretend::start();
    let exported = Exported::new(200, 10);
    let dead = pretend.node();
    let mut config = config(&pretend);
    config.connection.urls.insert(0, dead.url.clone());
    drop(dead);
    let report = run(&exported, &config).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    assert!(report.indices[0].retries <= 3, "{}", report.indices[0].retries);
}
