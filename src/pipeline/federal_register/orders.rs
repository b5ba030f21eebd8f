//! From a rule's text to changes: what it orders, in the words that changes of a list are told in.
//! Pure.

use std::collections::HashMap;

use crate::diff;
use crate::domain::country::iso_of_heading;
use crate::domain::{Change, ChangeId, ChangeKind, Entry, ListCode, Severity};
use crate::parse::federal_register::{Order, RuleText};
use crate::pipeline::federal_register::same;

/// The list as it is held, to say what a revised entry was and what a removed one is.
#[derive(Default)]
pub struct Held {
    entries: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
    /// The list itself, whose entries read like the rule's own table.
    pub is_the_list_itself: bool,
}

impl Held {
    pub fn new(entries: Vec<Entry>, is_the_list_itself: bool) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            by_name.entry(same::name_key(&entry.name)).or_default().push(index);
        }
        Self { entries, by_name, is_the_list_itself }
    }

    /// The one entry that this is, first under the very country. None where there are several.
    pub fn find(&self, entry: &Entry) -> Option<&Entry> {
        let named = || {
            self.by_name
                .get(&same::name_key(&entry.name))
                .into_iter()
                .flatten()
                .filter_map(|index| self.entries.get(*index))
        };
        let very = named()
            .filter(|held| held.countries.iter().any(|country| entry.countries.contains(country)))
            .collect();
        only(very).or_else(|| only(named().filter(|held| same::same_entry(held, entry)).collect()))
    }
}

fn only(found: Vec<&Entry>) -> Option<&Entry> {
    if let [one] = found.as_slice() { Some(*one) } else { None }
}

/// What a rule orders: added, then revised, then removed entries. Ids are of the document and of
/// what is ordered, so that reading the same text again gives the same ids, whatever is held by
/// then.
pub fn changes(document_number: &str, text: &RuleText, held: &Held) -> Vec<Change> {
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
            ChangeKind::Revised => revised(change_id, row.entry.clone(), held),
            _ => plain(change_id, kind, Severity::High, row.entry.clone()),
        });
    }
    for removal in &text.removed {
        let heading = removal.heading.as_deref().unwrap_or_default();
        let change_id = ChangeId::of(["rule", document_number, "removed", &removal.name, heading]);
        let mut entry = Entry::named(ListCode::EL, removal.name.clone());
        entry.countries = iso_of_heading(heading).map(str::to_owned).into_iter().collect();
        let entry = held.find(&entry).cloned().unwrap_or(entry);
        changes.push(plain(change_id, ChangeKind::Removed, Severity::Normal, entry));
    }
    for (old, new) in &text.replaced {
        link(&mut changes, old, new);
    }
    // Two rows that read alike are one order told twice.
    let mut seen = std::collections::HashSet::new();
    changes.retain(|change| seen.insert(change.change_id.clone()));
    changes.sort_by_key(|change| match change.kind {
        ChangeKind::Added => 0,
        ChangeKind::Revised => 1,
        ChangeKind::Removed => 2,
    });
    changes
}

/// Marks a removed entry and the one that the rule puts in its place as possibly one.
fn link(changes: &mut [Change], old: &str, new: &str) {
    let find = |changes: &[Change], kind: ChangeKind, name: &str| {
        changes.iter().position(|change| {
            change.kind == kind && same::name_key(&change.entry.name) == same::name_key(name)
        })
    };
    let Some((gone, come)) =
        find(changes, ChangeKind::Removed, old).zip(find(changes, ChangeKind::Added, new))
    else {
        return;
    };
    let told = |change: &Change| (change.change_id.clone(), change.entry.name.clone());
    let (Some(was), Some(is)) = (changes.get(gone).map(told), changes.get(come).map(told)) else {
        return;
    };
    if let Some(removed) = changes.get_mut(gone) {
        removed.possibly.push(is.0);
        removed.possibly_now.push(is.1);
    }
    if let Some(added) = changes.get_mut(come) {
        added.possibly.push(was.0);
        added.possibly_was.push(was.1);
    }
}

/// Says what differs where the entry is held as the list itself has it; elsewhere every column
/// would seem to.
fn revised(change_id: ChangeId, entry: Entry, held: &Held) -> Change {
    let told_whole = !entry.license_requirement.is_empty();
    let before = held.find(&entry).filter(|_| held.is_the_list_itself && told_whole).cloned();
    let Some(before) = before else {
        return plain(change_id, ChangeKind::Revised, Severity::High, entry);
    };
    let compared = diff::compare(std::slice::from_ref(&before), std::slice::from_ref(&entry));
    match compared.into_iter().find(|change| change.kind == ChangeKind::Revised) {
        // An order of the rule is no matter of spelling, whatever the comparison makes of it.
        Some(change) => Change {
            change_id,
            editorial: false,
            severity: change.severity.max(Severity::Normal),
            ..change
        },
        None => Change {
            before: Some(before),
            ..plain(change_id, ChangeKind::Revised, Severity::High, entry)
        },
    }
}

fn plain(change_id: ChangeId, kind: ChangeKind, severity: Severity, entry: Entry) -> Change {
    Change {
        change_id,
        kind,
        severity,
        editorial: false,
        entry,
        before: None,
        fields: Vec::new(),
        matched: None,
        possibly_now: Vec::new(),
        possibly_was: Vec::new(),
        possibly: Vec::new(),
        corroboration: Vec::new(),
        confirms: None,
        differences: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::federal_register::parse_raw_text;

    #[test]
    fn an_entry_that_is_put_in_the_place_of_another_is_shown_as_possibly_that_one() {
        let text = "2. Supplement No. 4 to part 744 is amended:\na. Under CHINA, by removing “Old \
                    Works” and adding in its place “New Works”.";
        let changes = changes("2025-1", &parse_raw_text(text), &Held::default());
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
    fn an_order_without_a_country_is_of_the_only_entry_of_its_name() {
        let text = parse_raw_text(
            "2. Supplement No. 4 to part 744 is amended:\na. By removing the entry for “Gamma \
             GmbH”.",
        );
        let entry = |country: &str| Entry {
            countries: vec![country.into()],
            ..Entry::named(ListCode::EL, "Gamma GmbH")
        };
        let countries = |held: Vec<Entry>| {
            changes("2025-1", &text, &Held::new(held, false)).remove(0).entry.countries
        };
        assert_eq!(countries(vec![entry("DE")]), ["DE"]);
        assert_eq!(countries(vec![entry("DE"), entry("AT")]), [""; 0]);
        assert_eq!(countries(Vec::new()), [""; 0]);
    }
}
