//! An index of the cluster: made, deleted, looked at, tuned for loading and set back, refreshed, counted.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::target::{Engine, Target};

use super::address::path_segment;
use super::connection::Connection;
use super::response::{Response, excerpt};
use super::state::Found;

/// Elasticsearch 1 removes the files of a deleted index late, and can lose a new shard of the same name to that.
const AFTER_DELETE: Duration = Duration::from_secs(2);

/// Longest wait for the shards of a new index.
const SHARDS_MAX: Duration = Duration::from_secs(30);

/// One index, by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index<'a> {
    pub(super) connection: &'a Connection,
    pub(super) name: &'a str,
    pub(super) target: Target,
}

/// The setting that tells an index that an upload has named after its content from one that somebody else has named so: it holds
/// the index's own name. An allocation rule is the one setting whose last word is free on every engine; no node has an attribute
/// of this name, so it excludes none.
pub(super) const MARK: &str = "index.routing.allocation.exclude.litebulk";

/// How an index is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Making {
    /// Whether it can be told from others later, where the cluster lets it.
    pub(super) marked: bool,
    /// Whether an earlier try may have made it, which is then as it should be.
    pub(super) tried: bool,
}

/// What came of a change of settings.
#[derive(Debug)]
pub(super) enum Change {
    Made,
    /// The cluster would not, and nothing was changed.
    Refused(Error),
}

/// An index as the cluster describes it.
#[derive(Clone, Debug)]
pub(super) struct Described {
    /// Its own name, where it was asked for by an alias.
    pub(super) name: String,
    pub(super) uuid: String,
    pub(super) found: Found,
}

