//! What one check finds in the watched sections, before it is recorded. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tracing::warn;

use crate::domain::{
    AlertBody, CheckOutcome, Document, Entry, Hold, RecordedSection, SectionNumber, SectionText,
    Sha256,
};
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::regulation::assess::{SectionOutcome, assess};
use crate::pipeline::regulation::change_alert::new_citations;
use crate::pipeline::regulation::part_documents::{FoundSection, PartDocuments};
use crate::pipeline::regulation::parties::{self, NewCitations};
use crate::pipeline::regulation::section_holds::{HoldOfText, TextOnHold};

/// What the sections of a source mean, and what follows from it.
pub struct SectionFindings {
    /// The worst outcome of the sections.
    pub outcome: CheckOutcome,
    /// One line for each section that is not unchanged.
    pub lines: Vec<String>,
    /// The outcome of each section, for the journal.
    pub journal: serde_json::Map<String, serde_json::Value>,
    /// The texts that are accepted, first ones included.
    pub texts: Vec<RecordedSection>,
    /// The text before each changed one, to be alerted.
    pub changed_from: BTreeMap<SectionNumber, SectionText>,
    /// The documents of other parts.
    pub documents: Vec<Document>,
    pub holds: Vec<Hold>,
    pub operator_alerts: Vec<AlertBody>,
    /// Why a section was not read.
    pub failure: Option<Failure>,
    /// The parties that the accepted texts name. `None` while a watched section has no accepted
    /// text: then it is not known which parties the sections name.
    pub parties: Option<Vec<Entry>>,
    /// The sections whose first text this check accepts.
    pub first_texts: BTreeSet<SectionNumber>,
}

impl Default for SectionFindings {
    fn default() -> Self {
        Self {
            outcome: CheckOutcome::NotModified,
            lines: Vec::new(),
            journal: serde_json::Map::new(),
            texts: Vec::new(),
            changed_from: BTreeMap::new(),
            documents: Vec::new(),
            holds: Vec::new(),
            operator_alerts: Vec::new(),
            failure: None,
            parties: None,
            first_texts: BTreeSet::new(),
        }
    }
}

impl SectionFindings {
    /// Adds what the documents have of one section.
    pub(crate) fn add_section(
        &mut self,
        recorder: &CheckRecorder<'_>,
        number: &SectionNumber,
        current: Option<&RecordedSection>,
        parts: &PartDocuments,
        holds: &[Hold],
    ) {
        let (found, document) = match parts.find(number) {
            Some(Ok(FoundSection { found, document })) => (found.clone(), document),
            Some(Err(failure)) => return self.fail(recorder, number, failure.clone()),
            None => return,
        };
        let outcome = assess(number, current.map(|current| &current.text), found);
        let mut text_holds = HoldOfText::of(recorder, number, current, &document.sha256, holds);
        let accepted = |text: SectionText| RecordedSection {
            source: recorder.source.name.clone(),
            text,
            as_of: parts.as_of,
            observed_at: recorder.now,
            document_sha256: document.sha256.clone(),
            alert_id: None,
        };
        match outcome {
            SectionOutcome::Unchanged => self.note(number, CheckOutcome::Unchanged, None),
            SectionOutcome::Baseline(text) => {
                let line = format!("§ {number}: {} words accepted as the baseline", text.words());
                self.first_texts.insert(number.clone());
                self.texts.push(accepted(text));
                self.note(number, CheckOutcome::Baseline, Some(line));
            }
            SectionOutcome::Editorial(text) => {
                self.texts.push(accepted(text));
                let line = format!("§ {number}: changed in typography only");
                self.note(number, CheckOutcome::Changed, Some(line));
            }
            SectionOutcome::Changed(text) => {
                if let Some(current) = current {
                    self.changed_from.insert(number.clone(), current.text.clone());
                }
                self.texts.push(accepted(text));
                self.note(number, CheckOutcome::Changed, Some(format!("§ {number}: changed")));
            }
            SectionOutcome::OnHold { text, message } => {
                let content = text.content_sha256();
                if text_holds.is_rejected(&content) {
                    let line = format!("§ {number}: the text was rejected before");
                    return self.note(number, CheckOutcome::Unchanged, Some(line));
                }
                let line = format!("§ {number}: on hold: {message}");
                let on_hold = TextOnHold { content, message, words: text.words() };
                self.operator_alerts.extend(text_holds.put_on_hold(on_hold));
                self.holds.append(&mut text_holds.written);
                return self.note(number, CheckOutcome::OnHold, Some(line));
            }
            SectionOutcome::Refused(message) => {
                let failure = Failure { message, refused: true, retry_after: None };
                return self.fail(recorder, number, failure);
            }
        }
        // The text is plausible again.
        text_holds.supersede();
        self.holds.append(&mut text_holds.written);
    }

