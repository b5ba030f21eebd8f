//! One row of `receivers`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::{OutboxCount, ReceiverState};

/// One row of `receivers`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReceiverRow {
    /// `email`, `slack`, `webhook` or `console`. Null if it is no longer configured.
    pub kind: Option<String>,
    pub operator: bool,
    #[serde(flatten)]
    pub state: ReceiverState,
    pub pending: u64,
    pub dead: u64,
    pub oldest_pending_at: Option<Timestamp>,
}

impl ReceiverRow {
    /// `kind` is `None` for a receiver that is no longer configured. A `not_before` that is past is
    /// left out.
    pub fn new(
        kind: Option<&str>,
        operator: bool,
        state: ReceiverState,
        outbox: Option<&OutboxCount>,
        now: Timestamp,
    ) -> Self {
        let not_before = state.not_before.filter(|not_before| *not_before > now);
        let state = ReceiverState { not_before, ..state };
        Self {
            kind: kind.map(str::to_owned),
            operator,
            state,
            pending: outbox.map_or(0, |count| count.pending),
            dead: outbox.map_or(0, |count| count.dead),
            oldest_pending_at: outbox.and_then(|count| count.oldest_pending_at),
        }
    }
}
