//! An address as its parts.

use std::hash::{BuildHasher, BuildHasherDefault};

use rustc_hash::FxHasher;

use super::part::{Part, of};
use super::token::{Token, tokens};
use crate::screen::countries::{code_of_name, may_begin_with};
use crate::screen::names::letter_hash::short_hash;
use crate::screen::names::rarity::general;
use crate::screen::names::spelling::{letters, skeleton};

/// A number of so many digits is a postal code, or a part of it.
const POSTAL_DIGITS: usize = 5;
/// The most words of the name of a country.
const COUNTRY_WORDS: usize = 4;

/// A word of an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: String,
    /// As all its romanizations are spelled.
    pub skeleton: String,
    /// The hash of the skeleton, and which letters it has: a word is compared with thousands.
    pub key: u64,
    pub letters: u64,
    pub part: Part,
    /// How much it says of the place, in nats, before it is known how many addresses have it.
    pub weight: f32,
}

/// One address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    pub words: Vec<Word>,
    /// Of units, buildings, streets and boxes, sorted, each once.
    pub numbers: Vec<String>,
    /// Those of the numbers that are of no unit and no building: of the house in its street.
    pub house: Vec<String>,
    pub floors: Vec<String>,
    pub postal: Vec<String>,
    /// Numbers of post office boxes.
    pub boxes: Vec<String>,
    /// Whether it names a street or a building, and not only a city, a district or a zone.
    names_a_site: bool,
    names_a_zone: bool,
}

const STREET: f32 = 0.4;
const DIRECTION: f32 = 1.0;
const REGION: f32 = 0.2;

impl Address {
    pub fn of(text: &str) -> Self {
        let all = tokens(text);
        let mut address = Self::default();
        let mut at = 0;
        // Whether the floor word that comes next has its number already: `5th Floor, 3 Quay
        // Street`.
        let mut numbered = false;
        while let Some(token) = all.get(at) {
            let next_is_floor = is_word_of(all.get(at + 1), Part::Floor);
            let after_floor = at > 0 && !numbered && is_word_of(all.get(at - 1), Part::Floor);
            if !is_word_of(Some(token), Part::Floor) {
                numbered = next_is_floor && is_floor_number(token);
            }
            match token {
                Token::Floor(floor) => address.floors.push(floor.clone()),
                Token::Ordinal(number) if next_is_floor || after_floor => {
                    address.floors.push(number.clone());
                }
                Token::Number(number) if after_floor && !next_is_floor => {
                    address.floors.push(number.clone());
                }
                Token::Number(number) if next_is_floor && !after_unit(&all, at) => {
                    address.floors.push(number.clone());
                }
                Token::Number(letter) | Token::Initial(letter)
                    if direction(&all, at, letter).is_some() =>
                {
                    address.word(direction(&all, at, letter).unwrap_or_default(), false);
                }
                Token::Number(number) | Token::Ordinal(number) => {
                    if let Some(length) = country_at(&all, at) {
                        at += length;
                        continue;
                    }
                    if is_box(&all, at) {
                        address.boxes.push(number.clone());
                    } else {
                        let labelled = at > 0 && is_label(all.get(at - 1));
                        address.number(number, labelled);
                    }
                }
                Token::Initial(letter) => {
                    let labelled = at > 0 && is_label(all.get(at - 1));
                    let before_name = is_word_of(all.get(at + 1), Part::Word);
                    if labelled || !before_name {
                        address.number(letter, labelled);
                    }
                }
                Token::Word(word) => {
                    if let Some(length) = country_at(&all, at) {
                        at += length;
                        continue;
                    }
                    address.word(word, next_is_floor);
                }
            }
            at += 1;
        }
        let Address { numbers, house, floors, postal, boxes, .. } = &mut address;
        for numbers in [numbers, house, floors, postal, boxes] {
            numbers.sort_unstable();
            numbers.dedup();
        }
        address
    }

