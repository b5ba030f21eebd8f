//! Words of names that say little about which party it is: legal forms and function words.
//!
//! Both have little weight in pairing. Knows words in lower-case ASCII, as
//! [`words`](crate::diff::pairing::name::words) returns them.

/// Whether a word is a legal form or a function word.
pub fn is_filler_word(word: &str) -> bool {
    is_legal_form(word) || is_function_word(word)
}

/// Whether a word is a legal form, a part of one, or a word such as `group`.
pub fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.binary_search(&word).is_ok()
}

/// Whether a word is an article, a conjunction or a preposition.
pub fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Of English, Spanish, French and Arabic. Sorted for the binary search.
const FUNCTION_WORDS: &[&str] = &["a", "al", "and", "de", "el", "la", "of", "the", "y"];

/// Sorted for the binary search.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aktsionernoe",
    "aktsionernoye",
    "ao",
    "as",
    "bhd",
    "bv",
    "ca",
    "cjsc",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "ev",
    "fz",
    "fzc",
    "fzco",
    "fze",
    "fzllc",
    "gmbh",
    "group",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "jlt",
    "joint",
    "jsc",
    "jsco",
    "kft",
    "kg",
    "kk",
    "limitada",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mchj",
    "nv",
    "oao",
    "obschestvo",
    "ojsc",
    "ooo",
    "otkrytoe",
    "otkrytoye",
    "oy",
    "oyj",
    "pao",
    "pjsc",
    "plc",
    "private",
    "pt",
    "pte",
    "pty",
    "public",
    "pvt",
    "sa",
    "sae",
    "sal",
    "sarl",
    "sas",
    "sdn",
    "sl",
    "spa",
    "srl",
    "sro",
    "stock",
    "tov",
    "uab",
    "zao",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_for_the_binary_search() {
        assert!(LEGAL_FORMS.is_sorted());
        assert!(FUNCTION_WORDS.is_sorted());
    }

    #[test]
    fn legal_forms_and_function_words_differ() {
        for (word, legal_form, function_word) in [
            ("gmbh", true, false),
            ("holdings", true, false),
            ("the", false, true),
            ("of", false, true),
            ("works", false, false),
        ] {
            assert_eq!(
                (is_legal_form(word), is_function_word(word), is_filler_word(word)),
                (legal_form, function_word, legal_form || function_word),
                "{word}"
            );
        }
    }
}
