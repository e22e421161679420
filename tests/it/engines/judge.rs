//! Compares verdicts with answers: stored values go through the program to an export, and what the export says of each is
//! held against what a running engine does with it. Chooses no value and no mapping.

use std::collections::{BTreeMap, HashMap};
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
    /// Whether the model reads the column `from: json`, so that lists and objects reach single values too.
    pub(super) json: bool,
}

/// How verdicts and answers agree.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// Values whose verdict was held against the engine's answer.
    pub(super) compared: usize,
    /// Those among them that are settled otherwise, by the reason that [`settled`] gives.
    pub(super) settled: BTreeMap<&'static str, usize>,
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

/// A completion as it goes to those who know no `output` and no `payload`.
fn without_output(mut json: Json) -> Json {
    match &mut json {
        Json::Object(members) => members.retain(|key, _| key != "output" && key != "payload"),
        Json::Array(elements) => {
            *elements = elements.drain(..).map(without_output).collect();
        }
        _ => {}
    }
    json
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

    /// A rejected record holds values as they are stored, but JSON where the model says that it is some; the verdict is on what
    /// would have been sent: JSON text as JSON, and plain numbers in numeric fields as numbers.
    fn spell_as_sent(&mut self, kinds: &[Json], old_completion: bool) {
        let value = self.value().to_owned();
        let property = &kinds[field_of(&self.id)];
        let kind = property["type"].as_str().unwrap_or("object");
        let sent = match serde_json::from_str(&value) {
            Ok(Json::String(text)) => {
                let is_sent = match kind {
                    _ if NUMERIC.contains(&kind) => is_plain_number(&text),
                    _ if SINGLE.contains(&kind) => false,
                    _ => text.trim_start().starts_with(['{', '[']),
                };
                let Ok(json) = serde_json::from_str::<Json>(&text) else { return };
                match kind {
                    _ if !is_sent => return,
                    "completion" if !old_completion => without_output(json).to_string(),
                    _ => text,
                }
            }
            // Dates have no exponents.
            Ok(Json::Number(number)) if kind.starts_with("date") && value.contains('e') => {
                number.as_f64().expect("it has an exponent").to_string()
            }
            _ => return,
        };
        let (action, source) = self.text.split_once('\n').expect("two lines");
        let before = &source[..source.len() - value.len() - 2];
        self.text = format!("{action}\n{before}{sent}}}\n");
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
    let old_completion = !engine.release.opensearch() && engine.release.major() < 5;
    let mut items = Vec::new();
    let mut records = Vec::new();
    let mut files = parts(&folder);
    files.push(folder.join("rejected.ndjson"));
    for file in files.iter().filter(|file| file.is_file()) {
        let text = fs::read_to_string(file).expect("an export is UTF-8");
        let mut here = records_of(&text);
        // Parts hold what goes out already.
        for record in here.iter_mut().filter(|record| said.contains_key(&record.id)) {
            if !fields[field_of(&record.id)].json {
                record.spell_as_sent(&kinds, old_completion);
            }
        }
        items.extend(post_all(client, &here));
        records.extend(here);
    }
    client.refresh(index);
    let shown = Shown::ask(client, index, &kinds, &items);
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
        if let Some(reason) = settled(engine.release.name, field, said, record) {
            *self.settled.entry(reason).or_default() += 1;
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
        list.push(format!(
            "{} {} {source}: said {:?} {:?}, got {} {error} {}",
            engine.release.name,
            field.label,
            said.verdict.as_deref().unwrap_or("taken"),
            said.rule,
            item.status,
            shown.told(said.field, &record.id),
        ));
    }
}

/// Why a verdict that is not the engine's answer stands all the same.
fn settled(engine: &str, field: &Field, said: &Said, record: &Record) -> Option<&'static str> {
    let kind = field.mapping["type"].as_str().unwrap_or("object");
    let spares = field.mapping["ignore_malformed"] == true;
    match said.verdict.as_deref() {
        Some("altered") if said.rule.starts_with("a bare number in a `date") => {
            Some("a bare number in a date wants `from`, whatever an engine makes of it")
        }
        Some("refused") if said.rule.ends_with("takes finite numbers, the text is none") => {
            Some("infinities are refused by contract, also where 1.x to 5.x index them from text")
        }
        Some("refused")
            if engine <= "es5" && kind == "boolean" && said.rule.ends_with("takes no boolean") =>
        {
            Some(
                "a boolean from 0 or 1 goes out as one; its numeric multi-field would take the number on 1.x to 5.x",
            )
        }
        // It looks digits up by the address's place in the request, and finds them or fails beyond its table.
        Some("refused")
            if engine == "es9" && spares && kind == "ip" && said.rule.contains("takes no zone") =>
        {
            Some(
                "a zone under `ignore_malformed` is spared or refused by where in the request it stands",
            )
        }
        Some(_)
            if engine <= "es2"
                && field.json
                && record.value().contains('{')
                && has_tokens_left(field) =>
        {
            Some(
                "1.x and 2.x read on inside an object where a single value belongs, and take it or fail by what is there",
            )
        }
        _ => None,
    }
}

