//! The shapes of data that are compared: a database, a model, and the same documents as one query of the `sqlite3`
//! shell. Knows no clock and no program.
//!
//! A folder here is a shape. `db.sql` fills the database: the same bytes for the same `:size`, without a random number.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use litebulk::DemoConfig;
use rusqlite::{Connection, OpenFlags};

/// One shape of data.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// One document for so many of the size that was asked for, so that all shapes take a similar time.
    divisor: u64,
    pub(crate) target: &'static str,
    /// The tables that an export has to read.
    tables: &'static [&'static str],
    fill: Fill,
    model: &'static str,
    /// The query that makes the shell write what litebulk writes: action line and document, in the order of the key.
    pub(crate) query: &'static str,
}

enum Fill {
    /// The campus of `litebulk demo`, whose students are the documents.
    Campus,
    Sql(&'static str),
}

/// A shape's files in a folder.
pub(crate) struct Built {
    pub(crate) database: PathBuf,
    pub(crate) model: PathBuf,
    pub(crate) documents: u64,
}

macro_rules! sql_shape {
    ($name:literal, $divisor:literal, $tables:expr) => {
        Shape {
            name: $name,
            divisor: $divisor,
            target: "es9",
            tables: $tables,
            fill: Fill::Sql(include_str!(concat!($name, "/db.sql"))),
            model: include_str!(concat!($name, "/model.json")),
            query: include_str!(concat!($name, "/shell.sql")),
        }
    };
}

pub(crate) const SHAPES: &[Shape] = &[
    Shape {
        name: "campus",
        divisor: 1,
        target: "es1",
        tables: &["core_university", "core_course", "core_student", "core_student_courses"],
        fill: Fill::Campus,
        model: include_str!("../../../fixtures/model/campus.json"),
        query: include_str!("campus/shell.sql"),
    },
    sql_shape!("wide", 4, &["reading"]),
    sql_shape!("objects", 2, &["order", "customer", "product"]),
    sql_shape!("children", 4, &["invoice", "line"]),
    sql_shape!("nested", 10, &["author", "book", "chapter"]),
    sql_shape!("texts", 50, &["article"]),
    sql_shape!("text-keys", 2, &["person"]),
    sql_shape!("compound-keys", 2, &["seat"]),
];

impl Shape {
    /// Makes database and model in `folder`, or takes what an earlier call left there.
    pub(crate) fn build(&self, folder: &Path, size: u64) -> Result<Built, Box<dyn Error>> {
        let documents = (size / self.divisor).max(1);
        let folder = folder.join(format!("{}-{documents}", self.name));
        fs::create_dir_all(&folder)?;
        let built = Built {
            database: folder.join("campus.sqlite3"),
            model: folder.join("model.json"),
            documents,
        };
        fs::write(&built.model, self.model)?;
        let recipe = self.recipe(documents);
        // Written last: a database without its recipe, or with another one, is made anew.
        let mark = folder.join("recipe");
        if fs::read_to_string(&mark).is_ok_and(|made| made == recipe) {
            return Ok(built);
        }
        let _ = fs::remove_file(&mark);
        match self.fill {
            Fill::Campus => {
                let config =
                    DemoConfig { students: documents, seed: 1, cancel: None, progress: None };
                litebulk::demo(&folder, &config)?;
            }
            Fill::Sql(_) => fill(&built.database, &recipe)?,
        }
        fs::write(mark, recipe)?;
        Ok(built)
    }

    /// What the database is made from.
    fn recipe(&self, documents: u64) -> String {
        match self.fill {
            Fill::Campus => {
                format!("{documents} students of litebulk {}", env!("CARGO_PKG_VERSION"))
            }
            Fill::Sql(sql) => sql.replace(":size", &documents.to_string()),
        }
    }

    /// Steps every row of the tables and reads every column, in this thread; answers how many values that were.
    ///
    /// No program that exports these tables through SQLite can do less.
    pub(crate) fn floor(&self, database: &Path) -> rusqlite::Result<u64> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.pragma_update(None, "mmap_size", 1_i64 << 40)?;
        let mut values = 0;
        for table in self.tables {
            let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    std::hint::black_box(row.get_ref(column)?);
                    values += 1;
                }
            }
        }
        Ok(values)
    }
}

/// Makes a database by a script; speed over safety, as a crash leaves no recipe beside it.
fn fill(database: &Path, script: &str) -> Result<(), Box<dyn Error>> {
    if database.exists() {
        fs::remove_file(database)?;
    }
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.execute_batch("BEGIN")?;
    connection.execute_batch(script)?;
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, cause)| cause)?;
    Ok(())
}
