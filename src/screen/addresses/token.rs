//! Cuts an address into words and numbers.

use unicode_normalization::UnicodeNormalization;

use crate::domain::country::is_iso_alpha2;

/// A longer text is not an address, and must not cost the time of thousands.
const MAX_LETTERS: usize = 500;

/// A joined piece of fewer letters numbers something, as in `A-B`. A longer one is a name.
const SHORT_NAME: usize = 6;

/// A word or a number of an address, in lower-case Latin letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(String),
    /// `12`, `12a`, `12-14`, `12/3`, `a`: what has a digit, or is one letter.
    Number(String),
    /// `19/F`, `3F`, `5th`: the number of a floor, or of a street if no floor is named.
    Floor(String),
    Ordinal(String),
    /// `K.` before a word: of a person whom a street is named after, or a letter that numbers.
    Initial(String),
}

/// The tokens of an address. A note in parentheses at the end is left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let text = without_country_code(without_note(text));
    let letters: Vec<char> = text.nfkc().take(MAX_LETTERS).collect();
    let letters = with_joined_initials(&letters);
    let mut found = Vec::new();
    let mut piece = String::new();
    for letter in letters {
        let letter = if matches!(letter, '–' | '—') { '-' } else { letter };
        if letter.is_alphanumeric() || matches!(letter, '-' | '/') {
            if letter.is_ascii() {
                piece.push(letter.to_ascii_lowercase());
            } else {
                let latin = any_ascii::any_ascii_char(letter);
                piece.extend(
                    latin.chars().filter(|l| !l.is_whitespace()).map(|l| l.to_ascii_lowercase()),
                );
            }
        } else if letter == '.' && piece.len() == 1 && piece.bytes().all(|b| b.is_ascii_lowercase())
        {
            found.push(Token::Initial(std::mem::take(&mut piece)));
        } else if !matches!(letter, '\'' | '’' | '‘' | '`') {
            take(&mut piece, &mut found);
        }
    }
    take(&mut piece, &mut found);
    found
}

/// `U.A.E.`, `P.R. China` and `P.O.Box` have words of initials: `UAE`, `PR`, `PO`.
fn with_joined_initials(letters: &[char]) -> Vec<char> {
    let at = |place: usize| letters.get(place).copied().unwrap_or(' ');
    let is_initial = |place: usize| at(place).is_alphabetic() && !at(place + 1).is_alphanumeric();
    let mut joined = Vec::with_capacity(letters.len());
    let mut place = 0;
    while place < letters.len() {
        let begins = place == 0 || !at(place - 1).is_alphanumeric();
        let mut end = place;
        while begins && is_initial(end) && at(end + 1) == '.' {
            end += 2;
        }
        // The last one may have no period.
        if end > place && at(end - 1) == '.' && is_initial(end) {
            end += 1;
        }
        if end > place + 2 {
            joined.extend((place..end).map(at).filter(|letter| *letter != '.'));
            joined.push(' ');
            place = end;
        } else {
            joined.push(at(place));
            place += 1;
        }
    }
    joined
}

/// The code of a country that ends an address of a list, as in `Quay Street, Dubai, AE`.
fn without_country_code(text: &str) -> &str {
    match text.trim_end().rsplit_once(',') {
        Some((before, code)) if is_iso_alpha2(code.trim()) => before,
        _ => text,
    }
}

fn without_note(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let end =
        ["(see ", " see alternate", " see also"].iter().filter_map(|note| lower.find(note)).min();
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn take(piece: &mut String, found: &mut Vec<Token>) {
    let whole = std::mem::take(piece);
    let whole = whole.trim_matches(['-', '/']);
    if whole.is_empty() {
        return;
    }
    if let Some(floor) = floor(whole) {
        found.push(Token::Floor(floor.to_owned()));
        return;
    }
    // A dash or slash between digits is one number: `208-212`. Elsewhere it parts words.
    let digits_only =
        whole.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/'));
    if digits_only {
        found.push(Token::Number(without_zeros(whole)));
        return;
    }
    let parts: Vec<&str> = whole.split(['-', '/']).filter(|part| !part.is_empty()).collect();
    if let [number, letter] = parts.as_slice()
        && letter.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        // `15-B` is `15b`.
        found.push(Token::Number(format!("{}{letter}", without_zeros(number))));
        return;
    }
    // `Shar-e-Naw` has no number.
    let has_digit = whole.bytes().any(|byte| byte.is_ascii_digit());
    let is_number = |part: &&str| has_digit || part.len() > 1 || whole.len() < SHORT_NAME;
    found.extend(parts.into_iter().filter(is_number).map(one));
}

