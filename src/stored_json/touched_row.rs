//! A counterparty that a change touched, as `rescreen` prints it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::matching::match_record::MatchRecord;
use crate::domain::same::same_entry;
use crate::domain::{
    Band, Change, ChangeId, ChangeKind, Counterparty, Entry, EntryId, MatchId, MatchState, utc_day,
};
use crate::store::{ChangeQuery, MatchQuery, Result, Store};

/// One counterparty and one change of an entry that it may be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TouchedRow {
    pub watchlist: String,
    pub counterparty: Counterparty,
    pub match_id: MatchId,
    pub band: Band,
    pub score: f64,
    pub state: MatchState,
    /// Why the two match, in words.
    pub reasons: Vec<String>,
    /// The source, or the document number of the rule.
    pub source: String,
    pub observed_at: Timestamp,
    pub change_id: ChangeId,
    pub kind: ChangeKind,
    pub entry: Entry,
}

/// A change with where and when it was seen.
struct SeenChange {
    source: String,
    at: Timestamp,
    change: Change,
}

/// The counterparties that changes since this time touch, newest change first. Those that were
/// dismissed are among them, with their state.
pub async fn touched_since(store: &Store, since: Timestamp) -> Result<Vec<TouchedRow>> {
    let query = ChangeQuery { since: Some(since), editorial: true, ..ChangeQuery::default() };
    let mut changes: Vec<SeenChange> = store
        .changes(&query)
        .await?
        .into_iter()
        .map(|recorded| SeenChange {
            source: recorded.source,
            at: recorded.observed_at,
            change: recorded.change,
        })
        .collect();
    let rules = store.rules(utc_day(since)).await?;
    for rule in rules.into_iter().filter(|rule| rule.first_seen_at >= since) {
        let (source, at) = (rule.document_number, rule.first_seen_at);
        let of_rule = rule.changes.into_iter();
        changes.extend(of_rule.map(|change| SeenChange { source: source.clone(), at, change }));
    }
    changes.sort_by_key(|seen| std::cmp::Reverse(seen.at));
    let query = MatchQuery { with_ended: true, ..MatchQuery::default() };
    let records = store.matches(&query).await?;
    let mut rows = Vec::new();
    for seen in changes {
        for record in records.iter().filter(|record| is_touched(record, &seen.change)) {
            let found = &record.found;
            rows.push(TouchedRow {
                watchlist: found.watchlist.clone(),
                counterparty: found.counterparty.clone(),
                match_id: found.match_id.clone(),
                band: found.band,
                score: found.score,
                state: found.state,
                reasons: found.reasons.clone(),
                source: seen.source.clone(),
                observed_at: seen.at,
                change_id: seen.change.change_id.clone(),
                kind: seen.change.kind,
                entry: seen.change.entry.clone(),
            });
        }
    }
    Ok(rows)
}

/// Whether the change is one of the entry of the match.
fn is_touched(record: &MatchRecord, change: &Change) -> bool {
    [Some(&change.entry), change.before.as_ref()].into_iter().flatten().any(|entry| {
        let has_id = |id: &EntryId| record.entry_id == *id;
        entry.entry_id.as_ref().map_or_else(
            || record.found.entry.as_ref().is_some_and(|own| same_entry(own, entry)),
            has_id,
        )
    })
}
