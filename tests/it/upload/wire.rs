//! What HTTP allows, and what it does not: any form of a good answer is read, and one that has no end is not waited for.

use super::*;
use crate::faulty::{Answer, Ending, Fault, Sending};

#[test]
fn answers_of_any_form_are_read() {
    let forms = [
        (Sending::Chunked(7), Ending::KeepAlive, 0),
        (Sending::Chunked(100_000), Ending::Close, 0),
        (Sending::Unmeasured(usize::MAX), Ending::CloseUnannounced, 0),
        (Sending::Whole, Ending::Close, 0),
        // What goes out before the end of the connection is heard of goes out again.
        (Sending::Whole, Ending::CloseUnannounced, 40),
    ];
    for (sending, ending, retries_max) in forms {
        let pretend = Pretend::start();
        let exported = Exported::new(40, 10);
        for _ in 0..40 {
            pretend.server.plant(" /", Fault::on_the_way(sending, ending));
        }
        let report = run(&exported, &config(&pretend)).expect("a whole load");
        assert!(pretend.server.unmet() > 0, "there were not enough of them");
        while pretend.server.unmet() > 0 {
            let _ = ureq::get(&pretend.server.url).call();
        }
        assert_nothing_lost(&pretend, &exported, &report);
        assert!(report.indices[0].retries <= retries_max, "{sending:?} {ending:?}");
    }
}

#[test]
fn an_answer_without_length_that_is_cut_off_is_asked_for_again() {
    for within in [
        "GET /pupils/_mapping",
        "GET /pupils/_count",
        "POST /pupils/_refresh",
        "PUT /pupils/_settings",
        "GET /pupils/_settings",
        "PUT /pupils ",
        "POST /_bulk",
    ] {
        let pretend = Pretend::start();
        let exported = Exported::new(40, 10);
        let cut = Fault::on_the_way(Sending::Unmeasured(12), Ending::CloseUnannounced);
        pretend.server.plant(within.trim_end(), cut);
        let report = run(&exported, &config(&pretend)).expect("a whole load");
        assert_nothing_lost(&pretend, &exported, &report);
    }
}

#[test]
fn headers_without_end_are_a_stall() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    let fault = Fault::on_the_way(Sending::EndlessHead, Ending::Reset);
    pretend.server.plant("POST /_bulk", fault);
    let mut config = config(&pretend);
    config.connection.timeout = Duration::from_millis(600);
    let begun = std::time::Instant::now();
    let report = run(&exported, &config).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_connection_that_was_closed_while_nobody_used_it_ends_no_run() {
    for (fault, within) in [
        (Fault::silence(crate::faulty::Reading::Whole, Ending::Close), "POST /_bulk"),
        (Fault::silence(crate::faulty::Reading::Whole, Ending::Reset), "POST /_bulk"),
        (Fault::silence(crate::faulty::Reading::Whole, Ending::Reset), "POST /pupils/_refresh"),
    ] {
        let pretend = Pretend::start();
        let exported = Exported::new(40, 10);
        pretend.server.plant(within, fault);
        let mut config = config(&pretend);
        config.connection.retries = 0;
        let report = run(&exported, &config).expect("a whole load");
        assert_nothing_lost(&pretend, &exported, &report);
    }
    let pretend = Pretend::start();
    pretend.server.plant("POST /_bulk", Fault::answer(Answer::empty(503)));
    let mut config = config(&pretend);
    config.connection.retries = 0;
    run(&Exported::new(40, 10), &config).expect_err("a node that is too busy");
}

#[test]
fn what_an_answer_says_beside_its_items_decides_nothing() {
    let pretend = Pretend::start();
    let exported = Exported::new(3, 10);
    let item = |id: &str, rest: &str| format!(r#"{{"create":{{"_id":"{id}",{rest}}}}}"#);
    let items = [
        item(
            "k0",
            r#""status":201,"result":"created","_shards":{"total":2,"successful":1,"failed":1}"#,
        ),
        item("k1", r#""result":"noop","status":200"#),
        item("k2", r#""status":201"#),
    ];
    let body = format!(r#"{{"took":0,"items":[{}],"errors":true}}"#, items.join(","));
    let fault =
        Fault { effect: crate::faulty::Effect::Taken, ..Fault::answer(Answer::json(200, body)) };
    pretend.server.plant("POST /_bulk", fault);
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn documents_of_any_depth_are_settled_and_compared() {
    let nested = |at: usize| {
        let mut value = serde_json::json!(at);
        // As much as the server itself can read; its answer nests it more deeply.
        for _ in 0..126 {
            value = serde_json::json!([value]);
        }
        serde_json::json!({ "a": value })
    };
    let pretend = Pretend::start();
    let exported = Exported::of(20, 10, nested);
    let lost = Fault::on_the_way(Sending::Nothing, Ending::Reset);
    pretend.server.plant("POST /_bulk", lost);
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
}
