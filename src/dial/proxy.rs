//! The proxies of this program: the configuration's, or else the environment's.

use reqwest::Proxy;
use url::Url;

use crate::dial::no_proxy::NoProxy;
use crate::dial::{DialError, HttpSettings, origin};

/// The variables of `NO_PROXY`. As in curl, the first one that is set is used.
const NO_PROXY_VARIABLES: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A proxy, and the addresses that are reached through it.
pub(super) struct Route {
    scope: Scope,
    proxy: Url,
    /// The addresses that are reached without it.
    except: NoProxy,
}

/// The URL schemes that a proxy serves.
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
    /// The host name of the proxy.
    pub(super) fn host(&self) -> Option<&str> {
        self.proxy.host_str()
    }

    /// Whether the connection to the proxy itself uses TLS.
    pub(super) fn speaks_tls(&self) -> bool {
        self.proxy.scheme() != "http"
    }

    /// Whether `url` is reached through this proxy.
    fn is_for(&self, url: &Url) -> bool {
        self.scope.covers(url) && !self.except.contains(url)
    }

    pub(super) fn as_proxy(&self) -> Result<Proxy, DialError> {
        check_scheme(&self.proxy)?;
        let route =
            Self { scope: self.scope, proxy: self.proxy.clone(), except: self.except.clone() };
        // reqwest's own list supports no ports, no `*.suffix` and no separator except the comma.
        Ok(Proxy::custom(move |url| route.is_for(url).then(|| route.proxy.clone())))
    }
}

/// The proxies of these settings, the more specific ones first.
///
/// # Errors
///
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
///
/// [`DialError::Settings`] with the entry that is not understood.
pub fn check_no_proxy(text: &str) -> Result<NoProxy, DialError> {
    NoProxy::parse(text).map_err(|strange| DialError::Settings(strange.to_string()))
}

/// The settings of the environment's proxies that are not understood and therefore ignored, in
/// sentences without a secret. They are not an error, because other programs read these variables
/// too.
pub fn ignored_in_environment(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let strange = NoProxy::read(&listed_in_environment(&variable)).1.into_iter();
    let entries = strange
        .map(|strange| format!("an entry of the environment's NO_PROXY is ignored: {strange}"));
    let proxies = PROXY_VARIABLES.iter().filter_map(|(_, names)| {
        match proxy_of_environment(*names, &variable)? {
            Ok(_) => None,
            Err(reason) => Some(format!("the environment's {} is ignored: {reason}", names[1])),
        }
    });
    entries.chain(proxies).collect()
}

/// The more specific ones first.
const PROXY_VARIABLES: [(Scope, [&str; 2]); 3] = [
    (Scope::Https, ["https_proxy", "HTTPS_PROXY"]),
    (Scope::Http, ["http_proxy", "HTTP_PROXY"]),
    (Scope::All, ["all_proxy", "ALL_PROXY"]),
];

/// The proxy in the first of these variables that is set. `http://` may be omitted.
fn proxy_of_environment(
    names: [&str; 2],
    variable: &impl Fn(&str) -> Option<String>,
) -> Option<Result<Url, DialError>> {
    let value =
        names.iter().find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))?;
    let value = value.trim();
    let with_scheme =
        if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let proxy = Url::parse(&with_scheme).ok().filter(Url::has_host);
    let none = || {
        DialError::Settings(
            "expected a proxy such as http://proxy.example.com:3128, but got another text"
                .to_owned(),
        )
    };
    Some(proxy.ok_or_else(none).and_then(|proxy| check_scheme(&proxy).map(|()| proxy)))
}

fn check_scheme(proxy: &Url) -> Result<(), DialError> {
    if matches!(proxy.scheme(), "http" | "https") {
        return Ok(());
    }
    Err(DialError::Settings(format!(
        "expected a proxy with an http or https address, but got {}",
        origin(proxy)
    )))
}

fn listed_in_environment(variable: impl Fn(&str) -> Option<String>) -> String {
    NO_PROXY_VARIABLES.iter().find_map(|name| variable(name)).unwrap_or_default()
}

