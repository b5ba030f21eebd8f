//! When two texts differ in nothing but how they are set: spacing, case, quotes, dashes, a final full stop, a repaired
//! character.
//!
//! Knows characters; knows no field. What stands between two digits always counts: `Unit 1-2` is not `Unit 12`.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Whether `after` is `before` set in another way, or with its broken characters repaired.
pub fn is_same_text(before: &str, after: &str) -> bool {
    before == after || folded(before) == folded(after) || is_repaired(before, after)
}

/// A text without what is editorial; equal for two texts that differ in nothing else.
pub fn folded(text: &str) -> String {
    fold(text).into_iter().map(|letter| letter.character).collect()
}

/// Whether `after` is `before` with each run of `?` or U+FFFD made into letters, a quote or a dash (or a space after `§`).
pub fn is_repaired(before: &str, after: &str) -> bool {
    let broken = before.chars().filter(|c| is_broken(*c)).take(MOST_BROKEN + 1).count();
    if broken == 0 || broken > MOST_BROKEN {
        return false;
    }
    let ends_in_mark = after.trim().trim_end_matches('.').ends_with(|c| is_quote(c) || is_dash(c));
    let (before, after) = (fold(before), fold(after));
    // The places in `after` that what has been read of `before` may end at.
    let mut places = BTreeSet::from([0_usize]);
    let mut rest = before.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let run = rest.iter().take_while(|letter| is_broken(letter.character)).count();
        places = if run > 0 {
            places.iter().flat_map(|&place| after_repair(&after, ends_in_mark, place, run)).collect()
        } else {
            places
                .iter()
                .filter(|&&place| after.get(place).is_some_and(|l| l.character == first.character))
                .map(|place| place + 1)
                .collect()
        };
        rest = rest.get(run.max(1)..).unwrap_or_default();
        if places.is_empty() {
            return false;
        }
    }
    places.contains(&after.len())
}

/// A text with more is no name that lost a letter, and would take long to compare.
const MOST_BROKEN: usize = 64;

/// A character that a publisher's export leaves where it lost one.
pub fn is_broken(character: char) -> bool {
    matches!(character, '?' | '\u{fffd}')
}

struct Letter {
    character: char,
    /// Quotes, dashes or spaces stood before it and were left out.
    mark_before: bool,
    space_before: bool,
}

/// Where `after` may go on once `run` broken characters have been read at `place`.
fn after_repair(after: &[Letter], ends_in_mark: bool, place: usize, run: usize) -> Vec<usize> {
    let mut places = Vec::new();
    let is_after_section_sign = place.checked_sub(1).and_then(|last| after.get(last)).is_some_and(|letter| letter.character == '§');
    let is_mark = match after.get(place) {
        Some(next) => next.mark_before || (is_after_section_sign && next.space_before),
        None => ends_in_mark,
    };
    if is_mark {
        places.push(place);
    }
    // A letter of several bytes may have been lost as several marks; never more letters than marks.
    for length in 1..=run {
        match after.get(place + length - 1) {
            Some(letter) if letter.character.is_alphabetic() || is_broken(letter.character) => places.push(place + length),
            _ => break,
        }
    }
    places
}

fn fold(text: &str) -> Vec<Letter> {
    let text = text.trim();
    let text = text.strip_suffix('.').unwrap_or(text).trim_end();
    let characters: Vec<char> = text.nfc().flat_map(char::to_lowercase).filter(|c| !is_invisible(*c)).collect();
    let mut letters: Vec<Letter> = Vec::with_capacity(characters.len());
    let mut skipped: Vec<char> = Vec::new();
    for character in characters {
        if character.is_whitespace() || is_quote(character) || is_dash(character) {
            skipped.push(character);
            continue;
        }
        let between_digits = character.is_numeric() && letters.last().is_some_and(|last| last.character.is_numeric());
        if between_digits {
            letters.extend(skipped.iter().map(|&character| Letter { character, mark_before: false, space_before: false }));
        }
        letters.push(Letter {
            character,
            mark_before: !between_digits && skipped.iter().any(|c| is_quote(*c) || is_dash(*c)),
            space_before: !between_digits && skipped.iter().any(|c| c.is_whitespace()),
        });
        skipped.clear();
    }
    letters
}

fn is_quote(character: char) -> bool {
    matches!(
        character,
        '\'' | '"'
            | '`'
            | '´'
            | '‘'
            | '’'
            | '‚'
            | '‛'
            | '“'
            | '”'
            | '„'
            | '‟'
            | '‹'
            | '›'
            | '«'
            | '»'
            | '′'
            | '″'
            | 'ʼ'
            | 'ʻ'
            | 'ʹ'
            | '＇'
            | '＂'
    )
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_is_set_in_another_way_is_the_same_text() {
        for (before, after) in [
            ("Alpha  Works", "Alpha Works"),
            ("ALPHA Works Co., Ltd", "Alpha Works Co., Ltd."),
            ("Alpha “Works”", "Alpha 'Works'"),
            ("Alpha – Works", "Alpha-Works"),
            ("Unit 5-A", "Unit 5 A"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("Xi?an", "Xi’an"),
            ("M?nchen", "München"),
            ("M\u{fffd}\u{fffd}nchen", "München"),
            ("See §?744.11 of the EAR", "See § 744.11 of the EAR."),
            ("See §?744.11 of the EAR", "See §\u{a0}744.11 of the EAR"),
            ("Alpha Works?", "Alpha Works”"),
        ] {
            assert!(is_same_text(before, after), "{before} | {after}");
        }
    }

    #[test]
    fn err_another_letter_or_anything_between_digits_is_another_text() {
        for (before, after) in [
            ("Unit 1-2", "Unit 12"),
            ("Unit 1 2", "Unit 12"),
            ("Unit 1-2", "Unit 1 2"),
            ("Unit 1?2", "Unit 1-2"),
            ("Unit 1?", "Unit 15"),
            ("café", "cafe"),
            ("Xi?an", "Xian"),
            ("Xi’an", "Xi?an"),
            ("Alpha", "Alphaa"),
            ("Alpha & Works", "Alpha and Works"),
            ("For all items", "For no items"),
            ("What?", "Whatever it takes"),
        ] {
            assert!(!is_same_text(before, after), "{before} | {after}");
        }
    }
}
