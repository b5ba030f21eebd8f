//! Whether two texts differ only in typography: spacing, case, quotes, dashes, a final period, a
//! trailing separator, a repaired character. In names, aliases and addresses, commas and periods
//! are typography too.
//!
//! Knows texts. `fields` knows which field has which kind of text. Characters between two digits
//! always count: `Unit 1-2` is not `Unit 12`, and `1.5` is not `15`.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use crate::diff::list::encoding;
use crate::diff::list::typography::{
    is_dash, is_invisible, is_period_or_comma, is_quote, is_separator, letters_of, usual_width,
};

/// A text with more broken characters is not a name that lost a letter, and comparing it would take
/// long.
const MOST_BROKEN: usize = 64;

/// The kind of a text, which decides which of its characters are typography.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A name, an alias or an address: `Co., Ltd.` equals `Co. Ltd.`
    Name,
    /// Any other text. A comma or period inside it can change its meaning.
    Prose,
}

/// Whether the name, alias or address `after` is `before` with other typography or with its broken
/// characters repaired.
pub fn is_same_name(before: &str, after: &str) -> bool {
    before == after
        || without_typography(before) == without_typography(after)
        || is_repaired(before, after)
}

/// Whether the text `after` is `before` with other typography or with its broken characters
/// repaired.
pub fn is_same_text(before: &str, after: &str) -> bool {
    before == after
        || prose_without_typography(before) == prose_without_typography(after)
        || is_repaired_text(before, after, Kind::Prose, true)
}

/// Like [`is_same_text`], for license terms, in which every word counts. A run of broken characters
/// in place of an entire word is not accepted, because it may have been any word.
pub fn is_same_wording(before: &str, after: &str) -> bool {
    before == after
        || prose_without_typography(before) == prose_without_typography(after)
        || is_repaired_text(before, after, Kind::Prose, false)
}

/// A name, alias or address without its typography. Equal for two that differ only in typography.
pub fn without_typography(text: &str) -> String {
    letters_without_typography(text, Kind::Name)
        .into_iter()
        .map(|letter| letter.character)
        .collect()
}

/// Any other text without its typography.
pub fn prose_without_typography(text: &str) -> String {
    letters_without_typography(text, Kind::Prose)
        .into_iter()
        .map(|letter| letter.character)
        .collect()
}

/// Whether the name `after` is `before` with each run of `?` or U+FFFD replaced by letters, a quote
/// or a dash (or a space after `§`).
pub fn is_repaired(before: &str, after: &str) -> bool {
    is_repaired_text(before, after, Kind::Name, true)
}

/// With `entire_words`, a run may also stand for an entire word.
fn is_repaired_text(before: &str, after: &str, kind: Kind, entire_words: bool) -> bool {
    let broken = before.chars().filter(|c| is_broken(*c)).take(MOST_BROKEN + 1).count();
    if broken == 0 || broken > MOST_BROKEN {
        return false;
    }
    let ends_in_mark = after
        .trim_end_matches(|c: char| is_separator(c) || c.is_whitespace())
        .ends_with(|c| is_quote(c) || is_dash(c));
    let (before, after) =
        (letters_without_typography(before, kind), letters_without_typography(after, kind));
    // The positions in `after` up to which the text of `before` read so far may reach.
    let mut positions = BTreeSet::from([0_usize]);
    let mut rest = before.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let run = rest.iter().take_while(|letter| is_broken(letter.character)).count();
        positions = if run > 0 {
            let is_a_word = (first.space_before || rest.len() == before.len())
                && rest.get(run).is_none_or(|next| next.space_before);
            let letters = if is_a_word && !entire_words { 0 } else { run };
            positions
                .iter()
                .flat_map(|&position| {
                    positions_after_repair(&after, ends_in_mark, position, letters)
                })
                .collect()
        } else {
            positions
                .iter()
                .filter(|&&position| {
                    after.get(position).is_some_and(|l| l.character == first.character)
                })
                .map(|position| position + 1)
                .collect()
        };
        rest = rest.get(run.max(1)..).unwrap_or_default();
        if positions.is_empty() {
            return false;
        }
    }
    positions.contains(&after.len())
}

/// Whether this is a character that a publisher's export puts in place of a lost one.
pub fn is_broken(character: char) -> bool {
    matches!(character, '?' | '\u{fffd}')
}

#[derive(Clone, Copy)]
struct Letter {
    character: char,
    /// Quotes or dashes before it were left out.
    mark_before: bool,
    /// Spaces before it were left out.
    space_before: bool,
}

impl Letter {
    fn alone(character: char) -> Self {
        Self { character, mark_before: false, space_before: false }
    }
}

/// The positions at which `after` may continue after a run of broken characters at `position`. The
/// run stands for a mark, or for at most `letters` letters.
fn positions_after_repair(
    after: &[Letter],
    ends_in_mark: bool,
    position: usize,
    letters: usize,
) -> Vec<usize> {
    let mut positions = Vec::new();
    let is_after_section_sign = position
        .checked_sub(1)
        .and_then(|last| after.get(last))
        .is_some_and(|letter| letter.character == '§');
    let is_mark = match after.get(position) {
        Some(next) => next.mark_before || (is_after_section_sign && next.space_before),
        None => ends_in_mark,
    };
    if is_mark {
        positions.push(position);
    }
    // A letter of several bytes may have become several broken characters. There are never more
    // letters than broken characters.
    for length in 1..=letters {
        match after.get(position + length - 1) {
            Some(letter) if letter.character.is_alphabetic() || is_broken(letter.character) => {
                positions.push(position + length);
            }
            _ => break,
        }
    }
    positions
}

