//! Tests of the room as a whole.

mod encoding;
mod formats;
mod measured;
mod property;
mod zones;

use super::*;

/// A target by its short name, at the minor version that was measured.
fn target(name: &str) -> Target {
    let (engine, major, minor) = match name {
        "es1" => (Engine::Elasticsearch, 1, 7),
        "es2" => (Engine::Elasticsearch, 2, 4),
        "es5" => (Engine::Elasticsearch, 5, 6),
        "es6" => (Engine::Elasticsearch, 6, 8),
        "es7" => (Engine::Elasticsearch, 7, 17),
        "es8" => (Engine::Elasticsearch, 8, 19),
        "es9" => (Engine::Elasticsearch, 9, 2),
        "os1" => (Engine::OpenSearch, 1, 3),
        "os2" => (Engine::OpenSearch, 2, 19),
        "os3" => (Engine::OpenSearch, 3, 8),
        other => panic!("no target {other}"),
    };
    Target { engine, major, minor, serverless: false }
}

/// A rule that compiles.
fn rule(format: Option<&str>, resolution: Resolution, name: &str) -> DateRule {
    DateRule::compile(format, None, resolution, &target(name))
        .unwrap_or_else(|fault| panic!("{name} {format:?}: {fault}"))
}

/// The instant that the engine reads out of the text, in nanoseconds.
fn nanos(format: &str, name: &str, text: &str) -> Option<i128> {
    rule(Some(format), Resolution::Millis, name).meaning(text).map(|meaning| meaning.instant.0)
}
