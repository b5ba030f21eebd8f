//! What making one digest writes.

use jiff::Timestamp;

use crate::domain::DeliveryId;
use crate::domain::journal::JournalEvent;
use crate::store::Outgoing;

/// A digest with everything that follows from it, in one transaction.
#[derive(Clone, Debug)]
pub struct DigestRecord {
    pub receiver: String,
    pub due_at: Timestamp,
    /// When it is recorded.
    pub at: Timestamp,
    /// The digest as an alert, with its deliveries.
    pub outgoing: Outgoing,
    /// The waiting deliveries of the alerts that it contains.
    pub digested: Vec<DeliveryId>,
    pub journal: Vec<JournalEvent>,
}
