//! Asks a running engine, in its own dialect: create, load, count, read back. Judges nothing.

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value, json};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, http};

use super::release::Release;

/// The document type that tests use where documents have one.
pub(crate) const TYPE: &str = "doc";

/// Speaks to one node.
pub(crate) struct Client {
    url: String,
    release: &'static Release,
    /// Value of the `authorization` header.
    authorization: Option<String>,
    agent: Agent,
}

/// Who asks a node that lets not everybody in.
pub(crate) struct Login<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    /// Where `ca.crt`, `client.crt` and `client.key` lie, before the node starts.
    pub(crate) certificates: &'a Path,
}

impl Login<'_> {
    fn authorization(&self) -> String {
        use base64::Engine as _;
        let pair = format!("{}:{}", self.user, self.password);
        format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(pair))
    }

    fn tls(&self) -> TlsConfig {
        let read = |name| std::fs::read(self.certificates.join(name)).expect("made by openssl");
        let certificate =
            |name| Certificate::from_pem(&read(name)).expect("openssl writes PEM").to_owned();
        let key = PrivateKey::from_pem(&read("client.key")).expect("openssl writes PEM").to_owned();
        TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[certificate("ca.crt")]))
            .client_cert(Some(ClientCert::new_with_certs(&[certificate("client.crt")], key)))
            .build()
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// The body as JSON; `null` where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The JSON of a success; anything else fails the test.
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.json()
    }
}

/// The engine's word on one action of a bulk body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) status: u16,
    /// The whole error, innermost reason last: text of 1.x, JSON of all others.
    pub(crate) error: Option<String>,
}

impl Item {
    /// Whether the document was stored.
    pub(crate) fn stored(&self) -> bool {
        self.error.is_none() && (200..300).contains(&self.status)
    }
}

