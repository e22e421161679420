//! Random databases: tables with keys of every kind, and links between them, declared or not. Knows no model.

use fastrand::Rng;
use rusqlite::Connection;
use rusqlite::types::Value;

/// A table as it was made up.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The primary key, else `rowid`.
    pub(super) key: Vec<String>,
    pub(super) without_rowid: bool,
    pub(super) links: Vec<Link>,
    /// A column that is unique without being the key.
    pub(super) code: Option<String>,
    constraints: Vec<String>,
    indexes: Vec<String>,
    rows: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Type, collation and constraints.
    declared: String,
    pub(super) holds: Holds,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Integers alone.
    Integers,
    Reals,
    Texts,
    /// Anything but BLOBs.
    Mixed,
}

/// Columns that hold the key of a row of another table.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) from: Vec<String>,
    pub(super) table: usize,
    pub(super) to: Vec<String>,
    pub(super) declared: bool,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) tables: Vec<Table>,
    /// How many of them are no join tables.
    pub(super) entities: usize,
    pub(super) dangling: bool,
    encoding: &'static str,
}

/// A constraint, the key's columns with what they hold, and what follows the table's definition.
type KeyKind = (&'static str, &'static [(&'static str, &'static str, Holds)], &'static str);

const KEY_KINDS: [KeyKind; 13] = [
    ("", &[("id", "INTEGER PRIMARY KEY", Holds::Integers)], ""),
    ("", &[("id", "INTEGER PRIMARY KEY", Holds::Integers)], ""),
    ("", &[("id", "TEXT PRIMARY KEY", Holds::Texts)], ""),
    ("", &[("id", "TEXT NOT NULL PRIMARY KEY COLLATE NOCASE", Holds::Texts)], ""),
    ("", &[("id", "TEXT NOT NULL PRIMARY KEY COLLATE RTRIM", Holds::Texts)], ""),
    (
        "PRIMARY KEY (ka, kb)",
        &[("ka", "INTEGER NOT NULL", Holds::Integers), ("kb", "TEXT NOT NULL", Holds::Texts)],
        "",
    ),
    (
        "PRIMARY KEY (kb, ka)",
        &[("ka", "INTEGER", Holds::Integers), ("kb", "TEXT COLLATE NOCASE", Holds::Texts)],
        "WITHOUT ROWID",
    ),
    ("", &[("id", "TEXT PRIMARY KEY", Holds::Texts)], "WITHOUT ROWID"),
    ("", &[], ""),
    ("", &[("id", "REAL PRIMARY KEY", Holds::Reals)], ""),
    ("", &[("id", "NOT NULL PRIMARY KEY", Holds::Mixed)], ""),
    ("", &[("id", "INTEGER PRIMARY KEY DESC", Holds::Integers)], ""),
    ("", &[("id", "INT PRIMARY KEY", Holds::Integers)], "WITHOUT ROWID"),
];

const TEXTS: [&str; 22] = [
    "",
    "a",
    "A",
    "b",
    "B",
    "b ",
    "é",
    "É",
    "1",
    "01",
    "1.0",
    "-7",
    "x-y",
    "it's",
    "a\"b\\c",
    "t\tn\n\u{1}",
    "\u{1f600}",
    "\u{ffee}",
    "zz",
    "Zz ",
    "\u{7f}\u{80}",
    "12345678901234567890",
];

pub(super) fn text(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(1..=3) {
        text.push_str(TEXTS[rng.usize(..TEXTS.len())]);
    }
    text
}

fn value(rng: &mut Rng, holds: Holds) -> Value {
    match holds {
        Holds::Integers if rng.u8(..10) == 0 => Value::Integer(rng.i64(..)),
        Holds::Integers => Value::Integer(rng.i64(-9..10)),
        Holds::Reals => Value::Real(f64::from(rng.i32(-40..40)) / 4.0),
        Holds::Texts => Value::Text(text(rng)),
        Holds::Mixed => {
            let holds = [Holds::Integers, Holds::Reals, Holds::Texts][rng.usize(..3)];
            value(rng, holds)
        }
    }
}

impl World {
    pub(super) fn new(rng: &mut Rng) -> World {
        let entities = rng.usize(1..=4);
        let large = rng.u8(..12) == 0;
        let mut tables: Vec<Table> =
            (0..entities).map(|number| Table::entity(rng, number, large)).collect();
        for number in 0..entities {
            for _ in 0..rng.usize(0..3) {
                let to = rng.usize(..entities);
                add_link(rng, &mut tables, number, to);
            }
        }
        for number in 0..rng.usize(0..=2) {
            let (a, b) = (rng.usize(..entities), rng.usize(..entities));
            let mut join = Table::join(rng, number, &tables[a].name);
            join.rows = if large { rng.usize(0..3000) } else { rng.usize(0..120) };
            tables.push(join);
            let place = tables.len() - 1;
            add_link(rng, &mut tables, place, a);
            add_link(rng, &mut tables, place, b);
        }
        World {
            tables,
            entities,
            dangling: rng.u8(..4) == 0,
            encoding: if rng.u8(..6) == 0 { "UTF-16le" } else { "UTF-8" },
        }
    }

    /// Makes the tables and fills them.
    pub(super) fn build(&self, rng: &mut Rng, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&format!(
            "PRAGMA encoding = '{}'; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN;",
            self.encoding
        ))?;
        for table in &self.tables {
            connection.execute_batch(&table.sql(self))?;
        }
        for number in 0..self.tables.len() {
            self.fill(rng, connection, number)?;
        }
        for number in 0..self.tables.len() {
            self.connect(rng, connection, number)?;
        }
        // A file this large is read by several threads.
        connection.execute_batch(
            "CREATE TABLE padding (bytes); INSERT INTO padding VALUES (zeroblob(1200000)); COMMIT",
        )
    }

    fn fill(&self, rng: &mut Rng, connection: &Connection, number: usize) -> rusqlite::Result<()> {
        let table = &self.tables[number];
        let linked: Vec<&String> = table.links.iter().flat_map(|l| &l.from).collect();
        let columns: Vec<&Column> =
            table.columns.iter().filter(|c| !linked.contains(&&c.name)).collect();
        let names: Vec<String> = columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
        let is_join = number >= self.entities;
        let sql = if names.is_empty() {
            format!("INSERT INTO \"{}\" DEFAULT VALUES", table.name)
        } else {
            let marks = vec!["?"; names.len()].join(", ");
            format!(
                "INSERT OR IGNORE INTO \"{}\" ({}) VALUES ({marks})",
                table.name,
                names.join(", ")
            )
        };
        let mut insert = connection.prepare(&sql)?;
        let dense = rng.bool();
        for row in 0..table.rows {
            let values: Vec<Value> = columns
                .iter()
                .map(|column| {
                    let is_key = table.key.contains(&column.name)
                        || table.code.as_ref() == Some(&column.name);
                    match column.holds {
                        Holds::Integers if is_key && dense => {
                            Value::Integer(i64::try_from(row).unwrap() + 1)
                        }
                        Holds::Integers if is_key && rng.bool() => [
                            Value::Integer(i64::MIN),
                            Value::Integer(i64::MAX),
                            Value::Integer(rng.i64(-5000..5000)),
                        ][rng.usize(..40).min(2)]
                        .clone(),
                        Holds::Texts if is_key && table.rows > 60 => {
                            Value::Text(format!("{}{}", text(rng), rng.u16(..9999)))
                        }
                        _ if !is_key && rng.u8(..6) == 0 => Value::Null,
                        Holds::Texts
                            if is_key
                                && !is_join
                                && column.declared == "TEXT PRIMARY KEY"
                                && !table.without_rowid
                                && self.dangling
                                && rng.u8(..20) == 0 =>
                        {
                            Value::Null
                        }
                        holds => value(rng, holds),
                    }
                })
                .collect();
            insert.execute(rusqlite::params_from_iter(values))?;
        }
        Ok(())
    }

    /// Gives the linked columns their values.
    fn connect(
        &self,
        rng: &mut Rng,
        connection: &Connection,
        number: usize,
    ) -> rusqlite::Result<()> {
        let table = &self.tables[number];
        for link in &table.links {
            let other = &self.tables[link.table];
            let names: Vec<String> = link.to.iter().map(|n| format!("\"{n}\"")).collect();
            let mut keys = connection.prepare(&format!(
                "SELECT {} FROM \"{}\" WHERE \"{}\" IS NOT NULL",
                names.join(", "),
                other.name,
                link.to[0]
            ))?;
            let keys: Vec<Vec<Value>> = keys
                .query_map([], |row| (0..names.len()).map(|c| row.get(c)).collect())?
                .collect::<rusqlite::Result<_>>()?;
            let ident: Vec<String> = table.identity().iter().map(|n| format!("\"{n}\"")).collect();
            let mut rows = connection.prepare(&format!(
                "SELECT {} FROM \"{}\"",
                ident.join(", "),
                table.name
            ))?;
            let rows: Vec<Vec<Value>> = rows
                .query_map([], |row| (0..ident.len()).map(|c| row.get(c)).collect())?
                .collect::<rusqlite::Result<_>>()?;
            let sets: Vec<String> = link.from.iter().map(|n| format!("\"{n}\" = ?")).collect();
            let wheres: Vec<String> = ident.iter().map(|n| format!("{n} IS ?")).collect();
            let mut update = connection.prepare(&format!(
                "UPDATE \"{}\" SET {} WHERE {}",
                table.name,
                sets.join(", "),
                wheres.join(" AND ")
            ))?;
            let used = if rng.bool() { keys.len() } else { keys.len().min(7) };
            for row in rows {
                let bad = if self.dangling { rng.u8(..30) == 0 } else { false };
                let value = if bad {
                    link.to
                        .iter()
                        .map(|_| {
                            [Value::Integer(-77), Value::Text("gone".into())][rng.usize(..2)]
                                .clone()
                        })
                        .collect()
                } else if used == 0 || rng.u8(..7) == 0 {
                    let keep = if link.from.len() > 1 && rng.bool() { 1 } else { 0 };
                    (0..link.from.len())
                        .map(
                            |p| if p < keep && used > 0 { keys[0][p].clone() } else { Value::Null },
                        )
                        .collect()
                } else {
                    keys[rng.usize(..used)].clone()
                };
                update.execute(rusqlite::params_from_iter(value.into_iter().chain(row)))?;
            }
        }
        Ok(())
    }
}

