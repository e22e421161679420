//! Compares verdicts with answers: stored values go through the program to an export, and what the export says of each is
//! held against what a running engine does with it. Chooses no value and no mapping.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use super::client::{Client, Item, Reply};
use super::engine::Engine;
use crate::cli::run;

/// Bytes of records that go into one body.
const BODY_BYTES: usize = 2 << 20;
/// Documents whose doc values are asked for at once.
const SHOWN_MAX: usize = 250;

/// One mapped field, and the values that are stored for it, one a row.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// What messages call it.
    pub(super) label: String,
    pub(super) mapping: Json,
    pub(super) stored: Vec<Stored>,
}

/// How verdicts and answers agree.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// Values whose verdict was held against the engine's answer.
    pub(super) compared: usize,
    /// Those among them that are settled otherwise, by [`settled`].
    pub(super) settled: usize,
    /// Fields left out, for the target cannot say their mapping.
    pub(super) unsaid: usize,
    /// Said to be taken unchanged, and refused or changed.
    pub(super) misses: Vec<String>,
    /// Said to be refused or changed, and taken unchanged.
    pub(super) false_alarms: Vec<String>,
    /// Said to be changed, and refused.
    pub(super) mistaken: Vec<String>,
}

impl Agreement {
    /// Fails with all that differs.
    pub(super) fn assert_whole(&self) {
        let Agreement { compared, misses, false_alarms, mistaken, .. } = self;
        assert!(
            misses.is_empty() && false_alarms.is_empty() && mistaken.is_empty(),
            "{compared} values: {} misses, {} false alarms, {} refused that should be changed\n{}",
            misses.len(),
            false_alarms.len(),
            mistaken.len(),
            [misses, false_alarms, mistaken].map(|list| list.join("\n")).join("\n")
        );
    }
}

/// What the export says of one document.
struct Said {
    field: usize,
    /// `None` for documents in the parts.
    verdict: Option<String>,
    rule: String,
}

const NUMERIC: &[&str] = &[
    "byte",
    "short",
    "integer",
    "long",
    "unsigned_long",
    "half_float",
    "float",
    "double",
    "scaled_float",
    "rank_feature",
];

/// Types whose values have no parts: text that looks like JSON is text there.
const SINGLE: &[&str] = &[
    "string",
    "text",
    "keyword",
    "wildcard",
    "constant_keyword",
    "version",
    "search_as_you_type",
    "token_count",
    "match_only_text",
    "murmur3",
    "binary",
    "boolean",
    "date",
    "date_nanos",
    "ip",
    "join_name",
];

/// What JSON spells as a number, and becomes one in a numeric field.
fn is_plain_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && matches!(serde_json::from_str(text), Ok(Json::Number(_)))
        && text.trim() == text
}

/// The properties by field in the engine's dialect; null for those that are left out.
fn kinds(body: &Json, fields: &[Field]) -> Vec<Json> {
    let mappings = &body["mappings"];
    let properties = match &mappings["properties"] {
        Json::Null => mappings
            .as_object()
            .and_then(|types| types.values().next())
            .map_or(&Json::Null, |root| &root["properties"]),
        properties => properties,
    };
    (0..fields.len()).map(|number| properties[format!("f{number}")].clone()).collect()
}

/// An action line and its source line, line ends included, in one text.
struct Record {
    id: String,
    text: String,
}

impl Record {
    fn source(&self) -> &str {
        self.text.lines().nth(1).unwrap_or_default()
    }

    /// The JSON text of its one field, digit for digit.
    fn value(&self) -> &str {
        let source = self.source();
        let value = source.split_once(':').map_or("", |(_, value)| value);
        value.strip_suffix('}').unwrap_or(value)
    }

