//! `geo_shape`: GeoJSON and well-known text. What is wrong with the rings of a polygon is for `ring` to find; what each line
//! makes of it is said here.

use super::geometry::{self, Reading, Shape, Wkt};
use super::ring::{self, Flaw, Position};
use super::{all, altered, params, refused, worse};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// What says that shapes are indexed as a tree of cells.
const TREE_PARAMETERS: [&str; 6] =
    ["tree", "precision", "tree_levels", "strategy", "distance_error_pct", "points_only"];

/// The parameters that decide over values.
///
/// A tree of cells is read as 6.x reads all shapes, and held against OGC's rules (measured on Elasticsearch 6.8 and
/// OpenSearch 3.8; on 7.x by its source).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShapeRule {
    /// Rings that are not closed are closed.
    coerce: bool,
    ignore_z: bool,
    /// The shape is indexed as a tree of cells, as all were before 6.6, and is from then on where a parameter says so.
    tree: bool,
    /// `points_only`, and the strategy that wants it from 6.x on.
    points_only: bool,
    by_term: bool,
    bare: bool,
}

impl ShapeRule {
    pub(super) fn compile(property: &Property, facts: &Facts) -> ShapeRule {
        let asked = TREE_PARAMETERS.iter().any(|name| property.params.contains_key(*name));
        // Since 7.x the reader of a tree is not told these.
        let heeded = !asked || facts.line <= Line::Es6;
        ShapeRule {
            coerce: heeded && params::flag(property, "coerce").unwrap_or(false),
            ignore_z: !heeded || params::flag(property, "ignore_z_value").unwrap_or(true),
            points_only: params::flag(property, "points_only").unwrap_or(false),
            by_term: params::text(property, "strategy") == Some("term"),
            bare: params::flag(property, "doc_values") == Some(false),
            tree: asked || !facts.shape_wkt,
        }
    }

    /// What the target does with such shapes.
    fn facts(&self, facts: &Facts) -> Facts {
        if !self.tree || !facts.shape_wkt {
            return *facts;
        }
        Facts {
            shape_normalizes: false,
            shape_circle: true,
            shape_wkt_loose: true,
            shape_empty_collection: true,
            ..*facts
        }
    }

