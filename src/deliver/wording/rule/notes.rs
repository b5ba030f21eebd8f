//! The cautions and notes of a message about a rule.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::rule::title::orders;
use crate::deliver::{plain, wording};
use crate::domain::alert::{NoticeStatus, RuleNotice};

/// The most characters of the doubts that are shown.
const MAX_DOUBTS_CHARS: usize = 500;
/// How the reader of a plain text begins its first doubt. The lead says the same in better words.
const PLAIN_TEXT_DOUBT: &str = "only the plain text is there yet";

/// What a reader must know before acting on the rule.
pub fn cautions(data: &RuleNotice, context: &Context<'_>) -> Vec<String> {
    if data.certain || matches!(data.status, NoticeStatus::Digest | NoticeStatus::Withdrawn) {
        return Vec::new();
    }
    let doubts: Vec<String> = data
        .doubts
        .iter()
        .filter(|doubt| !doubt.starts_with(PLAIN_TEXT_DOUBT))
        .map(|doubt| context.prose(doubt))
        .collect();
    if doubts.is_empty() && data.changes.is_empty() {
        return Vec::new();
    }
    vec![if doubts.is_empty() {
        "The names were read from plain text. Compare them with the document before you act."
            .to_owned()
    } else {
        format!(
            "Not read with certainty, so read the document itself: {}.",
            plain::shorten(&doubts.join("; "), MAX_DOUBTS_CHARS)
        )
    }]
}

/// How the message relates to earlier ones.
pub fn notes(data: &RuleNotice, context: &Context<'_>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if data.status != NoticeStatus::Changed {
        notes.extend(data.note.iter().map(|note| context.prose(note)));
    }
    if data.follows.is_some() && data.status != NoticeStatus::Withdrawn {
        notes.push(if data.changes.is_empty() {
            "Its entries are those of the earlier message.".to_owned()
        } else if data.named_before.is_empty() {
            "Only what was not in the earlier message is shown here.".to_owned()
        } else {
            "This replaces the names of the earlier message by the full entries.".to_owned()
        });
    }
    if !data.related.is_empty() {
        notes.push(
            "Earlier messages reported changes of a list without a rule. This is the rule."
                .to_owned(),
        );
    }
    if data.total != data.summary {
        notes.push(format!(
            "Your routes select these changes. The rule orders: {}.",
            orders(&data.total, true)
        ));
    }
    notes
}

/// The earlier alerts, for the record.
pub fn earlier(data: &RuleNotice, context: &Context<'_>) -> Vec<wording::Fact> {
    let fact = |label: &str, id: &crate::domain::AlertId| {
        wording::Fact::linked(label, id.as_str(), context.link(&format!("/alerts/{id}")))
    };
    let follows = data.follows.iter().map(|id| fact("Follows alert", id));
    follows.chain(data.related.iter().map(|id| fact("Explains alert", id))).collect()
}
