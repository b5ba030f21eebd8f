//! The country headings of Supplements No. 4, 6 and 7 to Part 744, and the codes they stand for.
//!
//! Knows spellings only. It reads no addresses.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::country::names::NAMES;

/// The code of a country heading, e.g. of `CHINA, PEOPLE'S REPUBLIC OF`.
///
/// Ignores case, accents, punctuation, spacing, and a leading or trailing `THE`. Knows former names
/// of a country. Returns `None` for a heading that names no country.
pub fn iso_of_heading(heading: &str) -> Option<&'static str> {
    CODES.get(&letters_of(heading)).copied()
}

/// Every known heading, as [`letters_of`] writes it, with its code. Built once, because the reader
/// of a rule looks up every part of an instruction that may be a heading.
static CODES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut codes = HashMap::new();
    for (code, name) in NAMES.iter().chain(OTHER_HEADINGS).chain(REGION_HEADINGS) {
        codes.entry(letters_of(name)).or_insert(*code);
    }
    codes
});

/// Whether the heading names a region that has its own heading next to its country, e.g.
/// `CRIMEA REGION OF UKRAINE`.
pub fn is_region_heading(heading: &str) -> bool {
    let wanted = letters_of(heading);
    REGION_HEADINGS.iter().any(|(_, name)| letters_of(name) == wanted)
}

/// The letters of a heading in plain capitals, with one space between words: `Côte d'Ivoire` gives
/// `COTE DIVOIRE`.
fn letters_of(heading: &str) -> String {
    let plain = any_ascii::any_ascii(heading).to_ascii_uppercase().replace(['\'', '.', '`'], "");
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    let words = words.strip_prefix(&["THE"]).unwrap_or(&words);
    words.strip_suffix(&["THE"]).unwrap_or(words).join(" ")
}

/// Headings that differ from the name of the country: inverted, official and former names.
const OTHER_HEADINGS: &[(&str, &str)] = &[
    ("AE", "UAE"),
    ("AE", "EMIRATES"),
    ("BN", "BRUNEI DARUSSALAM"),
    ("BO", "BOLIVIA, PLURINATIONAL STATE OF"),
    ("BS", "BAHAMAS, THE"),
    ("CD", "CONGO, DEMOCRATIC REPUBLIC OF THE"),
    ("CD", "CONGO, DEMOCRATIC REPUBLIC OF"),
    ("CD", "CONGO (KINSHASA)"),
    ("CG", "CONGO"),
    ("CG", "CONGO, REPUBLIC OF THE"),
    ("CG", "CONGO (BRAZZAVILLE)"),
    ("CI", "IVORY COAST"),
    ("CI", "COTE D'IVOIRE"),
    ("CN", "CHINA, PEOPLE'S REPUBLIC OF"),
    ("CN", "CHINA, PEOPLES REPUBLIC OF"),
    ("CN", "PEOPLE'S REPUBLIC OF CHINA"),
    ("CN", "CHINA (PRC)"),
    ("CN", "CHINA, PRC"),
    ("CV", "CAPE VERDE"),
    ("CZ", "CZECH REPUBLIC"),
    ("FM", "MICRONESIA, FEDERATED STATES OF"),
    ("GB", "UNITED KINGDOM OF GREAT BRITAIN AND NORTHERN IRELAND"),
    ("GB", "GREAT BRITAIN"),
    ("GB", "ENGLAND"),
    ("GM", "GAMBIA, THE"),
    ("GM", "THE GAMBIA"),
    ("HK", "HONG KONG, CHINA"),
    ("HK", "HONG KONG SAR"),
    ("HK", "CHINA, HONG KONG"),
    ("IR", "IRAN, ISLAMIC REPUBLIC OF"),
    ("KG", "KYRGYZ REPUBLIC"),
    ("KP", "KOREA, NORTH"),
    ("KP", "KOREA, DEMOCRATIC PEOPLE'S REPUBLIC OF"),
    ("KP", "DEMOCRATIC PEOPLE'S REPUBLIC OF KOREA"),
    ("KR", "KOREA, SOUTH"),
    ("KR", "KOREA, REPUBLIC OF"),
    ("KR", "REPUBLIC OF KOREA"),
    ("KR", "KOREA"),
    ("LA", "LAO PEOPLE'S DEMOCRATIC REPUBLIC"),
    ("LA", "LAO PDR"),
    ("LY", "LIBYAN ARAB JAMAHIRIYA"),
    ("MD", "MOLDOVA, REPUBLIC OF"),
    ("MK", "MACEDONIA"),
    ("MK", "MACEDONIA, THE FORMER YUGOSLAV REPUBLIC OF"),
    ("MK", "MACEDONIA (THE FORMER YUGOSLAV REPUBLIC OF)"),
    ("MM", "MYANMAR"),
    ("MM", "BURMA (MYANMAR)"),
    ("MM", "MYANMAR (BURMA)"),
    ("MO", "MACAO"),
    ("MO", "MACAO SAR"),
    ("NL", "THE NETHERLANDS"),
    ("NL", "NETHERLANDS, THE"),
    ("PH", "THE PHILIPPINES"),
    ("PS", "PALESTINE, STATE OF"),
    ("PS", "WEST BANK"),
    ("RU", "RUSSIAN FEDERATION"),
    ("RU", "RUSSIA, FEDERATION OF"),
    ("SK", "SLOVAK REPUBLIC"),
    ("SY", "SYRIAN ARAB REPUBLIC"),
    ("SZ", "SWAZILAND"),
    ("TL", "EAST TIMOR"),
    ("TR", "TURKEY"),
    ("TW", "TAIWAN, PROVINCE OF CHINA"),
    ("TZ", "TANZANIA, UNITED REPUBLIC OF"),
    ("US", "UNITED STATES OF AMERICA"),
    ("US", "USA"),
    ("VA", "HOLY SEE"),
    ("VE", "VENEZUELA, BOLIVARIAN REPUBLIC OF"),
    ("VG", "VIRGIN ISLANDS, BRITISH"),
    ("VG", "VIRGIN ISLANDS (BRITISH)"),
    ("VI", "VIRGIN ISLANDS, U.S."),
    ("VN", "VIET NAM"),
    ("XK", "KOSOVO, REPUBLIC OF"),
];