    pub(super) fn check(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let facts = &self.facts(facts);
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::String => self.read_text(&node.string().0, facts),
            Kind::Object => {
                let shape = read_geojson(node, facts).map_err(|why| not_a_shape(&why))?;
                check_keys(node, facts)?;
                worse(self.check_heights(node), || self.check_whole(&shape, facts))
            }
            _ => Err(not_a_shape("this is none")),
        }
    }

    pub(super) fn check_text(&self, text: &str, facts: &Facts) -> Outcome {
        self.read_text(text, &self.facts(facts))
    }

    fn read_text(&self, text: &str, facts: &Facts) -> Outcome {
        if !facts.shape_wkt {
            return Err(refused(
                format!("`geo_shape` on {} takes GeoJSON, no text", facts.line.name()),
                "store GeoJSON",
            ));
        }
        let mut wkt = Wkt { text, at: 0, loose: facts.shape_wkt_loose };
        let shape = wkt.shape(0).ok_or_else(|| not_a_shape("this is not well-known text"))?;
        let rest = wkt.rest();
        if !self.ignore_z && text.split(['(', ')', ',']).any(is_high) {
            return Err(no_heights());
        }
        let outcome = match shape {
            Shape::Point(None) => {
                Err(altered("`POINT EMPTY` in `geo_shape` is taken and not indexed", "store NULL"))
            }
            shape if self.is_bare(facts) && is_empty(&shape) => {
                Err(altered("an empty shape in `geo_shape` is taken and not indexed", "store NULL"))
            }
            Shape::Collection(shapes) if facts.shape_wkt_loose && holds_nothing(&shapes) => {
                Err(not_a_shape("a collection has no empty one inside"))
            }
            shape if is_empty(&shape) && self.passes_nothing(text, facts) => {
                self.check_shape(&shape, facts)
            }
            shape => self.check_whole(&shape, facts),
        };
        match rest {
            "" => outcome,
            // From 7.x on the engine looks no further (Elasticsearch by what it does with points).
            ";" if facts.shape_normalizes => outcome,
            _ if facts.shape_normalizes => worse(outcome, || {
                Err(altered(
                    "`geo_shape` reads well-known text up to the end of the first shape",
                    "make it a GeometryCollection",
                ))
            }),
            _ => Err(not_a_shape("there is more behind the well-known text")),
        }
    }

    /// Without doc values, which alone hold one shape a document and none that is empty (measured on OpenSearch 2.19 and 3.8).
    fn is_bare(&self, facts: &Facts) -> bool {
        self.bare && facts.line >= Line::Os1
    }

    /// Whether the target keeps one shape of a document.
    pub(super) fn is_single(&self, facts: &Facts) -> bool {
        !(facts.shape_lists || self.tree || self.is_bare(facts))
    }

    /// Whether a list holds more shapes than the target keeps of one document; what is no shape is not kept.
    pub(super) fn check_list(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let is_shape = |element: &Node<'_>| {
            element.kind() != Kind::Null
                && !self
                    .check(*element, facts)
                    .is_err_and(|refusal| refusal.verdict == Verdict::Refused)
        };
        if !self.is_single(facts) || node.elements().filter(is_shape).count() < 2 {
            return Ok(());
        }
        Err(refused(
            format!("`geo_shape` on {} takes one shape a document", facts.line.name()),
            "make it a GeometryCollection",
        ))
    }

    /// `ignore_z_value: false` refuses positions of three numbers.
    fn check_heights(&self, node: Node<'_>) -> Outcome {
        if self.ignore_z || !has_heights(node) { Ok(()) } else { Err(no_heights()) }
    }

    fn check_whole(&self, shape: &Shape, facts: &Facts) -> Outcome {
        worse(self.check_shape(shape, facts), || {
            let old = facts.line < Line::Es6;
            let asked = self.points_only && facts.line != Line::Es1 || self.by_term && !old;
            if !asked || is_points(shape, old) {
                return Ok(());
            }
            Err(refused(
                "`geo_shape` with `points_only`, or with the strategy `term`, takes points alone",
                "take these parameters out of the mapping",
            ))
        })
    }

    fn check_shape(&self, shape: &Shape, facts: &Facts) -> Outcome {
        match shape {
            Shape::Point(Some(position)) => check_position(*position, facts),
            Shape::Point(None) if facts.shape_wkt_loose => {
                Err(not_a_shape("a collection has no empty point"))
            }
            Shape::Point(None) => Err(altered(
                "an empty point in a `geo_shape` is taken and not indexed",
                "take it out of the collection",
            )),
            Shape::MultiPoint(points) if points.is_empty() => {
                Err(not_a_shape("a multipoint has a point"))
            }
            Shape::MultiPoint(points) => {
                all(points.iter().map(|point| check_position(*point, facts)))
            }
            Shape::Line(line) => self.check_line(line),
            Shape::MultiLine(lines) if lines.is_empty() => {
                check_nothing(!facts.shape_wkt, "a multilinestring has a line")
            }
            Shape::MultiLine(lines) => all(lines.iter().map(|line| self.check_line(line))),
            Shape::Polygon(rings) => self.check_rings(rings, facts),
            Shape::MultiPolygon(polygons) if polygons.is_empty() => {
                let takes = facts.line == Line::Es6 || self.tree && facts.line != Line::Es1;
                check_nothing(takes, "a multipolygon has a polygon")
            }
            Shape::MultiPolygon(polygons) => {
                all(polygons.iter().map(|rings| self.check_rings(rings, facts)))
            }
            Shape::Envelope(corners) => self.check_envelope(corners, facts),
            Shape::Circle(centre) if facts.shape_circle => {
                if is_on_globe(*centre) {
                    Ok(())
                } else {
                    Err(off_globe())
                }
            }
            Shape::Circle(_) => {
                Err(refused("`geo_shape` takes no circle on this target", "store a polygon"))
            }
            Shape::Collection(shapes) if shapes.is_empty() && !facts.shape_empty_collection => {
                Err(not_a_shape("a collection has a geometry"))
            }
            Shape::Collection(shapes) if self.tree && mixes_nothing(shapes) => {
                Err(not_a_shape("a collection has no empty one beside a geometry"))
            }
            Shape::Collection(shapes) => {
                all(shapes.iter().map(|shape| self.check_shape(shape, facts)))
            }
        }
    }

    fn check_envelope(&self, corners: &[Position], facts: &Facts) -> Outcome {
        let [north_west, south_east] = corners else {
            return Err(not_a_shape("an envelope is `[[west, north], [east, south]]`"));
        };
        let swaps = facts.line == Line::Es6 && !self.tree || !facts.shape_wkt;
        if !swaps && north_west[1] < south_east[1] {
            return Err(not_a_shape("an envelope is `[[west, north], [east, south]]`"));
        }
        if !is_on_globe(*north_west) || !is_on_globe(*south_east) {
            return Err(off_globe());
        }
        let flat = north_west[0] == south_east[0] || north_west[1] == south_east[1];
        if flat && !self.tree {
            return Err(not_a_shape("an envelope has an area"));
        }
        Ok(())
    }

    fn check_line(&self, line: &[Position]) -> Outcome {
        if line.len() < 2 {
            return Err(not_a_shape("a line has two positions or more"));
        }
        if line.iter().all(|position| position == &line[0]) && self.tree {
            return Err(not_a_shape("a line has a length"));
        }
        check_extent(line, false)
    }

    fn check_rings(&self, rings: &[Vec<Position>], facts: &Facts) -> Outcome {
        if rings.is_empty() {
            return Err(not_a_shape("a polygon needs a ring"));
        }
        let mut closed = Vec::with_capacity(rings.len());
        for ring in rings {
            let mut ring = ring.clone();
            if ring.first() != ring.last() {
                if !self.coerce {
                    return Err(not_a_shape("a polygon's ring ends where it begins"));
                }
                ring.push(ring[0]);
            }
            if ring.len() < 4 || ring.iter().all(|position| position == &ring[0]) {
                return Err(not_a_shape("a polygon's ring has four positions or more"));
            }
            closed.push(ring);
        }
        let flaws = ring::flaws(&closed);
        all(flaws.iter().rev().map(|flaw| check_flaw(*flaw, self.tree, facts)))?;
        for (number, ring) in closed.iter().enumerate() {
            if signed_area(ring) == 0.0 && (number == 0 || !flaws.contains(&Flaw::CrossedHole)) {
                return Err(not_a_shape("a polygon's ring has an area and does not cross itself"));
            }
        }
        all(closed.iter().map(|ring| check_extent(ring, true)))?;
        if self.tree && is_whole_round(&closed[0]) {
            return Err(not_a_shape("a polygon round the whole globe goes from -180 to 180"));
        }
        Ok(())
    }

    /// Whether well-known text of an empty shape is taken: by 6.x and where cells are a tree, whatever kinds of shapes the mapping
    /// asks for (measured on 6.8 and OpenSearch 3.8).
    fn passes_nothing(&self, text: &str, facts: &Facts) -> bool {
        let asks = self.points_only || self.by_term;
        let name = text.trim_start().split([' ', '\t']).next().unwrap_or_default();
        let is_lines = name.eq_ignore_ascii_case("multilinestring");
        facts.shape_wkt_loose && !(asks && is_lines && facts.line >= Line::Os1)
    }
}

