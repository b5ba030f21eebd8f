//! `no_proxy`: which addresses are reached without a proxy. Pure.
//!
//! curl, wget, Go and Python each have their own forms. All of these are supported: `*`, `host`,
//! `.suffix`, `*.suffix`, an IP address, a network such as `10.0.0.0/8`, each with or without
//! `:port`, and an IPv6 address with or without brackets. Entries are separated by commas,
//! semicolons or white space.

use std::net::IpAddr;

use url::{Host, Url};

/// An entry that has none of the supported forms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a host, a `.suffix`, an IP address, a network such as `10.0.0.0/8` or `*`, each \
     with or without `:port`, but got `{0}`"
)]
pub struct NotUnderstood(pub String);

/// The addresses that are reached without a proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoProxy(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    /// `None` matches any port.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    All,
    /// This host and all hosts below it. In lower case and Punycode, without a dot at either end.
    Below(String),
    /// An address and how many of its leading bits must match.
    Network(IpAddr, u8),
}

impl NoProxy {
    /// Reads the entries that are understood, and returns the others beside them.
    pub fn read(text: &str) -> (Self, Vec<NotUnderstood>) {
        let words = text
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .filter(|word| !word.is_empty());
        let (mut entries, mut strange) = (Vec::new(), Vec::new());
        for word in words {
            match entry(word) {
                Some(entry) => entries.push(entry),
                None => strange.push(NotUnderstood(shown(word))),
            }
        }
        (Self(entries), strange)
    }

    /// Like [`NoProxy::read`], but every entry must be understood.
    ///
    /// # Errors
    ///
    /// Names the first entry that is not understood.
    pub fn parse(text: &str) -> Result<Self, NotUnderstood> {
        let (read, strange) = Self::read(text);
        strange.into_iter().next().map_or(Ok(read), Err)
    }

    /// Whether every address is reached without the proxy.
    pub fn is_all(&self) -> bool {
        self.0.iter().any(|entry| entry.hosts == Hosts::All && entry.port.is_none())
    }

    /// Whether `url` is reached without the proxy.
    pub fn contains(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        self.0.iter().any(|entry| {
            (entry.port.is_none() || entry.port == port) && entry.hosts.contain(url.host())
        })
    }

    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Hosts {
    fn contain(&self, host: Option<Host<&str>>) -> bool {
        match (self, host) {
            (Self::All, _) => true,
            (Self::Below(suffix), Some(Host::Domain(name))) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                name.strip_suffix(suffix.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Self::Network(network, bits), Some(Host::Ipv4(address))) => {
                is_within(address.into(), *network, *bits)
            }
            (Self::Network(network, bits), Some(Host::Ipv6(address))) => {
                is_within(address.into(), *network, *bits)
            }
            _ => false,
        }
    }
}

/// An IPv4 address inside an IPv6 address counts as that IPv4 address.
fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let same_until = |unequal: u32| unequal >= u32::from(bits);
    match (address.to_canonical(), network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            same_until((address.to_bits() ^ network.to_bits()).leading_zeros())
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            same_until((address.to_bits() ^ network.to_bits()).leading_zeros())
        }
        _ => false,
    }
}

fn entry(word: &str) -> Option<Entry> {
    if let Some(hosts) = hosts(word) {
        return Some(Entry { hosts, port: None });
    }
    let (host, port) = word.rsplit_once(':')?;
    // `fe80::1:80` without brackets is an address or a mistake.
    if host.contains(':') && !host.contains(']') {
        return None;
    }
    let is_number = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let port = port.parse().ok().filter(|port| is_number && *port > 0)?;
    Some(Entry { hosts: hosts(host)?, port: Some(port) })
}

fn hosts(word: &str) -> Option<Hosts> {
    if word == "*" {
        return Some(Hosts::All);
    }
    let (address, bits) =
        word.split_once('/').map_or((word, None), |(address, bits)| (address, Some(bits)));
    let bare = address.strip_prefix('[').map_or(Some(address), |rest| rest.strip_suffix(']'))?;
    if let Ok(address) = bare.parse::<IpAddr>() {
        return network(address, bits);
    }
    if bits.is_some() || word.contains(['[', ']', ':', '%', '@', '?', '#', '\\']) {
        return None;
    }
    let name = word
        .strip_prefix("*.")
        .or_else(|| word.strip_prefix('.'))
        .unwrap_or(word)
        .trim_end_matches('.');
    // Not every program reads `10.` and `10.0.0` as addresses.
    match Host::parse(name).ok()? {
        Host::Domain(name)
            if !name.contains('*') && name.split('.').all(|label| !label.is_empty()) =>
        {
            Some(Hosts::Below(name))
        }
        _ => None,
    }
}

fn network(address: IpAddr, bits: Option<&str>) -> Option<Hosts> {
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits
            .parse()
            .ok()
            .filter(|read| *read <= longest && bits.bytes().all(|b| b.is_ascii_digit()))?,
        None => longest,
    };
    match address.to_canonical() {
        // A network of IPv4 addresses inside IPv6 addresses becomes the IPv4 network.
        IpAddr::V4(inner) if address.is_ipv6() => {
            (bits >= 96).then(|| Hosts::Network(inner.into(), bits - 96))
        }
        address => Some(Hosts::Network(address, bits)),
    }
}

