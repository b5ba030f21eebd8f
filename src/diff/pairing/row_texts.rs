//! Texts of a row: how they are compared, and which of them identify a place.

use std::collections::BTreeSet;

use crate::diff::list::editorial::without_typography;
use crate::diff::pairing::name::words;
use crate::diff::pairing::weights::MIN_PLACE_WORDS;
use crate::domain::Entry;

/// Whether the texts have this one, except for editorial differences.
pub fn has_text(texts: &[String], text: &str) -> bool {
    let wanted = without_typography(text);
    texts.iter().any(|text| without_typography(text) == wanted)
}

/// The texts that `others` does not have, except for editorial differences.
pub fn missing_in<'a>(texts: &'a [String], others: &[String]) -> impl Iterator<Item = &'a String> {
    let others: BTreeSet<String> = others.iter().map(|text| without_typography(text)).collect();
    texts.iter().filter(move |text| !others.contains(&without_typography(text)))
}

/// The sanctions programs of a row.
pub fn programs(entry: &Entry) -> Vec<&str> {
    entry
        .other
        .get("programs")
        .into_iter()
        .flat_map(|text| text.split(';'))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect()
}

/// Whether an address is more than a country or a town, which many parties share.
pub fn is_place(address: &str) -> bool {
    words(address).len() >= MIN_PLACE_WORDS
}
