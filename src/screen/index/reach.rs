//! Whether a name may reach the review band with one of a few listed names: an upper bound of the
//! score, so that only those names are compared in full.
//!
//! The bound reads a name as the comparison does. It only leaves out which words stand for which:
//! each word counts with the most that it may have in common, and whatever the comparison links in
//! other ways (letters, acronyms, words written together) is always compared in full. So no match
//! is lost: `tests/it/story_screen.rs` and the tests of [`crate::screen::shortlist`] compare it
//! with a whole comparison.

use rustc_hash::{FxHashMap, FxHashSet};

use super::initials::{INITIALS_FROM, initials};
use super::known_word::{InCommon, KnownWord};
use super::listed_name::{LETTER, ListedName};
use super::names::NamesIndex;
use super::pieces::Pieces;
use super::scratch::Scratch;
use super::term_filter::TermFilter;
use super::together::Together;
use crate::screen::alignment::{ACRONYM_FROM, INITIAL};
use crate::screen::name_score::{Weights, at_most};
use crate::screen::names::letter_hash::{hash, short_hash};
use crate::screen::names::meaning::spelled_out;
use crate::screen::names::pieces::acronym_letters;
use crate::screen::names::spelling::{distance, initial, letters, skeleton};
use crate::screen::names::word::Kind;
use crate::screen::prepared::names::PreparedName;
use crate::screen::prepared::words::{PreparedWord, PreparedWords};

/// Sums of the same weights in another order differ a little.
const ROUNDING: f32 = 1.001;

/// A listed name that is asked about.
#[derive(Debug)]
struct Target<'a> {
    listed: &'a ListedName,
    letters: [u64; 2],
}

/// What one thread reuses from name to name.
#[derive(Debug, Default)]
pub struct Remembered {
    scratch: Scratch,
    common: Vec<(f32, f32)>,
    touched: Vec<u32>,
    /// The weights of words that have nothing in common with a target.
    weights: FxHashMap<u32, f32>,
}

/// The names of counterparties that are asked about: their words, and what is known of each.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub words: &'a PreparedWords,
    pub known: &'a [KnownWord],
    /// Whether each pair of neighboring words, written together, is like a word of a target.
    pub is_pair_a_word: &'a [bool],
}

/// The listed names that are asked about.
#[derive(Debug)]
pub struct Reach<'a> {
    index: &'a NamesIndex,
    weights: Weights,
    /// The least likeness that is shown.
    least: f32,
    targets: Vec<Target<'a>>,
    pieces: Pieces,
    /// The targets by the length of their skeletons, and of their bare names.
    by_length: [FxHashMap<usize, Vec<u32>>; 2],
    /// The targets that have a group, with the weight of the words that are it.
    by_group: FxHashMap<u32, Vec<(u32, f32)>>,
    /// Which words may be a word of a target.
    filter: TermFilter,
    /// Which words may be one of their words, if they are written together.
    together: Together<'a>,
    /// Short hashes of whole names, of their words in the order of the alphabet, and of their
    /// initials.
    wholes: FxHashSet<u32>,
    sorted: FxHashSet<u32>,
    initials: FxHashSet<u32>,
    /// Hashes of the first letters of neighboring words, and of the words that such letters may
    /// spell.
    runs: FxHashSet<u64>,
    words: FxHashSet<u64>,
    /// By its first letter: the targets that have a single letter, or a longer word.
    with_letter: FxHashMap<u8, Vec<u32>>,
    with_word: FxHashMap<u8, Vec<(u32, f32)>>,
}

