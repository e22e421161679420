//! `ip`, and addresses inside `ip_range`.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{altered, refused};
use crate::encode::Outcome;
use crate::encode::digit;
use crate::encode::json::Leaf;
use crate::target::rule::{Facts, Line};

pub(super) fn check(leaf: &Leaf<'_>, facts: &Facts) -> Outcome {
    match leaf {
        Leaf::Null => Ok(()),
        Leaf::Text(text) => check_text(text, facts),
        Leaf::Number(_) => Err(refused(
            "`ip` takes addresses as text, a number is none",
            "make the text with `sql`, or map the field as `long`",
        )),
        Leaf::Bool(_) => Err(refused("`ip` takes addresses as text", "map the field as `boolean`")),
    }
}

pub(super) fn check_text(text: &str, facts: &Facts) -> Outcome {
    let digits = if facts.ip4_any_digits { digit::to_ascii(text) } else { text.into() };
    if digits.parse::<Ipv4Addr>().is_ok() {
        return Ok(());
    }
    if !facts.ipv6 {
        let what =
            if text.parse::<Ipv6Addr>().is_ok() { "IPv6 is not taken" } else { "this is none" };
        return Err(refused(
            format!("`ip` on {} takes IPv4 addresses, {what}", facts.line.name()),
            "map the field as `string` with `index: not_analyzed`",
        ));
    }
    let digits = if facts.ip6_any_digits { digit::to_ascii_hex(text) } else { text.into() };
    let digits = without_zeros(&digits);
    match digits.split_once('%') {
        None if digits.parse::<Ipv6Addr>().is_ok() => check_gap(&digits, facts),
        Some((address, zone)) if !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok() => {
            check_zone(facts)
        }
        _ => Err(refused(
            "`ip` takes one IPv4 or IPv6 address without port, prefix or blanks",
            "mend it with `sql`, or map the field as `keyword`",
        )),
    }
}

/// Groups may begin with any number of zeros. Measured on Elasticsearch 6.8 to 9.2: `02001:db8::1` and `::00000`.
pub(super) fn without_zeros(text: &str) -> Cow<'_, str> {
    let is_long = |group: &str| group.len() > 4 && group.starts_with('0');
    if !text.split(':').any(is_long) {
        return text.into();
    }
    let groups = text.split(':').map(|group| match group.trim_start_matches('0') {
        "" if !group.is_empty() => "0",
        _ if group.contains(['.', '%']) => group,
        digits => digits,
    });
    groups.collect::<Vec<_>>().join(":").into()
}

/// `::2:3:4:5:6:7:8` leaves out one group, which Elasticsearch 9 takes anywhere but at the front.
fn check_gap(text: &str, facts: &Facts) -> Outcome {
    let leads = text.strip_prefix("::").is_some_and(|rest| rest.split(':').count() == 7);
    if leads && facts.ip_gap_refused {
        return Err(refused(
            "`ip` on Elasticsearch 9 takes no `::` at the front for a single group",
            "write the group as `0` with `sql`",
        ));
    }
    Ok(())
}

/// Elasticsearch 9 looks digits up by the address's place in the request, and finds them or fails beyond its table: what
/// `ignore_malformed` makes of that nobody can tell before (measured on 9.2).
pub(super) const ZONE_FAILS: &str = "`ip` on Elasticsearch 9 takes no zone in an IPv6 address";

fn check_zone(facts: &Facts) -> Outcome {
    if facts.ip_zone_dropped {
        return Err(altered(
            "`ip` drops the zone of an IPv6 address",
            "map the field as `keyword`",
        ));
    }
    let rule = match facts.line {
        Line::Es9 => ZONE_FAILS.into(),
        line => format!("`ip` on {} takes no zone in an IPv6 address", line.name()),
    };
    Err(refused(rule, "cut the zone off with `sql`, or map the field as `keyword`"))
}
