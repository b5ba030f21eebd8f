//! The state of the daemon for the pages: heartbeats and the current configuration.
//!
//! The daemon writes it and the pages read it. It is in memory only.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;

use crate::schedule::Schedule;
use crate::stored_json::ConfiguredWatchlist;

/// One of the daemon's loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loop {
    /// Checks the sources.
    Watch,
    /// Sends the waiting deliveries.
    Deliver,
}

impl Loop {
    pub const ALL: [Loop; 2] = [Loop::Watch, Loop::Deliver];

    pub fn as_str(self) -> &'static str {
        match self {
            Loop::Watch => "watch",
            Loop::Deliver => "deliver",
        }
    }
}

/// One source of the current configuration.
#[derive(Clone, Debug)]
pub struct SourceLine {
    pub name: String,
    /// `csl`, `ecfr`, `federal-register`, `file`
    pub kind: String,
    /// When the next check is due is computed from it and the last check. A stored time would soon
    /// be in the past.
    pub schedule: Schedule,
}

/// One receiver of the current configuration: its name and kind, but not its address.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReceiverLine {
    pub name: String,
    /// `email`, `slack`, `webhook`, `console`
    pub kind: String,
    pub operator: bool,
    /// What it gets depends on the reader's own counterparties.
    pub shows_matches: bool,
}

/// Shared between the daemon and the pages.
#[derive(Debug)]
pub struct Status {
    /// A loop without a heartbeat for this time has stalled.
    stalled_after: Duration,
    watch_beat_ms: AtomicI64,
    deliver_beat_ms: AtomicI64,
    is_watching: AtomicBool,
    sources: ArcSwap<Vec<SourceLine>>,
    receivers: ArcSwap<Vec<ReceiverLine>>,
    watchlists: ArcSwap<Vec<ConfiguredWatchlist>>,
    reload_error: ArcSwapOption<String>,
}

impl Status {
    /// Both loops count as alive at `started_at`.
    pub fn new(started_at: Timestamp, stalled_after: Duration) -> Self {
        let beat_ms = started_at.as_millisecond();
        Self {
            stalled_after,
            watch_beat_ms: AtomicI64::new(beat_ms),
            deliver_beat_ms: AtomicI64::new(beat_ms),
            is_watching: AtomicBool::new(false),
            sources: ArcSwap::default(),
            receivers: ArcSwap::default(),
            watchlists: ArcSwap::default(),
            reload_error: ArcSwapOption::empty(),
        }
    }

    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Notes whether this instance checks the sources. Otherwise it stands by.
    pub fn set_watching(&self, watching: bool) {
        self.is_watching.store(watching, Ordering::Relaxed);
    }

    pub fn is_watching(&self) -> bool {
        self.is_watching.load(Ordering::Relaxed)
    }

    /// Records a heartbeat of the loop.
    pub fn beat(&self, of: Loop, at: Timestamp) {
        self.beat_of(of).store(at.as_millisecond(), Ordering::Relaxed);
    }

    /// The loops that have stalled, each with the time of its last heartbeat.
    pub fn stalled(&self, now: Timestamp) -> Vec<(Loop, Timestamp)> {
        let limit_ms = i64::try_from(self.stalled_after.as_millis()).unwrap_or(i64::MAX);
        Loop::ALL
            .into_iter()
            .map(|each| (each, self.beat_of(each).load(Ordering::Relaxed)))
            .filter(|(_, beat_ms)| now.as_millisecond().saturating_sub(*beat_ms) > limit_ms)
            .map(|(each, beat_ms)| {
                (each, Timestamp::from_millisecond(beat_ms).unwrap_or(Timestamp::UNIX_EPOCH))
            })
            .collect()
    }

    /// Replaces the configuration, and clears the error of the last reload.
    pub fn set_configuration(&self, sources: Vec<SourceLine>, receivers: Vec<ReceiverLine>) {
        self.sources.store(sources.into());
        self.receivers.store(receivers.into());
        self.reload_error.store(None);
    }

    /// Replaces the counterparty files of the configuration.
    pub fn set_watchlists(&self, watchlists: Vec<ConfiguredWatchlist>) {
        self.watchlists.store(watchlists.into());
    }

    /// The counterparty files of the configuration. Only for people who are signed in.
    pub fn watchlists(&self) -> Vec<ConfiguredWatchlist> {
        self.watchlists.load().to_vec()
    }

    /// Records that a reload was refused, so that the previous configuration stays in effect. The
    /// text must not contain a secret.
    pub fn set_reload_error(&self, error: String) {
        self.reload_error.store(Some(error.into()));
    }

    pub fn reload_error(&self) -> Option<String> {
        self.reload_error.load().as_deref().cloned()
    }

    pub fn sources(&self) -> Vec<SourceLine> {
        self.sources.load().to_vec()
    }

    pub fn receivers(&self) -> Vec<ReceiverLine> {
        self.receivers.load().to_vec()
    }

    fn beat_of(&self, of: Loop) -> &AtomicI64 {
        match of {
            Loop::Watch => &self.watch_beat_ms,
            Loop::Deliver => &self.deliver_beat_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_loop_without_a_beat_has_stalled_and_one_with_a_beat_has_not() {
        let status = Status::new(second(0), Duration::from_secs(60));
        status.beat(Loop::Watch, second(50));
        assert_eq!(status.stalled(second(60)), []);
        assert_eq!(status.stalled(second(61)), [(Loop::Deliver, second(0))]);
        assert_eq!(
            status.stalled(second(111)),
            [(Loop::Watch, second(50)), (Loop::Deliver, second(0))]
        );
    }

    #[test]
    fn a_successful_reload_clears_the_error_of_the_previous_one() {
        let status = Status::new(second(0), Duration::from_secs(60));
        status.set_reload_error("expected a table, but got a number".into());
        assert!(status.reload_error().is_some());
        let schedule = Schedule::parse("*/15 * * * *", "UTC").unwrap();
        status.set_configuration(
            vec![SourceLine { name: "csl".into(), kind: "csl".into(), schedule }],
            Vec::new(),
        );
        assert_eq!(status.reload_error(), None);
        assert_eq!(status.sources().len(), 1);
    }
}
