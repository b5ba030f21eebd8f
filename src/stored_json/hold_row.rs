//! A hold as `holds` and `status` print it: of a list, of a section, or of a counterparty file.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::matching::file_hold::{EndedFileHold, FileHold};
use crate::domain::{
    Hold, HoldId, HoldReason, HoldState, Identified, ListCode, SectionNumber, Sha256, Summary,
};
use crate::store::{Result, Store};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldRow {
    pub hold_id: HoldId,
    /// `null`: the hold is of a counterparty file.
    pub source: Option<String>,
    /// `null`: the hold is of a counterparty file.
    pub list: Option<ListCode>,
    /// The section of the regulation whose text is on hold. The hold is of no list then, and `list`
    /// is REG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<SectionNumber>,
    /// The watchlist whose file is on hold. Left out for lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watchlist: Option<String>,
    pub reason: HoldReason,
    pub state: HoldState,
    /// The hash of the document or file on hold.
    pub sha256: Sha256,
    /// The hash of the list's entries in it, without the rest of the document. For a counterparty
    /// file, that of the file.
    pub content_sha256: Sha256,
    /// When a check first found the content on hold.
    pub opened_at: Timestamp,
    /// When operators were last alerted about it while it was open.
    #[serde(rename = "told_at")]
    pub alerted_at: Timestamp,
    /// Entries, or rows of a counterparty file.
    pub count_before: usize,
    pub count_after: usize,
    /// What the content on hold would change.
    pub summary: Summary,
    /// What is implausible and which limit it exceeded, in words.
    pub message: String,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    /// How the person who decided was identified. `null` before a decision, and for decisions of
    /// versions that did not record it.
    pub identified: Option<Identified>,
    pub decision_reason: Option<String>,
    /// Accepted with `--as-baseline`, so no reader was alerted.
    pub as_baseline: bool,
}

impl From<Hold> for HoldRow {
    fn from(hold: Hold) -> Self {
        Self {
            hold_id: hold.hold_id,
            source: Some(hold.source),
            list: Some(hold.list),
            section: hold.section,
            watchlist: None,
            reason: hold.reason,
            state: hold.state,
            sha256: hold.sha256,
            content_sha256: hold.content_sha256,
            opened_at: hold.opened_at,
            alerted_at: hold.alerted_at,
            count_before: hold.count_before,
            count_after: hold.count_after,
            summary: hold.summary,
            message: hold.message,
            decided_at: hold.decided_at,
            decided_by: hold.decided_by,
            identified: hold.identified,
            decision_reason: hold.decision_reason,
            as_baseline: hold.as_baseline,
        }
    }
}

/// The holds of counterparty files, without those that are over if `open_only`. Open ones first,
/// else newest first. Only for people who are signed in.
pub async fn holds_of_files(store: &Store, open_only: bool) -> Result<Vec<HoldRow>> {
    let mut rows = Vec::new();
    for state in store.watchlist_states().await? {
        let wanted = state.holds().filter(|(_, ended)| ended.is_none() || !open_only);
        rows.extend(
            wanted.map(|(hold, ended)| HoldRow::of_file(&state.name, hold.clone(), ended.cloned())),
        );
    }
    rows.sort_by_key(|row| (row.state != HoldState::Open, std::cmp::Reverse(row.opened_at)));
    Ok(rows)
}

impl HoldRow {
    /// A hold of a counterparty file. `ended`: `None` if it is open.
    pub fn of_file(watchlist: &str, hold: FileHold, ended: Option<EndedFileHold>) -> Self {
        let (state, decided_at) =
            ended.as_ref().map_or((HoldState::Open, None), |ended| (ended.state, Some(ended.at)));
        let decision = ended.and_then(|ended| ended.decision);
        let FileHold { hold_id, reason, sha256, since, rows_before, rows, .. } = hold;
        let (added, removed, revised) = (hold.added, hold.lost, hold.revised);
        let decided_by = decision.as_ref().map(|decision| decision.by.clone());
        let identified = decision.as_ref().map(|decision| decision.identified.clone());
        Self {
            hold_id,
            source: None,
            list: None,
            section: None,
            watchlist: Some(watchlist.to_owned()),
            reason,
            state,
            content_sha256: sha256.clone(),
            sha256,
            opened_at: since,
            alerted_at: since,
            count_before: rows_before,
            count_after: rows,
            summary: Summary { added, removed, revised, editorial: 0 },
            message: hold.message,
            decided_at,
            decided_by,
            identified,
            decision_reason: decision.map(|decision| decision.reason),
            as_baseline: false,
        }
    }

    /// What is on hold, in a word or two: `EL`, `§ 744.22`, or `counterparty file`.
    pub fn subject(&self) -> String {
        match (&self.section, self.list) {
            (Some(section), _) => format!("§ {section}"),
            (None, Some(list)) => list.to_string(),
            (None, None) => "counterparty file".to_owned(),
        }
    }

    /// The source or the watchlist that it is of.
    pub fn origin(&self) -> &str {
        self.source.as_deref().or(self.watchlist.as_deref()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_of_a_counterparty_file_has_its_watchlist_and_no_source() {
        let sha256 = Sha256::of(b"");
        let hold = FileHold {
            hold_id: FileHold::id("customers", &sha256, 0),
            reason: HoldReason::Loss,
            sha256: sha256.clone(),
            since: Timestamp::UNIX_EPOCH,
            rows_before: 41,
            rows: 20,
            added: 0,
            lost: 21,
            revised: 0,
            message: "the file lost 21 of 41 rows".into(),
        };
        let row = HoldRow::of_file("customers", hold, None);
        assert_eq!((row.origin(), row.subject().as_str()), ("customers", "counterparty file"));
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json["watchlist"], "customers");
        assert_eq!((&json["source"], &json["list"]), (&serde_json::Value::Null, &json["source"]));
        assert_eq!(json["summary"]["removed"], 21);
        assert_eq!(json["state"], "open");
        assert_ne!(FileHold::id("customers", &sha256, 1), row.hold_id, "a second time");
    }
}