fn one(part: &str) -> Token {
    if let Some(floor) = floor(part) {
        return Token::Floor(floor.to_owned());
    }
    let digits = part.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let ending = part.get(digits.len()..).unwrap_or_default();
    if !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && ["st", "nd", "rd", "th"].contains(&ending)
    {
        return Token::Ordinal(without_zeros(digits));
    }
    if part.bytes().any(|byte| byte.is_ascii_digit()) || part.len() == 1 {
        Token::Number(without_zeros(part))
    } else {
        Token::Word(part.to_owned())
    }
}

/// `19/f`, `19f`, `g/f`, `f/10`: the floor.
fn floor(part: &str) -> Option<&str> {
    let is_floor = |text: &&str| {
        !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    part.strip_suffix("/f")
        .filter(|floor| is_floor(floor) || *floor == "g")
        .or_else(|| part.strip_suffix('f').filter(is_floor))
        .or_else(|| part.strip_suffix("/fl").filter(is_floor))
        .or_else(|| part.strip_prefix("f/").filter(is_floor))
}

fn without_zeros(number: &str) -> String {
    let shown = number.trim_start_matches('0');
    if shown.is_empty() { "0".to_owned() } else { shown.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Token {
        Token::Number(text.into())
    }
    fn word(text: &str) -> Token {
        Token::Word(text.into())
    }

    #[test]
    fn ok_numbers_ranges_and_letters() {
        assert_eq!(
            tokens("Unit 8-A, 208-212 Nathan Rd."),
            [word("unit"), number("8a"), number("208-212"), word("nathan"), word("rd")]
        );
        assert_eq!(tokens("Tower B, #05-12"), [word("tower"), number("b"), number("5-12")]);
    }

    #[test]
    fn ok_floors() {
        let floor = |text: &str| Token::Floor(text.into());
        assert_eq!(
            tokens("19/F, 3F, F/10, G/F"),
            [floor("19"), floor("3"), floor("10"), floor("g")]
        );
        assert_eq!(tokens("10-6th"), [number("10"), Token::Ordinal("6".into())]);
    }

    #[test]
    fn ok_initials_are_words_and_the_code_of_a_country_is_left_out() {
        assert_eq!(tokens("Dubai, U.A.E."), [word("dubai"), word("uae")]);
        assert_eq!(tokens("Dubai, U.A.E, AE"), [word("dubai"), word("uae")]);
        assert_eq!(tokens("P.O.Box 7, P.R. China")[..2], [word("po"), word("box")]);
        assert_eq!(
            tokens("K. Marksa 5"),
            [Token::Initial("k".into()), word("marksa"), number("5")]
        );
        assert_eq!(tokens("Quay, Al"), [word("quay"), word("al")], "no code is in lower case");
    }

    #[test]
    fn ok_a_letter_within_a_name_is_no_number() {
        assert_eq!(tokens("Shar-e-Naw"), [word("shar"), word("naw")]);
        assert_eq!(tokens("A-B, A-12b"), [number("a"), number("b"), number("a"), number("12b")]);
    }

    #[test]
    fn ok_a_note_is_left_out() {
        assert_eq!(tokens("Quay (See alternate address under China)"), [word("quay")]);
    }

    #[test]
    fn ok_hostile_texts() {
        assert_eq!(tokens(" -/- "), []);
        assert!(tokens(&"9".repeat(100_000)).len() <= 1);
        assert!(!tokens("东京路 7").is_empty());
    }
}
