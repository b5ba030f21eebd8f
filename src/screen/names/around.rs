//! What counterparty files write around a name: `Messrs.`, `Moscow Branch`, `do not use`, by the
//! table `around_names.txt`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::legal_form;
use super::letters::words;
use super::place::is_place;
use super::table::lines;
use super::word::FILLERS;

/// What a phrase says about the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It does not distinguish parties.
    Title,
    /// A part of the party, with its place.
    Part,
    Note,
    /// A person or another party follows.
    Person,
}

static PHRASES: LazyLock<FxHashMap<&'static str, Kind>> = LazyLock::new(|| {
    let mut phrases = FxHashMap::default();
    for (kind, written) in lines(include_str!("../tables/around_names.txt")) {
        let kind = match kind {
            "title" => Kind::Title,
            "part" => Kind::Part,
            "person" => Kind::Person,
            _ => Kind::Note,
        };
        phrases.extend(written.split("; ").map(|phrase| (phrase.trim(), kind)));
    }
    phrases
});

/// The first words of the phrases: most words of names begin none.
static FIRST_WORDS: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| PHRASES.keys().filter_map(|phrase| phrase.split(' ').next()).collect());

/// The most words of a phrase.
const LONGEST: usize = 5;
/// The name of a place beside a part has this many words at most.
const PLACE_WORDS: usize = 4;
/// Signs that letters alone do not show: `M/s` is no initials.
const SIGNS: [(&str, &str); 4] =
    [("m/s", "messrs "), ("c/o", "care of "), ("a/p", "accounts payable"), ("h/q", "hq")];
/// Words between a part and its place, in several languages.
const BETWEEN: [&str; 8] = ["of", "in", "at", "de", "v", "w", "u", "en"];

/// English words that begin names, as in `Office Alder`, unless a word of [`BETWEEN`] follows.
const GENERIC: [&str; 10] = [
    "branch",
    "branches",
    "department",
    "dept",
    "division",
    "headquarters",
    "office",
    "representation",
    "representative",
    "warehouse",
];

/// A name without what is written around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    pub name: String,
    /// The words that were left out, without titles.
    pub left_out: String,
}

/// The name inside a text, if something else is written around it, and there is a name.
pub fn without(text: &str) -> Option<Bare> {
    let all = words(&signs_spelled(text));
    let mut left: &[String] = &all;
    let mut left_out: Vec<String> = Vec::new();
    loop {
        let before = left.len();
        if let Some((cut, kind)) = at_start(left) {
            let (phrase, rest) = left.split_at_checked(cut)?;
            if kind != Kind::Title {
                left_out.extend(phrase.iter().cloned());
            }
            left = rest;
        }
        if let Some(cut) = at_end(left) {
            let (rest, phrase) = left.split_at_checked(cut)?;
            left_out.extend(phrase.iter().cloned());
            left = rest;
        }
        if left.len() == before {
            break;
        }
    }
    if left.len() == all.len() || legal_form::is_form(left) {
        return None;
    }
    let is_name = left.iter().any(|word| !is_place(word) && !FILLERS.contains(&word.as_str()));
    is_name.then(|| Bare { name: left.join(" "), left_out: left_out.join(" ") })
}

fn signs_spelled(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut spelled = lower;
    for (sign, phrase) in SIGNS {
        if spelled.contains(sign) {
            spelled = spelled.replace(sign, phrase);
        }
    }
    spelled
}

/// How many words before the name a phrase takes, and its kind.
fn at_start(words: &[String]) -> Option<(usize, Kind)> {
    let lengths = (1..=LONGEST.min(words.len())).rev();
    let (length, kind) =
        lengths.into_iter().find_map(|length| Some((length, kind_at(words, 0, length)?)))?;
    let rest = words.get(length..).unwrap_or_default();
    let between = rest.iter().take_while(|word| BETWEEN.contains(&word.as_str())).count();
    // `Office Alder` is a name.
    let is_name = length == 1
        && between == 0
        && kind == Kind::Part
        && words.first().is_some_and(|word| GENERIC.contains(&word.as_str()));
    Some((length + between, kind)).filter(|(cut, _)| *cut < words.len() && !is_name)
}

