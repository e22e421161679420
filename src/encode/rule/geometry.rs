//! Reads geometries: GeoJSON, and well-known text. Owns their syntax; knows no line of an engine, and judges nothing.

use super::ring::Position;
use crate::encode::json::{Kind, Leaf, Node};
use crate::encode::number;

/// A shape, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Point(Option<Position>),
    MultiPoint(Vec<Position>),
    Line(Vec<Position>),
    MultiLine(Vec<Vec<Position>>),
    Polygon(Vec<Vec<Position>>),
    MultiPolygon(Vec<Vec<Vec<Position>>>),
    Envelope(Vec<Position>),
    Circle(Position),
    Collection(Vec<Shape>),
}

/// Coordinates of any depth.
#[derive(Clone, Debug)]
pub(super) enum Coordinates {
    Number(f64),
    List(Vec<Coordinates>),
}

impl Coordinates {
    /// Whether some positions have more numbers than others.
    fn is_mixed(&self) -> bool {
        let mut counts = Vec::new();
        self.positions(&mut |numbers| counts.push(numbers.len()));
        counts.windows(2).any(|pair| pair[0] != pair[1])
    }

    fn positions<'a>(&'a self, found: &mut impl FnMut(&'a [Coordinates])) {
        let Coordinates::List(parts) = self else { return };
        match parts.first() {
            Some(Coordinates::Number(_)) => found(parts),
            _ => parts.iter().for_each(|part| part.positions(found)),
        }
    }

    /// Whether the third numbers of a ring's ends are the same, in all rings.
    fn ends_at_its_height(&self) -> bool {
        let Coordinates::List(parts) = self else { return true };
        let height = |position: Option<&Coordinates>| match position {
            Some(Coordinates::List(numbers)) => match numbers.get(2) {
                Some(Coordinates::Number(height)) => Some(*height),
                _ => None,
            },
            _ => None,
        };
        height(parts.first()) == height(parts.last())
            && parts.iter().all(Coordinates::ends_at_its_height)
    }
}

/// How coordinates are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// They may be text, and of any number for one position (1.x to 5.x).
    pub(super) text_numbers: bool,
    /// Rings end at the height where they begin.
    pub(super) heights: bool,
}

/// A GeoJSON geometry.
pub(super) fn read(node: Node<'_>, reading: Reading) -> Result<Shape, String> {
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
            .map(|shape| read(shape, reading))
            .collect::<Result<_, _>>()
            .map(Shape::Collection);
    }
    let coordinates = node.member("coordinates").ok_or("`coordinates` is missing")?;
    let coordinates = read_coordinates(coordinates, reading.text_numbers)
        .ok_or("`coordinates` are lists of numbers")?;
    if !reading.text_numbers && coordinates.is_mixed() {
        return Err("all positions have as many numbers".into());
    }
    if reading.heights && name.ends_with("polygon") && !coordinates.ends_at_its_height() {
        return Err("a polygon's ring ends at the height where it begins".into());
    }
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
        "circle" => Shape::Circle(position(coordinates)?),
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
pub(super) struct Wkt<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// `ENVELOPE`, and parentheses round each point of a `MULTIPOINT`.
    pub(super) loose: bool,
}

impl<'a> Wkt<'a> {
    pub(super) fn document(&mut self) -> Option<Shape> {
        let shape = self.shape(0)?;
        self.is_done().then_some(shape)
    }

    /// What stands behind what was read.
    pub(super) fn rest(&mut self) -> &'a str {
        self.peek();
        self.text[self.at..].trim_end()
    }

    pub(super) fn shape(&mut self, level: usize) -> Option<Shape> {
        let name = self.word()?.to_lowercase();
        let before = self.at;
        if self.word().is_some_and(|word| word.eq_ignore_ascii_case("empty")) {
            if self.loose && name == "circle" {
                return None;
            }
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
            _ => {
                let coordinates = self.nested(level)?;
                if coordinates.is_mixed() { None } else { build(&name, &coordinates) }
            }
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
        match number::java_double(word) {
            Some((number, _)) if number.is_finite() => Some(number),
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

    /// The next byte that is no blank and in no comment.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            self.at += rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let next = self.text.as_bytes().get(self.at).copied();
            if next != Some(b'#') {
                return next;
            }
            // A comment.
            self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at);
        }
    }

    fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }
}

/// The coordinates of a well-known point, none for `POINT EMPTY`, and what stands behind it; `heights`: it may be said that
/// there is a third coordinate.
pub(super) fn wkt_point(text: &str, heights: bool) -> Option<(Vec<f64>, &str)> {
    let mut wkt = Wkt { text, at: 0, loose: false };
    if !wkt.word()?.eq_ignore_ascii_case("point") {
        return None;
    }
    match wkt.word() {
        Some(word) if word.eq_ignore_ascii_case("empty") => {
            return Some((Vec::new(), wkt.rest()));
        }
        Some(word) if !heights || !word.eq_ignore_ascii_case("z") => return None,
        _ => {}
    }
    let numbers = wkt.between_parentheses(|wkt| wkt.numbers())?;
    matches!(numbers.len(), 2 | 3).then(|| (numbers, wkt.rest()))
}
