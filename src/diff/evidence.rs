//! Weighs what speaks for and against two rows being one entry, and says it in words.
//!
//! The unit is the bit, as in record linkage after Fellegi and Sunter (1969): a feature that one row in a thousand has
//! speaks for identity with ten bits. Knows two rows and rarities; decides nothing.

use std::collections::BTreeSet;

use rapidfuzz::distance::levenshtein;

use super::name::{Name, is_legal_form, skeleton};
use super::profile::{Kind, Profile};
use super::rarity::Rarity;
use crate::domain::Citation;

/// The evidence on one pair of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weight {
    /// Bits that speak for one entry.
    pub for_bits: f64,
    /// Bits that speak for two.
    pub against_bits: f64,
    /// Something that an entry has for life is another one: the two are at most possibly one.
    pub contrary: bool,
    /// What was found, for and against, in words.
    pub words: Vec<String>,
}

impl Weight {
    pub fn net(&self) -> f64 {
        self.for_bits - self.against_bits
    }

    fn speaks_for(&mut self, bits: f64, words: impl Into<String>) {
        if bits > 0.05 {
            self.for_bits += bits;
            self.words.push(words.into());
        }
    }

    fn speaks_against(&mut self, bits: f64, words: impl Into<String>) {
        self.against_bits += bits;
        self.words.push(words.into());
    }
}

/// Weighs an old row against a new one.
pub fn weigh(old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) -> Weight {
    let mut weight = Weight::default();
    names(&mut weight, old, new, rarity);
    citations(&mut weight, old, new, rarity);
    addresses(&mut weight, old, new, rarity);
    numbers(&mut weight, old, new, rarity);
    birth_dates(&mut weight, old, new, rarity);
    phrases(&mut weight, old, new, rarity);
    kinds(&mut weight, old, new);
    weight
}

/// More bits than these are not given to a name, to aliases in common, to an address, however rare they are.
const MOST_FOR_A_NAME: f64 = 16.0;
const MOST_FOR_ALIASES: f64 = 8.0;
const MOST_FOR_ADDRESSES: f64 = 9.0;
const MOST_FOR_A_NUMBER: f64 = 16.0;

fn names(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let direct = Likeness::of(&old.name, &new.name, rarity);
    let became_alias = best_likeness(&old.name, &new.aliases, rarity);
    let was_alias = best_likeness(&new.name, &old.aliases, rarity);
    let by_alias = became_alias.bits().max(was_alias.bits());

    if by_alias > direct.bits() && by_alias > 0.0 {
        weight.speaks_for(
            by_alias,
            if became_alias.bits() >= was_alias.bits() { "the old name is an alias now" } else { "the name was an alias before" },
        );
    } else if direct.bits() > 0.0 {
        let words = if direct.ratio > 0.999 { "the same name but for its setting or legal form" } else { "similar names" };
        weight.speaks_for(direct.bits(), words);
    } else {
        weight.speaks_against(-direct.bits(), "different names");
    }
    if old.name.numbers != new.name.numbers && by_alias <= direct.bits() {
        if old.name.numbers.is_empty() || new.name.numbers.is_empty() {
            weight.speaks_against(3.0, "a number in one of the names only");
        } else {
            weight.contrary = true;
            weight.speaks_against(
                12.0,
                format!("different numbers in the names ({} and {})", old.name.numbers.join(" "), new.name.numbers.join(" ")),
            );
        }
    }

    let shared: f64 = old
        .aliases
        .iter()
        .filter(|alias| new.aliases.iter().any(|other| other.words == alias.words))
        .map(|alias| alias.words.iter().map(|word| word_bits(word, rarity)).sum::<f64>().min(MOST_FOR_ALIASES))
        .sum();
    weight.speaks_for(shared.min(MOST_FOR_ALIASES), "aliases in common");
}

fn best_likeness(name: &Name, aliases: &[Name], rarity: &Rarity) -> Likeness {
    aliases.iter().map(|alias| Likeness::of(name, alias, rarity)).max_by(|a, b| a.bits().total_cmp(&b.bits())).unwrap_or_default()
}

