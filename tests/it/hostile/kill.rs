//! Signals at any moment: nothing half-written under a final name, and nothing left beside for long.

use std::process::Stdio;
use std::time::Instant;

use super::*;

pub(super) fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Names in the output folder, hidden ones too.
fn names(scene: &Scene) -> Vec<String> {
    let entries = fs::read_dir(scene.path("out")).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_whole_exports_alone() {
    let scene = Scene::of_rows(25_000);
    let begun = Instant::now();
    let whole = scene.files("--part-size 200KiB");
    let lasts = begun.elapsed();
    let mut killed = 0;
    for round in 0..24_u32 {
        if round % 4 == 0 {
            fs::remove_dir_all(scene.path("out")).unwrap();
        }
        let mut child = scene.command("--part-size 200KiB --threads 2 -q").spawn().unwrap();
        // At any moment of a run, however fast the machine is.
        std::thread::sleep(lasts * (round * 7 % 24) / 24);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        let exports = check_manifests(&scene.path("out"));
        assert!(exports == 1 || round % 4 < 3 || exports == 0);
        if exports == 1 {
            let found = tree(&scene.path("out/i"));
            assert_eq!(found.len(), whole.len(), "an export that is not whole");
        }
    }
    assert!(killed > 5, "only {killed} of the runs were killed, each of which lasts {lasts:?}");
    assert!(scene.files("--part-size 200KiB") == whole);
    assert_eq!(names(&scene), ["i"], "something is left beside");
}

#[test]
fn an_interrupted_export_ends_with_the_signals_code_and_leaves_what_was_there() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        for is_there in [true, false] {
            // A join without an index: it takes hours, most of them within SQLite.
            let scene = Scene::of_rows(3_000);
            if is_there {
                scene.files("");
            }
            let before = scene.output();
            let query = "SELECT a.id AS id, (SELECT count(*) FROM t AS b, t AS c WHERE b.name || c.name > a.name) AS name FROM t AS a";
            scene.model(&json!({"query": query, "id": "id"}), &json!({"name": {"type": "long"}}));
            let mut command = scene.command("--threads 2");
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(300));
            send(signal, &child);
            check_failure(&ended(wait(child)), code, &["interrupted"]);
            assert!(scene.output() == before);
        }
    }
}
