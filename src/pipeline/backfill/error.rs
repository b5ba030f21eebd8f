//! Why a backfill cannot be planned, or a date of it cannot be recorded.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::store::StoreError;

/// Why a step was not made. Nothing of it is recorded, and it can be repeated.
#[derive(Debug, thiserror::Error)]
pub enum BackfillError {
    /// The caller must name another source or another date.
    #[error("{0}")]
    Usage(String),
    /// The publisher asked us to wait.
    #[error("{message}")]
    Waiting { until: Timestamp, message: String },
    #[error("another backfill of {0} has started, or the daemon was restarted")]
    Replaced(String),
    #[error("{0}")]
    Fetch(String),
    /// The document of this date is not usable.
    #[error("the eCFR's version of {date} is refused: {problem}; nothing of this date is recorded")]
    Document { date: Date, problem: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}
