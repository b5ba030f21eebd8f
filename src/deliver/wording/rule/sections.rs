//! The entries of a message about a rule, grouped by the kind of change.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::grouping::grouped;
use crate::deliver::wording::rule::digest::listed_entries;
use crate::deliver::wording::rule::lead::in_effect;
use crate::deliver::wording::{Section, authority, entry};
use crate::domain::ChangeKind;
use crate::domain::alert::{NoticeStatus, RuleNotice};

pub fn sections(data: &RuleNotice, context: &Context<'_>) -> Vec<Section> {
    if data.status == NoticeStatus::Digest {
        return data.documents.iter().filter_map(listed_entries).collect();
    }
    let done = in_effect(data, context);
    let titled = |before: &'static str, after: &'static str| if done { after } else { before };
    let withdrawn = data.status == NoticeStatus::Withdrawn;
    let section = |title: &str, kind: ChangeKind, note: Option<&str>| {
        let entries: Vec<_> = data
            .changes
            .iter()
            .filter(|change| change.kind == kind)
            .map(|change| entry::text(change, false))
            .collect();
        let note = note.map(str::to_owned);
        (!entries.is_empty() && !withdrawn).then(|| Section {
            title: format!("{title} ({})", entries.len()),
            kind,
            note,
            groups: grouped(entries),
        })
    };
    let mut removal = "The rule takes these listings off the list.".to_owned();
    if let Some(words) = authority::removal_note(&data.changes) {
        removal.push(' ');
        removal.push_str(&words);
    }
    [
        section(titled("To be added", "Added"), ChangeKind::Added, None),
        section(
            titled("To be revised", "Revised"),
            ChangeKind::Revised,
            Some("The entry as the rule states it."),
        ),
        section(titled("To be removed", "Removed"), ChangeKind::Removed, Some(&removal)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
