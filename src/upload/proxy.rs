//! The proxy on the way to a node, by the environment's variables. It must not know a socket.

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
    let given = Proxy::new(&value).map_err(|_| unfit())?;
    let mut built = Proxy::builder(given.protocol()).host(given.host()).port(given.port());
    if let Some(user) = given.username() {
        built = built.username(user).password(given.password().unwrap_or_default());
    }
    let except = ["no_proxy", "NO_PROXY"].iter().find_map(|name| std::env::var(name).ok());
    if let Some(except) = except {
        built = built.no_proxy(&except);
    }
    let built = built.build().map_err(|_| unfit())?;
    let uri = address.url("/").parse().map_err(|_| unfit())?;
    if built.is_no_proxy(&uri) {
        return Ok(None);
    }
    if !matches!(given.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
        return Err(unfit());
    }
    Ok(Some(built))
}
