//! Whether the entries of two publishers are in one place.
//!
//! One publisher derives the country from the heading, and the other from the address. Some places
//! are under another country at one publisher: Hong Kong is under the China heading of the eCFR and
//! has its own code in the Consolidated Screening List.

use crate::diff::pairing::name::words;
use crate::diff::sources::agreement::Agreement;
use crate::domain::Entry;
use crate::domain::country::{REGIONS, Region};

/// An address with fewer words is not compared: a city and a country are not an address.
const LEAST_ADDRESS_WORDS: usize = 4;

/// The least share of its words, in percent, that the shorter of two addresses has in common with
/// the longer one if they are the same address.
const LEAST_COMMON_WORDS_PERCENT: usize = 80;

/// Whether the places of two entries agree.
pub fn place_agreement(one: &Entry, other: &Entry) -> Agreement {
    if one.countries.is_empty() || other.countries.is_empty() {
        return Agreement::Unknown;
    }
    if one.countries.iter().any(|country| other.countries.contains(country))
        || share_an_address(one, other)
    {
        Agreement::Agrees
    } else if one.countries.iter().any(|country| is_under_another_code(country, one, other)) {
        Agreement::Unknown
    } else {
        Agreement::Differs
    }
}

/// Whether an address of one entry has most of its words in common with an address of the other.
pub fn share_an_address(one: &Entry, other: &Entry) -> bool {
    let read = |entry: &Entry| -> Vec<Vec<String>> {
        entry
            .addresses
            .iter()
            .map(|address| words(address))
            .filter(|words| words.len() >= LEAST_ADDRESS_WORDS)
            .collect()
    };
    let those = read(other);
    read(one).iter().any(|this| {
        those.iter().any(|that| {
            let shared = this.iter().filter(|word| that.contains(word)).count();
            shared * 100 >= this.len().min(that.len()) * LEAST_COMMON_WORDS_PERCENT
        })
    })
}

/// Whether `other` may list the same place under another country code than `code`, which `entry`
/// uses.
pub fn is_under_another_code(code: &str, entry: &Entry, other: &Entry) -> bool {
    REGIONS.iter().any(|region| {
        let counterpart = match code {
            _ if code == region.code => region.heading,
            _ if code == region.heading => region.code,
            _ => return false,
        };
        other.countries.iter().any(|country| country == counterpart)
            && is_meant(region, code, entry, other)
    })
}

/// Whether the entry under the heading of the other country is in the region.
fn is_meant(region: &Region, code: &str, entry: &Entry, other: &Entry) -> bool {
    let under_heading = if code == region.code { other } else { entry };
    is_named_by(region, under_heading)
        || (region.has_no_heading && !says_more_than_a_country(under_heading))
}

fn is_named_by(region: &Region, entry: &Entry) -> bool {
    let texts = entry.addresses.iter().chain([&entry.name, &entry.remarks]);
    texts.into_iter().any(|text| {
        let text = format!(" {} ", words(text).join(" "));
        region.names.iter().any(|name| text.contains(&format!(" {name} ")))
    })
}

fn says_more_than_a_country(entry: &Entry) -> bool {
    entry.addresses.iter().any(|address| words(address).len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    fn entry(country: &str, addresses: &[&str]) -> Entry {
        Entry {
            countries: vec![country.into()],
            addresses: addresses.iter().map(ToString::to_string).collect(),
            ..Entry::named(ListCode::EL, "Ash Works")
        }
    }

    #[track_caller]
    fn check(one: &Entry, other: &Entry, expected: bool) {
        assert_eq!(
            is_under_another_code(&one.countries[0], one, other),
            expected,
            "{one:?} {other:?}"
        );
        assert_eq!(
            is_under_another_code(&other.countries[0], other, one),
            expected,
            "{other:?} {one:?}"
        );
    }

    #[test]
    fn ok_a_region_is_found_under_its_heading() {
        check(
            &entry("HK", &["Unit 9, Kowloon, Hong Kong, HK"]),
            &entry("CN", &["Unit 9, Kowloon, Hong Kong"]),
            true,
        );
        check(&entry("HK", &["HK"]), &entry("CN", &[]), true);
        check(&entry("MO", &["5 Rua, Macau, MO"]), &entry("CN", &["5 Rua, Macao"]), true);
        check(
            &entry("UA", &["Cedar Port, Yalta, UA"]),
            &entry("RU", &["Cedar Port, Yalta, Crimea"]),
            true,
        );
        check(
            &entry("TW", &["5 Road, Taipei, TW"]),
            &entry("CN", &["5 Road, Taipei, Taiwan"]),
            true,
        );
    }

    #[test]
    fn err_other_places_of_the_two_countries() {
        check(
            &entry("HK", &["Unit 9, Kowloon, Hong Kong, HK"]),
            &entry("CN", &["12 Orchard Road, Wuxi, China"]),
            false,
        );
        check(&entry("TW", &["TW"]), &entry("CN", &[]), false);
        check(&entry("UA", &["5 Road, Kyiv, UA"]), &entry("RU", &["5 Road, Perm, Russia"]), false);
        check(&entry("HK", &["HK"]), &entry("MO", &[]), false);
        check(&entry("CN", &["CN"]), &entry("RU", &[]), false);
    }
}
