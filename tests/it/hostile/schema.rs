//! Tables of every kind that SQLite has, names of every kind, and text in every encoding.

use super::*;

fn named() -> Value {
    json!({"name": {"type": "keyword"}})
}

/// Sets up `sql`, and wants these records of table `t`.
fn check(sql: &str, index: &Value, properties: &Value, wanted: &[(&str, &str)]) {
    let scene = Scene::new(sql, index, properties);
    let found = scene.records();
    let found: Vec<(&str, &str)> = found.iter().map(|(i, s)| (i.as_str(), s.as_str())).collect();
    assert_eq!(found, wanted, "{sql}");
}

#[test]
fn every_kind_of_table_is_read() {
    let t = json!({"table": "t"});
    let both = [("1", r#"{"name":"a"}"#), ("2", r#"{"name":"b"}"#)];
    for create in [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, name TEXT)",
        "CREATE TABLE t (id INT PRIMARY KEY, name TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) STRICT",
        "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, name TEXT) WITHOUT ROWID",
        "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, name TEXT) STRICT, WITHOUT ROWID",
        "CREATE TABLE t (id INT NOT NULL, name TEXT, PRIMARY KEY (id DESC)) WITHOUT ROWID",
        "CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT)",
        "CREATE TABLE t (id PRIMARY KEY, name)",
    ] {
        let rows = "INSERT INTO t (id, name) VALUES (2, 'b'), (1, 'a')";
        check(&format!("{create}; {rows}"), &t, &named(), &both);
    }
}

#[test]
fn views_and_generated_columns_are_read_and_virtual_tables_beside_are_left_alone() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, twice INT AS (a * 2), thrice INT AS (a * 3) STORED);
               INSERT INTO t (a) VALUES (5), (7);
               CREATE VIEW v AS SELECT id + 100 AS id, twice AS name FROM t;
               CREATE VIEW broken AS SELECT * FROM gone;
               CREATE VIRTUAL TABLE search USING fts5(body);
               INSERT INTO search VALUES ('text')";
    let long = json!({"type": "long"});
    check(
        sql,
        &json!({"table": "t"}),
        &json!({"twice": long, "thrice": long}),
        &[("1", r#"{"twice":10,"thrice":15}"#), ("2", r#"{"twice":14,"thrice":21}"#)],
    );
    check(
        sql,
        &json!({"table": "v", "id": "id"}),
        &json!({"name": long}),
        &[("101", r#"{"name":10}"#), ("102", r#"{"name":14}"#)],
    );
    check(
        sql,
        &json!({"table": "search", "id": "rowid"}),
        &json!({"body": {"type": "text"}}),
        &[("1", r#"{"body":"text"}"#)],
    );
    let scene = Scene::new(sql, &json!({"table": "broken", "id": "id"}), &named());
    scene.fails("", 1, &["/indices/i/table", "`broken`", "gone"]);
}

#[test]
fn names_may_hold_anything() {
    for name in [
        "two words",
        "quo\"te",
        "apo'strophe",
        "back`tick",
        "[bracket]",
        "select",
        "group",
        "rowid",
        "ünïcode",
        "名前",
        "a/b",
        "semi;colon",
        "-- no comment",
        "percent%s",
        "{brace}",
        "tab\there",
        "line\nbreak",
        "\u{1f600}",
        "?1",
        ":x",
        "_sql1",
        "key",
        "1",
        "0x1f",
        "per cent %",
        "back\\slash",
        "NULL",
        "count(*)",
    ] {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let sql = format!(
            "CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, {quoted} TEXT);
             INSERT INTO {quoted} VALUES (1, 'a'), (2, 'b')"
        );
        let key = serde_json::to_string(name).unwrap();
        let a = format!("{{{key}:\"a\"}}");
        let b = format!("{{{key}:\"b\"}}");
        let mut properties = json!({});
        properties[name] = json!({"type": "keyword"});
        check(&sql, &json!({"table": name}), &properties, &[("1", &a), ("2", &b)]);
        // As the key, and through a template of ids.
        if name == "{brace}" {
            continue;
        }
        let unique = format!("{sql}; CREATE UNIQUE INDEX u ON {quoted} ({quoted})");
        check(&unique, &json!({"table": name, "id": name}), &properties, &[("a", &a), ("b", &b)]);
        let template = json!({"table": name, "id": format!("x{{{name}}}")});
        check(&sql, &template, &properties, &[("xa", &a), ("xb", &b)]);
    }
}

#[test]
fn a_field_may_be_named_otherwise_than_its_column() {
    let sql =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, \"order\" TEXT); INSERT INTO t VALUES (1, 'a')";
    let index = json!({"table": "T", "fields": {"my \"field\"": {"column": "ORDER"}}});
    let properties = json!({"my \"field\"": {"type": "keyword"}});
    check(sql, &index, &properties, &[("1", r#"{"my \"field\"":"a"}"#)]);
}

#[test]
fn text_in_utf_16_is_read_in_order_by_any_number_of_threads() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        // Keys whose order differs in the three encodings: Latin, beyond it, and beyond the basic plane.
        let sql = format!(
            "PRAGMA encoding = '{encoding}';
             CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
             INSERT INTO t SELECT char(64 + i % 20, 250 + i % 17, 8000 + i % 1000, 65280 + i % 32, 128512 + i % 64) || i,
                                  printf('%0100d', i) || 'ß€😀' FROM n"
        );
        let scene = Scene::new(&sql, &json!({"table": "t"}), &named());
        let one = scene.files("--threads 1");
        let found = scene.exported();
        let connection = scene.open();
        let mut statement = connection.prepare("SELECT id FROM t ORDER BY id").unwrap();
        let ids = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let ids: Vec<String> = ids.map(Result::unwrap).collect();
        let found: Vec<String> = found.into_iter().map(|(id, _)| id).collect();
        assert!(found == ids, "{encoding}");
        for threads in [2, 5] {
            assert!(scene.files(&format!("--threads {threads}")) == one, "{encoding}");
        }
    }
}

#[test]
fn a_wrong_storage_class_in_any_column_is_told_or_made_fit_and_never_lost() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, s TEXT);
               INSERT INTO t VALUES (1, '12', 5), (2, NULL, NULL), (3, 7.0, 1.5)";
    let properties = json!({"n": {"type": "integer"}, "s": {"type": "keyword"}});
    let rows = [
        ("1", r#"{"n":12,"s":"5"}"#),
        ("2", r#"{"n":null,"s":null}"#),
        ("3", r#"{"n":7,"s":"1.5"}"#),
    ];
    check(sql, &json!({"table": "t"}), &properties, &rows);
    for (column, value, told) in [
        ("n", "'twelve'", "twelve"),
        ("n", "x'00'", "x'00'"),
        ("s", "x'ff00'", "x'ff00'"),
        ("n", "1.5", "1.5"),
    ] {
        let scene = Scene::new(sql, &json!({"table": "t"}), &properties);
        scene.files("");
        scene.sql(&format!("UPDATE t SET {column} = {value} WHERE id = 2"));
        let told_column = format!("column `{column}`");
        scene.fails("", 1, &["table `t`", "key `2`", &told_column, told]);
    }
}

#[test]
fn a_wrong_name_in_sql_is_a_fault_although_sqlite_would_take_it_for_a_string() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a')";
    let field = json!({"table": "t", "fields": {"name": {"sql": "\"nmae\""}}});
    Scene::new(sql, &field, &named()).fails("", 1, &["/indices/i/fields/name", "nmae"]);
    let filter = json!({"table": "t", "where": "name = \"a\""});
    Scene::new(sql, &filter, &named()).fails("", 1, &["/indices/i/where"]);
}
