//! Node addresses: what a URL of a node says, with its user info taken out at once. Pure; knows no socket.

use std::fmt;

use crate::error::{Error, Result};

use super::{Credentials, Secret};

/// A node's address without user info; safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: &'static str,
    /// Host and port as written (`[::1]:9200`).
    pub(super) authority: String,
    /// Path prefix without a slash at its end; empty or starting with one.
    pub(super) prefix: String,
}

impl Address {
    /// Reads a node's URL; the scheme defaults to http, user info comes back apart.
    pub(super) fn parse(url: &str) -> Result<(Address, Option<Credentials>)> {
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
            Some((scheme, _)) => {
                return Err(Error::usage(format!(
                    "a node's URL begins with `{}://`, and litebulk speaks `http` and `https`",
                    without_user_info(scheme)
                )));
            }
            None => ("http", url),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user_info, host) = match authority.rsplit_once('@') {
            Some((user_info, host)) => (Some(user_info), host),
            None => (None, authority),
        };
        if path.contains('@') {
            // Most likely a password that holds a slash: no part of it may be shown.
            return Err(Error::usage(
                "a node's URL holds an `@` behind its host; write `/`, `?`, `#` and `@` of user and password as `%2F`, \
                 `%3F`, `%23` and `%40`",
            ));
        }
        if path.contains(['?', '#']) {
            return Err(Error::usage(format!(
                "the URL of node `{host}` holds a query or a fragment; give host, port and path prefix only"
            )));
        }
        check_host(host)?;
        let prefix = path.trim_end_matches('/');
        if !prefix.bytes().all(|b| {
            b.is_ascii_graphic()
                && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
        }) {
            return Err(Error::usage(format!(
                "the path in the URL of node `{host}` holds a character that must be written with `%`"
            )));
        }
        let address = Address { scheme, authority: host.to_string(), prefix: prefix.to_string() };
        Ok((address, user_info.map(credentials).transpose()?))
    }

    /// The full URL of `path` (starting with a slash) on this node.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}://{}{}{path}", self.scheme, self.authority, self.prefix)
    }

    /// Host without port and brackets.
    pub(super) fn host(&self) -> &str {
        split_port(&self.authority).0.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether the node runs on this machine, so that packing bodies costs more than it saves.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host();
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url(""))
    }
}

/// What of a URL may be shown when it cannot be parsed.
fn without_user_info(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_bracket..].rfind(':') {
        Some(at) => (&authority[..after_bracket + at], Some(&authority[after_bracket + at + 1..])),
        None => (authority, None),
    }
}

fn check_host(authority: &str) -> Result<()> {
    let (host, port) = split_port(authority);
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0));
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_fits = match bracketed {
        Some(ip) => ip.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        }
    };
    if host_fits && port_fits {
        return Ok(());
    }
    Err(Error::usage(format!(
        "`{authority}` is no host and port of a node; write `http://host:9200`, an IPv6 address in brackets, other characters \
         of user and password with `%`"
    )))
}

fn credentials(user_info: &str) -> Result<Credentials> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let decoded = percent_decoded(user).zip(percent_decoded(password));
    let (user, password) = decoded.ok_or_else(|| {
        Error::usage(
            "user and password in a node's URL must be UTF-8 with `%` before two hex digits",
        )
    })?;
    Ok(Credentials::Basic { user, password: Secret::new(password) })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Writes `text` so that it can stand as one segment of a path.
pub(super) fn path_segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        for (url, shown, loopback) in [
            ("http://localhost:9200", "http://localhost:9200", true),
            ("HTTPS://es.example/search/", "https://es.example/search", false),
            ("localhost:9200", "http://localhost:9200", true),
            ("http://[::1]:9200/a/b", "http://[::1]:9200/a/b", true),
            ("http://127.0.0.1", "http://127.0.0.1", true),
        ] {
            let (address, credentials) = Address::parse(url).expect("a good URL");
            assert_eq!(address.to_string(), shown);
            assert_eq!(address.is_loopback(), loopback, "{url}");
            assert!(credentials.is_none());
        }
    }

    #[test]
    fn user_info_leaves_the_address() {
        let (address, credentials) =
            Address::parse("https://el%40stic:p%3Ass@w0rd@h:1/x").expect("a good URL");
        assert_eq!(address.to_string(), "https://h:1/x");
        let Some(Credentials::Basic { user, password }) = credentials else {
            panic!("no credentials");
        };
        assert_eq!((user.as_str(), password.reveal()), ("el@stic", "p:ss@w0rd"));
    }

    #[test]
    fn a_bad_url_is_refused_without_showing_its_password() {
        for url in [
            "ftp://a:geheim@host",
            "http://a:geheim@ho st",
            "http://a:geheim@host:99999",
            "http://a:geheim@[::zz]",
            "http://a:geheim@host/x?y",
            "http://a:%zzgeheim@host",
            "http://",
            "a:geheim@ftp://x",
            "http://a:12/geheim@host:9200",
            "http://a:geheim/3@host",
            "a:geheim?3@host",
            "http://a:geheim#3@host",
        ] {
            let error = Address::parse(url).expect_err(url).to_string();
            assert!(!error.contains("geheim"), "{error}");
        }
    }

    #[test]
    fn a_path_segment_keeps_only_unreserved_characters() {
        assert_eq!(path_segment("a b/ü.~-_%"), "a%20b%2F%C3%BC.~-_%25");
    }
}
