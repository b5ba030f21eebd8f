//! The listed names by their letters: whole, without their legal form, and by first letters.

use rustc_hash::FxHashMap;

use super::asked_name::AskedName;
use super::initials::{acronyms, initials, runs};
use super::listed_name::ListedName;

/// First letters that more names have say nothing.
const ALIKE: usize = 24;

/// The places of names that have some letters.
type Places = FxHashMap<Box<str>, Vec<u32>>;

/// The names of a list, by their letters.
#[derive(Debug, Default)]
pub struct ByLetters {
    whole: Places,
    bare: Places,
    initials: Places,
    /// By the first letters of neighboring words.
    runs: Places,
    /// By short words that may be acronyms.
    acronyms: Places,
}

impl ByLetters {
    pub fn of(names: &[ListedName]) -> Self {
        let mut index = Self::default();
        for (id, listed) in (0u32..).zip(names) {
            push_once(&mut index.whole, &listed.name.whole, id);
            push_once(&mut index.bare, &listed.skeleton, id);
            if let Some(initials) = initials(&listed.name) {
                push_once(&mut index.initials, &initials, id);
            }
            for run in runs(&listed.name) {
                push_once(&mut index.runs, &run, id);
            }
            for acronym in acronyms(&listed.name) {
                push_once(&mut index.acronyms, &acronym, id);
            }
        }
        index
    }

    /// Adds the names whose letters are those of the one that is asked for.
    pub fn find(&self, asked: &AskedName, found: &mut Vec<u32>) {
        let mut add = |names: Option<&Vec<u32>>| found.extend(names.into_iter().flatten());
        add(self.whole.get(asked.name.whole.as_str()));
        add(self.bare.get(asked.skeleton.as_str()));
        add(self.initials.get(asked.name.bare.as_str()));
        if let Some(initials) = initials(&asked.name) {
            add(self.whole.get(initials.as_str()));
        }
        let few = |names: &&Vec<u32>| names.len() <= ALIKE;
        for acronym in acronyms(&asked.name) {
            add(self.runs.get(acronym.as_str()).filter(few));
        }
        for run in runs(&asked.name) {
            add(self.acronyms.get(run.as_str()).filter(few));
        }
    }
}

fn push_once(places: &mut Places, letters: &str, id: u32) {
    let names = places.entry(letters.into()).or_default();
    if names.last() != Some(&id) {
        names.push(id);
    }
}
