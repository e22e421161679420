use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::error::Category;

fn config(students: u64, seed: u64) -> DemoConfig {
    DemoConfig { students, seed, cancel: None, progress: None }
}

fn bytes_of(students: u64, seed: u64) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let files = demo(folder.path(), &config(students, seed)).unwrap();
    fs::read(files.database).unwrap()
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// `quote`d values of the rows of a query, a line each.
fn lines(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

const STUDENTS: &str = "SELECT id || ' ' || coalesce(university_id, '-') || ' ' || first_name || ' ' || last_name \
                        || ' ' || age || ' ' || year_in_school FROM core_student ORDER BY id";

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
    let first = bytes_of(300, 1);
    assert!(first == bytes_of(300, 1));
    assert!(first != bytes_of(300, 2));
}

#[test]
fn the_first_students_of_seed_1_are_these_for_ever() {
    let folder = TempDir::new().unwrap();
    let files = demo(folder.path(), &config(3, 1)).unwrap();
    assert_eq!(
        lines(&files.database, STUDENTS),
        ["1 45 Jamila Maas 22 JR", "2 11 Sean Rasmussen 21 SO", "3 30 Esther Ångström 19 FR"]
    );
    let attendance = "SELECT student_id || ' ' || course_id FROM core_student_courses ORDER BY id";
    assert_eq!(
        lines(&files.database, attendance),
        [
            "1 80", "1 44", "1 121", "1 62", "1 93", "1 70", "1 81", "3 7", "3 152", "3 91",
            "3 90", "3 61", "3 67"
        ]
    );
}

#[test]
fn a_larger_campus_begins_with_the_students_of_a_smaller_one() {
    let (small, large) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let small = demo(small.path(), &config(50, 9)).map(|f| lines(&f.database, STUDENTS)).unwrap();
    let large = demo(large.path(), &config(80, 9)).map(|f| lines(&f.database, STUDENTS)).unwrap();
    assert_eq!((small.len(), large.len()), (50, 80));
    assert_eq!(small, large[..50]);
}

#[test]
fn the_campus_is_sound_and_looks_like_one() {
    let folder = TempDir::new().unwrap();
    let files = demo(folder.path(), &config(2_000, 4)).unwrap();
    let campus = Connection::open(&files.database).unwrap();
    let integrity: String =
        campus.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    assert_eq!(number(&campus, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(number(&campus, "SELECT count(*) FROM core_student"), 2_000);
    assert_eq!(number(&campus, "SELECT count(*) FROM core_university"), 60);
    assert_eq!(number(&campus, "SELECT count(*) FROM core_course"), 152);
    let courses = number(&campus, "SELECT count(*) FROM core_student_courses");
    assert!((7_600..8_400).contains(&courses), "four courses a student, not {courses} for 2,000");
    let alone = number(
        &campus,
        "SELECT count(*) FROM core_student WHERE id NOT IN (SELECT student_id FROM core_student_courses)",
    );
    assert!(alone > 100, "{alone} students without a course");
    assert!(number(&campus, "SELECT count(*) FROM core_student WHERE university_id IS NULL") > 10);
    assert_eq!(
        number(&campus, "SELECT count(*) FROM core_student WHERE age NOT BETWEEN 17 AND 24"),
        0
    );
}

#[test]
fn a_campus_without_students_has_its_universities_and_courses() {
    let folder = TempDir::new().unwrap();
    let files = demo(folder.path(), &config(0, 1)).unwrap();
    let campus = Connection::open(&files.database).unwrap();
    assert_eq!(number(&campus, "SELECT count(*) FROM core_student"), 0);
    assert_eq!(number(&campus, "SELECT count(*) FROM core_student_courses"), 0);
    assert_eq!(number(&campus, "SELECT count(*) FROM core_course"), 152);
}

#[test]
fn an_earlier_campus_is_replaced_and_nothing_is_left_beside() {
    let folder = TempDir::new().unwrap();
    demo(folder.path(), &config(5, 1)).unwrap();
    fs::write(folder.path().join(".campus.sqlite3-killed"), b"half a database").unwrap();
    fs::write(folder.path().join(".litebulk.json-killed"), b"{").unwrap();
    let files = demo(folder.path(), &config(7, 1)).unwrap();
    assert_eq!(lines(&files.database, STUDENTS).len(), 7);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["campus.sqlite3", "litebulk.json"]);
}

#[test]
fn what_another_run_is_building_stays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(".campus.sqlite3-alive");
    let living = Connection::open(&path).unwrap();
    living.execute_batch("BEGIN EXCLUSIVE; CREATE TABLE t (x)").unwrap();
    demo(folder.path(), &config(1, 1)).unwrap();
    assert!(path.exists());
}

/// Makes `name` with `content` and expects the demo to leave it, and everything else, alone.
fn assert_refused(name: &str, content: &[u8], wanted: &str) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    let before = fs::read_dir(folder.path()).unwrap().count();
    let refusal = demo(folder.path(), &config(1, 1)).unwrap_err();
    assert_eq!(refusal.category(), Category::Environment, "{refusal}");
    assert!(refusal.to_string().contains(wanted), "{refusal}");
    assert_eq!(fs::read(&path).unwrap(), content);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before);
}

#[test]
fn what_no_demo_made_is_never_overwritten() {
    let foreign = {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("other.sqlite3");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        fs::read(path).unwrap()
    };
    assert_refused("campus.sqlite3", &foreign, "campus.sqlite3` is not a demo's database");
    assert_refused("campus.sqlite3", b"", "is not a demo's database");
    assert_refused("campus.sqlite3", b"notes about the campus", "is not a demo's database");
    assert_refused("litebulk.json", b"{}", "litebulk.json` is not the demo's model");
    assert_refused("out/django/manifest.json", b"{}", "django` is not a demo's export");
}

#[test]
fn a_campus_that_another_program_is_changing_is_not_replaced() {
    let folder = TempDir::new().unwrap();
    let files = demo(folder.path(), &config(1, 1)).unwrap();
    let other = Connection::open(&files.database).unwrap();
    other.execute_batch("PRAGMA journal_mode = WAL; UPDATE core_student SET age = 99").unwrap();
    let refusal = demo(folder.path(), &config(1, 1)).unwrap_err();
    assert_eq!(refusal.category(), Category::Environment);
    assert!(refusal.to_string().contains("campus.sqlite3-wal` holds changes"), "{refusal}");
}

#[test]
fn a_file_in_place_of_the_folder_is_an_environment_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("campus");
    fs::write(&path, b"a file").unwrap();
    let refusal = demo(&path, &config(1, 1)).unwrap_err();
    assert_eq!(refusal.category(), Category::Environment);
    assert_eq!(fs::read(&path).unwrap(), b"a file");
}

#[test]
fn a_stopped_demo_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let cancel = Some(Arc::new(AtomicBool::new(true)));
    let stopped =
        demo(folder.path(), &DemoConfig { students: 10, seed: 1, cancel, progress: None })
            .unwrap_err();
    assert_eq!(stopped.category(), Category::Interrupted);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
