//! The shapes of the plane: GeoJSON and well-known text with any finite coordinates. Knows no engine line.

use super::geometry::{self, Reading, Shape, Wkt};
use super::{all, refused};
use crate::encode::json::{Kind, Node};
use crate::encode::number;
use crate::encode::{Outcome, Refusal};

/// `point` and `shape` of the plane, `xy_point` and `xy_shape`: any finite coordinates.
pub(super) fn check(kind: &str, shape: bool, node: Node<'_>) -> Outcome {
    let pair = |node: Node<'_>| {
        let count = node.elements().count();
        (count == 2 || count == 3) && node.elements().all(|element| element.kind() == Kind::Number)
    };
    let taken = match node.kind() {
        Kind::Null => true,
        Kind::String => return check_text(kind, shape, &node.string().0),
        Kind::Object if node.member("type").is_some() => {
            let reading = Reading { text_numbers: true, heights: false };
            geometry::read(node, reading).is_ok()
        }
        Kind::Object if !shape => {
            ["x", "y"].iter().all(|key| node.member(key).and_then(Node::leaf).is_some())
        }
        Kind::Array if !shape && pair(node) => true,
        Kind::Array => {
            return all(node.elements().map(|element| check(kind, shape, element)));
        }
        _ => false,
    };
    if taken { Ok(()) } else { Err(not_a_plane(kind, shape)) }
}

pub(super) fn check_text(kind: &str, shape: bool, text: &str) -> Outcome {
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

fn not_a_plane(kind: &str, shape: bool) -> Refusal {
    let wanted = if shape {
        "GeoJSON or well-known text"
    } else {
        "`x,y`, `[x,y]`, `{\"x\":…,\"y\":…}`, GeoJSON or well-known text"
    };
    refused(format!("`{kind}` takes {wanted}"), "make it with `value`")
}
