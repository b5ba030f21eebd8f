//! A row that was split into parts which all have its name, such as one for each country. Nothing
//! in the list says which part keeps the id. Another source that lists the parts as entries of
//! their own may say it. Pure.

use std::collections::BTreeMap;

use crate::domain::same::name_key;
use crate::domain::{Change, ChangeKind, Entry, EntryId, RowFate, Sha256};

/// Takes the ids back that were carried to such parts, and returns each with the place of its part.
pub fn take_back(opened: &mut [Entry], changes: &[Change]) -> Vec<(usize, EntryId)> {
    let mut parts: BTreeMap<Sha256, Vec<Sha256>> = BTreeMap::new();
    for change in changes {
        let (ChangeKind::Revised, Some(before)) = (change.kind, &change.before) else { continue };
        if matches!(change.row_fate(), None | Some(RowFate::Split))
            && name_key(&before.name) == name_key(&change.entry.name)
        {
            let parts = parts.entry(before.content_hash()).or_default();
            parts.push(change.entry.content_hash());
        }
    }
    let contested: Vec<Sha256> =
        parts.into_values().filter(|parts| parts.len() > 1).flatten().collect();
    if contested.is_empty() {
        return Vec::new();
    }
    opened
        .iter_mut()
        .enumerate()
        .filter(|(_, entry)| contested.contains(&entry.content_hash()))
        .filter_map(|(at, entry)| Some((at, entry.entry_id.take()?)))
        .collect()
}

/// Gives each id back to its part. Another part keeps it only if both have an id now: then another
/// source lists both.
pub fn give_back(opened: &mut [Entry], taken: Vec<(usize, EntryId)>) {
    for (at, id) in taken {
        let has_another = opened.get(at).is_some_and(|entry| entry.entry_id.is_some());
        let other = opened.iter().position(|entry| entry.entry_id.as_ref() == Some(&id));
        if has_another && other.is_some() {
            continue;
        }
        if let Some(other) = other.and_then(|other| opened.get_mut(other)) {
            other.entry_id = None;
        }
        if let Some(entry) = opened.get_mut(at) {
            entry.entry_id = Some(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff;
    use crate::domain::{Citation, ListCode};

    fn row(country: &[&str], addresses: &[&str]) -> Entry {
        Entry {
            countries: country.iter().map(ToString::to_string).collect(),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            citations: vec![Citation::page(84, 61541)],
            ..Entry::named(ListCode::EL, "Alder Works")
        }
    }

    fn id(text: &str) -> EntryId {
        EntryId(text.into())
    }

    #[test]
    fn ok_an_id_goes_back_to_its_part_unless_another_source_lists_both_parts() {
        let (beirut, damascus) = ("1 Dock Road, Beirut", "2 Quay, Damascus");
        let whole = row(&["LB", "SY"], &[beirut, damascus]);
        let parts = [row(&["LB"], &[beirut]), row(&["SY"], &[damascus])];
        let changes = diff::compare(&[whole], &parts);
        let carried = || {
            let mut opened = parts.to_vec();
            opened[1].entry_id = Some(id("whole"));
            let taken = take_back(&mut opened, &changes);
            assert_eq!(taken, [(1, EntryId("whole".into()))], "{changes:#?}");
            (opened, taken)
        };
        let (mut opened, taken) = carried();
        give_back(&mut opened, taken);
        assert_eq!((&opened[0].entry_id, &opened[1].entry_id), (&None, &Some(id("whole"))));
        let (mut opened, taken) = carried();
        (opened[0].entry_id, opened[1].entry_id) = (Some(id("whole")), Some(id("other")));
        give_back(&mut opened, taken);
        assert_eq!(
            (&opened[0].entry_id, &opened[1].entry_id),
            (&Some(id("whole")), &Some(id("other")))
        );
        let (mut opened, taken) = carried();
        opened[0].entry_id = Some(id("whole"));
        give_back(&mut opened, taken);
        assert_eq!((&opened[0].entry_id, &opened[1].entry_id), (&None, &Some(id("whole"))));
    }

    #[test]
    fn ok_a_row_that_was_not_split_keeps_its_id() {
        let before = row(&["LB"], &["1 Dock Road, Beirut"]);
        let mut opened = vec![Entry { license_policy: "Denial".into(), ..before.clone() }];
        let changes = diff::compare(&[before], &opened);
        opened[0].entry_id = Some(id("a"));
        assert_eq!(take_back(&mut opened, &changes), []);
        assert_eq!(opened[0].entry_id, Some(id("a")));
    }
}
