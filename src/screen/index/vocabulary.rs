//! The words of the listed names, and which of them a given word may be.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::screen::names::letter_hash::deletions;
use crate::screen::names::meaning::{Relation, is_pinyin, related};
use crate::screen::names::spelling::{consonants, distance, skeleton};

/// How alike a word and a term are, by how they agree.
pub const SAME: f32 = 1.0;
const SAME_SKELETON: f32 = 0.96;
const ONE_ERROR: f32 = 0.92;
const ONE_ERROR_IN_A_SHORT_WORD: f32 = 0.84;
const ONE_ERROR_IN_FOUR_LETTERS: f32 = 0.70;
const SAME_CONSONANTS: f32 = 0.84;
/// The vowels differ in more than two places: this much less.
const FAR: f32 = 0.14;
const TWO_ERRORS: f32 = 0.80;
const SAME_BEGINNING: f32 = 0.78;
const ABBREVIATED: f32 = 0.62;
const NEAR_MEANING: f32 = 0.50;
const OTHER_FORM: f32 = 0.80;

/// In a shorter word, a typing error cannot be distinguished from another word. In letters.
pub(super) const ERROR_FROM: usize = 4;
/// A word of fewer letters is short: an error changes much of it.
const SHORT_BELOW: usize = 6;
pub(super) const TWO_ERRORS_FROM: usize = 9;
pub(super) const CONSONANTS_FROM: usize = 3;
/// Words of so few letters that differ in two vowels are other words.
const SHORT_CONSONANTS: usize = 4;
/// An abbreviation has this many letters at least, and leaves out two at least.
pub(super) const ABBREVIATION_FROM: usize = 3;
/// Two words begin alike if they share this many letters, and that is most of the longer one.
pub(super) const BEGINNING_FROM: usize = 6;

/// How a word agrees with a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    Same,
    Spelling,
    Abbreviation,
    /// Trade words that translators exchange.
    NearMeaning,
    /// Another form of a personal name.
    OtherForm,
}

/// A term of the vocabulary that a word may be.
#[derive(Clone, Copy, Debug)]
pub struct Likely {
    pub group: u32,
    pub likeness: f32,
    pub agreement: Agreement,
}

impl Likely {
    /// The group itself.
    pub fn same(group: u32) -> Self {
        Self { group, likeness: SAME, agreement: Agreement::Same }
    }
}

#[derive(Debug)]
struct Term {
    text: Box<str>,
    skeleton: Box<str>,
    group: u32,
}

/// The terms, grouped by meaning: all terms of a group are one word.
#[derive(Debug, Default)]
pub struct Vocabulary {
    terms: Vec<Term>,
    groups: FxHashMap<Box<str>, u32>,
    senses: Vec<Box<str>>,
    by_text: FxHashMap<Box<str>, u32>,
    /// Terms of single words, and of words written together.
    by_skeleton: FxHashMap<Box<str>, Vec<u32>>,
    by_consonants: FxHashMap<Box<str>, Vec<u32>>,
    /// By the hash of a skeleton with one letter left out, and of the whole one.
    by_deletion: FxHashMap<u64, Vec<u32>>,
    by_beginning: BTreeMap<Box<str>, u32>,
    by_beginning_of_skeleton: BTreeMap<Box<str>, Vec<u32>>,
}

impl Vocabulary {
    /// The group of a meaning, made if it is new.
    pub fn group(&mut self, sense: &str) -> u32 {
        if let Some(group) = self.groups.get(sense) {
            return *group;
        }
        let group = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        self.groups.insert(sense.into(), group);
        self.senses.push(sense.into());
        group
    }

    pub fn group_of(&self, sense: &str) -> Option<u32> {
        self.groups.get(sense).copied()
    }

    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    pub fn sense(&self, group: u32) -> Option<&str> {
        self.senses.get(usize::try_from(group).ok()?).map(|sense| &**sense)
    }

    /// Adds a word of a group, to be found under other spellings too. Syllables of Chinese are no
    /// abbreviation: `wei` of `weidianzi`.
    pub fn add_word(&mut self, text: &str, group: u32) {
        if self.by_text.contains_key(text) || text.contains(' ') {
            return;
        }
        let (term, skeleton) = self.add(text, group);
        self.by_text.insert(text.into(), term);
        if !is_pinyin(text) {
            self.by_beginning.insert(text.into(), term);
        }
        let alike = self.by_beginning_of_skeleton.entry(skeleton.as_str().into()).or_default();
        alike.push(term);
        if skeleton.len() >= CONSONANTS_FROM {
            self.by_consonants.entry(consonants(&skeleton).into()).or_default().push(term);
        }
        let mut found_by = |hash: u64| {
            let terms = self.by_deletion.entry(hash).or_default();
            if terms.last() != Some(&term) {
                terms.push(term);
            }
        };
        if skeleton.len() >= ERROR_FROM {
            deletions(&skeleton, &mut found_by);
        }
        if text.len() >= ERROR_FROM && text != skeleton {
            deletions(text, &mut found_by);
        }
    }

