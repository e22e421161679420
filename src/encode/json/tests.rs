//! The reader against serde_json, on enumerated and random texts.

use serde_json::Value;

use super::*;

fn compacted(json: &str) -> Result<String, Unread> {
    let mut out = b"before".to_vec();
    compact(json.as_bytes(), &mut out)?;
    Ok(String::from_utf8(out.split_off(6)).unwrap())
}

#[test]
fn white_space_goes_and_everything_else_stays() {
    for (json, expected) in [
        (" [ 1 , 2.50 , -0 , 1E+2 ] ", "[1,2.50,-0,1E+2]"),
        ("{ \"a b\" :\t\"c  d\" , \"e\" : { } }\n", r#"{"a b":"c  d","e":{}}"#),
        (r#""\u00e9\/""#, r#""\u00e9\/""#),
        ("\r\n null", "null"),
        ("[[],[[]]]", "[[],[[]]]"),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.10"),
    ] {
        assert_eq!(compacted(json).unwrap(), expected);
    }
}

#[test]
fn what_is_no_json_is_refused() {
    for json in [
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "01",
        "+1",
        ".5",
        "1.",
        "1 2",
        "[1 2]",
        "]",
        "}",
        "[}",
        "{]",
        "{\"a\":1]",
        "tru",
        "truex",
        "nul",
        "NaN",
        "Infinity",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"\0\"",
        "[1]/*c*/",
        "{\"a\":1}}",
        "{1:2}",
        "\u{feff}1",
    ] {
        assert!(
            matches!(compacted(json), Err(Unread::Syntax(_))),
            "{json:?}: {:?}",
            compacted(json)
        );
    }
    assert_eq!(compact(b"\"\xff\"", &mut Vec::new()).unwrap_err(), Unread::Encoding);
    assert_eq!(compact(b"\"\xed\xa0\x80\"", &mut Vec::new()).unwrap_err(), Unread::Encoding);
}

#[test]
fn the_same_key_twice_is_refused_however_it_is_spelled() {
    for json in [r#"{"a":1,"a":2}"#, r#"{"a":1,"b":2,"\u0061":3}"#, r#"[{"x":{"é":1,"\u00e9":1}}]"#]
    {
        assert!(matches!(compacted(json), Err(Unread::Duplicate(_))), "{json}");
    }
    assert!(compacted(r#"{"a":{"a":1},"b":[{"a":1},{"a":2}]}"#).is_ok());
}

#[test]
fn deep_nesting_is_refused_without_using_the_stack() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(compacted(&deep(DEPTH_MAX)).is_ok());
    assert_eq!(compacted(&deep(DEPTH_MAX + 1)), Err(Unread::Depth));
    assert_eq!(compacted(&"[".repeat(1_000_000)), Err(Unread::Depth));
}

#[test]
fn escapes_are_read_and_lone_surrogates_noticed() {
    for (inside, text, lone) in [
        ("plain", "plain", false),
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t", false),
        (r"\u0041\u00e9\u20ac", "Aé€", false),
        (r"\ud83d\ude00!", "😀!", false),
        (r"\ud800", "\u{fffd}", true),
        (r"\udc00x", "\u{fffd}x", true),
        (r"\ud800\u0041", "\u{fffd}A", true),
        (r"\ud800\ud83d\ude00", "\u{fffd}😀", true),
    ] {
        assert_eq!(unescape(inside), (Cow::from(text), lone), "{inside}");
    }
}

/// The tape's value built with serde_json's types.
fn rebuilt(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Array => Value::Array(node.elements().map(rebuilt).collect()),
        Kind::Object => {
            Value::Object(node.members().map(|(k, v)| (k.into_owned(), rebuilt(v))).collect())
        }
        _ => serde_json::from_str(node.text()).unwrap(),
    }
}

fn space(rng: &mut fastrand::Rng, text: &mut String) {
    for _ in 0..rng.usize(0..3) {
        text.push([' ', '\t', '\n', '\r'][rng.usize(0..4)]);
    }
}

/// Random JSON with white space everywhere it may stand; keys come from a small set, so some repeat.
fn random_json(rng: &mut fastrand::Rng, depth: usize, text: &mut String) {
    space(rng, text);
    match rng.usize(0..if depth == 0 { 6 } else { 9 }) {
        0 => text.push_str("null"),
        1 => text.push_str(["true", "false"][rng.usize(0..2)]),
        2 => text.push_str(&rng.i64(..).to_string()),
        3 => text.push_str(
            ["0", "-0.0", "1e5", "1E-7", "0.1", "1.0000000000000000001"][rng.usize(0..6)],
        ),
        4 => text.push_str([r#""""#, r#""a\"b""#, r#""\u20ac é""#, r#"" { } ""#][rng.usize(0..4)]),
        5 => text.push_str(r#""\ud83d\ude00""#),
        6 | 7 => random_container(rng, depth, '[', ']', text),
        _ => random_container(rng, depth, '{', '}', text),
    }
    space(rng, text);
}

fn random_container(
    rng: &mut fastrand::Rng,
    depth: usize,
    open: char,
    close: char,
    text: &mut String,
) {
    text.push(open);
    space(rng, text);
    for i in 0..rng.usize(0..4) {
        if i > 0 {
            text.push(',');
        }
        if open == '{' {
            space(rng, text);
            text.push_str(
                [r#""a""#, r#""b""#, r#""\u0061""#, r#""c d""#, r#""e""#, r#""f""#]
                    [rng.usize(0..6)],
            );
            space(rng, text);
            text.push(':');
        }
        random_json(rng, depth - 1, text);
    }
    text.push(close);
}

/// Whether any object of the text repeats a key: serde_json keeps the last, so sizes differ from the commas' count.
fn has_duplicates(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Array => node.elements().any(has_duplicates),
        Kind::Object => {
            let keys: Vec<_> = node.members().map(|(k, _)| k).collect();
            let mut unique = keys.clone();
            unique.sort();
            unique.dedup();
            unique.len() != keys.len() || node.members().any(|(_, v)| has_duplicates(v))
        }
        _ => false,
    }
}

#[test]
fn random_json_keeps_its_value() {
    let mut rng = fastrand::Rng::with_seed(2024);
    let (mut kept, mut repeated) = (0, 0);
    for _ in 0..4_000 {
        let mut json = String::new();
        random_json(&mut rng, 4, &mut json);
        let expected: Value = serde_json::from_str(&json).unwrap();
        let mut out = Vec::new();
        match compact(json.as_bytes(), &mut out) {
            Ok(structure) => {
                let tape = structure.tape(&out);
                assert!(!has_duplicates(tape.root()), "{json}");
                assert_eq!(rebuilt(tape.root()), expected, "{json}");
                assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected, "{json}");
                kept += 1;
            }
            Err(error) => {
                assert!(matches!(error, Unread::Duplicate(_)), "{json}: {error:?}");
                repeated += 1;
            }
        }
    }
    assert!(kept > 2_000 && repeated > 100, "{kept} kept, {repeated} with repeated keys");
}

#[test]
fn random_damage_is_judged_as_serde_json_judges_it() {
    let mut rng = fastrand::Rng::with_seed(99);
    for _ in 0..20_000 {
        let mut json = String::new();
        random_json(&mut rng, 3, &mut json);
        let mut bytes = json.into_bytes();
        let at = rng.usize(0..bytes.len());
        match rng.usize(0..3) {
            0 => bytes[at] = b"{}[],:\"\\ 0e-.x\x01"[rng.usize(0..15)],
            1 => drop(bytes.remove(at)),
            _ => bytes.truncate(at),
        }
        let ours = compact(&bytes, &mut Vec::new());
        let theirs = serde_json::from_slice::<Value>(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        match ours {
            Ok(_) | Err(Unread::Duplicate(_)) => {
                // serde_json refuses lone surrogates, which JSON's grammar and every engine allow.
                let surrogate = theirs.as_ref().is_err_and(|e| {
                    e.to_string().contains("surrogate") || e.to_string().contains("hex escape")
                });
                assert!(
                    theirs.is_ok() || surrogate || matches!(ours, Err(Unread::Duplicate(_))),
                    "{text}"
                );
            }
            Err(_) => assert!(theirs.is_err(), "{text}"),
        }
    }
}
