//! Which cluster a node belongs to, as far as it tells. Pure: knows no socket.

use std::fmt;

use serde_json::Value;

/// Where a node tells it, in the order of asking. Nodes without the root handler, or behind a proxy that keeps it, tell it from
/// the cluster's state (Elasticsearch 6.4 and later, OpenSearch); Elasticsearch 1 has a name only.
pub(super) const PLACES: [&str; 2] =
    ["/", "/_cluster/state/version?filter_path=cluster_name,cluster_uuid"];

/// The name and the uuid of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClusterIdentity {
    name: Option<String>,
    uuid: Option<String>,
}

impl ClusterIdentity {
    pub(super) fn read(told: &Value) -> ClusterIdentity {
        let text = |key: &str| told[key].as_str().filter(|text| !text.is_empty());
        ClusterIdentity {
            name: text("cluster_name").map(str::to_string),
            // A node that has not found its cluster yet says `_na_`.
            uuid: text("cluster_uuid").filter(|uuid| *uuid != "_na_").map(str::to_string),
        }
    }

    /// What `self` leaves open is taken from `other`.
    pub(super) fn or(self, other: ClusterIdentity) -> ClusterIdentity {
        ClusterIdentity { name: self.name.or(other.name), uuid: self.uuid.or(other.uuid) }
    }

    pub(super) fn is_sure(&self) -> bool {
        self.uuid.is_some()
    }

    /// Why a node of the cluster `found` is none of this one.
    pub(super) fn is_not_that_of(&self, found: &ClusterIdentity) -> String {
        format!(
            "it belongs to the cluster {found}, and the others to {self}; name nodes of one cluster with `--url`"
        )
    }

    /// Whether both surely are not one cluster: by the uuid where both tell it, else by the name.
    pub(super) fn differs(&self, other: &ClusterIdentity) -> bool {
        let differ = |one: &Option<String>, other: &Option<String>| {
            one.as_ref().zip(other.as_ref()).map(|(one, other)| one != other)
        };
        differ(&self.uuid, &other.uuid).or_else(|| differ(&self.name, &other.name)).unwrap_or(false)
    }
}

impl fmt::Display for ClusterIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.uuid) {
            (Some(name), Some(uuid)) => write!(f, "`{name}` ({uuid})"),
            (Some(one), None) | (None, Some(one)) => write!(f, "`{one}`"),
            (None, None) => f.write_str("one that does not tell its name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_differ_by_uuid_and_by_name_only_where_one_has_none() {
        let told = |name: &str, uuid: &str| {
            ClusterIdentity::read(&serde_json::json!({"cluster_name": name, "cluster_uuid": uuid}))
        };
        for (one, other, differs) in [
            (told("a", "u"), told("a", "u"), false),
            (told("a", "u"), told("a", "v"), true),
            (told("a", "u"), told("b", "u"), false),
            (told("a", ""), told("a", "u"), false),
            (told("a", ""), told("b", "u"), true),
            (told("a", "_na_"), told("a", "u"), false),
            (told("", ""), told("b", "u"), false),
        ] {
            assert_eq!(one.differs(&other), differs, "{one} {other}");
        }
    }
}
