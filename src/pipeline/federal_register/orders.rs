//! Turns a rule's text into the changes that the rule orders. Pure.

use std::collections::HashSet;

use crate::diff;
use crate::domain::country::iso_of_heading;
use crate::domain::{Change, ChangeId, ChangeKind, Entry, ListCode, Severity, same};
use crate::parse::federal_register::{Order, RuleText};
use crate::pipeline::federal_register::current_entities::CurrentEntities;

/// The changes that a rule orders: first additions, then revisions, then removals.
///
/// The ids come from the document number and the order alone. So the same text always gives the
/// same ids, whatever the current list contains.
pub fn ordered_changes(
    document_number: &str,
    text: &RuleText,
    current: &CurrentEntities,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for row in &text.entries {
        let kind =
            if row.order == Some(Order::Revise) { ChangeKind::Revised } else { ChangeKind::Added };
        let change_id = ChangeId::of([
            "rule",
            document_number,
            kind.as_str(),
            row.entry.content_hash().as_str(),
        ]);
        changes.push(match kind {
            ChangeKind::Revised => revision(change_id, row.entry.clone(), current),
            _ => Change::of_entry(change_id, kind, Severity::High, row.entry.clone()),
        });
    }
    for removal in &text.removed {
        let heading = removal.heading.as_deref().unwrap_or_default();
        let change_id = ChangeId::of(["rule", document_number, "removed", &removal.name, heading]);
        let mut named = Entry::named(ListCode::EL, removal.name.clone());
        named.countries = iso_of_heading(heading).map(str::to_owned).into_iter().collect();
        let entry = current.find(&named).cloned().unwrap_or(named);
        changes.push(Change::of_entry(change_id, ChangeKind::Removed, Severity::Normal, entry));
    }
    for (old, new) in &text.replaced {
        link_replacement(&mut changes, old, new);
    }
    // Two equal rows in the text are one order.
    let mut ids = HashSet::new();
    changes.retain(|change| ids.insert(change.change_id.clone()));
    changes.sort_by_key(|change| match change.kind {
        ChangeKind::Added => 0,
        ChangeKind::Revised => 1,
        ChangeKind::Removed => 2,
    });
    changes
}

/// Marks a removed entry and the entry that replaces it as possibly the same.
fn link_replacement(changes: &mut [Change], old: &str, new: &str) {
    let position = |kind: ChangeKind, name: &str| {
        changes.iter().position(|change| {
            change.kind == kind && same::name_key(&change.entry.name) == same::name_key(name)
        })
    };
    let positions = position(ChangeKind::Removed, old).zip(position(ChangeKind::Added, new));
    let Some((removed_at, added_at)) = positions else { return };
    let id_and_name = |at: usize| {
        changes.get(at).map(|change| (change.change_id.clone(), change.entry.name.clone()))
    };
    let (Some((old_id, old_name)), Some((new_id, new_name))) =
        (id_and_name(removed_at), id_and_name(added_at))
    else {
        return;
    };
    if let Some(removed) = changes.get_mut(removed_at) {
        removed.possibly.push(new_id);
        removed.possibly_now.push(new_name);
    }
    if let Some(added) = changes.get_mut(added_at) {
        added.possibly.push(old_id);
        added.possibly_was.push(old_name);
    }
}

/// A revision. Compares the columns only if the rule prints the entry in full and the current entry
/// comes from the eCFR. In other cases every column would seem to differ.
fn revision(change_id: ChangeId, entry: Entry, current: &CurrentEntities) -> Change {
    let is_printed_in_full = !entry.license_requirement.is_empty();
    let before = current.find(&entry).filter(|_| current.is_ecfr && is_printed_in_full).cloned();
    let Some(before) = before else {
        return Change::of_entry(change_id, ChangeKind::Revised, Severity::High, entry);
    };
    let compared = diff::compare(std::slice::from_ref(&before), std::slice::from_ref(&entry));
    let entry = Entry { entry_id: before.entry_id.clone(), ..entry };
    match compared.into_iter().find(|change| change.kind == ChangeKind::Revised) {
        // A rule never orders an editorial change, even if the comparison finds only spelling.
        Some(change) => Change {
            change_id,
            editorial: false,
            severity: change.severity.max(Severity::Normal),
            entry,
            ..change
        },
        None => Change {
            before: Some(before),
            ..Change::of_entry(change_id, ChangeKind::Revised, Severity::High, entry)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::federal_register::parse_raw_text;

    #[test]
    fn ok_an_entry_that_replaces_another_is_linked_to_it_as_possibly_the_same() {
        let text = "2. Supplement No. 4 to part 744 is amended:\na. Under CHINA, by removing “Old \
                    Works” and adding in its place “New Works”.";
        let changes = ordered_changes("2025-1", &parse_raw_text(text), &CurrentEntities::default());
        let [added, removed] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(
            (&added.possibly_was, &added.possibly),
            (&vec!["Old Works".to_owned()], &vec![removed.change_id.clone()])
        );
        assert_eq!(
            (&removed.possibly_now, &removed.possibly),
            (&vec!["New Works".to_owned()], &vec![added.change_id.clone()])
        );
    }

    #[test]
    fn ok_a_removal_without_a_country_means_the_only_current_entry_of_that_name() {
        let text = parse_raw_text(
            "2. Supplement No. 4 to part 744 is amended:\na. By removing the entry for “Gamma \
             GmbH”.",
        );
        let entry = |country: &str| Entry {
            countries: vec![country.into()],
            ..Entry::named(ListCode::EL, "Gamma GmbH")
        };
        let countries = |current: Vec<Entry>| {
            ordered_changes("2025-1", &text, &CurrentEntities::new(current, false))
                .remove(0)
                .entry
                .countries
        };
        assert_eq!(countries(vec![entry("DE")]), ["DE"]);
        assert_eq!(countries(vec![entry("DE"), entry("AT")]), [""; 0]);
        assert_eq!(countries(Vec::new()), [""; 0]);
    }
}
