//! A search in texts that forgives spelling and spacing.

use any_ascii::any_ascii;
use memchr::memmem::Finder;
use rapidfuzz::distance::osa;

use crate::domain::Entry;

/// Fewer letters and digits than this are only searched exactly as typed.
const LEAST_TO_FORGIVE: usize = 3;
/// A word with fewer letters must be spelled as typed: one other letter makes another word.
const LEAST_FOR_ONE_ERROR: usize = 5;
/// From this length on, a word may have two errors.
const LEAST_FOR_TWO_ERRORS: usize = 9;

/// What is searched. A field matches if it contains the text in any case; or its letters and
/// digits, whatever the spacing, punctuation and diacritics; or each word of it, where a letter
/// may be doubled or not, and a longer word may be misspelled.
#[derive(Clone, Debug)]
pub struct Search {
    exact: Finder<'static>,
    key: String,
    words: Vec<Word>,
}

impl Search {
    pub fn new(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        let folded = folded(&lower);
        // Each word once, so that a text of one word a hundred times costs no more than the word.
        let mut each: Vec<&str> = words(&folded).collect();
        each.sort_unstable();
        each.dedup();
        Self {
            exact: Finder::new(lower.as_bytes()).into_owned(),
            key: key(&folded),
            words: each.into_iter().map(Word::new).collect(),
        }
    }

    /// Whether a line of this text matches. Each field is one line, so that no search matches
    /// across two fields.
    pub fn finds(&self, text: &str) -> bool {
        text.lines().any(|line| self.finds_line(line))
    }

    /// Whether this field matches. A list of many thousands of fields is searched one by one, so
    /// this allocates little for a field in lower case and Latin letters.
    pub fn finds_line(&self, line: &str) -> bool {
        if self.finds_exactly(line) {
            return true;
        }
        // Nearly all fields are of this kind.
        if !line.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            return self.forgives() && self.is_like(line);
        }
        let lower = line.to_lowercase();
        self.finds_exactly(&lower) || (self.forgives() && self.is_like(&folded(&lower)))
    }

    /// Whether a field with these letters can match. If not, it need not be read. Most fields lack
    /// a letter of the search.
    pub fn may_find(&self, letters: Letters) -> bool {
        self.words.iter().all(|word| word.letters.missing_in(letters) <= word.errors)
    }

    /// Whether this field contains the text as it was typed, in lower case.
    pub fn finds_exactly(&self, lower: &str) -> bool {
        self.exact.find(lower.as_bytes()).is_some()
    }

    fn forgives(&self) -> bool {
        self.key.len() >= LEAST_TO_FORGIVE
    }

    fn is_like(&self, folded: &str) -> bool {
        self.words.iter().all(|word| words(folded).any(|other| word.is_spelled_like(other)))
            || key(folded).contains(&self.key)
    }
}

/// A word that is searched.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    /// The most errors that are forgiven in it.
    errors: usize,
    letters: Letters,
}

impl Word {
    fn new(text: &str) -> Self {
        let errors = match text.len() {
            _ if has_digit(text) => 0,
            LEAST_FOR_TWO_ERRORS.. => 2,
            LEAST_FOR_ONE_ERROR.. => 1,
            _ => 0,
        };
        Self { text: text.to_owned(), errors, letters: Letters::of_folded(text) }
    }

    /// Whether `other` begins with the word, or is it but for doubled letters, or a few others.
    /// Digits are never forgiven: another number is another address.
    fn is_spelled_like(&self, other: &str) -> bool {
        if other.starts_with(&self.text) || undoubled(&self.text).eq(undoubled(other)) {
            return true;
        }
        if self.errors == 0 || self.text.len().abs_diff(other.len()) > self.errors {
            return false;
        }
        // One error removes a letter, adds one, or both. This is cheap and rules out nearly all.
        self.letters.differing(Letters::of_folded(other)) <= 2 * self.errors
            && !has_digit(other)
            && osa::distance(self.text.bytes(), other.bytes()) <= self.errors
    }
}

/// Without the second of two equal letters, in which romanizations differ. Digits stay.
fn undoubled(word: &str) -> impl Iterator<Item = u8> + '_ {
    let mut before = None;
    word.bytes().filter(move |byte| {
        let is_doubled = before == Some(*byte) && byte.is_ascii_alphabetic();
        before = Some(*byte);
        !is_doubled
    })
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Which letters and digits a text has, after case and diacritics are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letters(u32);

/// The bits after those of the 26 letters. Ten digits share them.
const DIGIT_BITS: u8 = 6;

impl Letters {
    /// Those of a field.
    pub fn of(field: &str) -> Self {
        Self::of_folded(&folded(&field.to_lowercase()))
    }

    fn of_folded(text: &str) -> Self {
        Self(text.bytes().fold(0, |letters, letter| match letter {
            b'a'..=b'z' => letters | 1 << (letter - b'a'),
            b'0'..=b'9' => letters | 1 << (26 + (letter - b'0') % DIGIT_BITS),
            _ => letters,
        }))
    }

    fn missing_in(self, other: Self) -> usize {
        (self.0 & !other.0).count_ones() as usize
    }

    fn differing(self, other: Self) -> usize {
        (self.0 ^ other.0).count_ones() as usize
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
pub fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { any_ascii(text).to_lowercase() }
}

fn key(folded: &str) -> String {
    folded.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(search: &str, field: &str, expected: bool) {
        let found = Search::new(search);
        assert_eq!(found.finds(field), expected, "`{search}` in `{field}`");
        let may_find = field.lines().any(|line| found.may_find(Letters::of(line)));
        assert!(may_find || !expected, "the letters of `{field}` rule out `{search}`");
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
        check("alder technologies", "ALDER TECHNOLOGIES", true);
        check("Ünited", "THE ÜNITED OPTICS", true);
        check("united optics", "THE ÜNITED OPTICS", true);
        check("%", "100% Works", true);
        check("Sino Electronics", "Sinno Electronics Co., Ltd.", true);
        check("Annis", "Anis Works", true);
    }

    #[test]
    fn ok_letters_rule_out_most_fields() {
        let search = Search::new("Harbour Ring 7");
        assert!(!search.may_find(Letters::of("Alder Technologies Co., Ltd.")));
        assert!(!search.may_find(Letters::of("Harbour Ring 8")), "another digit");
        assert!(search.may_find(Letters::of("Hārbor Ring 7")));
    }

    #[test]
    fn err_another_word_number_or_field_is_not_found() {
        check("alder", "Elmer Works", false);
        check("ring", "Rang Works", false);
        check("Alder Technologies", "Alder Tachnalogeis", false);
        check("Room 12345", "Room 12346", false);
        check("Room 11", "Room 1", false);
        check("name third", "second name\nthird", false);
        check("a%", "100 Works, A", false);
        check("", "anything", true);
    }
}
