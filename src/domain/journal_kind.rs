//! The kinds of journal entries. They are stored, so a name never changes.

/// A check of a source: what it fetched, and what it recorded.
pub const CHECK: &str = "check";
/// Checks that were due and were not made.
pub const GAP: &str = "gap";
/// No new document came by the expected time.
pub const DOCUMENT_LATE: &str = "document.late";
/// Another source shows changes that were alerted before.
pub const CHANGES_CONFIRMED: &str = "changes.confirmed";
/// The history of a source was carried over to another name.
pub const SOURCE_RENAMED: &str = "source.renamed";
/// A backfill recorded a past date.
pub const HISTORY_RECORDED: &str = "history.recorded";
/// Recorded past dates were removed.
pub const HISTORY_FORGOTTEN: &str = "history.forgotten";
/// A person started a backfill.
pub const BACKFILL_PLANNED: &str = "backfill.planned";
/// A person accepted a list or a text on hold.
pub const HOLD_ACCEPTED: &str = "hold.accepted";
/// A person rejected a list or a text on hold.
pub const HOLD_REJECTED: &str = "hold.rejected";
/// An alert opened an item.
pub const ITEM_OPENED: &str = "item.opened";
/// An alert was attached to an item.
pub const ITEM_ATTACHED: &str = "item.attached";
/// A person took an item.
pub const ITEM_TAKEN: &str = "item.taken";
/// A person closed an item.
pub const ITEM_CLOSED: &str = "item.closed";
/// A person or an alert reopened an item.
pub const ITEM_REOPENED: &str = "item.reopened";
/// The clock of an item ran out.
pub const ITEM_ESCALATED: &str = "item.escalated";
/// A person handed items over to a receiver.
pub const ITEMS_HANDED_OVER: &str = "items.handed_over";
/// A receiver was reminded of its open items.
pub const ITEMS_REMINDED: &str = "items.reminded";
/// A digest was made.
pub const DIGEST: &str = "digest";
/// The regular message was made.
pub const ASSURANCE: &str = "assurance";
/// A check or a counterparty file changed matches.
pub const MATCHES: &str = "matches";
/// A person dismissed a match.
pub const MATCH_DISMISSED: &str = "match.dismissed";
/// A person confirmed a match.
pub const MATCH_CONFIRMED: &str = "match.confirmed";
/// A person reopened a match.
pub const MATCH_REOPENED: &str = "match.reopened";
/// A person erased a counterparty.
pub const COUNTERPARTY_ERASED: &str = "counterparty.erased";
/// A counterparty file was read.
pub const WATCHLIST_READ: &str = "watchlist.read";
/// A counterparty file cannot be used.
pub const WATCHLIST_FAILING: &str = "watchlist.failing";
/// A person accepted a counterparty file on hold.
pub const WATCHLIST_ACCEPTED: &str = "watchlist.accepted";
/// A person rejected a counterparty file on hold.
pub const WATCHLIST_REJECTED: &str = "watchlist.rejected";
/// A watchlist is not in the configuration any more.
pub const WATCHLIST_UNCONFIGURED: &str = "watchlist.unconfigured";
/// A delivery was given up.
pub const DELIVERY_DEAD: &str = "delivery.dead";
/// A person made deliveries due again.
pub const DELIVERIES_RETRIED: &str = "deliveries.retried";
/// A person sent past alerts to a receiver.
pub const DELIVERIES_SENT: &str = "deliveries.sent";
/// A receiver answered that it is gone.
pub const RECEIVER_DISABLED: &str = "receiver.disabled";
/// A person enabled a receiver again.
pub const RECEIVER_ENABLED: &str = "receiver.enabled";
/// A person tested a receiver.
pub const RECEIVER_TESTED: &str = "receiver.tested";
/// A configuration came into effect.
pub const CONFIG_LOADED: &str = "config.loaded";
/// A configuration was refused at a reload.
pub const CONFIG_REJECTED: &str = "config.rejected";
/// A daemon began to watch the sources of a shared database.
pub const WATCH_TAKEN: &str = "watch.taken";
/// A backup was made.
pub const STORE_BACKED_UP: &str = "store.backed_up";
/// The database was restored from a backup.
pub const STORE_RESTORED: &str = "store.restored";
/// Old documents or deliveries were removed.
pub const STORE_PRUNED: &str = "store.pruned";
/// A decision since the backup was carried over by a restore.
pub const DECISION_CARRIED: &str = "decision.carried";
/// A decision that was carried over is not carried out again; its data say why.
pub const DECISION_NOT_APPLIED: &str = "decision.not_applied";
