//! `litebulk check`: its arguments, their conversion to a [`CheckConfig`], and the call.

use std::path::PathBuf;

use clap::Args;
use litebulk::{CheckConfig, Target};

use super::export::OpArg;
use super::failure::Failure;
use super::report::{self, CheckOutcome};
use super::signal::Interruption;
use super::{Console, End, mapped};

const AFTER_HELP: &str = "\
Example:
  litebulk check app.sqlite3 -m shop.json --target es8 --values";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct CheckArgs {
    /// The SQLite database; it is never written
    #[arg(value_name = "DB")]
    db: PathBuf,
    /// The model [default: litebulk.json]
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Engine and version to check for: es1 es2 es5 es6 es7 es8 es9 os1 os2 os3, or a long name such as
    /// elasticsearch-8.19 [default: the model's, or es9]
    #[arg(long, value_name = "TARGET", value_parser = Target::parse)]
    target: Option<Target>,
    /// What each record of the export will ask for
    #[arg(long, value_enum, default_value_t = OpArg::Create)]
    op: OpArg,
    /// Find every value too that the target would refuse or change
    #[arg(long)]
    values: bool,
}

pub(crate) fn run(args: &CheckArgs, console: &Console) -> Result<End, Failure> {
    let database = mapped::database(&args.db, console);
    let interruption = Interruption::listen()?;
    let config = CheckConfig {
        indices: Vec::new(),
        target: args.target,
        op: args.op.into(),
        values: args.values,
        threads: super::export::cores(),
        cancel: Some(interruption.cancel()),
        progress: None,
    };
    let model = super::model_of(args.model.as_deref())?;
    let report = litebulk::check(database, &model, &config)
        .map_err(|error| interruption.explain(error, "nothing was written"))?;
    report::tell_check(&report, console);
    let outcome = CheckOutcome::new(&report);
    console.report(&outcome)?;
    Ok(if outcome.bad_values() > 0 { End::Faulty } else { End::Done })
}
