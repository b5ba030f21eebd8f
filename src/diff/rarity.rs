//! How much a shared word or citation says: the rarer in the lists at hand, the more.

use std::collections::HashMap;

use super::profile::{Feature, Kind};

/// Counts in how many rows of a list each feature stands.
#[derive(Debug, Default)]
pub struct Rarity {
    rows: usize,
    /// One map for each kind, so that a word is looked up without making a key of it.
    counts: [HashMap<String, u32>; Kind::COUNT],
}

impl Rarity {
    /// Counts only what will be asked for, so that a long list with few changes costs little.
    pub fn of_wanted<'a>(wanted: impl IntoIterator<Item = &'a Feature>) -> Self {
        let mut rarity = Self::default();
        for (kind, text) in wanted {
            if let Some(counts) = rarity.counts.get_mut(*kind as usize)
                && !counts.contains_key(text)
            {
                counts.insert(text.clone(), 0);
            }
        }
        rarity
    }

    /// Counts a row by its features, each of which is given once.
    pub fn count(&mut self, features: &[Feature]) {
        self.rows += 1;
        for (kind, text) in features {
            if let Some(count) = self.counts.get_mut(*kind as usize).and_then(|counts| counts.get_mut(text)) {
                *count += 1;
            }
        }
    }

    /// The weight of sharing the feature, in bits: 0 for what every row has.
    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    pub fn bits(&self, kind: Kind, text: &str) -> f64 {
        let count = self.counts.get(kind as usize).and_then(|counts| counts.get(text)).copied().unwrap_or(1).max(1);
        // In a short list nothing is common; what is not seen there is taken to be as rare as in a list of some hundreds.
        ((self.rows + BACKGROUND_ROWS) as f64 / (f64::from(count) + 0.5)).log2().max(0.0)
    }
}

const BACKGROUND_ROWS: usize = 500;
