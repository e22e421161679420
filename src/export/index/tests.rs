//! Exports of made-up records, by many threads, into folders of their own.

use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use flate2::bufread::GzDecoder;
use tempfile::TempDir;

use super::*;
use crate::error::{DataError, Verdict};
use crate::export::manifest::{REJECTED_FILE, REJECTED_RECORDS_FILE};
use crate::export::{DifferenceKind, OnError, Op, Reject, part};
use crate::target::Engine;

mod check;

type Files = BTreeMap<String, Vec<u8>>;

fn config(threads: usize, part_bytes_max: u64, compression: Compression) -> ExportConfig {
    ExportConfig {
        indices: Vec::new(),
        target: None,
        op: Op::Create,
        part_bytes_max,
        compression,
        threads: NonZeroUsize::new(threads).unwrap(),
        on_error: OnError::Reject,
        limit: None,
        sample: None,
        shard: None,
        durability: Durability::Cached,
        cancel: None,
        progress: None,
    }
}

fn head(name: &str) -> IndexHead {
    IndexHead {
        name: name.to_string(),
        type_name: None,
        target: Target { engine: Engine::Elasticsearch, major: 9, minor: 2, serverless: false },
        target_name: "es9".to_string(),
        action: Action::Create,
        model_sha256: "00ff".to_string(),
        mapping: b"{\"mappings\":{}}\n".to_vec(),
    }
}

fn record(id: usize, length: usize) -> Vec<u8> {
    let source = "x".repeat(length);
    format!("{{\"create\":{{\"_index\":\"i\",\"_id\":\"{id}\"}}}}\n{{\"a\":\"{source}\"}}\n")
        .into_bytes()
}

fn records(count: usize, random: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    (0..count).map(|id| record(id, random.usize(0..200) * random.usize(0..4))).collect()
}

fn block(records: &[Vec<u8>]) -> Block {
    let mut block = Block::default();
    for record in records {
        block.bytes.extend_from_slice(record);
        block.ends.push(block.bytes.len());
    }
    block
}

fn reject(id: usize) -> Reject {
    let error = data_error(id);
    Reject { error, also: Vec::new(), record: (!id.is_multiple_of(3)).then(|| record(id, 1)) }
}

fn data_error(id: usize) -> DataError {
    DataError {
        id: Some(id.to_string()),
        table: "t".to_string(),
        key: id.to_string(),
        column: Some("c".to_string()),
        field: None,
        value: "300".to_string(),
        rule: if id.is_multiple_of(2) { "even" } else { "odd" }.to_string(),
        verdict: Verdict::Refused,
        way_out: "mend it".to_string(),
    }
}

/// What the threads do with each chunk.
type Chunk = Vec<Block>;

/// Cuts records into chunks of blocks at random places.
fn chunks(records: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut rest = records;
    while !rest.is_empty() {
        let mut chunk = Vec::new();
        for _ in 0..random.usize(0..5) {
            let (now, later) = rest.split_at(random.usize(0..=rest.len().min(40)));
            chunk.push(block(now));
            rest = later;
        }
        chunks.push(chunk);
    }
    chunks
}

/// Pushes all chunks by `threads` threads that are delayed at random; chunks in `failing` end with a data error.
fn push_all(writer: &IndexWriter<'_>, chunks: Vec<Chunk>, threads: usize, failing: &[u64]) {
    let next = AtomicU64::new(0);
    let chunks: Vec<Mutex<Option<Chunk>>> =
        chunks.into_iter().map(|c| Mutex::new(Some(c))).collect();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (next, chunks) = (&next, &chunks);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(thread as u64);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(chunk) = chunks.get(usize::try_from(number).unwrap()) else { break };
                    let chunk = lock(chunk).take().unwrap();
                    if push_chunk(writer, number, chunk, failing.contains(&number), &mut random)
                        .is_err()
                    {
                        break;
                    }
                }
                writer.help();
            });
        }
    });
}

fn push_chunk(
    writer: &IndexWriter<'_>,
    number: u64,
    chunk: Chunk,
    fails: bool,
    random: &mut fastrand::Rng,
) -> std::result::Result<(), Stopped> {
    for made in chunk {
        if random.u8(0..8) == 0 {
            std::thread::sleep(Duration::from_micros(random.u64(0..300)));
        }
        let mut block = writer.take_block();
        assert!(block.bytes.is_empty() && block.ends.is_empty() && block.rejects.is_empty());
        block.bytes.extend_from_slice(&made.bytes);
        block.ends.extend_from_slice(&made.ends);
        block.rejects = made.rejects;
        writer.push(number, block)?;
    }
    if fails {
        writer.fail(number, Error::from_data(data_error(usize::try_from(number).unwrap())));
        return Err(Stopped);
    }
    writer.finish_chunk(number)
}

