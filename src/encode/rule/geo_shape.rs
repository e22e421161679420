//! `geo_shape` and the shapes of the plane: GeoJSON and well-known text, as far as they can be judged without a geometry
//! library. A polygon that crosses itself is the engine's to find.

use super::{all, altered, params, refused, worse};
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};
use crate::error::Verdict;
use crate::target::Property;
use crate::target::rule::Facts;

/// The parameters that decide over values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShapeRule {
    /// Rings that are not closed are closed.
    coerce: bool,
    ignore_z: bool,
}

/// One position: longitude, latitude.
type Position = [f64; 2];

/// A shape, read.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Point(Option<Position>),
    MultiPoint(Vec<Position>),
    Line(Vec<Position>),
    MultiLine(Vec<Vec<Position>>),
    Polygon(Vec<Vec<Position>>),
    MultiPolygon(Vec<Vec<Vec<Position>>>),
    Envelope(Vec<Position>),
    Circle,
    Collection(Vec<Shape>),
}

/// Coordinates of any depth.
#[derive(Clone, Debug)]
enum Coordinates {
    Number(f64),
    List(Vec<Coordinates>),
}

impl ShapeRule {
    pub(super) fn compile(property: &Property) -> ShapeRule {
        ShapeRule {
            coerce: params::flag(property, "coerce").unwrap_or(false),
            ignore_z: params::flag(property, "ignore_z_value").unwrap_or(true),
        }
    }

    pub(super) fn check(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::String => self.check_text(&node.string().0, facts),
            Kind::Object => {
                let shape = read_geojson(node, facts).map_err(|why| not_a_shape(&why))?;
                worse(self.check_heights(node), || self.check_shape(&shape, facts))
            }
            _ => Err(not_a_shape("this is none")),
        }
    }

    pub(super) fn check_text(&self, text: &str, facts: &Facts) -> Outcome {
        if !facts.shape_wkt {
            return Err(refused(
                format!("`geo_shape` on {} takes GeoJSON, no text", facts.line.name()),
                "store GeoJSON",
            ));
        }
        match (Wkt { text, at: 0, loose: facts.shape_wkt_loose }).document() {
            Some(Shape::Point(None)) => {
                Err(altered("`POINT EMPTY` in `geo_shape` is taken and not indexed", "store NULL"))
            }
            Some(shape) => self.check_shape(&shape, facts),
            None => Err(not_a_shape("this is not well-known text")),
        }
    }

    /// Whether a list holds more shapes than the target keeps of one document; what is no shape is not kept.
    pub(super) fn check_list(&self, node: Node<'_>, facts: &Facts) -> Outcome {
        let is_shape = |element: &Node<'_>| {
            element.kind() != Kind::Null
                && !self
                    .check(*element, facts)
                    .is_err_and(|refusal| refusal.verdict == Verdict::Refused)
        };
        if facts.shape_lists || node.elements().filter(is_shape).count() < 2 {
            return Ok(());
        }
        Err(refused(
            format!("`geo_shape` on {} takes one shape a document", facts.line.name()),
            "make it a GeometryCollection",
        ))
    }

    /// `ignore_z_value: false` refuses positions of three numbers.
    fn check_heights(&self, node: Node<'_>) -> Outcome {
        let high =
            |node: Node<'_>| node.elements().filter(|e| e.kind() == Kind::Number).count() > 2;
        if self.ignore_z || !node.member("coordinates").is_some_and(high) {
            return Ok(());
        }
        Err(refused(
            "`geo_shape` with `ignore_z_value: false` takes no third coordinate",
            "take it out",
        ))
    }

    fn check_shape(&self, shape: &Shape, facts: &Facts) -> Outcome {
        match shape {
            Shape::Point(Some(position)) => check_position(*position, facts),
            Shape::Point(None) => Ok(()),
            Shape::MultiPoint(points) => {
                all(points.iter().map(|point| check_position(*point, facts)))
            }
            Shape::Line(line) => check_line(line, facts),
            Shape::MultiLine(lines) => all(lines.iter().map(|line| check_line(line, facts))),
            Shape::Polygon(rings) => self.check_rings(rings),
            Shape::MultiPolygon(polygons) => {
                all(polygons.iter().map(|rings| self.check_rings(rings)))
            }
            Shape::Envelope(corners) => match corners.as_slice() {
                [top_left, bottom_right]
                    if top_left[1] >= bottom_right[1] || !facts.shape_normalizes =>
                {
                    Ok(())
                }
                _ => Err(not_a_shape("an envelope is `[[west, north], [east, south]]`")),
            },
            Shape::Circle if facts.shape_circle => Ok(()),
            Shape::Circle => {
                Err(refused("`geo_shape` takes no circle on this target", "store a polygon"))
            }
            Shape::Collection(shapes) if shapes.is_empty() && !facts.shape_empty_collection => {
                Err(not_a_shape("a collection has a geometry"))
            }
            Shape::Collection(shapes) => {
                all(shapes.iter().map(|shape| self.check_shape(shape, facts)))
            }
        }
    }

    fn check_rings(&self, rings: &[Vec<Position>]) -> Outcome {
        if rings.is_empty() {
            return Err(not_a_shape("a polygon needs a ring"));
        }
        for ring in rings {
            let closed = ring.first() == ring.last();
            if !(closed || self.coerce) {
                return Err(not_a_shape("a polygon's ring ends where it begins"));
            }
            if ring.len() < 4 || ring.iter().all(|position| position == &ring[0]) {
                return Err(not_a_shape("a polygon's ring has four positions or more"));
            }
            if signed_area(ring) == 0.0 {
                return Err(not_a_shape("a polygon's ring has an area and does not cross itself"));
            }
        }
        Ok(())
    }
}

