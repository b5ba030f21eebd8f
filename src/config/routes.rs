//! Checks `[[route]]`.

use crate::config::problem::Problem;
use crate::config::raw::{Key, Placed, RawRoute};
use crate::config::read::{Sections, did_you_mean};
use crate::config::sources::required;
use crate::route::Route;

/// Returns the valid routes, and adds the mistakes of the others to `problems`.
pub(super) fn check(sections: &Sections, problems: &mut Vec<Problem>) -> Vec<Route> {
    let receivers: Vec<&str> = sections
        .receivers
        .iter()
        .filter_map(|section| section.value.name.as_ref())
        .map(|name| name.value.0.as_str())
        .chain(sections.faulty.receivers.iter().map(String::as_str))
        .collect();
    let sources: Vec<&str> = sections
        .sources
        .iter()
        .filter_map(|section| section.value.name.as_ref())
        .map(|name| name.value.0.as_str())
        .chain(sections.faulty.sources.iter().map(String::as_str))
        .collect();
    sections
        .routes
        .iter()
        .filter_map(|section| one(section, &receivers, &sources, problems))
        .collect()
}

fn one(
    section: &Placed<RawRoute>,
    receivers: &[&str],
    sources: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Route> {
    let raw = &section.value;
    not_empty(&raw.kinds, "kind", problems);
    not_empty(&raw.lists, "list", problems);
    not_empty(&raw.countries, "country", problems);
    not_empty(&raw.receivers, "receiver", problems);
    not_empty(&raw.sources, "source", problems);
    known(&raw.receivers, receivers, "receiver", problems);
    known(&raw.sources, sources, "source", problems);
    let names = |key: &Key<Vec<Placed<String>>>| -> Vec<String> {
        key.as_ref()
            .map(|names| names.value.iter().map(|name| name.value.clone()).collect())
            .unwrap_or_default()
    };
    required(raw.receivers.as_ref(), section, "receivers", problems)?;
    Some(Route {
        receivers: names(&raw.receivers),
        kinds: raw.kinds.as_ref().map(|kinds| kinds.value.clone()).unwrap_or_default(),
        lists: raw
            .lists
            .as_ref()
            .map(|lists| lists.value.iter().map(|list| list.value.0).collect())
            .unwrap_or_default(),
        sources: names(&raw.sources),
        countries: raw
            .countries
            .as_ref()
            .map(|key| key.value.iter().map(|country| country.0.clone()).collect())
            .unwrap_or_default(),
        min_severity: raw.min_severity.as_ref().map(|severity| severity.value),
        editorial: raw.editorial.as_ref().is_some_and(|editorial| editorial.value),
        matches: raw.matches.as_ref().is_some_and(|matches| matches.value),
    })
}

/// Refuses an empty list: a reader would expect it to match nothing, but it would match everything.
fn not_empty<T>(key: &Key<Vec<T>>, what: &str, problems: &mut Vec<Problem>) {
    if let Some(key) = key.as_ref().filter(|key| key.value.is_empty()) {
        problems.push(
            Problem::at(
                key.span.clone(),
                format!("expected at least one {what}, but got an empty list"),
            )
            .with_hint("to match all, remove the key"),
        );
    }
}

fn known(key: &Key<Vec<Placed<String>>>, known: &[&str], what: &str, problems: &mut Vec<Problem>) {
    for name in key.iter().flat_map(|names| &names.value) {
        if known.contains(&name.value.as_str()) {
            continue;
        }
        let list = if known.is_empty() {
            "none is configured".to_owned()
        } else {
            format!("known: {}", known.join(", "))
        };
        problems.push(Problem {
            message: format!("expected the name of a {what}, but got `{}` ({list})", name.value),
            span: Some(name.span.clone()),
            hint: did_you_mean(&name.value, known),
        });
    }
}
