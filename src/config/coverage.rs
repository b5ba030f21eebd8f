//! Warns of what could reach nobody, of routes that let nothing pass, of addresses that are never
//! dialled, and of what is missing around the program: files, and proxies that are understood.

use std::collections::BTreeSet;

use url::Url;

use crate::config::{Config, ConfigWarning, Environment, SourceKind};
use crate::deliver::Channel;
use crate::dial;
use crate::domain::{ChangeKind, ListCode, Severity};
use crate::fetch::Address;
use crate::route::{
    Route, {self},
};

/// All such warnings of a checked configuration.
pub fn warnings(config: &Config) -> Vec<ConfigWarning> {
    let mut warnings = Vec::new();
    if config.sources.is_empty() {
        warnings.push(warning("no source is configured: nothing is watched"));
    }
    never_dialled(config, &mut warnings);
    if config.receivers.is_empty() {
        warnings.push(warning(
            "no receiver is configured: no change and no operator event reaches anybody",
        ));
        return warnings;
    }
    operator_events(config, &mut warnings);
    for (number, route) in config.routes.iter().enumerate() {
        if let Some(reason) = never_matches(route, config) {
            warnings.push(ConfigWarning(format!("route {} can never match: {reason}", number + 1)));
        }
    }
    changes(config, &mut warnings);
    warnings
}

/// Warnings of this machine: what the configuration needs may come later, and the environment is
/// other programs' too.
pub fn surroundings(config: &Config, environment: &Environment) -> Vec<ConfigWarning> {
    let missing = config.sources.iter().filter_map(|source| match &source.address {
        Address::Path(path) if !path.exists() => Some(ConfigWarning(format!(
            "source `{}`: there is nothing at {} yet",
            source.name,
            path.display()
        ))),
        _ => None,
    });
    // A proxy of the configuration is used in place of the environment's.
    let strange = environment.strange_proxies.iter().filter(|_| config.http.proxy.is_none());
    missing.chain(strange.cloned().map(ConfigWarning)).collect()
}

fn warning(text: &str) -> ConfigWarning {
    ConfigWarning(text.to_owned())
}

/// Addresses that say themselves that they are refused when dialled.
fn never_dialled(config: &Config, warnings: &mut Vec<ConfigWarning>) {
    let sources = config.sources.iter().filter_map(|source| match &source.address {
        Address::Http { url, allow_private }
        | Address::Ecfr { url, allow_private }
        | Address::FederalRegister { url, allow_private } => {
            Some(("source", &source.name, Some(url.clone()), *allow_private))
        }
        Address::Path(_) | Address::Folder { .. } => None,
    });
    let receivers = config.receivers.iter().filter_map(|receiver| {
        let (url, allow_private) = match &receiver.channel {
            Channel::Slack(slack) => (&slack.url, slack.allow_private),
            Channel::Webhook(webhook) => (&webhook.url, webhook.allow_private),
            Channel::Email(_) | Channel::Console => return None,
        };
        Some(("receiver", &receiver.name, Url::parse(url.expose()).ok(), allow_private))
    });
    for (what, name, url, allow_private) in sources.chain(receivers) {
        if let Some(Err(error)) = url.map(|url| dial::check_url(&url, allow_private)) {
            warnings.push(ConfigWarning(format!("{what} `{name}` can never be reached: {error}")));
        }
    }
}

fn operator_events(config: &Config, warnings: &mut Vec<ConfigWarning>) {
    let receivers = config.receiver_refs();
    match route::operators(&receivers, None).as_slice() {
        [] => warnings.push(warning(
            "operator events (a source or delivery that fails, a held list) reach nobody: mark a \
             receiver with `operator = true`, or add one of kind email, slack or console",
        )),
        [only]
            if route::operators(&receivers, Some(only.name))
                .iter()
                .all(|other| other.name == only.name)
                && only.kind != "console" =>
        {
            warnings.push(ConfigWarning(format!(
                "operator events reach only `{}`: that it fails could reach nobody; add another \
                 operator receiver",
                only.name
            )));
        }
        _ => {}
    }
}

