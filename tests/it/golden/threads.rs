//! Many documents with every kind of relation, by any number of threads, against what SQLite's own JSON functions say.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::cli::{litebulk, tree};

/// Some rows have no relations, keys have gaps, and the file is large enough for several readers.
const TABLES: &str = "
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE main (id INTEGER PRIMARY KEY, code TEXT UNIQUE NOT NULL, text TEXT, city_id INTEGER REFERENCES city);
CREATE TABLE part (id INTEGER PRIMARY KEY, main_id INTEGER REFERENCES main, main_code TEXT REFERENCES main (code), label TEXT);
CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT, position INTEGER);
CREATE TABLE link (main_id INTEGER REFERENCES main, topic_id INTEGER REFERENCES topic, position INTEGER, PRIMARY KEY (main_id, topic_id)) WITHOUT ROWID;
CREATE TABLE note (id INTEGER PRIMARY KEY, part_id INTEGER REFERENCES part, text TEXT);
CREATE TABLE pair (a TEXT, b INTEGER, value TEXT, PRIMARY KEY (a, b));
CREATE TABLE pair_row (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, FOREIGN KEY (a, b) REFERENCES pair);
CREATE TEMP TABLE n (i INTEGER PRIMARY KEY);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) INSERT INTO temp.n SELECT i FROM n;
INSERT INTO city SELECT i, 'city ' || i FROM n WHERE i <= 2000;
INSERT INTO main SELECT i * 3 - (i % 2), printf('k%05d', (i * 7919) % 9001), substr('text of some length that fills pages and more of them', 1, i % 50),
  CASE WHEN i % 5 > 0 THEN (i * 13) % 2000 + 1 END FROM n;
INSERT INTO part SELECT i, (SELECT id FROM main WHERE rowid >= (i * 31) % 26000 LIMIT 1), printf('k%05d', (i * 17) % 9000 + 1), 'part ' || (i % 97) FROM n WHERE i % 4 > 0;
INSERT INTO topic SELECT i, 'topic ' || i, -i FROM n WHERE i <= 3000;
INSERT OR IGNORE INTO link SELECT (SELECT id FROM main WHERE rowid >= (i * 7 + k) % 26900 LIMIT 1), (i * k) % 3000 + 1, (i * k) % 11
  FROM n, (SELECT 1 AS k UNION SELECT 2 UNION SELECT 5);
INSERT INTO note SELECT i, (SELECT id FROM part WHERE rowid >= (i * 11) % 8900 LIMIT 1), 'note ' || i FROM n;
INSERT INTO pair SELECT 'p' || (i % 40), i, 'value ' || i FROM n;
INSERT INTO pair_row SELECT i, 'p' || ((i / 2) % 40), i / 2 FROM n WHERE i > 1;
";

const INDEXES: &str = "
CREATE INDEX part_main ON part (main_id);
CREATE INDEX part_code ON part (main_code);
CREATE INDEX note_part ON note (part_id);
CREATE INDEX pair_row_pair ON pair_row (a, b);
";

const MAIN: &str = r#"
  "mapping": { "properties": {
    "city": { "properties": { "name": { "type": "keyword" } } },
    "parts": { "properties": { "label": { "type": "keyword" }, "notes": { "type": "keyword" } } },
    "by_code": { "type": "long" },
    "topics": { "type": "keyword" },
    "placed": { "type": "keyword" } } },
  "fields": {
    "parts": { "many": { "table": "part", "parent": "main_id", "fields": { "notes": { "many": { "table": "note", "value": "{text}" } } } } },
    "by_code": { "many": { "table": "part", "parent": "main_code", "order_by": "label DESC, id", "value": "{id}" } },
    "topics": { "many": { "table": "topic", "through": "link", "value": "{name}" } },
    "placed": { "many": { "table": "topic", "through": "link", "where": "through.position > 2", "order_by": "through.position, position",
                          "limit": 2, "value": "{through.position} {name}" } } }
"#;

const MAIN_SQL: &str = "
SELECT main.id, main.code, json_object(
  'city', json((SELECT json_object('_id', city.id, 'name', city.name) FROM city WHERE city.id = main.city_id)),
  'parts', json((SELECT json_group_array(json_object('_id', p.id, 'label', p.label,
      'notes', json((SELECT json_group_array(note.text ORDER BY note.id) FROM note WHERE note.part_id = p.id))) ORDER BY p.id) FROM part AS p WHERE p.main_id = main.id)),
  'by_code', json((SELECT json_group_array(p.id ORDER BY p.label DESC, p.id) FROM part AS p WHERE p.main_code = main.code)),
  'topics', json((SELECT json_group_array(t.name ORDER BY t.id) FROM link AS l JOIN topic AS t ON t.id = l.topic_id WHERE l.main_id = main.id)),
  'placed', json((SELECT json_group_array(text ORDER BY a, b) FROM (SELECT l.position || ' ' || t.name AS text, l.position AS a, t.position AS b FROM link AS l
      JOIN topic AS t ON t.id = l.topic_id WHERE l.main_id = main.id AND l.position > 2 ORDER BY a, b LIMIT 2)))) AS document
FROM main";

