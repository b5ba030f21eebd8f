//! The names of all metrics, and the only functions that set them.
//!
//! Names and units follow the Prometheus conventions. `config/metrics.md` lists them, and a test
//! compares the two. Label values are names from the configuration, list codes, and words of closed
//! sets. They never contain an address or text from a list.

use std::time::Duration;

use jiff::Timestamp;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::domain::{ChangeKind, Item, ItemState, ListCode};
use crate::store::{self, OutboxCount, Store};

pub const BUILD_INFO: &str = "entitywatch_build_info";
pub const CHECKS: &str = "entitywatch_checks_total";
pub const CHECK_DURATION: &str = "entitywatch_check_duration_seconds";
pub const SOURCE_LAST_SUCCESS: &str = "entitywatch_source_last_success_timestamp_seconds";
pub const SOURCE_CONSECUTIVE_FAILURES: &str = "entitywatch_source_consecutive_failures";
pub const SNAPSHOT_ENTRIES: &str = "entitywatch_snapshot_entries";
pub const CHANGES: &str = "entitywatch_changes_total";
pub const HOLDS_OPEN: &str = "entitywatch_holds_open";
pub const ITEMS_UNCLOSED: &str = "entitywatch_items";
pub const ITEMS_OLDEST_OPEN: &str = "entitywatch_items_oldest_open_timestamp_seconds";
pub const DELIVERY_ATTEMPTS: &str = "entitywatch_delivery_attempts_total";
pub const OUTBOX_PENDING: &str = "entitywatch_outbox_pending";
pub const OUTBOX_DEAD: &str = "entitywatch_outbox_dead";
pub const OUTBOX_OLDEST_PENDING: &str = "entitywatch_outbox_oldest_pending_timestamp_seconds";
pub const WATCHING: &str = "entitywatch_watching";
pub const DAEMONS: &str = "entitywatch_daemons";
pub const STORE_SIZE: &str = "entitywatch_store_size_bytes";
pub const BACKUP_LAST_SUCCESS: &str = "entitywatch_backup_last_success_timestamp_seconds";
pub const HEARTBEATS: &str = "entitywatch_heartbeats_total";
pub const RELOAD_SUCCESSFUL: &str = "entitywatch_config_last_reload_successful";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Every metric: its name, kind, labels, and description.
const METRICS: [(&str, Kind, &str, &str); 20] = [
    (BUILD_INFO, Kind::Gauge, "version", "Always 1; the label is the version."),
    (CHECKS, Kind::Counter, "source, outcome", "Checks of a source that ended, by outcome."),
    (
        CHECK_DURATION,
        Kind::Histogram,
        "source",
        "How long a check of a source took, from the fetch to the write.",
    ),
    (SOURCE_LAST_SUCCESS, Kind::Gauge, "source", "When a source was last read or found unchanged."),
    (
        SOURCE_CONSECUTIVE_FAILURES,
        Kind::Gauge,
        "source",
        "Checks of a source that failed since its last success.",
    ),
    (SNAPSHOT_ENTRIES, Kind::Gauge, "source, list", "Entries of the current list."),
    (
        CHANGES,
        Kind::Counter,
        "source, kind",
        "Changes that were recorded, by kind: added, removed, revised, editorial.",
    ),
    (HOLDS_OPEN, Kind::Gauge, "", "Lists on hold that wait for a person."),
    (ITEMS_UNCLOSED, Kind::Gauge, "state", "Items that are not closed, by state: open, taken."),
    (
        ITEMS_OLDEST_OPEN,
        Kind::Gauge,
        "",
        "When the oldest item that nobody has taken was opened; 0 if there is none.",
    ),
    (
        DELIVERY_ATTEMPTS,
        Kind::Counter,
        "receiver, outcome",
        "Attempts at a delivery, by outcome: delivered, failed, dead.",
    ),
    (
        OUTBOX_PENDING,
        Kind::Gauge,
        "receiver",
        "Deliveries that the receiver's server has not accepted yet.",
    ),
    (OUTBOX_DEAD, Kind::Gauge, "receiver", "Deliveries that were given up after the last retry."),
    (
        OUTBOX_OLDEST_PENDING,
        Kind::Gauge,
        "receiver",
        "When the oldest pending delivery was recorded; 0 if none is pending.",
    ),
    (
        RELOAD_SUCCESSFUL,
        Kind::Gauge,
        "",
        "1 if the last reload of the configuration succeeded, 0 if it was refused.",
    ),
    (
        WATCHING,
        Kind::Gauge,
        "",
        "1 if this daemon checks the sources, 0 if another one does and this one stands by.",
    ),
    (
        HEARTBEATS,
        Kind::Counter,
        "outcome",
        "Heartbeats that were due: sent, failed, withheld because something does not work.",
    ),
    (DAEMONS, Kind::Gauge, "", "Daemons that share the database and live, this one included."),
    (STORE_SIZE, Kind::Gauge, "", "Bytes of the database."),
    (
        BACKUP_LAST_SUCCESS,
        Kind::Gauge,
        "",
        "When the newest backup was finished; 0 if there is none; not shown without `[backup]`.",
    ),
];

