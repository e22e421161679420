//! Makes a node flat: everything that is the same in every document becomes one piece of ready JSON, so that the row path
//! copies long runs and never asks for a comma. Pure.

use super::Node;
use crate::model::Nulls;

/// The same node with its constant parts joined.
pub(super) fn flattened(node: Node, nulls: Nulls) -> Node {
    let mut pieces = Vec::new();
    append(node, nulls, &mut pieces);
    if pieces.len() == 1 {
        return pieces.remove(0);
    }
    let mut parts = Vec::new();
    let mut constant = Vec::new();
    for piece in pieces {
        match piece {
            Node::Literal(json) => constant = json,
            node => parts.push((std::mem::take(&mut constant), node)),
        }
    }
    Node::Sequence { parts, tail: constant }
}

fn append(node: Node, nulls: Nulls, out: &mut Vec<Node>) {
    match node {
        Node::Literal(json) => append_bytes(&json, out),
        Node::Object(members) if nulls == Nulls::Keep => {
            append_bytes(b"{", out);
            for (number, (key, node)) in members.into_iter().enumerate() {
                append_bytes(if number == 0 { b"" } else { b"," }, out);
                append_bytes(&key, out);
                append(node, nulls, out);
            }
            append_bytes(b"}", out);
        }
        Node::List { items, drop_nulls: false } => {
            append_bytes(b"[", out);
            for (number, node) in items.into_iter().enumerate() {
                append_bytes(if number == 0 { b"" } else { b"," }, out);
                append(node, nulls, out);
            }
            append_bytes(b"]", out);
        }
        Node::Sequence { parts, tail } => {
            for (constant, node) in parts {
                append_bytes(&constant, out);
                append(node, nulls, out);
            }
            append_bytes(&tail, out);
        }
        Node::Object(members) => {
            let members =
                members.into_iter().map(|(key, node)| (key, flattened(node, nulls))).collect();
            out.push(Node::Object(members));
        }
        Node::List { items, drop_nulls } => {
            let items = items.into_iter().map(|node| flattened(node, nulls)).collect();
            out.push(Node::List { items, drop_nulls });
        }
        Node::Whole { node, encoder, place } => {
            out.push(Node::Whole { node: Box::new(flattened(*node, nulls)), encoder, place });
        }
        Node::Joined { columns, present, node, place } => {
            let node = Box::new(flattened(*node, nulls));
            out.push(Node::Joined { columns, present, node, place });
        }
        Node::Many { list, node } => {
            out.push(Node::Many { list, node: Box::new(flattened(*node, nulls)) })
        }
        leaf @ (Node::Scalar { .. } | Node::Text { .. } | Node::Kept { .. }) => out.push(leaf),
    }
}

fn append_bytes(bytes: &[u8], out: &mut Vec<Node>) {
    if let Some(Node::Literal(last)) = out.last_mut() {
        last.extend_from_slice(bytes);
    } else if !bytes.is_empty() {
        out.push(Node::Literal(bytes.to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_grow_together_and_the_rest_keeps_its_order() {
        let hole = |list| Node::Many { list, node: Box::new(Node::Literal(b"1".to_vec())) };
        let inner =
            Node::List { items: vec![Node::Literal(b"true".to_vec()), hole(0)], drop_nulls: false };
        let node = Node::Object(vec![(b"\"a\":".to_vec(), inner), (b"\"b\":".to_vec(), hole(1))]);
        let Node::Sequence { parts, tail } = flattened(node, Nulls::Keep) else {
            panic!("a sequence")
        };
        let shown: Vec<_> = parts
            .iter()
            .map(|(constant, node)| match node {
                Node::Many { list, .. } => (String::from_utf8_lossy(constant), *list),
                _ => panic!("a hole"),
            })
            .collect();
        assert_eq!(shown, [(r#"{"a":[true,"#.into(), 0), (r#"],"b":"#.into(), 1)]);
        assert_eq!(tail, b"}");
    }

    #[test]
    fn members_that_may_be_left_out_stay_apart() {
        let node = Node::Object(vec![(b"\"a\":".to_vec(), Node::Literal(b"null".to_vec()))]);
        assert!(
            matches!(flattened(node, Nulls::Omit), Node::Object(members) if members.len() == 1)
        );
    }
}
