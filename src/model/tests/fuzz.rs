//! Damaged models from a seed: reading never panics, and no fault that was put in is lost. A failure prints the seed.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{CAMPUS, FULL};
use crate::error::Category;
use crate::model::object::Kind;
use crate::model::pointer::below;
use crate::model::{Index, Model, Producer};

const SEED: u64 = 20_260_722;
const ROUNDS: u64 = 4_000;

/// Runs `round` with a generator of its own; the number to begin with stands in a failure's message.
fn rounds(round: impl Fn(&mut Rng, &str)) {
    for number in SEED..SEED + ROUNDS {
        let mut rng = Rng::with_seed(number);
        let base = if rng.bool() { CAMPUS } else { FULL };
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| round(&mut rng, base)));
        assert!(outcome.is_ok(), "seed {number}");
    }
}

/// What holds for every text: a model, or faults of the category that says so, each with a message of one line.
fn read(text: &str) -> Result<Model, Vec<(String, String)>> {
    Model::from_json(text, "m.json", None).map_err(|error| {
        assert_eq!(error.category(), Category::Data);
        assert!(!error.faults().is_empty());
        let faults = error.faults().iter().map(|f| (f.pointer.clone(), f.message.clone()));
        faults.inspect(|(_, message)| assert!(!message.contains('\n'), "{message}")).collect()
    })
}

#[test]
fn damaged_text_never_panics() {
    rounds(|rng, base| {
        let mut bytes = base.as_bytes().to_vec();
        for _ in 0..rng.usize(1..8) {
            let at = rng.usize(..bytes.len());
            let end = (at + rng.usize(1..40)).min(bytes.len());
            match rng.u8(..5) {
                0 => bytes[at] = rng.u8(..),
                1 => drop(bytes.drain(at..end)),
                2 => bytes.insert(at, *rng.choice(b"{}[]\",:\\0 \n\xC3-e").expect("a byte")),
                3 => bytes.extend_from_within(at..end),
                _ => bytes.truncate(at + 1),
            }
            bytes.push(b' '); // So that there is always a place for the next blow.
        }
        let _ = read(&String::from_utf8_lossy(&bytes));
        let mut faults = Vec::new();
        let _ = super::super::json::read(&bytes, "", &mut faults);
    });
}

#[test]
fn damaged_trees_give_a_whole_model_or_faults() {
    rounds(|rng, base| {
        let mut value: Value = serde_json::from_str(base).expect("the fixture is JSON");
        for _ in 0..rng.usize(1..4) {
            let mut places = Vec::new();
            pointers(&value, "", &mut places);
            let place = rng.choice(&places).expect("a place").clone();
            let other = rng.choice(&places).and_then(|p| value.pointer(p)).cloned();
            let place = value.pointer_mut(&place).expect("a place that was found");
            *place = if rng.bool() { other.unwrap_or_default() } else { junk(rng) };
        }
        if let Ok(model) = read(&value.to_string()) {
            let indices = value["indices"].as_object().expect("a model has indices");
            assert_eq!(model.indices.len(), indices.len());
            for (index, (name, value)) in model.indices.iter().zip(indices) {
                assert_eq!(&index.name, name);
                assert_whole(index, value);
            }
        }
    });
}

/// An index that was taken has only known keys, and every entry of its `fields` has come through.
fn assert_whole(index: &Index, value: &Value) {
    let members = value.as_object().expect("an index is an object");
    assert!(members.keys().all(|key| Kind::Index.keys().contains(&key.as_str())), "{value}");
    assert_eq!(index.mapping, members["mapping"]);
    let fields = members.get("fields").and_then(Value::as_object).cloned().unwrap_or(Map::new());
    assert_eq!(index.fields.entries.len(), fields.len());
    for (field, (name, entry)) in index.fields.entries.iter().zip(&fields) {
        assert_eq!(&field.name, name);
        let kept = match &field.producer {
            Some(Producer::Column(_)) => entry.is_string() || has(entry, &["column", "value"]),
            Some(Producer::Sql(_)) => has(entry, &["sql"]),
            Some(Producer::Value(_)) => has(entry, &["value"]),
            Some(Producer::One(_)) => has(entry, &["one"]),
            Some(Producer::Many(_)) => has(entry, &["many"]),
            None => !has(entry, &["column", "sql", "value", "one", "many"]),
        };
        assert!(kept, "{entry} became {field:?}");
    }
}

