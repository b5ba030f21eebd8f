//! Which counterparties are worth comparing with a few entries, such as those of one rule.
//!
//! Built once when a counterparty file is read. A rule of 41 entries is then compared with the
//! counterparties that share a word, an address or a spelling with one of them, not with the whole
//! file. The comparison itself is that of [`Screener`](crate::screen::Screener).

use std::hash::{BuildHasher, BuildHasherDefault};

use rustc_hash::FxHasher;

use crate::domain::Entry;
use crate::screen::addresses::address::Address;
use crate::screen::addresses::part::Part;
use crate::screen::index::vocabulary::deletions;
use crate::screen::names::rarity::{general, is_common};
use crate::screen::names::spelling::{consonants, skeleton};
use crate::screen::names::variants;
use crate::screen::names::word::{Kind, Name};
use crate::screen::party::Counterparty;

/// Words of fewer letters are looked up whole only.
const ERROR_FROM: usize = 4;
const CONSONANTS_FROM: usize = 3;
const BEGINNING: usize = 6;
/// The most words that another writer writes together.
const TOGETHER: usize = 4;
const INITIALS_FROM: usize = 3;
/// The most common words of a name that are looked up together.
const COMMON_WORDS: usize = 8;
/// Words of the first group of `common_words.txt` weigh this at most.
const MOST_COMMON: f32 = 1.0;

/// Keys of counterparties.
#[derive(Debug, Default)]
pub struct Reverse {
    /// Each key with the place of a counterparty that has it, sorted.
    keys: Vec<(u32, u32)>,
}

impl Reverse {
    pub fn of(parties: &[Counterparty]) -> Self {
        let mut keys: Vec<(u32, u32)> = Vec::new();
        for (place, party) in (0u32..).zip(parties) {
            let names = std::iter::once(&party.name).chain(&party.aliases);
            let mut own = keys_of(names, &party.addresses);
            own.sort_unstable();
            own.dedup();
            keys.extend(own.into_iter().map(|key| (key, place)));
        }
        keys.sort_unstable();
        keys.shrink_to_fit();
        Self { keys }
    }

