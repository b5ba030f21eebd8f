//! From a rule's text to changes: what it orders, in the words that changes of a list are told in. Pure.

use std::collections::HashMap;

use super::same;
use crate::diff;
use crate::domain::{Change, ChangeId, ChangeKind, Entry, ListCode, Severity};
use crate::parse::country::iso_of_heading;
use crate::parse::federal_register::{Order, RuleText};

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
            by_name.entry(same::key(&entry.name)).or_default().push(index);
        }
        Self { entries, by_name, is_the_list_itself }
    }

    /// The one entry that this is. None where there are several.
    pub fn find(&self, entry: &Entry) -> Option<&Entry> {
        let mut found = self
            .by_name
            .get(&same::key(&entry.name))
            .into_iter()
            .flatten()
            .filter_map(|index| self.entries.get(*index))
            .filter(|held| same::same_entry(held, entry));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    pub fn has(&self, entry: &Entry) -> bool {
        let found = self.by_name.get(&same::key(&entry.name));
        found.into_iter().flatten().filter_map(|index| self.entries.get(*index)).any(|held| same::same_entry(held, entry))
    }
}

/// What a rule orders: added, then revised, then removed entries. Ids are of the document and of what is ordered, so that reading the
/// same text again gives the same ids, whatever is held by then.
pub fn changes(document_number: &str, text: &RuleText, held: &Held) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for row in &text.entries {
        let kind = if row.order == Some(Order::Revise) { ChangeKind::Revised } else { ChangeKind::Added };
        let change_id = ChangeId::of(["rule", document_number, kind.as_str(), row.entry.content_hash().as_str()]);
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

/// Says what differs where the entry is held as the list itself has it; elsewhere every column would seem to.
fn revised(change_id: ChangeId, entry: Entry, held: &Held) -> Change {
    let told_whole = !entry.license_requirement.is_empty();
    let before = held.find(&entry).filter(|_| held.is_the_list_itself && told_whole).cloned();
    let Some(before) = before else { return plain(change_id, ChangeKind::Revised, Severity::High, entry) };
    let compared = diff::compare(std::slice::from_ref(&before), std::slice::from_ref(&entry));
    match compared.into_iter().find(|change| change.kind == ChangeKind::Revised) {
        // An order of the rule is no matter of spelling, whatever the comparison makes of it.
        Some(change) => Change { change_id, editorial: false, severity: change.severity.max(Severity::Normal), ..change },
        None => Change { before: Some(before), ..plain(change_id, ChangeKind::Revised, Severity::High, entry) },
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