/// How alike two names are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Likeness {
    /// Bits of the words that they have in common.
    shared: f64,
    /// 0 to 1: those bits against all.
    ratio: f64,
}

impl Likeness {
    fn of(one: &Name, other: &Name, rarity: &Rarity) -> Self {
        if one.is_empty() || other.is_empty() {
            return Self { shared: 0.0, ratio: 0.5 };
        }
        let mut open: Vec<&String> = other.words.iter().collect();
        let mut left_over: Vec<&String> = Vec::new();
        let mut shared = 0.0;
        for word in &one.words {
            match open.iter().position(|candidate| *candidate == word) {
                Some(at) => {
                    open.swap_remove(at);
                    shared += word_bits(word, rarity);
                }
                None => left_over.push(word),
            }
        }
        let mut apart = 0.0;
        for word in left_over {
            let best =
                open.iter().enumerate().map(|(at, candidate)| (at, word_similarity(word, candidate))).max_by(|a, b| a.1.total_cmp(&b.1));
            match best {
                Some((at, similarity)) if similarity >= LEAST_WORD_SIMILARITY => {
                    let candidate = open.swap_remove(at);
                    let bits = word_bits(word, rarity).min(word_bits(candidate, rarity));
                    shared += bits * similarity * similarity;
                    apart += bits * (1.0 - similarity);
                }
                _ => apart += word_bits(word, rarity),
            }
        }
        apart += open.iter().map(|word| word_bits(word, rarity)).sum::<f64>();
        if is_same_but_for_legal_form(one, other) {
            // The whole name says more than its words: nobody else in the list has it, or both names would be weighed alike.
            return Self { shared: shared + BITS_FOR_A_WHOLE_NAME, ratio: 1.0 };
        }
        let by_words = Self { shared, ratio: if shared + apart > 0.0 { 2.0 * shared / (2.0 * shared + apart) } else { 0.5 } };
        by_words.or_by_letters(one, other, rarity)
    }

    /// Blind to spacing: `Hua Wei` and `Huawei`.
    fn or_by_letters(self, one: &Name, other: &Name, rarity: &Rarity) -> Self {
        let (short, long) = (one.compact.len().min(other.compact.len()), one.compact.len().max(other.compact.len()));
        if self.ratio > 0.95 || one.numbers != other.numbers || short * 10 < long * 8 {
            return self;
        }
        let similarity = levenshtein::normalized_similarity(one.compact.chars(), other.compact.chars());
        if similarity < 0.88 || similarity <= self.ratio {
            return self;
        }
        let total = |name: &Name| name.words.iter().map(|word| word_bits(word, rarity)).sum::<f64>();
        Self { shared: self.shared.max(total(one).min(total(other)) * similarity), ratio: similarity }
    }

    fn bits(self) -> f64 {
        let scale = (self.ratio - 0.5) * 2.0;
        if scale >= 0.0 { self.shared.min(MOST_FOR_A_NAME) * scale } else { scale * 5.0 }
    }
}

const BITS_FOR_A_WHOLE_NAME: f64 = 3.0;

fn is_same_but_for_legal_form(one: &Name, other: &Name) -> bool {
    fn core(name: &Name) -> impl Iterator<Item = &String> {
        name.words.iter().filter(|word| !is_legal_form(word))
    }
    core(one).next().is_some() && core(one).eq(core(other))
}

const LEAST_WORD_SIMILARITY: f64 = 0.74;

fn word_similarity(one: &str, other: &str) -> f64 {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    if short < 4 || short * 2 < long || has_digit(one) || has_digit(other) {
        return 0.0;
    }
    let by_letters = levenshtein::normalized_similarity(one.chars(), other.chars());
    let by_consonants = if by_letters < 0.8 && skeleton(one) == skeleton(other) { 0.8 } else { 0.0 };
    by_letters.max(by_consonants)
}