impl Index<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/{}{rest}", path_segment(self.name))
    }

    fn call(&self, method: &str, rest: &str, body: Option<&Value>) -> Result<Response> {
        let body = body.map(Value::to_string);
        self.connection.call(method, &self.path(rest), body.as_deref().map(str::as_bytes))
    }

    fn unexpected(&self, what: &str, response: &Response) -> Error {
        let name = self.name;
        let (status, reason) = (response.status, excerpt(&response.body));
        Error::environment(format!(
            "the index `{name}` cannot be {what} (status {status}): {reason}"
        ))
    }

    /// Uuid and settings; none where there is no such index.
    pub(super) fn describe(&self) -> Result<Option<Described>> {
        let response = self.call("GET", "/_settings?flat_settings=true", None)?;
        if response.status == 404 {
            return Ok(None);
        }
        let value = response.json().filter(|_| response.status == 200);
        let indices =
            value.as_ref().and_then(Value::as_object).filter(|indices| !indices.is_empty());
        let Some(indices) = indices else { return Err(self.unexpected("described", &response)) };
        if indices.len() > 1 {
            let name = self.name;
            return Err(Error::environment(format!(
                "`{name}` is an alias of {} indices; name one that stands for a single index",
                indices.len()
            )));
        }
        Ok(indices.iter().next().map(|(name, value)| described(name, &value["settings"])))
    }

    /// Makes the index by the create-index body `mapping`, and waits until its shards have started.
    pub(super) fn create(
        &self,
        mapping: &Map<String, Value>,
        making: Making,
        data_nodes: Option<u64>,
    ) -> Result<Described> {
        // A repetition after an unknown outcome can find the first try's index, which is then as it should be.
        let retries_before = self.connection.retries_so_far();
        let body = Value::Object(mapping.clone());
        let marked = marked(mapping, self.name).filter(|_| making.marked);
        let mut response = self.call("PUT", "", Some(marked.as_ref().unwrap_or(&body)))?;
        if marked.is_some() && response.status == 400 && !says_exists(&response) {
            response = self.call("PUT", "", Some(&body))?;
        }
        let tried = making.tried || self.connection.retries_so_far() > retries_before;
        if response.status != 200 && !(tried && says_exists(&response)) {
            return Err(self.unexpected("made", &response));
        }
        let described = self.describe()?;
        let described = described.ok_or_else(|| {
            Error::environment(format!(
                "the index `{}` was made, and the cluster does not know it",
                self.name
            ))
        })?;
        self.wait_for_shards(data_nodes)?;
        Ok(described)
    }

    /// Waits until the shards can take documents. With several data nodes the replicas too: a node that dies before its
    /// shards have copies takes with it what it has acknowledged.
    fn wait_for_shards(&self, data_nodes: Option<u64>) -> Result<()> {
        let wanted = if data_nodes.is_some_and(|nodes| nodes > 1) { "green" } else { "yellow" };
        // The answer must come before the connection counts as stalled.
        let wait = SHARDS_MAX.min(self.connection.config().timeout / 2);
        let path = format!(
            "/_cluster/health/{}?wait_for_status={wanted}&timeout={}ms",
            path_segment(self.name),
            wait.as_millis()
        );
        let health = self.connection.call_lenient("GET", &path, None)?;
        let status = health.json().map(|value| value["status"].clone()).unwrap_or(Value::Null);
        if status == "yellow" && wanted == "green" {
            self.connection.warn(&format!(
                "not every replica of the index `{}` has started; a node that dies while loading may take documents with it",
                self.name
            ));
        }
        if status != "red" {
            return Ok(());
        }
        Err(Error::environment(format!(
            "the shards of the index `{}` did not start in time; see the cluster's health, then go on with `--resume`",
            self.name
        )))
    }

    pub(super) fn delete(&self) -> Result<()> {
        let response = self.call("DELETE", "", None)?;
        if response.status != 200 && response.status != 404 {
            return Err(self.unexpected("deleted", &response));
        }
        if self.is_old() {
            self.connection.pause(AFTER_DELETE)?;
        }
        Ok(())
    }

    /// No refresh, and no replicas where a single node would hold the data.
    pub(super) fn tune(&self, found: &Found, data_nodes: Option<u64>) -> Result<Change> {
        let mut settings = Map::new();
        settings.insert("refresh_interval".into(), "-1".into());
        let has_replicas =
            found.number_of_replicas != json!("0") && !found.number_of_replicas.is_null();
        if data_nodes == Some(1) && has_replicas && !found.auto_expanded {
            settings.insert("number_of_replicas".into(), "0".into());
        }
        self.set(settings, "tuned for loading", "`--no-tune` leaves its settings alone")
    }

    /// Sets back what loading changed.
    pub(super) fn restore(&self, found: &Found) -> Result<Change> {
        let mut settings = Map::new();
        let refresh = match &found.refresh_interval {
            // Elasticsearch 1 and 2 cannot unset it; 1 s is what unset means there.
            Value::Null if self.is_old() => Value::from("1s"),
            value => value.clone(),
        };
        settings.insert("refresh_interval".into(), refresh);
        if !found.auto_expanded && !found.number_of_replicas.is_null() {
            settings.insert("number_of_replicas".into(), found.number_of_replicas.clone());
        }
        let way_out = format!(
            "`--resume` tries again; or set {} by hand, and end with `--resume --no-tune`",
            Value::Object(settings.clone())
        );
        self.set(settings, "set back to its settings", &way_out)
    }

    fn set(&self, settings: Map<String, Value>, what: &str, way_out: &str) -> Result<Change> {
        let body = json!({ "index": settings }).to_string();
        let path = self.path("/_settings");
        let response = self.connection.call_lenient("PUT", &path, Some(body.as_bytes()))?;
        if response.status == 200 {
            return Ok(Change::Made);
        }
        let error = Error::environment(format!("{}; {way_out}", self.unexpected(what, &response)));
        match response.status {
            400..=499 => Ok(Change::Refused(error)),
            _ => Err(error),
        }
    }

    fn is_old(&self) -> bool {
        self.target.engine == Engine::Elasticsearch && self.target.major < 5
    }

    /// As [`Index::refresh`], where it is allowed.
    pub(super) fn refresh_if_allowed(&self) -> Result<()> {
        let response = self.connection.call_lenient("POST", &self.path("/_refresh"), None)?;
        if response.status == 403 { Ok(()) } else { self.refresh() }
    }

    /// Makes everything that was stored countable.
    pub(super) fn refresh(&self) -> Result<()> {
        let response = self.call("POST", "/_refresh", None)?;
        let shards = response.json().map(|value| value["_shards"].clone()).unwrap_or(Value::Null);
        if response.status != 200 {
            return Err(self.unexpected("refreshed", &response));
        }
        self.check_shards("refresh", &shards)
    }

    pub(super) fn count(&self) -> Result<u64> {
        let response = self.call("GET", "/_count", None)?;
        let value = response.json().unwrap_or(Value::Null);
        let Some(count) = value["count"].as_u64().filter(|_| response.status == 200) else {
            return Err(self.unexpected("counted", &response));
        };
        self.check_shards("count", &value["_shards"])?;
        Ok(count)
    }

    fn check_shards(&self, what: &str, shards: &Value) -> Result<()> {
        let failed = shards["failed"].as_u64().unwrap_or(0);
        let total = shards["total"].as_u64().unwrap_or(0);
        let none_succeeded = total > 0 && shards["successful"] == json!(0);
        if failed == 0 && !none_succeeded {
            return Ok(());
        }
        Err(Error::environment(format!(
            "{failed} of {total} shards of the index `{}` failed at the {what}: see the cluster's log, then go on with `--resume`",
            self.name
        )))
    }

    /// The mapping that the cluster holds, without the type's name.
    pub(super) fn mapping(&self, type_name: Option<&str>) -> Result<Value> {
        let response = self.call("GET", "/_mapping", None)?;
        let value = response.json().filter(|_| response.status == 200);
        let mappings = value
            .as_ref()
            .and_then(Value::as_object)
            .and_then(|indices| indices.values().next())
            .map(|index| &index["mappings"]);
        let Some(mappings) = mappings else {
            return Err(self.unexpected("asked for its mapping", &response));
        };
        Ok(match type_name {
            Some(type_name) => mappings[type_name].clone(),
            None => mappings.clone(),
        })
    }
}

