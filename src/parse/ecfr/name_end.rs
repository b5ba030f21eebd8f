//! Where a name ends and its address begins, in an Entity cell that has only a comma between them.
//!
//! The Entity List does not mark that place (`Beltechexport, CJSC, 86-B Nezavisimosti Ave., …`), so
//! it is inferred from left to right: a part after a comma belongs to the name as long as it is a
//! legal form or names an institution. The result depends on nothing after the first part of the
//! address, so that an amended address never changes the name.

use crate::parse::ecfr::words;

/// The two parts of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct NameEnd<'a> {
    pub name: &'a str,
    /// The address without the comma before it. Empty if the whole text is a name.
    pub address: &'a str,
    /// Whether no other split was possible: there is no comma, or the rest begins as only an
    /// address does.
    pub certain: bool,
}

/// Splits a name from the address after it. `country` is the English name of the heading, with
/// which addresses end.
pub fn name_end<'a>(text: &'a str, country: Option<&str>) -> NameEnd<'a> {
    let commas = commas_outside_brackets(text);
    let mut previous_start = 0;
    for (index, comma) in commas.iter().enumerate() {
        let end = commas.get(index + 1).copied().unwrap_or(text.len());
        let part = text.get(comma + 1..end).unwrap_or_default().trim();
        let previous = text.get(previous_start..*comma).unwrap_or_default().trim();
        previous_start = comma + 1;
        let first_address = part.split(';').next().unwrap_or(part);
        if continues_the_name(
            text.get(..*comma).unwrap_or(text),
            previous,
            first_address,
            index == 0,
            country,
        ) {
            continue;
        }
        let name = text.get(..*comma).unwrap_or(text).trim();
        let address = text.get(comma + 1..).unwrap_or_default().trim();
        let certain = words::begins_an_address(part)
            || country.is_some_and(|country| part.trim_end_matches('.') == country);
        return NameEnd { name, address, certain };
    }
    NameEnd {
        name: text.trim(),
        address: "",
        certain: commas.is_empty() || commas.len() == 1 && !text.contains(';'),
    }
}

fn continues_the_name(
    name: &str,
    previous: &str,
    part: &str,
    first: bool,
    country: Option<&str>,
) -> bool {
    let part = part.trim();
    if part.is_empty() || words::ends_company_name(part) {
        return true;
    }
    if words::begins_an_address(part) || country.is_some_and(|country| part.contains(country)) {
        return false;
    }
    // The address of an institution rarely begins with another institution, that of a person often
    // does.
    if part.starts_with(['”', '’', '"'])
        || words::names_an_institution(part) && words::names_an_institution(name)
    {
        return true;
    }
    first && continues_an_enumeration(previous, part)
}

/// Whether the part continues a name that lists fields of work: `Institute of Physical, Technical
/// and Radio Engineering Measurements`.
fn continues_an_enumeration(previous: &str, part: &str) -> bool {
    let listed = [" of ", " for ", " and "]
        .iter()
        .any(|word| previous.rsplit_once(word).is_some_and(|(_, last)| !last.contains(' ')));
    let lists = part.contains(" and ") || part.contains(" & ");
    listed
        && lists
        && !words::holds_place_word(part)
        && !part.contains(|c: char| c.is_ascii_digit())
}

/// The positions of the commas that separate parts. A comma inside brackets or before a closing
/// quotation mark does not count.
fn commas_outside_brackets(text: &str) -> Vec<usize> {
    let mut commas = Vec::new();
    let mut depth = 0_usize;
    let bracketed = text.matches('(').count() == text.matches(')').count();
    for (position, character) in text.char_indices() {
        match character {
            '(' if bracketed => depth += 1,
            ')' if bracketed => depth = depth.saturating_sub(1),
            ',' if depth == 0
                && !text.get(position + 1..).is_some_and(|rest| rest.starts_with(['”', '’'])) =>
            {
                commas.push(position);
            }
            _ => {}
        }
    }
    commas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, address: &str) {
        let end = name_end(text, Some("Russia"));
        assert_eq!((end.name, end.address), (name, address), "{text}");
    }

    #[test]
    fn legal_forms_belong_to_the_name() {
        check(
            "Nordwerk, JSC, 5 Lenina Street, Omsk, Russia",
            "Nordwerk, JSC",
            "5 Lenina Street, Omsk, Russia",
        );
        check("Gold River Co., Ltd., Harbin, China", "Gold River Co., Ltd.", "Harbin, China");
        check(
            "Gold River Co., Ltd. Group Holdings Co., Ltd., Harbin, China",
            "Gold River Co., Ltd. Group Holdings Co., Ltd.",
            "Harbin, China",
        );
        check(
            "Able Systems Company, LLC (ASC), P.O. Box 3, Dubai, U.A.E.",
            "Able Systems Company, LLC (ASC)",
            "P.O. Box 3, Dubai, U.A.E.",
        );
        check("Desert Star (DS, LLC), Sharjah", "Desert Star (DS, LLC)", "Sharjah");
    }

    #[test]
    fn an_institution_after_a_comma_belongs_to_the_name() {
        check(
            "Northern Academy, Institute of Glass, 27 Main Road, Perm, Russia",
            "Northern Academy, Institute of Glass",
            "27 Main Road, Perm, Russia",
        );
        check(
            "Institute of Physical, Thermal and Optical Studies, Perm, Russia",
            "Institute of Physical, Thermal and Optical Studies",
            "Perm, Russia",
        );
        check(
            "Ivan Petrov, University Street 5, Perm, Russia",
            "Ivan Petrov",
            "University Street 5, Perm, Russia",
        );
        check(
            "Ivan Petrov, Institute of Glass, Perm, Russia",
            "Ivan Petrov",
            "Institute of Glass, Perm, Russia",
        );
    }

    #[test]
    fn a_text_without_an_address_is_a_name() {
        check("Longriver Company, Ltd.", "Longriver Company, Ltd.", "");
        check("Ivan Petrov", "Ivan Petrov", "");
    }

    #[test]
    fn a_split_before_a_number_is_certain_and_before_a_word_is_not() {
        assert!(name_end("Ivan Petrov, 5 Lenina Street", None).certain);
        assert!(name_end("Ivan Petrov, Russia.", Some("Russia")).certain);
        assert!(!name_end("Ivan Petrov, Zastavskaya, Perm", None).certain);
    }

    #[test]
    fn a_later_address_does_not_move_the_split() {
        let before = name_end("Ivan Petrov, Perm, Russia", None);
        let after =
            name_end("Ivan Petrov, Perm, Russia; and Institute of Glass, Omsk, Russia", None);
        assert_eq!(before.name, after.name);
    }
}
