//! Turns an alert into the content of a message. Pure: knows alerts and wording. Must not know
//! channels.

mod assurance;
mod authority;
mod context;
mod content;
pub mod count;
mod country;
mod decided_match;
mod digest;
mod effective;
mod entry;
mod footnote;
mod grouping;
mod iso_dates;
mod items;
mod list;
mod matches;
mod operator;
mod change_group;
mod regulation;
mod rule;
mod rule_facts;
mod source_title;
mod steps;
mod subject;
pub mod time;
mod watchlist;

use crate::deliver::{Message, MessageSettings, plain, shown_matches};
use crate::domain::{Alert, AlertBody, Digest, DigestedAlert, Screening};

pub use content::{
    EntryGroup, EntryText, Fact, INSTRUCTIONS_TITLE, IndexGroup, IndexPlace, MatchText, Matches,
    MessageContent, NextStep, Quote, Row, Section,
};
use context::Context;
pub use entry::{label, value_text};
pub use matches::{first_of_each, not_shown};

/// The content of a message about `alert`, without a delivery, for a receiver without
/// `show_matches`.
pub fn alert_content(alert: &Alert, settings: &MessageSettings) -> MessageContent {
    content_with(alert, None, settings)
}

/// The content of a message about `alert`, with what the receiver may be shown of its own
/// counterparties.
pub fn content_with(
    alert: &Alert,
    screening: Option<&Screening>,
    settings: &MessageSettings,
) -> MessageContent {
    let context = Context {
        zone: &settings.timezone,
        public_url: settings.public_url.as_ref(),
        source_titles: &settings.source_titles,
        instructions: &settings.instructions,
    };
    let shown = shown_matches::of(alert, screening);
    let mut content = match &alert.body {
        AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => {
            list::content(data, &context)
        }
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => {
            rule::content(data, &alert.alert_id, &context)
        }
        AlertBody::RegulationChanged(data) => regulation::content(data, &context),
        AlertBody::Digest(data) => {
            digest::content(data, &alert.alert_id, parts_of(data, settings), &context)
        }
        AlertBody::AlertEscalated(data) => items::escalated(data, settings, &context),
        AlertBody::ItemsOpen(data) => items::reminder(data, &context),
        AlertBody::WatchlistMatched(data) => watchlist::matched(data, &shown, &context),
        AlertBody::WatchlistFailing(data) => watchlist::failing(data, &context),
        AlertBody::Assurance(data) => assurance::content(data, screening, &context),
        other => operator::content(other, alert, &context),
    };
    content.matches = matches::matches(alert, &shown, screening, &context);
    matches::put_into_subject(&mut content);
    content.evidence.push(Fact::new("Alert", alert.alert_id.as_str()));
    if settings.marked_as_test {
        mark_as_test(&mut content);
    }
    content
}

/// Says that the message shows sample data, in the subject and before everything else.
fn mark_as_test(content: &mut MessageContent) {
    content.subject =
        plain::shorten(&format!("[Test] {}", content.subject), subject::MAX_SUBJECT_CHARS);
    content.title = format!("[Test] {}", content.title);
    if let Some(matches) = content.matches.as_mut().filter(|matches| !matches.title.is_empty()) {
        matches.title = format!("[Test] {}", matches.title);
    }
    content.banner = Some(
        "This is a test with made-up data. No list has changed, and you do not have to act."
            .to_owned(),
    );
}

/// The alerts of a digest, each with its own content.
fn parts_of<'a>(data: &'a Digest, settings: &MessageSettings) -> Vec<digest::Part<'a>> {
    // The digest is marked as a whole.
    let settings = MessageSettings { marked_as_test: false, ..settings.clone() };
    let part = |digested: &'a DigestedAlert| {
        let (alert_id, created_at) = (digested.alert_id().clone(), digested.observed_at());
        let alert = Alert { alert_id, created_at, body: digested.body() };
        digest::Part { alert: digested, content: alert_content(&alert, &settings) }
    };
    data.alerts.iter().map(part).collect()
}

/// The content of `message`, with its delivery as evidence.
pub fn message_content(message: &Message<'_>, settings: &MessageSettings) -> MessageContent {
    let mut content = content_with(message.alert, message.screening, settings);
    content.evidence.push(Fact::new("Delivery", message.delivery.delivery_id.as_str()));
    content
}
