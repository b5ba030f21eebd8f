//! The Federal Register document that orders changes.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, Change, ChangeId, Citation, Sha256};

/// A rule, as far as it is known: from a citation alone, only `citation` and `url`.
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
    /// What a citation alone says of its rule.
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

/// How an alert's changes were put down to its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Attribution {
    /// Each change cites the rule.
    Cited,
    /// Some changes cite nothing new and were seen together with exactly this rule.
    Presumed,
}

/// Where a document of the Federal Register stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleState {
    /// On file for public inspection.
    Filed,
    Published,
    /// Gone from public inspection before it was published.
    Withdrawn,
    /// A rule of the same agency that changes nothing on the list: known, so that it is not read
    /// again.
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

/// From what the orders of a rule were read.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ReadFrom {
    /// Its text could not be had yet.
    Nothing,
    /// The plain text: the names in its instructions, without the table.
    Text,
    /// The full-text XML with its table.
    Xml,
}

/// What the record knows of a document that changes the Entity List.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRule {
    /// `published_on` is the planned date until it is published.
    pub rule: Rule,
    pub document_number: String,
    /// The source that saw it first.
    pub source: String,
    pub state: RuleState,
    /// Of its pages: `start_page` is the page of `rule.citation`.
    pub volume: Option<u16>,
    pub start_page: Option<u32>,
    pub end_page: Option<u32>,
    pub agency: Option<String>,
    /// `special` or `regular`.
    pub filing_type: Option<String>,
    pub pdf_url: Option<String>,
    /// What the publisher says of the file that is on public inspection: another time is another
    /// text.
    pub updated_at: Option<Timestamp>,
    pub read_from: ReadFrom,
    /// The text that was read.
    pub text_sha256: Option<Sha256>,
    pub certain: bool,
    pub doubts: Vec<String>,
    pub effective_text: Option<String>,
    pub savings_clause: Option<String>,
    /// What it orders.
    pub changes: Vec<Change>,
    pub first_seen_at: Timestamp,
    /// The first alert that told of it.
    pub alert_id: Option<AlertId>,
    pub told_at: Option<Timestamp>,
    /// Which of the changes readers were told.
    pub told: Vec<ChangeId>,
    /// Since when plausible lists of public inspection do not show it, though it is not published.
    pub missing_since: Option<Timestamp>,
    /// How many plausible lists did not show it.
    #[serde(default)]
    pub missing_checks: u32,
    /// Since when no list of public inspection shows it, plausible or not.
    #[serde(default)]
    pub unlisted_since: Option<Timestamp>,
    #[serde(default)]
    pub unlisted_checks: u32,
    /// When readers were alerted, in the last day, that it was changed.
    #[serde(default)]
    pub changes_told_at: Vec<Timestamp>,
    /// The plain text that was read lacks the mark of its end: it may have been cut, and is asked
    /// for again.
    #[serde(default)]
    pub text_unended: bool,
    /// It was looked whether the lists show what it orders, and operators were told where they do
    /// not.
    pub appearance_settled: bool,
    /// When operators were alerted that a list lags behind it.
    #[serde(default)]
    pub lagging_told_at: Option<Timestamp>,
}

impl RecordedRule {
    /// Whether a page is one of the rule's.
    pub fn covers(&self, citation: &Citation) -> bool {
        let Citation::Page { volume, page } = citation else { return false };
        self.volume == Some(*volume)
            && self.start_page.is_some_and(|start| {
                (start..=self.end_page.unwrap_or(start).max(start)).contains(page)
            })
    }

    /// The day that it belongs to: of publication, else of filing, else of its first sight.
    pub fn day(&self) -> Date {
        let day_of = |time: Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
        self.rule
            .published_on
            .or(self.rule.filed_at.map(day_of))
            .unwrap_or_else(|| day_of(self.first_seen_at))
    }

    /// Changes something on the list.
    pub fn concerns_the_list(&self) -> bool {
        matches!(self.state, RuleState::Filed | RuleState::Published)
    }
}
