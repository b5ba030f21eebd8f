//! Repairs text that was decoded in the wrong encoding: UTF-8 read as Windows-1252 (`MÃ¼nchen`),
//! Windows-1252 read as Latin-1 (`Xi\u{92}an`), and HTML entities that were never resolved
//! (`&amp;`).
//!
//! Knows bytes and entities. Each repair is lossless, so it cannot make two different texts equal.

use std::borrow::Cow;

use crate::domain::character_reference;

/// Characters of Windows-1252 for the bytes 0x80 to 0x9F. Source: the WHATWG Encoding Standard,
/// index windows-1252.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Text can pass through a wrong decoder more than once. More than two times has not occurred.
const MOST_PASSES: usize = 2;

/// The longest HTML entity, `#x10FFFF`, in bytes, without `&` and `;`.
const LONGEST_ENTITY: usize = 8;

/// The text as its author wrote it, as far as the damage can be recognized.
pub fn repaired(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MOST_PASSES {
        if text.contains('&') {
            text = replaced(text, resolved_entity);
        }
        if !text.is_ascii() {
            text = replaced(text, decoded);
        }
    }
    text
}

/// The text with each sequence that `read` recognizes replaced. `read` returns the character and
/// the length of the sequence in bytes.
fn replaced(text: Cow<'_, str>, read: impl Fn(&str) -> Option<(char, usize)>) -> Cow<'_, str> {
    let mut changed: Option<String> = None;
    let mut at = 0;
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        match read(rest) {
            Some((repaired, length)) if length > 0 => {
                changed
                    .get_or_insert_with(|| text.get(..at).unwrap_or_default().to_owned())
                    .push(repaired);
                at += length;
            }
            _ => {
                if let Some(changed) = &mut changed {
                    changed.push(character);
                }
                at += character.len_utf8();
            }
        }
    }
    changed.map_or(text, Cow::Owned)
}

/// Reads an entity such as `&amp;`, `&#39;` or `&#x2019;`.
fn resolved_entity(rest: &str) -> Option<(char, usize)> {
    let (name, _) =
        rest.strip_prefix('&')?.split_once(';').filter(|(name, _)| name.len() <= LONGEST_ENTITY)?;
    let character = character_reference::character(name)?;
    Some((character, name.len() + 2))
}

/// Reads a UTF-8 sequence whose bytes became one character each, or a single Windows-1252 byte.
fn decoded(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next().filter(|first| !first.is_ascii())?;
    let lead = byte_of(first)?;
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let read: Vec<char> = rest.chars().take(length).collect();
    let bytes: Option<Vec<u8>> = read.iter().map(|character| byte_of(*character)).collect();
    let sequence = bytes.filter(|_| length > 1).and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(character) = sequence.and_then(|text| text.chars().next()) {
        return Some((character, read.iter().map(|character| character.len_utf8()).sum()));
    }
    let is_control = ('\u{80}'..='\u{9f}').contains(&first);
    let intended = WINDOWS_1252
        .get(usize::from(lead.checked_sub(0x80)?))
        .filter(|intended| is_control && **intended != first)?;
    Some((*intended, first.len_utf8()))
}

/// The byte that a decoder for Windows-1252 or Latin-1 turns into this character.
fn byte_of(character: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(character)) {
        return Some(byte);
    }
    let index = WINDOWS_1252.iter().position(|known| *known == character)?;
    u8::try_from(0x80 + index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(repaired(text), expected);
    }

    #[test]
    fn ok_wrongly_decoded_text_is_repaired() {
        check("MÃ¼nchen", "München");
        check("Xiâ€™an", "Xi’an");
        check("Xi\u{92}an", "Xi’an");
        check("Du\u{9a}an", "Dušan");
        check("Â§ 744.11", "§ 744.11");
        check("MÃƒÂ¼nchen", "München");
        check("Ð\u{9c}Ð¸Ñ€", "Мир");
    }

    #[test]
    fn ok_entities_are_resolved() {
        check("Ash &amp; Oak", "Ash & Oak");
        check("Xi&#39;an, Xi&#x2019;an", "Xi'an, Xi’an");
        check("Ash &amp;amp; Oak", "Ash & Oak");
    }

    #[test]
    fn ok_other_text_stays() {
        for text in [
            "München",
            "ÄÖÜ «Åse» Ñandú",
            "Ash & Oak; Elm",
            "&unknown; &#xzz;",
            "§§ 744.11",
            "华为",
            "Â",
            "",
        ] {
            check(text, text);
        }
        assert!(matches!(repaired("Ash & Oak"), Cow::Borrowed(_)));
    }
}
