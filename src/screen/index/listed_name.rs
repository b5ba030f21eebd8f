//! The names of the list, as words of the vocabulary.

use crate::screen::names::pieces::PiecesOfName;
use crate::screen::names::word::{Kind, Name};

/// One or several neighboring words of a listed name that stand for one term of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The group of the vocabulary.
    pub group: u32,
    pub start: u8,
    pub length: u8,
}

/// One name of one entry.
#[derive(Clone, Debug)]
pub struct ListedName {
    /// The place of the entry in the list.
    pub entry: u32,
    /// As published: the name or alias that a match shows.
    pub published: Box<str>,
    pub name: Name,
    /// What was left out of the published name: the text in parentheses.
    pub left_out: Box<str>,
    /// The highest score that a match with it may have.
    pub most: f32,
    /// The skeleton of the name without legal forms.
    pub skeleton: Box<str>,
    /// The weight of each word.
    pub weights: Box<[f32]>,
    pub spans: Box<[Span]>,
    /// The entry is of a country whose parties have Russian names: its names may be translations.
    pub is_translated: bool,
    pub pieces: PiecesOfName,
    /// The sum of the weights.
    pub weight: f32,
}

/// The weight of a number, which must agree.
pub const NUMBER: f32 = 3.0;
/// The weight of one letter.
pub const LETTER: f32 = 1.2;
/// A patronymic counts this part of its weight: names in the West leave it out.
pub const PATRONYMIC: f32 = 0.25;

/// The weight of a word of this kind, given its weight as a plain word.
pub fn of_kind(kind: Kind, plain: f32) -> f32 {
    match kind {
        Kind::Word => plain,
        Kind::Number => NUMBER,
        Kind::Letter => LETTER,
        Kind::Patronymic => plain * PATRONYMIC,
    }
}

/// Countries whose organizations have a Russian name.
const RUSSIAN_NAMES: [&str; 11] =
    ["RU", "BY", "UA", "KZ", "KG", "UZ", "TJ", "TM", "AM", "AZ", "MD"];

/// Whether the names of an entry of these countries may be translated from Russian.
pub fn may_have_russian_name(countries: &[String]) -> bool {
    countries.iter().any(|country| RUSSIAN_NAMES.contains(&country.as_str()))
}
