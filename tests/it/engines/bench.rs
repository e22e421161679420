//! The upload benchmark at a small size and without the peers that must be installed, so that it cannot rot. Knows no time.

use clap::Parser;

use super::Engine;

#[path = "../../../benches/upload.rs"]
#[expect(dead_code, reason = "its `main` is the benchmark's")]
mod upload;

pub(super) fn the_upload_benchmark_runs(engine: &Engine) {
    if engine.release.name != "os3" {
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let line = ["upload", "--url", engine.url(), "--target", "os3", "--data", &data];
    let small = ["--size", "500", "--jobs", "2", "--runs", "1", "--peers", "none"];
    let args = upload::Args::parse_from(line.into_iter().chain(small));
    let mut told = Vec::new();
    upload::run(&args, &mut told).expect("a run of each side");
    let told = String::from_utf8(told).expect("text");
    for part in ["500 documents", "Curl: ", "Litebulk: ", "Curl / Litebulk: time "] {
        assert!(told.contains(part), "{part}: {told}");
    }
    engine.client.delete_index("litebulk-bench");
}
