//! The model file as a whole: what a good one gives, that its schema is true, and which files it may name.

mod fuzz;
mod golden;

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::object::Kind;
use super::*;
use crate::error::{Category, Fault};

pub(super) const CAMPUS: &str = include_str!("../../fixtures/model/campus.json");

/// A model with everything in it, and no fault.
pub(super) const FULL: &str = include_str!("../../fixtures/model/full.json");

fn model(value: &Value) -> Model {
    Model::from_json(&value.to_string(), "m.json", None).expect("a model without faults")
}

/// The only index of a model whose index `i` has `members` beside its table and mapping.
fn index(members: Value) -> Index {
    let mut index = json!({"table": "t", "mapping": {}});
    index
        .as_object_mut()
        .expect("an object")
        .extend(members.as_object().cloned().expect("members"));
    model(&json!({"indices": {"i": index}})).indices.remove(0)
}

fn faults(text: &str) -> Vec<Fault> {
    let error = Model::from_json(text, "m.json", None).expect_err("a model with faults");
    assert_eq!(error.category(), Category::Data);
    error.faults().to_vec()
}

fn column(name: &str, pointer: &str) -> ColumnRef {
    ColumnRef { through: false, name: name.to_string(), pointer: pointer.to_string() }
}

fn pieces(template: Option<&Template>) -> &[Piece] {
    &template.expect("a template").pieces
}

fn literal(text: &str) -> Piece {
    Piece::Literal(text.to_string())
}

#[test]
fn the_campus_model_is_read_as_it_stands() {
    let model = Model::from_json(CAMPUS, "campus.json", None).expect("no fault");
    assert_eq!((model.name.as_str(), model.indices.len(), model.target), ("campus.json", 1, None));
    let index = &model.indices[0];
    assert_eq!((index.name.as_str(), index.pointer.as_str()), ("django", "/indices/django"));
    assert_eq!(index.source, Source::Table("core_student".into()));
    assert_eq!(index.type_name.as_deref(), Some("student"));
    assert_eq!((index.nulls, &index.id, &index.timezone), (Nulls::Keep, &None, &None));
    assert_eq!(index.mapping_pointer, "/indices/django/mapping");
    let properties = index.mapping["properties"].as_object().expect("properties");
    let names: Vec<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "university",
            "first_name",
            "last_name",
            "age",
            "year_in_school",
            "name_complete",
            "course_names"
        ]
    );
    let [complete, courses] = index.fields.entries.as_slice() else { panic!("two entries") };
    assert_eq!(
        (complete.name.as_str(), complete.pointer.as_str(), complete.from, complete.lossy),
        ("name_complete", "/indices/django/fields/name_complete", None, false)
    );
    check_name_complete(complete);
    let Some(Producer::Many(many)) = &courses.producer else { panic!("a many") };
    assert_eq!(many.table.as_deref(), Some("core_course"));
    assert_eq!(many.through.as_deref(), Some("core_student_courses"));
    let at = "/indices/django/fields/course_names/many/value";
    assert_eq!(many.value, Some(Node::Column(column("name", at))));
    assert!(many.parent.is_none() && many.child.is_none() && many.fields.entries.is_empty());
}

fn check_name_complete(field: &Field) {
    let Some(Producer::Value(Node::Object(members))) = &field.producer else { panic!("a value") };
    let at = |rest: &str| format!("/indices/django/fields/name_complete/value/{rest}");
    let node = |name, rest: &str| Node::Column(column(name, &at(rest)));
    let piece = |name| Piece::Column(column(name, &at("output")));
    let output = Template {
        pointer: at("output"),
        pieces: vec![piece("first_name"), literal(" "), piece("last_name")],
    };
    let wanted = [
        (
            "input".to_string(),
            Node::List(vec![node("first_name", "input/0"), node("last_name", "input/1")]),
        ),
        ("output".to_string(), Node::Text(output)),
        ("payload".to_string(), Node::Object(vec![("pk".to_string(), node("id", "payload/pk"))])),
    ];
    assert_eq!(members.as_slice(), wanted);
}

