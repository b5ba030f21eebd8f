//! Weighs what speaks for and against two rows being one entry, and says it in words.
//!
//! The unit is the bit, as in record linkage after Fellegi and Sunter (1969): a feature that one
//! row in a thousand has speaks for identity with ten bits. Knows two rows and rarities; decides
//! nothing.

use std::collections::BTreeSet;

use crate::diff::pairing::identifiers::{Number, WHOLE_DATE};
use crate::diff::pairing::name::{Name, Numbers};
use crate::diff::pairing::name_similarity::{
    Likeness, best_likeness, edits_within, is_same_but_for_legal_form, word_bits,
};
use crate::diff::pairing::profile::{Kind, Profile};
use crate::diff::pairing::rarity::Rarity;
use crate::domain::pages::{Kept, are_filled_down};
use crate::domain::{Citation, Entry, ListCode};

/// The evidence on one pair of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weight {
    /// Bits that speak for one entry.
    pub for_bits: f64,
    /// Bits that speak for two.
    pub against_bits: f64,
    /// Something that an entry has for life is another one: the two are at most possibly one.
    pub contrary: bool,
    /// Another name under other citations alone, with nothing of the party's own in common: not
    /// even possibly one.
    pub unlike: bool,
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

/// What two rows have in common besides their names.
#[derive(Clone, Copy, Debug, Default)]
struct Ties {
    /// An alias of both, or the name of one that is an alias of the other.
    alias: bool,
    citation: Cited,
    /// An address of both; `Some(false)` where both have addresses and none is alike.
    address: Option<bool>,
    /// A number that is not the group's.
    number: bool,
    /// A whole date of birth.
    birth_date: bool,
}

/// What the citations of two rows say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Cited {
    #[default]
    Unknown,
    /// Pages on both sides, none of both.
    Apart,
    Some,
    /// The very same: no rule has touched the entry.
    Same,
}

/// Weighs an old row against a new one.
pub fn weigh(old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) -> Weight {
    let (mut weight, mut ties) = (Weight::default(), Ties::default());
    let (was, is) = closest_cuts(old, new);
    let direct = names(&mut weight, &mut ties, (old, was), (new, is), rarity);
    citations(&mut weight, &mut ties, old, new, rarity);
    addresses(&mut weight, &mut ties, old, new, rarity);
    numbers(&mut weight, &mut ties, old, new, rarity);
    birth_dates(&mut weight, &mut ties, old, new, rarity);
    phrases(&mut weight, old, new, rarity);
    registers(&mut weight, old, new);
    kinds(&mut weight, old, new);
    // A name that came in another script is no other name, nor is one that was cut.
    let is_cut = was.compact.starts_with(&is.compact) || is.compact.starts_with(&was.compact);
    let is_script_kept =
        old.entry.name.chars().all(is_latin) == new.entry.name.chars().all(is_latin);
    let is_beyond_spelling = is_script_kept && edits_within(MOST_SPELLED_ANEW, was, is).is_none();
    unexplained(&mut weight, ties, direct, is_beyond_spelling, is_cut);
    weight
}

/// More bits than these are not given to aliases in common, to an address, to a number, however
/// rare they are.
const MOST_FOR_ALIASES: f64 = 8.0;
const MOST_FOR_ADDRESSES: f64 = 9.0;
const MOST_FOR_A_NUMBER: f64 = 16.0;

/// A longer name in which a letter or two changed is told from its sisters by that, however much
/// the sisters share.
const LONG_NAME: usize = 20;
const FEW_EDITS: usize = 2;
const BITS_FOR_FEW_EDITS: f64 = 4.0;

