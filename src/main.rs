//! The `litebulk` program: reads its arguments, makes the one library call of a command, and ends with an exit code.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    let args = cli::Args::read();
    let console = cli::Console::new(&args.voice);
    let outcome = match args.command {
        cli::Command::Export(command) => cli::export::run(command, &console),
        cli::Command::Check(command) => cli::check::run(&command, &console),
        cli::Command::Upload(command) => cli::upload::run(&command, &console),
        cli::Command::Verify(command) => cli::verify::run(&command, &console),
        cli::Command::Delta(command) => cli::delta::run(&command, &console),
        cli::Command::Demo(command) => cli::demo::run(&command, &console),
        cli::Command::Schema => cli::about::schema(&console),
        cli::Command::Completions(command) => cli::about::completions(&command, &console),
        cli::Command::Man => cli::about::man(&console),
    };
    match outcome {
        Ok(end) => end.into(),
        Err(failure) => console.fail(&failure),
    }
}