fn export(output: &Output, config: &ExportConfig, chunks: Vec<Chunk>) -> Result<Report> {
    let export = Export::begin(output, vec![head("i")], config)?;
    let writer = export.index(0);
    push_all(&writer, chunks, config.threads.get(), &[]);
    let report = writer.finish()?;
    export.publish(vec![report])
}

fn files(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

fn names(files: &Files) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

fn with_rejects(mut chunks: Vec<Chunk>) -> Vec<Chunk> {
    let mut id = 0;
    for block in chunks.iter_mut().flatten() {
        block.rejects = (id..id + 2).map(reject).collect();
        id += 2;
    }
    chunks
}

/// An export of 60 records of 100 bytes and more in a folder of its own.
fn small_export(
    compression: Compression,
    rejects: bool,
) -> (TempDir, Output, ExportConfig, Vec<Vec<u8>>) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let records: Vec<Vec<u8>> = (0..60).map(|id| record(id, 60)).collect();
    let config = config(2, 1500, compression);
    export(&Output::Folder(out.clone()), &config, small_chunks(&records, rejects)).unwrap();
    (folder, Output::Check(out), config, records)
}

fn small_chunks(records: &[Vec<u8>], rejects: bool) -> Vec<Chunk> {
    let chunks = records.chunks(7).map(|records| vec![block(records)]).collect();
    if rejects { with_rejects(chunks) } else { chunks }
}

#[test]
fn parts_are_equal_for_any_threads_and_chunks_and_hold_every_record() {
    let kinds =
        [Compression::Plain, Compression::Gzip(0), Compression::Gzip(1), Compression::Gzip(6)];
    for (compression, part_bytes_max) in kinds.into_iter().flat_map(|c| [(c, 300), (c, 200_000)]) {
        let mut random = fastrand::Rng::with_seed(part_bytes_max);
        let records = records(800, &mut random);
        let mut expected: Option<Files> = None;
        for threads in [1, 2, 7] {
            let folder = TempDir::new().unwrap();
            let output = Output::Folder(folder.path().to_path_buf());
            let config = config(threads, part_bytes_max, compression);
            export(&output, &config, chunks(&records, &mut random)).unwrap();
            let found = files(&folder.path().join("i"));
            let expected = expected.get_or_insert_with(|| found.clone());
            assert!(found == *expected, "{threads} threads, {compression:?}, {part_bytes_max}");
        }
        check_parts(&expected.unwrap(), &records, part_bytes_max);
    }
}

fn check_parts(files: &Files, records: &[Vec<u8>], part_bytes_max: u64) {
    let manifest: Manifest = serde_json::from_slice(&files[MANIFEST_FILE]).unwrap();
    assert_eq!(manifest.documents, records.len() as u64);
    assert_eq!(files.keys().filter(|name| part::is_file_name(name)).count(), manifest.parts.len());
    let mut whole = Vec::new();
    for part in &manifest.parts {
        let raw = unpack(&part.file, &files[&part.file]);
        assert_eq!(part.sha256, sha256(&files[&part.file]));
        assert_eq!(part.bytes, files[&part.file].len() as u64);
        assert_eq!(part.raw_bytes, raw.len() as u64);
        assert_eq!(part.documents * 2, raw.iter().filter(|b| **b == b'\n').count() as u64);
        assert!(part.raw_bytes <= part_bytes_max || part.documents == 1);
        whole.extend(raw);
    }
    assert!(whole == records.concat());
}

/// Checks that a gzip file is one member without name and time, and unpacks it.
fn unpack(name: &str, bytes: &[u8]) -> Vec<u8> {
    if !name.ends_with(".gz") {
        return bytes.to_vec();
    }
    assert_eq!(bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "magic, deflate, no flags, no time");
    assert_eq!(bytes[9], 255, "no system");
    let mut decoder = GzDecoder::new(bytes);
    let mut raw = Vec::new();
    decoder.read_to_end(&mut raw).unwrap();
    assert!(decoder.into_inner().is_empty(), "one member");
    raw
}

#[test]
fn a_writer_gets_all_records_in_document_order() {
    let mut random = fastrand::Rng::with_seed(1);
    for threads in [1, 2, 8] {
        let records = records(3000, &mut random);
        let mut written = Vec::new();
        let config = config(threads, 1000, Compression::Plain);
        let export = Export::to_writer(&mut written, head("i"), &config);
        let writer = export.index(0);
        push_all(&writer, chunks(&records, &mut random), threads, &[]);
        let report = writer.finish().unwrap();
        assert_eq!((report.documents, report.parts, report.folder), (3000, 0, None));
        drop(export);
        assert!(written == records.concat());
    }
}

