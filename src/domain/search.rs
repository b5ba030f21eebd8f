//! A search in texts that forgives spelling and spacing.

use any_ascii::any_ascii;
use rapidfuzz::distance::osa;

use crate::domain::Entry;

/// Fewer letters and digits than this are only searched exactly as typed.
const LEAST_TO_FORGIVE: usize = 3;
/// A word with fewer letters must be spelled as typed: one other letter makes another word.
const LEAST_FOR_ONE_ERROR: usize = 5;
/// From this length on, a word may have two errors.
const LEAST_FOR_TWO_ERRORS: usize = 9;

/// What is searched. A field matches if it contains the text in any case; or its letters and
/// digits, whatever the spacing, punctuation and diacritics; or each word of it, where a longer
/// word may be misspelled.
#[derive(Clone, Debug)]
pub struct Search {
    exact: String,
    key: String,
    words: Vec<String>,
}

impl Search {
    pub fn new(text: &str) -> Self {
        let folded = folded(text);
        Self {
            exact: text.trim().to_lowercase(),
            key: key(&folded),
            words: words(&folded).map(str::to_owned).collect(),
        }
    }

    /// Whether a line of this text matches. Each field is one line, so that no search matches
    /// across two fields.
    pub fn finds(&self, text: &str) -> bool {
        let forgives = self.key.chars().count() >= LEAST_TO_FORGIVE;
        text.lines().any(|line| {
            line.to_lowercase().contains(&self.exact) || (forgives && self.is_like(&folded(line)))
        })
    }

    fn is_like(&self, field: &str) -> bool {
        key(field).contains(&self.key)
            || self.words.iter().all(|word| words(field).any(|other| is_spelled_like(word, other)))
    }
}

/// The text of an entry that a search looks in: a line for each name, alias and address, and for
/// the remarks.
pub fn searched_text(entry: &Entry) -> String {
    let texts = [&entry.name]
        .into_iter()
        .chain(&entry.aliases)
        .chain(&entry.addresses)
        .chain([&entry.remarks]);
    texts.map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n")
}

/// In lower case and Latin letters, without diacritics.
fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { any_ascii(text).to_lowercase() }
}

fn key(folded: &str) -> String {
    folded.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether `other` begins with the searched word, or is it but for a few letters. Digits are never
/// forgiven: another number is another address.
fn is_spelled_like(word: &str, other: &str) -> bool {
    if other.starts_with(word) {
        return true;
    }
    let errors = match word.len() {
        LEAST_FOR_TWO_ERRORS.. => 2,
        LEAST_FOR_ONE_ERROR.. => 1,
        _ => return false,
    };
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    word.len().abs_diff(other.len()) <= errors
        && !has_digit(word)
        && !has_digit(other)
        && osa::distance(word.bytes(), other.bytes()) <= errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(search: &str, field: &str, expected: bool) {
        assert_eq!(Search::new(search).finds(field), expected, "`{search}` in `{field}`");
    }

    #[test]
    fn ok_spelling_and_spacing_are_forgiven() {
        check("harbour RING", "Harbour Ring Works", true);
        check("harbor ring", "Harbour Ring Works", true);
        check("HarbourRing", "Harbour-Ring Works", true);
        check("har bour ring", "Harbour Ring Works", true);
        check("Alder Technologeis", "Alder Technologies Co., Ltd.", true);
        check("Technologies Alder", "Alder Technologies Co., Ltd.", true);
        check("Ünited Optics", "United Optics", true);
        check("united optics", "Ünited Optics", true);
        check("Co Ltd", "Alder Co., Ltd.", true);
        check("%", "100% Works", true);
    }

    #[test]
    fn err_another_word_number_or_field_is_not_found() {
        check("alder", "Elmer Works", false);
        check("ring", "Rang Works", false);
        check("Room 12345", "Room 12346", false);
        check("name third", "second name\nthird", false);
        check("a%", "100 Works, A", false);
        check("", "anything", true);
    }
}
