//! Whether two addresses are the same place.

use super::address::Address;
use super::part::Part;
use crate::screen::names::spelling::distance;

/// Words of this many letters may have a typing error.
const ERROR_FROM: usize = 5;
/// A word that weighs less is a city or a word that many addresses have.
const NAMES_A_PLACE: f32 = 3.0;
/// How much of the heavier and of the lighter address must be in the other.
const COVERED: f32 = 0.80;
const COVERED_AT_LEAST: f32 = 0.55;
/// How much if they agree on the house, its street or building, and one more word or the postal
/// code: one of them leaves out a district, a province or a building.
const CONTAINED: f32 = 0.85;
const CONTAINED_AT_LEAST: f32 = 0.25;
/// What an equal postal code weighs, in nats, like a word that few addresses have.
const SAME_POSTAL: f32 = 3.0;
/// From this coverage on nothing of the shorter address is missing in the longer one.
const WHOLE: f32 = 0.95;
/// From this likeness on the words of both are the same.
const NOTHING_DIFFERS: f32 = 0.90;
/// What is added to a score for each thing that differs without being against it.
const OTHER_POSTAL: f32 = 0.08;
const FEWER_NUMBERS: f32 = 0.06;

/// What two addresses have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct SamePlace {
    /// 0 to 1.
    pub likeness: f32,
    pub words: Vec<String>,
    pub numbers: Vec<String>,
    /// Both have the same numbers, and nothing of one contradicts the other: at most words are left
    /// out.
    pub is_exact: bool,
}

/// Compares two addresses, with the weight of each of their words. `None` if they are not the same
/// place: another number, unit or floor is another address.
pub fn compare(
    asked: &Address,
    asked_weights: &[f32],
    listed: &Address,
    listed_weights: &[f32],
) -> Option<SamePlace> {
    if differ(&asked.numbers, &listed.numbers) || differ(&asked.floors, &listed.floors) {
        return None;
    }
    let shared: Vec<String> = asked
        .numbers
        .iter()
        .filter(|number| listed.numbers.iter().any(|other| same_number(number, other)))
        .cloned()
        .collect();
    let shared_boxes: Vec<String> =
        asked.boxes.iter().filter(|number| listed.boxes.contains(number)).cloned().collect();
    let numbered = [asked, listed].iter().any(|one| !one.numbers.is_empty());
    let boxed = [asked, listed].iter().any(|one| !one.boxes.is_empty());
    if (numbered || boxed) && shared.is_empty() && shared_boxes.is_empty() {
        return None;
    }
    let houses = !asked.house.is_empty() && !listed.house.is_empty();
    let same_house = |number: &String| listed.house.iter().any(|other| same_number(number, other));
    let agree_on_house = houses && asked.house.iter().any(same_house);
    if houses && !agree_on_house {
        return None;
    }
    let same_box = !shared_boxes.is_empty();
    let same_postal = same_box || asked.postal.iter().any(|code| listed.postal.contains(code));
    let mut taken = vec![false; listed.words.len()];
    let (mut own, mut other, mut heaviest) = (0.0f32, 0.0f32, 0.0f32);
    let mut words = Vec::new();
    for (at, word) in asked.words.iter().enumerate() {
        let found =
            listed.words.iter().enumerate().find(|(there, against)| {
                taken.get(*there) == Some(&false) && same_word(word, against)
            });
        let joined = || joined_word(asked, at, listed, &taken);
        let Some(places) = found.map(|(there, _)| vec![there]).or_else(joined) else { continue };
        let weight = asked_weights.get(at).copied().unwrap_or_default();
        let listed_weight: f32 = places.iter().filter_map(|place| listed_weights.get(*place)).sum();
        own += weight;
        other += listed_weight;
        for place in places {
            if let Some(taken) = taken.get_mut(place) {
                *taken = true;
            }
        }
        if word.part == Part::Word {
            heaviest = heaviest.max(weight.min(listed_weight));
            words.push(word.text.clone());
        }
    }
    // Words that the entry writes together and the counterparty apart.
    for (there, word) in listed.words.iter().enumerate() {
        if taken.get(there) == Some(&false)
            && let Some(places) = joined_word(listed, there, asked, &vec![false; asked.words.len()])
        {
            let weight: f32 = places.iter().filter_map(|place| asked_weights.get(*place)).sum();
            let listed_weight = listed_weights.get(there).copied().unwrap_or_default();
            own += weight;
            other += listed_weight;
            heaviest = heaviest.max(weight.min(listed_weight));
            words.push(word.text.clone());
        }
    }
    let (mut all_own, mut all_other): (f32, f32) =
        (asked_weights.iter().sum(), listed_weights.iter().sum());
    if same_postal {
        for weight in [&mut own, &mut other, &mut all_own, &mut all_other] {
            *weight += SAME_POSTAL;
        }
    }
    let covered = ((own / all_own.max(0.1)).min(1.0), (other / all_other.max(0.1)).min(1.0));
    let (most, least) = (covered.0.max(covered.1), covered.0.min(covered.1));
    if same_box && !words.is_empty() {
        // Within its town, a box has one holder.
        heaviest = heaviest.max(NAMES_A_PLACE);
    }
    let is_contained = (agree_on_house || same_box) && (words.len() > 1 || same_postal);
    let is_covered = (most >= COVERED && least >= COVERED_AT_LEAST)
        || (is_contained && most >= CONTAINED && least >= CONTAINED_AT_LEAST);
    if heaviest < NAMES_A_PLACE || !is_covered {
        return None;
    }
    let mut likeness = 0.5 * most + 0.5 * least;
    let other_postal = !same_postal && !asked.postal.is_empty() && !listed.postal.is_empty();
    if other_postal {
        likeness -= OTHER_POSTAL;
    }
    let other_box = !same_box && !asked.boxes.is_empty() && !listed.boxes.is_empty();
    let is_exact = (most >= WHOLE || likeness >= NOTHING_DIFFERS)
        && !other_box
        && !other_postal
        && !lacks(&asked.numbers, &listed.numbers)
        && !lacks(&listed.numbers, &asked.numbers);
    if asked.numbers.len() != listed.numbers.len() {
        likeness -= FEWER_NUMBERS;
    }
    let numbers = shared.into_iter().chain(shared_boxes).collect();
    Some(SamePlace { likeness, words, numbers, is_exact })
}

