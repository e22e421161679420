//! The lines of engines that files are made for: their names, their minors, and where the facts about each come from.
//! Knows no mapping.

use std::fmt;

use super::span::{es, os};
use super::{Engine, Target};

/// One line of an engine: a major version.
pub(super) struct Line {
    /// Short name, as `--target` takes it.
    pub(super) name: &'static str,
    engine: Engine,
    major: u16,
    /// Last minor that was measured, or documented where none was; a target named without a minor stands for it.
    minor: u16,
    /// Whether a later minor can still appear.
    open: bool,
    /// Where the facts of this line come from.
    pub(super) source: &'static str,
}

const fn line(
    name: &'static str,
    engine: Engine,
    version: (u16, u16),
    open: bool,
    source: &'static str,
) -> Line {
    Line { name, engine, major: version.0, minor: version.1, open, source }
}

/// Every line, oldest first within its engine. es3 and es4 never were.
#[rustfmt::skip]
pub(super) const LINES: [Line; 10] = [
    line("es1", Engine::Elasticsearch, (1, 7),  false, "Elasticsearch 1.7.6, measured"),
    line("es2", Engine::Elasticsearch, (2, 4),  false, "Elasticsearch 2.4.6, measured"),
    line("es5", Engine::Elasticsearch, (5, 6),  false, "Elasticsearch 5.6.16, measured"),
    line("es6", Engine::Elasticsearch, (6, 8),  false, "Elasticsearch 6.8.23, measured"),
    line("es7", Engine::Elasticsearch, (7, 17), false, "Elasticsearch 7.17.28, measured; what its default distribution adds, from its documentation"),
    line("es8", Engine::Elasticsearch, (8, 19), false, "Elasticsearch 8.19.0, measured; what its default distribution adds, from its documentation"),
    line("es9", Engine::Elasticsearch, (9, 2),  true,  "Elasticsearch 9.2.0, measured; what its default distribution adds, from its documentation"),
    line("os1", Engine::OpenSearch,    (1, 3),  false, "documentation of OpenSearch 1.3, which began as Elasticsearch 7.10"),
    line("os2", Engine::OpenSearch,    (2, 19), false, "OpenSearch 2.19.4, measured; the k-NN and geospatial plugins from their documentation"),
    line("os3", Engine::OpenSearch,    (3, 8),  true,  "OpenSearch 3.8.0, measured; the k-NN and geospatial plugins from their documentation"),
];

const SERVERLESS: &str = "serverless";

impl Engine {
    /// `Elasticsearch` or `OpenSearch`.
    pub fn long_name(self) -> &'static str {
        match self {
            Engine::Elasticsearch => "Elasticsearch",
            Engine::OpenSearch => "OpenSearch",
        }
    }
}

impl Line {
    const fn target(&self) -> Target {
        Target { engine: self.engine, major: self.major, minor: self.minor, serverless: false }
    }
}

impl Target {
    /// The target where nobody names one.
    pub const DEFAULT: Target = LINES[6].target();

    /// Every line, each at its last measured minor.
    pub const ALL: [Target; LINES.len()] = {
        let mut all = [LINES[0].target(); LINES.len()];
        let mut i = 1;
        while i < LINES.len() {
            all[i] = LINES[i].target();
            i += 1;
        }
        all
    };

    /// Reads `es9`, `es8.15`, `elasticsearch-8.19`, `opensearch-2`, `serverless` and their like.
    ///
    /// # Errors
    /// A message that names the nearest target and all there are.
    pub fn parse(name: &str) -> Result<Target, String> {
        let lower = name.trim().to_ascii_lowercase();
        if matches!(lower.as_str(), SERVERLESS | "elasticsearch-serverless" | "es-serverless") {
            return Ok(Target { serverless: true, ..Target::DEFAULT });
        }
        let (engine, version) = split_engine(&lower).ok_or_else(|| unknown(name, &lower))?;
        let (major, minor) = read_version(version).ok_or_else(|| unknown(name, &lower))?;
        let line = LINES
            .iter()
            .find(|l| l.engine == engine && l.major == major)
            .ok_or_else(|| unknown(name, &lower))?;
        let minor = minor.unwrap_or(line.minor);
        if minor > line.minor && !line.open {
            let (long, last) = (engine.long_name(), line.minor);
            return Err(format!(
                "there is no target `{name}`: {long} {major} ended with {major}.{last}; \
                 write `{}` for that, or an earlier minor",
                line.name
            ));
        }
        Ok(Target { minor, ..line.target() })
    }