    fn number(&mut self, number: &str, labelled: bool) {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if digits >= POSTAL_DIGITS && digits == number.len() {
            self.postal.push(number.to_owned());
        } else {
            self.numbers.push(number.to_owned());
            if !labelled {
                self.house.push(number.to_owned());
            }
        }
    }

    fn word(&mut self, word: &str, next_is_floor: bool) {
        if next_is_floor && let Some(at) = ORDINALS.iter().position(|ordinal| *ordinal == word) {
            self.floors.push((at + 1).to_string());
            return;
        }
        let (part, text) = of(word);
        self.names_a_site |= matches!(part, Part::Street | Part::Building) || SITES.contains(&text);
        self.names_a_zone |= text == "zone";
        let weight = match part {
            Part::Unit | Part::Floor | Part::Number | Part::Box | Part::Building => return,
            Part::Street => STREET,
            Part::Direction => DIRECTION,
            Part::Region => REGION,
            Part::Word => general(text),
        };
        if FILLERS.contains(&text) || self.words.iter().any(|known| known.text == text) {
            return;
        }
        let skeleton = skeleton(text);
        let key = BuildHasherDefault::<FxHasher>::default().hash_one(&skeleton);
        let letters = letters(skeleton.as_bytes());
        self.words.push(Word { text: text.to_owned(), skeleton, key, letters, part, weight });
    }

    /// Whether it says enough to be a place of its own.
    pub fn is_a_place(&self) -> bool {
        self.words.iter().any(|word| word.part == Part::Word)
            && (!self.numbers.is_empty()
                || !self.boxes.is_empty()
                || (self.names_a_site && !self.names_a_zone))
    }

    /// The numbers, those of boxes too, as bits. Addresses with a number in common, or with one of
    /// the ends of a range, have a bit in common.
    pub fn number_bits(&self) -> u64 {
        let ends = self.numbers.iter().flat_map(|number| number.split('-'));
        let all = ends.chain(self.numbers.iter().chain(&self.boxes).map(String::as_str));
        all.fold(0, |bits, number| bits | 1 << (short_hash(number) % 64))
    }

    /// The address in one order, for the id of a match.
    pub fn normalized(&self) -> String {
        let mut words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.sort_unstable();
        let lists = [&self.numbers, &self.floors, &self.postal, &self.boxes];
        let numbers = lists.map(|list| list.join(" ")).join("|");
        format!("{}|{numbers}", words.join(" "))
    }
}

const ORDINALS: [&str; 12] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
];
/// Words that name one site, as [`of`] gives them. A zone or a park has hundreds of companies.
const SITES: [&str; 40] = [
    "centre",
    "plaza",
    "mansion",
    "factory",
    "garden",
    "house",
    "university",
    "institute",
    "school",
    "college",
    "academy",
    "laboratory",
    "hospital",
    "shipyard",
    "dockyard",
    "hotel",
    "mall",
    "airport",
    "port",
    "base",
    "complex",
    "plant",
    "works",
    "mill",
    "refinery",
    "estate",
    "villa",
    "palace",
    "court",
    "campus",
    "station",
    "warehouse",
    "terminal",
    "depot",
    "museum",
    "ministry",
    "zavod",
    "fabrika",
    "penthouse",
    "courtyard",
];
const FILLERS: [&str; 12] =
    ["the", "and", "in", "at", "near", "opp", "opposite", "de", "under", "behind", "beside", "po"];

fn is_word_of(token: Option<&Token>, part: Part) -> bool {
    matches!(token, Some(Token::Word(word)) if of(word).0 == part)
}

/// Whether the number that follows is one of a unit or a building.
fn is_label(token: Option<&Token>) -> bool {
    [Part::Unit, Part::Building].iter().any(|part| is_word_of(token, *part))
}

/// The compass direction that a letter abbreviates: `Quay Rd. S`, `W Quay Street`.
fn direction(all: &[Token], at: usize, letter: &str) -> Option<&'static str> {
    let direction = match letter {
        "n" => "north",
        "s" => "south",
        "e" => "east",
        "w" => "west",
        _ => return None,
    };
    let before = at.checked_sub(1).and_then(|place| all.get(place));
    let of_street = [before, all.get(at + 1), all.get(at + 2)];
    let is_of_street = of_street.into_iter().any(|near| is_word_of(near, Part::Street));
    (is_of_street && !is_label(before)).then_some(direction)
}

