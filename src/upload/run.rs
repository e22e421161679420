//! An upload from beginning to end: everything checked first, then one index after the other. It decides the order, and that
//! settings are set back whatever happens in between.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::export::manifest::Claim;
use crate::target::{Engine, Target, alias_name_fault};

use super::alias;
use super::body::{Bodies, Rename, body_bytes};
use super::cluster::Cluster;
use super::connection::{Connection, interrupted};
use super::deliver::Delivery;
use super::folder::{Export, exports};
use super::index::{Change, Described, Index, Making};
use super::load::{Ledger, load};
use super::mapping::Extra;
use super::plan::{Aliased, Begin, Plan};
use super::reject::{Reasons, Rejects};
use super::report::{IndexReport, Stage, UploadReport, rate};
use super::state::{
    self, Begun, Event, Found, Journal, Known, ModeName, Owed, Ready, STATE_FILE, Tally,
};
use super::verify::{extra, mapping_differences, reader};
use super::{Mode, Packing, Tune, UploadConfig, shown};

pub(super) fn upload(folders: &[PathBuf], config: &UploadConfig) -> Result<UploadReport> {
    let connection = Connection::open(&config.connection)?;
    connection.watched(|| upload_by(&connection, folders, config))
}

fn upload_by(
    connection: &Connection,
    folders: &[PathBuf],
    config: &UploadConfig,
) -> Result<UploadReport> {
    let exports = exports(folders, &|| connection.is_cancelled())?;
    if let Mode::Alias { name, .. } = &config.mode {
        let targets = exports.iter().filter_map(|e| Target::parse(&e.manifest.target).ok());
        if let Some(fault) = targets.into_iter().find_map(|t| alias_name_fault(name, &t)) {
            return Err(Error::usage(fault));
        }
    }
    let _claims = exports.iter().map(Export::claim).collect::<Result<Vec<Claim>>>()?;
    let cluster = Cluster::ask(connection)?;
    for export in &exports {
        cluster.check(&export.manifest, connection)?;
    }
    if let (Mode::Alias { name, .. }, 2..) = (&config.mode, exports.len()) {
        return Err(Error::usage(format!(
            "{} exports are named, and the alias `{name}` can stand for one of them only; load each with an alias of its own",
            exports.len()
        )));
    }
    let run = Run { connection, cluster: &cluster, config };
    let plans = exports.iter().map(|export| run.plan(export)).collect::<Result<Vec<_>>>()?;
    let mut report = UploadReport::default();
    let mut journals = Vec::new();
    for (export, plan) in exports.iter().zip(plans) {
        if connection.is_cancelled() {
            return Err(interrupted());
        }
        let (index, journal) = run.one(export, plan)?;
        report.indices.push(index);
        journals.extend(journal);
    }
    // Not before the last index: `--resume` must know the ones that were done before it failed.
    journals.into_iter().try_for_each(Journal::remove)?;
    Ok(report)
}

/// What every step of a run knows.
pub(super) struct Run<'a> {
    pub(super) connection: &'a Connection,
    pub(super) cluster: &'a Cluster,
    pub(super) config: &'a UploadConfig,
}

/// The work on one index once loading can begin.
struct Work<'a> {
    index: Index<'a>,
    export: &'a Export,
    ready: Ready,
    ledger: Ledger,
    /// Parts that an earlier run is known to have stored.
    stored: Vec<String>,
    /// Parts that an earlier run had begun.
    sent: Vec<String>,
    is_own_index: bool,
    /// Whether the settings may be other than they were found.
    tuned: bool,
}

