//! The wording of alerts to operators: what happened, what it means for readers, and what to do.

mod configuration;
mod delivery;
mod expected_document;
mod hold;
mod shell_word;
mod source;

use crate::deliver::plain;
use crate::deliver::wording::MessageContent;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::domain::{Alert, AlertBody};
use configuration::rejected;
use delivery::{delivery, test};
use expected_document::late;
use hold::hold;
use source::{baseline, failing, lagging, recovered};

pub fn content(body: &AlertBody, alert: &Alert, context: &Context<'_>) -> MessageContent {
    let mut content = match body {
        AlertBody::SourceBaseline(data) => baseline(data, context),
        AlertBody::SourceLagging(data) => match (&data.rule, &data.expected) {
            (_, Some(expected)) => late(data, expected, context),
            (Some(rule), None) => lagging(data, rule, context),
            (None, None) => empty_content("A list is behind".to_owned(), context),
        },
        AlertBody::SourceFailing(data) => failing(data, alert, context),
        AlertBody::SourceRecovered(data) => recovered(data, context),
        AlertBody::SnapshotHeld(data) => hold(data, context),
        AlertBody::DeliveryFailing(data) => delivery(data, false, context),
        AlertBody::DeliveryDead(data) => delivery(data, true, context),
        AlertBody::ConfigRejected(data) => rejected(data, context),
        AlertBody::Test(data) => test(data, context),
        // `list`, `rule`, `regulation`, `digest`, `items`, `assurance` and `watchlist` word these. They
        // are listed so that a new kind of alert does not compile without a wording.
        AlertBody::RuleFiled(_) | AlertBody::RulePublished(_) => {
            empty_content("A rule on the Entity List".to_owned(), context)
        }
        AlertBody::RegulationChanged(_) => {
            empty_content("The words of a section changed".to_owned(), context)
        }
        AlertBody::Assurance(_) => empty_content("Assurance".to_owned(), context),
        AlertBody::Digest(_) => empty_content("A digest".to_owned(), context),
        AlertBody::AlertEscalated(_) | AlertBody::ItemsOpen(_) => {
            empty_content("An open item".to_owned(), context)
        }
        AlertBody::WatchlistMatched(_) | AlertBody::WatchlistFailing(_) => {
            empty_content("A counterparty file".to_owned(), context)
        }
        AlertBody::ListChanged(_) | AlertBody::ListCorrected(_) => {
            empty_content("The list changed".to_owned(), context)
        }
    };
    content.subject = plain::shorten(&format!("entitywatch: {}", content.title), MAX_SUBJECT_CHARS);
    content
}

pub(super) fn empty_content(title: String, context: &Context<'_>) -> MessageContent {
    MessageContent {
        subject: String::new(),
        title,
        lead: String::new(),
        banner: None,
        matches: None,
        cautions: Vec::new(),
        facts_title: "Facts".to_owned(),
        quotes: Vec::new(),
        instructions: Vec::new(),
        index: Vec::new(),
        notes: Vec::new(),
        countries: Vec::new(),
        facts: Vec::new(),
        sections: Vec::new(),
        next_steps: Vec::new(),
        full_alert: context.next_step(
            "Status of the sources",
            "/",
            "entitywatch sources".to_owned(),
        ),
        evidence: Vec::new(),
    }
}
