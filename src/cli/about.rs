//! What the program can tell about itself without opening anything: schema, completions, manual page.

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::failure::Failure;
use super::{Console, End};

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  litebulk completions bash > litebulk.bash")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn schema(console: &Console) -> Result<End, Failure> {
    console.result(litebulk::Model::schema().as_bytes()).map(|()| End::Done)
}

pub(crate) fn completions(args: &CompletionsArgs, console: &Console) -> Result<End, Failure> {
    // In memory first, because the generator panics where its output ends early.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Args::command(), "litebulk", &mut script);
    console.result(&script).map(|()| End::Done)
}

pub(crate) fn man(console: &Console) -> Result<End, Failure> {
    let page = manual_page()
        .map_err(|cause| Failure::Environment("the manual page cannot be made", cause))?;
    console.result(page.as_bytes()).map(|()| End::Done)
}

/// One page for the whole program: after the sections of the program itself, one section for each command.
fn manual_page() -> std::io::Result<String> {
    let mut program = super::Args::command();
    program.build();
    let mut page = Vec::new();
    let man = Man::new(program.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_extra_section(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        page.push_str(&command_section(command)?);
    }
    Ok(page)
}

fn command_section(command: &Command) -> std::io::Result<String> {
    let mut section = Vec::new();
    let man = Man::new(command.clone());
    man.render_synopsis_section(&mut section)?;
    man.render_description_section(&mut section)?;
    man.render_options_section(&mut section)?;
    man.render_extra_section(&mut section)?;
    let section = String::from_utf8_lossy(&section).replace(".SH ", ".SS ");
    Ok(format!(".SH \"LITEBULK {}\"\n{section}", command.get_name().to_uppercase()))
}
