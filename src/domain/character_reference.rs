//! The character references of HTML and XML that occur in publishers' texts and in the files of
//! readers: `&ldquo;`, `&#167;`. Source of the names: HTML Living Standard, section 13.5.

use std::borrow::Cow;

use unicode_normalization::char::compose;

/// The longest reference, in bytes, without `&` and `;`.
const LONGEST: usize = 10;
/// A text that was escaped twice has `&amp;amp;`.
const TIMES: usize = 2;
/// The ends of the names of letters with an accent, and the accent that is added to the letter:
/// `eacute`, `Ouml`.
const ACCENTS: [(&str, char); 8] = [
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circ", '\u{302}'),
    ("tilde", '\u{303}'),
    ("uml", '\u{308}'),
    ("ring", '\u{30a}'),
    ("caron", '\u{30c}'),
    ("cedil", '\u{327}'),
];

/// The text with its references as characters: `R&amp;D` is `R&D`. What is no known reference stays
/// as it is.
///
/// ```
/// use entitywatch::domain::character_reference::decoded;
///
/// assert_eq!(decoded("M&uuml;ller &amp; Sons; R&D"), "Müller & Sons; R&D");
/// ```
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
        let end = inside.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        let letter = end.and_then(|end| character(inside.get(..end)?));
        // A space that does not break the line is a space.
        let letter = letter.map(|letter| if letter == '\u{a0}' { ' ' } else { letter });
        let letter = letter.filter(|letter| !letter.is_control());
        if decoded.is_some() || letter.is_some() {
            let so_far = decoded.get_or_insert_with(|| {
                text.get(..text.len() - rest.len()).unwrap_or_default().to_owned()
            });
            so_far.push_str(before);
            so_far.push(letter.unwrap_or('&'));
        }
        let taken = letter.and(end).map_or(0, |end| end + 1);
        rest = inside.get(taken..).unwrap_or_default();
    }
    Some(decoded? + rest)
}

/// The character of a reference without its `&` and `;`: `ldquo`, `#8220`, `#x201C`. `None` if the
/// reference is unknown.
///
/// ```
/// use entitywatch::domain::character_reference::character;
///
/// assert_eq!(character("sect"), Some('§'));
/// assert_eq!(character("#x2019"), Some('’'));
/// assert_eq!(character("own"), None);
/// ```
pub fn character(reference: &str) -> Option<char> {
    match reference.strip_prefix('#') {
        Some(number) => numbered(number),
        None => named(reference),
    }
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "ndash" => '–',
        "mdash" => '—',
        "sect" => '§',
        "sbquo" => '‚',
        "bdquo" => '„',
        "laquo" => '«',
        "raquo" => '»',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "thinsp" => '\u{2009}',
        "shy" => '\u{ad}',
        "szlig" => 'ß',
        "aelig" => 'æ',
        "AElig" => 'Æ',
        "oslash" => 'ø',
        "Oslash" => 'Ø',
        "eth" => 'ð',
        "thorn" => 'þ',
        _ => return with_accent(name),
    })
}

fn with_accent(name: &str) -> Option<char> {
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let (_, accent) = ACCENTS.iter().find(|(end, _)| name.get(1..) == Some(*end))?;
    compose(letter, *accent)
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
        check("Alder&#39;s &#x26; &quot;Birch&quot;", "Alder's & \"Birch\"");
        check("M&uuml;ller &#38; S&ouml;hne, Soci&eacute;t&#xE9;", "Müller & Söhne, Société");
        check("&lt;b&gt;Alder&lt;/b&gt; &aring; &Oslash;", "<b>Alder</b> å Ø");
        check("Alder &amp;amp; Sons &amp;#39;B&amp;#39;", "Alder & Sons 'B'");
    }

    #[test]
    fn err_what_is_no_reference_stays() {
        for text in [
            "Alder & Birch; Cedar",
            "AT&T",
            "A&T; B & C",
            "&;",
            "&",
            "Alder &unknown; Works",
            "&#;",
            "&#xD800;",
            "&#0;&#xFFFFFFF;",
        ] {
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
