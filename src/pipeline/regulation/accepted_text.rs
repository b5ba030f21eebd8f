//! What follows when a person accepts the text of a section that was on hold.

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::{Hold, RecordedSection, SectionNumber, SectionText, SourceState};
use crate::pipeline::background::in_background;
use crate::pipeline::check::parse_document::UnreadableDocument;
use crate::pipeline::regulation::assess::Found;
use crate::pipeline::regulation::change_alert::{AlertContext, change_alert};
use crate::pipeline::regulation::part_documents::{found_in, sections_of};
use crate::store::{CheckRecord, Result, Store};

/// The text on hold, as its document has it. Without words if the document does not have the
/// section. An error if the document cannot be read.
pub async fn text_on_hold(
    store: &Store,
    hold: &Hold,
    section: &SectionNumber,
) -> Result<std::result::Result<SectionText, UnreadableDocument>> {
    let Some(document) = store.document(&hold.sha256).await? else {
        return Ok(Err(UnreadableDocument::Missing));
    };
    let number = section.clone();
    let read = in_background(move || {
        let sections = sections_of(&document, std::slice::from_ref(&number))?;
        Ok(found_in(&sections, &number))
    });
    let found = match read.await {
        Ok(found) => found,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(Ok(match found {
        Found::Text(text) => text,
        Found::Absent | Found::Repeated => {
            let current = current(store, &hold.source, section).await?;
            let title = current.map(|current| current.text.title).unwrap_or_default();
            SectionText::vanished(section.clone(), title)
        }
    }))
}

/// Adds the accepted `text` to the record, with its alert unless `as_baseline`.
pub async fn accept(
    store: &Store,
    config: &Config,
    hold: &Hold,
    text: SectionText,
    as_baseline: bool,
    now: Timestamp,
    record: &mut CheckRecord,
) -> Result<()> {
    let Some(state) = store.source_state(&hold.source).await? else { return Ok(()) };
    let Some(before) = current(store, &hold.source, &text.section).await? else { return Ok(()) };
    // The parties that the text names are read by the next check, which must fetch the document.
    let mut state = SourceState { validators: None, ..state };
    let mut accepted = RecordedSection {
        source: hold.source.clone(),
        text,
        as_of: state.as_of,
        observed_at: hold.opened_at,
        document_sha256: hold.sha256.clone(),
        alert_id: None,
    };
    if !as_baseline {
        let sequence = state.sequence + 1;
        let context = AlertContext { store, config, now, accepted_at: Some(now), sequence };
        let outgoing = change_alert(&context, &before.text, &accepted).await?;
        accepted.alert_id = Some(outgoing.alert.alert_id.clone());
        state.sequence = sequence;
        record.alerts.push(outgoing);
    }
    record.sections.push(accepted);
    record.source = Some(state);
    Ok(())
}

async fn current(
    store: &Store,
    source: &str,
    section: &SectionNumber,
) -> Result<Option<RecordedSection>> {
    Ok(store.section_texts(source, section).await?.into_iter().next())
}
