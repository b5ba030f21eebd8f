//! Which URLs may be requested: the scheme, literal addresses, and names that mean this machine.
//!
//! An IP literal in a URL never reaches the resolver, so it is checked in this file, for the first
//! URL and for each redirect. Behind a proxy nothing else can be checked, because the proxy looks
//! names up.

use std::net::IpAddr;

use url::{Host, Url};

use crate::dial::address::{Reach, reach};

/// Why a URL is not requested. Names the scheme, the host and the port, never the path, the query
/// or a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    #[error("expected an http or https address, but got scheme `{scheme}`")]
    Scheme { scheme: String },
    #[error("expected an address with a host, but got none")]
    NoHost,
    #[error("refused to connect to {origin}: {reason} needs `allow_private = true`")]
    Internal { origin: String, reason: String },
    #[error("refused to connect to {origin}: {reason} is never allowed")]
    Never { origin: String, reason: String },
    #[error("refused to follow a redirect of {from} from https to http")]
    Downgrade { from: String },
    /// The `[http]` section of the configuration cannot be used.
    #[error("{0}")]
    Settings(String),
}

/// Scheme, host and port. These may be shown, unlike the path and the query, which can contain a
/// secret.
pub fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or("");
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

/// Checks whether `url` may be requested, as far as the URL alone shows.
///
/// The `url` crate has already converted `127.1`, `0x7f000001` and `2130706433` to addresses.
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
    allow(found, &origin(url), allow_private)
}

/// Checks whether a redirect from `from` to `to` may be followed.
pub fn check_redirect(from: &Url, to: &Url, allow_private: bool) -> Result<(), DialError> {
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(DialError::Downgrade { from: origin(from) });
    }
    check_url(to, allow_private)
}

/// Checks whether `address`, to which `name` resolved, may be dialed.
pub(super) fn check_address(
    name: &str,
    address: IpAddr,
    allow_private: bool,
) -> Result<(), DialError> {
    allow(reach(address), name, allow_private)
}

fn allow(found: Reach, origin: &str, allow_private: bool) -> Result<(), DialError> {
    match found {
        Reach::Internal(reason) if !allow_private => {
            Err(DialError::Internal { origin: origin.to_owned(), reason: reason.to_owned() })
        }
        Reach::Never(reason) => {
            Err(DialError::Never { origin: origin.to_owned(), reason: reason.to_owned() })
        }
        Reach::Public | Reach::Internal(_) => Ok(()),
    }
}

/// The reach of a name that is known without a lookup: `localhost` (RFC 6761) and the names of
/// metadata services.
fn reach_of_name(name: &str) -> Result<Reach, DialError> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if name.is_empty() {
        return Err(DialError::NoHost);
    }
    // A resolver may read `127.0.0.1.` as an address although the URL has it as a name.
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(reach(address));
    }
    Ok(match name.as_str() {
        "localhost" | "localhost.localdomain" | "ip6-localhost" | "ip6-loopback" => {
            Reach::Internal("a loopback address")
        }
        "metadata.google.internal" | "metadata.goog" | "instance-data.ec2.internal" => {
            Reach::Never("a cloud's metadata service")
        }
        other if other.ends_with(".localhost") => Reach::Internal("a loopback address"),
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
    fn every_spelling_of_this_machine_must_be_allowed() {
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
    fn only_http_and_https_are_requested() {
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
