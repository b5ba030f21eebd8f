//! Whether an entry of a rule and an entry of a list are the same, by name and country.
//!
//! Publishers change the punctuation and case of a name that a rule has printed, but never its
//! letters.

use crate::domain::country::entity_list_heading;
use crate::domain::{Change, ChangeKind, Entry};

/// The letters and digits of a name, in lower case. Two spellings of one name have the same key.
pub fn name_key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether both entries have the same list and name, and their countries do not contradict each
/// other. An unknown country contradicts nothing.
pub fn same_entry(one: &Entry, other: &Entry) -> bool {
    let headings = |entry: &Entry| -> Vec<String> {
        entry.countries.iter().map(|code| entity_list_heading(code).to_owned()).collect()
    };
    let (these, those) = (headings(one), headings(other));
    let countries =
        these.is_empty() || those.is_empty() || these.iter().any(|code| those.contains(code));
    countries
        && one.list == other.list
        && !name_key(&one.name).is_empty()
        && name_key(&one.name) == name_key(&other.name)
}

/// Whether both changes do the same to the same entry. A row that was deleted while another row of
/// its name is still listed counts as a removal.
pub fn same_change(one: &Change, other: &Change) -> bool {
    match (one.lost_row(), other.lost_row()) {
        (Some(this), Some(that)) => same_entry(this, that),
        (None, None) => one.kind == other.kind && same_entry(&one.entry, &other.entry),
        _ => false,
    }
}

/// Whether the list shows an entry as the rule's own table announced it: no footnote differs, and
/// no alias is new. A rule that was read from plain text gives no license requirement, so its
/// entries were never announced in full.
pub fn shows_as_announced(ordered: &Change, shown: &Change) -> bool {
    same_change(ordered, shown)
        && !is_name_only(ordered)
        && (ordered.kind == ChangeKind::Removed || {
            let known: Vec<String> =
                ordered.entry.aliases.iter().map(|alias| name_key(alias)).collect();
            ordered.entry.footnotes == shown.entry.footnotes
                && shown.entry.aliases.iter().all(|alias| known.contains(&name_key(alias)))
        })
}

/// Whether `shown` gives the terms of an entry that `ordered` only names.
pub fn shows_more_than_the_name(ordered: &Change, shown: &Change) -> bool {
    is_name_only(ordered) && !is_name_only(shown) && same_change(ordered, shown)
}

/// Whether the rule was read from plain text, which gives a name and no license requirement.
fn is_name_only(ordered: &Change) -> bool {
    ordered.entry.license_requirement.is_empty() && ordered.kind != ChangeKind::Removed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ListCode, Severity};

    fn entry(name: &str, country: &str) -> Entry {
        Entry { countries: vec![country.into()], ..Entry::named(ListCode::EL, name) }
    }

    #[test]
    fn ok_the_same_entry_under_another_code() {
        assert!(same_entry(&entry("Ash Works Ltd.", "CN"), &entry("ASH WORKS, LTD", "HK")));
        assert!(same_entry(&entry("Ash Works", "MO"), &entry("Ash Works", "CN")));
        assert!(same_entry(&Entry::named(ListCode::EL, "Ash Works"), &entry("Ash Works", "RU")));
    }

    #[test]
    fn ok_an_entry_with_terms_shows_more_than_its_name() {
        let change = |entry: Entry| {
            let id = Change::id_of(ChangeKind::Added, None, Some(&entry), 0);
            Change::of_entry(id, ChangeKind::Added, Severity::High, entry)
        };
        let named = change(entry("Ash Works", "RU"));
        let full = change(Entry {
            license_requirement: "For all items".into(),
            ..entry("Ash Works", "RU")
        });
        let other = change(Entry { name: "Oak Works".into(), ..full.entry.clone() });
        assert!(shows_more_than_the_name(&named, &full));
        assert!(!shows_more_than_the_name(&full, &full));
        assert!(!shows_more_than_the_name(&named, &named));
        assert!(!shows_more_than_the_name(&named, &other));
    }

    #[test]
    fn err_a_different_country_or_name() {
        assert!(!same_entry(&entry("Ash Works", "RU"), &entry("Ash Works", "CN")));
        assert!(!same_entry(&entry("Ash Works", "CN"), &entry("Oak Works", "CN")));
    }
}