/// Whether an empty collection stands somewhere beside a geometry. Measured on 2.4, 5.6, 6.8 and OpenSearch 3.8.
fn mixes_nothing(shapes: &[Shape]) -> bool {
    holds_nothing(shapes) && shapes.iter().any(holds_geometry)
}

/// Whether an empty collection stands inside.
fn holds_nothing(shapes: &[Shape]) -> bool {
    shapes.iter().any(|shape| match shape {
        Shape::Collection(inner) => inner.is_empty() || holds_nothing(inner),
        _ => false,
    })
}

fn holds_geometry(shape: &Shape) -> bool {
    match shape {
        Shape::Collection(inner) => inner.iter().any(holds_geometry),
        _ => true,
    }
}

/// Whether a ring goes once round the globe, and not from its one end to the other: where it is cut it crosses itself then.
/// Measured on 2.4, 5.6, 6.8 and OpenSearch 3.8.
fn is_whole_round(ring: &[Position]) -> bool {
    let longitudes = || ring.iter().map(|[x, _]| *x);
    let west = longitudes().fold(f64::INFINITY, f64::min);
    let east = longitudes().fold(f64::NEG_INFINITY, f64::max);
    east - west == 360.0 && west != -180.0
}

/// Whether well-known text says that a shape is empty.
fn is_empty(shape: &Shape) -> bool {
    match shape {
        Shape::MultiPoint(points) | Shape::Line(points) => points.is_empty(),
        Shape::MultiLine(lines) | Shape::Polygon(lines) => lines.is_empty(),
        Shape::MultiPolygon(polygons) => polygons.is_empty(),
        Shape::Collection(shapes) => shapes.is_empty(),
        _ => false,
    }
}

