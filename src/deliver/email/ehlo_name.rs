//! The name that the client gives in `EHLO` (RFC 5321, 4.1.4). Pure.

use std::net::IpAddr;

use lettre::transport::smtp::extension::ClientId;

/// Chooses the name: `[smtp] hello`, else the machine's name if it is fully qualified, else the
/// local address of the connection.
///
/// Strict relays refuse all mail from a client with a short name.
pub fn ehlo_name(configured: Option<&str>, machine: &ClientId, local: Option<IpAddr>) -> ClientId {
    match (configured, machine) {
        (Some(name), _) => literal(name).unwrap_or_else(|| ClientId::Domain(name.to_owned())),
        (None, ClientId::Domain(name)) if is_full_name(name) => {
            ClientId::Domain(name.trim_end_matches('.').to_owned())
        }
        (None, _) => match local.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Some(IpAddr::V6(address)) => ClientId::Ipv6(address),
            None => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
        },
    }
}

/// Whether a text is valid after `EHLO`: a host name in ASCII, or an IP address with or without
/// brackets.
pub fn is_hello(text: &str) -> bool {
    literal(text).is_some() || is_name(text)
}

/// `192.0.2.1`, `[192.0.2.1]`, `[IPv6:2001:db8::1]`
fn literal(text: &str) -> Option<ClientId> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let bare = bare
        .get(..5)
        .filter(|tag| tag.eq_ignore_ascii_case("IPv6:"))
        .and_then(|_| bare.get(5..))
        .unwrap_or(bare);
    match bare.parse().ok()? {
        IpAddr::V4(address) => Some(ClientId::Ipv4(address)),
        IpAddr::V6(address) => Some(ClientId::Ipv6(address)),
    }
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.len() <= 253 && name.strip_suffix('.').unwrap_or(name).split('.').all(is_label)
}

/// Whether the name is fully qualified, as far as the name itself can show.
fn is_full_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let (_, top) = name.rsplit_once('.').unwrap_or_default();
    is_name(&name)
        && top.bytes().any(|b| b.is_ascii_alphabetic())
        && !["localdomain", "localhost"].contains(&top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(configured: Option<&str>, machine: &str, local: &str, expected: &str) {
        let machine = ClientId::Domain(machine.to_owned());
        assert_eq!(
            ehlo_name(configured, &machine, Some(local.parse().unwrap())).to_string(),
            expected
        );
    }

    #[test]
    fn a_configured_name_wins() {
        check(
            Some("entitywatch.example.com"),
            "host.example.com",
            "192.0.2.1",
            "entitywatch.example.com",
        );
        check(Some("short"), "host.example.com", "192.0.2.1", "short");
        check(Some("[192.0.2.9]"), "host.example.com", "192.0.2.1", "[192.0.2.9]");
        check(Some("[IPv6:2001:db8::1]"), "host.example.com", "192.0.2.1", "[IPv6:2001:db8::1]");
    }

    #[test]
    fn a_fully_qualified_machine_name_is_used() {
        check(None, "host.example.com", "192.0.2.1", "host.example.com");
        check(None, "host.corp.", "192.0.2.1", "host.corp");
    }

    #[test]
    fn otherwise_the_address_of_the_connection_is_used() {
        for machine in [
            "host",
            "localhost",
            "localhost.localdomain",
            "my_host.example.com",
            "10.0.0.5",
            "a..b",
            "",
            "hôte.example.com",
        ] {
            check(None, machine, "192.0.2.1", "[192.0.2.1]");
        }
        check(None, "host", "2001:db8::1", "[IPv6:2001:db8::1]");
        check(None, "host", "::ffff:192.0.2.1", "[192.0.2.1]");
    }

    #[test]
    fn host_names_and_addresses_are_valid_after_ehlo() {
        for text in [
            "entitywatch.example.com",
            "host",
            "192.0.2.1",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "2001:db8::1",
        ] {
            assert!(is_hello(text), "{text}");
        }
        for text in [
            "",
            "two words",
            "a\r\nMAIL",
            "hôte.example.com",
            "a..b",
            "-a.b",
            "http://a.b",
            "a_b.example.com",
        ] {
            assert!(!is_hello(text), "{text}");
        }
    }
}
