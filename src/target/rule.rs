//! The facts that the value rules turn on, one row a fact, one column an engine line. Pure data: the rules themselves
//! stand in `encode::rule`, and no other place asks for a version.
//!
//! Measured on Elasticsearch 1.7.6, 2.4.6, 5.6.16, 6.8.23, 7.17.28, 8.19.0, 9.2.0 and OpenSearch 2.19.4, 3.8.0.
//! OpenSearch 1 was not measured; it is OpenSearch 2's elder by one major version and stands with it.

use super::{Engine, Target};

/// An engine line that behaves as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Line {
    Es1,
    Es2,
    Es5,
    Es6,
    Es7,
    Es8,
    Es9,
    Os1,
    Os2,
    Os3,
}

impl Line {
    /// The line of a target; a version later than all that were measured stands with the last.
    pub(crate) fn of(target: &Target) -> Line {
        match (target.engine, target.major) {
            _ if target.serverless => Line::Es9,
            (Engine::Elasticsearch, 0 | 1) => Line::Es1,
            (Engine::Elasticsearch, 2) => Line::Es2,
            (Engine::Elasticsearch, 3..=5) => Line::Es5,
            (Engine::Elasticsearch, 6) => Line::Es6,
            (Engine::Elasticsearch, 7) => Line::Es7,
            (Engine::Elasticsearch, 8) => Line::Es8,
            (Engine::Elasticsearch, _) => Line::Es9,
            (Engine::OpenSearch, 0 | 1) => Line::Os1,
            (Engine::OpenSearch, 2) => Line::Os2,
            (Engine::OpenSearch, _) => Line::Os3,
        }
    }

    /// How messages name the line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Line::Es1 => "Elasticsearch 1",
            Line::Es2 => "Elasticsearch 2",
            Line::Es5 => "Elasticsearch 5",
            Line::Es6 => "Elasticsearch 6",
            Line::Es7 => "Elasticsearch 7",
            Line::Es8 => "Elasticsearch 8",
            Line::Es9 => "Elasticsearch 9",
            Line::Os1 => "OpenSearch 1",
            Line::Os2 => "OpenSearch 2",
            Line::Os3 => "OpenSearch 3",
        }
    }
}

