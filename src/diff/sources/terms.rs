//! A license requirement or policy by what it says: the sections that it names, its words, its
//! punctuation.
//!
//! Knows how publishers write sections and footnote marks: `§§ 734.9(g),3 746.8(a)(3)` and
//! `§734.9(g), 3 §746.8(a)(3)` say the same. Which footnotes a text has is known to the entry.

use std::collections::BTreeSet;

use rapidfuzz::distance::levenshtein;

use crate::diff::list::editorial::folded_prose;
use crate::diff::pairing::name::words;

/// Two texts of the same sections say the same if this share of their letters is alike. `All items
/// (See § 744.11 of the EAR)` and `All items subject to the EAR (See § 744.11 of the EAR)` stand
/// for one requirement; a story over the real lists bounds how many differ.
const LEAST_ALIKE: f64 = 0.8;

/// Words that turn a term around. They count even where almost all letters are alike.
const TURNING: [&str; 13] = [
    "no",
    "not",
    "none",
    "nor",
    "except",
    "excepting",
    "excluding",
    "excluded",
    "unless",
    "without",
    "only",
    "apart",
    "other",
];

/// What two publishers' texts of one term have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// They differ in typography, in how they write sections and marks, or not at all.
    Same,
    /// The same sections, goods and conditions, but other punctuation or a few other words.
    Worded,
    /// Other sections, goods or conditions.
    Other,
}

/// Compares two texts. `footnotes` are the marks that may stand in either.
pub fn agreement(one: &str, other: &str, footnotes: &[&[String]]) -> Agreement {
    let marks: Vec<&str> =
        footnotes.iter().flat_map(|marks| marks.iter()).map(String::as_str).collect();
    let (one, other) = (Terms::of(one, &marks), Terms::of(other, &marks));
    let numbers = |terms: &Terms| {
        terms
            .words
            .iter()
            .filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()))
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    let (these, those) = (one.words.concat(), other.words.concat());
    let turns = |terms: &Terms| {
        let mut turns: Vec<String> =
            terms.words.iter().filter(|word| TURNING.contains(&word.as_str())).cloned().collect();
        turns.sort_unstable();
        turns
    };
    if one.sections != other.sections
        || numbers(&one) != numbers(&other)
        || turns(&one) != turns(&other)
    {
        return Agreement::Other;
    }
    if these != those
        && levenshtein::normalized_similarity(these.chars(), those.chars()) < LEAST_ALIKE
    {
        return Agreement::Other;
    }
    if one.prose == other.prose { Agreement::Same } else { Agreement::Worded }
}

struct Terms {
    /// `746.8(a)(3)`
    sections: BTreeSet<String>,
    /// The words that are no part of a section, in order.
    words: Vec<String>,
    /// The text without sections, marks, and what only joins them.
    prose: String,
}

