//! The one way out to the network: which addresses may be dialled, through which proxy, trusting whom.
//!
//! Shared by the fetcher and by the Slack and webhook channels. Knows nothing of what is asked for.
//!
//! Two guards stand between a URL and the network, and a caller needs both: [`check_url`] before each request, since a literal
//! address never reaches the resolver, and the resolver of [`LazyClient`]'s clients, which judges names when they are dialled.
//! Behind a proxy names are looked up by the proxy, so there only literals can be judged.

mod address;
mod describe;
mod lazy;
mod resolver;
mod target;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy};
use url::Url;

pub use address::{Reach, reach};
pub use describe::describe;
pub use lazy::LazyClient;
pub use target::{DialError, check_redirect, check_url, place};

/// `[http]` of the configuration.
#[derive(Clone, Default, PartialEq)]
pub struct HttpSettings {
    /// In the User-Agent: `mailto:…` or an address.
    pub contact: Option<String>,
    /// Without one, the environment's (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    pub proxy: Option<Url>,
    /// Hosts that are not reached through `proxy`, comma-separated; the environment's proxies have their own `NO_PROXY`. `*` without a
    /// `proxy` switches those off.
    pub no_proxy: Option<String>,
    /// PEM of a company's certificate authorities, trusted beside the system's.
    pub ca_pem: Option<Vec<u8>>,
}

/// A proxy's URL may hold a password.
impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("contact", &self.contact)
            .field("proxy", &self.proxy.as_ref().map(place))
            .field("no_proxy", &self.no_proxy)
            .field("ca_pem", &self.ca_pem.as_ref().map(Vec::len))
            .finish()
    }
}

/// How long a connection may take to stand.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Makes rustls use ring. Idempotent; [`LazyClient`] calls it, and whoever else speaks TLS must have it called first.
pub fn install_tls_provider() {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client as everything in this program uses it: no redirects, an honest User-Agent, the company's proxy and authorities beside the
/// system's (`trust_system`) or alone, and a resolver that refuses addresses inside unless `allow_private`.
///
/// # Errors
///
/// [`DialError::Settings`] where the proxy, the certificates or the contact cannot be used.
fn client_builder(settings: &HttpSettings, allow_private: bool, trust_system: bool) -> Result<ClientBuilder, DialError> {
    install_tls_provider();
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent(settings.contact.as_deref())?)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .dns_resolver(Arc::new(resolver::FilteringResolver { allow_private, trusted_names: proxy_names(settings.proxy.as_ref()) }));
    let company = settings.ca_pem.as_deref().map(certificates).transpose()?.unwrap_or_default();
    builder = if trust_system { builder.tls_certs_merge(company) } else { builder.tls_certs_only(company) };
    match (&settings.proxy, settings.no_proxy.as_deref()) {
        (Some(proxy), no_proxy) => {
            let except = NoProxy::from_string(no_proxy.unwrap_or(""));
            builder = builder.no_proxy().proxy(proxied(proxy)?.no_proxy(except));
        }
        (None, Some("*")) => builder = builder.no_proxy(),
        (None, _) => {
            builder = builder.no_proxy();
            for proxy in environment_proxies(|variable| std::env::var(variable).ok()) {
                builder = builder.proxy(proxy);
            }
        }
    }
    Ok(builder)
}

/// Whether clients can be made of these settings; makes none.
fn check_settings(settings: &HttpSettings) -> Result<(), DialError> {
    user_agent(settings.contact.as_deref())?;
    settings.ca_pem.as_deref().map(certificates).transpose()?;
    settings.proxy.as_ref().map(proxied).transpose()?;
    Ok(())
}

fn proxied(proxy: &Url) -> Result<Proxy, DialError> {
    Proxy::all(proxy.as_str())
        .map_err(|_| DialError::Settings(format!("expected `proxy` to be an http or https address, but got {}", place(proxy))))
}