fn word_bits(word: &str, rarity: &Rarity) -> f64 {
    let light = if is_legal_form(word) {
        0.1
    } else if word.len() == 1 && !word.bytes().all(|byte| byte.is_ascii_digit()) {
        0.3
    } else {
        1.0
    };
    rarity.bits(Kind::Word, word) * light
}

/// An amended entry keeps its citations and gains one; an addition has only new ones.
fn citations(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let (before, after) = (&old.entry.citations, &new.entry.citations);
    if before.is_empty() || after.is_empty() {
        return;
    }
    let shared: Vec<&Citation> = before.iter().filter(|citation| after.contains(citation)).collect();
    let gained: Vec<String> = after.iter().filter(|citation| !before.contains(citation)).map(ToString::to_string).collect();
    if shared.is_empty() {
        let all_are_pages = before.iter().chain(after).all(|citation| matches!(citation, Citation::Page { .. }));
        weight.speaks_against(if all_are_pages { 10.0 } else { 5.0 }, "none of the old citations is left");
        return;
    }
    let rarest = shared.iter().map(|citation| rarity.bits(Kind::Citation, &citation.to_string())).fold(0.0, f64::max);
    if shared.len() == before.len() {
        let words = if gained.is_empty() { "same citations".to_owned() } else { format!("same citations plus {}", gained.join(", ")) };
        weight.speaks_for(2.0 + (rarest * 0.6).min(5.0), words);
    } else {
        weight.speaks_for((rarest * 0.6).min(5.0), "citations in common");
        weight.speaks_against(
            if before.first().is_some_and(|first| after.contains(first)) { 3.0 } else { 5.0 },
            "an old citation is missing",
        );
    }
}

fn addresses(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let (before, after) = (&old.entry.countries, &new.entry.countries);
    if !before.is_empty() && !after.is_empty() {
        if before == after {
            weight.speaks_for(1.0, "same country");
        } else if !before.iter().any(|country| after.contains(country)) {
            weight.speaks_against(5.0, "different countries");
        }
    }
    if old.addresses.is_empty() || new.addresses.is_empty() {
        return;
    }
    let mut bits: Vec<f64> = Vec::new();
    for address in &old.addresses {
        if new.addresses.contains(address) {
            bits.push(rarity.bits(Kind::Address, &address.join(" ")));
        } else {
            bits.push(new.addresses.iter().map(|other| similar_address(address, other, rarity)).fold(0.0, f64::max));
        }
    }
    bits.sort_by(|a, b| b.total_cmp(a));
    // The first says the most; a second and third in common confirm it.
    let total: f64 = bits.iter().zip([1.0, 0.3, 0.2, 0.1]).map(|(bits, share)| bits * share).sum();
    if total > 0.0 {
        weight.speaks_for(total.min(MOST_FOR_ADDRESSES), if bits.len() > 1 { "addresses in common" } else { "same or similar address" });
    } else {
        weight.speaks_against(2.0, "no address in common");
    }
}

/// Bits of an address that was edited: most of its rare words are the same.
fn similar_address(one: &[String], other: &[String], rarity: &Rarity) -> f64 {
    let bits = |words: &[&String]| words.iter().map(|word| rarity.bits(Kind::Place, word)).sum::<f64>();
    let (shared, apart): (Vec<&String>, Vec<&String>) = one.iter().partition(|word| other.binary_search(word).is_ok());
    let others: Vec<&String> = other.iter().filter(|word| one.binary_search(word).is_err()).collect();
    let (shared, apart) = (bits(&shared), bits(&apart) + bits(&others));
    let ratio = 2.0 * shared / (2.0 * shared + apart).max(1.0);
    if ratio > 0.6 { shared.min(MOST_FOR_ADDRESSES) * (ratio - 0.5) * 1.5 } else { 0.0 }
}

