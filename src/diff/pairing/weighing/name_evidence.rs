//! Weighs the names and aliases of two rows.

use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::name::{Name, Numbers};
use crate::diff::pairing::name_similarity::{
    NameSimilarity, best_alias_similarity, edits_within, is_same_except_legal_form, word_bits,
};
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::weighing::pair_weight::{PairWeight, ProfilePair, SharedFacts};
use crate::diff::pairing::weights::{
    AMENDED_NUMBERS_BITS, CONTRARY_NUMBERS_BITS, FEW_EDITS, FEW_EDITS_BITS, LONG_NAME_LETTERS,
    MAX_ALIAS_BITS, SAME_NAME_RATIO,
};

/// The names of two rows. Where the end of a name in its cell is uncertain, the cut that makes it
/// the name of the other row, if there is one.
pub fn closest_cuts<'a>(old: &'a Profile<'_>, new: &'a Profile<'_>) -> (&'a Name, &'a Name) {
    let is_close = |one: &Name, other: &Name| {
        (one.compact.len() >= LONG_NAME_LETTERS / 2
            && edits_within(FEW_EDITS, one, other).is_some())
            || is_same_except_legal_form(one, other)
    };
    let (old_name, new_name) = (&old.name, &new.name);
    if (old.cuts.is_empty() && new.cuts.is_empty()) || is_close(old_name, new_name) {
        return (old_name, new_name);
    }
    let recut_new = new.cuts.iter().find(|cut| is_close(old_name, cut)).map(|cut| (old_name, cut));
    recut_new
        .or_else(|| old.cuts.iter().find(|cut| is_close(cut, new_name)).map(|cut| (cut, new_name)))
        .unwrap_or((old_name, new_name))
}

/// Weighs the names, and returns how similar they are.
pub fn weigh(
    weight: &mut PairWeight,
    shared: &mut SharedFacts,
    ProfilePair { old, new, rarity }: ProfilePair<'_>,
    (old_name, new_name): (&Name, &Name),
) -> NameSimilarity {
    let direct = NameSimilarity::of(old_name, new_name, rarity);
    let became_alias = best_alias_similarity(old_name, &new.aliases, rarity).bits();
    let was_alias = best_alias_similarity(new_name, &old.aliases, rarity).bits();
    let by_alias = became_alias.max(was_alias);

    if by_alias > direct.bits() && by_alias > 0.0 {
        shared.alias = true;
        let is_alias_now = became_alias >= was_alias;
        let evidence = if is_alias_now { Evidence::OldNameIsAlias } else { Evidence::NameWasAlias };
        weight.support(by_alias, evidence);
    } else if direct.bits() > 0.0 {
        let is_same = direct.ratio > SAME_NAME_RATIO;
        let evidence =
            if is_same { Evidence::SameNameExceptLegalForm } else { Evidence::SimilarNames };
        weight.support(direct.bits(), evidence);
    } else {
        weight.oppose(-direct.bits(), Evidence::DifferentNames);
    }
    if by_alias <= direct.bits() {
        weigh_numbers_in_names(weight, old_name, new_name);
    }
    weigh_shared_aliases(weight, shared, old, new, |word| word_bits(word, rarity));
    direct
}

fn weigh_numbers_in_names(weight: &mut PairWeight, old: &Name, new: &Name) {
    match old.numbers_against(new) {
        Numbers::Same => {
            if old.compact.len() >= LONG_NAME_LETTERS && edits_within(FEW_EDITS, old, new).is_some()
            {
                weight.support(FEW_EDITS_BITS, Evidence::FewLettersDiffer);
            }
        }
        Numbers::Amended => weight.oppose(AMENDED_NUMBERS_BITS, Evidence::NumbersInNamesDiffer),
        Numbers::Contradicting => {
            weight.is_contradicted = true;
            weight.oppose(
                CONTRARY_NUMBERS_BITS,
                Evidence::NumbersInNamesContradict(old.numbers.clone(), new.numbers.clone()),
            );
        }
    }
}

fn weigh_shared_aliases(
    weight: &mut PairWeight,
    shared: &mut SharedFacts,
    old: &Profile<'_>,
    new: &Profile<'_>,
    word_bits: impl Fn(&str) -> f64,
) {
    let bits: f64 = old
        .aliases
        .iter()
        .filter(|alias| new.aliases.iter().any(|other| other.words == alias.words))
        .map(|alias| {
            alias.words.iter().map(|word| word_bits(word)).sum::<f64>().min(MAX_ALIAS_BITS)
        })
        .sum();
    shared.alias |= bits > 0.0;
    weight.support(bits.min(MAX_ALIAS_BITS), Evidence::SharedAliases);
}
