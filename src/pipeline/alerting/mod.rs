//! From the changes of one check to alerts and their deliveries.
//!
//! `other_sources` says what the other sources show, `rule_attribution` which rule orders a change,
//! `corrections` what undoes an earlier alert, `compose` makes the alerts, and `addressing` their
//! deliveries.

pub mod addressing;
mod alerted_elsewhere;
pub mod compose;
pub mod corrections;
pub mod other_sources;
pub mod rule_attribution;
