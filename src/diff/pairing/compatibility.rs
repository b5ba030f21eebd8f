//! Whether two rows with one name can be one entry, and how sure that is.

use crate::diff::list::editorial::without_typography;
use crate::diff::pairing::evidence::{Evidence, in_words};
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::weights::DOUBTFUL_NAME_SCORE;
use crate::domain::pages::{are_filled_down, share_a_rule};
use crate::domain::{Citation, Entry, ListCode, Match};

/// Whether `entity_number` is the publisher's stable number of an entry on this list. The numbers
/// of OFAC's lists are.
pub fn has_stable_number(list: ListCode) -> bool {
    matches!(
        list,
        ListCode::SDN
            | ListCode::SSI
            | ListCode::CMIC
            | ListCode::CAP
            | ListCode::MBS
            | ListCode::PLC
            | ListCode::FSE
    )
}

/// Whether nothing excludes that two rows of one name are one entry.
pub fn can_be_one_entry(old: &Entry, new: &Entry) -> bool {
    can_be_one_party(old, new) && !is_new_listing_elsewhere(old, new)
}

/// Whether two rows have the same publisher's number, type and form, as far as they have any.
pub fn can_be_one_party(old: &Entry, new: &Entry) -> bool {
    let differ = |key: &str| match (old.other.get(key), new.other.get(key)) {
        (Some(one), Some(other)) => without_typography(one) != without_typography(other),
        _ => false,
    };
    let is_another_number = has_stable_number(old.list) && differ("entity_number");
    old.form == new.form && !is_another_number && !differ("type")
}

/// Whether an old row and a part of it cite a common rule, as far as both cite any.
///
/// An addition has only new citations. The page may differ, and so may a volume that a spreadsheet
/// counted up.
pub fn shares_citation(old: &Entry, part: &Entry) -> bool {
    let (old, part) = (&old.citations, &part.citations);
    old.is_empty() || part.is_empty() || share_a_rule(old, part) || are_filled_down(old, part)
}

/// Whether the new row cites no rule of the old row. An addition does so, and an amended entry
/// keeps its first citation.
fn has_only_new_citations(old: &Entry, new: &Entry) -> bool {
    let has_page = |entry: &Entry| {
        entry.citations.iter().any(|citation| matches!(citation, Citation::Page { .. }))
    };
    has_page(old) && has_page(new) && !shares_citation(old, new)
}

/// Whether the new row has only new citations and is at another place: a new listing of the name.
fn is_new_listing_elsewhere(old: &Entry, new: &Entry) -> bool {
    let differ = |one: &[String], other: &[String]| {
        !one.is_empty()
            && !other.is_empty()
            && !one
                .iter()
                .any(|text| other.iter().any(|o| without_typography(o) == without_typography(text)))
    };
    has_only_new_citations(old, new)
        && (differ(&old.countries, &new.countries) || differ(&old.addresses, &new.addresses))
}

/// The match of two rows with one name: certain, unless a fact or the citations contradict it.
///
/// A contradiction may mean that the fact or citation was corrected, or that the rows are two
/// parties or two listings. Such a match is shown as a revision with the severity of an addition.
pub fn match_by_name(old: &Entry, new: &Entry, mut evidence: Vec<Evidence>) -> Match {
    let mut against = Facts::of(old).contradictions(&Facts::of(new));
    if has_only_new_citations(old, new) {
        against.push(Evidence::NoOldCitationLeft);
    }
    if against.is_empty() {
        return Match::certain(in_words(&evidence));
    }
    evidence.append(&mut against);
    Match::doubtful(DOUBTFUL_NAME_SCORE, in_words(&evidence))
}
