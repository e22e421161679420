//! Runs that end in the middle and are taken up.

use super::*;
use crate::faulty::{Answer, Ending, Fault, Sending};

/// Loads until the third bulk request, with one refused document in the first part.
fn interrupted() -> (Pretend, Exported) {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    pretend.state().refused = vec!["k2".into()];
    for _ in 0..2 {
        pretend.server.plant("POST /_bulk", Fault::on_the_way(Sending::Whole, Ending::KeepAlive));
    }
    pretend.server.plant("POST /_bulk", Fault::answer(Answer::empty(401)));
    let config = UploadConfig { jobs: std::num::NonZeroUsize::MIN, ..config(&pretend) };
    run(&exported, &config).expect_err("the end of the run");
    (pretend, exported)
}

fn resume(pretend: &Pretend) -> UploadConfig {
    UploadConfig { start: Start::Resume, ..config(pretend) }
}

#[test]
fn only_what_is_not_known_to_be_stored_is_sent_again() {
    let (pretend, exported) = interrupted();
    let before = pretend.server.requests_to("POST /_bulk").len();
    let report = run(&exported, &resume(&pretend)).expect("the rest");
    assert_eq!(rejected_ids(&exported), ["k2"]);
    assert_nothing_lost(&pretend, &exported, &report);
    assert_eq!(pretend.server.requests_to("POST /_bulk").len() - before, 2);
}

#[test]
fn a_state_that_was_killed_at_any_line_can_be_taken_up() {
    let (pretend, exported) = interrupted();
    let state = exported.file("upload-state.ndjson");
    let text = std::fs::read_to_string(&state).expect("a state");
    let rejects =
        std::fs::read(exported.file("rejected-upload.ndjson.unfinished")).expect("rejects");
    for lines in 2..=text.lines().count() {
        let known: String = text.lines().take(lines).map(|line| format!("{line}\n")).collect();
        std::fs::write(&state, known + "{\"stor").expect("written");
        std::fs::write(exported.file("rejected-upload.ndjson.unfinished"), &rejects)
            .expect("written");
        let report = run(&exported, &resume(&pretend)).expect("the rest");
        assert_nothing_lost(&pretend, &exported, &report);
    }
}

#[test]
fn a_run_that_was_killed_between_its_last_two_steps_can_be_taken_up() {
    let (pretend, exported) = interrupted();
    let named = exported.file("rejected-upload.ndjson");
    std::fs::rename(exported.file("rejected-upload.ndjson.unfinished"), &named).expect("renamed");
    let report = run(&exported, &resume(&pretend)).expect("the rest");
    assert_eq!(rejected_ids(&exported), ["k2"]);
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn what_was_done_before_the_index_that_failed_is_known() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    let other = Exported::named("teachers", 10, 5, |at| serde_json::json!({"n": at}));
    let folders = [exported.path.clone(), other.path.clone()];
    pretend.server.plant("POST /_bulk", Fault::on_the_way(Sending::Whole, Ending::KeepAlive));
    pretend.server.plant("POST /_bulk", Fault::on_the_way(Sending::Whole, Ending::KeepAlive));
    pretend.server.plant("POST /_bulk", Fault::answer(Answer::empty(401)));
    let config = UploadConfig { jobs: std::num::NonZeroUsize::MIN, ..config(&pretend) };
    upload(&folders, &config).expect_err("the end of the run");
    let report =
        upload(&folders, &UploadConfig { start: Start::Resume, ..config }).expect("the rest");
    assert_eq!(report.indices.len(), 2);
    assert_nothing_lost(&pretend, &exported, &report);
    assert_eq!(pretend.documents("teachers"), other.documents.iter().cloned().collect());
    assert!(!other.file("upload-state.ndjson").exists());
}

