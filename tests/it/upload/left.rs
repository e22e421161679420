//! What killed runs leave behind, and what the next run makes of it; and exports that change an index instead of making one.

use super::exported::sha256;
use super::*;
use crate::faulty::{Answer, Effect, Fault};

/// Rewrites the export: records and manifest with `from` replaced by `to`, the hashes made right again.
fn rewritten(exported: &Exported, pairs: &[(&str, &str)]) {
    rewritten_by(exported, &|text| {
        pairs.iter().fold(text, |text, (from, to)| text.replace(from, to))
    });
}

/// The same with what `change` makes of each text.
pub(super) fn rewritten_by(exported: &Exported, change: &dyn Fn(String) -> String) {
    let path = exported.file("manifest.json");
    let mut manifest = change(std::fs::read_to_string(&path).expect("a manifest"));
    let mut number = 1;
    while let Ok(text) = std::fs::read_to_string(exported.file(&format!("part-{number:05}.ndjson")))
    {
        let changed = change(text.clone());
        std::fs::write(exported.file(&format!("part-{number:05}.ndjson")), &changed)
            .expect("written");
        manifest = manifest.replace(&sha256(text.as_bytes()), &sha256(changed.as_bytes()));
        number += 1;
    }
    std::fs::write(path, manifest).expect("written");
}

fn append(pretend: &Pretend) -> UploadConfig {
    let jobs = std::num::NonZeroUsize::MIN;
    UploadConfig { mode: Mode::Append, jobs, ..config(pretend) }
}

/// The next bulk request takes effect, and ends the run all the same.
fn plant_an_end(pretend: &Pretend) {
    let fault = Fault { effect: Effect::Taken, ..Fault::answer(Answer::empty(401)) };
    pretend.server.plant("POST /_bulk", fault);
}

/// As a kill leaves it: tuned, and the state does not say that it was set back.
fn kill(pretend: &Pretend, exported: &Exported, index: &str) {
    let path = exported.file("upload-state.ndjson");
    let state = std::fs::read_to_string(&path).expect("a state");
    let lines = state.lines().filter(|line| !line.contains("restored"));
    std::fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>())
        .expect("written");
    let mut state = pretend.state();
    let index = state.indices.get_mut(index).expect("an index");
    index.settings.insert("index.refresh_interval".into(), "-1".into());
    index.settings.insert("index.number_of_replicas".into(), "0".into());
}

#[test]
fn what_an_interrupted_run_may_have_added_is_counted_as_such_by_the_one_that_takes_over() {
    for verb in ["index", "delete"] {
        let pretend = Pretend::start();
        let exported = Exported::new(20, 10);
        run(&Exported::new(if verb == "index" { 3 } else { 20 }, 10), &config(&pretend))
            .expect("a whole load");
        let verb_of_lines = format!("{{\"{verb}\":{{\"_index\"");
        rewritten(
            &exported,
            &[
                ("{\"create\":{\"_index\"", &verb_of_lines),
                ("\"op\":\"create\"", &format!("\"op\":\"{verb}\"")),
            ],
        );
        if verb == "delete" {
            without_sources(&exported);
        }
        plant_an_end(&pretend);
        run(&exported, &append(&pretend)).expect_err("the end of the run");
        let config = UploadConfig { start: Start::Resume, ..append(&pretend) };
        let report = run(&exported, &config).expect("the rest");
        assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
        assert_eq!(pretend.documents(INDEX).len(), if verb == "index" { 20 } else { 0 });
        assert_settings_restored(&pretend);
    }
}

