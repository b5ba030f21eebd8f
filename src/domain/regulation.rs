//! The content of an alert about the words of a section of the regulation.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::alert::SnapshotRef;
use crate::domain::text_diff::text_diff;
use crate::domain::word_diff::{Span, SpanKind};
use crate::domain::{AlertId, Rule, SectionNumber, Sha256};

/// A section has other words than before. It quotes the regulation and concludes nothing: not even
/// that the words are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegulationChanged {
    pub alert_id: AlertId,
    /// Counts the alerts of a source. A receiver applies them in this order.
    pub sequence: u64,
    pub source: String,
    /// When a check first found the new text.
    pub observed_at: Timestamp,
    /// When an operator accepted the text that was on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    pub section: SectionNumber,
    /// The heading of the section.
    pub title: String,
    /// The date of the eCFR whose text this is.
    pub as_of: Option<Date>,
    /// The Federal Register document that the section newly cites. `None` if it cites no new one.
    pub rule: Option<Rule>,
    /// All pages of the Federal Register that the section newly cites, as `90 FR 50857`.
    #[serde(default)]
    pub citations: Vec<String>,
    /// The whole text before: heading, paragraphs, notes and source note, one on each line.
    pub before: String,
    /// The whole text now.
    pub after: String,
    /// What leads from `before` to `after`, in reading order.
    pub changes: Vec<TextChange>,
    /// The section's notes about effective dates, suspensions and pending amendments, verbatim.
    pub notes: Vec<String>,
    /// The alert that this one reverses: the text is again as it was before that alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<AlertId>,
    pub snapshot: SnapshotRef,
    /// The head of the journal when this alert was recorded.
    pub journal_head: Sha256,
}

/// A piece of a text. Joined, the same and the deleted pieces are the text before, and the same and
/// the inserted ones are the text after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextChange {
    Inserted(String),
    Deleted(String),
    Same(String),
}

impl TextChange {
    /// The pieces that lead from one text to another.
    pub fn between(before: &str, after: &str) -> Vec<Self> {
        text_diff(before, after)
            .into_iter()
            .map(|Span { kind, text }| match kind {
                SpanKind::Equal => Self::Same(text),
                SpanKind::Deleted => Self::Deleted(text),
                SpanKind::Inserted => Self::Inserted(text),
            })
            .collect()
    }

    pub fn span(&self) -> Span {
        match self {
            Self::Same(text) => Span::new(SpanKind::Equal, text),
            Self::Deleted(text) => Span::new(SpanKind::Deleted, text),
            Self::Inserted(text) => Span::new(SpanKind::Inserted, text),
        }
    }
}
