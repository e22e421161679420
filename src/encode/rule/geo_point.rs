//! `geo_point`: pairs, text, geohashes, well-known text and GeoJSON, by version.

use super::{all, altered, geometry, params, refused, worse};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// Characters of a geohash.
const GEOHASH: &str = "0123456789bcdefghjkmnpqrstuvwxyz";

/// Characters of a geohash that fill the twelve levels an index keeps.
const GEOHASH_LENGTH_MAX: usize = 12;

/// Said of coordinates that are no finite numbers.
const NOT_FINITE: &str = ", finite ones";

/// Bits of a geohash beyond its twelve characters: a coordinate off the globe.
const MORTON_OVERFLOW: u64 = 0b11 << 62;

const OFF_GLOBE: &str =
    "`geo_point` takes latitudes from -90 to 90 and longitudes from -180 to 180";

/// The parameters that decide over values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PointRule {
    /// `false`: a third coordinate is refused instead of left to `_source`.
    ignore_z: bool,
    /// `ignore_malformed`: what cannot be read is left out of the index, and what lies off the globe is folded over it.
    spares: bool,
    /// What 1.x does with a latitude and a longitude off the globe.
    beyond: [Beyond; 2],
}

/// `normalize` and `validate` of 1.x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beyond {
    Folded,
    Refused,
    Kept,
}

impl PointRule {
    pub(super) fn compile(property: &Property, facts: &Facts) -> PointRule {
        let flag = |name: &str| params::flag(property, name);
        // `validate` goes before that of an axis, `normalize` behind it (measured on 1.7.6).
        let folds = |axis| flag(axis).or(flag("normalize")).unwrap_or(true);
        let refuses = |axis| flag("validate").or(flag(axis)).unwrap_or(true);
        let folds_lat = folds("normalize_lat");
        // Longitudes are folded wherever latitudes are.
        let folds = [folds_lat, folds_lat || folds("normalize_lon")];
        let refuses = [refuses("validate_lat"), refuses("validate_lon")];
        let beyond = [0, 1].map(|axis| match (folds[axis], refuses[axis]) {
            _ if !facts.geo_folds => Beyond::Refused,
            (true, _) => Beyond::Folded,
            (false, true) => Beyond::Refused,
            (false, false) => Beyond::Kept,
        });
        PointRule {
            ignore_z: flag("ignore_z_value").unwrap_or(true),
            spares: flag("ignore_malformed").unwrap_or(false),
            beyond,
        }
    }

    /// Points outside a field of points: any third coordinate is refused, and nothing is spared.
    pub(super) fn bare() -> PointRule {
        PointRule { ignore_z: false, spares: false, beyond: [Beyond::Refused; 2] }
    }

