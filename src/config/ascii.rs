//! Names that email and the network support only in ASCII. A host or a domain in another script is
//! converted to Punycode. A name that has no such form is refused when the configuration is
//! checked, not at each delivery.

use std::net::IpAddr;
use std::str::FromStr;

use lettre::Address;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use crate::config::text::trimmed;
use crate::config::value::{Unreadable, read_as_text};

/// The email address of a person: `"compliance@example.com"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(pub Address);

/// An email address with a name: `"Entity List alerts <alerts@example.com>"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(pub lettre::message::Mailbox);

/// The contact of the operator: `"mailto:compliance@example.com"`, a web address, or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(pub String);

const ASCII_LOCAL_PART: &str = "an email address with only ASCII before the @ (few mail servers \
                                accept other characters there; the domain may be in any script)";

read_as_text!(
    EmailAddress,
    "an email address such as \"compliance@example.com\"",
    "compliance@example.com",
    |text| address(text.parse().ok()?).map(EmailAddress),
    |text| has_other_local_part(text).then_some(ASCII_LOCAL_PART)
);
read_as_text!(
    Mailbox,
    "a sender such as \"Entity List alerts <alerts@example.com>\"",
    "Alerts <alerts@example.com>",
    |text| {
        let mailbox: lettre::message::Mailbox =
            text.parse().ok().filter(|_| !text.contains(char::is_control))?;
        Some(Mailbox(lettre::message::Mailbox::new(mailbox.name, address(mailbox.email)?)))
    },
    |text| {
        let address =
            text.rsplit_once('<').map_or(text, |(_, address)| address.trim_end_matches('>'));
        has_other_local_part(address).then_some(ASCII_LOCAL_PART)
    }
);
read_as_text!(
    Contact,
    "a contact such as \"mailto:compliance@example.com\" or \"https://www.example.com/contact\"",
    "mailto:compliance@example.com",
    |text| contact(text).map(Contact),
    |text| text
        .strip_prefix("mailto:")
        .is_some_and(has_other_local_part)
        .then_some(ASCII_LOCAL_PART)
);

/// The name of a host or an IP address, in the form in which it is looked up. `None` if the text
/// contains anything else.
pub fn host(text: &str) -> Option<String> {
    if text.parse::<IpAddr>().is_ok() {
        return Some(text.to_owned());
    }
    // `%` would be decoded. The other characters are not part of a host.
    if text.contains(|c: char| {
        c.is_whitespace() || c.is_control() || "/\\@:?#[]%,;\"'<>()=&".contains(c)
    }) {
        return None;
    }
    // This also refuses texts that only some programs read as addresses: `10.1`, `0x7f000001`.
    let Host::Domain(name) = Host::parse(text).ok()? else { return None };
    let labels = name.strip_suffix('.').unwrap_or(&name);
    let is_name =
        labels.len() <= 253 && labels.split('.').all(|label| (1..=63).contains(&label.len()));
    // ASCII names stay as they are written.
    is_name.then(|| if text.is_ascii() { text.to_owned() } else { name })
}

/// The address with its domain in Punycode, or `None` if it cannot be written in ASCII.
fn address(address: Address) -> Option<Address> {
    if !address.user().is_ascii() {
        return None;
    }
    if address.domain().is_ascii() {
        Some(address)
    } else {
        Address::new(address.user(), host(address.domain())?).ok()
    }
}

fn has_other_local_part(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(user, _)| !user.is_ascii())
}

