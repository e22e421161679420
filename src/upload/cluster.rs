//! Who answers: engine, version, and what of its limits loading must know. It asks, and decides whether an export fits.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::export::manifest::Manifest;
use crate::target::{Engine, Target};

use super::connection::Connection;
use super::response::Response;

/// The cluster as it presents itself.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// Engine and version; none where nothing told, so that the manifest's word is taken.
    pub(super) target: Option<Target>,
    /// Name and identity, for the state.
    pub(super) name: String,
    /// Bytes of one request, at most, where the node tells.
    pub(super) content_bytes_max: Option<u64>,
    /// Nodes that hold data, where the cluster tells.
    pub(super) data_nodes: Option<u64>,
}

impl Cluster {
    pub(super) fn ask(connection: &Connection) -> Result<Cluster> {
        let root = connection.call_lenient("GET", "/", None)?;
        connection.unite()?;
        let info = root.json().unwrap_or(Value::Null);
        let uuid = info["cluster_uuid"].as_str().unwrap_or_default();
        let name = format!("{} {uuid}", info["cluster_name"].as_str().unwrap_or_default());
        let target = match from_root(&root, &info) {
            Some(target) => Some(target),
            None => from_nodes(connection, &root)?,
        };
        let http = connection.call_lenient(
            "GET",
            "/_nodes/_local/http?filter_path=nodes.*.http.max_content_length_in_bytes",
            None,
        )?;
        let content_bytes_max = http.json().and_then(|value| content_bytes_max(&value));
        let health = connection.call_lenient(
            "GET",
            "/_cluster/health?filter_path=number_of_data_nodes",
            None,
        )?;
        let data_nodes = health.json().and_then(|value| value["number_of_data_nodes"].as_u64());
        Ok(Cluster { target, name: name.trim().to_string(), content_bytes_max, data_nodes })
    }

    /// Whether documents of the export `manifest` have the shape that this cluster takes.
    pub(super) fn check(&self, manifest: &Manifest, connection: &Connection) -> Result<()> {
        let made_for = manifest_target(manifest)?;
        let index = &manifest.index;
        let Some(target) = self.target else {
            connection.warn(&format!(
                "the cluster does not tell its version; taken for `{}`, which the index `{index}` was exported for",
                manifest.target
            ));
            return Ok(());
        };
        if !made_for.same_document_shape(&target) {
            return Err(Error::environment(format!(
                "the index `{index}` was exported for `{}`, and the cluster is {}, which takes documents of another shape; \
                 export with `--target {}`",
                manifest.target,
                described(&target),
                target.name()
            )));
        }
        if (made_for.engine, made_for.major) != (target.engine, target.major) && !target.serverless
        {
            connection.warn(&format!(
                "the index `{index}` was exported for `{}`, and the cluster is {}; values may be read in another way there",
                manifest.target,
                described(&target)
            ));
        }
        Ok(())
    }

    /// The version to go by, the export's where the cluster does not tell.
    pub(super) fn target_or(&self, manifest: &Manifest) -> Result<Target> {
        self.target.map_or_else(|| manifest_target(manifest), Ok)
    }
}

fn manifest_target(manifest: &Manifest) -> Result<Target> {
    Target::parse(&manifest.target).map_err(|reason| {
        Error::environment(format!(
            "the manifest of the index `{}` names an unknown target: {reason}",
            manifest.index
        ))
    })
}

fn described(target: &Target) -> String {
    let engine = match target.engine {
        Engine::Elasticsearch => "Elasticsearch",
        Engine::OpenSearch => "OpenSearch",
    };
    format!("{engine} {}.{}", target.major, target.minor)
}