#[test]
fn what_changes_an_index_needs_one_that_is_there() {
    for op in ["delete", "delta"] {
        let pretend = Pretend::start();
        let exported = Exported::new(20, 10);
        run(&exported, &config(&pretend)).expect("a whole load");
        rewritten(
            &exported,
            &[
                ("{\"create\":{\"_index\"", "{\"delete\":{\"_index\""),
                ("\"op\":\"create\"", &format!("\"op\":\"{op}\"")),
            ],
        );
        without_sources(&exported);
        for mode in [Mode::Create, Mode::Recreate] {
            let error = run(&exported, &UploadConfig { mode, ..append(&pretend) })
                .expect_err("an index that is there");
            assert_eq!(error.category(), Category::Usage);
            assert!(error.to_string().contains("add `--append`"), "{error}");
            assert_eq!(pretend.documents(INDEX).len(), 20);
        }
        plant_an_end(&pretend);
        run(&exported, &append(&pretend)).expect_err("the end of the run");
        // What was begun is known, and needs no second word.
        let resume = UploadConfig { mode: Mode::Create, start: Start::Resume, ..append(&pretend) };
        let report = run(&exported, &resume).expect("the rest");
        assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
        assert!(pretend.documents(INDEX).is_empty());
    }
}

#[test]
fn what_a_killed_run_would_have_cleared_is_cleared_by_the_one_that_takes_over() {
    let pretend = Pretend::start();
    let aliased =
        UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 0 }, ..append(&pretend) };
    run(&Exported::new(10, 10), &aliased).expect("a whole load");
    let exported = Exported::new(20, 10);
    plant_an_end(&pretend);
    run(&exported, &aliased).expect_err("the end of the run");
    let resume = UploadConfig { mode: Mode::Create, start: Start::Resume, ..append(&pretend) };
    let report = run(&exported, &resume).expect("the rest");
    assert_eq!(report.indices[0].alias.as_deref(), Some("school"));
    let left: Vec<String> = pretend.state().indices.keys().cloned().collect();
    assert_eq!(left, [report.indices[0].index.clone()]);
}

fn without_sources(exported: &Exported) {
    let path = exported.file("manifest.json");
    let mut manifest = std::fs::read_to_string(&path).expect("a manifest");
    for number in 1..=2 {
        let part = exported.file(&format!("part-{number:05}.ndjson"));
        let text = std::fs::read_to_string(&part).expect("a part");
        let kept: String = text.lines().step_by(2).map(|line| format!("{line}\n")).collect();
        manifest = manifest.replace(&sha256(text.as_bytes()), &sha256(kept.as_bytes()));
        std::fs::write(part, kept).expect("written");
    }
    std::fs::write(path, manifest).expect("written");
}

#[test]
fn an_addition_after_a_killed_one_sets_back_what_was_found_before_both() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    run(&Exported::new(3, 10), &config(&pretend)).expect("a whole load");
    plant_an_end(&pretend);
    run(&exported, &append(&pretend)).expect_err("the end of the run");
    kill(&pretend, &exported, INDEX);
    let report = run(&exported, &append(&pretend)).expect("the addition");
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
    assert_settings_restored(&pretend);
}

#[test]
fn the_same_content_that_a_killed_run_began_is_ended_before_it_gets_the_alias() {
    let pretend = Pretend::start();
    let exported = Exported::new(20, 10);
    let aliased =
        UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 1 }, ..append(&pretend) };
    plant_an_end(&pretend);
    run(&exported, &aliased).expect_err("the end of the run");
    let index = pretend.state().indices.keys().next().expect("the index").clone();
    kill(&pretend, &exported, &index);
    let report = run(&exported, &aliased).expect("the rest");
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
    assert_eq!(report.indices[0].alias.as_deref(), Some("school"));
    assert_eq!(pretend.documents(&index), exported.documents.iter().cloned().collect());
    assert_eq!(pretend.setting(&index, "index.refresh_interval").as_deref(), Some("7s"));
    assert_eq!(pretend.setting(&index, "index.number_of_replicas").as_deref(), Some("2"));
}

#[test]
fn documents_that_a_delta_does_not_name_are_no_difference() {
    let pretend = Pretend::start();
    run(&Exported::new(20, 10), &config(&pretend)).expect("a whole load");
    let delta = Exported::new(10, 5);
    rewritten(
        &delta,
        &[
            ("{\"create\":{\"_index\"", "{\"index\":{\"_index\""),
            ("\"op\":\"create\"", "\"op\":\"delta\""),
        ],
    );
    let config =
        VerifyConfig { connection: connection(&pretend.server.url), depth: Depth::Documents };
    let report = verify(std::slice::from_ref(&delta.path), &config).expect("a comparison");
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", report.indices[0].differences);
    pretend.state().indices.get_mut(INDEX).expect("made").documents.remove("k7");
    let report = verify(std::slice::from_ref(&delta.path), &config).expect("a comparison");
    assert_eq!((report.outcome(), report.indices[0].missing), (Outcome::Different, 1));
}

