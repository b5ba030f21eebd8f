//! The proxies that stand between this machine and the network: the configuration's, else the environment's.

use reqwest::{NoProxy, Proxy};
use url::Url;

use super::{DialError, HttpSettings, place};

/// One proxy, and what goes through it.
pub(super) struct Route {
    scope: Scope,
    proxy: Url,
    /// Hosts that are reached without it, comma-separated.
    except: String,
}

/// Which addresses a proxy is for.
#[derive(Clone, Copy)]
enum Scope {
    Http,
    Https,
    All,
}

impl Route {
    /// The name under which the proxy is looked up.
    pub(super) fn host(&self) -> Option<&str> {
        self.proxy.host_str()
    }

    /// Whether the proxy itself is spoken to over TLS.
    pub(super) fn speaks_tls(&self) -> bool {
        self.proxy.scheme() != "http"
    }

    pub(super) fn as_proxy(&self) -> Result<Proxy, DialError> {
        let made = match self.scope {
            Scope::Http => Proxy::http(self.proxy.as_str()),
            Scope::Https => Proxy::https(self.proxy.as_str()),
            Scope::All => Proxy::all(self.proxy.as_str()),
        };
        let made = made
            .map_err(|_| DialError::Settings(format!("expected a proxy with an http or https address, but got {}", place(&self.proxy))))?;
        Ok(made.no_proxy(NoProxy::from_string(&self.except)))
    }
}

/// The proxies of these settings, the more special ones first.
pub(super) fn routes(settings: &HttpSettings) -> Vec<Route> {
    match (&settings.proxy, settings.no_proxy.as_deref()) {
        (Some(proxy), except) => vec![Route { scope: Scope::All, proxy: proxy.clone(), except: except.unwrap_or_default().to_owned() }],
        (None, Some("*")) => Vec::new(),
        (None, _) => of_environment(|variable| std::env::var(variable).ok()),
    }
}

/// The proxies that the environment names. This machine itself is never reached through one of them: what listens on its loopback is no
/// business of a company's proxy, which could not reach it either.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Vec<Route> {
    let listed = ["no_proxy", "NO_PROXY"].iter().find_map(|name| variable(name)).unwrap_or_default();
    let route = |scope, names: [&str; 2]| {
        let value = names.iter().find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))?;
        let proxy = Url::parse(&value).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{value}")).ok())?;
        Some(Route { scope, proxy, except: format!("{listed},localhost,127.0.0.0/8,::1") })
    };
    let routes = [
        route(Scope::Https, ["https_proxy", "HTTPS_PROXY"]),
        route(Scope::Http, ["http_proxy", "HTTP_PROXY"]),
        route(Scope::All, ["all_proxy", "ALL_PROXY"]),
    ];
    // What is no address of a proxy is taken as none, as other programs take it.
    routes.into_iter().flatten().filter(|route| route.as_proxy().is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(set: &[(&str, &str)]) -> Vec<Route> {
        of_environment(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environments_proxies_are_taken_in_every_spelling() {
        assert!(routes(&[]).is_empty());
        let spelled = routes(&[("HTTPS_PROXY", "http://secure.example.com:3128"), ("http_proxy", "proxy.example.com:3128")]);
        assert_eq!(spelled.iter().filter_map(Route::host).collect::<Vec<_>>(), ["secure.example.com", "proxy.example.com"]);
        assert_eq!(routes(&[("all_proxy", "http://user:secret@proxy.example.com:3128"), ("HTTP_PROXY", " ")]).len(), 1);
    }

    #[test]
    fn a_proxy_that_is_spoken_to_over_tls_is_known() {
        let speak_tls = |address| routes(&[("http_proxy", address)]).iter().all(Route::speaks_tls);
        assert!(speak_tls("https://proxy.example.com:3128"));
        assert!(!speak_tls("http://proxy.example.com:3128") && !speak_tls("proxy.example.com:3128"));
    }
}
