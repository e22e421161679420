//! Aliases: an index named after its content, moved under an alias in one request, and old ones cleared away.

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

use super::address::path_segment;
use super::connection::Connection;
use super::folder::Export;
use super::index::{Index, MARK};

/// Hex digits of the content's hash in the name of an index.
const HASH_DIGITS: usize = 12;

/// Name of the index that holds exactly this export.
pub(super) fn index_name(export: &Export) -> String {
    format!("{}-{}", export.manifest.index, &export.manifest_sha256[..HASH_DIGITS])
}

/// Whether `name` is the index of some content of the export of `base`. One of digits alone is left to its owner: it may as well
/// be a date and a time (`django-202611271130`), and few hashes are.
fn is_of(name: &str, base: &str) -> bool {
    let hash = name.strip_prefix(base).and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
    hash.len() == HASH_DIGITS
        && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && !hash.bytes().all(|byte| byte.is_ascii_digit())
}

/// The indices that `alias` points at.
pub(super) fn holders(connection: &Connection, alias: &str) -> Result<Vec<String>> {
    let response = connection.call("GET", &format!("/_alias/{}", path_segment(alias)), None)?;
    if response.status == 404 {
        return Ok(Vec::new());
    }
    match response.json().as_ref().and_then(Value::as_object) {
        Some(indices) if response.status == 200 => Ok(indices.keys().cloned().collect()),
        _ => Err(Error::environment(format!(
            "the alias `{alias}` cannot be looked up (status {}): {}",
            response.status,
            response.excerpt()
        ))),
    }
}

/// Refuses an alias whose name an index has.
pub(super) fn check(index: &Index<'_>, alias: &str) -> Result<()> {
    if !holders(index.connection, alias)?.is_empty() {
        return Ok(());
    }
    match (Index { name: alias, ..*index }).describe()? {
        None => Ok(()),
        Some(_) => Err(Error::environment(format!(
            "`{alias}` is an index and so cannot be an alias; choose another name, or delete the index first"
        ))),
    }
}

/// Lets `alias` point at `to` alone, at once; `mapping` may hold a filter or a routing for it.
pub(super) fn move_to(
    connection: &Connection,
    alias: &str,
    to: &str,
    mapping: &Map<String, Value>,
) -> Result<()> {
    let holders = holders(connection, alias)?;
    let old = holders.iter().filter(|holder| *holder != to);
    let mut actions: Vec<Value> =
        old.map(|index| json!({ "remove": { "index": index, "alias": alias } })).collect();
    let mut add = mapping
        .get("aliases")
        .and_then(|aliases| aliases[alias].as_object())
        .cloned()
        .unwrap_or_default();
    add.insert("index".into(), to.into());
    add.insert("alias".into(), alias.into());
    actions.push(json!({ "add": add }));
    let body = json!({ "actions": actions }).to_string();
    let response = connection.call("POST", "/_aliases", Some(body.as_bytes()))?;
    // After an unknown outcome the repetition may find nothing to remove, because the first try did it.
    if response.status == 200 || self::holders(connection, alias)? == [to] {
        return Ok(());
    }
    Err(Error::environment(format!(
        "the alias `{alias}` cannot be moved to `{to}` (status {}): {}",
        response.status,
        response.excerpt()
    )))
}

/// The create-index body without the alias, which must not show the index before it is whole.
pub(super) fn without(mapping: &Map<String, Value>, alias: &str) -> Map<String, Value> {
    let mut mapping = mapping.clone();
    if let Some(aliases) = mapping.get_mut("aliases").and_then(Value::as_object_mut) {
        aliases.shift_remove(alias);
    }
    mapping
}

/// Deletes all but the `keep` newest older indices of the same export that no alias points at, and that bear our mark: the name
/// alone proves nothing, for twelve hex digits may be anybody's.
pub(super) fn clear(current: &Index<'_>, base: &str, keep: usize) -> Result<()> {
    let connection = current.connection;
    let path = format!("/{}-*/_settings?flat_settings=true", path_segment(base));
    let response = connection.call("GET", &path, None)?;
    let value = response.json().unwrap_or(Value::Null);
    let Some(indices) = value.as_object().filter(|_| response.status == 200) else { return Ok(()) };
    let mut old = Vec::new();
    let mut unmarked = Vec::new();
    for (name, index) in indices {
        if name == current.name || !is_of(name, base) || is_aliased(connection, name)? {
            continue;
        }
        if index["settings"][MARK] != name.as_str() {
            unmarked.push(format!("`{name}`"));
            continue;
        }
        let created = index["settings"]["index.creation_date"].as_str().unwrap_or_default();
        old.push((created.parse::<u64>().unwrap_or(0), name));
    }
    old.sort_unstable_by(|left, right| right.cmp(left));
    for (_, name) in old.into_iter().skip(keep) {
        (Index { name, ..*current }).delete()?;
    }
    if !unmarked.is_empty() {
        connection.warn(&format!(
            "{} may be older contents of `{base}`, and do not say that litebulk made them: they are left; delete what is not needed",
            unmarked.join(", ")
        ));
    }
    Ok(())
}

/// Whether an alias points at the index; also where that cannot be known.
pub(super) fn is_aliased(connection: &Connection, name: &str) -> Result<bool> {
    let response = connection.call("GET", &format!("/{}/_alias", path_segment(name)), None)?;
    let value = response.json().filter(|_| response.status == 200);
    let Some(aliases) = value.as_ref().and_then(|value| value[name].get("aliases")) else {
        // Some versions answer with nothing for an index without an alias.
        return Ok(value.is_none_or(|value| !value.as_object().is_some_and(Map::is_empty)));
    };
    Ok(aliases.as_object().is_none_or(|aliases| !aliases.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_indices_named_after_a_content_are_of_an_export() {
        for (name, of) in [
            ("django-0123456789ab", true),
            ("django-0123456789abc", false),
            ("django-0123456789aZ", false),
            ("django", false),
            ("django-202611271130", false),
            ("django-x-0123456789ab", false),
            ("other-0123456789ab", false),
        ] {
            assert_eq!(is_of(name, "django"), of, "{name}");
        }
    }

    #[test]
    fn the_alias_is_left_out_while_its_index_is_loaded() {
        let mapping = json!({"aliases":{"a":{},"b":{}},"mappings":{}});
        let kept = without(mapping.as_object().expect("an object"), "a");
        assert_eq!(Value::Object(kept), json!({"aliases":{"b":{}},"mappings":{}}));
    }
}