/// Whether a shape is a point, or points from 6.x on; a collection of one shape is that shape.
fn is_points(shape: &Shape, old: bool) -> bool {
    match shape {
        Shape::Point(_) => true,
        Shape::MultiPoint(_) => !old,
        Shape::Collection(shapes) => {
            matches!(shapes.as_slice(), [shape] if is_points(shape, old))
        }
        _ => false,
    }
}

/// What a line makes of a flaw; `tree`: it holds polygons against OGC's rules.
fn check_flaw(flaw: Flaw, tree: bool, facts: &Facts) -> Outcome {
    // Lucene 9 looks for holes outside in its own way, Lucene 10 refuses them.
    let passes_holes = !tree && !matches!(facts.line, Line::Es9 | Line::Os3);
    let why = match flaw {
        Flaw::Doubled => "no position stands twice in a row in a polygon's ring",
        Flaw::Crossing => "a polygon's ring does not cross itself",
        Flaw::Corner => "no corner of a polygon's ring lies on another",
        Flaw::Touch if !tree => return Ok(()),
        Flaw::Touch => "no corner of a polygon's ring lies on another edge",
        Flaw::Spike { lowest: false } if !tree => {
            return Err(altered(
                "`geo_shape` leaves out the part of a ring that leads back over itself",
                "mend the geometry",
            ));
        }
        Flaw::Spike { .. } => "a polygon's ring does not lead back over itself",
        Flaw::CrossedHole if !tree => {
            return Err(altered(
                "`geo_shape` makes another area of a hole that crosses itself",
                "mend the geometry",
            ));
        }
        Flaw::CrossedHole => "a polygon's hole does not cross itself",
        Flaw::Outside if passes_holes => {
            return Err(altered(
                format!(
                    "`geo_shape` on {} makes another area of a hole that is not within the shell",
                    facts.line.name()
                ),
                "mend the geometry",
            ));
        }
        Flaw::Outside | Flaw::Leaves => "a polygon's holes are within its shell",
        Flaw::SharedCorners => "a polygon's hole shares one corner at most with its shell",
        // 6.x cuts such a polygon at times.
        Flaw::Touches { along } if !tree && (along || facts.line != Line::Es6) => return Ok(()),
        Flaw::Touches { .. } => {
            "a polygon's hole touches its shell and others at one point at most"
        }
        Flaw::Overlap => "a polygon's holes do not overlap",
    };
    Err(not_a_shape(why))
}

/// Longitudes go round, but not more than once; latitudes end at the poles, and what lies beyond is put elsewhere.
fn check_extent(positions: &[Position], is_ring: bool) -> Outcome {
    let (mut west, mut east) = (f64::INFINITY, f64::NEG_INFINITY);
    for [x, y] in positions {
        if !x.is_finite() || !y.is_finite() {
            return Err(off_globe());
        }
        (west, east) = (west.min(*x), east.max(*x));
        if !(-90.0..=90.0).contains(y) {
            return Err(altered(
                "`geo_shape` moves positions beyond the poles elsewhere",
                "mend them with `sql`; are they swapped?",
            ));
        }
    }
    match is_ring {
        _ if east - west <= 360.0 => Ok(()),
        true => Err(not_a_shape("a polygon goes round the globe once at most")),
        false => Err(altered("`geo_shape` takes a line round the globe once at most", "cut it")),
    }
}

/// Whether a position of a geometry, or of those in it, has a third number.
fn has_heights(node: Node<'_>) -> bool {
    fn is_high(node: Node<'_>) -> bool {
        node.elements().filter(|element| element.kind() == Kind::Number).count() > 2
            || node.elements().filter(|element| element.kind() == Kind::Array).any(is_high)
    }
    let shapes = node.member("geometries").filter(|shapes| shapes.kind() == Kind::Array);
    node.member("coordinates").is_some_and(|c| c.kind() == Kind::Array && is_high(c))
        || shapes.is_some_and(|shapes| {
            shapes.elements().any(|shape| shape.kind() == Kind::Object && has_heights(shape))
        })
}

