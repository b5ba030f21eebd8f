//! Cells that a spreadsheet would run as a formula.

use std::borrow::Cow;

/// What a formula begins with (OWASP, "CSV Injection"), also in its full width.
const BEGINNINGS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The text of a cell, with an apostrophe before it if a spreadsheet would run it as a formula.
/// White space and invisible letters before a formula do not hide it.
///
/// ```
/// use entitywatch::domain::formula::without_formula;
///
/// assert_eq!(without_formula("=1+1".into()), "'=1+1");
/// assert_eq!(without_formula("Alder = Co".into()), "Alder = Co");
/// ```
pub fn without_formula(cell: Cow<'_, str>) -> String {
    if cell.trim_start_matches(is_invisible).starts_with(BEGINNINGS) {
        format!("'{cell}")
    } else {
        cell.into_owned()
    }
}

/// White space, control characters, and the characters that only set the direction or the joining
/// of others.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_other_text_stays() {
        for cell in
            ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\r=1", "\u{feff}=1", "\u{b}-2"]
        {
            assert_eq!(without_formula(cell.into()), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", "Acme = Co", "12 - 14 Dock Road", "[\"=1\"]", "'=1"] {
            assert_eq!(without_formula(cell.into()), cell, "{cell:?}");
        }
    }
}
