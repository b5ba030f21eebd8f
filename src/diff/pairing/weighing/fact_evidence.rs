//! Weighs the facts in the remarks of two rows: numbers, registers, dates of birth and other
//! remarks.

use std::collections::BTreeSet;

use crate::diff::pairing::birth_date::{any_agree, is_full_date};
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::feature::FeatureKind;
use crate::diff::pairing::id_number::Number;
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::weighing::pair_weight::{PairWeight, ProfilePair, SharedFacts};
use crate::diff::pairing::weights::{
    COMPATIBLE_BIRTH_DATE_BITS, CORRECTED_FACT_BITS, LIFELONG_NUMBER_BITS, MAX_BIRTH_DAY_BITS,
    MAX_NUMBER_BITS, MAX_REMARK_BITS, MAX_REMARKS_BITS, MAX_VAGUE_BIRTH_DATE_BITS,
    OTHER_BIRTH_DATE_BITS, OTHER_NUMBER_BITS, OTHER_REGISTERS_BITS, REMARK_SHARE,
    SAME_BIRTH_DAY_BITS, VAGUE_BIRTH_DATE_SHARE,
};

pub fn weigh_numbers(
    weight: &mut PairWeight,
    shared: &mut SharedFacts,
    ProfilePair { old, new, rarity }: ProfilePair<'_>,
) {
    let mut strongest = 0.0_f64;
    for number in old.facts.numbers.iter().filter(|number| new.facts.numbers.contains(number)) {
        let bits = rarity.bits(FeatureKind::Number, &number.in_words());
        shared.number |= !number.is_of_a_group();
        let lifelong_bits = if number.is_lifelong() { LIFELONG_NUMBER_BITS } else { 0.0 };
        strongest = strongest.max(bits + lifelong_bits);
        weight.evidence.push(Evidence::SameNumber(number.in_words()));
    }
    weight.for_bits += strongest.min(MAX_NUMBER_BITS);
    weigh_other_numbers(weight, old, new);
}

/// Weighs lifelong numbers that differ.
fn weigh_other_numbers(weight: &mut PairWeight, old: &Profile<'_>, new: &Profile<'_>) {
    let is_corrected = old.facts.share_a_lifelong_number(&new.facts);
    let bits = if is_corrected { CORRECTED_FACT_BITS } else { OTHER_NUMBER_BITS };
    let (mut same, mut different) = (0, 0);
    let kinds: BTreeSet<&String> = lifelong(old).map(|number| &number.kind).collect();
    for kind in kinds {
        let (before, after) = (values(old, kind), values(new, kind));
        if before.iter().any(|value| after.contains(value)) {
            same += 1;
        } else if !after.is_empty() {
            different += 1;
            weight.oppose(bits, Evidence::DifferentNumbers(kind.clone(), before, after));
        }
    }
    // One number may be corrected, and sister parties may share one. No party keeps one number and
    // changes two.
    weight.is_contradicted |= different > same;
}

fn lifelong<'a>(profile: &'a Profile<'_>) -> impl Iterator<Item = &'a Number> {
    profile.facts.numbers.iter().filter(|number| number.is_lifelong())
}

fn values(profile: &Profile<'_>, kind: &str) -> Vec<String> {
    let numbers = profile.facts.numbers.iter().filter(|number| number.kind == kind);
    numbers.map(|number| number.value.clone()).collect()
}

/// Weighs registers of different countries.
pub fn weigh_registers(weight: &mut PairWeight, rows: ProfilePair<'_>) {
    fn countries<'a>(profile: &'a Profile<'_>) -> BTreeSet<&'a str> {
        lifelong(profile).filter_map(Number::country).collect()
    }
    let (before, after) = (countries(rows.old), countries(rows.new));
    if !before.is_empty() && !after.is_empty() && before.is_disjoint(&after) {
        let list = |countries: BTreeSet<&str>| countries.into_iter().map(str::to_owned).collect();
        weight
            .oppose(OTHER_REGISTERS_BITS, Evidence::DifferentRegisters(list(before), list(after)));
    }
}

pub fn weigh_birth_dates(
    weight: &mut PairWeight,
    shared: &mut SharedFacts,
    ProfilePair { old, new, rarity }: ProfilePair<'_>,
) {
    let (before, after) = (&old.facts.birth_dates, &new.facts.birth_dates);
    if before.is_empty() || after.is_empty() {
        return;
    }
    let same = before.iter().filter(|date| after.contains(date)).max_by_key(|date| date.len());
    if let Some(date) = same {
        let bits = rarity.bits(FeatureKind::Date, date);
        let is_exact = is_full_date(date) && !date.ends_with("-01-01");
        // Sister companies may be founded on the same day.
        shared.birth_date = is_exact && !old.facts.is_founding;
        let bits = if is_exact {
            (bits + SAME_BIRTH_DAY_BITS).min(MAX_BIRTH_DAY_BITS)
        } else {
            (bits * VAGUE_BIRTH_DATE_SHARE).min(MAX_VAGUE_BIRTH_DATE_BITS)
        };
        weight.support(bits, Evidence::SameBirthDate(date.clone()));
    } else if any_agree(before, after) {
        weight.support(COMPATIBLE_BIRTH_DATE_BITS, Evidence::CompatibleBirthDates);
    } else {
        let is_corrected = old.facts.share_a_lifelong_number(&new.facts);
        weight.is_contradicted |= !is_corrected;
        weight.oppose(
            if is_corrected { CORRECTED_FACT_BITS } else { OTHER_BIRTH_DATE_BITS },
            Evidence::DifferentBirthDates(before.clone(), after.clone()),
        );
    }
}

pub fn weigh_remarks(weight: &mut PairWeight, ProfilePair { old, new, rarity }: ProfilePair<'_>) {
    let rarity_bits = |remark: &str| rarity.bits(FeatureKind::Remark, remark);
    let shared: Vec<&String> =
        old.facts.remarks.iter().filter(|remark| new.facts.remarks.contains(remark)).collect();
    let bits: f64 =
        shared.iter().map(|remark| (rarity_bits(remark) * REMARK_SHARE).min(MAX_REMARK_BITS)).sum();
    let rarest = shared.iter().max_by(|a, b| rarity_bits(a).total_cmp(&rarity_bits(b)));
    if let Some(remark) = rarest {
        weight.support(bits.min(MAX_REMARKS_BITS), Evidence::SharedRemark((*remark).clone()));
    }
}