fn from_root(response: &Response, info: &Value) -> Option<Target> {
    if response.status != 200 {
        return None;
    }
    let version = &info["version"];
    let (major, minor) = numbers(version["number"].as_str()?)?;
    // OpenSearch can be told to call itself Elasticsearch 7.10; its tagline does not join in.
    let tagline = info["tagline"].as_str().unwrap_or_default();
    let is_opensearch = version["distribution"] == "opensearch"
        || tagline.contains("OpenSearch")
        || response.header("x-opensearch-version").is_some();
    let engine = if is_opensearch { Engine::OpenSearch } else { Engine::Elasticsearch };
    let serverless = version["build_flavor"] == "serverless";
    let is_disguised = is_opensearch && major == 7;
    let (major, minor) = if is_disguised { (1, 0) } else { (major, minor) };
    Some(Target { engine, major, minor, serverless })
}

/// Nodes without the root handler (405), or behind a proxy that keeps it (403, html), still tell their version here.
fn from_nodes(connection: &Connection, root: &Response) -> Result<Option<Target>> {
    let response = connection.call_lenient(
        "GET",
        "/_nodes/_local?filter_path=nodes.*.version,nodes.*.build_type",
        None,
    )?;
    let Some(value) = response.json().filter(|_| response.status == 200) else { return Ok(None) };
    let Some(node) = value["nodes"].as_object().and_then(|nodes| nodes.values().next()) else {
        return Ok(None);
    };
    let Some((major, minor)) = node["version"].as_str().and_then(numbers) else { return Ok(None) };
    let says_opensearch = |response: &Response| response.header("x-opensearch-version").is_some();
    // Elasticsearch 1 and 2 have no build type, and OpenSearch never was without.
    let is_opensearch = says_opensearch(root)
        || says_opensearch(&response)
        || (major < 5 && node["build_type"].is_string());
    let engine = if is_opensearch { Engine::OpenSearch } else { Engine::Elasticsearch };
    Ok(Some(Target { engine, major, minor, serverless: false }))
}

fn numbers(version: &str) -> Option<(u16, u16)> {
    let mut numbers = version.split(['.', '-']);
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
    Some((major, minor))
}

fn content_bytes_max(value: &Value) -> Option<u64> {
    let nodes = value["nodes"].as_object()?;
    nodes.values().filter_map(|node| node["http"]["max_content_length_in_bytes"].as_u64()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(info: &str) -> Option<Target> {
        let response = Response {
            status: 200,
            headers: ureq::http::HeaderMap::new(),
            body: info.as_bytes().to_vec(),
        };
        from_root(&response, &response.json()?)
    }

    #[test]
    fn the_root_answer_tells_engine_and_version() {
        for (info, engine, major, minor, serverless) in [
            (r#"{"version":{"number":"1.7.6"}}"#, Engine::Elasticsearch, 1, 7, false),
            (
                r#"{"version":{"number":"9.2.0","build_flavor":"default"}}"#,
                Engine::Elasticsearch,
                9,
                2,
                false,
            ),
            (
                r#"{"version":{"number":"8.11.0","build_flavor":"serverless"}}"#,
                Engine::Elasticsearch,
                8,
                11,
                true,
            ),
            (
                r#"{"version":{"number":"2.19.4","distribution":"opensearch"}}"#,
                Engine::OpenSearch,
                2,
                19,
                false,
            ),
            (
                r#"{"version":{"number":"3.8.0-SNAPSHOT","distribution":"opensearch"}}"#,
                Engine::OpenSearch,
                3,
                8,
                false,
            ),
            (
                r#"{"version":{"number":"7.10.2"},"tagline":"The OpenSearch Project: https://opensearch.org/"}"#,
                Engine::OpenSearch,
                1,
                0,
                false,
            ),
        ] {
            assert_eq!(told(info), Some(Target { engine, major, minor, serverless }), "{info}");
        }
        assert_eq!(told("{}"), None);
        assert_eq!(told("<html>"), None);
    }

    #[test]
    fn the_smallest_limit_of_the_nodes_counts() {
        let nodes = r#"{"nodes":{"a":{"http":{"max_content_length_in_bytes":7}},"b":{"http":{"max_content_length_in_bytes":5}}}}"#;
        let value = serde_json::from_str(nodes).expect("JSON");
        assert_eq!(content_bytes_max(&value), Some(5));
        assert_eq!(content_bytes_max(&Value::Null), None);
    }
}
