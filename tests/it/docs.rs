//! The README against the program: commands, options, exit codes, the model and the first commands are true.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

use crate::cli::about::{commands, options};
use crate::cli::{run, run_line};

const README: &str = include_str!("../../README.md");
const MODEL: &str = include_str!("../../src/demo/campus.json");

/// Cells of the table below a heading row that begins with `heading`.
fn table(heading: &str) -> Vec<Vec<String>> {
    let start = format!("| {heading} |");
    let lines = README.lines().skip_while(|line| !line.starts_with(&start)).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let cells =
        |row: &str| row.trim_matches('|').split(" | ").map(|c| c.trim().to_string()).collect();
    let table: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(!table.is_empty(), "no table `{heading}`");
    table
}

/// Lines of the code blocks in `language`.
fn code(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = README.split(&fence).skip(1);
    let lines: Vec<&str> =
        blocks.flat_map(|block| block.split("\n```").next().unwrap().lines()).collect();
    assert!(!lines.is_empty(), "no code in `{language}`");
    lines
}

/// Words in back quotes of a cell.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn help(line: &str) -> String {
    run_line(Path::new("."), line).stdout
}

#[test]
fn the_commands_in_the_readme_are_those_of_the_program() {
    let rows = table("command");
    let told: Vec<String> = rows
        .iter()
        .map(|row| quoted(&row[0]).next().unwrap().split(' ').nth(1).unwrap().to_string())
        .collect();
    assert_eq!(told, commands());
}

#[test]
fn the_arguments_in_the_table_of_commands_are_those_of_the_help() {
    for row in table("command") {
        let told = quoted(&row[0]).next().unwrap();
        let command = told.split(' ').nth(1).unwrap();
        let usage = help(&format!("{command} --help"));
        let usage = usage.lines().find(|line| line.starts_with("Usage: ")).unwrap();
        let usage = usage["Usage: ".len()..].replace("[OPTIONS] ", "").replace(['<', '>'], "");
        assert_eq!(told.replace('…', "..."), usage.trim_end_matches(" [OPTIONS]"));
    }
}

#[test]
fn the_options_of_export_in_the_readme_are_those_of_its_help_with_the_same_values() {
    let help = help("export --help");
    let mut told = BTreeSet::new();
    for row in table("option") {
        let spellings: Vec<&str> = quoted(&row[0]).collect();
        let name = spellings.last().unwrap().split([' ', '[', '=']).next().unwrap();
        told.insert(name.to_string());
        let spelling = spellings.join(", ").replace('…', "...");
        let (option, value) = spelling.rsplit_once(' ').unwrap_or((&spelling, ""));
        let wanted = match (spelling.contains('='), value.is_empty() || value.starts_with('-')) {
            (true, _) => spelling.replace("LEVEL", "<LEVEL>"),
            (false, true) => spelling.clone(),
            (false, false) => match value.strip_suffix("...") {
                Some(value) => format!("{option} <{value}>..."),
                None => format!("{option} <{value}>"),
            },
        };
        assert!(help.contains(&format!("{wanted} ")), "`{wanted}` is not in the help of export");
    }
    assert_eq!(told, options("export").into_iter().collect());
}

#[test]
fn the_exit_codes_in_the_readme_are_those_of_the_help() {
    let help = help("--help");
    let list = help.split("Exit codes:\n").nth(1).unwrap();
    let listed: Vec<(String, String)> = list
        .lines()
        .map(|line| line.trim().split_once(' ').unwrap())
        .map(|(code, meaning)| (code.to_string(), meaning.trim().to_string()))
        .collect();
    let told: Vec<(String, String)> =
        table("exit code").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(told, listed);
}

#[test]
fn the_model_in_the_readme_is_the_one_that_the_demo_writes() {
    assert_eq!(code("json").join("\n") + "\n", MODEL);
}

#[test]
fn the_first_two_commands_are_the_demo_and_the_tests() {
    let first: Vec<&str> = code("sh").into_iter().take(2).collect();
    assert!(first[0].starts_with("cargo run --release -- demo "), "{}", first[0]);
    assert!(first[1].starts_with("cargo test "), "{}", first[1]);
}

#[test]
fn every_litebulk_command_in_the_readme_works_after_the_demo_and_every_file_is_there() {
    let folder = TempDir::new().unwrap();
    let demo = run(folder.path(), ["demo"]);
    assert_eq!(demo.code, Some(0), "{}", demo.stderr);
    for line in code("sh") {
        let needs_a_cluster =
            |arguments: &str| arguments.starts_with("upload ") || arguments.starts_with("verify ");
        if let Some(arguments) =
            line.strip_prefix("litebulk ").filter(|arguments| !needs_a_cluster(arguments))
        {
            let ended = run_line(folder.path(), arguments);
            assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
        }
        let words = line.split(|c: char| c.is_whitespace() || "@\";".contains(c));
        for file in words.filter(|word| word.starts_with("campus/")) {
            let file = file.replace('*', "00001");
            assert!(folder.path().join(&file).exists(), "{line}: {file}");
        }
    }
}

#[test]
fn the_changelog_has_the_version_of_the_package() {
    let changelog = include_str!("../../CHANGELOG.md");
    assert!(changelog.contains(concat!("\n## [", env!("CARGO_PKG_VERSION"), "]")));
}
