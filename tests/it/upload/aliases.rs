//! Loading beside what is there, and moving an alias.

use super::*;

fn aliased(pretend: &Pretend) -> UploadConfig {
    UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 1 }, ..config(pretend) }
}

fn holders(pretend: &Pretend) -> Vec<String> {
    let state = pretend.state();
    let holds = |index: &pretend::Index| index.aliases == ["school"];
    state.indices.iter().filter(|(_, index)| holds(index)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn the_alias_moves_in_one_request_and_old_indices_go() {
    let pretend = Pretend::start();
    let mut names = Vec::new();
    for count in [10, 11, 12] {
        let exported = Exported::new(count, 5);
        let report = run(&exported, &aliased(&pretend)).expect("a whole load");
        let index = &report.indices[0];
        assert_eq!(
            (report.outcome(), index.alias.as_deref(), index.count),
            (Outcome::Whole, Some("school"), count as u64)
        );
        assert_eq!(holders(&pretend), std::slice::from_ref(&index.index));
        assert_eq!(pretend.documents(&index.index), exported.documents.iter().cloned().collect());
        names.push(index.index.clone());
    }
    assert_eq!(pretend.server.requests_to("POST /_aliases").len(), 3);
    let mut kept: Vec<String> = names[1..].to_vec();
    kept.sort();
    assert_eq!(pretend.state().indices.keys().cloned().collect::<Vec<_>>(), kept);
}

#[test]
fn the_same_content_again_is_verified_and_sent_no_more() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    run(&exported, &aliased(&pretend)).expect("a whole load");
    let before = pretend.server.requests_to("POST /_bulk").len();
    let report = run(&exported, &aliased(&pretend)).expect("a check");
    assert!(report.indices[0].already_there && report.outcome() == Outcome::Whole);
    assert_eq!(pretend.server.requests_to("POST /_bulk").len(), before);
}

#[test]
fn the_same_content_again_is_whole_but_for_what_was_rejected() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    pretend.state().refused = vec!["k3".into(), "k7".into()];
    let first = run(&exported, &aliased(&pretend)).expect("a load");
    assert_eq!(first.outcome(), Outcome::Rejected);
    let again = run(&exported, &aliased(&pretend)).expect("a check");
    let index = &again.indices[0];
    assert_eq!(again.outcome(), Outcome::Rejected, "{:?}", index.differences);
    assert_eq!((index.stored, index.rejected, index.already_there), (8, 2, true));
    assert_eq!(index.reasons, first.indices[0].reasons);
    // Which part is done first is left to chance.
    let mut rejected = rejected_ids(&exported);
    rejected.sort();
    assert_eq!(rejected, ["k3", "k7"]);
    assert_eq!(holders(&pretend), std::slice::from_ref(&index.index));
    let name = index.index.clone();
    pretend.state().indices.get_mut(&name).expect("made").documents.remove("k1");
    let again = run(&exported, &aliased(&pretend)).expect("a check");
    assert_eq!(again.outcome(), Outcome::Different);
}

#[test]
fn an_alias_that_is_an_index_is_refused_before_anything_is_made() {
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    run(&exported, &config(&pretend)).expect("a whole load");
    let config =
        UploadConfig { mode: Mode::Alias { name: INDEX.into(), keep: 1 }, ..config(&pretend) };
    let error = run(&exported, &config).expect_err("an index of that name");
    assert!(error.to_string().contains("is an index and so cannot be an alias"), "{error}");
    assert_eq!(pretend.state().indices.len(), 1);
}

#[test]
fn an_index_that_is_not_whole_never_gets_the_alias() {
    use crate::faulty::{Answer, Fault};
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    let wrong = Answer::json(200, r#"{"count":9,"_shards":{"total":1,"successful":1,"failed":0}}"#);
    pretend.server.plant("_count", Fault::answer(wrong));
    let report = run(&exported, &aliased(&pretend)).expect("a load");
    assert_eq!((report.outcome(), report.indices[0].alias.as_deref()), (Outcome::Different, None));
    assert!(holders(&pretend).is_empty());
}

#[test]
fn an_index_in_which_nothing_was_stored_never_gets_the_alias() {
    let pretend = Pretend::start();
    let good = Exported::new(3, 5);
    let first = run(&good, &aliased(&pretend)).expect("a whole load");
    let bad = Exported::new(4, 5);
    pretend.state().refused = bad.documents.iter().map(|(id, _)| id.clone()).collect();
    let config =
        UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 0 }, ..config(&pretend) };
    let report = run(&bad, &config).expect("a load");
    assert_eq!((report.outcome(), report.indices[0].alias.as_deref()), (Outcome::Rejected, None));
    assert_eq!(holders(&pretend), std::slice::from_ref(&first.indices[0].index));
}

#[test]
fn an_export_that_changes_while_it_is_loaded_never_gets_the_alias() {
    use crate::faulty::{Ending, Fault, Sending};
    let pretend = Pretend::start();
    let exported = Exported::new(10, 5);
    let slow = Fault {
        delay: Duration::from_millis(500),
        ..Fault::on_the_way(Sending::Whole, Ending::KeepAlive)
    };
    pretend.server.plant("POST /_bulk", slow);
    let error = std::thread::scope(|scope| {
        let load = scope.spawn(|| run(&exported, &aliased(&pretend)));
        while pretend.server.requests_to("POST /_bulk").is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let manifest = std::fs::read_to_string(exported.file("manifest.json")).expect("there");
        std::fs::write(exported.file("manifest.json"), manifest + "\n").expect("written");
        load.join().expect("no panic").expect_err("two exports in one index")
    });
    assert_eq!(error.category(), Category::Environment);
    assert!(error.to_string().contains("was exported anew while it was loaded"), "{error}");
    assert!(pretend.state().indices.is_empty());
}
