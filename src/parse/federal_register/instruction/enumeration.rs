//! The marks of an enumeration: `2.`, `a.`, `ii.`, `(1)`.

/// The Roman numerals of a list, in order.
pub const NUMERALS: [&str; 20] = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv",
    "xvi", "xvii", "xviii", "xix", "xx",
];

/// The mark of an enumeration, without its parentheses and period: `2. Supplement`, `a. Under`,
/// `ii. By`, `(1) Adding`.
pub fn mark_of(line: &str) -> Option<&str> {
    let mark = line.get(..line.find(['.', ')'])?)?.trim_start_matches('(');
    let follows = line.get(line.find(['.', ')'])? + 1..)?.starts_with(' ');
    let digits = mark.bytes().all(|byte| byte.is_ascii_digit());
    let roman = mark.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
    let first = mark.bytes().next()?;
    let letters =
        mark.len() <= 2 && first.is_ascii_lowercase() && mark.bytes().all(|byte| byte == first);
    (follows && mark.len() <= 6 && (digits || roman || letters)).then_some(mark)
}

/// The letter after a letter: `b` after `a`, `aa` after `z`, `bb` after `aa`.
pub fn letter_after(mark: &str) -> String {
    match mark.bytes().next() {
        Some(b'z') => "a".repeat(mark.len() + 1),
        Some(letter) => char::from(letter.saturating_add(1)).to_string().repeat(mark.len()),
        None => String::new(),
    }
}
