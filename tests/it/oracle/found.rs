//! What the comparison has found wrong once, each as small as it gets.

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::{OnError, config, documents};
use litebulk::{Error, Model, export_to};

fn exported(sql: &str, index: Json) -> Result<Vec<(String, Json)>, Error> {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    connection.execute_batch(sql).unwrap();
    let model = json!({"indices": {"made": index}}).to_string();
    let model = Model::from_json(&model, "made.json", None).unwrap();
    let mut bytes = Vec::new();
    export_to(&connection, &model, &config(1, OnError::Stop), &mut bytes)?;
    Ok(documents(&bytes).unwrap())
}

/// More rows than are kept where few rows refer to them.
const FILL: &str = "INSERT INTO t SELECT 'x' || value FROM (WITH RECURSIVE n(value) AS \
    (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 1200) SELECT value FROM n);";

#[test]
fn a_foreign_key_compares_with_the_affinity_of_the_key_whether_rows_are_kept_or_joined() {
    let sql = "CREATE TABLE t (id TEXT PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t);
        INSERT INTO t VALUES ('01'), ('1'); INSERT INTO c VALUES (1, 1);";
    let one = json!({"table": "c", "mapping": {"properties": {"t": {"type": "object", "properties": {}}}}});
    let many = json!({"table": "t", "mapping": {"properties": {"c": {"type": "object", "properties": {}}}}, "where": "id < 'a'"});
    for fill in ["", FILL] {
        let sql = format!("{sql}{fill}");
        let got = exported(&sql, one.clone()).unwrap();
        assert_eq!(got, [("1".to_string(), json!({"t": {"_id": "1"}}))]);
        let got = exported(&sql, many.clone()).unwrap();
        assert_eq!(
            got,
            [("01".to_string(), json!({"c": []})), ("1".to_string(), json!({"c": [{"_id": 1}]}))]
        );
    }
}

const FRIENDS: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, v INTEGER);
    CREATE TABLE j (a INTEGER REFERENCES p, b INTEGER REFERENCES p, place INTEGER);
    INSERT INTO p VALUES (1, 5), (2, 5), (3, 4), (4, 5);
    INSERT INTO j VALUES (1, 2, 9), (2, 3, 2), (2, 4, 1), (2, 1, 3);";

#[test]
fn through_means_the_lists_own_join_table_at_any_depth() {
    let inner = json!({"table": "p", "through": "j", "parent": "a", "child": "b", "order_by": "through.place", "value": "{id}"});
    let index = json!({
        "table": "p", "where": "id = 1",
        "mapping": {"properties": {"f": {"type": "object", "properties": {"g": {"type": "keyword"}}}}},
        "fields": {"f": {"many": {"table": "p", "through": "j", "parent": "a", "child": "b", "order_by": "through.place", "fields": {"g": {"many": inner}}}}},
    });
    let got = exported(FRIENDS, index).unwrap();
    assert_eq!(got[0].1, json!({"f": [{"_id": 2, "g": [4, 3, 1]}]}));
}

#[test]
fn rows_that_order_by_puts_level_stay_in_the_order_of_their_key() {
    let index = json!({
        "table": "p", "where": "id = 2", "mapping": {"properties": {"f": {"type": "keyword"}}},
        "fields": {"f": {"many": {"table": "p", "through": "j", "parent": "a", "child": "b", "order_by": "v", "value": "{id}"}}},
    });
    // The rows lie in the table against the order of their keys.
    let sql = FRIENDS
        .replace("p (id INTEGER PRIMARY KEY,", "p (id INT PRIMARY KEY,")
        .replace("(1, 5), (2, 5), (3, 4), (4, 5)", "(4, 5), (3, 4), (2, 5), (1, 5)");
    assert_eq!(exported(&sql, index).unwrap()[0].1, json!({"f": [3, 1, 4]}));
}

#[test]
fn the_rowid_can_be_asked_for_by_each_of_its_names_beside_a_where() {
    for table in ["t (id INTEGER PRIMARY KEY)", "t (id INTEGER)", "t (id INTEGER, rowid TEXT)"] {
        for name in ["_rowid_", "oid", "OID"] {
            let sql = format!("CREATE TABLE {table}; INSERT INTO t (id) VALUES (1), (2);");
            let index = json!({
                "table": "t", "id": name, "where": "id > 1", "fields": {"r": {"sql": "id + 1"}},
                "mapping": {"properties": {"r": {"type": "long"}}},
            });
            assert_eq!(exported(&sql, index).unwrap(), [("2".to_string(), json!({"r": 3}))]);
        }
    }
}

#[test]
fn related_rows_whose_key_is_null_keep_their_own_lists() {
    let sql = "CREATE TABLE a (id INTEGER PRIMARY KEY);
        CREATE TABLE b (id TEXT PRIMARY KEY, code INTEGER UNIQUE, a INTEGER REFERENCES a);
        CREATE TABLE c (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (code));
        INSERT INTO a VALUES (1); INSERT INTO b VALUES (NULL, 1, 1), (NULL, 2, 1); INSERT INTO c VALUES (7, 1), (8, 2);";
    let index = json!({"table": "a", "mapping": {"properties": {"b": {"type": "object", "properties": {
        "c": {"type": "object", "properties": {}}}}}}});
    assert_eq!(
        exported(sql, index).unwrap()[0].1,
        json!({"b": [{"_id": null, "c": [{"_id": 7}]}, {"_id": null, "c": [{"_id": 8}]}]})
    );
}

#[test]
fn an_index_of_a_finer_collation_makes_no_column_unique() {
    let sql =
        "CREATE TABLE a (id TEXT COLLATE NOCASE); CREATE UNIQUE INDEX i ON a (id COLLATE BINARY);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO a VALUES ('x'), ('X');
        INSERT INTO b VALUES (1, 'x');";
    let index = json!({"table": "b", "mapping": {"properties": {"o": {"type": "object", "properties": {}}}},
        "fields": {"o": {"one": {"table": "a", "column": "a", "key": "id"}}}});
    let error = exported(sql, index).unwrap_err().to_string();
    assert!(error.contains("points at several rows"), "{error}");
}

#[test]
fn an_id_that_repeats_before_another_fault_is_the_first_fault() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE c (n INTEGER, t INTEGER REFERENCES t);
        INSERT INTO c VALUES (1, NULL), (1, NULL), (2, 99), (3, NULL), (3, NULL);";
    let index = json!({"table": "c", "id": "n", "mapping": {"properties": {"t": {"type": "object", "properties": {}}}}});
    let error = exported(sql, index.clone()).unwrap_err();
    assert_eq!(error.data().unwrap().id.as_deref(), Some("1"), "{error}");
    let error = exported(&sql.replace("(1, NULL), (1", "(0, NULL), (1"), index).unwrap_err();
    assert_eq!(error.data().unwrap().id.as_deref(), Some("2"), "{error}");
}

#[test]
fn an_id_with_a_null_in_it_is_not_shown_in_part() {
    let index =
        json!({"table": "t", "id": "{a}/{b}", "mapping": {"properties": {"a": {"type": "long"}}}});
    let error =
        exported("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, NULL)", index).unwrap_err();
    assert_eq!(error.data().unwrap().id.as_deref(), None, "{error}");
}
