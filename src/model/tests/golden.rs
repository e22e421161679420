//! The text of every kind of fault, each at its pointer.

use serde_json::{Value, json};

use super::faults;

/// Checks that the text has just these faults, as `pointer: message`.
fn check(text: &str, wanted: &[&str]) {
    let found: Vec<String> = faults(text).iter().map(ToString::to_string).collect();
    assert_eq!(found, wanted, "{text}");
}

/// Checks faults of an index that is whole but for `members`; pointers are relative to it. A null takes a member away.
fn check_index(members: Value, wanted: &[&str]) {
    let mut index = json!({"table": "t", "mapping": {}});
    for (key, value) in members.as_object().expect("members") {
        match value {
            Value::Null => index.as_object_mut().expect("an object").remove(key),
            _ => index.as_object_mut().expect("an object").insert(key.clone(), value.clone()),
        };
    }
    let wanted: Vec<String> = wanted.iter().map(|line| format!("/indices/i{line}")).collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    check(&json!({"indices": {"i": index}}).to_string(), &wanted);
}

/// Checks faults of the entry `f` of an index; pointers are relative to it.
fn check_entry(entry: Value, wanted: &[&str]) {
    let wanted: Vec<String> = wanted.iter().map(|line| format!("/fields/f{line}")).collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    check_index(json!({"fields": {"f": entry}}), &wanted);
}

#[test]
fn faults_of_the_text() {
    check("", &["(root): found nothing, wanted JSON"]);
    check(
        "{\n  \"indices\": {},\n}",
        &[
            "(root): no valid JSON: trailing comma at line 3 column 1; JSON knows no comments and no comma after the last item",
        ],
    );
    check(
        r#"{"indices": {"i": {"table": "t", "mapping": {"a": 1, "a": 2}, "table": "u", "settings": {"x": 1, "x": 1}}}}"#,
        &[
            "/indices/i/mapping/a: the key `a` stands more than once in the same object; keep one of them",
            "/indices/i/table: the key `table` stands more than once in the same object; keep one of them",
            "/indices/i/settings/x: the key `x` stands more than once in the same object; keep one of them",
        ],
    );
}

#[test]
fn faults_of_the_top_level() {
    check("[1]", &["(root): found a list, wanted an object with `indices`"]);
    check("{}", &["(root): `indices` is missing, wanted an object with one member for each index"]);
    check(
        r#"{"indices": {}}"#,
        &["/indices: found an empty object, wanted an object with one member for each index"],
    );
    check(
        r#"{"indices": [], "target": 9, "$schema": true, "Targets": 1}"#,
        &[
            "/Targets: unknown key `Targets` in the top level, which takes `target`, `indices`, `$schema`",
            "/$schema: found a boolean, wanted a string: the address of the model's JSON Schema",
            "/target: found a number, wanted a string: an engine and version such as `es9`",
            "/indices: found a list, wanted an object with one member for each index",
        ],
    );
    check(
        r#"{"indices": {"": {"table": "t", "mapping": {}}, "a/b": 7}}"#,
        &[
            "/indices/: found an empty name, wanted the name of the index",
            "/indices/a~1b: found a number, wanted an object with `table` or `query`, and `mapping`",
        ],
    );
}

#[test]
fn faults_of_an_index() {
    check_index(
        json!({"feilds": {}, "through": "x"}),
        &[
            "/feilds: unknown key `feilds` in an index, which takes `fields`, `settings`, `id`, `nulls`, `aliases`, `pipeline`, `version_type`, `table` (and 7 more)",
            "/through: unknown key `through` in an index, which takes `version_type`, `table`, `where`, `type`, `routing`, `version`, `settings`, `timezone` (and 7 more); `through` belongs in `many`",
        ],
    );
    check_index(
        json!({"query": "SELECT 1"}),
        &[": found `table` and `query` together, wanted only one of them"],
    );
    check_index(
        json!({"table": null, "mapping": null}),
        &[
            ": `mapping` is missing, wanted the root mapping or the path of a file that holds one",
            ": found neither `table` nor `query`, wanted one of them",
        ],
    );
    check_index(
        json!({"table": "", "where": " ", "mapping": 1, "settings": [], "aliases": "a"}),
        &[
            "/mapping: found a number, wanted an object (the root mapping) or a string (the path of a file that holds one)",
            "/table: found an empty string, wanted the name of a table or a view; or leave `table` out",
            "/where: found only blanks, wanted an SQL condition over the row; or leave `where` out",
            "/settings: found a list, wanted an object",
            "/aliases: found a string, wanted an object",
        ],
    );
    check_index(
        json!({"table": null, "query": "\n", "fields": 1}),
        &[
            "/query: found only blanks, wanted a single `SELECT`; or leave `query` out",
            "/fields: found a number, wanted an object with an entry for each field",
        ],
    );
}

