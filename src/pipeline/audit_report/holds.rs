//! The section about lists on hold.

use crate::domain::{Hold, HoldState};
use crate::pipeline::audit_report::section::{Column, Section, column};
use crate::pipeline::audit_report::source_names::LaterNames;
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
    Ok(Section {
        id: "holds",
        title: "Lists on hold, and the decisions",
        note: "A list whose file was implausible waits until a person or a later file decides.",
        nothing: "No list was on hold.",
        columns: COLUMNS,
        rows: holds.into_iter().map(row).collect(),
        grouped: 0,
    })
}

fn decision(hold: &Hold) -> &'static str {
    match hold.state {
        HoldState::Accepted if hold.as_baseline => "accepted as baseline: nobody was alerted",
        HoldState::Superseded => "superseded by a later file",
        HoldState::Replaced => "replaced by a later file, which was implausible too",
        state => state.as_str(),
    }
}