impl Terms {
    fn of(text: &str, marks: &[&str]) -> Self {
        let text = with_plain_marks(text);
        let (mut sections, mut prose) = (BTreeSet::new(), String::with_capacity(text.len()));
        // The section that was read last, and whether nothing but a joint has been read since.
        let (mut last, mut is_behind) = (String::new(), false);
        let mut rest = text.as_str();
        while let Some(character) = rest.chars().next() {
            let in_word = prose.ends_with(char::is_alphanumeric);
            if let Some((number, behind)) = section(rest).filter(|_| !in_word) {
                let (paragraphs, behind) = paragraphs(behind).unwrap_or((String::new(), behind));
                sections.insert(format!("{number}{paragraphs}"));
                number.clone_into(&mut last);
                rest = behind_joints(behind, marks);
                // What joins sections is no part of what is said.
                prose.truncate(prose.trim_end_matches(is_joint).len());
                prose.push(' ');
                is_behind = true;
                continue;
            }
            // `744.21(a)(2) and (e)`: another paragraph of the same section.
            if let Some((paragraphs, behind)) = paragraphs(rest).filter(|_| is_behind) {
                sections.insert(format!("{last}{paragraphs}"));
                rest = behind_joints(behind, marks);
                continue;
            }
            is_behind = false;
            if character != '§' {
                prose.push(character);
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        let words =
            words(&prose).into_iter().filter(|word| !marks.contains(&word.as_str())).collect();
        Self { sections, words, prose: folded_prose(&prose) }
    }
}

/// A superscript as plain text has it: a digit behind a space.
fn with_plain_marks(text: &str) -> String {
    const SUPERSCRIPTS: [char; 9] = ['¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match SUPERSCRIPTS.iter().zip('1'..).find(|(mark, _)| **mark == character) {
            Some((_, digit)) => plain.extend([' ', digit]),
            None => plain.push(character),
        }
    }
    plain
}

/// The number of a section at the beginning of the text: `746.8`.
fn section(text: &str) -> Option<(&str, &str)> {
    let digits =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let part = digits(text);
    let number = digits(text.get(part..)?.strip_prefix('.')?);
    // Parts of the regulations have three digits.
    if part != 3 || number == 0 {
        return None;
    }
    text.split_at_checked(part + 1 + number)
}

/// `(a)(3)`, `(a) (3)`
fn paragraphs(text: &str) -> Option<(String, &str)> {
    /// The longest is a Roman numeral: `(xviii)`.
    const LONGEST: usize = 5;
    let (mut found, mut rest) = (String::new(), text);
    loop {
        let start = if found.is_empty() { rest } else { rest.trim_start_matches(' ') };
        let Some((inner, behind)) = start.strip_prefix('(').and_then(|open| open.split_once(')'))
        else {
            break;
        };
        let is_paragraph = !inner.is_empty()
            && inner.len() <= LONGEST
            && inner.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !is_paragraph {
            break;
        }
        found.push_str(&format!("({inner})"));
        rest = behind;
    }
    (!found.is_empty()).then_some((found, rest))
}

/// The text behind marks, commas and `and`, if another section or mark follows or followed.
fn behind_joints<'a>(text: &'a str, marks: &[&str]) -> &'a str {
    let mut rest = text;
    loop {
        let open = rest.trim_start_matches(is_joint);
        let is_mark = |digit: &&&str| {
            open.strip_prefix(**digit).is_some_and(|tail| {
                !tail.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_alphabetic())
                    && !tail.starts_with(". ")
            })
        };
        if let Some(mark) = marks.iter().find(is_mark) {
            rest = open.get(mark.len()..).unwrap_or_default();
            continue;
        }
        let joined = open
            .strip_prefix("and ")
            .or_else(|| open.strip_prefix("or "))
            .map(|behind| behind.trim_start_matches(is_joint));
        return match joined
            .filter(|behind| section(behind).is_some() || paragraphs(behind).is_some())
        {
            Some(behind) => behind,
            None if section(open).is_some() => open,
            None => rest,
        };
    }
}

/// What stands between two sections of an enumeration.
fn is_joint(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '§')
}

#[cfg(test)]
mod tests {
    use super::Agreement::{Other, Same, Worded};
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, expected: Agreement) {
        let footnotes = [["1", "3", "4"].map(str::to_owned)];
        let footnotes: Vec<&[String]> = footnotes.iter().map(<[String; 3]>::as_slice).collect();
        assert_eq!(agreement(one, other, &footnotes), expected, "{one} | {other}");
        assert_eq!(agreement(other, one, &footnotes), expected, "{other} | {one}");
    }

    #[test]
    fn sections_and_marks_are_the_same_however_they_are_written() {
        let one = "For all items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and \
                   744.21(b) of the EAR)";
        for other in [
            "For all items subject to the EAR. (See §734.9(g), 3 §746.8(a)(3), and §744.21(b) of \
             the EAR).",
            "For all items subject to the EAR (See §§ 734.9(g)³, 746.8(a)(3) and 744.21(b) of the \
             EAR)",
            "for all items subject to the EAR. (See § 734.9(g) 3, § 746.8(a) (3), § 744.21(b) of \
             the EAR)",
        ] {
            let expected = if other.contains("EAR (See") { Worded } else { Same };
            check(one, other, expected);
        }
        check(
            "See §§ 744.21(a)(2) and (e) of the EAR",
            "See §744.21(a)(2) and §744.21(e) of the EAR",
            Same,
        );
    }

    #[test]
    fn another_section_word_or_number_says_something_else() {
        let one = "For all items subject to the EAR. (See § 744.11 of the EAR)";
        check(
            one,
            "For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR)",
            Other,
        );
        check(one, "For all items subject to the EAR. (See § 744.21 of the EAR)", Other);
        check("See § 746.8(a)(3)", "See § 746.8(a)(2)", Other);
        check("For 5 items", "For 6 items", Other);
        check(
            "For items subject to the Regulations listed in Annex B",
            "For no items subject to the Regulations listed in Annex B",
            Other,
        );
        check(
            "For all items subject to the Regulations except food",
            "For all items subject to the Regulations and food",
            Other,
        );
        check("Presumption of denial", "Case-by-case review", Other);
        check("", one, Other);
    }

    #[test]
    fn other_punctuation_is_seen() {
        check("For all items, except food", "For all items except food", Worded);
        check("Denial. Except food", "Denial except food", Worded);
        check("For all items", "For all  items.", Same);
    }
}