/// The names of two rows; where the end of one in its cell is uncertain, as the other is cut, if
/// that makes them one name.
fn closest_cuts<'a>(old: &'a Profile<'_>, new: &'a Profile<'_>) -> (&'a Name, &'a Name) {
    let is_close = |one: &Name, other: &Name| {
        (one.compact.len() >= LONG_NAME / 2 && edits_within(FEW_EDITS, one, other).is_some())
            || is_same_but_for_legal_form(one, other)
    };
    let (was, is) = (&old.name, &new.name);
    if (old.cuts.is_empty() && new.cuts.is_empty()) || is_close(was, is) {
        return (was, is);
    }
    let new_as_old = new.cuts.iter().find(|cut| is_close(was, cut)).map(|cut| (was, cut));
    new_as_old
        .or_else(|| old.cuts.iter().find(|cut| is_close(cut, is)).map(|cut| (cut, is)))
        .unwrap_or((was, is))
}

fn names(
    weight: &mut Weight,
    ties: &mut Ties,
    (old, was): (&Profile<'_>, &Name),
    (new, is): (&Profile<'_>, &Name),
    rarity: &Rarity,
) -> Likeness {
    let direct = Likeness::of(was, is, rarity);
    let became_alias = best_likeness(was, &new.aliases, rarity);
    let was_alias = best_likeness(is, &old.aliases, rarity);
    let by_alias = became_alias.bits().max(was_alias.bits());

    if by_alias > direct.bits() && by_alias > 0.0 {
        ties.alias = true;
        weight.speaks_for(
            by_alias,
            if became_alias.bits() >= was_alias.bits() {
                "the old name is an alias now"
            } else {
                "the name was an alias before"
            },
        );
    } else if direct.bits() > 0.0 {
        let words = if direct.ratio > 0.999 {
            "the same name but for its setting or legal form"
        } else {
            "similar names"
        };
        weight.speaks_for(direct.bits(), words);
    } else {
        weight.speaks_against(-direct.bits(), "different names");
    }
    let numbers = was.numbers_against(is);
    if by_alias <= direct.bits() {
        match numbers {
            Numbers::Same => {}
            Numbers::Amended => {
                weight.speaks_against(3.0, "the numbers in the names are not the same")
            }
            Numbers::Contrary => {
                weight.contrary = true;
                weight.speaks_against(
                    12.0,
                    format!(
                        "different numbers in the names ({} and {})",
                        was.numbers.join(" "),
                        is.numbers.join(" ")
                    ),
                );
            }
        }
        if numbers == Numbers::Same
            && was.compact.len() >= LONG_NAME
            && edits_within(FEW_EDITS, was, is).is_some()
        {
            weight.speaks_for(BITS_FOR_FEW_EDITS, "names that differ in a letter or two");
        }
    }

    let shared: f64 = old
        .aliases
        .iter()
        .filter(|alias| new.aliases.iter().any(|other| other.words == alias.words))
        .map(|alias| {
            alias
                .words
                .iter()
                .map(|word| word_bits(word, rarity))
                .sum::<f64>()
                .min(MOST_FOR_ALIASES)
        })
        .sum();
    ties.alias |= shared > 0.0;
    weight.speaks_for(shared.min(MOST_FOR_ALIASES), "aliases in common");
    direct
}

/// So many bits are left to names with rare words of their own and nothing but their kin in common:
/// too few for a revision.
const MOST_FOR_KIN: f64 = 9.0;

/// A name may be spelled anew without a rule by so many letters.
const MOST_SPELLED_ANEW: usize = 3;

/// Whether a character is of the Latin script or of none.
fn is_latin(character: char) -> bool {
    !character.is_alphabetic()
        || character < '\u{250}'
        || ('\u{1e00}'..'\u{1f00}').contains(&character)
}

/// What nothing explains: another name that no rule ordered, or that of a sister.
fn unexplained(
    weight: &mut Weight,
    ties: Ties,
    direct: Likeness,
    is_beyond_spelling: bool,
    is_cut: bool,
) {
    let has_own_tie = ties.alias || ties.number || ties.birth_date;
    let each_has_own = direct.own.0 > 0 && direct.own.1 > 0;
    let is_other_name = !is_cut && (each_has_own || (direct.bits() <= 0.0 && direct.own != (0, 0)));
    if ties.citation == Cited::Apart && direct.bits() <= 0.0 && !has_own_tie {
        weight.unlike = true;
    }
    if ties.citation == Cited::Same
        && !has_own_tie
        && (is_other_name || ties.address == Some(false))
        && is_beyond_spelling
    {
        weight.contrary = true;
        weight.words.push("no rule is cited that changed the name".into());
    }
    let is_kin = each_has_own || direct.own.0 > 1 || direct.own.1 > 1;
    let is_at_its_place = ties.address == Some(true) && !each_has_own;
    if is_kin
        && !has_own_tie
        && !is_at_its_place
        && !matches!(ties.citation, Cited::Some | Cited::Same)
    {
        weight.for_bits = weight.for_bits.min(weight.against_bits + MOST_FOR_KIN);
        weight.words.push("rare words that only one of the names has".into());
    }
}

/// An amended entry keeps its citations and gains one; an addition has only new ones. What counts
/// is the rule, not its page.
fn citations(
    weight: &mut Weight,
    ties: &mut Ties,
    old: &Profile<'_>,
    new: &Profile<'_>,
    rarity: &Rarity,
) {
    let (before, after) = (&old.entry.citations, &new.entry.citations);
    if before.is_empty() || after.is_empty() {
        listed_apart(weight, old.entry, new.entry);
        return;
    }
    let kept = Kept::of(before, after);
    if kept.rules() == 0 {
        if are_filled_down(before, after) {
            weight.speaks_against(
                BITS_AGAINST_ANOTHER_VOLUME,
                "the same page of another volume is cited",
            );
            return;
        }
        let all_are_pages =
            before.iter().chain(after).all(|citation| matches!(citation, Citation::Page { .. }));
        weight.contrary |= all_are_pages;
        ties.citation = if all_are_pages { Cited::Apart } else { Cited::Unknown };
        weight.speaks_against(
            if all_are_pages { 10.0 } else { 5.0 },
            "none of the old citations is left",
        );
        return;
    }
    ties.citation =
        if kept.lost.is_empty() && kept.gained.is_empty() { Cited::Same } else { Cited::Some };
    let bits = |citation: &Citation| rarity.bits(Kind::Citation, &citation.to_string());
    let same = kept.same.iter().map(|citation| bits(citation));
    // Many rows cite the first page of a rule, few the page of one entry: the rule is as common as
    // the commoner page.
    let moved = kept.moved.iter().map(|(was, is)| bits(was).min(bits(is)));
    let rarest = same.chain(moved).fold(0.0, f64::max);
    match kept.in_words() {
        Some(words) => {
            let base = if kept.moved.is_empty() { 2.0 } else { 1.0 };
            weight.speaks_for(base + (rarest * 0.6).min(5.0), words);
        }
        None => {
            weight.speaks_for((rarest * 0.6).min(5.0), "citations in common");
            let is_first_kept = before.first().is_some_and(|first| !kept.lost.contains(&first));
            weight.speaks_against(
                if is_first_kept { 3.0 } else { 5.0 },
                "an old citation is missing",
            );
        }
    }
}

/// A volume number that a spreadsheet counted up says little against two rows being one.
const BITS_AGAINST_ANOTHER_VOLUME: f64 = 1.0;

/// An amended row keeps the date from which its entry is listed; of rows that cite rules, that of
/// another tells another listing.
fn listed_apart(weight: &mut Weight, old: &Entry, new: &Entry) {
    let (Some(before), Some(after)) = (&old.start_date, &new.start_date) else { return };
    if matches!(old.list, ListCode::EL | ListCode::MEU | ListCode::UVL) && before != after {
        weight.contrary = true;
        weight.speaks_against(8.0, format!("different start dates ({before} and {after})"));
    }
}

fn addresses(
    weight: &mut Weight,
    ties: &mut Ties,
    old: &Profile<'_>,
    new: &Profile<'_>,
    rarity: &Rarity,
) {
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
            bits.push(
                new.addresses
                    .iter()
                    .map(|other| similar_address(address, other, rarity))
                    .fold(0.0, f64::max),
            );
        }
    }
    bits.sort_by(|a, b| b.total_cmp(a));
    // The first says the most; a second and third in common confirm it.
    let total: f64 = bits.iter().zip([1.0, 0.3, 0.2, 0.1]).map(|(bits, share)| bits * share).sum();
    ties.address = Some(total > 0.0);
    if total > 0.0 {
        weight.speaks_for(
            total.min(MOST_FOR_ADDRESSES),
            if bits.len() > 1 { "addresses in common" } else { "same or similar address" },
        );
    } else {
        weight.speaks_against(2.0, "no address in common");
    }
}