impl Table {
    fn entity(rng: &mut Rng, number: usize, large: bool) -> Table {
        // The program gives names like the second to tables that it joins.
        let name = format!("{}{number}", if number > 0 && rng.u8(..3) == 0 { "_t" } else { "t" });
        let (constraint, keys, tail) = KEY_KINDS[rng.usize(..KEY_KINDS.len())];
        let column = |name: &str, declared: &str, holds| Column {
            name: name.to_string(),
            declared: declared.to_string(),
            holds,
        };
        let mut columns: Vec<Column> = keys.iter().map(|(n, d, h)| column(n, d, *h)).collect();
        columns.push(column("v1", "INTEGER", Holds::Integers));
        columns.push(column("v2", "TEXT", Holds::Texts));
        if rng.bool() {
            columns.push(column("v3", "REAL", Holds::Reals));
        }
        let mut code = None;
        let mut indexes = Vec::new();
        if rng.bool() {
            let (declared, holds) = [
                ("INTEGER UNIQUE", Holds::Integers),
                ("TEXT UNIQUE", Holds::Texts),
                ("TEXT COLLATE NOCASE NOT NULL UNIQUE", Holds::Texts),
                ("TEXT COLLATE NOCASE", Holds::Texts),
                ("UNIQUE", Holds::Mixed),
            ][rng.usize(..5)];
            columns.push(column("code", declared, holds));
            code = Some("code".to_string());
            if !declared.contains("UNIQUE") {
                indexes.push(format!(
                    "CREATE UNIQUE INDEX \"u{number}\" ON \"{name}\" (code COLLATE BINARY)"
                ));
            }
        }
        if rng.bool() {
            rng.shuffle(&mut columns);
        }
        let order: &[&str] = if constraint.contains("(kb") { &["kb", "ka"] } else { &["ka", "kb"] };
        let key = match keys.len() {
            0 => vec!["rowid".to_string()],
            1 => vec!["id".to_string()],
            _ => order.iter().map(|s| (*s).to_string()).collect(),
        };
        Table {
            name,
            columns,
            key,
            without_rowid: !tail.is_empty(),
            links: Vec::new(),
            code,
            constraints: if constraint.is_empty() {
                Vec::new()
            } else {
                vec![constraint.to_string()]
            },
            indexes,
            rows: match rng.u8(..4) {
                0 if large => rng.usize(1001..1500),
                1 if large => rng.usize(500..3000),
                _ => rng.usize(0..50),
            },
        }
    }