impl<'a> Reach<'a> {
    /// The names of these entries. `least` is the likeness that counts.
    pub fn of(
        index: &'a NamesIndex,
        entries: &FxHashSet<u32>,
        weights: Weights,
        least: f32,
    ) -> Self {
        let listed = index.names().filter(|listed| entries.contains(&listed.entry));
        let spans = listed.flat_map(|listed| &listed.spans).filter(|span| span.length == 1);
        let single = spans.map(|span| span.group).collect();
        let mut reach = Self {
            index,
            weights,
            least,
            targets: Vec::new(),
            pieces: Pieces::default(),
            by_length: Default::default(),
            by_group: FxHashMap::default(),
            filter: TermFilter::default(),
            together: Together::of(&index.vocabulary, single),
            wholes: FxHashSet::default(),
            sorted: FxHashSet::default(),
            initials: FxHashSet::default(),
            runs: FxHashSet::default(),
            words: FxHashSet::default(),
            with_letter: FxHashMap::default(),
            with_word: FxHashMap::default(),
        };
        for listed in index.names().filter(|listed| entries.contains(&listed.entry)) {
            reach.add(listed);
        }
        let groups = reach.by_group.keys().copied().collect();
        reach.filter = TermFilter::of(&index.vocabulary, &groups);
        reach
    }

    fn add(&mut self, listed: &'a ListedName) {
        let target = u32::try_from(self.targets.len()).unwrap_or(u32::MAX);
        for span in &listed.spans {
            let (start, length) = (usize::from(span.start), usize::from(span.length));
            let weight = listed.weights.iter().skip(start).take(length).sum();
            self.by_group.entry(span.group).or_default().push((target, weight));
        }
        self.pieces.add(target, listed);
        let name = &listed.name;
        self.wholes.insert(short_hash(&name.whole));
        self.sorted.insert(short_hash(&name.sorted));
        self.initials.extend(initials(name).map(|initials| short_hash(&initials)));
        let firsts: Vec<u8> =
            name.words.iter().filter_map(|word| folded(&word.text).next()).collect();
        for length in ACRONYM_FROM..=firsts.len() {
            self.runs.extend(firsts.windows(length).map(|run| hash(run.iter().copied())));
        }
        for (word, weight) in name.words.iter().zip(&listed.weights) {
            self.words.insert(hash(folded(&word.text)));
            let Some(first) = word.text.bytes().next() else { continue };
            match word.kind {
                Kind::Number => {}
                Kind::Letter => self.with_letter.entry(first).or_default().push(target),
                Kind::Word | Kind::Patronymic => {
                    self.with_word.entry(first).or_default().push((target, *weight));
                }
            }
        }
        let texts = [&*listed.skeleton, &*name.bare];
        for (by_length, text) in self.by_length.iter_mut().zip(texts) {
            by_length.entry(text.len()).or_default().push(target);
        }
        let letters = texts.map(|text| letters(text.as_bytes()));
        self.targets.push(Target { listed, letters });
    }

    /// What is known of a word of counterparties.
    pub fn known(&self, word: PreparedWord<'_>, remembered: &mut Remembered) -> KnownWord {
        let (weight, gains) = if self.may_gain(word) {
            let (weight, gains) = self.gains(word, &mut remembered.scratch);
            (Some(weight), gains)
        } else {
            (None, Box::default())
        };
        let whole = word.to_word();
        let target = |target: u32| self.targets.get(target as usize).map(|target| target.listed);
        KnownWord {
            weight,
            gains,
            first: word.text.bytes().next().unwrap_or_default(),
            is_acronym: self.runs.contains(&hash(folded(word.text)))
                || !self.pieces.of_word(&whole, target).is_empty(),
            letters: acronym_letters(std::slice::from_ref(&whole)),
            begins: self.pieces.has_compound_of(&whole),
        }
    }

    /// Whether a word may have something in common with a target.
    fn may_gain(&self, word: PreparedWord<'_>) -> bool {
        let first = word.text.bytes().next().unwrap_or_default();
        match word.kind {
            Kind::Number => self.filter.may_mean(word.sense),
            Kind::Letter => self.filter.may_mean(word.sense) || self.with_word.contains_key(&first),
            Kind::Word | Kind::Patronymic => {
                self.with_letter.contains_key(&first)
                    || if word.text.contains(' ') {
                        self.filter.may_mean(word.sense)
                    } else {
                        spelled_out(word.text).is_some()
                            || self.filter.may_be(word.text, word.sense, word.skeleton)
                    }
            }
        }
    }

