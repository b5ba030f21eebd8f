//! What the record holds, as JSON objects: `{"changes": [objects]}` of the reading commands and of
//! the API.
//!
//! Fields follow Entry and Change where they apply; times are RFC 3339 in UTC. Knows the record's
//! rows; prints nothing.

mod delivery;

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{
    AlertId, Attribution, Change, Citation, Entry, Hold, HoldId, ListCode, ListState, RecordedRule,
    Rule, Sha256, SourceState, same,
};
use crate::schedule::{
    Schedule, {self},
};
use crate::store::{HistoricEntry, OutboxCount, ReceiverState, RecordedChange, Result, Store};

pub use delivery::{DeliveryRow, WaitsFor};

/// One row of `changes`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangeRow {
    pub source: String,
    pub observed_at: Timestamp,
    /// When a held list with it was accepted by a person.
    pub accepted_at: Option<Timestamp>,
    /// The list was held for loss when it was seen in it.
    pub unconfirmed: bool,
    /// The alert that tells of it; none for an editorial change that none tells of.
    pub alert_id: Option<AlertId>,
    /// It was read of a past date by `backfill`; nobody was told.
    pub backfilled: bool,
    /// The rule that orders it with its clocks, as far as they are known today; `observed_at` is
    /// the fourth.
    pub rule: Option<Rule>,
    /// None where there is no rule.
    pub attributed: Option<Attribution>,
    #[serde(flatten)]
    pub change: Change,
}

impl ChangeRow {
    /// The rows of recorded changes, each with its rule: that of its alert, else the one that has
    /// the page which it cites or that orders it.
    ///
    /// # Errors
    /// What the record answers.
    pub async fn of(store: &Store, changes: Vec<RecordedChange>) -> Result<Vec<Self>> {
        let mut rules = Rules::load(store, &changes).await?;
        let mut rows = Vec::with_capacity(changes.len());
        for recorded in changes {
            let (rule, attributed) = rules.of(store, &recorded).await?.unzip();
            let backfilled = recorded.is_backfilled();
            let RecordedChange {
                source,
                change,
                alert_id,
                observed_at,
                accepted_at,
                unconfirmed,
                ..
            } = recorded;
            rows.push(Self {
                source,
                observed_at,
                accepted_at,
                unconfirmed,
                alert_id,
                backfilled,
                rule,
                attributed: attributed.flatten(),
                change,
            });
        }
        Ok(rows)
    }
}

/// A rule orders changes that a list shows so many days later, or a few days earlier, at the most.
const SHOWN_WITHIN_DAYS: i64 = 120;
const SHOWN_BEFORE_DAYS: i64 = 14;

/// The rules that changes may belong to.
struct Rules {
    known: Vec<RecordedRule>,
    /// Which of them name an entry, by `same::key`.
    naming: HashMap<String, Vec<usize>>,
    /// Of older rules, asked for one by one.
    covering: HashMap<Citation, Option<Rule>>,
    told: HashMap<AlertId, (Option<Rule>, Option<Attribution>)>,
}

