//! A pretend engine for tests of faults: as much of an engine as loading talks to, on the scripted server. It behaves; what
//! misbehaves is planted into the server by a test. It must not know what is tested.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use crate::faulty::{Answer, Request, Server};

/// What the engine holds.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) indices: BTreeMap<String, Index>,
    made: u64,
    /// Ids of documents that are refused with 400, whatever they hold.
    pub(crate) refused: Vec<String>,
    /// How often a document of that id is still answered with 429.
    pub(crate) busy: BTreeMap<String, u32>,
    /// Whole bodies that hold this text are answered with 400.
    pub(crate) poison: Option<String>,
    /// Bodies that are longer are answered with 413.
    pub(crate) bytes_max: Option<usize>,
    /// Told in place of the usual identity.
    pub(crate) cluster: Option<Value>,
    /// Told by `_nodes`.
    pub(crate) tells_bytes_max: bool,
}

/// One index.
#[derive(Debug, Default)]
pub(crate) struct Index {
    uuid: String,
    pub(crate) settings: BTreeMap<String, String>,
    mappings: Value,
    pub(crate) documents: BTreeMap<String, Value>,
    pub(crate) aliases: Vec<String>,
}

/// The engine and its server.
pub(crate) struct Pretend {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
}

impl Pretend {
    pub(crate) fn start() -> Pretend {
        let state: Arc<Mutex<State>> = Arc::default();
        let of_server = Arc::clone(&state);
        let server = Server::start(move |request| answer(&mut lock(&of_server), request));
        Pretend { server, state }
    }

    /// A second node of the same cluster.
    pub(crate) fn node(&self) -> Server {
        let state = Arc::clone(&self.state);
        Server::start(move |request| answer(&mut lock(&state), request))
    }

    /// A proxy on the way to this cluster, which it knows as `origin`.
    pub(crate) fn proxy(&self, origin: &'static str) -> Server {
        let state = Arc::clone(&self.state);
        Server::start(move |request| match request.path.strip_prefix(origin) {
            Some(path) => {
                answer(&mut lock(&state), &Request { path: path.to_string(), ..request.clone() })
            }
            None => error(400, "not_asked_as_a_proxy"),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(crate) fn documents(&self, index: &str) -> BTreeMap<String, Value> {
        self.state().indices.get(index).map(|index| index.documents.clone()).unwrap_or_default()
    }

    pub(crate) fn setting(&self, index: &str, name: &str) -> Option<String> {
        self.state().indices.get(index)?.settings.get(name).cloned()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn error(status: u16, kind: &str) -> Answer {
    Answer::json(
        status,
        json!({"error": {"type": kind, "reason": format!("pretended {kind}")}, "status": status}),
    )
}

fn answer(state: &mut State, request: &Request) -> Answer {
    let (path, _) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let body = || serde_json::from_str::<Value>(&request.text()).unwrap_or(Value::Null);
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", []) => {
            let usual = json!({"cluster_name": "pretend", "cluster_uuid": "u"});
            let mut told = state.cluster.clone().unwrap_or(usual);
            told["version"] = json!({"number": "9.2.0"});
            Answer::json(200, told)
        }
        ("GET", ["_nodes", "_local", "http"]) => {
            let max = state.bytes_max.filter(|_| state.tells_bytes_max).unwrap_or(100 << 20);
            Answer::json(
                200,
                json!({"nodes": {"n": {"http": {"max_content_length_in_bytes": max}}}}),
            )
        }
        ("GET", ["_cluster", "health", ..]) => {
            Answer::json(200, json!({"number_of_data_nodes": 1, "timed_out": false}))
        }
        ("POST", ["_bulk"]) => bulk(state, request),
        ("POST", ["_search", "scroll"]) => {
            Answer::json(200, json!({"_scroll_id": "s", "hits": {"hits": []}}))
        }
        ("DELETE", ["_search", "scroll", _]) => Answer::json(200, json!({"succeeded": true})),
        ("POST", ["_aliases"]) => aliases(state, &body()),
        ("GET", ["_alias", alias]) => {
            let holders: Map<String, Value> = state
                .indices
                .iter()
                .filter(|(_, index)| index.aliases.iter().any(|held| held == alias))
                .map(|(name, _)| (name.clone(), json!({"aliases": {*alias: {}}})))
                .collect();
            let status = if holders.is_empty() { 404 } else { 200 };
            Answer::json(status, Value::Object(holders))
        }
        (method, [index, rest @ ..]) => of_index(state, method, index, rest, &body()),
        _ => error(405, "method"),
    }
}

fn of_index(state: &mut State, method: &str, name: &str, rest: &[&str], body: &Value) -> Answer {
    if let (Some(prefix), ["_settings"]) = (name.strip_suffix('*'), rest) {
        let all: Map<String, Value> = state
            .indices
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, index)| (name.clone(), json!({"settings": index.settings})))
            .collect();
        return Answer::json(200, Value::Object(all));
    }
    if (method, rest.is_empty()) == ("PUT", true) {
        if state.indices.contains_key(name) {
            return error(400, "resource_already_exists_exception");
        }
        state.made += 1;
        let mut index = Index {
            uuid: format!("uuid-{}", state.made),
            mappings: body["mappings"].clone(),
            ..Index::default()
        };
        index.settings.insert("index.number_of_replicas".into(), "1".into());
        index.settings.insert("index.uuid".into(), index.uuid.clone());
        index.settings.insert("index.creation_date".into(), state.made.to_string());
        index.set(&body["settings"]);
        state.indices.insert(name.to_string(), index);
        return Answer::json(200, json!({"acknowledged": true}));
    }
    let Some(index) = state.indices.get_mut(name) else {
        return error(404, "index_not_found_exception");
    };
    match (method, rest) {
        ("DELETE", []) => {
            state.indices.remove(name);
            Answer::json(200, json!({"acknowledged": true}))
        }
        ("GET", ["_settings"]) => Answer::json(200, json!({name: {"settings": index.settings}})),
        ("PUT", ["_settings"]) => {
            index.set(&body["index"]);
            Answer::json(200, json!({"acknowledged": true}))
        }
        ("GET", ["_mapping"]) => Answer::json(200, json!({name: {"mappings": index.mappings}})),
        ("GET", ["_alias"]) => {
            let aliases: Map<String, Value> =
                index.aliases.iter().map(|alias| (alias.clone(), json!({}))).collect();
            Answer::json(200, json!({name: {"aliases": aliases}}))
        }
        ("POST", ["_refresh"]) => {
            Answer::json(200, json!({"_shards": {"total": 2, "successful": 1, "failed": 0}}))
        }
        ("GET", ["_count"]) => Answer::json(
            200,
            json!({"count": index.documents.len(), "_shards": {"total": 1, "successful": 1, "failed": 0}}),
        ),
        ("POST", ["_mget"]) => {
            let docs: Vec<Value> = body["docs"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|doc| index.get(&doc["_id"]))
                .collect();
            Answer::json(200, json!({"docs": docs}))
        }
        ("POST", ["_search"]) => {
            let hits: Vec<Value> = index.documents.keys().map(|id| json!({"_id": id})).collect();
            Answer::json(200, json!({"_scroll_id": "s", "hits": {"hits": hits}}))
        }
        _ => error(405, "method"),
    }
}

impl Index {
    fn set(&mut self, settings: &Value) {
        for (name, value) in settings.as_object().into_iter().flatten() {
            let name = format!("index.{}", name.trim_start_matches("index."));
            match value {
                Value::Null => self.settings.remove(&name),
                Value::String(text) => self.settings.insert(name, text.clone()),
                value => self.settings.insert(name, value.to_string()),
            };
        }
    }