/// At which word that is not the first the rest belongs to a phrase.
fn at_end(words: &[String]) -> Option<usize> {
    if let Some(person) = (1..words.len())
        .find(|at| (1..=LONGEST).any(|length| kind_at(words, *at, length) == Some(Kind::Person)))
    {
        return Some(person);
    }
    let is_beside = |word: &String| {
        is_place(word) || BETWEEN.contains(&word.as_str()) || legal_form::is_part(word)
    };
    let beside = words.iter().rev().take(PLACE_WORDS).take_while(|word| is_beside(word)).count();
    (0..=beside).find_map(|skipped| {
        let end = words.len() - skipped;
        let (start, kind) = (1..=LONGEST.min(end)).rev().find_map(|length| {
            let start = end - length;
            Some((start, kind_at(words, start, length)?))
        })?;
        if kind != Kind::Part {
            return (skipped == 0 && start > 0 && kind == Kind::Note).then_some(start);
        }
        let before = words.get(..start).unwrap_or_default().iter().rev();
        let place = before.take(PLACE_WORDS).take_while(|word| is_place(word)).count();
        // If the whole name is a place, it stays.
        Some(if place < start { start - place } else { start }).filter(|at| *at > 0)
    })
}

/// The kind of the phrase that these words are.
fn kind_at(words: &[String], start: usize, length: usize) -> Option<Kind> {
    if !FIRST_WORDS.contains(words.get(start)?.as_str()) {
        return None;
    }
    PHRASES.get(words.get(start..start + length)?.join(" ").as_str()).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = without(text);
        let found = found.as_ref().map(|bare| (bare.name.as_str(), bare.left_out.as_str()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn ok_parts_of_a_party_are_left_out_with_their_places() {
        check("Alder Works Moscow Branch", Some(("alder works", "moscow branch")));
        check("Alder Works, Representative Office", Some(("alder works", "representative office")));
        check("Alder Rep. Office in Abu Dhabi", Some(("alder", "rep office in abu dhabi")));
        check("Branch Office of Alder Works", Some(("alder works", "branch office of")));
        check("Succursale de Alder SA", Some(("alder sa", "succursale de")));
        check("ООО Алдер, филиал в Минске", None);
        check("Филиал ООО «Алдер»", Some(("ooo alder", "filial")));
        check(
            "Alder GmbH Zweigniederlassung Düsseldorf",
            Some(("alder gmbh", "zweigniederlassung dusseldorf")),
        );
        check("Alder A.Ş. İstanbul Şubesi", Some(("alder a s", "istanbul subesi")));
        check("Moscow Branch", None);
        check("Beijing Alder Shanghai Branch", Some(("beijing alder", "shanghai branch")));
    }

    #[test]
    fn ok_notes_and_titles_are_left_out() {
        check("Alder Works - DUPLICATE DO NOT USE", Some(("alder works", "duplicate do not use")));
        check("Alder Works - Accounts Payable", Some(("alder works", "accounts payable")));
        check("Messrs. Alder Works", Some(("alder works", "")));
        check("M/s Alder Works", Some(("alder works", "")));
        check("Alder Works, Attn: Ann Birch", Some(("alder works", "attn ann birch")));
        check("c/o Alder Works", Some(("alder works", "care of")));
        check("Alder Works c/o Birch GmbH", Some(("alder works", "care of birch gmbh")));
        check("Alder Works (old)", Some(("alder works", "old")));
    }

    #[test]
    fn err_a_name_alone_has_nothing_around_it() {
        for name in ["Alder Works", "M. S. Alder", "Office", "Representative Office", "", "Moscow"]
        {
            check(name, None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(branch|moscow|of|attn|old|messrs|ltd|m/s|alder| |,){0,9}") {
            let _ = without(&text.replace(',', " "));
        }
    }
}
