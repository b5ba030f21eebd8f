//! How much a shared word or citation says: the rarer in the lists at hand, the more.

use std::collections::{HashMap, HashSet};

use crate::diff::pairing::fast_hash::MixerState;
use crate::diff::pairing::identifiers::Facts;
use crate::diff::pairing::name::{each_word, spelled, words_of};
use crate::diff::pairing::profile::{Feature, Kind};
use crate::domain::Entry;

/// Counts in how many rows of a list each feature stands.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    rows: u32,
    /// One map for each kind, so that a word is looked up without making a key of it.
    counts: [HashMap<String, Count, MixerState>; Kind::COUNT],
    /// What a segment of remarks has to hold to be worth reading: the letters and digits of a
    /// phrase, or the value of a number.
    phrases: HashSet<u64, MixerState>,
    values: HashSet<u64, MixerState>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    rows: u32,
    /// The number of the row that it was last seen in, from 1.
    last: u32,
}

impl Rarity {
    /// Counts only what will be asked for, so that a long list with few changes costs little.
    pub fn of_wanted<'a>(wanted: impl IntoIterator<Item = &'a Feature>) -> Self {
        let mut rarity = Self::default();
        for (kind, text) in wanted {
            if let Some(counts) = rarity.counts.get_mut(*kind as usize)
                && !counts.contains_key(text)
            {
                counts.insert(text.clone(), Count::default());
                match kind {
                    Kind::Phrase => {
                        rarity.phrases.insert(letters_of(text));
                    }
                    Kind::Number => {
                        rarity.values.insert(letters_of(text.rsplit(' ').next().unwrap_or(text)));
                    }
                    _ => {}
                }
            }
        }
        rarity
    }

    /// One that counts the same and has counted nothing yet.
    pub fn beside(&self) -> Self {
        let mut beside = self.clone();
        beside.rows = 0;
        beside
            .counts
            .iter_mut()
            .flat_map(HashMap::values_mut)
            .for_each(|count| *count = Count::default());
        beside
    }

    /// Takes over what another has counted [`beside`](Self::beside) this one.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        for (counts, others) in self.counts.iter_mut().zip(&other.counts) {
            for (text, count) in others {
                if let Some(mine) = counts.get_mut(text) {
                    mine.rows += count.rows;
                }
            }
        }
    }

    /// Counts a row by its features.
    pub fn count(&mut self, features: &[Feature]) {
        self.rows += 1;
        for (kind, text) in features {
            self.meet(*kind, text);
        }
    }

    /// Counts a row as [`Profile::of`](crate::diff::pairing::profile::Profile::of) would read it, without making a
    /// profile of it.
    pub fn count_entry(&mut self, entry: &Entry) {
        self.rows += 1;
        let facts = Facts::of_segments(entry, |segment| self.may_be_wanted(segment));
        for name in [&entry.name].into_iter().chain(&entry.aliases).chain(&facts.aliases) {
            each_word(name, |word| {
                self.meet(Kind::Word, word);
            });
        }
        for address in &entry.addresses {
            self.count_address(address);
        }
        if self.counts.get(Kind::Citation as usize).is_some_and(|counts| !counts.is_empty()) {
            for citation in &entry.citations {
                self.meet(Kind::Citation, &citation.to_string());
            }
        }
        for number in &facts.numbers {
            self.meet(Kind::Number, &number.in_words());
        }
        for (kind, texts) in [(Kind::Date, &facts.birth_dates), (Kind::Phrase, &facts.phrases)] {
            for text in texts {
                self.meet(kind, text);
            }
        }
    }

    /// The weight of sharing the feature, in bits: 0 for what every row has.
    pub fn bits(&self, kind: Kind, text: &str) -> f64 {
        let count = self
            .counts
            .get(kind as usize)
            .and_then(|counts| counts.get(text))
            .map_or(1, |count| count.rows.max(1));
        // In a short list nothing is common; what is not seen there is taken to be as rare as in a
        // list of some hundreds.
        (f64::from(self.rows + BACKGROUND_ROWS) / (f64::from(count) + 0.5)).log2().max(0.0)
    }

    /// Counts a feature of the row at hand once; whether it is asked for.
    fn meet(&mut self, kind: Kind, text: &str) -> bool {
        let row = self.rows;
        let count = self.counts.get_mut(kind as usize).and_then(|counts| counts.get_mut(text));
        let is_asked = count.is_some();
        if let Some(count) = count.filter(|count| count.last != row) {
            count.last = row;
            count.rows += 1;
        }
        is_asked
    }

    fn count_address(&mut self, address: &str) {
        let address = spelled(address);
        // One word, a country's code, is no address.
        let mut words = words_of(&address);
        let first = words.next();
        if words.all(|word| Some(word) == first) {
            return;
        }
        let mut is_whole = true;
        for word in words_of(&address) {
            is_whole &= self.meet(Kind::Place, word);
        }
        // Each word of an address that is asked for is asked for itself.
        if is_whole {
            let mut words: Vec<&str> = words_of(&address).collect();
            words.sort_unstable();
            words.dedup();
            self.meet(Kind::Address, &words.join(" "));
        }
    }

    fn may_be_wanted(&self, segment: &str) -> bool {
        if self.phrases.is_empty() && self.values.is_empty() {
            return false;
        }
        // The word is no part of what is read.
        let segment = segment
            .get(..5)
            .filter(|start| start.eq_ignore_ascii_case("alt. "))
            .and_then(|_| segment.get(5..))
            .unwrap_or(segment);
        if !segment.is_ascii() {
            return true;
        }
        let (mut whole, mut token) = (Letters::default(), Letters::default());
        for byte in segment.bytes() {
            if matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xb | 0xc) {
                if self.values.contains(&token.0) {
                    return true;
                }
                token = Letters::default();
            } else {
                whole.push(byte);
                token.push(byte);
            }
        }
        self.values.contains(&token.0) || self.phrases.contains(&whole.0)
    }
}

