//! Whether an address may be one of a few listed ones, from its single words.

use rustc_hash::FxHashMap;

use super::address::Address;
use super::index::AddressIndex;
use super::part::Part;
use crate::screen::countries::is_part_of_name;

/// Two addresses that are one place share more of each than this. A word with a typing error, or
/// written apart, is not counted here.
const SHARED: f32 = 0.25;
/// A counterparty file may have any number of different words: the memory for them is emptied at
/// this size.
const REMEMBERED_WORDS: usize = 50_000;

/// What one thread remembers: the weight of a word, and whether a listed address has it.
#[derive(Debug, Default)]
pub struct Remembered {
    words: FxHashMap<Box<str>, (f32, bool)>,
}

/// Whether [`AddressIndex::find`] may find the address.
pub fn is_near(index: &AddressIndex, text: &str, remembered: &mut Remembered) -> bool {
    if !text.is_ascii() {
        return !index.is_empty();
    }
    if remembered.words.len() >= REMEMBERED_WORDS {
        remembered.words.clear();
    }
    let mut word = String::new();
    let (mut shared, mut all) = (0.0f32, 0.0f32);
    for byte in text.bytes().chain([b' ']) {
        if byte.is_ascii_alphanumeric() {
            word.push(char::from(byte.to_ascii_lowercase()));
        } else if byte != b'\'' && byte != b'`' && !word.is_empty() {
            let (weight, listed) = match remembered.words.get(word.as_str()) {
                Some(known) => *known,
                None => {
                    let found = weigh(index, &word);
                    remembered.words.insert(word.as_str().into(), found);
                    found
                }
            };
            all += weight;
            shared += if listed { weight } else { 0.0 };
            word.clear();
        }
    }
    shared > 0.0 && shared >= SHARED * all
}

fn weigh(index: &AddressIndex, word: &str) -> (f32, bool) {
    if is_part_of_name(word) {
        return (0.0, false);
    }
    let address = Address::of(word);
    match address.words.first() {
        Some(word) => {
            let weight = index.weights(&address).first().copied().unwrap_or_default();
            let placed = matches!(word.part, Part::Word | Part::Direction);
            (weight, placed && index.has(&word.skeleton))
        }
        None => (0.0, false),
    }
}
