//! What a cluster holds against an export: count, mapping, and document by document.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::export::manifest::Action;

use super::address::path_segment;
use super::alias::index_name;
use super::body::{Body, PartReader, Verb};
use super::cluster::Cluster;
use super::connection::{Connection, interrupted};
use super::documents::{Found, Reader};
use super::folder::{Export, exports};
use super::index::Index;
use super::mapping::{self, Extra, differences};
use super::report::{Stage, VerifyIndexReport, VerifyReport};
use super::{Depth, VerifyConfig};

/// Documents named of each kind of difference, at most.
const NAMED_MAX: usize = 20;
/// Bytes of records compared at once.
const BODY_BYTES: usize = 4 << 20;
/// Ids asked for at once.
const PAGE: u64 = 1000;

pub(super) fn verify(folders: &[PathBuf], config: &VerifyConfig) -> Result<VerifyReport> {
    let connection = Connection::open(&config.connection)?;
    connection.watched(|| verify_by(&connection, folders, config))
}

fn verify_by(
    connection: &Connection,
    folders: &[PathBuf],
    config: &VerifyConfig,
) -> Result<VerifyReport> {
    let exports = exports(folders, &|| connection.is_cancelled())?;
    let cluster = Cluster::ask(connection)?;
    for export in &exports {
        cluster.check(&export.manifest, connection)?;
    }
    let mut report = VerifyReport::default();
    for export in &exports {
        report.indices.push(verify_index(connection, &cluster, export, config.depth)?);
    }
    Ok(report)
}

fn verify_index(
    connection: &Connection,
    cluster: &Cluster,
    export: &Export,
    depth: Depth,
) -> Result<VerifyIndexReport> {
    let target = cluster.target_or(&export.manifest)?;
    let own = Index { connection, name: &export.manifest.index, target };
    let hashed = index_name(export);
    let aliased = Index { name: &hashed, ..own };
    // Who may see the one need not be allowed to ask for the other.
    let index = if own.describe()?.is_some() {
        own
    } else if aliased.describe()?.is_some() {
        aliased
    } else {
        let (name, url) = (own.name, connection.address(0));
        return Err(Error::environment(format!(
            "the index `{name}` is not in the cluster at {url}; load it first"
        )));
    };
    index.refresh_if_allowed()?;
    let mut report = VerifyIndexReport {
        index: index.name.to_string(),
        documents: expected(export),
        count: index.count()?,
        compared: 0,
        missing: 0,
        surplus: 0,
        different: 0,
        hidden: 0,
        differences: Vec::new(),
    };
    if report.count != report.documents && exact_count(export) {
        report.differences.push(format!(
            "the index `{}` holds {} documents, and the export {}",
            index.name, report.count, report.documents
        ));
    }
    report.differences.extend(mapping_differences(&index, export, extra(export)?)?);
    if depth == Depth::Documents {
        Comparison { index, export, report: &mut report, ids: RandomState::new() }
            .run(&reader(&index, export, 0))?;
    }
    Ok(report)
}

/// Documents that an index of this export alone holds.
fn expected(export: &Export) -> u64 {
    if export.manifest.op == Action::Delete { 0 } else { export.manifest.documents }
}

/// Whether the number of records says how many documents there are.
fn exact_count(export: &Export) -> bool {
    export.manifest.op != Action::Delta
}

/// Reads documents of `index` back.
pub(super) fn reader<'a>(index: &Index<'a>, export: &'a Export, preferred: usize) -> Reader<'a> {
    let target = index.target;
    let type_name = export.manifest.type_name.as_deref();
    let keeps_vectors_apart = target.engine == crate::target::Engine::Elasticsearch
        && (target.major, target.minor) >= (9, 2);
    Reader {
        connection: index.connection,
        index: index.name,
        type_name,
        vectors: if keeps_vectors_apart {
            mapping::vectors(mapping::of_create_body(&export.mapping, type_name))
        } else {
            Vec::new()
        },
        preferred,
        shows_as_sent: mapping::shows_as_sent(&export.mapping, type_name),
    }
}

/// What an index of this export alone may have in its mapping: a pipeline can add fields.
pub(super) fn extra(export: &Export) -> Result<Extra> {
    let Some(part) = export.parts.first() else { return Ok(Extra::Different) };
    let first = PartReader::open(part, 0)?.next(1)?;
    let is_piped = first.is_some_and(|body| body.action(0).is_some_and(|it| it.has_pipeline));
    let type_name = export.manifest.type_name.as_deref();
    let is_plain = !is_piped && mapping::shows_as_sent(&export.mapping, type_name);
    Ok(if is_plain { Extra::Different } else { Extra::Allowed })
}

/// What the cluster's mapping has else than the export's.
pub(super) fn mapping_differences(
    index: &Index<'_>,
    export: &Export,
    extra: Extra,
) -> Result<Vec<String>> {
    let type_name = export.manifest.type_name.as_deref();
    let wanted = mapping::of_create_body(&export.mapping, type_name);
    Ok(differences(wanted, &index.mapping(type_name)?, extra))
}

struct Comparison<'a> {
    index: Index<'a>,
    export: &'a Export,
    report: &'a mut VerifyIndexReport,
    ids: RandomState,
}