#[test]
fn the_first_error_in_document_order_wins_and_what_is_before_it_is_written() {
    for seed in 0..30 {
        let mut random = fastrand::Rng::with_seed(seed);
        let records = records(600, &mut random);
        let chunks = chunks(&records, &mut random);
        let last = chunks.len() as u64 - 1;
        let failing = [random.u64(0..=last), random.u64(0..=last), random.u64(0..=last)];
        let first = *failing.iter().min().unwrap();
        let before: Vec<u8> = chunks[..=usize::try_from(first).unwrap()]
            .iter()
            .flatten()
            .flat_map(|block| block.bytes.clone())
            .collect();
        let mut written = Vec::new();
        let config = config(4, 1000, Compression::Plain);
        let export = Export::to_writer(&mut written, head("i"), &config);
        let writer = export.index(0);
        push_all(&writer, chunks, 4, &failing);
        let error = writer.finish().unwrap_err();
        drop(export);
        assert_eq!(error.data().unwrap().key, first.to_string(), "seed {seed}");
        assert!(written == before, "seed {seed}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_an_environment_error() {
    let mut full = File::options().write(true).open("/dev/full").unwrap();
    let config = config(3, 1000, Compression::Plain);
    let export = Export::to_writer(&mut full, head("i"), &config);
    let writer = export.index(0);
    let records: Vec<_> = (0..500).map(|id| record(id, 10)).collect();
    push_all(&writer, chunks(&records, &mut fastrand::Rng::with_seed(3)), 3, &[]);
    let error = writer.finish().unwrap_err();
    assert_eq!(error.category(), Category::Environment);
    let cause = std::error::Error::source(&error).unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn a_part_that_cannot_be_written_leaves_the_older_export_and_nothing_else() {
    let (folder, _, config, records) = small_export(Compression::Plain, false);
    let out = folder.path().join("out");
    let before = files(&out.join("i"));
    let export = Export::begin(&Output::Folder(out.clone()), vec![head("i")], &config).unwrap();
    let Place::Folder(staging) = &export.place else { unreachable!() };
    fs::create_dir(staging.folder("i").join("part-00003.ndjson")).unwrap();
    let writer = export.index(0);
    push_all(&writer, small_chunks(&records, false), 2, &[]);
    let error = writer.finish().unwrap_err();
    drop(export);
    assert_eq!(error.category(), Category::Environment);
    let text = format!(
        "cannot write `part-00003.ndjson` for `{}`; free space there, or name another folder with `-o`",
        out.join("i").display()
    );
    assert_eq!(error.to_string(), text);
    assert!(files(&out.join("i")) == before);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "nothing is left beside");
}

#[test]
fn a_cancelled_run_ends_as_interrupted_and_publishes_nothing() {
    let folder = TempDir::new().unwrap();
    let mut config = config(2, 500, Compression::Plain);
    let flag = Arc::new(AtomicBool::new(false));
    config.cancel = Some(Arc::clone(&flag));
    let output = Output::Folder(folder.path().join("out"));
    let export = Export::begin(&output, vec![head("i")], &config).unwrap();
    let writer = export.index(0);
    assert_eq!(writer.push(0, block(&[record(1, 10)])), Ok(()));
    assert!(!writer.is_stopped(0));
    flag.store(true, Ordering::Relaxed);
    assert_eq!(writer.push(0, block(&[record(2, 10)])), Err(Stopped));
    assert_eq!(writer.finish_chunk(0), Err(Stopped));
    assert_eq!(writer.finish().unwrap_err().category(), Category::Interrupted);
    drop(export);
    assert!(!folder.path().join("out").exists(), "the run made the folder, so it takes it away");
}

#[test]
fn an_index_without_documents_has_no_part() {
    let folder = TempDir::new().unwrap();
    let output = Output::Folder(folder.path().to_path_buf());
    let config = config(2, 500, Compression::Gzip(6));
    let report = export(&output, &config, vec![Vec::new(), vec![Block::default()]]).unwrap();
    assert_eq!((report.indices[0].documents, report.indices[0].parts), (0, 0));
    let files = files(&folder.path().join("i"));
    assert_eq!(names(&files), ["manifest.json", "mapping.json", "upload.sh"]);
    assert_eq!(
        export(&Output::Check(folder.path().to_path_buf()), &config, Vec::new()).unwrap().indices
            [0]
        .differences,
        []
    );
}

#[test]
fn the_manifest_is_written_as_documented() {
    let (folder, _, _, _) = small_export(Compression::Plain, false);
    let records = [record(1, 3), record(2, 3)];
    let mut typed = head("campus");
    typed.type_name = Some("student".to_string());
    typed.action = Action::Delta;
    let output = Output::Folder(folder.path().to_path_buf());
    let config = config(1, 50, Compression::Plain);
    let export = Export::begin(&output, vec![typed], &config).unwrap();
    let writer = export.index(0);
    let mut block = block(&records);
    block.rejects.push(reject(1));
    assert_eq!((writer.push(0, block), writer.finish_chunk(0)), (Ok(()), Ok(())));
    let report = writer.finish().unwrap();
    export.publish(vec![report]).unwrap();
    let place = folder.path().join("campus");
    let text = fs::read_to_string(place.join(MANIFEST_FILE)).unwrap();
    let expected = format!(
        r#"{{
  "format": 1,
  "litebulk": "{}",
  "index": "campus",
  "type": "student",
  "target": "es9",
  "op": "delta",
  "documents": 2,
  "bytes": 96,
  "raw_bytes": 96,
  "rejected": 1,
  "model_sha256": "00ff",
  "mapping": {{
    "file": "mapping.json",
    "sha256": "{}"
  }},
  "parts": [
    {{
      "file": "part-00001.ndjson",
      "documents": 1,
      "bytes": 48,
      "raw_bytes": 48,
      "sha256": "{}"
    }},
    {{
      "file": "part-00002.ndjson",
      "documents": 1,
      "bytes": 48,
      "raw_bytes": 48,
      "sha256": "{}"
    }}
  ]
}}
"#,
        env!("CARGO_PKG_VERSION"),
        sha256(b"{\"mappings\":{}}\n"),
        sha256(&records[0]),
        sha256(&records[1]),
    );
    assert_eq!(text, expected);
    let manifest = Manifest::read(&place).unwrap();
    assert_eq!(manifest.to_bytes(), text.into_bytes());
    manifest.verify_files(&place).unwrap();
}

