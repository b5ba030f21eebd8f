//! Compares license requirements and policies by the sections that they name, their words, and
//! their punctuation.
//!
//! Knows how publishers write sections and footnote marks: `§§ 734.9(g),3 746.8(a)(3)` and
//! `§734.9(g), 3 §746.8(a)(3)` say the same. The entry knows which footnotes a text has.

use std::collections::BTreeSet;

use rapidfuzz::distance::levenshtein;

use crate::diff::list::editorial::prose_without_typography;
use crate::diff::pairing::name::words;

/// The least share of equal letters, from 0 to 1, of two texts that name the same sections and say
/// the same. `All items (See § 744.11 of the EAR)` and `All items subject to the EAR (See § 744.11
/// of the EAR)` are one requirement. A test on the real lists limits how many terms differ.
const LEAST_SIMILARITY: f64 = 0.8;

/// The longest name of a paragraph, a Roman numeral such as `xviii`, in letters.
const LONGEST_PARAGRAPH: usize = 5;

/// Words that reverse or restrict a term. A difference in one of them counts even if almost all
/// letters are equal.
const RESTRICTING_WORDS: [&str; 13] = [
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

/// How two publishers' texts of one term compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsMatch {
    /// Equal, apart from typography and the way of writing sections and marks.
    Same,
    /// The same sections, goods and conditions, in other punctuation or with a few other words.
    Reworded,
    /// Other sections, goods or conditions.
    Different,
}

/// Compares two texts. `footnotes` are the marks that may occur in either of them.
pub fn compare_terms(one: &str, other: &str, footnotes: &[&[String]]) -> TermsMatch {
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
    let restrictions = |terms: &Terms| {
        let mut found: Vec<String> = terms
            .words
            .iter()
            .filter(|word| RESTRICTING_WORDS.contains(&word.as_str()))
            .cloned()
            .collect();
        found.sort_unstable();
        found
    };
    if one.sections != other.sections
        || numbers(&one) != numbers(&other)
        || restrictions(&one) != restrictions(&other)
    {
        return TermsMatch::Different;
    }
    if these != those
        && levenshtein::normalized_similarity(these.chars(), those.chars()) < LEAST_SIMILARITY
    {
        return TermsMatch::Different;
    }
    if one.prose == other.prose { TermsMatch::Same } else { TermsMatch::Reworded }
}

struct Terms {
    /// Such as `746.8(a)(3)`.
    sections: BTreeSet<String>,
    /// The words that are not part of a section, in order.
    words: Vec<String>,
    /// The text without sections, marks, and the characters that only join them.
    prose: String,
}

impl Terms {
    fn of(text: &str, marks: &[&str]) -> Self {
        let text = with_plain_marks(text);
        let (mut sections, mut prose) = (BTreeSet::new(), String::with_capacity(text.len()));
        // The section that was read last, and whether only joining characters were read since then.
        let (mut last, mut is_after_section) = (String::new(), false);
        let mut rest = text.as_str();
        while let Some(character) = rest.chars().next() {
            let in_word = prose.ends_with(char::is_alphanumeric);
            if let Some((number, after)) = section(rest).filter(|_| !in_word) {
                let (paragraphs, after) = paragraphs(after).unwrap_or((String::new(), after));
                sections.insert(format!("{number}{paragraphs}"));
                number.clone_into(&mut last);
                rest = after_joints(after, marks);
                // The characters that join sections have no meaning.
                prose.truncate(prose.trim_end_matches(is_joint).len());
                prose.push(' ');
                is_after_section = true;
                continue;
            }
            // `744.21(a)(2) and (e)`: another paragraph of the same section.
            if let Some((paragraphs, after)) = paragraphs(rest).filter(|_| is_after_section) {
                sections.insert(format!("{last}{paragraphs}"));
                rest = after_joints(after, marks);
                continue;
            }
            is_after_section = false;
            if character != '§' {
                prose.push(character);
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        let words =
            words(&prose).into_iter().filter(|word| !marks.contains(&word.as_str())).collect();
        Self { sections, words, prose: prose_without_typography(&prose) }
    }
}

/// Replaces each superscript by a space and a digit, as plain text writes a footnote mark.
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

/// Splits the number of a section, such as `746.8`, off the beginning of a text.
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

/// Splits paragraphs, such as `(a)(3)` or `(a) (3)`, off the beginning of a text.
fn paragraphs(text: &str) -> Option<(String, &str)> {
    let (mut found, mut rest) = (String::new(), text);
    loop {
        let start = if found.is_empty() { rest } else { rest.trim_start_matches(' ') };
        let Some((inner, after)) = start.strip_prefix('(').and_then(|open| open.split_once(')'))
        else {
            break;
        };
        let is_paragraph = !inner.is_empty()
            && inner.len() <= LONGEST_PARAGRAPH
            && inner.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !is_paragraph {
            break;
        }
        found.push_str(&format!("({inner})"));
        rest = after;
    }
    (!found.is_empty()).then_some((found, rest))
}

/// The text after marks, commas and `and`, if they stand between sections or marks.
fn after_joints<'a>(text: &'a str, marks: &[&str]) -> &'a str {
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
            .map(|after| after.trim_start_matches(is_joint));
        return match joined.filter(|after| section(after).is_some() || paragraphs(after).is_some())
        {
            Some(after) => after,
            None if section(open).is_some() => open,
            None => rest,
        };
    }
}

/// Whether the character may join two sections of an enumeration.
fn is_joint(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '§')
}

#[cfg(test)]
mod tests {
    use super::TermsMatch::{Different, Reworded, Same};
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, expected: TermsMatch) {
        let footnotes = [["1", "3", "4"].map(str::to_owned)];
        let footnotes: Vec<&[String]> = footnotes.iter().map(<[String; 3]>::as_slice).collect();
        assert_eq!(compare_terms(one, other, &footnotes), expected, "{one} | {other}");
        assert_eq!(compare_terms(other, one, &footnotes), expected, "{other} | {one}");
    }

    #[test]
    fn ok_sections_and_marks_are_the_same_in_any_writing() {
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
            let expected = if other.contains("EAR (See") { Reworded } else { Same };
            check(one, other, expected);
        }
        check(
            "See §§ 744.21(a)(2) and (e) of the EAR",
            "See §744.21(a)(2) and §744.21(e) of the EAR",
            Same,
        );
    }

    #[test]
    fn err_another_section_word_or_number() {
        let one = "For all items subject to the EAR. (See § 744.11 of the EAR)";
        check(
            one,
            "For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR)",
            Different,
        );
        check(one, "For all items subject to the EAR. (See § 744.21 of the EAR)", Different);
        check("See § 746.8(a)(3)", "See § 746.8(a)(2)", Different);
        check("For 5 items", "For 6 items", Different);
        check(
            "For items subject to the Regulations listed in Annex B",
            "For no items subject to the Regulations listed in Annex B",
            Different,
        );
        check(
            "For all items subject to the Regulations except food",
            "For all items subject to the Regulations and food",
            Different,
        );
        check("Presumption of denial", "Case-by-case review", Different);
        check("", one, Different);
    }

    #[test]
    fn ok_other_punctuation_is_a_rewording() {
        check("For all items, except food", "For all items except food", Reworded);
        check("Denial. Except food", "Denial except food", Reworded);
        check("For all items", "For all  items.", Same);
    }
}
