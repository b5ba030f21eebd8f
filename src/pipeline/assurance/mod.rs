//! Makes the regular message that shows that the program works.
//!
//! The due time identifies it. It is computed from the schedule and the present time, and one that
//! was missed is made up once. Nothing else is remembered, so a restart changes nothing, and of
//! several processes that make the same message only the first records it.

mod compose;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::info;

use crate::config::{AssuranceSettings, Config};
use crate::crash_point::CrashPoint;
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, AlertBody, AlertKind, Assurance, Screening, journal_kind};
use crate::pipeline::alerting::addressing;
use crate::pipeline::matching::facts;
use crate::pipeline::past::check_tally::{CheckCounter, CheckTally, MadeCheck};
use crate::pipeline::past::configurations::Configurations;
use crate::pipeline::past::period::Period;
use crate::pipeline::{Program, Wiring};
use crate::store::{Result, Store};
use compose::{Standing, compose};

/// Makes the message that is due, if there is one. Returns whether it did.
pub async fn make_due(program: &Program) -> Result<bool> {
    let wiring = program.wiring.load_full();
    let Some(settings) = &wiring.config.assurance else { return Ok(false) };
    let now = program.clock.now();
    let Some(period) = period_due(&program.store, settings, now).await? else {
        return Ok(false);
    };
    let data = assurance(program, &wiring, settings, period, now).await?;
    let event = JournalEvent {
        kind: journal_kind::ASSURANCE.into(),
        data: json!({
            "alert_id": data.alert_id,
            "from": data.from,
            "to": data.to,
            "receivers": data.receivers,
            "checks": data.checks,
        }),
    };
    let alert_id = data.alert_id.clone();
    let body = AlertBody::Assurance(Box::new(data));
    let alert = Alert { alert_id: alert_id.clone(), created_at: now, body };
    let mut outgoing = addressing::routed(&wiring.config, alert, Vec::new());
    outgoing.screenings = screenings(&program.store, settings, &wiring.config).await?;
    CrashPoint::SingleAlertComposed.pass();
    if !program.store.add_alert_once(outgoing, now, event).await? {
        return Ok(false);
    }
    info!(alert.id = %alert_id, "the assurance of {} is in the outbox", period.until);
    program.outbox.send_replace(());
    Ok(true)
}

/// The counterparty files, for those of its receivers that are shown matches.
async fn screenings(
    store: &Store,
    settings: &AssuranceSettings,
    config: &Config,
) -> Result<Vec<(String, Screening)>> {
    let is_shown = |name: &&String| config.receiver(name).is_some_and(|one| one.show_matches);
    let receivers: Vec<&String> = settings.receivers.iter().filter(is_shown).collect();
    if receivers.is_empty() || config.watchlists.is_empty() {
        return Ok(Vec::new());
    }
    let undecided = store.undecided_counts().await?;
    let mut watchlists = facts(config, &store.watchlist_states().await?);
    for given in &mut watchlists {
        let count = undecided.iter().find(|(name, _)| *name == given.watchlist);
        let count = count.map_or(0, |(_, count)| usize::try_from(*count).unwrap_or(usize::MAX));
        given.undecided = Some(count);
    }
    let screening = Screening { watchlists, matches: Vec::new() };
    Ok(receivers.into_iter().map(|name| (name.clone(), screening.clone())).collect())
}

/// When the next message is due.
pub fn next_due_at(program: &Program) -> Option<Timestamp> {
    let wiring = program.wiring.load();
    wiring.config.assurance.as_ref()?.schedule.next_after(program.clock.now())
}

/// The period of the message that is due and not made. It begins where the one before ended. The
/// first one begins at the due time before, or when the record of this store begins.
async fn period_due(
    store: &Store,
    settings: &AssuranceSettings,
    now: Timestamp,
) -> Result<Option<Period>> {
    let Some(due_at) = settings.schedule.last_due(now) else { return Ok(None) };
    if store.has_alert(&Assurance::id_of(due_at)).await? {
        return Ok(None);
    }
    let Some(first) = store.first_journal_entry().await? else { return Ok(None) };
    let last = store.last_alert(AlertKind::Assurance).await?;
    let from = match last.as_ref().map(|alert| &alert.body) {
        Some(AlertBody::Assurance(data)) => data.to,
        _ => {
            let before = due_at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(due_at);
            settings.schedule.last_due(before).map_or(first.at, |due| due.max(first.at))
        }
    };
    // Nothing was recorded before the due time, or the schedule was changed to an earlier one.
    Ok((from < due_at).then_some(Period { from, until: due_at }))
}

async fn assurance(
    program: &Program,
    wiring: &Wiring,
    settings: &AssuranceSettings,
    period: Period,
    now: Timestamp,
) -> Result<Assurance> {
    let (config, store) = (&wiring.config, program.store.as_ref());
    let mut lists = Vec::new();
    for source in &config.sources {
        let mut of_source = store.list_states(&source.name).await?;
        of_source.retain(|state| source.lists.contains(&state.list));
        lists.extend(of_source);
    }
    let is_substantive = |recorded: crate::store::RecordedChange| !recorded.change.editorial;
    let changes = store.changes_recorded(period.from, period.until, is_substantive).await?;
    let standing = Standing {
        sources: config.sources.iter().map(|source| source.name.clone()).collect(),
        receivers: config.receivers.iter().map(|receiver| receiver.name.clone()).collect(),
        states: store.source_states().await?,
        lists,
        changes: changes.into_iter().filter(|is_substantive| *is_substantive).count(),
        last_change: store.last_change_before(period.until).await?,
        holds: store.holds(true).await?,
        outbox: store.outbox_counts().await?,
        items: store.unclosed_items().await?,
        journal_head: store.journal_head().await?,
    };
    let tallies = tallies(store, period, now).await?;
    Ok(compose(period, settings.receivers.clone(), &tallies, standing, now))
}

/// Counts the checks of each source that was watched in the period.
async fn tallies(
    store: &Store,
    period: Period,
    now: Timestamp,
) -> Result<BTreeMap<String, CheckTally>> {
    let mut configurations = Configurations::default();
    let kind = journal_kind::CONFIG_LOADED;
    store.each_entry_of_kind(kind, period.until, |entry| configurations.add(&entry)).await?;
    let mut counters: BTreeMap<String, CheckCounter> = configurations
        .watched(period)
        .into_iter()
        .map(|(source, times)| (source, CheckCounter::new(period, times)))
        .collect();
    let add = |check: crate::store::Check| {
        let counter =
            counters.entry(check.source).or_insert_with(|| CheckCounter::new(period, Vec::new()));
        counter.add(MadeCheck { at: check.at, outcome: &check.outcome, detail: &check.detail });
    };
    store.each_check(period.from, now, add).await?;
    Ok(counters.into_iter().map(|(source, counter)| (source, counter.finish(now))).collect())
}
