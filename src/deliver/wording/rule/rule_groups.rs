//! The changes that a rule orders, by kind.

use crate::deliver::wording::change_group::{ChangeGroup, Detail};
use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{Change, ChangeKind};

/// `begun`: the rule is in effect.
pub fn rule_groups(data: &RuleNotice, begun: bool) -> Vec<ChangeGroup<'_>> {
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
    let group = |title: &str, kind: ChangeKind| {
        let changes = data.changes.iter().filter(|change: &&Change| change.kind == kind);
        ChangeGroup::of(title, kind, detail, changes)
    };
    let compared = data.changes.iter().any(|change| change.before.is_some());
    [
        group(titled("To be added", "Added", "Not added"), ChangeKind::Added),
        group(titled("To be revised", "Revised", "Not revised"), ChangeKind::Revised).map(
            |group| {
                let note = (!withdrawn && !compared).then(|| "As the rule states them.".to_owned());
                group.with_note(note)
            },
        ),
        group(titled("To be removed", "Removed", "Not removed"), ChangeKind::Removed),
    ]
    .into_iter()
    .flatten()
    .collect()
}
