//! What the reading commands and the API show: rows of the record in their outside shape.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Alert, Change, Delivery, Entry, Hold, ListCode, ListState, Sha256, SourceState};
use crate::record::{
    AlertQuery, ChangeQuery, Check, DeliveryQuery, EntryQuery, HistoricEntry, OutboxCount, ReceiverState, RecordedChange, Result, Store,
};

/// `changes`: a Change with when and where it was seen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangeRow {
    #[serde(flatten)]
    pub change: Change,
    pub source: String,
    pub observed_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub unconfirmed: bool,
    /// The alert that told of it; none told of an editorial change that no route asks for.
    pub alert_id: Option<String>,
}

/// `entries`: an Entry with the times between which it was held.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryRow {
    #[serde(flatten)]
    pub entry: Entry,
    pub source: String,
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    pub listed_from: Option<Date>,
    pub listed_until: Option<Date>,
}

/// `sources`: what is remembered of a source and of each of its lists.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceRow {
    pub name: String,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    pub retry_after_until: Option<Timestamp>,
    pub checks: u64,
    pub unchanged_checks: u64,
    pub document_sha256: Option<Sha256>,
    pub as_of: Option<Date>,
    pub lists: Vec<ListRow>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListRow {
    pub list: ListCode,
    pub entries: usize,
    pub baseline_at: Timestamp,
    pub observed_at: Timestamp,
    /// The hold that is open for it.
    pub hold_id: Option<String>,
}

/// `receivers list`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReceiverRow {
    pub name: String,
    /// `email`, `slack`, `webhook`, `console`; none for one that the configuration no longer has.
    pub kind: Option<String>,
    pub operator: bool,
    pub pending: u64,
    pub dead: u64,
    pub oldest_pending_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
}

pub async fn changes(store: &dyn Store, query: &ChangeQuery) -> Result<Vec<ChangeRow>> {
    Ok(store.changes(query).await?.into_iter().map(ChangeRow::from).collect())
}

pub async fn entries(store: &dyn Store, query: &EntryQuery) -> Result<Vec<EntryRow>> {
    Ok(store.entries(query).await?.into_iter().map(EntryRow::from).collect())
}

pub async fn sources(store: &dyn Store) -> Result<Vec<SourceRow>> {
    let holds = store.holds(true).await?;
    let mut rows = Vec::new();
    for state in store.source_states().await? {
        let lists = store.list_states(&state.source).await?;
        rows.push(SourceRow::new(state, lists, &holds));
    }
    Ok(rows)
}

/// Every receiver of the configuration (name, kind, operator), and those that only the record still knows.
pub async fn receivers(store: &dyn Store, configured: &[(String, &'static str, bool)]) -> Result<Vec<ReceiverRow>> {
    let (states, counts) = (store.receiver_states().await?, store.outbox_counts().await?);
    let gone = counts.iter().filter(|count| count.pending + count.dead > 0 && !configured.iter().any(|(name, ..)| *name == count.receiver));
    let known = configured.iter().map(|(name, kind, operator)| (name.clone(), Some(*kind), *operator));
    let all: Vec<_> = known.chain(gone.map(|count| (count.receiver.clone(), None, false))).collect();
    Ok(all
        .into_iter()
        .map(|(name, kind, operator)| {
            let state = states.iter().find(|state| state.receiver == name);
            let count = counts.iter().find(|count| count.receiver == name);
            ReceiverRow::new(name, kind, operator, state, count)
        })
        .collect())
}

pub async fn alerts(store: &dyn Store, query: &AlertQuery) -> Result<Vec<Alert>> {
    store.alerts(query).await
}

pub async fn deliveries(store: &dyn Store, query: &DeliveryQuery) -> Result<Vec<Delivery>> {
    store.deliveries(query).await
}

pub async fn holds(store: &dyn Store, open_only: bool) -> Result<Vec<Hold>> {
    store.holds(open_only).await
}

pub async fn checks(store: &dyn Store, source: Option<&str>, limit: usize) -> Result<Vec<Check>> {
    store.checks(source, limit).await
}

impl From<RecordedChange> for ChangeRow {
    fn from(recorded: RecordedChange) -> Self {
        let RecordedChange { source, change, alert_id, observed_at, accepted_at, unconfirmed, .. } = recorded;
        Self { change, source, observed_at, accepted_at, unconfirmed, alert_id: alert_id.map(|id| id.0) }
    }
}

impl From<HistoricEntry> for EntryRow {
    fn from(historic: HistoricEntry) -> Self {
        let HistoricEntry { source, entry, known_from, known_until, listed_from, listed_until } = historic;
        Self { entry, source, known_from, known_until, listed_from, listed_until }
    }
}

impl SourceRow {
    fn new(state: SourceState, lists: Vec<ListState>, holds: &[Hold]) -> Self {
        let hold_of = |list: &ListState| holds.iter().find(|hold| hold.source == list.source && hold.list == list.list);
        let lists = lists
            .iter()
            .map(|list| ListRow {
                list: list.list,
                entries: list.count,
                baseline_at: list.baseline_at,
                observed_at: list.observed_at,
                hold_id: hold_of(list).map(|hold| hold.hold_id.0.clone()),
            })
            .collect();
        Self {
            name: state.source,
            last_check_at: state.last_check_at,
            last_success_at: state.last_success_at,
            failing_since: state.failing_since,
            last_error: state.last_error,
            retry_after_until: state.retry_after_until,
            checks: state.checks,
            unchanged_checks: state.unchanged_checks,
            document_sha256: state.document_sha256,
            as_of: state.as_of,
            lists,
        }
    }
}

impl ReceiverRow {
    fn new(name: String, kind: Option<&str>, operator: bool, state: Option<&ReceiverState>, count: Option<&OutboxCount>) -> Self {
        Self {
            name,
            kind: kind.map(str::to_owned),
            operator,
            pending: count.map_or(0, |count| count.pending),
            dead: count.map_or(0, |count| count.dead),
            oldest_pending_at: count.and_then(|count| count.oldest_pending_at),
            last_success_at: state.and_then(|state| state.last_success_at),
            failing_since: state.and_then(|state| state.failing_since),
            last_error: state.and_then(|state| state.last_error.clone()),
            disabled_at: state.and_then(|state| state.disabled_at),
            disabled_reason: state.and_then(|state| state.disabled_reason.clone()),
        }
    }
}
