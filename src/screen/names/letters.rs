//! Folds a text of any script into words of lower-case Latin letters and digits.

use unicode_normalization::UnicodeNormalization;

/// A name or an address is compared by this many letters at most. A longer text is not a name, and
/// must not cost the time of thousands.
pub const MAX_LETTERS: usize = 400;

/// The words of a text, in lower-case Latin letters and digits.
///
/// - Letters with marks lose them, and other scripts are romanized. Each Chinese character is a
///   word.
/// - An apostrophe inside a word is dropped: `Xi'an` is one word.
/// - Three or more single letters with periods are one word: `L.L.C.` is `llc`.
///
/// ```
/// use entitywatch::screen::names::letters::words;
/// assert_eq!(words("Xi’an Électron-Optics Co., L.L.C."), ["xian", "electron", "optics", "co",
/// "llc"]); assert_eq!(words("华为"), ["hua", "wei"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    if text.is_ascii() { ascii_words(text) } else { words_of_any_script(text) }
}

/// The same as [`words_of_any_script`], several times as fast.
fn ascii_words(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..MAX_LETTERS).unwrap_or(bytes);
    let mut found: Vec<Piece> = Vec::new();
    let mut word = String::new();
    for (at, letter) in bytes.iter().enumerate() {
        match letter {
            b'a'..=b'z' | b'0'..=b'9' => word.push(char::from(*letter)),
            b'A'..=b'Z' => word.push(char::from(letter.to_ascii_lowercase())),
            b'\'' | b'`'
                if !word.is_empty() && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {
            }
            b'&' | b'+' => {
                push(&mut found, &mut word, false);
                found.push(Piece { text: "and".to_owned(), dotted: false });
            }
            _ => push(&mut found, &mut word, *letter == b'.'),
        }
    }
    push(&mut found, &mut word, false);
    join_dotted(found)
}

fn words_of_any_script(text: &str) -> Vec<String> {
    let mut found: Vec<Piece> = Vec::new();
    let mut word = String::new();
    let mut letters = text.nfkc().take(MAX_LETTERS).peekable();
    while let Some(letter) = letters.next() {
        if is_apostrophe(letter) && !word.is_empty() {
            // `Women's` and `Sa'id` are one word, a closing quote ends one.
            if letters.peek().is_some_and(|next| next.is_alphanumeric()) {
                continue;
            }
        }
        if is_ideograph(letter) {
            push(&mut found, &mut word, false);
            word.extend(romanized(letter));
            push(&mut found, &mut word, false);
        } else if letter.is_alphanumeric() || is_mark(letter) {
            word.extend(romanized(letter));
        } else if letter == '&' || letter == '+' {
            push(&mut found, &mut word, false);
            found.push(Piece { text: "and".to_owned(), dotted: false });
        } else {
            push(&mut found, &mut word, letter == '.');
        }
    }
    push(&mut found, &mut word, false);
    join_dotted(found)
}

struct Piece {
    text: String,
    /// Whether a period follows at once.
    dotted: bool,
}

fn push(found: &mut Vec<Piece>, word: &mut String, dotted: bool) {
    if !word.is_empty() {
        found.push(Piece { text: std::mem::take(word), dotted });
    }
}

/// `l. l. c.` becomes `llc`. Two letters stay apart: they are initials of a person.
fn join_dotted(pieces: Vec<Piece>) -> Vec<String> {
    if !pieces.iter().any(|piece| piece.dotted && piece.text.len() == 1) {
        return pieces.into_iter().map(|piece| piece.text).collect();
    }
    let mut words: Vec<String> = Vec::with_capacity(pieces.len());
    let mut run: Vec<String> = Vec::new();
    let mut open = false;
    for piece in pieces {
        let single = piece.text.len() == 1 && piece.text.bytes().all(|b| b.is_ascii_alphabetic());
        if !(single && (piece.dotted || open)) || (!open && !run.is_empty()) {
            close(&mut words, &mut run);
        }
        open = single && piece.dotted;
        if single && (piece.dotted || !run.is_empty()) {
            run.push(piece.text);
        } else {
            close(&mut words, &mut run);
            words.push(piece.text);
        }
    }
    close(&mut words, &mut run);
    words
}

fn close(words: &mut Vec<String>, run: &mut Vec<String>) {
    if run.len() >= 3 {
        words.push(run.concat());
        run.clear();
    } else {
        words.append(run);
    }
}

fn romanized(letter: char) -> impl Iterator<Item = char> {
    let latin = if letter.is_ascii() { None } else { Some(any_ascii::any_ascii_char(letter)) };
    let ascii = letter.is_ascii().then_some(letter);
    ascii
        .into_iter()
        .chain(latin.into_iter().flat_map(str::chars))
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | '`' | 'ʼ' | '´' | 'ʻ' | 'ʹ' | 'ʿ' | 'ʾ' | '′')
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Han characters: each is a syllable, and a name has no spaces between them.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(words(text).join(" "), expected, "{text}");
    }

    #[test]
    fn ok_punctuation_parts_words_but_an_apostrophe_inside_one_does_not() {
        check("Xi'an  Aero-Engine (Group), Ltd", "xian aero engine group ltd");
        check("'Wolf' Holding", "wolf holding");
        check("Al+Noor & Sons", "al and noor and sons");
    }

    #[test]
    fn ok_three_dotted_letters_are_one_word_and_two_are_initials() {
        check("Neda L.L.C.", "neda llc");
        check("F.Z.E", "fze");
        check("A. B. Sokolov", "a b sokolov");
        check("A.Q. Khan", "a q khan");
        check("Plan B. A B C", "plan b a b c");
    }

    #[test]
    fn ok_other_scripts_are_romanized() {
        check("ООО «Завод Север»", "ooo zavod sever");
        check("Çelik Şirketi", "celik sirketi");
        check("华为技术", "hua wei ji shu");
    }

    #[test]
    fn ok_nothing_and_endless_texts() {
        check("", "");
        check(" .,-–()", "");
        assert!(words(&"a".repeat(100_000)).concat().len() <= MAX_LETTERS);
        assert!(words(&"国 ".repeat(100_000)).len() <= MAX_LETTERS);
    }

    proptest! {
        #[test]
        fn ascii_letters_are_read_as_those_of_any_script(text in "[a-cA-C1 .,'`&+(-]{0,30}") {
            prop_assert_eq!(ascii_words(&text), words_of_any_script(&text));
        }
    }
}
