//! Which receivers learn of matches by an alert of its own: those that get no change that shows
//! them. Pure.

use std::collections::HashSet;

use crate::config::Config;
use crate::deliver::Receiver;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::ScreenedWatchlist;
use crate::domain::{Cause, MatchId, PossibleMatch};
use crate::pipeline::matching::receiver_matches::announcement;
use crate::store::{CheckRecord, Outgoing};

/// The alert about matches of one watchlist with one cause. `None` if every receiver with
/// `show_matches` gets them with a change in the record.
pub fn announce(
    config: &Config,
    facts: &[ScreenedWatchlist],
    record: &CheckRecord,
    (watchlist, cause): (&str, Cause),
    records: &[&MatchRecord],
) -> Option<Outgoing> {
    let missing: Vec<(&Receiver, Vec<PossibleMatch>)> = config
        .receivers
        .iter()
        .filter(|receiver| receiver.show_matches)
        .map(|receiver| {
            let shown = shown_to(record, &receiver.name);
            let mut matches: Vec<PossibleMatch> = records
                .iter()
                .map(|record| PossibleMatch { cause, ..record.to_show() })
                .filter(|found| !shown.contains(&found.match_id))
                .collect();
            matches.sort_by(|a, b| b.band.cmp(&a.band).then(b.score.total_cmp(&a.score)));
            (receiver, matches)
        })
        .filter(|(_, matches)| !matches.is_empty())
        .collect();
    announcement(watchlist, cause, records, facts, &missing, record.at)
}

/// The matches that the alerts of a record show to a receiver.
fn shown_to(record: &CheckRecord, receiver: &str) -> HashSet<MatchId> {
    record
        .alerts
        .iter()
        .flat_map(|outgoing| &outgoing.screenings)
        .filter(|(name, _)| name == receiver)
        .flat_map(|(_, screening)| &screening.matches)
        .map(|shown| shown.found.match_id.clone())
        .collect()
}