#[test]
fn rejects_are_streamed_in_document_order_and_counted_by_reason() {
    let folder = TempDir::new().unwrap();
    let output = Output::Folder(folder.path().to_path_buf());
    let chunks = with_rejects(chunks(
        &(0..200).map(|id| record(id, 9)).collect::<Vec<_>>(),
        &mut fastrand::Rng::with_seed(5),
    ));
    let count = chunks.iter().flatten().count() * 2;
    let report = export(&output, &config(3, 500, Compression::Plain), chunks).unwrap();
    assert_eq!(report.rejected(), count as u64);
    assert_eq!(report.indices[0].examples[0], data_error(0));
    assert_eq!(report.indices[0].examples.len(), count.min(20));
    let files = files(&folder.path().join("i"));
    let records: Vec<u8> = (0..count).filter_map(|id| reject(id).record).flatten().collect();
    assert!(files[REJECTED_RECORDS_FILE] == records);
    let text = String::from_utf8(files[REJECTED_FILE].clone()).unwrap();
    let start = format!(
        r#"{{
  "rejected": {count},
  "reasons": [
    {{
      "rule": "even",
      "verdict": "refused",
      "count": {half}
    }},
    {{
      "rule": "odd",
      "verdict": "refused",
      "count": {half}
    }}
  ],
  "documents": [
    {{"id":"0","table":"t","key":"0","column":"c","field":null,"value":"300","rule":"even","verdict":"refused"}},
    {{"id":"1","#,
        half = count / 2
    );
    assert!(text.starts_with(&start), "{text}");
    assert!(text.ends_with("}\n  ]\n}\n"));
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<String> = parsed["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["id"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(ids, (0..count).map(|id| id.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_new_export_replaces_the_older_one_whole_and_several_appear_together() {
    let folder = TempDir::new().unwrap();
    let output = Output::Folder(folder.path().to_path_buf());
    let mut config = config(2, 100, Compression::Plain);
    config.durability = Durability::Synced;
    for count in [20_usize, 5] {
        let heads = vec![head("lock"), head("indices")];
        let export = Export::begin(&output, heads, &config).unwrap();
        let mut reports = Vec::new();
        for number in [0, 1] {
            let writer = export.index(number);
            let records: Vec<_> = (0..count).map(|id| record(id, 30)).collect();
            push_all(&writer, vec![vec![block(&records)]], 2, &[]);
            reports.push(writer.finish().unwrap());
            let part = folder.path().join("lock").join(part::file_name(5, Compression::Plain));
            assert_eq!(part.exists(), count == 5, "the older export stands until all are built");
        }
        export.publish(reports).unwrap();
        for name in ["lock", "indices"] {
            assert_eq!(files(&folder.path().join(name)).len(), count + 3);
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
