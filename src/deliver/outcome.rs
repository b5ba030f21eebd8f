//! The result of one delivery attempt.

use std::time::Duration;

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver's server took the message. `detail` is its reply.
    Delivered { detail: String },
    /// The message was not taken. `detail` gives the reason, without addresses, URLs or tokens.
    Failed { retry: Retry, detail: String },
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Retry at the next step of the schedule.
    Later,
    /// Retry after this time at the earliest. Uses up no attempt (429 and 503 with Retry-After).
    After(Duration),
    /// A person probably has to act (other 4xx, SMTP 5xx). Operators are alerted at once, and the
    /// delivery is retried with the longer waits of the schedule.
    Slowly,
    /// The server says that the address is permanently gone (410). The receiver is switched off,
    /// and its deliveries are kept.
    SwitchOff,
}
