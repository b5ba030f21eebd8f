//! The names of all entries, and the nearest of them to a given name.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::acronyms::Acronyms;
use super::asked_name::{AskedName, AskedSpan};
use super::by_letters::ByLetters;
use super::listed_name::{ListedName, Span, may_have_russian_name, of_kind};
use super::pieces::Pieces;
pub use super::scratch::Scratch;
use super::vocabulary::{Agreement, Likely, Vocabulary};
use crate::domain::Entry;
use crate::screen::in_parts::{in_parts, joined};
use crate::screen::names::pieces::PiecesOfName;
use crate::screen::names::spelling::skeleton;
use crate::screen::names::variants::Variant;
use crate::screen::names::word::{Kind, Name, TOGETHER, Word, may_join};
use crate::screen::names::{meaning, rarity, variants};

/// The most listed names that are compared because of the pieces of one word or name.
const ALIKE_BY_PIECES: usize = 24;
/// The most listed names that are compared with one name in full.
const NEAREST: usize = 48;
/// A word that so few listed names have is rare.
const RAREST: usize = 12;
/// The most listed names that are visited for one name. Beyond it the words are too common to lead
/// anywhere. One word is always followed.
const VISITS: usize = 4000;
/// Names are read on so many cores.
const THREADS: usize = 4;

/// The names of a list.
#[derive(Debug, Default)]
pub struct NamesIndex {
    pub(super) vocabulary: Vocabulary,
    names: Vec<ListedName>,
    /// The names that have a group.
    postings: Vec<Vec<u32>>,
    /// How many entries have a group as a word of their names.
    parties: Vec<usize>,
    entries: usize,
    acronyms: Acronyms,
    by_letters: ByLetters,
    pieces: Pieces,
}

/// One variant of a published name, read.
struct Read {
    entry: u32,
    published: Box<str>,
    left_out: Box<str>,
    most: f32,
    is_translated: bool,
    skeleton: Box<str>,
    pieces: PiecesOfName,
    name: Name,
}

/// The names of an entry, each read in each way.
fn read(place: u32, entry: &Entry, acronyms: &Acronyms) -> Vec<Read> {
    let mut read: Vec<Read> = Vec::new();
    let is_translated = may_have_russian_name(&entry.countries);
    for published in std::iter::once(&entry.name).chain(&entry.aliases) {
        for variant in variants::of_listed(published) {
            let name = Name::of(&variant.text);
            let shortened = acronyms.shorten(&name);
            for name in std::iter::once(name).chain(shortened) {
                let mut same = read.iter().filter(|had| had.name.whole == name.whole);
                let known = same.any(|had| had.most >= variant.most);
                if !known && !name.words.is_empty() {
                    read.push(Read {
                        entry: place,
                        published: published.as_str().into(),
                        left_out: variant.left_out.as_str().into(),
                        most: variant.most,
                        is_translated,
                        skeleton: skeleton(&name.bare).into(),
                        pieces: PiecesOfName::of(&name.words),
                        name,
                    });
                }
            }
        }
    }
    read
}

impl NamesIndex {
    pub fn of(entries: &[Entry]) -> Self {
        let acronyms = Acronyms::of(entries);
        let places: Vec<(u32, &Entry)> = (0u32..).zip(entries).collect();
        let read = in_parts(&places, THREADS, |part| {
            part.iter().flat_map(|(place, entry)| read(*place, entry, &acronyms)).collect()
        });
        let read: Vec<Read> = read.into_iter().flat_map(|part: Vec<Read>| part).collect();
        let mut index = Self { entries: entries.len(), acronyms, ..Self::default() };
        index.count_words(&read);
        for read in read {
            index.add(read);
        }
        index.add_meanings();
        index.names.shrink_to_fit();
        let names = &index.names;
        (index.by_letters, index.pieces) = std::thread::scope(|scope| {
            let by_letters = scope.spawn(|| ByLetters::of(names));
            let pieces = Pieces::of(names);
            (joined(by_letters), pieces)
        });
        index
    }

