//! Several addresses: nodes of one cluster, or not.

use super::*;
use crate::faulty::{Answer, Ending, Fault, Reading, Sending};

fn both(one: &Pretend, other: &str) -> UploadConfig {
    let mut config = config(one);
    config.connection.urls.push(other.to_string());
    config
}

fn assert_untouched(pretend: &Pretend) {
    assert!(pretend.server.requests().iter().all(|request| request.method == "GET"));
    assert!(pretend.state().indices.is_empty());
}

#[test]
fn a_node_of_another_cluster_is_refused_before_anything_is_written() {
    for (one, other, refused) in [
        (("a", "u"), ("a", "v"), true),
        (("a", "u"), ("b", "u"), false),
        (("a", ""), ("b", ""), true),
        (("a", ""), ("a", ""), false),
    ] {
        let (first, second) = (Pretend::start(), Pretend::start());
        let told =
            |of: (&str, &str)| serde_json::json!({"cluster_name": of.0, "cluster_uuid": of.1});
        first.state().cluster = Some(told(one));
        second.state().cluster = Some(told(other));
        let exported = Exported::new(20, 10);
        let outcome = run(&exported, &both(&first, &second.server.url));
        if refused {
            let error = outcome.expect_err("two clusters");
            assert_eq!(error.category(), Category::Environment);
            let text = error.to_string();
            assert!(text.contains("it belongs to the cluster") && text.contains("--url"), "{text}");
            assert_untouched(&first);
            assert_untouched(&second);
        }
        assert_eq!(second.server.requests_to("GET / ").len(), 0);
        assert!(!second.server.requests_to("GET /").is_empty(), "it was not asked");
    }
}

#[test]
fn a_node_that_tells_nothing_does_not_speak_for_the_others() {
    let all = [Pretend::start(), Pretend::start(), Pretend::start()];
    for (pretend, uuid) in all.iter().zip(["", "u", "v"]) {
        pretend.state().cluster = Some(serde_json::json!({"cluster_uuid": uuid}));
    }
    let exported = Exported::new(20, 10);
    let mut config = both(&all[0], &all[1].server.url);
    config.connection.urls.push(all[2].server.url.clone());
    let error = run(&exported, &config).expect_err("two clusters");
    assert!(error.to_string().contains("the cluster `v`, and the others to `u`"), "{error}");
    all.iter().for_each(assert_untouched);
}

#[test]
fn a_node_that_comes_late_is_asked_who_it_is_before_it_is_loaded_into() {
    let (first, second) = (Pretend::start(), Pretend::start());
    second.state().cluster = Some(serde_json::json!({"cluster_uuid": "other"}));
    second.server.plant("GET /", Fault::silence(Reading::Whole, Ending::Reset));
    for _ in 0..2 {
        first.server.plant("POST /_bulk", Fault::answer(Answer::empty(503)));
    }
    let exported = Exported::new(20, 10);
    let error = run(&exported, &both(&first, &second.server.url)).expect_err("two clusters");
    assert!(error.to_string().contains("it belongs to the cluster `other`"), "{error}");
    assert_untouched(&second);
    assert_settings_restored(&first);
}

#[test]
fn three_nodes_take_an_addition_while_one_of_them_fails() {
    let pretend = Pretend::start();
    let (second, third) = (pretend.node(), pretend.node());
    run(&Exported::new(30, 10), &config(&pretend)).expect("a whole load");
    let exported = Exported::new(200, 10);
    for _ in 0..3 {
        second.plant("POST /_bulk", Fault::on_the_way(Sending::Nothing, Ending::Reset));
    }
    let mut config = UploadConfig { mode: Mode::Append, ..config(&pretend) };
    config.jobs = 3.try_into().expect("not zero");
    config.connection.urls.extend([second.url.clone(), third.url.clone()]);
    let report = run(&exported, &config).expect("an addition");
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
    assert_eq!(pretend.documents(INDEX), exported.documents.iter().cloned().collect());
    assert!(!third.requests_to("POST /_bulk").is_empty());
    assert_settings_restored(&pretend);
}