impl Rules {
    async fn load(store: &Store, changes: &[RecordedChange]) -> Result<Self> {
        let first = changes.iter().map(|recorded| day(recorded.observed_at)).min();
        let known = match first {
            Some(first) => {
                store.rules(first.saturating_sub(Span::new().days(SHOWN_WITHIN_DAYS))).await?
            }
            None => Vec::new(),
        };
        let known: Vec<RecordedRule> =
            known.into_iter().filter(RecordedRule::concerns_the_list).collect();
        let mut naming: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, rule) in known.iter().enumerate() {
            rule.changes
                .iter()
                .for_each(|order| naming.entry(same::key(&order.entry.name)).or_default().push(at));
        }
        let mut told = HashMap::new();
        for id in changes.iter().filter_map(|recorded| recorded.alert_id.as_ref()) {
            if !told.contains_key(id) {
                let alert = store.alert(id).await?;
                let data = alert.as_ref().and_then(|alert| alert.body.list_changed());
                told.insert(
                    id.clone(),
                    data.map_or((None, None), |data| (data.rule.clone(), data.attributed)),
                );
            }
        }
        Ok(Self { known, naming, covering: HashMap::new(), told })
    }

    /// The rule of a change, and how it was put down to it.
    async fn of(
        &mut self,
        store: &Store,
        recorded: &RecordedChange,
    ) -> Result<Option<(Rule, Option<Attribution>)>> {
        let (told, attributed) = recorded
            .alert_id
            .as_ref()
            .and_then(|id| self.told.get(id))
            .cloned()
            .unwrap_or_default();
        if let Some(told) = told.as_ref().filter(|told| told.document_number.is_some()) {
            let today =
                self.known.iter().find(|rule| rule.rule.document_number == told.document_number);
            return Ok(Some((today.map_or(told, |rule| &rule.rule).clone(), attributed)));
        }
        let page = recorded.change.newest_citation();
        let found = match page {
            Some(page) => self.covering(store, page).await?,
            None => self.ordering(recorded).cloned(),
        };
        if let Some(rule) = found {
            return Ok(Some((rule, Some(Attribution::Cited))));
        }
        Ok(told
            .map(|told| (told, attributed))
            .or_else(|| page.map(|page| (Rule::of_citation(page), Some(Attribution::Cited)))))
    }

    async fn covering(&mut self, store: &Store, page: &Citation) -> Result<Option<Rule>> {
        let Citation::Page { volume, page: number } = page else { return Ok(None) };
        if let Some(rule) =
            self.known.iter().filter(|rule| rule.covers(page)).max_by_key(|rule| rule.start_page)
        {
            return Ok(Some(rule.rule.clone()));
        }
        if let Some(known) = self.covering.get(page) {
            return Ok(known.clone());
        }
        let found = store.rule_covering(*volume, *number).await?.map(|rule| rule.rule);
        self.covering.insert(page.clone(), found.clone());
        Ok(found)
    }

    fn ordering(&self, recorded: &RecordedChange) -> Option<&Rule> {
        let seen = day(recorded.observed_at);
        let (from, to) = (
            seen.saturating_sub(Span::new().days(SHOWN_WITHIN_DAYS)),
            seen.saturating_add(Span::new().days(SHOWN_BEFORE_DAYS)),
        );
        let naming = self.naming.get(&same::key(&recorded.change.entry.name))?;
        let rules = naming
            .iter()
            .filter_map(|at| self.known.get(*at))
            .filter(|rule| (from..=to).contains(&rule.day()));
        let orders = |rule: &&RecordedRule| {
            rule.changes.iter().any(|order| same::same_change(order, &recorded.change))
        };
        rules.filter(orders).max_by_key(|rule| rule.day()).map(|rule| &rule.rule)
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// One row of `entries`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryRow {
    pub source: String,
    /// Our time: since when, and until when, it was known.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    /// The publisher's dates, where it says any.
    pub listed_from: Option<Date>,
    pub listed_until: Option<Date>,
    #[serde(flatten)]
    pub entry: Entry,
}

impl From<HistoricEntry> for EntryRow {
    fn from(historic: HistoricEntry) -> Self {
        let HistoricEntry { source, entry, known_from, known_until, listed_from, listed_until } =
            historic;
        Self { source, known_from, known_until, listed_from, listed_until, entry }
    }
}

/// One row of `sources`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceRow {
    pub source: String,
    /// It is in the configuration.
    pub configured: bool,
    /// From its schedule, its last check and a `Retry-After`, as of now: never in the past, so
    /// `now` if the check is overdue.
    pub next_check_at: Option<Timestamp>,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    /// When a document was last fetched without conditions.
    pub last_full_fetch_at: Option<Timestamp>,
    pub checks: u64,
    pub unchanged_checks: u64,
    pub consecutive_failures: u32,
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    /// The publisher asked not to be checked until then; null once that is over.
    pub retry_after_until: Option<Timestamp>,
    /// The last document that was read whole, and the publisher's date of it.
    pub document_sha256: Option<Sha256>,
    pub as_of: Option<Date>,
    /// The last `sequence` given to an alert.
    pub sequence: u64,
    pub lists: Vec<ListRow>,
    /// Watched lists of which no row was seen so far; their first rows will be the baseline.
    pub absent: Vec<ListCode>,
}

