//! The model's SQL, token by token: where it ends, and which columns of a join table it names. Knows no grammar. Pure.

/// A single statement without the semicolons and comments that end it.
pub(super) fn statement(sql: &str) -> &str {
    let tokens = tokens(sql);
    let last = tokens.iter().rposition(|(_, token)| *token != ";");
    match last.map(|last| tokens[last]) {
        Some((at, token)) => &sql[..at + token.len()],
        None => "",
    }
}

/// Of the functions that SQL calls, those that answer otherwise in another run: chance, the clock, the connection. The
/// clock is asked by `'now'` or by no arguments alone (SQLite, `lang_datefunc`).
pub(super) fn changing<'f>(sql: &str, functions: &'f [String]) -> Vec<&'f str> {
    let tokens: Vec<&str> = tokens(sql).into_iter().map(|(_, token)| token).collect();
    let says_now = tokens.iter().any(|token| token.eq_ignore_ascii_case("'now'"));
    let is_empty = |name: &str| {
        tokens.windows(3).any(|w| w[0].eq_ignore_ascii_case(name) && w[1] == "(" && w[2] == ")")
    };
    let changes = |name: &&str| match *name {
        "random" | "randomblob" | "changes" | "total_changes" | "last_insert_rowid"
        | "current_timestamp" | "current_date" | "current_time" => true,
        "date" | "time" | "datetime" | "julianday" | "unixepoch" | "strftime" | "timediff" => {
            says_now || is_empty(name)
        }
        _ => false,
    };
    functions.iter().map(String::as_str).filter(changes).collect()
}

/// Whether SQL closes a bracket that it has not opened, and so one that stands around it.
pub(super) fn closes_too_much(sql: &str) -> bool {
    let mut depth = 0_i64;
    tokens(sql).into_iter().any(|(_, token)| {
        depth += i64::from(token == "(") - i64::from(token == ")");
        depth < 0
    })
}

/// Whether terms to sort by end in a `LIMIT`, which SQLite would take there.
pub(super) fn says_limit(sql: &str) -> bool {
    let mut depth = 0_i64;
    tokens(sql).into_iter().any(|(_, token)| {
        depth += i64::from(token == "(") - i64::from(token == ")");
        depth == 0 && token.eq_ignore_ascii_case("limit")
    })
}

/// Whether SQL names a column of the join table, as `through.column`.
pub(super) fn names_through(sql: &str) -> bool {
    spans(sql).next().is_some()
}

/// The SQL with each `through.column` replaced by what `column` says; the error is a name that it does not know.
pub(super) fn with_through(
    sql: &str,
    column: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut text = String::new();
    let mut done = 0;
    for (start, end, name) in spans(sql) {
        text.push_str(&sql[done..start]);
        text.push_str(&column(&name).ok_or(name)?);
        done = end;
    }
    text.push_str(&sql[done..]);
    Ok(text)
}

/// Start and end of each `through.column`, and the column's name without quotes.
fn spans(sql: &str) -> impl Iterator<Item = (usize, usize, String)> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    for (number, window) in tokens.windows(3).enumerate() {
        let [(start, through), (_, dot), (at, column)] = window else { continue };
        let after_dot = number > 0 && tokens[number - 1].1 == ".";
        let names = name(through).is_some_and(|n| n.eq_ignore_ascii_case("through"));
        if names && !after_dot && *dot == "." {
            found.extend(name(column).map(|name| (*start, at + column.len(), name)));
        }
    }
    found.into_iter()
}

/// The tokens of SQL and where they begin, without blanks and comments.
fn tokens(sql: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        let is_comment = token.starts_with("--") || token.starts_with("/*");
        if !first.is_ascii_whitespace() && !is_comment {
            tokens.push((sql.len() - rest.len(), token));
        }
        rest = after;
    }
    tokens
}