    /// Adds the parties that the accepted texts name. `listed` are the current entries of `REG`.
    /// Those of sections that are not watched any more are included: a section that is taken out of
    /// the configuration removes nobody.
    pub fn add_parties(
        &mut self,
        watched: &[SectionNumber],
        current: BTreeMap<SectionNumber, RecordedSection>,
        listed: &[Entry],
    ) {
        if watched.iter().all(|number| current.contains_key(number)) {
            let cited = self.new_citations();
            self.parties = Some(parties::of_sections(current.values(), listed, &cited));
        }
    }

    /// The last document that each changed section newly cites.
    fn new_citations(&self) -> NewCitations {
        let cited = |text: &RecordedSection| {
            let before = self.changed_from.get(&text.text.section)?;
            let last = new_citations(before, &text.text).pop()?;
            Some((text.text.section.clone(), last))
        };
        self.texts.iter().filter_map(cited).collect()
    }

    /// Takes out the parties of the first texts. They were named before the sections were watched,
    /// so nobody is alerted of them.
    pub fn take_first_parties(&mut self) -> Vec<Entry> {
        let first = |text: &&RecordedSection| self.first_texts.contains(&text.text.section);
        let none = NewCitations::new();
        let taken = parties::of_sections(self.texts.iter().filter(first), &[], &none);
        if let Some(parties) = &mut self.parties {
            parties.retain(|party| !taken.contains(party));
        }
        taken
    }

    fn fail(&mut self, recorder: &CheckRecorder<'_>, number: &SectionNumber, failure: Failure) {
        warn!(
            source.name = recorder.source.name,
            section.number = number.as_str(),
            "§ {number} was not read; the accepted text stays as it is: {}",
            failure.message
        );
        let outcome = if failure.refused { CheckOutcome::Refused } else { CheckOutcome::Failed };
        // Several sections of one part fail for one reason.
        let is_known = self.failure.as_ref().is_some_and(|known| known.message == failure.message);
        let line = (!is_known).then(|| failure.message.clone());
        self.note(number, outcome, line);
        match &mut self.failure {
            Some(known) if !is_known => {
                known.message = format!("{}; {}", known.message, failure.message);
                known.refused |= failure.refused;
                known.retry_after = known.retry_after.max(failure.retry_after);
            }
            Some(_) => {}
            None => self.failure = Some(failure),
        }
    }

    fn note(&mut self, number: &SectionNumber, outcome: CheckOutcome, line: Option<String>) {
        self.outcome = self.outcome.max(outcome);
        self.lines.extend(line);
        let sha256: Option<Sha256> = self
            .texts
            .iter()
            .find(|text| text.text.section == *number)
            .map(|text| text.text.content_sha256());
        let mut entry = json!({"outcome": outcome.as_str()});
        if let (Some(sha256), Some(fields)) = (sha256, entry.as_object_mut()) {
            fields.insert("text_sha256".to_owned(), json!(sha256));
        }
        self.journal.insert(number.to_string(), entry);
    }
}
