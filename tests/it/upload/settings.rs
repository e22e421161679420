//! Settings that loading changes come back, whoever began, whoever was killed, and whatever became of the state.

use super::*;
use crate::faulty::{Answer, Effect, Fault};

fn append(pretend: &Pretend) -> UploadConfig {
    let jobs = std::num::NonZeroUsize::MIN;
    UploadConfig { mode: Mode::Append, jobs, ..config(pretend) }
}

fn aliased(pretend: &Pretend) -> UploadConfig {
    UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 1 }, ..append(pretend) }
}

/// The next bulk request takes effect; then the run is killed, with the settings for loading in place.
fn killed(pretend: &Pretend, exported: &Exported, config: &UploadConfig) -> String {
    let fault = Fault { effect: Effect::Taken, ..Fault::answer(Answer::empty(401)) };
    pretend.server.plant("POST /_bulk", fault);
    run(exported, config).expect_err("the end of the run");
    let path = exported.file("upload-state.ndjson");
    let state = std::fs::read_to_string(&path).expect("a state");
    let lines = state.lines().filter(|line| !line.contains("restored"));
    let kept: String = lines.map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, &kept).expect("written");
    let begun: Value =
        serde_json::from_str(kept.lines().next().expect("a line")).expect("a line of JSON");
    let name = begun["begun"]["index"].as_str().expect("a name").to_string();
    let mut state = pretend.state();
    let index = state.indices.get_mut(&name).expect("an index");
    index.settings.insert("index.refresh_interval".into(), "-1".into());
    index.settings.insert("index.number_of_replicas".into(), "0".into());
    name
}

fn assert_settings_of(pretend: &Pretend, index: &str) {
    assert_eq!(pretend.setting(index, "index.refresh_interval").as_deref(), Some("7s"));
    assert_eq!(pretend.setting(index, "index.number_of_replicas").as_deref(), Some("2"));
}

#[test]
fn an_addition_that_ends_before_it_begins_forgets_nothing_of_the_one_before() {
    let pretend = Pretend::start();
    run(&Exported::new(3, 10), &config(&pretend)).expect("a whole load");
    let exported = Exported::new(20, 10);
    killed(&pretend, &exported, &append(&pretend));
    for within in ["POST /pupils/_refresh", "GET /pupils/_count"] {
        pretend.server.plant(within, Fault::answer(Answer::empty(401)));
        run(&exported, &append(&pretend)).expect_err("the end of the run");
    }
    let never = UploadConfig { tune: Tune::Never, ..append(&pretend) };
    let report = run(&exported, &never).expect("the addition");
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
    assert_settings_restored(&pretend);
}

