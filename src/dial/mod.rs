//! All access to the network goes through this module: which addresses may be dialed, through which
//! proxy, and which certificates are trusted.
//!
//! Shared by the fetcher and the channels. Knows nothing about what is requested.
//!
//! Two guards protect the network, and a caller needs both. [`check_url`] runs before each request,
//! because a literal IP address never reaches the resolver. The resolver of the clients of
//! [`LazyClient`] checks names when they are dialed. Behind a proxy, the proxy looks names up, so
//! only literal addresses can be checked.

mod address;
mod failure;
mod client;
mod no_proxy;
mod proxy;
mod resolver;
mod retry_after;
mod url_check;
mod tcp;
mod trust;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use url::Url;

pub use address::{Reach, reach};
pub use client::LazyClient;
pub use failure::describe;
pub use proxy::{check_no_proxy, ignored_in_environment};
pub use retry_after::{LONGEST_RETRY_AFTER, date as http_date, retry_after};
pub use tcp::{Lookup, first_to_connect, system_lookup};
pub use trust::{Trust, certificates, describe_certificate, tls_config};
pub use url_check::{DialError, check_redirect, check_url, origin};

/// `[http]` of the configuration.
#[derive(Clone, Default, PartialEq)]
pub struct HttpSettings {
    /// In the User-Agent: `mailto:…` or a web address.
    pub contact: Option<String>,
    /// If absent, the environment's proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`)
    /// are used.
    pub proxy: Option<Url>,
    /// Hosts that are reached without a proxy, in the forms that `no_proxy.rs` lists. The
    /// environment's proxies also follow their own `NO_PROXY`. `*` without a `proxy` disables the
    /// environment's proxies.
    pub no_proxy: Option<String>,
    /// PEM of a company's certificate authorities, trusted in addition to the system's.
    pub ca_pem: Option<Vec<u8>>,
}

/// A proxy's URL can contain a password.
impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("contact", &self.contact)
            .field("proxy", &self.proxy.as_ref().map(origin))
            .field("no_proxy", &self.no_proxy)
            .field("ca_pem", &self.ca_pem.as_ref().map(Vec::len))
            .finish()
    }
}

/// The name of [`HttpSettings::ca_pem`] in messages.
const CA_FILE: &str = "`ca_file`";
/// The protocols of this client, best first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How long opening a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Makes rustls use ring. Idempotent. [`LazyClient`] calls it. Any other code that speaks TLS must
/// call it first.
pub fn install_tls_provider() {
    // An error means that a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client with the settings that the whole program shares: no redirects, an honest User-Agent,
/// the company's proxy, the company's certificate authorities alone or in addition to the system's
/// (`trust_system`), and a resolver that refuses internal addresses unless `allow_private`.
///
/// # Errors
///
/// [`DialError::Settings`] if the proxy, the certificates or the contact cannot be used.
fn client_builder(
    settings: &HttpSettings,
    allow_private: bool,
    trust_system: bool,
) -> Result<ClientBuilder, DialError> {
    install_tls_provider();
    let routes = proxy::routes(settings)?;
    // The names of the proxies come from the operator, not from an answer.
    let trusted_names = routes.iter().filter_map(|route| route.host().map(str::to_owned)).collect();
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .user_agent(user_agent(settings.contact.as_deref())?)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .dns_resolver(Arc::new(resolver::FilteringResolver { allow_private, trusted_names }));
    builder = match settings.ca_pem.as_deref() {
        Some(pem) => {
            let named = certificates(pem, CA_FILE)?;
            let mut config = tls_config(Trust { system: trust_system, named, ..Trust::default() })?;
            config.alpn_protocols = ALPN.iter().map(|protocol| protocol.to_vec()).collect();
            builder.tls_backend_preconfigured(config)
        }
        None if trust_system => builder,
        None => builder.tls_certs_only([]),
    };
    for route in &routes {
        builder = builder.proxy(route.as_proxy()?);
    }
    Ok(builder)
}

/// Checks that clients can be built from these settings. Builds none.
fn check_settings(settings: &HttpSettings) -> Result<(), DialError> {
    user_agent(settings.contact.as_deref())?;
    settings.ca_pem.as_deref().map(|pem| certificates(pem, CA_FILE)).transpose()?;
    proxy::routes(settings)?.iter().try_for_each(|route| route.as_proxy().map(drop))?;
    Ok(())
}

fn user_agent(contact: Option<&str>) -> Result<reqwest::header::HeaderValue, DialError> {
    let product = concat!("entitywatch/", env!("CARGO_PKG_VERSION"));
    let text = match contact.map(str::trim).filter(|contact| !contact.is_empty()) {
        Some(contact) => format!("{product} (+{contact})"),
        None => product.to_owned(),
    };
    reqwest::header::HeaderValue::from_str(&text).map_err(|_| {
        DialError::Settings(
            "expected printable ASCII in `contact`, but got other characters".to_owned(),
        )
    })
}

/// Checks that these are certificate authorities in PEM.
///
/// # Errors
///
/// [`DialError::Settings`], which names `ca_file`.
pub fn check_certificates(pem: &[u8]) -> Result<(), DialError> {
    certificates(pem, CA_FILE).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_contains_the_contact() {
        let with = user_agent(Some("mailto:a@example.com")).unwrap();
        assert_eq!(
            with.to_str().unwrap(),
            concat!("entitywatch/", env!("CARGO_PKG_VERSION"), " (+mailto:a@example.com)")
        );
        assert_eq!(
            user_agent(None).unwrap().to_str().unwrap(),
            concat!("entitywatch/", env!("CARGO_PKG_VERSION"))
        );
        assert!(user_agent(Some("a\nb")).unwrap_err().to_string().contains("`contact`"));
    }

    #[test]
    fn err_certificates_that_cannot_be_read() {
        for pem in
            [&b""[..], b"not PEM", b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"]
        {
            let settings = HttpSettings { ca_pem: Some(pem.to_vec()), ..HttpSettings::default() };
            assert!(LazyClient::new(&settings, false, |builder| builder).is_err(), "{pem:?}");
        }
    }

    #[test]
    fn a_proxys_password_is_not_shown() {
        let proxy = Some(Url::parse("http://user:hunter2@proxy.example.com:3128").unwrap());
        let shown = format!("{:?}", HttpSettings { proxy, ..HttpSettings::default() });
        assert!(shown.contains("proxy.example.com:3128") && !shown.contains("hunter2"), "{shown}");
    }
}
