//! The Federal Register document that orders changes.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// How an alert's changes were put down to its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Attribution {
    /// Each change cites the rule.
    Cited,
    /// Some changes cite nothing new and were seen together with exactly this rule.
    Presumed,
}
