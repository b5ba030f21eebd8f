//! Cuts an address into words and numbers.

use unicode_normalization::UnicodeNormalization;

/// A longer text is not an address, and must not cost the time of thousands.
const MAX_LETTERS: usize = 500;

/// A word or a number of an address, in lower-case Latin letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(String),
    /// `12`, `12a`, `12-14`, `12/3`, `a`: what has a digit, or is one letter.
    Number(String),
    /// `19/F`, `3F`, `5th`: the number of a floor, or of a street if no floor is named.
    Floor(String),
    Ordinal(String),
}

/// The tokens of an address. A note in parentheses at the end is left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let text = without_note(text);
    let mut found = Vec::new();
    let mut piece = String::new();
    for letter in text.nfkc().take(MAX_LETTERS) {
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
        } else if !matches!(letter, '\'' | '’' | '‘' | '`') {
            take(&mut piece, &mut found);
        }
    }
    take(&mut piece, &mut found);
    found
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
    found.extend(parts.into_iter().map(one));
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