#[test]
fn a_folder_is_loaded_by_one_at_a_time() {
    let pretend = Pretend::start();
    let exported = Exported::new(40, 10);
    let stall = Fault::silence(crate::faulty::Reading::Whole, Ending::Stall);
    pretend.server.plant("POST /_bulk", stall);
    let config = UploadConfig { jobs: std::num::NonZeroUsize::MIN, ..config(&pretend) };
    let cancel = Arc::new(AtomicBool::new(false));
    let mut first = config.clone();
    first.connection.cancel = Some(Arc::clone(&cancel));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&exported, &first).expect_err("an interruption"));
        while pretend.server.requests_to("POST /_bulk").is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        for (mode, start) in [(Mode::Create, Start::Resume), (Mode::Recreate, Start::Fresh)] {
            let second = UploadConfig { mode, start, ..config.clone() };
            let before = pretend.server.requests().len();
            let error = run(&exported, &second).expect_err("a folder that is being loaded");
            assert_eq!(error.category(), Category::Environment);
            assert!(error.to_string().contains("is being loaded by another"), "{error}");
            assert_eq!(pretend.server.requests().len(), before);
        }
        let looks =
            VerifyConfig { connection: connection(&pretend.server.url), depth: Depth::Count };
        verify(std::slice::from_ref(&exported.path), &looks).expect("looking is free");
        cancel.store(true, Ordering::SeqCst);
        first.join().expect("no panic");
    });
    let report =
        run(&exported, &UploadConfig { start: Start::Resume, ..config }).expect("the rest");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn a_changed_export_or_another_index_is_refused() {
    let (pretend, exported) = interrupted();
    let state = exported.file("upload-state.ndjson");
    let text = std::fs::read_to_string(&state).expect("a state");
    for (from, to, part) in [
        (
            "\"manifest_sha256\":\"",
            "\"manifest_sha256\":\"0",
            "is not the one whose upload was interrupted",
        ),
        ("uuid-1", "uuid-0", "was made anew"),
        ("\"index\":\"pupils\"", "\"index\":\"gone\"", "is gone"),
    ] {
        std::fs::write(&state, text.replace(from, to)).expect("written");
        let before = pretend.documents(INDEX);
        let error = run(&exported, &resume(&pretend)).expect_err(part);
        assert_eq!(error.category(), Category::Environment);
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(pretend.documents(INDEX), before);
    }
}

#[test]
fn with_nothing_to_take_up_a_run_begins_at_the_first_part() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let report = run(&exported, &resume(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
    let error = run(&exported, &resume(&pretend)).expect_err("an index that exists");
    assert!(error.to_string().contains("exists already"), "{error}");
}

#[test]
fn an_index_that_came_into_being_just_before_a_kill_is_taken_over() {
    let (pretend, exported) = interrupted();
    let state = exported.file("upload-state.ndjson");
    let text = std::fs::read_to_string(&state).expect("a state");
    let begun = text.lines().next().expect("a line").to_string() + "\n";
    std::fs::write(&state, &begun).expect("written");
    let error = run(&exported, &resume(&pretend)).expect_err("an index with documents");
    assert!(error.to_string().contains("had not made it yet"), "{error}");
    std::fs::write(&state, &begun).expect("written");
    pretend.state().indices.get_mut(INDEX).expect("made").documents.clear();
    let report = run(&exported, &resume(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
}

#[test]
fn an_index_that_a_killed_run_made_after_all_is_taken_over_by_one_that_begins_anew() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let made = Fault { effect: crate::faulty::Effect::Taken, ..Fault::answer(Answer::empty(401)) };
    pretend.server.plant("PUT /pupils", made);
    run(&exported, &config(&pretend)).expect_err("the end of the run");
    // It comes into being between the question whether it is there and the request to make it.
    pretend.server.plant("GET /pupils/_settings", Fault::answer(Answer::json(404, "{}")));
    let report = run(&exported, &config(&pretend)).expect("a whole load");
    assert_nothing_lost(&pretend, &exported, &report);
}