fn has(entry: &Value, keys: &[&str]) -> bool {
    keys.iter().any(|key| entry.get(key).is_some())
}

#[test]
fn no_fault_is_lost_beside_others() {
    rounds(|rng, base| {
        let mut value: Value = serde_json::from_str(base).expect("the fixture is JSON");
        let mut places = Vec::new();
        objects(&value, Kind::Root, "", &mut places);
        rng.shuffle(&mut places);
        let mut wanted = Vec::new();
        for (kind, pointer) in places.iter().take(rng.usize(1..6)) {
            // An object replaced before takes what is inside it along.
            if let Some(Value::Object(map)) = value.pointer_mut(pointer) {
                wanted.push(damage(rng, *kind, pointer, map));
            }
        }
        wanted.retain(|(pointer, _)| {
            let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            value.pointer(parent).is_some_and(Value::is_object)
        });
        let faults = read(&value.to_string()).expect_err("faults were put in");
        for (pointer, words) in wanted {
            let found = faults.iter().any(|(p, message)| *p == pointer && message.contains(words));
            assert!(found, "{pointer} ({words}) is not in {faults:?}");
        }
    });
}

/// Puts one fault into an object of the model; gives its pointer and words of its message.
fn damage(
    rng: &mut Rng,
    kind: Kind,
    pointer: &str,
    map: &mut Map<String, Value>,
) -> (String, &'static str) {
    let known: Vec<String> = map.keys().cloned().collect();
    let key = rng.choice(&known).cloned().unwrap_or("x".to_string());
    if rng.bool() || known.is_empty() {
        let key = format!("{key}{}", rng.alphanumeric());
        let known = kind.keys().contains(&key.as_str());
        assert!(!known, "`{key}` happens to be known");
        map.insert(key.clone(), junk(rng));
        return (below(pointer, &key), "unknown key");
    }
    // No key takes an object that holds a lone brace in a list, but those that take any JSON or any object.
    let words = match key.as_str() {
        "value" => {
            map.insert(key.clone(), json!("}"));
            "lone"
        }
        _ => {
            map.insert(key.clone(), json!([{"x": "{"}]));
            "found a list"
        }
    };
    (below(pointer, &key), words)
}

/// Every object of the model that has fixed keys, with its pointer.
fn objects(value: &Value, kind: Kind, pointer: &str, places: &mut Vec<(Kind, String)>) {
    let Value::Object(map) = value else { return };
    places.push((kind, pointer.to_string()));
    for (key, value) in map {
        let pointer = below(pointer, key);
        let inner = match key.as_str() {
            "indices" => Kind::Index,
            "fields" => Kind::Entry,
            "one" => {
                objects(value, Kind::One, &pointer, places);
                continue;
            }
            "many" => {
                objects(value, Kind::Many, &pointer, places);
                continue;
            }
            _ => continue,
        };
        for (name, value) in value.as_object().into_iter().flatten() {
            objects(value, inner, &below(&pointer, name), places);
        }
    }
}

/// Every place of a tree.
fn pointers(value: &Value, pointer: &str, places: &mut Vec<String>) {
    places.push(pointer.to_string());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                pointers(value, &below(pointer, key), places);
            }
        }
        Value::Array(list) => {
            for (position, value) in list.iter().enumerate() {
                pointers(value, &below(pointer, &position.to_string()), places);
            }
        }
        _ => {}
    }
}

/// Something that hardly fits anywhere.
fn junk(rng: &mut Rng) -> Value {
    let choices = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!(" "),
        json!("{a}{{}}{through.b}"),
        json!("a{b"),
        json!("}{"),
        json!("\u{0}\n{é}"),
        json!([]),
        json!({}),
        json!({"": [{"~/": "{}"}]}),
        json!({"column": "a"}),
        json!({"many": {"through": "x", "value": ["{through.y}"]}}),
        json!({"one": {"fields": {"a": {"one": {}}}}}),
    ];
    rng.choice(&choices).cloned().unwrap_or_default()
}
