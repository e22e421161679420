//! JSON that is nested more deeply than the stack of a thread has room for. Pure but for the thread that it borrows.
//!
//! Engines take documents that are some thousand levels deep (arrays without a limit up to Elasticsearch 7, 1,000 levels in 8 and
//! 9, objects of any depth where the mapping does not look into them); serde_json stops at 128, for it reads by recursion.

use serde::de::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// Levels that serde_json reads anywhere.
const LEVELS_EVERYWHERE: usize = 127;
/// No engine takes more: Elasticsearch 7 dies of 20,000 arrays in each other.
const LEVELS_MAX: usize = 50_000;
/// Room on the stack for one level, in a build without optimization.
const LEVEL_BYTES: usize = 16 << 10;

/// Reads JSON of any depth that `act` has room for, see [`with_room`].
pub(super) fn parse(json: &[u8]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}

/// Does `act`, which reads, compares and drops values of `levels` levels, with as much stack as that needs.
pub(super) fn with_room<T: Send>(levels: usize, act: impl FnOnce() -> T + Send) -> Result<T> {
    if levels <= LEVELS_EVERYWHERE {
        return Ok(act());
    }
    if levels > LEVELS_MAX {
        return Err(Error::environment(format!(
            "a document is nested {levels} levels deep, and more than {LEVELS_MAX} cannot be compared"
        )));
    }
    std::thread::scope(|scope| {
        let room = std::thread::Builder::new().stack_size((levels + 64) * LEVEL_BYTES);
        let done = room.spawn_scoped(scope, act).map_err(|error| {
            Error::environment("there is no memory to compare a deeply nested document")
                .with_source(error)
        })?;
        done.join().map_err(|_| Error::environment("a deeply nested document cannot be compared"))
    })
}

/// How deeply `json` is nested, at most.
pub(super) fn levels(json: &[u8]) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' => now = now.saturating_sub(1),
            b'"' => at = after_string(json, at),
            _ => {}
        }
    }
    most
}

/// Where the string ends whose first byte lies at `at`.
fn after_string(json: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', &json[at.min(json.len())..]) {
        at += found + 1;
        if json[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_outside_of_strings() {
        for (json, wanted) in [
            ("1", 0),
            ("{}", 1),
            (r#"{"a":[1,[]],"b":{}}"#, 3),
            (r#"{"a[[[":"\"[[[\\"}"#, 1),
            (r#"["[\\",[]]"#, 2),
            (r#"["\"#, 1),
        ] {
            assert_eq!(levels(json.as_bytes()), wanted, "{json}");
        }
    }

    #[test]
    fn what_no_engine_takes_is_not_tried() {
        assert!(with_room(LEVELS_MAX + 1, || ()).is_err());
    }
}
