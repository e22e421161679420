//! What a run did: in words and tables for people, and as the JSON of `--json`, whose every key stands in this file.

use litebulk::{CheckReport, DataError, Difference, Fault, IndexReport, Output, Report};
use serde::Serialize;

use super::failure::Failure;
use super::table::{aligned, bytes, counted, grouped};
use super::{Console, End};

/// `export` and `demo`.
#[derive(Serialize)]
pub(super) struct ExportReport<'a> {
    exit_code: u8,
    indices: Vec<ExportedIndex<'a>>,
    notices: &'a [String],
}

#[derive(Serialize)]
struct ExportedIndex<'a> {
    index: &'a str,
    folder: Option<String>,
    documents: u64,
    rejected: u64,
    parts: u64,
    bytes: u64,
    raw_bytes: u64,
    reasons: Vec<RejectReason<'a>>,
    examples: Vec<BadValue<'a>>,
    differences: Vec<DifferentFile<'a>>,
}

#[derive(Serialize)]
struct RejectReason<'a> {
    rule: &'a str,
    verdict: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct DifferentFile<'a> {
    file: &'a str,
    line: Option<u64>,
    id: Option<&'a str>,
    message: String,
}

/// `check`.
#[derive(Serialize)]
pub(super) struct CheckOutcome<'a> {
    exit_code: u8,
    indices: Vec<CheckedIndex<'a>>,
    notices: &'a [String],
}

#[derive(Serialize)]
struct CheckedIndex<'a> {
    index: &'a str,
    documents: u64,
    rejected: u64,
    fields: Vec<CheckedField<'a>>,
    examples: Vec<BadValue<'a>>,
}

#[derive(Serialize)]
struct CheckedField<'a> {
    field: &'a str,
    values: u64,
    nulls: u64,
    refused: u64,
    altered: u64,
    unreadable: u64,
    examples: Vec<BadValue<'a>>,
}

/// Any command that failed.
#[derive(Serialize)]
pub(super) struct FailureReport<'a> {
    exit_code: u8,
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    category: &'static str,
    message: String,
    causes: Vec<String>,
    faults: Vec<ModelFault<'a>>,
    data: Option<BadValue<'a>>,
}

#[derive(Serialize)]
struct ModelFault<'a> {
    pointer: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct BadValue<'a> {
    id: Option<&'a str>,
    table: &'a str,
    key: &'a str,
    column: Option<&'a str>,
    field: Option<&'a str>,
    value: &'a str,
    rule: &'a str,
    verdict: &'static str,
    way_out: &'a str,
}

