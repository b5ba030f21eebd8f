//! A command that changes something, as it is sent over the control socket.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::item::Outcome;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::{DeliveryId, HoldId, ItemId, MatchId};

/// What a command requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// Checks these sources, or all sources if none is named.
    Check {
        sources: Vec<String>,
    },
    DeliveriesRetry {
        ids: Vec<DeliveryId>,
        /// The person on a page. A command does not ask for a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    DeliveriesSend {
        receiver: String,
        since: Timestamp,
    },
    HoldsAccept {
        id: HoldId,
        by: String,
        reason: String,
        as_baseline: bool,
    },
    HoldsReject {
        id: HoldId,
        by: String,
        reason: String,
    },
    ItemsTake {
        ids: Vec<ItemId>,
        by: String,
    },
    ItemsClose {
        ids: Vec<ItemId>,
        by: String,
        outcome: Outcome,
        note: String,
    },
    ItemsReopen {
        id: ItemId,
        by: String,
        note: String,
    },
    ItemsHandover {
        from: String,
        to: String,
        until: Option<Date>,
        by: String,
    },
    MatchesDismiss {
        ids: Vec<MatchId>,
        by: String,
        reason: DismissalReason,
        note: String,
    },
    MatchesConfirm {
        ids: Vec<MatchId>,
        by: String,
        note: String,
    },
    MatchesReopen {
        id: MatchId,
        by: String,
        note: String,
    },
    /// A decision about matches by a person who was shown these versions of them. It is refused for
    /// a match about which another person has decided since, or of which a name, an address or the
    /// band has changed.
    MatchesSeen {
        seen: BTreeMap<MatchId, String>,
        decision: Box<Request>,
    },
    WatchlistsAccept {
        watchlist: String,
        by: String,
        reason: String,
    },
    WatchlistsErase {
        watchlist: String,
        id: String,
        by: String,
    },
    /// Plans a backfill. The reply contains the dates.
    BackfillPlan {
        source: String,
        from: Date,
        to: Option<Date>,
    },
    /// Backfills one date of a plan that begins with `first`. Each date is a request of its own, so
    /// that a backfill does not block other commands, and other commands do not block it.
    BackfillStep {
        source: String,
        plan: u64,
        first: Date,
        date: Date,
    },
    /// Sends a test message, or a made-up alert of the type `sample`.
    ReceiversTest {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sample: Option<String>,
    },
    ReceiversEnable {
        name: String,
    },
    /// Removes what `[retention]` allows.
    StorePrune,
}
