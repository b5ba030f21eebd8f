//! The character references of HTML and XML that occur in publishers' texts: `&ldquo;`, `&#167;`.

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
        _ => return None,
    })
}