impl Comparison<'_> {
    fn run(&mut self, reader: &Reader<'_>) -> Result<()> {
        if let Some(progress) = &reader.connection.config().progress {
            let manifest = &self.export.manifest;
            progress.stage(self.index.name, Stage::Verify, manifest.documents, manifest.raw_bytes);
        }
        let mut named = [0_usize; 2];
        let mut there = 0;
        self.each_body(&mut |comparison, body| {
            let all: Vec<usize> = (0..body.len()).collect();
            for (at, found) in all.iter().zip(reader.look(body, &all)?) {
                there += comparison.judge(body, *at, found, &mut named);
            }
            if let Some(progress) = &reader.connection.config().progress {
                progress.advance(body.len() as u64, body.slice(0..body.len()).len() as u64);
            }
            Ok(())
        })?;
        if exact_count(self.export) {
            self.report.surplus = self.report.count.saturating_sub(there);
        }
        if self.report.surplus > 0 {
            self.name_surplus()?;
        }
        if self.report.hidden > 0 {
            self.index.connection.warn(&format!(
                "{} documents of the index `{}` are there and could not be compared: a pipeline changes what is sent, or the \
                 mapping keeps less than the source",
                self.report.hidden, self.index.name
            ));
        }
        for (kind, count) in [
            ("missing", self.report.missing),
            ("different", self.report.different),
            ("surplus", self.report.surplus),
        ] {
            if count > 0 {
                self.report.differences.push(format!("{count} documents are {kind}"));
            }
        }
        Ok(())
    }

    fn each_body(&mut self, act: &mut dyn FnMut(&mut Self, &Body) -> Result<()>) -> Result<()> {
        let export = self.export;
        for (number, part) in export.parts.iter().enumerate() {
            let mut reader = PartReader::open(part, number)?;
            while let Some(body) = reader.next(BODY_BYTES)? {
                if self.index.connection.is_cancelled() {
                    return Err(interrupted());
                }
                act(self, &body)?;
            }
        }
        Ok(())
    }

    /// Counts one comparison; gives 1 where a document is there.
    fn judge(&mut self, body: &Body, at: usize, found: Found, named: &mut [usize; 2]) -> u64 {
        let Some(action) = body.action(at) else { return 0 };
        let id = &action.id;
        self.report.compared += 1;
        let deletes = action.verb == Verb::Delete;
        let (slot, line) = match found {
            Found::Missing => {
                self.report.missing += 1;
                (0, format!("document `{id}` is missing"))
            }
            Found::Different if deletes => {
                self.report.different += 1;
                (1, format!("document `{id}` is there, and should be deleted"))
            }
            Found::Different => {
                self.report.different += 1;
                (1, format!("document `{id}` is different"))
            }
            Found::Hidden => {
                self.report.compared -= 1;
                self.report.hidden += 1;
                return 1;
            }
            Found::Equal => return u64::from(!deletes),
        };
        named[slot] += 1;
        if named[slot] <= NAMED_MAX {
            self.report.differences.push(line);
        }
        u64::from(found != Found::Missing)
    }

    /// Names documents that the export does not hold: all ids of the index against hashes of all ids of the export.
    fn name_surplus(&mut self) -> Result<()> {
        let mut known = HashSet::new();
        self.each_body(&mut |comparison, body| {
            for at in 0..body.len() {
                if let Some(action) = body.action(at) {
                    known.insert(comparison.ids.hash_one(action.id.as_ref()));
                }
            }
            Ok(())
        })?;
        let mut named = 0;
        let mut scroll = Scroll::open(&self.index)?;
        while let Some(ids) = scroll.next()? {
            if self.index.connection.is_cancelled() {
                return Err(interrupted());
            }
            for id in ids.iter().filter(|id| !known.contains(&self.ids.hash_one(id.as_str()))) {
                named += 1;
                self.report.differences.push(format!("document `{id}` is surplus"));
                if named == NAMED_MAX {
                    return scroll.close();
                }
            }
        }
        scroll.close()
    }
}

/// All ids of an index, page by page.
struct Scroll<'a> {
    index: Index<'a>,
    first: Option<Value>,
    id: String,
}

impl<'a> Scroll<'a> {
    fn open(index: &Index<'a>) -> Result<Scroll<'a>> {
        let body =
            json!({ "size": PAGE, "_source": false, "query": { "match_all": {} } }).to_string();
        let path = format!("/{}/_search?scroll=2m", path_segment(index.name));
        let first = Self::page(index.connection, &path, body.as_bytes())?;
        let id = first["_scroll_id"].as_str().unwrap_or_default().to_string();
        Ok(Scroll { index: *index, first: Some(first), id })
    }

    fn page(connection: &Connection, path: &str, body: &[u8]) -> Result<Value> {
        let response = connection.call("POST", path, Some(body))?;
        response.json().filter(|_| response.status == 200).ok_or_else(|| {
            Error::environment(format!(
                "ids cannot be listed (status {}): {}",
                response.status,
                response.excerpt()
            ))
        })
    }

    fn next(&mut self) -> Result<Option<Vec<String>>> {
        let page = match self.first.take() {
            Some(page) => page,
            // Elasticsearch 1 takes the scroll's id as the body, and no JSON.
            None if self.index.target.engine == crate::target::Engine::Elasticsearch
                && self.index.target.major < 2 =>
            {
                Self::page(self.index.connection, "/_search/scroll?scroll=2m", self.id.as_bytes())?
            }
            None => {
                let body = json!({ "scroll": "2m", "scroll_id": self.id }).to_string();
                Self::page(self.index.connection, "/_search/scroll", body.as_bytes())?
            }
        };
        if let Some(id) = page["_scroll_id"].as_str() {
            self.id = id.to_string();
        }
        let hits = page["hits"]["hits"].as_array().cloned().unwrap_or_default();
        let ids: Vec<String> =
            hits.iter().filter_map(|hit| hit["_id"].as_str()).map(str::to_string).collect();
        Ok((!ids.is_empty()).then_some(ids))
    }

    fn close(self) -> Result<()> {
        let path = format!("/_search/scroll/{}", path_segment(&self.id));
        // It would end by itself after two minutes.
        let _ = self.index.connection.send_once(
            0,
            "DELETE",
            &path,
            super::connection::Content::json(&[]),
        );
        Ok(())
    }
}