/// In seconds, from a 304 answer to a slow server with a big file.
const CHECK_DURATION_BUCKETS_SECS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0];
/// How often histograms are aggregated. They keep every sample until upkeep or a scrape, so without
/// upkeep they would grow if nobody scrapes.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Installs the recorder of the process. Call it once per process.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = builder()?.install_recorder()?;
    describe();
    Ok(handle)
}

/// Sets the gauges of these sources from the store, so that a restart leaves no gap until the next
/// check. Starts the counters of these sources and receivers at zero.
pub async fn init(store: &Store, sources: &[String], receivers: &[String]) -> store::Result<()> {
    refresh_sources(store, sources).await?;
    for source in sources {
        for kind in ["added", "removed", "revised", "editorial"] {
            counter!(CHANGES, "source" => source.clone(), "kind" => kind).increment(0);
        }
    }
    for outcome in ["sent", "failed", "withheld"] {
        counter!(HEARTBEATS, "outcome" => outcome).increment(0);
    }
    for receiver in receivers {
        for outcome in [AttemptOutcome::Delivered, AttemptOutcome::Failed, AttemptOutcome::Dead] {
            counter!(
                DELIVERY_ATTEMPTS,
                "receiver" => receiver.clone(),
                "outcome" => outcome.as_str()
            )
            .increment(0);
        }
    }
    refresh_pending(store, receivers).await
}

/// Sets the gauges of these sources from the store. A daemon that stands by calls it for each
/// scrape, because another one checks the sources.
pub async fn refresh_sources(store: &Store, sources: &[String]) -> store::Result<()> {
    let states = store.source_states().await?;
    for source in sources {
        let state = states.iter().find(|state| state.source == *source);
        source_state(
            source,
            state.and_then(|state| state.last_success_at),
            state.map_or(0, |state| state.consecutive_failures),
        );
        for list in store.list_states(source).await? {
            snapshot_entries(source, list.list, list.count);
        }
    }
    Ok(())
}

/// Sets the gauges of pending deliveries and open holds. Called for each scrape, because commands
/// and the passing of time also change them.
pub async fn refresh_pending(store: &Store, receivers: &[String]) -> store::Result<()> {
    holds_open(store.holds(true).await?.len());
    // A SQLite file has one daemon, which is this one.
    daemons(if store.is_shared() { store.daemons().await?.len() } else { 1 });
    items_unclosed(&store.unclosed_items().await?);
    let mut counts = store.outbox_counts().await?;
    for receiver in receivers
        .iter()
        .filter(|receiver| !counts.iter().any(|count| count.receiver == **receiver))
        .cloned()
        .collect::<Vec<_>>()
    {
        counts.push(OutboxCount { receiver, pending: 0, dead: 0, oldest_pending_at: None });
    }
    outbox(&counts);
    Ok(())
}

/// Aggregates the histograms until `shutdown`.
pub async fn upkeep(handle: PrometheusHandle, shutdown: CancellationToken) {
    let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = interval.tick() => handle.run_upkeep(),
        }
    }
}

/// Counts a check. `outcome` is the outcome of the recorded check, a word of a closed set.
pub fn check_finished(source: &str, outcome: &str, duration_ms: u64) {
    counter!(CHECKS, "source" => source.to_owned(), "outcome" => outcome.to_owned()).increment(1);
    histogram!(CHECK_DURATION, "source" => source.to_owned())
        .record(Duration::from_millis(duration_ms));
}

pub fn source_state(source: &str, last_success_at: Option<Timestamp>, consecutive_failures: u32) {
    if let Some(at) = last_success_at {
        gauge!(SOURCE_LAST_SUCCESS, "source" => source.to_owned()).set(seconds(at));
    }
    gauge!(SOURCE_CONSECUTIVE_FAILURES, "source" => source.to_owned()).set(consecutive_failures);
}

#[expect(clippy::cast_precision_loss, reason = "no list has 2^53 entries")]
pub fn snapshot_entries(source: &str, list: ListCode, count: usize) {
    gauge!(SNAPSHOT_ENTRIES, "source" => source.to_owned(), "list" => list.as_str())
        .set(count as f64);
}

pub fn change_recorded(source: &str, kind: ChangeKind, editorial: bool) {
    let kind = if editorial { "editorial" } else { kind.as_str() };
    counter!(CHANGES, "source" => source.to_owned(), "kind" => kind).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 holds")]
pub fn holds_open(count: usize) {
    gauge!(HOLDS_OPEN).set(count as f64);
}

/// Sets whether this daemon checks the sources.
pub fn watching(watching: bool) {
    gauge!(WATCHING).set(if watching { 1.0 } else { 0.0 });
}

#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 daemons")]
fn daemons(count: usize) {
    gauge!(DAEMONS).set(count as f64);
}

#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 items")]
fn items_unclosed(items: &[Item]) {
    for state in [ItemState::Open, ItemState::Taken] {
        let count = items.iter().filter(|item| item.state == state).count();
        gauge!(ITEMS_UNCLOSED, "state" => state.as_str()).set(count as f64);
    }
    let open = items.iter().filter(|item| item.state == ItemState::Open);
    let oldest = open.map(Item::opening_at).min();
    gauge!(ITEMS_OLDEST_OPEN).set(oldest.map_or(0.0, seconds));
}

/// The outcome of an attempt, as the label of the metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    Delivered,
    Failed,
    Dead,
}