    /// A rejected record holds values as they are stored; the verdict is on what would have been sent: JSON text as
    /// JSON, and plain numbers in numeric fields as numbers.
    fn spell_as_sent(&mut self, kinds: &[Json]) {
        let value = self.value().to_owned();
        let Ok(Json::String(text)) = serde_json::from_str(&value) else { return };
        let property = &kinds[field_of(&self.id)];
        let kind = property["type"].as_str().unwrap_or("object");
        let sent = match kind {
            _ if NUMERIC.contains(&kind) => is_plain_number(&text),
            _ if SINGLE.contains(&kind) => false,
            _ => text.trim_start().starts_with(['{', '[']),
        };
        if sent && serde_json::from_str::<Json>(&text).is_ok() {
            let (action, source) = self.text.split_once('\n').expect("two lines");
            let before = &source[..source.len() - value.len() - 2];
            self.text = format!("{action}\n{before}{text}}}\n");
        }
    }
}

/// Exports `fields` for the engine's target, and loads whatever can be written, good or bad.
pub(super) fn judge(engine: &Engine, index: &str, fields: &[Field]) -> Agreement {
    let place = TempDir::new().expect("a folder");
    let database = place.path().join("db.sqlite3");
    store(&database, fields);
    let mut agreement = Agreement::default();
    let folder = export(engine, place.path(), index, fields, &mut agreement);
    let client = &engine.client;
    let body = json_of(&folder.join("mapping.json"));
    let created = client.create(index, &body);
    assert_eq!(created.status, 200, "our mapping is refused: {}\n{body}", created.body);
    let said = rejected(&folder);
    let kinds = kinds(&body, fields);
    let mut items = Vec::new();
    let mut records = Vec::new();
    let mut files = parts(&folder);
    files.push(folder.join("rejected.ndjson"));
    for file in files.iter().filter(|file| file.is_file()) {
        let text = fs::read_to_string(file).expect("an export is UTF-8");
        let mut here = records_of(&text);
        here.iter_mut().for_each(|record| record.spell_as_sent(&kinds));
        items.extend(post_all(client, &here));
        records.extend(here);
    }
    client.refresh(index);
    let shown = Shown::ask(client, index, kinds, &items);
    for (item, record) in items.iter().zip(&records) {
        let said = said.get(&record.id).map_or_else(|| Said::taken(&record.id), Said::clone_of);
        let field = &fields[said.field];
        agreement.compare(engine, field, &said, record, item, &shown);
    }
    client.delete_index(index);
    agreement
}

impl Said {
    fn taken(id: &str) -> Said {
        Said { field: field_of(id), verdict: None, rule: String::new() }
    }

    fn clone_of(said: &Said) -> Said {
        Said { field: said.field, verdict: said.verdict.clone(), rule: said.rule.clone() }
    }
}

impl Agreement {
    fn compare(
        &mut self,
        engine: &Engine,
        field: &Field,
        said: &Said,
        record: &Record,
        item: &Item,
        shown: &Shown,
    ) {
        self.compared += 1;
        if settled(engine.release.name, field, said, record).is_some() {
            self.settled += 1;
            return;
        }
        let same = shown.same(said.field, record);
        let list = match (said.verdict.as_deref(), item.stored()) {
            (None, false) => &mut self.misses,
            (None, true) if same == Some(false) => &mut self.misses,
            (Some("refused"), true) => &mut self.false_alarms,
            (Some("altered"), true) if same == Some(true) => &mut self.false_alarms,
            (Some("altered"), false) => &mut self.mistaken,
            _ => return,
        };
        let source: String = record.source().chars().take(120).collect();
        let error: String = item.error.clone().unwrap_or_default().chars().take(400).collect();
        let seen = shown.values.get(&record.id);
        list.push(format!(
            "{} {} {source}: said {:?} {:?}, got {} {error} {}",
            engine.release.name,
            field.label,
            said.verdict.as_deref().unwrap_or("taken"),
            said.rule,
            item.status,
            seen.map_or(String::new(), |values| format!("indexed {values:?}")),
        ));
    }
}

