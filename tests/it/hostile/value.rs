//! Values and keys at the edge of what JSON and the engines can say.

use super::*;

/// A table `t` of the columns `id` and `v`, whose rows are `values`; `v` is of the type `kind`.
fn scene(key: &str, values: &str, kind: &str) -> Scene {
    let sql = format!("CREATE TABLE t (id {key}, v); INSERT INTO t VALUES {values}");
    Scene::new(&sql, &json!({"table": "t"}), &json!({"v": {"type": kind}}))
}

const INTEGER: &str = "INTEGER PRIMARY KEY";

#[test]
fn values_at_the_edge_are_exact() {
    for (kind, value, wanted) in [
        ("long", "9223372036854775807", "9223372036854775807"),
        ("long", "-9223372036854775808", "-9223372036854775808"),
        ("unsigned_long", "'18446744073709551615'", "18446744073709551615"),
        ("double", "-0.0", "-0.0"),
        ("double", "1e308", "1e308"),
        ("double", "0.1", "0.1"),
        ("double", "5e-324", "5e-324"),
        ("keyword", "'a' || char(0) || 'b'", r#""a\u0000b""#),
        ("keyword", "char(0x2028, 0x2029)", "\"\u{2028}\u{2029}\""),
        (
            "keyword",
            "char(0x1f600, 0x7f, 9, 10, 34, 92, 27)",
            "\"\u{1f600}\u{7f}\\t\\n\\\"\\\\\\u001b\"",
        ),
        ("keyword", "'{}{{}}'", "\"{}{{}}\""),
    ] {
        let scene = scene(INTEGER, &format!("(1, {value})"), kind);
        let found = scene.records().swap_remove(0).1;
        let found = found.strip_prefix("{\"v\":").unwrap().strip_suffix('}').unwrap();
        let (plain, wide) = (found.to_lowercase(), wanted.to_lowercase());
        if kind == "double" {
            let bits = |text: &str| text.parse::<f64>().unwrap().to_bits();
            assert_eq!(bits(found), bits(wanted), "{value}: {found}");
        } else {
            assert_eq!(plain, wide, "{value}");
        }
    }
}

#[test]
fn what_json_or_the_engine_cannot_say_is_told_with_its_row() {
    for (kind, value, wanted) in [
        ("double", "9e999", "Inf"),
        ("double", "-9e999", "-Inf"),
        ("keyword", "CAST(x'61ff62' AS TEXT)", "UTF-8"),
        ("keyword", "CAST(x'eda080' AS TEXT)", "UTF-8"),
        ("long", "1e30", "long"),
        ("long", "'9223372036854775808'", "9223372036854775808"),
        ("keyword", "x'00'", "from"),
    ] {
        let scene = scene(INTEGER, &format!("(1, NULL), (2, {value}), (3, {value})"), kind);
        scene.fails("", 1, &["table `t`", "key `2`", "column `v`", "field `v`"]);
        let told = scene.export("").stderr.to_lowercase();
        assert!(told.contains(&wanted.to_lowercase()), "{value}: {told}");
        let rejected = scene.export("--on-error reject");
        assert_eq!(rejected.code, Some(4), "{}", rejected.stderr);
        assert_eq!(scene.exported(), [("1".to_string(), r#"{"v":null}"#.to_string())]);
        let reasons = fs::read(scene.path("out/i/rejected.json")).unwrap();
        let reasons: Value = serde_json::from_slice(&reasons).unwrap();
        assert_eq!(
            (&reasons["rejected"], &reasons["documents"][1]["id"]),
            (&json!(2), &json!("3"))
        );
    }
}

#[test]
fn a_key_has_512_bytes_at_most_and_is_neither_null_nor_empty() {
    for (key, told) in [
        ("printf('%513d', 0)", "512"),
        ("printf('%509d', 0) || '\u{20ac}x'", "512"),
        ("''", "empty"),
        ("NULL", "null"),
        ("x'41'", "BLOB"),
        ("CAST(x'ff' AS TEXT)", "UTF-8"),
    ] {
        let scene = scene("TEXT PRIMARY KEY", &format!("('a', 1), ({key}, 2), ('zz', 3)"), "long");
        scene.fails("", 1, &["table `t`", "column `id`", "`_id`"]);
        let ended = scene.export("");
        assert!(ended.stderr.contains(told), "{key}: {}", ended.stderr);
        let rejected = scene.export("--on-error reject");
        assert_eq!(rejected.code, Some(4), "{key}: {}", rejected.stderr);
        let ids: Vec<String> = scene.exported().into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["a", "zz"], "{key}");
    }
    for key in ["printf('%512d', 0)", "printf('%509d', 0) || '\u{20ac}'"] {
        let scene = scene("TEXT PRIMARY KEY", &format!("({key}, 2)"), "long");
        assert_eq!(scene.records()[0].0.len(), 512);
    }
}

#[test]
fn an_empty_table_gives_an_export_without_parts() {
    let scene = Scene::of_rows(1);
    scene.sql("DELETE FROM t");
    let names: Vec<String> = scene.files("").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["i/manifest.json", "i/mapping.json", "i/upload.sh"]);
    assert_eq!(check_manifests(&scene.path("out")), 1);
    assert_eq!(scene.records(), []);
}

#[test]
fn a_record_longer_than_a_part_gets_a_part_of_its_own() {
    let scene = scene(INTEGER, "(1, 'a'), (2, printf('%050000d', 0)), (3, 'b'), (4, 'c')", "text");
    scene.files("--part-size 1KiB");
    let sizes: Vec<u64> = [1, 2, 3]
        .map(|n| fs::metadata(scene.path(&format!("out/i/part-0000{n}.ndjson"))).unwrap().len())
        .to_vec();
    assert!(sizes[0] < 100 && sizes[1] > 50_000 && sizes[2] < 200, "{sizes:?}");
    assert!(!scene.path("out/i/part-00004.ndjson").exists());
    assert_eq!(check_manifests(&scene.path("out")), 1);
}

#[test]
fn a_lone_brace_in_a_template_is_a_fault() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a')";
    let properties = json!({"name": {"type": "keyword"}});
    for text in ["{name", "name}", "{", "}", "{name}}", "{{name}", "{}", "a{b{name}"] {
        let field = json!({"table": "t", "fields": {"name": {"value": text}}});
        Scene::new(sql, &field, &properties).fails("", 1, &["/indices/i/fields/name/value"]);
        let id = json!({"table": "t", "id": text});
        if text.contains(['{', '}']) {
            Scene::new(sql, &id, &properties).fails("", 1, &["/indices/i/id"]);
        }
    }
    let field = json!({"table": "t", "fields": {"name": {"value": "{{{name}}}"}}});
    let found = Scene::new(sql, &field, &properties).records();
    assert_eq!(found[0].1, r#"{"name":"{a}"}"#);
}

#[test]
fn ids_that_come_out_alike_are_found_and_the_first_one_stays() {
    let rows = "INSERT INTO t VALUES ('a-b', 'c', 1), ('a', 'b-c', 2), ('x', 'y', 3)";
    let compound = format!("CREATE TABLE t (p TEXT, q TEXT, v INT, PRIMARY KEY (p, q)); {rows}");
    let plain = format!("CREATE TABLE t (p TEXT, q TEXT, v INT); {rows}");
    let column = "CREATE TABLE t (p TEXT, v INT); INSERT INTO t VALUES ('x', 1), ('y', 2), ('x', 3), ('x', 4)";
    let classes =
        "CREATE TABLE t (p PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), ('1', 2), ('2', 3)";
    for (sql, index, id, rejected) in [
        (compound.as_str(), json!({"table": "t"}), "a-b-c", 1),
        (&plain, json!({"table": "t", "id": "{p}-{q}"}), "a-b-c", 1),
        (column, json!({"table": "t", "id": "p"}), "x", 2),
        (column, json!({"query": "SELECT * FROM t", "id": "p"}), "x", 2),
        (classes, json!({"table": "t"}), "1", 1),
    ] {
        let scene = Scene::new(sql, &index, &json!({"v": {"type": "long"}}));
        scene.fails("", 1, &["unique", id]);
        scene.fails("--stdout", 1, &["unique", id]);
        let ended = scene.export("--on-error reject");
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
        let ids: Vec<String> = scene.exported().into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids.iter().filter(|found| *found == id).count(), 1, "{ids:?}");
        let reasons = fs::read(scene.path("out/i/rejected.json")).unwrap();
        let reasons: Value = serde_json::from_slice(&reasons).unwrap();
        assert_eq!(reasons["rejected"], rejected, "{index}");
    }
}

#[test]
fn a_bad_value_in_the_last_row_is_found_whatever_the_threads() {
    let scene = Scene::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) INSERT INTO t SELECT i, i % 100 FROM n;
         UPDATE t SET n = 128 WHERE id = 1000000",
        &json!({"table": "t"}),
        &json!({"n": {"type": "byte"}}),
    );
    scene.fails("--threads 3", 1, &["table `t`", "key `1000000`", "column `n`", "128"]);
    let ended = scene.export("--threads 3 --on-error reject");
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let reasons = fs::read(scene.path("out/i/rejected.json")).unwrap();
    let reasons: Value = serde_json::from_slice(&reasons).unwrap();
    assert_eq!(
        (&reasons["rejected"], &reasons["documents"][0]["key"]),
        (&json!(1), &json!("1000000"))
    );
    assert_eq!(check_manifests(&scene.path("out")), 1);
}

