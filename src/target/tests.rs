//! What the settings of an index say for its fields.

use serde_json::json;

use super::*;

#[test]
fn the_setting_spares_types_that_know_the_parameter_and_on_opensearch_all() {
    let body = json!({"properties": {
        "b": {"type": "boolean"}, "n": {"type": "long"}, "t": {"type": "text"}, "r": {"type": "long_range"},
        "o": {"type": "long", "ignore_malformed": false}, "c": {"type": "completion"}
    }});
    let settings = json!({"index.mapping.ignore_malformed": true});
    // `p` by the parameter, `s` by the setting whatever the field says.
    for (target, wanted) in [
        ("es7", ". p . . . ."),
        ("es8", "p p . . . ."),
        ("es9", "p p . . . ."),
        ("os2.3", ". p . p . ."),
        ("os2.4", "s ps s ps s ."),
        ("os3.1", "s ps s ps s ."),
        ("os3.2", "s p s p . ."),
    ] {
        let target_name = target;
        let target = Target::parse(target).unwrap();
        let mut mapping = Mapping::translate(&body, "", &target, &mut Vec::new());
        mapping.follow_settings(Some(&settings), &target);
        let says = |property: &Property| {
            let has = |name| property.params.get(name).is_some_and(|value| value == true);
            let found = [("p", has("ignore_malformed")), ("s", has(SPARED))];
            let found: String =
                found.into_iter().filter_map(|(letter, has)| has.then_some(letter)).collect();
            if found.is_empty() { ".".to_owned() } else { found }
        };
        let told: Vec<String> = mapping.properties.iter().map(says).collect();
        assert_eq!(told.join(" "), wanted, "{target_name}");
    }
}
