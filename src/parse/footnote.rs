//! Reads the footnote marks of a license requirement. They lost their superscript when the list
//! became plain text.
//!
//! `734.9(e) 1 and 744.11 of the EAR 2`, `734.9(g),3 746.8(a)(3)`, `of the EAR)4`, `<sup>5</sup>`.
//! A mark is one digit after a parenthesis or `EAR` that belongs to nothing else. The number of a
//! section, part or paragraph is never a mark.

use std::collections::BTreeSet;

/// The footnotes of a license requirement, sorted, each once.
pub fn footnotes(license_requirement: &str) -> Vec<String> {
    let text = license_requirement;
    let mut marks = BTreeSet::new();
    let mut after_mark = None;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let (before, after) =
            (text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default());
        let digit = SUPERSCRIPTS
            .iter()
            .zip('0'..)
            .skip(1)
            .find(|(mark, _)| **mark == character)
            .map(|(_, digit)| digit);
        let is_mark = digit.is_some()
            || (('1'..='9').contains(&character)
                && is_plain_mark(before, after, after_mark.map(|end| text.get(end..at))));
        if is_mark {
            marks.insert(digit.unwrap_or(character));
            after_mark = Some(end);
        }
    }
    marks.into_iter().map(String::from).collect()
}

/// The superscript digits, each at the index of its value.
pub const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// Whether the digit between `before` and `after` is a mark. `since_mark` is the text between the
/// previous mark and the digit.
fn is_plain_mark(before: &str, after: &str, since_mark: Option<Option<&str>>) -> bool {
    if ends_in_tag(before) {
        return after.trim_start().starts_with("</");
    }
    if before.ends_with(|c: char| c.is_ascii_digit() || c == '(')
        || !stands_alone(before, after)
        || counts_something(after)
    {
        return false;
    }
    if since_mark.flatten().is_some_and(|between| {
        !between.is_empty() && matches!(between.trim(), "" | "," | "and" | ", and" | "&")
    }) {
        return true;
    }
    let carrier = before.trim_end();
    let carrier = carrier.strip_suffix([',', '.']).unwrap_or(carrier).trim_end();
    carrier.ends_with(')')
        || ends_in_word(carrier, "EAR")
        || ["footnote", "footnotes"].iter().any(|word| ends_in_word(&carrier.to_lowercase(), word))
}

/// Whether the text ends with `<sup>` or the `<SU>` of the eCFR.
fn ends_in_tag(before: &str) -> bool {
    let before = before.trim_end().to_ascii_lowercase();
    before.ends_with("<sup>") || before.ends_with("<su>")
}

/// Whether no word, number or list continues after the digit. `EAR) 1. Parts of …` begins a list,
/// `EAR)4.` ends a sentence.
fn stands_alone(before: &str, after: &str) -> bool {
    match after.chars().next() {
        None | Some(',' | ';' | ')' | ']') => true,
        Some('.') => {
            after.len() == 1
                || after.trim_start_matches('.').trim().is_empty()
                || (!before.ends_with(' ') && after.starts_with(". "))
        }
        Some(next) => next.is_whitespace() || matches!(next, '<' | '§'),
    }
}

/// Whether the number counts something: `5 CFR 330`, `3 years`.
fn counts_something(after: &str) -> bool {
    let word: String =
        after.trim_start().chars().take_while(|c| c.is_alphabetic() || *c == '.').collect();
    ["CFR", "C.F.R.", "U.S.C.", "USC", "FR", "F.R.", "years", "year", "months", "days", "percent"]
        .contains(&word.as_str())
}

fn ends_in_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(footnotes(text), expected, "{text}");
    }

    #[test]
    fn ok_marks_of_plain_text() {
        check("For all items, see §§ 734.9(e) 1 and 744.11 of the EAR 2", &["1", "2"]);
        check("All items. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR)  ", &["3"]);
        check("(See §§ 734.9(g), 3 746.8(a)(3))", &["3"]);
        check("(See §734.9(g), 3 §746.8(a)(3))", &["3"]);
        check("(See §734.9(g),3§746.8(a)(3))", &["3"]);
        check("FOOTNOTES 1 and 4 apply", &["1", "4"]);
        check("(See §§ 734.9(e)(2) and 744.11 of the EAR)4", &["4"]);
        check("(See §§ 734.9(e) and 744.11 of the EAR) 4", &["4"]);
        check("(See §§ 734.9(e) and 744.11 of the EAR.) 4.", &["4"]);
        check("(See §§ 734.9(e)(3) and 744.11 of the EAR)5. More text.", &["5"]);
        check("(See § 744.11 of the EAR) 4, 5", &["4", "5"]);
        check("All items; see Footnote 4 designation", &["4"]);
    }

    #[test]
    fn ok_marks_with_markup() {
        check("(See §§ 734.9(g),³ 746.8(a)(3) of the EAR)⁴", &["3", "4"]);
        check("(See § 734.9(g)<sup>3</sup> of the EAR)<SU>4</SU>", &["3", "4"]);
    }

    #[test]
    fn err_other_numbers_are_not_marks() {
        for text in [
            "",
            "For all items subject to the EAR. (See § 744.11 of the EAR)",
            "For all items subject to the EAR. (See § 744.11of the EAR).",
            "For any item listed in supplement no. 2 to part 744 (Category 5, part 2).",
            "All items but EAR99, see § 744.21(a)(2) and (e) of the EAR, General License No. 8 \
             and 1B.",
            "Items controlled under § 740.2(a)(3), and (b)(1)(ii), for 5 years of the YEAR 2",
            "(See § 744.11 of the EAR) 5 CFR 1320",
            "(See § 744.11 of the EAR) 1. Aircraft. 2. Parts.",
            "§§ 746.5(a)(1)(ii), 746.8(a)(3), 744.2 of the EAR",
        ] {
            check(text, &[]);
        }
    }
}
