//! What the receivers with `show_matches` get because of matches: more changes than their routes
//! alone select, at once instead of with a digest, and the matches themselves. Pure.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::config::{Config, WatchlistSettings};
use crate::deliver::Receiver;
use crate::domain::alert::WatchlistMatched;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::{ScreenedWatchlist, ShownMatch};
use crate::domain::matching::watchlist_state::WatchlistState;
use crate::domain::{
    Alert, AlertBody, AlertId, Cause, Change, ChangeId, DeliveryState, MatchId, MatchState,
    PossibleMatch, Screening,
};
use crate::pipeline::alerting::{addressing, digest_choice};
use crate::route;
use crate::store::Outgoing;

/// The matches of each change.
#[derive(Clone, Debug, Default)]
pub struct MatchesOfChanges {
    /// Those that are shown.
    pub shown: HashMap<ChangeId, Vec<PossibleMatch>>,
    /// The watchlists and ids of those that a person has dismissed.
    pub dismissed: HashMap<ChangeId, Vec<(String, MatchId)>>,
}

/// What every message to a receiver with `show_matches` says of the counterparty files.
pub fn facts(config: &Config, states: &[WatchlistState]) -> Vec<ScreenedWatchlist> {
    let of = |settings: &WatchlistSettings| {
        let state = states.iter().find(|state| state.name == settings.name);
        ScreenedWatchlist {
            watchlist: settings.name.clone(),
            file: settings.file_name(),
            dated: state.and_then(|state| state.dated),
            counterparties: state.map_or(0, |state| state.rows),
            lists: settings.lists.clone(),
            problem: state.and_then(|state| state.said_problem().cloned()),
            undecided: None,
            dismissed: 0,
        }
    };
    config.watchlists.iter().map(of).collect()
}

/// Adds to the deliveries of an alert what matches bring, and freezes what each receiver is shown.
pub fn show(
    config: &Config,
    facts: &[ScreenedWatchlist],
    matches: &MatchesOfChanges,
    outgoing: &mut Outgoing,
) {
    if outgoing.alert.body.list_changed().is_none() && outgoing.alert.body.rule_notice().is_none() {
        return;
    }
    // Changes of a file that is not up to date may match without that anybody knows.
    let is_stale = |fact: &ScreenedWatchlist| {
        fact.dated.is_none() || fact.problem.as_ref().is_some_and(|wrong| wrong.kind.is_stale())
    };
    let is_uncertain = facts.iter().any(is_stale);
    for receiver in config.receivers.iter().filter(|receiver| receiver.show_matches) {
        add_changes(config, receiver, matches, is_uncertain, outgoing);
        let own: Vec<usize> = (0..outgoing.deliveries.len())
            .filter(|at| outgoing.deliveries.get(*at).is_some_and(|d| d.receiver == receiver.name))
            .collect();
        let Some(first) = own.first().and_then(|at| outgoing.deliveries.get(*at)) else { continue };
        let selection = first.selection.clone();
        let shown = shown_of(&outgoing.alert, selection.as_deref(), matches);
        if !shown.is_empty() {
            // Matches never wait for a digest.
            for at in own {
                if let Some(delivery) = outgoing.deliveries.get_mut(at)
                    && delivery.state == DeliveryState::Waiting
                {
                    delivery.state = DeliveryState::Pending;
                }
            }
        }
        let dismissed = dismissed_of(&outgoing.alert, selection.as_deref(), matches);
        let count =
            |name: &str| dismissed.iter().filter(|(watchlist, _)| watchlist == name).count();
        let with_count = |fact: &ScreenedWatchlist| ScreenedWatchlist {
            dismissed: count(&fact.watchlist),
            ..fact.clone()
        };
        let watchlists = facts.iter().map(with_count).collect();
        let screening = Screening { watchlists, matches: shown };
        outgoing.screenings.push((receiver.name.clone(), screening));
    }
}

