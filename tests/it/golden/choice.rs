//! Which documents go out, and how they are packed: `--limit`, `--sample`, `--shard`, `--gzip`, `--threads`, `--part-size`.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::campus::{export, lines};
use crate::cli::tree;

/// The records of the campus, action and source in one string.
fn records(args: &[&str]) -> Vec<String> {
    let (place, ended) = export("model/campus.json", args);
    assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.stderr);
    let lines = lines(&place.path().join("out/django"));
    lines.chunks(2).map(|record| record.join("\n")).collect()
}

fn set(records: &[String]) -> BTreeSet<&String> {
    records.iter().collect()
}

fn is_in_order(some: &[String], all: &[String]) -> bool {
    let mut rest = all.iter();
    some.iter().all(|record| rest.any(|other| other == record))
}

#[test]
fn shards_are_disjoint_and_together_the_whole() {
    let all = records(&[]);
    assert_eq!(all.len(), 294);
    for count in [1, 2, 7] {
        let mut seen = BTreeSet::new();
        let shards: Vec<Vec<String>> =
            (1..=count).map(|i| records(&["--shard", &format!("{i}/{count}")])).collect();
        for shard in &shards {
            assert!(is_in_order(shard, &all));
            assert!(!shard.is_empty(), "294 documents leave no shard of {count} empty");
            assert!(seen.is_disjoint(&set(shard)));
            seen.extend(shard);
        }
        assert!(seen == set(&all));
    }
}

#[test]
fn a_sample_is_stable_and_grows_with_its_fraction() {
    let all = records(&[]);
    let tenth = records(&["--sample", "0.1"]);
    let half = records(&["--sample", "0.5"]);
    assert!((10..60).contains(&tenth.len()), "{}", tenth.len());
    assert!((110..185).contains(&half.len()), "{}", half.len());
    assert!(is_in_order(&tenth, &half) && is_in_order(&half, &all));
    assert!(records(&["--sample", "0.1", "--threads", "3"]) == tenth);
    assert!(records(&["--sample", "1"]) == all);
}

#[test]
fn a_limit_takes_the_first_documents_of_those_that_are_wanted() {
    let all = records(&[]);
    assert!(records(&["--limit", "5"]) == all[..5]);
    assert!(records(&["--limit", "1000"]) == all);
    let half = records(&["--sample", "0.5"]);
    assert!(records(&["--sample", "0.5", "--limit", "20"]) == half[..20]);
    let second = records(&["--shard", "2/3"]);
    assert!(records(&["--shard", "2/3", "--limit", "3"]) == second[..3]);
}

#[test]
fn no_document_within_the_limit_means_no_part() {
    let (place, ended) = export("model/campus.json", &["--limit", "0"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let files = tree(&place.path().join("out/django"));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["manifest.json", "mapping.json", "upload.sh"]);
}

fn manifest(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn packed_parts_hold_the_bytes_of_plain_ones_and_no_name_or_time() {
    for (level, cut) in [("--gzip", "20000"), ("--gzip=9", "10MiB"), ("--gzip=0", "10MiB")] {
        let (plain, _) = export("model/campus.json", &["--part-size", cut]);
        let (packed, ended) = export("model/campus.json", &["--part-size", cut, level]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let (plain, packed) = (plain.path().join("out/django"), packed.path().join("out/django"));
        let (a, b) = (manifest(&plain), manifest(&packed));
        assert_eq!((&a["documents"], &a["raw_bytes"]), (&b["documents"], &b["raw_bytes"]));
        let parts = b["parts"].as_array().unwrap();
        assert_eq!(parts.len(), a["parts"].as_array().unwrap().len());
        let mut sum = 0;
        for (a, b) in a["parts"].as_array().unwrap().iter().zip(parts) {
            let name = b["file"].as_str().unwrap();
            assert_eq!(name, format!("{}.gz", a["file"].as_str().unwrap()));
            let bytes = fs::read(packed.join(name)).unwrap();
            assert_eq!(b["bytes"], bytes.len());
            sum += bytes.len();
            assert_eq!(bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "no flags, no time");
            let mut member = flate2::bufread::GzDecoder::new(&bytes[..]);
            let mut unpacked = Vec::new();
            member.read_to_end(&mut unpacked).unwrap();
            assert!(member.into_inner().is_empty(), "one member a file");
            assert!(unpacked == fs::read(plain.join(a["file"].as_str().unwrap())).unwrap());
            assert_eq!((&b["raw_bytes"], &b["documents"]), (&a["raw_bytes"], &a["documents"]));
        }
        assert_eq!(b["bytes"], sum);
    }
}

#[test]
fn parts_are_cut_between_records_and_are_together_the_whole() {
    let (whole, _) = export("model/campus.json", &[]);
    let whole = fs::read(whole.path().join("out/django/part-00001.ndjson")).unwrap();
    for size in [1, 300, 1000, 20_000] {
        let (place, ended) = export("model/campus.json", &["--part-size", &size.to_string()]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let files = tree(&place.path().join("out/django"));
        let parts: Vec<&Vec<u8>> =
            files.iter().filter(|(name, _)| name.starts_with("part-")).map(|(_, b)| b).collect();
        assert!(parts.len() > 1);
        for part in &parts {
            let lines = part.iter().filter(|&&byte| byte == b'\n').count();
            assert!(lines % 2 == 0 && part.starts_with(b"{\"create\":") && part.ends_with(b"}\n"));
            assert!(part.len() <= size || lines == 2, "{} bytes in a part of {size}", part.len());
        }
        assert!(parts.into_iter().flatten().copied().collect::<Vec<u8>>() == whole);
    }
}
