//! Looks names up, and drops the addresses that may not be dialed. This happens at the moment of
//! dialing, so that the result cannot change between the check and the connection.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::dial::url_check::check_address;

/// The system's resolver, filtered.
pub(super) struct FilteringResolver {
    pub(super) allow_private: bool,
    /// The names of the proxies. A company's proxy has an internal address, and the operator
    /// configured it.
    pub(super) trusted_names: Vec<String>,
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let allow_private = self.allow_private;
        let is_trusted =
            self.trusted_names.iter().any(|trusted| trusted.eq_ignore_ascii_case(&name));
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if is_trusted {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let mut allowed = Vec::with_capacity(found.len());
            let mut refusal = None;
            for address in found {
                match check_address(&name, address.ip(), allow_private) {
                    Ok(()) => allowed.push(address),
                    Err(error) => refusal = Some(error),
                }
            }
            match refusal {
                Some(error) if allowed.is_empty() => Err(error.into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    async fn resolve(allow_private: bool, trusted_names: Vec<String>) -> Result<usize, String> {
        let resolver = FilteringResolver { allow_private, trusted_names };
        let found = resolver.resolve(Name::from_str("localhost").unwrap()).await;
        found.map(Iterator::count).map_err(|e| e.to_string())
    }

    #[tokio::test]
    async fn a_name_with_an_internal_address_is_refused_unless_allowed() {
        let error = resolve(false, vec![]).await.unwrap_err();
        assert!(error.contains("refused to connect to localhost: a loopback address"), "{error}");
        assert!(resolve(true, vec![]).await.unwrap() > 0);
    }

    #[tokio::test]
    async fn the_proxys_own_name_may_have_an_internal_address() {
        assert!(resolve(false, vec!["LocalHost".to_owned()]).await.unwrap() > 0);
    }
}