    /// The weight of a word, and what it may have in common with each target.
    fn gains(&self, word: PreparedWord<'_>, scratch: &mut Scratch) -> (f32, Box<[InCommon]>) {
        let (kind, word) = (word.kind, word.to_word());
        let likely = self.index.likely(&word, scratch);
        let weight = self.index.weight_of_asked(&word, &likely);
        let mut most: FxHashMap<u32, (f32, f32)> = FxHashMap::default();
        let mut gain = |target: u32, one: f32, other: f32| {
            let known = most.entry(target).or_default();
            *known = (known.0.max(one), known.1.max(other));
        };
        for likely in likely.iter() {
            for (target, listed) in self.by_group.get(&likely.group).into_iter().flatten() {
                gain(*target, likely.likeness * weight, likely.likeness * listed);
            }
        }
        let first = word.text.bytes().next().unwrap_or_default();
        match kind {
            Kind::Number => {}
            Kind::Letter => {
                for (target, listed) in self.with_word.get(&first).into_iter().flatten() {
                    gain(*target, INITIAL * weight, INITIAL * listed);
                }
            }
            Kind::Word | Kind::Patronymic => {
                for target in self.with_letter.get(&first).into_iter().flatten() {
                    gain(*target, INITIAL * weight, INITIAL * LETTER);
                }
            }
        }
        let gains = most.into_iter().map(|(target, common)| InCommon { target, common }).collect();
        (weight, gains)
    }

    /// Whether a name of a counterparty may be shown with one of the targets.
    pub fn may_reach(
        &self,
        name: &PreparedName<'_>,
        asked: Asked<'_>,
        remembered: &mut Remembered,
    ) -> bool {
        let known: Vec<&KnownWord> =
            name.words.iter().filter_map(|place| asked.known.get(*place as usize)).collect();
        self.wholes.contains(&name.whole)
            || self.sorted.contains(&name.sorted)
            || self.initials.contains(&short_hash(name.bare))
            || known.iter().any(|word| word.is_acronym)
            || self.is_spelled_by(&known)
            || self.has_an_acronym_of(name, asked, &known)
            || self.has_the_letters_of_one(name)
            || self.is_written_together(name, asked)
            || self.may_have_enough_in_common(name, asked, &known, remembered)
            || self.is_shortened(name, asked)
    }

    /// Whether first letters of neighboring words spell a word of a target, or those of all words
    /// a target.
    fn is_spelled_by(&self, known: &[&KnownWord]) -> bool {
        if known.len() < ACRONYM_FROM.min(INITIALS_FROM) {
            return false;
        }
        let firsts: Vec<u8> = known.iter().map(|word| word.first).collect();
        if std::str::from_utf8(&firsts).is_ok_and(|own| self.wholes.contains(&short_hash(own))) {
            return true;
        }
        let firsts: Vec<u8> = firsts.into_iter().map(folded_letter).collect();
        (ACRONYM_FROM..=firsts.len()).any(|length| {
            let mut runs = firsts.windows(length);
            runs.any(|run| self.words.contains(&hash(run.iter().copied())))
        })
    }

    /// Whether a word of a target is made of pieces of the name.
    fn has_an_acronym_of(
        &self,
        name: &PreparedName<'_>,
        asked: Asked<'_>,
        known: &[&KnownWord],
    ) -> bool {
        let letters = known.iter().fold(0, |letters, word| letters | word.letters);
        let may_have = known.len() > 1
            && (known.iter().any(|word| word.begins) || self.pieces.has_acronym_of(letters));
        may_have && {
            let words = name.words.iter().filter_map(|place| asked.words.get(*place as usize));
            !self.pieces.of_name(&words.map(PreparedWord::to_word).collect::<Vec<_>>()).is_empty()
        }
    }

    /// Whether the list has an acronym for the first words of the name.
    fn is_shortened(&self, name: &PreparedName<'_>, asked: Asked<'_>) -> bool {
        let senses = name.words.iter().filter_map(|place| asked.words.get(*place as usize));
        self.index.has_acronym_for(senses.map(|word| word.sense))
    }