    fn get(&self, id: &Value) -> Value {
        match self.documents.get(id.as_str().unwrap_or_default()) {
            Some(source) => json!({"_id": id, "found": true, "_source": source}),
            None => json!({"_id": id, "found": false}),
        }
    }
}

fn aliases(state: &mut State, body: &Value) -> Answer {
    for action in body["actions"].as_array().into_iter().flatten() {
        let (verb, told) =
            action.as_object().and_then(|action| action.iter().next()).expect("an action");
        let alias = told["alias"].as_str().expect("an alias").to_string();
        let index = state
            .indices
            .get_mut(told["index"].as_str().expect("an index"))
            .expect("an index that exists");
        index.aliases.retain(|held| *held != alias);
        if verb == "add" {
            index.aliases.push(alias);
        }
    }
    Answer::json(200, json!({"acknowledged": true}))
}

fn bulk(state: &mut State, request: &Request) -> Answer {
    let text = request.text();
    if state.bytes_max.is_some_and(|max| request.body.len() > max) {
        return Answer::empty(413);
    }
    if state.poison.as_ref().is_some_and(|poison| text.contains(poison)) || !text.ends_with('\n') {
        return error(400, "parse_exception");
    }
    let mut lines = text.lines();
    let mut items = Vec::new();
    while let Some(action) = lines.next() {
        let action: Value = serde_json::from_str(action).expect("an action line");
        let (verb, meta) =
            action.as_object().and_then(|action| action.iter().next()).expect("an action");
        let source = (verb != "delete")
            .then(|| serde_json::from_str(lines.next().expect("a source")).expect("JSON"));
        items.push(json!({verb: item(state, verb, meta, source)}));
    }
    let errors = items.iter().any(|item| item.to_string().contains("\"error\""));
    Answer::json(200, json!({"took": 1, "errors": errors, "items": items}))
}

fn item(state: &mut State, verb: &str, meta: &Value, source: Option<Value>) -> Value {
    let id = meta["_id"].as_str().expect("an id").to_string();
    let failed = |status: u16, kind: &str| json!({"_id": id, "status": status, "error": {"type": kind, "reason": "pretended"}});
    if state.refused.contains(&id) {
        return failed(400, "document_parsing_exception");
    }
    if let Some(left) = state.busy.get_mut(&id).filter(|left| **left > 0) {
        *left -= 1;
        return failed(429, "es_rejected_execution_exception");
    }
    let Some(index) = state.indices.get_mut(meta["_index"].as_str().expect("an index")) else {
        return failed(404, "index_not_found_exception");
    };
    match (verb, source) {
        ("create", Some(_)) if index.documents.contains_key(&id) => {
            failed(409, "version_conflict_engine_exception")
        }
        (_, Some(source)) => {
            let status =
                if index.documents.insert(id.clone(), source).is_some() { 200 } else { 201 };
            json!({"_id": id, "status": status})
        }
        (_, None) => {
            let status = if index.documents.remove(&id).is_some() { 200 } else { 404 };
            json!({"_id": id, "status": status})
        }
    }
}
