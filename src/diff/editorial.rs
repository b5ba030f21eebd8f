//! When two texts differ in nothing but how they are set: spacing, case, quotes, dashes, final full stops, a repaired
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

/// As [`is_same_text`], of a text of which each word counts: a broken run that stands for a whole word may have been any word.
pub fn is_same_wording(before: &str, after: &str) -> bool {
    before == after || folded(before) == folded(after) || is_made_whole(before, after, false)
}

/// Whether `after` is `before` with each run of `?` or U+FFFD made into letters, a quote or a dash (or a space after `§`).
pub fn is_repaired(before: &str, after: &str) -> bool {
    is_made_whole(before, after, true)
}

fn is_made_whole(before: &str, after: &str, whole_words: bool) -> bool {
    let broken = before.chars().filter(|c| is_broken(*c)).take(MOST_BROKEN + 1).count();
    if broken == 0 || broken > MOST_BROKEN {
        return false;
    }
    let ends_in_mark = without_final_stops(after).ends_with(|c| is_quote(c) || is_dash(c));
    let (before, after) = (fold(before), fold(after));
    // The places in `after` that what has been read of `before` may end at.
    let mut places = BTreeSet::from([0_usize]);
    let mut rest = before.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let run = rest.iter().take_while(|letter| is_broken(letter.character)).count();
        places = if run > 0 {
            let is_a_word = (first.space_before || rest.len() == before.len()) && rest.get(run).is_none_or(|next| next.space_before);
            let letters = if is_a_word && !whole_words { 0 } else { run };
            places.iter().flat_map(|&place| after_repair(&after, ends_in_mark, place, letters)).collect()
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

/// Where `after` may go on once broken characters have been read at `place` that stand for a mark or for up to so many letters.
fn after_repair(after: &[Letter], ends_in_mark: bool, place: usize, letters: usize) -> Vec<usize> {
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
    for length in 1..=letters {
        match after.get(place + length - 1) {
            Some(letter) if letter.character.is_alphabetic() || is_broken(letter.character) => places.push(place + length),
            _ => break,
        }
    }
    places
}

/// However many: a cut text ends in `...`, and loses them one by one.
fn without_final_stops(text: &str) -> &str {
    text.trim().trim_end_matches(|c: char| matches!(c, '.' | '…' | '。') || c.is_whitespace())
}

fn fold(text: &str) -> Vec<Letter> {
    let characters: Vec<char> = without_final_stops(text).nfc().flat_map(char::to_lowercase).filter(|c| !is_invisible(*c)).collect();
    let mut letters: Vec<Letter> = Vec::with_capacity(characters.len());
    let mut skipped: Vec<char> = Vec::new();
    for character in characters {
        if character.is_whitespace() || is_quote(character) || is_dash(character) {
            skipped.push(character);
            continue;
        }
        let between_digits = character.is_numeric() && letters.last().is_some_and(|last| last.character.is_numeric());
        if between_digits {
            // A space counts there, however wide it is set.
            let mut between: Vec<char> = skipped.iter().map(|c| if c.is_whitespace() { ' ' } else { *c }).collect();
            between.dedup_by(|next, last| *next == ' ' && *last == ' ');
            letters.extend(between.into_iter().map(|character| Letter { character, mark_before: false, space_before: false }));
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
            | '〝'
            | '〞'
            | '〟'
            | '❛'
            | '❜'
            | '❝'
            | '❞'
            | '׳'
            | '״'
    )
}

fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' | '\u{301c}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
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
            ("For all items...", "For all items"),
            ("For all items…", "For all items. . ."),
            ("华为技术。", "华为技术"),
            ("(See §§ 734.9(g),3 746.8 of the EAR)", "(See §§ 734.9(g),3  746.8 of the EAR)"),
            ("3 746.8", "3\u{a0} 746.8"),
            ("\u{202b}Alpha\u{2069} Works", "Alpha Works\u{61c}"),
            ("Alpha 〝Works〞", "Alpha ❝Works❞"),
            ("Alpha 〜 Works", "Alpha ⸺ Works"),
            ("??? Works", "Red Works"),
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
            ("Unit 1 - 2", "Unit 1-2"),
            ("No. 1.5", "No. 15"),
        ] {
            assert!(!is_same_text(before, after), "{before} | {after}");
        }
    }

    #[test]
    fn where_words_count_a_repair_makes_no_whole_word() {
        for (before, after, expected) in [
            ("For ??? items", "For all items", false),
            ("??? items", "All items", false),
            ("For all items, ??", "For all items, no", false),
            ("For all it?ms", "For all items", true),
            ("See ?744.11", "See §744.11", false),
            ("Denial ? except for food", "Denial — except for food", true),
            ("See §?744.11 of the EAR", "See § 744.11 of the EAR", true),
            ("?For all items?", "“For all items”", true),
        ] {
            assert_eq!(is_same_wording(before, after), expected, "{before} | {after}");
        }
    }
}
