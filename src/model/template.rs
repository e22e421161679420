//! Strings with `{column}` places, and the JSON of a `value` that holds them. Knows no schema: the names are checked later.
//!
//! `{{` and `}}` are literal braces. A place runs from `{` to the next `}`, whatever stands between (blanks, dots, quotes), except
//! another `{`; so `{a}}}` is the column `a` and a literal `}`. A column whose name holds a brace is reached by `column` or `sql`.

use serde_json::Value;

use super::pointer::below;
use super::{ColumnRef, Node, Piece, Template};
use crate::error::Fault;

/// Whether `{through.column}` names a column of a join table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// It does: the template stands in a `many` with a `through`.
    Present,
    /// It does not: `through.column` is a name like any other.
    Absent,
}

impl Template {
    /// Reads `text`; every fault in it is told, and what comes back is usable for further checking even then.
    pub(super) fn read(text: &str, join: Join, pointer: &str, faults: &mut Vec<Fault>) -> Template {
        let (pieces, literal) = (Vec::new(), String::new());
        let mut reader = Reader { join, pointer, position: 1, pieces, literal, faults };
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            reader.literal.push_str(before);
            reader.position += before.chars().count();
            let (read, after) = brace.split_at(reader.brace(brace));
            reader.position += read.chars().count();
            rest = after;
        }
        reader.literal.push_str(rest);
        reader.end_literal();
        let mut pieces = reader.pieces;
        if pieces.is_empty() {
            pieces.push(Piece::Literal(String::new()));
        }
        Template { pointer: pointer.to_string(), pieces }
    }

    /// The column, where the template is exactly one.
    pub(super) fn only_column(&self) -> Option<&ColumnRef> {
        match self.pieces.as_slice() {
            [Piece::Column(column)] => Some(column),
            _ => None,
        }
    }

    /// The text, where the template names no column.
    pub(super) fn only_text(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

struct Reader<'a> {
    join: Join,
    pointer: &'a str,
    pieces: Vec<Piece>,
    /// Which character of the text is being read, from 1.
    position: usize,
    /// Text since the last column.
    literal: String,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    /// Reads what begins with the brace at the start of `rest`, and returns how many bytes that is.
    fn brace(&mut self, rest: &str) -> usize {
        let position = self.position;
        for pair in ["{{", "}}"] {
            if rest.starts_with(pair) {
                self.literal.push_str(&pair[..1]);
                return 2;
            }
        }
        if rest.starts_with('}') {
            self.fault(format!(
                "found a lone `}}` at character {position}; write `}}}}` for the brace itself"
            ));
            return 1;
        }
        match rest[1..].find(['{', '}']) {
            Some(length) if rest[1 + length..].starts_with('}') => {
                self.column(&rest[1..=length]);
                length + 2
            }
            _ => {
                self.fault(format!(
                    "found a lone `{{` at character {position}; close it as `{{column}}`, or write `{{{{` for the brace itself"
                ));
                1
            }
        }
    }

    fn column(&mut self, name: &str) {
        let joined = match self.join {
            Join::Present => name.strip_prefix("through."),
            Join::Absent => None,
        };
        let through = joined.is_some();
        let name = joined.unwrap_or(name);
        if name.is_empty() {
            self.fault(format!(
                "found braces without a column at character {}, wanted its name between them; write `{{{{` and `}}}}` for the braces themselves",
                self.position
            ));
            return;
        }
        self.end_literal();
        let column =
            ColumnRef { through, name: name.to_string(), pointer: self.pointer.to_string() };
        self.pieces.push(Piece::Column(column));
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn fault(&mut self, message: String) {
        self.faults.push(Fault { pointer: self.pointer.to_string(), message });
    }
}

impl Node {
    /// Reads any JSON of a `value`. Keys of objects are literal.
    pub(super) fn read(value: &Value, join: Join, pointer: &str, faults: &mut Vec<Fault>) -> Node {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(*value),
            Value::Number(number) => Node::Number(number.to_string()),
            Value::String(text) => {
                let template = Template::read(text, join, pointer, faults);
                match template.only_column() {
                    Some(column) => Node::Column(column.clone()),
                    None => Node::Text(template),
                }
            }
            Value::Array(list) => {
                let nodes = list.iter().enumerate().map(|(position, value)| {
                    Node::read(value, join, &below(pointer, &position.to_string()), faults)
                });
                Node::List(nodes.collect())
            }
            Value::Object(map) => {
                let nodes = map.iter().map(|(key, value)| {
                    (key.clone(), Node::read(value, join, &below(pointer, key), faults))
                });
                Node::Object(nodes.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[column]`, `[through:column]`, and literals as they are, joined by `|`; then the faults.
    fn shown(text: &str, join: Join) -> (String, Vec<String>) {
        let mut faults = Vec::new();
        let template = Template::read(text, join, "/p", &mut faults);
        assert!(faults.iter().all(|fault| fault.pointer == "/p") && template.pointer == "/p");
        let pieces: Vec<String> = template
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Column(ColumnRef { through: true, name, .. }) => format!("[through:{name}]"),
                Piece::Column(ColumnRef { name, .. }) => format!("[{name}]"),
            })
            .collect();
        (pieces.join("|"), faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn pieces_are_literals_and_columns_in_turn() {
        for (text, wanted) in [
            ("", ""),
            ("plain", "plain"),
            ("{a}", "[a]"),
            ("{a}{b}", "[a]|[b]"),
            ("x{a}-{b}y", "x|[a]|-|[b]|y"),
            ("{{a}}", "{a}"),
            ("{{{a}}}", "{|[a]|}"),
            ("{a}}}", "[a]|}"),
            ("{{}}", "{}"),
            ("{first name}{a.b}{\"q\"}{größe}{ }", "[first name]|[a.b]|[\"q\"]|[größe]|[ ]"),
            ("é{ä}ü", "é|[ä]|ü"),
            ("{ a }", "[ a ]"),
            ("{through.grade}", "[through.grade]"),
        ] {
            let (pieces, faults) = shown(text, Join::Absent);
            assert!(faults.is_empty(), "{text}: {faults:?}");
            assert_eq!(pieces, wanted, "{text}");
        }
    }

    #[test]
    fn through_names_the_join_table_only_where_there_is_one() {
        assert_eq!(shown("{through.grade}", Join::Present), ("[through:grade]".into(), vec![]));
        assert_eq!(shown("{through}", Join::Present), ("[through]".into(), vec![]));
        assert_eq!(shown("{throughout.x}", Join::Present), ("[throughout.x]".into(), vec![]));
        assert_eq!(shown("{through.}", Join::Absent), ("[through.]".into(), vec![]));
        assert_eq!(shown("{through.}", Join::Present).1.len(), 1);
    }

    #[test]
    fn each_lone_brace_and_each_empty_place_is_told() {
        let open = |at| {
            format!(
                "found a lone `{{` at character {at}; close it as `{{column}}`, or write `{{{{` for the brace itself"
            )
        };
        let close =
            |at| format!("found a lone `}}` at character {at}; write `}}}}` for the brace itself");
        let empty = |at| {
            format!(
                "found braces without a column at character {at}, wanted its name between them; write `{{{{` and `}}}}` for the braces themselves"
            )
        };
        for (text, wanted) in [
            ("{", vec![open(1)]),
            ("}", vec![close(1)]),
            ("é{a", vec![open(2)]),
            ("{a}}", vec![close(4)]),
            ("{a{b}", vec![open(1)]),
            ("{{{", vec![open(3)]),
            ("a } b { c", vec![close(3), open(7)]),
            ("{}", vec![empty(1)]),
            ("ä{}y{", vec![empty(2), open(5)]),
        ] {
            assert_eq!(shown(text, Join::Absent).1, wanted, "{text}");
        }
    }

    #[test]
    fn a_value_keeps_its_shape() {
        let json =
            serde_json::json!({"{k}": ["{a}", "a{b}", "c", null, true, {"x": "{through.y}"}]});
        let mut faults = Vec::new();
        let Node::Object(members) = Node::read(&json, Join::Present, "/v", &mut faults) else {
            panic!("no object");
        };
        assert!(faults.is_empty());
        assert_eq!(members[0].0, "{k}", "keys are literal");
        let Node::List(list) = &members[0].1 else { panic!("no list") };
        let column = |through, name: &str, pointer: &str| ColumnRef {
            through,
            name: name.to_string(),
            pointer: pointer.to_string(),
        };
        assert_eq!(list[0], Node::Column(column(false, "a", "/v/{k}/0")));
        let Node::Text(text) = &list[1] else { panic!("no text") };
        assert_eq!(
            text.pieces,
            [Piece::Literal("a".into()), Piece::Column(column(false, "b", "/v/{k}/1"))]
        );
        let Node::Text(text) = &list[2] else { panic!("no text") };
        assert_eq!(text.pieces, [Piece::Literal("c".into())]);
        assert_eq!(list[3..5], [Node::Null, Node::Bool(true)]);
        let last = vec![("x".to_string(), Node::Column(column(true, "y", "/v/{k}/5/x")))];
        assert_eq!(list[5], Node::Object(last));
    }

    #[test]
    fn numbers_stay_digit_for_digit() {
        for digits in ["1.50", "-0.0", "1e+400", "18446744073709551616"] {
            let value = digits.parse().expect("a number");
            let node = Node::read(&Value::Number(value), Join::Absent, "", &mut Vec::new());
            assert_eq!(node, Node::Number(digits.to_string()));
        }
    }
}
