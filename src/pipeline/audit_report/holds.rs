//! The section about lists and counterparty files on hold.

use crate::domain::{Hold, HoldState};
use crate::pipeline::audit_report::section::{Cell, Column, Section, column};
use crate::pipeline::audit_report::source_names::LaterNames;
use crate::pipeline::matching::{self, FoundHold};
use crate::pipeline::past::period::Period;
use crate::store::{Result, Store};

const COLUMNS: &[Column] = &[
    column("opened", "On hold since"),
    column("source", "Source"),
    column("list", "List"),
    column("kind", "Reason"),
    column("detail", "Why"),
    column("outcome", "Decision"),
    column("time", "Decided"),
    column("by", "By"),
    column("identified", "Identified"),
    column("note", "Reason given"),
    column("hold_id", "Hold"),
];

/// The lists that were on hold at some time of the period, and whether a person had decided by its
/// end.
pub async fn section(store: &Store, period: Period, names: &LaterNames) -> Result<Section> {
    let mut holds = store.holds(false).await?;
    holds.retain(|hold| {
        hold.opened_at < period.until && hold.decided_at.is_none_or(|at| at >= period.from)
    });
    let row = |hold: Hold| {
        let decided_at = hold.decided_at.filter(|at| *at < period.until);
        let is_decided = decided_at.is_some();
        let given = |text: Option<String>| text.filter(|_| is_decided);
        vec![
            hold.opened_at.into(),
            names.then(&hold.source).into(),
            hold.list.as_str().into(),
            hold.reason.to_string().into(),
            hold.message.as_str().into(),
            if is_decided { decision(&hold) } else { "open" }.into(),
            decided_at.into(),
            given(hold.decided_by).into(),
            given(hold.identified.map(|identified| identified.to_string())).into(),
            given(hold.decision_reason).into(),
            hold.hold_id.as_str().into(),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = holds.into_iter().map(row).collect();
    rows.extend(of_files(store, period).await?);
    Ok(Section {
        id: "holds",
        title: "Lists and counterparty files on hold, and the decisions",
        note: "A list or a counterparty file that was implausible waits until a person or a later \
               file decides.",
        nothing: "No list and no counterparty file was on hold.",
        columns: COLUMNS,
        rows,
        grouped: 0,
    })
}

/// The counterparty files, oldest hold first.
async fn of_files(store: &Store, period: Period) -> Result<Vec<Vec<Cell>>> {
    let mut holds = matching::file_holds(store).await?;
    holds.retain(|found| {
        let ended = found.ended.as_ref();
        found.hold.since < period.until && ended.is_none_or(|ended| ended.at >= period.from)
    });
    holds.sort_by_key(|found| found.hold.since);
    let row = |FoundHold { watchlist, hold, ended }: FoundHold| {
        let ended = ended.filter(|ended| ended.at < period.until);
        let outcome = ended.as_ref().map_or("open", |ended| outcome_of(ended.state));
        let at = ended.as_ref().map(|ended| ended.at);
        let decision = ended.and_then(|ended| ended.decision);
        let by = decision.as_ref().map(|decision| decision.by.clone());
        let identified = decision.as_ref().map(|decision| decision.identified.to_string());
        vec![
            hold.since.into(),
            watchlist.into(),
            "counterparty file".into(),
            hold.reason.to_string().into(),
            hold.message.into(),
            outcome.into(),
            at.into(),
            by.into(),
            identified.into(),
            decision.map(|decision| decision.reason).into(),
            hold.hold_id.as_str().into(),
        ]
    };
    Ok(holds.into_iter().map(row).collect())
}

fn decision(hold: &Hold) -> &'static str {
    match hold.state {
        HoldState::Accepted if hold.as_baseline => "accepted as baseline: nobody was alerted",
        state => outcome_of(state),
    }
}

fn outcome_of(state: HoldState) -> &'static str {
    match state {
        HoldState::Superseded => "superseded by a later file",
        HoldState::Replaced => "replaced by a later file, which was implausible too",
        state => state.as_str(),
    }
}
