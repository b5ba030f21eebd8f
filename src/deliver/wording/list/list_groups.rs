//! The changes of a list alert by what they are to a reader.

use crate::deliver::wording::change_group::{ChangeGroup, Detail};
use crate::deliver::wording::context::Context;
use crate::deliver::wording::list::classification::{Classification, Novelty, Topic};
use crate::deliver::wording::list::title::first_source;
use crate::deliver::wording::source_title::SourceTitle;
use crate::domain::alert::ListChanged;
use crate::domain::{Change, ChangeKind};

/// Changes whose entries are shown with all their terms.
const IN_FULL: &[Novelty] = &[Novelty::New, Novelty::Completed];
/// Changes whose entries are only named.
const ANNOUNCED: &[Novelty] = &[Novelty::Announced];

pub fn list_groups<'a>(
    data: &'a ListChanged,
    classification: &Classification<'a>,
    source: &SourceTitle,
    context: &Context<'_>,
) -> Vec<ChangeGroup<'a>> {
    if classification.topic() == Topic::Correction {
        return corrections(data, source);
    }
    let is = |kind: ChangeKind, editorial: bool, of: &'static [Novelty]| {
        let changes = data.changes.iter();
        changes.filter(move |change| {
            change.kind == kind
                && (kind != ChangeKind::Revised || change.editorial == editorial)
                && of.contains(&classification.novelty(change))
        })
    };
    let off = source.on();
    let other = first_source(&data.changes, context)
        .map_or_else(|| "another source".to_owned(), |first| first.named());
    let (added, revised, removed) = (ChangeKind::Added, ChangeKind::Revised, ChangeKind::Removed);
    let (full, names) = (Detail::Full, Detail::Announced);
    let named_before = named_before(classification);
    [
        ChangeGroup::of("Added", added, full, is(added, false, IN_FULL))
            .map(|group| group.with_note(named_before)),
        ChangeGroup::of("Relisted", added, full, classification.with(Novelty::Relisted)),
        ChangeGroup::of("Revised", revised, full, is(revised, false, IN_FULL)),
        ChangeGroup::of(format!("No longer {off}"), removed, full, is(removed, false, IN_FULL)),
        ChangeGroup::of("Added as announced", added, names, is(added, false, ANNOUNCED)),
        ChangeGroup::of("Revised as announced", revised, names, is(revised, false, ANNOUNCED)),
        ChangeGroup::of(
            format!("No longer {off}, as announced"),
            removed,
            names,
            is(removed, false, ANNOUNCED),
        ),
        ChangeGroup::of(
            format!("Different from {other}"),
            added,
            Detail::Difference,
            classification.with(Novelty::Differs),
        ),
        ChangeGroup::of("Spelling or punctuation only", revised, full, is(revised, true, IN_FULL)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// If only some of the additions complete an earlier alert: how many.
fn named_before(classification: &Classification<'_>) -> Option<String> {
    let is_added = |change: &&Change| change.kind == ChangeKind::Added;
    let completed = classification.with(Novelty::Completed).filter(is_added).count();
    let new = classification.with(Novelty::New).filter(is_added).count();
    (completed > 0 && new > 0).then(|| {
        format!("{completed} of these were named in an earlier message, without their details.")
    })
}

fn corrections<'a>(data: &'a ListChanged, source: &SourceTitle) -> Vec<ChangeGroup<'a>> {
    let of = |title: String, kind: ChangeKind| {
        let changes = data.changes.iter().filter(|change| change.kind == kind);
        ChangeGroup::of(title, kind, Detail::Full, changes)
    };
    let on = source.on();
    [
        of(format!("Reported missing, but {on}"), ChangeKind::Added),
        of(format!("Reported as added, but not {on}"), ChangeKind::Removed),
        of("Reported as revised, but as before".to_owned(), ChangeKind::Revised),
    ]
    .into_iter()
    .flatten()
    .collect()
}
