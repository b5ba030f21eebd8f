//! The changes that a rule orders, by kind.

use crate::deliver::wording::parts::{Detail, Part};
use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{Change, ChangeKind};

/// `begun`: the rule is in effect.
pub fn parts(data: &RuleNotice, begun: bool) -> Vec<Part<'_>> {
    let withdrawn = data.status == NoticeStatus::Withdrawn;
    let titled = |future: &'static str, past: &'static str, withdrawn_title: &'static str| match (
        withdrawn, begun,
    ) {
        (true, _) => withdrawn_title,
        (false, true) => past,
        (false, false) => future,
    };
    // What is withdrawn is only named: its terms may never apply.
    let detail = if withdrawn { Detail::Withdrawn } else { Detail::Full };
    let part = |title: &str, kind: ChangeKind| {
        let changes = data.changes.iter().filter(|change: &&Change| change.kind == kind);
        Part::of(title, kind, detail, changes)
    };
    let compared = data.changes.iter().any(|change| change.before.is_some());
    [
        part(titled("To be added", "Added", "Not added"), ChangeKind::Added),
        part(titled("To be revised", "Revised", "Not revised"), ChangeKind::Revised).map(|part| {
            let note = (!withdrawn && !compared).then(|| "As the rule states them.".to_owned());
            part.with_note(note)
        }),
        part(titled("To be removed", "Removed", "Not removed"), ChangeKind::Removed),
    ]
    .into_iter()
    .flatten()
    .collect()
}