    /// A join table: a key of its own or none, and columns beside the links.
    fn join(rng: &mut Rng, number: usize, parent: &str) -> Table {
        let mut columns = Vec::new();
        let mut key = vec!["rowid".to_string()];
        if rng.bool() {
            key = vec!["id".to_string()];
            columns.push(Column {
                name: "id".to_string(),
                declared: "INTEGER PRIMARY KEY".to_string(),
                holds: Holds::Integers,
            });
        }
        columns.push(Column {
            name: "v1".to_string(),
            declared: "INTEGER".to_string(),
            holds: Holds::Integers,
        });
        columns.push(Column {
            name: "w2".to_string(),
            declared: "TEXT".to_string(),
            holds: Holds::Texts,
        });
        Table {
            name: format!("{parent}_j{number}"),
            columns,
            key,
            without_rowid: false,
            links: Vec::new(),
            code: None,
            constraints: Vec::new(),
            indexes: Vec::new(),
            rows: 0,
        }
    }

    fn sql(&self, world: &World) -> String {
        let mut lines: Vec<String> =
            self.columns.iter().map(|c| format!("\"{}\" {}", c.name, c.declared)).collect();
        lines.extend(self.constraints.iter().cloned());
        for link in self.links.iter().filter(|l| l.declared) {
            lines.push(format!(
                "FOREIGN KEY ({}) REFERENCES \"{}\" ({})",
                link.from.join(", "),
                world.tables[link.table].name,
                link.to.join(", ")
            ));
        }
        let tail = if self.without_rowid { " WITHOUT ROWID" } else { "" };
        let mut sql = format!("CREATE TABLE \"{}\" ({}){tail};", self.name, lines.join(", "));
        for index in &self.indexes {
            sql.push_str(&format!("{index};"));
        }
        sql
    }

