//! What came back from a node, and what of it a message may show. Pure; knows no socket.

use ureq::http::HeaderMap;

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
        serde_json::from_slice(&self.body).ok()
    }

    /// The first words of the body, for a message.
    pub(super) fn excerpt(&self) -> String {
        excerpt(&self.body)
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