    /// One point, or a list of them.
    pub(super) fn check(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Array => match node.elements().next().map(Node::kind) {
                None => Ok(()),
                Some(Kind::Number) => {
                    let outcome = self.check_coordinates(node, facts);
                    let infinite =
                        outcome.as_ref().is_err_and(|refusal| refusal.rule.ends_with(NOT_FINITE));
                    if infinite && facts.line >= Line::Es5 && !facts.array_depth_limited {
                        return outcome;
                    }
                    self.spare(outcome, facts, || self.spares_coordinates(node, facts))
                }
                Some(_) => all(node.elements().map(|element| self.check_element(element, facts))),
            },
            Kind::Null => Ok(()),
            Kind::String => self.check_text(&node.string().0, facts),
            Kind::Object => {
                let outcome = self.check_object(node, facts);
                self.spare(outcome, facts, || spares_object(node, facts))
            }
            Kind::Number | Kind::True | Kind::False => self.check_stray(facts),
        }
    }

    /// A number or a boolean alone.
    pub(super) fn check_stray(&self, facts: &Facts) -> Outcome {
        self.spare(Err(not_a_point()), facts, || facts.line >= Line::Es5)
    }

    /// A point in a list of points.
    pub(super) fn check_element(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null if facts.geo_loose_json => Ok(()),
            Kind::Array => {
                let outcome = match numbers(node) {
                    Some(numbers) if numbers.len() > 2 && self.refuses_listed_z(facts) => {
                        Err(not_a_point())
                    }
                    Some(numbers) => self.check_list(&numbers, facts),
                    None => Err(not_a_point()),
                };
                // 5.x misses a coordinate too late to go on behind the list.
                let short = numbers(node).is_some_and(|numbers| numbers.len() < 2);
                self.spare(outcome, facts, || match facts.line {
                    Line::Es1 | Line::Es2 => false,
                    Line::Es5 => !short,
                    _ => true,
                })
            }
            Kind::Object => {
                let outcome = self.check_object(node, facts);
                // In a list 5.x goes on with the next token, be it inside the object.
                let is_flat = || node.members().all(|(_, value)| is_passed_over(value));
                self.spare(outcome, facts, || {
                    spares_object(node, facts) || facts.line == Line::Es5 && is_flat()
                })
            }
            Kind::String => self.check(node, facts),
            _ => self.check_stray(facts),
        }
    }

    /// Before 6.x a list in a list has no third coordinate, and on 6.x only where `ignore_malformed` is set.
    fn refuses_listed_z(&self, facts: &Facts) -> bool {
        facts.geo_guesses || facts.line == Line::Es6 && !self.spares
    }

    /// `[lon, lat]` on its own, where the second coordinate may be a number in text.
    fn check_coordinates(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let number = |element: Node<'_>| match element.leaf()? {
            Leaf::Number(literal) => Some(literal.parse().unwrap_or(f64::INFINITY)),
            Leaf::Text(text) => number::java_double(&text).map(|(value, _)| value),
            Leaf::Null | Leaf::Bool(_) => None,
        };
        let first: Option<Vec<f64>> = node.elements().take(2).map(number).collect();
        let third = node.elements().nth(2);
        match (first, third) {
            (Some(first), None) if first.len() == 2 => self.check_list(&first, facts),
            (Some(first), Some(third)) if third.kind() == Kind::Number => {
                let rest = node.elements().skip(2).map(number).map(Option::unwrap_or_default);
                self.check_list(&first.into_iter().chain(rest).collect::<Vec<_>>(), facts)
            }
            (Some(_), Some(_)) if facts.geo_guesses => Err(altered(
                "`geo_point` uses the first two values of a list",
                "make it `[lon, lat]`",
            )),
            _ => Err(not_a_point()),
        }
    }

    /// `[lon, lat]`, as GeoJSON orders them.
    fn check_list(&self, numbers: &[f64], facts: &Facts) -> Outcome {
        match numbers {
            [lon, lat] => self.check_globe(*lat, *lon, facts),
            [lon, lat, _] => worse(self.check_z(), || self.check_globe(*lat, *lon, facts)),
            [_, _, _, _, ..] if facts.geo_guesses => Err(altered(
                "`geo_point` uses the first two of four numbers",
                "make it `[lon, lat]`",
            )),
            [_] | [] if facts.line <= Line::Es2 => Err(altered(
                "`geo_point` makes up the coordinates that are missing",
                "make it `[lon, lat]`",
            )),
            _ => Err(not_a_point()),
        }
    }

    /// Elasticsearch spares a list that begins with a number for its fourth number alone, OpenSearch for anything but
    /// an object in it.
    fn spares_coordinates(&self, node: Node<'_>, facts: &Facts) -> bool {
        if facts.array_depth_limited {
            return node.elements().all(|element| element.kind() != Kind::Object);
        }
        let is_long = || numbers(node).is_some_and(|numbers| numbers.len() > 3);
        facts.malformed_geo_ignored && self.ignore_z && is_long()
    }

    /// What `ignore_malformed` makes of a refusal, where `spares` says that it covers the value.
    fn spare(&self, outcome: Outcome, facts: &Facts, spares: impl FnOnce() -> bool) -> Outcome {
        match outcome {
            Err(refusal) if self.spares && refusal.verdict == Verdict::Refused => {
                if refusal.rule.starts_with(OFF_GLOBE) {
                    return self.fold(refusal, facts);
                }
                if !spares() {
                    return Err(refusal);
                }
                Err(altered(
                    format!("{}; `ignore_malformed` leaves it out of the index", refusal.rule),
                    refusal.way_out,
                ))
            }
            other => other,
        }
    }

    /// Under `ignore_malformed` every line from 2.x on folds what lies off the globe; 5.x only what is finite.
    fn fold(&self, refusal: Refusal, facts: &Facts) -> Outcome {
        let infinite = refusal.rule.ends_with(NOT_FINITE);
        if facts.line == Line::Es1 || infinite && facts.line == Line::Es5 {
            return Err(refusal);
        }
        Err(altered(
            format!("{OFF_GLOBE}; with `ignore_malformed` others are folded over it"),
            refusal.way_out,
        ))
    }

    /// Text: a pair, a geohash, or a well-known text.
    pub(super) fn check_text(&self, text: &str, facts: &Facts) -> Outcome {
        self.spare(self.check_spelling(text, facts), facts, || match facts.line {
            Line::Es1 => false,
            // Anything without a comma is a geohash there, whatever its letters.
            Line::Es2 | Line::Es5 => !text.contains(','),
            // Java splits `1,` into one part and `,` into none, and the engine asks for the next after each number.
            Line::Es6 => {
                let parts = text.trim_end_matches(',');
                !text.contains(',')
                    || parts.contains(',')
                    || !parts.is_empty() && number::java_double(parts).is_none()
            }
            _ => true,
        })
    }

    fn check_spelling(&self, text: &str, facts: &Facts) -> Outcome {
        if text.contains(',') && !text.contains('(') {
            return self.check_pair(text, facts);
        }
        if facts.geo_wkt
            && text.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("point"))
        {
            return self.check_wkt(text, facts);
        }
        check_geohash(text, facts)
    }

    /// `lat,lon`, the other way round than a list.
    fn check_pair(&self, text: &str, facts: &Facts) -> Outcome {
        let numbers: Option<Vec<f64>> =
            text.split(',').map(|part| number::java_double(part).map(|(value, _)| value)).collect();
        match numbers.as_deref() {
            Some([lat, lon]) => self.check_globe(*lat, *lon, facts),
            Some([lat, lon, _]) if facts.geo_text_altitude => {
                worse(self.check_z(), || self.check_globe(*lat, *lon, facts))
            }
            _ => Err(not_a_point()),
        }
    }

    fn check_wkt(&self, text: &str, facts: &Facts) -> Outcome {
        let Some((coordinates, rest)) = geometry::wkt_point(text, facts.line == Line::Es9) else {
            return Err(not_a_point());
        };
        if coordinates.is_empty() {
            return Err(altered("`POINT EMPTY` in `geo_point` is indexed as 0,0", "store NULL"));
        }
        let z = if coordinates.len() > 2 { self.check_z() } else { Ok(()) };
        let point = worse(z, || self.check_globe(coordinates[1], coordinates[0], facts));
        worse(point, || match rest {
            "" | ";" => Ok(()),
            _ => Err(altered(
                "`geo_point` reads well-known text up to the end of the point",
                "take the rest out",
            )),
        })
    }

    fn check_object(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let mut keys: Vec<_> = node.members().map(|(key, _)| key).collect();
        keys.sort_unstable();
        let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
        let is_loose = |key: &&str| facts.geo_loose_json && matches!(*key, "type" | "z");
        match keys.as_slice() {
            ["lat", "lon", others @ ..] if others.iter().all(is_loose) => {
                all([self.check_others(node), self.check_members(node, facts)])
            }
            ["geohash"] if facts.geo_hash_object => {
                match node.member("geohash").and_then(Node::leaf) {
                    Some(Leaf::Text(hash)) => check_geohash(&hash, facts),
                    _ => Err(not_a_point()),
                }
            }
            ["coordinates", "type"] if facts.geo_geojson => self.check_geojson(node, facts),
            ["coordinates", "type", "z"] if facts.geo_loose_json => {
                all([self.check_others(node), self.check_geojson(node, facts)])
            }
            _ => Err(refused(
                "`geo_point` takes an object of `lat` and `lon` alone",
                "make it with `value`",
            )),
        }
    }

    /// Beside its coordinates a point may have a height, a number or text that Java reads as one, and a `type`, any text.
    fn check_others(&self, node: Node<'_>) -> Outcome {
        let is_text = |value: Node<'_>| value.kind() == Kind::String;
        if node.member("type").is_some_and(|name| !is_text(name)) {
            return Err(refused("`type` of a `geo_point` is text", "take it out"));
        }
        match node.member("z").map(Node::leaf) {
            None => Ok(()),
            Some(Some(Leaf::Number(_))) => self.check_z(),
            Some(Some(Leaf::Text(text))) if number::java_double(&text).is_some() => self.check_z(),
            _ => Err(refused(
                "`z` of a `geo_point` is a number",
                "mend it with `sql`, or take it out",
            )),
        }
    }

    fn check_members(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let degrees = |key: &str| match node.member(key)?.leaf()? {
            Leaf::Number(literal) => Some(literal.parse().unwrap_or(f64::INFINITY)),
            Leaf::Text(text) => number::java_double(&text).map(|(value, _)| value),
            Leaf::Null | Leaf::Bool(_) => None,
        };
        match (degrees("lat"), degrees("lon")) {
            (Some(lat), Some(lon)) if !lat.is_nan() && !lon.is_nan() => {
                self.check_globe(lat, lon, facts)
            }
            _ => {
                Err(refused("`lat` and `lon` of a `geo_point` are numbers", "mend them with `sql`"))
            }
        }
    }

    fn check_geojson(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let is_point = node.member("type").and_then(Node::leaf).is_some_and(
            |leaf| matches!(leaf, Leaf::Text(name) if name.eq_ignore_ascii_case("point")),
        );
        let Some(coordinates) = node.member("coordinates").filter(|_| is_point) else {
            return Err(not_a_point());
        };
        let numbers: Option<Vec<f64>> = coordinates
            .elements()
            .map(|element| match element.leaf()? {
                Leaf::Number(literal) => Some(literal.parse().unwrap_or(f64::INFINITY)),
                Leaf::Text(text) if facts.geo_loose_json => {
                    number::java_double(&text).map(|(value, _)| value)
                }
                _ => None,
            })
            .collect();
        match numbers.as_deref() {
            Some([lon, lat]) => self.check_globe(*lat, *lon, facts),
            Some([lon, lat, _]) => worse(self.check_z(), || self.check_globe(*lat, *lon, facts)),
            _ => Err(not_a_point()),
        }
    }

    /// Degrees on the globe.
    fn check_globe(&self, lat: f64, lon: f64, facts: &Facts) -> Outcome {
        if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
            return Ok(());
        }
        let axes = [(lat, 90.0, self.beyond[0]), (lon, 180.0, self.beyond[1])];
        let is = |wanted: Beyond| {
            axes.iter().any(|(value, max, beyond)| {
                // 1.x and 2.x find nothing wrong with what is no number.
                let unseen =
                    value.is_nan() && facts.line <= Line::Es2 && *beyond == Beyond::Refused;
                let beyond = if unseen { Beyond::Kept } else { *beyond };
                !(-*max..=*max).contains(value) && beyond == wanted
            })
        };
        if !is(Beyond::Refused) && is(Beyond::Folded) {
            return Err(altered(
                format!(
                    "`geo_point` on {} folds coordinates beyond the globe over it",
                    facts.line.name()
                ),
                "mend them with `sql`",
            ));
        }
        if !is(Beyond::Refused) {
            return Err(altered(
                format!("`geo_point` on {} takes a point that lies nowhere", facts.line.name()),
                "mend it with `sql`",
            ));
        }
        let finite = lat.is_finite() && lon.is_finite();
        Err(refused(
            format!("{OFF_GLOBE}{}", if finite { "" } else { NOT_FINITE }),
            "mend them with `sql`; are they swapped?",
        ))
    }

    fn check_z(&self) -> Outcome {
        if self.ignore_z {
            return Ok(());
        }
        Err(refused(
            "`geo_point` with `ignore_z_value: false` takes no third coordinate",
            "take it out",
        ))
    }
}