/// Why a verdict that is not the engine's answer stands all the same.
fn settled(engine: &str, field: &Field, said: &Said, record: &Record) -> Option<&'static str> {
    let kind = field.mapping["type"].as_str().unwrap_or("object");
    let spares = field.mapping["ignore_malformed"] == true;
    let value = record.value();
    match said.verdict.as_deref() {
        Some("altered") if !field.mapping["copy_to"].is_null() => {
            Some("the copy is altered, which the field's own doc values do not show")
        }
        Some(_) if kind == "completion" && value.contains("\"output\"") => {
            Some("the record is as stored; what would be sent has no `output` on later engines")
        }
        Some("altered") if kind.starts_with("date") && !value.starts_with('"') => {
            Some("a bare number in a date field wants `from`, whatever an engine makes of it")
        }
        Some("altered") if said.rule.starts_with("`boolean` takes any text") => Some(
            "text other than true and false is no boolean, though what it becomes may be meant",
        ),
        Some("altered") if !field.mapping["fields"].is_null() => {
            Some("the multi-field is altered, which the field's own doc values do not show")
        }
        Some("refused") if said.rule.contains("takes finite numbers") => {
            Some("infinities and NaN are refused by contract, also where an engine takes them")
        }
        Some(_) if engine == "es1" && kind == "boolean" && !field.mapping["fields"].is_null() => {
            Some("1.x knows no multi-fields of a boolean, and drops them")
        }
        Some("refused") if matches!(engine, "es2" | "es5") && spares && kind == "geo_point" => {
            Some(
                "2.x and 5.x keep nearly anything under `ignore_malformed`; a data error either way",
            )
        }
        Some("refused")
            if matches!(engine, "es2" | "es5")
                && said.rule.contains("takes geohashes of at most") =>
        {
            Some("2.x and 5.x take some long geohashes, by their letters, and cut them")
        }
        Some(_) if spares && kind.starts_with("geo_") && value.contains(['[', '{', ',']) => {
            Some("which broken geometries are spared differs by spelling; a data error either way")
        }
        Some("altered") if spares && kind == "ip" && engine == "es9" && value.contains('%') => {
            Some("a zone is refused there even by `ignore_malformed`; a data error either way")
        }
        Some("refused") if kind.starts_with("date") && said.rule.contains("epoch") => Some(
            "fractions and exponents in epochs are a data error, where an engine cuts them too",
        ),
        None if value.bytes().any(|byte| byte >= 0x80) && kind != "keyword" && kind != "string" => {
            Some("digits of other scripts are read as numbers")
        }
        _ => None,
    }
}

/// One row a value; each field has a column of its own, so that the others are null there.
fn store(database: &Path, fields: &[Field]) {
    let mut connection = Connection::open(database).expect("SQLite");
    let columns: Vec<String> = (0..fields.len()).map(|field| format!("f{field}")).collect();
    connection
        .execute_batch(&format!("CREATE TABLE v (id TEXT PRIMARY KEY, {})", columns.join(", ")))
        .expect("a table");
    let rows = connection.transaction().expect("a transaction");
    for (number, field) in fields.iter().enumerate() {
        let insert = format!("INSERT INTO v (id, f{number}) VALUES (?1, ?2)");
        let mut insert = rows.prepare(&insert).expect("the column is there");
        for (row, value) in field.stored.iter().enumerate() {
            insert.execute((format!("{number}-{row}"), value)).expect("a row");
        }
    }
    rows.commit().expect("all rows");
}

fn field_of(id: &str) -> usize {
    let number = id.split('-').next().and_then(|number| number.parse().ok());
    number.expect("ids were made by `store`")
}

