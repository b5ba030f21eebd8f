//! The entries of a message about a list change, grouped by the kind of change.

use crate::deliver::wording::grouping::grouped;
use crate::deliver::wording::{Section, authority, entry};
use crate::domain::alert::ListChanged;
use crate::domain::{Change, ChangeKind};

pub fn sections(data: &ListChanged, source: &str) -> Vec<Section> {
    let several_lists =
        data.changes.windows(2).any(|pair| matches!(pair, [a, b] if a.entry.list != b.entry.list));
    let was_announced = |change: &Change| {
        data.announced
            .as_ref()
            .is_some_and(|announced| announced.changes.contains(&change.change_id))
    };
    let section = |title: &str, kind: ChangeKind, editorial: bool, note: Option<String>| {
        let entries: Vec<_> = data
            .changes
            .iter()
            .filter(|change| {
                change.kind == kind
                    && (kind != ChangeKind::Revised || change.editorial == editorial)
            })
            .map(|change| {
                if was_announced(change) {
                    entry::announced(change, several_lists)
                } else {
                    entry::text(change, several_lists)
                }
            })
            .collect();
        (!entries.is_empty()).then(|| Section {
            title: format!("{title} ({})", entries.len()),
            kind,
            note,
            groups: grouped(entries),
        })
    };
    let legend = "[−…] was deleted, [+…] was inserted.";
    let mut removal = format!("These entries were in {source} before and are not in it now.");
    if let Some(words) = authority::removal_note(&data.changes) {
        removal.push(' ');
        removal.push_str(&words);
    }
    [
        section("Added", ChangeKind::Added, false, None),
        section("Revised", ChangeKind::Revised, false, Some(legend.to_owned())),
        section(&format!("No longer in {source}"), ChangeKind::Removed, false, Some(removal)),
        section(
            "Editorial",
            ChangeKind::Revised,
            true,
            Some(format!("Nothing but spelling, case, spacing or punctuation changed. {legend}")),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
