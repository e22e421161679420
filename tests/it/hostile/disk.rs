//! A disk without room, in a mount of the test's own.

use super::*;

/// Runs `script` where `./small` is a file system of 1 MiB; `None` where this cannot be.
fn with_small_disk(scene: &Scene, script: &str) -> Option<Ended> {
    fs::create_dir_all(scene.path("small")).unwrap();
    let mount = "mount -t tmpfs -o size=1m tmpfs small";
    let probe = Command::new("unshare")
        .args(["-m", "sh", "-c", mount])
        .current_dir(scene.folder())
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        skip("a full disk", "`unshare -m` and `mount` need root");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &format!("{mount} && {script}")]).current_dir(scene.folder());
    command.env("LITEBULK", env!("CARGO_BIN_EXE_litebulk"));
    Some(ended(command.output().unwrap()))
}

#[test]
fn a_full_disk_is_exit_code_3_and_the_older_export_stays() {
    let scene = Scene::of_rows(20_000);
    for words in
        ["--threads 1", "--threads 3", "--threads 3 --part-size 100KiB", "--fsync", "--gzip=0"]
    {
        let script = format!(
            "$LITEBULK export {DB} -q -o small/out --limit 10 && before=$(cat small/out/i/*); \
             $LITEBULK export {DB} -o small/out {words}; code=$?; \
             test \"$before\" = \"$(cat small/out/i/*)\" || echo touched; ls -A small/out; exit $code"
        );
        let Some(ended) = with_small_disk(&scene, &script) else { return };
        check_failure(&ended, 3, &["small/out/i", "No space left", "`-o`"]);
        assert_eq!(ended.stdout, "i\n", "{words}: {}", ended.stderr);
    }
}

#[test]
fn a_disk_that_is_full_before_the_start_is_exit_code_3() {
    let scene = Scene::of_rows(10);
    let script = format!(
        "cat /dev/zero > small/filler 2> /dev/null; $LITEBULK export {DB} -o small/out; code=$?; \
         test -d small/out && ls -A small/out; exit $code"
    );
    let Some(ended) = with_small_disk(&scene, &script) else { return };
    check_failure(&ended, 3, &["small/out", "No space left"]);
    assert_eq!(ended.stdout, "");
}

#[test]
fn rejects_on_a_full_disk_are_exit_code_3() {
    let scene = Scene::of_rows(20_000);
    scene.model(&json!({"table": "t"}), &json!({"name": {"type": "boolean"}}));
    let script = format!(
        "$LITEBULK export {DB} -o small/out --on-error reject; code=$?; ls -A small; exit $code"
    );
    let Some(ended) = with_small_disk(&scene, &script) else { return };
    check_failure(&ended, 3, &["small/out", "No space left"]);
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_file_larger_than_the_process_may_write_is_exit_code_3() {
    let scene = Scene::of_rows(20_000);
    for words in ["", "--threads 3 --gzip=0"] {
        let script = format!(
            "ulimit -f 200; {} export {DB} -o out {words}; code=$?; ls -A out; exit $code",
            env!("CARGO_BIN_EXE_litebulk")
        );
        let mut command = Command::new("sh");
        let ended =
            ended(command.args(["-c", &script]).current_dir(scene.folder()).output().unwrap());
        check_failure(&ended, 3, &["out/i", "File too large", "`-o`"]);
        assert_eq!(ended.stdout, "", "{words}");
    }
}