/// The severities that a substantive change of a kind can have (`domain::Severity`'s rule).
fn severities(kind: ChangeKind) -> &'static [Severity] {
    match kind {
        ChangeKind::Added => &[Severity::High],
        ChangeKind::Removed => &[Severity::Normal],
        ChangeKind::Revised => &[Severity::Normal, Severity::High],
    }
}

const KINDS: [ChangeKind; 3] = [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Revised];

fn passes<T: PartialEq>(filter: &[T], value: &T) -> bool {
    filter.is_empty() || filter.contains(value)
}

fn never_matches(route: &Route, config: &Config) -> Option<String> {
    let watched = config
        .sources
        .iter()
        .filter(|source| passes(&route.sources, &source.name))
        .any(|source| source.lists.iter().any(|list| passes(&route.lists, list)));
    if !watched {
        let lists: Vec<&str> = route.lists.iter().map(|list| list.as_str()).collect();
        return Some(format!(
            "no source that it names watches {}",
            if lists.is_empty() { "anything".to_owned() } else { lists.join(", ") }
        ));
    }
    // A revision matched by weighed evidence passes as `added` and `removed` too, but is no reason
    // to write a route.
    let some_severity = KINDS
        .iter()
        .filter(|kind| passes(&route.kinds, kind))
        .flat_map(|kind| severities(*kind))
        .any(|severity| route.min_severity.is_none_or(|least| *severity >= least));
    (!some_severity && !route.editorial)
        .then(|| "removals are of severity `normal`, which is below its `min_severity`".to_owned())
}

/// Every source × list × kind × severity × country that the configuration tells apart, and whether
/// any route lets it pass.
fn changes(config: &Config, warnings: &mut Vec<ConfigWarning>) {
    if config.routes.is_empty() {
        return;
    }
    let named: BTreeSet<&str> =
        config.routes.iter().flat_map(|route| &route.countries).map(String::as_str).collect();
    // The Federal Register tells of rules, not of entries.
    for source in config.sources.iter().filter(|source| source.kind != SourceKind::FederalRegister)
    {
        for list in &source.lists {
            let mut missed: Vec<String> = Vec::new();
            let mut reached = false;
            for kind in KINDS {
                for severity in severities(kind) {
                    let reaches = |country: Option<&str>| {
                        config.routes.iter().any(|route| {
                            passes_all(route, &source.name, *list, kind, *severity, country)
                        })
                    };
                    let unreached: Vec<&str> =
                        named.iter().copied().filter(|country| !reaches(Some(country))).collect();
                    let others = reaches(None);
                    reached |= others || unreached.len() < named.len();
                    let what = format!("{} ({})", kind.as_str(), severity.as_str());
                    if !others && unreached.len() == named.len() {
                        missed.push(what);
                    } else if !others {
                        let reached: Vec<&str> = named
                            .iter()
                            .copied()
                            .filter(|country| !unreached.contains(country))
                            .collect();
                        missed.push(format!("{what} outside {}", reached.join(", ")));
                    }
                }
            }
            if !reached {
                warnings.push(ConfigWarning(format!(
                    "no change of {list} in source `{}` reaches anybody: no route matches",
                    source.name
                )));
            } else if !missed.is_empty() {
                warnings.push(ConfigWarning(format!(
                    "changes of {list} in source `{}` that reach nobody, as no route matches: {}",
                    source.name,
                    missed.join("; ")
                )));
            }
        }
    }
}

/// `country: None` is any country that no route names.
fn passes_all(
    route: &Route,
    source: &str,
    list: ListCode,
    kind: ChangeKind,
    severity: Severity,
    country: Option<&str>,
) -> bool {
    (route.sources.is_empty() || route.sources.iter().any(|name| name == source))
        && passes(&route.lists, &list)
        && passes(&route.kinds, &kind)
        && route.min_severity.is_none_or(|least| severity >= least)
        && (route.countries.is_empty()
            || country.is_some_and(|country| route.countries.iter().any(|named| named == country)))
}
