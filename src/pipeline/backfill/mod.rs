//! Rebuilds a list's past from the eCFR's past dates. The past is recorded as history, and nobody
//! is alerted about it.
//!
//! A backfill is a plan of dates, oldest first. Each date is compared with the one before it and
//! recorded in one step. So a backfill can be stopped after any step and continued later: a date
//! that is recorded already is neither fetched nor written again.

mod error;
mod ecfr_source;
mod past_date;
mod plan;
mod recorded_dates;

pub use error::BackfillError;
pub use past_date::{DateOutcome, PastList, record_date};
pub use plan::{Plan, plan};

use std::sync::Arc;

use recorded_dates::RecordedDates;

/// The newest backfill of a source in this process.
#[derive(Clone, Default)]
pub(crate) struct CurrentBackfill {
    /// The number of its plan.
    plan: u64,
    /// What was recorded before it began. Dates without changes, and dates on which a list did not
    /// exist yet, are among them.
    recorded: Arc<RecordedDates>,
}