/// `point` and `shape` of the plane, `xy_point` and `xy_shape`: any finite coordinates.
pub(super) fn check_plane(kind: &str, shape: bool, node: Node<'_>) -> Outcome {
    let pair = |node: Node<'_>| {
        let count = node.elements().count();
        (count == 2 || count == 3) && node.elements().all(|element| element.kind() == Kind::Number)
    };
    let taken = match node.kind() {
        Kind::Null => true,
        Kind::String => return check_plane_text(kind, shape, &node.string().0),
        Kind::Object if node.member("type").is_some() => read_any_geojson(node, true).is_ok(),
        Kind::Object if !shape => {
            ["x", "y"].iter().all(|key| node.member(key).and_then(Node::leaf).is_some())
        }
        Kind::Array if !shape && pair(node) => true,
        Kind::Array => {
            return all(node.elements().map(|element| check_plane(kind, shape, element)));
        }
        _ => false,
    };
    if taken { Ok(()) } else { Err(not_a_plane(kind, shape)) }
}

pub(super) fn check_plane_text(kind: &str, shape: bool, text: &str) -> Outcome {
    let pair = || {
        text.split(',').all(|part| number::java_double(part).is_some())
            && matches!(text.split(',').count(), 2 | 3)
    };
    let taken = match (Wkt { text, at: 0, loose: false }).document() {
        Some(Shape::Point(Some(_))) => true,
        Some(_) => shape,
        None => !shape && pair(),
    };
    if taken { Ok(()) } else { Err(not_a_plane(kind, shape)) }
}

/// The coordinates of a well-known point: none for `POINT EMPTY`.
pub(super) fn wkt_point(text: &str) -> Option<Vec<f64>> {
    let mut wkt = Wkt { text, at: 0, loose: false };
    if !wkt.word()?.eq_ignore_ascii_case("point") {
        return None;
    }
    if wkt.word().is_some_and(|word| word.eq_ignore_ascii_case("empty")) {
        return wkt.is_done().then(Vec::new);
    }
    let numbers = wkt.between_parentheses(|wkt| wkt.numbers())?;
    (wkt.is_done() && matches!(numbers.len(), 2 | 3)).then_some(numbers)
}