/// Whether a point is refused for where it lies.
pub(super) fn is_off_globe(refusal: &Refusal) -> bool {
    refusal.rule.starts_with(OFF_GLOBE)
}

/// Whether text is a geohash, of any length.
pub(super) fn begins_geohash(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| GEOHASH.contains(letter))
}

/// Points in text fields: a multi-field gets a name of the point, on 1.x the last token of it; a copy the text itself, and
/// nothing else can be copied.
pub(super) fn check_copy(own: bool, kind: Kind, facts: &Facts) -> Outcome {
    let whole = !matches!(kind, Kind::Array | Kind::Object);
    match (own, facts.line) {
        _ if whole => Ok(()),
        (true, Line::Es1) => Err(altered(
            "a multi-field of a `geo_point` on Elasticsearch 1 holds the last token of a list or object",
            "send the point as text",
        )),
        (true, _) => Ok(()),
        (false, _) => Err(refused(
            "`copy_to` of a `geo_point` takes points as text alone",
            "send the point as text, or remove `copy_to`",
        )),
    }
}

/// The elements of a list that holds numbers alone.
fn numbers(node: Node<'_>) -> Option<Vec<f64>> {
    let number = |element: Node<'_>| match element.leaf()? {
        Leaf::Number(literal) => Some(literal.parse().unwrap_or(f64::INFINITY)),
        _ => None,
    };
    node.elements().map(number).collect()
}

