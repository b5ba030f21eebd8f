//! What one thread reuses from name to name.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::vocabulary::Likely;
use crate::screen::names::word::Word;

/// A counterparty file may have any number of different words: the memory for what they may be is
/// emptied at this size.
const REMEMBERED_WORDS: usize = 20_000;

/// The likely words of each word, by its meanings: the same letters are another word inside an
/// acronym.
type LikelyOfWord = FxHashMap<Box<str>, Vec<(Box<str>, Arc<[Likely]>)>>;

/// What one thread reuses from name to name. It changes no result.
#[derive(Debug, Default)]
pub struct Scratch {
    likely: LikelyOfWord,
    /// The names of which a word is made.
    made_of: FxHashMap<Box<str>, Arc<[u32]>>,
    pub(super) gained: Vec<f32>,
    pub(super) touched: Vec<u32>,
}

impl Scratch {
    pub(super) fn remembered(
        &mut self,
        text: &str,
        sense: &str,
        find: impl FnOnce() -> Vec<Likely>,
    ) -> Arc<[Likely]> {
        let known = self.likely.get(text).into_iter().flatten();
        if let Some((_, likely)) = known.into_iter().find(|(of, _)| **of == *sense) {
            return likely.clone();
        }
        if self.likely.len() >= REMEMBERED_WORDS {
            self.likely.clear();
        }
        let likely: Arc<[Likely]> = find().into();
        self.likely.entry(text.into()).or_default().push((sense.into(), likely.clone()));
        likely
    }

    /// The names of which a word is made.
    pub(super) fn made_of(&mut self, word: &Word, find: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        if let Some(known) = self.made_of.get(word.text.as_str()) {
            return known.clone();
        }
        if self.made_of.len() >= REMEMBERED_WORDS {
            self.made_of.clear();
        }
        let names: Arc<[u32]> = find().into();
        self.made_of.insert(word.text.as_str().into(), names.clone());
        names
    }
}