/// The proxies that the environment names. This machine's loopback addresses are never reached
/// through one of them: a company's proxy must not see requests to them, and could not reach them.
/// `also` are the exceptions of the configuration.
fn of_environment(also: &NoProxy, variable: impl Fn(&str) -> Option<String>) -> Vec<Route> {
    let listed = format!("{},localhost,127.0.0.0/8,::1", listed_in_environment(&variable));
    let except = NoProxy::read(&listed).0.and(also.clone());
    if except.is_all() {
        return Vec::new();
    }
    // A value that is not the address of a proxy is ignored, as in other programs. `config check`
    // warns of it.
    let understood = PROXY_VARIABLES.iter().filter_map(|(scope, names)| {
        let proxy = proxy_of_environment(*names, &variable)?.ok()?;
        Some(Route { scope: *scope, proxy, except: except.clone() })
    });
    understood.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(set: &[(&str, &str)]) -> Vec<Route> {
        of_environment(&NoProxy::default(), |name| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environments_proxies_are_read_in_every_spelling() {
        assert!(routes(&[]).is_empty());
        let spelled = routes(&[
            ("HTTPS_PROXY", "http://secure.example.com:3128"),
            ("http_proxy", "proxy.example.com:3128"),
        ]);
        assert_eq!(
            spelled.iter().filter_map(Route::host).collect::<Vec<_>>(),
            ["secure.example.com", "proxy.example.com"]
        );
        assert_eq!(
            routes(&[
                ("all_proxy", "http://user:secret@proxy.example.com:3128"),
                ("HTTP_PROXY", " ")
            ])
            .len(),
            1
        );
    }

    #[test]
    fn a_proxy_that_speaks_tls_is_recognized() {
        for (address, expected) in [
            ("https://proxy.example.com:3128", true),
            ("http://proxy.example.com:3128", false),
            ("proxy.example.com:3128", false),
        ] {
            let routes = routes(&[("http_proxy", address)]);
            assert_eq!(routes.iter().map(Route::speaks_tls).collect::<Vec<_>>(), [expected]);
        }
    }

    #[test]
    fn the_environments_exceptions_are_understood_in_every_form() {
        for listed in [
            "erp.example.com:8443",
            "*.example.com",
            "a.test;erp.example.com",
            "a.test erp.example.com",
            "<local>,.example.com",
        ] {
            let routes =
                routes(&[("https_proxy", "http://proxy.example.net:3128"), ("no_proxy", listed)]);
            let goes_through =
                |url: &str| routes.iter().any(|route| route.is_for(&Url::parse(url).unwrap()));
            assert!(!goes_through("https://erp.example.com:8443/"), "{listed}");
            assert!(goes_through("https://data.example.org/"), "{listed}");
            assert!(!goes_through("http://data.example.org/"), "{listed}: it is for https only");
            assert!(
                !goes_through("https://localhost/")
                    && !goes_through("https://127.1.2.3/")
                    && !goes_through("https://[::1]/"),
                "{listed}"
            );
        }
        assert!(
            routes(&[("https_proxy", "http://proxy.example.net:3128"), ("NO_PROXY", "a.test, *")])
                .is_empty()
        );
    }

    #[test]
    fn settings_of_the_environment_that_are_not_understood_are_named_without_a_secret() {
        let set = [
            ("NO_PROXY", "10.*,<local>,a.test"),
            ("ALL_PROXY", "socks5://user:hunter2@proxy.example.com:1080"),
            ("http_proxy", "http://user:hunter2@proxy example.com"),
            ("https_proxy", "proxy.example.com:3128"),
        ];
        let variable = |name: &str| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let strange = ignored_in_environment(variable);
        assert_eq!(strange.len(), 4, "{strange:?}");
        for (message, part) in strange.iter().zip([
            "but got `10.*`",
            "but got `<local>`",
            "HTTP_PROXY is ignored",
            "socks5://proxy.example.com:1080",
        ]) {
            assert!(message.contains(part) && !message.contains("hunter2"), "{message}");
        }
        assert_eq!(of_environment(&NoProxy::default(), variable).len(), 1);
    }

    #[test]
    fn the_configurations_exceptions_also_apply_to_the_environments_proxies() {
        let also = NoProxy::parse("erp.example.com").unwrap();
        let proxy =
            |name: &str| (name == "all_proxy").then(|| "http://proxy.example.net:3128".to_owned());
        let [route] = of_environment(&also, proxy).try_into().ok().unwrap();
        assert!(!route.is_for(&Url::parse("https://erp.example.com/").unwrap()));
        assert!(route.is_for(&Url::parse("https://example.com/").unwrap()));
    }

    #[test]
    fn err_a_no_proxy_that_is_not_understood() {
        let settings =
            HttpSettings { no_proxy: Some("10.*".to_owned()), ..HttpSettings::default() };
        let error = super::routes(&settings).err().unwrap().to_string();
        assert!(error.ends_with("but got `10.*`"), "{error}");
    }
}
