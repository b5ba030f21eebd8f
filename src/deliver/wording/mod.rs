//! Turns an alert into the content of a message. Pure: knows alerts and words. Must not know
//! channels.

mod authority;
mod content;
mod count;
mod country;
mod entry;
mod footnote;
mod list;
mod operator;
mod rule;
mod rule_facts;
mod subject;
pub mod time;
mod writer;

use crate::deliver::{Message, MessageSettings};
use crate::domain::{Alert, AlertBody};

pub use content::{Account, EntryText, Fact, Row, Section, Step};
pub use entry::value_text;
use writer::Writer;

/// What a message about `alert` says to anyone, without the delivery that brings it.
pub fn of_alert(alert: &Alert, settings: &MessageSettings) -> Account {
    let writer = Writer { zone: &settings.timezone, public_url: settings.public_url.as_ref() };
    let mut account = match &alert.body {
        AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => {
            list::account(data, &writer)
        }
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => {
            rule::account(data, &alert.alert_id, &writer)
        }
        other => operator::account(other, alert, &writer),
    };
    account.evidence.push(Fact::new("Alert", alert.alert_id.as_str()));
    account
}

/// What `message` says.
pub fn account(message: &Message<'_>, settings: &MessageSettings) -> Account {
    let mut account = of_alert(message.alert, settings);
    account.evidence.push(Fact::new("Delivery", message.delivery.delivery_id.as_str()));
    account
}
