//! The matches that one message shows, each once and with its entry. Pure.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{Alert, AlertBody, Change, PossibleMatch, Screening};

/// A match of a message.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// With its entry, as far as it is known.
    pub found: PossibleMatch,
    /// The change of the list that it belongs to.
    pub change: Option<&'a Change>,
}

/// The matches of a message, strong ones first. Without a screening there are only those in the
/// alert itself: none, unless it is `watchlist.matched`.
pub fn of<'a>(alert: &'a Alert, screening: Option<&Screening>) -> Vec<Shown<'a>> {
    let changes = all_changes(alert);
    let mut shown: Vec<Shown<'a>> = Vec::new();
    if let AlertBody::WatchlistMatched(data) = &alert.body {
        shown.extend(data.matches.iter().map(|found| Shown { found: found.clone(), change: None }));
    }
    for shown_match in screening.iter().flat_map(|screening| &screening.matches) {
        let of_match =
            |change: &&&Change| Some(&change.change_id) == shown_match.change_id.as_ref();
        let change = changes.iter().find(of_match).copied();
        let mut found = shown_match.found.clone();
        if found.entry.is_none() {
            found.entry = change.map(|change| Arc::new(change.entry.clone()));
        }
        shown.push(Shown { found, change });
    }
    let mut seen = HashSet::new();
    shown.retain(|shown| seen.insert(shown.found.match_id.clone()));
    // Stable: those of one band stay in the order of the counterparty file.
    shown.sort_by_key(|shown| std::cmp::Reverse(shown.found.band));
    shown
}

/// The changes of an alert, and of the alerts in it.
pub fn all_changes(alert: &Alert) -> Vec<&Change> {
    match &alert.body {
        AlertBody::AlertEscalated(data) => data.alerts.iter().flat_map(all_changes).collect(),
        body => body.all_changes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::Band;
    use crate::domain::matching::screening::ShownMatch;

    #[test]
    fn each_match_is_shown_once_with_its_entry_and_strong_ones_come_first() {
        let alert = sample::rule_of_june_2022();
        let changes = alert.body.changes().unwrap();
        let found = |id: &str, band| PossibleMatch {
            match_id: crate::domain::MatchId::of([id]),
            band,
            entry: None,
            ..sample::possible_match()
        };
        let shown = |id, band, at: usize| ShownMatch {
            change_id: Some(changes[at].change_id.clone()),
            found: found(id, band),
        };
        let screening = Screening {
            watchlists: Vec::new(),
            matches: vec![
                shown("a", Band::Review, 0),
                shown("b", Band::Strong, 1),
                shown("b", Band::Strong, 0),
            ],
        };
        let all = of(&alert, Some(&screening));
        let names: Vec<&str> =
            all.iter().map(|shown| shown.found.entry.as_ref().unwrap().name.as_str()).collect();
        assert_eq!(names, [&changes[1].entry.name, &changes[0].entry.name]);
        assert!(of(&alert, None).is_empty());
    }
}
