//! Weighs the evidence that an old row and a new row are one entry.
//!
//! Knows two rows and how rare their features are. Decides nothing: `selection` does.

pub mod address_evidence;
pub mod citation_evidence;
pub mod fact_evidence;
pub mod name_evidence;
pub mod pair_weight;
pub mod type_evidence;

use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::name::Name;
use crate::diff::pairing::name_similarity::{NameSimilarity, edits_within};
use crate::diff::pairing::weighing::pair_weight::{
    CitationOverlap, PairWeight, ProfilePair, SharedFacts,
};
use crate::diff::pairing::weights::{MAX_SISTER_BITS, MAX_SPELLING_EDITS, MIN_SISTER_WORDS};

/// Weighs an old row against a new one.
pub fn weigh(rows: ProfilePair<'_>) -> PairWeight {
    let (mut weight, mut shared) = (PairWeight::default(), SharedFacts::default());
    let (old_name, new_name) = name_evidence::closest_cuts(rows.old, rows.new);
    let names = name_evidence::weigh(&mut weight, &mut shared, rows, (old_name, new_name));
    citation_evidence::weigh(&mut weight, &mut shared, rows);
    address_evidence::weigh(&mut weight, &mut shared, rows);
    fact_evidence::weigh_numbers(&mut weight, &mut shared, rows);
    fact_evidence::weigh_birth_dates(&mut weight, &mut shared, rows);
    fact_evidence::weigh_remarks(&mut weight, rows);
    fact_evidence::weigh_registers(&mut weight, rows);
    type_evidence::weigh(&mut weight, rows);
    let change = NameChange::between(rows, names, (old_name, new_name));
    weigh_name_change(&mut weight, shared, names, change);
    weight
}

/// How the name of a pair changed.
#[derive(Clone, Copy, Debug)]
struct NameChange {
    /// Not another spelling, and not another script.
    is_beyond_spelling: bool,
    /// Another name, and not one that was cut.
    is_other_name: bool,
    /// Each name has a rare word that the other lacks.
    each_has_own_words: bool,
}

impl NameChange {
    fn between(rows: ProfilePair<'_>, names: NameSimilarity, (old, new): (&Name, &Name)) -> Self {
        let is_cut = old.compact.starts_with(&new.compact) || new.compact.starts_with(&old.compact);
        let is_same_script =
            rows.old.entry.name.chars().all(is_latin) == rows.new.entry.name.chars().all(is_latin);
        let each_has_own_words = names.own_words.0 > 0 && names.own_words.1 > 0;
        let is_dissimilar = names.bits() <= 0.0 && names.own_words != (0, 0);
        Self {
            is_beyond_spelling: is_same_script
                && edits_within(MAX_SPELLING_EDITS, old, new).is_none(),
            is_other_name: !is_cut && (each_has_own_words || is_dissimilar),
            each_has_own_words,
        }
    }
}

/// Weighs a change of the name that nothing explains: no rule ordered it, or the new name belongs
/// to a sister party.
fn weigh_name_change(
    weight: &mut PairWeight,
    shared: SharedFacts,
    names: NameSimilarity,
    change: NameChange,
) {
    let has_own_fact = shared.alias || shared.number || shared.birth_date;
    if shared.citations == CitationOverlap::None && names.bits() <= 0.0 && !has_own_fact {
        weight.is_unrelated = true;
    }
    if shared.citations == CitationOverlap::All
        && !has_own_fact
        && (change.is_other_name || shared.address == Some(false))
        && change.is_beyond_spelling
    {
        weight.is_contradicted = true;
        weight.evidence.push(Evidence::NoRuleForNewName);
    }
    let is_like_sister = change.each_has_own_words
        || names.own_words.0 >= MIN_SISTER_WORDS
        || names.own_words.1 >= MIN_SISTER_WORDS;
    let is_at_same_address = shared.address == Some(true) && !change.each_has_own_words;
    let has_shared_rule = matches!(shared.citations, CitationOverlap::Some | CitationOverlap::All);
    if is_like_sister && !has_own_fact && !is_at_same_address && !has_shared_rule {
        weight.for_bits = weight.for_bits.min(weight.against_bits + MAX_SISTER_BITS);
        weight.evidence.push(Evidence::RareWordsOfOneName);
    }
}

/// Whether a character belongs to the Latin script or to no script.
fn is_latin(character: char) -> bool {
    !character.is_alphabetic()
        || character < '\u{250}'
        || ('\u{1e00}'..'\u{1f00}').contains(&character)
}