/// Fields after whose failure or success 1.x and 2.x go on with the tokens that are left.
fn has_tokens_left(field: &Field) -> bool {
    let kind = field.mapping["type"].as_str().unwrap_or("object");
    matches!(kind, "binary" | "ip" | "murmur3")
        || field.mapping["ignore_malformed"] == true
        || !field.mapping["fields"].is_null()
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
        let read: Map<String, Json> = fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.json)
            .map(|(number, _)| (format!("f{number}"), json!({ "from": "json" })))
            .filter(|(name, _)| properties.contains_key(name))
            .collect();
        let index = json!({ "table": "v", "nulls": "omit", "mapping": { "properties": properties },
            "fields": read,
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
    /// By document and by path.
    values: HashMap<(String, String), Vec<Json>>,
    /// Where the values of each field go.
    places: Vec<Vec<Place>>,
}

/// A field that holds a value, or a copy of it: a multi-field, or what `copy_to` names.
struct Place {
    path: String,
    /// The type, in the engine's dialect; empty where what is indexed cannot be told.
    kind: String,
    /// Whether all is indexed by parts, and nothing can get lost: analyzed text.
    whole: bool,
}

impl Place {
    /// The field's own place, and those of its copies; none for a field that was left out.
    fn all(number: usize, properties: &[Json]) -> Vec<Place> {
        let property = &properties[number];
        let mut places = vec![Place::new(format!("f{number}"), property)];
        for (name, field) in property["fields"].as_object().into_iter().flatten() {
            places.push(Place::new(format!("f{number}.{name}"), field));
        }
        let copies = match &property["copy_to"] {
            Json::Array(names) => names.clone(),
            Json::Null => Vec::new(),
            name => vec![name.clone()],
        };
        for name in copies.iter().filter_map(Json::as_str) {
            let target = name.strip_prefix('f').and_then(|number| number.parse().ok());
            let target: usize = target.expect("copies go to fields by their numbers");
            places.push(Place::new(name.to_owned(), &properties[target]));
        }
        if property.is_null() { Vec::new() } else { places }
    }

    fn new(path: String, property: &Json) -> Place {
        let kind = property["type"].as_str().unwrap_or_default();
        let analyzed = kind == "string" && property["index"].is_null();
        let whole = analyzed || matches!(kind, "text" | "match_only_text");
        Place { path, kind: comparable(property).unwrap_or_default(), whole }
    }
}

impl Shown {
    fn ask(client: &Client, index: &str, properties: &[Json], items: &[Item]) -> Shown {
        let mut shown = Shown { values: HashMap::new(), places: Vec::new() };
        for number in 0..properties.len() {
            let places = Place::all(number, properties);
            let prefix = format!("{number}-");
            let stored = items.iter().filter(|item| item.stored() && item.id.starts_with(&prefix));
            let ids: Vec<String> = stored.map(|item| item.id.clone()).collect();
            for place in places.iter().filter(|place| !place.kind.is_empty()) {
                let format = (place.kind == "date").then_some("epoch_millis");
                for ids in ids.chunks(SHOWN_MAX) {
                    for (id, values) in client.doc_values(index, &place.path, format, ids) {
                        shown.values.insert((id, place.path.clone()), values);
                    }
                }
            }
            shown.places.push(places);
        }
        shown
    }

    /// Whether what was indexed is what was sent, in the field and in all its copies; `None` where that cannot be told.
    fn same(&self, field: usize, record: &Record) -> Option<bool> {
        let seen: Vec<Option<bool>> =
            self.places[field].iter().map(|place| self.same_at(place, record)).collect();
        if seen.contains(&Some(false)) {
            return Some(false);
        }
        (!seen.is_empty() && !seen.contains(&None)).then_some(true)
    }

    fn same_at(&self, place: &Place, record: &Record) -> Option<bool> {
        let sent: Json = serde_json::from_str(record.value()).ok()?;
        if matches!(sent, Json::Null | Json::Array(_) | Json::Object(_)) {
            return None;
        }
        if place.whole {
            return Some(true);
        }
        let shown = self.values.get(&(record.id.clone(), place.path.clone()))?;
        match (sent, shown.as_slice()) {
            (Json::String(text), [one]) => is_same(&place.kind, &text, one),
            // A number is not false for its point.
            (Json::Number(number), [one]) if place.kind == "boolean" => {
                let bit = number.as_f64().map(|number| number.to_string());
                is_same(&place.kind, &bit.unwrap_or_default(), one)
            }
            (_, [one]) => is_same(&place.kind, record.value(), one),
            (_, []) => Some(false),
            _ => None,
        }
    }

    /// What was indexed for a document, for messages.
    fn told(&self, field: usize, id: &str) -> String {
        let mut told = String::new();
        for place in &self.places[field] {
            if let Some(values) = self.values.get(&(id.to_owned(), place.path.clone())) {
                told += &format!(" {} indexed {values:?}", place.path);
            }
        }
        told
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
            | "date"
    );
    (known && !wished).then(|| kind.to_owned())
}

fn is_same(kind: &str, sent: &str, shown: &Json) -> Option<bool> {
    let shown = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
    match kind {
        "keyword" | "string" => Some(sent == shown),
        "boolean" => {
            let truth = |text: &str| match text {
                "true" | "T" | "1" => Some(true),
                "false" | "F" | "0" => Some(false),
                _ => None,
            };
            Some(truth(sent) == Some(truth(&shown)?))
        }
        "date" => Some(millis(sent)? == shown.parse::<i64>().ok()?),
        _ => is_same_number(kind, sent.trim(), &shown),
    }
}

/// Milliseconds since 1970 of an ISO date, at UTC where it names no offset, by another reader than the program's.
fn millis(sent: &str) -> Option<i64> {
    if sent.as_bytes().get(4) != Some(&b'-') || sent.starts_with(['-', '+']) {
        return None;
    }
    if let Ok(timestamp) = sent.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_nanosecond().div_euclid(1_000_000) as i64);
    }
    let civil = match sent.parse::<jiff::civil::DateTime>() {
        Ok(civil) if !sent.contains(['+', 'Z', '[']) => civil,
        _ => return None,
    };
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_nanosecond().div_euclid(1_000_000) as i64)
}

/// A whole number must be held exactly. A fraction is rounded in `float`, for that is what the type means.
fn is_same_number(kind: &str, sent: &str, shown: &str) -> Option<bool> {
    let (sent_real, shown_real): (f64, f64) = (sent.parse().ok()?, shown.parse().ok()?);
    let mantissa = sent.split(['e', 'E']).next().unwrap_or(sent);
    if sent_real == 0.0 && mantissa.contains(|digit: char| ('1'..='9').contains(&digit)) {
        // Too small for any double.
        return Some(false);
    }
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
