//! What came back from a node, and what of it a message may show. Pure; knows no socket.

use std::borrow::Cow;

use ureq::http::HeaderMap;

use super::address::Address;

/// Larger answers are documents, whose reader asks again by itself.
const CHECKED_BYTES_MAX: usize = 4 << 20;

/// What came back, whatever its status.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&without_lone_surrogates(&self.body)).ok()
    }

    /// Whether this is an answer of JSON that has no end, which nothing but its sense tells where it has no length.
    pub(super) fn is_cut_off(&self) -> bool {
        use serde::de::IgnoredAny;
        let begins = self.body.iter().find(|byte| !byte.is_ascii_whitespace());
        self.status == 200
            && matches!(begins, Some(b'{' | b'['))
            && self.body.len() <= CHECKED_BYTES_MAX
            && serde_json::from_slice::<IgnoredAny>(&self.body).is_err_and(|error| error.is_eof())
    }

    /// Why the node at `address` will answer nothing else: redirected, not known, not allowed.
    pub(super) fn end_of_run(&self, address: &Address) -> Option<String> {
        let excerpt = || self.excerpt();
        Some(match self.status {
            300..=399 => {
                let to = self.header("location").map_or("nowhere".into(), without_secrets);
                format!(
                    "{address} redirects to `{to}`, and redirects are not followed; give that address with `--url`"
                )
            }
            401 => format!(
                "{address} does not accept the credentials (status 401: {}); an engine that has just started can say so for \
                 some seconds",
                excerpt()
            ),
            403 => format!("{address} does not allow this (status 403): {}", excerpt()),
            407 => format!("the proxy on the way to {address} asks for credentials (status 407)"),
            _ => return None,
        })
    }

    /// The first words of the body, for a message.
    pub(super) fn excerpt(&self) -> String {
        excerpt(&self.body)
    }
}

/// JSON in which no half of a surrogate pair stands alone, which engines take, store and quote, and which no string of ours can
/// hold: each is spelled as the six characters of its escape, in lower case.
pub(super) fn without_lone_surrogates(json: &[u8]) -> Cow<'_, [u8]> {
    let mut spelled = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &json[at..]) {
        let start = at + found;
        at = match (surrogate(json, start), surrogate(json, start + 6)) {
            (Some(Half::High), Some(Half::Low)) => start + 12,
            (Some(_), _) => {
                spelled.extend_from_slice(&json[copied..start]);
                spelled.push(b'\\');
                spelled.extend(json[start..start + 6].iter().map(u8::to_ascii_lowercase));
                copied = start + 6;
                copied
            }
            (None, _) => (start + 2).min(json.len()),
        };
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    spelled.extend_from_slice(&json[copied..]);
    Cow::Owned(spelled)
}

enum Half {
    High,
    Low,
}

/// Which half of a surrogate pair the escape at `start` is, if it is one.
fn surrogate(json: &[u8], start: usize) -> Option<Half> {
    let escape = json.get(start..start + 6)?;
    match escape {
        [b'\\', b'u', b'd' | b'D', third, rest @ ..] if rest.iter().all(u8::is_ascii_hexdigit) => {
            match third.to_ascii_lowercase() {
                b'8' | b'9' | b'a' | b'b' => Some(Half::High),
                b'c'..=b'f' => Some(Half::Low),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The reason in an engine's answer, or the first words of whatever it is; one line.
pub(super) fn excerpt(body: &[u8]) -> String {
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) {
        let error = &value["error"];
        if let Some(reason) = error["reason"].as_str().or(error.as_str()) {
            return shortened(reason);
        }
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(2000)]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "no text".into() } else { shortened(&words) }
}

/// At most 300 characters.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// A redirect's address without user info and query, which may hold secrets.
pub(super) fn without_secrets(location: &str) -> String {
    let location = location.split(['?', '#']).next().unwrap_or_default();
    match location.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            shortened(&format!("{scheme}://{host}{path}"))
        }
        None => shortened(location),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_that_stand_alone_are_spelled_and_pairs_stay() {
        for (json, wanted) in [
            (r#"["a\n\"é"]"#, r#"["a\n\"é"]"#),
            (r#"["\ud83d\uDE00"]"#, r#"["\ud83d\uDE00"]"#),
            (r#"["x\uD800y"]"#, r#"["x\\ud800y"]"#),
            (r#"["\uDE00\ud83d"]"#, r#"["\\ude00\\ud83d"]"#),
            (r#"["\ud83d\ud83d\ude00"]"#, r#"["\\ud83d\ud83d\ude00"]"#),
            (r#"["\\ud800"]"#, r#"["\\ud800"]"#),
            (r#"["\ud80"]"#, r#"["\ud80"]"#),
            ("[\"\\", "[\"\\"),
        ] {
            let spelled = without_lone_surrogates(json.as_bytes());
            assert_eq!(String::from_utf8_lossy(&spelled), wanted);
        }
    }

    #[test]
    fn what_a_redirect_shows_holds_no_secret() {
        for (location, shown) in [
            ("https://u:geheim@h:9/x?t=geheim#geheim", "https://h:9/x"),
            ("/login?token=geheim", "/login"),
            ("http://h", "http://h"),
        ] {
            assert_eq!(without_secrets(location), shown);
        }
    }

    #[test]
    fn an_answer_that_is_html_is_told_in_its_first_words() {
        assert_eq!(excerpt(b"<html>\n  <body>Bad   Gateway"), "<html> <body>Bad Gateway");
        assert_eq!(excerpt(br#"{"error":{"reason":"why"}}"#), "why");
        assert_eq!(excerpt(b""), "no text");
        assert_eq!(excerpt("ä".repeat(400).as_bytes()).chars().count(), 301);
    }
}