/// A token that 5.x spares on its own: no list, no object, and no text that begins a pair.
fn is_passed_over(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Array | Kind::Object => false,
        Kind::String => !node.text().contains(','),
        _ => true,
    }
}

/// Whether `ignore_malformed` spares an object that is no point: on 5.x only where its members are all read first.
fn spares_object(node: Node<'_>, facts: &Facts) -> bool {
    let is_read = |key: &str, value: Node<'_>| match key {
        "lat" | "lon" => matches!(value.kind(), Kind::Number | Kind::String),
        "geohash" => value.kind() == Kind::String,
        _ => false,
    };
    match facts.line {
        Line::Es1 => false,
        // A geohash of any letters.
        Line::Es2 => {
            node.members().count() == 1
                && node.member("geohash").is_some_and(|hash| hash.kind() == Kind::String)
        }
        Line::Es5 => node.members().all(|(key, value)| is_read(&key, value)),
        _ => true,
    }
}

fn check_geohash(text: &str, facts: &Facts) -> Outcome {
    if text.is_empty() && facts.geo_guesses {
        return Err(altered(
            "empty text in `geo_point` becomes a point at the edge of the map",
            "store NULL",
        ));
    }
    let letters = text.chars().take_while(|c| GEOHASH.contains(*c)).count();
    if letters > GEOHASH_LENGTH_MAX - 1 && letters < text.len() && facts.malformed_geo_ignored {
        return Err(altered(
            "`geo_point` reads twelve characters as a geohash, and nothing behind them",
            "cut it off with `substr` in `sql`",
        ));
    }
    if text.is_empty() || letters < text.len() {
        return Err(not_a_point());
    }
    if text.len() > GEOHASH_LENGTH_MAX && !facts.geo_hash_long {
        return check_long_geohash(text, facts);
    }
    Ok(())
}

/// 2.x and 5.x shift the characters behind the twelfth back into the first ones, which moves the point, off the globe at
/// times; sixteen of the letters change nothing in some places.
fn check_long_geohash(text: &str, facts: &Facts) -> Outcome {
    let bits = |text: &str| {
        text.chars().enumerate().fold(0u64, |bits, (at, letter)| {
            let value = GEOHASH.find(letter).unwrap_or_default() as u64;
            // Java takes the shift modulo 64.
            bits | value << ((11 - at as i64) * 5 + 2).rem_euclid(64)
        })
    };
    let (whole, first) = (bits(text), bits(&text[..GEOHASH_LENGTH_MAX]));
    let rule = format!("{} takes geohashes of at most 12 characters", facts.line.name());
    let way_out = "cut it off with `substr` in `sql`";
    if whole & MORTON_OVERFLOW != 0 {
        return Err(refused(rule, way_out));
    }
    if whole != first {
        return Err(altered(format!("{rule}; this one becomes another point"), way_out));
    }
    Ok(())
}

fn not_a_point() -> Refusal {
    refused(
        "`geo_point` takes `lat,lon`, `[lon,lat]`, `{\"lat\":…,\"lon\":…}` or a geohash",
        "make it with `value`",
    )
}
