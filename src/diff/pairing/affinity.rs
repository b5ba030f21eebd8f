//! How much two rows with one name have in common. Ranks the pairs of one name only.

use std::collections::BTreeSet;

use crate::diff::list::editorial::without_typography;
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::weights::{
    ADDRESS_AFFINITY, ALIAS_AFFINITY, BASE_AFFINITY, CITATION_AFFINITY, COLUMN_AFFINITY,
    COUNTRY_AFFINITY, NUMBER_AFFINITY, SPELLING_AFFINITY,
};
use crate::domain::Entry;

/// Points above zero: the more, the more likely the rows are one entry.
pub fn affinity(old: &Entry, new: &Entry) -> f64 {
    let citations =
        |entry: &Entry| entry.citations.iter().map(ToString::to_string).collect::<Vec<_>>();
    let points_if = |points: f64, is_same: bool| if is_same { points } else { 0.0 };
    let (one, other) = (Facts::of(old), Facts::of(new));
    let has_shared_number = one.numbers.iter().any(|number| other.numbers.contains(number));
    let remarks_and_date = points_if(COLUMN_AFFINITY, old.remarks == new.remarks)
        + points_if(COLUMN_AFFINITY, old.start_date == new.start_date);
    let columns_and_name = points_if(COLUMN_AFFINITY, old.other == new.other)
        + points_if(SPELLING_AFFINITY, old.name == new.name);
    BASE_AFFINITY
        + CITATION_AFFINITY * overlap(&citations(old), &citations(new))
        + ADDRESS_AFFINITY * overlap(&old.addresses, &new.addresses)
        + COUNTRY_AFFINITY * overlap(&old.countries, &new.countries)
        + ALIAS_AFFINITY * overlap(&old.aliases, &new.aliases)
        + remarks_and_date
        + columns_and_name
        + points_if(NUMBER_AFFINITY, has_shared_number)
}

/// 0 to 1: the shared texts against all texts. Two empty lists are the same.
#[expect(clippy::cast_precision_loss, reason = "counts of addresses")]
fn overlap(one: &[String], other: &[String]) -> f64 {
    let fold = |texts: &[String]| {
        texts.iter().map(|text| without_typography(text)).collect::<BTreeSet<_>>()
    };
    let (one, other) = (fold(one), fold(other));
    let all = one.union(&other).count();
    if all == 0 { 1.0 } else { one.intersection(&other).count() as f64 / all as f64 }
}
