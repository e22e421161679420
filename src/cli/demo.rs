//! `litebulk demo`: its arguments, their conversion to a [`DemoConfig`], and the calls that build and export.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use litebulk::{
    Compression, DemoConfig, DemoFiles, Durability, ExportConfig, Model, OnError, Op, Output,
    Progress,
};

use super::failure::Failure;
use super::progress::Bar;
use super::signal::{Interruption, NOTHING_LEFT};
use super::table::counted;
use super::{Console, End, export};

const AFTER_HELP: &str = "\
Example:
  litebulk demo campus --students 100000 --seed 7";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct DemoArgs {
    /// The folder for the database, its model and the export
    #[arg(value_name = "DIR", default_value = "campus")]
    folder: PathBuf,
    /// How many students
    #[arg(
        long, value_name = "N", default_value_t = 1_000,
        value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64)
    )]
    students: u64,
    /// The same seed gives the same students
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// As the default of `export --part-size`.
const PART_BYTES_MAX: u64 = 10 << 20;

pub(crate) fn run(args: &DemoArgs, console: &Console) -> Result<End, Failure> {
    let interruption = Interruption::listen()?;
    let files = build(args, &interruption, console)?;
    console.say(format_args!(
        "built {} with {} and {}",
        files.database.display(),
        counted(args.students, "student"),
        files.model.display()
    ));
    let model = Model::load(&files.model)?;
    let output = Output::Folder(files.output.clone());
    let config = export_config();
    let end = export::into_files(
        (&files.database).into(),
        &model,
        config,
        &output,
        &interruption,
        console,
    )?;
    tell_next_steps(&files, args.students, console);
    Ok(end)
}

fn build(
    args: &DemoArgs,
    interruption: &Interruption,
    console: &Console,
) -> Result<DemoFiles, Failure> {
    let progress = Arc::new(Progress::default());
    let config = DemoConfig {
        students: args.students,
        seed: args.seed,
        cancel: Some(interruption.cancel()),
        progress: Some(progress.clone()),
    };
    let bar = Bar::draw(console, "students", progress);
    let outcome = litebulk::demo(&args.folder, &config);
    drop(bar);
    outcome.map_err(|error| interruption.explain(error, NOTHING_LEFT))
}

fn export_config() -> ExportConfig {
    ExportConfig {
        indices: Vec::new(),
        target: None,
        op: Op::Create,
        part_bytes_max: PART_BYTES_MAX,
        compression: Compression::Plain,
        threads: export::cores(),
        on_error: OnError::Stop,
        limit: None,
        sample: None,
        shard: None,
        durability: Durability::Cached,
        cancel: None,
        progress: None,
    }
}

fn tell_next_steps(files: &DemoFiles, students: u64, console: &Console) {
    let index = files.output.join("django");
    let script = index.join("upload.sh");
    console.say("\nnext:");
    if students > 0 {
        // Without documents there is no part.
        console.say(format_args!("  head -2 {}", shell_word(&index.join("part-00001.ndjson"))));
    }
    console.say(format_args!("  sh {} http://localhost:9200", shell_word(&script)));
    console.say(format_args!(
        "  {} export {} -m {} -o {} --check",
        shell_word(&program()),
        shell_word(&files.database),
        shell_word(&files.model),
        shell_word(&files.output),
    ));
}

/// This program as it was called, so that the line can be called too.
fn program() -> PathBuf {
    std::env::args_os().next().map_or_else(|| PathBuf::from("litebulk"), PathBuf::from)
}

/// A path as a POSIX shell reads it.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_split_or_change_it() {
        for (path, word) in [
            ("campus/out", "campus/out"),
            ("/tmp/a-b_c.d", "/tmp/a-b_c.d"),
            ("über/uns", "über/uns"),
            ("my campus", "'my campus'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(shell_word(Path::new(path)), word);
        }
    }
}
