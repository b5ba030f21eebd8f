//! The name of an entry in a message. For an address without a name: the address.

use crate::deliver::plain;
use crate::domain::{Entry, Form};

/// The name, or for an address alone `Any party at UNIT, STREET (listed as Address 01)`.
pub fn heading(entry: &Entry) -> String {
    let name = plain::line(&entry.name);
    if entry.form == Form::Party {
        return name;
    }
    if !is_number(&name) {
        return format!("Any party at {name}");
    }
    match entry.addresses.first() {
        Some(address) => {
            format!("Any party at {} (listed as {name})", without_code(address, &entry.countries))
        }
        None => format!("Any party at the address listed as {name}"),
    }
}

/// Whether a name is only the number of an address: `Address 01`.
fn is_number(name: &str) -> bool {
    let mut words = name.split_whitespace();
    let (word, number) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    word.eq_ignore_ascii_case("address")
        && number.starts_with(|c: char| c.is_ascii_digit())
        && words.next().is_none()
}

/// The address without the country code that the Consolidated Screening List puts at its end.
fn without_code(address: &str, countries: &[String]) -> String {
    let address = plain::line(address);
    let cut = address.rsplit_once(", ").filter(|(_, last)| countries.iter().any(|c| c == last));
    cut.map_or(address.clone(), |(street, _)| street.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    #[track_caller]
    fn check(name: &str, form: Form, addresses: &[&str], expected: &str) {
        let entry = Entry {
            form,
            addresses: addresses.iter().map(ToString::to_string).collect(),
            countries: vec!["HK".into()],
            ..Entry::named(ListCode::EL, name)
        };
        assert_eq!(heading(&entry), expected);
    }

    #[test]
    fn an_address_without_a_name_is_shown_as_the_address() {
        check(
            "Address 01",
            Form::Address,
            &["Room 4, 7 Long Road, Hong Kong, HK"],
            "Any party at Room 4, 7 Long Road, Hong Kong (listed as Address 01)",
        );
        check(
            "Flat 7, 88 Example Street",
            Form::Address,
            &[],
            "Any party at Flat 7, 88 Example Street",
        );
        check("Address 02", Form::Address, &[], "Any party at the address listed as Address 02");
        check("Address 01", Form::Party, &["1 Dock"], "Address 01");
        check("Alder Works", Form::Party, &["1 Dock"], "Alder Works");
    }
}
