//! One row of the `sections` of `changes`: the words of a section changed.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Alert, AlertBody, AlertId, Rule, SectionNumber};

/// Changed words, without the words. The alert has them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SectionChangeRow {
    pub alert_id: AlertId,
    pub source: String,
    pub observed_at: Timestamp,
    pub section: SectionNumber,
    pub title: String,
    pub as_of: Option<Date>,
    pub rule: Option<Rule>,
    /// The alert that this one reverses.
    pub corrects: Option<AlertId>,
    /// The notes of the section, verbatim.
    pub notes: Vec<String>,
}

impl SectionChangeRow {
    /// The row of an alert. `None` for an alert about something else.
    pub fn of(alert: Alert) -> Option<Self> {
        let AlertBody::RegulationChanged(data) = alert.body else { return None };
        Some(Self {
            alert_id: data.alert_id,
            source: data.source,
            observed_at: data.observed_at,
            section: data.section,
            title: data.title,
            as_of: data.as_of,
            rule: data.rule,
            corrects: data.corrects,
            notes: data.notes,
        })
    }
}