/// Regions of a country that have a heading of their own, with the code of the country.
const REGION_HEADINGS: &[(&str, &str)] = &[
    ("UA", "CRIMEA REGION OF UKRAINE"),
    ("UA", "CRIMEA"),
    ("UA", "CRIMEA (OCCUPIED)"),
    ("UA", "CRIMEA (OCCUPIED REGION OF UKRAINE)"),
    ("UA", "CRIMEA REGION, UKRAINE"),
    ("UA", "UKRAINE (CRIMEA)"),
    ("UA", "SO-CALLED DONETSK PEOPLE'S REPUBLIC"),
    ("UA", "SO-CALLED LUHANSK PEOPLE'S REPUBLIC"),
    ("UA", "DONETSK REGION OF UKRAINE"),
    ("UA", "LUHANSK REGION OF UKRAINE"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::country::is_iso_alpha2;

    #[test]
    fn headings_of_the_supplements_have_their_codes() {
        for (heading, code) in [
            ("CHINA, PEOPLE'S REPUBLIC OF", "CN"),
            ("CHINA, PEOPLE\u{2019}S REPUBLIC OF", "CN"),
            ("CRIMEA REGION OF UKRAINE", "UA"),
            ("HONG KONG", "HK"),
            ("Burma", "MM"),
            ("KOREA, SOUTH", "KR"),
            ("SOUTH KOREA", "KR"),
            ("TÜRKIYE", "TR"),
            ("TURKEY", "TR"),
            ("MACAU", "MO"),
            ("THE NETHERLANDS", "NL"),
            (" UNITED  ARAB EMIRATES. ", "AE"),
            ("KOSOVO", "XK"),
        ] {
            assert_eq!(iso_of_heading(heading), Some(code), "{heading}");
        }
    }

    #[test]
    fn a_text_that_names_no_country_has_no_code() {
        for heading in ["", " ", "[Reserved]", "ENTITY", "CH", "*"] {
            assert_eq!(iso_of_heading(heading), None, "{heading}");
        }
    }

    #[test]
    fn every_name_is_a_heading_of_its_own_code() {
        for (code, name) in NAMES {
            assert_eq!(iso_of_heading(name), Some(*code), "{name}");
        }
    }

    #[test]
    fn every_heading_belongs_to_a_known_code() {
        let headings = || OTHER_HEADINGS.iter().chain(REGION_HEADINGS);
        assert_eq!(headings().find(|(code, _)| !is_iso_alpha2(code)), None);
        assert!(headings().count() > 60);
    }
}
