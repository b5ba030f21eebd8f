//! All names of some counterparties.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::texts::{Texts, range};
use super::words::{Collected, PreparedWords};
use crate::screen::names::letter_hash::short_hash;
use crate::screen::names::spelling::{letters, skeleton};
use crate::screen::names::variants;
use crate::screen::names::word::{Name, TOGETHER, Word, may_join};
use crate::screen::party::Counterparty;

/// The names, by their place: of each counterparty each way to read each published name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedNames {
    pub words: PreparedWords,
    /// The places of the words of all names, and where those of each name end.
    word_places: Vec<u32>,
    word_ends: Vec<u32>,
    /// The skeletons of the different pairs of neighboring words, written together, and the places
    /// of the pairs of all names.
    pairs: Texts,
    pair_places: Vec<u32>,
    /// Short hashes of the skeletons of more neighboring words, written together, and where those
    /// of each name end.
    runs: Vec<u32>,
    run_ends: Vec<u32>,
    /// Short hashes.
    wholes: Vec<u32>,
    sorted: Vec<u32>,
    bare: Texts,
    skeleton_lengths: Vec<u16>,
    skeleton_letters: Vec<u64>,
}

/// One name, as [`Name`] explains it.
#[derive(Clone, Copy, Debug)]
pub struct PreparedName<'a> {
    /// The places of its words.
    pub words: &'a [u32],
    /// The places of its pairs of neighboring words: one fewer.
    pub pairs: &'a [u32],
    /// Short hashes of the skeletons of more neighboring words, written together.
    pub runs: &'a [u32],
    /// The short hashes of the whole name, and of its words in the order of the alphabet.
    pub whole: u32,
    pub sorted: u32,
    pub bare: &'a str,
    /// Of the skeleton of `bare`.
    pub skeleton_length: usize,
    pub skeleton_letters: u64,
}

impl PreparedNames {
    pub fn get(&self, place: usize) -> Option<PreparedName<'_>> {
        let words = range(&self.word_ends, place);
        // Each name has one pair fewer than words.
        let pairs = words.start.saturating_sub(place)..words.end.saturating_sub(place + 1);
        Some(PreparedName {
            words: self.word_places.get(words)?,
            pairs: self.pair_places.get(pairs)?,
            runs: self.runs.get(range(&self.run_ends, place))?,
            whole: *self.wholes.get(place)?,
            sorted: *self.sorted.get(place)?,
            bare: self.bare.get(place),
            skeleton_length: usize::from(*self.skeleton_lengths.get(place)?),
            skeleton_letters: *self.skeleton_letters.get(place)?,
        })
    }

    pub fn len(&self) -> usize {
        self.word_ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.word_ends.is_empty()
    }

    /// The skeletons of the different pairs of neighboring words, written together.
    pub fn pairs(&self) -> &Texts {
        &self.pairs
    }

    /// Adds one name with its words and pairs, which are already there.
    fn push(&mut self, name: &ReadName, words: &[u32], pairs: &[u32]) {
        self.word_places.extend(words);
        self.word_ends.push(u32::try_from(self.word_places.len()).unwrap_or(u32::MAX));
        self.pair_places.extend(pairs);
        self.runs.extend(&name.runs);
        self.run_ends.push(u32::try_from(self.runs.len()).unwrap_or(u32::MAX));
        self.wholes.push(name.whole);
        self.sorted.push(name.sorted);
        self.bare.push(&name.name.bare);
        self.skeleton_lengths.push(name.skeleton_length);
        self.skeleton_letters.push(name.skeleton_letters);
    }
}

/// A name that was read.
pub(super) struct ReadName {
    name: Name,
    runs: Vec<u32>,
    whole: u32,
    sorted: u32,
    skeleton_length: u16,
    skeleton_letters: u64,
}

/// All names of a counterparty, read in each way.
pub(super) fn names_of(party: &Counterparty) -> impl Iterator<Item = ReadName> {
    let published = std::iter::once(&party.name).chain(&party.aliases);
    let variants = published.flat_map(|text| variants::of(text));
    variants.map(|variant| Name::of(&variant.text)).filter(|name| !name.words.is_empty()).map(
        |name| {
            let skeleton = skeleton(&name.bare);
            ReadName {
                whole: short_hash(&name.whole),
                sorted: short_hash(&name.sorted),
                skeleton_length: u16::try_from(skeleton.len()).unwrap_or(u16::MAX),
                skeleton_letters: letters(skeleton.as_bytes()),
                runs: runs(&name.words),
                name,
            }
        },
    )
}

/// Collects the names of counterparties.
#[derive(Debug, Default)]
pub(super) struct CollectedNames {
    names: PreparedNames,
    words: Collected,
    pairs: FxHashMap<(u32, u32), u32>,
}

impl CollectedNames {
    pub fn add(&mut self, name: &ReadName) {
        let words: Vec<u32> = name.name.words.iter().map(|word| self.words.place(word)).collect();
        let pairs: Vec<u32> = words
            .windows(2)
            .zip(name.name.words.windows(2))
            .filter_map(|(places, words)| Some((places.first_chunk()?, words.first_chunk()?)))
            .map(|([one, other], [first, second])| {
                let pairs = &mut self.names.pairs;
                *self.pairs.entry((*one, *other)).or_insert_with(|| {
                    let place = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
                    pairs.push(&together(&[first, second]).unwrap_or_default());
                    place
                })
            })
            .collect();
        self.names.push(name, &words, &pairs);
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn done(self) -> PreparedNames {
        PreparedNames { words: self.words.words, ..self.names }
    }
}

/// The skeleton of words written together. Numbers are written apart.
fn together(words: &[&Word]) -> Option<String> {
    let texts = words.iter().map(|word| may_join(word.kind).then_some(word.text.as_str()));
    let joined: String = texts.collect::<Option<_>>()?;
    Some(skeleton(&joined.replace(' ', "")))
}

/// Short hashes of the skeletons of three and more neighboring words, written together.
fn runs(words: &[Word]) -> Vec<u32> {
    let runs = (3..=TOGETHER).flat_map(|length| words.windows(length));
    let skeletons = runs.filter_map(|run| together(&run.iter().collect::<Vec<_>>()));
    skeletons.map(|skeleton| short_hash(&skeleton)).collect()
}