#[test]
fn what_a_pipeline_changed_is_no_difference_and_what_it_left_out_is() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    rewritten(&exported, &[("\"_index\":\"pupils\"", "\"_index\":\"pupils\",\"pipeline\":\"p\"")]);
    let report = run(&exported, &UploadConfig { mode: Mode::Create, ..append(&pretend) });
    assert_eq!(report.expect("a whole load").outcome(), Outcome::Whole);
    let change = |id: &str| {
        let mut state = pretend.state();
        let documents = &mut state.indices.get_mut(INDEX).expect("made").documents;
        documents.get_mut(id).expect("loaded")["seen"] = 1.into();
    };
    change("k2");
    change("k7");
    let config =
        VerifyConfig { connection: connection(&pretend.server.url), depth: Depth::Documents };
    let report = verify(std::slice::from_ref(&exported.path), &config).expect("a comparison");
    let index = &report.indices[0];
    assert_eq!(report.outcome(), Outcome::Whole, "{:?}", index.differences);
    assert_eq!((index.compared, index.hidden, index.different), (8, 2, 0));
    pretend.state().indices.get_mut(INDEX).expect("made").documents.remove("k7");
    let report = verify(std::slice::from_ref(&exported.path), &config).expect("a comparison");
    let index = &report.indices[0];
    assert_eq!((report.outcome(), index.missing, index.hidden), (Outcome::Different, 1, 1));
}

#[test]
fn an_alias_is_never_deleted_as_if_it_were_an_index() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 10);
    let told = Answer::json(200, r#"{"other":{"settings":{"index.uuid":"u"}}}"#);
    pretend.server.plant("GET /pupils/_settings", Fault::answer(told));
    let config = UploadConfig { mode: Mode::Recreate, ..config(&pretend) };
    let error = run(&exported, &config).expect_err("an alias");
    assert!(error.to_string().contains("is an alias of the index `other`"), "{error}");
    assert!(pretend.server.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn one_alias_for_two_exports_is_wrong_usage() {
    let pretend = Pretend::start();
    let (one, other) = (Exported::new(10, 10), Exported::new(10, 10));
    rewritten(&other, &[("\"pupils\"", "\"teachers\"")]);
    let config =
        UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 1 }, ..config(&pretend) };
    let error = upload(&[one.path.clone(), other.path.clone()], &config).expect_err("two exports");
    assert_eq!(error.category(), Category::Usage);
    assert!(pretend.state().indices.is_empty());
}

#[test]
fn a_node_that_has_lost_its_cluster_is_left_for_another() {
    let pretend = Pretend::start();
    let other = pretend.node();
    let exported = Exported::new(10, 10);
    for _ in 0..9 {
        pretend.server.plant("POST /_bulk", Fault::answer(Answer::empty(503)));
    }
    let mut config = append(&pretend);
    config.mode = Mode::Create;
    config.connection.retries = 2;
    config.connection.urls.push(other.url.clone());
    let report = run(&exported, &config).expect("a whole load");
    assert_eq!((report.outcome(), report.indices[0].retries), (Outcome::Whole, 1));
}

#[test]
fn the_wait_for_shards_ends_before_the_connection_counts_as_stalled() {
    let pretend = Pretend::start();
    let mut config = config(&pretend);
    config.connection.timeout = Duration::from_secs(8);
    run(&Exported::new(10, 10), &config).expect("a whole load");
    let waits = pretend.server.requests_to("GET /_cluster/health/pupils");
    assert!(waits.iter().all(|request| request.path.ends_with("timeout=4000ms")), "{waits:?}");
    assert_eq!(waits.len(), 1);
}
