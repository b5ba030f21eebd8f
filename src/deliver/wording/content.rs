//! The content of one message, before a channel lays it out.
//!
//! Text from lists and servers arrives here as clean lines: without control characters, line breaks
//! or direction overrides. It is not escaped for any markup. Each channel escapes for its own.

use serde::Serialize;
use url::Url;

use crate::domain::ChangeKind;
use crate::domain::word_diff::Span;

/// The content of one message.
#[derive(Clone, Debug, Serialize)]
pub struct MessageContent {
    /// The subject of an email: one line of at most 120 characters.
    pub subject: String,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, in a sentence or two.
    pub lead: String,
    /// What a reader must know before acting: unconfirmed, presumed, a correction.
    pub notes: Vec<String>,
    /// `China 25`, the largest count first.
    pub countries: Vec<String>,
    /// The rule and its dates, or the known facts of an operator alert.
    pub facts: Vec<Fact>,
    pub sections: Vec<Section>,
    /// What the reader can do, each with its command or link.
    pub next_steps: Vec<NextStep>,
    /// Where the full alert can be read.
    pub full_alert: NextStep,
    /// Identifiers and hashes, for the record.
    pub evidence: Vec<Fact>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub label: String,
    pub text: String,
    pub link: Option<String>,
}

/// Something to do. It has a link if the web page has a public URL, otherwise a command.
#[derive(Clone, Debug, Serialize)]
pub struct NextStep {
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
    /// The name, or a text that says that the entry is an address.
    pub heading: String,
    /// `China`
    pub countries: String,
    /// What the reader should notice first: `footnote 3`, `aliases and license policy revised`.
    pub brief: String,
    /// The severity of the revision is high: a name or a license requirement changed, or an alias
    /// was added.
    pub high_severity: bool,
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

/// One field of an entry. Each value has a line with the words that changed.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub label: String,
    pub changed: bool,
    pub lines: Vec<Vec<Span>>,
}

impl MessageContent {
    /// Where the full alert can be read, with a leading space: ` This alert with all its entries:
    /// entitywatch alerts --id …`.
    pub fn reference(&self) -> String {
        let NextStep { text, link, command } = &self.full_alert;
        let place = link.as_ref().or(command.as_ref());
        place.map_or_else(String::new, |place| format!(" {text}: {place}"))
    }
}

impl Fact {
    pub fn new(label: &str, text: impl Into<String>) -> Self {
        Self { label: label.to_owned(), text: text.into(), link: None }
    }

    pub fn linked(label: &str, text: impl Into<String>, link: Option<String>) -> Self {
        Self {
            label: label.to_owned(),
            text: text.into(),
            link: link.filter(|link| is_web_address(link)),
        }
    }
}

impl NextStep {
    pub fn command(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self { text: text.into(), command: Some(command.into()), link: None }
    }
}

/// Only such addresses become links, because a rule's `url` comes from outside.
pub fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}