/// Whether each has a number that the other lacks.
fn differ(one: &[String], other: &[String]) -> bool {
    lacks(one, other) && lacks(other, one)
}

/// Whether one of the numbers is not among the others.
fn lacks(some: &[String], others: &[String]) -> bool {
    some.iter().any(|number| !others.iter().any(|known| same_number(number, known)))
}

/// Equal numbers, or one of the ends of a range: `208` is in `208-212`.
fn same_number(one: &str, other: &str) -> bool {
    let is_end = |single: &str, range: &str| {
        !single.contains('-') && range.split('-').any(|end| end == single) && range.contains('-')
    };
    one == other || is_end(one, other) || is_end(other, one)
}

fn same_word(one: &super::address::Word, other: &super::address::Word) -> bool {
    one.key == other.key
        || (one.part == Part::Word
            && other.part == Part::Word
            && one.skeleton.len().min(other.skeleton.len()) >= ERROR_FROM
            && one.skeleton.len().abs_diff(other.skeleton.len()) <= 1
            && (one.letters ^ other.letters).count_ones() <= 2
            && distance(&one.skeleton, &other.skeleton) == Some(1))
}

/// The neighboring words of `listed` that are this word of `asked`, written apart.
fn joined_word(asked: &Address, at: usize, listed: &Address, taken: &[bool]) -> Option<Vec<usize>> {
    let word = asked.words.get(at)?;
    (0..listed.words.len().saturating_sub(1)).find_map(|there| {
        let mut joined = String::new();
        for length in 1..=3 {
            let next = listed.words.get(there + length - 1)?;
            if taken.get(there + length - 1) == Some(&true) {
                return None;
            }
            joined.push_str(&next.skeleton);
            if length > 1 && joined == word.skeleton {
                return Some((there..there + length).collect());
            }
            if joined.len() > word.skeleton.len() {
                return None;
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let (one, other) = (Address::of(one), Address::of(other));
        let weights = |address: &Address| -> Vec<f32> {
            address.words.iter().map(|word| word.weight).collect()
        };
        compare(&one, &weights(&one), &other, &weights(&other)).is_some()
    }

    const LISTED: &str = "Unit 803, Alderwood Building, 208-212 Nathan Road, Kowloon, Hong Kong";

    #[test]
    fn ok_another_order_and_other_abbreviations() {
        assert!(same("Alderwood Bldg, Unit 803, 208-212 Nathan Rd., KLN", LISTED));
        assert!(same("208 Nathan Road, Unit 803, Alderwood Building, Kowloon", LISTED));
        assert!(same("No. 17 Yun Gang West Road, Fengtai", "17 Yungang West Rd, Fengtai District"));
        assert!(same("No. 17 Yungang West Road, Fengtai", "17 Yun Gang West Rd, Fengtai District"));
        assert!(same("17 Yunggang Road, Fengtai", "17 Yungang Road, Fengtai"));
    }

    #[test]
    fn err_another_number_unit_or_floor_is_another_address() {
        assert!(!same("Unit 804, Alderwood Building, 208-212 Nathan Road, Kowloon", LISTED));
        assert!(!same("Unit 803, Alderwood Building, 230-212 Nathan Road, Kowloon", LISTED));
        assert!(!same("5/F, 3 Quay Street, Alderwood", "6/F, 3 Quay Street, Alderwood"));
        assert!(!same("36 Alderwood Street, Suite 6", "6 Alderwood Street"));
        assert!(!same("57 Mansour Street, Alderwood", "46 Mansour Street, Alderwood"));
    }

    #[test]
    fn ok_a_part_that_is_left_out() {
        let long = "No. 3, Alderwood Street, Binjiang District, Izhevsk, Udmurt Republic, 426006";
        for short in [
            "3, Alderwood St., Izhevsk, 426006",
            "Alderwood St. 3, Izhevsk",
            "3 Alderwood Street, Binjiang, Izhevsk",
            "3 Alderwood Street, 426006",
        ] {
            assert!(same(short, long) && same(long, short), "{short}");
        }
        assert!(!same("3 Alderwood Street", long), "in which city?");
        assert!(!same("3 Alderwood Street, Samarkand", long), "in another city");
        assert!(!same("5 Alderwood Street, Izhevsk, 426006", long));
        assert!(same("P.O. Box No. 171452, Kabul", "PO Box 171452, Kabul"));
        assert!(!same("P.O. Box 171453, Kabul", "PO Box 171452, Kabul"));
    }

    #[test]
    fn an_address_is_exact_if_at_most_words_are_left_out() {
        let is_exact = |one: &str| {
            let (one, other) = (Address::of(one), Address::of(LISTED));
            let weights = |address: &Address| -> Vec<f32> {
                address.words.iter().map(|word| word.weight).collect()
            };
            compare(&one, &weights(&one), &other, &weights(&other)).unwrap().is_exact
        };
        assert!(is_exact("Unit 803, Alderwood Building, 208-212 Nathan Road, Hong Kong"));
        assert!(is_exact("803 Alderwood Bldg, 208 Nathan Rd, KLN, HK"));
        assert!(!is_exact("Alderwood Building, 208-212 Nathan Road, Kowloon"), "which unit?");
    }

    #[test]
    fn err_a_city_or_a_street_type_is_not_enough() {
        assert!(!same("Beijing, China", "Beijing, China"));
        assert!(!same("5 Road, Beijing", "5 Road, Beijing"));
        assert!(
            !same("Alderwood Road, Beijing", "12 Alderwood Road, Beijing"),
            "one has no number"
        );
    }
}
