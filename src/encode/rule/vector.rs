//! `dense_vector` and `knn_vector`.

use super::{altered, params, refused};
use crate::encode::json::{Kind, Node};
use crate::encode::value::{f32_values, push_f32_list};
use crate::encode::{Outcome, number};
use crate::error::Fault;
use crate::target::Property;
use crate::target::rule::{Facts, Line};

/// Dimensions and demands of one vector field.
#[derive(Clone, Debug)]
pub(crate) struct VectorRule {
    /// `None`: the first document decides.
    dims: Option<usize>,
    element: Element,
    /// What the similarity asks of the length.
    demand: Demand,
    /// By how much the square of a unit vector's length may differ from 1, in singles.
    unit_slack: f32,
    /// The square of the length is kept as a single, indexed or not (measured on Elasticsearch 8.19 and 9.2).
    keeps_length: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Float,
    Byte,
    Bit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Demand {
    Nothing,
    /// `cosine`: not all zero.
    Direction,
    /// `dot_product`: of length 1.
    UnitLength,
}

impl VectorRule {
    pub(super) fn compile(property: &Property, facts: &Facts) -> Result<VectorRule, Fault> {
        let open_search = property.kind == "knn_vector";
        let name = if open_search { "dimension" } else { "dims" };
        let dims = params::count(property, name);
        if dims.is_none() && (super::is_set(property, name) || property.params.contains_key(name)) {
            return Err(params::fault(
                property,
                name,
                format!("`{name}` wants a whole number above 0"),
            ));
        }
        let element =
            match params::text(property, if open_search { "data_type" } else { "element_type" }) {
                Some("byte") => Element::Byte,
                Some("bit" | "binary") => Element::Bit,
                _ => Element::Float,
            };
        let keeps_length = !open_search
            && element == Element::Float
            && matches!(facts.line, Line::Es8 | Line::Es9);
        let demand = demand(property, element, facts);
        Ok(VectorRule { dims, element, demand, unit_slack: unit_slack(facts), keeps_length })
    }

    pub(super) fn check(&self, kind: &str, node: Node<'_>) -> Outcome {
        match node.kind() {
            Kind::Null => Ok(()),
            Kind::Array => self.check_list(kind, node),
            Kind::String => self.check_hex(kind, &node.string().0),
            _ => Err(not_a_list(kind)),
        }
    }

    /// A BLOB of this field: as many bytes as dimensions for `byte`, singles otherwise.
    pub(crate) fn write_blob(&self, kind: &str, bytes: &[u8], out: &mut Vec<u8>) -> Outcome {
        if self.element == Element::Float {
            push_f32_list(bytes, out)?;
            return self.check_floats(kind, bytes);
        }
        out.push(b'[');
        for (place, byte) in bytes.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            number::push_i64(i64::from(*byte as i8), out);
        }
        out.push(b']');
        self.check_count(kind, bytes.len())?;
        self.check_demand(kind, bytes.iter().map(|byte| f64::from(*byte as i8)))
    }

    /// The singles of a BLOB that was written already.
    pub(crate) fn check_floats(&self, kind: &str, bytes: &[u8]) -> Outcome {
        self.check_count(kind, bytes.len() / 4)?;
        self.check_demand(kind, f32_values(bytes).map(f64::from))
    }

    fn check_list(&self, kind: &str, node: Node<'_>) -> Outcome {
        let mut values = Vec::new();
        for element in node.elements() {
            if element.kind() != Kind::Number {
                return Err(not_a_list(kind));
            }
            values.push(self.check_number(kind, element.text())?);
        }
        self.check_count(kind, values.len())?;
        self.check_demand(kind, values.into_iter())
    }

    fn check_number(&self, kind: &str, literal: &str) -> Result<f64, crate::encode::Refusal> {
        let value: f64 = literal.parse().unwrap_or(f64::INFINITY);
        match self.element {
            Element::Float if !(value as f32).is_finite() => Err(refused(
                format!("`{kind}` takes finite singles, up to 3.4028235e38"),
                "scale the vector",
            )),
            Element::Byte | Element::Bit
                if (value as f32).fract() != 0.0 || !(-128.0..=127.0).contains(&(value as f32)) =>
            {
                Err(refused(
                    format!("`{kind}` of bytes takes whole numbers from -128 to 127"),
                    "map it with `element_type: float`",
                ))
            }
            Element::Byte | Element::Bit if value.fract() != 0.0 => Err(altered(
                format!("`{kind}` of bytes reads singles, and cuts the fraction off"),
                "make it whole",
            )),
            _ => Ok(value),
        }
    }

