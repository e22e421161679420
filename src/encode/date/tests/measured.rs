//! The engines' measured answers: `fixtures/engines/dates.json` holds, per mapping and value, what each of nine engines did
//! (0 refused, text the instant it indexed, `true` taken without a reading, null no such type; one cell where all agree).

use std::collections::HashMap;

use serde_json::Value as Json;

use super::super::calendar::Instant;
use super::*;

const FIXTURE: &str = include_str!("../../../../fixtures/engines/dates.json");

/// What was measured: refused, or taken and indexed as this instant (unknown for ranges).
#[derive(Debug, PartialEq)]
enum Measured {
    Refused,
    Taken(Option<Instant>),
}

fn measured(cell: &Json, nanos: bool) -> Option<Measured> {
    match cell {
        Json::Null => None,
        Json::Number(_) => Some(Measured::Refused),
        Json::Bool(_) => Some(Measured::Taken(None)),
        Json::String(text) if nanos => {
            let instant: jiff::Timestamp = text.parse().expect("a timestamp in the fixture");
            Some(Measured::Taken(Some(Instant(instant.as_nanosecond()))))
        }
        Json::String(text) => {
            let millis: i128 = text.parse().expect("milliseconds in the fixture");
            Some(Measured::Taken(Some(Instant(millis * 1_000_000))))
        }
        other => panic!("{other} in the fixture"),
    }
}

#[test]
fn every_measured_value_gets_the_verdict_of_its_engine() {
    let fixture: Json = serde_json::from_str(FIXTURE).expect("the fixture is JSON");
    let engines: Vec<&String> = fixture["engines"].as_object().expect("engines").keys().collect();
    let mut wrong = Vec::new();
    let mut rules = HashMap::new();
    let mut count = 0;
    for row in fixture["rows"].as_array().expect("rows") {
        let (kind, sent) = (row[0].as_str().expect("type"), row[1].as_str().expect("value"));
        let mapping = &fixture["types"][kind];
        let nanos = mapping["type"] == "date_nanos";
        let resolution = if nanos { Resolution::Nanos } else { Resolution::Millis };
        let cells = row[2].as_array().expect("cells");
        for (index, engine) in engines.iter().enumerate() {
            let cell = cells.get(index).unwrap_or(&cells[0]);
            let Some(expected) = measured(cell, nanos) else { continue };
            let rule = rules.entry((kind, engine.as_str())).or_insert_with(|| {
                DateRule::compile(mapping["format"].as_str(), None, resolution, &target(engine))
                    .unwrap_or_else(|fault| panic!("{engine} {kind}: {fault}"))
            });
            count += 1;
            if let Some(fault) = disagreement(rule, sent, &expected) {
                wrong.push(format!("{engine} {kind} {sent}: {fault}"));
            }
        }
    }
    assert!(count > 10_000, "only {count} comparisons");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreement(rule: &DateRule, sent: &str, expected: &Measured) -> Option<String> {
    let json: Json = serde_json::from_str(sent).expect("JSON in the fixture");
    let (text, number) = match &json {
        Json::String(text) => (text.clone(), false),
        other => (other.to_string(), true),
    };
    let answer = rule.answer(&text, number);
    let verdict = if number { rule.check_number(&text) } else { rule.check_text(&text) };
    let is_number = number || epoch::is_number_like(&text);
    match (&verdict, expected) {
        (Err(refusal), Measured::Refused) if refusal.verdict == Verdict::Refused => None,
        (Err(refusal), Measured::Taken(_)) if refusal.verdict == Verdict::Altered => {
            let lost = matches!(answer, Answer::Takes(meaning) if meaning.lost.is_some());
            (!lost && (!is_number || rule.settles_numbers))
                .then(|| format!("altered without a reason: {answer:?}"))
        }
        (Ok(()), Measured::Taken(None)) => None,
        (Ok(()), Measured::Taken(Some(instant))) => match answer {
            Answer::Takes(meaning)
                if meaning.instant == *instant
                    || meaning.instant.millis() == instant.millis()
                        && rule.resolution == Resolution::Millis =>
            {
                None
            }
            other => Some(format!("indexed {instant:?}, we say {other:?}")),
        },
        (verdict, expected) => {
            Some(format!("measured {expected:?}, we say {verdict:?} {answer:?}"))
        }
    }
}