    /// Adds words written together, to be found under one skeleton only. Returns their group.
    pub fn add_together(&mut self, text: &str) -> u32 {
        if let Some(term) = self.by_text.get(text).and_then(|term| self.term(*term)) {
            return term.group;
        }
        let known = self.groups.len();
        let group = self.group(text);
        if self.groups.len() > known {
            self.add(text, group);
        }
        group
    }

    fn add(&mut self, text: &str, group: u32) -> (u32, String) {
        let skeleton = skeleton(text);
        let term = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        self.by_skeleton.entry(skeleton.as_str().into()).or_default().push(term);
        self.terms.push(Term { text: text.into(), skeleton: skeleton.as_str().into(), group });
        (term, skeleton)
    }

    fn term(&self, term: u32) -> Option<&Term> {
        self.terms.get(usize::try_from(term).ok()?)
    }

    /// The groups that a word may be, best first.
    pub fn likely(&self, text: &str, sense: &str) -> Vec<Likely> {
        let mut found: Vec<Likely> = Vec::new();
        let mut add = |group: u32, likeness: f32, agreement: Agreement| match found
            .iter_mut()
            .find(|likely| likely.group == group)
        {
            Some(known) if known.likeness >= likeness => {}
            Some(known) => *known = Likely { group, likeness, agreement },
            None => found.push(Likely { group, likeness, agreement }),
        };
        if let Some(group) = self.group_of(sense) {
            add(group, SAME, Agreement::Same);
        }
        let own = skeleton(text);
        for term in self.listed(&self.by_skeleton, &own) {
            add(term.group, SAME_SKELETON, Agreement::Spelling);
        }
        self.with_errors(text, &own, &mut add);
        self.beginning_alike(text, &mut add);
        self.beginning_of_skeleton_alike(&own, &mut add);
        for (other, relation) in related(sense) {
            if let Some(group) = self.group_of(other) {
                match relation {
                    Relation::Meaning => add(group, NEAR_MEANING, Agreement::NearMeaning),
                    Relation::Name => add(group, OTHER_FORM, Agreement::OtherForm),
                }
            }
        }
        found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then(a.group.cmp(&b.group)));
        found
    }

    /// The groups that words written together may be: by the same skeleton only.
    pub fn likely_together(&self, text: &str) -> Vec<Likely> {
        let own = skeleton(text);
        let mut found: Vec<Likely> = Vec::new();
        for term in self.listed(&self.by_skeleton, &own) {
            if !found.iter().any(|likely| likely.group == term.group) {
                let likeness = if *term.text == *text { SAME } else { SAME_SKELETON };
                found.push(Likely { group: term.group, likeness, agreement: Agreement::Spelling });
            }
        }
        found
    }

    /// The groups of single words from which words written together differ by one error.
    pub fn likely_with_one_error(&self, text: &str) -> Vec<Likely> {
        self.with_one_error(&skeleton(text))
    }

    /// The same, given the skeleton of the words written together.
    pub fn with_one_error(&self, own: &str) -> Vec<Likely> {
        let mut found: Vec<Likely> = Vec::new();
        if own.len() < TWO_ERRORS_FROM {
            return found;
        }
        deletions(own, &mut |hash| {
            let terms = self.by_deletion.get(&hash).into_iter().flatten();
            for term in terms.filter_map(|term| self.term(*term)) {
                let near = distance(own, &term.skeleton).is_some_and(|errors| errors <= 1);
                if near && !found.iter().any(|likely| likely.group == term.group) {
                    let (group, agreement) = (term.group, Agreement::Spelling);
                    found.push(Likely { group, likeness: ONE_ERROR, agreement });
                }
            }
        });
        found
    }

    /// All terms of these groups, each with its skeleton.
    pub fn terms_of(&self, groups: &FxHashSet<u32>) -> impl Iterator<Item = (&str, &str)> {
        let terms = self.terms.iter().filter(|term| groups.contains(&term.group));
        terms.map(|term| (&*term.text, &*term.skeleton))
    }

    fn listed<'a>(
        &'a self,
        table: &'a FxHashMap<Box<str>, Vec<u32>>,
        key: &str,
    ) -> impl Iterator<Item = &'a Term> {
        table.get(key).into_iter().flatten().filter_map(|term| self.term(*term))
    }

    fn with_errors(&self, text: &str, own: &str, add: &mut impl FnMut(u32, f32, Agreement)) {
        if own.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        // An error inside `ch` or `sh` changes more of the skeleton than of the word.
        let mut errors = |term: &Term| {
            let length = own.len().min(term.skeleton.len());
            let least = [distance(own, &term.skeleton), distance(text, &term.text)];
            let likeness = match least.into_iter().flatten().min() {
                Some(0) => SAME_SKELETON,
                Some(1) if length >= SHORT_BELOW => ONE_ERROR,
                Some(1) if length > ERROR_FROM => ONE_ERROR_IN_A_SHORT_WORD,
                Some(1) if length == ERROR_FROM => ONE_ERROR_IN_FOUR_LETTERS,
                Some(2) if length >= TWO_ERRORS_FROM => TWO_ERRORS,
                _ => return,
            };
            add(term.group, likeness, Agreement::Spelling);
        };
        let mut near: Vec<u32> = Vec::new();
        let mut find = |hash: u64| near.extend(self.by_deletion.get(&hash).into_iter().flatten());
        if own.len() >= ERROR_FROM {
            deletions(own, &mut find);
        }
        if text.len() >= ERROR_FROM && text != own {
            deletions(text, &mut find);
        }
        near.sort_unstable();
        near.dedup();
        near.iter().filter_map(|term| self.term(*term)).for_each(&mut errors);
        let bones = consonants(own);
        if bones.len() >= CONSONANTS_FROM {
            for term in self.listed(&self.by_consonants, &bones) {
                let likeness = match distance(own, &term.skeleton) {
                    None => SAME_CONSONANTS - FAR,
                    // The vowels of an acronym say as much: `kret` is not `krti`.
                    Some(2) if own.len().min(term.skeleton.len()) <= SHORT_CONSONANTS => continue,
                    Some(_) => SAME_CONSONANTS,
                };
                add(term.group, likeness, Agreement::Spelling);
            }
        }
    }

    /// `novokuibyshevsk` and `novokuybyshev`.
    fn beginning_of_skeleton_alike(&self, own: &str, add: &mut impl FnMut(u32, f32, Agreement)) {
        let Some(start) = own.get(..BEGINNING_FROM) else { return };
        let from = (std::ops::Bound::Included(start), std::ops::Bound::Unbounded);
        let near = self.by_beginning_of_skeleton.range::<str, _>(from);
        for (other, terms) in near.take_while(|(other, _)| other.starts_with(start)) {
            if begin_alike(own, other) {
                for term in terms.iter().filter_map(|term| self.term(*term)) {
                    add(term.group, SAME_BEGINNING, Agreement::Spelling);
                }
            }
        }
    }

    fn beginning_alike(&self, text: &str, add: &mut impl FnMut(u32, f32, Agreement)) {
        if text.len() < ABBREVIATION_FROM {
            return;
        }
        let start = text.get(..text.len().min(BEGINNING_FROM)).unwrap_or(text);
        for (other, term) in self
            .by_beginning
            .range::<str, _>((std::ops::Bound::Included(start), std::ops::Bound::Unbounded))
        {
            if !other.starts_with(start) {
                break;
            }
            let Some(group) = self.term(*term).map(|term| term.group) else { continue };
            let shared = text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
            if begin_alike(text, other) {
                add(group, SAME_BEGINNING, Agreement::Spelling);
            } else if shared == text.len() && other.len() >= text.len() + 2 {
                add(group, ABBREVIATED, Agreement::Abbreviation);
            }
        }
        for length in ABBREVIATION_FROM + 1..text.len().saturating_sub(1) {
            let short = text.get(..length).and_then(|short| self.by_text.get(short));
            if let Some(term) = short.and_then(|term| self.term(*term)) {
                add(term.group, ABBREVIATED, Agreement::Abbreviation);
            }
        }
    }
}

/// Whether two words share their beginning, and that is most of the longer one.
fn begin_alike(one: &str, other: &str) -> bool {
    let shared = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    shared >= BEGINNING_FROM && shared * 10 >= one.len().max(other.len()) * 7
}
