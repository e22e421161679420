//! What the settings of an index say for its fields.

use serde_json::json;

use super::*;

#[test]
fn the_setting_spares_booleans_where_they_know_the_parameter() {
    let body = json!({"properties": {"b": {"type": "boolean"}, "n": {"type": "long"}}});
    let settings = json!({"index.mapping.ignore_malformed": true});
    for (target, spared) in
        [("es6", false), ("es7", false), ("es8", true), ("es9", true), ("os3", false)]
    {
        let target = Target::parse(target).unwrap();
        let mut mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
        mapping.follow_settings(Some(&settings), &target);
        let says = |at: usize| mapping.properties[at].params.contains_key("ignore_malformed");
        assert_eq!((says(0), says(1)), (spared, true), "{target}");
    }
}
