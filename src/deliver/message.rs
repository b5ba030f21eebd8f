//! One delivery with the alert that it carries, and the settings that all messages share.

use std::collections::BTreeMap;

use crate::deliver::redacted_reply::Redaction;
use crate::deliver::wording;
use crate::domain::{Alert, Delivery, Screening};

/// `[messages]`, and what messages take from other sections.
#[derive(Clone, Debug, Default)]
pub struct MessageSettings {
    pub timezone: wording::time::Zone,
    pub public_url: Option<url::Url>,
    /// The company's own instructions, one paragraph each. Shown in each alert about changes.
    pub instructions: Vec<String>,
    /// What messages call each source, by its name. A source that is not configured any more is
    /// called by its name.
    pub source_titles: BTreeMap<String, String>,
    /// The messages show sample data and are marked as tests.
    pub marked_as_test: bool,
}

/// One delivery with the alert of its message.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub delivery: &'a Delivery,
    /// The alert, reduced to the selection of the delivery: `changes` and `summary` are the
    /// receiver's, and `total` counts all changes.
    pub alert: &'a Alert,
    /// What the receiver is shown about its own counterparties. `None` for a receiver without
    /// `show_matches`, and if there is no counterparty file.
    pub screening: Option<&'a Screening>,
}

impl Message<'_> {
    /// What may be quoted of the answer to this message.
    pub fn quoting(&self, redaction: Redaction) -> Redaction {
        let shows_counterparties = self.screening.is_some_and(|shown| !shown.matches.is_empty());
        if shows_counterparties { redaction.without_quotes() } else { redaction }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::redacted_reply::quoted;
    use crate::deliver::sample;

    #[test]
    fn an_answer_is_quoted_unless_the_message_has_counterparties() {
        let alert = sample::rule_of_june_2022();
        let delivery = sample::delivery(&alert, "office", "");
        let shown = sample::screening(&alert);
        let without = Screening { matches: Vec::new(), ..shown.clone() };
        let check = |screening: Option<&Screening>, expected: &str| {
            let message = Message { delivery: &delivery, alert: &alert, screening };
            assert_eq!(quoted("Quiet Harbour", &message.quoting(Redaction::default())), expected);
        };
        check(None, "Quiet Harbour");
        check(Some(&without), "Quiet Harbour");
        check(Some(&shown), "");
    }
}
