//! What engines answered to values that have a shape of their own: contexts of completions, geometries, points, vectors.
//!
//! The fixture holds, for each mapping and value, one letter an engine: `.` taken unchanged, `A` taken, and not as it was
//! meant, `X` refused, `-` settled otherwise. Its JSON is digit for digit what was sent.

use serde_json::{Value as Json, json};

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

/// Measured on 1.7.6: points, and what it does with each where the mapping says so.
#[test]
fn each_axis_of_a_point_is_folded_or_refused_as_its_own_switches_say() {
    const POINTS: [&str; 9] =
        ["91,10", "10,181", "91,181", "NaN,0", "NaN,181", "90,180", "91,-180", "0,Infinity", "1,2"];
    for (switches, wanted) in [
        (json!({"normalize_lon": false}), "AAAAA.AA."),
        (json!({"normalize_lat": false}), "XAXAA.XA."),
        (json!({"normalize_lat": false, "validate_lon": false}), "XAXAA.XA."),
        (json!({"normalize_lat": false, "validate_lat": false}), "AAAAA.AA."),
        (json!({"normalize": false}), "XXXAX.XX."),
        (
            json!({"normalize_lat": false, "normalize_lon": false, "validate_lon": false}),
            "XAXAA.XA.",
        ),
        (json!({"normalize": false, "validate_lat": false}), "AXXAX.AX."),
        (json!({"normalize": false, "normalize_lon": true}), "XAXAA.XA."),
        (json!({"normalize": false, "validate": false, "validate_lat": true}), "AAAAA.AA."),
        (json!({"normalize_lat": true, "normalize": false}), "AAAAA.AA."),
    ] {
        let mut mapping = switches.clone();
        mapping["type"] = "geo_point".into();
        let encoder = encoder(&mapping, "es1", &FieldOptions::default());
        let verdict = |point: &&str| {
            let json = format!("\"{point}\"");
            match encoder.encode_json(json.as_bytes(), &mut Vec::new()) {
                Ok(()) => '.',
                Err(refusal) if refusal.verdict == Verdict::Altered => 'A',
                Err(_) => 'X',
            }
        };
        let found: String = POINTS.iter().map(verdict).collect();
        assert_eq!(found, wanted, "{switches}");
    }
}
