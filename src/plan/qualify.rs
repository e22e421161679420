//! SQL of the model in which `through.` and a table's own name become the aliases of one statement. Pure.

/// `sql` with each `name.` outside of literals and comments replaced by the alias given for that name (ASCII case aside);
/// `None` where there is none to replace.
pub(super) fn requalified(sql: &str, aliases: &[(&str, &str)]) -> Option<String> {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut found = false;
    let mut after_dot = false;
    while let Some(first) = rest.chars().next() {
        let token = &rest[..token_length(rest)];
        let next = &rest[token.len()..];
        let name = if after_dot { None } else { identifier(token) };
        let alias = name
            .filter(|_| next.trim_start().starts_with('.'))
            .and_then(|name| aliases.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)));
        match alias {
            Some((_, alias)) => {
                out.push_str(&crate::source::quoted(alias));
                found = true;
            }
            None => out.push_str(token),
        }
        after_dot = first == '.' || (after_dot && first.is_ascii_whitespace());
        rest = next;
    }
    found.then_some(out)
}

/// The name that a token is, in quotes or not.
fn identifier(token: &str) -> Option<String> {
    let inner = |quote: &str| token[1..].strip_suffix(quote).map(str::to_string);
    match token.chars().next()? {
        '"' => inner("\"").map(|name| name.replace("\"\"", "\"")),
        '`' => inner("`").map(|name| name.replace("``", "`")),
        '[' => inner("]"),
        first if first == '_' || first.is_alphabetic() => Some(token.to_string()),
        _ => None,
    }
}

/// Bytes of the token that `sql` (not empty) begins with, as SQLite cuts it.
fn token_length(sql: &str) -> usize {
    let first = sql.chars().next().map_or(1, char::len_utf8);
    let until = |end: &str, start: usize| {
        sql[start..].find(end).map_or(sql.len(), |at| start + at + end.len())
    };
    match sql.as_bytes()[0] {
        // A doubled quote begins a further literal here, which comes to the same.
        b'\'' => until("'", 1),
        quote @ (b'"' | b'`') => {
            let mut end = 1;
            while let Some(at) = sql[end..].find(char::from(quote)) {
                end += at + 1;
                if sql.as_bytes().get(end) != Some(&quote) {
                    return end;
                }
                end += 1;
            }
            sql.len()
        }
        b'[' => until("]", 1),
        b'-' if sql.starts_with("--") => until("\n", 2),
        b'/' if sql.starts_with("/*") => until("*/", 2),
        byte if byte == b'_' || byte == b'$' || byte.is_ascii_alphanumeric() || byte >= 0x80 => sql
            .find(|c: char| !(c == '_' || c == '$' || c.is_ascii_alphanumeric() || !c.is_ascii()))
            .unwrap_or(sql.len()),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::requalified;

    #[test]
    fn only_names_before_a_dot_are_replaced() {
        for (sql, wanted) in [
            ("through.a > 0 AND b", Some("\"_t1\".a > 0 AND b")),
            ("Through . a DESC, \"through\".\"b\"", Some("\"_t1\" . a DESC, \"_t1\".\"b\"")),
            ("[course].a || `through`.b", Some("\"_t\"\"2\".a || \"_t1\".b")),
            ("'through.a' || \"it\"\"s through.a\" -- through.a\n || /* through.a */ x", None),
            ("'it''s' || through.a", Some("'it''s' || \"_t1\".a")),
            ("xthrough.a, through_.b, through, éthrough.c", None),
            ("main.through.a", None),
            ("", None),
            ("'open through.a", None),
        ] {
            let aliases = [("through", "_t1"), ("course", "_t\"2")];
            assert_eq!(requalified(sql, &aliases).as_deref(), wanted, "{sql}");
        }
    }
}
