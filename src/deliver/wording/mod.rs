//! What a message says, before a channel lays it out. Pure: knows alerts and words, no channel.
//!
//! Text of lists and servers comes out of here as clean lines: without control characters, line
//! breaks or direction overrides. It is not escaped for any markup; that is the channel's.

mod authority;
mod count;
mod country;
mod entry;
mod footnote;
mod list;
mod operator;
mod rule;
pub mod time;

use jiff::tz::TimeZone;
use serde::Serialize;
use url::Url;

use crate::deliver::{Message, MessageSettings};
use crate::domain::word_diff::Span;
use crate::domain::{Alert, AlertBody, ChangeKind};

pub use entry::value_text;

/// Everything one message says.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Of an email: one line of at most 120 characters.
    pub subject: String,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, in a sentence or two.
    pub lead: String,
    /// What a reader must know before acting on it: unconfirmed, presumed, a correction.
    pub notes: Vec<String>,
    /// `China 25`, the most concerned first.
    pub countries: Vec<String>,
    /// The rule and the four clocks; of an operator's alert, what is known.
    pub facts: Vec<Fact>,
    pub sections: Vec<Section>,
    /// What can be done, each with its command or link.
    pub steps: Vec<Step>,
    /// Where all of it can be read again.
    pub whole: Step,
    /// Identifiers and hashes, for the files.
    pub evidence: Vec<Fact>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub label: String,
    pub text: String,
    pub link: Option<String>,
}

/// Something to do: a link where the web page has an address, else a command.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub text: String,
    pub command: Option<String>,
    pub link: Option<String>,
}

/// The changes of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// `Added (41)`
    pub title: String,
    pub kind: ChangeKind,
    pub note: Option<String>,
    pub entries: Vec<EntryText>,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct EntryText {
    /// The name, or for an address the words `Address: …`.
    pub heading: String,
    /// `China`
    pub countries: String,
    /// What is to be seen at first sight: `footnote 3`, `aliases and license policy changed`.
    pub brief: String,
    /// A name or a licence requirement changed, an alias came: severity high.
    pub grave: bool,
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

/// One field of an entry: a line for each of its values, each with what changed in it.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub label: String,
    pub changed: bool,
    pub lines: Vec<Vec<Span>>,
}

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

/// What all wordings need to know.
struct Writer<'a> {
    zone: &'a TimeZone,
    public_url: Option<&'a Url>,
}

impl Writer<'_> {
    fn moment(&self, at: jiff::Timestamp) -> String {
        time::moment(at, self.zone)
    }

    /// A step with the page at `path`, or `command` where there is no page.
    fn step(&self, text: impl Into<String>, path: &str, command: String) -> Step {
        let link =
            self.public_url.map(|url| format!("{}{path}", url.as_str().trim_end_matches('/')));
        let command = link.is_none().then_some(command);
        Step { text: text.into(), command, link }
    }
}

impl Fact {
    fn new(label: &str, text: impl Into<String>) -> Self {
        Self { label: label.to_owned(), text: text.into(), link: None }
    }

    fn linked(label: &str, text: impl Into<String>, link: Option<String>) -> Self {
        Self {
            label: label.to_owned(),
            text: text.into(),
            link: link.filter(|link| is_web_address(link)),
        }
    }
}

impl Step {
    fn command(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self { text: text.into(), command: Some(command.into()), link: None }
    }
}

/// Only these become links: a rule's `url` comes from outside.
fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}
