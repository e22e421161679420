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
fn an_index_that_is_only_named_so_is_never_deleted() {
    let pretend = Pretend::start();
    let config =
        UploadConfig { mode: Mode::Alias { name: "school".into(), keep: 0 }, ..config(&pretend) };
    let first = run(&Exported::new(10, 5), &config).expect("a whole load").indices.remove(0).index;
    // The name of a build that somebody made of some commit, and a copy of one of ours.
    let mut copy = pretend::Index::default();
    copy.settings = pretend.state().indices[&first].settings.clone();
    pretend.state().indices.insert("pupils-0123456789ab".into(), pretend::Index::default());
    pretend.state().indices.insert("pupils-ba9876543210".into(), copy);
    let second = run(&Exported::new(11, 5), &config).expect("a whole load").indices.remove(0).index;
    let names: Vec<String> = pretend.state().indices.keys().cloned().collect();
    let mut wanted = vec!["pupils-0123456789ab".to_string(), "pupils-ba9876543210".into(), second];
    wanted.sort();
    assert_eq!(names, wanted);
}

#[test]
fn a_cluster_that_does_not_take_the_mark_is_loaded_without() {
    use crate::faulty::{Answer, Fault};
    let pretend = Pretend::start();
    let refused = Answer::json(400, r#"{"error":{"type":"illegal_argument_exception"}}"#);
    pretend.server.plant("PUT /pupils-", Fault::answer(refused));
    let report = run(&Exported::new(10, 5), &aliased(&pretend)).expect("a whole load");
    assert_eq!(report.indices[0].alias.as_deref(), Some("school"));
    let made = pretend.server.requests_to("PUT /pupils-");
    assert!(made[0].text().contains("exclude.litebulk") && !made[1].text().contains("litebulk"));
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
fn an_alias_that_no_engine_takes_is_refused_before_anything_is_asked() {
    for (name, says) in [("A B", "holds ` `"), ("", "is empty"), ("../x", "holds `/`")] {
        let pretend = Pretend::start();
        let mode = Mode::Alias { name: name.into(), keep: 1 };
        let asked = UploadConfig { mode, ..config(&pretend) };
        let error = run(&Exported::new(3, 3), &asked).expect_err("a bad name");
        assert_eq!(error.category(), Category::Usage, "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(pretend.server.requests_to("GET /").is_empty());
    }
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

#[test]
fn no_document_of_an_export_that_takes_the_folder_is_ever_sent() {
    use crate::faulty::{Ending, Fault, Sending};
    for (mode, left) in [(Mode::Alias { name: "school".into(), keep: 1 }, 0), (Mode::Create, 10)] {
        let pretend = Pretend::start();
        let exported = Exported::new(30, 10);
        let other = Exported::of(30, 10, |at| serde_json::json!({ "n": at }));
        let slow = Fault {
            delay: Duration::from_millis(500),
            ..Fault::on_the_way(Sending::Whole, Ending::KeepAlive)
        };
        pretend.server.plant("POST /_bulk", slow);
        let jobs = std::num::NonZeroUsize::MIN;
        let config = UploadConfig { mode, jobs, ..config(&pretend) };
        let error = std::thread::scope(|scope| {
            let load = scope.spawn(|| run(&exported, &config));
            while pretend.server.requests_to("POST /_bulk").is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
            // The same names, and other content, as an export does it that knows of no lock.
            std::fs::rename(&exported.path, exported.path.with_extension("old")).expect("moved");
            std::fs::rename(&other.path, &exported.path).expect("moved");
            load.join().expect("no panic").expect_err("two exports in one index")
        });
        assert_eq!(error.category(), Category::Environment);
        assert!(error.to_string().contains("was exported anew while it was loaded"), "{error}");
        assert_eq!(pretend.server.requests_to("POST /_bulk").len(), 1);
        let state = pretend.state();
        let documents: usize = state.indices.values().map(|index| index.documents.len()).sum();
        assert_eq!(documents, left);
        assert!(!exported.file("upload-state.ndjson").exists());
    }
}

#[test]
fn a_part_that_is_written_to_while_it_is_read_is_noticed_and_one_that_is_touched_is_not() {
    for (touch, fails) in [(false, true), (true, false)] {
        use crate::faulty::{Ending, Fault, Sending};
        let pretend = Pretend::start();
        let exported = Exported::new(20, 10);
        let slow = Fault {
            delay: Duration::from_millis(300),
            ..Fault::on_the_way(Sending::Whole, Ending::KeepAlive)
        };
        pretend.server.plant("POST /_bulk", slow);
        let jobs = std::num::NonZeroUsize::MIN;
        let config = UploadConfig { jobs, ..config(&pretend) };
        let outcome = std::thread::scope(|scope| {
            let load = scope.spawn(|| run(&exported, &config));
            while pretend.server.requests_to("POST /_bulk").is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let part = exported.file("part-00002.ndjson");
            let text = std::fs::read_to_string(&part).expect("a part");
            let text = if touch { text } else { text.replace("pupil", "pupiL") };
            std::fs::write(&part, text).expect("written");
            load.join().expect("no panic")
        });
        assert_eq!(outcome.is_err(), fails);
        assert_settings_restored(&pretend);
        assert_eq!(pretend.documents(INDEX).len(), if fails { 10 } else { 20 });
    }
}
