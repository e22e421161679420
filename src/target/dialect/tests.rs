use serde_json::json;

use super::*;

/// The mapping of the reference system, written for 1.x.
fn campus() -> Value {
    json!({
        "properties": {
            "university": { "type": "object", "properties": { "name": { "type": "string", "index": "not_analyzed" } } },
            "first_name": { "type": "string", "index": "not_analyzed" },
            "last_name": { "type": "string", "index": "not_analyzed" },
            "age": { "type": "short" },
            "year_in_school": { "type": "string" },
            "name_complete": { "type": "completion", "analyzer": "simple", "payloads": true, "preserve_separators": true,
                               "preserve_position_increments": true, "max_input_length": 50 },
            "course_names": { "type": "string", "store": "yes", "index": "not_analyzed" }
        }
    })
}

fn translated(body: &Value, target: &str) -> (Mapping, Vec<Fault>) {
    let mut faults = Vec::new();
    let target = Target::parse(target).unwrap();
    let mapping = Mapping::translate(body, "/m", &target, &mut faults);
    (mapping, faults)
}

fn clean(body: &Value, target: &str) -> Mapping {
    let (mapping, faults) = translated(body, target);
    assert_eq!(faults, [], "{target} {body}");
    mapping
}

#[test]
fn the_campus_mapping_stands_verbatim_for_1_and_2() {
    for target in ["es1", "es2"] {
        let mapping = clean(&campus(), target);
        assert_eq!(serde_json::to_string(&mapping.body).unwrap(), campus().to_string(), "{target}");
        assert_eq!(mapping.notices, [""; 0], "{target}");
    }
}

#[test]
fn the_campus_mapping_comes_out_modern_for_every_later_target() {
    let wanted = json!({
        "properties": {
            "university": { "type": "object", "properties": { "name": { "type": "keyword" } } },
            "first_name": { "type": "keyword" },
            "last_name": { "type": "keyword" },
            "age": { "type": "short" },
            "year_in_school": { "type": "text" },
            "name_complete": { "type": "completion", "analyzer": "simple", "preserve_separators": true,
                               "preserve_position_increments": true, "max_input_length": 50 },
            "course_names": { "type": "keyword", "store": true }
        }
    });
    for target in ["es5", "es6", "es7", "es8", "es9", "os1", "os2", "os3", "serverless"] {
        let mapping = clean(&campus(), target);
        assert_eq!(serde_json::to_string(&mapping.body).unwrap(), wanted.to_string(), "{target}");
        assert_eq!(mapping.notices.len(), 4, "{target} {:?}", mapping.notices);
        let completion = &mapping.properties[5];
        assert_eq!(completion.dropped_keys, ["output", "payload"]);
        assert_eq!(
            mapping.properties[0].properties[0].pointer,
            "/m/properties/university/properties/name"
        );
        assert_eq!(mapping.properties[6].params, *json!({"store": true}).as_object().unwrap());
    }
}
