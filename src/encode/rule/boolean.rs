//! `boolean`.

use super::{altered, refused};
use crate::encode::Outcome;
use crate::encode::json::Leaf;
use crate::encode::number;
use crate::target::rule::Facts;

pub(super) fn check(leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
    match leaf {
        Leaf::Null | Leaf::Bool(_) => Ok(()),
        Leaf::Text(text) => check_text(text, facts),
        Leaf::Number(literal) if facts.boolean_guesses => check_guess(literal, facts),
        Leaf::Number(_) => Err(not_a_boolean()),
    }
}

fn check_text(text: &str, facts: &Facts) -> Outcome {
    match text {
        "true" | "false" => Ok(()),
        "0" | "1" if facts.boolean_guesses => Ok(()),
        "" => {
            let becomes = if facts.boolean_empty_true { "true" } else { "false" };
            Err(altered(format!("empty text in `boolean` is indexed as {becomes}"), "store NULL"))
        }
        _ if facts.boolean_guesses => {
            let becomes = if matches!(text, "no" | "off" | "0.0") { "false" } else { "true" };
            Err(altered(
                format!(
                    "`boolean` takes any text on {} and indexes this one as {becomes}",
                    facts.line.name()
                ),
                "mend it with `sql`, or map the field as `keyword`",
            ))
        }
        _ => Err(not_a_boolean()),
    }
}

/// 1.x to 5.x: the number cut to 32 bits, true unless 0; larger ones are refused.
fn check_guess(literal: &str, facts: &Facts) -> Outcome {
    let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value) {
        return Err(refused("`boolean` takes no number beyond 32 bits", "map the field as `long`"));
    }
    let plain = matches!(number::exact(literal), number::Exact::Integer(0 | 1))
        && !literal.starts_with('-');
    if plain {
        return Ok(());
    }
    Err(altered(
        format!("`boolean` on {} indexes this number as {}", facts.line.name(), value as i32 != 0),
        "map the field as a number",
    ))
}

fn not_a_boolean() -> crate::encode::Refusal {
    refused("`boolean` takes true and false", "mend it with `sql`, or map the field as `keyword`")
}
