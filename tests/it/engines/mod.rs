//! The nine engine lines, really running: every promise about what an engine takes is kept or broken here.
//!
//! Each engine is started once and meets all of [`CHECKS`]; a check that wants an engine set up in another way is a test
//! of its own and calls [`with`]. One engine runs at a time, and none outlives the test process.
//!
//! | variable | meaning |
//! |---|---|
//! | `LITEBULK_ENGINES_REQUIRED=1` | download what is missing; an engine that cannot run is a failure, not a skip |
//! | `LITEBULK_SEED` | seed of the random mappings and values |
//! | `LITEBULK_ENGINES` | where the unpacked engines lie (default: the user's cache folder) |

mod bench;
mod bodies;
mod cache;
mod client;
mod conformance;
mod engine;
mod exported;
mod java;
mod judge;
mod limits;
mod load;
mod readme;
mod release;
mod settled;
mod supervised;
mod value;

use std::any::Any;
use std::collections::BTreeSet;
use std::env;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use serde_json::json;

pub(crate) use self::client::Item;
use self::conformance::{Answer, Case, Outcome, ask};
use self::engine::Absent;
pub(crate) use self::engine::{Engine, Setup};
use self::judge::judge;
use self::release::Release;
use self::supervised::until;

type Check = fn(&Engine);

/// What every engine must pass, with a name for the message. A check uses index names that begin with its own name.
const CHECKS: &[(&str, Check)] = &[
    ("it is the version it is said to be", version_is_as_said),
    ("two documents come back as sent", two_documents_come_back_as_sent),
    ("a value is refused, changed or taken", a_value_is_refused_changed_or_taken),
    ("the campus of the contract is taken whole", exported::the_campus_is_taken_whole),
    ("golden exports are taken whole", exported::golden_exports_are_taken_whole),
    ("enumerated values meet their verdicts", enumerated_values_meet_their_verdicts),
    ("random values meet their verdicts", random_values_meet_their_verdicts),
    (
        "nested objects are counted over the whole document",
        limits::nested_objects_are_counted_over_the_whole_document,
    ),
    ("what an engine refuses at once is a fault", bodies::what_is_refused_is_a_fault),
    (
        "values under settings are taken and refused as is said",
        settled::values_are_taken_and_refused_as_is_said,
    ),
    (
        "an export is loaded once and every difference is named",
        load::an_export_is_loaded_once_and_every_difference_is_named,
    ),
    (
        "packed parts and the script with curl load the same",
        load::packed_parts_and_the_script_with_curl_load_the_same,
    ),
    ("a delta turns the old into the new", load::a_delta_turns_the_old_into_the_new),
    (
        "what an engine hides or changes is no difference",
        load::what_an_engine_hides_or_changes_is_no_difference,
    ),
    ("the upload benchmark runs at a small size", bench::the_upload_benchmark_runs),
    ("the README's loading section is true word for word", readme::loading_works_as_told),
    ("an alias moves and no reader sees a gap", load::an_alias_moves_and_no_reader_sees_a_gap),
];

#[test]
fn es1_passes_all_checks() {
    check_all("es1");
}

#[test]
fn es2_passes_all_checks() {
    check_all("es2");
}

#[test]
fn es5_passes_all_checks() {
    check_all("es5");
}

#[test]
fn es6_passes_all_checks() {
    check_all("es6");
}

#[test]
fn es7_passes_all_checks() {
    check_all("es7");
}

#[test]
fn es8_passes_all_checks() {
    check_all("es8");
}

#[test]
fn es9_passes_all_checks() {
    check_all("es9");
}

#[test]
fn os2_passes_all_checks() {
    check_all("os2");
}

#[test]
fn os3_passes_all_checks() {
    check_all("os3");
}

/// Runs every check on one engine, also after one has failed, and names those that did.
fn check_all(name: &str) {
    with(name, &Setup::plain(), |engine| {
        let mut failed = Vec::new();
        for (what, check) in CHECKS {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(engine))) {
                failed.push(format!("{what}: {}", message(&*panic)));
            }
        }
        assert!(failed.is_empty(), "{name} fails {} checks:\n{}", failed.len(), failed.join("\n"));
    });
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words")
}

/// Starts engine `name`, set up so, for `check`, and stops it. Where it cannot run the test says so loudly and passes,
/// unless engines are required.
pub(crate) fn with(name: &str, setup: &Setup, check: impl FnOnce(&mut Engine)) {
    let release = Release::named(name);
    let required = env::var_os("LITEBULK_ENGINES_REQUIRED").is_some_and(|value| value == "1");
    match Engine::start(release, setup, required) {
        Ok(mut engine) => check(&mut engine),
        Err(Absent::Failed(output)) => panic!("{name} did not come up:\n{output}"),
        Err(Absent::Missing(why)) => {
            assert!(!required, "{name} {} is required, but {why}", release.version);
            skip(release, &why);
        }
    }
}

