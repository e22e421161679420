//! A whole export: snapshot, plan, threads, files. The one place where all rooms meet.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Mutex;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::check::{CheckConfig, CheckReport, Tally};
use super::document::{Documents, Outcome};
use super::identity::{IdHash, Ids};
use super::index::{Export, IndexHead, IndexWriter};
use super::kept::{KeptTable, Loaded};
use super::manifest::Action;
use super::range::Ranges;
use super::report::{IndexReport, Report};
use super::worker::{Shared, begins_anew, documents_at_least, work};
use super::{ExportConfig, OnError, Output};
use crate::error::{Category, Error, Result};
use crate::model::Model;
use crate::plan::{Choice, IndexPlan, Plan, Split, plan};
use crate::source::{Access, Catalog, Database, Encoding, Snapshot, environment};

/// Bytes of a database file below which further readers would cost more than they bring.
const PARALLEL_BYTES_MIN: u64 = 1 << 20;

/// Exports every index of the model into a folder each, or compares.
///
/// # Errors
/// [`crate::Category::Data`] for faults of the model and, with [`OnError::Stop`], for the first value in document order that
/// the target would not take unchanged; [`crate::Category::Usage`] for an index that the model does not have;
/// [`crate::Category::Environment`] for SQLite, files and disks; [`crate::Category::Interrupted`] where `config.cancel` was set.
pub fn export<'d>(
    database: impl Into<Database<'d>>,
    model: &Model,
    config: &ExportConfig,
    output: &Output,
) -> Result<Report> {
    let report = with_readers(&database.into(), config, |readers| {
        Run { readers, model, config, keeps: true, streams: false, notices: Vec::new() }
            .into_files(output)
    });
    or_faults(model, report)
}

/// Exports one index into `writer`, action line and source line in turn, without any file.
///
/// # Errors
/// As [`export`]; [`crate::Category::Usage`] where the model has several indices and `config.indices` names none of them.
pub fn export_to<'d>(
    database: impl Into<Database<'d>>,
    model: &Model,
    config: &ExportConfig,
    writer: &mut (dyn Write + Send),
) -> Result<Report> {
    let report = check_one(model, config).and_then(|()| {
        with_readers(&database.into(), config, |readers| {
            Run { readers, model, config, keeps: true, streams: true, notices: Vec::new() }
                .into_writer(writer)
        })
    });
    or_faults(model, report)
}

/// A model with faults has none but these to tell, whatever else is wrong: the plan tells those of database and target too.
fn or_faults<T>(model: &Model, result: Result<T>) -> Result<T> {
    match result {
        Err(error)
            if error.faults().is_empty()
                && !model.faults.is_empty()
                && error.category() != Category::Interrupted =>
        {
            Err(Error::model(&model.name, model.faults.clone()))
        }
        result => result,
    }
}

/// Whether the configuration chooses one index. A name that the model does not have is told by the plan.
fn check_one(model: &Model, config: &ExportConfig) -> Result<()> {
    let is_chosen = |name| config.indices.is_empty() || config.indices.contains(name);
    let names = model.indices.iter().map(|index| &index.name).filter(|name| is_chosen(name));
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.len() <= 1 {
        return Ok(());
    }
    Err(Error::usage(format!(
        "one index can be written to a stream, not {}; name one of them with `--index`: {}",
        names.len(),
        names.join(", ")
    )))
}

/// Finds every fault of the model, and with `config.values` every value that the target would refuse or alter; writes
/// nothing.
///
/// # Errors
/// As [`export`]; bad values are in the report, not in the error.
pub fn check<'d>(
    database: impl Into<Database<'d>>,
    model: &Model,
    config: &CheckConfig,
) -> Result<CheckReport> {
    let export = config.to_export();
    let report = with_readers(&database.into(), &export, |readers| {
        let mut run = Run {
            readers,
            model,
            config: &export,
            keeps: !config.values,
            streams: false,
            notices: Vec::new(),
        };
        let ready = run.ready()?;
        let mut indices = Vec::new();
        for (number, plan) in ready.plan.indices.iter().enumerate() {
            let tally = Tally::new(plan);
            let report =
                if config.values { Some(run.discard(&ready, number, Some(&tally))?) } else { None };
            indices.push(tally.into_check(plan, report));
        }
        run.readers.check_unchanged()?;
        let mut notices = ready.plan.notices;
        notices.append(&mut run.notices);
        Ok(CheckReport { indices, notices })
    });
    or_faults(model, report)
}