#[test]
fn the_first_bad_value_in_document_order_is_told_whatever_the_threads() {
    let scene = Scene::of_rows(30_000);
    scene.model(&json!({"table": "t"}), &json!({"name": {"type": "long"}}));
    scene.sql(
        "UPDATE t SET name = '1'; UPDATE t SET name = 'bad' WHERE id IN (9000, 9001, 20000, 29999)",
    );
    for threads in [1, 2, 3, 7, 7, 7] {
        scene.fails(&format!("--threads {threads}"), 1, &["key `9000`"]);
        scene.fails(&format!("--stdout --threads {threads}"), 1, &["key `9000`"]);
    }
}

#[test]
fn what_an_unmapped_member_became_is_the_same_whatever_the_threads() {
    let scene = Scene::of_rows(30_000);
    scene.model(&json!({"table": "t"}), &json!({"name": {"type": "object"}}));
    // All that follows is in the order of the documents: the first that has `b` makes it text, which takes numbers.
    scene.sql(
        r#"UPDATE t SET name = json_object('a', id, 'text', printf('%0100d', id));
           UPDATE t SET name = '{"b":"x"}' WHERE id = 5;
           UPDATE t SET name = '{"b":1}' WHERE id IN (6, 15000, 29000)"#,
    );
    let good = scene.files("--threads 1");
    for threads in [3, 7] {
        assert!(scene.files(&format!("--threads {threads}")) == good, "{threads}");
    }
    scene.sql(
        r#"UPDATE t SET name = '{"a":"x"}' WHERE id IN (9000, 29999);
           UPDATE t SET name = '{"c":[1,"x"]}' WHERE id = 14000"#,
    );
    let mut rejects = Vec::new();
    scene.fails("--threads 7", 1, &["key `9000`", "map `name.a`"]);
    scene.fails("--stdout --threads 7", 1, &["key `9000`"]);
    for threads in [1, 7] {
        let ended = scene.export(&format!("--threads {threads} --on-error reject"));
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
        rejects.push(tree(&scene.path("out")));
    }
    assert!(rejects.windows(2).all(|pair| pair[0] == pair[1]));
    let reasons = fs::read(scene.path("out/i/rejected.json")).unwrap();
    let reasons: Value = serde_json::from_slice(&reasons).unwrap();
    let keys: Vec<&Value> =
        reasons["documents"].as_array().unwrap().iter().map(|document| &document["key"]).collect();
    assert_eq!(keys, ["9000", "14000", "29999"]);
}