fn check_position([lon, lat]: Position, facts: &Facts) -> Outcome {
    if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
        return Ok(());
    }
    let rule = "`geo_shape` takes latitudes from -90 to 90 and longitudes from -180 to 180";
    if facts.shape_normalizes {
        return Err(altered(
            format!("{rule}; {} moves others onto the globe", facts.line.name()),
            "mend them with `sql`",
        ));
    }
    Err(refused(rule, "mend them with `sql`; are they swapped?"))
}

fn check_line(line: &[Position], facts: &Facts) -> Outcome {
    if line.len() < 2 {
        return Err(not_a_shape("a line has two positions or more"));
    }
    if line.iter().all(|position| position == &line[0]) && !facts.shape_wkt {
        return Err(not_a_shape("a line has a length"));
    }
    Ok(())
}

fn signed_area(ring: &[Position]) -> f64 {
    let closed = ring.iter().chain(ring.first());
    closed.clone().zip(closed.skip(1)).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

fn read_geojson(node: Node<'_>, facts: &Facts) -> Result<Shape, String> {
    read_any_geojson(node, facts.shape_text_coordinates)
}

/// A GeoJSON geometry; `text_numbers`: coordinates may be text.
fn read_any_geojson(node: Node<'_>, text_numbers: bool) -> Result<Shape, String> {
    let name = match node.member("type").and_then(Node::leaf) {
        Some(Leaf::Text(name)) => name.to_lowercase(),
        _ => return Err("`type` is missing".into()),
    };
    if name == "geometrycollection" {
        let shapes = node
            .member("geometries")
            .filter(|n| n.kind() == Kind::Array)
            .ok_or("`geometries` is missing")?;
        return shapes
            .elements()
            .map(|shape| read_any_geojson(shape, text_numbers))
            .collect::<Result<_, _>>()
            .map(Shape::Collection);
    }
    let coordinates = node.member("coordinates").ok_or("`coordinates` is missing")?;
    let coordinates =
        read_coordinates(coordinates, text_numbers).ok_or("`coordinates` are lists of numbers")?;
    build(&name, &coordinates).ok_or_else(|| format!("`{name}` with these coordinates is none"))
}

fn read_coordinates(node: Node<'_>, text_numbers: bool) -> Option<Coordinates> {
    match node.kind() {
        Kind::Number => Some(Coordinates::Number(node.text().parse().ok()?)),
        Kind::String if text_numbers => {
            number::java_double(&node.string().0).map(|(value, _)| Coordinates::Number(value))
        }
        Kind::Array => node
            .elements()
            .map(|e| read_coordinates(e, text_numbers))
            .collect::<Option<_>>()
            .map(Coordinates::List),
        _ => None,
    }
}

fn build(name: &str, coordinates: &Coordinates) -> Option<Shape> {
    Some(match name {
        "point" => Shape::Point(Some(position(coordinates)?)),
        "multipoint" => Shape::MultiPoint(list(coordinates, position)?),
        "linestring" => Shape::Line(list(coordinates, position)?),
        "multilinestring" => Shape::MultiLine(list(coordinates, |c| list(c, position))?),
        "polygon" => Shape::Polygon(list(coordinates, |c| list(c, position))?),
        "multipolygon" => {
            Shape::MultiPolygon(list(coordinates, |c| list(c, |c| list(c, position)))?)
        }
        "envelope" => Shape::Envelope(list(coordinates, position)?),
        "circle" => {
            position(coordinates)?;
            Shape::Circle
        }
        _ => return None,
    })
}

fn list<T>(coordinates: &Coordinates, read: impl Fn(&Coordinates) -> Option<T>) -> Option<Vec<T>> {
    match coordinates {
        Coordinates::List(parts) => parts.iter().map(read).collect(),
        Coordinates::Number(_) => None,
    }
}

fn position(coordinates: &Coordinates) -> Option<Position> {
    match coordinates {
        Coordinates::List(parts) => match parts.as_slice() {
            [Coordinates::Number(x), Coordinates::Number(y)]
            | [Coordinates::Number(x), Coordinates::Number(y), Coordinates::Number(_)] => {
                Some([*x, *y])
            }
            _ => None,
        },
        Coordinates::Number(_) => None,
    }
}

/// A reader of well-known text.
struct Wkt<'a> {
    text: &'a str,
    at: usize,
    /// `ENVELOPE`, and parentheses round each point of a `MULTIPOINT`.
    loose: bool,
}

