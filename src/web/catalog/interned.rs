//! Each text once, with a number. Thousands of rows share few sources, countries and addresses.

use rustc_hash::FxHashMap;

/// The texts, by number.
#[derive(Debug, Default)]
pub struct Interned {
    /// All texts, one after another.
    all: String,
    /// Where each text ends.
    ends: Vec<u32>,
    numbers: FxHashMap<Box<str>, u32>,
}

impl Interned {
    /// The number of a text, a new one if it is new.
    pub fn add(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a text that was added, also after [`Interned::seal`].
    pub fn number(&self, text: &str) -> Option<u32> {
        if !self.numbers.is_empty() {
            return self.numbers.get(text).copied();
        }
        let at = self.iter().position(|known| known == text)?;
        u32::try_from(at).ok()
    }

    pub fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(number).copied().unwrap_or_default();
        self.all.get(start.unwrap_or_default() as usize..end as usize).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|number| self.text(u32::try_from(number).unwrap_or(u32::MAX)))
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Frees what only adding needs.
    pub fn seal(&mut self) {
        self.numbers = FxHashMap::default();
        self.all.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_is_found_by_it() {
        let mut texts = Interned::default();
        let numbers = ["", "CN", "RU", "CN", ""].map(|text| texts.add(text));
        assert_eq!(numbers, [0, 1, 2, 1, 0]);
        assert_eq!(texts.number("RU"), Some(2));
        texts.seal();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["", "CN", "RU"]);
        assert_eq!((texts.number("RU"), texts.number("XX")), (Some(2), None));
    }
}
