//! Turns the changes of one check into alerts and their deliveries.
//!
//! `list_changes` holds the changes of one list, and `check_context` the check that they come from.
//! `other_sources` compares them with the other sources of the list: `removal_evidence` for removed
//! entries, `first_alerts` for changes that another source showed first. `rule_attribution` finds
//! the rule that orders a change, and `corrections` finds reversals of earlier changes. `compose`
//! groups the changes into batches (`alert_batch`) and makes an alert of each (`list_alert`).
//! `addressing` makes the deliveries, and `digest_choice` decides which of them wait for a digest.
//! `alerts_before_rule` serves the checks of the Federal Register.

pub mod addressing;
mod alert_batch;
mod alerted_elsewhere;
pub mod alerts_before_rule;
mod change_ids;
pub mod digest_choice;
pub mod check_context;
pub mod compose;
pub mod corrections;
mod first_alerts;
mod list_alert;
pub mod list_changes;
pub mod other_sources;
mod removal_evidence;
pub mod rule_attribution;
