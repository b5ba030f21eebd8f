//! Weighs the types, forms, publisher's numbers and start dates of two rows.

use crate::diff::pairing::compatibility::has_stable_number;
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::weighing::pair_weight::{PairWeight, ProfilePair};
use crate::diff::pairing::weights::{
    OTHER_FORM_BITS, OTHER_PUBLISHER_NUMBER_BITS, OTHER_TYPE_BITS, SAME_START_DATE_BITS,
};

pub fn weigh(weight: &mut PairWeight, ProfilePair { old, new, .. }: ProfilePair<'_>) {
    let (before, after) = (column(old, "type"), column(new, "type"));
    let (old_type, new_type) = (type_name(before), type_name(after));
    if old_type != new_type {
        weight.is_contradicted |= !before.is_empty() && !after.is_empty();
        weight.oppose(OTHER_TYPE_BITS, Evidence::DifferentTypes(old_type, new_type));
    }
    if old.entry.form != new.entry.form {
        weight.oppose(OTHER_FORM_BITS, Evidence::OneIsAddressOnly);
    }
    if has_stable_number(old.entry.list) {
        let (before, after) = (column(old, "entity_number"), column(new, "entity_number"));
        if !before.is_empty() && !after.is_empty() && before != after {
            weight.is_contradicted = true;
            weight.oppose(
                OTHER_PUBLISHER_NUMBER_BITS,
                Evidence::DifferentPublisherNumbers(before.to_owned(), after.to_owned()),
            );
        }
    }
    if old.entry.start_date.is_some() && old.entry.start_date == new.entry.start_date {
        weight.support(SAME_START_DATE_BITS, Evidence::SameStartDate);
    }
}

fn column<'a>(profile: &'a Profile<'_>, key: &str) -> &'a str {
    profile.entry.other.get(key).unwrap_or_default()
}

/// A party that is no individual, vessel or aircraft has no type or the type `entity`.
fn type_name(text: &str) -> String {
    if text.is_empty() { "entity".to_owned() } else { text.to_lowercase() }
}
