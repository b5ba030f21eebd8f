//! One listed address as somebody else might write it, and the one next door.

use crate::pipeline::drill::dice::Dice;

/// Abbreviations of the parts of an address.
const SHORT: &[(&str, &str)] = &[
    ("Road", "Rd."),
    ("Street", "St."),
    ("Building", "Bldg"),
    ("Avenue", "Ave."),
    ("Floor", "Fl."),
    ("District", "Dist."),
    ("Number", "No."),
];
/// Words of a part that names a street.
const STREETS: &[&str] = &["road", "street", "avenue", "rd", "st", "ave"];
/// The fewest and the most letters of an address that the drill uses: shorter ones name no place,
/// longer ones are several.
const LETTERS: std::ops::RangeInclusive<usize> = 31..=139;
/// How far away the house next door is at least, and at most.
const NEXT_DOOR: (usize, usize) = (11, 90);

/// Whether an address names one place: a street or building with a number, and a town.
pub fn is_usable(address: &str) -> bool {
    let lower = address.to_lowercase();
    let names_place =
        ["road", "street", "avenue", "building", "tower"].iter().any(|word| lower.contains(word));
    LETTERS.contains(&address.chars().count())
        && names_place
        && lower.matches(',').count() >= 2
        && words(&lower).any(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The parts in another order, and abbreviated.
pub fn in_other_order(address: &str) -> String {
    let mut parts: Vec<String> = address
        .split(',')
        .map(|part| part.split_whitespace().map(short).collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 3 {
        parts.swap(0, 1);
    }
    parts.join(", ")
}

/// Another number in the street. `None` if the address has no number in a street.
pub fn next_door(address: &str, dice: &mut Dice) -> Option<String> {
    let (before, part) = address
        .split(',')
        .scan(0, |at, part| {
            let start = *at;
            *at += part.len() + 1;
            Some((start, part))
        })
        .find(|(_, part)| is_numbered_street(part))?;
    let at = before + part.find(|c: char| c.is_ascii_digit())?;
    let digits = address.get(at..)?.chars().take_while(char::is_ascii_digit).count();
    let number: usize = address.get(at..at + digits)?.parse().ok()?;
    let (least, most) = NEXT_DOOR;
    let other = number.checked_add(least + dice.below(most - least))?;
    Some(format!("{}{other}{}", address.get(..at)?, address.get(at + digits..)?))
}

/// `No. 12 Long Road` or `12 Long Road`: one number, and a street.
fn is_numbered_street(part: &str) -> bool {
    let lower = part.to_lowercase();
    let numbers = words(&lower).filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    numbers.clone().count() == 1
        && numbers.clone().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        && words(&lower).any(|word| STREETS.contains(&word))
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn short(word: &str) -> &str {
    SHORT.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "Floor 3, No. 12 Long Road, Xiatun District, Shenyang, 110000, China";

    #[test]
    fn ok_order_abbreviations_and_next_door() {
        assert!(is_usable(ADDRESS));
        assert_eq!(
            in_other_order(ADDRESS),
            "No. 12 Long Rd., Fl. 3, Xiatun Dist., Shenyang, 110000, China"
        );
        let other = next_door(ADDRESS, &mut Dice::of("x")).unwrap();
        assert!(
            other.starts_with("Floor 3, No. ")
                && other.ends_with(" Long Road, Xiatun District, Shenyang, 110000, China"),
            "{other}"
        );
        let number: usize = other[13..].split(' ').next().unwrap().parse().unwrap();
        assert!((23..102).contains(&number), "{other}");
    }

    #[test]
    fn err_texts_that_are_no_address_of_one_house() {
        for address in ["", "Beijing, China", "Long Road, Xiatun, Shenyang, China, a village"] {
            assert!(!is_usable(address), "{address}");
        }
        for address in ["", "Floor 3, Tower B", "12A Long Road", "5 of 12 Long Road", "١٢ Road"] {
            assert_eq!(next_door(address, &mut Dice::of("x")), None, "{address}");
        }
    }
}
