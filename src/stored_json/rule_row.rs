//! One row of the list of rules, and one of what a rule orders.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{
    AlertId, Change, ChangeId, ChangeKind, EntryId, ListCode, RecordedRule, Rule, RuleState,
    Summary, same,
};
use crate::stored_json::ChangeRow;

/// A document of the Federal Register that changes the Entity List.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RuleRow {
    pub document_number: String,
    pub state: RuleState,
    /// The source that found it first.
    pub source: String,
    pub rule: Rule,
    /// The last page of `rule.citation`.
    pub end_page: Option<u32>,
    pub agency: Option<String>,
    pub pdf_url: Option<String>,
    /// What it says about when it takes effect, and about shipments under way. Verbatim.
    pub effective_text: Option<String>,
    pub savings_clause: Option<String>,
    pub first_seen_at: Timestamp,
    /// The first alert about it.
    pub alert_id: Option<AlertId>,
    /// How many changes it orders.
    pub ordered: Summary,
    /// Whether what it orders was read without doubt, and if not, why.
    pub certain: bool,
    pub doubts: Vec<String>,
}

impl From<RecordedRule> for RuleRow {
    fn from(recorded: RecordedRule) -> Self {
        Self {
            ordered: Summary::of(&recorded.changes),
            document_number: recorded.document_number,
            state: recorded.state,
            source: recorded.source,
            rule: recorded.rule,
            end_page: recorded.end_page,
            agency: recorded.agency,
            pdf_url: recorded.pdf_url,
            effective_text: recorded.effective_text,
            savings_clause: recorded.savings_clause,
            first_seen_at: recorded.first_seen_at,
            alert_id: recorded.alert_id,
            certain: recorded.certain,
            doubts: recorded.doubts,
        }
    }
}

/// An entry that a rule orders to change, or that a list changed by it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RuleEntryRow {
    pub document_number: String,
    /// The rule's text names it. Otherwise a list shows it with the rule's citation.
    pub ordered: bool,
    pub kind: ChangeKind,
    pub list: ListCode,
    pub name: String,
    pub countries: Vec<String>,
    pub entry_id: Option<EntryId>,
    /// Which sources show it, the first one first.
    pub shown: Vec<ShownChange>,
}

/// Where and when a source showed a change.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShownChange {
    pub source: String,
    pub observed_at: Timestamp,
    pub backfilled: bool,
    pub change_id: ChangeId,
    pub alert_id: Option<AlertId>,
}

impl RuleEntryRow {
    /// What the rule orders, in its order, then what else the lists show with its citation.
    pub fn all(rule: &RecordedRule, shown: &[ChangeRow]) -> Vec<Self> {
        let mut left: Vec<&ChangeRow> = shown.iter().collect();
        let mut rows = Vec::new();
        for order in &rule.changes {
            let (of_it, others) =
                left.into_iter().partition(|row| same::same_change(order, &row.change));
            left = others;
            rows.push(Self::of(rule, order, true, of_it));
        }
        while let Some(first) = left.first().copied() {
            let (of_it, others) = left.into_iter().partition(|row| {
                same::same_change(&first.change, &row.change) || std::ptr::eq(*row, first)
            });
            left = others;
            rows.push(Self::of(rule, &first.change, false, of_it));
        }
        rows
    }

    fn of(rule: &RecordedRule, change: &Change, ordered: bool, mut shown: Vec<&ChangeRow>) -> Self {
        shown.sort_by_key(|row| row.observed_at);
        let entry_id = shown.iter().find_map(|row| row.change.entry.entry_id.clone());
        Self {
            document_number: rule.document_number.clone(),
            ordered,
            kind: change.kind,
            list: change.entry.list,
            name: change.entry.name.clone(),
            countries: change.entry.countries.clone(),
            entry_id,
            shown: shown.into_iter().map(ShownChange::of).collect(),
        }
    }
}

impl ShownChange {
    fn of(row: &ChangeRow) -> Self {
        Self {
            source: row.source.clone(),
            observed_at: row.observed_at,
            backfilled: row.backfilled,
            change_id: row.change.change_id.clone(),
            alert_id: row.alert_id.clone(),
        }
    }
}
