//! What is to be done for each export, decided while nothing is changed yet: by the mode that was asked for, by what the cluster
//! holds, and by what an interrupted run wrote down.

use crate::error::{Error, Result};
use crate::export::manifest::Action;

use super::alias;
use super::folder::Export;
use super::index::{Described, Index, lost_settings};
use super::mapping::Extra;
use super::run::Run;
use super::state::{self, Found, Known, ModeName, Ready};
use super::verify::mapping_differences;
use super::{Mode, Start, shown};

/// What is to be done for one export.
pub(super) struct Plan {
    /// The index as the cluster names it.
    pub(super) index: String,
    pub(super) mode: ModeName,
    pub(super) alias: Option<Aliased>,
    pub(super) begin: Begin,
}

/// The alias that an index gets in the end.
#[derive(Clone)]
pub(super) struct Aliased {
    pub(super) name: String,
    /// Older indices that stay; where that is not known, all.
    pub(super) keep: Option<usize>,
}

pub(super) enum Begin {
    /// Nothing of this export is there.
    Fresh,
    /// An interrupted run is taken up.
    Resume(Box<Known>, Ready),
    /// The same content lies there already, under the name of its hash; with the settings to set back where an interrupted run
    /// left them changed and nothing else.
    AlreadyThere(Option<Found>),
}

/// What an export for `delete`, or a delta, changes is in an index that is there; an empty one would become a torso.
fn check_mode(export: &Export, mode: &Mode) -> Result<()> {
    let what = match export.manifest.op {
        Action::Delta => "is a delta, which changes an index that exists",
        Action::Delete => "holds documents to delete from an index that exists",
        Action::Create | Action::Index | Action::Update => return Ok(()),
    };
    if *mode == Mode::Append {
        return Ok(());
    }
    Err(Error::usage(format!("`{}` {what}; add `--append`", shown(&export.folder))))
}

impl Run<'_> {
    pub(super) fn plan(&self, export: &Export) -> Result<Plan> {
        let known = match self.config.start {
            Start::Fresh => None,
            Start::Resume => state::known(&export.folder)?,
        };
        match known {
            Some(known) => self.plan_resume(export, known),
            None => {
                check_mode(export, &self.config.mode)?;
                self.plan_fresh(export)
            }
        }
    }

    pub(super) fn index<'b>(&'b self, export: &Export, name: &'b str) -> Result<Index<'b>> {
        Ok(Index {
            connection: self.connection,
            name,
            target: self.cluster.target_or(&export.manifest)?,
        })
    }

    fn plan_fresh(&self, export: &Export) -> Result<Plan> {
        let base = &export.manifest.index;
        let there = |name: &str| self.index(export, name)?.describe();
        let plan =
            |index: &str, mode, alias, begin| Plan { index: index.to_string(), mode, alias, begin };
        match &self.config.mode {
            Mode::Create => match there(base)? {
                None => Ok(plan(base, ModeName::Create, None, Begin::Fresh)),
                Some(_) => Err(self.exists(export)),
            },
            Mode::Recreate => match there(base)? {
                Some(described) if described.name != *base => Err(Error::environment(format!(
                    "`{base}` is an alias of the index `{}`, and `--recreate` deletes only an index of that very name; \
                     load with `--alias {base}`, or delete the alias first",
                    described.name
                ))),
                _ => Ok(plan(base, ModeName::Recreate, None, Begin::Fresh)),
            },
            Mode::Append => match there(base)? {
                Some(described) => Ok(plan(&described.name, ModeName::Append, None, Begin::Fresh)),
                None => Err(Error::environment(format!(
                    "the index `{base}` does not exist, and `--append` needs it; load without `--append` to make it"
                ))),
            },
            Mode::Alias { name, keep } => {
                let index = alias::index_name(export);
                alias::check(&self.index(export, &index)?, name)?;
                let begin = match there(&index)? {
                    Some(described) => self.begin_there(export, &described),
                    None => Begin::Fresh,
                };
                let aliased = Aliased { name: name.clone(), keep: Some(*keep) };
                Ok(plan(&index, ModeName::Alias, Some(aliased), begin))
            }
        }
    }

    /// The same content, which may be there in part: then what an interrupted run began is ended, and its settings set back.
    fn begin_there(&self, export: &Export, described: &Described) -> Begin {
        let known = state::known(&export.folder).ok().flatten();
        let known = known.filter(|known| {
            known.begun.manifest_sha256 == export.manifest_sha256
                && known.begun.index == described.name
        });
        let ready = known.as_ref().and_then(|known| match &known.ready {
            Some(ready) => Some(ready.clone()).filter(|ready| ready.uuid == described.uuid),
            None => self.adopt(export, described).ok(),
        });
        match (known, ready) {
            (Some(known), Some(ready)) => Begin::Resume(Box::new(known), ready),
            _ => Begin::AlreadyThere(lost_settings(described, &export.mapping)),
        }
    }

    fn exists(&self, export: &Export) -> Error {
        let index = &export.manifest.index;
        let resumable = matches!(state::known(&export.folder), Ok(Some(known))
            if known.begun.manifest_sha256 == export.manifest_sha256);
        let way_out = if resumable {
            "`--resume` goes on with the interrupted upload, `--recreate` begins anew"
        } else {
            "`--recreate` replaces it, `--append` adds to it, `--alias` loads beside it"
        };
        Error::environment(format!("the index `{index}` exists already; {way_out}"))
    }

    fn plan_resume(&self, export: &Export, known: Known) -> Result<Plan> {
        let begun = &known.begun;
        let index = begun.index.clone();
        if begun.manifest_sha256 != export.manifest_sha256 {
            return Err(Error::environment(format!(
                "the export of `{index}` is not the one whose upload was interrupted; load it without `--resume`"
            )));
        }
        let described = self.index(export, &index)?.describe()?;
        let mode = begun.mode;
        let alias = begun.alias.clone().map(|name| Aliased {
            keep: match &self.config.mode {
                Mode::Alias { name: asked, keep } if *asked == name => Some(*keep),
                _ => begun.keep,
            },
            name,
        });
        let begin = match (&known.ready, described) {
            (Some(ready), Some(described)) if ready.uuid == described.uuid => {
                Begin::Resume(Box::new(known.clone()), ready.clone())
            }
            (Some(_), Some(_)) => {
                return Err(Error::environment(format!(
                    "the index `{index}` was made anew since the upload was interrupted; load without `--resume`"
                )));
            }
            (Some(_), None) => {
                return Err(Error::environment(format!(
                    "the index `{index}` is gone since the upload was interrupted; load without `--resume`"
                )));
            }
            (None, Some(described)) if matches!(mode, ModeName::Create | ModeName::Alias) => {
                Begin::Resume(Box::new(known.clone()), self.adopt(export, &described)?)
            }
            (None, _) => Begin::Fresh,
        };
        Ok(Plan { index, mode, alias, begin })
    }

    /// Takes an index that the interrupted run made, or somebody else; it must be empty and have the export's mapping.
    pub(super) fn adopt(&self, export: &Export, described: &Described) -> Result<Ready> {
        let index = self.index(export, &described.name)?;
        let is_ours = index.count()? == 0
            && mapping_differences(&index, export, Extra::Different)?.is_empty();
        if is_ours {
            return Ok(Ready {
                uuid: described.uuid.clone(),
                found: described.found.clone(),
                count: 0,
            });
        }
        Err(Error::environment(format!(
            "the index `{}` exists, and the interrupted upload had not made it yet; load without `--resume`",
            described.name
        )))
    }
}