impl<'a> ExportReport<'a> {
    pub(super) fn new(report: &'a Report, end: End) -> ExportReport<'a> {
        ExportReport {
            exit_code: end.exit_code(),
            indices: report.indices.iter().map(ExportedIndex::new).collect(),
            notices: &report.notices,
        }
    }
}

impl<'a> ExportedIndex<'a> {
    fn new(index: &'a IndexReport) -> ExportedIndex<'a> {
        let reasons = index.reasons.iter().map(|reason| RejectReason {
            rule: &reason.rule,
            verdict: reason.verdict,
            count: reason.count,
        });
        ExportedIndex {
            index: &index.name,
            folder: index.folder.as_ref().map(|folder| folder.display().to_string()),
            documents: index.documents,
            rejected: index.rejected,
            parts: index.parts,
            bytes: index.bytes,
            raw_bytes: index.raw_bytes,
            reasons: reasons.collect(),
            examples: index.examples.iter().map(BadValue::new).collect(),
            differences: index.differences.iter().map(DifferentFile::new).collect(),
        }
    }
}

impl<'a> DifferentFile<'a> {
    fn new(difference: &'a Difference) -> DifferentFile<'a> {
        DifferentFile {
            file: &difference.file,
            line: difference.line,
            id: difference.id.as_deref(),
            message: difference.to_string(),
        }
    }
}

impl<'a> CheckOutcome<'a> {
    pub(super) fn new(report: &'a CheckReport) -> CheckOutcome<'a> {
        let indices = report.indices.iter().map(|index| CheckedIndex {
            documents: index.documents,
            rejected: index.rejected,
            index: &index.name,
            fields: index.fields.iter().map(CheckedField::new).collect(),
            examples: index.examples.iter().map(BadValue::new).collect(),
        });
        let mut outcome =
            CheckOutcome { exit_code: 0, indices: indices.collect(), notices: &report.notices };
        outcome.exit_code = u8::from(outcome.bad_values() > 0);
        outcome
    }

    /// Values that the target would refuse or change, or that no JSON can say.
    pub(super) fn bad_values(&self) -> u64 {
        let bad = |index: &CheckedIndex<'_>| {
            let fields = index.fields.iter();
            let bad: u64 = fields.map(|f| f.refused + f.altered + f.unreadable).sum();
            // A document can be bad without a field that is: by its key, or by a row that is missing.
            bad.max(index.rejected)
        };
        self.indices.iter().map(bad).sum()
    }
}

impl<'a> CheckedField<'a> {
    fn new(field: &'a litebulk::FieldCheck) -> CheckedField<'a> {
        CheckedField {
            field: &field.field,
            values: field.values,
            nulls: field.nulls,
            refused: field.refused,
            altered: field.altered,
            unreadable: field.unreadable,
            examples: field.examples.iter().map(BadValue::new).collect(),
        }
    }
}

impl<'a> FailureReport<'a> {
    pub(super) fn new(failure: &'a Failure) -> FailureReport<'a> {
        let (faults, data) = match failure {
            Failure::Library(error) => (error.faults(), error.data()),
            Failure::Interrupted(..)
            | Failure::Environment(..)
            | Failure::PasswordFile(..)
            | Failure::Cut(_)
            | Failure::Arguments(_) => (&[][..], None),
        };
        FailureReport {
            exit_code: failure.exit_code(),
            error: Told {
                category: failure.category(),
                message: failure.to_string(),
                causes: failure.causes(),
                faults: faults.iter().map(ModelFault::new).collect(),
                data: data.map(BadValue::new),
            },
        }
    }
}

impl<'a> ModelFault<'a> {
    fn new(fault: &'a Fault) -> ModelFault<'a> {
        ModelFault { pointer: &fault.pointer, message: &fault.message }
    }
}

impl<'a> BadValue<'a> {
    fn new(error: &'a DataError) -> BadValue<'a> {
        BadValue {
            id: error.id.as_deref(),
            table: &error.table,
            key: &error.key,
            column: error.column.as_deref(),
            field: error.field.as_deref(),
            value: &error.value,
            rule: &error.rule,
            verdict: error.verdict.as_str(),
            way_out: &error.way_out,
        }
    }
}

/// After an export into files, or a comparison with them.
pub(super) fn tell_export(report: &Report, output: &Output, console: &Console) {
    tell_notices(&report.notices, console);
    let rows: Vec<Vec<String>> = report.indices.iter().map(table_row).collect();
    let headings = ["index", ">documents", ">rejected", ">parts", ">bytes", "folder"];
    console.say(aligned(&headings, &rows));
    for index in &report.indices {
        if let Output::Check(_) = output {
            tell_differences(index, console);
        }
        tell_rejects(index, console);
    }
}

/// After an export to stdout.
pub(super) fn tell_records(report: &Report, console: &Console) {
    tell_notices(&report.notices, console);
    for index in &report.indices {
        let documents = counted(index.documents, "document");
        console.say(format_args!("{}: {documents}, {}", index.name, bytes(index.raw_bytes)));
    }
}

/// After a check that found no fault of the model.
pub(super) fn tell_check(report: &CheckReport, console: &Console) {
    tell_notices(&report.notices, console);
    for index in &report.indices {
        console.say(format_args!("index `{}`: no fault in the model", index.name));
        if index.fields.is_empty() && index.examples.is_empty() {
            continue;
        }
        let rows: Vec<Vec<String>> = index.fields.iter().map(field_row).collect();
        let headings = ["field", ">values", ">nulls", ">refused", ">altered", ">unreadable"];
        console.say(aligned(&headings, &rows));
        let of_fields = index.fields.iter().flat_map(|field| &field.examples);
        of_fields.chain(&index.examples).for_each(|example| console.warn(example));
    }
}

fn tell_notices(notices: &[String], console: &Console) {
    notices.iter().for_each(|notice| console.say(format_args!("note: {notice}")));
}

fn table_row(index: &IndexReport) -> Vec<String> {
    vec![
        index.name.clone(),
        grouped(index.documents),
        grouped(index.rejected),
        grouped(index.parts),
        bytes(index.bytes),
        index.folder.as_ref().map_or(String::new(), |folder| folder.display().to_string()),
    ]
}

fn field_row(field: &litebulk::FieldCheck) -> Vec<String> {
    let mut row = vec![field.field.clone()];
    row.extend(
        [field.values, field.nulls, field.refused, field.altered, field.unreadable].map(grouped),
    );
    row
}

fn tell_rejects(index: &IndexReport, console: &Console) {
    if index.rejected == 0 {
        return;
    }
    let folder = index.folder.as_deref().unwrap_or_else(|| std::path::Path::new("."));
    console.warn(format_args!(
        "{} of index `{}` rejected, see {}",
        counted(index.rejected, "document"),
        index.name,
        folder.join("rejected.json").display()
    ));
    for reason in &index.reasons {
        let count = grouped(reason.count);
        console.warn(format_args!("  {count} {}: {}", reason.verdict, reason.rule));
    }
    index.examples.iter().for_each(|example| console.detail(format_args!("  {example}")));
}

fn tell_differences(index: &IndexReport, console: &Console) {
    if index.differences.is_empty() {
        console
            .say(format_args!("index `{}`: the files are what would be exported now", index.name));
    }
    for difference in &index.differences {
        console.warn(format_args!("index `{}`: {difference}", index.name));
    }
}
