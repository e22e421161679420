//! What an engine does with a value under a mapping: refuses it, or takes it, and what it then has in its index.
//! Asks and reports; whether litebulk says the same is for the caller to compare.

use serde_json::{Value, json};

use super::client::{Client, Item, Reply};

/// The field that holds the value.
pub(crate) const FIELD: &str = "f";

/// Actions in a bulk body, and bytes after which it is sent before that.
const ACTIONS_MAX: usize = 60;
const BODY_BYTES: usize = 200_000;

/// One property and the values to be posted under it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The property's mapping in the engine's own dialect.
    pub(crate) property: Value,
    /// JSON texts, posted byte for byte; duplicate keys and unusual spellings stay.
    pub(crate) values: Vec<String>,
    /// The format in which doc values are asked for, from 6.x on (`epoch_millis` for dates).
    pub(crate) format: Option<&'static str>,
}

/// The engine's word on a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It does not take the mapping: status and body.
    MappingRefused(u16, String),
    /// Its word on each value, in order.
    Answers(Vec<Answer>),
}

/// The engine's word on a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// Status and error, of the item or of a request with this value alone.
    Refused(u16, String),
    /// Taken, and no search for the field finds it.
    NotIndexed,
    /// Taken, with these doc values, in the engine's order (sorted, equal ones once).
    Indexed(Vec<Value>),
    /// Taken and found; the type has no doc values, or none that can be shown.
    Found,
}

/// Posts the values of `case` into a new `index` (never used before: 1.x loses shards otherwise) and deletes it.
pub(crate) fn ask(client: &Client, index: &str, case: &Case) -> Outcome {
    let mapping = json!({ "properties": { FIELD: case.property } });
    let created = client.create(index, &client.index_body(&mapping));
    if created.status != 200 {
        return Outcome::MappingRefused(created.status, created.body);
    }
    let ids: Vec<String> = (0..case.values.len()).map(|id| id.to_string()).collect();
    let mut items = Vec::new();
    for range in bodies(&case.values) {
        items.extend(post(client, index, &ids[range.clone()], &case.values[range]));
    }
    client.refresh(index);
    let stored: Vec<String> = items
        .iter()
        .zip(&ids)
        .filter(|(item, _)| item.stored())
        .map(|(_, id)| id.clone())
        .collect();
    let found = client.found(index, FIELD, &ids);
    let shown = client.doc_values(index, FIELD, case.format, &stored);
    client.delete_index(index);
    let answer = |(item, id): (Item, &String)| {
        let values = shown.iter().find(|(shown, values)| shown == id && !values.is_empty());
        match (item.stored(), values) {
            (false, _) => Answer::Refused(item.status, item.error.unwrap_or_default()),
            (true, Some((_, values))) => Answer::Indexed(values.clone()),
            (true, None) if found.as_ref().is_some_and(|found| !found.contains(id)) => {
                Answer::NotIndexed
            }
            (true, None) => Answer::Found,
        }
    };
    Outcome::Answers(items.into_iter().zip(&ids).map(answer).collect())
}

/// Which values go into one body.
fn bodies(values: &[String]) -> Vec<std::ops::Range<usize>> {
    let (mut bodies, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, value) in values.iter().enumerate() {
        bytes += value.len();
        if at + 1 - start == ACTIONS_MAX || bytes > BODY_BYTES || at + 1 == values.len() {
            bodies.push(start..at + 1);
            (start, bytes) = (at + 1, 0);
        }
    }
    bodies
}

/// Posts values; a request that is refused as a whole, or answered short, is narrowed down to the value.
fn post(client: &Client, index: &str, ids: &[String], values: &[String]) -> Vec<Item> {
    let mut body = String::new();
    for (id, value) in ids.iter().zip(values) {
        body += &client.action("index", index, id);
        body += &format!("{{\"{FIELD}\":{value}}}\n");
    }
    match client.bulk(body.as_bytes()) {
        Ok(items) if items.len() == ids.len() => items,
        Ok(items) if ids.len() == 1 => panic!("one action, and {} answers for {body}", items.len()),
        Err(Reply { status, body }) if ids.len() == 1 => {
            vec![Item { id: ids[0].clone(), status, error: Some(body) }]
        }
        _ => {
            let half = ids.len() / 2;
            let mut items = post(client, index, &ids[..half], &values[..half]);
            items.extend(post(client, index, &ids[half..], &values[half..]));
            items
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_hold_every_value_once_and_end_in_time() {
        assert!(bodies(&[]).is_empty());
        let small = vec!["1".to_owned(); 130];
        assert_eq!(bodies(&small), [0..60, 60..120, 120..130]);
        let large = vec!["x".repeat(BODY_BYTES + 1), "1".to_owned(), "1".to_owned()];
        assert_eq!(bodies(&large), [0..1, 1..3]);
    }
}
