//! Whether a name may reach the review band with one of a few listed names: an upper bound of the
//! score, so that only those names are compared in full.
//!
//! The bound reads a name as the comparison does. It only leaves out which words stand for which:
//! each word counts with the most that it may have in common, and whatever the comparison links in
//! other ways (letters, acronyms, words written together) is always compared in full. So no match
//! is lost: `tests/it/story_screen.rs` and the tests below compare it with a whole comparison.

use rustc_hash::{FxHashMap, FxHashSet};

use super::initials::initials;
use super::listed_name::{LETTER, ListedName};
use super::names::{NamesIndex, Scratch, TOGETHER, may_join};
use super::pieces::Pieces;
use super::vocabulary::{Likely, TWO_ERRORS_FROM};
use crate::screen::alignment::{ACRONYM_FROM, INITIAL};
use crate::screen::name_score::{Weights, at_most};
use crate::screen::names::spelling::{distance, initial, lasting_ends, letters, skeleton};
use crate::screen::names::variants;
use crate::screen::names::word::{Kind, Name, Word};

/// A counterparty file may have any number of different words: the memory for them is emptied at
/// this size.
const REMEMBERED_WORDS: usize = 50_000;
/// Words written together have a typing error only if they are longer than twice this, in letters.
const HALF: usize = TWO_ERRORS_FROM / 2;
/// Sums of the same weights in another order differ a little.
const ROUNDING: f32 = 1.001;

/// A listed name that is asked about.
#[derive(Debug)]
struct Target<'a> {
    listed: &'a ListedName,
    letters: [u64; 2],
}

/// What a word of a counterparty may have in common with a target.
#[derive(Clone, Copy, Debug)]
struct Gain {
    target: u32,
    common: (f32, f32),
}

/// What is known of one word of a counterparty.
#[derive(Debug, Default)]
struct Known {
    weight: f32,
    gains: Box<[Gain]>,
    /// Words written together, the first or last of which is this one, may be a word of a target.
    begins: bool,
    ends: bool,
    /// First letters of neighboring words of a target spell it, or it is made of pieces of them.
    is_acronym: bool,
}

/// A meaning of a word, its kind, and its place in [`KnownWords::known`].
type MeaningPlace = (Box<str>, Kind, usize);

/// The words that a thread has met, each with its meanings and their places.
#[derive(Debug, Default)]
struct KnownWords {
    places: FxHashMap<Box<str>, Vec<MeaningPlace>>,
    known: Vec<Known>,
}

/// What one thread reuses from name to name.
#[derive(Debug, Default)]
pub struct Remembered {
    known: KnownWords,
    scratch: Scratch,
    common: Vec<(f32, f32)>,
    touched: Vec<u32>,
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
    /// The groups of their single words.
    single: FxHashSet<u32>,
    /// The skeletons of all words of these groups, sorted; and each turned around.
    skeletons: Vec<String>,
    turned: Vec<String>,
    whole: FxHashSet<String>,
    /// The first and the last letters of each.
    starts: FxHashSet<String>,
    ends: FxHashSet<String>,
    wholes: FxHashSet<&'a str>,
    sorted: FxHashSet<&'a str>,
    initials: FxHashSet<String>,
    /// The first letters of neighboring words, and the words that such letters may spell.
    runs: FxHashSet<String>,
    words: FxHashSet<String>,
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
        let mut reach = Self {
            index,
            weights,
            least,
            targets: Vec::new(),
            pieces: Pieces::default(),
            by_length: Default::default(),
            by_group: FxHashMap::default(),
            single: FxHashSet::default(),
            skeletons: Vec::new(),
            turned: Vec::new(),
            whole: FxHashSet::default(),
            starts: FxHashSet::default(),
            ends: FxHashSet::default(),
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
        let skeletons = index.vocabulary.skeletons_of(&reach.single);
        for skeleton in &skeletons {
            reach.whole.insert(skeleton.clone());
            let (start, end) = first_and_last(skeleton);
            reach.starts.extend(start.map(str::to_owned));
            reach.ends.extend(end.map(str::to_owned));
        }
        reach.turned = skeletons.iter().map(|skeleton| skeleton.chars().rev().collect()).collect();
        reach.skeletons = skeletons;
        for sorted in [&mut reach.skeletons, &mut reach.turned] {
            sorted.sort_unstable();
            sorted.dedup();
        }
        reach
    }

