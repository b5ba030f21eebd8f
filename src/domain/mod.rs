//! The values that all stages share. No I/O, no async, no clock, no format of a publisher.
//!
//! The serialized names and shapes of these types are the public contract (`diff --output json`,
//! webhooks, attachments, the API) and the stored JSON. A field may be renamed in Rust, but its
//! serialized name must not change.
//!
//! # Layout
//!
//! Lists and their entries:
//!
//! - [`list`]: the thirteen lists of the Consolidated Screening List.
//! - [`entry`]: one row of a list, and the hash of its content.
//! - [`citation`], [`pages`]: Federal Register citations, and which of them belong to one rule.
//! - [`country`]: codes, names, headings and regions. The only table of countries.
//! - [`subordinate`]: the words that introduce a subordinate or affiliated party in a name.
//! - [`same`]: whether an entry of a rule and an entry of a list are the same entry.
//!
//! What was fetched and read:
//!
//! - [`document`]: the compressed bytes of one fetched file.
//! - [`document_difference`]: a document as its difference from another one.
//! - [`section`]: the number and the text of a section of the regulation.
//! - [`snapshot`]: the entries of one document, and its publisher.
//! - [`edition`]: which documents of a source were accepted, so that an older copy is recognized.
//! - [`state`]: what is stored about a source and its lists between two checks.
//! - [`hold`]: a list that waits for an operator.
//!
//! What changed, and who is alerted:
//!
//! - [`change`]: one added, removed or revised entry.
//! - [`rule`]: a Federal Register document that orders changes.
//! - [`business_days`]: the business days of the federal government.
//! - [`alert`], [`alert_kind`]: the content of an alert, and the set of alert types.
//! - [`regulation`]: the words of a section of the regulation that changed.
//! - [`digest`]: the alerts that waited for one receiver, in one message.
//! - [`delivery`]: one alert on its way to one recipient.
//! - [`item`]: what must be acknowledged, by whom, and what follows if nobody does.
//! - [`matching`]: the reader's counterparties, and which listed entries they may be.
//!
//! Everywhere:
//!
//! - [`size_text`]: sizes in bytes, in words.
//! - [`character_reference`]: the characters of `&ldquo;` and `&#167;`.
//! - [`utc_day`]: the day of a time, and the time at which a day begins.
//! - [`word_diff`], [`text_diff`]: the differences between two texts, word by word.
//! - [`formula`]: cells that a spreadsheet would run.
//! - [`id`]: ids and hashes, all derived from content.
//! - [`person`]: who may sign in and act, and how a person who acted was identified.
//! - [`journal`]: one entry of the hash chain of what was checked and decided.

pub mod alert;
pub mod alert_kind;
pub mod assurance;
pub mod business_days;
mod byte_size;
pub mod change;
pub mod character_reference;
mod check_outcome;
pub mod citation;
pub mod country;
pub mod delivery;
pub mod digest;
pub mod document;
pub mod document_difference;
pub mod edition;
pub mod entry;
pub mod expectation;
mod file_name_time;
pub mod formula;
pub mod hold;
pub mod id;
pub mod item;
pub mod journal;
pub mod journal_kind;
pub mod list;
pub mod matching;
pub mod other_columns;
pub mod month;
mod operator_alert;
pub mod pages;
pub mod person;
pub mod regulation;
pub mod rule;
pub mod same;
pub mod search;
pub mod section;
pub mod snapshot;
pub mod state;
pub mod subordinate;
pub mod text_diff;
pub mod utc_day;
pub mod validators;
pub mod word_diff;

pub use alert::{Alert, AlertBody};
pub use alert_kind::{AlertKind, Audience};
pub use assurance::Assurance;
pub use byte_size::size_text;
pub use change::{Change, ChangeKind, ChangeSet, FieldChange, Match, RowFate, Severity, Summary};
pub use check_outcome::CheckOutcome;
pub use citation::Citation;
pub use delivery::{Attempt, Delivery, DeliveryState};
pub use digest::{Digest, DigestedAlert};
pub use document::Document;
pub use edition::{Edition, Editions, Replaced};
pub use entry::{Entry, Form};
pub use expectation::Expectation;
pub use file_name_time::{file_name_time, read_file_name_time};
pub use hold::{Hold, HoldReason, HoldState};
pub use id::{AlertId, ChangeId, DeliveryId, EntryId, HoldId, ItemId, MatchId, Sha256};
pub use item::{Item, ItemState};
pub use journal::JournalEntry;
pub use list::ListCode;
pub use matching::counterparty::Counterparty;
pub use matching::possible_match::{Band, Cause, Compared, MatchState, PossibleMatch};
pub use matching::screening::Screening;
pub use other_columns::OtherColumns;
pub use person::{Identified, Person, Role, TokenHash};
pub use regulation::{RegulationChanged, TextChange};
pub use rule::{Attribution, ReadFrom, RecordedRule, Rule, RuleState};
pub use section::{
    InvalidSectionNumber, PART_OF_LISTS, RecordedSection, SectionNumber, SectionText,
};
pub use snapshot::{Publisher, Snapshot, Warning};
pub use state::{ListState, SourceState};
pub use utc_day::{day_in_words, utc_day, utc_midnight};
pub use validators::{FileState, FileTime, Validator, Validators};