#[test]
fn the_full_model_keeps_each_wish() {
    let model = Model::from_json(FULL, "full.json", None).expect("no fault");
    assert_eq!(model.target.as_deref(), Some("os2"));
    let [people, report] = model.indices.as_slice() else { panic!("two indices") };
    assert_eq!(people.filter.as_deref(), Some("age > 3"));
    assert_eq!(people.settings, Some(json!({"number_of_shards": 1})));
    assert_eq!(people.aliases, Some(json!({"everybody": {}})));
    assert_eq!(pieces(people.routing.as_ref()), [literal("fixed")]);
    assert_eq!(
        pieces(people.version.as_ref()),
        [Piece::Column(column("changed", "/indices/people/version"))]
    );
    assert_eq!(people.version_type.as_deref(), Some("external_gte"));
    assert_eq!(pieces(people.pipeline.as_ref()).len(), 2);
    assert_eq!((people.nulls, people.timezone.as_deref()), (Nulls::Omit, Some("Europe/Berlin")));
    assert_eq!(report.source, Source::Query("SELECT 1 AS a, 2 AS b".into()));
    let Some(Id::Template(id)) = &report.id else { panic!("a template") };
    assert_eq!(id.pieces.len(), 3);
    let shown: Vec<String> = people.fields.entries.iter().map(show).collect();
    assert_eq!(
        shown,
        [
            "renamed = column full name",
            "same = column other",
            "day = column - from Unix",
            "short = - lossy",
            "upper = sql upper(name)",
            "fixed = value Number(\"1.50\")",
            "home = one address home_id pk [street = column line 1]",
            "jobs = many job - - - - 5 [boss = one - - - [reports = many - - - - - - []]]",
            "roles = many role person_role who what 1 = 1 0 []",
        ]
    );
    let Some(Producer::Many(roles)) = &people.fields.entries[8].producer else { panic!("a many") };
    let Some(Node::Object(members)) = &roles.value else { panic!("an object") };
    let at = "/indices/people/fields/roles/many/value/since".to_string();
    let since = ColumnRef { through: true, name: "since".into(), pointer: at };
    assert_eq!(members[1], ("since".to_string(), Node::Column(since)));
    assert_eq!(roles.order_by.as_deref(), Some("name DESC"));
}

/// One field as a line: its producer with `-` for what is left out, then its wishes.
fn show(field: &Field) -> String {
    let or = |text: &Option<String>| text.clone().unwrap_or("-".into());
    let all = |fields: &Fields| fields.entries.iter().map(show).collect::<Vec<_>>().join(", ");
    let mut line = match &field.producer {
        None => "-".to_string(),
        Some(Producer::Column(name)) => format!("column {name}"),
        Some(Producer::Sql(sql)) => format!("sql {sql}"),
        Some(Producer::Value(node)) => format!("value {node:?}"),
        Some(Producer::One(one)) => {
            let names = [&one.table, &one.column, &one.key].map(or).join(" ");
            format!("one {names} [{}]", all(&one.fields))
        }
        Some(Producer::Many(many)) => {
            let names =
                [&many.table, &many.through, &many.parent, &many.child, &many.filter].map(or);
            let limit = many.limit.map_or("-".to_string(), |limit| limit.to_string());
            format!("many {} {limit} [{}]", names.join(" "), all(&many.fields))
        }
    };
    if let Some(from) = field.from {
        line.push_str(&format!(" from {from:?}"));
    }
    line.push_str(if field.lossy { " lossy" } else { "" });
    format!("{} = {line}", field.name)
}

#[test]
fn an_id_is_a_column_unless_it_has_braces() {
    let column = |text: &str| Some(Id::Column(text.to_string()));
    assert_eq!(index(json!({"id": "full name"})).id, column("full name"));
    assert_eq!(index(json!({"id": "{full name}"})).id, column("full name"));
    assert!(
        matches!(index(json!({"id": "p-{a}"})).id, Some(Id::Template(t)) if t.pieces.len() == 2)
    );
    assert!(
        matches!(index(json!({"id": "{{{a}"})).id, Some(Id::Template(t)) if t.pieces.len() == 2)
    );
}

#[test]
fn every_word_of_the_model_is_taken() {
    for (word, from) in fields::FROM {
        let index = index(json!({"fields": {"f": {"from": word}}}));
        assert_eq!(index.fields.entries[0].from, Some(from), "{word}");
    }
    for word in read::VERSION_TYPES {
        let index = index(json!({"version": "{v}", "version_type": word}));
        assert_eq!(index.version_type.as_deref(), Some(word));
    }
    assert_eq!(index(json!({"nulls": "keep"})).nulls, Nulls::Keep);
    assert_eq!(index(json!({"nulls": "omit"})).nulls, Nulls::Omit);
    assert_eq!(index(json!({"timezone": "Z"})).timezone.as_deref(), Some("UTC"));
    assert_eq!(pieces(index(json!({"version": "17"})).version.as_ref()), [literal("17")]);
}

