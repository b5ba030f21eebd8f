//! HTML character references in a cell, as programs leave them that export web pages:
//! `Alder &amp; Sons`.

use std::borrow::Cow;

/// The references that texts have, without `&` and `;`. Letters with marks are read without them.
const NAMED: [(&str, char); 20] = [
    ("amp", '&'),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("quot", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("szlig", 'ß'),
];
/// References of letters with a mark: the letter, and one of these (`eacute`, `Ouml`).
const MARKS: [&str; 9] =
    ["acute", "grave", "circ", "tilde", "uml", "cedil", "caron", "ring", "slash"];
/// The longest reference, in bytes, without `&`.
const LONGEST: usize = 10;
/// A text that was escaped twice has `&amp;amp;`.
const TIMES: usize = 2;

/// The text with its character references replaced. What is no known reference stays as it is.
pub fn decoded(text: &str) -> Cow<'_, str> {
    let mut decoded = Cow::Borrowed(text);
    for _ in 0..TIMES {
        match once(&decoded) {
            Some(text) => decoded = Cow::Owned(text),
            None => break,
        }
    }
    decoded
}

fn once(text: &str) -> Option<String> {
    let mut decoded: Option<String> = None;
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        let inside = tail.get(1..).unwrap_or_default();
        let end = inside.bytes().take(LONGEST).position(|byte| byte == b';');
        let letter = end.and_then(|end| letter(inside.get(..end)?));
        let known = decoded.is_some() || letter.is_some();
        if known {
            let so_far = decoded.get_or_insert_with(|| {
                text.get(..text.len() - rest.len()).unwrap_or_default().to_owned()
            });
            so_far.push_str(before);
            so_far.push(letter.unwrap_or('&'));
        }
        let taken = letter.and(end).map_or(0, |end| end + 1);
        rest = inside.get(taken..).unwrap_or_default();
    }
    let decoded = decoded?;
    Some(decoded + rest)
}

fn letter(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?)
            .map(|letter| if letter == '\u{a0}' { ' ' } else { letter });
    }
    let named = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(reference));
    named.map(|(_, letter)| *letter).or_else(|| {
        let mut letters = reference.chars();
        let first = letters.next().filter(char::is_ascii_alphabetic)?;
        MARKS.contains(&letters.as_str()).then_some(first)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(decoded(text), expected, "{text}");
    }

    #[test]
    fn ok_references_are_read_as_what_they_stand_for() {
        check("Alder &amp; Sons", "Alder & Sons");
        check("Alder&nbsp;Co., Ltd", "Alder Co., Ltd");
        check("Alder&#39;s &#x26; &quot;Birch&QUOT;", "Alder's & \"Birch\"");
        check("M&uuml;ller &Eacute;lan", "Muller Elan");
        check("&lt;b&gt;Alder&lt;/b&gt;", "<b>Alder</b>");
        check("Alder &amp;amp; Sons &amp;#39;B&amp;#39;", "Alder & Sons 'B'");
    }

    #[test]
    fn err_what_is_no_reference_stays() {
        for text in
            ["Alder & Birch; Cedar", "AT&T", "&;", "&", "Alder &unknown; Works", "&#;", "&#xD800;"]
        {
            check(text, text);
        }
        check("A & B &amp; C; D&E", "A & B & C; D&E");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a&;#x39mpé ]{0,24}") {
            let _ = decoded(&text);
        }
    }
}
