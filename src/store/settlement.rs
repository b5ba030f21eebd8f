//! What one attempt to deliver writes.

use jiff::Timestamp;

use crate::domain::journal::JournalEvent;
use crate::domain::{Attempt, Delivery};
use crate::store::{Outgoing, ReceiverState};

/// Everything that one attempt (or one command on a delivery) writes, in one transaction.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The delivery after the attempt.
    pub delivery: Delivery,
    pub attempt: Option<Attempt>,
    /// The receiver after the attempt, if its state changed.
    pub receiver: Option<ReceiverState>,
    /// Set when the receiver accepts deliveries again: its other pending deliveries become due.
    pub make_due: Option<MakeDue>,
    /// The alerts to operators about it.
    pub alerts: Vec<Outgoing>,
    pub journal: Vec<JournalEvent>,
}

/// Which pending deliveries of a receiver become due after a success, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakeDue {
    pub at: Timestamp,
    /// When the outage of the receiver began. A delivery that had already failed before keeps its
    /// time: its failure is not due to the outage, and every success of another delivery would
    /// otherwise retry it.
    pub failed_since: Option<Timestamp>,
}