    /// The short name, with the minor where it is not the line's last measured one: `es9`, `es8.15`.
    pub fn name(&self) -> String {
        if self.serverless {
            return SERVERLESS.to_string();
        }
        match self.line() {
            Some(line) if line.minor == self.minor => line.name.to_string(),
            Some(line) => format!("{}.{}", line.name, self.minor),
            None => format!("{} {}.{}", self.engine.long_name(), self.major, self.minor),
        }
    }

    /// Where the rules of this target come from: the engine and version that was measured, or documentation.
    pub fn source(&self) -> &'static str {
        self.line().map_or("", |line| line.source)
    }

    /// The line this target belongs to; there is none for a target built by hand with a major that never was.
    pub(super) fn line(&self) -> Option<&'static Line> {
        LINES.iter().find(|l| l.engine == self.engine && l.major == self.major)
    }

    /// Whether more may be there than was measured: a later minor, or an offering without versions.
    pub(super) fn is_beyond_measured(&self) -> bool {
        self.serverless || self.line().is_none_or(|line| self.minor > line.minor)
    }

    /// Whether mappings and action lines name a type: Elasticsearch before 7 (required there on every action line).
    pub fn typed(&self) -> bool {
        self.engine == Engine::Elasticsearch && self.major < 7
    }

    /// The type's name where the model gives none: `_doc`, or `doc` before Elasticsearch 6.2, which refuses names that
    /// begin with `_`. `None` where there are no types.
    pub fn default_type(&self) -> Option<&'static str> {
        match (self.typed(), self.within(&[es(6, 2)])) {
            (false, _) => None,
            (true, true) => Some("_doc"),
            (true, false) => Some("doc"),
        }
    }

    /// Whether files made for one load into the other: es1 and es2, es5 and es6, es7 and later and all of OpenSearch.
    pub fn same_document_shape(&self, other: &Target) -> bool {
        self.shape() == other.shape()
    }

    fn shape(&self) -> u8 {
        if self.within(&[es(7, 0), os(1, 0)]) { 2 } else { u8::from(self.within(&[es(5, 0)])) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// `elasticsearch-8.19` → (Elasticsearch, `8.19`).
fn split_engine(lower: &str) -> Option<(Engine, &str)> {
    let digits = lower.find(|c: char| c.is_ascii_digit())?;
    let (word, version) = lower.split_at(digits);
    let engine = match word.trim_end_matches(['-', '_', ' ']) {
        "es" | "elasticsearch" | "elastic" => Engine::Elasticsearch,
        "os" | "opensearch" => Engine::OpenSearch,
        _ => return None,
    };
    Some((engine, version))
}

/// `8`, `8.19`, `8.19.2` or `8.x`; a patch version changes nothing here.
fn read_version(text: &str) -> Option<(u16, Option<u16>)> {
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = match parts.next() {
        None | Some("x") => None,
        Some(minor) => Some(minor.parse().ok()?),
    };
    let patch_is_a_number = parts.next().is_none_or(|p| p == "x" || p.parse::<u16>().is_ok());
    (patch_is_a_number && parts.next().is_none()).then_some((major, minor))
}

fn unknown(name: &str, lower: &str) -> String {
    let known = LINES.iter().map(|l| l.name).chain([SERVERLESS]);
    let long = LINES
        .iter()
        .map(|l| (l.name, format!("{}-{}", l.engine.long_name().to_ascii_lowercase(), l.major)));
    let nearest = known
        .clone()
        .map(|n| (n, n.to_string()))
        .chain(long)
        .max_by(|a, b| {
            strsim::jaro_winkler(lower, &a.1).total_cmp(&strsim::jaro_winkler(lower, &b.1))
        })
        .map_or(SERVERLESS, |(name, _)| name);
    let all: Vec<String> = known.map(|n| format!("`{n}`")).collect();
    format!(
        "there is no target `{name}`; the nearest is `{nearest}`; there are {}, also with a minor such as `es8.15` \
         and by long names such as `opensearch-2`",
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_parsed_by_its_name_and_says_it_again() {
        for (line, target) in LINES.iter().zip(Target::ALL) {
            assert_eq!(Target::parse(line.name), Ok(target));
            assert_eq!(target.name(), line.name);
            assert_eq!(target.to_string(), line.name);
            assert!(!line.source.is_empty());
        }
        assert_eq!(Target::DEFAULT.name(), "es9");
    }

    #[test]
    fn long_names_and_minors_are_read() {
        for (written, name) in [
            ("elasticsearch-8.19", "es8"),
            ("elasticsearch-8.15", "es8.15"),
            ("Elasticsearch 7", "es7"),
            ("elasticsearch_7.x", "es7"),
            ("opensearch-2", "os2"),
            ("OpenSearch2.19.4", "os2"),
            ("es7.17.28", "es7"),
            ("es6.1", "es6.1"),
            ("os3.9", "os3.9"),
            ("es9.4", "es9.4"),
            ("serverless", "serverless"),
            ("elasticsearch-serverless", "serverless"),
        ] {
            let target = Target::parse(written).unwrap();
            assert_eq!(target.name(), name, "{written}");
            assert_eq!(Target::parse(&target.name()), Ok(target), "{written}");
        }
    }

    #[test]
    fn a_name_that_is_none_gets_the_nearest_one() {
        for (written, nearest) in [
            ("es10", "`es1`"),
            ("e9", "`es9`"),
            ("opensearch-4", "`os"),
            ("elasticserch-8", "`es8`"),
            ("es4", "`es"),
            ("server-less", "`serverless`"),
            ("", "`"),
        ] {
            let message = Target::parse(written).unwrap_err();
            assert!(message.contains(&format!("the nearest is {nearest}")), "{message}");
            assert!(message.contains("`os3`"), "{message}");
        }
        for wrong in ["es8.1.2.3", "es8.", "es8.x7", "es-", "8", "es9.-1", "es8.15-SNAPSHOT"] {
            assert!(Target::parse(wrong).is_err(), "{wrong}");
        }
        let ended = Target::parse("es7.18").unwrap_err();
        assert!(ended.contains("ended with 7.17"), "{ended}");
    }

    #[test]
    fn types_end_with_elasticsearch_7_and_begin_with_an_underscore_from_6_2() {
        let default = |name: &str| Target::parse(name).unwrap().default_type();
        for name in ["es1", "es2", "es5", "es6.0", "es6.1"] {
            assert_eq!(default(name), Some("doc"), "{name}");
        }
        for name in ["es6.2", "es6"] {
            assert_eq!(default(name), Some("_doc"), "{name}");
        }
        for name in ["es7", "es8", "es9", "os1", "os2", "os3", "serverless"] {
            assert_eq!(default(name), None, "{name}");
        }
    }

    #[test]
    fn document_shapes_are_three() {
        let shapes = [
            vec!["es1", "es2"],
            vec!["es5", "es6"],
            vec!["es7", "es8", "es9", "os1", "os2", "os3", "serverless"],
        ];
        for (i, group) in shapes.iter().enumerate() {
            for (j, other) in shapes.iter().enumerate() {
                for (a, b) in group.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                    let (a, b) = (Target::parse(a).unwrap(), Target::parse(b).unwrap());
                    assert_eq!(a.same_document_shape(&b), i == j, "{a} {b}");
                }
            }
        }
    }
}
