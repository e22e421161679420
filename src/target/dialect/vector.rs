//! `dense_vector` of Elasticsearch against `knn_vector` of OpenSearch: the same vectors, other words.

use serde_json::{Map, Value, json};

use super::Translation;
use super::draft::{Draft, truth};

/// How near two vectors are: Elasticsearch's word, OpenSearch's word. The first of a pair is what a word becomes.
const SIMILARITIES: &[(&str, &str)] = &[
    ("l2_norm", "l2"),
    ("cosine", "cosinesimil"),
    ("dot_product", "innerproduct"),
    ("max_inner_product", "innerproduct"),
];

/// What one element is: Elasticsearch's word, OpenSearch's word.
const ELEMENTS: &[(&str, &str)] = &[("float", "float"), ("byte", "byte"), ("bit", "binary")];

/// Says the parameters in the words of the type that the vector has become.
pub(super) fn parameters(t: &mut Translation<'_>, draft: &mut Draft) {
    match draft.kind.as_str() {
        "knn_vector" if draft.has("dims") => to_knn(t, draft),
        "dense_vector" if draft.has("dimension") || draft.has("model_id") => to_dense(t, draft),
        _ => {}
    }
}

fn to_knn(t: &mut Translation<'_>, draft: &mut Draft) {
    let dims = draft.get("dims").cloned().unwrap_or_default();
    draft.rename("dims", "dimension", dims);
    if let Some(element) = draft.text("element_type").map(str::to_string) {
        let word = ELEMENTS.iter().find(|(es, _)| *es == element).map_or("float", |(_, os)| os);
        draft.rename("element_type", "data_type", word);
    }
    let indexed = draft.take("index").as_ref().and_then(truth) != Some(false);
    let similarity = draft.take("similarity");
    let options = draft.take("index_options");
    if !indexed {
        t.notice(draft, format!("`index: false` is said by leaving out `method` for {}", t.target));
        return;
    }
    let word = similarity.as_ref().and_then(Value::as_str).unwrap_or("cosine");
    let space = SIMILARITIES.iter().find(|(es, _)| *es == word).map_or("l2", |(_, os)| os);
    let mut parameters = Map::new();
    for key in ["m", "ef_construction"] {
        if let Some(value) = options.as_ref().and_then(|o| o.get(key)) {
            parameters.insert(key.to_string(), value.clone());
        }
    }
    let mut method = Map::new();
    method.insert("name".to_string(), json!("hnsw"));
    method.insert("space_type".to_string(), json!(space));
    method.insert("engine".to_string(), json!("lucene"));
    if !parameters.is_empty() {
        method.insert("parameters".to_string(), Value::Object(parameters));
    }
    draft.set("method", method);
    t.settings.insert("index.knn".to_string(), json!(true));
    t.notice(draft, format!("similarity `{word}` becomes the method `hnsw` with `{space}`, and the setting `index.knn` for {}", t.target));
}

fn to_dense(t: &mut Translation<'_>, draft: &mut Draft) {
    if draft.has("model_id") {
        return t.fault(
            draft.place.at("model_id"),
            format!("{} has no trained vector models; write `dims` and `similarity`", t.target),
        );
    }
    let dimension = draft.get("dimension").cloned().unwrap_or_default();
    draft.rename("dimension", "dims", dimension);
    if let Some(element) = draft.text("data_type").map(str::to_string) {
        let word = ELEMENTS.iter().find(|(_, os)| *os == element).map_or("float", |(es, _)| es);
        draft.rename("data_type", "element_type", word);
    }
    let method = draft.take("method");
    let space = draft.take("space_type").or_else(|| method.as_ref()?.get("space_type").cloned());
    for key in ["mode", "compression_level", "engine"] {
        draft.take(key);
    }
    let Some(word) = space.as_ref().and_then(Value::as_str) else {
        // Without a method OpenSearch measures by l2, Elasticsearch by cosine, which refuses a vector of zeros.
        draft.set("similarity", "l2_norm");
        return t.notice(
            draft,
            format!(
                "the space `l2`, OpenSearch's default, becomes `similarity: l2_norm` for {}",
                t.target
            ),
        );
    };
    let Some((similarity, _)) = SIMILARITIES.iter().rev().find(|(_, os)| *os == word) else {
        return t.fault(
            draft.place.at("method"),
            format!("{} has no similarity for the space `{word}`; it has `l2`, `cosinesimil` and `innerproduct`", t.target),
        );
    };
    draft.set("similarity", *similarity);
    let parameters = method.as_ref().and_then(|m| m.get("parameters"));
    let mut options = Map::new();
    for key in ["m", "ef_construction"] {
        if let Some(value) = parameters.and_then(|p| p.get(key)) {
            options.insert(key.to_string(), value.clone());
        }
    }
    if !options.is_empty() {
        options.insert("type".to_string(), json!("hnsw"));
        draft.set("index_options", options);
    }
    t.notice(
        draft,
        format!("the space `{word}` becomes `similarity: {similarity}` for {}", t.target),
    );
}
