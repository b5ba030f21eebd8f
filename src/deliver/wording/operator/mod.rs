//! The wording of alerts to operators: what happened, what it means for readers, and what to do.

mod delivery;
mod hold;
mod shell_word;
mod source;

use crate::deliver::plain;
use crate::deliver::wording::Account;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::writer::Writer;
use crate::domain::{Alert, AlertBody};
use delivery::{delivery, test};
use hold::held;
use source::{baseline, failing, lagging, recovered};

pub fn account(body: &AlertBody, alert: &Alert, writer: &Writer<'_>) -> Account {
    let mut account = match body {
        AlertBody::SourceBaseline(data) => baseline(data, writer),
        AlertBody::SourceLagging(data) => lagging(data, writer),
        AlertBody::SourceFailing(data) => failing(data, alert, writer),
        AlertBody::SourceRecovered(data) => recovered(data, writer),
        AlertBody::SnapshotHeld(data) => held(data, writer),
        AlertBody::DeliveryFailing(data) => delivery(data, false, writer),
        AlertBody::DeliveryDead(data) => delivery(data, true, writer),
        AlertBody::Test(data) => test(data, writer),
        // Worded by `list` and `rule`; said here only so that a new alert cannot be forgotten.
        AlertBody::RuleFiled(_) | AlertBody::RulePublished(_) => {
            blank("A rule on the Entity List".to_owned(), writer)
        }
        AlertBody::ListChanged(_) | AlertBody::ListCorrected(_) => {
            blank("The list changed".to_owned(), writer)
        }
    };
    account.subject = plain::shorten(&format!("entitywatch: {}", account.title), MAX_SUBJECT_CHARS);
    account
}

fn blank(title: String, writer: &Writer<'_>) -> Account {
    Account {
        subject: String::new(),
        title,
        lead: String::new(),
        notes: Vec::new(),
        countries: Vec::new(),
        facts: Vec::new(),
        sections: Vec::new(),
        steps: Vec::new(),
        whole: writer.step("How the sources are", "/", "entitywatch sources".to_owned()),
        evidence: Vec::new(),
    }
}
