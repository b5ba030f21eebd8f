//! Choices that look random and are the same in each run.

use xxhash_rust::xxh3::xxh3_64;

/// Weyl increment of the generator: 2^64 divided by the golden ratio, made odd (Steele, Lea and
/// Flood, *Fast splittable pseudorandom number generators*, 2014).
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// A source of choices that depends on a text alone.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn of(text: &str) -> Self {
        Self(xxh3_64(text.as_bytes()))
    }

    /// A number below `count`. 0 for a count of 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(INCREMENT);
        let hash = xxh3_64(&self.0.to_le_bytes());
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(hash % count).unwrap_or_default()
    }

    /// One of the items. `None` if there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_give_equal_choices_and_all_items_are_chosen() {
        let rolled = |text: &str| {
            let mut dice = Dice::of(text);
            (0..200).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(rolled("a"), rolled("a"));
        assert_ne!(rolled("a"), rolled("b"));
        for face in 0..6 {
            assert!(rolled("a").contains(&face), "{face}");
        }
        assert_eq!(Dice::of("").pick::<u8>(&[]), None);
    }
}