/// One line an engine, past the capture of the test harness.
fn skip(release: &Release, why: &str) {
    static SKIPPED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    if SKIPPED.lock().unwrap_or_else(PoisonError::into_inner).insert(release.name) {
        say(&format!(
            "SKIPPED, not tested on {} {}: {why} (to download the engines, about 0.7 GB, and test on all nine: \
             LITEBULK_ENGINES_REQUIRED=1 cargo test)",
            release.name, release.version
        ));
    }
}

/// Writes a line to the real standard error.
fn say(line: &str) {
    // Nobody listens when this fails, and no test depends on it.
    let _ = writeln!(std::io::stderr(), "engines: {line}");
}

fn enumerated_values_meet_their_verdicts(engine: &Engine) {
    let agreement = judge(engine, "enumerated", &value::enumerated(engine));
    told(engine, "enumerated", &agreement);
}

fn random_values_meet_their_verdicts(engine: &Engine) {
    let seed = env::var("LITEBULK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4);
    let agreement = judge(engine, "random", &value::random(engine, seed));
    told(engine, &format!("random (LITEBULK_SEED={seed})"), &agreement);
}

/// Says how many values were compared, and fails where a verdict is wrong.
fn told(engine: &Engine, what: &str, agreement: &judge::Agreement) {
    say(&format!(
        "{} {}: {} {what} values compared, {} misses, {} false alarms, {} settled by a reason; {} mappings that \
         the target cannot say",
        engine.release.name,
        engine.release.version,
        agreement.compared,
        agreement.misses.len(),
        agreement.false_alarms.len() + agreement.mistaken.len(),
        agreement.settled.values().sum::<usize>(),
        agreement.unsaid
    ));
    for (reason, count) in &agreement.settled {
        say(&format!("{}: {count} {what} values: {reason}", engine.release.name));
    }
    agreement.assert_whole();
}

fn version_is_as_said(engine: &Engine) {
    assert_eq!(engine.client.version(), engine.release.version);
}

pub(crate) fn two_documents_come_back_as_sent(engine: &Engine) {
    let client = &engine.client;
    let index = "two-documents";
    let body = client.index_body(&json!({ "properties": { "n": { "type": "long" } } }));
    client.create(index, &body).ok();
    let documents = ["{\"n\":9007199254740993}", "{\"n\":null}"];
    let mut bulk = String::new();
    for (id, document) in documents.iter().enumerate() {
        bulk += &client.action("create", index, &id.to_string());
        bulk += &format!("{document}\n");
    }
    let items = client.bulk(bulk.as_bytes()).expect("the body is in the engine's dialect");
    assert!(items.len() == 2 && items.iter().all(Item::stored), "{items:?}");
    client.refresh(index);
    assert_eq!(client.count(index), 2);
    for (id, document) in documents.iter().enumerate() {
        let source = client.source(index, &id.to_string()).expect("it was counted");
        assert_eq!(source.to_string(), *document);
    }
    let ids = ["0".to_owned(), "1".to_owned()];
    assert_eq!(client.found(index, "n", &ids), Some(vec!["0".to_owned()]));
    let mut values = client.doc_values(index, "n", None, &ids);
    values.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(values[0].1, [json!(9_007_199_254_740_993_u64)]);
    let items = client.bulk(bulk.as_bytes()).expect("a conflict is each item's");
    assert!(items.iter().all(|item| item.status == 409 && !item.stored()), "{items:?}");
    client.delete_index(index);
}

fn a_value_is_refused_changed_or_taken(engine: &Engine) {
    let values = ["7", "1.9", "\"x\"", "null", "[3,2]"].map(str::to_owned).to_vec();
    let case = Case { property: json!({ "type": "long" }), values, format: None };
    let Outcome::Answers(answers) = ask(&engine.client, "values-long", &case) else {
        panic!("every engine knows `long`");
    };
    assert_eq!(answers[0], Answer::Indexed(vec![json!(7)]));
    assert_eq!(answers[1], Answer::Indexed(vec![json!(1)]));
    assert!(
        matches!(&answers[2], Answer::Refused(400, reason) if !reason.is_empty()),
        "{answers:?}"
    );
    assert_eq!(answers[3], Answer::NotIndexed);
    assert_eq!(answers[4], Answer::Indexed(vec![json!(2), json!(3)]));
    let case =
        Case { property: json!({ "type": "no_such_type" }), values: Vec::new(), format: None };
    let outcome = ask(&engine.client, "values-unknown", &case);
    assert!(matches!(outcome, Outcome::MappingRefused(400, _)), "{outcome:?}");
    // A date as milliseconds, whichever way the engine shows it.
    let values = vec!["\"2024-01-02\"".to_owned()];
    let case = Case { property: json!({ "type": "date" }), values, format: Some("epoch_millis") };
    let Outcome::Answers(answers) = ask(&engine.client, "values-date", &case) else {
        panic!("every engine knows `date`");
    };
    let [Answer::Indexed(millis)] = &answers[..] else { panic!("{answers:?}") };
    let millis = millis[0].as_str().map_or_else(|| millis[0].to_string(), str::to_owned);
    assert_eq!(millis, "1704153600000");
}
