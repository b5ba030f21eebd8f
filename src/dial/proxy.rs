//! The proxies that stand between this machine and the network: the configuration's, else the environment's.

use reqwest::Proxy;
use url::Url;

use super::no_proxy::{NoProxy, NotUnderstood};
use super::{DialError, HttpSettings, place};

/// Where `NO_PROXY` may stand; the first that is set counts, as for curl.
const NO_PROXY_VARIABLES: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// One proxy, and what goes through it.
pub(super) struct Route {
    scope: Scope,
    proxy: Url,
    /// What is reached without it.
    except: NoProxy,
}

/// Which addresses a proxy is for.
#[derive(Clone, Copy)]
enum Scope {
    Http,
    Https,
    All,
}

impl Scope {
    fn covers(self, url: &Url) -> bool {
        match self {
            Self::Http => url.scheme() == "http",
            Self::Https => url.scheme() == "https",
            Self::All => true,
        }
    }
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

    /// Whether `url` is reached through this proxy.
    fn is_for(&self, url: &Url) -> bool {
        self.scope.covers(url) && !self.except.contains(url)
    }

    pub(super) fn as_proxy(&self) -> Result<Proxy, DialError> {
        if !matches!(self.proxy.scheme(), "http" | "https") {
            let got = place(&self.proxy);
            return Err(DialError::Settings(format!("expected a proxy with an http or https address, but got {got}")));
        }
        let (scope, except, proxy) = (self.scope, self.except.clone(), self.proxy.clone());
        let route = Self { scope, except, proxy };
        // reqwest's own list knows no ports, no `*.suffix` and no other separator than the comma.
        Ok(Proxy::custom(move |url| route.is_for(url).then(|| route.proxy.clone())))
    }
}

/// The proxies of these settings, the more special ones first.
///
/// # Errors
/// [`DialError::Settings`] if `no_proxy` of the configuration is not understood.
pub(super) fn routes(settings: &HttpSettings) -> Result<Vec<Route>, DialError> {
    let except = check_no_proxy(settings.no_proxy.as_deref().unwrap_or_default())?;
    let routes = match &settings.proxy {
        _ if except.is_all() => Vec::new(),
        Some(proxy) => vec![Route { scope: Scope::All, proxy: proxy.clone(), except }],
        None => of_environment(&except, |variable| std::env::var(variable).ok()),
    };
    Ok(routes)
}

/// Reads `no_proxy` of the configuration.
///
/// # Errors
/// [`DialError::Settings`] names the entry that is not understood.
pub fn check_no_proxy(text: &str) -> Result<NoProxy, DialError> {
    NoProxy::parse(text).map_err(|strange| DialError::Settings(strange.to_string()))
}

/// The entries of the environment's `NO_PROXY` that are not understood. Other programs read it too, so it is no error.
pub fn strange_in_environment(variable: impl Fn(&str) -> Option<String>) -> Vec<NotUnderstood> {
    NoProxy::read(&listed_in_environment(variable)).1
}

fn listed_in_environment(variable: impl Fn(&str) -> Option<String>) -> String {
    NO_PROXY_VARIABLES.iter().find_map(|name| variable(name)).unwrap_or_default()
}

/// The proxies that the environment names. This machine itself is never reached through one of them: what listens on its loopback is no
/// business of a company's proxy, which could not reach it either. `also` is what the configuration excepts.
fn of_environment(also: &NoProxy, variable: impl Fn(&str) -> Option<String>) -> Vec<Route> {
    let listed = format!("{},localhost,127.0.0.0/8,::1", listed_in_environment(&variable));
    let except = NoProxy::read(&listed).0.and(also.clone());
    if except.is_all() {
        return Vec::new();
    }
    let route = |scope, names: [&str; 2]| {
        let value = names.iter().find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))?;
        let value = value.trim();
        let proxy = Url::parse(value).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{value}")).ok())?;
        Some(Route { scope, proxy, except: except.clone() })
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
        of_environment(&NoProxy::default(), |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
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

    #[test]
    fn the_environments_exceptions_are_understood_in_every_form() {
        for listed in ["erp.example.com:8443", "*.example.com", "a.test;erp.example.com", "a.test erp.example.com", "<local>,.example.com"]
        {
            let routes = routes(&[("https_proxy", "http://proxy.example.net:3128"), ("no_proxy", listed)]);
            let goes_through = |url: &str| routes.iter().any(|route| route.is_for(&Url::parse(url).unwrap()));
            assert!(!goes_through("https://erp.example.com:8443/"), "{listed}");
            assert!(goes_through("https://data.example.org/"), "{listed}");
            assert!(!goes_through("http://data.example.org/"), "{listed}: it is for https alone");
            assert!(
                !goes_through("https://localhost/") && !goes_through("https://127.1.2.3/") && !goes_through("https://[::1]/"),
                "{listed}"
            );
        }
        assert!(routes(&[("https_proxy", "http://proxy.example.net:3128"), ("NO_PROXY", "a.test, *")]).is_empty());
        let strange = strange_in_environment(|name| (name == "NO_PROXY").then(|| "10.*,<local>,a.test".to_owned()));
        assert_eq!(strange, [NotUnderstood("10.*".to_owned()), NotUnderstood("<local>".to_owned())]);
    }

    #[test]
    fn the_configurations_exceptions_hold_for_the_environments_proxies_too() {
        let also = NoProxy::parse("erp.example.com").unwrap();
        let proxy = |name: &str| (name == "all_proxy").then(|| "http://proxy.example.net:3128".to_owned());
        let [route] = of_environment(&also, proxy).try_into().ok().unwrap();
        assert!(!route.is_for(&Url::parse("https://erp.example.com/").unwrap()));
        assert!(route.is_for(&Url::parse("https://example.com/").unwrap()));
    }

    #[test]
    fn err_a_no_proxy_that_is_not_understood() {
        let settings = HttpSettings { no_proxy: Some("10.*".to_owned()), ..HttpSettings::default() };
        let error = super::routes(&settings).err().unwrap().to_string();
        assert!(error.ends_with("but got `10.*`"), "{error}");
    }
}