/// The contact is sent in a header, so it must be printable ASCII.
fn contact(text: &str) -> Option<String> {
    let is_line = !text.is_empty() && trimmed(text) == text && !text.contains(char::is_control);
    let contact = if let Some(mail) = text.strip_prefix("mailto:") {
        let (person, rest) = mail.find('?').map_or((mail, ""), |at| mail.split_at(at));
        format!("mailto:{}{rest}", person.parse::<EmailAddress>().ok()?.0)
    } else if let Ok(person) = text.parse::<EmailAddress>() {
        person.0.to_string()
    } else if text.contains("://") {
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
        if text.is_ascii() { text.to_owned() } else { url.to_string() }
    } else {
        text.to_owned()
    };
    (is_line && contact.is_ascii()).then_some(contact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_domain_in_another_script_becomes_punycode() {
        let table = [
            ("info@exämple.de", "info@xn--exmple-cua.de"),
            ("info@EXÄMPLE.de", "info@xn--exmple-cua.de"),
            ("a.b+c@mail.пример.рф", "a.b+c@mail.xn--e1afmkfd.xn--p1ai"),
            ("info@例え。テスト", "info@xn--r8jz45g.xn--zckzah"),
            ("info@example.com", "info@example.com"),
            ("Info@Example.com", "Info@Example.com"),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<EmailAddress>().unwrap().0.to_string(), expected, "{text}");
            let named = format!("Überwachung <{text}>").parse::<Mailbox>().unwrap().0;
            assert_eq!(
                (named.name.as_deref(), named.email.to_string().as_str()),
                (Some("Überwachung"), expected),
                "{text}"
            );
            assert_eq!(
                format!("mailto:{text}").parse::<Contact>().unwrap().0,
                format!("mailto:{expected}")
            );
        }
    }

    #[test]
    fn err_addresses_that_mail_servers_refuse() {
        for text in ["jürgen@example.com", "jürgen@exämple.de", "用户@example.com"] {
            let reason = |error: Unreadable| error.to_string();
            let expected = format!("expected {ASCII_LOCAL_PART}, but got `{text}`");
            assert_eq!(reason(text.parse::<EmailAddress>().unwrap_err()), expected);
            assert!(
                reason(format!("Jürgen <{text}>").parse::<Mailbox>().unwrap_err())
                    .starts_with(&format!("expected {ASCII_LOCAL_PART}"))
            );
            assert!(format!("mailto:{text}").parse::<Contact>().is_err());
        }
        for text in [
            "compliance",
            "a@",
            "@b.com",
            "a@b c.com",
            "a@exämple..de",
            "a@ä%6d.de",
            "a@b.com\n",
            "a@b.com, c@b.com",
            "ä@",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text}");
        }
        for text in ["Alerts <alerts>", "Alerts", "Al\nerts <a@b.com>", "A <a@exämple..de>"] {
            assert!(text.parse::<Mailbox>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_contact_must_fit_in_a_header() {
        for (text, expected) in [
            ("https://exämple.de/kontakt", "https://xn--exmple-cua.de/kontakt"),
            ("https://example.com/contact", "https://example.com/contact"),
            ("compliance@exämple.de", "compliance@xn--exmple-cua.de"),
            (
                "mailto:a@example.com?subject=entitywatch",
                "mailto:a@example.com?subject=entitywatch",
            ),
            ("Example Corp, +1 202 555 0100", "Example Corp, +1 202 555 0100"),
        ] {
            assert_eq!(text.parse::<Contact>().unwrap().0, expected);
        }
        for text in [
            "",
            " a@b.com",
            "Müller GmbH",
            "mailto:",
            "mailto:nobody",
            "ftp://example.com",
            "a\nb",
            "https://",
        ] {
            assert!(text.parse::<Contact>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_else() {
        for (text, expected) in [
            ("mail.example.com", "mail.example.com"),
            ("Mail.Example.com.", "Mail.Example.com."),
            ("mail.exämple.de", "mail.xn--exmple-cua.de"),
            ("localhost", "localhost"),
            ("my_relay", "my_relay"),
            ("10.0.0.1", "10.0.0.1"),
            ("fd00::1", "fd00::1"),
        ] {
            assert_eq!(host(text).as_deref(), Some(expected), "{text}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for text in [
            "",
            ".",
            "a..b",
            "a b",
            "a\tb",
            "mail.example.com:25",
            "smtp://h",
            "u@h",
            "[::1]",
            "10.1",
            "0x7f000001",
            "h/",
            "a,b",
            "a%20b",
            &long,
        ] {
            assert_eq!(host(text), None, "{text}");
        }
    }
}
