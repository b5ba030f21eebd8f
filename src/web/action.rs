//! What a person decides on a page.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use jiff::civil::Date;

use crate::domain::item::Outcome;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::{DeliveryId, HoldId, Identified, ItemId, MatchId};

/// Something that a person asks for with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    AcceptHold {
        id: HoldId,
        reason: String,
        as_baseline: bool,
    },
    RejectHold {
        id: HoldId,
        reason: String,
    },
    TakeItem {
        id: ItemId,
    },
    CloseItem {
        id: ItemId,
        outcome: Outcome,
        note: String,
    },
    ReopenItem {
        id: ItemId,
        note: String,
    },
    /// Until the end of the day `until`, new items of `from` are handed over too.
    HandOverItems {
        from: String,
        to: String,
        until: Option<Date>,
    },
    /// None of several is strong.
    DismissMatches {
        ids: Vec<MatchId>,
        reason: DismissalReason,
        note: String,
    },
    ConfirmMatch {
        id: MatchId,
        note: String,
    },
    ReopenMatch {
        id: MatchId,
        note: String,
    },
    /// A decision about matches on a page that shows these versions of them.
    MatchesSeen {
        seen: BTreeMap<MatchId, String>,
        decision: Box<Action>,
    },
    RetryDelivery {
        id: DeliveryId,
    },
}

/// Why an action was not carried out. Nothing has changed. If it was about several things, it was
/// not carried out for those that the text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// The form is incomplete, or names something unknown.
    Mistake(String),
    /// It is not possible any more, or it failed.
    Failed(String),
}

/// Carries out actions, as the commands do. It is passed in, because the pages must not know the
/// pipeline.
pub trait Actions: Send + Sync {
    /// `by` is the person's name. The action goes on if the returned future is dropped, because a
    /// browser may close the connection at any time.
    fn carry_out(
        &self,
        action: Action,
        by: String,
        identified: Identified,
    ) -> BoxFuture<'static, Result<(), NotDone>>;
}
