//! The index of a message: every name once, by kind of change and country.

use std::collections::BTreeMap;

use crate::deliver::wording::{IndexPart, IndexPlace, country, entry};
use crate::domain::{Change, ChangeKind};

pub fn index(changes: &[Change]) -> Vec<IndexPart> {
    let part = |title: &str, kind: ChangeKind, editorial: bool| {
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let of_kind =
            changes.iter().filter(|change| change.kind == kind && change.editorial == editorial);
        for change in of_kind {
            let country = country::names(&change.entry.countries);
            places.entry(country).or_default().push(entry::heading(&change.entry));
        }
        let count: usize = places.values().map(Vec::len).sum();
        let mut places: Vec<IndexPlace> =
            places.into_iter().map(|(country, names)| IndexPlace { country, names }).collect();
        places.iter_mut().for_each(|place| place.names.sort_unstable());
        // Stable, so that countries with equal counts stay in alphabetical order.
        places.sort_by_key(|place| std::cmp::Reverse(place.names.len()));
        (count > 0).then(|| IndexPart { title: format!("{title} ({count})"), places })
    };
    [
        part("Added", ChangeKind::Added, false),
        part("Revised", ChangeKind::Revised, false),
        part("Removed", ChangeKind::Removed, false),
        part("Editorial", ChangeKind::Revised, true),
    ]
    .into_iter()
    .flatten()
    .collect()
}
