//! The address of the client, for the limit on wrong tokens.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};

use crate::web::listener::Peer;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address: what the trusted proxy says last, else the other end of the connection.
/// An IPv6 address is cut to its network, because a client has a whole network of them.
pub fn of(request: &Request, is_from_proxy: bool) -> String {
    let peer = request.extensions().get::<Peer>();
    let forwarded = is_from_proxy.then(|| forwarded(request.headers())).flatten();
    let address = forwarded.or(match peer {
        Some(Peer::Address(address)) => Some(*address),
        Some(Peer::Socket) | None => None,
    });
    address.map_or_else(|| "local".to_owned(), |address| network(address).to_string())
}

/// The last entry is the one that the proxy itself added.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(X_FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_asked_only_if_it_is_trusted_and_only_for_its_own_entry() {
        let check = |peer: Option<Peer>, forwarded: &[&str], trusted: bool, expected: &str| {
            let mut request = Request::new(axum::body::Body::empty());
            for line in forwarded {
                request.headers_mut().append(X_FORWARDED_FOR, line.parse().unwrap());
            }
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            assert_eq!(of(&request, trusted), expected);
        };
        let peer = || Some(Peer::Address("127.0.0.1".parse().unwrap()));
        check(peer(), &["203.0.113.9"], false, "127.0.0.1");
        check(peer(), &["203.0.113.9"], true, "203.0.113.9");
        check(peer(), &["198.51.100.1, 203.0.113.9"], true, "203.0.113.9");
        check(peer(), &["198.51.100.1", "203.0.113.9"], true, "203.0.113.9");
        check(peer(), &["unknown"], true, "127.0.0.1");
        check(Some(Peer::Socket), &["2001:db8:1:2:3:4:5:6"], true, "2001:db8:1:2::");
        check(Some(Peer::Socket), &[], true, "local");
        check(None, &[], false, "local");
        check(Some(Peer::Address("::ffff:192.0.2.1".parse().unwrap())), &[], false, "192.0.2.1");
    }
}
