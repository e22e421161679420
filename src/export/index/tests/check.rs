//! `--check`: what it finds, and that it writes nothing.

use super::*;

fn differences(output: &Output, config: &ExportConfig, chunks: Vec<Chunk>) -> Vec<Difference> {
    export(output, config, chunks).unwrap().indices.remove(0).differences
}

#[test]
fn check_finds_nothing_where_nothing_changed_and_writes_nothing() {
    for compression in [Compression::Plain, Compression::Gzip(6)] {
        for rejects in [false, true] {
            let (folder, output, config, records) = small_export(compression, rejects);
            let before = files(&folder.path().join("out/i"));
            let chunks = small_chunks(&records, rejects);
            assert_eq!(differences(&output, &config, chunks), []);
            assert!(files(&folder.path().join("out/i")) == before);
            assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
        }
    }
}

#[test]
fn check_names_the_first_document_that_changed() {
    for (compression, suffix) in
        [(Compression::Plain, "ndjson"), (Compression::Gzip(1), "ndjson.gz")]
    {
        let (_folder, output, config, mut records) = small_export(compression, false);
        let place = records[17].len() - 5;
        records[17][place] = b'y';
        let found = differences(&output, &config, small_chunks(&records, false));
        let per_part = 1500 / records[17].len();
        let expected = Difference {
            file: format!("part-{:05}.{suffix}", 17 / per_part + 1),
            kind: DifferenceKind::Changed,
            line: Some((17 % per_part * 2 + 1) as u64),
            id: Some("17".to_string()),
        };
        assert!(found.contains(&expected), "{found:?}");
        let names: Vec<&str> = found.iter().map(|d| d.file.as_str()).collect();
        assert_eq!(names, ["manifest.json", expected.file.as_str(), "upload.sh"]);
    }
}

#[test]
fn check_finds_damaged_missing_and_surplus_files() {
    for compression in [Compression::Plain, Compression::Gzip(6)] {
        let (folder, output, config, records) = small_export(compression, true);
        let place = folder.path().join("out/i");
        let part = |number| place.join(part::file_name(number, compression));
        let mut damaged = fs::read(part(1)).unwrap();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(part(1), damaged).unwrap();
        fs::remove_file(part(2)).unwrap();
        let cut = fs::read(part(3)).unwrap();
        fs::write(part(3), &cut[..cut.len() - 1]).unwrap();
        fs::write(part(77), "x").unwrap();
        fs::write(place.join("notes.txt"), "the user's own").unwrap();
        let longer = [fs::read(place.join(REJECTED_FILE)).unwrap(), b" ".to_vec()].concat();
        fs::write(place.join(REJECTED_FILE), longer).unwrap();
        fs::remove_file(place.join(REJECTED_RECORDS_FILE)).unwrap();
        let found = differences(&output, &config, small_chunks(&records, true));
        let found: Vec<(&str, DifferenceKind)> =
            found.iter().map(|d| (d.file.as_str(), d.kind)).collect();
        let name = |number| part::file_name(number, compression);
        let expected = [
            (name(1), DifferenceKind::Damaged),
            (name(2), DifferenceKind::Missing),
            (name(3), DifferenceKind::Damaged),
            (name(77), DifferenceKind::Surplus),
            (REJECTED_FILE.to_string(), DifferenceKind::Changed),
            (REJECTED_RECORDS_FILE.to_string(), DifferenceKind::Missing),
        ];
        let expected: Vec<(&str, DifferenceKind)> =
            expected.iter().map(|(file, kind)| (file.as_str(), *kind)).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn check_finds_rejects_that_are_gone_and_others_that_came() {
    let (_folder, output, config, records) = small_export(Compression::Plain, true);
    let found = differences(&output, &config, small_chunks(&records, false));
    let surplus: Vec<&str> = found
        .iter()
        .filter(|d| d.kind == DifferenceKind::Surplus)
        .map(|d| d.file.as_str())
        .collect();
    assert_eq!(surplus, [REJECTED_FILE, REJECTED_RECORDS_FILE]);
    let mut chunks = small_chunks(&records, true);
    chunks[3][0].rejects[0].error.value = "301".to_string();
    let found = differences(&output, &config, chunks);
    assert_eq!(found, [Difference::of(REJECTED_FILE, DifferenceKind::Changed)]);
}

#[test]
fn check_without_an_export_is_an_environment_error() {
    let folder = TempDir::new().unwrap();
    let output = Output::Check(folder.path().to_path_buf());
    let error = export(&output, &config(1, 500, Compression::Plain), Vec::new()).unwrap_err();
    assert_eq!(error.category(), Category::Environment);
    assert!(error.to_string().contains("export without `--check` first"), "{error}");
}