impl AttemptOutcome {
    fn as_str(self) -> &'static str {
        match self {
            AttemptOutcome::Delivered => "delivered",
            AttemptOutcome::Failed => "failed",
            AttemptOutcome::Dead => "dead",
        }
    }
}

pub fn delivery_attempted(receiver: &str, outcome: AttemptOutcome) {
    counter!(DELIVERY_ATTEMPTS, "receiver" => receiver.to_owned(), "outcome" => outcome.as_str())
        .increment(1);
}

/// Sets the outbox gauges of these receivers. A receiver whose outbox is empty must be included
/// with zeros, or it keeps its last value.
#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 deliveries")]
pub fn outbox(counts: &[OutboxCount]) {
    for OutboxCount { receiver, pending, dead, oldest_pending_at } in counts {
        gauge!(OUTBOX_PENDING, "receiver" => receiver.clone()).set(*pending as f64);
        gauge!(OUTBOX_DEAD, "receiver" => receiver.clone()).set(*dead as f64);
        gauge!(OUTBOX_OLDEST_PENDING, "receiver" => receiver.clone())
            .set(oldest_pending_at.map_or(0.0, seconds));
    }
}

#[expect(clippy::cast_precision_loss, reason = "no database has 2^53 bytes")]
pub fn store_size(bytes: u64) {
    gauge!(STORE_SIZE).set(bytes as f64);
}

/// Sets when the newest backup was made.
pub fn backup(made_at: Option<Timestamp>) {
    gauge!(BACKUP_LAST_SUCCESS).set(made_at.map_or(0.0, seconds));
}

/// Counts one heartbeat that was due.
pub fn heartbeat(outcome: &'static str) {
    counter!(HEARTBEATS, "outcome" => outcome).increment(1);
}

pub fn config_reloaded(successful: bool) {
    gauge!(RELOAD_SUCCESSFUL).set(if successful { 1.0 } else { 0.0 });
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(
        Matcher::Full(CHECK_DURATION.to_owned()),
        &CHECK_DURATION_BUCKETS_SECS,
    )
}

fn describe() {
    for (name, kind, _, description) in METRICS {
        match kind {
            Kind::Counter => describe_counter!(name, description),
            Kind::Gauge => describe_gauge!(name, description),
            Kind::Histogram => describe_histogram!(name, description),
        }
    }
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into 53 bits")]
fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_exactly_these_metrics() {
        let documented: Vec<&str> = include_str!("../config/metrics.md")
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let expected: Vec<String> = METRICS
            .iter()
            .map(|(name, kind, labels, description)| {
                let kind = format!("{kind:?}").to_lowercase();
                let labels: Vec<String> = labels
                    .split(", ")
                    .filter(|l| !l.is_empty())
                    .map(|l| format!("`{l}`"))
                    .collect();
                format!("| `{name}` | {kind} | {} | {description} |", labels.join(", "))
            })
            .collect();
        assert_eq!(documented, expected);
    }

    #[test]
    fn every_metric_is_exported_with_its_name_and_labels() {
        let recorder = builder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            check_finished("csl", "unchanged", 120);
            source_state("csl", Some(Timestamp::from_second(1_700_000_000).unwrap()), 0);
            snapshot_entries("csl", ListCode::EL, 3_400);
            change_recorded("csl", ChangeKind::Revised, true);
            holds_open(0);
            items_unclosed(&[]);
            delivery_attempted("desk", AttemptOutcome::Delivered);
            outbox(&[OutboxCount {
                receiver: "desk".into(),
                pending: 2,
                dead: 1,
                oldest_pending_at: None,
            }]);
            config_reloaded(true);
            watching(true);
            daemons(1);
            store_size(4096);
            backup(None);
            heartbeat("sent");
        });
        handle.run_upkeep();
        let text = handle.render();
        for (name, ..) in METRICS {
            assert!(
                text.contains(&format!("# HELP {name} "))
                    && text.contains(&format!("# TYPE {name} ")),
                "{name} is not in\n{text}"
            );
        }
        for line in [
            "entitywatch_checks_total{source=\"csl\",outcome=\"unchanged\"} 1",
            "entitywatch_check_duration_seconds_bucket{source=\"csl\",le=\"0.25\"} 1",
            "entitywatch_changes_total{source=\"csl\",kind=\"editorial\"} 1",
            "entitywatch_source_last_success_timestamp_seconds{source=\"csl\"} 1700000000",
            "entitywatch_outbox_dead{receiver=\"desk\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
