//! `geo_point`: pairs, text, geohashes, well-known text and GeoJSON, by version.

use super::{all, altered, geo_shape, params, refused, worse};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// Characters of a geohash.
const GEOHASH: &str = "0123456789bcdefghjkmnpqrstuvwxyz";

/// Characters of a geohash that fill the twelve levels an index keeps.
const GEOHASH_LENGTH_MAX: usize = 12;

/// The parameters that decide over values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PointRule {
    /// `false`: a third coordinate is refused instead of left to `_source`.
    ignore_z: bool,
}

impl PointRule {
    pub(super) fn compile(property: &Property) -> PointRule {
        PointRule { ignore_z: params::flag(property, "ignore_z_value").unwrap_or(true) }
    }

    pub(super) fn check(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::String => self.check_text(&node.string().0, facts),
            Kind::Object => self.check_object(node, facts),
            Kind::Array => match node.elements().next().map(Node::kind) {
                None => Ok(()),
                Some(Kind::Number) => self.check_list(node, facts),
                Some(_) => all(node.elements().map(|element| self.check_element(element, facts))),
            },
            Kind::Number | Kind::True | Kind::False => Err(not_a_point()),
        }
    }

    /// A point in a list of points.
    fn check_element(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null if facts.geo_loose_json => Ok(()),
            Kind::Array => self.check_list(node, facts),
            Kind::String | Kind::Object => self.check(node, facts),
            _ => Err(not_a_point()),
        }
    }

    /// `[lon, lat]`, as GeoJSON orders them.
    fn check_list(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let numbers: Option<Vec<f64>> = node
            .elements()
            .map(|e| (e.kind() == Kind::Number).then(|| e.text().parse().unwrap_or(f64::INFINITY)))
            .collect();
        match numbers.as_deref() {
            Some([lon, lat]) => check_globe(*lat, *lon, facts),
            Some([lon, lat, _]) => worse(self.check_z(), || check_globe(*lat, *lon, facts)),
            Some([_, _, _, _, ..]) if facts.geo_guesses => Err(altered(
                "`geo_point` uses the first two of four numbers",
                "make it `[lon, lat]`",
            )),
            Some([_] | []) if facts.line <= Line::Es2 => Err(altered(
                "`geo_point` makes up the coordinates that are missing",
                "make it `[lon, lat]`",
            )),
            _ => Err(not_a_point()),
        }
    }

    pub(super) fn check_text(&self, text: &str, facts: &Facts) -> Outcome {
        if text.is_empty() && facts.geo_guesses {
            return Err(altered(
                "empty text in `geo_point` becomes a point at the edge of the map",
                "store NULL",
            ));
        }
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
            Some([lat, lon]) => check_globe(*lat, *lon, facts),
            Some([lat, lon, _]) if facts.geo_text_altitude => {
                worse(self.check_z(), || check_globe(*lat, *lon, facts))
            }
            _ => Err(not_a_point()),
        }
    }

    fn check_wkt(&self, text: &str, facts: &Facts) -> Outcome {
        match geo_shape::wkt_point(text) {
            Some(coordinates) if coordinates.is_empty() => {
                Err(altered("`POINT EMPTY` in `geo_point` is indexed as 0,0", "store NULL"))
            }
            Some(coordinates) => {
                let z = if coordinates.len() > 2 { self.check_z() } else { Ok(()) };
                worse(z, || check_globe(coordinates[1], coordinates[0], facts))
            }
            None => Err(not_a_point()),
        }
    }

    fn check_object(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let mut keys: Vec<_> = node.members().map(|(key, _)| key).collect();
        keys.sort_unstable();
        let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
        match keys.as_slice() {
            ["lat", "lon"] => self.check_members(node, facts),
            ["lat", "lon", "z"] if facts.geo_loose_json => {
                worse(self.check_z(), || self.check_members(node, facts))
            }
            ["geohash"] if facts.geo_hash_object => {
                match node.member("geohash").and_then(Node::leaf) {
                    Some(Leaf::Text(hash)) => check_geohash(&hash, facts),
                    _ => Err(not_a_point()),
                }
            }
            ["coordinates", "type"] if facts.geo_geojson => self.check_geojson(node, facts),
            _ => Err(refused(
                "`geo_point` takes an object of `lat` and `lon` alone",
                "make it with `value`",
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
            (Some(lat), Some(lon)) => check_globe(lat, lon, facts),
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
            Some([lon, lat]) => check_strict(*lat, *lon),
            Some([lon, lat, _]) => worse(self.check_z(), || check_strict(*lat, *lon)),
            _ => Err(not_a_point()),
        }
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

/// Degrees on the globe; 1.x folds others over it.
fn check_globe(lat: f64, lon: f64, facts: &Facts) -> Outcome {
    if facts.geo_folds && check_strict(lat, lon).is_err() {
        return Err(altered(
            format!(
                "`geo_point` on {} folds coordinates beyond the globe over it",
                facts.line.name()
            ),
            "mend them with `sql`",
        ));
    }
    check_strict(lat, lon)
}

fn check_strict(lat: f64, lon: f64) -> Outcome {
    if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
        return Ok(());
    }
    Err(refused(
        "`geo_point` takes latitudes from -90 to 90 and longitudes from -180 to 180",
        "mend them with `sql`; are they swapped?",
    ))
}

fn check_geohash(text: &str, facts: &Facts) -> Outcome {
    if text.is_empty() || !text.chars().all(|c| GEOHASH.contains(c)) {
        return Err(not_a_point());
    }
    if text.len() > GEOHASH_LENGTH_MAX && !facts.geo_hash_long {
        return Err(refused(
            format!("{} takes geohashes of at most 12 characters", facts.line.name()),
            "cut it off with `substr` in `sql`",
        ));
    }
    Ok(())
}

fn not_a_point() -> Refusal {
    refused(
        "`geo_point` takes `lat,lon`, `[lon,lat]`, `{\"lat\":…,\"lon\":…}` or a geohash",
        "make it with `value`",
    )
}
