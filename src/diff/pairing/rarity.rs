//! How much a shared feature says: the rarer it is in the list, the more.

use crate::diff::pairing::feature::FeatureKind;
use crate::diff::pairing::feature_counter::FeatureCounter;
use crate::diff::pairing::weights::{BACKGROUND_COUNT, BACKGROUND_ROWS};

/// The counts of a list whose rows are all counted.
#[derive(Debug, Default)]
pub struct Rarity(FeatureCounter);

impl Rarity {
    pub fn of(counter: FeatureCounter) -> Self {
        Self(counter)
    }

    /// The weight of sharing the feature, in bits: 0 for a feature of every row.
    pub fn bits(&self, kind: FeatureKind, text: &str) -> f64 {
        let count = self.0.rows_with(kind, text).map_or(1, |rows| rows.max(1));
        let rows = f64::from(self.0.rows() + BACKGROUND_ROWS);
        (rows / (f64::from(count) + BACKGROUND_COUNT)).log2().max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rarer_feature_weighs_more() {
        let wanted = [(FeatureKind::Word, "alder".to_owned()), (FeatureKind::Word, "works".into())];
        let mut counter = FeatureCounter::of_wanted(&wanted);
        counter.count(&wanted);
        (0..99).for_each(|_| counter.count(&wanted[1..]));
        let rarity = Rarity::of(counter);
        let bits = |text: &str| rarity.bits(FeatureKind::Word, text);
        assert!((bits("alder") - (600.0_f64 / 1.5).log2()).abs() < 1e-12, "{}", bits("alder"));
        assert!((bits("works") - (600.0_f64 / 100.5).log2()).abs() < 1e-12, "{}", bits("works"));
        assert!((bits("unknown") - bits("alder")).abs() < 1e-12);
    }
}