/// One list of a source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListRow {
    pub list: ListCode,
    pub count: usize,
    pub baseline_at: Timestamp,
    pub observed_at: Timestamp,
    pub as_of: Option<Date>,
    /// The open hold, if the list is held.
    pub hold_id: Option<HoldId>,
}

impl SourceRow {
    /// `holds` are the open ones; `schedule` is that of the configuration, none for a source that
    /// it no longer has.
    pub fn new(
        state: SourceState,
        lists: Vec<ListState>,
        holds: &[Hold],
        schedule: Option<&Schedule>,
        now: Timestamp,
    ) -> Self {
        let next_check_at = schedule.and_then(|schedule| {
            schedule::next_check(schedule, state.last_check_at, state.retry_after_until, now)
        });
        let hold_of = |list: ListCode| {
            holds.iter().find(|hold| hold.source == state.source && hold.list == list)
        };
        let row = |ListState { list, count, baseline_at, observed_at, as_of, .. }| ListRow {
            list,
            count,
            baseline_at,
            observed_at,
            as_of,
            hold_id: hold_of(list).map(|hold| hold.hold_id.clone()),
        };
        let absent = absent(&state, &lists);
        Self {
            absent,
            lists: lists.into_iter().map(row).collect(),
            source: state.source,
            configured: schedule.is_some(),
            next_check_at,
            last_check_at: state.last_check_at,
            last_success_at: state.last_success_at,
            last_full_fetch_at: state.last_full_fetch_at,
            checks: state.checks,
            unchanged_checks: state.unchanged_checks,
            consecutive_failures: state.consecutive_failures,
            failing_since: state.failing_since,
            last_error: state.last_error,
            retry_after_until: state.retry_after_until.filter(|until| *until > now),
            document_sha256: state.document_sha256,
            as_of: state.as_of,
            sequence: state.sequence,
        }
    }
}

/// The lists that were watched in the last document of a source and that never had a row in any.
pub fn absent(state: &SourceState, lists: &[ListState]) -> Vec<ListCode> {
    // Where no list was read at all there is nothing to say of one: the source's trouble says it.
    let watched = state.lists.iter().filter(|_| !lists.is_empty());
    watched.filter(|list| !lists.iter().any(|known| known.list == **list)).copied().collect()
}

/// One row of `sources --compare`: an entry that one source holds and another source of the list
/// does not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DifferenceRow {
    pub list: ListCode,
    pub name: String,
    pub countries: Vec<String>,
    pub citations: Vec<Citation>,
    /// Holds it.
    pub source: String,
    pub missing_from: String,
    /// Since when both were watched and the two differed so, as far as we know.
    pub since: Timestamp,
    /// It stands for longer than one publisher needs to follow the other.
    pub lasting: bool,
    /// The entry there whose name is the nearest.
    pub closest: Option<String>,
}

/// One row of `receivers`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReceiverRow {
    /// `email`, `slack`, `webhook` or `console`; none for one that is no longer configured.
    pub kind: Option<String>,
    pub operator: bool,
    #[serde(flatten)]
    pub state: ReceiverState,
    pub pending: u64,
    pub dead: u64,
    pub oldest_pending_at: Option<Timestamp>,
}

impl ReceiverRow {
    /// A rest that a receiver asked for and that is over is not shown.
    pub fn new(
        kind: Option<&str>,
        operator: bool,
        state: ReceiverState,
        outbox: Option<&OutboxCount>,
        now: Timestamp,
    ) -> Self {
        let not_before = state.not_before.filter(|not_before| *not_before > now);
        let state = ReceiverState { not_before, ..state };
        Self {
            kind: kind.map(str::to_owned),
            operator,
            state,
            pending: outbox.map_or(0, |count| count.pending),
            dead: outbox.map_or(0, |count| count.dead),
            oldest_pending_at: outbox.and_then(|count| count.oldest_pending_at),
        }
    }
}
