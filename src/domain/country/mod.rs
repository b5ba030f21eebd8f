//! The countries: ISO 3166-1 codes, English names, headings of the Entity List, and the regions
//! that a publisher lists under another country.

mod headings;
mod names;
mod other_codes;
mod regions;

pub use headings::{is_region_heading, iso_of_heading};
pub use other_codes::alpha2_of;
pub use regions::{REGIONS, Region, entity_list_heading};

use names::{NAMES, NAMES_IN_MESSAGES};

/// Whether this is an ISO 3166-1 alpha-2 code in capitals, or `XK`, which the publishers use for
/// Kosovo.
pub fn is_iso_alpha2(code: &str) -> bool {
    name_of(code).is_some()
}

/// The English name of a code, as addresses spell it: `CN` gives `China`.
pub fn name_of(code: &str) -> Option<&'static str> {
    find(NAMES, code)
}

/// All codes with the names that addresses and messages spell them with.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.iter().chain(NAMES_IN_MESSAGES).copied()
}

/// The English name of a code, as messages to readers write it. An unknown code is returned
/// unchanged.
pub fn name_in_messages(code: &str) -> &str {
    find(NAMES_IN_MESSAGES, code).or_else(|| name_of(code)).unwrap_or(code)
}

fn find(names: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    let found = names.binary_search_by_key(&code, |(known, _)| known).ok()?;
    names.get(found).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_by_code_and_each_stands_once() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(NAMES.len(), 250, "249 of ISO 3166-1 and Kosovo");
        assert!(NAMES_IN_MESSAGES.len() > 5);
        assert!(NAMES_IN_MESSAGES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(
            NAMES_IN_MESSAGES.iter().all(|(code, name)| name_of(code).is_some_and(|n| n != *name))
        );
    }

    #[test]
    fn a_code_is_two_capitals_that_are_assigned() {
        assert!(is_iso_alpha2("CN") && is_iso_alpha2("XK"));
        assert!(
            !is_iso_alpha2("cn")
                && !is_iso_alpha2("ZZ")
                && !is_iso_alpha2("CHN")
                && !is_iso_alpha2("")
        );
        assert_eq!(name_of("CN"), Some("China"));
    }

    #[test]
    fn messages_name_a_code_and_keep_one_that_is_unknown() {
        assert_eq!(
            ["CN", "HK", "AD", "ZW", "MM", "QQ"].map(name_in_messages),
            ["China", "Hong Kong", "Andorra", "Zimbabwe", "Burma (Myanmar)", "QQ"]
        );
        assert_eq!(name_of("MM"), Some("Burma"));
    }
}