    fn check_count(&self, kind: &str, count: usize) -> Outcome {
        let wanted =
            self.dims.map(|dims| if self.element == Element::Bit { dims / 8 } else { dims });
        match wanted {
            Some(wanted) if wanted != count => Err(refused(
                format!("`{kind}` takes {wanted} numbers, this vector has {count}"),
                "mend `dims` in the mapping, or the vector",
            )),
            None if count == 0 => {
                Err(refused(format!("`{kind}` takes no empty vector"), "store NULL"))
            }
            _ => Ok(()),
        }
    }

    fn check_demand(&self, kind: &str, values: impl Iterator<Item = f64>) -> Outcome {
        if self.demand == Demand::Nothing && !self.keeps_length {
            return Ok(());
        }
        let square = if self.keeps_length {
            f64::from(values.map(|value| (value as f32) * (value as f32)).sum::<f32>())
        } else {
            values.map(|value| value * value).sum()
        };
        match self.demand {
            _ if self.keeps_length && square.is_infinite() => Err(refused(
                format!("`{kind}` takes vectors whose squares add up to no more than 3.4028235e38"),
                "scale the vector",
            )),
            Demand::Direction if square == 0.0 => Err(refused(
                format!(
                    "`{kind}` with cosine similarity takes no vector whose length is 0 in 32-bit floats"
                ),
                "store NULL",
            )),
            Demand::UnitLength if (square as f32 - 1.0).abs() > self.unit_slack => Err(refused(
                format!("`{kind}` with `dot_product` takes vectors of length 1"),
                format!(
                    "this one has {}: map it with `similarity: cosine` or `max_inner_product`",
                    square.sqrt()
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Vectors of bytes may be hex digits (Elasticsearch 8.15 and later).
    pub(super) fn check_hex(&self, kind: &str, text: &str) -> Outcome {
        if self.element == Element::Float
            || kind == "knn_vector"
            || !text.bytes().all(|b| b.is_ascii_hexdigit())
            || text.len() % 2 == 1
        {
            return Err(not_a_list(kind));
        }
        self.check_count(kind, text.len() / 2)?;
        // Not all zero, or no length at all.
        let digits = text.bytes().map(|digit| if digit == b'0' { 0.0 } else { 1.0 });
        self.check_demand(kind, digits)
    }
}

/// Indexed vectors of 8.11 and later are compared by cosine unless the mapping says otherwise.
fn demand(property: &Property, element: Element, facts: &Facts) -> Demand {
    let indexed_unasked = match facts.line {
        Line::Es8 => facts.minor >= 11,
        line => line == Line::Es9,
    };
    let indexed = params::flag(property, "index").unwrap_or(indexed_unasked);
    if property.kind == "knn_vector" {
        let space = params::text(property, "space_type").or_else(|| {
            property
                .params
                .get("method")
                .and_then(|method| method.get("space_type"))
                .and_then(|space| space.as_str())
        });
        return if space == Some("cosinesimil") { Demand::Direction } else { Demand::Nothing };
    }
    match params::text(property, "similarity") {
        _ if !indexed || element == Element::Bit => Demand::Nothing,
        None | Some("cosine") => Demand::Direction,
        Some("dot_product") if element == Element::Float => Demand::UnitLength,
        _ => Demand::Nothing,
    }
}

/// The minor of 8.x from which on unit vectors may be off by a thousandth: measured on 8.19 and 9.2, to the last bit. Minors
/// before vectors were indexed unasked keep the narrower bound, for they were not measured.
const UNIT_SLACK_MINOR: u16 = 11;

fn unit_slack(facts: &Facts) -> f32 {
    let early = facts.line == Line::Es8 && facts.minor < UNIT_SLACK_MINOR;
    if early { 1e-4 } else { 1e-3 }
}

fn not_a_list(kind: &str) -> crate::encode::Refusal {
    refused(
        format!("`{kind}` takes one list of numbers"),
        "store a BLOB of little-endian singles, or a JSON list",
    )
}