fn numbers(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let mut shared_for_life = false;
    let mut strongest = 0.0_f64;
    for number in old.facts.numbers.iter().filter(|number| new.facts.numbers.contains(number)) {
        let bits = rarity.bits(Kind::Number, &number.in_words());
        shared_for_life |= number.is_for_life();
        strongest = strongest.max(if number.is_for_life() { bits + 6.0 } else { bits });
        weight.words.push(format!("same {}", number.in_words()));
    }
    weight.for_bits += strongest.min(MOST_FOR_A_NUMBER);

    for kind in old.facts.numbers.iter().filter(|number| number.is_for_life()).map(|number| &number.kind).collect::<BTreeSet<_>>() {
        let values = |profile: &Profile<'_>| -> Vec<String> {
            profile.facts.numbers.iter().filter(|number| number.kind == *kind).map(|number| number.value.clone()).collect()
        };
        let (before, after) = (values(old), values(new));
        if !after.is_empty() && !before.iter().any(|value| after.contains(value)) {
            weight.contrary |= !shared_for_life;
            weight.speaks_against(
                if shared_for_life { 3.0 } else { 8.0 },
                format!("different {kind} ({} and {})", before.join(", "), after.join(", ")),
            );
        }
    }
}

fn birth_dates(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let (before, after) = (&old.facts.birth_dates, &new.facts.birth_dates);
    if before.is_empty() || after.is_empty() {
        return;
    }
    if let Some(date) = before.iter().filter(|date| after.contains(date)).max_by_key(|date| date.len()) {
        let bits = rarity.bits(Kind::Date, date);
        // The first of January stands for a day that is not known.
        let exact = date.len() == 10 && !date.ends_with("-01-01");
        weight.speaks_for(if exact { (bits + 1.0).min(11.0) } else { (bits * 0.6).min(6.0) }, format!("same date of birth {date}"));
    } else if before.iter().any(|date| after.iter().any(|other| date.starts_with(other.as_str()) || other.starts_with(date.as_str()))) {
        weight.speaks_for(4.0, "dates of birth that agree");
    } else {
        let shared_number = old.facts.numbers.iter().any(|number| number.is_for_life() && new.facts.numbers.contains(number));
        weight.contrary |= !shared_number;
        weight.speaks_against(
            if shared_number { 3.0 } else { 9.0 },
            format!("different dates of birth ({} and {})", before.join(", "), after.join(", ")),
        );
    }
}

/// Remarks that many rows have say nothing, and what a row is linked to says little: sisters share it.
fn phrases(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let shared: Vec<&String> = old.facts.phrases.iter().filter(|phrase| new.facts.phrases.contains(phrase)).collect();
    let bits: f64 = shared.iter().map(|phrase| (rarity.bits(Kind::Phrase, phrase) * 0.3).min(2.5)).sum();
    if let Some(first) = shared.iter().max_by(|a, b| rarity.bits(Kind::Phrase, a).total_cmp(&rarity.bits(Kind::Phrase, b))) {
        weight.speaks_for(bits.min(6.0), format!("remarks in common ({first})"));
    }
}

fn kinds(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>) {
    let other = |profile: &Profile<'_>, key: &str| profile.entry.other.get(key).cloned().unwrap_or_default();
    let (before, after) = (other(old, "type"), other(new, "type"));
    if !before.is_empty() && !after.is_empty() && !before.eq_ignore_ascii_case(&after) {
        weight.contrary = true;
        weight.speaks_against(8.0, format!("one is {before}, the other {after}"));
    }
    if old.entry.form != new.entry.form {
        weight.speaks_against(6.0, "one is an address alone");
    }
    if super::same_name::has_true_id(old.entry.list) {
        let (before, after) = (other(old, "entity_number"), other(new, "entity_number"));
        if !before.is_empty() && !after.is_empty() && before != after {
            weight.contrary = true;
            weight.speaks_against(4.0, format!("different numbers of the publisher ({before} and {after})"));
        }
    }
    if old.entry.start_date.is_some() && old.entry.start_date == new.entry.start_date {
        weight.speaks_for(1.0, "same start date");
    }
}
