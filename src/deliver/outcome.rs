//! The result of one delivery attempt.

use std::time::Duration;

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver's server has taken it; `detail` is its answer.
    Delivered { detail: String },
    /// Not taken. `detail` says why, without addresses, URLs or tokens.
    Failed { retry: Retry, detail: String },
}

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// On the schedule's next step.
    Later,
    /// Not before this long from now; spends no attempt (429 and 503 with Retry-After).
    After(Duration),
    /// A person probably has to act (other 4xx, SMTP 5xx): told at once, and retried on the slow
    /// end of the schedule.
    Slowly,
    /// The receiver says that it is gone (410): it is switched off, and what waits is kept.
    SwitchOff,
}