    fn add(&mut self, listed: &'a ListedName) {
        let target = u32::try_from(self.targets.len()).unwrap_or(u32::MAX);
        for span in &listed.spans {
            let (start, length) = (usize::from(span.start), usize::from(span.length));
            let weight = listed.weights.iter().skip(start).take(length).sum();
            self.by_group.entry(span.group).or_default().push((target, weight));
            if length == 1 {
                self.single.insert(span.group);
            }
        }
        self.pieces.add(target, listed);
        let name = &listed.name;
        self.wholes.insert(&name.whole);
        self.sorted.insert(&name.sorted);
        self.initials.extend(initials(name));
        let firsts = first_letters(name);
        for length in ACRONYM_FROM..=firsts.len() {
            let runs = firsts.as_bytes().windows(length);
            self.runs.extend(runs.map(|run| String::from_utf8_lossy(run).into_owned()));
        }
        for (word, weight) in name.words.iter().zip(&listed.weights) {
            self.words.insert(word.text.chars().map(initial).collect());
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

    /// Whether a published name of a counterparty may be shown with one of the targets.
    pub fn may_reach(&self, text: &str, remembered: &mut Remembered) -> bool {
        if remembered.known.known.len() >= REMEMBERED_WORDS {
            remembered.known = KnownWords::default();
        }
        variants::of(text).into_iter().any(|variant| {
            let readings = self.index.readings(Name::of(&variant.text));
            readings.into_iter().any(|name| self.may_be_shown(&name, remembered))
        })
    }

    fn may_be_shown(&self, name: &Name, remembered: &mut Remembered) -> bool {
        let Remembered { known, scratch, common, touched } = remembered;
        self.wholes.contains(name.whole.as_str())
            || self.sorted.contains(name.sorted.as_str())
            || self.initials.contains(name.bare.as_str())
            || initials(name).is_some_and(|letters| self.wholes.contains(letters.as_str()))
            || self.is_spelled_by(name)
            || !self.pieces.of_name(name).is_empty()
            || self.has_the_letters_of_one(name)
            || {
                let places: Vec<usize> =
                    name.words.iter().map(|word| self.remember(word, known, scratch)).collect();
                let words: Vec<&Known> =
                    places.iter().filter_map(|place| known.known.get(*place)).collect();
                words.iter().any(|word| word.is_acronym)
                    || self.is_written_together(name, &words)
                    || self.may_have_enough_in_common(name, &words, common, touched)
            }
    }

    /// Whether first letters of neighboring words spell a word of a target.
    fn is_spelled_by(&self, name: &Name) -> bool {
        let firsts = first_letters(name);
        (ACRONYM_FROM..=firsts.len()).any(|length| {
            let starts = 0..=firsts.len() - length;
            starts.into_iter().any(|start| {
                let run = firsts.get(start..start + length);
                run.is_some_and(|run| self.words.contains(run))
            })
        })
    }

    /// Whether a target is this name, but for spaces, romanization or one typing error.
    fn has_the_letters_of_one(&self, name: &Name) -> bool {
        let own = [skeleton(&name.bare), name.bare.clone()];
        own.iter().zip(&self.by_length).zip(0..).any(|((own, by_length), which): (_, usize)| {
            let has = letters(own.as_bytes());
            let lengths = own.len().saturating_sub(1)..=own.len() + 1;
            let near = lengths.filter_map(|length| by_length.get(&length)).flatten();
            near.filter_map(|target| self.targets.get(*target as usize)).any(|target| {
                let there = [&*target.listed.skeleton, &*target.listed.name.bare];
                let its = target.letters.get(which).copied().unwrap_or(has);
                (its ^ has).count_ones() <= 2
                    && there
                        .get(which)
                        .is_some_and(|there| distance(own, there).is_some_and(|errors| errors <= 1))
            })
        })
    }

    /// Whether neighboring words, written together, are a word of a target.
    fn is_written_together(&self, name: &Name, known: &[&Known]) -> bool {
        name.words.iter().enumerate().any(|(start, first)| {
            let Some(own) = known.get(start).filter(|_| may_join(first)) else { return false };
            let ends = known.get(start + 1).is_some_and(|next| next.ends);
            if !own.begins && !ends {
                return false;
            }
            let mut joined = first.text.replace(' ', "");
            let rest = name.words.iter().skip(start + 1).take(TOGETHER - 1);
            (2..).zip(rest.take_while(|word| may_join(word))).any(|(length, word)| {
                joined.push_str(&word.text.replace(' ', ""));
                let skeleton = skeleton(&joined);
                self.whole.contains(&skeleton)
                    || (length == 2
                        && self.may_differ_by_one_error(&skeleton)
                        && self.has(&self.index.vocabulary.likely_with_one_error(&joined)))
            })
        })
    }

    fn has(&self, likely: &[Likely]) -> bool {
        likely.iter().any(|likely| self.single.contains(&likely.group))
    }

    /// Whether a word of a target has one half of these letters. An error leaves one half as it is,
    /// but for the letters in the middle, which it may exchange.
    fn may_differ_by_one_error(&self, own: &str) -> bool {
        let half = own.len() / 2;
        let (first, last) = first_and_last(own);
        let has_start = first.is_some_and(|first| self.starts.contains(first));
        let has_end = last.is_some_and(|last| self.ends.contains(last));
        (has_start && any_begins_with(&self.skeletons, own.get(..half).unwrap_or_default()))
            || (has_end && {
                let end = own.get(half + 1..).unwrap_or_default();
                any_begins_with(&self.turned, &end.chars().rev().collect::<String>())
            })
    }

    fn may_have_enough_in_common(
        &self,
        name: &Name,
        known: &[&Known],
        common: &mut Vec<(f32, f32)>,
        touched: &mut Vec<u32>,
    ) -> bool {
        common.resize(self.targets.len(), (0.0, 0.0));
        for gain in known.iter().flat_map(|word| &word.gains) {
            if let Some(sum) = common.get_mut(gain.target as usize) {
                if *sum == (0.0, 0.0) {
                    touched.push(gain.target);
                }
                *sum = (sum.0 + gain.common.0, sum.1 + gain.common.1);
            }
        }
        let weight: f32 = known.iter().map(|word| word.weight).sum();
        let mut reaches = false;
        for target in touched.drain(..) {
            let Some(sum) = common.get_mut(target as usize).map(std::mem::take) else { continue };
            let Some(target) = self.targets.get(target as usize) else { continue };
            let several = name.words.len().min(target.listed.name.words.len()) >= 2;
            let weight = (weight, target.listed.weight);
            reaches |= at_most(sum, weight, several, &self.weights) * ROUNDING >= self.least;
        }
        reaches
    }

    /// The place of what is known of a word.
    fn remember(&self, word: &Word, known: &mut KnownWords, scratch: &mut Scratch) -> usize {
        let met = known.places.get(word.text.as_str()).into_iter().flatten();
        let mut same = met.filter(|(sense, kind, _)| **sense == *word.sense && *kind == word.kind);
        if let Some((_, _, place)) = same.next() {
            return *place;
        }
        let place = known.known.len();
        known.known.push(self.known(word, scratch));
        let meanings = known.places.entry(word.text.as_str().into()).or_default();
        meanings.push((word.sense.as_str().into(), word.kind, place));
        place
    }

    fn known(&self, word: &Word, scratch: &mut Scratch) -> Known {
        let likely = self.index.likely(word, scratch);
        let weight = self.index.weight_of_asked(word, &likely);
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
        match word.kind {
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
        let gains = most.into_iter().map(|(target, common)| Gain { target, common }).collect();
        let text = word.text.replace(' ', "");
        let (start, end) = lasting_ends(&text);
        let end: String = end.chars().rev().collect();
        let folded: String = word.text.chars().map(initial).collect();
        let target = |target: u32| self.targets.get(target as usize).map(|target| target.listed);
        let is_made = !self.pieces.of_word(word, target).is_empty();
        Known {
            weight,
            gains,
            begins: any_begins_with(&self.skeletons, &start),
            ends: any_begins_with(&self.turned, &end),
            is_acronym: self.runs.contains(&folded) || is_made,
        }
    }
}

fn first_letters(name: &Name) -> String {
    name.words.iter().filter_map(|word| word.text.chars().next()).map(initial).collect()
}

/// The first and the last letters of a skeleton, if it is long enough for a typing error in words
/// that are written together.
fn first_and_last(skeleton: &str) -> (Option<&str>, Option<&str>) {
    let long = Some(skeleton).filter(|skeleton| skeleton.len() >= 2 * HALF);
    (
        long.and_then(|skeleton| skeleton.get(..HALF)),
        long.and_then(|skeleton| skeleton.get(skeleton.len() - HALF..)),
    )
}

fn any_begins_with(sorted: &[String], start: &str) -> bool {
    let from = sorted.partition_point(|known| known.as_str() < start);
    sorted.get(from).is_some_and(|known| known.starts_with(start))
}