/// Whether the number here is one of a post office box: `Box 7`, `Box No. 7`.
fn is_box(all: &[Token], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|place| all.get(place));
    is_word_of(before(1), Part::Box)
        || (is_word_of(before(1), Part::Number) && is_word_of(before(2), Part::Box))
}

fn is_floor_number(token: &Token) -> bool {
    match token {
        Token::Word(word) => ORDINALS.contains(&word.as_str()),
        Token::Number(_) | Token::Ordinal(_) | Token::Floor(_) => true,
        Token::Initial(_) => false,
    }
}

fn after_unit(all: &[Token], at: usize) -> bool {
    at > 0 && (is_word_of(all.get(at - 1), Part::Unit) || is_word_of(all.get(at - 1), Part::Number))
}

/// How many words name a country here.
fn country_at(all: &[Token], at: usize) -> Option<usize> {
    let begins = matches!(
        all.get(at),
        // `U A E` is of letters that are numbers elsewhere.
        Some(Token::Word(word) | Token::Number(word)) if may_begin_with(word)
    );
    if !begins {
        return None;
    }
    let mut name = String::new();
    let mut found = None;
    for (length, token) in all.iter().skip(at).take(COUNTRY_WORDS).enumerate() {
        let (Token::Word(word) | Token::Number(word)) = token else { break };
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
        if code_of_name(&name).is_some() {
            found = Some(length + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str) {
        assert_eq!(
            Address::of(one).normalized(),
            Address::of(other).normalized(),
            "{one} | {other}"
        );
    }

    #[test]
    fn ok_order_and_abbreviations_do_not_matter() {
        check(
            "Unit 803, Alder Building, 208-212 Nathan Road, Kowloon, Hong Kong",
            "Alder Bldg, Unit 803, 208-212 Nathan Rd., KLN, Hong Kong",
        );
        check("5th Floor, No. 17 West Road, Beijing, China", "5/F, West Rd., No. 17, Beijing");
        check("Eighth Floor, 3 Quay St.", "3 Quay Street, 8F");
        check("3 Quay Rd. S, Tower E", "3 Quay Road South, Tower E");
        check("3 W. Quay Road", "3 West Quay Rd");
        check("22 Polevaya Street, Saint Petersburg", "ul. Polevaya 22, Sankt-Peterburg, Russia");
    }

    #[test]
    fn ok_parts_are_told_apart() {
        let address = Address::of("Room 1905, 19/F, 148 Wing Lok Street, Beijing 100027, China");
        assert_eq!(address.numbers, ["148", "1905"]);
        assert_eq!((address.floors, address.postal), (vec!["19".into()], vec!["100027".into()]));
        let words: Vec<&str> = address.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, ["wing", "lok", "street", "beijing"]);
    }

    #[test]
    fn err_a_city_is_no_place_of_its_own() {
        for text in [
            "Kabul, Afghanistan",
            "Sharjah, U.A.E.",
            "Deira, Dubai, U A E",
            "Shenzhen, Guangdong Province, China",
            "Tsim Sha Tsui, Kowloon",
            "Jebel Ali Free Zone, Dubai, U.A.E., AE",
            "Sharjah Airport International Free Zone, Sharjah",
            "Shar-e-Naw, Kabul",
            "Izhevsk, Udmurt Republic, 426006",
        ] {
            assert!(!Address::of(text).is_a_place(), "{text}");
        }
        assert!(Address::of("P.O. Box No. 171452, Dubai").is_a_place());
        assert!(Address::of("Hua Qin Building, Kowloon").is_a_place());
        assert!(Address::of("Nanhu Steam School, Wuhan").is_a_place());
        assert!(!Address::of("").is_a_place());
        assert!(Address::of("5 Quay Street").is_a_place());
    }
}
