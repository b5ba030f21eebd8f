//! Finds changes that undo earlier ones with no rule to explain it: the earlier alert was wrong.

use std::collections::HashMap;

use crate::diff::list::columns::in_common;
use crate::diff::list::content::Content;
use crate::diff::list::editorial::folded;
use crate::diff::list::fields::differences;
use crate::domain::{Change, ChangeKind, Citation, Entry, RowFate};

/// Pairs of places: a change of `now` and the latest change of `earlier` that it undoes. Each is in
/// one pair at most.
///
/// `earlier` is in the order in which the changes were seen. A change that cites a new rule undoes
/// nothing, nor does an editorial one.
pub fn undone(now: &[Change], earlier: &[Change]) -> Vec<(usize, usize)> {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, change) in earlier.iter().enumerate().filter(|(_, change)| !change.editorial) {
        by_name.entry(folded(&change.entry.name)).or_default().push(at);
    }
    let mut pairs = Vec::new();
    for (at, change) in now.iter().enumerate().filter(|(_, change)| !change.editorial) {
        let name = folded(&was(change).name);
        let Some(places) = by_name.get_mut(&name) else { continue };
        let found = places.iter().rposition(|place| {
            earlier.get(*place).is_some_and(|earlier| is_inverse(change, earlier))
        });
        if let Some(found) = found {
            pairs.push((at, places.remove(found)));
        }
    }
    pairs
}

/// The row as it was before this change; of an addition, the row itself.
fn was(change: &Change) -> &Entry {
    change.before.as_ref().unwrap_or(&change.entry)
}

fn is_inverse(now: &Change, earlier: &Change) -> bool {
    // A row of a name that has others comes back, or goes again.
    if let (ChangeKind::Added, ChangeKind::Revised, Some(row)) =
        (now.kind, earlier.kind, row_taken(earlier))
    {
        return is_same(&now.entry, row) && !cites_new_rule(now, &row.citations);
    }
    if let (ChangeKind::Revised, ChangeKind::Added, Some(row)) =
        (now.kind, earlier.kind, row_taken(now))
    {
        return is_same(row, &earlier.entry);
    }
    match (now.kind, earlier.kind) {
        (ChangeKind::Removed, ChangeKind::Added) | (ChangeKind::Added, ChangeKind::Removed) => {
            is_same(&now.entry, &earlier.entry)
                && !(now.kind == ChangeKind::Added && cites_new_rule(now, &earlier.entry.citations))
        }
        (ChangeKind::Revised, ChangeKind::Revised) => {
            let known = was(earlier).citations.as_slice();
            is_same(was(now), &earlier.entry)
                && is_same(&now.entry, was(earlier))
                && !cites_new_rule(now, known)
        }
        _ => false,
    }
}

/// The row that was folded into another of its name, or is gone beside it.
fn row_taken(change: &Change) -> Option<&Entry> {
    change
        .before
        .as_ref()
        .filter(|_| matches!(change.row_fate(), Some(RowFate::Folded | RowFate::Gone)))
}

fn cites_new_rule(change: &Change, known: &[Citation]) -> bool {
    change.new_citations().into_iter().any(|citation| !known.contains(citation))
}

/// Equal, or set in another way.
fn is_same(one: &Entry, other: &Entry) -> bool {
    // A column may have come or gone in between.
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
    fn ok_what_went_and_came_back_is_undone() {
        let (with, without) =
            ([row("Ash", "", &[1]), row("Oak", "", &[1])], [row("Oak", "", &[1])]);
        assert_eq!(undone(&compare(&without, &with), &compare(&with, &without)), [(0, 0)]);
        assert_eq!(undone(&compare(&with, &without), &compare(&without, &with)), [(0, 0)]);
    }

    #[test]
    fn ok_a_revision_that_was_reverted_is_undone_once() {
        let (old, new) = ([row("Ash", "denial", &[1])], [row("Ash", "review", &[1])]);
        let (there, back) = (compare(&old, &new), compare(&new, &old));
        let earlier: Vec<Change> = there.iter().chain(&there).cloned().collect();
        assert_eq!(undone(&back, &earlier), [(0, 1)]);
    }

    #[test]
    fn ok_a_row_of_a_name_that_has_others_went_and_came_back() {
        let (one, other) = (
            row("Ash", "", &[1]),
            Entry { countries: vec!["AE".into()], ..row("Ash", "", &[900]) },
        );
        let (both, alone) = ([one.clone(), other], [one]);
        let (went, came) = (compare(&both, &alone), compare(&alone, &both));
        assert_eq!((went[0].kind, came[0].kind), (ChangeKind::Revised, ChangeKind::Added));
        assert_eq!(undone(&came, &went), [(0, 0)]);
        assert_eq!(undone(&went, &came), [(0, 0)]);
    }

    #[test]
    fn err_what_a_new_rule_orders_undoes_nothing() {
        let earlier = compare(&[row("Ash", "", &[1])], &[]);
        assert_eq!(undone(&compare(&[], &[row("Ash", "", &[1, 100])]), &earlier), []);
        assert_eq!(undone(&earlier, &earlier), []);
    }
}
