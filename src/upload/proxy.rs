//! The proxy on the way to a node, by the environment's variables. It must not know a socket.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::{Proxy, ProxyProtocol};

use crate::error::{Error, Result};

use super::Secret;
use super::address::Address;

/// Who asks a proxy for plain http; a tunnel is asked for by ureq.
pub(super) fn proxy_authorization(address: &Address) -> Result<Option<Secret>> {
    let Some(proxy) = proxy(address)?.filter(|_| address.scheme == "http") else { return Ok(None) };
    let (Some(user), ProxyProtocol::Http) = (proxy.username(), proxy.protocol()) else {
        return Ok(None);
    };
    let password = proxy.password().unwrap_or_default();
    Ok(Some(Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))))
}

/// The proxy for a node, by the variables that curl reads.
pub(super) fn proxy(address: &Address) -> Result<Option<Proxy>> {
    let names: &[&str] = match address.scheme {
        "https" => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        _ => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let set =
        |name: &&str| Some((name.to_string(), std::env::var(name).ok().filter(|v| !v.is_empty())?));
    let Some((name, value)) = names.iter().find_map(set) else { return Ok(None) };
    let unfit = || {
        Error::environment(format!(
            "`{name}` is no address of an http proxy; set it to `http://host:port`, or except the node with `NO_PROXY`"
        ))
    };
    let excepted = ["no_proxy", "NO_PROXY"].iter().find_map(|name| std::env::var(name).ok());
    if excepted.is_some_and(|list| is_excepted(address.host(), &list)) {
        return Ok(None);
    }
    let given = Proxy::new(&value).map_err(|_| unfit())?;
    if !matches!(given.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
        return Err(unfit());
    }
    let mut built = Proxy::builder(given.protocol()).host(given.host()).port(given.port());
    if let Some(user) = given.username() {
        built = built.username(user).password(given.password().unwrap_or_default());
    }
    built.build().map(Some).map_err(|_| unfit())
}

/// What no message may quote of who asks the proxy.
pub(super) fn proxy_secrets(address: &Address) -> Result<Vec<Secret>> {
    let Some(proxy) = proxy(address)? else { return Ok(Vec::new()) };
    let (Some(user), Some(password)) = (proxy.username(), proxy.password()) else {
        return Ok(Vec::new());
    };
    Ok(vec![Secret::new(password), Secret::new(STANDARD.encode(format!("{user}:{password}")))])
}

/// Whether a host is one of those that `list` (`NO_PROXY`) takes out, by the rules of curl (8.x): a name stands for itself and
/// every name below it, with or without a dot before it; addresses can be given as networks (`10.0.0.0/8`). `*` may stand at
/// either end.
fn is_excepted(host: &str, list: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if let (Some(address), Some(network)) = (address, network(&entry)) {
            return is_within(address, network);
        }
        if let Some(start) = entry.strip_suffix('*') {
            return host.starts_with(start);
        }
        let name = entry.trim_start_matches('*').trim_matches('.');
        host.strip_suffix(name).is_some_and(|below| below.is_empty() || below.ends_with('.'))
            && !name.is_empty()
    })
}

/// An address and the bits of it that count.
fn network(entry: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match entry.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (entry, None),
    };
    let address: IpAddr = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    Some((address, bits.unwrap_or(most))).filter(|(_, bits)| *bits <= most)
}

fn is_within(address: IpAddr, (network, bits): (IpAddr, u32)) -> bool {
    let (one, other, most) = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    (one ^ other).checked_shr(most - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_excepted_as_curl_does_it() {
        for (host, list, excepted) in [
            ("search.test", "search.test", true),
            ("a.search.test", "search.test", true),
            ("a.search.test", ".search.test", true),
            ("search.test", ".search.test", true),
            ("asearch.test", "search.test", false),
            ("a.search.test", "*.search.test", true),
            ("Search.Test.", "other, SEARCH.test.", true),
            ("search.test", "*", true),
            ("search.test", "", false),
            ("search.test", ".", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "10.0.0.0/8,127.0.0.0/8", true),
            ("127.0.0.1", "127.0.0.2/31", false),
            ("127.0.0.1", "127.0.0.0/31", true),
            ("127.0.0.1", "0.0.0.0/0", true),
            ("127.0.0.1", "127.0.0.0/33", false),
            ("127.0.0.1", "127.*", true),
            ("::1", "::/127", true),
            ("::1", "[::1]", true),
            ("::1", "fe80::/10", false),
            ("::1", "::1/128", true),
            ("host", "10.0.0.0/8", false),
        ] {
            assert_eq!(is_excepted(host, list), excepted, "{host} {list}");
        }
    }
}
