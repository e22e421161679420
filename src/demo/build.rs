//! Rows of the campus: Django's tables, filled in one transaction, indexes last. Knows no folder and no other file.

use std::path::Path;
use std::sync::atomic::Ordering;

use rusqlite::{Connection, params};

use super::DemoConfig;
use super::folder::APPLICATION_ID;
use super::names::{CITIES, COURSES, FIRST_NAMES, LAST_NAMES, SUBJECTS, YEARS};
use super::random::Random;
use crate::error::{Category, Error, Result};

const TABLES: &str = include_str!("tables.sql");
const INDEXES: &str = include_str!("indexes.sql");

/// From none to eight courses a student: four on average.
const STUDENT_COURSES_MAX: usize = 8;

/// One student in so many belongs to no university.
const STUDENTS_PER_NULL_UNIVERSITY: u32 = 50;

/// How many students are made between two looks at the caller's wish to stop.
const STUDENTS_PER_LOOK: u64 = 1_024;

/// Fills the empty file at `path`, which stays locked until it is whole.
pub(super) fn campus(path: &Path, config: &DemoConfig) -> Result<()> {
    let sqlite = |cause: rusqlite::Error| {
        Error::environment(format!("`{}` cannot be written", path.display())).with_source(cause)
    };
    let mut connection = Connection::open(path).map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)
        .map_err(sqlite)?;
    transaction.execute_batch(TABLES).map_err(sqlite)?;
    named(&transaction, "core_university", universities()).map_err(sqlite)?;
    named(&transaction, "core_course", courses()).map_err(sqlite)?;
    if !students(&transaction, config).map_err(sqlite)? {
        return Err(Error::new(Category::Interrupted, "stopped while the campus was being built"));
    }
    transaction.execute_batch(INDEXES).map_err(sqlite)?;
    transaction.commit().map_err(sqlite)?;
    connection.close().map_err(|(_, cause)| sqlite(cause))
}

/// Speed over safety: the file has no final name yet, so a crash in between costs nothing.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "PRAGMA page_size = 4096;
         PRAGMA encoding = 'UTF-8';
         PRAGMA auto_vacuum = NONE;
         PRAGMA foreign_keys = OFF;
         PRAGMA synchronous = OFF;
         PRAGMA cache_size = -65536;
         PRAGMA application_id = {APPLICATION_ID};"
    ))?;
    // This one answers with a row.
    connection.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))
}

fn universities() -> impl Iterator<Item = String> {
    CITIES.iter().map(|city| format!("University of {city}"))
}

fn courses() -> impl Iterator<Item = String> {
    let titled =
        |course: &'static str| SUBJECTS.iter().map(move |subject| course.replace("{}", subject));
    COURSES.iter().copied().flat_map(titled)
}

fn named(
    connection: &Connection,
    table: &str,
    names: impl Iterator<Item = String>,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare(&format!("INSERT INTO \"{table}\" (\"name\") VALUES (?1)"))?;
    for name in names {
        insert.execute([name])?;
    }
    Ok(())
}

/// Adds the students and their courses; `false` where the caller asked to stop.
fn students(connection: &Connection, config: &DemoConfig) -> rusqlite::Result<bool> {
    let mut random = Random::new(config.seed);
    if let Some(progress) = &config.progress {
        progress.expect(config.students);
    }
    let mut student = connection.prepare(
        "INSERT INTO core_student (university_id, first_name, last_name, age, year_in_school) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut attendance = connection
        .prepare("INSERT INTO core_student_courses (student_id, course_id) VALUES (?1, ?2)")?;
    for number in 0..config.students {
        if number % STUDENTS_PER_LOOK == 0 && is_cancelled_at(number, config) {
            return Ok(false);
        }
        let year = random.below(YEARS.len() as u32);
        student.execute(params![
            university(&mut random),
            random.pick(FIRST_NAMES),
            random.pick(LAST_NAMES),
            17 + year + random.below(4),
            YEARS[year as usize],
        ])?;
        let id = connection.last_insert_rowid();
        let (chosen, count) = chosen_courses(&mut random);
        for course in &chosen[..count] {
            attendance.execute([id, i64::from(*course)])?;
        }
    }
    Ok(true)
}

/// Tells whoever draws how far we are, and whether the caller asked to stop.
fn is_cancelled_at(number: u64, config: &DemoConfig) -> bool {
    if let Some(progress) = &config.progress {
        progress.add(number - progress.done());
    }
    config.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
}

fn university(random: &mut Random) -> Option<u32> {
    let id = 1 + random.below(CITIES.len() as u32);
    (random.below(STUDENTS_PER_NULL_UNIVERSITY) != 0).then_some(id)
}

/// Ids of different courses, and how many of them count.
fn chosen_courses(random: &mut Random) -> ([u32; STUDENT_COURSES_MAX], usize) {
    let mut chosen = [0; STUDENT_COURSES_MAX];
    let wanted = random.below(STUDENT_COURSES_MAX as u32 + 1) as usize;
    let mut count = 0;
    while count < wanted {
        let course = 1 + random.below((SUBJECTS.len() * COURSES.len()) as u32);
        if !chosen[..count].contains(&course) {
            chosen[count] = course;
            count += 1;
        }
    }
    (chosen, count)
}
