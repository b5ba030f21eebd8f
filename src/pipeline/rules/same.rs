//! Whether an entry of a rule and an entry of a list are one, by name and country. Pure.
//!
//! Publishers differ in punctuation and case, never in the letters of a name that a rule has printed.

use crate::domain::{Change, Entry};

/// The letters and digits of a name, in lower case.
pub fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One name, and no contradiction in countries: an unknown country contradicts nothing.
pub fn same_entry(one: &Entry, other: &Entry) -> bool {
    let countries = one.countries.is_empty() || other.countries.is_empty() || one.countries.iter().any(|c| other.countries.contains(c));
    countries && one.list == other.list && !key(&one.name).is_empty() && key(&one.name) == key(&other.name)
}

/// The same done to the same entry.
pub fn same_change(one: &Change, other: &Change) -> bool {
    one.kind == other.kind && same_entry(&one.entry, &other.entry)
}

/// Whether the list shows of an entry what the rule's own table said: nothing that weighs was gained or lost on the way. What a
/// rule's plain text did not tell cannot have been announced.
pub fn shows_as_announced(ordered: &Change, shown: &Change) -> bool {
    let told_whole = !ordered.entry.license_requirement.is_empty() || ordered.kind == crate::domain::ChangeKind::Removed;
    same_change(ordered, shown)
        && told_whole
        && (ordered.kind == crate::domain::ChangeKind::Removed || {
            let known: Vec<String> = ordered.entry.aliases.iter().map(|alias| key(alias)).collect();
            ordered.entry.footnotes == shown.entry.footnotes && shown.entry.aliases.iter().all(|alias| known.contains(&key(alias)))
        })
}
