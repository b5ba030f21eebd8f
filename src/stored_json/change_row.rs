//! One row of `changes`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, Attribution, Change, Rule};
use crate::store::{RecordedChange, Result, Store};
use crate::stored_json::change_rules::ChangeRules;

/// One row of `changes`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangeRow {
    pub source: String,
    pub observed_at: Timestamp,
    /// When a person accepted the hold on its list.
    pub accepted_at: Option<Timestamp>,
    /// The list was on hold for loss when the change was found.
    pub unconfirmed: bool,
    /// The alert that reports it. Null for an editorial change that no alert reports.
    pub alert_id: Option<AlertId>,
    /// `backfill` found it on a past date. It was not alerted.
    pub backfilled: bool,
    /// The rule that orders it, with the three times of the rule that are known today. The fourth
    /// time is `observed_at`.
    pub rule: Option<Rule>,
    /// Null if there is no rule.
    pub attributed: Option<Attribution>,
    #[serde(flatten)]
    pub change: Change,
}

impl ChangeRow {
    /// The rows of stored changes, each with its rule: the rule of its alert, else the rule that
    /// has the page that it cites, else the rule that orders it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(store: &Store, changes: Vec<RecordedChange>) -> Result<Vec<Self>> {
        let mut rules = ChangeRules::load(store, &changes).await?;
        let mut rows = Vec::with_capacity(changes.len());
        for recorded in changes {
            let (rule, attributed) = rules.of(store, &recorded).await?.unzip();
            let backfilled = recorded.is_backfilled();
            let RecordedChange {
                source,
                change,
                alert_id,
                observed_at,
                accepted_at,
                unconfirmed,
                ..
            } = recorded;
            rows.push(Self {
                source,
                observed_at,
                accepted_at,
                unconfirmed,
                alert_id,
                backfilled,
                rule,
                attributed: attributed.flatten(),
                change,
            });
        }
        Ok(rows)
    }
}
