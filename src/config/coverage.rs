//! Warnings about a valid configuration: changes and events that no receiver gets, routes that
//! never match, addresses that are always refused, and problems outside the file (missing files,
//! proxy settings that are not understood).

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

/// The warnings that the configuration alone shows.
pub fn warnings(config: &Config) -> Vec<ConfigWarning> {
    let mut warnings = Vec::new();
    if config.sources.is_empty() {
        warnings.push(warning("no source is configured, so nothing is watched"));
    }
    refused_addresses(config, &mut warnings);
    if config.receivers.is_empty() {
        warnings.push(warning("no receiver is configured, so no alert is sent to anyone"));
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

/// Warnings about this machine. They are not errors, because a missing file may be created later,
/// and the environment is also for other programs.
pub fn machine_warnings(config: &Config, environment: &Environment) -> Vec<ConfigWarning> {
    let missing = config.sources.iter().filter_map(|source| match &source.address {
        Address::Path(path) if !path.exists() => Some(ConfigWarning(format!(
            "source `{}`: {} does not exist yet",
            source.name,
            path.display()
        ))),
        _ => None,
    });
    // A proxy in the configuration replaces the environment's.
    let ignored = environment.ignored_proxies.iter().filter(|_| config.http.proxy.is_none());
    missing.chain(ignored.cloned().map(ConfigWarning)).collect()
}

fn warning(text: &str) -> ConfigWarning {
    ConfigWarning(text.to_owned())
}

/// Warns about addresses that are always refused.
fn refused_addresses(config: &Config, warnings: &mut Vec<ConfigWarning>) {
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
            Channel::Teams(teams) => (&teams.url, teams.allow_private),
            Channel::Webhook(webhook) => (&webhook.url, webhook.allow_private),
            Channel::Email(_) | Channel::Console => return None,
        };
        Some(("receiver", &receiver.name, Url::parse(url.expose()).ok(), allow_private))
    });
    for (number, heartbeat) in (1..).zip(&config.heartbeats) {
        let url = Url::parse(heartbeat.url.expose()).ok();
        if let Some(Err(error)) = url.map(|url| dial::check_url(&url, heartbeat.allow_private)) {
            warnings.push(ConfigWarning(format!("heartbeat {number} will never be sent: {error}")));
        }
    }
    for (what, name, url, allow_private) in sources.chain(receivers) {
        if let Some(Err(error)) = url.map(|url| dial::check_url(&url, allow_private)) {
            warnings
                .push(ConfigWarning(format!("{what} `{name}` will never be contacted: {error}")));
        }
    }
}

fn operator_events(config: &Config, warnings: &mut Vec<ConfigWarning>) {
    let receivers = config.receiver_refs();
    match route::operators(&receivers, None).as_slice() {
        [] => warnings.push(warning(
            "operator events (a failing source or delivery, a list on hold) are sent to no \
             receiver: set `operator = true` for a receiver, or add one of kind email, slack or \
             console",
        )),
        [only]
            if route::operators(&receivers, Some(only.name))
                .iter()
                .all(|other| other.name == only.name)
                && only.kind != "console" =>
        {
            warnings.push(ConfigWarning(format!(
                "operator events are sent only to `{}`, so nobody is alerted if it fails: add \
                 another operator receiver",
                only.name
            )));
        }
        _ => {}
    }
}

/// The severities that a substantive change of each kind can have (the rule of `domain::Severity`).
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
            "none of its sources watches {}",
            if lists.is_empty() { "any list".to_owned() } else { lists.join(", ") }
        ));
    }
    // A revision matched by weighed evidence also passes as `added` and `removed`, but that alone
    // is no reason to write a route.
    let some_severity = KINDS
        .iter()
        .filter(|kind| passes(&route.kinds, kind))
        .flat_map(|kind| severities(*kind))
        .any(|severity| route.min_severity.is_none_or(|least| *severity >= least));
    (!some_severity && !route.editorial)
        .then(|| "removals have severity `normal`, which is below its `min_severity`".to_owned())
}

/// Warns about each combination of source, list, kind, severity and country that no route lets
/// pass.
fn changes(config: &Config, warnings: &mut Vec<ConfigWarning>) {
    if config.routes.is_empty() {
        return;
    }
    let named: BTreeSet<&str> =
        config.routes.iter().flat_map(|route| &route.countries).map(String::as_str).collect();
    // The Federal Register's alerts are about rules, not entries.
    for source in config.sources.iter().filter(|source| source.kind != SourceKind::FederalRegister)
    {
        for list in &source.lists {
            let mut missed: Vec<String> = Vec::new();
            let mut reached = false;
            for kind in KINDS {
                for severity in severities(kind) {
                    let reaches = |country: Option<&str>| {
                        config.routes.iter().any(|route| {
                            route_matches(route, &source.name, *list, kind, *severity, country)
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
                    "changes of {list} in source `{}` are sent to no receiver: no route matches \
                     them",
                    source.name
                )));
            } else if !missed.is_empty() {
                warnings.push(ConfigWarning(format!(
                    "some changes of {list} in source `{}` are sent to no receiver, because no \
                     route matches them: {}",
                    source.name,
                    missed.join("; ")
                )));
            }
        }
    }
}

/// `country: None` is any country that no route names.
fn route_matches(
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