    /// Words of other languages are those of the list that they mean.
    fn add_meanings(&mut self) {
        for (word, sense) in meaning::all() {
            if let Some(group) = self.vocabulary.group_of(sense) {
                self.vocabulary.add_word(word, group);
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &ListedName> {
        self.names.iter()
    }

    pub fn name(&self, id: u32) -> Option<&ListedName> {
        self.names.get(usize::try_from(id).ok()?)
    }

    fn count_words(&mut self, read: &[Read]) {
        let mut last: FxHashMap<u32, u32> = FxHashMap::default();
        for Read { entry, name, .. } in read {
            for word in &name.words {
                let group = self.vocabulary.group(&word.sense);
                if word.kind == Kind::Word || word.kind == Kind::Patronymic {
                    self.vocabulary.add_word(&word.text, group);
                    self.vocabulary.add_word(&word.sense, group);
                }
                self.parties.resize(self.vocabulary.groups().max(self.parties.len()), 0);
                let counted = last.insert(group, *entry) == Some(*entry);
                if let Some(count) = self.parties.get_mut(group as usize)
                    && !counted
                {
                    *count += 1;
                }
            }
        }
    }

    fn plain_weight(&self, word: &Word) -> f32 {
        let group = self.vocabulary.group_of(&word.sense);
        let with = group.and_then(|group| self.parties.get(group as usize)).copied();
        rarity::weight(&word.sense, with.unwrap_or(0), self.entries)
    }

    fn add(&mut self, read: Read) {
        let Read { entry, published, left_out, most, is_translated, skeleton, pieces, name } = read;
        let id = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let weights: Box<[f32]> =
            name.words.iter().map(|word| of_kind(word.kind, self.plain_weight(word))).collect();
        let mut spans = Vec::new();
        for (start, word) in (0u8..).zip(&name.words) {
            let group = self.vocabulary.group(&word.sense);
            spans.push(Span { group, start, length: 1 });
            let mut joined = word.text.replace(' ', "");
            for (length, next) in (2u8..).zip(name.words.iter().skip(usize::from(start) + 1)) {
                if usize::from(length) > TOGETHER || !may_join(word.kind) || !may_join(next.kind) {
                    break;
                }
                joined.push_str(&next.text.replace(' ', ""));
                let group = self.vocabulary.add_together(&joined);
                spans.push(Span { group, start, length });
            }
        }
        self.postings.resize(self.vocabulary.groups().max(self.postings.len()), Vec::new());
        for span in &spans {
            if let Some(postings) = self.postings.get_mut(span.group as usize)
                && postings.last() != Some(&id)
            {
                postings.push(id);
            }
        }
        let weight = weights.iter().sum();
        self.names.push(ListedName {
            entry,
            published,
            name,
            left_out,
            most,
            skeleton,
            weights,
            spans: spans.into(),
            is_translated,
            pieces,
            weight,
        });
    }

    /// A name of a counterparty in the words of this list.
    pub fn ask(&self, variant: Variant, scratch: &mut Scratch) -> Vec<AskedName> {
        let name = Name::of(&variant.text);
        self.readings(name).map(|name| self.ask_one(name, variant.clone(), scratch)).collect()
    }

    /// Whether the list explains an acronym of the first words of a name, given their meanings.
    pub(super) fn has_acronym_for<'a>(&self, senses: impl Iterator<Item = &'a str>) -> bool {
        self.acronyms.of_first_words(senses).is_some()
    }

    /// The ways to read a name: as it is, and with an acronym that the list explains.
    fn readings(&self, name: Name) -> impl Iterator<Item = Name> {
        let shortened = self.acronyms.shorten(&name);
        shortened.into_iter().chain([name]).filter(|name| !name.words.is_empty())
    }

    fn ask_one(&self, name: Name, variant: Variant, scratch: &mut Scratch) -> AskedName {
        let mut weights = Vec::with_capacity(name.words.len());
        let mut spans: Vec<AskedSpan> = Vec::new();
        for (start, word) in name.words.iter().enumerate() {
            let likely = self.likely(word, scratch);
            let weight = self.weight_of_asked(word, &likely);
            weights.push(weight);
            spans.push(AskedSpan { start, length: 1, weight, likely });
        }
        for start in 0..name.words.len() {
            let Some(word) = name.words.get(start).filter(|word| may_join(word.kind)) else {
                continue;
            };
            let mut joined = word.text.replace(' ', "");
            for length in 2..=TOGETHER {
                let Some(next) = name.words.get(start + length - 1).filter(|w| may_join(w.kind))
                else {
                    break;
                };
                joined.push_str(&next.text.replace(' ', ""));
                let likely = self.likely_together(&joined, length == 2, scratch);
                if !likely.is_empty() {
                    let weight = weights.iter().skip(start).take(length).sum();
                    spans.push(AskedSpan { start, length, weight, likely });
                }
            }
        }
        AskedName::of(name, variant, weights, spans)
    }

    /// The weight of a word of a counterparty, which may be these listed words.
    pub(super) fn weight_of_asked(&self, word: &Word, likely: &[Likely]) -> f32 {
        let mut plain = self.plain_weight(word);
        if let Some(best) = likely.first().filter(|best| best.likeness >= SURE) {
            let listed = self.parties.get(best.group as usize).copied().unwrap_or(0);
            plain = plain.min(self.weight_of_group(best.group, word, listed));
        }
        of_kind(word.kind, plain)
    }

    fn weight_of_group(&self, group: u32, word: &Word, listed: usize) -> f32 {
        let general = self.vocabulary.sense(group).map_or(&*word.sense, |sense| sense);
        rarity::weight(general, listed, self.entries)
    }

    /// The listed words that a word of a counterparty may be.
    pub(super) fn likely(&self, word: &Word, scratch: &mut Scratch) -> Arc<[Likely]> {
        if matches!(word.kind, Kind::Number | Kind::Letter) || word.text.contains(' ') {
            let group = self.vocabulary.group_of(&word.sense);
            return group.map(Likely::same).into_iter().collect();
        }
        // A word of a spelled-out acronym is only itself: `nii` is not spelled like anything.
        let text =
            if meaning::spelled_out(&word.text).is_some() { &word.sense } else { &word.text };
        scratch.remembered(text, &word.sense, || self.vocabulary.likely(text, &word.sense))
    }

    fn likely_together(&self, joined: &str, two: bool, scratch: &mut Scratch) -> Arc<[Likely]> {
        scratch.remembered(joined, if two { TWO_TOGETHER } else { TOGETHER_KEY }, || {
            let found = self.vocabulary.likely_together(joined);
            if found.is_empty() && two {
                return self.vocabulary.likely_with_one_error(joined);
            }
            found
        })
    }

    /// The listed names that are nearest to a name, in the order of the list.
    pub fn nearest(&self, asked: &AskedName, scratch: &mut Scratch) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        self.by_letters.find(asked, &mut found);
        found.truncate(NEAREST);
        for word in &asked.name.words {
            let names = scratch.made_of(word, || self.pieces.of_word(word, |id| self.name(id)));
            found.extend(names.iter().take(ALIKE_BY_PIECES));
        }
        found.extend(self.pieces.of_name(&asked.name.words).iter().take(ALIKE_BY_PIECES));
        self.by_words(asked, scratch, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn by_words(&self, asked: &AskedName, scratch: &mut Scratch, found: &mut Vec<u32>) {
        let mut steps: Vec<(bool, usize, f32, &[u32])> = Vec::new();
        for span in &asked.spans {
            for likely in span.likely.iter() {
                if let Some(names) = self.postings.get(likely.group as usize) {
                    let is_other_word = likely.agreement == Agreement::NearMeaning;
                    let gain = span.weight * likely.likeness;
                    steps.push((is_other_word, names.len(), gain, names));
                }
            }
        }
        // A rare word that is only near in meaning leads nowhere, and must not keep the names that
        // have the word itself from being visited.
        steps.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
        // The names that have the rarest word are compared however common their other words are.
        let rare = steps.iter().filter(|step| step.1 <= RAREST);
        if let Some((_, _, _, names)) = rare.max_by(|a, b| a.2.total_cmp(&b.2)) {
            found.extend(*names);
        }
        scratch.gained.resize(self.names.len(), 0.0);
        let mut visits = 0;
        for (_, length, gain, names) in steps {
            if visits > 0 && visits + length > VISITS {
                break;
            }
            visits += length;
            for id in names {
                if let Some(gained) = scratch.gained.get_mut(*id as usize) {
                    if *gained == 0.0 {
                        scratch.touched.push(*id);
                    }
                    *gained += gain;
                }
            }
        }
        let mut ranked: Vec<(f32, u32)> = Vec::with_capacity(scratch.touched.len());
        for id in scratch.touched.drain(..) {
            let Some(gained) = scratch.gained.get_mut(id as usize) else { continue };
            let gain = std::mem::take(gained);
            let weight = self.name(id).map_or(0.0, |name| name.weight);
            let most = gain.min(weight).min(asked.weight);
            ranked.push((most / (most + 0.5 * (weight + asked.weight - 2.0 * most) + 2.0), id));
        }
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if ranked.len() > NEAREST {
            ranked.select_nth_unstable_by(NEAREST, order);
            ranked.truncate(NEAREST);
        }
        found.extend(ranked.into_iter().map(|(_, id)| id));
    }
}

/// No word has these meanings: of words written together, of two and of more.
const TWO_TOGETHER: &str = "2";
const TOGETHER_KEY: &str = "+";

/// A word that is this likely is that word, for its rarity.
const SURE: f32 = 0.9;
