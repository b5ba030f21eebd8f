//! The check that changes come from, as their alerts describe it.

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::Sha256;
use crate::domain::alert::SnapshotRef;

/// The check that the changes come from.
pub struct CheckContext<'a> {
    pub config: &'a Config,
    pub source: &'a str,
    /// When the changes were first observed.
    pub observed_at: Timestamp,
    /// When the changes are recorded: now.
    pub recorded_at: Timestamp,
    /// When a person accepted the changes, if their list was on hold.
    pub accepted_at: Option<Timestamp>,
    pub snapshot: SnapshotRef,
    /// The hash of the last journal entry before this check.
    pub journal_head: Sha256,
    /// The last sequence number that an alert of the source has.
    pub sequence: u64,
}
