//! A Federal Register document that orders changes.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, Change, ChangeId, Citation, Sha256, utc_day};

/// A list shows the changes of a rule at most this many days after the day of the rule.
pub const MAX_DAYS_UNTIL_LISTED: i64 = 120;

/// A rule, as far as it is known. From a citation alone, only `citation` and `url` are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// `87 FR 38920`
    pub citation: Option<String>,
    /// `2022-14069`
    pub document_number: Option<String>,
    pub title: Option<String>,
    pub url: Option<String>,
    /// When it was filed for public inspection.
    pub filed_at: Option<Timestamp>,
    pub effective_on: Option<Date>,
    pub published_on: Option<Date>,
}

impl Rule {
    /// The rule as known from a citation alone.
    pub fn of_citation(citation: &Citation) -> Self {
        Self {
            citation: Some(citation.to_string()),
            document_number: None,
            title: None,
            url: citation.url(),
            filed_at: None,
            effective_on: None,
            published_on: None,
        }
    }
}

/// How the changes of an alert were attributed to its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Attribution {
    /// Each change cites the rule.
    Cited,
    /// Some changes cite nothing new and appeared in the same check with exactly this rule.
    Presumed,
}

/// The publication state of a Federal Register document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleState {
    /// On file for public inspection.
    Filed,
    Published,
    /// Removed from public inspection before it was published.
    Withdrawn,
    /// A rule of the same agency that changes nothing on the list. It is stored so that it is not
    /// read again.
    Other,
}

impl RuleState {
    pub fn as_str(self) -> &'static str {
        match self {
            RuleState::Filed => "filed",
            RuleState::Published => "published",
            RuleState::Withdrawn => "withdrawn",
            RuleState::Other => "other",
        }
    }
}

/// The text that the orders of a rule were read from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ReadFrom {
    /// Its text was not available yet.
    Nothing,
    /// The plain text, which gives the names in its instructions, without the table.
    Text,
    /// The full-text XML with its table.
    Xml,
}

/// What the store knows about a document that changes the Entity List.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRule {
    /// `published_on` is the planned date until the document is published.
    pub rule: Rule,
    pub document_number: String,
    /// The source that found it first.
    pub source: String,
    pub state: RuleState,
    /// The volume of its pages. `start_page` is the page of `rule.citation`.
    pub volume: Option<u16>,
    pub start_page: Option<u32>,
    pub end_page: Option<u32>,
    pub agency: Option<String>,
    /// `special` or `regular`.
    pub filing_type: Option<String>,
    pub pdf_url: Option<String>,
    /// When the publisher last updated the file on public inspection. A different time means a
    /// different text.
    pub updated_at: Option<Timestamp>,
    pub read_from: ReadFrom,
    /// The hash of the text that was read.
    pub text_sha256: Option<Sha256>,
    pub certain: bool,
    pub doubts: Vec<String>,
    pub effective_text: Option<String>,
    pub savings_clause: Option<String>,
    /// The changes that it orders.
    pub changes: Vec<Change>,
    pub first_seen_at: Timestamp,
    /// The first alert about it.
    pub alert_id: Option<AlertId>,
    #[serde(rename = "told_at")]
    pub alerted_at: Option<Timestamp>,
    /// The changes that were in an alert to readers.
    #[serde(rename = "told")]
    pub alerted_changes: Vec<ChangeId>,
    /// Since when plausible lists of public inspection do not contain it, although it is not
    /// published.
    pub missing_since: Option<Timestamp>,
    /// How many plausible lists did not contain it.
    #[serde(default)]
    pub missing_checks: u32,
    /// Since when no list of public inspection contains it, plausible or not.
    #[serde(default)]
    pub unlisted_since: Option<Timestamp>,
    #[serde(default)]
    pub unlisted_checks: u32,
    /// When readers were alerted, in the last day, that the document was changed.
    #[serde(default, rename = "changes_told_at")]
    pub change_alerts_at: Vec<Timestamp>,
    /// The plain text that was read lacks its end mark. It may have been cut, so it is fetched
    /// again.
    #[serde(default)]
    pub text_unended: bool,
    /// The lists were checked for what it orders, and operators were alerted if they do not show
    /// it.
    pub appearance_settled: bool,
    /// When operators were alerted that a list lags behind the rule.
    #[serde(default, rename = "lagging_told_at")]
    pub lagging_alerted_at: Option<Timestamp>,
}

impl RecordedRule {
    /// Whether a cited page is a page of the rule.
    pub fn covers(&self, citation: &Citation) -> bool {
        let Citation::Page { volume, page } = citation else { return false };
        self.volume == Some(*volume)
            && self.start_page.is_some_and(|start| {
                (start..=self.end_page.unwrap_or(start).max(start)).contains(page)
            })
    }

    /// The day of publication, else of filing, else the day when it was first found.
    pub fn day(&self) -> Date {
        self.rule
            .published_on
            .or(self.rule.filed_at.map(utc_day))
            .unwrap_or_else(|| utc_day(self.first_seen_at))
    }

    /// Whether the rule changes entries of the Entity List.
    pub fn concerns_the_list(&self) -> bool {
        matches!(self.state, RuleState::Filed | RuleState::Published)
    }
}
