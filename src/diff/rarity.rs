//! How much a shared word or citation says: the rarer in the lists at hand, the more.

use std::collections::HashMap;

/// Counts in how many rows of a list each feature stands.
#[derive(Debug, Default)]
pub struct Rarity {
    rows: usize,
    counts: HashMap<String, u32>,
}

impl Rarity {
    /// Counts only what will be asked for, so that a long list with few changes costs little.
    pub fn of_wanted(wanted: impl IntoIterator<Item = String>) -> Self {
        Self { rows: 0, counts: wanted.into_iter().map(|feature| (feature, 0)).collect() }
    }

    /// Counts a row. Features that it has twice count once if they come one after the other.
    pub fn count(&mut self, features: &[String]) {
        self.rows += 1;
        let mut last = None;
        for feature in features {
            if last != Some(feature)
                && let Some(count) = self.counts.get_mut(feature)
            {
                *count += 1;
            }
            last = Some(feature);
        }
    }

    /// The weight of sharing the feature, in bits: 0 for what every row has.
    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    pub fn bits(&self, feature: &str) -> f64 {
        let count = self.counts.get(feature).copied().unwrap_or(1).max(1);
        // In a short list nothing is common; what is not seen there is taken to be as rare as in a list of a thousand.
        ((self.rows + BACKGROUND_ROWS) as f64 / (f64::from(count) + 0.5)).log2().max(0.0)
    }
}

const BACKGROUND_ROWS: usize = 500;