/// Whether a part of well-known text between parentheses and commas has three numbers.
fn is_high(part: &str) -> bool {
    part.split_whitespace().filter(|word| number::java_double(word).is_some()).count() > 2
}

fn no_heights() -> Refusal {
    refused("`geo_shape` with `ignore_z_value: false` takes no third coordinate", "take it out")
}

fn check_nothing(taken: bool, why: &str) -> Outcome {
    if taken {
        return Err(altered("an empty `geo_shape` is taken and not indexed", "store NULL"));
    }
    Err(not_a_shape(why))
}

/// Members beside `type`, which belong to some types alone.
fn check_keys(node: Node<'_>, facts: &Facts) -> Outcome {
    let name = match node.member("type").and_then(Node::leaf) {
        Some(Leaf::Text(name)) => name.to_lowercase(),
        _ => String::new(),
    };
    if node.member("radius").is_some() && name != "circle" {
        return Err(not_a_shape("`radius` belongs to a circle"));
    }
    if name == "circle" && facts.shape_circle && !node.member("radius").is_some_and(is_radius) {
        return Err(not_a_shape("a circle has a `radius` such as `10m`"));
    }
    if let Some(orientation) = node.member("orientation") {
        let known = match orientation.leaf() {
            Some(Leaf::Text(word)) => {
                ["right", "ccw", "counterclockwise", "left", "cw", "clockwise"]
                    .contains(&word.to_lowercase().as_str())
            }
            _ => false,
        };
        if !known {
            return Err(not_a_shape("`orientation` is `right` or `left`"));
        }
        if facts.shape_wkt && !matches!(name.as_str(), "polygon" | "multipolygon") {
            return Err(not_a_shape("`orientation` belongs to polygons"));
        }
    }
    let is_collection = name == "geometrycollection";
    if facts.shape_wkt && !is_collection && node.member("geometries").is_some() {
        return Err(not_a_shape("`geometries` belong to a collection"));
    }
    if facts.shape_normalizes && is_collection && node.member("coordinates").is_some() {
        return Err(not_a_shape("a collection has no `coordinates`"));
    }
    if is_collection && let Some(shapes) = node.member("geometries") {
        return all(shapes.elements().map(|shape| check_keys(shape, facts)));
    }
    Ok(())
}

/// A number that is not negative, with a unit of length or without.
fn is_radius(value: Node<'_>) -> bool {
    const UNITS: [&str; 20] = [
        "inch",
        "in",
        "yards",
        "yd",
        "feet",
        "ft",
        "kilometers",
        "km",
        "nauticalmiles",
        "nmi",
        "NM",
        "millimeters",
        "mm",
        "centimeters",
        "cm",
        "miles",
        "mi",
        "meters",
        "m",
        "",
    ];
    let text = match value.leaf() {
        Some(Leaf::Text(text)) => text,
        Some(Leaf::Number(literal)) => literal.into(),
        _ => return false,
    };
    let number = UNITS.iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or_default();
    number::java_double(number).is_some_and(|(number, _)| number >= 0.0 && number.is_finite())
}

const OFF_GLOBE: &str =
    "`geo_shape` takes latitudes from -90 to 90 and longitudes from -180 to 180";

fn is_on_globe([lon, lat]: Position) -> bool {
    (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)
}

fn off_globe() -> Refusal {
    refused(OFF_GLOBE, "mend them with `sql`; are they swapped?")
}

fn check_position(position: Position, facts: &Facts) -> Outcome {
    if is_on_globe(position) {
        return Ok(());
    }
    if facts.shape_normalizes && position.iter().all(|degrees| degrees.is_finite()) {
        return Err(altered(
            format!("{OFF_GLOBE}; {} moves others onto the globe", facts.line.name()),
            "mend them with `sql`",
        ));
    }
    Err(off_globe())
}

fn signed_area(ring: &[Position]) -> f64 {
    let closed = ring.iter().chain(ring.first());
    closed.clone().zip(closed.skip(1)).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

fn read_geojson(node: Node<'_>, facts: &Facts) -> Result<Shape, String> {
    let reading =
        Reading { text_numbers: facts.shape_text_coordinates, heights: facts.shape_normalizes };
    geometry::read(node, reading)
}

fn not_a_shape(why: &str) -> Refusal {
    refused(format!("`geo_shape` takes GeoJSON geometries: {why}"), "mend the geometry")
}