#[test]
fn faults_of_the_action_line() {
    check_index(
        json!({"id": 5, "routing": "{", "pipeline": "{}", "version": "a}"}),
        &[
            "/id: found a number, wanted a string: a column, or a template such as `{a}-{b}`",
            "/routing: found a lone `{` at character 1; close it as `{column}`, or write `{{` for the brace itself",
            "/version: found a lone `}` at character 2; write `}}` for the brace itself",
            "/pipeline: found braces without a column at character 1, wanted its name between them; write `{{` and `}}` for the braces themselves",
        ],
    );
    check_index(
        json!({"id": "{{x}}", "version": "updated", "version_type": "externl"}),
        &[
            "/id: found `{{x}}`, which is the same for every row, wanted a template that names a column",
            "/version_type: found `externl`, wanted one of `external`, `external_gt`, `external_gte`, `internal`, `force`",
            "/version: found `updated`, wanted a whole number or a template; write `{updated}` for the column `updated`",
        ],
    );
    check_index(
        json!({"version_type": "external"}),
        &[
            "/version_type: found `version_type` without `version`, wanted both; add a `version` such as `{column}`",
        ],
    );
}

#[test]
fn faults_of_words() {
    check_index(
        json!({"nulls": "drop", "timezone": 2}),
        &[
            "/nulls: found `drop`, wanted one of `keep`, `omit`",
            "/timezone: found a number, wanted a string: an offset such as `+02:00`, `UTC`, or an IANA name",
        ],
    );
    check_index(
        json!({"nulls": true, "timezone": "+2"}),
        &[
            "/nulls: found a boolean, wanted one of `keep`, `omit`",
            "/timezone: found the offset `+2`, wanted `+hh:mm` or `-hh:mm`, at most `18:00`",
        ],
    );
}

#[test]
fn faults_of_an_entry() {
    let unknown = "/colum: unknown key `colum` in an entry of `fields`, which takes `column`, `value`, `sql`, `one`, `from`, `lossy`, `many`";
    check_entry(json!({"colum": "a"}), &[unknown]);
    check_entry(json!(5), &[": found a number, wanted the name of a column, or an object"]);
    check_entry(json!(null), &[": found null, wanted the name of a column, or an object"]);
    check_entry(
        json!(""),
        &[": found an empty string, wanted the name of a column; or leave the entry out"],
    );
    check_entry(
        json!({}),
        &[": found an empty object, wanted one of `column`, `sql`, `value`, `one`, `many`"],
    );
    check_entry(
        json!({"column": "a", "sql": 3, "one": [], "lossy": 1, "from": "unx"}),
        &[
            "/from: found `unx`, wanted one of `unix`, `unixms`, `unixus`, `hex`, `uuid`, `julian`, `f32`, `json` (and 1 more)",
            "/lossy: found a number, wanted `true` or `false`",
            ": found `column`, `sql`, `one` together, wanted only one of them",
            "/sql: found a number, wanted a string: an SQL expression over the row",
            "/one: found a list, wanted an object that names the related row",
        ],
    );
    check_entry(
        json!({"value": {"{": ["a}", {"b/c": "{}"}]}}),
        &[
            "/value/{/0: found a lone `}` at character 2; write `}}` for the brace itself",
            "/value/{/1/b~1c: found braces without a column at character 1, wanted its name between them; write `{{` and `}}` for the braces themselves",
        ],
    );
    for relation in ["one", "many"] {
        check_entry(
            json!({relation: {}, "from": "hex"}),
            &[&format!(
                "/from: found `from` beside `{relation}`, wanted it beside what gives one stored value; put it on an entry of the `fields` of `{relation}`"
            )],
        );
    }
}

#[test]
fn faults_of_relations() {
    check_entry(
        json!({"one": {"tabel": "a", "column": 1, "key": "", "fields": {"g": {"many": 1}}}}),
        &[
            "/one/tabel: unknown key `tabel` in `one`, which takes `table`, `key`, `fields`, `column`",
            "/one/column: found a number, wanted a string: our column that points at the related row",
            "/one/key: found an empty string, wanted the related table's column that is pointed at; or leave `key` out",
            "/one/fields/g/many: found a number, wanted an object that names the related rows",
        ],
    );
    check_entry(
        json!({"many": {"child": "c", "value": "{", "fields": {}, "limit": -1, "order_by": ""}}),
        &[
            "/many/value: found a lone `{` at character 1; close it as `{column}`, or write `{{` for the brace itself",
            "/many: found `value` and `fields` together, wanted `value` for a list of values or `fields` for a list of objects",
            "/many/child: found `child` without `through`, wanted the join table that holds this column; name it in `through`, or say `parent` for the child table's column that points here",
            "/many/order_by: found an empty string, wanted SQL terms to sort the related rows by; or leave `order_by` out",
            "/many/limit: found `-1`, wanted a whole number of rows such as `10`",
        ],
    );
    for (limit, found) in [
        ("\"5\"", "a string"),
        ("2.0", "`2.0`"),
        ("null", "null"),
        ("9223372036854775808", "`9223372036854775808`"),
    ] {
        check_entry(
            json!({"many": {"limit": serde_json::from_str::<Value>(limit).expect("JSON")}}),
            &[&format!("/many/limit: found {found}, wanted a whole number of rows such as `10`")],
        );
    }
    check_entry(
        json!({"many": {"through": 1, "child": "c", "value": "{through.}"}}),
        &[
            "/many/value: found braces without a column at character 1, wanted its name between them; write `{{` and `}}` for the braces themselves",
            "/many/through: found a number, wanted a string: the name of the join table",
        ],
    );
}
