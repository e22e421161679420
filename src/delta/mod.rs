//! What changed between two exports of one index, as an export of its own: `index` for what is new or changed, `delete` for
//! what is gone. It reads and writes index folders and must not know a cluster or SQLite.
//!
//! Ids are in the order of the key columns, which nobody can tell from the ids (`2` before `10`, or `10` before `2`), so the
//! two streams cannot be merged by id. Instead a table of hashes is made of OLD: 37 bytes a document, sorted, exactly as long
//! as the manifest says. NEW is streamed against it, and a second pass over OLD finds what NEW did not ask for.

mod table;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Category, Error, Result};
use crate::export::index::{Export as Writing, IndexHead, IndexWriter};
use crate::export::manifest::{Action as Op, Manifest, Selection};
use crate::export::{Block, Compression, Durability, ExportConfig, OnError, Output};
use crate::target::Target;
use crate::upload::body::{Action, Body, PartReader};
use crate::upload::folder::{Export, export};

use table::{Entry, Seen, Table};

/// Bytes of records read at once, and of a block that is handed on.
const BLOCK_BYTES: usize = 1 << 20;

/// Everything about a delta that is not the two exports.
#[derive(Clone, Debug)]
pub struct DeltaConfig {
    /// Bytes of a part before compression, at most.
    pub part_bytes_max: u64,
    /// How parts lie on the disk.
    pub compression: Compression,
    /// Whether the files must survive a power cut.
    pub durability: Durability,
    /// Set by the caller to end early.
    pub cancel: Option<Arc<AtomicBool>>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeltaReport {
    /// Name of the index.
    pub index: String,
    /// The folder that holds the delta.
    pub folder: PathBuf,
    /// Documents that only NEW holds.
    pub new: u64,
    /// Documents that both hold, differently.
    pub changed: u64,
    /// Documents that only OLD holds.
    pub gone: u64,
    /// Documents that both hold alike.
    pub unchanged: u64,
    /// Rows that NEW rejected: where OLD holds such a document, it is among those that are gone.
    pub rejected: u64,
    /// Options of `export` by which NEW may have left out rows: those that OLD holds are among those that are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// Writes what leads from the export `old` to the export `new` (index folders both) as `<out>/<index>/`.
///
/// Loaded into an index that holds `old` (`upload --append`), it makes the index hold `new`.
///
/// # Errors
///
/// [`Category::Environment`] for a folder that is no export or a damaged one, or where no delta can lead from one to the other
/// (another mapping, another routing); [`Category::Usage`] for exports of different indices.
pub fn delta(old: &Path, new: &Path, out: &Path, config: &DeltaConfig) -> Result<DeltaReport> {
    let is_cancelled =
        || config.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed));
    let old = export(old, &is_cancelled)?;
    let new = export(new, &is_cancelled)?;
    check_pair(&old, &new)?;
    check_place(&old, &new, &out.join(&new.manifest.index))?;
    let writing = Writing::begin(
        &Output::Folder(out.to_path_buf()),
        vec![head(&new)?],
        &export_config(config),
    )?;
    let writer = writing.index(0);
    let mut report = DeltaReport {
        index: new.manifest.index.clone(),
        folder: out.join(&new.manifest.index),
        new: 0,
        changed: 0,
        gone: 0,
        unchanged: 0,
        rejected: new.manifest.rejected,
        left_out: left_out(&old.manifest, &new.manifest),
    };
    let compared = compare(&old, &new, &writer, &is_cancelled, &mut report);
    if let Err(error) = compared {
        writer.fail(0, error);
    }
    let written = writer.finish()?;
    writing.publish(vec![written])?;
    Ok(report)
}

