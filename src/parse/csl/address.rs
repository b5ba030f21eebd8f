//! Reads the country at the end of an address in the Consolidated Screening List.

use crate::domain::ListCode;
use crate::domain::country::{is_iso_alpha2, iso_of_heading};

/// The countries of these addresses, sorted, each once.
pub fn countries_of(list: ListCode, addresses: &[String]) -> Vec<String> {
    let mut countries: Vec<String> = addresses
        .iter()
        .filter_map(|address| country_of(list, address))
        .map(str::to_owned)
        .collect();
    countries.sort_unstable();
    countries.dedup();
    countries
}

/// The country that an address ends with, as an ISO code or a name. `None` if it names none, or
/// none for certain.
///
/// The Denied Persons List omits `US` from most US addresses, so `SAN JOSE, CA` is not in Canada.
/// On that list, a code that is also a state code counts only after a postal code or a Canadian
/// province.
fn country_of(list: ListCode, address: &str) -> Option<&str> {
    let address = address.trim_end_matches([' ', ',', '.']);
    let (before, last) =
        address.rsplit_once(',').map_or(("", address), |(before, last)| (before, last.trim()));
    let omits_united_states = list == ListCode::DPL;
    if is_iso_alpha2(last) {
        let is_certain = !omits_united_states || !STATES.contains(&last) || ends_abroad(before);
        return is_certain.then_some(last);
    }
    if omits_united_states && last.eq_ignore_ascii_case("georgia") {
        return None;
    }
    iso_of_heading(last)
}

/// Whether the text before the code shows that it is not a US state: it is a postal code or a
/// Canadian province.
fn ends_abroad(before: &str) -> bool {
    let last = before.rsplit(',').next().unwrap_or(before).trim();
    let is_postal_code = !last.is_empty()
        && last.split_whitespace().all(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    let last_word = last.rsplit(' ').next().unwrap_or(last).to_ascii_uppercase();
    is_postal_code || PROVINCES.contains(&last_word.as_str())
}

/// The codes of US states that are also codes of countries.
const STATES: &[&str] = &[
    "AL", "AR", "AZ", "CA", "CO", "DE", "GA", "ID", "IL", "IN", "KY", "LA", "MA", "MD", "ME", "MN",
    "MO", "MS", "MT", "NC", "NE", "PA", "SC", "SD", "TN", "VA",
];

/// The last words of the names of Canadian provinces, and their codes.
const PROVINCES: &[&str] = &[
    "ALBERTA",
    "COLUMBIA",
    "MANITOBA",
    "BRUNSWICK",
    "NEWFOUNDLAND",
    "LABRADOR",
    "SCOTIA",
    "ONTARIO",
    "QUEBEC",
    "SASKATCHEWAN",
    "YUKON",
    "NUNAVUT",
    "AB",
    "BC",
    "MB",
    "NB",
    "NL",
    "NS",
    "ON",
    "PE",
    "QC",
    "SK",
    "YT",
    "NT",
    "NU",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: ListCode, address: &str, expected: Option<&str>) {
        assert_eq!(country_of(list, address), expected, "{address}");
    }

    #[test]
    fn ok_the_code_at_the_end_is_the_country() {
        check(ListCode::EL, "1 Long Road, Tel Aviv, IL", Some("IL"));
        check(ListCode::EL, "TR", Some("TR"));
        check(ListCode::EL, "1 Long Road, Toronto, CA", Some("CA"));
        check(ListCode::SDN, "2 Short Road, San Diego, CA, 92128, US", Some("US"));
        check(ListCode::EL, "1 Long Road, Minsk,BY ", Some("BY"));
    }

    #[test]
    fn ok_a_name_at_the_end_is_the_country() {
        check(ListCode::EL, "1 Long Road, Central, Hong Kong, ", Some("HK"));
        check(ListCode::EL, "1 Long Road, Yalta, Crimea", Some("UA"));
        check(ListCode::EL, "1 Long Road, Tbilisi, Georgia.", Some("GE"));
    }

    #[test]
    fn ok_a_denied_person_abroad() {
        check(ListCode::DPL, "5 HIGH STREET, BREMEN, 28055, DE", Some("DE"));
        check(ListCode::DPL, "5 HIGH STREET, WATERLOO, ONTARIO, CA", Some("CA"));
        check(ListCode::DPL, "5 HIGH STREET, MONTREAL QUEBEC, H9X 4A1, CA", Some("CA"));
        check(ListCode::DPL, "5 HIGH STREET, MOSCOW, RU", Some("RU"));
    }

    #[test]
    fn err_a_state_or_a_postal_code_is_not_a_country() {
        for address in [
            "5 HIGH STREET, SAN JOSE, CA",
            "5 HIGH STREET, PHILIPSBURG, PA, 16866",
            "LEXINGTON, KY, 40512",
            "ATLANTA, GEORGIA",
            "CA",
            "",
        ] {
            check(ListCode::DPL, address, None);
        }
        check(ListCode::DPL, "FCI, PHILIPSBURG, PA, 16866, US", Some("US"));
        check(ListCode::EL, "Unit 4, Chengdu", None);
        check(ListCode::EL, "Unit 4, Long Road 710119", None);
    }

    #[test]
    fn countries_are_sorted_and_each_appears_once() {
        let addresses = ["Minsk, BY", "Almaty, KZ", "Brest, BY", "nowhere"].map(str::to_owned);
        assert_eq!(countries_of(ListCode::EL, &addresses), ["BY", "KZ"]);
    }
}