impl Client {
    /// A client of the node at `url`.
    pub(crate) fn new(url: &str, release: &'static Release, login: Option<Login<'_>>) -> Client {
        // No proxy: the engine is on the loopback, whatever the machine is set up for.
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(120)));
        if let Some(login) = &login {
            config = config.tls_config(login.tls());
        }
        let authorization = login.as_ref().map(Login::authorization);
        Client { url: url.to_owned(), release, authorization, agent: config.build().into() }
    }

    /// Sends a request; a connection that breaks is an error, every status is a reply.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Reply, ureq::Error> {
        let mut request =
            http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let mut response = match body {
            None => self.agent.run(request.body(())?)?,
            Some((kind, bytes)) => {
                self.agent.run(request.header("content-type", kind).body(bytes)?)?
            }
        };
        let status = response.status().as_u16();
        let body =
            response.body_mut().with_config().limit(1 << 30).lossy_utf8(true).read_to_string()?;
        Ok(Reply { status, body })
    }

    /// Sends a request with a JSON body, or none.
    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let text = body.map(Value::to_string);
        let body = text.as_ref().map(|text| ("application/json", text.as_bytes()));
        self.try_send(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Whether `nodes` nodes answer as one cluster. With a password three times in a row: in the first seconds the
    /// right one may get a passing 401.
    pub(crate) fn ready(&self, nodes: usize) -> bool {
        let answers = || match self.try_send("GET", "/_cluster/health", None) {
            Ok(reply) if reply.status == 200 => {
                reply.json()["number_of_nodes"].as_u64() == Some(nodes as u64)
            }
            _ => false,
        };
        (0..if self.authorization.is_some() { 3 } else { 1 }).all(|_| answers())
    }

    /// Whether each of `nodes` nodes has a vote. They get it some time after they have joined; before that, the death of
    /// one may take the quorum away for ever. The vote of a node that was not there at first is kept by a name which is
    /// no node's.
    pub(crate) fn voting(&self, nodes: usize) -> bool {
        let path =
            "/_cluster/state/nodes,metadata?filter_path=nodes.*.name,metadata.cluster_coordination";
        let Ok(reply) = self.try_send("GET", path, None) else { return false };
        let state = reply.json();
        let votes = &state["metadata"]["cluster_coordination"]["last_committed_config"];
        let voters: Vec<&str> =
            votes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        voters.len() == nodes && voters.iter().all(|voter| state["nodes"][*voter].is_object())
    }

    /// The version that the node says it is.
    pub(crate) fn version(&self) -> String {
        let nodes = self.send("GET", "/_nodes/_local", None).ok();
        let node = nodes["nodes"].as_object().and_then(|nodes| nodes.values().next());
        node.and_then(|node| node["version"].as_str()).unwrap_or_default().to_owned()
    }

    /// A create-index body of one shard and no replicas for this root mapping, under [`TYPE`] where there are types.
    pub(crate) fn index_body(&self, mapping: &Value) -> Value {
        let mappings =
            if self.release.typed() { json!({ TYPE: mapping }) } else { mapping.clone() };
        json!({
            "settings": { "index.number_of_shards": 1, "index.number_of_replicas": 0 },
            "mappings": mappings,
        })
    }

    /// Creates `index` from a create-index body as it stands. On 1.x a name must not be used twice: the new shard may be lost.
    pub(crate) fn create(&self, index: &str, body: &Value) -> Reply {
        self.send("PUT", &format!("/{index}"), Some(body))
    }

    /// Deletes `index`; whether it was there does not matter.
    pub(crate) fn delete_index(&self, index: &str) {
        self.send("DELETE", &format!("/{index}"), None);
    }

    /// The action line for `id`, with its line end.
    pub(crate) fn action(&self, op: &str, index: &str, id: &str) -> String {
        let mut target = Map::new();
        target.insert("_index".to_owned(), index.into());
        if self.release.typed() {
            target.insert("_type".to_owned(), TYPE.into());
        }
        target.insert("_id".to_owned(), id.into());
        format!("{}\n", json!({ op: target }))
    }

    /// Posts a bulk body as it stands; a request that is refused as a whole is the error.
    pub(crate) fn bulk(&self, ndjson: &[u8]) -> Result<Vec<Item>, Reply> {
        let body = Some(("application/x-ndjson", ndjson));
        let reply =
            self.try_send("POST", "/_bulk", body).unwrap_or_else(|error| panic!("_bulk: {error}"));
        match reply.json()["items"].as_array() {
            Some(items) if reply.status == 200 => Ok(items.iter().map(item).collect()),
            _ => Err(reply),
        }
    }

    /// Makes everything stored so far visible.
    pub(crate) fn refresh(&self, index: &str) {
        let answer = self.send("POST", &format!("/{index}/_refresh"), None).ok();
        assert_eq!(answer["_shards"]["failed"], 0, "{answer}");
    }

    /// Documents that are visible.
    pub(crate) fn count(&self, index: &str) -> u64 {
        let answer = self.send("GET", &format!("/{index}/_count"), None).ok();
        answer["count"].as_u64().unwrap_or_else(|| panic!("no count in {answer}"))
    }

    /// The visible document of that id as it was sent, digits included.
    pub(crate) fn source(&self, index: &str, id: &str) -> Option<Value> {
        let query = json!({ "query": { "ids": { "values": [id] } } });
        self.search(index, &query).ok()?.pop().map(|mut hit| hit["_source"].take())
    }

    /// The hits of a search, or the reply of one that failed, on a shard or as a whole.
    pub(crate) fn search(&self, index: &str, query: &Value) -> Result<Vec<Value>, Reply> {
        let reply = self.send("POST", &format!("/{index}/_search"), Some(query));
        let mut answer = reply.json();
        let failed = answer["_shards"]["failed"].as_u64() != Some(0);
        match answer["hits"]["hits"].take() {
            Value::Array(hits) if reply.status == 200 && !failed => Ok(hits),
            _ => Err(reply),
        }
    }

    /// Among `ids`, those for which `field` has anything indexed.
    pub(crate) fn found(&self, index: &str, field: &str, ids: &[String]) -> Option<Vec<String>> {
        let query = json!({
            "size": ids.len(),
            "_source": false,
            "query": { "constant_score": { "filter": { "exists": { "field": field } } } },
        });
        let hits = self.search(index, &query).ok()?;
        Some(hits.iter().filter_map(|hit| hit["_id"].as_str().map(str::to_owned)).collect())
    }

    /// What was indexed for `field`, document by document: its doc values (field data on 1.x and 2.x). A document
    /// that is missing from the answer has values that the engine cannot show. `format` is for dates, from 6.x on.
    pub(crate) fn doc_values(
        &self,
        index: &str,
        field: &str,
        format: Option<&str>,
        ids: &[String],
    ) -> Vec<(String, Vec<Value>)> {
        let (key, wanted) = match (self.release.opensearch(), self.release.major()) {
            (false, 1 | 2) => ("fielddata_fields", json!(field)),
            (false, 5) => ("docvalue_fields", json!(field)),
            _ => match format {
                None => ("docvalue_fields", json!({ "field": field })),
                Some(format) => ("docvalue_fields", json!({ "field": field, "format": format })),
            },
        };
        let query = json!({
            "size": ids.len().max(1),
            "_source": false,
            "query": { "ids": { "values": ids } },
            key: [wanted],
        });
        match self.search(index, &query) {
            Ok(hits) => hits.iter().map(|hit| values(hit, field)).collect(),
            // One value that cannot be shown fails the whole search: then ask for fewer.
            Err(_) if ids.len() > 1 => {
                let (one, other) = ids.split_at(ids.len() / 2);
                let mut all = self.doc_values(index, field, format, one);
                all.extend(self.doc_values(index, field, format, other));
                all
            }
            Err(_) => Vec::new(),
        }
    }
}

fn values(hit: &Value, field: &str) -> (String, Vec<Value>) {
    let values = hit["fields"][field].as_array().cloned().unwrap_or_default();
    (hit["_id"].as_str().unwrap_or_default().to_owned(), values)
}

fn item(item: &Value) -> Item {
    let item = item.as_object().and_then(|item| item.values().next()).unwrap_or(&Value::Null);
    let error = match &item["error"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        error => Some(error.to_string()),
    };
    Item {
        id: item["_id"].as_str().unwrap_or_default().to_owned(),
        status: item["status"].as_u64().unwrap_or(0) as u16,
        error,
    }
}
