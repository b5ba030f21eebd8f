//! An alert on its way to the outbox.

use crate::domain::{Alert, Citation, Delivery, Screening};

/// An alert and all its deliveries.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub alert: Alert,
    /// The pages of the rule that it is attributed to.
    pub citations: Vec<Citation>,
    pub deliveries: Vec<Delivery>,
    /// What receivers are shown of their own counterparties, by receiver.
    pub screenings: Vec<(String, Screening)>,
}
