//! The values that are written as text in the configuration: percentages, durations, addresses.
//! Each error says what was expected.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::config::text::trimmed;
use crate::domain::{ListCode, country};
use crate::fetch::NamePattern;

/// A text that is not what was expected. The message is a complete sentence.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("expected {expected}, but got `{got}`")]
    Text { expected: &'static str, got: String },
    /// An address that cannot be read may still contain a password or a token.
    #[error("expected {expected}")]
    Address { expected: &'static str },
}

impl Unreadable {
    pub fn new(expected: &'static str, got: &str) -> Self {
        if got.contains("://") {
            Self::Address { expected }
        } else {
            Self::Text { expected, got: got.to_owned() }
        }
    }
}

/// A share of a list: `"2%"`, stored as a fraction of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(pub f64);

/// A growth: `"25%"`, stored as a fraction of 1. A list that doubles has grown by 100 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth(pub f64);

/// A length of time: `"5s"`, `"1m30s"`, `"2h"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(pub Duration);

/// Where the web server listens: `"127.0.0.1:8744"`, `"unix:/path"`, or `""` to disable it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen(pub Option<ListenAddress>);

/// An address and port, or the path of a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// As it is written in the configuration.
impl std::fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ListenAddress::Tcp(address) => write!(f, "{address}"),
            ListenAddress::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A web address: `http` or `https`, with a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(pub url::Url);

/// A web address to which paths are added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseAddress(pub url::Url);

/// The address of a proxy: host, port, and an optional user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyAddress(pub url::Url);

/// A zone of the time zone database: `"America/New_York"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(pub jiff::tz::TimeZone, pub String);

/// A country: `"CN"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country(pub String);

/// A list: `"EL"`, in capitals as the publisher writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct List(pub ListCode);

/// The SHA-256 of a certificate: `"AB:CD:…"`, 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// The name of a request header: `"X-Forwarded-User"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header(pub String);

/// The name of a source, a receiver or a person. It appears in commands, log lines and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);

/// A pattern of file names in a folder: `"*.csv"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(pub NamePattern);

/// A text on one line that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

/// Implements reading a value from text, and its schema with an example. The last argument may give
/// a more precise expectation for a text.
macro_rules! read_as_text {
    ($type:ty, $expected:literal, $example:literal, $parse:expr) => {
        read_as_text!($type, $expected, $example, $parse, |_| None);
    };
    ($type:ty, $expected:literal, $example:literal, $parse:expr, $why:expr) => {
        impl FromStr for $type {
            type Err = Unreadable;

            fn from_str(text: &str) -> Result<Self, Unreadable> {
                let parse: fn(&str) -> Option<$type> = $parse;
                let why: fn(&str) -> Option<&'static str> = $why;
                parse(text).ok_or_else(|| Unreadable::new(why(text).unwrap_or($expected), text))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct OfText;
                impl serde::de::Visitor<'_> for OfText {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(OfText)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $expected, "examples": [$example] })
            }
        }
    };
}
pub(super) use read_as_text;

read_as_text!(Percent, "a percentage from 0 to 100 in quotes such as \"2%\"", "2%", |text| {
    let number: f64 = text.strip_suffix('%')?.trim_end().parse().ok()?;
    (0.0..=100.0).contains(&number).then_some(Percent(number / 100.0))
});
read_as_text!(Growth, "a percentage in quotes such as \"25%\"", "25%", |text| {
    let number: f64 = text.strip_suffix('%')?.trim_end().parse().ok()?;
    (number >= 0.0 && number.is_finite()).then_some(Growth(number / 100.0))
});
read_as_text!(Length, "a length of time such as \"5s\", \"30m\" or \"2h\"", "30m", |text| {
    // jiff also reads signs, years and months, but years and months have no fixed length.
    let plain = text.chars().all(|c| c.is_ascii_digit() || "dhms ".contains(c));
    let (days, rest) = text.split_once('d').unwrap_or(("0", text));
    let rest = if rest.trim().is_empty() {
        Duration::ZERO
    } else {
        rest.trim().parse::<jiff::SignedDuration>().ok()?.unsigned_abs()
    };
    let days = Duration::from_secs(days.trim().parse::<u32>().ok()?.checked_mul(86_400)?.into());
    (plain && !text.trim().is_empty())
        .then(|| days.checked_add(rest))
        .flatten()
        .filter(|length| *length <= YEAR)
        .map(Length)
});
read_as_text!(
    Listen,
    "an address and a port such as \"127.0.0.1:8744\", \"unix:\" and the full path of a socket, or \
     \"\" to disable",
    "127.0.0.1:8744",
    |text| {
        if text.is_empty() {
            return Some(Listen(None));
        }
        let address = match text.strip_prefix("unix:") {
            Some(path) => {
                let is_file = path.starts_with('/') && !path.ends_with('/') && is_text(path);
                is_file.then(|| ListenAddress::Unix(path.into()))?
            }
            None => ListenAddress::Tcp(text.parse().ok()?),
        };
        Some(Listen(Some(address)))
    }
);
read_as_text!(
    WebAddress,
    "an address such as \"https://www.example.com/\"",
    "https://www.example.com/",
    |text| { web_address(text).map(WebAddress) }
);
read_as_text!(
    BaseAddress,
    "an address such as \"https://entitywatch.example.com\"",
    "https://entitywatch.example.com",
    |text| web_address(text).filter(is_base).map(BaseAddress),
    |text| web_address(text).map(|_| {
        "an address without user, query and fragment, such as \"https://entitywatch.example.com\""
    })
);
read_as_text!(
    ProxyAddress,
    "a proxy such as \"http://proxy.example.com:3128\"",
    "http://proxy.example.com:3128",
    |text| web_address(text)
        .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
        .map(ProxyAddress),
    |text| web_address(text).map(|_| {
        "a proxy without path, query and fragment, such as \"http://proxy.example.com:3128\""
    })
);
read_as_text!(
    Zone,
    "a time zone such as \"America/New_York\" or \"UTC\"",
    "America/New_York",
    |text| {
        // jiff reads `Etc/Unknown`, but it is not a zone and would behave like UTC.
        jiff::tz::TimeZone::get(text)
            .ok()
            .filter(|zone| !zone.is_unknown())
            .map(|zone| Zone(zone, text.to_owned()))
    }
);
read_as_text!(Country, "a two-letter country code (ISO 3166-1) such as \"CN\"", "CN", |text| {
    // Refuses codes that no entry can have, because they would never match.
    country::is_iso_alpha2(text).then(|| Country(text.to_owned()))
});
read_as_text!(
    List,
    "a list: EL, DPL, UVL, MEU, ISN, DTC, SDN, SSI, CMIC, CAP, MBS, PLC, FSE or REG",
    "EL",
    |text| { ListCode::ALL.iter().copied().find(|list| list.as_str() == text).map(List) }
);
read_as_text!(
    Fingerprint,
    "a SHA-256 of 64 hexadecimal digits, with or without colons",
    "5F:8A:20:CC:5E:6B:B2:1D:C3:5E:0E:2A:0A:6D:3F:4B:77:9F:3C:11:52:9D:1E:66:04:AF:5C:2B:8E:90:7D:\
     13",
    |text| {
        // openssl prints `sha256 Fingerprint=AB:CD:…`.
        let digits = text.rsplit('=').next()?.trim();
        let pairs: Vec<u8> = if digits.contains(':') {
            digits.split(':').map(|pair| hex_pair(pair.as_bytes())).collect::<Option<_>>()?
        } else {
            digits.as_bytes().chunks(2).map(hex_pair).collect::<Option<_>>()?
        };
        pairs.try_into().ok().map(Fingerprint)
    }
);
read_as_text!(
    Header,
    "the name of a header such as \"X-Forwarded-User\"",
    "X-Forwarded-User",
    |text| {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_name = !text.is_empty() && text.bytes().all(is_token);
        (is_name && !is_of_http(text)).then(|| Header(text.to_owned()))
    },
    |text| is_of_http(text)
        .then_some("a header that only the proxy sets, such as \"X-Forwarded-User\"")
);
read_as_text!(
    Name,
    "a name without spaces at its ends, control characters or line breaks",
    "csl",
    |text| { (is_text(text) && text.chars().count() <= 100).then(|| Name(text.to_owned())) }
);
read_as_text!(
    Names,
    "a pattern of names such as \"*.csv\" (`*`, `?`, `[a-z]`, no braces, no path)",
    "*.csv",
    |text| { is_text(text).then(|| text.parse().ok().map(Names)).flatten() }
);
read_as_text!(Text, "text on one line, not empty", "", |text| is_text(text)
    .then(|| Text(text.to_owned())));

/// The longest length of time. A longer one is a mistake, because no setting waits for a year.
const YEAR: Duration = Duration::from_secs(366 * 86_400);

/// Reads the address exactly as it is written. `Url::parse` would remove line breaks and
/// surrounding spaces. No server listens on port 0.
fn web_address(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok().filter(|_| is_text(text))?;
    (matches!(url.scheme(), "http" | "https") && url.has_host() && url.port() != Some(0))
        .then_some(url)
}

fn is_base(url: &url::Url) -> bool {
    url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Headers that browsers set themselves, or that this program reads as something else.
fn is_of_http(name: &str) -> bool {
    [
        "host",
        "origin",
        "referer",
        "cookie",
        "authorization",
        "user-agent",
        "x-forwarded-for",
        "x-entitywatch-proxy",
    ]
    .iter()
    .any(|own| own.eq_ignore_ascii_case(name))
}

/// Two hexadecimal digits, in either case.
pub(super) fn hex_pair(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && trimmed(text) == text && !text.chars().any(char::is_control)
}

impl PartialOrd for Percent {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_percentages() {
        for (text, fraction) in
            [("2%", 0.02), ("0%", 0.0), ("100%", 1.0), ("0.5%", 0.005), ("25 %", 0.25)]
        {
            assert_eq!(text.parse(), Ok(Percent(fraction)), "{text}");
        }
    }

    #[test]
    fn a_growth_has_no_upper_limit() {
        assert_eq!("1000%".parse(), Ok(Growth(10.0)));
        for text in ["-1%", "inf%", "NaN%", "2"] {
            assert!(text.parse::<Growth>().is_err(), "{text}");
        }
    }

    #[test]
    fn err_percentages() {
        for text in ["2", "", "%", "101%", "-1%", "two%", "NaN%", "0.02", "inf%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
        assert_eq!(
            "101%".parse::<Percent>().unwrap_err().to_string(),
            "expected a percentage from 0 to 100 in quotes such as \"2%\", but got `101%`"
        );
    }

    #[test]
    fn ok_lengths() {
        for (text, seconds) in [
            ("5s", 5),
            ("30m", 1800),
            ("2h", 7200),
            ("24h", 86_400),
            ("1d", 86_400),
            ("1d 2h", 93_600),
            ("1m30s", 90),
        ] {
            assert_eq!(text.parse(), Ok(Length(Duration::from_secs(seconds))), "{text}");
        }
        assert_eq!("250ms".parse(), Ok(Length(Duration::from_millis(250))));
    }

    #[test]
    fn err_lengths() {
        for text in [
            "",
            "5",
            "s",
            "-5s",
            "5 apples",
            "1y",
            "P1D",
            "99999999999999999999h",
            "400d",
            "5s ago",
            "soon",
            "1:30",
        ] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
    }

    #[test]
    fn ok_listen() {
        assert_eq!("".parse(), Ok(Listen(None)));
        for text in ["[::1]:80", "unix:/run/entitywatch/web.sock"] {
            assert_eq!(text.parse::<Listen>().unwrap().0.unwrap().to_string(), text);
        }
    }

    #[test]
    fn err_listen() {
        for text in [
            "127.0.0.1",
            "8744",
            ":8744",
            "localhost:8744",
            "127.0.0.1:99999",
            "unix:",
            "unix:web.sock",
            "unix:/run/",
            "unix:///run/web.sock ",
        ] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn ok_and_err_headers_that_name_a_user() {
        for text in ["X-Forwarded-User", "remote_user", "X-Auth-Request-Email"] {
            assert!(text.parse::<Header>().is_ok(), "{text}");
        }
        for text in ["", "X Forwarded", "X-Ü", "Cookie", "authorization", "X-Entitywatch-Proxy"] {
            assert!(text.parse::<Header>().is_err(), "{text}");
        }
    }

    #[test]
    fn ok_addresses_and_countries() {
        assert!("https://u:p@h:8443/a?b=c".parse::<WebAddress>().is_ok());
        assert_eq!(
            "https://exämple.de/a/".parse::<BaseAddress>().unwrap().0.as_str(),
            "https://xn--exmple-cua.de/a/"
        );
        assert!("http://user:pass@proxy.example.com:3128".parse::<ProxyAddress>().is_ok());
        for text in ["CN", "RU", "GB", "XK", "HK", "TW"] {
            assert!(text.parse::<Country>().is_ok(), "{text}");
        }
    }

    #[test]
    fn ok_fingerprints_in_the_form_of_openssl() {
        let bytes: [u8; 32] = std::array::from_fn(|n| u8::try_from(n * 8 + 3).unwrap());
        let colons = bytes.map(|byte| format!("{byte:02X}")).join(":");
        let trimmed = colons.replace(':', "").to_lowercase();
        for text in [
            colons.clone(),
            trimmed,
            format!("sha256 Fingerprint={colons}"),
            format!("SHA256 Fingerprint={colons}"),
        ] {
            assert_eq!(text.parse(), Ok(Fingerprint(bytes)), "{text}");
        }
        for text in [
            "",
            "AB",
            "AB:CD",
            &format!("{colons}:00"),
            &colons.replace(':', " "),
            &colons.replace('3', "g"),
            &colons[1..],
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    #[test]
    fn err_addresses_and_names() {
        assert!("ftp://example.com/".parse::<WebAddress>().is_err());
        assert!("www.example.com".parse::<WebAddress>().is_err());
        assert!("Mars/Olympus".parse::<Zone>().is_err());
        assert!("cn".parse::<Country>().is_err());
        assert!("CHN".parse::<Country>().is_err());
        assert!("el".parse::<List>().is_err());
        for text in ["CHN", "XX", "UK", "EU", "C N", "中国", ""] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
        for text in [
            "https://h:0/",
            "https://h/\n",
            "https://h\n/a",
            " https://h/",
            "\u{feff}https://h/",
            "socks5://h:1080",
            "https://a b/",
        ] {
            assert!(text.parse::<WebAddress>().is_err(), "{text}");
        }
        for text in ["https://h/?a=b", "https://h/#top", "https://u:p@h/", "https://u@h/"] {
            let error = text.parse::<BaseAddress>().unwrap_err().to_string();
            assert!(
                error.starts_with("expected an address without user, query and fragment"),
                "{error}"
            );
        }
        for text in ["http://h:3128/pac", "http://h:3128/?a", "socks5://h:1080"] {
            assert!(text.parse::<ProxyAddress>().is_err(), "{text}");
        }
        assert!("Etc/Unknown".parse::<Zone>().is_err());
        assert!("two\nlines".parse::<Name>().is_err());
        assert!(" padded".parse::<Name>().is_err());
        assert!("*.csv".parse::<Names>().is_ok());
        for text in ["", "*.{csv,tsv}", "[a", "lists/*.csv", " *.csv"] {
            assert!(
                text.parse::<Names>()
                    .unwrap_err()
                    .to_string()
                    .starts_with("expected a pattern of names"),
                "{text}"
            );
        }
    }
}
