//! Finds changes that reverse earlier ones without a rule that explains the reversal. The earlier
//! alert was wrong then.

use std::collections::HashMap;

use crate::diff::list::columns::in_common;
use crate::diff::list::content::Content;
use crate::diff::list::editorial::without_typography;
use crate::diff::list::fields::differences;
use crate::domain::{Change, ChangeKind, Citation, Entry, RowFate};

/// Pairs of positions: a change of `now`, and the latest change of `earlier` that it reverses. Each
/// change is in at most one pair.
///
/// `earlier` is in the order in which the changes were found. A change that cites a new rule
/// reverses nothing, and neither does an editorial change.
pub fn reversed_pairs(now: &[Change], earlier: &[Change]) -> Vec<(usize, usize)> {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, change) in earlier.iter().enumerate().filter(|(_, change)| !change.editorial) {
        by_name.entry(without_typography(&change.entry.name)).or_default().push(at);
    }
    let mut pairs = Vec::new();
    for (at, change) in now.iter().enumerate().filter(|(_, change)| !change.editorial) {
        let name = without_typography(&entry_before(change).name);
        let Some(positions) = by_name.get_mut(&name) else { continue };
        let found = positions.iter().rposition(|position| {
            earlier.get(*position).is_some_and(|earlier| reverses(change, earlier))
        });
        if let Some(found) = found {
            pairs.push((at, positions.remove(found)));
        }
    }
    pairs
}

/// The row before this change. For an addition, the row itself.
fn entry_before(change: &Change) -> &Entry {
    change.before.as_ref().unwrap_or(&change.entry)
}

/// Whether `now` reverses `earlier`.
fn reverses(now: &Change, earlier: &Change) -> bool {
    // One of several rows of a name is relisted, or removed again.
    if let (ChangeKind::Added, ChangeKind::Revised, Some(row)) =
        (now.kind, earlier.kind, removed_row(earlier))
    {
        return is_same(&now.entry, row) && !cites_new_rule(now, &row.citations);
    }
    if let (ChangeKind::Revised, ChangeKind::Added, Some(row)) =
        (now.kind, earlier.kind, removed_row(now))
    {
        return is_same(row, &earlier.entry);
    }
    match (now.kind, earlier.kind) {
        (ChangeKind::Removed, ChangeKind::Added) | (ChangeKind::Added, ChangeKind::Removed) => {
            is_same(&now.entry, &earlier.entry)
                && !(now.kind == ChangeKind::Added && cites_new_rule(now, &earlier.entry.citations))
        }
        (ChangeKind::Revised, ChangeKind::Revised) => {
            let known = entry_before(earlier).citations.as_slice();
            is_same(entry_before(now), &earlier.entry)
                && is_same(&now.entry, entry_before(earlier))
                && !cites_new_rule(now, known)
        }
        _ => false,
    }
}

/// The row that a revision removed: it became part of another row of its name, or was removed while
/// another row of its name stayed.
fn removed_row(change: &Change) -> Option<&Entry> {
    change
        .before
        .as_ref()
        .filter(|_| matches!(change.row_fate(), Some(RowFate::Folded | RowFate::Gone)))
}

fn cites_new_rule(change: &Change, known: &[Citation]) -> bool {
    change.new_citations().into_iter().any(|citation| !known.contains(citation))
}

/// Whether two rows are equal, apart from typography.
fn is_same(one: &Entry, other: &Entry) -> bool {
    // The publisher may have added or dropped a column in between.
    let (one, other) = in_common(one, other);
    let (one, other) = (one.as_ref(), other.as_ref());
    Content(one) == Content(other)
        || differences(one, other).iter().all(|difference| difference.editorial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::ListCode;

    fn row(name: &str, policy: &str, pages: &[u32]) -> Entry {
        let citations = pages.iter().map(|page| Citation::page(87, *page)).collect();
        Entry { citations, license_policy: policy.into(), ..Entry::named(ListCode::EL, name) }
    }

    #[test]
    fn ok_a_relisted_row_reverses_its_removal() {
        let (with, without) =
            ([row("Ash", "", &[1]), row("Oak", "", &[1])], [row("Oak", "", &[1])]);
        assert_eq!(reversed_pairs(&compare(&without, &with), &compare(&with, &without)), [(0, 0)]);
        assert_eq!(reversed_pairs(&compare(&with, &without), &compare(&without, &with)), [(0, 0)]);
    }

    #[test]
    fn ok_a_reverted_revision_reverses_the_latest_one() {
        let (old, new) = ([row("Ash", "denial", &[1])], [row("Ash", "review", &[1])]);
        let (forth, back) = (compare(&old, &new), compare(&new, &old));
        let earlier: Vec<Change> = forth.iter().chain(&forth).cloned().collect();
        assert_eq!(reversed_pairs(&back, &earlier), [(0, 1)]);
    }

    #[test]
    fn ok_one_of_several_rows_of_a_name_is_relisted() {
        let (one, other) = (
            row("Ash", "", &[1]),
            Entry { countries: vec!["AE".into()], ..row("Ash", "", &[900]) },
        );
        let (both, alone) = ([one.clone(), other], [one]);
        let (removal, relisting) = (compare(&both, &alone), compare(&alone, &both));
        assert_eq!((removal[0].kind, relisting[0].kind), (ChangeKind::Revised, ChangeKind::Added));
        assert_eq!(reversed_pairs(&relisting, &removal), [(0, 0)]);
        assert_eq!(reversed_pairs(&removal, &relisting), [(0, 0)]);
    }

    #[test]
    fn err_a_change_that_a_new_rule_orders_reverses_nothing() {
        let earlier = compare(&[row("Ash", "", &[1])], &[]);
        assert_eq!(reversed_pairs(&compare(&[], &[row("Ash", "", &[1, 100])]), &earlier), []);
        assert_eq!(reversed_pairs(&earlier, &earlier), []);
    }
}
