//! The country of a counterparty: its code, and whether it speaks for or against an entry.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::country::{
    alpha2_of, entity_list_heading, is_iso_alpha2, iso_of_heading, names,
};
use crate::screen::names::letters::words;

/// Other names of countries in addresses and counterparty files.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("uae", "AE"),
    ("u a e", "AE"),
    ("uk", "GB"),
    ("u k", "GB"),
    ("england", "GB"),
    ("great britain", "GB"),
    ("usa", "US"),
    ("u s a", "US"),
    ("us", "US"),
    ("united states of america", "US"),
    ("prc", "CN"),
    ("p r c", "CN"),
    ("p r china", "CN"),
    ("pr china", "CN"),
    ("peoples republic of china", "CN"),
    ("russian federation", "RU"),
    ("turkiye", "TR"),
    ("hong kong", "HK"),
    ("hongkong", "HK"),
    ("macao", "MO"),
    ("south korea", "KR"),
    ("korea", "KR"),
    ("republic of korea", "KR"),
    ("czech republic", "CZ"),
    ("holland", "NL"),
    ("the netherlands", "NL"),
    ("deutschland", "DE"),
    ("viet nam", "VN"),
    ("myanmar", "MM"),
    ("ivory coast", "CI"),
];

static NAMES: LazyLock<FxHashMap<String, &'static str>> = LazyLock::new(|| {
    let known = names().map(|(code, name)| (words(name).join(" "), code));
    let others = OTHER_NAMES.iter().map(|(name, code)| ((*name).to_owned(), *code));
    known.chain(others).collect()
});

/// The first words of the names of countries.
static FIRST_WORDS: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| NAMES.keys().filter_map(|name| name.split(' ').next()).collect());

static WORDS: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| NAMES.keys().flat_map(|name| name.split(' ')).collect());

/// Whether the name of a country may begin with this word.
pub fn may_begin_with(word: &str) -> bool {
    FIRST_WORDS.contains(word)
}

/// Whether a word stands in the name of a country: `arab`, `emirates`.
pub fn is_part_of_name(word: &str) -> bool {
    WORDS.contains(word)
}

/// The code of a country's name, in lower-case Latin words.
pub fn code_of_name(name: &str) -> Option<&'static str> {
    NAMES.get(name).copied()
}

/// The code of what a counterparty file says: a code, or the name of a country.
///
/// ```
/// use entitywatch::screen::countries::read;
/// assert_eq!([read("cn"), read("Hong Kong"), read("Atlantis")], [Some("CN"), Some("HK"), None]);
/// ```
pub fn read(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let code = text.to_ascii_uppercase();
    if is_iso_alpha2(&code) {
        return names().map(|(known, _)| known).find(|known| *known == code);
    }
    alpha2_of(&code)
        .or_else(|| code_of_name(&words(text).join(" ")))
        .or_else(|| iso_of_heading(&code))
}

/// The codes of countries as they are compared. Hong Kong is China, because the publishers list its
/// parties under either.
pub fn compared(codes: &[String]) -> Vec<String> {
    let known = codes.iter().filter(|code| !code.is_empty());
    known.map(|code| entity_list_heading(code).to_owned()).collect()
}

/// Whether two parties have a country in common, as [`compared`] writes it. `None` if either is
/// unknown.
pub fn agree(own: &[String], listed: &[String]) -> Option<bool> {
    if own.is_empty() || listed.is_empty() {
        return None;
    }
    Some(own.iter().any(|code| listed.contains(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_countries_agree_differ_or_are_unknown() {
        let of =
            |codes: &[&str]| compared(&codes.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>());
        let listed = of(&["HK", "RU"]);
        assert_eq!(agree(&of(&["RU"]), &listed), Some(true));
        assert_eq!(agree(&of(&["CN"]), &listed), Some(true), "Hong Kong is listed under China");
        assert_eq!(agree(&of(&["DE"]), &listed), Some(false));
        assert_eq!((agree(&of(&[""]), &listed), agree(&of(&["DE"]), &[])), (None, None));
    }

    #[test]
    fn ok_codes_and_names_are_read() {
        for (text, code) in [
            ("DE", Some("DE")),
            (" de ", Some("DE")),
            ("Russian Federation", Some("RU")),
            ("CHN", Some("CN")),
            ("156", Some("CN")),
            ("UAE", Some("AE")),
            ("U.A.E.", Some("AE")),
            ("China, People's Republic of", Some("CN")),
            ("", None),
            ("XX", None),
        ] {
            assert_eq!(read(text), code, "{text}");
        }
    }
}
