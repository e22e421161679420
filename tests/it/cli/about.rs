//! What the program tells about itself.

use std::path::Path;

use super::run_line;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The commands of `litebulk --help`.
pub(crate) fn commands() -> Vec<String> {
    let help = run_line(Path::new(HERE), "--help").stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.map(|line| line.split_whitespace().next().unwrap().to_string());
    names.filter(|name| name != "help").collect()
}

/// The long options in the help of a command, without `--help`.
pub(crate) fn options(command: &str) -> Vec<String> {
    let help = run_line(Path::new(HERE), &format!("{command} --help")).stdout;
    let list = help.split("Options:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let first = list
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('-').map(|_| line.trim_start()));
    let long = first.filter_map(|line| line.split_once("--").map(|(_, rest)| rest));
    let names = long
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap());
    names.filter(|name| *name != "help").map(|name| format!("--{name}")).collect()
}

#[test]
fn every_command_has_a_help_with_an_example_on_stdout_and_exit_code_0() {
    let commands = commands();
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        for line in
            [format!("{command} --help"), format!("{command} -h"), format!("help {command}")]
        {
            let help = run_line(Path::new(HERE), &line);
            assert_eq!(help.code, Some(0), "{line}");
            assert_eq!(help.stderr, "", "{line}");
            assert!(help.stdout.contains(&format!("Usage: litebulk {command}")), "{line}");
            let example = help.stdout.split("Example").nth(1);
            let example = example.unwrap_or_else(|| panic!("no example in `{line}`"));
            assert!(example.contains(&format!("litebulk {command}")), "{line}: {example}");
        }
    }
}

#[test]
fn every_option_in_an_example_exists() {
    for command in commands() {
        let help = run_line(Path::new(HERE), &format!("{command} --help")).stdout;
        let known = options(&command);
        let example = help.split("Example").nth(1).unwrap();
        for word in example.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(known.iter().any(|option| option == word), "{command}: {word}");
        }
    }
}

#[test]
fn the_version_is_the_packages() {
    for line in ["--version", "-V"] {
        let version = run_line(Path::new(HERE), line);
        assert_eq!(version.code, Some(0));
        assert_eq!(version.stdout, concat!("litebulk ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn the_manual_page_has_every_command_with_every_option() {
    let page = run_line(Path::new(HERE), "man");
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""));
    let text = page.stdout.replace("\\-", "-");
    for command in commands() {
        let heading = format!(".SH \"LITEBULK {}\"", command.to_uppercase());
        let section = text.split(&heading).nth(1);
        let section = section.unwrap_or_else(|| panic!("no section for `{command}`"));
        let section = section.split("\n.SH ").next().unwrap();
        for option in options(&command) {
            assert!(section.contains(&format!("{option}\\fR")), "{command}: {option}");
        }
    }
}

#[test]
fn each_shell_gets_completions_that_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run_line(Path::new(HERE), &format!("completions {shell}"));
        assert_eq!((script.code, script.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["export", "part-size"] {
            assert!(script.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_schema_is_one_json_object() {
    let schema = run_line(Path::new(HERE), "schema");
    assert_eq!((schema.code, schema.stderr.as_str()), (Some(0), ""));
    let value: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert!(value["$schema"].is_string(), "{value}");
}
