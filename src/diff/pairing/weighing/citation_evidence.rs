//! Weighs the citations of two rows. A rule counts, not its page.
//!
//! An amended entry keeps its citations and gains one. An addition has only new citations.

use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::feature::FeatureKind;
use crate::diff::pairing::weighing::pair_weight::{
    CitationOverlap, PairWeight, ProfilePair, SharedFacts,
};
use crate::diff::pairing::weights::{
    CITATION_SHARE, FIRST_CITATION_LOST_BITS, LATER_CITATION_LOST_BITS, MAX_CITATION_BITS,
    NO_COMMON_CITATION_BITS, NO_COMMON_RULE_BITS, OTHER_START_DATE_BITS, OTHER_VOLUME_BITS,
    SAME_CITATIONS_BITS, SAME_RULES_BITS,
};
use crate::domain::pages::{Kept, are_filled_down};
use crate::domain::{Citation, Entry, ListCode};

/// Weighs the citations, or the start dates where a row cites nothing.
pub fn weigh(
    weight: &mut PairWeight,
    shared: &mut SharedFacts,
    ProfilePair { old, new, rarity }: ProfilePair<'_>,
) {
    let (before, after) = (&old.entry.citations, &new.entry.citations);
    if before.is_empty() || after.is_empty() {
        weigh_start_dates(weight, old.entry, new.entry);
        return;
    }
    let kept = Kept::of(before, after);
    if kept.rules() == 0 {
        shared.citations = weigh_no_common_rule(weight, before, after);
        return;
    }
    let is_unchanged = kept.lost.is_empty() && kept.gained.is_empty();
    shared.citations = if is_unchanged { CitationOverlap::All } else { CitationOverlap::Some };
    let bits = |citation: &Citation| rarity.bits(FeatureKind::Citation, &citation.to_string());
    let same = kept.same.iter().map(|citation| bits(citation));
    // Many rows cite the first page of a rule, and few cite the page of one entry. A rule is as
    // common as the more common page.
    let moved = kept.moved.iter().map(|(was, is)| bits(was).min(bits(is)));
    let rarest = same.chain(moved).fold(0.0, f64::max);
    let citation_bits = (rarest * CITATION_SHARE).min(MAX_CITATION_BITS);
    match kept.in_words() {
        Some(words) => {
            let is_on_same_pages = kept.moved.is_empty();
            let base = if is_on_same_pages { SAME_CITATIONS_BITS } else { SAME_RULES_BITS };
            weight.support(base + citation_bits, Evidence::OldRulesStillCited(words));
        }
        None => {
            weight.support(citation_bits, Evidence::SharedCitations);
            let is_first_kept = before.first().is_some_and(|first| !kept.lost.contains(&first));
            let bits =
                if is_first_kept { LATER_CITATION_LOST_BITS } else { FIRST_CITATION_LOST_BITS };
            weight.oppose(bits, Evidence::OldCitationMissing);
        }
    }
}

fn weigh_no_common_rule(
    weight: &mut PairWeight,
    before: &[Citation],
    after: &[Citation],
) -> CitationOverlap {
    if are_filled_down(before, after) {
        weight.oppose(OTHER_VOLUME_BITS, Evidence::SamePageOfAnotherVolume);
        return CitationOverlap::Unknown;
    }
    let are_all_pages =
        before.iter().chain(after).all(|citation| matches!(citation, Citation::Page { .. }));
    if are_all_pages {
        weight.is_contradicted = true;
        weight.oppose(NO_COMMON_RULE_BITS, Evidence::NoOldCitationLeft);
        CitationOverlap::None
    } else {
        weight.oppose(NO_COMMON_CITATION_BITS, Evidence::NoOldCitationLeft);
        CitationOverlap::Unknown
    }
}

/// An amended row keeps the date from which its entry is listed. On a list whose rows cite rules,
/// another date means another listing.
fn weigh_start_dates(weight: &mut PairWeight, old: &Entry, new: &Entry) {
    let (Some(before), Some(after)) = (&old.start_date, &new.start_date) else { return };
    let cites_rules = matches!(old.list, ListCode::EL | ListCode::MEU | ListCode::UVL);
    if cites_rules && before != after {
        weight.is_contradicted = true;
        weight.oppose(
            OTHER_START_DATE_BITS,
            Evidence::DifferentStartDates(before.clone(), after.clone()),
        );
    }
}