impl<'a> Wkt<'a> {
    fn document(&mut self) -> Option<Shape> {
        let shape = self.shape(0)?;
        self.is_done().then_some(shape)
    }

    fn shape(&mut self, level: usize) -> Option<Shape> {
        let name = self.word()?.to_lowercase();
        let before = self.at;
        if self.word().is_some_and(|word| word.eq_ignore_ascii_case("empty")) {
            return Some(if name == "point" {
                Shape::Point(None)
            } else {
                Shape::Collection(Vec::new())
            });
        }
        self.at = before;
        match name.as_str() {
            "geometrycollection" if level < 20 => self
                .between_parentheses(|wkt| wkt.separated(|wkt| wkt.shape(level + 1)))
                .map(Shape::Collection),
            "multipoint" => self.multipoint(),
            "envelope" if !self.loose => None,
            "bbox" | "envelope" => {
                let values = self.between_parentheses(|wkt| wkt.separated(Wkt::number))?;
                let [west, east, north, south] = values.try_into().ok()?;
                Some(Shape::Envelope(vec![[west, north], [east, south]]))
            }
            "point" => build("point", &self.position_in_parentheses()?),
            _ => build(&name, &self.nested(level)?),
        }
    }

    fn multipoint(&mut self) -> Option<Shape> {
        let points = self.between_parentheses(|wkt| {
            wkt.separated(|wkt| {
                if wkt.loose && wkt.peek() == Some(b'(') {
                    return position(&wkt.position_in_parentheses()?);
                }
                position(&Coordinates::List(
                    wkt.numbers()?.into_iter().map(Coordinates::Number).collect(),
                ))
            })
        })?;
        Some(Shape::MultiPoint(points))
    }

    fn position_in_parentheses(&mut self) -> Option<Coordinates> {
        let numbers = self.between_parentheses(|wkt| wkt.numbers())?;
        Some(Coordinates::List(numbers.into_iter().map(Coordinates::Number).collect()))
    }

    /// Parentheses of any depth around positions.
    fn nested(&mut self, level: usize) -> Option<Coordinates> {
        if level > 20 {
            return None;
        }
        self.between_parentheses(|wkt| {
            wkt.separated(|wkt| {
                if wkt.peek() == Some(b'(') {
                    return wkt.nested(level + 1);
                }
                Some(Coordinates::List(
                    wkt.numbers()?.into_iter().map(Coordinates::Number).collect(),
                ))
            })
        })
        .map(Coordinates::List)
    }

    fn between_parentheses<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.eat(b'(')?;
        let value = read(self)?;
        self.eat(b')')?;
        Some(value)
    }

    fn separated<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut values = vec![read(self)?];
        while self.eat(b',').is_some() {
            values.push(read(self)?);
        }
        Some(values)
    }

    fn numbers(&mut self) -> Option<Vec<f64>> {
        let mut numbers = vec![self.number()?];
        while let Some(number) = self.number() {
            numbers.push(number);
        }
        Some(numbers)
    }

    fn number(&mut self) -> Option<f64> {
        let word = self.token(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))?;
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Some(number),
            _ => {
                self.at -= word.len();
                None
            }
        }
    }

    fn word(&mut self) -> Option<&'a str> {
        self.token(|b| b.is_ascii_alphabetic())
    }

    fn token(&mut self, belongs: impl Fn(u8) -> bool) -> Option<&'a str> {
        self.peek();
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(|b| belongs(*b)).count();
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }
}

fn not_a_shape(why: &str) -> Refusal {
    refused(format!("`geo_shape` takes GeoJSON geometries: {why}"), "mend the geometry")
}

fn not_a_plane(kind: &str, shape: bool) -> Refusal {
    let wanted = if shape {
        "GeoJSON or well-known text"
    } else {
        "`x,y`, `[x,y]`, `{\"x\":…,\"y\":…}`, GeoJSON or well-known text"
    };
    refused(format!("`{kind}` takes {wanted}"), "make it with `value`")
}