/// How text in an integer field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntegerText {
    /// As Java's `parseLong`: sign and digits, nothing else (1.x, 2.x).
    Digits,
    /// As a double, and what is too large becomes the largest value (5.x).
    Clamped,
    /// As a double (`long`: digits, else a decimal), and what is too large is refused.
    Decimal,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident: $row:literal,)*) => {
        /// What a target does with values, where the engine lines differ.
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct Facts {
            /// The line itself, for messages.
            pub(crate) line: Line,
            /// Version within the line: parameters and limits came with minor versions too.
            pub(crate) minor: u16,
            $($(#[$doc])* pub(crate) $name: bool,)*
        }

        impl Facts {
            /// The column of one target.
            pub(crate) fn of(target: &Target) -> Facts {
                let line = Line::of(target);
                let says = |row: &str| row.bytes().filter(|b| *b != b' ').nth(line as usize) == Some(b'x');
                Facts { line, minor: target.minor, $($name: says($row),)* }
            }
        }

        #[cfg(test)]
        const ROWS: &[(&str, &str)] = &[$((stringify!($name), $row),)*];
    };
}

facts! {
    //                                            es: 1256789 os: 123
    /// 128 to 32,767 in a `byte` wrap round (200 becomes -56) instead of being refused.
    byte_wraps:                                      "xx..... ...",
    /// Leaf fields take `{"value": v}` and `{}` as an object of their own.
    value_objects:                                   "xx..... ...",
    /// Text in integer fields is read as sign and digits only.
    integer_text_digits:                             "xx..... ...",
    /// Text beyond the range of `short`, `integer` or `long` becomes another number instead of being refused.
    integer_text_clamped:                            "..x.... ...",
    /// A number beyond the range of a float type becomes infinite instead of being refused.
    float_overflows:                                 "xxx.... ...",
    /// Any text and most numbers become a boolean.
    boolean_guesses:                                 "xxx.... ...",
    /// A number that was read as a `float` is that float for the multi-fields and copies that come later, and no
    /// whole number (measured on the versions named above; earlier minor versions may keep the digits).
    floats_remembered:                               "....xxx xxx",
    /// `""` in a boolean becomes true instead of false.
    boolean_empty_true:                              "..x.... ...",
    /// `unsigned_long` cuts fractions off instead of refusing them (Elasticsearch by its source; not measured).
    unsigned_cuts:                                   "....... xxx",
    /// `ip` takes IPv6.
    ipv6:                                            "..xxxxx xxx",
    /// IPv4 addresses may have digits of any script.
    ip4_any_digits:                                  "xxxxx.. xxx",
    /// IPv6 addresses may have digits of any script, and full-width letters.
    ip6_any_digits:                                  "..xxxx. xxx",
    /// `::` at the front of an IPv6 address must stand for two groups or more.
    ip_gap_refused:                                  "......x ...",
    /// A zone in an IPv6 address is dropped instead of being refused.
    ip_zone_dropped:                                 "....xx. xxx",
    /// An `ip_range` takes an address with a prefix length.
    ip_range_cidr:                                   "...xxxx xxx",
    /// A range field takes null.
    range_null:                                      "...xxxx xxx",
    /// Two bounds on one side of a range are refused; otherwise the last one wins.
    range_two_bounds_refused:                        "....... ..x",
    /// Coordinates beyond the globe are folded over it instead of being refused.
    geo_folds:                                       "x...... ...",
    /// A `geo_point` takes well-known text.
    geo_wkt:                                         "....xxx xxx",
    /// A `geo_point` takes a GeoJSON point.
    geo_geojson:                                     ".....xx xxx",
    /// A `geo_point` takes `{"geohash": …}`.
    geo_hash_object:                                 "xxxxx.. xxx",
    /// A `geo_point` takes `z`, coordinates as text in GeoJSON, and lists of nulls.
    geo_loose_json:                                  ".....xx ...",
    /// A geohash of more than 12 characters is taken.
    geo_hash_long:                                   "x..xxxx xxx",
    /// A third coordinate behind `lat,lon` is taken.
    geo_text_altitude:                               "...xxxx xxx",
    /// A `geo_point` takes empty text as a point, and lists of more than three coordinates.
    geo_guesses:                                     "xxx.... ...",
    /// A `geo_shape` takes well-known text.
    shape_wkt:                                       "...xxxx xxx",
    /// A `geo_shape` with coordinates beyond the globe is moved onto it instead of being refused.
    shape_normalizes:                                "....xxx xxx",
    /// A `geo_shape` takes `circle`.
    shape_circle:                                    "xxx.... ...",
    /// A `geo_shape` takes coordinates as text.
    shape_text_coordinates:                          "xxx.... ...",
    /// A `geo_shape` takes a list of shapes (7.x and later by their documentation: the builds measured lack the type).
    shape_lists:                                     "xxxxxxx ...",
    /// Completion knows `output` and `payload`.
    completion_payload:                              "xx..... ...",
    /// A completion field takes null.
    completion_null:                                 "...xxxx xxx",
    /// A completion field refuses empty text.
    completion_empty_refused:                        "..x.... ...",
    /// A completion without contexts is refused where the mapping has some.
    completion_contexts_required:                    "....xxx xxx",
    /// Field names: an empty one is taken.
    name_empty:                                      "xx..... ...",
    /// Field names of blanks alone are refused even where nothing is mapped.
    name_blank_refused:                              "..x..xx ...",
    /// Field names with a dot make objects.
    name_dots:                                       "..xxxxx xxx",
    /// Field names may be made of dots in any way.
    name_any_dots:                                   "x...... ...",
    /// Lists in lists deeper than 20 levels are refused.
    array_depth_limited:                             "....... xxx",
    /// The first value of an unmapped field gives the others of its document their type; else each has its own, and all
    /// must be the same.
    dynamic_at_once:                                 "x...... ...",
    /// Whole numbers and fractions of an unmapped field in one document pass for each other instead of being refused.
    dynamic_numbers_merge:                           "..xx... ...",
    /// A null copied to a field that nothing has mapped yet is refused.
    copied_null_refused:                             "xxxx... xxx",
    /// `dynamic: strict` of an object above lets a null pass.
    strict_null_inherited:                           "xxxxx.. xxx",
    /// An unmapped number with a fraction becomes a `float`, not a `double`.
    dynamic_float:                                   "..xxxxx xxx",
    /// `wildcard` has the term limit.
    wildcard_limited:                                "....... ..x",
    /// `ignore_malformed` spares numbers and booleans too, not text alone.
    malformed_numbers_ignored:                       "....xxx xxx",
    /// `ignore_malformed` on geo types spares broken geometries whatever their spelling.
    malformed_geo_ignored:                           "...xxxx xxx",
    /// Well-known text may have `ENVELOPE`, and parentheses round each point of a `MULTIPOINT`.
    shape_wkt_loose:                                 "...x... ...",
    /// A `geo_shape` takes a collection of nothing.
    shape_empty_collection:                          ".xxx... ...",
    /// `version` is a semantic version of exactly three numbers.
    version_semantic:                                "....... xxx",
}

impl Facts {
    /// Whether `unsigned_long` reads `2.0` as a number: OpenSearch, and Elasticsearch of late 8.x (by its source).
    pub(crate) fn unsigned_reads_floats(&self) -> bool {
        self.unsigned_cuts || self.line == Line::Es9 || (self.line == Line::Es8 && self.minor >= 16)
    }

    /// Whether `gt` and `lte` of a `date_range` mean the last moment of what they name: since Elasticsearch 8.16.
    pub(crate) fn date_range_rounds_up(&self) -> bool {
        self.line == Line::Es9 || (self.line == Line::Es8 && self.minor >= 16)
    }

    /// Whether `copy_to` reads an object or a list again for the copy, instead of going on behind it: since OpenSearch 3.6
    /// (measured on 3.8; the version by the date of the change).
    pub(crate) fn copies_read_again(&self) -> bool {
        self.line == Line::Os3 && self.minor >= 6
    }

    /// Whether a field's `ignore_malformed` spares whatever its type refuses, objects too: since OpenSearch 3.2 (#18706; measured
    /// on 3.8, and not so on 2.19).
    pub(crate) fn spares_whatever_is_read(&self) -> bool {
        self.line == Line::Os3 && self.minor >= 2
    }

    /// How text in an integer field is read.
    pub(crate) fn integer_text(&self) -> IntegerText {
        match (self.integer_text_digits, self.integer_text_clamped) {
            (true, _) => IntegerText::Digits,
            (_, true) => IntegerText::Clamped,
            _ => IntegerText::Decimal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(engine: Engine, major: u16) -> Target {
        Target { engine, major, minor: 0, serverless: false }
    }

    #[test]
    fn every_row_has_ten_columns() {
        for (name, row) in ROWS {
            let columns: Vec<u8> = row.bytes().filter(|b| *b != b' ').collect();
            assert_eq!(columns.len(), 10, "{name}");
            assert!(columns.iter().all(|b| matches!(b, b'x' | b'.')), "{name}");
        }
    }

    #[test]
    fn columns_belong_to_their_engine() {
        for (engine, major, line, ipv6, output) in [
            (Engine::Elasticsearch, 1, Line::Es1, false, true),
            (Engine::Elasticsearch, 2, Line::Es2, false, true),
            (Engine::Elasticsearch, 5, Line::Es5, true, false),
            (Engine::Elasticsearch, 9, Line::Es9, true, false),
            (Engine::Elasticsearch, 10, Line::Es9, true, false),
            (Engine::OpenSearch, 1, Line::Os1, true, false),
            (Engine::OpenSearch, 3, Line::Os3, true, false),
        ] {
            let facts = Facts::of(&target(engine, major));
            assert_eq!((facts.line, facts.ipv6, facts.completion_payload), (line, ipv6, output));
        }
        assert!(Facts::of(&target(Engine::OpenSearch, 3)).wildcard_limited);
        assert!(!Facts::of(&target(Engine::OpenSearch, 2)).wildcard_limited);
    }
}
