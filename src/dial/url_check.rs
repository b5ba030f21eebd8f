//! Which URLs may be asked for: scheme, literal addresses and the names that mean this machine.
//!
//! An IP literal in a URL never reaches the resolver, so it is judged here, for the first URL and
//! for each redirect. Behind a proxy this is all that can be judged: names are then looked up by
//! the proxy.

use std::net::IpAddr;

use url::{Host, Url};

use crate::dial::address::{Reach, reach};

/// Why a URL is not asked for. Names scheme, host and port, never the path, the query or a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    #[error("expected an http or https address, but got scheme `{scheme}`")]
    Scheme { scheme: String },
    #[error("expected an address with a host, but got none")]
    NoHost,
    #[error("refused to connect to {place}: {reason} needs `allow_private = true`")]
    Inside { place: String, reason: String },
    #[error("refused to connect to {place}: {reason} is never connected to")]
    Never { place: String, reason: String },
    #[error("refused to follow a redirect of {from} from https to http")]
    Downgrade { from: String },
    /// `[http]` of the configuration cannot be used.
    #[error("{0}")]
    Settings(String),
}

/// Scheme, host and port: what may be shown of an address whose path or query can be a secret.
pub fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or("");
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

/// Whether `url` may be asked for, as far as it says so itself.
///
/// The `url` crate has already turned `127.1`, `0x7f000001` and `2130706433` into addresses.
pub fn check_url(url: &Url, allow_private: bool) -> Result<(), DialError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(DialError::Scheme { scheme: url.scheme().to_owned() });
    }
    let found = match url.host() {
        None => return Err(DialError::NoHost),
        Some(Host::Ipv4(v4)) => reach(v4.into()),
        Some(Host::Ipv6(v6)) => reach(v6.into()),
        Some(Host::Domain(name)) => reach_of_name(name)?,
    };
    allow(found, &place(url), allow_private)
}

/// Whether an answer of `from` may send us on to `to`.
pub fn check_redirect(from: &Url, to: &Url, allow_private: bool) -> Result<(), DialError> {
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(DialError::Downgrade { from: place(from) });
    }
    check_url(to, allow_private)
}

/// Whether `address`, which `name` was resolved to, may be dialled.
pub(super) fn check_address(
    name: &str,
    address: IpAddr,
    allow_private: bool,
) -> Result<(), DialError> {
    allow(reach(address), name, allow_private)
}

fn allow(found: Reach, place: &str, allow_private: bool) -> Result<(), DialError> {
    match found {
        Reach::Inside(reason) if !allow_private => {
            Err(DialError::Inside { place: place.to_owned(), reason: reason.to_owned() })
        }
        Reach::Never(reason) => {
            Err(DialError::Never { place: place.to_owned(), reason: reason.to_owned() })
        }
        Reach::Public | Reach::Inside(_) => Ok(()),
    }
}

/// What a name means without being looked up: `localhost` (RFC 6761) and the metadata services' own
/// names.
fn reach_of_name(name: &str) -> Result<Reach, DialError> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if name.is_empty() {
        return Err(DialError::NoHost);
    }
    // `127.0.0.1.` and the like: a resolver may take for an address what the URL took for a name.
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(reach(address));
    }
    Ok(match name.as_str() {
        "localhost" | "localhost.localdomain" | "ip6-localhost" | "ip6-loopback" => {
            Reach::Inside("a loopback address")
        }
        "metadata.google.internal" | "metadata.goog" | "instance-data.ec2.internal" => {
            Reach::Never("a cloud's metadata service")
        }
        other if other.ends_with(".localhost") => Reach::Inside("a loopback address"),
        _ => Reach::Public,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, allow_private: bool) -> Result<(), String> {
        check_url(&Url::parse(url).unwrap(), allow_private).map_err(|e| e.to_string())
    }

    #[test]
    fn every_spelling_of_this_machine_needs_to_be_allowed() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "127.0.0.1.",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "[::1]",
            "[::]",
            "0",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "①②⑦.0.0.1",
            "127%2e0%2e0%2e1",
        ] {
            let url = format!("http://{host}:8080/secret?token=secret");
            let error = check(&url, false).expect_err(&url);
            assert!(error.contains("allow_private"), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
            assert_eq!(check(&url, true), Ok(()), "{url}");
        }
    }

    #[test]
    fn metadata_services_are_refused_even_where_private_addresses_are_allowed() {
        for host in [
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "[::ffff:169.254.169.254]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "metadata.google.internal.",
        ] {
            let url = format!("http://{host}/latest/meta-data");
            assert!(check(&url, true).expect_err(&url).contains("never"), "{url}");
        }
    }

    #[test]
    fn only_the_web_is_asked() {
        assert_eq!(check("https://data.example.com/a.csv", false), Ok(()));
        assert_eq!(
            check("ftp://data.example.com/a.csv", true),
            Err("expected an http or https address, but got scheme `ftp`".to_owned())
        );
        assert!(check("file:///etc/passwd", true).is_err());
    }

    #[test]
    fn a_redirect_does_not_leave_tls() {
        let from = Url::parse("https://user:pass@data.example.com/a?token=x").unwrap();
        let to = Url::parse("http://data.example.com/b").unwrap();
        let error = check_redirect(&from, &to, true).unwrap_err().to_string();
        assert_eq!(
            error,
            "refused to follow a redirect of https://data.example.com from https to http"
        );
        assert_eq!(check_redirect(&to, &from, false), Ok(()));
    }
}
