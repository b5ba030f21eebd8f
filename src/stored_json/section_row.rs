//! One section of the regulation in a row of `sources`.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, Hold, HoldId, RecordedSection, SectionNumber, Sha256};

/// The accepted text of one section, without its words.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SectionRow {
    pub section: SectionNumber,
    pub title: String,
    pub words: usize,
    /// The hash of the text.
    pub text_sha256: Sha256,
    /// The publisher's date on which a check first found this text.
    pub as_of: Option<Date>,
    pub observed_at: Timestamp,
    /// The alert about this text. Null for the first text.
    pub alert_id: Option<AlertId>,
    /// Its notes about effective dates, suspensions and pending amendments, verbatim.
    pub notes: Vec<String>,
    /// The open hold, if another text is on hold.
    pub hold_id: Option<HoldId>,
}

impl SectionRow {
    /// `holds` are the open holds.
    pub fn new(recorded: RecordedSection, holds: &[Hold]) -> Self {
        let RecordedSection { source, text, as_of, observed_at, alert_id, .. } = recorded;
        let is_of_section =
            |hold: &&Hold| hold.source == source && hold.section.as_ref() == Some(&text.section);
        Self {
            hold_id: holds.iter().find(is_of_section).map(|hold| hold.hold_id.clone()),
            words: text.words(),
            text_sha256: text.content_sha256(),
            section: text.section,
            title: text.title,
            as_of,
            observed_at,
            alert_id,
            notes: text.notes,
        }
    }
}
