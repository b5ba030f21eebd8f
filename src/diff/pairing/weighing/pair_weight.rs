//! The weight of the evidence on one pair of rows, and the values that all evidence shares.

use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::weights::NEGLIGIBLE_BITS;

/// An old row and a new row, and the list that says how rare their features are.
#[derive(Clone, Copy)]
pub struct ProfilePair<'p> {
    pub old: &'p Profile<'p>,
    pub new: &'p Profile<'p>,
    pub rarity: &'p Rarity,
}

/// The evidence on one pair of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairWeight {
    /// Bits for one entry.
    pub for_bits: f64,
    /// Bits for two entries.
    pub against_bits: f64,
    /// A fact that an entry keeps for life differs: the two rows are possibly one entry at most.
    pub is_contradicted: bool,
    /// Different names under different rules, and no fact of the party is shared: the two rows are
    /// not even possibly one entry.
    pub is_unrelated: bool,
    /// Both for and against, in the order in which readers see it.
    pub evidence: Vec<Evidence>,
}

impl PairWeight {
    /// Bits for one entry minus bits for two.
    pub fn net(&self) -> f64 {
        self.for_bits - self.against_bits
    }

    /// Adds evidence for one entry, unless its weight is negligible.
    pub fn support(&mut self, bits: f64, evidence: Evidence) {
        if bits > NEGLIGIBLE_BITS {
            self.for_bits += bits;
            self.evidence.push(evidence);
        }
    }

    /// Adds evidence for two entries.
    pub fn oppose(&mut self, bits: f64, evidence: Evidence) {
        self.against_bits += bits;
        self.evidence.push(evidence);
    }
}

/// What two rows share besides similar names.
#[derive(Clone, Copy, Debug, Default)]
pub struct SharedFacts {
    /// An alias of both, or an alias of one that is the name of the other.
    pub alias: bool,
    pub citations: CitationOverlap,
    /// Whether any address is shared or similar. `None` where a row has no address.
    pub address: Option<bool>,
    /// A number that does not belong to a whole group of companies.
    pub number: bool,
    /// A full date of birth.
    pub birth_date: bool,
}

/// Which rules the citations of two rows share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum CitationOverlap {
    #[default]
    Unknown,
    /// Both rows cite pages, and no rule is shared.
    None,
    Some,
    /// All rules are shared: no rule has changed the entry.
    All,
}