/// Opens the database for as many readers as are worth it.
fn with_readers<T>(
    database: &Database<'_>,
    config: &ExportConfig,
    act: impl FnOnce(&mut Readers<'_>) -> Result<T>,
) -> Result<T> {
    let (path, access) = match database {
        Database::Path(path) => (path, Access::Read),
        Database::Mapped(path) => (path, Access::Map),
        Database::Connection(connection) => return with_connection(connection, act),
    };
    let small = std::fs::metadata(path).is_ok_and(|data| data.len() < PARALLEL_BYTES_MIN);
    let threads = if small || config.limit.is_some() { 1 } else { config.threads.get() };
    let mut snapshot = Snapshot::open(path, access, threads, config.cancel.as_ref())?;
    let mut connections = std::mem::take(&mut snapshot.readers);
    act(&mut Readers::Own(&mut connections, &snapshot))
}

/// Reads a caller's connection in one transaction, with double-quoted strings off as everywhere, and leaves it as it was.
fn with_connection<T>(
    connection: &Connection,
    act: impl FnOnce(&mut Readers<'_>) -> Result<T>,
) -> Result<T> {
    let fail = |e| environment("the connection", e);
    let strings = connection.db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML).map_err(fail)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(fail)?;
    let begun = connection.is_autocommit();
    let result = if begun { connection.execute_batch("BEGIN").map_err(fail) } else { Ok(()) }
        .and_then(|()| act(&mut Readers::Lent(connection)));
    if begun && !connection.is_autocommit() {
        // Nothing was written, so there is nothing that a failure could lose.
        let _ = connection.execute_batch("ROLLBACK");
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, strings).map_err(fail)?;
    result
}

/// Connections that see one state of the database.
enum Readers<'r> {
    Own(&'r mut [Connection], &'r Snapshot),
    Lent(&'r Connection),
}

impl Readers<'_> {
    fn first(&self) -> &Connection {
        match self {
            Readers::Own(connections, _) => &connections[0],
            Readers::Lent(connection) => connection,
        }
    }

    fn count(&self) -> usize {
        match self {
            Readers::Own(connections, _) => connections.len(),
            Readers::Lent(_) => 1,
        }
    }

    /// Whether all that was read is of the state that it began with; asked before anything gets its final name.
    fn check_unchanged(&self) -> Result<()> {
        match self {
            Readers::Own(_, snapshot) => snapshot.check_unchanged(),
            Readers::Lent(_) => Ok(()),
        }
    }
}

struct Run<'a, 'r> {
    readers: &'a mut Readers<'r>,
    model: &'a Model,
    config: &'a ExportConfig,
    /// Whether small related tables are made into JSON once.
    keeps: bool,
    /// Whether what is written is gone, so that a pass over the rows cannot be begun anew.
    streams: bool,
    /// What the documents give to tell.
    notices: Vec<String>,
}

/// A plan with the tables it keeps, read.
struct Ready {
    plan: Plan,
    kept: Vec<Vec<KeptTable>>,
    encoding: Encoding,
}

/// Ids that a first run found repeated, by index.
type Repeated = HashMap<usize, HashSet<IdHash>>;

impl Run<'_, '_> {
    fn into_files(mut self, output: &Output) -> Result<Report> {
        let ready = self.ready()?;
        let mut repeated = Repeated::new();
        loop {
            let export = Export::begin(output, self.heads(&ready.plan), self.config)?;
            match self.indices(&ready, &export, &repeated)? {
                Ended::Whole(reports) => return self.published(export, reports, ready),
                Ended::Repeated(index, hashes) => {
                    repeated.insert(index, hashes);
                }
            }
        }
    }

