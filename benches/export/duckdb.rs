//! DuckDB with its SQLite scanner, as a program or a Python module. Knows the campus alone.

use std::path::Path;
use std::process::{Command, Stdio};

/// What to tell who does not have it.
pub(crate) const HOW_TO_GET_IT: &str = "there is neither `duckdb` on the path nor Python's module, with its `sqlite` \
    extension; `pip install duckdb duckdb-extensions duckdb-extension-sqlite-scanner` and then, in Python, \
    `import duckdb_extensions as e; e.import_extension('sqlite_scanner')` give both";

const SQL: &str = include_str!("shape/campus/duckdb.sql");

/// A DuckDB that can read SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DuckDb {
    Program,
    Python,
}

impl DuckDb {
    pub(crate) fn find() -> Option<DuckDb> {
        let works = |duckdb: &DuckDb| {
            let mut command = duckdb.run("LOAD sqlite");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        [DuckDb::Program, DuckDb::Python].into_iter().find(works)
    }

    /// Writes the campus as JSON lines, without action lines: it has no way to put two lines in a row.
    pub(crate) fn command(self, database: &Path, output: &Path) -> Command {
        let text = |path: &Path| path.display().to_string().replace('\'', "''");
        self.run(&SQL.replace(":database", &text(database)).replace(":output", &text(output)))
    }

    fn run(self, sql: &str) -> Command {
        let mut command = match self {
            DuckDb::Program => Command::new("duckdb"),
            DuckDb::Python => Command::new("python3"),
        };
        match self {
            DuckDb::Program => command.args(["-init", "/dev/null", "-c", sql]),
            DuckDb::Python => {
                command.args(["-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", sql])
            }
        };
        command.stdin(Stdio::null());
        command
    }
}
