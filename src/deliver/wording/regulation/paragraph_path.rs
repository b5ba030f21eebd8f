//! Where a paragraph of a section is: `(f)(2)(vii)`. Pure.
//!
//! The Code of Federal Regulations numbers its paragraphs `(a)`, `(1)`, `(i)`, `(A)`, in this order
//! of levels. Only the last number stands before a paragraph.

/// The levels of paragraphs that are distinguished.
const LEVELS: usize = 4;
/// A longer text in parentheses is no number.
const MOST_NUMBER_BYTES: usize = 5;

/// The numbers of the paragraph that was read last and of those around it.
#[derive(Clone, Debug, Default)]
pub struct ParagraphPath {
    numbers: [Option<String>; LEVELS],
}

impl ParagraphPath {
    /// Reads the beginning of the next paragraph. Returns where it is, or `None` if it has no
    /// number.
    pub fn next(&mut self, paragraph: &str) -> Option<String> {
        let mut rest = paragraph.trim_start();
        let mut is_numbered = false;
        while let Some((number, after)) = leading_number(rest) {
            let Some(level) = self.level(number) else { break };
            for (at, slot) in self.numbers.iter_mut().enumerate().skip(level) {
                *slot = (at == level).then(|| number.to_owned());
            }
            is_numbered = true;
            rest = after.trim_start();
        }
        is_numbered.then(|| {
            let numbers = self.numbers.iter().flatten();
            numbers.map(|number| format!("({number})")).collect()
        })
    }

    /// The level of a number. `i`, `v` and `x` are letters after `h`, `u` and `w`, and otherwise
    /// Roman numbers if an Arabic number is above them.
    fn level(&self, number: &str) -> Option<usize> {
        let [letter, arabic, ..] = &self.numbers;
        let all = |is: fn(&char) -> bool| number.chars().all(|c| is(&c));
        if all(char::is_ascii_digit) {
            return Some(1);
        }
        if all(char::is_ascii_uppercase) {
            return Some(3);
        }
        if !all(char::is_ascii_lowercase) {
            return None;
        }
        let is_roman = number.chars().all(|c| "ivxlc".contains(c));
        let follows_letter = letter.as_deref().and_then(next_letter) == number.chars().next()
            && number.len() == 1
            && self.numbers.get(2).is_none_or(Option::is_none);
        Some(if is_roman && arabic.is_some() && !follows_letter { 2 } else { 0 })
    }
}

/// The letter after a single letter.
fn next_letter(letter: &str) -> Option<char> {
    let mut letters = letter.chars();
    let only = letters.next().filter(|_| letters.next().is_none())?;
    u8::try_from(only).ok().map(|code| char::from(code.saturating_add(1)))
}

/// `vii` and the rest, for `(vii) North Korea`.
fn leading_number(text: &str) -> Option<(&str, &str)> {
    let (number, rest) = text.strip_prefix('(')?.split_once(')')?;
    let is_number = !number.is_empty()
        && number.len() <= MOST_NUMBER_BYTES
        && number.chars().all(|c| c.is_ascii_alphanumeric());
    is_number.then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paragraphs: &[&str], expected: &[Option<&str>]) {
        let mut path = ParagraphPath::default();
        let found: Vec<Option<String>> =
            paragraphs.iter().map(|paragraph| path.next(paragraph)).collect();
        let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_number_is_completed_by_the_numbers_above_it() {
        check(
            &["(a) One.", "(1) Two.", "(i) Three.", "(A) Four.", "(ii) Five.", "(2) Six.", "(b)"],
            &[
                Some("(a)"),
                Some("(a)(1)"),
                Some("(a)(1)(i)"),
                Some("(a)(1)(i)(A)"),
                Some("(a)(1)(ii)"),
                Some("(a)(2)"),
                Some("(b)"),
            ],
        );
        check(&["(f)(2) Parties:", "(vii) North Korea."], &[Some("(f)(2)"), Some("(f)(2)(vii)")]);
    }

    #[test]
    fn i_is_a_letter_after_h_and_a_roman_number_elsewhere() {
        check(&["(h) One.", "(i) Two."], &[Some("(h)"), Some("(i)")]);
        check(&["(h) One.", "(1) Two.", "(i) Three."], &[Some("(h)"), Some("(h)(1)"), Some("(i)")]);
        check(&["(f)(1) One.", "(i) Two."], &[Some("(f)(1)"), Some("(f)(1)(i)")]);
    }

    #[test]
    fn a_paragraph_without_a_number_has_no_place() {
        check(&["Note: one.", "(see § 744.16) two.", "(Approved) three."], &[None, None, None]);
    }
}
