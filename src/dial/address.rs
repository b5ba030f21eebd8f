//! Which IP addresses may be dialed. Pure: looks only at the numbers, and resolves no names.
//!
//! The ranges are those of the IANA special-purpose registries (RFC 6890, RFC 8190) and, for
//! metadata services, of the cloud providers' documentation. An IPv6 address that contains an IPv4
//! address is checked as both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads, from the most to the least permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A public address on the internet.
    Public,
    /// An address of this machine or the internal network: dialed only with `allow_private`. The
    /// text names the kind of address.
    Internal(&'static str),
    /// Link-local, or a cloud's metadata service, which issues credentials: never dialed.
    Never(&'static str),
}

/// Where `address` leads.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => reach_v6(v6).max(reach_v4(v4)),
            None => reach_v6(v6),
        },
    }
}

/// Amazon, Google, Azure, Digital Ocean and others serve theirs in 169.254.0.0/16, which is refused
/// completely.
const METADATA_V4: &[(Ipv4Addr, &str)] = &[
    (Ipv4Addr::new(100, 100, 100, 200), "a cloud's metadata service"),
    (Ipv4Addr::new(168, 63, 129, 16), "a cloud's host service"),
    (Ipv4Addr::new(192, 0, 0, 192), "a cloud's metadata service"),
];

const METADATA_V6: &[Ipv6Addr] = &[
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];

fn reach_v4(address: Ipv4Addr) -> Reach {
    if let Some((_, what)) = METADATA_V4.iter().find(|(known, _)| *known == address) {
        return Reach::Never(what);
    }
    match address.octets() {
        [169, 254, ..] => Reach::Never("a link-local address"),
        [0, ..] => Reach::Internal("an unspecified address"),
        [127, ..] => Reach::Internal("a loopback address"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Reach::Internal("a private address"),
        [100, 64..=127, ..] => Reach::Internal("a shared (carrier) address"),
        [192, 0, 0, 9 | 10] => Reach::Public,
        [192, 0, 0, _] => Reach::Internal("a protocol address"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Reach::Internal("a documentation address")
        }
        [192, 88, 99, _] => Reach::Internal("a 6to4 relay address"),
        [198, 18..=19, ..] => Reach::Internal("a benchmarking address"),
        [224..=239, ..] => Reach::Internal("a multicast address"),
        [240..=255, ..] => Reach::Internal("a reserved address"),
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if METADATA_V6.contains(&address) {
        return Reach::Never("a cloud's metadata service");
    }
    match address.segments() {
        [0xfe80..=0xfebf, ..] => Reach::Never("a link-local address"),
        [0, 0, 0, 0, 0, 0, 0, 0] => Reach::Internal("an unspecified address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Internal("a loopback address"),
        // The routed forms that contain an IPv4 address. The IPv4 address decides.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Reach::Public,
        [0x2002, ..] => Reach::Public,
        [0xfc00..=0xfdff, ..] => Reach::Internal("a private (unique local) address"),
        [0xfec0..=0xfeff, ..] => Reach::Internal("a site-local address"),
        [0xff00..=0xffff, ..] => Reach::Internal("a multicast address"),
        [0x64, 0xff9b, 1, ..] => Reach::Internal("a local translation address"),
        [0x100, 0, 0, ..] => Reach::Internal("a discard address"),
        [0x2001, 0, ..] => Reach::Internal("a Teredo address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Internal("a documentation address"),
        [0x2001, 2, 0, ..] => Reach::Internal("a benchmarking address"),
        [0x5f00, ..] => Reach::Internal("a segment routing address"),
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Internal("a reserved address"),
    }
}

/// The IPv4 address inside an IPv6 address: mapped (RFC 4291), compatible, translated (RFC 2765),
/// NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380) and ISATAP (RFC 5214).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0 | 1, _, _, _, high, low]
        | [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(join(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &str, addresses: &[&str]) {
        for address in addresses {
            let found = match reach(address.parse().unwrap()) {
                Reach::Public => "public",
                Reach::Internal(_) => "inside",
                Reach::Never(_) => "never",
            };
            assert_eq!(found, expected, "{address}");
        }
    }

    #[test]
    fn addresses_on_the_internet_are_public() {
        check(
            "public",
            &[
                "8.8.8.8",
                "1.1.1.1",
                "172.15.0.1",
                "172.32.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "169.253.1.1",
                "192.0.0.9",
            ],
        );
        check(
            "public",
            &[
                "2606:4700::1",
                "2a00:1450::1",
                "::ffff:8.8.8.8",
                "64:ff9b::808:808",
                "2002:808:808::1",
            ],
        );
    }

    #[test]
    fn internal_addresses_must_be_allowed() {
        check(
            "inside",
            &[
                "127.0.0.1",
                "127.255.255.254",
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
            ],
        );
        check(
            "inside",
            &[
                "100.64.0.1",
                "192.0.2.1",
                "198.51.100.7",
                "203.0.113.9",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
            ],
        );
        check(
            "inside",
            &[
                "::",
                "::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "2001:db8::1",
                "fec0::1",
                "100::1",
                "2001::1",
                "3fff::1",
            ],
        );
    }

    #[test]
    fn an_internal_ipv4_address_is_found_in_every_ipv6_form() {
        check(
            "inside",
            &[
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::10.0.0.1",
            ],
        );
        check(
            "inside",
            &[
                "2002:7f00:1::",
                "2002:a00:1::1",
                "64:ff9b:1::7f00:1",
                "2001:0:0:0:0:0:80ff:fffe",
                "2606:4700::5efe:10.0.0.1",
            ],
        );
    }

    #[test]
    fn link_local_and_metadata_addresses_are_never_dialed() {
        check(
            "never",
            &[
                "169.254.0.1",
                "169.254.169.254",
                "169.254.170.2",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
            ],
        );
        check(
            "never",
            &[
                "fe80::1",
                "febf::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
            ],
        );
        check(
            "never",
            &[
                "2002:a9fe:a9fe::",
                "::169.254.169.254",
                "64:ff9b:1::a9fe:a9fe",
                "2001:0:0:0:0:0:5601:5601",
                "::ffff:100.100.100.200",
            ],
        );
    }
}
