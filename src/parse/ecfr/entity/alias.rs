//! One alias of an Entity cell, and the addresses that follow it in the same line.

use crate::parse::ecfr::entity::name::{last_name_of, name_of};
use crate::parse::ecfr::known_as::find_open;
use crate::parse::ecfr::words;

/// The names in one alias line, and the addresses that follow the last alias in its line.
pub fn alias<'a>(text: &'a str, last: bool, country: Option<&str>) -> (Vec<String>, &'a str) {
    let (text, rest) = if last { alias_end(text, country) } else { (text, "") };
    let text = text
        .strip_suffix("and")
        .filter(|head| head.ends_with([' ', ';']))
        .unwrap_or(text)
        .trim_end()
        .trim_end_matches([';', ',']);
    let mut names = Vec::new();
    let mut from = text;
    while let Some(known) = find_open(from) {
        names.push(name_of(from.get(..known.range.start).unwrap_or_default()));
        from = from.get(known.range.end..).unwrap_or_default();
    }
    names.push(if last { last_name_of(from) } else { name_of(from) });
    (names, rest)
}

/// Splits the last alias from an address in the same line: after a period, else before a house
/// number.
fn alias_end<'a>(text: &'a str, country: Option<&str>) -> (&'a str, &'a str) {
    for (at, _) in text.match_indices(". ") {
        let (alias, rest) =
            (text.get(..=at).unwrap_or(text), text.get(at + 2..).unwrap_or_default());
        let word = alias.trim_end_matches('.').rsplit(' ').next().unwrap_or_default();
        let ends_sentence = !words::is_abbreviation(word) || words::is_legal_form(word);
        let is_place = rest.contains(',')
            && (country.is_some_and(|country| rest.contains(country))
                || rest.contains(|c: char| c.is_ascii_digit()));
        if ends_sentence && (is_place || words::begins_an_address(rest)) {
            return (alias, rest);
        }
    }
    let numbered = text.match_indices(' ').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        rest.contains(',')
            && words::begins_an_address(rest)
            && rest.split(',').next().is_some_and(words::holds_place_word)
    });
    numbered.map_or((text, ""), |at| text.split_at(at))
}