/// A user and password do not belong in an entry, but may be there by mistake. They are not shown.
fn shown(word: &str) -> String {
    let shown = word.rsplit_once('@').map_or(word.to_owned(), |(_, host)| format!("…@{host}"));
    shown.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, inside: &[&str], outside: &[&str]) {
        let list = NoProxy::parse(list).unwrap();
        for (urls, expected) in [(inside, true), (outside, false)] {
            for url in urls {
                assert_eq!(list.contains(&Url::parse(url).unwrap()), expected, "{list:?} {url}");
            }
        }
    }

    #[test]
    fn ok_a_host_matches_itself_and_the_hosts_below_it() {
        let (inside, outside) = (
            ["http://example.com/", "https://a.b.EXAMPLE.com:8443/", "http://example.com./"],
            [
                "http://notexample.com/",
                "http://example.com.org/",
                "http://example.org/",
                "http://10.0.0.1/",
            ],
        );
        for form in [
            "example.com",
            ".example.com",
            "*.example.com",
            "EXAMPLE.COM",
            "example.com.",
            ".Example.com.",
        ] {
            check(form, &inside, &outside);
        }
    }

    #[test]
    fn ok_all() {
        for form in ["*", "a.example.com, *", " * "] {
            check(form, &["http://example.com/", "https://[::1]/", "http://10.0.0.1:8080/"], &[]);
            assert!(NoProxy::parse(form).unwrap().is_all());
        }
        assert!(!NoProxy::parse("*.example.com").unwrap().is_all());
    }

    #[test]
    fn ok_every_separator() {
        for form in [
            "a.com,b.com",
            "a.com;b.com",
            "a.com b.com",
            " a.com ,\t;b.com,, ",
            "a.com|b.com".replace('|', "\n").as_str(),
        ] {
            check(form, &["http://a.com/", "http://b.com/"], &["http://c.com/"]);
        }
        check("", &[], &["http://a.com/"]);
    }

    #[test]
    fn ok_a_port_is_that_port_only() {
        check(
            "erp.example.com:8443",
            &["https://erp.example.com:8443/", "http://a.erp.example.com:8443/"],
            &["https://erp.example.com/", "http://erp.example.com:84/"],
        );
        check("example.com:443", &["https://example.com/"], &["http://example.com/"]);
        check("example.com:80", &["http://example.com/"], &["https://example.com/"]);
        check(
            ".example.com:8080,*.example.org:8080",
            &["http://x.example.com:8080/", "http://x.example.org:8080/"],
            &["http://x.example.org/"],
        );
        check("127.0.0.1:8080", &["http://127.0.0.1:8080/"], &["http://127.0.0.1:8081/"]);
        check("[::1]:8080", &["http://[::1]:8080/"], &["http://[::1]/"]);
        check("10.0.0.0/8:8080", &["http://10.1.2.3:8080/"], &["http://10.1.2.3/"]);
        check("*:8080", &["http://example.com:8080/"], &["http://example.com/"]);
    }

    #[test]
    fn ok_addresses_and_networks() {
        check(
            "10.0.0.0/8",
            &["http://10.255.1.1/", "http://[::ffff:10.1.1.1]/"],
            &["http://11.0.0.1/", "http://10.example.com/"],
        );
        check("192.168.1.77/24", &["http://192.168.1.1/"], &["http://192.168.2.1/"]);
        check("192.168.1.1", &["http://192.168.1.1:99/"], &["http://192.168.1.2/"]);
        check("0.0.0.0/0", &["http://8.8.8.8/"], &["http://[2001:db8::1]/", "http://example.com/"]);
        check("fd00::/8", &["http://[fd12::1]/"], &["http://[fe80::1]/", "http://10.0.0.1/"]);
        for form in ["::1", "[::1]", "0:0:0:0:0:0:0:1", "::1/128", "[::1]/128"] {
            check(
                form,
                &["http://[::1]/", "http://[::1]:80/"],
                &["http://[::2]/", "http://127.0.0.1/"],
            );
        }
        check("::ffff:10.0.0.0/104", &["http://10.1.1.1/"], &["http://11.1.1.1/"]);
    }

    #[test]
    fn ok_a_name_in_another_script_matches_its_punycode() {
        check(
            "exämple.de",
            &["http://xn--exmple-cua.de/", "http://www.exämple.de/"],
            &["http://example.de/"],
        );
        check("my_host", &["http://my_host/"], &[]);
    }

    #[test]
    fn err_entries_that_are_not_understood_are_named() {
        for word in [
            "http://example.com",
            "10.*",
            "192.168.*.*",
            "exa*mple.com",
            "*example.com",
            "**",
            "10.",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0-10.0.0.9",
            "example.com/8",
            "example.com:0",
            "example.com:99999",
            "example.com:",
            "example.com:http",
            "example.com:+80",
            "<local>",
            ".",
            "*.",
            "a..b",
            "[::1",
            "::1]",
            "::g",
            "exa%6dple.com",
        ] {
            assert_eq!(
                NoProxy::parse(&format!("good.example.com,{word}")),
                Err(NotUnderstood(word.to_owned())),
                "{word}"
            );
        }
        let (read, strange) = NoProxy::read("http://x,good.example.com user:hunter2@h");
        assert!(read.contains(&Url::parse("http://good.example.com/").unwrap()));
        assert_eq!(
            strange,
            [NotUnderstood("http://x".to_owned()), NotUnderstood("…@h".to_owned())]
        );
    }
}
