//! The alert about changed words of a section, with its deliveries.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::alert::SnapshotRef;
use crate::domain::citation::DatedCitation;
use crate::domain::{
    Alert, AlertBody, AlertId, Citation, RecordedSection, RegulationChanged, Rule, SectionText,
    TextChange,
};
use crate::parse::citation::citations;
use crate::pipeline::alerting::addressing;
use crate::pipeline::alerting::corrections::CORRECTION_WINDOW;
use crate::store::{Outgoing, Result, Store};

/// What the alerts of one check or decision share.
pub struct AlertContext<'a> {
    pub store: &'a Store,
    pub config: &'a Config,
    pub now: Timestamp,
    /// When a person accepted the text, if it was on hold.
    pub accepted_at: Option<Timestamp>,
    /// The number of the alert.
    pub sequence: u64,
}

/// The alert about the text `after`, which was `before`.
pub async fn change_alert(
    context: &AlertContext<'_>,
    before: &SectionText,
    after: &RecordedSection,
) -> Result<Outgoing> {
    let RecordedSection { source, text, .. } = after;
    let history = context.store.section_texts(source, &text.section).await?;
    let new_citations = new_citations(before, text);
    let rule = rule_of(context.store, new_citations.last()).await?;
    let (words_before, words_after) = (before.whole(), text.whole());
    // Made of the number of the text in the history, so that the same change of a later day is
    // another alert.
    let alert_id = AlertId::of([
        "regulation.changed",
        source,
        text.section.as_str(),
        before.content_sha256().as_str(),
        text.content_sha256().as_str(),
        &history.len().to_string(),
    ]);
    let pages: Vec<Citation> = new_citations.into_iter().map(|dated| dated.citation).collect();
    let data = RegulationChanged {
        alert_id: alert_id.clone(),
        sequence: context.sequence,
        source: source.clone(),
        observed_at: after.observed_at,
        accepted_at: context.accepted_at,
        section: text.section.clone(),
        title: text.title.clone(),
        as_of: after.as_of,
        corrects: if rule.is_none() { corrected(&history, text, context.now) } else { None },
        rule,
        citations: pages.iter().map(ToString::to_string).collect(),
        changes: TextChange::between(&words_before, &words_after),
        before: words_before,
        after: words_after,
        notes: text.notes.clone(),
        snapshot: SnapshotRef {
            sha256: after.document_sha256.clone(),
            as_of: after.as_of,
            observed_at: Some(after.observed_at),
        },
        journal_head: context.store.journal_head().await?,
    };
    let body = AlertBody::RegulationChanged(Box::new(data));
    let alert = Alert { alert_id, created_at: context.now, body };
    Ok(addressing::routed(context.config, alert, pages))
}

/// The alert that this text takes back: lately it changed from the same text, and no rule orders
/// that it changes back.
fn corrected(history: &[RecordedSection], after: &SectionText, now: Timestamp) -> Option<AlertId> {
    let [current, before, ..] = history else { return None };
    let is_recent = now.duration_since(current.observed_at) <= CORRECTION_WINDOW;
    current.alert_id.clone().filter(|_| is_recent && before.text == *after)
}

/// The pages of the Federal Register that the section newly cites, oldest first: in its source
/// note, or if there are none in its notes, or else anywhere in the text.
pub fn new_citations(before: &SectionText, after: &SectionText) -> Vec<DatedCitation> {
    let known: BTreeSet<Citation> =
        pages(&before.whole()).into_iter().map(|dated| dated.citation).collect();
    let new = |text: &str| -> Vec<DatedCitation> {
        let mut new = pages(text);
        new.retain(|dated| !known.contains(&dated.citation));
        new.sort_by(|one, other| one.citation.cmp(&other.citation));
        new
    };
    [after.source_note.clone(), after.notes.join("\n"), after.whole()]
        .iter()
        .map(|text| new(text))
        .find(|new| !new.is_empty())
        .unwrap_or_default()
}

fn pages(text: &str) -> Vec<DatedCitation> {
    let mut pages = citations(text);
    pages.retain(|dated| matches!(dated.citation, Citation::Page { .. }));
    pages
}

/// The document on a page, as far as it is known.
async fn rule_of(store: &Store, cited: Option<&DatedCitation>) -> Result<Option<Rule>> {
    let Some(DatedCitation { citation, date }) = cited else { return Ok(None) };
    if let Citation::Page { volume, page } = citation
        && let Some(known) = store.document_covering(*volume, *page).await?
    {
        return Ok(Some(known.rule));
    }
    Ok(Some(Rule { published_on: *date, ..Rule::of_citation(citation) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source_note: &str, notes: &[&str]) -> SectionText {
        let notes: Vec<String> = notes.iter().map(|&note| note.to_owned()).collect();
        SectionText {
            section: "744.11".parse().unwrap(),
            title: String::new(),
            paragraphs: notes.clone(),
            notes,
            source_note: source_note.to_owned(),
        }
    }

    #[track_caller]
    fn check(before: &SectionText, after: &SectionText, expected: &[&str]) {
        let found: Vec<String> =
            new_citations(before, after).iter().map(|dated| dated.citation.to_string()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn new_citations_are_those_of_the_source_note_before_those_of_notes() {
        let before =
            text("[61 FR 12802, Mar. 25, 1996, as amended at 87 FR 38925, June 30, 2022]", &[]);
        let amended = "[61 FR 12802, Mar. 25, 1996, as amended at 87 FR 38925, June 30, 2022; 90 \
                       FR 47201, Sept. 30, 2025]";
        let note = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, § 744.11 was stayed.";
        check(&before, &text(amended, &[note]), &["90 FR 47201"]);
        check(&before, &text(&before.source_note, &[note]), &["90 FR 50857"]);
        check(&before, &before, &[]);
        check(&text(amended, &[]), &before, &[]);
    }
}