fn user_agent(contact: Option<&str>) -> Result<reqwest::header::HeaderValue, DialError> {
    let product = concat!("entitywatch/", env!("CARGO_PKG_VERSION"));
    let text = match contact.map(str::trim).filter(|contact| !contact.is_empty()) {
        Some(contact) => format!("{product} (+{contact})"),
        None => product.to_owned(),
    };
    reqwest::header::HeaderValue::from_str(&text)
        .map_err(|_| DialError::Settings("expected `contact` to be printable ASCII, but got other characters".to_owned()))
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, DialError> {
    let found = Certificate::from_pem_bundle(pem)
        .map_err(|_| DialError::Settings("expected certificates in PEM in `ca_file`, but failed to read them".to_owned()))?;
    if found.is_empty() {
        return Err(DialError::Settings("expected certificates in PEM in `ca_file`, but found none".to_owned()));
    }
    Ok(found)
}

/// The proxies that the environment names, the more special ones first. This machine itself is never reached through one of them: what
/// listens on its loopback is no business of a company's proxy, which could not reach it either.
fn environment_proxies(variable: impl Fn(&str) -> Option<String>) -> Vec<Proxy> {
    let of = |names: [&str; 2]| {
        let value = names.iter().find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))?;
        Url::parse(&value).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{value}")).ok())
    };
    let listed = ["no_proxy", "NO_PROXY"].iter().find_map(|name| variable(name)).unwrap_or_default();
    let except = NoProxy::from_string(&format!("{listed},localhost,127.0.0.0/8,::1"));
    let proxies = [
        of(["https_proxy", "HTTPS_PROXY"]).map(Proxy::https),
        of(["http_proxy", "HTTP_PROXY"]).map(Proxy::http),
        of(["all_proxy", "ALL_PROXY"]).map(Proxy::all),
    ];
    proxies.into_iter().flatten().flatten().map(|proxy| proxy.no_proxy(except.clone())).collect()
}

/// The names under which the proxies themselves are looked up. They come from the operator, not from an answer.
fn proxy_names(proxy: Option<&Url>) -> Vec<String> {
    if let Some(proxy) = proxy {
        return proxy.host_str().map(str::to_owned).into_iter().collect();
    }
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .filter_map(|variable| std::env::var(variable).ok())
        .filter_map(|value| Url::parse(&value).or_else(|_| Url::parse(&format!("http://{value}"))).ok())
        .filter_map(|url| url.host_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_says_whom_to_write_to() {
        let with = user_agent(Some("mailto:a@example.com")).unwrap();
        assert_eq!(with.to_str().unwrap(), concat!("entitywatch/", env!("CARGO_PKG_VERSION"), " (+mailto:a@example.com)"));
        assert_eq!(user_agent(None).unwrap().to_str().unwrap(), concat!("entitywatch/", env!("CARGO_PKG_VERSION")));
        assert!(user_agent(Some("a\nb")).unwrap_err().to_string().contains("`contact`"));
    }

    #[test]
    fn certificates_that_cannot_be_read_are_told() {
        for pem in [&b""[..], b"not PEM", b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
            let settings = HttpSettings { ca_pem: Some(pem.to_vec()), ..HttpSettings::default() };
            let built = LazyClient::new(&settings, false, |builder| builder).and_then(|client| client.get().cloned());
            assert!(built.is_err(), "{pem:?}");
        }
    }

    #[test]
    fn the_environments_proxies_are_taken_in_every_spelling() {
        let proxies = |set: &[(&str, &str)]| {
            let found = environment_proxies(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()));
            found.len()
        };
        assert_eq!(proxies(&[]), 0);
        assert_eq!(proxies(&[("HTTPS_PROXY", "http://proxy.example.com:3128"), ("http_proxy", "proxy.example.com:3128")]), 2);
        assert_eq!(proxies(&[("all_proxy", "http://user:secret@proxy.example.com:3128"), ("HTTP_PROXY", " ")]), 1);
    }

    #[test]
    fn a_proxys_password_is_not_shown() {
        let proxy = Some(Url::parse("http://user:hunter2@proxy.example.com:3128").unwrap());
        let shown = format!("{:?}", HttpSettings { proxy, ..HttpSettings::default() });
        assert!(shown.contains("proxy.example.com:3128") && !shown.contains("hunter2"), "{shown}");
    }
}
