//! Many short texts in one piece of memory.

use serde::{Deserialize, Serialize};

/// Texts by their place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    all: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }

    /// The text at a place. Empty if there is none.
    pub fn get(&self, place: usize) -> &str {
        let range = range(&self.ends, place);
        self.all.get(range).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// What belongs to a place, by the ends of all.
pub fn range(ends: &[u32], place: usize) -> std::ops::Range<usize> {
    let end = |place: usize| ends.get(place).map_or(0, |end| *end as usize);
    let start = place.checked_sub(1).map_or(0, end);
    start..end(place).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_place() {
        let mut texts = Texts::default();
        assert!(texts.is_empty());
        for text in ["alder", "", "birch"] {
            texts.push(text);
        }
        assert_eq!(texts.len(), 3);
        assert_eq!([0, 1, 2, 3].map(|place| texts.get(place)), ["alder", "", "birch", ""]);
        assert_eq!([range(&[2, 5], 0), range(&[2, 5], 1), range(&[2, 5], 2)], [0..2, 2..5, 5..5]);
    }
}
