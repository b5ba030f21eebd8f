//! The result of one check of one source.

use crate::domain::CheckOutcome;

/// The result of one check, as its caller gets it.
#[derive(Clone, Debug)]
pub struct CheckResult {
    pub source: String,
    pub outcome: CheckOutcome,
    /// The result in words.
    pub detail: String,
    /// Whether a list of the source is on hold, by this check or since an earlier one.
    pub is_on_hold: bool,
}
