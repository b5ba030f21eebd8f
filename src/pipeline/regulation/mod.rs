//! The text of single sections of the regulation: reads the watched sections of an eCFR source,
//! compares their words with the accepted ones, and makes the alerts.
//!
//! 1. `part_documents` has the document of each part of Title 15 that a section is in.
//! 2. `assess` decides what the text of one section means: a baseline, unchanged, changed, on hold
//!    or refused.
//! 3. `findings` collects what that writes. `section_holds` opens and closes holds.
//! 4. `change_alert` makes the alert about changed words. `accepted_text` does so for a text that a
//!    person accepted.
//! 5. `parties` are the entries of the list `REG`: those that the accepted texts name.
//!
//! It concludes nothing about the law: it quotes.

pub mod accepted_text;
mod assess;
mod change_alert;
mod findings;
mod part_documents;
pub mod parties;
mod section_holds;

use std::collections::BTreeMap;

use crate::domain::{Entry, ListCode, RecordedSection, SectionNumber, SourceState};
use crate::fetch::FetchedDocument;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::store::Result;

pub(crate) use findings::SectionFindings;

/// Reads the watched sections and compares them with the accepted texts. `fetched` is Part 744.
/// `is_older`: it is a copy older than what was accepted, so that no text of its day is.
pub(crate) async fn check_sections(
    recorder: &CheckRecorder<'_>,
    fetched: &FetchedDocument,
    is_older: bool,
) -> Result<SectionFindings> {
    let source = recorder.source;
    let store = recorder.program.store.as_ref();
    if source.sections.is_empty() {
        return Ok(SectionFindings::default());
    }
    let mut current: BTreeMap<SectionNumber, RecordedSection> = store
        .current_sections(Some(&source.name))
        .await?
        .into_iter()
        .map(|section| (section.text.section.clone(), section))
        .collect();
    let mut findings = SectionFindings::default();
    if !is_older {
        let holds = store.holds(false).await?;
        let parts = part_documents::read(recorder, fetched).await;
        for number in &source.sections {
            findings.add_section(recorder, number, current.get(number), &parts, &holds);
        }
        findings.documents = parts.into_documents();
    }
    for text in &findings.texts {
        current.insert(text.text.section.clone(), text.clone());
    }
    let listed = store.current_entries(&source.name, ListCode::REG).await?;
    let listed: Vec<Entry> = listed.into_iter().map(|stored| stored.entry).collect();
    findings.add_parties(&source.sections, current, &listed);
    Ok(findings)
}

/// Adds what the sections write, and the alerts about changed words. Called after the alerts about
/// the lists are made.
pub(crate) async fn add_to_record(
    recorder: &mut CheckRecorder<'_>,
    state: &mut SourceState,
    findings: &mut SectionFindings,
) -> Result<()> {
    let mut changed = std::mem::take(&mut findings.texts);
    for section in &mut changed {
        let Some(before) = findings.changed_from.remove(&section.text.section) else { continue };
        let context = change_alert::AlertContext {
            store: recorder.program.store.as_ref(),
            config: &recorder.wiring.config,
            now: recorder.now,
            accepted_at: None,
            sequence: state.sequence + 1,
        };
        let outgoing = change_alert::change_alert(&context, &before, section).await?;
        state.sequence += 1;
        section.alert_id = Some(outgoing.alert.alert_id.clone());
        recorder.record.alerts.push(outgoing);
    }
    let record = &mut recorder.record;
    record.sections.append(&mut changed);
    record.texts.append(&mut findings.documents);
    record.holds.append(&mut findings.holds);
    for body in std::mem::take(&mut findings.operator_alerts) {
        recorder.alert_operators(body);
    }
    Ok(())
}