#[test]
fn what_a_killed_run_had_sent_may_be_carried_out_after_the_next_one_has_counted() {
    let pretend = Pretend::start();
    run(&Exported::new(3, 10), &config(&pretend)).expect("a whole load");
    let exported = Exported::new(20, 10);
    let index_them = |text: String| text.replace("{\"create\":", "{\"index\":");
    super::left::rewritten_by(&exported, &index_them);
    killed(&pretend, &exported, &append(&pretend));
    // The engine carries a request out late: after the count of the next run, and before its first part.
    let ghost = pretend.documents(INDEX);
    pretend
        .state()
        .indices
        .get_mut(INDEX)
        .expect("made")
        .documents
        .retain(|id, _| id.as_str() < "k3");
    let before = pretend.documents(INDEX).len();
    let late = Answer::json(
        200,
        format!(r#"{{"count":{before},"_shards":{{"total":1,"successful":1,"failed":0}}}}"#),
    );
    pretend.server.plant("GET /pupils/_count", Fault::answer(late));
    pretend.state().indices.get_mut(INDEX).expect("made").documents = ghost;
    let report = run(&exported, &append(&pretend)).expect("the addition");
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
}

#[test]
fn another_content_sets_back_the_index_of_the_one_that_was_killed() {
    let pretend = Pretend::start();
    let first = Exported::new(20, 10);
    let old = killed(&pretend, &first, &aliased(&pretend));
    // As an export leaves it that takes the place of the first.
    let second = Exported::new(21, 10);
    std::fs::copy(first.file("upload-state.ndjson"), second.file("upload-state.ndjson"))
        .expect("copied");
    let report = run(&second, &aliased(&pretend)).expect("a whole load");
    assert_ne!(report.indices[0].index, old);
    assert_settings_of(&pretend, &old);
    assert_settings_of(&pretend, &report.indices[0].index);
}

#[test]
fn a_state_of_another_cluster_is_not_replaced_while_it_knows_settings() {
    let (one, other) = (Pretend::start(), Pretend::start());
    let exported = Exported::new(20, 10);
    killed(&one, &exported, &config(&one));
    let path = exported.file("upload-state.ndjson");
    let state = std::fs::read_to_string(&path).expect("a state");
    std::fs::write(&path, state.replace("pretend u", "pretend v")).expect("written");
    let error = run(&exported, &config(&other)).expect_err("a debt elsewhere");
    assert_eq!(error.category(), Category::Environment);
    assert!(error.to_string().contains("(`pretend v`) left the index `pupils`"), "{error}");
    assert!(other.state().indices.is_empty());
}

#[test]
fn the_same_content_gets_its_settings_back_where_the_state_is_gone() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 20);
    let name = killed(&pretend, &exported, &aliased(&pretend));
    std::fs::remove_file(exported.file("upload-state.ndjson")).expect("there");
    let report = run(&exported, &aliased(&pretend)).expect("a check");
    assert!(report.indices[0].already_there);
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
    assert_settings_of(&pretend, &name);
}

#[test]
fn a_cluster_that_does_not_let_settings_be_changed_is_loaded_without() {
    for status in [400, 403, 405] {
        let pretend = Pretend::start();
        let exported = Exported::new(20, 10);
        let refused = Answer::json(status, r#"{"error":{"reason":"not you"}}"#);
        pretend.server.plant("PUT /pupils/_settings", Fault::answer(refused.clone()));
        let error = run(&exported, &config(&pretend)).expect_err("no tuning");
        assert_eq!(error.category(), Category::Environment);
        let text = error.to_string();
        assert!(
            text.contains("not you") && text.contains("`--no-tune` leaves its settings alone"),
            "{error}"
        );
        let never = UploadConfig { tune: Tune::Never, start: Start::Resume, ..config(&pretend) };
        pretend.server.plant("PUT /pupils/_settings", Fault::answer(refused));
        let report = run(&exported, &never).expect("a whole load");
        assert_eq!(pretend.server.unmet(), 1, "the settings were touched");
        assert_eq!((report.outcome(), report.indices[0].count), (Outcome::Whole, 20));
        assert_settings_restored(&pretend);
    }
}

#[test]
fn settings_that_cannot_be_set_back_do_not_keep_a_load_from_its_end() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    killed(&pretend, &exported, &config(&pretend));
    let refused = Answer::json(403, r#"{"error":{"reason":"not you"}}"#);
    let never = UploadConfig { tune: Tune::Never, start: Start::Resume, ..config(&pretend) };
    let heard = Heard::default();
    let mut config = never.clone();
    config.connection.progress = Some(Arc::new(heard.clone()));
    pretend.server.plant("PUT /pupils/_settings", Fault::answer(refused));
    let report = run(&exported, &config).expect("a whole load");
    assert_eq!((report.outcome(), report.indices[0].count), (Outcome::Whole, 20));
    let warnings = heard.0.lock().expect("not poisoned").join(" ");
    assert!(warnings.contains(r#"set {"refresh_interval":"7s","number_of_replicas":"2"} by hand"#));
}

/// Keeps warnings.
#[derive(Clone, Debug, Default)]
struct Heard(Arc<std::sync::Mutex<Vec<String>>>);

impl litebulk::upload::Progress for Heard {
    fn stage(&self, _: &str, _: litebulk::upload::Stage, _: u64, _: u64) {}
    fn advance(&self, _: u64, _: u64) {}
    fn retry(&self, _: &str) {}
    fn warn(&self, message: &str) {
        self.0.lock().expect("not poisoned").push(message.to_string());
    }
}
