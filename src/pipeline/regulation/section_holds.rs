//! The holds of the text of one section: opened, replaced, superseded. Pure.

use jiff::Timestamp;

use crate::domain::alert::{AlertBody, SnapshotHeld};
use crate::domain::{
    Hold, HoldId, HoldReason, HoldState, ListCode, RecordedSection, SectionNumber, Sha256, Summary,
};
use crate::pipeline::check::hold_alerts;
use crate::pipeline::check::recorder::CheckRecorder;

/// An implausible text.
pub struct TextOnHold {
    /// The hash of the text.
    pub content: Sha256,
    pub message: String,
    pub words: usize,
}

/// The holds of one section, and what a check writes about them.
pub struct HoldOfText<'a> {
    source: &'a str,
    section: &'a SectionNumber,
    now: Timestamp,
    document_sha256: &'a Sha256,
    words_before: usize,
    /// All holds of the section, open or decided.
    earlier: Vec<Hold>,
    pub written: Vec<Hold>,
}

impl<'a> HoldOfText<'a> {
    pub fn of(
        recorder: &'a CheckRecorder<'_>,
        section: &'a SectionNumber,
        current: Option<&RecordedSection>,
        document_sha256: &'a Sha256,
        holds: &[Hold],
    ) -> Self {
        let source = recorder.source.name.as_str();
        let is_of_section =
            |hold: &&Hold| hold.source == source && hold.section.as_ref() == Some(section);
        Self {
            source,
            section,
            now: recorder.now,
            document_sha256,
            words_before: current.map_or(0, |current| current.text.words()),
            earlier: holds.iter().filter(is_of_section).cloned().collect(),
            written: Vec::new(),
        }
    }

    fn open(&self) -> Option<Hold> {
        self.earlier.iter().rfind(|hold| hold.state == HoldState::Open).cloned()
    }

    /// Whether a person rejected this text, and no other text of the section since.
    pub fn is_rejected(&self, content: &Sha256) -> bool {
        let decided =
            |hold: &&Hold| matches!(hold.state, HoldState::Rejected | HoldState::Accepted);
        self.earlier.iter().rfind(decided).is_some_and(|hold| {
            hold.state == HoldState::Rejected && hold.content_sha256 == *content
        })
    }

    /// Ends the open hold, because the text is plausible again.
    pub fn supersede(&mut self) {
        self.close(HoldState::Superseded);
    }

    fn close(&mut self, state: HoldState) {
        if let Some(open) = self.open() {
            self.written.push(Hold { state, decided_at: Some(self.now), ..open });
        }
    }

    /// Opens a hold, unless the same text is on hold already. Returns the alert to operators, if
    /// one is due.
    pub fn put_on_hold(&mut self, text: TextOnHold) -> Option<AlertBody> {
        let TextOnHold { content, message, words } = text;
        match self.open() {
            Some(open) if open.content_sha256 == content => return None,
            _ => self.close(HoldState::Replaced),
        }
        let alerted = hold_alerts::alerted_lately(&content, &self.earlier, self.now);
        let opened_at = self.now.to_string();
        let id = [self.source, self.section.as_str(), content.as_str(), opened_at.as_str()];
        let hold = Hold {
            hold_id: HoldId::of(id),
            source: self.source.to_owned(),
            list: ListCode::REG,
            section: Some(self.section.clone()),
            reason: HoldReason::Text,
            state: HoldState::Open,
            sha256: self.document_sha256.clone(),
            content_sha256: content,
            opened_at: self.now,
            alerted_at: alerted.unwrap_or(self.now),
            count_before: self.words_before,
            count_after: words,
            summary: Summary::default(),
            message,
            decided_at: None,
            decided_by: None,
            identified: None,
            decision_reason: None,
            as_baseline: false,
        };
        self.written.push(hold.clone());
        let body = SnapshotHeld { hold, reminder: false, examples: Vec::new() };
        alerted.is_none().then(|| AlertBody::SnapshotHeld(Box::new(body)))
    }
}
