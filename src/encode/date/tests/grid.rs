//! Throw-away.
use super::*;
use serde_json::{Value as Json, json};
use std::io::{BufRead, Write};

#[test]
fn grid() {
    let Ok(input) = std::env::var("GRID_IN") else { return };
    let out = std::env::var("GRID_OUT").unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(out).unwrap());
    for line in std::io::BufReader::new(std::fs::File::open(input).unwrap()).lines() {
        let q: Json = serde_json::from_str(&line.unwrap()).unwrap();
        let resolution = if q["n"] == true { Resolution::Nanos } else { Resolution::Millis };
        let rule = DateRule::compile(
            q["f"].as_str(),
            q["l"].as_str(),
            resolution,
            &target(q["e"].as_str().unwrap()),
        );
        let answer = match rule {
            Err(fault) => json!({"fault": fault}),
            Ok(rule) => {
                let mut rows = Vec::new();
                for v in q["v"].as_array().unwrap() {
                    let (text, number) = match v {
                        Json::String(text) => (text.clone(), false),
                        other => (other["n"].as_str().unwrap().to_string(), true),
                    };
                    let answer = rule.answer(&text, number);
                    let check =
                        if number { rule.check_number(&text) } else { rule.check_text(&text) };
                    let verdict = match &check {
                        Ok(()) => "ok".to_string(),
                        Err(r) => format!("{:?}", r.verdict),
                    };
                    let (kind, instant) = match answer {
                        Answer::Takes(m) => (
                            format!(
                                "takes{}",
                                m.lost.map_or(String::new(), |l| format!(":{}", l.word()))
                            ),
                            Some(m.instant.0.to_string()),
                        ),
                        Answer::TakesAsMillis => ("millis".into(), None),
                        Answer::Refuses => ("refuses".into(), None),
                        Answer::Unjudged => ("unjudged".into(), None),
                    };
                    rows.push(json!([verdict, kind, instant]));
                }
                json!({"r": rows, "s": rule.settles_numbers})
            }
        };
        writeln!(out, "{answer}").unwrap();
    }
}

#[test]
fn trans() {
    let Ok(out) = std::env::var("TRANS_OUT") else { return };
    let from: i64 = std::env::var("TRANS_FROM").unwrap().parse().unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(out).unwrap());
    for line in
        std::io::BufReader::new(std::fs::File::open(std::env::var("TRANS_IN").unwrap()).unwrap())
            .lines()
    {
        let id = line.unwrap();
        let Ok(zone) = jiff::tz::TimeZone::get(&id) else { continue };
        let start = jiff::Timestamp::from_second(from).unwrap();
        write!(out, "{id} {from}:{}", zone.to_offset(start).seconds()).unwrap();
        for t in zone.following(start) {
            if t.timestamp().as_second() > 4102444800 {
                break;
            }
            write!(out, " {}:{}", t.timestamp().as_second(), t.offset().seconds()).unwrap();
        }
        writeln!(out).unwrap();
    }
}
