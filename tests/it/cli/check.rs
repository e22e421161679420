//! `litebulk check --values`: the counts by field, the examples, and who hears what.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{run_line, tree};

const ROWS: &str = "
    CREATE TABLE city (id INTEGER PRIMARY KEY, size);
    CREATE TABLE main (id INTEGER PRIMARY KEY, n, d, city_id INTEGER REFERENCES city);
    INSERT INTO city VALUES (1, 5), (2, 70000);
    INSERT INTO main VALUES
        (1, 1, '2024-01-02', 1), (2, 300, NULL, 2), (3, 2.5, 'x', NULL), (4, NULL, NULL, 1),
        (5, x'00', '2024-01-03', 1), (6, -400, NULL, 1), (7, 500, NULL, 1), (8, 600, NULL, 1);";

/// A folder with the database above and a model in which `n`, `d` and `city.size` are wrong for some rows.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(ROWS).unwrap();
    let model = json!({ "indices": { "docs": { "table": "main", "mapping": { "properties": {
        "n": { "type": "byte" },
        "d": { "type": "date" },
        "city": { "type": "object", "properties": { "size": { "type": "short" } } },
    } } } } });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
    folder
}

#[test]
fn each_field_has_its_counts_and_its_first_examples() {
    let folder = folder();
    let before = tree(folder.path());
    let ended = run_line(folder.path(), "check db.sqlite3 --values --json -q");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(tree(folder.path()), before, "a check writes nothing");
    let report: Json = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["exit_code"], 1);
    let index = &report["indices"][0];
    assert_eq!((&index["documents"], &index["rejected"]), (&json!(8), &json!(6)), "{index}");
    let counts = |name: &str| {
        let fields = index["fields"].as_array().unwrap();
        let field = fields.iter().find(|field| field["field"] == name).unwrap();
        let of = |key: &str| field[key].as_u64().unwrap();
        ["values", "nulls", "refused", "altered", "unreadable"].map(of)
    };
    assert_eq!(counts("n"), [8, 1, 4, 1, 1]);
    assert_eq!(counts("d"), [8, 5, 1, 0, 0]);
    assert_eq!(
        counts("city.size"),
        [7, 0, 1, 0, 0],
        "a related row that many documents share counts for each of them"
    );
    let examples = index["fields"][0]["examples"].as_array().unwrap();
    let keys: Vec<&str> = examples.iter().map(|example| example["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["2", "3", "5"], "the first ones in document order, and no more");
    let first = &examples[0];
    assert_eq!(
        (&first["table"], &first["column"], &first["value"], &first["verdict"]),
        (&json!("main"), &json!("n"), &json!("300"), &json!("refused"))
    );
    assert_eq!(first["rule"], "`byte` takes -128 to 127");
}

#[test]
fn people_read_a_table_and_the_examples_on_stderr_alone() {
    let folder = folder();
    let ended = run_line(folder.path(), "check db.sqlite3 --values");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
    let row = ended.stderr.lines().find(|line| line.starts_with("n ")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["n", "8", "1", "4", "1", "1"]);
    for words in [
        "table `main`, key `2`, column `n`",
        "value `300`",
        "takes -128 to 127",
        "field `city.size`",
    ] {
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
    }
}

#[test]
fn values_that_the_target_takes_are_no_finding() {
    let folder = folder();
    let sql = "DELETE FROM main WHERE id NOT IN (1, 4); DELETE FROM city WHERE id = 2;";
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(sql).unwrap();
    for target in ["es1", "es9", "os3"] {
        let line = format!("check db.sqlite3 --values --json --target {target}");
        let ended = run_line(folder.path(), &line);
        assert_eq!(ended.code, Some(0), "{target}: {}", ended.stderr);
        let report: Json = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(report["indices"][0]["rejected"], 0, "{target}");
    }
}

#[test]
fn a_document_that_is_bad_by_its_key_alone_is_a_finding() {
    let folder = folder();
    let sql = "PRAGMA foreign_keys = OFF; UPDATE main SET n = 1, d = NULL, city_id = 1; UPDATE main SET city_id = 9 WHERE id = 3;";
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(sql).unwrap();
    let ended = run_line(folder.path(), "check db.sqlite3 --values --json");
    assert_eq!(ended.code, Some(1), "a dangling key: {}", ended.stderr);
}

#[test]
fn nested_objects_are_counted_over_the_whole_document_that_an_action_sends() {
    let folder = TempDir::new().unwrap();
    let rows = r#"
        CREATE TABLE main (id INTEGER PRIMARY KEY, a TEXT);
        CREATE TABLE b (id INTEGER PRIMARY KEY, main_id INTEGER REFERENCES main);
        INSERT INTO main VALUES (1, '[{},{}]'), (2, '[{},{}]'), (3, '[{},{},{}]');
        INSERT INTO b VALUES (1, 1), (2, 1), (3, 2), (4, 3);"#;
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(rows).unwrap();
    let model = json!({ "indices": { "docs": {
        "table": "main",
        "settings": { "index.mapping.nested_objects.limit": 3 },
        "mapping": { "properties": { "a": { "type": "nested" }, "b": { "type": "nested" } } },
    } } });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
    let ended = run_line(folder.path(), "check db.sqlite3 --values --json");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let report: Json = serde_json::from_str(&ended.stdout).unwrap();
    let index = &report["indices"][0];
    assert_eq!(index["rejected"], 2, "{index}");
    let fields = index["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["field"] == "b").unwrap();
    assert_eq!(field["refused"], 2, "{index}");
    let examples = field["examples"].as_array().unwrap();
    let found: Vec<_> = examples.iter().map(|e| (&e["table"], &e["key"], &e["value"])).collect();
    let [main, four] = [json!("main"), json!("4")];
    assert_eq!(found, [(&main, &json!("1"), &four), (&main, &json!("3"), &four)]);
    for (options, code) in [("update", 4), ("delete", 0)] {
        let line = format!("export db.sqlite3 --on-error reject --op {options}");
        let ended = run_line(folder.path(), &line);
        assert_eq!(ended.code, Some(code), "{options}: {}", ended.stderr);
    }
    // Neither the limit nor its setting is older than 7.0.
    let ended = run_line(folder.path(), "export db.sqlite3 --on-error reject --target es6");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let mut unlimited = model;
    unlimited["indices"]["docs"]["settings"] = json!({});
    fs::write(folder.path().join("litebulk.json"), unlimited.to_string()).unwrap();
    let ended = run_line(folder.path(), "export db.sqlite3 --on-error reject --target es6");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn unmapped_members_whose_first_value_decides_are_told_whoever_reads_them() {
    let folder = TempDir::new().unwrap();
    let rows = r#"
        CREATE TABLE main (id INTEGER PRIMARY KEY, o TEXT);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) INSERT INTO main
            SELECT i, json_object('w', iif(i = 25000, 7, i + 0.5), 's', 'a text that fills some pages ' || i, 'd', date(i)) FROM n;
        UPDATE main SET o = json_set(o, '$.s', '2024-01-02') WHERE id = 20000;"#;
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(rows).unwrap();
    let model = json!({ "indices": { "docs": {
        "table": "main",
        "mapping": { "properties": { "o": { "type": "object" } } },
        "fields": { "o": { "column": "o", "from": "json" } },
    } } });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
    for line in [
        "check db.sqlite3 --values",
        "export db.sqlite3 --threads 1",
        "export db.sqlite3 --check --threads 3",
    ] {
        let ended = run_line(folder.path(), &format!("{line} --json"));
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
        let report: Json = serde_json::from_str(&ended.stdout).unwrap();
        let notices = report["notices"].as_array().unwrap();
        let [notice] = &notices[..] else { panic!("{line}: {notices:?}") };
        let notice = notice.as_str().unwrap();
        assert!(notice.contains("`docs`: the values of `o.s`, `o.w`, which"), "{line}: {notice}");
    }
}

#[test]
fn a_model_of_versions_is_checked_for_the_action_that_takes_them() {
    let folder = folder();
    let model = json!({ "indices": { "docs": {
        "table": "city", "version": "{size}", "version_type": "external",
        "mapping": { "properties": { "size": { "type": "integer" } } },
    } } });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
    let ended = run_line(folder.path(), "check db.sqlite3 --values");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("write with `--op index`"), "{}", ended.stderr);
    let ended = run_line(folder.path(), "check db.sqlite3 --values --op index");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn every_rule_that_is_broken_has_an_example() {
    let folder = folder();
    let sql =
        "UPDATE main SET n = 300, city_id = NULL, d = NULL; UPDATE main SET n = 'x' WHERE id = 6;
        UPDATE main SET n = 1.5 WHERE id = 7; UPDATE main SET n = x'00' WHERE id = 8;";
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(sql).unwrap();
    let ended = run_line(folder.path(), "check db.sqlite3 --values --json");
    let report: Json = serde_json::from_str(&ended.stdout).unwrap();
    let examples = report["indices"][0]["fields"][0]["examples"].as_array().unwrap();
    let keys: Vec<&str> = examples.iter().map(|example| example["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["1", "2", "3", "6", "7", "8"]);
}

#[test]
fn what_is_wrong_with_a_document_and_no_field_of_it_is_told() {
    let folder = folder();
    let sql =
        "UPDATE main SET n = 1, city_id = NULL, d = NULL; UPDATE main SET d = '[]' WHERE id <> 4;
        UPDATE main SET d = x'00' WHERE id = 3;";
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(sql).unwrap();
    let failing = json!({ "where": "json(d) = '[]' OR id = 3" });
    let routing = json!({ "routing": "{d}" });
    for (more, key, words) in [(failing, "4", "malformed JSON"), (routing, "3", "BLOB")] {
        let mut index =
            json!({ "table": "main", "mapping": { "properties": { "n": { "type": "byte" } } } });
        index.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if key == "4" {
            Connection::open(folder.path().join("db.sqlite3"))
                .unwrap()
                .execute_batch("UPDATE main SET d = '[' WHERE id = 4")
                .unwrap();
        }
        let model = json!({ "indices": { "docs": index } });
        fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
        let ended = run_line(folder.path(), "check db.sqlite3 --values --json");
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        let report: Json = serde_json::from_str(&ended.stdout).unwrap();
        let examples = report["indices"][0]["examples"].as_array().unwrap();
        let keys: Vec<&Json> = examples.iter().map(|example| &example["key"]).collect();
        assert_eq!(keys, [key], "{report}");
        assert!(examples[0].to_string().contains(words), "{report}");
        assert!(ended.stderr.contains(&format!("key `{key}`")), "{}", ended.stderr);
    }
}

#[test]
fn values_of_a_related_table_without_a_unique_key_are_counted_in_each_document() {
    let folder = folder();
    let sql = "ALTER TABLE main DROP COLUMN city_id; ALTER TABLE main ADD COLUMN town;
        CREATE TABLE town (code TEXT, name TEXT, size); UPDATE main SET n = 1, d = NULL;
        INSERT INTO town VALUES ('a', NULL, 1), ('b', 'B', 70000), (NULL, 'no', 2), ('c', 'C', 3);
        UPDATE main SET town = CASE WHEN id < 4 THEN 'a' WHEN id < 6 THEN 'b' WHEN id < 8 THEN 'c' END;";
    Connection::open(folder.path().join("db.sqlite3")).unwrap().execute_batch(sql).unwrap();
    let town =
        json!({ "properties": { "name": { "type": "keyword" }, "size": { "type": "short" } } });
    let model = json!({ "indices": { "docs": {
        "table": "main", "mapping": { "properties": { "town": town } },
        "fields": { "town": { "one": { "table": "town", "column": "town", "key": "code" } } },
    } } });
    fs::write(folder.path().join("litebulk.json"), model.to_string()).unwrap();
    let ended = run_line(folder.path(), "check db.sqlite3 --values --json");
    let report: Json = serde_json::from_str(&ended.stdout).unwrap();
    let counts = |name: &str| {
        let fields = report["indices"][0]["fields"].as_array().unwrap();
        let field = fields.iter().find(|field| field["field"] == name).unwrap();
        ["values", "nulls", "refused"].map(|key| field[key].as_u64().unwrap())
    };
    assert_eq!(counts("town._id"), [7, 0, 0], "{report}");
    assert_eq!(counts("town.name"), [7, 3, 0], "{report}");
    assert_eq!(counts("town.size"), [7, 0, 2], "{report}");
}
