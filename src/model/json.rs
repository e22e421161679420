//! JSON text to a tree that loses nothing: key order kept, numbers digit for digit (only an exponent is always
//! spelt `e+` or `e-`), and every repeated key told. Knows no model.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::nearest::quoted;
use super::pointer::below;
use crate::error::Fault;

/// Levels of lists and objects inside each other; no engine takes a mapping that deep, and the stack holds it.
pub(super) const DEPTH_MAX: usize = 100;

/// Reads JSON text; a byte order mark before it is skipped. Repeated keys are pushed to `faults`, the first one is kept.
///
/// # Errors
/// What is wrong with the text, as a sentence with line and column.
pub(super) fn read(bytes: &[u8], pointer: &str, faults: &mut Vec<Fault>) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|b| **b == b'\n').count();
        format!("line {line} is no valid UTF-8, wanted JSON; save the file as UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err("found nothing, wanted JSON".to_string());
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = Node { pointer, depth: 0, faults };
    node.deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            format!(
                "no valid JSON: {error}; JSON knows no comments and no comma after the last item"
            )
        })
}

/// What a value is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// One value of the text: where it stands, and how many lists and objects are around it.
struct Node<'a> {
    pointer: &'a str,
    depth: usize,
    faults: &'a mut Vec<Fault>,
}

impl Node<'_> {
    fn child<'b>(&'b mut self, pointer: &'b str) -> Node<'b> {
        Node { pointer, depth: self.depth + 1, faults: self.faults }
    }

    fn check_depth<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth < DEPTH_MAX {
            return Ok(());
        }
        Err(E::custom(format_args!(
            "lists and objects inside each other, more than {DEPTH_MAX} levels"
        )))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut values = Vec::new();
        loop {
            let pointer = below(self.pointer, &values.len().to_string());
            match list.next_element_seed(self.child(&pointer))? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    /// A number that is no 64-bit integer comes as an object too: one of serde_json's own, with the digits.
    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = object.next_key_seed(KeySeed)? {
            let Key::Name(name) = key else {
                let digits: String = object.next_value()?;
                return digits.parse::<Number>().map(Value::Number).map_err(A::Error::custom);
            };
            self.check_depth()?;
            let pointer = below(self.pointer, &name);
            let value = object.next_value_seed(self.child(&pointer))?;
            if values.contains_key(&name) {
                let message = format!(
                    "the key {} stands more than once in the same object; keep one of them",
                    quoted(&name)
                );
                self.faults.push(Fault { pointer, message });
            } else {
                values.insert(name, value);
            }
        }
        Ok(Value::Object(values))
    }
}

/// A key of an object, or the sign by which serde_json hands over a number digit for digit.
enum Key {
    Name(String),
    NumberFollows,
}

/// Asks for an optional string: a key of the text answers "some", the sign of a number answers with a bare string. So a key
/// of the text that is spelt like the sign is still a key.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer).map(Key::Name)
    }

    fn visit_str<E>(self, _sign: &str) -> Result<Key, E> {
        Ok(Key::NumberFollows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_ok(text: &str) -> (Value, Vec<String>) {
        let mut faults = Vec::new();
        let value = read(text.as_bytes(), "", &mut faults).expect("valid JSON");
        (value, faults.iter().map(|fault| fault.pointer.clone()).collect())
    }

    fn read_error(bytes: &[u8]) -> String {
        read(bytes, "", &mut Vec::new()).expect_err("no valid JSON")
    }

    #[test]
    fn valid_text_comes_back_as_it_was() {
        for text in [
            "null",
            "true",
            "\"a\\u0000é\"",
            "[]",
            "{}",
            r#"{"z":1,"a":[{"b":null},false]}"#,
            "[0,-0,-0.0,1.50,1e+400,2E-3,123456789012345678901234567890.123456789]",
            r#"{"$serde_json::private::Number":"x","b":[{"$serde_json::private::Number":"1"}]}"#,
        ] {
            let (value, repeated) = read_ok(text);
            assert_eq!(value.to_string(), text.replace('E', "e"));
            assert!(repeated.is_empty(), "{text}");
        }
    }

    #[test]
    fn each_repeated_key_is_told_and_the_first_kept() {
        let (value, repeated) =
            read_ok(r#"{"a":1,"a":{"x/y":1,"x/y":2},"l":[{"~":0,"\u007e":1}],"a":3}"#);
        assert_eq!(value.to_string(), r#"{"a":1,"l":[{"~":0}]}"#);
        assert_eq!(repeated, ["/a/x~1y", "/a", "/l/0/~0", "/a"]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(read_ok("\u{feff} {\"a\":1}").0.to_string(), r#"{"a":1}"#);
    }

    #[test]
    fn broken_text_is_told_with_its_line() {
        let hint = "; JSON knows no comments and no comma after the last item";
        for (text, wanted) in [
            ("{\n  \"a\": 1,\n}", "no valid JSON: trailing comma at line 3 column 1"),
            ("{\"a\": 1} x", "no valid JSON: trailing characters at line 1 column 10"),
            ("{\"a\": 01}", "no valid JSON: invalid number at line 1 column 8"),
            (
                "{\"a\nb\": 1}",
                "no valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0",
            ),
            ("[\"\\ud800\"]", "no valid JSON: unexpected end of hex escape at line 1 column 9"),
            ("// c", "no valid JSON: expected value at line 1 column 1"),
            ("{\"a\":", "no valid JSON: EOF while parsing a value at line 1 column 5"),
        ] {
            assert_eq!(read_error(text.as_bytes()), format!("{wanted}{hint}"), "{text}");
        }
        assert_eq!(read_error(b" \n"), "found nothing, wanted JSON");
        assert_eq!(
            read_error(b"{\n\"\xE9\": 1}"),
            "line 2 is no valid UTF-8, wanted JSON; save the file as UTF-8"
        );
    }

    #[test]
    fn depth_has_a_limit_and_numbers_do_not_count() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(read_ok(&nested(DEPTH_MAX)).0.to_string(), nested(DEPTH_MAX));
        assert_eq!(
            read_error(nested(DEPTH_MAX + 1).as_bytes()),
            "no valid JSON: lists and objects inside each other, more than 100 levels at line 1 column 101; \
             JSON knows no comments and no comma after the last item"
        );
        assert!(read_error("{\"a\":".repeat(100_000).as_bytes()).contains("more than 100 levels"));
    }
}