/// The folder of the export; fields whose mapping the target cannot say are left out of the model.
fn export(
    engine: &Engine,
    place: &Path,
    name: &str,
    fields: &[Field],
    agreement: &mut Agreement,
) -> PathBuf {
    let mut properties: Map<String, Json> = Map::new();
    for (number, field) in fields.iter().enumerate() {
        properties.insert(format!("f{number}"), field.mapping.clone());
    }
    loop {
        let index = json!({ "table": "v", "nulls": "omit", "mapping": { "properties": properties },
            "settings": { "number_of_shards": 1, "number_of_replicas": 0 } });
        let model = json!({ "indices": { name: index } }).to_string();
        fs::write(place.join("litebulk.json"), model).expect("a file");
        let target = engine.release.name;
        let args = ["export", "db.sqlite3", "--target", target, "--on-error", "reject", "--json"];
        let ended = run(place, args);
        if matches!(ended.code, Some(0 | 4)) {
            return place.join("out").join(name);
        }
        let report: Json = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let faults = report["error"]["faults"].as_array().cloned().unwrap_or_default();
        let before = properties.len();
        for fault in &faults {
            let pointer = fault["pointer"].as_str().unwrap_or_default();
            if let Some(field) = pointer.split('/').nth(5) {
                properties.shift_remove(field);
            }
        }
        agreement.unsaid += before - properties.len();
        assert!(properties.len() < before, "{target}: {}", ended.stderr);
    }
}

pub(super) fn json_of(file: &Path) -> Json {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&bytes).expect("JSON")
}

/// The part files of an export, in order.
pub(super) fn parts(folder: &Path) -> Vec<PathBuf> {
    let manifest = json_of(&folder.join("manifest.json"));
    let parts = manifest["parts"].as_array().cloned().unwrap_or_default();
    parts.iter().map(|part| folder.join(part["file"].as_str().expect("a name"))).collect()
}

/// What was said of the documents that are in no part.
fn rejected(folder: &Path) -> HashMap<String, Said> {
    let file = folder.join("rejected.json");
    if !file.is_file() {
        return HashMap::new();
    }
    let documents = json_of(&file)["documents"].as_array().cloned().unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    documents
        .iter()
        .map(|document| {
            let id = text(&document["id"]);
            let verdict = Some(text(&document["verdict"]));
            let said = Said { field: field_of(&id), verdict, rule: text(&document["rule"]) };
            (id, said)
        })
        .collect()
}

fn records_of(text: &str) -> Vec<Record> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines
        .chunks(2)
        .map(|pair| {
            let action: Json = serde_json::from_str(pair[0]).expect("an action line");
            let meta = action.as_object().and_then(|action| action.values().next());
            let id = meta.and_then(|meta| meta["_id"].as_str()).unwrap_or_default().to_owned();
            Record { id, text: pair.concat() }
        })
        .collect()
}

fn post_all(client: &Client, records: &[Record]) -> Vec<Item> {
    // 5.x adds a header of warning for each odd value, more than a client reads for many records at once.
    let records_max = if client.version().starts_with("5.") { 1 } else { usize::MAX };
    let (mut items, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, record) in records.iter().enumerate() {
        bytes += record.text.len();
        if bytes > BODY_BYTES || at + 1 - start >= records_max || at + 1 == records.len() {
            items.extend(post(client, &records[start..=at]));
            (start, bytes) = (at + 1, 0);
        }
    }
    items
}

/// Posts records; a request that is refused as a whole, or answered short, is narrowed down to the record.
fn post(client: &Client, records: &[Record]) -> Vec<Item> {
    let body: String = records.iter().map(|record| record.text.as_str()).collect();
    match client.bulk(body.as_bytes()) {
        Ok(mut items) if items.len() == records.len() => {
            // There already, from a body that was not answered whole.
            for item in items.iter_mut().filter(|item| item.status == 409) {
                (item.status, item.error) = (200, None);
            }
            items
        }
        Err(Reply { status, body }) if records.len() == 1 => {
            vec![Item { id: records[0].id.clone(), status, error: Some(body) }]
        }
        Ok(items) if records.len() == 1 => {
            panic!("one record, and {} answers: {body}", items.len())
        }
        _ => {
            let (one, other) = records.split_at(records.len() / 2);
            let mut items = post(client, one);
            items.extend(post(client, other));
            items
        }
    }
}