/// Adds the changes that the receiver gets because of their matches.
fn add_changes(
    config: &Config,
    receiver: &Receiver,
    matches: &MatchesOfChanges,
    is_uncertain: bool,
    outgoing: &mut Outgoing,
) {
    // A correction goes to those who got what it corrects.
    if matches!(outgoing.alert.body, AlertBody::ListCorrected(_)) {
        return;
    }
    let changes = outgoing.alert.body.changes().unwrap_or_default();
    let source = outgoing.alert.body.source().unwrap_or_default();
    let passes = |change: &Change| {
        let found = matches.shown.get(&change.change_id).map(Vec::as_slice).unwrap_or_default();
        let is_urgent = found.iter().any(PossibleMatch::is_urgent);
        let is_matched = is_uncertain || !found.is_empty();
        let own = config.routes.iter().filter(|route| route.receivers.contains(&receiver.name));
        found.iter().any(|found| found.state == MatchState::Confirmed)
            || own
                .into_iter()
                .any(|route| route::passes_as_matched(route, source, change, is_matched, is_urgent))
    };
    let added: Vec<ChangeId> = changes
        .iter()
        .filter(|change| passes(change))
        .map(|change| change.change_id.clone())
        .collect();
    if added.is_empty() {
        return;
    }
    let union = |selection: &[ChangeId]| -> Option<Vec<ChangeId>> {
        let all: Vec<ChangeId> = changes
            .iter()
            .map(|change| &change.change_id)
            .filter(|id| selection.contains(id) || added.contains(id))
            .cloned()
            .collect();
        (all.len() < changes.len()).then_some(all)
    };
    let (mut has_delivery, mut deliveries) = (false, outgoing.deliveries.clone());
    for delivery in deliveries.iter_mut().filter(|d| d.receiver == receiver.name) {
        has_delivery = true;
        if let Some(selection) = &delivery.selection {
            delivery.selection = union(selection);
        }
    }
    if !has_delivery {
        let selection = union(&[]);
        let new = addressing::deliveries_to(receiver, &outgoing.alert, selection.as_deref());
        let waits = config.digest(&receiver.name).is_some_and(|digest| {
            digest_choice::waits(&outgoing.alert.body, selection.as_deref(), digest.immediate)
        });
        deliveries.extend(new.into_iter().map(|mut delivery| {
            if waits {
                delivery.state = DeliveryState::Waiting;
            }
            delivery
        }));
    }
    outgoing.deliveries = deliveries;
}

/// The changes that a receiver gets.
fn selected<'a>(
    alert: &'a Alert,
    selection: Option<&'a [ChangeId]>,
) -> impl Iterator<Item = &'a Change> {
    let changes = alert.body.changes().unwrap_or_default().iter();
    changes.filter(move |change| selection.is_none_or(|ids| ids.contains(&change.change_id)))
}

/// The dismissed matches of the changes that a receiver gets, each once.
fn dismissed_of<'a>(
    alert: &Alert,
    selection: Option<&[ChangeId]>,
    matches: &'a MatchesOfChanges,
) -> BTreeSet<&'a (String, MatchId)> {
    let of_change = |change: &Change| matches.dismissed.get(&change.change_id);
    selected(alert, selection).filter_map(of_change).flatten().collect()
}

/// The matches of the changes that a receiver gets, strong ones first.
fn shown_of(
    alert: &Alert,
    selection: Option<&[ChangeId]>,
    matches: &MatchesOfChanges,
) -> Vec<ShownMatch> {
    let mut shown: Vec<ShownMatch> = selected(alert, selection)
        .flat_map(|change| {
            let found = matches.shown.get(&change.change_id).into_iter().flatten();
            found.map(|found| ShownMatch {
                change_id: Some(change.change_id.clone()),
                found: PossibleMatch { entry: None, ..found.clone() },
            })
        })
        .collect();
    shown.sort_by(|a, b| {
        b.found.band.cmp(&a.found.band).then(b.found.score.total_cmp(&a.found.score))
    });
    shown
}

/// The matches of one watchlist that have one cause, for each receiver that does not get them with
/// a change. `None` if there is none.
pub fn announcement(
    watchlist: &str,
    cause: Cause,
    records: &[&MatchRecord],
    facts: &[ScreenedWatchlist],
    receivers: &[(&Receiver, Vec<PossibleMatch>)],
    now: Timestamp,
) -> Option<Outgoing> {
    if receivers.is_empty() || records.is_empty() {
        return None;
    }
    let mut parts =
        vec!["watchlist.matched".to_owned(), watchlist.to_owned(), cause.as_str().into()];
    for record in records {
        parts.extend([
            record.found.match_id.to_string(),
            record.announced.to_string(),
            record.state().as_str().to_owned(),
        ]);
    }
    let expired = records.iter().all(|record| record.to_show().has_expired());
    let (watchlist_name, matches) = (watchlist.to_owned(), Vec::new());
    let data = WatchlistMatched { watchlist: watchlist_name, cause, expired, matches };
    let alert = Alert {
        alert_id: AlertId::of(parts.iter().map(String::as_str)),
        created_at: now,
        body: AlertBody::WatchlistMatched(Box::new(data)),
    };
    let facts: Vec<ScreenedWatchlist> =
        facts.iter().filter(|fact| fact.watchlist == watchlist).cloned().collect();
    let mut outgoing =
        Outgoing { alert, citations: Vec::new(), deliveries: Vec::new(), screenings: Vec::new() };
    for (receiver, matches) in receivers {
        outgoing.deliveries.extend(addressing::deliveries_to(receiver, &outgoing.alert, None));
        let matches = matches.iter().cloned();
        let matches = matches.map(|found| ShownMatch { change_id: None, found }).collect();
        let screening = Screening { watchlists: facts.clone(), matches };
        outgoing.screenings.push((receiver.name.clone(), screening));
    }
    Some(outgoing)
}
