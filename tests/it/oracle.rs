//! Exports of random databases by random models, against a naive program that asks SQLite row by row. Owns the comparison;
//! must not know how an export is made.
//!
//! `LITEBULK_SEED=n` runs one case, `LITEBULK_ROUNDS=n` runs so many.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod database;
mod found;
mod model;
mod naive;

use std::num::NonZeroUsize;
use std::path::Path;

use fastrand::Rng;
use litebulk::{
    CheckConfig, Compression, Durability, ExportConfig, Model, OnError, Op, Output, check, export,
    export_to,
};
use rusqlite::Connection;
use serde_json::Value as Json;

use self::database::World;
use self::model::{Shape, Source, query_of};
use self::naive::{Naive, Outcome};

/// Cases of each run of the tests.
const ROUNDS: u64 = 40;
/// Cases of longer runs that differed once.
const FOUND: [u64; 4] = [52, 125, 129, 314];
const THREADS: [usize; 3] = [1, 2, 5];
/// Indices over each database.
const SHAPES: usize = 6;

#[test]
fn an_export_gives_what_asking_row_by_row_gives() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (seeds, found) = match number("LITEBULK_SEED") {
        Some(seed) => (seed..seed + number("LITEBULK_ROUNDS").unwrap_or(1), &[][..]),
        None => (0..number("LITEBULK_ROUNDS").unwrap_or(ROUNDS), &FOUND[..]),
    };
    let failed: Vec<String> = seeds
        .chain(found.iter().copied())
        .filter_map(|seed| case(seed).err().map(|e| format!("LITEBULK_SEED={seed}: {e}")))
        .collect();
    assert!(
        failed.is_empty(),
        "{} cases differ\n{}",
        failed.len(),
        failed.iter().take(8).cloned().collect::<Vec<_>>().join("\n\n")
    );
}

fn case(seed: u64) -> Result<(), String> {
    let mut rng = Rng::with_seed(seed);
    let world = World::new(&mut rng);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.db");
    let connection = Connection::open(&path).unwrap();
    world.build(&mut rng, &connection).map_err(|e| format!("the generator: {e}"))?;
    for _ in 0..SHAPES {
        let shape = Shape::new(&mut rng, &world);
        let model = shape.model(&world).to_string();
        if shape.source == Source::View {
            let table = &world.tables[shape.table];
            connection
                .execute_batch(&format!(
                    "DROP VIEW IF EXISTS the_view; CREATE VIEW the_view AS {}",
                    query_of(table)
                ))
                .unwrap();
        }
        let naive = Naive { connection: &connection, world: &world, shape: &shape };
        let wanted = naive.outcomes().map_err(|e| format!("the oracle: {e}"))?;
        compare(&path, &model, &wanted)
            .map_err(|e| format!("{e}\nmodel {model}\nschema\n{}", schema(&connection)))?;
    }
    Ok(())
}

fn schema(connection: &Connection) -> String {
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").unwrap();
    let lines: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    lines.join(";\n")
}

fn config(threads: usize, on_error: OnError) -> ExportConfig {
    ExportConfig {
        indices: Vec::new(),
        target: None,
        op: Op::Create,
        part_bytes_max: 1 << 30,
        compression: Compression::Plain,
        threads: NonZeroUsize::new(threads).unwrap(),
        on_error,
        limit: None,
        sample: None,
        shard: None,
        durability: Durability::Cached,
        cancel: None,
        progress: None,
    }
}

/// All that an export tells: the bytes, or the first error.
fn stream(path: &Path, model: &Model, threads: usize) -> Result<Vec<u8>, litebulk::Error> {
    let mut bytes = Vec::new();
    export_to(path, model, &config(threads, OnError::Stop), &mut bytes).map(|_| bytes)
}

fn compare(path: &Path, model: &str, wanted: &[Outcome]) -> Result<(), String> {
    let model = Model::from_json(model, "made.json", None).map_err(|e| e.to_string())?;
    let first_bad = wanted.iter().find(|o| !matches!(o, Outcome::Document { .. }));
    let mut before: Option<Result<Vec<u8>, String>> = None;
    for threads in THREADS {
        let got = stream(path, &model, threads);
        match (&got, first_bad) {
            (Ok(bytes), None) => same_documents(bytes, wanted)?,
            (Err(error), None) => return Err(format!("threads {threads}: {error}")),
            (_, Some(Outcome::Open { .. })) => {}
            (Ok(_), Some(bad)) => return Err(format!("threads {threads}: no error, but {bad:?}")),
            (Err(error), Some(bad)) => {
                same_error(error, bad).map_err(|e| format!("threads {threads}: {e}"))?
            }
        }
        let got = got.map_err(|e| e.to_string());
        if before.as_ref().is_some_and(|b| *b != got) {
            return Err(format!("threads {threads} give something else than fewer"));
        }
        before = Some(got);
    }
    checked(path, &model, wanted)?;
    if first_bad.is_some() { rejects(path, &model, wanted) } else { Ok(()) }
}