/// What the engine has indexed, where it can show that and words for it are known here.
struct Shown {
    values: HashMap<String, Vec<Json>>,
    /// The type by field, in the engine's dialect; empty where nothing is compared.
    kinds: Vec<String>,
}

impl Shown {
    fn ask(client: &Client, index: &str, properties: Vec<Json>, items: &[Item]) -> Shown {
        let mut shown = Shown { values: HashMap::new(), kinds: Vec::new() };
        for (number, property) in properties.iter().enumerate() {
            let kind = comparable(property).unwrap_or_default();
            if !kind.is_empty() {
                let prefix = format!("{number}-");
                let stored =
                    items.iter().filter(|item| item.stored() && item.id.starts_with(&prefix));
                let ids: Vec<String> = stored.map(|item| item.id.clone()).collect();
                for ids in ids.chunks(SHOWN_MAX) {
                    let name = format!("f{number}");
                    shown.values.extend(client.doc_values(index, &name, None, ids));
                }
            }
            shown.kinds.push(kind);
        }
        shown
    }

    /// Whether what was indexed is what was sent; `None` where that cannot be told.
    fn same(&self, field: usize, record: &Record) -> Option<bool> {
        let kind = self.kinds[field].as_str();
        let shown = self.values.get(&record.id)?;
        let sent: Json = serde_json::from_str(record.value()).ok()?;
        match (sent, shown.as_slice()) {
            (Json::Null | Json::Array(_) | Json::Object(_), _) => None,
            (Json::String(text), [one]) => is_same(kind, &text, one),
            (_, [one]) => is_same(kind, record.value(), one),
            (_, []) => Some(false),
            _ => None,
        }
    }
}

/// The type of a property whose doc values say what was indexed; nothing where the mapping itself wishes otherwise.
fn comparable(property: &Json) -> Option<String> {
    let kind = property["type"].as_str()?;
    let is = |name: &str, value: &str| property[name].as_str() == Some(value);
    let wished = ["ignore_above", "null_value"].iter().any(|name| !property[name].is_null())
        || property["doc_values"] == false
        || property["index"] == false
        || property["index"] == "no"
        || (kind == "string" && !is("index", "not_analyzed"));
    let known = matches!(
        kind,
        "byte"
            | "short"
            | "integer"
            | "long"
            | "float"
            | "double"
            | "boolean"
            | "keyword"
            | "string"
    );
    (known && !wished).then(|| kind.to_owned())
}

fn is_same(kind: &str, sent: &str, shown: &Json) -> Option<bool> {
    let shown = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
    match kind {
        "keyword" | "string" => Some(sent == shown),
        "boolean" => {
            let truth = |text: &str| match text {
                "true" | "T" | "1" | "1.0" => Some(true),
                "false" | "F" | "0" | "0.0" => Some(false),
                _ => None,
            };
            Some(truth(sent) == Some(truth(&shown)?))
        }
        _ => is_same_number(kind, sent.trim(), &shown),
    }
}

/// A whole number must be held exactly. A fraction is rounded in `float`, for that is what the type means.
fn is_same_number(kind: &str, sent: &str, shown: &str) -> Option<bool> {
    let (sent_real, shown_real): (f64, f64) = (sent.parse().ok()?, shown.parse().ok()?);
    if sent_real == 0.0 {
        // A zero's sign is no number here.
        return (!sent.starts_with('-')).then_some(shown_real == 0.0);
    }
    if !shown_real.is_finite() {
        return Some(false);
    }
    let whole = |text: &str| text.parse::<i128>().ok();
    match (whole(sent), whole(shown)) {
        (Some(sent), Some(shown)) => Some(sent == shown),
        (Some(sent), None) => Some(shown_real as i128 == sent),
        (None, Some(shown)) if sent_real.abs() < 1e13 => Some(sent_real == shown as f64),
        (None, Some(_)) => None,
        _ if kind == "float" => Some(shown_real != 0.0 && sent_real as f32 == shown_real as f32),
        _ => Some(sent_real == shown_real),
    }
}