    /// Whether a target is this name, but for spaces, romanization or one typing error.
    fn has_the_letters_of_one(&self, name: &PreparedName<'_>) -> bool {
        let skeleton = || skeleton(name.bare);
        self.has_letters(0, name.skeleton_length, name.skeleton_letters, skeleton)
            || self.has_letters(1, name.bare.len(), letters(name.bare.as_bytes()), || {
                name.bare.to_owned()
            })
    }

    fn has_letters(&self, which: usize, length: usize, has: u64, own: impl Fn() -> String) -> bool {
        let Some(by_length) = self.by_length.get(which) else { return false };
        let lengths = length.saturating_sub(1)..=length + 1;
        let near = lengths.filter_map(|length| by_length.get(&length)).flatten();
        let targets = near.filter_map(|target| self.targets.get(*target as usize));
        let alike = |target: &&Target<'_>| {
            target.letters.get(which).is_none_or(|its| (its ^ has).count_ones() <= 2)
        };
        targets.filter(alike).any(|target| {
            let there = [&*target.listed.skeleton, &*target.listed.name.bare];
            let errors = there.get(which).and_then(|there| distance(&own(), there));
            errors.is_some_and(|errors| errors <= 1)
        })
    }

    /// Whether two neighboring words, written together, are like a word of a target.
    pub fn is_like_a_word(&self, skeleton: &str) -> bool {
        self.together.is_like_a_word(skeleton)
    }

    /// Whether neighboring words, written together, are a word of a target.
    fn is_written_together(&self, name: &PreparedName<'_>, asked: Asked<'_>) -> bool {
        let is_pair = |pair: &u32| asked.is_pair_a_word.get(*pair as usize) == Some(&true);
        name.pairs.iter().any(is_pair)
            || name.runs.iter().any(|run| self.together.has_skeleton(*run))
    }

    fn may_have_enough_in_common(
        &self,
        name: &PreparedName<'_>,
        asked: Asked<'_>,
        known: &[&KnownWord],
        remembered: &mut Remembered,
    ) -> bool {
        let Remembered { scratch, common, touched, weights } = remembered;
        common.resize(self.targets.len(), (0.0, 0.0));
        for gain in known.iter().flat_map(|word| &word.gains) {
            if let Some(sum) = common.get_mut(gain.target as usize) {
                if *sum == (0.0, 0.0) {
                    touched.push(gain.target);
                }
                *sum = (sum.0 + gain.common.0, sum.1 + gain.common.1);
            }
        }
        // Words that have nothing in common only lower the score.
        let mut weight: f32 = known.iter().filter_map(|word| word.weight).sum();
        let mut is_whole = false;
        let mut reaches = false;
        for target in touched.drain(..) {
            let Some(sum) = common.get_mut(target as usize).map(std::mem::take) else { continue };
            let Some(target) = self.targets.get(target as usize) else { continue };
            let several = name.words.len().min(target.listed.name.words.len()) >= 2;
            let reached = |weight: f32| {
                let weight = (weight, target.listed.weight);
                at_most(sum, weight, several, &self.weights) * ROUNDING >= self.least
            };
            if !reaches && reached(weight) {
                if !is_whole {
                    let others =
                        name.words.iter().zip(known).filter(|(_, known)| known.weight.is_none());
                    for (place, _) in others {
                        weight += *weights
                            .entry(*place)
                            .or_insert_with(|| self.weight_of(asked, *place, scratch));
                    }
                    is_whole = true;
                }
                reaches = reached(weight);
            }
        }
        reaches
    }

    fn weight_of(&self, asked: Asked<'_>, place: u32, scratch: &mut Scratch) -> f32 {
        let Some(word) = asked.words.get(place as usize) else { return 0.0 };
        let word = word.to_word();
        let likely = self.index.likely(&word, scratch);
        self.index.weight_of_asked(&word, &likely)
    }
}

/// The letters of a word as acronyms write them.
fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(folded_letter)
}

fn folded_letter(letter: u8) -> u8 {
    u8::try_from(initial(char::from(letter))).unwrap_or(letter)
}
