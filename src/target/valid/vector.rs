//! How a `dense_vector` may be indexed. Knows one field and nothing beside it.

use serde_json::Value;

use super::Faults;
use crate::target::span::{Span, es};
use crate::target::{Property, Target};

/// A way to index vectors: its name, its versions, the parameters it has, and what it wants of the vectors.
struct Way {
    name: &'static str,
    spans: &'static [Span],
    keys: &'static [&'static str],
    /// Whether it takes vectors of `float` alone.
    quantized: bool,
    /// Fewest dimensions, and what their number is a multiple of.
    dims: (u64, u64),
}

const GRAPH: &[&str] = &["m", "ef_construction"];
const GRAPH_QUANTIZED: &[&str] = &["m", "ef_construction", "confidence_interval", "rescore_vector"];
const FLAT_QUANTIZED: &[&str] = &["confidence_interval", "rescore_vector"];

/// Measured on 8.19 and 9.2; since when each is there, from the release notes.
#[rustfmt::skip]
const WAYS: &[Way] = &[
    Way { name: "hnsw", spans: &[es(8, 0)], keys: GRAPH, quantized: false, dims: (1, 1) },
    Way { name: "int8_hnsw", spans: &[es(8, 12)], keys: GRAPH_QUANTIZED, quantized: true, dims: (1, 1) },
    Way { name: "int4_hnsw", spans: &[es(8, 15)], keys: GRAPH_QUANTIZED, quantized: true, dims: (1, 2) },
    Way { name: "bbq_hnsw", spans: &[es(8, 16)], keys: &["m", "ef_construction", "rescore_vector"], quantized: true, dims: (64, 1) },
    Way { name: "flat", spans: &[es(8, 13)], keys: &[], quantized: false, dims: (1, 1) },
    Way { name: "int8_flat", spans: &[es(8, 13)], keys: FLAT_QUANTIZED, quantized: true, dims: (1, 1) },
    Way { name: "int4_flat", spans: &[es(8, 15)], keys: FLAT_QUANTIZED, quantized: true, dims: (1, 2) },
    Way { name: "bbq_flat", spans: &[es(8, 16)], keys: &["rescore_vector"], quantized: true, dims: (64, 1) },
    Way { name: "bbq_disk", spans: &[es(9, 2)], keys: &["rescore_vector", "cluster_size", "default_visit_percentage"], quantized: true, dims: (1, 1) },
];

const SIMILARITIES: &[&str] = &["l2_norm", "cosine", "dot_product", "max_inner_product"];

/// Bounds that the index itself has; the mapping is taken beyond them, and the first document fails.
const GRAPH_BOUNDS: &[(&str, u64)] = &[("m", 512), ("ef_construction", 3200)];

/// Checks `similarity` and `index_options` of a `dense_vector`.
pub(super) fn check(property: &Property, target: &Target, faults: &mut Faults<'_>) {
    if property.kind != "dense_vector" || !target.within(&[es(8, 0)]) {
        return;
    }
    let element = property.params.get("element_type").and_then(Value::as_str).unwrap_or("float");
    if let Some(similarity) = property.params.get("similarity") {
        let word = similarity.as_str().unwrap_or_default();
        let takes = if element == "bit" { &SIMILARITIES[..1] } else { SIMILARITIES };
        if !takes.contains(&word) {
            let takes: Vec<String> = takes.iter().map(|word| format!("`{word}`")).collect();
            let message = format!(
                "`similarity` of vectors of `{element}` is {} on {target}, found {}",
                takes.join(", "),
                crate::target::dialect::described(similarity)
            );
            faults.push(format!("{}/similarity", property.pointer), message);
        }
    }
    if let Some(options) = property.params.get("index_options")
        && let Err((key, message)) = options_fault(options, element, property, target)
    {
        faults.push(format!("{}/index_options{key}", property.pointer), message);
    }
}

fn options_fault(
    options: &Value,
    element: &str,
    property: &Property,
    target: &Target,
) -> Result<(), (String, String)> {
    let names = || {
        let ways = WAYS.iter().filter(|way| target.within(way.spans));
        ways.map(|way| format!("`{}`", way.name)).collect::<Vec<_>>().join(", ")
    };
    let kind = options.get("type").and_then(Value::as_str);
    let Some(kind) = kind else {
        let message = format!("`index_options` must be an object with a `type`: {}", names());
        return Err((String::new(), message));
    };
    let way = WAYS.iter().find(|way| way.name == kind && target.within(way.spans));
    let Some(way) = way else {
        let message = format!("{target} indexes no vectors as `{kind}`; it has {}", names());
        return Err(("/type".to_string(), message));
    };
    if way.quantized && element != "float" && element != "bfloat16" {
        let message = format!(
            "`{kind}` takes vectors of `float` alone, found `{element}`; write `hnsw` or `flat`"
        );
        return Err(("/type".to_string(), message));
    }
    let dims = property.params.get("dims").and_then(Value::as_u64);
    let (fewest, multiple) = way.dims;
    if dims.is_some_and(|dims| dims < fewest || dims % multiple != 0) {
        let wants = if multiple == 2 {
            "an even number of".to_string()
        } else {
            format!("at least {fewest}")
        };
        let message = format!(
            "`{kind}` wants {wants} dimensions on {target}; write `int8_hnsw`, or other `dims`"
        );
        return Err(("/type".to_string(), message));
    }
    for (key, value) in options.as_object().into_iter().flatten().filter(|(key, _)| *key != "type")
    {
        if !way.keys.contains(&key.as_str()) && !target.is_beyond_measured() {
            let message = format!("`{kind}` has no `{key}` on {target}; remove it");
            return Err((format!("/{key}"), message));
        }
        if let Some(wanted) = value_fault(key, value) {
            let found = crate::target::dialect::described(value);
            return Err((format!("/{key}"), format!("`{key}` must be {wanted}, found {found}")));
        }
    }
    Ok(())
}

fn value_fault(key: &str, value: &Value) -> Option<String> {
    if let Some((_, max)) = GRAPH_BOUNDS.iter().find(|(name, _)| *name == key) {
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let fits = value.is_null() || number.is_some_and(|n| (1..=*max).contains(&n));
        return (!fits).then(|| format!("a whole number from 1 to {max}"));
    }
    let sample = value.get("oversample").filter(|_| key == "rescore_vector")?;
    let fits = sample.as_f64().is_some_and(|n| n == 0.0 || (1.0..=10.0).contains(&n));
    (!fits).then(|| "`{\"oversample\": …}` with 0 or a number from 1 to 10".to_string())
}