/// Bits of an address that was edited: most of its rare words are the same.
fn similar_address(one: &[String], other: &[String], rarity: &Rarity) -> f64 {
    let bits =
        |words: &[&String]| words.iter().map(|word| rarity.bits(Kind::Place, word)).sum::<f64>();
    let (shared, apart): (Vec<&String>, Vec<&String>) =
        one.iter().partition(|word| other.binary_search(word).is_ok());
    let others: Vec<&String> =
        other.iter().filter(|word| one.binary_search(word).is_err()).collect();
    let (shared, apart) = (bits(&shared), bits(&apart) + bits(&others));
    let ratio = 2.0 * shared / (2.0 * shared + apart).max(1.0);
    if ratio > 0.6 { shared.min(MOST_FOR_ADDRESSES) * (ratio - 0.5) * 1.5 } else { 0.0 }
}

fn numbers(
    weight: &mut Weight,
    ties: &mut Ties,
    old: &Profile<'_>,
    new: &Profile<'_>,
    rarity: &Rarity,
) {
    let shared_for_life = old.facts.share_a_number(&new.facts);
    let mut strongest = 0.0_f64;
    for number in old.facts.numbers.iter().filter(|number| new.facts.numbers.contains(number)) {
        let bits = rarity.bits(Kind::Number, &number.in_words());
        ties.number |= !number.is_a_groups();
        strongest = strongest.max(if number.is_for_life() { bits + 6.0 } else { bits });
        weight.words.push(format!("same {}", number.in_words()));
    }
    weight.for_bits += strongest.min(MOST_FOR_A_NUMBER);

    let for_life = |number: &&Number| number.is_for_life();
    let (mut same, mut other) = (0, 0);
    for kind in old
        .facts
        .numbers
        .iter()
        .filter(for_life)
        .map(|number| &number.kind)
        .collect::<BTreeSet<_>>()
    {
        let values = |profile: &Profile<'_>| -> Vec<String> {
            profile
                .facts
                .numbers
                .iter()
                .filter(|number| number.kind == *kind)
                .map(|number| number.value.clone())
                .collect()
        };
        let (before, after) = (values(old), values(new));
        if before.iter().any(|value| after.contains(value)) {
            same += 1;
        } else if !after.is_empty() {
            other += 1;
            weight.speaks_against(
                if shared_for_life { 3.0 } else { 8.0 },
                format!("different {kind} ({} and {})", before.join(", "), after.join(", ")),
            );
        }
    }
    // A number is corrected now and then, and sisters share one; nobody keeps one and changes two.
    weight.contrary |= other > same;
}