/// A check, which joins every related row, finds as many bad documents.
fn checked(path: &Path, model: &Model, wanted: &[Outcome]) -> Result<(), String> {
    let config = CheckConfig {
        indices: Vec::new(),
        target: None,
        op: Op::Create,
        values: true,
        threads: NonZeroUsize::new(2).unwrap(),
        cancel: None,
        progress: None,
    };
    let report = check(path, model, &config).map_err(|e| format!("check: {e}"))?;
    let (seen, rejected) = (report.indices[0].documents, report.indices[0].rejected);
    let bad = wanted.iter().filter(|o| matches!(o, Outcome::Bad { .. })).count() as u64;
    let open = wanted.iter().filter(|o| matches!(o, Outcome::Open { .. })).count() as u64;
    if seen != wanted.len() as u64 || !(bad..=bad + open).contains(&rejected) {
        return Err(format!("check: {rejected} of {seen} are bad, not {bad} of {}", wanted.len()));
    }
    Ok(())
}

fn same_error(error: &litebulk::Error, bad: &Outcome) -> Result<(), String> {
    let data = error.data().ok_or_else(|| format!("no data error: {error}"))?;
    let Outcome::Bad { id, table, key } = bad else { return Ok(()) };
    if data.id.as_deref().unwrap_or("") != id
        || (!table.is_empty() && (data.table != *table || data.key != *key))
    {
        return Err(format!("wanted {bad:?}, got {error} (id {:?})", data.id));
    }
    Ok(())
}

fn documents(bytes: &[u8]) -> Result<Vec<(String, Json)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let lines: Vec<&str> = text.lines().collect();
    let mut documents = Vec::new();
    for pair in lines.chunks(2) {
        let action: Json = serde_json::from_str(pair[0]).map_err(|e| e.to_string())?;
        let source: Json = serde_json::from_str(pair[1]).map_err(|e| e.to_string())?;
        let id = action["create"]["_id"].as_str().ok_or("no `_id`")?.to_string();
        documents.push((id, source));
    }
    Ok(documents)
}

fn text(json: &Json) -> String {
    json.to_string()
}

fn same_documents(bytes: &[u8], wanted: &[Outcome]) -> Result<(), String> {
    let got = documents(bytes)?;
    let mut got = got.into_iter();
    for outcome in wanted {
        match outcome {
            Outcome::Document { id, source } => match got.next() {
                // Keys are compared in order too.
                Some((found, json)) if found == *id && text(&json) == text(source) => {}
                Some((found, json)) => {
                    return Err(format!("wanted {id:?} {source}\n   got {found:?} {json}"));
                }
                None => return Err(format!("document {id:?} is missing")),
            },
            Outcome::Bad { .. } => {}
            Outcome::Open { id } => {
                if got.as_slice().first().is_some_and(|(found, _)| found == id) {
                    got.next();
                }
            }
        }
    }
    match got.next() {
        None => Ok(()),
        Some((id, json)) => Err(format!("document {id:?} is too much: {json}")),
    }
}

/// In reject mode: all good documents are written, all others are named, for any number of threads.
fn rejects(path: &Path, model: &Model, wanted: &[Outcome]) -> Result<(), String> {
    let mut before: Option<Vec<Vec<u8>>> = None;
    for threads in THREADS {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        export(path, model, &config(threads, OnError::Reject), &Output::Folder(out.clone()))
            .map_err(|e| format!("reject, threads {threads}: {e}"))?;
        let read = |name: &str| std::fs::read(out.join("made").join(name)).unwrap_or_default();
        let files = ["part-00001.ndjson", "rejected.json", "rejected.ndjson", "manifest.json"]
            .map(read)
            .to_vec();
        same_documents(&files[0], wanted).map_err(|e| format!("reject, threads {threads}: {e}"))?;
        let named: Json = serde_json::from_slice(&files[1]).unwrap_or_default();
        let named: Vec<&str> = named["documents"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|d| d["id"].as_str().unwrap_or(""))
            .collect();
        let mut rest = named.iter();
        for outcome in wanted {
            if let Outcome::Bad { id, .. } = outcome
                && !rest.any(|n| n == id)
            {
                return Err(format!("{outcome:?} is not among the rejected {named:?}"));
            }
        }
        let open = wanted.iter().filter(|o| matches!(o, Outcome::Open { .. })).count();
        let bad = wanted.iter().filter(|o| matches!(o, Outcome::Bad { .. })).count();
        if named.len() < bad || named.len() > bad + open {
            return Err(format!("{} are rejected, {bad} are bad", named.len()));
        }
        if before.as_ref().is_some_and(|b| *b != files) {
            return Err(format!("reject: threads {threads} give something else than fewer"));
        }
        before = Some(files);
    }
    Ok(())
}
