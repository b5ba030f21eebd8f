//! The content of one message, before a channel lays it out.
//!
//! Text from lists and servers arrives here as clean lines: without control characters, line breaks
//! or direction overrides. It is not escaped for any markup. Each channel escapes for its own.

use serde::Serialize;
use url::Url;

use crate::domain::ChangeKind;
use crate::domain::word_diff::Span;

/// Introduces the paragraphs of the company's own instructions.
pub const INSTRUCTIONS_TITLE: &str = "Instructions of your company";

/// The content of one message, in the order in which a reader needs it.
#[derive(Clone, Debug, Serialize)]
pub struct MessageContent {
    /// The subject of an email: one line of at most 120 characters. It never names a counterparty.
    pub subject: String,
    /// Says before everything else that this is a test with sample data.
    pub banner: Option<String>,
    /// The reader's own counterparties. `None` for receivers without `show_matches`.
    pub matches: Option<Matches>,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, from which rule and in effect when, in a sentence or two. Also what is not
    /// known, and what that means.
    pub lead: String,
    /// What a reader must know before acting: unconfirmed, presumed, a correction.
    pub cautions: Vec<String>,
    /// Passages of the rule, verbatim.
    pub quotes: Vec<Quote>,
    /// What the reader can do, each with its command or link if there is one.
    pub next_steps: Vec<NextStep>,
    /// The company's own instructions, one paragraph each.
    pub instructions: Vec<String>,
    /// `China 25`, the largest count first.
    pub countries: Vec<String>,
    /// Every name once, by kind of change and country.
    pub index: Vec<IndexGroup>,
    /// The heading above the facts: `The rule`, `Facts`.
    pub facts_title: String,
    /// The rule and its dates, or the known facts of an operator alert. Unknown facts are left out.
    pub facts: Vec<Fact>,
    pub sections: Vec<Section>,
    /// How this alert relates to earlier ones. Nothing here changes what the reader has to do.
    pub notes: Vec<String>,
    /// Where the full alert can be read.
    pub full_alert: NextStep,
    /// Identifiers and hashes, for the record.
    pub evidence: Vec<Fact>,
}

/// The reader's own counterparties that may be entries of the message. They come before everything
/// else.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Matches {
    /// `2 possible matches with our counterparties (1 strong)`. Empty if there is none.
    pub title: String,
    /// Strong ones first. Not all of them if there are many.
    pub shown: Vec<MatchText>,
    /// How many more there are, and where.
    pub rest: Option<NextStep>,
    /// Where all of them are, for a channel that has no room for those that are shown.
    pub all: NextStep,
    /// How many there are that `shown` has not.
    pub more: usize,
    /// What was compared with what, and that no match is not a clearance. One for each counterparty
    /// file.
    pub compared: Vec<String>,
    /// What is wrong with a counterparty file.
    pub problems: Vec<String>,
}

/// One counterparty that may be one entry.
#[derive(Clone, Debug, Serialize)]
pub struct MatchText {
    /// `C00017 Connec Electronics Limited (United Kingdom)`
    pub heading: String,
    /// `Strong match`, `For review`, and what was decided before.
    pub band: String,
    pub strong: bool,
    /// Which entry, why, what was compared, who is responsible.
    pub facts: Vec<Fact>,
    /// All of that in a line, for a chat in which many matches must fit.
    pub brief: String,
    /// Where a person decides.
    pub decide: NextStep,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub label: String,
    pub text: String,
    pub link: Option<String>,
}

/// A passage of the rule. `text` is verbatim, or says that no such passage was found.
#[derive(Clone, Debug, Serialize)]
pub struct Quote {
    pub label: String,
    pub text: String,
    pub verbatim: bool,
}

/// Something to do. It has a link if the web page has a public URL, otherwise a command.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NextStep {
    pub text: String,
    pub command: Option<String>,
    pub link: Option<String>,
}

/// The names of all changes of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct IndexGroup {
    /// `Added (41)`
    pub title: String,
    pub places: Vec<IndexPlace>,
}

/// The names of one country, or of one combination of countries, in the order of the alphabet.
#[derive(Clone, Debug, Serialize)]
pub struct IndexPlace {
    /// `China`
    pub country: String,
    pub names: Vec<String>,
}

/// The changes of one kind, the most severe first.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// `Added (41)`
    pub title: String,
    pub kind: ChangeKind,
    pub note: Option<String>,
    pub groups: Vec<EntryGroup>,
}

/// Entries with identical terms. The terms are stated once.
#[derive(Clone, Debug, Serialize)]
pub struct EntryGroup {
    /// The rows that all entries share: license requirement, policy, footnotes. Empty if the group
    /// has one entry, which then has all rows itself.
    pub shared: Vec<Row>,
    pub entries: Vec<EntryText>,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct EntryText {
    /// The name, or for an address without a name: `Any party at UNIT, STREET (listed as Address
    /// 01)`.
    pub heading: String,
    /// `China`
    pub countries: String,
    /// What the reader should notice first: `Footnote 4 added`, `aliases and license policy
    /// revised`.
    pub brief: String,
    /// The severity of the revision is high: a name or a license requirement changed, or an alias
    /// was added.
    pub high_severity: bool,
    pub rows: Vec<Row>,
    /// What is uncertain about this change: a possible match, a doubtful one.
    pub cautions: Vec<String>,
    /// What else is known: the evidence for a certain match, what other sources show.
    pub notes: Vec<String>,
}

/// One field of an entry, as it is, or as it was and is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub label: String,
    /// The values as they are, or words that say what changed. Empty if `was` or `now` is given.
    pub lines: Vec<Vec<Span>>,
    /// If the field changed: its values before, with the deleted words marked.
    pub was: Vec<Vec<Span>>,
    /// If the field changed: its values after, with the inserted words marked.
    pub now: Vec<Vec<Span>>,
}

impl Row {
    pub fn changed(&self) -> bool {
        !self.was.is_empty() || !self.now.is_empty()
    }
}

impl EntryText {
    fn has_details(&self) -> bool {
        !(self.brief.is_empty()
            && self.rows.is_empty()
            && self.cautions.is_empty()
            && self.notes.is_empty())
    }
}

impl Section {
    pub fn entries(&self) -> impl Iterator<Item = &EntryText> {
        self.groups.iter().flat_map(|group| &group.entries)
    }

    /// Whether there is anything to say about the entries besides their names.
    pub fn has_details(&self) -> bool {
        let has_terms = self.groups.iter().any(|group| !group.shared.is_empty());
        self.note.is_some() || has_terms || self.entries().any(EntryText::has_details)
    }

    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.entries.len()).sum()
    }
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
