//! Counts in how many rows of a list each wanted feature occurs.
//!
//! Counts only the features that pairing needs, so that a long list with few changes costs little.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use crate::diff::pairing::facts::{Facts, without_alternative};
use crate::diff::pairing::feature::{Feature, FeatureKind};
use crate::diff::pairing::letter_hash::LetterHash;
use crate::diff::pairing::name::{each_word, spelled, words_of};
use crate::domain::Entry;

/// The counts of the wanted features, while rows are counted.
#[derive(Clone, Debug, Default)]
pub struct FeatureCounter {
    rows: u32,
    /// One map for each kind, so that a lookup does not allocate a key.
    counts: [HashMap<String, Count, FxBuildHasher>; FeatureKind::COUNT],
    /// Letter hashes of the wanted remarks and of the values of the wanted numbers. A segment of
    /// remarks without any of them is not read.
    remarks: HashSet<u64, FxBuildHasher>,
    values: HashSet<u64, FxBuildHasher>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    rows: u32,
    /// The number of the latest row with the feature, from 1.
    latest_row: u32,
}

impl FeatureCounter {
    pub fn of_wanted<'a>(wanted: impl IntoIterator<Item = &'a Feature>) -> Self {
        let mut counter = Self::default();
        for (kind, text) in wanted {
            if let Some(counts) = counter.counts.get_mut(*kind as usize)
                && !counts.contains_key(text)
            {
                counts.insert(text.clone(), Count::default());
                match kind {
                    FeatureKind::Remark => {
                        counter.remarks.insert(LetterHash::of(text));
                    }
                    FeatureKind::Number => {
                        let value = text.rsplit(' ').next().unwrap_or(text);
                        counter.values.insert(LetterHash::of(value));
                    }
                    _ => {}
                }
            }
        }
        counter
    }

    /// A counter of the same features that has counted no row. It can count on another thread and
    /// is then [added](Self::add).
    pub fn empty_copy(&self) -> Self {
        let mut copy = self.clone();
        copy.rows = 0;
        copy.counts
            .iter_mut()
            .flat_map(HashMap::values_mut)
            .for_each(|count| *count = Count::default());
        copy
    }

    /// Adds the rows that an [`empty_copy`](Self::empty_copy) counted.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        for (counts, others) in self.counts.iter_mut().zip(&other.counts) {
            for (text, count) in others {
                if let Some(ours) = counts.get_mut(text) {
                    ours.rows += count.rows;
                }
            }
        }
    }

    /// Counts a row by its features.
    pub fn count(&mut self, features: &[Feature]) {
        self.rows += 1;
        for (kind, text) in features {
            self.count_feature(*kind, text);
        }
    }

    /// Counts a row as [`Profile::of`](crate::diff::pairing::profile::Profile::of) reads it, but
    /// without building a profile.
    pub fn count_entry(&mut self, entry: &Entry) {
        self.rows += 1;
        let facts = Facts::of_segments(entry, |segment| self.may_hold_wanted(segment));
        for name in [&entry.name].into_iter().chain(&entry.aliases).chain(&facts.aliases) {
            each_word(name, |word| {
                self.count_feature(FeatureKind::Word, word);
            });
        }
        for address in &entry.addresses {
            self.count_address(address);
        }
        let citations = self.counts.get(FeatureKind::Citation as usize);
        if citations.is_some_and(|counts| !counts.is_empty()) {
            for citation in &entry.citations {
                self.count_feature(FeatureKind::Citation, &citation.to_string());
            }
        }
        for number in &facts.numbers {
            self.count_feature(FeatureKind::Number, &number.in_words());
        }
        for date in &facts.birth_dates {
            self.count_feature(FeatureKind::Date, date);
        }
        for remark in &facts.remarks {
            self.count_feature(FeatureKind::Remark, remark);
        }
    }

    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// In how many rows a wanted feature occurs.
    pub fn rows_with(&self, kind: FeatureKind, text: &str) -> Option<u32> {
        let count = self.counts.get(kind as usize).and_then(|counts| counts.get(text));
        count.map(|count| count.rows)
    }

    /// Counts a feature of the current row once. Returns whether the feature is wanted.
    fn count_feature(&mut self, kind: FeatureKind, text: &str) -> bool {
        let row = self.rows;
        let count = self.counts.get_mut(kind as usize).and_then(|counts| counts.get_mut(text));
        let is_wanted = count.is_some();
        if let Some(count) = count.filter(|count| count.latest_row != row) {
            count.latest_row = row;
            count.rows += 1;
        }
        is_wanted
    }

    fn count_address(&mut self, address: &str) {
        let address = spelled(address);
        // One word, such as a country code, is no address.
        let mut words = words_of(&address);
        let first = words.next();
        if words.all(|word| Some(word) == first) {
            return;
        }
        let mut are_all_wanted = true;
        for word in words_of(&address) {
            are_all_wanted &= self.count_feature(FeatureKind::AddressWord, word);
        }
        // The words of a wanted address are all wanted themselves.
        if are_all_wanted {
            let mut words: Vec<&str> = words_of(&address).collect();
            words.sort_unstable();
            words.dedup();
            self.count_feature(FeatureKind::Address, &words.join(" "));
        }
    }

    /// Whether a segment may hold a wanted remark or number. May be wrong only by saying yes.
    fn may_hold_wanted(&self, segment: &str) -> bool {
        if self.remarks.is_empty() && self.values.is_empty() {
            return false;
        }
        let segment = without_alternative(segment);
        if !segment.is_ascii() {
            return true;
        }
        let (mut segment_hash, mut token_hash) = (LetterHash::default(), LetterHash::default());
        for byte in segment.bytes() {
            if matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xb | 0xc) {
                if self.values.contains(&token_hash.value()) {
                    return true;
                }
                token_hash = LetterHash::default();
            } else {
                segment_hash.push(byte);
                token_hash.push(byte);
            }
        }
        self.values.contains(&token_hash.value()) || self.remarks.contains(&segment_hash.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::pairing::profile::Profile;
    use crate::diff::pairing::rarity::Rarity;
    use crate::domain::{Citation, ListCode};

    #[test]
    fn a_list_counts_the_same_in_parts() {
        let rows = ["Alder Works", "Birch Works", "Cedar Works Works"]
            .map(|name| Entry::named(ListCode::EL, name));
        let wanted = [
            (FeatureKind::Word, "works".to_owned()),
            (FeatureKind::Word, "birch".to_owned()),
            (FeatureKind::Word, "oak".to_owned()),
        ];
        let mut all = FeatureCounter::of_wanted(&wanted);
        rows.iter().for_each(|row| all.count_entry(row));
        let mut one = FeatureCounter::of_wanted(&wanted);
        one.count_entry(&rows[0]);
        let mut other = one.empty_copy();
        rows[1..].iter().for_each(|row| other.count_entry(row));
        one.add(&other);
        let (one, all) = (Rarity::of(one), Rarity::of(all));
        for (kind, text) in &wanted {
            assert!((one.bits(*kind, text) - all.bits(*kind, text)).abs() < 1e-12, "{text}");
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
        entry.other.insert("ids", "Passport, U001234, TR; Website, www.alder.example");
        entry.other.insert("title", "Head of Works; Minister");
        entry.other.insert("dates_of_birth", "1971-03-12; circa 1970");
        let profile = Profile::of(&entry);
        let mut counter = FeatureCounter::of_wanted(&profile.features);
        counter.count_entry(&entry);
        counter.count_entry(&Entry::named(ListCode::SDN, "Quay"));
        assert!(profile.features.len() > 25, "{:?}", profile.features);
        for (kind, text) in &profile.features {
            let count = counter.counts[*kind as usize][text];
            assert_eq!((count.rows, count.latest_row), (1, 1), "{kind:?} {text}");
        }
    }
}