fn letters_without_typography(text: &str, kind: Kind) -> Vec<Letter> {
    let text = encoding::repaired(text);
    let composed =
        text.nfc().map(usual_width).flat_map(char::to_lowercase).filter(|c| !is_invisible(*c));
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    let mut skipped: Vec<char> = Vec::new();
    for character in composed {
        let is_skipped = character.is_whitespace() || is_quote(character) || is_dash(character);
        if is_skipped || (kind == Kind::Name && is_period_or_comma(character)) {
            skipped.push(character);
            continue;
        }
        let between_digits = character.is_numeric()
            && letters.last().is_some_and(|last| last.character.is_numeric());
        if between_digits {
            letters.extend(kept_between_digits(&skipped).into_iter().map(Letter::alone));
        }
        let first = Letter {
            character,
            mark_before: !between_digits && skipped.iter().any(|c| is_quote(*c) || is_dash(*c)),
            space_before: !between_digits && skipped.iter().any(|c| c.is_whitespace()),
        };
        match letters_of(character) {
            Some(parts) => letters.extend(parts.chars().enumerate().map(|(at, part)| match at {
                0 => Letter { character: part, ..first },
                _ => Letter::alone(part),
            })),
            None => letters.push(first),
        }
        skipped.clear();
    }
    // All of them, because a cut text ends in `...` and may lose the periods one by one.
    while letters.last().is_some_and(|last| is_separator(last.character)) {
        letters.pop();
    }
    letters
}

/// The skipped characters that count between two digits. A space of any width counts, but not
/// beside a comma or a period.
fn kept_between_digits(skipped: &[char]) -> Vec<char> {
    let has_stop = skipped.iter().any(|c| is_period_or_comma(*c));
    let kept = skipped.iter().filter(|c| !(has_stop && c.is_whitespace()));
    let mut kept: Vec<char> = kept.map(|c| if c.is_whitespace() { ' ' } else { *c }).collect();
    kept.dedup_by(|next, last| *next == ' ' && *last == ' ');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_other_typography_is_the_same_text() {
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
            ("Alpha Works", "Alpha Works;"),
            ("Alpha Works;", "Alpha Works,"),
            ("“Alpha Works.”", "\"Alpha Works\""),
            ("Ａｌｐｈａ Ｗｏｒｋｓ （２）", "Alpha Works (2)"),
            ("Alpha\u{3000}Works", "Al\u{200b}pha Works"),
            ("A\u{2060}lpha\u{fe0f} Works\u{7}", "Alpha Works"),
            ("STRASSE ΟΔΟΣ", "Straße Οδος"),
            ("ﬁrst oﬃce", "First office"),
            ("M\u{75}\u{308}nchen", "M\u{fc}nchen"),
            ("MÃ¼nchen", "München"),
            ("Xi\u{92}an", "Xi'an"),
            ("Ash &amp; Oak", "Ash & Oak"),
            ("Qaʿida", "Qa'ida"),
            ("「Alpha」 Works", "“Alpha” Works"),
        ] {
            assert!(is_same_text(before, after), "{before} | {after}");
            assert!(is_same_name(before, after), "{before} | {after}");
        }
    }

    #[test]
    fn commas_and_periods_are_typography_only_in_a_name() {
        for (before, after) in [
            ("Foo Co., Ltd.", "Foo Co. Ltd."),
            ("Foo Co., Ltd.", "Foo Co Ltd"),
            ("A.B.C. Trading", "ABC Trading"),
            ("Petrov, Ivan", "Petrov Ivan"),
            ("No. 5 Dock Road, Wuxi, CN", "No.5, Dock Road Wuxi CN"),
            ("华为，技术", "华为技术"),
            ("Unit 1, 2", "Unit 1,2"),
        ] {
            assert!(is_same_name(before, after), "{before} | {after}");
            assert!(is_same_name(after, before), "{after} | {before}");
        }
        for (before, after) in [
            ("Denial, except for food", "Denial except for food"),
            ("All items. Food", "All items Food"),
            ("For items, not EAR99", "For items not, EAR99"),
        ] {
            assert!(
                !is_same_text(before, after) && !is_same_wording(before, after),
                "{before} | {after}"
            );
        }
    }

    #[test]
    fn err_another_letter_or_another_character_between_digits() {
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
            ("No. 1,2", "No. 12"),
            ("No. 1,2", "No. 1 2"),
            ("No. 1,2", "No. 1.2"),
            ("No. 1, 5 Dock Road", "No. 1 5 Dock Road"),
            ("No. 1;2", "No. 12"),
            ("１．５", "15"),
            ("Alpha; Works", "Alpha Works"),
            ("Alpha (Works)", "Alpha Works"),
            ("Alpha/Works", "AlphaWorks"),
            ("Alpha Works", "Alpha Works 2"),
            ("Foo Co., Ltd.", "Foo Co., Ltd. II"),
            ("ışık", "isik"),
        ] {
            assert!(!is_same_text(before, after), "{before} | {after}");
            assert!(!is_same_name(before, after), "{before} | {after}");
        }
    }

    #[test]
    fn where_words_count_a_repair_is_not_an_entire_word() {
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