fn compare(
    old: &Export,
    new: &Export,
    writer: &IndexWriter<'_>,
    is_cancelled: &dyn Fn() -> bool,
    report: &mut DeltaReport,
) -> Result<()> {
    let mut table = Table::with_capacity(old.manifest.documents);
    each_record(old, is_cancelled, |body, at, action| {
        table.push(entry(body, at, action));
        Ok(())
    })?;
    table.sort();
    let mut out = Out { writer, block: writer.take_block() };
    each_record(new, is_cancelled, |body, at, action| {
        match table.see(&entry(body, at, action)) {
            Seen::Equal => report.unchanged += 1,
            Seen::Rerouted => return Err(rerouted(action)),
            Seen::Different => {
                report.changed += 1;
                out.index(body, at)?;
            }
            Seen::Unknown => {
                report.new += 1;
                out.index(body, at)?;
            }
        }
        Ok(())
    })?;
    each_record(old, is_cancelled, |body, at, action| {
        if !table.is_seen(&entry(body, at, action)) {
            report.gone += 1;
            out.delete(&new.manifest.index, new.manifest.type_name.as_deref(), action)?;
        }
        Ok(())
    })?;
    out.finish()
}

/// The options by which `new` may have left out rows that `old` holds.
fn left_out(old: &Manifest, new: &Manifest) -> Option<String> {
    let Selection { limit, sample, shard } = new.selection.clone()?;
    let before = old.selection.as_ref();
    let is_cut = |limit: &u64| new.documents + new.rejected >= *limit;
    // The hash of a key that decides is the same for each export.
    let is_less = |sample: &f64| before.and_then(|old| old.sample).is_none_or(|old| old > *sample);
    let is_other = |shard: &String| before.and_then(|old| old.shard.as_ref()) != Some(shard);
    let options = [
        limit.filter(is_cut).map(|limit| format!("--limit {limit}")),
        sample.filter(is_less).map(|sample| format!("--sample {sample}")),
        shard.filter(is_other).map(|shard| format!("--shard {shard}")),
    ];
    let options: Vec<String> = options.into_iter().flatten().collect();
    (!options.is_empty()).then(|| options.join(" "))
}

