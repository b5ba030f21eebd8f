//! Whether names share a word that tells parties apart, or only trades, places and common words.

use crate::screen::alignment::{Alignment, Link, Why};
use crate::screen::index::asked_name::AskedName;
use crate::screen::index::listed_name::ListedName;
use crate::screen::names::place::is_place;
use crate::screen::names::word::{FILLERS, Kind, Word};
use crate::screen::names::{meaning, rarity};

/// A word of this weight tells parties apart, if it is no place. In nats.
const RARE: f32 = 4.5;
/// A word that tells parties apart has this many letters at least.
const LETTERS: usize = 3;
/// A listed name of one word that another name contains has this many letters at least: shorter
/// ones are syllables and initials of many names.
const LETTERS_ALONE: usize = 5;
/// Words that are less alike than this may be other words.
const SURE: f32 = 0.95;
/// A misspelled word is this much alike at least.
const MISSPELLED: f32 = 0.75;
/// Meanings of words that say how a party is organized: writers leave them out.
const ORGANIZED: [&str; 16] = [
    "bureau",
    "ministry",
    "department",
    "office",
    "agency",
    "organization",
    "administration",
    "group",
    "company",
    "corporation",
    "enterprise",
    "plant",
    "trading",
    "general",
    "international",
    "industry",
];
/// Meanings of words that are in so many names that writers leave them out, if enough is left: one
/// of them alone makes another university of the same town.
const FREQUENT: [&str; 8] = [
    "technology",
    "technical",
    "research",
    "design",
    "engineering",
    "development",
    "system",
    "service",
];
/// This many shared words are enough.
const ENOUGH: usize = 3;
/// Meanings of words of schools, which differ from others of their kind in a common word.
const SCHOOLS: [&str; 5] = ["university", "institute", "academy", "college", "school"];

/// Whether two names are surely of one party as far as their words go: they share a word that tells
/// parties apart, or nothing that counts is left over and nothing is only alike.
pub fn is_sure(asked: &AskedName, listed: &ListedName, found: &Alignment) -> bool {
    if found.links.iter().any(|link| tells(asked, listed, link)) {
        return true;
    }
    let only_asked = left(&asked.name.words, found.links.iter().map(|link| link.asked));
    let only_listed = left(&listed.name.words, found.links.iter().map(|link| link.listed));
    let mut shared = found.links.iter().filter_map(|link| asked.name.words.get(link.asked.0));
    let several = found.links.len() >= ENOUGH;
    let is_person = several
        && shared.clone().all(|word| !has_place(word))
        && shared.clone().chain(only_listed.iter().copied()).all(|word| !is_trade(word));
    // A short word that few have, with two trades: `AR Composites Trading`.
    let is_known_by_few = |link: &Link| {
        let own = asked.name.words.get(link.asked.0);
        link.why == Why::Same && own.is_some_and(|word| word.kind == Kind::Word && !is_plain(word))
    };
    if several && found.links.iter().any(is_known_by_few) {
        return true;
    }
    let own = shared.clone().filter(|word| !has_place(word)).count();
    let is_school = |word: &Word| SCHOOLS.contains(&word.sense.as_str());
    // One word that the counterparty leaves out of a longer name of a firm.
    let lacks_one =
        own >= ENOUGH && only_listed.len() == 1 && !listed.name.words.iter().any(is_school);
    let is_enough = several || !shared.any(has_place);
    found.links.iter().all(|link| is_same(asked, link))
        && only_asked.is_empty()
        && (lacks_one
            || only_listed.iter().all(|word| {
                let sense = word.sense.as_str();
                is_person || ORGANIZED.contains(&sense) || is_enough && FREQUENT.contains(&sense)
            }))
}

/// Whether a counterparty has all words of a listed name that tells parties apart, and beyond them
/// only words that many have: a place, a trade, a branch.
pub fn is_with_plain_words(asked: &AskedName, listed: &ListedName, found: &Alignment) -> bool {
    let words = &listed.name.words;
    let letters = if words.len() == 1 { LETTERS_ALONE } else { LETTERS };
    let tells = |(word, weight): (&Word, &f32)| {
        is_telling(word, *weight) && !is_plain(word) && word.text.len() >= letters
    };
    let spans = found.links.iter().map(|link| link.asked);
    words.iter().zip(&listed.weights).any(tells)
        && left(&asked.name.words, spans).into_iter().all(is_plain)
}

fn is_telling(word: &Word, weight: f32) -> bool {
    word.kind == Kind::Word
        && word.text.len() >= LETTERS
        && weight >= RARE
        && !has_place(word)
        && !is_trade(word)
}

/// Whether many parties have this word, a number or a letter.
fn is_plain(word: &Word) -> bool {
    matches!(word.kind, Kind::Number | Kind::Letter)
        || rarity::is_common(&word.sense)
        || rarity::is_common(&word.text)
        || FILLERS.contains(&word.text.as_str())
        || has_place(word)
        || is_trade(word)
}

fn is_trade(word: &Word) -> bool {
    meaning::of_word(&word.sense).is_some() || meaning::spelled_out(&word.text).is_some()
}

fn has_place(word: &Word) -> bool {
    is_place(&word.text) || is_place(&word.sense)
}

/// Whether the words of a link are the same. A common word is not spelled like another: `trust` and
/// `thrust`.
fn is_same(asked: &AskedName, link: &Link) -> bool {
    let is_common = asked.name.words.get(link.asked.0).is_some_and(|word| {
        rarity::is_common(&word.text) && !matches!(word.kind, Kind::Number | Kind::Letter)
    });
    link.why == Why::Same || link.likeness >= SURE && !is_common
}

/// Whether a link holds by a word that tells parties apart.
fn tells(asked: &AskedName, listed: &ListedName, link: &Link) -> bool {
    let has = |words: &[Word], weights: &[f32], (start, length): (usize, usize)| {
        let mut linked = words.iter().zip(weights).skip(start).take(length);
        linked.any(|(word, weight)| is_telling(word, *weight))
    };
    let own = has(&asked.name.words, &asked.weights, link.asked);
    let other = has(&listed.name.words, &listed.weights, link.listed);
    // An acronym, or words written together, can be distinctive even if their parts are not.
    let has_other_count = link.asked.1 != link.listed.1;
    if has_other_count { own || other } else { own && other && link.likeness >= MISSPELLED }
}

/// The words that no link has.
fn left(words: &[Word], linked: impl Iterator<Item = (usize, usize)> + Clone) -> Vec<&Word> {
    let is_linked =
        |at: usize| linked.clone().any(|(start, length)| (start..start + length).contains(&at));
    words.iter().enumerate().filter(|(at, _)| !is_linked(*at)).map(|(_, word)| word).collect()
}