impl Run<'_> {
    /// Loads one export; the journal is for the end of the whole run.
    fn one(&self, export: &Export, plan: Plan) -> Result<(IndexReport, Option<Journal>)> {
        let mut clock = Clock::start();
        let retries = self.connection.retries_so_far();
        let index = self.index(export, &plan.index)?;
        let mut report = IndexReport {
            index: plan.index.clone(),
            alias: None,
            already_there: matches!(plan.begin, Begin::AlreadyThere(_)),
            documents: export.manifest.documents,
            stored: 0,
            rejected: 0,
            reasons: Vec::new(),
            count: 0,
            bytes: 0,
            retries: 0,
            documents_per_second: 0.0,
            seconds: Vec::new(),
            differences: Vec::new(),
        };
        self.stage(&plan.index, Stage::Prepare, 0, 0);
        let work = match plan.begin {
            Begin::AlreadyThere(lost) => {
                lost.map_or(Ok(()), |lost| self.set_back_lost(&index, &lost))?;
                None
            }
            Begin::Fresh => Some(self.begin(index, export, &plan)?),
            Begin::Resume(known, ready) => {
                Some(self.take_up(index, export, *known, ready, plan.mode)?)
            }
        };
        clock.lap(&mut report, Stage::Prepare);
        let work = match work {
            Some(work) => match self.load(work, &mut report, &mut clock) {
                Err(_) if !self.connection.is_cancelled() && !export.is_unchanged() => {
                    return Err(self.mixed(&index, export, plan.mode));
                }
                loaded => Some(loaded?),
            },
            None => None,
        };
        self.stage(&plan.index, Stage::Verify, 0, 0);
        if work.is_some() && !export.is_unchanged() {
            return Err(self.mixed(&index, export, plan.mode));
        }
        self.verify(&index, export, &plan.mode, work.as_ref(), &mut report)?;
        if let Some(alias) = plan.alias {
            self.hand_over(&index, export, alias, &mut report)?;
        }
        let journal = match work {
            Some(work) => {
                let Ledger { journal, rejects, reasons, .. } = work.ledger;
                rejects.finish(state::rejected(&export.folder)?, &reasons)?;
                Some(journal)
            }
            None => None,
        };
        clock.lap(&mut report, Stage::Verify);
        report.retries = self.connection.retries_so_far() - retries;
        Ok((report, journal))
    }

    /// Moves the alias, and clears what it leaves, where the index is worth it.
    fn hand_over(
        &self,
        index: &Index<'_>,
        export: &Export,
        alias: Aliased,
        report: &mut IndexReport,
    ) -> Result<()> {
        let Aliased { name, keep } = alias;
        // An index in which nothing was stored is no successor of a good one, nor a reason to delete any.
        let is_worth = report.stored > 0 || report.documents == 0;
        if report.differences.is_empty() && is_worth {
            alias::move_to(self.connection, &name, index.name, &export.mapping)?;
            report.alias = Some(name);
            return match keep {
                Some(keep) => alias::clear(index, &export.manifest.index, keep),
                None => Ok(()),
            };
        }
        let way_out = if report.already_there { "delete that index" } else { "mend that" };
        self.connection.warn(&format!(
            "the alias `{name}` was not moved, for `{}` does not hold what was exported; {way_out}, and load again",
            index.name
        ));
        Ok(())
    }

    /// The folder got another export while it was loaded: nobody can load the rest of this one. An index that is named after its
    /// content must not stay, for a later run would take it for that content.
    fn mixed(&self, index: &Index<'_>, export: &Export, mode: ModeName) -> Error {
        let is_gone = mode == ModeName::Alias
            && matches!(alias::is_aliased(self.connection, index.name), Ok(false))
            && index.delete().is_ok();
        export.replaced(match mode {
            _ if is_gone => "the new index was deleted; load the folder again",
            ModeName::Append => "documents of the earlier export were added; load the folder again",
            _ => "the index may hold documents of both; load the folder again with `--recreate`",
        })
    }

    fn stage(&self, index: &str, stage: Stage, documents: u64, bytes: u64) {
        if let Some(progress) = &self.config.connection.progress {
            progress.stage(index, stage, documents, bytes);
        }
    }

    /// Writes the state, then makes the index, or looks at it.
    fn begin<'b>(&self, index: Index<'b>, export: &'b Export, plan: &Plan) -> Result<Work<'b>> {
        let begun = Begun::new(
            &export.manifest_sha256,
            &self.cluster.name,
            index.name,
            plan.mode,
            plan.alias.as_ref().map(|alias| (alias.name.as_str(), alias.keep)),
        );
        // A damaged state is no reason not to begin anew.
        let left = state::left(&export.folder);
        // What a killed run had sent may be carried out after this one has counted.
        let is_haunted = plan.mode == ModeName::Append
            && left.as_ref().is_some_and(|left| left.begun.index == index.name);
        // And so may its request to make the index.
        let tried = left.as_ref().is_some_and(|left| {
            left.ready.is_none()
                && left.begun.index == index.name
                && left.begun.manifest_sha256 == export.manifest_sha256
        });
        let owed = self.take_over(export, index.name, left)?;
        let rejects = Rejects::open(&export.folder, 0)?;
        let mut journal = Journal::begin(&export.folder, begun, owed.clone())?;
        let ready = match self.made_ready(&index, export, plan, owed.as_ref(), tried) {
            Ok(ready) => ready,
            Err(error) => {
                // Where no index came into being there is nothing to take up.
                if !self.connection.is_cancelled() && matches!(index.describe(), Ok(None)) {
                    journal.remove()?;
                }
                return Err(error);
            }
        };
        journal.append(&Event::Ready(ready.clone()))?;
        let parts = export.manifest.parts.iter().filter(|_| is_haunted);
        let sent: Vec<String> = parts.map(|part| part.file.clone()).collect();
        sent.iter().try_for_each(|file| journal.append(&Event::Sent { file: file.clone() }))?;
        let ledger = Ledger {
            journal,
            rejects,
            reasons: Reasons::default(),
            tally: Tally::default(),
            bytes: 0,
        };
        let is_own_index = plan.mode != ModeName::Append;
        let tuned = owed.is_some_and(|owed| owed.uuid == ready.uuid);
        let stored = Vec::new();
        Ok(Work { index, export, ready, ledger, stored, sent, is_own_index, tuned })
    }

    /// What an interrupted run, whose state is about to be replaced, left changed: of the index `name` it comes back, to be taken
    /// over; another is set back at once.
    fn take_over(&self, export: &Export, name: &str, left: Option<Known>) -> Result<Option<Owed>> {
        let Some(left) = left else { return Ok(None) };
        let Some(owed) = left.debt() else { return Ok(None) };
        let cluster = left.begun.cluster;
        let state = shown(&export.folder.join(STATE_FILE));
        if cluster != self.cluster.name {
            return Err(Error::environment(format!(
                "an interrupted upload of this export to another cluster (`{cluster}`) left the index `{}` there without its \
                 settings; end that one with `--resume`, or delete `{state}`",
                owed.index
            )));
        }
        let index = self.index(export, &owed.index)?;
        match index.describe()? {
            Some(described) if described.uuid == owed.uuid => {}
            _ => return Ok(None),
        }
        if owed.index == name {
            return Ok(Some(owed));
        }
        match index.restore(&owed.found)? {
            Change::Made => Ok(None),
            Change::Refused(error) => Err(Error::environment(format!(
                "an interrupted upload left settings changed: {error}; then delete `{state}`"
            ))),
        }
    }

    /// Sets back what an interrupted run left of which nothing else is known.
    fn set_back_lost(&self, index: &Index<'_>, lost: &Found) -> Result<()> {
        let name = index.name;
        if self.config.tune == Tune::Never {
            self.connection.warn(&never_refreshes(name));
            return Ok(());
        }
        if let Change::Refused(error) = index.restore(lost)? {
            return Err(error);
        }
        self.connection.warn(&format!(
            "the index `{name}` had the settings of an interrupted upload; they are set back to what its mapping file says"
        ));
        Ok(())
    }

    /// An index whose loading was killed still has the settings for loading; `owed` is what that run had written down.
    fn as_before_loading(&self, mut described: Described, owed: Option<&Owed>) -> Described {
        if let Some(owed) = owed.filter(|owed| owed.uuid == described.uuid) {
            described.found = owed.found.clone();
        } else if described.found.refresh_interval == "-1" {
            self.connection.warn(&never_refreshes(&described.name));
        }
        described
    }

    fn made_ready(
        &self,
        index: &Index<'_>,
        export: &Export,
        plan: &Plan,
        owed: Option<&Owed>,
        tried: bool,
    ) -> Result<Ready> {
        let mapping = match &plan.alias {
            Some(alias) => alias::without(&export.mapping, &alias.name),
            None => export.mapping.clone(),
        };
        let ready = |described: Described, count| Ready {
            uuid: described.uuid,
            found: described.found,
            count,
        };
        match plan.mode {
            ModeName::Append => {
                let described = index.describe()?.ok_or_else(|| {
                    Error::environment(format!(
                        "the index `{}` went away; load without `--append`",
                        index.name
                    ))
                })?;
                index.refresh()?;
                let count = index.count()?;
                Ok(ready(self.as_before_loading(described, owed), count))
            }
            mode => {
                if mode == ModeName::Recreate {
                    index.delete()?;
                }
                let marked = mode == ModeName::Alias && !index.target.serverless;
                let tried = tried && mode != ModeName::Recreate;
                let making = Making { marked, tried };
                let described = index.create(&mapping, making, self.cluster.data_nodes)?;
                if tried { self.adopt(export, &described) } else { Ok(ready(described, 0)) }
            }
        }
    }

    fn take_up<'b>(
        &self,
        index: Index<'b>,
        export: &'b Export,
        known: Known,
        ready: Ready,
        mode: ModeName,
    ) -> Result<Work<'b>> {
        let rejects = Rejects::open(&export.folder, known.rejects_bytes)?;
        let mut journal = Journal::resume(&export.folder)?;
        if known.ready.is_none() {
            journal.append(&Event::Ready(ready.clone()))?;
        }
        let ledger =
            Ledger { journal, rejects, reasons: known.reasons, tally: known.tally, bytes: 0 };
        Ok(Work {
            index,
            export,
            ready,
            ledger,
            stored: known.stored,
            sent: known.sent,
            is_own_index: mode != ModeName::Append,
            tuned: known.tuned,
        })
    }

    /// Tunes, loads, and sets the settings back whatever came of it.
    fn load<'b>(
        &self,
        mut work: Work<'b>,
        report: &mut IndexReport,
        clock: &mut Clock,
    ) -> Result<Work<'b>> {
        let before = work.ledger.tally;
        let loaded = self.tuned(&mut work);
        let restored = self.restore(&mut work);
        let loaded = match (loaded, restored) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(error), Ok(())) | (Ok(()), Err(error)) => Err(error),
            (Err(error), Err(restore)) => {
                let category = error.category();
                let message = format!(
                    "{error}; and the settings are not set back ({restore}): `--resume` will do it"
                );
                Err(Error::new(category, message))
            }
        };
        let tally = work.ledger.tally;
        let records = |tally: &Tally| tally.written + tally.deletes;
        report.stored = records(&tally);
        report.rejected = tally.rejected;
        report.reasons = work.ledger.reasons.list();
        report.bytes = work.ledger.bytes;
        let time = clock.lap(report, Stage::Load);
        report.documents_per_second = rate(records(&tally) - records(&before), time);
        loaded.map(|()| work)
    }

    fn tuned(&self, work: &mut Work<'_>) -> Result<()> {
        if self.tunes(&work.index) {
            self.tune(work)?;
        }
        let manifest = &work.export.manifest;
        let files: Vec<String> = manifest.parts.iter().map(|part| part.file.clone()).collect();
        let left =
            manifest.parts.iter().enumerate().filter(|(_, part)| !work.stored.contains(&part.file));
        let (documents, bytes) = left
            .clone()
            .fold((0, 0), |sum, (_, part)| (sum.0 + part.documents, sum.1 + part.raw_bytes));
        self.stage(work.index.name, Stage::Load, documents, bytes);
        let unsure = left.clone().filter(|(_, part)| work.sent.contains(&part.file));
        let unsure = unsure.map(|(at, _)| at).collect();
        let parts = left.map(|(at, _)| (at, work.export.parts[at].clone())).collect();
        let limit = body_bytes(bytes, self.config.jobs.get(), self.cluster.content_bytes_max);
        let renamed = (manifest.index != work.index.name)
            .then(|| Rename::new(&manifest.index, work.index.name));
        let delivery = Delivery {
            connection: self.connection,
            reader: reader(&work.index, work.export, 0),
            content_bytes_max: self.cluster.content_bytes_max,
            is_own_index: work.is_own_index,
            unsure,
            packing: AtomicBool::new(self.packs(&work.index)),
        };
        load(
            &delivery,
            Bodies::new(parts, limit, renamed),
            &files,
            self.config.jobs.get(),
            &mut work.ledger,
        )
    }

    fn tunes(&self, index: &Index<'_>) -> bool {
        self.config.tune == Tune::Loading && !index.target.serverless
    }

    fn packs(&self, index: &Index<'_>) -> bool {
        let takes_gzip = index.target.engine == Engine::OpenSearch || index.target.major >= 5;
        match self.config.packing {
            Packing::Auto => takes_gzip && !self.connection.is_loopback(),
            Packing::Always => takes_gzip,
            Packing::Never => false,
        }
    }

    fn tune(&self, work: &mut Work<'_>) -> Result<()> {
        let was_tuned = std::mem::replace(&mut work.tuned, true);
        work.ledger.journal.append(&Event::Tuned {})?;
        match work.index.tune(&work.ready.found, self.cluster.data_nodes)? {
            Change::Made => Ok(()),
            Change::Refused(error) => {
                if !was_tuned {
                    work.ledger.journal.append(&Event::Restored {})?;
                    work.tuned = false;
                }
                Err(error)
            }
        }
    }

    /// Also where this run did not tune: the one that it took over from may have.
    fn restore(&self, work: &mut Work<'_>) -> Result<()> {
        if !work.tuned {
            return Ok(());
        }
        match work.index.restore(&work.ready.found)? {
            Change::Made => work.ledger.journal.append(&Event::Restored {})?,
            Change::Refused(error) if self.config.tune == Tune::Never => {
                self.connection.warn(&error.to_string());
            }
            Change::Refused(error) => return Err(error),
        }
        work.tuned = false;
        Ok(())
    }

    fn verify(
        &self,
        index: &Index<'_>,
        export: &Export,
        mode: &ModeName,
        work: Option<&Work<'_>>,
        report: &mut IndexReport,
    ) -> Result<()> {
        index.refresh()?;
        report.count = index.count()?;
        let manifest = &export.manifest;
        if work.is_none() {
            recall_rejects(export, report)?;
        }
        let (least, most) = match (mode, work) {
            (ModeName::Append, Some(work)) => work.ledger.tally.expected(work.ready.count),
            (_, Some(work)) => (work.ledger.tally.written, work.ledger.tally.written),
            (_, None) => (report.stored, report.stored),
        };
        if report.count < least || report.count > most {
            let wanted =
                if least == most { least.to_string() } else { format!("{least} to {most}") };
            report.differences.push(format!(
                "the index `{}` holds {} documents where {wanted} were expected",
                index.name, report.count
            ));
        }
        if work.is_some() && report.stored + report.rejected != manifest.documents {
            report.differences.push(format!(
                "{} records are stored and {} rejected, and the manifest counts {}",
                report.stored, report.rejected, manifest.documents
            ));
        }
        let extra = if *mode == ModeName::Append { Extra::Allowed } else { extra(export)? };
        report.differences.extend(mapping_differences(index, export, extra)?);
        Ok(())
    }
}

fn never_refreshes(index: &str) -> String {
    format!(
        "the index `{index}` never refreshes (`refresh_interval` is -1), and is left so; if an interrupted upload is why, end that \
         one with `--resume`, or set it by hand"
    )
}

/// What was there already is what an earlier run stored: all of the export, less what the engine refused then.
fn recall_rejects(export: &Export, report: &mut IndexReport) -> Result<()> {
    report.stored = report.documents;
    let missing = report.documents.saturating_sub(report.count);
    let reasons = Reasons::of_folder(&export.folder)?.filter(|it| it.total() == missing);
    if let Some(reasons) = reasons {
        report.stored -= missing;
        report.rejected = missing;
        report.reasons = reasons.list();
    }
    Ok(())
}

/// Times the stages.
struct Clock(Instant);

impl Clock {
    fn start() -> Clock {
        Clock(Instant::now())
    }

    fn lap(&mut self, report: &mut IndexReport, stage: Stage) -> std::time::Duration {
        let time = self.0.elapsed();
        self.0 = Instant::now();
        report.seconds.push((stage, (time.as_secs_f64() * 1000.0).round() / 1000.0));
        time
    }
}