/// Against two parties that are in the registers of different countries.
fn registers(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>) {
    fn countries<'a>(profile: &'a Profile<'_>) -> BTreeSet<&'a str> {
        profile
            .facts
            .numbers
            .iter()
            .filter(|number| number.is_for_life())
            .filter_map(Number::country)
            .collect()
    }
    let (before, after) = (countries(old), countries(new));
    if !before.is_empty() && !after.is_empty() && before.is_disjoint(&after) {
        let named =
            |countries: BTreeSet<&str>| countries.into_iter().collect::<Vec<_>>().join(", ");
        weight.speaks_against(
            4.0,
            format!("registers of different countries ({} and {})", named(before), named(after)),
        );
    }
}

fn birth_dates(
    weight: &mut Weight,
    ties: &mut Ties,
    old: &Profile<'_>,
    new: &Profile<'_>,
    rarity: &Rarity,
) {
    let (before, after) = (&old.facts.birth_dates, &new.facts.birth_dates);
    if before.is_empty() || after.is_empty() {
        return;
    }
    if let Some(date) =
        before.iter().filter(|date| after.contains(date)).max_by_key(|date| date.len())
    {
        let bits = rarity.bits(Kind::Date, date);
        // The first of January stands for a day that is not known.
        let exact = date.len() == WHOLE_DATE && !date.ends_with("-01-01");
        // Sister companies are founded on one day.
        ties.birth_date = exact && !old.facts.is_founding;
        weight.speaks_for(
            if exact { (bits + 1.0).min(11.0) } else { (bits * 0.6).min(6.0) },
            format!("same date of birth {date}"),
        );
    } else if before.iter().any(|date| {
        after
            .iter()
            .any(|other| date.starts_with(other.as_str()) || other.starts_with(date.as_str()))
    }) {
        weight.speaks_for(4.0, "dates of birth that agree");
    } else {
        let shared_number = old.facts.share_a_number(&new.facts);
        weight.contrary |= !shared_number;
        weight.speaks_against(
            if shared_number { 3.0 } else { 9.0 },
            format!("different dates of birth ({} and {})", before.join(", "), after.join(", ")),
        );
    }
}

