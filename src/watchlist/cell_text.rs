//! The text of a cell, and the addresses in its lines.

use crate::screen::addresses::address::Address;
use crate::screen::countries;

/// A line with so many parts between commas is an address by itself: street, city, country.
const PARTS_OF_ADDRESS: usize = 3;

/// A text in one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The addresses in the lines of a text. Exports break one address into lines. They are several
/// addresses only if each line is one by itself.
pub fn addresses(text: &str) -> Vec<String> {
    let lines: Vec<String> = text.lines().map(one_line).filter(|line| !line.is_empty()).collect();
    if lines.iter().all(|line| is_whole_address(line)) {
        return lines;
    }
    vec![lines.iter().map(|line| line.trim_end_matches(',')).collect::<Vec<_>>().join(", ")]
}

/// Whether a line has a place, and the country, the postal code or the city that it is in.
fn is_whole_address(line: &str) -> bool {
    let address = Address::of(line);
    let parts = line.split(',').filter(|part| !part.trim().is_empty());
    let last = line.rsplit(',').next().unwrap_or_default();
    address.is_a_place()
        && (parts.count() >= PARTS_OF_ADDRESS
            || !address.postal.is_empty()
            || (last != line && countries::read(last).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_lines_are_one_address_unless_each_is_one_by_itself() {
        let check = |text: &str, expected: &[&str]| assert_eq!(addresses(text), expected, "{text}");
        check(
            "Room 803, Alder House\r\n45-51 Quay Road South,\nTsim Sha Tsui, Kowloon",
            &["Room 803, Alder House, 45-51 Quay Road South, Tsim Sha Tsui, Kowloon"],
        );
        check("Bantian\nAlder Base, Longgang\n518129", &["Bantian, Alder Base, Longgang, 518129"]);
        check(
            "5 Quay Street, Minsk, Belarus\n12 Mill Road, Brest, Belarus",
            &["5 Quay Street, Minsk, Belarus", "12 Mill Road, Brest, Belarus"],
        );
        check("5 Quay Street", &["5 Quay Street"]);
        check("Minsk, Belarus\n\n", &["Minsk, Belarus"]);
    }
}
