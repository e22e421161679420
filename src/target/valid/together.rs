//! Parameters of one field that do not go together. Knows one field and nothing beside it.

use serde_json::Value;

use super::Faults;
use crate::target::dialect::truth;
use crate::target::span::{ES1_ES2, ES5_ON, Span, es, es_until, os};
use crate::target::{Property, Target};

/// What a parameter says.
#[derive(Clone, Copy)]
enum Says {
    /// Anything.
    Given,
    On,
    Off,
    /// Nothing: it is not there.
    Missing,
    One(&'static [&'static str]),
    /// Any other number.
    Not(i64),
}

use Says::{Given, Missing, Not, Off, On, One};

/// Two parameters that no field of these types (none: of any) can have at once.
struct Clash {
    kinds: &'static [&'static str],
    spans: &'static [Span],
    one: (&'static str, Says),
    other: (&'static str, Says),
}

const fn clash(
    kinds: &'static [&'static str],
    spans: &'static [Span],
    one: (&'static str, Says),
    other: (&'static str, Says),
) -> Clash {
    Clash { kinds, spans, one, other }
}

const TEXT: &[&str] = &["text"];
const DENSE: &[&str] = &["dense_vector"];
const GEO: &[&str] = &["geo_point"];
/// Term vectors with offsets, which the prefixes of 6.x have no place for: every document is refused.
const OFFSETS: &[&str] =
    &["with_offsets", "with_positions_offsets", "with_positions_offsets_payloads"];
const SCRIPTED: &[Span] = &[es(7, 13)];
const ES7_ON: &[Span] = &[es(7, 0)];
const ES7: &[Span] = &[es_until((7, 0), (8, 0))];
/// Without positions in the index.
const NO_POSITIONS: Says = One(&["docs", "freqs"]);

/// Measured on each line; what scripts preclude, from the source of Elasticsearch 8.
#[rustfmt::skip]
const CLASHES: &[Clash] = &[
    clash(TEXT, ES5_ON, ("fielddata", On), ("index", Off)),
    clash(TEXT, &[es(6, 4), os(1, 0)], ("index_phrases", On), ("index", Off)),
    clash(TEXT, &[es(6, 4), os(1, 0)], ("index_phrases", On), ("index_options", NO_POSITIONS)),
    clash(TEXT, &[es(6, 3), os(1, 0)], ("index_prefixes", Given), ("index", Off)),
    clash(TEXT, &[es_until((6, 3), (7, 0))], ("term_vector", One(OFFSETS)), ("index_prefixes", Given)),
    clash(GEO, &[es_until((2, 0), (3, 0))], ("store", On), ("index", One(&["no"]))),
    clash(TEXT, ES5_ON, ("position_increment_gap", Given), ("index_options", NO_POSITIONS)),
    clash(TEXT, &[es(8, 0)], ("position_increment_gap", Not(100)), ("index", Off)),
    clash(&[], ES7_ON, ("time_series_dimension", On), ("index", Off)),
    clash(&[], ES7_ON, ("time_series_dimension", On), ("doc_values", Off)),
    clash(&[], ES7_ON, ("time_series_dimension", On), ("normalizer", Given)),
    clash(&[], ES7, ("time_series_dimension", On), ("ignore_above", Given)),
    clash(&[], ES7_ON, ("time_series_dimension", On), ("time_series_metric", Given)),
    clash(&[], ES7_ON, ("time_series_metric", Given), ("doc_values", Off)),
    clash(DENSE, ES7_ON, ("similarity", Given), ("index", Off)),
    clash(DENSE, ES7_ON, ("index_options", Given), ("index", Off)),
    clash(&[], SCRIPTED, ("script", Given), ("null_value", Given)),
    clash(&[], SCRIPTED, ("script", Given), ("ignore_malformed", Given)),
    clash(&[], SCRIPTED, ("script", Given), ("coerce", Given)),
    clash(&[], SCRIPTED, ("on_script_error", Given), ("script", Missing)),
];

/// Parameters of `property` that `target` does not take together.
pub(super) fn check(property: &Property, target: &Target, faults: &mut Faults<'_>) {
    let says = |(key, says): (&str, Says)| says.is_said(property.params.get(key));
    let kind = property.kind.as_str();
    for clash in CLASHES {
        let concerns = clash.kinds.is_empty() || clash.kinds.contains(&kind);
        if concerns && target.within(clash.spans) && says(clash.one) && says(clash.other) {
            let (one, other) = (clash.one, clash.other);
            let way_out = match other.1 {
                Missing => format!("add `{}`, or remove `{}`", other.0, one.0),
                _ => "remove one of them".to_string(),
            };
            let message = format!(
                "{target} takes no `{kind}` with {} and {}; {way_out}",
                one.1.in_words(one.0, property),
                other.1.in_words(other.0, property)
            );
            faults.push(format!("{}/{}", property.pointer, one.0), message);
        }
    }
    boosted(property, target, faults);
}

/// A boost lies in the norms, and where a field has none every value is refused: text without them, on 1.7 and 2.4 `boolean`, on 2.4
/// `ip` too. Other types take one. Measured on both.
fn boosted(property: &Property, target: &Target, faults: &mut Faults<'_>) {
    let Some(boost) = property.params.get("boost").filter(|_| target.within(ES1_ES2)) else {
        return;
    };
    let number = boost.as_f64().or_else(|| boost.as_str()?.parse().ok());
    let says = |key: &str, wanted: bool| {
        property.params.get(key).and_then(truth).is_some_and(|found| found == wanted)
    };
    let enabled = property.params.get("norms").and_then(|norms| norms.get("enabled"));
    let has_none = match property.kind.as_str() {
        "string" => says("omit_norms", true) || enabled.and_then(truth) == Some(false),
        "boolean" => true,
        "ip" => target.major == 2,
        _ => false,
    };
    if has_none && number.is_some_and(|number| number != 1.0) {
        let message = format!(
            "{target} refuses every value of a `{}` with a `boost` and without norms; remove the `boost`, and give it in the query",
            property.kind
        );
        faults.push(format!("{}/boost", property.pointer), message);
    }
}

impl Says {
    fn is_said(self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Missing, value) => value.is_none(),
            (_, None) => false,
            (Given, Some(_)) => true,
            (On, Some(value)) => truth(value) == Some(true),
            (Off, Some(value)) => truth(value) == Some(false),
            (Not(number), Some(value)) => {
                value.as_i64().or_else(|| value.as_str()?.parse().ok()) != Some(number)
            }
            (One(words), Some(value)) => value.as_str().is_some_and(|word| words.contains(&word)),
        }
    }

    fn in_words(self, key: &str, property: &Property) -> String {
        match (self, property.params.get(key)) {
            (Missing, _) | (_, None) => format!("no `{key}`"),
            (Given, _) => format!("`{key}`"),
            (_, Some(Value::String(word))) => format!("`{key}: {word}`"),
            (_, Some(value)) => format!("`{key}: {value}`"),
        }
    }
}