    /// The places of the counterparties that may match one of the entries, in the order of the
    /// file.
    pub fn near(&self, entries: &[Entry]) -> Vec<usize> {
        let mut keys: Vec<u32> = Vec::new();
        for entry in entries {
            keys.extend(keys_of(
                std::iter::once(&entry.name).chain(&entry.aliases),
                &entry.addresses,
            ));
        }
        keys.sort_unstable();
        keys.dedup();
        let mut places: Vec<usize> = Vec::new();
        for key in keys {
            let start = self.keys.partition_point(|(known, _)| *known < key);
            let same = self.keys.iter().skip(start).take_while(|(known, _)| *known == key);
            places.extend(same.filter_map(|(_, place)| usize::try_from(*place).ok()));
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn keys_of<'a>(names: impl Iterator<Item = &'a String>, addresses: &[String]) -> Vec<u32> {
    let mut keys = Vec::new();
    for name in names {
        for variant in variants::of(name) {
            of_name(&Name::of(&variant.text), &mut keys);
        }
    }
    for address in addresses {
        of_address(&Address::of(address), &mut keys);
    }
    keys
}

fn of_name(name: &Name, keys: &mut Vec<u32>) {
    let whole = skeleton(&name.bare);
    let mut senses: Vec<&str> = name.words.iter().map(|word| word.sense.as_str()).collect();
    senses.sort_unstable();
    keys.extend([key("sorted", &name.sorted), key("senses", &senses.join(" "))]);
    keys.push(shortened(hash_of(&skeleton(&name.whole))));
    deletions(&whole, &mut |hash| keys.push(shortened(hash)));
    deletions(&name.bare, &mut |hash| keys.push(shortened(hash)));
    let initials: String = name.words.iter().filter_map(|w| w.text.chars().next()).collect();
    if initials.len() >= INITIALS_FROM {
        keys.push(key("word", &initials));
    }
    let rare = |word: &&crate::screen::names::word::Word| {
        matches!(word.kind, Kind::Word | Kind::Patronymic)
            && !(is_common(&word.sense) || is_common(&word.text))
    };
    for word in name.words.iter().filter(rare) {
        let own = skeleton(&word.text);
        keys.extend([key("word", &word.sense), key("word", &word.text)]);
        if own.len() >= CONSONANTS_FROM {
            keys.push(key("bones", &consonants(&own)));
        }
        if own.len() >= ERROR_FROM {
            deletions(&own, &mut |hash| keys.push(shortened(hash)));
            deletions(&word.text, &mut |hash| keys.push(shortened(hash)));
        }
        keys.extend(word.text.get(..BEGINNING).map(|start| key("start", start)));
    }
    of_common_words(name, keys);
    for start in 0..name.words.len() {
        let mut joined = String::new();
        for (length, word) in (1..=TOGETHER).zip(name.words.iter().skip(start)) {
            joined.push_str(&word.text);
            if length > 1 {
                keys.push(shortened(hash_of(&skeleton(&joined))));
            }
        }
    }
}

/// Common words lead to many names, so they count together: two of which one is not among the most
/// common, a number with a word, or three.
fn of_common_words(name: &Name, keys: &mut Vec<u32>) {
    let mut words: Vec<(&str, bool)> = name
        .words
        .iter()
        .filter(|word| word.kind != Kind::Letter)
        .map(|word| (word.sense.as_str(), word.kind == Kind::Number))
        .filter(|(sense, is_number)| *is_number || is_common(sense))
        .take(COMMON_WORDS)
        .collect();
    words.sort_unstable();
    words.dedup();
    for (at, (one, number)) in words.iter().enumerate() {
        for (place, (two, other_number)) in words.iter().enumerate().skip(at + 1) {
            let telling = *number
                || *other_number
                || [one, two].iter().any(|word| general(word) > MOST_COMMON);
            if telling {
                keys.push(key(one, two));
            }
            for (three, _) in words.iter().skip(place + 1) {
                keys.push(key(&format!("{one} {two}"), three));
            }
        }
    }
}

/// Each word of a place with each of its numbers, or with each other word if there is no number.
fn of_address(address: &Address, keys: &mut Vec<u32>) {
    if !address.is_a_place() {
        return;
    }
    let words: Vec<&str> = address
        .words
        .iter()
        .filter(|word| word.part == Part::Word)
        .map(|word| word.skeleton.as_str())
        .collect();
    let ends = |number: &String| -> Vec<String> {
        number.split('-').map(str::to_owned).chain([number.clone()]).collect()
    };
    let numbers: Vec<String> = address.numbers.iter().flat_map(ends).collect();
    for (at, word) in words.iter().enumerate() {
        for number in &numbers {
            keys.push(key(number, word));
            for next in words.iter().skip(at + 1).take(1) {
                keys.push(key(number, &format!("{word}{next}")));
            }
        }
        if numbers.is_empty() {
            for other in words.iter().filter(|other| *other != word) {
                keys.push(key(word, other));
            }
        }
    }
}

fn hash_of(text: &str) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(text)
}

fn key(kind: &str, text: &str) -> u32 {
    shortened(BuildHasherDefault::<FxHasher>::default().hash_one((kind, text)))
}

/// Half of a hash. A counterparty more than is needed costs a comparison, and changes no result.
fn shortened(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    fn near(name: &str, address: &str, entry: &str, listed_address: &str) -> bool {
        let party = Counterparty {
            name: name.into(),
            addresses: vec![address.into()],
            ..Counterparty::default()
        };
        let other = Counterparty { name: "Birch International".into(), ..Counterparty::default() };
        let mut listed = Entry::named(ListCode::EL, entry);
        listed.addresses = vec![listed_address.into()];
        Reverse::of(&[other, party]).near(&[listed]) == [1]
    }

    #[test]
    fn ok_what_may_match_is_near() {
        for (name, entry) in [
            ("Alderwood Works", "ALDERWOOD LLC"),
            ("Alder Wood", "Alderwood"),
            ("Aldrewood", "Alderwood"),
            ("Khalid", "Halid"),
            ("Svyaz Engineering", "ZAO Svyaz Inzhiniring"),
            ("Jimcorporation", "Jim Corporation"),
            ("218 ARZ", "Joint Stock Company 218 Aviation Repair Plant"),
            ("Communications Institute Sciences", "Yerevan Telecommunications Research Institute"),
            ("Technical Services", "Technical Services Ltd"),
            ("Hikvision", "Hangzhou Hikvision Digital"),
        ] {
            assert!(near(name, "", entry, ""), "{name} | {entry}");
        }
        assert!(near("Birch", "Samarsk, Polevaya 22", "Cedar", "22 Polevaya St., Samarsk"));
    }

    #[test]
    fn err_other_names_and_places_are_not() {
        assert!(!near("Cedarholm Trading", "", "Alderwood Trading", ""));
        assert!(!near("Birch", "Samarsk, Polevaya 23", "Cedar", "22 Polevaya St., Samarsk"));
    }
}