/// A hash of the ASCII letters and digits of a text, whatever stands between them.
#[derive(Default)]
struct Letters(u64);

impl Letters {
    fn push(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric() {
            self.0 = (self.0 ^ u64::from(byte.to_ascii_lowercase()))
                .wrapping_mul(0x0100_0000_01b3)
                .rotate_left(7);
        }
    }
}

fn letters_of(text: &str) -> u64 {
    let mut letters = Letters::default();
    text.bytes().for_each(|byte| letters.push(byte));
    letters.0
}

const BACKGROUND_ROWS: u32 = 500;

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::*;
    use crate::domain::{Citation, ListCode};

    #[test]
    fn a_list_counts_the_same_in_parts() {
        let rows = ["Alder Works", "Birch Works", "Cedar Works Works"]
            .map(|name| Entry::named(ListCode::EL, name));
        let wanted = [
            (Kind::Word, "works".to_owned()),
            (Kind::Word, "birch".to_owned()),
            (Kind::Word, "oak".to_owned()),
        ];
        let mut whole = Rarity::of_wanted(&wanted);
        rows.iter().for_each(|row| whole.count_entry(row));
        let mut one = Rarity::of_wanted(&wanted);
        one.count_entry(&rows[0]);
        let mut other = one.beside();
        rows[1..].iter().for_each(|row| other.count_entry(row));
        one.add(&other);
        for (kind, text) in &wanted {
            assert!((one.bits(*kind, text) - whole.bits(*kind, text)).abs() < 1e-12, "{text}");
        }
    }

    #[test]
    fn a_row_counts_the_same_with_and_without_a_profile() {
        let mut entry = Entry::named(ListCode::SDN, "Xi’an P.J.S. Works Works");
        entry.aliases = vec!["华为".into(), "The Works".into()];
        entry.addresses =
            vec!["5 Dock Road, Road 5, CN".into(), "CN".into(), "Ulica Ленина 1, RU".into()];
        entry.citations = vec![Citation::page(80, 1), Citation::page(81, 2)];
        entry.remarks = "DOB 12 Mar 1971; alt. DOB 1972; alt. Passport A484824 (Egypt) issued 18 \
                         Jan 1984; a.k.a. 'TARIQ'; (Linked To: ALDER WORKS); alt. POB Riyadh, \
                         Saudi Arabia; IMO 7406784; Größe 5."
            .into();
        entry
            .other
            .insert("ids".into(), "Passport, U001234, TR; Website, www.alder.example".into());
        entry.other.insert("title".into(), "Head of Works; Minister".into());
        entry.other.insert("dates_of_birth".into(), "1971-03-12; circa 1970".into());
        let profile = Profile::of(&entry);
        let mut rarity = Rarity::of_wanted(&profile.features);
        rarity.count_entry(&entry);
        rarity.count_entry(&Entry::named(ListCode::SDN, "Quay"));
        assert!(profile.features.len() > 25, "{:?}", profile.features);
        for (kind, text) in &profile.features {
            let count = rarity.counts[*kind as usize][text];
            assert_eq!((count.rows, count.last), (1, 1), "{kind:?} {text}");
        }
    }
}