#[test]
fn through_without_a_join_table_is_a_column_like_any_other() {
    let entry = json!({"many": {"table": "c", "parent": "p", "value": "{through.x}"}});
    let index = index(json!({"fields": {"f": entry, "g": {"value": "{through.x}"}}}));
    let Some(Producer::Many(many)) = &index.fields.entries[0].producer else { panic!("a many") };
    let at = "/indices/i/fields/f/many/value";
    assert_eq!(many.value, Some(Node::Column(column("through.x", at))));
    assert!(
        matches!(&index.fields.entries[1].producer, Some(Producer::Column(c)) if c == "through.x")
    );
}

/// Every key the parser knows is asked for: a value that no key takes is a fault wherever it stands.
#[test]
fn no_known_key_is_ignored() {
    let entry = |members: Value| json!({"indices": {"i": {"table": "t", "mapping": {}, "fields": {"f": members}}}});
    for kind in Kind::ALL {
        for key in kind.keys() {
            let bad = json!({*key: ["{"]});
            let (value, start) = match kind {
                Kind::Root => (bad, ""),
                Kind::Index => (json!({"indices": {"i": bad}}), "/indices/i"),
                Kind::Entry => (entry(bad), "/indices/i/fields/f"),
                Kind::One => (entry(json!({"one": bad})), "/indices/i/fields/f/one"),
                Kind::Many => (entry(json!({"many": bad})), "/indices/i/fields/f/many"),
            };
            let wanted = format!("{start}/{key}");
            let found = faults(&value.to_string());
            assert!(found.iter().any(|f| f.pointer.starts_with(&wanted)), "{wanted}: {found:?}");
        }
    }
}

#[test]
fn the_schema_and_the_parser_know_the_same_keys_and_words() {
    let schema: Value = serde_json::from_str(Model::schema()).expect("the schema is JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for kind in Kind::ALL {
        let object = match kind {
            Kind::Root => &schema,
            Kind::Index => &schema["$defs"]["index"],
            Kind::Entry => &schema["$defs"]["entry"]["oneOf"][1],
            Kind::One => &schema["$defs"]["one"],
            Kind::Many => &schema["$defs"]["many"],
        };
        assert_eq!(object["additionalProperties"], false, "{kind:?}");
        let properties = object["properties"].as_object().expect("properties");
        let keys: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(keys, kind.keys(), "{kind:?}");
        for (key, property) in properties {
            assert!(property["description"].is_string(), "`{key}` of {kind:?} has no description");
        }
    }
    let index = &schema["$defs"]["index"]["properties"];
    assert_eq!(index["version_type"]["enum"], json!(read::VERSION_TYPES));
    assert_eq!(index["nulls"]["enum"], json!(read::NULLS));
    let from = &schema["$defs"]["entry"]["oneOf"][1]["properties"]["from"]["enum"];
    assert_eq!(*from, json!(fields::FROM.map(|(word, _)| word)));
}