    /// Columns that tell rows apart whatever their key holds.
    pub(super) fn identity(&self) -> Vec<String> {
        if self.without_rowid { self.key.clone() } else { vec!["rowid".to_string()] }
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

fn add_link(rng: &mut Rng, tables: &mut [Table], from: usize, to: usize) {
    let target = &tables[to];
    let by_code = target.code.is_some() && rng.u8(..4) == 0 && target.indexes.is_empty();
    let keys = if by_code { vec!["code".to_string()] } else { target.key.clone() };
    let is_rowid = keys[0] == "rowid";
    let declared = !is_rowid && (by_code || keys.len() > 1 || rng.u8(..3) > 0);
    let number = tables[from].links.len();
    let mut columns = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let own = match tables[to].column(key) {
            None => "INTEGER",
            Some(column) => match column.holds {
                Holds::Integers => "INTEGER",
                Holds::Reals => "REAL",
                Holds::Texts => "TEXT",
                Holds::Mixed => "",
            },
        };
        let declared = if rng.u8(..3) == 0 {
            ["TEXT", "", "INTEGER", "NUMERIC", "TEXT COLLATE NOCASE"][rng.usize(..5)]
        } else {
            own
        };
        let suffix = if keys.len() == 1 { "id".to_string() } else { format!("k{place}") };
        columns.push(Column {
            name: format!("l{number}_{suffix}"),
            declared: declared.to_string(),
            holds: Holds::Mixed,
        });
    }
    let link = Link {
        from: columns.iter().map(|c| c.name.clone()).collect(),
        table: to,
        to: keys,
        declared,
    };
    if rng.u8(..3) == 0 {
        let index = format!(
            "CREATE INDEX \"i{from}_{number}\" ON \"{}\" ({})",
            tables[from].name,
            link.from.join(", ")
        );
        tables[from].indexes.push(index);
    }
    tables[from].columns.extend(columns);
    tables[from].links.push(link);
}