#[test]
fn a_text_of_200_mb_is_told_or_written_whole() {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
               INSERT INTO t VALUES (1, 'a'), (2, printf('%0200000000d', 0)), (3, 'b')";
    let scene = Scene::new(sql, &json!({"table": "t"}), &json!({"v": {"type": "text"}}));
    scene.fails("", 1, &["table `t`", "key `2`", "104857600"]);
    let ended = scene.export("--on-error reject");
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert_eq!(scene.exported().len(), 2);
    scene.sql("UPDATE t SET v = substr(v, 1, 90000000) WHERE id = 2");
    scene.files("");
    assert_eq!(check_manifests(&scene.path("out")), 1);
}

#[test]
fn packed_records_of_a_run_that_failed_are_no_whole_gzip_member() {
    use std::io::Read;
    let scene = Scene::of_rows(30_000);
    let unpack = || {
        let output = scene.command("--stdout --gzip --threads 2").output().unwrap();
        let mut bytes = Vec::new();
        let read = flate2::read::GzDecoder::new(&output.stdout[..]).read_to_end(&mut bytes);
        (output.status.code(), read.is_ok(), output.stdout.len())
    };
    assert!(matches!(unpack(), (Some(0), true, _)));
    scene.model(&json!({"table": "t"}), &json!({"name": {"type": "long"}}));
    scene.sql(
        "UPDATE t SET name = abs(random() % 1000000); UPDATE t SET name = 'bad' WHERE id = 29999",
    );
    let (code, is_whole, length) = unpack();
    assert_eq!((code, is_whole), (Some(1), false));
    assert!(length > 10_000, "nothing was written that could look whole");
}