fn token_length(rest: &str, first: char) -> usize {
    let until = |end: Option<usize>, more: usize| end.map_or(rest.len(), |at| at + more);
    match first {
        '\'' | '"' | '`' => quoted_length(rest, first),
        '[' => until(rest.find(']'), 1),
        '-' if rest.starts_with("--") => until(rest.find('\n'), 1),
        '/' if rest.starts_with("/*") => until(rest[2..].find("*/"), 4),
        _ if is_word(first) => until(rest.find(|c| !is_word(c)), 0),
        _ => first.len_utf8(),
    }
}

/// Up to the closing quote; a doubled one is part of the text.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = rest[at..].find(quote) {
        at += found + 1;
        if !rest[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    rest.len()
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii()
}

/// What a token names, where it is a name.
fn name(token: &str) -> Option<String> {
    let inner = |open: usize| token.get(open..token.len().saturating_sub(1)).unwrap_or("");
    match token.chars().next()? {
        '"' => Some(inner(1).replace("\"\"", "\"")),
        '`' => Some(inner(1).replace("``", "`")),
        '[' => Some(inner(1).to_string()),
        first if is_word(first) && !first.is_ascii_digit() => Some(token.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_ends_before_semicolons_and_comments() {
        for (sql, wanted) in [
            (" SELECT 1", " SELECT 1"),
            ("SELECT 1;", "SELECT 1"),
            ("SELECT ';' ; ; -- done; really", "SELECT ';'"),
            ("SELECT 1 -- one; SELECT 2", "SELECT 1"),
            ("SELECT 1; /* end */ ; ", "SELECT 1"),
            ("SELECT 1; SELECT 2;", "SELECT 1; SELECT 2"),
            ("; -- nothing", ""),
        ] {
            assert_eq!(statement(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn functions_that_answer_otherwise_in_another_run_are_told() {
        let functions = ["abs", "date", "random"].map(str::to_string);
        for (sql, wanted) in [
            ("abs(x) + random()", &["random"][..]),
            ("random(), date()", &["date", "random"]),
            ("random(), date('NOW', '-1 day')", &["date", "random"]),
            ("random(), date(x), 'now and then'", &["random"]),
        ] {
            assert_eq!(changing(sql, &functions), wanted, "{sql}");
        }
    }

    #[test]
    fn brackets_that_nothing_opened_and_limits_are_found() {
        for (sql, closes, limits) in [
            ("(n = 2) OR (1 = 1)", false, false),
            ("n = 2) OR (1 = 1", true, false),
            ("n = ')' /* ) */ -- )", false, false),
            ("f(a, (b)) ) ", true, false),
            ("n LIMIT 1", false, true),
            ("(SELECT n FROM t LIMIT 1), \"limit\", 'limit', limits", false, false),
        ] {
            assert_eq!((closes_too_much(sql), says_limit(sql)), (closes, limits), "{sql}");
        }
    }

    #[test]
    fn only_columns_of_the_join_table_are_replaced() {
        for (sql, wanted) in [
            ("through.a", "<a>"),
            ("Through . a + 1", "<a> + 1"),
            ("\"through\".\"a\"\"b\" DESC", "<a\"b> DESC"),
            ("[through].[a b], `through`.`c`", "<a b>, <c>"),
            ("THROUGH.größe -- through.a", "<größe> -- through.a"),
            ("x /* through.a */ = through.b", "x /* through.a */ = <b>"),
            ("'it''s through.a' || through.b", "'it''s through.a' || <b>"),
            (
                "main.through.a, throughout.a, xthrough.a",
                "main.through.a, throughout.a, xthrough.a",
            ),
            ("through", "through"),
            ("through.", "through."),
            ("'through.a", "'through.a"),
            ("/* through.a", "/* through.a"),
            ("\"", "\""),
        ] {
            let found = with_through(sql, |name| Some(format!("<{name}>")));
            assert_eq!(found.as_deref(), Ok(wanted), "{sql}");
            assert_eq!(names_through(sql), sql != wanted, "{sql}");
        }
        assert_eq!(with_through("a = through.\"no such\"", |_| None), Err("no such".to_string()));
    }
}