fn model() -> String {
    let pair = r#"{ "table": "pair", "mapping": { "properties": { "value": { "type": "keyword" }, "rows": { "type": "long" } } },
        "fields": { "rows": { "many": { "table": "pair_row", "value": "{id}" } } } }"#;
    format!(
        r#"{{ "indices": {{ "number": {{ "table": "main", {MAIN} }}, "text": {{ "table": "main", "id": "code", {MAIN} }},
        "template": {{ "table": "main", "id": "{{code}}:{{id}}", {MAIN} }}, "pair": {pair} }} }}"#
    )
}

/// Records as SQLite itself makes them.
fn expected(connection: &Connection, index: &str, sql: &str, id: &str) -> String {
    let sql = format!(
        "SELECT json_object('create', json_object('_index', '{index}', '_id', {id})) || char(10) || document || char(10) FROM ({sql})"
    );
    let mut statement = connection.prepare(&sql).unwrap();
    let records = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    records.map(Result::unwrap).collect()
}

fn part(out: &Path, index: &str) -> String {
    fs::read_to_string(out.join(index).join("part-00001.ndjson")).unwrap()
}

#[test]
fn any_number_of_threads_writes_what_sqlite_itself_says() {
    let place = TempDir::new().unwrap();
    let connection = Connection::open(place.path().join("db.sqlite3")).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(TABLES).unwrap();
    let size = fs::metadata(place.path().join("db.sqlite3")).unwrap().len();
    assert!(size > 1 << 20, "{size} bytes are read by one thread alone");
    fs::write(place.path().join("litebulk.json"), model()).unwrap();
    for threads in ["1", "2", "7"] {
        let mut command = litebulk(place.path());
        command.args(["export", "db.sqlite3", "-o", threads, "--threads", threads]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // For the comparison only: the program manages without.
    connection.execute_batch(INDEXES).unwrap();
    let out = place.path().join("1");
    assert!(tree(&out) == tree(&place.path().join("2")));
    assert!(tree(&out) == tree(&place.path().join("7")));
    let ordered = |order: &str| format!("{MAIN_SQL} ORDER BY {order}");
    let pair = "SELECT a || '-' || b AS code, json_object('value', value, 'rows', json((SELECT json_group_array(r.id ORDER BY r.id) FROM pair_row AS r
        WHERE r.a = pair.a AND r.b = pair.b))) AS document FROM pair ORDER BY a, b";
    let cases = [
        ("number", ordered("id"), "CAST(id AS TEXT)"),
        ("text", ordered("code"), "code"),
        ("template", ordered("code, id"), "code || ':' || id"),
        ("pair", pair.to_owned(), "code"),
    ];
    for (index, sql, id) in cases {
        let (found, expected) = (part(&out, index), expected(&connection, index, &sql, id));
        for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
            assert_eq!(found, expected, "{index}, line {}", number + 1);
        }
        assert_eq!(found.lines().count(), 18_000);
        assert_eq!(found.len(), expected.len());
    }
}

const FAILING: &str = r#"{ "indices": { "number": { "table": "main",
  "mapping": { "properties": { "text": { "type": "keyword" }, "city": { "properties": { "name": { "type": "keyword" } } },
    "parts": { "properties": { "size": { "type": "long" } } } } },
  "where": "CASE WHEN id % 5003 = 0 THEN abs(-9223372036854775807 - 1) ELSE 1 END",
  "fields": {
    "text": { "sql": "CASE WHEN id % 4001 = 0 THEN json('{') ELSE text END" },
    "city": { "one": { "fields": { "name": { "sql": "CASE WHEN id % 901 = 0 THEN json('{') ELSE name END" } } } },
    "parts": { "many": { "table": "part", "parent": "main_id", "where": "CASE WHEN id % 3011 = 0 THEN json('{') ELSE 1 END",
      "fields": { "size": { "sql": "CASE WHEN id % 2003 = 0 THEN json('{') ELSE id END" } } } } } } } }"#;

/// Documents that no SQL fails over: rows of parts that belong to no document fail for nobody.
const SOUND: &str = "
SELECT count(*) FROM main WHERE id % 5003 > 0 AND id % 4001 > 0 AND ifnull(city_id % 901, 1) > 0
  AND NOT EXISTS (SELECT 1 FROM part WHERE main_id = main.id AND (id % 3011 = 0 OR id % 2003 = 0))";

#[test]
fn any_number_of_threads_rejects_the_same_rows_at_which_sql_fails() {
    let place = TempDir::new().unwrap();
    let connection = Connection::open(place.path().join("db.sqlite3")).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(TABLES).unwrap();
    connection.execute_batch(INDEXES).unwrap();
    fs::write(place.path().join("litebulk.json"), FAILING).unwrap();
    for threads in ["1", "2", "7"] {
        let mut command = litebulk(place.path());
        command.args(["export", "db.sqlite3", "-o", threads, "--threads", threads]);
        let output = command.args(["--on-error", "reject"]).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let out = place.path().join("1");
    assert!(tree(&out) == tree(&place.path().join("2")));
    assert!(tree(&out) == tree(&place.path().join("7")));
    let sound: i64 = connection.query_row(SOUND, [], |row| row.get(0)).unwrap();
    assert_eq!(part(&out, "number").lines().count().to_string(), (2 * sound).to_string());
    let output = litebulk(place.path()).args(["check", "db.sqlite3", "--values"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    for field in ["text", "city.name", "parts.size"] {
        let failing = format!("column `sql`, field `{field}`, value `no value`: SQLite fails");
        assert!(told.contains(&failing), "{field}: {told}");
    }
}