fn each_record(
    export: &Export,
    is_cancelled: &dyn Fn() -> bool,
    mut act: impl FnMut(&Body, usize, &Action<'_>) -> Result<()>,
) -> Result<()> {
    for (number, part) in export.parts.iter().enumerate() {
        let mut reader = PartReader::open(part, number)?;
        while let Some(body) = reader.next(BLOCK_BYTES)? {
            if is_cancelled() {
                return Err(Error::new(Category::Interrupted, "interrupted; no delta was written"));
            }
            for at in 0..body.len() {
                let action = body.action(at).ok_or_else(|| {
                    Error::environment(format!(
                        "`{}` holds a line that is no action line; export again",
                        part.path.display()
                    ))
                })?;
                act(&body, at, &action)?;
            }
        }
    }
    Ok(())
}

/// Everything but the name of the action counts as content: OLD and NEW may have been exported for different ones.
fn entry(body: &Body, at: usize, action: &Action<'_>) -> Entry {
    let meta = after_verb(body.action_line(at));
    Entry::new(
        action.id.as_bytes(),
        action.routing.as_deref().map(str::as_bytes),
        meta,
        body.source(at).unwrap_or_default(),
    )
}

/// `{"create":{…}}` from the second brace on.
fn after_verb(line: &[u8]) -> &[u8] {
    memchr::memchr(b':', line).map_or(line, |colon| &line[colon + 1..])
}

/// Records on their way into the delta.
struct Out<'a, 'e> {
    writer: &'a IndexWriter<'e>,
    block: Block,
}

impl Out<'_, '_> {
    fn index(&mut self, body: &Body, at: usize) -> Result<()> {
        let bytes = &mut self.block.bytes;
        bytes.extend_from_slice(b"{\"index\":");
        bytes.extend_from_slice(after_verb(body.action_line(at)));
        bytes.push(b'\n');
        bytes.extend_from_slice(body.source(at).unwrap_or_default());
        bytes.push(b'\n');
        self.end_record()
    }

    fn delete(&mut self, index: &str, type_name: Option<&str>, action: &Action<'_>) -> Result<()> {
        let mut meta = Map::new();
        meta.insert("_index".into(), index.into());
        if let Some(type_name) = type_name {
            meta.insert("_type".into(), type_name.into());
        }
        meta.insert("_id".into(), Value::from(action.id.as_ref()));
        if let Some(routing) = &action.routing {
            meta.insert("routing".into(), Value::from(routing.as_ref()));
        }
        let mut line = Map::new();
        line.insert("delete".into(), meta.into());
        self.block.bytes.extend_from_slice(Value::Object(line).to_string().as_bytes());
        self.block.bytes.push(b'\n');
        self.end_record()
    }

    fn end_record(&mut self) -> Result<()> {
        self.block.ends.push(self.block.bytes.len());
        if self.block.bytes.len() >= BLOCK_BYTES { self.hand_on() } else { Ok(()) }
    }

    fn hand_on(&mut self) -> Result<()> {
        let block = std::mem::replace(&mut self.block, self.writer.take_block());
        // What stopped the writer is told by its own `finish`.
        self.writer.push(0, block).map_err(|_| stopped())
    }

    fn finish(mut self) -> Result<()> {
        self.hand_on()?;
        self.writer.finish_chunk(0).map_err(|_| stopped())
    }
}

fn stopped() -> Error {
    Error::environment("the delta cannot be written")
}

fn rerouted(action: &Action<'_>) -> Error {
    Error::environment(format!(
        "the document `{}` has another routing in the new export, so it moves to another shard, which a delta cannot do safely; \
         load the new export whole, with `upload --alias` or `--recreate`",
        action.id
    ))
}

/// Whether a delta can lead from `old` to `new`.
fn check_pair(old: &Export, new: &Export) -> Result<()> {
    let (from, to) = (&old.manifest, &new.manifest);
    if from.index != to.index {
        return Err(Error::usage(format!(
            "the old export holds the index `{}` and the new one `{}`; give two exports of one index",
            from.index, to.index
        )));
    }
    for manifest in [from, to] {
        if !matches!(manifest.op, Op::Create | Op::Index) {
            return Err(Error::environment(format!(
                "an export for `{}` does not say what an index holds; export it with `--op create` or `--op index`",
                serde_json::to_value(manifest.op)
                    .ok()
                    .and_then(|op| op.as_str().map(str::to_string))
                    .unwrap_or_default()
            )));
        }
    }
    if old.mapping.get("mappings") != new.mapping.get("mappings") || from.type_name != to.type_name
    {
        return Err(Error::environment(format!(
            "the mapping of `{}` changed, and a delta cannot change a mapping; load the new export whole, with `upload --alias` \
             or `--recreate`",
            to.index
        )));
    }
    Ok(())
}

/// A delta in the place of one of its exports would replace that export.
fn check_place(old: &Export, new: &Export, place: &Path) -> Result<()> {
    let found = std::fs::canonicalize(place).ok();
    for export in [old, new] {
        if found.is_some() && found == std::fs::canonicalize(&export.folder).ok() {
            return Err(Error::environment(format!(
                "the delta would replace `{}`, one of the exports that it is made of; name another folder with `-o`",
                export.folder.display()
            )));
        }
    }
    Ok(())
}

fn head(new: &Export) -> Result<IndexHead> {
    let manifest = &new.manifest;
    let path = new.folder.join(&manifest.mapping.file);
    let mapping = std::fs::read(&path).map_err(|error| {
        Error::environment(format!("`{}` cannot be read; export again", path.display()))
            .with_source(error)
    })?;
    let target = Target::parse(&manifest.target).map_err(|reason| {
        Error::environment(format!(
            "the manifest of `{}` names an unknown target: {reason}",
            manifest.index
        ))
    })?;
    Ok(IndexHead {
        name: manifest.index.clone(),
        type_name: manifest.type_name.clone(),
        target,
        target_name: manifest.target.clone(),
        action: Op::Delta,
        model_sha256: manifest.model_sha256.clone(),
        mapping,
    })
}

fn export_config(config: &DeltaConfig) -> ExportConfig {
    ExportConfig {
        indices: Vec::new(),
        target: None,
        op: crate::export::Op::Index,
        part_bytes_max: config.part_bytes_max,
        compression: config.compression,
        threads: NonZeroUsize::MIN,
        on_error: OnError::Stop,
        limit: None,
        sample: None,
        shard: None,
        durability: config.durability,
        cancel: config.cancel.clone(),
        progress: None,
    }
}

#[cfg(test)]
mod tests;