#[test]
fn the_hash_covers_the_model_and_its_mapping_files_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = r#"{"indices": {"a": {"table": "t", "mapping": "sub/a.json"}, "b": {"table": "t", "mapping": "b.json"}}}"#;
    let (a, b) = (r#"{"properties": {"x": {"type": "long"}}}"#, "\u{feff}{ }\n");
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    fs::write(folder.path().join("sub/a.json"), a).expect("a file");
    fs::write(folder.path().join("b.json"), b).expect("a file");
    let path = folder.path().join("model.json");
    fs::write(&path, text).expect("a file");
    let model = Model::load(&path).expect("no fault");
    let hash = Sha256::digest([text, a, b].concat());
    assert_eq!(model.sha256, hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    assert_eq!(model.name, path.display().to_string());
    assert_eq!(model.indices[0].mapping_pointer, "sub/a.json#");
    assert_eq!(model.indices[0].mapping, json!({"properties": {"x": {"type": "long"}}}));
    let same = Model::from_json(text, "x", Some(folder.path())).expect("no fault");
    assert_eq!(same.sha256, model.sha256);
}

#[test]
fn a_mapping_file_holds_a_root_mapping_or_an_index_body() {
    let folder = tempfile::tempdir().expect("a folder");
    for (text, wanted) in [
        ("{}", Ok(("", "{}"))),
        (r#"{"mappings":{"properties":{}}}"#, Ok(("/mappings", r#"{"properties":{}}"#))),
        (r#"{"dynamic":false}"#, Ok(("", r#"{"dynamic":false}"#))),
        (r#"{"properties":{},"mappings":{}}"#, Ok(("", r#"{"properties":{},"mappings":{}}"#))),
        ("[]", Err("found a list, wanted a root mapping, or an index body with `mappings`")),
        (r#"{"mappings":3}"#, Err("found a number under `mappings`, wanted an object")),
        (
            r#"{"settings":{},"mappings":{}}"#,
            Err(
                "found `settings` beside `mappings`, wanted a root mapping, or an index body with `mappings` and nothing else; move them into the model",
            ),
        ),
        ("", Err("found nothing, wanted JSON")),
        (
            "{\n,}",
            Err(
                "no valid JSON: key must be a string at line 2 column 1; JSON knows no comments and no comma after the last item",
            ),
        ),
    ] {
        fs::write(folder.path().join("m.json"), text).expect("a file");
        let model = r#"{"indices": {"i": {"table": "t", "mapping": "m.json"}}}"#;
        let found = Model::from_json(model, "x", Some(folder.path()));
        match (found, wanted) {
            (Ok(model), Ok((pointer, mapping))) => {
                assert_eq!(model.indices[0].mapping_pointer, format!("m.json#{pointer}"));
                assert_eq!(model.indices[0].mapping.to_string(), mapping);
            }
            (Err(error), Err(message)) => {
                let message = format!("`m.json`: {message}");
                assert_eq!(
                    error.faults(),
                    [Fault { pointer: "/indices/i/mapping".into(), message }]
                );
            }
            (found, _) => panic!("{text}: {found:?}"),
        }
    }
}

#[test]
fn a_mapping_file_that_cannot_be_had_is_a_fault_of_the_model() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("twice.json"), r#"{"a": {"b/c": 1, "b/c": 2}}"#).expect("a file");
    let first = |path: &str, folder: Option<&Path>| {
        let text = json!({"indices": {"i": {"table": "t", "mapping": path}}}).to_string();
        let error = Model::from_json(&text, "x", folder).expect_err("a fault");
        assert_eq!((error.category(), error.faults().len()), (Category::Data, 1));
        (error.faults()[0].pointer.clone(), error.faults()[0].message.clone())
    };
    let at = "/indices/i/mapping".to_string();
    for (path, folder, pointer, message) in [
        (
            "no.json",
            Some(folder.path()),
            &at,
            "the mapping file `no.json` does not exist; its path counts from the model's folder",
        ),
        (
            ".",
            Some(folder.path()),
            &at,
            "the mapping file `.` is a folder; its path counts from the model's folder",
        ),
        ("", Some(folder.path()), &at, "found an empty string, wanted the path of a mapping file"),
        (
            "m.json",
            None,
            &at,
            "found the path `m.json` in a model that is no file; write the mapping here instead",
        ),
        (
            "twice.json",
            Some(folder.path()),
            &"twice.json#/a/b~1c".to_string(),
            "the key `b/c` stands more than once in the same object; keep one of them",
        ),
    ] {
        assert_eq!(first(path, folder), (pointer.clone(), message.to_string()));
    }
}

#[test]
fn a_model_that_cannot_be_had_is_the_environments_doing() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("no.json");
    let error = Model::load(&missing).expect_err("no file");
    assert_eq!(error.category(), Category::Environment);
    assert_eq!(
        error.to_string(),
        format!(
            "the model `{}` does not exist; name one with `-m`, or run `litebulk demo` to see one",
            missing.display()
        )
    );
    let error = Model::load(folder.path()).expect_err("a folder");
    assert_eq!(error.category(), Category::Environment);
    assert!(error.to_string().ends_with("is a folder; name the file in it"), "{error}");
    let broken = folder.path().join("broken.json");
    fs::write(&broken, b"{\"\xFF\": 1}").expect("a file");
    let error = Model::load(&broken).expect_err("no text");
    assert_eq!(error.category(), Category::Data);
    assert_eq!(
        error.faults()[0].message,
        "line 1 is no valid UTF-8, wanted JSON; save the file as UTF-8"
    );
}