    fn into_writer(mut self, writer: &mut (dyn Write + Send)) -> Result<Report> {
        let ready = self.ready()?;
        let mut heads = self.heads(&ready.plan);
        let export = Export::to_writer(writer, heads.remove(0), self.config);
        match self.indices(&ready, &export, &Repeated::new())? {
            Ended::Whole(reports) => self.published(export, reports, ready),
            // The records are out already, so the repeated id can only be told.
            Ended::Repeated(index, hashes) => {
                drop(export);
                let strict = ExportConfig { on_error: OnError::Stop, ..self.config.clone() };
                let mut again = Run { config: &strict, ..self };
                let repeated = Repeated::from([(index, hashes)]);
                let nothing = &mut io::sink();
                let head = again.heads(&ready.plan).swap_remove(index);
                let export = Export::to_writer(nothing, head, again.config);
                again.one_index(&ready, index, export.index(0), &repeated, None)?;
                Err(Error::environment(
                    "two documents have the same `_id`, but not in a second run over the same rows",
                ))
            }
        }
    }

    /// Runs one index with nothing kept of the records.
    fn discard(
        &mut self,
        ready: &Ready,
        number: usize,
        tally: Option<&Tally>,
    ) -> Result<IndexReport> {
        let mut repeated = Repeated::new();
        loop {
            let mut nothing = io::sink();
            let head = self.heads(&ready.plan).swap_remove(number);
            let export = Export::to_writer(&mut nothing, head, self.config);
            match self.one_index(ready, number, export.index(0), &repeated, tally)? {
                Ended::Whole(mut reports) => return Ok(reports.swap_remove(0)),
                Ended::Repeated(index, hashes) => {
                    repeated.insert(index, hashes);
                    tally.inspect(|tally| tally.clear());
                }
            }
        }
    }

    fn published(
        &mut self,
        export: Export<'_>,
        reports: Vec<IndexReport>,
        ready: Ready,
    ) -> Result<Report> {
        self.readers.check_unchanged()?;
        let mut report = export.publish(reports)?;
        report.notices = ready.plan.notices;
        report.notices.append(&mut self.notices);
        Ok(report)
    }

    /// Plans, and reads what is kept; a table that cannot be kept is joined instead.
    fn ready(&mut self) -> Result<Ready> {
        let connection = self.readers.first();
        let catalog =
            Catalog::read(connection).map_err(|e| environment("the schema of the database", e))?;
        let encoding = catalog.schema.encoding;
        let choice = Choice {
            indices: &self.config.indices,
            target: self.config.target,
            op: self.config.op,
            keeps: self.keeps,
        };
        let mut large = HashSet::new();
        loop {
            let plan = plan(self.model, &catalog, &choice, &large)?;
            let mut kept = Vec::new();
            for index in &plan.indices {
                match keep(index, connection, encoding, !self.keeps)? {
                    Ok(tables) => kept.push(tables),
                    Err(table) => {
                        large.insert(table);
                    }
                }
            }
            if kept.len() == plan.indices.len() {
                return Ok(Ready { plan, kept, encoding });
            }
        }
    }

    fn heads(&self, plan: &Plan) -> Vec<IndexHead> {
        plan.indices
            .iter()
            .map(|index| IndexHead {
                name: index.name.clone(),
                type_name: index.type_name.clone(),
                target: plan.target,
                target_name: plan.target.name(),
                action: Action::from(self.config.op),
                model_sha256: self.model.sha256.clone(),
                mapping: index.body.clone(),
            })
            .collect()
    }

    fn indices(
        &mut self,
        ready: &Ready,
        export: &Export<'_>,
        repeated: &Repeated,
    ) -> Result<Ended> {
        self.notices.clear();
        let mut reports = Vec::new();
        for number in 0..ready.plan.indices.len() {
            match self.one_index(ready, number, export.index(number), repeated, None)? {
                Ended::Whole(mut one) => reports.append(&mut one),
                again @ Ended::Repeated(..) => return Ok(again),
            }
        }
        Ok(Ended::Whole(reports))
    }

