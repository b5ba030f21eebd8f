//! Why a receiver was or was not alerted of a change, in words. Pure.

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::{AlertBody, AlertId, Change, Delivery, DeliveryState};
use crate::pipeline::route_explanation::FoundChange;
use crate::route::{
    Route, {self},
};

/// The numbers of the routes to a receiver that match a change, from 1.
pub fn matching_routes(
    config: &Config,
    receiver: &str,
    source: &str,
    change: &Change,
) -> Vec<usize> {
    routes_to(config, receiver)
        .filter(|(_, route)| route::mismatch(route, source, change).is_none())
        .map(|(number, _)| number)
        .collect()
}

fn routes_to<'a>(
    config: &'a Config,
    receiver: &'a str,
) -> impl Iterator<Item = (usize, &'a Route)> {
    (1..)
        .zip(&config.routes)
        .filter(move |(_, route)| route.receivers.iter().any(|name| name == receiver))
}

/// Why the change is in these deliveries, and how far they are.
pub fn selected(
    config: &Config,
    receiver: &str,
    routes: &[usize],
    deliveries: &[Delivery],
    digest: Option<&AlertId>,
    now: Timestamp,
) -> String {
    let by = match routes {
        [] if config.routes.is_empty() => "there are no routes, so it gets all changes".to_owned(),
        [] => "it was selected when the alert was recorded; no route matches it today".to_owned(),
        [only] => format!("route {only} matches"),
        several => {
            let numbers: Vec<String> = several.iter().map(ToString::to_string).collect();
            format!("routes {} match", numbers.join(", "))
        }
    };
    let waits = deliveries.iter().any(|delivery| delivery.state == DeliveryState::Waiting);
    let due = config.digest(receiver).and_then(|digest| digest.schedule.next_after(now));
    let how = match (digest, waits, due) {
        (Some(digest), ..) => format!("; it was put into digest {digest}"),
        (None, true, Some(due)) => format!("; it waits for the digest of {due}"),
        (None, true, None) => "; it waited for a digest and is sent at the next start".to_owned(),
        _ => String::new(),
    };
    let state = if waits { String::new() } else { format!("; {}", progress(deliveries)) };
    format!("{by}{how}{state}")
}

/// `delivered`, or how many deliveries are in which state.
fn progress(deliveries: &[Delivery]) -> String {
    let counts = [
        (DeliveryState::Delivered, "delivered"),
        (DeliveryState::Pending, "not accepted by its server yet"),
        (DeliveryState::Dead, "given up after the last retry"),
    ]
    .map(|(state, words)| {
        (deliveries.iter().filter(|delivery| delivery.state == state).count(), words)
    });
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| match deliveries.len() {
            all if all == *count => (*words).to_owned(),
            all => format!("{count} of {all} {words}"),
        })
        .collect();
    parts.join(", ")
}

/// Why the change is in no delivery to the receiver. `has_others`: the receiver got other changes
/// of the alert.
pub fn not_selected(
    config: &Config,
    receiver: &str,
    found: &FoundChange,
    has_others: bool,
) -> String {
    let Some(alert) = &found.alert else { return without_alert(found) };
    if let AlertBody::ListCorrected(data) = &alert.body {
        let corrected = data.corrects.as_ref().map_or("an earlier one", AlertId::as_str);
        return format!(
            "a correction goes to those who got the alert that it corrects ({corrected})"
        );
    }
    let (source, change) = (found.source.as_str(), &found.change);
    if config.routes.is_empty() {
        return if change.editorial {
            "it is editorial, and without routes editorial changes are not sent".to_owned()
        } else {
            later("it has no routes and would get the change today")
        };
    }
    let reasons: Vec<String> = routes_to(config, receiver)
        .map(|(number, route)| match route::mismatch(route, source, change) {
            Some(mismatch) => format!("route {number}: {mismatch}"),
            None => later(&format!("route {number} matches today")),
        })
        .collect();
    match reasons.as_slice() {
        [] => "no route leads to it".to_owned(),
        reasons if has_others => {
            format!("it got other changes of the alert; {}", reasons.join("; "))
        }
        reasons => reasons.join("; "),
    }
}

fn later(what: &str) -> String {
    format!("{what}, but not when the alert was recorded; `entitywatch deliveries send` sends it")
}

/// Why a change has no alert.
fn without_alert(found: &FoundChange) -> String {
    let Some(recorded) = &found.recorded else { return "it has no alert".to_owned() };
    if recorded.is_backfilled() {
        return "it was found by `backfill`, which alerts nobody".to_owned();
    }
    match &found.change.confirms {
        Some(first) if found.change.is_confirmation() => {
            format!("it only confirms change {first}, which another source showed before")
        }
        _ if found.change.editorial => {
            "it is editorial, and no route asked for editorial changes".to_owned()
        }
        _ if recorded.accepted_at.is_some() => {
            "a person accepted its list as a baseline, which alerts nobody".to_owned()
        }
        _ => {
            "it reverses a change that was accepted as a baseline, which alerted nobody".to_owned()
        }
    }
}
