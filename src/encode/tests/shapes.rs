//! What engines answered to values that have a shape of their own: contexts of completions, geometries, points, vectors.
//!
//! The fixture holds, for each mapping and value, one letter an engine: `.` taken unchanged, `A` taken, and not as it was
//! meant, `X` refused, `-` settled otherwise. Its JSON is digit for digit what was sent.

use serde_json::Value as Json;

use super::encoder;
use crate::encode::FieldOptions;
use crate::error::Verdict;

const FIXTURE: &str = include_str!("../../../fixtures/engines/shapes.json");

#[test]
fn values_with_a_shape_are_judged_as_each_line_does() {
    let groups: Json = serde_json::from_str(FIXTURE).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for group in groups.as_array().unwrap() {
        let rows = group["rows"].as_array().unwrap();
        for (place, engine) in group["engines"].as_array().unwrap().iter().enumerate() {
            let engine = engine.as_str().unwrap();
            let encoder = encoder(&group["mapping"], engine, &FieldOptions::default());
            for row in rows {
                let (json, letters) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
                let letter = letters.as_bytes()[place];
                let ours = match encoder.encode_json(json.as_bytes(), &mut Vec::new()) {
                    Ok(()) => b'.',
                    Err(refusal) if refusal.verdict == Verdict::Altered => b'A',
                    Err(_) => b'X',
                };
                compared += 1;
                if ours != letter && letter != b'-' {
                    let name = &group["name"];
                    wrong.push(format!("{name} {engine} {json}: {}", char::from(ours)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 10_000, "{compared} answers compared");
}