    fn one_index(
        &mut self,
        ready: &Ready,
        number: usize,
        writer: IndexWriter<'_>,
        repeated: &Repeated,
        tally: Option<&Tally>,
    ) -> Result<Ended> {
        let plan = &ready.plan.indices[number];
        let ids = Ids::default();
        let none = HashSet::new();
        let known = repeated.get(&number);
        let one = known.is_some()
            || self.readers.count() == 1
            || (plan.dynamic.is_some() && self.streams)
            || matches!(plan.rows.split, Split::None(_))
            || Ranges::has_unfit_keys(&plan.rows, self.readers.first())?
            || begins_anew(&plan.rows, self.readers.first())?;
        let documents_min =
            if one { 0 } else { documents_at_least(&plan.rows, self.readers.first())? };
        let documents = Documents::new(plan, one);
        let shared = Shared {
            plan,
            kept: &ready.kept[number],
            config: self.config,
            writer: &writer,
            ranges: Mutex::new(Ranges::new(&plan.rows, one, documents_min)),
            ids: &ids,
            repeated: known.unwrap_or(&none),
            documents: &documents,
            encoding: ready.encoding,
            tally,
        };
        match self.readers {
            Readers::Own(connections, _) if !one => std::thread::scope(|scope| {
                let (first, others) = connections.split_at_mut(1);
                for connection in others {
                    let (shared, thread) = (&shared, std::thread::Builder::new());
                    // Where the system gives no more threads, those that are there do all.
                    if thread.spawn_scoped(scope, move || work(shared, connection)).is_err() {
                        break;
                    }
                }
                work(&shared, &first[0]);
            }),
            _ => work(&shared, self.readers.first()),
        }
        drop(shared);
        let Outcome::Done { torn } = documents.outcome() else {
            return Ok(Ended::Repeated(number, ids.repeated()?));
        };
        let report = match writer.finish() {
            // A document before the bad one may repeat an id, which shows only now.
            Err(error) if known.is_none() && error.data().is_some() => {
                let hashes = ids.repeated()?;
                let alone = hashes.is_empty();
                return if alone { Err(error) } else { Ok(Ended::Repeated(number, hashes)) };
            }
            ended => ended?,
        };
        if known.is_none() {
            let hashes = ids.repeated()?;
            if !hashes.is_empty() {
                return Ok(Ended::Repeated(number, hashes));
            }
        }
        if let Some(notice) = first_decides(&plan.name, &torn) {
            self.notices.push(notice);
        }
        Ok(Ended::Whole(vec![report]))
    }
}

/// Paths of members that a notice names, at most.
const TORN_NAMED_MAX: usize = 5;

/// What is to be said of unmapped members whose type depends on which document an engine gets first: their order here is
/// not kept by several workers, and by several shards not even within a request.
fn first_decides(index: &str, torn: &[String]) -> Option<String> {
    let named: Vec<String> =
        torn.iter().take(TORN_NAMED_MAX).map(|path| format!("`{path}`")).collect();
    let more = match torn.len().saturating_sub(TORN_NAMED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "index `{index}`: the values of {}{more}, which the mapping does not name, are of several types; an engine takes that \
             of the document that reaches it first, and may refuse or alter others, so add them to the mapping",
            named.join(", ")
        )
    })
}

/// How a pass over the rows ended.
enum Ended {
    Whole(Vec<IndexReport>),
    /// Two documents of that index have the same id, or an unmapped member of two types, which has to be found where it is:
    /// by one thread, in document order.
    Repeated(usize, HashSet<IdHash>),
}

/// Reads the tables that an index keeps; the error is the name of one that has to be joined.
fn keep(
    plan: &IndexPlan,
    connection: &Connection,
    encoding: Encoding,
    counts: bool,
) -> Result<std::result::Result<Vec<KeptTable>, String>> {
    let mut tables = Vec::new();
    for kept in &plan.kept {
        let how = (plan.nulls, encoding);
        match KeptTable::load(kept, connection, &plan.places, &tables, how, counts)? {
            Loaded::Table(table) => tables.push(*table),
            Loaded::Joined => return Ok(Err(kept.table.clone())),
        }
    }
    Ok(Ok(tables))
}
