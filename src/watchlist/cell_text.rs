//! The text of a cell: marks of HTML that an export left in it, and the addresses in its lines.

use std::borrow::Cow;

use unicode_normalization::char::compose;

use crate::screen::addresses::address::Address;
use crate::screen::countries;

/// The longest name of a character between `&` and `;`.
const MAX_MARK: usize = 8;
/// A line with so many parts between commas is an address by itself: street, city, country.
const PARTS_OF_ADDRESS: usize = 3;

/// Characters by their names in HTML. Source: HTML Living Standard, section 13.5.
const MARKS: [(&str, char); 24] = [
    ("amp", '&'),
    ("nbsp", ' '),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("shy", '\u{ad}'),
    ("szlig", 'ß'),
    ("aelig", 'æ'),
    ("AElig", 'Æ'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("aring", 'å'),
    ("Aring", 'Å'),
    ("eth", 'ð'),
    ("thorn", 'þ'),
];
/// The ends of names of letters with an accent, and the accent that is composed with the letter.
const ACCENTS: [(&str, char); 7] = [
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circ", '\u{302}'),
    ("tilde", '\u{303}'),
    ("uml", '\u{308}'),
    ("cedil", '\u{327}'),
    ("caron", '\u{30c}'),
];

/// The text with its marks as characters: `R&amp;D` is `R&D`. What is no mark stays.
pub fn without_marks(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let mark = after.split_once(';').filter(|(name, _)| name.len() <= MAX_MARK);
        match mark.and_then(|(name, end)| Some((named(name)?, end))) {
            Some((letter, end)) => {
                plain.push(letter);
                rest = end;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain.into()
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        };
        return code.and_then(char::from_u32).filter(|letter| !letter.is_control());
    }
    let known = MARKS.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter);
    known.or_else(|| {
        let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
        let (_, accent) = ACCENTS.iter().find(|(end, _)| name.get(1..) == Some(*end))?;
        compose(letter, *accent)
    })
}

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
    fn ok_marks_of_html_are_characters() {
        for (text, expected) in [
            ("Alder &amp; Birch", "Alder & Birch"),
            ("Alder&nbsp;Co., Ltd", "Alder Co., Ltd"),
            ("M&uuml;ller &#38; S&ouml;hne", "Müller & Söhne"),
            ("Soci&eacute;t&#xE9;", "Société"),
            ("A&T; B & C", "A&T; B & C"),
            ("&", "&"),
            ("&#0;&#xFFFFFFF;", "&#0;&#xFFFFFFF;"),
        ] {
            assert_eq!(without_marks(text), expected);
        }
    }

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