/// The settings that a create-index body asks for, where an interrupted loading that left no other trace has made `described` of
/// them; none where it has not.
pub(super) fn lost_settings(described: &Described, body: &Map<String, Value>) -> Option<Found> {
    let settings = body.get("settings").unwrap_or(&Value::Null);
    let refresh_interval = setting(settings, "refresh_interval").cloned().unwrap_or(Value::Null);
    let never = |value: &Value| *value == "-1" || *value == -1;
    if !never(&described.found.refresh_interval) || never(&refresh_interval) {
        return None;
    }
    let number_of_replicas = match setting(settings, "number_of_replicas") {
        Some(asked) => asked.clone(),
        // Where nothing is asked for, every engine makes one.
        None if described.found.number_of_replicas == "0" => "1".into(),
        None => described.found.number_of_replicas.clone(),
    };
    Some(Found { refresh_interval, number_of_replicas, ..described.found })
}

/// A setting of an index, which can be nested, or have dots in its name.
fn setting<'a>(settings: &'a Value, name: &str) -> Option<&'a Value> {
    let dotted = format!("index.{name}");
    [&settings[name], &settings["index"][name], &settings[dotted]]
        .into_iter()
        .find(|value| !value.is_null())
}

fn described(name: &str, settings: &Value) -> Described {
    let text = |key: &str| settings[key].as_str().unwrap_or_default().to_string();
    let auto_expand = settings["index.auto_expand_replicas"].as_str();
    Described {
        name: name.to_string(),
        uuid: text("index.uuid"),
        found: Found {
            refresh_interval: settings["index.refresh_interval"].clone(),
            number_of_replicas: settings["index.number_of_replicas"].clone(),
            auto_expanded: auto_expand.is_some_and(|value| value != "false"),
        },
    }
}

/// The create-index body with the mark; none where it has settings that are no object, which the engine will refuse.
fn marked(mapping: &Map<String, Value>, name: &str) -> Option<Value> {
    let mut mapping = mapping.clone();
    let settings = mapping.entry("settings").or_insert_with(|| json!({}));
    settings.as_object_mut()?.insert(MARK.into(), name.into());
    Some(mapping.into())
}

fn says_exists(response: &Response) -> bool {
    let value = response.json().unwrap_or(Value::Null);
    let kind = value["error"]["type"].as_str().unwrap_or_default();
    let old = value["error"].as_str().unwrap_or_default();
    matches!(kind, "resource_already_exists_exception" | "index_already_exists_exception")
        || old.starts_with("IndexAlreadyExistsException")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_as_they_were_found() {
        let settings = json!({
            "index.uuid": "u", "index.refresh_interval": "7s", "index.number_of_replicas": "2",
        });
        let described = described("a", &settings);
        assert_eq!(described.uuid, "u");
        let found = Found {
            refresh_interval: json!("7s"),
            number_of_replicas: json!("2"),
            auto_expanded: false,
        };
        assert_eq!(described.found, found);
    }

    #[test]
    fn what_an_interrupted_loading_left_is_known_by_the_mapping_file() {
        let told = |refresh: &str, replicas: &str, body: &Value| {
            let settings =
                json!({"index.refresh_interval": refresh, "index.number_of_replicas": replicas});
            let body = json!({"settings": body});
            let lost =
                lost_settings(&described("a", &settings), body.as_object().expect("an object"));
            lost.map(|found| (found.refresh_interval, found.number_of_replicas))
        };
        let asked = json!({"index": {"refresh_interval": "7s"}, "index.number_of_replicas": 2});
        assert_eq!(told("-1", "0", &asked), Some((json!("7s"), json!(2))));
        assert_eq!(told("-1", "0", &json!({})), Some((Value::Null, json!("1"))));
        assert_eq!(told("-1", "3", &json!({})), Some((Value::Null, json!("3"))));
        assert_eq!(told("7s", "0", &asked), None);
        assert_eq!(told("-1", "0", &json!({"refresh_interval": -1})), None);
    }

    #[test]
    fn replicas_that_follow_the_nodes_are_left_alone() {
        for (value, expanded) in [("0-1", true), ("false", false)] {
            let settings = json!({ "index.auto_expand_replicas": value });
            assert_eq!(described("a", &settings).found.auto_expanded, expanded);
        }
    }

    #[test]
    fn every_wording_of_an_index_that_exists_is_known() {
        for (body, exists) in [
            (r#"{"error":"IndexAlreadyExistsException[[bx] already exists]","status":400}"#, true),
            (r#"{"error":{"type":"index_already_exists_exception"},"status":400}"#, true),
            (r#"{"error":{"type":"resource_already_exists_exception"},"status":400}"#, true),
            (r#"{"error":{"type":"mapper_parsing_exception"},"status":400}"#, false),
        ] {
            let response =
                Response { status: 400, headers: ureq::http::HeaderMap::new(), body: body.into() };
            assert_eq!(says_exists(&response), exists, "{body}");
        }
    }
}
