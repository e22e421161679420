//! Addresses in an `ip_range`: bounds, and networks as one text.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::encode::digit;
use crate::encode::rule::ip::without_zeros;
use crate::encode::rule::{altered, refused};
use crate::encode::{Outcome, Refusal};
use crate::target::rule::{Facts, Line};

/// An address as the sixteen bytes by which engines order it; the spellings are those that `ip` takes.
pub(super) fn number(text: &str, facts: &Facts) -> Option<u128> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    let text = ascii(text, facts);
    match without_zeros(&text).parse().ok()? {
        IpAddr::V4(address) => Some(u128::from(address.to_ipv6_mapped())),
        IpAddr::V6(address) => Some(u128::from(address)),
    }
}

fn ascii<'a>(text: &'a str, facts: &Facts) -> Cow<'a, str> {
    if text.contains(':') {
        if facts.ip6_any_digits { digit::to_ascii_hex(text) } else { text.into() }
    } else if facts.ip4_any_digits {
        digit::to_ascii(text)
    } else {
        text.into()
    }
}

/// An address with a prefix length. The bits behind the prefix say nothing, and may stand there.
///
/// Measured on Elasticsearch 6.8.23 to 9.2.0 and OpenSearch 2.19.4, 3.8.0. The address is read as the older engines read an
/// `ip`, also by Elasticsearch 9: with a zone, which is dropped, and with `::` anywhere.
pub(super) fn check_network(kind: &str, text: &str, facts: &Facts) -> Outcome {
    let Some((address, prefix)) = text.split_once('/') else {
        return Err(not_a_network(kind));
    };
    let (address, zoned) = match address.split_once('%') {
        Some((address, zone)) if !zone.is_empty() && facts.line >= Line::Es7 => (address, true),
        _ => (address, false),
    };
    let address = ascii(address, facts);
    let address = without_zeros(&address);
    let bits = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) if !zoned => 32,
        (_, Ok(address)) if address.to_ipv4_mapped().is_some() => {
            return Err(refused(
                format!("`{kind}` takes no prefix length behind an IPv4 address in IPv6 spelling"),
                "write the address as IPv4",
            ));
        }
        (_, Ok(_)) => 128,
        _ => return Err(not_a_network(kind)),
    };
    if !digit::whole(prefix).is_some_and(|length| (0..=bits).contains(&length)) {
        return Err(refused(
            format!("`{kind}` takes prefix lengths from 0 to 32 for IPv4 and to 128 for IPv6"),
            "mend the length behind the `/`",
        ));
    }
    if zoned {
        return Err(altered(
            format!("`{kind}` drops the zone of an IPv6 address"),
            "take the zone out",
        ));
    }
    Ok(())
}

fn not_a_network(kind: &str) -> Refusal {
    refused(
        format!(
            "`{kind}` takes an object with gt, gte, lt or lte, or one address with a prefix length"
        ),
        "write it as in `10.0.0.0/8`, or make the object with `value`",
    )
}
