//! The action line: how its meta-fields are called, and which of them an operation takes. Knows no documents.

use super::Target;
use super::span::{ALWAYS, ES1_ES2, Span, es, es_until, os};
use crate::export::Op;

/// What the action line can carry besides index, type and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meta {
    Routing,
    Version,
    VersionType,
    Pipeline,
}

/// A row of the table: these operations take the meta-field on these versions.
struct Row {
    meta: Meta,
    ops: &'static [Op],
    spans: &'static [Span],
    /// What to do elsewhere; completes "…; ".
    way_out: &'static str,
}

const ALL: &[Op] = &[Op::Create, Op::Index, Op::Update, Op::Delete];

/// Measured on every line, pipelines of updates and deletes apart. Since 5.0 a `create` has no version of its own.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { meta: Meta::Routing, ops: ALL, spans: ALWAYS, way_out: "" },
    Row { meta: Meta::Version, ops: &[Op::Create], spans: ES1_ES2, way_out: "write with `--op index`" },
    Row { meta: Meta::Version, ops: &[Op::Index, Op::Delete], spans: ALWAYS, way_out: "" },
    Row { meta: Meta::Version, ops: &[Op::Update], spans: &[], way_out: "write with `--op index`" },
    Row { meta: Meta::VersionType, ops: &[Op::Create], spans: ES1_ES2, way_out: "write with `--op index`" },
    Row { meta: Meta::VersionType, ops: &[Op::Index, Op::Delete], spans: ALWAYS, way_out: "" },
    Row { meta: Meta::VersionType, ops: &[Op::Update], spans: &[], way_out: "write with `--op index`" },
    Row { meta: Meta::Pipeline, ops: &[Op::Create, Op::Index], spans: &[es(5, 0), os(1, 0)], way_out: "remove `pipeline`" },
    Row { meta: Meta::Pipeline, ops: &[Op::Update, Op::Delete], spans: &[], way_out: "write with `--op index`, or remove `pipeline`" },
];

/// Kinds of versions that the action line can name.
#[rustfmt::skip]
const VERSION_TYPES: &[(&str, &[Span])] = &[
    // Since 7.0 an internal version is no condition any more.
    ("internal", &[es_until((1, 0), (7, 0))]),
    ("external", ALWAYS),
    ("external_gt", ALWAYS),
    ("external_gte", ALWAYS),
    ("force", &[es_until((1, 0), (6, 0))]),
];

/// The key of `meta` on the action line of `op` for `target`.
///
/// # Errors
/// A message that says why the target refuses it there, and what to do.
pub(crate) fn action_key(meta: Meta, op: Op, target: &Target) -> Result<&'static str, String> {
    let (key, name) = match meta {
        Meta::Routing => ("routing", "routing"),
        Meta::Version => ("version", "version"),
        Meta::VersionType => ("version_type", "version type"),
        Meta::Pipeline => ("pipeline", "pipeline"),
    };
    let row = ROWS.iter().find(|r| r.meta == meta && r.ops.contains(&op));
    match row {
        Some(row) if target.within(row.spans) => Ok(key),
        Some(row) => Err(format!("`{}` takes no {name} on {target}; {}", verb(op), row.way_out)),
        None => Err(format!("`{}` takes no {name}; remove it", verb(op))),
    }
}

/// Why `target` takes no version of this type (`None`: the model names none), and what to do.
pub(crate) fn version_type_fault(version_type: Option<&str>, target: &Target) -> Option<String> {
    let name = version_type.unwrap_or("internal");
    let known = VERSION_TYPES.iter().find(|(n, _)| *n == name);
    if known.is_some_and(|(_, spans)| target.within(spans)) {
        return None;
    }
    let all: Vec<String> = VERSION_TYPES
        .iter()
        .filter(|(_, spans)| target.within(spans))
        .map(|(n, _)| format!("`{n}`"))
        .collect();
    let found = match version_type {
        Some(name) => format!("{target} has no version type `{name}`"),
        None => format!("a `version` without `version_type` is refused by {target}"),
    };
    Some(format!("{found}; write one of {} as `version_type`", all.join(", ")))
}

fn verb(op: Op) -> &'static str {
    match op {
        Op::Create => "create",
        Op::Index => "index",
        Op::Update => "update",
        Op::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meta_field_of_every_operation_has_one_row() {
        for meta in [Meta::Routing, Meta::Version, Meta::VersionType, Meta::Pipeline] {
            for op in ALL {
                let rows = ROWS.iter().filter(|r| r.meta == meta && r.ops.contains(op)).count();
                assert_eq!(rows, 1, "{meta:?} {op:?}");
            }
        }
    }

    #[test]
    fn a_create_has_a_version_on_1_and_2_only_and_the_way_out_is_index() {
        for target in Target::ALL {
            let key = action_key(Meta::Version, Op::Create, &target);
            if target.within(ES1_ES2) {
                assert_eq!(key, Ok("version"));
            } else {
                let message = key.unwrap_err();
                assert!(
                    message.contains("`create`") && message.ends_with("write with `--op index`"),
                    "{message}"
                );
            }
            assert_eq!(action_key(Meta::Version, Op::Index, &target), Ok("version"));
            assert_eq!(action_key(Meta::Routing, Op::Update, &target), Ok("routing"));
            assert!(action_key(Meta::Version, Op::Update, &target).is_err());
        }
    }

    #[test]
    fn pipelines_came_with_5() {
        let pipeline =
            |t: &str| action_key(Meta::Pipeline, Op::Create, &Target::parse(t).unwrap()).is_ok();
        assert!(!pipeline("es1") && !pipeline("es2") && pipeline("es5") && pipeline("os1"));
    }

    #[test]
    fn version_types_end_as_the_engines_dropped_them() {
        let fault =
            |v: Option<&str>, t: &str| version_type_fault(v, &Target::parse(t).unwrap()).is_some();
        for target in ["es1", "es6", "es7", "es9", "os1", "os3"] {
            assert!(
                !fault(Some("external"), target) && !fault(Some("external_gte"), target),
                "{target}"
            );
            assert!(fault(Some("exteral"), target), "{target}");
        }
        assert!(!fault(None, "es6") && fault(None, "es7") && fault(None, "os2"));
        assert!(!fault(Some("force"), "es5") && fault(Some("force"), "es6"));
    }
}
