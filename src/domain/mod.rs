//! The nouns: no I/O, no async, no clock, no publisher's format.
//!
//! What serialises here is the outside contract (`diff --output json`, webhooks, attachments, the
//! API).

pub mod alert;
pub mod alert_kind;
pub mod business_days;
pub mod change;
pub mod citation;
pub mod country;
pub mod delivery;
pub mod document;
pub mod edition;
pub mod entry;
pub mod hold;
pub mod id;
pub mod journal;
pub mod list;
pub mod pages;
pub mod rule;
pub mod same;
pub mod snapshot;
pub mod state;
pub mod subordinate;
pub mod word_diff;

pub use alert::{Alert, AlertBody};
pub use alert_kind::{AlertKind, Audience};
pub use change::{Change, ChangeKind, ChangeSet, FieldChange, Match, RowFate, Severity, Summary};
pub use citation::Citation;
pub use delivery::{Attempt, Delivery, DeliveryState};
pub use document::Document;
pub use edition::{Edition, Editions, Replaced};
pub use entry::{Entry, Form};
pub use hold::{Hold, HoldReason, HoldState};
pub use id::{AlertId, ChangeId, DeliveryId, HoldId, Sha256};
pub use journal::JournalEntry;
pub use list::ListCode;
pub use rule::{Attribution, ReadFrom, RecordedRule, Rule, RuleState};
pub use snapshot::{Publisher, Snapshot, Warning};
pub use state::{ListState, SourceState, Validators};