/// Remarks that many rows have say nothing, and what a row is linked to says little: sisters share
/// it.
fn phrases(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>, rarity: &Rarity) {
    let shared: Vec<&String> =
        old.facts.phrases.iter().filter(|phrase| new.facts.phrases.contains(phrase)).collect();
    let bits: f64 =
        shared.iter().map(|phrase| (rarity.bits(Kind::Phrase, phrase) * 0.3).min(2.5)).sum();
    if let Some(first) = shared
        .iter()
        .max_by(|a, b| rarity.bits(Kind::Phrase, a).total_cmp(&rarity.bits(Kind::Phrase, b)))
    {
        weight.speaks_for(bits.min(6.0), format!("remarks in common ({first})"));
    }
}

fn kinds(weight: &mut Weight, old: &Profile<'_>, new: &Profile<'_>) {
    let other = |profile: &Profile<'_>, key: &str| {
        profile.entry.other.get(key).cloned().unwrap_or_default()
    };
    let (before, after) = (other(old, "type"), other(new, "type"));
    // A party that is no person, vessel or aircraft has no type, or is an `entity`.
    let named =
        |kind: &str| if kind.is_empty() { "entity".to_owned() } else { kind.to_lowercase() };
    if named(&before) != named(&after) {
        weight.contrary |= !before.is_empty() && !after.is_empty();
        weight
            .speaks_against(8.0, format!("one is {}, the other {}", named(&before), named(&after)));
    }
    if old.entry.form != new.entry.form {
        weight.speaks_against(6.0, "one is an address alone");
    }
    if crate::diff::pairing::same_name::has_true_id(old.entry.list) {
        let (before, after) = (other(old, "entity_number"), other(new, "entity_number"));
        if !before.is_empty() && !after.is_empty() && before != after {
            weight.contrary = true;
            weight.speaks_against(
                4.0,
                format!("different numbers of the publisher ({before} and {after})"),
            );
        }
    }
    if old.entry.start_date.is_some() && old.entry.start_date == new.entry.start_date {
        weight.speaks_for(1.0, "same start date");
    }
}
